/** X-Forwarded-Proto with a scheme that is not the client's: a constant where both are served, or nginx's own behind a TLS terminator. */
import { Visitor } from '../../answers/visitor.ts';
import { headerOf, passesIn, textsOf } from '../../answers/what-is-passed.ts';
import { hasTlsServer } from '../../answers/which-socket.ts';
import { toldScheme } from '../../answers/who-speaks-tls.ts';
import { table } from '../../base/table.ts';
import type { Directive } from '../../config/directive.ts';
import { unseenOf } from '../../config/open.ts';
import type { Scope } from '../../config/scope.ts';
import { serverOf } from '../../config/servers.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule, type Line, type Related } from '../rule.ts';

/** Whether requests come to a place over TLS, plain HTTP, or both; who is sent to https before does not come. */
function schemesOf(scope: Scope): { plain: boolean; tls: boolean } {
  const own = scope.enclosing('server');
  const server = serverOf(scope);
  if (!own || !server) return { plain: false, tls: false };
  const encrypted = server.listens.map((l) => l.params.includes('ssl') || l.params.includes('quic') || own.value('ssl')?.value(0) === 'on');
  const tls = encrypted.includes(true);
  const end = tls && encrypted.includes(false) ? new Visitor(scope, { scheme: 'http' }).rewrites() : null;
  return { plain: encrypted.includes(false) && !(end?.by && end.status >= 300), tls };
}

/** Whether requests certainly come without TLS, and nothing shows that a proxy in front has ended it. */
function isPlainOnly(scope: Scope): boolean {
  const own = scope.enclosing('server');
  if (!own || unseenOf(own, 'listen').length || own.named('listen').some((d) => d.args.some((a) => a.templated))) return false;
  const end = new Visitor(scope, { scheme: 'http' }).rewrites();
  return !(end.by && end.status >= 300) && !terminator(scope) && !scope.effective('set_real_ip_from').directives.length;
}

/** Headers that say "on" where the client uses TLS. */
const isSwitch = (key: string): boolean => /^(?:HTTP_)?(?:X[-_]FORWARDED[-_]SSL|FRONT[-_]END[-_]HTTPS)$/.test(key);

/** Whether the line tells an application the scheme: by a header, or by the parameters that uWSGI and CGI have for it. */
function tells({ name, values }: Line): boolean {
  const key = (values[0] ?? '').toUpperCase();
  if (name.endsWith('_set_header')) return key === 'X-FORWARDED-PROTO' || isSwitch(key);
  return (
    isSwitch(key) ||
    key === 'HTTP_X_FORWARDED_PROTO' ||
    key === 'HTTPS' ||
    key === 'REQUEST_SCHEME' ||
    (name === 'uwsgi_param' && key === 'UWSGI_SCHEME')
  );
}

/** What to write instead of a constant; HTTPS is a flag, which `$https` is, and a header without a value is not sent. */
const USE: Readonly<Record<string, string>> = table({
  HTTPS: '$https if_not_empty',
  'X-FORWARDED-SSL': '$https',
  'FRONT-END-HTTPS': '$https',
  HTTP_X_FORWARDED_SSL: '$https if_not_empty',
  HTTP_FRONT_END_HTTPS: '$https if_not_empty',
});

/** The scheme that a value says: `on` is https. */
function schemeSaid(directive: Directive, text: string): string {
  const value = text.toLowerCase();
  const key = directive.value(0).toUpperCase();
  if (key !== 'HTTPS' && !isSwitch(key)) return value;
  return value === 'on' || value === '1' || value === 'https' ? 'https' : value === 'off' || value === '' ? '' : value;
}

/** The places in which the line may be in force: its own, or for one of http the servers and locations below that have no list of their own. */
function reach(scope: Scope): readonly Scope[] {
  if (scope.enclosing('server')) return [scope];
  const list = ['proxy_set_header', 'grpc_set_header', 'uwsgi_param', 'fastcgi_param', 'scgi_param'];
  return passesIn(scope)
    .map((d) => d.scope)
    .filter((at) => list.some((name) => at.effective(name).origin === scope));
}

/** A place that shows that a proxy in front ends TLS: the configuration itself asks for the scheme that it was told. */
function terminator(scope: Scope): Related | null {
  const use = toldScheme(scope);
  return use && { at: { file: use.directive.file.id, span: use.span }, message: 'here the scheme is taken from the proxy in front' };
}

export default defineRule({
  id: 'forwarded-proto-wrong',
  group: 'upstreams',
  severity: 'warning',
  since: '0.1',
  title: 'Wrong X-Forwarded-Proto',
  why: `
An application trusts \`X-Forwarded-Proto\` to know whether the client uses HTTPS: for secure cookies, redirects and the links it builds. A
constant is wrong for every request of the other kind. Behind a balancer that terminates TLS, \`$scheme\` is the scheme between the balancer and
nginx, which is http: the application redirects to HTTPS forever. There, pass on what the balancer said.`,
  about: ['proxy_set_header', '$scheme'],
  looksAt: { directive: ['proxy_set_header', 'grpc_set_header', 'uwsgi_param', 'fastcgi_param', 'scgi_param'], where: tells },
  needs: 'config',
  ofShape: true,
  fixable: 'sometimes',
  messages: {
    constant: 'The application receives "{value}" for every request, and this server also serves the other scheme. Use {use}.',
    http: 'The application receives "http" although this server speaks TLS. Use $scheme.',
    contradicts:
      '{header} says "{value}" and X-Forwarded-Proto says http of the same request, and Rails, for one, believes the first. Use $https, or where a proxy in front ends TLS, pass on its X-Forwarded-Proto too.',
    version: '$server_protocol is the version of HTTP, such as HTTP/1.1, not the scheme: no application takes it for https. Use $scheme.',
    trusting:
      '$scheme is "http" here for everyone, and set_real_ip_from names a proxy in front: if that ends TLS, the application redirects to https forever. Pass on $http_x_forwarded_proto.',
    behind: '$scheme is "http" here, whatever the client uses: TLS is terminated by the proxy in front. Pass on $http_x_forwarded_proto.',
  },
  check({ directive, scope, report }) {
    const [header, value] = directive.args;
    if (!header || !value) return;
    if (/^\$\{?server_protocol\}?$/.test(value.value))
      return report('version', { at: value, fix: fixOf('Use $scheme', 'suggestion', directive.file, [replace(value, '$scheme')]) });
    const texts = new Set((textsOf(scope, value.value) ?? []).map((text) => schemeSaid(directive, text)));
    const text = texts.size === 1 ? [...texts][0] : undefined;
    for (const at of reach(scope)) {
      const { plain, tls } = schemesOf(at);
      const use = USE[header.value.toUpperCase()] ?? '$scheme';
      const fix = fixOf(`Use ${use}`, 'suggestion', directive.file, [replace(value, use)]);
      const constant = { at: value, data: { value: value.value, use: use.replace(/ .*/, '') }, fix };
      if (text === 'http' && tls) return report(plain ? 'constant' : 'http', constant);
      if (text === 'https' && plain && !tls && isSwitch(header.value.toUpperCase()) && isPlainOnly(at)) {
        const other = at.effective(directive.name).directives.findLast((d) => headerOf(d) === 'x-forwarded-proto');
        if (other?.value(1) === '$scheme')
          return report('contradicts', {
            at: value,
            data: { header: header.value, value: value.value },
            related: [{ at: other.at(), message: 'says http' }],
            fix,
          });
      }
      if (text === 'https' && tls && plain) return report('constant', constant);
      if (value.value.toLowerCase() !== '$scheme' || !plain || tls) continue;
      const why = terminator(at);
      if (why)
        return report('behind', {
          at: value,
          related: [why],
          fix: fixOf('Pass on what the proxy in front said', 'suggestion', directive.file, [replace(value, '$http_x_forwarded_proto')]),
        });
      const trusted = at.effective('set_real_ip_from').directives[0];
      // what speaks the PROXY protocol passes connections on and writes no header: nobody but the client could have sent one
      const byHeader = at.value('real_ip_header')?.value(0).toLowerCase() !== 'proxy_protocol';
      if (trusted && byHeader && !hasTlsServer(scope.config))
        return report('trusting', {
          at: value,
          severity: 'info',
          related: [{ at: trusted.at(), message: 'here a proxy in front is trusted' }],
          fix: fixOf('Pass on what the proxy in front said', 'suggestion', directive.file, [replace(value, '$http_x_forwarded_proto')]),
        });
    }
  },
  examples: [
    {
      inside: 'location',
      bad: `proxy_set_header X-Forwarded-Proto $server_protocol;
#                                  ^^^^^^^^^^^^^^^^ version
proxy_pass http://127.0.0.1:8000;`,
      good: `proxy_set_header X-Forwarded-Proto $scheme;
proxy_pass http://127.0.0.1:8000;`,
    },
    {
      inside: 'server',
      bad: `listen 80;
set_real_ip_from 10.0.0.0/8;
real_ip_header X-Forwarded-For;
location / {
    proxy_set_header X-Forwarded-Proto $scheme;
#                                      ^^^^^^^ trusting
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `listen 80;
set_real_ip_from 10.0.0.0/8;
real_ip_header X-Forwarded-For;
location / {
    proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      good: `listen 80 proxy_protocol;
set_real_ip_from 10.0.0.0/8;
real_ip_header proxy_protocol;
location / {
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `listen 80;
listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header X-Forwarded-Proto https;
#                                      ^^^^^ constant
}`,
      good: `listen 80;
listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header X-Forwarded-Proto $scheme;
}`,
    },
    {
      inside: 'server',
      bad: `listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
proxy_set_header X-Forwarded-Proto http;
#                                  ^^^^ http`,
      good: `listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
proxy_set_header X-Forwarded-Proto $scheme;`,
    },
    {
      inside: 'server',
      bad: `listen 8080;
if ($http_x_forwarded_proto = http) {
    return 301 https://$host$request_uri;
}
location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header X-Forwarded-Proto $scheme;
#                                      ^^^^^^^ behind
}`,
      good: `listen 8080;
if ($http_x_forwarded_proto = http) {
    return 301 https://$host$request_uri;
}
location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
}`,
    },
    { inside: 'server', good: 'listen 8080;\nlocation / { proxy_pass http://127.0.0.1:8000; proxy_set_header X-Forwarded-Proto https; }' },
    {
      inside: 'server',
      bad: `listen 80;
location / {
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Ssl on;
#                                    ^^ contradicts
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `listen 80;
location / {
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Ssl $https;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
  ],
});
