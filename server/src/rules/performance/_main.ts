/** Where a finding about a whole configuration stands: the main level has no statement of its own. */
import type { Place } from '../../base/span.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';

/** The name of the first of the blocks that is there, else of the first statement; null in an empty configuration. */
export function mainPlace(config: Config, ...blocks: readonly string[]): { readonly directive: Directive; readonly at: Place } | null {
  const directive = blocks.map((name) => config.main.first(name)).find((d) => d) ?? config.main.directives[0];
  return directive ? { directive, at: directive.nameAt } : null;
}
