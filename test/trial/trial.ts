/**
 * Rules on trial: variants of the fault that a rule is about, and of sane use, which are not its examples: inherited, carried through a
 * variable, guarded, in another protocol, in an include. Each says by its place in which list it stands what is right; nothing else is looked at.
 */
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
  /** what is in the way of a bare text */
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

/** A variant as it is run, with what its trial says for all of them. */
export interface Case extends Variant {
  readonly rule: Rule;
  readonly bad: boolean;
}

/** All variants of some trials, one after the other. */
export const casesOf = (trials: readonly Trial[]): readonly Case[] =>
  trials.flatMap((trial) => {
    const rule = RULES.find((r) => r.id === trial.rule);
    if (!rule) throw new Error(`there is no rule ${trial.rule}`);
    const of = (bad: boolean) => (given: string | Variant) => {
      const variant = typeof given === 'string' ? { inside: trial.inside ?? 'server', text: given } : given;
      return { ...variant, rule, bad, settings: { ...trial.settings, ...variant.settings } };
    };
    return [...trial.bad.map(of(true)), ...trial.sane.map(of(false))];
  });

/** What the rule says about a variant of it. */
export async function said({ rule, inside, text, files, settings }: Case): Promise<string[]> {
  // a file that is not at hand is unseen, except for the rules that look at the machine
  const example: Example = { inside, files, settings: { environment: rule.group === 'environment', ...settings } };
  const base = exampleSettings(example);
  const { findings } = await lintTree(exampleTree(example, text), [rule], {
    ...base,
    rules: { ...base.rules, [rule.id]: rule.severity },
  });
  return findings.filter((f) => f.rule === rule.id).map((f) => f.message);
}
