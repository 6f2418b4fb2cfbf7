/** X-Forwarded-Proto with a scheme that is not the client's: a constant where both are served, or nginx's own behind a TLS terminator. */
import type { Directive } from '../../config/directive.ts';
import { namesOf } from '../../config/names.ts';
import type { Scope } from '../../config/scope.ts';
import { serverOf } from '../../config/servers.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule, type Related } from '../rule.ts';

/** Whether the sockets of a server speak TLS, plain HTTP, or both. */
function schemesOf(scope: Scope): { plain: boolean; tls: boolean } {
  const own = scope.enclosing('server');
  const server = serverOf(scope);
  if (!own || !server) return { plain: false, tls: false };
  const encrypted = server.listens.map((l) => l.params.includes('ssl') || l.params.includes('quic') || own.value('ssl')?.value(0) === 'on');
  return { plain: encrypted.includes(false), tls: encrypted.includes(true) };
}

/** A place that shows that a proxy in front ends TLS: the configuration itself asks for the scheme that it was told. */
function terminator(scope: Scope): Related | null {
  const { config } = scope;
  const server = scope.enclosing('server');
  for (const name of ['http_x_forwarded_proto', 'http_cloudfront_forwarded_proto', 'http_x_forwarded_ssl'])
    for (const site of namesOf(config).references('variable', name, 'http')) {
      const user: Directive = site.directive;
      const holder = user.scope.enclosing('server');
      if (user.name === 'log_format' || (holder && holder !== server)) continue;
      return { at: { file: user.file.id, span: site.span }, message: 'here the scheme is taken from the proxy in front' };
    }
  return null;
}

export default defineRule({
  id: 'forwarded-proto-wrong',
  group: 'upstreams',
  severity: 'warning',
  since: '0.1',
  title: 'The application is told a scheme that is not the client’s',
  why: `
An application trusts \`X-Forwarded-Proto\` to know whether the client uses HTTPS: for secure cookies, redirects and the links it builds. A
constant is wrong for every request of the other kind. Behind a balancer that ends TLS, \`$scheme\` is the scheme between the balancer and
nginx, which is http: the application redirects to HTTPS for ever. There, pass on what the balancer said.`,
  about: ['proxy_set_header', '$scheme'],
  looksAt: { directive: ['proxy_set_header', 'uwsgi_param', 'fastcgi_param'] },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    constant: 'The application is told "{value}" for every request, and this server also serves the other scheme. Use $scheme.',
    http: 'The application is told "http" although this server speaks TLS. Use $scheme.',
    behind: '$scheme is "http" here, whatever the client uses: TLS ends at the proxy in front. Pass on $http_x_forwarded_proto.',
  },
  check({ directive, scope, report }) {
    const [header, value] = directive.args;
    const name = directive.name === 'proxy_set_header' ? 'x-forwarded-proto' : 'http_x_forwarded_proto';
    if (!header || !value || header.value.toLowerCase() !== name || !scope.enclosing('server')) return;
    const { plain, tls } = schemesOf(scope);
    const text = value.value.toLowerCase();
    const fix = fixOf('Use $scheme', 'suggestion', directive.file, [replace(value, '$scheme')]);
    if (text === 'http' && tls) report(plain ? 'constant' : 'http', { at: value, data: { value: text }, fix });
    else if (text === 'https' && tls && plain) report('constant', { at: value, data: { value: text }, fix });
    else if (text === '$scheme' && plain && !tls) {
      const why = terminator(scope);
      if (why)
        report('behind', {
          at: value,
          related: [why],
          fix: fixOf('Pass on what the proxy in front said', 'suggestion', directive.file, [replace(value, '$http_x_forwarded_proto')]),
        });
    }
  },
  examples: [
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
  ],
});
