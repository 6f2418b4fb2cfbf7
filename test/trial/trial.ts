/**
 * Rules on trial: variants of the fault that a rule is about, and of sane use, which are not its examples: inherited, carried through a
 * variable, guarded, in another protocol, in an include. Each says by its place in which list it stands what is right; nothing else is looked at.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RULES } from '../../server/src/rules/all.ts';
import type { Example, ExampleSettings, Rule } from '../../server/src/rules/rule.ts';
import { exampleSettings, exampleTree, lintTree } from '../harness/rules.ts';

export interface Variant {
  readonly inside: NonNullable<Example['inside']>;
  readonly text: string;
  readonly settings?: ExampleSettings;
  readonly files?: Example['files'];
}

export interface Trial {
  readonly rule: string;
  /** what stands in the way of a bare text */
  readonly inside?: Example['inside'];
  readonly settings?: ExampleSettings;
  readonly bad: readonly (string | Variant)[];
  readonly sane: readonly (string | Variant)[];
}

const within =
  (inside: Variant['inside']) =>
  (text: string, more: Partial<Variant> = {}): Variant => ({ inside, text, ...more });
export const main = within('main');
export const http = within('http');
export const server = within('server');
export const location = within('location');
export const stream = within('stream');
/** whole files: `#- path` lines, the main one first */
export const tree = within('tree');

const variantOf = (trial: Trial, given: string | Variant): Variant =>
  typeof given === 'string' ? { inside: trial.inside ?? 'server', text: given } : given;

/** Whether the rule says anything about a text. */
export async function speaks(rule: Rule, variant: Variant, settings: ExampleSettings = {}): Promise<string[]> {
  // a file that is not at hand is unseen, except for the rules that look at the machine
  const example = { ...variant, settings: { environment: rule.group === 'environment', ...settings, ...variant.settings } };
  const base = exampleSettings(example);
  const { findings } = await lintTree(exampleTree(example, variant.text), [rule], {
    ...base,
    rules: { ...base.rules, [rule.id]: rule.severity },
  });
  return findings.filter((f) => f.rule === rule.id).map((f) => f.message);
}

/** One test for each variant of each rule. */
export function onTrial(trials: readonly Trial[]): void {
  for (const trial of trials)
    describe(trial.rule, () => {
      const rule = RULES.find((r) => r.id === trial.rule);
      assert.ok(rule, `there is no rule ${trial.rule}`);
      trial.bad.forEach((given, i) => {
        const variant = variantOf(trial, given);
        test(`bad ${i + 1}: ${variant.text.trim().replace(/\s+/g, ' ').slice(0, 90)}`, async () => {
          const said = await speaks(rule, variant, trial.settings);
          assert.ok(said.length > 0, `missed:\n${variant.text}`);
        });
      });
      trial.sane.forEach((given, i) => {
        const variant = variantOf(trial, given);
        test(`sane ${i + 1}: ${variant.text.trim().replace(/\s+/g, ' ').slice(0, 90)}`, async () => {
          assert.deepEqual(await speaks(rule, variant, trial.settings), [], `accused:\n${variant.text}`);
        });
      });
    });
}
