/**
 * The places of a configuration that a request can be judged at: each location and each server's own level, with the listeners and hosts by
 * which a client gets there and paths that really arrive. A path is only handed out when nginx's own parsing leaves it as it is and the
 * matcher puts it at that very place. What an unseen file, a script or a template's value might decide otherwise is marked `unsure`.
 */
import { fromBytes, toBytes } from '../base/bytes.ts';
import type { DirectiveFact } from '../catalog/fact.ts';
import { asked, Notes, noted, numberOf, PerConfig, PerPart } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { isOpen, type Location, locationsOf, matchLocation } from '../config/locations.ts';
import { isSlip } from '../config/open.ts';
import type { Scope } from '../config/scope.ts';
import {
  chooseServer,
  hostOptions,
  type Listener,
  listenersAt,
  listenersFor,
  listenersOf,
  type Server,
  type ServerName,
  serverBy,
  serverOf,
  serversOf,
  validHost,
} from '../config/servers.ts';
import { Slot } from '../config/slot.ts';
import { upstreamsOf } from '../config/upstreams.ts';
import type { SourceFile } from '../syntax/statement.ts';
import { standsAt } from '../trace/at.ts';
import { readCondition } from '../trace/handlers/rewrite.ts';
import { definitionOf, indexOf } from '../trace/index.ts';
import { inNet, readNet, readPlainIp } from '../trace/networks.ts';
import { variablesIn } from '../trace/script.ts';
import type { At, HeaderPair, RequestInput, Trace, TraceOptions } from '../trace/trace.ts';
import { parsePath } from '../trace/uri.ts';
import { pathsFor } from './paths.ts';
import { samplesOf } from './regex-samples.ts';
import { witnessesOf } from './requests.ts';
import { asPath, type Probe, patternOf, probeFor, rowsOf, type Wanted } from './values.ts';

/** A way in: a listening address and a host for which the server answers there. */
export interface Door {
  readonly listener: Listener;
  readonly scheme: 'http' | 'https';
  readonly port: number;
  /** without port */
  readonly host: string;
  /** null: the server answers as the default one */
  readonly name: ServerName | null;
}

/** What a made-up host is called where the server answers for any. */
export const ANY_HOST = 'www.example.test';

const MOST_NAMES = 6;
export const MOST_PATHS = 24;

/** Directives whose code decides on the answer where nobody sees it. */
const isScripted = ({ name }: Directive): boolean =>
  /_by_lua|^js_(?:content|access|body_filter|header_filter)|^perl$|^set_by_lua|^passenger/.test(name);

/** A place that requests get to, with the requests that reach it. */
export class Spot {
  private readonly madePaths: string[] = [];
  private morePaths: Iterator<string> | undefined;
  private hasAllPaths = false;
  private madeVariations: readonly Probe[] | undefined;
  private isUnsure: boolean | undefined;

  constructor(
    readonly config: Config,
    readonly server: Server,
    readonly doors: readonly Door[],
    /** null: the server's own level, where its rewrites run before a location is looked for */
    readonly location: Location | null,
    /** for a named location: the spots that lead to it */
    private readonly leads: () => readonly Spot[],
    /** what was asked to know this spot and the others of its server */
    private readonly notes: Notes,
  ) {}

  get scope(): Scope {
    return this.location?.scope ?? this.server.scope;
  }

  /** What is at the spot itself, with what its `if` and limit_except blocks hold; inner locations are spots of their own. */
  get directives(): readonly Directive[] {
    return ownOf(this.scope);
  }

  /** Whether one of the directives is at the spot. */
  has(...names: readonly string[]): boolean {
    return this.directives.some((d) => names.includes(d.name));
  }

  /**
   * Something that the text does not show may decide here: an include whose files are not at hand, a script, a value or a hole of a
   * template. Judge nothing then that it could change.
   */
  get unsure(): boolean {
    if (this.isUnsure === undefined) this.isUnsure = this.notes.of(() => unsureAbout(this));
    else this.notes.use();
    return this.isUnsure;
  }

  /** Paths as they are in a request line that arrive here by themselves, the plainest first; of a named location those that lead to it. */
  get paths(): readonly string[] {
    return this.somePaths(MOST_PATHS);
  }

  /** The first of the paths, `most` at the most: each is tried before it is handed out, and no more are than are asked for. */
  somePaths(most: number): readonly string[] {
    const enough = this.location?.kind === 'named' ? Math.min(most, 4) : most;
    if (this.madePaths.length < enough && !this.hasAllPaths) this.notes.of(() => this.makePaths(enough));
    else this.notes.use();
    return this.madePaths.length > most ? this.madePaths.slice(0, most) : this.madePaths;
  }

  private makePaths(enough: number): void {
    if (!this.morePaths) {
      // most are asked for one path
      const plain = this.madePaths.length ? null : plainPath(this);
      if (plain !== null && arrives(this, plain)) {
        this.madePaths.push(plain);
        if (enough === 1) return;
      }
      this.morePaths = this.location?.kind === 'named' ? new Set(this.leads().flatMap((s) => s.somePaths(4))).values() : pathsTo(this);
      // it begins with the same one
      if (this.madePaths.length) this.morePaths.next();
    }
    while (this.madePaths.length < enough) {
      const { done, value } = this.morePaths.next();
      if (done) {
        this.hasAllPaths = true;
        return;
      }
      this.madePaths.push(value);
    }
  }

  /** The paths one by one: none is tried before somebody takes it. */
  *eachPath(): Generator<string> {
    for (let i = 0; ; i++) {
      const path = this.somePaths(i + 1)[i];
      if (path === undefined) return;
      yield path;
    }
  }

  /** The first of the paths that is like that; undefined where none is. */
  pathWhere(test: (path: string) => boolean): string | undefined {
    for (const path of this.eachPath()) if (test(path)) return path;
    return undefined;
  }

  /** The plainest path that arrives here; undefined where none is known. */
  get path(): string | undefined {
    return this.somePaths(1)[0];
  }

  /** Requests in which one of the conditions and map rows that count here is met, each by itself. The empty request is not among them. */
  get variations(): readonly Probe[] {
    if (this.madeVariations) this.notes.use();
    else this.madeVariations = this.notes.of(() => variationsOf(this));
    return this.madeVariations;
  }

  /**
   * Requests with a telling value for each thing that a client decides and any line in force here reads: headers, cookies, arguments. More
   * than the conditions look at, for who compares what is passed on, logged and cached.
   */
  get readings(): readonly Probe[] {
    return readingsOf(this);
  }

  /** The request that a probe stands for, at a door of this spot. */
  request(probe: Probe, door: Door = this.doors[0]!): RequestInput {
    return requestAt(this.config, door, { path: this.path ?? '/', ...probe });
  }

  /** Runs a probe here (once a revision). */
  ask(probe: Probe, options: TraceOptions & { readonly files?: never } = {}, door: Door = this.doors[0]!): Trace {
    return witnessesOf(this.config).ask(this.request(probe, door), options);
  }

  /** Whether the decoded path arrives at this spot by itself. */
  takes(path: string): boolean {
    return arrives(this, path);
  }
}

/** Addresses of clients that a stranger may have: those of the documentation (RFC 5737), and others that nobody writes into a list. */
const STRANGERS = ['203.0.113.9', '198.51.100.9', '192.0.2.9', '8.77.1.9'];

/**
 * The client of requests in which nobody in particular asks: one whom no line of a list names, so that whoever keeps strangers out keeps him
 * out. Undefined: the one that a trace takes by itself.
 */
const strangerIn = (config: Config): string | undefined => asked(config, 'a stranger', (c) => strangerOf.of(c));

const strangerOf = new PerConfig((config): string | undefined => {
  const nets = config.main.all.flatMap((d) => {
    const text = d.name === 'allow' || d.name === 'deny' ? d.value(0) : d.scope.opener?.name === 'geo' ? d.name : '';
    const net = /^\d/.test(text) && !text.endsWith('/0') ? readNet(text) : null;
    return net ? [net] : [];
  });
  const chosen = STRANGERS.find((address) => !nets.some((net) => inNet(readPlainIp(address)!, net)));
  return chosen === STRANGERS[0] ? undefined : chosen;
});

/** What clients write into the Host line at a door. */
export const authorityAt = ({ scheme, host, port }: Door): string => (port === (scheme === 'https' ? 443 : 80) ? host : `${host}:${port}`);

/** A probe as a request to a door: Host first, then the probe's own lines. */
export function requestAt(config: Config, door: Door, probe: Probe): RequestInput {
  const clientAddress = probe.clientAddress ?? strangerIn(config);
  const hasHost = probe.withoutHost || probe.headers?.some(([n]) => n.toLowerCase() === 'host');
  const headers: HeaderPair[] = hasHost ? [] : [['Host', authorityAt(door)]];
  if (probe.headers) headers.push(...probe.headers);
  const request: Writable<RequestInput> = {
    method: probe.method ?? 'GET',
    target: probe.query ? `${probe.path ?? '/'}?${probe.query}` : (probe.path ?? '/'),
    scheme: door.scheme,
    localPort: door.port,
    headers,
  };
  if (!door.listener.wildcard && door.listener.kind !== 'name') request.localAddress = door.listener.address;
  if (door.listener.proxyProtocol) request.proxyProtocol = { clientAddress: clientAddress ?? STRANGERS[0]! };
  if (clientAddress) request.clientAddress = clientAddress;
  if (probe.httpVersion) request.httpVersion = probe.httpVersion;
  if (probe.bodyLength !== undefined) request.bodyLength = probe.bodyLength;
  return request;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const owned = new Slot<Scope, readonly Directive[]>();

/** What is at a level itself, with what its `if` and limit_except blocks hold. */
export function ownOf(scope: Scope): readonly Directive[] {
  let found = owned.get(scope);
  if (!found) {
    const list: Directive[] = [];
    const visit = (at: Scope): void => {
      for (const d of at.directives) {
        list.push(d);
        if (d.body && (d.name === 'if' || d.name === 'limit_except')) visit(d.body);
      }
    };
    visit(scope);
    owned.set(scope, (found = list));
  }
  return found;
}

// ---- ways in

function hostsOf(name: ServerName): readonly string[] {
  const { text, kind } = name;
  if (name.hostname) return [];
  if (kind === 'exact') return text === '' || !/^[a-z\d.-]+$/.test(text) ? [] : [text];
  if (kind === 'leading-mask') return text.startsWith('*') ? [`w${text.slice(1)}`] : [text.slice(1), `w${text}`];
  if (kind === 'trailing-mask') return [`${text.slice(0, -1)}test`];
  const { regexes } = name.server.scope.config;
  const pattern = text.slice(1);
  return samplesOf(regexes, pattern, {
    caseless: /[A-Z]/.test(pattern),
    tries: 8,
    forms: (s) => [s, `w.${s}`, `${s}.test`, s.toLowerCase()],
  }).slice(0, 4);
}

/** Whether a condition of the server's own reads the host. */
const asksForHost = ({ scope }: Server): boolean => scope.named('if').some((d) => /^\(?\$\{?(?:http_)?host\b/.test(d.values.join('')));

function doorsOf(config: Config, server: Server, listeners: readonly Listener[]): Door[] {
  const doors: Door[] = [];
  const options = hostOptions(config);
  for (const listener of listeners) {
    // a socket is asked by other programs, QUIC for the same as TLS
    if (listener.udp || listener.kind === 'unix') continue;
    const scheme = listener.ssl ? 'https' : 'http';
    const at = (host: string, name: ServerName | null): boolean => {
      const bytes = validHost(toBytes(host), options);
      if (bytes === null || fromBytes(bytes) !== host) return false;
      if (chooseServer(listener, bytes).server !== server) return false;
      if (!doors.some((d) => d.host === host && d.listener === listener)) doors.push({ listener, scheme, port: listener.port, host, name });
      return true;
    };
    // a name with a dot in front stands for itself and for what is below it, and a condition may tell the two apart
    for (const name of server.names.slice(0, MOST_NAMES))
      for (const host of hostsOf(name)) if (at(host, name) && !(name.text.startsWith('.') && asksForHost(server))) break;
    if (listener.defaultServer === server && !doors.some((d) => d.listener === listener)) at(ANY_HOST, null);
  }
  return doors;
}

// ---- paths

/** Every name begins with a letter of its own: nothing in such a path is decoded, merged or resolved. */
const PLAIN_PATH = /^(?:\/\w[\w.-]*)*\/?$/;

/** The path that nginx reads from a request line, unchanged. */
const readAs = (path: string): string | null => {
  const parsed = parsePath(path, true);
  return parsed && fromBytes(parsed.uri);
};

function arrives({ server, location }: Spot, path: string): boolean {
  if (!path.startsWith('/') || (!PLAIN_PATH.test(path) && readAs(asPath(path)) !== path)) return false;
  if (!location) return true;
  const match = matchLocation(server.scope, toBytes(path));
  return match.location === location && match.how !== 'slash-redirect' && !isOpen(match.how);
}

/** The path that is tried first at a place, where nothing in it need be escaped; null where a pattern has to be asked for one. */
function plainPath({ location }: Spot): string | null {
  if (location && location.kind !== 'prefix') return null;
  const path = location ? `${location.name}${location.name.endsWith('/') ? '' : '/'}users` : '/users';
  return PLAIN_PATH.test(path) ? path : null;
}

function* pathsTo(spot: Spot): Generator<string> {
  const { location } = spot;
  const found = new Set<string>();
  const arriving = function* (paths: Iterable<string>): Generator<string> {
    for (const path of paths)
      if (found.size < MOST_PATHS && !found.has(path) && arrives(spot, path)) {
        found.add(path);
        yield PLAIN_PATH.test(path) ? path : asPath(path);
      }
  };
  const name = location && location.kind !== 'regex' ? location.name : '';
  if (location) {
    if (location.kind === 'prefix')
      yield* arriving((location.name.endsWith('/') ? ['users', ''] : ['/users', '', '/']).map((rest) => location.name + rest));
    const plain = pathsFor(location, 16);
    yield* arriving(plain.slice(0, 2));
    // patterns of this place come before further plain ones: a path that none of them fits shows little
    yield* arriving(patternedPaths(spot, name));
    yield* arriving(plain);
  } else {
    yield* arriving(['/users']);
    yield* arriving(patternedPaths(spot, name));
    yield* arriving(['/', '/a/b', '/a.html']);
  }
}

/** Paths that the patterns and the tables of a place fit, as far as they arrive there. */
function patternedPaths(spot: Spot, name: string): string[] {
  const { config } = spot;
  const patterned: string[] = [];
  for (const d of spot.directives) {
    const patterns: { pattern: string; caseless: boolean }[] = [];
    if (d.name === 'rewrite') patterns.push({ pattern: d.value(0), caseless: false });
    else if (d.name === 'if') {
      const m = /^\(?\s*\$(?:document_uri|uri|request_uri|request_filename)$/.exec(d.values[0] === '(' ? `(${d.value(1)}` : d.value(0));
      const read = m && patternOf(d);
      if (read) patterns.push(read);
    }
    for (const { pattern, caseless } of patterns)
      patterned.push(
        ...samplesOf(config.regexes, pattern, {
          caseless,
          tries: 8,
          forms: (s) => [s, `/${s}`, `${name}${s}`, `${name}/x${s}`, `/x${s}`, `${s}x`],
        })
          .filter((s) => arrives(spot, s))
          .slice(0, 2),
      );
  }
  // rows of a map that takes the path
  for (const d of spot.directives) {
    if (d.name !== 'if' && d.name !== 'return' && d.name !== 'rewrite') continue;
    for (const used of d.values.flatMap((v) => variablesIn(v))) {
      const defined = definitionOf(indexOf(config), used);
      const source = defined?.by === 'map' ? /^\$\{?(uri|document_uri|request_uri)\}?$/.exec(defined.directive.value(0))?.[1] : undefined;
      if (!defined || !source) continue;
      for (const row of rowsOf(defined.directive).slice(0, 12)) {
        const path = row.key && row.value !== '' ? probeFor(config, source, row.key)?.path : undefined;
        if (path !== undefined && !path.includes('%') && arrives(spot, path)) patterned.push(path);
      }
    }
  }
  return patterned;
}

// ---- what the configuration looks at

const CHOOSING: ReadonlySet<string> = new Set(['if', 'deny', 'return', 'rewrite', 'set', 'proxy_pass', 'root', 'alias', 'try_files']);

const choices = new Slot<Scope, readonly Directive[]>();

/** The lines of one level by which requests may fare differently: a server has thousands of others, and each of its locations asks. */
function choicesIn(scope: Scope): readonly Directive[] {
  let found = choices.get(scope);
  if (!found) choices.set(scope, (found = ownOf(scope).filter((d) => CHOOSING.has(d.name))));
  return found;
}

function variationsOf(spot: Spot): Probe[] {
  const { config, server } = spot;
  const found = new Map<string, Probe>();
  const add = (probe: Probe | null): void => {
    if (!probe || probe.path !== undefined || found.size >= 12) return;
    const key = JSON.stringify(probe);
    if (key !== '{}' && !found.has(key)) found.set(key, probe);
  };
  const seen = new Set<string>();
  const ofVariable = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const defined = definitionOf(indexOf(config), name);
    if (defined?.by === 'map')
      for (const row of rowsOf(defined.directive).slice(0, 6))
        if (row.key !== null) for (const source of variablesIn(defined.directive.value(0))) add(probeFor(config, source, row.key));
    if (/^(?:http|cookie|arg)_/.test(name) && name !== 'http_host') add(probeFor(config, name, 'something'));
  };
  const levels = spot.location ? [server.scope, spot.scope] : [server.scope];
  for (const scope of levels)
    for (const d of choicesIn(scope)) {
      if (d.name === 'if') {
        const wanted = wantedBy(d);
        if (wanted) add(probeFor(config, wanted.name, wanted.wanted));
      } else if (d.name === 'deny') {
        // a client that the list keeps out by name
        const [, address] = /^(\d+\.\d+\.\d+\.)\d+(?:\/\d+)?$/.exec(d.value(0)) ?? [];
        if (address) add({ clientAddress: d.value(0).includes('/') ? `${address}7` : d.value(0) });
      } else for (const value of d.values) for (const name of variablesIn(value)) ofVariable(name);
    }
  return [...found.values()];
}

const MOST_READINGS = 16;

const ofLevel = new PerConfig(() => new Map<Scope, readonly string[]>());

/** Variables that the lines of one level read, in the order in which they are there. */
function readBy(scope: Scope): readonly string[] {
  const known = ofLevel.of(scope.config);
  let found = known.get(scope);
  if (!found)
    known.set(
      scope,
      (found = [
        ...new Set(
          ownOf(scope).flatMap((d) =>
            d.name === 'location' || d.body?.context === 'server' ? [] : d.values.flatMap((v) => variablesIn(v)),
          ),
        ),
      ]),
    );
  return found;
}

function readingsOf(spot: Spot): Probe[] {
  const { config } = spot;
  const found = new Map<string, Probe>();
  const seen = new Set<string>();
  const visit = (name: string, depth: number): void => {
    if (seen.has(name) || depth > 3 || found.size >= MOST_READINGS) return;
    seen.add(name);
    const defined = definitionOf(indexOf(config), name);
    if (defined) {
      if (defined.by === 'map') for (const source of variablesIn(defined.directive.value(0))) visit(source, depth + 1);
      return;
    }
    if (name === 'http_host' || !/^(?:http|cookie|arg)_\w|^content_type$/.test(name)) return;
    const probe = probeFor(config, name, 'something');
    if (probe) found.set(name, probe);
  };
  for (let at: Scope | null = spot.scope; at; at = at.parent) for (const name of readBy(at)) visit(name, 0);
  return [...found.values()];
}

/** The variable that a condition reads, and what it must be for the condition to hold. */
export function wantedBy(directive: Directive): { name: string; wanted: Wanted } | null {
  const condition = readCondition(directive);
  if (!condition || condition.kind === 'file') return null;
  const { name } = condition;
  if (condition.kind === 'variable') return { name, wanted: 'something' };
  if (condition.kind === 'equal')
    return condition.value.literal === null ? null : { name, wanted: { is: fromBytes(condition.value.literal) } };
  if (condition.kind !== 'match' || condition.negative) return { name, wanted: 'something' };
  const read = patternOf(directive);
  return read && { name, wanted: { matches: read.pattern, caseless: read.caseless } };
}

// ---- what cannot be told

/** Directives whose value moves the request; a mark in one of them leaves it open where it goes. */
const MOVING = /^(?:return|rewrite|if|set|root|alias|try_files|error_page|location|internal|[a-z]+_pass)$/;

const unsureLevels = new PerConfig(() => new Map<Scope, boolean>());

function unsureAbout(spot: Spot): boolean {
  const known = unsureLevels.of(spot.config);
  for (let at: Scope | null = spot.scope; at && at.context !== 'http' && at.context !== 'main'; at = at.parent) {
    let unsure = known.get(at);
    if (unsure === undefined) known.set(at, (unsure = isUnsure(spot.config, at)));
    if (unsure) return true;
  }
  return false;
}

function isUnsure({ tree }: Config, scope: Scope): boolean {
  for (const d of ownOf(scope)) {
    if (d.name === 'include' && !(tree.includes.get(d.statement)?.files.length ?? 0)) return true;
    if (isScripted(d) || isSlip(d)) return true;
    if (
      d.file.template !== null &&
      MOVING.test(d.name) &&
      meetsMark(d.file, d.statement.start, d.statement.block ? (d.args.at(-1)?.end ?? d.statement.start) : d.statement.end)
    )
      return true;
  }
  const { opener } = scope;
  return opener?.file.holes?.some((h) => h.start < opener.statement.end && h.end > opener.statement.start) ?? false;
}

/** Whether a mark of the template is in the text. */
const meetsMark = (file: SourceFile, start: number, end: number): boolean =>
  file.marks?.some((m) => m.start < end && m.end > start) ?? false;

// ---- all of them

/** Those of a server: its own level first. */
interface Spots {
  readonly all: readonly Spot[];
  readonly byScope: ReadonlyMap<Scope, Spot>;
  readonly notes: Notes;
}

const ofServers = new PerConfig(() => new Map<Server, Spots>());

function madeFor(config: Config, server: Server): Spots {
  const known = ofServers.of(config);
  const found = known.get(server);
  if (found) {
    found.notes.use();
    return found;
  }
  const notes = new Notes(config);
  const all = notes.of(() => (config.whole ? makeSpots(config, server, notes) : []));
  const spots = { all, byScope: new Map(all.map((spot) => [spot.scope, spot])), notes };
  known.set(server, spots);
  return spots;
}

const every = new PerConfig((config): readonly Spot[] => serversOf(config).flatMap((server) => spotsOfServer(config, server)));

/** The spots of a configuration's http servers that a request can get to, in file order. A fragment has none. */
export const spotsOf = (config: Config): readonly Spot[] => every.of(config);

/** Those of one server: its own level first. */
export const spotsOfServer = (config: Config, server: Server): readonly Spot[] => madeFor(config, server).all;

/** The spot of a server's or a location's scope; undefined where no request gets there. */
export function spotOf(config: Config, scope: Scope): Spot | undefined {
  const server = serverOf(scope);
  return server ? madeFor(config, server).byScope.get(scope) : undefined;
}

function makeSpots(config: Config, server: Server, notes: Notes): readonly Spot[] {
  const doors = doorsOf(config, server, listenersFor(config, server));
  if (!doors.length) return [];
  const own: Spot[] = [];
  own.push(new Spot(config, server, doors, null, () => [], notes));
  const visit = (scope: Scope): void => {
    for (const location of locationsOf(scope).all) {
      const leads = (): readonly Spot[] =>
        own.filter(
          (s) => s.location?.kind !== 'named' && s.directives.some((d) => d.name !== 'location' && d.values.includes(location.name)),
        );
      own.push(new Spot(config, server, doors, location, leads, notes));
      visit(location.scope);
    }
  };
  visit(server.scope);
  return own;
}

// ---- places of one shape

/** The servers by each of their names. */
const namesakes = new PerConfig((config): ReadonlyMap<string, readonly Server[]> => {
  const map = new Map<string, Server[]>();
  for (const s of serversOf(config))
    for (const { text } of s.names) {
      const list = map.get(text);
      if (list) list.push(s);
      else map.set(text, [s]);
    }
  return map;
});

/**
 * A text that is the same for two spots only when their servers are written alike but for their own names and upstream groups, and so are
 * those that share a name with them or that they name in a redirect: a verdict of "nothing wrong" about one holds for the other.
 */
export function shapeOf(spot: Spot): string {
  const { server, config } = spot;
  const index = spot.location ? locationPlace(spot.location) : '';
  return `${withNeighbours(config, server)}\n${index}`;
}

/**
 * The shape of a server with all that is in it, for who reads its text: names differ in digits only. As a number; null where no other server can be
 * of it, or nothing gets there.
 */
export function shapeOfServer(config: Config, server: Server): number | null {
  if (isAlone(config, server) || !spotsOfServer(config, server).length) return null;
  const shape = withNeighbours(config, server);
  const groups = upstreamsOf(config);
  const named = server.scope.all.flatMap((d) => (d.name.endsWith('_pass') ? [groupNamed(groups, d.value(0))] : []));
  const words = [...server.names.map((n) => n.text), ...shapes.of(server.scope).own, ...named].join(' ');
  return numberFor(wholeShapes.of(config).byText, `${shape} ${words.replace(/\d+/g, '#')}`);
}

/** The group that a pass leads to; '' for anything else. */
const groupNamed = (groups: ReadonlyMap<string, unknown>, target: string): string => {
  const name = target.slice(target.indexOf('://') < 0 ? 0 : target.indexOf('://') + 3).replace(/\/.*$/s, '');
  return groups.has(name) ? name : '';
};

/** The names of all directives of a server, in their order. */
const outlineOf = new PerPart((scope: Scope): string => sharedText(scope.config, scope.all.map((d) => d.name).join(' ')));

const texts = new PerConfig(() => new Map<string, string>());

/** Servers of one shape share its text, which is as long as they are. */
function sharedText(config: Config, text: string): string {
  const known = texts.of(config);
  const shared = known.get(text);
  if (shared === undefined) known.set(text, text);
  return shared ?? text;
}

/** How many servers have the same names of directives in the same order: only such can be of one shape. */
const outlines = new PerConfig((config) => {
  const count = new Map<string, number>();
  for (const { scope } of serversOf(config)) {
    const outline = outlineOf.of(scope);
    count.set(outline, (count.get(outline) ?? 0) + 1);
  }
  return count;
});

/** Whether no other server can be of the shape of this one, as the bare names of directives tell: then its shape need not be known. */
export const isAlone = (config: Config, { scope }: Server): boolean =>
  serversOf(config).length === 1 || outlines.of(config).get(outlineOf.of(scope)) === 1;

/** Shapes as numbers: the texts are as long as the servers, and there is a spot for each of their locations. */
const wholeShapes = new PerConfig(() => ({
  byServer: new Map<Server, number>(),
  byName: new Map<string, number>(),
  byText: new Map<string, number>(),
}));

/** A number for each text. */
function numberFor(byText: Map<string, number>, text: string): number {
  let number = byText.get(text);
  if (number === undefined) byText.set(text, (number = byText.size));
  return number;
}

function withNeighbours(config: Config, server: Server): number {
  const { byServer, byName, byText } = wholeShapes.of(config);
  const known = byServer.get(server);
  if (known !== undefined) return known;
  const ownShape = (one: Server): number => numberFor(byText, shapes.of(one.scope).text);
  // all who have a name in one, the server itself among them: a thousand may share one
  const ofName = (name: string, servers: readonly Server[]): number => {
    let number = byName.get(name);
    if (number === undefined) byName.set(name, (number = numberFor(byText, servers.map(ownShape).join())));
    return number;
  };
  const near = neighboursOf(config, server).map(({ name, servers }) => ofName(name, servers));
  const whole = numberFor(byText, `${ownShape(server)} beside ${near.join()}`);
  byServer.set(server, whole);
  return whole;
}

/** Hosts that a server is named after or sends its clients to. */
const hostsNamed = new PerPart((scope: Scope): readonly string[] => {
  const hosts = new Set((serverOf(scope)?.names ?? []).flatMap((n) => (n.text.length > 1 ? [n.text] : [])));
  for (const d of scope.all)
    if (d.name === 'return' || d.name === 'rewrite' || d.name === 'set')
      for (const value of d.values) for (const m of value.matchAll(/\/\/([\w.-]+)/g)) hosts.add(m[1]!);
  return [...hosts];
});

/** The servers that have such a name, by it; whoever has a name to himself is no neighbour. */
function neighboursOf(config: Config, server: Server): readonly { readonly name: string; readonly servers: readonly Server[] }[] {
  const all = namesakes.of(config);
  return hostsNamed.of(server.scope).flatMap((name) => {
    const servers = all.get(name);
    return servers && (servers.length > 1 || servers[0] !== server) ? [{ name, servers }] : [];
  });
}

/** Neighbours above this number are not compared from one revision to the next. */
const MOST_NEIGHBOURS = 64;

/** Notes that someone depends on the shape of a server. */
export const askShape = (config: Config, { scope }: Server): void => noteShape(config, numberOf(scope));

const noteShape = (config: Config, scope: number): void =>
  noted(config, `shape of ${scope}`, (c) => {
    const server = serverBy(c, scope);
    if (!server) return null;
    const near = neighboursOf(c, server).flatMap(({ name, servers }) => [name, ...servers]);
    if (near.length > MOST_NEIGHBOURS) return {};
    return [server, ...near].map((one) => (typeof one === 'string' ? one : shapes.of(one.scope).text));
  });

/** Whether a text has a word of those in which a server and others of its shape differ: a name that a server has to itself, an upstream group, a folder. */
export function namesSomethingOwn(config: Config, server: Server, text: string): boolean {
  for (const word of shapes.of(server.scope).own) if (text.includes(word)) return true;
  for (const name of namesakes.of(config).keys()) if (name.length > 3 && text.includes(name)) return true;
  for (const name of upstreamsOf(config).keys()) if (text.includes(name)) return true;
  return false;
}

function locationPlace(location: Location): string {
  const outer = location.parent ? locationPlace(location.parent) : '';
  return `${outer}/${location.directive.scope.indexOf(location.directive)}`;
}

/** From here on a text is not searched for each name by itself: of a thousand names it is as long as they are. */
const MANY_NAMES = 8;

/** Puts numbers for names into a text, the longest first; of many wherever one begins a word or a part of it. */
function namesLeftOut(names: readonly string[]): (text: string) => string {
  if (names.length <= MANY_NAMES)
    return (text) => {
      let out = text;
      for (let i = 0; i < names.length; i++) if (out.includes(names[i]!)) out = out.replaceAll(names[i]!, `<name ${names.length - i}>`);
      return out;
    };
  const numbers = new Map(names.map((name, i) => [name, names.length - i]));
  const lengths = [...new Set(names.map((name) => name.length))].sort((a, b) => b - a);
  return (text) => {
    const out: string[] = [];
    let done = 0;
    for (const { index } of text.matchAll(/(?<![a-z\d])[a-z\d]/g)) {
      if (index < done) continue;
      const length = lengths.find((n) => numbers.has(text.slice(index, index + n)));
      if (length === undefined) continue;
      out.push(text.slice(done, index), `<name ${numbers.get(text.slice(index, index + length))}>`);
      done = index + length;
    }
    return out.join('') + text.slice(done);
  };
}

/** How many blocks around it a level has below another. */
function depthBelow(outer: Scope, scope: Scope): number {
  let depth = 0;
  for (let at: Scope | null = scope; at && at !== outer; at = at.parent) depth++;
  return depth;
}

/** The addresses of which a server is the default one. */
const defaultsFor = (config: Config, scope: number): readonly string[] =>
  asked(config, `default of ${scope}`, (c) => defaultsOf.of(c).get(scope) ?? NO_ADDRESSES);

const NO_ADDRESSES: readonly string[] = [];

const defaultsOf = new PerConfig((config) => {
  const addresses = new Map<number, string[]>();
  for (const { defaultServer, text } of listenersOf(config)) {
    const number = numberOf(defaultServer.scope);
    const list = addresses.get(number);
    if (list) list.push(text);
    else addresses.set(number, [text]);
  }
  return addresses;
});

/** Lines in whose values sites of one kind have words of their own: where requests and lines of a log go to, and where files are. */
const OF_SITES =
  /^(?:listen|root|alias|set|access_log|error_log|ssl_certificate(?:_key)?|ssl_trusted_certificate|auth_basic_user_file|[a-z]+_pass)$/;

const ofSites = new WeakMap<DirectiveFact, boolean>();

/** Whether a line is one of those, asked once for each that nginx has. */
function isOfSites({ fact, name }: Directive): boolean {
  if (fact?.name !== name) return OF_SITES.test(name);
  let known = ofSites.get(fact);
  if (known === undefined) ofSites.set(fact, (known = OF_SITES.test(name)));
  return known;
}

/** A word of a site: it has a number in it. What a port or an address is for is kept. */
const WORDS = /<name \d+>|[\w-]+(?:\.[\w-]+)*/g;

const kindOfWord = (word: string): string =>
  /^\d+$/.test(word)
    ? Number(word) < 1024
      ? 'low'
      : 'number'
    : /^\d+(?:\.\d+){3}$/.test(word)
      ? isPrivate(word)
        ? 'private'
        : 'public'
      : 'word';

const isPrivate = (address: string): boolean => /^(?:10|127|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./.test(address);

/** Numbers that mean something by themselves. */
const TELLING = new Set(['80', '443', '8443', '127.0.0.1', '0.0.0.0']);

/** A listener's port names a server of this configuration; one that a single server listens at is its own. */
const isPortOfOthers = (config: Config, server: Server, word: string, isListen: boolean): boolean =>
  /^\d+$/.test(word) && listensThere(config, Number(word), isListen ? numberOf(server.scope) : null);

/** Whether a server listens at a port, one of those beside `scope` where that is given. */
const listensThere = (config: Config, port: number, scope: number | null): boolean =>
  asked(config, `listens at ${port} beside ${scope}`, (c) =>
    listenersAt(c, port).some((l) => scope === null || l.servers.some((s) => numberOf(s.scope) !== scope)),
  );

/** What the servers of a group are like: their addresses but for ports of this configuration, and all else as it is written. */
const groupShapeOf = (config: Config, name: string): string => asked(config, `shape of the group ${name}`, (c) => groupShape.of(c, name));

const groupShape = new PerConfig((config, name: string): string => {
  const lines = upstreamsOf(config).get(name)?.directive.body?.all ?? [];
  const word = (text: string): string =>
    !/\d/.test(text) || TELLING.has(text) || (/^\d+$/.test(text) && listenersAt(config, Number(text)).length)
      ? text
      : `<${kindOfWord(text)}>`;
  return lines
    .map((d) => [d.name, d.name === 'server' ? d.value(0).replace(WORDS, word) : d.value(0), ...d.values.slice(1)].join(' '))
    .join(';');
});

/** Words of one server that are looked for in the rest of it: a site has a few of its own, and who has hundreds is no site like another. */
const MOST_LOOKED_FOR = 200;

interface Shape {
  readonly text: string;
  /** the words that were left out of it because they are the server's own */
  readonly own: ReadonlySet<string>;
}

const NO_SHAPE: Shape = { text: '', own: new Set() };

/** By the server's level. */
const shapes = new PerPart((scope: Scope): Shape => {
  const server = serverOf(scope);
  return server ? serverShape(scope.config, server) : NO_SHAPE;
});

function serverShape(config: Config, server: Server): Shape {
  const groups = upstreamsOf(config);
  const exact = server.names.flatMap((n) => (n.kind === 'exact' && n.text.length > 3 ? [n.text] : [])).sort((a, b) => b.length - a.length);
  const nameless = namesLeftOut(exact);
  const written = (text: string): string => {
    const rest = nameless(text);
    return rest.includes('://')
      ? rest.replace(/:\/\/([\w.-]+)/g, (whole, name: string) => (groups.has(name) ? `://<group ${groupShapeOf(config, name)}>` : whole))
      : rest;
  };
  const words = defaultsFor(config, numberOf(server.scope)).map((address) => written(`default on ${address}`));
  /** the places of the words in which a site may have its own, and whether they are of a listen line */
  const sites = new Map<number, boolean>(words.map((_, i) => [i, true]));
  let level: Scope | null = null;
  for (const directive of server.scope.all) {
    const { name, scope, statement, values } = directive;
    // where a block ends
    if (scope !== level) words.push(String(depthBelow(server.scope, (level = scope))));
    words.push(statement.block ? `${name}{${scope.context}` : name);
    const isOfSite = values.length > 0 && isOfSites(directive);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      const isSite = isOfSite && !(name === 'set' && i === 0);
      if (isSite) sites.set(words.length, name === 'listen');
      words.push(written(isSite && groups.has(value) ? `<group ${groupShapeOf(config, value)}>` : value));
    }
    words.push(';');
  }
  /** all that no site has words of its own in */
  let rest: string | undefined;
  const own = new Map<string, number>();
  let looked = 0;
  for (const [i, isListen] of sites)
    words[i] = words[i]!.replace(WORDS, (word) => {
      if (!/\d/.test(word) || word.startsWith('<') || TELLING.has(word)) return word;
      if (!own.has(word)) {
        // a word that stands elsewhere, too, is one by which the parts of the server are related
        if (++looked > MOST_LOOKED_FOR || isPortOfOthers(config, server, word, isListen)) return word;
        rest ??= words.filter((_, n) => !sites.has(n)).join('\u0001');
        if (rest.includes(word)) return word;
        own.set(word, own.size);
      }
      return `<own ${own.get(word)} ${kindOfWord(word)}>`;
    });
  const text = words.join('\u0001');
  return { text: sharedText(config, text), own: own.size ? new Set(own.keys()) : NO_SHAPE.own };
}

/** The directive at a station's place; null when it is none of the given ones. */
export const directiveAt = (among: readonly Directive[], at: At | null): Directive | null => {
  if (!at) return null;
  return among.find((d) => standsAt(d, at)) ?? null;
};
