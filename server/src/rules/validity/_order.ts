/** The order in which nginx reads the directives of a configuration: what must be declared before its use, and which of two is the second. */
import { asked, numberOf } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import { identityOf, type Scope } from '../../config/scope.ts';

const pathOf = (directive: Directive): Directive[] => {
  const path: Directive[] = [];
  for (let at: Directive | null = directive; at; at = at.scope.opener) path.push(at);
  return path.reverse();
};

/**
 * Compares two directives of one configuration by reading order, outer before inner, included files where they are included: below zero
 * when the first is read first, zero for one directive.
 */
export function byOrder(a: Directive, b: Directive): number {
  if (a === b) return 0;
  if (a.scope === b.scope) return onLevel(a.scope, a, b);
  const [one, two] = [pathOf(a), pathOf(b)];
  let i = 0;
  while (i < one.length && i < two.length && one[i] === two[i]) i++;
  const [x, y] = [one[i], two[i]];
  return x && y ? onLevel(x.scope, x, y) : one.length - two.length;
}

/** The order of two directives of one level. Of an outer level nothing but their order is asked: the rest of it may change. */
function onLevel(scope: Scope, x: Directive, y: Directive): number {
  if (!scope.outer) return scope.indexOf(x) - scope.indexOf(y);
  const [a, b] = [identityOf(x), identityOf(y)];
  const { context } = scope;
  return asked(scope.config, `order of ${numberOf(a)} and ${numberOf(b)}`, (c) => {
    const at = (d: Directive, identity: object): number =>
      context === 'main' ? c.main.level.findIndex((other) => identityOf(other) === identity) : d.scope.indexOf(d);
    return Math.sign(at(x, a) - at(y, b));
  });
}

/** Whether nginx has read the first directive when it comes to the second. */
export const isBefore = (a: Directive, b: Directive): boolean => byOrder(a, b) < 0;
