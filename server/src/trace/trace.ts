/**
 * What a trace is: plain JSON, the form that the command line prints, the panel draws and request tests compare. Types only, so that
 * the client may import them; nothing here runs. Lines and characters are zero-based, characters in UTF-16 units.
 */
import type { KnownValues } from '../config/renderings.ts';
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** A place in a file of the configuration. */
export interface At {
  /** as people know it */
  readonly path: string;
  /** the same file as a URI, for editors */
  readonly uri: string;
  readonly range: Range;
}

export type HeaderPair = readonly [name: string, value: string];

/** Sessions of mail {}; with an s TLS is spoken from the start. */
export type MailScheme = 'imap' | 'imaps' | 'pop3' | 'pop3s' | 'smtp' | 'smtps';

export type Scheme = 'http' | 'https' | 'tcp' | 'udp' | MailScheme;

/** A request as the caller gives it; everything but the target has a default. */
export interface RequestInput {
  readonly id?: string;
  /** default GET */
  readonly method?: string;
  /** the request target as it is in the request line: `/app/?x=1`, or an absolute URL for a request to a proxy */
  readonly target: string;
  /** default http; of a mail session the header lines Auth-User and Auth-Pass are its login */
  readonly scheme?: Scheme;
  /** `0.9`, `1.0`, `1.1`, `2`, `3`; default 1.1 */
  readonly httpVersion?: string;
  /** in order, repeated names kept; a Host is not added */
  readonly headers?: readonly HeaderPair[];
  /** default 203.0.113.9 */
  readonly clientAddress?: string;
  /** default 50000 */
  readonly clientPort?: number;
  /** the address that the connection came to; `unix:/path` for a socket. Default: chosen among the listeners of the port */
  readonly localAddress?: string;
  /** default 80, for https 443 */
  readonly localPort?: number;
  /** the name in the TLS handshake; default: the host of the request. null: none is sent */
  readonly sni?: string | null;
  /** what a client certificate check says; default: none is sent */
  readonly clientCertificate?: 'none' | 'valid' | 'invalid';
  /** addresses of a PROXY protocol header, when the listener expects one */
  readonly proxyProtocol?: {
    readonly clientAddress: string;
    readonly clientPort?: number;
    /** where the client connected to, as the proxy saw it; default: the address and port of the listener, as an assumption */
    readonly serverAddress?: string;
    readonly serverPort?: number;
    /** it comes whatever the listener expects; one that expects none takes it for a bad request line */
    readonly sent?: boolean;
  };
  /** a body comes of which nobody knows the length: its Content-Length is an assumption */
  readonly openLength?: boolean;
  /** the request's body in bytes, for limits; default: that of `body`, else what Content-Length says */
  readonly bodyLength?: number;
  /** the text of the body, for `$request_body` */
  readonly body?: string;
  /** the header lines, by their place in `headers`, that have a name and no colon; their values are empty */
  readonly withoutColon?: readonly number[];
}

/** The same with every default filled in. */
export interface TracedRequest {
  readonly method: string;
  readonly target: string;
  readonly scheme: Scheme;
  readonly httpVersion: string;
  readonly headers: readonly HeaderPair[];
  readonly clientAddress: string;
  readonly localAddress: string;
  readonly localPort: number;
}

/** The stations of a request, in nginx's order and words; `configuration` is where the text ends before any request comes. */
export type PhaseId =
  | 'configuration'
  | 'listen'
  | 'tls'
  | 'request'
  | 'server'
  | 'post-read'
  | 'server-rewrite'
  | 'find-config'
  | 'rewrite'
  | 'post-rewrite'
  | 'preaccess'
  | 'access'
  | 'post-access'
  | 'precontent'
  | 'content'
  | 'upstream'
  | 'response'
  | 'error-page'
  | 'filter'
  | 'preread'
  | 'log';

export interface Change {
  /** `$uri`, `$args`, `X-Forwarded-For`, … */
  readonly what: string;
  /** null: it was not there */
  readonly from: string | null;
  /** null: it is gone */
  readonly to: string | null;
  /** the line that does it, where the step has several */
  readonly at?: At;
}

export interface Rejected {
  readonly at: At;
  readonly why: string;
}

export interface Step {
  readonly phase: PhaseId;
  /** the module that acts, `ngx_http_core_module` */
  readonly handler: string;
  /** the directive that decides; null where a default does */
  readonly at: At | null;
  /** one short sentence */
  readonly said: string;
  readonly changed: readonly Change[];
  readonly rejected: readonly Rejected[];
  /** id of the assumption that this station rests on */
  readonly assumption?: string;
  /** the request to a backend that was made here beside the one for the answer, by its place in `exchanges` */
  readonly exchange?: number;
  /** the stations of a request that nginx passes to a port of its own, and that is made here */
  readonly within?: readonly Step[];
}

export type OutcomeKind =
  | 'proxy'
  | 'uwsgi'
  | 'fastcgi'
  | 'scgi'
  | 'grpc'
  | 'memcached'
  | 'static'
  | 'return'
  | 'redirect'
  | 'error'
  | 'closed'
  | 'content'
  | 'unknown';

/** A server of a group as its line has it; `maxConns` 0: no limit. */
export interface GroupServer {
  readonly address: string;
  readonly weight: number;
  readonly maxFails: number;
  readonly maxConns: number;
  readonly backup: boolean;
  readonly down: boolean;
}

export interface UpstreamRequest {
  readonly protocol: 'http' | 'https' | 'uwsgi' | 'suwsgi' | 'fastcgi' | 'scgi' | 'grpc' | 'grpcs' | 'memcached' | 'tcp' | 'udp';
  /** the group's name, or the host as written */
  readonly upstream: string;
  readonly servers: readonly string[];
  /** the servers of the group with what its lines say of them, those that are down included; empty where no group is asked */
  readonly group: readonly GroupServer[];
  readonly method: string | null;
  readonly uri: string;
  readonly httpVersion: string | null;
  readonly headers: readonly HeaderPair[];
  /** for uwsgi, fastcgi and scgi */
  readonly params: readonly HeaderPair[] | null;
  readonly at: At | null;
}

/** One request to a backend: the servers that were asked in turn, and what each said. */
export interface Exchanged {
  /** why it was made: for the client's answer, by auth_request, by mirror, by post_action, for a piece of the body, to renew a stale answer of a cache, or within a request that nginx passed to itself */
  readonly for: 'answer' | 'auth_request' | 'mirror' | 'post_action' | 'body' | 'cache-update' | 'itself';
  readonly request: UpstreamRequest;
  /** in order; `said` is a status, `refused`, `timeout`, `invalid`, `closed`, `loop`, or `no live upstreams` */
  readonly attempts: readonly { readonly server: string; readonly said: string }[];
  /** what a request that renews a cache leaves there; not there where nothing is decided about storing, or for other requests */
  readonly cache?: CacheFacts;
}

/** Whose a header line of the answer is; `rewritten`: the application's, changed on the way; `hidden`: the application's, and held back. */
export type HeaderOrigin = 'nginx' | 'application' | 'rewritten' | 'hidden';

export interface ChosenServer {
  readonly at: At;
  /** its first name */
  readonly name: string;
  /** the parameters of the listen, as `443 ssl` */
  readonly listen: string;
  /** the name that matched; null when the default server answers */
  readonly matched: string | null;
  readonly by: string;
}

export interface ChosenLocation {
  readonly at: At;
  /** as written: `/app/`, `= /`, `~ \.php$`, `@app` */
  readonly pattern: string;
}

export interface Outcome {
  readonly kind: OutcomeKind;
  /** what the client gets; 444 when the connection is closed without an answer */
  readonly status: number;
  /** every line that the client gets, as far as the text decides it */
  readonly responseHeaders: readonly HeaderPair[];
  /** who set each of them, in the same order; behind them the application's lines that the client does not get */
  readonly headerOrigins: readonly (readonly [name: string, origin: HeaderOrigin])[];
  readonly body: string | null;
  readonly file: string | null;
  readonly upstreamRequest: UpstreamRequest | null;
  readonly server: ChosenServer | null;
  readonly location: ChosenLocation | null;
}

export interface Limit {
  readonly at: At;
  readonly kind: 'request-rate' | 'connections' | 'body-size' | 'rate' | 'header-size';
  readonly zone?: string;
  readonly key?: string;
  /** what the key is for this request */
  readonly value?: string;
  readonly rate?: string;
  readonly burst?: number;
  readonly delay?: number;
  readonly nodelay?: boolean;
  readonly connections?: number;
  /** bytes */
  readonly size?: number;
  readonly status?: number;
  readonly dryRun?: boolean;
}

export interface CacheFacts {
  readonly at: At;
  readonly zone: string;
  readonly key: string;
  /** what `$upstream_cache_status` says */
  readonly status: string | null;
  /** whether the cache is read */
  readonly lookup: boolean;
  /** whether the answer is stored */
  readonly store: boolean;
  readonly why: string;
  /** seconds; null when nothing gives a lifetime */
  readonly valid: number | null;
  /** lines of the request that tell answers of one key apart, as the answer's Vary names them; '' where the request has none */
  readonly vary: readonly HeaderPair[];
}

/** A value that the text cannot decide, what was taken for it, and what else it could be. */
export interface Assumption {
  /** the key in `assume` */
  readonly id: string;
  readonly what: string;
  readonly assumed: string;
  readonly why: string;
  /** empty: any text */
  readonly choices: readonly string[];
  /** what is taken beside the choices: any status from 100 to 999, a number, or any text; only what is in `choices` where it is not there */
  readonly also?: 'status' | 'number' | 'text';
  /** true when the caller chose */
  readonly chosen: boolean;
  readonly at: At | null;
}

/** A finding about a text that nginx refuses: with it no request is ever answered. */
export interface Refusal extends At {
  readonly rule: string;
  readonly message: string;
}

export interface NotSimulated {
  readonly at: At;
  readonly directive: string;
}

export type Facts = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

export interface Trace {
  readonly id?: string;
  readonly version: 1;
  readonly request: TracedRequest;
  readonly steps: readonly Step[];
  readonly outcome: Outcome;
  /** every request to a backend, the copies of mirror and the questions of auth_request included */
  readonly exchanges: readonly Exchanged[];
  readonly limits: readonly Limit[];
  readonly cache: CacheFacts | null;
  readonly buffering: Facts;
  readonly timeouts: Facts;
  readonly tls: Facts;
  readonly compression: Facts;
  readonly keepalive: Facts;
  readonly assumptions: readonly Assumption[];
  readonly notSimulated: readonly NotSimulated[];
  /** as what the configuration was read: as a file within a built-in main file, and as whose nginx, where only its text shows that */
  readonly readAs: readonly { readonly path: string; readonly as: string }[];
  /** built-in files of nginx's package that stand for those that the project does not hold, as included */
  readonly stock: readonly string[];
  /** why nginx would not start; empty where nothing is known against it */
  readonly refusedBy: readonly Refusal[];
  /** the version whose behaviour was taken */
  readonly nginx: string;
}

/** What is on the disk behind root, alias, try_files and the like. Paths are absolute. */
export interface Files {
  /** undefined: not known, an assumption is made; null: nothing is there */
  stat(path: string): FileKind | null | undefined;
  /** the text of a small file (passwords in the clear); undefined: not known, null: nothing is there */
  text?(path: string): string | null | undefined;
  /** bytes; undefined: not known */
  size?(path: string): number | undefined;
  /** when the file was last changed, in seconds since 1970; undefined: not known */
  modified?(path: string): number | undefined;
  /** the names in a folder that are no folders themselves; undefined: not known */
  names?(path: string): readonly string[] | undefined;
}

/** `forbidden`: something is there and may not be read */
export type FileKind = 'file' | 'folder' | 'executable' | 'forbidden';

export interface UpstreamAnswer {
  readonly status?: number;
  /** not given: a page's usual ones are assumed */
  readonly headers?: readonly HeaderPair[];
  /** nothing answers in time, the connection is refused */
  readonly failure?: 'timeout' | 'refused' | 'invalid';
}

/** What a known application answers to a request when nobody says otherwise. */
export interface LikelyAnswer {
  readonly status: number;
  readonly headers?: readonly HeaderPair[];
  /** why it is likely, for people */
  readonly why: string;
}

export interface TraceOptions {
  /** by the id of an assumption */
  readonly assume?: Readonly<Record<string, string>>;
  readonly files?: Files;
  /** what the backend answers that is asked first; what is asked later is asked again. Default: an assumption, 200 */
  readonly upstream?: UpstreamAnswer;
  /** answers by name: a group, a `host:port`, a server of a group, or a named location such as `@app`; of a list, each request to that name takes the next */
  readonly upstreams?: Readonly<Record<string, UpstreamAnswer | readonly UpstreamAnswer[]>>;
  /** what the project fills into the placeholders of templates, by their names; the first value is assumed */
  readonly fills?: KnownValues;
  /** what the applications of the project answer, where that is known; an assumption all the same */
  readonly likely?: (request: UpstreamRequest) => LikelyAnswer | null;
  /** seconds since 1970, for Expires; default: an assumption */
  readonly now?: number;
  /** what the rules say that nginx refuses; where the syntax is broken no path is drawn */
  readonly refusedBy?: readonly Refusal[];
}
