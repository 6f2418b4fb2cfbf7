import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { compareVersions } from '../../server/src/deploy/versions.ts';
import { aiohttp, django, fastapi, flask, NODE, PHP, PYRAMID, quart, starlette } from './projects.ts';
import { installed, PHP_FPM, PYTHON, Slots, withoutServers } from './real.ts';
import { type Ask, compareView, type Stage } from './stages.ts';

const PROXY = 'location / { proxy_pass http://app; }';
const headers = (lines: string, pass = 'http://app'): string => `location / { proxy_pass ${pass}; ${lines} }`;
const FULL = headers(
  'proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto https; proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Prefix /app;',
);
const PROTOS = ['$http_x_proto', '"https, http"', 'HTTPS', 'http'].map((v) =>
  headers(`proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto ${v};`),
);
const WAITRESS_HEADERS = 'x-forwarded-for x-forwarded-proto x-forwarded-host x-forwarded-port';
const PHP_LOCATION = (lines: string): string => `location / { ${lines} fastcgi_pass app; }`;
const UWSGI = (lines: string): string => `location / { include uwsgi_params; ${lines} uwsgi_pass app; }`;

const HOSTS: readonly Ask[] = ['shop.example.com', 'Shop.Example.com:8443', 'other.test', '[::1]:80', 'a_b', 'shop.example.com.'].map(
  (Host) => ({
    path: '/x',
    headers: { Host },
  }),
);
const FORWARDED: readonly Ask[] = [
  { path: '/x', headers: { Host: 'shop.example.com', 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '198.51.100.7, 10.0.0.1' } },
  { path: '/caf%C3%A9/a%2Fb?q=1', headers: { Host: 'shop.example.com', 'X-Forwarded-Ssl': 'on' } },
  { path: '/x', headers: { Host: 'shop.example.com', 'X-Forwarded-Proto': 'http', 'X-Forwarded-Ssl': 'on' } },
  {
    path: '/x',
    headers: {
      Host: 'shop.example.com',
      'X-Forwarded-Proto': 'https, http',
      'X-Forwarded-Host': 'shop.example.com, b.test',
      'X-Forwarded-Port': '8443',
    },
  },
  { path: '/x', headers: { Host: 'shop.example.com', 'X-Proto': 'https', 'X-Forwarded-For': '127.0.0.1' } },
];
/** Requests of which each part is drawn by itself, the same ones every time. */
const DRAWN: readonly Ask[] = (() => {
  let state = 20_240_607;
  const draw = <T>(values: readonly T[]): T => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return values[(state >> 12) % values.length]!;
  };
  const drawn = (values: Readonly<Record<string, readonly (string | null)[]>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(values).flatMap(([n, v]): [string, string][] => {
        const one = draw(v);
        return one === null ? [] : [[n, one]];
      }),
    );
  return Array.from({ length: 40 }, () => ({
    path: draw(['/', '/x', '/apple', '/app/x', '/a%20b/', '/caf%C3%A9?next=/app']),
    headers: drawn({
      Host: ['shop.example.com', 'shop.example.com:8080', 'SHOP.example.com'],
      'X-Forwarded-For': [null, '198.51.100.7', '198.51.100.7, 203.0.113.5', '127.0.0.1'],
      'X-Forwarded-Proto': [null, null, 'https', 'http', 'HTTPS', 'https, http'],
      'X-Forwarded-Host': [null, null, 'shop.example.com', 'b.test:8443', 'a.test, b.test'],
      'X-Forwarded-Port': [null, null, '8443', '443'],
      'X-Forwarded-Ssl': [null, null, 'on'],
    }),
  }));
})();
const POST_HEADERS: readonly Readonly<Record<string, string>>[] = [
  {},
  { Origin: 'https://shop.example.com' },
  { Origin: 'http://shop.example.com' },
  { Origin: 'http://shop.example.com:8080' },
  { Origin: 'https://sub.trusted.test', Referer: 'https://sub.trusted.test/form' },
  { Origin: 'null' },
  { Referer: 'https://shop.example.com/form', 'X-Forwarded-Proto': 'https' },
  { Referer: 'https://evil.test/form', 'X-Forwarded-Proto': 'https' },
  { Referer: 'http://shop.example.com/form', 'X-Forwarded-Proto': 'https' },
  { 'X-Forwarded-Proto': 'https' },
];
const POSTS: readonly Ask[] = POST_HEADERS.map((h) => ({
  method: 'POST',
  path: '/x',
  headers: { Host: 'shop.example.com', 'Content-Length': '0', ...h },
}));

const GUNICORN = [PYTHON, '-m', 'gunicorn', 'shop.wsgi:application'];
const CONF = (lines: string): Record<string, string> => ({ 'gunicorn.conf.py': `bind = 'unix:{dir}/app.sock'\n${lines}\n` });
const CONF_TCP = (lines: string): Record<string, string> => ({ 'gunicorn.conf.py': `bind = '127.0.0.1:{port}'\n${lines}\n` });
const PROC = (command: readonly string[]): Record<string, string> => ({
  Procfile: `web: ${command.map((w) => (/\s/.test(w) ? `'${w}'` : w)).join(' ')}\n`,
});
const UWSGI_INI = (lines: string): Record<string, string> => ({
  'uwsgi.ini': `[uwsgi]\nplugins = python3\nchdir = {dir}\nmodule = shop.wsgi:application\nmaster = true\nneed-app = true\ndisable-logging = true\n${lines}\n`,
});

const STAGES: readonly Stage[] = [
  {
    name: 'gunicorn on a unix socket, Django with its defaults',
    project: { ...django(''), ...CONF('') },
    command: GUNICORN,
    listens: 'unix',
    variants: [PROXY, headers('proxy_set_header Host $http_host;'), FULL, ...PROTOS, headers('', 'http://django_app')],
    asks: [...HOSTS, ...FORWARDED],
  },
  {
    name: 'gunicorn on TCP, Django with names, a proxy header and trusted origins',
    project: {
      ...django(`ALLOWED_HOSTS = ['shop.example.com', '.trusted.test', '[::1]']
SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')
USE_X_FORWARDED_HOST = True
CSRF_TRUSTED_ORIGINS = ['.trusted.test', 'https://*.trusted.test']`),
      ...CONF_TCP(''),
    },
    command: GUNICORN,
    listens: 'tcp',
    variants: [headers('proxy_set_header Host $http_host;'), FULL, PROTOS[1]!],
    asks: [...HOSTS, ...FORWARDED, ...POSTS],
  },
  {
    name: 'gunicorn that trusts nobody on TCP',
    project: { ...django(''), ...CONF_TCP("forwarded_allow_ips = '10.0.0.1'\nsecure_scheme_headers = {'X-PROTO': 'https'}") },
    command: GUNICORN,
    listens: 'tcp',
    variants: [headers('proxy_set_header Host $http_host;'), FULL],
    asks: FORWARDED,
  },
  {
    name: 'gunicorn with its own scheme header, on a unix socket',
    project: { ...django(''), ...CONF("secure_scheme_headers = {'X-PROTO': 'https'}") },
    command: GUNICORN,
    listens: 'unix',
    variants: [headers('proxy_set_header Host $http_host;')],
    asks: FORWARDED,
  },
  {
    name: 'gunicorn with small limits',
    project: { ...django(''), ...CONF('limit_request_line = 100\nlimit_request_fields = 8\nlimit_request_field_size = 300') },
    command: GUNICORN,
    listens: 'unix',
    variants: [PROXY],
    asks: [
      ...[70, 83, 84, 85, 86, 87, 120].map((n): Ask => ({ path: '/' + 'a'.repeat(n) })),
      ...[3, 4, 5, 6, 7, 8].map(
        (n): Ask => ({ path: '/', headers: Object.fromEntries(Array.from({ length: n }, (_, i) => [`X-H${i}`, 'v'])) }),
      ),
      ...[280, 290, 291, 292, 293, 294, 295, 296, 297, 310].map((n): Ask => ({ path: '/', headers: { 'X-Long': 'v'.repeat(n) } })),
    ],
  },
  {
    name: 'gunicorn with SCRIPT_NAME as a header',
    project: { ...django(''), ...CONF('') },
    command: GUNICORN,
    listens: 'unix',
    variants: [
      'location /app/ { proxy_pass http://app; proxy_set_header SCRIPT_NAME /app; proxy_set_header Host $http_host; } location / { return 204; }',
      'location /app/ { proxy_pass http://app/; proxy_set_header SCRIPT_NAME /app; }',
      'location /app/ { proxy_pass http://app; proxy_set_header SCRIPT_NAME /app/; }',
    ],
    asks: [{ path: '/app/x' }, { path: '/app/' }, { path: '/app/y/app/z' }],
  },
  {
    name: 'gunicorn, Django with FORCE_SCRIPT_NAME',
    project: { ...django("FORCE_SCRIPT_NAME = '/app'"), ...CONF('') },
    command: GUNICORN,
    listens: 'unix',
    variants: ['location /app/ { proxy_pass http://app/; }', 'location /app/ { proxy_pass http://app; }'],
    asks: [{ path: '/app/x' }, { path: '/app/' }],
  },
  {
    name: 'gunicorn, Django in debug without ALLOWED_HOSTS',
    project: { ...django('ALLOWED_HOSTS = []\nDEBUG = True'), ...CONF('') },
    command: GUNICORN,
    listens: 'unix',
    variants: [headers('proxy_set_header Host $http_host;')],
    asks: ['localhost', 'a.localhost:80', '127.0.0.1', '0.0.0.0', 'shop.example.com'].map((Host) => ({ path: '/', headers: { Host } })),
  },
  {
    name: 'uWSGI, the uwsgi protocol over a unix socket',
    project: { ...django(''), ...UWSGI_INI('socket = {dir}/app.sock') },
    command: ['uwsgi', '--ini', 'uwsgi.ini'],
    listens: 'unix',
    variants: [
      UWSGI(''),
      UWSGI('uwsgi_param HTTP_X_FORWARDED_PROTO $scheme;'),
      UWSGI('uwsgi_param HTTPS on;'),
      UWSGI('uwsgi_param HTTP_HOST $http_host; uwsgi_param HTTP_X_FORWARDED_PROTO "";'),
      UWSGI('uwsgi_param SCRIPT_NAME /app;'),
    ],
    asks: [...HOSTS, ...FORWARDED, { path: '/app/x' }],
  },
  {
    name: 'uWSGI on TCP with Django’s proxy header and origins',
    project: {
      ...django(
        `ALLOWED_HOSTS = ['shop.example.com']\nSECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\nCSRF_TRUSTED_ORIGINS = ['.trusted.test']`,
      ),
      ...UWSGI_INI('socket = 127.0.0.1:{port}'),
    },
    command: ['uwsgi', '--ini', 'uwsgi.ini'],
    listens: 'tcp',
    variants: [UWSGI(''), UWSGI('uwsgi_param HTTP_X_FORWARDED_PROTO https;')],
    asks: [...FORWARDED, ...POSTS],
  },
  {
    name: 'uWSGI with a mount and manage-script-name',
    project: { ...django(''), ...UWSGI_INI('socket = {dir}/app.sock\nmount = /app=shop.wsgi:application\nmanage-script-name = true') },
    command: ['uwsgi', '--ini', 'uwsgi.ini'],
    listens: 'unix',
    variants: [UWSGI('')],
    asks: [{ path: '/app/x' }, { path: '/app' }, { path: '/app/' }],
  },
  {
    name: 'uWSGI with small limits',
    project: { ...django(''), ...UWSGI_INI('socket = {dir}/app.sock\nbuffer-size = 1024\nmax-vars = 12') },
    command: ['uwsgi', '--ini', 'uwsgi.ini'],
    listens: 'unix',
    variants: [UWSGI('')],
    asks: [
      ...[100, 300, 500, 520, 540, 560, 600, 900].map((n): Ask => ({ path: '/', headers: { Host: 'a', 'X-L': 'v'.repeat(n) } })),
      ...[3, 4, 5, 6, 7, 8, 9, 10, 12].map(
        (n): Ask => ({ path: '/', headers: { Host: 'a', ...Object.fromEntries(Array.from({ length: n }, (_, i) => [`X-${i}`, 'v'])) } }),
      ),
    ],
  },
  {
    name: 'uWSGI, http-socket',
    project: { ...django(''), ...UWSGI_INI('http-socket = 127.0.0.1:{port}') },
    command: ['uwsgi', '--ini', 'uwsgi.ini'],
    listens: 'tcp',
    variants: [headers('proxy_set_header Host $http_host;'), FULL],
    asks: [...HOSTS, ...FORWARDED],
  },
  {
    name: 'uvicorn on a unix socket, Django',
    project: { ...django(''), ...PROC(['uvicorn', '--uds', '{dir}/app.sock', 'shop.asgi:application']) },
    command: [PYTHON, '-m', 'uvicorn', '--uds', '{dir}/app.sock', 'shop.asgi:application'],
    listens: 'unix',
    variants: [headers('proxy_set_header Host $http_host;'), FULL],
    asks: [...HOSTS, ...FORWARDED],
  },
  {
    name: 'uvicorn that trusts everyone, Starlette',
    project: { ...starlette(''), ...PROC(['uvicorn', '--uds', '{dir}/app.sock', "--forwarded-allow-ips='*'", 'app:app']) },
    command: [PYTHON, '-m', 'uvicorn', '--uds', '{dir}/app.sock', '--forwarded-allow-ips=*', 'app:app'],
    listens: 'unix',
    variants: [headers('proxy_set_header Host $http_host;'), FULL, ...PROTOS],
    asks: FORWARDED,
  },
  {
    name: 'uvicorn on TCP with a root path, Starlette with trusted hosts',
    project: {
      ...starlette("middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=['shop.example.com', '*.test'])]"),
      ...PROC(['uvicorn', '--port', '{port}', '--root-path', '/api', 'app:app']),
    },
    command: [PYTHON, '-m', 'uvicorn', '--port', '{port}', '--root-path', '/api', 'app:app'],
    listens: 'tcp',
    variants: [
      'location / { proxy_pass http://app; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto https; }',
    ],
    asks: [...HOSTS, ...FORWARDED],
  },
  {
    name: 'Daphne with proxy headers, Django',
    project: { ...django(''), ...PROC(['daphne', '-b', '127.0.0.1', '-p', '{port}', '--proxy-headers', 'shop.asgi:application']) },
    command: [PYTHON, '-m', 'daphne', '-b', '127.0.0.1', '-p', '{port}', '--proxy-headers', 'shop.asgi:application'],
    listens: 'tcp',
    variants: [headers('proxy_set_header Host $http_host;'), FULL],
    asks: FORWARDED,
  },
  {
    name: 'Hypercorn, Starlette',
    project: { ...starlette(''), ...PROC(['hypercorn', '-b', '127.0.0.1:{port}', 'app:app']) },
    command: [PYTHON, '-m', 'hypercorn', '-b', '127.0.0.1:{port}', 'app:app'],
    listens: 'tcp',
    variants: [headers('proxy_set_header Host $http_host;'), FULL],
    asks: FORWARDED,
  },
  {
    name: 'uvicorn with a root path, Django',
    project: { ...django(''), ...PROC(['uvicorn', '--uds', '{dir}/app.sock', '--root-path', '/app', 'shop.asgi:application']) },
    command: [PYTHON, '-m', 'uvicorn', '--uds', '{dir}/app.sock', '--root-path', '/app', 'shop.asgi:application'],
    listens: 'unix',
    variants: ['location /app/ { proxy_pass http://app/; }', 'location /app/ { proxy_pass http://app; }'],
    asks: [{ path: '/app/x' }, { path: '/app/' }],
  },
  {
    name: 'uvicorn, Django with FORCE_SCRIPT_NAME',
    project: { ...django("FORCE_SCRIPT_NAME = '/app'"), ...PROC(['uvicorn', '--uds', '{dir}/app.sock', 'shop.asgi:application']) },
    command: [PYTHON, '-m', 'uvicorn', '--uds', '{dir}/app.sock', 'shop.asgi:application'],
    listens: 'unix',
    variants: ['location /app/ { proxy_pass http://app/; }', 'location /app/ { proxy_pass http://app; }'],
    asks: [{ path: '/app/x' }, { path: '/app/' }],
  },
  {
    name: 'gunicorn with uvicorn’s worker, Django',
    project: { ...django(''), ...CONF("worker_class = 'uvicorn.workers.UvicornWorker'\nwsgi_app = 'shop.asgi:application'") },
    command: [PYTHON, '-m', 'gunicorn'],
    listens: 'unix',
    variants: [headers('proxy_set_header Host $http_host;'), FULL],
    asks: FORWARDED,
  },
  {
    name: 'gunicorn with SCRIPT_NAME in its environment',
    project: { ...django(''), 'run.sh': 'SCRIPT_NAME=/app exec /usr/bin/python3 -m gunicorn --bind unix:{dir}/app.sock shop.wsgi\n' },
    command: ['/bin/sh', 'run.sh'],
    listens: 'unix',
    variants: ['location /app/ { proxy_pass http://app; }', 'location /app/ { proxy_pass http://app/; }'],
    asks: [{ path: '/app/x' }, { path: '/app/' }],
  },
  {
    name: 'uWSGI, Flask with ProxyFix',
    project: {
      ...flask('app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_prefix=1)'),
      'uwsgi.ini': '[uwsgi]\nplugins = python3\nchdir = {dir}\nmodule = app:app\nneed-app = true\nsocket = {dir}/app.sock\n',
    },
    command: ['uwsgi', '--ini', 'uwsgi.ini'],
    listens: 'unix',
    variants: [
      UWSGI('uwsgi_param HTTP_X_FORWARDED_PREFIX /app;'),
      UWSGI('uwsgi_param HTTP_X_FORWARDED_FOR $remote_addr; uwsgi_param HTTP_X_FORWARDED_HOST $http_host;'),
    ],
    asks: [...FORWARDED, { path: '/app/x' }],
  },
  {
    name: 'headers with an underscore that nginx sets',
    project: { ...django(''), ...CONF('') },
    command: GUNICORN,
    listens: 'unix',
    variants: [headers('proxy_set_header X_Forwarded_Proto https; proxy_set_header Host $http_host;')],
    asks: FORWARDED,
  },
  {
    name: 'gunicorn that speaks uwsgi, Django',
    since: ['gunicorn', '24.1'],
    project: { ...django(''), ...CONF("protocol = 'uwsgi'") },
    command: GUNICORN,
    listens: 'unix',
    variants: [UWSGI(''), UWSGI('uwsgi_param HTTPS on;'), UWSGI('uwsgi_param SCRIPT_NAME /app;')],
    asks: [...HOSTS, ...FORWARDED, { path: '/app/x' }],
  },
  {
    name: 'gunicorn, Flask without ProxyFix',
    project: { ...flask(''), ...CONF('') },
    command: [PYTHON, '-m', 'gunicorn', 'app:app'],
    listens: 'unix',
    variants: [headers('proxy_set_header Host $http_host;'), FULL],
    asks: FORWARDED,
  },
  {
    name: 'gunicorn, Flask with ProxyFix for all',
    project: {
      ...flask('app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_port=1, x_prefix=1)'),
      ...CONF("forwarded_allow_ips = ''"),
    },
    command: [PYTHON, '-m', 'gunicorn', 'app:app'],
    listens: 'unix',
    variants: [
      headers('proxy_set_header Host $http_host;'),
      FULL,
      'location /app/ { proxy_pass http://app/; proxy_set_header X-Forwarded-Prefix /app; proxy_set_header Host $host; } location / { proxy_pass http://app; }',
    ],
    asks: [...FORWARDED, { path: '/app/x' }],
  },
  {
    name: 'gunicorn, Flask with ProxyFix for two proxies and a server name',
    project: {
      ...flask("app.wsgi_app = ProxyFix(app.wsgi_app, x_for=2, x_proto=2)\napp.config['SERVER_NAME'] = 'shop.example.com'"),
      ...CONF(''),
    },
    command: [PYTHON, '-m', 'gunicorn', 'app:app'],
    listens: 'unix',
    variants: [headers('proxy_set_header Host $http_host;'), FULL],
    asks: [...FORWARDED, ...HOSTS.slice(0, 3)],
  },
  ...(
    [
      ['that trusts nobody, Django', django(''), [], ['shop.wsgi:application']],
      ['that trusts nginx, Flask', flask(''), ['--trusted-proxy=127.0.0.1', `--trusted-proxy-headers=${WAITRESS_HEADERS}`], ['app:app']],
      ['that trusts nginx with nothing named, Django', django(''), ['--trusted-proxy=127.0.0.1'], ['shop.wsgi:application']],
      [
        'that trusts two proxies, Django',
        django("SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')"),
        ['--trusted-proxy=*', '--trusted-proxy-count=2', `--trusted-proxy-headers=${WAITRESS_HEADERS}`],
        ['shop.wsgi:application'],
      ],
      [
        'that clears what it does not trust, Django',
        django("SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\nUSE_X_FORWARDED_HOST = True"),
        ['--clear-untrusted-proxy-headers'],
        ['shop.wsgi:application'],
      ],
      ['with a prefix, Flask', flask(''), ['--url-prefix=/app'], ['app:app']],
    ] as const
  ).map(
    ([name, project, options, target]): Stage => ({
      name: `Waitress ${name}`,
      since: ['waitress', '1.3'],
      project: { ...project, ...PROC(['waitress-serve', '--listen=127.0.0.1:{port}', ...options, ...target]) },
      command: ['waitress-serve', '--listen=127.0.0.1:{port}', ...options, ...target],
      listens: 'tcp',
      variants: [headers('proxy_set_header Host $http_host;'), FULL, PROTOS[1]!],
      asks: [...FORWARDED, ...DRAWN],
    }),
  ),
  {
    name: 'Waitress on a unix socket',
    since: ['waitress', '1.3'],
    project: {
      ...django(''),
      ...PROC([
        'waitress-serve',
        '--unix-socket={dir}/app.sock',
        '--trusted-proxy=localhost',
        `--trusted-proxy-headers=${WAITRESS_HEADERS}`,
        'shop.wsgi:application',
      ]),
    },
    command: [
      'waitress-serve',
      '--unix-socket={dir}/app.sock',
      '--trusted-proxy=localhost',
      `--trusted-proxy-headers=${WAITRESS_HEADERS}`,
      'shop.wsgi:application',
    ],
    listens: 'unix',
    variants: [headers('proxy_set_header Host $http_host;'), FULL],
    asks: [...FORWARDED, ...DRAWN],
  },
  {
    name: 'gevent’s own server, Flask',
    since: ['gevent', '20'],
    project: {
      ...flask(''),
      'main.py': "from gevent.pywsgi import WSGIServer\nfrom app import app\nWSGIServer(('127.0.0.1', {port}), app).serve_forever()\n",
    },
    command: [PYTHON, 'main.py'],
    listens: 'tcp',
    variants: [headers('proxy_set_header Host $http_host;'), FULL],
    asks: [...FORWARDED, ...DRAWN],
  },
  {
    name: 'Hypercorn, Quart',
    since: ['quart', '0.18'],
    project: { ...quart(''), ...PROC(['hypercorn', '-b', '127.0.0.1:{port}', 'app:app']) },
    command: [PYTHON, '-m', 'hypercorn', '-b', '127.0.0.1:{port}', 'app:app'],
    listens: 'tcp',
    variants: [headers('proxy_set_header Host $http_host;'), FULL],
    asks: [...FORWARDED, ...DRAWN],
  },
  {
    name: 'uvicorn on a unix socket with a root path, Quart',
    since: ['quart', '0.18'],
    project: { ...quart(''), ...PROC(['uvicorn', '--uds', '{dir}/app.sock', '--root-path', '/app', 'app:app']) },
    command: [PYTHON, '-m', 'uvicorn', '--uds', '{dir}/app.sock', '--root-path', '/app', 'app:app'],
    listens: 'unix',
    variants: ['location / { proxy_pass http://app; }', 'location /app/ { proxy_pass http://app/; }'],
    asks: [{ path: '/app/x' }, { path: '/app/' }, ...FORWARDED, ...DRAWN],
  },
  {
    name: 'uvicorn, FastAPI',
    since: ['fastapi', '0.90'],
    project: { ...fastapi("root_path='/api'"), ...PROC(['uvicorn', '--port', '{port}', 'app:app']) },
    command: [PYTHON, '-m', 'uvicorn', '--port', '{port}', 'app:app'],
    listens: 'tcp',
    variants: [headers('proxy_set_header Host $http_host;'), FULL],
    asks: [...FORWARDED, ...DRAWN],
  },
  {
    name: 'Waitress, Pyramid',
    since: ['pyramid', '2.0'],
    project: {
      ...PYRAMID,
      ...PROC([
        'waitress-serve',
        '--listen=127.0.0.1:{port}',
        '--trusted-proxy=127.0.0.1',
        `--trusted-proxy-headers=${WAITRESS_HEADERS}`,
        'app:app',
      ]),
    },
    command: [
      'waitress-serve',
      '--listen=127.0.0.1:{port}',
      '--trusted-proxy=127.0.0.1',
      `--trusted-proxy-headers=${WAITRESS_HEADERS}`,
      'app:app',
    ],
    listens: 'tcp',
    variants: [PROXY, headers('proxy_set_header Host $http_host;'), FULL],
    asks: [...FORWARDED, ...DRAWN],
  },
  {
    name: 'gunicorn, Pyramid',
    since: ['pyramid', '2.0'],
    project: { ...PYRAMID, ...CONF('') },
    command: [PYTHON, '-m', 'gunicorn', 'app:app'],
    listens: 'unix',
    variants: [PROXY, FULL],
    asks: [...HOSTS, ...FORWARDED, ...DRAWN],
  },
  {
    name: 'aiohttp’s own server',
    since: ['aiohttp', '3.8'],
    project: aiohttp("host='127.0.0.1', port={port}"),
    command: [PYTHON, 'app.py'],
    listens: 'tcp',
    variants: [headers('proxy_set_header Host $http_host;'), FULL],
    asks: [...FORWARDED, ...DRAWN],
  },
  {
    name: 'aiohttp under gunicorn',
    since: ['aiohttp', '3.8'],
    project: { ...aiohttp(''), ...CONF("worker_class = 'aiohttp.GunicornWebWorker'") },
    command: [PYTHON, '-m', 'gunicorn', 'app:app'],
    listens: 'unix',
    variants: [headers('proxy_set_header Host $http_host;'), FULL],
    asks: [...FORWARDED, ...DRAWN],
  },
  {
    name: 'php-fpm, with the params as nginx ships them',
    since: ['php-fpm', '7'],
    project: PHP,
    command: [PHP_FPM, '--nodaemonize', '--allow-to-run-as-root', '--fpm-config', '{dir}/php-fpm.d/www.conf'],
    listens: 'unix',
    variants: [
      PHP_LOCATION('include fastcgi_params; fastcgi_param SCRIPT_FILENAME {dir}/index.php;'),
      PHP_LOCATION('include fastcgi_params; fastcgi_param SCRIPT_FILENAME {dir}/index.php; fastcgi_param HTTPS on;'),
      PHP_LOCATION('include fastcgi_params; fastcgi_param SCRIPT_FILENAME {dir}/index.php; fastcgi_param HTTPS $http_x_forwarded_ssl;'),
      `location ~ [^/]\\.php(/|$) { root {dir}; fastcgi_split_path_info ^(.+?\\.php)(/.*)$; set $path_info $fastcgi_path_info; try_files $fastcgi_script_name =404; include fastcgi_params; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_param PATH_INFO $path_info; fastcgi_pass app; }`,
    ],
    asks: [...HOSTS, ...FORWARDED, { path: '/index.php/news/7' }, { path: '/index.php' }, ...DRAWN],
    // no framework says what it takes for secure
    unknown: ['secure'],
  },
  {
    name: 'Node’s http in a container',
    project: NODE,
    command: [process.execPath, 'server.mjs', '{port}'],
    listens: 'tcp',
    variants: [headers('proxy_set_header Host $http_host;'), FULL],
    asks: [...HOSTS, ...FORWARDED, ...DRAWN],
    // what code in another language makes of the connection is its own business
    unknown: ['scheme', 'secure', 'address', 'scriptName', 'path'],
  },
  {
    name: 'flask run',
    project: { ...flask(''), ...PROC(['flask', 'run', '--port', '{port}']) },
    command: [PYTHON, '-m', 'flask', 'run', '--port', '{port}'],
    listens: 'tcp',
    variants: [headers('proxy_set_header Host $http_host;'), FULL],
    asks: [...FORWARDED, ...DRAWN],
  },
  {
    name: 'runserver',
    project: { ...django('DEBUG = True'), ...PROC(['python', 'manage.py', 'runserver', '127.0.0.1:{port}']) },
    command: [PYTHON, '-m', 'django', 'runserver', '--noreload', '127.0.0.1:{port}'],
    environment: { DJANGO_SETTINGS_MODULE: 'shop.settings' },
    listens: 'tcp',
    variants: [headers('proxy_set_header Host $http_host;'), FULL],
    asks: [...FORWARDED, ...DRAWN],
  },
];

const slots = new Slots();

describe('what applications see, against the real ones', { skip: withoutServers(), concurrency: true }, () => {
  let started = 0;
  let compared = 0;
  before(() => {
    started = performance.now();
  });
  for (const stage of STAGES.filter((s) => !s.since || compareVersions(installed()?.[s.since[0]] ?? '0', s.since[1]) >= 0))
    test(stage.name, { timeout: 60_000 }, async () => {
      await slots.take();
      try {
        const requests = await compareView(stage);
        compared += requests;
      } finally {
        slots.give();
      }
    });
  after(() => {
    console.log(`compared ${compared} requests in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    assert.ok(compared > 300, `only ${compared} requests were compared`);
  });
});
