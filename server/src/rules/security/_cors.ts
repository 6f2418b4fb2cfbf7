/** What the rules about CORS share: its headers, where they are written, and a page of another site. */

import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { readCondition } from '../../trace/handlers/rewrite.ts';
import { definitionOf, indexOf } from '../../trace/index.ts';
import { variablesIn } from '../../trace/script.ts';
import type { Trace } from '../../trace/trace.ts';
import type { Spot } from '../../witness/spots.ts';
import { probeFor, rowsOf } from '../../witness/values.ts';

const MOST_ORIGINS = 3;

export const ALLOW_ORIGIN = 'access-control-allow-origin';
/** The same as an expression, for the names of headers as they are written. */
export const IS_ALLOW_ORIGIN = /^access-control-allow-origin$/i;
export const FOREIGN = 'https://evil.test';

/** Whether a condition on the way to a place, or in a location below that inherits its lines, looks at the origin. */
export function asksForOrigin(scope: Scope): boolean {
  for (let at: Scope | null = scope; at && at.context !== 'http'; at = at.parent)
    if (
      at.named('if').some((d) => {
        const condition = readCondition(d);
        return condition !== null && condition.kind !== 'file' && sourcesOf(scope.config, condition.name).has('http_origin');
      })
    )
      return true;
  return false;
}

/** The values of a header in the answer that a client gets; the name in small letters. */
export const valuesOf = (trace: Trace, name: string): string[] =>
  trace.outcome.responseHeaders.filter(([n]) => n.toLowerCase() === name).map(([, v]) => v);

/** The add_header line in force that gives a header; of several the last. */
export function lineOf(spot: Spot, name: string): Directive | null {
  const own = spot.directives.filter((d) => d.name === 'add_header' && d.value(0).toLowerCase() === name);
  return own.at(-1) ?? spot.scope.effective('add_header').directives.findLast((d) => d.value(0).toLowerCase() === name) ?? null;
}

/** Origins that the place answers: the one that it names, those of its maps and conditions, any. */
export function originsOf(spot: Spot): readonly string[] {
  const written = lineOf(spot, ALLOW_ORIGIN)?.value(1) ?? '';
  const rows = variablesIn(written).flatMap((name) => {
    const defined = definitionOf(indexOf(spot.config), name);
    return defined?.by === 'map' && defined.directive.value(0) === '$http_origin' ? rowsOf(defined.directive).slice(0, 6) : [];
  });
  const chosen = rows.flatMap(({ key }) => (key === null ? [] : [probeFor(spot.config, 'http_origin', key)]));
  const asked = [...chosen, ...spot.variations].flatMap((probe) =>
    (probe?.headers ?? []).flatMap(([n, value]) => (n.toLowerCase() === 'origin' ? [value] : [])),
  );
  return [...new Set([...(/^https?:\/\/[^/$]+$/.test(written) ? [written] : []), ...asked, FOREIGN])].slice(0, MOST_ORIGINS);
}
