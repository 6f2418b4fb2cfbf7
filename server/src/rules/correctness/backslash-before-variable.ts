/** A dollar sign with a backslash in front of it, as a shell wants it in a here-document: nginx has no such escape. */
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { mayPassShell } from '../shell.ts';

/** Directives with words that are texts or paths and never patterns. What is sent in requests and redirects is said by the rules about those. */
const WITH_TEXT = [
  'access_log',
  'add_header',
  'add_trailer',
  'alias',
  'auth_request_set',
  'error_page',
  'fastcgi_cache_key',
  'limit_conn_zone',
  'limit_req_zone',
  'log_format',
  'more_set_headers',
  'proxy_cache_bypass',
  'proxy_cache_key',
  'proxy_no_cache',
  'proxy_pass',
  'root',
  'set',
  'try_files',
  'uwsgi_cache_key',
];

/** The backslash, before a name as variables have it. A dollar sign before a digit may be meant as one. */
const ESCAPED = /\\(?=\$(?:\{[a-z_]\w*\}|[a-z_]))/g;
const FIRST = /\\(\$(?:\{[a-z_]\w*\}|[a-z_]\w*))/;

/** What becomes of the backslash, by what the line is for. */
function harmOf(name: string): string {
  if (/^(?:root|alias|try_files|error_page|access_log)$/.test(name)) return 'it becomes a part of the path, which no file has';
  if (name === 'proxy_pass') return 'it becomes a part of the address, which nobody has';
  return name === 'log_format' ? 'it is written into every line of the log' : 'it becomes a part of the value';
}

export default defineRule({
  id: 'backslash-before-variable',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Backslash before a variable',
  why: `
In a here-document of a shell \`\\$uri\` keeps the shell from putting its own variable in. Copied from there into a file of nginx the backslash stays: nginx knows no escape for a dollar sign, puts the value of the variable in, and keeps the backslash before it. \`try_files \\$uri\` looks for a file whose name begins with a backslash, finds none, and goes on to the fallback for every picture and script; a header or a line of the log begins with one.

Remove the backslash. In a here-document whose first word has quotes (\`<<'EOF'\`) it is not needed either.`,
  about: ['try_files', 'add_header', 'log_format', 'root'],
  looksAt: { directive: WITH_TEXT, where: ({ values }) => values.some((v) => FIRST.test(v)) },
  needs: 'file',
  fixable: 'always',
  fixChanges: ['answer', 'response-headers', 'request-line', 'limits', 'cache'],
  messages: {
    stays: 'Nothing escapes a dollar sign in nginx: the backslash before {variable} stays, and {harm}. Remove it.',
  },
  check({ directive, file, report }) {
    const words = directive.args.filter((w) => !w.templated && FIRST.test(w.value));
    const [word] = words;
    if (!word || mayPassShell(file)) return;
    report('stays', {
      at: word,
      data: { variable: FIRST.exec(word.value)![1]!, harm: harmOf(directive.name) },
      fix: fixOf(
        'Remove the backslash',
        'suggestion',
        file,
        words.map((w) => replace(w, w.raw.replace(ESCAPED, ''))),
      ),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/www;
location / {
    try_files \\$uri \\$uri/ /index.html;
#             ^^^^^ stays
}`,
      good: `root /srv/www;
location / {
    try_files $uri $uri/ /index.html;
}`,
    },
    {
      inside: 'location',
      bad: 'add_header X-Served-By \\$hostname always;\n#                      ^^^^^^^^^^ stays',
      good: 'add_header X-Served-By $hostname always;',
    },
    {
      inside: 'http',
      bad: `
log_format short '\\$remote_addr \\$status';
#                ^^^^^^^^^^^^^^^^^^^^^^^^ stays
access_log /var/log/nginx/access.log short;`,
      good: `log_format short '$remote_addr $status';
access_log /var/log/nginx/access.log short;`,
    },
    { inside: 'location', good: 'add_header X-Folder "C:\\shared" always;' },
  ],
});
