/** TLS servers that staple no answer of OCSP. */

import { isNginx } from '../../answers/which-build.ts';
import { reachOf, tlsServers } from '../../answers/which-socket.ts';
import { serversOf } from '../../config/servers.ts';
import { defineRule } from '../rule.ts';
import { LETS_ENCRYPT, rejects } from '../tls.ts';

export default defineRule({
  id: 'stapling-off',
  group: 'compliance',
  severity: 'info',
  default: false,
  since: '0.2',
  controls: { cis: ['4.1.7'] },
  missing: ['ssl_stapling'],
  title: 'OCSP stapling is off',
  why: `
With a stapled answer a client learns that the certificate is not revoked without asking its authority, which would then know who visits whom. The benchmark wants it on. Let's Encrypt and others have no OCSP any more; a certificate below a \`letsencrypt\` folder is left out.`,
  about: ['ssl_stapling', 'ssl_stapling_verify'],
  looksAt: { config: true },
  needs: 'config',
  messages: { off: 'This server staples no OCSP answer. Set ssl_stapling on and ssl_stapling_verify on, if the authority has OCSP.' },
  check({ config, report }) {
    if (!config.whole) return;
    // stream has the directive since 1.27.2
    const inStream = isNginx(config, '1.27.2') ? serversOf(config, 'stream').filter((s) => reachOf(s).tls) : [];
    for (const { scope } of [...tlsServers(config), ...inStream]) {
      const certificates = scope.effective('ssl_certificate').directives;
      if (!scope.opener || !certificates.length || rejects(scope) || certificates.every((d) => LETS_ENCRYPT.test(d.value(0)))) continue;
      if (scope.value('ssl_stapling')?.value(0).toLowerCase() !== 'on') report('off', { at: scope.opener.nameAt });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: ` server {
#^^^^^^ off
    listen 443 ssl;
    ssl_certificate a.pem;
    ssl_certificate_key a.key;
}`,
      good: `server {
    listen 443 ssl;
    ssl_certificate a.pem;
    ssl_certificate_key a.key;
    ssl_stapling on;
}`,
    },
  ],
});
