/** Formatting over real JSON-RPC. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { TextDocument, type TextEdit } from 'vscode-languageserver-textdocument';
import { TestClient } from '../harness/lsp.ts';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-'));
after(() => {
  TestClient.stopAll();
  fs.rmSync(dir, { recursive: true, force: true });
});

const options = { tabSize: 2, insertSpaces: true };

test('whole, range, on type, and the word for a file that is not formatted', async () => {
  const text = 'events {}\nhttp {\n server{ listen 80;\n\n\n\n   root   /é; } }\n';
  fs.writeFileSync(path.join(dir, 'nginx.conf'), text);
  const uri = pathToFileURL(path.join(dir, 'nginx.conf')).href;
  const client = await TestClient.start({ folder: pathToFileURL(dir).href });
  const messages: string[] = [];
  client.connection.onNotification('window/showMessage', ({ message }: { message: string }) => {
    messages.push(message);
  });
  client.open(uri, text);
  const textDocument = { uri };
  const applied = (before: string, edits: TextEdit[]): string =>
    TextDocument.applyEdits(TextDocument.create(uri, 'nginx', 1, before), edits);

  const whole = await client.request<TextEdit[]>('textDocument/formatting', { textDocument, options });
  assert.equal(applied(text, whole), 'events {}\nhttp {\n  server {\n    listen 80;\n\n    root /é;\n  }\n}\n');
  const line = { start: { line: 6, character: 0 }, end: { line: 6, character: 5 } };
  const part = await client.request<TextEdit[]>('textDocument/rangeFormatting', { textDocument, range: line, options });
  assert.equal(applied(text, part), 'events {}\nhttp {\n server{ listen 80;\n\n\n\n    root /é;\n  }\n}\n');
  const at = { line: 6, character: 13 };
  const typed = await client.request<TextEdit[]>('textDocument/onTypeFormatting', { textDocument, position: at, ch: ';', options });
  assert.equal(applied(text, typed), text.replace('   root   /é;', '    root /é;'));
  assert.deepEqual(messages, []);

  client.change(uri, 2, [{ text: 'events {}\nhttp { a "b; }\n' }]);
  for (let i = 0; i < 2; i++) assert.deepEqual(await client.request('textDocument/formatting', { textDocument, options }), []);
  assert.deepEqual(messages, ['The file is not formatted: in line 2 a quote is not closed. Fix that first.']);
  assert.equal(await client.stop(), 0);
});
