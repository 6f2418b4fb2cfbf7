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
      // no handshake, and a place of pages
      `location /static/ { root /srv; } location /media/ { root /srv; } location / { ${PASS} }`,
    ],
    sane: [],
    mild: [
      `location /static/ { root /srv; } location /media/ { root /srv; } location /ws/ { ${SOCKET} ${PASS} } location / { ${TOLD} ${PASS} }`,
      `location /staticfiles/ { root /srv; } location /mediafiles/ { root /srv; } location /ws { ${SOCKET} ${PASS} } location / { ${TOLD} ${PASS} }`,
    ],
  },
  {
    rule: 'forwarded-headers-missing',
    inside: 'http',
    bad: [`server { ${TLS} location /shop/ { proxy_set_header Host $host; ${PASS} } }`],
    sane: [],
    mild: [`server { ${TLS} location /shop-assets/ { proxy_set_header Host $host; ${PASS} } location / { ${TOLD} ${PASS} } }`],
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
];
