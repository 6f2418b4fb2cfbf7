/** TLS and proxying: lines of http that servers write again, values through variables, every protocol, stream and mail. */
import { stream, type Trial, type Variant } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const CERT = 'ssl_certificate a.pem; ssl_certificate_key a.key;';

const mail = (text: string): Variant => ({ inside: 'mail', text });

export const TRIALS: readonly Trial[] = [
  {
    rule: 'weak-protocol',
    inside: 'http',
    bad: [
      `ssl_protocols TLSv1 TLSv1.1 TLSv1.2;\nserver { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_conf_command Protocol "-ALL,TLSv1,TLSv1.2"; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_conf_command MinProtocol TLSv1; root /srv; }`,
      stream(`server { listen 993 ssl; ${CERT} ssl_protocols TLSv1.1 TLSv1.2; proxy_pass 127.0.0.1:1; }`),
      mail(`ssl_protocols SSLv3 TLSv1.2; ${CERT}\nauth_http 127.0.0.1/a;\nserver { listen 993 ssl; protocol imap; }`),
    ],
    sane: [
      `ssl_protocols TLSv1 TLSv1.2;\nserver { listen 443 ssl; ${CERT} ssl_protocols TLSv1.2 TLSv1.3; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_protocols TLSv1.3; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_protocols TLSv1.2 TLSv1.3; ssl_conf_command MinProtocol TLSv1.2; root /srv; }`,
      stream(`server { listen 993 ssl; ${CERT} ssl_protocols TLSv1.2 TLSv1.3; proxy_pass 127.0.0.1:1; }`),
    ],
  },
  {
    rule: 'weak-cipher',
    inside: 'http',
    bad: [
      `ssl_ciphers ALL;\nserver { listen 443 ssl; server_name a.example; ${CERT} ssl_protocols TLSv1.2; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers "HIGH:aNULL"; root /srv; }`,
      stream(`server { listen 993 ssl; ${CERT} ssl_protocols TLSv1.2; ssl_ciphers "ALL:!EXPORT:@SECLEVEL=0"; proxy_pass 127.0.0.1:1; }`),
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_protocols TLSv1.2; ssl_ciphers HIGH; ssl_conf_command CipherString "ALL:eNULL:@SECLEVEL=0"; root /srv; }`,
    ],
    sane: [
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_protocols TLSv1.3; ssl_ciphers ALL; root /srv; }`,
      `ssl_ciphers ALL;\nserver { listen 443 ssl; server_name a.example; ${CERT} ssl_protocols TLSv1.2; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_ciphers "HIGH:!aNULL:!MD5"; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_ciphers "ECDHE+AESGCM:ECDHE+CHACHA20"; root /srv; }`,
    ],
  },
  {
    rule: 'forward-secrecy-missing',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_protocols TLSv1.2; ssl_ciphers AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256; root /srv; }`,
      stream(`ssl_ciphers AES256-SHA256;\nserver { listen 993 ssl; ${CERT} ssl_protocols TLSv1.2; proxy_pass 127.0.0.1:1; }`),
    ],
    sane: [
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_protocols TLSv1.3; ssl_ciphers AES128-SHA; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_ciphers HIGH:!kRSA:!aNULL:!PSK; root /srv; }`,
    ],
  },
  {
    rule: 'cipher-string-empty-or-unreadable',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_ciphers NOPE; root /srv; }`,
      `ssl_ciphers "!ALL";\nserver { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_ciphers "HIGH:!HIGH"; root /srv; }`,
      'server { listen 80; location / { proxy_ssl_ciphers NOSUCH; proxy_pass https://127.0.0.1; } }',
      stream(`server { listen 1 ssl; ${CERT} ssl_ciphers RC4-FOO; proxy_pass 127.0.0.1:1; }`),
    ],
    sane: [
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_ciphers PROFILE=SYSTEM; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_ciphers DEFAULT; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_ciphers HIGH:NOPE; root /srv; }`,
    ],
  },
  {
    rule: 'cipher-has-no-effect',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_ciphers TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_ciphers "HIGH:!aNUL"; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_protocols TLSv1.3; ssl_ciphers HIGH; root /srv; }`,
      stream(`server { listen 1 ssl; ${CERT} ssl_ciphers HIGH:TLS_CHACHA20_POLY1305_SHA256; proxy_pass 127.0.0.1:1; }`),
    ],
    sane: [
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_ciphers "ECDHE+AESGCM:!aNULL:!MD5"; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_ciphers HIGH:!RC4; root /srv; }`,
    ],
  },
  {
    rule: 'curve-unsupported',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_ecdh_curve P-265; root /srv; }`,
      `ssl_ecdh_curve X25519:nope;\nserver { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_ecdh_curve x448x; root /srv; }`,
      stream(`server { listen 1 ssl; ${CERT} ssl_ecdh_curve foo; proxy_pass 127.0.0.1:1; }`),
    ],
    sane: [
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_ecdh_curve X25519:prime256v1:secp384r1; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_ecdh_curve auto; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_ecdh_curve P-256; root /srv; }`,
    ],
  },
  {
    rule: 'hsts-missing',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} location / { add_header X-A b; ${PASS} } add_header X-Frame-Options DENY; }`,
      `add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;\nserver { listen 443 ssl; server_name a.example; ${CERT} add_header X-A b; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} location /api { add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always; ${PASS} } location / { ${PASS} } }`,
    ],
    sane: [
      `add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;\nserver { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always; location / { ${PASS} } }`,
      `map $scheme $h { default ""; https "max-age=63072000"; }\nadd_header Strict-Transport-Security $h always;\nserver { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} return 301 https://www.a.example$request_uri; add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always; }`,
      `server { listen 127.0.0.1:443 ssl; server_name a.example; ${CERT} root /srv; }`,
      `server { listen 443 ssl default_server; server_name _; ${CERT} return 444; }`,
    ],
  },
  {
    rule: 'hsts-weak',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; server_name a.example; ${CERT} add_header Strict-Transport-Security max-age=3600 always; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} set $h "max-age=100"; add_header Strict-Transport-Security $h always; root /srv; }`,
      `map $host $h { default "max-age=600"; }\nserver { listen 443 ssl; server_name a.example; ${CERT} add_header Strict-Transport-Security $h always; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} add_header Strict-Transport-Security "includeSubDomains" always; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} add_header Strict-Transport-Security "max-age=63072000; max-age=1" always; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} add_header Strict-Transport-Security "max-age: 63072000" always; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} add_header Strict-Transport-Security "max-age=63072000, includeSubDomains" always; root /srv; }`,
    ],
    sane: [
      `server { listen 443 ssl; server_name a.example; ${CERT} add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} add_header strict-transport-security "max-age=31536000" always; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} add_header Strict-Transport-Security "max-age=31536000; preload; includeSubDomains" always; root /srv; }`,
    ],
  },
  {
    rule: 'hsts-over-http',
    inside: 'http',
    bad: [
      `server { listen 80; server_name a.example; location / { add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always; ${PASS} } }\nserver { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
    ],
    sane: [
      `add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;\nserver { listen 80; server_name a.example; return 301 https://$host$request_uri; }\nserver { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
      `server { listen 80; listen 443 ssl; server_name a.example; ${CERT} add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always; root /srv; }`,
      'map $http_x_forwarded_proto $h { default ""; https "max-age=63072000"; }\nserver { listen 80; server_name a.example; add_header Strict-Transport-Security $h always; root /srv; }',
    ],
  },
  {
    rule: 'hsts-without-always',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; server_name a.example; ${CERT} add_header Strict-Transport-Security max-age=63072000; root /srv; }`,
      `add_header Strict-Transport-Security max-age=63072000;\nserver { listen 443 ssl; server_name a.example; ${CERT} location / { ${PASS} } }`,
    ],
    sane: [
      `server { listen 443 ssl; server_name a.example; ${CERT} add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always; root /srv; }`,
      `add_header Strict-Transport-Security max-age=63072000;\nserver { listen 443 ssl; server_name a.example; ${CERT} add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always; root /srv; }`,
    ],
  },
  {
    rule: 'http-not-redirected',
    inside: 'http',
    bad: [
      `server { listen 80; server_name a.example; root /srv; }\nserver { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
      `server { listen 80; listen 443 ssl; server_name a.example; ${CERT} location / { ${PASS} } }`,
      `server { listen 80; server_name a.example; if ($host = www.a.example) { return 301 http://a.example$request_uri; } root /srv; }\nserver { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
      `server { listen 80; server_name a.example; if ($http_user_agent ~ bot) { return 403; } location / { ${PASS} } }\nserver { listen 443 ssl; server_name a.example; ${CERT} location / { ${PASS} } }`,
      `server { listen 80; listen 443 ssl; server_name a.example; ${CERT} location / { if ($request_method = POST) { return 301 https://$host$request_uri; } ${PASS} } }`,
    ],
    sane: [
      `server { listen 80; server_name a.example; location /.well-known/acme-challenge/ { root /srv; } location / { return 301 https://$host$request_uri; } }\nserver { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
      `server { listen 80 default_server; return 308 https://$host$request_uri; }\nserver { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
      `server { listen 80; server_name a.example; location ~ ^/ { return 301 https://$host$request_uri; } }\nserver { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
      `server { listen 80; server_name a.example; rewrite ^ https://$host$request_uri? permanent; }\nserver { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
      `server { listen 80; server_name a.example; error_page 497 =301 https://$host$request_uri; location / { try_files /nope @s; } location @s { return 301 https://$host$request_uri; } }\nserver { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
      `server { listen 80; listen 443 ssl; server_name a.example; ${CERT} if ($scheme != https) { rewrite ^ https://$host$request_uri? permanent; } location / { ${PASS} } }`,
      `server { listen 80; server_name b.example; root /srv; }\nserver { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
      `map $https $plain { default 1; on 0; }\nserver { listen 80; listen 443 ssl; server_name a.example; ${CERT} if ($plain) { return 301 https://$host$request_uri; } location / { ${PASS} } }`,
      `server { listen 80; server_name a.example; deny all; root /srv; }\nserver { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
    ],
  },
  {
    rule: 'plain-on-443',
    inside: 'http',
    bad: [
      'server { listen 443; root /srv; }',
      'server { listen [::]:443 http2; root /srv; }',
      `server { listen 80; listen 10.0.0.1:443; ${CERT} root /srv; }`,
    ],
    sane: [
      `server { listen 443 ssl; ${CERT} root /srv; }`,
      `server { listen 443 ssl; server_name a; ${CERT} root /srv; }\nserver { listen 443; server_name b; ${CERT} root /srv; }`,
      'server { listen 443 proxy_protocol; root /srv; }',
      'server { listen 8443; root /srv; }',
    ],
  },
  {
    rule: 'upstream-tls-unverified',
    inside: 'http',
    bad: [
      'server { listen 80; location / { proxy_pass https://api.example.net; } }',
      'upstream u { server api.example.net:443; }\nserver { listen 80; location / { proxy_pass https://u; } }',
      'server { listen 80; location / { set $b https://api.example.net; resolver 127.0.0.1; proxy_pass $b; } }',
      'server { listen 80; location / { grpc_pass grpcs://api.example.net:443; } }',
      stream('server { listen 1; proxy_ssl on; proxy_pass api.example.net:443; }'),
      'server { listen 80; location / { uwsgi_pass suwsgi://api.example.net:1; } }',
      'proxy_ssl_verify on;\nproxy_ssl_trusted_certificate ca.pem;\nserver { listen 80; location / { proxy_ssl_verify off; proxy_pass https://api.example.net; } }',
    ],
    sane: [
      'proxy_ssl_verify on;\nproxy_ssl_trusted_certificate ca.pem;\nserver { listen 80; location / { proxy_pass https://api.example.net; } }',
      'server { listen 80; location / { proxy_pass http://api.example.net; } }',
      'server { listen 80; location / { proxy_pass https://127.0.0.1:8443; } }',
      stream(
        'server { listen 1; proxy_ssl on; proxy_ssl_verify on; proxy_ssl_trusted_certificate ca.pem; proxy_pass api.example.net:443; }',
      ),
    ],
  },
  {
    rule: 'upstream-sni-missing',
    inside: 'http',
    bad: [
      'server { listen 80; location / { proxy_pass https://api.example.net; } }',
      'server { listen 80; location / { set $b api.example.net; resolver 127.0.0.1; proxy_pass https://$b; } }',
      stream('server { listen 1; proxy_ssl on; proxy_pass api.example.net:443; }'),
      'server { listen 80; location / { grpc_pass grpcs://api.example.net; } }',
    ],
    sane: [
      'proxy_ssl_server_name on;\nserver { listen 80; location / { proxy_pass https://api.example.net; } }',
      'server { listen 80; location / { proxy_pass https://10.0.0.5; } }',
      'server { listen 80; location / { grpc_ssl_server_name on; grpc_pass grpcs://api.example.net; } }',
    ],
  },
  {
    rule: 'session-cache-ineffective',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_session_tickets off; root /srv; }`,
      `ssl_session_cache none;\nserver { listen 443 ssl; server_name a.example; ${CERT} ssl_session_tickets off; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_session_cache builtin; root /srv; }`,
    ],
    sane: [
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_session_cache shared:S:10m; ssl_session_tickets off; root /srv; }`,
      `ssl_session_cache shared:S:1m;\nserver { listen 443 ssl; server_name a.example; ${CERT} ssl_session_tickets off; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
    ],
  },
  {
    rule: 'session-tickets-not-rotated',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_session_tickets on; root /srv; }`,
      `ssl_session_tickets on;\nserver { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
    ],
    sane: [
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_session_tickets off; ssl_session_cache shared:S:1m; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_session_tickets on; ssl_session_ticket_key k; root /srv; }`,
    ],
  },
  {
    rule: 'early-data-replay',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_early_data on; ssl_protocols TLSv1.3; location / { ${PASS} } }`,
      `ssl_early_data on;\nserver { listen 443 ssl; server_name a.example; ${CERT} ssl_protocols TLSv1.2 TLSv1.3; location / { uwsgi_pass 127.0.0.1:1; } }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_early_data on; ssl_protocols TLSv1.3; location / { add_header X $ssl_early_data; ${PASS} } }`,
    ],
    sane: [
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_early_data on; ssl_protocols TLSv1.3; location / { proxy_set_header Early-Data $ssl_early_data; ${PASS} } }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_early_data on; ssl_protocols TLSv1.3; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_early_data on; ssl_protocols TLSv1.2; location / { ${PASS} } }`,
      `map "$request_method:$ssl_early_data" $te { default 0; ~^POST:1$ 1; ~^PUT:1$ 1; ~^DELETE:1$ 1; ~^PATCH:1$ 1; }\nserver { listen 443 ssl; server_name a.example; ${CERT} ssl_early_data on; ssl_protocols TLSv1.3; if ($te) { return 425; } location / { ${PASS} } }`,
    ],
  },
  {
    rule: 'stapling-without-resolver',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_stapling on; ssl_stapling_verify on; ssl_trusted_certificate c; root /srv; }`,
      `ssl_stapling on;\nserver { listen 443 ssl; server_name a.example; ${CERT} root /srv; }`,
    ],
    sane: [
      `resolver 127.0.0.1;\nserver { listen 443 ssl; server_name a.example; ${CERT} ssl_stapling on; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_stapling on; ssl_stapling_file f; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_stapling on; ssl_stapling_responder http://10.0.0.5/; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_stapling off; root /srv; }`,
    ],
  },
  {
    rule: 'quic-reuseport-missing',
    inside: 'http',
    settings: { nginx: '1.27.0' },
    bad: [],
    sane: [
      `server { listen 443 ssl; server_name a.example; ${CERT} listen 443 quic reuseport; root /srv; }`,
      `server { listen 443 quic reuseport; listen 443 ssl; server_name a; ${CERT} root /srv; }\nserver { listen 443 quic; listen 443 ssl; server_name b; ${CERT} root /srv; }`,
    ],
  },
  {
    rule: 'security-headers-missing',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; server_name a.example; ${CERT} add_header Content-Security-Policy "default-src 'self'" always; root /srv; }`,
    ],
    sane: [
      `server { listen 443 ssl; server_name a.example; ${CERT} add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always; add_header X-Frame-Options DENY always; add_header X-Content-Type-Options nosniff always; add_header Referrer-Policy same-origin always; root /srv; }`,
    ],
  },
  {
    rule: 'protocols-of-default-only',
    inside: 'http',
    bad: [
      `server { listen 443 ssl default_server; server_name a; ${CERT} ssl_protocols TLSv1.2 TLSv1.3; }\nserver { listen 443 ssl; server_name b; ${CERT} ssl_protocols TLSv1.3; }`,
    ],
    sane: [
      `server { listen 443 ssl default_server; server_name a; ${CERT} ssl_protocols TLSv1.2; }\nserver { listen 443 ssl; server_name b; ${CERT} ssl_protocols TLSv1.2; }`,
      `server { listen 443 ssl; server_name a; ${CERT} ssl_protocols TLSv1.2; }\nserver { listen 8443 ssl; server_name b; ${CERT} ssl_protocols TLSv1.3; }`,
    ],
  },
  {
    rule: 'setting-of-default-only',
    inside: 'http',
    bad: [],
    sane: ['large_client_header_buffers 8 64k;\nserver { listen 80; server_name a; }\nserver { listen 80; server_name b; }'],
  },
  {
    rule: 'dhe-without-parameters',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_protocols TLSv1.2; ssl_ciphers DHE-RSA-AES128-GCM-SHA256; root /srv; }`,
    ],
    sane: [
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_dhparam d; ssl_protocols TLSv1.2; ssl_ciphers DHE-RSA-AES128-GCM-SHA256; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256; root /srv; }`,
    ],
  },
  {
    rule: 'proxy-host-missing',
    inside: 'http',
    bad: [
      `server { listen 80; location / { ${PASS} } }`,
      `proxy_set_header Host $host;\nserver { listen 80; location / { proxy_set_header X-A b; ${PASS} } }`,
      'server { listen 80; set $u 127.0.0.1:8000; location / { proxy_pass http://$u; } }',
      'upstream app { server 127.0.0.1:8000; }\nserver { listen 80; location ~ ^/a { proxy_pass http://app; } }',
      'map $host $b { default 127.0.0.1:8000; x 127.0.0.1:8001; }\nserver { listen 80; location / { proxy_pass http://$b; } }',
      `server { listen 80; location / { if ($arg_x) { proxy_pass http://127.0.0.1:9; } proxy_set_header Host $host; root /srv; } location /q { ${PASS} } }`,
    ],
    sane: [
      `proxy_set_header Host $host;\nserver { listen 80; location / { ${PASS} } }`,
      'server { listen 80; location / { proxy_pass https://api.example.net; } }',
      `server { listen 80; location / { proxy_set_header host $http_host; ${PASS} } }`,
      'server { listen 80; location / { uwsgi_pass 127.0.0.1:1; } }',
      `server { listen 80; location / { proxy_set_header Host $host; if ($arg_x) { proxy_pass http://127.0.0.1:9; } ${PASS} } }`,
    ],
  },
  {
    rule: 'forwarded-headers-missing',
    inside: 'http',
    bad: [
      `server { listen 80; location / { proxy_set_header Host $host; ${PASS} } }`,
      'server { listen 80; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header Host $host; set $u 127.0.0.1:8000; location / { proxy_pass http://$u; } }',
      `upstream app { server unix:/run/g.sock; }\nserver { listen 443 ssl; ${CERT} location / { proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr; proxy_pass http://app; } }`,
    ],
    sane: [
      `proxy_set_header Host $host;\nproxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\nproxy_set_header X-Forwarded-Proto $scheme;\nserver { listen 80; location / { ${PASS} } }`,
      'server { listen 80; location / { include uwsgi_params; uwsgi_pass 127.0.0.1:1; } }',
    ],
  },
  {
    rule: 'forwarded-proto-wrong',
    inside: 'http',
    bad: [
      `proxy_set_header X-Forwarded-Proto http;\nserver { listen 443 ssl; ${CERT} location / { ${PASS} } }`,
      `map $host $p { default http; }\nserver { listen 443 ssl; ${CERT} location / { proxy_set_header X-Forwarded-Proto $p; ${PASS} } }`,
      `server { listen 443 ssl; ${CERT} location / { uwsgi_param UWSGI_SCHEME http; uwsgi_pass 127.0.0.1:1; } }`,
      `server { listen 80; listen 443 ssl; ${CERT} location / { proxy_set_header X-Forwarded-Proto https; ${PASS} } }`,
      `server { listen 80; set_real_ip_from 10.0.0.0/8; real_ip_header X-Forwarded-For; location / { proxy_set_header X-Forwarded-Proto $scheme; ${PASS} } }`,
    ],
    sane: [
      `server { listen 443 ssl; ${CERT} location / { proxy_set_header X-Forwarded-Proto https; ${PASS} } }`,
      `server { listen 80; listen 443 ssl; ${CERT} if ($scheme = http) { return 301 https://$host$request_uri; } location / { proxy_set_header X-Forwarded-Proto https; ${PASS} } }`,
      `server { listen 80; listen 443 ssl; ${CERT} location / { proxy_set_header X-Forwarded-Proto $scheme; ${PASS} } }`,
      `map $http_x_forwarded_proto $p { default $http_x_forwarded_proto; "" $scheme; }\nserver { listen 80; set_real_ip_from 10.0.0.0/8; location / { proxy_set_header X-Forwarded-Proto $p; ${PASS} } }`,
    ],
  },
  {
    rule: 'connection-header-keepalive',
    inside: 'http',
    bad: [
      'upstream u { server 127.0.0.1:1; keepalive 8; }\nserver { listen 80; location / { proxy_pass http://u; } }',
      `map $http_upgrade $cu { default upgrade; '' close; }\nupstream u { server 127.0.0.1:1; keepalive 8; }\nserver { listen 80; location / { proxy_http_version 1.1; proxy_set_header Connection $cu; proxy_set_header Upgrade $http_upgrade; proxy_pass http://u; } }`,
      'upstream u { server 127.0.0.1:1; keepalive 8; }\nserver { listen 80; location / { fastcgi_pass u; } }',
      'proxy_set_header Connection "";\nupstream u { server 127.0.0.1:1; keepalive 8; }\nserver { listen 80; location / { proxy_pass http://u; } }',
      'upstream u { server 127.0.0.1:1; keepalive 8; }\nserver { listen 80; set $t u; location / { proxy_pass http://$t; } }',
    ],
    sane: [
      'proxy_http_version 1.1;\nproxy_set_header Connection "";\nupstream u { server 127.0.0.1:1; keepalive 8; }\nserver { listen 80; location / { proxy_pass http://u; } }',
      'upstream u { server 127.0.0.1:1; keepalive 8; }\nserver { listen 80; location / { fastcgi_keep_conn on; fastcgi_pass u; } }',
      'upstream u { server 127.0.0.1:1; keepalive 8; }\nserver { listen 80; location / { grpc_pass grpc://u; } }',
      `map $http_upgrade $cu { default upgrade; '' ''; }\nupstream u { server 127.0.0.1:1; keepalive 8; }\nserver { listen 80; location / { proxy_http_version 1.1; proxy_set_header Connection $cu; proxy_pass http://u; } }`,
    ],
  },
  {
    rule: 'websocket-upgrade-incomplete',
    inside: 'http',
    bad: [
      `server { listen 80; location / { proxy_set_header Upgrade $http_upgrade; ${PASS} } }`,
      `server { listen 80; proxy_http_version 1.1; location / { proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection ""; ${PASS} } }`,
      `server { listen 80; location / { proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; ${PASS} } }`,
      `server { listen 80; location / { proxy_http_version 1.1; proxy_set_header Connection upgrade; ${PASS} } }`,
      `proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nserver { listen 80; location / { ${PASS} } }`,
    ],
    sane: [
      `map $http_upgrade $c { default upgrade; '' close; }\nproxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection $c;\nserver { listen 80; location / { ${PASS} } }`,
      `server { listen 80; location / { proxy_set_header Connection ""; proxy_http_version 1.1; ${PASS} } }`,
      `server { listen 80; location / { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection; ${PASS} } }`,
    ],
  },
  {
    rule: 'dns-resolved-once',
    inside: 'http',
    bad: [
      'server { listen 80; location / { proxy_pass https://api.example.com$request_uri; } }',
      'server { listen 80; location / { set $a api.example.com; proxy_pass https://$a$request_uri; } }',
      'server { listen 80; location / { proxy_pass http://api.example.com; } }',
      'upstream u { server api.example.com:443; }\nserver { listen 80; location / { uwsgi_pass u; } }',
      'server { listen 80; location / { grpc_pass grpc://api.example.com:50051; } }',
      stream('map $server_port $b { default api.example.com:1; }\nserver { listen 1; proxy_pass $b; }'),
      stream('server { listen 1; proxy_pass api.example.com:1; }'),
    ],
    sane: [
      'server { listen 80; resolver 127.0.0.1; location / { set $a api.example.com; proxy_pass https://$a$request_uri; } }',
      'upstream app { server 127.0.0.1:1; }\nserver { listen 80; location / { proxy_pass http://app$request_uri; } }',
      'server { listen 80; location / { proxy_pass http://127.0.0.1:8000$request_uri; } }',
      stream('resolver 127.0.0.1;\nmap $server_port $b { default api.example.com:1; }\nserver { listen 1; proxy_pass $b; }'),
      'server { listen 80; location / { proxy_pass http://localhost:8000; } }',
    ],
  },
  {
    rule: 'cache-key-leaks',
    inside: 'http',
    bad: [
      `proxy_cache_path /c keys_zone=p:1m;\nserver { listen 80; location / { ${PASS} proxy_cache p; proxy_cache_valid 200 10m; proxy_ignore_headers Set-Cookie; proxy_cache_bypass $cookie_sessionid; } }`,
      'uwsgi_cache_path /c keys_zone=p:1m;\nserver { listen 80; location / { uwsgi_pass 127.0.0.1:1; uwsgi_cache p; uwsgi_cache_key $host$request_uri; uwsgi_cache_valid 200 10m; uwsgi_ignore_headers Set-Cookie; } }',
      `proxy_cache_path /c keys_zone=p:1m;\nproxy_cache p;\nproxy_cache_valid 200 5m;\nserver { listen 80; location / { proxy_ignore_headers Cache-Control Set-Cookie Expires; ${PASS} } }`,
      'fastcgi_cache_path /c keys_zone=p:1m;\nserver { listen 80; fastcgi_cache p; fastcgi_cache_key $host$request_uri; location / { fastcgi_ignore_headers Set-Cookie; fastcgi_cache_valid 5m; fastcgi_pass 127.0.0.1:9; } }',
    ],
    sane: [
      `proxy_cache_path /c keys_zone=p:1m;\nserver { listen 80; location / { ${PASS} proxy_cache p; proxy_cache_valid 200 10m; proxy_ignore_headers Set-Cookie; proxy_cache_bypass $cookie_sessionid; proxy_no_cache $cookie_sessionid; proxy_hide_header Set-Cookie; } }`,
      `proxy_cache_path /c keys_zone=p:1m;\nserver { listen 80; location / { ${PASS} proxy_cache p; proxy_cache_valid 200 10m; } }`,
      `proxy_cache_path /c keys_zone=p:1m;\nserver { listen 80; location /static/ { ${PASS} proxy_cache p; proxy_cache_key $scheme$host$request_uri; } }`,
    ],
  },
  {
    rule: 'cache-without-lock',
    inside: 'http',
    bad: [
      `proxy_cache_path /c keys_zone=p:1m;\nproxy_cache p;\nserver { listen 80; location / { ${PASS} proxy_cache_valid 200 1m; } }`,
      'uwsgi_cache_path /c keys_zone=p:1m;\nserver { listen 80; location / { uwsgi_cache p; uwsgi_cache_key $uri; uwsgi_cache_lock on; uwsgi_pass 127.0.0.1:1; uwsgi_cache_valid 1m; } }',
    ],
    sane: [
      `proxy_cache_path /c keys_zone=p:1m;\nproxy_cache_lock on;\nproxy_cache_use_stale updating;\nserver { listen 80; location / { ${PASS} proxy_cache p; } }`,
    ],
  },
  {
    rule: 'cache-without-buffering',
    inside: 'http',
    bad: [
      `proxy_cache_path /c keys_zone=p:1m;\nproxy_buffering off;\nserver { listen 80; location / { proxy_cache p; ${PASS} } }`,
      'uwsgi_cache_path /c keys_zone=p:1m;\nserver { listen 80; uwsgi_buffering off; location / { uwsgi_cache p; uwsgi_cache_key $uri; uwsgi_pass 127.0.0.1:1; } }',
    ],
    sane: [
      `proxy_cache_path /c keys_zone=p:1m;\nproxy_buffering off;\nserver { listen 80; location / { proxy_buffering on; proxy_cache p; ${PASS} } }`,
      `proxy_cache_path /c keys_zone=p:1m;\nproxy_cache p;\nserver { listen 80; location /sse { proxy_cache off; proxy_buffering off; ${PASS} } }`,
    ],
  },
  {
    rule: 'all-servers-down',
    inside: 'http',
    bad: [
      'upstream u { server 127.0.0.1:1 down; server 127.0.0.1:2 down; }\nserver { listen 80; location / { uwsgi_pass u; } }',
      stream('upstream u { server 127.0.0.1:1 down; }\nserver { listen 1; proxy_pass u; }'),
    ],
    sane: ['upstream u { server 127.0.0.1:1 down; server 127.0.0.1:2 backup; }\nserver { listen 80; location / { proxy_pass http://u; } }'],
  },
  {
    rule: 'retry-not-idempotent',
    inside: 'http',
    bad: [
      'proxy_next_upstream error timeout non_idempotent;\nupstream u { server 127.0.0.1:1; server 127.0.0.1:2; }\nserver { listen 80; location / { proxy_pass http://u; } }',
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2; }\nserver { listen 80; location / { uwsgi_next_upstream error non_idempotent; uwsgi_pass u; } }',
    ],
    sane: [
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2; }\nserver { listen 80; location / { proxy_next_upstream error timeout; proxy_pass http://u; } }',
    ],
  },
  {
    rule: 'single-server-never-marked-down',
    inside: 'http',
    bad: [
      'upstream u { server 127.0.0.1:1 max_fails=3 fail_timeout=5s; }\nserver { listen 80; location / { proxy_pass http://u; } }',
      stream('upstream u { server 127.0.0.1:1 max_fails=2; }\nserver { listen 1; proxy_pass u; }'),
    ],
    sane: [
      'upstream u { server 127.0.0.1:1 max_fails=3; server 127.0.0.1:2; }\nserver { listen 80; location / { proxy_pass http://u; } }',
      'upstream u { server 127.0.0.1:1 max_fails=0; }\nserver { listen 80; location / { proxy_pass http://u; } }',
      'upstream u { server 127.0.0.1:1 max_fails=3; server 127.0.0.1:2 backup; }\nserver { listen 80; location / { proxy_pass http://u; } }',
    ],
  },
  {
    rule: 'upstream-zone-missing',
    inside: 'http',
    bad: [],
    sane: ['upstream u { zone u 64k; server 127.0.0.1:1 max_conns=5; }\nserver { listen 80; location / { proxy_pass http://u; } }'],
  },
  {
    rule: 'backup-with-hash',
    inside: 'http',
    bad: ['upstream u { server 127.0.0.1:1; server 127.0.0.1:2 backup; hash $uri consistent; }'],
    sane: [
      'upstream u { least_conn; server 127.0.0.1:1; server 127.0.0.1:2 backup; }\nserver { listen 80; location / { proxy_pass http://u; } }',
    ],
  },
  {
    rule: 'request-buffering-off',
    inside: 'http',
    bad: [
      `proxy_request_buffering off;\nserver { listen 80; location / { ${PASS} } }`,
      'server { listen 80; location / { uwsgi_request_buffering off; uwsgi_pass 127.0.0.1:1; } }',
      'server { listen 80; fastcgi_request_buffering off; location / { fastcgi_pass 127.0.0.1:9; } }',
    ],
    sane: [
      `server { listen 80; location / { proxy_request_buffering on; ${PASS} } }`,
      `proxy_request_buffering off;\nserver { listen 80; location / { proxy_request_buffering on; ${PASS} } }`,
    ],
  },
  {
    rule: 'buffering-off',
    inside: 'http',
    bad: [
      `proxy_buffering off;\nserver { listen 80; location / { ${PASS} } }`,
      'server { listen 80; location / { uwsgi_buffering off; uwsgi_pass 127.0.0.1:1; } }',
    ],
    sane: [
      `proxy_buffering off;\nserver { listen 80; location / { proxy_buffering on; ${PASS} } }`,
      `server { listen 80; location / { ${PASS} } }`,
    ],
  },
  {
    rule: 'timeouts-inverted',
    inside: 'http',
    bad: [`proxy_connect_timeout 300s;\nserver { listen 80; location / { ${PASS} } }`],
    sane: [
      `server { listen 80; location / { proxy_connect_timeout 5s; ${PASS} } }`,
      `server { listen 80; location / { proxy_connect_timeout 90s; ${PASS} } }`,
    ],
  },
  {
    rule: 'header-sent-twice',
    inside: 'http',
    bad: [`server { listen 80; location / { proxy_set_header X-A b; proxy_set_header X-A c; ${PASS} } }`],
    sane: [
      `proxy_set_header X-A b;\nserver { listen 80; location / { proxy_set_header X-A c; ${PASS} } }`,
      `server { listen 80; location / { proxy_set_header X-A b; proxy_set_header X-A ""; proxy_set_header X-B c; ${PASS} } }`,
    ],
  },
  {
    rule: 'body-size-default',
    inside: 'http',
    bad: [
      `server { listen 80; location /upload { ${PASS} } }`,
      'server { listen 80; location /api/upload/ { uwsgi_pass 127.0.0.1:1; } location / { uwsgi_pass 127.0.0.1:1; } }',
    ],
    sane: [
      `client_max_body_size 20m;\nserver { listen 80; location /upload { ${PASS} } }`,
      `server { listen 80; location /upload { client_max_body_size 0; ${PASS} } }`,
      'server { listen 80; location /uploads/ { root /srv; } }',
    ],
  },
  {
    rule: 'upstream-keepalive-missing',
    inside: 'http',
    bad: [],
    sane: [
      'upstream u { server 10.0.0.1:1; keepalive 8; }\nserver { listen 80; location / { proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://u; } }',
      'upstream u { server unix:/run/a.sock; }\nserver { listen 80; location / { proxy_pass http://u; } }',
    ],
  },
  {
    rule: 'grpc-without-http2',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; ${CERT} location / { grpc_pass 127.0.0.1:1; } }`,
      'server { listen 80; location /a { location /a/b { grpc_pass grpc://127.0.0.1:1; } } }',
    ],
    sane: [
      `server { listen 443 ssl http2; ${CERT} location / { grpc_pass 127.0.0.1:1; } }`,
      `server { listen 443 ssl http2; server_name a; ${CERT} }\nserver { listen 443 ssl; server_name b; ${CERT} location / { grpc_pass 127.0.0.1:1; } }`,
    ],
  },
  {
    rule: 'setting-of-another-module',
    inside: 'http',
    bad: [
      'server { listen 80; location / { proxy_read_timeout 5s; uwsgi_pass 127.0.0.1:1; } }',
      `server { listen 80; location / { uwsgi_param A b; ${PASS} } }`,
    ],
    sane: [`proxy_read_timeout 5s;\nserver { listen 80; location / { uwsgi_pass 127.0.0.1:1; } location /b { ${PASS} } }`],
  },
  { rule: 'response-header-twice', inside: 'http', bad: [], sane: [`server { listen 80; location / { add_header X-A b; ${PASS} } }`] },
  {
    rule: 'cache-inactive-below-valid',
    inside: 'http',
    bad: [`proxy_cache_path /c keys_zone=p:1m;\nserver { listen 80; location / { proxy_cache p; proxy_cache_valid 200 1d; ${PASS} } }`],
    sane: [
      `proxy_cache_path /c keys_zone=p:1m inactive=2d;\nserver { listen 80; location / { proxy_cache p; proxy_cache_valid 200 1d; ${PASS} } }`,
    ],
  },
  {
    rule: 'cache-stores-errors',
    inside: 'http',
    bad: [`proxy_cache_path /c keys_zone=p:1m;\nserver { listen 80; location / { proxy_cache p; proxy_cache_valid any 1h; ${PASS} } }`],
    sane: [
      `proxy_cache_path /c keys_zone=p:1m;\nserver { listen 80; location / { proxy_cache p; proxy_cache_valid 200 1h; proxy_cache_valid any 1s; ${PASS} } }`,
    ],
  },
];
