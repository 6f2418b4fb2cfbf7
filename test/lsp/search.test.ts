// Where the client searches for files, what it finds are the candidates: what a person leaves out there is left out here, and nothing leads out of the folder.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { FileParams, FindResult, RootsResult } from '../../server/src/lsp/protocol.ts';
import { TestClient } from '../harness/lsp.ts';

const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-search-')));
after(() => {
  TestClient.stopAll();
  fs.rmSync(base, { recursive: true, force: true });
});

const MAIN = 'events {}\nhttp {\n    server {\n        listen 8080;\n    }\n}\n';
const folder = path.join(base, 'shop');
const uri = (name: string): string => pathToFileURL(path.join(folder, name)).href;
for (const name of ['web/nginx.conf', 'old/nginx.conf', '../elsewhere/nginx.conf']) {
  const target = path.join(folder, name);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, MAIN);
}
fs.mkdirSync(path.join(folder, '.git'));
fs.symlinkSync(path.join(base, 'elsewhere'), path.join(folder, 'linked'));

/** The main files that a server finds whose client answers a search so. */
async function rootsWith(finds: boolean, answer: (asked: FileParams) => FindResult | null): Promise<{ roots: string[]; asked: string[] }> {
  const asked: string[] = [];
  const client = await TestClient.start({
    folder: pathToFileURL(folder).href,
    initializationOptions: { finds },
    answers: {
      'proxylens/fs/find': (params: FileParams) => {
        asked.push(params.uri);
        return answer(params);
      },
    },
  });
  await client.settled();
  const { all } = await client.request<RootsResult>('proxylens/roots', { uri: uri('web/nginx.conf') });
  await client.stop();
  return { roots: all.map((r) => path.relative(folder, new URL(r.uri).pathname)).sort(), asked };
}

test('what the client finds are the candidates', async () => {
  const { roots, asked } = await rootsWith(true, () => ({ uris: [uri('web/nginx.conf')], more: false }));
  assert.deepEqual(roots, ['web/nginx.conf']);
  assert.deepEqual(asked, [pathToFileURL(folder).href]);
});

test('what it finds behind a link that leads out is left alone', async () => {
  const { roots } = await rootsWith(true, () => ({ uris: [uri('web/nginx.conf'), uri('linked/nginx.conf')], more: false }));
  assert.deepEqual(roots, ['web/nginx.conf']);
});

for (const [title, finds, answer] of [
  ['has no search', false, () => ({ uris: [uri('web/nginx.conf')], more: false })],
  ['gives no answer', true, () => null],
  ['finds nothing at all', true, () => ({ uris: [], more: false })],
  [
    'fails',
    true,
    () => {
      throw new Error('no provider');
    },
  ],
] as const)
  test(`the server looks for itself where the client ${title}`, async () => {
    assert.deepEqual((await rootsWith(finds, answer)).roots, ['old/nginx.conf', 'web/nginx.conf']);
  });
