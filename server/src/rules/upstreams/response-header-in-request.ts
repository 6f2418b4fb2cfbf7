/** Headers of responses in proxy_set_header: the application gets them and takes no notice, the client never does. */
import { HEADER_LIST, headerOf, TOLD_TO_BROWSERS } from '../../answers/what-is-passed.ts';
import type { Scope } from '../../config/scope.ts';
import { fixOf, remove, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

const LISTS = Object.values(HEADER_LIST);

/** Whether nginx itself sends the client a header of that name (lower case) from here. */
const isSent = (scope: Scope, name: string): boolean =>
  scope.effective('add_header').directives.some((d) => d.value(0).toLowerCase() === name) ||
  scope.effective('more_set_headers').directives.some((d) => d.values.some((v) => v.toLowerCase().startsWith(`${name}:`)));

export default defineRule({
  id: 'response-header-in-request',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  title: 'Response header sent to the application',
  why: `
\`proxy_set_header\` writes into the request that goes to the application. \`Strict-Transport-Security\`, \`X-Frame-Options\` or \`Access-Control-Allow-Origin\` are what a server says to a browser; in a request nobody reads them. The line looks like a protection, and no client ever sees it.

\`add_header\` writes into the response. With \`always\` errors have the header, too. Mind that one \`add_header\` in a block hides those around it.`,
  about: ['proxy_set_header', 'add_header'],
  looksAt: {
    directive: LISTS,
    where: ({ values }) =>
      TOLD_TO_BROWSERS.test(
        (values[0] ?? '')
          .toLowerCase()
          .replace(/^http_/, '')
          .replaceAll('_', '-'),
      ),
  },
  needs: 'config',
  fixable: 'sometimes',
  fixChanges: ['request-headers', 'response-headers'],
  inForce: true,
  messages: {
    lost: '{header} is a header of responses: {directive} sends it to the application, and no client gets it. Set it with add_header and always.',
    idle: '{header} is a header of responses: {directive} sends it to the application, which takes no notice of it. Remove the line; the client gets the header by add_header.',
  },
  check({ directive, scope, file, report }) {
    const [word, value] = directive.args;
    const name = headerOf(directive);
    // an empty value keeps the header of a client from the application
    if (!word || !value || name === null || word.templated || value.value === '') return;
    // a program that makes pages learns by it which scripts it may name
    if (name.startsWith('content-security-policy') && value.value.includes('$')) return;
    const sent = isSent(scope, name);
    const { statement } = directive;
    report(sent ? 'idle' : 'lost', {
      at: word,
      data: { header: word.value, directive: directive.name },
      ...(sent ? { severity: 'info' } : {}),
      fix: sent
        ? fixOf('Remove the line', 'suggestion', file, [remove(file, statement)])
        : scope.effective('add_header').directives.length || !directive.name.endsWith('_set_header')
          ? null
          : fixOf('Send it to the client', 'suggestion', file, [
              replace(statement.name, 'add_header'),
              { span: { start: value.end, end: value.end }, newText: ' always' },
            ]),
    });
  },
  examples: [
    {
      inside: 'location',
      bad: `proxy_pass http://127.0.0.1:8000;
proxy_set_header X-Frame-Options DENY;
#                ^^^^^^^^^^^^^^^ lost`,
      good: `proxy_pass http://127.0.0.1:8000;
add_header X-Frame-Options DENY always;`,
    },
    {
      inside: 'location',
      bad: `proxy_pass http://127.0.0.1:8000;
proxy_set_header Access-Control-Allow-Origin https://www.example.org;
#                ^^^^^^^^^^^^^^^^^^^^^^^^^^^ idle
add_header Access-Control-Allow-Origin https://www.example.org always;`,
      good: `proxy_pass http://127.0.0.1:8000;
add_header Access-Control-Allow-Origin https://www.example.org always;`,
    },
    { inside: 'location', good: 'proxy_pass http://127.0.0.1:8000;\nproxy_set_header X-Frame-Options "";' },
    { inside: 'location', good: 'proxy_pass http://127.0.0.1:8000;\nproxy_set_header Cache-Control no-cache;' },
  ],
});
