/** `$1` that holds another group than the one meant: a map or a condition matched in between. Shown by two requests for one path. */
import type { Place } from '../../base/span.ts';
import type { Directive } from '../../config/directive.ts';
import { variablesIn as usesIn } from '../../syntax/variable.ts';
import { definitionOf, indexOf } from '../../trace/index.ts';
import { variablesIn } from '../../trace/script.ts';
import type { Trace } from '../../trace/trace.ts';
import { splicedPaths } from '../../witness/captures.ts';
import { locationHeader, proofOf } from '../../witness/requests.ts';
import { directiveAt, type Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** What a group is made to hold: a word, or a number where it takes numbers only. */
const MARKS = ['report', '48151'];
const READS = ['return', 'rewrite', 'set', 'proxy_pass', 'alias', 'root', 'try_files', 'fastcgi_param', 'uwsgi_param', 'proxy_set_header'];

/** What came of a request: where the client or the backend is sent, the file, the text; else the path as rewrites left it. */
const comesTo = (trace: Trace): string =>
  locationHeader(trace) ??
  trace.outcome.upstreamRequest?.uri ??
  trace.outcome.file ??
  trace.outcome.body ??
  trace.steps.flatMap((s) => s.changed.flatMap((c) => (c.what === '$uri' ? (c.to ?? []) : []))).at(-1) ??
  '';

const HEADERS = /^(?:proxy_set_header|grpc_set_header|\w+_param)$/;

/** Whether all that the directives write holds a text: the header or parameter of each such line, and what came of the request for the others. */
function holds(trace: Trace, users: readonly Directive[], mark: string): boolean {
  const asked = trace.outcome.upstreamRequest;
  const sent = [...(asked?.headers ?? []), ...(asked?.params ?? [])];
  return users.every((d) =>
    HEADERS.test(d.name)
      ? sent.some(([name, value]) => name.toLowerCase() === d.value(0).toLowerCase() && value.includes(mark))
      : comesTo(trace).includes(mark),
  );
}

/** Whether a directive writes the group of that number. */
const readsGroup = (d: Directive, group: number): boolean =>
  new RegExp(`\\$${group}(?!\\d)`).test(d.values.slice(d.name === 'rewrite' ? 1 : 0).join(' '));

/** A directive behind an `if` with an expression without groups, which reads the group that the location took. */
function conditionBetween(spot: Spot, group: number): { reader: Directive; condition: Directive } | null {
  const isMatch = (d: Directive): boolean => d.name === 'if' && d.values.some((v) => /^!?~\*?$/.test(v));
  const conditions = spot.directives.filter(isMatch);
  const condition = conditions[0];
  // a group of the condition's own may be the one that is meant, unless the location has one of that number
  const hasGroups = conditions.some((d) =>
    /\((?!\?)|\(\?(?:P?<|')/.test(d.values.slice(d.values.findIndex((v) => /^!?~/.test(v)) + 1).join(' ')),
  );
  if (!condition || (hasGroups && (spot.location?.regex?.groups ?? 0) < group)) return null;
  const rewriting = new Set(['set', 'return']);
  const reader = spot.scope.directives.find(
    (d) => reads(d) && readsGroup(d, group) && (!rewriting.has(d.name) || spot.scope.indexOf(d) > spot.scope.indexOf(condition)),
  );
  return reader ? { reader, condition } : null;
}

const reads = (d: Directive): boolean => READS.includes(d.name) && /\$[1-9]/.test(d.values.slice(d.name === 'rewrite' ? 1 : 0).join(' '));

/** The words at which a directive writes the group. */
function placeOf(d: Directive, group: number): Place {
  const words = d.name === 'rewrite' ? d.args.slice(1) : d.args;
  const use = words.flatMap((w) => usesIn(w).uses).find((u) => u.capture && Number(u.name) === group);
  return use ? d.at(use.span) : d.at();
}

/** Whether a line matches an expression of its own, at a condition or by a map that it reads: nothing else forgets the groups. */
const matches = (d: Directive, { config }: Spot): boolean =>
  d.name === 'if'
    ? d.values.some((v) => /^!?~\*?$/.test(v))
    : d.values.some((v) => variablesIn(v).some((name) => definitionOf(indexOf(config), name)?.by === 'map'));

/** The same directives ran: what differs is what they wrote. */
const sameWay = (a: Trace, b: Trace, among: readonly Directive[]): boolean => {
  const ran = (t: Trace): string =>
    t.steps
      .flatMap((s) =>
        s.said.startsWith('if ') || s.said.includes('does not match') ? [] : (directiveAt(among, s.at)?.statement.start ?? []),
      )
      .join();
  return ran(a) === ran(b) && a.outcome.kind === b.outcome.kind;
};

export default defineRule({
  id: 'capture-overwritten',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Numbered capture overwritten by another match',
  why: `
\`$1\` to \`$9\` belong to the last regular expression that matched, whichever it was. A \`map\` with an expression is evaluated when its variable is read, which in a value is before \`$1\` is written; an \`if\` with \`~\` matches too. The capture from the path is then gone, and \`$1\` is a piece of a header, or empty.

Give the group a name: \`(?<rest>.*)\` and \`$rest\` keep their value.`,
  about: ['map', 'rewrite', 'if'],
  looksAt: {
    outcome: READS,
    somewhere: ['map', 'if'],
    when: (spot) => spot.directives.some(reads) && spot.directives.some((d) => matches(d, spot)),
  },
  needs: 'config',
  costly: true,
  messages: {
    forgotten:
      'The group of the location is lost at the "if" before: the part "{held}" of {from} is not passed on, {to}. Use a named group, (?<rest>…), and use $rest.',
    replaced:
      'The group of this value is replaced by another match: with {header} the part "{held}" of {from} is lost, {to}. Use a named group, (?<rest>…), and use $rest.',
  },
  check({ spot, report }) {
    const users = spot.directives.filter(reads);
    const spliced = MARKS.flatMap((mark) => splicedPaths(spot, mark).map((s) => ({ ...s, mark })));
    for (const { path, group, mark } of spliced) {
      const plain = spot.ask({ path });
      const writers = users.filter((d) => readsGroup(d, group));
      if (!holds(plain, writers, mark)) {
        // a condition that does not match forgets the groups as well (ngx_http_script_regex_start_code), so no request has them
        const by = spot.location?.regex && !spot.has('rewrite') ? conditionBetween(spot, group) : null;
        if (
          !by ||
          !(HEADERS.test(by.reader.name) ? plain.outcome.upstreamRequest : plain.steps.some((s) => directiveAt([by.reader], s.at)))
        )
          continue;
        const proof = proofOf(plain);
        report('forgotten', {
          at: placeOf(by.reader, group),
          data: { held: mark, from: path, to: `it becomes ${proof.outcome}` },
          related: [
            {
              at: by.condition.at({ start: by.condition.statement.start, end: by.condition.args.at(-1)!.end }),
              message: 'matches, or fails to',
            },
          ],
          witness: proof,
        });
        return;
      }
      for (const variation of spot.variations) {
        const trace = spot.ask({ ...variation, path });
        if (holds(trace, writers, mark) || !sameWay(plain, trace, users)) continue;
        const by = users.find((d) => trace.steps.some((s) => directiveAt([d], s.at))) ?? users[0]!;
        const header =
          variation.headers?.map(([n, v]) => `${n}: ${v}`).join(', ') ?? variation.query ?? variation.method ?? 'another request';
        const proof = proofOf(trace);
        report('replaced', {
          at: placeOf(by, group),
          data: { header, held: mark, from: path, to: `it becomes ${proof.outcome}` },
          witness: proof,
        });
        return;
      }
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location ~ ^/u/(\\d+)$ {
    if ($http_user_agent ~* (bot|crawl)) { return 403; }
    proxy_pass http://127.0.0.1:8000/users?id=$1;
#                                             ^^ forgotten
}`,
      good: `location ~ ^/u/(?<id>\\d+)$ {
    if ($http_user_agent ~* (bot|crawl)) { return 403; }
    proxy_pass http://127.0.0.1:8000/users?id=$id;
}`,
      witness: {
        request: 'GET http://www.example.test/u/48151',
        outcome: 'GET /users?id= at 127.0.0.1:8000',
        meant: '`GET /users?id=48151 at 127.0.0.1:8000`',
      },
    },
    {
      inside: 'http',
      bad: `map $http_accept_language $language {
    default en;
    "~^(de|fr)" $1;
}
server {
    rewrite ^/docs/(.*)$ /$language/$1 redirect;
#                                   ^^ replaced
}`,
      good: `map $http_accept_language $language {
    default en;
    "~^(de|fr)" $1;
}
server {
    rewrite ^/docs/(?<rest>.*)$ /$language/$rest redirect;
}`,
    },
    {
      inside: 'server',
      bad: `location ~ ^/files/(.*)$ {
    set $kind plain;
    if ($http_accept ~ json) {
        set $kind json;
    }
    proxy_pass http://127.0.0.1:8000/$1;
#                                    ^^ forgotten
}`,
      good: `location ~ ^/files/(?<rest>.*)$ {
    set $kind plain;
    if ($http_accept ~ json) {
        set $kind json;
    }
    proxy_pass http://127.0.0.1:8000/$rest;
}`,
    },
    {
      inside: 'http',
      good: 'map $http_accept_language $language {\n    default en;\n    de de;\n}\nserver { rewrite ^/docs/(.*)$ /$language/$1 redirect; }',
    },
  ],
});
