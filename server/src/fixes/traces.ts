/** Whether an edit changes what happens to requests: representative requests of both configurations, each traced in both. */
import type { Config } from '../config/config.ts';
import type { FixChange } from '../rules/rule.ts';
import { traceRequest } from '../trace/request.ts';
import type { HeaderPair, RequestInput, Trace } from '../trace/trace.ts';
import { representative } from '../witness/representative.ts';

/** Requests of one proof: enough for each place to be met, few enough for a light bulb. */
const MOST = 400;

const place = (key: string, value: unknown): unknown => (key === 'at' ? undefined : value);
const plain = (value: unknown): string => JSON.stringify(value, place);
/** nginx sends headers in an order that no receiver may depend on; the values of one name keep theirs. */
const sorted = (pairs: readonly HeaderPair[] | null): readonly HeaderPair[] | null =>
  pairs && [...pairs].sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : a.toLowerCase() > b.toLowerCase() ? 1 : 0));

/** A name that an edit has changed: in a trace it is the same thing as before. */
export interface Called {
  readonly from: string;
  readonly to: string;
}

/** What a trace says, by the kinds of change that a rule can declare. */
const ASPECTS: Readonly<Record<FixChange, (trace: Trace) => unknown>> = {
  answer: ({ outcome: { kind, status, body, file, responseHeaders } }) => [
    kind,
    status,
    body,
    file,
    responseHeaders.filter(([name]) => name.toLowerCase() === 'location'),
  ],
  server: ({ outcome: { server } }) => server?.name,
  'response-headers': ({ outcome: { responseHeaders } }) => sorted(responseHeaders.filter(([name]) => name.toLowerCase() !== 'location')),
  'request-headers': ({ outcome: { upstreamRequest } }) => [
    sorted(upstreamRequest?.headers ?? null),
    sorted(upstreamRequest?.params ?? null),
  ],
  'request-line': ({ outcome: { upstreamRequest: u } }) => u && [u.protocol, u.upstream, u.servers, u.method, u.uri, u.httpVersion],
  limits: (trace) => trace.limits,
  cache: (trace) => trace.cache,
  tls: (trace) => trace.tls,
  timing: (trace) => [trace.buffering, trace.timeouts, trace.keepalive, trace.compression],
};

const WORDS: Readonly<Record<FixChange, string>> = {
  answer: 'another answer',
  server: 'another server',
  'response-headers': 'other response headers',
  'request-headers': 'other headers for the application',
  'request-line': 'another request to the application',
  limits: 'other limits',
  cache: 'another treatment by the cache',
  tls: 'other TLS settings',
  timing: 'other buffers, timeouts or compression',
};

const shown = ({ method, scheme, headers, target }: RequestInput): string =>
  `${method ?? 'GET'} ${scheme ?? 'http'}://${headers?.find(([n]) => n.toLowerCase() === 'host')?.[1] ?? 'localhost'}${target}`;

/** Aspects that tell names of the configuration's own; what is sent to someone is compared as it is sent. */
const NAMING: ReadonlySet<FixChange> = new Set<FixChange>(['request-line', 'limits', 'cache', 'timing']);

/** the beginning of a group with a name, in the three ways of PCRE */
const GROUP = /\(\?P?[<'](\w+)[>']/g;

function told(kind: FixChange, trace: Trace, called: Called | undefined): string {
  const value = ASPECTS[kind](trace);
  if (!called) return plain(value);
  const [from, to] = [called.from.toLowerCase(), called.to.toLowerCase()];
  // a server that is named by an expression is the same one when a group in it gets another name
  if (kind === 'server' && typeof value === 'string')
    return value.replace(GROUP, (written: string, name: string) => ([from, to].includes(name.toLowerCase()) ? `(?<${from}>` : written));
  if (!NAMING.has(kind)) return plain(value);
  return JSON.stringify(value, (key, v) => (typeof v === 'string' && [from, to].includes(v.toLowerCase()) ? from : place(key, v)));
}

/** What the requests of one configuration get: each proof about it compares with the same. */
export class Treatment {
  private readonly known = new Map<string, Map<FixChange, string>>();

  constructor(readonly config: Config) {}

  /** One thing told of each kind. @param key the request as a text */
  of(key: string, request: RequestInput, kinds: readonly FixChange[], called: Called | undefined): readonly string[] {
    let texts = called ? undefined : this.known.get(key);
    if (!texts) {
      texts = new Map();
      if (!called) this.known.set(key, texts);
    }
    let trace: Trace | undefined;
    for (const kind of kinds) if (!texts.has(kind)) texts.set(kind, told(kind, (trace ??= traceRequest(this.config, request)), called));
    return kinds.map((kind) => texts.get(kind)!);
  }
}

/** The first request that gets something else than declared, in words that follow "because"; null when there is none. */
export function changesOfTraces(before: Treatment, after: Config, declared: ReadonlySet<FixChange>, called?: Called): string | null {
  const kinds = (Object.keys(ASPECTS) as FixChange[]).filter(
    (kind) => !declared.has(kind === 'server' && declared.has('answer') ? 'answer' : kind),
  );
  const requests = new Map<string, RequestInput>();
  for (const config of [before.config, after]) for (const request of representative(config, MOST)) requests.set(plain(request), request);
  for (const [key, request] of requests) {
    const was = before.of(key, request, kinds, called);
    const is = traceRequest(after, request);
    const at = kinds.findIndex((kind, i) => was[i] !== told(kind, is, called));
    if (at >= 0) return `${shown(request)} would get ${WORDS[kinds[at]!]}`;
  }
  return null;
}
