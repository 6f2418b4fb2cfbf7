/** What people ask about an application and nginx together: prefixes, worker processes, headers and tokens, the site that an image keeps. */
import { type Trial, tree } from '../trial.ts';

type Files = Readonly<Record<string, string>>;
const files = (all: Files) =>
  tree(
    Object.entries(all)
      .map(([path, text]) => `#- ${path}\n${text.trim()}\n`)
      .join(''),
  );
const site = (inside: string, more: Files) => files({ 'nginx.conf': `events {}\nhttp {\nserver {\n${inside}\n}\n}`, ...more });

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const HEADERS = 'proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;';

const started = (command: string, code: string): Files => ({ 'app/Procfile': `web: ${command}`, 'app/app.py': code });
const FLASK = 'from flask import Flask, request\napp = Flask(__name__)\n';
const ROUTES = '\n@app.route("/")\ndef home():\n    return ""\n\n@app.route("/orders")\ndef orders():\n    return ""\n';
const flask = (code = ROUTES, head = FLASK): Files => started('gunicorn app:app -b 127.0.0.1:8000', head + code);
const fast = (code: string, more = ''): Files =>
  started('uvicorn app:app --port 8000', `from fastapi import FastAPI, Header, Depends, Request\n${more}app = FastAPI()\n${code}`);
const uwsgi = (ini: string): Files => ({
  'app/uwsgi.ini': `[uwsgi]\nsocket = 127.0.0.1:8000\n${ini}`,
  'app/app.py': FLASK + ROUTES,
});

const chat = (command: string, code: string): Files => started(command, code);
const SOCKET_IO = 'from flask import Flask\nfrom flask_socketio import SocketIO\napp = Flask(__name__)\nsocketio = SocketIO(app)\n';
const LATER =
  'from flask import Flask\nfrom flask_socketio import SocketIO\nsocketio = SocketIO()\napp = Flask(__name__)\nsocketio.init_app(app)\n';
const ASGI =
  'import socketio\nfrom fastapi import FastAPI\napp = FastAPI()\nsio = socketio.AsyncServer(async_mode="asgi")\napp.mount("/", socketio.ASGIApp(sio))\n';
const LIVE = `location / { ${PASS} ${HEADERS} proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }`;

const composed = (conf: string, at: string, more = ''): Files => ({
  'site.conf': conf,
  'compose.yaml': `services:\n  web:\n    image: nginx:1.30\n    ports: ["80:80"]\n    volumes: ["./site.conf:${at}:ro"${more}]`,
});
const built = (conf: string, lines: string, from = 'nginx:1.30-alpine'): Files => ({
  'site.conf': conf,
  Dockerfile: `FROM ${from}\n${lines}`,
});
const NAMELESS = 'server { listen 80; root /srv/shop; }';

const LINKED =
  'from starlette.applications import Starlette\nfrom starlette.responses import RedirectResponse\napp = Starlette(routes=ROUTES)\nasync def old(request):\n    return RedirectResponse(request.url_for("home"))\n';

const HTML = '/usr/share/nginx/html';
/** A page that Vite builds into the image of nginx. */
const vite = (lines: string, base: string) =>
  site(lines, {
    'package.json': '{ "dependencies": { "react": "18", "react-router-dom": "6" }, "devDependencies": { "vite": "5" } }',
    'vite.config.ts': `import react from '@vitejs/plugin-react'\nexport default { ${base}plugins: [react()] }`,
    Dockerfile: `FROM node:22 AS build\nCOPY . .\nRUN npm run build\nFROM nginx:1.30\nCOPY nginx.conf /etc/nginx/nginx.conf\nCOPY --from=build /dist ${HTML}`,
  });

const TOKENS = 'from fastapi.security import HTTPBearer, OAuth2PasswordBearer\n';
const BEARER = 'bearer = HTTPBearer()\n@app.get("/api/orders")\ndef orders(given = Depends(bearer)):\n    return ""\n';
const AUTH = 'auth_basic "staging"; auth_basic_user_file htpasswd;';
const rest = (classes: string): Files => ({
  'app/manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')",
  'app/gunicorn.conf.py': "bind = '127.0.0.1:8000'",
  'app/shop/settings.py': `ALLOWED_HOSTS = ['*']\nREST_FRAMEWORK = {\n    'DEFAULT_AUTHENTICATION_CLASSES': [${classes}],\n}\n`,
});

export const TRIALS: readonly Trial[] = [
  {
    rule: 'script-name-prefix-missing',
    bad: [
      site('listen 80; location /tool/ { proxy_pass http://127.0.0.1:8000/; }', started('uvicorn app:app', LINKED)),
      site(
        'listen 80; location /tool/ { rewrite ^/tool(/.*)$ $1 break; proxy_pass http://127.0.0.1:8000; }',
        started('uvicorn app:app --proxy-headers', LINKED),
      ),
      site(`listen 80; location /shop { ${PASS} ${HEADERS} }`, flask()),
      site(`listen 80; location ~ ^/shop(/|$) { ${PASS} }`, flask()),
      site(`listen 80; location /shop/ { rewrite ^/store/(.*)$ /$1 break; ${PASS} }`, flask()),
      site(`listen 80; location /shop/ { proxy_pass http://127.0.0.1:8000/shop/; }`, flask()),
      site(`listen 80; location /api/ { ${PASS} } location / { root /srv; }`, fast('@app.get("/orders")\ndef orders():\n    return ""\n')),
      site(
        'listen 80; root /srv; location /shop { try_files $uri @app; } location @app { uwsgi_param PATH_INFO $document_uri; uwsgi_pass 127.0.0.1:8000; }',
        uwsgi('module = app:app'),
      ),
      site(
        'listen 80; location /shop/ { uwsgi_param PATH_INFO $document_uri; uwsgi_pass 127.0.0.1:8000; }',
        uwsgi('wsgi-file = app.py\ncallable = app'),
      ),
    ],
    sane: [
      site('listen 80; location /tool/ { proxy_pass http://127.0.0.1:8000/; }', started('uvicorn app:app --root-path /tool', LINKED)),
      site(
        'listen 80; location /tool/ { proxy_pass http://127.0.0.1:8000/; } location / { proxy_pass http://127.0.0.1:8000; }',
        started('uvicorn app:app', LINKED),
      ),
      site(`listen 80; location / { ${PASS} }`, started('uvicorn app:app', LINKED)),
      site(`listen 80; location /shop/ { ${PASS} }`, flask(ROUTES.replaceAll('("/', '("/shop/'))),
      site(`listen 80; location /shop/ { ${PASS} }`, flask(`${ROUTES}\napp.register_blueprint(pages, url_prefix=PREFIX)\n`)),
      site(`listen 80; location /shop/ { ${PASS} } location / { ${PASS} }`, flask()),
      site(`listen 80; location /static/ { ${PASS} }`, flask()),
      site(`listen 80; location /shop/ { ${PASS} }`, flask(`${ROUTES}\nfrom shop import pages\n`)),
      site(`listen 80; location /shop/ { ${PASS} }`, flask('\n@app.route("/<shop>/orders")\ndef orders(shop):\n    return shop\n')),
      site(`listen 80; location /shop/ { ${PASS} }`, started('gunicorn app:app -b 127.0.0.1:8000 -e SCRIPT_NAME=/shop', FLASK + ROUTES)),
      site(
        'listen 80; location /shop { uwsgi_param PATH_INFO $document_uri; uwsgi_pass 127.0.0.1:8000; }',
        uwsgi('mount = /shop=app.py\ncallable = app\nmanage-script-name = true'),
      ),
      site(`listen 80; location / { ${PASS} }`, flask()),
      site(
        `listen 80; location /shop/ { ${PASS} }`,
        fast('app.include_router(shop.router)\n@app.get("/")\ndef home():\n    return ""\n', 'from routers import shop\n'),
      ),
    ],
  },
  {
    rule: 'socketio-workers-apart',
    bad: [
      site(`listen 80; ${LIVE}`, chat('gunicorn --workers 3 --worker-class eventlet -b 127.0.0.1:8000 app:app', SOCKET_IO)),
      site(`listen 80; ${LIVE}`, chat('gunicorn -w 2 --threads 100 -b 127.0.0.1:8000 app:app', LATER)),
      site(`listen 80; ${LIVE}`, chat('uvicorn app:app --port 8000 --workers 4', ASGI)),
      site(`listen 80; ${LIVE}`, chat('gunicorn -k uvicorn.workers.UvicornWorker -w 4 -b 127.0.0.1:8000 app:app', ASGI)),
      site(`listen 80; ${LIVE}`, {
        ...chat('gunicorn app:app', SOCKET_IO),
        'app/gunicorn.conf.py': "bind = '127.0.0.1:8000'\nworkers = 4",
      }),
      files({
        'nginx.conf': `events {}\nhttp {\nupstream chat { server 127.0.0.1:8000; }\nserver { listen 80; location /socket.io/ { proxy_pass http://chat; } }\n}`,
        ...chat('gunicorn -w 8 -k gevent -b 127.0.0.1:8000 app:app', SOCKET_IO),
      }),
    ],
    sane: [
      site(`listen 80; ${LIVE}`, chat('gunicorn -w 1 -k eventlet -b 127.0.0.1:8000 app:app', SOCKET_IO)),
      site(`listen 80; ${LIVE}`, chat('gunicorn -k gevent -b 127.0.0.1:8000 app:app', LATER)),
      site(`listen 80; ${LIVE}`, chat('gunicorn -w 4 -b 127.0.0.1:8000 app:app', FLASK + ROUTES)),
      site(
        `listen 80; ${LIVE}`,
        chat(
          'gunicorn -w 4 -b 127.0.0.1:8000 app:app',
          `${FLASK}from flask_socketio import SocketIO\nsender = SocketIO(message_queue="redis://")\n`,
        ),
      ),
      site(
        `listen 80; ${LIVE}`,
        chat('uvicorn app:app --port 8000 --workers 4', ASGI.replace('async_mode="asgi"', 'async_mode="asgi", transports=["websocket"]')),
      ),
      site(`listen 80; ${LIVE}`, chat('uvicorn app:app --port 8000', ASGI)),
      site(`listen 80; ${LIVE}`, chat('gunicorn -w 4 -b 127.0.0.1:8000 app:app', `${FLASK}import socketio\nclient = socketio.Client()\n`)),
    ],
  },
  {
    rule: 'image-default-kept',
    bad: [
      files(composed(NAMELESS, '/etc/nginx/conf.d/shop.conf')),
      files(composed('server { listen 80; server_name localhost; root /srv/shop; }', '/etc/nginx/conf.d/nginx.conf')),
      files(composed('server { listen 80; server_name _; root /srv/shop; }', '/etc/nginx/conf.d/app.conf')),
      files(composed('server { listen 80 default_server; root /srv/shop; }', '/etc/nginx/conf.d/my-site.conf')),
      files(built(NAMELESS, 'COPY site.conf /etc/nginx/conf.d/')),
      files(
        built('server { listen 8080; root /srv/shop; }', 'COPY site.conf /etc/nginx/conf.d/site.conf', 'nginxinc/nginx-unprivileged:1.30'),
      ),
      files(composed('server { root /srv/shop; server_name ""; }', '/etc/nginx/conf.d/site.conf')),
    ],
    sane: [
      files(composed(NAMELESS, '/etc/nginx/conf.d/default.conf')),
      files(composed('server { listen 80; server_name shop.example.org; root /srv/shop; }', '/etc/nginx/conf.d/shop.conf')),
      files(composed(NAMELESS, '/etc/nginx/conf.d/shop.conf', ', "./empty.conf:/etc/nginx/conf.d/default.conf"')),
      files(composed('server { listen 8080; root /srv/shop; }', '/etc/nginx/conf.d/shop.conf')),
      files(built(NAMELESS, 'RUN rm -rf /etc/nginx/conf.d/*\nCOPY site.conf /etc/nginx/conf.d/site.conf')),
      files(built(NAMELESS, 'COPY site.conf /etc/nginx/conf.d/site.conf\nRUN rm /etc/nginx/conf.d/default.conf')),
      files(built(NAMELESS, 'COPY site.conf /etc/nginx/conf.d/site.conf', 'registry.example.org/base/nginx:3')),
      files({
        'conf/site.conf': NAMELESS,
        'compose.yaml': 'services:\n  web:\n    image: nginx:1.30\n    volumes: ["./conf:/etc/nginx/conf.d"]',
      }),
      files(composed('server { listen 80; server_name localhost; root /srv/shop; }', '/etc/nginx/conf.d/app.conf')),
    ],
  },
  {
    rule: 'underscore-header-dropped',
    bad: [
      site(`listen 80; location / { ${PASS} }`, flask('\n@app.route("/")\ndef home():\n    return request.headers["api_key"]\n')),
      site(`listen 80; location / { ${PASS} }`, fast('@app.get("/")\ndef home(key: str = Header(alias="api_key")):\n    return key\n')),
      site(
        `listen 80; location / { ${PASS} }`,
        fast('@app.get("/")\ndef home(session_token: str | None = Header(None, convert_underscores=False)):\n    return session_token\n'),
      ),
      site(
        `listen 80; location / { ${PASS} }`,
        fast('@app.get("/")\ndef home(request: Request):\n    return request.headers.get("user_token")\n'),
      ),
      site(
        `listen 80; underscores_in_headers off; location / { ${PASS} ${HEADERS} }`,
        flask('\n@app.route("/")\ndef home():\n    return request.headers.get("access_token")\n'),
      ),
      site(
        `listen 80; location /api/ { ${PASS} }`,
        fast(
          'key = APIKeyHeader(name="X_API_KEY")\n@app.get("/api/")\ndef home(given = Depends(key)):\n    return ""\n',
          'from fastapi.security import APIKeyHeader\n',
        ),
      ),
    ],
    sane: [
      site(`listen 80; location / { ${PASS} }`, flask('\n@app.route("/")\ndef home():\n    return request.headers["Api-Key"]\n')),
      site(
        `listen 80; underscores_in_headers on; location / { ${PASS} }`,
        fast('@app.get("/")\ndef home(key: str = Header(alias="api_key")):\n    return key\n'),
      ),
      site(
        `listen 80; ignore_invalid_headers off; location / { ${PASS} }`,
        fast('@app.get("/")\ndef home(key: str = Header(alias="api_key")):\n    return key\n'),
      ),
      site(`listen 80; location / { ${PASS} }`, fast('@app.get("/")\ndef home(api_key: str = Header()):\n    return api_key\n')),
      site(
        `listen 80; location / { ${PASS} proxy_set_header api_key $http_x_api_key; }`,
        fast('@app.get("/")\ndef home(key: str = Header(alias="api_key")):\n    return key\n'),
      ),
      site(
        `listen 80; location / { ${PASS} }`,
        flask('\n@app.route("/")\ndef home():\n    # request.headers["api_key"]\n    return request.headers.get("X_FORWARDED_FOR")\n'),
      ),
      site(`listen 80; location / { ${PASS} }`, flask('\n@app.route("/")\ndef home():\n    return request.environ["HTTP_API_KEY"]\n')),
    ],
  },
  {
    rule: 'password-over-token',
    bad: [
      site(`listen 80; ${AUTH} location / { ${PASS} }`, fast(BEARER, TOKENS)),
      site(`listen 80; location /api/ { ${AUTH} ${PASS} }`, fast(BEARER, TOKENS)),
      site(`listen 80; ${AUTH} location / { ${PASS} }`, rest("'rest_framework_simplejwt.authentication.JWTAuthentication'")),
      site(
        `listen 80; ${AUTH} location /api/ { ${PASS} } location /static/ { auth_basic off; root /srv; }`,
        rest("'rest_framework.authentication.TokenAuthentication'"),
      ),
      site(
        `listen 80; ${AUTH} location / { ${PASS} ${HEADERS} }`,
        flask(`${ROUTES}from flask_jwt_extended import JWTManager\njwt = JWTManager(app)\n`),
      ),
      site(`listen 80; location / { satisfy all; allow 10.0.0.0/8; deny all; ${AUTH} ${PASS} }`, fast(BEARER, TOKENS)),
    ],
    sane: [
      site(`listen 80; ${AUTH} location / { root /srv; } location /api/ { auth_basic off; ${PASS} }`, fast(BEARER, TOKENS)),
      site(`listen 80; location / { satisfy any; allow 10.0.0.0/8; deny all; ${AUTH} ${PASS} }`, fast(BEARER, TOKENS)),
      site(`listen 80; location /docs { ${AUTH} ${PASS} } location / { ${PASS} }`, fast(BEARER, TOKENS)),
      site(`listen 80; location /api/docs { ${AUTH} ${PASS} } location / { ${PASS} }`, fast(BEARER, TOKENS)),
      site(`listen 80; ${AUTH} location / { ${PASS} }`, flask()),
      site(
        `listen 80; ${AUTH} location / { ${PASS} }`,
        rest("'rest_framework.authentication.SessionAuthentication', 'rest_framework.authentication.TokenAuthentication'"),
      ),
      site(
        `listen 80; ${AUTH} location / { ${PASS} }`,
        flask(
          `${ROUTES}from flask_jwt_extended import JWTManager\napp.config["JWT_TOKEN_LOCATION"] = ["cookies"]\njwt = JWTManager(app)\n`,
        ),
      ),
      site(`listen 80; ${AUTH} location / { ${PASS} }`, fast(BEARER.replace('HTTPBearer()', 'HTTPBearer(auto_error=False)'), TOKENS)),
      site(`listen 80; ${AUTH} location / { ${PASS} proxy_set_header Authorization $http_x_token; }`, fast(BEARER, TOKENS)),
    ],
  },
  {
    rule: 'build-base-mismatch',
    bad: [
      vite(`listen 80; location /admin/ { alias ${HTML}/; try_files $uri /admin/index.html; }`, ''),
      vite(`listen 80; location /admin/ { alias ${HTML}/; try_files $uri /admin/index.html; } location / { root /srv/site; }`, ''),
      vite(`listen 80; root ${HTML}; location / { try_files $uri $uri/ /index.html; }`, "base: '/shop/', "),
      vite(`listen 80; root ${HTML}; index index.html;`, "base: '/shop', "),
      vite(`listen 80; location /shop/ { alias ${HTML}/; try_files $uri /shop/index.html; }`, "base: '/store/', "),
      vite(`listen 80; root ${HTML}; location / { try_files $uri /index.html; } location /api/ { ${PASS} }`, 'base: "./", '),
      vite(`listen 80; location / { root ${HTML}/; try_files $uri /index.html; }`, "base: '', "),
    ],
    sane: [
      vite(`listen 80; root ${HTML}; location / { try_files $uri $uri/ /index.html; }`, ''),
      vite(`listen 80; location /shop/ { alias ${HTML}/; try_files $uri /shop/index.html; }`, "base: '/shop/', "),
      vite(
        `listen 80; location /shop/ { alias ${HTML}/; try_files $uri /shop/index.html; } location /assets/ { alias ${HTML}/assets/; }`,
        '',
      ),
      vite(`listen 80; root ${HTML}; location / { try_files $uri /index.html; }`, 'base: process.env.BASE, '),
      vite(`listen 80; root ${HTML}; location / { try_files $uri /index.html; }`, "base: 'https://cdn.example.org/shop/', "),
      vite(`listen 80; root ${HTML}; location / { try_files $uri /index.html; } location /shop/ { alias ${HTML}/; }`, "base: '/shop/', "),
      vite(`listen 80; location / { ${PASS} }`, "base: '/shop/', "),
      vite(`listen 80; root ${HTML}; location / { try_files $uri /index.html; }`, "// base: '/shop/',\n"),
    ],
  },
  {
    rule: 'single-page-without-fallback',
    bad: [
      site('listen 80; root /srv/web/build; index index.html;', {
        'package.json': '{ "dependencies": { "react": "18", "react-router-dom": "6" } }',
      }),
      files({
        'nginx.conf': 'events {}\nhttp { server { listen 80; root /usr/share/nginx/html; } }',
        'web/package.json': '{ "dependencies": { "vue": "3", "vue-router": "4" } }',
        'compose.yaml':
          'services:\n  web:\n    image: nginx:1.30\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf", "./web/dist:/usr/share/nginx/html"]',
      }),
    ],
    sane: [
      site('listen 80; root /srv/web/public;', { 'package.json': '{ "dependencies": { "react": "18", "react-router-dom": "6" } }' }),
      site('listen 80; root /srv/web/dist;', { 'package.json': '{ "dependencies": { "react": "18" } }' }),
      site('listen 80; root /srv/web/dist; location / { try_files $uri /index.html; }', {
        'package.json': '{ "dependencies": { "vue-router": "4" } }',
      }),
      site('listen 80; root /srv/a/dist;', {
        'a/package.json': '{ "dependencies": { "vue-router": "4" } }',
        'b/package.json': '{ "dependencies": { "vue-router": "4" } }',
      }),
    ],
  },
];
