// Engines of OpenSSL: version 4.0 has none.
import { isOpenssl } from '../../answers/which-build.ts';
import { defineRule } from '../rule.ts';
import { opensslName } from '../tls.ts';

export default defineRule({
  id: 'openssl-engine-gone',
  group: 'tls',
  severity: 'warning',
  since: '0.2',
  title: 'OpenSSL without engine support',
  why: `OpenSSL 4.0 no longer has engines: providers took their place. \`ssl_engine\` and keys that begin with \`engine:\` cannot work with it, and nginx does not start. From nginx 1.29.0 on a key that a provider keeps is named with \`store:\`.`,
  about: ['ssl_engine', 'ssl_certificate_key'],
  references: ['https://nginx.org/en/docs/http/ngx_http_ssl_module.html#ssl_certificate_key'],
  looksAt: {
    directive: ['ssl_engine', 'ssl_certificate_key', 'proxy_ssl_certificate_key', 'grpc_ssl_certificate_key', 'uwsgi_ssl_certificate_key'],
  },
  needs: 'file',
  messages: { gone: '{library} has no engines, so "{value}" cannot be loaded. Use a provider, and "store:" for the key.' },
  check({ config, directive, report }) {
    const word = directive.args[0];
    if (!word || word.templated || !isOpenssl(config, '4.0.0')) return;
    if (directive.name !== 'ssl_engine' && !word.value.startsWith('engine:')) return;
    report('gone', { at: word, data: { library: opensslName(config), value: word.value } });
  },
  examples: [
    {
      inside: 'server',
      settings: { openssl: '4.0.3' },
      bad: `
listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key engine:pkcs11:key;
#                   ^^^^^^^^^^^^^^^^^ gone`,
      good: `
listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;`,
    },
    {
      inside: 'server',
      settings: { openssl: '3.6.5' },
      notOn122: 'the engine is not there',
      good: 'listen 443 ssl;\nssl_certificate a.pem;\nssl_certificate_key engine:pkcs11:key;',
    },
  ],
});
