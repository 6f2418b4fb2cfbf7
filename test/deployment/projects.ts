/** The applications that the tests start: each answers every path with a JSON report of what it sees. */
import os from 'node:os';
import type { Project } from './real.ts';

/** A Django project; `settings` are lines of the settings module. */
export const django = (settings: string): Project => ({
  'manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
  'shop/__init__.py': '',
  'shop/settings.py': `
SECRET_KEY = 'x'
ROOT_URLCONF = 'shop.urls'
CSRF_FAILURE_VIEW = 'shop.urls.csrf_failure'
MIDDLEWARE = [
    'django.middleware.security.SecurityMiddleware',
    'django.middleware.common.CommonMiddleware',
    'django.middleware.csrf.CsrfViewMiddleware',
]
ALLOWED_HOSTS = ['*']
LOGGING_CONFIG = None
${settings}
`,
  'shop/urls.py': `
import time
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import re_path

def report(request, **extra):
    try:
        host = request.get_host()
    except Exception:
        host = None
    return JsonResponse({
        'scheme': request.scheme, 'secure': request.is_secure(), 'host': host, 'address': request.META.get('REMOTE_ADDR') or '',
        'path': request.path, 'pathInfo': request.path_info, 'scriptName': request.META.get('SCRIPT_NAME', ''),
        'serverPort': request.META.get('SERVER_PORT'), **extra,
    })

def csrf_failure(request, reason=''):
    response = report(request, reason=reason)
    response.status_code = 403
    return response

def events(request):
    def made():
        for n in range(3):
            yield f'data: {n}\\n\\n'
            time.sleep(0.4)
    return StreamingHttpResponse(made(), content_type='text/event-stream', headers={'X-Accel-Buffering': 'no'})

def large(request):
    return HttpResponse('x' * 5_000_000)

urlpatterns = [re_path(r'^events$', events), re_path(r'^large$', large), re_path(r'^', report)]
`,
  'shop/wsgi.py':
    "import os\nfrom django.core.wsgi import get_wsgi_application\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\napplication = get_wsgi_application()\n",
  'shop/asgi.py':
    "import os\nfrom django.core.asgi import get_asgi_application\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\napplication = get_asgi_application()\n",
});

/** A Flask application; `lines` follow its making. */
export const flask = (lines: string): Project => ({
  'app.py': `
import time
from flask import Flask, request, jsonify
from werkzeug.middleware.proxy_fix import ProxyFix
app = Flask(__name__)
${lines}

@app.route('/events')
def events():
    def made():
        for n in range(3):
            yield f'data: {n}\\n\\n'
            time.sleep(0.4)
    return made(), {'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no'}

@app.route('/large')
def large():
    return 'x' * 5_000_000

@app.route('/', defaults={'p': ''}, methods=['GET', 'POST'])
@app.route('/<path:p>', methods=['GET', 'POST'])
def report(p):
    return jsonify(scheme=request.scheme, secure=request.is_secure, host=request.host, address=request.remote_addr or '',
                   path=request.script_root + request.path, pathInfo=request.path, scriptName=request.script_root)
`,
});

/** A Starlette application; \`made\` are the arguments of its making. */
export const starlette = (made: string): Project => ({
  'app.py': `
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route

async def report(request):
    return JSONResponse({'scheme': request.scope['scheme'], 'secure': request.scope['scheme'] == 'https', 'host': request.headers.get('host'),
                         'address': (request.client.host if request.client else '') or '', 'path': request.url.path,
                         'pathInfo': request.scope['path'], 'scriptName': request.scope.get('root_path', '')})

app = Starlette(routes=[Route('/{p:path}', report, methods=['GET', 'POST'])]${made ? `, ${made}` : ''})
`,
});

/** Pages, events half a second apart, and an echo over WebSockets. */
export const STREAMS: Project = {
  'app.py': `
import asyncio
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute

async def report(request):
    return JSONResponse({'scheme': request.scope['scheme'], 'host': request.headers.get('host'), 'path': request.url.path,
                         'address': (request.client.host if request.client else '') or '', 'scriptName': request.scope.get('root_path', ''),
                         'user': request.headers.get('x-forwarded-user', '') + request.headers.get('remote-user', '')})

async def events(request):
    async def made():
        for n in range(3):
            yield f'data: {n}\\n\\n'
            await asyncio.sleep(0.4)
    return StreamingResponse(made(), media_type='text/event-stream')

async def large(request):
    return PlainTextResponse('x' * 5_000_000)

async def echo(socket):
    await socket.accept()
    await socket.send_text(socket.url.scheme + ':' + await socket.receive_text())
    await socket.close()

app = Starlette(routes=[Route('/events', events), Route('/large', large), WebSocketRoute('/chat', echo), Route('/{p:path}', report, methods=['GET', 'POST'])])
`,
};

/** A Quart application; `lines` follow its making. */
export const quart = (lines: string): Project => ({
  'app.py': `
from quart import Quart, request, jsonify
app = Quart(__name__)
${lines}

@app.route('/', defaults={'p': ''}, methods=['GET', 'POST'])
@app.route('/<path:p>', methods=['GET', 'POST'])
async def report(p):
    return jsonify(scheme=request.scheme, secure=request.is_secure, host=request.host, address=request.remote_addr or '',
                   path=request.script_root + request.path, pathInfo=request.path, scriptName=request.script_root)
`,
});

/** A Pyramid application. */
export const PYRAMID: Project = {
  'app.py': `
from pyramid.config import Configurator

def report(request):
    return dict(scheme=request.scheme, secure=request.scheme == 'https', host=request.host, address=request.client_addr or '',
                path=request.script_name + request.path_info, pathInfo=request.path_info, scriptName=request.script_name)

with Configurator() as config:
    config.add_route('all', '/*p')
    config.add_view(report, route_name='all', renderer='json')
    app = config.make_wsgi_app()
`,
};

/** An aiohttp application; `start` are the arguments of run_app. */
export const aiohttp = (start: string): Project => ({
  'app.py': `
from aiohttp import web

async def report(request):
    return web.json_response(dict(scheme=request.scheme, secure=request.secure, host=request.host, address=request.remote or '',
                                  path=request.path, pathInfo=request.path, scriptName=''))

app = web.Application()
app.router.add_route('*', '/{p:.*}', report)
if __name__ == '__main__':
    web.run_app(app, ${start})
`,
});

/** A FastAPI application; `made` are the arguments of its making. */
export const fastapi = (made: string): Project => ({
  'app.py': `
from fastapi import FastAPI, Request
app = FastAPI(${made})

@app.api_route('/{p:path}', methods=['GET', 'POST'])
async def report(request: Request):
    return {'scheme': request.scope['scheme'], 'secure': request.scope['scheme'] == 'https', 'host': request.headers.get('host'),
            'address': (request.client.host if request.client else '') or '', 'path': request.url.path,
            'pathInfo': request.scope['path'], 'scriptName': request.scope.get('root_path', '')}
`,
});

/** A pool of php-fpm, and a script that is asked for everything. */
export const PHP: Project = {
  'php-fpm.d/www.conf': `[global]
error_log = {dir}/fpm.log
[www]
user = ${os.userInfo().username}
listen = {dir}/app.sock
listen.mode = 0666
pm = static
pm.max_children = 2
catch_workers_output = yes
`,
  'index.php': `<?php
$script = $_SERVER['SCRIPT_NAME'] ?? '';
$info = $_SERVER['PATH_INFO'] ?? '';
$https = !empty($_SERVER['HTTPS']) && strtolower($_SERVER['HTTPS']) !== 'off';
header('Content-Type: application/json');
echo json_encode([
  'scheme' => $https ? 'https' : 'http', 'secure' => $https, 'host' => $_SERVER['HTTP_HOST'] ?? null,
  'address' => $_SERVER['REMOTE_ADDR'] ?? '', 'scriptName' => $script, 'pathInfo' => $info,
  'path' => rtrim($script, '/') . '/' . preg_replace('~/~', '', $info, 1),
], JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
`,
};

/** Node's own server in the image of a compose file. */
export const NODE: Project = {
  'compose.yaml': 'services:\n  web:\n    image: node:22\n    command: node server.mjs {port}\n    expose: ["{port}"]\n',
  'server.mjs': `
import http from 'node:http';
http.createServer((request, response) => {
  const path = decodeURIComponent(request.url.replace(/\\?.*/, ''));
  response.end(JSON.stringify({ scheme: 'http', secure: false, host: request.headers.host ?? null, address: request.socket.remoteAddress,
                                path, pathInfo: path, scriptName: '' }));
}).listen(Number(process.argv[2]), '127.0.0.1');
`,
};
