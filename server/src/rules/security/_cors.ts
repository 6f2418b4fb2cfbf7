/** What the rules about CORS share: its headers, where they are written, and a page of another site. */

import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import { PerPart } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import { everywhere } from '../../config/pieces.ts';
import type { Scope } from '../../config/scope.ts';
import { readMoreHeaders } from '../../trace/handlers/more-headers.ts';
import { readCondition } from '../../trace/handlers/rewrite.ts';
import { definitionOf, indexOf } from '../../trace/index.ts';
import { variablesIn } from '../../trace/script.ts';
import type { HeaderPair, Trace } from '../../trace/trace.ts';
import type { Spot } from '../../witness/spots.ts';
import { probeFor, rowsOf } from '../../witness/values.ts';

const MOST_ORIGINS = 3;

export const ALLOW_ORIGIN = 'access-control-allow-origin';
/** The same as an expression, for the words of lines that set it: `more_set_headers` writes the value into the word. */
export const IS_ALLOW_ORIGIN = /^access-control-allow-origin(?=:|$)/i;
export const FOREIGN = 'https://evil.test';

const readsReferer = (d: Directive): boolean => d.name === 'valid_referers' || d.values.some((v) => v.includes('http_referer'));

const hasReferer = new PerPart((server: Scope): boolean => server.all.some(readsReferer));

/** Whether a line of the server, or a map, looks at the page that a request comes from. */
const looksAtReferer = ({ server, config }: Spot): boolean => hasReferer.of(server.scope) || everywhere(config, 'map').some(readsReferer);

/**
 * What a browser asks for a page of an origin, with the page where that matters. OPTIONS is the preflight of a PUT with a token, which never
 * brings credentials (Fetch standard, 4.8). One request for all rules: each is asked once.
 */
export function crossOrigin(
  spot: Spot,
  origin: string,
  method = 'GET',
): { readonly method: string; readonly headers: readonly HeaderPair[] } {
  const headers: HeaderPair[] = [['Origin', origin]];
  if (origin !== 'null' && looksAtReferer(spot)) headers.push(['Referer', `${origin}/page`]);
  if (method === 'OPTIONS') headers.push(['Access-Control-Request-Method', 'PUT'], ['Access-Control-Request-Headers', 'authorization']);
  return { method, headers };
}

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

/** Lines that set headers of a response. */
export const SETTERS = ['add_header', 'more_set_headers'] as const;

const gives = (d: Directive, name: string): boolean =>
  d.name === 'add_header' ? d.value(0).toLowerCase() === name : readMoreHeaders(d).headers.some((h) => h.name.toLowerCase() === name);

/** The line in force that gives a header; of several the last. */
export function lineOf(spot: Spot, name: string): Directive | null {
  const own = spot.directives.filter((d) => SETTERS.some((setter) => setter === d.name) && gives(d, name));
  const inForce = (setter: string): Directive | undefined => spot.scope.effective(setter).directives.findLast((d) => gives(d, name));
  return own.at(-1) ?? inForce('add_header') ?? inForce('more_set_headers') ?? null;
}

/** What such a line says the header's value is, with variables. */
const writtenIn = (line: Directive | null, name: string): string =>
  line?.name === 'more_set_headers'
    ? (readMoreHeaders(line).headers.find((h) => h.name.toLowerCase() === name)?.value ?? '')
    : (line?.value(1) ?? '');

/** Origins that the place answers: the one that it names, those of its maps and conditions, any. */
export function originsOf(spot: Spot): readonly string[] {
  const written = writtenIn(lineOf(spot, ALLOW_ORIGIN), ALLOW_ORIGIN);
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
