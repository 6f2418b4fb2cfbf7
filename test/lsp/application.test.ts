/** Findings that hold both sides together, as an editor sees them: in nginx's file, and in the application's where it is open. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CodeAction } from 'vscode-languageserver';
import { TestClient } from '../harness/lsp.ts';

const folders: string[] = [];
after(() => {
  TestClient.stopAll();
  for (const dir of folders) fs.rmSync(dir, { recursive: true, force: true });
});

const NGINX = `events {}
http {
    server {
        server_name shop.example.com;
        location / {
            proxy_pass http://unix:/run/shop.sock;
            proxy_set_header Host $host;
        }
    }
}
`;
const SETTINGS = "ALLOWED_HOSTS = ['www.example.org']\nDEBUG = False\n";

/** A server over a project of both sides, once it has read all of it. */
async function started(): Promise<{ client: TestClient; uri: (name: string) => string }> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-'));
  folders.push(dir);
  const files: Record<string, string> = {
    'nginx/nginx.conf': NGINX,
    'manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
    'gunicorn.conf.py': "bind = 'unix:/run/shop.sock'\n",
    'shop/settings.py': SETTINGS,
  };
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.writeFileSync(path.join(dir, name), text);
  }
  const client = await TestClient.start({ folder: pathToFileURL(dir).href });
  await client.settled();
  return { client, uri: (name) => pathToFileURL(path.join(dir, name)).href };
}

test('a finding that points into the application’s files stays while nginx’s side is typed in', async () => {
  const { client, uri } = await started();
  const file = uri('nginx/nginx.conf');
  client.open(file, NGINX);
  await client.settled();
  let position = { line: 2, character: 12 };
  for (const [i, text] of [...' # a note'].entries()) {
    const version = i + 2;
    const shown = client.next((p) => p.uri === file && p.version === version);
    client.change(file, version, [{ range: { start: position, end: position }, text }]);
    position = { line: 2, character: position.character + 1 };
    await shown;
    const found = client.shown(file).find((d) => d.code === 'allowed-hosts-mismatch');
    assert.equal(found?.range.start.line, 3, `after ${JSON.stringify(text)}`);
    assert.equal(found.relatedInformation?.[0]?.location.uri, uri('shop/settings.py'));
  }
  assert.equal(await client.stop(), 0);
});

test('both files show the finding, live, and the fix works from either', async () => {
  const { client, uri } = await started();
  const here = client.shown(uri('nginx/nginx.conf')).find((d) => d.code === 'allowed-hosts-mismatch');
  assert.equal(here?.relatedInformation?.[0]?.location.uri, uri('shop/settings.py'));
  client.open(uri('shop/settings.py'), SETTINGS, 1, 'python');
  await client.settled();
  const there = client.shown(uri('shop/settings.py')).find((d) => d.code === 'allowed-hosts-mismatch' && d.severity === 2);
  assert.deepEqual(there?.range.start, { line: 0, character: 16 });
  assert.equal(there?.relatedInformation?.[0]?.location.uri, uri('nginx/nginx.conf'));
  const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri: uri('shop/settings.py') },
    range: { start: { line: 0, character: 20 }, end: { line: 0, character: 20 } },
    context: { diagnostics: [] },
  });
  assert.deepEqual(
    actions.map((a) => a.title),
    ['Add shop.example.com to ALLOWED_HOSTS'],
  );
  const change = actions[0]!.edit!.documentChanges![0] as { edits: { range: object; newText: string }[] };
  client.change(
    uri('shop/settings.py'),
    2,
    change.edits.map((e) => ({ range: e.range, text: e.newText })),
  );
  await client.settled();
  assert.equal(client.shown(uri('nginx/nginx.conf')).filter((d) => d.code === 'allowed-hosts-mismatch').length, 0);
  assert.equal(client.shown(uri('shop/settings.py')).filter((d) => d.severity === 2).length, 0);
  // a document of another kind is not read as nginx's
  client.open(uri('notes.py'), 'x = {', 1, 'python');
  await client.settled();
  assert.deepEqual(client.shown(uri('notes.py')), []);
  assert.equal(await client.stop(), 0);
});
