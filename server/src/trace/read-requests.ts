/**
 * Requests as programs write them down: a JSON object, a raw request, a HAR recording (a command of curl: curl.ts). Each becomes the request that
 * nginx gets, or words that say why it is none. No IO.
 */

import { fromBytes, toBytes } from '../base/bytes.ts';
import { table } from '../base/table.ts';
import { readAnswers, readHeaders } from './answers.ts';
import type { ClientName } from './clients.ts';
import { isCurl, oneCommand, requestFromCurl } from './curl.ts';
import { isAddress, requestFromUrl } from './from-url.ts';
import type { HeaderPair, RequestInput, Scheme, TraceOptions } from './trace.ts';

/** A request, with the answers of backends that were given with it. */
export interface WrittenRequest {
  readonly input: RequestInput;
  readonly upstreams?: NonNullable<TraceOptions['upstreams']>;
}

export type ReadRequest = WrittenRequest | { readonly id: string | null; readonly problem: string };

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const SCHEMES: readonly string[] = ['http', 'https', 'tcp', 'udp', 'imap', 'imaps', 'pop3', 'pop3s', 'smtp', 'smtps'] satisfies Scheme[];

/** A port or a length, also where it was written as a text; null for anything else. */
const whole = (value: unknown, most: number): number | null => {
  const n = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof n === 'number' && Number.isInteger(n) && n >= 0 && n <= most ? n : null;
};

/** What each field takes; words for what it is not, or the value as the request has it. */
const FIELDS: Readonly<Record<string, (value: unknown) => { readonly value: unknown } | string>> = table({
  method: (v) => (typeof v === 'string' && v !== '' ? { value: v } : 'a method such as GET'),
  target: (v) => (typeof v === 'string' ? { value: v } : 'a path such as /app/?x=1'),
  scheme: (v) => (typeof v === 'string' && SCHEMES.includes(v) ? { value: v } : `one of ${SCHEMES.join(', ')}`),
  httpVersion: (v) =>
    (typeof v === 'string' && v !== '') || typeof v === 'number'
      ? { value: typeof v === 'number' && v < 2 ? v.toFixed(1) : String(v) }
      : 'a version such as 1.1',
  headers: (v) => {
    const headers = readHeaders(v);
    return headers ? { value: headers } : 'a list of pairs such as [["Host", "example.com"]], or an object';
  },
  clientAddress: (v) => (typeof v === 'string' && isAddress(v) ? { value: v } : 'an address such as 198.51.100.7'),
  clientPort: (v) => (whole(v, 65_535) === null ? 'a port' : { value: whole(v, 65_535) }),
  localAddress: (v) => (typeof v === 'string' && v !== '' ? { value: v } : 'an address, or unix:/path'),
  localPort: (v) => (whole(v, 65_535) === null ? 'a port' : { value: whole(v, 65_535) }),
  sni: (v) => (typeof v === 'string' || v === null ? { value: v } : 'a name, or null'),
  clientCertificate: (v) => (v === 'none' || v === 'valid' || v === 'invalid' ? { value: v } : 'none, valid or invalid'),
  bodyLength: (v) => (whole(v, Number.MAX_SAFE_INTEGER) === null ? 'a number of bytes' : { value: whole(v, Number.MAX_SAFE_INTEGER) }),
  body: (v) => (typeof v === 'string' ? { value: v } : 'a text'),
  withoutColon: (v) =>
    Array.isArray(v) && v.every((n) => whole(n, 100_000) !== null) ? { value: v } : 'a list of places in headers, from 0',
  proxyProtocol: (v) => {
    const wrong = 'an object with clientAddress, clientPort, serverAddress and serverPort';
    if (!isRecord(v) || typeof v.clientAddress !== 'string' || !isAddress(v.clientAddress)) return wrong;
    if (v.serverAddress !== undefined && (typeof v.serverAddress !== 'string' || !isAddress(v.serverAddress))) return wrong;
    const ports = [v.clientPort, v.serverPort].map((p) => (p === undefined ? undefined : whole(p, 65_535)));
    if (ports.includes(null)) return wrong;
    const [clientPort, serverPort] = ports;
    return {
      value: {
        clientAddress: v.clientAddress,
        ...(clientPort === undefined ? {} : { clientPort }),
        ...(v.serverAddress === undefined ? {} : { serverAddress: v.serverAddress }),
        ...(serverPort === undefined ? {} : { serverPort }),
      },
    };
  },
});

const idOf = (value: unknown): string | null => (typeof value === 'string' || typeof value === 'number' ? String(value) : null);

/**
 * A JSON object with the fields of a request. `url` may stand for target, scheme, Host and port, `request` for method and URL, or for a command
 * of curl. A bare path in them is one of `origin`, and what asks for a URL sends the lines of `client`, where one is named.
 */
export function requestFromJson(value: unknown, origin: string | null = null, client?: ClientName): ReadRequest {
  if (!isRecord(value)) return { id: null, problem: 'is no object' };
  const id = idOf(value.id);
  const fields: Record<string, unknown> = id === null ? {} : { id };
  for (const [name, read] of Object.entries(FIELDS)) {
    if (value[name] === undefined) continue;
    const field = read(value[name]);
    if (typeof field === 'string') return { id, problem: `${name} cannot be read: write ${field}` };
    fields[name] = field.value;
  }
  const url = value.url ?? value.request;
  if (value.target === undefined && typeof url === 'string' && isCurl(url)) {
    const read = requestFromCurl(oneCommand(url), origin);
    if ('problem' in read) return { id, problem: `has no request: the curl command ${read.problem}` };
    const more = (fields.headers as HeaderPair[] | undefined) ?? [];
    return withAnswers(id, { ...read.input, ...fields, headers: [...(read.input.headers ?? []), ...more] }, value.upstreams);
  }
  if (value.target === undefined && typeof url === 'string') {
    const m = /^([A-Za-z-]+)\s+(\S+)$/.exec(url.trim());
    const said = typeof fields.method === 'string' ? fields.method : m?.[1];
    const made = requestFromUrl({
      url: m ? m[2]! : url,
      headers: (fields.headers as HeaderPair[] | undefined) ?? [],
      origin,
      ...(said === undefined ? {} : { method: said }),
      ...(client ? { client, httpVersion: fields.httpVersion as RequestInput['httpVersion'] } : {}),
    });
    if ('problem' in made) return { id, problem: `has no request: ${made.problem}` };
    const input = { ...made, ...fields, ...(made.method === undefined ? {} : { method: made.method }), headers: made.headers ?? [] };
    return withAnswers(id, input, value.upstreams);
  }
  if (value.target === undefined) return { id, problem: 'has no target' };
  return withAnswers(id, fields as unknown as RequestInput, value.upstreams);
}

/** A request with its body, whose length a client of HTTP/1 says where nothing else is said of it. */
export function withBody(input: RequestInput): RequestInput {
  if (input.body === undefined) return input;
  const length = toBytes(input.body).length;
  const told =
    /^[23]/.test(input.httpVersion ?? '') || (input.headers ?? []).some(([n]) => /^(?:content-length|transfer-encoding)$/i.test(n));
  const headers: readonly HeaderPair[] = told ? (input.headers ?? []) : [...(input.headers ?? []), ['Content-Length', String(length)]];
  return { bodyLength: length, ...input, headers };
}

function withAnswers(id: string | null, written: RequestInput, upstreams: unknown): ReadRequest {
  const input = withBody(written);
  if (upstreams === undefined) return { input };
  const read = readAnswers(upstreams);
  return typeof read === 'string' ? { id, problem: read } : { input, upstreams: read.answers };
}

const REQUEST_LINE = /^(\S+) +(.*?)(?: +HTTP\/(\d+(?:\.\d+)?))? *\r?$/;
const ABSOLUTE = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i;

/** Whether a text begins like a raw request. */
export const looksRaw = (text: string): boolean => /^\S+ [^\n]*[^\n ] +HTTP\/\d+(?:\.\d+)? *\r?(?:\n|$)/.test(text);

/** Where requests go that do not say so themselves. */
export interface Destination {
  /** what a bare path is asked of, such as `https://example.com` */
  readonly origin: string | null;
  /** ports on which anybody listens; unknown where absent */
  readonly ports?: ReadonlySet<number>;
  /** who asks for what is written as a URL; nobody where absent, and no line is added */
  readonly client?: ClientName;
}

/** A line of a raw request as a pair, its name as it stands: what of it nginx takes, nginx says. Null: it has no colon. */
function rawPair(line: string): HeaderPair | null {
  const colon = line.indexOf(':');
  return colon < 0 ? null : [line.slice(0, colon), line.slice(colon + 1).trim()];
}

/** The bytes of a body that comes in chunks, without their lengths; null where they are none. */
function unchunked(text: string): string | null {
  let rest = toBytes(text);
  let out = '';
  for (;;) {
    const size = /^([\da-f]{1,8})[ \t]*(?:;[^\n]*)?(?:\r?\n|$)/i.exec(rest);
    if (!size) return null;
    const length = Number.parseInt(size[1]!, 16);
    if (length === 0) return fromBytes(out);
    const data = rest.slice(size[0].length);
    const end = /^\r?\n/.exec(data.slice(length));
    if (data.length < length || !end) return null;
    out += data.slice(0, length);
    rest = data.slice(length + end[0].length);
  }
}

/** Which connection a raw request came over: as its URL says, else as the port of its host does, else the one that the configuration takes. */
function connectionOf(
  method: string,
  target: string,
  host: string | undefined,
  { origin, ports }: Destination,
): { readonly scheme: 'http' | 'https'; readonly localPort?: number } {
  const own = ABSOLUTE.exec(target);
  const portIn = (authority: string | undefined): number | null => {
    const port = Number(/:(\d{1,5})$/.exec(authority ?? '')?.[1] ?? 0);
    return port > 0 && port < 65_536 ? port : null;
  };
  const from = /^(https?):\/\/(.*)$/.exec(origin ?? '');
  const named = own?.[1]?.toLowerCase();
  const secure = named === 'https' || named === 'wss';
  const same = from !== null && host !== undefined && host === from[2];
  const scheme = secure || (named === undefined && same && from[1] === 'https') ? 'https' : 'http';
  // what CONNECT and its Host name is where the tunnel leads
  const port = method === 'CONNECT' ? null : (portIn(own?.[2]) ?? portIn(host));
  if (port !== null) return { scheme, localPort: port };
  const usual = scheme === 'https' ? 443 : 80;
  // it did come in, so where nobody listens on the usual port it was another one
  if (from === null || secure || (ports ? ports.has(usual) : host !== undefined)) return { scheme };
  const other = portIn(from[2]);
  return { scheme: from[1] === 'https' ? 'https' : 'http', ...(other === null ? {} : { localPort: other }) };
}

/**
 * A raw request: its line, its header lines, and a body behind an empty line. It is taken as it stands, and what nginx refuses of it is refused in
 * the trace. What people leave out is added: the Host of a URL, the length of a body.
 */
export function requestFromRaw(text: string, to: Destination = { origin: null }): ReadRequest {
  const wrong = (problem: string): ReadRequest => ({ id: null, problem });
  // empty lines before a request are skipped
  const written = text.replace(/^(?:\r?\n)+/, '');
  const end = /\r?\n\r?(?:\n|$)/.exec(written);
  const head = (end ? written.slice(0, end.index) : written).split(/\r?\n/).filter((l, i) => i === 0 || l !== '');
  const rest = end ? written.slice(end.index + end[0].length) : '';
  const m = REQUEST_LINE.exec(head[0] ?? '');
  if (!m) return wrong(`begins with "${(head[0] ?? '').slice(0, 60)}", which is no request line such as GET / HTTP/1.1`);
  const [, method = 'GET', target = '/', httpVersion = '1.1'] = m;
  const pairs: HeaderPair[] = [];
  const withoutColon: number[] = [];
  for (const line of head.slice(1)) {
    const pair = rawPair(line);
    if (!pair) withoutColon.push(pairs.length);
    pairs.push(pair ?? [line, '']);
  }
  const line = (name: string): string | undefined => pairs.find(([n]) => n.toLowerCase() === name)?.[1];
  const host = line('host');
  const modern = /^[23](?:\.0)?$/.test(httpVersion);
  // a URL without a Host line is what people write for the two; what clients send has both
  const own = host === undefined ? ABSOLUTE.exec(target) : null;
  let headers: readonly HeaderPair[] = pairs;
  if (own) headers = [[modern ? ':authority' : 'Host', own[2]!.replace(/^[^@]*@/, '')], ...pairs];
  else if (modern) headers = pairs.map(([n, v]) => (n.toLowerCase() === 'host' ? [':authority', v] : [n, v]));
  const shift = headers.length - pairs.length;
  const path = own ? target.slice(own[0].length).replace(/#.*$/s, '') : target;
  const whole: RequestInput = {
    method,
    target: own && !path.startsWith('/') ? `/${path}` : path,
    headers,
    httpVersion,
    ...connectionOf(method, target, host, to),
    ...(withoutColon.length ? { withoutColon: withoutColon.map((i) => i + shift) } : {}),
  };
  const length = line('content-length');
  if (/^chunked$/i.test(line('transfer-encoding') ?? '')) {
    const body = unchunked(rest);
    return body === null
      ? wrong('has a body whose chunks cannot be read')
      : { input: { ...whole, body, bodyLength: toBytes(body).length } };
  }
  if (length === undefined) return rest.trim() === '' ? { input: whole } : { input: withBody({ ...whole, body: rest }) };
  const bytes = toBytes(rest);
  if (!/^\d{1,15}$/.test(length)) return { input: whole };
  // what follows is another request, or the last line end of a file
  const body = fromBytes(bytes.slice(0, Number(length)));
  return { input: body === '' ? { ...whole, bodyLength: Number(length) } : { ...whole, body, bodyLength: Number(length) } };
}

// ---- HAR

/** True for the root of a HAR recording. */
export const isHar = (value: unknown): boolean => isRecord(value) && isRecord(value.log) && Array.isArray(value.log.entries);

/** Names and values of a list of a recording. */
const pairsOf = (list: unknown): HeaderPair[] =>
  (Array.isArray(list) ? (list as unknown[]) : []).flatMap((one): HeaderPair[] =>
    isRecord(one) && typeof one.name === 'string' && typeof one.value === 'string' ? [[one.name, one.value]] : [],
  );

/** The text of a recorded body; a form may be recorded by its fields alone. */
function postedText(data: Readonly<Record<string, unknown>>): string {
  if (typeof data.text === 'string' && data.text !== '') return data.text;
  if (!/^application\/x-www-form-urlencoded/i.test(String(data.mimeType))) return '';
  return pairsOf(data.params)
    .map(([n, v]) => `${encodeURIComponent(n)}=${encodeURIComponent(v)}`)
    .join('&');
}

/** Every request of a HAR recording (version 1.2), in order, with its number as id. */
export function requestsFromHar(value: unknown): ReadRequest[] {
  const entries = isRecord(value) && isRecord(value.log) && Array.isArray(value.log.entries) ? (value.log.entries as unknown[]) : [];
  return entries.map((entry, i): ReadRequest => {
    const id = String(i + 1);
    const request = isRecord(entry) ? entry.request : null;
    if (!isRecord(request) || typeof request.url !== 'string') return { id, problem: `entry ${id} has no request` };
    const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(request.url)?.[0].toLowerCase();
    if (scheme !== undefined && !/^(?:http|ws)s?$/.test(scheme))
      return { id, problem: `entry ${id}: a ${scheme}: URL is asked of no server` };
    const recorded = pairsOf(request.headers).filter(([n]) => !n.startsWith(':'));
    const cookies = pairsOf(request.cookies).map(([n, v]) => `${n}=${v}`);
    const headers: readonly HeaderPair[] =
      cookies.length && !recorded.some(([n]) => n.toLowerCase() === 'cookie') ? [...recorded, ['Cookie', cookies.join('; ')]] : recorded;
    const version = /^h(?:ttp\/)?([23])|^http\/(1\.[01])/i.exec(typeof request.httpVersion === 'string' ? request.httpVersion : '');
    const made = requestFromUrl({
      method: typeof request.method === 'string' && request.method ? request.method : 'GET',
      // the lines of a handshake are recorded with it
      url: recorded.length ? request.url.replace(/^ws/i, 'http') : request.url,
      headers,
      ...(version ? { httpVersion: version[1] ?? version[2]! } : {}),
    });
    if ('problem' in made) return { id, problem: `entry ${id}: ${made.problem}` };
    const size = whole(request.bodySize, Number.MAX_SAFE_INTEGER);
    const posted = isRecord(request.postData) ? postedText(request.postData) : '';
    const input = posted === '' ? { id, ...made } : withBody({ id, ...made, body: posted });
    return { input: size === null || size === 0 ? input : { ...input, bodyLength: size } };
  });
}
