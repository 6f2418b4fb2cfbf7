/** Which facts the target has of a name, and why it has none: the questions that the rules about names and counts share. */
import { contextsOf, type Status, statusOf } from '../../catalog/catalog.ts';
import { bodyOf, type Context } from '../../catalog/context.ts';
import type { DirectiveFact } from '../../catalog/fact.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';

/** Facts of that name that stand in blocks of directives; the words of map bodies and the like are no directives to nginx. */
export const factsOf = (config: Config, name: string): DirectiveFact[] =>
  config.catalog
    .directives(name)
    .filter((f) => f.contexts.some((c) => bodyOf(c) === 'directives') || Object.keys(f.contextRemoved).length > 0);

/** Contexts of the target's version, over all facts of the name that it has. */
export const placesOf = (config: Config, name: string): Context[] => {
  const { target } = config.settings;
  return [
    ...new Set(
      factsOf(config, name)
        .filter((f) => statusOf(f, target).known)
        .flatMap((f) => contextsOf(f, target.nginx)),
    ),
  ];
};

/** A directive that the settings declare: nobody knows more of it than they say. */
export const isOwn = (config: Config, name: string): boolean => config.settings.ownDirectives.some((d) => d.name === name);

/** Where a directive is one of nginx's, and not an entry of a map or text in a block of Lua. */
export const isJudged = (directive: Directive): boolean => {
  const { context } = directive.scope;
  return context !== 'unknown' && bodyOf(context) === 'directives' && !directive.statement.name.templated;
};

/** The fact that decides about the directive; null when it is unknown, of another version or misplaced, which other rules say. */
export function factFor(directive: Directive): DirectiveFact | null {
  const { fact, scope } = directive;
  if (!fact || scope.context === 'unknown') return null;
  const { target } = scope.config.settings;
  return statusOf(fact, target).known && contextsOf(fact, target.nginx).includes(scope.context) ? fact : null;
}

/** Why the target lacks a name: the likeliest reason first. */
export function absence(config: Config, facts: readonly DirectiveFact[]): Extract<Status, { known: false }> | null {
  const order = ['module', 'removed', 'future', 'plus'];
  const reasons = facts.map((f) => statusOf(f, config.settings.target)).filter((s) => !s.known);
  return reasons.sort((a, b) => order.indexOf(a.reason) - order.indexOf(b.reason))[0] ?? null;
}
