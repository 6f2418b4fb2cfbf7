// All safe fixes, of a file or of its whole configuration, as a client asks for them: the proof decides, not the rule.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CodeAction } from 'vscode-languageserver';
import type { FixAllResult } from '../../server/src/lsp/protocol.ts';
import { bigFile } from '../harness/generate-config.ts';
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

test('in a large file the light bulb opens at once, and what somebody picks is proved then', async () => {
  // the newest nginx ignores the first line, one that is still around goes by it; the second may go in every version
  const flawed = 'http2_max_field_size 16k;\nerror_log off;\n';
  const many = Array.from({ length: 300 }, (_, i) => `server { listen 81; server_name w${i}.example.com; error_log off; }\n`).join('');
  const text = bigFile(2_000).replace('http {\n', `http {\n${flawed}${many}`);
  assert.ok(text.includes(flawed) && text.length > 50_000);
  fs.mkdirSync(path.join(folder, 'large/.git'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'large/nginx.conf'), text);
  const client = await TestClient.start({
    folder: pathToFileURL(path.join(folder, 'large')).href,
    capabilities: {
      textDocument: { publishDiagnostics: {}, codeAction: { resolveSupport: { properties: ['edit'] } } },
      workspace: { workspaceFolders: true, workspaceEdit: { documentChanges: true, changeAnnotationSupport: {} } },
    },
  });
  const uri = pathToFileURL(path.join(folder, 'large/nginx.conf')).href;
  client.open(uri, text);
  await client.settled();
  const line = text.slice(0, text.indexOf(flawed)).split('\n').length - 1;
  const at = async (offset: number): Promise<{ actions: CodeAction[]; took: number }> => {
    const place = { line: line + offset, character: 11 };
    const from = performance.now();
    const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range: { start: place, end: place },
      context: { diagnostics: [] },
    });
    return { actions, took: performance.now() - from };
  };
  const remove = (await at(0)).actions.find((a) => a.title === 'Remove the line');
  const { actions, took } = await at(1);
  const silence = actions.find((a) => a.title === 'Write to /dev/null');
  assert.ok(remove && silence, actions.map((a) => a.title).join(', '));
  assert.equal(silence.edit, undefined);
  assert.equal(silence.isPreferred, true);
  // without a proof, which would take longer on any machine
  assert.ok(took < 400, `${took} ms`);
  const everywhere = actions.find((a) => a.title === 'Fix all 301 findings of error-log-off in this file');
  assert.ok(everywhere && !everywhere.edit, actions.map((a) => a.title).join(', '));
  const whole = await client.request<CodeAction>('codeAction/resolve', everywhere);
  assert.equal(JSON.stringify(whole.edit).match(/dev\/null emerg/g)?.length, 301);
  const resolved = await client.request<CodeAction>('codeAction/resolve', silence);
  assert.equal(resolved.edit?.changeAnnotations, undefined);
  assert.match(JSON.stringify(resolved.edit), /dev\/null emerg/);
  const doubtful = await client.request<CodeAction>('codeAction/resolve', remove);
  const [why] = Object.values(doubtful.edit?.changeAnnotations ?? {});
  assert.equal(why?.needsConfirmation, true);
  assert.match(why.label, /nginx before 1\.\d+\.\d+ still goes by "http2_max_field_size"/);
  await client.stop();
});
