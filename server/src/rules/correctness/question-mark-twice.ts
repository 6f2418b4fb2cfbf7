/** `?$is_args$args`: the variable brings a question mark of its own, and the first argument gets a name that begins with one. */
import { table } from '../../base/table.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Which words of a line are addresses with a query. */
const ADDRESSES: Readonly<Record<string, (values: readonly string[]) => number>> = table({
  try_files: (values) => values.length - 1,
  error_page: (values) => values.length - 1,
  rewrite: () => 1,
  return: (values) => (values.length > 1 ? 1 : 0),
  proxy_pass: () => 0,
});

/** The question mark that is written out, before the one of the variable. */
const TWICE = /\?(?=\$(?:is_args\b|\{is_args\}))/;

export default defineRule({
  id: 'question-mark-twice',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Question mark before $is_args',
  why: `
\`$is_args\` is the question mark itself, where the request has arguments. Behind one that is written out the query begins with a second: for
\`/list?page=2\` the script of \`/index.php?$is_args$args\` gets an argument by the name of \`?page\`, and none by the name of \`page\`. Only the first argument
is lost, so a page with two of them works halfway.

Write \`/index.php$is_args$args\`, or \`/index.php?$args\`.`,
  about: ['try_files', 'rewrite', 'return', 'proxy_pass', '$is_args'],
  looksAt: {
    directive: Object.keys(ADDRESSES),
    where: ({ name, values }) => TWICE.test(values[ADDRESSES[name]!(values)] ?? ''),
  },
  needs: 'file',
  contextFree: true,
  fixable: 'always',
  fixChanges: ['answer', 'request-line', 'request-headers'],
  messages: {
    twice: '"?$is_args" is two question marks: of /a?page=2 the first argument arrives as "?page". Leave one of them out.',
  },
  check({ directive, file, report }) {
    const word = directive.args[ADDRESSES[directive.name]!(directive.values)];
    if (!word || word.templated || !TWICE.test(word.value)) return;
    const mark = TWICE.exec(word.raw);
    const start = mark ? word.start + mark.index : null;
    report('twice', {
      at: word,
      fix:
        start === null ? null : fixOf('Leave the written question mark out', 'suggestion', file, [replace({ start, end: start + 1 }, '')]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/site;
location / {
    try_files $uri /index.php?$is_args$args;
#                  ^^^^^^^^^^^^^^^^^^^^^^^^ twice
}
location = /index.php {
    fastcgi_pass unix:/run/php/php-fpm.sock;
}`,
      good: `root /srv/site;
location / {
    try_files $uri /index.php$is_args$args;
}
location = /index.php {
    fastcgi_pass unix:/run/php/php-fpm.sock;
}`,
    },
    {
      inside: 'server',
      bad: `location /old/ {
    return 302 /new/?$is_args$args;
#              ^^^^^^^^^^^^^^^^^^^ twice
}`,
      good: `location /old/ {
    return 302 /new/$is_args$args;
}`,
    },
    { inside: 'server', good: 'location /a/ { return 302 /b/?from=a&$args; }' },
  ],
});
