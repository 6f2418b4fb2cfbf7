/** Paths whose captured groups hold a text of our choice: what a client can bring into a value that a regular expression takes apart. */
import { fromBytes, toBytes } from '../base/bytes.ts';
import type { CompiledRegex } from '../base/regexes.ts';
import type { Spot } from './spots.ts';
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

/** The spot's paths with the text put in place of what a group captures, as far as they still arrive there and the group still holds it. */
export function splicedPaths(spot: Spot, text: string): Spliced[] {
  const found: Spliced[] = [];
  const decode = (path: string): string =>
    fromBytes(path.replace(/%([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))));
  for (const regex of pathRegexes(spot)) {
    if (!regex.groups) continue;
    for (const path of spot.somePaths(8)) {
      const decoded = toBytes(decode(path));
      const match = regex.match(decoded);
      if (typeof match !== 'object') continue;
      for (let group = 1; group <= Math.min(regex.groups, 9); group++) {
        const held = match.captures[group];
        if (held === undefined) continue;
        // the last place where it stands: groups are mostly at the end
        const at = held === '' ? decoded.length : decoded.lastIndexOf(held);
        if (at < 0) continue;
        const spliced = decoded.slice(0, at) + text + decoded.slice(at + held.length);
        const again = regex.match(spliced);
        if (typeof again !== 'object' || again.captures[group] !== text || !spot.takes(spliced)) continue;
        const found1 = { path: asPath(spliced), group };
        if (!found.some((f) => f.path === found1.path)) found.push(found1);
      }
    }
  }
  return found.slice(0, 12);
}
