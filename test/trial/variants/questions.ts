/** What people ask about in public, later sets: caches, HTTP/3, mail, places that are passed on by halves, and the same things done right. */
import { http, server, type Trial, tree } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const HEADERS = 'proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto $scheme;';
const CERT = 'ssl_certificate a.pem; ssl_certificate_key a.key;';
const inc = (inside: string, text: string) =>
  tree(`#- nginx.conf\nevents {}\nhttp { ${inside.replace('@', 'include part.inc;')} }\n#- part.inc\n${text}\n`);
const mail = (text: string) => tree(`#- nginx.conf\nevents {}\nmail { auth_http 127.0.0.1:9000/auth; ${text} }\n`);

const ALT = `add_header Alt-Svc 'h3=":443"; ma=86400' always;`;
const ZONE = 'proxy_cache_path /var/cache/nginx/p keys_zone=p:10m;\n';
const FROM_MAP = `map $http_origin $from { default ""; https://a.example.com $http_origin; ~^https://[a-z]+\\.example\\.org$ $http_origin; }\n`;

export const TRIALS: readonly Trial[] = [
  {
    rule: 'http3-unreachable',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; http3 on; ${CERT} location / { ${PASS} } }`,
      `server { listen 443 ssl; ${CERT} location / { ${ALT} ${PASS} } }`,
      `server { listen 8443 ssl; ${CERT} add_header Alt-Svc 'h3=":$server_port"; ma=3600'; location / { ${PASS} } }`,
      `server { listen [::]:443 quic; http3 on; ${CERT} location / { ${PASS} } }`,
      `server { listen 443 quic; listen 80; ${CERT} ${ALT} location / { ${PASS} } }`,
      `server { listen 443 quic; listen 443 ssl; ${CERT} add_header Alt-Svc 'h3-27=":443"; ma=86400, h3-28=":443"; ma=86400'; root /srv; }`,
      inc(`server { listen 443 ssl; ${CERT} @ location / { ${PASS} } }`, `${ALT}\n`),
      `server { listen 443 quic default_server; listen 443 ssl default_server; ${CERT} return 444; }
server { listen 443 ssl; server_name a.example; ${CERT} ${ALT} location / { ${PASS} } }`,
    ],
    sane: [
      `server { listen 443 quic; listen 443 ssl; http3 on; ${CERT} ${ALT} location / { ${PASS} } }`,
      `http3 on;\nserver { listen 443 ssl; ${CERT} location / { ${PASS} } }`,
      `server { listen 443 ssl; ${CERT} add_header Alt-Svc 'h2=":443"'; location / { ${PASS} } }`,
      `server { listen 443 ssl; ${CERT} add_header Alt-Svc 'h3=":8443"; ma=60'; location / { ${PASS} } }`,
      `server { listen 80; ${ALT} location / { ${PASS} } }`,
      `server { listen 443 quic; listen 443 ssl; ${CERT} add_header Alt-Svc 'h3=":443", h3-29=":443"'; location / { ${PASS} } }`,
      `server { listen 443 ssl default_server; ${CERT} ${ALT.replace(' ', ' ')} include parts/*.conf; location / { ${PASS} } }`,
      `server { listen 443 quic; server_name a.example; ${CERT} ${PASS.replace(/.*/, 'return 204;')} }
server { listen 443 ssl; server_name a.example; ${CERT} ${ALT.replace('443', '8444')} location / { ${PASS} } }`,
      tree(`#- nginx.conf
events {}
stream { server { listen 443 udp; proxy_pass 10.0.0.9:443; } }
http { server { listen 443 ssl; ${CERT} ${ALT} location / { ${PASS} } } }
`),
    ],
  },
  {
    rule: 'mail-login-unencrypted',
    bad: [
      mail('server { listen 143; protocol imap; }'),
      mail('server { listen 110; }'),
      mail('server { listen 587; protocol smtp; smtp_auth login plain; }'),
      mail('imap_auth plain cram-md5; server { listen [::]:143; protocol imap; starttls off; }'),
      mail(`${CERT} starttls off; server { listen 993 ssl; protocol imap; } server { listen 203.0.113.4:143; protocol imap; }`),
      mail(`${CERT} server { listen 993 ssl; listen 143; protocol imap; }`),
      mail('server { listen 2525; protocol smtp; }'),
    ],
    sane: [
      mail(`${CERT} server { listen 143; protocol imap; starttls only; }`),
      mail(`${CERT} starttls on; server { listen 110; protocol pop3; } server { listen 587; protocol smtp; }`),
      mail(`${CERT} server { listen 993 ssl; protocol imap; } server { listen 995 ssl; }`),
      mail('server { listen 25; protocol smtp; smtp_auth none; }'),
      mail('server { listen 127.0.0.1:143; protocol imap; } server { listen 10.0.0.4:110; }'),
      mail('server { listen 143 proxy_protocol; protocol imap; }'),
      mail('server { listen unix:/run/imap.sock; protocol imap; }'),
      mail('server { listen 110; protocol pop3; pop3_auth apop cram-md5; }'),
    ],
  },
  {
    rule: 'page-cached-long',
    inside: 'server',
    bad: [
      'root /srv;\nlocation / { try_files $uri $uri/ /index.html; expires max; }',
      'root /srv;\nexpires 30d;\nlocation / { try_files $uri /index.html; }',
      'root /srv;\nlocation / { try_files $uri /index.html; add_header Cache-Control "public, max-age=604800"; }',
      'root /srv;\nlocation / { try_files $uri /index.html; }\nlocation ~* \\.(?:html|js|css)$ { expires 1y; }',
      'location /app/ { alias /srv/app/; try_files $uri /app/index.html; expires 1y; add_header Cache-Control immutable; }',
      'root /srv;\nadd_header Cache-Control "max-age=31536000";\nlocation /admin/ { try_files $uri $uri/ /admin/index.html; }',
      inc('server { listen 80; root /srv; location / { try_files $uri /index.html; @ } }', 'expires 90d;'),
    ],
    sane: [
      'root /srv;\nlocation / { try_files $uri $uri/ /index.html; add_header Cache-Control "no-cache"; }',
      'root /srv;\nlocation / { try_files $uri /index.html; expires 1h; }',
      'root /srv;\nexpires 1y;\nlocation / { try_files $uri /index.html; }\nlocation = /index.html { expires epoch; }',
      'root /srv;\nlocation / { try_files $uri /index.html; }\nlocation /assets/ { expires 1y; add_header Cache-Control "public, immutable"; }',
      'root /srv;\nlocation ~* \\.(js|css)$ { expires max; try_files $uri =404; }\nlocation / { try_files $uri $uri/ /index.html; }',
      'root /srv/docs;\nlocation / { try_files $uri $uri/ =404; expires 30d; }',
      http(
        'map $sent_http_content_type $age { default off; text/html epoch; ~^image/ 30d; }\nserver { listen 80; root /srv; expires $age; location / { try_files $uri /index.html; } }',
      ),
      'root /srv;\nlocation / { try_files $uri /index.html; expires -1; add_header Cache-Control "no-store"; }',
    ],
  },
  {
    rule: 'vary-origin-missing',
    inside: 'http',
    bad: [
      `${FROM_MAP}server { listen 80; location /api/ { add_header Access-Control-Allow-Origin $from always; add_header Cache-Control "public, max-age=600"; ${PASS} } }`,
      `${FROM_MAP}server { listen 80; root /srv; location ~* \\.woff2$ { expires 1y; add_header Access-Control-Allow-Origin $from; } }`,
      `${FROM_MAP}server { listen 80; root /srv; expires 7d; add_header Access-Control-Allow-Origin $from; location /media/ { } }`,
      server(`location /api/ { add_header Access-Control-Allow-Origin $http_origin; add_header Cache-Control "max-age=60"; ${PASS} }`),
      `${FROM_MAP}server { listen 80; location /a/ { expires 1h; add_header Vary Accept-Encoding; add_header Access-Control-Allow-Origin $from; ${PASS} } }`,
      server(
        `location /f/ { expires 1d; set $o ""; if ($http_origin ~ "^https://(a|b)\\.example\\.com$") { set $o $http_origin; } add_header Access-Control-Allow-Origin $o; ${PASS} }`,
      ),
      inc(
        `${FROM_MAP}server { listen 80; location /x/ { expires 2d; @ ${PASS} } }`,
        'add_header Access-Control-Allow-Origin $from always;',
      ),
    ],
    sane: [
      `${FROM_MAP}server { listen 80; location /api/ { add_header Access-Control-Allow-Origin $from always; add_header Vary Origin always; expires 1h; ${PASS} } }`,
      `${FROM_MAP}server { listen 80; location /api/ { add_header Access-Control-Allow-Origin $from always; ${PASS} } }`,
      `${FROM_MAP}server { listen 80; location /api/ { add_header Access-Control-Allow-Origin $from; add_header Cache-Control "no-store"; ${PASS} } }`,
      server(`location /fonts/ { expires 1y; add_header Access-Control-Allow-Origin *; ${PASS} }`),
      server(`location /fonts/ { expires 1y; add_header Access-Control-Allow-Origin https://a.example.com; ${PASS} }`),
      `${FROM_MAP}server { listen 80; location /api/ { add_header Access-Control-Allow-Origin $from; add_header Vary "Accept-Encoding, Origin"; expires 5m; ${PASS} } }`,
      `${FROM_MAP}server { listen 80; location /api/ { add_header Access-Control-Allow-Origin $from; add_header Cache-Control "private, no-cache"; ${PASS} } }`,
    ],
  },
  {
    rule: 'unkeyed-header-passed',
    inside: 'http',
    bad: [
      `${ZONE}server { listen 80; location / { proxy_cache p; proxy_cache_valid 5m; proxy_cache_key $scheme$host$request_uri; proxy_set_header X-Forwarded-Host $http_x_forwarded_host; ${PASS} } }`,
      `${ZONE}map $http_x_forwarded_host $as { default $http_x_forwarded_host; "" $host; }
server { listen 80; proxy_set_header X-Forwarded-Host $as; location / { proxy_cache p; proxy_cache_key $host$request_uri; ${PASS} } }`,
      `${ZONE}server { listen 80; location / { proxy_cache p; proxy_set_header X-Original-URL $http_x_original_url; ${PASS} } }`,
      `${ZONE}server { listen 80; location / { set $h $http_x_forwarded_host; proxy_cache p; proxy_set_header X-Forwarded-Host $h; ${PASS} } }`,
      `uwsgi_cache_path /var/cache/nginx/u keys_zone=u:10m;
server { listen 80; location / { uwsgi_cache u; uwsgi_cache_key $host$request_uri; uwsgi_param HTTP_X_FORWARDED_HOST $http_x_forwarded_host; uwsgi_pass 127.0.0.1:9001; } }`,
      inc(
        'proxy_cache_path /var/cache/nginx/p keys_zone=p:10m; server { listen 80; location / { proxy_cache p; @ proxy_pass http://127.0.0.1:8000; } }',
        'proxy_set_header Host $host;\nproxy_set_header X-Forwarded-Host $http_x_forwarded_host;\nproxy_cache_key $host$uri$is_args$args;',
      ),
    ],
    sane: [
      `${ZONE}server { listen 80; location / { proxy_cache p; proxy_set_header X-Forwarded-Host $host; ${PASS} } }`,
      `${ZONE}server { listen 80; location / { proxy_cache p; proxy_cache_key $http_x_forwarded_host$request_uri; proxy_set_header X-Forwarded-Host $http_x_forwarded_host; ${PASS} } }`,
      `server { listen 80; location / { proxy_set_header X-Forwarded-Host $http_x_forwarded_host; ${PASS} } }`,
      `${ZONE}server { listen 80; location / { proxy_set_header X-Forwarded-Host $http_x_forwarded_host; ${PASS} } location /static/ { proxy_cache p; proxy_set_header X-Forwarded-Host ""; ${PASS} } }`,
      `${ZONE}server { listen 80; location / { proxy_cache p; proxy_no_cache 1; proxy_cache_bypass 1; proxy_set_header X-Forwarded-Host $http_x_forwarded_host; ${PASS} } }`,
      `${ZONE}server { listen 80; location / { proxy_cache p; proxy_set_header X-Forwarded-Host $server_name; ${HEADERS} ${PASS} } }`,
    ],
  },
  {
    rule: 'rewrite-without-slash',
    inside: 'server',
    bad: [
      'root /srv;\nlocation / { if (!-e $request_filename) { rewrite ^(.+)$ index.php?q=$1 last; } }',
      'root /srv;\nrewrite ^/news$ news/index.html last;',
      'location /a/ { root /srv; rewrite ^/a/(\\d+)$ item.html?id=$1 break; }',
      'location /b/ { rewrite ^/b/(.*)$ api/$1 break; proxy_pass http://127.0.0.1:8000; }',
      'location /c/ { rewrite ^/c/(.*)$ $1 last; rewrite ^/d "shop/index.php" last; }',
      inc('server { listen 80; root /srv; location / { @ } }', 'rewrite ^/old/(.*) new/$1;'),
    ],
    sane: [
      'root /srv;\nlocation / { if (!-e $request_filename) { rewrite ^(.+)$ /index.php?q=$1 last; } }',
      'rewrite ^/a$ https://example.com/a;\nrewrite ^/b$ http://example.com/b permanent;',
      'rewrite ^(/.*)/$ $1 permanent;\nrewrite ^/c(/.*)$ $1 last;',
      'rewrite ^ $scheme://www.example.com$request_uri permanent;',
      'location /d/ { rewrite ^/d/(.*)$ /$1 break; proxy_pass http://127.0.0.1:8000; }',
      'set $to /e;\nrewrite ^/e $to last;\nrewrite ^/f ${to}x last;',
      'rewrite ^/g new permanent;',
    ],
  },
  {
    rule: 'scheme-pattern-misspelled',
    inside: 'server',
    bad: [
      'if ($http_origin ~ "^http?://") { return 403; }',
      'location / { if ($http_referer !~* ^http?://(www\\.)?example\\.com) { return 403; } root /srv; }',
      "set $c '';\nif ($http_origin ~* '(^http?://localhost|^http?://app\\.example)') { set $c 1; }\nlocation / { return 200 $c; }",
      http('map $http_origin $o { default ""; ~^http?://app\\.example\\.com$ $http_origin; }'),
      http('map $http_referer $r { default 0; "~*^http?:\\/\\/example\\.com" 1; }'),
      inc('server { listen 80; location / { @ root /srv; } }', 'if ($http_origin ~ ^http?://a\\.example$) { return 204; }'),
    ],
    sane: [
      'if ($http_origin ~ "^https?://") { return 403; }',
      'if ($http_origin ~ "^http(s)?://app") { return 403; }',
      'if ($arg_u = "http?://") { return 403; }\nlocation / { root /srv; }'.replace('http?', 'http'),
      http('map $http_origin $o { default ""; ~^https?://app\\.example\\.com$ $http_origin; }'),
      http('map $http_referer $r { default 0; http://example.com 1; ~^http:// 1; }'),
      'if ($request_uri ~ "^/http?x") { return 403; }',
      'location ~ ^/go/https?:/ { return 204; }',
    ],
  },
];
