// OCSP stapling for certificates whose authority has no OCSP responder any more.

import { reachOf, serversUnder } from '../../answers/which-socket.ts';
import { fixOf, remove } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { LETS_ENCRYPT } from '../tls.ts';

export default defineRule({
  id: 'stapling-dead-ca',
  group: 'tls',
  severity: 'info',
  since: '0.1',
  equivalents: ['gixy:ssl_stapling_letsencrypt'],
  title: 'OCSP stapling for a CA without OCSP',
  why: `Let's Encrypt ended its OCSP service in 2025: certificates issued since May of that year name no responder, and the responders were switched off in August. nginx then says \`"ssl_stapling" ignored, no OCSP responder URL in the certificate\` at every start and staples nothing. Revocation works through lists that browsers fetch themselves.

The rule knows such certificates by their path below a \`letsencrypt\` folder. It is silent as soon as one certificate that the directive covers comes from elsewhere.`,
  about: ['ssl_stapling', 'ssl_stapling_verify'],
  references: ['https://letsencrypt.org/2024/12/05/ending-ocsp/'],
  looksAt: { directive: ['ssl_stapling'] },
  needs: 'file',
  fixable: 'always',
  messages: {
    dead: "Let's Encrypt has no OCSP responder since 2025, so nothing is stapled. Remove ssl_stapling.",
  },
  check({ directive, scope, file, report }) {
    if (directive.value(0).toLowerCase() !== 'on') return;
    const concerned = serversUnder(directive).flatMap((s) => (s.scope === scope || reachOf(s).tls ? [s.scope] : []));
    const certificates = concerned
      .filter((s) => s.value('ssl_stapling') === directive && !s.value('ssl_stapling_file') && !s.value('ssl_stapling_responder'))
      .flatMap((s) => s.effective('ssl_certificate').directives.map((d) => d.value(0)));
    if (!certificates.length || !certificates.every((path) => LETS_ENCRYPT.test(path))) return;
    const verify = scope.named('ssl_stapling_verify').filter((d) => d.file === file);
    report('dead', {
      at: directive.statement,
      tag: 'unnecessary',
      fix: fixOf(
        'Remove stapling',
        'suggestion',
        file,
        [directive, ...verify].map((d) => remove(file, d.statement)),
      ),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `
server {
    listen 443 ssl;
    ssl_certificate /etc/letsencrypt/live/example.com/fullchain.pem;
    ssl_certificate_key /etc/letsencrypt/live/example.com/privkey.pem;
    ssl_stapling on;
#   ^^^^^^^^^^^^^^^^ dead
    ssl_stapling_verify on;
}`,
      good: `
server {
    listen 443 ssl;
    ssl_certificate /etc/letsencrypt/live/example.com/fullchain.pem;
    ssl_certificate_key /etc/letsencrypt/live/example.com/privkey.pem;
}`,
    },
    {
      inside: 'http',
      good: `
server {
    listen 443 ssl;
    ssl_certificate /etc/ssl/certs/site.pem;
    ssl_certificate_key /etc/ssl/private/site.key;
    ssl_stapling on;
}`,
    },
    {
      inside: 'http',
      bad: `
server {
    listen 443 ssl;
    ssl_certificate /etc/letsencrypt/live/example.com/fullchain.pem; # managed by Certbot
    ssl_certificate_key /etc/letsencrypt/live/example.com/privkey.pem; # managed by Certbot
    ssl_stapling on; # managed by Certbot
#   ^^^^^^^^^^^^^^^^ dead
    ssl_stapling_verify on; # asked for by operations
}`,
      good: `
server {
    listen 443 ssl;
    ssl_certificate /etc/letsencrypt/live/example.com/fullchain.pem; # managed by Certbot
    ssl_certificate_key /etc/letsencrypt/live/example.com/privkey.pem; # managed by Certbot
    # asked for by operations
}`,
    },
  ],
});
