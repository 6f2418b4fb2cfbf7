/**
 * What a rule about requests looks at first is cheap, and loses nothing: over the examples and the trials of all these rules its answer is the
 * same when it asks about every place that has its directives.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RULES } from '../../server/src/rules/all.ts';
import type { Rule } from '../../server/src/rules/rule.ts';
import { exampleSettings, exampleTree, lintTree } from '../harness/rules.ts';
import { casesOf } from '../trial/trial.ts';
import { TRIALS } from '../trial/variants/all.ts';

/** Rules whose trigger only saves time; that of others says what they are about. */
const SAVING: readonly string[] = [
  'error-page-fails-too',
  'open-redirect',
  'query-in-path',
  'redirect-loop',
  'redirect-query-twice',
  'redirect-target-malformed',
  'rewrite-to-nothing',
  'try-files-code-not-last',
];

const everywhere = (rule: Rule): Rule => ({
  ...rule,
  looksAt: rule.looksAt.map((at) => ('outcome' in at ? { outcome: at.outcome } : at)),
});

const own = RULES.filter((rule) => SAVING.includes(rule.id));
const all = own.map(everywhere);

/** Texts in which several of the rules may speak: the examples of each, and what it was tried with. */
const texts = [
  ...own.flatMap((rule) => rule.examples.flatMap((e) => [e.bad, e.good].flatMap((text) => (text === undefined ? [] : [{ ...e, text }])))),
  ...casesOf(TRIALS.filter((t) => SAVING.includes(t.rule))).map(({ inside, text, files, settings }) => ({ inside, text, files, settings })),
];

test('a trigger loses no finding', async () => {
  assert.equal(own.length, SAVING.length);
  for (const example of texts) {
    const told = async (rules: readonly Rule[]): Promise<string[]> => {
      const { findings } = await lintTree(exampleTree(example, example.text), rules, exampleSettings(example));
      return findings.map((f) => `${f.rule}/${f.messageId} at ${f.at.span.start}: ${f.message}`);
    };
    assert.deepEqual(await told(own), await told(all), example.text);
  }
});
