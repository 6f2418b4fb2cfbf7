/** What a menu of refactorings shows was put to the engine before: one that would change an answer unannounced is not in it. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CodeAction } from 'vscode-languageserver';
import { TestClient } from '../harness/lsp.ts';

const SITE = `events {}
http {
    server {
        listen 443 ssl http2;
        ssl_certificate a.pem;
        ssl_certificate_key a.key;
        server_name a.example;
        return 204;
    }
}
`;

describe('refactorings in a menu', () => {
  for (const [what, resolves] of [
    ['of a client that asks again for the edits', true],
    ['of a client that wants them at once', false],
  ] as const)
    for (const [which, settings, expected] of [
      ['an nginx that has the directive', 'nginxVersion: 1.29.0\n', ['Turn HTTP/2 on by a directive of its own']],
      ['any nginx, of which some lack it', '', []],
    ] as const)
      test(`${what}, for ${which}`, async () => {
        const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-'));
        const uri = pathToFileURL(path.join(dir, 'nginx.conf')).href;
        fs.writeFileSync(path.join(dir, 'nginx.conf'), SITE);
        fs.writeFileSync(path.join(dir, '.proxylens.yaml'), settings);
        const client = await TestClient.start({
          folder: pathToFileURL(dir).href,
          capabilities: {
            workspace: { workspaceEdit: { documentChanges: true } },
            textDocument: { codeAction: resolves ? { dataSupport: true, resolveSupport: { properties: ['edit'] } } : {} },
          },
        });
        try {
          client.open(uri, SITE);
          await client.settled();
          const at = { line: 3, character: 10 };
          const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
            textDocument: { uri },
            range: { start: at, end: at },
            context: { diagnostics: [], only: ['refactor'], triggerKind: 1 },
          });
          assert.deepEqual(
            actions.map((a) => a.title),
            expected,
          );
        } finally {
          await client.stop();
          fs.rmSync(dir, { recursive: true, force: true });
        }
      });
});
