/**
 * What all pass directives share: finding the target, the facts about buffering, timeouts and caching, and what becomes of the application's
 * answer (ngx_http_upstream.c).
 */
import { type ByteString, fromBytes, lower } from '../../base/bytes.ts';
import { asked, PerConfig } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import type { ServerProtocol } from '../../config/servers.ts';
import {
  hasVariables,
  type PassTarget,
  passTarget,
  readTarget,
  serverAddress,
  targetServers,
  type Upstream,
} from '../../config/upstreams.ts';
import type { BackendAnswer, CacheUse } from '../exchange.ts';
import { sendHeader } from '../filters.ts';
import type { Purpose } from '../hops.ts';
import { parseHttpTime } from '../http-time.ts';
import { indexOf } from '../index.ts';
import { PerLevel } from '../level.ts';
import { passIn } from '../location-config.ts';
import { Peers } from '../peers.ts';
import { family, type Reader } from '../reader.ts';
import { change, type ReplyHeader } from '../reply.ts';
import type { Run, Verdict } from '../run.ts';
import { errorPageFor } from '../special.ts';
import { tellServer } from '../sticky.ts';
import type { GroupServer, HeaderPair, OutcomeKind, UpstreamRequest } from '../trace.ts';
import { parseUnsafe } from '../uri.ts';
import { decideCache, decideFailure, ignoredBy, OF_CACHES, revalidates, staleFor, storedAnswer, tellServed } from './cache.ts';

export interface Pass {
  readonly directive: Directive;
  readonly target: PassTarget;
  /** the value had variables */
  readonly variable: boolean;
  /** what comes of it once the body is read and the request is written: the host cannot be reached */
  readonly failure: number | null;
}

/** By the protocol whose requests are passed on. */
const startHosts = new PerConfig((config, protocol: ServerProtocol): ReadonlySet<string> => {
  const found = new Set<string>();
  for (const directive of indexOf(config, protocol).passes) {
    const target = passTarget(directive);
    if (target && !target.upstream) found.add(`${target.host.toLowerCase()} ${target.port ?? 0}`);
  }
  return found;
});

/** Whether some pass directive names the host in full, so that nginx resolved it when it started. */
export const isStartHost = ({ config, index: { protocol } }: Run, host: string, port: number): boolean =>
  isNamedInFull(config, protocol, `${host.toLowerCase()} ${port}`);

const isNamedInFull = (config: Config, protocol: ServerProtocol, host: string): boolean =>
  asked(config, `${protocol} starts with ${host}`, (c) => startHosts.of(c, protocol).has(host));

/** Where a pass directive sends the request; a status where nginx gives up. */
export function passOf(run: Run, name: string): Pass | number {
  const directive = passIn(run.scope, name);
  if (!directive) return 500;
  const module = directive.fact?.module ?? 'ngx_http_upstream_module';
  if (!hasVariables(directive.value(0))) {
    const target = passTarget(directive);
    return target ? { directive, target, variable: false, failure: null } : 500;
  }
  const url = run.value(directive.value(0));
  let target = readTarget(run.config, name, fromBytes(url), directive);
  if (!target || (name === 'proxy_pass' && url.length <= target.scheme.length)) {
    run.report.step({ phase: 'content', handler: module, at: directive, said: `${fromBytes(url)} is no address for ${name}: 500` });
    return 500;
  }
  if (target.uri.startsWith('?')) target = { ...target, uri: `/${target.uri}` };
  let failure: number | null = null;
  if (target.kindOfHost === 'name' && !target.upstream && !isStartHost(run, target.host, target.port ?? 0)) {
    if (target.port === null) failure = 500;
    else if (!run.directive('resolver')) failure = 502;
    else if (
      run.report.assume({
        id: `resolve:${target.host}`,
        what: `address of ${target.host}`,
        otherwise: 'found',
        why: 'a resolver is asked for each request',
        choices: ['found', 'not found'],
        at: directive,
      }) !== 'found'
    )
      failure = 502;
  } else if ((target.kindOfHost === 'ipv4' || target.kindOfHost === 'ipv6') && target.port === null) failure = 500;
  return { directive, target, variable: true, failure };
}

/** The name that the group or host goes by in the trace. */
export const upstreamName = (target: PassTarget): string =>
  target.upstream?.name ??
  (target.kindOfHost === 'unix' ? `unix:${target.host}` : target.portText ? `${target.host}:${target.portText}` : target.host);

/** The servers of a target, for the output. */
export const serversText = (target: PassTarget): string[] => targetServers(target);

const NO_GROUP: readonly GroupServer[] = [];
const groups = new WeakMap<Upstream, readonly GroupServer[]>();

/** What the lines of the group say of its servers. */
export function groupOf({ upstream }: PassTarget): readonly GroupServer[] {
  if (!upstream) return NO_GROUP;
  let servers = groups.get(upstream);
  if (!servers)
    groups.set(
      upstream,
      (servers = upstream.servers.map((s) => ({
        address: serverAddress(s),
        weight: s.weight,
        maxFails: s.maxFails,
        maxConns: s.maxConns,
        backup: s.backup,
        down: s.down,
      }))),
    );
  return servers;
}

/** How a family of directives is called and what it hides by itself. */
export interface Family {
  /** `proxy`, `uwsgi`, … */
  readonly prefix: string;
  readonly module: string;
  readonly hidden: readonly string[];
}

const ACCEL = ['x-accel-expires', 'x-accel-redirect', 'x-accel-limit-rate', 'x-accel-buffering', 'x-accel-charset'];

export const FAMILIES = {
  proxy: { prefix: 'proxy', module: 'ngx_http_proxy_module', hidden: ['date', 'server', 'x-pad', ...ACCEL] },
  fastcgi: { prefix: 'fastcgi', module: 'ngx_http_fastcgi_module', hidden: ['status', ...ACCEL] },
  uwsgi: { prefix: 'uwsgi', module: 'ngx_http_uwsgi_module', hidden: ACCEL },
  scgi: { prefix: 'scgi', module: 'ngx_http_scgi_module', hidden: ['status', ...ACCEL] },
  grpc: { prefix: 'grpc', module: 'ngx_http_grpc_module', hidden: ['date', 'server', ...ACCEL] },
  memcached: { prefix: 'memcached', module: 'ngx_http_memcached_module', hidden: [] },
} as const satisfies Record<string, Family>;

const OF_BACKENDS = ['pass', 'next_upstream', 'next_upstream_tries', 'next_upstream_timeout'] as const;
const OF_ANSWERS = ['hide_header', 'ignore_headers', 'intercept_errors', 'pass_header', 'pass_request_headers'] as const;

/** What is read for every backend of a family, its cache included where it has one. */
export function readsOf(prefix: string): string[] {
  const names: string[] = [...OF_BACKENDS];
  if (prefix !== 'memcached') names.push(...OF_ANSWERS);
  if (prefix !== 'memcached' && prefix !== 'grpc') names.push('buffering', 'force_ranges', ...OF_CACHES);
  return family([prefix], names);
}

/** What is in a group, and how names of hosts are found. */
export const GROUPS: Reader = {
  module: 'ngx_http_upstream_module',
  reads: ['upstream', 'server', 'hash', 'ip_hash', 'least_conn', 'least_time', 'random', 'sticky', 'resolver'],
};

export interface Rewriting {
  /** a new Location, or null when no proxy_redirect fits */
  location?(value: ByteString): ByteString | null;
  cookie?(value: ByteString): ByteString;
}

/** The words of `*_next_upstream` for a status. */
const NEXT_STATUSES: Readonly<Record<number, string>> = {
  500: 'http_500',
  502: 'http_502',
  503: 'http_503',
  504: 'http_504',
  403: 'http_403',
  404: 'http_404',
  429: 'http_429',
};
const NOT_REPEATED = new Set(['POST', 'LOCK', 'PATCH']);

const FAILURES = {
  refused: { word: 'error', status: 502, sent: false, said: 'connection refused' },
  timeout: { word: 'timeout', status: 504, sent: true, said: 'no answer in time' },
  invalid: { word: 'invalid_header', status: 502, sent: true, said: 'the answer is no HTTP' },
  closed: { word: 'error', status: 502, sent: true, said: 'the connection is closed without an answer' },
} as const;

/** Which failures send a request to the next server (`*_next_upstream` and its like). */
class Repeating {
  private readonly limit: number;
  private elapsed = 0;

  constructor(
    private readonly run: Run,
    private readonly prefix: string,
  ) {
    this.limit = run.seconds(`${prefix}_next_upstream_timeout`, 0);
  }

  /** A server kept the request waiting. */
  waited(): void {
    this.elapsed += this.run.seconds(`${this.prefix}_read_timeout`, 60);
  }

  allows(word: string, sent: boolean): boolean {
    const words = this.run.directive(`${this.prefix}_next_upstream`)?.values ?? ['error', 'timeout'];
    if (!words.includes(word)) return false;
    if (sent && NOT_REPEATED.has(this.run.methodName) && !words.includes('non_idempotent')) return false;
    return this.limit === 0 || this.elapsed < this.limit;
  }
}

/**
 * The request is written: the cache answers it, or the servers of the backend are asked in turn, and what they say becomes the answer
 * (ngx_http_upstream_init_request, ngx_http_upstream_next).
 */
export function finishUpstream(run: Run, family: Family, pass: Pass, request: UpstreamRequest, rewriting: Rewriting = {}): Verdict {
  const { prefix } = family;
  const { exchange } = run;
  run.reply.kind = prefix as OutcomeKind;
  exchange.passFamily = prefix;
  const { cacheUse } = exchange;
  if (cacheUse?.serves) {
    if (cacheUse.background) renew(run, family, pass, request, cacheUse);
    return serve(run, family, rewriting, cacheUse.background ? 'STALE' : undefined);
  }
  const come = ask(run, family, pass, request, []);
  if (typeof come === 'number') return come;
  if (come === 'STALE') return serve(run, family, rewriting, come);
  if (revalidates(run, prefix, come.answer.status)) return serve(run, family, rewriting, 'REVALIDATED', come.answer);
  exchange.answer = come.answer;
  exchange.open = come.open;
  return deliver(run, family, come.answer, rewriting, false);
}

/**
 * A request of its own that renews what the cache sent although it is old (ngx_http_upstream_cache_background_update): a copy of this one, whose
 * answer is nobody's. What it leaves in the cache is what the next request finds.
 */
function renew(main: Run, family: Family, pass: Pass, request: UpstreamRequest, use: CacheUse): void {
  const { prefix, module } = family;
  const run = main.background();
  const { exchange } = run;
  exchange.cacheUse = { ...use, serves: false, background: false };
  exchange.cacheStatus = 'EXPIRED';
  const attempts: { server: string; said: string }[] = [];
  const come = ask(run, family, pass, request, attempts);
  if (typeof come === 'object') {
    exchange.answer = come.answer;
    if (revalidates(run, prefix, come.answer.status)) {
      exchange.cacheStatus = 'REVALIDATED';
      tellServed(run, module, come.answer);
    } else keep(run, family, come.answer);
  }
  const { cache } = exchange;
  const entry = main.hops.told.find((e) => e.attempts === attempts);
  if (entry && cache) main.hops.told[main.hops.told.indexOf(entry)] = { ...entry, cache };
  main.report.step({
    phase: 'upstream',
    handler: module,
    at: main.directive(`${prefix}_cache_background_update`) ?? use.directive,
    exchange: main.hops.placeOf(request),
    said: `a request of its own renews it: ${request.uri} to ${request.upstream}, ${
      cache?.store
        ? `the answer is ${cache.status === 'REVALIDATED' ? 'good again' : cache.why}${cache.valid === null ? '' : ` for ${cache.valid} s`}`
        : 'the old answer stays'
    }`,
  });
}

/**
 * The servers of the backend are asked in turn until one answers. Returns the answer; what the cache then sends instead; or the status of the
 * failure, which the cache may have kept.
 */
function ask(
  run: Run,
  family: Family,
  pass: Pass,
  request: UpstreamRequest,
  attempts: { server: string; said: string }[],
): { readonly answer: BackendAnswer; readonly open: boolean } | 'STALE' | number {
  const { prefix, module } = family;
  const { exchange } = run;
  if (pass.failure !== null) {
    run.report.step({
      phase: 'content',
      handler: module,
      at: pass.directive,
      said: pass.failure === 502 ? `${pass.target.host} cannot be resolved: 502` : `no port in ${pass.target.url}: 500`,
    });
    decideFailure(run, prefix, module, pass.failure);
    return pass.failure;
  }
  exchange.begin(request);
  const hop = run.hops.begin(run, request, purposeOf(run));
  run.report.step({
    phase: 'upstream',
    handler: module,
    at: request.at,
    said: `${request.method ? `${request.method} ` : ''}${request.uri} to ${request.upstream}`,
    ...(hop.assumption === null ? {} : { assumption: hop.assumption }),
  });
  run.hops.told.push({ for: run.root.passedBy ? 'itself' : (run.kind ?? 'answer'), request, attempts });
  const peers = new Peers(run, pass.target, Number(run.text(`${prefix}_next_upstream_tries`) ?? 0));
  let peer = peers.next();
  // requests that were posted begin once this one waits for its server
  run.runPosted();
  const repeating = new Repeating(run, prefix);
  let told: ReplyHeader | null = null;
  const tell = (said: string, at: Directive | null = null): void => run.report.step({ phase: 'response', handler: module, at, said });
  for (; ; peer = peers.next()) {
    if (!peer) {
      exchange.attempts.push({ server: request.upstream, status: 502 });
      attempts.push({ server: request.upstream, said: 'no live upstreams' });
      const stale = staleFor(run, prefix, 'nolive');
      tell(`no live server in ${request.upstream}${stale ? '' : ': 502'}`, pass.target.upstream?.directive ?? null);
      if (!stale) decideFailure(run, prefix, module, 502);
      return stale ?? 502;
    }
    told = tellServer(run, pass.target.upstream ?? null, peer, told);
    const given = hop.answer(peer);
    const { open } = given;
    const odd = typeof given.answer === 'string' ? null : oddFraming(run, family, given.answer);
    const answer = odd === null ? given.answer : 'invalid';
    const who = request.servers.length > 1 || attempts.length ? `${peer.address}: ` : '';
    if (answer === 'loop') {
      attempts.push({ server: peer.address, said: 'loop' });
      tell('a loop, nginx passes it to itself until no connection is left: 500', pass.directive);
      return 500;
    }
    if (typeof answer === 'string') {
      const { word, status, sent } = FAILURES[answer];
      const said = odd ?? FAILURES[answer].said;
      exchange.attempts.push({ server: peer.address, status });
      attempts.push({ server: peer.address, said: answer });
      if (answer === 'timeout') repeating.waited();
      peers.free(true);
      if (peers.tries > 0 && repeating.allows(word, sent)) {
        tell(`${who}${said}, on to the next server`, run.directive(`${prefix}_next_upstream`) ?? null);
        continue;
      }
      const stale = staleFor(run, prefix, word);
      tell(`${who}${said}${stale ? '' : `: ${status}`}`);
      if (!stale) decideFailure(run, prefix, module, status);
      return stale ?? status;
    }
    exchange.attempts.push({ server: peer.address, status: answer.status });
    attempts.push({ server: peer.address, said: String(answer.status) });
    const word = family === FAMILIES.memcached && answer.status === 404 ? 'not_found' : NEXT_STATUSES[answer.status];
    if (word !== undefined) {
      if (peers.tries > 1 && repeating.allows(word, true)) {
        peers.free(answer.status !== 403 && answer.status !== 404);
        tell(`${who}${answer.status}, on to the next server`, run.directive(`${prefix}_next_upstream`) ?? null);
        continue;
      }
      const stale = staleFor(run, prefix, word);
      if (stale) {
        tell(`${who}${answer.status}`);
        return stale;
      }
    }
    return { answer, open };
  }
}

/** Whose answer it is for which a backend is asked. */
function purposeOf({ kind }: Run): Purpose {
  if (kind === null || kind === 'body') return 'answer';
  return kind === 'auth_request' || kind === 'cache-update' ? kind : 'ignored';
}

/** The cache's answer goes out. */
function serve(
  run: Run,
  family: Family,
  rewriting: Rewriting,
  status?: 'STALE' | 'REVALIDATED',
  renewal: BackendAnswer | null = null,
): Verdict {
  if (status) run.exchange.cacheStatus = status;
  tellServed(run, family.module, renewal);
  const answer = storedAnswer(run, family.prefix);
  if (typeof answer === 'number') return answer;
  run.exchange.answer = answer;
  return deliver(run, family, answer, rewriting, true);
}

/** Whether an error page of nginx takes the place of the answer. */
const isIntercepted = (run: Run, prefix: string, { status }: BackendAnswer): boolean =>
  status >= 300 && run.flag(`${prefix}_intercept_errors`, false) && errorPageFor(run, status) !== null;

/** What the cache before the backend does with its answer. */
const keep = (run: Run, { prefix, module }: Family, answer: BackendAnswer): void =>
  decideCache(run, prefix, module, answer, ignoredBy(run, prefix), isIntercepted(run, prefix, answer));

/** What of an answer reaches the client (ngx_http_upstream_process_header and what follows). */
function deliver(run: Run, family: Family, answer: BackendAnswer, rewriting: Rewriting, stored: boolean): Verdict {
  const { prefix, module } = family;
  const ignored = ignoredBy(run, prefix);
  const intercepted = !stored && isIntercepted(run, prefix, answer);
  if (!stored) keep(run, family, answer);
  ACCELS.forEach((set, name) => {
    const value = ignored.has(name) ? undefined : answer.headers.findLast(([n]) => lower(n) === name)?.[1];
    if (value !== undefined) set(run, value);
  });
  const first = (name: string): ByteString | null => answer.headers.find(([n]) => lower(n) === name)?.[1] ?? null;
  if (family === FAMILIES.memcached && answer.status === 404) {
    run.report.step({ phase: 'response', handler: module, said: 'the key is not there: 404' });
    return 404;
  }
  if (intercepted) {
    run.report.step({
      phase: 'response',
      handler: module,
      at: run.directive(`${prefix}_intercept_errors`) ?? null,
      said: `${answer.status} of the application goes to error_page`,
    });
    if (answer.status === 401) {
      const lines = answer.headers.filter(([n]) => lower(n) === 'www-authenticate');
      for (const [, value] of run.behaviour.joinsHeaders ? lines : lines.slice(0, 1))
        run.reply.add('WWW-Authenticate', value, null, 'application');
    }
    return answer.status;
  }
  const redirect = first('x-accel-redirect');
  if (redirect !== null && !ignored.has('x-accel-redirect')) return accelRedirect(run, family, answer, redirect, rewriting);
  copyHeaders(run, family, answer, ignored, rewriting);
  return sendHeader(run);
}

/** What an application sets for the request itself: it stays where the answer goes to a page or another location (ngx_http_upstream_process_limit_rate). */
const ACCELS: ReadonlyMap<string, (run: Run, value: ByteString) => void> = new Map([
  ['x-accel-limit-rate', (run: Run, value: ByteString): void => void (/^\d+$/.test(value) && (run.reply.limitRate = Number(value)))],
  ['x-accel-charset', (run: Run, value: ByteString): void => void (run.reply.overrideCharset = value)],
]);

const KEPT_ON_REDIRECT = new Set(['content-type', 'set-cookie', 'content-disposition', 'cache-control', 'expires', 'accept-ranges']);

/** X-Accel-Redirect (ngx_http_upstream_process_headers). */
function accelRedirect(run: Run, { prefix, module }: Family, answer: BackendAnswer, target: ByteString, rewriting: Rewriting): Verdict {
  for (const [name, value] of answer.headers) {
    if (!KEPT_ON_REDIRECT.has(lower(name))) continue;
    if (lower(name) === 'accept-ranges' && takesRanges(run, prefix)) continue;
    place(run, name, lower(name) === 'set-cookie' && rewriting.cookie ? rewriting.cookie(value) : value);
  }
  run.report.step({ phase: 'response', handler: module, said: `X-Accel-Redirect to ${fromBytes(target)}` });
  if (target.startsWith('@')) return { named: target };
  const parsed = parseUnsafe(target);
  if (!parsed) return 404;
  if (!run.isHead) run.methodName = 'GET';
  return { uri: parsed.uri, args: parsed.args };
}

/** Whether nginx cuts out ranges itself, and the line of the application about them stays behind (ngx_http_upstream_copy_allow_ranges). */
function takesRanges(run: Run, prefix: string): boolean {
  const { reply } = run;
  if (run.flag(`${prefix}_force_ranges`, false)) return true;
  if (!reply.cacheable) return false;
  reply.allowRanges = true;
  reply.singleRange = true;
  return true;
}

/** Lines that have a place of their own in the answer. */
function place(run: Run, name: ByteString, value: ByteString): ReplyHeader | null {
  const { reply } = run;
  const key = lower(name);
  if (key === 'content-type') {
    setUpstreamType(run, value);
    return null;
  }
  const header = reply.add(name, value, null, 'application');
  if (key === 'cache-control') reply.cacheControl.push(header);
  else if (key === 'link') reply.link.push(header);
  else if (key === 'expires') reply.expires = header;
  else if (key === 'etag') reply.etag = header;
  else if (key === 'server') reply.server = header;
  else if (key === 'date') reply.date = header;
  else if (key === 'content-encoding') reply.contentEncoding = header;
  else if (key === 'accept-ranges') reply.acceptRanges = header;
  else if (key === 'www-authenticate') reply.wwwAuthenticate.push(header);
  else if (key === 'last-modified') {
    reply.lastModified = header;
    reply.hasLastModified = parseHttpTime(value) !== null;
  }
  return header;
}

/** ngx_http_upstream_copy_content_type: the charset is split off. */
function setUpstreamType(run: Run, value: ByteString): void {
  const { reply } = run;
  reply.contentType = value;
  reply.typeLength = value.length;
  reply.typeRelayed = true;
  const m = /; *charset=/i.exec(value);
  if (!m) return;
  reply.typeLength = value.indexOf(';', 0);
  let charset = value.slice(m.index + m[0].length);
  if (charset.startsWith('"')) charset = charset.slice(1);
  if (charset.endsWith('"')) charset = charset.slice(0, -1);
  reply.charset = charset;
}

/** Names that a level hides; its own proxy_hide_header and proxy_pass_header lists replace the outer ones, the built-in list stays. */
export const hiddenHeaders = ({ level }: Run, family: Family): ReadonlySet<string> => hiding.get(family)!.of(level);

const hiding: ReadonlyMap<Family, PerLevel<ReadonlySet<string>>> = new Map(
  Object.values(FAMILIES).map((family: Family) => [
    family,
    new PerLevel((level): ReadonlySet<string> => {
      const hidden = new Set<string>(family.hidden);
      for (const line of level.inForce(`${family.prefix}_hide_header`)) hidden.add(line.value(0).toLowerCase());
      for (const line of level.inForce(`${family.prefix}_pass_header`)) hidden.delete(line.value(0).toLowerCase());
      return hidden;
    }),
  ]),
);

/** Lines of which the first counts and the others are dropped (ngx_http_upstream_process_header_line). */
const ONCE = new Set(['expires', 'location', 'refresh', 'etag', 'last-modified', 'content-type', 'date', 'server', 'x-accel-redirect']);

/** What of an answer's framing nginx cannot take (ngx_http_upstream_process_content_length, _transfer_encoding); null: nothing. */
function oddFraming(run: Run, family: Family, { headers }: BackendAnswer): string | null {
  if (!run.behaviour.refusesOddAnswers) return null;
  const lengths = headers.filter(([n]) => lower(n) === 'content-length').map(([, v]) => v);
  const codings = family === FAMILIES.proxy ? headers.filter(([n]) => lower(n) === 'transfer-encoding').map(([, v]) => v) : [];
  if (lengths.length > 1) return 'two Content-Length lines';
  if (lengths.length && !/^\d{1,18}$/.test(lengths[0]!)) return `Content-Length ${fromBytes(lengths[0]!)} is invalid`;
  if (codings.length > 1) return 'two Transfer-Encoding lines';
  if (codings.length && lower(codings[0]!) !== 'chunked') return `Transfer-Encoding ${fromBytes(codings[0]!)} is not known`;
  return lengths.length && codings.length ? 'Content-Length and Transfer-Encoding at once' : null;
}

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding']);

function copyHeaders(run: Run, family: Family, answer: BackendAnswer, ignored: ReadonlySet<string>, rewriting: Rewriting): void {
  const { reply } = run;
  const hidden = hiddenHeaders(run, family);
  reply.status = answer.status;
  reply.statusLine = true;
  run.reply.relayed = true;
  const removed: HeaderPair[] = [];
  if (run.flag(`${family.prefix}_force_ranges`, false)) {
    reply.allowRanges = true;
    reply.singleRange = true;
  }
  if (answer.length !== undefined) {
    reply.contentLength = answer.length;
    reply.lengthKnown = false;
  }
  const seen = new Set<ByteString>();
  for (const [name, value] of answer.headers) {
    const key = lower(name);
    if (run.behaviour.refusesOddAnswers && ONCE.has(key)) {
      if (seen.has(key)) continue;
      seen.add(key);
    }
    if (key === 'x-accel-buffering' && !ignored.has(key))
      run.exchange.buffering = value.toLowerCase() === 'no' ? false : value.toLowerCase() === 'yes' ? true : run.exchange.buffering;
    if (key === 'content-length') {
      if (/^\d+$/.test(value)) {
        reply.contentLength = Number(value);
        reply.lengthRelayed = true;
      }
      continue;
    }
    if (hidden.has(key)) {
      removed.push([fromBytes(name), fromBytes(value)]);
      reply.hidden.push(name);
      continue;
    }
    if (HOP_BY_HOP.has(key)) continue;
    if (key === 'location') {
      const header = reply.add(name, value, null, 'application');
      if (rewriting.location) {
        const rewritten = rewriting.location(value);
        if (rewritten !== null) {
          change(header, rewritten);
          reply.location = header;
        }
      } else if (!value.startsWith('/')) reply.location = header;
      continue;
    }
    if (key === 'accept-ranges' && takesRanges(run, family.prefix)) continue;
    if (key === 'refresh' && rewriting.location) {
      const header = reply.add(name, value, null, 'application');
      const at = value.toLowerCase().indexOf('url=');
      const rewritten = at < 0 ? null : rewriting.location(value.slice(at + 4));
      if (rewritten !== null) change(header, value.slice(0, at + 4) + rewritten);
      continue;
    }
    if (key === 'set-cookie' && rewriting.cookie) {
      change(reply.add(name, value, null, 'application'), rewriting.cookie(value));
      continue;
    }
    place(run, name, value);
  }
  // proxy adds an empty Server line where the backend sent none, which takes nginx's own away when it is passed
  const lacks = (name: ByteString): boolean =>
    family.prefix === 'proxy' && !hidden.has(name) && !answer.headers.some(([n]) => lower(n) === name);
  if (lacks('server')) reply.noServer = true;
  if (lacks('date')) reply.noDate = true;
  if (removed.length)
    run.report.step({
      phase: 'response',
      handler: family.module,
      said: `hidden from the client: ${removed.map(([n]) => n).join(', ')}`,
      changed: removed.map(([what, from]) => ({ what, from, to: null })),
    });
}

/** A header of bytes as a pair of texts. */
export const pair = (name: ByteString, value: ByteString): HeaderPair => [fromBytes(name), fromBytes(value)];
