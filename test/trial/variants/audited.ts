/** What an audit of the warnings that real projects get most often found: places in which they were false or told of nothing that matters. */
import { http, type Trial } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const TLS = 'listen 443 ssl; server_name shop.example.com; ssl_certificate a.pem; ssl_certificate_key a.key;';
const GUARDED =
  'add_header X-Content-Type-Options nosniff always; add_header X-Frame-Options DENY always; add_header Content-Security-Policy "default-src \'self\'" always;';
const SOCKET = 'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";';
const TOLD = 'proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'header-inheritance-lost',
    bad: [
      // what people bring may be a page, and SVG runs scripts
      `${GUARDED} location /uploads/ { add_header X-Content-Type-Options nosniff always; add_header Cache-Control public; root /srv; }`,
      `${GUARDED} location ~* /uploads/.*\\.(svg|ttf|woff2)$ { add_header Cache-Control public; root /srv; }`,
      `${GUARDED} location ~ ^/(docs|css|img)/ { add_header Cache-Control public; root /srv; }`,
      `${GUARDED} location /img/ { add_header Cache-Control public; root /srv; }`,
      `${GUARDED} location / { add_header X-Content-Type-Options nosniff always; add_header X-Frame-Options DENY always; ${PASS} }`,
      `${GUARDED} location = /sorry { add_header X-A b; return 503 "<p>$arg_why</p>"; }`,
      `${GUARDED} location /media/ { root /srv; } location ~* \\.(?:svgz?|ttf|woff2?)$ { add_header Cache-Control public; root /srv; }`,
    ],
    sane: [],
    mild: [
      `${GUARDED} location ~ ^/(libs|css|static|images|fonts|lang|sounds|.well-known)/(.*)$ { add_header Access-Control-Allow-Origin "*"; alias /srv/$1/$2; }`,
      `${GUARDED} location /.well-known/matrix { default_type application/json; add_header Access-Control-Allow-Origin "*"; root /srv; }`,
      `${GUARDED} location ~ ^/(fonts|js|css|img)/ { add_header Cache-Control public; root /srv; }`,
      `${GUARDED} location ~* \\.(?:svgz?|ttf|ttc|otf|eot|woff2?)$ { add_header Access-Control-Allow-Origin "*"; root /srv; }`,
      `${GUARDED} location ~* \\.(?:svg|png|ico|woff2|css|js|wasm)$ { add_header Cache-Control "public"; ${PASS} }`,
      `${GUARDED} location /uploads/ { add_header X-Content-Type-Options nosniff always; add_header X-Frame-Options DENY always; ${PASS} }`,
      `${GUARDED} location / { error_page 502 = @down; ${PASS} } location @down { add_header X-A b; default_type application/json; return 502 '{"error":"down"}'; }`,
    ],
  },
  {
    rule: 'security-header-without-effect',
    bad: [
      `location / { add_header X-Frame-Options ALLOWALL; add_header Content-Security-Policy "default-src 'self'"; ${PASS} }`,
      // the policy of the server is not sent where the location has lines of its own
      `add_header Content-Security-Policy "frame-ancestors 'self'"; location / { add_header X-Frame-Options ALLOWALL; ${PASS} }`,
    ],
    sane: [
      `location / { add_header X-Frame-Options ALLOWALL; add_header Content-Security-Policy "frame-ancestors 'self' https://portal.example.com"; ${PASS} }`,
      `add_header Content-Security-Policy "default-src 'self'; frame-ancestors https://portal.example.com" always; add_header X-Frame-Options "ALLOW-FROM https://portal.example.com" always; root /srv;`,
      `add_header X-Frame-Options SAMEORIGIN; root /srv;`,
    ],
  },
  {
    rule: 'try-files-missing-fallback',
    bad: ['location /files/ { root /srv; try_files $uri $uri/; }'],
    sane: ['location /files/ { internal; root /srv; try_files $uri =404; }'],
    mild: ['location /files/ { internal; alias /srv/files/; try_files $uri $uri/; }'],
  },
  {
    rule: 'proxy-host-missing',
    bad: [
      `location /ws/ { ${SOCKET} ${PASS} } location / { ${TOLD} ${PASS} }`,
      `location /static/ { root /srv; } location /ws/ { ${SOCKET} ${PASS} } location / { ${TOLD} ${PASS} }`,
      `listen 443 ssl; location / { proxy_pass_request_body off; ${PASS} }`,
      // no handshake, and a place of pages
      `location /static/ { root /srv; } location /media/ { root /srv; } location / { ${PASS} }`,
    ],
    sane: [`listen 127.0.0.1:8080; location / { proxy_set_header X-Auth-Key k; proxy_pass_request_body off; ${PASS} }`],
    mild: [
      `location /static/ { root /srv; } location /media/ { root /srv; } location /ws/ { ${SOCKET} ${PASS} } location / { ${TOLD} ${PASS} }`,
      `location / { ${TOLD} ${PASS} error_page 404 = @page; } location @page { proxy_pass http://127.0.0.1:8001/index.html; }`,
      `location /staticfiles/ { root /srv; } location /mediafiles/ { root /srv; } location /ws { ${SOCKET} ${PASS} } location / { ${TOLD} ${PASS} }`,
    ],
  },
  {
    rule: 'forwarded-headers-missing',
    inside: 'http',
    bad: [`server { ${TLS} location /shop/ { proxy_set_header Host $host; ${PASS} } }`],
    sane: [],
    mild: [
      // the documented list of oauth2-proxy
      `server { ${TLS} location /oauth2/ { proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr; proxy_set_header X-Scheme $scheme; proxy_set_header X-Auth-Request-Redirect $request_uri; ${PASS} } }`,
      `server { ${TLS} location /shop-assets/ { proxy_set_header Host $host; ${PASS} } location / { ${TOLD} ${PASS} } }`,
    ],
  },
  {
    rule: 'internal-header-passed',
    bad: [
      // the name is told to be no proof, and that is all there is to say
      http(
        `server { ${TLS} location /a/ { ${PASS} proxy_set_header X-Forwarded-User $remote_user; } location /b/ { ${PASS} proxy_set_header Host $host; } }`,
      ),
      http(
        `server { ${TLS} location /a/ { ${PASS} proxy_set_header X-Forwarded-User $remote_user; } location /c/ { auth_basic x; auth_basic_user_file u; ${PASS} proxy_set_header X-Forwarded-User $remote_user; } location /b/ { ${PASS} proxy_set_header Host $host; } }`,
      ),
    ],
    sane: [http(`server { ${TLS} location /a/ { ${PASS} proxy_set_header X-Forwarded-User ""; } location /b/ { ${PASS} } }`)],
  },
  {
    rule: 'admin-tool-exposed',
    inside: 'http',
    bad: [
      `server { ${TLS} location / { proxy_pass http://prometheus:9090; } location = /-/healthy { proxy_pass http://prometheus:9090; } }`,
    ],
    sane: [
      `server { ${TLS} location = /-/healthy { proxy_pass http://prometheus:9090; } }`,
      `server { ${TLS} location /-/ready { proxy_pass http://prometheus:9090/-/ready; } }`,
    ],
  },
  {
    rule: 'filesystem-root-exposed',
    bad: ['root /dev;', 'root /dev/null/..;', 'location / { alias /dev/; }'],
    sane: ['root /dev/null;', `root /dev/null; location /app/ { ${PASS} }`, 'location / { root /dev/null; }'],
  },
  {
    rule: 'request-buffering-off',
    bad: ['location / { client_max_body_size 100m; uwsgi_request_buffering off; uwsgi_pass 127.0.0.1:3031; }'],
    sane: ['location / { client_max_body_size 50g; uwsgi_pass 127.0.0.1:3031; }'],
    mild: ['location ~ /files/.+/content$ { client_max_body_size 50g; uwsgi_request_buffering off; uwsgi_pass 127.0.0.1:3031; }'],
  },
  {
    rule: 'unsafe-if',
    bad: [
      `location / { if ($arg_beta) { proxy_pass http://127.0.0.1:8001; } try_files $uri @app; } location @app { ${PASS} }`,
      `location / { root /srv; if ($arg_beta) { proxy_pass http://127.0.0.1:8001; } if ($arg_next) { proxy_pass http://127.0.0.1:8002; } ${PASS} }`,
    ],
    sane: [`location / { if ($arg_beta) { return 302 /beta/; } ${PASS} }`],
    mild: [
      `location = /metrics { if ($arg_comp = core) { proxy_pass http://127.0.0.1:8001; } if ($arg_comp = jobs) { proxy_pass http://127.0.0.1:8002; } ${PASS} }`,
    ],
  },
  {
    rule: 'cors-misconfigured',
    bad: [
      `location /api/ { add_header Access-Control-Allow-Origin $http_origin always; add_header Access-Control-Allow-Credentials true always; ${PASS} }`,
      'location /files/ { auth_basic x; auth_basic_user_file u; add_header Access-Control-Allow-Origin $http_origin always; add_header Access-Control-Allow-Credentials true always; root /srv; }',
    ],
    sane: ['location /avatars/ { add_header Access-Control-Allow-Origin "*" always; root /srv; }'],
    mild: [
      'location /avatars/ { add_header Access-Control-Allow-Origin $http_origin always; add_header Access-Control-Allow-Credentials true always; root /srv; }',
    ],
  },
];
