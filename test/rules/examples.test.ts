/** One test over all rules' examples: bad reports exactly the marks, good is silent, bad with its fixes is good, and fixes come to an end. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RULES } from '../../server/src/rules/all.ts';
import type { Example, Rule } from '../../server/src/rules/rule.ts';
import { asMarks, exampleSettings, exampleTree, fixTree, lintTree, type Mark, parts } from '../harness/rules.ts';

const byPlace = (marks: Mark[]): Mark[] =>
  [...marks].sort((a, b) =>
    a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line || a.from - b.from || (a.message < b.message ? -1 : 1),
  );
const active = (rule: Rule, example: Example) => {
  const settings = exampleSettings(example);
  return { ...settings, rules: { ...settings.rules, [rule.id]: rule.severity } };
};
const tidy = (text: string): string => text.replace(/[ \t]+$/gm, '').replace(/\n{2,}/g, '\n');

for (const rule of RULES)
  describe(rule.id, () => {
    test('is declared whole', () => {
      assert.ok(
        rule.examples.some((e) => e.bad),
        'at least one bad example',
      );
      assert.ok(
        rule.examples.some((e) => e.good),
        'at least one good example',
      );
      if (rule.looksAt.some((l) => 'outcome' in l))
        assert.ok(
          rule.examples.some((e) => e.witness),
          'the page of a rule about an outcome shows its request',
        );
      assert.ok(rule.title.length > 10 && !rule.title.endsWith('.'), 'a title without a full stop');
      assert.ok(rule.why.trim().length > 60, 'a why');
      for (const [id, message] of Object.entries(rule.messages)) assert.match(message, /[.!?]$/, `message ${id} is a sentence`);
    });
    rule.examples.forEach((example, i) => {
      if (example.bad !== undefined)
        test(`example ${i + 1}: the bad text has exactly its marks`, async () => {
          await parts();
          const tree = exampleTree(example, example.bad!);
          assert.ok(tree.marks.length > 0, 'the bad text has no mark');
          const settings = active(rule, example);
          const linted = await lintTree(tree, [rule], settings);
          assert.deepEqual(byPlace(asMarks(linted, rule)), byPlace(tree.marks));
          for (const f of linted.findings) assert.doesNotMatch(f.message, /\{[a-zA-Z]+\}/, 'a placeholder was left in the message');
          if (rule.looksAt.some((l) => 'outcome' in l))
            for (const f of linted.findings) assert.ok(f.witness, 'a finding about an outcome has its request');
          if (example.witness) {
            const { request, outcome } = linted.findings[0]!.witness!;
            assert.deepEqual({ request, outcome }, { request: example.witness.request, outcome: example.witness.outcome });
          }
          const hasFix = linted.findings.some((f) => f.fixes.length > 0);
          if (rule.fixable === 'always')
            assert.ok(
              linted.findings.every((f) => f.fixes.length > 0),
              'every finding has a fix',
            );
          if (rule.fixable === 'never') assert.ok(!hasFix, 'the rule says that it has no fixes');
          if (!hasFix || example.fixed === false) return;
          const { files } = await fixTree(tree, rule, settings);
          const wanted = example.fixed ?? example.good;
          assert.ok(wanted !== undefined, 'a bad text with a fix needs its good text');
          const good = exampleTree(example, wanted);
          for (const [file, text] of good.files) assert.equal(tidy(files.get(file) ?? ''), tidy(text), String(file));
        });
      if (example.good !== undefined)
        test(`example ${i + 1}: the good text is silent`, async () => {
          const tree = exampleTree(example, example.good!);
          const linted = await lintTree(tree, [rule], active(rule, example));
          assert.deepEqual(asMarks(linted, rule), []);
          for (const source of linted.sources.values()) assert.deepEqual(source.problems, []);
        });
    });
  });

test('ids are unique', () => {
  assert.equal(new Set(RULES.map((r) => r.id)).size, RULES.length);
});
