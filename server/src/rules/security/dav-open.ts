/** Files that anyone may write, move or delete: dav_methods without a word on who may. */

import { isApart, placesOf, sendsFiles } from '../../answers/where-a-line-counts.ts';
import { admitsStrangers } from '../../answers/who-may-enter.ts';
import type { Scope } from '../../config/scope.ts';
import { defineRule } from '../rule.ts';

/** Who may use the methods is said in the block itself: a limit_except that leaves none of them out. */
const isLimited = (scope: Scope, methods: readonly string[]): boolean =>
  scope
    .named('limit_except')
    .some(
      (d) =>
        !d.values.some((v) => methods.includes(v.toUpperCase())) &&
        d.body?.directives.some((x) => x.name === 'deny' || (/^auth_/.test(x.name) && x.value(0) !== 'off')),
    );

export default defineRule({
  id: 'dav-open',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  controls: { cis: ['2.1.2'] },
  missing: ['deny', 'auth_basic', 'auth_request', 'limit_except'],
  title: 'WebDAV methods open to everyone',
  why: `
\`dav_methods\` lets clients store, delete, copy and move files below the root, and nginx does not ask who they are. Without an address list, a password or \`limit_except\` that means everyone on the network: pages are replaced, programs are uploaded, disks fill up.

\`dav_access\` sets the permissions of the files that are made, and keeps no one out.`,
  about: ['dav_methods', 'limit_except', 'auth_basic', 'deny'],
  references: ['https://nginx.org/en/docs/http/ngx_http_dav_module.html'],
  looksAt: { directive: ['dav_methods'] },
  needs: 'config',
  messages: {
    open: 'Anybody may use {methods} on the files here. Require a password, or allow your own addresses only.',
  },
  check({ directive, report }) {
    if (directive.value(0) === 'off') return;
    const methods = directive.values.map((v) => v.toUpperCase());
    const isOpen = (at: Scope): boolean =>
      sendsFiles(at) && !isLimited(at, methods) && methods.some((method) => admitsStrangers(at, { request_method: method }));
    if (!isApart(directive) && !placesOf(directive).some(isOpen)) return;
    report('open', { at: directive.at(), data: { methods: directive.values.join(', ') } });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /store/ {
    root /srv;
    dav_methods PUT DELETE MKCOL;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ open
}`,
      good: `location /store/ {
    root /srv;
    dav_methods PUT DELETE MKCOL;
    limit_except GET {
        allow 10.0.0.0/8;
        deny all;
    }
}`,
    },
    { inside: 'server', good: 'location /store/ { dav_methods PUT; auth_basic "staff"; auth_basic_user_file staff; root /srv; }' },
    { inside: 'server', good: 'location /store/ { dav_methods off; root /srv; }' },
  ],
});
