/** The settings file in the editor: its mistakes are findings of that file, and go when they are repaired. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { TestClient } from '../harness/lsp.ts';
import { CLEAN, folder } from './cli.ts';

after(() => TestClient.stopAll());

test('mistakes in .proxylens.yaml are shown at their place and blanked when fixed', async () => {
  const dir = folder({ 'nginx.conf': CLEAN, '.proxylens.yaml': 'rules:\n  nope: off\n' });
  const uri = pathToFileURL(path.join(dir, '.proxylens.yaml')).href;
  const client = await TestClient.start({ folder: pathToFileURL(dir).href });
  await client.settled();
  const last = (): object[] | undefined =>
    client.published.findLast((p) => p.uri === uri)?.diagnostics.map((d) => ({ at: d.range.start, source: d.source }));
  assert.deepEqual(last(), [{ at: { line: 1, character: 2 }, source: 'proxylens' }]);
  fs.writeFileSync(path.join(dir, '.proxylens.yaml'), 'profile: strict\n');
  void client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri, type: 2 }] });
  await client.settled();
  assert.deepEqual(last(), []);
  await client.stop();
});
