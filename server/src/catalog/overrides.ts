// What is odd about single directives, each with its reason: facts that the data, which hold what nginx's source of one version and its
// changes say, cannot know. An entry replaces fields of one fact and nothing else.
import { table } from '../base/table.ts';
import type { DirectiveFact } from './fact.ts';

interface Override {
  /** The module, where several offer the name. */
  readonly module?: string;
  readonly reason: string;
  readonly change: Partial<Pick<DirectiveFact, 'backports' | 'contexts' | 'check' | 'note' | 'since' | 'replacedBy'>>;
}

const OVERRIDES: Readonly<Record<string, Override>> = table({
  max_headers: {
    reason:
      'Debian 12 added it to its 1.22.1 with a security update (seen in 1.22.1-9+deb12u10), long before an upstream release of that branch; Debian 13 did the same to its 1.26.3 (+deb13u6).',
    change: { backports: ['1.22.1', '1.26.3'] },
  },
});

/** The fact as it is to be used: with its override, where there is one. */
export function overrideOf(fact: DirectiveFact): DirectiveFact {
  const found = Object.hasOwn(OVERRIDES, fact.name) ? OVERRIDES[fact.name] : undefined;
  return found && (found.module === undefined || found.module === fact.module) ? { ...fact, ...found.change } : fact;
}

/** The names with an override, and why: shown by tests. */
export const overrides = (): readonly { readonly name: string; readonly reason: string }[] =>
  Object.entries(OVERRIDES).map(([name, { reason }]) => ({ name, reason }));
