/**
 * Which location takes a URI. The rules about unreachable locations, the hovers and the request path ask this one matcher; it
 * follows ngx_http_core_find_location and ngx_http_core_find_static_location to the letter and knows nothing of requests: whether the
 * variable of a predicate location is true is told by whoever does.
 */
import { type ByteString, byteArray, toBytes } from '../base/bytes.ts';
import type { CompiledRegex } from '../base/regexes.ts';
import { atLeast, type Version } from '../catalog/version.ts';
import type { Directive } from './directive.ts';
import { RegexIndex } from './regex-index.ts';
import type { Scope } from './scope.ts';
import { Slot } from './slot.ts';

/** `predicate`: `location $name`, since 1.31.5 */
export type LocationKind = 'exact' | 'prefix' | 'regex' | 'predicate' | 'named';
export type LocationModifier = '' | '=' | '^~' | '~' | '~*' | '$' | '@';

export interface Location {
  readonly scope: Scope;
  readonly directive: Directive;
  readonly kind: LocationKind;
  readonly modifier: LocationModifier;
  /** the name as nginx has it: without modifier, a regex's pattern, a named one with its `@`, a predicate with its `$` */
  readonly name: string;
  /** the same as bytes */
  readonly bytes: ByteString;
  /** `^~`: when this prefix is the longest, neither the regexes nor the predicates of its level are tried */
  readonly noRegex: boolean;
  /** null when it is no regex, or one that PCRE2 refuses */
  readonly regex: CompiledRegex | null;
  /** a name with a slash at its end and a pass directive inside: the slashless name is redirected to it */
  readonly autoRedirect: boolean;
  /** an exact name or a prefix somewhere below a regular expression: nginx makes no tree of these, so no URI finds it */
  readonly buried: boolean;
  readonly parent: Location | null;
  /** its place among the locations of its level */
  readonly index: number;
}

/** The locations of one level, ready to be searched. */
export interface LocationLevel {
  /** in file order */
  readonly all: readonly Location[];
  /** the exact names and, below, the prefixes that are looked for (`buried` ones are not) */
  readonly exact: ReadonlyMap<ByteString, Location>;
  readonly prefix: ReadonlyMap<ByteString, Location>;
  /** lengths of the prefix names, longest first */
  readonly lengths: readonly number[];
  readonly regexes: readonly Location[];
  /** those regex locations that a URI may match, in their order */
  readonly fitting: (uri: ByteString) => readonly Location[];
  readonly predicates: readonly Location[];
  readonly named: ReadonlyMap<string, Location>;
}

export type MatchHow =
  | 'exact'
  | 'prefix'
  | 'regex'
  | 'predicate'
  /** the URI is the location's name without the slash: 301 to the name */
  | 'slash-redirect'
  /** no location: the server level itself */
  | 'none'
  /** a regex gave up at the match limit (nginx answers 500 when its own limit is reached) */
  | 'unknown'
  /** whether the predicate of `location` is true is not known: it or what comes after it takes the URI */
  | 'undecided'
  /** the variable of a predicate could not be evaluated: 500 */
  | 'error';

/** What the variable of a predicate location says: true is all that is neither empty nor exactly "0". */
export type PredicateVerdict = 'true' | 'false' | 'unknown' | 'error';

/** Whether a search came to no location for certain: what is asked of its location has no answer. */
export const isOpen = (how: MatchHow): boolean => how === 'unknown' || how === 'undecided' || how === 'error';

export interface LocationMatch {
  readonly location: Location | null;
  readonly how: MatchHow;
  /** groups of the regex that was chosen, byte strings; [0] is the whole match */
  readonly captures: readonly (ByteString | undefined)[] | null;
  readonly regex: CompiledRegex | null;
  /** every regex that matched on the way, in order: nginx keeps the captures of the last */
  readonly tried: readonly Location[];
  /** the locations gone through, outermost first; the last is the chosen one */
  readonly path: readonly Location[];
}

const levels = new Slot<Scope, LocationLevel>();

/** Directives that set auto_redirect where the name ends in a slash (tunnel_pass does not). */
const PASSES = ['proxy_pass', 'fastcgi_pass', 'uwsgi_pass', 'scgi_pass', 'grpc_pass', 'memcached_pass'];

/** The locations that stand directly in a server or location scope. */
export function locationsOf(scope: Scope): LocationLevel {
  let level = levels.get(scope);
  if (!level) levels.set(scope, (level = makeLevel(scope)));
  return level;
}

const parents = new Slot<Scope, Location>();

/** The location whose inside a scope is; for an `if` or limit_except in it, that location too. Null on the server level. */
export function locationOf(scope: Scope): Location | null {
  for (let at: Scope | null = scope; at; at = at.parent) {
    if (at.context !== 'location') continue;
    const known = parents.get(at);
    if (known) return known;
    if (at.parent) {
      locationsOf(at.parent);
      return parents.get(at) ?? null;
    }
  }
  return null;
}

/** Whether `location $name` asks a variable in that version; before it was a prefix that no URI begins with. */
export const hasPredicates = (nginx: Version): boolean => atLeast(nginx, '1.31.5');

/** Reads the arguments of a `location` (ngx_http_core_location). Null when nginx refuses them. */
export function readLocationWords(values: readonly string[], nginx: Version): { modifier: LocationModifier; name: string } | null {
  const [first = '', second] = values;
  if (values.length === 2)
    return first === '=' || first === '^~' || first === '~' || first === '~*' ? { modifier: first, name: second! } : null;
  if (values.length !== 1) return null;
  for (const modifier of ['=', '^~', '~*', '~'] as const)
    if (first.startsWith(modifier)) return { modifier, name: first.slice(modifier.length) };
  if (first.length > 1 && first.startsWith('$') && hasPredicates(nginx)) return { modifier: '$', name: first };
  return { modifier: first.startsWith('@') ? '@' : '', name: first };
}

/** The modifier and the name of a `location` directive as its target's version reads them; null when nginx refuses them. */
export function readLocation(location: Directive): { modifier: LocationModifier; name: string } | null {
  const read = readLocationWords(location.values, location.scope.config.settings.target.nginx);
  // the dollar sign of a value that someone fills in before nginx reads it asks no variable
  return read?.modifier === '$' && location.args[0]?.templated ? { modifier: '', name: read.name } : read;
}

const KINDS: Readonly<Record<LocationModifier, LocationKind>> = {
  '': 'prefix',
  '^~': 'prefix',
  '=': 'exact',
  '~': 'regex',
  '~*': 'regex',
  $: 'predicate',
  '@': 'named',
};

/** Most levels have no locations: nothing is made for them. */
const NO_LOCATIONS: LocationLevel = {
  all: [],
  exact: new Map(),
  prefix: new Map(),
  lengths: [],
  regexes: [],
  fitting: () => [],
  predicates: [],
  named: new Map(),
};

function makeLevel(scope: Scope): LocationLevel {
  const written = scope.named('location');
  if (!written.length) return NO_LOCATIONS;
  const all: Location[] = [];
  const exact = new Map<ByteString, Location>();
  const prefix = new Map<ByteString, Location>();
  const regexes: Location[] = [];
  const predicates: Location[] = [];
  const named = new Map<string, Location>();
  const parent = locationOf(scope);
  let belowRegex = false;
  for (let at = parent; at; at = at.parent) belowRegex ||= at.kind === 'regex';
  for (const directive of written) {
    const { body } = directive;
    const read = readLocation(directive);
    if (!body || !read) continue;
    const { modifier, name } = read;
    const kind = KINDS[modifier];
    const isRegex = modifier === '~' || modifier === '~*';
    const compiled = isRegex ? scope.config.regexes.compile(name, { caseless: modifier === '~*' }) : null;
    const location: Location = {
      scope: body,
      directive,
      kind,
      modifier,
      name,
      bytes: toBytes(name),
      noRegex: modifier === '^~',
      regex: compiled?.ok ? compiled.regex : null,
      autoRedirect: name.endsWith('/') && PASSES.some((pass) => body.has(pass)),
      buried: belowRegex && (kind === 'exact' || kind === 'prefix'),
      parent,
      index: all.length,
    };
    parents.set(body, location);
    all.push(location);
    if (location.kind === 'regex') regexes.push(location);
    else if (location.kind === 'predicate') predicates.push(location);
    else if (location.kind === 'named') {
      if (!named.has(name)) named.set(name, location);
    } else if (!location.buried) {
      const map = location.kind === 'exact' ? exact : prefix;
      if (!map.has(location.bytes)) map.set(location.bytes, location);
    }
  }
  const lengths = [...new Set([...prefix.keys()].map((name) => name.length))].sort((a, b) => b - a);
  const few = regexes.length < 8;
  let index: RegexIndex<Location> | null = null;
  const fitting = (uri: ByteString): readonly Location[] =>
    few ? regexes : (index ??= new RegexIndex(regexes, (l) => l.name)).candidates(uri);
  return { all, exact, prefix, lengths, regexes, fitting, predicates, named };
}

/** The named location of a server (`@x` may be on the server level only). */
export const namedLocation = (server: Scope, name: string): Location | null => locationsOf(server).named.get(name) ?? null;

const sortedNames = new WeakMap<LocationLevel, readonly Location[]>();

/** The exact and the prefix locations of a level whose names begin with a text, in file order. */
export function locationsBelow(level: LocationLevel, start: string): readonly Location[] {
  let names = sortedNames.get(level);
  if (!names)
    sortedNames.set(
      level,
      (names = level.all
        .filter((l) => l.kind === 'exact' || l.kind === 'prefix')
        .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.index - b.index))),
    );
  const first = firstFrom(names, (l) => l.name >= start);
  let end = first;
  while (names[end]?.name.startsWith(start)) end++;
  return names.slice(first, end).sort((a, b) => a.index - b.index);
}

/** The longest prefix location of a level that the URI starts with. */
export function longestPrefix(level: LocationLevel, uri: ByteString): Location | null {
  for (const length of level.lengths) {
    if (length > uri.length) continue;
    const found = level.prefix.get(length === uri.length ? uri : uri.slice(0, length));
    if (found) return found;
  }
  return null;
}

/** NGX_OK (`final`), NGX_DONE (`slash`), NGX_AGAIN (`inclusive`), NGX_DECLINED (`none`), NGX_ERROR of the C functions, and what is not known. */
type Found = 'final' | 'slash' | 'inclusive' | 'none' | 'unknown' | 'undecided' | 'error';

const ENDS_ALL: ReadonlySet<Found> = new Set(['unknown', 'undecided', 'error']);

/**
 * Finds the location of a decoded URI (`$uri`, bytes) below a server's scope. Names are compared byte by byte, case-sensitive
 * (as on every system but macOS and Windows). Without `holds` the search is undecided at the first predicate location that it asks.
 */
export function matchLocation(server: Scope, uri: ByteString, holds?: (predicate: Location) => PredicateVerdict): LocationMatch {
  let location: Location | null = null;
  let captures: LocationMatch['captures'] = null;
  let regex: CompiledRegex | null = null;
  const tried: Location[] = [];
  let subject: Uint8Array | null = null;
  // an error of the look-up was taken for false in the first version, and lost when it came from a nested level
  const errorIsFalse = !atLeast(server.config.settings.target.nginx, '1.31.6');

  const search = (scope: Scope): Found => {
    const level = locationsOf(scope);
    let found: Found = 'none';
    let noRegex = false;
    const exact = level.exact.get(uri);
    if (exact) {
      location = exact;
      return 'final';
    }
    const whole = level.prefix.get(uri);
    if (!whole) {
      const slashed = uri + '/';
      const onlyExact = level.exact.get(slashed);
      const inclusive = level.prefix.get(slashed);
      if (onlyExact?.autoRedirect || inclusive?.autoRedirect) {
        location = onlyExact ?? inclusive!;
        return 'slash';
      }
    }
    const prefix = whole ?? longestPrefix(level, uri);
    if (prefix) {
      location = prefix;
      noRegex = prefix.noRegex;
      found = search(prefix.scope);
      if (found === 'none') found = 'inclusive';
      if (found !== 'inclusive') return found;
    }
    if (!noRegex)
      for (const candidate of level.fitting(uri)) {
        if (!candidate.regex) continue;
        const match = candidate.regex.match((subject ??= byteArray(uri)));
        if (match === 'no') continue;
        location = candidate;
        tried.push(candidate);
        if (match === 'unknown') return 'unknown';
        captures = match.captures;
        regex = candidate.regex;
        const inner = search(candidate.scope);
        return ENDS_ALL.has(inner) ? inner : 'final';
      }
    if (!noRegex)
      for (const candidate of level.predicates) {
        const verdict = holds?.(candidate) ?? 'unknown';
        if (verdict === 'false' || (verdict === 'error' && errorIsFalse)) continue;
        location = candidate;
        if (verdict !== 'true') return verdict === 'error' ? 'error' : 'undecided';
        const inner = search(candidate.scope);
        // a redirect to the name with a slash is kept here, below a regex it is lost
        return ENDS_ALL.has(inner) || inner === 'slash' ? inner : 'final';
      }
    return found;
  };

  const found = search(server);
  const chosen = location as Location | null;
  const path: Location[] = [];
  for (let at = chosen; at; at = at.parent) path.unshift(at);
  return {
    location: chosen,
    how: !chosen
      ? 'none'
      : found === 'slash'
        ? 'slash-redirect'
        : found === 'unknown' || found === 'undecided' || found === 'error'
          ? found
          : chosen.kind === 'named'
            ? 'none'
            : chosen.kind,
    captures,
    regex,
    tried,
    path,
  };
}

export interface LocationLoser {
  readonly location: Location;
  readonly why: string;
}

/** The locations of a level from `from` on that a URI, or a way through it, may have to do with, in file order; at least `limit` of each kind. */
function contenders(level: LocationLevel, uri: ByteString, through: readonly Location[], from: number, limit: number): readonly Location[] {
  const prefixes = level.lengths.flatMap((length) => (length > uri.length ? [] : (level.prefix.get(uri.slice(0, length)) ?? [])));
  const some = [level.regexes, level.predicates].flatMap((list) => {
    const first = firstFrom(list, (l) => l.index >= from);
    return list.slice(first, first + limit + through.length);
  });
  return [...new Set([...through, ...prefixes, ...some])].filter((l) => l.index >= from).sort((a, b) => a.index - b.index);
}

/** The index from which on something is true of a list. */
function firstFrom<T>(list: readonly T[], isTrue: (item: T) => boolean): number {
  let low = 0;
  for (let high = list.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (isTrue(list[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The other locations that had a say, with the reason why they lost; those that merely do not fit come last, at most `limit` in all. */
export function locationLosers(
  server: Scope,
  uri: ByteString,
  match: LocationMatch,
  { limit = 12, holds }: { readonly limit?: number; readonly holds?: (predicate: Location) => PredicateVerdict } = {},
): LocationLoser[] {
  const near: LocationLoser[] = [];
  const far: LocationLoser[] = [];
  const chosen = match.location;
  let subject: Uint8Array | null = null;
  const visit = (scope: Scope): void => {
    const level = locationsOf(scope);
    const best = longestPrefix(level, uri);
    const through = match.path.filter((l) => l.directive.scope === scope);
    const around = through.find((l) => l.kind === 'prefix' && l !== chosen) ?? null;
    const judge = (location: Location): void => {
      const onPath = through.includes(location);
      if (onPath && location !== chosen) visit(location.scope);
      if (onPath) return;
      const why = reason(location, best, chosen && chosen.kind !== 'prefix' ? around : null);
      (why.near ? near : far).push({ location, why: why.text });
    };
    let next = 0;
    for (; next < level.all.length && far.length < limit; next++) {
      if (near.length >= limit) return;
      judge(level.all[next]!);
    }
    if (next === level.all.length) return;
    // enough of those that do not fit: of the others are left those that might
    for (const location of contenders(level, uri, through, next, limit)) {
      if (near.length >= limit) return;
      judge(location);
    }
  };
  /** `around`: the prefix location of this level in which an exact name, a pattern or a variable ended the search */
  const reason = (location: Location, best: Location | null, around: Location | null): { near: boolean; text: string } => {
    if (around && (location.kind === 'regex' || location.kind === 'predicate'))
      return { near: true, text: `not tried, a location inside ${around.name} ends the search` };
    if (location.buried) return { near: uri.startsWith(location.bytes), text: 'never looked for inside a regular expression' };
    switch (location.kind) {
      case 'named':
        return { near: false, text: 'named, reached by error_page or try_files only' };
      case 'exact':
        return { near: false, text: 'not the whole URI' };
      case 'prefix':
        if (!uri.startsWith(location.bytes)) return { near: false, text: 'no prefix of the URI' };
        if (location === best)
          return {
            near: true,
            text:
              chosen?.kind === 'regex'
                ? 'longest prefix, but a regular expression matches'
                : chosen?.kind === 'predicate'
                  ? `longest prefix, but ${chosen.name} is true`
                  : 'an exact match was found',
          };
        return { near: true, text: chosen?.kind === 'exact' ? 'an exact match was found' : 'shorter prefix' };
      case 'regex': {
        if (!location.regex) return { near: true, text: 'the regular expression is invalid' };
        const m = location.regex.match((subject ??= byteArray(uri)));
        if (m === 'no') return { near: true, text: 'no match' };
        if (m === 'unknown') return { near: true, text: 'gave up at the match limit' };
        if (chosen?.kind === 'exact') return { near: true, text: 'an exact match was found' };
        if (best?.noRegex) return { near: true, text: `not tried, ^~ ${best.name} is the longest prefix` };
        if (match.how === 'slash-redirect') return { near: true, text: 'not tried, the URI is redirected to the form with a slash' };
        return { near: true, text: 'matches, but comes later' };
      }
      case 'predicate': {
        if (chosen?.kind === 'exact') return { near: true, text: 'not asked, an exact match was found' };
        if (best?.noRegex) return { near: true, text: `not asked, ^~ ${best.name} is the longest prefix` };
        if (match.how === 'slash-redirect') return { near: true, text: 'not asked, the URI is redirected to the form with a slash' };
        if (chosen?.kind === 'regex') return { near: true, text: 'not asked, a regular expression matches' };
        const verdict = holds?.(location) ?? 'unknown';
        if (verdict === 'false') return { near: true, text: `${location.name} is empty or 0` };
        if (verdict === 'error') return { near: true, text: `${location.name} cannot be evaluated, which counts as false in this version` };
        return { near: true, text: verdict === 'true' ? `${location.name} is true, but comes later` : 'not asked' };
      }
    }
  };
  visit(server);
  if (chosen) visit(chosen.scope);
  return [...near, ...far].slice(0, limit);
}
