/** The header filters, in the order in which nginx runs them: what the answer's head becomes on its way to the client. */
import { type ByteString, byteArray, fromBytes, lower, toBytes } from '../base/bytes.ts';
import { parseSize, parseTime } from '../catalog/value-kind.ts';
import type { Directive } from '../config/directive.ts';
import { Slot } from '../config/slot.ts';
import { atOf } from './at.ts';
import { followBody } from './body.ts';
import { isKnownCharset, recodingOf } from './charsets.ts';
import { clock } from './clock.ts';
import { bufferingOf } from './facts.ts';
import { Failed } from './failed.ts';
import { MORE_HEADERS, moreHeaders } from './handlers/more-headers.ts';
import { slice } from './handlers/slice.ts';
import { OF_USERS, userid } from './handlers/userid.ts';
import { httpTime, parseHttpTime } from './http-time.ts';
import type { Reader } from './reader.ts';
import { change, type ReplyHeader } from './reply.ts';
import type { Run } from './run.ts';
import { compileValue } from './script.ts';
import { serverName } from './server-name.ts';
import type { Change } from './trace.ts';

/** ngx_http_send_header and the chain behind it. `answered`: the head is out; a status: a filter wants another answer. */
export function sendHeader(run: Run): 'answered' | number {
  const { reply } = run;
  if (reply.sent) return 'answered';
  if (run.reply.errStatus) {
    reply.status = run.reply.errStatus;
    reply.statusLine = false;
  }
  for (const filter of FILTERS) {
    const status = runFilter(filter, run);
    if (status !== undefined) return status;
  }
  reply.sent = true;
  followBody(run);
  return 'answered';
}

/** A filter that cannot make its lines ends the connection: the head is not sent. */
function runFilter(filter: Filter, run: Run): number | undefined {
  try {
    return filter.run(run);
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    return 444;
  }
}

export interface Filter extends Reader {
  /** A status: the head so far is dropped, another answer is made (ngx_http_filter_finalize_request). */
  run(run: Run): number | undefined;
}

const SAFE = new Set([200, 201, 204, 206, 301, 302, 303, 304, 307, 308]);

const filter = (module: string, run: Filter['run'], ...reads: readonly string[]): Filter => ({
  module: `ngx_http_${module}_filter_module`,
  reads,
  run,
});

/** One whose body is followed where its text is known (body.ts). */
const filterOfBodies = (module: string, run: Filter['run'], ...partly: readonly string[]): Filter => ({
  ...filter(module, run, ...partly),
  partly,
});

/** `clientTakesGzip` reads them, for whoever packs, unpacks or finds a packed file. */
export const OF_CLIENTS = ['gzip_disable', 'gzip_http_version', 'gzip_proxied'] as const;

/** In nginx's order. */
export const FILTERS: readonly Filter[] = [
  filter('slice', parts, 'slice'),
  filter('not_modified', notModified, 'if_modified_since'),
  filter('headers_more', moreHeaders, ...MORE_HEADERS),
  {
    ...filter('headers', addHeaders, 'add_header', 'add_header_inherit', 'expires', 'add_trailer', 'add_trailer_inherit'),
    // that there are trailers shows in the head, what they say comes behind the body
    partly: ['add_trailer', 'add_trailer_inherit'],
  },
  filter('userid', userid, ...OF_USERS),
  filter('gunzip', gunzip, 'gunzip', ...OF_CLIENTS),
  filterOfBodies('addition', addition, 'add_before_body', 'add_after_body', 'addition_types'),
  filterOfBodies('sub', substitution, 'sub_filter', 'sub_filter_types', 'sub_filter_last_modified'),
  {
    ...filter('charset', charset, 'charset', 'charset_map', 'charset_types', 'override_charset', 'source_charset'),
    partly: ['charset_map', 'source_charset'],
  },
  filterOfBodies('ssi', ssi, 'ssi', 'ssi_types', 'ssi_last_modified'),
  filter('gzip', gzip, 'gzip', 'gzip_min_length', 'gzip_types', ...OF_CLIENTS),
  filter('range', range, 'max_ranges'),
  filter('chunked', chunked, 'chunked_transfer_encoding'),
  filter('header', header, 'absolute_redirect', 'server_name_in_redirect', 'port_in_redirect'),
];

/** A list of ETags against one (ngx_http_test_if_match); `weak`: W/ counts for nothing. */
export function listHas(list: ByteString, etag: ByteString, weak: boolean): boolean {
  const bare = (text: ByteString): ByteString => (weak && text.length > 2 && text.startsWith('W/') ? text.slice(2) : text);
  const wanted = bare(etag);
  let at = 0;
  while (at < list.length) {
    if (weak && list.length - at > 2 && list.startsWith('W/', at)) at += 2;
    if (wanted.length > list.length - at) return false;
    if (list.startsWith(wanted, at) && /^[ \t]*(?:,|$)/.test(list.slice(at + wanted.length))) return true;
    const comma = list.indexOf(',', at);
    if (comma < 0) return false;
    at = comma;
    while (at < list.length && /[ \t,]/.test(list[at]!)) at++;
  }
  return false;
}

/** The ETag that the client names against the file's. */
const etagOfFile = (run: Run): string =>
  run.report.assume({
    id: 'etag',
    what: 'ETag of the file',
    otherwise: 'differs',
    why: "the file's date and size are not known",
    choices: ['differs', 'matches'],
  });

/** The file's date against the one that the client names. */
function dateOfFile(run: Run): 'newer' | 'same' | 'older' {
  const chosen = run.report.assume({
    id: 'last-modified',
    what: 'date of the file',
    otherwise: 'newer',
    why: "the file's date is not known",
    choices: ['newer', 'same', 'older'],
  });
  return chosen === 'same' || chosen === 'older' ? chosen : 'newer';
}

/**
 * ngx_http_not_modified_header_filter, for nginx's own answers and for those of a backend that a cache may keep. What depends on a file's
 * date or ETag is an assumption.
 */
function notModified(run: Run): number | undefined {
  const { reply } = run;
  if (reply.status !== 200 || (run.reply.relayed && !run.reply.cacheable) || run.parent) return undefined;
  const matches = (value: ByteString, weak: boolean): boolean => {
    if (value === '*') return true;
    if (reply.etag === null) return false;
    if (run.reply.relayed || reply.etag.value !== '') return listHas(value, reply.etag.value, weak);
    return etagOfFile(run) === 'matches';
  };
  /** the date of the answer against the client's */
  const dated = (value: ByteString): 'newer' | 'same' | 'older' => {
    if (run.reply.relayed || reply.lastModified) {
      const ours = parseHttpTime(reply.lastModified?.value ?? '') ?? -1;
      const theirs = parseHttpTime(value) ?? -1;
      return ours === theirs ? 'same' : ours > theirs ? 'newer' : 'older';
    }
    return dateOfFile(run);
  };
  const since = run.header('if-unmodified-since');
  if (since !== null && (!reply.hasLastModified || dated(since) === 'newer')) return fail(run, 412);
  const match = run.header('if-match');
  if (match !== null && !matches(match, false)) return fail(run, 412);
  const modified = run.header('if-modified-since');
  const none = run.header('if-none-match');
  if (modified === null && none === null) return undefined;
  if (modified !== null) {
    const mode = run.text('if_modified_since') ?? 'exact';
    if (!reply.hasLastModified || mode === 'off') return undefined;
    const age = dated(modified);
    if (age !== 'same' && (mode === 'exact' || age === 'newer')) return undefined;
  }
  if (none !== null && !matches(none, true)) return undefined;
  reply.status = 304;
  if (reply.body !== null) reply.body = '';
  reply.statusLine = false;
  reply.contentType = '';
  reply.contentLength = -1;
  reply.clearAcceptRanges();
  if (reply.contentEncoding) reply.contentEncoding.live = false;
  reply.contentEncoding = null;
  run.report.step({ phase: 'filter', handler: 'ngx_http_not_modified_filter_module', said: 'not modified: 304' });
  return undefined;
}

/** ngx_http_filter_finalize_request: the head so far is dropped. */
function fail(run: Run, status: number): number {
  const { reply } = run;
  for (const h of reply.headers) h.live = false;
  reply.location = null;
  reply.etag = null;
  reply.lastModified = null;
  reply.hasLastModified = false;
  reply.body = null;
  run.reply.file = null;
  run.reply.relayed = false;
  run.report.step({ phase: 'filter', handler: 'ngx_http_not_modified_filter_module', said: `precondition failed: ${status}` });
  return status;
}

interface AddedHeader {
  readonly directive: Directive;
  readonly name: ByteString;
  readonly value: string;
  readonly always: boolean;
}

const added = new Slot<Directive, AddedHeader>();

function readAdded(directive: Directive): AddedHeader {
  let read = added.get(directive);
  if (!read) {
    const [name = '', value = '', third] = directive.values;
    added.set(directive, (read = { directive, name: toBytes(name), value, always: third === 'always' }));
  }
  return read;
}

/** ngx_http_headers_filter: expires and add_header. */
function addHeaders(run: Run): undefined {
  if (run.parent) return;
  const { reply } = run;
  const safe = SAFE.has(reply.status);
  const expires = run.directive('expires');
  if (expires && safe) setExpires(run, expires);
  reply.trailers = run.lines('add_trailer').some((line) => safe || line.value(2) === 'always');
  const lines = run.lines('add_header');
  if (!lines.length) return;
  const put: Change[] = [];
  const tell = (line: Directive, name: ByteString, value: ByteString): unknown =>
    put.push({ what: fromBytes(name), from: null, to: fromBytes(value), at: atOf(line) });
  for (const line of lines) {
    const h = readAdded(line);
    if (!safe && !h.always) continue;
    const value = run.value(compileValue(h.value));
    const name = lower(h.name);
    if (name === 'last-modified' || name === 'etag') {
      replaceLine(run, name === 'etag' ? 'etag' : 'lastModified', h, value);
      if (value !== '') tell(line, h.name, value);
      continue;
    }
    if (value === '') continue;
    const header = reply.add(h.name, value, line);
    if (name === 'cache-control') reply.cacheControl.push(header);
    if (name === 'link') reply.link.push(header);
    tell(line, h.name, value);
  }
  if (put.length)
    run.report.step({
      phase: 'filter',
      handler: 'ngx_http_headers_filter_module',
      at: lines[0]!,
      said: `${put.length} header${put.length > 1 ? 's' : ''} added`,
      changed: put,
    });
  else if (!safe) {
    run.report.step({
      phase: 'filter',
      handler: 'ngx_http_headers_filter_module',
      at: lines[0]!,
      said: `add_header without always does not apply to ${reply.status}`,
    });
  }
}

function replaceLine(run: Run, slot: 'etag' | 'lastModified', h: AddedHeader, value: ByteString): void {
  const { reply } = run;
  const old = reply[slot];
  if (value === '') {
    if (old) old.live = false;
    reply[slot] = null;
    if (slot === 'lastModified') reply.hasLastModified = false;
    return;
  }
  if (old) {
    old.value = value;
    old.origin = 'nginx';
    old.name = h.name;
    old.live = true;
    old.from = h.directive;
  } else reply[slot] = reply.add(h.name, value, h.directive);
  if (slot === 'lastModified') reply.hasLastModified = parseHttpTime(value) !== null;
}

interface Expires {
  readonly kind: 'epoch' | 'max' | 'off' | 'access' | 'modified' | 'daily';
  readonly seconds: number;
}

/** ngx_http_parse_expires; null for what nginx refuses. */
export function readExpires(text: ByteString, modified: boolean): Expires | null {
  if (!modified && (text === 'epoch' || text === 'max' || text === 'off')) return { kind: text, seconds: 0 };
  const daily = text.startsWith('@');
  if (daily && modified) return null;
  const minus = text.startsWith('-');
  const read = parseTime(/^[@+-]/.test(text) ? text.slice(1) : text, 'sec');
  if (!read.ok) return null;
  if (daily && read.value > 86400) return null;
  return { kind: daily ? 'daily' : modified ? 'modified' : 'access', seconds: minus ? -read.value : read.value };
}

/** ngx_http_set_expires. */
function setExpires(run: Run, directive: Directive): void {
  const { reply } = run;
  const words = directive.values;
  const modified = words.length === 2 && words[0] === 'modified';
  const source = compileValue(words.at(-1) ?? 'off');
  const expires = readExpires(run.value(source), modified);
  if (!expires || expires.kind === 'off') return;
  const set = (date: ByteString, control: ByteString): void => {
    if (reply.expires) {
      change(reply.expires, date);
      reply.expires.live = true;
    } else reply.expires = reply.add('Expires', date, directive);
    const [first, ...rest] = reply.cacheControl;
    for (const h of rest) h.live = false;
    if (first) {
      change(first, control);
      first.from = directive;
      reply.cacheControl = [first];
    } else reply.cacheControl = [reply.add('Cache-Control', control, directive)];
    run.report.step({
      phase: 'filter',
      handler: 'ngx_http_headers_filter_module',
      at: directive,
      said: `expires: ${fromBytes(control)}`,
      changed: [{ what: 'Cache-Control', from: null, to: fromBytes(control) }],
    });
  };
  if (expires.kind === 'epoch') {
    set('Thu, 01 Jan 1970 00:00:01 GMT', 'no-cache');
    return;
  }
  if (expires.kind === 'max') {
    set('Thu, 31 Dec 2037 23:55:55 GMT', 'max-age=315360000');
    return;
  }
  const now = clock(run);
  if (expires.seconds === 0 && expires.kind !== 'daily') {
    set(httpTime(now), 'max-age=0');
    return;
  }
  let age = expires.seconds;
  if (expires.kind === 'daily') {
    const midnight = now - (now % 86400);
    age = midnight + expires.seconds - now;
    if (age <= 0) age += 86400;
    run.report.assume({
      id: 'timezone',
      what: 'the time zone of the server',
      otherwise: 'UTC',
      why: 'expires @time counts in local time',
      choices: ['UTC'],
    });
  } else if (expires.kind === 'modified' && reply.hasLastModified) {
    const date = parseHttpTime(reply.lastModified?.value ?? '');
    if (date !== null) {
      age = date + expires.seconds - now;
      set(httpTime(date + expires.seconds), expires.seconds < 0 || age < 0 ? 'no-cache' : `max-age=${age}`);
      return;
    }
    const old = Number(
      run.report.assume({ id: 'file-age', what: 'age of the file in seconds', otherwise: '0', why: "the file's date is not known" }),
    );
    age = expires.seconds - (Number.isFinite(old) ? old : 0);
  }
  set(httpTime(now + age), expires.seconds < 0 || age < 0 ? 'no-cache' : `max-age=${age}`);
}

/** What a filter that changes the body does to the head; the body follows in body.ts. */
function changesBody(run: Run, by: string, keepsDates: boolean): void {
  const { reply } = run;
  reply.rewrites.add(by);
  if (run.parent) return;
  reply.contentLength = -1;
  if (keepsDates) reply.weakenEtag();
  else {
    reply.clearLastModified();
    reply.clearEtag();
  }
}

const fitsTypes = (run: Run, directive: string): boolean => {
  const types = typesOf(run, directive, ['text/html'], ['text/html']);
  return types === null || types.has(run.reply.bareType);
};

/** ngx_http_slice_header_filter. */
function parts(run: Run): undefined {
  if (slice(run)) return;
  run.reply.kind = 'closed';
  run.reply.closed = true;
}

/** ngx_http_gunzip_header_filter: what the client cannot read is unpacked. */
function gunzip(run: Run): undefined {
  const { reply } = run;
  const encoding = reply.contentEncoding;
  if (!run.flag('gunzip', false) || !encoding?.live || lower(encoding.value) !== 'gzip') return;
  reply.gzipVary = true;
  if (clientTakesGzip(run).ok) return;
  encoding.live = false;
  reply.contentEncoding = null;
  changesBody(run, 'unpacked', true);
  reply.clearAcceptRanges();
  run.report.step({
    phase: 'filter',
    handler: 'ngx_http_gunzip_filter_module',
    at: run.directive('gunzip') ?? null,
    said: 'unpacked, the client does not accept gzip',
  });
}

/** ngx_http_addition_header_filter. */
function addition(run: Run): undefined {
  const { reply } = run;
  if (reply.status !== 200 || run.parent) return;
  if (!run.text('add_before_body') && !run.text('add_after_body')) return;
  if (!fitsTypes(run, 'addition_types')) return;
  changesBody(run, 'addition', true);
  reply.clearAcceptRanges();
}

/** ngx_http_sub_header_filter. */
function substitution(run: Run): undefined {
  if (
    !run.lines('sub_filter').some((d) => run.value(d.value(0)) !== '') ||
    run.reply.contentLength === 0 ||
    !fitsTypes(run, 'sub_filter_types')
  )
    return;
  changesBody(run, 'sub_filter', run.flag('sub_filter_last_modified', false));
}

/** ngx_http_ssi_header_filter. */
function ssi(run: Run): undefined {
  if (!run.flag('ssi', false) || run.reply.contentLength === 0 || !fitsTypes(run, 'ssi_types')) return;
  changesBody(run, 'ssi', run.flag('ssi_last_modified', false));
  if (!run.parent) run.reply.clearAcceptRanges();
}

const CHARSET_TYPES = ['text/html', 'text/xml', 'text/plain', 'text/vnd.wap.wml', 'application/javascript', 'application/rss+xml'];

/** The types of a *_types directive in force; null when `*` takes all. */
function typesOf(run: Run, name: string, always: readonly string[], otherwise: readonly string[]): ReadonlySet<string> | null {
  const lines = run.lines(name);
  if (!lines.length) return new Set(otherwise);
  const words = lines.flatMap((d) => d.values);
  return words.includes('*') ? null : new Set([...always, ...words.map((w) => w.toLowerCase())]);
}

/** A charset that the configuration asks for; null: none, `failed`: its variable is not there. */
function charsetAsked(run: Run, name: 'charset' | 'source_charset'): ByteString | null | 'failed' {
  const directive = run.directive(name);
  const wanted = directive?.value(0);
  if (!directive || !wanted || wanted === 'off') return null;
  const value = run.value(wanted);
  // ngx_http_get_charset of a variable that is not there is an error
  if (value !== '' || !/^\$\w+$/.test(wanted) || run.variable(wanted.slice(1).toLowerCase()) !== null) return value;
  run.report.step({
    phase: 'filter',
    handler: 'ngx_http_charset_filter_module',
    at: directive,
    said: `${wanted} has no value: closed without an answer`,
  });
  return 'failed';
}

/** ngx_http_destination_charset, and ngx_http_main_request_charset of a piece of a body. */
function charsetWanted(run: Run): ByteString | null | 'failed' {
  const { reply } = run;
  if (run.parent) {
    let main: Run = run;
    while (main.parent) main = main.parent;
    return main.reply.charset || null;
  }
  if (reply.contentType === '') return null;
  if (reply.overrideCharset !== '') return isKnownCharset(run.config, reply.overrideCharset) ? reply.overrideCharset : null;
  const wanted = run.text('charset');
  if (!wanted || wanted === 'off') return null;
  if (reply.charset !== '') return run.flag('override_charset', false) ? charsetAsked(run, 'charset') : null;
  const types = typesOf(run, 'charset_types', ['text/html'], CHARSET_TYPES);
  return types && !types.has(reply.bareType) ? null : charsetAsked(run, 'charset');
}

/** ngx_http_charset_header_filter: the charset of Content-Type, and whether the body is recoded. */
function charset(run: Run): number | undefined {
  const { reply } = run;
  run.followed.add('recode');
  const to = charsetWanted(run);
  if (to === null) return undefined;
  const from = to === 'failed' ? 'failed' : reply.charset !== '' ? reply.charset : charsetAsked(run, 'source_charset');
  if (to === 'failed' || from === 'failed') {
    reply.kind = 'closed';
    reply.closed = true;
    return undefined;
  }
  const put = (): void => {
    if (run.parent) return;
    // the page of a redirect keeps no charset
    reply.charset = reply.status === 301 || reply.status === 302 ? '' : to;
  };
  if (from === null) {
    put();
    return undefined;
  }
  const known = isKnownCharset(run.config, from) && isKnownCharset(run.config, to);
  const same = lower(from) === lower(to);
  if (!same && known && reply.contentEncoding?.live && reply.contentEncoding.value !== '') return undefined;
  const recoding = same || !known ? null : recodingOf(run.config, from, to);
  if (!same && !recoding) {
    run.report.step({
      phase: 'filter',
      handler: 'ngx_http_charset_filter_module',
      at: run.directive('charset') ?? null,
      said: `no charset_map between ${fromBytes(from)} and ${fromBytes(to)}: the body stays as it is`,
    });
    return undefined;
  }
  if (known) {
    reply.contentType = reply.contentType.slice(0, reply.typeLength < 0 ? undefined : reply.typeLength);
    reply.typeLength = reply.contentType.length;
  }
  put();
  if (!recoding) return undefined;
  reply.recoding = recoding;
  reply.rewrites.add('recode');
  run.followed.delete('recode');
  if (recoding.resizes && !run.parent) {
    reply.contentLength = -1;
    reply.lengthKnown = true;
  }
  run.report.step({
    phase: 'filter',
    handler: 'ngx_http_charset_filter_module',
    at: run.directive('source_charset') ?? run.directive('charset') ?? null,
    said: `the body is recoded from ${fromBytes(from)} to ${fromBytes(to)}`,
  });
  return undefined;
}

/** ngx_http_gzip_ok. */
export function clientTakesGzip(run: Run): { readonly ok: boolean; readonly why: string } {
  const no = (why: string): { ok: boolean; why: string } => ({ ok: false, why });
  if (run.parent) return no('a subrequest');
  const accept = run.header('accept-encoding');
  if (accept === null || !acceptsGzip(accept)) return no('the client does not accept gzip');
  const agent = run.header('user-agent') ?? '';
  const disabled = run.lines('gzip_disable').flatMap((d) => d.values);
  if (disabled.includes('msie6') && /MSIE [45]\.|MSIE 6\.(?!.*SV1)/.test(agent) && !agent.includes('Opera'))
    return no('gzip_disable matches');
  if (run.version < (run.text('gzip_http_version') === '1.0' ? 1000 : 1001)) return no('the request is older than gzip_http_version');
  if (run.header('via') !== null && !proxiedAllows(run)) return no('gzip_proxied forbids it for requests with Via');
  if (run.header('user-agent') !== null)
    for (const pattern of disabled) {
      if (pattern === 'msie6' || pattern === 'degradation') continue;
      const compiled = run.config.regexes.compile(pattern, { caseless: true });
      if (compiled.ok && compiled.regex.match(byteArray(agent)) !== 'no') return no('gzip_disable matches');
    }
  return { ok: true, why: '' };
}

function proxiedAllows(run: Run): boolean {
  const { reply } = run;
  const words = new Set(run.directive('gzip_proxied')?.values ?? ['off']);
  if (words.has('off')) return false;
  if (words.has('any')) return true;
  if (words.has('auth') && run.header('authorization') !== null) return true;
  if (reply.expires?.live) {
    if (!words.has('expired')) return false;
    const expires = parseHttpTime(reply.expires.value);
    return expires !== null && expires < clock(run);
  }
  const controls = reply.cacheControl.filter((h) => h.live);
  if (controls.length) {
    const has = (token: string): boolean => controls.some((h) => hasToken(h.value, token));
    return (
      (words.has('no-cache') && has('no-cache')) || (words.has('no-store') && has('no-store')) || (words.has('private') && has('private'))
    );
  }
  // the date of a file is no line yet
  if (words.has('no_last_modified') && reply.lastModified && !reply.dates) return false;
  if (words.has('no_etag') && reply.etag) return false;
  return true;
}

/** A bare token in a list, as ngx_http_parse_multi_header_lines without a value finds it. */
const hasToken = (value: ByteString, token: string): boolean =>
  value.split(/[,;]/).some((part) => lower(part.replace(/^ +/, '')).replace(/ +$/, '') === token);

/** ngx_http_gzip_accept_encoding. */
export function acceptsGzip(value: ByteString): boolean {
  if (value.length < 4) return false;
  if (value.startsWith('gzip,')) return true;
  const text = value.toLowerCase();
  let at = -1;
  for (let from = 0; ; ) {
    at = text.indexOf('gzip', from);
    if (at < 0) return false;
    if (at === 0 || text[at - 1] === ',' || text[at - 1] === ' ') break;
    from = at + 4;
  }
  const m = /^ *(?:,|(;) *([qQ])?(.*))?/s.exec(value.slice(at + 4))!;
  const rest = value.slice(at + 4);
  if (/^ *(,|$)/.test(rest)) return true;
  if (m[1] === undefined) return false;
  if (m[2] === undefined) return m[3] === '';
  const quality = m[3] ?? '';
  if (!quality.startsWith('=') || quality.length < 2) return false;
  return quantity(quality.slice(1)) !== 0;
}

/** ngx_http_gzip_quantity: 0 to 100, and 0 for what is malformed. */
function quantity(text: ByteString): number {
  const c = text[0]!;
  if (c !== '0' && c !== '1') return 0;
  let q = Number(c) * 100;
  if (text.length === 1) return q;
  const next = text[1]!;
  if (next === ',' || next === ' ') return q;
  if (next !== '.') return 0;
  let n = 0;
  for (let i = 2; i < text.length; i++) {
    const d = text[i]!;
    if (d === ',' || d === ' ') break;
    if (d >= '0' && d <= '9') {
      q += Number(d);
      n++;
      continue;
    }
    return 0;
  }
  return q > 100 || n > 3 ? 0 : q;
}

/** ngx_http_gzip_header_filter. */
function gzip(run: Run): undefined {
  const { reply } = run;
  const decide = (used: boolean, why: string): undefined => {
    run.reply.compression = { gzip: used, why };
    return undefined;
  };
  if (!run.flag('gzip', false)) return decide(false, 'gzip is off');
  if (reply.status !== 200 && reply.status !== 403 && reply.status !== 404) return decide(false, `status ${reply.status}`);
  if (reply.contentEncoding?.live && reply.contentEncoding.value !== '') return decide(false, 'the answer is encoded already');
  const size = run.text('gzip_min_length');
  const read = size === undefined ? null : parseSize(size);
  const least = read?.ok ? read.value : 20;
  if (reply.contentLength !== -1 && reply.contentLength < least) return decide(false, `shorter than gzip_min_length ${least}`);
  const types = typesOf(run, 'gzip_types', ['text/html'], ['text/html']);
  if (types && !types.has(reply.bareType)) return decide(false, 'the type is not in gzip_types');
  if (reply.headerOnly) return decide(false, 'no body');
  reply.gzipVary = true;
  const { ok, why } = clientTakesGzip(run);
  if (!ok) return decide(false, why);
  reply.contentEncoding = reply.add('Content-Encoding', 'gzip', run.directive('gzip') ?? null);
  reply.contentLength = -1;
  reply.clearAcceptRanges();
  reply.weakenEtag();
  decide(true, '');
  run.report.step({
    phase: 'filter',
    handler: 'ngx_http_gzip_filter_module',
    at: run.directive('gzip') ?? null,
    said: 'compressed with gzip',
  });
}

const MAX_OFFSET = 2n ** 63n - 1n;

type Ranges = 'all' | 'none' | readonly (readonly [start: number, end: number])[];

/** ngx_http_range_parse of what comes after `bytes=`: `all`: the whole is sent; `none`: 416; ends are exclusive. */
export function readRanges(text: ByteString, length: number, most: number): Ranges {
  const ranges: [number, number][] = [];
  let size = 0;
  for (const part of text.split(',')) {
    const m = /^ *(?:(\d+) *- *(\d*) *|-(\d+) *)$/.exec(part);
    // what no off_t holds is no range
    if (!m || m.slice(1).some((n) => n !== undefined && n.length > 18 && BigInt(n) > MAX_OFFSET)) return 'none';
    let start: number;
    let end: number;
    if (m[3] !== undefined) {
      const tail = Number(m[3]);
      start = tail < length ? length - tail : 0;
      end = length;
    } else {
      start = Number(m[1]);
      end = m[2] === '' ? length : Math.min(Number(m[2]) + 1, length);
    }
    if (start < end) {
      ranges.push([start, end]);
      size += end - start;
      if (ranges.length > most) return 'all';
    } else if (start === 0) return 'all';
  }
  if (!ranges.length) return 'none';
  return size > length ? 'all' : ranges;
}

/** ngx_http_range_header_filter. */
function range(run: Run): number | undefined {
  const { reply } = run;
  if (reply.status !== 200 || reply.contentLength === -1 || !reply.allowRanges || run.version < 1000 || run.parent) return undefined;
  const most = Number(run.text('max_ranges') ?? Number.POSITIVE_INFINITY);
  if (most === 0) return undefined;
  const asked = run.header('range');
  const whole = (): undefined => {
    reply.acceptRanges = reply.add('Accept-Ranges', 'bytes');
  };
  if (asked === null || asked.length < 7 || asked.slice(0, 6).toLowerCase() !== 'bytes=') return whole();
  if (!rangeStillValid(run)) return whole();
  const tell = (status: number): void =>
    run.report.step({ phase: 'filter', handler: 'ngx_http_range_filter_module', said: `${fromBytes(asked)}: ${status}` });
  if (!reply.lengthKnown) {
    const answer = run.report.assume({
      id: 'range',
      what: `Range ${fromBytes(asked)}`,
      otherwise: '206',
      why: "the file's size is not known",
      choices: ['206', '416', '200'],
    });
    run.report.step({ phase: 'filter', handler: 'ngx_http_range_filter_module', said: `range: ${answer}`, assumption: 'range' });
    if (answer === '416') return 416;
    if (answer !== '206') return whole();
    reply.status = 206;
    reply.statusLine = false;
    return undefined;
  }
  const ranges = readRanges(asked.slice(6), reply.contentLength, reply.singleRange ? 1 : most);
  if (ranges === 'all') return whole();
  if (ranges === 'none') {
    tell(416);
    reply.setContentRange(`bytes */${reply.contentLength}`);
    reply.contentLength = -1;
    run.reply.file = null;
    run.reply.relayed = false;
    reply.body = null;
    return 416;
  }
  tell(206);
  reply.status = 206;
  reply.statusLine = false;
  const [first] = ranges;
  if (ranges.length === 1 && first) {
    reply.setContentRange(`bytes ${first[0]}-${first[1] - 1}/${reply.contentLength}`);
    reply.contentLength = first[1] - first[0];
    reply.takePart((text) => text.slice(first[0], first[1]));
  } else {
    const boundary = run.report.assume({
      id: 'boundary',
      what: 'boundary between ranges',
      otherwise: '00000000000000000001',
      why: 'nginx counts it up',
    });
    const { contentType, charset, contentLength: size } = reply;
    const type = charset !== '' && !contentType.includes(';') ? `${contentType}; charset=${charset}` : contentType;
    // ngx_http_range_multipart_header: nginx's own boundaries have 20 digits
    const heads = ranges.map(
      ([start, end]) => `\r\n--${boundary}\r\nContent-Type: ${type}\r\nContent-Range: bytes ${start}-${end - 1}/${size}\r\n\r\n`,
    );
    const last = `\r\n--${boundary}--\r\n`;
    reply.contentLength = ranges.reduce((sum, [start, end], i) => sum + heads[i]!.length + end - start, last.length);
    reply.takePart((text) => ranges.map(([start, end], i) => heads[i]! + text.slice(start, end)).join('') + last);
    reply.setType(toBytes(`multipart/byteranges; boundary=${boundary}`));
    reply.charset = '';
  }
  return undefined;
}

/** If-Range against the answer; true where there is none. */
function rangeStillValid(run: Run): boolean {
  const { reply } = run;
  const value = run.header('if-range');
  if (value === null) return true;
  if (value.length >= 2 && value.endsWith('"')) {
    if (!reply.etag) return false;
    if (reply.etag.value !== '') return value === reply.etag.value;
    return etagOfFile(run) === 'matches';
  }
  if (!reply.hasLastModified) return false;
  if (reply.lastModified) return parseHttpTime(value) === parseHttpTime(reply.lastModified.value);
  return dateOfFile(run) === 'same';
}

/** ngx_http_chunked_header_filter. */
function chunked(run: Run): undefined {
  const { reply } = run;
  if (reply.status === 304 || reply.status === 204 || reply.status < 200 || run.isHead) return;
  if (reply.contentLength !== -1 && !reply.trailers) return;
  if (run.version >= 2000) return;
  if (run.version >= 1001 && run.flag('chunked_transfer_encoding', true)) {
    reply.contentLength = -1;
    reply.chunked = true;
  } else if (reply.contentLength === -1) run.keepalive = false;
}

/** ngx_http_header_filter: the absolute Location, and the lines that nginx writes by itself. */
function header(run: Run): undefined {
  const { reply } = run;
  if (run.version < 1000) return;
  if (run.isHead) reply.headerOnly = true;
  // in HTTP/2 and 3 a status has its meaning whoever wrote the line (ngx_http_v2_header_filter)
  const meant = !reply.statusLine || run.version >= 2000;
  if (meant && (reply.status === 204 || reply.status === 304)) reply.headerOnly = true;
  if (meant && reply.status === 204) {
    reply.contentType = '';
    reply.contentLength = -1;
  }
  if (!reply.headerOnly && (reply.status === 204 || reply.status === 304) && reply.rewrites.has('unpacked')) {
    // without buffers the header is on its way when nothing can be unpacked
    const isSent = bufferingOf(run).buffering === false;
    run.report.step({
      phase: 'filter',
      handler: 'ngx_http_gunzip_filter_module',
      at: run.directive('gunzip') ?? null,
      said: `there is no body to unpack in an answer of ${reply.status}, closed ${isSent ? 'after its header' : 'without an answer'}`,
    });
    if (!isSent) {
      reply.kind = 'closed';
      reply.closed = true;
    }
  }
  if (reply.body !== null && (reply.status === 204 || reply.status === 304)) reply.body = '';
  // a file's date goes with the file only
  if (reply.dates && ![200, 206, 304].includes(reply.status)) reply.clearLastModified();
  const { location } = reply;
  if (location?.live && location.value.startsWith('/') && run.flag('absolute_redirect', true)) {
    const before = location.value;
    change(location, origin(run) + before);
    location.name = 'Location';
  }
}

/** Scheme, host and port that a relative Location gets. */
export function origin(run: Run): ByteString {
  const host = run.flag('server_name_in_redirect', false)
    ? serverName(run)
    : run.host !== ''
      ? run.host
      : toBytes(run.connection.localAddress);
  const usual = run.connection.tls ? 443 : 80;
  const port =
    run.flag('port_in_redirect', true) && run.connection.localPort !== usual && run.connection.localPort > 0
      ? `:${run.connection.localPort}`
      : '';
  return `${run.connection.tls ? 'https' : 'http'}://${host}${port}`;
}

/** Lines of the answer that are live, the Location first. */
export function liveHeaders(run: Run): ReplyHeader[] {
  const { reply } = run;
  const live = reply.headers.filter((h) => h.live);
  return reply.location?.live ? [reply.location, ...live.filter((h) => h !== reply.location)] : live;
}
