/** Every rule is on trial with at least six variants of its fault and six of sane use, and each verdict is right. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RULES } from '../../server/src/rules/all.ts';
import { casesOf, foundIn, mildOf, said } from './trial.ts';
import { TRIALS } from './variants/all.ts';

const FEWEST = 6;
const CASES = casesOf(TRIALS);

describe('every rule is on trial', () => {
  for (const rule of RULES)
    test(rule.id, () => {
      const own = CASES.filter((c) => c.rule === rule);
      for (const bad of [true, false]) {
        const texts = new Set(own.filter((c) => c.bad === bad).map((c) => JSON.stringify([c.inside, c.text, c.settings, c.files])));
        assert.ok(texts.size >= FEWEST, `only ${texts.size} ${bad ? 'bad' : 'sane'} variants`);
      }
    });
});

for (const rule of RULES)
  describe(rule.id, () => {
    const counts = new Map<boolean, number>();
    for (const variant of CASES.filter((c) => c.rule === rule)) {
      const { bad, text } = variant;
      counts.set(bad, (counts.get(bad) ?? 0) + 1);
      test(`${bad ? 'bad' : 'sane'} ${counts.get(bad)}: ${text.trim().replace(/\s+/g, ' ').slice(0, 90)}`, async () => {
        const messages = await said(variant);
        if (bad) assert.ok(messages.length > 0, `missed:\n${text}`);
        else assert.deepEqual(messages, [], `accused:\n${text}`);
      });
    }
  });

describe('what does little harm is information', () => {
  for (const variant of mildOf(TRIALS))
    test(`${variant.rule.id}: ${variant.text.trim().replace(/\s+/g, ' ').slice(0, 90)}`, async () => {
      const levels = (await foundIn(variant)).map((f) => f.severity);
      assert.ok(levels.length > 0, `missed:\n${variant.text}`);
      for (const level of levels) assert.match(level, /^(?:info|hint)$/, variant.text);
    });
});
