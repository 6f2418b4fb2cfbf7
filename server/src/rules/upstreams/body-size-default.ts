/** Servers in front of an application with the limit of 1 MB for request bodies that nobody wrote down. */
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { walk } from '../../config/scope.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { fixOf, insertLast } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** What shows that a server only answers by itself, or with files, which take no bodies. */
const ALONE = ['ssl_reject_handshake', 'return', 'root', 'alias', 'stub_status', 'empty_gif', 'autoindex'];

/** A rewrite that sends the client elsewhere. */
const isRedirect = ({ name, values }: Directive): boolean =>
  name === 'rewrite' && (/^(?:redirect|permanent)$/.test(values[2] ?? '') || /^(?:https?:\/\/|\$scheme)/.test(values[1] ?? ''));

/** Whether a server takes requests with bodies, and nowhere in it a limit is in force. */
function unlimited(server: Scope): boolean {
  let passes = 0;
  let alone = false;
  for (const d of walk(server)) {
    // who gives one location more has thought of the others
    if (d.name === 'client_max_body_size') return false;
    if (PASS_DIRECTIVES.includes(d.name) && !d.scope.has('internal')) passes++;
    if (ALONE.includes(d.name) || isRedirect(d)) alone = true;
  }
  if (passes > 0) return !server.value('client_max_body_size');
  // a server that says what it is for, and not how it answers
  return !alone && server.has('server_name') && !server.value('root') && !server.value('client_max_body_size');
}

export default defineRule({
  id: 'body-size-default',
  group: 'upstreams',
  severity: 'hint',
  since: '0.1',
  controls: { cis: ['5.2.2'] },
  missing: ['client_max_body_size'],
  equivalents: ['nginx-lint:client-max-body-size-not-set'],
  title: 'Default body size limit of 1 MB',
  why: `
\`client_max_body_size\` is 1 MB when it is not set. A photo from a phone is larger: nginx answers 413, the application never sees the request,
and its own limit and its own error page have no effect. Write the limit down, even when 1 MB is meant, and keep it in step with the
application's. Give upload locations more, and everything else less.`,
  about: ['client_max_body_size'],
  looksAt: { scope: ['server'] },
  needs: 'config',
  fixable: 'always',
  messages: {
    unset: 'client_max_body_size is not set: nginx answers 413 to bodies of more than 1 MB. Set client_max_body_size explicitly.',
  },
  check({ directive, scope, report }) {
    if (!directive || !unlimited(scope)) return;
    report('unset', {
      at: directive.statement.name,
      fix: fixOf('Allow 10 MB', 'suggestion', directive.file, [
        insertLast(directive.file, directive.statement, ['client_max_body_size 10m;']),
      ]),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: ` server {
#^^^^^^ unset
    location / {
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: ` server {
    location / {
        proxy_pass http://127.0.0.1:8000;
    }
     client_max_body_size 10m;
}`,
      fixed: false,
    },
    { inside: 'http', good: 'client_max_body_size 20m;\nserver { location / { proxy_pass http://127.0.0.1:8000; } }' },
    { inside: 'http', good: 'server { return 301 https://example.com$request_uri; }' },
    { inside: 'http', good: 'server { server_name www.example.com; rewrite ^ https://example.com$request_uri? permanent; }' },
    { inside: 'http', good: 'server { root /srv/www; }' },
  ],
});
