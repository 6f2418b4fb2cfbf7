/** The other rules on trial once more: correctness, upstreams, limits, deprecation. */
import { http, main, stream, type Trial } from '../trial.ts';

const APP = 'proxy_pass http://127.0.0.1:8000;';
const UWSGI = 'uwsgi_pass 127.0.0.1:3031;';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'acme-challenge-refused',
    bad: [
      `listen 80; server_name a.example; auth_basic x; auth_basic_user_file h; location /.well-known/acme-challenge/ { root /srv/acme; } location / { ${APP} }`,
    ],
    sane: [
      `listen 80; server_name a.example; auth_basic x; auth_basic_user_file h; location /.well-known/acme-challenge/ { auth_basic off; root /srv/acme; } location / { ${APP} }`,
      `listen 80; server_name a.example; location ~ /\\. { deny all; } location ^~ /.well-known/acme-challenge/ { root /srv/acme; } location / { ${APP} }`,
    ],
  },
  {
    rule: 'assets-without-root',
    bad: [
      'location / { root /srv/site; } location /assets/ { expires 1y; }',
      `location / { root /srv/site; try_files $uri @app; } location @app { ${UWSGI} } location ~* \\.(css|js)$ { add_header Cache-Control public; }`,
    ],
    sane: [
      'root /srv/site; location / { } location /assets/ { expires 1y; }',
      'location / { root /srv/site; } location /assets/ { root /srv/site; expires 1y; }',
    ],
  },
  {
    rule: 'cache-control-contradicts',
    bad: [
      'location /s/ { root /srv; expires 30d; add_header Cache-Control "no-store"; }',
      'location / { expires -1; add_header Cache-Control "public, max-age=600"; proxy_pass http://127.0.0.1:1; }',
    ],
    sane: [
      'location /s/ { root /srv; expires 30d; add_header Cache-Control "public, immutable"; }',
      'location /s/ { root /srv; add_header Cache-Control "no-store"; }',
    ],
  },
  {
    rule: 'capture-overwritten',
    bad: [
      `location ~ ^/api/v1/(.*)$ { if ($http_accept ~ (json|xml)) { set $fmt $1; } proxy_pass http://127.0.0.1:1/$1; }`,
      'location ~ ^/u/(\\w+)$ { if ($request_method ~ ^(POST|PUT)$) { return 405; } return 200 $1; }',
    ],
    sane: [
      'location ~ ^/u/(?<who>\\w+)$ { if ($request_method ~ ^(POST|PUT)$) { return 405; } return 200 $who; }',
      'location ~ ^/u/(\\w+)$ { if ($request_method = POST) { return 405; } return 200 $1; }',
    ],
  },
  {
    rule: 'comparison-constant',
    bad: [
      'if ($host = WWW.example.com) { return 301 https://example.com; }',
      'if ($remote_addr = 192.168.0.0/16) { return 403; }',
      http('map $uri $x { /a?b=1 1; default 0; } server { if ($x) { return 403; } }'),
      'if ($server_port = https) { return 204; }',
    ],
    sane: [
      'if ($host = www.example.com) { return 301 https://example.com; }',
      'if ($remote_addr = 192.168.0.1) { return 403; }',
      'if ($http_host = "a.example:8080") { return 403; }',
    ],
  },
  {
    rule: 'dash-in-variable',
    bad: [
      'if ($http_x-token = "") { return 401; }',
      http('log_format a "$http_x-request-id"; server { access_log /var/log/a a; }'),
      `location / { proxy_set_header X-T $http_x-t; ${APP} }`,
    ],
    sane: [
      'if ($http_x_token = "") { return 401; }',
      'return 301 https://$host-new.example$request_uri;',
      'add_header X-Id "$request_id-1";',
    ],
  },
  {
    rule: 'dead-directive-after-return',
    bad: [
      'location / { return 404; proxy_pass http://127.0.0.1:1; }',
      'return 301 https://a.example; rewrite ^ /x last;',
      'location /a { return 200 x; try_files $uri =404; }',
    ],
    sane: [
      'location / { if ($arg_x) { return 404; } proxy_pass http://127.0.0.1:1; }',
      'location / { error_page 404 = @a; return 404; } location @a { proxy_pass http://127.0.0.1:1; }',
    ],
  },
  {
    rule: 'error-log-off',
    bad: [http('error_log off; server { }'), main('error_log off crit;\nevents { }\nhttp { }'), 'location / { error_log off; }'],
    sane: ['error_log /dev/null crit;', 'access_log off;'],
  },
  {
    rule: 'error-page-ineffective',
    bad: [
      `error_page 502 /502.html; location / { proxy_intercept_errors off; ${APP} error_page 404 /404.html; } location = /404.html { root /srv; }`,
      `error_page 404 /404.html; location / { ${UWSGI} } location = /404.html { root /srv; }`,
    ],
    sane: [
      `error_page 404 /404.html; uwsgi_intercept_errors on; location / { ${UWSGI} } location = /404.html { root /srv; }`,
      `error_page 502 503 504 /50x.html; location / { ${APP} } location = /50x.html { root /srv; }`,
    ],
  },
  {
    rule: 'gzip-ineffective',
    bad: [
      'gzip on; gzip_types image/jpeg text/css;',
      http('gzip on; gzip_types application/zip; server { }'),
      'location / { gzip on; gzip_types font/woff2; }',
    ],
    sane: ['gzip on; gzip_types text/css image/svg+xml application/json;', 'gzip off;'],
  },
  {
    rule: 'invalid-capture',
    bad: [
      'rewrite ^/a/b$ /c/$1;',
      'location ~ ^/x$ { return 200 $1; }',
      'rewrite ^/(a)/(b)$ /$3 last;',
      'if ($uri ~ ^/a) { return 301 /b/$1; }',
    ],
    sane: ['rewrite ^/a/(b)$ /c/$1;', 'location ~ ^/(x)$ { return 200 $1; }', 'if ($uri ~ ^/(a)) { return 301 /b/$1; }'],
  },
  {
    rule: 'listen-ipv6-missing',
    inside: 'http',
    bad: [
      'server { listen 80; server_name a.example; } server { listen 80 default_server; listen [::]:80 default_server; server_name b.example; }',
    ],
    sane: [
      'server { listen 80; listen [::]:80; server_name a.example; } server { listen 80 default_server; listen [::]:80 default_server; }',
      'server { listen 80; server_name a.example; } server { listen 80; server_name b.example; }',
    ],
  },
  {
    rule: 'map-row-unreachable',
    inside: 'http',
    bad: [
      'map $uri $x { default 0; ~^/api 1; ~^/api/v2 2; } server { return 200 $x; }',
      'map $http_user_agent $b { ~. 1; ~bot 2; default 0; } server { return 200 $b; }',
    ],
    sane: [
      'map $uri $x { default 0; ~^/api/v2 2; ~^/api 1; } server { return 200 $x; }',
      'map $uri $x { ~^/a 1; /a/b 2; default 0; } server { return 200 $x; }',
    ],
  },
  {
    rule: 'map-without-default',
    inside: 'http',
    bad: ['map $http_host $pool { a.example one; } server { set $p $pool; return 200 $p; }'],
    sane: ['map $http_host $pool { a.example one; default two; } server { return 200 $pool; }'],
  },
  {
    rule: 'mixed-case-variable',
    bad: ['set $Role x; add_header X-R $role;', http('map $uri $isApi { default 0; /api 1; } server { if ($isapi) { return 403; } }')],
    sane: ['set $role x; add_header X-R $role;', 'add_header X-C $cookie_SessionId;'],
  },
  {
    rule: 'proxy-pass-drops-path',
    bad: [
      'location /api/ { set $up 127.0.0.1; proxy_pass http://$up:8000/; }',
      'resolver 10.0.0.1; set $h app.internal; location /v1/ { proxy_pass http://$h/v1/; }',
    ],
    sane: [
      'location /api/ { set $up 127.0.0.1; proxy_pass http://$up:8000; }',
      'location /api/ { set $up 127.0.0.1; proxy_pass http://$up:8000$request_uri; }',
      'location /api/ { proxy_pass http://127.0.0.1:8000/; }',
    ],
  },
  {
    rule: 'proxy-pass-slash-mismatch',
    bad: ['location /api { proxy_pass http://127.0.0.1:1/; }', 'location /api/ { proxy_pass http://127.0.0.1:1/v1; }'],
    sane: [
      'location /api/ { proxy_pass http://127.0.0.1:1/v1/; }',
      'location = /api { proxy_pass http://127.0.0.1:1/; }',
      'location /api { proxy_pass http://127.0.0.1:1; }',
    ],
  },
  {
    rule: 'proxy-to-itself',
    bad: [
      'listen 8000; location / { proxy_pass http://127.0.0.1:8000; }',
      http('server { listen 80; location / { proxy_pass http://localhost; } }'),
    ],
    sane: [
      'listen 80; location / { proxy_pass http://127.0.0.1:8000; }',
      http(
        'server { listen 80; server_name a.example; location / { proxy_set_header Host b.example; proxy_pass http://127.0.0.1:80; } } server { listen 80; server_name b.example; return 204; }',
      ),
    ],
  },
  {
    rule: 'query-in-path',
    bad: [
      'rewrite ^/a$ /b$is_args$args last; location /b { root /srv; }',
      'location /s { set $q ?x=1; rewrite ^ /t$q last; } location /t { root /srv; }',
    ],
    sane: ['rewrite ^/a$ /b?x=1 last; location /b { root /srv; }', 'rewrite ^/a$ /b last; location /b { root /srv; }'],
  },
  {
    rule: 'query-never-matches',
    bad: ['location ~ ^/a\\?b=1$ { return 204; }', 'location = /x?y { return 204; }', 'rewrite ^/a\\?id=(\\d+)$ /b/$1 last;'],
    sane: ['location ~ ^/ab?$ { return 204; }', 'if ($request_uri ~ ^/a\\?b=1) { return 204; }'],
  },
  {
    rule: 'redirect-loop',
    bad: [
      'listen 80; server_name a.example; location / { return 301 http://a.example$request_uri; }',
      'listen 80; location /x/ { rewrite ^/x/(.*)$ /x/$1 redirect; }',
    ],
    sane: [
      'listen 80; server_name a.example; return 301 https://a.example$request_uri;',
      'listen 80; location = / { return 302 /home; } location /home { return 204; }',
    ],
  },
  {
    rule: 'redirect-query-twice',
    bad: [
      'rewrite ^ https://b.example$request_uri permanent;',
      'return 301 https://b.example$request_uri?$args;',
      'location /o/ { rewrite ^/o/ /n/?$args redirect; }',
    ],
    sane: [
      'rewrite ^ https://b.example$request_uri? permanent;',
      'return 301 https://b.example$request_uri;',
      'location /o/ { rewrite ^/o/ /n/ redirect; }',
    ],
  },
  {
    rule: 'redirect-target-malformed',
    bad: ['return 301 https:/$host$request_uri;', 'rewrite ^ http:/b.example/ redirect;', 'return 302 https//b.example/;'],
    sane: ['return 301 https://$host$request_uri;', 'return 302 /x;'],
  },
  {
    rule: 'regex-in-prefix-location',
    bad: ['location /img/*.png { root /srv; }', 'location ^/admin$ { return 403; }', 'location \\.php$ { return 403; }'],
    sane: ['location /img/ { root /srv; }', 'location ~ ^/admin$ { return 403; }', 'location /a.b/ { root /srv; }'],
  },
  {
    rule: 'regex-could-be-exact',
    bad: ['location ~ ^/health$ { return 204; }', 'location ~ ^/robots\\.txt$ { root /srv; }'],
    sane: ['location ~ ^/v\\d$ { return 204; }', 'location ~* ^/Health$ { return 204; }', 'location = /x { return 204; }'],
  },
  {
    rule: 'rewrite-cycle',
    bad: ['location /a/ { rewrite ^/a/(.*)$ /a/b/$1 last; }', 'location = /x { rewrite ^ /y last; } location = /y { rewrite ^ /x last; }'],
    sane: [
      'location /a/ { rewrite ^/a/(.*)$ /b/$1 last; } location /b/ { root /srv; }',
      'location /a/ { rewrite ^/a/(.*)$ /a/b/$1 break; root /srv; }',
    ],
  },
  {
    rule: 'rewrite-misses-pass',
    bad: [
      'location /api/ { rewrite ^/api/(.*)$ /$1; proxy_pass http://127.0.0.1:1; } location / { root /srv; }',
      'location /v1/ { rewrite ^/v1/(.*)$ /$1 last; grpc_pass 127.0.0.1:1; } location / { return 404; }',
    ],
    sane: ['location /api/ { rewrite ^/api/(.*)$ /$1 break; proxy_pass http://127.0.0.1:1; } location / { root /srv; }'],
  },
  {
    rule: 'rewrite-never-runs',
    bad: ['rewrite ^ /index.html last; rewrite ^/a /b last;', 'location / { rewrite ^(.*)$ /x$1 break; rewrite ^/y /z break; root /srv; }'],
    sane: ['rewrite ^/a /b last; rewrite ^/c /d last;', 'location / { if ($arg_a) { break; } rewrite ^/y /z break; root /srv; }'],
  },
  {
    rule: 'root-repeats-prefix',
    bad: [
      'location /static/ { root /srv/app/static; }',
      'location /media { root /srv/app/media/; }',
      'location ^~ /assets/ { root /var/www/assets; }',
    ],
    sane: ['location /static/ { root /srv/app; }', 'location /static/ { alias /srv/app/static/; }'],
  },
  {
    rule: 'server-name-with-port',
    bad: ['server_name a.example:8080;', 'listen 8080; server_name b.example a.example:8080;'],
    sane: ['server_name a.example;', 'server_name ~^a:?$;'],
  },
  {
    rule: 'shadowed-server',
    inside: 'http',
    bad: [
      'server { listen 80; server_name a.example; } server { listen 80; server_name a.example; location / { return 204; } }',
      'server { listen 80 default_server; server_name _; } server { listen 80; server_name a.example; } server { listen 80; server_name A.EXAMPLE; }',
    ],
    sane: [
      'server { listen 80; server_name a.example; } server { listen 8080; server_name a.example; }',
      'server { listen 80; server_name a.example; } server { listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; server_name a.example; }',
    ],
  },
  {
    rule: 'sub-filter-on-gzip',
    bad: ['location / { sub_filter a b; proxy_pass http://127.0.0.1:1; }', 'sub_filter a b; location / { uwsgi_pass 127.0.0.1:1; }'],
    sane: [
      'location / { sub_filter a b; proxy_set_header Accept-Encoding ""; proxy_pass http://127.0.0.1:1; }',
      'location / { sub_filter a b; root /srv; }',
    ],
  },
  {
    rule: 'try-files-and-pass',
    bad: [
      'location / { try_files $uri $uri/ /index.html; grpc_pass 127.0.0.1:1; }',
      `location / { root /srv; try_files $uri =404; ${UWSGI} }`,
    ],
    sane: [
      `location / { root /srv; try_files $uri @a; } location @a { ${UWSGI} }`,
      'location ~ \\.php$ { try_files $uri =404; fastcgi_pass 127.0.0.1:9000; }',
    ],
  },
  {
    rule: 'try-files-file-as-uri',
    bad: [
      'root /srv; location / { try_files $document_root$uri =404; }',
      'root /srv/www; location / { try_files /srv/www$uri /srv/www/index.html; }',
      'location / { root /srv; try_files $request_filename =404; }',
    ],
    sane: ['root /srv; location / { try_files $uri /index.html =404; }'],
  },
  {
    rule: 'try-files-missing-fallback',
    bad: ['location / { root /srv; try_files $uri $uri/; }', 'location / { root /srv; try_files $uri $uri.html $uri/index.html; }'],
    sane: [
      'location / { root /srv; try_files $uri $uri/ =404; }',
      'location / { root /srv; try_files $uri /index.html; } location = /index.html { root /srv; }',
    ],
  },
  {
    rule: 'unix-socket-uri-without-colon',
    bad: ['location /a/ { proxy_pass http://unix:/run/a.sock/b/; }'],
    sane: ['location /a/ { proxy_pass http://unix:/run/a.sock:/b/; }', 'location /a/ { proxy_pass http://unix:/run/a.sock; }'],
  },
  {
    rule: 'unknown-named-location',
    bad: [
      'location / { try_files $uri @nope; }',
      'error_page 502 @down; location / { proxy_pass http://127.0.0.1:1; }',
      'location / { error_page 404 = @missing; root /srv; }',
    ],
    sane: [`location / { try_files $uri @app; } location @app { ${APP} }`],
  },
  {
    rule: 'unreachable-location',
    bad: [
      'location ~ \\.jpg$ { root /a; } location ~ ^/img/.*\\.jpg$ { root /b; }',
      'location ~ . { root /a; } location ~ \\.png$ { root /b; }',
      'location ^~ /x/ { root /a; } location ~ ^/x/y { root /b; }',
    ],
    sane: [
      'location ~ ^/img/.*\\.jpg$ { root /b; } location ~ \\.jpg$ { root /a; }',
      'location /x/ { root /a; } location ~ ^/x/y { root /b; }',
    ],
  },
  {
    rule: 'unsafe-if',
    bad: [
      `location / { add_header X-A 1; if ($arg_a) { add_header X-B 2; } if ($arg_b) { add_header X-C 3; } ${APP} }`,
      'location / { try_files $uri @a; if ($arg_x) { add_header X-Y 1; } } location @a { proxy_pass http://127.0.0.1:1; }',
    ],
    sane: [`location / { if ($arg_a) { return 403; } ${APP} }`, `location / { if ($arg_a) { set $b 1; } ${APP} }`],
  },
  {
    rule: 'unused-upstream',
    inside: 'http',
    bad: ['upstream a { server 127.0.0.1:1; } upstream b { server 127.0.0.1:2; } server { location / { uwsgi_pass b; } }'],
    sane: [
      'upstream a { server 127.0.0.1:1; } server { location / { fastcgi_pass a; } }',
      'upstream a { server 127.0.0.1:1; } map $uri $t { default a; } server { location / { proxy_pass http://$t; } }',
    ],
  },
  {
    rule: 'unused-variable',
    bad: ['set $x 1;', http('map $uri $x { default 1; } server { }')],
    sane: [
      'set $x 1; add_header X $x;',
      'set $limit_rate 10k;',
      http('map $uri $x { default 1; } log_format f $x; server { access_log /var/log/a f; }'),
    ],
  },
  {
    rule: 'variable-before-set',
    bad: ['if ($mode = a) { return 403; } location /x { set $mode a; }'],
    sane: ['set $mode b; if ($mode = a) { return 403; } location /x { set $mode a; }'],
  },
  {
    rule: 'burst-without-nodelay',
    inside: 'http',
    bad: [
      'limit_req_zone $binary_remote_addr zone=a:10m rate=1r/s; server { location / { limit_req zone=a burst=20; proxy_pass http://127.0.0.1:1; } }',
    ],
    sane: [
      'limit_req_zone $binary_remote_addr zone=a:10m rate=1r/s; server { location / { limit_req zone=a burst=20 nodelay; proxy_pass http://127.0.0.1:1; } }',
      'limit_req_zone $binary_remote_addr zone=a:10m rate=100r/s; server { location / { limit_req zone=a burst=5; } }',
    ],
  },
  {
    rule: 'dry-run-left-on',
    bad: [
      http('limit_req_dry_run on; limit_req_zone $binary_remote_addr zone=a:10m rate=1r/s; limit_req zone=a; server { }'),
      'location / { limit_conn_dry_run on; limit_conn a 1; }',
      stream(
        'limit_conn_zone $binary_remote_addr zone=a:10m; server { listen 1; limit_conn a 1; limit_conn_dry_run on; proxy_pass 127.0.0.1:2; }',
      ),
    ],
    sane: ['limit_req_dry_run off;'],
  },
  {
    rule: 'limit-key-constant',
    inside: 'http',
    bad: [
      'limit_conn_zone all zone=a:1m; limit_conn a 10; server { }',
      'map $uri $k { default x; } limit_req_zone $k zone=a:1m rate=1r/s; limit_req zone=a; server { }',
    ],
    sane: [
      'limit_req_zone $server_name zone=a:1m rate=1r/s; limit_req zone=a; server { }',
      'limit_req_zone $binary_remote_addr$server_name zone=a:1m rate=1r/s; limit_req zone=a; server { }',
      'map $remote_addr $k { default $remote_addr; 10.0.0.1 ""; } limit_req_zone $k zone=a:1m rate=1r/s; limit_req zone=a; server { }',
    ],
  },
  {
    rule: 'limit-key-forgeable',
    inside: 'http',
    bad: [
      'limit_req_zone $http_x_api_key zone=a:1m rate=1r/s; server { location / { limit_req zone=a; proxy_pass http://127.0.0.1:1; } }',
      'limit_req_zone $arg_user zone=a:1m rate=1r/s; server { limit_req zone=a; location / { proxy_pass http://127.0.0.1:1; } }',
      'limit_conn_zone $cookie_sid zone=a:1m; server { limit_conn a 5; location / { proxy_pass http://127.0.0.1:1; } }',
    ],
    sane: [
      'limit_req_zone $binary_remote_addr zone=a:1m rate=1r/s; server { limit_req zone=a; location / { proxy_pass http://127.0.0.1:1; } }',
    ],
  },
  {
    rule: 'limit-never-runs',
    inside: 'http',
    bad: [
      'limit_req_zone $binary_remote_addr zone=a:1m rate=1r/s; server { location / { limit_req zone=a; return 302 /x; } }',
      'limit_conn_zone $binary_remote_addr zone=a:1m; server { location /x { limit_conn a 1; return 200 ok; } }',
    ],
    sane: [
      'limit_req_zone $binary_remote_addr zone=a:1m rate=1r/s; server { location / { limit_req zone=a; if ($arg_x) { return 302 /x; } proxy_pass http://127.0.0.1:1; } }',
    ],
  },
  {
    rule: 'limit-status-503',
    inside: 'http',
    bad: [
      'limit_req_zone $binary_remote_addr zone=a:1m rate=1r/s; server { location / { limit_req zone=a; proxy_pass http://127.0.0.1:1; } }',
    ],
    sane: [
      'limit_req_status 429; limit_req_zone $binary_remote_addr zone=a:1m rate=1r/s; server { location / { limit_req zone=a; proxy_pass http://127.0.0.1:1; } }',
    ],
  },
  {
    rule: 'limit-without-zone-use',
    inside: 'http',
    bad: [
      'limit_req_zone $binary_remote_addr zone=a:1m rate=1r/s; server { }',
      'limit_conn_zone $binary_remote_addr zone=b:1m; limit_req_zone $binary_remote_addr zone=a:1m rate=1r/s; server { limit_req zone=a; }',
    ],
    sane: ['limit_req_zone $binary_remote_addr zone=a:1m rate=1r/s; server { location / { limit_req zone=a; } }'],
  },
  {
    rule: 'login-unlimited',
    bad: [
      'location /accounts/login/ { proxy_pass http://127.0.0.1:1; }',
      'location = /oauth/token { uwsgi_pass 127.0.0.1:1; }',
      'location ~ ^/(admin|login) { fastcgi_pass 127.0.0.1:1; }',
    ],
    sane: [
      http(
        'limit_req_zone $binary_remote_addr zone=a:1m rate=1r/s; server { limit_req zone=a; location /login { proxy_pass http://127.0.0.1:1; } }',
      ),
      'location /login { return 404; }',
    ],
  },
  {
    rule: 'zone-too-small',
    inside: 'http',
    bad: ['limit_req_zone $binary_remote_addr zone=a:32k rate=1r/s; limit_req zone=a; server { }'],
    sane: ['limit_req_zone $binary_remote_addr zone=a:10m rate=1r/s; limit_req zone=a; server { }'],
  },
  {
    rule: 'all-servers-down',
    bad: [
      http('upstream a { server 127.0.0.1:1 down; server 127.0.0.1:2 down; } server { location / { proxy_pass http://a; } }'),
      stream('upstream a { server 127.0.0.1:1 down; } server { listen 2; proxy_pass a; }'),
    ],
    sane: [
      http('upstream a { server 127.0.0.1:1 down; server 127.0.0.1:2; } server { location / { proxy_pass http://a; } }'),
      http('upstream a { server 127.0.0.1:1 down; server 127.0.0.1:2 backup; } server { location / { proxy_pass http://a; } }'),
    ],
  },
  {
    rule: 'body-size-default',
    bad: ['location /upload { proxy_pass http://127.0.0.1:1; }', 'location / { uwsgi_pass 127.0.0.1:1; }'],
    sane: [
      'client_max_body_size 10m; location /upload { proxy_pass http://127.0.0.1:1; }',
      http('client_max_body_size 10m; server { location / { uwsgi_pass 127.0.0.1:1; } }'),
      'location / { root /srv; }',
    ],
  },
  {
    rule: 'buffering-off',
    bad: [
      'location / { proxy_buffering off; proxy_pass http://127.0.0.1:1; }',
      http('uwsgi_buffering off; server { location / { uwsgi_pass 127.0.0.1:1; } }'),
    ],
    sane: ['location / { proxy_pass http://127.0.0.1:1; }', 'location / { proxy_buffering off; uwsgi_pass 127.0.0.1:1; }'],
  },
  {
    rule: 'cache-inactive-below-valid',
    inside: 'http',
    bad: [
      'proxy_cache_path /var/cache/a keys_zone=a:1m; server { location / { proxy_cache a; proxy_cache_valid 200 1d; proxy_pass http://127.0.0.1:1; } }',
      'uwsgi_cache_path /var/cache/a keys_zone=a:1m inactive=5m; server { location / { uwsgi_cache a; uwsgi_cache_key $host$uri; uwsgi_cache_valid 200 6h; uwsgi_pass 127.0.0.1:1; } }',
    ],
    sane: [
      'proxy_cache_path /var/cache/a keys_zone=a:1m inactive=2d; server { location / { proxy_cache a; proxy_cache_valid 200 1d; proxy_pass http://127.0.0.1:1; } }',
    ],
  },
  {
    rule: 'cache-key-leaks',
    inside: 'http',
    bad: [
      'proxy_cache_path /var/cache/a keys_zone=a:1m; server { location / { proxy_cache a; proxy_cache_valid 200 1m; proxy_ignore_headers Set-Cookie; proxy_pass http://127.0.0.1:1; } }',
      'fastcgi_cache_path /var/cache/a keys_zone=a:1m; server { location / { fastcgi_cache a; fastcgi_cache_key $host$uri; fastcgi_cache_valid 200 1m; fastcgi_ignore_headers Set-Cookie Cache-Control; fastcgi_pass 127.0.0.1:1; } }',
    ],
    sane: [
      'proxy_cache_path /var/cache/a keys_zone=a:1m; server { location / { proxy_cache a; proxy_cache_valid 200 1m; proxy_ignore_headers Set-Cookie; proxy_cache_bypass $http_cookie; proxy_no_cache $http_cookie; proxy_hide_header Set-Cookie; proxy_pass http://127.0.0.1:1; } }',
    ],
  },
  {
    rule: 'cache-stores-errors',
    inside: 'http',
    bad: [
      'proxy_cache_path /var/cache/a keys_zone=a:1m; server { location / { proxy_cache a; proxy_cache_valid any 1d; proxy_pass http://127.0.0.1:1; } }',
      'scgi_cache_path /var/cache/a keys_zone=a:1m; server { location / { scgi_cache a; scgi_cache_key $host$uri; scgi_cache_valid any 12h; scgi_pass 127.0.0.1:1; } }',
    ],
    sane: [
      'proxy_cache_path /var/cache/a keys_zone=a:1m; server { location / { proxy_cache a; proxy_cache_valid 200 1d; proxy_cache_valid any 1m; proxy_pass http://127.0.0.1:1; } }',
    ],
  },
  {
    rule: 'cache-without-lock',
    inside: 'http',
    bad: [
      'uwsgi_cache_path /var/cache/a keys_zone=a:1m; server { location / { uwsgi_cache a; uwsgi_cache_key $host$uri; uwsgi_cache_valid 200 1m; uwsgi_pass 127.0.0.1:1; } }',
    ],
    sane: [
      'proxy_cache_path /var/cache/a keys_zone=a:1m; server { location / { proxy_cache a; proxy_cache_valid 200 1m; proxy_cache_lock on; proxy_cache_use_stale updating; proxy_pass http://127.0.0.1:1; } }',
    ],
  },
  {
    rule: 'dns-resolved-once',
    bad: [
      'location / { proxy_pass https://api.vendor.com/v1/; }',
      http('upstream a { server app.vendor.com:80; } server { location / { proxy_pass http://a; } }'),
      'location / { uwsgi_pass app.vendor.com:3031; }',
      'location / { set $b https://api.vendor.com; proxy_pass $b$request_uri; }',
    ],
    sane: [
      'location / { proxy_pass https://10.0.0.1/v1/; }',
      'location / { proxy_pass http://app:8000; }',
      'resolver 10.0.0.1; location / { set $b https://api.vendor.com; proxy_pass $b$request_uri; }',
    ],
  },
  {
    rule: 'forwarded-headers-missing',
    bad: [
      'location /app/ { proxy_pass http://app.prod.svc.cluster.local; }',
      'location / { proxy_set_header Host $host; proxy_pass http://127.0.0.1:8000; }',
      http(
        'proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header Host $host; server { location / { proxy_set_header X-A b; proxy_pass http://127.0.0.1:8000; } }',
      ),
    ],
    sane: [
      'location /blog/ { proxy_pass http://blog.hoster.com; }',
      'location / { proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme; proxy_pass http://127.0.0.1:8000; }',
    ],
  },
  {
    rule: 'forwarded-proto-wrong',
    bad: [
      http(
        'server { listen 80; listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; location / { proxy_set_header X-Forwarded-Proto https; proxy_pass http://127.0.0.1:8000; } }',
      ),
      http(
        'server { listen 80; listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; location / { uwsgi_param HTTPS on; uwsgi_pass 127.0.0.1:1; } }',
      ),
    ],
    sane: [
      http(
        'server { listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; location / { proxy_set_header X-Forwarded-Proto https; proxy_pass http://127.0.0.1:8000; } }',
      ),
      http(
        'server { listen 80; listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; location / { proxy_set_header X-Forwarded-Proto $scheme; proxy_pass http://127.0.0.1:8000; } }',
      ),
    ],
  },
  {
    rule: 'grpc-without-http2',
    bad: [
      'listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; location / { grpc_pass grpc://127.0.0.1:1; }',
      'listen 80; location /pkg.Svc/ { grpc_pass 127.0.0.1:1; }',
    ],
    sane: [
      'listen 443 ssl; http2 on; ssl_certificate a.pem; ssl_certificate_key a.key; location / { grpc_pass grpc://127.0.0.1:1; }',
      http('http2 on; server { listen 80; location / { grpc_pass 127.0.0.1:1; } }'),
    ],
  },
  {
    rule: 'header-sent-twice',
    bad: [
      'location / { proxy_set_header X-Real-IP $remote_addr; proxy_set_header x-real-ip $realip_remote_addr; proxy_pass http://127.0.0.1:1; }',
      'location / { grpc_set_header Te trailers; grpc_set_header X-A 1; grpc_set_header X-A 2; grpc_pass 127.0.0.1:1; }',
    ],
    sane: [
      'location / { proxy_set_header X-A 1; proxy_set_header X-B 1; proxy_pass http://127.0.0.1:1; }',
      'proxy_set_header X-A 1; location / { proxy_set_header X-A 2; proxy_pass http://127.0.0.1:1; }',
    ],
  },
  {
    rule: 'proxy-host-missing',
    bad: [
      'location / { proxy_pass http://127.0.0.1:8000; }',
      http('proxy_set_header Host $host; server { location / { proxy_set_header X-A b; proxy_pass http://127.0.0.1:8000; } }'),
      http('upstream app { server 10.0.0.1:1; } server { location / { proxy_pass http://app; } }'),
    ],
    sane: [
      http('proxy_set_header Host $host; server { location / { proxy_pass http://127.0.0.1:8000; } }'),
      'location / { proxy_set_header HOST $http_host; proxy_pass http://127.0.0.1:8000; }',
      'location / { uwsgi_pass 127.0.0.1:1; }',
    ],
  },
  {
    rule: 'request-buffering-off',
    bad: [
      'location / { uwsgi_request_buffering off; uwsgi_pass 127.0.0.1:1; }',
      http('proxy_request_buffering off; server { location / { proxy_pass http://127.0.0.1:8000; } }'),
    ],
    sane: [
      'location / { uwsgi_request_buffering off; proxy_pass http://127.0.0.1:8000; }',
      'location / { proxy_pass http://127.0.0.1:8000; }',
    ],
  },
  {
    rule: 'response-header-twice',
    bad: [
      'add_header X-Frame-Options DENY; add_header X-Frame-Options SAMEORIGIN; location / { root /srv; }',
      'location / { add_header Referrer-Policy no-referrer; add_header referrer-policy same-origin; root /srv; }',
    ],
    sane: [
      'add_header X-Frame-Options DENY; location / { add_header X-Frame-Options SAMEORIGIN; root /srv; }',
      'add_header Link "<a>; rel=preload"; add_header Link "<b>; rel=preload"; location / { root /srv; }',
    ],
  },
  {
    rule: 'retry-not-idempotent',
    bad: [
      'location / { proxy_next_upstream error timeout non_idempotent; proxy_pass http://127.0.0.1:1; }',
      http('uwsgi_next_upstream error non_idempotent; server { location / { uwsgi_pass 127.0.0.1:1; } }'),
    ],
    sane: [
      'location / { proxy_next_upstream error timeout; proxy_pass http://127.0.0.1:1; }',
      'location / { proxy_next_upstream off; proxy_pass http://127.0.0.1:1; }',
    ],
  },
  {
    rule: 'setting-of-another-module',
    bad: [
      'location / { proxy_read_timeout 90s; uwsgi_pass 127.0.0.1:1; }',
      'location / { proxy_set_header Host $host; fastcgi_pass 127.0.0.1:1; }',
      'location / { uwsgi_read_timeout 90s; proxy_pass http://127.0.0.1:1; }',
      'location / { grpc_pass 127.0.0.1:1; proxy_pass http://127.0.0.1:1; }',
      'location ~ \\.php$ { try_files $uri =404; proxy_pass http://php; fastcgi_pass unix:/run/php.sock; }',
    ],
    sane: [
      'location / { if ($http_x_old) { proxy_pass http://127.0.0.1:1; } fastcgi_pass 127.0.0.1:2; }',
      'location /a { proxy_pass http://127.0.0.1:1; location ~ \\.php$ { fastcgi_pass 127.0.0.1:2; } }',
      'location /a { limit_except GET { proxy_pass http://127.0.0.1:1; } uwsgi_pass 127.0.0.1:2; }',
      'location / { uwsgi_read_timeout 90s; uwsgi_pass 127.0.0.1:1; }',
      http('proxy_read_timeout 90s; server { location / { uwsgi_pass 127.0.0.1:1; } location /a { proxy_pass http://127.0.0.1:2; } }'),
    ],
  },
  {
    rule: 'single-server-never-marked-down',
    inside: 'http',
    bad: [
      'upstream a { server 127.0.0.1:1 max_fails=3; } server { location / { fastcgi_pass a; } }',
      'upstream a { zone a 64k; server unix:/run/a.sock fail_timeout=30s; } server { location / { uwsgi_pass a; } }',
    ],
    sane: [
      'upstream a { server 127.0.0.1:1 max_fails=3; server 127.0.0.1:2; } server { location / { fastcgi_pass a; } }',
      'upstream a { server unix:/run/a.sock fail_timeout=0; } server { location / { proxy_pass http://a; } }',
    ],
  },
  {
    rule: 'timeouts-inverted',
    bad: [
      'location / { proxy_connect_timeout 300s; proxy_pass http://127.0.0.1:1; }',
      http('uwsgi_connect_timeout 5m; server { location / { uwsgi_pass 127.0.0.1:1; } }'),
    ],
    sane: ['location / { proxy_connect_timeout 5s; proxy_read_timeout 300s; proxy_pass http://127.0.0.1:1; }'],
  },
  {
    rule: 'upstream-scheme-port',
    bad: [
      'location / { proxy_pass http://10.0.0.1:443; }',
      http('upstream a { server 10.0.0.1:443; } server { location / { proxy_pass http://a; } }'),
      'location / { proxy_pass https://10.0.0.1:80; }',
    ],
    sane: [
      'location / { proxy_pass https://10.0.0.1:443; }',
      'location / { proxy_pass http://10.0.0.1:8443; }',
      stream('server { listen 443; proxy_pass 10.0.0.1:443; }'),
    ],
  },
  {
    rule: 'upstream-zone-missing',
    inside: 'http',
    bad: [
      main(
        'worker_processes 4;\nevents { }\nhttp { upstream a { server 10.0.0.1:1 max_conns=10; server 10.0.0.2:1; } server { location / { uwsgi_pass a; } } }',
      ),
    ],
    sane: ['upstream a { zone a 64k; server 10.0.0.1:1 max_conns=10; server 10.0.0.2:1; } server { location / { uwsgi_pass a; } }'],
  },
  {
    rule: 'websocket-upgrade-incomplete',
    bad: [
      'location /ws { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_pass http://127.0.0.1:1; }',
      http(
        'proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection ""; proxy_http_version 1.1; server { location /ws { proxy_pass http://127.0.0.1:1; } }',
      ),
    ],
    sane: [
      'location /ws { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_pass http://127.0.0.1:1; }',
      http(
        'map $http_upgrade $c { default upgrade; "" close; } server { location /ws { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $c; proxy_pass http://127.0.0.1:1; } }',
      ),
    ],
  },
  {
    rule: 'deprecated-directive',
    settings: { nginx: '1.29.3' },
    bad: [http('http2_max_field_size 8k; server { }'), 'ssl_stapling on; http2_push_preload on;'],
    sane: [http('large_client_header_buffers 4 8k; server { }')],
  },
  {
    rule: 'listen-http2',
    settings: { nginx: '1.27.3' },
    bad: ['listen [::]:443 ssl http2; ssl_certificate a.pem; ssl_certificate_key a.key;'],
    sane: ['listen 443 ssl; http2 on; ssl_certificate a.pem; ssl_certificate_key a.key;'],
  },
];
