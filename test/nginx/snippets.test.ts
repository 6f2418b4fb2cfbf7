/** Every snippet, with every choice, at every place where it is offered, before the real nginx. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SNIPPETS } from '../../server/src/snippets/index.ts';
import { available, judge, skipOrFail } from '../harness/nginx.ts';
import { placed } from '../harness/snippets.ts';

const nginx = available();

describe('snippets and the real nginx', () => {
  if (!nginx) {
    skipOrFail('nginx is not installed');
    return;
  }
  for (const snippet of SNIPPETS) {
    if (snippet.since !== undefined && snippet.since > '1.22') continue;
    for (const place of placed(snippet))
      test(place.name, async () => {
        const verdict = await judge(place.text, { provide: true });
        assert.ok(verdict.ok, `${verdict.message} in\n${place.text}`);
      });
  }
});
