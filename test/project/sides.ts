/**
 * Python projects with their nginx as they are in public repositories, written for these tests: sound ones. `changed` makes one thing wrong, or right in another way.
 */
export type Files = Readonly<Record<string, string>>;

/** The files with some of a text replaced. Throws where the text is not there, so that no row tests nothing. */
export function changed(files: Files, path: string, from: string, to: string): Files {
  const text = files[path];
  if (!text?.includes(from)) throw new Error(`${path} has no ${JSON.stringify(from)}`);
  return { ...files, [path]: text.replace(from, () => to) };
}

export const without = (files: Files, path: string): Files =>
  Object.fromEntries(Object.entries(files).filter(([p]) => !p.startsWith(path)));

export const FORWARD = `        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
`;

const django = (settings: string, name = 'config'): Files => ({
  'manage.py': `import os, sys\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "${name}.settings")\n`,
  [`${name}/__init__.py`]: '\n',
  [`${name}/wsgi.py`]: `import os\nfrom django.core.wsgi import get_wsgi_application\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "${name}.settings")\napplication = get_wsgi_application()\n`,
  [`${name}/urls.py`]: 'from django.urls import path\nurlpatterns = []\n',
  'requirements.txt': 'Django==5.1\ngunicorn==23.0.0\n',
  [`${name}/settings.py`]: `import os
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = False
${settings}`,
});

/** Compose with an image of nginx's own that copies a site in, volumes of both services, a file of variables that is not committed. */
export const VOLUMES: Files = {
  ...django(`ALLOWED_HOSTS = ["localhost", "books.example.com"]
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "collected"
MEDIA_URL = "/uploads/"
MEDIA_ROOT = BASE_DIR / "uploads"
`),
  'compose.prod.yml': `services:
  web:
    build: { context: ., dockerfile: Dockerfile.prod }
    command: gunicorn config.wsgi:application --bind 0.0.0.0:8000
    volumes:
      - assets:/srv/books/collected
      - uploads:/srv/books/uploads
    expose: [8000]
    env_file: [./.env.prod]
  proxy:
    build: ./nginx
    volumes:
      - assets:/srv/books/collected
      - uploads:/srv/books/uploads
    ports:
      - 80:80
    depends_on: [web]
volumes:
  assets:
  uploads:
`,
  'Dockerfile.prod': `ARG PYTHON=3.12
FROM python:\${PYTHON}-slim
ENV HOME_OF=/srv/books
WORKDIR $HOME_OF
COPY . $HOME_OF
RUN SECRET_KEY=build python manage.py collectstatic --noinput
`,
  'nginx/Dockerfile': 'FROM nginx:1.29\nRUN rm /etc/nginx/conf.d/default.conf\nCOPY site.conf /etc/nginx/conf.d/\n',
  'nginx/site.conf': `upstream books {
    server web:8000;
}
server {
    listen 80;
    server_name books.example.com;
    client_max_body_size 20m;
    location / {
        proxy_pass http://books;
${FORWARD}    }
    location /static/ {
        alias /srv/books/collected/;
    }
    location /uploads/ {
        alias /srv/books/uploads/;
    }
}
`,
};

/** Files of variables in a hidden folder, scripts without an ending, YAML anchors, TLS at nginx. */
export const SCRIPTS: Files = {
  ...django(`import environ
env = environ.Env()
ALLOWED_HOSTS = env.list("ALLOWED", default=["shop.example.com"])
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("REDIRECT", default=True)
SESSION_COOKIE_SECURE = True
STATIC_URL = "/static/"
STATIC_ROOT = str(BASE_DIR / "static")
MEDIA_URL = "/media/"
MEDIA_ROOT = str(BASE_DIR / "media")
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "whitenoise.middleware.WhiteNoiseMiddleware", "django.middleware.common.CommonMiddleware"]
`),
  'docker-compose.production.yml': `volumes:
  media: {}
services:
  django: &django
    build: { context: ., dockerfile: ./compose/production/django/Dockerfile }
    volumes: [media:/app/media]
    env_file: [./.envs/.production/.django]
    command: /start
  nginx:
    build: { context: ., dockerfile: ./compose/production/nginx/Dockerfile }
    volumes: ["media:/usr/share/nginx/media:ro", "./certificates:/etc/ssl:ro"]
    ports: ["80:80", "443:443"]
  worker:
    <<: *django
    command: /start-worker
`,
  'compose/production/django/Dockerfile':
    'FROM python:3.12-slim AS base\nARG HOME_OF=/app\nWORKDIR ${HOME_OF}\nCOPY ./compose/production/django/start /start\nCOPY ./compose/production/django/entrypoint /entrypoint\nCOPY . ${HOME_OF}\nENTRYPOINT ["/entrypoint"]\n',
  'compose/production/django/start':
    '#!/bin/bash\nset -e\npython manage.py collectstatic --noinput\nexec gunicorn config.wsgi --bind 0.0.0.0:5000 --chdir=/app\n',
  'compose/production/django/entrypoint': '#!/bin/bash\nexec "$@"\n',
  'compose/production/nginx/Dockerfile':
    'FROM nginx:1.29-alpine\nCOPY ./compose/production/nginx/site.conf /etc/nginx/conf.d/default.conf\n',
  '.envs/.production/.django': 'DJANGO_SETTINGS_MODULE=config.settings\nALLOWED=.example.com\nSECRET_KEY=q\n',
  'compose/production/nginx/site.conf': `server {
    listen 80;
    server_name shop.example.com;
    return 301 https://$host$request_uri;
}
server {
    listen 443 ssl;
    server_name shop.example.com;
    client_max_body_size 20m;
    ssl_certificate /etc/ssl/site.pem;
    ssl_certificate_key /etc/ssl/site.key;
    location /media/ {
        alias /usr/share/nginx/media/;
    }
    location / {
        proxy_pass http://django:5000;
${FORWARD}    }
}
`,
};

/** One machine: a unit, a site of Debian's layout without its main file. */
export const UNIT: Files = {
  ...django(
    `ALLOWED_HOSTS = ["maria.example.org", "www.maria.example.org"]
STATIC_URL = "/static/"
STATIC_ROOT = "/srv/blog/static"
`,
    'blog',
  ),
  'deploy/blog.service': `[Unit]
After=network.target
[Service]
User=maria
Group=www-data
RuntimeDirectory=blog
WorkingDirectory=/home/maria/blog
ExecStart=/home/maria/venv/bin/gunicorn --workers 3 --bind unix:/run/blog/web.sock blog.wsgi:application
`,
  'deploy/sites-available/blog': `server {
    listen 80;
    server_name maria.example.org www.maria.example.org;
    location /static/ {
        root /srv/blog;
    }
    location / {
        include proxy_params;
        proxy_pass http://unix:/run/blog/web.sock;
    }
}
`,
};

/** Flask under uWSGI in a container, nginx without a name of its own. */
export const UWSGI: Files = {
  'flask/run.py': 'from flask import Flask\napp = Flask(__name__)\n',
  'flask/requirements.txt': 'Flask\nuWSGI\n',
  'flask/Dockerfile': 'FROM python:3.12\nWORKDIR /app\nCOPY . /app\nCMD ["uwsgi", "app.ini"]\n',
  'flask/app.ini': '[uwsgi]\nwsgi-file = run.py\ncallable = app\nsocket = :8080\nmaster = true\nprocesses = 4\ndie-on-term = true\n',
  'nginx/Dockerfile': 'FROM nginx\nRUN rm /etc/nginx/conf.d/default.conf\nCOPY site.conf /etc/nginx/conf.d/\n',
  'nginx/site.conf': `server {
    listen 80;
    location / {
        include uwsgi_params;
        uwsgi_pass flask:8080;
    }
}
`,
  'docker-compose.yml': `services:
  flask:
    build: ./flask
    container_name: flask
    expose: [8080]
  nginx:
    build: ./nginx
    ports: ["80:80"]
`,
};

/** FastAPI's own command in an image, a site mounted into nginx's image. */
export const FASTAPI: Files = {
  'app/__init__.py': '\n',
  'app/main.py': `from fastapi import FastAPI, WebSocket
from fastapi.responses import StreamingResponse

app = FastAPI()

@app.get("/items")
def items():
    return []
`,
  'requirements.txt': 'fastapi\nuvicorn[standard]\n',
  Dockerfile: 'FROM python:3.12\nWORKDIR /code\nCOPY ./app /code/app\nCMD ["fastapi", "run", "app/main.py", "--port", "80"]\n',
  'compose.yaml': `services:
  api:
    build: .
    environment: { FORWARDED_ALLOW_IPS: "*" }
  nginx:
    image: nginx:1.29-alpine
    volumes:
      - ./nginx/default.conf:/etc/nginx/conf.d/default.conf:ro
    ports: ["80:80"]
`,
  'nginx/default.conf': `server {
    listen 80;
    server_name api.example.com;
    client_max_body_size 10m;
    location / {
        proxy_pass http://api:80;
${FORWARD}    }
}
`,
};

/** A single-page application that its image of nginx holds, with an API behind it. */
export const PAGES: Files = {
  'compose.yaml': `services:
  backend:
    build: ./backend
    command: uvicorn main:app --host 0.0.0.0 --port 8000 --forwarded-allow-ips="*"
  frontend:
    build: ./frontend
    ports: ["80:80"]
`,
  'backend/Dockerfile': 'FROM python:3.12\nWORKDIR /app\nCOPY . .\n',
  'backend/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n@app.get("/api/items")\ndef items():\n    return []\n',
  'backend/requirements.txt': 'fastapi\nuvicorn\n',
  'frontend/Dockerfile':
    'FROM node:22 AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nFROM nginx:1.29\nCOPY --from=build /app/dist /usr/share/nginx/html\nCOPY nginx.conf /etc/nginx/conf.d/default.conf\n',
  'frontend/nginx.conf': `server {
    listen 80;
    client_max_body_size 10m;
    root /usr/share/nginx/html;
    location / {
        try_files $uri $uri/ /index.html;
    }
    location /api/ {
        proxy_pass http://backend:8000;
${FORWARD}    }
}
`,
};

/** Channels under supervisord, which opens the socket and hands it to Daphne. */
export const CHANNELS: Files = {
  ...django(`ALLOWED_HOSTS = ["talk.example.com"]
INSTALLED_APPS = ["daphne", "channels", "django.contrib.staticfiles"]
ASGI_APPLICATION = "config.asgi.application"
STATIC_URL = "/static/"
STATIC_ROOT = "/srv/talk/static"
`),
  'config/routing.py':
    'from django.urls import re_path\nfrom . import consumers\nwebsocket_urlpatterns = [re_path(r"ws/room/(?P<name>\\w+)/$", consumers.Room.as_asgi())]\n',
  'config/asgi.py': `import os
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
from . import routing
application = ProtocolTypeRouter({"http": get_asgi_application(), "websocket": URLRouter(routing.websocket_urlpatterns)})
`,
  'etc/supervisord.conf': `[fcgi-program:talk]
socket=tcp://localhost:8000
directory=/srv/talk
command=/srv/talk/venv/bin/daphne -u /run/daphne/talk%(process_num)d.sock --fd 0 --access-log - --proxy-headers config.asgi:application
numprocs=4
process_name=talk%(process_num)d
`,
  'etc/nginx.conf': `events {}
http {
    map $http_upgrade $connection_upgrade { default upgrade; '' close; }
    upstream talk { server localhost:8000; }
    server {
        listen 80;
        server_name talk.example.com;
        location /static/ { alias /srv/talk/static/; }
        location / {
            proxy_pass http://talk;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
        }
    }
}
`,
};

/** A role of Ansible that writes the unit and the site from templates. */
export const ROLE: Files = {
  'roles/web/tasks/main.yml': `- name: unit
  ansible.builtin.template: { src: web.service.j2, dest: /etc/systemd/system/web.service }
- name: site
  ansible.builtin.template: { src: site.conf.j2, dest: "/etc/nginx/sites-enabled/{{ site_name }}.conf" }
`,
  'roles/web/templates/web.service.j2': `# {{ ansible_managed }}
[Service]
User={{ site_user }}
Group=www-data
WorkingDirectory=/srv/{{ site_name }}
RuntimeDirectory=web
ExecStart=/srv/{{ site_name }}/venv/bin/gunicorn --workers {{ workers | default(3) }} --bind unix:/run/web/web.sock pages.wsgi:application
PrivateTmp=true
`,
  'roles/web/templates/site.conf.j2': `upstream web {
    server unix:/run/web/web.sock fail_timeout=0;
}
server {
    listen 80;
    server_name {{ site_domain }};
    location / {
${FORWARD}        proxy_pass http://web;
    }
}
`,
};

/** php-fpm and nginx, each with the code at a path of its own choice. */
export const SHARED_CODE: Files = {
  'public/index.php': '<?php echo 1;\n',
  'docker-compose.yml': `services:
  fpm:
    image: php:8.3-fpm
    volumes: ["./:/var/www"]
  web:
    image: nginx:1.28
    ports: ["80:80"]
    volumes: ["./:/var/www", "./ops:/etc/nginx/conf.d"]
`,
  'ops/site.conf': `server {
    listen 80;
    root /var/www/public;
    location / { try_files $uri /index.php$is_args$args; }
    location ~ \\.php$ {
        try_files $uri =404;
        include fastcgi_params;
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
        fastcgi_pass fpm:9000;
    }
}
`,
};

/** nginx behind another proxy of the same file, which alone is published. */
export const BEHIND: Files = {
  'app.py':
    'from flask import Flask\nfrom werkzeug.middleware.proxy_fix import ProxyFix\napp = Flask(__name__)\napp.wsgi_app = ProxyFix(app.wsgi_app, x_for=2, x_proto=1)\n',
  Dockerfile: 'FROM python:3.12\nWORKDIR /app\nCOPY . .\nCMD ["gunicorn", "-b", ":5000", "app:app"]\n',
  'compose.yaml': `services:
  edge:
    image: traefik:v3.1
    ports: ["80:80", "443:443"]
  web:
    image: nginx:1.28
    volumes: ["./conf:/etc/nginx/conf.d:ro"]
  app:
    build: .
`,
  'conf/site.conf': `server {
    listen 80;
    server_name example.com;
    location / {
        proxy_pass http://app:5000;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
    }
}
`,
};

/** The address of the application comes from the environment of nginx's container. */
export const WRITTEN_OUT: Files = {
  'app.py': 'from flask import Flask\napp = Flask(__name__)\n',
  Dockerfile: 'FROM python:3.12\nWORKDIR /app\nCOPY . .\nCMD ["waitress-serve", "--port=8080", "--trusted-proxy=*", "app:app"]\n',
  'compose.yaml': `services:
  app: { build: . }
  web:
    image: nginx:1.28
    environment: { APP_HOST: app, APP_PORT: "8080" }
    volumes: ["./templates:/etc/nginx/templates:ro"]
    ports: ["80:80"]
`,
  'templates/default.conf.template': `upstream app { server \${APP_HOST}:\${APP_PORT}; }
server {
    listen 80;
    location / {
${FORWARD}        proxy_pass http://app;
    }
}
`,
};

/** A pod of nginx and Django with a folder in common, and the configuration in a ConfigMap. */
export const SIDECAR: Files = {
  ...Object.fromEntries(
    Object.entries(
      django(`ALLOWED_HOSTS = ["books.example.com"]
INSTALLED_APPS = ["django.contrib.staticfiles"]
STATIC_URL = "/static/"
STATIC_ROOT = "/app/collected"
`),
    ).map(([path, text]) => [`src/${path}`, text]),
  ),
  'k8s/books.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: books-nginx }
data:
  default.conf: |
    server {
        listen 8080;
        server_name books.example.com;
        location /static/ { alias /www/static/; }
        location / {
            proxy_pass http://127.0.0.1:8000;
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
        }
    }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: books }
spec:
  template:
    metadata: { labels: { app: books } }
    spec:
      initContainers:
        - name: collect
          image: registry.example.com/books:1
          command: [python, manage.py, collectstatic, --noinput]
          volumeMounts: [{ name: static, mountPath: /app/collected }]
      containers:
        - name: django
          image: registry.example.com/books:1
          command: [gunicorn, config.wsgi, --bind, "0.0.0.0:8000"]
          volumeMounts: [{ name: static, mountPath: /app/collected }]
        - name: nginx
          image: nginx:1.28
          ports: [{ name: http, containerPort: 8080 }]
          volumeMounts:
            - { name: conf, mountPath: /etc/nginx/conf.d/default.conf, subPath: default.conf }
            - { name: static, mountPath: /www/static, readOnly: true }
      volumes:
        - { name: conf, configMap: { name: books-nginx } }
        - { name: static, emptyDir: {} }
---
apiVersion: v1
kind: Service
metadata: { name: books }
spec:
  selector: { app: books }
  ports: [{ port: 80, targetPort: http }]
`,
};

/** Pyramid under `pserve`, whose ini file names the server. */
export const PSERVE: Files = {
  'wiki/__init__.py': `from pyramid.config import Configurator
def main(global_config, **settings):
    with Configurator(settings=settings) as config:
        return config.make_wsgi_app()
`,
  'production.ini': `[app:main]
use = egg:wiki
[server:main]
use = egg:waitress#main
listen = 127.0.0.1:6543
trusted_proxy = 127.0.0.1
trusted_proxy_headers = x-forwarded-for x-forwarded-proto
clear_untrusted_proxy_headers = yes
max_request_body_size = 20971520
`,
  'deploy/wiki.service': '[Service]\nUser=wiki\nWorkingDirectory=/srv/wiki\nExecStart=/srv/wiki/env/bin/pserve production.ini\n',
  'deploy/wiki.conf': `upstream wiki { server 127.0.0.1:6543; }
server {
    listen 80;
    server_name wiki.example.org;
    client_max_body_size 20m;
    location / {
${FORWARD}        proxy_pass http://wiki;
    }
}
`,
};

/** A program for Node in a container, its port in a variable with a number after it. */
export const NODE: Files = {
  'server/index.js':
    "const express = require('express');\nconst app = express();\nconst PORT = process.env.PORT || 4000;\n// app.listen(1234);\napp.listen(PORT, () => console.log(`listening on ${PORT}`));\n",
  'server/Dockerfile': 'FROM node:22-slim\nWORKDIR /srv\nCOPY . .\nRUN npm ci --omit=dev\nCMD ["node", "index.js"]\n',
  'proxy/site.conf': `server {
    listen 80;
    server_name maps.example.com;
    location / {
        proxy_pass http://server:4000;
${FORWARD}    }
}
`,
  'compose.yaml': `services:
  server:
    build: ./server
  proxy:
    image: nginx:1.28
    ports: ["80:80"]
    volumes: ["./proxy/site.conf:/etc/nginx/conf.d/default.conf:ro"]
`,
};

/** php-fpm and nginx in two containers with the same code. */
export const FPM: Files = {
  'public/index.php': '<?php\n',
  'docker-compose.yml': `services:
  fpm:
    build: ./docker
    volumes: [".:/srv/shop"]
  nginx:
    image: nginx:1.28
    ports: ["80:80"]
    volumes: ["./docker/site.conf:/etc/nginx/conf.d/default.conf", ".:/srv/shop"]
`,
  'docker/Dockerfile':
    "FROM php:8.3-fpm\nRUN { echo 'post_max_size = 32M'; echo 'upload_max_filesize = 32M'; } > \"$PHP_INI_DIR/conf.d/sizes.ini\"\n",
  'docker/site.conf': `server {
    listen 80;
    root /srv/shop/public;
    client_max_body_size 32m;
    location / {
        try_files $uri /index.php?$query_string;
    }
    location ~ \\.php$ {
        include fastcgi_params;
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
        fastcgi_pass fpm:9000;
    }
}
`,
};
