/** TLS to an upstream that does not learn who asks. */
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'upstream-without-client-certificate',
  group: 'compliance',
  severity: 'info',
  default: false,
  since: '0.2',
  controls: { cis: ['4.1.9'] },
  missing: ['proxy_ssl_certificate', 'grpc_ssl_certificate', 'uwsgi_ssl_certificate'],
  title: 'No client certificate towards an upstream',
  why: `
An upstream that asks for a certificate knows that a request came through this proxy and not around it. The benchmark wants traffic to upstream servers authenticated so, with \`proxy_ssl_certificate\` and \`proxy_ssl_certificate_key\`.`,
  about: ['proxy_ssl_certificate', 'proxy_ssl_certificate_key'],
  looksAt: { directive: ['proxy_pass', 'grpc_pass', 'uwsgi_pass'] },
  needs: 'config',
  messages: { none: 'nginx shows no certificate to {target}. Set {family}_ssl_certificate and {family}_ssl_certificate_key.' },
  check({ directive, scope, report }) {
    const target = directive.value(0);
    const family = directive.name.replace(/_pass$/, '');
    if (!/^(?:https|grpcs|suwsgi):/i.test(target) || scope.context.startsWith('stream')) return;
    if (!scope.value(`${family}_ssl_certificate`)) report('none', { at: directive.args[0]!, data: { target, family } });
  },
  examples: [
    {
      inside: 'location',
      bad: `proxy_pass https://10.0.0.5:8443;
#          ^^^^^^^^^^^^^^^^^^^^^ none`,
      good: `proxy_pass https://10.0.0.5:8443;
proxy_ssl_certificate a.pem;
proxy_ssl_certificate_key a.key;`,
    },
  ],
});
