/**
 * One request on its way: what nginx keeps in ngx_http_request_t. How it goes from phase to phase is in moves.ts, what the phases and
 * handlers do in their own files.
 */

import { type ByteString, byteArray, fromBytes, toBytes } from '../base/bytes.ts';
import { pathOf } from '../base/file-id.ts';
import type { CompiledRegex } from '../base/regexes.ts';
import { METHODS } from '../catalog/shape.ts';
import { parseOffset, parseTime } from '../catalog/value-kind.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import type { Location } from '../config/locations.ts';
import type { Scope } from '../config/scope.ts';
import type { Server, ServerChoice, ServerProtocol } from '../config/servers.ts';
import { upstreamsOf } from '../config/upstreams.ts';
import { Connection } from './connection.ts';
import { Exchange } from './exchange.ts';
import { Failed } from './failed.ts';
import { Hops } from './hops.ts';
import { definitionOf, type Index, indexOf } from './index.ts';
import type { Again } from './itself.ts';
import { type Level, levelOf, PerLevel } from './level.ts';
import type { PhaseIndex } from './phases.ts';
import { Reply } from './reply.ts';
import { Report } from './report.ts';
import { compileValue, evaluate, evaluateAll, type Line, type Scripting, type Value } from './script.ts';
import type { Change, FileKind, RequestInput, TraceOptions } from './trace.ts';
import { askWithin } from './unseen.ts';
import { extenOf } from './uri.ts';
import { lookup } from './variables.ts';
import { type Behaviour, behaviourOf } from './version.ts';

/** A header line of the client. */
export interface HeaderLine {
  readonly name: ByteString;
  readonly lower: ByteString;
  readonly value: ByteString;
}

/** Where a request goes on: at another URI (ngx_http_internal_redirect) or in a named location (ngx_http_named_location). */
export type Move = { readonly uri: ByteString; readonly args: ByteString } | { readonly named: ByteString };

/** What a handler says: not mine, let the next one (`declined`); go to the next phase (`ok`); the answer is out (`answered`); a status; a move. */
export type Verdict = 'declined' | 'ok' | 'answered' | number | Move;

export interface Cached {
  readonly value: ByteString | null;
}

const MAX_DEPTH = 100;

/** Runs a request inside a request. Comes from where the moves are, above the handlers that ask for it. `args`: of a piece of a body. */
export type Subrequests = (main: Run, target: ByteString, kind: SubrequestKind, args?: ByteString) => Run;

/** What becomes of a request that comes in again at this nginx; null where code that is not followed answers it. */
export type ComingBack = (by: Run, input: RequestInput) => Again | null;

/**
 * Who asks: auth_request and pieces of a body send GET without a body, mirror and post_action the method and body of the main request, and what
 * renews a cache is a copy of it.
 */
export type SubrequestKind = 'auth_request' | 'mirror' | 'post_action' | 'body' | 'cache-update';

export interface RunInput {
  readonly config: Config;
  readonly input: RequestInput;
  readonly options: TraceOptions;
  readonly parent?: Run | null;
  readonly kind?: SubrequestKind;
  /** default http */
  readonly protocol?: ServerProtocol;
  readonly subrequests?: Subrequests;
  /** the request that this one is, as it comes in again, or one inside of that */
  readonly passedBy?: Run | null;
  readonly comingBack?: ComingBack;
  /** defaults that take the place of those that led nowhere, by id */
  readonly instead?: Readonly<Record<string, string>>;
  /** nobody looks at what was not chosen, and why */
  readonly brief?: boolean;
}

/** Characters of a value that are followed: no header line, no path and no body of a configuration is longer. */
const MAX_VALUE = 256 * 1024;

const bodySizes = new PerLevel((level): number => {
  const text = level.value('client_max_body_size')?.value(0);
  const read = text === undefined ? null : parseOffset(text);
  return read?.ok ? read.value : 1_048_576;
});

/** What the copy of a request has from it. */
const COPIED = [
  'version',
  'methodName',
  'requestLine',
  'protocolText',
  'unparsedUri',
  'validUnparsedUri',
  'uri',
  'args',
  'exten',
  'quotedUri',
  'plusInUri',
  'headers',
  'host',
  'hostPort',
  'contentLength',
  'chunked',
  'server',
  'scope',
  'location',
  'internal',
  'uriChanges',
  'validLocation',
  'addUriToAlias',
  'captures',
  'bodyRead',
] as const satisfies readonly (keyof Run)[];

/** Bytes of the longest path and of the longest name in it that Linux takes (limits.h; the path's with the zero behind it). */
export const PATH_MAX = 4096;
const NAME_MAX = 255;
const LONG_NAME = new RegExp(`[^/]{${NAME_MAX + 1}}`);

/** The state of a request. Its connection, its answer and what is told of it are things of their own. */
export class Run implements Scripting {
  readonly index: Index;
  readonly behaviour: Behaviour;

  // the request as parsed
  /** room for header lines, while the request is read */
  space: { take(length: number): boolean } | null = null;
  /** how the server was found */
  choice: ServerChoice | null = null;
  methodName: ByteString = 'GET';
  /** 9, 1000, 1001, 2000, 3000 */
  version = 1001;
  requestLine: ByteString = '';
  protocolText: ByteString = 'HTTP/1.1';
  unparsedUri: ByteString = '';
  validUnparsedUri = true;
  uri: ByteString = '';
  args: ByteString = '';
  exten: ByteString = '';
  quotedUri = false;
  plusInUri = false;
  headers: HeaderLine[] = [];
  /** the host that the server was chosen by, '' when there is none */
  host: ByteString = '';
  /** with its port, as the request gave it */
  hostPort: ByteString = '';
  contentLength = -1;
  chunked = false;
  keepalive = false;
  lingering = false;

  // where it is
  server!: Server;
  private inForce!: Scope;
  private ready: Level | null = null;
  location: Location | null = null;
  internal = false;
  uriChanges = 11;
  uriChanged = false;
  validLocation = true;
  addUriToAlias = false;
  errorPage = false;
  phase: PhaseIndex = 0;
  /** status that access handlers left for `satisfy any` */
  accessCode = 0;
  context = new Map<string, unknown>();
  finished = false;
  /** the directive whose handler answers; an `if` without one leaves it as it is */
  contentHandler: string | null = null;
  captures: readonly (ByteString | undefined)[] = [];

  /** the body was thrown away already */
  discarded = false;
  /** the body was read for a backend */
  bodyRead = false;

  /** where access and preaccess limits stand: `$limit_req_status` and its like */
  limitReqStatus = '';
  limitConnStatus = '';

  /** directives that are followed for this request, though not for every one: bodies are, where their text is known */
  readonly followed = new Set<string>();

  /** URIs that the configuration names in full as the end of a search: their files are meant to be there */
  readonly meant = new Set<ByteString>();
  /** the request went round until nginx gave it up */
  cycled = false;

  /** of the client's request and of those inside of it together (ngx_http_subrequest) */
  private readonly values: Map<string, Cached>;
  /** of the volatile ones, until nginx forgets it */
  private readonly latest: Map<string, ByteString | null>;
  private readonly posted: (() => void)[] = [];
  private depth = 0;

  readonly connection: Connection;
  readonly exchange = new Exchange();
  readonly reply = new Reply();
  readonly report: Report;
  readonly config: Config;
  readonly input: RequestInput;
  readonly options: TraceOptions;
  /** the request that this one is inside of */
  readonly parent: Run | null;
  /** who asked for it; null: a client */
  readonly kind: SubrequestKind | null;
  /** what backends answer, to this request and those inside of it */
  readonly hops: Hops;
  private readonly inside: Subrequests | null;
  /** whose request to a backend this one is, of this nginx */
  readonly passedBy: Run | null;
  readonly comingBack: ComingBack | null;
  /** requests to backends of this one that came in again */
  readonly passedOn: Run[] = [];
  /** what is told of servers and locations that were not chosen is left out */
  readonly brief: boolean;

  constructor(of: RunInput) {
    this.config = of.config;
    this.input = of.input;
    this.options = of.options;
    this.parent = of.parent ?? null;
    this.kind = of.kind ?? null;
    this.inside = of.subrequests ?? null;
    this.passedBy = of.passedBy ?? null;
    this.comingBack = of.comingBack ?? this.parent?.comingBack ?? null;
    this.brief = of.brief ?? this.parent?.brief ?? false;
    this.hops = this.parent?.hops ?? this.passedBy?.hops ?? new Hops();
    this.values = this.parent?.values ?? new Map();
    this.latest = this.parent?.latest ?? new Map();
    this.connection = this.parent?.connection ?? new Connection();
    this.report = new Report(of.options.assume ?? {}, (this.parent ?? this.passedBy)?.report, of.instead);
    this.index = indexOf(of.config, of.protocol);
    this.behaviour = behaviourOf(of.config.settings.target.nginx);
  }

  /** The request inside this one that a handler asks for, answered. */
  subrequest(target: ByteString, kind: SubrequestKind, args?: ByteString): Run {
    if (!this.inside) throw new Error('no requests inside this one');
    return this.inside(this, target, kind, args);
  }

  /** Where a request goes on elsewhere, modules know nothing of it any more: `$proxy_host` and its like are empty then. */
  clearContexts(): void {
    this.context.clear();
    this.exchange.passVariables = null;
  }

  /** A copy of this request where it stands, whose answer is nobody's (NGX_HTTP_SUBREQUEST_CLONE, _BACKGROUND). */
  background(): Run {
    const { config, input, options } = this;
    const copy = new Run({ config, input, options, parent: this, kind: 'cache-update' });
    for (const field of COPIED) Object.assign(copy, { [field]: this[field] });
    copy.exchange.passVariables = this.exchange.passVariables;
    copy.exchange.passFamily = this.exchange.passFamily;
    return copy;
  }

  /** The configuration in force: a server, a location, an `if` or a limit_except. */
  get scope(): Scope {
    return this.inForce;
  }

  set scope(scope: Scope) {
    if (scope === this.inForce) return;
    this.inForce = scope;
    this.ready = null;
  }

  /** What is made ready for requests that are there. */
  get level(): Level {
    return (this.ready ??= levelOf(this.index, this.inForce));
  }

  /** The same for the level of its server. */
  get serverLevel(): Level {
    return levelOf(this.index, this.server.scope);
  }

  /** Leaves work for when this request waits for a backend, or is done (ngx_http_run_posted_requests). */
  post(work: () => void): void {
    this.posted.push(work);
  }

  /** Does what was left, in order. */
  runPosted(): void {
    for (let work = this.posted.shift(); work; work = this.posted.shift()) work();
  }

  /** The request of a client, or one that came in again, that this one is inside of, or is. */
  get root(): Run {
    let at: Run = this;
    while (at.parent) at = at.parent;
    return at;
  }

  /** How many requests this one is inside of. */
  get depthOfRequests(): number {
    let depth = 0;
    for (let at = this.parent; at; at = at.parent) depth++;
    return depth;
  }

  // ---- settings in force

  /** The last line of that name in force. */
  directive(name: string): Directive | undefined {
    return this.level.value(name);
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.level.value(name)?.value(0);
    return value === undefined ? otherwise : value.toLowerCase() === 'on';
  }

  text(name: string): string | undefined {
    return this.level.value(name)?.value(0);
  }

  /** Seconds. */
  seconds(name: string, otherwise: number): number {
    const value = this.level.value(name)?.value(0);
    const read = value === undefined ? null : parseTime(value, 'sec');
    return read?.ok ? read.value : otherwise;
  }

  lines(name: string): readonly Directive[] {
    return this.level.inForce(name);
  }

  // ---- values

  /** The value of a variable, null when it is not found. Evaluated once for a request where nginx does so. */
  variable(name: string): ByteString | null {
    const kept = this.values.get(name);
    if (kept) return kept.value;
    if (this.depth >= MAX_DEPTH) return null;
    this.depth++;
    try {
      const { value, keep, volatile } = lookup(this, name);
      if (volatile) this.latest.set(name, value);
      // a `set` or capture that ran meanwhile is newer
      if (keep && !this.values.has(name)) this.values.set(name, { value });
      return value;
    } finally {
      this.depth--;
    }
  }

  indexed(name: string): ByteString | null {
    const latest = this.latest.size ? this.latest.get(name) : undefined;
    return latest === undefined ? this.variable(name) : latest;
  }

  forgetVolatile(names: Iterable<string>): void {
    if (this.latest.size) for (const name of names) this.latest.delete(name);
  }

  /** What `set` and named captures do: the value stays for the rest of the request. */
  assign(name: string, value: ByteString): void {
    this.values.set(name, { value });
  }

  forget(name: string): void {
    this.values.delete(name);
  }

  capture(group: number): ByteString {
    return this.captures[group] ?? '';
  }

  value(source: string | Value): ByteString {
    return this.bounded(evaluate(typeof source === 'string' ? compileValue(source) : source, this));
  }

  /** Values that are written into one buffer. */
  allValues(lines: readonly Line[]): ByteString[] {
    return evaluateAll(lines, this).map((v) => this.bounded(v));
  }

  isGroup(name: string): boolean {
    return definitionOf(this.index, name)?.by === 'capture';
  }

  overflow(source: string): never {
    this.report.step({
      phase: 'content',
      handler: 'ngx_http_core_module',
      said: `"${source}" becomes longer while it is written, for a map's regular expression set its captures meanwhile: nginx gives up, and writes past its buffer where CVE-2026-42533 is open`,
    });
    throw new Failed(500);
  }

  /** The value as far as it is followed. */
  bounded(value: ByteString): ByteString {
    if (value.length <= MAX_VALUE) return value;
    this.report.assume({
      id: 'long-value',
      what: 'a value of more than 256 K characters',
      otherwise: 'cut',
      why: 'values that double at every step fill the memory of nginx too; what is beyond is not followed',
    });
    return value.slice(0, MAX_VALUE);
  }

  /** Matches as ngx_http_regex_exec: on success captures and named variables are set. Throws `Failed` when the limit is reached. */
  match(regex: CompiledRegex | null, subject: ByteString, what: Directive): boolean {
    if (!regex) throw new Failed(500);
    const m = regex.match(byteArray(subject));
    if (m === 'no') return false;
    if (m === 'unknown')
      return (
        this.report.assume({
          id: `regex:${what.file.id}:${what.statement.start}`,
          what: `${what.name} ${what.value(0)}`,
          otherwise: 'no match',
          why: 'the regular expression gave up at its match limit',
          choices: ['no match', 'match'],
          at: what,
        }) === 'match'
      );
    this.keepCaptures(regex, m.captures);
    return true;
  }

  keepCaptures(regex: CompiledRegex, captures: readonly (ByteString | undefined)[]): void {
    if (regex.groups) this.captures = captures;
    else this.captures = captures.slice(0, 1);
    for (const { name, group } of regex.names) this.assign(name.toLowerCase(), captures[group] ?? '');
  }

  /** The client's header of that lower-case name: the first line. */
  header(name: ByteString): ByteString | null {
    for (const h of this.headers) if (h.lower === name) return h.value;
    return null;
  }

  headerLines(name: ByteString): ByteString[] {
    return this.headers.flatMap((h) => (h.lower === name ? [h.value] : []));
  }

  unseen(table: Directive): void {
    if (table.body) askWithin(this, table.body);
  }

  /** The block of the group that was asked; null for a plain address. */
  get upstreamScope(): Scope | null {
    return this.exchange.request ? (upstreamsOf(this.config).get(this.exchange.request.upstream.toLowerCase())?.scope ?? null) : null;
  }

  get isHead(): boolean {
    return this.methodName === 'HEAD';
  }

  // ---- files

  /** The folder that relative paths hang from, with a slash at its end. */
  get prefix(): string {
    const { path } = this.config.prefixThere;
    return path.endsWith('/') ? path : `${path}/`;
  }

  /** An absolute path; relative ones hang from the prefix, some directives' from the folder of the configuration. */
  full(path: ByteString, from: 'prefix' | 'conf' = 'prefix'): ByteString {
    if (path.startsWith('/')) return path;
    return toBytes(from === 'prefix' ? this.prefix : `${pathOf(this.config.confDir).replace(/\/$/, '')}/`) + path;
  }

  /** Seconds of a time that a directive holds; 0 for what cannot be read. */
  secondsIn(text: string): number {
    const read = parseTime(text, 'sec');
    return read.ok ? read.value : 0;
  }

  /** What is at a path; where nobody knows, an assumption with the default that the caller thinks likely. */
  stat(path: ByteString, likely: FileKind | null, why: string, at: Directive | null = null): FileKind | null {
    // nothing bears such a name (ENAMETOOLONG), which nginx takes as it takes a file that is missing
    if (path.length >= PATH_MAX || (path.length > NAME_MAX && LONG_NAME.test(path))) return null;
    const slashed = path.length > 1 && path.endsWith('/');
    const text = fromBytes(slashed ? path.slice(0, -1) : path);
    const known = this.options.files?.stat(text);
    // a name with a slash at its end is a folder or nothing (ENOTDIR)
    if (known !== undefined) return slashed && (known === 'file' || known === 'executable') ? null : known;
    const chosen = this.report.assume({
      id: `file:${text}`,
      what: text,
      otherwise: (slashed && likely === 'file' ? 'folder' : likely) ?? 'missing',
      why,
      choices: ['file', 'folder', 'missing', 'forbidden'],
      at,
    });
    if (slashed && (chosen === 'file' || chosen === 'executable')) return null;
    return chosen === 'missing' ? null : (chosen as FileKind);
  }

  // ---- the body

  /** ngx_http_discard_request_body: nobody wants it. */
  discardBody(): void {
    // of a stream of HTTP/2 or 3 the data is passed over later, and its length still counts
    if (this.bodyRead || this.parent || this.version >= 2000) return;
    this.discarded = true;
    if (this.chunked || this.contentLength > 0) this.contentLength = 0;
  }

  /**
   * ngx_http_read_client_request_body before a backend is asked. `streams`: it is passed on as it comes. Null: read; a status: refused.
   */
  readBody(streams: boolean): number | null {
    if (!this.bodyRead && !this.discarded && this.chunked && !streams) {
      const length = this.input.bodyLength ?? this.assumedBodyLength();
      const limit = this.maxBodySize();
      if (limit > 0 && length > limit) {
        this.bodyRead = true;
        this.contentLength = 0;
        this.report.step({
          phase: 'content',
          handler: 'ngx_http_core_module',
          at: this.directive('client_max_body_size') ?? null,
          said: `a body of ${length} bytes is larger than client_max_body_size: 413`,
        });
        return 413;
      }
      this.contentLength = length;
    }
    this.bodyRead = true;
    return null;
  }

  /** Bytes; 0: no limit. */
  maxBodySize(): number {
    return bodySizes.of(this.level);
  }

  private assumedBodyLength(): number {
    const text = this.report.assume({
      id: 'body-length',
      what: 'length of the chunked body',
      otherwise: '0',
      why: 'the body is not part of the trace',
    });
    return Number(text) || 0;
  }

  /** ngx_http_set_exten and the rest of what a new URI brings. */
  setUri(uri: ByteString): void {
    this.uri = uri;
    this.exten = extenOf(uri);
  }
}

/** Changes of byte strings, without those that did not change. */
export function changes(of: Readonly<Record<string, readonly [ByteString | null, ByteString | null]>>): Change[] {
  return Object.entries(of).flatMap(([what, [from, to]]) =>
    from === to ? [] : [{ what, from: from === null ? null : fromBytes(from), to: to === null ? null : fromBytes(to) }],
  );
}

/** The methods that nginx knows by number; any other is one kind (NGX_HTTP_UNKNOWN). */
const KNOWN_METHODS = new Set<string>([...METHODS, 'TRACE', 'CONNECT']);

/** A method that nginx knows; `unknown` for others. */
export const knownMethod = (name: ByteString): string => (KNOWN_METHODS.has(name) ? name : 'unknown');
