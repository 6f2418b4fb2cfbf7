/** Names that no nginx has are told with what nginx has instead: what is advised is there, and what is told is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { insteadOf, WISHED } from '../../server/src/rules/validity/_wishes.ts';
import { lintText, parts } from '../harness/rules.ts';

test('no name that is told has ever been a directive', async () => {
  const { engine } = await parts();
  const names = new Set([...engine.catalog.names()].map((n) => n.toLowerCase()));
  assert.ok(WISHED.length > 100);
  assert.deepEqual(
    WISHED.filter((name) => names.has(name)),
    [],
  );
});

test('every directive that is advised is one', async () => {
  const { engine } = await parts();
  const names = new Set(engine.catalog.names());
  for (const name of WISHED)
    for (const [word] of insteadOf(name)!.matchAll(/(?<![$\w-])[a-z]+(?:_[a-z]+)+\b/g)) assert.ok(names.has(word), `${name}: ${word}`);
});

test('each of them is refused with the advice, in whatever case and whatever block', async () => {
  for (const name of WISHED) {
    const { findings } = await lintText(`events {}\nhttp {\n    server {\n        listen 80;\n        ${name} x;\n    }\n}\n`);
    const [told] = findings.filter((f) => f.rule === 'unknown-directive');
    assert.equal(told?.messageId, 'wished', name);
    assert.equal(told.severity, 'error');
    assert.equal(told.message, `Unknown directive "${name}": ${insteadOf(name)!}.`);
  }
  assert.ok(insteadOf('DocumentRoot')?.includes('root'));
  assert.ok(insteadOf('<VirtualHost'));
  assert.equal(insteadOf('frobnicate'), null);
  assert.equal(insteadOf('constructor'), null);
});
