/** Each framework is a declaration: it is found by the call that makes the application, and its facts reach what asks for them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Application } from '../../server/src/deploy/application.ts';
import { readDeployment } from '../../server/src/deploy/deployment.ts';
import { foundDeployment } from '../../server/src/deploy/found.ts';
import { FRAMEWORKS } from '../../server/src/deploy/frameworks/all.ts';
import { asked } from '../../server/src/deploy/frameworks/framework.ts';
import { certain } from '../../server/src/deploy/setting.ts';
import { loadedPython, tree } from './fixture.ts';

async function application(files: string): Promise<Application> {
  const { applications } = readDeployment(tree(files), await loadedPython());
  assert.equal(applications.length, 1);
  return applications[0]!;
}

/** The smallest application of each, with the command that starts it. */
const SMALLEST: Readonly<Record<string, string>> = {
  aiohttp:
    '#- Procfile\nweb: gunicorn app:app --worker-class aiohttp.GunicornWebWorker\n#- app.py\nfrom aiohttp import web\napp = web.Application(client_max_size=5 * 1024 ** 2)\n',
  django:
    "#- Procfile\nweb: gunicorn shop.wsgi\n#- manage.py\nimport os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n#- shop/settings.py\nALLOWED_HOSTS = ['a.example']\n#- shop/wsgi.py\nfrom django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
  fastapi: '#- Procfile\nweb: uvicorn app:app\n#- app.py\nfrom fastapi import FastAPI\napp = FastAPI()\n',
  flask: '#- Procfile\nweb: gunicorn app:app\n#- app.py\nimport flask\napp = flask.Flask(__name__)\n',
  litestar:
    "#- Procfile\nweb: uvicorn app:app\n#- app.py\nfrom litestar import Litestar\nfrom litestar.config.allowed_hosts import AllowedHostsConfig\napp = Litestar([], allowed_hosts=AllowedHostsConfig(allowed_hosts=['*.a.example']))\n",
  pyramid:
    "#- Procfile\nweb: waitress-serve app:app\n#- app.py\nfrom pyramid.config import Configurator\nwith Configurator() as config:\n    config.add_route('x', '/x')\n    app = config.make_wsgi_app()\n",
  quart:
    "#- Procfile\nweb: hypercorn app:app\n#- app.py\nfrom quart import Quart\napp = Quart(__name__)\napp.config['MAX_CONTENT_LENGTH'] = 7\n",
  starlette: '#- Procfile\nweb: uvicorn app:app\n#- app.py\nfrom starlette.applications import Starlette\napp = Starlette()\n',
};

test('every declared framework has its smallest application here', () => {
  assert.deepEqual(
    Object.keys(SMALLEST),
    FRAMEWORKS.map((f) => f.name),
  );
});

for (const [name, files] of Object.entries(SMALLEST))
  test(`${name} is found, and named by its title`, async () => {
    const { framework } = await application(files);
    assert.equal(framework?.declaration.name, name);
    assert.ok(framework.declaration.files(framework.settings).length > 0);
  });

test('limits and hosts come from the declaration', async () => {
  const limit = async (name: string) => asked((await application(SMALLEST[name]!)).framework, (d) => d.bodyLimit);
  assert.equal(certain((await limit('aiohttp'))!.bytes), 5 * 1024 ** 2);
  assert.equal(certain((await limit('quart'))!.bytes), 7);
  const hosts = async (name: string) => asked((await application(SMALLEST[name]!)).framework, (d) => d.hosts);
  assert.deepEqual(
    certain((await hosts('litestar'))!.list)?.map((e) => e.value),
    ['*.a.example'],
  );
  assert.equal(await hosts('starlette'), null);
  assert.equal(await hosts('pyramid'), undefined);
});

const MOUNTED =
  "#- app.py\nfrom flask import Flask\nfrom fastapi import FastAPI\nfrom a2wsgi import WSGIMiddleware\nold = Flask(__name__)\nadmin = FastAPI(root_path='/admin')\nmain = FastAPI(root_path='/main')\nmain.mount('/old', WSGIMiddleware(old))\n";

test('of several applications in one module the one counts that the server loads', async () => {
  const of = async (command: string): Promise<[string | undefined, string | undefined]> => {
    const { framework } = await application(`#- Procfile\nweb: ${command}\n${MOUNTED}`);
    const settings = framework?.settings as { rootPath?: Parameters<typeof certain>[0] };
    return [framework?.declaration.name, settings.rootPath && (certain(settings.rootPath) as string)];
  };
  assert.deepEqual(await of('uvicorn app:main'), ['fastapi', '/main']);
  assert.deepEqual(await of('uvicorn app:admin'), ['fastapi', '/admin']);
  assert.deepEqual(await of('gunicorn app:old'), ['flask', undefined]);
});

test('an application that another module makes is followed by its import', async () => {
  const { framework } = await application(
    "#- Procfile\nweb: uvicorn asgi:site\n#- asgi.py\nfrom shop.web import site\n#- shop/__init__.py\n#- shop/web.py\nfrom flask import Flask\nfrom quart import Quart\ntool = Flask('tool')\nsite = Quart('site')\n",
  );
  assert.equal(framework?.declaration.name, 'quart');
});

test('new offers the form that fits', async () => {
  const form = async (name: string): Promise<string | null> =>
    foundDeployment(readDeployment(tree(SMALLEST[name]!), await loadedPython())).framework;
  assert.deepEqual(await Promise.all(['quart', 'starlette', 'pyramid', 'django', 'aiohttp'].map(form)), [
    'fastapi',
    'fastapi',
    'wsgi',
    'django',
    null,
  ]);
});
