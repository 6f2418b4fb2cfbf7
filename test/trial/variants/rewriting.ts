/** Rules about redirects, rewrites, paths that are passed on and files that are looked for, on trial. */
import { http, main, type Trial, tree } from '../trial.ts';

const APP = 'proxy_pass http://127.0.0.1:8000;';
const BOTS = 'if ($http_user_agent ~* (bot|crawl)) { return 403; }';
const GROUP = 'upstream backend { server 127.0.0.1:8000; }\n';
const LANGUAGE = 'map $http_accept_language $language { default en; "~^(de|fr)" $1; }\n';
const TLS = 'listen 443 ssl; ssl_certificate /etc/ssl/a.pem; ssl_certificate_key /etc/ssl/a.key;';
const REAL = 'set_real_ip_from 10.0.0.0/8;\nreal_ip_header X-Forwarded-For;\n';
const COMPOSE = (environment: string): string =>
  `#- compose.yaml\nservices:\n  web:\n    image: nginx:1.27\n${environment}    volumes:\n      - ./templates:/etc/nginx/templates:ro\n`;
const TEMPLATE = (text: string): string =>
  `#- nginx.conf\nevents {}\nhttp { include templates/*.template; }\n#- templates/default.conf.template\n${text}\n`;

const AS_SITE = (more: string): string =>
  `#- site.conf\nserver { listen 80; location / { proxy_pass http://web:\${PORT}; } }\n#- compose.yaml\nservices:\n  nginx:\n    image: nginx:1.27\n${more}    volumes: ["./site.conf:/etc/nginx/conf.d/site.conf:ro"]\n`;

const AS_MAIN = (more: string): string =>
  `#- nginx.conf\nevents {}\nhttp { server { listen \${PORT}; root /srv; } }\n#- compose.yaml\nservices:\n  nginx:\n    image: nginx:1.27\n${more}    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n`;

export const TRIALS: readonly Trial[] = [
  {
    rule: 'capture-overwritten',
    bad: [
      `location ~ ^/u/(\\w+)$ { if ($request_method !~ ^(GET|HEAD)$) { return 405; } ${APP.replace(';', '/u?id=$1;')} }`,
      `location ~ ^/u/(\\w+)$ { if ($http_cookie ~ seen) { set $s 1; } return 302 /user/$1; }`,
      `location ~ ^/u/(\\w+)$ { ${BOTS} uwsgi_param USER_ID $1; uwsgi_pass 127.0.0.1:3031; }`,
      `location ~ ^/u/(\\w+)$ { ${BOTS} proxy_set_header X-User $1; ${APP} }`,
      http(`${LANGUAGE}server { location ~ ^/docs/(.*)$ { return 302 /$language/$1; } }`),
      tree(
        `#- nginx.conf\nevents {}\nhttp { server { location ~ ^/u/(\\d+)$ { include bots.inc; return 200 $1; } } }\n#- bots.inc\n${BOTS}\n`,
      ),
    ],
    sane: [
      `${BOTS}\nlocation ~ ^/u/(\\w+)$ { return 302 /user/$1; }`,
      `location ~ ^/u/(?<name>\\w+)$ { ${BOTS} return 302 /user/$name; }`,
      `location ~ ^/u/(\\w+)$ { set $name $1; ${BOTS} return 302 /user/$name; }`,
      `location ~ ^/u/(\\w+)$ { if ($arg_old = 1) { return 410; } return 302 /user/$1; }`,
      http(
        'map $http_accept_language $language { default en; ~^de de; }\nserver { rewrite ^/docs/(?<rest>.*)$ /$language/$rest redirect; }',
      ),
      `location ~ ^/u/(\\w+)$ { if ($uri ~ ^/u/(\\w+)$) { return 302 /user/$1; } }`,
      `location ~ ^/u/(\\w+)$ { if (-f $request_filename) { return 403; } return 302 /user/$1; }`,
    ],
  },
  {
    rule: 'comparison-constant',
    bad: [
      'if ($remote_addr = 192.168.0.0/16) { return 403; }',
      'location / { if ($request_method = "Delete") { return 405; } root /srv; }',
      'if ($host = example.org:443) { return 301 https://www.example.org$request_uri; }',
      'if ($host != "WWW.example.org") { return 301 https://www.example.org$request_uri; }',
      'if ($uri = "/index.php?page=1") { return 301 /one; }',
      http('map $host $site { default a; Shop.Example.org:8080 b; }\nserver { root /srv/$site; }'),
      'if ($scheme = HTTPS) { return 403; }',
      tree(
        '#- nginx.conf\nevents {}\nhttp { server { location /admin { include guard.inc; } } }\n#- guard.inc\nif ($remote_addr != 10.0.0.0/24) { return 403; }\n',
      ),
    ],
    sane: [
      'if ($remote_addr = 192.168.0.1) { return 403; }',
      'if ($remote_addr ~ "^10\\.") { set $inside 1; }',
      'if ($host = www.example.org) { return 301 https://example.org$request_uri; }',
      'if ($http_host = "example.org:8080") { return 301 http://example.org$request_uri; }',
      'if ($request_uri = "/index.php?page=1") { return 301 /one; }',
      http('geo $inside { default 0; 10.0.0.0/8 1; }\nserver { if ($inside = 0) { return 403; } }'),
      'if ($http_x_method = post) { return 405; }',
      http('map $host $site { default a; shop.example.org b; ~^www\\. c; }\nserver { root /srv/$site; }'),
    ],
  },
  {
    rule: 'envsubst-leaves-placeholder',
    bad: [
      tree(
        TEMPLATE('server { listen 80; server_name ${SITE_NAME}; keepalive_timeout ${IDLE}; }') +
          COMPOSE('    environment:\n      - SITE_NAME=a.example\n'),
      ),
      tree(TEMPLATE('server { listen ${LISTEN_PORT}; server_name a.example; }') + COMPOSE('')),
      tree(
        TEMPLATE('server { listen 80; location / { proxy_pass http://${APP_HOST}:8000; } }') +
          COMPOSE('    environment:\n      APP: web\n'),
      ),
      tree(TEMPLATE('server { listen 80; server_name ${SITE}; }') + COMPOSE('    environment:\n      SITE_NAME: a.example\n')),
      tree(
        `${TEMPLATE('server { listen 80; root ${DOCROOT}; }')}#- compose.yaml\nservices:\n  web:\n    image: nginx:1.27\n    env_file: web.env\n    volumes:\n      - ./templates:/etc/nginx/templates:ro\n#- web.env\nROOT=/srv\n`,
      ),
      tree(
        TEMPLATE('upstream app { server ${APP_ADDRESS}; }\nserver { listen 80; location / { proxy_pass http://app; } }') +
          COMPOSE('    environment: {}\n'),
      ),
      tree(AS_SITE('')),
      tree(AS_MAIN('')),
      tree(
        `#- site.conf\nserver { listen 80; location / { proxy_pass http://\${APP_HOST}:8000; } }\n#- Dockerfile\nFROM nginx:1.27-alpine\nCOPY site.conf /etc/nginx/conf.d/default.conf\n`,
      ),
    ],
    sane: [
      tree(AS_MAIN('    environment:\n      NGINX_ENVSUBST_OUTPUT_DIR: /etc/nginx\n')),
      tree(AS_SITE('    environment:\n      NGINX_ENVSUBST_TEMPLATE_DIR: /etc/nginx/conf.d\n')),
      tree(
        AS_SITE(`    command: sh -c "envsubst < /etc/nginx/conf.d/site.conf > /etc/nginx/conf.d/default.conf && nginx -g 'daemon off;'"\n`),
      ),
      tree(
        `#- site.conf\nserver { listen 80; location / { proxy_pass http://\${APP_HOST}:8000; } }\n#- Dockerfile\nFROM nginx:1.27-alpine\nARG APP_HOST\nCOPY site.conf /etc/nginx/conf.d/default.conf\nRUN sed -i "s/\\\${APP_HOST}/$APP_HOST/" /etc/nginx/conf.d/default.conf\n`,
      ),
      tree(AS_SITE('').replace('${PORT}', '8000').replace('80;', '80; proxy_set_header Host ${http_host};')),
      tree(TEMPLATE('server { listen 80; server_name ${SITE}; }') + COMPOSE('    environment:\n      SITE: a.example\n')),
      tree(TEMPLATE('server { listen 80; server_name ${SITE}; }') + COMPOSE('    environment:\n      - SITE=a.example\n')),
      tree(TEMPLATE('server { listen 80; location / { proxy_set_header Host ${host}; proxy_pass http://127.0.0.1:1; } }') + COMPOSE('')),
      tree(
        `${TEMPLATE('server { listen 80; root ${DOCROOT}; }')}#- compose.yaml\nservices:\n  web:\n    image: nginx:1.27\n    env_file: web.env\n    volumes:\n      - ./templates:/etc/nginx/templates:ro\n#- web.env\nDOCROOT=/srv\n`,
      ),
      tree(TEMPLATE('server { listen 80; server_name ${SITE}; }')),
      tree(TEMPLATE('server { listen 80; root /srv; }') + COMPOSE('')),
    ],
  },
  {
    rule: 'home-page-forbidden',
    bad: [
      `location / { root /srv/www; try_files $uri $uri/ @app; }\nlocation @app { ${APP} }`,
      `root /srv/www;\ntry_files $uri $uri/ /app;\nlocation /app { ${APP} }`,
      'root /srv/www;\nlocation / { try_files $uri $uri/ @app; }\nlocation @app { include uwsgi_params; uwsgi_pass unix:/run/u.sock; }',
      http(`root /srv/www;\nserver { location / { try_files $uri $uri/ @app; } location @app { ${APP} } }`),
      `root /srv/www;\nlocation / { try_files $uri/ $uri @app; }\nlocation @app { ${APP} }`,
      tree(
        `#- nginx.conf\nevents {}\nhttp { server { root /srv/www; location / { include try.inc; } location @app { ${APP} } } }\n#- try.inc\ntry_files $uri $uri/ @app;\n`,
      ),
    ],
    sane: [
      `root /srv/www;\nlocation / { try_files $uri @app; }\nlocation @app { ${APP} }`,
      `root /srv/www;\nlocation / { try_files $uri $uri/index.html @app; }\nlocation @app { ${APP} }`,
      `root /srv/www;\nindex home.html;\nlocation / { try_files $uri $uri/ @app; }\nlocation @app { ${APP} }`,
      `root /srv/www;\nautoindex on;\nlocation / { try_files $uri $uri/ @app; }\nlocation @app { ${APP} }`,
      `root /srv/www;\nlocation / { try_files $uri $uri/ =404; }`,
      `root /srv/www;\nlocation = / { ${APP} }\nlocation / { try_files $uri $uri/ @app; }\nlocation @app { ${APP} }`,
      `root /srv/www;\nlocation / { try_files $uri $uri/ /index.html; }`,
    ],
  },
  {
    rule: 'include-cycle',
    bad: [
      tree('#- nginx.conf\nevents {}\nhttp { include a.conf; }\n#- a.conf\ninclude b.conf;\n#- b.conf\ninclude a.conf;\n'),
      tree('#- nginx.conf\nevents {}\nhttp { include sites/*; }\n#- sites/a\nserver { include sites/a; }\n'),
      tree('#- nginx.conf\nevents {}\nhttp { include x/one.conf; }\n#- x/one.conf\ninclude "x/one.conf";\n'),
      tree('#- nginx.conf\nevents {}\ninclude nginx.conf;\nhttp { }\n'),
      tree(
        '#- nginx.conf\nevents {}\nhttp { include a.conf; }\n#- a.conf\ninclude b.conf;\n#- b.conf\ninclude c.conf;\n#- c.conf\ninclude [ab].conf;\n',
      ),
      tree('#- nginx.conf\nevents {}\nhttp { server { location / { include l.inc; } } }\n#- l.inc\nexpires 1d;\ninclude ./l.inc;\n'),
    ],
    sane: [
      tree('#- nginx.conf\nevents {}\nhttp { include a.conf; include b.conf; }\n#- a.conf\ngzip on;\n#- b.conf\nsendfile on;\n'),
      tree('#- nginx.conf\nevents {}\nhttp { server { include s.inc; } server { include s.inc; } }\n#- s.inc\nexpires 1d;\n'),
      tree('#- nginx.conf\nevents {}\nhttp { include sites/*; }\n#- sites/a\nserver { include snippets/x; }\n#- snippets/x\nexpires 1d;\n'),
      tree('#- nginx.conf\nevents {}\nhttp { include a.conf; }\n#- a.conf\n# include a.conf;\ngzip on;\n'),
      tree('#- nginx.conf\nevents {}\nhttp { include a.conf; }\n#- a.conf\ninclude b/a.conf;\n#- b/a.conf\ngzip on;\n'),
      tree(
        '#- nginx.conf\nevents {}\nhttp { include conf.d/*.conf; }\n#- conf.d/a.conf\ninclude conf.d/*.inc;\n#- conf.d/a.inc\ngzip on;\n',
      ),
    ],
  },
  {
    rule: 'index-goes-elsewhere',
    bad: [
      `location = / { root /srv/home; }\nlocation / { ${APP} }`,
      `location = / { root /srv/home; index start.html; }\nlocation / { uwsgi_pass 127.0.0.1:3031; }`,
      `root /srv/home;\nlocation = /docs/ { index index.html; }\nlocation /docs/ { ${APP} }`,
      `root /srv;\nlocation = / { index index.html; }\nlocation / { set $app 127.0.0.1:8000; proxy_pass http://$app; }`,
      `location = / { alias /srv/home/; }\nlocation / { root /srv/other; }`,
      tree(
        `#- nginx.conf\nevents {}\nhttp { server { location = / { include home.inc; } location / { ${APP} } } }\n#- home.inc\nroot /srv/home;\nindex index.html;\n`,
      ),
    ],
    sane: [
      `location = / { root /srv/home; try_files /index.html =404; }\nlocation / { ${APP} }`,
      `location = / { return 302 /home; }\nlocation / { ${APP} }`,
      `location = / { root /srv/home; index index.html; }\nlocation = /index.html { root /srv/home; }\nlocation / { ${APP} }`,
      'root /srv/home;\nlocation = / { index index.html; }\nlocation / { expires 1d; }',
      `location = / { ${APP} }\nlocation / { root /srv; }`,
      `location = / { rewrite ^ /home.html last; root /srv; }\nlocation / { ${APP} }`,
      `location = /robots.txt { root /srv; }\nlocation / { ${APP} }`,
    ],
  },
  {
    rule: 'location-variable-literal',
    settings: { nginx: '1.28.0' },
    bad: [
      'location $arg_beta { return 204; }',
      'location $beta { root /srv; }',
      'location / { location $cookie_x { return 204; } }',
      http('map $http_x $beta { default 0; on 1; }\nserver { location $beta { return 204; } }'),
      tree('#- nginx.conf\nevents {}\nhttp { server { include l.inc; } }\n#- l.inc\nlocation $arg_x { return 204; }\n'),
      'location "$http_x_beta" { return 204; }',
    ],
    sane: [
      'location /price$ { return 204; }',
      'location ~ ^/x$ { return 204; }',
      'location = /a$b { return 204; }',
      'location @app$ { return 204; }',
      { inside: 'server', text: 'location $arg_beta { return 204; }', settings: { nginx: '1.31.5' } },
      'location /$metadata { return 204; }',
      'if ($arg_beta) { return 204; }',
    ],
  },
  {
    rule: 'map-row-unreachable',
    inside: 'http',
    bad: [
      'map $uri $s { default 0; ~. 1; ~^/admin 2; }',
      'map $http_user_agent $k { default p; ~*bot b; "~*googlebot" g; }',
      'map $host $s { default a; ~^.*$ x; ~^www\\. y; }',
      'map $request_uri $c { ~^/a a; ~^/b b; ~^/ab ab; }',
      'map $http_x $y { ~^[a-z]+$ 1; ~^abc$ 2; default 0; }',
      tree('#- nginx.conf\nevents {}\nhttp { map $uri $s { include rows.map; } }\n#- rows.map\n~^/ all;\n~^/x/ x;\n'),
    ],
    sane: [
      'map $uri $s { default 0; ~^/admin 2; ~. 1; }',
      'map $uri $s { ~^/ all; /admin admin; }',
      'map $http_user_agent $k { ~*googlebot g; ~*bot b; default p; }',
      'map $host $s { hostnames; default a; *.example.org b; ~^www\\. c; }',
      'map $http_x $y { ~^[a-z]+$ 1; ~^[0-9]+$ 2; }',
      'map $http_x $y { ~^abc$ 1; ~*^abc$ 2; }',
      'map $http_x $y { default 1; a 2; b 3; }',
    ],
  },
  {
    rule: 'not-checked',
    inside: 'http',
    bad: [
      { inside: 'http', text: 'include sites/;', files: { 'sites/a.conf': 'gzip on;\n' } },
      { inside: 'server', text: 'include snippets/;', files: { 'snippets/a.conf': 'gzip on;\n' } },
      { inside: 'main', text: 'events {}\ninclude modules/;\n', files: { 'modules/a.conf': '' } },
      `server { location / { ${'location / {'.repeat(310)} ${'}'.repeat(310)} } }`,
      { inside: 'location', text: 'include parts/;', files: { 'parts/x': 'expires 1d;\n' } },
      main(`events {}\nhttp { server { ${'if ($uri) {'.repeat(320)} ${'}'.repeat(320)} } }`),
    ],
    sane: [
      { inside: 'http', text: 'include sites/*.conf;', files: { 'sites/a.conf': 'gzip on;\n' } },
      { inside: 'http', text: 'include sites/*;', files: { 'sites/a': 'gzip on;\n' } },
      'include empty/*.conf;',
      { inside: 'server', text: 'include snippets/a.conf;', files: { 'snippets/a.conf': 'gzip on;\n' } },
      `server { ${'location / {'.repeat(40)} ${'}'.repeat(40)} }`,
      'server { listen 80; root /srv; }',
    ],
  },
  {
    rule: 'proxy-pass-drops-path',
    bad: [
      'location /api/ { set $up 127.0.0.1:8000; proxy_pass http://$up/v1/; }',
      http('map $cookie_c $app { default http://127.0.0.1:8000; }\nserver { location /api/ { proxy_pass $app/; } }'),
      http(`${GROUP}server { set $up backend; location /api { proxy_pass http://$up/api; } }`),
      'location ~ ^/api/(.+)$ { set $up 127.0.0.1:8000; proxy_pass http://$up/$1; }',
      'location /api/ { set $up 127.0.0.1:8000; rewrite ^/api/(.*) /$1 break; proxy_pass http://$up/; }',
      tree(
        '#- nginx.conf\nevents {}\nhttp { server { set $up 127.0.0.1:8000; location /shop/ { include pass.inc; } } }\n#- pass.inc\nproxy_pass http://$up/;\n',
      ),
      'resolver 127.0.0.1;\nlocation / { set $up app.internal; proxy_pass http://$up:8000/; }',
    ],
    sane: [
      'location /api/ { set $up 127.0.0.1:8000; proxy_pass http://$up; }',
      'location /api/ { set $up 127.0.0.1:8000; proxy_pass http://$up$request_uri; }',
      'location /api/ { proxy_pass http://127.0.0.1:8000/; }',
      'location ~ ^/api/(.+)$ { set $up 127.0.0.1:8000; proxy_pass http://$up/$1$is_args$args; }',
      'location = /ping { set $up 127.0.0.1:8000; proxy_pass http://$up/health; }',
      'location = /auth { internal; set $up 127.0.0.1:8000; proxy_pass http://$up/verify; }',
      'location /api/ { set $up 127.0.0.1:8000; rewrite ^/api/(.*) /$1 break; proxy_pass http://$up; }',
    ],
  },
  {
    rule: 'proxy-pass-slash-mismatch',
    bad: [
      http(`${GROUP}server { location /api { proxy_pass http://backend/; } }`),
      'location /api/ { proxy_pass http://127.0.0.1:8000/v1; }',
      'location ^~ /files { proxy_pass http://127.0.0.1:8000/public/; }',
      'location /api { proxy_pass http://unix:/run/app.sock:/; }',
      'location /a/ { location /a/b { proxy_pass http://127.0.0.1:8000/; } }',
      tree(
        '#- nginx.conf\nevents {}\nhttp { server { location /api { include pass.inc; } } }\n#- pass.inc\nproxy_pass http://127.0.0.1:8000/;\n',
      ),
      'location /api { proxy_pass https://127.0.0.1:8443/; }',
    ],
    sane: [
      'location /api/ { proxy_pass http://127.0.0.1:8000/; }',
      'location /api { proxy_pass http://127.0.0.1:8000; }',
      'location /api { proxy_pass http://127.0.0.1:8000/v1; }',
      'location = /ping { proxy_pass http://127.0.0.1:8000/; }',
      'location /api/ { proxy_pass http://127.0.0.1:8000/v1/; }',
      'location ~ ^/api { proxy_pass http://127.0.0.1:8000; }',
      'location / { proxy_pass http://127.0.0.1:8000/; }',
    ],
  },
  {
    rule: 'proxy-redirect-lost',
    bad: [
      'location / { set $up 127.0.0.1:8000; proxy_pass http://$up; }',
      http(`${GROUP}server { location / { proxy_redirect off; proxy_pass http://backend; } }`),
      'proxy_redirect off;\nlocation / { proxy_pass http://127.0.0.1:8000; }',
      'location / { proxy_pass http://127.0.0.1:8000; proxy_redirect off; proxy_set_header Host $proxy_host; }',
      http(`${GROUP}map $cookie_c $up { default backend; }\nserver { location / { proxy_pass http://$up; } }`),
      tree(
        '#- nginx.conf\nevents {}\nhttp { server { location / { include pass.inc; } } }\n#- pass.inc\nproxy_redirect off;\nproxy_pass http://127.0.0.1:8000;\n',
      ),
    ],
    sane: [
      'location / { set $up 127.0.0.1:8000; proxy_pass http://$up; proxy_set_header Host $host; }',
      'location / { proxy_pass http://127.0.0.1:8000; }',
      'proxy_set_header Host $http_host;\nlocation / { proxy_redirect off; proxy_pass http://127.0.0.1:8000; }',
      'location / { set $up 127.0.0.1:8000; proxy_pass http://$up; proxy_redirect http://127.0.0.1:8000/ /; }',
      'location / { set $up 127.0.0.1:8000; proxy_pass http://$up; proxy_redirect ~^http://[^/]+(/.*)$ $1; }',
      'location / { proxy_redirect off; uwsgi_pass 127.0.0.1:3031; }',
      'location / { proxy_redirect default; proxy_pass http://127.0.0.1:8000; }',
    ],
  },
  {
    rule: 'query-in-path',
    bad: [
      `rewrite ^/find$ /search$is_args$query_string last;\nlocation /search { ${APP} }`,
      `location /old/ { rewrite ^ $request_uri break; ${APP} }`,
      `set $q "?a=1";\nrewrite ^/find$ /search$q last;\nlocation /search { ${APP} }`,
      'location / { rewrite ^/(.*)$ /x/$1$is_args$args break; root /srv; }',
      `location / { if ($arg_v) { rewrite ^ /v$request_uri last; } ${APP} }\nlocation /v { ${APP} }`,
      tree(
        `#- nginx.conf\nevents {}\nhttp { server { include r.inc; location /search { ${APP} } } }\n#- r.inc\nrewrite ^/find$ /search$is_args$args last;\n`,
      ),
    ],
    sane: [
      `rewrite ^/find$ /search last;\nlocation /search { ${APP} }`,
      `rewrite ^/find/(\\w+)$ /search?q=$1 last;\nlocation /search { ${APP} }`,
      `rewrite ^/find$ /search?$args? last;\nlocation /search { ${APP} }`,
      'location /find { return 302 /search$is_args$args; }',
      'location / { try_files $uri /index.php$is_args$args; }',
      `location /find { proxy_pass http://127.0.0.1:8000$request_uri; }`,
    ],
  },
  {
    rule: 'redirect-loop',
    inside: 'http',
    bad: [
      'server { listen 80; server_name a.example; rewrite ^ http://a.example$request_uri? permanent; }',
      `server { ${TLS} server_name a.example; return 301 https://$host$request_uri; }`,
      'server { listen 80; server_name a.example www.a.example; return 301 http://www.a.example$request_uri; }',
      'server { listen 80; server_name a.example; location = /a { return 302 /b; } location = /b { return 302 /a; } }',
      'server { listen 80; server_name a.example; location /app { return 301 $scheme://$host/app/; } }',
      'server { listen 80; server_name a.example; return 301 http://b.example$request_uri; }\nserver { listen 80; server_name b.example; return 301 http://a.example$request_uri; }',
      tree(
        '#- nginx.conf\nevents {}\nhttp { server { listen 80; server_name a.example; include force.inc; } }\n#- force.inc\nreturn 301 http://$host$request_uri;\n',
      ),
      'server { listen 80; server_name a.example; location / { error_page 404 /missing; return 404; } location /missing { return 302 /missing; } }',
    ],
    sane: [
      `server { listen 80; server_name a.example; return 301 https://$host$request_uri; }\nserver { ${TLS} server_name a.example; root /srv; }`,
      'server { listen 80; server_name a.example; return 301 http://www.a.example$request_uri; }\nserver { listen 80; server_name www.a.example; root /srv; }',
      'server { listen 80; server_name a.example; location = /app { return 301 /app/; } location /app/ { root /srv; } }',
      'server { listen 80; server_name a.example www.a.example; if ($host = www.a.example) { return 301 http://a.example$request_uri; } root /srv; }',
      `server { listen 80; ${TLS} server_name a.example; if ($scheme = http) { return 301 https://$host$request_uri; } root /srv; }`,
      'server { listen 80; server_name a.example; location = /a { return 302 /b; } location = /b { root /srv; } }',
      'server { listen 80; server_name a.example; location = / { if ($cookie_lang = "") { return 302 /en/; } root /srv; } }',
    ],
  },
  {
    rule: 'redirect-query-twice',
    bad: [
      'rewrite ^/old/(.*)$ https://new.example/$1?$args permanent;',
      'location /a { rewrite ^ /b$request_uri redirect; }',
      'return 301 https://new.example$request_uri$is_args$args;',
      'if ($host = old.example) { rewrite ^ https://new.example$request_uri permanent; }',
      'location /api/ { set $up 127.0.0.1:8000; proxy_pass http://$up$request_uri?$query_string; }',
      tree(
        '#- nginx.conf\nevents {}\nhttp { server { include r.inc; } }\n#- r.inc\nrewrite ^ https://new.example$request_uri permanent;\n',
      ),
      'set $target https://new.example$request_uri;\nreturn 301 $target?$args;',
    ],
    sane: [
      'rewrite ^/old/(.*)$ https://new.example/$1 permanent;',
      'rewrite ^ https://new.example$request_uri? permanent;',
      'return 301 https://new.example$request_uri;',
      'return 301 https://new.example$uri$is_args$args;',
      'location /login { return 302 /sso?next=$scheme://$host$request_uri; }',
      'rewrite ^/old/(.*)$ /new/$1?$args? last;\nlocation /new/ { root /srv; }',
      'location /api/ { set $up 127.0.0.1:8000; proxy_pass http://$up$uri$is_args$args; }',
    ],
  },
  {
    rule: 'redirect-scheme-of-proxy',
    inside: 'http',
    bad: [
      `${REAL}server { listen 80; server_name a.example; if ($scheme = http) { return 301 https://$host$request_uri; } }`,
      `${REAL}server { listen 80; server_name a.example; location = /old { return 301 $scheme://$host/new; } }`,
      `server { listen 80; server_name a.example; set_real_ip_from 172.16.0.0/12; rewrite ^/old$ $scheme://$host/new permanent; }`,
      tree(
        `#- nginx.conf\nevents {}\nhttp { include real.inc; server { listen 80; server_name a.example; location /x { return 302 $scheme://$server_name/y; } } }\n#- real.inc\n${REAL}`,
      ),
      `${REAL}server { listen 80; server_name a.example; if ($scheme != "https") { rewrite ^ https://$host$request_uri? permanent; } }`,
      `${REAL}server { listen 80; server_name a.example; set $base $scheme://$host; location = /old { return 301 $base/new; } }`,
    ],
    sane: [
      `${REAL}map $http_x_forwarded_proto $s { default http; https https; }\nserver { listen 80; server_name a.example; location = /old { return 301 $s://$host/new; } }`,
      'server { listen 80; server_name a.example; location = /old { return 301 $scheme://$host/new; } }',
      `${REAL}server { listen 80; server_name a.example; location = /old { return 301 https://$host/new; } }`,
      `${REAL}server { listen 80; server_name a.example; absolute_redirect off; location = /old { return 301 /new; } }`,
      `${REAL}server { listen 80; server_name a.example; if ($http_x_forwarded_proto = http) { return 301 https://$host$request_uri; } root /srv; }`,
      `${REAL}server { ${TLS} server_name a.example; location = /old { return 301 $scheme://$host/new; } }`,
    ],
  },
  {
    rule: 'redirect-target-malformed',
    bad: [
      'location /a { return 301 http:/new.example$request_uri; }',
      'rewrite ^/a$ https:/new.example/b permanent;',
      'location /a { return 301 www.example.org/b; }',
      'location /a { return 302 https://$host$uri:8443; }',
      http('server { listen 80; server_name *.example.org; return 301 https://$server_name$request_uri; }'),
      'location /a { return 301 https://new.example/$request_uri; }',
      'rewrite ^/(.*)$ https://new.example$1 redirect;',
      http(`map $host $to { default https:/new.example; }\nserver { return 301 $to$request_uri; }`),
      tree(
        '#- nginx.conf\nevents {}\nhttp { server { include r.inc; } }\n#- r.inc\nlocation / { return 301 https://$host$request_uri:8443; }\n',
      ),
    ],
    sane: [
      'location /a { return 301 https://new.example$request_uri; }',
      'location /a { return 301 /b; }',
      'location /a { return 302 //cdn.example.org/b; }',
      http('server { listen 80; server_name a.example; return 301 https://$server_name:8443$request_uri; }'),
      'rewrite ^/(.*)$ https://new.example/$1 permanent;',
      'rewrite ^(/.*)$ https://new.example$1 permanent;',
      'location /a { return 302 ../b; }',
      'location /a { return 302 $arg_next; }',
    ],
  },
  {
    rule: 'rewrite-misses-pass',
    bad: [
      `location /app/ { rewrite ^/app(/.*)$ $1 last; ${APP} }\nlocation / { root /srv; }`,
      `location /app/ { rewrite ^/app/(.*)$ /$1; uwsgi_pass 127.0.0.1:3031; }\nlocation / { root /srv; }`,
      'location /app/ { rewrite ^/app/(.*)$ $1 break; proxy_pass http://127.0.0.1:8000; }',
      'location /app/ { rewrite ^/app/(.*)$ /$1 break; proxy_pass http://127.0.0.1:8000/api/; }',
      http(`${GROUP}server { location /app { rewrite ^/app/?(.*)$ /$1; proxy_pass http://backend; } location / { return 404; } }`),
      tree(
        `#- nginx.conf\nevents {}\nhttp { server { location /app/ { include strip.inc; ${APP} } location / { return 404; } } }\n#- strip.inc\nrewrite ^/app/(.*)$ /$1;\n`,
      ),
      `location /app/ { set $up 127.0.0.1:8000; rewrite ^/app/(.*)$ /$1 last; proxy_pass http://$up; }\nlocation / { return 404; }`,
      `location /app { rewrite ^/app/(.*) /$1 last; ${APP} }\nlocation / { root /srv; }`,
      `location /app { rewrite ^/app/(.+)$ /$1; ${APP} }\nlocation ~ \\.html$ { root /srv; }`,
    ],
    sane: [
      `location /app/ { rewrite ^/app/(.*)$ /$1 break; ${APP} }\nlocation / { root /srv; }`,
      'location /app/ { proxy_pass http://127.0.0.1:8000/; }',
      `location /app/ { rewrite ^/app/old$ /other last; ${APP} }\nlocation / { root /srv; }`,
      `location / { rewrite ^/a$ /b last; ${APP} }`,
      `location /app/ { rewrite ^/app/(.*)$ /$1 break; uwsgi_pass 127.0.0.1:3031; }`,
      `location /app/ { rewrite ^/app/v1/(.*)$ /app/v2/$1 last; ${APP} }`,
      `location /app { rewrite ^/app/(.+)$ /files/$1 last; ${APP} }\nlocation /files/ { root /srv; }`,
      `location /app { rewrite ^/app/(.*) /$1 break; ${APP} }\nlocation / { root /srv; }`,
      'location /app/ { rewrite ^/app/(.*)$ /api/$1 break; proxy_pass http://127.0.0.1:8000; }',
    ],
  },
  {
    rule: 'line-swallowed',
    bad: [
      'server_name a.example\nlisten 8080;',
      'listen 80;\nserver_name a.example b.example\n  root /srv/www;',
      'index index.html\ntry_files $uri =404;',
      'location / { root /srv; try_files $uri /index.html\n  expires 7d; }',
      tree('#- nginx.conf\nevents {}\nhttp { log_format short $remote_addr\n access_log /dev/stdout short; server { } }\n'),
      tree('#- nginx.conf\nevents {}\nhttp { gzip_types text/css\n gzip_min_length 1k; server { } }\n'),
      'location / { proxy_pass http://127.0.0.1:1; proxy_no_cache $cookie_a\n proxy_read_timeout 5s; }',
      tree('#- nginx.conf\nevents {}\nhttp { server { include n.inc; } }\n#- n.inc\nserver_name a.example\nlisten 8080;\n'),
    ],
    sane: [
      'server_name a.example\n  b.example;\nlisten 8080;',
      'server_name a.example\n  root\n  index;',
      'server_name a.example listen 8080;',
      'server_name a.example\n  "listen" 8080;',
      'index\n  index.html index.htm;',
      tree('#- nginx.conf\nevents {}\nhttp { gzip_types text/css\n  application/json image/svg+xml; server { } }\n'),
      tree("#- nginx.conf\nevents {}\nhttp { log_format short '$remote_addr '\n  'index $uri'; server { } }\n"),
      'server_name a.example # listen 8080;\n;',
    ],
  },
  {
    rule: 'server-name-with-port',
    bad: [
      'server_name a.example:443;',
      'server_name a.example www.a.example:80;',
      'server_name *.a.example:8080;',
      'server_name "a.example:8080";',
      'server_name localhost:8000;',
      tree('#- nginx.conf\nevents {}\nhttp { server { include n.inc; } }\n#- n.inc\nserver_name a.example:8443;\n'),
    ],
    sane: [
      'server_name a.example;',
      'server_name ~^a:b$;',
      'server_name [::1];',
      'server_name [2001:db8::1] a.example;',
      'server_name _ "";',
      'listen 8080;\nserver_name .a.example www.*;',
    ],
  },
  {
    rule: 'try-files-lost-in-if',
    bad: [
      `root /srv;\nlocation / { try_files $uri @app; if ($arg_x) { set $y 1; } }\nlocation @app { ${APP} }`,
      `root /srv;\nlocation / { if ($http_user_agent ~ MSIE) { limit_rate 1m; } try_files $uri @app; }\nlocation @app { ${APP} }`,
      `root /srv;\nlocation / { try_files $uri /index.html; if ($arg_debug) { access_log off; } }`,
      `root /srv;\nlocation / { try_files $uri @app; if ($request_method = POST) { access_log /var/log/p.log; } }\nlocation @app { uwsgi_pass 127.0.0.1:3031; }`,
      tree(
        `#- nginx.conf\nevents {}\nhttp { server { root /srv; location / { try_files $uri @app; include if.inc; } location @app { ${APP} } } }\n#- if.inc\nif ($cookie_a) { set $b 1; }\n`,
      ),
      `location /d/ { root /srv; try_files $uri $uri/ /d/index.html; if ($http_x_plain = 1) { set $plain 1; } }`,
    ],
    sane: [
      `root /srv;\nlocation / { try_files $uri @app; if ($arg_x) { return 403; } }\nlocation @app { ${APP} }`,
      `root /srv;\nif ($arg_x) { set $y 1; }\nlocation / { try_files $uri @app; }\nlocation @app { ${APP} }`,
      `root /srv;\nlocation / { if ($arg_x) { rewrite ^ /y last; } try_files $uri @app; }\nlocation /y { return 204; }\nlocation @app { ${APP} }`,
      `root /srv;\nlocation / { try_files $uri @app; }\nlocation @app { if ($arg_x) { set $y 1; } ${APP} }`,
      `location / { if ($arg_x) { set $y 1; } ${APP} }`,
      `root /srv;\nlocation / { try_files $uri =404; if ($arg_x) { return 302 /z; } }`,
    ],
  },
  {
    rule: 'version-beyond-data',
    inside: 'http',
    settings: { nginx: '1.99.0' },
    bad: [
      'server { listen 80; }',
      'upstream a { server 127.0.0.1:1; }',
      main('events {}'),
      main('events {}\nstream { server { listen 9; proxy_pass 127.0.0.1:1; } }'),
      { inside: 'http', text: 'server { listen 80; }', settings: { nginx: '2.1.0' } },
      tree('#- nginx.conf\nevents {}\nhttp { include a.conf; }\n#- a.conf\nserver { listen 80; }\n'),
    ],
    sane: [
      { inside: 'http', text: 'server { listen 80; }', settings: { nginx: '1.28.0' } },
      { inside: 'http', text: 'server { listen 80; }', settings: { nginx: '1.31.5' } },
      { inside: 'http', text: 'server { listen 80; }', settings: { nginx: '1.18.0' } },
      { inside: 'main', text: 'events {}', settings: { nginx: '1.22.1' } },
      { inside: 'http', text: 'server { listen 80; }', settings: { nginx: '1.9.9' } },
      { inside: 'main', text: 'events {}\nstream { server { listen 9; proxy_pass 127.0.0.1:1; } }', settings: { nginx: '1.30.0' } },
    ],
  },
];
