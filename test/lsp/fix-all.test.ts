// All safe fixes, of a file or of its whole configuration, as a client asks for them: the proof decides, not the rule.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CodeAction } from 'vscode-languageserver';
import type { FixAllResult } from '../../server/src/lsp/protocol.ts';
import { TestClient } from '../harness/lsp.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-fix-all-'));
after(() => {
  TestClient.stopAll();
  fs.rmSync(folder, { recursive: true, force: true });
});

const SITE = 'server {\n    listen 80;\n    autoindex on;\n    error_log off;\n    gizp on;\n}\n';
const MAIN =
  'events {}\nhttp {\n    server_tokens on;\n    map $host $tenant { default a; }\n    include conf.d/*.conf;\n    include /srv/elsewhere/*.conf;\n}\n';

test('safe fixes of a file, of the configuration, and what is only suggested', async () => {
  fs.mkdirSync(path.join(folder, 'conf.d'));
  fs.mkdirSync(path.join(folder, '.git'));
  fs.writeFileSync(path.join(folder, 'nginx.conf'), MAIN);
  fs.writeFileSync(path.join(folder, 'conf.d/site.conf'), SITE);
  const client = await TestClient.start({ folder: pathToFileURL(folder).href });
  const uri = pathToFileURL(path.join(folder, 'conf.d/site.conf')).href;
  client.open(uri, SITE);
  await client.settled();
  const titles = async (scope: 'file' | 'configuration'): Promise<string[]> =>
    ((await client.request<FixAllResult | null>('proxylens/fixAll', { uri, scope }))?.fixes ?? []).map((f) => f.title).sort();
  assert.deepEqual(await titles('file'), ['Write to /dev/null']);
  // a map that an unseen file may use stays, and a word that nobody knows keeps its spelling
  assert.deepEqual(await titles('configuration'), ['Set server_tokens to off', 'Write to /dev/null']);
  const at = { line: 4, character: 5 };
  const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri },
    range: { start: at, end: at },
    context: { diagnostics: [] },
  });
  const spelling = actions.find((a) => a.title.startsWith('Change to "gzip"'));
  assert.ok(spelling && !spelling.isPreferred, actions.map((a) => a.title).join(', '));
  await client.stop();
});
