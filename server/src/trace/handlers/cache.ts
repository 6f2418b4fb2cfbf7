/**
 * The cache before a backend: what it holds for a request, whether that is sent, and whether a new answer is stored (ngx_http_upstream_cache,
 * ngx_http_file_cache.c). What is in it depends on earlier requests: an assumption, and by default nothing does.
 */

import { type ByteString, fromBytes, lower, toBytes } from '../../base/bytes.ts';
import { table } from '../../base/table.ts';
import { parseOffset, parseTime } from '../../catalog/value-kind.ts';
import type { Directive } from '../../config/directive.ts';
import { atOf } from '../at.ts';
import { clock } from '../clock.ts';
import type { BackendAnswer, CacheUse } from '../exchange.ts';
import { bytesOf } from '../hops.ts';
import { parseHttpTime } from '../http-time.ts';
import type { Run } from '../run.ts';
import { errorPageFor } from '../special.ts';
import type { CacheFacts, HeaderPair } from '../trace.ts';

/** Behind the prefix of a family. */
export const OF_CACHES = [
  'cache',
  'cache_background_update',
  'cache_bypass',
  'cache_key',
  'cache_lock',
  'cache_lock_timeout',
  'cache_max_range_offset',
  'cache_methods',
  'cache_min_uses',
  'cache_revalidate',
  'cache_use_stale',
  'cache_valid',
  'no_cache',
] as const;

const METHOD_DEFAULTS = ['GET', 'HEAD'];

const truthy = (value: ByteString): boolean => value !== '' && value !== '0';

/** The first line of a predicates directive (`*_cache_bypass`, `*_no_cache`, `client_body_early_read`) that holds. */
export function holding(run: Run, name: string): Directive | null {
  for (const line of run.lines(name)) for (const value of line.values) if (truthy(run.value(value))) return line;
  return null;
}

/** The zone of a cache that comes before the backend for this request; null where none does. */
function zoneFor(run: Run, prefix: string): { readonly zone: string; readonly directive: Directive } | null {
  const directive = run.directive(`${prefix}_cache`);
  if (!directive || directive.value(0) === 'off') return null;
  const methods = new Set([
    ...METHOD_DEFAULTS,
    ...run.lines(`${prefix}_cache_methods`).flatMap((d) => d.values.map((v) => v.toUpperCase())),
  ]);
  if (!methods.has(run.methodName)) return null;
  const zone = run.value(directive.value(0));
  return zone === '' || zone === 'off' ? null : { zone: fromBytes(zone), directive };
}

/** What `*_cache_use_stale` says; none where it says `off`. */
function staleWords(run: Run, prefix: string): ReadonlySet<string> {
  const words = new Set(run.lines(`${prefix}_cache_use_stale`).flatMap((d) => d.values));
  if (words.has('off')) return new Set();
  // no live upstreams counts as an error
  if (words.has('error')) words.add('nolive');
  return words;
}

/** A range that begins too far behind the start is asked of the backend as it is, and not stored (ngx_http_upstream_cache_check_range). */
function rangeTooFar(run: Run, prefix: string): boolean {
  const range = run.header('range');
  const text = run.text(`${prefix}_cache_max_range_offset`);
  if (range === null || text === undefined) return false;
  const read = parseOffset(text);
  if (!read.ok) return false;
  if (read.value === 0) return true;
  const m = /^bytes= *(-)?(\d*)/i.exec(range);
  if (!m) return false;
  return m[1] !== undefined || Number(m[2] || 0) > read.value;
}

/** Why nothing is stored yet: `*_cache_min_uses` waits for more requests (NGX_HTTP_CACHE_SCARCE); '' where there were enough. */
function scarce(run: Run, prefix: string, zone: string): string {
  const directive = run.directive(`${prefix}_cache_min_uses`);
  const uses = Number(directive?.value(0) ?? 1);
  if (!directive || !(uses > 1)) return '';
  const before = run.report.assume({
    id: `cache-uses:${zone}`,
    what: `requests for this before this one, in cache ${zone}`,
    otherwise: '0',
    why: `${prefix}_cache_min_uses stores the answer to request ${uses}`,
    choices: ['0', String(uses - 1)],
    at: directive,
  });
  return (Number(before) || 0) + 1 < uses ? `${prefix}_cache_min_uses stores the answer to request ${uses}` : '';
}

/** Looks what the cache does for this request, before the request to the backend is written. Null: there is none. */
export function openCache(run: Run, prefix: string, key: () => ByteString): CacheUse | null {
  const found = zoneFor(run, prefix);
  run.exchange.cacheUse = null;
  if (!found) return null;
  const { zone, directive } = found;
  const bypassed = holding(run, `${prefix}_cache_bypass`);
  const use = (part: Partial<CacheUse>): CacheUse =>
    (run.exchange.cacheUse = {
      prefix,
      zone,
      directive,
      bypassed,
      key: key(),
      assumption: null,
      holds: false,
      serves: false,
      background: false,
      unstored: '',
      ...part,
    });
  const status = (text: string): void => {
    run.exchange.cacheStatus = text;
  };
  if (bypassed) {
    status('BYPASS');
    return use({});
  }
  const locks = run.flag(`${prefix}_cache_lock`, false);
  const id = `cache:${zone}`;
  const state = run.report.assume({
    id,
    what: `what cache ${zone} holds for this request`,
    otherwise: 'MISS',
    why: 'it depends on the requests before this one',
    // STALE and REVALIDATED are what becomes of an old answer: whoever names them means one
    choices: ['MISS', 'HIT', 'EXPIRED', 'UPDATING', 'STALE', 'REVALIDATED', ...(locks ? ['LOCKED'] : [])],
    at: directive,
  });
  const unstored = rangeTooFar(run, prefix)
    ? `the range begins behind ${prefix}_cache_max_range_offset`
    : state === 'MISS'
      ? scarce(run, prefix, zone)
      : '';
  if (state === 'HIT' || state === 'LOCKED') {
    status('HIT');
    if (state === 'LOCKED')
      run.report.step({
        phase: 'upstream',
        handler: `ngx_http_${prefix}_module`,
        at: run.directive(`${prefix}_cache_lock`) ?? directive,
        said: `waits for the request that fetches it, at most ${run.text(`${prefix}_cache_lock_timeout`) ?? '5s'}`,
        assumption: id,
      });
    return use({ assumption: id, holds: true, serves: true });
  }
  if (state === 'MISS') {
    status('MISS');
    return use({ assumption: id, unstored });
  }
  const updating = staleWords(run, prefix).has('updating') || staleTimes(run, prefix).updating > 0;
  if (state === 'UPDATING' && updating) {
    status('UPDATING');
    return use({ assumption: id, holds: true, serves: true });
  }
  if (updating && run.flag(`${prefix}_cache_background_update`, false)) {
    // so it is for the request that renews it
    status('EXPIRED');
    return use({ assumption: id, holds: true, serves: true, background: true, unstored });
  }
  status('EXPIRED');
  return use({ assumption: id, holds: true, unstored });
}

/** For how long the stored answer may be sent by itself when it is old, as far as its lines are known; seconds. */
const staleTimes = (run: Run, prefix: string): Pick<Lifetime, 'updating' | 'error'> =>
  lifetimeOf(
    { status: 200, headers: storedHeaders(run, prefix) },
    ignoredBy(run, prefix),
    () => clock(run),
    run.behaviour.weighsCacheHeaders,
  );

/**
 * The status of what is in the cache: that of the answer that the caller gave where the cache keeps such answers, else a good one. Of an old
 * answer a good one, for then what the caller gave is what the backend says now.
 */
function storedStatus(run: Run, prefix: string): number {
  const given = run.options.upstream?.status;
  if (given === undefined || given < 200) return 200;
  // whoever says by name what backends answer now means what was stored by the answer without a name
  const told = run.exchange.cacheStatus === 'HIT' || run.options.upstreams !== undefined;
  return given < 300 || (told && isKept(run, prefix, given)) ? given : 200;
}

/** Whether an answer with the lines that the caller gave and that status has a lifetime, its own or one of *_cache_valid. */
function isKept(run: Run, prefix: string, status: number): boolean {
  const headers = (run.options.upstream?.headers ?? []).map(([n, v]) => [toBytes(n), toBytes(v)] as const);
  const { cacheable, seconds } = lifetimeOf(
    { status, headers },
    ignoredBy(run, prefix),
    () => clock(run),
    run.behaviour.weighsCacheHeaders,
  );
  return cacheable && (seconds ?? validFor(run, prefix, status) ?? 0) > 0;
}

/** Lower-case names of the lines that *_ignore_headers takes the meaning from. */
export function ignoredBy(run: Run, prefix: string): ReadonlySet<string> {
  const directive = run.directive(`${prefix}_ignore_headers`);
  return directive ? new Set(directive.values.map((v) => v.toLowerCase())) : NONE_IGNORED;
}

const NONE_IGNORED: ReadonlySet<string> = new Set();

const storedHeaders = (run: Run, prefix: string): BackendAnswer['headers'] => {
  const { upstream } = run.options;
  const status = upstream?.status ?? 200;
  if (!upstream?.headers || (status >= 300 && status !== storedStatus(run, prefix))) return [];
  // an answer that sets a cookie is not kept, unless nobody looks at that
  const cookies = ignoredBy(run, prefix).has('set-cookie');
  return bytesOf(upstream.headers).filter(([n]) => cookies || lower(n) !== 'set-cookie');
};

/**
 * The answer that is in the cache: a good one, or an error that *_cache_valid keeps, with the lines that the caller gave to the
 * application's. A number: only the status of an error was kept, as intercepted errors and failures are (ngx_http_file_cache_t.error).
 */
export function storedAnswer(run: Run, prefix: string): BackendAnswer | number {
  const status = storedStatus(run, prefix);
  if (status >= 300 && run.flag(`${prefix}_intercept_errors`, false) && errorPageFor(run, status)) return status;
  const failure = run.options.upstream?.failure;
  const failed = failure === 'timeout' ? 504 : failure ? 502 : 0;
  if (failed && run.exchange.cacheStatus === 'HIT' && validFor(run, prefix, failed)) return failed;
  const headers = storedHeaders(run, prefix);
  const typed = headers.some(([n]) => lower(n) === 'content-type') || run.options.upstream?.headers !== undefined;
  return { status, headers: typed ? headers : [...headers, ['Content-Type', 'text/html; charset=utf-8']] };
}

/** What the stored answer gives to `$upstream_cache_last_modified` and `$upstream_cache_etag` while it is revalidated. */
export function validator(run: Run, name: 'last-modified' | 'etag'): ByteString | null {
  const { cacheUse, cacheStatus } = run.exchange;
  if (!cacheUse?.holds || cacheStatus !== 'EXPIRED' || !run.flag(`${cacheUse.prefix}_cache_revalidate`, false)) return null;
  const status = storedStatus(run, cacheUse.prefix);
  if (status !== 200 && status !== 206) return null;
  const given = storedHeaders(run, cacheUse.prefix);
  const line = given.find(([n]) => lower(n) === name)?.[1] ?? null;
  if (line !== null || given.length || name === 'etag') return line;
  return run.report.assume({
    id: `cache-date:${cacheUse.zone}`,
    what: `Last-Modified of what cache ${cacheUse.zone} holds`,
    otherwise: 'Thu, 01 Jan 2026 00:00:00 GMT',
    why: 'it depends on the requests before this one',
    at: cacheUse.directive,
  });
}

/** What an old answer of the cache becomes when the backend fails in that way; null: it does not help. */
export function staleFor(run: Run, prefix: string, failure: string): 'STALE' | null {
  const { cacheUse, cacheStatus } = run.exchange;
  if (!cacheUse?.holds || cacheStatus !== 'EXPIRED') return null;
  if (staleWords(run, prefix).has(failure)) return 'STALE';
  const heeded = run.behaviour.staleIfErrorForStatuses || !/^http_|^not_found$/.test(failure);
  return heeded && staleTimes(run, prefix).error > 0 ? 'STALE' : null;
}

/** Whether a 304 of the backend makes the old answer good again. */
export function revalidates(run: Run, prefix: string, status: number): boolean {
  const { cacheUse, cacheStatus } = run.exchange;
  return (
    status === 304 && cacheUse !== null && cacheUse.holds && cacheStatus === 'EXPIRED' && run.flag(`${prefix}_cache_revalidate`, false)
  );
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
  /** seconds for which it is sent when it is old: while another request renews it, and when that fails */
  readonly updating: number;
  readonly error: number;
}

const LONGEST_VARY = 128;

/** What the header lines of an answer say about keeping it (ngx_http_upstream_process_cache_control and its like). */
export function lifetimeOf(answer: BackendAnswer, ignored: ReadonlySet<string>, now: () => number, ordered: boolean): Lifetime {
  let why = '';
  let never = false;
  /** refusals that a later line may take back, in versions that look at all lines before they decide */
  let noCache = '';
  let expired = '';
  let valid: number | null = null;
  let accel = false;
  let expires = false;
  let vary = '';
  let updating = 0;
  let error = 0;
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
      // the time 0 is none at all
      valid = m[1] === '' ? Number(m[2]) : Number(m[2]) === 0 ? null : Number(m[2]) - now();
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
      // the first gives the time of both
      const [revalidate, failing] = [/stale-while-revalidate=([^,; ]*)/i, /stale-if-error=([^,; ]*)/i].map(
        (stale) => stale.exec(value)?.[1],
      );
      if (/\D/.test(revalidate ?? '') || /\D/.test(failing ?? '')) {
        refuse(said);
        continue;
      }
      if (revalidate !== undefined) updating = error = Number(revalidate);
      if (failing !== undefined) error = Number(failing);
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
  return { cacheable: !never, why, seconds: valid, updating, error };
}

/** What of the request tells stored answers apart (ngx_http_file_cache_vary). */
function varyOf(run: Run, headers: BackendAnswer['headers'], ignored: ReadonlySet<string>): HeaderPair[] {
  if (ignored.has('vary')) return [];
  const names = headers.filter(([n]) => lower(n) === 'vary').flatMap(([, v]) => v.split(',').map((name) => name.trim()));
  return [...new Set(names.filter((n) => n !== '' && n !== '*').map(lower))].map((name) => [
    fromBytes(name),
    fromBytes(run.headerLines(name).join(', ')),
  ]);
}

const apart = (vary: readonly HeaderPair[]): string => (vary.length ? `, apart for each ${vary.map(([n]) => n).join(', ')}` : '');

/**
 * Whether the answer is kept; what a client's conditions mean then is nginx's to say. `intercepted`: an error page takes its place, and only its
 * status is kept, whatever *_no_cache and *_buffering say (ngx_http_upstream_intercept_errors).
 */
export function decideCache(
  run: Run,
  prefix: string,
  module: string,
  answer: BackendAnswer,
  ignored: ReadonlySet<string>,
  intercepted: boolean,
): void {
  const { cacheUse: use } = run.exchange;
  if (!use) return;
  const lifetime = lifetimeOf(answer, ignored, () => clock(run), run.behaviour.weighsCacheHeaders);
  let { why } = lifetime;
  let stored = lifetime.cacheable;
  let valid = lifetime.seconds;
  run.reply.cacheable = stored && use.unstored === '';
  const refuse = (reason: string): void => {
    if (stored) why = reason;
    stored = false;
  };
  const accel = answer.headers.findLast(([n]) => lower(n) === 'x-accel-buffering')?.[1];
  const buffered =
    accel === undefined || ignored.has('x-accel-buffering') || !/^(?:yes|no)$/i.test(accel)
      ? run.flag(`${prefix}_buffering`, true)
      : lower(accel) === 'yes';
  // an answer that is not buffered goes by the cache (ngx_http_upstream_send_response frees its file)
  if (!buffered && !intercepted)
    refuse(accel !== undefined && lower(accel) === 'no' ? 'X-Accel-Buffering is no' : `${prefix}_buffering is off`);
  if (use.unstored !== '') refuse(use.unstored);
  if (intercepted && use.bypassed) refuse(NO_PLACE);
  // what sends the request on is used up by that (ngx_http_upstream_process_headers)
  if (!intercepted && !ignored.has('x-accel-redirect') && answer.headers.some(([n]) => lower(n) === 'x-accel-redirect'))
    refuse('X-Accel-Redirect sends the request on');
  // of both protocols only the end of the connection ends the answer, and to HEAD less comes than was announced
  if (
    !intercepted &&
    run.isHead &&
    (prefix === 'uwsgi' || prefix === 'scgi') &&
    answer.headers.some(([n, v]) => lower(n) === 'content-length' && Number(v) > 0)
  )
    refuse('the answer to HEAD has no body of the length that it names');
  if (!intercepted && holding(run, `${prefix}_no_cache`)) refuse(`${prefix}_no_cache holds`);
  if (stored && valid === null) {
    valid = validFor(run, prefix, answer.status);
    if (valid === null || valid === 0)
      refuse(`no lifetime: the answer names none, and ${prefix}_cache_valid has none for ${answer.status}`);
  }
  tellKept(run, use, module, {
    store: stored,
    why: stored ? (intercepted ? ONLY_STATUS : '') : why,
    valid,
    vary: stored && !intercepted ? varyOf(run, answer.headers, ignored) : [],
  });
}

const ONLY_STATUS = 'its status alone';
/** A status is kept with the place that the look-up made (ngx_http_file_cache_free). */
const NO_PLACE = 'its status alone is kept where the cache was asked before';

/** The same of a failure that nginx answers with 502 or 504: *_cache_valid may keep the status (ngx_http_upstream_finalize_request). */
export function decideFailure(run: Run, prefix: string, module: string, status: number): void {
  const { cacheUse: use } = run.exchange;
  if (!use || (status !== 502 && status !== 504)) return;
  const valid = validFor(run, prefix, status);
  const store = use.unstored === '' && !use.bypassed && valid !== null && valid > 0;
  const why = store ? ONLY_STATUS : use.bypassed ? NO_PLACE : use.unstored || `${prefix}_cache_valid has no lifetime for ${status}`;
  tellKept(run, use, module, { store, why, valid, vary: [] });
}

function tellKept(
  run: Run,
  use: CacheUse,
  module: string,
  { store, why, valid, vary }: Pick<CacheFacts, 'store' | 'why' | 'valid' | 'vary'>,
): void {
  const kept = store ? (why === '' ? 'stored' : `stored, ${why}`) : `not stored: ${why}`;
  run.exchange.cache = {
    at: atOf(use.bypassed ?? use.directive),
    zone: use.zone,
    key: fromBytes(use.key),
    status: run.exchange.cacheStatus,
    lookup: !use.bypassed,
    store,
    why: use.bypassed ? `not read, ${use.prefix}_cache_bypass holds${store ? '' : `; ${kept}`}` : kept,
    valid: store ? valid : null,
    vary,
  };
  run.report.step({
    phase: 'response',
    handler: module,
    at: use.directive,
    said: `cache ${use.zone}: ${run.exchange.cache.why}${apart(vary)}`,
  });
}

const SERVED: Readonly<Record<string, string>> = table({
  HIT: 'answered from it',
  STALE: 'its old answer is sent',
  UPDATING: 'its old answer is sent while another request renews it',
  REVALIDATED: 'its answer is good again',
});

/** Seconds for which a 304 makes the stored answer good again: by its own lines, by the stored ones, else by *_cache_valid. */
function renewedFor(run: Run, prefix: string, renewal: BackendAnswer): number | null {
  const stored = { status: storedStatus(run, prefix), headers: storedHeaders(run, prefix) };
  const [own, old] = [renewal, stored].map(
    (a) => lifetimeOf(a, ignoredBy(run, prefix), () => clock(run), run.behaviour.weighsCacheHeaders).seconds,
  );
  return own ?? old ?? validFor(run, prefix, stored.status);
}

/** Tells that the cache answers. `renewal`: the 304 by which it may. */
export function tellServed(run: Run, module: string, renewal: BackendAnswer | null = null): void {
  const { cacheUse: use, cacheStatus } = run.exchange;
  if (!use) return;
  const said = SERVED[cacheStatus ?? ''] ?? 'answered from it';
  const vary = varyOf(run, storedHeaders(run, use.prefix), ignoredBy(run, use.prefix));
  run.reply.cacheable = true;
  run.exchange.cache = {
    at: atOf(use.directive),
    zone: use.zone,
    key: fromBytes(use.key),
    status: cacheStatus,
    lookup: true,
    store: cacheStatus === 'REVALIDATED',
    why: `${cacheStatus}: ${said}`,
    valid: renewal ? renewedFor(run, use.prefix, renewal) : null,
    vary,
  };
  run.report.step({
    phase: 'upstream',
    handler: module,
    at: use.directive,
    said: `cache ${use.zone}: ${said}${apart(vary)}`,
    ...(use.assumption === null ? {} : { assumption: use.assumption }),
  });
}
