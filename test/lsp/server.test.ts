/** The server as a process, over real JSON-RPC. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CodeAction, ServerCapabilities } from 'vscode-languageserver';
import { capabilitiesOf, reads } from '../../server/src/lsp/handler.ts';
import { TestClient } from '../harness/lsp.ts';
import { testKeys } from '../harness/nginx.ts';

const folders: string[] = [];
function folder(files: Record<string, string | Buffer>): { dir: string; uri: (name: string) => string } {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-'));
  folders.push(dir);
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.writeFileSync(path.join(dir, name), text);
  }
  return { dir, uri: (name) => pathToFileURL(path.join(dir, name)).href };
}
after(() => {
  TestClient.stopAll();
  for (const dir of folders) fs.rmSync(dir, { recursive: true, force: true });
});

const ROOT = 'events {}\nhttp {\n    server_tokens off;\n    include conf.d/*.conf;\n}\n';
const SITE = 'server {\n    listen 80;\n    location /img { alias /data/img/; }\n}\n';

describe('language server', () => {
  test('publishes findings for every file of the tree, for one that has left it by itself, and blanks them when it is gone', async () => {
    const { dir, uri } = folder({ 'nginx.conf': ROOT, 'conf.d/site.conf': SITE });
    const client = await TestClient.start({ folder: pathToFileURL(dir).href });
    await client.settled();
    assert.deepEqual(
      client.shown(uri('conf.d/site.conf')).map((d) => d.code),
      ['alias-traversal'],
    );
    client.open(uri('nginx.conf'), ROOT);
    await client.settled();
    client.change(uri('nginx.conf'), 2, [{ range: { start: { line: 3, character: 4 }, end: { line: 3, character: 26 } }, text: '' }]);
    await client.settled();
    assert.deepEqual(
      client.shown(uri('conf.d/site.conf')).map((d) => d.code),
      ['alias-traversal'],
    );
    fs.rmSync(path.join(dir, 'conf.d/site.conf'));
    const changes = [{ uri: uri('conf.d/site.conf'), type: 3 }];
    void client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes });
    await client.settled();
    assert.deepEqual(client.shown(uri('conf.d/site.conf')), []);
    assert.equal(await client.stop(), 0);
  });

  test('changes of one message count one after the other, from the end of the file as well as from its start', async () => {
    const { dir, uri } = folder({ 'nginx.conf': ROOT, 'conf.d/site.conf': SITE });
    const client = await TestClient.start({ folder: pathToFileURL(dir).href });
    const site = uri('conf.d/site.conf');
    client.open(site, SITE);
    await client.settled();
    const insert = (line: number, character: number, text: string) => ({
      range: { start: { line, character }, end: { line, character } },
      text,
    });
    client.change(site, 2, [insert(2, 17, '/'), insert(1, 13, ' default_server'), insert(0, 0, '# a\n')]);
    await client.settled();
    assert.deepEqual(client.shown(site), []);
    client.change(site, 3, [
      insert(0, 0, '# b\n'),
      { range: { start: { line: 4, character: 17 }, end: { line: 4, character: 18 } }, text: '' },
    ]);
    await client.settled();
    assert.deepEqual(
      client.shown(site).map((d) => [d.code, d.range.start.line]),
      [['alias-traversal', 4]],
    );
    assert.equal(await client.stop(), 0);
  });

  test('a keystroke is linted with the version that it belongs to, and a quick fix fixes it', async () => {
    const { dir, uri } = folder({ 'nginx.conf': ROOT, 'conf.d/site.conf': SITE });
    const client = await TestClient.start({ folder: pathToFileURL(dir).href });
    const site = uri('conf.d/site.conf');
    client.open(site, SITE);
    await client.settled();
    const at = { start: { line: 2, character: 15 }, end: { line: 2, character: 15 } };
    const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: site },
      range: at,
      context: { diagnostics: [] },
    });
    // it changes the answer to /img, so it is offered and not preferred
    const fix = actions.find((a) => a.title.startsWith('End the location with a slash'));
    assert.ok(fix && !fix.isPreferred);
    const edit = fix!.edit!.documentChanges![0] as { textDocument: { version: number }; edits: { range: object; newText: string }[] };
    assert.equal(edit.textDocument.version, 1);
    client.change(
      site,
      2,
      edit.edits.map((e) => ({ range: e.range, text: e.newText })),
    );
    await client.settled();
    assert.deepEqual(client.shown(site), []);
    assert.equal(client.published.filter((p) => p.uri === site).at(-1)?.version, 2);
    assert.equal(await client.stop(), 0);
  });

  test('survives what is no configuration: binary, huge, a folder, a cycle, a file that goes away', async () => {
    const { dir, uri } = folder({
      'nginx.conf':
        'events {}\nhttp {\n    include bin.conf;\n    include dir.conf;\n    include loop.conf;\n    include gone.conf;\n    include latin.conf;\n    include ok.conf;\n}\n',
      'bin.conf': Buffer.from([0, 1, 2, 3, 255, 0]),
      'dir.conf/x': '',
      'loop.conf': 'include loop.conf;\n',
      'latin.conf': Buffer.from('# caf\xe9\n', 'latin1'),
      'ok.conf': SITE.replaceAll('\n', '\r\n'),
    });
    const client = await TestClient.start({ folder: pathToFileURL(dir).href });
    await client.settled();
    assert.deepEqual(
      client.shown(uri('ok.conf')).map((d) => `${d.code} ${d.range.start.line}:${d.range.start.character}`),
      ['alias-traversal 2:13'],
    );
    fs.rmSync(path.join(dir, 'ok.conf'));
    void client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: uri('ok.conf'), type: 3 }] });
    await client.settled();
    assert.deepEqual(client.shown(uri('ok.conf')), []);
    assert.equal(await client.stop(), 0);
  });

  for (const [from, files] of [
    ['a Dockerfile', { Dockerfile: 'FROM nginx:1.24\n' }],
    ['the settings file above it', { 'deploy/.proxylens.yaml': 'nginxVersion: 1.24.0\n' }],
  ] as const)
    test(`a fragment is for the nginx of its neighbours: ${from}`, async () => {
      const text = 'server {\n    listen 443 ssl;\n    http2 on;\n    ssl_certificate a.pem;\n    ssl_certificate_key a.key;\n}\n';
      const { dir, uri } = folder({ ...files, 'deploy/snippets/site.conf': text });
      const client = await TestClient.start({ folder: pathToFileURL(dir).href });
      client.open(uri('deploy/snippets/site.conf'), text);
      await client.settled();
      const found = client.shown(uri('deploy/snippets/site.conf')).find((d) => d.code === 'unknown-directive');
      assert.match(String(found?.message), /it needs nginx 1\.25\.1 or later, and this is 1\.24/);
      assert.equal(await client.stop(), 0);
    });

  test('a certificate is read again when it changes', async () => {
    const site =
      'events {}\nhttp {\n    server {\n        listen 443 ssl;\n        ssl_certificate a.pem;\n        ssl_certificate_key a.key;\n    }\n}\n';
    const { cert, key } = testKeys();
    const { dir, uri } = folder({ 'nginx.conf': site, 'a.pem': 'renewal failed\n', 'a.key': key });
    const client = await TestClient.start({ folder: pathToFileURL(dir).href, settings: { environment: true } });
    client.open(uri('nginx.conf'), site);
    await client.settled();
    const certificate = () => client.shown(uri('nginx.conf')).filter((d) => d.code === 'certificate-unusable').length;
    assert.equal(certificate(), 1);
    fs.writeFileSync(path.join(dir, 'a.pem'), cert);
    void client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: uri('a.pem'), type: 2 }] });
    await client.settled();
    assert.equal(certificate(), 0);
    assert.equal(await client.stop(), 0);
  });

  test('a loose fragment is checked for itself', async () => {
    const client = await TestClient.start({});
    client.open('untitled:fragment.conf', 'location /a {\n    return 200\n}\n');
    await client.settled();
    assert.deepEqual(
      client.shown('untitled:fragment.conf').map((d) => d.code),
      ['syntax'],
    );
    assert.equal(await client.stop(), 0);
  });

  test('positions follow the encoding that the client asked for', async () => {
    const { dir, uri } = folder({ 'nginx.conf': 'events {}\nhttp { server { add_header X "é😀"; location /img { alias /d/; } } }\n' });
    const line = 'http { server { add_header X "é😀"; location ';
    for (const [encoding, expected] of [
      ['utf-8', Buffer.byteLength(line)],
      ['utf-32', [...line].length],
      ['utf-16', line.length],
    ] as const) {
      const client = await TestClient.start({
        folder: pathToFileURL(dir).href,
        capabilities: { general: { positionEncodings: [encoding] } },
      });
      assert.equal(client.result.capabilities.positionEncoding, encoding);
      await client.settled();
      const found = client.shown(uri('nginx.conf')).find((d) => d.code === 'alias-traversal');
      assert.equal(found?.range.start.character, expected, encoding);
      await client.stop();
    }
  });
});

test('what two handlers say of one capability is offered together', () => {
  const base = { workspace: { workspaceFolders: { supported: true } } };
  const handler = (capability: ServerCapabilities) => reads({ method: 'proxylens/none', capability, run: () => null });
  const all = capabilitiesOf(base, [
    handler({ workspace: { fileOperations: { didRename: { filters: [] } } }, hoverProvider: true }),
    handler({ codeActionProvider: { resolveProvider: true } }),
  ]);
  assert.deepEqual(all, {
    workspace: { workspaceFolders: { supported: true }, fileOperations: { didRename: { filters: [] } } },
    hoverProvider: true,
    codeActionProvider: { resolveProvider: true },
  });
});
