/**
 * The requests that are asked of a configuration, each run at most once: rules, the panel and comparisons take their traces from here. What
 * to ask is said elsewhere (spots.ts, values.ts); this file keeps, counts and bounds.
 */
import { Notes, PerConfig } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import { asCurl, CLIENT } from '../trace/from-url.ts';
import { briefTrace } from '../trace/request.ts';
import type { RequestInput, Trace, TraceOptions } from '../trace/trace.ts';

/** At 0.04 ms a trace this is about half a second: what a whole round may cost, whatever the configuration. */
const MOST = 12_000;

/** What a finding shows as its proof (contract of the command line: `witness`). */
export interface Proof {
  /** `GET https://example.com/a?b=1`, with the header lines that matter behind it */
  readonly request: string;
  /** what nginx does, in a few words: `301 https://example.com/a/`, `http://127.0.0.1:8000//users` */
  readonly outcome: string;
  /** the same request for a terminal */
  readonly curl: string;
}

/** What nearly every request has. */
const COMMON = new Set(['method', 'scheme', 'localPort', 'target', 'headers']);

/** One text for a request and what is taken for granted about it. */
function keyOf(input: RequestInput, options: TraceOptions): string {
  const { method, scheme, localPort, target, headers } = input;
  let key = `${method} ${scheme} ${localPort} ${target}`;
  if (headers) for (const [name, value] of headers) key += `\0${name}: ${value}`;
  // who is not told of is this one
  for (const name in input)
    if (!COMMON.has(name) && !(name === 'clientAddress' && input.clientAddress === CLIENT))
      key += `\0\0${name} ${JSON.stringify(input[name as keyof RequestInput])}`;
  for (const name in options) key += `\0\0\0${name} ${JSON.stringify(options[name as keyof TraceOptions])}`;
  return key;
}

/** The traced requests of a configuration: each is run once, within a budget. */
export class Witnesses {
  private readonly traces = new Map<string, { readonly trace: Trace; readonly notes: Notes }>();
  private spent = 0;

  constructor(
    private readonly config: Config,
    private readonly most = MOST,
  ) {}

  /** How many requests were run. */
  get asked(): number {
    return this.spent;
  }

  /** True when the budget is used up: whoever judges from here on does not know, and is silent. */
  get cut(): boolean {
    return this.spent >= this.most;
  }

  /** Counts requests of an earlier revision whose outcome is used again. */
  count(requests: number): void {
    this.spent += requests;
  }

  /** Whether so many requests leave room for as many more. */
  isFew(requests: number): boolean {
    return 2 * requests < this.most;
  }

  /** The trace of a request, from memory where it was asked before. Beyond the budget it still answers; callers look at `cut`. */
  ask(input: RequestInput, options: TraceOptions & { readonly files?: never } = {}): Trace {
    const key = keyOf(input, options);
    const known = this.traces.get(key);
    if (known) {
      known.notes.use();
      return known.trace;
    }
    this.spent++;
    const notes = new Notes(this.config);
    const trace = notes.of(() => briefTrace(this.config, input, options));
    this.traces.set(key, { trace, notes });
    return trace;
  }
}

const witnesses = new PerConfig((config) => new Witnesses(config));

/** The witnesses of a configuration at its present revision. */
export const witnessesOf = (config: Config): Witnesses => witnesses.of(config);

const isDefaultPort = (scheme: string, port: number): boolean => port === (scheme === 'https' ? 443 : 80);

/** The URL of a traced request as a person would type it. */
export function urlOf({ scheme, headers, target, localPort }: Trace['request']): string {
  const host = headers.find(([n]) => n.toLowerCase() === 'host')?.[1] ?? 'localhost';
  const port = /:\d+$/.test(host) || isDefaultPort(scheme, localPort) ? '' : `:${localPort}`;
  return `${scheme}://${host}${port}${target}`;
}

/** The Location of the answer; null when it has none. */
export const locationHeader = (trace: Trace): string | null =>
  trace.outcome.responseHeaders.find(([n]) => n.toLowerCase() === 'location')?.[1] ?? null;

/** What comes of a request, short: a status with its Location, what a backend is asked, the file that is sent. */
export function outcomeText(trace: Trace): string {
  const { kind, status, upstreamRequest, file } = trace.outcome;
  const location = locationHeader(trace);
  if (location !== null) return `${status} ${location}`;
  if (kind === 'closed') return 'the connection is closed';
  const relays = !['error', 'return', 'redirect', 'static', 'content', 'unknown'].includes(kind);
  if (upstreamRequest && relays) return `${upstreamRequest.method ?? 'GET'} ${upstreamRequest.uri} at ${upstreamRequest.upstream}`;
  if (file !== null && status < 300) return `${status} ${file}`;
  return String(status);
}

/** A trace as the proof of a finding; `outcome` where other words say better what comes of it. */
export function proofOf(trace: Trace, outcome: string = outcomeText(trace)): Proof {
  const { request } = trace;
  const others = request.headers.filter(([n]) => n.toLowerCase() !== 'host').map(([n, v]) => `${n}: ${v}`);
  const url = urlOf(request);
  // the port that was asked is not always one that the Host line has
  const inUrl = (name: string, value: string): string =>
    name.toLowerCase() !== 'host' || /:\d+$/.test(value) || isDefaultPort(request.scheme, request.localPort)
      ? value
      : `${value}:${request.localPort}`;
  const curl = asCurl({ ...request, headers: request.headers.map(([n, v]) => [n, inUrl(n, v)]) });
  return { request: `${request.method} ${url}${others.length ? `, ${others.join(', ')}` : ''}`, outcome, curl };
}

/** The value of a param that goes to the program; null where none is sent. */
export const paramOf = (trace: Trace, name: string): string | null =>
  trace.outcome.upstreamRequest?.params?.findLast(([n]) => n === name)?.[1] ?? null;
