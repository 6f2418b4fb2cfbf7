import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Deployment, readDeployment } from '../../server/src/deploy/deployment.ts';
import {
  arrivingAt,
  nameKnown,
  nginxContainers,
  publishedAs,
  reachedFrom,
  samePlaceOutside,
  type Target,
} from '../../server/src/deploy/reach.ts';
import { at, loadedPython, tree } from './fixture.ts';

const read = async (text: string): Promise<Deployment> => readDeployment(tree(text), await loadedPython());

/** `api` for the application that is reached, else the kind of answer. */
function from(d: Deployment, container: string | null, text: string): string {
  const target: Target = text.startsWith('/')
    ? { kind: 'unix', path: text }
    : { kind: 'tcp', host: text.split(':')[0]!, port: Number(text.split(':')[1]) };
  const reached = reachedFrom(d, d.containers.find((c) => c.name === container) ?? null, target);
  return reached.kind === 'listener' ? reached.application.name : reached.kind;
}

const COMPOSE = `#- compose.yaml
services:
  web:
    image: shop
    command: gunicorn -b 0.0.0.0:8000 shop.wsgi
    networks: { back: { aliases: [app] } }
    ports: ["127.0.0.1:9000:8000"]
  api:
    image: api
    command: uvicorn --uds /sockets/api.sock api:app
    volumes: ["socks:/sockets"]
  alone:
    image: x
    command: gunicorn x.wsgi
  other:
    image: y
    networks: [front]
    command: gunicorn -b :8000 y.wsgi
  nginx:
    image: nginx:1.28
    networks: [back, default]
    volumes: ["./nginx:/etc/nginx:ro", "socks:/run/app"]
`;

test('in a network of containers: names, aliases, ports, loopback, sockets by volumes', async () => {
  const d = await read(COMPOSE);
  assert.equal(from(d, 'nginx', 'web:8000'), 'web');
  assert.equal(from(d, 'nginx', 'app:8000'), 'web');
  assert.equal(from(d, 'nginx', 'web:9000'), 'container', 'the published port counts outside only');
  assert.equal(from(d, 'nginx', 'alone:8000'), 'container', 'bound to its own loopback');
  assert.equal(from(d, 'nginx', 'other:8000'), 'unknown', 'no common network');
  assert.equal(from(d, 'nginx', '127.0.0.1:8000'), 'nothing');
  assert.equal(from(d, 'nginx', '0.0.0.0:8000'), 'nothing', 'its own container');
  assert.equal(from(d, 'alone', '0.0.0.0:8000'), 'alone');
  assert.equal(from(d, 'nginx', '/run/app/api.sock'), 'api');
  assert.equal(from(d, 'nginx', '/sockets/api.sock'), 'unknown', 'the path of the other container');
  assert.equal(from(d, 'nginx', 'example.com:80'), 'unknown');
});

test('on the machine: published ports, and the applications that run there', async () => {
  const d = await read(COMPOSE);
  assert.equal(from(d, null, '127.0.0.1:9000'), 'web');
  assert.equal(from(d, null, '127.0.0.1:8000'), 'unknown');
  const m = await read(
    '#- a.service\n[Service]\nExecStart=/usr/bin/gunicorn -b 0.0.0.0:8000 a.wsgi\n#- b.service\n[Service]\nExecStart=/usr/bin/gunicorn -b unix:/run/b.sock b.wsgi\n',
  );
  assert.equal(from(m, null, 'localhost:8000'), 'a.service');
  assert.equal(from(m, null, '/var/run/b.sock'), 'b.service');
  assert.equal(from(m, null, '127.0.0.1:8001'), 'nothing');
  assert.equal(from(m, null, '10.0.0.5:8001'), 'unknown');
});

test('an address of the environment counts as the one that the text falls back to', async () => {
  const d = await read("#- gunicorn.conf.py\nimport os\nbind = os.environ.get('BIND', '127.0.0.1:8000')\n");
  assert.equal(from(d, null, '127.0.0.1:8000'), 'gunicorn.conf.py');
  assert.equal(from(d, null, '127.0.0.1:8001'), 'unknown');
});

const of = (file: ReturnType<typeof at>) => ({ files: new Map([[file, null]]), tree: {} });

test('the container of nginx: by its mounts', async () => {
  const d = await read(COMPOSE);
  assert.equal(nginxContainers(d, of(at('nginx/nginx.conf')))[0]?.name, 'nginx');
  assert.equal(nginxContainers(d, of(at('elsewhere/nginx.conf')))[0], undefined);
});

test('folders of two containers are one where a volume says so', async () => {
  const d = await read(
    '#- compose.yaml\nservices:\n  web: { image: a, volumes: ["st:/app/static"] }\n  nginx: { image: nginx, volumes: ["st:/srv/static", "./x:/y"] }\n',
  );
  const [web, nginx] = d.containers;
  assert.equal(samePlaceOutside(nginx!, '/srv/static/', web!, '/app/static'), true);
  assert.equal(samePlaceOutside(nginx!, '/srv/static/css', web!, '/app/static'), false);
  assert.equal(samePlaceOutside(nginx!, '/other', web!, '/app/static'), undefined);
});

test('published ports lead to those of the container, and back', () => {
  const { containers } = readDeployment(
    tree('#- compose.yaml\nservices:\n  nginx:\n    image: nginx\n    ports: ["8080:80", "80:8080", "443:443/udp", "9000"]\n'),
    null,
  );
  const nginx = containers[0]!;
  assert.equal(arrivingAt(nginx, 8080)?.target, 80);
  assert.equal(arrivingAt(nginx, 80)?.target, 8080);
  assert.equal(arrivingAt(nginx, 443), null, 'UDP is another port');
  assert.equal(arrivingAt(nginx, 9000), null, 'Docker chooses the outer port');
  assert.deepEqual(
    publishedAs(nginx, 80).map((p) => p.published),
    [8080],
  );
});

test('a name is known, unknown to all, or nobody can tell', () => {
  const known = (more: string, host: string, nginx = ''): boolean | undefined => {
    const text = `#- compose.yaml\nservices:\n  web: { image: x, container_name: site-web }\n  nginx:\n    image: nginx\n${nginx}${more}`;
    const deployment = readDeployment(tree(text), null);
    return nameKnown(deployment, deployment.containers.find((s) => s.name === 'nginx')!, host);
  };
  assert.equal(known('', 'web'), true);
  assert.equal(known('', 'WEB'), true);
  assert.equal(known('', 'site-web'), true);
  assert.equal(known('', 'api'), false);
  assert.equal(known('', 'api', '    extra_hosts: ["api:10.0.0.1"]\n'), true);
  assert.equal(known('', 'api', '    extra_hosts: { api: 10.0.0.1 }\n'), true);
  assert.equal(known('', 'api', '    links: ["web:api"]\n'), true);
  assert.equal(known('', 'api', '    external_links: ["other:api"]\n'), true);
  assert.equal(known('', 'shop-web-1'), undefined, 'the name that Compose gives the container');
  assert.equal(known('', 'api.example.com'), undefined);
  assert.equal(known('', 'host.docker.internal'), undefined);
  assert.equal(known('networks: { front: { external: true } }\n', 'api', '    networks: [front]\n'), undefined);
  assert.equal(known('', 'api', '    network_mode: host\n'), undefined);
  assert.equal(known('include: [other.yaml]\n', 'api'), undefined);
});
