/**
 * headers-more (Debian's 0.34): lines of `more_set_headers` and `more_clear_headers` in the header filter, and those of the request's own lines
 * at the end of the rewrite phase; of outer levels first, each as it is written. Unlike add_header's they replace what is there and apply to every
 * status.
 */
import { type ByteString, fromBytes, lower, toBytes } from '../../base/bytes.ts';
import { table } from '../../base/table.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { Slot } from '../../config/slot.ts';
import { atOf } from '../at.ts';
import { type Level, PerLevel } from '../level.ts';
import { change, type Reply, type ReplyHeader } from '../reply.ts';
import type { Run, Verdict } from '../run.ts';
import { compileValue } from '../script.ts';
import type { Change } from '../trace.ts';

/** The directives that this filter reads. */
export const MORE_HEADERS = ['more_set_headers', 'more_clear_headers'] as const;

const MORE_INPUT_HEADERS = ['more_set_input_headers', 'more_clear_input_headers'] as const;

export interface MoreHeader {
  readonly name: string;
  /** with variables; empty: the header is taken out */
  readonly value: string;
}

/** A line's headers, and the answers that it is about; an empty list is all. */
interface Command {
  readonly directive: Directive;
  readonly statuses: readonly string[];
  readonly types: readonly string[];
  readonly headers: readonly MoreHeader[];
  /** `-a` of newer versions, by their documentation: headers that nginx does not keep apart are added, whatever is there */
  readonly adds: boolean;
  /** `-r`: only what is there is set */
  readonly replaces: boolean;
}

const read = new Slot<Directive, Command>();

/** A line as ngx_http_headers_more_parse_directive reads it: options first or between, the rest are headers. */
export function readMoreHeaders(directive: Directive): Command {
  let found = read.get(directive);
  if (found) return found;
  const statuses: string[] = [];
  const types: string[] = [];
  const headers: MoreHeader[] = [];
  const { values } = directive;
  for (let i = 0; i < values.length; i++) {
    const word = values[i]!;
    if (word === '-s') statuses.push(...(values[++i] ?? '').split(/[ \t]+/).filter(Boolean));
    else if (word === '-t') types.push(...(values[++i] ?? '').split(/[ \t;]+/).filter(Boolean));
    else if (!word.startsWith('-')) {
      const colon = word.indexOf(':');
      const name = (colon < 0 ? word : word.slice(0, colon)).trim();
      const value = colon < 0 || directive.name.startsWith('more_clear_') ? '' : word.slice(colon + 1).replace(/^[ \t]+/, '');
      if (name) headers.push({ name, value });
    }
  }
  read.set(
    directive,
    (found = {
      directive,
      statuses,
      types,
      headers,
      adds: directive.name === 'more_set_headers' && values.includes('-a'),
      replaces: values.includes('-r'),
    }),
  );
  return found;
}

/** ngx_http_headers_more_merge_loc_conf: the lines of the level around come before the own ones. */
function commandsOf(level: Level, names: readonly string[]): readonly Command[] {
  const byScope = new Map<Scope, Directive[]>();
  for (const name of names)
    for (const line of level.inForce(name)) {
      const known = byScope.get(line.scope);
      if (known) known.push(line);
      else byScope.set(line.scope, [line]);
    }
  const chain: Directive[][] = [];
  for (let at: Scope | null = level.scope; at && chain.length < byScope.size; at = at.parent) {
    const scope = at;
    const lines = byScope.get(scope);
    // lines of one name are in order already
    if (lines?.some((d) => d.name !== lines[0]!.name)) lines.sort((a, b) => scope.indexOf(a) - scope.indexOf(b));
    if (lines) chain.unshift(lines);
  }
  return chain.flat().map(readMoreHeaders);
}

const commands = new PerLevel((level) => commandsOf(level, MORE_HEADERS));
const inputCommands = new PerLevel((level) => commandsOf(level, MORE_INPUT_HEADERS));

/** What the module takes for no host (ngx_http_headers_more_validate_host): less than nginx does. */
const BAD_HOST = /[/\0]|\.\./;

/** ngx_http_headers_more_exec_input_cmd, which is put off to the end of the rewrite phase. */
export const moreInputHandler = {
  module: 'ngx_http_headers_more_filter_module',
  reads: MORE_INPUT_HEADERS,
  run(run: Run): Verdict {
    for (const { directive, types, headers, replaces } of inputCommands.of(run.level)) {
      const type = run.header('content-type');
      if (types.length && !types.some((t) => type !== null && toBytes(t) === type)) continue;
      const changed: Change[] = [];
      for (const header of headers) {
        const value = run.value(header.value);
        if (header.name.toLowerCase() === 'host' && BAD_HOST.test(value)) {
          const said = `"${fromBytes(value)}" is no host: the connection is closed`;
          run.report.step({ phase: 'rewrite', handler: 'ngx_http_headers_more_filter_module', at: directive, said });
          return 444;
        }
        changed.push(...setInput(run, toBytes(header.name), value, replaces));
      }
      if (changed.length)
        run.report.step({
          phase: 'rewrite',
          handler: 'ngx_http_headers_more_filter_module',
          at: directive,
          said: `${changed.length} header${changed.length > 1 ? 's' : ''} of the request changed`,
          changed,
        });
    }
    return 'declined';
  },
};

/** ngx_http_set_header_helper of the request: the first line of the name gets the value, further ones go; a star ends a name that is cleared. */
function setInput(run: Run, name: ByteString, value: ByteString, replaces: boolean): Change[] {
  const wanted = lower(name);
  const isMask = wanted.length > 1 && wanted.endsWith('*');
  const fits = (key: ByteString): boolean => (isMask ? value === '' && key.startsWith(wanted.slice(0, -1)) : key === wanted);
  if (wanted === 'host') {
    // also where `-r` finds no line to set
    run.host = lower(value.replace(/^([^[:]*):.*$/, '$1').replace(/\.$/, ''));
    run.hostPort = value;
  }
  const found = run.headers.filter((h) => fits(h.lower));
  const [first] = found;
  if (!first && (value === '' || replaces)) return [];
  const changed: Change[] = found.map((h, i) => ({
    what: fromBytes(h.name),
    from: fromBytes(h.value),
    to: i || value === '' ? null : fromBytes(value),
  }));
  const line = { name: first?.name ?? name, lower: wanted, value };
  // a list of its own: a request inside this one has the lines as they were
  run.headers =
    value === ''
      ? run.headers.filter((h) => !fits(h.lower))
      : first
        ? run.headers.flatMap((h) => (h === first ? [line] : fits(h.lower) ? [] : [h]))
        : [...run.headers, line];
  if (fits('content-length')) run.contentLength = /^\d{1,18}$/.test(value) ? Number(value) : -1;
  return first ? changed : [{ what: fromBytes(name), from: null, to: fromBytes(value) }];
}

/** Headers that nginx keeps apart (the module's table has E-Tag for ETag, which is any header to it): where there is one it gets the value, whatever other lines bear the name. */
const SLOTS: Readonly<
  Record<string, 'server' | 'date' | 'contentEncoding' | 'location' | 'lastModified' | 'expires' | 'acceptRanges' | 'contentRange'>
> = table({
  server: 'server',
  date: 'date',
  'content-encoding': 'contentEncoding',
  location: 'location',
  'last-modified': 'lastModified',
  expires: 'expires',
  'accept-ranges': 'acceptRanges',
  'content-range': 'contentRange',
});

const isKeptApart = (name: string): boolean => /^content-(?:type|length)$/i.test(name) || SLOTS[name.toLowerCase()] !== undefined;

/** ngx_http_set_header_helper: the first line of the name gets the value, further ones go; a star at the end stands for any end. */
function setAny(reply: Reply, name: ByteString, value: ByteString, from: Directive): ReplyHeader | null {
  const wanted = lower(name);
  const start = wanted.length > 1 && wanted.endsWith('*') ? wanted.slice(0, -1) : null;
  let first: ReplyHeader | null = null;
  for (const header of reply.headers) {
    const key = lower(header.name);
    if (!header.live || (start === null ? key !== wanted : !key.startsWith(start))) continue;
    if (value === '' || first) header.live = false;
    else {
      put(header, value, from);
      first = header;
    }
  }
  return first ?? (value === '' ? null : reply.add(name, value, from));
}

function put(header: ReplyHeader, value: ByteString, from: Directive): void {
  change(header, value);
  header.from = from;
  header.live = true;
}

/** ngx_http_set_builtin_multi_header: the first line keeps its place, also without a value; where there is none, an empty value makes one. */
function setCacheControl(reply: Reply, name: ByteString, value: ByteString, from: Directive): void {
  const [first, ...others] = reply.cacheControl;
  if (!first) {
    reply.cacheControl.push(reply.add(name, value, from));
    return;
  }
  for (const header of others) header.live = false;
  put(first, value, from);
  first.live = value !== '';
}

function setHeader(reply: Reply, name: ByteString, value: ByteString, from: Directive): void {
  const key = lower(name);
  if (key === 'content-type') {
    reply.setType(value);
    // what is behind the semicolon is no part of the type, and no charset is appended to it (ngx_http_set_content_type_header)
    const end = value.indexOf(';');
    if (end >= 0) reply.typeLength = end;
    return;
  }
  if (key === 'content-length') {
    reply.contentLength = value === '' ? -1 : Number.parseInt(value, 10);
    return;
  }
  const slot = SLOTS[key];
  const isRefresh = (h: ReplyHeader): boolean => h.live && h.origin !== 'nginx' && lower(h.name) === key;
  const refresh = key === 'refresh' ? reply.headers.findLast(isRefresh) : undefined;
  if (!slot && !refresh) {
    if (key === 'cache-control') setCacheControl(reply, name, value, from);
    else setAny(reply, name, value, from);
    if (key === 'link') reply.link = reply.link.filter((h) => h.live);
    else if (key === 'www-authenticate') reply.wwwAuthenticate = reply.wwwAuthenticate.filter((h) => h.live);
    return;
  }
  const old = slot ? reply[slot] : refresh!;
  if (slot && !old) reply[slot] = setAny(reply, name, value, from);
  else if (old && value === '') old.live = false;
  else if (old) {
    put(old, value, from);
    old.name = name;
  }
  if (key === 'server' && value === '') reply.noServer = true;
  else if (key === 'date' && value === '') reply.noDate = true;
  else if (key === 'last-modified') reply.hasLastModified = value !== '';
  else if (key === 'accept-ranges' && value === '') reply.allowRanges = false;
}

/** ngx_http_headers_more_filter. */
export function moreHeaders(run: Run): undefined {
  const { reply } = run;
  const lines = run.parent ? [] : commands.of(run.level);
  const changed: Change[] = [];
  for (const { directive, statuses, types, headers, adds } of lines) {
    if (statuses.length && !statuses.some((s) => Number(s) === reply.status)) continue;
    const type = reply.contentType.slice(0, reply.typeLength < 0 ? undefined : reply.typeLength);
    if (types.length && !types.some((t) => toBytes(t) === type)) continue;
    for (const { name, value } of headers) {
      const text = value === '' ? '' : run.value(compileValue(value));
      if (adds && text !== '' && !isKeptApart(name)) reply.add(toBytes(name), text, directive);
      else setHeader(reply, toBytes(name), text, directive);
      changed.push({ what: name, from: null, to: fromBytes(text), at: atOf(directive) });
    }
  }
  if (changed.length)
    run.report.step({
      phase: 'filter',
      handler: 'ngx_http_headers_more_filter_module',
      at: lines[0]!.directive,
      said: `${changed.length} header${changed.length > 1 ? 's' : ''} set or cleared`,
      changed,
    });
  return undefined;
}
