/** Faults that people ask about in public: the rules that name their causes, shown by requests. */
import { http, type Trial, tree } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const ORIGIN = 'add_header Access-Control-Allow-Origin https://app.example.org always;';
const ALLOWED = 'add_header Access-Control-Allow-Headers "Authorization, Content-Type" always;';
const AUTH = 'auth_basic x; auth_basic_user_file h;';
const ANSWER = 'if ($request_method = OPTIONS) { return 204; }';
const inc = (inside: string, text: string) =>
  tree(`#- nginx.conf\nevents {}\nhttp { ${inside.replace('@', 'include part.inc;')} }\n#- part.inc\n${text}\n`);
const SCRIPT = 'fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;';
const FPM = 'fastcgi_pass unix:/run/php/php-fpm.sock;';
const CERT = 'ssl_certificate a.pem; ssl_certificate_key a.key;';
const FRONT = 'proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'cors-preflight-fails',
    inside: 'http',
    bad: [
      `server { listen 80; location / { ${AUTH} ${ORIGIN} ${ALLOWED} ${PASS} } }`,
      `server { listen 80; ${AUTH} ${ORIGIN} ${ALLOWED} location /api/ { ${PASS} } }`,
      `server { listen 80; location /api/ { auth_request /who; ${ORIGIN} ${ALLOWED} ${PASS} } location = /who { internal; proxy_pass http://127.0.0.1:9000; } }`,
      `server { listen 80; location /api/ { limit_except GET { deny all; } ${ORIGIN} add_header Access-Control-Allow-Methods "GET, PUT" always; ${PASS} } }`,
      `map $http_origin $cors { https://app.example.org $http_origin; default ""; }\nserver { listen 80; location / { ${AUTH} add_header Access-Control-Allow-Origin $cors always; ${ALLOWED} ${PASS} } }`,
      `server { listen 80; location / { if ($request_method = OPTIONS) { ${ORIGIN} return 204; } ${PASS} } }`,
      `server { listen 80; location /list { if ($request_method = 'OPTIONS') { ${ORIGIN} return 204; } return 200 '[]'; } }`,
      inc('server { listen 80; location / { @ uwsgi_pass 127.0.0.1:3031; } }', `${AUTH}\n${ORIGIN}\n${ALLOWED}`),
    ],
    sane: [
      `server { listen 80; location / { ${AUTH} ${ORIGIN} ${ALLOWED} ${ANSWER} ${PASS} } }`,
      `server { listen 80; location / { ${ORIGIN} ${ALLOWED} ${PASS} } }`,
      `server { listen 80; location /fonts/ { ${AUTH} ${ORIGIN} root /srv; } }`,
      `server { listen 80; location /api/ { auth_request /who; ${ORIGIN} ${ALLOWED} ${PASS} } location = /who { internal; proxy_set_header X-Original-Method $request_method; proxy_pass http://127.0.0.1:9000; } }`,
      `server { listen 80; location /api/ { allow 10.0.0.0/8; deny all; ${ORIGIN} ${ALLOWED} ${PASS} } }`,
      `server { listen 80; location /api/ { limit_except GET OPTIONS { deny all; } ${ORIGIN} ${ALLOWED} ${PASS} } }`,
      `server { listen 80; location / { if ($request_method = OPTIONS) { ${ORIGIN} return 204; } ${ORIGIN} ${PASS} } }`,
      `server { listen 80; location /api/ { auth_request /who; ${ORIGIN} ${ALLOWED} ${PASS} } location = /who { internal; if ($request_method = OPTIONS) { return 204; } proxy_pass http://127.0.0.1:9000; } }`,
    ],
  },
  {
    rule: 'script-not-found',
    inside: 'http',
    bad: [
      `server { listen 80; location / { root /srv/a; index index.php; } location ~ \\.php$ { ${SCRIPT} ${FPM} } }`,
      `server { listen 80; location ~ \\.php$ { ${SCRIPT} ${FPM} } location / { root /srv/a; try_files $uri /index.php; } }`,
      `server { listen 80; root /srv/a; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME /scripts$fastcgi_script_name; ${FPM} } }`,
      `server { listen 80; root /srv/a; location ~ [^/]\\.php(/|$) { fastcgi_split_path_info ^(.+\\.php)(/.*)$; fastcgi_param SCRIPT_FILENAME /var/www/html$fastcgi_script_name; fastcgi_pass 127.0.0.1:9000; } }`,
      `server { listen 80; root /srv/a; location / { ${SCRIPT} ${FPM} } }`,
      inc('server { listen 80; location / { root /srv/a; } @ }', `location ~ \\.php$ { ${SCRIPT} ${FPM} }`),
    ],
    sane: [
      `server { listen 80; root /srv/a; location / { index index.php; } location ~ \\.php$ { ${SCRIPT} ${FPM} } }`,
      `server { listen 80; location ~ \\.php$ { root /srv/a; ${SCRIPT} ${FPM} } location / { root /srv/a; } }`,
      `root /srv/a;\nserver { listen 80; location / { index index.php; } location ~ \\.php$ { ${SCRIPT} ${FPM} } }`,
      `server { listen 80; root /srv/a; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME /var/www/html$fastcgi_script_name; fastcgi_pass php:9000; } }`,
      `server { listen 80; root /srv/a; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME /srv/a/$fastcgi_script_name; ${FPM} } }`,
      `server { listen 80; location ~ \\.php$ { ${SCRIPT} ${FPM} } }`,
      `server { listen 80; root /srv/a; location / { fastcgi_index index.php; ${SCRIPT} ${FPM} } }`,
      inc('server { listen 80; @ location / { index index.php; } }', `root /srv/a;\nlocation ~ \\.php$ { ${SCRIPT} ${FPM} }`),
    ],
  },
  {
    rule: 'upstream-scheme-port',
    inside: 'http',
    bad: [
      'upstream a { server 10.0.0.1:443; }\nserver { listen 80; location / { proxy_pass http://a; } }',
      'upstream a { server 10.0.0.1:80; }\nserver { listen 80; location / { proxy_pass https://a; } }',
      'upstream a { server 10.0.0.1; }\nserver { listen 80; location / { proxy_pass https://a/; } }',
      'server { listen 80; location / { proxy_pass http://10.0.0.1:443/api/; } }',
      'server { listen 80; location / { proxy_pass https://10.0.0.1:80; } }',
      'upstream db { server 10.0.0.1:5432; }\nserver { listen 5432; location / { proxy_pass http://db; } }',
      'upstream a { server 10.0.0.1:443; server 10.0.0.2:8443 down; }\nserver { listen 80; location / { grpc_pass grpc://a; } }',
      inc('@ server { listen 80; location / { proxy_pass http://a; } }', 'upstream a { server 10.0.0.1:443; server 10.0.0.2:443; }'),
    ],
    sane: [
      'upstream a { server 10.0.0.1:443; }\nserver { listen 80; location / { proxy_pass https://a; } }',
      'upstream a { server 10.0.0.1:80; }\nserver { listen 80; location / { proxy_pass http://a; } }',
      'upstream a { server 10.0.0.1:443; server 10.0.0.2:8080; }\nserver { listen 80; location / { proxy_pass http://a; } }',
      'server { listen 80; location / { proxy_pass http://10.0.0.1:8443; } }',
      'server { listen 80; location / { proxy_pass https://10.0.0.1; } location /b { proxy_pass http://10.0.0.1; } }',
      'upstream a { server unix:/run/a.sock; }\nserver { listen 80; location / { proxy_pass http://a; } location /s { proxy_pass http://unix:/run/b.sock; } }',
    ],
  },
  {
    rule: 'proxy-to-itself',
    inside: 'http',
    bad: [
      'server { listen 80; location / { proxy_pass http://127.0.0.1:80; } }',
      'server { listen 8080; server_name a.example; location / { proxy_set_header Host $host; proxy_pass http://localhost:8080; } }',
      'upstream app { server 127.0.0.1:8080; }\nserver { listen 8080; location / { proxy_pass http://app; } }',
      'server { listen 80; server_name a.example; location /api/ { proxy_set_header Host $host; proxy_pass http://a.example; } }',
      'server { listen 80; location / { proxy_set_header Host $host; proxy_pass http://127.0.0.1:81; } }\nserver { listen 81; location / { proxy_pass http://127.0.0.1:80; } }',
      inc('server { listen 127.0.0.1:8000; location / { @ } }', PASS),
    ],
    sane: [
      `server { listen 80; location / { ${PASS} } }`,
      'server { listen 80; location / { proxy_pass http://127.0.0.1:81; } }\nserver { listen 81; root /srv; }',
      'server { listen 80; server_name a.example; location / { proxy_set_header Host b.example; proxy_pass http://127.0.0.1; } }\nserver { listen 80; server_name b.example; root /srv; }',
      `server { listen 80; location / { proxy_pass http://127.0.0.1/inner; } location = /inner { ${PASS} } location /inner { ${PASS} } }`,
      'server { listen 10.0.0.1:80; location / { proxy_pass http://127.0.0.1:80; } }',
      'server { listen 80; server_name a.example; location / { proxy_pass http://b.example; } }',
    ],
  },
  {
    rule: 'address-of-proxy',
    inside: 'http',
    bad: [
      `server { listen 80; location /admin/ { allow 203.0.113.7; deny all; ${FRONT} ${PASS} } }`,
      `server { listen 80; allow 203.0.113.7; allow 127.0.0.1; deny all; location / { ${FRONT} ${PASS} } }`,
      `server { listen 80 proxy_protocol; location /admin/ { allow 203.0.113.0/29; deny all; ${PASS} } }`,
      `server { listen 80; if ($http_x_forwarded_proto = http) { return 301 https://$host$request_uri; } location /admin/ { allow 203.0.113.7; deny all; ${PASS} } }`,
      `upstream a { ip_hash; server 10.0.0.1:1; server 10.0.0.2:1; }\nserver { listen 80; location / { ${FRONT} proxy_pass http://a; } }`,
      `geo $bad { default 0; 203.0.113.9 1; }\nserver { listen 80; if ($bad) { return 403; } location / { ${FRONT} ${PASS} } }`,
      inc(`server { listen 80; location /admin/ { @ ${FRONT} ${PASS} } }`, 'allow 203.0.113.7;\ndeny all;'),
    ],
    sane: [
      `set_real_ip_from 10.0.0.0/8;\nreal_ip_header X-Forwarded-For;\nserver { listen 80; location /admin/ { allow 203.0.113.7; deny all; ${FRONT} ${PASS} } }`,
      `server { listen 80; location /admin/ { allow 203.0.113.7; deny all; ${PASS} } }`,
      `server { listen 80; allow 10.0.0.0/8; deny all; location / { ${FRONT} ${PASS} } }`,
      `server { listen 80; allow 103.21.244.0/22; deny all; location / { ${FRONT} ${PASS} } }`,
      `server { listen 80; location / { deny 203.0.113.7; allow all; ${FRONT} ${PASS} } }`,
      `upstream a { ip_hash; server 10.0.0.1:1; server 10.0.0.2:1; }\nserver { listen 80; location / { proxy_set_header X-Forwarded-Proto $scheme; proxy_pass http://a; } }`,
      `geo $ours { default 0; 10.0.0.0/8 1; }\nserver { listen 80; if ($ours) { return 403; } location / { ${FRONT} ${PASS} } }`,
      `geo $http_x_real_ip $bad { default 0; 203.0.113.9 1; }\nserver { listen 80; if ($bad) { return 403; } location / { ${FRONT} ${PASS} } }`,
      `upstream a { ip_hash; server 10.0.0.1:1; }\nserver { listen 80; location / { ${FRONT} proxy_pass http://a; } }`,
    ],
  },
  {
    rule: 'forwarded-prefix-kept',
    inside: 'http',
    bad: [
      `server { listen 80; location /app/ { proxy_set_header X-Forwarded-Prefix /app; ${PASS} } }`,
      `server { listen 80; location /app/ { proxy_set_header X-Forwarded-Prefix /app/; ${PASS} } }`,
      `server { listen 80; proxy_set_header X-Forwarded-Prefix /app; location /app { ${PASS} } }`,
      'server { listen 80; location /app/ { proxy_set_header X-Forwarded-Prefix /app; proxy_pass http://127.0.0.1:8000/app/; } }',
      'server { listen 80; location /app/ { uwsgi_param PATH_INFO $document_uri; uwsgi_param SCRIPT_NAME /app; uwsgi_pass 127.0.0.1:3031; } }',
      inc(`server { listen 80; location /app/ { @ ${PASS} } }`, 'proxy_set_header X-Forwarded-Prefix /app;'),
    ],
    sane: [
      'server { listen 80; location /app/ { proxy_set_header X-Forwarded-Prefix /app; proxy_pass http://127.0.0.1:8000/; } }',
      `server { listen 80; location /app/ { rewrite ^/app(/.*) $1 break; proxy_set_header X-Forwarded-Prefix /app; ${PASS} } }`,
      `server { listen 80; location /app/ { proxy_set_header X-Script-Name /app; ${PASS} } }`,
      `server { listen 80; location / { proxy_set_header X-Forwarded-Prefix ""; ${PASS} } }`,
      'server { listen 80; location /app/ { uwsgi_param PATH_INFO $document_uri; uwsgi_param SCRIPT_NAME /app; uwsgi_modifier1 30; uwsgi_pass 127.0.0.1:3031; } }',
      `server { listen 80; location /api/ { proxy_set_header X-Forwarded-Prefix /app; ${PASS} } }`,
    ],
  },
  {
    rule: 'platform-host-replaced',
    inside: 'http',
    bad: [
      'server { listen 80; location / { proxy_set_header Host $host; proxy_pass https://shop.herokuapp.com; } }',
      'server { listen 80; server_name a.example; location / { proxy_set_header Host $http_host; proxy_pass https://files.s3.eu-west-1.amazonaws.com; } }',
      'server { listen 80; proxy_set_header Host $host; location /api/ { proxy_pass https://abc123.execute-api.us-east-1.amazonaws.com/prod/; } }',
      'server { listen 80; server_name a.example; location / { proxy_set_header Host a.example; proxy_pass https://site.vercel.app; } }',
      'server { listen 80; location / { proxy_set_header host $host:443; proxy_pass https://svc-uc.a.run.app; } }',
      inc('server { listen 80; location / { @ proxy_pass https://me.github.io; } }', 'proxy_set_header Host $host;'),
    ],
    sane: [
      'server { listen 80; location / { proxy_pass https://shop.herokuapp.com; } }',
      'server { listen 80; location / { proxy_set_header Host $proxy_host; proxy_pass https://shop.herokuapp.com; } }',
      'server { listen 80; location / { proxy_set_header Host shop.herokuapp.com; proxy_pass https://shop.herokuapp.com; } }',
      'server { listen 80; location / { proxy_set_header Host $host; proxy_pass https://backend.example.net; } }',
      `server { listen 80; location / { proxy_set_header Host $host; ${PASS} } }`,
      'server { listen 80; location / { proxy_set_header X-Forwarded-Host $host; proxy_pass https://site.netlify.app; } }',
    ],
  },
  {
    rule: 'acme-challenge-refused',
    inside: 'http',
    bad: [
      `server { listen 80; ${AUTH} location /.well-known/acme-challenge/ { root /srv/acme; } }`,
      `${AUTH}\nserver { listen 80; location ^~ /.well-known/acme-challenge/ { root /srv/acme; } }`,
      `server { listen 80; allow 10.0.0.0/8; deny all; location /.well-known/acme-challenge/ { root /srv/acme; } }`,
      `server { listen 80; auth_request /who; location /.well-known/acme-challenge/ { root /srv/acme; } location = /who { internal; proxy_pass http://127.0.0.1:9000; } }`,
      `server { listen 80; ${AUTH} location ~ ^/\\.well-known/acme-challenge/ { ${PASS} } }`,
      inc('server { listen 80; @ location /.well-known/acme-challenge/ { root /srv/acme; } }', AUTH),
    ],
    sane: [
      `server { listen 80; ${AUTH} location /.well-known/acme-challenge/ { auth_basic off; root /srv/acme; } }`,
      `server { listen 80; allow 10.0.0.0/8; deny all; location /.well-known/acme-challenge/ { allow all; root /srv/acme; } }`,
      'server { listen 80; location /.well-known/acme-challenge/ { root /srv/acme; } location / { return 301 https://$host$request_uri; } }',
      `server { listen 443 ssl; server_name a.example; ${CERT} ${AUTH} location /.well-known/acme-challenge/ { root /srv/acme; } }`,
      `server { listen 80; ${AUTH} satisfy any; allow 10.0.0.0/8; deny all; location /.well-known/acme-challenge/ { allow all; root /srv/acme; } }`,
      `server { listen 80; location /.well-known/acme-challenge/ { root /srv/acme; } location / { ${AUTH} ${PASS} } }`,
    ],
  },
  {
    rule: 'static-type-missing',
    inside: 'http',
    bad: [
      'types { text/css css; }\nserver { listen 80; root /srv; types { application/wasm wasm; } location / { index a.html; } }',
      'types { text/css css; }\nserver { listen 80; root /srv; location /static/ { types { font/woff2 woff2; } } }',
      'types { text/css css; }\ndefault_type application/octet-stream;\nserver { listen 80; root /srv; types { text/plain log; } location / { autoindex on; } }',
      'server { listen 80; root /srv; location / { try_files $uri $uri/ /index.html; } }',
      'server { listen 80; location /assets/ { alias /srv/assets/; } location / { proxy_pass http://127.0.0.1:8000; } }',
      inc('server { listen 80; root /srv; @ location / { index a.html; } }', 'types { application/wasm wasm; }'),
    ],
    sane: [
      'types { text/css css; }\nserver { listen 80; root /srv; location / { index a.html; } }',
      'include mime.types;\nserver { listen 80; root /srv; location / { index a.html; } }',
      `server { listen 80; location / { ${PASS} } }`,
      'types { text/css css; }\nserver { listen 80; root /srv; location /public/ { types {} default_type application/octet-stream; } }',
      'types { text/css css; }\nserver { listen 80; root /srv; location /assets/ { types { text/css css; font/woff2 woff2; } } }',
      'server { listen 80; return 301 https://$host$request_uri; }',
      http('include /etc/nginx/mime.types;\nserver { listen 80; location /static/ { alias /srv/static/; } }'),
    ],
  },
];
