/** Paths whose captured groups hold a text of our choice: what a client can bring into a value that a regular expression takes apart. */
import { fromBytes, toBytes } from '../base/bytes.ts';
import type { CompiledRegex } from '../base/regexes.ts';
import type { Directive } from '../config/directive.ts';
import { type Spot, spotsOfServer } from './spots.ts';
import { asPath } from './values.ts';

/** The expressions that take the path apart at a spot: its location's and those of its rewrites. */
export function pathRegexes(spot: Spot): CompiledRegex[] {
  const { regexes } = spot.config;
  const found: CompiledRegex[] = spot.location?.regex ? [spot.location.regex] : [];
  for (const d of spot.directives) {
    if (d.name !== 'rewrite') continue;
    const compiled = regexes.compile(d.value(0));
    if (compiled.ok) found.push(compiled.regex);
  }
  return found;
}

/** A path as it is in a request line, with the text that a group of it holds. */
export interface Spliced {
  readonly path: string;
  readonly group: number;
}

/** Whether what a location answers may lead to a named one: its own line says so, or its `return` has the status that an error page is written for. */
function mayLeadTo({ directives, scope }: Spot, name: string): boolean {
  const says = ({ name: word, values }: Directive): boolean => (word === 'error_page' || word === 'try_files') && values.at(-1) === name;
  if (directives.some(says)) return true;
  const statuses = directives.flatMap((d) => (d.name === 'return' ? [d.value(0)] : []));
  return statuses.length > 0 && scope.effective('error_page').directives.some((d) => says(d) && d.values.some((v) => statuses.includes(v)));
}

/** The spots whose expressions took the path apart before a request got here: a named location is reached from others, and what they captured goes along. */
const takenApartAt = (spot: Spot): readonly Spot[] =>
  spot.location?.kind === 'named'
    ? [spot, ...spotsOfServer(spot.config, spot.server).filter((s) => s.location?.regex && mayLeadTo(s, spot.location!.name))]
    : [spot];

/** The spot's paths with the text put in place of what a group captures, as far as they still arrive there and the group still holds it. */
export function splicedPaths(spot: Spot, text: string): Spliced[] {
  const found: Spliced[] = [];
  const decode = (path: string): string =>
    fromBytes(path.replace(/%([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))));
  for (const at of takenApartAt(spot)) for (const regex of pathRegexes(at)) splice(at, regex);
  return found.slice(0, 12);

  function splice(at: Spot, regex: CompiledRegex): void {
    if (!regex.groups) return;
    for (const path of at.somePaths(8)) {
      const decoded = toBytes(decode(path));
      const match = regex.match(decoded);
      if (typeof match !== 'object') continue;
      for (let group = 1; group <= Math.min(regex.groups, 9); group++) {
        const held = match.captures[group];
        if (held === undefined) continue;
        // the last place where it stands: groups are mostly at the end
        const from = held === '' ? decoded.length : decoded.lastIndexOf(held);
        if (from < 0) continue;
        const spliced = decoded.slice(0, from) + text + decoded.slice(from + held.length);
        const again = regex.match(spliced);
        if (typeof again !== 'object' || again.captures[group] !== text || !at.takes(spliced)) continue;
        const found1 = { path: asPath(spliced), group };
        if (!found.some((f) => f.path === found1.path)) found.push(found1);
      }
    }
  }
}
