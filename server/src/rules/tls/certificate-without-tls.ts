// A server with a certificate of its own on a port of its own, and no listen line that speaks TLS.
import { isSeenWhole } from '../../answers/which-socket.ts';
import { endsBefore } from '../../answers/who-speaks-tls.ts';
import { listenersFor, type Server, serverOf, serversOf } from '../../config/servers.ts';
import { fixOf } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { appendWord, isOn } from '../tls.ts';

/** Ports where plain HTTP is expected: a certificate beside them is a leftover, or one for later. `plain-on-443` speaks of 443. */
const OF_PLAIN_HTTP = [80, 443, 8000, 8080];

/** Words of `listen` with which the socket takes something else than plain TCP of the clients. */
const OTHERWISE = ['ssl', 'quic', 'udp', 'proxy_protocol'];

/** Whether all that the server listens on is seen, is written in full, and takes TCP without TLS where TLS is likely. */
function isPlain(server: Server): boolean {
  const { config } = server.scope;
  return (
    server.listens.every(
      ({ directive, addresses, params }) =>
        directive !== null &&
        !directive.args[0]?.templated &&
        !OTHERWISE.some((word) => params.includes(word)) &&
        addresses.every((a) => a.kind !== 'unix' && !(server.protocol === 'http' && OF_PLAIN_HTTP.includes(a.port))),
    ) &&
    listenersFor(config, server).every((l) => isSeenWhole(l) && !l.ssl && !l.quic && !l.udp && !l.servers.some((s) => isOn(s.scope, 'ssl')))
  );
}

export default defineRule({
  id: 'certificate-without-tls',
  group: 'tls',
  severity: 'warning',
  since: '0.2',
  title: 'Certificate of a server that does not speak TLS',
  why: `
A certificate by itself turns nothing on. Without the \`ssl\` parameter on a \`listen\` line nginx takes what clients send as plain text: browsers get 400 Bad Request for \`https://\`, and a client that tries without TLS is answered, and sends passwords for everyone to read. In \`stream\` nginx passes the handshake on to the server behind it, which may not know what to do with it.`,
  about: ['ssl_certificate', 'listen'],
  references: ['https://nginx.org/en/docs/stream/ngx_stream_core_module.html#listen'],
  looksAt: { directive: ['ssl_certificate'] },
  needs: 'config',
  fixable: 'always',
  messages: {
    unused:
      'No listen line of this server has the parameter ssl: {address} takes plain {what}, and the certificate is never used. Add ssl.',
  },
  check({ config, directive, scope, file, report }) {
    const server = scope.context === 'stream-server' ? serversOf(config, 'stream').find((s) => s.scope === scope) : serverOf(scope);
    if (server?.scope !== scope || !server.listens.length) return;
    // a snippet of all sites, or a place that is filled in
    if (scope.opener?.file !== directive.file || directive.args[0]?.templated) return;
    if (isOn(scope, 'ssl_preread') || !isPlain(server) || (server.protocol === 'http' && endsBefore(scope))) return;
    const lines = server.listens.flatMap((l) => (l.directive?.file === file ? [l.directive] : []));
    if (lines.length < server.listens.length) return;
    report('unused', {
      at: directive.statement.name,
      data: { address: lines[0]!.value(0), what: server.protocol === 'http' ? 'HTTP' : 'TCP' },
      related: lines.map((d) => ({ at: d.at(), message: 'ssl is missing here' })),
      fix: fixOf(
        'Add ssl',
        'suggestion',
        file,
        lines.map((d) => appendWord(d.args.at(-1)!, 'ssl')),
      ),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `
server {
    listen 8443;
    server_name example.com;
    ssl_certificate site.pem;
#   ^^^^^^^^^^^^^^^ unused
    ssl_certificate_key site.key;
}`,
      good: `
server {
    listen 8443 ssl;
    server_name example.com;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
}`,
    },
    {
      inside: 'stream',
      bad: `
server {
    listen 8883;
    ssl_certificate site.pem;
#   ^^^^^^^^^^^^^^^ unused
    ssl_certificate_key site.key;
    proxy_pass 127.0.0.1:1883;
}`,
      good: `
server {
    listen 8883 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    proxy_pass 127.0.0.1:1883;
}`,
    },
    {
      inside: 'http',
      good: `
server {
    listen 80;
    listen 8443 ssl;
    server_name a.example.com;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
}
server {
    listen 8443;
    server_name b.example.com;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
}
server {
    listen 9443 proxy_protocol;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
}`,
    },
  ],
});
