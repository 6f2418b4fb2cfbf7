/** grpc_pass where no listener speaks HTTP/2: gRPC clients need it from end to end. */
import { listenersOf, serverOf } from '../../config/servers.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'grpc-without-http2',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  missing: ['http2', 'listen'],
  title: 'grpc_pass without HTTP/2 for clients',
  why: `
gRPC is defined over HTTP/2. On a listener that speaks HTTP/1.1 only, a client's connection ends with a protocol error before nginx has read a request, although \`grpc_pass\` itself is right. Turn HTTP/2 on with \`http2 on\` (from nginx 1.25.1 on), or with \`listen … http2\`.`,
  about: ['grpc_pass', 'http2', 'listen'],
  references: ['https://nginx.org/en/docs/http/ngx_http_grpc_module.html'],
  looksAt: { directive: ['grpc_pass'] },
  needs: 'config',
  messages: {
    plain:
      'gRPC clients speak HTTP/2, and no listener of this server does: their connections fail. Turn HTTP/2 on (http2 on, or listen … http2).',
  },
  check({ config, directive, scope, report }) {
    const server = serverOf(scope);
    if (!server || (config.kind !== 'root' && !config.tree.standIn)) return;
    const pairs = listenersOf(config).filter((l) => l.servers.includes(server));
    // a line of another site turns it on for the same address: beside a file without its main file there are such over TLS
    if (!pairs.length || (config.kind !== 'root' && pairs.some((l) => l.ssl))) return;
    const isOn = (s: typeof server.scope): boolean => s.value('http2')?.value(0).toLowerCase() === 'on';
    const speaks = pairs.some(
      (l) => l.quic || l.servers.some((s) => isOn(s.scope) || s.listens.some((x) => x.params.some((p) => p === 'http2' || p === 'quic'))),
    );
    if (speaks) return;
    report('plain', {
      at: directive.nameAt,
      related: server.listens.flatMap((l) => (l.directive ? [{ at: l.directive.at(), message: 'speaks HTTP/1.1 only' }] : [])).slice(0, 3),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 80;
    location / {
        grpc_pass grpc://127.0.0.1:50051;
#       ^^^^^^^^^ plain
    }
}`,
      good: `server {
    listen 80 http2;
    location / {
        grpc_pass grpc://127.0.0.1:50051;
    }
}`,
    },
  ],
});
