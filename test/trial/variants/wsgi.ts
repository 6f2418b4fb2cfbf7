/** Rules about both sides, nginx and the application, on trial. */
import { APP, BASE, CERT, compose, django, files, main, THREE } from '../projects.ts';
import { type Trial, tree } from '../trial.ts';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'static-through-application',
    bad: [
      django(APP, "STATIC_ROOT='/srv/static'"),
      django(
        APP,
        "STATIC_ROOT='/srv/static'\nMIDDLEWARE=['whitenoise.middleware.WhiteNoiseMiddleware']\nMEDIA_URL='/media/'\nMEDIA_ROOT='/srv/media'",
      ),
      django(`location /assets/ { alias /srv/static/; }\n${APP}`, "STATIC_ROOT='/srv/static'"),
      django(
        `location /static/ { alias /srv/static/; }\n${APP}`,
        "STATIC_ROOT='/srv/static'\nMEDIA_URL='/media/'\nMEDIA_ROOT='/srv/media'",
      ),
    ],
    sane: [
      django(`location /static/ { alias /srv/static/; }\n${APP}`, "STATIC_ROOT='/srv/static'"),
      django(APP, "STATIC_ROOT='/srv/static'\nMIDDLEWARE=['whitenoise.middleware.WhiteNoiseMiddleware']"),
      django(APP, "STATIC_ROOT='/srv/static'\nMIDDLEWARE=['servestatic.middleware.ServeStaticMiddleware']"),
      django(`location /static/ { root /srv; }\n${APP}`, "STATIC_ROOT='/srv/static'"),
      django(
        `location /static/ { alias /srv/static/; }\n${APP}`,
        "STATIC_ROOT='/srv/static'\nMEDIA_URL='/media/'\nMEDIA_ROOT='/srv/media'",
        {
          'app/shop/urls.py':
            "from django.urls import re_path\nfrom django.views.static import serve\nurlpatterns=[re_path(r'^media/(?P<path>.*)$', serve, {'document_root': '/srv/media'})]",
        },
      ),
      django(APP, "STATIC_ROOT='/srv/static'", {
        'app/shop/wsgi.py':
          'from django.core.wsgi import get_wsgi_application\nfrom whitenoise import WhiteNoise\napplication = WhiteNoise(get_wsgi_application())',
      }),
      django(APP, "STATIC_ROOT='/srv/static'", {
        'app/gunicorn.conf.py': "bind = 'unix:/run/shop.sock'",
        'app/shop/wsgi.py':
          'from django.core.wsgi import get_wsgi_application\nfrom whitenoise import WhiteNoise\napplication = WhiteNoise(get_wsgi_application())',
      }),
      files({
        'nginx.conf': main('server { server_name acme-shop.de; location / { include uwsgi_params; uwsgi_pass unix:/run/shop.sock; } }'),
        'app/manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')",
        'app/uwsgi.ini': '[uwsgi]\nsocket = /run/shop.sock\nmodule = shop.wsgi\nstatic-map = /static=/srv/static',
        'app/shop/settings.py': `${BASE}STATIC_ROOT='/srv/static'`,
        'app/shop/urls.py': 'urlpatterns = []',
        'app/shop/wsgi.py': 'from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()',
      }),
      django(`location /static/ { proxy_pass http://127.0.0.1:9000; }\n${APP}`, "STATIC_ROOT='/srv/static'"),
    ],
  },
  {
    rule: 'forwarded-allow-ips-mismatch',
    bad: [
      compose('fastapi run main.py --port 8000', `location / { ${THREE} proxy_pass http://web:8000; }`),
      compose('uvicorn main:app --host 0.0.0.0 --port 8000', `location / { ${THREE} proxy_pass http://web:8000; }`),
      compose(
        'gunicorn main:app -k uvicorn.workers.UvicornWorker -b 0.0.0.0:8000 --forwarded-allow-ips=127.0.0.1',
        `location / { ${THREE} proxy_pass http://web:8000; }`,
      ),
      compose(
        'uvicorn main:app --host 0.0.0.0 --port 8000 --forwarded-allow-ips 127.0.0.1',
        `location / { ${THREE} proxy_pass http://web:8000; }`,
      ),
    ],
    sane: [
      compose(
        "uvicorn main:app --host 0.0.0.0 --port 8000 --forwarded-allow-ips '*'",
        `location / { ${THREE} proxy_pass http://web:8000; }`,
      ),
      compose("fastapi run main.py --port 8000 --forwarded-allow-ips='*'", `location / { ${THREE} proxy_pass http://web:8000; }`),
      compose(
        "gunicorn main:app -k uvicorn.workers.UvicornWorker -b 0.0.0.0:8000 --forwarded-allow-ips='*'",
        `location / { ${THREE} proxy_pass http://web:8000; }`,
      ),
      django(APP),
    ],
  },
  {
    rule: 'use-x-forwarded-host-mismatch',
    bad: [
      django(APP, 'USE_X_FORWARDED_HOST=True'),
      django(
        `location / { ${THREE} proxy_set_header X-Forwarded-Host $http_x_forwarded_host; proxy_pass http://unix:/run/shop.sock; }`,
        'USE_X_FORWARDED_HOST=True',
      ),
    ],
    sane: [
      django(
        `location / { ${THREE} proxy_set_header X-Forwarded-Host $host; proxy_pass http://unix:/run/shop.sock; }`,
        'USE_X_FORWARDED_HOST=True',
      ),
      django(APP),
      django(
        `location / { ${THREE} proxy_set_header X-Forwarded-Host ""; proxy_pass http://unix:/run/shop.sock; }`,
        'USE_X_FORWARDED_HOST=True',
      ),
    ],
  },
  {
    rule: 'secure-proxy-header-mismatch',
    bad: [
      files({
        'nginx.conf': main(
          `server { listen 443 ssl; server_name acme-shop.de; ${CERT} location / { ${THREE} proxy_pass http://unix:/run/shop.sock; } }\nserver { listen 80; server_name acme-shop.de; location / { proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto; proxy_pass http://unix:/run/shop.sock; } }`,
        ),
        'app/manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')",
        'app/gunicorn.conf.py': "bind = 'unix:/run/shop.sock'\nwsgi_app = 'shop.wsgi'",
        'app/shop/settings.py': `${BASE}SECURE_PROXY_SSL_HEADER=('HTTP_X_FORWARDED_PROTO','https')`,
        'app/shop/urls.py': 'urlpatterns = []',
      }),
      django(
        `listen 443 ssl; ${CERT} location / { proxy_set_header Host $host; proxy_pass http://unix:/run/shop.sock; }`,
        "SECURE_PROXY_SSL_HEADER=('HTTP_X_FORWARDED_PROTO','https')",
      ),
    ],
    sane: [django(`listen 443 ssl; ${CERT} ${APP}`, "SECURE_PROXY_SSL_HEADER=('HTTP_X_FORWARDED_PROTO','https')"), django(APP)],
  },
  {
    rule: 'protocol-mismatch',
    bad: [
      django('location / { include uwsgi_params; uwsgi_pass unix:/run/shop.sock; }'),
      compose('uvicorn main:app --host 0.0.0.0 --port 8000', `location / { ${THREE} proxy_pass https://web:8000; }`),
      files({
        'nginx.conf': main('server { location / { proxy_pass http://unix:/run/shop.sock; } }'),
        'app/uwsgi.ini': '[uwsgi]\nsocket = /run/shop.sock\nmodule = shop:app',
        'app/shop.py': 'from flask import Flask\napp = Flask(__name__)',
      }),
    ],
    sane: [
      django(APP),
      files({
        'nginx.conf': main('server { location / { include uwsgi_params; uwsgi_pass unix:/run/shop.sock; } }'),
        'app/uwsgi.ini': '[uwsgi]\nsocket = /run/shop.sock\nmodule = shop:app',
        'app/shop.py': 'from flask import Flask\napp = Flask(__name__)',
      }),
      compose('uvicorn main:app --host 0.0.0.0 --port 8000', `location / { ${THREE} proxy_pass http://web:8000; }`),
    ],
  },
  {
    rule: 'body-limit-mismatch',
    bad: [django(`client_max_body_size 1m; ${APP}`, 'DATA_UPLOAD_MAX_MEMORY_SIZE=20971520')],
    sane: [
      django(`client_max_body_size 25m; ${APP}`, 'DATA_UPLOAD_MAX_MEMORY_SIZE=20971520'),
      django(
        `client_max_body_size 1m; location /upload/ { client_max_body_size 50m; ${THREE} proxy_pass http://unix:/run/shop.sock; } ${APP}`,
        'DATA_UPLOAD_MAX_MEMORY_SIZE=20971520',
      ),
      django(`client_max_body_size 1m; ${APP}`),
    ],
  },
  {
    rule: 'socket-not-listened',
    bad: [
      django(`location / { ${THREE} proxy_pass http://unix:/run/gunicorn-shop.sock; }`),
      compose('uvicorn main:app --host 0.0.0.0 --port 8000', `location / { ${THREE} proxy_pass http://web:8001; }`),
      compose('uvicorn main:app --host 127.0.0.1 --port 8000', `location / { ${THREE} proxy_pass http://web:8000; }`),
      compose(
        'uvicorn main:app --host 0.0.0.0 --port 8000',
        `resolver 127.0.0.11; set $up web:8001; location / { ${THREE} proxy_pass http://$up; }`,
      ),
    ],
    sane: [
      django(APP),
      compose('uvicorn main:app --host 0.0.0.0 --port 8000', `location / { ${THREE} proxy_pass http://web:8000; }`),
      compose(
        'uvicorn main:app --host 0.0.0.0 --port 8000',
        `resolver 127.0.0.11; set $up web:8000; location / { ${THREE} proxy_pass http://$up; }`,
      ),
    ],
  },
  {
    rule: 'uwsgi-params-missing',
    bad: [
      tree('#- nginx.conf\nevents { }\nhttp { server { location / { uwsgi_pass 127.0.0.1:1; } } }\n'),
      tree('#- nginx.conf\nevents { }\nhttp { server { location / { uwsgi_param A b; uwsgi_pass 127.0.0.1:1; } } }\n'),
    ],
    sane: [
      tree('#- nginx.conf\nevents { }\nhttp { include uwsgi_params; server { location / { uwsgi_pass 127.0.0.1:1; } } }\n'),
      tree('#- nginx.conf\nevents { }\nhttp { server { location / { include uwsgi_params; uwsgi_pass 127.0.0.1:1; } } }\n'),
    ],
  },
  {
    rule: 'uwsgi-param-inheritance-lost',
    bad: [
      tree(
        '#- nginx.conf\nevents { }\nhttp { server { include uwsgi_params; location / { uwsgi_param X y; uwsgi_pass 127.0.0.1:1; } } }\n#- uwsgi_params\nuwsgi_param QUERY_STRING $query_string;\nuwsgi_param REQUEST_METHOD $request_method;\nuwsgi_param PATH_INFO $document_uri;\n',
      ),
      tree(
        '#- nginx.conf\nevents { }\nhttp { include uwsgi_params; server { location / { uwsgi_param HTTPS on; uwsgi_pass 127.0.0.1:1; } } }\n#- uwsgi_params\nuwsgi_param QUERY_STRING $query_string;\nuwsgi_param REQUEST_METHOD $request_method;\nuwsgi_param PATH_INFO $document_uri;\n',
      ),
    ],
    sane: [
      tree(
        '#- nginx.conf\nevents { }\nhttp { server { include uwsgi_params; location / { uwsgi_pass 127.0.0.1:1; } } }\n#- uwsgi_params\nuwsgi_param QUERY_STRING $query_string;\nuwsgi_param REQUEST_METHOD $request_method;\nuwsgi_param PATH_INFO $document_uri;\n',
      ),
      tree(
        '#- nginx.conf\nevents { }\nhttp { server { location / { include uwsgi_params; uwsgi_param X y; uwsgi_pass 127.0.0.1:1; } } }\n#- uwsgi_params\nuwsgi_param QUERY_STRING $query_string;\nuwsgi_param REQUEST_METHOD $request_method;\nuwsgi_param PATH_INFO $document_uri;\n',
      ),
    ],
  },
  {
    rule: 'media-executable',
    bad: [
      django(
        `location /media/ { alias /srv/media/; }\nlocation ~ \\.php$ { fastcgi_pass 127.0.0.1:9; }\n${APP}`,
        "MEDIA_URL='/media/'\nMEDIA_ROOT='/srv/media'",
      ),
      django(
        `location /media/ { alias /srv/media/; location ~ \\.php$ { fastcgi_pass 127.0.0.1:9; } }\n${APP}`,
        "MEDIA_URL='/media/'\nMEDIA_ROOT='/srv/media'",
      ),
    ],
    sane: [
      django(
        `location ^~ /media/ { alias /srv/media/; }\nlocation ~ \\.php$ { fastcgi_pass 127.0.0.1:9; }\n${APP}`,
        "MEDIA_URL='/media/'\nMEDIA_ROOT='/srv/media'",
      ),
      django(`location /media/ { alias /srv/media/; }\n${APP}`, "MEDIA_URL='/media/'\nMEDIA_ROOT='/srv/media'"),
    ],
  },
  {
    rule: 'asgi-websocket-without-upgrade',
    bad: [
      compose('uvicorn main:app --host 0.0.0.0 --port 8000', `location / { ${THREE} proxy_pass http://web:8000; }`, {
        'app/main.py':
          'from fastapi import FastAPI, WebSocket\napp = FastAPI()\n@app.websocket("/ws")\nasync def ws(s: WebSocket):\n    pass',
      }),
      compose(
        'uvicorn main:app --host 0.0.0.0 --port 8000',
        `location / { ${THREE} proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection close; proxy_pass http://web:8000; }`,
        {
          'app/main.py':
            'from fastapi import FastAPI, WebSocket\napp = FastAPI()\n@app.websocket("/ws")\nasync def ws(s: WebSocket):\n    pass',
        },
      ),
    ],
    sane: [
      compose(
        'uvicorn main:app --host 0.0.0.0 --port 8000',
        `location / { ${THREE} proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_pass http://web:8000; }`,
        {
          'app/main.py':
            'from fastapi import FastAPI, WebSocket\napp = FastAPI()\n@app.websocket("/ws")\nasync def ws(s: WebSocket):\n    pass',
        },
      ),
      compose('uvicorn main:app --host 0.0.0.0 --port 8000', `location / { ${THREE} proxy_pass http://web:8000; }`),
    ],
  },
  {
    rule: 'timeout-mismatch',
    bad: [
      django(APP, '', { 'app/gunicorn.conf.py': "bind = 'unix:/run/shop.sock'\nwsgi_app = 'shop.wsgi'\ntimeout = 300" }),
      django(`location / { ${THREE} proxy_read_timeout 600s; proxy_pass http://unix:/run/shop.sock; }`),
    ],
    sane: [
      django(APP),
      django(`location / { ${THREE} proxy_read_timeout 310s; proxy_pass http://unix:/run/shop.sock; }`, '', {
        'app/gunicorn.conf.py': "bind = 'unix:/run/shop.sock'\nwsgi_app = 'shop.wsgi'\ntimeout = 300",
      }),
    ],
  },
  {
    rule: 'debug-static-served',
    bad: [django(APP, 'DEBUG=True'), django(APP, 'DEBUG = 1')],
    sane: [django(APP)],
  },
  {
    rule: 'allowed-hosts-mismatch',
    bad: [django(`server_name other-shop.de; ${APP}`), django(`location / { proxy_pass http://unix:/run/shop.sock; }`)],
    sane: [django(APP), django(APP, "ALLOWED_HOSTS=['*']"), django(APP, "ALLOWED_HOSTS=['.acme-shop.de']")],
  },
  {
    rule: 'script-name-prefix-missing',
    bad: [
      files({
        'nginx.conf': main(`server { server_name acme-shop.de; location /wiki/ { ${THREE} proxy_pass http://127.0.0.1:8000/; } }`),
        'app/gunicorn.conf.py': "bind = '127.0.0.1:8000'\nwsgi_app = 'wiki:app'",
        'app/wiki.py': 'from flask import Flask\napp = Flask(__name__)',
      }),
    ],
    sane: [
      files({
        'nginx.conf': main(`server { server_name acme-shop.de; location / { ${THREE} proxy_pass http://127.0.0.1:8000; } }`),
        'app/gunicorn.conf.py': "bind = '127.0.0.1:8000'\nwsgi_app = 'wiki:app'",
        'app/wiki.py': 'from flask import Flask\napp = Flask(__name__)',
      }),
    ],
  },
  {
    rule: 'sync-worker-unbuffered',
    bad: [
      django(`location / { ${THREE} proxy_request_buffering off; proxy_pass http://unix:/run/shop.sock; }`),
      django(`proxy_request_buffering off; ${APP}`),
    ],
    sane: [
      django(APP),
      django(`location / { ${THREE} proxy_request_buffering off; proxy_pass http://unix:/run/shop.sock; }`, '', {
        'app/gunicorn.conf.py': "bind = 'unix:/run/shop.sock'\nwsgi_app = 'shop.wsgi'\nworker_class = 'gevent'",
      }),
    ],
  },
  {
    rule: 'static-root-mismatch',
    bad: [
      django(`location /static/ { alias /srv/assets/; }\n${APP}`, "STATIC_ROOT='/srv/static'"),
      django(`location /static/ { root /srv/static; }\n${APP}`, "STATIC_ROOT='/srv/static'"),
    ],
    sane: [
      django(`location /static/ { alias /srv/static/; }\n${APP}`, "STATIC_ROOT='/srv/static'"),
      django(`location /static/ { root /srv; }\n${APP}`, "STATIC_ROOT='/srv/static'"),
      django(`location ~ ^/static/(.*)$ { alias /srv/static/$1; }\n${APP}`, "STATIC_ROOT='/srv/static'"),
    ],
  },
  {
    rule: 'admin-unprotected',
    bad: [
      django(APP, '', {
        'app/shop/urls.py':
          "from django.contrib import admin\nfrom django.urls import path\nurlpatterns = [path('admin/', admin.site.urls)]",
      }),
    ],
    sane: [
      django(APP),
      django(`location /admin/ { allow 10.0.0.0/8; deny all; ${THREE} proxy_pass http://unix:/run/shop.sock; }\n${APP}`, '', {
        'app/shop/urls.py':
          "from django.contrib import admin\nfrom django.urls import path\nurlpatterns = [path('admin/', admin.site.urls)]",
      }),
      django(`listen 127.0.0.1:80; ${APP}`, '', {
        'app/shop/urls.py':
          "from django.contrib import admin\nfrom django.urls import path\nurlpatterns = [path('admin/', admin.site.urls)]",
      }),
    ],
  },
  {
    rule: 'envsubst-eats-variable',
    bad: [
      tree(
        '#- nginx.conf.template\nevents { }\nhttp { server { server_name ${DOMAIN}; location / { proxy_set_header Host $host; proxy_pass http://127.0.0.1:1; } } }\n#- Dockerfile\nFROM nginx:1.28\nCOPY nginx.conf.template /etc/nginx/conf.d/site.conf.template\nCOPY run.sh /run.sh\nCMD ["/run.sh"]\n#- run.sh\n#!/bin/sh\nfor f in /etc/nginx/conf.d/*.template; do envsubst < "$f" > "${f%.template}"; done\nexec nginx -g \'daemon off;\'\n',
      ),
    ],
    sane: [
      tree(
        '#- nginx.conf.template\nevents { }\nhttp { server { server_name ${DOMAIN}; location / { proxy_set_header Host $host; proxy_pass http://127.0.0.1:1; } } }\n#- Dockerfile\nFROM nginx:1.28\nCOPY nginx.conf.template /etc/nginx/conf.d/site.conf.template\nCOPY run.sh /run.sh\nCMD ["/run.sh"]\n#- run.sh\n#!/bin/sh\nfor f in /etc/nginx/conf.d/*.template; do envsubst \'${DOMAIN}\' < "$f" > "${f%.template}"; done\nexec nginx -g \'daemon off;\'\n',
      ),
    ],
  },
];
