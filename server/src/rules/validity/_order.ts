/** The order in which nginx reads the directives of a configuration: what must be declared before its use, and which of two is the second. */
import type { Directive } from '../../config/directive.ts';

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
  if (a.scope === b.scope) return a.scope.indexOf(a) - b.scope.indexOf(b);
  const [one, two] = [pathOf(a), pathOf(b)];
  let i = 0;
  while (i < one.length && i < two.length && one[i] === two[i]) i++;
  const [x, y] = [one[i], two[i]];
  return x && y ? x.scope.indexOf(x) - y.scope.indexOf(y) : one.length - two.length;
}

/** Whether nginx has read the first directive when it comes to the second. */
export const isBefore = (a: Directive, b: Directive): boolean => byOrder(a, b) < 0;
