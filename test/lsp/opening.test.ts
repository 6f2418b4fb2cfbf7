// Editors send the first file while the folder is still being searched: what the search finds must count for that file too.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { RootsResult } from '../../server/src/lsp/protocol.ts';
import { TestClient } from '../harness/lsp.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-opening-'));
after(() => {
  TestClient.stopAll();
  fs.rmSync(folder, { recursive: true, force: true });
});

test('a file that is opened at once is read under the version of the compose file', async () => {
  const site = 'server {\n    listen 80;\n}\n';
  fs.mkdirSync(path.join(folder, 'nginx/conf.d'), { recursive: true });
  fs.writeFileSync(
    path.join(folder, 'docker-compose.yml'),
    'services:\n  web:\n    image: nginx:1.22.1\n    volumes:\n      - ./nginx:/etc/nginx\n',
  );
  fs.writeFileSync(path.join(folder, 'nginx/nginx.conf'), 'events {}\nhttp {\n    include /etc/nginx/conf.d/*.conf;\n}\n');
  fs.writeFileSync(path.join(folder, 'nginx/conf.d/site.conf'), site);
  const client = await TestClient.start({ folder: pathToFileURL(folder).href });
  const uri = pathToFileURL(path.join(folder, 'nginx/conf.d/site.conf')).href;
  client.open(uri, site);
  await client.request('proxylens/roots', { uri });
  await client.settled();
  const { roots, nginxVersion, versionFrom } = await client.request<RootsResult>('proxylens/roots', { uri });
  assert.deepEqual(
    roots.map(({ label }) => label),
    ['nginx/nginx.conf'],
  );
  assert.deepEqual([nginxVersion, versionFrom], ['1.22.1', 'found']);
  await client.stop();
});

test('of a long file the first findings come before the last are found, and none of them goes again', async () => {
  const site = (n: number): string =>
    `    server {\n        listen 80;\n        server_name s${n}.example.com;\n        location /img { alias /data/s${n}/; }\n        location / { proxy_pass http://127.0.0.1:${8000 + n}; }\n    }\n`;
  const text = `events {}\nhttp {\n${Array.from({ length: 150 }, (_, n) => site(n)).join('')}}\n`;
  const client = await TestClient.start();
  await client.settled();
  const uri = 'file:///long/nginx.conf';
  client.open(uri, text);
  await client.settled();
  const sets = client.published.filter((p) => p.uri === uri).map((p) => p.diagnostics.map((d) => JSON.stringify(d)));
  const all = new Set(sets.at(-1));
  assert.ok(sets.length > 1 && sets[0]!.length > 0 && sets[0]!.length < all.size, `${sets.map((s) => s.length)}`);
  const gone = sets.flatMap((set) => set.filter((d) => !all.has(d)));
  assert.deepEqual(gone.slice(0, 3), []);
  await client.stop();
});
