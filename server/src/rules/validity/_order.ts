/** The order in which nginx reads the directives of a configuration: what must be declared before its use, and which of two is the second. */
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { walk } from '../../config/scope.ts';

const orders = new WeakMap<Config, ReadonlyMap<Directive, number>>();

/** Position in reading order, outer before inner; included files where they are included. */
export function positionOf(directive: Directive): number {
  const { config } = directive.scope;
  let order = orders.get(config);
  if (!order) {
    const made = new Map<Directive, number>();
    for (const d of walk(config.main)) made.set(d, made.size);
    orders.set(config, (order = made));
  }
  return order.get(directive) ?? -1;
}

const byNames = new WeakMap<Config, Map<string, Directive[]>>();

/** All directives of a name, wherever they stand, in reading order. */
export function everywhere(config: Config, name: string): readonly Directive[] {
  let index = byNames.get(config);
  if (!index) {
    index = new Map();
    for (const d of walk(config.main)) {
      const list = index.get(d.name);
      if (list) list.push(d);
      else index.set(d.name, [d]);
    }
    byNames.set(config, index);
  }
  return index.get(name) ?? [];
}
