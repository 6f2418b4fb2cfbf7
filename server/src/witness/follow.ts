/**
 * Redirects followed as a browser does, as long as they lead to this configuration: the same scheme, a port that it listens on, and a host
 * that one of its servers is named after (or the very host that was asked). Whatever else may answer there is not followed.
 */
import { sourcesOf } from '../answers/where-a-value-comes-from.ts';
import { fromBytes, toBytes } from '../base/bytes.ts';
import { asked, PerConfig } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { isOpen, type Location, matchLocation } from '../config/locations.ts';
import type { Scope } from '../config/scope.ts';
import { chooseServer, hostOptions, type Listener, nameMatches, type Server, serversOf, validHost } from '../config/servers.ts';
import { atOf } from '../trace/at.ts';
import { readCondition } from '../trace/handlers/rewrite.ts';
import { answeringServer } from '../trace/request.ts';
import type { Assumption, HeaderPair, RequestInput, Trace, TraceOptions } from '../trace/trace.ts';
import { type Foreseen, sentTo, type Way } from './foreseen.ts';
import { foreseenAt, listenerAt, maySendOn, pathIn } from './redirects.ts';
import { locationHeader, witnessesOf } from './requests.ts';
import { type Door, directiveAt, type Spot } from './spots.ts';

/** Browsers give up after 20; a way that is still inside after these comes to no end. */
const MOST_HOPS = 12;

/** Bytes of a target beyond which a way is not followed. */
const LONGEST = 600;

/** Hops in a row with each of which a target has grown by half, and then it is followed no more: soon it is too long (414). */
const GROWN = 4;

/** Whether the target of each hop is half as long again as that of the hop before, or longer. */
const growsByHalf = (hops: readonly Hop[]): boolean =>
  hops.every(({ trace }, i) => i === 0 || trace.request.target.length > 1.5 * hops[i - 1]!.trace.request.target.length);

/** Whether a redirect leads to the same path with the whole query in it twice: so it goes on until the target is too long. */
function doublesQuery({ request }: Trace, next: Landing): boolean {
  const mark = request.target.indexOf('?');
  const query = mark < 0 ? '' : request.target.slice(mark + 1);
  return query !== '' && next.target.startsWith(request.target.slice(0, mark + 1)) && next.target.slice(mark + 1).split(query).length > 2;
}

export interface Hop {
  readonly trace: Trace;
  /** the `return`, `rewrite` or `error_page` that sends the client on; null where nginx does so by itself */
  readonly by: Directive | null;
  readonly to: string;
}

export interface Followed {
  readonly hops: readonly Hop[];
  /** the hops that repeat; all of them when the target grows with each round; null: it ends */
  readonly loop: readonly Hop[] | null;
  /** every round has a new target; without a loop: so many that it soon is too long */
  readonly grows: boolean;
  /** what came of each request on the way; of one that no line could send on any further the text tells, and it is not among them */
  readonly traces: readonly Trace[];
}

const URL_FORM = /^(https?):\/\/([^/?#]*)([^#]*)/i;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const REDIRECTING = new Set(['return', 'rewrite', 'error_page']);

/** The hosts that servers of the configuration are named after, in full. */
const isOwnHost = (config: Config, host: string): boolean => asked(config, `host of a server ${host}`, (c) => ownHosts.of(c).has(host));

const ownHosts = new PerConfig(
  (config): ReadonlySet<string> => new Set(serversOf(config).flatMap((s) => s.names.flatMap((n) => (n.kind === 'exact' ? [n.text] : [])))),
);

/** The next request of a browser; null when the Location leads out of this configuration. */
export const nextRequest = (config: Config, trace: Trace, input: RequestInput): RequestInput | null =>
  landing(config, trace, input)?.request ?? null;

/** Where a Location leads in this configuration. */
interface Landing {
  readonly listener: Listener;
  readonly server: Server;
  readonly scheme: 'http' | 'https';
  readonly authority: string;
  readonly target: string;
}

/** Where a Location leads for one who came by a scheme and a Host line; null when that is out of this configuration. */
function landingOf(config: Config, to: string, scheme: string, asked: string): Landing | null {
  const m = URL_FORM.exec(to.startsWith('/') && !to.startsWith('//') ? `${scheme}://${asked}${to}` : to);
  if (!m || /[^\x21-\x7e]/.test(to)) return null;
  const next = m[1]!.toLowerCase() as 'http' | 'https';
  const authority = m[2]!;
  const port = Number(/:(\d+)$/.exec(authority)?.[1] ?? (next === 'https' ? 443 : 80));
  const host = validHost(toBytes(authority), hostOptions(config));
  if (host === null) return null;
  const listener = listenerAt(config, next, port);
  if (!listener) return null;
  const { server } = chooseServer(listener, host);
  const same = host === validHost(toBytes(asked), hostOptions(config));
  // a host that a server of this configuration has comes here, though another server may answer for it at that port
  if (!same && !server.names.some((n) => n.text !== '' && nameMatches(n, host)) && !isOwnHost(config, fromBytes(host))) return null;
  const rest = m[3]!;
  return { listener, server, scheme: next, authority, target: rest.startsWith('/') ? rest : `/${rest}` };
}

/** The next request with the server to which it comes. */
function landing(config: Config, trace: Trace, input: RequestInput): (Landing & { readonly request: RequestInput }) | null {
  const to = locationHeader(trace);
  if (to === null || !REDIRECTS.has(trace.outcome.status)) return null;
  const { request } = trace;
  const asked = request.headers.find(([n]) => n.toLowerCase() === 'host')?.[1] ?? '';
  const found = landingOf(config, to, request.scheme, asked);
  if (!found) return null;
  const { listener, scheme, authority, target } = found;
  const headers: HeaderPair[] = [['Host', authority], ...request.headers.filter(([n]) => n.toLowerCase() !== 'host')];
  const keeps = trace.outcome.status === 307 || trace.outcome.status === 308 || request.method === 'HEAD';
  const next: RequestInput = {
    method: keeps ? request.method : 'GET',
    target,
    scheme,
    localPort: listener.port,
    ...(listener.wildcard || listener.kind === 'name' ? {} : { localAddress: listener.address }),
    headers,
    clientAddress: input.clientAddress ?? request.clientAddress,
    ...(input.httpVersion ? { httpVersion: input.httpVersion } : {}),
    ...(listener.proxyProtocol ? { proxyProtocol: { clientAddress: request.clientAddress } } : {}),
  };
  return { ...found, request: next };
}

/** What is known of the request that a client sends then. */
function foreseenOf({ server, scheme, authority, target }: Landing): Foreseen & { readonly way: Way } {
  const bytes = toBytes(target);
  return { uri: pathIn(bytes), target: bytes, way: { scheme, authority, server } };
}

/** Whether a client may be sent on from where a Location has led him. */
function maySendOnFrom(config: Config, next: Landing, folders: boolean): boolean {
  const { uri, ...known } = foreseenOf(next);
  return uri === null || maySendOn(config, next.server, { uri, ...known }, folders);
}

/** Redirects in a row that are followed by their text alone. */
const MOST_WRITTEN = 3;

/**
 * Whether the way of a plain request to a spot surely comes to an end, by the text of the lines alone that send it on. Such a way need not be
 * followed, whatever else the request brings along.
 */
export function surelyEnds({ config, server, location }: Spot, path: string, query: string, door: Door): boolean {
  const folders = path.endsWith('/');
  const ends = (at: Server, place: Location | null, known: Foreseen & { readonly way: Way }, hops: number): boolean => {
    const { scope } = place ?? at;
    if (scope.value('server_name_in_redirect')?.value(0) === 'on') return false;
    const { scheme, authority } = known.way;
    return (
      sentTo(place ? [at.scope, scope] : [scope], known)?.every((bytes) => {
        const to = fromBytes(bytes);
        // nginx adds the port by itself, or not (port_in_redirect)
        if (!URL_FORM.test(to) && (!to.startsWith('/') || to.startsWith('//') || authority.includes(':'))) return false;
        const next = landingOf(config, to, scheme, authority);
        if (!next) return true;
        const then = foreseenOf(next);
        if (then.uri === null) return false;
        if (!maySendOn(config, next.server, { ...then, uri: then.uri }, folders)) return true;
        const { location: there, how } = matchLocation(next.server.scope, then.uri);
        return hops > 1 && !isOpen(how) && how !== 'slash-redirect' && ends(next.server, there, then, hops - 1);
      }) ?? false
    );
  };
  return ends(server, location, foreseenAt(server, path, query, door), MOST_WRITTEN);
}

/** The line that sends a client on, of the server that answered. */
function redirectedBy(config: Config, trace: Trace): Directive | null {
  const step = trace.steps.findLast((s) => s.at && /^(?:return|redirect) 30[12378]|becomes a redirect/.test(s.said));
  if (!step?.at) return null;
  const server = answeringServer(trace);
  const lines = server && redirecting.of(config)(server.scope);
  return directiveAt(lines?.get(placeOf(step.at.uri, step.at.range.start.line)) ?? [], step.at);
}

const placeOf = (file: string, line: number): string => `${file} ${line}`;

/** A configuration may be a part of another file: places of a trace are those of the file. */
const lineOf = (directive: Directive): string => {
  const { uri, range } = atOf(directive);
  return placeOf(uri, range.start.line);
};

function byLine(directives: readonly Directive[]): ReadonlyMap<string, readonly Directive[]> {
  const lines = new Map<string, Directive[]>();
  for (const d of directives) {
    const line = lineOf(d);
    const known = lines.get(line);
    if (known) known.push(d);
    else lines.set(line, [d]);
  }
  return lines;
}

/** The lines of a server that may send a client on, by where they are. */
const redirecting = new PerConfig(() => {
  const known = new Map<Scope, ReadonlyMap<string, readonly Directive[]>>();
  return (scope: Scope): ReadonlyMap<string, readonly Directive[]> => {
    let lines = known.get(scope);
    if (!lines) known.set(scope, (lines = byLine(scope.all.filter((d) => REDIRECTING.has(d.name)))));
    return lines;
  };
});

/**
 * Follows a request's redirects. Stops at an answer that sets a cookie, which may change what comes next, and where nothing can send the client
 * on any more. `folders`: the options say that there is a folder, to which nginx adds the slash.
 */
export function follow(
  config: Config,
  first: RequestInput,
  options: TraceOptions & { readonly files?: never } = {},
  folders = false,
): Followed {
  const witnesses = witnessesOf(config);
  const hops: Hop[] = [];
  const traces: Trace[] = [];
  const seen = new Map<string, number>();
  let input: RequestInput | null = first;
  // one that grows faster ends with 414 (large_client_header_buffers)
  while (input && (input.target?.length ?? 0) < LONGEST) {
    const host = input.headers?.find(([n]) => n.toLowerCase() === 'host')?.[1]?.toLowerCase() ?? '';
    const state = `${input.method} ${input.scheme} ${host.replace(/:\d+$/, '')}:${input.localPort} ${input.target}`;
    const known = seen.get(state);
    if (known !== undefined) return { hops, loop: hops.slice(known), grows: false, traces };
    seen.set(state, hops.length);
    const trace = witnesses.ask(input, options);
    traces.push(trace);
    const to = locationHeader(trace);
    const next: ReturnType<typeof landing> = trace.outcome.responseHeaders.some(([n]) => n.toLowerCase() === 'set-cookie')
      ? null
      : landing(config, trace, input);
    if (to !== null) hops.push({ trace, by: redirectedBy(config, trace), to });
    if (next && doublesQuery(trace, next)) return { hops, loop: null, grows: true, traces };
    if (hops.length >= GROWN && growsByHalf(hops.slice(-GROWN))) break;
    if (hops.length >= MOST_HOPS && next) return { hops, loop: hops, grows: true, traces };
    input = next && maySendOnFrom(config, next, folders) ? next.request : null;
  }
  return { hops, loop: null, grows: false, traces };
}

/** Header lines that any browser sends, or keeps sending, by itself. */
const OF_BROWSERS = /^http_(?:host|user_agent|accept(?:_language|_encoding)?|cookie|dnt|sec_\w+|upgrade_insecure_requests)$/;

/** A condition on the way looked at something that a proxy in front may set or a script may: the next request may differ there. */
export function hangsOnOthers(config: Config, trace: Trace, among: readonly Directive[]): boolean {
  return trace.steps.some((s) => {
    if (!s.said.startsWith('if ') || !s.at) return false;
    const directive = directiveAt(among, s.at);
    const condition = directive && readCondition(directive);
    if (!condition || condition.kind === 'file') return false;
    return [...sourcesOf(config, condition.name)].some(
      (v) => (v.startsWith('http_') || v.startsWith('proxy_protocol')) && !OF_BROWSERS.test(v),
    );
  });
}

/**
 * Assumptions that change nothing about where a request is sent, and what a file that nobody sees may bring, which whoever judges a level asks
 * for itself (config/open).
 */
const HARMLESS =
  /^(?:include:.*|main-file|local-address|time|timezone|etag|last-modified|boundary|range|prefix|max_conns:.*|proxy-protocol|auth_request:www_authenticate)$/;

/** What a trace took for granted that decides where its request goes. That no file is there is true of some path, whatever the disk. */
export function doubts(trace: Trace): readonly Assumption[] {
  const path = trace.request.target.replace(/\?.*$/, '').replace(/\/+$/, '');
  return trace.assumptions.filter(
    (a) =>
      !a.chosen &&
      !HARMLESS.test(a.id) &&
      !(path !== '' && a.id.startsWith('file:') && a.assumed === 'missing' && a.id.replace(/\/$/, '').endsWith(path)),
  );
}

/** Whether something decides on the way that is not simulated. */
export const isScripted = (trace: Trace): boolean => trace.notSimulated.some((n) => /_by_lua|^js_|^perl/.test(n.directive));

/** The host of a URL as nginx compares it, without port; null where there is none. */
export const hostIn = (url: string): string | null => {
  const m = URL_FORM.exec(url);
  return m ? fromBytes(toBytes(m[2]!.replace(/:\d*$/, '').toLowerCase())) : null;
};
