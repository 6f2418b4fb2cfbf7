/** The rest of the variants of rules about both sides. */
import { APP, compose, django, files, main, THREE } from '../projects.ts';
import { http, type Trial, tree, type Variant } from '../trial.ts';

const PASS = 'proxy_pass http://unix:/run/shop.sock;';
const WS =
  "from fastapi import FastAPI, WebSocket\napp = FastAPI()\n@app.websocket('/ws')\nasync def ws(s: WebSocket):\n    await s.accept()";
const old = (v: Variant): Variant => ({ ...v, settings: { nginx: '1.26.3' } });
const fastapi = (server: string, app = WS, command = 'uvicorn main:app --port 8000'): Variant =>
  old(files({ 'nginx.conf': main(`server { listen 80; ${server} }`), 'app/main.py': app, 'app/Procfile': `web: ${command}` }));
const at8000 = (lines: string): string => `location / { proxy_pass http://127.0.0.1:8000; ${lines} }`;
const UPGRADE = 'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;';
const MEDIA = "MEDIA_URL='/media/'\nMEDIA_ROOT='/srv/media'\n";
const uwsgi = (ini: string, server: string): Variant =>
  files({ 'nginx.conf': main(`server { listen 80; ${server} }`), 'app/uwsgi.ini': `[uwsgi]\nmodule = shop.wsgi\n${ini}` });
const proc = (command: string, server: string): Variant =>
  files({ 'nginx.conf': main(`server { listen 80; ${server} }`), 'app/Procfile': `web: ${command}` });
const gunicorn = (conf: string, server: string): Variant =>
  files({
    'nginx.conf': main(`server { listen 80; ${server} }`),
    'app/gunicorn.conf.py': `bind = 'unix:/run/shop.sock'\nwsgi_app = 'shop:app'\n${conf}`,
  });
const PARAMS =
  'uwsgi_param QUERY_STRING $query_string; uwsgi_param REQUEST_METHOD $request_method; uwsgi_param CONTENT_TYPE $content_type; uwsgi_param CONTENT_LENGTH $content_length; uwsgi_param REQUEST_URI $request_uri; uwsgi_param PATH_INFO $document_uri; uwsgi_param SERVER_PROTOCOL $server_protocol; uwsgi_param REMOTE_ADDR $remote_addr; uwsgi_param SERVER_PORT $server_port; uwsgi_param SERVER_NAME $server_name;';
const PROXY_SSL = "SECURE_PROXY_SSL_HEADER=('HTTP_X_FORWARDED_PROTO', 'https')\n";
const REDIRECT = "MIDDLEWARE=['django.middleware.security.SecurityMiddleware']\nSECURE_SSL_REDIRECT=True\n";
const TLS = 'listen 443 ssl; ssl_certificate /etc/ssl/a.pem; ssl_certificate_key /etc/ssl/a.key;';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'admin-unprotected',
    bad: [],
    sane: [
      django(`location / { limit_req zone=z; ${THREE} ${PASS} }`, '', {
        'nginx.conf': main(
          `limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { server_name acme-shop.de; location / { limit_req zone=z; ${THREE} ${PASS} } }`,
        ),
        'app/shop/urls.py':
          "from django.contrib import admin\nfrom django.urls import path\nurlpatterns = [path('admin/', admin.site.urls)]",
      }),
    ],
  },
  {
    rule: 'asgi-websocket-without-upgrade',
    bad: [
      fastapi(at8000('')),
      fastapi(at8000('proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;')),
      fastapi(at8000('proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;')),
      fastapi(
        `location /ws { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection close; proxy_pass http://127.0.0.1:8000; }\n${at8000('')}`,
      ),
    ],
    sane: [
      fastapi(at8000(UPGRADE)),
      fastapi(`location /ws { ${UPGRADE} proxy_pass http://127.0.0.1:8000; }\n${at8000('')}`),
      fastapi(at8000(''), 'from fastapi import FastAPI\napp = FastAPI()\n@app.get("/")\ndef home():\n    return {}'),
      fastapi(`${UPGRADE}\nlocation / { proxy_pass http://127.0.0.1:8000; }`),
    ],
  },
  {
    rule: 'body-limit-mismatch',
    bad: [
      django(APP, 'DATA_UPLOAD_MAX_MEMORY_SIZE = 50 * 1024 * 1024'),
      django(`client_max_body_size 2m;\n${APP}`, 'DATA_UPLOAD_MAX_MEMORY_SIZE = 10485760'),
      files({
        'nginx.conf': main(`server { ${APP} }`),
        'app/gunicorn.conf.py': "bind = 'unix:/run/shop.sock'\nwsgi_app = 'wiki:app'",
        'app/wiki.py': "from flask import Flask\napp = Flask(__name__)\napp.config['MAX_CONTENT_LENGTH'] = 16 * 1024 * 1024",
      }),
      uwsgi('socket = /run/shop.sock\nbuffer-size = 4096', `location / { ${PARAMS} uwsgi_pass unix:/run/shop.sock; }`),
      django(`location / { client_max_body_size 1m; ${THREE} ${PASS} }`, 'DATA_UPLOAD_MAX_MEMORY_SIZE = 20_000_000'),
      django(`large_client_header_buffers 4 64k;\n${APP}`),
      uwsgi('socket = /run/shop.sock', `large_client_header_buffers 8 16k; location / { ${PARAMS} uwsgi_pass unix:/run/shop.sock; }`),
    ],
    sane: [
      django(`large_client_header_buffers 4 8k;\n${APP}`),
      uwsgi(
        'socket = /run/shop.sock\nbuffer-size = 65535',
        `large_client_header_buffers 8 16k; location / { ${PARAMS} uwsgi_pass unix:/run/shop.sock; }`,
      ),
      django(`client_max_body_size 20m;\n${APP}`, 'DATA_UPLOAD_MAX_MEMORY_SIZE = 10485760'),
      django(APP),
      django(`client_max_body_size 0;\n${APP}`, 'DATA_UPLOAD_MAX_MEMORY_SIZE = 10485760'),
    ],
  },
  {
    rule: 'debug-static-served',
    bad: [],
    sane: [django(APP, 'DEBUG = False')],
  },
  {
    rule: 'forwarded-allow-ips-mismatch',
    bad: [
      compose('gunicorn main:app -k uvicorn.workers.UvicornWorker -b 0.0.0.0:8000', `location / { ${THREE} proxy_pass http://web:8000; }`),
      compose('uvicorn main:app --host 0.0.0.0 --port 8000', `location / { ${THREE} proxy_pass http://web:8000; }`),
      compose(
        'uvicorn main:app --host 0.0.0.0 --port 8000 --forwarded-allow-ips 127.0.0.1',
        `location / { ${THREE} proxy_pass http://web:8000; }`,
      ),
    ],
    sane: [
      compose(
        'uvicorn main:app --host 0.0.0.0 --port 8000 --forwarded-allow-ips "*"',
        `location / { ${THREE} proxy_pass http://web:8000; }`,
      ),
      compose('fastapi run main.py --port 8000 --forwarded-allow-ips "*"', `location / { ${THREE} proxy_pass http://web:8000; }`),
      proc('uvicorn main:app --port 8000', `location / { ${THREE} proxy_pass http://127.0.0.1:8000; }`),
    ],
  },
  {
    rule: 'media-executable',
    bad: [
      django(`location /media/ { alias /srv/media/; }\nlocation ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }\n${APP}`, MEDIA),
      django(`location /media { alias /srv/media; }\nlocation ~ \\.(php|phtml)$ { fastcgi_pass 127.0.0.1:9000; }\n${APP}`, MEDIA),
      django(`location /media/ { root /srv; }\nlocation ~* \\.php { fastcgi_pass unix:/run/php.sock; }\n${APP}`, MEDIA),
      django(`location /media/ { alias /srv/media/; location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; } }\n${APP}`, MEDIA),
    ],
    sane: [
      django(`location ^~ /media/ { alias /srv/media/; }\nlocation ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }\n${APP}`, MEDIA),
      django(`location /media/ { alias /srv/media/; }\n${APP}`, MEDIA),
      django(`location /media/ { alias /srv/media/; }\nlocation ~ ^/blog/.*\\.php$ { fastcgi_pass 127.0.0.1:9000; }\n${APP}`, MEDIA),
      django(`location /media/ { alias /srv/media/; }\nlocation ~ \\.php$ { return 404; }\n${APP}`, MEDIA),
    ],
  },
  {
    rule: 'protocol-mismatch',
    bad: [
      uwsgi('socket = 127.0.0.1:8000', 'location / { proxy_pass http://127.0.0.1:8000; }'),
      proc('gunicorn -b unix:/run/g.sock shop.wsgi', `location / { ${PARAMS} uwsgi_pass unix:/run/g.sock; }`),
      uwsgi('http-socket = 127.0.0.1:8000', `location / { ${PARAMS} uwsgi_pass 127.0.0.1:8000; }`),
      proc('uvicorn main:app --port 8000', 'location / { proxy_pass https://127.0.0.1:8000; }'),
    ],
    sane: [
      uwsgi('socket = 127.0.0.1:8000', `location / { ${PARAMS} uwsgi_pass 127.0.0.1:8000; }`),
      uwsgi('http-socket = 127.0.0.1:8000', 'location / { proxy_pass http://127.0.0.1:8000; }'),
      uwsgi('socket = 127.0.0.1:8000\nprotocol = http', 'location / { proxy_pass http://127.0.0.1:8000; }'),
      proc('gunicorn -b 127.0.0.1:8000 --certfile a.pem --keyfile a.key shop.wsgi', 'location / { proxy_pass https://127.0.0.1:8000; }'),
    ],
  },
  {
    rule: 'script-filename-under-alias',
    bad: [
      'location /blog/ { alias /srv/blog/; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass unix:/run/php/php-fpm.sock; } }',
      'location /blog { alias /srv/blog; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass 127.0.0.1:9000; } }',
      'fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;\nlocation /a/ { alias /srv/x/; location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; } }',
      'location ^~ /wiki/ { alias /srv/wiki/; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME $realpath_root$fastcgi_script_name; fastcgi_pass 127.0.0.1:9000; } }',
      http(
        'upstream php { server 127.0.0.1:9000; }\nserver { location /b/ { alias /srv/b/; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass php; } } }',
      ),
      tree(
        '#- nginx.conf\nevents {}\nhttp { server { location /blog/ { alias /srv/blog/; location ~ \\.php$ { include php.inc; } } } }\n#- php.inc\nfastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;\nfastcgi_pass 127.0.0.1:9000;\n',
      ),
    ],
    sane: [
      'location /blog/ { alias /srv/blog/; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME $request_filename; fastcgi_pass 127.0.0.1:9000; } }',
      'location /blog/ { root /srv; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass 127.0.0.1:9000; } }',
      'root /srv;\nlocation ~ \\.php$ { fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass 127.0.0.1:9000; }',
      'location /img/ { alias /srv/img/; }\nlocation ~ \\.php$ { root /srv; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass 127.0.0.1:9000; }',
      'location ~ ^/b/(.+\\.php)$ { alias /srv/b/$1; fastcgi_param SCRIPT_FILENAME $request_filename; fastcgi_pass 127.0.0.1:9000; }',
      'location /blog/ { alias /srv/blog/; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME /srv/blog/index.php; fastcgi_pass 127.0.0.1:9000; } }',
    ],
  },
  {
    rule: 'script-name-prefix-missing',
    bad: [
      django(`location /shop/ { ${THREE} proxy_pass http://unix:/run/shop.sock:/; }`),
      django(`location /shop/ { ${THREE} ${PASS} }`, "FORCE_SCRIPT_NAME='/shop'"),
      files({
        'nginx.conf': main('server { location /api/ { proxy_pass http://127.0.0.1:8000/; } }'),
        'app/Procfile': 'web: uvicorn api:app',
        'app/api.py': 'from fastapi import FastAPI\napp = FastAPI()',
      }),
      django(`location /shop/ { rewrite ^/shop/(.*)$ /$1 break; ${THREE} ${PASS} }`),
      files({
        'nginx.conf': main(`server { location /wiki/ { ${THREE} proxy_pass http://unix:/run/wiki.sock:/; } }`),
        'app/gunicorn.conf.py': "bind = 'unix:/run/wiki.sock'\nwsgi_app = 'wiki:app'",
        'app/wiki.py': "from flask import Flask\napp = Flask(__name__)\n@app.route('/')\ndef home():\n    return 'x'",
      }),
    ],
    sane: [
      django(`location /shop/ { ${THREE} proxy_pass http://unix:/run/shop.sock:/; }`, "FORCE_SCRIPT_NAME='/shop'"),
      django(APP),
      files({
        'nginx.conf': main('server { location /api/ { proxy_pass http://127.0.0.1:8000/; } }'),
        'app/Procfile': 'web: uvicorn api:app --root-path /api',
        'app/api.py': 'from fastapi import FastAPI\napp = FastAPI()',
      }),
      django(`location /shop/ { ${THREE} ${PASS} }`, '', {
        'app/shop/urls.py': "from django.urls import include, path\nurlpatterns = [path('shop/', include('shop.pages'))]",
      }),
      django(`location /shop/ { ${THREE} proxy_set_header SCRIPT_NAME /shop; ${PASS} }`),
    ],
  },
  {
    rule: 'secure-proxy-header-mismatch',
    bad: [
      django(`${TLS}\nlocation / { proxy_set_header Host $host; ${PASS} }`, PROXY_SSL + REDIRECT),
      django(
        `listen 80;\n${TLS}\nlocation / { proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto; ${PASS} }`,
        PROXY_SSL,
      ),
      django(
        `${TLS}\nlocation / { proxy_set_header Host $host; proxy_set_header X-Forwarded-Protocol $scheme; ${PASS} }`,
        PROXY_SSL + REDIRECT,
      ),
      django(`listen 80;\nlocation / { ${THREE} ${PASS} }`, PROXY_SSL + REDIRECT),
    ],
    sane: [
      django(`${TLS}\n${APP}`, PROXY_SSL + REDIRECT),
      django(`${TLS}\n${APP}`, PROXY_SSL),
      django(`listen 80;\nlocation / { ${THREE} ${PASS} }`),
      django(`listen 80;\n${TLS}\n${APP}`, PROXY_SSL),
    ],
  },
  {
    rule: 'socket-not-listened',
    bad: [
      django(`location / { ${THREE} proxy_pass http://unix:/run/other.sock; }`),
      django('location / { proxy_pass http://127.0.0.1:8000; }'),
    ],
    sane: [
      django(APP),
      proc('gunicorn -b 127.0.0.1:8000 shop.wsgi', 'location / { proxy_pass http://127.0.0.1:8000; }'),
      proc('gunicorn -b :8000 shop.wsgi', 'location / { proxy_pass http://localhost:8000; }'),
    ],
  },
  {
    rule: 'static-root-mismatch',
    bad: [
      django(`location /static/ { alias /srv/old/; }\n${APP}`, "STATIC_ROOT='/srv/static'"),
      django(`location /static { alias /srv/shop/static; }\n${APP}`, "STATIC_ROOT='/srv/shop/staticfiles'"),
      django(`location /media/ { alias /srv/uploads/; }\n${APP}`, MEDIA),
      django(`location /static/ { root /srv/static; }\n${APP}`, "from pathlib import Path\nSTATIC_ROOT=Path('/srv/static')"),
    ],
    sane: [
      django(`location /static/ { alias /srv/static/; }\n${APP}`, "STATIC_ROOT='/srv/static/'"),
      django(`location /static { alias /srv/static; }\n${APP}`, "STATIC_ROOT='/srv/static'"),
      django(`location /media/ { alias /srv/media/; }\n${APP}`, MEDIA),
    ],
  },
  {
    rule: 'static-through-application',
    bad: [
      django(`location /static { ${THREE} ${PASS} }\n${APP}`, "STATIC_ROOT='/srv/static'"),
      django(`location /media/ { alias /srv/media/; }\n${APP}`, `${MEDIA}STATIC_ROOT='/srv/static'`),
    ],
    sane: [],
  },
  {
    rule: 'sync-worker-unbuffered',
    bad: [
      gunicorn('workers = 2', `location / { proxy_request_buffering off; ${PASS} }`),
      gunicorn("worker_class = 'sync'", `proxy_request_buffering off;\nlocation / { ${PASS} }`),
      uwsgi(
        'socket = /run/shop.sock\nprocesses = 4',
        `location / { ${PARAMS} uwsgi_request_buffering off; uwsgi_pass unix:/run/shop.sock; }`,
      ),
      gunicorn('', `location /upload { proxy_request_buffering off; ${PASS} }\nlocation / { ${PASS} }`),
    ],
    sane: [
      gunicorn("worker_class = 'gevent'", `location / { proxy_request_buffering off; ${PASS} }`),
      gunicorn('threads = 8', `location / { proxy_request_buffering off; ${PASS} }`),
      gunicorn('workers = 2', `location / { ${PASS} }`),
      proc('uvicorn main:app --port 8000', 'location / { proxy_request_buffering off; proxy_pass http://127.0.0.1:8000; }'),
    ],
  },
  {
    rule: 'timeout-mismatch',
    bad: [
      gunicorn('timeout = 300', `location / { ${PASS} }`),
      gunicorn('timeout = 120', `proxy_read_timeout 30s;\nlocation / { ${PASS} }`),
      gunicorn('', `location /report { proxy_read_timeout 10m; ${PASS} }`),
      proc('gunicorn --timeout 180 -b 127.0.0.1:8000 shop.wsgi', 'location / { proxy_pass http://127.0.0.1:8000; }'),
      uwsgi('socket = /run/shop.sock\nharakiri = 120', `location / { ${PARAMS} uwsgi_pass unix:/run/shop.sock; }`),
    ],
    sane: [
      gunicorn('', `location / { ${PASS} }`),
      gunicorn('timeout = 120', `location / { proxy_read_timeout 130s; ${PASS} }`),
      gunicorn('timeout = 50', `location / { ${PASS} }`),
      gunicorn("worker_class = 'gevent'", `location / { proxy_read_timeout 300s; ${PASS} }`),
    ],
  },
  {
    rule: 'use-x-forwarded-host-mismatch',
    bad: [
      django(`location / { proxy_set_header Host $host; ${PASS} }`, "USE_X_FORWARDED_HOST=True\nALLOWED_HOSTS=['*']"),
      django(
        `location / { ${THREE} proxy_set_header X-Forwarded-Host $http_x_forwarded_host; ${PASS} }`,
        "USE_X_FORWARDED_HOST=True\nALLOWED_HOSTS=['*']",
      ),
      django(`location / { proxy_set_header X-Forwarded-Host $host; ${PASS} }`, "ALLOWED_HOSTS=['*']"),
      django(`proxy_set_header Host $host;\nlocation / { ${PASS} }`, "USE_X_FORWARDED_HOST=True\nALLOWED_HOSTS=['.acme-shop.de', '*']"),
    ],
    sane: [
      django(`location / { ${THREE} proxy_set_header X-Forwarded-Host $host; ${PASS} }`, "USE_X_FORWARDED_HOST=True\nALLOWED_HOSTS=['*']"),
      django(APP),
      django(`location / { proxy_set_header Host $host; proxy_set_header X-Forwarded-Host $host; ${PASS} }`),
      django(`location / { ${THREE} proxy_set_header X-Forwarded-Host acme-shop.de; ${PASS} }`, 'USE_X_FORWARDED_HOST=True'),
    ],
  },
  {
    rule: 'uwsgi-param-inheritance-lost',
    bad: [
      `${PARAMS}\nlocation / { uwsgi_param HTTPS on; uwsgi_pass 127.0.0.1:3031; }`,
      http(`${PARAMS}\nserver { location / { uwsgi_param UWSGI_SCHEME https; uwsgi_pass 127.0.0.1:3031; } }`),
      `${PARAMS}\nlocation / { uwsgi_pass 127.0.0.1:3031; location /a/ { uwsgi_param X_A 1; uwsgi_pass 127.0.0.1:3031; } }`,
      tree(
        `#- nginx.conf\nevents {}\nhttp { server { ${PARAMS} location / { include more.inc; uwsgi_pass 127.0.0.1:3031; } } }\n#- more.inc\nuwsgi_param X_SCRIPT a;\n`,
      ),
    ],
    sane: [
      `${PARAMS}\nlocation / { ${PARAMS} uwsgi_param HTTPS on; uwsgi_pass 127.0.0.1:3031; }`,
      `${PARAMS}\nlocation / { uwsgi_pass 127.0.0.1:3031; }`,
      `${PARAMS} uwsgi_param HTTPS on;\nlocation / { uwsgi_pass 127.0.0.1:3031; }`,
      `${PARAMS}\nlocation / { uwsgi_read_timeout 60s; uwsgi_pass 127.0.0.1:3031; }`,
    ],
  },
  {
    rule: 'uwsgi-params-missing',
    bad: [
      'location / { uwsgi_pass 127.0.0.1:3031; }',
      'location @app { uwsgi_pass unix:/run/u.sock; }\nlocation / { try_files $uri @app; }',
      http('upstream u { server unix:/run/u.sock; }\nserver { location / { uwsgi_pass u; } }'),
      'location / { uwsgi_param HTTP_X_A 1; uwsgi_pass 127.0.0.1:3031; }',
    ],
    sane: [
      `location / { ${PARAMS} uwsgi_pass 127.0.0.1:3031; }`,
      `${PARAMS}\nlocation / { uwsgi_pass 127.0.0.1:3031; }`,
      'location / { include uwsgi_params; uwsgi_pass 127.0.0.1:3031; }',
      http(`${PARAMS}\nserver { location / { uwsgi_pass 127.0.0.1:3031; } }`),
    ],
  },
];
