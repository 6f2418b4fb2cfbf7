/** A request as people write it: a method, a URL, header lines. */

import { toBytes } from '../base/bytes.ts';
import { shWord } from '../base/escape.ts';
import { table } from '../base/table.ts';
import { canonicalIp } from '../config/servers.ts';
import { encodeBase64 } from './base64.ts';
import { type ClientName, clientLines } from './clients.ts';
import type { HeaderPair, RequestInput, Scheme } from './trace.ts';

export interface UrlRequest {
  readonly method?: string;
  readonly url: string;
  readonly headers?: readonly HeaderPair[];
  readonly clientAddress?: string;
  readonly httpVersion?: string;
  /** who asks, with what such a client sends by itself where `headers` does not say otherwise. Default: nobody, nothing is added */
  readonly client?: ClientName;
  /** what a bare path is asked of, such as `https://example.com` */
  readonly origin?: string | null;
  /** the name in the handshake; null: none is sent. Default: the host */
  readonly sni?: string | null;
}

const URL_FORM = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^#]*)/i;

/** How a URL's scheme is asked; a WebSocket begins as a request of HTTP. */
const SCHEMES: Readonly<Record<string, Scheme>> = table({
  http: 'http',
  https: 'https',
  ws: 'http',
  wss: 'https',
  tcp: 'tcp',
  udp: 'udp',
  imap: 'imap',
  imaps: 'imaps',
  pop3: 'pop3',
  pop3s: 'pop3s',
  smtp: 'smtp',
  smtps: 'smtps',
});

/** What is no HTTP: a connection, or a session of mail. */
const RAW: ReadonlySet<string> = new Set(Object.keys(SCHEMES).filter((s) => !/^(?:http|ws)s?$/.test(s)));

/** Lines without which no WebSocket begins. */
const HANDSHAKE: readonly HeaderPair[] = [
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
];

/** A host as clients send it: what is not ASCII becomes punycode; null when there is no such name. */
function asciiHost(host: string): string | null {
  if (/^[\x21-\x7e]*$/.test(host)) return host;
  try {
    return new URL(`http://${host}/`).hostname || null;
  } catch {
    return null;
  }
}

/** `user:password` of a URL as the login of a mail session. */
function login(userinfo: string): HeaderPair[] | null {
  try {
    const [user = '', ...rest] = userinfo.split(':');
    return [['Auth-User', decodeURIComponent(user)], ...(rest.length ? [['Auth-Pass', decodeURIComponent(rest.join(':'))] as const] : [])];
  } catch {
    return null;
  }
}

/** `user:password` of a URL as an Authorization line. */
function basic(userinfo: string): HeaderPair | null {
  try {
    const [user = '', ...rest] = userinfo.split(':');
    const text = `${decodeURIComponent(user)}:${decodeURIComponent(rest.join(':'))}`;
    return ['Authorization', `Basic ${encodeBase64(toBytes(text))}`];
  } catch {
    return null;
  }
}

/**
 * The request that a client sends for a URL: the Host header is made of its authority unless one is given, the target is taken as it
 * stands (nothing is normalised or escaped, that is nginx's part). A text without a scheme is taken for http, a bare path for one of
 * `origin`. Returns words for people when it is no URL.
 */
export function requestFromUrl(request: UrlRequest): RequestInput | { problem: string } {
  const text = request.url.trim();
  if (!text) return { problem: '"" is no URL such as https://example.com/path' };
  if (text.startsWith('/') && !request.origin)
    return { problem: `"${text}" is a path: write the host before it, such as http://example.com${text}` };
  const full = text.startsWith('/') ? `${request.origin ?? ''}${text}` : URL_FORM.test(text) ? text : `http://${text}`;
  const m = URL_FORM.exec(full);
  if (!m) return { problem: `"${text}" is no URL such as https://example.com/path` };
  const named = m[1]!.toLowerCase();
  const scheme = Object.hasOwn(SCHEMES, named) ? SCHEMES[named] : undefined;
  if (!scheme) return { problem: `nginx answers no ${named}:// URL: write one of ${Object.keys(SCHEMES).join('://, ')}://` };
  const socket = named === 'ws' || named === 'wss';
  const raw = RAW.has(scheme);
  const at = m[2]!.lastIndexOf('@');
  const port = /:(\d{1,5})$/.exec(m[2]!.slice(at + 1))?.[1];
  const written = port === undefined ? m[2]!.slice(at + 1).replace(/:$/, '') : m[2]!.slice(at + 1, -port.length - 1);
  const host = asciiHost(written);
  const rest = m[3] ?? '';
  const target = rest === '' ? '/' : rest.startsWith('/') ? rest : `/${rest}`;
  if (host === null) return { problem: `"${written}" is no name of a host` };
  if (host === '' && !(raw && port)) return { problem: `"${text}" names no host` };
  if (/\s/.test(target)) return { problem: 'A URL has no blanks: write %20.' };
  if (port !== undefined && !(Number(port) > 0 && Number(port) < 65_536)) return { problem: `${port} is no port` };
  if (request.clientAddress !== undefined && !isAddress(request.clientAddress))
    return { problem: `"${request.clientAddress}" is no address of a client, such as 198.51.100.7` };
  if (raw) {
    const ip = canonicalIp(host) !== null;
    const sni = request.sni === undefined ? (ip || host === '' ? null : host.toLowerCase()) : request.sni;
    const who = at > 0 && scheme !== 'tcp' && scheme !== 'udp' ? login(m[2]!.slice(0, at)) : null;
    return {
      target: '/',
      scheme,
      sni,
      ...(who ? { headers: who } : {}),
      ...(port ? { localPort: Number(port) } : {}),
      ...(request.clientAddress ? { clientAddress: request.clientAddress } : {}),
    };
  }
  const authority = port === undefined ? host : `${host}:${port}`;
  const client = socket && (request.client ?? 'browser') === 'browser' ? 'websocket' : request.client;
  const method = client === 'post' && (request.method ?? 'GET') === 'GET' ? 'POST' : (request.method ?? 'GET');
  const password = at > 0 ? basic(m[2]!.slice(0, at)) : null;
  if (at > 0 && !password) return { problem: `"${m[2]!.slice(0, at)}" is no user and password of a URL` };
  const given = request.headers ?? [];
  const has = (list: readonly HeaderPair[], name: string): boolean => list.some(([n]) => n.toLowerCase() === name.toLowerCase());
  const own = password && !has(given, 'authorization') ? [...given, password] : given;
  const old = request.httpVersion === undefined || request.httpVersion.startsWith('1.');
  const usual = (client ? clientLines(client, method, scheme, authority) : []).filter(
    ([name]) => !has(own, name) && (old || name !== 'Connection'),
  );
  const more = socket ? HANDSHAKE.filter(([name]) => !has(own, name) && !has(usual, name)) : [];
  const lines = [...usual, ...more, ...own];
  const headers = has(lines, old ? 'host' : ':authority') ? lines : withHost(lines, authority, old);
  return {
    method,
    target,
    scheme,
    headers,
    ...(port ? { localPort: Number(port) } : {}),
    ...(request.clientAddress ? { clientAddress: request.clientAddress } : {}),
    ...(request.httpVersion ? { httpVersion: request.httpVersion } : {}),
    ...(request.sni === undefined ? {} : { sni: request.sni }),
  };
}

/** The lines with the host that a client puts before them: in HTTP/2 and HTTP/3 it is a field of its own, also where a Host line was asked for. */
function withHost(lines: readonly HeaderPair[], authority: string, old: boolean): readonly HeaderPair[] {
  if (old) return [['Host', authority], ...lines];
  const given = lines.find(([n]) => n.toLowerCase() === 'host')?.[1] ?? authority;
  return [[':authority', given], ...lines.filter(([n]) => n.toLowerCase() !== 'host')];
}

/** Whether a line names the host: `Host`, or what stands for it in HTTP/2 and HTTP/3. */
export const isHost = (name: string): boolean => /^(?:host|:authority)$/i.test(name);

/** The host that a request's lines name, with its port. */
export const hostIn = (headers: readonly HeaderPair[]): string | undefined => headers.find(([n]) => isHost(n))?.[1];

/** Whose requests are traced where nobody says who asks: an address of documentation (RFC 5737). */
export const CLIENT = '203.0.113.9';

/** An address that a connection may come from. */
export const isAddress = (text: string): boolean => canonicalIp(text) !== null || text.startsWith('unix:');

/** A header line `Name: value` as a pair; null when it has no colon or no name. */
export function headerPair(line: string): HeaderPair | null {
  const m = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(line);
  return m ? [m[1]!, m[2]!] : null;
}

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const CONTROLS = new RegExp(CONTROL, 'g');

/** The same request as a command for a terminal, quoted for a POSIX shell. */
export function asCurl(request: {
  readonly method: string;
  readonly target: string;
  readonly scheme: string;
  readonly headers: readonly HeaderPair[];
}): string {
  const host = hostIn(request.headers) ?? 'localhost';
  const words = ['curl', '-i', '--path-as-is'];
  if (request.method === 'HEAD') words.push('-I');
  else if (request.method !== 'GET') words.push('-X', shWord(request.method));
  let body = '';
  for (const [name, value] of request.headers) {
    // curl counts for itself; a length without a body would keep both sides waiting
    if (name.toLowerCase() === 'content-length' && /^[1-9]\d*$/.test(value)) {
      body = `head -c ${value} /dev/zero | `;
      words.push('--data-binary', '@-');
      continue;
    }
    const line = `${name}: ${value}`;
    // no client sends a control character there, and a line that begins with @ is a file's name to curl
    if (!isHost(name) && !CONTROL.test(line) && !line.startsWith('@')) words.push('-H', shWord(line));
  }
  const url = `${request.scheme}://${host}${request.target}`.replace(CONTROLS, (c) => encodeURIComponent(c));
  // brackets and braces are patterns to curl unless it is told
  if (/[[\]{}]/.test(url)) words.push('-g');
  words.push(shWord(url));
  return body + words.join(' ');
}
