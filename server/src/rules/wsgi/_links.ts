/**
 * Where nginx's side and the application's side meet: every pass directive with the application that it reaches, and what that application
 * sees of a request as the trace sends it. All rules of the group ask here, so that they cannot disagree.
 */

import { passedBy } from '../../answers/what-is-passed.ts';
import { fromBytes } from '../../base/bytes.ts';
import type { Place } from '../../base/span.ts';
import { parseAddress } from '../../catalog/value-kind.ts';
import { PerConfig } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { unseenInForce } from '../../config/effective.ts';
import { type Location, locationOf } from '../../config/locations.ts';
import { type Server, serversOf } from '../../config/servers.ts';
import { PASS_DIRECTIVES, type PassTarget, readTarget, type UpstreamServer, upstreamsOf } from '../../config/upstreams.ts';
import { isEveryAddress, isLoopback } from '../../deploy/address.ts';
import type { Application, Listener } from '../../deploy/application.ts';
import { type ComposeService, shareNetwork } from '../../deploy/compose.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { writtenBy } from '../../deploy/fills.ts';
import djangoFramework, { type DjangoProject } from '../../deploy/frameworks/django.ts';
import { frameworkSettings } from '../../deploy/frameworks/framework.ts';
import { nginxContainers, publishedAs, type Reached, reachedFrom, type Target } from '../../deploy/reach.ts';
import { unknown } from '../../deploy/servers/unknown.ts';
import { type AppView, applicationView } from '../../deploy/view.ts';
import { standsAt } from '../../trace/at.ts';
import { traceRequest } from '../../trace/request.ts';
import type { At, HeaderPair, Trace } from '../../trace/trace.ts';
import { type Fix, fixOf, insertAfter, outside } from '../fix.ts';

/** One address behind a pass directive, with what it reaches. */
export interface Link {
  readonly pass: Directive;
  readonly target: PassTarget;
  /** the line of the upstream block that names the address; null where the pass directive does */
  readonly member: UpstreamServer | null;
  readonly address: Target;
  readonly reached: Reached;
  readonly server: Server | null;
  readonly location: Location | null;
  /** the container in which nginx runs; null for the machine itself */
  readonly from: ComposeService | null;
}

/** The container that the address of a link leads to: by its name on a common network, or by a port that it publishes where nginx is in none. */
export function containerBehind({ address, from }: Link, deployment: Deployment): ComposeService | undefined {
  if (address.kind !== 'tcp') return undefined;
  const { host, port } = address;
  const named = deployment.containers.find((s) => s !== from && s.hostNames.includes(host) && (from === null || shareNetwork(s, from)));
  if (named || from !== null || !(isLoopback(host) || isEveryAddress(host))) return named;
  return deployment.containers.find((s) => s.ports.some((p) => p.published === port));
}

/** A link that ends at an application. */
export interface Side extends Link {
  readonly application: Application;
  readonly listener: Listener;
}

const links = new PerConfig((config, deployment: Deployment) => makeLinks(config, deployment));

/** All links of a configuration, in the order of the text, constants in variables followed. */
export const linksOf = (config: Config, deployment: Deployment): readonly Link[] => links.of(config, deployment);

function makeLinks(config: Config, deployment: Deployment): Link[] {
  const nginxes = nginxesOf(config, deployment);
  return (nginxes.length ? nginxes : [null]).flatMap((from) => linksFrom(from, config, deployment));
}

function linksFrom(from: ComposeService | null, config: Config, deployment: Deployment): Link[] {
  const out: Link[] = [];
  for (const server of serversOf(config))
    for (const pass of passesBelow(server)) {
      for (const target of targetsOf(pass, deployment, from)) {
        // a group with a port behind it is refused: where it would lead to is no question then
        if (!target.upstream && !pass.args[0]?.templated && upstreamsOf(config).has(target.host)) continue;
        const members: readonly (UpstreamServer | null)[] = target.upstream ? target.upstream.servers.filter((s) => !s.down) : [null];
        for (const member of members) {
          const address = addressOf(target, member && asWritten(member, deployment, from));
          if (!address) continue;
          out.push({
            pass,
            target,
            member,
            address,
            reached: reachedFrom(deployment, from, address),
            server,
            location: locationOf(pass.scope),
            from,
          });
        }
      }
    }
  return out;
}

/** Targets of a pass directive: those that the text decides, else the one that the environment of nginx's container writes into the template. */
function targetsOf(pass: Directive, deployment: Deployment, from: ComposeService | null): readonly PassTarget[] {
  const { targets, whole } = passedBy(pass);
  if (!from || !pass.args[0]?.templated || pass.file.template !== 'envsubst') return whole ? targets : [];
  const text = writtenBy(deployment, from, pass.value(0).replace(/(?<=^\w+:\/\/[^/]*)\/.*$/, ''));
  const target = text === null ? null : readTarget(pass.scope.config, pass.name, text, pass);
  return target ? [target] : whole ? targets : [];
}

/** A server of a group with the address that the environment of nginx's container writes into the template. */
function asWritten(member: UpstreamServer, deployment: Deployment, from: ComposeService | null): UpstreamServer {
  const { directive } = member;
  if (!from || !directive.args[0]?.templated || directive.file.template !== 'envsubst') return member;
  const read = parseAddress(writtenBy(deployment, from, member.text) ?? '');
  if (!read.ok) return member;
  const { family, host, port } = read.value;
  return { ...member, kind: family, host, port: family === 'unix' ? null : (port ?? 80) };
}

function* passesBelow(server: Server): Generator<Directive> {
  const visit = function* (scope: Directive['scope']): Generator<Directive> {
    for (const d of scope.directives) {
      if (PASS_DIRECTIVES.includes(d.name) && d.fact) yield d;
      if (d.body) yield* visit(d.body);
    }
  };
  yield* visit(server.scope);
}

function addressOf(target: PassTarget, member: UpstreamServer | null): Target | null {
  const kind = member ? member.kind : target.kindOfHost;
  const host = member ? member.host : target.host;
  if (kind === 'unix') return { kind: 'unix', path: host.replace(/^unix:/, '') };
  const port = member ? member.port : target.port;
  return port === null ? null : { kind: 'tcp', host: host.replace(/^\[|\]$/g, ''), port };
}

/** The containers in which nginx runs with this configuration; none where it runs on the machine itself. */
export const nginxesOf = (config: Config, deployment: Deployment): readonly ComposeService[] => nginxContainers(deployment, config);

/**
 * The links that end at an application. Where the files do not say where the only application listens, every pass directive leads to it, if there is but
 * one upstream.
 */
export function sidesOf(config: Config, deployment: Deployment): readonly Side[] {
  const all = linksOf(config, deployment);
  const found = all.flatMap((l): Side[] =>
    l.reached.kind === 'listener' ? [{ ...l, application: l.reached.application, listener: l.reached.listener }] : [],
  );
  const lone = deployment.applications.length === 1 && deployment.applications[0]!.server === unknown ? deployment.applications[0]! : null;
  if (!lone) return found;
  const names = new Set(all.map((l) => l.target.upstream?.name ?? l.target.url));
  if (names.size !== 1) return found;
  const listener: Listener = {
    protocol: 'http',
    address: { from: 'unknown', why: 'no server is configured here', place: null },
    tls: false,
    router: false,
    by: 'address',
    mode: { from: 'default', value: null },
  };
  return all.map((l) => ({ ...l, application: lone, listener }));
}

/** A side with Django behind it. */
export type DjangoSide = Side & { readonly django: DjangoProject };

/** The sides of the group with Django behind them. */
export const djangoSides = (config: Config, deployment: Deployment): DjangoSide[] =>
  sidesOf(config, deployment).flatMap((s) => {
    const django = frameworkSettings(s.application.framework, djangoFramework);
    return django ? [{ ...s, django }] : [];
  });

/** One side for each pass directive and application: several members of a group say the same thing once. */
export function distinct<S extends Side>(sides: readonly S[]): S[] {
  const seen = new Set<string>();
  return sides.filter((s) => {
    const key = `${s.pass.file.id}#${s.pass.statement.start}#${s.pass.via.length}#${s.server?.index}#${s.application.id}`;
    return !seen.has(key) && seen.add(key);
  });
}

export interface Probe {
  readonly scheme?: 'http' | 'https';
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly headers?: readonly HeaderPair[];
}

export interface Probed {
  readonly trace: Trace;
  readonly view: AppView;
}

/** The first name of a server that a client can ask for. */
export const publicHostOf = (server: Server | null): string | null =>
  server?.names.find(
    (n) => n.kind === 'exact' && !n.hostname && n.text !== '' && n.text !== '_' && n.text !== 'localhost' && n.text.includes('.'),
  )?.text ?? null;

/** The listeners of a server by scheme, with their port; unix sockets are left out. */
export function portOf(server: Server, scheme: 'http' | 'https'): number | null {
  for (const listen of server.listens) {
    const tls = listen.params.includes('ssl') || listen.params.includes('quic');
    const address = listen.addresses[0];
    if (address && address.kind !== 'unix' && tls === (scheme === 'https') && !listen.params.includes('quic')) return address.port;
  }
  return null;
}

/** The port that a client asks for to reach a port of nginx: the one that its container publishes it as, with the standard one before others. */
export function outerPort(from: ComposeService | null, port: number, scheme: 'http' | 'https'): number {
  const published = from ? publishedAs(from, port).map((p) => p.published!) : [];
  const standard = scheme === 'https' ? 443 : 80;
  return published.includes(standard) ? standard : (published[0] ?? port);
}

const NO_FILES = { stat: () => null } as const;

/**
 * Asks the server of a link, with the Host header that a client sends, wherever that goes; null where no listener of it fits. The disk counts as empty,
 * so that `try_files` falls through to the application.
 */
export function askServer(
  link: Link,
  config: Config,
  { scheme = 'http', method = 'GET', path, host, headers = [] }: Probe,
): { readonly trace: Trace; readonly sent: string; readonly client: string } | null {
  const { server } = link;
  if (!server) return null;
  const port = portOf(server, scheme);
  const target = path ?? pathTo(link);
  if (port === null || target === null) return null;
  const name = host ?? publicHostOf(server) ?? 'probe.example';
  const asked = outerPort(link.from, port, scheme);
  const sent = asked === (scheme === 'https' ? 443 : 80) ? name : `${name}:${asked}`;
  const as = (client: string, more: readonly HeaderPair[]): Trace =>
    traceRequest(
      config,
      {
        method,
        target,
        scheme,
        headers: [['Host', sent], ...headers, ...more],
        localPort: port,
        clientAddress: client,
        httpVersion: '1.1',
      },
      { files: NO_FILES },
    );
  const stranger = as(STRANGER, []);
  const { status } = stranger.outcome;
  if (status !== 401 && status !== 403) return { trace: stranger, sent, client: STRANGER };
  // where not everybody gets in, it is asked by someone who does
  const client = admittedTo(link) ?? STRANGER;
  const admitted = as(client, link.pass.scope.value('auth_basic') ? [KNOWN] : []);
  return admitted.outcome.upstreamRequest ? { trace: admitted, sent, client } : { trace: stranger, sent, client: STRANGER };
}

/** An address of nobody in particular. */
const STRANGER = '203.0.113.9';
/** Some name with some password: what the user file says of them is assumed. */
const KNOWN: HeaderPair = ['Authorization', 'Basic c3RhZmY6eA=='];

/** An address that the place of a link lets in by name, where it names any. */
const admittedTo = ({ pass }: Link): string | undefined =>
  pass.scope
    .effective('allow')
    .directives.map((d) => /^(\d+\.\d+\.\d+\.\d+)(?:\/\d+)?$/.exec(d.name === 'allow' ? d.value(0) : '')?.[1])
    .find((address) => address !== undefined);

/** The same, null when the request does not go on along the link. */
export function sendAlong(
  link: Link,
  config: Config,
  request: Probe,
): {
  readonly trace: Trace;
  readonly sent: string;
  readonly client: string;
  readonly traced: NonNullable<Trace['outcome']['upstreamRequest']>;
} | null {
  const asked = askServer(link, config, request);
  const traced = asked?.trace.outcome.upstreamRequest;
  return asked && traced && isAt(traced.at, link) && !passesUnseen(link) ? { ...asked, traced } : null;
}

/** Sends a request through nginx's side and shows what the application sees of it: null when it does not get there. */
export function probe(side: Side, config: Config, request: Probe): Probed | null {
  const along = sendAlong(side, config, request);
  if (!along) return null;
  const { trace, sent, client, traced } = along;
  const servers = [side.address.kind === 'unix' ? `unix:${side.address.path}` : `${side.address.host}:${side.address.port}`];
  return {
    trace,
    view: applicationView(side.application, { ...traced, servers }, { address: client, scheme: request.scheme ?? 'http', host: sent }),
  };
}

/** Whether more may be passed on than is seen: a line of the list may stand where nobody sees it. */
const passesUnseen = ({ target, pass }: Link): boolean =>
  unseenInForce(pass.scope, /^(proxy|grpc)$/.test(target.kind) ? `${target.kind}_set_header` : `${target.kind}_param`).length > 0;

/** Whether the request went through this very pass directive. */
const isAt = (at: At | null, { pass }: Link): boolean => at !== null && standsAt(pass, at);

/** A path that the location of the link takes; null for regular expressions and where another location takes them all. */
export function pathTo({ location }: Link): string | null {
  if (!location || location.kind === 'named') return '/proxylens';
  if (location.kind === 'regex') return null;
  return location.kind === 'exact'
    ? fromBytes(location.bytes)
    : `${fromBytes(location.bytes)}${location.name.endsWith('/') ? '' : '/'}proxylens`;
}

/** The paths by which a client may ask for a route of the application: as it is, and below the prefix of the location. */
export function pathsTo({ location }: Link, route: string): string[] {
  if (location?.kind !== 'prefix') return [route];
  const prefix = fromBytes(location.bytes).replace(/\/+$/, '');
  return prefix === '' || route.startsWith(`${prefix}/`) ? [route] : [prefix + route, route];
}

/** Whether the application takes the request for the route: what it matches is the path behind its own prefix, where it has one. */
function isRoute({ scriptName, pathInfo }: AppView, route: string): boolean {
  if (!pathInfo.known) return false;
  return pathInfo.value === route || (scriptName.known && pathInfo.value === scriptName.value.replace(/\/$/, '') + route);
}

/** Sends a request for a route of the application; null when no path leads through this side to it. */
export function probeRoute(
  side: Side,
  config: Config,
  route: string,
  more: Omit<Probe, 'path'>,
): (Probed & { readonly path: string }) | null {
  for (const path of pathsTo(side, route)) {
    const probed = probe(side, config, { ...more, path });
    if (probed && isRoute(probed.view, route)) return { ...probed, path };
  }
  return null;
}

/** Words for a place of the application's side. */
export const orPlace = (place: Place | null, application: Application): Place => place ?? application.place;

/** What a header or param is set to for the application here: the last line that sets it; undefined when none does, as far as the files say. */
export function sentLine(side: Pick<Side, 'pass' | 'target'>, header: string): Directive | undefined {
  const { scope } = side.pass;
  const wanted = header.toLowerCase();
  if (side.target.kind === 'proxy')
    return scope.effective('proxy_set_header').directives.findLast((d) => d.value(0).toLowerCase() === wanted);
  const param = `HTTP_${header.toUpperCase().replaceAll('-', '_')}`;
  return scope.effective(`${side.target.kind}_param`).directives.findLast((d) => d.value(0) === param);
}

/** The server may be one that serves static files by itself while it debugs, or nobody knows which one it is. */
export const isDevelopment = (application: Application): boolean =>
  application.server.role === 'development' || application.server === unknown;

/**
 * The `add_header` line beside a header that the application sends itself, and the directive that takes the application's out; null where nginx
 * adds none, or hides it. `name` is in lower case; a line with an empty value adds none.
 */
export function addedBeside(
  { pass: { scope }, target }: Pick<Link, 'pass' | 'target'>,
  name: string,
): { readonly added: Directive; readonly hide: string } | null {
  const isIt = (d: Directive): boolean => d.value(0).toLowerCase() === name;
  const added = scope.effective('add_header').directives.find((d) => isIt(d) && d.value(1) !== '');
  const hide = `${target.kind}_hide_header`;
  return added && !scope.effective(hide).directives.some(isIt) ? { added, hide } : null;
}

/** Takes a header of the application out behind its pass directive. */
export function hiding({ pass }: Pick<Link, 'pass'>, hide: string, header: string, whose: string): Fix {
  const { file, statement } = outside(pass);
  return fixOf(`Hide the header of ${whose}`, 'suggestion', file, [insertAfter(file, statement, [`${hide} ${header};`])]);
}
