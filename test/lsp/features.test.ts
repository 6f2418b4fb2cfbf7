/** Each method's wire form over real JSON-RPC; what the answers say is tested in test/features. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Hover } from 'vscode-languageserver';
import { TestClient } from '../harness/lsp.ts';

const FILES: Record<string, string> = {
  'nginx.conf': `events {}
http {
    upstream app { server 127.0.0.1:8000; server 127.0.0.2; }
    add_header A 1;
    include site.conf;
}
`,
  'site.conf': `server {
    listen 80;
    location /api/ {
        add_header B "é$host";
        proxy_pass http://app/v2/;
        proxy_read_timeout 1h30m;
    }
}
`,
};
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-'));
for (const [name, text] of Object.entries(FILES)) fs.writeFileSync(path.join(dir, name), text);
const uri = (name: string): string => pathToFileURL(path.join(dir, name)).href;
/** Where the text begins in a file, and `into` characters further. */
const at = (name: string, text: string, into = 0) => {
  const offset = FILES[name]!.indexOf(text) + into;
  assert.ok(offset >= into, `${text} is not in ${name}`);
  const before = FILES[name]!.slice(0, offset).split('\n');
  return { textDocument: { uri: uri(name) }, position: { line: before.length - 1, character: before.at(-1)!.length } };
};

let client: Awaited<ReturnType<typeof TestClient.start>>;
before(async () => {
  client = await TestClient.start({ folder: pathToFileURL(dir).href });
  for (const [name, text] of Object.entries(FILES)) client.open(uri(name), text);
  await client.settled();
});
after(async () => {
  await client.stop();
  TestClient.stopAll();
  fs.rmSync(dir, { recursive: true, force: true });
});

describe('wire forms', () => {
  test('hover', async () => {
    assert.equal(client.result.capabilities.hoverProvider, true);
    const found = await client.request<Hover>('textDocument/hover', at('site.conf', '$host', 2));
    assert.deepEqual(found.range, { start: { line: 3, character: 23 }, end: { line: 3, character: 28 } });
    assert.match((found.contents as { kind: string; value: string }).value, /\$host/);
    assert.equal(await client.request('textDocument/hover', at('site.conf', '    location')), null);
  });
});
