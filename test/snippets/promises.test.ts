/** Every snippet keeps what it promises: requests of promises.ts are traced at every place where the snippet is offered, with every choice. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SNIPPETS } from '../../server/src/snippets/index.ts';
import { placed } from '../harness/snippets.ts';
import { broken } from './check.ts';
import { PROMISES } from './promises.ts';

test('every snippet has a promise, and every promise a snippet', () => {
  assert.deepEqual(Object.keys(PROMISES).sort(), SNIPPETS.map((s) => s.id).sort());
});

for (const snippet of SNIPPETS)
  describe(`${snippet.id} keeps its promise`, () => {
    const promises = PROMISES[snippet.id] ?? [];
    for (const place of placed(snippet))
      for (const row of typeof promises === 'function' ? promises(place) : promises)
        test(`${row.name} (${place.name})`, async () =>
          assert.deepEqual(await broken(place.text, row, snippet.since === '1.25.1' ? '1.28.0' : undefined), []));
  });
