/** Paths that a location takes by itself, made up and checked: the rules about reachability run them through the one matcher. */
import type { CompiledRegex } from '../base/regexes.ts';
import type { Location } from '../config/locations.ts';
import type { Scope } from '../config/scope.ts';
import { samplesOf } from './regex-samples.ts';

/** The outermost scope that holds the locations of this one: its server, or the fragment's top. */
export function matchingRoot(scope: Scope): Scope {
  let at = scope;
  while (at.parent && at.context !== 'server') at = at.parent;
  return at;
}

/** What may come after a prefix: kinds of names that patterns commonly ask for. */
const ENDINGS = ['', 'a', 'a/b', 'a.html', 'index.php', 'a/b.php', 'a.png', 'b/c.css', '1', '~t-x', 'A.JPG', 'a b', '.x', 'z.json', '@'];

/** Paths in the form that nginx matches: beginning with a slash, merged, resolved. */
export const isPath = (s: string): boolean => s.startsWith('/') && !/\/\/|\/\.{1,2}(\/|$)|[\0\n\r]/.test(s);

const made = new WeakMap<CompiledRegex, Map<string, readonly string[]>>();

/** Different paths that fit the location's own name or pattern. Empty when none could be made. */
export function pathsFor(location: Location, tries = 48): readonly string[] {
  if (location.kind === 'exact') return [location.name];
  if (location.kind === 'prefix') return ENDINGS.map((e) => location.name + e).filter(isPath);
  if (location.kind !== 'regex') return [];
  const caseless = location.modifier === '~*';
  const outer: string[] = [];
  for (let at = location.parent; at; at = at.parent) {
    if (at.kind === 'prefix') outer.push(at.name);
    else if (at.kind === 'regex') outer.push(...pathsFor(at, 6).slice(0, 4));
  }
  const forms = (s: string): string[] => {
    const plain = [
      // an ending alone is a hidden file, which says less than one with a name
      ...(s.startsWith('.') ? [`/site${s}`] : []),
      s,
      `/${s}`,
      `/x${s}`,
      `/x/${s}`,
      `${s}x`,
      `/${s}x`,
      `/y/z${s}`,
      `${s}/y.z`,
      `${s}-1.php`,
      ...outer.flatMap((o) => [o + s, `${o}x${s}`, `${o}/x${s}`]),
    ];
    return caseless ? [...plain, ...plain.map((p) => p.toUpperCase())] : plain;
  };
  let known = location.regex ? made.get(location.regex) : undefined;
  if (location.regex && !known) made.set(location.regex, (known = new Map()));
  const key = `${tries} ${outer.join(' ')}`;
  let paths = known?.get(key);
  if (!paths) {
    paths = samplesOf(location.scope.config.regexes, location.name, { caseless, tries, forms }).filter(isPath);
    known?.set(key, paths);
  }
  return paths;
}
