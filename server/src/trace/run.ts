/**
 * One request on its way: what nginx keeps in ngx_http_request_t, and the moves between phases (ngx_http_core_run_phases,
 * ngx_http_finalize_request, ngx_http_internal_redirect). What the phases and handlers do lies in their own files.
 */
import { type ByteString, byteArray, fromBytes, toBytes } from '../base/bytes.ts';
import { pathOf } from '../base/file-id.ts';
import type { CompiledRegex } from '../base/regexes.ts';
import { METHODS } from '../catalog/arguments.ts';
import { parseOffset, parseTime } from '../catalog/value-kind.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { CONTENT_HANDLERS, PASSES } from '../config/handlers.ts';
import { type Location, namedLocation } from '../config/locations.ts';
import type { Scope } from '../config/scope.ts';
import type { Listener, Server, ServerChoice, ServerProtocol } from '../config/servers.ts';
import { upstreamsOf } from '../config/upstreams.ts';
import { atOf } from './at.ts';
import type { CachePlan } from './handlers/upstream.ts';
import { type Index, indexOf } from './index.ts';
import { PHASES, type PhaseIndex, phaseIndex } from './phases.ts';
import { Reply } from './reply.ts';
import { compileValue, evaluate, type Scripting, type Value } from './script.ts';
import { specialResponse } from './special.ts';
import type {
  Assumption,
  At,
  CacheFacts,
  Change,
  FileKind,
  Limit,
  NotSimulated,
  OutcomeKind,
  PhaseId,
  Rejected,
  RequestInput,
  Scheme,
  Step,
  TraceOptions,
  UpstreamRequest,
} from './trace.ts';
import { extenOf } from './uri.ts';
import { lookup } from './variables.ts';
import { type Behaviour, behaviourOf } from './version.ts';

/** A header line of the client. */
export interface HeaderLine {
  readonly name: ByteString;
  readonly lower: ByteString;
  readonly value: ByteString;
}

/** What a handler says: not mine, let the next one (`declined`); go to the next phase (`ok`); somebody moved the request (`done`); a status. */
export type Verdict = 'declined' | 'ok' | 'done' | number;

export interface Cached {
  readonly value: ByteString | null;
}

export interface StepInput {
  readonly phase: PhaseId;
  readonly handler: string;
  readonly at?: Directive | At | null;
  readonly said: string;
  readonly changed?: readonly Change[];
  readonly rejected?: readonly Rejected[];
  readonly assumption?: string;
}

export interface AssumptionInput {
  readonly id: string;
  readonly what: string;
  readonly otherwise: string;
  readonly why: string;
  readonly choices?: readonly string[];
  readonly at?: Directive | null;
}

export interface PassVariables {
  readonly host: ByteString;
  readonly port: ByteString;
  readonly bodyLength: ByteString | null;
  readonly chunked: ByteString | null;
}

/** Thrown inside the simulator when nginx gives a request up with an internal error; the status is what it sends. */
export class Failed extends Error {
  constructor(readonly status: number) {
    super(`status ${status}`);
  }
}

const MAX_DEPTH = 100;

export class Run implements Scripting {
  readonly index: Index;
  readonly behaviour: Behaviour;

  // the connection
  listener: Listener | null = null;
  scheme: Scheme = 'http';
  tls = false;
  clientAddress = '';
  clientPort = 0;
  localAddress = '';
  localPort = 0;
  sni: string | null = null;
  /** what realip replaced */
  originalAddress: string | null = null;
  originalPort: number | null = null;
  /** room for header lines, while the request is read */
  space: { take(length: number): boolean } | null = null;
  /** how the server was found */
  choice: ServerChoice | null = null;

  // the request as parsed
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
  /** the configuration in force: a server, a location, an `if` or a limit_except */
  scope!: Scope;
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

  // what comes of it
  readonly reply = new Reply();
  errStatus = 0;
  kind: OutcomeKind = 'error';
  /** the last answer came from a `return`, so a status that it gave is not nginx's own refusal */
  returned = false;
  /** the last request to a backend, also when its answer was not passed on */
  upstreamRequest: UpstreamRequest | null = null;
  /** the answer is a backend's own */
  relayed = false;
  file: string | null = null;
  cache: CacheFacts | null = null;
  closed = false;
  limitRate: number | null = null;
  limitReqStatus = '';
  limitConnStatus = '';
  compression: { readonly gzip: boolean; readonly why: string } | null = null;
  /** what $proxy_host and its kin are while a request to a backend is written */
  passVariables: PassVariables | null = null;
  /** `proxy`, `uwsgi`, …: whose buffers and timeouts apply */
  passFamily: string | null = null;
  cachePlan: CachePlan | null = null;
  cacheKey: ByteString = '';
  /** what X-Accel-Buffering said */
  buffering: boolean | null = null;
  upstreamStatus = 0;
  cacheStatus: string | null = null;
  /** the answer is one that a cache may keep: conditions of the client are nginx's to judge */
  cacheable = false;
  /** the body was thrown away already */
  discarded = false;
  /** the body was read for a backend */
  bodyRead = false;

  // what is told
  readonly steps: Step[] = [];
  readonly limits: Limit[] = [];
  readonly assumptions: Assumption[] = [];
  readonly notSimulated: NotSimulated[] = [];

  private readonly values = new Map<string, Cached>();
  private depth = 0;

  constructor(
    readonly config: Config,
    readonly input: RequestInput,
    readonly options: TraceOptions,
    readonly parent: Run | null = null,
    protocol: ServerProtocol = 'http',
  ) {
    this.index = indexOf(config, protocol);
    this.behaviour = behaviourOf(config.settings.target.nginx);
  }

  // ---- telling

  step(input: StepInput): void {
    const at = input.at ?? null;
    this.steps.push({
      phase: input.phase,
      handler: input.handler,
      at: at === null ? null : 'path' in at ? at : atOf(at),
      said: input.said,
      changed: input.changed ?? [],
      rejected: input.rejected ?? [],
      ...(input.assumption === undefined ? {} : { assumption: input.assumption }),
    });
  }

  /** The value that the caller set for what the text cannot decide, else the default; noted once for each id. */
  assume(input: AssumptionInput): string {
    const given = this.options.assume?.[input.id];
    const assumed = given ?? input.otherwise;
    if (!this.assumptions.some((a) => a.id === input.id))
      this.assumptions.push({
        id: input.id,
        what: input.what,
        assumed,
        why: input.why,
        choices: input.choices ?? [],
        chosen: given !== undefined,
        at: input.at ? atOf(input.at) : null,
      });
    return assumed;
  }

  // ---- settings in force

  /** The last line of that name in force. */
  directive(name: string): Directive | undefined {
    return this.scope.value(name);
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.scope.value(name)?.value(0);
    return value === undefined ? otherwise : value.toLowerCase() === 'on';
  }

  text(name: string): string | undefined {
    return this.scope.value(name)?.value(0);
  }

  /** Seconds. */
  seconds(name: string, otherwise: number): number {
    const value = this.scope.value(name)?.value(0);
    const read = value === undefined ? null : parseTime(value, 'sec');
    return read?.ok ? read.value : otherwise;
  }

  lines(name: string): readonly Directive[] {
    return this.scope.effective(name).directives;
  }

  // ---- values

  /** The value of a variable, null when it is not found. Evaluated once for a request where nginx does so. */
  variable(name: string): ByteString | null {
    const kept = this.values.get(name);
    if (kept) return kept.value;
    if (this.depth >= MAX_DEPTH) return null;
    this.depth++;
    try {
      const { value, keep } = lookup(this, name);
      // a `set` or capture that ran meanwhile is newer
      if (keep && !this.values.has(name)) this.values.set(name, { value });
      return value;
    } finally {
      this.depth--;
    }
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
    return evaluate(typeof source === 'string' ? compileValue(source) : source, this);
  }

  /** Matches as ngx_http_regex_exec: on success captures and named variables are set. Throws `Failed` when the limit is reached. */
  match(regex: CompiledRegex | null, subject: ByteString, what: Directive): boolean {
    if (!regex) throw new Failed(500);
    const m = regex.match(byteArray(subject));
    if (m === 'no') return false;
    if (m === 'unknown')
      return (
        this.assume({
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

  /** The block of the group that was asked; null for a plain address. */
  get upstreamScope(): Scope | null {
    return this.upstreamRequest ? (upstreamsOf(this.config).get(this.upstreamRequest.upstream.toLowerCase())?.scope ?? null) : null;
  }

  get isHead(): boolean {
    return this.methodName === 'HEAD';
  }

  // ---- files

  /** The folder that relative paths hang from, with a slash at its end. */
  get prefix(): string {
    const path = pathOf(this.config.prefix);
    return path.endsWith('/') ? path : `${path}/`;
  }

  /** An absolute path; relative ones hang from the prefix, some directives' from the folder of the configuration. */
  full(path: ByteString, from: 'prefix' | 'conf' = 'prefix'): ByteString {
    if (path.startsWith('/')) return path;
    return toBytes(from === 'prefix' ? this.prefix : `${pathOf(this.config.confDir).replace(/\/$/, '')}/`) + path;
  }

  /** Seconds of a time that a directive holds; 0 for what cannot be read. */
  seconds2(text: string): number {
    const read = parseTime(text, 'sec');
    return read.ok ? read.value : 0;
  }

  /** What lies at a path; where nobody knows, an assumption with the default that the caller thinks likely. */
  stat(path: ByteString, likely: FileKind | null, why: string, at: Directive | null = null): FileKind | null {
    const slashed = path.length > 1 && path.endsWith('/');
    const text = fromBytes(slashed ? path.slice(0, -1) : path);
    const known = this.options.files?.stat(text);
    // a name with a slash at its end is a folder or nothing (ENOTDIR)
    if (known !== undefined) return slashed && (known === 'file' || known === 'executable') ? null : known;
    const chosen = this.assume({
      id: `file:${text}`,
      what: text,
      otherwise: likely ?? 'missing',
      why,
      choices: ['file', 'folder', 'missing', 'forbidden'],
      at,
    });
    return chosen === 'missing' ? null : (chosen as FileKind);
  }

  // ---- moves

  // ---- the body

  /** ngx_http_discard_request_body: nobody wants it. */
  discardBody(): void {
    if (this.bodyRead || this.parent) return;
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
        this.step({
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
    const text = this.text('client_max_body_size');
    const read = text === undefined ? null : parseOffset(text);
    return read?.ok ? read.value : 1_048_576;
  }

  private assumedBodyLength(): number {
    const text = this.assume({
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

  /** Makes a scope the configuration in force, limit_except included (ngx_http_update_location_config). */
  enter(scope: Scope): void {
    this.scope = scope;
    const limit = scope.context === 'location' || scope.context === 'if-in-location' ? limitExcept(scope) : null;
    if (limit && !limit.methods.has(knownMethod(this.methodName))) {
      this.scope = limit.scope;
      this.step({
        phase: 'find-config',
        handler: 'ngx_http_core_module',
        at: limit.directive,
        said: `limit_except applies to ${fromBytes(this.methodName)}`,
      });
    }
    if (this.keepalive) this.limitKeepalive();
    this.contentHandler = contentIn(this.scope) ?? this.contentHandler;
  }

  private limitKeepalive(): void {
    if (this.seconds('keepalive_timeout', 75) === 0) this.keepalive = false;
    else if (this.text('keepalive_requests') === '0' || this.text('keepalive_requests') === '1') this.keepalive = false;
    else {
      const disabled = this.directive('keepalive_disable')?.values ?? ['msie6'];
      const agent = this.header('user-agent') ?? '';
      if (disabled.includes('safari') && /Safari\//.test(agent) && agent.includes('Mac OS X') && !/Chrome\/|Gecko\/|Opera/.test(agent))
        this.keepalive = false;
      else if (disabled.includes('msie6') && this.methodName === 'POST' && /MSIE [45]\.|MSIE 6\.(?!.*SV1)/.test(agent))
        this.keepalive = false;
    }
  }

  /** ngx_http_internal_redirect. The request goes on in the server rewrite phase. */
  internalRedirect(uri: ByteString, args: ByteString): 'done' {
    this.uriChanges--;
    if (this.uriChanges === 0) {
      this.step({
        phase: 'post-rewrite',
        handler: 'ngx_http_core_module',
        said: `rewrite or internal redirection cycle at ${fromBytes(uri)}: 500`,
      });
      return this.finalize(500);
    }
    const before = this.uri;
    const beforeArgs = this.args;
    this.setUri(uri);
    this.args = args;
    this.context.clear();
    this.location = null;
    this.scope = this.server.scope;
    this.enter(this.server.scope);
    this.internal = true;
    this.validUnparsedUri = false;
    this.addUriToAlias = false;
    this.validLocation = true;
    this.phase = phaseIndex('server-rewrite');
    this.step({
      phase: 'post-rewrite',
      handler: 'ngx_http_core_module',
      said: `internal redirect to ${fromBytes(uri)}`,
      changed: changes({ $uri: [before, uri], $args: [beforeArgs, args] }),
    });
    return 'done';
  }

  /** ngx_http_named_location. The request goes on in the location's rewrite phase. */
  goNamed(name: ByteString): 'done' {
    this.uriChanges--;
    if (this.uriChanges === 0 || this.uri === '') return this.finalize(500);
    const location = namedLocation(this.server.scope, fromBytes(name));
    if (!location) {
      this.step({
        phase: 'find-config',
        handler: 'ngx_http_core_module',
        said: `there is no location ${fromBytes(name)}: 500`,
      });
      return this.finalize(500);
    }
    this.internal = true;
    this.contentHandler = null;
    this.uriChanged = false;
    this.location = location;
    this.context.clear();
    this.enter(location.scope);
    this.phase = phaseIndex('rewrite');
    this.step({
      phase: 'find-config',
      handler: 'ngx_http_core_module',
      at: location.directive,
      said: `named location ${location.name}`,
    });
    return 'done';
  }

  /** ngx_http_finalize_request with a status: the answer is made, or an error page is gone to. */
  finalize(status: number): 'done' {
    if (status === 444) {
      this.closed = true;
      this.finished = true;
      this.kind = 'closed';
      return 'done';
    }
    if (status >= 300 || status === 201 || status === 204) specialResponse(this, status);
    else this.finished = true;
    return 'done';
  }

  /** Runs the phases from where the request is until it is answered. */
  go(): void {
    for (let guard = 0; !this.finished; guard++) {
      if (guard > 10_000) throw new Error('a request that never ends');
      const row = PHASES[this.phase];
      if (!row) throw new Error(`no phase ${this.phase}`);
      try {
        row.run(this);
      } catch (error) {
        if (!(error instanceof Failed)) throw error;
        this.finalize(error.status);
      }
    }
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

export const knownMethod = (name: ByteString): string => (KNOWN_METHODS.has(name) ? name : 'unknown');

interface LimitExcept {
  readonly directive: Directive;
  readonly scope: Scope;
  readonly methods: ReadonlySet<string>;
}

const limits = new WeakMap<Scope, LimitExcept | null>();

/** The limit_except of a location; an `if` has none of its own and takes none over. */
function limitExcept(scope: Scope): LimitExcept | null {
  let found = limits.get(scope);
  if (found === undefined) {
    const directive = scope.first('limit_except');
    const methods = new Set(directive?.values.map((m) => m.toUpperCase()));
    if (methods.has('GET')) methods.add('HEAD');
    found = directive?.body ? { directive, scope: directive.body, methods } : null;
    limits.set(scope, found);
  }
  return found;
}

const contents = new WeakMap<Scope, string | null>();

/**
 * The directive that sets a scope's content handler: its own last one. A limit_except without one takes over its location's pass
 * directive; an `if` needs none, since the handler that the location set stays. Null: nothing is set.
 */
export function contentIn(scope: Scope): string | null {
  let found = contents.get(scope);
  if (found === undefined) {
    found = scope.directives.findLast((d) => CONTENT_HANDLERS.has(d.name))?.name ?? null;
    if (!found && scope.context === 'limit_except') found = PASSES.find((name) => passIn(scope, name)) ?? null;
    contents.set(scope, found);
  }
  return found;
}

/** The pass directive that a module finds in a scope when its handler runs there: its own, or the outer one that an `if` took over. */
export function passIn(scope: Scope, name: string): Directive | null {
  for (let at: Scope | null = scope; at; at = at.parent) {
    const own = at.named(name).at(-1);
    if (own) return own;
    if (at.context !== 'if-in-location' && at.context !== 'limit_except') return null;
  }
  return null;
}
