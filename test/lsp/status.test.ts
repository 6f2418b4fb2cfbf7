// What the status item says: whose nginx of which version, how far the facts go, and that they are old when they are. The server's clock is set.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { statusOf } from '../../client/src/status-words.ts';
import type { RootsResult } from '../../server/src/lsp/protocol.ts';
import { SERVER, TestClient } from '../harness/lsp.ts';

const folders: string[] = [];
after(() => {
  TestClient.stopAll();
  for (const dir of folders) fs.rmSync(dir, { recursive: true, force: true });
});

/** Arguments to node under which every program takes this day for today. */
const on = (day: string): string[] => ['--import', `data:text/javascript,const at = Date.parse('${day}'); Date.now = () => at;`];

const LUA =
  'events {}\nhttp {\n    server {\n        listen 80;\n        location / {\n            content_by_lua_block { ngx.say("x") }\n        }\n    }\n}\n';
const PLAIN = LUA.replace(/content_by_lua_block .*/, 'return 204;');

function folder(files: Readonly<Record<string, string>>): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-status-'));
  folders.push(dir);
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(dir, name), text);
  return dir;
}

async function status(
  files: Readonly<Record<string, string>>,
  day: string,
  settings: object = {},
): Promise<{ text: string; detail: string }> {
  const dir = folder(files);
  const uri = pathToFileURL(path.join(dir, 'nginx.conf')).href;
  const client = await TestClient.start({ folder: pathToFileURL(dir).href, settings, server: [...on(day), ...SERVER] });
  client.open(uri, files['nginx.conf']!);
  await client.settled();
  return statusOf(await client.request<RootsResult>('proxylens/roots', { uri }));
}

test('the status item says how far the facts go; from the 121st day on that they are old', async () => {
  const young = await status({ 'nginx.conf': PLAIN }, '2026-12-01');
  assert.match(young.detail, /^Main file · nginx 1\.31\.9 \(the newest known; none is set\) · knows nginx up to 1\.31\.9 \(18 Nov 2026\)$/);
  const old = await status({ 'nginx.conf': PLAIN }, '2027-06-01');
  assert.match(old.detail, /\(18 Nov 2026\); these facts are 185 days old, update Proxylens$/);
});

test('Lua that nothing explains is read as OpenResty’s, and the status item says so; an image or a setting that names another is believed', async () => {
  const { detail } = await status({ 'nginx.conf': LUA }, '2026-12-01');
  assert.match(detail, / · read as OpenResty, for it uses content_by_lua_block · knows /);
  const image = 'services:\n  web:\n    image: nginx:1.29\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf"]\n';
  assert.doesNotMatch((await status({ 'nginx.conf': LUA, 'compose.yaml': image }, '2026-12-01')).detail, /read as/);
  assert.doesNotMatch((await status({ 'nginx.conf': LUA }, '2026-12-01', { flavour: 'oss' })).detail, /read as/);
});

test('check and trace say the same, and on old facts that they are old', () => {
  const dir = folder({ 'nginx.conf': LUA });
  const run = (day: string, ...args: string[]): string =>
    execFileSync(process.execPath, [...on(day), SERVER[0]!, ...args], { cwd: dir, encoding: 'utf8', timeout: 60_000 });
  const said = run('2027-06-01', 'check', 'nginx.conf');
  assert.match(said, /^read as OpenResty, for it uses content_by_lua_block; /m);
  assert.match(said, /these facts are 185 days old, update Proxylens$/m);
  assert.match(run('2027-06-01', '--version'), /these facts are 185 days old/);
  const traced = run('2026-12-01', 'trace', 'nginx.conf', 'http://localhost/');
  assert.match(traced, /^read as OpenResty, for it uses content_by_lua_block$/m);
  assert.match(traced, /^knows nginx up to 1\.31\.9 \(18 Nov 2026\)$/m);
  const { project } = JSON.parse(run('2026-12-01', 'check', 'nginx.conf', '--format', 'json')) as {
    project: { readAs: { flavour: string | null }[] };
  };
  assert.deepEqual(
    project.readAs.map((r) => r.flavour),
    ['OpenResty, for it uses content_by_lua_block'],
  );
});
