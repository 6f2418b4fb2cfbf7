// Which main file counts: the one that a person names in the settings or chooses, and the stand-in of a site that none reads.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { RootsResult } from '../../server/src/lsp/protocol.ts';
import { TestClient } from '../harness/lsp.ts';

const folders: string[] = [];
after(() => {
  TestClient.stopAll();
  for (const dir of folders) fs.rmSync(dir, { recursive: true, force: true });
});

/** Two main files read one site: under one its zone is declared, under the other it is not. A second site is read by none. */
const SITE =
  'server {\n    listen 80;\n    server_name shop.example.com;\n    location / {\n        limit_req zone=login;\n        return 204;\n    }\n}\n';
const FILES: Readonly<Record<string, string>> = {
  'live/nginx.conf':
    'events {}\nhttp {\n    limit_req_zone $binary_remote_addr zone=login:1m rate=1r/s;\n    include ../sites/shop.conf;\n}\n',
  'trial/nginx.conf': 'events {}\nhttp {\n    include ../sites/shop.conf;\n}\n',
  'sites/shop.conf': SITE,
};
const LONE = 'server {\n    listen 81;\n    gzipp on;\n    location / {\n        proxy_pass http://127.0.0.1:8000;\n    }\n}\n';

async function opened(
  files: Readonly<Record<string, string>>,
  file: string,
  settings: object = {},
  sections: Readonly<Record<string, unknown>> = {},
) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-roots-'));
  folders.push(dir);
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.writeFileSync(path.join(dir, name), text);
  }
  const uri = (name: string): string => pathToFileURL(path.join(dir, name)).href;
  const client = await TestClient.start({ folder: pathToFileURL(dir).href, settings, sections });
  client.open(uri(file), files[file] ?? '');
  await client.settled();
  return {
    client,
    uri,
    roots: () => client.request<RootsResult>('proxylens/roots', { uri: uri(file) }),
    rules: () => client.shown(uri(file)).map((d) => String(d.code)),
  };
}

test('the setting proxylens.root names the only main file', async () => {
  for (const [root, undeclared] of [
    ['live/nginx.conf', false],
    ['trial/nginx.conf', true],
  ] as const) {
    const { roots, rules } = await opened(FILES, 'sites/shop.conf', { root: [root] });
    const { all } = await roots();
    assert.deepEqual(
      all.map(({ label }) => label),
      [root],
    );
    assert.equal(rules().includes('unknown-zone'), undeclared, root);
  }
});

test('a chosen main file comes first where several read a site, until the choice is taken back', async () => {
  const { client, uri, roots } = await opened(FILES, 'sites/shop.conf');
  const first = async (name: string | null): Promise<string | undefined> => {
    await client.connection.sendNotification('proxylens/chooseRoot', { uri: name && uri(name) });
    await client.settled();
    return (await roots()).roots[0]?.label;
  };
  const before = (await roots()).roots.map(({ label }) => label);
  assert.deepEqual([...before].sort(), ['live/nginx.conf', 'trial/nginx.conf']);
  for (const name of ['live/nginx.conf', 'trial/nginx.conf']) {
    assert.equal(await first(name), name);
  }
  assert.equal(await first(null), before[0]);
});

test('a site that no main file reads says what it is read as, and is judged in it', async () => {
  const { roots, rules } = await opened({ 'deploy/shop.conf': LONE }, 'deploy/shop.conf');
  const { readAs, context } = await roots();
  assert.match(readAs ?? '', /^\/etc\/nginx\/.*shop\.conf of /);
  assert.equal(context, 'http');
  assert.ok(rules().includes('unknown-directive'));
});

test('what the editor leaves out of its file search is left out', async () => {
  const files = { ...FILES, 'old/2019/nginx.conf': 'events {}\nhttp {\n    gzipp on;\n}\n' };
  const errors = async (sections: Readonly<Record<string, unknown>>): Promise<number> => {
    const { client, uri } = await opened(files, 'live/nginx.conf', {}, sections);
    return client.shown(uri('old/2019/nginx.conf')).length;
  };
  assert.ok((await errors({})) > 0);
  assert.equal(await errors({ 'files.exclude': { '**/old': true } }), 0);
  assert.equal(await errors({ 'search.exclude': { 'old/**': true } }), 0);
  assert.ok((await errors({ 'files.exclude': { '**/old': false, '**/*.conf': { when: '$(basename).in' } } })) > 0);
});

test('of two services that start one main file the chosen one is asked; findings that one alone has say so', async () => {
  const main = 'events {}\nhttp {\n    include /etc/nginx/conf.d/*.conf;\n}\n';
  const mounts = (folder: string): string =>
    `volumes: ["./nginx.conf:/etc/nginx/nginx.conf", "./${folder}:/etc/nginx/conf.d", "./parts:/etc/nginx/parts"]`;
  const { client, uri, roots } = await opened(
    {
      'nginx.conf': main,
      'compose.yaml': `services:\n  live: { image: "nginx:1.29", ${mounts('live')} }\n  trial: { image: "nginx:1.26", ${mounts('trial')} }\n`,
      'live/site.conf': 'limit_req_zone $binary_remote_addr zone=login:1m rate=1r/s;\ninclude /etc/nginx/parts/shop.conf;\n',
      'trial/site.conf': 'include /etc/nginx/parts/shop.conf;\n',
      'parts/shop.conf': SITE,
    },
    'parts/shop.conf',
  );
  const before = await roots();
  assert.deepEqual(
    before.roots.map(({ label, service }) => `${label.replace(/^[^/]*/, '')} ${service}`),
    ['/nginx.conf (live) live', '/nginx.conf (trial) trial'],
  );
  assert.deepEqual(before.services, ['live', 'trial']);
  assert.match(before.nginxVersion, /^1\.29\./);
  const zone = client.shown(uri('parts/shop.conf')).filter((d) => d.code === 'unknown-zone');
  assert.deepEqual(
    zone.map((d) => /\(Only for .*\)$/.exec(String(d.message))?.[0]),
    ['(Only for trial.)'],
  );
  await client.connection.sendNotification('proxylens/chooseRoot', { uri: uri('nginx.conf'), service: 'trial' });
  await client.settled();
  const after = await roots();
  assert.deepEqual(after.services, ['trial', 'live']);
  assert.match(after.nginxVersion, /^1\.26\./);
});

test('a main file within a manifest is shown as one on the disk is: before it is opened, while it is edited, and after it is closed', async () => {
  const manifest = (line: string): string =>
    `kind: ConfigMap\ndata:\n  nginx.conf: |\n    events {}\n    http {\n        include /etc/nginx/conf.d/*.conf;\n    }\n  site.conf: |\n    server {\n        listen 80;\n        ${line}\n    }\n`;
  const { client, uri } = await opened(
    { 'k8s/web.yaml': manifest('gzipp on;'), 'other.conf': 'server {\n    listen 81;\n}\n' },
    'other.conf',
  );
  const rules = (): string[] =>
    client.shown(uri('k8s/web.yaml')).flatMap((d) => (d.severity === 1 ? [`${d.range.start.line} ${String(d.code)}`] : []));
  assert.deepEqual(rules(), ['10 unknown-directive']);
  client.open(uri('k8s/web.yaml'), manifest('gzipp on;'), 1, 'yaml');
  await client.settled();
  assert.deepEqual(rules(), ['10 unknown-directive']);
  client.change(uri('k8s/web.yaml'), 2, [{ text: manifest('gzip on;') }]);
  await client.settled();
  assert.deepEqual(rules(), []);
  await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: uri('k8s/web.yaml') } });
  await client.settled();
  assert.deepEqual(rules(), ['10 unknown-directive'], 'the disk has it still');
});

test('a main file whose text becomes a site is read as one, and again as a main file when it is one again', async () => {
  const main = `events {}\nhttp {\n${LONE}}\n`;
  const has = (client: TestClient, uri: string, rule: string): boolean => client.shown(uri).some((d) => d.code === rule);

  // saved on the disk: the search of the folder no longer finds it
  const { client, uri, rules } = await opened({ 'nginx.conf': main }, 'nginx.conf');
  const said = rules().includes('unknown-directive');
  const save = async (text: string, version: number): Promise<void> => {
    client.change(uri('nginx.conf'), version, [{ text }]);
    fs.writeFileSync(new URL(uri('nginx.conf')), text);
    void client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: uri('nginx.conf'), type: 2 }] });
    await client.settled();
  };
  await save(LONE, 2);
  assert.deepEqual([said, rules().includes('unknown-directive'), rules().includes('misplaced-directive')], [true, true, false]);
  await save(`${main}server { listen 82; }\n`, 3);
  assert.equal(rules().includes('misplaced-directive'), true, 'a server beside http is misplaced');
  await save(LONE, 4);
  assert.equal(rules().includes('misplaced-directive'), false);

  // a text of the editor alone
  const draft = 'untitled:Untitled-1';
  client.open(draft, main);
  await client.settled();
  assert.equal(has(client, draft, 'unknown-directive'), true);
  client.change(draft, 2, [{ text: LONE }]);
  await client.settled();
  assert.deepEqual([has(client, draft, 'unknown-directive'), has(client, draft, 'misplaced-directive')], [true, false]);
});
