/** Further rules about both sides, nginx and the application, on trial. */
import { APP, BASE, CERT, django, files, main, THREE } from '../projects.ts';
import { http, type Trial, type Variant } from '../trial.ts';

const ADMIN = {
  'app/shop/urls.py': "from django.contrib import admin\nfrom django.urls import path\nurlpatterns = [path('admin/', admin.site.urls)]",
};
const TLS = `listen 443 ssl; ${CERT}`;
const PASS = 'proxy_pass http://unix:/run/shop.sock;';
const SESSIONS = "MIDDLEWARE=['django.contrib.sessions.middleware.SessionMiddleware']\n";
const SECURITY = "MIDDLEWARE=['django.middleware.security.SecurityMiddleware']\n";
const CORS = "MIDDLEWARE=['corsheaders.middleware.CorsMiddleware', 'django.middleware.common.CommonMiddleware']\n";
const PROXY_SSL = "SECURE_PROXY_SSL_HEADER=('HTTP_X_FORWARDED_PROTO', 'https')\n";
const FRAMES = "MIDDLEWARE=['django.middleware.clickjacking.XFrameOptionsMiddleware']\n";

/** A text in the place of a file that a project has by default. */
const withFile = (path: string, text: string): Readonly<Record<string, string>> => ({ [path]: text });

/** A Django project whose nginx listens as given: whole servers instead of the inside of one. */
const site = (http: string, settings = '', more: Readonly<Record<string, string>> = {}): Variant =>
  django('', settings, { 'nginx.conf': main(http), ...more });

/** A main file that includes by these masks. */
const enabled = (masks: string): string => `events {}\nhttp {\n include ${masks};\n}\n`;

const SITE_FILE = 'server { listen 80; server_name acme-shop.de; location / { return 204; } }\n';

/** A file that a compose file puts to a path of the container: its text, more of the service, files beside it and their volumes. */
const put = (
  path: string,
  text = SITE_FILE,
  service: { readonly command?: string } = {},
  more: Readonly<Record<string, string>> = {},
  volumes = '',
): Variant =>
  files({
    'shop.conf': text,
    'compose.yaml': `services:\n  nginx:\n    image: nginx:1.28\n    ports: ["80:80"]\n    volumes: ["./shop.conf:${path}"${volumes}]\n${
      service.command ? `    command: ${service.command}\n` : ''
    }`,
    ...more,
  });

interface Services {
  readonly nginx?: string;
  readonly web?: string;
  readonly volumes?: string;
}

/** A Django project in two containers: the insides of nginx's server, lines of the two services, settings. */
const containers = (server: string, services: Services = {}, settings = '', more: Readonly<Record<string, string>> = {}): Variant =>
  files({
    'nginx/nginx.conf': main(`server { listen 80; server_name acme-shop.de; ${server} }`),
    'compose.yaml': `services:
  web:
    build: ./app
    command: gunicorn shop.wsgi -b 0.0.0.0:8000
${services.web ?? ''}
  nginx:
    image: nginx:1.28
${services.nginx ?? '    ports: ["80:80"]\n    volumes: ["./nginx:/etc/nginx"]'}
${services.volumes ?? ''}`,
    'app/manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')",
    'app/shop/settings.py': `${BASE}${settings}`,
    'app/shop/urls.py': 'from django.urls import path\nurlpatterns = []',
    'app/shop/wsgi.py': 'from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()',
    ...more,
  });
/** Of nginx's folder only the main file is in the container. */
const MAIN_FILE: Services = { nginx: '    ports: ["80:80"]\n    volumes: ["./nginx/nginx.conf:/etc/nginx/nginx.conf:ro"]' };
const WEB = `location / { ${THREE} proxy_pass http://web:8000; }`;

/** A Flask application of one file behind Gunicorn. */
const flask = (server: string, app: string, more: Readonly<Record<string, string>> = {}): Variant =>
  files({
    'nginx.conf': main(`server { listen 80; server_name wiki.example;\n${server}\n}`),
    'app/gunicorn.conf.py': "bind = 'unix:/run/wiki.sock'\nwsgi_app = 'wiki:app'",
    'app/wiki.py': app,
    ...more,
  });
const WIKI = `location / { ${THREE} proxy_pass http://unix:/run/wiki.sock; }`;
const proxyFix = (options: string): string =>
  `from flask import Flask\nfrom werkzeug.middleware.proxy_fix import ProxyFix\napp = Flask(__name__)\napp.wsgi_app = ProxyFix(app.wsgi_app${options})`;

/** A FastAPI application started by a Procfile. */
const fastapi = (server: string, app: string, command = 'uvicorn --port 8000 app.main:app'): Variant =>
  files({ 'nginx.conf': main(`server { listen 80; ${server} }`), 'app/main.py': app, Procfile: `web: ${command}` });
const TO_HTTPS =
  'from fastapi import FastAPI\nfrom fastapi.middleware.httpsredirect import HTTPSRedirectMiddleware\napp = FastAPI()\napp.add_middleware(HTTPSRedirectMiddleware)\n';
const TALISMAN = (args: string): string =>
  `from flask import Flask\nfrom flask_talisman import Talisman\napp = Flask(__name__)\nTalisman(${args})`;
const API = `location / { ${THREE} proxy_pass http://127.0.0.1:8000; }`;
const STREAM = (path = '/news', extra = ''): string =>
  `from fastapi import FastAPI\nfrom fastapi.responses import StreamingResponse\napp = FastAPI()\n@app.get("${path}")\nasync def news():\n    return StreamingResponse(lines(), media_type="text/event-stream"${extra})`;

/** nginx beside an application in containers of Compose, and in pods of a cluster. */
const inCompose = (server: string): Variant =>
  files({
    'nginx.conf': main(`server { listen 80; ${server} }`),
    'compose.yaml':
      'services:\n  web:\n    build: ./app\n    command: gunicorn -b 0.0.0.0:8000 shop.wsgi\n  nginx:\n    image: nginx:1.29\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n',
  });
const inCluster = (server: string): Variant =>
  files({
    'nginx.conf': main(`server { listen 80; ${server} }`),
    'k8s/kustomization.yaml': 'configMapGenerator: [{ name: edge, files: [../nginx.conf] }]\n',
    'k8s/all.yaml':
      'apiVersion: v1\nkind: Service\nmetadata: { name: web, namespace: shop }\nspec: { selector: { app: web }, ports: [{ port: 8000 }] }\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: edge, namespace: shop }\nspec:\n  template:\n    metadata: { labels: { app: edge } }\n    spec:\n      containers:\n        - { name: nginx, image: "nginx:1.29", volumeMounts: [{ name: conf, mountPath: /etc/nginx }] }\n      volumes: [{ name: conf, configMap: { name: edge } }]\n',
  });

/** A view that has nginx send what the expression names. */
const SENDS = (expression: string, head = ''): string =>
  `from flask import Flask, Response\n${head}app = Flask(__name__)\n@app.get("/f/<name>")\ndef f(name):\n    r = Response()\n    r.headers["X-Accel-Redirect"] = ${expression}\n    return r`;
const INTERNAL = 'location /sent/ { internal; alias /srv/files/; }';

/** An application that a command starts, behind nginx. */
const started = (command: string, server: string, more: Readonly<Record<string, string>> = {}): Variant =>
  files({ 'nginx.conf': main(`server { listen 80; ${server} }`), 'app/Procfile': `web: ${command}`, ...more });
const ON_8000 = 'location / { proxy_pass http://127.0.0.1:8000; }';

const unit = (service: string, server: string, head = ''): Variant =>
  files({ 'nginx.conf': `${head}events { }\nhttp { server { listen 80; ${server} } }`, 'shop.service': `[Service]\n${service}` });

const doubled = (name: string, of: number): string =>
  Array.from({ length: of }, (_, i) => `${name}${i + 1}=\${${name}${i}}\${${name}${i}}`).join('\nENV ');

const GUNICORN_SITE = main('server { location / { proxy_pass http://127.0.0.1:8000; } }');

export const TRIALS: readonly Trial[] = [
  {
    rule: 'server-version-lacks',
    bad: [
      files({
        'nginx.conf': GUNICORN_SITE,
        'app/Procfile': 'web: gunicorn --worker-class eventlet -b 127.0.0.1:8000 shop.wsgi',
        'requirements.txt': 'gunicorn==26.2.2',
      }),
      files({
        'nginx.conf': GUNICORN_SITE,
        'app/Procfile': 'web: gunicorn -k gunicorn.workers.geventlet.EventletWorker -b 127.0.0.1:8000 shop.wsgi',
        'requirements.txt': 'gunicorn>=26',
      }),
      files({
        'nginx.conf': GUNICORN_SITE,
        'app/gunicorn.conf.py': "bind = '127.0.0.1:8000'\nworker_class = 'eventlet'\n",
        'app/poetry.lock': '[[package]]\nname = "gunicorn"\nversion = "26.0.0"\n',
      }),
      files({
        'nginx.conf': main('upstream app { server 127.0.0.1:8000; } server { location / { proxy_pass http://app; } }'),
        'app/gunicorn.conf.py': "bind = '127.0.0.1:8000'\nworker_class = 'eventlet'\n",
        'requirements.txt': 'gunicorn==26.1.0',
      }),
      files({
        'nginx.conf': GUNICORN_SITE,
        'app/Procfile': 'web: gunicorn -k asgi -b 127.0.0.1:8000 shop.asgi',
        'requirements.txt': 'gunicorn==22.0.0',
      }),
      files({
        'nginx.conf': GUNICORN_SITE,
        'app/gunicorn.conf.py': "bind = '127.0.0.1:8000'\nworker_class = 'asgi'\n",
        'requirements.txt': 'gunicorn==23.0.0',
      }),
    ],
    sane: [
      files({
        'nginx.conf': GUNICORN_SITE,
        'app/Procfile': 'web: gunicorn --worker-class eventlet -b 127.0.0.1:8000 shop.wsgi',
        'requirements.txt': 'gunicorn==25.3.0',
      }),
      files({
        'nginx.conf': GUNICORN_SITE,
        'app/Procfile': 'web: gunicorn --worker-class eventlet -b 127.0.0.1:8000 shop.wsgi',
        'requirements.txt': 'gunicorn>=20.1',
      }),
      files({ 'nginx.conf': GUNICORN_SITE, 'app/Procfile': 'web: gunicorn --worker-class eventlet -b 127.0.0.1:8000 shop.wsgi' }),
      files({
        'nginx.conf': GUNICORN_SITE,
        'app/Procfile': 'web: gunicorn -k gevent -b 127.0.0.1:8000 shop.wsgi',
        'requirements.txt': 'gunicorn==26.2.2',
      }),
      files({
        'nginx.conf': GUNICORN_SITE,
        'app/Procfile': 'web: gunicorn -k asgi -b 127.0.0.1:8000 shop.asgi',
        'requirements.txt': 'gunicorn==24.0.0',
      }),
      files({
        'nginx.conf': GUNICORN_SITE,
        'app/Procfile': 'web: gunicorn -k asgi -b 127.0.0.1:8000 shop.asgi',
        'requirements.txt': 'gunicorn>=22.0.0',
      }),
    ],
  },
  {
    rule: 'admin-unprotected',
    bad: [
      django(APP, '', {
        'app/shop/urls.py':
          "from django.contrib import admin\nfrom django.urls import path\nurlpatterns = [path('secret-admin/', admin.site.urls)]",
      }),
      django(`location /admin/ { ${THREE} ${PASS} }\n${APP}`, '', ADMIN),
      django(`location /static/ { alias /srv/static/; }\nlocation /other/ { allow 10.0.0.0/8; deny all; ${PASS} }\n${APP}`, '', ADMIN),
      django(`location /admin/ { allow all; ${PASS} }\n${APP}`, '', ADMIN),
      django(`location /admin/ { if ($request_method !~ ^(GET|POST)$) { return 405; } ${PASS} }\n${APP}`, '', ADMIN),
      django(`location /admin/ { deny 192.0.2.7; ${PASS} }\n${APP}`, '', ADMIN),
    ],
    sane: [
      django(`location /admin/ { auth_basic x; auth_basic_user_file h; ${PASS} }\n${APP}`, '', ADMIN),
      django(`allow 10.0.0.0/8;\ndeny all;\n${APP}`, '', ADMIN),
      django(APP),
      django(`location /admin { allow 192.168.0.0/16; deny all; ${PASS} }\n${APP}`, '', ADMIN),
      django(`location ^~ /admin/ { return 404; }\n${APP}`, '', ADMIN),
    ],
  },
  {
    rule: 'allowed-hosts-any',
    bad: [
      site(`server { listen 80; server_name a.example; location / { ${PASS} proxy_set_header Host $host; } }`, "ALLOWED_HOSTS = ['*']"),
      site(`server { listen 80; location / { ${PASS} proxy_set_header Host $http_host; } }`, 'ALLOWED_HOSTS = ["*"]'),
      site(
        `server { listen 80 default_server; server_name _; location / { ${PASS} proxy_set_header Host $host; } }`,
        "ALLOWED_HOSTS = ['acme-shop.de', '*']",
      ),
      site(
        `server { listen 80; server_name a.example; ${APP} }\nserver { listen 80; server_name b.example; return 404; }`,
        "ALLOWED_HOSTS = ['*']",
      ),
      site(`server { ${TLS} server_name a.example; ${APP} }`, "ALLOWED_HOSTS = ['*']"),
      site(`server { listen 80; server_name a.example; ${APP} }`, "ALLOWED_HOSTS = []\nALLOWED_HOSTS += ['*']"),
    ],
    sane: [
      site(
        `server { listen 80 default_server; return 444; }\nserver { listen 80; server_name a.example; ${APP} }`,
        "ALLOWED_HOSTS = ['*']",
      ),
      site(`server { listen 80; server_name a.example; ${APP} }`, "ALLOWED_HOSTS = ['a.example']"),
      site(`server { listen 80; server_name a.example; location / { ${PASS} proxy_set_header Host a.example; } }`, "ALLOWED_HOSTS = ['*']"),
      site(`server { listen 80; server_name a.example; if ($host != a.example) { return 444; } ${APP} }`, "ALLOWED_HOSTS = ['*']"),
      site(`server { listen 80; server_name a.example; ${APP} }`, "ALLOWED_HOSTS = ['.a.example']"),
      site(
        `server { listen 80; server_name x; return 404; }\nserver { listen 80; server_name a.example; ${APP} }`,
        "ALLOWED_HOSTS = ['*']",
      ),
    ],
  },
  {
    rule: 'allowed-hosts-mismatch',
    bad: [
      site(`server { server_name a.example; ${APP} }`, "ALLOWED_HOSTS = ['b.example']"),
      site(`server { server_name a.example www.a.example; ${APP} }`, "ALLOWED_HOSTS = ['a.example']"),
      site(`server { server_name a.example; ${APP} }\nserver { server_name api.a.example; ${APP} }`, "ALLOWED_HOSTS = ['a.example']"),
      site(`server { server_name sub.a.example; ${APP} }`, "ALLOWED_HOSTS = ('a.example',)"),
      site(
        `upstream shop_app { server unix:/run/shop.sock; }\nserver { server_name a.example; location / { proxy_pass http://shop_app; } }`,
        "ALLOWED_HOSTS = ['a.example']",
      ),
    ],
    sane: [
      site(`server { server_name a.example; ${APP} }`, "ALLOWED_HOSTS = ['a.example']"),
      site(`server { server_name www.a.example a.example; ${APP} }`, "ALLOWED_HOSTS = ['.a.example']"),
      site(`server { server_name a.example; ${APP} }`, "import os\nALLOWED_HOSTS = os.environ['HOSTS'].split(',')"),
      site(`server { server_name A.Example; ${APP} }`, "ALLOWED_HOSTS = ['a.example']"),
    ],
  },
  {
    rule: 'application-published',
    bad: [
      containers(WEB, { web: '    ports: ["8000:8000"]' }),
      containers(WEB, { web: '    ports:\n      - "0.0.0.0:8000:8000"' }),
      containers(WEB, { web: '    ports:\n      - "9000:8000"' }),
      containers(WEB, { web: '    ports:\n      - target: 8000\n        published: 8000' }),
      containers(WEB, { web: '    ports: ["8000:8000/tcp"]' }),
      containers(`set $up web;\nresolver 127.0.0.11;\nlocation / { ${THREE} proxy_pass http://$up:8000; }`, {
        web: '    ports: ["8000:8000"]',
      }),
    ],
    sane: [
      containers(WEB),
      containers(WEB, { web: '    ports: ["127.0.0.1:8000:8000"]' }),
      containers(WEB, { web: '    expose: ["8000"]' }),
      containers(WEB, { web: '    ports: ["[::1]:8000:8000"]' }),
      containers(WEB, { web: '    ports:\n      - target: 8000\n        published: 8000\n        host_ip: 127.0.0.1' }),
      containers(WEB, { web: '    ports: ["5678:5678"]' }),
    ],
  },
  {
    rule: 'application-unread',
    bad: [
      started(
        'gunicorn -b 127.0.0.1:8000 shop.wsgi',
        ON_8000,
        withFile(
          'app/Dockerfile',
          `FROM python:3.12\nENV A0=0123456789abcdef\nENV ${doubled('A', 18)}\nCMD gunicorn -b 127.0.0.1:8000 shop.wsgi`,
        ),
      ),
      started(
        'gunicorn -b 127.0.0.1:8000 shop.wsgi',
        ON_8000,
        withFile(
          'app/Dockerfile',
          `FROM python:3.12\nENV B0=0123456789abcdefghij\nENV ${doubled('B', 20)}\nENTRYPOINT ["gunicorn", "shop.wsgi"]`,
        ),
      ),
      started(
        'gunicorn -b 127.0.0.1:8000 shop.wsgi',
        ON_8000,
        withFile('app/Dockerfile', `FROM python:3.12 AS a\nENV C0=abcdefghijklmnop\nENV ${doubled('C', 17)}\nCMD $C17`),
      ),
      started(
        'gunicorn -b 127.0.0.1:8000 shop.wsgi',
        ON_8000,
        withFile('deploy/Dockerfile', `FROM python:3.12\nENV A0=0123456789abcdef\nENV ${doubled('A', 24)}\nCMD gunicorn`),
      ),
      django(
        APP,
        '',
        withFile('app/Dockerfile', `FROM python:3.12\nENV A0=0123456789abcdef\nENV ${doubled('A', 18)}\nCMD gunicorn shop.wsgi`),
      ),
      started(
        'uvicorn main:app',
        ON_8000,
        withFile(
          'app/Dockerfile',
          `FROM python:3.12\nARG D0=0123456789abcdef\nENV D0=0123456789abcdef\nENV ${doubled('D', 19)}\nCMD uvicorn main:app`,
        ),
      ),
    ],
    sane: [
      started(
        'gunicorn -b 127.0.0.1:8000 shop.wsgi',
        ON_8000,
        withFile('app/Dockerfile', `FROM python:3.12\nENV A0=x\nENV ${doubled('A', 4)}\nCMD gunicorn shop.wsgi`),
      ),
      started(
        'gunicorn -b 127.0.0.1:8000 shop.wsgi',
        ON_8000,
        withFile('app/Dockerfile', 'FROM python:3.12\nENV A=${A}\nCMD gunicorn shop.wsgi'),
      ),
      started('gunicorn -b 127.0.0.1:8000 shop.wsgi', ON_8000, withFile('app/Dockerfile', 'FROM python:3.12\nCMD gunicorn shop.wsgi')),
      django(APP),
      started('gunicorn -b 127.0.0.1:8000 shop.wsgi', ON_8000),
      started(
        'gunicorn -b 127.0.0.1:8000 shop.wsgi',
        ON_8000,
        withFile(
          'app/Dockerfile',
          `FROM python:3.12\n${Array.from({ length: 60 }, (_, i) => `ENV V${i}=value`).join('\n')}\nCMD gunicorn shop.wsgi`,
        ),
      ),
    ],
  },
  {
    rule: 'csrf-trusted-origins-mismatch',
    bad: [
      site(`server { ${TLS} server_name acme-shop.de; ${APP} }`, "CSRF_TRUSTED_ORIGINS = ['http://acme-shop.de']"),
      site(`server { ${TLS} server_name acme-shop.de; ${APP} }`, "CSRF_TRUSTED_ORIGINS = ['acme-shop.de']"),
      site(
        `server { ${TLS.replace('443', '8443')} server_name acme-shop.de; ${APP} }`,
        "CSRF_TRUSTED_ORIGINS = ['https://acme-shop.de:9443']",
      ),
      site(`server { listen 80; server_name acme-shop.de; ${APP} }`, "CSRF_TRUSTED_ORIGINS = ['.acme-shop.de']"),
      site(
        `server { ${TLS} server_name acme-shop.de; ${APP} }\nserver { listen 80; server_name acme-shop.de; return 301 https://$host$request_uri; }`,
        "CSRF_TRUSTED_ORIGINS = ('http://acme-shop.de',)",
      ),
      site(`server { listen 8080; server_name acme-shop.de; ${APP} }`, "CSRF_TRUSTED_ORIGINS = ['http://acme-shop.de:81']"),
    ],
    sane: [
      site(`server { ${TLS} server_name acme-shop.de; ${APP} }`, "CSRF_TRUSTED_ORIGINS = ['https://acme-shop.de']"),
      site(`server { ${TLS} server_name acme-shop.de; ${APP} }`),
      site(`server { ${TLS} server_name acme-shop.de; ${APP} }`, "CSRF_TRUSTED_ORIGINS = ['https://*.acme-shop.de']"),
      site(`server { listen 80; server_name acme-shop.de; ${APP} }`, "CSRF_TRUSTED_ORIGINS = ['http://acme-shop.de']"),
      site(`server { ${TLS} server_name acme-shop.de; ${APP} }`, "CSRF_TRUSTED_ORIGINS = ['https://pay.example.org']"),
      site(
        `server { ${TLS.replace('443', '8443')} server_name acme-shop.de; ${APP} }`,
        "CSRF_TRUSTED_ORIGINS = ['https://acme-shop.de:8443']",
      ),
    ],
  },
  {
    rule: 'debug-static-served',
    bad: [
      django(APP, 'DEBUG = True'),
      django(`location /static/ { alias /srv/static/; }\n${APP}`, 'DEBUG = True'),
      django(APP, 'DEBUG = 1'),
      django(APP, 'DEBUG = True\nTEMPLATES = []'),
      django('', '', {
        'nginx.conf': main(`server { ${TLS} server_name acme-shop.de; ${APP} }`),
        'app/shop/settings.py': `${BASE}DEBUG = True`,
      }),
      django(APP, '', { 'app/shop/base.py': `${BASE}DEBUG = True`, 'app/shop/settings.py': 'from .base import *\n' }),
      site(`upstream app { server unix:/run/shop.sock; }\nserver { location / { ${THREE} proxy_pass http://app; } }`, 'DEBUG = True'),
    ],
    sane: [
      django(APP),
      django(APP, "import os\nDEBUG = os.environ.get('DEBUG') == '1'"),
      django(APP, '', { 'app/shop/base.py': `${BASE}DEBUG = True`, 'app/shop/settings.py': 'from .base import *\nDEBUG = False\n' }),
      django(APP, 'TEMPLATE_DEBUG = True'),
      django(APP, 'DEBUG = not True'),
      django(APP, 'DEBUG_PROPAGATE_EXCEPTIONS = True\nDEBUG = False'),
    ],
  },
  {
    rule: 'development-server',
    bad: [
      started('python manage.py runserver 0.0.0.0:8000', ON_8000),
      started('flask run --port 8000', ON_8000),
      started('fastapi dev main.py --port 8000', ON_8000),
      started('./manage.py runserver 8000', ON_8000),
      containers(WEB, {}, '', {
        'compose.yaml':
          'services:\n  web:\n    build: ./app\n    command: python manage.py runserver 0.0.0.0:8000\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx:/etc/nginx"]\n',
      }),
      unit('ExecStart=/srv/venv/bin/python manage.py runserver 127.0.0.1:8000', ON_8000),
      started('python -m flask --app shop run -p 8000', ON_8000),
    ],
    sane: [
      started('gunicorn -b 127.0.0.1:8000 shop.wsgi', ON_8000),
      started('uvicorn main:app --port 8000', ON_8000),
      started('fastapi run main.py --port 8000', ON_8000),
      started('waitress-serve --port=8000 shop:app', ON_8000),
      started('python manage.py migrate && gunicorn -b 127.0.0.1:8000 shop.wsgi', ON_8000),
      unit('ExecStart=/srv/venv/bin/gunicorn -b 127.0.0.1:8000 shop.wsgi', ON_8000),
    ],
  },
  {
    rule: 'accel-redirect-lost',
    bad: [
      flask(WIKI, SENDS('"/sent/" + name')),
      flask(WIKI, SENDS("f'/sent/{name}'")),
      flask(WIKI, SENDS('os.path.join("/sent", name)', 'import os\n')),
      flask(WIKI, SENDS('"/sent/%s" % name')),
      flask(`location /files/ { internal; alias /srv/files/; }\n${WIKI}`, SENDS('"/sent/{}".format(name)')),
      flask(
        WIKI,
        'from flask import Flask, Response\napp = Flask(__name__)\n@app.get("/f")\ndef f():\n    return Response(headers={"x-accel-redirect": "/sent/all.zip"})',
      ),
      django(APP, '', {
        'app/shop/views.py':
          'from django.http import HttpResponse\ndef invoice(request, name):\n    answer = HttpResponse()\n    answer["X-Accel-Redirect"] = "/sent/" + name\n    return answer',
      }),
    ],
    sane: [
      flask(`${INTERNAL}\n${WIKI}`, SENDS('"/sent/" + name')),
      flask(`${INTERNAL}\n${WIKI}`, SENDS('os.path.join("/sent", name)', 'import os\n')),
      // who asks for the path is asked by the application where it is
      flask(`location /sent/ { internal; proxy_pass http://storage.internal:9000; }\n${WIKI}`, SENDS('"/sent/" + name')),
      flask(`location ~ ^/sent/(.+)$ { internal; alias /srv/files/$1; }\n${WIKI}`, SENDS('"/sent/" + name')),
      // nobody knows where that is
      flask(WIKI, SENDS('app.config["SENT"] + name')),
      flask(WIKI, SENDS('"/" + name')),
      flask(
        `location / { ${THREE} proxy_ignore_headers X-Accel-Redirect; proxy_pass http://unix:/run/wiki.sock; }`,
        SENDS('"/sent/" + name'),
      ),
      flask(WIKI, 'from flask import Flask\napp = Flask(__name__)\n# r.headers["X-Accel-Redirect"] = "/sent/" + name'),
    ],
  },
  {
    rule: 'event-stream-buffered',
    bad: [
      fastapi(API, STREAM()),
      fastapi(`location /news { ${THREE} proxy_pass http://127.0.0.1:8000; }`, STREAM('/news')),
      fastapi(`proxy_buffering on;\n${API}`, STREAM()),
      fastapi(`location /other { proxy_buffering off; proxy_pass http://127.0.0.1:8000; }\n${API}`, STREAM()),
      fastapi(
        API,
        'from starlette.applications import Starlette\nfrom starlette.responses import StreamingResponse\nfrom starlette.routing import Route\nasync def news(request):\n    return StreamingResponse(lines(), media_type="text/event-stream")\napp = Starlette(routes=[Route("/news", news)])',
      ),
      flask(
        WIKI,
        'from flask import Flask, Response\napp = Flask(__name__)\n@app.route("/events")\ndef events():\n    return Response(lines(), mimetype="text/event-stream")',
      ),
      fastapi(`location / { ${THREE} proxy_read_timeout 1h; proxy_pass http://127.0.0.1:8000; }`, STREAM('/live')),
    ],
    sane: [
      fastapi(`location / { ${THREE} proxy_buffering off; proxy_pass http://127.0.0.1:8000; }`, STREAM()),
      fastapi(`location /news { ${THREE} proxy_buffering off; proxy_pass http://127.0.0.1:8000; }\n${API}`, STREAM('/news')),
      fastapi(API, STREAM('/news', ', headers={"X-Accel-Buffering": "no"}')),
      fastapi(API, 'from fastapi import FastAPI\napp = FastAPI()\n@app.get("/")\ndef home():\n    return {}'),
      fastapi(
        API,
        'from fastapi import FastAPI\nfrom sse_starlette.sse import EventSourceResponse\napp = FastAPI()\n@app.get("/news")\nasync def news():\n    return EventSourceResponse(lines())',
      ),
      fastapi(`proxy_buffering off;\n${API}`, STREAM()),
      fastapi(API, STREAM().replace('text/event-stream', 'text/csv')),
    ],
  },
  {
    rule: 'forwarded-proto-from-client',
    inside: 'http',
    bad: [
      `server { ${TLS} location / { proxy_pass http://127.0.0.1:8000; proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto; } }`,
      `server { ${TLS} proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto; location / { proxy_pass http://127.0.0.1:8000; } }`,
      `proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;\nserver { ${TLS} location / { proxy_pass http://127.0.0.1:8000; } }`,
      `server { listen 80; ${TLS} location / { proxy_pass http://127.0.0.1:8000; proxy_set_header X-Forwarded-Proto "$http_x_forwarded_proto"; } }`,
      `server { ${TLS} set $proto $http_x_forwarded_proto; location / { proxy_pass http://127.0.0.1:8000; proxy_set_header X-Forwarded-Proto $proto; } }`,
      `server { ${TLS} location / { grpc_pass grpc://127.0.0.1:50051; grpc_set_header X-Forwarded-Proto $http_x_forwarded_proto; } }`,
    ],
    sane: [
      `server { ${TLS} location / { proxy_pass http://127.0.0.1:8000; proxy_set_header X-Forwarded-Proto $scheme; } }`,
      `server { listen 80; location / { proxy_pass http://127.0.0.1:8000; proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto; } }`,
      `set_real_ip_from 10.0.0.0/8;\nserver { ${TLS} location / { proxy_pass http://127.0.0.1:8000; proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto; } }`,
      `server { ${TLS} location / { proxy_pass http://127.0.0.1:8000; proxy_set_header X-Forwarded-Proto https; } }`,
      `map $http_x_forwarded_proto $p { default $scheme; https https; }\nserver { listen 80; location / { proxy_pass http://127.0.0.1:8000; proxy_set_header X-Forwarded-Proto $p; } }`,
      `server { ${TLS} location / { proxy_pass http://127.0.0.1:8000; } }`,
    ],
  },
  {
    rule: 'health-check-refused',
    bad: [
      containers(
        WEB,
        { web: '    healthcheck:\n      test: curl -f http://localhost:8000/' },
        "MIDDLEWARE=['django.middleware.common.CommonMiddleware']\n",
      ),
      containers(
        WEB,
        { web: '    healthcheck:\n      test: ["CMD", "curl", "-f", "http://127.0.0.1:8000/up/"]' },
        "MIDDLEWARE=['django.middleware.common.CommonMiddleware']\n",
      ),
      containers(
        WEB,
        { web: '    healthcheck:\n      test: ["CMD-SHELL", "wget -qO- http://localhost:8000/up/ || exit 1"]' },
        "MIDDLEWARE=['django.middleware.common.CommonMiddleware']\n",
      ),
      containers(
        WEB,
        { web: '    healthcheck:\n      test: curl -fsSL http://localhost:8000/' },
        `ALLOWED_HOSTS=['acme-shop.de','localhost']\n${SECURITY}SECURE_SSL_REDIRECT = True\n${PROXY_SSL}`,
      ),
      containers(
        WEB,
        { web: '    healthcheck:\n      test: curl --fail http://web:8000/' },
        "MIDDLEWARE=['django.middleware.common.CommonMiddleware']\n",
      ),
      containers(
        WEB,
        { web: '    healthcheck:\n      test: curl -f http://0.0.0.0:8000/' },
        "MIDDLEWARE=['django.middleware.common.CommonMiddleware']\n",
      ),
    ],
    sane: [
      containers(
        WEB,
        { web: '    healthcheck:\n      test: curl -f http://localhost:8000/' },
        "ALLOWED_HOSTS=['acme-shop.de','localhost']\nMIDDLEWARE=['django.middleware.common.CommonMiddleware']\n",
      ),
      containers(
        WEB,
        { web: '    healthcheck:\n      test: "curl -f -H \'Host: acme-shop.de\' http://localhost:8000/"' },
        "MIDDLEWARE=['django.middleware.common.CommonMiddleware']\n",
      ),
      containers(WEB, {}, "MIDDLEWARE=['django.middleware.common.CommonMiddleware']\n"),
      containers(
        WEB,
        { web: '    healthcheck:\n      test: curl -f http://localhost:8000/' },
        "ALLOWED_HOSTS=['*']\nMIDDLEWARE=['django.middleware.common.CommonMiddleware']\n",
      ),
      containers(
        WEB,
        { web: '    healthcheck:\n      test: ["CMD", "pg_isready"]' },
        "MIDDLEWARE=['django.middleware.common.CommonMiddleware']\n",
      ),
      containers(
        WEB,
        { web: '    healthcheck:\n      test: curl -f http://localhost:8000/up' },
        `ALLOWED_HOSTS=['acme-shop.de','localhost']\n${SECURITY}SECURE_SSL_REDIRECT = True\nSECURE_REDIRECT_EXEMPT = [r'^up']\n${PROXY_SSL}`,
      ),
    ],
  },
  {
    rule: 'cors-headers-twice',
    bad: [
      site(`server { listen 80; server_name acme-shop.de; add_header Access-Control-Allow-Origin *; ${APP} }`, CORS),
      site(
        `add_header Access-Control-Allow-Origin https://b.example always;\nserver { listen 80; server_name acme-shop.de; ${APP} }`,
        CORS,
      ),
      site(
        `map $http_origin $from { ~^https://[a-z]+\\.example$ $http_origin; }\nserver { listen 80; server_name acme-shop.de; location / { add_header access-control-allow-origin $from always; ${THREE} ${PASS} } }`,
        CORS,
      ),
      site(
        `upstream app { server unix:/run/shop.sock; }\nserver { listen 80; server_name acme-shop.de; location /api/ { add_header Access-Control-Allow-Origin *; ${THREE} proxy_pass http://app; } }`,
        CORS,
      ),
      flask(
        `add_header Access-Control-Allow-Origin https://b.example; ${WIKI}`,
        'from flask import Flask\nfrom flask_cors import CORS\napp = Flask(__name__)\nCORS(app)',
      ),
      flask(
        `add_header Access-Control-Allow-Origin *; ${WIKI}`,
        'from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\napp = FastAPI()\napp.add_middleware(CORSMiddleware, allow_origins=["*"])',
      ),
    ],
    sane: [
      site(`server { listen 80; server_name acme-shop.de; ${APP} }`, CORS),
      site(`server { listen 80; server_name acme-shop.de; add_header Access-Control-Allow-Origin *; ${APP} }`),
      site(
        `server { listen 80; server_name acme-shop.de; add_header Access-Control-Allow-Origin *; location / { proxy_hide_header Access-Control-Allow-Origin; ${THREE} ${PASS} } }`,
        CORS,
      ),
      site(
        `server { listen 80; server_name acme-shop.de; ${APP} location /fonts/ { add_header Access-Control-Allow-Origin *; root /srv; } }`,
        CORS,
      ),
      site(
        `server { listen 80; server_name acme-shop.de; add_header Access-Control-Allow-Origin *; location / { add_header X-A b; ${THREE} ${PASS} } }`,
        CORS,
      ),
      flask(`add_header Access-Control-Allow-Origin *; ${WIKI}`, 'from flask import Flask\napp = Flask(__name__)'),
    ],
  },
  {
    rule: 'application-redirects-forever',
    bad: [
      fastapi(`${TLS} location / { proxy_set_header Host $host; proxy_pass http://127.0.0.1:8000; }`, TO_HTTPS),
      fastapi(`${TLS} location / { proxy_set_header X-Forwarded-Proto http; proxy_pass http://127.0.0.1:8000; }`, TO_HTTPS),
      fastapi(`${TLS} ${API}`, TO_HTTPS, 'uvicorn --port 8000 --no-proxy-headers app.main:app'),
      fastapi(`${TLS} ${API}`, TO_HTTPS, 'uvicorn --port 8000 --forwarded-allow-ips 10.0.0.1 app.main:app'),
      fastapi(API, TO_HTTPS),
      flask(`${TLS} location / { proxy_set_header Host $host; proxy_pass http://unix:/run/wiki.sock; }`, TALISMAN('app')),
      flask(`location / { ${THREE} proxy_set_header X-Forwarded-Proto $scheme; proxy_pass http://unix:/run/wiki.sock; }`, TALISMAN('app')),
    ],
    sane: [
      fastapi(`${TLS} ${API}`, TO_HTTPS),
      fastapi(`${TLS} location / { proxy_set_header Host $host; proxy_pass http://127.0.0.1:8000; }`, TO_HTTPS.replace(/app\.add.*/, '')),
      fastapi('location / { proxy_set_header Host $host; proxy_pass http://127.0.0.1:8000; }', TO_HTTPS),
      fastapi('location / { proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto; proxy_pass http://127.0.0.1:8000; }', TO_HTTPS),
      flask(`${TLS} ${WIKI}`, TALISMAN('app')),
      flask(
        `${TLS} location / { proxy_set_header Host $host; proxy_pass http://unix:/run/wiki.sock; }`,
        TALISMAN('app, force_https=False'),
      ),
      fastapi(`${TLS} location / { include proxy.inc; proxy_pass http://127.0.0.1:8000; }`, TO_HTTPS),
    ],
  },
  {
    rule: 'service-name-unresolved',
    bad: [
      inCompose('resolver 8.8.8.8; set $app web; location / { proxy_pass http://$app:8000; }'),
      inCompose('resolver 1.1.1.1 8.8.8.8 valid=30s; location / { set $up http://web:8000; proxy_pass $up; }'),
      inCompose('set $app web; location / { resolver 9.9.9.9; proxy_pass http://$app:8000$request_uri; }'),
      inCluster('resolver kube-dns.kube-system.svc.cluster.local; set $app web; location / { proxy_pass http://$app:8000; }'),
      inCluster('resolver 10.96.0.10; set $app web.shop; location / { proxy_pass http://$app:8000; }'),
      inCluster('resolver 10.96.0.10; set $app web.shop.svc; location / { proxy_pass http://$app:8000; }'),
    ],
    sane: [
      inCompose('resolver 127.0.0.11; set $app web; location / { proxy_pass http://$app:8000; }'),
      inCompose('resolver 8.8.8.8; location / { proxy_pass http://web:8000; }'),
      inCompose('resolver 10.0.0.53; set $app web; location / { proxy_pass http://$app:8000; }'),
      inCompose('resolver 127.0.0.11 8.8.8.8; set $app web; location / { proxy_pass http://$app:8000; }'),
      inCompose('resolver 8.8.8.8; set $app api.acme.io; location / { proxy_pass http://$app; }'),
      inCluster('resolver 10.96.0.10; set $app web.shop.svc.cluster.local; location / { proxy_pass http://$app:8000; }'),
      inCluster('resolver 10.96.0.10; location / { proxy_pass http://web:8000; }'),
    ],
  },
  {
    rule: 'frame-options-twice',
    bad: [
      site(`server { listen 80; server_name acme-shop.de; add_header X-Frame-Options SAMEORIGIN; ${APP} }`, FRAMES),
      site(`add_header X-Frame-Options "SAMEORIGIN" always;\nserver { listen 80; server_name acme-shop.de; ${APP} }`, FRAMES),
      site(
        `server { listen 80; server_name acme-shop.de; location / { add_header x-frame-options sameorigin; ${THREE} ${PASS} } }`,
        FRAMES,
      ),
      site(
        `server { listen 80; server_name acme-shop.de; add_header X-Frame-Options DENY; ${APP} }`,
        `${FRAMES}X_FRAME_OPTIONS = 'SAMEORIGIN'`,
      ),
      site(
        `upstream app { server unix:/run/shop.sock; }\nserver { listen 80; server_name acme-shop.de; add_header X-Frame-Options SAMEORIGIN; location / { ${THREE} proxy_pass http://app; } }`,
        FRAMES,
      ),
      site(`server { ${TLS} server_name acme-shop.de; add_header X-Frame-Options SAMEORIGIN always; ${APP} }`, FRAMES),
    ],
    sane: [
      site(`server { listen 80; server_name acme-shop.de; add_header X-Frame-Options DENY; ${APP} }`, FRAMES),
      site(
        `server { listen 80; server_name acme-shop.de; add_header X-Frame-Options "sameorigin"; ${APP} }`,
        `${FRAMES}X_FRAME_OPTIONS = 'SAMEORIGIN'`,
      ),
      site(
        `server { listen 80; server_name acme-shop.de; add_header X-Frame-Options SAMEORIGIN; location / { proxy_hide_header X-Frame-Options; ${THREE} ${PASS} } }`,
        FRAMES,
      ),
      site(
        `server { listen 80; server_name acme-shop.de; add_header X-Frame-Options SAMEORIGIN; ${APP} }`,
        "MIDDLEWARE = ['django.middleware.common.CommonMiddleware']",
      ),
      site(
        `server { listen 80; server_name acme-shop.de; location /static/ { add_header X-Frame-Options SAMEORIGIN; alias /srv/static/; } ${APP} }`,
        FRAMES,
      ),
      site(
        `server { listen 80; server_name acme-shop.de; add_header X-Frame-Options SAMEORIGIN; ${APP} }`,
        `import os\n${FRAMES}X_FRAME_OPTIONS = os.environ['FRAMES']`,
      ),
    ],
  },
  {
    rule: 'cookie-never-returned',
    bad: [
      site(`server { listen 80; server_name acme-shop.de; ${APP} }`, `${SESSIONS}SESSION_COOKIE_DOMAIN = '.acme-shop.com'`),
      site(`server { ${TLS} server_name shop.acme.io; ${APP} }`, `${SESSIONS}SESSION_COOKIE_DOMAIN = 'https://shop.acme.io'`),
      site(
        `server { listen 80; server_name shop.acme.io www.acme-shop.de; ${APP} }`,
        `MIDDLEWARE = ['django.middleware.csrf.CsrfViewMiddleware']\nCSRF_COOKIE_DOMAIN = '.acme.io'`,
      ),
      site(
        `server { listen 80; server_name shop.acme.io; location /shop/ { ${THREE} proxy_pass http://unix:/run/shop.sock:/; } }`,
        `${SESSIONS}SESSION_COOKIE_PATH = '/store/'`,
      ),
      flask(
        `server_name wiki.acme.io; ${WIKI}`,
        "from flask import Flask\napp = Flask(__name__)\napp.config['SESSION_COOKIE_DOMAIN'] = 'acme.com'",
      ),
      site(
        `upstream app { server unix:/run/shop.sock; }\nserver { listen 80; server_name shop.acme.io; location / { ${THREE} proxy_pass http://app; } }`,
        `${SESSIONS}SESSION_COOKIE_DOMAIN = 'shop.acme.io:8000'`,
      ),
    ],
    sane: [
      site(`server { listen 80; server_name shop.acme.io; ${APP} }`, `${SESSIONS}SESSION_COOKIE_DOMAIN = 'acme.io'`),
      site(
        `server { listen 80; server_name acme-shop.de; return 301 https://shop.acme.io$request_uri; }\nserver { ${TLS} server_name shop.acme.io; ${APP} }`,
        `${SESSIONS}SESSION_COOKIE_DOMAIN = '.shop.acme.io'`,
      ),
      site(
        `server { listen 80; server_name acme-shop.de; proxy_cookie_domain acme.com $host; ${APP} }`,
        `${SESSIONS}SESSION_COOKIE_DOMAIN = 'acme.com'`,
      ),
      site(
        `server { listen 80; server_name shop.acme.io; location /shop/ { ${THREE} proxy_pass http://unix:/run/shop.sock:/; } }`,
        `${SESSIONS}SESSION_COOKIE_PATH = '/shop/app'`,
      ),
      site(`server { listen 80; server_name _; ${APP} }`, `${SESSIONS}SESSION_COOKIE_DOMAIN = 'acme.com'`),
      site(
        `server { listen 80; server_name shop.acme.io; ${APP} }`,
        `import os\n${SESSIONS}SESSION_COOKIE_DOMAIN = os.environ.get('COOKIE_DOMAIN')`,
      ),
      flask(
        `server_name wiki.acme.io; ${WIKI}`,
        "from flask import Flask\napp = Flask(__name__)\napp.config['SESSION_COOKIE_DOMAIN'] = False",
      ),
    ],
  },
  {
    rule: 'hsts-twice',
    bad: [
      site(
        `server { ${TLS} server_name acme-shop.de; add_header Strict-Transport-Security "max-age=63072000" always; ${APP} }`,
        `${SECURITY}${PROXY_SSL}SECURE_HSTS_SECONDS = 3600`,
      ),
      site(
        `add_header Strict-Transport-Security max-age=63072000;\nserver { ${TLS} server_name acme-shop.de; ${APP} }`,
        `${SECURITY}${PROXY_SSL}SECURE_HSTS_SECONDS = 60 * 60`,
      ),
      site(
        `server { ${TLS} server_name acme-shop.de; location / { add_header strict-transport-security max-age=63072000; ${THREE} ${PASS} } }`,
        `${SECURITY}${PROXY_SSL}SECURE_HSTS_SECONDS = 31536000`,
      ),
      site(
        `server { listen 80; ${TLS} server_name acme-shop.de; add_header Strict-Transport-Security "max-age=63072000" always; ${APP} }`,
        `${SECURITY}${PROXY_SSL}SECURE_HSTS_SECONDS = 3600`,
      ),
      site(
        `server { ${TLS} server_name acme-shop.de; set $hsts max-age=63072000; add_header Strict-Transport-Security $hsts always; ${APP} }`,
        `${SECURITY}${PROXY_SSL}SECURE_HSTS_SECONDS = 3600`,
      ),
      site(
        `upstream app { server unix:/run/shop.sock; }\nserver { ${TLS} server_name acme-shop.de; add_header Strict-Transport-Security "max-age=63072000" always; location / { ${THREE} proxy_pass http://app; } }`,
        `${SECURITY}${PROXY_SSL}SECURE_HSTS_SECONDS = 3600`,
      ),
    ],
    sane: [
      site(`server { ${TLS} server_name acme-shop.de; add_header Strict-Transport-Security "max-age=63072000" always; ${APP} }`, SECURITY),
      site(`server { ${TLS} server_name acme-shop.de; ${APP} }`, `${SECURITY}${PROXY_SSL}SECURE_HSTS_SECONDS = 3600`),
      site(
        `server { ${TLS} server_name acme-shop.de; add_header Strict-Transport-Security "max-age=63072000" always; location / { proxy_hide_header Strict-Transport-Security; ${THREE} ${PASS} } }`,
        `${SECURITY}${PROXY_SSL}SECURE_HSTS_SECONDS = 3600`,
      ),
      site(
        `server { ${TLS} server_name acme-shop.de; add_header Strict-Transport-Security "max-age=63072000" always; ${APP} }`,
        `${SECURITY}${PROXY_SSL}SECURE_HSTS_SECONDS = 0`,
      ),
      site(
        `server { ${TLS} server_name acme-shop.de; add_header X-Frame-Options DENY always; ${APP} }`,
        `${SECURITY}${PROXY_SSL}SECURE_HSTS_SECONDS = 3600`,
      ),
      site(
        `server { ${TLS} server_name acme-shop.de; location /static/ { add_header Strict-Transport-Security "max-age=63072000"; alias /srv/static/; } ${APP} }`,
        `${SECURITY}${PROXY_SSL}SECURE_HSTS_SECONDS = 3600`,
      ),
    ],
  },
  {
    rule: 'proxy-fix-count-wrong',
    bad: [
      flask(WIKI, proxyFix(', x_for=2')),
      flask(WIKI, proxyFix(', x_for=1, x_proto=1, x_host=1')),
      flask(
        `location / { proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme; proxy_pass http://unix:/run/wiki.sock; }`,
        proxyFix(', x_for=1, x_proto=1, x_prefix=1'),
      ),
      flask(`location / { proxy_set_header Host $host; proxy_pass http://unix:/run/wiki.sock; }`, proxyFix('')),
      flask(
        `proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\nproxy_set_header X-Forwarded-Proto $scheme;\nlocation / { proxy_pass http://unix:/run/wiki.sock; }`,
        proxyFix(', x_for=3'),
      ),
      flask(`location / { ${THREE} proxy_pass http://unix:/run/wiki.sock; }`, proxyFix(', 2')),
    ],
    sane: [
      flask(WIKI, proxyFix('')),
      flask(WIKI, proxyFix(', x_for=1, x_proto=1')),
      flask(
        `location / { ${THREE} proxy_set_header X-Forwarded-Host $host; proxy_pass http://unix:/run/wiki.sock; }`,
        proxyFix(', x_for=1, x_proto=1, x_host=1'),
      ),
      flask(`set_real_ip_from 10.0.0.0/8;\n${WIKI}`, proxyFix(', x_for=2')),
      flask(WIKI, 'from flask import Flask\napp = Flask(__name__)'),
      flask(
        `location / { ${THREE} proxy_set_header X-Forwarded-Prefix /wiki; proxy_pass http://unix:/run/wiki.sock; }`,
        proxyFix(', x_prefix=1'),
      ),
    ],
  },
  {
    rule: 'published-port-lost',
    bad: [
      containers(WEB, { nginx: '    ports: ["8080:80"]\n    volumes: ["./nginx:/etc/nginx"]' }),
      containers(WEB, { nginx: '    ports:\n      - "0.0.0.0:8080:80"\n    volumes: ["./nginx:/etc/nginx"]' }),
      containers(WEB, { nginx: '    ports:\n      - target: 80\n        published: 9090\n    volumes: ["./nginx:/etc/nginx"]' }),
      containers(`proxy_set_header Host $host;\nlocation / { proxy_pass http://web:8000; }`, {
        nginx: '    ports: ["8000:80"]\n    volumes: ["./nginx:/etc/nginx"]',
      }),
      containers(`location / { proxy_set_header Host $server_name; proxy_pass http://web:8000; }`, {
        nginx: '    ports: ["8080:80"]\n    volumes: ["./nginx:/etc/nginx"]',
      }),
      containers(`location / { proxy_set_header Host acme-shop.de; proxy_pass http://web:8000; }`, {
        nginx: '    ports: ["8080:80"]\n    volumes: ["./nginx:/etc/nginx"]',
      }),
    ],
    sane: [
      containers(WEB),
      containers(`location / { proxy_set_header Host $http_host; proxy_pass http://web:8000; }`, {
        nginx: '    ports: ["8080:80"]\n    volumes: ["./nginx:/etc/nginx"]',
      }),
      containers(WEB, { nginx: '    ports: ["80:80", "443:443"]\n    volumes: ["./nginx:/etc/nginx"]' }),
      containers(WEB, { nginx: '    ports: ["80"]\n    volumes: ["./nginx:/etc/nginx"]' }),
      containers(`location / { proxy_set_header Host $host:8080; proxy_pass http://web:8000; }`, {
        nginx: '    ports: ["8080:80"]\n    volumes: ["./nginx:/etc/nginx"]',
      }),
      containers('location / { root /usr/share/nginx/html; }', { nginx: '    ports: ["8080:80"]\n    volumes: ["./nginx:/etc/nginx"]' }),
    ],
  },
  {
    rule: 'published-port-unheard',
    bad: [
      containers(WEB, { nginx: '    ports: ["80:8080"]\n    volumes: ["./nginx:/etc/nginx"]' }),
      containers(WEB, { nginx: '    ports: ["80:80", "443:443"]\n    volumes: ["./nginx:/etc/nginx"]' }),
      containers(WEB, { nginx: '    ports:\n      - target: 8080\n        published: 80\n    volumes: ["./nginx:/etc/nginx"]' }),
      containers(WEB, { nginx: '    ports: ["127.0.0.1:80:81"]\n    volumes: ["./nginx:/etc/nginx"]' }),
      containers(WEB, { nginx: '    ports: ["8443:443"]\n    volumes: ["./nginx:/etc/nginx"]' }),
      containers('location / { return 204; }', { nginx: '    ports: ["80:3000"]\n    volumes: ["./nginx:/etc/nginx"]' }),
    ],
    sane: [
      containers(WEB),
      containers(WEB, { nginx: '    ports: ["8080:80"]\n    volumes: ["./nginx:/etc/nginx"]' }),
      containers(WEB, { nginx: '    expose: ["8080"]\n    volumes: ["./nginx:/etc/nginx"]' }),
      containers(`listen 443 ssl; ${CERT} ${WEB}`, { nginx: '    ports: ["80:80", "443:443"]\n    volumes: ["./nginx:/etc/nginx"]' }),
      containers(`listen 8080; ${WEB}`, { nginx: '    ports: ["80:8080"]\n    volumes: ["./nginx:/etc/nginx"]' }),
      containers(WEB, { nginx: '    ports: ["${PORT}:${INNER}"]\n    volumes: ["./nginx:/etc/nginx"]' }),
    ],
  },
  {
    rule: 'file-put-elsewhere',
    bad: [
      put('/etc/nginx/sites-enabled/shop.conf'),
      put('/etc/nginx/conf.d/shop'),
      put('/etc/nginx/conf.d/default.conf.template'),
      put('/etc/nginx/nginx.conf', 'server {\n listen 80;\n return 204;\n}\n'),
      put('/etc/nginx/conf.d/default.conf', main('server { return 204; }')),
      put('/usr/share/nginx/site.conf'),
      files({
        'site/app.conf': 'upstream app { server web:8000; }\nserver { location / { proxy_pass http://app; } }\n',
        Dockerfile: 'FROM nginx:1.28\nRUN rm -f /etc/nginx/conf.d/*\nCOPY site/app.conf /etc/nginx/sites-available/\n',
      }),
      files({
        'nginx/api.conf': 'server { location / { return 204; } }\n',
        'compose.yaml':
          'services:\n  nginx:\n    image: nginxinc/nginx-unprivileged:1.28\n    ports: ["80:8080"]\n    volumes: ["./nginx:/etc/nginx/http.d"]\n',
      }),
      files({ 'sites-enabled/shop': SITE_FILE, 'nginx.conf': enabled('sites-enabled/*.conf') }),
      files({ 'etc/nginx/sites-enabled/shop.example.org': SITE_FILE, 'etc/nginx/nginx.conf': enabled('/etc/nginx/sites-enabled/*.conf') }),
    ],
    sane: [
      // by its name it is taken, switched off, or not the last one
      files({ 'sites-enabled/shop': SITE_FILE, 'nginx.conf': enabled('sites-enabled/*') }),
      files({ 'sites-enabled/shop': SITE_FILE, 'nginx.conf': enabled('sites-enabled/*.conf;\n include sites-enabled/shop') }),
      files({ 'sites-enabled/shop.conf.disabled': SITE_FILE, 'nginx.conf': enabled('sites-enabled/*.conf') }),
      files({ 'sites-enabled/shop.j2': SITE_FILE, 'nginx.conf': enabled('sites-enabled/*.conf') }),
      files({ 'sites-enabled/headers': 'add_header X-Frame-Options DENY;\n', 'nginx.conf': enabled('sites-enabled/*.conf') }),
      files({ 'sites-enabled/shop': SITE_FILE, 'nginx.conf': enabled('conf.d/*.conf'), 'conf.d/all.conf': 'include sites-enabled/s*;\n' }),
      files({ 'sites-available/shop': SITE_FILE, 'nginx.conf': enabled('sites-enabled/*.conf') }),
      files({
        'sites-enabled/shop': SITE_FILE,
        'nginx.conf': enabled('sites-enabled/*.conf'),
        Dockerfile: 'FROM nginx:1.28\nCOPY nginx.conf /etc/nginx/nginx.conf\nCOPY sites-enabled/shop /etc/nginx/sites-enabled/shop.conf\n',
      }),
      put('/etc/nginx/conf.d/shop.conf'),
      put('/etc/nginx/templates/shop.conf.template'),
      put('/etc/nginx/nginx.conf', main('server { return 204; }')),
      // another file reads it
      put(
        '/etc/nginx/apps/shop',
        SITE_FILE,
        {},
        { 'main.conf': 'include /etc/nginx/apps/*;\n' },
        ', "./main.conf:/etc/nginx/conf.d/main.conf"',
      ),
      // the container does something of its own first
      put('/etc/nginx/shop.template', SITE_FILE, {
        command: 'sh -c "envsubst < /etc/nginx/shop.template > /etc/nginx/conf.d/default.conf && nginx -g \'daemon off;\'"',
      }),
      put('/opt/shop/nginx.conf', main('server { return 204; }'), { command: 'nginx -c /opt/shop/nginx.conf -g "daemon off;"' }),
      // an own main file
      put(
        '/etc/nginx/sites-enabled/shop',
        SITE_FILE,
        {},
        { 'main.conf': main('include /etc/nginx/sites-enabled/*;') },
        ', "./main.conf:/etc/nginx/nginx.conf"',
      ),
      // a locations file has no block of a site
      put('/etc/nginx/snippets/headers.conf', 'add_header X-Frame-Options DENY always;\n'),
      put('/etc/nginx/conf.d/shop.conf.disabled'),
      files({
        'site/default': SITE_FILE,
        Dockerfile:
          'FROM debian:12\nRUN apt-get update && apt-get install -y nginx\nCOPY site/default /etc/nginx/sites-available/default\n',
      }),
      files({
        'site/app.conf': SITE_FILE,
        Dockerfile: 'FROM nginx:1.28\nCOPY site/app.conf /etc/nginx/app.conf\nCOPY site/start.sh /docker-entrypoint.d/\n',
        'site/start.sh': 'cp /etc/nginx/app.conf /etc/nginx/conf.d/\n',
      }),
    ],
  },
  {
    rule: 'redirect-port-unpublished',
    bad: [
      files({
        'nginx/nginx.conf': main(
          'server { listen 8080; server_name a.example; root /usr/share/nginx/html; location / { index index.html; } }',
        ),
        'compose.yaml': 'services:\n  nginx:\n    image: nginx:1.28\n    ports: ["80:8080"]\n    volumes: ["./nginx:/etc/nginx"]',
      }),
      files({
        'nginx/nginx.conf': main('server { listen 8080; server_name a.example; location /docs/ { alias /srv/docs/; } }'),
        'compose.yaml': 'services:\n  nginx:\n    image: nginx:1.28\n    ports: ["8000:8080"]\n    volumes: ["./nginx:/etc/nginx"]',
      }),
      files({
        'nginx/nginx.conf': main('server { listen 3000; server_name a.example; location /app/ { proxy_pass http://10.0.0.1:8000; } }'),
        'compose.yaml': 'services:\n  nginx:\n    image: nginx:1.28\n    ports: ["80:3000"]\n    volumes: ["./nginx:/etc/nginx"]',
      }),
      files({
        'nginx/nginx.conf': main('root /srv/www;\nserver { listen 8080; server_name a.example; }'),
        'compose.yaml': 'services:\n  nginx:\n    image: nginx:1.28\n    ports: ["80:8080"]\n    volumes: ["./nginx:/etc/nginx"]',
      }),
      files({
        'nginx/nginx.conf': main('server { listen 80; server_name a.example; root /srv/www; }'),
        'compose.yaml': 'services:\n  nginx:\n    image: nginx:1.28\n    ports: ["8080:80"]\n    volumes: ["./nginx:/etc/nginx"]',
      }),
      files({
        'nginx/nginx.conf': main('server { listen 8080; server_name a.example; location /s/ { uwsgi_pass 10.0.0.1:3031; } }'),
        'compose.yaml':
          'services:\n  nginx:\n    image: nginx:1.28\n    ports:\n      - target: 8080\n        published: 80\n    volumes: ["./nginx:/etc/nginx"]',
      }),
      files({
        'nginx/nginx.conf': main(
          'server { listen 8080; location / { rewrite ^ https://a.example$request_uri? permanent; } }\nserver { listen 8443 ssl; server_name a.example; ssl_certificate a.pem; ssl_certificate_key a.key; return 204; }',
        ),
        'compose.yaml':
          'services:\n  nginx:\n    image: nginx:1.28\n    ports: ["8080:8080", "9443:8443"]\n    volumes: ["./nginx:/etc/nginx"]',
      }),
    ],
    sane: [
      files({
        'nginx/nginx.conf': main(
          'server { listen 80; return 301 https://$host$request_uri; }\nserver { listen 443 ssl; server_name a.example; ssl_certificate a.pem; ssl_certificate_key a.key; return 204; }',
        ),
        'compose.yaml':
          'services:\n  edge:\n    image: traefik:3\n    ports: ["443:443"]\n  nginx:\n    image: nginx:1.28\n    ports: ["8080:80", "8443:443"]\n    volumes: ["./nginx:/etc/nginx"]',
      }),
      files({
        'nginx/nginx.conf': main(
          'server { listen 80; return 301 https://login.example/start; }\nserver { listen 443 ssl; server_name a.example; ssl_certificate a.pem; ssl_certificate_key a.key; return 204; }',
        ),
        'compose.yaml': 'services:\n  nginx:\n    image: nginx:1.28\n    ports: ["80:80", "8443:443"]\n    volumes: ["./nginx:/etc/nginx"]',
      }),
      files({
        'nginx/nginx.conf': main('server { listen 80; server_name a.example; root /srv/www; }'),
        'compose.yaml': 'services:\n  nginx:\n    image: nginx:1.28\n    ports: ["80:80"]\n    volumes: ["./nginx:/etc/nginx"]',
      }),
      files({
        'nginx/nginx.conf': main('absolute_redirect off;\nserver { listen 8080; server_name a.example; root /srv/www; }'),
        'compose.yaml': 'services:\n  nginx:\n    image: nginx:1.28\n    ports: ["80:8080"]\n    volumes: ["./nginx:/etc/nginx"]',
      }),
      files({
        'nginx/nginx.conf': main('server { listen 8080; port_in_redirect off; server_name a.example; root /srv/www; }'),
        'compose.yaml': 'services:\n  nginx:\n    image: nginx:1.28\n    ports: ["80:8080"]\n    volumes: ["./nginx:/etc/nginx"]',
      }),
      files({
        'nginx/nginx.conf': main('server { listen 8080; server_name a.example; return 204; }'),
        'compose.yaml': 'services:\n  nginx:\n    image: nginx:1.28\n    ports: ["80:8080"]\n    volumes: ["./nginx:/etc/nginx"]',
      }),
      files({
        'nginx/nginx.conf': main('server { listen 8080; server_name a.example; location / { proxy_pass http://10.0.0.1:8000; } }'),
        'compose.yaml': 'services:\n  nginx:\n    image: nginx:1.28\n    ports: ["80:8080"]\n    volumes: ["./nginx:/etc/nginx"]',
      }),
      files({
        'nginx/nginx.conf': main('server { listen 8080; server_name a.example; root /srv/www; }'),
        'compose.yaml': 'services:\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx:/etc/nginx"]',
      }),
    ],
  },
  {
    rule: 'script-filename-missing',
    bad: [
      {
        inside: 'server',
        text: 'location ~ \\.php$ { include fastcgi_params; fastcgi_pass 127.0.0.1:9000; }',
        files: { fastcgi_params: 'fastcgi_param QUERY_STRING $query_string;\nfastcgi_param SCRIPT_NAME $fastcgi_script_name;\n' },
      },
      'fastcgi_param QUERY_STRING $query_string;\nlocation ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }',
      'location /blog/ { location ~ \\.php$ { fastcgi_param QUERY_STRING $query_string; fastcgi_pass 127.0.0.1:9000; } }',
      http(
        'upstream php { server unix:/run/php/php8.2-fpm.sock; }\nserver { location ~ \\.php$ { fastcgi_param REQUEST_METHOD $request_method; fastcgi_pass php; } }',
      ),
      'location ~ \\.php$ { fastcgi_param SCRIPT_NAME $fastcgi_script_name; fastcgi_pass unix:/run/php-fpm/www.sock; }',
      'location ~ \\.php$ { fastcgi_param DOCUMENT_ROOT $document_root; set $php unix:/run/php/php-fpm.sock; fastcgi_pass $php; }',
      'root /srv; location ~ \\.php$ { fastcgi_pass php:9000; fastcgi_param SCRIPT_FILENAME $realpath_root/; }',
      'root /srv; fastcgi_param SCRIPT_FILENAME ${document_root}; location ~ [.]php$ { fastcgi_pass 127.0.0.1:9000; }',
      'root /srv; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass php:9000; fastcgi_param SCRIPT_FILENAME /srv/index.php; }',
    ],
    sane: [
      'location = /up.php { alias /srv/up.php; fastcgi_param SCRIPT_FILENAME $document_root; fastcgi_pass php:9000; }',
      'location ~ ^/run/(.+)$ { alias /srv/run/$1; fastcgi_param SCRIPT_FILENAME $document_root; fastcgi_pass php:9000; }',
      'root /srv; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME $document_root/index.php; fastcgi_pass php:9000; }',
      'root /srv; location ~ ^/index\\.php$ { fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_param SCRIPT_FILENAME $document_root/index.php; fastcgi_pass php:9000; }',
      'root /srv; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME /srv/index.php; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass php:9000; }',
      'root /srv; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME $request_filename; fastcgi_pass php:9000; }',
      'location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass unix:/run/php/php-fpm.sock; }',
      'fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;\nlocation ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }',
      http('fastcgi_param SCRIPT_FILENAME /srv/www$fastcgi_script_name;\nserver { location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; } }'),
      'location ~ \\.php$ { include elsewhere/fastcgi.conf; fastcgi_pass 127.0.0.1:9000; }',
      'location / { include uwsgi_params; uwsgi_pass 127.0.0.1:3031; }',
      'location = /index { fastcgi_param SCRIPT_FILENAME /srv/www/index.php; fastcgi_pass 127.0.0.1:9000; }',
      'location ~ \\.php$ { include fastcgi.conf; fastcgi_pass unix:/run/php/php8.3-fpm.sock; }',
      'location ~ \\.php$ { include fastcgi_params; fastcgi_pass php:9000; }',
    ],
  },
  {
    rule: 'secret-key-generated',
    bad: [
      django(APP, "SECRET_KEY = 'django-insecure-abc'"),
      django(APP, 'SECRET_KEY = "django-insecure-#8!x"'),
      django(APP, '', { 'app/shop/base.py': `${BASE}SECRET_KEY = 'django-insecure-x'`, 'app/shop/settings.py': 'from .base import *\n' }),
      containers(WEB, {}, "SECRET_KEY = 'django-insecure-abc'"),
      site(
        `upstream app { server unix:/run/shop.sock; }\nserver { location / { ${THREE} proxy_pass http://app; } }`,
        "SECRET_KEY = 'django-insecure-abc'",
      ),
      django(APP, "SECRET_KEY: str = 'django-insecure-abc'"),
    ],
    sane: [
      django(APP),
      django(APP, "import os\nSECRET_KEY = os.environ['SECRET_KEY']"),
      django(APP, "SECRET_KEY = 'a-key-of-our-own'"),
      django(APP, "# SECRET_KEY = 'django-insecure-abc'"),
      django(APP, '', {
        'app/shop/base.py': `${BASE}SECRET_KEY = 'django-insecure-x'`,
        'app/shop/settings.py': "import os\nfrom .base import *\nSECRET_KEY = os.environ['K']\n",
      }),
      django(APP, "OTHER_KEY = 'django-insecure-abc'"),
    ],
  },
  {
    rule: 'service-address-kept',
    bad: [
      containers(WEB),
      containers(`location / { proxy_pass http://web:8000/app/; }`),
      containers('', {}, '', {
        'nginx/nginx.conf': main('upstream app { server web:8000; }\nserver { listen 80; location / { proxy_pass http://app; } }'),
      }),
      containers('location / { include uwsgi_params; uwsgi_pass web:8000; }', {}, '', {
        'compose.yaml':
          'services:\n  web:\n    build: ./app\n    command: uwsgi --socket 0.0.0.0:8000 --module shop.wsgi\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx:/etc/nginx"]\n',
      }),
      containers(`resolver 127.0.0.11;\n${WEB}`),
      containers('', {}, '', { 'nginx/nginx.conf': main('server { listen 80; include app.inc; }'), 'nginx/app.inc': WEB }),
    ],
    sane: [
      containers('resolver 127.0.0.11;\nset $up web;\nlocation / { proxy_pass http://$up:8000; }'),
      containers('', {}, '', {
        'nginx/nginx.conf': main(
          'resolver 127.0.0.11;\nupstream app { zone app 64k; server web:8000 resolve; }\nserver { listen 80; location / { proxy_pass http://app; } }',
        ),
      }),
      containers(WEB, {
        nginx:
          '    ports: ["80:80"]\n    volumes: ["./nginx:/etc/nginx"]\n    depends_on:\n      web:\n        condition: service_started\n        restart: true',
      }),
      django(APP),
      containers('location / { root /usr/share/nginx/html; }'),
      started('gunicorn -b 127.0.0.1:8000 shop.wsgi', ON_8000),
    ],
  },
  {
    rule: 'session-cookie-insecure',
    bad: [
      site(`server { ${TLS} server_name acme-shop.de; ${APP} }`, SESSIONS),
      site(`server { ${TLS} server_name acme-shop.de; ${APP} }`, `${SESSIONS}SESSION_COOKIE_SECURE = False`),
      site(
        `server { listen 80; server_name acme-shop.de; return 301 https://$host$request_uri; }\nserver { ${TLS} server_name acme-shop.de; ${APP} }`,
        SESSIONS,
      ),
      site(`server { ${TLS} server_name acme-shop.de; ${APP} }`, `${SESSIONS}CSRF_COOKIE_SECURE = True`),
      site(`server { ${TLS.replace('443', '8443')} server_name acme-shop.de; ${APP} }`, SESSIONS),
      site(
        `upstream app { server unix:/run/shop.sock; }\nserver { ${TLS} server_name acme-shop.de; location / { ${THREE} proxy_pass http://app; } }`,
        SESSIONS,
      ),
    ],
    sane: [
      site(`server { ${TLS} server_name acme-shop.de; ${APP} }`, `${SESSIONS}SESSION_COOKIE_SECURE = True`),
      site(`server { listen 80; server_name acme-shop.de; ${APP} }`, SESSIONS),
      site(`server { ${TLS} server_name acme-shop.de; ${APP} }`, "MIDDLEWARE=['django.middleware.common.CommonMiddleware']\n"),
      site(`server { listen 80; ${TLS} server_name acme-shop.de; ${APP} }`, SESSIONS),
      site(
        `server { ${TLS} server_name acme-shop.de; ${APP} }`,
        `${SESSIONS}import os\nSESSION_COOKIE_SECURE = os.environ.get('X') != '1'`,
      ),
      site(`server { ${TLS} server_name acme-shop.de; proxy_cookie_flags ~ secure; ${APP} }`, SESSIONS),
    ],
  },
  {
    rule: 'socket-unreachable',
    bad: [
      unit(
        'User=shop\nPrivateTmp=yes\nExecStart=/srv/venv/bin/gunicorn --bind unix:/tmp/shop.sock shop.wsgi',
        'location / { proxy_pass http://unix:/tmp/shop.sock; }',
      ),
      unit(
        'User=shop\nPrivateTmp=true\nExecStart=/usr/bin/uwsgi --socket /tmp/shop.sock --module shop.wsgi',
        'location / { include uwsgi_params; uwsgi_pass unix:/tmp/shop.sock; }',
      ),
      unit(
        'User=shop\nExecStart=/usr/bin/uwsgi --socket /run/shop/shop.sock --module shop.wsgi',
        'location / { include uwsgi_params; uwsgi_pass unix:/run/shop/shop.sock; }',
        'user www-data;\n',
      ),
      unit(
        'User=shop\nExecStart=/srv/venv/bin/gunicorn --bind unix:/home/shop/shop.sock shop.wsgi',
        'location / { proxy_pass http://unix:/home/shop/shop.sock; }',
        'user www-data;\n',
      ),
      unit(
        'User=shop\nExecStart=/usr/bin/uwsgi --socket /run/shop.sock --chmod-socket=600 --module shop.wsgi',
        'location / { include uwsgi_params; uwsgi_pass unix:/run/shop.sock; }',
        'user nginx;\n',
      ),
      unit(
        'PrivateTmp=1\nExecStart=/srv/venv/bin/gunicorn -b unix:/tmp/app/shop.sock shop.wsgi',
        'location / { proxy_pass http://unix:/tmp/app/shop.sock; }',
      ),
    ],
    sane: [
      unit(
        'User=shop\nExecStart=/srv/venv/bin/gunicorn --bind unix:/tmp/shop.sock shop.wsgi',
        'location / { proxy_pass http://unix:/tmp/shop.sock; }',
      ),
      unit(
        'User=shop\nPrivateTmp=yes\nExecStart=/srv/venv/bin/gunicorn --bind unix:/run/shop.sock shop.wsgi',
        'location / { proxy_pass http://unix:/run/shop.sock; }',
      ),
      unit(
        'User=www-data\nExecStart=/usr/bin/uwsgi --socket /run/shop.sock --module shop.wsgi',
        'location / { include uwsgi_params; uwsgi_pass unix:/run/shop.sock; }',
        'user www-data;\n',
      ),
      unit(
        'User=shop\nGroup=www-data\nExecStart=/usr/bin/uwsgi --socket /run/shop.sock --chmod-socket=660 --module shop.wsgi',
        'location / { include uwsgi_params; uwsgi_pass unix:/run/shop.sock; }',
        'user www-data;\n',
      ),
      unit(
        'User=shop\nExecStart=/usr/bin/uwsgi --socket /run/shop.sock --chmod-socket=666 --module shop.wsgi',
        'location / { include uwsgi_params; uwsgi_pass unix:/run/shop.sock; }',
        'user www-data;\n',
      ),
      unit('User=shop\nPrivateTmp=yes\nExecStart=/srv/venv/bin/gunicorn -b 127.0.0.1:8000 shop.wsgi', ON_8000),
    ],
  },
  {
    rule: 'static-never-collected',
    bad: [
      containers(
        `location /static/ { alias /srv/static/; }\n${WEB}`,
        {
          web: '    volumes: ["static:/app/collected"]',
          nginx: '    volumes: ["./nginx:/etc/nginx", "static:/srv/static"]',
          volumes: 'volumes:\n  static:',
        },
        "STATIC_ROOT='/app/collected'",
        { 'app/Dockerfile': 'FROM python:3.13\nWORKDIR /app\nCOPY . .' },
      ),
      containers(
        `location /static { alias /srv/static; }\n${WEB}`,
        {
          web: '    volumes:\n      - static:/app/collected',
          nginx: '    volumes:\n      - ./nginx:/etc/nginx\n      - static:/srv/static:ro',
          volumes: 'volumes:\n  static: {}',
        },
        "STATIC_ROOT='/app/collected'",
        { 'app/Dockerfile': 'FROM python:3.13\nWORKDIR /app\nCOPY . .\nCMD gunicorn shop.wsgi' },
      ),
      containers(
        `location /static/ { root /srv; }\n${WEB}`,
        {
          web: '    volumes: ["assets:/app/collected"]',
          nginx: '    volumes: ["./nginx:/etc/nginx", "assets:/srv/static"]',
          volumes: 'volumes:\n  assets:',
        },
        "STATIC_ROOT='/app/collected'",
        { 'app/Dockerfile': 'FROM python:3.13\nWORKDIR /app\nCOPY . .' },
      ),
      containers(
        `location /static/ { alias /srv/static/; }\n${WEB}`,
        {
          web: '    volumes: ["static:/app/collected"]',
          nginx: '    volumes: ["./nginx:/etc/nginx", "static:/srv/static"]',
          volumes: 'volumes:\n  static:',
        },
        "STATIC_ROOT='/app/collected'",
        { 'app/Dockerfile': 'FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN python manage.py compilemessages' },
      ),
      containers(
        `location /static/ { alias /srv/static/; expires 1d; }\n${WEB}`,
        {
          web: '    volumes: ["static:/app/collected"]',
          nginx: '    volumes: ["./nginx:/etc/nginx", "static:/srv/static"]',
          volumes: 'volumes:\n  static:',
        },
        "from pathlib import Path\nSTATIC_ROOT='/app/collected'",
        { 'app/Dockerfile': 'FROM python:3.13\nWORKDIR /app\nCOPY . .' },
      ),
      containers(
        `location ^~ /static/ { alias /srv/static/; }\n${WEB}`,
        {
          web: '    volumes: ["static:/app/collected"]',
          nginx: '    volumes: ["./nginx:/etc/nginx", "static:/srv/static"]',
          volumes: 'volumes:\n  static:',
        },
        "STATIC_ROOT='/app/collected/'",
        { 'app/Dockerfile': 'FROM python:3.13\nWORKDIR /app\nCOPY . .' },
      ),
    ],
    sane: [
      containers(
        `location /static/ { alias /srv/static/; }\n${WEB}`,
        {
          web: '    volumes: ["static:/app/collected"]',
          nginx: '    volumes: ["./nginx:/etc/nginx", "static:/srv/static"]',
          volumes: 'volumes:\n  static:',
        },
        "STATIC_ROOT='/app/collected'",
        { 'app/Dockerfile': 'FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN python manage.py collectstatic --noinput' },
      ),
      containers(
        `location /static/ { alias /srv/static/; }\n${WEB}`,
        {
          web: '    volumes: ["static:/app/collected"]',
          nginx: '    volumes: ["./nginx:/etc/nginx", "static:/srv/static"]',
          volumes: 'volumes:\n  static:',
        },
        "STATIC_ROOT='/app/collected'",
        {
          'app/Dockerfile': 'FROM python:3.13\nWORKDIR /app\nCOPY . .\nCMD ["./entrypoint.sh"]',
          'app/entrypoint.sh': '#!/bin/sh\npython manage.py collectstatic --noinput\nexec gunicorn shop.wsgi\n',
        },
      ),
      containers(
        `location /static/ { alias /srv/static/; }\n${WEB}`,
        { web: '    volumes: ["./collected:/app/collected"]', nginx: '    volumes: ["./nginx:/etc/nginx", "./collected:/srv/static"]' },
        "STATIC_ROOT='/app/collected'",
      ),
      containers(WEB, {}, "STATIC_ROOT='/app/collected'"),
      containers(
        `location /static/ { alias /srv/static/; }\n${WEB}`,
        {
          web: '    volumes: ["static:/app/collected"]',
          nginx: '    volumes: ["./nginx:/etc/nginx", "static:/srv/static"]',
          volumes: 'volumes:\n  static:',
        },
        "STATIC_ROOT='/app/collected'",
        {
          'app/Dockerfile': 'FROM python:3.13\nWORKDIR /app\nCOPY . .',
          'compose.yaml':
            'services:\n  web:\n    build: ./app\n    command: sh -c "python manage.py collectstatic --noinput && gunicorn shop.wsgi -b :8000"\n    volumes: ["static:/app/collected"]\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx:/etc/nginx", "static:/srv/static"]\nvolumes:\n  static:',
        },
      ),
      django(`location /static/ { alias /srv/static/; }\n${APP}`, "STATIC_ROOT='/srv/static'"),
    ],
  },
  {
    rule: 'static-not-mounted',
    bad: [
      containers(`location /static/ { alias /app/collected/; }\n${WEB}`, {
        web: '    volumes: ["static:/app/collected"]',
        nginx: '    volumes: ["./nginx:/etc/nginx", "static:/srv/static"]',
        volumes: 'volumes:\n  static:',
      }),
      containers(`location /static/ { alias /app/collected/; }\n${WEB}`, {
        web: '    volumes: ["static:/app/collected"]',
        volumes: 'volumes:\n  static:',
      }),
      containers(`location /static/ { alias /srv/pages/; }\n${WEB}`, { nginx: '    volumes: ["./nginx:/etc/nginx", "./pages:/www"]' }),
      containers(`root /srv/www;\nlocation /static/ { }\n${WEB}`, { nginx: '    volumes: ["./nginx:/etc/nginx", "./pages:/www"]' }),
      containers(`location /media/ { root /app; }\n${WEB}`, {
        web: '    volumes: ["media:/app/media"]',
        nginx: '    volumes: ["./nginx:/etc/nginx", "media:/media"]',
        volumes: 'volumes:\n  media:',
      }),
      containers(`location /static/ { alias /app/collected/; }\n${WEB}`, {
        web: '    volumes:\n      - type: volume\n        source: static\n        target: /app/collected',
        nginx: '    volumes: ["./nginx:/etc/nginx", "static:/srv/static"]',
        volumes: 'volumes:\n  static:',
      }),
      containers(`location /static/ { alias /srv/static/; }\n${WEB}`, {
        nginx: '    volumes: ["./nginx:/etc/nginx", "static:/srv/static"]',
        volumes: 'volumes:\n  static:',
      }),
    ],
    sane: [
      containers(`location /static/ { alias /srv/static/; }\n${WEB}`, {
        nginx: '    volumes: ["./nginx:/etc/nginx", "static:/srv/static"]',
        volumes: 'volumes:\n  static:\n    external: true',
      }),
      containers(`location /static/ { alias /usr/share/nginx/html/static/; }\n${WEB}`, {
        nginx: '    volumes: ["./nginx:/etc/nginx", "static:/usr/share/nginx/html"]',
        volumes: 'volumes:\n  static:',
      }),
      containers(`location /static/ { alias /srv/static/; }\n${WEB}`, {
        web: '    volumes: ["static:/app/collected"]',
        nginx: '    volumes: ["./nginx:/etc/nginx", "static:/srv/static"]',
        volumes: 'volumes:\n  static:',
      }),
      containers(`location / { root /usr/share/nginx/html; }`),
      containers(`location /static/ { alias /srv/static/sub/; }\n${WEB}`, {
        nginx: '    volumes: ["./nginx:/etc/nginx", "./static:/srv/static"]',
      }),
      containers(`location /static/ { alias /srv/static/; }\n${WEB}`, { nginx: '    volumes: ["./nginx:/etc/nginx", "./srv:/srv"]' }),
      containers(`location /static/ { alias /srv/static/; }\n${WEB}`, {
        nginx: '    volumes_from: ["web"]\n    volumes: ["./nginx:/etc/nginx"]',
      }),
      django(`location /static/ { alias /srv/static/; }\n${APP}`),
    ],
  },
  {
    rule: 'file-not-in-container',
    bad: [
      containers(`location / { include proxy_params; proxy_pass http://web:8000; }`, MAIN_FILE),
      containers(`include /etc/nginx/snippets/headers.conf;\n${WEB}`, MAIN_FILE, '', { 'nginx/snippets/headers.conf': 'etag on;' }),
      containers(`listen 443 ssl; ssl_certificate /certs/shop.pem; ssl_certificate_key /certs/shop.key;\n${WEB}`, MAIN_FILE),
      containers(`error_log /var/log/shop/error.log;\n${WEB}`, MAIN_FILE),
      containers(
        `location /intern/ { auth_basic Intern; auth_basic_user_file /etc/nginx/htpasswd; ${THREE} proxy_pass http://web:8000; }`,
        MAIN_FILE,
      ),
      containers(`ssl_dhparam /etc/ssl/private/dhparam.pem;\n${WEB}`, { nginx: '    build: ./nginx\n    ports: ["80:80"]' }, '', {
        'nginx/Dockerfile': 'FROM nginx:1.28-alpine\nRUN apk add --no-cache curl\nCOPY nginx.conf /etc/nginx/nginx.conf',
      }),
    ],
    sane: [
      containers(`location / { include proxy_params; proxy_pass http://web:8000; }`, {}, '', { 'nginx/proxy_params': THREE }),
      containers(`listen 443 ssl; ssl_certificate /certs/shop.pem; ssl_certificate_key /certs/shop.key;\n${WEB}`, {
        nginx: '    volumes: ["./nginx/nginx.conf:/etc/nginx/nginx.conf", "certs:/certs:ro"]',
        volumes: 'volumes:\n  certs:',
      }),
      containers(`error_log /var/log/nginx/shop.log;\naccess_log /dev/stdout;\ninclude mime.types;\n${WEB}`, MAIN_FILE),
      containers(`ssl_certificate /certs/shop.pem; ssl_certificate_key /certs/shop.key;\n${WEB}`, {
        nginx:
          '    command: [sh, -c, "make-certificate /certs && exec nginx -g \'daemon off;\'"]\n    volumes: ["./nginx/nginx.conf:/etc/nginx/nginx.conf"]',
      }),
      containers(
        `ssl_certificate /etc/ssl/shop.pem; ssl_certificate_key /etc/ssl/shop.key;\n${WEB}`,
        { nginx: '    build: ./nginx\n    ports: ["80:80"]' },
        '',
        {
          'nginx/Dockerfile':
            'FROM nginx:1.28\nRUN openssl req -x509 -nodes -subj /CN=shop -keyout /etc/ssl/shop.key -out /etc/ssl/shop.pem\nCOPY nginx.conf /etc/nginx/nginx.conf',
        },
      ),
      containers(`include /etc/nginx/snippets/headers.conf;\n${WEB}`, {
        nginx: '    image: registry.example.com/shop/edge:4\n    volumes: ["./nginx/nginx.conf:/etc/nginx/nginx.conf"]',
      }),
      django(`error_log /var/log/shop/error.log;\n${APP}`),
    ],
  },
];
