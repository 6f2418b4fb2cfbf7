/** Places for the staff that a header line of the client's own opens: its browser's name, the page it claims to come from, a cookie of any value. */

import { isLocalOnly } from '../../answers/who-may-enter.ts';
import { isEdge } from '../../answers/who-speaks-tls.ts';
import type { Directive } from '../../config/directive.ts';
import { readCondition } from '../../trace/handlers/rewrite.ts';
import type { Trace } from '../../trace/trace.ts';
import { isBackend, isGivenOut, isRefused, keepsOut } from '../../witness/access.ts';
import { isScripted } from '../../witness/follow.ts';
import { keysTo } from '../../witness/guards.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import { directiveAt, type Spot } from '../../witness/spots.ts';
import { type Probe, probeFor } from '../../witness/values.ts';
import { defineRule } from '../rule.ts';

/** Names of places that are for a few people only. */
const FOR_FEW =
  /(?:^|[/^(|_-])(?:admin(?:istrator|istration|er)?|wp-admin|backend|backoffice|internal|intern|private|secret|secure|staff|manage(?:r|ment)?|console|dashboard|panel|cpanel|debug|ops|root|phpmyadmin|config)(?:[/$)|_-]|$)/i;

/** Lines by which a proxy in front says what it found out about a client: its certificate, its login. Where none is in front the client wrote them. */
const SAID_BY_PROXY =
  /^(?:(?:x-)?(?:ssl|tls|mtls)-client-|(?:x-)?client-(?:cert|verif|dn|subject)|x-(?:remote|forwarded|authenticated|auth|auth-request|webauth|original)-?(?:user|email|groups?|roles?)\b|x-(?:user|roles?|groups?|(?:is-)?admin|is-internal|internal|internal-request|is-staff|staff|employee)$)/i;

/** A cookie or an argument that says what its owner is: everyone may say so of himself. */
const SAYS_ITSELF = /admin|role|staff|employee|internal|debug|allow|access|group|level|(?:^|_)is_?/i;

/** What such a thing is compared with: a word that anyone tries first. */
const PLAIN_WORD =
  /^(?:\d|true|yes|on|ok|y|t|admin(?:istrator)?|root|staff|internal|employee|manager|superuser|owner|debug|allow(?:ed)?)$/i;

/** The name and the value of a cookie or of the only argument that a request brings along. */
function saidBy({ headers, query }: Probe): readonly [string, string] | null {
  const text = query ?? (headers?.length === 1 && headers[0]![0] === 'Cookie' ? headers[0]![1] : '');
  const m = /^(\w[\w-]*)=([^=&;]*)$/.exec(text);
  return m && (query === undefined || !headers?.length) ? [m[1]!, m[2]!] : null;
}

/** The variable of `auth_basic $realm`, whose map says "off" to some. */
const realmOf = ({ scope }: Pick<Spot, 'scope'>): { readonly directive: Directive; readonly name: string } | null => {
  const directive = scope.value('auth_basic');
  const name = /^\$\{?(\w+)\}?$/.exec(directive?.value(0) ?? '')?.[1];
  return directive && name !== undefined ? { directive, name } : null;
};

/** A value that is long enough to be a secret which the others do not know. */
const SECRET = /(?=[a-z+=.-]*\d)(?=[\d+=.-]*[a-z])[\w+=.-]{16,}/i;

/** Lines in which a login, or the key of a program, comes along. */
const CREDENTIAL = /^(?:Cookie|Authorization|X-(?:Api-?Key|(?:Auth|Access)-Token|Token))$/i;

/** The same request with a value that nobody has written down. */
const withAnyValue = ({ headers = [], ...rest }: Probe): Probe => ({
  ...rest,
  headers: headers.map(([name, value]) => [name, name === 'Cookie' ? value.replace(/=.*/, '=0q0') : '0q0']),
});

/** Turned away without a word: by a return, or by an error of a condition. */
const isTurnedAway = ({ outcome: { kind, status } }: Trace): boolean =>
  kind === 'closed' || ([401, 403, 404, 405, 410].includes(status) && kind !== 'static') || (status >= 301 && status <= 307);

/** A condition that compares with a text: what the cookie must be is a secret, as far as it is one. */
function asksForValue(condition: Directive): boolean {
  const read = readCondition(condition);
  return (read?.kind === 'equal' || read?.kind === 'not-equal') && read.value.literal !== '';
}

export default defineRule({
  id: 'guard-forgeable',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  missing: ['allow', 'auth_basic', 'auth_request'],
  title: 'Access decided by a header that anyone can send',
  why: `
\`User-Agent\` and \`Referer\` are lines that the client writes: one option of curl sends any of them. So is \`X-SSL-Client-Verify\` where no proxy in front sets it: on a server that ends TLS itself, \`$ssl_client_verify\` is what nginx found out. And \`auth_basic $realm\` with a map that says \`off\` to a header asks nobody for a password who sends that header. A cookie \`is_admin=1\` or an argument \`?debug=1\` says what its sender likes. That a cookie or an Authorization header is there says nothing either, as long as nobody looks whether it is valid: an application does, a folder of files does not.

Such a condition keeps robots away, and nobody who wants to get in. Use \`auth_basic\`, \`auth_request\`, a client certificate or a list of addresses.`,
  about: ['if', 'auth_basic', 'auth_request', 'allow'],
  looksAt: {
    outcome: ['if', 'location'],
    somewhere: ['if', 'map', 'geo'],
    like: /http_|cookie_|arg_|invalid_referer/i,
    when: (spot) => {
      const { location, scope, directives } = spot;
      if (!location || location.kind === 'named' || (location.name === '/' && !scope.value('auth_basic'))) return false;
      return realmOf(spot) !== null || directives.some((d) => d.name === 'if');
    },
  },
  needs: 'config',
  messages: {
    sent: 'Who sends "{line}" gets in, and anyone can send it: nothing else protects {place}. Ask for a password or an address (auth_basic, auth_request, allow).',
    asked:
      'Who writes "?{line}" behind the address gets in, and anyone can: nothing else protects {place}. Ask for a password or an address (auth_basic, auth_request, allow).',
    unchecked:
      'Who sends "{line}" gets the files, whatever its value is: nobody looks whether it is valid. Ask the application with auth_request, or for a password with auth_basic.',
  },
  check({ spot, report }) {
    const { location, scope } = spot;
    if (!location || spot.unsure || isLocalOnly(scope) || spot.path === undefined) return;
    const refused = spot.ask({});
    if (!isTurnedAway(refused)) return;
    const realm = realmOf(spot);
    const open = realm && probeFor(spot.config, realm.name, { is: 'off' });
    const ifs = spot.scope.named('if');
    if (!ifs.length && !open) return;
    const asked = isRefused(refused);
    const probes: Iterable<Probe> = ifs.length ? [...keysTo(spot.config, [spot.scope, spot.server.scope]), ...spot.variations] : [];
    for (const probe of [...(open ? [open] : []), ...probes]) {
      const said = saidBy(probe);
      const isOwnWord = said !== null && SAYS_ITSELF.test(said[0]) && PLAIN_WORD.test(said[1]) && FOR_FEW.test(location.name);
      const [line, ...others] = isOwnWord && probe.query ? [['Argument', probe.query] as const] : (probe.headers ?? []);
      if (!line || others.length || (probe.query && !isOwnWord) || probe.method || probe.clientAddress) continue;
      const [name, value] = line;
      // what a header's value must be is a secret where its name says so
      const off = probe === open && name !== 'Cookie' && !/token|key|secret|pass|sign|auth/i.test(name);
      const byProxy = SAID_BY_PROXY.test(name) && isEdge(spot.server);
      const claimed = off || byProxy || isOwnWord || name === 'User-Agent' || name === 'Referer';
      const presence = probe !== open && CREDENTIAL.test(name);
      if (
        (!claimed && !presence) ||
        (claimed && !byProxy && !asked && !FOR_FEW.test(location.name)) ||
        SECRET.test(value.replace(/^https?:\/\/[^/]*/, ''))
      )
        continue;
      const first = spot.ask(probe);
      // of a folder the file is there
      const files = first.assumptions.flatMap((a) => (a.id.startsWith('file:') ? [[a.id, 'file'] as const] : []));
      const present = Object.fromEntries(files);
      const trace = files.length ? spot.ask(probe, { assume: present }) : first;
      if (!isGivenOut(trace) || keepsOut(trace) || isScripted(trace) || (presence && !isOwnWord && !asked && isBackend(trace))) continue;
      if (presence && !isOwnWord && ifs.some((d) => asksForValue(d)) && !isGivenOut(spot.ask(withAnyValue(probe), { assume: present })))
        continue;
      const step = refused.steps.findLast((s) => s.at && directiveAt(ifs, s.at));
      const by = off ? realm?.directive : ((step && directiveAt(ifs, step.at)) ?? ifs[0]);
      if (!by) continue;
      report(probe.query ? 'asked' : claimed ? 'sent' : 'unchecked', {
        at: by.at(by.args[0]!),
        data: { line: probe.query ? value : `${name}: ${value}`, place: location.name },
        witness: proofOf(trace, outcomeText(trace)),
      });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location /admin/ {
    if ($http_user_agent !~ "Staff/1") { return 403; }
#      ^^^^^^^^^^^^^^^^^ sent
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /admin/ {
    auth_basic "staff";
    auth_basic_user_file staff;
    proxy_pass http://127.0.0.1:8000;
}`,
      witness: {
        request: 'GET http://www.example.test/admin/users, User-Agent: Staff/1',
        outcome: 'GET /admin/users at 127.0.0.1:8000',
        meant: '`401` without a password',
      },
    },
    {
      inside: 'server',
      bad: `location /reports/ {
    if ($cookie_session = "") { return 403; }
#      ^^^^^^^^^^^^^^^^ unchecked
    alias /srv/reports/;
}`,
      good: `location /reports/ {
    auth_request /session;
    alias /srv/reports/;
}
location = /session {
    internal;
    proxy_pass http://127.0.0.1:8002;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 443 ssl;
    server_name shop.example.org;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    location /ledger/ {
        if ($http_x_ssl_client_verify != SUCCESS) { return 403; }
#          ^^^^^^^^^^^^^^^^^^^^^^^^^^ sent
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `server {
    listen 443 ssl;
    server_name shop.example.org;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    ssl_verify_client optional;
    ssl_client_certificate ca.pem;
    location /ledger/ {
        if ($ssl_client_verify != SUCCESS) { return 403; }
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
    {
      inside: 'http',
      bad: `map $http_x_requested_with $realm {
    XMLHttpRequest off;
    default        "staff";
}
server {
    listen 80;
    server_name shop.example.org;
    location /reports/ {
        auth_basic $realm;
#                  ^^^^^^ sent
        auth_basic_user_file staff;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `geo $realm {
    10.0.0.0/8 off;
    default    "staff";
}
server {
    listen 80;
    server_name shop.example.org;
    location /reports/ {
        auth_basic $realm;
        auth_basic_user_file staff;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
    {
      inside: 'server',
      bad: `location /admin/ {
    if ($cookie_is_admin != "1") { return 403; }
#      ^^^^^^^^^^^^^^^^^ sent
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /admin/ {
    auth_request /session;
    proxy_pass http://127.0.0.1:8000;
}
location = /session {
    internal;
    proxy_pass http://127.0.0.1:8002;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
}`,
    },
    {
      inside: 'server',
      bad: `location /debug/ {
    if ($arg_debug != "1") { return 404; }
#      ^^^^^^^^^^^ asked
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /debug/ {
    allow 10.0.0.0/8;
    deny all;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      // pictures that other sites must not show
      inside: 'server',
      good: `location /images/ {
    if ($http_referer !~ "^https://shop\\.example/") { return 403; }
    root /srv/site;
}`,
    },
    {
      inside: 'server',
      bad: `location /backoffice/ {
    valid_referers *.example.com;
    if ($invalid_referer) { return 403; }
#      ^^^^^^^^^^^^^^^^^^ sent
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /backoffice/ {
    valid_referers *.example.com;
    if ($invalid_referer) { return 403; }
    auth_basic Staff;
    auth_basic_user_file staff;
    proxy_pass http://127.0.0.1:8000;
}
location /pictures/ {
    valid_referers none blocked *.example.com;
    if ($invalid_referer) { return 403; }
    root /srv/site;
}`,
    },
    {
      inside: 'http',
      bad: `map $http_x_api_key $known {
    default 1;
    ""      0;
}
server {
    listen 80;
    server_name files.example.org;
    location /exports/ {
        if ($known = 0) { return 401; }
#          ^^^^^^^ unchecked
        root /srv/site;
    }
}`,
      good: `map $http_x_api_key $known {
    default                      0;
    "7c1e90b4d2a84f6bb0a35e1d9f" 1;
}
server {
    listen 80;
    server_name files.example.org;
    location /exports/ {
        if ($known = 0) { return 401; }
        root /srv/site;
    }
}`,
    },
  ],
});
