/** Templates in the trace: placeholders are text that a person sets, conditions are switches, and both are named as assumptions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromPath } from '../../server/src/base/file-id.ts';
import { Config } from '../../server/src/config/config.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { NO_DISK } from '../../server/src/config/tree.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { Trace } from '../../server/src/trace/trace.ts';
import { parts } from '../harness/rules.ts';

async function trace(name: string, text: string, target: string, assume: Record<string, string> = {}): Promise<Trace> {
  const { parser, engine } = await parts();
  const id = fromPath(`/srv/${name}`);
  const tree = { root: id, files: new Map([[id, parser.open(id, text)]]), includes: new Map(), disk: NO_DISK };
  const config = new Config(tree, engine, DEFAULT_SETTINGS);
  return traceRequest(config, { target, headers: [['Host', 'a.test']] }, { assume });
}

const inHttp = (server: string): string => `events {}\nhttp {\n${server}\n}\n`;
const ENVSUBST = inHttp(
  'server { listen 80; location / { proxy_pass http://${BACKEND}:8000; } location ${PREFIX}api/ { return 204; } location /v { return 200 "${Word}$host"; } }',
);
const assumed = (t: Trace): Record<string, string> => Object.fromEntries(t.assumptions.map((a) => [a.id, a.assumed]));

test('a placeholder in an address is text, not a variable of a request', async () => {
  const t = await trace('site.conf.template', ENVSUBST, '/x');
  assert.equal(t.outcome.status, 200);
  assert.match(JSON.stringify(t.steps), /BACKEND:8000/);
  assert.equal(assumed(t).BACKEND, 'BACKEND');
});

test('the address that is listened on is told as it is written, and is one whatever its case', async () => {
  const listener = async (first: string, second: string): Promise<string> =>
    (
      await trace('site.conf.template', inHttp(`server { listen ${first}; return 204; }\nserver { listen ${second}; return 204; }`), '/')
    ).steps.find((s) => s.phase === 'listen')!.said;
  assert.equal(await listener('${WEB_ADDRESS}:80', '${WEB_ADDRESS}:80'), 'WEB_ADDRESS:80, 2 servers');
  assert.equal(await listener('Web.example:80', 'web.EXAMPLE:80'), 'Web.example:80, 2 servers');
});

test('a person sets it, in its own case', async () => {
  const t = await trace('site.conf.template', ENVSUBST, '/x', { BACKEND: 'app', PREFIX: '/' });
  assert.match(JSON.stringify(t.steps), /app:8000/);
  assert.deepEqual(
    t.assumptions.filter((a) => a.chosen).map((a) => a.id),
    ['BACKEND', 'PREFIX'],
  );
  assert.equal((await trace('site.conf.template', ENVSUBST, '/api/', { PREFIX: '/' })).outcome.status, 204);
  assert.equal((await trace('site.conf.template', ENVSUBST, '/api/')).outcome.status, 200);
});

test('a placeholder for the port of an address stands for a port, unless something listens on it', async () => {
  const to = (port: string, listen = '80'): string => inHttp(`server { listen ${listen}; location / { proxy_pass http://app:${port}; } }`);
  for (const [name, text, id] of [
    ['nginx.conf.j2', to('{{ app_port }}'), 'app_port'],
    ['nginx.conf.template', to('${APP_PORT}'), 'APP_PORT'],
    ['nginx.conf', to('@APP_PORT@'), 'APP_PORT'],
  ] as const) {
    const t = await trace(name, text, '/');
    assert.equal(t.outcome.status, 200, name);
    assert.deepEqual(t.outcome.upstreamRequest?.servers, ['app:8000'], name);
    assert.equal(assumed(t)[id], '8000', name);
  }
  const t = await trace('nginx.conf.j2', to('{{ port }}', '{{ port }}'), '/');
  assert.equal(assumed(t).port, 'port');
});

test('a placeholder for the path of a location stands for one with a slash: for all paths, unless another location is for these', async () => {
  const place = (path: string, more = ''): string => inHttp(`server { listen 80; ${more} location ${path} { return 204; } }`);
  for (const [name, text, url, id, value] of [
    ['nginx.conf.j2', place('{{ prefix }}'), '/shop', 'prefix', '/'],
    ['nginx.conf.template', place('${PREFIX}'), '/', 'PREFIX', '/'],
    ['nginx.conf.j2', place('^~ {{ prefix }}', 'location / { return 403; }'), '/prefix', 'prefix', '/prefix'],
    ['nginx.conf.j2', place('{{ prefix }}/cart', 'location {{ prefix }} { return 403; }'), '/prefix/cart', 'prefix', '/prefix'],
    ['nginx.conf.j2', place('{{ prefix }}', 'location {{ prefix }}/cart { return 403; }'), '/prefix/', 'prefix', '/prefix'],
  ] as const) {
    const t = await trace(name, text, url);
    assert.equal(t.outcome.status, 204, text);
    assert.equal(assumed(t)[id], value, text);
  }
  // behind a slash it is a name, and so it is in a host
  assert.equal(assumed(await trace('nginx.conf.j2', place('/{{ name }}/'), '/')).name, 'name');
  assert.equal(
    assumed(await trace('nginx.conf.j2', place('{{ app }}', 'location /a { proxy_pass http://{{ app }}.internal; }'), '/')).app,
    'app',
  );
  assert.equal((await trace('nginx.conf.j2', place('{{ prefix }}'), '/a/b', { prefix: '/a/' })).outcome.status, 204);
});

test('a placeholder that a condition compares is written as the text that it is held against', async () => {
  const text = inHttp(`server { listen 80; location / { {% if zone == "north" %}return 301 /{{ zone }}/;{% endif %} return 204; } }`);
  const { responseHeaders } = (await trace('nginx.conf.j2', text, '/a')).outcome;
  assert.match(responseHeaders.find(([name]) => name.toLowerCase() === 'location')?.[1] ?? '', /\/north\/$/);
  assert.equal((await trace('nginx.conf.j2', text, '/a', { zone: 'south' })).outcome.status, 204);
});

test('a placeholder for the whole address of a pass stands for one with a scheme, and one for the scheme for that', async () => {
  for (const [name, line, servers] of [
    ['nginx.conf.j2', 'proxy_pass {{ pages_url }};', 'pages_url:80'],
    ['nginx.conf.j2', "proxy_pass {{ urls['pages'] }}/v1/;", 'pages:80'],
    ['nginx.conf.j2', 'proxy_pass {{ scheme }}://pages:8080;', 'pages:8080'],
    ['nginx.conf.tftpl', 'proxy_pass "${pages_url}";', 'pages_url:80'],
    ['nginx.conf.erb', 'proxy_pass <%= @pages %>;', 'pages:80'],
    // it is behind a scheme elsewhere, and no address by itself
    ['nginx.conf.j2', 'proxy_pass http://{{ pages }};', 'pages:80'],
  ] as const) {
    const t = await trace(name, inHttp(`server { listen 80; location / { ${line} } }`), '/');
    assert.deepEqual([t.outcome.status, t.outcome.upstreamRequest?.servers], [200, [servers]], line);
  }
  const both = inHttp('server { listen 80; location / { proxy_pass {{ pages }}; } location /a { proxy_pass http://{{ pages }}; } }');
  assert.deepEqual((await trace('nginx.conf.j2', both, '/a')).outcome.upstreamRequest?.servers, ['pages:80']);
  const given = await trace('nginx.conf.j2', both, '/', { pages: 'https://shop.example' });
  assert.deepEqual(given.outcome.upstreamRequest?.servers, ['shop.example:443']);
});

test('the same in a variable that a pass takes, and nowhere else', async () => {
  const text = inHttp(
    'server { listen 80; set $to "{{ pages }}"; set $why {{ reason }}; location / { resolver 127.0.0.1; proxy_pass $to; } }',
  );
  const t = await trace('nginx.conf.j2', text, '/');
  assert.deepEqual(t.outcome.upstreamRequest?.servers, ['pages:80']);
  assert.deepEqual([assumed(t).pages, assumed(t).reason], ['http://pages', 'reason']);
});

test('a default that a mark names is what is assumed, by the name alone', async () => {
  for (const [name, mark, id, value] of [
    ['nginx.conf.template', '${CODE:-201}', 'CODE', '201'],
    ['nginx.conf.template', '${CODE:=202}', 'CODE', '202'],
    ['nginx.conf.j2', "{{ code | default('203') }}", 'code', '203'],
    ['nginx.conf.j2', '{{ code|default(204, true) }}', 'code', '204'],
    ['nginx.conf.tmpl', '{{ .Code | default "205" }}', '.Code', '205'],
  ] as const) {
    const t = await trace(name, inHttp(`server { listen 80; return ${mark}; }`), '/');
    assert.deepEqual([t.outcome.status, assumed(t)[id]], [Number(value), value], mark);
    assert.equal(t.assumptions.find((a) => a.id === id)?.why, 'a default in the template sets it', mark);
    const given = await trace(name, inHttp(`server { listen 80; return ${mark}; }`), '/', { [id]: '410' });
    assert.equal(given.outcome.status, 410, mark);
  }
  // several words would be read as one, and another variable may be anything
  for (const mark of ["{{ pages | default('a.html b.html') }}", '{{ pages | default("$uri") }}'])
    assert.equal(assumed(await trace('nginx.conf.j2', inHttp(`server { listen 80; index ${mark}; }`), '/')).pages, 'pages');
});

test('where a template writes lines, the stations of those levels rest on what they are, and no others', async () => {
  const text = inHttp(
    'server {\n  listen 80;\n  {{ rules }}\n  location / {\n    {{ more }}\n    return 204;\n  }\n  location /plain { return 201; }\n  {% if env == "test" %}\n  {{ tests }}\n  {% endif %}\n}',
  );
  const asked = (t: Trace): unknown[] =>
    t.assumptions.filter((a) => a.id.startsWith('lines:')).map((a) => [a.id, a.assumed, a.why.split(';')[0]]);
  const one = 'a template writes lines there';
  const t = await trace('nginx.conf.j2', text, '/', { env: 'live' });
  assert.deepEqual(asked(t), [
    ['lines:nginx.conf.j2:5', 'nothing', one],
    ['lines:nginx.conf.j2:7', 'nothing', one],
  ]);
  assert.equal(t.steps.find((s) => s.phase === 'server')?.assumption, 'lines:nginx.conf.j2:5');
  const plain = await trace('nginx.conf.j2', text, '/plain', { env: 'live' });
  assert.deepEqual(asked(plain), [['lines:nginx.conf.j2:5', 'nothing', one]]);
  const more = await trace('nginx.conf.j2', text, '/plain', { env: 'test' });
  assert.deepEqual(asked(more), [['lines:nginx.conf.j2:5', 'nothing', `${one} and at 1 more`]]);
});

const JINJA = inHttp(`server {
  listen 80;
  {% if env == 'live' %}
  location /a { return 201; }
  {% elif env == 'test' %}
  location /a { return 202; }
  {% else %}
  location /a { return 203; }
  {% endif %}
  location {{ path }} { return 204; }
  {% if not open %}
  location /b { return 403; }
  {% else %}
  location /b { return 205; }
  {% endif %}
}`);

for (const [target, assume, status] of [
  ['/a', {}, 201],
  ['/a', { env: 'test' }, 202],
  ['/a', { env: 'other' }, 203],
  ['/b', {}, 205],
  ['/b', { open: 'no' }, 403],
  ['/p/x', { path: '/p/' }, 204],
] as const)
  test(`${target} with ${JSON.stringify(assume)}: ${status}`, async () =>
    assert.equal((await trace('nginx.conf.j2', JINJA, target, assume)).outcome.status, status));

test('what a template asks is among the assumptions, with its choices', async () => {
  const t = await trace('nginx.conf.j2', JINJA, '/a');
  assert.deepEqual(t.assumptions.find((a) => a.id === 'open')?.choices, ['yes', 'no']);
  assert.equal(assumed(t).env, 'live');
});

test('a plain file asks nothing of the kind', async () => {
  const t = await trace('nginx.conf', inHttp('server { listen 80; return 200; }'), '/');
  assert.deepEqual(t.assumptions, []);
});
