/**
 * What a trace does with each directive of nginx: a part of it reads it, the catalog says why it changes nothing that a trace tells, or it is
 * named as not simulated. Nothing is listed here: the readers declare what they read, the catalog holds the reasons, and the rest is named.
 */
import { PerConfig } from '../config/asked.ts';
import type { Directive } from '../config/directive.ts';
import type { Scope } from '../config/scope.ts';
import { atOf } from './at.ts';
import type { Reader } from './reader.ts';
import type { NotSimulated } from './trace.ts';

/** What the parts of one protocol read together. */
export interface Ledger {
  readonly readers: readonly Reader[];
  readonly reads: ReadonlySet<string>;
  /** read, and not followed in all that they do */
  readonly partly: ReadonlySet<string>;
}

/** The ledger of a protocol's readers. */
export const ledgerOf = (readers: readonly Reader[]): Ledger => ({
  readers,
  reads: new Set(readers.flatMap((r) => r.reads)),
  partly: new Set(readers.flatMap((r) => r.partly ?? [])),
});

/** Whether a line may change the way of a request or its answer in a way that is not followed. */
export function isUnfollowed({ reads, partly }: Ledger, { name, fact, scope }: Directive): boolean {
  if (partly.has(name)) return true;
  if (reads.has(name) || name === 'include') return false;
  return fact ? fact.harmless === null : scope.context !== 'unknown';
}

const memo = new PerConfig(() => ({ inForce: new Map<Scope, readonly NotSimulated[]>(), ofLevel: new Map<Scope, readonly Directive[]>() }));

/** The directives of one level that a trace does not follow. */
function unfollowedIn(ledger: Ledger, level: Scope): readonly Directive[] {
  const known = memo.of(level.config).ofLevel;
  let found = known.get(level);
  if (!found) known.set(level, (found = level.directives.filter((d) => isUnfollowed(ledger, d))));
  return found;
}

/** Directives in force in a scope that the trace does not follow. */
export function notSimulatedIn(ledger: Ledger, scope: Scope): readonly NotSimulated[] {
  const known = memo.of(scope.config).inForce;
  let found = known.get(scope);
  if (!found) {
    const seen = new Set<string>();
    const list: NotSimulated[] = [];
    for (let at: Scope | null = scope; at && at.context !== 'main'; at = at.parent)
      for (const d of unfollowedIn(ledger, at)) {
        if (seen.has(d.name) || (at !== scope && !scope.effective(d.name).directives.includes(d))) continue;
        seen.add(d.name);
        if (d.value(0) !== 'off') list.push({ at: atOf(d), directive: d.name });
      }
    known.set(scope, (found = list));
  }
  return found;
}

/** The same for the lines of the group that was asked, without the levels around it. */
export const notSimulatedOf = (ledger: Ledger, group: Scope): readonly NotSimulated[] =>
  group.directives.filter((d) => isUnfollowed(ledger, d)).map((d) => ({ at: atOf(d), directive: d.name }));
