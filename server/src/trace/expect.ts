/** Request tests: reads `*.proxytest.yaml`, compares a trace with what is expected, and says every difference. No IO. */

import { isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import { table } from '../base/table.ts';
import type { Config } from '../config/config.ts';
import { readAnswers, readHeaders } from './answers.ts';
import { assumeProblems, backend } from './assumptions.ts';
import { CLIENTS, clientLines, clientOf } from './clients.ts';
import { isCurl, oneCommand, requestFromCurl } from './curl.ts';
import { hostIn, isAddress, isHost, requestFromUrl } from './from-url.ts';
import { listedFiles } from './listed-files.ts';
import { requestFromJson, withBody } from './read-requests.ts';
import { traceRequest } from './request.ts';
import type { HeaderPair, Refusal, RequestInput, Trace, TraceOptions } from './trace.ts';

export interface RequestTest {
  readonly name: string;
  /** zero-based line of the test in its file */
  readonly line: number;
  readonly request: RequestInput;
  readonly options: TraceOptions;
  readonly expect: Readonly<Record<string, unknown>>;
}

export interface TestFile {
  /** whether its tests can be run: nothing is wrong but, maybe, some of them */
  readonly usable: boolean;
  /** relative to the test file */
  readonly config: string;
  readonly map: Readonly<Record<string, string>>;
  /** of several services that start nginx with the configuration, the one that is meant */
  readonly service: string | null;
  readonly nginx: string | null;
  /** the tests hold although nginx refuses the configuration */
  readonly allowRefused: boolean;
  readonly tests: readonly RequestTest[];
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

export interface Difference {
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

/** What `expect` may name, and how it is read off a trace. Header maps are compared name by name. */
export const EXPECTATIONS: Readonly<Record<string, string>> = table({
  kind: 'how the request ends: proxy, uwsgi, static, return, redirect, error, closed, …',
  status: 'the status that the client gets',
  location: 'the Location header',
  body: 'the text of a return',
  file: 'the file that is sent',
  server: 'the first name of the server',
  locationBlock: 'the location as written, such as /app/ or ~ \\.php$',
  upstream: 'the upstream group or host',
  uri: 'the URI that the application gets',
  method: 'the method that the application gets',
  upstreamHeaders: 'header lines that the application gets; null for one that it must not get',
  params: 'uwsgi, fastcgi or scgi parameters; null for one that must not be there',
  responseHeaders: 'header lines that the client gets; null for one that must not be there',
  limits: 'names of the zones that limit the request',
  cached: 'true when the answer would be stored',
});

const TOP = ['config', 'map', 'service', 'requests', 'nginxVersion', 'allowRefused'];
const OWN = [
  'name',
  'request',
  'client',
  'headers',
  'from',
  'httpVersion',
  'sni',
  'body',
  'assume',
  'files',
  'upstreamStatus',
  'upstreamHeaders',
  'upstreams',
  'expect',
];

const record = (value: unknown): Record<string, unknown> =>
  value && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** Characters of a command that name a test which has no name of its own. */
const LONGEST_NAME = 60;
const shortened = (text: string): string => (text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME - 1)}…` : text);

/** A request of a test: a line, a command of curl, or an object such as a batch has them. */
function writtenRequest(
  written: unknown,
  origin: string | null,
): { readonly text: string; readonly input: RequestInput | null } | { readonly problem: string } {
  if (typeof written !== 'object' || written === null) return { text: String(written ?? '').trim(), input: null };
  const read = requestFromJson(written, origin);
  if ('problem' in read) return { problem: `The request ${read.problem}.` };
  if (read.upstreams) return { problem: 'upstreams stand beside the request, not in it.' };
  const { method = 'GET', target } = read.input;
  const { url } = written as { url?: unknown };
  return { text: `${method} ${typeof url === 'string' && !isCurl(url) ? url.trim().split(/\s+/).at(-1)! : target}`, input: read.input };
}

/**
 * Reads the text of a test file. Never throws: mistakes are problems with their line, and the tests around them
 * count. A bare path is asked of `origin`.
 */
export function readTests(text: string, origin: string | null = null): TestFile {
  const counter = new LineCounter();
  const doc = parseDocument(text, { lineCounter: counter, merge: true });
  const problems: { line: number; message: string }[] = doc.errors.map((e) => ({
    line: counter.linePos(e.pos[0]).line - 1,
    message: (e.message.split('\n')[0] ?? e.message).replace(/ at line \d+, column \d+:?$/, ''),
  }));
  const empty = { config: 'nginx.conf', map: {}, service: null, nginx: null, allowRefused: false, usable: false, tests: [], problems };
  if (problems.length) return empty;
  let root: Record<string, unknown>;
  try {
    root = record(doc.toJS({ maxAliasCount: 100 }));
  } catch {
    problems.push({ line: 0, message: 'This file expands to too much: an alias stands for lists of aliases. Write the values out.' });
    return empty;
  }
  for (const key of Object.keys(root))
    if (!TOP.includes(key)) problems.push({ line: 0, message: `There is no key "${key}". Known are ${TOP.join(', ')}.` });
  const service = root.service ?? null;
  if (service !== null && (typeof service !== 'string' || service === ''))
    problems.push({ line: lineOfKey(text, 'service'), message: 'service is the name of one service of the project, such as web.' });
  const list = isMap(doc.contents) ? doc.contents.get('requests') : null;
  if (!isSeq(list)) {
    problems.push({ line: 0, message: 'A test file needs a list "requests".' });
    return empty;
  }
  const usable = problems.length === 0;
  const tests: RequestTest[] = [];
  list.items.forEach((item, i) => {
    const start = (item as { range?: [number, number, number] } | null)?.range?.[0] ?? 0;
    const line = counter.linePos(start).line - 1;
    const raw = record((root.requests as unknown[])[i]);
    for (const key of Object.keys(raw))
      if (!OWN.includes(key)) problems.push({ line, message: `There is no key "${key}" in a request. Known are ${OWN.join(', ')}.` });
    const written = writtenRequest(raw.request, origin);
    if ('problem' in written) {
      problems.push({ line, message: written.problem });
      return;
    }
    const { text: asked, input } = written;
    const [first = '', second, third] = asked.split(/\s+/);
    if (third !== undefined && !isCurl(asked)) {
      problems.push({ line, message: `"${asked}" is no request such as GET https://example.com/app/.` });
      return;
    }
    const [method, url] = second === undefined ? ['GET', first] : [first, second];
    const client = clientOf(raw.client);
    if (!client) problems.push({ line, message: `client is one of ${CLIENTS.join(', ')}.` });
    const headers = raw.headers === undefined ? [] : readHeaders(raw.headers);
    const answered = raw.upstreamHeaders === undefined ? undefined : readHeaders(raw.upstreamHeaders);
    for (const [name, read] of Object.entries({ headers, upstreamHeaders: answered }))
      if (read === null)
        problems.push({ line, message: `${name} is an object of names and values, or a list of lines such as "Name: value".` });
    const own = {
      ...(raw.from === undefined ? {} : { clientAddress: String(raw.from) }),
      ...(raw.httpVersion === undefined ? {} : { httpVersion: String(raw.httpVersion) }),
      ...(raw.sni === undefined ? {} : { sni: raw.sni === null || raw.sni === '' ? null : String(raw.sni) }),
    };
    const read = input
      ? { ...input, headers: [...(input.headers ?? []), ...(headers ?? [])], ...own }
      : (readCommand(asked, headers ?? [], own, origin) ??
        requestFromUrl({ method, url, client: client ?? 'browser', headers: headers ?? [], origin, ...own }));
    if ('problem' in read) {
      problems.push({ line, message: read.problem });
      return;
    }
    const request = raw.body === undefined ? read : withBody({ ...read, body: String(raw.body) });
    const expect = record(raw.expect);
    for (const key of Object.keys(expect))
      if (!(key in EXPECTATIONS))
        problems.push({ line, message: `Nothing is called "${key}" in expect. Known are ${Object.keys(EXPECTATIONS).join(', ')}.` });
    if (!Object.keys(expect).length)
      problems.push({ line, message: 'This request expects nothing. Say what should come of it below "expect".' });
    const upstreams = raw.upstreams === undefined ? null : readAnswers(raw.upstreams);
    if (typeof upstreams === 'string') problems.push({ line, message: upstreams });
    const present = Array.isArray(raw.files) ? raw.files.map(String) : null;
    tests.push({
      name: String(raw.name ?? (third === undefined ? `${method} ${url}` : shortened(asked))),
      line,
      request,
      options: {
        assume: Object.fromEntries(Object.entries(record(raw.assume)).map(([k, v]) => [k, String(v)])),
        upstream: {
          ...(raw.upstreamStatus === undefined ? {} : { status: Number(raw.upstreamStatus) }),
          ...(answered ? { headers: answered } : {}),
        },
        ...(upstreams && typeof upstreams !== 'string' ? { upstreams: upstreams.answers } : {}),
        ...(present ? { files: { stat: listedFiles(present).stat } } : {}),
      },
      expect,
    });
  });
  return {
    config: String(root.config ?? 'nginx.conf'),
    map: Object.fromEntries(Object.entries(record(root.map)).map(([k, v]) => [k, String(v)])),
    service: typeof service === 'string' && service !== '' ? service : null,
    nginx: root.nginxVersion === undefined ? null : String(root.nginxVersion),
    allowRefused: root.allowRefused === true,
    usable,
    tests,
    problems,
  };
}

/** The zero-based line of a key of a test file's own, such as `service`; the first where it is written in another way. */
export const lineOfKey = (text: string, key: string): number =>
  Math.max(
    0,
    text.split('\n').findIndex((line) => new RegExp(`^["']?${key}["']?\\s*:`).test(line)),
  );

/** What a command of curl asks, with what the test says besides; null for what is none. */
function readCommand(
  text: string,
  headers: readonly HeaderPair[],
  own: Partial<RequestInput>,
  origin: string | null,
): RequestInput | { readonly problem: string } | null {
  if (!isCurl(text)) return null;
  const read = requestFromCurl(oneCommand(text), origin);
  if ('problem' in read) return { problem: `The curl command ${read.problem}.` };
  if (own.clientAddress !== undefined && !isAddress(own.clientAddress))
    return { problem: `"${own.clientAddress}" is no address of a client, such as 198.51.100.7` };
  return { ...read.input, ...own, headers: [...(read.input.headers ?? []), ...headers] };
}

const PATTERN = /^\/(.+)\/(i?)$/s;

/** A text fits when it is equal, or when the expectation is a `/pattern/` that is found in it. An invalid pattern fits nothing. */
function fits(expected: unknown, got: string | null): boolean {
  if (expected === null) return got === null;
  if (got === null) return false;
  const text = String(expected);
  const m = PATTERN.exec(text);
  // a path such as /app/ has the same form: equality counts first
  if (text === got || !m) return text === got;
  try {
    return new RegExp(m[1]!, m[2]).test(got);
  } catch {
    return false;
  }
}

const word = (value: unknown): string => (value === null ? 'nothing' : typeof value === 'string' ? `"${value}"` : JSON.stringify(value));

/** Everything in which the trace differs from the expectation; empty when it holds. */
export function compare(trace: Trace, expect: Readonly<Record<string, unknown>>): Difference[] {
  const { outcome } = trace;
  const up = outcome.upstreamRequest;
  const all = (list: readonly HeaderPair[] | null | undefined, name: string): string | null => {
    const values = (list ?? []).filter(([n]) => n.toLowerCase() === name.toLowerCase()).map(([, v]) => v);
    return values.length ? values.join(', ') : null;
  };
  const plain: Readonly<Record<string, string | null>> = {
    kind: outcome.kind,
    status: String(outcome.status),
    location: all(outcome.responseHeaders, 'location'),
    body: outcome.body,
    file: outcome.file,
    server: outcome.server?.name ?? null,
    locationBlock: outcome.location?.pattern ?? null,
    upstream: up?.upstream ?? null,
    uri: up?.uri ?? null,
    method: up?.method ?? null,
    cached: trace.cache ? String(trace.cache.store) : 'false',
  };
  const lists: Readonly<Record<string, readonly HeaderPair[] | null | undefined>> = {
    upstreamHeaders: up?.headers,
    params: up?.params,
    responseHeaders: outcome.responseHeaders,
  };
  const out: Difference[] = [];
  for (const [what, wanted] of Object.entries(expect)) {
    if (what in lists) {
      for (const [name, value] of Object.entries(record(wanted))) {
        const got = all(lists[what], name);
        if (!fits(value, got)) out.push({ what: `${what}.${name}`, expected: word(value), got: word(got) });
      }
    } else if (what === 'limits') {
      const zones = trace.limits.flatMap((l) => l.zone ?? []);
      const names = Array.isArray(wanted) ? wanted.map(String) : [String(wanted)];
      if (names.length !== zones.length || names.some((n) => !zones.includes(n)))
        out.push({ what, expected: names.join(', ') || 'none', got: zones.join(', ') || 'none' });
    } else if (what in plain && !fits(wanted === null ? null : wanted, plain[what]!))
      out.push({ what, expected: word(wanted), got: word(plain[what]) });
  }
  return out;
}

/** Traces the request of a test and compares; what keeps a test from saying anything is a difference, too. */
export function runTest(
  config: Config,
  suite: Pick<TestFile, 'allowRefused'>,
  test: RequestTest,
  refusedBy: readonly Refusal[],
): { readonly traced: Trace; readonly differences: readonly Difference[] } {
  const traced = traceRequest(config, test.request, { ...test.options, refusedBy });
  const before: Difference[] = [];
  const [first] = refusedBy;
  if (first && !suite.allowRefused)
    before.push({
      what: 'configuration',
      expected: 'one that nginx accepts, or allowRefused: true',
      got: `${first.path.split('/').at(-1)!}:${first.range.start.line + 1}: ${first.message}`,
    });
  const names = Object.keys(test.options.upstreams ?? {});
  for (const name of names)
    if (!backend(config, name)) before.push({ what: `upstreams.${name}`, expected: 'a backend of the configuration', got: 'no such name' });
  for (const { id, message } of assumeProblems(config, test.options.assume ?? {}, [traced]))
    before.push({ what: `assume.${id}`, expected: 'a question of this request', got: message });
  return { traced, differences: [...before, ...compare(traced, test.expect)] };
}

/** A test of the contract's form that pins what the trace says now. */
export function asTest(trace: Trace, name: string): string {
  const host = hostIn(trace.request.headers) ?? 'localhost';
  const quoted = (s: string): string => JSON.stringify(s);
  const { outcome } = trace;
  const asked = `${trace.request.method} ${trace.request.scheme}://${host}${trace.request.target}`;
  // what YAML reads as itself
  const plain = /^[\w ./?=&%~+@:;,-]*[\w/]$/;
  const out = [`  - name: ${quoted(name)}`, `    request: ${plain.test(asked) ? asked : quoted(asked)}`];
  // what a browser sends by itself goes without saying
  const usual = clientLines('browser', trace.request.method, trace.request.scheme, host).map(([n, v]) => `${n.toLowerCase()}: ${v}`);
  const extra = trace.request.headers.filter(([n, v]) => !isHost(n) && !usual.includes(`${n.toLowerCase()}: ${v}`));
  if (extra.length) out.push(`    headers: { ${extra.map(([n, v]) => `${quoted(n)}: ${quoted(v)}`).join(', ')} }`);
  const chosen = trace.assumptions.filter((a) => a.chosen);
  if (chosen.length) out.push(`    assume: { ${chosen.map((a) => `${quoted(a.id)}: ${quoted(a.assumed)}`).join(', ')} }`);
  out.push('    expect:', `      kind: ${outcome.kind}`, `      status: ${outcome.status}`);
  const location = outcome.responseHeaders.find(([n]) => n.toLowerCase() === 'location')?.[1];
  if (location !== undefined) out.push(`      location: ${quoted(location)}`);
  if (outcome.upstreamRequest)
    out.push(`      upstream: ${quoted(outcome.upstreamRequest.upstream)}`, `      uri: ${quoted(outcome.upstreamRequest.uri)}`);
  return out.join('\n') + '\n';
}
