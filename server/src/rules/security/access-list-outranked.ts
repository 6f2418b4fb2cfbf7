/** A restricted prefix whose paths another location takes as well, without its access rules. Shown by a stranger's request. */
import { isForPool, isInternalForItsPath } from '../../answers/what-a-place-is-for.ts';
import { isLocalOnly, restrictionsOf, speaksOfAccess } from '../../answers/who-may-enter.ts';
import { toBytes } from '../../base/bytes.ts';
import type { Place } from '../../base/span.ts';
import { asked, BLOCKS, PerConfig } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { type Location, locationsBelow, locationsOf, matchLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import type { Server } from '../../config/servers.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { standsAt } from '../../trace/at.ts';
import type { At, Trace } from '../../trace/trace.ts';
import { admitted, answersAtOnce, isAsked, isBackend, isGivenOut, isRefused, keepsOut } from '../../witness/access.ts';
import { isScripted } from '../../witness/follow.ts';
import { guardsOf } from '../../witness/guards.ts';
import { pathsFor } from '../../witness/paths.ts';
import { samplesIn } from '../../witness/regex-samples.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import { ownOf, type Spot, spotOf, spotsOf, spotsOfServer } from '../../witness/spots.ts';
import { tellingPaths } from '../../witness/telling.ts';
import { asPath, joined, type Probe } from '../../witness/values.ts';
import { type CheckInput, defineRule } from '../rule.ts';

/** Scripts, of which no folder of version control has any. */
const SCRIPT = /\.php$/i;

/** Endings of what pages show and nobody hides. */
const ASSETS = /\.(?:css|js|mjs|map|svgz?|ico|cur|png|jpe?g|gif|bmp|tiff?|swf|webp|avif|heic|woff2?|tt[fc]|eot|otf)$/i;

/** Sound and films, which may well be kept from some, but lie in no folder whose name is hidden. */
const MEDIA = /\.(?:mp[34]|m4[av]|aac|og[gv]|mpe?g|midi?|wav|flac|mov|avi|flv|wmv|webm)$/i;

/** A name or an expression for hidden files: `/.git`, `~ /\\.`, `~ (^|/)\\.(git|env)`. */
const OF_HIDDEN_FILES = /^(?:\^?\/?|\(?:?\^\|\/\)|\(\^\|\/\))\\?\.(?!\*)/;

/** Names of servers and of version control in such an expression, one or a list: what they stand for has none of the endings of pages. */
const OF_KNOWN_HIDDEN = (() => {
  const name = String.raw`\\?\.(?:ht(?:access|passwd)?|git\w*|svn|hg|bzr|cvs)`;
  const list = String.raw`\((?:\?:)?${name}(?:\|${name})*\)`;
  const after = String.raw`\\?\.\((?:\?:)?(?:ht\w*|git\w*|svn|hg|bzr|cvs|\|)+\)`;
  return new RegExp(String.raw`^\^?\/?(?:${name}|${list}|${after})[/.*$]*$`, 'i');
})();

/** A pattern for the endings of files in front of one for such names: there is no file that both mean. */
const isOfNoFile = (location: Location, other: Location): boolean =>
  OF_KNOWN_HIDDEN.test(location.name) && other.kind === 'regex' && other.name.endsWith('$');

const target = ({ outcome: { upstreamRequest: to } }: Trace): string => (to ? `${to.protocol} ${to.upstream}` : '');

/** The file that the restricted place has for a path, told by the one that it has for another. */
function fileFor(own: Trace, location: Location, path: string): string | null {
  const { file } = own.outcome;
  const rest = own.request.target.slice(location.name.length);
  return file?.endsWith(rest) ? file.slice(0, file.length - rest.length) + path.slice(location.name.length) : null;
}

/** The file that is sent, or the one that a program of PHP is run from. */
const fileOrScript = ({ outcome: { file, upstreamRequest: to } }: Trace): string | null =>
  file ?? to?.params?.find(([n]) => n === 'SCRIPT_FILENAME')?.[1] ?? null;

/** Files below a root that nobody at all gets here: `location /private/ { deny all; }`. */
const isKeptOnDisk = (own: Trace, { scope }: Location): boolean =>
  isRefused(own) &&
  !isBackend(own) &&
  own.outcome.file === null &&
  !!scope.value('root') &&
  !scope.directives.some((d) => /_pass$|^alias$/.test(d.name));

/**
 * Whether a stranger's answer is of what is kept from him: the same file, the same backend. A place that sends files itself keeps its
 * paths from everyone, whatever program answers them otherwise.
 */
const isSame = (own: Trace, other: Trace, location: Location, path: string): boolean => {
  // files of another folder are not those that lie below the root, whatever program answers for these
  if (location.scope.has('alias') && !isBackend(own)) {
    const file = keptFile(own, location, path) ?? fileFor(own, location, path);
    return file !== null && fileOrScript(other) === file;
  }
  if (isKeptOnDisk(own, location)) return fileOrScript(other) === `${location.scope.value('root')!.value(0).replace(/\/$/, '')}${path}`;
  if (isBackend(own)) return isBackend(other) && target(own) === target(other);
  return isBackend(other) || (other.outcome.file !== null && other.outcome.file === fileFor(own, location, path));
};

/** `location / { deny all; }` beside others that are open: nothing but what is named is served. */
const isClosedByDefault = (location: Location, scope: Scope): boolean =>
  location.name === '/' && restrictionsOf(scope).every((d) => d.name === 'deny') && !scope.has('allow');

/** Places below a restricted one that are open on purpose: where people get their right to enter, or what needs none. */
const FOR_ALL =
  /login|logout|sign|register|auth|token|session|oauth|callback|hook|health|ping|status|ready|live|static|assets|media|public|share|favicon|robots|well-known|error|version/i;

const words = (location: Location): string => `location ${location.directive.values.join(' ')}`;
const nameOf = ({ directive }: Location): Place => directive.at(directive.args.at(-1)!);

const isInside = (location: Location, outer: Location): boolean => {
  for (let at = location.parent; at; at = at.parent) if (at === outer) return true;
  return false;
};

/** The path that the program is asked for: of the protocols with parameters what a Python application reads. */
const askedFor = ({ outcome: { upstreamRequest: to } }: Trace): string =>
  to?.params?.find(([n]) => n === 'PATH_INFO')?.[1] || (to?.uri ?? '').replace(/\?.*/s, '');

/** A place for the files of one folder only, and the file is in another. */
function isOfOtherFolder({ scope, location, directives }: Spot, file: string | null): boolean {
  if (location?.kind !== 'prefix' || file === null) return false;
  if (directives.some((d) => /^(?:rewrite|if|return|try_files|index)$|_pass$|_by_lua|^js_/.test(d.name))) return false;
  const line = scope.value('alias');
  const folder = line?.value(0) ?? '';
  return /^\/[^$]*$/.test(folder) && !/\/\.\.?(?:\/|$)/.test(folder + file) && !file.startsWith(folder.replace(/\/+$/, ''));
}

/** Paths by which another place may lead to what the restricted one gives out: each end of its file's or URI's path, put after the name. */
function ways(at: Spot, own: Trace, kept: string | null = null): string[] {
  const to = own.outcome.file ?? kept ?? askedFor(own);
  if (isOfOtherFolder(at, own.outcome.file ?? kept)) return [];
  const { kind, name } = at.location!;
  const ends = to.split('/').map((_, i, all) => all.slice(i).join('/'));
  const made = (kind === 'prefix' ? [name.replace(/\/$/, '')] : []).flatMap((start) => ends.map((end) => asPath(`${start}/${end}`)));
  // a pattern that ends anywhere, or takes whatever comes behind a first name
  if (kind === 'regex')
    for (const path of at.somePaths(2)) {
      const first = path.split('/', 2).join('/');
      made.push(...ends.map((end) => asPath(`${first}/${end}`)));
    }
  // a prefix takes all below it alike, where no line of its own looks at the path
  const plain = at.has('rewrite', 'if') ? tellingPaths(at, 6) : at.somePaths(kind === 'prefix' ? 1 : 6);
  return [...plain, ...(leadsToFewPages(at.scope) ? [] : made.filter((p) => at.takes(p)))];
}

/**
 * Whether what comes of a path at a place may be of one kind with what is kept elsewhere, an answer of a backend or a file: without a line that
 * leads elsewhere its own pass tells.
 */
function mayBeAlike({ scope, directives }: Spot, path: string, ofBackend: boolean): boolean {
  if (directives.some((d) => LEADING.test(d.name)) || scope.effective('error_page').directives.length) return true;
  return PASS_DIRECTIVES.some((name) => scope.has(name)) ? ofBackend : !ofBackend || path.endsWith('/');
}

const LEADING = /^(?:rewrite|try_files|random_index|include|content_by_lua.*|js_content)$/;

/** The patterns that nginx asks after a location: those of its level, then those of the levels around it (find_location). */
function patternsOver(location: Location): readonly Location[] {
  if (location.kind === 'exact') return [];
  const found: Location[] = [];
  for (let at: Location | null = location; at; at = at.parent) if (!at.noRegex) found.push(...locationsOf(at.directive.scope).regexes);
  return found;
}

function* chain(first: Iterable<string>, second: Iterable<string>): Generator<string> {
  yield* first;
  yield* second;
}

/** Patterns in front of a restricted one, which are asked first, with paths that both match. */
function* earlier({ config }: Spot, own: Location, regexes: readonly Location[]): Generator<{ location: Location; path: string }> {
  const starts = pathsFor(own, 12).slice(0, 6);
  for (const regex of regexes.slice(0, regexes.indexOf(own))) {
    if (!isOther(regex)) continue;
    const paths = samplesIn(config.regexes, regex.name, {
      caseless: regex.modifier === '~*',
      tries: 8,
      forms: (s) => starts.flatMap((start) => [`${start}${s}`, `${start}/x${s}`, `${start}x${s}`]),
    });
    let both: string | undefined;
    for (const path of chain(starts, paths)) {
      const bytes = toBytes(path);
      if (typeof own.regex?.match(bytes) !== 'object' || typeof regex.regex?.match(bytes) !== 'object') continue;
      // what pages show anyway says less
      if (both === undefined || !ASSETS.test(path)) both = path;
      if (!ASSETS.test(path)) break;
    }
    if (both !== undefined) yield { location: regex, path: both };
  }
}

/** What is behind the first one, two or three names of a path: a pattern may leave open what these are. */
const tailsOf = (path: string): string[] => {
  const names = path.split('/').slice(1);
  return [1, 2, 3].flatMap((n) => (n < names.length ? [names.slice(n).join('/')] : []));
};

/** Places that nginx asks before any pattern, with paths that a restricted pattern is written for. */
function* outranking(own: Location, all: readonly Location[]): Generator<{ location: Location; path: string }> {
  for (const other of all) {
    if (other.kind !== 'exact' && !(other.kind === 'prefix' && other.noRegex)) continue;
    if (FOR_ALL.test(other.name)) continue;
    const path = pathsFor(other, 8).find((p) => typeof own.regex?.match(toBytes(p)) === 'object');
    if (path !== undefined) yield { location: other, path };
  }
}

/** Patterns of the level that may take paths below the prefix, with such paths. */
function* below(spot: Spot): Generator<{ location: Location; path: string }> {
  const { location, config } = spot;
  if (!location) return;
  const level = locationsOf(location.directive.scope);
  if (location.kind === 'regex') {
    yield* earlier(spot, location, level.regexes);
    return yield* outranking(location, level.all);
  }
  const name = location.name.replace(/\/$/, '');
  for (const regex of patternsOver(location)) {
    if (!isOther(regex) && !opensUnawares(regex, location)) continue;
    // below everything else a pattern of paths is a place of its own
    if (name === '' && /^\^/.test(regex.name)) continue;
    // written for what is open below the restricted name
    if (regex.name.startsWith(`^${name}/`) && FOR_ALL.test(regex.name.slice(name.length + 1))) continue;
    const paths = samplesIn(config.regexes, regex.name, {
      caseless: regex.modifier === '~*',
      tries: 12,
      forms: (s) =>
        [
          ...[`${name}/x${s}`, `${name}/${s}`, `${name}${s}`, `${name}/index${s}`, s, `${name}/x/${s}`, `${name}/x${s}x`],
          ...tailsOf(s).map((tail) => `${name}/${tail}`),
        ].filter((p) => p.startsWith(`${name}/`)),
    });
    let found = 0;
    for (const path of paths) {
      yield { location: regex, path };
      if (++found === 4) break;
    }
  }
  // written for a path of the restricted place, without a word on access
  for (const inner of location.kind === 'prefix' && name !== '' ? locationsBelow(level, `${name}/`) : [])
    if (!FOR_ALL.test(inner.name) && inner.name.length > name.length + 1)
      yield { location: inner, path: inner.kind === 'exact' ? inner.name : `${inner.name.replace(/\/$/, '')}/users` };
  // the same with a slash, or without: two names of one place
  for (const twin of locationsBelow(level, name))
    if (twin !== location && (twin.name === name || twin.name === `${name}/`) && twin.name.length > 1)
      for (const path of twin.kind === 'exact' ? [twin.name] : [`${twin.name.replace(/\/$/, '')}/users`, twin.name])
        yield { location: twin, path };
}

/** The servers by the hosts of their doors, in their order. */
const byHost = new PerConfig((config) => {
  const all = new Map<string, Server[]>();
  for (const spot of spotsOf(config)) {
    if (spot.location) continue;
    for (const host of new Set(spot.doors.map((d) => d.host))) {
      const list = all.get(host);
      if (list) list.push(spot.server);
      else all.set(host, [spot.server]);
    }
  }
  return all;
});

const serversAt = (config: Config, host: string): readonly Server[] =>
  asked(config, `servers asked for ${host}`, (c) => byHost.of(c).get(host)) ?? [];

/** The locations of a server that change the path on its way, and by which someone gets in who is asked nothing. */
const otherWays = new PerConfig(
  (config, server: Server): readonly Spot[] =>
    spotsOfServer(config, server).filter(({ location, unsure }) => {
      if (!location || unsure || location.kind === 'named' || !isOther(location)) return false;
      return mapsPath(location.scope) || servesFolder(location.scope);
    }),
  BLOCKS,
);

/** Servers of the same name, at another port, that ask the same backend for the same without a word on access. */
function tellServers(spot: Spot, own: Trace, tell: (other: Spot, trace: Trace) => void): void {
  const { server, config, path } = spot;
  if (!isBackend(own)) return;
  const names = new Set(server.names.flatMap((n) => (n.kind === 'exact' && n.text !== '' ? [n.text] : [])));
  const others = new Set([...names].flatMap((name) => serversAt(config, name)));
  for (const one of [...others].sort((a, b) => a.index - b.index)) {
    const other = spotsOfServer(config, one)[0];
    if (!other || one === server || isLocalOnly(one.scope)) continue;
    const door = other.doors.find((d) => names.has(d.host) && !d.listener.proxyProtocol);
    const trace = door && other.ask({ path: path! }, {}, door);
    if (!trace || isAsked(trace) || !isGivenOut(trace) || !isBackend(trace) || target(trace) !== target(own)) continue;
    if (askedFor(trace) !== askedFor(own) || other.unsure || !isSeen(trace)) continue;
    tell(other, trace);
    return;
  }
}

/** No script and no include that nobody sees is on the way. */
const isSeen = (trace: Trace): boolean => !isScripted(trace) && !trace.assumptions.some((a) => a.id.startsWith('include:'));

/** A file of an internal place that another one gives to everyone. */
function tellInternal(spot: Spot, other: Location, path: string, report: CheckInput<'internal'>['report']): boolean {
  const { location, config } = spot;
  const at = spotOf(config, other.scope);
  if (!at || other.kind !== 'regex' || !isOther(other) || at.unsure || !at.takes(path)) return false;
  // a path of its own: what the internal place would send is not what lies there
  if (location!.scope.has('alias') || other.scope.has('alias')) return false;
  if (location!.scope.value('root')?.value(0) !== other.scope.value('root')?.value(0)) return false;
  const trace = at.ask({ path: asPath(path) });
  if (!isGivenOut(trace) || !trace.outcome.file?.endsWith(path)) return false;
  report('internal', {
    at: nameOf(location!),
    data: { place: `"${words(location!)}"`, name: location!.name, other: `"${words(other)}"`, path, outcome: outcomeText(trace) },
    related: [{ at: nameOf(other), message: `takes ${path}` }],
    witness: proofOf(trace),
  });
  return true;
}

/** The folder that a place sends files from, with the path to a file in it. */
function folderFile({ kind, name, scope }: Location, path: string): string | null {
  if (
    kind !== 'prefix' ||
    name === '/' ||
    scope.directives.some((d) => /_pass$|^(?:try_files|rewrite|return|if)$|_by_lua|^js_/.test(d.name))
  )
    return null;
  const alias = scope.first('alias')?.value(0);
  const root = scope.value('root')?.value(0).replace(/\/$/, '');
  const file = alias !== undefined ? alias + path.slice(name.length) : root === undefined ? '$' : `${root}${path}`;
  return file.startsWith('/') && !file.includes('$') ? file : null;
}

/** The files of a place that only the application's word opens, sent to everybody by another place of the server. */
function tellInternalFolder(spot: Spot, report: CheckInput<'internal' | 'folder'>['report']): void {
  const { location, config, server, path } = spot;
  if (!location || spot.unsure || path === undefined || isInternalForItsPath(location)) return;
  const file = folderFile(location, path);
  if (file === null) return;
  const own = spot.ask({});
  const isSent = (trace: Trace): boolean => isGivenOut(trace) && trace.outcome.file === file && isSeen(trace) && !isAsked(trace);
  const tell = (trace: Trace, other: Location, asked: string): void =>
    report('folder', {
      at: nameOf(location),
      data: { place: `"${words(location)}"`, other: `"${words(other)}"`, path: asked, outcome: outcomeText(trace) },
      related: [{ at: nameOf(other), message: 'the other way' }],
      witness: proofOf(trace),
    });
  for (const at of otherWays.of(config, server)) {
    const other = at.location!;
    if (other === location || isInside(other, location)) continue;
    for (const way of ways(at, own, file)) {
      const trace = withKept(at, way, file);
      if (!isSent(trace)) continue;
      tell(trace, other, way);
      return;
    }
  }
  // the path of the folder below the root of the site
  const root = server.scope.value('root')?.value(0).replace(/\/$/, '');
  if (!root || !file.startsWith(`${root}/`)) return;
  const way = asPath(file.slice(root.length));
  const trace = spot.ask({ path: way }, { assume: { [`file:${file}`]: 'file' } });
  const other = matchLocation(server.scope, toBytes(file.slice(root.length))).location;
  if (isSent(trace) && other && other !== location) tell(trace, other, way);
}

/** The servers by their own roots, in their order. */
const byRoot = new PerConfig((config) => {
  const all = new Map<string, Server[]>();
  for (const spot of spotsOf(config)) {
    const root = spot.location ? undefined : spot.scope.value('root')?.value(0).replace(/\/$/, '');
    if (!root || root.includes('$')) continue;
    const list = all.get(root);
    if (list) list.push(spot.server);
    else all.set(root, [spot.server]);
  }
  return all;
});

/** Servers that are asked for one file at the most. */
const MOST_SERVERS = 4;

/** Servers whose root holds a file, with the path of the file below it. */
function* holding(config: Config, file: string): Generator<{ readonly server: Server; readonly path: string }> {
  let count = 0;
  for (let end = file.lastIndexOf('/'); end > 0; end = file.lastIndexOf('/', end - 1)) {
    const root = file.slice(0, end);
    for (const server of asked(config, `servers with the root ${root}`, (c) => byRoot.of(c).get(root)) ?? []) {
      if (++count > MOST_SERVERS) return;
      yield { server, path: file.slice(end) };
    }
  }
}

/** Another server that sends the same file to everybody from the same folder. */
function tellFolders(spot: Spot, file: string, tell: (other: Spot, trace: Trace) => void): void {
  for (const { server, path } of holding(spot.config, file)) {
    if (server === spot.server || isLocalOnly(server.scope)) continue;
    const other = spotsOfServer(spot.config, server)[0];
    if (!other || other.unsure) continue;
    const trace = other.ask({ path: asPath(path) });
    if (!isGivenOut(trace) || isAsked(trace) || isBackend(trace) || trace.outcome.file !== file || !isSeen(trace)) continue;
    tell(other, trace);
    return;
  }
}

/** Somebody without what a condition asks for gets nothing. */
const isTurnedAway = ({ outcome }: Trace): boolean => outcome.status >= 400 || outcome.kind === 'closed';

/** A place that asks nobody, and whose answer is not written out. */
const isOther = ({ scope }: Location): boolean => !answersAtOnce(scope) && !speaksOfAccess(scope) && !scope.has('internal');

const OPENING: ReadonlySet<string> = new Set(['auth_basic', 'auth_request', 'auth_jwt']);

/** What is said on access at the level lets everybody in: it switches off what is asked further out. */
const isOpened = (scope: Scope): boolean => {
  const lines = ['allow', 'deny', 'auth_basic', 'auth_request', 'auth_jwt', 'auth_digest', 'auth_pam', 'auth_ldap'].flatMap((name) =>
    scope.named(name),
  );
  return lines.length > 0 && lines.every((d) => (OPENING.has(d.name) ? d.value(0) === 'off' : d.name === 'allow' && d.value(0) === 'all'));
};

/** A line in force that keeps someone out. */
const accessLineOf = (scope: Scope): Directive | undefined =>
  ['auth_basic', 'auth_request', 'auth_jwt'].map((name) => scope.value(name)).find((d) => d && d.value(0) !== 'off') ??
  scope.effective('allow').directives.find((d) => d.name === 'deny') ??
  undefined;

/**
 * A pattern that is open to everybody on the whole site, written for a kind of files and without a thought of the restricted place, which has
 * lines of its own: `location ~ \\.php$ { auth_basic off; … }` beside `location /admin/`.
 */
const opensUnawares = (regex: Location, { name, scope }: Location): boolean =>
  isOpened(regex.scope) &&
  // it is about what is asked further out, not about the place
  accessLineOf(regex.directive.scope) !== undefined &&
  !answersAtOnce(regex.scope) &&
  !regex.scope.has('internal') &&
  restrictionsOf(scope).length > 0 &&
  name.split('/').every((word) => word === '' || !regex.name.includes(word)) &&
  !FOR_ALL.test(regex.name);

const isTakenUnawares = (spot: Spot, other: Location, path: string): boolean =>
  other.kind === 'regex' && spot.location!.kind === 'prefix' && opensUnawares(other, spot.location!) && !ASSETS.test(path);

/** The locations of `below` that ask nobody, each with the paths that it really takes. */
function openWays(spot: Spot): readonly { location: Location; at: Spot; path: string }[] {
  return [...below(spot)].flatMap(({ location, path }) => {
    const at = isOther(location) || isTakenUnawares(spot, location, path) ? spotOf(spot.config, location.scope) : undefined;
    return at && !at.unsure && at.takes(path) ? [{ location, at, path }] : [];
  });
}

/** Nobody is asked, or by lines only that let everybody in. */
const isOpenTo = (trace: Trace, { scope }: Location): boolean =>
  (isOpened(scope) ? !keepsOut(trace) : !isAsked(trace)) && isGivenOut(trace);

/** Copies of pages, which are for everyone, though not by their own names. */
const OF_COPIES = /cache|static|public|build|dist|page|maintenance|html|assets/i;

/** A file that try_files looks for below a folder that it names: `try_files /private$uri …`. */
const triesFolder = (scope: Scope): boolean =>
  scope
    .named('try_files')
    .some((d) => d.values.slice(0, -1).some((v) => /^\/[\w./-]*\w\/?\$\{?(?:uri|document_uri)\}?$/.test(v) && !OF_COPIES.test(v)));

/** Whether the path is changed on the way to the file or the backend. */
const mapsPath = (scope: Scope): boolean => scope.has('alias') || scope.has('rewrite') || passesUri(scope) || triesFolder(scope);

const passesUri = (scope: Scope): boolean => scope.named('proxy_pass').some((d) => /\/\/[^/]+\//.test(d.value(0)));

/** Every path that is changed is changed to a page that is written out: what is asked behind the name leads to nothing else. */
const leadsToFewPages = (scope: Scope): boolean =>
  scope.has('rewrite') &&
  !ownOf(scope).some((d) => d.name === 'alias' || (d.name === 'rewrite' && d.value(1).includes('$'))) &&
  !passesUri(scope) &&
  !servesFolder(scope);

/** A folder of its own below a name: what another place keeps from people may lie in it. */
const servesFolder = (scope: Scope): boolean => scope.has('root') && !scope.directives.some((d) => /_pass$|^try_files$/.test(d.name));

/**
 * Even who is let in ends in another place, at a page that has a path of its own, such as the fallback of try_files: nginx asks that place who
 * may enter, and what leads there from elsewhere gives nothing of this one away.
 */
const isElsewhere = ({ outcome: { location: at } }: Trace, location: Location): boolean =>
  at !== null && !at.pattern.startsWith('@') && !isIn(at.at, location);

/** What someone who may enter gets of the place itself: the file that try_files looks for, where its fallback is a page of another place. */
function entered(spot: Spot, path: string): Trace {
  const trace = admitted(spot, path);
  if (!isElsewhere(trace, spot.location!)) return trace;
  const file = trace.assumptions.find((a) => a.id.startsWith('file:') && a.id.endsWith(path) && a.assumed === 'missing');
  return file ? admitted(spot, path, { assume: { [file.id]: 'file' } }) : trace;
}

/** Whether a place of a trace is a location, or one nested in it. */
const isIn = (at: At, location: Location): boolean =>
  standsAt(location.directive, at) || locationsOf(location.scope).all.some((inner) => isIn(at, inner));

/** What else leads to the same: the file, or the path that the backend is asked for. */
const leadsToSame = (own: Trace, trace: Trace, kept: string | null = null): boolean =>
  isBackend(own)
    ? target(own) === target(trace) && askedFor(own) === askedFor(trace)
    : !isBackend(trace) && trace.outcome.file !== null && trace.outcome.file === (own.outcome.file ?? kept);

/**
 * Whether a backend hears the same of both requests: one that is told another host, or a header that only the restricted place sets, may give
 * another answer.
 */
function soundsAlike(own: Trace, trace: Trace): boolean {
  const heard = ({ outcome: { upstreamRequest: to } }: Trace): string[] =>
    (to?.headers ?? []).filter(([n]) => !OF_THE_ASKER.test(n)).map(([n, v]) => `${n.toLowerCase()}: ${v}`);
  const open = new Set(heard(trace));
  return heard(own).every((line) => open.has(line));
}

/** What comes of the client himself, his password among it. */
const OF_THE_ASKER = /^(?:authorization|cookie|connection)$/i;

/**
 * The place to which a restricted one leads, asked by its own path: `rewrite ^/private/(.*) /files/$1 break` keeps nobody from /files/, which the rest of
 * the site serves.
 */
function tellTarget(spot: Spot, own: Trace, tell: (other: Location, path: string, trace: Trace) => void): void {
  const { config, server } = spot;
  const location = spot.location!;
  if (spot.unsure || location.kind === 'named' || !mapsPath(location.scope) || leadsToFewPages(location.scope) || !isSeen(own)) return;
  // a program with parameters is told the path that was asked for, and goes by it
  if (own.outcome.upstreamRequest?.params) return;
  const root = server.scope.value('root')?.value(0).replace(/\/$/, '');
  const { file } = own.outcome;
  const path = isBackend(own) ? askedFor(own) : file && root && file.startsWith(`${root}/`) ? file.slice(root.length) : '';
  if (!path.startsWith('/') || path === '/' || path === spot.path || FOR_ALL.test(path)) return;
  const other = matchLocation(server.scope, toBytes(path)).location;
  const at = other && spotOf(config, other.scope);
  if (!at || other === location || isInside(other, location) || at.unsure || !isOther(other)) return;
  const trace = at.ask({ path: asPath(path) }, file === null ? {} : { assume: { [`file:${file}`]: 'file' } });
  if (isAsked(trace) || !isGivenOut(trace) || !isSeen(trace) || !leadsToSame(own, trace) || !soundsAlike(own, trace)) return;
  tell(other, path, trace);
}

/**
 * The backend that would answer for a place which lets nobody in at all, `location /internal/ { deny all; }`: the one to which all the rest
 * of the site is passed as it is. Null where another one may be meant.
 */
function behindClosed({ config, server, location }: Spot, own: Trace): string | null {
  if (!isRefused(own) || isBackend(own) || location!.kind !== 'prefix' || location!.name === '/') return null;
  const rest = spotsOfServer(config, server).find((s) => s.location?.kind === 'prefix' && s.location.name === '/');
  if (!rest?.location || !isOther(rest.location) || rest.unsure) return null;
  const passes = (scope: Scope): string[] => PASS_DIRECTIVES.flatMap((name) => scope.named(name)).map((d) => `${d.name} ${d.value(0)}`);
  const [pass, ...others] = passes(rest.scope);
  if (pass === undefined || others.length || passes(location!.scope).some((p) => p !== pass)) return null;
  const trace = rest.ask({});
  return isBackend(trace) && isGivenOut(trace) && askedFor(trace) === rest.path ? target(trace) : null;
}

/** The file of a path in a place that sends files and lets nobody in at all. */
function keptFile(own: Trace, { kind, name, scope }: Location, path: string): string | null {
  if (own.outcome.file !== null || !isRefused(own) || scope.directives.some((d) => /_pass$|^(?:try_files|rewrite|return)$/.test(d.name)))
    return null;
  const alias = scope.first('alias')?.value(0);
  const file =
    alias === undefined ? `${scope.value('root')?.value(0) ?? '$'}${path}` : kind === 'prefix' ? alias + path.slice(name.length) : '$';
  return file.includes('$') ? null : file;
}

/** Restricted places of a server that are looked at for one that is open. */
const MOST_RESTRICTED = 6;

/** A place that is open on purpose, by which people get to all that another one of the server keeps from them. */
function tellOpened(spot: Spot, report: CheckInput<'opened'>['report']): void {
  const location = spot.location!;
  if (spot.unsure || location.kind === 'exact' || !mapsPath(location.scope)) return;
  let looked = 0;
  for (const at of spotsOfServer(spot.config, spot.server)) {
    const other = at.location;
    if (!other || other.kind === 'named' || other === location || at.unsure || isOpened(other.scope) || looked === MOST_RESTRICTED)
      continue;
    const restriction = accessLineOf(other.scope);
    if (at.path === undefined || !restriction || !keepsOut(at.ask({}))) continue;
    looked++;
    const own = admitted(at, at.path);
    if (!isGivenOut(own) || (!isBackend(own) && own.outcome.file === null)) continue;
    for (const path of ways(spot, own)) {
      if (!mayBeAlike(spot, path, isBackend(own))) continue;
      const trace = spot.ask({ path });
      if (!isOpenTo(trace, location) || !leadsToSame(own, trace) || !isSeen(trace)) continue;
      report('opened', {
        at: nameOf(location),
        data: {
          place: `"${words(location)}"`,
          other: `"${words(other)}"`,
          restriction: restriction.name,
          path,
          outcome: outcomeText(trace),
        },
        related: [{ at: restriction.at(), message: 'not asked' }],
        witness: proofOf(trace),
      });
      return;
    }
  }
}

/**
 * A rewrite that takes every request out of the place before its own lists are asked: access is the affair of the place where a request ends.
 * What leads all of them to one page, a form to log in, is meant so.
 */
function tellLeft(spot: Spot, report: CheckInput<'left'>['report']): boolean {
  const { scope } = spot;
  const location = spot.location!;
  const rewrite = scope.named('rewrite').find((d) => d.value(1).includes('$') && (d.args.length === 2 || d.value(2) === 'last'));
  const own = rewrite && restrictionsOf(scope).find((d) => d.scope === scope);
  if (!own || spot.unsure) return false;
  const paths = spot.somePaths(3);
  if (!paths.length) return false;
  const traces = paths.map((path) => spot.ask({ path }));
  const left = traces.every(
    (t) => !isAsked(t) && isGivenOut(t) && isSeen(t) && t.outcome.location && t.outcome.location.pattern !== location.name,
  );
  if (!left) return false;
  const [trace] = traces;
  report('left', {
    at: nameOf(location),
    data: {
      restriction: own.name,
      place: `"${words(location)}"`,
      path: paths[0]!,
      other: `"location ${trace!.outcome.location!.pattern}"`,
      outcome: outcomeText(trace!),
    },
    related: [
      { at: own.at(), message: 'not asked' },
      { at: rewrite.at(), message: 'leads away' },
    ],
    witness: proofOf(trace!),
  });
  return true;
}

/** The path where a file is there that try_files looks for: what is kept from people is there. */
function withFile(at: Spot, path: string): Trace {
  const trace = at.ask({ path: asPath(path) });
  const file = trace.outcome.status === 404 ? trace.assumptions.find((a) => a.id.startsWith('file:')) : undefined;
  return file ? at.ask({ path: asPath(path) }, { assume: { [file.id]: 'file' } }) : trace;
}

/** The answer for a path where the file that is kept from people is there, which try_files may look for. */
function withKept(at: Spot, path: string, file: string | null): Trace {
  const trace = at.ask({ path });
  const id = `file:${file}`;
  return file !== null && triesFolder(at.scope) && trace.assumptions.some((a) => a.id === id)
    ? at.ask({ path }, { assume: { [id]: 'file' } })
    : trace;
}

/**
 * A restricted pattern behind one that takes every path that is known of it: `location ~ \\.php$` in front of `location ~* /uploads/.*\\.php$ { deny all; }`. The
 * lines are the pattern's own, so that it is there for nothing else.
 */
function tellHidden(spot: Spot, report: CheckInput<'first'>['report']): void {
  const { location, scope } = spot;
  const restriction = location?.kind === 'regex' && restrictionsOf(scope).find((d) => d.scope === scope);
  if (!location || !restriction) return;
  for (const { location: other, path } of earlier(spot, location, locationsOf(location.directive.scope).regexes)) {
    const at = spotOf(spot.config, other.scope);
    if (!at || at.unsure || !at.takes(path) || ASSETS.test(path) || OF_HIDDEN_FILES.test(location.name) || isOfNoFile(location, other))
      continue;
    const trace = withFile(at, path);
    if (!isOpenTo(trace, other) || !isBackend(trace) || !isSeen(trace)) continue;
    report('first', {
      at: nameOf(location),
      data: {
        restriction: restriction.name,
        place: `"${words(location)}"`,
        other: `"${words(other)}"`,
        path,
        outcome: outcomeText(trace),
      },
      related: [
        { at: restriction.at(), message: 'not asked' },
        { at: nameOf(other), message: `takes ${path}` },
      ],
      witness: proofOf(trace),
    });
    return;
  }
}

/** What a condition refuses whom no request of a stranger can satisfy, or any request: a certificate, a signed link. */
const BY_PROOF = /^\(?\$\{?(?:ssl_client_\w+|secure_link)\b/;

/** Conditions of the rewrite phase count in their own location only; what is nested in it has none of them (ngx_http_rewrite_merge_loc_conf). */
function tellUnasked(spot: Spot, report: CheckInput<'unasked'>['report']): boolean {
  const { location, config, scope } = spot;
  if (!location || spot.unsure) return false;
  const keys = guardsOf(spot).map((g) => g.directive);
  const guard = scope
    .named('if')
    .find(
      (d) => /^(?:401|403|404|410|444)$/.test(d.body?.first('return')?.value(0) ?? '') && (BY_PROOF.test(d.value(0)) || keys.includes(d)),
    );
  if (!guard) return false;
  const passOf = (at: Scope): string => PASS_DIRECTIVES.flatMap((name) => at.named(name).map((d) => `${name} ${d.value(0)}`)).join();
  const nested = locationsOf(scope).all.flatMap((other) => [{ other, at: spotOf(config, other.scope) }]);
  const beside = BY_PROOF.test(guard.value(0)) ? openWays(spot).map(({ location: other, at }) => ({ other, at })) : [];
  for (const { other, at } of [...nested, ...beside]) {
    if (!at || at.unsure || other.kind === 'named' || !isOther(other) || FOR_ALL.test(other.name)) continue;
    if (other.scope.has('if') || other.scope.has('rewrite') || other.scope.has('alias') || other.scope.has('root')) continue;
    const pass = passOf(other.scope);
    // a program of its own is another matter, and a folder beside the place as well
    if (isInside(other, location) ? pass !== '' && pass !== passOf(scope) : pass === '' || pass !== passOf(scope)) continue;
    const path = at.pathWhere((p) => !ASSETS.test(p));
    const trace = path === undefined ? undefined : withFile(at, path);
    if (!trace || !isGivenOut(trace) || isAsked(trace) || !isSeen(trace)) continue;
    report('unasked', {
      at: nameOf(other),
      data: { place: `"${words(location)}"`, other: `"${words(other)}"`, path: path!, outcome: outcomeText(trace) },
      related: [{ at: guard.at(), message: 'not asked' }],
      witness: proofOf(trace),
    });
    return true;
  }
  return false;
}

/** Whether another server sends files from a folder around that of the place. */
const hasSharedRoot = ({ config, server, path, location }: Spot): boolean => {
  const file = path === undefined || !location ? null : folderFile(location, path);
  if (file !== null) for (const found of holding(config, file)) if (found.server !== server) return true;
  return false;
};

/** Whether an error page, another server of the name or another location of the server may lead to the same. */
const hasOtherWays = (spot: Spot): boolean => {
  const { config, server, scope, location } = spot;
  return (
    scope.effective('error_page').directives.length > 0 ||
    otherWays.of(config, server).some((s) => s.location !== location) ||
    server.names.some((n) =>
      serversAt(config, n.text).some((s) => s !== server && PASS_DIRECTIVES.some((p) => s.scope.all.some((d) => d.name === p))),
    ) ||
    hasSharedRoot(spot)
  );
};

/** A place that removes pages of a cache and passes nothing on: no other place does that. */
const purges = ({ scope }: Location): boolean =>
  scope.directives.some((d) => d.name.endsWith('_cache_purge')) && !PASS_DIRECTIVES.some((name) => scope.has(name));

export default defineRule({
  id: 'access-list-outranked',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Access rules bypassed by another location',
  why: `
A request is in one location only. Where a regular expression matches, it outranks a prefix, however long: \`location /admin/\` with a list keeps nobody away from \`/admin/export.json\` while there is a \`location ~ \\.json$\` on the same level. Nor do the rules hold for another path that leads to the same file or the same backend: an alias, a \`rewrite … break\`, a folder in \`try_files\`, an error page that passes on what was refused. An \`if\` that answers 403 to whoever has no key is such a rule as well.

\`^~\` keeps the regular expressions of the level out, and an expression inside the restricted location inherits its rules. Where people may enter on purpose, say so with \`allow all\`, \`auth_basic off\` or \`auth_request off\`.`,
  about: ['location', 'allow', 'deny', 'auth_basic', 'auth_request', 'if'],
  references: ['https://cwe.mitre.org/data/definitions/863.html'],
  looksAt: {
    outcome: ['deny', 'allow', 'auth_basic', 'auth_request', 'auth_jwt', 'internal', 'if'],
    when: ({ location, scope }) =>
      !!location &&
      location.kind !== 'named' &&
      // what is answered before anyone is asked is another rule's
      (!answersAtOnce(scope) || scope.has('internal')) &&
      (restrictionsOf(scope).length > 0 ||
        (isOpened(scope) && mapsPath(scope)) ||
        scope.has('if') ||
        (location.kind === 'prefix' && scope.has('internal'))) &&
      !isClosedByDefault(location, scope),
  },
  needs: 'config',
  messages: {
    outranked:
      '{restriction} of {place} is bypassed: {other} takes {path} and gives it to everybody ({outcome}). Write "location ^~ {name}", or put the other location inside.',
    first:
      '{restriction} of {place} is bypassed: {other} stands in front of it, takes {path} and gives it to everybody ({outcome}). Put the restricted one first.',
    internal:
      '{place} is internal, and still {path} is sent to everybody: {other} outranks it ({outcome}). Write "location ^~ {name}", or put the other location inside.',
    server:
      '{restriction} of {place} is bypassed: {other} has the same name and passes {path} to the same backend without being asked ({outcome}). Repeat the access rules there, or redirect.',
    folder:
      '{place} is internal, and its files are sent to everybody all the same: {path} leads to them through {other} ({outcome}). Keep them in a folder of their own.',
    shared:
      '{restriction} of {place} is bypassed: {other} sends {path} from the same folder without being asked ({outcome}). Repeat the access rules there, or give it a folder of its own.',
    unasked:
      'The condition of {place} is not asked here: {path} is taken by {other} and given to everybody ({outcome}). Conditions count in their own location only; repeat it here.',
    same: '{restriction} of {place} is bypassed: {path} leads to the same place through {other}, without being asked ({outcome}). Repeat the access rules there.',
    target:
      '{restriction} of {place} is bypassed: it leads to {path}, and who asks for {path} itself gets it from {other} ({outcome}). Close that path, with internal or deny all.',
    opened:
      '{place} is open to everybody, and by it everything is that {restriction} protects in {other}: {path} leads there ({outcome}). Let it lead to the open part only.',
    left: '{restriction} of {place} is bypassed: rewrite takes {path} to {other} before anyone is asked, and everybody gets it ({outcome}). Write break instead of last and pass from here, or repeat the access rules there.',
    page: '{restriction} of {place} is bypassed: a rejected client gets {outcome} from the error page, which is the protected content. Let the error page answer something else.',
  },
  check({ spot, report }) {
    const { location, config, server } = spot;
    const plainPath = spot.path;
    if (!location) return;
    if (plainPath === undefined) return tellHidden(spot, report);
    if (location.scope.has('internal')) {
      for (const { location: other, path } of below(spot)) if (tellInternal(spot, other, path, report)) return;
      tellInternalFolder(spot, report);
      return;
    }
    if (isOpened(location.scope)) return tellOpened(spot, report);
    const restrictions = restrictionsOf(spot.scope);
    if (!restrictions.length && tellUnasked(spot, report)) return;
    const guards = restrictions.length ? [] : guardsOf(spot);
    const restriction = restrictions[0] ?? guards[0]?.directive;
    if (!restriction || tellLeft(spot, report)) return;
    const candidates = openWays(spot);
    // without another way in nothing need be asked
    if (!candidates.length && !hasOtherWays(spot) && !mapsPath(location.scope)) return;
    const plain = spot.ask({});
    if (!(guards.length ? isTurnedAway(plain) : keepsOut(plain))) return;
    const own = guards.length ? spot.ask(guards.reduce<Probe>((probe, g) => joined(probe, g.key), {})) : entered(spot, plainPath);
    if (guards.length && !isGivenOut(own)) return;
    const data = { restriction: restriction.name, place: `"${words(location)}"`, name: location.name };
    const related = [{ at: guards.length ? restriction.nameAt : restriction.at(), message: 'not asked' }];
    if (isRefused(plain) && isGivenOut(plain) && isBackend(plain)) {
      const asked = plain.outcome.upstreamRequest;
      // where nobody is let in, only a line of the place itself says what it would have given
      const isKnown = !isRefused(own) || PASS_DIRECTIVES.some((name) => location.scope.has(name));
      if (isKnown && isBackend(own) && target(own) === target(plain) && own.outcome.upstreamRequest?.uri === asked?.uri)
        report('page', { at: nameOf(location), data: { ...data, outcome: outcomeText(plain) }, related, witness: proofOf(plain) });
    }
    const told = new Set<Location>();
    for (const { location: other, at, path } of purges(location) ? [] : candidates) {
      if (told.has(other)) continue;
      const trace = withFile(at, path);
      if (!isOpenTo(trace, other) || trace.outcome.location?.pattern.startsWith('@')) continue;
      if (!isSame(own, trace, location, path)) continue;
      // what version control and editors keep in such folders has other names
      if (isOfNoFile(location, other)) continue;
      if (OF_HIDDEN_FILES.test(location.name) && (ASSETS.test(path) || MEDIA.test(path) || SCRIPT.test(path))) continue;
      // php-fpm's own page is at one path alone, and a script below its name is another matter
      if (isForPool(location.scope, location.name) && path !== location.name) continue;
      told.add(other);
      report(location.kind === 'regex' ? 'first' : 'outranked', {
        at: nameOf(location),
        data: { ...data, other: `"${words(other)}"`, path, outcome: outcomeText(trace) },
        related: [...related, { at: nameOf(other), message: `takes ${path}` }],
        severity:
          (isBackend(own) && ASSETS.test(path)) ||
          (other.kind !== 'regex' && other.name.replace(/\/$/, '') !== location.name.replace(/\/$/, ''))
            ? 'info'
            : 'warning',
        witness: proofOf(trace),
      });
    }
    tellServers(spot, own, (other, trace) =>
      report('server', {
        at: nameOf(location),
        data: { ...data, other: `the server on ${other.doors[0]!.listener.text}`, path: plainPath, outcome: outcomeText(trace) },
        related: [...related, { at: other.scope.opener!.nameAt, message: 'the other way' }],
        witness: proofOf(trace),
      }),
    );
    // another path to the same thing, where it is known what that is
    const kept = keptFile(own, location, plainPath);
    const file = location.kind === 'prefix' && location.name !== '/' && !isBackend(own) ? (kept ?? own.outcome.file) : null;
    if (file !== null)
      tellFolders(spot, file, (other, trace) =>
        report('shared', {
          at: nameOf(location),
          data: { ...data, other: `the server ${other.doors[0]!.host}`, path: trace.request.target, outcome: outcomeText(trace) },
          related: [...related, { at: other.scope.opener!.nameAt, message: 'the other way' }],
          witness: proofOf(trace),
        }),
      );
    if (isElsewhere(own, location)) return;
    const behind = kept === null ? behindClosed(spot, own) : null;
    if (!isBackend(own) && own.outcome.file === null && kept === null && behind === null) return;
    tellTarget(spot, own, (other, path, trace) => {
      if (told.has(other)) return;
      told.add(other);
      report('target', {
        at: nameOf(location),
        data: { ...data, other: `"${words(other)}"`, path, outcome: outcomeText(trace) },
        related: [...related, { at: nameOf(other), message: 'gives it to everybody' }],
        witness: proofOf(trace),
      });
    });
    for (const at of otherWays.of(config, server)) {
      const other = at.location!;
      if (told.has(other) || other === location || isInside(other, location)) continue;
      for (const path of ways(at, own, kept ?? (behind === null ? null : plainPath))) {
        if (!mayBeAlike(at, path, isBackend(own) || behind !== null)) continue;
        const trace = withKept(at, path, own.outcome.file ?? kept);
        if (isAsked(trace) || !isGivenOut(trace)) continue;
        if (behind === null ? !leadsToSame(own, trace, kept) : target(trace) !== behind || askedFor(trace) !== plainPath) continue;
        report('same', {
          at: nameOf(location),
          data: { ...data, other: `"${words(other)}"`, path, outcome: outcomeText(trace) },
          related: [...related, { at: nameOf(other), message: 'the other way' }],
          witness: proofOf(trace),
        });
        break;
      }
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/site;
location /private/ {
#        ^^^^^^^^^ target
    auth_basic "staff";
    auth_basic_user_file staff;
    rewrite ^/private/(.*) /files/$1 break;
}
location /files/ { expires 1h; }`,
      good: `root /srv/site;
location /private/ {
    auth_basic "staff";
    auth_basic_user_file staff;
    rewrite ^/private/(.*) /files/$1 break;
}
location /files/ { internal; }`,
      witness: { request: 'GET http://www.example.test/files/users', outcome: '200 /srv/site/files/users', meant: '`401`' },
    },
    {
      inside: 'server',
      bad: `location ~ \\.json$ { proxy_pass http://127.0.0.1:8000; }
location ~ ^/staff/ {
#          ^^^^^^^^ first
    auth_basic "staff";
    auth_basic_user_file staff;
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location ~ ^/staff/ {
    auth_basic "staff";
    auth_basic_user_file staff;
    proxy_pass http://127.0.0.1:8000;
}
location ~ \\.json$ { proxy_pass http://127.0.0.1:8000; }`,
      witness: { request: 'GET http://www.example.test/staff/.json', outcome: 'GET /staff/.json at 127.0.0.1:8000', meant: '`401`' },
    },
    {
      inside: 'server',
      bad: `root /srv/site;
location ~ \\.php$ {
    fastcgi_param REQUEST_METHOD $request_method;
    fastcgi_param REQUEST_URI $request_uri;
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass 127.0.0.1:9000;
}
location ~* /uploads/.*\\.php$ { deny all; }
#           ^^^^^^^^^^^^^^^^^ first`,
      good: `root /srv/site;
location ~* /uploads/.*\\.php$ { deny all; }
location ~ \\.php$ {
    fastcgi_param REQUEST_METHOD $request_method;
    fastcgi_param REQUEST_URI $request_uri;
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass 127.0.0.1:9000;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
location /minutes/ {
#        ^^^^^^^^^ outranked
    if ($http_x_board_key != "k7Qz") {
        return 403;
    }
}
location ~ \\.pdf$ {
    expires 30d;
}`,
      good: `root /srv/site;
location ^~ /minutes/ {
    if ($http_x_board_key != "k7Qz") {
        return 403;
    }
}
location ~ \\.pdf$ {
    expires 30d;
}`,
    },
    {
      inside: 'server',
      bad: `location /staff/ {
#        ^^^^^^^ left
    allow 10.0.0.0/8;
    deny all;
    rewrite ^/staff/(.*)$ /app/$1 last;
}
location /app/ { proxy_pass http://127.0.0.1:8000; }`,
      good: `location /staff/ {
    allow 10.0.0.0/8;
    deny all;
    rewrite ^/staff/(.*)$ /app/$1 break;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location /minutes/ {
#        ^^^^^^^^^ same
    deny all;
    alias /srv/data/minutes/;
}
location /data/ { root /srv; }`,
      good: `location /minutes/ {
    deny all;
    alias /srv/data/minutes/;
}
location /data/ { alias /srv/open/; }`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
location /protected/ { internal; }
#        ^^^^^^^^^^^ internal
location ~ \\.(?:pdf|zip)$ { expires 30d; }
location / { proxy_pass http://127.0.0.1:8000; }`,
      good: `root /srv/site;
location ^~ /protected/ { internal; }
location ~ \\.(?:pdf|zip)$ { expires 30d; }
location / { proxy_pass http://127.0.0.1:8000; }`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name app.example.org;
    location / { proxy_pass http://127.0.0.1:8000; }
}
server {
    listen 81;
    server_name app.example.org;
    location /admin/ {
#            ^^^^^^^ server
        allow 10.0.0.0/8;
        deny all;
        proxy_pass http://127.0.0.1:8000;
    }
    location / { proxy_pass http://127.0.0.1:8000; }
}`,
      good: `server {
    listen 80;
    server_name app.example.org;
    return 301 http://app.example.org:81$request_uri;
}
server {
    listen 81;
    server_name app.example.org;
    location /admin/ {
        allow 10.0.0.0/8;
        deny all;
        proxy_pass http://127.0.0.1:8000;
    }
    location / { proxy_pass http://127.0.0.1:8000; }
}`,
    },
    {
      inside: 'server',
      bad: `location /admin/ {
#        ^^^^^^^ same
    allow 10.0.0.0/8;
    deny all;
    proxy_pass http://127.0.0.1:8000;
}
location /app/ { proxy_pass http://127.0.0.1:8000/; }`,
      good: `location /admin/ {
    allow 10.0.0.0/8;
    deny all;
    proxy_pass http://127.0.0.1:8000;
}
location /app/ { proxy_pass http://127.0.0.1:8000/app/; }`,
    },
    {
      inside: 'server',
      bad: `location /admin/ {
#        ^^^^^^^ outranked
    allow 10.0.0.0/8;
    deny all;
    proxy_pass http://127.0.0.1:8000;
}
location ~ \\.json$ {
    proxy_pass http://127.0.0.1:8000;
    proxy_hide_header Server;
}`,
      good: `location ^~ /admin/ {
    allow 10.0.0.0/8;
    deny all;
    proxy_pass http://127.0.0.1:8000;
}
location ~ \\.json$ {
    proxy_pass http://127.0.0.1:8000;
    proxy_hide_header Server;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
location /reports/ {
#        ^^^^^^^^^ outranked
    auth_basic "staff";
    auth_basic_user_file /srv/staff;
}
location ~ \\.pdf$ {
    expires 30d;
}`,
      good: `root /srv/site;
location /reports/ {
    auth_basic "staff";
    auth_basic_user_file /srv/staff;
    location ~ \\.pdf$ {
        expires 30d;
    }
}`,
    },
    {
      inside: 'server',
      bad: `location /reports/ {
#        ^^^^^^^^^ same
    root /srv/site;
    auth_basic "staff";
    auth_basic_user_file /srv/staff;
}
location /get/ {
    alias /srv/site/reports/;
}`,
      good: `location /reports/ {
    root /srv/site;
    auth_basic "staff";
    auth_basic_user_file /srv/staff;
}
location /get/ {
    alias /srv/site/public/;
}`,
    },
    {
      inside: 'server',
      bad: `location /admin/ {
#        ^^^^^^^ page
    allow 10.0.0.0/8;
    deny all;
    error_page 403 = @app;
    proxy_pass http://127.0.0.1:8000;
}
location @app { proxy_pass http://127.0.0.1:8000; }`,
      good: `location /admin/ {
    allow 10.0.0.0/8;
    deny all;
    error_page 403 = @no;
    proxy_pass http://127.0.0.1:8000;
}
location @no { return 404; }`,
    },
    {
      inside: 'server',
      bad: `location /films/ {
    if ($http_x_film_key != "k7Qz") { return 403; }
    root /srv/site;
    location ~ \\.mp4$ { expires 1h; }
#              ^^^^^^ unasked
}`,
      good: `location /films/ {
    if ($http_x_film_key != "k7Qz") { return 403; }
    root /srv/site;
    location ~ \\.mp4$ {
        if ($http_x_film_key != "k7Qz") { return 403; }
        expires 1h;
    }
}`,
    },
    {
      inside: 'server',
      bad: `location / { proxy_pass http://127.0.0.1:8000; }
location /paid/ {
#        ^^^^^^ folder
    internal;
    alias /srv/data/paid/;
}
location /data/ { alias /srv/data/; }`,
      good: `location / { proxy_pass http://127.0.0.1:8000; }
location /paid/ {
    internal;
    alias /srv/data/paid/;
}
location /data/ { alias /srv/data/free/; }`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name docs.example.org;
    root /srv/docs;
    location /drafts/ { deny all; }
#            ^^^^^^^^ shared
}
server {
    listen 80;
    server_name old.example.org;
    root /srv/docs;
}`,
      good: `server {
    listen 80;
    server_name docs.example.org;
    root /srv/docs;
    location /drafts/ { deny all; }
}
server {
    listen 80;
    server_name old.example.org;
    return 301 http://docs.example.org$request_uri;
}`,
    },
    {
      inside: 'server',
      good: `location /admin/ {
    allow 10.0.0.0/8;
    deny all;
    proxy_pass http://127.0.0.1:8000;
}
location ~ \\.(bak|sql)$ { return 404; }
location ~* \\.(css|js)$ { root /srv/site; }`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
location / {
#        ^ outranked
    auth_basic "staff";
    auth_basic_user_file /srv/staff;
}
location ~ \\.pdf$ {
    expires 30d;
}`,
      good: `root /srv/site;
auth_basic "staff";
auth_basic_user_file /srv/staff;
location ~ \\.pdf$ {
    expires 30d;
}`,
    },
    {
      inside: 'server',
      bad: `location /admin/ {
#        ^^^^^^^ outranked
    allow 10.0.0.0/8;
    deny all;
    proxy_pass http://127.0.0.1:8000;
}
location = /admin/export { proxy_pass http://127.0.0.1:8000; }`,
      good: `location /admin/ {
    allow 10.0.0.0/8;
    deny all;
    proxy_pass http://127.0.0.1:8000;
    location = /admin/export { proxy_pass http://127.0.0.1:8000; }
}`,
    },
    {
      inside: 'server',
      bad: `auth_basic "staff";
auth_basic_user_file /srv/staff;
location / { proxy_pass http://127.0.0.1:8000; }
location /public/ {
#        ^^^^^^^^ opened
    auth_basic off;
    proxy_pass http://127.0.0.1:8000/;
}`,
      good: `auth_basic "staff";
auth_basic_user_file /srv/staff;
location / { proxy_pass http://127.0.0.1:8000; }
location /public/ {
    auth_basic off;
    proxy_pass http://127.0.0.1:8000/public/;
}`,
    },
    {
      inside: 'server',
      bad: `auth_basic "users";
auth_basic_user_file /srv/users;
location /admin/ {
#        ^^^^^^^ outranked
    auth_basic "staff";
    auth_basic_user_file /srv/staff;
    proxy_pass http://127.0.0.1:8000;
}
location ~ \\.json$ {
    auth_basic off;
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `auth_basic "users";
auth_basic_user_file /srv/users;
location ^~ /admin/ {
    auth_basic "staff";
    auth_basic_user_file /srv/staff;
    proxy_pass http://127.0.0.1:8000;
}
location ~ \\.json$ {
    auth_basic off;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    { inside: 'server', good: 'location / { deny all; }\nlocation ~ \\.pdf$ { root /srv/site; }' },
    {
      inside: 'server',
      good: `auth_basic "staff";
auth_basic_user_file /srv/staff;
location /admin/ { deny all; }
location = /admin/login { auth_basic off; allow all; proxy_pass http://127.0.0.1:8000; }`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
location / { try_files /drafts$uri $uri =404; }
location /drafts/ { deny all; }
#        ^^^^^^^^ same`,
      good: `root /srv/site;
location / { try_files $uri =404; }
location /drafts/ { deny all; }`,
    },
  ],
});
