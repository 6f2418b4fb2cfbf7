/** What people ask in forums, and faults of security that go round a corner (a named location, a map, the first line of the request), beside sane lines alike. */
import { http, type Trial, tree } from '../trial.ts';

/** A container of nginx with the lines, which passes requests on to the address, beside a service `web` with the others. */
const beside = (address: string, nginx: string, web = ''): ReturnType<typeof tree> =>
  tree(
    `#- nginx.conf\nevents {}\nhttp { server { listen 80; location / { proxy_pass http://${address}; } } }\n#- compose.yaml\nservices:\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n    ${nginx}\n  web:\n    image: example.com/shop:1\n    command: gunicorn -b 0.0.0.0:8000 shop.wsgi\n${web}`,
  );

const PASS = 'proxy_pass http://127.0.0.1:8000;';

/** A folder that a condition on the key of a program guards, by a map. */
const keyed = (rows: string, answer = 'root /srv/site;'): ReturnType<typeof http> =>
  http(
    `map $http_x_api_key $known { ${rows} } server { listen 80; server_name files.example.org; location /exports/ { if ($known = 0) { return 401; } ${answer} } }`,
  );

/** A FastAPI application with WebSocket routes, below a location that passes upgrades on. */
const live = (path: string, to: string, ...routes: readonly string[]): ReturnType<typeof tree> =>
  tree(
    `#- nginx.conf\nevents {}\nhttp { server { listen 80; server_name acme-shop.de; location ${path} { proxy_pass ${to}; proxy_http_version 1.1; proxy_set_header Host $host; proxy_set_header Connection upgrade; ${to.includes('Upgrade') ? '' : 'proxy_set_header Upgrade $http_upgrade;'} } } }\n#- compose.yaml\nservices:\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n  web:\n    build: ./app\n    command: uvicorn main:app --host 0.0.0.0 --port 8000\n#- app/main.py\nfrom fastapi import FastAPI, WebSocket\napp = FastAPI()\n${(routes.length ? routes : ['/ws/rooms']).map((r, i) => `@app.websocket("${r}")\nasync def ws${i}(s: WebSocket):\n    pass\n`).join('')}`,
  );

/** Flower in a container of its own, below a path. */
const flower = (path: string, to: string, lines: string, image = 'example.com/shop:1'): ReturnType<typeof tree> =>
  tree(
    `#- nginx.conf\nevents {}\nhttp { server { listen 80; server_name acme-shop.de; location ${path} { proxy_set_header Host $host; proxy_pass http://${to}; } } }\n#- compose.yaml\nservices:\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n  flower:\n    image: ${image}\n    ${lines}\n`,
  );

/** A health check of a container whose nginx waits for the PROXY protocol. */
const told = (test: string, more = ''): ReturnType<typeof tree> =>
  tree(
    `#- nginx.conf\nevents {}\nhttp { server { listen 80 proxy_protocol; ${more} location = /up { return 204; } } }\n#- compose.yaml\nservices:\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n    healthcheck:\n      test: ${test}\n`,
  );

export const TRIALS: readonly Trial[] = [
  {
    rule: 'socket-not-listened',
    bad: [
      beside('web:8000', 'network_mode: host'),
      beside('web:8000', 'network_mode: "host"', '    ports: ["127.0.0.1:8000:8000"]\n'),
      beside('web:8000', 'network_mode: host', '    network_mode: host\n'),
      beside('web:8000/app/', 'network_mode: host', '    container_name: shop\n'),
    ],
    sane: [
      beside('127.0.0.1:8000', 'network_mode: host', '    ports: ["127.0.0.1:8000:8000"]\n'),
      beside('web:8000', 'network_mode: host\n    extra_hosts: ["web:127.0.0.1"]'),
      beside('web:8000', 'ports: ["80:80"]'),
      beside('shop.example.com:8000', 'network_mode: host'),
      beside('web; } } upstream web { server 127.0.0.1:8000; } server { listen 81; location / { return 204', 'network_mode: host'),
    ],
  },
  {
    rule: 'open-redirect',
    bad: [
      'error_page 404 = @gone; location ~ ^/out/(?<to>.+)$ { return 404; } location @gone { return 302 https://$to; }',
      'location ~ ^/out/(?<to>.+)$ { error_page 410 = @gone; return 410; } location @gone { return 301 https://$to/; }',
      'location ~ ^/out/(.*)$ { error_page 418 = @gone; return 418; } location @gone { return 302 https://$1; }',
      'location ~ ^/out/(?<to>.+)$ { try_files /none @gone; } location @gone { return 302 http://$to; }',
    ],
    sane: [
      'error_page 404 = @gone; location ~ ^/out/(?<to>[a-z]+)$ { return 404; } location @gone { return 302 https://$to.example.org/; }',
      'error_page 404 = @gone; location ~ ^/out/(?<to>.+)$ { return 404; } location @gone { return 302 https://www.example.org/$to; }',
      'error_page 403 = @gone; location ~ ^/out/(?<to>.+)$ { return 404; } location @gone { return 302 https://www.example.org$request_uri; }',
    ],
  },
  {
    rule: 'server-side-request-forgery',
    bad: [
      `location /fetch { set $to $arg_url; error_page 418 = @fetch; return 418; } location @fetch { proxy_pass $to; }`,
      `location /fetch { set $to $arg_host; try_files /none @fetch; } location @fetch { proxy_pass http://$to; }`,
      `location ~ ^/via/(?<to>[^/]+)/ { try_files /none @fetch; } location @fetch { proxy_pass http://$to$request_uri; }`,
      `error_page 418 = @fetch; location ~ ^/via/(?<to>[^/]+)/ { return 418; } location @fetch { proxy_pass http://$to$request_uri; }`,
      // the rewriting comes before anyone is asked for a password
      `location /fetch { auth_basic a; auth_basic_user_file b; set $to $arg_url; error_page 418 = @fetch; return 418; } location @fetch { proxy_pass $to; }`,
    ],
    sane: [
      `location /fetch { internal; set $to $arg_url; error_page 418 = @fetch; return 418; } location @fetch { proxy_pass $to; }`,
      `location /fetch { if ($arg_host !~ "^(blue|green)$") { return 403; } set $to $arg_host; try_files /none @fetch; } location @fetch { proxy_pass http://$to; }`,
      `location ~ ^/via/(?<to>blue|green)/ { try_files /none @fetch; } location @fetch { proxy_pass http://$to$request_uri; }`,
      `location /fetch { auth_basic a; auth_basic_user_file b; set $to $arg_host; try_files /none @fetch; } location @fetch { proxy_pass http://$to; }`,
      `location /other { set $to $arg_host; return 204; } location /fetch { try_files /none @fetch; } location @fetch { proxy_pass http://$to; }`,
    ],
  },
  {
    rule: 'access-by-raw-path',
    bad: [
      `if ($request ~* " /admin") { return 403; } location / { ${PASS} }`,
      `if ($request ~ "^GET /internal/") { return 403; } location / { ${PASS} }`,
      http(`map $request $kept { default 0; "~*/staff/" 1; } server { if ($kept) { return 401; } location / { ${PASS} } }`),
    ],
    sane: [
      `if ($request ~* "wp-login") { return 403; } location / { ${PASS} }`,
      `if ($request ~ "^(TRACE|TRACK) ") { return 403; } location / { ${PASS} }`,
      `if ($request ~ "HTTP/1\\.0$") { return 403; } location / { ${PASS} }`,
      `if ($request ~ "HTTP/1\\.0") { return 403; } location / { ${PASS} }`,
      `if ($request ~* " /admin") { return 403; } location /admin { deny all; } location / { return 204; }`,
    ],
  },
  {
    rule: 'internal-header-passed',
    bad: [
      http(
        'map $http_x_user $user { default $http_x_user; "" guest; } server { listen 80; location / { uwsgi_param REMOTE_USER $user; uwsgi_pass unix:/run/shop.sock; } }',
      ),
      `location / { set $user $arg_user; proxy_set_header X-Remote-User $user; ${PASS} }`,
      `location / { set $user $http_x_remote_user; proxy_set_header Remote-User $user; ${PASS} }`,
      http(
        'map $cookie_login $user { "~^(?<name>\\w+)-" $name; default ""; } server { listen 80; location / { fastcgi_param REMOTE_USER $user; fastcgi_pass unix:/run/php.sock; } }',
      ),
    ],
    sane: [
      http(
        'map $ssl_client_s_dn $user { default ""; "~CN=(?<name>\\w+)" $name; } server { location / { uwsgi_param REMOTE_USER $user; uwsgi_pass unix:/run/shop.sock; } }',
      ),
      http(`map $arg_team $user { default guest; blue blue; } server { location / { proxy_set_header X-Remote-User $user; ${PASS} } }`),
      // no more than one of two words
      `location / { if ($http_x_rights ~* "(readonly|readwrite)") { set $user $1; } uwsgi_param REMOTE_USER $user; uwsgi_pass unix:/run/shop.sock; }`,
      `location / { allow 10.0.0.5; deny all; set $user $http_x_user; uwsgi_param REMOTE_USER $user; uwsgi_pass unix:/run/shop.sock; }`,
      `location / { auth_basic staff; auth_basic_user_file staff; set $user $remote_user; proxy_set_header X-Remote-User $user; ${PASS} }`,
    ],
  },
  {
    rule: 'guard-forgeable',
    bad: [
      keyed('default 1; "" 0;'),
      keyed('"" 0; "old-key" 0; default 1;'),
      'location /exports/ { if ($http_x_api_key = "") { return 401; } root /srv/site; }',
      'location /exports/ { if ($http_x_auth_token = "") { return 403; } root /srv/site; }',
    ],
    sane: [
      keyed('default 0; "7c1e90b4d2a84f6bb0a35e1d9f" 1;'),
      keyed('default 0; "7c1e90b4d2a84f6bb0a35e1d9f" 1; "" 0;'),
      keyed('default 1; "" 0;', PASS),
      'location /exports/ { if ($http_x_api_key != "7c1e90b4d2a84f6bb0a35e1d9f") { return 401; } root /srv/site; }',
      `location /api/ { if ($http_x_api_key = "") { return 401; } ${PASS} }`,
    ],
  },
  {
    rule: 'variable-before-set',
    bad: [
      'location /api/ { rewrite ^/api/(.*)$ /$1 break; set $app shop; proxy_pass http://$app:8000; }',
      'location /api/ { rewrite ^/api/v\\d/ / break; set $app shop; proxy_pass http://$app:8000; }',
      'location / { rewrite ^/old/(.*)$ /$1 break; set $app shop; proxy_pass http://$app:8000; }',
      'location /a { rewrite ^/ab?/ / break; set $app shop; proxy_pass http://$app:8000; }',
    ],
    sane: [
      'location /api/ { rewrite ^/old/(.*)$ /$1 break; set $app shop; proxy_pass http://$app:8000; }',
      'location = /api/ { rewrite ^/api/v1/ / break; set $app shop; proxy_pass http://$app:8000; }',
      'location /api/ { set $app shop; rewrite ^/api/(.*)$ /$1 break; proxy_pass http://$app:8000; }',
    ],
  },
  {
    rule: 'asgi-websocket-without-upgrade',
    bad: [
      live('/ws/', 'http://web:8000/'),
      live('/ws', 'http://web:8000'.concat('/')),
      live('/ws/', 'http://web:8000/', '/ws/rooms/{room}'),
    ],
    sane: [
      live('/ws/', 'http://web:8000'),
      live('/ws/', 'http://web:8000/', '/rooms'),
      live('/ws/', 'http://web:8000/', '/ws/rooms', '/live'),
      live('/ws/', 'http://web:8000/', '/ws/rooms', '/rooms'),
      live('/ws/', 'http://web:8000/ws/'),
    ],
  },
  {
    // what only some get is asked for as one of them
    rule: 'asgi-websocket-without-upgrade',
    bad: [
      live('/', 'http://web:8000; auth_basic staff; auth_basic_user_file staff; proxy_set_header Upgrade ""'),
      live('/', 'http://web:8000; allow 10.0.0.0/8; deny all; proxy_set_header Upgrade ""'),
    ],
    sane: [
      live('/', 'http://web:8000; auth_basic staff; auth_basic_user_file staff'),
      live('/', 'http://web:8000; allow 10.0.0.0/8; deny all'),
      live('/', 'http://web:8000; deny all; proxy_set_header Upgrade ""'),
    ],
  },
  {
    rule: 'base-path-mismatch',
    bad: [
      flower('/flower/', 'flower:5555/', 'command: celery -A shop flower'),
      flower('/flower/', 'flower:5555', 'command: celery -A shop flower'),
      flower('/flower/', 'flower:5555/', 'command: celery -A shop flower --url_prefix=flower'),
      flower('/ops/flower/', 'flower:5555/', 'command: ["celery", "-A", "shop", "flower", "--url-prefix=/ops/flower"]'),
      flower('/flower/', 'flower:5555/', 'environment: { FLOWER_URL_PREFIX: flower }', 'mher/flower:2.0'),
    ],
    sane: [
      flower('/flower/', 'flower:5555', 'command: celery -A shop flower --url_prefix=flower'),
      flower('/', 'flower:5555', 'command: celery -A shop flower'),
      flower('/flower/', 'flower:5555/', 'command: celery flower --url_prefix=flower', 'mher/flower:0.9.7'),
      flower('/flower/', 'flower:5555/', 'command: celery -A shop flower\n    env_file: .env'),
      flower('/flower/', 'flower:5555/', 'command: celery -A shop worker'),
      flower('/flower/', 'flower:5555/', 'command: celery -A shop flower --conf=/etc/flower.py'),
    ],
  },
  {
    rule: 'health-check-unanswered',
    bad: [told('curl -f http://localhost/up'), told('wget -q -O - http://127.0.0.1/up')],
    sane: [
      told('curl -f --haproxy-protocol http://localhost/up'),
      told('curl -f http://127.0.0.1:8080/up', 'listen 127.0.0.1:8080;'),
      told('curl http://localhost/up'),
    ],
  },
];
