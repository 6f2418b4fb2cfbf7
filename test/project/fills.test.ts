/** What the project knows of its templates' placeholders is assumed, named with its file, and can be changed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillsFor, withRequest } from '../../server/src/features/application-view.ts';
import { requestFromUrl } from '../../server/src/trace/from-url.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { Trace } from '../../server/src/trace/trace.ts';
import { inMemory, loaderOf } from './world.ts';

async function traced(files: Record<string, string>, path: string, url: string, assume: Record<string, string> = {}): Promise<Trace> {
  const loader = await loaderOf(inMemory({ '.git/HEAD': 'ref: refs/heads/main\n', ...files }));
  const [asked] = await loader.configs([`/checkout/project/${path}`]);
  const deployment = await loader.deployment(asked!);
  const input = requestFromUrl({ method: 'GET', url, headers: [] });
  assert.ok(!('problem' in input));
  return traceRequest(asked!.config, input, { assume, fills: withRequest(asked!.config, fillsFor(asked!.config, deployment), input) });
}

const assumed = ({ assumptions }: Trace, ...ids: string[]): string[] =>
  assumptions.filter((a) => ids.includes(a.id)).map((a) => `${a.id}=${a.assumed} of ${a.choices.join(' ')}: ${a.why}`);

const SITE = (name: (n: string) => string): string =>
  `server {\n    listen 80;\n    location ${name('PREFIX')} {\n        proxy_pass http://${name('BACKEND')}:${name('PORT')};\n    }\n}\n`;

const COMPOSE: Record<string, string> = {
  'nginx/templates/default.conf.template': SITE((n) => `\${${n}}`),
  'compose.yaml':
    'services:\n  web:\n    image: shop\n  nginx:\n    image: nginx:1.29\n    env_file: [nginx.env]\n    environment:\n      BACKEND: web\n      PREFIX: /app/\n    volumes: ["./nginx/templates:/etc/nginx/templates:ro"]\n',
  'nginx.env': 'PORT=8000\nBACKEND=overruled\n',
  '.env': 'PORT=9000\nBACKEND_PASSWORD=hush\n',
};
const TEMPLATE = 'nginx/templates/default.conf.template';

test('the environment of the container, its files of variables, then the other files', async () => {
  const trace = await traced(COMPOSE, TEMPLATE, 'http://shop.example.com/app/x');
  assert.deepEqual(trace.outcome.upstreamRequest?.servers, ['web:8000']);
  assert.deepEqual(assumed(trace, 'BACKEND', 'PORT', 'PREFIX'), [
    'PREFIX=/app/ of /app/: compose.yaml:9 sets it',
    'BACKEND=web of web: compose.yaml:8 sets it',
    'PORT=8000 of 8000 9000: nginx.env:1 sets it',
  ]);
});

test('another value can be assumed, also one that no file has', async () => {
  const trace = await traced(COMPOSE, TEMPLATE, 'http://shop.example.com/app/x', { PORT: '7000' });
  assert.deepEqual(trace.outcome.upstreamRequest?.servers, ['web:7000']);
  assert.ok(trace.assumptions.some((a) => a.id === 'PORT' && a.chosen && a.assumed === '7000'));
});

test('secrets and names that nobody sets are no offers', async () => {
  const files = { ...COMPOSE, [TEMPLATE]: SITE((n) => `\${${n === 'BACKEND' ? 'BACKEND_PASSWORD' : n === 'PORT' ? 'NOBODY' : n}}`) };
  const trace = await traced(files, TEMPLATE, 'http://shop.example.com/app/x');
  assert.deepEqual(assumed(trace, 'BACKEND_PASSWORD', 'NOBODY'), [
    'BACKEND_PASSWORD=BACKEND_PASSWORD of : a template decides it when it is written out',
    // a port is a number, whatever it will be
    'NOBODY=8000 of : a template decides it when it is written out',
  ]);
});

test('defaults of an Ansible role', async () => {
  const files = {
    'roles/web/templates/site.conf.j2': SITE((n) => `{{ site.${n.toLowerCase()} }}`),
    'roles/web/defaults/main.yml': 'site:\n  prefix: /api/\n  backend: 10.0.0.5\n  port: 8001\n  token: hush\n',
  };
  const trace = await traced(files, 'roles/web/templates/site.conf.j2', 'http://shop.example.com/api/x');
  assert.deepEqual(trace.outcome.upstreamRequest?.servers, ['10.0.0.5:8001']);
  assert.deepEqual(assumed(trace, 'site.port'), ['site.port=8001 of 8001: main.yml:4 sets it']);
});

test('values of a Helm chart', async () => {
  const files = {
    'chart/Chart.yaml': 'name: shop\n',
    'chart/values.yaml': 'proxy:\n  prefix: /v1/\n  backend: api\n  port: 5000\n',
    'chart/nginx.conf.tpl': SITE((n) => `{{ .Values.proxy.${n.toLowerCase()} }}`),
  };
  const trace = await traced(files, 'chart/nginx.conf.tpl', 'http://shop.example.com/v1/x');
  assert.deepEqual(trace.outcome.upstreamRequest?.servers, ['api:5000']);
});

const named = (text: string): Record<string, string> => ({ 'site.conf.j2': text });

test('what a request asks for stands where a placeholder names the server or the port, of which nobody knows more', async () => {
  const site =
    'server {\n    listen {{ ports.plain }};\n    listen [::]:{{ ports.plain }};\n    server_name {{ old_name }};\n    return 301 https://{{ site.name }}$request_uri;\n}\nserver {\n    listen {{ ports.tls }} ssl;\n    listen {{ ports.plain }};\n    server_name {{ site.name }};\n    ssl_certificate /a.pem;\n    ssl_certificate_key /a.key;\n    return 204;\n}\n';
  const plain = await traced(named(site), 'site.conf.j2', 'http://shop.example.com:8080/');
  assert.equal(plain.outcome.status, 204);
  assert.deepEqual(assumed(plain, 'ports.plain', 'ports.tls', 'site.name', 'old_name'), [
    'ports.plain=8080 of 8080: the port of the request sets it',
    'old_name=old_name of : a template decides it when it is written out',
    'site.name=shop.example.com of shop.example.com: the host of the request sets it',
    'ports.tls=ports.tls of : a template decides it when it is written out',
  ]);
  const tls = await traced(named(site), 'site.conf.j2', 'https://shop.example.com/');
  assert.deepEqual(assumed(tls, 'ports.tls'), ['ports.tls=443 of 443: the port of the request sets it']);
});

test('a port that has a default is that', async () => {
  const site = 'server {\n    listen {{ port | default("8080") }};\n    return 204;\n}\n';
  const trace = await traced(named(site), 'site.conf.j2', 'http://shop.example.com:8080/');
  assert.equal(trace.outcome.status, 204);
  assert.deepEqual(assumed(trace, 'port'), ['port=8080 of : a default in the template sets it']);
  assert.notEqual((await traced(named(site), 'site.conf.j2', 'http://shop.example.com/')).outcome.status, 204);
});

test('a port and a name that are written stay what is asked for', async () => {
  const site =
    'server {\n    listen 80;\n    server_name shop.example.com;\n    return 204;\n}\nserver {\n    listen {{ port }};\n    server_name {{ name }};\n    return 205;\n}\n';
  const trace = await traced(named(site), 'site.conf.j2', 'http://shop.example.com/');
  assert.equal(trace.outcome.status, 204);
  assert.deepEqual(assumed(trace, 'port', 'name'), [
    'port=port of : a template decides it when it is written out',
    'name=name of : a template decides it when it is written out',
  ]);
});
