/**
 * A trace as a line with stations: what people see in the panel, in the terminal and in pictures. Only stations where something is
 * decided or changed are there; what they say comes from the steps. Types and one function; the panel imports the types.
 */
import { table } from '../base/table.ts';
import { hostIn } from './from-url.ts';
import type { Assumption, At, Change, Refusal, Rejected, Step, Trace, UpstreamRequest } from './trace.ts';

export type StationKind =
  | 'client'
  | 'listen'
  | 'tls'
  | 'server'
  | 'rewrite'
  | 'location'
  | 'limit'
  | 'access'
  | 'auth'
  | 'cache'
  | 'files'
  | 'content'
  | 'upstream'
  | 'application'
  | 'redirect'
  | 'refused'
  | 'closed'
  | 'static'
  | 'answer'
  | 'error-page';

export interface Station {
  readonly id: string;
  readonly kind: StationKind;
  /** in nginx's words: server, location, limit_req */
  readonly title: string;
  /** the one fact that matters */
  readonly fact: string;
  readonly at: At | null;
  readonly changes: readonly Change[];
  readonly losers: readonly Rejected[];
  /** what else is to be said of it, one line each */
  readonly details: readonly string[];
  readonly assumption: Assumption | null;
  /** whether the details are a request that is made here: beside the one for the answer, or that one as it comes in again */
  readonly asks: boolean;
  /** the end of the line on its way down */
  readonly end: boolean;
}

/** What happens to the answer, on the way back up. */
export interface Return {
  readonly text: string;
  readonly changes: readonly Change[];
  readonly at: At | null;
}

export interface Warning {
  readonly text: string;
  readonly refusedBy: readonly Refusal[];
}

export interface Line {
  readonly title: string;
  /** what is to be said before anything else: nginx would not start */
  readonly warning: Warning | null;
  readonly down: readonly Station[];
  readonly up: readonly Return[];
  /** how the client sees the end: `200`, `301 https://…`, `closed` */
  readonly ending: string;
  readonly status: number;
  /** where a redirect leads, as a URL to trace next */
  readonly next: string | null;
}

const KIND_OF: Readonly<Record<string, StationKind>> = table({
  configuration: 'refused',
  listen: 'listen',
  tls: 'tls',
  request: 'refused',
  server: 'server',
  'post-read': 'client',
  'server-rewrite': 'rewrite',
  'find-config': 'location',
  rewrite: 'rewrite',
  'post-rewrite': 'rewrite',
  preaccess: 'limit',
  access: 'access',
  'post-access': 'access',
  precontent: 'files',
  content: 'content',
  upstream: 'upstream',
  preread: 'tls',
  'error-page': 'error-page',
});

const TITLE_OF: Readonly<Record<string, string>> = table({
  ngx_http_limit_req_module: 'limit_req',
  ngx_http_limit_conn_module: 'limit_conn',
  ngx_http_auth_request_module: 'auth_request',
  ngx_http_auth_basic_module: 'auth_basic',
  ngx_http_access_module: 'allow, deny',
  ngx_http_realip_module: 'realip',
  ngx_http_try_files_module: 'try_files',
  ngx_http_mirror_module: 'mirror',
  ngx_http_index_module: 'index',
  ngx_http_autoindex_module: 'autoindex',
});

const TITLES: Readonly<Record<StationKind, string>> = {
  client: 'client',
  listen: 'listen',
  tls: 'TLS',
  server: 'server',
  rewrite: 'rewrite',
  location: 'location',
  limit: 'limit',
  access: 'access',
  auth: 'authentication',
  cache: 'cache',
  files: 'files',
  content: 'content',
  upstream: 'upstream',
  application: 'application',
  redirect: 'redirect',
  refused: 'refused',
  closed: 'closed',
  static: 'static file',
  answer: 'answer',
  'error-page': 'error_page',
};

const UP = new Set(['response', 'filter', 'log']);

function factOf(step: Step): string {
  const uri = step.changed.find((c) => c.what === '$uri');
  if (uri?.from != null && uri.to != null && step.phase !== 'find-config') return `${uri.from} → ${uri.to}`;
  return step.said.replace(/^location /, '');
}

/** A round that goes on as it began is told twice and counted then. */
function folded(steps: readonly Step[]): readonly Step[] {
  const starts = steps.flatMap((s, i) =>
    s.phase === 'find-config' && /^(?:location |named location |no location)/.test(s.said) ? [i] : [],
  );
  if (starts.length < 4) return steps;
  const round = (k: number): string =>
    steps
      .slice(starts[k], starts[k + 1])
      .map((s) => `${s.phase} ${s.handler} ${s.at?.range.start.line}`)
      .join('|');
  const out = steps.slice(0, starts[0]);
  for (let k = 0; k < starts.length; ) {
    let same = 1;
    while (k + same < starts.length - 1 && round(k + same) === round(k)) same++;
    const shown = Math.min(same, 2);
    out.push(...steps.slice(starts[k], starts[k + shown]));
    if (same > shown)
      out.push({
        phase: 'post-rewrite',
        handler: 'ngx_http_core_module',
        at: null,
        said: `the same ${count(same - shown, 'time')} more`,
        changed: [],
        rejected: [],
      });
    k += same;
  }
  return out;
}

const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

/** What is above a line whose configuration nginx refuses; null where nothing is known against it. */
export function warningOf({ refusedBy }: Trace): Warning | null {
  if (!refusedBy.length) return null;
  const broken = refusedBy.some((r) => r.rule === 'syntax');
  return {
    text: `nginx would not start: ${count(refusedBy.length, 'error')}. ${
      broken ? 'The path ends where the text breaks.' : `What follows holds once ${refusedBy.length === 1 ? 'it is' : 'they are'} fixed.`
    }`,
    refusedBy,
  };
}

/** What sets a server of a group apart from its fellows. */
function roleOf({ group }: UpstreamRequest, address: string): string {
  const server = group.find((g) => g.address === address);
  const words = [
    ...(server?.backup ? ['backup'] : []),
    ...(server && server.weight !== 1 ? [`weight ${server.weight}`] : []),
    ...(server?.maxConns ? [`at most ${server.maxConns} connections`] : []),
  ];
  return words.length ? ` (${words.join(', ')})` : '';
}

const sentLines = ({ params, headers }: UpstreamRequest): string[] =>
  params ? params.map(([n, v]) => `${n} ${v}`) : headers.map(([n, v]) => `${n}: ${v}`);

/** What is told of a request that nginx passes to itself. */
const within = (steps: readonly Step[]): string[] =>
  steps.flatMap((step) => [`${step.phase}: ${step.said}`, ...within(step.within ?? []).map((line) => `  ${line}`)]);

/** A request to a backend as it is sent. */
const requestLines = (request: UpstreamRequest): string[] => [
  `${request.method ?? ''} ${request.uri}${request.params ? '' : ` HTTP/${request.httpVersion}`}`.trim(),
  ...sentLines(request),
];

/** The line of a trace. Deterministic: the same trace gives the same line. */
export function lineOf(trace: Trace): Line {
  const { outcome, request, steps } = trace;
  const assumptions = new Map(trace.assumptions.map((a) => [a.id, a]));
  const down: Station[] = [];
  const up: Return[] = [];
  const add = (station: Partial<Station> & Pick<Station, 'kind' | 'fact'>): void => {
    down.push({
      id: String(down.length),
      title: TITLES[station.kind],
      at: null,
      changes: [],
      losers: [],
      details: [],
      assumption: null,
      asks: false,
      end: false,
      ...station,
    });
  };
  const agent = request.headers.find(([n]) => n.toLowerCase() === 'user-agent')?.[1];
  const raw = request.scheme !== 'http' && request.scheme !== 'https';
  add({
    kind: 'client',
    fact: `${request.clientAddress}, ${raw ? request.scheme.toUpperCase() : `HTTP/${request.httpVersion}`}`,
    details: agent ? [`User-Agent: ${agent}`] : [],
  });
  for (const step of folded(steps)) {
    if (UP.has(step.phase)) {
      up.push({ text: step.said, changes: step.changed, at: step.at });
      continue;
    }
    let kind = KIND_OF[step.phase] ?? 'content';
    const asked = step.exchange === undefined ? undefined : trace.exchanges[step.exchange];
    // how a request is read is told here as well as why it is refused, which ends in the status
    const isRead = step.phase === 'request' && !/: \d{3}$/.test(step.said);
    if (isRead) kind = 'client';
    if (step.handler.includes('auth_')) kind = 'auth';
    if (step.handler.includes('realip')) kind = 'client';
    if (step.within) kind = 'server';
    if (step.handler.includes('try_files') || step.handler.includes('index') || step.handler.includes('static')) kind = 'files';
    add({
      kind,
      title: TITLE_OF[step.handler] ?? (isRead ? 'request' : TITLES[kind]),
      fact: factOf(step),
      at: step.at,
      changes: step.changed,
      losers: step.rejected,
      details: step.within ? within(step.within) : asked ? requestLines(asked.request) : step.said === factOf(step) ? [] : [step.said],
      asks: asked !== undefined || step.within !== undefined,
      assumption: step.assumption === undefined ? null : (assumptions.get(step.assumption) ?? null),
    });
  }
  const location = outcome.responseHeaders.find(([n]) => n.toLowerCase() === 'location')?.[1] ?? null;
  const { upstreamRequest } = outcome;
  if (upstreamRequest && ['proxy', 'uwsgi', 'fastcgi', 'scgi', 'grpc', 'memcached'].includes(outcome.kind)) {
    const sent = upstreamRequest.params ?? upstreamRequest.headers;
    const isItself = steps.findLast((s) => s.phase === 'upstream')?.within !== undefined;
    add({
      kind: 'application',
      title: raw ? 'backend' : isItself ? 'nginx' : 'application',
      fact: raw
        ? upstreamRequest.upstream
        : `${upstreamRequest.method ?? ''} ${upstreamRequest.uri} · ${count(sent.length, upstreamRequest.params ? 'parameter' : 'header')} over ${upstreamRequest.protocol}`.trim(),
      at: upstreamRequest.at,
      details: [...upstreamRequest.servers.map((s) => `server ${s}${roleOf(upstreamRequest, s)}`), ...sentLines(upstreamRequest)],
      end: true,
    });
  } else if (outcome.kind === 'redirect' || (location !== null && outcome.status >= 300 && outcome.status < 400))
    add({ kind: 'redirect', fact: `${outcome.status} ${location ?? ''}`.trim(), end: true });
  else if (outcome.kind === 'closed')
    add({ kind: 'closed', fact: raw ? 'the connection is closed' : 'the connection is closed without an answer', end: true });
  else if (steps.at(-1)?.phase === 'configuration') down[down.length - 1] = { ...down.at(-1)!, title: 'configuration', end: true };
  else if (outcome.status === 0 && steps.length === 1) down[down.length - 1] = { ...down.at(-1)!, kind: 'closed', end: true };
  else if (outcome.kind === 'static') add({ kind: 'static', fact: outcome.file ?? '', end: true });
  else if (outcome.kind === 'error' || outcome.status >= 400) add({ kind: 'refused', fact: String(outcome.status), end: true });
  else
    add({
      kind: 'answer',
      fact: outcome.body === null ? String(outcome.status) : `${outcome.status}, ${count(outcome.body.length, 'character')}`,
      details: outcome.body ? [outcome.body.slice(0, 400)] : [],
      end: true,
    });
  const last = down.at(-2);
  if (last && down.at(-1)!.assumption === null && last.assumption && last.kind === 'upstream') {
    // one switch for what the application answers, on the application itself
    down[down.length - 1] = { ...down.at(-1)!, assumption: last.assumption };
    down[down.length - 2] = { ...last, assumption: null };
  }
  const host = hostIn(request.headers) ?? '';
  const url = raw
    ? `${request.scheme}://${trace.tls.sni ?? request.localAddress}:${request.localPort}`
    : `${request.scheme}://${host}${request.target}`;
  const next =
    location === null || outcome.status < 300 || outcome.status >= 400
      ? null
      : /^[a-z]+:\/\//i.test(location)
        ? location
        : location.startsWith('/')
          ? `${request.scheme}://${host}${location}`
          : null;
  return {
    title: `${request.method} ${url}`.trim(),
    warning: warningOf(trace),
    down,
    up,
    ending:
      steps.at(-1)?.phase === 'configuration'
        ? 'none, nginx does not start'
        : outcome.status === 0 && steps.length === 1
          ? steps[0]!.said
          : outcome.kind === 'closed'
            ? raw
              ? `closed, status ${outcome.status}`
              : 'closed'
            : raw
              ? outcome.kind === 'proxy'
                ? `bytes pass between the client and ${upstreamRequest?.upstream ?? 'the server'}`
                : outcome.body === null
                  ? `closed, status ${outcome.status}`
                  : `${count(outcome.body.length, 'character')} sent, then closed`
              : location !== null && next
                ? `${outcome.status} ${location}${next === url ? ', to itself: a loop' : ''}`
                : String(outcome.status),
    status: outcome.status,
    next,
  };
}
