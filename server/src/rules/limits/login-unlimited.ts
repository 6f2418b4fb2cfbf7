/** Places where passwords and tokens are tried, with no limit in force. */
import { admitsStrangers } from '../../answers/who-may-enter.ts';
import { locationOf, readLocation } from '../../config/locations.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { pathsFor } from '../../witness/paths.ts';
import { defineRule } from '../rule.ts';

/** The last parts of paths that ask for a password or give a token out. */
const LOGIN =
  /(^|\/)(log[-_]?in|sign[-_]?in|api-token-auth|wp-login\.php|xmlrpc\.php|auth|oauth2?\/token|token|accounts\/login|admin\/login|password-?reset|2fa)\/?$/i;

export default defineRule({
  id: 'login-unlimited',
  group: 'limits',
  severity: 'hint',
  since: '0.1',
  missing: ['limit_req'],
  title: 'Login without a rate limit',
  why: `
A login page or token endpoint that takes any number of requests lets passwords be guessed, and each guess costs the
application a slow password hash. A \`limit_req\` of a few requests a minute for each address stops that, and no real user notices it.`,
  about: ['limit_req', 'limit_req_zone', '$binary_remote_addr'],
  looksAt: {
    scope: ['location'],
    having: (names) => PASS_DIRECTIVES.some((p) => names.has(p)) && !['limit_req', 'limit_conn', 'internal'].some((n) => names.has(n)),
  },
  needs: 'config',
  messages: { unlimited: 'Requests to {name} are not limited, so passwords can be tried at full speed. Add a limit_req.' },
  check({ directive, scope, report }) {
    const location = directive && readLocation(directive);
    if (!location || location.modifier === '@') return;
    if (['limit_req', 'limit_conn'].some((n) => scope.value(n))) return;
    const opened = directive.body && locationOf(directive.body);
    // of a pattern every path that fits it
    const names = opened?.kind === 'regex' ? pathsFor(opened, 24) : [location.name];
    if (!names.some((n) => LOGIN.test(n)) || !admitsStrangers(scope)) return;
    report('unlimited', { at: directive.statement.name, data: { name: location.name } });
  },
  examples: [
    {
      inside: 'http',
      bad: `limit_req_zone $binary_remote_addr zone=login:10m rate=10r/m;
server {
    location /accounts/login/ {
#   ^^^^^^^^ unlimited
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `limit_req_zone $binary_remote_addr zone=login:10m rate=10r/m;
server {
    location /accounts/login/ {
        limit_req zone=login burst=5 nodelay;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
    { inside: 'server', good: 'location = /auth { internal; proxy_pass http://127.0.0.1:9000; }' },
    { inside: 'server', good: 'location /blog/ { proxy_pass http://127.0.0.1:8000; }' },
  ],
});
