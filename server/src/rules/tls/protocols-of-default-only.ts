// ssl_protocols of a server that is not the default of its address: before nginx 1.29.2 the handshake is over before the name is known.

import { isNginx, isVersionSaid } from '../../answers/which-build.ts';
import { serversUnder } from '../../answers/which-socket.ts';
import { unseenInForce } from '../../config/effective.ts';
import { listenersOf } from '../../config/servers.ts';
import { defineRule } from '../rule.ts';
import { protocolsOf, some } from '../tls.ts';

export default defineRule({
  id: 'protocols-of-default-only',
  group: 'tls',
  severity: 'warning',
  since: '0.2',
  title: 'ssl_protocols ignored in a non-default server',
  why: `The protocol of a connection is chosen before nginx has looked for the server of the name that the client asked for. Until nginx 1.29.1 the choice is that of the default server of the address, whatever the others say: a server with \`ssl_protocols TLSv1.3\` beside a default one with TLS 1.2 speaks TLS 1.2 too. From 1.29.2 on each server's own list counts.

Set the protocols in \`http\`, or in the default server as strict as in the strictest.`,
  about: ['ssl_protocols', 'listen'],
  references: ['https://nginx.org/en/docs/http/ngx_http_ssl_module.html#ssl_protocols'],
  looksAt: { directive: ['ssl_protocols'] },
  needs: 'file',
  messages: {
    spoken:
      'ssl_protocols of the default server of {address} counts, not this one: {protocols} is spoken here too. Set it there, or in http.',
    older:
      'Before nginx 1.29.2 ssl_protocols of the default server of {address} counts, not this one: {protocols} makes the difference. Set it there, or in http.',
    refused:
      'ssl_protocols of the default server of {address} counts, not this one: {protocols} is not spoken here. Set it there, or in http.',
  },
  check({ config, directive, scope, report }) {
    const now = isNginx(config, '1.29.2');
    // which nginx it is nobody says: older ones are in use
    if ((scope.context !== 'server' && scope.context !== 'stream-server') || (now && isVersionSaid(config))) return;
    const [server] = serversUnder(directive);
    if (!server) return;
    for (const pair of listenersOf(config, server.protocol)) {
      const first = pair.defaultServer;
      if (!pair.ssl || pair.quic || first === server || !pair.servers.includes(server)) continue;
      if (unseenInForce(first.scope, 'ssl_protocols').length) continue;
      const meant = directive.values;
      const real = protocolsOf(first.scope);
      const more = real.filter((p) => !meant.includes(p));
      const fewer = meant.filter((p) => !real.includes(p));
      if (!more.length && !fewer.length) continue;
      report(now ? 'older' : more.length ? 'spoken' : 'refused', {
        at: directive.at(),
        data: { address: pair.text, protocols: some(more.length ? more : fewer) },
        severity: more.length && !now ? 'warning' : 'info',
        related: first.scope.opener ? [{ at: first.scope.opener.nameAt, message: 'the default server' }] : [],
      });
      return;
    }
  },
  examples: [
    {
      inside: 'http',
      settings: { nginx: '1.22.1' },
      bad: `
ssl_certificate a.pem;
ssl_certificate_key a.key;
server {
    listen 443 ssl;
    server_name a.example.com;
}
server {
    listen 443 ssl;
    server_name b.example.com;
    ssl_protocols TLSv1.3;
#   ^^^^^^^^^^^^^^^^^^^^^^ spoken
}`,
      good: `
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_protocols TLSv1.3;
server {
    listen 443 ssl;
    server_name a.example.com;
}
server {
    listen 443 ssl;
    server_name b.example.com;
    ssl_protocols TLSv1.3;
}`,
    },
    {
      inside: 'http',
      settings: { nginx: '1.29.2' },
      good: `
ssl_certificate a.pem;
ssl_certificate_key a.key;
server {
    listen 443 ssl;
    server_name a.example.com;
}
server {
    listen 443 ssl;
    server_name b.example.com;
    ssl_protocols TLSv1.3;
}`,
    },
  ],
});
