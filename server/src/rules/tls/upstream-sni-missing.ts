// TLS to a named backend without telling it which name is meant.
import { PerPart } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import { unseenInForce } from '../../config/effective.ts';
import type { Upstream } from '../../config/upstreams.ts';
import { fixOf, insertAfter, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { isOn, mayBeTls, TLS_PASSES, type TlsPass, tlsPass } from '../tls.ts';
import { groupOf } from '../upstreams/_groups.ts';
import { isOfOwnNetwork } from '../upstreams/_receiver.ts';

/** The hosts of DNS in a group; none where it is called like one of them, or a template fills one in. */
const hostsOf = new PerPart((directive: Directive): readonly string[] => {
  const group = directive.body && groupOf(directive, directive.body);
  const servers = group?.servers ?? [];
  if (servers.some((s) => s.directive.args[0]?.templated || s.host.toLowerCase() === group!.name.toLowerCase())) return [];
  return [...new Set(servers.filter((s) => s.kind === 'name').map((s) => s.host))].filter((h) => h.includes('.'));
});

/** Lists of public authorities, none of which signs for a name of one word. */
const OF_SYSTEM = /ca-certificates\.crt$|ca-bundle(?:\.trust)?\.crt$|tls-ca-bundle\.pem$|^\/etc\/ssl\/(?:cert\.pem$|certs\/)|cacert\.pem$/;

export default defineRule({
  id: 'upstream-sni-missing',
  group: 'tls',
  severity: 'warning',
  since: '0.1',
  missing: ['proxy_ssl_server_name', 'grpc_ssl_server_name', 'uwsgi_ssl_server_name'],
  title: 'No SNI sent to the TLS upstream',
  why: `A server that holds many names behind one address learns from the TLS handshake (SNI) which one is meant. nginx leaves the name out unless \`proxy_ssl_server_name\` is on: hosted services and CDNs then end the handshake (502 in the browser, "handshake failure" in the log) or answer with another site's certificate, which fails once verification is on.

Reported where a pass directive names a host of DNS. A constant in a variable is followed, and \`proxy_ssl on\` in stream counts. Addresses, sockets and upstream groups carry no such name by themselves.

Where SNI is on and a group of servers is passed to, nginx sends the group's name, and with \`proxy_ssl_verify on\` looks for it in the certificate: \`upstream partner { server api.example.net:443; }\` asks for a site called "partner". \`proxy_ssl_name\` says which name is meant.`,
  about: ['proxy_ssl_server_name', 'proxy_ssl_name', 'grpc_ssl_server_name', 'uwsgi_ssl_server_name'],
  references: ['https://www.rfc-editor.org/rfc/rfc6066#section-3'],
  looksAt: { directive: TLS_PASSES, where: mayBeTls },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    group:
      'The TLS handshake asks {server} for a site called "{host}", the name of the group, which it does not have. Set {prefix}_name to the name of its site.',
    unproved:
      'Unless the certificate of {server} has the name "{host}", that of the group, every request ends in 502. Set {prefix}_name to the name in the certificate.',
    missing: 'nginx sends no server name (SNI) to {host} in the TLS handshake. Set {prefix}_server_name on.',
  },
  check({ directive, scope, file, report }) {
    const pass = tlsPass(directive);
    if (pass?.group) return ofGroup(pass, pass.group);
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

    /** The name of a group that is no host's is told to servers of the network, or looked for in their certificates. */
    function ofGroup({ prefix, host, local }: TlsPass, group: Upstream): void {
      const line = ['server_name', 'verify']
        .map((word) => scope.value(`${prefix}_${word}`))
        .find((d) => d?.value(0).toLowerCase() === 'on');
      if (!line || local || host.includes('.') || scope.value(`${prefix}_name`) || unseenInForce(scope, `${prefix}_name`).length) return;
      const hosts = hostsOf.of(group.directive);
      if (!hosts.length) return;
      const own = directive.args[0]!.value.includes('$');
      report(line.name.endsWith('_verify') ? 'unproved' : 'group', {
        at: directive.args[0]!,
        data: { host, prefix, server: hosts[0]! },
        // certificates of an authority of one's own may have the name of the group
        ...(hosts.every(isOfOwnNetwork) || hasOwnAuthority(prefix) ? { severity: 'info' as const } : {}),
        related: [
          { at: group.servers[0]!.directive.at(), message: 'a server of the group' },
          { at: line.at(), message: line.name.endsWith('_verify') ? 'the certificate must have the name' : 'the name is sent' },
        ],
        fix:
          hosts.length === 1 && !own && (scope.context === 'location' || scope.context === 'stream-server')
            ? fixOf('Name the site', 'suggestion', file, [insertAfter(file, directive.statement, [`${prefix}_name ${hosts[0]!};`])])
            : null,
      });
    }

    /** Whether the certificates are looked up in a file that is not the system's list of public authorities. */
    function hasOwnAuthority(prefix: string): boolean {
      const file = scope.value(`${prefix}_trusted_certificate`)?.value(0);
      return scope.value(`${prefix}_verify`)?.value(0).toLowerCase() === 'on' && file !== undefined && !OF_SYSTEM.test(file);
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `upstream partner { server api.example.net:443; }
server {
    location / {
        proxy_pass https://partner;
#                  ^^^^^^^^^^^^^^^ group
        proxy_ssl_server_name on;
    }
}`,
      good: `upstream partner { server api.example.net:443; }
server {
    location / {
        proxy_pass https://partner;
        proxy_ssl_name api.example.net;
        proxy_ssl_server_name on;
    }
}`,
      notOn122: 'the name of a server in a group is resolved when nginx starts',
    },
    {
      inside: 'http',
      bad: `upstream partner { server api.example.net:443; }
server {
    location / {
        proxy_pass https://partner;
#                  ^^^^^^^^^^^^^^^ unproved
        proxy_ssl_verify on;
        proxy_ssl_trusted_certificate ca.pem;
    }
}`,
      good: `upstream partner { server api.example.net:443; }
server {
    location / {
        proxy_pass https://partner;
        proxy_ssl_name api.example.net;
        proxy_ssl_verify on;
        proxy_ssl_trusted_certificate ca.pem;
    }
}`,
      notOn122: 'the name of a server in a group is resolved when nginx starts',
    },
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
