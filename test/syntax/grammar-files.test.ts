import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';

test('the committed grammar, scanner, parser and wasm belong together (server/grammar/build.sh records them)', () => {
  const rows = fs.readFileSync('server/grammar/FILES.sha256', 'utf8').trim().split('\n');
  assert.deepEqual(
    rows.map((row) => row.split(/\s+/)[1]),
    ['grammar.js', 'scanner.c', 'src/parser.c', 'tree-sitter-nginx.wasm'],
  );
  for (const row of rows) {
    const [sha256, file] = row.split(/\s+/);
    assert.equal(
      createHash('sha256')
        .update(fs.readFileSync(`server/grammar/${file}`))
        .digest('hex'),
      sha256,
      `${file} has changed: run server/grammar/build.sh`,
    );
  }
});
