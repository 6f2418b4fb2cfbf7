/** Files that nobody has opened: an editor lists what `check` says of the folder, in whatever order files are opened, closed, renamed and left out. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { WorkspaceDiagnosticReport } from 'vscode-languageserver';
import { TestClient } from '../harness/lsp.ts';

const folders: string[] = [];
after(() => {
  TestClient.stopAll();
  for (const dir of folders) fs.rmSync(dir, { recursive: true, force: true });
});

/** A site that brings a snippet, a second site, and one within a manifest; no main file. Each has one line that nginx refuses. */
const FILES: Readonly<Record<string, string>> = {
  'deploy/shop.conf':
    'server {\n    listen 80;\n    gzipp on;\n    include part.conf;\n    location / { proxy_pass http://127.0.0.1:8000; }\n}\n',
  'deploy/part.conf': 'client_max_body_size 8m;\nbogus 1;\n',
  'deploy/other.conf': 'server {\n    listen 81;\n    lisen 82;\n    location / { return 204; }\n}\n',
  'k8s/site.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: site }\ndata:\n  default.conf: |\n    server {\n        listen 83;\n        retrun 204;\n    }\n',
};
const ALL = ['deploy/other.conf:3', 'deploy/part.conf:2', 'deploy/shop.conf:3', 'k8s/site.yaml:8'];

async function start(files: Readonly<Record<string, string>>, options: Parameters<typeof TestClient.start>[0] = {}) {
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-unopened-')));
  folders.push(dir);
  const write = (name: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.writeFileSync(path.join(dir, name), text);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  const uri = (name: string): string => pathToFileURL(path.join(dir, name)).href;
  const client = await TestClient.start({ folder: pathToFileURL(dir).href, ...options });
  const nameOf = (of: string): string => decodeURIComponent(of.slice(pathToFileURL(dir).href.length + 1));
  return {
    dir,
    client,
    uri,
    write,
    /** the lines of unknown directives in all files, as they were sent last */
    async listed(): Promise<string[]> {
      await client.settled();
      return [...new Set(client.published.map((p) => p.uri))]
        .flatMap((of) =>
          client.shown(of).flatMap((d) => (d.code === 'unknown-directive' ? [`${nameOf(of)}:${d.range.start.line + 1}`] : [])),
        )
        .sort();
    },
    async pulled(previousResultIds: { uri: string; value: string }[] = []): Promise<WorkspaceDiagnosticReport> {
      return client.request('workspace/diagnostic', { previousResultIds });
    },
    nameOf,
    told: (...changes: readonly (readonly [name: string, type: 1 | 2 | 3])[]): void =>
      void client.connection.sendNotification('workspace/didChangeWatchedFiles', {
        changes: changes.map(([name, type]) => ({ uri: uri(name), type })),
      }),
  };
}

test('all files of the folder are listed, whichever is open', async () => {
  const { client, uri, listed } = await start(FILES);
  assert.deepEqual(await listed(), ALL);
  for (const name of ['deploy/part.conf', 'deploy/shop.conf', 'deploy/other.conf', 'k8s/site.yaml']) {
    client.open(uri(name), FILES[name]!, 1, name.endsWith('.yaml') ? 'yaml' : 'nginx');
    assert.deepEqual(await listed(), ALL, `${name} is open`);
    void client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: uri(name) } });
    assert.deepEqual(await listed(), ALL, `${name} is closed`);
  }
});

test('what is closed keeps its findings without a moment in between', async () => {
  const { client, uri, listed } = await start(FILES);
  client.open(uri('deploy/other.conf'), FILES['deploy/other.conf']!);
  await client.settled();
  const before = client.published.length;
  void client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: uri('deploy/other.conf') } });
  assert.deepEqual(await listed(), ALL);
  assert.deepEqual(
    client.published.slice(before).filter((p) => !p.diagnostics.length),
    [],
  );
});

test('files that are new, renamed, deleted or ignored are told of', async () => {
  const { dir, write, listed, told } = await start({ ...FILES, '.git/HEAD': 'ref: refs/heads/main\n' });
  assert.deepEqual(await listed(), ALL);
  write('deploy/new.conf', FILES['deploy/other.conf']!);
  told(['deploy/new.conf', 1]);
  assert.deepEqual(await listed(), ['deploy/new.conf:3', ...ALL].sort());
  fs.renameSync(path.join(dir, 'deploy/new.conf'), path.join(dir, 'deploy/newer.conf'));
  told(['deploy/new.conf', 3], ['deploy/newer.conf', 1]);
  assert.deepEqual(await listed(), ['deploy/newer.conf:3', ...ALL].sort());
  fs.rmSync(path.join(dir, 'deploy/newer.conf'));
  told(['deploy/newer.conf', 3]);
  assert.deepEqual(await listed(), ALL);
  write('.gitignore', 'other.conf\nk8s/\n');
  told(['.gitignore', 1]);
  assert.deepEqual(
    await listed(),
    ALL.filter((line) => line.startsWith('deploy/part') || line.startsWith('deploy/shop')),
  );
});

test('an edit of an open file that takes a part out of it, or in again, says so of the part', async () => {
  const { client, uri, listed } = await start(FILES);
  const site = uri('deploy/shop.conf');
  client.open(site, FILES['deploy/shop.conf']!);
  assert.deepEqual(await listed(), ALL);
  client.change(site, 2, [{ text: FILES['deploy/shop.conf']!.replace('    include part.conf;\n', '').replace('gzipp', 'gzip') }]);
  assert.deepEqual(
    await listed(),
    ALL.filter((line) => !line.startsWith('deploy/shop')),
  );
  client.change(site, 3, [{ text: FILES['deploy/shop.conf']! }]);
  assert.deepEqual(await listed(), ALL);
});

test('the setting proxylens.lint.files restricts the list to open files', async () => {
  const { client, uri, listed } = await start(FILES, { settings: { lint: { files: 'open' } } });
  assert.deepEqual(await listed(), []);
  client.open(uri('deploy/shop.conf'), FILES['deploy/shop.conf']!);
  assert.deepEqual(await listed(), ['deploy/shop.conf:3']);
  void client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: uri('deploy/shop.conf') } });
  assert.deepEqual(await listed(), []);
});

test('who asks for the whole workspace is told of all files, and what has changed when asking again', async () => {
  const { client, uri, pulled, nameOf, dir, told } = await start(FILES, { capabilities: { textDocument: { diagnostic: {} } } });
  assert.equal(client.result.capabilities.diagnosticProvider?.workspaceDiagnostics, true);
  client.open(uri('deploy/shop.conf'), FILES['deploy/shop.conf']!, 7);
  const { items } = await pulled();
  const lines = items.flatMap((i) =>
    i.kind === 'full' ? i.items.flatMap((d) => (d.code === 'unknown-directive' ? [`${nameOf(i.uri)}:${d.range.start.line + 1}`] : [])) : [],
  );
  assert.deepEqual(lines.sort(), ALL);
  assert.equal(items.find((i) => nameOf(i.uri) === 'deploy/shop.conf')?.version, 7);
  assert.equal(items.find((i) => nameOf(i.uri) === 'deploy/other.conf')?.version, null);
  const one = await client.request<{ items: unknown[] }>('textDocument/diagnostic', { textDocument: { uri: uri('deploy/other.conf') } });
  assert.equal(one.items.length, items.flatMap((i) => (nameOf(i.uri) === 'deploy/other.conf' && i.kind === 'full' ? i.items : [])).length);
  const ids = items.map((i) => ({ uri: i.uri, value: i.resultId! }));
  assert.deepEqual(new Set((await pulled(ids)).items.map((i) => i.kind)), new Set(['unchanged']));
  fs.rmSync(path.join(dir, 'deploy/other.conf'));
  told(['deploy/other.conf', 3]);
  const gone = (await pulled(ids)).items.find((i) => nameOf(i.uri) === 'deploy/other.conf');
  assert.deepEqual(gone?.kind === 'full' && gone.items, []);
});

for (const [what, link] of [
  ['', '../sites-available/shop'],
  ['of the system ', '/etc/nginx/sites-available/shop'],
] as const)
  test(`a link ${what}to a site and the site are one file, shown where it is open`, async () => {
    const site = 'server {\n    listen 80;\n    gzipp on;\n}\n';
    const { client, uri, listed, dir, told, write } = await start({
      'nginx.conf': 'events {}\nhttp {\n    include /etc/nginx/sites-enabled/*;\n}\n',
      'sites-available/shop': site,
      'sites-enabled/.keep': '',
      '.git/HEAD': 'ref: refs/heads/main\n',
    });
    fs.symlinkSync(link, path.join(dir, 'sites-enabled/shop'));
    told(['sites-enabled/shop', 1]);
    assert.deepEqual(await listed(), ['sites-enabled/shop:3']);
    client.open(uri('sites-available/shop'), site);
    assert.deepEqual(await listed(), ['sites-available/shop:3']);
    client.change(uri('sites-available/shop'), 2, [{ text: `\n${site}` }]);
    assert.deepEqual(await listed(), ['sites-available/shop:4']);
    void client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: uri('sites-available/shop') } });
    assert.deepEqual(await listed(), ['sites-enabled/shop:3']);
    client.open(uri('sites-enabled/shop'), site);
    assert.deepEqual(await listed(), ['sites-enabled/shop:3']);
    void client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: uri('sites-enabled/shop') } });
    // without a main file it is still one
    fs.rmSync(path.join(dir, 'nginx.conf'));
    write('sites-available/blog', site.replace('80', '81'));
    told(['nginx.conf', 3], ['sites-available/blog', 1]);
    assert.deepEqual(await listed(), ['sites-available/blog:3', 'sites-enabled/shop:3']);
  });
