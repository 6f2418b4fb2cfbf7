// Cipher strings whose DHE suites have no parameters: no handshake of a protocol comes to an end, or the first choice is never offered.

import { isNginx, isOpenssl } from '../../answers/which-build.ts';
import { serversUnder, tlsServers } from '../../answers/which-socket.ts';
import { evaluateCipherList, usableSuites } from '../../catalog/ciphers.ts';
import type { Directive } from '../../config/directive.ts';
import { type Server, serversOf } from '../../config/servers.ts';
import { defineRule } from '../rule.ts';
import { cipherWord, hasUnseenFile, opensslOf, protocolIn, protocolsOf, rejects, some } from '../tls.ts';

/** The servers over TLS that a line may count for: those of its own protocol. */
function serversWith(directive: Directive): readonly Server[] {
  const { config } = directive.scope;
  const protocol = protocolIn(directive.scope);
  if (protocol === 'http') return serversUnder(directive).filter((s) => tlsServers(config).includes(s));
  const own = directive.scope.enclosing('stream-server', 'mail-server');
  return serversOf(config, protocol === 'mail' ? 'mail' : 'stream').filter(
    (s) => (!own || s.scope === own) && s.listens.some((l) => l.params.includes('ssl')),
  );
}

export default defineRule({
  id: 'dhe-without-parameters',
  group: 'tls',
  severity: 'warning',
  since: '0.2',
  controls: { cis: ['4.1.6'] },
  title: 'DHE suites without ssl_dhparam',
  why: `Suites that begin with \`DHE-\` need the parameters of \`ssl_dhparam\`: since nginx 1.11.0 there are none without it, and OpenSSL skips these suites. Where the list has no others, every handshake up to TLS 1.2 ends with the alert "handshake failure", and with TLS 1.3 turned off no client gets in at all. Nothing is logged when nginx starts, and \`openssl ciphers\` lists these suites as if they were there.

A list may have others, and still mean the DHE ones: where they stand first, or where they are all that a client of TLS 1.0 or 1.1 has. Suites of DHE behind those of ECDHE, as in Mozilla’s lists, are for clients that hardly exist; without parameters nothing is lost, and the rule is silent.

Add ECDHE suites, which every browser of the last ten years has, or write parameters with \`openssl dhparam\` and name them. OpenSSL 4.0 knows the groups of RFC 7919 in TLS 1.2 and needs no parameters.`,
  about: ['ssl_ciphers', 'ssl_dhparam'],
  references: ['https://nginx.org/en/docs/http/ngx_http_ssl_module.html#ssl_dhparam'],
  looksAt: { directive: ['ssl_ciphers'] },
  needs: 'file',
  inForce: true,
  messages: {
    none: 'Every suite of this list is DHE and needs ssl_dhparam, which is not set: no handshake succeeds. Add ECDHE suites.',
    old: 'Every suite of this list is DHE and needs ssl_dhparam, which is not set: TLS 1.2 and older fail. Add ECDHE suites.',
    protocol:
      '{protocol} is on, and the list has nothing for it but DHE, which needs ssl_dhparam: its handshakes fail. Set ssl_dhparam, or turn {protocol} off.',
    first: '{suite} stands first and is never offered: DHE needs ssl_dhparam, which is not set. Set ssl_dhparam, or leave the suite out.',
  },
  check({ config, directive, scope, report }) {
    const word = cipherWord(directive);
    if (!word || !isNginx(config, '1.11.0') || isOpenssl(config, '4.0.0') || hasUnseenFile(scope)) return;
    const list = evaluateCipherList(word.value, opensslOf(config));
    if (!list.ok) return;
    for (const server of serversWith(directive)) {
      const inForce = server.scope.value('ssl_ciphers');
      if (inForce?.statement !== directive.statement || rejects(server.scope)) continue;
      if (server.scope.value('ssl_dhparam') || server.scope.effective('ssl_conf_command').directives.length) continue;
      const protocols = protocolsOf(server.scope);
      const handshake = { protocols: [...protocols], keys: null, securityLevel: list.securityLevel };
      const withParameters = usableSuites(list.suites, { ...handshake, dhparam: true });
      if (!withParameters.length) continue;
      if (usableSuites(list.suites, { ...handshake, dhparam: false }).length) {
        const [first] = withParameters;
        const alone = protocols.find((p) => {
          // OpenSSL 3 signs nothing for TLS 1.1 and older above level 0, whatever the suite
          if (p !== 'TLSv1.2' && list.securityLevel > 0 && isOpenssl(config, '3.0.0')) return false;
          const one = { ...handshake, protocols: [p] };
          return (
            usableSuites(list.suites, { ...one, dhparam: true }).length && !usableSuites(list.suites, { ...one, dhparam: false }).length
          );
        });
        if (alone !== undefined) report('protocol', { at: word, severity: 'info', data: { protocol: alone } });
        else if (first!.kx === 'DHE') report('first', { at: word, severity: 'hint', data: { suite: first!.name } });
        else continue;
        return;
      }
      const modern = protocols.includes('TLSv1.3');
      report(modern ? 'old' : 'none', {
        at: word,
        severity: modern ? 'info' : 'warning',
        related: server.scope.opener
          ? [{ at: server.scope.opener.nameAt, message: `offers ${some(withParameters.map((s) => s.name))}` }]
          : [],
      });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `
listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_protocols TLSv1.2;
ssl_ciphers DHE-RSA-AES128-GCM-SHA256;
#           ^^^^^^^^^^^^^^^^^^^^^^^^^ none`,
      good: `
listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_protocols TLSv1.2;
ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256;`,
    },
    {
      inside: 'server',
      bad: `
listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_protocols TLSv1.2 TLSv1.3;
ssl_ciphers DHE-RSA-AES128-GCM-SHA256;
#           ^^^^^^^^^^^^^^^^^^^^^^^^^ old`,
    },
    {
      inside: 'server',
      settings: { openssl: '1.1.1' },
      bad: `
listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_protocols TLSv1.1 TLSv1.2;
ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-SHA;
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ protocol`,
      good: `
listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_protocols TLSv1.2;
ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-SHA;`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `
listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_protocols TLSv1.2 TLSv1.3;
ssl_ciphers DHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256;
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ first`,
      good: `
listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_protocols TLSv1.2 TLSv1.3;
ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384;`,
      fixed: false,
    },
    {
      inside: 'server',
      settings: { openssl: '4.0.3' },
      good: `
listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_protocols TLSv1.2;
ssl_ciphers DHE-RSA-AES128-GCM-SHA256;`,
    },
  ],
});
