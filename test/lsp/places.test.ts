// Documents that are no file of one folder: two folders with the same names in them, a remote repository, a text that was never saved.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CodeAction, CompletionList, Hover, Location, WorkspaceEdit } from 'vscode-languageserver';
import { TestClient } from '../harness/lsp.ts';

const SITE = [
  'upstream app { server 127.0.0.1:8000; }',
  'server {',
  '    listen 80;',
  '    error_log off;',
  '    location / { proxy_pass http://app; }',
  '}',
  '',
].join('\n');
const UPSTREAM = { line: 0, character: 10 };
const LOG = { line: 3, character: 15 };
const PASS = { line: 4, character: 36 };

let client: TestClient;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-places-'));
after(() => {
  TestClient.stopAll();
  fs.rmSync(folder, { recursive: true, force: true });
});

const touched = (edit: WorkspaceEdit | undefined): string[] =>
  [
    ...Object.keys(edit?.changes ?? {}),
    ...(edit?.documentChanges ?? []).flatMap((c) => ('textDocument' in c ? [c.textDocument.uri] : [])),
  ].sort();

/** What an editor asks of a document, all of which has to stay within the files that are named. */
async function checkFeatures(uri: string, within: readonly string[]): Promise<void> {
  const at = (position: object) => ({ textDocument: { uri }, position });
  assert.ok(
    client.shown(uri).some((d) => d.code === 'error-log-off'),
    JSON.stringify(client.shown(uri).map((d) => d.code)),
  );
  const hover = await client.request<Hover | null>('textDocument/hover', at({ line: 4, character: 20 }));
  assert.match(JSON.stringify(hover), /proxy_pass/);
  const list = await client.request<CompletionList>('textDocument/completion', at({ line: 2, character: 11 }));
  assert.ok(list.items.length > 0);
  const [definition] = await client.request<Location[]>('textDocument/definition', at(PASS));
  assert.equal(definition?.uri, uri);
  const references = await client.request<Location[]>('textDocument/references', {
    ...at(UPSTREAM),
    context: { includeDeclaration: true },
  });
  assert.deepEqual([...new Set(references.map((r) => r.uri))].sort(), within);
  const edit = await client.request<WorkspaceEdit>('textDocument/rename', { ...at(UPSTREAM), newName: 'backend' });
  assert.deepEqual(touched(edit), within);
  const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri },
    range: { start: LOG, end: LOG },
    context: { diagnostics: [] },
  });
  const fix = actions.find((a) => a.title === 'Write to /dev/null');
  assert.deepEqual(touched(fix?.edit), [uri]);
}

describe('two folders that have files of the same names', () => {
  const uriOf = (name: string, file: string) => pathToFileURL(path.join(folder, name, file)).href;
  before(async () => {
    for (const name of ['one', 'two']) {
      fs.mkdirSync(path.join(folder, name, '.git'), { recursive: true });
      fs.mkdirSync(path.join(folder, name, 'conf.d'));
      fs.writeFileSync(path.join(folder, name, 'nginx.conf'), 'events {}\nhttp {\n    include conf.d/*.conf;\n}\n');
      fs.writeFileSync(path.join(folder, name, 'conf.d/site.conf'), SITE);
      fs.writeFileSync(path.join(folder, name, 'conf.d/more.conf'), 'server { listen 81; location / { proxy_pass http://app; } }\n');
    }
    client = await TestClient.start({ folder: pathToFileURL(path.join(folder, 'one')).href });
    await client.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
      event: { added: [{ uri: pathToFileURL(path.join(folder, 'two')).href, name: 'two' }], removed: [] },
    });
    for (const name of ['one', 'two']) client.open(uriOf(name, 'conf.d/site.conf'), SITE);
    await client.settled();
  });
  after(() => client.stop());

  for (const name of ['one', 'two'])
    test(`${name}: its own files and no others`, () =>
      checkFeatures(uriOf(name, 'conf.d/site.conf'), [uriOf(name, 'conf.d/more.conf'), uriOf(name, 'conf.d/site.conf')]));

  test('a folder that goes takes its findings along, the other keeps them', async () => {
    const closed = { textDocument: { uri: uriOf('two', 'conf.d/site.conf') } };
    await client.connection.sendNotification('textDocument/didClose', closed);
    await client.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
      event: { added: [], removed: [{ uri: pathToFileURL(path.join(folder, 'two')).href, name: 'two' }] },
    });
    await client.settled();
    assert.deepEqual(client.shown(uriOf('two', 'conf.d/more.conf')), []);
    assert.ok(client.shown(uriOf('one', 'conf.d/site.conf')).length > 0);
  });
});

describe('documents without a disk', () => {
  before(async () => {
    client = await TestClient.start({});
  });
  after(() => client.stop());

  for (const uri of ['vscode-vfs://github/somebody/project/nginx/site.conf', 'untitled:site.conf', 'git:/project/site.conf?ref%3DHEAD'])
    test(uri, async () => {
      client.open(uri, SITE);
      await client.settled();
      await checkFeatures(uri, [uri]);
    });

  test('an edit of a remote document is seen at once', async () => {
    const uri = 'vscode-vfs://github/somebody/project/nginx/site.conf';
    client.change(uri, 2, [{ text: SITE.replace('error_log off;', 'bogus_word on;') }]);
    await client.settled();
    assert.ok(client.shown(uri).some((d) => d.code === 'unknown-directive'));
  });
});
