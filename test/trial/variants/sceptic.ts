/** What a sceptic asked of rules that had long been there: uses that are meant so, and faults in a place where nobody had looked. */
import { http, type Trial } from '../trial.ts';

const PASS = 'proxy_set_header Host $host; proxy_pass http://127.0.0.1:8000;';
const PHP = 'fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass 127.0.0.1:9000;';
const CERT = 'ssl_certificate a.pem; ssl_certificate_key a.key;';
const CACHE = 'proxy_cache_path /c keys_zone=z:1m;\n';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'all-servers-down',
    bad: [
      http(
        `upstream a { server 10.0.0.1 down; }\nserver { error_page 503 /m.html; location / { ${PASS.replace('127.0.0.1:8000', 'a')} } }`,
      ),
    ],
    sane: [
      // a script chooses the server
      http(`upstream a { server 0.0.0.1 down; balancer_by_lua_block { pick() } }\nserver { location / { proxy_pass http://a; } }`),
      http(
        `upstream a { server 10.0.0.1 down; balancer_by_lua_file /etc/nginx/pick.lua; keepalive 8; }\nserver { location / { proxy_pass http://a; } }`,
      ),
    ],
  },
  {
    rule: 'cache-without-buffering',
    bad: [
      // the cache of a level around, and switched off there as well
      http(`${CACHE}proxy_cache z; proxy_no_cache 1;\nserver { location / { ${PASS} } }`),
      http(`${CACHE}server { location / { proxy_cache z; proxy_cache_bypass 1; ${PASS} } }`),
      http(`${CACHE}proxy_buffering off;\nserver { location / { proxy_cache z; ${PASS} } }`),
    ],
    sane: [
      http(`${CACHE}server { proxy_cache z; location / { ${PASS} } location /events { proxy_buffering off; ${PASS} } }`),
      http(`${CACHE}server { proxy_cache z; location / { ${PASS} } location /admin/ { proxy_cache_bypass 1; proxy_no_cache 1; ${PASS} } }`),
      // asks always, for others to be answered from what is stored
      http(
        `${CACHE}server { location / { proxy_cache z; ${PASS} } }\nserver { listen 127.0.0.1:8099; location / { proxy_cache z; proxy_cache_bypass 1; ${PASS} } }`,
      ),
    ],
  },
  {
    rule: 'cache-stores-errors',
    bad: [
      http(
        `${CACHE}map $upstream_http_x_private $skip { default 0; ~. 1; }\nserver { location / { proxy_cache z; proxy_cache_valid any 1h; proxy_no_cache $skip; ${PASS} } }`,
      ),
    ],
    sane: [
      http(
        `${CACHE}map $upstream_status $failed { default 0; ~^[45] 1; }\nserver { location / { proxy_cache z; proxy_cache_valid any 1h; proxy_no_cache $failed; ${PASS} } }`,
      ),
      http(
        `${CACHE}map $status $failed { default 0; ~^5 1; }\nserver { proxy_no_cache $failed; location / { proxy_cache z; proxy_cache_valid any 1h; ${PASS} } }`,
      ),
      http(`${CACHE}server { location / { proxy_cache z; proxy_cache_valid 500 502 504 0; proxy_cache_valid any 1h; ${PASS} } }`),
    ],
  },
  {
    rule: 'cache-key-leaks',
    bad: [
      // the third server is another site
      http(
        `${CACHE}proxy_cache z;\nserver { server_name a.test; location / { ${PASS} } }\nserver { listen 81; server_name a.test; location / { ${PASS} } }\nserver { server_name b.test; location / { ${PASS} } }`,
      ),
    ],
    sane: [
      // one site at two ports
      http(
        `${CACHE}proxy_cache z;\nserver { server_name a.test; location / { ${PASS} } }\nserver { listen 81; server_name a.test; location / { ${PASS} } }`,
      ),
      http(
        `${CACHE}proxy_cache z;\nserver { server_name www.a.test a.test; location / { ${PASS} } }\nserver { listen 127.0.0.1:81; server_name a.test www.a.test; location / { ${PASS} } }`,
      ),
    ],
  },
  {
    rule: 'page-answered-as-error',
    bad: [`root /srv/a; index index.php; error_page 404 /shop/index.php; location ~ \\.php$ { ${PHP} }`],
    sane: [
      `root /srv/a; error_page 404 500 /errors/index.php; location ~ \\.php$ { ${PHP} }`,
      `root /srv/a; error_page 404 /site/404/index.php; location ~ \\.php$ { ${PHP} }`,
    ],
  },
  {
    rule: 'limit-key-forgeable',
    bad: [
      http('limit_req_zone $http_cf_connecting_ip zone=a:10m rate=10r/s;\nserver { limit_req zone=a; }'),
      // only the last address of this header is the proxy's
      http('limit_req_zone $http_x_forwarded_for zone=a:10m rate=10r/s;\nserver { allow 173.245.48.0/20; deny all; limit_req zone=a; }'),
      // one of the places is open
      http(
        'limit_req_zone $http_x_real_ip zone=a:10m rate=10r/s;\nserver { listen 127.0.0.1:8080; limit_req zone=a; }\nserver { listen 81; limit_req zone=a; }',
      ),
    ],
    sane: [
      http('limit_req_zone $http_cf_connecting_ip zone=a:10m rate=10r/s;\nserver { allow 173.245.48.0/20; deny all; limit_req zone=a; }'),
      http(
        'map $http_x_real_ip $who { default $http_x_real_ip; "" $binary_remote_addr; }\nlimit_req_zone $who zone=a:10m rate=10r/s;\nserver { listen 127.0.0.1:8080; limit_req zone=a; }',
      ),
    ],
  },
  {
    rule: 'script-not-found',
    bad: [
      `root /srv/jail/www; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME /other$fastcgi_script_name; fastcgi_pass unix:/run/p.sock; }`,
    ],
    sane: [
      `root /srv/jail/www; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME /www$fastcgi_script_name; fastcgi_pass unix:/run/p.sock; }`,
      `root /srv/jail/www/; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME /jail/www$fastcgi_script_name; fastcgi_pass unix:/run/p.sock; }`,
    ],
  },
  {
    rule: 'try-files-query-not-last',
    bad: [
      'location / { root /srv/a; try_files $uri$is_args$args /index.html; }',
      'location / { root /srv/a; try_files /index.php?$args =404; }',
      'location / { root /srv/a; try_files $uri?$args @app; } location @app { return 204; }',
    ],
    sane: [
      'location / { root /srv/mirror; try_files $uri?$args $uri =404; }',
      'location / { root /srv/a; try_files /cache/$host$uri$is_args$args.html $uri @app; } location @app { return 204; }',
    ],
  },
  {
    rule: 'response-header-in-request',
    bad: [`location / { proxy_set_header Content-Security-Policy "default-src 'self'"; ${PASS} }`],
    sane: [`location / { proxy_set_header Content-Security-Policy "script-src 'nonce-$request_id'"; ${PASS} }`],
  },
  {
    rule: 'typographic-quote',
    bad: [`location / { sub_filter “old” new; ${PASS} }`],
    sane: [`location / { sub_filter “ '"'; sub_filter ’ "'"; ${PASS} }`],
  },
  {
    rule: 'socketio-without-affinity',
    inside: 'http',
    bad: [
      'upstream a { server 10.0.0.1; server 10.0.0.2; }\nserver { location /socket.io/ { if ($arg_v) { return 400; } proxy_pass http://a; } }',
    ],
    sane: [
      'upstream a { server 10.0.0.1; server 10.0.0.2; }\nserver { location /socket.io/ { if ($arg_transport != websocket) { return 400; } proxy_pass http://a; } }',
    ],
  },
  {
    rule: 'dash-in-variable',
    bad: ['add_header X-Id $http_x_request-id;', 'add_header X-For $http_x_forwarded-for;'],
    sane: ['add_header X-Id $http_x_id-eu;', 'add_header X-Id $http_x_tenant-$request_id;'],
  },
  {
    rule: 'https-parameter-missing',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; ${CERT} location = /status { fastcgi_param SCRIPT_FILENAME /srv/status.php; fastcgi_pass 127.0.0.1:9000; } }`,
    ],
    sane: [
      `server { listen 443 ssl; ${CERT} location = /fpm-ping { fastcgi_param SCRIPT_NAME /ping; fastcgi_param SCRIPT_FILENAME /ping; fastcgi_pass 127.0.0.1:9000; } }`,
      `server { listen 443 ssl; ${CERT} location ~ ^/(status|ping)$ { fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass 127.0.0.1:9000; } }`,
    ],
  },
  {
    rule: 'websocket-upgrade-wrong',
    inside: 'http',
    bad: [
      'map $http_upgrade $c { Websockets upgrade; default close; }\nserver { location / { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $c; proxy_pass http://127.0.0.1:8888; } }',
    ],
    sane: [
      'map $http_upgrade $c { WebSocket upgrade; default close; }\nserver { location / { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $c; proxy_pass http://127.0.0.1:8888; } }',
    ],
  },
  {
    rule: 'acme-challenge-refused',
    inside: 'http',
    bad: [
      'server { listen 8080; auth_basic x; auth_basic_user_file h; location /.well-known/acme-challenge/ { root /srv/acme; } }',
      'server { listen 80; auth_basic x; auth_basic_user_file h; location /.well-known/ { root /srv/acme; } }',
    ],
    sane: ['server { listen 8080; auth_basic x; auth_basic_user_file h; location /.well-known/ { root /srv/acme; } }'],
  },
  {
    rule: 'error-page-fails-too',
    bad: [`error_page 502 /down; location / { ${PASS} } location /b/ { proxy_pass http://127.0.0.1:9000; }`],
    sane: [
      `error_page 502 /down; location = /down { proxy_pass http://127.0.0.1:9000; } location / { ${PASS} }`,
      `error_page 502 /errors/down; location /errors/ { proxy_pass http://127.0.0.1:9000; } location / { ${PASS} }`,
    ],
  },
  {
    rule: 'error-answered-as-success',
    bad: [`location /pixel { error_page 502 504 =200 /ok.txt; ${PASS} } location = /ok.txt { return 200 ok; }`],
    sane: [`location /pixel { error_page 502 504 =200 /none.gif; ${PASS} } location = /none.gif { empty_gif; }`],
  },
];
