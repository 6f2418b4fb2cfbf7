/** What clients send and nginx hands on at the edge of a network: lengths of bodies, lines of proxies that are not there, places to go back to. */
import { http, server, type Trial } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const TLS = 'listen 443 ssl; server_name a.example.org; ssl_certificate a.pem; ssl_certificate_key a.key;';
const CHECK =
  'location = /check { internal; proxy_pass_request_body off; proxy_set_header Content-Length ""; proxy_pass http://127.0.0.1:8001; }';
const CACHE = 'proxy_cache_path /var/cache/nginx/p keys_zone=p:10m;\n';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'body-length-overwritten',
    bad: [
      `location /up { proxy_http_version 1.1; proxy_set_header Transfer-Encoding chunked; ${PASS} }`,
      `proxy_set_header transfer-encoding $http_transfer_encoding;\nlocation / { ${PASS} }`,
      `proxy_set_header Content-Length $http_content_length;\nlocation / { proxy_request_buffering off; proxy_http_version 1.1; ${PASS} }`,
      http(`proxy_set_header CONTENT-LENGTH "\${http_content_length}";\nserver { location /a/ { location /a/b/ { ${PASS} } } }`),
      http(
        `upstream app { server 127.0.0.1:8000; keepalive 8; }\nserver { location / { proxy_set_header Content-Length 0; proxy_pass http://app; } }`,
      ),
      `location ~ \\.cgi$ { if ($request_method = POST) { ${PASS} } proxy_set_header Content-Length $http_content_length; root /srv; }`,
      `location / { auth_request /check; proxy_set_header Content-Length $http_content_length; ${PASS} }\n${CHECK}`,
    ],
    sane: [
      `location / { auth_request /check; ${PASS} }\n${CHECK}`,
      `location / { proxy_set_header Transfer-Encoding ""; ${PASS} }`,
      `location / { proxy_set_header X-Content-Length $http_content_length; ${PASS} }`,
      `location / { proxy_pass_request_body off; proxy_set_header Content-Length 0; ${PASS} }`,
      `location / { proxy_set_body "a=1"; proxy_set_header Content-Length 3; ${PASS} }`,
      `location / { include uwsgi_params; uwsgi_param CONTENT_LENGTH $content_length; uwsgi_pass 127.0.0.1:3031; }`,
      `proxy_set_header Content-Length $http_content_length;\nlocation / { proxy_set_header Host $host; ${PASS} }`,
      `location / { auth_request /c; ${PASS} }\nlocation = /c { internal; proxy_set_header Content-Length $content_length; proxy_pass http://127.0.0.1:8001; }`,
    ],
  },
  {
    rule: 'guard-forgeable',
    inside: 'http',
    bad: [
      `server { ${TLS} location /ledger/ { if ($http_x_client_cert_verified != 1) { return 403; } ${PASS} } }`.replace(
        'cert_verified',
        'verify',
      ),
      `server { ${TLS} location /ledger/ { if ($http_x_remote_user = "") { return 401; } ${PASS} } }`,
      `map $http_x_ssl_client_verify $in { default 0; SUCCESS 1; }\nserver { ${TLS} location /ledger/ { if ($in = 0) { return 403; } ${PASS} } }`,
      `server { ${TLS} location ~ ^/ledger/ { if ($http_x_is_admin !~ ^(1|true)$) { return 404; } root /srv; } }`,
      `map $http_referer $realm { ~^https://intra\\.example\\.org/ off; default staff; }\nserver { listen 80; location / { auth_basic $realm; auth_basic_user_file u; ${PASS} } }`,
      `map $http_x_forwarded_for $realm { ~^10\\. off; default staff; }\nserver { listen 80; auth_basic $realm; auth_basic_user_file u; location /a/ { ${PASS} } }`,
    ],
    sane: [
      `server { ${TLS} set_real_ip_from 10.0.0.0/8; real_ip_header X-Forwarded-For; location /ledger/ { if ($http_x_ssl_client_verify != SUCCESS) { return 403; } ${PASS} } }`,
      `server { listen 80; location /ledger/ { if ($http_x_ssl_client_verify != SUCCESS) { return 403; } ${PASS} } }`,
      `server { ${TLS} location /hook { if ($http_x_hook_kind != push) { return 403; } ${PASS} } }`,
      `map $remote_addr $realm { 192.0.2.7 off; default staff; }\nserver { listen 80; location / { auth_basic $realm; auth_basic_user_file u; ${PASS} } }`,
      `map $request_method $realm { OPTIONS off; default staff; }\nserver { listen 80; location / { auth_basic $realm; auth_basic_user_file u; ${PASS} } }`,
      `map $http_x_preview_token $realm { let-me-see off; default staff; }\nserver { listen 80; location / { auth_basic $realm; auth_basic_user_file u; ${PASS} } }`,
      `server { ${TLS} ssl_verify_client on; ssl_client_certificate ca.pem; location /ledger/ { proxy_set_header X-SSL-Client-Verify $ssl_client_verify; ${PASS} } }`,
    ],
  },
  {
    rule: 'open-redirect',
    bad: [
      'location /lang/ { rewrite ^ $http_referer redirect; }',
      'location = /back { if ($arg_next) { return 302 $arg_next; } return 302 /; }',
      'absolute_redirect off;\nlocation = /done { if ($arg_to ~* "^(/.+)") { return 303 $1; } return 204; }',
      http(`map $arg_l $home { default /en/; ~^(?<l>.+)$ /$l/; }\nserver { absolute_redirect off; location = / { return 302 $home; } }`),
      'set $to "";\nif ($args ~ "goto=(.+)$") { set $to $1; }\nlocation = /out { return 302 $to; }',
      `location /app/ { proxy_intercept_errors on; error_page 403 =302 $cookie_back; ${PASS} }`,
    ],
    sane: [
      'location /lang/ { return 302 /; }',
      'location = /back { if ($arg_next ~ ^/([a-z]+)$) { return 302 /$1; } return 302 /; }',
      'location = /done { if ($arg_to ~* "^(/.+)") { return 303 https://www.example.org$1; } return 204; }',
      http(
        `map $arg_l $home { default /en/; ~^(?<l>[a-z]+)$ /$l/; }\nserver { absolute_redirect off; location = / { return 302 $home; } }`,
      ),
      'set $to /;\nif ($args ~ "goto=(news|shop)$") { set $to /$1; }\nlocation = /out { return 302 $to; }',
      `location /app/ { proxy_intercept_errors on; error_page 403 =302 /login?from=$http_referer; ${PASS} }`,
    ],
  },
  {
    rule: 'cache-key-leaks',
    inside: 'http',
    bad: [
      `${CACHE}server { location / { auth_basic a; auth_basic_user_file u; proxy_set_header X-User $remote_user; proxy_cache p; proxy_cache_key $host$request_uri; proxy_cache_valid 1m; ${PASS} } }`,
      `${CACHE}server { ${TLS} ssl_verify_client on; ssl_client_certificate ca.pem; location / { proxy_set_header X-DN $ssl_client_s_dn; proxy_cache p; proxy_cache_valid any 1m; proxy_cache_key $host$request_uri; ${PASS} } }`,
      `${CACHE}server { server_name a.example.org; location / { proxy_cache p; proxy_cache_key $uri$is_args$args; ${PASS} } }\nserver { server_name b.example.org; location / { proxy_cache p; proxy_cache_key $uri$is_args$args; proxy_pass http://127.0.0.1:8001; } }`,
      `${CACHE}server { server_name a.shop.example b.shop.example; location / { proxy_set_header Host $host; proxy_cache p; proxy_cache_key $request_uri; ${PASS} } }`,
    ],
    sane: [
      `${CACHE}server { location / { auth_basic a; auth_basic_user_file u; proxy_set_header X-User $remote_user; proxy_cache p; proxy_cache_key $host$request_uri$remote_user; proxy_cache_valid 1m; ${PASS} } }`,
      `${CACHE}server { location / { auth_basic a; auth_basic_user_file u; proxy_set_header X-User $remote_user; proxy_cache p; proxy_cache_key $host$request_uri; ${PASS} } }`,
      `${CACHE}server { location /static/ { auth_basic a; auth_basic_user_file u; proxy_set_header X-User $remote_user; proxy_cache p; proxy_cache_key $host$request_uri; proxy_cache_valid 1m; ${PASS} } }`,
      `${CACHE}server { server_name a.example.org; location /a/ { proxy_cache p; proxy_cache_key $request_uri; ${PASS} } }\nserver { server_name b.example.org; location /b/ { proxy_cache p; proxy_cache_key $request_uri; proxy_pass http://127.0.0.1:8001; } }`,
      `${CACHE}server { server_name example.org www.example.org; location / { proxy_set_header Host $host; proxy_cache p; proxy_cache_key $request_uri; ${PASS} } }`,
    ],
  },
  {
    rule: 'limit-key-forgeable',
    inside: 'http',
    bad: [
      `limit_req_zone $cookie_s zone=s:1m rate=5r/s;\nlimit_req_zone $binary_remote_addr zone=a:1m rate=5r/s;\nserver { location /login { limit_req zone=s; ${PASS} } location /x { limit_req zone=a; ${PASS} } }`,
    ],
    sane: [
      `limit_req_zone $cookie_s zone=s:1m rate=5r/s;\nlimit_req_zone $binary_remote_addr zone=a:1m rate=5r/s;\nserver { location /login { limit_req zone=s; limit_req zone=a; ${PASS} } }`,
    ],
  },
  {
    rule: 'shadowed-server',
    inside: 'http',
    bad: [
      'server { listen 80 default_server; return 444; }\nserver { listen 80; server_name ~^(?<app>\\w+)\\.dev\\.example\\.org$; return 200; }\nserver { listen 80; server_name .example.org; return 204; }',
      'server { listen 80; server_name ~^ops\\.example\\.org$; deny all; }\nserver { listen 80; server_name ops.example.org; root /srv; }',
    ],
    sane: [
      'server { listen 80 default_server; return 444; }\nserver { listen 80; server_name ~^(?<app>\\w+)\\.dev\\.example\\.org$; return 200; }\nserver { listen 80; server_name www.example.org; return 204; }',
      'server { listen 80 default_server; return 444; }\nserver { listen 80; server_name ~^a$|\\.example\\.org$; return 200; }\nserver { listen 80; server_name *.example.org; return 204; }',
      'server { listen 80 default_server; return 444; }\nserver { listen 80; server_name ~\\.example\\.net$; return 200; }\nserver { listen 80; server_name *.example.org; return 204; }',
    ],
  },
  {
    rule: 'host-spoofing',
    inside: 'http',
    bad: [
      `server { ${TLS} proxy_set_header X-Forwarded-Host $http_x_forwarded_host;\nlocation / { ${PASS} } }`,
      `server { ${TLS} location / { include uwsgi_params; uwsgi_param HTTP_X_FORWARDED_HOST $http_x_forwarded_host; uwsgi_pass 127.0.0.1:3031; } }`,
    ],
    sane: [
      `server { ${TLS} set_real_ip_from 10.0.0.0/8; proxy_set_header X-Forwarded-Host $http_x_forwarded_host;\nlocation / { ${PASS} } }`,
      `server { listen 80; proxy_set_header X-Forwarded-Host $http_x_forwarded_host;\nlocation / { ${PASS} } }`,
      `server { ${TLS} proxy_set_header X-Forwarded-Host $http_host;\nlocation / { ${PASS} } }`,
    ],
  },
  {
    rule: 'internal-header-passed',
    inside: 'http',
    bad: [
      `server { ${TLS} location / { proxy_set_header X-Client-Verify $http_x_client_verify; ${PASS} } }`,
      `server { listen 80 http2; location / { grpc_set_header x-user-id $http_x_user_id; grpc_pass grpc://127.0.0.1:50051; } }`,
    ],
    sane: [
      `server { listen 80; location / { proxy_set_header X-Client-Verify $http_x_client_verify; ${PASS} } }`,
      `server { ${TLS} ssl_verify_client optional; ssl_client_certificate ca.pem; location / { proxy_set_header X-Client-Verify $ssl_client_verify; ${PASS} } }`,
    ],
  },
  {
    rule: 'server-side-request-forgery',
    bad: [
      server('if ($arg_h !~ ^(eu|us)\\.example) { return 403; }\nlocation / { proxy_pass http://$arg_h; }'),
      {
        inside: 'main',
        text: 'events {}\nstream { map $ssl_preread_server_name $to { ~example $ssl_preread_server_name; default 10.0.0.6; } server { listen 443; ssl_preread on; proxy_pass $to:443; } }',
      },
    ],
    sane: [
      server('if ($arg_h !~ ^(eu|us)\\.example\\.org$) { return 403; }\nlocation / { proxy_pass http://$arg_h; }'),
      {
        inside: 'main',
        text: 'events {}\nstream { map $ssl_preread_server_name $to { ~^\\w+\\.example\\.org$ $ssl_preread_server_name; www.example.net $ssl_preread_server_name; default 10.0.0.6; } server { listen 443; ssl_preread on; proxy_pass $to:443; } }',
      },
    ],
  },
];
