/** Further variants of the rules on correctness: other places, other protocols, carried by variables, in includes. */
import { http, main, stream, type Trial, tree } from '../trial.ts';

const APP = 'proxy_pass http://127.0.0.1:8000;';
const inc = (inside: string, text: string) =>
  tree(`#- nginx.conf\nevents {}\nhttp { ${inside.replace('@', 'include part.inc;')} }\n#- part.inc\n${text}\n`);

export const TRIALS: readonly Trial[] = [
  {
    rule: 'alias-without-capture',
    bad: [
      'location ~ \\.pdf$ { alias /srv/pdf/; }',
      'location = /favicon.ico { alias /srv/icons/; }',
      'location ~ ^/a/(.+)$ { alias /srv/a; }',
      'location / { location ~ ^/img/ { alias /srv/img/; } }',
      inc('server { location ~ ^/media/ { @ } }', 'alias /srv/media/;'),
    ],
    sane: [
      'location /media/ { alias /srv/media/; }',
      'location ~ ^/media/(.*)$ { alias /srv/media/$1; }',
      'location = /favicon.ico { alias /srv/icons/favicon.ico; }',
      'location ~ ^/media/(?<rest>.*)$ { alias /srv/media/$rest; }',
      'location ~ ^/u/(\\w+)/avatar$ { alias /srv/avatars/$1.png; }',
      'location ~ ^/media/ { root /srv; }',
    ],
  },
  {
    rule: 'assets-without-root',
    bad: [
      `location ~* \\.(png|jpg|svg)$ { expires 30d; }\nlocation / { ${APP} }`,
      'location ~ \\.css$ { add_header Cache-Control public; }\nlocation / { uwsgi_pass 127.0.0.1:3031; }',
      `location / { root /srv/www; try_files $uri @app; }\nlocation @app { ${APP} }\nlocation ~* \\.(css|js)$ { expires 7d; }`,
      `location /assets/ { alias /srv/assets/; }\nlocation / { ${APP} }\nlocation ~* \\.(js)$ { access_log off; expires max; }`,
      // another prefix that passes on, such as that of WebSockets, hides nothing
      `location / { ${APP} }\nlocation /ws/ { ${APP} }\nlocation ~* \\.(css|js)$ { expires 7d; }`,
      inc(`server { location / { ${APP} } @ }`, 'location ~* \\.(css|js|gif)$ { expires 7d; }'),
    ],
    sane: [
      `root /srv/www;\nlocation ~* \\.(css|js)$ { expires 7d; }\nlocation / { try_files $uri @app; }\nlocation @app { ${APP} }`,
      `location ~* \\.(css|js)$ { ${APP} expires 7d; }\nlocation / { ${APP} }`,
      `location ^~ /assets/ { alias /srv/assets/; }\nroot /srv/www;\nlocation ~* \\.js$ { expires max; }`,
      `location / { ${APP} location ~* \\.css$ { expires 7d; ${APP} } }`,
      `location ~* \\.(css|js)$ { root /srv/www; expires 7d; }\nlocation / { ${APP} }`,
      http('root /srv/www;\nserver { location ~* \\.css$ { expires 7d; } location / { proxy_pass http://127.0.0.1:8000; } }'),
    ],
  },
  {
    rule: 'dash-in-variable',
    bad: [
      'if ($http_x-forwarded-proto = http) { return 301 https://$host$request_uri; }',
      `location / { proxy_set_header X-Id $http_x-request-id; ${APP} }`,
      http('map $http_user-agent $bot { default 0; ~bot 1; }\nserver { if ($bot) { return 403; } }'),
      http('log_format a "$http_x-real-ip";\nserver { access_log /tmp/a.log a; }'),
      inc('server { @ }', 'add_header X-Echo $http_x-token;'),
    ],
    sane: [
      'if ($http_x_forwarded_proto = http) { return 301 https://$host$request_uri; }',
      'add_header X-Range "$request_id-$http_x_a";',
      'return 301 https://$host-old.example$request_uri;',
      'set $a $http_host-suffix;',
      'add_header X-Day ${http_x_a}-b;',
      http('map "$http_x_a-$http_x_b" $m { default 0; a-b 1; }\nserver { return 200 $m; }'),
    ],
  },
  {
    rule: 'envsubst-eats-variable',
    bad: [
      tree(
        '#- nginx.conf.template\nevents { }\nhttp { server { location / { proxy_set_header Host $host; proxy_pass http://${APP}; } } }\n#- Dockerfile\nFROM nginx:1.28\nCOPY nginx.conf.template /tmp/\nCMD envsubst < /tmp/nginx.conf.template > /etc/nginx/nginx.conf && nginx -g "daemon off;"\n',
      ),
      tree(
        '#- nginx.conf.template\nevents { }\nhttp { server { return 301 https://$host$request_uri; } }\n#- Dockerfile\nFROM nginx:1.28\nCMD ["/bin/sh", "-c", "envsubst < /tmp/nginx.conf.template > /etc/nginx/nginx.conf && nginx"]\n',
      ),
      tree(
        '#- nginx.conf.template\nevents { }\nhttp { server { listen ${PORT}; location / { try_files $uri =404; } } }\n#- entrypoint.sh\n#!/bin/sh\nenvsubst < nginx.conf.template > /etc/nginx/nginx.conf\nexec nginx\n',
      ),
      tree(
        '#- site.conf.template\nserver { listen ${PORT}; location / { proxy_set_header X-Real-IP $remote_addr; proxy_pass http://127.0.0.1:1; } }\n#- docker-entrypoint.sh\n#!/bin/bash\nenvsubst <site.conf.template >/etc/nginx/conf.d/default.conf\nnginx\n',
      ),
      tree(
        '#- nginx.conf.template\nevents { }\nhttp { server { location / { proxy_set_header Host $host; proxy_pass http://${APP}; } } }\n#- compose.yaml\nservices:\n  nginx:\n    image: nginx:1.28\n    command: sh -c "envsubst < /nginx.conf.template > /etc/nginx/nginx.conf && nginx"\n    volumes: ["./nginx.conf.template:/nginx.conf.template"]\n',
      ),
    ],
    sane: [
      tree(
        "#- nginx.conf.template\nevents { }\nhttp { server { location / { proxy_set_header Host $host; proxy_pass http://${APP}; } } }\n#- Dockerfile\nFROM nginx:1.28\nCMD envsubst '${APP}' < /tmp/nginx.conf.template > /etc/nginx/nginx.conf && nginx\n",
      ),
      tree(
        '#- nginx.conf.template\nevents { }\nhttp { server { listen ${PORT}; return 204; } }\n#- entrypoint.sh\nenvsubst < nginx.conf.template > /etc/nginx/nginx.conf\n',
      ),
      tree(
        '#- nginx.conf.template\nevents { }\nhttp { server { location / { proxy_set_header Host $host; proxy_pass http://${APP}; } } }\n#- Dockerfile\nFROM nginx:1.28\nCOPY nginx.conf.template /etc/nginx/templates/default.conf.template\n',
      ),
      tree('#- nginx.conf\nevents { }\nhttp { server { location / { proxy_set_header Host $host; proxy_pass http://127.0.0.1:1; } } }\n'),
      tree(
        '#- nginx.conf.template\nevents { }\nhttp { server { return 301 https://$host$request_uri; } }\n#- entrypoint.sh\nenvsubst "\\$APP \\$PORT" < nginx.conf.template > /etc/nginx/nginx.conf\n',
      ),
    ],
  },
  {
    rule: 'error-log-off',
    bad: [main('error_log off;\nevents {}'), 'location / { error_log off; }', inc('server { @ }', 'error_log off crit;')],
    sane: ['error_log /dev/null;', main('error_log stderr;\nevents {}')],
  },
  {
    rule: 'error-page-fails-too',
    bad: [
      `error_page 500 502 503 504 /50x.html;\nlocation / { ${APP} }`,
      'error_page 504 /slow.html;\nlocation / { uwsgi_pass 127.0.0.1:3031; }',
      'root /srv;\nerror_page 403 /no.html;\nlocation / { allow 10.0.0.0/8; deny all; }',
      http(`error_page 502 /down.html;\nserver { location / { ${APP} } }`),
      inc(`server { @ location / { ${APP} } }`, 'error_page 502 /down.html;'),
    ],
    sane: [
      `error_page 502 /50x.html;\nlocation = /50x.html { root /srv; }\nlocation / { ${APP} }`,
      `error_page 502 @down;\nlocation @down { return 503 "soon"; }\nlocation / { ${APP} }`,
      `error_page 404 /404.html;\nlocation / { ${APP} }`,
      'root /srv;\nerror_page 403 /no.html;\nlocation = /no.html { allow all; }\nlocation / { allow 10.0.0.0/8; deny all; }',
      `error_page 502 /errors/502.html;\nlocation ^~ /errors/ { internal; root /srv; }\nlocation / { ${APP} }`,
      `error_page 502 http://status.example/;\nlocation / { ${APP} }`,
    ],
  },
  {
    rule: 'error-page-ineffective',
    bad: [
      'error_page 404 /404.html;\nlocation = /404.html { root /srv; }\nlocation / { uwsgi_pass 127.0.0.1:3031; }',
      http(`error_page 404 /404.html;\nserver { location = /404.html { root /srv; } location / { ${APP} } }`),
    ],
    sane: [],
  },
  {
    rule: 'gzip-ineffective',
    bad: [
      http('gzip on;\ngzip_types text/html;\nserver { location / { proxy_pass http://127.0.0.1:8000; } }'),
      'location / { gzip_types image/png text/css; root /srv; }',
      inc('server { @ location / { root /srv; } }', 'gzip_types font/woff2 text/css;'),
    ],
    sane: [
      http('gzip on;\ngzip_types text/css application/javascript;\nserver { root /srv; }'),
      http('gzip on;\nserver { gzip_types text/css; root /srv; }'),
      'gzip on;\ngzip_types *;',
    ],
  },
  {
    rule: 'listen-ipv6-missing',
    bad: [
      http('server { listen 80; server_name a.example; }\nserver { listen [::]:80; server_name b.example; }'),
      http('server { listen 8080; listen [::]:8080; server_name a.example; }\nserver { listen 8080; server_name b.example c.example; }'),
      http('server { listen 80; listen [::]:80; server_name a.example; }\nserver { listen 80; server_name b.example; }'),
      http('server { listen 0.0.0.0:80; server_name a.example; }\nserver { listen 80; listen [::]:80; server_name b.example; }'),
    ],
    sane: [
      http('server { listen 80; listen [::]:80; server_name a.example; }'),
      http('server { listen 80; server_name a.example; }\nserver { listen [::]:80; server_name a.example; }'),
      http('server { listen 127.0.0.1:80; server_name a.example; }\nserver { listen [::]:80; server_name b.example; }'),
      http('server { listen 80; server_name a.example; }'),
    ],
  },
  {
    rule: 'location-without-slash-redirect',
    bad: [
      'listen 8080;\nlocation /app/ { proxy_pass http://127.0.0.1:8000; }',
      http(`server { listen 8443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; location /app/ { uwsgi_pass 127.0.0.1:3031; } }`),
      'listen 81;\nlocation /a/ { location /a/b/ { proxy_pass http://127.0.0.1:8000; } }',
    ],
    sane: [
      'listen 8080;\nlocation /app { proxy_pass http://127.0.0.1:8000; }',
      'listen 8080;\nabsolute_redirect off;\nlocation /app/ { proxy_pass http://127.0.0.1:8000; }',
      'listen 8080;\nlocation / { proxy_pass http://127.0.0.1:8000; }',
    ],
  },
  {
    rule: 'map-without-default',
    inside: 'http',
    bad: [
      'map $http_x $backend { a 127.0.0.1:1; b 127.0.0.1:2; }\nserver { location / { proxy_pass http://$backend; } }',
      'map $host $root { a.example /srv/a; b.example /srv/b; }\nserver { root $root; }',
      'map $http_origin $allow { ~^https://a\\.example$ $http_origin; }\nserver { location / { if ($allow = x) { return 403; } root /srv/$allow; } }',
      inc('@ server { location / { proxy_pass http://$up; } }', 'map $cookie_c $up { green 127.0.0.1:2; }'),
    ],
    sane: [
      'map $http_x $backend { default 127.0.0.1:1; b 127.0.0.1:2; }\nserver { location / { proxy_pass http://$backend; } }',
      'map $http_x $y { ~.+ 1; "" 0; }\nserver { return 200 $y; }',
      'geo $limit { default 1; 10.0.0.0/8 0; }\nmap $limit $key { 0 ""; 1 $binary_remote_addr; }\nlimit_req_zone $key zone=z:1m rate=1r/s;\nserver { limit_req zone=z; }',
    ],
  },
  {
    rule: 'mixed-case-variable',
    bad: [
      'set $userId 1;\nadd_header X $userid;',
      'set $Foo 1;\nreturn 200 $foo;',
      http('map $uri $isApi { default 0; }\nserver { if ($isapi) { return 403; } }'),
    ],
    sane: ['set $user 1;\nadd_header X $user;', 'set $user_id 1;\nadd_header X $user_id;', 'return 200 $cookie_PHPSESSID$arg_pageId;'],
  },
  {
    rule: 'proxy-pass-rewrites-path',
    bad: [
      'location /api/ { proxy_pass http://127.0.0.1:8000/v1/; }',
      'location /app/ { proxy_pass http://127.0.0.1:8000/; }',
      inc('server { location /x/ { @ } }', 'proxy_pass http://127.0.0.1:8000/y/;'),
      'location /a/ { location /a/b/ { proxy_pass http://127.0.0.1:8000/; } }',
    ],
    sane: [
      'location /api/ { proxy_pass http://127.0.0.1:8000; }',
      'location ^~ /api/ { proxy_pass http://127.0.0.1:8000; }',
      'location / { set $up 127.0.0.1:8000; proxy_pass http://$up$request_uri; }',
      'location = /x { proxy_pass http://127.0.0.1:8000/y; }',
      'location /api/ { uwsgi_pass 127.0.0.1:3031; }',
    ],
  },
  {
    rule: 'regex-could-be-exact',
    bad: [
      'location ~ ^/status$ { return 204; }',
      'location ~ ^/a/b$ { root /srv; }',
      inc('server { @ }', 'location ~ ^/robots\\.txt$ { root /srv; }'),
      'location ~ "^/x$" { return 204; }',
    ],
    sane: [
      'location = /status { return 204; }',
      'location ~* ^/status$ { return 204; }',
      'location ~ ^/status { return 204; }',
      'location ~ ^/(a|b)$ { return 204; }',
    ],
  },
  {
    rule: 'rewrite-cycle',
    bad: [
      'location = /a { rewrite ^ /b last; }\nlocation = /b { rewrite ^ /c last; }\nlocation = /c { rewrite ^ /a last; }',
      'location /x { rewrite ^/x(.*)$ /x$1 last; }',
      inc('server { location / { @ } }', 'rewrite ^/(.*)$ /index/$1 last;'),
    ],
    sane: [
      'location /x { rewrite ^/x(.*)$ /y$1 last; }\nlocation /y { root /srv; }',
      'location / { rewrite ^/(.*)$ /index/$1 break; root /srv; }',
      'rewrite ^/(.*)$ /index/$1 last;',
    ],
  },
  {
    rule: 'rewrite-never-runs',
    bad: [],
    sane: [
      'rewrite ^/a /b;\nrewrite ^/b /c last;',
      'location /a/ { rewrite ^/a/(.*)$ /$1 break; proxy_pass http://127.0.0.1:8000; }',
      'if ($host = a) { rewrite ^ /x last; }\nrewrite ^/y /z last;',
    ],
  },
  {
    rule: 'root-repeats-prefix',
    bad: [
      'location /media/ { root /srv/media; }',
      'location ^~ /assets/ { root /srv/app/assets/; }',
      'location = /robots.txt { root /srv/robots.txt; }',
      http('server { location /a/ { location /a/static/ { root /srv/a/static; } } }'),
      inc('server { location /static/ { @ } }', 'root /srv/shop/static;'),
    ],
    sane: [
      'location /media/ { root /srv; }',
      'location /media/ { alias /srv/media/; }',
      'location /static { root /srv/shop; }',
      'location / { root /srv/static; }',
      'location = /robots.txt { root /srv; }',
      'location /static/ { root /srv/statics; }',
    ],
  },
  {
    rule: 'shadowed-server',
    inside: 'http',
    bad: [
      'server { listen 80; server_name ~^a\\.; }\nserver { listen 80; server_name ~^a\\.; }',
      'server { listen 80; server_name a; }\nserver { listen 80; server_name b.example.; }',
      'server { listen 80; server_name ~.; }\nserver { listen 80; server_name ~^x; }',
    ],
    sane: ['server { listen 80; server_name ~^a\\.; }\nserver { listen 80; server_name ~^b\\.; }'],
  },
  {
    rule: 'shared-prefix-cookie-path',
    bad: [
      http(
        'server { location /a/ { proxy_pass http://127.0.0.1:8001/; } location /b/ { proxy_pass http://127.0.0.1:8002/; } location /c/ { proxy_pass http://127.0.0.1:8003/; } }',
      ),
      http(
        'upstream one { server 10.0.0.1:8000; }\nupstream two { server 10.0.0.2:8000; }\nserver { location /one/ { proxy_pass http://one/; } location /two/ { proxy_pass http://two/; } }',
      ),
      inc('server { location /a/ { proxy_pass http://127.0.0.1:8001/; } @ }', 'location /b/ { proxy_pass http://127.0.0.1:8002/; }'),
      http('server { location ^~ /a/ { proxy_pass http://127.0.0.1:8001/; } location ^~ /b/ { proxy_pass http://127.0.0.1:8002/; } }'),
    ],
    sane: [
      http('server { location /a/ { proxy_pass http://127.0.0.1:8001/; } location / { root /srv; } }'),
      http('server { location /a/ { proxy_pass http://127.0.0.1:8001; } location /b/ { proxy_pass http://127.0.0.1:8002; } }'),
    ],
  },
  {
    rule: 'try-files-and-pass',
    bad: [
      `location / { root /srv; try_files $uri @app; ${APP} }\nlocation @app { ${APP} }`,
      'root /srv;\nlocation / { try_files $uri $uri/ /index.html; uwsgi_pass 127.0.0.1:3031; }',
      inc('server { root /srv; location / { @ } location @b { return 204; } }', `try_files $uri @b;\n${APP}`),
      'root /srv;\nlocation ~ \\.x$ { try_files $uri @b; scgi_pass 127.0.0.1:9000; }\nlocation @b { return 204; }',
    ],
    sane: [
      'root /srv;\nlocation ~ \\.php$ { try_files $uri =404; fastcgi_pass 127.0.0.1:9000; }',
      `root /srv;\nlocation / { try_files $uri @app; }\nlocation @app { ${APP} }`,
    ],
  },
  {
    rule: 'try-files-code-not-last',
    bad: [
      'root /srv;\nlocation / { try_files =404 $uri; }',
      'root /srv;\nlocation / { try_files $uri =404 @app; }\nlocation @app { return 204; }',
      inc('server { root /srv; location / { @ } }', 'try_files $uri =403 /index.html;'),
    ],
    sane: [
      'root /srv;\nlocation / { try_files $uri =404; }',
      'root /srv;\nlocation / { try_files $uri @app; }\nlocation @app { return 204; }',
      'root /srv;\nlocation / { try_files $uri /a=404.html =404; }',
    ],
  },
  {
    rule: 'unanchored-regex',
    bad: [
      'location ~ /admin { deny all; }',
      'location ~* \\.php { fastcgi_pass 127.0.0.1:9000; }',
      inc('server { @ }', 'location ~ /api/ { proxy_pass http://127.0.0.1:8000; }'),
    ],
    sane: ['location ~ ^/admin { deny all; }', 'location ~* \\.php$ { fastcgi_pass 127.0.0.1:9000; }', 'location /admin { deny all; }'],
  },
  {
    rule: 'unknown-named-location',
    bad: [
      'root /srv;\nlocation / { try_files $uri @missing; }',
      `error_page 404 = @gone;\nlocation / { ${APP} }`,
      http('server { error_page 502 @down; }\nserver { listen 81; location @down { return 503; } }'),
    ],
    sane: [
      'root /srv;\nlocation / { try_files $uri @app; }\nlocation @app { return 204; }',
      'error_page 404 = @gone;\nlocation @gone { return 410; }',
      'error_page 404 =404 /404.html;',
      inc('server { root /srv; location / { try_files $uri @app; } @ }', 'location @app { return 204; }'),
    ],
  },
  {
    rule: 'unsafe-if',
    bad: [
      `location / { if ($arg_a) { add_header X-A 1; } ${APP} }`,
      `location / { if ($arg_a) { set $x 1; } if ($arg_b) { add_header X-B 1; } if ($arg_c) { add_header X-C 1; } ${APP} }`,
      inc(`server { location / { @ ${APP} } }`, 'if ($http_x) { expires 1d; }'),
    ],
    sane: [
      `location / { if ($arg_a) { return 403; } ${APP} }`,
      `if ($arg_a) { set $x 1; }\nlocation / { ${APP} }`,
      `location / { if ($arg_a) { rewrite ^ /x last; } ${APP} }\nlocation /x { return 204; }`,
    ],
  },
  {
    rule: 'unused-log-format',
    inside: 'http',
    bad: [
      'log_format a $uri;\nserver { access_log /tmp/a.log; }',
      'log_format a $uri;\nlog_format b $host;\nserver { access_log /tmp/a.log b; }',
      inc('@ server { root /srv; }', 'log_format lonely $uri;'),
    ],
    sane: [
      'log_format a $uri;\nserver { access_log /tmp/a.log a; }',
      'log_format a $uri;\naccess_log /tmp/a.log a;\nserver { root /srv; }',
      'log_format a $uri;\nserver { location / { access_log syslog:server=10.0.0.1 a; } }',
    ],
  },
  {
    rule: 'unused-named-location',
    bad: ['location @lonely { return 204; }', inc('server { @ }', 'location @lonely { proxy_pass http://127.0.0.1:8000; }')],
    sane: [],
  },
  {
    rule: 'unused-upstream',
    bad: [
      inc('@ server { root /srv; }', 'upstream lonely { server 127.0.0.1:1; }'),
      stream('upstream lonely { server 127.0.0.1:1; }\nserver { listen 9000; proxy_pass 127.0.0.1:2; }'),
    ],
    sane: [],
  },
  { rule: 'unused-variable', bad: ['set $lonely 1;\nroot /srv;', inc('server { @ root /srv; }', 'set $lonely $uri;')], sane: [] },
  {
    rule: 'unused-zone',
    bad: [
      http('keyval_zone zone=one:1m;\nserver { root /srv; }'),
      http('keyval_zone zone=one:1m;\nkeyval_zone zone=two:1m;\nkeyval $host $a zone=two;\nserver { return 200 $a; }'),
      inc('@ server { root /srv; }', 'keyval_zone zone=lonely:32k;'),
      http('keyval_zone zone=one:1m state=/tmp/one.json;\nserver { root /srv; }'),
      stream('keyval_zone zone=s:1m;\nserver { listen 9000; proxy_pass 127.0.0.1:1; }'),
      http('keyval_zone zone=ip:1m type=ip;\nserver { root /srv; }'),
    ],
    sane: [
      http('keyval_zone zone=one:1m;\nkeyval $host $a zone=one;\nserver { return 200 $a; }'),
      http('limit_req_zone $uri zone=a:1m rate=1r/s;\nserver { limit_req zone=a; }'),
      http('ssl_session_cache shared:S:1m;\nserver { root /srv; }'),
      http('keyval_zone zone=one:1m;\nkeyval $host $a zone=one;\nkeyval $uri $b zone=one;\nserver { return 200 $a$b; }'),
      http('upstream u { zone u 64k; server 127.0.0.1:1; }\nserver { location / { proxy_pass http://u; } }'),
      inc('keyval_zone zone=one:1m; @ server { return 200 $a; }', 'keyval $host $a zone=one;'),
    ],
  },
  {
    rule: 'variable-before-set',
    bad: [
      'return 200 $late;\nset $late 1;',
      'if ($late) { return 403; }\nset $late 1;',
      inc('server { @ set $late 1; }', 'if ($late = 1) { return 403; }'),
    ],
    sane: ['set $early 1;\nreturn 200 $early;', 'set $a 1;\nif ($a) { return 403; }'],
  },
  {
    rule: 'cache-control-contradicts',
    bad: [
      'location / { expires 1d; add_header Cache-Control no-store; root /srv; }',
      'expires 7d;\nadd_header Cache-Control "private, no-store";\nlocation / { root /srv; }',
      'location / { expires 1h; add_header Cache-Control "max-age=60"; root /srv; }',
      'location / { add_header Cache-Control no-store always; expires 30d; root /srv; }',
      'expires 1d;\nadd_header Cache-Control no-store;\nlocation / { uwsgi_pass 127.0.0.1:3031; }',
      inc('server { location / { expires 1d; @ root /srv; } }', 'add_header Cache-Control "no-store";'),
    ],
    sane: [
      'location / { expires 1d; add_header Cache-Control public; root /srv; }',
      'location / { expires 1d; add_header Cache-Control immutable; root /srv; }',
      'location / { add_header Cache-Control no-store; root /srv; }',
      'location / { expires off; add_header Cache-Control no-store; root /srv; }',
      'location /a { expires 1d; root /srv; }\nlocation /b { add_header Cache-Control no-store; root /srv; }',
      'location / { expires -1; add_header Cache-Control no-store; root /srv; }',
    ],
  },
  {
    rule: 'query-never-matches',
    bad: [
      'location /find?q= { return 204; }',
      'location = /a?b=1 { return 204; }',
      'rewrite ^/p\\?id=(\\d+)$ /p/$1 permanent;',
      'location / { rewrite "^/x\\?a=1$" /y last; root /srv; }',
      'location ~ ^/a\\?b=1$ { return 204; }',
      inc('server { @ }', 'rewrite ^/old\\?page=2$ /new permanent;'),
    ],
    sane: [
      'location /find { return 204; }',
      'rewrite ^/p/?$ /q permanent;',
      'location ~ ^/colou?r$ { return 204; }',
      'if ($args ~ "^id=5$") { return 301 /five; }',
      'rewrite ^/p$ /q?id=5 permanent;',
      'location ~ ^/(?:a|b)$ { return 204; }',
    ],
  },
  {
    rule: 'rewrite-to-nothing',
    bad: [
      `location /app { rewrite ^/app(.*)$ $1 break; ${APP} }`,
      'location /v1 { rewrite ^/v1(.*) $1 last; }',
      `location ^~ /x { rewrite "^/x(.*)$" $1 break; ${APP} }`,
      'rewrite ^/old(.*)$ $1 last;',
      'location /u { rewrite ^/u(.*)$ $1 break; uwsgi_pass 127.0.0.1:3031; }',
      inc(`server { location /app { @ ${APP} } }`, 'rewrite ^/app(.*)$ $1 break;'),
    ],
    sane: [
      `location /app { rewrite ^/app/?(.*)$ /$1 break; ${APP} }`,
      `location /app/ { rewrite ^/app(/.*)$ $1 break; ${APP} }`,
      `location /app { rewrite ^/app(.+)$ $1 break; ${APP} }`,
      `location /app { rewrite ^/app(.*)$ /x$1 break; ${APP} }`,
      'location /old { rewrite ^/old(.*)$ https://new.example$1 permanent; }',
      `location /app/ { rewrite ^/app(.*)$ $1 break; ${APP} }`,
    ],
  },
  {
    rule: 'try-files-fallback-elsewhere',
    bad: [
      'root /srv/www;\nlocation ^~ /admin/ { alias /srv/admin/dist/; try_files $uri /index.html; }',
      'root /srv/www;\nlocation /shop { alias /srv/shop; try_files $uri $uri/ /index.html; }',
      'root /srv/www;\nlocation /docs/ { index index.htm; alias /srv/docs/; try_files $uri $uri/ /404.html; }',
      'location / { root /srv/www; }\nlocation /ui/ { alias /opt/ui/; expires 1h; try_files $uri "/index.html"; }',
      http('root /srv/www; server { location /app/ { alias /srv/app/; try_files $uri /index.html; } location / { } }'),
      inc('server { root /srv/www; location /app/ { alias /srv/app/; @ } }', 'try_files $uri /index.html;'),
    ],
    sane: [
      'root /srv/www;\nlocation ^~ /admin/ { alias /srv/admin/dist/; try_files $uri /admin/index.html; }',
      'location /shop { root /srv; try_files $uri $uri/ /index.html; }',
      'root /srv/www;\nlocation /docs/ { alias /srv/docs/; try_files $uri $uri/ =404; }',
      'root /srv/www;\nlocation /ui/ { alias /opt/ui/; try_files $uri @ui; }\nlocation @ui { proxy_pass http://127.0.0.1:8000; }',
      'location /app/ { alias /srv/app/; try_files $uri /index.html; }\nlocation = /index.html { alias /srv/app/index.html; }',
      inc('server { root /srv/www; location /app/ { alias /srv/app/; @ } }', 'try_files $uri /app/index.html;'),
    ],
  },
  {
    rule: 'try-files-query-not-last',
    bad: [
      'root /srv;\nlocation / { try_files $uri /index.php?q=$uri =404; }',
      'root /srv;\nlocation / { try_files /cache.html?x=1 @app; }\nlocation @app { return 204; }',
      'root /srv;\nlocation / { try_files /page?x=$arg_x /a; }',
      'root /srv;\nlocation / { try_files $uri "/a.php?b=$args" /c.php?b=$args; }',
      'root /srv;\ntry_files $uri /index.php?$args =404;',
      inc('server { root /srv; location / { @ } }', 'try_files $uri /index.php?p=$uri /404.html;'),
    ],
    sane: [
      'root /srv;\nlocation / { try_files $uri /index.php?q=$uri; }',
      'root /srv;\nlocation / { try_files $uri $uri/ /index.php?$args; }',
      'root /srv;\nlocation / { try_files $uri /index.php$is_args$args; }',
      'root /srv;\nlocation / { try_files $uri =404; }',
      'root /srv;\nlocation / { try_files $uri @app; }\nlocation @app { proxy_pass http://127.0.0.1:8000; }',
      inc('server { root /srv; location / { @ } }', 'try_files $uri /index.html?spa=1;'),
    ],
  },
  {
    rule: 'unix-socket-uri-without-colon',
    bad: [
      'location / { proxy_pass http://unix:/run/gunicorn.sock/app/; }',
      'location /api/ { proxy_pass http://unix:/run/app.socket/; }',
      'location /api { proxy_pass http://unix:/tmp/a.sock/api; }',
      'location / { proxy_pass "http://unix:/run/app.sock/x"; }',
      http('server { location /a/ { location /a/b/ { proxy_pass http://unix:/run/a.sock/b/; } } }'),
      inc('server { location / { @ } }', 'proxy_pass http://unix:/run/app.sock/v2/;'),
    ],
    sane: [
      'location / { proxy_pass http://unix:/run/gunicorn.sock:/app/; }',
      'location / { proxy_pass http://unix:/run/gunicorn.sock; }',
      'location / { uwsgi_pass unix:/run/uwsgi/app/shop/socket; }',
      'location / { proxy_pass http://unix:/run/app/socket; }',
      'location / { proxy_pass http://unix:/run/app.d/http; }',
      'location / { proxy_pass http://127.0.0.1:8000/app.sock/; }',
    ],
  },
  {
    rule: 'variable-without-dollar',
    bad: [
      'root /srv;\nlocation / { try_files $uri /index.php?query_string; }',
      'root /srv;\nlocation / { try_files $uri $uri/ /app?args; }',
      'location /old { return 302 /new?query_string; }',
    ],
    sane: [
      'root /srv;\nlocation / { try_files $uri /index.php?$query_string; }',
      'root /srv;\nlocation / { try_files $uri /index.php?q=args; }',
      'location /old { return 302 /new?$args; }',
    ],
  },
  {
    rule: 'question-mark-twice',
    bad: [
      'root /srv;\nlocation / { try_files $uri $uri/ /index.php?$is_args$args; }\nlocation = /index.php { fastcgi_pass unix:/run/php.sock; }',
      'root /srv;\nlocation / { try_files $uri /app?${is_args}${args}; }\nlocation = /app { proxy_pass http://127.0.0.1:8000; }',
      'location = /find { return 302 /search?$is_args$args; }',
      'location /a/ { rewrite ^/a/(.*)$ /b/$1?$is_args$args? last; }\nlocation /b/ { return 204; }',
      'location /a/ { set $app 127.0.0.1:8000; proxy_pass http://$app/b?$is_args$args; }',
      'error_page 404 /lost?$is_args$args;\nlocation = /lost { return 204; }',
      inc(
        'server { root /srv; location / { @ } location = /i.php { fastcgi_pass unix:/run/php.sock; } }',
        'try_files $uri /i.php?$is_args$query_string;',
      ),
    ],
    sane: [
      'root /srv;\nlocation / { try_files $uri $uri/ /index.php$is_args$args; }\nlocation = /index.php { fastcgi_pass unix:/run/php.sock; }',
      'root /srv;\nlocation / { try_files $uri /index.php?$args; }\nlocation = /index.php { fastcgi_pass unix:/run/php.sock; }',
      'location = /find { return 302 /search$is_args$args; }',
      'location = /find { return 302 /search?from=find&$args; }',
      'location /a/ { rewrite ^/a/(.*)\\?$ /b/$1 last; }\nlocation /b/ { return 204; }',
      'location /a/ { set $app 127.0.0.1:8000; proxy_pass http://$app/b$is_args$args; }',
      'location = /x { return 200 "what?$is_argsx"; set $is_argsx 1; }',
    ],
  },
];
