/** Headers that carry an identity to the application and that the client can set as well where nginx does not. */
import { HEADER_LIST, headerLine, headersSent, passedBy, passesHeaders, passesIn, type SentHeader } from '../../answers/what-is-passed.ts';
import { identityIn, OTHERS } from '../../answers/who-is-named.ts';
import { authenticationIn, entryOf, isLocalOnly } from '../../answers/who-may-enter.ts';
import { isEdge } from '../../answers/who-speaks-tls.ts';
import { AskedMap, PerConfig, PerPart } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf } from '../../config/locations.ts';
import { type Scope, walk } from '../../config/scope.ts';
import { serverOf, serversOf } from '../../config/servers.ts';
import { variablesIn } from '../../syntax/variable.ts';
import { variablesIn as names } from '../../trace/script.ts';
import { flowInto } from '../data-flow.ts';
import { addToList, fixOf, outside, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Headers by which applications believe who someone is. */
const IDENTITY =
  /^(x-)?(remote-?user|forwarded-user|forwarded-email|forwarded-groups|auth-request-(user|email|groups)|authenticated-(user|email|userid)|webauth-user|ssl-client-(verify|cert|s-dn|dn)|client-(cert|dn|verify)|user-?id|original-user)$/i;

/** A header by the name of its line, its parameter or its variable. */
const nameOf = (written: string): string => written.replace(/^HTTP_/i, '').replaceAll('_', '-');

/** Only this machine, or machines that are named one by one, get to the place: a proxy in front says who asks. */
function isBehindProxy(scope: Scope): boolean {
  if (isLocalOnly(scope)) return true;
  const allowed = scope.effective('allow').directives.filter((d) => d.name === 'allow');
  return allowed.length > 0 && allowed.every((d) => /^[\da-f.:]+$/i.test(d.value(0))) && entryOf(scope) !== 'everybody';
}

/** Whether the line sets a header: of a protocol with parameters that is one which begins with HTTP_. */
const isHeader = (line: string, name: string): boolean => /_set_header$/.test(line) || (line.endsWith('_param') && /^HTTP_/i.test(name));

/** Headers that say who someone is where a login in front is asked, and may say anything else elsewhere. */
const ROLE = /^x-(?:auth-)?(?:user(?:-?name)?|email|roles?|groups?)$/i;

/** Of these, what a client's certificate says. */
const OF_CERTIFICATE = /^(?:x-)?(?:ssl-)?client-(?:verify|cert|s-dn|dn)$/i;

/** Whether a value may name someone: the application's own answer is not there yet while the request to it is made (ngx_http_upstream_init). */
const mayNameSomeone = (value: string): boolean => names(value).some((name) => !name.startsWith('upstream_'));

const isIdentity = (config: Config, h: SentHeader): boolean =>
  !OTHERS.test(h.name) && (IDENTITY.test(h.name) ? mayNameSomeone(h.value) : identityIn(config, h.value) !== null);

/** What a pass directive asks, without path and scheme: two that have one in common ask one application. */
const applications = (pass: Directive): readonly string[] =>
  passedBy(pass).targets.map((t) => `${t.upstream?.name ?? t.host}:${t.upstream ? '' : t.port}`);

/** The headers that say who someone is, by application, as one level sets them: the first of each name. */
type Setters = Pick<ReadonlyMap<string, readonly Setter[]>, 'get'>;

interface Setter extends SentHeader {
  /** the name of a login that nobody asks for: the header proves nothing, wherever it is missing */
  readonly isUnasked: boolean;
}

function joined(all: Iterable<readonly [string, Setter]>): ReadonlyMap<string, readonly Setter[]> {
  const setters = new Map<string, Setter[]>();
  for (const [app, header] of all) {
    const known = setters.get(app) ?? [];
    setters.set(app, known);
    const at = known.findIndex((h) => h.name === header.name);
    if (at < 0) known.push(header);
    else if (known[at]!.isUnasked && !header.isUnasked) known[at] = header;
  }
  return setters;
}

const pairsIn = new PerPart((level: Scope): readonly (readonly [string, Setter])[] =>
  passesIn(level).flatMap((pass) => {
    const unasked = new Set(namesUnasked(pass));
    const headers = headersSent(pass)
      .filter((header) => isIdentity(level.config, header))
      .map((header) => ({ ...header, isUnasked: unasked.has(header.directive) }));
    return headers.length ? applications(pass).flatMap((app) => headers.map((header) => [app, header] as const)) : [];
  }),
);

const ofServers = new PerConfig((config) =>
  joined(
    (function* () {
      for (const { scope } of serversOf(config)) yield* pairsIn.of(scope);
    })(),
  ),
);

const settersFor = (config: Config): Setters => new AskedMap(config, 'identity headers', (c) => ofServers.of(c));

/** Signs that no list of fixed words has both of: what takes one of them in is the client's to choose. */
const FREE = ['q', '7'];

/** The variables of a line's value, each with what the client wrote into it, be it by way of `set` and maps. */
const usesOf = (line: Directive) =>
  (line.args[1] ? variablesIn(line.args[1]).uses : []).map((use) => {
    const asked = /^(?:http|arg|cookie)_/i.test(use.name) ? [] : FREE;
    const flow = asked.map((sign) => flowInto(line, use, sign)).find((found) => found !== null) ?? null;
    return { span: use.span, of: flow?.source.slice(1) ?? use.name, chain: flow?.chain ?? [], isHandedOn: flow !== null };
  });

export default defineRule({
  id: 'internal-header-passed',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  missing: ['proxy_set_header'],
  title: 'Client can set an identity header',
  why: `
Behind a login in nginx, applications take the user from a header such as X-Remote-User. nginx passes unknown headers on as they come, so wherever a location to the same application does not set that header, everybody can: one request to such a path is made in the name of the administrator.

\`$remote_user\` is no proof by itself: nginx reads the name from the \`Authorization\` line of the request, and it is \`auth_basic\` that compares the password. Where no login is in force, \`curl -u admin:x\` is admin.

Set the header in every location of the application, to the empty string where no user is logged in; nginx then does not send it.

With \`underscores_in_headers on\`, X_REMOTE_USER and X-Remote-User become the same variable in WSGI and CGI, and clearing the one leaves the other.`,
  about: ['proxy_set_header', 'auth_request_set', 'underscores_in_headers'],
  looksAt: [
    { scope: ['server'] },
    { directive: ['underscores_in_headers', 'ignore_invalid_headers'] },
    {
      directive: ['fastcgi_param', 'uwsgi_param', 'scgi_param', 'proxy_set_header', 'grpc_set_header'],
      where: ({ name, values: [header = '', value = ''] }) =>
        value.includes('$') &&
        ((name.endsWith('_param') && /^REMOTE_USER$/i.test(header)) ||
          (isHeader(name, header) && (IDENTITY.test(nameOf(header)) || ROLE.test(nameOf(header))))),
    },
  ],
  needs: 'file',
  ofShape: true,
  fixable: 'sometimes',
  messages: {
    unset: 'The client can set {header} here, which {other} fills from {source}. Set it to "" in this location.',
    unsetAll: 'The client can set {header} here, which {other} fills from {source}. Set each of them to "" in this location.',
    unasked:
      '{header} is whatever name a client writes into Authorization: $remote_user has it before any password is checked, and nothing here asks for one. Add auth_basic, or set the header to "".',
    client: '{header} comes from the client here, which can claim to be any user. Set it from the login, or to "".',
    underscores: 'Headers with underscores bypass the ones that nginx sets: applications read X_User and X-User as one. Set it to {value}.',
  },
  check({ scope, config, directive, file, report }) {
    if (directive?.name === 'underscores_in_headers' || directive?.name === 'ignore_invalid_headers') {
      // either lets a name with underscores through (ngx_http_parse_header_line, ngx_http_process_request_headers)
      const loose = directive.name === 'underscores_in_headers' ? 'on' : 'off';
      const value = loose === 'on' ? 'off' : 'on';
      const inner = [...walk(scope)].filter(
        (d) =>
          /^(proxy|grpc)_set_header$/.test(d.name) &&
          // one that is taken away is believed where it arrives
          (isIdentity(config, { directive: d, name: d.value(0).toLowerCase(), value: d.value(1) }) ||
            (d.value(1) === '' && IDENTITY.test(d.value(0)))),
      );
      if (directive.value(0).toLowerCase() === loose && inner.length)
        report('underscores', {
          at: directive.args[0]!,
          data: { value },
          related: [{ at: inner[0]!.at(), message: 'a header that others can forge then' }],
          fix: fixOf(`Turn ${directive.name} ${value}`, 'suggestion', file, [replace(directive.args[0]!, value)]),
        });
      return;
    }
    if (directive?.name.endsWith('_param') && !isHeader(directive.name, directive.value(0))) {
      const use = usesOf(directive).find((u) => /^(?:http_(?!authorization$)|arg_|cookie_)/i.test(u.of));
      if (use && !(use.isHandedOn && isBehindProxy(scope)))
        report('client', { at: use.span, data: { header: directive.value(0) }, related: use.chain });
      return;
    }
    if (directive && isHeader(directive.name, directive.value(0))) {
      const name = nameOf(directive.value(0));
      const ofCertificate = OF_CERTIFICATE.test(name);
      const asksWho = authenticationIn(scope).length > 0;
      if (ROLE.test(name) && !IDENTITY.test(name) && !asksWho) return;
      const server = ofCertificate ? serverOf(scope) : null;
      // what a client's certificate says a proxy in front may have found out; on a server that clients come to by themselves nobody has
      if (ofCertificate && !(server && isEdge(server))) return;
      const use = usesOf(directive).find(({ of }) =>
        ofCertificate
          ? /^http_/i.test(of) && OF_CERTIFICATE.test(nameOf(of))
          : /^(http_(x_)?(remote_user|webauth_user|authenticated_(user(id)?|email)|forwarded_(user|email)|user_?id)|arg_|cookie_)/i.test(
              of,
            ) ||
            (asksWho && of.toLowerCase() === `http_${name.toLowerCase().replaceAll('-', '_')}`),
      );
      if (use && !(/^http_/i.test(use.of) && !asksWho && isBehindProxy(scope)))
        report('client', { at: use.span, data: { header: directive.value(0) }, related: use.chain });
      return;
    }
    const setters = serverOf(scope)?.scope === scope ? settersFor(config) : joined(pairsIn.of(scope));
    const unasked = new Set<Directive>();
    for (const pass of passesIn(scope)) {
      for (const line of namesUnasked(pass)) {
        if (unasked.has(line)) continue;
        unasked.add(line);
        report('unasked', { at: line.args[1] ? line.at(line.args[1]) : line.at(), data: { header: line.value(0) } });
      }
      if (!HEADER_LIST[pass.name]) continue;
      const headers = [...new Set(applications(pass))].flatMap((app) => setters.get(app) ?? []);
      if (!headers.length || !passesHeaders(pass) || isClosed(pass.scope)) continue;
      const sent = new Set(headersSent(pass).map((h) => h.name));
      // one list that is not repeated is one cause, however many headers it has
      const lacking = new Map<string, { shown: string; source: string; line: Directive }[]>();
      const told = new Set<string>();
      for (const header of headers) {
        if (sent.has(header.name) || told.has(header.name) || header.isUnasked) continue;
        told.add(header.name);
        const { directive: line } = header;
        const shown = line.name.endsWith('_param') ? header.name.replace(/(^|-)[a-z]/g, (c) => c.toUpperCase()) : line.value(0);
        const other = line.scope.opener ? `"${[line.scope.opener.name, ...line.scope.opener.values].join(' ')}"` : 'another block';
        lacking.set(other, [...(lacking.get(other) ?? []), { shown, source: identityIn(config, header.value) ?? 'the login', line }]);
      }
      const place = outside(pass);
      for (const [other, lost] of lacking) {
        const names = lost.map((l) => l.shown).join(', ');
        report(lost.length > 1 ? 'unsetAll' : 'unset', {
          at: pass.nameAt,
          data: { header: names, other, source: [...new Set(lost.map((l) => l.source))].join(', ') },
          related: lost.map(({ line }) => ({ at: line.at(), message: 'set here' })),
          fix: fixOf(`Clear ${names}`, 'suggestion', place.file, [
            addToList(
              place,
              HEADER_LIST[pass.name]!,
              lost.map((l) => headerLine(pass.name, l.shown, '""')),
            ),
          ]),
        });
      }
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    auth_basic "staff";
    auth_basic_user_file /etc/nginx/htpasswd;
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header X-Remote-User $remote_user;
}
location /public/ {
    proxy_pass http://127.0.0.1:8000;
#   ^^^^^^^^^^ unset
}`,
      good: `location / {
    auth_basic "staff";
    auth_basic_user_file /etc/nginx/htpasswd;
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header X-Remote-User $remote_user;
}
location /public/ {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header X-Remote-User "";
}`,
    },
    {
      inside: 'location',
      bad: `fastcgi_param REMOTE_USER $http_x_user;
#                         ^^^^^^^^^^^^ client
fastcgi_pass 127.0.0.1:9000;`,
      good: `auth_basic "staff";
auth_basic_user_file /etc/nginx/htpasswd;
fastcgi_param REMOTE_USER $remote_user;
fastcgi_param REQUEST_METHOD $request_method;
fastcgi_param SCRIPT_FILENAME /srv/app/index.php;
fastcgi_pass 127.0.0.1:9000;`,
      fixed: false,
    },
    {
      inside: 'server',
      good: 'location / {\n    proxy_pass http://127.0.0.1:8000;\n    proxy_set_header X-Real-IP $remote_addr;\n}\nlocation /b/ { proxy_pass http://127.0.0.1:8000; }',
    },
    {
      inside: 'http',
      bad: `server {
    listen 443 ssl;
    server_name shop.example.org;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header X-SSL-Client-DN $http_x_ssl_client_dn;
#                                        ^^^^^^^^^^^^^^^^^^^^^ client
    }
}`,
      good: `server {
    listen 443 ssl;
    server_name shop.example.org;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    ssl_verify_client on;
    ssl_client_certificate ca.pem;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header X-SSL-Client-DN $ssl_client_s_dn;
    }
}`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `location / {
    auth_request /session;
    proxy_set_header X-User $http_x_user;
#                           ^^^^^^^^^^^^ client
    proxy_pass http://127.0.0.1:8000;
}
location = /session {
    internal;
    proxy_pass http://127.0.0.1:8002;
}`,
      good: `location / {
    auth_request /session;
    auth_request_set $user $upstream_http_x_user;
    proxy_set_header X-User $user;
    proxy_pass http://127.0.0.1:8000;
}
location = /session {
    internal;
    proxy_pass http://127.0.0.1:8002;
}`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `location /staff/ {
    auth_basic "staff";
    auth_basic_user_file /etc/nginx/htpasswd;
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header X-Remote-User $remote_user;
}
location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header X-Remote-User $remote_user;
#                                  ^^^^^^^^^^^^ unasked
}`,
      good: `location /staff/ {
    auth_basic "staff";
    auth_basic_user_file /etc/nginx/htpasswd;
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header X-Remote-User $remote_user;
}
location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header X-Remote-User "";
}`,
      fixed: false,
    },
  ],
});

/** A named location to which only places with a login fall back once their files are missing: who gets there has been asked. */
function isBehindLogin(scope: Scope, all: readonly Directive[]): boolean {
  const location = locationOf(scope);
  if (location?.kind !== 'named') return false;
  const leads = all.filter((d) => (d.name === 'try_files' || d.name === 'error_page') && d.values.at(-1) === location.name);
  return leads.length > 0 && leads.every((d) => isAskedBefore(d, all));
}

/** The access phase comes before files are tried, and after conditions; a refusal of its own sends on who has not been let in. */
function isAskedBefore(lead: Directive, all: readonly Directive[]): boolean {
  if (entryOf(lead.scope) !== 'some') return false;
  if (lead.name === 'try_files') return true;
  const codes = lead.values.slice(0, -1);
  return !codes.some((c) => /^40[13]$/.test(c) || all.some((d) => d.name === 'return' && d.value(0) === c));
}

/** Lines that hand on the name of a Basic login as an identity where nobody asks for its password. */
function namesUnasked(pass: Directive): readonly Directive[] {
  const { scope } = pass;
  const lines = headersSent(pass).filter(
    (h) => isHeader(h.directive.name, h.directive.value(0)) && IDENTITY.test(h.name) && /^\$\{?remote_user\}?$/.test(h.value),
  );
  const server = lines.length ? serverOf(scope) : null;
  if (!server || !passesHeaders(pass) || entryOf(scope) !== 'everybody') return [];
  const own = [...walk(server.scope)];
  // a proxy in front may have asked, of a server that is no edge; another location that asks shows that it is this one's task
  const asks = (d: Directive): boolean => d.name === 'auth_basic' && d.value(0) !== 'off';
  if (!isEdge(server) && !own.some(asks)) return [];
  if (isBehindLogin(scope, own)) return [];
  // a login that is asked for some methods
  if (own.some((d) => asks(d) && d.scope.opener?.name === 'limit_except')) return [];
  return lines.map((h) => h.directive);
}

/** No client gets in: an inner location, or one that turns everyone away. */
const isClosed = (scope: Scope): boolean => entryOf(scope) === 'nobody';
