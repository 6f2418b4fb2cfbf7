/**
 * What all pass directives share: finding the target, the facts about buffering, timeouts and caching, and what becomes of the application's
 * answer (ngx_http_upstream.c).
 */
import { type ByteString, fromBytes, lower, toBytes } from '../../base/bytes.ts';
import { parseTime } from '../../catalog/value-kind.ts';
import type { Directive } from '../../config/directive.ts';
import { hasVariables, type PassTarget, passTarget, readTarget, targetServers } from '../../config/upstreams.ts';
import { atOf } from '../at.ts';
import type { CachePlan } from '../exchange.ts';
import { clock, sendHeader } from '../filters.ts';
import { parseHttpTime } from '../http-time.ts';
import { passIn } from '../location-config.ts';
import type { ReplyHeader } from '../reply.ts';
import type { Run, Verdict } from '../run.ts';
import { errorPageFor } from '../special.ts';
import type { HeaderPair, OutcomeKind, UpstreamRequest } from '../trace.ts';
import { parseUnsafe } from '../uri.ts';

export interface Pass {
  readonly directive: Directive;
  readonly target: PassTarget;
  /** the value had variables */
  readonly variable: boolean;
  /** what comes of it once the body is read and the request is written: the host cannot be reached */
  readonly failure: number | null;
}

const implicit = new WeakMap<object, ReadonlySet<string>>();

/** Hosts that some pass directive names in full, which nginx resolved when it started; `host port`. */
function startHosts(run: Run): ReadonlySet<string> {
  let hosts = implicit.get(run.index);
  if (!hosts) {
    const found = new Set<string>();
    for (const directive of run.index.passes) {
      const target = passTarget(directive);
      if (target && !target.upstream) found.add(`${target.host.toLowerCase()} ${target.port ?? 0}`);
    }
    implicit.set(run.index, (hosts = found));
  }
  return hosts;
}

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
  if (target.kindOfHost === 'name' && !target.upstream && !startHosts(run).has(`${target.host.toLowerCase()} ${target.port ?? 0}`)) {
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

export const serversText = (target: PassTarget): string[] => targetServers(target);

export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [name: ByteString, value: ByteString])[];
}

/** What the application says: the caller's word, else an assumption that can be set. */
function answerOf(run: Run): Answer | 'timeout' | 'refused' | 'invalid' {
  const { upstream } = run.options;
  if (upstream?.failure) return upstream.failure;
  if (upstream?.status !== undefined)
    return { status: upstream.status, headers: (upstream.headers ?? []).map(([n, v]) => [toBytes(n), toBytes(v)] as const) };
  const text = run.report.assume({
    id: 'upstream-status',
    what: 'answer of the application',
    otherwise: '200',
    why: 'the application decides',
    choices: ['200', '302', '404', '500', 'timeout', 'refused', 'invalid'],
    also: 'status',
  });
  if (text === 'timeout' || text === 'refused' || text === 'invalid') return text;
  return { status: Number(text) || 200, headers: (upstream?.headers ?? []).map(([n, v]) => [toBytes(n), toBytes(v)] as const) };
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

export interface Rewriting {
  /** a new Location, or null when no proxy_redirect fits */
  location?(value: ByteString): ByteString | null;
  cookie?(value: ByteString): ByteString;
}

/** The request is written: tells it, and makes the answer of what the application says. */
export function finishUpstream(run: Run, family: Family, pass: Pass, request: UpstreamRequest, rewriting: Rewriting = {}): Verdict {
  if (pass.failure !== null) {
    run.report.step({
      phase: 'content',
      handler: family.module,
      at: pass.directive,
      said: pass.failure === 502 ? `${pass.target.host} cannot be resolved: 502` : `no port in ${pass.target.url}: 500`,
    });
    return pass.failure;
  }
  const { prefix, module } = family;
  run.reply.kind = prefix as OutcomeKind;
  run.exchange.passFamily = prefix;
  const hit = run.exchange.cachePlan !== null && lookInCache(run, family, run.exchange.cachePlan);
  if (!hit) {
    run.exchange.request = request;
    run.report.step({
      phase: 'upstream',
      handler: module,
      at: request.at,
      said: `${request.method ? `${request.method} ` : ''}${request.uri} to ${request.upstream}`,
      ...(run.options.upstream?.status === undefined && !run.options.upstream?.failure ? { assumption: 'upstream-status' } : {}),
    });
  }
  const answer = answerOf(run);
  if (typeof answer === 'string') {
    run.exchange.status = answer === 'timeout' ? 504 : 502;
    run.report.step({
      phase: 'response',
      handler: module,
      said:
        answer === 'timeout' ? 'no answer in time: 504' : answer === 'refused' ? 'connection refused: 502' : 'the answer is no HTTP: 502',
    });
    return run.exchange.status;
  }
  run.exchange.status = answer.status;
  const ignored = new Set((run.directive(`${prefix}_ignore_headers`)?.values ?? []).map((v) => v.toLowerCase()));
  if (hit) run.reply.cacheable = true;
  else decideCache(run, family, answer, ignored);
  const first = (name: string): ByteString | null => answer.headers.find(([n]) => lower(n) === name)?.[1] ?? null;

  if (family === FAMILIES.memcached && answer.status === 404) {
    run.report.step({ phase: 'response', handler: module, said: 'the key is not there: 404' });
    return 404;
  }
  if (answer.status >= 300 && run.flag(`${prefix}_intercept_errors`, false) && errorPageFor(run, answer.status)) {
    run.report.step({
      phase: 'response',
      handler: module,
      at: run.directive(`${prefix}_intercept_errors`) ?? null,
      said: `${answer.status} of the application goes to error_page`,
    });
    const authenticate = first('www-authenticate');
    if (answer.status === 401 && authenticate !== null) run.reply.add('WWW-Authenticate', authenticate);
    return answer.status;
  }
  const redirect = first('x-accel-redirect');
  if (redirect !== null && !ignored.has('x-accel-redirect')) return accelRedirect(run, answer, redirect, module, rewriting);
  copyHeaders(run, family, answer, ignored, rewriting);
  return sendHeader(run);
}

const KEPT_ON_REDIRECT = new Set(['content-type', 'set-cookie', 'content-disposition', 'cache-control', 'expires', 'accept-ranges']);

/** X-Accel-Redirect (ngx_http_upstream_process_headers). */
function accelRedirect(run: Run, answer: Answer, target: ByteString, module: string, rewriting: Rewriting): Verdict {
  for (const [name, value] of answer.headers) {
    if (!KEPT_ON_REDIRECT.has(lower(name))) continue;
    place(run, name, lower(name) === 'set-cookie' && rewriting.cookie ? rewriting.cookie(value) : value);
  }
  run.report.step({ phase: 'response', handler: module, said: `X-Accel-Redirect to ${fromBytes(target)}` });
  if (target.startsWith('@')) return { named: target };
  const parsed = parseUnsafe(target);
  if (!parsed) return 404;
  if (!run.isHead) run.methodName = 'GET';
  return { uri: parsed.uri, args: parsed.args };
}

/** Lines that have a place of their own in the answer. */
function place(run: Run, name: ByteString, value: ByteString): ReplyHeader | null {
  const { reply } = run;
  const key = lower(name);
  if (key === 'content-type') {
    setUpstreamType(run, value);
    return null;
  }
  const header = reply.add(name, value);
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
  const m = /; *charset=/i.exec(value);
  if (!m) return;
  reply.typeLength = value.indexOf(';', 0);
  let charset = value.slice(m.index + m[0].length);
  if (charset.startsWith('"')) charset = charset.slice(1);
  if (charset.endsWith('"')) charset = charset.slice(0, -1);
  reply.charset = charset;
}

/** Names that a level hides; its own proxy_hide_header and proxy_pass_header lists replace the outer ones, the built-in list stays. */
export function hiddenHeaders(run: Run, family: Family): ReadonlySet<string> {
  const hidden = new Set<string>(family.hidden);
  for (const line of run.lines(`${family.prefix}_hide_header`)) hidden.add(line.value(0).toLowerCase());
  for (const line of run.lines(`${family.prefix}_pass_header`)) hidden.delete(line.value(0).toLowerCase());
  return hidden;
}

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding']);

function copyHeaders(run: Run, family: Family, answer: Answer, ignored: ReadonlySet<string>, rewriting: Rewriting): void {
  const { reply } = run;
  const hidden = hiddenHeaders(run, family);
  reply.status = answer.status;
  reply.statusLine = true;
  run.reply.relayed = true;
  const removed: string[] = [];
  const forced = run.flag(`${family.prefix}_force_ranges`, false);
  if (forced) {
    reply.allowRanges = true;
    reply.singleRange = true;
  }
  for (const [name, value] of answer.headers) {
    const key = lower(name);
    if (key === 'x-accel-limit-rate' && !ignored.has(key) && /^\d+$/.test(value)) run.reply.limitRate = Number(value);
    if (key === 'x-accel-buffering' && !ignored.has(key))
      run.exchange.buffering = value.toLowerCase() === 'no' ? false : value.toLowerCase() === 'yes' ? true : run.exchange.buffering;
    if (key === 'x-accel-charset' && !ignored.has(key)) reply.charset = value;
    if (key === 'content-length') {
      if (/^\d+$/.test(value)) reply.contentLength = Number(value);
      continue;
    }
    if (hidden.has(key)) {
      removed.push(fromBytes(name));
      continue;
    }
    if (HOP_BY_HOP.has(key)) continue;
    if (key === 'location') {
      const header = reply.add(name, value);
      if (rewriting.location) {
        const rewritten = rewriting.location(value);
        if (rewritten !== null) {
          header.value = rewritten;
          reply.location = header;
        }
      } else if (!value.startsWith('/')) reply.location = header;
      continue;
    }
    if (key === 'accept-ranges' && (run.reply.cacheable || forced)) {
      reply.allowRanges = true;
      reply.singleRange = true;
      continue;
    }
    if (key === 'refresh' && rewriting.location) {
      const header = reply.add(name, value);
      const at = value.toLowerCase().indexOf('url=');
      const rewritten = at < 0 ? null : rewriting.location(value.slice(at + 4));
      if (rewritten !== null) header.value = value.slice(0, at + 4) + rewritten;
      continue;
    }
    if (key === 'set-cookie' && rewriting.cookie) {
      reply.add(name, rewriting.cookie(value));
      continue;
    }
    place(run, name, value);
  }
  // proxy adds an empty Server line where the backend sent none, which takes nginx's own away when it is passed
  if (family.prefix === 'proxy' && !hidden.has('server') && !answer.headers.some(([n]) => lower(n) === 'server')) reply.noServer = true;
  if (removed.length)
    run.report.step({
      phase: 'response',
      handler: family.module,
      said: `hidden from the client: ${removed.join(', ')}`,
      changed: removed.map((what) => ({ what, from: '', to: null })),
    });
}

// ---- caching

const METHOD_DEFAULTS = ['GET', 'HEAD'];

const truthy = (value: ByteString): boolean => value !== '' && value !== '0';

/** The first line of a predicates directive (`*_cache_bypass`, `*_no_cache`) that holds. */
function predicate(run: Run, name: string): Directive | null {
  for (const line of run.lines(name)) for (const value of line.values) if (truthy(run.value(value))) return line;
  return null;
}

/** Whether a cache stands before the backend for this request (ngx_http_upstream_cache). */
export function cachePlan(run: Run, prefix: string): CachePlan | null {
  const directive = run.directive(`${prefix}_cache`);
  if (!directive || directive.value(0) === 'off') return null;
  const methods = new Set([
    ...METHOD_DEFAULTS,
    ...run.lines(`${prefix}_cache_methods`).flatMap((d) => d.values.map((v) => v.toUpperCase())),
  ]);
  if (!methods.has(run.methodName)) return null;
  const zone = run.value(directive.value(0));
  if (zone === '' || zone === 'off') return null;
  return { zone: fromBytes(zone), directive, bypassed: predicate(run, `${prefix}_cache_bypass`) };
}

const CACHED_BY_DEFAULT = [200, 301, 302];

/** Seconds that *_cache_valid gives a status; null when no line does. */
function validFor(run: Run, prefix: string, status: number): number | null {
  for (const line of run.lines(`${prefix}_cache_valid`)) {
    const words = line.values;
    const read = parseTime(words.at(-1) ?? '', 'sec');
    if (!read.ok) continue;
    const codes = words.slice(0, -1);
    if (codes.length ? codes.includes(String(status)) || codes.includes('any') : CACHED_BY_DEFAULT.includes(status)) return read.value;
  }
  return null;
}

interface Lifetime {
  readonly cacheable: boolean;
  readonly why: string;
  /** seconds from now; null when the answer names none */
  readonly seconds: number | null;
}

const LONGEST_VARY = 128;

/** What the header lines of an answer say about keeping it (ngx_http_upstream_process_cache_control and its kin). */
export function lifetimeOf(answer: Answer, ignored: ReadonlySet<string>, now: () => number, ordered: boolean): Lifetime {
  let why = '';
  let never = false;
  /** refusals that a later line may take back, in versions that look at all lines before they decide */
  let noCache = '';
  let expired = '';
  let valid: number | null = null;
  let accel = false;
  let expires = false;
  let vary = '';
  const refuse = (reason: string): void => {
    why ||= reason;
    never = true;
  };
  for (const [name, value] of answer.headers) {
    if (!ordered && (noCache !== '' || expired !== '')) refuse(noCache || expired);
    const key = lower(name);
    const heeded = !ignored.has(key);
    const text = fromBytes(value);
    if (key === 'set-cookie') {
      if (heeded) refuse('the answer sets a cookie');
    } else if (key === 'x-accel-expires') {
      if (accel && ordered) continue;
      accel = true;
      if (!heeded) continue;
      const m = /^(@?)(\d+)$/.exec(value);
      if (!m) continue;
      if (m[1] === '' && Number(m[2]) === 0) {
        refuse(`X-Accel-Expires: ${text}`);
        continue;
      }
      valid = m[1] === '' ? Number(m[2]) : Number(m[2]) - now();
      noCache = '';
      expired = '';
    } else if (key === 'cache-control') {
      if (!heeded) continue;
      const said = `Cache-Control: ${text}`;
      if (!(valid !== null && accel)) {
        if (/no-cache|no-store|private/i.test(value)) {
          noCache ||= said;
          continue;
        }
        const age = /s-maxage=([^,; ]*)/i.exec(value) ?? /max-age=([^,; ]*)/i.exec(value);
        if (age) {
          if (!/^\d*$/.test(age[1]!)) {
            refuse(said);
            continue;
          }
          if (Number(age[1]) === 0) {
            noCache ||= said;
            continue;
          }
          valid = Number(age[1]);
          expired = '';
        }
      } else if (!ordered) continue;
      for (const stale of [/stale-while-revalidate=([^,; ]*)/i, /stale-if-error=([^,; ]*)/i])
        if (/\D/.test(stale.exec(value)?.[1] ?? '')) refuse(said);
    } else if (key === 'expires') {
      if (expires && ordered) continue;
      expires = true;
      if (!heeded || valid !== null) continue;
      const time = parseHttpTime(value);
      if (time === null || time < now()) expired ||= `Expires: ${text}`;
      else valid = time - now();
    } else if (key === 'vary' && heeded) {
      vary = vary === '' ? value : `${vary}, ${value}`;
      if (value === '*' || vary.length > LONGEST_VARY) refuse(`Vary: ${text}`);
    }
  }
  if (noCache !== '' || expired !== '') refuse(noCache || expired);
  return { cacheable: !never, why, seconds: valid };
}

/** Whether the answer is kept; what a client's conditions mean then is nginx's to say. */
function decideCache(run: Run, family: Family, answer: Answer, ignored: ReadonlySet<string>): void {
  const plan = run.exchange.cachePlan;
  if (!plan) return;
  const { prefix } = family;
  const lifetime = lifetimeOf(answer, ignored, () => clock(run), run.behaviour.weighsCacheHeaders);
  let { why } = lifetime;
  let stored = lifetime.cacheable;
  let valid = lifetime.seconds;
  run.reply.cacheable = stored;
  const refuse = (reason: string): void => {
    if (stored) why = reason;
    stored = false;
  };
  if (predicate(run, `${prefix}_no_cache`)) refuse(`${prefix}_no_cache holds`);
  if (stored && valid === null) {
    valid = validFor(run, prefix, answer.status);
    if (valid === null || valid === 0)
      refuse(`no lifetime: the answer names none, and ${prefix}_cache_valid has none for ${answer.status}`);
  }
  const uses = Number(run.text(`${prefix}_cache_min_uses`) ?? 1);
  run.exchange.cache = {
    at: atOf(plan.bypassed ?? plan.directive),
    zone: plan.zone,
    key: fromBytes(run.exchange.cacheKey),
    lookup: !plan.bypassed,
    store: stored,
    why: plan.bypassed
      ? `not read, ${prefix}_cache_bypass holds${stored ? '' : `; not stored: ${why}`}`
      : stored
        ? uses > 1
          ? `stored at request ${uses}`
          : 'stored'
        : `not stored: ${why}`,
    valid: stored ? valid : null,
  };
  run.report.step({ phase: 'response', handler: family.module, at: plan.directive, said: `cache ${plan.zone}: ${run.exchange.cache.why}` });
}

/** Whether the cache answers in the backend's place: nobody knows what lies in it, so it is taken for empty. */
function lookInCache(run: Run, family: Family, plan: CachePlan): boolean {
  if (plan.bypassed) {
    run.exchange.cacheStatus = 'BYPASS';
    return false;
  }
  const id = `cache:${plan.zone}`;
  const state = run.report.assume({
    id,
    what: `what cache ${plan.zone} holds for this request`,
    otherwise: 'MISS',
    why: 'it depends on the requests before this one',
    choices: ['MISS', 'HIT', 'EXPIRED'],
    at: plan.directive,
  });
  run.exchange.cacheStatus = state;
  if (state !== 'HIT') return false;
  run.report.step({
    phase: 'upstream',
    handler: family.module,
    at: plan.directive,
    said: `cache ${plan.zone}: answered from it`,
    assumption: id,
  });
  return true;
}

export const pair = (name: ByteString, value: ByteString): HeaderPair => [fromBytes(name), fromBytes(value)];
