/**
 * Requests as programs write them down: a JSON object, a raw request, a curl command, a HAR recording. Each becomes the request that
 * nginx gets, or words that say why it is none. No IO.
 */

import { toBytes } from '../base/bytes.ts';
import { table } from '../base/table.ts';
import { readAnswers, readHeaders } from './answers.ts';
import { encodeBase64 } from './base64.ts';
import { headerPair, isAddress, requestFromUrl } from './from-url.ts';
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
 * A JSON object with the fields of a request. `url` may stand for target, scheme, Host and port, `request` for method and URL. A bare path in
 * them is one of `origin`.
 */
export function requestFromJson(value: unknown, origin: string | null = null): ReadRequest {
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
  if (value.target === undefined && typeof url === 'string') {
    const m = /^([A-Za-z-]+)\s+(\S+)$/.exec(url.trim());
    const made = requestFromUrl({ url: m ? m[2]! : url, headers: (fields.headers as HeaderPair[] | undefined) ?? [], origin });
    if ('problem' in made) return { id, problem: `has no request: ${made.problem}` };
    const input = { ...made, ...(m ? { method: m[1]! } : {}), ...fields, headers: made.headers ?? [] };
    return withAnswers(id, input, value.upstreams);
  }
  if (value.target === undefined) return { id, problem: 'has no target' };
  return withAnswers(id, fields as unknown as RequestInput, value.upstreams);
}

/** A request with its body, whose length a client of HTTP/1 says where nothing else is said of it. */
function withBody(input: RequestInput): RequestInput {
  if (input.body === undefined) return input;
  const length = toBytes(input.body).length;
  const told = (input.headers ?? []).some(([n]) => /^(?:content-length|transfer-encoding)$/i.test(n));
  const headers: readonly HeaderPair[] = told ? (input.headers ?? []) : [...(input.headers ?? []), ['Content-Length', String(length)]];
  return { bodyLength: length, ...input, headers };
}

function withAnswers(id: string | null, written: RequestInput, upstreams: unknown): ReadRequest {
  const input = withBody(written);
  if (upstreams === undefined) return { input };
  const read = readAnswers(upstreams);
  return typeof read === 'string' ? { id, problem: read } : { input, upstreams: read.answers };
}

const REQUEST_LINE = /^([!-~]+) (\S+)(?: HTTP\/(\d(?:\.\d)?))?\r?\n?$/;

/** Whether a text begins like a raw request. */
export const looksRaw = (text: string): boolean => /^[A-Z-]+ \S+ HTTP\/\d/.test(text);

/** A raw request: its line, its header lines, and a body behind an empty line. */
export function requestFromRaw(text: string, origin: string | null = null): ReadRequest {
  const wrong = (problem: string): ReadRequest => ({ id: null, problem });
  const end = /\r?\n\r?\n/.exec(text);
  const head = (end ? text.slice(0, end.index) : text).split(/\r?\n/).filter((l, i) => i === 0 || l !== '');
  const body = end ? text.slice(end.index + end[0].length) : '';
  const m = REQUEST_LINE.exec(head[0] ?? '');
  if (!m) return wrong(`begins with "${(head[0] ?? '').slice(0, 60)}", which is no request line such as GET / HTTP/1.1`);
  const headers: HeaderPair[] = [];
  const bare = new Set<string>();
  for (const line of head.slice(1)) {
    const pair = headerPair(line);
    if (!pair && !/^[^\s:]+$/.test(line)) return wrong(`has a line that is no header line: "${line.slice(0, 60)}"`);
    if (!pair) bare.add(line);
    headers.push(pair ?? [line, '']);
  }
  const [, method = 'GET', target = '/', version] = m;
  const host = headers.find(([n]) => n.toLowerCase() === 'host')?.[1] ?? null;
  const scheme = origin !== null && host !== null && origin === `https://${host}` ? 'https' : 'http';
  // an absolute target is what people write for the URL; clients of an origin server send the path
  const url = /^[a-z]+:\/\//i.test(target) ? target : host === null ? target : `${scheme}://${host}${target}`;
  // `CONNECT host:port` and `OPTIONS *` name no path: they stay as they are
  const own = !target.startsWith('/') && !/^[a-z]+:\/\//i.test(target);
  const made = requestFromUrl({
    method,
    url: own && host !== null ? `${scheme}://${host}/` : url,
    headers,
    origin,
    ...(version === undefined ? {} : { httpVersion: version }),
  });
  if ('problem' in made) return wrong(made.problem);
  const withoutColon = (made.headers ?? []).flatMap(([name, value], i) => (value === '' && bare.has(name) ? [i] : []));
  const whole: RequestInput = withoutColon.length ? { ...made, withoutColon } : made;
  const input = own ? { ...whole, target } : whole;
  return { input: body === '' ? input : { ...input, body, bodyLength: toBytes(body).length } };
}

// ---- curl

/** The words of a command for a POSIX shell; null where a quote is left open. Nothing is expanded. */
export function shellWords(text: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === "'" || (c === '$' && text[i + 1] === "'")) {
      const ansi = c === '$';
      if (ansi) i++;
      let out = '';
      for (i++; ; i++) {
        if (i >= text.length) return null;
        if (text[i] === "'") break;
        if (ansi && text[i] === '\\') {
          const next = text[++i] ?? '';
          const code = /^(?:x([\da-f]{1,2})|u([\da-f]{1,4}))/i.exec(text.slice(i));
          if (code) {
            out += String.fromCharCode(Number.parseInt(code[1] ?? code[2]!, 16));
            i += code[0].length - 1;
          } else out += ({ n: '\n', r: '\r', t: '\t' } as Readonly<Record<string, string>>)[next] ?? next;
        } else out += text[i]!;
      }
      word = (word ?? '') + out;
    } else if (c === '"') {
      let out = '';
      for (i++; ; i++) {
        if (i >= text.length) return null;
        if (text[i] === '"') break;
        if (text[i] === '\\' && /["\\$`\n]/.test(text[i + 1] ?? '')) {
          i++;
          if (text[i] !== '\n') out += text[i]!;
        } else out += text[i]!;
      }
      word = (word ?? '') + out;
    } else if (c === '\\') {
      i++;
      if (text[i] === '\r' && text[i + 1] === '\n') i++;
      else if (text[i] !== '\n') word = (word ?? '') + (text[i] ?? '');
    } else if (/\s/.test(c)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + c;
  }
  if (word !== null) words.push(word);
  return words;
}

/** Options of curl that take a word, and change no request. */
const WITH_WORD = new Set(
  '-o --output -m --max-time --connect-timeout --retry -w --write-out --resolve --connect-to -c --cookie-jar --cacert --capath -E --cert --key -D --dump-header -x --proxy --interface --ciphers --tls-max --retry-delay --limit-rate --max-redirs -K --config -y -Y --stderr --trace --trace-ascii'.split(
    ' ',
  ),
);
const DATA = new Set(['-d', '--data', '--data-raw', '--data-binary', '--data-ascii', '--data-urlencode', '--json']);
const VERSIONS: Readonly<Record<string, string>> = table({
  '-0': '1.0',
  '--http1.0': '1.0',
  '--http1.1': '1.1',
  '--http2': '2',
  '--http2-prior-knowledge': '2',
  '--http3': '3',
});
/** Short options that take a word, which may stand right behind them. */
const SHORT = 'XHdAebuFToxmwEDKcyY';

/** A curl command: its method, URL, header lines, data and login, with what curl sends by itself. Files that it names are not read. */
export function requestFromCurl(text: string, origin: string | null = null): ReadRequest {
  const wrong = (problem: string): ReadRequest => ({ id: null, problem });
  const words = shellWords(text);
  if (!words) return wrong('leaves a quote open');
  const urls: string[] = [];
  const data: string[] = [];
  const headers: HeaderPair[] = [];
  const without = new Set<string>();
  let method: string | null = null;
  let version: string | null = null;
  let json = false;
  let form = false;
  let asQuery = false;
  let head = false;
  const header = (name: string, value: string): unknown => headers.push([name, value]);
  const list = words.slice(1);
  for (let i = 0; i < list.length; i++) {
    let option = list[i]!;
    let glued: string | null = null;
    if (!option.startsWith('-') || option === '-') {
      urls.push(option);
      continue;
    }
    if (!option.startsWith('--')) {
      // -sSLX POST: single letters in one word, the first that takes a word ends them
      const at = [...option].findIndex((c, k) => k > 0 && SHORT.includes(c));
      for (const c of option.slice(1, at < 0 ? undefined : at)) {
        if (c === 'I') head = true;
        if (c === 'G') asQuery = true;
        if (c === '0') version = '1.0';
      }
      if (at < 0) continue;
      if (at < option.length - 1) glued = option.slice(at + 1);
      option = `-${option[at]!}`;
    }
    const value = (): string => glued ?? list[++i] ?? '';
    if (option === '-X' || option === '--request') method = value();
    else if (option === '-H' || option === '--header') {
      const line = value();
      const pair = headerPair(line);
      if (pair && pair[1] === '') without.add(pair[0].toLowerCase());
      else if (pair) headers.push(pair);
      else if (/^[^\s:;]+;$/.test(line)) header(line.slice(0, -1), '');
      else return wrong(`has a header line that is none: "${line.slice(0, 60)}"`);
    } else if (DATA.has(option)) {
      const part = value();
      json ||= option === '--json';
      data.push(
        option === '--data-urlencode'
          ? part.replace(/^([^=@]*=)?(.*)$/s, (_, n: string | undefined, v: string) => (n ?? '') + encodeURIComponent(v))
          : part,
      );
    } else if (option === '-F' || option === '--form' || option === '--form-string') {
      value();
      form = true;
    } else if (option === '-u' || option === '--user') header('Authorization', `Basic ${encodeBase64(toBytes(value()))}`);
    else if (option === '--oauth2-bearer') header('Authorization', `Bearer ${value()}`);
    else if (option === '-A' || option === '--user-agent') header('User-Agent', value());
    else if (option === '-e' || option === '--referer') header('Referer', value());
    else if (option === '-b' || option === '--cookie') {
      const cookie = value();
      if (cookie.includes('=')) header('Cookie', cookie);
    } else if (option === '--url') urls.push(value());
    else if (option === '-T' || option === '--upload-file') {
      value();
      method ??= 'PUT';
    } else if (option === '--head') head = true;
    else if (option === '--get') asQuery = true;
    else if (option === '--compressed') header('Accept-Encoding', 'deflate, gzip, br, zstd');
    else if (Object.hasOwn(VERSIONS, option)) version = VERSIONS[option]!;
    else if (WITH_WORD.has(option)) value();
  }
  let url = urls[0];
  if (url === undefined) return wrong('names no URL');
  const body = data.join(json ? '' : '&');
  const sends = (data.length > 0 && !asQuery) || form;
  if (data.length && asQuery) url += (url.includes('?') ? '&' : '?') + body;
  const named = (name: string): boolean => headers.some(([n]) => n.toLowerCase() === name) || without.has(name);
  if (sends) {
    const type = form ? 'multipart/form-data' : json ? 'application/json' : 'application/x-www-form-urlencoded';
    if (!named('content-type')) header('Content-Type', type);
    if (!form && !named('content-length') && !named('transfer-encoding')) header('Content-Length', String(toBytes(body).length));
  }
  if (json && !named('accept')) header('Accept', 'application/json');
  const made = requestFromUrl({
    method: method ?? (head ? 'HEAD' : sends ? 'POST' : 'GET'),
    url,
    client: 'curl',
    headers,
    origin,
    ...(version === null ? {} : { httpVersion: version }),
  });
  if ('problem' in made) return wrong(made.problem);
  const sent = { ...made, headers: (made.headers ?? []).filter(([n]) => !without.has(n.toLowerCase())) };
  // what curl takes out of a file is not known
  const known = sends && !form && !data.some((part) => part.startsWith('@'));
  return { input: known ? { ...sent, body, bodyLength: toBytes(body).length } : sent };
}

/** The commands of a text, lines that end in a backslash together with the next. */
export const curlCommands = (text: string): string[] =>
  text
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n(?=\s*(?:curl\s|$))/)
    .map((c) => c.trim().replace(/\s*[;&]+$/, ''))
    .filter((c) => /^curl\s/.test(c));

// ---- HAR

/** True for the root of a HAR recording. */
export const isHar = (value: unknown): boolean => isRecord(value) && isRecord(value.log) && Array.isArray(value.log.entries);

/** Every request of a HAR recording (version 1.2), in order, with its number as id. */
export function requestsFromHar(value: unknown): ReadRequest[] {
  const entries = isRecord(value) && isRecord(value.log) && Array.isArray(value.log.entries) ? (value.log.entries as unknown[]) : [];
  return entries.map((entry, i): ReadRequest => {
    const id = String(i + 1);
    const request = isRecord(entry) ? entry.request : null;
    if (!isRecord(request) || typeof request.url !== 'string') return { id, problem: `entry ${id} has no request` };
    const headers = (Array.isArray(request.headers) ? (request.headers as unknown[]) : []).flatMap((h): HeaderPair[] =>
      isRecord(h) && typeof h.name === 'string' && typeof h.value === 'string' && !h.name.startsWith(':') ? [[h.name, h.value]] : [],
    );
    const version = /^h(?:ttp\/)?([23])|^http\/(1\.[01])/i.exec(typeof request.httpVersion === 'string' ? request.httpVersion : '');
    const made = requestFromUrl({
      method: typeof request.method === 'string' && request.method ? request.method : 'GET',
      url: request.url,
      headers,
      ...(version ? { httpVersion: version[1] ?? version[2]! } : {}),
    });
    if ('problem' in made) return { id, problem: `entry ${id}: ${made.problem}` };
    const size = whole(request.bodySize, Number.MAX_SAFE_INTEGER);
    const posted = isRecord(request.postData) && typeof request.postData.text === 'string' ? request.postData.text : null;
    const body = posted === null || posted === '' ? {} : { body: posted, bodyLength: toBytes(posted).length };
    return { input: { id, ...made, ...body, ...(size === null || size === 0 ? {} : { bodyLength: size }) } };
  });
}
