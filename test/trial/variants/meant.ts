/** Lines that nginx takes and that say something else than was meant: units, words for off, ports, types, paths of cookies. */
import { http, type Trial, tree } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const AUTH = 'auth_basic x; auth_basic_user_file h;';
const CERT = 'ssl_certificate a.pem; ssl_certificate_key a.key;';
const WS = 'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;';
const TOLD = 'proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;';
const FPM = 'fastcgi_param SCRIPT_FILENAME /srv/index.php; fastcgi_pass 127.0.0.1:9000;';
const HTTPS = 'fastcgi_param HTTPS $https if_not_empty;';
const BINARY = 'default_type application/octet-stream;';
const TO_TLS = 'if ($http_x_forwarded_proto = http) { return 301 https://$host$request_uri; }';
const inc = (inside: string, text: string) =>
  tree(`#- nginx.conf\nevents {}\nhttp { ${inside.replace('@', 'include part.inc;')} }\n#- part.inc\n${text}\n`);

export const TRIALS: readonly Trial[] = [
  {
    rule: 'unlikely-unit',
    inside: 'http',
    bad: [
      `server { listen 80; location / { proxy_read_timeout 60ms; ${PASS} } }`,
      `proxy_send_timeout 120ms;\nserver { listen 80; location / { ${PASS} } }`,
      'server { listen 80; location / { uwsgi_read_timeout 300000; uwsgi_pass 127.0.0.1:3031; } }',
      'keepalive_timeout 65ms;\nserver { listen 80; root /srv; }',
      'client_max_body_size 20;\nserver { listen 80; location / { proxy_pass http://127.0.0.1:8000; } }',
      `server { listen 80; location /upload { client_max_body_size 100; ${PASS} } }`,
      inc('server { listen 80; location / { @ } }', `${PASS}\nproxy_read_timeout 90ms;`),
      'server { listen 80; location ~* \\.(png|jpg)$ { expires 30; root /srv; } }',
    ],
    sane: [
      `server { listen 80; location / { proxy_read_timeout 300s; ${PASS} } }`,
      `server { listen 80; location / { proxy_read_timeout 86400; ${PASS} } }`,
      `server { listen 80; location / { proxy_connect_timeout 300ms; ${PASS} } }`,
      `server { listen 80; location / { proxy_read_timeout 250ms; proxy_next_upstream timeout; ${PASS} } }`,
      `server { listen 80; location / { proxy_read_timeout 3600000; ${PASS} } }`,
      'client_max_body_size 0;\nserver { listen 80; root /srv; }',
      'client_max_body_size 1048576;\nserver { listen 80; root /srv; }',
      'keepalive_timeout 0;\nserver { listen 80; root /srv; }',
      'server { listen 80; location / { expires 30d; root /srv; } location = /live { expires 5; root /srv; } }',
      'server { listen 80; location / { expires modified 30; root /srv; } }',
    ],
  },
  {
    rule: 'auth-basic-not-off',
    inside: 'http',
    bad: [
      `server { listen 80; ${AUTH} location /open/ { auth_basic ""; ${PASS} } location / { ${PASS} } }`,
      `server { listen 80; ${AUTH} location /open/ { auth_basic Off; ${PASS} } location / { ${PASS} } }`,
      `${AUTH}\nserver { listen 80; auth_basic none; location / { ${PASS} } }`,
      `server { listen 80; ${AUTH} location = /health { auth_basic 'false'; ${PASS} } location / { ${PASS} } }`,
      `server { listen 80; auth_basic ""; auth_basic_user_file h; location / { ${PASS} } }`,
      inc(`server { listen 80; ${AUTH} location /open/ { @ } location / { ${PASS} } }`, `auth_basic OFF;\n${PASS}`),
    ],
    sane: [
      `server { listen 80; ${AUTH} location /open/ { auth_basic off; ${PASS} } location / { ${PASS} } }`,
      `server { listen 80; auth_basic ""; location / { ${PASS} } }`,
      `server { listen 80; auth_basic "Off limits"; auth_basic_user_file h; location / { ${PASS} } }`,
      `map $http_x_a $realm { default off; 1 staff; }\nserver { listen 80; auth_basic $realm; auth_basic_user_file h; location / { ${PASS} } }`,
      `server { listen 80; location / { auth_basic "No entry"; auth_basic_user_file h; ${PASS} } }`,
      `server { listen 80; ${AUTH} location / { ${PASS} } }`,
    ],
  },
  {
    rule: 'capture-sent-decoded',
    inside: 'http',
    bad: [
      'server { listen 80; location ~ ^/api/(.*)$ { proxy_pass http://127.0.0.1:8000/$1; } }',
      'server { listen 80; location ~ ^/api/(?<rest>.+)$ { proxy_pass http://127.0.0.1:8000/v1/$rest$is_args$args; } }',
      'server { listen 80; location ~* ^/img/([^/]+)/(.*)\\.png$ { proxy_pass http://127.0.0.1:8000/$1?name=$2; } }',
      'server { listen 80; location ~ ^/dl/(?<key>.*)$ { proxy_pass http://127.0.0.1:8000/store/$key; } }',
      'upstream store { server 10.0.0.1:80; }\nserver { listen 80; location ~ /media/(.*) { proxy_pass http://store/$1?raw=1; } }',
      inc('server { listen 80; location ~ ^/a/(.*)$ { @ } }', 'proxy_pass http://127.0.0.1:8000/b/$1;'),
    ],
    sane: [
      'server { listen 80; location ~ ^/api/([\\w/-]*)$ { proxy_pass http://127.0.0.1:8000/$1; } }',
      'server { listen 80; location /api/ { rewrite ^/api/(.*)$ /$1 break; proxy_pass http://127.0.0.1:8000; } }',
      'server { listen 80; location /api/ { proxy_pass http://127.0.0.1:8000/; } }',
      'server { listen 80; location ~ ^/v(\\d+)/ { proxy_pass http://127.0.0.1:8000/$1$request_uri; } }',
      'server { listen 80; location / { proxy_pass http://127.0.0.1:8000$request_uri; } }',
      'map $uri $app { default 127.0.0.1:8000; /b 127.0.0.1:8001; }\nserver { listen 80; location / { proxy_pass http://$app; } }',
      // a set escapes what a numbered group holds
      'server { listen 80; location ~ ^/dl/(.*)$ { set $key $1; proxy_pass http://127.0.0.1:8000/$key; } }',
      'upstream store { server 10.0.0.1:80; }\nserver { listen 80; location ~ /media/(.*) { set $where $1; proxy_pass http://store/$where; } }',
      'server { listen 80; location ~ ^/u/(?<id>[0-9]+)/file$ { proxy_pass http://127.0.0.1:8000/f/$id; } }',
    ],
  },
  {
    rule: 'error-answered-as-success',
    inside: 'http',
    bad: [
      `server { listen 80; error_page 500 502 503 504 =200 /down.html; location = /down.html { root /srv; } location / { ${PASS} } }`,
      'server { listen 80; location / { error_page 502 =200 @down; uwsgi_pass 127.0.0.1:3031; } location @down { return 200 "soon"; } }',
      `server { listen 80; error_page 404 =200 /index.html; location = /index.html { root /srv; } location /api/ { proxy_intercept_errors on; ${PASS} } }`,
      `server { listen 80; proxy_intercept_errors on; error_page 403 404 =200 /index.html; location / { root /srv; } location ~ ^/api/v1/ { ${PASS} } }`,
      `error_page 504 =200 /slow.json;\nserver { listen 80; root /srv; location = /slow.json { } location /x/ { ${PASS} } }`,
      inc(`server { listen 80; location = /down.html { root /srv; } location / { @ ${PASS} } }`, 'error_page 502 503 =200 /down.html;'),
    ],
    sane: [
      `server { listen 80; error_page 500 502 503 504 /down.html; location = /down.html { root /srv; } location / { ${PASS} } }`,
      'server { listen 80; root /srv; error_page 404 =200 /index.html; location / { try_files $uri =404; } }',
      `server { listen 80; location / { error_page 404 =200 /index.html; proxy_intercept_errors on; ${PASS} } location = /index.html { root /srv; } }`,
      `server { listen 80; location / { error_page 502 =200 @second; ${PASS} } location @second { proxy_pass http://127.0.0.1:8001; } }`,
      `server { listen 80; error_page 404 =200 /index.html; root /srv; location /api/ { ${PASS} } }`,
      `server { listen 80; error_page 502 =503 /down.html; location = /down.html { root /srv; } location / { ${PASS} } }`,
      'server { listen 80; root /srv; error_page 405 =200 $uri; location / { index a.html; } }',
    ],
  },
  {
    rule: 'cookie-path-elsewhere',
    inside: 'http',
    bad: [
      'server { listen 80; location /shop/ { proxy_cookie_path / /store/; proxy_pass http://127.0.0.1:8000/; } }',
      'server { listen 80; location / { proxy_cookie_path / /app; proxy_pass http://127.0.0.1:8000; } }',
      'server { listen 80; location /new/ { proxy_cookie_path /old /old-site; proxy_pass http://127.0.0.1:8000/old/; } }',
      'server { listen 80; proxy_cookie_path / /a/; location /b/ { proxy_pass http://127.0.0.1:8000/; } }',
      'server { listen 80; location /shop { proxy_cookie_path ~^/.* /store; proxy_pass http://127.0.0.1:8000; } }',
      inc('server { listen 80; location /b/ { @ } }', 'proxy_cookie_path / /c/;\nproxy_pass http://127.0.0.1:8000/;'),
    ],
    sane: [
      'server { listen 80; location /shop/ { proxy_cookie_path / /shop/; proxy_pass http://127.0.0.1:8000/; } }',
      'server { listen 80; location / { proxy_cookie_path /app /; proxy_pass http://127.0.0.1:8000/app/; } }',
      'server { listen 80; location /shop/ { proxy_cookie_path / "/; Secure; SameSite=None"; proxy_pass http://127.0.0.1:8000/; } }',
      'server { listen 80; location /shop { proxy_cookie_path / /shop; proxy_pass http://127.0.0.1:8000; } }',
      'server { listen 80; location /a/b/ { proxy_cookie_path / /a/; proxy_pass http://127.0.0.1:8000/; } }',
      'server { listen 80; location /shop/ { proxy_cookie_path off; proxy_pass http://127.0.0.1:8000/; } }',
      'server { listen 80; location /shop/ { proxy_cookie_path /other /shop; proxy_pass http://127.0.0.1:8000/; } }',
    ],
  },
  {
    rule: 'text-sent-as-download',
    inside: 'http',
    bad: [
      `${BINARY}\nserver { listen 80; location = /about { return 200 "<p>we</p>"; } }`,
      `${BINARY}\nserver { listen 80; location /maintenance { return 503 "back soon"; } }`,
      `${BINARY}\nserver { listen 80; location = /me { return 200 '{"a": 1}'; } }`,
      `${BINARY}\nserver { listen 80; return 404 "no such site"; }`,
      `server { listen 80; ${BINARY} location /hello { if ($arg_x) { return 200 "x"; } return 200 "hello"; } }`,
      inc(`${BINARY} server { listen 80; @ }`, 'location /hello { return 200 "hello"; }'),
    ],
    sane: [
      `${BINARY}\nserver { listen 80; location = /about { default_type text/html; return 200 "<p>we</p>"; } }`,
      `${BINARY}\nserver { listen 80; location = /health { return 200 "ok"; } }`,
      'server { listen 80; location = /about { return 200 "we"; } }',
      `${BINARY}\nserver { listen 80; location = /old { return 301 /new; } }`,
      `types { application/json json; }\n${BINARY}\nserver { listen 80; location = /me.json { return 200 '{"a": 1}'; } }`,
      `${BINARY}\nserver { listen 80; location = /x { add_header Content-Type text/plain; return 200 "x y"; } }`.replace(
        'add_header',
        'default_type text/plain; add_header',
      ),
      `${BINARY}\nserver { listen 80; location = /gone { return 410; } }`,
    ],
  },
  {
    rule: 'port-of-inner-listener',
    inside: 'http',
    bad: [
      `server { listen 80; location / { proxy_set_header Host $host:$server_port; ${TOLD} ${PASS} } }`,
      `server { listen 8080; server_name a.example; proxy_set_header Host $host:$server_port; proxy_set_header X-Forwarded-Proto https; location / { ${PASS} } }`,
      `server { listen 80; location / { proxy_set_header Host $host; proxy_set_header X-Forwarded-Port $server_port; ${TOLD} ${PASS} } }`,
      `server { listen 80; ${TO_TLS} location / { proxy_set_header Host $host:\${server_port}; ${PASS} } }`,
      `server { listen 80; location / { proxy_set_header X-Forwarded-Host $host:$server_port; proxy_set_header Host $host; ${TOLD} ${PASS} } }`,
      inc(`server { listen 80; location / { @ ${PASS} } }`, `proxy_set_header Host $host:$server_port;\n${TOLD}`),
    ],
    sane: [
      `server { listen 80; location / { proxy_set_header Host $host; ${TOLD} ${PASS} } }`,
      `server { listen 80; location / { proxy_set_header Host $host:$server_port; proxy_set_header X-Forwarded-Proto $scheme; ${PASS} } }`,
      `server { listen 443 ssl; ${CERT} location / { proxy_set_header Host $host:$server_port; ${TOLD} ${PASS} } }`,
      `server { listen 80; location / { proxy_set_header Host $http_host; ${TOLD} ${PASS} } }`,
      `server { listen 80; location / { proxy_set_header Host $host; proxy_set_header X-Forwarded-Port $http_x_forwarded_port; ${TOLD} ${PASS} } }`,
      `server { listen 8080; location / { proxy_set_header Host $host:$server_port; ${PASS} } }`,
    ],
  },
  {
    rule: 'websocket-closed-when-idle',
    inside: 'http',
    bad: [
      `server { listen 80; location /ws/ { ${WS} ${PASS} } }`,
      `server { listen 80; location = /live { ${WS} ${PASS} } }`,
      `server { listen 80; ${WS} location /chat { ${PASS} } }`,
      `map $http_upgrade $c { default upgrade; "" close; }\nserver { listen 80; location ~ ^/stream/ { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $c; ${PASS} } }`,
      `upstream a { server 10.0.0.1:1; }\nserver { listen 80; location /ws { ${WS} proxy_pass http://a/; } }`,
      inc(`server { listen 80; location /ws/ { @ ${PASS} } }`, WS.replaceAll('; ', ';\n')),
    ],
    sane: [
      `server { listen 80; location /ws/ { ${WS} proxy_read_timeout 1h; ${PASS} } }`,
      `proxy_read_timeout 600;\nserver { listen 80; location /ws/ { ${WS} ${PASS} } }`,
      `server { listen 80; location / { ${WS} ${PASS} } }`,
      `server { listen 80; location /socket.io/ { ${WS} ${PASS} } }`,
      `server { listen 80; location /a/ { proxy_http_version 1.1; proxy_set_header Connection ""; ${PASS} } }`,
      http(`server { listen 80; location /ws/ { ${WS} ${PASS} } }`, {
        files: { '/srv/Procfile': 'web: uvicorn app:app --port 8000\n', '/srv/app.py': 'from fastapi import FastAPI\napp = FastAPI()\n' },
      }),
    ],
  },
  {
    rule: 'https-parameter-missing',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; ${CERT} location / { ${FPM} } }`,
      `server { listen 80; listen 443 ssl; ${CERT} location ~ \\.php$ { fastcgi_param REQUEST_METHOD $request_method; ${FPM} } }`,
      `server { listen 443 ssl; ${CERT} location / { uwsgi_param QUERY_STRING $query_string; uwsgi_param PATH_INFO $document_uri; uwsgi_pass 127.0.0.1:3031; } }`,
      `server { listen 443 ssl; ${CERT} location / { scgi_param QUERY_STRING $query_string; scgi_pass 127.0.0.1:4000; } }`,
      `server { listen 80; ${TO_TLS} location / { ${FPM} } }`,
      `server { listen 80; ${TO_TLS} location / { ${HTTPS} ${FPM} } }`,
      inc(`server { listen 443 ssl; ${CERT} location / { @ } }`, FPM.replaceAll('; ', ';\n')),
    ],
    sane: [
      `server { listen 443 ssl; ${CERT} location / { ${HTTPS} ${FPM} } }`,
      `server { listen 443 ssl; ${CERT} location / { include fastcgi_params; ${FPM} } }`,
      `server { listen 443 ssl; ${CERT} location / { fastcgi_param HTTPS on; ${FPM} } }`,
      `server { listen 443 ssl; ${CERT} location / { uwsgi_param QUERY_STRING $query_string; uwsgi_param UWSGI_SCHEME $scheme; uwsgi_pass 127.0.0.1:3031; } }`,
      `server { listen 80; location / { ${FPM} } }`,
      `server { listen 80; ${TO_TLS} location / { fastcgi_param HTTPS on; ${FPM} } }`,
      `server { listen 443 ssl; ${CERT} location / { fastcgi_param HTTP_X_FORWARDED_PROTO $scheme; ${FPM} } }`,
      `server { listen 443 ssl; ${CERT} location / { fastcgi_pass 127.0.0.1:9000; } }`,
    ],
  },
  {
    rule: 'redirect-target-malformed',
    inside: 'http',
    bad: [
      `server { listen 8443 ssl; server_name a.example; ${CERT} error_page 497 https://$host$request_uri; root /srv; }`,
      `server { listen 8443 ssl; server_name a.example; ${CERT} error_page 497 =301 http://$host:$server_port$request_uri; root /srv; }`,
      `error_page 497 =307 https://$host:443$request_uri;\nserver { listen 8443 ssl; server_name a.example; ${CERT} location / { ${PASS} } }`,
      `server { listen 8080; server_name a.example; if ($http_x_forwarded_proto = http) { return 301 https://$host:$server_port$request_uri; } location / { ${PASS} } }`,
    ],
    sane: [
      `server { listen 8443 ssl; server_name a.example; ${CERT} error_page 497 https://$host:8443$request_uri; root /srv; }`,
      `server { listen 8443 ssl; server_name a.example; ${CERT} error_page 497 https://$host:$server_port$request_uri; root /srv; }`,
      `server { listen 443 ssl; server_name a.example; ${CERT} error_page 497 https://$host$request_uri; root /srv; }`,
      `server { listen 8443 ssl; listen 443 ssl; server_name a.example; ${CERT} error_page 497 https://$host$request_uri; root /srv; }`,
      `server { listen 8443 ssl; server_name a.example; ${CERT} error_page 497 https://b.example$request_uri; root /srv; }`,
      `server { listen 8080; server_name a.example; ${TO_TLS} location / { ${PASS} } }`,
    ],
  },
  {
    rule: 'gzip-ineffective',
    inside: 'http',
    bad: [
      `gzip on;\nserver { listen 80; location / { ${PASS} } }`,
      `server { listen 80; location /a/ { gzip on; ${PASS} } }`,
      `gzip on;\ngzip_types text/css;\nserver { listen 80; location /api/ { ${PASS} } }`,
      `server { listen 80; gzip on; gzip_types text/css text/plain; location /v1/graphql { ${PASS} } }`,
    ],
    sane: [
      `gzip on;\ngzip_types *;\nserver { listen 80; location /api/ { ${PASS} } }`,
      `gzip off;\nserver { listen 80; location /api/ { ${PASS} } }`,
      `gzip on;\ngzip_types text/css;\nserver { listen 80; root /srv; location / { try_files $uri =404; } }`,
      `gzip on;\nserver { listen 80; gzip_types application/json text/css; location /api/ { ${PASS} } }`,
      `gzip on;\ngzip_types text/css;\nserver { listen 80; location /api/ { gzip off; ${PASS} } }`,
    ],
  },
  {
    rule: 'proxy-pass-slash-mismatch',
    inside: 'http',
    bad: [
      'server { listen 80; location /a/ { proxy_pass http://127.0.0.1:8000/$request_uri; } }',
      'server { listen 80; location ~ ^/api(/.*)$ { proxy_pass http://127.0.0.1:8000/v1/$1; } }',
      'server { listen 80; location / { set $to 127.0.0.1:8000; proxy_pass http://$to/$request_uri; } }',
    ],
    sane: [
      'server { listen 80; location /a/ { proxy_pass http://127.0.0.1:8000$request_uri; } }',
      'server { listen 80; location ~ ^/api/(.*)$ { proxy_pass http://127.0.0.1:8000/v1/$1; } }',
      'server { listen 80; location ~ ^/api(/.*)$ { proxy_pass http://127.0.0.1:8000/v1$1; } }',
    ],
  },
];
