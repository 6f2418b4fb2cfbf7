/** Rows of a map that no value reaches, for an expression above takes all of theirs. Shown by such values. */
import type { CompiledRegex } from '../../base/regexes.ts';
import type { Directive } from '../../config/directive.ts';
import { RegexIndex } from '../../config/regex-index.ts';
import { samplesOf } from '../../witness/regex-samples.ts';
import { rowsOf } from '../../witness/values.ts';
import { defineRule } from '../rule.ts';

/** A row with an expression, and its place among those. */
interface Row {
  readonly row: Directive;
  readonly key: { readonly matches: string; readonly caseless: boolean };
  readonly regex: CompiledRegex;
  readonly index: number;
}

/** Variables that hold the name of a host, which no request can begin or end with a star or a dot. */
const OF_HOSTS = /^\$\{?(?:host|http_host|server_name|ssl_server_name|ssl_preread_server_name)\}?$/;

/** A mask as server names have them, which a map takes for one only with `hostnames`. */
const MASK = /^(?:\*?\.[\w-]+(?:\.[\w-]+)*|(?:[\w-]+\.)+\*)$/;

/** Values that have to agree before something is said. */
const LEAST = 3;

export default defineRule({
  id: 'map-row-unreachable',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'A row of a map that is never chosen',
  why: `
A \`map\` looks for the value itself first, then, with \`hostnames\`, for masks, and then tries the expressions in file order: the first match is taken. A row below an expression that matches everything of its own is never chosen, whatever its answer is.

Put the special expressions first, and use \`default\` for the rest.

Masks such as \`*.example.com\` and \`.example.com\` are compared letter by letter unless the map says \`hostnames\`: no request has a host of that name, and the row is never chosen.`,
  about: ['map'],
  looksAt: { directive: ['map'] },
  needs: 'file',
  messages: {
    mask: 'This row is never chosen: without "hostnames" a map compares {mask} letter by letter, and no host is called so. Add the line "hostnames;" to the map.',
    taken: 'This row is never chosen: "{value}" and all others like it are taken by {winner} above. Put this row first.',
  },
  check({ directive, config, report }) {
    if (!directive.body || hasUnseenRows(directive)) return;
    tellMasks();
    const rows: Row[] = [];
    let templated = false;
    for (const { key, directive: row } of rowsOf(directive)) {
      if (key === null || typeof key === 'string' || !('matches' in key)) continue;
      templated = row.statement.name.templated === true;
      if (templated) break;
      const compiled = config.regexes.compile(key.matches, { caseless: key.caseless });
      if (compiled.ok) rows.push({ row, key, regex: compiled.regex, index: rows.length });
    }
    const index = new RegexIndex(rows, ({ key }) => key.matches);
    for (const { row, key, index: own } of rows) {
      const samples = samplesOf(config.regexes, key.matches, {
        caseless: key.caseless,
        tries: 12,
        forms: (s) => [s, `x${s}`, `${s}x`, `${s}/b`, `${s}1`, `a/${s}/b`],
      });
      // one text is all that such a row takes
      const literal = !key.caseless && /^\^[\w/ -]+\$$/.test(key.matches) ? key.matches.slice(1, -1) : null;
      if (literal) samples.splice(0, samples.length, literal);
      if (!literal && samples.length < LEAST) continue;
      const winner = index
        .candidates(samples[0]!)
        .find(({ index: above, regex }) => above < own && samples.every((s) => typeof regex.match(s) === 'object'));
      // a choice of words is compared word by word: samples may have missed one
      if (winner && (literal || isGeneral(winner.row.name) || winner.row.name === row.name))
        report('taken', {
          at: row.nameAt,
          // what it says the row above says as well: a line too many, and no other answer
          ...(row.value(0) === winner.row.value(0) ? { severity: 'hint' as const } : {}),
          data: { value: samples[0]!, winner: winner.row.name },
          related: [{ at: winner.row.nameAt, message: 'takes them' }],
        });
    }

    /** Masks where nothing makes them such. */
    function tellMasks(): void {
      const { directives } = directive.body!;
      if (!OF_HOSTS.test(directive.value(0)) || directives.some((d) => d.name === 'hostnames')) return;
      for (const row of directives)
        if (row.args.length === 1 && !row.statement.name.templated && MASK.test(row.name))
          report('mask', { at: row.nameAt, data: { mask: row.name } });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `map $uri $section {
    default none;
    ~^/ site;
    ~^/admin/ admin;
#   ^^^^^^^^^ taken
}`,
      good: `map $uri $section {
    default none;
    ~^/admin/ admin;
    ~^/ site;
}`,
    },
    {
      inside: 'http',
      bad: `map $http_user_agent $robot {
    default 0;
    ~Crawl 1;
    "~Crawler/2" 1;
#   ^^^^^^^^^^^^ taken
}`,
      good: 'map $http_user_agent $robot { default 0; ~Crawl 1; }',
    },
    { inside: 'http', good: 'map $http_user_agent $kind { ~*googlebot google; ~*bot robot; default person; }' },
    {
      inside: 'http',
      bad: `map $host $shop {
    default "";
    *.shop.example.com 1;
#   ^^^^^^^^^^^^^^^^^^ mask
}`,
      good: `map $host $shop {
    hostnames;
    default "";
    *.shop.example.com 1;
}`,
    },
  ],
});

/** Rows that a file brings which is not at hand. */
const hasUnseenRows = (map: Directive): boolean =>
  map.body!.named('include').some((d) => !map.scope.config.tree.includes.get(d.statement)?.files.length);

/** An expression that plainly takes whatever a special one takes: a literal text, with or without an anchor at its start, or anything. */
function isGeneral(name: string): boolean {
  return /^~\*?\^?(?:[\w/ -]|\\[./-])*(?:\.(?:[*+]\$?)?)?$/.test(name);
}
