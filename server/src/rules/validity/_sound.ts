/** Directives whose form is right, so that their arguments can be judged: known, in their place, counted, and no aftermath of a fault above. */
import { acceptsCount } from '../../catalog/arity.ts';
import { argsOf } from '../../catalog/catalog.ts';
import { bodyOf } from '../../catalog/context.ts';
import type { DirectiveFact } from '../../catalog/fact.ts';
import { askedSet, PerConfig } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { walk } from '../../config/scope.ts';
import { Slot } from '../../config/slot.ts';
import { factFor } from './_known.ts';
import { isTemplated } from './_spans.ts';
import { faultsOf, isAftermath, isBroken } from './_structure.ts';

const facts = new Slot<Directive, { readonly structure: object; readonly fact: DirectiveFact | null }>();

/** The fact of a directive whose form is right; null otherwise (another rule says why, or a template fills it in). */
export function soundFact(directive: Directive): DirectiveFact | null {
  let known = facts.get(directive);
  const structure = faultsOf(directive);
  if (known?.structure !== structure) {
    const fact = factFor(directive);
    const { nginx } = directive.scope.config.settings.target;
    const sound =
      fact !== null &&
      acceptsCount(argsOf(fact, nginx), directive.args.length) &&
      argsOf(fact, nginx).block === (directive.statement.open !== null) &&
      !isTemplated(directive) &&
      !isAftermath(directive, 'name') &&
      !isBroken(directive);
    facts.set(directive, (known = { structure, fact: sound ? fact : null }));
  }
  return known.fact;
}

/**
 * Words of directives whose form is wrong: names that such a line may have meant to declare, so that what uses them need not be said too.
 * Variables in lower case with their `$`; of `zone=a:1m` each part.
 */
export const halfDeclared = (config: Config): { readonly has: (word: string) => boolean } =>
  askedSet(config, 'half declared', (c) => halves.of(c));

const halves = new PerConfig((config): ReadonlySet<string> => {
  const words = new Set<string>();
  for (const directive of walk(config.main)) {
    const { context } = directive.scope;
    if (!directive.args.length || context === 'unknown' || bodyOf(context) !== 'directives' || soundFact(directive)) continue;
    for (const value of directive.values) {
      if (value.startsWith('$')) words.add(value.toLowerCase());
      else for (const part of value.split(/[=:]/)) words.add(part);
    }
  }
  return words;
});
