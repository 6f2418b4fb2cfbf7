/** Both sides: constants in variables, other application servers, includes, conditions that protect nobody. */
import { APP, BASE, CERT, django, files, main, THREE } from '../projects.ts';
import { server, type Trial, type Variant } from '../trial.ts';

const UWSGI = 'include uwsgi_params; uwsgi_pass unix:/run/shop.sock;';
/** The same project behind uWSGI. */
const uwsgi = (server: string, ini: string, settings = ''): Variant =>
  files({
    'nginx.conf': main(`server { server_name acme-shop.de;\n${server}\n}`),
    'app/manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')",
    'app/uwsgi.ini': `[uwsgi]\n${ini}`,
    'app/shop/settings.py': `${BASE}${settings}`,
    'app/shop/urls.py': 'urlpatterns = []',
    'app/shop/wsgi.py': 'from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()',
  });
export const TRIALS: readonly Trial[] = [
  {
    rule: 'static-through-application',
    bad: [
      django(`location /staticfiles/ { alias /srv/static/; }\n${APP}`, "STATIC_ROOT='/srv/static'"),

      django(`location ~ ^/(images|css)/ { root /srv; }\n${APP}`, "STATIC_ROOT='/srv/static'"),
      django(`set $up http://unix:/run/shop.sock; location / { ${THREE} proxy_pass $up; }`, "STATIC_ROOT='/srv/static'"),
    ],
    sane: [
      django(`location ~ ^/static/(.*)$ { alias /srv/static/$1; }\n${APP}`, "STATIC_ROOT='/srv/static'"),
      django(
        `root /srv; location / { try_files $uri @app; } location @app { ${THREE} proxy_pass http://unix:/run/shop.sock; }`,
        "STATIC_ROOT='/srv/static'",
      ),
      uwsgi(
        `location /static { alias /srv/static; } location / { ${UWSGI} }`,
        'socket = /run/shop.sock\nmodule = shop.wsgi',
        "STATIC_ROOT='/srv/static'",
      ),
      uwsgi(`location / { ${UWSGI} }`, 'socket = /run/shop.sock\nmodule = shop.wsgi\ncheck-static = /srv', "STATIC_ROOT='/srv/static'"),
      django(`include st.inc;\n${APP}`, "STATIC_ROOT='/srv/static'", { 'st.inc': 'location /static/ { alias /srv/static/; }' }),
      django(APP, "STATIC_URL='https://cdn.example/static/'\nSTATIC_ROOT='/srv/static'"),
    ],
  },
  {
    rule: 'static-root-mismatch',
    bad: [
      django(`location /static/ { alias /srv/other/; }\n${APP}`, "STATIC_ROOT='/srv/static'"),
      django(`location /static/ { root /srv/static; }\n${APP}`, "STATIC_ROOT='/srv/static'"),
      django(`root /var/www;\nlocation /static/ { }\n${APP}`, "STATIC_ROOT='/srv/static'"),
      uwsgi(
        `location ^~ /static/ { alias /srv/app/static/; } location / { ${UWSGI} }`,
        'socket = /run/shop.sock\nmodule = shop.wsgi',
        "STATIC_ROOT='/srv/static'",
      ),
      django(`set $s /srv/wrong; location /static/ { alias $s/; }\n${APP}`, "STATIC_ROOT='/srv/static'"),
    ],
    sane: [
      django(`location /static/ { alias /srv/static/; }\n${APP}`, "STATIC_ROOT='/srv/static'"),
      django(`root /srv;\nlocation /static/ { }\n${APP}`, "STATIC_ROOT='/srv/static'"),
      django(`location /static { alias /srv/static; }\n${APP}`, "STATIC_ROOT='/srv/static/'"),
      django(`location /static/ { return 404; }\n${APP}`, "STATIC_ROOT='/srv/static'"),
    ],
  },
  {
    rule: 'allowed-hosts-mismatch',
    bad: [
      django(APP, "ALLOWED_HOSTS=['other.de']"),
      django(`proxy_set_header Host backend;\nlocation / { proxy_pass http://unix:/run/shop.sock; }`, ''),
    ],
    sane: [django(APP, "ALLOWED_HOSTS=['.acme-shop.de']"), django(APP, "ALLOWED_HOSTS=['*']")],
  },
  {
    rule: 'secure-proxy-header-mismatch',
    bad: [
      django(
        `listen 443 ssl; ${CERT} location / { proxy_set_header Host $host; proxy_pass http://unix:/run/shop.sock; }`,
        "SECURE_PROXY_SSL_HEADER=('HTTP_X_FORWARDED_PROTO','https')",
      ),
      django(
        `listen 80; listen 443 ssl; ${CERT} location / { proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto; proxy_pass http://unix:/run/shop.sock; }`,
        "SECURE_PROXY_SSL_HEADER=('HTTP_X_FORWARDED_PROTO','https')",
      ),
      django(
        `listen 443 ssl; ${CERT} location / { ${THREE.replace('X-Forwarded-Proto', 'X-Scheme')} proxy_pass http://unix:/run/shop.sock; }`,
        "SECURE_PROXY_SSL_HEADER=('HTTP_X_FORWARDED_PROTO','https')",
      ),
    ],
    sane: [
      django(`listen 443 ssl; ${CERT} ${APP}`, "SECURE_PROXY_SSL_HEADER=('HTTP_X_FORWARDED_PROTO','https')"),
      django(
        `listen 443 ssl; ${CERT} location / { proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto https; proxy_pass http://unix:/run/shop.sock; }`,
        "SECURE_PROXY_SSL_HEADER=('HTTP_X_FORWARDED_PROTO','https')",
      ),
    ],
  },
  {
    rule: 'use-x-forwarded-host-mismatch',
    bad: [
      django(APP, "USE_X_FORWARDED_HOST=True\nALLOWED_HOSTS=['*']"),
      django(
        `location / { ${THREE} proxy_set_header X-Forwarded-Host $http_x_forwarded_host; proxy_pass http://unix:/run/shop.sock; }`,
        "USE_X_FORWARDED_HOST=True\nALLOWED_HOSTS=['*']",
      ),
    ],
    sane: [
      django(
        `location / { ${THREE} proxy_set_header X-Forwarded-Host $host; proxy_pass http://unix:/run/shop.sock; }`,
        'USE_X_FORWARDED_HOST=True',
      ),
      django(APP, 'USE_X_FORWARDED_HOST=False'),
      uwsgi(
        `location / { uwsgi_param HTTP_X_FORWARDED_HOST $host; ${UWSGI} }`,
        'socket = /run/shop.sock\nmodule = shop.wsgi',
        'USE_X_FORWARDED_HOST=True',
      ),
    ],
  },
  {
    rule: 'protocol-mismatch',
    bad: [
      uwsgi('location / { proxy_pass http://unix:/run/shop.sock; }', 'socket = /run/shop.sock\nmodule = shop.wsgi'),
      uwsgi('location / { include uwsgi_params; uwsgi_pass 127.0.0.1:8000; }', 'http-socket = 127.0.0.1:8000\nmodule = shop.wsgi'),
      django('location / { include uwsgi_params; uwsgi_pass unix:/run/shop.sock; }'),
      django('location / { fastcgi_pass unix:/run/shop.sock; include fastcgi_params; }'),
      uwsgi('set $u unix:/run/shop.sock; location / { proxy_pass http://$u; }', 'socket = /run/shop.sock\nmodule = shop.wsgi'),
    ],
    sane: [
      uwsgi(`location / { ${UWSGI} }`, 'socket = /run/shop.sock\nmodule = shop.wsgi'),
      uwsgi('location / { proxy_pass http://127.0.0.1:8000; }', 'http-socket = 127.0.0.1:8000\nmodule = shop.wsgi'),
      django(APP),
    ],
  },
  {
    rule: 'socket-not-listened',
    bad: [
      django('location / { proxy_pass http://unix:/run/other.sock; }'),
      uwsgi('location / { include uwsgi_params; uwsgi_pass 127.0.0.1:3032; }', 'socket = 127.0.0.1:3031\nmodule = shop.wsgi'),
    ],
    sane: [
      django(APP),
      uwsgi('location / { include uwsgi_params; uwsgi_pass 127.0.0.1:3031; }', 'socket = :3031\nmodule = shop.wsgi'),
      django('location / { proxy_pass http://unix:/var/run/shop.sock; }'),
    ],
  },
  {
    rule: 'uwsgi-params-missing',
    bad: [
      uwsgi('location / { uwsgi_pass unix:/run/shop.sock; }', 'socket = /run/shop.sock\nmodule = shop.wsgi'),
      uwsgi(
        'include uwsgi_params; location / { uwsgi_param X y; uwsgi_pass unix:/run/shop.sock; }',
        'socket = /run/shop.sock\nmodule = shop.wsgi',
      ),
      server('location / { uwsgi_pass 127.0.0.1:3031; }'),
    ],
    sane: [
      uwsgi(`location / { ${UWSGI} }`, 'socket = /run/shop.sock\nmodule = shop.wsgi'),
      server('include uwsgi_params;\nlocation / { uwsgi_pass 127.0.0.1:3031; }'),
      server('location / { include /etc/nginx/uwsgi_params; uwsgi_param X y; uwsgi_pass 127.0.0.1:3031; }'),
    ],
  },
  {
    rule: 'script-name-prefix-missing',
    bad: [
      django(`location /shop/ { ${THREE} proxy_pass http://unix:/run/shop.sock:/; }`),
      django(`location /shop/ { rewrite ^/shop/(.*)$ /$1 break; ${THREE} proxy_pass http://unix:/run/shop.sock; }`),
    ],
    sane: [
      django(`location /shop/ { ${THREE} proxy_pass http://unix:/run/shop.sock:/; }`, "FORCE_SCRIPT_NAME='/shop'"),
      django(`location /shop/ { ${THREE} proxy_set_header SCRIPT_NAME /shop; proxy_pass http://unix:/run/shop.sock; }`),
      django(APP),
    ],
  },
  {
    rule: 'admin-unprotected',
    bad: [
      django(APP, '', {
        'app/shop/urls.py': "from django.contrib import admin\nfrom django.urls import path\nurlpatterns=[path('admin/', admin.site.urls)]",
      }),
      django(`location /admin/ { deny 192.0.2.1; ${THREE} proxy_pass http://unix:/run/shop.sock; }\n${APP}`, '', {
        'app/shop/urls.py': "from django.contrib import admin\nfrom django.urls import path\nurlpatterns=[path('admin/', admin.site.urls)]",
      }),
      django(`if ($request_method = DELETE) { return 405; }\n${APP}`, '', {
        'app/shop/urls.py': "from django.contrib import admin\nfrom django.urls import path\nurlpatterns=[path('admin/', admin.site.urls)]",
      }),
    ],
    sane: [
      django(`location /admin { allow 10.0.0.0/8; deny all; ${THREE} proxy_pass http://unix:/run/shop.sock; }\n${APP}`, '', {
        'app/shop/urls.py': "from django.contrib import admin\nfrom django.urls import path\nurlpatterns=[path('admin/', admin.site.urls)]",
      }),
      django(`location ~ ^/admin { auth_basic x; auth_basic_user_file h; ${THREE} proxy_pass http://unix:/run/shop.sock; }\n${APP}`, '', {
        'app/shop/urls.py': "from django.contrib import admin\nfrom django.urls import path\nurlpatterns=[path('admin/', admin.site.urls)]",
      }),
      django(`listen 127.0.0.1:80;\n${APP}`, '', {
        'app/shop/urls.py': "from django.contrib import admin\nfrom django.urls import path\nurlpatterns=[path('admin/', admin.site.urls)]",
      }),
    ],
  },
  {
    rule: 'media-executable',
    bad: [
      django(
        `location /media/ { alias /srv/media/; } location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }\n${APP}`,
        "MEDIA_URL='/media/'\nMEDIA_ROOT='/srv/media'",
      ),
    ],
    sane: [
      django(
        `location ^~ /media/ { alias /srv/media/; } location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }\n${APP}`,
        "MEDIA_URL='/media/'\nMEDIA_ROOT='/srv/media'",
      ),
      django(`location /media/ { alias /srv/media/; }\n${APP}`, "MEDIA_URL='/media/'\nMEDIA_ROOT='/srv/media'"),
    ],
  },
  {
    rule: 'timeout-mismatch',
    bad: [
      django(`location / { ${THREE} proxy_read_timeout 10s; proxy_pass http://unix:/run/shop.sock; }`, '', {
        'app/gunicorn.conf.py': "bind = 'unix:/run/shop.sock'\nwsgi_app = 'shop.wsgi'\ntimeout = 120",
      }),
      uwsgi(`uwsgi_read_timeout 5s; location / { ${UWSGI} }`, 'socket = /run/shop.sock\nmodule = shop.wsgi\nharakiri = 60'),
    ],
    sane: [
      django(`location / { ${THREE} proxy_read_timeout 150s; proxy_pass http://unix:/run/shop.sock; }`, '', {
        'app/gunicorn.conf.py': "bind = 'unix:/run/shop.sock'\nwsgi_app = 'shop.wsgi'\ntimeout = 120",
      }),
      django(APP),
    ],
  },
  {
    rule: 'sync-worker-unbuffered',
    bad: [django(`location / { ${THREE} proxy_request_buffering off; proxy_pass http://unix:/run/shop.sock; }`)],
    sane: [
      django(APP),
      django(`proxy_buffering off;\n${APP}`, '', {
        'app/gunicorn.conf.py': "bind = 'unix:/run/shop.sock'\nwsgi_app = 'shop.wsgi'\nworker_class = 'gevent'",
      }),
      django(`proxy_buffering off;\nlocation / { proxy_buffering on; ${THREE} proxy_pass http://unix:/run/shop.sock; }`),
    ],
  },
  {
    rule: 'debug-static-served',
    bad: [django(APP, "DEBUG=True\nSTATIC_ROOT='/srv/static'")],
    sane: [django(APP), django(APP, "import os\nDEBUG=os.environ.get('DEBUG')=='1'")],
  },
];
