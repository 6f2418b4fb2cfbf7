/** The order in which nginx reads the directives of a configuration: what must be declared before its use, and which of two is the second. */
import { asked, numberOf, PerConfig } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { identityOf, type Scope, type ScopeContext } from '../../config/scope.ts';

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
  return orderOf(scope.config, scope.context, numberOf(identityOf(x)), numberOf(identityOf(y)));
}

const orderOf = (config: Config, context: ScopeContext, a: number, b: number): number =>
  asked(config, `order of ${a} and ${b}`, (c) => Math.sign((places.of(c, context).get(a) ?? -1) - (places.of(c, context).get(b) ?? -1)));

/** Where the directives of an outer level stand, by their numbers. */
const places = new PerConfig(
  (config, context: ScopeContext): ReadonlyMap<number, number> =>
    new Map(
      config
        .levels(context)
        .flatMap((level) => level.level)
        .map((d, i) => [numberOf(identityOf(d)), i]),
    ),
);

/** Whether nginx has read the first directive when it comes to the second. */
export const isBefore = (a: Directive, b: Directive): boolean => byOrder(a, b) < 0;
