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
  answer: ({ outcome: { kind, status, body, file, server, responseHeaders } }) => [
    kind,
    status,
    body,
    file,
    server?.name,
    responseHeaders.filter(([name]) => name.toLowerCase() === 'location'),
  ],
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

/** Aspects that tell names of the configuration's own; what is sent to somebody is compared as it is sent. */
const NAMING: ReadonlySet<FixChange> = new Set<FixChange>(['request-line', 'limits', 'cache', 'timing']);

function told(kind: FixChange, trace: Trace, called: Called | undefined): string {
  const value = ASPECTS[kind](trace);
  if (!called || !NAMING.has(kind)) return plain(value);
  const [from, to] = [called.from.toLowerCase(), called.to.toLowerCase()];
  return JSON.stringify(value, (key, v) => (typeof v === 'string' && [from, to].includes(v.toLowerCase()) ? from : place(key, v)));
}

/** The first request that gets something else than declared, in words that follow "because"; null when there is none. */
export function changesOfTraces(before: Config, after: Config, declared: ReadonlySet<FixChange>, called?: Called): string | null {
  const kinds = (Object.keys(ASPECTS) as FixChange[]).filter((kind) => !declared.has(kind));
  const requests = new Map<string, RequestInput>();
  for (const config of [before, after]) for (const request of representative(config, MOST)) requests.set(plain(request), request);
  for (const request of requests.values()) {
    const [was, is] = [traceRequest(before, request), traceRequest(after, request)];
    const kind = kinds.find((k) => told(k, was, called) !== told(k, is, called));
    if (kind) return `${shown(request)} would get ${WORDS[kind]}`;
  }
  return null;
}
