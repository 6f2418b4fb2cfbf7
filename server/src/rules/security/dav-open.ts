/** Files that anybody may write, move or delete: dav_methods without a word on who may. */

import { isLocalOnly, isProtected } from '../../answers/who-may-enter.ts';
import { toBytes } from '../../base/bytes.ts';
import { matchLocation } from '../../config/locations.ts';
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

/** The places below a block where files are written: locations that hand nothing on, the block itself where none of them takes its paths. */
function placesOf(scope: Scope, name: string): readonly Scope[] {
  const line = scope.value(name)?.statement;
  const inner = scope.scopes.filter((s) => ['server', 'location'].includes(s.context) && s.value(name)?.statement === line);
  const answersItself =
    scope.context === 'location' || (scope.context === 'server' && !matchLocation(scope, toBytes('/no-such-file')).location);
  const passes = scope.directives.some((d) => d.name === 'return' || d.name.endsWith('_pass'));
  return [...(answersItself && !passes ? [scope] : []), ...inner.flatMap((s) => placesOf(s, name))];
}

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
  check({ directive, scope, report }) {
    if (directive.value(0) === 'off') return;
    const methods = directive.values.map((v) => v.toUpperCase());
    if (placesOf(scope, 'dav_methods').every((s) => isProtected(s) || isLimited(s, methods) || isLocalOnly(s))) return;
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
