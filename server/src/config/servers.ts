/**
 * Which server answers: listening addresses, default servers, names. The rules, the hovers and the request path all ask this one matcher.
 * It says what nginx does with the text (ngx_http_add_listen, ngx_http_server_names, ngx_http_find_virtual_server); it judges nothing.
 */
import { type ByteString, byteArray, lower, toBytes } from '../base/bytes.ts';
import type { CompiledRegex } from '../base/regexes.ts';
import { addressText, parseAddress, parseIpv4, parseIpv6 } from '../catalog/value-kind.ts';
import { atLeast } from '../catalog/version.ts';
import { asked, isRecorded, noted, numberOf, PerConfig, unrecorded } from './asked.ts';
import type { Config } from './config.ts';
import type { Directive } from './directive.ts';
import type { Scope } from './scope.ts';
import { Slot } from './slot.ts';

export type ServerProtocol = 'http' | 'stream' | 'mail';

/** One address and port that a `listen` names. A name that would have to be resolved is kept as `kind: 'name'` and equals only itself; localhost needs no resolving. */
export interface ListenAddress {
  readonly kind: 'inet' | 'inet6' | 'unix' | 'name';
  /** canonical: `127.0.0.1`, `::1` without brackets, the socket's path, the name as it is written */
  readonly address: string;
  /** 0 for a unix socket */
  readonly port: number;
  readonly wildcard: boolean;
}

export interface Listen {
  /** null: the server has no `listen`, this is the implied one */
  readonly directive: Directive | null;
  /** more than one for a port range */
  readonly addresses: readonly ListenAddress[];
  /** the parameters after the address, as written */
  readonly params: readonly string[];
  readonly server: Server;
}

export type NameKind = 'exact' | 'leading-mask' | 'trailing-mask' | 'regex';

export interface ServerName {
  /** as nginx sees it: lower case but for regexes, `.example.com` and `~` kept */
  readonly text: string;
  /** null: the server has no `server_name`, its name is the empty one */
  readonly directive: Directive | null;
  /** which argument of the directive */
  readonly argument: number;
  readonly kind: NameKind;
  /** null when it is no regex, or one that PCRE2 refuses */
  readonly regex: CompiledRegex | null;
  /** `$hostname`: the name of the machine, which the text does not tell */
  readonly hostname: boolean;
  readonly server: Server;
}

export interface Server {
  readonly protocol: ServerProtocol;
  readonly scope: Scope;
  readonly listens: readonly Listen[];
  readonly names: readonly ServerName[];
  /** position among the servers of its protocol */
  readonly index: number;
}

/** What the listen lines of all servers make of an address:port pair. */
interface Pair extends ListenAddress {
  readonly key: string;
  readonly text: string;
  readonly protocol: ServerProtocol;
  readonly udp: boolean;
  readonly servers: readonly Server[];
  readonly defaultServer: Server;
  readonly defaultBy: Listen | null;
  readonly listens: readonly Listen[];
  readonly ssl: boolean;
  readonly http2: boolean;
  readonly quic: boolean;
  readonly proxyProtocol: boolean;
  readonly dualStack: boolean;
}

/** An address:port pair with all servers that listen on it. What the servers bring is asked for, each thing by itself (asked.ts). */
export class Listener implements ListenAddress {
  readonly kind: ListenAddress['kind'];
  readonly address: string;
  readonly port: number;
  readonly wildcard: boolean;
  /** `127.0.0.1:80`, `*:443`, `[::]:80`, `unix:/run/x.sock`, as nginx prints it */
  readonly text: string;
  readonly protocol: ServerProtocol;
  readonly udp: boolean;

  constructor(
    private readonly config: Config,
    private readonly pair: Pair,
  ) {
    ({
      kind: this.kind,
      address: this.address,
      port: this.port,
      wildcard: this.wildcard,
      text: this.text,
      protocol: this.protocol,
      udp: this.udp,
    } = pair);
  }

  /** in file order */
  get servers(): readonly Server[] {
    return this.told('servers');
  }

  get defaultServer(): Server {
    return this.told('defaultServer');
  }

  /** the listen with `default_server`; null when the first server is the default for being first */
  get defaultBy(): Listen | null {
    return this.told('defaultBy');
  }

  get listens(): readonly Listen[] {
    return this.told('listens');
  }

  /** the union over the listen lines counts for all servers of the pair (`quic`: the pair's UDP side exists) */
  get ssl(): boolean {
    return this.told('ssl');
  }

  get http2(): boolean {
    return this.told('http2');
  }

  get quic(): boolean {
    return this.told('quic');
  }

  get proxyProtocol(): boolean {
    return this.told('proxyProtocol');
  }

  /** ipv6only=off: the IPv6 wildcard takes IPv4 clients too */
  get dualStack(): boolean {
    return this.told('dualStack');
  }

  /** How many servers there are. */
  get count(): number {
    this.noteOrder();
    return this.pair.servers.length;
  }

  /** Which of them is the default one. */
  get defaultIndex(): number {
    this.noteOrder();
    return this.pair.servers.indexOf(this.pair.defaultServer);
  }

  /** The first listen line. */
  get firstListen(): Listen | null {
    const { config, pair } = this;
    if (isRecorded()) noteFirst(config, pair.protocol, pair.key);
    return pair.listens[0] ?? null;
  }

  private noteOrder(): void {
    const { config, pair } = this;
    if (isRecorded()) noteCount(config, pair.protocol, pair.key);
  }

  /** The table of the servers' names, and whoever looks a host up in it says so himself. */
  get names(): NameTable {
    return tableOf(this.pair);
  }

  /** Notes that someone depends on which server a host is for. */
  noteChoice(host: ByteString): void {
    const { config, pair } = this;
    if (isRecorded()) noteChosen(config, pair.protocol, pair.key, host);
  }

  private told<K extends keyof Pair>(what: K): Pair[K] {
    const { config, pair } = this;
    if (isRecorded()) notePair(config, pair.protocol, pair.key, what);
    return pair[what];
  }
}

// Apart from their callers: a question keeps all that is around it (asked.ts).
const pairOf = (config: Config, protocol: ServerProtocol, key: string): Pair | undefined => pairs.of(config, protocol).get(key);
const notePair = (config: Config, protocol: ServerProtocol, key: string, what: keyof Pair): void =>
  noted(config, `${protocol} listener ${key} ${what}`, (c) => pairOf(c, protocol, key)?.[what]);
const noteCount = (config: Config, protocol: ServerProtocol, key: string): void =>
  noted(config, `${protocol} listener ${key} count`, (c) => {
    const pair = pairOf(c, protocol, key);
    return pair ? [pair.servers.length, pair.servers.indexOf(pair.defaultServer)] : null;
  });
const noteFirst = (config: Config, protocol: ServerProtocol, key: string): void =>
  noted(config, `${protocol} listener ${key} first`, (c) => pairOf(c, protocol, key)?.listens[0]);
const noteChosen = (config: Config, protocol: ServerProtocol, key: string, host: ByteString): void =>
  noted(config, `${protocol} listener ${key} chooses ${host}`, (c) => {
    const pair = pairOf(c, protocol, key);
    const choice = pair && chosenIn(tableOf(pair), pair.defaultServer, host);
    return choice ? [choice.server, choice.reason, choice.name] : null;
  });
const notePairs = (config: Config, protocol: ServerProtocol): void =>
  noted(config, `${protocol} listeners`, (c) => [...pairs.of(c, protocol).values()].flatMap((p) => [p.key, p.text, p.wildcard]));

/** A name that can never be chosen on a listener because an earlier one has the same text. */
export interface ShadowedName {
  readonly name: ServerName;
  readonly by: ServerName;
}

export type ServerReason =
  /** the listener has one server without captures in its names: any host is its */
  | 'only'
  | 'exact'
  | 'leading-mask'
  | 'trailing-mask'
  | 'regex'
  | 'default' /** the matcher gave up on a regex: what follows is not decided */
  | 'unknown';

export interface ServerChoice {
  readonly server: Server;
  readonly reason: ServerReason;
  /** the name that matched; null for `only` and `default` */
  readonly name: ServerName | null;
  /** groups of a regex name, byte strings; [0] is the whole match */
  readonly captures: readonly (ByteString | undefined)[] | null;
}

/** The protocol block's scopes; in a fragment the fragment itself may be one. */
export function protocolScopes(config: Config, protocol: ServerProtocol): Scope[] {
  if (config.main.context === protocol) return [config.main];
  return config.main.named(protocol).flatMap((d) => d.body ?? []);
}

/** All servers of a protocol in file order. A fragment that is the inside of a server is that server. */
export const serversOf = (config: Config, protocol: ServerProtocol = 'http'): readonly Server[] =>
  asked(config, `${protocol} servers`, (c) => servers.of(c, protocol));

const servers = new PerConfig((config, protocol: ServerProtocol): readonly Server[] => {
  const own = protocol === 'http' ? 'server' : `${protocol}-server`;
  const scopes =
    config.main.context === own
      ? [config.main]
      : protocolScopes(config, protocol).flatMap((block) => block.named('server').flatMap((d) => d.body ?? []));
  return scopes.map((scope, index) => makeServer(scope, index, protocol));
});

const byScope = new PerConfig((config): ReadonlyMap<number, Server> => new Map(serversOf(config).map((s) => [numberOf(s.scope), s])));

/** The http server with that number of its level (`numberOf`). */
export const serverBy = (config: Config, scope: number): Server | null =>
  asked(config, `server of ${scope}`, (c) => byScope.of(c).get(scope) ?? null);

/** The http server in which a scope lies. */
export function serverOf(scope: Scope): Server | null {
  const own = scope.enclosing('server');
  return own && serverBy(own.config, numberOf(own));
}

const made = new Slot<Scope, Server>();

function makeServer(scope: Scope, index: number, protocol: ServerProtocol): Server {
  const known = made.get(scope);
  if (known && known.index === index && known.protocol === protocol) return known;
  const listens: Listen[] = [];
  const names: ServerName[] = [];
  const server: Server = { protocol, scope, listens, names, index };
  for (const directive of scope.named('listen')) {
    const addresses = listenAddresses(directive.value(0), protocol);
    if (addresses) listens.push({ directive, addresses, params: directive.values.slice(1), server });
  }
  if (!listens.length && protocol === 'http' && !scope.has('listen'))
    listens.push({ directive: null, addresses: [{ kind: 'inet', address: '0.0.0.0', port: 80, wildcard: true }], params: [], server });
  for (const directive of scope.named('server_name'))
    directive.values.forEach((value, argument) => {
      names.push(makeName(value, directive, argument, server));
    });
  if (!names.length) names.push({ text: '', directive: null, argument: 0, kind: 'exact', regex: null, hostname: false, server });
  made.set(scope, server);
  return server;
}

function makeName(value: string, directive: Directive, argument: number, server: Server): ServerName {
  const base = { directive, argument, server };
  if (value.startsWith('~')) {
    const pattern = value.slice(1);
    // an upper-case letter anywhere in the pattern makes it caseless (ngx_http_core_server_name)
    const compiled = server.scope.config.regexes.compile(pattern, { caseless: /[A-Z]/.test(pattern) });
    return { ...base, text: value, kind: 'regex', regex: compiled.ok ? compiled.regex : null, hostname: false };
  }
  const text = lower(value);
  const hostname = text === '$hostname';
  const kind =
    (text.startsWith('.') && text.length > 1) || (text.startsWith('*.') && text.length > 2)
      ? 'leading-mask'
      : text.endsWith('.*') && text.length > 2
        ? 'trailing-mask'
        : 'exact';
  return { ...base, text, kind, regex: null, hostname };
}

/** `u.default_port` of the listen directives: http 80, the others must name one. */
const DEFAULT_PORT: Record<ServerProtocol, number> = { http: 80, stream: 0, mail: 0 };

/** The canonical spelling of an IP address, IPv6 with or without brackets; null when the text is none. */
export function canonicalIp(text: string): { readonly kind: 'inet' | 'inet6'; readonly address: string } | null {
  if (text.includes(':')) {
    const bytes = parseIpv6(text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text);
    return bytes && { kind: 'inet6', address: addressText(bytes) };
  }
  const n = parseIpv4(text);
  return n === null ? null : { kind: 'inet', address: [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255].join('.') };
}

const LOCALHOST = { kind: 'inet' as const, address: '127.0.0.1' };

/**
 * The addresses of a `listen` argument: `80`, `*:80`, `127.0.0.1`, `[::1]:80`, `8000-8005`, `unix:/path`, `name:80`.
 * Null when nginx refuses it.
 */
export function listenAddresses(text: string, protocol: ServerProtocol = 'http'): ListenAddress[] | null {
  const read = parseAddress(text, { listen: true });
  if (!read.ok) return null;
  const { family, host, wildcard, port, lastPort } = read.value;
  if (family === 'unix') return [{ kind: 'unix', address: host, port: 0, wildcard: false }];
  const ip = host === '*' ? canonicalIp('0.0.0.0') : canonicalIp(host);
  const place = ip ?? (/^localhost\.?$/i.test(host) ? LOCALHOST : { kind: 'name' as const, address: host });
  const first = port ?? DEFAULT_PORT[protocol];
  return Array.from({ length: (lastPort ?? first) - first + 1 }, (_, i) => ({ ...place, port: first + i, wildcard }));
}

/** How nginx prints a pair. */
export function pairText(a: ListenAddress): string {
  if (a.kind === 'unix') return `unix:${a.address}`;
  const host = a.kind === 'inet6' ? `[${a.address}]` : a.wildcard ? '*' : a.address;
  return `${host}:${a.port}`;
}

type Building = { -readonly [K in keyof Pair]: Pair[K] extends readonly (infer T)[] ? T[] : Pair[K] };

/** All address:port pairs of a protocol, in the order of their first appearance. */
export function listenersOf(config: Config, protocol: ServerProtocol = 'http'): readonly Listener[] {
  if (!isRecorded()) return listeners.of(config, protocol);
  notePairs(config, protocol);
  return unrecorded(() => listeners.of(config, protocol));
}

/** Those at a port, TCP and UDP; null: unix sockets, which have none. */
export function listenersAt(config: Config, port: number | null, protocol: ServerProtocol = 'http'): readonly Listener[] {
  if (!isRecorded()) return byPort.of(config, protocol).get(port) ?? NOBODY;
  notePairs(config, protocol);
  return unrecorded(() => byPort.of(config, protocol).get(port)) ?? NOBODY;
}

const NOBODY: readonly Listener[] = [];

/** Those of a server, in the order of all of them. */
export function listenersFor(config: Config, { protocol, listens }: Server): readonly Listener[] {
  const keys = new Set(listens.flatMap(({ addresses, params }) => addresses.map((a) => keyOf(a, isUdp(params)))));
  if (isRecorded()) notePairs(config, protocol);
  const all = unrecorded(() => inOrder.of(config, protocol));
  return [...keys]
    .flatMap((key) => all.get(key) ?? [])
    .sort((a, b) => a.place - b.place)
    .map(({ listener }) => listener);
}

/** The listeners by what tells them apart, each with its number among all. */
const inOrder = new PerConfig(
  (config, protocol: ServerProtocol): ReadonlyMap<string, { readonly listener: Listener; readonly place: number }> =>
    new Map(listenersOf(config, protocol).map((listener, place) => [keyOf(listener, listener.udp), { listener, place }])),
);

// a TCP and a UDP socket on one port are two pairs
const keyOf = ({ kind, address, port }: ListenAddress, udp: boolean): string =>
  `${kind} ${kind === 'name' ? lower(address) : address} ${port} ${udp}`;

const isUdp = (params: readonly string[]): boolean => params.includes('udp') || params.includes('quic');

const byPort = new PerConfig((config, protocol: ServerProtocol): ReadonlyMap<number | null, readonly Listener[]> => {
  const ports = new Map<number | null, Listener[]>();
  for (const listener of listenersOf(config, protocol)) {
    const port = listener.kind === 'unix' ? null : listener.port;
    const known = ports.get(port);
    if (known) known.push(listener);
    else ports.set(port, [listener]);
  }
  return ports;
});

const listeners = new PerConfig((config, protocol: ServerProtocol): readonly Listener[] =>
  [...pairs.of(config, protocol).values()].map((pair) => new Listener(config, pair)),
);

const pairs = new PerConfig((config, protocol: ServerProtocol): ReadonlyMap<string, Pair> => {
  const pairs = new Map<string, Building>();
  for (const server of serversOf(config, protocol))
    for (const listen of server.listens)
      for (const address of listen.addresses) {
        const has = (param: string): boolean => listen.params.includes(param);
        const udp = isUdp(listen.params);
        const key = keyOf(address, udp);
        let pair = pairs.get(key);
        if (!pair) {
          pair = {
            ...address,
            key,
            text: pairText(address),
            protocol,
            servers: [],
            defaultServer: server,
            defaultBy: null,
            listens: [],
            ssl: false,
            http2: false,
            quic: false,
            proxyProtocol: false,
            dualStack: false,
            udp,
          };
          pairs.set(key, pair);
        }
        if (pair.servers.at(-1) !== server) pair.servers.push(server);
        pair.listens.push(listen);
        if ((has('default_server') || has('default')) && !pair.defaultBy) {
          pair.defaultServer = server;
          pair.defaultBy = listen;
        }
        pair.ssl ||= has('ssl');
        pair.http2 ||= has('http2');
        pair.quic ||= has('quic');
        pair.proxyProtocol ||= has('proxy_protocol');
        pair.dualStack ||= has('ipv6only=off');
      }
  // `ssl on` of the default server makes TLS of all that comes to the pair (ngx_http_init_connection, until 1.25.1)
  for (const pair of pairs.values())
    pair.ssl ||= protocol === 'http' && pair.defaultServer.scope.value('ssl')?.value(0).toLowerCase() === 'on';
  return pairs;
});

/** Where a connection arrived. */
export interface LocalAddress {
  /** an IP address, or the path of a unix socket */
  readonly address: string;
  readonly port: number;
  readonly unix?: boolean;
  /** QUIC and stream's udp */
  readonly udp?: boolean;
}

/**
 * The pair that takes a connection to a local address: the exact one, else the wildcard of the same family, else an IPv6 wildcard
 * with ipv6only=off (ngx_http_init_connection). Null: nothing listens there.
 */
export function listenerFor(config: Config, local: LocalAddress, protocol: ServerProtocol = 'http'): Listener | null {
  const all = listenersOf(config, protocol);
  const udp = local.udp ?? false;
  if (local.unix) return all.find((l) => l.kind === 'unix' && l.address === local.address && l.udp === udp) ?? null;
  const ip = canonicalIp(local.address);
  const kind = ip?.kind ?? 'inet';
  const address = ip?.address ?? local.address;
  const here = all.filter((l) => l.port === local.port && l.udp === udp && l.kind !== 'unix');
  return (
    here.find((l) => l.kind === kind && l.address === address) ??
    here.find((l) => l.kind === 'name' && lower(l.address) === lower(local.address)) ??
    here.find((l) => l.wildcard && l.kind === kind) ??
    here.find((l) => l.wildcard && l.kind === 'inet6' && l.dualStack) ??
    null
  );
}

interface NameTable {
  readonly exact: ReadonlyMap<ByteString, ServerName>;
  /** by the text behind `*.` */
  readonly head: ReadonlyMap<ByteString, ServerName>;
  readonly tail: ReadonlyMap<ByteString, ServerName>;
  readonly regexes: readonly ServerName[];
  readonly shadowed: readonly ShadowedName[];
  /** false: one server without captures, no table is built and any host is its */
  readonly built: boolean;
}

const tables = new WeakMap<Pair, NameTable>();

function tableOf(pair: Pair): NameTable {
  let table = tables.get(pair);
  if (!table) tables.set(pair, (table = makeTable(pair)));
  return table;
}

/** The order of the checks is that of ngx_hash_add_key, with what it leaves behind when a later check refuses the name. */
function makeTable(listener: Pair): NameTable {
  const exact = new Map<ByteString, ServerName>();
  const taken = new Map<ByteString, ServerName>();
  const head = new Map<ByteString, ServerName>();
  const tail = new Map<ByteString, ServerName>();
  const regexes: ServerName[] = [];
  const shadowed: ShadowedName[] = [];
  const bare = new Set<ByteString>();
  for (const server of listener.servers)
    for (const name of server.names) {
      const text = toBytes(name.text);
      const claim = (map: Map<ByteString, ServerName>, key: ByteString): boolean => {
        const by = map.get(key);
        if (by) {
          if (by.server !== server || by !== name) shadowed.push({ name, by });
          return false;
        }
        map.set(key, name);
        return true;
      };
      if (name.kind === 'regex') regexes.push(name);
      else if (name.kind === 'exact') {
        if (claim(taken, text)) exact.set(text, name);
      } else if (name.kind === 'trailing-mask') claim(tail, text.slice(0, -2));
      else if (text.startsWith('*')) claim(head, text.slice(2));
      else {
        const rest = text.slice(1);
        if (claim(taken, rest) && claim(head, rest)) bare.add(rest);
      }
    }
  for (const rest of bare) exact.set(rest, head.get(rest)!);
  const only = listener.servers.length === 1;
  const captures = listener.defaultServer.names.filter((n) => n.kind === 'regex').at(-1)?.regex?.groups ?? 0;
  return { exact, head, tail, regexes, shadowed, built: !only || captures > 0 };
}

/** Names of the listener's servers that nginx ignores because an earlier server has them ("conflicting server name … ignored"). */
export const shadowedNames = (listener: Listener): readonly ShadowedName[] => {
  // of all of them
  void listener.servers;
  return listener.names.shadowed;
};

/**
 * The server for a host (lower case, without port and trailing dot: see `validHost`; empty when the request has none).
 * Order: exact, longest leading mask, longest trailing mask, regexes in order of appearance, default (ngx_http_find_virtual_server).
 */
export function chooseServer(listener: Listener, host: ByteString): ServerChoice {
  listener.noteChoice(host);
  return unrecorded(() => chosenIn(listener.names, listener.defaultServer, host));
}

function chosenIn(table: NameTable, defaultServer: Server, host: ByteString): ServerChoice {
  const fallback = (reason: ServerReason): ServerChoice => ({ server: defaultServer, reason, name: null, captures: null });
  if (!table.built) return fallback('only');
  const chosen = (name: ServerName, captures: ServerChoice['captures'] = null): ServerChoice => ({
    server: name.server,
    reason: name.kind === 'leading-mask' && !name.text.startsWith('*') && name.text.length === host.length + 1 ? 'exact' : name.kind,
    name,
    captures,
  });
  const exact = table.exact.get(host);
  if (exact) return chosen(exact);
  if (host === '') return fallback('default');
  if (table.head.size)
    for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      const name = table.head.get(host.slice(dot + 1));
      if (name) return chosen(name);
    }
  if (table.tail.size)
    for (let dot = host.lastIndexOf('.'); dot > 0; dot = host.lastIndexOf('.', dot - 1)) {
      const name = table.tail.get(host.slice(0, dot));
      if (name) return chosen(name);
    }
  if (table.regexes.length) {
    const subject = byteArray(host);
    for (const name of table.regexes) {
      if (!name.regex) continue;
      const match = name.regex.match(subject);
      if (match === 'unknown') return { server: name.server, reason: 'unknown', name, captures: null };
      if (match !== 'no') return chosen(name, match.captures);
    }
  }
  return fallback('default');
}

export interface ServerLoser {
  readonly server: Server;
  readonly name: ServerName;
  /** in nginx's terms, for people: `name does not match` */
  readonly why: string;
}

/** Why the other servers of the listener were not chosen, one entry a server; at most `limit`. */
export function serverLosers(listener: Listener, host: ByteString, choice: ServerChoice, limit = 8): ServerLoser[] {
  const out: ServerLoser[] = [];
  for (const server of listener.servers) {
    if (server === choice.server) continue;
    if (out.length >= limit) break;
    const name = server.names.find((n) => nameMatches(n, host)) ?? server.names[0]!;
    const matches = nameMatches(name, host);
    const hidden = listener.names.shadowed.find((s) => s.name === name);
    out.push({
      server,
      name,
      why: hidden
        ? 'the name belongs to an earlier server'
        : !matches
          ? server === listener.defaultServer
            ? 'default server, not needed'
            : 'name does not match'
          : RANK[name.kind] > RANK[choice.name?.kind ?? 'regex']
            ? `${KIND_TEXT[name.kind]} ranks behind ${KIND_TEXT[choice.name?.kind ?? 'regex']}`
            : 'an earlier or longer name matches',
    });
  }
  return out;
}

const RANK: Record<NameKind, number> = { exact: 0, 'leading-mask': 1, 'trailing-mask': 2, regex: 3 };
const KIND_TEXT: Record<NameKind, string> = {
  exact: 'exact name',
  'leading-mask': 'leading mask',
  'trailing-mask': 'trailing mask',
  regex: 'regular expression',
};

/** Whether a name by itself fits a host (lower case, no port); a regex that gives up counts as no. */
export function nameMatches(name: ServerName, host: ByteString): boolean {
  const text = toBytes(name.text);
  if (name.kind === 'exact') return text === host;
  if (name.kind === 'regex') {
    const m = host === '' ? 'no' : (name.regex?.match(byteArray(host)) ?? 'no');
    return typeof m === 'object';
  }
  if (name.kind === 'trailing-mask') return host.startsWith(text.slice(0, -1));
  return text.startsWith('*')
    ? host.endsWith(text.slice(1)) && host.length > text.length - 1
    : host === text.slice(1) || host.endsWith(text);
}

export interface HostOptions {
  /** since 1.29 the characters are checked as RFC 3986 has them */
  readonly strict: boolean;
}

/** The strictness of the host check that a version has (ngx_http_validate_host was rewritten after 1.22). */
export const hostOptions = (config: Config): HostOptions => ({ strict: atLeast(config.settings.target.nginx, STRICT_HOST_SINCE) });
const STRICT_HOST_SINCE = '1.29.4';

/**
 * The host of a `Host` header or request line as nginx uses it: cut at the port, one trailing dot dropped, lower case.
 * Null: nginx answers 400 (ngx_http_validate_host).
 */
export function validHost(value: ByteString, options: HostOptions): ByteString | null {
  return options.strict ? strictHost(value) : laxHost(value);
}

function laxHost(value: ByteString): ByteString | null {
  let dot = value.length;
  let length = value.length;
  let state: 'usual' | 'literal' | 'rest' = 'usual';
  for (let i = 0; i < value.length; i++) {
    const c = value[i]!;
    if (c === '.') {
      if (dot === i - 1) return null;
      dot = i;
    } else if (c === ':') {
      if (state === 'usual') {
        length = i;
        state = 'rest';
      }
    } else if (c === '[') {
      if (i === 0) state = 'literal';
    } else if (c === ']') {
      if (state === 'literal') {
        length = i + 1;
        state = 'rest';
      }
    } else if (c === '/' || c <= ' ' || c === '\x7f') return null;
  }
  if (dot === length - 1) length--;
  return length <= 0 ? null : lower(value.slice(0, length));
}

const HOST_CHARACTERS = /^[A-Za-z0-9\-._~!$&'()*+,;=%]*$/;

function strictHost(value: ByteString): ByteString | null {
  const m = /^(\[[^\]]*\]|[^:[]*)(?::(.*))?$/s.exec(value);
  if (!m) return null;
  let host = m[1]!;
  if (host.includes('..')) return null;
  if (m[2] !== undefined && !/^\d*$/.test(m[2])) return null;
  if (m[2] && Number(m[2]) > 65535) return null;
  if (host.startsWith('[')) {
    if (!/^\[[A-Za-z0-9\-._~!$&'()*+,;=:]*\]$/.test(host)) return null;
  } else {
    if (!HOST_CHARACTERS.test(host)) return null;
    if (host.endsWith('.')) host = host.slice(0, -1);
  }
  return host === '' ? null : lower(host);
}
