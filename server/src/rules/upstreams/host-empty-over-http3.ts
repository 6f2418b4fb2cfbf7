/** `$http_host` on a server that speaks HTTP/3, where no client sends a Host line. */
import { isNginx } from '../../answers/which-build.ts';
import { serversUnder } from '../../answers/which-socket.ts';
import type { Directive } from '../../config/directive.ts';
import type { Server } from '../../config/servers.ts';
import { variablesIn } from '../../syntax/variable.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

const HEADERS: ReadonlySet<string> = new Set(['proxy_set_header', 'grpc_set_header']);
const PARAMS: ReadonlySet<string> = new Set(['fastcgi_param', 'uwsgi_param', 'scgi_param']);
const KEYS: ReadonlySet<string> = new Set(['proxy_cache_key', 'fastcgi_cache_key', 'uwsgi_cache_key', 'scgi_cache_key']);

const LOOKED_AT = [...HEADERS, ...PARAMS, ...KEYS, 'return', 'rewrite'];

const speaksHttp3 = ({ scope, listens }: Server): boolean =>
  scope.value('http3')?.value(0).toLowerCase() !== 'off' && listens.some((l) => l.params.includes('quic'));

/** A header, a parameter or a key counts where a request is passed on with it; a redirect where it is written. */
const isUsedBelow = (directive: Directive, { scope }: Server): boolean =>
  directive.name === 'return' ||
  directive.name === 'rewrite' ||
  scope.all.some((d) => /_pass$/.test(d.name) && d.scope.effective(directive.name).directives.includes(directive));

const ALONE = /^\$\{?http_host\}?$/;

type Message = 'header' | 'param' | 'key' | 'redirect';

/** What an empty host does in a line. */
function harmOf({ name, values: [first = '', second = ''] }: Directive): Message | null {
  if (HEADERS.has(name)) return first.toLowerCase() === 'host' && ALONE.test(second) ? 'header' : null;
  if (PARAMS.has(name)) return first === 'HTTP_HOST' && ALONE.test(second) ? 'param' : null;
  if (KEYS.has(name)) return 'key';
  const target = name === 'return' && second === '' ? first : second;
  return /^https?:\/\/\$\{?http_host\b/i.test(target) ? 'redirect' : null;
}

export default defineRule({
  id: 'host-empty-over-http3',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  covers: ['host-spoofing'],
  title: '$http_host on a server that speaks HTTP/3',
  why: `
A client of HTTP/3 names the host in \`:authority\` and sends no Host line. For HTTP/2 nginx makes a Host line of it, for HTTP/3 it does not: \`$http_host\` is empty there, and \`$host\` is not. The application gets no Host header and answers 400, a redirect leads to \`https:///\`, and a cache key is the same for every host. It shows as soon as a browser changes to HTTP/3 after its first visits.

Use \`$host\`. Where the port matters, \`$host:$server_port\`.`,
  about: ['$http_host', '$host', 'listen', 'proxy_set_header'],
  references: ['https://github.com/nginx/nginx/issues/455'],
  looksAt: { directive: LOOKED_AT, where: ({ values }) => values.some((v) => v.includes('http_host')) },
  needs: 'file',
  fixable: 'always',
  fixChanges: ['answer', 'server', 'request-headers', 'cache'],
  messages: {
    header: '$http_host is empty over HTTP/3, which this server speaks: the application gets no Host header. Use $host.',
    param: '$http_host is empty over HTTP/3, which this server speaks: the application gets no HTTP_HOST. Use $host.',
    key: '$http_host is empty over HTTP/3, which this server speaks: all hosts share one cached page. Use $host.',
    redirect: '$http_host is empty over HTTP/3, which this server speaks: the redirect leads to "https:///". Use $host.',
  },
  check({ directive, config, file, report }) {
    const use = directive.args.flatMap((a) => variablesIn(a).uses).find((u) => u.name === 'http_host');
    const harm = use && harmOf(directive);
    if (!use || !harm || !isNginx(config, '1.25.0')) return;
    const server = serversUnder(directive).find((s) => speaksHttp3(s) && isUsedBelow(directive, s));
    if (!server) return;
    const listen = server.listens.find((l) => l.params.includes('quic'))?.directive;
    report(harm, {
      at: use.span,
      related: listen ? [{ at: listen.at(), message: 'HTTP/3 is spoken here' }] : [],
      fix: fixOf('Use $host', 'suggestion', file, [replace(use.span, use.braced ? '${host}' : '$host')]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `listen 443 quic;
listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
location / {
    proxy_set_header Host $http_host;
#                         ^^^^^^^^^^ header
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `listen 443 quic;
listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
location / {
    proxy_set_header Host $host;
    proxy_pass http://127.0.0.1:8000;
}`,
      notOn122: 'QUIC came with 1.25.0',
    },
    {
      inside: 'server',
      bad: `listen 443 quic;
listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
return 302 https://$http_host/app$request_uri;
#                  ^^^^^^^^^^ redirect`,
      good: `listen 443 quic;
listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
return 302 https://$host/app$request_uri;`,
      notOn122: 'QUIC came with 1.25.0',
    },
    {
      inside: 'server',
      good: `listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
location / {
    proxy_set_header Host $http_host;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
  ],
});
