import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressText } from '../../server/src/deploy/address.ts';
import type { Application } from '../../server/src/deploy/application.ts';
import { type Deployment, readDeployment } from '../../server/src/deploy/deployment.ts';
import djangoFramework from '../../server/src/deploy/frameworks/django.ts';
import fastapi from '../../server/src/deploy/frameworks/fastapi.ts';
import flask from '../../server/src/deploy/frameworks/flask.ts';
import { frameworkSettings } from '../../server/src/deploy/frameworks/framework.ts';
import daphne from '../../server/src/deploy/servers/daphne.ts';
import gunicorn from '../../server/src/deploy/servers/gunicorn.ts';
import { settingsOf } from '../../server/src/deploy/servers/server.ts';
import uwsgi from '../../server/src/deploy/servers/uwsgi.ts';
import { certain, likely, placeOf, type Setting } from '../../server/src/deploy/setting.ts';
import { wanted } from '../../server/src/deploy/wanted.ts';
import { covered, loadedPython, tree } from './fixture.ts';

const read = async (text: string): Promise<Deployment> => readDeployment(tree(text), await loadedPython());

/** `http unix:/run/a.sock` for each listener; unknown ones with `?` and what is likely. */
const listeners = (a: Application): string[] =>
  a.listeners.map((l) => {
    const sure = certain(l.address);
    const maybe = likely(l.address);
    return `${l.protocol} ${sure ? addressText(sure) : `?${maybe ? addressText(maybe) : ''}`}`;
  });

const shown = (s: Setting<unknown>): unknown => (s.from === 'unknown' ? `? ${s.env ?? s.why}` : s.value);

const DJANGO = `#- manage.py
import os
os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.dev')
#- shop/wsgi.py
import os
from django.core.wsgi import get_wsgi_application
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.prod")
application = get_wsgi_application()
#- shop/settings/__init__.py
#- shop/settings/base.py
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent.parent
ALLOWED_HOSTS = []
INSTALLED_APPS = ['django.contrib.admin', 'channels']
MIDDLEWARE = ['django.middleware.security.SecurityMiddleware', 'django.middleware.csrf.CsrfViewMiddleware']
STATIC_URL = 'static/'
STATIC_ROOT = BASE_DIR / 'staticfiles'
ROOT_URLCONF = 'shop.urls'
#- shop/settings/dev.py
from .base import *
DEBUG = True
#- shop/settings/prod.py
from .base import *
ALLOWED_HOSTS = ['shop.example.com', '.shop.test']
SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
#- shop/urls.py
from django.contrib import admin
from django.urls import path
urlpatterns = [path('secret-admin/', admin.site.urls)]
`;

test('a unit starts gunicorn with a configuration file, and Django behind it', async () => {
  const d = await read(`${DJANGO}#- deploy/shop.service
[Service]
WorkingDirectory=/srv/shop
Environment=WEB_CONCURRENCY=4
ExecStart=/srv/shop/venv/bin/gunicorn -c deploy/gunicorn.conf.py --timeout 60 shop.wsgi:application
#- deploy/gunicorn.conf.py
import multiprocessing
bind = "unix:/run/shop/gunicorn.sock"
timeout = 120
threads = multiprocessing.cpu_count()
#- requirements.txt
Django==4.2.28
gunicorn>=21
`);
  assert.equal(d.applications.length, 1);
  const a = d.applications[0]!;
  assert.deepEqual(listeners(a), ['http unix:/run/shop/gunicorn.sock']);
  assert.equal(covered(d.files, placeOf(a.listeners[0]!.address)), 'unix:/run/shop/gunicorn.sock');
  assert.equal(shown(a.workers), 4);
  const settings = settingsOf(a, gunicorn)!;
  assert.equal(shown(settings.timeout), 60);
  assert.equal(covered(d.files, placeOf(settings.timeout)), '60');
  assert.equal(settings.threads.from, 'unknown');
  assert.equal(a.worker.from, 'unknown');
  const { settings: s, routes } = frameworkSettings(a.framework, djangoFramework)!;
  assert.equal(s.module, 'shop.settings.prod');
  assert.deepEqual(
    certain(s.allowedHosts)?.map((e) => e.value),
    ['shop.example.com', '.shop.test'],
  );
  assert.equal(covered(d.files, certain(s.allowedHosts)![0]!.place), 'shop.example.com');
  assert.deepEqual(certain(s.secureProxySslHeader), { name: 'HTTP_X_FORWARDED_PROTO', value: 'https' });
  assert.equal(certain(s.dataUploadMaxMemorySize), 10485760);
  assert.deepEqual(certain(s.staticRoot), { path: '/project/staticfiles', anchored: true });
  assert.equal(certain(s.debug), false);
  assert.equal(routes.admin?.path, 'secret-admin/');
  assert.equal(certain(a.versions.get('django')!), '4.2.28');
  assert.equal(likely(a.versions.get('gunicorn')!), '21');
});

test('the environment of the unit chooses the settings module', async () => {
  const d = await read(`${DJANGO}#- shop.service
[Service]
Environment=DJANGO_SETTINGS_MODULE=shop.settings.dev
ExecStart=/usr/bin/gunicorn shop.wsgi
`);
  const project = frameworkSettings(d.applications[0]!.framework, djangoFramework)!;
  assert.equal(certain(project.settings.debug), true);
  assert.deepEqual(listeners(d.applications[0]!), ['http 127.0.0.1:8000']);
});

test('socket activation: gunicorn ignores bind, uWSGI adds to it', async () => {
  const units = (exec: string): string => `#- shop.socket
[Socket]
ListenStream=/run/shop.sock
SocketMode=0600
#- shop.service
[Service]
ExecStart=${exec}
`;
  const gunicorn = (await read(units('/usr/bin/gunicorn -b 127.0.0.1:9000 shop.wsgi'))).applications[0]!;
  assert.deepEqual(listeners(gunicorn), ['http unix:/run/shop.sock']);
  assert.equal(certain(gunicorn.listeners[0]!.mode), '600');
  const uvicorn = (await read(units('/usr/bin/uvicorn --fd 3 app:app'))).applications[0]!;
  assert.deepEqual(listeners(uvicorn), ['http unix:/run/shop.sock']);
  const without = (await read(units('/usr/bin/uvicorn app:app'))).applications[0]!;
  assert.deepEqual(listeners(without), ['http 127.0.0.1:8000']);
});

test('compose: a build, a command over it, containers and names', async () => {
  const d = await read(`#- docker-compose.yml
services:
  web:
    build: .
    environment: [FORWARDED_ALLOW_IPS=*]
  api:
    image: api
    command: ["uvicorn", "main:app", "--host", "0.0.0.0", "--uds", "/run/api.sock"]
  nginx:
    image: nginx
#- docker-compose.override.yml
services:
  web:
    command: python manage.py runserver 0.0.0.0:8000
#- docker-compose.prod.yml
services:
  web:
    command: gunicorn -b :8000 shop.wsgi
#- Dockerfile
FROM python
ENV PORT=9000
CMD gunicorn shop.wsgi
`);
  assert.deepEqual(
    d.applications.map((a) => [a.name, a.server.name, ...listeners(a)]),
    [
      ['web', 'runserver', 'http *:8000'.replace('*', '0.0.0.0')],
      ['api', 'uvicorn', 'http unix:/run/api.sock'],
      ['web', 'gunicorn', 'http *:8000'],
    ],
  );
});

test('a Dockerfile alone, with PORT; a script that it starts', async () => {
  const d = await read('#- Dockerfile\nFROM python\nENV PORT=9000\nCMD gunicorn shop.wsgi\n');
  assert.deepEqual(listeners(d.applications[0]!), ['http 0.0.0.0:9000']);
  const s = await read(
    '#- Dockerfile\nFROM python\nENTRYPOINT ["/app/entrypoint.sh"]\n#- entrypoint.sh\n#!/bin/sh\npython manage.py migrate\nexec gunicorn -b 0.0.0.0:${PORT:-8000} shop.wsgi "$@"\n',
  );
  assert.equal(s.applications.length, 1);
  assert.deepEqual(listeners(s.applications[0]!), ['http ?0.0.0.0:8000']);
});

test('uWSGI: a file by a unit, its aliases; a file alone; gunicorn.conf.py alone', async () => {
  const d = await read(`#- uwsgi.ini
[uwsgi]
socket = /run/shop.sock
chmod-socket = 660
module = shop.wsgi:application
harakiri = 20
buffer-size = 32768
static-map = /static=/srv/static
mount = /app=shop.wsgi:application
manage-script-name = true
#- shop.service
[Service]
ExecStart=/usr/bin/uwsgi --ini /etc/shop/uwsgi.ini --http-socket :8080 --processes 4
`);
  assert.equal(d.applications.length, 1);
  const a = d.applications[0]!;
  assert.deepEqual(listeners(a), ['uwsgi unix:/run/shop.sock', 'http *:8080']);
  assert.equal(shown(a.requestTimeout), 20);
  const settings = settingsOf(a, uwsgi)!;
  assert.equal(shown(settings.bufferSize), 32768);
  assert.equal(shown(settings.manageScriptName), true);
  assert.deepEqual(
    settings.mounts.map((m) => m.prefix),
    ['/app'],
  );
  const lone = await read('#- conf/shop.ini\n[uwsgi]\nsocket = 127.0.0.1:3031\n#- tox.ini\n[tox]\nenvlist = py3\n');
  assert.deepEqual(lone.applications.map(listeners), [['uwsgi 127.0.0.1:3031']]);
  const conf = await read("#- gunicorn.conf.py\nbind = ['127.0.0.1:8001', 'unix:/run/x.sock']\n");
  assert.deepEqual(conf.applications.map(listeners), [['http 127.0.0.1:8001', 'http unix:/run/x.sock']]);
});

test('Flask: ProxyFix with its counts, in a factory; configuration values', async () => {
  const d = await read(`#- Procfile
web: gunicorn 'shop:create_app()'
#- shop/__init__.py
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
def create_app():
    app = Flask(__name__)
    app.config['MAX_CONTENT_LENGTH'] = 16 * 1024 * 1024
    app.config.from_mapping(SERVER_NAME='x.test')
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_prefix=1)
    return app
`);
  const a = d.applications[0]!;
  assert.deepEqual(listeners(a), ['http ?']);
  const { proxyFix, maxContentLength, serverName } = frameworkSettings(a.framework, flask)!;
  assert.deepEqual([proxyFix!.xFor, proxyFix!.xProto, proxyFix!.xHost, proxyFix!.xPort, proxyFix!.xPrefix].map(shown), [1, 1, 1, 0, 1]);
  assert.equal(shown(maxContentLength), 16777216);
  assert.equal(shown(serverName), 'x.test');
});

test('FastAPI: root_path, trusted hosts, WebSocket routes; uvicorn.run', async () => {
  const d = await read(`#- main.py
import uvicorn
from fastapi import FastAPI, WebSocket
from starlette.middleware.trustedhost import TrustedHostMiddleware
app = FastAPI(root_path="/api")
app.add_middleware(TrustedHostMiddleware, allowed_hosts=["api.example.com"])
@app.websocket("/ws")
async def ws(s: WebSocket): pass
if __name__ == "__main__":
    uvicorn.run("main:app", host="0.0.0.0", port=8080)
`);
  const a = d.applications[0]!;
  assert.deepEqual(listeners(a), ['http 0.0.0.0:8080']);
  const settings = frameworkSettings(a.framework, fastapi)!;
  assert.equal(shown(settings.rootPath), '/api');
  assert.deepEqual(
    certain(settings.allowedHosts)?.map((e) => e.value),
    ['api.example.com'],
  );
  assert.deepEqual(
    settings.webSockets.map((w) => w.path),
    ['ws'],
  );
});

test('Channels: the routes of consumers', async () => {
  const d = await read(`${DJANGO}#- Procfile
web: daphne -u /run/d.sock --proxy-headers shop.asgi:application
#- shop/asgi.py
import os
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from shop.routing import websocket_urlpatterns
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.prod")
application = ProtocolTypeRouter({"http": get_asgi_application(), "websocket": URLRouter(websocket_urlpatterns)})
#- shop/routing.py
from django.urls import path, re_path
from . import consumers
websocket_urlpatterns = [path("ws/chat/", consumers.ChatConsumer.as_asgi()), re_path(r"^ws/r/(?P<x>\\w+)/$", consumers.R.as_asgi())]
`);
  const a = d.applications[0]!;
  assert.deepEqual(listeners(a), ['http unix:/run/d.sock']);
  assert.ok(certain(settingsOf(a, daphne)!.proxyHeaders) === true);
  assert.deepEqual(
    frameworkSettings(a.framework, djangoFramework)!.routes.webSockets.map((r) => r.path),
    ['ws/chat/', 'ws/r/(?P<x>\\w+)/$'],
  );
});

test('settings without a server still make an application to compare with', async () => {
  const d = await read(DJANGO);
  assert.equal(d.applications.length, 1);
  assert.equal(d.applications[0]!.server.name, 'unknown');
  assert.deepEqual(d.applications[0]!.listeners, []);
});

test('supervisor', async () => {
  const d = await read(
    '#- supervisord.conf\n[program:shop]\ncommand=/srv/venv/bin/gunicorn -b unix:/run/%(program_name)s.sock shop.wsgi ; comment\nenvironment=A="1"\n',
  );
  assert.deepEqual(d.applications.map(listeners), [['http unix:/run/shop.sock']]);
});

test('which files are wanted', () => {
  for (const path of [
    'common.yml',
    'deploy/common-services.yaml',
    'docker-base.yml',
    'manage.py',
    'src/shop/settings/prod.py',
    'deploy/gunicorn.conf.py',
    'shop.service',
    'Procfile',
    'docker-compose.prod.yml',
    'docker/Dockerfile.web',
    'uwsgi.ini',
    'requirements/base.txt',
    'entrypoint.sh',
    'backend/main.py',
    'frontend/package.json',
    '.env',
    '.env.production',
    '.envs/.production/.django',
    'deploy/web.env',
    'deploy/etc/default/gunicorn',
  ])
    assert.ok(wanted(path), path);
  for (const path of [
    'playbook.yml',
    'mkdocs.yml',
    '.venv/.env',
    'node_modules/x/main.py',
    '.venv/lib/settings.py',
    'shop/migrations/0001_initial.py',
    'shop/tests/settings.py',
    'shop/models/item.py',
    'README.md',
    'nginx.conf',
    'node_modules/x/package.json',
    'packages/a/b/c/package.json',
  ])
    assert.ok(!wanted(path), path);
});
