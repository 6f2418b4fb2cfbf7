// TLS to a named backend without telling it which name is meant.
import { fixOf, insertAfter, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { isOn, mayBeTls, TLS_PASSES, tlsPass } from '../tls.ts';
import { isOfOwnNetwork } from '../upstreams/_receiver.ts';

export default defineRule({
  id: 'upstream-sni-missing',
  group: 'tls',
  severity: 'warning',
  since: '0.1',
  missing: ['proxy_ssl_server_name', 'grpc_ssl_server_name', 'uwsgi_ssl_server_name'],
  title: 'No SNI sent to the TLS upstream',
  why: `A server that holds many names behind one address learns from the TLS handshake (SNI) which one is meant. nginx leaves the name out unless \`proxy_ssl_server_name\` is on: hosted services and CDNs then end the handshake (502 in the browser, "handshake failure" in the log) or answer with another site's certificate, which fails once verification is on.

Reported where a pass directive names a host of DNS. A constant in a variable is followed, and \`proxy_ssl on\` in stream counts. Addresses, sockets and upstream groups carry no such name by themselves.`,
  about: ['proxy_ssl_server_name', 'proxy_ssl_name', 'grpc_ssl_server_name', 'uwsgi_ssl_server_name'],
  references: ['https://www.rfc-editor.org/rfc/rfc6066#section-3'],
  looksAt: { directive: TLS_PASSES, where: mayBeTls },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    missing: 'nginx sends no server name (SNI) to {host} in the TLS handshake. Set {prefix}_server_name on.',
  },
  check({ directive, scope, file, report }) {
    const pass = tlsPass(directive);
    if (!pass?.named || pass.local || isOn(scope, `${pass.prefix}_server_name`)) return;
    const line = `${pass.prefix}_server_name on;`;
    const off = scope.first(`${pass.prefix}_server_name`);
    report('missing', {
      at: directive.args[0]!,
      data: { host: pass.host, prefix: pass.prefix },
      // a machine of one's own has one site as a rule
      ...(isOfOwnNetwork(pass.host) ? { severity: 'info' as const } : {}),
      // an if or limit_except takes no such directive
      fix:
        scope.context === 'location' || scope.context === 'stream-server'
          ? fixOf('Send the server name', 'suggestion', file, [
              off && off.file === file ? replace(off.statement, line) : insertAfter(file, directive.statement, [line]),
            ])
          : null,
    });
  },
  examples: [
    {
      inside: 'location',
      bad: `
proxy_pass https://api.example.net/v1/;
#          ^^^^^^^^^^^^^^^^^^^^^^^^^^^ missing`,
      good: `
proxy_pass https://api.example.net/v1/;
proxy_ssl_server_name on;`,
    },
    {
      inside: 'location',
      good: `
proxy_pass https://10.0.0.8;`,
    },
  ],
});
