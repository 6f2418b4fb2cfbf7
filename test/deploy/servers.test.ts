/** What each declaration of a server reads: where it listens, whom it trusts, and what it makes of a request. Facts: the servers' own sources and documentation. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressText } from '../../server/src/deploy/address.ts';
import type { Application } from '../../server/src/deploy/application.ts';
import { readDeployment } from '../../server/src/deploy/deployment.ts';
import type { Seen } from '../../server/src/deploy/seen.ts';
import { SERVERS } from '../../server/src/deploy/servers/all.ts';
import { likely } from '../../server/src/deploy/setting.ts';
import { applicationView } from '../../server/src/deploy/view.ts';
import { loadedPython, tree } from './fixture.ts';

const FLASK = '#- app.py\nfrom flask import Flask\napp = Flask(__name__)\n';

const read = async (files: string): Promise<readonly Application[]> => readDeployment(tree(files), await loadedPython()).applications;

const listens = (a: Application): string =>
  [a.server.name, ...a.listeners.map((l) => (likely(l.address) ? addressText(likely(l.address)!) : '?'))].join(' ');

test('what a server refuses of a request as nginx may send it: a header twice, HTTP/1 where it takes HTTP/2', async () => {
  const twice = (name: string): readonly (readonly [string, string])[] => [
    ['Host', 'a.test'],
    [name, 'b'],
    [name, 'c'],
  ];
  const refused = async (
    command: string,
    release: string,
    headers: readonly (readonly [string, string])[],
    httpVersion = '1.1',
  ): Promise<number | null> => {
    const [application] = await read(`#- Procfile\nweb: ${command} app:app\n#- requirements.txt\n${release}\n${FLASK}`);
    const view = applicationView(
      application!,
      {
        protocol: 'http',
        upstream: '127.0.0.1:8000',
        servers: ['127.0.0.1:8000'],
        method: 'GET',
        uri: '/',
        httpVersion,
        headers,
        params: null,
      },
      { scheme: 'http', host: 'a.test', address: '203.0.113.7' },
    );
    return view.refused?.status ?? null;
  };
  // RFC9110_5_3_SINGLETON_FIELDS of gunicorn/http/message.py
  assert.equal(await refused('gunicorn', 'gunicorn==26.2.0', twice('Host')), 400);
  assert.equal(await refused('gunicorn', 'gunicorn==26.2.0', twice('Content-Type')), 400);
  assert.equal(await refused('gunicorn', 'gunicorn==26.2.0', twice('X-Tag')), null);
  assert.equal(await refused('gunicorn', 'gunicorn==25.3.0', twice('Content-Type')), null);
  // asked of h11 0.14: "Found multiple Host: headers", and no word about Content-Type
  assert.equal(await refused('hypercorn', 'hypercorn==0.17.3', twice('Host')), 400);
  assert.equal(await refused('hypercorn', 'hypercorn==0.17.3', twice('Content-Type')), null);
  // mismatch_is_error of gunicorn/http2/negotiation.py
  const only2 = 'gunicorn --http-protocols h2,h1 --http2-cleartext prior-knowledge';
  assert.equal(await refused(only2, 'gunicorn==26.2.0', [['Host', 'a.test']]), 400);
  assert.equal(await refused(only2, 'gunicorn==26.2.0', [['Host', 'a.test']], '2'), null);
  assert.equal(await refused(only2.replace('prior-knowledge', 'both'), 'gunicorn==26.2.0', [['Host', 'a.test']]), null);
});

test('uvicorn of its version: whom the default trusts, and several lines of X-Forwarded-For', async () => {
  const client = async (release: string, clientAddress: string, lines: readonly string[]): Promise<unknown> => {
    const [application] = await read(
      `#- Procfile\nweb: uvicorn main:app\n#- requirements.txt\nuvicorn==${release}\nfastapi==0.110\n#- main.py\nfrom fastapi import FastAPI\napp = FastAPI()\n`,
    );
    const view = applicationView(
      application!,
      {
        protocol: 'http',
        upstream: clientAddress,
        servers: [clientAddress],
        method: 'GET',
        uri: '/',
        httpVersion: '1.1',
        headers: [['Host', 'a.test'], ...lines.map((l) => ['X-Forwarded-For', l] as const)],
        params: null,
      },
      { scheme: 'http', host: 'a.test', address: '203.0.113.7' },
    );
    return view.address.known ? view.address.value : view.address.why;
  };
  const twice = ['203.0.113.7, 198.51.100.1', '127.0.0.1'];
  assert.equal(await client('0.48.0', '127.0.0.1:8000', twice), await client('0.48.0', '127.0.0.1:8000', ['127.0.0.1']));
  assert.equal(await client('0.49.0', '127.0.0.1:8000', twice), '198.51.100.1');
  assert.equal(await client('0.53.0', '[::1]:8000', ['198.51.100.1']), '198.51.100.1');
  assert.notEqual(await client('0.52.0', '[::1]:8000', ['198.51.100.1']), '198.51.100.1');
});

describe('where it listens', () => {
  const cases: [string, string][] = [
    ['granian --interface wsgi app:app', 'granian 127.0.0.1:8000'],
    ['granian --host 0.0.0.0 --port 9000 app:app', 'granian 0.0.0.0:9000'],
    ['GRANIAN_PORT=81 granian app:app', 'granian 127.0.0.1:81'],
    ['granian --uds /run/app.sock app:app', 'granian unix:/run/app.sock'],
    ['waitress-serve app:app', 'waitress 0.0.0.0:8080'],
    ['waitress-serve --listen=*:6543 app:app', 'waitress 0.0.0.0:6543'],
    ['waitress-serve --listen=127.0.0.1:1 --listen=[::1]:2 app:app', 'waitress 127.0.0.1:1 [::1]:2'],
    ['python -m waitress --host 127.0.0.1 --port 81 app:app', 'waitress 127.0.0.1:81'],
    ['waitress-serve --unix-socket=/run/app.sock app:app', 'waitress unix:/run/app.sock'],
    ['mod_wsgi-express start-server app.py --port 8001 --processes 4', 'mod-wsgi-express *:8001'],
    ['flask --app app run --host 0.0.0.0', 'flask-run 0.0.0.0:5000'],
    ['fastapi run app.py --port 80', 'fastapi-run 0.0.0.0:80'],
    ['fastapi dev app.py', 'fastapi-dev 127.0.0.1:8000'],
    ['python manage.py runserver 0:8000', 'runserver 0.0.0.0:8000'],
    ['python -m aiohttp.web -H 0.0.0.0 -P 8300 app:made', 'aiohttp 0.0.0.0:8300'],
    ['python -m aiohttp.web --path /run/app.sock app:made', 'aiohttp unix:/run/app.sock'],
  ];
  for (const [command, expected] of cases)
    test(command, async () => assert.deepEqual((await read(`#- Procfile\nweb: ${command}\n${FLASK}`)).map(listens), [expected]));

  const code: [string, string, string][] = [
    [
      'gevent',
      "from gevent.pywsgi import WSGIServer\nfrom app import app\nWSGIServer(('0.0.0.0', 5000), app).serve_forever()\n",
      'gevent 0.0.0.0:5000',
    ],
    ['gevent with text', "from gevent import pywsgi\npywsgi.WSGIServer(':5001', None)\n", 'gevent *:5001'],
    ['eventlet', "import eventlet\nfrom eventlet import wsgi\nwsgi.server(eventlet.listen(('', 8090)), None)\n", 'gevent *:8090'],
    ['waitress', "from waitress import serve\nserve(None, listen='*:8088', threads=8)\n", 'waitress 0.0.0.0:8088'],
    ['aiohttp', "from aiohttp import web\nweb.run_app(None, path='/run/a.sock')\n", 'aiohttp unix:/run/a.sock'],
    ['aiohttp on its own port', 'from aiohttp import web\nweb.run_app(None)\n', 'aiohttp *:8080'],
    ['uvicorn', "import uvicorn\nuvicorn.run('app:app', host='0.0.0.0', port=8002)\n", 'uvicorn 0.0.0.0:8002'],
    [
      'Flask’s own',
      "from flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n    app.run(host='0.0.0.0', port=5005)\n",
      'flask-run 0.0.0.0:5005',
    ],
  ];
  for (const [name, text, expected] of code) {
    test(`in code: ${name}`, async () => assert.deepEqual((await read(`#- main.py\n${text}`)).map(listens), [expected]));
    test(`in a container: ${name}`, async () => {
      const compose = '#- compose.yaml\nservices:\n  web:\n    image: x\n    command: python -u main.py\n';
      const applications = await read(`${compose}#- main.py\n${text}`);
      assert.deepEqual(applications.map(listens), [expected]);
      assert.equal(applications[0]!.container?.name, 'web');
    });
  }

  test('NGINX Unit', async () => {
    const unit = `#- unit.json
{ "listeners": { "127.0.0.1:8300": { "pass": "applications/shop" } },
  "applications": { "shop": { "type": "python 3.11", "path": "/srv", "module": "app", "callable": "app", "processes": 3 } } }
${FLASK}`;
    const [application] = await read(unit);
    assert.equal(listens(application!), 'unit 127.0.0.1:8300');
    assert.equal(likely(application!.workers), 3);
    assert.equal(application!.framework?.declaration.name, 'flask');
  });

  test('php-fpm: a pool, and the official image', async () => {
    const [pool] = await read(
      '#- pool.d/www.conf\n[global]\npid = x\n[www]\nlisten = /run/php/php8.2-fpm.sock ; the socket\nlisten.mode = 0660\nrequest_terminate_timeout = 2m\n',
    );
    assert.equal(listens(pool!), 'php-fpm unix:/run/php/php8.2-fpm.sock');
    assert.equal(likely(pool!.requestTimeout), 120);
    assert.equal(likely(pool!.listeners[0]!.mode), '660');
    assert.equal(pool!.listeners[0]!.protocol, 'fastcgi');
    const [image] = await read('#- compose.yaml\nservices:\n  php: { image: "php:8.3-fpm-alpine" }\n');
    assert.equal(listens(image!), 'php-fpm *:9000');
  });

  test('another language: its port as far as the files tell, and no framework', async () => {
    const applications = await read(
      `#- compose.yaml\nservices:\n  api: { build: ./api }\n  site: { image: "node:22", environment: { PORT: 4000 } }\n  db: { image: postgres, ports: ["5432:5432"] }\n#- api/Dockerfile\nFROM golang:1.23\nEXPOSE 3000\nCMD ["/api"]\n${FLASK}`,
    );
    assert.deepEqual(applications.filter((a) => a.container).map(listens), ['http *:3000', 'http *:4000']);
    assert.ok(applications.every((a) => a.server.name !== 'http' || a.framework === null));
  });
});

const value = (s: Seen<unknown>): unknown => (s.known ? s.value : undefined);

async function sees(command: string, headers: readonly (readonly [string, string])[], server = '127.0.0.1:8080') {
  const [application] = await read(`#- Procfile\nweb: ${command}\n${FLASK}`);
  const view = applicationView(
    application!,
    { protocol: 'http', upstream: server, servers: [server], method: 'GET', uri: '/a/b?x', httpVersion: '1.0', headers, params: null },
    { address: '203.0.113.9', scheme: 'https', host: 'example.com' },
  );
  return {
    scheme: value(view.scheme),
    address: value(view.address),
    host: value(view.host),
    path: value(view.path),
    script: value(view.scriptName),
    refused: view.refused?.status ?? null,
  };
}

const FORWARDED = [
  ['Host', 'example.com'],
  ['X-Forwarded-For', '203.0.113.9'],
  ['X-Forwarded-Proto', 'https'],
] as const;

test('Granian, gevent’s server and the development servers ignore forwarded headers', async () => {
  for (const command of ['granian --interface wsgi app:app', 'flask --app app run', 'mod_wsgi-express start-server app.py'])
    assert.deepEqual(
      await sees(command, FORWARDED),
      { scheme: 'http', address: '127.0.0.1', host: 'example.com', path: '/a/b', script: '', refused: null },
      command,
    );
});

test('Waitress believes one proxy, and only the headers that it was told to', async () => {
  const plainly = { scheme: 'http', address: '127.0.0.1', host: 'example.com', path: '/a/b', script: '', refused: null };
  assert.deepEqual(await sees('waitress-serve app:app', FORWARDED), plainly);
  assert.deepEqual(await sees('waitress-serve --trusted-proxy=127.0.0.1 app:app', FORWARDED), { ...plainly, scheme: 'https' });
  assert.deepEqual(await sees('waitress-serve --trusted-proxy=10.0.0.1 app:app', FORWARDED), plainly);
  const all = "waitress-serve --trusted-proxy='*' --trusted-proxy-headers='x-forwarded-for x-forwarded-proto x-forwarded-host' app:app";
  assert.deepEqual(await sees(all, FORWARDED), { ...plainly, scheme: 'https', address: '203.0.113.9' });
  assert.equal(
    (
      await sees(all, [
        ['Host', 'a'],
        ['X-Forwarded-For', '1.1.1.1, 203.0.113.9'],
      ])
    ).address,
    '203.0.113.9',
  );
  assert.equal(
    (
      await sees(all, [
        ['Host', 'a'],
        ['X-Forwarded-Host', 'b.example:81'],
      ])
    ).host,
    'b.example:81',
  );
  assert.equal(
    (
      await sees(all, [
        ['Host', 'a'],
        ['X-Forwarded-Proto', 'ws'],
      ])
    ).refused,
    400,
  );
  assert.equal((await sees('waitress-serve --trusted-proxy=localhost app:app', FORWARDED, 'unix:/run/app.sock')).scheme, 'https');
  assert.deepEqual((await sees('waitress-serve --url-prefix=/a app:app', FORWARDED)).script, '/a');
});

test('each declaration has a name of its own and says what it is', () => {
  assert.equal(new Set(SERVERS.map((s) => s.name)).size, SERVERS.length);
  const programs = SERVERS.flatMap((s) => s.programs.filter((p) => !p.word).flatMap((p) => p.names));
  assert.equal(new Set(programs).size, programs.length, 'a program starts one server');
});
