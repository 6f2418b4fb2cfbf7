/** Whole deployments of the usual kinds, about which the rules that hold both sides together have nothing to say, and what changes when one thing is wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { RULES } from '../../server/src/rules/all.ts';
import { lintText } from '../harness/rules.ts';

const OWN = RULES.filter((r) => r.group === 'wsgi' || r.id === 'forwarded-headers-missing');

const found = async (tree: string): Promise<string[]> =>
  (await lintText(tree, OWN, DEFAULT_SETTINGS)).findings.map((f) => `${f.rule}: ${f.message}`);

const MANAGE = "#- manage.py\nimport os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n";
const WSGI =
  "#- shop/wsgi.py\nimport os\nfrom django.core.wsgi import get_wsgi_application\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\napplication = get_wsgi_application()\n";
const MIDDLEWARE =
  "MIDDLEWARE = ['django.middleware.security.SecurityMiddleware', 'django.middleware.common.CommonMiddleware', 'django.middleware.csrf.CsrfViewMiddleware']\n";

/** A virtual server on one machine: units for socket activation, Debian's proxy_params, which the checkout does not have. */
const ONE_MACHINE = `#- nginx.conf
user www-data;
include modules-enabled/*.conf;
events {
}
http {
    include mime.types;
    include conf.d/*.conf;
    server {
        listen 80;
        server_name shop.example.com;
        location = /favicon.ico { access_log off; log_not_found off; }
        location /static/ {
            root /srv/shop;
        }
        location / {
            include proxy_params;
            proxy_pass http://unix:/run/gunicorn.sock;
        }
    }
}
#- deploy/gunicorn.socket
[Socket]
ListenStream=/run/gunicorn.sock
#- deploy/gunicorn.service
[Service]
User=deploy
Group=www-data
WorkingDirectory=/home/deploy/shop
ExecStart=/home/deploy/shop/env/bin/gunicorn --access-logfile - --workers 3 --bind unix:/run/gunicorn.sock shop.wsgi:application
${MANAGE}${WSGI}#- shop/settings.py
import os
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = False
ALLOWED_HOSTS = ['shop.example.com', 'localhost']
${MIDDLEWARE}STATIC_URL = '/static/'
STATIC_ROOT = '/srv/shop/static/'
`;

/** TLS, a redirect, Django told of the header, media and static files, settings in a package with the environment. */
const TLS = `#- deploy/nginx.conf
events {
}
http {
    map $http_upgrade $connection_upgrade {
        default upgrade;
        '' close;
    }
    upstream shop {
        server 127.0.0.1:8000;
        keepalive 16;
    }
    server {
        listen 80 default_server;
        return 444;
    }
    server {
        listen 80;
        server_name shop.example.com www.shop.example.com;
        location /.well-known/acme-challenge/ { root /var/www/acme; }
        location / { return 301 https://shop.example.com$request_uri; }
    }
    server {
        listen 443 ssl;
        server_name shop.example.com;
        ssl_certificate /etc/letsencrypt/live/shop/fullchain.pem;
        ssl_certificate_key /etc/letsencrypt/live/shop/privkey.pem;
        client_max_body_size 20m;
        location /static/ { alias /srv/shop/static/; expires 1y; }
        location /media/ { alias /srv/shop/media/; }
        location / {
            proxy_pass http://shop;
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header X-Real-IP $remote_addr;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Host $host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_read_timeout 65s;
        }
    }
}
#- Procfile
web: gunicorn shop.wsgi --bind 127.0.0.1:8000 --workers 4 --timeout 60
release: python manage.py migrate
${MANAGE.replace('shop.settings', 'shop.settings.production')}${WSGI.replace('shop.settings', 'shop.settings.production')}#- shop/settings/__init__.py
#- shop/settings/base.py
import environ
env = environ.Env()
DEBUG = env.bool('DEBUG', False)
${MIDDLEWARE}STATIC_URL = '/static/'
STATIC_ROOT = '/srv/shop/static'
MEDIA_URL = '/media/'
MEDIA_ROOT = '/srv/shop/media'
#- shop/settings/production.py
from .base import *  # noqa
ALLOWED_HOSTS = env.list('ALLOWED_HOSTS', default=['shop.example.com'])
SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')
SECURE_SSL_REDIRECT = env.bool('SECURE_SSL_REDIRECT', default=True)
USE_X_FORWARDED_HOST = True
`;

/** Containers: nginx in front of gunicorn, static files by a volume. */
const CONTAINERS = `#- nginx/nginx.conf
events {
}
http {
    include /etc/nginx/mime.types;
    upstream hello_django {
        server web:8000;
    }
    server {
        listen 80;
        location / {
            proxy_pass http://hello_django;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header Host $http_host;
            proxy_redirect off;
        }
        location /static/ { alias /home/app/web/staticfiles/; }
        location /media/ { alias /home/app/web/mediafiles/; }
    }
}
#- docker-compose.prod.yml
services:
  web:
    build: { context: ./app, dockerfile: Dockerfile }
    command: gunicorn shop.wsgi:application --bind 0.0.0.0:8000 --forwarded-allow-ips '*'
    volumes:
      - static_volume:/home/app/web/staticfiles
      - media_volume:/home/app/web/mediafiles
    expose: [8000]
    depends_on: [db]
  db:
    image: postgres:16
    env_file: [.env.db]
  nginx:
    build: ./nginx
    volumes:
      - ./nginx:/etc/nginx
      - static_volume:/home/app/web/staticfiles
      - media_volume:/home/app/web/mediafiles
    ports: ["1337:80"]
    depends_on: { web: { condition: service_started, restart: true } }
volumes: { static_volume: , media_volume: }
#- app/Dockerfile
FROM python:3.12
WORKDIR /home/app/web
RUN python manage.py collectstatic --noinput
${MANAGE.replace('#- ', '#- app/')}${WSGI.replace('#- ', '#- app/')}#- app/shop/settings.py
import os
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = bool(os.environ.get("DEBUG", default=0))
ALLOWED_HOSTS = os.environ.get("DJANGO_ALLOWED_HOSTS", "").split(" ")
${MIDDLEWARE}STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
MEDIA_URL = "/media/"
MEDIA_ROOT = BASE_DIR / "mediafiles"
`;

/** uWSGI with a unix socket and the params of the package. */
const UWSGI = `#- nginx.conf
events {
}
http {
    upstream django { server unix:///srv/shop/shop.sock; }
    server {
        listen 80;
        server_name wiki.example.com;
        charset utf-8;
        client_max_body_size 75M;
        location /media { alias /srv/shop/media; }
        location /static { alias /srv/shop/static; }
        location / {
            uwsgi_pass django;
            include uwsgi_params;
            uwsgi_param HTTP_X_FORWARDED_PROTO $scheme;
        }
    }
}
#- uwsgi_params
uwsgi_param QUERY_STRING $query_string;
uwsgi_param CONTENT_TYPE $content_type;
uwsgi_param CONTENT_LENGTH $content_length;
uwsgi_param SERVER_PROTOCOL $server_protocol;
uwsgi_param REQUEST_URI $request_uri;
uwsgi_param REQUEST_METHOD $request_method;
uwsgi_param PATH_INFO $document_uri;
uwsgi_param REMOTE_ADDR $remote_addr;
uwsgi_param SERVER_NAME $server_name;
uwsgi_param SERVER_PORT $server_port;
#- shop_uwsgi.ini
[uwsgi]
chdir = /srv/shop
module = shop.wsgi
socket = /srv/shop/shop.sock
chmod-socket = 664
master = true
processes = 10
buffer-size = 32768
vacuum = true
${MANAGE}${WSGI}#- shop/settings.py
ALLOWED_HOSTS = ['wiki.example.com']
${MIDDLEWARE}STATIC_URL = '/static/'
STATIC_ROOT = '/srv/shop/static'
MEDIA_URL = '/media/'
MEDIA_ROOT = '/srv/shop/media'
`;

/** FastAPI under a prefix with WebSockets, uvicorn on TCP. */
const ASGI = `#- nginx.conf
events {
}
http {
    server {
        listen 80;
        server_name api.example.com;
        location /api/ {
            proxy_pass http://127.0.0.1:8000/;
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
        }
        location / { proxy_pass http://127.0.0.1:3000; include /etc/nginx/proxy_params; }
    }
}
#- api.service
[Service]
ExecStart=/srv/api/venv/bin/uvicorn main:app --host 127.0.0.1 --port 8000 --root-path /api
#- main.py
from fastapi import FastAPI, WebSocket
app = FastAPI()
@app.websocket("/ws")
async def ws(s: WebSocket): ...
`;

/** Flask in a factory with ProxyFix, two applications on one machine. */
const FLASK = `#- nginx.conf
events {
}
http {
    server {
        listen 80;
        server_name blog.example.com;
        location / {
            proxy_pass http://unix:/run/blog/blog.sock;
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
        }
        location /wiki/ {
            proxy_pass http://unix:/run/wiki.sock:/;
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Prefix /wiki;
        }
    }
}
#- blog.service
[Service]
RuntimeDirectory=blog
ExecStart=/srv/blog/bin/gunicorn -b unix:/run/blog/blog.sock -w 2 'blog:create_app()'
#- wiki.service
[Service]
ExecStart=/srv/wiki/bin/gunicorn -b unix:/run/wiki.sock wiki:app
#- blog/__init__.py
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
def create_app():
    app = Flask(__name__)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)
    return app
#- wiki.py
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
app = Flask(__name__)
app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_prefix=1)
`;

/** Behind a load balancer that ends TLS, with WhiteNoise. */
const BALANCER = `#- nginx.conf
events {
}
http {
    server {
        listen 8080;
        server_name shop.example.com;
        set_real_ip_from 10.0.0.0/8;
        real_ip_header X-Forwarded-For;
        location / {
            proxy_pass http://127.0.0.1:8000;
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
        }
    }
}
#- start.sh
#!/bin/sh
exec gunicorn shop.wsgi
${MANAGE}${WSGI}#- shop/settings.py
ALLOWED_HOSTS = ['.example.com']
MIDDLEWARE = ['django.middleware.security.SecurityMiddleware', 'whitenoise.middleware.WhiteNoiseMiddleware', 'django.middleware.common.CommonMiddleware']
STATIC_URL = 'static/'
STATIC_ROOT = '/app/static'
SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')
`;

/** A reverse proxy for other things, beside a Python project that it does not serve. */
const OTHERS = `#- nginx.conf
events {
}
http {
    server {
        listen 80;
        server_name grafana.example.com;
        location / { proxy_pass http://127.0.0.1:3000; include proxy_params; }
        location /es/ { proxy_pass http://10.0.0.5:9200/; include proxy_params; }
        location ~ \\.php$ { include fastcgi.conf; fastcgi_pass unix:/run/php.sock; }
    }
}
#- gunicorn.conf.py
import multiprocessing
bind = '127.0.0.1:8000'
workers = multiprocessing.cpu_count() * 2 + 1
#- pyproject.toml
[project]
dependencies = ["django>=4.2"]
`;

const SANE = { ONE_MACHINE, TLS, CONTAINERS, UWSGI, ASGI, FLASK, BALANCER, OTHERS };

for (const [name, tree] of Object.entries(SANE))
  test(`a sane deployment is silent: ${name}`, async () => {
    assert.deepEqual(await found(tree), []);
  });

/** One thing wrong in an otherwise sane tree: exactly these rules speak. */
const WRONG: readonly (readonly [name: string, tree: string, from: string, to: string, rules: readonly string[]])[] = [
  [
    'another socket',
    ONE_MACHINE,
    'proxy_pass http://unix:/run/gunicorn.sock',
    'proxy_pass http://unix:/run/shop.sock',
    ['socket-not-listened'],
  ],
  [
    'the header is not passed',
    TLS,
    '            proxy_set_header X-Forwarded-Proto $scheme;\n',
    '',
    ['secure-proxy-header-mismatch', 'forwarded-headers-missing'],
  ],
  ['X-Forwarded-Host by the client', TLS, '            proxy_set_header X-Forwarded-Host $host;\n', '', ['use-x-forwarded-host-mismatch']],
  ['workers that live longer', TLS, '--timeout 60', '--timeout 120', ['timeout-mismatch']],
  ['uploads through the application', TLS, '        location /media/ { alias /srv/shop/media/; }\n', '', ['static-through-application']],
  ['another folder', TLS, 'alias /srv/shop/static/;', 'alias /srv/shop/assets/;', ['static-root-mismatch']],
  ['the container’s loopback', CONTAINERS, '--bind 0.0.0.0:8000', '--bind 127.0.0.1:8000', ['socket-not-listened']],
  ['another port of the service', CONTAINERS, 'server web:8000', 'server web:8001', ['socket-not-listened']],
  ['nginx’s own container', CONTAINERS, 'server web:8000', 'server 127.0.0.1:8000', ['socket-not-listened']],
  [
    'a proxy that is not trusted',
    CONTAINERS.replace('listen 80;', 'listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key;'),
    " --forwarded-allow-ips '*'",
    '',
    ['forwarded-allow-ips-mismatch'],
  ],
  ['the wrong protocol', UWSGI, 'socket = /srv', 'http-socket = /srv', ['protocol-mismatch']],
  ['no upgrade', ASGI, '            proxy_set_header Upgrade $http_upgrade;\n', '', ['asgi-websocket-without-upgrade']],
  [
    'a prefix that Flask is not told',
    FLASK,
    '            proxy_set_header X-Forwarded-Prefix /wiki;\n',
    '',
    ['script-name-prefix-missing'],
  ],
  [
    'a name too many',
    UWSGI,
    'server_name wiki.example.com;',
    'server_name wiki.example.com www.wiki.example.com;',
    ['allowed-hosts-mismatch'],
  ],
];

for (const [name, tree, from, to, rules] of WRONG)
  test(`one thing wrong: ${name}`, async () => {
    assert.ok(tree.includes(from), 'the tree has the text that is changed');
    const messages = await found(tree.replace(from, to));
    assert.deepEqual([...new Set(messages.map((m) => m.split(':')[0]))].sort(), [...rules].sort(), messages.join('\n'));
  });
