/**
 * Upstream groups and what the *_pass directives name. The rules, the hovers and the request path ask here where a request goes;
 * nothing is resolved or connected (ngx_http_upstream_add, ngx_http_proxy_set_vars).
 */
import { table } from '../base/table.ts';
import { parseAddress, parseTime } from '../catalog/value-kind.ts';
import { AskedMap, PerConfig, PerPart } from './asked.ts';
import type { Config } from './config.ts';
import type { Directive } from './directive.ts';
import type { Scope } from './scope.ts';
import { protocolScopes } from './servers.ts';
import { Slot } from './slot.ts';

export type UpstreamProtocol = 'http' | 'stream';

export interface UpstreamServer {
  readonly directive: Directive;
  /** the address as written */
  readonly text: string;
  readonly kind: 'ipv4' | 'ipv6' | 'unix' | 'name';
  readonly host: string;
  /** 80 when http gives none; null in stream (nginx refuses that) and for sockets */
  readonly port: number | null;
  readonly weight: number;
  readonly maxConns: number;
  readonly maxFails: number;
  /** seconds */
  readonly failTimeout: number;
  readonly backup: boolean;
  readonly down: boolean;
  readonly resolve: boolean;
  readonly params: readonly string[];
}

export interface Upstream {
  readonly protocol: UpstreamProtocol;
  readonly name: string;
  readonly directive: Directive;
  readonly scope: Scope;
  readonly servers: readonly UpstreamServer[];
  /** the balancing directive's name; `round-robin` when there is none */
  readonly method: string;
  readonly balancer: Directive | null;
}

/** Balancing methods that replace round-robin. */
const METHODS = ['ip_hash', 'least_conn', 'least_time', 'hash', 'random', 'fair', 'upstream_fair'];

/** The upstream groups of a protocol by lower-case name (names are compared without case); the first of equals counts. */
export const upstreamsOf = (config: Config, protocol: UpstreamProtocol = 'http'): ReadonlyMap<string, Upstream> =>
  new AskedMap(config, `${protocol} upstream`, (c) => groups.of(c, protocol));

const groups = new PerConfig((config, protocol: UpstreamProtocol): ReadonlyMap<string, Upstream> => {
  const found = new Map<string, Upstream>();
  for (const block of protocolScopes(config, protocol))
    for (const directive of block.named('upstream')) {
      const scope = directive.body;
      const name = directive.value(0);
      if (!scope || found.has(name.toLowerCase())) continue;
      found.set(name.toLowerCase(), makeUpstream(directive, scope, protocol));
    }
  return found;
});

const made = new Slot<Directive, Upstream>();

function makeUpstream(directive: Directive, scope: Scope, protocol: UpstreamProtocol): Upstream {
  const known = made.get(directive);
  if (known?.protocol === protocol) return known;
  const balancer = scope.directives.findLast((d) => METHODS.includes(d.name)) ?? null;
  const upstream: Upstream = {
    protocol,
    name: directive.value(0),
    directive,
    scope,
    servers: scope.named('server').map((d) => upstreamServer(d, protocol)),
    method: balancer?.name ?? 'round-robin',
    balancer,
  };
  made.set(directive, upstream);
  return upstream;
}

function upstreamServer(directive: Directive, protocol: UpstreamProtocol): UpstreamServer {
  const [text = '', ...params] = directive.values;
  const read = parseAddress(text);
  const address = read.ok ? read.value : null;
  const given = (name: string): string | undefined => params.find((p) => p.startsWith(`${name}=`))?.slice(name.length + 1);
  const number = (name: string, otherwise: number): number => {
    const n = given(name);
    return n !== undefined && /^\d+$/.test(n) ? Number(n) : otherwise;
  };
  const time = parseTime(given('fail_timeout') ?? '10s', 'sec');
  return {
    directive,
    text,
    kind: address?.family ?? 'name',
    host: address?.host ?? text,
    port: address?.family === 'unix' ? null : (address?.port ?? (protocol === 'http' ? 80 : null)),
    weight: number('weight', 1),
    maxConns: number('max_conns', 0),
    maxFails: number('max_fails', 1),
    failTimeout: time.ok ? time.value : 10,
    backup: params.includes('backup'),
    down: params.includes('down'),
    resolve: params.includes('resolve'),
    params,
  };
}

/** Which pass directives there are, the schemes that they take, and the port that a scheme implies. */
const PASSES: Readonly<Record<string, Readonly<Record<string, number | null>>>> = table({
  proxy_pass: { 'http://': 80, 'https://': 443 },
  grpc_pass: { 'grpc://': 80, 'grpcs://': 443, '': 80 },
  uwsgi_pass: { 'uwsgi://': null, 'suwsgi://': null, '': null },
  fastcgi_pass: { '': null },
  scgi_pass: { '': null },
  memcached_pass: { '': null },
});

/** What speaks on the other side. */
export type PassKind = 'proxy' | 'grpc' | 'uwsgi' | 'fastcgi' | 'scgi' | 'memcached' | 'stream';

export interface PassTarget {
  readonly kind: PassKind;
  readonly directive: Directive | null;
  /** as given, variables filled in */
  readonly url: string;
  /** with `://`, as written; empty where the directive takes none */
  readonly scheme: string;
  readonly tls: boolean;
  /** as written: an IPv6 address with brackets, a socket's path, a name */
  readonly host: string;
  readonly kindOfHost: 'ipv4' | 'ipv6' | 'unix' | 'name';
  /** the port as written, '' when none is */
  readonly portText: string;
  /** null: none written and none implied, or a socket */
  readonly port: number | null;
  readonly defaultPort: number | null;
  /** from `/` or `?` on; '' when there is none */
  readonly uri: string;
  /** the group that is meant; null when the address itself is */
  readonly upstream: Upstream | null;
}

/** Names of the directives that hand a request to an application. */
export const PASS_DIRECTIVES: readonly string[] = Object.keys(PASSES);

/** True when a value has variables in it (ngx_http_script_variables_count counts the dollar signs). */
export const hasVariables = (text: string): boolean => text.includes('$');

/**
 * What a pass directive names. Null when the value has variables (then the request decides: see `readTarget`) or nginx refuses it.
 * `proxy_pass` in stream is read too.
 */
export const passTarget = (directive: Directive): PassTarget | null => (hasVariables(directive.value(0)) ? null : targets.of(directive));

const targets = new PerPart((directive: Directive): PassTarget | null =>
  readTarget(
    directive.scope.config,
    directive.name,
    directive.value(0),
    directive,
    directive.scope.context === 'stream-server' ? 'stream' : 'http',
  ),
);

/** Reads the value of a pass directive after its variables were filled in. Null: not an address that the directive takes. */
export function readTarget(
  config: Config,
  name: string,
  url: string,
  directive: Directive | null = null,
  protocol: UpstreamProtocol = 'http',
): PassTarget | null {
  const schemes = protocol === 'stream' ? { '': null } : PASSES[name];
  if (!schemes) return null;
  const scheme = Object.keys(schemes).find((s) => url.slice(0, s.length).toLowerCase() === s);
  if (scheme === undefined) return null;
  const rest = url.slice(scheme.length);
  const read = parseAddress(rest, { uri: name === 'proxy_pass' && protocol === 'http' });
  if (!read.ok) return null;
  const { family, host, port, uri } = read.value;
  const defaultPort = schemes[scheme] ?? null;
  const group = family === 'name' && port === null ? upstreamsOf(config, protocol).get(host.toLowerCase()) : undefined;
  return {
    kind: protocol === 'stream' ? 'stream' : (name.replace('_pass', '') as PassKind),
    directive,
    url,
    scheme: url.slice(0, scheme.length),
    tls: scheme === 'https://' || scheme === 'grpcs://' || scheme === 'suwsgi://',
    host,
    kindOfHost: family,
    portText: port === null ? '' : String(port),
    port: family === 'unix' ? null : (port ?? defaultPort),
    defaultPort,
    uri,
    upstream: group ?? null,
  };
}

/** The address of a server of a group, with its port. */
export const serverAddress = (s: UpstreamServer): string =>
  s.kind !== 'unix' && s.port !== null && !/:\d+$/.test(s.text) ? `${s.text}:${s.port}` : s.text;

/** How the addresses behind a target are written: the group's servers, or the address itself. */
export function targetServers(target: PassTarget): string[] {
  if (target.upstream) return target.upstream.servers.filter((s) => !s.down).map(serverAddress);
  if (target.kindOfHost === 'unix') return [`unix:${target.host}`];
  return [target.port === null ? target.host : `${target.host}:${target.port}`];
}
