/** The rules of the group tls on trial. */
import type { ExampleSettings } from '../../../server/src/rules/rule.ts';
import { http, location, server, stream, type Trial, type Variant } from '../trial.ts';

const CERT = 'ssl_certificate a.pem; ssl_certificate_key a.key;';
const tls = (lines: string, settings?: ExampleSettings): Variant =>
  http(`server { listen 443 ssl; server_name a.example; ${CERT} ${lines} }`, settings ? { settings } : {});

export const TRIALS: readonly Trial[] = [
  {
    rule: 'cipher-has-no-effect',
    bad: [
      tls('ssl_ciphers HIGH:!aNUL;'),
      tls('ssl_ciphers HIGH:!WEAK;'),
      // a word since OpenSSL 3.0 only
      tls('ssl_ciphers ECDHE+AES:!CBC;', { openssl: '1.1.1' }),
      http(`ssl_protocols TLSv1.3; ssl_ciphers HIGH; server { listen 443 ssl; ${CERT} }`),
      tls('ssl_protocols TLSv1.3; ssl_ciphers HIGH:!aNULL;'),
      tls('ssl_ciphers TLS_AES_256_GCM_SHA384:HIGH;'),
      tls('ssl_ciphers HIGH:-NOSUCH;'),
    ],
    sane: [
      tls('ssl_ciphers HIGH:!aNULL:!MD5;'),
      tls('ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;'),
      tls('ssl_ciphers HIGH:!aNULL:!EXPORT:!LOW;'),
      tls('ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256;'),
      http(`ssl_ciphers HIGH:!aNULL; server { listen 443 ssl; ssl_protocols TLSv1.3; ${CERT} } server { listen 444 ssl; ${CERT} }`),
      tls('ssl_ciphers HIGH:!aNULL:!kRSA:!SSLv2;'),
    ],
  },
  {
    rule: 'cipher-string-empty-or-unreadable',
    bad: [
      tls('ssl_ciphers NOSUCH;'),
      tls('ssl_ciphers HIGH:!ALL;'),
      tls('ssl_conf_command CipherString NOSUCH;'),
      tls('ssl_ciphers "";'),
      tls('ssl_ciphers kx:y;'),
      tls('ssl_ciphers ALL:!ALL;'),
      http('server { listen 80; js_fetch_ciphers NOSUCH; location / { return 204; } }'),
      http('js_fetch_ciphers TLS_AES_128_GCM_SHA256; server { listen 80; location / { js_fetch_ciphers HIGH; return 204; } }'),
      http('server { listen 80; location / { lua_ssl_ciphers "HIGH:!!aNULL"; return 204; } }'),
    ],
    sane: [
      http('js_fetch_ciphers NOSUCH;'),
      http('lua_ssl_ciphers NOSUCH; server { listen 80; lua_ssl_ciphers HIGH; location / { return 204; } }'),
      tls('ssl_ciphers PROFILE=SYSTEM;'),
      http(`ssl_ciphers PROFILE=SYSTEM; server { listen 443 ssl; ${CERT} }`),
      tls('ssl_ciphers DEFAULT;'),
      tls('ssl_ciphers HIGH:!aNULL;'),
      tls('ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256;'),
      tls('ssl_conf_command CipherString DEFAULT@SECLEVEL=1;'),
    ],
  },
  {
    rule: 'below-mozilla-profile',
    settings: { mozillaProfile: 'intermediate' },
    bad: [
      tls('ssl_conf_command CipherString ECDHE+AES;'),
      tls('ssl_ciphers ECDHE+AES;'),
      tls('ssl_ciphers ECDHE-RSA-AES128-SHA;'),
      tls('ssl_ciphers ECDHE+AESGCM:ECDHE+CAMELLIA:ECDHE-RSA-AES256-SHA384;'),
    ],
    sane: [
      tls(
        'ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256; ssl_session_cache shared:S:10m; ssl_session_tickets off;',
      ),
      tls('ssl_protocols TLSv1.3; ssl_session_cache shared:S:10m; ssl_session_tickets off;'),
    ],
  },
  {
    rule: 'weak-cipher',
    bad: [
      tls('ssl_ciphers ALL:COMPLEMENTOFALL;'),
      tls('ssl_ciphers HIGH:3DES;'),
      tls('ssl_ciphers RC4:HIGH;'),
      http(`ssl_ciphers HIGH:aNULL; server { listen 443 ssl; ${CERT} }`),
      tls('ssl_conf_command CipherString HIGH:aNULL;'),
      stream(`server { listen 127.0.0.1:9443 ssl; ${CERT} ssl_ciphers HIGH:aNULL; proxy_pass 127.0.0.1:1; }`),
    ],
    sane: [
      tls('ssl_protocols TLSv1.3; ssl_ciphers ALL:COMPLEMENTOFALL;'),
      tls('ssl_ciphers HIGH:!aNULL:!MD5;'),
      tls('ssl_ciphers ECDHE+AESGCM;'),
      tls(''),
      http(`ssl_protocols TLSv1.3; ssl_ciphers HIGH:aNULL; server { listen 443 ssl; ${CERT} }`),
      tls('ssl_ciphers EECDH+AESGCM:EDH+AESGCM;'),
    ],
  },
  {
    rule: 'forward-secrecy-missing',
    bad: [
      tls('ssl_ciphers kRSA;'),
      tls('ssl_ciphers AES128-SHA:AES256-SHA;'),
      tls('ssl_conf_command CipherString kRSA;'),
      http(`ssl_ciphers AES128-GCM-SHA256; server { listen 443 ssl; ${CERT} }`),
    ],
    sane: [tls('ssl_protocols TLSv1.3; ssl_ciphers kRSA;'), tls('ssl_ciphers HIGH:!kRSA;'), tls('ssl_ciphers ECDHE+AESGCM;'), tls('')],
  },
  {
    rule: 'early-data-replay',
    bad: [
      tls('ssl_early_data on; location / { proxy_pass http://127.0.0.1:1; }'),
      tls('ssl_early_data on; location / { uwsgi_pass 127.0.0.1:1; }'),
      tls('ssl_early_data on; location /d { return 200 "$ssl_early_data"; } location / { proxy_pass http://127.0.0.1:1; }'),
      http(`ssl_early_data on; server { listen 443 ssl; ${CERT} location / { proxy_pass http://127.0.0.1:1; } }`),
      tls('ssl_early_data on; location / { location /a/ { fastcgi_pass 127.0.0.1:1; } }'),
      tls(
        'ssl_early_data on; location /x { proxy_set_header Early-Data $ssl_early_data; proxy_pass http://127.0.0.1:1; } location / { proxy_pass http://127.0.0.1:1; }',
      ),
    ],
    sane: [
      http(
        `map "$request_method:$ssl_early_data" $too_early { default 0; "~^POST:1" 1; } server { listen 443 ssl; ${CERT} ssl_early_data on; if ($too_early) { return 425; } location / { proxy_pass http://127.0.0.1:1; } }`,
      ),
      tls('ssl_protocols TLSv1.2; ssl_early_data on; location / { proxy_pass http://127.0.0.1:1; }'),
      tls('ssl_early_data on; proxy_set_header Early-Data $ssl_early_data; location / { proxy_pass http://127.0.0.1:1; }'),
      tls('ssl_early_data on; if ($ssl_early_data) { return 425; } location / { proxy_pass http://127.0.0.1:1; }'),
      tls('ssl_early_data on; root /srv;'),
      tls('ssl_early_data off; location / { proxy_pass http://127.0.0.1:1; }'),
      tls('ssl_early_data on; location / { if ($ssl_early_data = 1) { return 425; } proxy_pass http://127.0.0.1:1; }'),
    ],
  },
  {
    rule: 'upstream-sni-missing',
    bad: [
      location('proxy_pass https://api.example.net;'),
      location('set $b https://api.example.net;\nproxy_pass $b;'),
      location('set $b api.example.net;\nproxy_pass https://$b/x;'),
      location('proxy_pass https://api.example.net$request_uri;'),
      stream('server { listen 127.0.0.1:9000; proxy_ssl on; proxy_pass api.example.net:443; }'),
      location('grpc_pass grpcs://api.example.net:443;'),
      server('proxy_ssl_server_name off;\nlocation / { proxy_pass https://api.example.net; }'),
      http('map $uri $b { default api.example.net; /x b.example.net; }\nserver { location / { proxy_pass https://$b; } }'),
    ],
    sane: [
      location('proxy_ssl_server_name on;\nproxy_pass https://api.example.net;'),
      http('proxy_ssl_server_name on;\nserver { location / { set $b api.example.net; proxy_pass https://$b; } }'),
      stream('server { listen 127.0.0.1:9000; proxy_ssl on; proxy_ssl_server_name on; proxy_pass api.example.net:443; }'),
      stream('server { listen 127.0.0.1:9000; proxy_pass api.example.net:443; }'),
      location('proxy_pass https://10.0.0.5;'),
      location('proxy_pass http://api.example.net;'),
    ],
  },
  {
    rule: 'upstream-tls-unverified',
    bad: [
      location('proxy_pass https://api.example.net;'),
      location('set $b https://api.example.net;\nproxy_pass $b;'),
      stream('server { listen 127.0.0.1:9000; proxy_ssl on; proxy_pass api.example.net:443; }'),
      http('upstream u { server 10.0.0.5:443; }\nserver { location / { proxy_pass https://u; } }'),
      location('uwsgi_pass suwsgi://10.0.0.5:3031;'),
      location('grpc_pass grpcs://api.example.net:443;'),
    ],
    sane: [
      location('proxy_ssl_verify on;\nproxy_ssl_trusted_certificate /c.pem;\nproxy_pass https://api.example.net;'),
      stream(
        'server { listen 127.0.0.1:9000; proxy_ssl on; proxy_ssl_verify on; proxy_ssl_trusted_certificate /c; proxy_pass api.example.net:443; }',
      ),
      stream('server { listen 127.0.0.1:9000; proxy_pass api.example.net:443; }'),
      location('set $b https://127.0.0.1:8443;\nproxy_pass $b;'),
      location('proxy_pass http://api.example.net;'),
      http('upstream u { server 127.0.0.1:443; }\nserver { location / { proxy_pass https://u; } }'),
    ],
  },
  {
    rule: 'weak-protocol',
    bad: [
      tls('ssl_protocols SSLv3 TLSv1.2;'),
      tls('ssl_conf_command Protocol "-ALL,TLSv1,TLSv1.2";'),
      http(`ssl_protocols TLSv1 TLSv1.1 TLSv1.2; server { listen 443 ssl; ${CERT} }`),
      stream(`server { listen 127.0.0.1:9443 ssl; ${CERT} ssl_protocols SSLv3 TLSv1.2; proxy_pass 127.0.0.1:1; }`),
      stream(`server { listen 127.0.0.1:9443 ssl; ${CERT} proxy_pass 127.0.0.1:1; }`, { settings: { nginx: '1.18.0', openssl: '1.1.1' } }),
      tls('ssl_conf_command MinProtocol TLSv1;'),
    ],
    sane: [
      tls('ssl_protocols TLSv1.2 TLSv1.3;'),
      tls('ssl_conf_command Protocol "-ALL,TLSv1.2,TLSv1.3";'),
      tls('ssl_conf_command Protocol "-TLSv1,-TLSv1.1";'),
      tls(''),
      stream(`server { listen 127.0.0.1:9443 ssl; ${CERT} ssl_protocols TLSv1.2; proxy_pass 127.0.0.1:1; }`),
      tls('ssl_conf_command MinProtocol TLSv1.2;'),
      tls('ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;'),
    ],
  },
  {
    rule: 'session-cache-ineffective',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; ${CERT} ssl_session_tickets off; }`,
      `ssl_session_cache none; server { listen 443 ssl; ${CERT} ssl_session_tickets off; }`,
      `server { listen 443 ssl; ${CERT} ssl_session_cache builtin; }`,
      `ssl_session_tickets off; server { listen 443 ssl; ${CERT} }`,
      `server { listen 443 ssl; ${CERT} ssl_session_cache off; ssl_session_tickets off; }`,
    ],
    sane: [
      `server { listen 443 ssl; ${CERT} ssl_session_cache shared:S:10m; ssl_session_tickets off; }`,
      `ssl_session_cache shared:S:10m; server { listen 443 ssl; ${CERT} ssl_session_tickets off; }`,
      `server { listen 443 ssl; ${CERT} }`,
      `server { listen 80; ssl_session_tickets off; }`,
      `server { listen 443 ssl; ssl_reject_handshake on; ssl_session_tickets off; }`,
      { inside: 'main', text: `worker_processes 1; events {} http { server { listen 443 ssl; ${CERT} ssl_session_cache builtin; } }` },
    ],
  },
  {
    rule: 'session-tickets-not-rotated',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; ${CERT} ssl_session_tickets on; }`,
      `ssl_session_tickets on; server { listen 443 ssl; ${CERT} }`,
      `server { listen 443 ssl; ${CERT} ssl_session_tickets on; ssl_session_cache builtin; }`,
    ],
    sane: [
      `ssl_session_tickets on; server { listen 443 ssl; ${CERT} ssl_session_cache shared:S:10m; }`,
      `server { listen 443 ssl; ${CERT} ssl_session_tickets off; }`,
      `server { listen 443 ssl; ${CERT} ssl_session_tickets on; ssl_session_ticket_key k; }`,
      `ssl_session_cache shared:S:10m; server { listen 443 ssl; ${CERT} ssl_session_tickets on; }`,
      `server { listen 443 ssl; ${CERT} ssl_protocols TLSv1.3; ssl_session_tickets on; }`,
    ],
  },
  {
    rule: 'stapling-without-resolver',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; ${CERT} ssl_stapling on; }`,
      `ssl_stapling on; server { listen 443 ssl; ${CERT} }`,
      `ssl_stapling on; server { listen 443 ssl; ${CERT} resolver 10.0.0.1; } server { listen 444 ssl; ${CERT} }`,
    ],
    sane: [
      `server { listen 443 ssl; ${CERT} ssl_stapling on; resolver 10.0.0.1; }`,
      `server { listen 443 ssl; ${CERT} ssl_stapling on; ssl_stapling_responder http://10.0.0.5/ocsp; }`,
      `server { listen 443 ssl; ssl_certificate /etc/letsencrypt/live/a.example/fullchain.pem; ssl_certificate_key /etc/letsencrypt/live/a.example/privkey.pem; ssl_stapling on; }`,
      `server { listen 443 ssl; ${CERT} ssl_stapling on; ssl_stapling_file /x.der; }`,
      `server { listen 443 ssl; ${CERT} ssl_stapling off; }`,
    ],
  },
  {
    rule: 'security-headers-missing',
    inside: 'http',
    bad: [
      'server { server_name a.example; root /srv; add_header X-Content-Type-Options nosniff; add_header Referrer-Policy no-referrer; add_header Content-Security-Policy "default-src \'self\'"; }',
      'server { server_name a.example; root /srv; }',
      'server { server_name a.example; root /srv; add_header X-Content-Type-Options nosniff; }',
    ],
    sane: [
      "server { server_name a.example; root /srv; add_header X-Content-Type-Options nosniff; add_header Referrer-Policy no-referrer; add_header Content-Security-Policy \"default-src 'self'; frame-ancestors 'none'\"; }",
      'server { server_name a.example; root /srv; add_header X-Content-Type-Options nosniff; add_header Referrer-Policy no-referrer; add_header X-Frame-Options DENY; }',
      'server { server_name a.example; location / { proxy_pass http://127.0.0.1:1; } }',
    ],
  },
  {
    rule: 'plain-on-443',
    inside: 'http',
    bad: [
      `server { listen 443; ${CERT} }`,
      'server { listen [::]:443; }',
      'server { listen 10.0.0.1:443 default_server; root /srv; }',
      `server { listen 0.0.0.0:443 reuseport; ${CERT} }`,
    ],
    sane: [
      'server { listen 443 proxy_protocol; root /srv; }',
      `server { listen 443 ssl; ${CERT} }`,
      'server { listen 8443; }',
      `server { listen 443; ${CERT} server_name b; } server { listen 443 ssl; ${CERT} server_name a; }`,
      'server { listen 127.0.0.1:443; root /srv; }',
    ].slice(0, 4),
  },
];
