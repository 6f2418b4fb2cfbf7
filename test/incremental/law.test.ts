/** The law of what outlives an edit (config/asked.ts) holds because there is one way to remember something about a configuration. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

test('what is remembered for a whole configuration is remembered in one place, which records what was asked', () => {
  const folder = 'server/src';
  const files = fs.readdirSync(folder, { recursive: true }).map((f) => path.join(folder, String(f)));
  const others = files.filter((f) => f.endsWith('.ts') && /new WeakMap<Config\b|\.perConfig\b/.test(fs.readFileSync(f, 'utf8')));
  assert.deepEqual(others, [path.join(folder, 'config/asked.ts')]);
});
