/** Problems that people ask about with their application beside nginx, and the same things done right. */
import { http, type Trial, tree } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const whole = (inside: string, files: Readonly<Record<string, string>> = {}) =>
  tree(
    [
      `#- nginx.conf\nevents {}\nhttp {\n${inside}\n}\n`,
      ...Object.entries(files).map(([path, text]) => `#- ${path}\n${text.trim()}\n`),
    ].join(''),
  );

const ZONE = 'limit_req_zone $binary_remote_addr zone=one:10m rate=5r/s;';
const limited = (inside: string, zone = ZONE) => http(`${zone}\nserver { listen 80; server_name www.example.org; ${inside} }`);

const PHP =
  'location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass unix:/run/php/php-fpm.sock; }';

const settings = (more = '', urls = "path('', views.home), path('orders/', views.orders)") => ({
  'app/manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')",
  'app/gunicorn.conf.py': "bind = '127.0.0.1:8000'",
  'app/shop/settings.py': `ALLOWED_HOSTS = ['shop.example.com']\nROOT_URLCONF = 'shop.urls'\n${more}`,
  'app/shop/urls.py': `from django.contrib import admin\nfrom django.urls import include, path\nfrom . import views\nurlpatterns = [${urls}]`,
});
const COMMON = "MIDDLEWARE = ['django.middleware.common.CommonMiddleware', 'django.middleware.csrf.CsrfViewMiddleware']";
const TO_APP = `location / { ${PASS} proxy_set_header Host $host; }`;
const shop = (lines: string, more = COMMON, urls?: string) =>
  whole(`server { listen 80; server_name shop.example.com; ${lines} }`, settings(more, urls));

const ROUTED = '{ "dependencies": { "vue": "^3.4.0", "vue-router": "^4.2.0" } }';
const IMAGE = (out = 'dist', to = '/usr/share/nginx/html', base = 'nginx:1.28') =>
  `FROM node:22 AS build\nWORKDIR /web\nCOPY . .\nRUN npm ci && npm run build\nFROM ${base}\nCOPY --from=build /web/${out} ${to}\nCOPY site.conf /etc/nginx/conf.d/default.conf`;
const page = (
  site: string,
  { json = ROUTED, image = IMAGE(), ...more }: { json?: string; image?: string; files?: Record<string, string> } = {},
) => whole('include web/site.conf;', { 'web/site.conf': site, 'web/package.json': json, 'web/Dockerfile': image, ...more.files });
const HTML = 'root /usr/share/nginx/html;';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'try-files-never-tried',
    bad: [
      http('server { listen 80; root /srv/www; try_files $uri /index.html; location / { index index.html; } }'),
      http(
        'server { listen 80; root /srv/www; try_files $uri $uri/ /index.html; location / { add_header X-A b; } location /api/ { return 200; } }',
      ),
      http('server { listen 80; root /srv/www; location / { expires 1h; } try_files $uri /index.html; }'),
      http('server { listen 80; root /srv/www; location / { limit_except GET { deny all; } } try_files $uri /index.html; }'),
      http(`server { listen 80; root /srv/www; try_files $uri @app; location / { gzip off; } location @app { ${PASS} } }`),
      http('server { listen 80; root /srv/www; try_files $uri /index.html; location ^~ / { access_log off; } }'),
      whole('server { listen 80; root /srv/www; include part.inc; }', {
        'part.inc': 'try_files $uri /index.html; location / { expires 1h; }',
      }),
    ],
    sane: [
      http('server { listen 80; root /srv/www; try_files $uri /index.html; }'),
      http(`server { listen 80; root /srv/www; try_files $uri /index.html; location /api/ { ${PASS} } }`),
      http(`server { listen 80; root /srv/www; try_files $uri /index.html; location / { ${PASS} } }`),
      http('server { listen 80; root /srv/www; try_files $uri /index.html; location / { try_files $uri =404; } }'),
      http('server { listen 80; root /srv/www; try_files $uri /index.html; location = / { expires 1h; } }'),
      http('server { listen 80; root /srv/www; location / { add_header X-A b; try_files $uri /index.html; } }'),
      http('server { listen 80; root /srv/www; try_files $uri /index.html; location / { autoindex on; } }'),
      http(
        'server { listen 80; root /srv/www; try_files $uri /index.html; location / { return 301 https://www.example.org$request_uri; } }',
      ),
    ],
  },
  {
    rule: 'try-files-file-as-uri',
    bad: [
      http('server { listen 80; root /srv/www; location / { try_files $uri uri/ =404; } }'),
      http('server { listen 80; root /srv/www; location / { try_files index.html $uri =404; } }'),
    ],
    sane: [
      http('server { listen 80; root /srv/www; location / { try_files $uri $uri/index.html "" =404; } }'),
      http(`server { listen 80; root /srv/www; location /x { try_files blocked.html @app; } location @app { ${PASS} } }`),
    ],
  },
  {
    rule: 'comma-in-list',
    bad: [
      http('server { listen 80; root /srv/www; index index.php, index.html; }'),
      http('index index.html,index.htm;'),
      http('server { listen 80; root /srv/www; location / { try_files $uri, $uri/ =404; } }'),
      http('gzip on; gzip_types text/css,application/javascript;'),
      http('gzip on; gzip_types text/css , application/javascript;'),
      http('sub_filter_types text/css, text/javascript;'),
      http(`server { listen 80; location / { uwsgi_cache_bypass $cookie_a, $arg_b; uwsgi_pass unix:/run/app.sock; } }`),
      http(`server { listen 80; location / { proxy_no_cache $http_authorization, $cookie_a; ${PASS} } }`),
    ],
    sane: [
      http('server { listen 80; root /srv/www; index index.php index.html; }'),
      http('server { listen 80; root /srv/www; index "a, b.html"; }'),
      http('server { listen 80; root /srv/www; location / { try_files $uri $uri/ /a,b; } }'),
      http('server { listen 80; root /srv/www; location / { try_files /maps/$arg_x,$arg_y.png =404; } }'),
      http('gzip on; gzip_types text/css application/javascript;'),
      http(`server { listen 80; location / { proxy_cache_bypass "$cookie_a,$arg_b"; ${PASS} } }`),
      http(`server { listen 80; location / { add_header Vary "Accept, Cookie"; ${PASS} } }`),
      http(
        'server { listen 80; location / { root /srv/www; secure_link $arg_md5,$arg_expires; secure_link_md5 "$secure_link_expires$uri x"; } }',
      ),
    ],
  },
  {
    rule: 'equals-sign-as-value',
    bad: [
      http(`server { listen 80; server_name = shop.example.com; location / { ${PASS} } }`),
      http('server { listen 80; root /srv/www; index = start.html; }'),
      http('server { listen 80; root /srv/www; location / { try_files = $uri $uri/ /index.html; } }'),
      http('gzip on; gzip_types = application/json text/css;'),
      http(`server { listen 80; location / { uwsgi_cache_bypass = $cookie_a; uwsgi_pass unix:/run/app.sock; } }`),
      http(`server { listen 80; location / { proxy_no_cache = $cookie_a; ${PASS} } }`),
      http(`server { listen 80; location / { add_header = nosniff; ${PASS} } }`),
    ],
    sane: [
      http(`server { listen 80; server_name shop.example.com; location = / { ${PASS} } }`),
      http('server { listen 80; root /srv/www; index start.html; error_page 404 = /missing.html; }'),
      http('server { listen 80; root /srv/www; location / { try_files $uri =404; } }'),
      http('server { listen 80; root /srv/www; index "=" start.html; }'),
      http(`server { listen 80; location / { if ($http_x = a) { return 403; } ${PASS} } }`),
      http(`map $http_x $y { = 1; default 0; }\nserver { listen 80; location / { add_header X-Y $y; ${PASS} } }`),
    ],
  },
  {
    rule: 'body-limit-asked-elsewhere',
    inside: 'server',
    bad: [
      `root /srv; location / { try_files $uri @app; }\nlocation @app { client_max_body_size 50m; ${PASS} }`,
      `root /srv; try_files $uri @app;\nlocation @app { client_max_body_size 0; uwsgi_pass unix:/run/app.sock; }`,
      `client_max_body_size 5m;\nlocation /api/ { error_page 418 = @big; return 418; }\nlocation @big { client_max_body_size 1g; ${PASS} }`,
      `location /upload/ { client_max_body_size 100m; rewrite ^/upload/(.*)$ /api/$1 last; }\nlocation /api/ { ${PASS} }`,
      `location = /import { client_max_body_size 20m; rewrite ^ /api/import last; }\nlocation /api/ { client_max_body_size 10m; ${PASS} }`,
      `root /srv; location / { client_max_body_size 64m; try_files $uri $uri/ /index.php?$args; }\n${PHP}`,
      http(
        `server { listen 80; root /srv; location /wp/ { client_max_body_size 64m; try_files $uri /wp/index.php$is_args$args; } ${PHP} }`,
      ),
    ],
    sane: [
      `root /srv; client_max_body_size 50m;\nlocation / { try_files $uri @app; }\nlocation @app { ${PASS} }`,
      `root /srv; location / { client_max_body_size 50m; try_files $uri @app; }\nlocation @app { client_max_body_size 50m; ${PASS} }`,
      `root /srv; location / { client_max_body_size 0; try_files $uri @app; }\nlocation @app { client_max_body_size 50m; ${PASS} }`,
      `location /upload/ { client_max_body_size 100m; rewrite ^/upload/(.*)$ /$1 break; ${PASS} }\nlocation /api/ { ${PASS} }`,
      `root /srv; client_max_body_size 64m; location / { try_files $uri /index.php?$args; }\n${PHP}`,
      `root /srv; location / { try_files $uri @app; }\nlocation @app { client_max_body_size 512k; ${PASS} }`,
      // Git sends its packs without a length
      `client_max_body_size 5m;\nlocation ~ /git-(upload|receive)-pack$ { error_page 418 = @git; return 418; }\nlocation @git { client_max_body_size 0; ${PASS} }`,
      // one of the ways has room, and may be the one of the uploads
      `root /srv; location / { try_files $uri @app; }\nlocation /files/ { client_max_body_size 50m; try_files $uri @app; }\nlocation @app { client_max_body_size 50m; ${PASS} }`,
      `location /upload/ { client_max_body_size 100m; if ($arg_old) { rewrite ^ /old/ last; } ${PASS} }\nlocation /old/ { ${PASS} }`,
    ],
  },
  {
    rule: 'limit-without-burst',
    bad: [
      limited(`location / { limit_req zone=one; ${PASS} }`),
      limited(`limit_req zone=one; location / { ${PASS} }`),
      limited('root /srv/www; limit_req zone=one; location / { index index.html; }'),
      limited(`limit_req zone=one; location / { ${PASS} } location /api/ { limit_req zone=one burst=20; ${PASS} }`),
      limited('location / { limit_req zone=one burst=0; uwsgi_pass unix:/run/app.sock; }'),
      limited(`location / { limit_req zone=one nodelay; ${PASS} }`, 'limit_req_zone $http_x_forwarded_for$host zone=one:10m rate=60r/m;'),
      whole(`${ZONE}\nserver { listen 80; server_name www.example.org; include part.inc; }`, {
        'part.inc': `location / { limit_req zone=one; ${PASS} }`,
      }),
    ],
    sane: [
      limited(`location / { limit_req zone=one burst=20 nodelay; ${PASS} }`),
      limited(`location / { limit_req zone=one; ${PASS} } location /static/ { root /srv; }`),
      limited(`location = /login { limit_req zone=one; ${PASS} } location / { ${PASS} }`),
      limited(`location / { limit_req zone=one; limit_req_dry_run on; ${PASS} }`),
      http(`${ZONE}\nserver { listen 80; server_name api.example.org; location / { limit_req zone=one; ${PASS} } }`),
      limited(`location / { limit_req zone=one; ${PASS} }`, 'limit_req_zone $binary_remote_addr$request_uri zone=one:10m rate=5r/s;'),
      limited(`location / { limit_req zone=one; ${PASS} }`, 'limit_req_zone $binary_remote_addr zone=one:10m rate=500r/s;'),
      limited(`location / { limit_req zone=one; ${PASS} } location ~* \\.(css|js|png)$ { ${PASS} }`),
    ],
  },
  {
    rule: 'event-path-buffered',
    inside: 'server',
    bad: [
      `location /sse { ${PASS} }`,
      `location /api/v1/event-stream { proxy_http_version 1.1; ${PASS} }`,
      `location = /eventsource { proxy_set_header Connection ""; ${PASS} }`,
      `location ^~ /live/sse/ { proxy_read_timeout 1h; ${PASS} }`,
      `location /events/ { proxy_cache off; proxy_http_version 1.1; ${PASS} }`,
      `location /api/stream { chunked_transfer_encoding off; ${PASS} }`,
      `proxy_buffering on; location /notifications { proxy_read_timeout 86400s; ${PASS} }`,
    ],
    sane: [
      `location /sse { proxy_buffering off; ${PASS} }`,
      `proxy_buffering off; location /sse { ${PASS} }`,
      `location /events { ${PASS} }`,
      `location /events { proxy_read_timeout 120s; ${PASS} }`,
      `location /stream { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_read_timeout 1d; ${PASS} }`,
      `location /assets { proxy_read_timeout 1d; ${PASS} }`,
      `location /sse.js { ${PASS} }`,
      'location /sse { root /srv; }',
    ],
  },
  {
    rule: 'slash-removed-and-added',
    bad: [
      shop(`rewrite ^/(.*)/$ /$1 permanent; ${TO_APP}`),
      shop(`rewrite ^(.+)/+$ $1 redirect; ${TO_APP}`),
      shop(`if ($request_uri ~ ^(/.+)/$) { return 301 $1; } ${TO_APP}`),
      shop(`location ~ ^(.+)/$ { return 308 $scheme://$host$1$is_args$args; } ${TO_APP}`),
      shop(`location / { rewrite ^/(.+)/$ /$1 permanent; ${PASS} proxy_set_header Host $host; }`),
      shop(`location = /orders/ { return 301 /orders; } ${TO_APP}`, `${COMMON}\nAPPEND_SLASH = True`),
      shop(`rewrite ^/(.*)/$ /$1 permanent; ${TO_APP}`, COMMON, "path('admin/', admin.site.urls)"),
    ],
    sane: [
      shop(TO_APP),
      shop(`rewrite ^([^.]*[^/])$ $1/ permanent; ${TO_APP}`),
      shop(`rewrite ^/(.*)/$ /$1 permanent; ${TO_APP}`, `${COMMON}\nAPPEND_SLASH = False`),
      shop(`rewrite ^/(.*)/$ /$1 permanent; ${TO_APP}`, "MIDDLEWARE = ['django.middleware.csrf.CsrfViewMiddleware']"),
      shop(`rewrite ^/(.*)/$ /$1 permanent; ${TO_APP}`, COMMON, "path('orders', views.orders)"),
      shop(`location = /docs/ { return 301 /docs; } ${TO_APP}`),
      shop(`rewrite ^/old/(.*)/$ /$1 permanent; ${TO_APP}`),
      shop(`rewrite ^/(.*)/$ /$1 permanent; ${TO_APP}`, COMMON, "path('shop/', include('shop.more'))"),
    ],
  },
  {
    rule: 'single-page-without-fallback',
    bad: [
      page(`server { listen 80; ${HTML} location / { index index.html; } }`),
      page(`server { listen 80; location / { ${HTML} try_files $uri $uri/ =404; } }`),
      page(`server { listen 80; ${HTML} index index.html; }`),
      page(`server { listen 80; ${HTML} location / { try_files $uri =403; } location /api/ { ${PASS} } }`),
      page('server { listen 80; root /srv/site/; location / { } }', { image: IMAGE('build', '/srv/site', 'nginx:alpine') }),
      page(`server { listen 80; ${HTML} error_page 500 /50x.html; location / { } }`, {
        json: '{ "dependencies": { "@angular/core": "17", "@angular/router": "17" } }',
        image: IMAGE('dist/web/browser'),
      }),
      page(`server { listen 80; ${HTML} location / { } location /assets/ { expires 1y; } }`, {
        json: '{ "dependencies": { "react": "18", "react-router-dom": "6" } }',
        files: { 'web/src/index.js': "import { BrowserRouter } from 'react-router-dom'" },
      }),
    ],
    sane: [
      page(`server { listen 80; ${HTML} location / { try_files $uri $uri/ /index.html; } }`),
      page(`server { listen 80; ${HTML} error_page 404 =200 /index.html; }`),
      page(`server { listen 80; ${HTML} location / { try_files $uri @page; } location @page { rewrite ^ /index.html break; } }`),
      page(`server { listen 80; ${HTML} location / { if (!-e $request_filename) { rewrite ^ /index.html last; } } }`),
      page(`server { listen 80; ${HTML} location / { } }`, { json: '{ "dependencies": { "react": "18" } }' }),
      page(`server { listen 80; ${HTML} location / { } }`, { json: '{ "dependencies": { "gatsby": "5", "react-router-dom": "6" } }' }),
      page(`server { listen 80; ${HTML} location / { } }`, {
        files: { 'web/src/router/index.ts': "import { createRouter, createWebHashHistory } from 'vue-router'" },
      }),
      page(`server { listen 80; location / { ${PASS} } }`),
      page('server { listen 80; root /srv/other; }'),
      page(`server { listen 80; ${HTML} location / { } }`, { json: '{ "dependencies": ' }),
    ],
  },
  {
    rule: 'setting-of-another-module',
    bad: [
      whole(`server { listen 80; location / { include sent; ${PASS} } }`, { sent: 'uwsgi_param QUERY_STRING $query_string;' }),
      whole('server { listen 80; location / { include sent; uwsgi_pass unix:/run/app.sock; } }', {
        sent: 'proxy_set_header Host $host;\nproxy_set_header X-Real-IP $remote_addr;',
      }),
      whole(`server { listen 80; include sent; location / { ${PASS} } }`, { sent: 'fastcgi_param QUERY_STRING $query_string;' }),
    ],
    sane: [
      whole(`server { listen 80; include sent; location / { ${PASS} } location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; } }`, {
        sent: 'fastcgi_param QUERY_STRING $query_string;',
      }),
      whole(`server { listen 80; location / { include sent; ${PASS} } }`, { sent: 'proxy_set_header Host $host;\nproxy_redirect off;' }),
      whole(`server { listen 80; location / { include sent; ${PASS} } }`, { sent: 'uwsgi_param A b;\nproxy_set_header Host $host;' }),
    ],
  },
  {
    rule: 'published-port-lost',
    bad: [
      whole(`server { listen 8082; server_name shop.example.com; ${TO_APP} }`, settings(COMMON)),
      whole(
        `server { listen 0.0.0.0:8443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; server_name shop.example.com; ${TO_APP} }`,
        settings(),
      ),
    ],
    sane: [
      whole(
        `server { listen 8082; server_name shop.example.com; location / { ${PASS} proxy_set_header Host $http_host; } }`,
        settings(COMMON),
      ),
      whole(`server { listen 80; listen 8082; server_name shop.example.com; ${TO_APP} }`, settings(COMMON)),
      whole(`server { listen 127.0.0.1:8082; server_name shop.example.com; ${TO_APP} }`, settings(COMMON)),
      whole(`server { listen 8082; set_real_ip_from 10.0.0.0/8; server_name shop.example.com; ${TO_APP} }`, settings(COMMON)),
      whole(`server { listen 8082 proxy_protocol; server_name shop.example.com; ${TO_APP} }`, settings(COMMON)),
      whole(
        `server { listen 80; server_name shop.example.com; location / { proxy_pass http://127.0.0.1:8082; proxy_set_header Host $host; } }\nserver { listen 8082; server_name shop.example.com; ${TO_APP} }`,
        settings(COMMON),
      ),
    ],
  },
  {
    rule: 'body-limit-of-redirect',
    bad: [],
    sane: [
      `server { listen 80; server_name a.example; client_max_body_size 20m; return 301 https://$host$request_uri; }\nserver { listen 443 ssl; server_name a.example; ssl_certificate a.pem; ssl_certificate_key a.key; client_max_body_size 20m; location / { ${PASS} } }`,
    ].map((text) => http(text)),
  },
];
