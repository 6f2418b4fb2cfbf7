/** Lists whose values somebody separated by commas: to nginx a space alone ends a value, and the comma belongs to it (ngx_conf_read_token). */
import type { Word } from '../../syntax/word.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { soundFact } from '../validity/_sound.ts';

type Kind = 'file' | 'type' | 'bypass' | 'store' | 'referer';

/** What a line is a list of, where nginx takes any text for such a value; null for all others, which it refuses or which are no lists. */
function kindOf(name: string): Kind | null {
  if (name === 'index' || name === 'try_files') return 'file';
  if (name === 'valid_referers') return 'referer';
  if (name.endsWith('_types')) return 'type';
  return name.endsWith('_cache_bypass') ? 'bypass' : name.endsWith('_no_cache') ? 'store' : null;
}

/** Two names or types in one word. No type has a comma, and a file that has one is seldom called like two. */
const JOINED: Readonly<Partial<Record<Kind, RegExp>>> = { type: /^[\w.+*-]+\/[\w.+*-]+,/, file: /^[\w$-]+\.\w+,[\w$-]+\.\w+$/ };

/** Whether a word holds a comma that was meant to separate it from the next. */
const isParted = ({ raw, quote, templated }: Word, kind: Kind, isLast: boolean): boolean =>
  quote === '' && !templated && ((raw.endsWith(',') && (!isLast || raw.length > 1)) || (JOINED[kind]?.test(raw) ?? false));

export default defineRule({
  id: 'comma-in-list',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Comma in a list of values',
  why: `
nginx separates the values of a line by spaces. A comma is a letter like any other: \`index index.html, index.htm;\` looks for a file called \`index.html,\`, \`gzip_types text/css, text/plain;\` compresses responses of the type \`text/css,\`, which nobody sends, and \`proxy_cache_bypass $cookie_session, $arg_nocache;\` never answers from the cache, for a value with a comma in it is never empty. nginx accepts all of them.`,
  about: ['index', 'try_files', 'gzip_types', 'proxy_cache_bypass', 'proxy_no_cache', 'valid_referers'],
  looksAt: { directive: '*', where: ({ name, values }) => kindOf(name) !== null && values.some((v) => v.includes(',')) },
  needs: 'file',
  fixable: 'always',
  messages: {
    file: 'The comma of "{word}" is part of the name, and there is no such file. Values are separated by spaces only. Remove the comma.',
    type: 'The comma of "{word}" is part of the type, which no response has. Values are separated by spaces only. Remove the comma.',
    bypass:
      'With its comma "{word}" always counts as set, and every request goes past the cache. Values are separated by spaces only. Remove the comma.',
    store:
      'With its comma "{word}" always counts as set, and every response stays out of the cache. Values are separated by spaces only. Remove the comma.',
    referer: 'The comma of "{word}" is part of the name, which no site has. Values are separated by spaces only. Remove the comma.',
  },
  check({ directive, file, report }) {
    const kind = kindOf(directive.name);
    if (!kind || !soundFact(directive)) return;
    const { args } = directive;
    for (const [i, word] of args.entries()) {
      if (!isParted(word, kind, i === args.length - 1)) continue;
      const parted = word.raw.replace(/,+$/, '').replaceAll(/,+/g, ' ');
      // a comma by itself goes with the space before it
      const span = parted === '' && i > 0 ? { start: args[i - 1]!.end, end: word.end } : word;
      report(kind, {
        at: word,
        data: { word: word.raw },
        fix: fixOf('Remove the comma', 'suggestion', file, [replace(span, parted)]),
      });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `index index.html, index.htm;
#     ^^^^^^^^^^^ file`,
      good: 'index index.html index.htm;',
    },
    {
      inside: 'http',
      bad: `gzip_types text/css, application/json;
#          ^^^^^^^^^ type`,
      good: 'gzip_types text/css application/json;',
    },
    {
      inside: 'location',
      bad: `proxy_cache_bypass $cookie_session, $arg_nocache;
#                  ^^^^^^^^^^^^^^^^ bypass`,
      good: 'proxy_cache_bypass $cookie_session $arg_nocache;',
    },
    {
      inside: 'location',
      bad: `proxy_no_cache $cookie_session, $arg_nocache;
#              ^^^^^^^^^^^^^^^^ store`,
      good: 'proxy_no_cache $cookie_session $arg_nocache;',
    },
    {
      inside: 'location',
      bad: `valid_referers none, blocked server_names;
#              ^^^^^ referer
if ($invalid_referer) { return 403; }`,
      good: `valid_referers none blocked server_names;
if ($invalid_referer) { return 403; }`,
    },
    { inside: 'location', good: 'proxy_cache_bypass $cookie_a$arg_b;' },
  ],
});
