/**
 * Rules on trial: variants of the fault that a rule is about, and of sane use, which are not its examples: inherited, carried through a
 * variable, guarded, in another protocol, in an include. Each says by its place in which list it stands what is right; nothing else is looked at.
 */
import { RULES } from '../../server/src/rules/all.ts';
import type { Example, ExampleSettings, Finding, Rule } from '../../server/src/rules/rule.ts';
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
  /** told, but as no more than information: what the harm hangs on is not in sight, or there is little */
  readonly mild?: readonly (string | Variant)[];
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
  trials.flatMap((trial) => [...trial.bad.map(caseIn(trial, true)), ...trial.sane.map(caseIn(trial, false))]);

/** The variants that are told as no more than information. */
export const mildOf = (trials: readonly Trial[]): readonly Case[] => trials.flatMap((trial) => (trial.mild ?? []).map(caseIn(trial, true)));

function caseIn(trial: Trial, bad: boolean): (given: string | Variant) => Case {
  const rule = RULES.find((r) => r.id === trial.rule);
  if (!rule) throw new Error(`there is no rule ${trial.rule}`);
  return (given) => {
    const variant = typeof given === 'string' ? { inside: trial.inside ?? 'server', text: given } : given;
    return { ...variant, rule, bad, settings: { ...trial.settings, ...variant.settings } };
  };
}

/** What the rule says about a variant of it. */
export const said = async (variant: Case): Promise<string[]> => (await foundIn(variant)).map((f) => f.message);

/** What the rule finds in a variant of it. */
export async function foundIn({ rule, inside, text, files, settings }: Case): Promise<readonly Finding[]> {
  // a file that is not at hand is unseen, except for the rules that look at the machine
  const example: Example = { inside, files, settings: { environment: rule.group === 'environment', ...settings } };
  const base = exampleSettings(example);
  const { findings } = await lintTree(exampleTree(example, text), [rule], {
    ...base,
    rules: { ...base.rules, [rule.id]: rule.severity },
  });
  return findings.filter((f) => f.rule === rule.id);
}
