/** A question mark in a parameter of try_files that is not the last: nginx looks for a file with the question mark in its name. */
import type { Directive } from '../../config/directive.ts';
import { defineRule } from '../rule.ts';

/**
 * Files that have the query in their name, as a page cache or a copy of a site by wget makes them: the name goes on behind the query, or the
 * bare path is tried next.
 */
function isOfCopies(text: string, { values }: Directive): boolean {
  const query = /(?:\?|\$is_args|\$\{is_args\})\$\{?(?:args|query_string)\}?(.*)$/.exec(text);
  if (!query || /\.php\b/.test(text)) return false;
  return (
    /^[.\w/-]*\.\w+$/.test(query[1]!) || (query[1] === '' && /^\$\{?(?:document_)?uri\}?$/.test(values[values.indexOf(text) + 1] ?? ''))
  );
}

export default defineRule({
  id: 'try-files-query-not-last',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Query in a file of try_files',
  why: `
Only the last parameter of \`try_files\` is a URI, which may have arguments. The ones before it name files: for \`/page.php?id=$arg_id\` nginx looks for a file of just that name, question mark and all, finds none, and goes on to the next. The script never runs. \`$request_uri\` holds the query as well, and the path as it was sent, with \`%20\` for a space.

Put the URI with the arguments last.`,
  about: ['try_files'],
  references: ['https://nginx.org/en/docs/http/ngx_http_core_module.html#try_files'],
  looksAt: { directive: ['try_files'] },
  needs: 'file',
  messages: {
    raw: '{text} has the query in it and is not decoded: for /a?b=1 nginx looks for a file of just that name. Write $uri.',
    glued: '{text} names a file that ends in the query: /app.js?v=1 is looked for as app.jsv=1 and not found. Write {better}.',
    file: '"{text}" is not the last parameter, so nginx looks for a file with the question mark in its name and never finds it. Put it last.',
  },
  check({ directive, report }) {
    for (const word of directive.args.slice(0, -1)) {
      if (!word.templated && /^\$\{?request_uri\b/.test(word.value)) return report('raw', { at: word, data: { text: word.value } });
      const query = word.templated ? null : /^(\$\{?(?:document_)?uri\}?)\$\{?(?:args|query_string)\}?(\/?)$/.exec(word.value);
      if (query) return report('glued', { at: word, data: { text: word.value, better: `${query[1]}${query[2]}` } });
      if (word.templated || !/\?|\$\{?is_args\}?/.test(word.value) || isOfCopies(word.value, directive)) continue;
      report('file', { at: word, data: { text: word.value } });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    try_files $uri /page.php?id=$arg_id =404;
#                  ^^^^^^^^^^^^^^^^^^^^ file
}`,
      good: `location / {
    try_files $uri /page.php?id=$arg_id;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    try_files $uri$args $uri/ /index.html;
#             ^^^^^^^^^ glued
}`,
      good: `location / {
    try_files $uri $uri/ /index.html;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    try_files $request_uri $request_uri/ @app;
#             ^^^^^^^^^^^^ raw
}
location @app {
    return 204;
}`,
      good: `location / {
    try_files $uri $uri/ @app;
}
location @app {
    return 204;
}`,
    },
  ],
});
