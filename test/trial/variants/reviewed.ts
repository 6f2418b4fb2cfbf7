/** What a review of rules that had become quieter, or told more, found: faults that were no longer told, and sane use that was. */
import { http, type Trial, tree } from '../trial.ts';

const SAID =
  'proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme;';
const to = (port: number, host = '127.0.0.1'): string => `${SAID} proxy_pass http://${host}:${port};`;
const CREDENTIALS =
  'add_header Access-Control-Allow-Origin $http_origin always; add_header Access-Control-Allow-Credentials true always; add_header Vary Origin always;';
const HEADERS = `add_header X-Frame-Options DENY always; add_header X-Content-Type-Options nosniff always; add_header Content-Security-Policy "default-src 'self'" always;`;
const PROTECTED = 'add_header X-Content-Type-Options nosniff; add_header X-Frame-Options DENY;';
const FETCH = 'internal; proxy_set_header Host $1; proxy_pass http://127.0.0.1:9000/$2;';
const ASSETS = `location ~* \\.(css|js|png)$ { ${to(3000)} expires 7d; }`;
const PHP = (socket: string): string =>
  `#- nginx.conf\nevents {}\nhttp { server { root /srv/www; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass unix:${socket}; } } }`;
const POOL = '\n#- pool.d/www.conf\n[www]\nuser = www-data\nlisten = /run/php/php8.2-fpm.sock\n';
const HTML = 'fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass unix:/run/php/php-fpm.sock;';
const BEHIND = (ports: string): string =>
  `#- nginx.conf\nevents {}\nhttp { server { listen 80; location / { proxy_set_header Host $host:$proxy_port; proxy_pass http://web:8000; } } }
#- docker-compose.yml
services:
  nginx:
    image: nginx:1.28
    ports: ["${ports}"]
    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
  web:
    image: shop
    command: gunicorn --bind 0.0.0.0:8000 shop.wsgi
`;
const UNIT = `
#- shop.service
[Service]
User=shop
WorkingDirectory=/srv/shop
ExecStart=/srv/shop/venv/bin/gunicorn --bind 127.0.0.1:8000 shop.wsgi
`;
const FALLING = (lines: string): string =>
  `#- nginx.conf\nevents {}\nhttp { server { root /srv/files; location / { ${lines} try_files $uri @api; } location @api { ${to(8000)} } } }`;

export const TRIALS: readonly Trial[] = [
  {
    rule: 'file-path-from-client',
    bad: [
      // the folder is there, and the client adds the slash: /../../secret
      'location /x/ { root /srv/www; try_files /img$arg_path =404; }',
      'location /x/ { root /srv/www; try_files /files.d$arg_path =404; }',
      'location /x/ { fastcgi_param SCRIPT_FILENAME /srv/app$arg_page.php; fastcgi_pass 127.0.0.1:9000; }',
    ],
    sane: [
      'location /x/ { root /srv/www; try_files /page-$arg_id.html =404; }',
      'location /x/ { root /srv/www; try_files /item_$arg_id =404; }',
      'location /x/ { root /srv/www; try_files /page.$arg_lang.html /page.html; }',
    ],
  },
  {
    rule: 'host-spoofing',
    bad: [
      // a copy has the client's arguments
      `location / { mirror /_copy; ${to(8000)} } location = /_copy { internal; proxy_set_header Host $arg_host; proxy_pass http://127.0.0.1:9000; }`,
      // the configuration leads there, with the client's path
      `location /img/ { rewrite ^/img/(.*)$ /_fetch/$1 last; } location ~ ^/_fetch/([^/]+)/(.*)$ { ${FETCH} }`,
      `location /img/ { root /srv/www; try_files $uri /_fetch$uri; } location ~ ^/_fetch/img/([^/]+)/(.*)$ { ${FETCH} }`,
      'location /img/ { error_page 418 = /_fetch; return 418; } location = /_fetch { internal; proxy_set_header Host $arg_host; proxy_pass http://127.0.0.1:9000; }',
    ],
    sane: [
      `location / { ${to(8000)} } location ~ ^/_fetch/([^/]+)/(.*)$ { ${FETCH} }`,
      `location / { ${to(8000)} } location /_s3/ { internal; location ~ ^/_s3/([^/]+)/(.*)$ { proxy_set_header Host $1; proxy_pass http://127.0.0.1:9000/$2; } }`,
      `location /old/ { rewrite ^/old/(.*)$ /new/$1 last; } location /new/ { ${to(8000)} } location ~ ^/_fetch/([^/]+)/(.*)$ { ${FETCH} }`,
      `location / { try_files $uri /index.html; } location ~ ^/_fetch/([^/]+)/(.*)$ { ${FETCH} }`,
    ],
  },
  {
    rule: 'cors-misconfigured',
    bad: [
      // the files come first, and the line counts for the application as well
      `root /srv/www; ${CREDENTIALS} location / { try_files $uri $uri/ =404; } location /api/ { ${to(8000)} }`,
    ],
    sane: [],
    mild: [`root /srv/www; ${CREDENTIALS} location / { try_files $uri $uri/ =404; }`],
  },
  {
    rule: 'header-inheritance-lost',
    bad: [
      // what people bring is a page as soon as somebody uploads one
      `root /srv/www; ${HEADERS} location /uploads/ { ${PROTECTED} }`,
      `root /srv/www; ${HEADERS} location /attachments/ { alias /srv/brought/; } location ~ \\.(svg|woff2)$ { add_header Cache-Control public; }`,
    ],
    sane: [],
    mild: [
      `root /srv/www; ${HEADERS} location /media/ { ${PROTECTED} }`,
      `root /srv/www; ${HEADERS} location ~ \\.(svg|woff2)$ { add_header Cache-Control public; }`,
    ],
  },
  {
    rule: 'unsafe-if',
    bad: [
      // nobody asks for the condition behind a break, and after a rewrite another location answers
      `location /api/ { rewrite ^/api/(.*)$ /$1 break; if ($http_x_stage = new) { proxy_pass http://127.0.0.1:8001; } ${to(8000)} }`,
      `location /a/ { rewrite ^/a/(.*)$ /b/$1; if ($http_x_stage = new) { proxy_pass http://127.0.0.1:8001; } ${to(8000)} }`,
      // what is included may ask for files
      `location /a/ { include extra.conf; if ($http_x_stage = new) { proxy_pass http://127.0.0.1:8001; } ${to(8000)} }`,
    ],
    sane: [],
    mild: [
      `location /api/ { if ($http_x_stage = new) { proxy_pass http://127.0.0.1:8001; } rewrite ^/api/(.*)$ /$1 break; ${to(8000)} }`,
      `location / { if ($http_x_stage = new) { proxy_pass http://127.0.0.1:8001; } ${to(8000)} }`,
    ],
  },
  {
    rule: 'security-header-without-effect',
    bad: [
      `add_header X-Frame-Options "ALLOW-FROM https://a.example.com"; add_header Content-Security-Policy "frame-ancestors *";`,
      `add_header X-Frame-Options "ALLOW-FROM https://a.example.com"; add_header Content-Security-Policy-Report-Only "frame-ancestors 'self'";`,
    ],
    sane: [
      `add_header X-Frame-Options "ALLOW-FROM https://a.example.com"; add_header Content-Security-Policy "frame-ancestors https://a.example.com";`,
    ],
  },
  {
    rule: 'socket-not-listened',
    bad: [tree(PHP('/run/php/php7.4-fpm.sock') + POOL)],
    sane: [
      // Debian's link to the version that is chosen
      tree(PHP('/run/php/php-fpm.sock') + POOL),
      tree(PHP('/run/php/php8.2-fpm.sock') + POOL),
      tree(PHP('/run/php/php8.2-shop.sock') + POOL),
    ],
  },
  {
    rule: 'unknown-named-location',
    bad: [
      http(`error_page 404 502 @down;\nserver { location / { ${to(8000)} } }`),
      http(`error_page 404 @lost;\nserver { location / { proxy_intercept_errors on; ${to(8000)} } }`),
      http(`error_page 404 @lost;\nserver { root /srv/www; location /api/ { ${to(8000)} } location / { try_files $uri =404; } }`),
    ],
    sane: [
      // the answers of the application are not replaced, and nginx itself has no such error there
      http(`error_page 404 @lost;\nserver { location / { ${to(8000)} } }`),
      http(`error_page 401 403 404 @lost;\nserver { location / { ${to(8000)} } }`),
      http(`error_page 404 @lost;\nserver { location / { ${to(8000)} } location /old/ { return 301 /; } }`),
    ],
  },
  {
    rule: 'script-not-found',
    bad: [`root /srv/blog; location ~ \\.php$ { root html; ${HTML} }`],
    sane: [
      // the folder of packages, which html may well mean
      `root /usr/share/nginx/html; location ~ \\.php$ { root html; ${HTML} }`,
      `root /usr/local/nginx/html/; location ~ \\.php$ { root html; ${HTML} }`,
    ],
  },
  {
    rule: 'assets-without-root',
    bad: [
      `location / { ${to(3000)} } location /wiki/ { ${to(8000)} } ${ASSETS}`,
      `location / { ${to(3000)} } location /blog { ${to(2368, 'blog')} } ${ASSETS}`,
    ],
    sane: [
      // one application by two names, and programs that have no pages
      `location / { ${to(3000)} } location /wiki/ { ${to(3000, 'localhost')} } ${ASSETS}`,
      `location / { ${to(3000)} } location /backend/ { ${to(8000)} } ${ASSETS}`,
      `location / { ${to(3000)} } location /upload { ${to(8000)} } ${ASSETS}`,
      `location / { ${to(3000)} } location /live { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; ${to(8000)} } ${ASSETS}`,
    ],
  },
  {
    rule: 'proxy-pass-slash-mismatch',
    bad: [`location /app { rewrite ^/app(.*)$ /$1 break; ${to(8000)} }`],
    sane: [
      // the name goes on behind the hyphen
      `location /app- { rewrite ^/app-(.*)$ /$1 break; ${to(8000)} }`,
      `location /user_ { rewrite ^/user_(.+)$ /$1 break; ${to(8000)} }`,
      `location /app { rewrite ^/app(?:/(.*))?$ /$1 break; ${to(8000)} }`,
    ],
  },
  {
    rule: 'request-header-wrong-value',
    bad: [tree(BEHIND('8080:80')), tree(BEHIND('80:80'))],
    sane: [
      // published under the port that the application has inside
      tree(BEHIND('8000:80')),
    ],
  },
  {
    rule: 'setting-lost-on-redirect',
    bad: [
      tree(FALLING('add_header X-Frame-Options DENY;')),
      tree(FALLING('add_header Access-Control-Allow-Headers Authorization;') + UNIT),
    ],
    sane: [
      // the application is seen, and may send it itself
      tree(FALLING('add_header X-Frame-Options DENY;') + UNIT),
      tree(FALLING('add_header Strict-Transport-Security max-age=31536000;') + UNIT),
      tree(FALLING('add_header Cache-Control public;')),
    ],
  },
];
