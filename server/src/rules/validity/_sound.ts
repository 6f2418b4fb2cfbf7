/** Directives whose form is right, so that their arguments can be judged: known, in their place, counted, and no aftermath of a fault above. */
import { acceptsCount } from '../../catalog/arity.ts';
import { argsOf } from '../../catalog/catalog.ts';
import type { DirectiveFact } from '../../catalog/fact.ts';
import type { Directive } from '../../config/directive.ts';
import { factFor } from './_known.ts';
import { isTemplated } from './_spans.ts';
import { faultsOf, isAftermath, isBroken } from './_structure.ts';

const facts = new WeakMap<Directive, { readonly structure: object; readonly fact: DirectiveFact | null }>();

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
