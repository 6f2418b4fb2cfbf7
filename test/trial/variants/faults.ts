/** Protection that fails open, keys and signatures that anyone makes, tools without a login: and the same things done right. */
import { http, main, type Trial, tree } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const AUTH =
  'location = /auth { internal; proxy_pass http://127.0.0.1:9000; proxy_pass_request_body off; proxy_set_header Content-Length ""; }';
const TLS = 'listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; ssl_client_certificate ca.pem;';
const LINK = 'secure_link $arg_md5,$arg_expires; if ($secure_link = "") { return 403; } if ($secure_link = "0") { return 410; }';
const ZONE = 'limit_req_zone $key zone=a:10m rate=5r/s;';
const LIMITED = `server { listen 80; location / { limit_req zone=a burst=9 nodelay; ${PASS} } }`;
const inc = (text: string, part: string) =>
  tree(`#- nginx.conf\nevents {}\nhttp { server { listen 80; server_name a.example.org; ${text} } }\n#- part.inc\n${part}\n`);

const compose = (test: string, more = '', image = 'nginx:1.28') =>
  `services:\n  edge:\n    image: ${image}\n    ports: ["80:80"]\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n    healthcheck:\n      test: ${test}\n${more}`;
const checked = (server: string, test: string, image?: string) =>
  tree(`#- nginx.conf\nevents {}\nhttp { ${server} }\n#- compose.yaml\n${compose(test, '', image)}`);
const probed = (server: string, get: string, more = '', beside = '') =>
  tree(
    `#- nginx.conf\nevents {}\nhttp { ${server} }\n#- k8s/edge.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: edge }\nspec:\n  template:\n    metadata: { labels: { app: edge } }\n    spec:\n      containers:\n        - name: nginx\n          image: nginx:1.28\n          ports: [{ name: web, containerPort: 80 }]\n          livenessProbe: { httpGet: ${get} }\n          volumeMounts: [{ name: conf, mountPath: /etc/nginx/nginx.conf, subPath: nginx.conf }${more}]\n${beside}      volumes: [{ name: conf, configMap: { name: edge } }]\n#- k8s/kustomization.yaml\nconfigMapGenerator: [{ name: edge, files: [../nginx.conf] }]\n`,
  );
const SECURED = 'server { listen 80; location = /up { return 204; } location / { return 301 https://$host$request_uri; } }';
const UP = 'server { listen 80; location = /up { return 204; } location / { return 404; } }';

const published = (ports: string, conf: string) =>
  tree(
    `#- nginx.conf\nevents {}\n${conf}\n#- compose.yaml\nservices:\n  edge:\n    image: nginx:1.28\n    ports: [${ports}]\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n`,
  );
const DNS = 'stream { server { listen 53 udp; proxy_pass 127.0.0.1:5300; } }';
const QUIC = 'http { server { listen 443 ssl; listen 443 quic reuseport; ssl_certificate a.pem; ssl_certificate_key a.key; } }';

const mounted = (root: string, volume: string, more = 'location / { try_files $uri @app; }', files = '#- app/manage.py\nimport os\n') =>
  tree(
    `#- nginx.conf\nevents {}\nhttp { server { listen 80; root ${root}; ${more} location @app { proxy_pass http://web:8000; } } }\n#- compose.yaml\nservices:\n  edge:\n    image: nginx:1.28\n    ports: ["80:80"]\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro", "${volume}"]\n  web:\n    build: ./app\n    command: gunicorn shop.wsgi -b :8000\n${files}`,
  );

const DIST = 'root /srv/dist; location / { try_files $uri /index.html; }';
const TO = 'server { listen 443 ssl; server_name a.example.org; ssl_certificate a.pem; ssl_certificate_key a.key; }';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'redirect-drops-path',
    inside: 'http',
    bad: [
      `server { listen 80; server_name a.example.org; return 301 https://a.example.org; } ${TO}`,
      `server { listen 80; server_name a.example.org; location / { return 301 https://a.example.org/; } } ${TO}`,
      `server { listen 80; server_name www.a.example.org; return 301 http://a.example.org/; } server { listen 80; server_name a.example.org; }`,
      `server { listen 80; server_name a.example.org; rewrite ^ https://a.example.org/ permanent; } ${TO}`,
      `server { listen 80; server_name a.example.org; rewrite ^(.*)$ https://a.example.org/ permanent; } ${TO}`,
      `server { listen 80; server_name a.example.org www.a.example.org; return 308 https://www.a.example.org/; }`,
      `server { listen 80; server_name a.example.org; location = /up { return 204; } location / { return 302 https://a.example.org/; } } ${TO}`,
      tree(
        '#- nginx.conf\nevents {}\nhttp { server { listen 80; server_name a.example.org; include part.inc; } }\n#- part.inc\nreturn 301 https://a.example.org;\n',
      ),
    ],
    sane: [
      `server { listen 80; server_name a.example.org; return 301 https://a.example.org$request_uri; } ${TO}`,
      `server { listen 80; server_name a.example.org; return 301 https://$host$request_uri; } ${TO}`,
      'server { listen 80 default_server; return 301 https://a.example.org/; }',
      'server { listen 80; server_name a.example.org; location = / { return 301 https://www.a.example.org/; } location / { return 404; } }',
      'server { listen 80; server_name old.example.org; return 301 https://new.example.com/; }',
      `server { listen 80; server_name a.example.org; rewrite ^/(.*)$ https://a.example.org/$1 permanent; } ${TO}`,
      `server { listen 80; server_name a.example.org; location /start/ { return 301 https://a.example.org/; } location / { return 404; } }`,
      `server { listen 80; server_name a.example.org; rewrite ^/index\\.html$ https://a.example.org/ permanent; location / { return 404; } }`,
    ],
  },
  {
    rule: 'exact-path-restricted-only',
    bad: [
      `location ~ /admin/$ { deny all; } location / { ${PASS} }`,
      `location ~ /staff$ { allow 10.0.0.0/8; deny all; ${PASS} } location / { ${PASS} }`,
    ],
    sane: [`location ~ /admin/ { deny all; } location / { ${PASS} }`, `location ~ /robots\\.txt$ { deny all; } location / { ${PASS} }`],
  },
  {
    rule: 'access-list-outranked',
    bad: [
      `location /internal/ { deny all; } location /svc/ { proxy_pass http://127.0.0.1:8000/; } location / { ${PASS} }`,
      `location /internal/ { deny all; } location /x/ { rewrite ^/x/(.*)$ /$1 break; ${PASS} } location / { ${PASS} }`,
      `location /ops/ { deny all; ${PASS} } location /v1/ { proxy_pass http://127.0.0.1:8000/; } location / { ${PASS} }`,
    ],
    sane: [
      `location /internal/ { deny all; } location /svc/ { proxy_pass http://127.0.0.1:8001/; } location / { ${PASS} }`,
      `location /internal/ { deny all; } location /svc/ { proxy_pass http://127.0.0.1:8000/svc/; } location / { ${PASS} }`,
      `location /internal/ { deny all; } location /svc/ { rewrite ^/svc/(\\d+)$ /item/$1 break; ${PASS} } location / { ${PASS} }`,
    ],
  },
  {
    rule: 'limit-key-forgeable',
    inside: 'http',
    bad: [
      `map $http_user_agent $key { default $binary_remote_addr; ~*googlebot ""; } ${ZONE} ${LIMITED}`,
      `map $http_x_internal $key { default $binary_remote_addr; 1 ""; } ${ZONE} ${LIMITED}`,
      `map $cookie_staff $key { default $binary_remote_addr; yes ""; } ${ZONE} ${LIMITED}`,
    ],
    sane: [
      `map $http_x_key $key { default $binary_remote_addr; 7f3a9c1e55b04d2288aa ""; } ${ZONE} ${LIMITED}`,
      `map $http_user_agent $key { default ""; ~*crawler $binary_remote_addr; } ${ZONE} ${LIMITED}`,
      `map $request_method $key { default $binary_remote_addr; OPTIONS ""; } ${ZONE} ${LIMITED}`,
      `map $http_user_agent $key { default $binary_remote_addr; ~*googlebot ""; } ${ZONE} limit_req_zone $binary_remote_addr zone=b:10m rate=50r/s; server { listen 80; limit_req zone=a; limit_req zone=b; location / { ${PASS} } }`,
    ],
  },
  {
    rule: 'asset-answered-with-page',
    bad: [
      `${DIST} location /assets/ { try_files $uri /index.html; }`,
      `${DIST} location /static/ { expires max; try_files $uri $uri/ /index.html; }`,
      `${DIST} location ~* \\.(js|css|png)$ { try_files $uri /index.html; }`,
      `${DIST} location /app/js/ { try_files $uri /app/index.html; }`,
      `${DIST} location ^~ /_nuxt/ { try_files $uri /index.html?x=1; }`,
      http(
        `server { listen 80; root /srv/dist; try_files $uri /index.html; location /css/ { expires 1d; } location = /index.html { } location /js/ { try_files $uri /index.html; } }`,
      ),
      inc('root /srv/dist; location = /index.html { } location /assets/ { include part.inc; }', 'try_files $uri /index.html;'),
    ],
    sane: [
      DIST,
      `${DIST} location /assets/ { try_files $uri =404; }`,
      `${DIST} location ~* \\.(js|css)$ { try_files $uri =404; }`,
      `${DIST} location /static/ { try_files $uri /static/index.html; }`,
      `${DIST} location ~* \\.(js|html)$ { try_files $uri /index.html; }`,
      `${DIST} location /assets/ { try_files $uri @app; } location @app { ${PASS} }`,
      `${DIST} location /docs/ { try_files $uri /index.html; }`,
    ],
  },
  {
    rule: 'try-files-missing-fallback',
    bad: [
      'root /srv; location / { try_files $uri index.html; }',
      'root /srv; location / { try_files $uri $uri/ index.php?$args; }',
      'root /srv; location /app/ { try_files $uri app/index.html; }',
      'location / { root /srv; try_files $uri $uri/ index/html; }',
      'root /srv; try_files $uri index.html;',
      'root /srv; location / { try_files $uri "index.html"; }',
    ],
    sane: [
      'root /srv; location / { try_files $uri /index.html; }',
      'root /srv; location / { try_files $uri =404; }',
      `root /srv; location / { try_files $uri @app; } location @app { ${PASS} }`,
      'root /srv; location / { try_files maintenance.html $uri =404; }',
    ],
  },
  {
    rule: 'rewrite-without-slash',
    bad: [
      'location /old/ { rewrite ^/old/(.*)$ new/$1 permanent; }',
      'rewrite ^/blog/(\\d+)$ news/$1.html redirect; location / { root /srv; }',
      'location /a/ { rewrite /a/x b/x permanent; }',
      'location /shop/ { rewrite ^/shop/(.*)/(.*)$ store/$1/$2 permanent; }',
      inc('location /old/ { include part.inc; }', 'rewrite ^/old/(.*)$ pages/$1 permanent;'),
      http('server { listen 80; location /en/ { if ($http_accept_language ~ de) { rewrite ^/en/(.*)$ de/$1 redirect; } root /srv; } }'),
    ],
    sane: [
      'location /old/ { rewrite ^/old/(.*)$ /new/$1 permanent; }',
      'location /old/ { rewrite ^/old/(.*)$ https://b.example.org/$1 permanent; }',
      'rewrite ^/a$ b/c permanent; location / { root /srv; }',
      'location /old/ { rewrite ^/old/a$ b.html permanent; }',
      'location /old/ { rewrite ^/old/(.*)$ $1 permanent; }',
      'location /old/ { rewrite ^/old/(.*)$ $scheme://$host/new/$1 permanent; }',
    ],
  },
  {
    rule: 'listen-address-taken',
    bad: [
      'listen 8080; listen [::]:8080 ipv6only=off; location / { root /srv; }',
      http('server { listen 80; } server { listen [::]:80 ipv6only=off; server_name a; }'),
      http('server { listen 127.0.0.1:81; } server { listen [::]:81 ipv6only=off; }'),
      http('server { listen 80; server_name a; } server { listen 127.0.0.1:80 reuseport; server_name b; }'),
      http('server { listen [::]:80; } server { listen [::1]:80 backlog=64; }'),
      main(
        'events {} http { server { listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; } } stream { server { listen 443; proxy_pass 10.0.0.1:443; } }',
      ),
      main('events {} http { server { listen 127.0.0.1:443; } } stream { server { listen 443; proxy_pass 10.0.0.1:443; } }'),
      main(
        'events {} http { server { listen unix:/run/a.sock; } } stream { server { listen unix:/run/a.sock; proxy_pass 10.0.0.1:443; } }',
      ),
    ],
    sane: [
      'listen 8080; listen [::]:8080; location / { root /srv; }',
      'listen [::]:8080 ipv6only=off; location / { root /srv; }',
      http('server { listen 80; } server { listen 127.0.0.1:80; server_name b; }'),
      http('server { listen 80 reuseport; } server { listen 127.0.0.1:80 reuseport; server_name b; }'),
      http('server { listen 127.0.0.1:80 bind; } server { listen 127.0.0.2:80 bind; }'),
      main('events {} http { server { listen 127.0.0.1:443; } } stream { server { listen 127.0.0.2:443; proxy_pass 10.0.0.1:443; } }'),
      main(
        'events {} http { server { listen 443 quic reuseport; listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; } } stream { server { listen 443 udp; proxy_pass 10.0.0.1:443; } }',
      ),
      http('server { listen 80 backlog=64; } server { listen [::]:80 backlog=64; }'),
    ],
  },
  {
    rule: 'regex-in-prefix-location',
    bad: [`location /a|/b { ${PASS} }`, `location = /x|/y { ${PASS} }`, `location ^~ /static|/media { root /srv; }`],
    sane: [`location ~ ^/(a|b) { ${PASS} }`, `location ~* /a|/b { ${PASS} }`],
  },
  {
    rule: 'comparison-constant',
    bad: [
      'if ($http_host ~ "^https://www") { return 403; } location / { root /srv; }',
      'if ($host ~* "^http://(a|b)\\.example\\.org/") { return 403; } location / { root /srv; }',
    ],
    sane: [
      'if ($http_referer ~ "^https://www") { return 403; } location / { root /srv; }',
      'if ($http_host ~ "^www") { return 403; } location / { root /srv; }',
    ],
  },
  {
    rule: 'auth-request-fails-open',
    bad: [
      `location /private/ { auth_request /auth; error_page 401 = @app; ${PASS} } location @app { ${PASS} } ${AUTH}`,
      `location /private/ { auth_request /auth; error_page 401 403 500 = @app; ${PASS} } location @app { ${PASS} } ${AUTH}`,
      `error_page 403 = @app; location /private/ { auth_request /auth; ${PASS} } location @app { ${PASS} } ${AUTH}`,
      `location /files/ { auth_request /auth; error_page 401 = @open; root /srv; } location @open { root /srv; } ${AUTH}`,
      http(
        `upstream app { server 10.0.0.1:80; } server { listen 80; auth_request /auth; location / { error_page 401 = @guest; proxy_pass http://app; } location @guest { auth_request off; proxy_pass http://app; } ${AUTH.replace('internal;', 'internal; auth_request off;')} }`,
      ),
      `location / { auth_request /auth; error_page 500 502 = @app; ${PASS} } location @app { ${PASS} } ${AUTH}`,
      `location / { auth_request /auth; ${PASS} } location = /auth { internal; proxy_pass http://127.0.0.1:9000; error_page 502 503 504 =204 @yes; } location @yes { return 204; }`,
      inc(`location /a/ { auth_request /auth; include part.inc; ${PASS} } location @app { ${PASS} } ${AUTH}`, 'error_page 401 = @app;'),
    ],
    sane: [
      `location / { auth_request /auth; error_page 401 = @login; ${PASS} } location @login { return 302 https://login.example.org/; } ${AUTH}`,
      `location / { auth_request /auth; error_page 401 = /login; ${PASS} } location = /login { ${PASS} } ${AUTH}`,
      `location / { auth_request /auth; error_page 401 = @login; ${PASS} } location @login { rewrite ^ /accounts/login break; ${PASS} } ${AUTH}`,
      `auth_request /auth; location / { error_page 401 = @app; ${PASS} } location @app { ${PASS} } ${AUTH}`,
      `location / { auth_request /auth; auth_request_set $user $upstream_http_x_user; proxy_set_header X-User $user; error_page 401 = @guest; ${PASS} } location @guest { proxy_set_header X-User ""; ${PASS} } ${AUTH}`,
      `location / { auth_request /auth; error_page 500 /down.html; ${PASS} } location = /down.html { root /srv; } ${AUTH}`,
      `location / { auth_request /auth; error_page 401 = @sso; ${PASS} } location @sso { proxy_pass http://127.0.0.1:9000; } ${AUTH}`,
      `location / { auth_request /auth; ${PASS} } location = /auth { internal; proxy_pass http://127.0.0.1:9000; error_page 502 504 =401 @no; } location @no { return 401; }`,
    ],
  },
  {
    rule: 'limit-except-not-inherited',
    bad: [
      `location / { limit_except GET { deny all; } ${PASS} location /api/ { ${PASS} } }`,
      `location /api/ { limit_except GET POST { deny all; } location ~ \\.json$ { ${PASS} } }`,
      'location / { limit_except GET { auth_basic x; auth_basic_user_file u; } location /v1/ { uwsgi_pass 127.0.0.1:3031; } }',
      `location / { limit_except GET { deny all; } location /a/ { root /srv; location /a/b/ { ${PASS} } } }`,
      'location /dav/ { root /srv; limit_except GET { deny all; } location /dav/in/ { dav_methods PUT DELETE; } }',
      `location / { limit_except GET { allow 10.0.0.0/8; deny all; } ${PASS} location = /hook { fastcgi_pass 127.0.0.1:9000; } }`,
      inc('location / { limit_except GET { deny all; } include part.inc; }', `location /api/ { ${PASS} }`),
    ],
    sane: [
      `location / { limit_except GET { deny all; } ${PASS} }`,
      `location / { limit_except GET { deny all; } ${PASS} location /api/ { limit_except GET { deny all; } ${PASS} } }`,
      `location / { limit_except GET { deny all; } ${PASS} location /api/ { limit_except GET POST { deny all; } ${PASS} } }`,
      'location / { limit_except GET { deny all; } root /srv; location ~ \\.css$ { expires 1d; } }',
      `location / { limit_except GET { deny all; } ${PASS} location /staff/ { auth_basic x; auth_basic_user_file u; ${PASS} } }`,
      `location / { limit_except GET { deny all; } ${PASS} location /in/ { internal; ${PASS} } }`,
      `location / { allow 10.0.0.0/8; deny all; limit_except GET { deny all; } ${PASS} location /api/ { ${PASS} } }`,
      `location / { limit_except GET { proxy_pass http://127.0.0.1:8001; } ${PASS} location /api/ { ${PASS} } }`,
    ],
  },
  {
    rule: 'guard-forgeable',
    bad: [
      'location /internal/ { valid_referers *.example.com; if ($invalid_referer) { return 403; } proxy_pass http://127.0.0.1:8000; }',
      `location /admin/ { if ($http_user_agent !~ "Staff") { return 403; } ${PASS} }`,
      `location /internal/ { if ($http_referer !~ "^https://intra\\.example\\.org/") { return 404; } ${PASS} }`,
      `location ~ ^/admin/ { if ($http_user_agent != "OurTool") { return 444; } ${PASS} }`,
      http(
        `map $http_user_agent $staff { default 0; ~OurTool 1; } server { listen 80; location /admin/ { if ($staff = 0) { return 403; } ${PASS} } }`,
      ),
      'location /reports/ { if ($cookie_session = "") { return 302 /login; } alias /srv/reports/; }',
      'location /reports/ { if ($http_authorization = "") { return 401; } root /srv; }',
      'location /reports/ { if ($http_cookie !~ "sessionid=") { return 403; } root /srv; }',
      `location / { set $realm x; if ($http_user_agent ~ Monitor) { set $realm off; } auth_basic $realm; auth_basic_user_file u; ${PASS} }`,
      inc('location /admin/ { include part.inc; }', `if ($http_user_agent !~* "staff") { return 403; }\n${PASS}`),
    ],
    sane: [
      'location /internal/ { valid_referers server_names; if ($invalid_referer) { return 403; } allow 10.0.0.0/8; deny all; proxy_pass http://127.0.0.1:8000; }',
      'location /internal/ { valid_referers server_names; if ($invalid_referer) { return 403; } auth_request /session; proxy_pass http://127.0.0.1:8000; } location = /session { internal; proxy_pass http://127.0.0.1:8002; }',
      'location /films/ { valid_referers none *.example.com; if ($invalid_referer) { return 403; } root /srv/site; }',
      `location /admin/ { if ($http_user_agent !~ "Staff") { return 403; } auth_basic x; auth_basic_user_file u; ${PASS} }`,
      `location /admin/ { if ($http_user_agent ~ "bot") { return 403; } ${PASS} }`,
      `location / { if ($http_user_agent ~ Monitor) { set $log 0; } auth_basic x; auth_basic_user_file u; ${PASS} }`,
      `location /health { if ($http_user_agent !~ "ELB-HealthChecker") { return 403; } ${PASS} }`,
      'location /images/ { if ($http_referer !~ "^https://example\\.org/") { return 403; } root /srv; }',
      `location /account/ { if ($cookie_session = "") { return 302 /login; } ${PASS} }`,
      `location /admin/ { if ($remote_addr !~ "^10\\.0\\.0\\.7$") { return 403; } ${PASS} }`,
      'location /reports/ { if ($cookie_key != "3f1c9a77b2d04e5588aa") { return 403; } root /srv; }',
      `location /admin/ { if ($http_user_agent !~ "Staff") { return 403; } allow 10.0.0.0/8; deny all; ${PASS} }`,
      http(`server { listen 127.0.0.1:80; location /admin/ { if ($http_user_agent !~ "Staff") { return 403; } ${PASS} } }`),
    ],
  },
  {
    rule: 'client-pattern-loose',
    bad: [
      `location /admin/ { if ($remote_addr !~ 10.0.0.1) { return 403; } ${PASS} }`,
      `location /admin/ { if ($remote_addr !~ "^(10\\.0\\.0\\.1|192\\.168\\.1\\.7)") { return 403; } ${PASS} }`,
      `if ($remote_addr ~ 203.0.113.5) { return 403; } location / { ${PASS} }`,
      `location / { if ($remote_addr !~ ^192.168.1.) { return 403; } ${PASS} }`,
      http(`map $remote_addr $in { default 0; ~10\\.1\\. 1; } server { listen 80; location / { if ($in = 0) { return 403; } ${PASS} } }`),
      http(
        `map $remote_addr $in { default 0; "~^172\\.16" 1; "~^192\\.168\\.1" 1; } server { listen 80; location / { if ($in = 0) { return 403; } ${PASS} } }`,
      ),
      `${TLS} ssl_verify_client on; location / { if ($ssl_client_s_dn !~ "CN=ops") { return 403; } ${PASS} }`,
      `${TLS} ssl_verify_client on; location / { if ($ssl_client_s_dn ~ "/CN=ops") { return 204; } ${PASS} }`,
      http(
        `map $ssl_client_s_dn $in { default 0; ~CN=office\\.example\\.org 1; } server { ${TLS} ssl_verify_client on; if ($in = 0) { return 403; } }`,
      ),
    ],
    sane: [
      `location /admin/ { if ($remote_addr !~ "^10\\.0\\.0\\.1$") { return 403; } ${PASS} }`,
      `location /admin/ { if ($remote_addr != 10.0.0.1) { return 403; } ${PASS} }`,
      `location /admin/ { if ($remote_addr !~ "^10\\.0\\.0\\.") { return 403; } ${PASS} }`,
      `location /admin/ { if ($remote_addr !~ "^10.") { return 403; } ${PASS} }`.replace('^10.', '^10\\.'),
      `location /admin/ { if ($remote_addr !~ "^(127\\.0\\.0\\.1|10\\.0\\.0\\.1)$") { return 403; } ${PASS} }`,
      http(
        `map $remote_addr $masked { ~(?<net>\\d+\\.\\d+\\.\\d+)\\. $net.0; default 0.0.0.0; } log_format m '$masked'; server { listen 80; }`,
      ),
      `${TLS} ssl_verify_client on; location / { if ($ssl_client_s_dn !~ "CN=ops(,|$)") { return 403; } ${PASS} }`,
      `${TLS} ssl_verify_client on; location / { if ($ssl_client_s_dn !~ "CN=ops,O=Example$") { return 403; } ${PASS} }`,
      `${TLS} ssl_verify_client on; location / { if ($ssl_client_s_dn != "CN=ops,O=Example") { return 403; } ${PASS} }`,
      http('map $remote_addr $in { default 0; 10.0.0.1 1; } server { listen 80; }'),
    ],
  },
  {
    rule: 'secure-link-forgeable',
    bad: [
      `location /f/ { ${LINK} secure_link_md5 "$secure_link_expires secret"; root /srv; }`,
      `location /f/ { ${LINK} secure_link_md5 "$secure_link_expires$remote_addr secret"; root /srv; }`,
      `location ~ \\.mp4$ { ${LINK} secure_link_md5 "secret$arg_expires"; root /srv; }`,
      `set $salt secret; location /f/ { ${LINK} secure_link_md5 "$salt$secure_link_expires"; ${PASS} }`,
      `location /f/ { ${LINK} secure_link_md5 "$uri secret"; root /srv; }`,
      `secure_link $cookie_hash,$cookie_until; secure_link_md5 "$uri$remote_addr secret"; location / { if ($secure_link != 1) { return 403; } root /srv; }`,
      inc(`location /f/ { ${LINK} include part.inc; root /srv; }`, 'secure_link_md5 "$secure_link_expires$host secret";'),
    ],
    sane: [
      `location /f/ { ${LINK} secure_link_md5 "$secure_link_expires$uri$remote_addr secret"; root /srv; }`,
      `location /f/ { ${LINK} secure_link_md5 "$arg_expires$uri secret"; root /srv; }`,
      'location /f/ { secure_link $arg_md5; secure_link_md5 "$uri secret"; if ($secure_link = "") { return 403; } root /srv; }',
      `location ~ ^/f/(.+)$ { ${LINK} secure_link_md5 "$secure_link_expires$1 secret"; root /srv; }`,
      `location ~ ^/f/(?<name>.+)$ { ${LINK} secure_link_md5 "$secure_link_expires$name secret"; root /srv; }`,
      `location = /report.pdf { ${LINK} secure_link_md5 "$secure_link_expires secret"; root /srv; }`,
      `location /f/ { ${LINK} secure_link_md5 "$request_uri secret"; root /srv; }`,
      `location /hls/ { ${LINK} secure_link_md5 "$secure_link_expires$arg_folder secret"; root /srv; }`,
      'location /f/ { secure_link_md5 "secret"; root /srv; }',
    ],
  },
  {
    rule: 'admin-tool-exposed',
    bad: [
      'location /prometheus/ { proxy_pass http://127.0.0.1:9090; }',
      'location /flower/ { proxy_pass http://127.0.0.1:5555; }',
      `location /debug/pprof/ { ${PASS} }`,
      `location /actuator { ${PASS} }`,
      'location /actuator/heapdump { proxy_pass http://127.0.0.1:8080; }',
      http(
        'upstream kafka-ui { server 10.0.0.1:8080; } server { listen 80; server_name kafka.shop.org; location / { proxy_pass http://kafka-ui; } }',
      ),
      http('server { listen 80; server_name mail.shop.org mailpit.shop.org; location / { proxy_pass http://10.0.0.3:8025; } }'),
      'location /es/ { proxy_pass http://127.0.0.1:9200/; }',
      http('server { listen 80; server_name pma.shop.org; location / { proxy_pass http://phpmyadmin:80; } }'),
      inc('location /redis/ { include part.inc; }', 'proxy_pass http://redis-commander:8081;'),
    ],
    sane: [
      'location /prometheus/ { auth_basic x; auth_basic_user_file u; proxy_pass http://127.0.0.1:9090; }',
      'location /flower/ { allow 10.0.0.0/8; deny all; proxy_pass http://127.0.0.1:5555; }',
      http(
        'server { listen 127.0.0.1:80; location / { proxy_pass http://127.0.0.1:9090; } location /prometheus/ { proxy_pass http://127.0.0.1:9090; } }',
      ),
      http('server { listen 80; server_name prometheus.lan; location / { proxy_pass http://prometheus:9090; } }'),
      `location /actuator/health { ${PASS} }`,
      'location / { proxy_pass http://127.0.0.1:9090; }',
      'location /grafana/ { proxy_pass http://grafana:3000; }',
      `location /flowers/ { ${PASS} }`,
      'location /prometheus/ { satisfy any; allow 10.0.0.0/8; deny all; auth_basic x; auth_basic_user_file u; proxy_pass http://prometheus:9090; }',
      `location /debug/ { ${PASS} }`,
      `${TLS} ssl_verify_client on; location /flower/ { proxy_pass http://flower:5555; }`,
    ],
  },
  {
    rule: 'cache-setting-unused',
    inside: 'http',
    bad: [
      `proxy_cache_path c keys_zone=z:1m; server { location / { proxy_cache_valid 200 1m; ${PASS} } }`,
      `proxy_cache_path c keys_zone=z:1m; server { proxy_cache_valid 200 1m; proxy_cache_use_stale error; location / { ${PASS} } }`,
      `proxy_cache_path c keys_zone=z:1m; server { location / { proxy_cache off; proxy_cache_lock on; ${PASS} } }`,
      'server { location / { fastcgi_cache_valid 200 1h; fastcgi_pass 127.0.0.1:9000; } }',
      `proxy_cache_path c keys_zone=z:1m; server { location /a/ { proxy_cache z; ${PASS} } location /b/ { proxy_cache_min_uses 2; ${PASS} } }`,
      'server { location / { uwsgi_cache_use_stale error; uwsgi_pass 127.0.0.1:3031; } }',
      tree(
        `#- nginx.conf\nevents {}\nhttp { proxy_cache_path c keys_zone=z:1m; server { location / { include part.inc; ${PASS} } } }\n#- part.inc\nproxy_cache_valid 200 1m;\n`,
      ),
    ],
    sane: [
      `proxy_cache_path c keys_zone=z:1m; server { location / { proxy_cache z; proxy_cache_valid 200 1m; ${PASS} } }`,
      `proxy_cache_path c keys_zone=z:1m; proxy_cache z; server { location / { proxy_cache_valid 200 1m; ${PASS} } }`,
      `proxy_cache_path c keys_zone=z:1m; server { proxy_cache_valid 200 1m; location /a/ { proxy_cache z; ${PASS} } location / { ${PASS} } }`,
      `proxy_cache_valid 200 1m; proxy_cache_use_stale error; server { location / { ${PASS} } }`,
      `proxy_cache_path c keys_zone=z:1m; server { proxy_cache z; location / { proxy_cache_valid 200 1m; ${PASS} } location /b/ { proxy_cache off; ${PASS} } }`,
      'server { proxy_cache_valid 200 1m; location / { root /srv; } }',
      `proxy_cache_path c keys_zone=z:1m; server { location / { proxy_cache $zone; proxy_cache_valid 200 1m; ${PASS} } set $zone z; }`,
    ],
  },
  {
    rule: 'limit-spares-strangers',
    inside: 'http',
    bad: [
      `geo $o { default 0; 10.0.0.0/8 1; } map $o $key { 0 ""; 1 $binary_remote_addr; } ${ZONE} ${LIMITED}`,
      `geo $o { default 0; 192.168.0.0/16 1; } map $o $key { default ""; 1 $binary_remote_addr; } ${ZONE} ${LIMITED}`,
      `geo $o { default open; 10.0.0.0/8 office; } map $o $key { office $binary_remote_addr; open ""; } ${ZONE} ${LIMITED}`,
      `geo $o { default 1; 127.0.0.1 0; 10.0.0.0/8 0; } map $o $key { 1 ""; 0 $binary_remote_addr; } ${ZONE} ${LIMITED}`,
      `geo $o { default 0; 10.0.0.0/8 1; } map $o $key { 0 ""; 1 $binary_remote_addr; } limit_conn_zone $key zone=a:10m; server { listen 80; limit_conn a 5; location / { ${PASS} } }`,
      `geo $o { default 0; 10.1.2.3 1; } map $o $key { 0 ""; 1 $remote_addr; } ${ZONE} server { listen 80; limit_req zone=a; location /a/ { ${PASS} } location /b/ { root /srv; } }`,
    ],
    sane: [
      `geo $o { default 1; 10.0.0.0/8 0; } map $o $key { 0 ""; 1 $binary_remote_addr; } ${ZONE} ${LIMITED}`,
      `geo $o { default 0; 203.0.113.0/24 1; } map $o $key { 0 ""; 1 $binary_remote_addr; } ${ZONE} ${LIMITED}`,
      `geo $o { default 0; 10.0.0.0/8 1; } map $o $key { 0 ""; 1 $binary_remote_addr; } map $o $all { 0 $binary_remote_addr; 1 ""; } ${ZONE} limit_req_zone $all zone=b:10m rate=1r/s; server { listen 80; limit_req zone=a; limit_req zone=b; location / { ${PASS} } }`,
      `map $http_user_agent $key { default ""; ~bot $binary_remote_addr; } geo $o { default 0; 10.0.0.0/8 1; } ${ZONE} ${LIMITED}`,
      `geo $o { default 0; 10.0.0.0/8 1; } map $o $key { 0 ""; 1 $binary_remote_addr; } ${ZONE} server { listen 80; if ($o = 0) { return 403; } limit_req zone=a; location / { ${PASS} } }`,
      `geo $o { default 1; 10.0.0.0/8 0; } map $o $key { default $binary_remote_addr; 0 ""; } ${ZONE} ${LIMITED}`,
    ],
  },
  {
    rule: 'health-check-unanswered',
    bad: [
      checked(UP, 'curl -f http://localhost:8080/up'),
      checked(UP, '["CMD", "curl", "-f", "http://localhost/health"]'),
      checked('server { listen 8080; location / { return 204; } }', 'wget -q --spider http://127.0.0.1/'),
      checked(
        'server { listen 80 default_server; return 444; } server { listen 80; server_name a.example.org; location / { return 204; } }',
        'curl -fsS http://localhost/',
      ),
      checked('server { listen 80; allow 10.0.0.0/8; deny all; location / { root /srv; } }', 'curl --fail http://127.0.0.1/'),
      checked(
        'server { listen 80; location = /status { stub_status; allow 10.0.0.0/8; deny all; } }',
        'curl -f http://localhost/status || exit 1',
      ),
      checked(UP, 'wget -qO- http://localhost/up', 'nginx:1.28-alpine'),
      checked('server { listen 80; location / { auth_basic x; auth_basic_user_file u; root /srv; } }', 'curl -f http://localhost/'),
      checked(SECURED, 'curl -fL http://localhost/'),
      checked('server { listen 80; return 301 https://localhost:8443$request_uri; }', 'wget -q -O /dev/null http://localhost/'),
      probed(UP, '{ path: /health, port: web }'),
      probed(UP, '{ path: /up, port: 8080 }'),
      probed(SECURED, '{ path: /, port: 80 }'),
      probed('server { listen 127.0.0.1:80; return 204; } server { listen 8080; return 204; }', '{ path: /, port: 8081 }'),
      probed('server { listen 80; location / { auth_basic x; auth_basic_user_file u; root /srv; } }', '{ path: /, port: 80 }'),
      probed('server { listen 80 default_server; return 444; } server { listen 80; server_name a.example.org; }', '{ path: /, port: 80 }'),
      probed(
        'server { listen 80; if ($http_x_forwarded_proto != https) { return 301 https://$host$request_uri; } location / { root /srv; } }',
        '{ path: /, port: 80 }',
      ),
    ],
    sane: [
      checked(UP, 'curl -f http://localhost/up'),
      checked(UP, 'wget -qO- http://127.0.0.1/up', 'nginx:1.28-alpine'),
      checked('server { listen 80; listen [::]:80; location = /up { return 204; } }', 'wget -qO- http://localhost/up', 'nginx:1.28-alpine'),
      checked('server { listen 80; location / { root /srv; } }', 'curl -f http://localhost/index.html'),
      checked('server { listen 80; location / { proxy_pass http://127.0.0.1:8000; } }', 'curl -f http://localhost/health'),
      checked(UP, 'curl http://localhost/health'),
      checked(UP, 'if [ "$PROBED" = yes ]; then curl -f http://localhost/health; else exit 0; fi'),
      checked(UP, 'curl -f http://localhost/health || true'),
      checked('include more.conf; server { listen 80; return 404; }', 'curl -f http://localhost:8080/'),
      checked('server { listen 80; return 301 https://$host$request_uri; }', 'curl -f http://localhost/'),
      checked(
        'server { listen 80 default_server; return 444; } server { listen 80; server_name localhost; location / { return 204; } }',
        'curl -f http://localhost/',
      ),
      checked(UP, 'curl -f http://web:8000/up'),
      checked(SECURED, 'curl -f http://localhost/'),
      checked('server { listen 80; return 301 https://shop.example.com$request_uri; }', 'curl -fL http://localhost/'),
      checked(
        'server { listen 80; if ($http_x_forwarded_proto != https) { return 301 https://$host$request_uri; } location / { root /srv; } }',
        "curl -fL -H 'X-Forwarded-Proto: https' http://localhost/",
      ),
      probed(UP, '{ path: /up, port: web }'),
      probed(SECURED, '{ path: /up, port: 80 }'),
      // another host is good news to the kubelet
      probed('server { listen 80; return 301 https://shop.example.com$request_uri; }', '{ path: /, port: 80 }'),
      probed(`${SECURED} server { listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; }`, '{ path: /, port: 80 }'),
      probed(
        'server { listen 80; if ($http_x_forwarded_proto != https) { return 301 https://$host$request_uri; } location / { root /srv; } }',
        '{ path: /, port: 80, httpHeaders: [{ name: X-Forwarded-Proto, value: https }] }',
      ),
      probed(UP, '{ path: /up, port: 9113 }', '', '        - { name: exporter, image: nginx/nginx-prometheus-exporter }\n'),
      probed('server { listen 80; location / { proxy_pass http://127.0.0.1:8000; } }', '{ path: /health, port: 80 }'),
      probed(UP, '{ path: /, port: 80, host: shop.example.com }'),
      checked('server { listen 80; location = /status { stub_status; allow 127.0.0.1; deny all; } }', 'curl -f http://localhost/status'),
    ],
  },
  {
    rule: 'project-folder-served',
    bad: [
      mounted('/app', './app:/app'),
      mounted('/srv/code/', './app:/srv/code:ro'),
      mounted('/var/www', './app:/app', 'location / { root /app; try_files $uri $uri/ @app; }'),
      mounted('/code/app', '.:/code'),
      mounted(
        '/app',
        './app:/app',
        'location / { try_files $uri @app; }',
        '#- app/settings.py\nDEBUG = False\n#- app/requirements.txt\nflask\n',
      ),
      mounted('/usr/share/nginx/html', './app:/usr/share/nginx/html'),
    ],
    sane: [
      mounted('/app/static', './app:/app'),
      mounted('/srv/static', 'static:/srv/static'),
      mounted('/app', './app:/app', 'location /static/ { try_files $uri =404; } location / { proxy_pass http://web:8000; }'),
      mounted('/app', './app:/app', 'location / { try_files $uri @app; } location ~ \\.(py|txt|toml)$ { deny all; }'),
      mounted('/app', './app/public:/app'),
      mounted('/app', './dist:/app', 'location / { try_files $uri @app; }', '#- app/manage.py\nimport os\n#- dist/index.html\nhi\n'),
      mounted('/app', './app:/app', 'location / { return 404; }'),
    ],
  },
  {
    rule: 'security-header-without-effect',
    bad: [
      'add_header Content-Security-Policy "default-src: \'self\'"; root /srv;',
      'add_header Content-Security-Policy "default-src \'self\'; script-src: https://cdn.example.org" always; root /srv;',
      'add_header Content-Security-Policy "default-src \'self\' script-src https://cdn.example.org"; root /srv;',
      'location / { add_header Content-Security-Policy "img-src * style-src \'self\'"; root /srv; }',
      "add_header Content-Security-Policy \"default-src 'self'; scripts-src 'self'\"; root /srv;",
      'add_header Content-Security-Policy "default-src \'self\'; image-src data:"; root /srv;',
      'add_header content-security-policy "frame-ancestor \'none\'"; root /srv;',
    ],
    sane: [
      'add_header Content-Security-Policy "default-src \'self\'; script-src https://cdn.example.org"; root /srv;',
      'add_header Content-Security-Policy "default-src \'self\'; upgrade-insecure-requests"; root /srv;',
      'add_header Content-Security-Policy "default-src \'self\'; report-uri /csp; report-to csp"; root /srv;',
      'add_header Content-Security-Policy "sandbox allow-scripts; default-src \'none\'"; root /srv;',
      'add_header Content-Security-Policy "default-src \'self\' https: data: blob: wss:"; root /srv;',
      'add_header Content-Security-Policy "require-trusted-types-for \'script\'; trusted-types default"; root /srv;',
      "add_header Content-Security-Policy \"default-src 'self', script-src 'self'\"; root /srv;",
      'add_header Content-Security-Policy $policy; set $policy x; root /srv;',
    ],
  },
  {
    rule: 'verdict-unread',
    bad: [
      `location /f/ { secure_link $arg_a,$arg_b; secure_link_md5 "$secure_link_expires$uri x"; if ($secure_link = "0") { return 410; } root /srv; }`,
      `${TLS} ssl_verify_client optional; location / { if ($ssl_client_verify = FAILED) { return 403; } ${PASS} }`,
      `${TLS} ssl_verify_client optional; if ($ssl_client_verify != OK) { return 403; } location / { ${PASS} }`,
      `${TLS} ssl_verify_client optional; if ($ssl_client_verify != success) { return 403; } location / { ${PASS} }`,
      `${TLS} ssl_verify_client optional; if ($ssl_client_verify = "") { return 403; } location / { ${PASS} }`,
      `${TLS} ssl_verify_client optional; location / { ${PASS} }`,
    ],
    sane: [
      `location /f/ { secure_link $arg_a,$arg_b; secure_link_md5 "$secure_link_expires$uri x"; if ($secure_link != "1") { return 403; } root /srv; }`,
      `${TLS} ssl_verify_client optional; if ($ssl_client_verify != SUCCESS) { return 403; } location / { ${PASS} }`,
      `${TLS} ssl_verify_client optional; if ($ssl_client_verify = NONE) { return 403; } location / { ${PASS} }`,
      `${TLS} ssl_verify_client optional; location / { if ($ssl_client_verify = SUCCESS) { set $in 1; } proxy_set_header X-In $in; ${PASS} }`,
      `${TLS} ssl_verify_client optional; proxy_set_header X-Verify $ssl_client_verify; location / { if ($ssl_client_verify = FAILED) { return 403; } ${PASS} }`,
      `${TLS} ssl_verify_client optional; if ($ssl_client_verify !~ "^SUCCESS$") { return 403; } location / { ${PASS} }`,
    ],
  },
  {
    rule: 'mail-login-unencrypted',
    bad: [
      main(
        'events {} mail { auth_http mail-auth.example.org/check; ssl_certificate a.pem; ssl_certificate_key a.key; server { listen 993 ssl; protocol imap; } }',
      ),
      main(
        'events {} mail { ssl_certificate a.pem; ssl_certificate_key a.key; server { listen 993 ssl; protocol imap; auth_http http://203.0.113.7:8000/a; } }',
      ),
    ],
    sane: [
      main(
        'events {} mail { auth_http 127.0.0.1:9000/check; ssl_certificate a.pem; ssl_certificate_key a.key; server { listen 993 ssl; protocol imap; } }',
      ),
      main(
        'events {} mail { auth_http auth:9000/check; ssl_certificate a.pem; ssl_certificate_key a.key; server { listen 993 ssl; protocol imap; } }',
      ),
      main(
        'events {} mail { auth_http 10.0.0.7:9000/check; ssl_certificate a.pem; ssl_certificate_key a.key; server { listen 993 ssl; protocol imap; } }',
      ),
      main(
        'events {} mail { auth_http unix:/run/auth.sock:/check; ssl_certificate a.pem; ssl_certificate_key a.key; server { listen 993 ssl; protocol imap; } }',
      ),
      main(
        'events {} mail { auth_http auth.svc.cluster.local:80/check; ssl_certificate a.pem; ssl_certificate_key a.key; server { listen 993 ssl; protocol imap; } }',
      ),
    ],
  },
  {
    rule: 'published-port-unheard',
    settings: { nginx: '1.28.0' },
    bad: [published('"53:53"', DNS), published('"443:443"', QUIC), published('"5353:53", "80:80/udp"', DNS)],
    sane: [
      published('"53:53/udp"', DNS),
      published('"443:443", "443:443/udp"', QUIC),
      published('"53:53/tcp", "53:53/udp"', DNS),
      published('"443:443/udp"', DNS),
    ],
  },
  {
    rule: 'access-list-ineffective',
    bad: [
      `listen [::]:80; location / { allow 10.0.0.0/8; allow ::/0; deny all; ${PASS} }`,
      `listen 80; listen [::]:80; allow 192.168.0.0/16; allow ::/0; deny all; location / { ${PASS} }`,
    ],
    sane: [
      `listen 80; location / { allow 10.0.0.0/8; allow ::1; deny all; ${PASS} }`,
      `listen [::]:80; location / { allow 10.0.0.0/8; allow fd00::/8; deny all; ${PASS} }`,
      `listen [::]:80; location / { deny 10.0.0.0/8; allow 0.0.0.0/0; allow ::/0; ${PASS} }`,
    ],
  },
];
