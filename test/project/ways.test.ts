/** Several services that start nginx with one text: each is a configuration of its own, and what they have in common is told once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromPath, relativePath } from '../../server/src/base/file-id.ts';
import { Loader } from '../../server/src/cli/common.ts';
import type { Config } from '../../server/src/config/config.ts';
import { Merged, messageOf } from '../../server/src/rules/merged.ts';
import { lint } from '../../server/src/rules/run.ts';
import { requestFromUrl } from '../../server/src/trace/from-url.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import { checked, edited, HOME, inMemory, loaderOf, parts } from './world.ts';

type Files = Readonly<Record<string, string>>;

const MAIN = 'events {}\nhttp {\n    server_tokens off;\n    include /etc/nginx/conf.d/*.conf;\n}\n';
const site = (name: string, more = ''): string =>
  `server {\n    listen 80;\n    server_name ${name};\n    client_max_body_size 8m;\n    ${more}\n    location / {\n        return 200 ${name};\n    }\n}\n`;
const service = (name: string, image: string, mounts: Readonly<Record<string, string>>, more = ''): string =>
  `  ${name}:\n    image: ${image}\n${more}    volumes:\n${Object.entries(mounts)
    .map(([from, to]) => `      - ./${from}:/etc/nginx/${to}:ro\n`)
    .join('')}`;
const compose = (...services: string[]): string => `services:\n${services.join('')}`;

const name = (id: Parameters<typeof relativePath>[0]): string => relativePath(id, HOME);
const started = ({ tree }: Config): string => tree.startedBy?.label ?? '-';

/** Each configuration as `service version: files`, as the command line and the editor have them. */
async function configs(files: Files): Promise<string[]> {
  const world = inMemory(files);
  const said = (all: readonly Config[]): string[] =>
    all
      .map(
        (c) =>
          `${started(c)} ${c.settings.versionFrom === 'found' ? c.settings.target.nginx.text : '?'}: ${[...c.files.keys()]
            .map(name)
            .filter((n) => Object.hasOwn(files, n))
            .sort()
            .join(' ')}`,
      )
      .sort();
  const { asked } = await checked(world, ['.']);
  const folder = said(asked.map((a) => a.config));
  const confs = Object.keys(files).filter((f) => /\.(conf|template)$/.test(f));
  const { snapshot } = await edited(world, confs);
  assert.deepEqual(said([...new Set(confs.flatMap((f) => snapshot.configsOf(fromPath(`${'/checkout/project'}/${f}`))))]), folder, 'editor');
  for (const file of confs) {
    const own = await checked(world, [file]);
    const of = folder.filter((line) => ` ${line.split(': ')[1]} `.includes(` ${file} `));
    assert.deepEqual(said(own.asked.map((a) => a.config)), of, `${file}: named as a file`);
  }
  return folder;
}

/** The findings of these rules, each once, with the services that have it. */
async function findings(files: Files, rules: readonly string[]): Promise<string[]> {
  const { asked } = await checked(inMemory(files), ['.']);
  const loader = await loaderOf(inMemory(files));
  const merged = new Merged();
  for (const { config, project, way } of asked) {
    const deployment = await loader.deployment({ config, project, way });
    merged.add(config, lint(config, (await parts()).rules, { deployment }));
  }
  return merged.findings
    .filter((f) => rules.includes(f.rule))
    .map((f) => `${name(f.at.file)} ${f.rule} ${f.services?.join('+') ?? 'all'}`)
    .sort();
}

const TWO: Files = {
  'nginx.conf': MAIN,
  'shop/site.conf': site('shop.example.com'),
  'admin/site.conf': site('admin.example.com'),
  'compose.yaml': compose(
    service('shop', 'nginx:1.26', { 'nginx.conf': 'nginx.conf', shop: 'conf.d' }),
    service('admin', 'nginx:1.29.4', { 'nginx.conf': 'nginx.conf', admin: 'conf.d' }),
  ),
};

test('two services with one main file and a folder of sites each', async () => {
  assert.deepEqual(await configs(TWO), ['admin 1.29.4: admin/site.conf nginx.conf', 'shop 1.26.3: nginx.conf shop/site.conf']);
});

test('one main file, and single sites beside it that differ', async () => {
  assert.deepEqual(
    await configs({
      'nginx.conf': MAIN,
      'a.conf': site('a'),
      'b.conf': site('b'),
      'both.conf': 'proxy_read_timeout 30s;\n',
      'compose.yaml': compose(
        service('one', 'nginx:1.29.4', {
          'nginx.conf': 'nginx.conf',
          'a.conf': 'conf.d/site.conf',
          'both.conf': 'conf.d/both.conf',
        }),
        service('two', 'nginx:1.29.4', {
          'nginx.conf': 'nginx.conf',
          'b.conf': 'conf.d/site.conf',
          'both.conf': 'conf.d/both.conf',
        }),
      ),
    }),
    ['one 1.29.4: a.conf both.conf nginx.conf', 'two 1.29.4: b.conf both.conf nginx.conf'],
  );
});

test('the main file of the image, and a file that both services mount', async () => {
  assert.deepEqual(
    await configs({
      'a/site.conf': site('a'),
      'b/site.conf': site('b'),
      'limits.conf': 'proxy_read_timeout 30s;\n',
      'compose.yaml': compose(
        service('one', 'nginx:1.29.4', { 'a/site.conf': 'conf.d/site.conf', 'limits.conf': 'conf.d/limits.conf' }),
        service('two', 'nginx:1.26', { 'b/site.conf': 'conf.d/site.conf', 'limits.conf': 'conf.d/limits.conf' }),
      ),
    }),
    ['one 1.29.4: a/site.conf limits.conf', 'two 1.26.3: b/site.conf limits.conf'],
  );
});

test('one site for two images is judged for each of them', async () => {
  const files: Files = {
    'site.conf': site('a', 'http2 on;'),
    'compose.yaml': compose(
      service('old', 'nginx:1.24', { 'site.conf': 'conf.d/default.conf' }),
      service('new', 'nginx:1.29.4', { 'site.conf': 'conf.d/default.conf' }),
    ),
  };
  assert.deepEqual(await configs(files), ['new 1.29.4: site.conf', 'old 1.24.0: site.conf']);
  assert.deepEqual(await findings(files, ['server-version-lacks', 'unknown-directive']), ['site.conf unknown-directive old']);
});

test('a site that one service reads with a main file of the project, and another with that of its image', async () => {
  const files: Files = {
    'nginx.conf': MAIN.replace('    include', '    limit_req_zone $binary_remote_addr zone=login:1m rate=1r/s;\n    include'),
    'sites/site.conf': site('a', 'limit_req zone=login;'),
    'compose.yaml': compose(
      service('own', 'nginx:1.29.4', { 'nginx.conf': 'nginx.conf', sites: 'conf.d' }),
      service('plain', 'nginx:1.29.4', { sites: 'conf.d' }),
    ),
  };
  assert.deepEqual(await configs(files), ['own 1.29.4: nginx.conf sites/site.conf', 'plain 1.29.4: sites/site.conf']);
  assert.deepEqual(await findings(files, ['unknown-zone']), ['sites/site.conf unknown-zone plain']);
});

test('services between which nginx sees no difference are one configuration', async () => {
  const mounts = { 'nginx.conf': 'nginx.conf', sites: 'conf.d' };
  assert.deepEqual(
    await configs({
      'nginx.conf': MAIN,
      'sites/site.conf': site('a'),
      'compose.yaml': compose(service('one', 'nginx:1.29.4', mounts), service('two', 'nginx:1.29.4', mounts)),
      'compose.staging.yaml': compose(service('one', 'nginx:1.29.4', mounts)),
    }),
    ['one, two 1.29.4: nginx.conf sites/site.conf'],
  );
});

test('a program that only fills the folder of nginx starts none', async () => {
  assert.deepEqual(
    await configs({
      'sites/site.conf': site('a'),
      'compose.yaml': compose(
        service('web', 'nginx:1.29.4', { sites: 'conf.d' }),
        service('certbot', 'certbot/certbot', { sites: 'conf.d' }),
      ),
    }),
    ['web 1.29.4: sites/site.conf'],
  );
});

test('templates that two services fill with values of their own', async () => {
  const files: Files = {
    'templates/default.conf.template': site('${HOST}'),
    'compose.yaml': compose(
      service('one', 'nginx:1.29.4', { templates: 'templates' }, '    environment: { HOST: one.example.com }\n'),
      service('two', 'nginx:1.29.4', { templates: 'templates' }, '    environment: { HOST: two.example.com }\n'),
    ),
  };
  assert.deepEqual(await configs(files), ['one 1.29.4: templates/default.conf.template', 'two 1.29.4: templates/default.conf.template']);
});

test('what only one of them has says whose it is, what both have does not', async () => {
  const shared = 'location / {\n    limit_req zone=login;\n    limit_req_status 429;\n    return 204;\n}\n';
  const files: Files = {
    'nginx.conf': MAIN,
    'a/site.conf': `limit_req_zone $binary_remote_addr zone=login:1m rate=1r/s;\nserver {\n    listen 80;\n    include /etc/nginx/parts/app.conf;\n}\n`,
    'b/site.conf': 'server {\n    listen 80;\n    include /etc/nginx/parts/app.conf;\n}\n',
    'parts/app.conf': `${shared}autoindex onn;\n`,
    'compose.yaml': compose(
      service('a', 'nginx:1.29.4', { 'nginx.conf': 'nginx.conf', a: 'conf.d', parts: 'parts' }),
      service('b', 'nginx:1.29.4', { 'nginx.conf': 'nginx.conf', b: 'conf.d', parts: 'parts' }),
    ),
  };
  assert.deepEqual(await findings(files, ['unknown-zone', 'invalid-value']), [
    'parts/app.conf invalid-value all',
    'parts/app.conf unknown-zone b',
  ]);
  assert.equal(messageOf({ message: 'No.', services: ['b'] }), 'No. (Only for b.)');
  assert.equal(messageOf({ message: 'No.' }), 'No.');
});

test('a request takes the path of the first service, or of the one that is named', async () => {
  const world = inMemory(TWO);
  const input = requestFromUrl({ method: 'GET', url: 'http://x.example.com/', headers: [] });
  assert.ok(!('problem' in input));
  const { asked } = await checked(world, ['nginx.conf']);
  const path = (config: Config): string =>
    traceRequest(config, input)
      .steps.map((s) => s.at?.uri ?? '')
      .join(' ');
  assert.deepEqual(
    asked.map(({ config }) => started(config)),
    ['shop', 'admin'],
  );
  assert.match(path(asked[0]!.config), /shop\/site\.conf/);
  assert.match(path(asked[1]!.config), /admin\/site\.conf/);
  const named = await Loader.create({ service: 'admin' }, world);
  assert.deepEqual(
    (await named.configs(['/checkout/project/nginx.conf'])).map(({ config }) => started(config)),
    ['admin'],
  );
  const unknown = await Loader.create({ service: 'shopp' }, world);
  await assert.rejects(unknown.configs(['/checkout/project/nginx.conf']), /--service shopp: .*by shop, admin/);
});
