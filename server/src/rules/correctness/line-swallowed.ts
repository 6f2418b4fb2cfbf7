/** A missing semicolon that nginx does not notice: a directive that takes any number of values takes the next line's words for more of them. */
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { swallowedAt } from '../validity/_structure.ts';

/** Directives that take as many words as there are, whatever they say. */
const TAKERS = [
  'server_name',
  'log_format',
  'index',
  'try_files',
  'gzip_types',
  'brotli_types',
  'sub_filter_types',
  'addition_types',
  'ssi_types',
  'charset_types',
  'valid_referers',
  'proxy_cache_bypass',
  'proxy_no_cache',
  'fastcgi_cache_bypass',
  'fastcgi_no_cache',
  'uwsgi_cache_bypass',
  'uwsgi_no_cache',
];

export default defineRule({
  id: 'line-swallowed',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'A line that the one above it takes for values',
  why: `
A directive ends at its semicolon, not at the end of its line. Where the semicolon is missing, the next line's words become arguments of the one above. Most directives are then refused for their number of arguments, but \`server_name\`, \`log_format\`, \`index\`, \`try_files\` and their like take any number: \`nginx -t\` says nothing, the line below has no effect, and the server has names such as \`listen\` and \`8080\`.`,
  about: ['server_name', 'log_format', 'index', 'try_files', 'gzip_types'],
  references: ['https://nginx.org/en/docs/beginners_guide.html#conf_structure'],
  looksAt: { directive: TAKERS },
  needs: 'file',
  fixable: 'always',
  fixChanges: ['answer', 'response-headers', 'request-headers'],
  messages: {
    swallowed:
      '"{name}" has no semicolon above "{next}", so nginx takes that line for more of its values, without a word. End it with ";".',
  },
  check({ directive, file, report }) {
    const at = swallowedAt(directive);
    if (at === null) return;
    const next = directive.args[at]!;
    const before = directive.args[at - 1]!;
    report('swallowed', {
      at: next,
      data: { name: directive.name, next: next.value },
      related: [{ at: directive.at(before), message: 'the semicolon is missing here' }],
      fix: fixOf('Add ";"', 'suggestion', file, [replace({ start: before.end, end: before.end }, ';')]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: '    server_name shop.example.com\n    listen 8080;\n#   ^^^^^^ swallowed',
      good: '    server_name shop.example.com;\n    listen 8080;',
    },
    {
      inside: 'http',
      bad: "    log_format short '$remote_addr $status'\n    access_log /var/log/nginx/a.log combined;\n#   ^^^^^^^^^^ swallowed",
      good: "    log_format short '$remote_addr $status';\n    access_log /var/log/nginx/a.log combined;",
    },
    { inside: 'server', good: '    server_name shop.example.com\n                www.example.com\n                root;' },
    { inside: 'http', good: '    gzip_types text/css\n               application/json\n               image/svg+xml;' },
  ],
});
