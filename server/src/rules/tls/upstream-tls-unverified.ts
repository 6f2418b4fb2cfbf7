// TLS to a backend whose certificate nobody looks at.
import { fixOf, insertAfter } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { isOn, mayBeTls, TLS_PASSES, tlsPass } from '../tls.ts';
import { isOfOwnNetwork } from '../upstreams/_receiver.ts';

export default defineRule({
  id: 'upstream-tls-unverified',
  group: 'tls',
  severity: 'warning',
  since: '0.1',
  controls: { cis: ['4.1.10'] },
  missing: ['proxy_ssl_verify', 'grpc_ssl_verify', 'uwsgi_ssl_verify'],
  title: 'Upstream certificate not verified',
  why: `\`proxy_pass https://…\` encrypts, and by default accepts any certificate from anyone: whoever can redirect the connection (by DNS, by routing) reads and changes everything, and nginx notices nothing. \`proxy_ssl_verify on\` with the certificates of the authority in \`proxy_ssl_trusted_certificate\` makes the other side prove its name. nginx compares the name in \`proxy_pass\`; for an address or an upstream group say the certificate's name in \`proxy_ssl_name\`, or every request ends in 502. gRPC and uwsgi have the same directives under their own prefix.

For backends under an address or in an upstream group the finding is informational: such networks are often the operator's own. Backends on the same machine are left out.`,
  about: ['proxy_ssl_verify', 'proxy_ssl_trusted_certificate', 'proxy_ssl_name', 'grpc_ssl_verify', 'uwsgi_ssl_verify'],
  looksAt: [
    { directive: TLS_PASSES, where: mayBeTls },
    { directive: ['js_fetch_verify'], where: ({ values }) => values[0]?.toLowerCase() === 'off' },
  ],
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    fetched:
      'Scripts take any certificate of the servers that they fetch from: whoever is in between reads and changes everything. Remove the line.',
    unverified: 'Any certificate of {host} is accepted. Set {prefix}_verify on and {prefix}_trusted_certificate.',
  },
  check({ directive, scope, file, report }) {
    if (directive.name === 'js_fetch_verify') return report('fetched', { at: directive.statement, missing: [] });
    const pass = tlsPass(directive);
    if (!pass || pass.local || isOn(scope, `${pass.prefix}_verify`)) return;
    const { prefix } = pass;
    const trusted = scope.value(`${prefix}_trusted_certificate`);
    const named = pass.named && !isOn(scope, `${prefix}_server_name`) && !scope.has(`${prefix}_server_name`);
    const lines = [
      `${prefix}_verify on;`,
      ...(named ? [`${prefix}_server_name on;`] : []),
      ...(trusted ? [] : [`${prefix}_trusted_certificate /etc/ssl/certs/ca-certificates.crt;`]),
    ];
    // an explicit "off" at this level would collide with the new line
    const off = scope.first(`${prefix}_verify`);
    const edits =
      off && off.file === file
        ? [
            { span: { start: off.statement.start, end: off.statement.end }, newText: lines[0]! },
            ...(lines.length > 1 ? [insertAfter(file, directive.statement, lines.slice(1))] : []),
          ]
        : [insertAfter(file, directive.statement, lines)];
    report('unverified', {
      at: directive.args[0]!,
      data: { host: pass.host, prefix },
      // an if or limit_except takes no such directive; the name in the certificate behind an address or a group is not known
      fix:
        (scope.context === 'location' || scope.context === 'stream-server') && pass.named
          ? fixOf('Verify the certificate', 'suggestion', file, edits)
          : null,
      // within a network of one's own certificates are made by oneself, and known to nobody
      ...(pass.named && !isOfOwnNetwork(pass.host) ? {} : { severity: 'info' as const }),
    });
  },
  examples: [
    {
      inside: 'location',
      bad: `
proxy_pass https://api.example.net;
#          ^^^^^^^^^^^^^^^^^^^^^^^ unverified`,
      good: `
proxy_pass https://api.example.net;
proxy_ssl_verify on;
proxy_ssl_server_name on;
proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;`,
    },
    {
      inside: 'location',
      bad: `
grpc_pass grpcs://10.0.0.8:50051;
#         ^^^^^^^^^^^^^^^^^^^^^^ unverified
grpc_ssl_verify off;`,
      fixed: false,
    },
    {
      inside: 'location',
      good: `
proxy_pass https://127.0.0.1:8443;`,
    },
    {
      inside: 'server',
      bad: ` js_fetch_verify off;
#^^^^^^^^^^^^^^^^^^^^ fetched`,
      good: 'js_fetch_verify on;',
      fixed: false,
    },
  ],
});
