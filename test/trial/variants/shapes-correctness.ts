/** Correctness, limits and performance: the same faults nested, inherited, through variables, in another protocol. */
import type { Trial } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const CERT = 'ssl_certificate a.pem; ssl_certificate_key a.key;';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'invalid-capture',
    inside: 'http',
    bad: [
      'server { listen 80; location ~ ^/u/\\w+$ { return 200 $1; } }',
      'server { listen 80; location / { rewrite ^/a/(.*)$ /b/$2 last; } }',
      'server { listen 80; location /x { if ($arg_a ~ foo) { return 301 /b/$1; } } }',
      'map $uri $m { ~^/x/ $1; default ""; }\nserver { listen 80; return 200 $m; }',
      'server { listen 80; location = /a { proxy_pass http://127.0.0.1:8000/$1; } }',
      'server { listen 80; server_name ~^www\\.; location / { root /srv/$1; } }',
      'server { listen 80; error_page 404 @e; location ~ ^/z/(\\d)$ { root /srv; } location /y { return 200 $2; } location @e { return 404; } }',
    ],
    sane: [
      'server { listen 80; location ~ ^/u/(\\w+)$ { return 200 $1; } }',
      'server { listen 80; server_name ~^(\\w+)\\.example$; location / { root /srv/$1; } }',
      'server { listen 80; location / { if ($arg_a ~ (foo)) { return 301 /b/$1; } } }',
      'map $uri $m { ~^/u/(\\w+)$ 1; }\nserver { listen 80; location /u/ { if ($m) { return 200 "got[$1]"; } } }',
      'server { listen 80; location ~ ^/a/(.+)$ { location ~ b$ { return 200 ok; } proxy_pass http://127.0.0.1:8000/$1; } }',
      'server { listen 80; rewrite ^/o/(.*)$ /n/$1; location /n/ { return 200 $1; } }',
    ],
  },
  {
    rule: 'capture-overwritten',
    inside: 'http',
    bad: [
      'server { listen 80; location ~ ^/b/(\\w+)$ { if ($request_method !~ ^(GET|HEAD)$) { return 405; } proxy_pass http://127.0.0.1:8000/u?id=$1; } }',
      'server { listen 80; location ~ ^/b/(\\w+)$ { if ($http_x ~ foo) { set $a 1; } uwsgi_param A $1; uwsgi_pass 127.0.0.1:1; } }',
    ],
    sane: [
      'server { listen 80; location ~ ^/b/(?<id>\\w+)$ { if ($request_method !~ ^(GET|HEAD)$) { return 405; } proxy_pass http://127.0.0.1:8000/u?id=$id; } }',
      'server { listen 80; location ~ ^/b/(\\w+)$ { set $id $1; if ($request_method !~ ^(GET|HEAD)$) { return 405; } proxy_pass http://127.0.0.1:8000/u?id=$id; } }',
      'server { listen 80; location ~ ^/b/(\\w+)$ { if ($request_method = POST) { return 405; } proxy_pass http://127.0.0.1:8000/u?id=$1; } }',
    ],
  },
  {
    rule: 'unreachable-location',
    inside: 'http',
    bad: [
      `server { listen 80; location ~ ^/ { root /srv; } location ~ ^/api/ { ${PASS} } }`,
      `server { listen 80; location ^~ /api { root /srv; } location ~ ^/api/v1 { ${PASS} } }`,
      `server { listen 80; location ~ ^/(api|auth)/ { root /srv; } location ~ ^/auth/ { ${PASS} } }`,
      `server { listen 80; location ~* \\.php$ { root /srv; } location ~ \\.php$ { ${PASS} } }`,
      `server { listen 80; location ~ .* { root /srv; } location /x { ${PASS} } }`,
      `server { listen 80; location /a { location ~ ^/a/ { root /srv; } location ~ ^/a/b { ${PASS} } } }`,
    ],
    sane: [
      `server { listen 80; location ~ ^/api/v1 { ${PASS} } location ~ ^/api { root /srv; } }`,
      `server { listen 80; location / { root /srv; } location ~ \\.php$ { ${PASS} } }`,
      `server { listen 80; location ~ ^/(?:[a-y]|[0-9])+$ { root /srv; } location ~ ^/[a-z]+$ { ${PASS} } }`,
      `server { listen 80; location = / { ${PASS} } location / { root /srv; } }`,
    ],
  },
  {
    rule: 'shadowed-server',
    inside: 'http',
    bad: [
      'server { listen 80; server_name ~^a\\.; }\nserver { listen 80; server_name ~^a\\.; root /b; }',
      'server { listen 80 default_server; }\nserver { listen 80; server_name b.example.; }',
    ],
    sane: [
      'server { listen 80; server_name a.example; }\nserver { listen 81; server_name a.example; }',
      'server { listen 80; server_name *.example.org; }\nserver { listen 80; server_name a.example.org; }',
      'server { listen 80; server_name ~^a\\.; }\nserver { listen 80; server_name a.example; }',
    ],
  },
  {
    rule: 'regex-in-prefix-location',
    inside: 'http',
    bad: [
      `server { listen 80; location /api/* { ${PASS} } }`,
      `server { listen 80; location *.php { ${PASS} } }`,
      `server { listen 80; location /v[0-9]+/ { ${PASS} } }`,
      `server { listen 80; location ^/api { ${PASS} } }`,
      `server { listen 80; location /(a|b)/ { ${PASS} } }`,
    ],
    sane: [
      `server { listen 80; location /a.b/ { ${PASS} } }`,
      `server { listen 80; location ~ ^/v[0-9]+/ { ${PASS} } }`,
      `server { listen 80; location /a+b/ { ${PASS} } }`,
    ],
  },
  {
    rule: 'rewrite-cycle',
    inside: 'http',
    bad: [
      'server { listen 80; location /a { rewrite ^ /b last; } location /b { rewrite ^ /a last; } }',
      'server { listen 80; location = /a { rewrite ^ /b last; } location = /b { rewrite ^ /c last; } location = /c { rewrite ^ /a last; } }',
      'server { listen 80; location / { rewrite ^(.*)$ /x$1 last; } }',
    ],
    sane: [
      'server { listen 80; location /a { rewrite ^ /b last; } location /b { root /srv; } }',
      'server { listen 80; location / { rewrite ^(.*)$ /x$1 break; root /srv; } }',
      'server { listen 80; location / { rewrite ^/([^/]+)$ /x/$1 last; } location /x/ { root /srv; } }',
    ],
  },
  {
    rule: 'rewrite-never-runs',
    inside: 'http',
    bad: [
      'server { listen 80; location / { rewrite ^ /x break; rewrite ^/a /b break; root /srv; } }',
      'server { listen 80; rewrite ^(/.*)$ https://x.example$1 permanent; rewrite ^/b /c; }',
    ],
    sane: [
      'server { listen 80; location / { if ($arg_a) { return 301 /x; } rewrite ^/a /b break; root /srv; } }',
      'server { listen 80; rewrite ^/a /b last; rewrite ^/c /d last; }',
    ],
  },
  {
    rule: 'dead-directive-after-return',
    inside: 'http',
    bad: [
      `server { listen 80; location /a { return 200 ok; ${PASS} } }`,
      'server { listen 80; location /a { return 404; root /srv; try_files $uri =404; } }',
      `server { listen 80; return 301 https://$host$request_uri; location /a { ${PASS} } }`,
    ],
    sane: [
      'server { listen 80; if ($uri ~ ^/\\.well-known/) { rewrite ^ $uri last; } return 301 https://$host$request_uri; location /.well-known/ { root /srv; } }',
      `server { listen 80; location /a { if ($arg_x) { return 404; } ${PASS} } }`,
      'server { listen 80; location /a { return 200 ok; default_type text/plain; add_header X-A b; } }',
    ],
  },
  {
    rule: 'error-page-ineffective',
    inside: 'http',
    bad: [
      `server { listen 80; error_page 404 /404.html; location / { ${PASS} } }`,
      'error_page 404 /404.html;\nserver { listen 80; location / { uwsgi_pass 127.0.0.1:1; } location = /404.html { root /srv; } }',
      'server { listen 80; location / { fastcgi_pass 127.0.0.1:1; error_page 403 404 /e.html; } location = /e.html { root /srv; } }',
    ],
    sane: [
      `server { listen 80; proxy_intercept_errors on; error_page 404 /404.html; location / { ${PASS} } location = /404.html { root /srv; } }`,
      `server { listen 80; location / { error_page 405 = @o; if ($request_method = POST) { return 405; } ${PASS} } location @o { ${PASS} } }`,
      `server { listen 80; error_page 502 503 /50x.html; location / { ${PASS} } location = /50x.html { root /srv; } }`,
      'server { listen 80; error_page 404 /404.html; root /srv; location / { try_files $uri =404; } location = /404.html { internal; } }',
    ],
  },
  {
    rule: 'error-page-fails-too',
    inside: 'http',
    bad: [`server { listen 80; error_page 502 /50x.html; location / { ${PASS} } }`],
    sane: [`server { listen 80; error_page 502 /50x.html; location / { ${PASS} } location = /50x.html { root /srv; } }`],
  },
  {
    rule: 'try-files-missing-fallback',
    inside: 'http',
    bad: [
      'server { listen 80; root /srv; location / { try_files $uri $uri/index.html; } }',
      'server { listen 80; root /srv; location / { try_files $uri $uri$is_args$args; } }',
      'server { listen 80; root /srv; location / { try_files $uri $uri/ index.html; } }',
      'server { listen 80; root /srv; location /a/ { location /a/b/ { try_files $uri $uri/; } } }',
    ],
    sane: [
      'server { listen 80; root /srv; location / { try_files $uri $uri/ =404; } }',
      'server { listen 80; root /srv; location / { try_files $uri $uri/ /index.html; } location = /index.html { } }',
      `server { listen 80; root /srv; location / { try_files $uri @a; } location @a { ${PASS} } }`,
      'server { listen 80; location / { try_files $uri $uri.html; } location ~ \\.html$ { root /srv; } }',
    ],
  },
  {
    rule: 'try-files-file-as-uri',
    inside: 'http',
    bad: [
      'server { listen 80; root /srv; location / { try_files $request_filename =404; } }',
      'server { listen 80; root /srv; location / { try_files $document_root$uri =404; } }',
      'server { listen 80; root /srv/site; location / { try_files /srv/site$uri =404; } }',
    ],
    sane: ['server { listen 80; root /; location / { try_files /srv$uri =404; } }'],
  },
  {
    rule: 'try-files-code-not-last',
    inside: 'http',
    bad: ['server { listen 80; root /srv; location / { try_files $uri =404 /index.html; } }'],
    sane: ['server { listen 80; root /srv; location / { try_files $uri /index.html =404; } }'],
  },
  {
    rule: 'try-files-and-pass',
    inside: 'http',
    bad: [
      `server { listen 80; root /srv; location / { try_files $uri $uri/ =404; ${PASS} } }`,
      'server { listen 80; root /srv; location ~ \\.x$ { try_files $uri /i.x; uwsgi_pass 127.0.0.1:1; } }',
    ],
    sane: [
      'server { listen 80; root /srv; location ~ \\.php$ { try_files $uri =404; fastcgi_pass 127.0.0.1:1; } }',
      `server { listen 80; root /srv; location / { try_files $uri @a; } location @a { ${PASS} } }`,
    ],
  },
  {
    rule: 'try-files-lost-in-if',
    inside: 'http',
    bad: [],
    sane: [`server { listen 80; root /srv; location / { try_files $uri @a; if ($arg_x) { return 403; } } location @a { ${PASS} } }`],
  },
  {
    rule: 'unsafe-if',
    inside: 'http',
    bad: [
      'server { listen 80; root /srv; location / { if ($arg_x) { add_header A b; } add_header C d; } }',
      `server { listen 80; location / { if ($arg_x) { proxy_pass http://127.0.0.1:9; } if ($arg_y) { set $z 1; } ${PASS} } }`,
    ],
    sane: [
      `server { listen 80; location / { if ($arg_x) { return 403; } ${PASS} } }`,
      `server { listen 80; if ($arg_x) { set $a 1; } location / { ${PASS} } }`,
      `server { listen 80; location / { if ($arg_x) { rewrite ^ /y last; } ${PASS} } }`,
    ],
  },
  {
    rule: 'variable-before-set',
    inside: 'http',
    bad: ['server { listen 80; if ($x) { return 403; } set $x 1; root /srv; }'],
    sane: [
      'server { listen 80; set $a 1; location / { return 200 $a; } }',
      'server { listen 80; location / { set $a 1; return 200 $a; } }',
    ],
  },
  {
    rule: 'map-without-default',
    inside: 'http',
    bad: [`map $host $x { a 1; b 2; }\nserver { listen 80; location / { proxy_set_header X $x; ${PASS} } }`],
    sane: [
      'map $host $x { default 0; a 1; }\nserver { listen 80; return 200 $x; }',
      'map $http_origin $o { ~.+ 1; "" 0; }\nserver { listen 80; return 200 $o; }',
      'map $limit $key { 0 ""; 1 $binary_remote_addr; }\ngeo $limit { default 1; 10.0.0.0/8 0; }\nlimit_req_zone $key zone=a:1m rate=1r/s;\nserver { listen 80; limit_req zone=a; root /srv; }',
      `map $http_upgrade $c { default upgrade; "" close; }\nserver { listen 80; location / { proxy_set_header Connection $c; ${PASS} } }`,
    ],
  },
  {
    rule: 'map-row-unreachable',
    inside: 'http',
    bad: ['map $uri $x { default 0; ~^/a 1; ~^/a/b 2; }\nserver { listen 80; return 200 $x; }'],
    sane: ['map $uri $x { default 0; ~^/a/b 2; ~^/a 1; }\nserver { listen 80; return 200 $x; }'],
  },
  {
    rule: 'mixed-case-variable',
    inside: 'http',
    bad: ['server { listen 80; set $userId 1; add_header X $userid; root /srv; }'],
    sane: ['server { listen 80; add_header X $cookie_PHPSESSID; root /srv; }'],
  },
  {
    rule: 'unused-upstream',
    inside: 'http',
    bad: [`upstream a { server 127.0.0.1:1; }\nserver { listen 80; location / { ${PASS} } }`],
    sane: [
      'upstream app_b { server 127.0.0.1:1; }\nmap $cookie_c $c { default b; }\nserver { listen 80; location / { proxy_pass http://app_$c; } }',
      'upstream a { server 127.0.0.1:1; }\nserver { listen 80; location / { uwsgi_pass a; } }',
      'upstream a.example { server 127.0.0.1:1; }\nserver { listen 80; location / { proxy_pass http://$host; } }',
    ],
  },
  {
    rule: 'unused-variable',
    inside: 'http',
    bad: ['server { listen 80; set $a 1; root /srv; }', 'map $host $x { default 1; }\nserver { listen 80; root /srv; }'],
    sane: [
      'server { listen 80; set $naxsi_extensive_log 1; root /srv; }',
      'map $host $x { default 1; }\nlog_format m $x;\nserver { listen 80; access_log /l m; }',
    ],
  },
  {
    rule: 'unused-named-location',
    inside: 'http',
    bad: [`server { listen 80; root /srv; location @a { ${PASS} } }`],
    sane: [
      `map $uri $fb { default @a; }\nserver { listen 80; root /srv; error_page 404 = $fb; location @a { ${PASS} } }`,
      `server { listen 80; root /srv; location / { try_files $uri @a; } location @a { ${PASS} } }`,
    ],
  },
  {
    rule: 'unused-cache-zone',
    inside: 'http',
    bad: [
      `proxy_cache_path /c keys_zone=p:1m;\nserver { listen 80; location / { ${PASS} } }`,
      'uwsgi_cache_path /c keys_zone=p:1m;\nserver { listen 80; location / { uwsgi_pass 127.0.0.1:1; } }',
    ],
    sane: [`proxy_cache_path /c keys_zone=p:1m;\nmap $uri $z { default p; }\nserver { listen 80; location / { proxy_cache $z; ${PASS} } }`],
  },
  {
    rule: 'unused-log-format',
    inside: 'http',
    bad: ['log_format m $uri;\nserver { listen 80; root /srv; }'],
    sane: ['log_format m $uri;\naccess_log /l m;\nserver { listen 80; root /srv; }'],
  },
  {
    rule: 'limit-never-runs',
    inside: 'http',
    bad: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { listen 80; location / { limit_req zone=z; return 200 ok; } }',
      'limit_conn_zone $binary_remote_addr zone=z:1m;\nserver { listen 80; limit_conn z 1; return 301 https://$host$request_uri; }',
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { listen 80; limit_req zone=z; location / { return 200 a; } location /b { return 200 b; } }',
    ],
    sane: [
      `limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { listen 80; location / { limit_req zone=z; if ($arg_ok) { break; } return 403; ${PASS} } }`,
      `limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { listen 80; limit_req zone=z; error_page 418 = @app; return 418; location @app { ${PASS} } }`,
      `limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { listen 80; location / { limit_req zone=z; if ($arg_ok) { return 200; } ${PASS} } }`,
    ],
  },
  {
    rule: 'limit-key-forgeable',
    inside: 'http',
    bad: [
      'limit_req_zone $http_x_forwarded_for zone=z:1m rate=1r/s;\nserver { listen 80; limit_req zone=z; root /srv; }',
      'map $http_x_real_ip $k { default $http_x_real_ip; }\nlimit_conn_zone $k zone=z:1m;\nserver { listen 80; limit_conn z 1; root /srv; }',
      'limit_req_zone $cookie_id zone=z:1m rate=1r/s;\nserver { listen 80; limit_req zone=z; root /srv; }',
    ],
    sane: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { listen 80; limit_req zone=z; root /srv; }',
      'limit_req_zone $server_name zone=z:1m rate=1r/s;\nserver { listen 80; limit_req zone=z; root /srv; }',
    ],
  },
  {
    rule: 'limit-key-constant',
    inside: 'http',
    bad: ['limit_req_zone all zone=z:1m rate=1r/s;\nserver { listen 80; limit_req zone=z; root /srv; }'],
    sane: ['limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { listen 80; limit_req zone=z; root /srv; }'],
  },
  {
    rule: 'limit-behind-proxy',
    inside: 'http',
    bad: [
      `limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { listen 80; limit_req zone=z; location / { proxy_set_header X-Real-IP $http_cf_connecting_ip; ${PASS} } }`,
      'map $remote_addr $k { default $remote_addr; }\nlimit_req_zone $k zone=z:1m rate=1r/s;\nserver { listen 80 proxy_protocol; limit_req zone=z; root /srv; }',
    ],
    sane: [
      'set_real_ip_from 10.0.0.0/8;\nreal_ip_header X-Forwarded-For;\nlimit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { listen 80; limit_req zone=z; root /srv; }',
      'limit_req_zone $proxy_protocol_addr zone=z:1m rate=1r/s;\nserver { listen 80 proxy_protocol; limit_req zone=z; root /srv; }',
    ],
  },
  {
    rule: 'limit-without-zone-use',
    inside: 'http',
    bad: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { listen 80; root /srv; }',
      'limit_conn_zone $binary_remote_addr zone=z:1m;\nlimit_req_zone $binary_remote_addr zone=y:1m rate=1r/s;\nserver { listen 80; limit_req zone=y; root /srv; }',
    ],
    sane: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { listen 80; location /a { location /a/b { limit_req zone=z; root /srv; } } }',
    ],
  },
  {
    rule: 'limit-status-503',
    inside: 'http',
    bad: ['limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nlimit_req zone=z;\nserver { listen 80; root /srv; }'],
    sane: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nlimit_req_status 429;\nserver { listen 80; limit_req zone=z; root /srv; }',
    ],
  },
  {
    rule: 'dry-run-left-on',
    inside: 'http',
    bad: [
      'limit_req_dry_run on;\nlimit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { listen 80; limit_req zone=z; root /srv; }',
    ],
    sane: [
      'limit_req_dry_run on;\nlimit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { listen 80; limit_req_dry_run off; limit_req zone=z; root /srv; }',
    ],
  },
  {
    rule: 'burst-without-nodelay',
    inside: 'http',
    bad: ['limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nlimit_req zone=z burst=50;\nserver { listen 80; root /srv; }'],
    sane: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { listen 80; limit_req zone=z burst=50 nodelay; root /srv; }',
      'limit_req_zone $binary_remote_addr zone=z:1m rate=100r/s;\nserver { listen 80; limit_req zone=z burst=5; root /srv; }',
    ],
  },
  {
    rule: 'zone-too-small',
    inside: 'http',
    bad: ['limit_req_zone $binary_remote_addr zone=z:32k rate=1r/s;\nserver { listen 80; limit_req zone=z; root /srv; }'],
    sane: ['limit_req_zone $binary_remote_addr zone=z:10m rate=1r/s;\nserver { listen 80; limit_req zone=z; root /srv; }'],
  },
  {
    rule: 'sub-filter-on-gzip',
    inside: 'http',
    bad: [
      `sub_filter a b;\nserver { listen 80; location / { ${PASS} } }`,
      'server { listen 80; location / { sub_filter a b; uwsgi_pass 127.0.0.1:1; } }',
      `server { listen 80; location / { gunzip on; sub_filter a b; ${PASS} } }`,
      `server { listen 80; location / { proxy_set_header Accept-Encoding gzip; sub_filter a b; ${PASS} } }`,
    ],
    sane: [
      `server { listen 80; location / { proxy_set_header Accept-Encoding ""; sub_filter a b; ${PASS} } }`,
      'server { listen 80; location / { sub_filter a b; root /srv; } }',
      'server { listen 80; location / { uwsgi_param HTTP_ACCEPT_ENCODING ""; sub_filter a b; uwsgi_pass 127.0.0.1:1; } }',
    ],
  },
  {
    rule: 'location-without-slash-redirect',
    inside: 'http',
    bad: [
      `server { listen 127.0.0.1:8443 ssl; ${CERT} location /app/ { ${PASS} } }`,
      'server { listen 8080; location /app/ { uwsgi_pass 127.0.0.1:1; } }',
    ],
    sane: [
      `server { listen 80; location /app/ { ${PASS} } }`,
      `server { listen 8080; absolute_redirect off; location /app/ { ${PASS} } }`,
      `server { listen 8080; location /app { ${PASS} } }`,
    ],
  },
  {
    rule: 'proxy-pass-slash-mismatch',
    inside: 'http',
    bad: [
      'server { listen 80; location /api { proxy_pass http://127.0.0.1:8000/; } }',
      'server { listen 80; location /api/ { proxy_pass http://127.0.0.1:8000/v1; } }',
    ],
    sane: [
      'server { listen 80; location /api/ { proxy_pass http://127.0.0.1:8000/; } }',
      'server { listen 80; location / { proxy_pass http://127.0.0.1:8000/; } }',
      'server { listen 80; location = /api { proxy_pass http://127.0.0.1:8000/; } }',
    ],
  },
  {
    rule: 'proxy-pass-drops-path',
    inside: 'http',
    bad: [
      'server { listen 80; set $u http://127.0.0.1:8000; location /api/ { proxy_pass $u/; } }',
      'server { listen 80; location /api/ { set $b 127.0.0.1:8000; proxy_pass http://$b/; } }',
    ],
    sane: [
      'server { listen 80; location /api/ { set $b 127.0.0.1:8000; proxy_pass http://$b; } }',
      'server { listen 80; location /api/ { set $b 127.0.0.1:8000; proxy_pass http://$b$request_uri; } }',
    ],
  },
  {
    rule: 'redirect-loop',
    inside: 'http',
    bad: [
      'server { listen 80; server_name a.example; return 301 http://a.example$request_uri; }',
      `server { listen 443 ssl; server_name a.example; ${CERT} location / { return 302 https://$host$request_uri; } }`,
    ],
    sane: [
      'server { listen 80; server_name a.example; return 301 https://a.example$request_uri; }',
      'server { listen 80; server_name www.a.example; return 301 http://a.example$request_uri; }',
    ],
  },
  {
    rule: 'redirect-query-twice',
    inside: 'http',
    bad: [
      'server { listen 80; return 301 https://$host$request_uri$is_args$args; }',
      'server { listen 80; location / { rewrite ^ https://$host$request_uri permanent; } }',
    ],
    sane: [
      'server { listen 80; return 301 https://$host$uri$is_args$args; }',
      'server { listen 80; location / { rewrite ^ https://$host$request_uri? permanent; } }',
    ],
  },
  {
    rule: 'query-never-matches',
    inside: 'http',
    bad: ['server { listen 80; location ~ ^/a\\?x=1 { return 404; } }', 'server { listen 80; rewrite ^/a\\?id=(.*)$ /b/$1; }'],
    sane: ['server { listen 80; if ($args ~ x=1) { return 404; } }', 'server { listen 80; if ($request_uri ~ ^/a\\?x) { return 404; } }'],
  },
  {
    rule: 'root-repeats-prefix',
    inside: 'http',
    bad: [
      'server { listen 80; location /static/ { root /srv/static; } }',
      'server { listen 80; location /media { root /srv/app/media/; } }',
    ],
    sane: ['server { listen 80; location /static/ { root /srv; } }', 'server { listen 80; location /static/ { alias /srv/static/; } }'],
  },
  {
    rule: 'alias-without-capture',
    inside: 'http',
    bad: ['server { listen 80; location ~ ^/m/ { alias /srv/m/; } }'],
    sane: [
      'server { listen 80; location ~ ^/m/(.*)$ { alias /srv/m/$1; } }',
      'server { listen 80; location ~ ^/m/logo$ { alias /srv/logo.png; } }',
    ],
  },
  {
    rule: 'assets-without-root',
    inside: 'http',
    bad: [`server { listen 80; location / { ${PASS} } location ~* \\.(css|js)$ { expires 7d; } }`],
    sane: [
      `server { listen 80; root /srv; location / { ${PASS} } location ~* \\.(css|js)$ { expires 7d; } }`,
      `server { listen 80; location / { ${PASS} } location ~* \\.(css|js)$ { ${PASS} expires 7d; } }`,
    ],
  },
  {
    rule: 'home-page-forbidden',
    inside: 'http',
    bad: [],
    sane: [`server { listen 80; root /srv; location / { try_files $uri @a; } location @a { ${PASS} } }`],
  },
  {
    rule: 'gzip-ineffective',
    inside: 'http',
    bad: ['gzip on;\ngzip_types image/png;\nserver { listen 80; root /srv; }'],
    sane: ['gzip on;\ngzip_types text/css application/json;\nserver { listen 80; root /srv; }'],
  },
  {
    rule: 'listen-ipv6-missing',
    inside: 'http',
    bad: ['server { listen 80; listen [::]:80; server_name a; }\nserver { listen 80; server_name b; }'],
    sane: [
      'server { listen 80; server_name a; }\nserver { listen 80; server_name b; }',
      'server { listen 80; server_name a; }\nserver { listen [::]:80; server_name a; }',
    ],
  },
  {
    rule: 'shared-prefix-cookie-path',
    inside: 'http',
    bad: ['server { listen 80; location /a/ { proxy_pass http://127.0.0.1:1/; } location /b/ { proxy_pass http://127.0.0.1:2/; } }'],
    sane: [
      'server { listen 80; location /a/ { proxy_set_header X-Forwarded-Prefix /a; proxy_pass http://127.0.0.1:1/; } location /b/ { proxy_set_header X-Forwarded-Prefix /b; proxy_pass http://127.0.0.1:2/; } }',
      'server { listen 80; location /a/ { proxy_cookie_path / /a/; proxy_pass http://127.0.0.1:1/; } location /b/ { proxy_cookie_path / /b/; proxy_pass http://127.0.0.1:2/; } }',
    ],
  },
  {
    rule: 'index-goes-elsewhere',
    inside: 'http',
    bad: [`server { listen 80; location = / { root /srv; index i.html; } location / { ${PASS} } }`],
    sane: [`server { listen 80; location = / { root /srv; try_files /i.html =404; } location / { ${PASS} } }`],
  },
  {
    rule: 'unknown-named-location',
    inside: 'http',
    bad: [
      'server { listen 80; root /srv; location / { try_files $uri @nope; } }',
      'server { listen 80; root /srv; error_page 404 @nope; }',
    ],
    sane: [`server { listen 80; root /srv; location / { try_files $uri @a; } location @a { ${PASS} } }`],
  },
  {
    rule: 'server-name-with-port',
    inside: 'http',
    bad: ['server { listen 8080; server_name a.example:8080; }'],
    sane: ['server { listen 8080; server_name ~^a:; }', 'server { listen 8080; server_name a.example; }'],
  },
  {
    rule: 'unix-socket-uri-without-colon',
    inside: 'http',
    bad: ['server { listen 80; location / { proxy_pass http://unix:/run/a.sock/api; } }'],
    sane: [
      'server { listen 80; location / { proxy_pass http://unix:/run/a.sock:/api; } }',
      'server { listen 80; location / { proxy_pass http://unix:/run/a.sock; } }',
    ],
  },
  {
    rule: 'comparison-constant',
    inside: 'http',
    bad: ['server { listen 80; if ($request_method = get) { return 403; } }'],
    sane: ['server { listen 80; if ($request_method = GET) { return 403; } }'],
  },
  {
    rule: 'dash-in-variable',
    inside: 'http',
    bad: [`server { listen 80; location / { proxy_set_header A $http_x-b; ${PASS} } }`],
    sane: [`server { listen 80; location / { proxy_set_header A $http_x_b; ${PASS} } }`],
  },
  { rule: 'location-variable-literal', inside: 'http', bad: [], sane: [`server { listen 80; location ~ ^/\\$x { ${PASS} } }`] },
  {
    rule: 'rewrite-misses-pass',
    inside: 'http',
    bad: [],
    sane: [`server { listen 80; location /a { rewrite ^/a/(.*)$ /$1 break; ${PASS} } }`],
  },
  {
    rule: 'rewrite-to-nothing',
    inside: 'http',
    bad: [`server { listen 80; location /a { rewrite ^/a(.*)$ $1 break; ${PASS} } }`],
    sane: [`server { listen 80; location /a { rewrite ^/a/?(.*)$ /$1 break; ${PASS} } }`],
  },
  {
    rule: 'redirect-target-malformed',
    inside: 'http',
    bad: ['server { listen 80; return 301 https:/$host$request_uri; }', 'server { listen 80; return 301 $host$request_uri; }'],
    sane: ['server { listen 80; return 301 https://$host$request_uri; }', 'server { listen 80; location = /a { return 301 /b; } }'],
  },
  {
    rule: 'cache-control-contradicts',
    inside: 'http',
    bad: ['server { listen 80; location /s { root /srv; expires 1y; add_header Cache-Control no-store; } }'],
    sane: ['server { listen 80; location /s { root /srv; expires 1y; add_header Cache-Control public; } }'],
  },
  {
    rule: 'regex-could-be-exact',
    inside: 'http',
    bad: ['server { listen 80; location ~ ^/x$ { return 204; } }'],
    sane: ['server { listen 80; location ~* ^/x$ { return 204; } }', 'server { listen 80; location ~ ^/x { return 204; } }'],
  },
  {
    rule: 'access-log-unbuffered',
    inside: 'http',
    bad: ['access_log /var/log/a.log;\nserver { listen 80; }', `server { listen 80; location / { access_log /l combined; ${PASS} } }`],
    sane: [
      'access_log /var/log/a.log combined buffer=32k;\nserver { listen 80; }',
      'access_log off;\nserver { listen 80; }',
      'access_log /dev/stdout;\nserver { listen 80; }',
    ],
  },
  {
    rule: 'gzip-off',
    inside: 'http',
    bad: ['server { listen 80; root /srv; }'],
    sane: [
      'gzip on;\nserver { listen 80; root /srv; }',
      'server { listen 80; return 301 https://$host$request_uri; }',
      'server { listen 80; location / { return 301 https://$host$request_uri; } }',
    ],
  },
  {
    rule: 'static-without-expires',
    inside: 'http',
    bad: [
      'server { listen 80; location /static/ { alias /srv/s/; } }',
      'server { listen 80; root /srv; location ~* \\.(css|js)$ { access_log off; } }',
    ],
    sane: [
      'expires 7d;\nserver { listen 80; location /static/ { alias /srv/s/; } }',
      'server { listen 80; root /a; location /static/ { uwsgi_pass 127.0.0.1:1; } }',
      'server { listen 80; root /a; location /static/ { deny all; } }',
      'server { listen 80; location /media/ { internal; alias /srv/m/; } }',
    ],
  },
  {
    rule: 'keepalive-requests-low',
    inside: 'http',
    bad: ['keepalive_requests 10;\nserver { listen 80; root /srv; }'],
    sane: ['keepalive_requests 10;\nserver { listen 80; keepalive_requests 2000; root /srv; }'],
  },
  {
    rule: 'root-in-location',
    inside: 'http',
    bad: ['server { listen 80; location / { root /srv; } location /a { root /srv; } }'],
    sane: [
      'server { listen 80; root /srv; location /a { root /b; } }',
      `server { listen 80; location / { ${PASS} } location /static/ { root /srv; } }`,
    ],
  },
  {
    rule: 'method-not-limited',
    inside: 'http',
    bad: [`server { listen 80; location / { ${PASS} } }`, 'server { listen 80; location / { uwsgi_pass 127.0.0.1:1; } }'],
    sane: [
      `server { listen 80; location / { limit_except GET POST { deny all; } ${PASS} } }`,
      `server { listen 80; if ($request_method !~ ^(GET|POST|HEAD)$) { return 405; } location / { ${PASS} } }`,
    ],
  },
  {
    rule: 'unknown-host-answered',
    inside: 'http',
    bad: ['server { listen 80; server_name a.example; root /srv; }'],
    sane: ['server { listen 80 default_server; server_name _; return 444; }\nserver { listen 80; server_name a.example; root /srv; }'],
  },
  {
    rule: 'hidden-file-served',
    inside: 'http',
    bad: ['server { listen 80; root /srv; }'],
    sane: [
      'server { listen 80; root /srv; location ~ /\\. { deny all; } }',
      `server { listen 80; location / { ${PASS} } }`,
      'server { listen 80; root /srv; location ~ /\\.(?!well-known) { return 404; } }',
    ],
  },
  {
    rule: 'port-unexpected',
    inside: 'http',
    bad: ['server { listen 8765; root /srv; }'],
    sane: [`server { listen 443 ssl; ${CERT} root /srv; }`],
  },
  {
    rule: 'upstream-headers-shown',
    inside: 'http',
    bad: [`server { listen 80; location / { ${PASS} } }`],
    sane: [`proxy_hide_header X-Powered-By;\nproxy_hide_header Server;\nserver { listen 80; location / { ${PASS} } }`],
  },
  {
    rule: 'access-log-off',
    inside: 'http',
    bad: ['access_log off;\nserver { listen 80; root /srv; }'],
    sane: ['access_log off;\nserver { listen 80; access_log /l; root /srv; }'],
  },
  {
    rule: 'client-limits-missing',
    inside: 'http',
    bad: [`server { listen 80; location / { ${PASS} } }`],
    sane: [
      `limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nlimit_conn_zone $binary_remote_addr zone=c:1m;\nserver { listen 80; limit_req zone=z; limit_conn c 10; location / { ${PASS} } }`,
    ],
  },
  {
    rule: 'listen-http2',
    inside: 'http',
    settings: { nginx: '1.26.0' },
    bad: [`server { listen 443 ssl http2; ${CERT} }`],
    sane: [`server { listen 443 ssl; http2 on; ${CERT} }`],
  },
  {
    rule: 'deprecated-directive',
    inside: 'http',
    settings: { nginx: '1.26.0' },
    bad: ['http2_push_preload on;\nserver { listen 80; }', 'server { listen 80; http2_idle_timeout 3m; }'],
    sane: ['http2_max_concurrent_streams 8;\nserver { listen 80; }'],
  },
];
