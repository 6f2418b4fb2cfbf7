/** An equals sign between a directive and its values, where nginx takes any text for a value: it is the first of them (ngx_conf_read_token). */
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { soundFact } from '../validity/_sound.ts';

const LISTS = new Set(['server_name', 'index', 'try_files', 'valid_referers', 'add_header', 'add_trailer', 'user']);

/** Whether nginx takes an equals sign by itself for a value of such a line; all others it refuses, or it has a meaning of its own there. */
const takesIt = (name: string): boolean => LISTS.has(name) || /_(?:types|cache_bypass|no_cache)$/.test(name);

export default defineRule({
  id: 'equals-sign-as-value',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Equals sign between a directive and its value',
  why: `
nginx has no \`=\` between a directive and its values. Most directives refuse one; lists of names take it for the first of them: \`server_name = example.com;\` has a second name, \`=\`, \`gzip_types = text/css;\` compresses responses of a type \`=\`, which nobody sends, \`proxy_cache_bypass = $cookie_session;\` never answers from the cache, for \`=\` is not empty.`,
  about: [
    'server_name',
    'index',
    'try_files',
    'gzip_types',
    'proxy_cache_bypass',
    'proxy_no_cache',
    'valid_referers',
    'add_header',
    'user',
  ],
  looksAt: { directive: '*', where: ({ name, values }) => values.length > 1 && values[0] === '=' && takesIt(name) },
  needs: 'file',
  fixable: 'always',
  messages: {
    value: 'The "=" counts as a value of {name}: nginx has none between a directive and its values. Remove it.',
  },
  check({ directive, file, report }) {
    const [sign, next] = directive.args;
    if (!sign || !next || sign.raw !== '=' || !soundFact(directive)) return;
    report('value', {
      at: sign,
      data: { name: directive.name },
      fix: fixOf('Remove the "="', 'suggestion', file, [replace({ start: sign.start, end: next.start }, '')]),
    });
  },
  examples: [
    { inside: 'server', bad: 'server_name = example.com;\n#           ^ value', good: 'server_name example.com;' },
    { inside: 'http', bad: 'gzip_types = text/css;\n#          ^ value', good: 'gzip_types text/css;' },
    {
      inside: 'location',
      bad: 'proxy_cache_bypass = $cookie_session;\n#                  ^ value',
      good: 'proxy_cache_bypass $cookie_session;',
    },
    { inside: 'server', good: 'error_page 404 = /missing.html;\nlocation = /missing.html { internal; root /srv/pages; }' },
  ],
});
