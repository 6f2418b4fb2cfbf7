/** More rules about TLS on trial: libraries, versions, sockets. */
import { http, main, stream, type Trial } from '../trial.ts';

const CERT = 'ssl_certificate /etc/ssl/a.pem;\nssl_certificate_key /etc/ssl/a.key;';
const TLS = `listen 443 ssl;\nserver_name a.example;\n${CERT}\n`;
const LE = 'ssl_certificate /etc/letsencrypt/live/a/fullchain.pem;\nssl_certificate_key /etc/letsencrypt/live/a/privkey.pem;';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'stapling-dead-ca',
    bad: [
      `${LE}\nlisten 443 ssl;\nssl_stapling on;`,
      http(`ssl_stapling on;\nserver { listen 443 ssl; ${LE} }`),
      `ssl_certificate "/etc/letsencrypt/live/b/fullchain.pem";\nssl_certificate_key /etc/letsencrypt/live/b/privkey.pem;\nssl_stapling on;\nssl_stapling_verify on;\nlisten [::]:443 ssl;`,
      http(`server { listen 443 ssl; include s.inc; ${LE} }`, { files: { 's.inc': 'ssl_stapling on;\n' } }),
      http(`${LE}\nssl_stapling on;\nserver { listen 443 ssl; }\nserver { listen 444 ssl; }`),
      `ssl_certificate /certs/letsencrypt/a/fullchain.pem;\nssl_certificate_key /certs/letsencrypt/a/key.pem;\nlisten 443 ssl;\nssl_stapling on;`,
    ],
    sane: [
      `${TLS}ssl_stapling on;`,
      `${LE}\nlisten 443 ssl;\nssl_stapling off;`,
      `${LE}\nlisten 443 ssl;`,
      http(`ssl_stapling on;\nserver { listen 443 ssl; ${LE} }\nserver { listen 444 ssl; ${CERT} }`),
      `${LE}\nlisten 443 ssl;\nssl_stapling on;\nssl_stapling_file /srv/ocsp.der;`,
    ],
  },
  {
    rule: 'curve-unsupported',
    settings: { openssl: '3.0.20' },
    bad: [
      `${TLS}ssl_ecdh_curve X25519MLKEM768:X25519;`,
      `${TLS}ssl_ecdh_curve p-256;`,
      `${TLS}ssl_ecdh_curve X25519:X25519;`,
      `${TLS}ssl_ecdh_curve nosuch;`,
      http(`ssl_ecdh_curve X25519:foo;\nserver { ${TLS} }`),
      `${TLS}ssl_ecdh_curve prime256v1::secp384r1;`,
      `${TLS}ssl_conf_command Groups X25519MLKEM768;`,
      `${TLS}ssl_conf_command Curves nosuch:X25519;`,
      stream(`ssl_ecdh_curve x448kyber;\nserver { listen 443 ssl; ${CERT} proxy_pass 127.0.0.1:1; }`),
      `${TLS}ssl_ecdh_curve "X25519, prime256v1";`,
    ],
    sane: [
      `${TLS}ssl_ecdh_curve X25519:prime256v1:secp384r1;`,
      `${TLS}ssl_ecdh_curve auto;`,
      `${TLS}ssl_ecdh_curve x25519;`,
      `${TLS}ssl_ecdh_curve P-256:P-384;`,
      `${TLS}ssl_ecdh_curve secp521r1;`,
      http(`server { ${TLS} ssl_ecdh_curve X25519MLKEM768:X25519; }`, { settings: { openssl: '3.5.1' } }),
      `${TLS}ssl_conf_command Groups X25519:P-256;`,
      `${TLS}ssl_ecdh_curve brainpoolP256r1:X25519;`,
    ],
  },
  {
    rule: 'nist-groups-missing',
    settings: { openssl: '3.5.1' },
    bad: [
      `${TLS}ssl_ecdh_curve X25519;`,
      `${TLS}ssl_ecdh_curve X25519MLKEM768:X25519;`,
      http(`ssl_ecdh_curve X25519:X448;\nserver { ${TLS} }`),
      stream(`ssl_ecdh_curve X25519;\nserver { listen 443 ssl; ${CERT} proxy_pass 127.0.0.1:1; }`),
    ],
    sane: [
      `${TLS}ssl_ecdh_curve X25519:prime256v1;`,
      `${TLS}ssl_ecdh_curve auto;`,
      `${TLS}ssl_ecdh_curve secp384r1;`,
      `${TLS}ssl_ecdh_curve X25519:P-256:P-384;`,
    ],
  },
  {
    rule: 'quic-reuseport-missing',
    bad: [
      main(`worker_processes auto;\nevents { }\nhttp { server { listen 443 quic; listen 443 ssl; ${CERT} } }`),
      main(`worker_processes auto;\nevents { }\nhttp { server { listen [::]:443 quic; listen [::]:443 ssl; ${CERT} } }`),
      main(
        `worker_processes auto;\nevents { }\nhttp { server { listen 443 quic; ${CERT} server_name a; }\nserver { listen 443 quic; ${CERT} server_name b; } }`,
      ),
      main(`worker_processes auto;\nevents { }\nhttp { server { listen 443 quic; ${CERT} } }`),
      main(`worker_processes auto;\nevents { }\nhttp { server { listen 443 quic reuseport; listen 444 quic; ${CERT} } }`),
    ],
    sane: [
      main(`worker_processes 4;\nquic_bpf on;\nevents { }\nhttp { server { listen 443 quic reuseport; ${CERT} } }`),
      main(`worker_processes 1;\nevents { }\nhttp { server { listen 443 quic; ${CERT} } }`),
      http(`server { listen 443 ssl; ${CERT} }`),
      main(
        `worker_processes 4;\nquic_bpf on;\nevents { }\nhttp { server { listen 443 quic; ${CERT} server_name a; }\nserver { listen 443 quic reuseport; ${CERT} server_name b; } }`,
      ),
    ],
  },
  {
    rule: 'known-vulnerability',
    settings: { nginx: '1.22.1' },
    bad: ['location /v/ { mp4; root /srv; }', http(`server { listen 443 quic; ${CERT} }`, { settings: { nginx: '1.25.3' } })],
    sane: [
      'location / { root /srv; }',
      'location / { proxy_pass http://127.0.0.1:8000; }',
      http('server { location /v/ { mp4; root /srv; } }', { settings: { nginx: '1.31.5' } }),
    ],
  },
  {
    rule: 'protocols-of-default-only',
    inside: 'http',
    settings: { nginx: '1.22.1' },
    bad: [
      `server { listen 443 ssl; server_name a; ${CERT} ssl_protocols TLSv1.2 TLSv1.3; }\nserver { listen 443 ssl; server_name b; ${CERT} ssl_protocols TLSv1.3; }`,
      `ssl_protocols TLSv1.2 TLSv1.3;\nserver { listen 443 ssl; server_name a; ${CERT} }\nserver { listen 443 ssl; server_name b; ${CERT} ssl_protocols TLSv1.3; }`,
      `server { listen 443 ssl; server_name a; ${CERT} ssl_protocols TLSv1.3; }\nserver { listen 443 ssl; server_name b; ${CERT} ssl_protocols TLSv1.2 TLSv1.3; }`,
    ],
    sane: [
      `ssl_protocols TLSv1.2 TLSv1.3;\nserver { listen 443 ssl; server_name a; ${CERT} }\nserver { listen 443 ssl; server_name b; ${CERT} }`,
      `server { listen 443 ssl; server_name a; ${CERT} ssl_protocols TLSv1.2 TLSv1.3; }\nserver { listen 444 ssl; server_name b; ${CERT} ssl_protocols TLSv1.3; }`,
      `server { listen 443 ssl; server_name a; ${CERT} ssl_protocols TLSv1.2 TLSv1.3; }\nserver { listen 443 ssl; server_name b; ${CERT} ssl_protocols TLSv1.3 TLSv1.2; }`,
      http(
        `server { listen 443 ssl; server_name a; ${CERT} ssl_protocols TLSv1.2 TLSv1.3; }\nserver { listen 443 ssl; server_name b; ${CERT} ssl_protocols TLSv1.3; }`,
        { settings: { nginx: '1.29.2' } },
      ),
    ],
  },
  {
    rule: 'dhe-without-parameters',
    bad: [
      `${TLS}ssl_protocols TLSv1.2;\nssl_ciphers DHE-RSA-AES128-GCM-SHA256;`,
      `${TLS}ssl_ciphers DHE+AESGCM;\nssl_protocols TLSv1.2 TLSv1.3;`,
      http(`ssl_ciphers DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256;\nserver { ${TLS} }`),
      stream(`server { listen 443 ssl; ${CERT} ssl_ciphers EDH+AESGCM; proxy_pass 127.0.0.1:1; }`),
      `${TLS}ssl_ciphers EDH+AESGCM:EECDH+AESGCM;`,
      `${TLS}ssl_protocols TLSv1 TLSv1.2;\nssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-SHA:@SECLEVEL=0;`,
    ],
    sane: [
      `${TLS}ssl_ciphers DHE-RSA-AES128-GCM-SHA256;\nssl_dhparam /etc/ssl/dh.pem;`,
      `${TLS}ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256;`,
      `${TLS}ssl_ciphers HIGH;`,
      http(`ssl_dhparam /etc/ssl/dh.pem;\nserver { ${TLS} ssl_ciphers DHE+AESGCM; }`),
      `${TLS}ssl_protocols TLSv1.3;\nssl_ciphers DHE+AESGCM;`,
      `${TLS}ssl_ciphers EECDH+AESGCM:EDH+AESGCM;`,
      `${TLS}ssl_protocols TLSv1 TLSv1.2;\nssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA:DHE-RSA-AES128-SHA:@SECLEVEL=0;`,
      `${TLS}ssl_dhparam d.pem;\nssl_ciphers EDH+AESGCM:EECDH+AESGCM;`,
    ],
  },
  {
    rule: 'openssl-engine-gone',
    settings: { openssl: '4.0.3' },
    bad: [
      main('ssl_engine pkcs11;\nevents { }'),
      'ssl_certificate a.pem;\nssl_certificate_key engine:pkcs11:key1;\nlisten 443 ssl;',
      http('ssl_certificate_key "engine:dynamic:1";\nserver { }'),
      `location / { proxy_ssl_certificate a.pem; proxy_ssl_certificate_key engine:pkcs11:k; proxy_pass https://127.0.0.1:1; }`,
      `location / { uwsgi_ssl_certificate a.pem; uwsgi_ssl_certificate_key engine:pkcs11:k; uwsgi_pass suwsgi://127.0.0.1:1; }`,
      stream('server { listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key engine:a:b; proxy_pass 127.0.0.1:1; }'),
    ],
    sane: [
      main('ssl_engine pkcs11;\nevents { }', { settings: { openssl: '3.0.20' } }),
      TLS,
      'ssl_certificate a.pem;\nssl_certificate_key store:pkcs11:key1;\nlisten 443 ssl;',
      'ssl_certificate a.pem;\nssl_certificate_key data:$key;\nlisten 443 ssl;',
    ],
  },
];
