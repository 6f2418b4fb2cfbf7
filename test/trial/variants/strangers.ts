/** What people asked about in public and no rule said: each with sane uses that look like it. */
import { http, stream, type Trial, tree } from '../trial.ts';

const APP = 'proxy_pass http://127.0.0.1:8000;';
const PHP = 'location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }';
const SCRIPT = 'fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass unix:/run/php/php-fpm.sock;';
const CORS = 'add_header Access-Control-Allow-Origin https://shop.example.org always;';
const PREFLIGHT = 'if ($request_method = OPTIONS) { return 204; }';

const files = (named: Readonly<Record<string, string>>): string =>
  Object.entries(named)
    .map(([name, text]) => `#- ${name}\n${text}\n`)
    .join('');
/** A site that speaks to a socket of uWSGI, and its ini file. */
const uwsgi = (ini: string, user = ''): ReturnType<typeof tree> =>
  tree(
    files({
      'nginx.conf': `${user}events {}\nhttp { server { location / { include uwsgi_params; uwsgi_pass unix:/run/shop/shop.sock; } } }`,
      'uwsgi.ini': `[uwsgi]\nmodule = shop.wsgi\nsocket = /run/shop/shop.sock\n${ini}`,
    }),
  );

/** A site of PHP that asks for a socket, and the pool that listens. */
const fpm = (asks: string, listens: string): ReturnType<typeof tree> =>
  tree(
    files({
      'nginx.conf': `events {}\nhttp { server { location ~ \\.php$ { fastcgi_pass unix:${asks}; } } }`,
      'php/pool.d/www.conf': `[www]\nuser = www-data\nlisten = ${listens}\n`,
    }),
  );

/** A group that keeps connections, below lines of http that are not seen, and uvicorn, which closes them after 5 seconds. */
const kept = (lines: string): ReturnType<typeof tree> =>
  tree(
    files({
      'nginx.conf': `events {}\nhttp { include unseen/*.conf; upstream app { server 127.0.0.1:8000; keepalive 16; ${lines} } server { location / { proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://app; } } }`,
      Procfile: 'web: uvicorn shop:app --port 8000\n',
    }),
  );

/** A site that asks an authority first, with these lines. */
const checked = (lines: string): string =>
  `location / { auth_request /check; ${APP} } location = /check { internal; proxy_pass http://127.0.0.1:9000; ${lines} }`;

/** A site of a machine with lines beside the application's location, and the unit that runs the application. */
const home = (lines: string, ofUnit: string, bin = '/srv/venv/bin/', user = ''): ReturnType<typeof tree> =>
  tree(
    files({
      'nginx.conf': `${user}\nevents {}\nhttp { server { listen 80; server_name shop.example.com; ${lines} location / { ${APP} } } }`,
      'shop.service': `[Service]\nUser=ubuntu\n${ofUnit}\nExecStart=${bin}gunicorn --bind 127.0.0.1:8000 shop.wsgi\n`,
    }),
  );

export const TRIALS: readonly Trial[] = [
  {
    rule: 'socket-unreachable',
    bad: [uwsgi('uid = shop\ngid = shop\nchmod-socket = 660\n'), uwsgi('uid = shop\nchown-socket = shop:shop\nchmod-socket = 664\n')],
    sane: [
      uwsgi('uid = shop\ngid = www-data\nchmod-socket = 660\n'),
      uwsgi('uid = shop\ngid = shop\nchmod-socket = 666\n'),
      uwsgi('uid = shop\nchown-socket = shop:nginx\nchmod-socket = 660\n', 'user nginx;\n'),
      uwsgi('uid = shop\ngid = shop\nchmod-socket = 660\n', 'user shop;\n'),
      uwsgi('uid = shop\nchmod-socket = 660\n'),
    ],
  },
  {
    rule: 'program-served-as-text',
    bad: [
      `root /srv/blog; location = /xmlrpc.php { allow 10.0.0.0/8; deny all; } ${PHP}`,
      `root /srv/blog; location ^~ /wp-login.php { access_log /var/log/nginx/login.log; } ${PHP}`,
    ],
    sane: [
      `root /srv/blog; location = /xmlrpc.php { deny all; } ${PHP}`,
      `root /srv/blog; location = /xmlrpc.php { return 403; } ${PHP}`,
      `root /srv/blog; location /wp-login.php { access_log /var/log/nginx/login.log; } ${PHP}`,
      `root /srv/blog; location = /wp-login.php { auth_basic x; auth_basic_user_file h; fastcgi_pass 127.0.0.1:9000; } ${PHP}`,
      `root /srv/blog; location = /old.php { root /srv/snippets; } location ~ \\.php$ { root /srv/blog; fastcgi_pass 127.0.0.1:9000; }`,
      'root /srv/blog; location = /notes.php { access_log off; }',
    ],
  },
  {
    rule: 'map-row-unreachable',
    bad: [
      http('map $host $pool { default a; *.shop.example.com b; }\nserver { return 200 $pool; }'),
      http('map $http_host $pool { default a; .example.com b; }\nserver { return 200 $pool; }'),
      http('map $ssl_server_name $cert { default a; mail.* b; }\nserver { return 200 $cert; }'),
      stream(
        'map $ssl_preread_server_name $to { default 10.0.0.1:443; *.example.com 10.0.0.2:443; }\nserver { listen 443; ssl_preread on; proxy_pass $to; }',
      ),
    ],
    sane: [
      http('map $host $pool { hostnames; default a; *.shop.example.com b; .example.com c; mail.* d; }\nserver { return 200 $pool; }'),
      http('map $host $pool { default a; ~\\.example\\.com$ b; www.example.com c; }\nserver { return 200 $pool; }'),
      http('map $uri $kind { default page; .well-known/x y; }\nserver { return 200 $kind; }'),
      http('map $http_accept $kind { default page; image.* picture; *.any any; }\nserver { return 200 $kind; }'),
    ],
  },
  {
    rule: 'proxy-pass-slash-mismatch',
    bad: [`location /shop { rewrite ^/shop(.*)$ /$1 break; ${APP} }`, `location ^~ /shop { rewrite /shop(.*) /v1/$1 break; ${APP} }`],
    sane: [
      `location /shop { rewrite ^/shop(.*)$ $1 break; ${APP} }`,
      `location /shop/ { rewrite ^/shop/(.*)$ /$1 break; ${APP} }`,
      `location /shop { rewrite ^/shop/?(.*)$ /$1 break; ${APP} }`,
      `location /shop { rewrite ^/shop(\\d*)$ /$1 break; ${APP} }`,
      `location /shop { rewrite ^/shop-(.*)$ /$1 break; ${APP} }`,
    ],
  },
  {
    rule: 'script-not-found',
    bad: [
      `root /srv/blog; location ~ \\.php$ { root html; ${SCRIPT} }`,
      `location / { root /srv/blog; } location ~ \\.php$ { root /usr/share/nginx/html; ${SCRIPT} }`,
    ],
    sane: [
      `root html; location ~ \\.php$ { root html; ${SCRIPT} }`,
      `location / { root html; } location ~ \\.php$ { root html; ${SCRIPT} }`,
      `root /srv/front; location ~ \\.php$ { root /srv/back; ${SCRIPT} }`,
      `root /usr/share/nginx/html/blog; location ~ \\.php$ { root /usr/share/nginx/html; ${SCRIPT} }`,
      'root /srv/blog; location ~ \\.php$ { root html; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass php:9000; }',
      'location / { root /srv/blog; include fastcgi.conf; fastcgi_index index.php; fastcgi_pass 10.0.0.2:9000; }',
    ],
  },
  {
    rule: 'cors-preflight-fails',
    bad: [
      `${PREFLIGHT} location /api/ { ${CORS} ${APP} }`,
      `location /api/ { ${CORS} add_header Access-Control-Allow-Headers Authorization; ${APP} } location / { root /srv/shop; } ${PREFLIGHT}`,
    ],
    sane: [
      `${CORS} add_header Access-Control-Allow-Headers Authorization; ${PREFLIGHT} location /api/ { ${APP} }`,
      `if ($request_method = OPTIONS) { return 405; } location /fonts/ { ${CORS} root /srv/shop; }`,
      `location /api/ { ${CORS} add_header Access-Control-Allow-Headers Authorization; ${APP} }`,
      `${PREFLIGHT} location /api/ { ${APP} }`,
    ],
  },
  {
    rule: 'variable-before-set',
    bad: [
      'location /a/ { rewrite ^/a/(.*)$ /$1 break; set $to 10.0.0.1; proxy_pass http://$to:8000; }',
      'location /a/ { resolver 10.0.0.53; rewrite ^/a/x /x break; rewrite ^/a/y /y break; set $to app; proxy_pass http://$to; }',
      'location /a/ { rewrite ^/a/(.*)$ /$1 break; set $folder /srv/a; root $folder; }',
    ],
    sane: [
      'location /a/ { set $to 10.0.0.1; rewrite ^/a/(.*)$ /$1 break; proxy_pass http://$to:8000; }',
      'set $to 10.0.0.1; location /a/ { rewrite ^/a/(.*)$ /$1 break; set $to 10.0.0.2; proxy_pass http://$to:8000; }',
      'location /a/ { rewrite ^/a/(.*)$ /$1 break; set $note x; proxy_set_header X-Note $note; proxy_pass http://10.0.0.1; }',
      'location /a/ { set $to 10.0.0.1; rewrite ^/a/(.*)$ /$1 break; set $to 10.0.0.2; proxy_pass http://$to:8000; }',
      'location /a/ { rewrite ^/a/(.*)$ /b/$1 last; set $to 10.0.0.1; proxy_pass http://$to:8000; } location /b/ { root /srv; }',
    ],
  },
  {
    rule: 'setting-lost-on-redirect',
    bad: [
      `location / { ${CORS} add_header Access-Control-Allow-Credentials true; try_files $uri @app; } location @app { ${APP} }`,
      `location / { add_header Strict-Transport-Security max-age=63072000; try_files $uri @app; } location @app { ${APP} }`,
      `location /api/ { add_header Access-Control-Allow-Methods PUT; error_page 418 = @app; return 418; } location @app { ${APP} }`,
    ],
    sane: [
      `add_header Strict-Transport-Security max-age=63072000; location / { try_files $uri @app; } location @app { ${APP} }`,
      `location /fonts/ { add_header Access-Control-Allow-Origin *; try_files $uri @app; } location @app { ${APP} }`,
      `location / { add_header Cache-Control public; try_files $uri @app; } location @app { ${APP} }`,
      `location / { ${CORS} add_header Access-Control-Allow-Methods PUT; try_files $uri @app; } location @app { ${CORS} add_header Access-Control-Allow-Methods PUT; ${APP} }`,
      `location / { add_header X-Frame-Options DENY; try_files $uri @page; } location @page { root /srv/page; }`,
    ],
  },
  {
    rule: 'request-header-wrong-value',
    bad: [
      'location / { proxy_set_header Host $http_host:$proxy_port; proxy_pass http://10.0.0.2:3000; }',
      'proxy_set_header X-Forwarded-Host $host:$proxy_port; location / { proxy_pass https://10.0.0.2; }',
    ],
    sane: [
      'location / { proxy_set_header Host $host:$server_port; proxy_pass http://10.0.0.2:3000; }',
      http('server { listen 8080; location / { proxy_set_header Host $host:$proxy_port; proxy_pass http://10.0.0.2:8080; } }'),
      'location / { proxy_set_header Host $proxy_host; proxy_pass http://10.0.0.2:3000; }',
      'location / { proxy_set_header X-Backend $host:$proxy_port; proxy_pass http://10.0.0.2:3000; }',
    ],
  },
  {
    rule: 'assets-without-root',
    bad: [
      `location / { ${APP} } location /wiki/ { proxy_pass http://127.0.0.1:9000; } location ~* \\.(js|css|png)$ { ${APP} expires 7d; }`,
      `location / { ${APP} } location /wiki { proxy_pass http://127.0.0.1:9000/; } location ~ \\.(?:jpg|css)$ { ${APP} }`,
    ],
    sane: [
      `location / { ${APP} } location ^~ /wiki/ { proxy_pass http://127.0.0.1:9000; } location ~* \\.(js|css|png)$ { ${APP} }`,
      `location / { ${APP} } location /api/ { proxy_pass http://127.0.0.1:9000; } location ~* \\.(js|css|png)$ { ${APP} }`,
      `location / { ${APP} } location /wiki/ { ${APP} proxy_read_timeout 300s; } location ~* \\.(js|css|png)$ { ${APP} }`,
      `location / { ${APP} } location /wiki/ { proxy_pass http://127.0.0.1:9000; } location ~* \\.(js|css|png)$ { proxy_pass http://10.0.0.8; }`,
      `location / { ${APP} } location /wiki/ { proxy_pass http://127.0.0.1:9000; } location ~* ^/static/.*\\.(js|css)$ { ${APP} }`,
    ],
  },
  {
    rule: 'auth-request-body-announced',
    bad: [
      checked('proxy_pass_request_body off; proxy_set_header Content-Length $content_length;'),
      checked('proxy_pass_request_body off; proxy_set_header Content-Length $http_content_length; proxy_set_header Host $host;'),
    ],
    sane: [
      checked('proxy_pass_request_body off; proxy_set_header Content-Length "";'),
      checked('proxy_pass_request_body off; proxy_set_header Content-Length ""; proxy_set_header X-Length $content_length;'),
      checked('proxy_pass_request_body off; proxy_set_header Content-Length 0;'),
      `location /a { proxy_set_header Content-Length $content_length; ${APP} }`,
    ],
  },
  {
    rule: 'unknown-named-location',
    bad: [
      http(`error_page 502 503 @down;\nserver { location / { ${APP} } }`),
      http(
        `error_page 500 @down;\nserver { location / { ${APP} } location @down { return 503; } }\nserver { listen 81; location / { ${APP} } }`,
      ),
    ],
    sane: [
      http(`error_page 502 @down;\nserver { location / { ${APP} } location @down { return 503; } }`),
      http(`error_page 502 @down;\nserver { error_page 502 /50x.html; location / { ${APP} } location = /50x.html { root /srv; } }`),
      http('error_page 502 @down;\nserver { root /srv/site; }'),
      http(`error_page 502 /50x.html;\nserver { location / { ${APP} } location = /50x.html { root /srv; } }`),
    ],
  },
  {
    rule: 'cache-inactive-below-valid',
    bad: [
      http(
        `proxy_cache_path /var/cache/nginx keys_zone=a:1m inactive=3s max_size=1g;\nserver { location / { proxy_cache a; proxy_cache_valid 200 5m; ${APP} } }`,
      ),
    ],
    sane: [
      http(
        `proxy_cache_path /var/cache/nginx keys_zone=a:1m inactive=30s max_size=1g;\nserver { location / { proxy_cache a; proxy_cache_valid 200 1m; ${APP} } }`,
      ),
      http(
        `proxy_cache_path /var/cache/nginx keys_zone=a:1m max_size=1g;\nserver { location / { proxy_cache a; proxy_cache_valid 200 60m; ${APP} } }`,
      ),
      http(
        `proxy_cache_path /var/cache/nginx keys_zone=a:1m inactive=2m max_size=1g;\nserver { location / { proxy_cache a; proxy_cache_valid 200 20m; ${APP} } }`,
      ),
    ],
  },
  {
    rule: 'alias-without-capture',
    bad: [
      'location ~ ^/files/(.+)$ { alias /srv/files/$1; try_files $uri =404; }',
      'location ~ ^/media/(?<file>.+\\.mp4)$ { alias /srv/video/$file; try_files $uri =404; }',
    ],
    sane: [
      'location ~ ^/files/(.+)$ { alias /srv/files/$1; try_files "" =404; }',
      'location ~ ^/files/(.+)$ { alias /srv/files/$1; }',
      'location ~ ^/files/(.+)$ { root /srv; try_files $uri =404; }',
      'location ~ ^/(?<lang>de|en)/ { alias /srv/$lang; try_files $uri =404; }',
      'location ~ ^/files/(.+)$ { alias /srv/files; try_files /$1 =404; }',
    ],
  },
  {
    rule: 'socket-not-listened',
    bad: [fpm('/run/php/php8.1-fpm.sock', '/run/php/php8.3-fpm.sock'), fpm('/var/run/php-fpm.sock', '/run/php/php-fpm.sock')],
    sane: [
      fpm('/run/php/php8.3-fpm.sock', '/run/php/php8.3-fpm.sock'),
      fpm('/run/php/shop.sock', '/run/php/www.sock'),
      fpm('/run/php/shop-8.1.sock', '/run/php/php8.3-fpm.sock'),
    ],
  },
  {
    rule: 'keepalive-outlives-server',
    bad: [kept(''), kept('keepalive_timeout 30s;')],
    sane: [kept('keepalive_timeout 4s;'), kept('include app/*.inc;'), kept('keepalive_timeout 5s;')],
  },
  {
    rule: 'home-folder-closed',
    bad: [
      home('location /static/ { root /home/ubuntu/shop; }', 'WorkingDirectory=/home/ubuntu/shop'),
      home('root /home/ubuntu/shop/public; location /media/ { expires 1d; }', 'WorkingDirectory=/home/ubuntu/shop'),
      home('location /media/ { alias /home/ubuntu/shop/media/; }', 'Environment=A=b', '/home/ubuntu/venv/bin/'),
      home('location /static/ { alias /home/ubuntu/shop/static/; }', 'WorkingDirectory=/home/ubuntu', '/srv/venv/bin/', 'user www-data;'),
      home('location ^~ /static/ { alias /home/ubuntu/static/; expires 30d; }', 'Environment=A=b', '/home/ubuntu/venv/bin/', 'user nginx;'),
      home('location ~ ^/static/(.*)$ { alias /home/ubuntu/shop/static/$1; }', 'WorkingDirectory=/home/ubuntu/shop'),
    ],
    sane: [
      home('location /static/ { alias /srv/shop/static/; }', 'WorkingDirectory=/home/ubuntu/shop'),
      home('root /home/ubuntu/shop;', 'WorkingDirectory=/home/ubuntu/shop'),
      home('location /static/ { alias /home/files/static/; }', 'WorkingDirectory=/home/ubuntu/shop'),
      home(
        'location /static/ { alias /home/ubuntu/shop/static/; }',
        'WorkingDirectory=/home/ubuntu/shop',
        '/srv/venv/bin/',
        'user ubuntu;',
      ),
      home('location /static/ { alias /home/ubuntu/shop/static/; }', 'WorkingDirectory=/srv/shop'),
      home('location /static/ { root /home/ubuntu/shop; }', 'WorkingDirectory=/home/ubuntu/shop', '/srv/venv/bin/', 'user root;'),
    ],
  },
];
