/** Completion in its wire form. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type CompletionItem, CompletionItemTag, type CompletionList, InsertTextFormat } from 'vscode-languageserver';
import { TestClient } from '../harness/lsp.ts';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-'));
const uri = pathToFileURL(path.join(dir, 'nginx.conf')).href;
const TEXT = 'events {}\nhttp {\n    server {\n        prox\n        include conf.d/\n        http2_max_f\n    }\n}\n';
fs.mkdirSync(path.join(dir, 'conf.d'));
fs.writeFileSync(path.join(dir, 'conf.d/extra.conf'), '');
fs.writeFileSync(path.join(dir, 'nginx.conf'), TEXT);
after(() => {
  TestClient.stopAll();
  fs.rmSync(dir, { recursive: true, force: true });
});

const at = (line: number, character: number) => ({ textDocument: { uri }, position: { line, character } });

test('a list with one range, tab stops, order and lazy documentation', async () => {
  const client = await TestClient.start({
    folder: pathToFileURL(dir).href,
    capabilities: {
      textDocument: { completion: { completionItem: { snippetSupport: true }, completionList: { itemDefaults: ['editRange'] } } },
    },
  });
  assert.equal(client.result.capabilities.completionProvider?.resolveProvider, true);
  client.open(uri, TEXT);
  await client.settled();
  const list = await client.request<CompletionList>('textDocument/completion', at(3, 12));
  assert.deepEqual(list.itemDefaults, { editRange: { start: { line: 3, character: 8 }, end: { line: 3, character: 12 } } });
  const item = list.items.find((i) => i.label === 'proxy_set_header')!;
  assert.equal(item.insertTextFormat, InsertTextFormat.Snippet);
  assert.equal(item.textEditText, 'proxy_set_header ${1:Host} ${2:\\$host};');
  assert.equal(item.documentation, undefined);
  assert.ok(list.items.every((a, i) => i === 0 || a.sortText! > list.items[i - 1]!.sortText!));
  const resolved = await client.request<CompletionItem>('completionItem/resolve', item);
  assert.match((resolved.documentation as { value: string }).value, /proxy_set_header field value;[\s\S]*nginx\.org/);
  const old = await client.request<CompletionList>('textDocument/completion', at(5, 19));
  assert.deepEqual(old.items.find((i) => i.label === 'http2_max_field_size')?.tags, [CompletionItemTag.Deprecated]);
  assert.equal(await client.stop(), 0);
});

test('a client without tab stops and defaults gets plain edits, and files come from the disk', async () => {
  const client = await TestClient.start({ folder: pathToFileURL(dir).href, capabilities: { textDocument: { completion: {} } } });
  client.open(uri, TEXT);
  await client.settled();
  const list = await client.request<CompletionList>('textDocument/completion', at(3, 12));
  const item = list.items.find((i) => i.label === 'proxy_read_timeout')!;
  assert.equal(item.insertTextFormat, undefined);
  assert.deepEqual(item.textEdit, {
    range: { start: { line: 3, character: 8 }, end: { line: 3, character: 12 } },
    newText: 'proxy_read_timeout',
  });
  const files = await client.request<CompletionList>('textDocument/completion', at(4, 23));
  assert.deepEqual(
    files.items.slice(0, 2).map((i) => i.label),
    ['*.conf', 'extra.conf'],
  );
  assert.equal(await client.stop(), 0);
});

test('the settings file is completed too', async () => {
  const client = await TestClient.start({});
  const uri = 'file:///srv/.proxylens.yaml';
  client.open(uri, 'rules:\n  alias-traversal: \n', 1, 'yaml');
  const ask = (line: number, character: number) =>
    client.request<{ items: { label: string; textEdit?: { newText: string } }[] } | null>('textDocument/completion', {
      textDocument: { uri },
      position: { line, character },
    });
  assert.deepEqual(
    (await ask(1, 19))?.items.map((i) => i.label),
    ['error', 'warning', 'info', 'hint', 'off'],
  );
  client.change(uri, 2, [{ range: { start: { line: 2, character: 0 }, end: { line: 2, character: 0 } }, text: 'moz' }]);
  const keys = (await ask(2, 3))?.items ?? [];
  assert.equal(keys.find((i) => i.label === 'mozilla')?.textEdit?.newText, 'mozilla: ');
  assert.deepEqual(client.shown(uri), []);
  assert.equal(await client.stop(), 0);
});
