/** Several deployments in one repository, and several folders in one window: each configuration is held together with its own application, whoever asks. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fromPath } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { wanted } from '../../server/src/deploy/wanted.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { changed, type Files, UNIT, UWSGI, VOLUMES } from './sides.ts';
import { checked, edited, inMemory, loaderOf, parts, shown } from './world.ts';

const below = (folder: string, files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([p, text]) => [`${folder}/${p}`, text]));

/** The real sample, as the repository holds it. */
const sample: Files = Object.fromEntries(
  fs
    .readdirSync('test/sample', { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => {
      const file = path.join(e.parentPath, e.name);
      return [path.relative('test/sample', file).split(path.sep).join('/'), fs.readFileSync(file, 'utf8')];
    }),
);

const words = (findings: readonly { rule: string; severity: string; message: string; at: { span: { start: number } } }[]): string[] =>
  findings.map((f) => `${f.at.span.start} ${f.severity} ${f.rule}: ${f.message}`).sort();

/** What is found below a folder of a repository, by the command line for the folder and by the editor with all its files of nginx open. */
async function checkFolder(files: Files, folder: string): Promise<string[]> {
  const memory = inMemory(files);
  const command = await checked(memory, [folder]);
  const names = [...command.files].map((f) => f.replace('file:///checkout/project/', '')).filter((f) => f.startsWith(`${folder}/`));
  const editor = await edited(memory, names);
  for (const name of names) {
    const id = fromPath(`/checkout/project/${name}`);
    assert.deepEqual(words(editor.findings(id)), words(command.findings.filter((f) => f.at.file === id)), name);
  }
  return words(command.findings);
}

describe('the sample of the README', () => {
  const alone = checkFolder(below('sample', { ...sample }), 'sample');

  test('holds what both sides say of it', async () => {
    const rules = (await alone).map((w) => w.split(' ')[2]);
    for (const rule of ['secure-proxy-header-mismatch:', 'alias-traversal:', 'unknown-directive:', 'admin-unprotected:'])
      assert.ok(rules.includes(rule), rule);
  });

  test('is judged among the tests of a repository as it is by itself', async () => {
    const files = { '.git/HEAD': '', 'package.json': '{}', ...below('test/sample', sample) };
    assert.deepEqual(await checkFolder(files, 'test/sample'), await alone);
  });

  test('is judged beside other deployments as it is by itself', async () => {
    const files = {
      '.git/HEAD': '',
      ...below('services/blog', UNIT),
      ...below('services/books', VOLUMES),
      ...below('services/sample', sample),
      ...below('tests/sample', changed(sample, 'shop/settings.py', 'SECURE_SSL_REDIRECT', 'NO_REDIRECT')),
    };
    assert.deepEqual(await checkFolder(files, 'services/sample'), await alone);
  });
});

describe('another deployment says nothing about this one', () => {
  const rows: readonly [string, Files][] = [
    ['a unit of systemd', UNIT],
    ['uWSGI in containers', UWSGI],
    ['volumes', VOLUMES],
  ];
  for (const [name, files] of rows)
    test(name, async () => {
      const by = async (more: Files): Promise<string[]> => checkFolder({ '.git/HEAD': '', ...below('one', files), ...more }, 'one');
      const alone = await by({});
      assert.deepEqual(await by(below('other', sample)), alone);
      assert.deepEqual(await by(below('examples/other', VOLUMES)), alone);
      assert.deepEqual(await by({ ...below('tests/a', UWSGI), ...below('z', UNIT) }), alone);
    });
});

test('what a compose file builds or mounts is its own, wherever it lies', async () => {
  const whole = {
    '.git/HEAD': '',
    'docker-compose.yml': `services:
  web: { build: ./backend, command: "gunicorn config.wsgi --bind 0.0.0.0:9000" }
  proxy: { image: "nginx:1.29", volumes: ["./proxy/site.conf:/etc/nginx/conf.d/default.conf"] }
`,
    'proxy/site.conf': 'server {\n    location / {\n        proxy_pass http://web:8000;\n        proxy_set_header Host $host;\n    }\n}\n',
    'backend/Dockerfile': 'FROM python:3.12\nCOPY . /srv\n',
    'backend/nginx/local.conf': 'server {\n    listen 8080;\n    location / {\n        proxy_pass http://127.0.0.1:9000;\n    }\n}\n',
    'backend/manage.py': VOLUMES['manage.py']!,
    'backend/config/wsgi.py': VOLUMES['config/wsgi.py']!,
    'backend/config/settings.py': VOLUMES['config/settings.py']!,
  };
  const rules = (await checkFolder(whole, 'proxy')).map((w) => w.split(' ')[2]);
  assert.ok(rules.includes('socket-not-listened:'), rules.join());
});

test('an application that only another deployment has is better than none', async () => {
  const files = {
    '.git/HEAD': '',
    ...below('backend', {
      'nginx/local.conf': 'server {\n    listen 8080;\n    location / {\n        proxy_pass http://127.0.0.1:9000;\n    }\n}\n',
      Procfile: 'web: gunicorn config.wsgi --bind 127.0.0.1:9000\n',
      'manage.py': VOLUMES['manage.py']!,
      'config/wsgi.py': VOLUMES['config/wsgi.py']!,
      'config/settings.py': changed(VOLUMES, 'config/settings.py', 'DEBUG = False', 'DEBUG = False\nSECURE_SSL_REDIRECT = True')[
        'config/settings.py'
      ]!,
    }),
    'site.conf': `server {
    listen 443 ssl;
    server_name books.example.com;
    ssl_certificate /c.pem;
    ssl_certificate_key /k.pem;
    location / {
        proxy_pass http://127.0.0.1:9000;
        proxy_set_header Host $host;
    }
}
`,
  };
  const { findings } = await checked(inMemory(files), ['site.conf']);
  assert.ok(
    findings.some((f) => f.rule === 'secure-proxy-header-mismatch'),
    findings.map(shown).join('\n'),
  );
});

test('two folders in one window are two projects', async () => {
  const { parser, engine, python } = await parts();
  const disk = new MemoryFiles([
    ...Object.entries(sample).map(([p, text]) => [fromPath(`/checkout/one/${p}`), text] as const),
    ...Object.entries(UNIT).map(([p, text]) => [fromPath(`/checkout/two/${p}`), text] as const),
  ]);
  const workspace = new Workspace(parser, engine, disk, { isApplicationFile: wanted, python });
  workspace.apply({ kind: 'folders', folders: [fromPath('/checkout/one'), fromPath('/checkout/two')] });
  await workspace.settle();
  const snapshot = workspace.snapshot();
  const [one] = snapshot.configsOf(fromPath('/checkout/one/nginx/conf.d/shop.conf'));
  assert.ok(one);
  for (const { files } of snapshot.deploymentOf(one).applications)
    for (const file of files) assert.ok(file.startsWith('file:///checkout/one/'), file);
  workspace.apply({
    kind: 'open',
    file: fromPath('/checkout/two/deploy/sites-available/blog'),
    text: UNIT['deploy/sites-available/blog']!,
    version: 1,
  });
  await workspace.settle();
  const [two] = workspace.snapshot().configsOf(fromPath('/checkout/two/deploy/sites-available/blog'));
  assert.ok(two);
  const { applications } = workspace.snapshot().deploymentOf(two);
  assert.ok(applications.length);
  for (const { files } of applications) for (const file of files) assert.ok(file.startsWith('file:///checkout/two/'), file);
});

test('a folder among the tests is asked about by itself, as for a new deployment', async () => {
  const memory = inMemory({ '.git/HEAD': '', 'package.json': '{}', ...below('test/sample', sample), ...below('other', UNIT) });
  const loader = await loaderOf(memory);
  const { applications } = await loader.applicationsIn(fromPath('/checkout/project/test/sample'));
  assert.deepEqual([...new Set(applications.map((a) => a.framework?.declaration.title))], ['Django']);
  for (const { files } of applications) for (const file of files) assert.match(file, /\/test\/sample\//);
});

describe('several deployments behind one main file', () => {
  const FLASK = 'from flask import Flask\n\napp = Flask(__name__)\n';
  const image = (port: number): string =>
    `FROM python:3.12\nCOPY . /app\nWORKDIR /app\nCMD ["gunicorn", "-b", "0.0.0.0:${port}", "main:app"]\n`;
  const made = (folder: string, port: number): Files => ({ [`${folder}/Dockerfile`]: image(port), [`${folder}/main.py`]: FLASK });
  const site = (address: string): string => `server {
    listen 80;
    location / {
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_pass http://${address};
    }
}
`;
  const MAIN = 'events {}\nhttp {\n    include /etc/nginx/conf.d/*.conf;\n}\n';
  const front = (name: string, network: string, ...more: string[]): string =>
    `  ${name}:\n    image: nginx:1.27\n    networks: [${network}]\n    volumes: ["./nginx/nginx.conf:/etc/nginx/nginx.conf:ro"${more.map((m) => `, "${m}"`).join('')}]\n`;
  const back = (name: string, network: string, alias: string): string =>
    `  ${name}:\n    build: ./${name}\n    networks: {${network}: {aliases: [${alias}]}}\n`;
  const NETWORKS = 'networks: {one: {}, two: {}}\n';
  const lost = async (files: Files, ...open: string[]): Promise<string[]> => {
    const memory = inMemory({ '.git/HEAD': '', ...files });
    const { findings } = await checked(memory, ['.']);
    const own = (f: { rule: string }): boolean => f.rule === 'socket-not-listened';
    const editor = await edited(memory, open);
    const there = open.flatMap((p) => editor.findings(fromPath(`/checkout/project/${p}`)).filter(own));
    assert.deepEqual(there.map(shown).sort(), findings.filter(own).map(shown).sort());
    return findings.filter(own).map((f) => f.message.replace(/:.*/, ''));
  };
  const NOBODY = (service: string): string => `No application of the service ${service} listens on port 8000`;

  test('two services of one compose file: each network has its own application under the name', async () => {
    const nginx = MAIN.replace('include /etc/nginx/conf.d/*.conf;', site('app:8000').replaceAll('\n', '\n    '));
    const files = (shop: number, blog: number): Files => ({
      'compose.yaml': `services:\n${back('shop', 'one', 'app')}${back('blog', 'two', 'app')}${front('a', 'one')}${front('b', 'two')}${NETWORKS}`,
      'nginx/nginx.conf': nginx,
      ...made('shop', shop),
      ...made('blog', blog),
    });
    assert.deepEqual(await lost(files(8000, 8000), 'nginx/nginx.conf'), []);
    assert.deepEqual(await lost(files(8000, 9000), 'nginx/nginx.conf'), [NOBODY('blog')]);
    assert.deepEqual(await lost(files(9000, 8000), 'nginx/nginx.conf'), [NOBODY('shop')]);
  });

  test('two services with one main file and a site each: no site is held against the other’s network', async () => {
    const files: Files = {
      'compose.yaml': `services:\n${back('shop', 'one', 'shop')}${back('blog', 'two', 'blog')}${front('a', 'one', './nginx/shop.conf:/etc/nginx/conf.d/default.conf')}${front('b', 'two', './nginx/blog.conf:/etc/nginx/conf.d/default.conf')}${NETWORKS}`,
      'nginx/nginx.conf': MAIN,
      'nginx/shop.conf': site('shop:8000'),
      'nginx/blog.conf': site('blog:8000'),
      ...made('shop', 8000),
    };
    assert.deepEqual(await lost({ ...files, ...made('blog', 8000) }, 'nginx/shop.conf', 'nginx/blog.conf'), []);
    assert.deepEqual(await lost({ ...files, ...made('blog', 9000) }, 'nginx/shop.conf', 'nginx/blog.conf'), [NOBODY('blog')]);
  });

  test('two compose files in folders of their own: a service of one name is that of the same project', async () => {
    const compose =
      'services:\n  web:\n    build: .\n  nginx:\n    image: nginx:1.27\n    volumes: ["../nginx/nginx.conf:/etc/nginx/nginx.conf:ro", "../nginx/conf.d/:/etc/nginx/conf.d/:ro"]\n';
    const files = (shop: number, blog: number): Files => ({
      'nginx/nginx.conf': MAIN,
      'nginx/conf.d/default.conf': site('web:8000'),
      'shop/compose.yaml': compose,
      'blog/compose.yaml': compose,
      ...made('shop', shop),
      ...made('blog', blog),
    });
    assert.deepEqual(await lost(files(8000, 8000), 'nginx/conf.d/default.conf'), []);
    assert.deepEqual(await lost(files(9000, 8000), 'nginx/conf.d/default.conf'), [NOBODY('web')]);
    assert.deepEqual(await lost(files(8000, 9000), 'nginx/conf.d/default.conf'), [NOBODY('web')]);
  });

  test('the variants of one service for development and production are one deployment', async () => {
    const compose = (command: string): string =>
      `services:\n  web:\n    build: .\n    command: ${command}\n  nginx:\n    image: nginx:1.27\n    volumes: ["./nginx/nginx.conf:/etc/nginx/nginx.conf:ro", "./nginx/conf.d/:/etc/nginx/conf.d/:ro"]\n`;
    const files: Files = {
      'nginx/nginx.conf': MAIN,
      'nginx/conf.d/default.conf': site('web:8000'),
      'compose.prod.yaml': compose('gunicorn -b 0.0.0.0:9000 main:app'),
      'compose.yaml': compose('flask run --host 0.0.0.0 --port 8000'),
      ...made('.', 8000),
    };
    assert.deepEqual(await lost(files, 'nginx/conf.d/default.conf'), []);
  });

  test('sites of two applications that one main file includes by their paths', async () => {
    const [shop, blog] = [
      below('shop', UNIT),
      changed(below('blog', UNIT), 'blog/deploy/blog.service', '/run/blog/web.sock', '/run/other.sock'),
    ];
    const files: Files = {
      'nginx/nginx.conf':
        'events {}\nhttp {\n    include ../shop/deploy/sites-available/blog;\n    include ../blog/deploy/sites-available/blog;\n}\n',
      ...shop,
      ...blog,
    };
    const memory = inMemory({ '.git/HEAD': '', ...files });
    const { asked } = await checked(memory, ['nginx/nginx.conf']);
    const loader = await loaderOf(memory);
    const { applications } = await loader.deployment(asked[0]!);
    assert.deepEqual([...new Set(applications.flatMap((a) => a.files.map((f) => /project\/(\w+)\//.exec(f)?.[1])))].sort(), [
      'blog',
      'shop',
    ]);
  });
});
