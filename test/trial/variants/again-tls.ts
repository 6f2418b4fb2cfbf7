/** Rules of TLS on trial once more: other servers, other protocols, other places. */
import { http, main, stream, type Trial } from '../trial.ts';

const C = 'ssl_certificate a.pem; ssl_certificate_key a.key;';
const TLS = `listen 443 ssl; ${C}`;
const STREAM_TLS = `listen 8443 ssl; ${C} proxy_pass 127.0.0.1:1;`;
const mail = (text: string) => main(`events { }\nmail { auth_http 127.0.0.1:9000/a; ${text} }`);

export const TRIALS: readonly Trial[] = [
  {
    rule: 'below-mozilla-profile',
    bad: [
      `${TLS} ssl_ciphers ECDHE-RSA-AES256-SHA384;`,
      stream(`server { ${STREAM_TLS} ssl_ciphers ECDHE+AESGCM:ECDHE-RSA-AES128-SHA; }`),
      `${TLS} ssl_conf_command CipherString ECDHE-ECDSA-AES128-SHA256;`,
    ],
    sane: [
      `${TLS} ssl_protocols TLSv1.3; ssl_session_cache shared:T:10m; ssl_session_timeout 1d; ssl_session_tickets off;`,
      `${TLS} ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384;`,
    ],
  },
  {
    rule: 'certificate-without-tls',
    bad: [
      `listen 8443; ${C}`,
      `listen 9443; listen [::]:9443; ${C} location / { proxy_pass http://127.0.0.1:1; }`,
      http(`server { listen 10.0.0.1:5001 default_server; ${C} } server { listen 443 ssl; ${C} }`),
      stream(`server { listen 8883; ${C} proxy_pass 127.0.0.1:1; }`),
      stream(`server { listen 443; ${C} proxy_pass 127.0.0.1:1; }`),
      stream(
        `server { listen 6380; ssl_protocols TLSv1.3; ${C} proxy_pass 127.0.0.1:1; } server { listen 6381 ssl; ${C} proxy_pass 127.0.0.1:1; }`,
      ),
      http(`server { listen 8443 http2; server_name a.example; ${C} } server { listen 8443; server_name b.example; ${C} }`),
    ],
    sane: [
      `listen 8443 ssl; ${C}`,
      `listen 80; ${C} return 301 https://$host$request_uri;`,
      `listen 8080; ${C}`,
      `listen 8443 proxy_protocol; ${C}`,
      `listen 8443; set_real_ip_from 10.0.0.0/8; real_ip_header X-Forwarded-For; ${C}`,
      http(`server { listen 8443; ${C} server_name a.example; } server { listen 8443 ssl; ${C} server_name b.example; }`),
      http(`${C} server { listen 8443; server_name a.example; }`),
      stream(`server { listen 443; ssl_preread on; ${C} proxy_pass 127.0.0.1:1; }`),
      stream(`server { listen 8883 ssl; ${C} proxy_pass 127.0.0.1:1; }`),
      mail(`server { listen 143; protocol imap; starttls on; ${C} }`),
    ],
  },
  {
    rule: 'cipher-has-no-effect',
    bad: [
      `${TLS} ssl_ciphers HIGH:!aNul:!MD5;`,
      stream(`server { ${STREAM_TLS} ssl_ciphers "ECDHE+AESGCM:!CAMELIA"; }`),
      `${TLS} ssl_ciphers TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256;`,
      `${TLS} ssl_protocols TLSv1.3; ssl_ciphers HIGH;`,
    ],
    sane: [
      `${TLS} ssl_ciphers HIGH:!aNULL:!MD5;`,
      `${TLS} ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;`,
      `${TLS} ssl_ciphers "HIGH:!aNULL:!3DES:!RC4:@STRENGTH";`,
    ],
  },
  {
    rule: 'cipher-string-empty-or-unreadable',
    bad: [
      `${TLS} ssl_ciphers RC4;`,
      stream(`server { ${STREAM_TLS} ssl_ciphers "NOPE"; }`),
      mail(`server { listen 993 ssl; protocol imap; ${C} ssl_ciphers EXPORT; }`),
      `${TLS} ssl_ciphers "AES:!AES";`,
      'location / { proxy_ssl_ciphers NULLS; proxy_pass https://127.0.0.1:1; }',
    ],
    sane: [`${TLS} ssl_ciphers "DEFAULT:@SECLEVEL=1";`, `listen 80; ssl_ciphers NOPE;`, `${TLS} ssl_ciphers "HIGH:@STRENGTH";`],
  },
  {
    rule: 'curve-unsupported',
    bad: [
      `${TLS} ssl_ecdh_curve X25518;`,
      stream(`server { ${STREAM_TLS} ssl_ecdh_curve prime256v1:secp999; }`),
      mail(`server { listen 993 ssl; protocol imap; ${C} ssl_ecdh_curve nope; }`),
    ],
    sane: [`${TLS} ssl_ecdh_curve auto;`, `${TLS} ssl_ecdh_curve X25519:secp384r1:prime256v1;`],
  },
  {
    rule: 'dhe-without-parameters',
    bad: [`${TLS} ssl_ciphers DHE-RSA-AES256-GCM-SHA384;`, stream(`server { ${STREAM_TLS} ssl_ciphers DHE+AESGCM; }`)],
    sane: [
      `${TLS} ssl_ciphers DHE-RSA-AES256-GCM-SHA384; ssl_dhparam dh.pem;`,
      http(`ssl_dhparam dh.pem; server { ${TLS} ssl_ciphers DHE+AESGCM; }`),
    ],
  },
  {
    rule: 'early-data-replay',
    bad: [
      `${TLS} ssl_early_data on; location / { proxy_pass http://127.0.0.1:1; }`,
      http(`ssl_early_data on; server { ${TLS} location / { uwsgi_pass 127.0.0.1:1; } }`),
    ],
    sane: [
      `${TLS} ssl_early_data on; location / { proxy_set_header Early-Data $ssl_early_data; proxy_pass http://127.0.0.1:1; }`,
      `${TLS} ssl_early_data on; root /srv;`,
      `${TLS} ssl_early_data on; if ($ssl_early_data) { return 425; } location / { proxy_pass http://127.0.0.1:1; }`,
    ],
  },
  {
    rule: 'forward-secrecy-missing',
    bad: [
      `${TLS} ssl_ciphers AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384;`,
      stream(`server { ${STREAM_TLS} ssl_ciphers kRSA+AESGCM; }`),
      http(`ssl_conf_command CipherString "HIGH:!aNULL"; server { ${TLS} }`),
    ],
    sane: [
      `${TLS} ssl_ciphers ECDHE+AESGCM;`,
      `${TLS} ssl_ciphers HIGH:!aNULL:!kRSA:!PSK;`,
      `${TLS} ssl_protocols TLSv1.3; ssl_ciphers AES256-SHA;`,
    ],
  },
  {
    rule: 'hsts-missing',
    bad: [
      http(`server { ${TLS} server_name a.example; location / { root /srv; } }`),
      http(
        `add_header Strict-Transport-Security "max-age=63072000" always; server { ${TLS} server_name a.example; add_header X-A b; location / { root /srv; } }`,
      ),
      `listen [::]:8443 ssl; ${C} server_name a.example; location / { uwsgi_pass 127.0.0.1:1; }`,
    ],
    sane: [
      http(
        `add_header Strict-Transport-Security "max-age=63072000" always; server { ${TLS} server_name a.example; location / { root /srv; } }`,
      ),
      http(`server { ${TLS} ssl_reject_handshake on; }`),
      `${TLS} server_name a.example; return 444;`,
    ],
  },
  {
    rule: 'hsts-over-http',
    bad: [
      http(
        `server { listen 80; server_name a.example; add_header Strict-Transport-Security "max-age=1"; } server { ${TLS} server_name a.example; }`,
      ),
    ],
    sane: [
      http(`server { listen 80; listen 443 ssl; ${C} server_name a.example; add_header Strict-Transport-Security "max-age=63072000"; }`),
      'listen 8080; add_header Strict-Transport-Security "max-age=63072000";',
    ],
  },
  {
    rule: 'hsts-weak',
    bad: [
      `${TLS} location / { add_header Strict-Transport-Security max-age=3600 always; root /srv; }`,
      `${TLS} add_header Strict-Transport-Security "includeSubDomains" always;`,
      http(`map $scheme $h { https "max-age=60"; } server { ${TLS} add_header Strict-Transport-Security $h always; }`),
      `${TLS} add_header Strict-Transport-Security "max-age=31536000; preload" always;`,
    ],
    sane: [
      `${TLS} add_header Strict-Transport-Security "max-age=63072000; includeSubDomains; preload" always;`,
      http(`map $scheme $h { https "max-age=31536000"; } server { ${TLS} add_header Strict-Transport-Security $h always; }`),
    ],
  },
  {
    rule: 'hsts-without-always',
    bad: [`${TLS} add_header Strict-Transport-Security "max-age=63072000"; location / { uwsgi_pass 127.0.0.1:1; }`],
    sane: [
      `${TLS} add_header Strict-Transport-Security "max-age=63072000" always; location / { uwsgi_pass 127.0.0.1:1; }`,
      `${TLS} add_header Strict-Transport-Security "max-age=63072000"; return 301 https://b.example;`,
    ],
  },
  {
    rule: 'http-not-redirected',
    inside: 'http',
    bad: [
      `server { listen 80; server_name a.example; location / { uwsgi_pass 127.0.0.1:1; } } server { ${TLS} server_name a.example; location / { uwsgi_pass 127.0.0.1:1; } }`,
      `server { listen [::]:80; ${TLS} server_name a.example; root /srv; }`,
      `server { listen 80; server_name a.example; if ($http_user_agent ~ bot) { return 403; } root /srv; } server { ${TLS} server_name a.example; }`,
    ],
    sane: [
      `server { listen 80; server_name a.example; location / { return 308 https://$host$request_uri; } location /.well-known/acme-challenge/ { root /srv; } } server { ${TLS} server_name a.example; }`,
      `server { listen 80; ${TLS} server_name a.example; if ($https = "") { return 301 https://$host$request_uri; } root /srv; }`,
      `server { listen 80; server_name a.example; return 444; } server { ${TLS} server_name a.example; }`,
    ],
  },
  {
    rule: 'nist-groups-missing',
    bad: [`${TLS} ssl_ecdh_curve X25519;`, stream(`server { ${STREAM_TLS} ssl_ecdh_curve X25519:X448; }`)],
    sane: [`${TLS} ssl_ecdh_curve X25519:prime256v1;`, `${TLS} ssl_ecdh_curve secp384r1;`],
  },
  {
    rule: 'openssl-engine-gone',
    settings: { openssl: '4.0.0' },
    bad: [`listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key engine:pkcs11:id;`, main('ssl_engine pkcs11;\nevents { }\nhttp { }')],
    sane: [`listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key store:pkcs11:id;`],
  },
  {
    rule: 'plain-on-443',
    bad: [
      `listen [::]:443; ${C}`,
      'listen 0.0.0.0:443; location / { uwsgi_pass 127.0.0.1:1; }',
      http(`server { listen 10.0.0.1:443; ${C} } server { listen 10.0.0.2:443 ssl; ${C} }`),
    ],
    sane: [
      `listen 443 quic; listen 443 ssl; ${C}`,
      http(`server { listen 443; ${C} server_name a.example; } server { ${TLS} server_name b.example; }`),
      'listen 443 proxy_protocol; set_real_ip_from 10.0.0.0/8; real_ip_header proxy_protocol;',
    ],
  },
  {
    rule: 'protocols-of-default-only',
    settings: { nginx: '1.26.3' },
    inside: 'http',
    bad: [
      `server { ${TLS} } server { ${TLS} server_name b.example; ssl_protocols TLSv1.3; }`,
      `ssl_protocols TLSv1.2; server { listen [::]:443 ssl default_server; ${C} } server { listen [::]:443 ssl; ${C} server_name b.example; ssl_protocols TLSv1.2 TLSv1.3; }`,
    ],
    sane: [
      `ssl_protocols TLSv1.3; server { ${TLS} } server { ${TLS} server_name b.example; ssl_protocols TLSv1.3; }`,
      `server { ${TLS} } server { listen 8443 ssl; ${C} server_name b.example; ssl_protocols TLSv1.3; }`,
    ],
  },
  {
    rule: 'quic-reuseport-missing',
    inside: 'main',
    bad: [
      `worker_processes auto;\nevents { }\nhttp { server { listen 443 quic; ${TLS} } }`,
      `worker_processes auto;\nevents { }\nhttp { server { listen [::]:443 quic; listen 443 quic reuseport; listen 443 ssl; ${C} } }`,
    ],
    sane: [
      `worker_processes auto;\nquic_bpf on;\nevents { }\nhttp { server { listen 443 quic reuseport; ${TLS} } server { listen 443 quic; ${TLS} server_name b.example; } }`,
      `worker_processes auto;\nevents { }\nhttp { server { ${TLS} http2 on; } }`,
    ],
  },
  {
    rule: 'security-headers-missing',
    bad: [`${TLS} location / { root /srv; }`],
    sane: [
      http(
        `add_header X-Frame-Options DENY always; add_header X-Content-Type-Options nosniff always; add_header Referrer-Policy same-origin always; server { location / { root /srv; } }`,
      ),
    ],
  },
  {
    rule: 'session-cache-ineffective',
    bad: [
      `${TLS} ssl_session_cache builtin:1000;`,
      stream(`ssl_session_cache builtin; server { ${STREAM_TLS} }`),
      `${TLS} ssl_session_tickets off;`,
      mail(`server { listen 993 ssl; protocol imap; ${C} ssl_session_cache off; ssl_session_tickets off; }`),
    ],
    sane: [`${TLS} ssl_session_cache shared:S:1m; ssl_session_tickets off;`, `listen 80; ssl_session_cache builtin;`, TLS],
  },
  {
    rule: 'session-tickets-not-rotated',
    bad: [`${TLS} ssl_session_tickets on;`, http(`ssl_session_tickets on; ssl_session_cache builtin; server { ${TLS} }`)],
    sane: [`${TLS} ssl_session_tickets on; ssl_session_cache shared:S:1m;`, `${TLS} ssl_session_tickets off;`],
  },
  {
    rule: 'stapling-dead-ca',
    bad: [
      'listen 443 ssl; ssl_certificate /etc/letsencrypt/live/b.example/fullchain.pem; ssl_certificate_key /etc/letsencrypt/live/b.example/privkey.pem; ssl_stapling on;',
      http(
        'ssl_stapling on; server { listen 443 ssl; ssl_certificate /etc/letsencrypt/live/b.example/fullchain.pem; ssl_certificate_key /etc/letsencrypt/live/b.example/privkey.pem; }',
      ),
    ],
    sane: [
      `${TLS} ssl_stapling on;`,
      'listen 443 ssl; ssl_certificate /etc/letsencrypt/live/b.example/fullchain.pem; ssl_certificate_key /etc/letsencrypt/live/b.example/privkey.pem; ssl_stapling off;',
    ],
  },
  {
    rule: 'stapling-without-resolver',
    bad: [`${TLS} ssl_stapling on;`, http(`ssl_stapling on; server { ${TLS} location / { resolver 10.0.0.1; } }`)],
    sane: [
      http(`resolver 10.0.0.1; server { ${TLS} ssl_stapling on; }`),
      `${TLS} ssl_stapling on; ssl_stapling_responder http://10.0.0.1/;`,
      `${TLS} ssl_stapling on; ssl_stapling_file a.der;`,
    ],
  },
  {
    rule: 'upstream-sni-missing',
    bad: [
      'location / { set $b https://api.vendor.example; resolver 10.0.0.1; proxy_pass $b; }',
      stream('server { listen 1; proxy_ssl on; proxy_pass db.vendor.example:443; }'),
      'location / { uwsgi_pass suwsgi://app.vendor.example:443; }',
      'location / { grpc_pass grpcs://g.vendor.example; }',
    ],
    sane: [
      'proxy_ssl_server_name on; location / { proxy_pass https://api.vendor.example; }',
      'location / { proxy_pass https://10.0.0.9; }',
      stream('server { listen 1; proxy_ssl on; proxy_ssl_server_name on; proxy_pass db.vendor.example:443; }'),
    ],
  },
  {
    rule: 'upstream-tls-unverified',
    bad: [
      'location / { grpc_pass grpcs://g.vendor.example; }',
      stream('server { listen 1; proxy_ssl on; proxy_pass db.vendor.example:443; }'),
      'location / { set $b https://api.vendor.example; resolver 10.0.0.1; proxy_pass $b; }',
      http(
        'proxy_ssl_verify on; proxy_ssl_trusted_certificate c.pem; server { location / { proxy_ssl_verify off; proxy_pass https://api.vendor.example; } }',
      ),
    ],
    sane: [
      'location / { grpc_ssl_verify on; grpc_ssl_trusted_certificate c.pem; grpc_pass grpcs://g.vendor.example; }',
      'location / { proxy_pass http://api.vendor.example; }',
      'location / { proxy_pass https://127.0.0.1:8443; }',
    ],
  },
  {
    rule: 'weak-cipher',
    bad: [
      `${TLS} ssl_ciphers "ALL:@SECLEVEL=0";`,
      stream(`server { ${STREAM_TLS} ssl_ciphers aNULL:HIGH; }`),
      mail(`server { listen 993 ssl; protocol imap; ${C} ssl_ciphers "eNULL:HIGH:@SECLEVEL=0"; }`),
      `${TLS} ssl_conf_command CipherString "ALL:@SECLEVEL=0";`,
    ],
    sane: [
      `${TLS} ssl_ciphers "ALL:!aNULL:!eNULL:!MD5:!3DES:!RC4";`,
      `${TLS} ssl_ciphers ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES128-SHA;`,
      'listen 80; ssl_ciphers "ALL:@SECLEVEL=0";',
    ],
  },
  {
    rule: 'weak-protocol',
    bad: [
      `${TLS} ssl_protocols SSLv3 TLSv1.2;`,
      stream(`server { ${STREAM_TLS} ssl_protocols TLSv1.1; }`),
      mail(`ssl_protocols TLSv1; server { listen 993 ssl; protocol imap; ${C} }`),
      `${TLS} ssl_conf_command MinProtocol TLSv1; ssl_ciphers "ALL:@SECLEVEL=0";`,
      'location / { proxy_ssl_protocols TLSv1; proxy_pass https://a.example; }',
    ],
    sane: [
      `${TLS} ssl_protocols TLSv1.2 TLSv1.3;`,
      `${TLS} ssl_conf_command MinProtocol TLSv1.2;`,
      http(`ssl_protocols TLSv1.3; server { ${TLS} }`),
      'location / { proxy_ssl_protocols TLSv1 TLSv1.1 TLSv1.2; proxy_pass https://a.example; }',
    ],
  },
];
