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
