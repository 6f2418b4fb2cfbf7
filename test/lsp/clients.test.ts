/** What clients differ in: diagnostics that are asked for, progress while a big tree is read, and being told to ask again. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { type Diagnostic, LSPErrorCodes } from 'vscode-languageserver';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { type FileId, fromPath } from '../../server/src/base/file-id.ts';
import type { FileText } from '../../server/src/base/file-system.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { loadParts } from '../../server/src/host/parts.ts';
import { serve } from '../../server/src/lsp/server.ts';
import { TestClient } from '../harness/lsp.ts';

const folders: string[] = [];
function folder(files: Record<string, string>): { dir: string; uri: (name: string) => string } {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-'));
  folders.push(dir);
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.writeFileSync(path.join(dir, name), text);
  }
  return { dir: pathToFileURL(dir).href, uri: (name) => pathToFileURL(path.join(dir, name)).href };
}
after(() => {
  TestClient.stopAll();
  for (const dir of folders) fs.rmSync(dir, { recursive: true, force: true });
});

const TEXT = 'events {}\nhttp {\n    server {\n        location /img { alias /data/img/; }\n    }\n}\n';

test('diagnostics are pulled, and nothing is pushed', async () => {
  const { dir, uri } = folder({ 'nginx.conf': TEXT });
  const client = await TestClient.start({ folder: dir, capabilities: { textDocument: { diagnostic: {} } } });
  assert.equal(client.result.capabilities.diagnosticProvider?.interFileDependencies, true);
  client.open(uri('nginx.conf'), TEXT);
  await client.settled();
  const report = await client.request<{ kind: string; items: Diagnostic[] }>('textDocument/diagnostic', {
    textDocument: { uri: uri('nginx.conf') },
  });
  assert.equal(report.kind, 'full');
  assert.ok(report.items.some((d) => d.code === 'alias-traversal'));
  assert.deepEqual(client.published, []);
  assert.equal(await client.stop(), 0);
});

test('who pulls the diagnostics of a long file may hover meanwhile, and an edit ends the work for the text before it', async () => {
  const site = (n: number): string =>
    `    server {\n        listen 80;\n        server_name s${n}.example.com;\n        location /img { alias /data/s${n}/; }\n        location / { proxy_pass http://127.0.0.1:${8000 + n}; }\n    }\n`;
  const text = `events {}\nhttp {\n${Array.from({ length: 150 }, (_, n) => site(n)).join('')}}\n`;
  const client = await TestClient.start({ capabilities: { textDocument: { diagnostic: {} } } });
  const textDocument = { uri: 'file:///long/nginx.conf' };
  client.open(textDocument.uri, text);
  const pull = (): Promise<{ items: Diagnostic[] }> => client.request('textDocument/diagnostic', { textDocument });
  const ended: string[] = [];
  const pulled = pull().finally(() => ended.push('pulled'));
  await client.request('textDocument/hover', { textDocument, position: { line: 3, character: 10 } }).finally(() => ended.push('hovered'));
  assert.deepEqual(ended, ['hovered']);
  const { items } = await pulled;
  assert.equal(items.filter((d) => d.code === 'alias-traversal').length, 150);

  const before = pull();
  client.change(textDocument.uri, 2, [{ range: { start: { line: 5, character: 23 }, end: { line: 5, character: 23 } }, text: '/' }]);
  // the answer came before the edit, or it is that the text changed
  await before.catch((error: { code: number }) => assert.equal(error.code, LSPErrorCodes.ContentModified));
  const [one, two] = await Promise.all([pull(), pull()]);
  assert.equal(one.items.filter((d) => d.code === 'alias-traversal').length, 149);
  assert.deepEqual(one, two);
  assert.equal(await client.stop(), 0);
});

test('a client that is pushed to is not offered to pull', async () => {
  const { dir } = folder({ 'nginx.conf': TEXT });
  const client = await TestClient.start({ folder: dir });
  assert.equal(client.result.capabilities.diagnosticProvider, undefined);
  assert.equal(await client.stop(), 0);
});

test('progress begins and ends while a big tree is read', async () => {
  let go: () => void = () => {};
  const shown = new Promise<void>((done) => {
    go = done;
  });
  /** A disk that keeps the last file back until the client has shown that something is going on. */
  class SlowFiles extends MemoryFiles {
    private looked = 0;
    override async read(file: FileId): Promise<FileText | null> {
      // the search for main files looks into it first
      if (file.endsWith('/late.conf') && this.looked++ > 0) await shown;
      return super.read(file);
    }
  }
  const files: [FileId, string][] = [
    [fromPath('/d/nginx.conf'), 'events {}\nhttp {\n    include sites/*.conf;\n    include late.conf;\n}\n'],
    [fromPath('/d/late.conf'), ''],
  ];
  for (let i = 0; i < 60; i++) files.push([fromPath(`/d/sites/s${i}.conf`), 'server {\n}\n']);
  const [up, down] = [new PassThrough(), new PassThrough()];
  const server = createConnection(ProposedFeatures.all, new StreamMessageReader(up), new StreamMessageWriter(down));
  serve(server, { files: new SlowFiles(files), parts: () => loadParts(), now: () => 0, version: '0' });
  const client = createMessageConnection(new StreamMessageReader(down), new StreamMessageWriter(up));
  const seen: { kind: string; title?: string; message?: string }[] = [];
  client.onRequest('window/workDoneProgress/create', () => null);
  client.onUnhandledProgress(({ value }) => {
    seen.push(value as (typeof seen)[number]);
    go();
  });
  client.listen();
  const capabilities = { window: { workDoneProgress: true } };
  await client.sendRequest('initialize', { processId: null, rootUri: fromPath('/d'), capabilities });
  await client.sendNotification('initialized', {});
  await client.sendRequest('proxylens/settled', {});
  assert.equal(seen[0]?.kind, 'begin');
  assert.equal(seen[0]?.title, 'Reading nginx configurations');
  assert.match(seen[0]?.message ?? '', /^50 files read/);
  assert.equal(seen.at(-1)?.kind, 'end');
  client.dispose();
  server.dispose();
});

test('after a change on disk the client is told to ask again for what it can', async () => {
  const { dir, uri } = folder({ 'nginx.conf': TEXT });
  const client = await TestClient.start({
    folder: dir,
    capabilities: { workspace: { inlayHint: { refreshSupport: true }, diagnostics: { refreshSupport: true } } },
  });
  const told: string[] = [];
  for (const method of ['workspace/inlayHint/refresh', 'workspace/diagnostic/refresh', 'workspace/codeLens/refresh'])
    client.connection.onRequest(method, () => {
      told.push(method);
      return null;
    });
  await client.settled();
  assert.deepEqual(told, []);
  void client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: uri('nginx.conf'), type: 2 }] });
  await client.settled();
  assert.deepEqual(told.sort(), ['workspace/diagnostic/refresh', 'workspace/inlayHint/refresh']);
  assert.equal(await client.stop(), 0);
});
