/** Requests for the differential test, from a seed: paths that lead to the locations of a generated configuration or come near, written in every odd way. */

import type { GeneratedServer, Random } from './config-generator.ts';
import type { EchoAnswer } from './echo.ts';
import { PLAIN_ANSWER } from './echo.ts';

export interface GeneratedRequest {
  readonly method: string;
  /** sent as UTF-8, as are the headers */
  readonly target: string;
  readonly version: '1.0' | '1.1';
  readonly headers: [name: string, value: string][];
  readonly body: string;
  readonly chunked: boolean;
  readonly answer: EchoAnswer;
  /** which of the three ports */
  readonly port: 0 | 1 | 2;
  /** the name in the TLS handshake; undefined: plain HTTP, also on the TLS port */
  readonly sni?: string | null;
}

const SUFFIXES = [
  '',
  '',
  '/',
  'x',
  '/b.txt',
  '/x.php',
  'a.html',
  '/a/b',
  '/index.html',
  'index.php',
  'logo.png',
  '/x.php/info/1',
  'b/c.css',
  '/app.js',
  'static/x%20y.txt',
  '.',
  'caf%C3%A9.txt',
  '/100%25.txt',
];
const QUERIES = [
  '',
  '',
  '',
  '?x=1',
  '?x=a%20b&y=2',
  '?',
  '?x=0&d=a',
  '?e=1h&x=',
  '?x=1#frag',
  '?q=%2F%3f',
  '?x=/a/b.txt',
  '?i=x&e=max',
  '?X=Upper&x=second',
  '?=&&x=1',
];

export class RequestGenerator {
  constructor(private readonly r: Random) {}

  request(servers: readonly GeneratedServer[]): GeneratedRequest {
    const { r } = this;
    const server = r.pick(servers);
    const method = r.pick(['GET', 'GET', 'GET', 'GET', 'GET', 'HEAD', 'POST', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'FOO']);
    const version = r.chance(0.12) ? '1.0' : '1.1';
    let path = this.path(server);
    const query = r.pick(QUERIES);
    const headers: [string, string][] = [];
    const host = this.host(server);
    if (r.chance(0.03)) path = `http://${r.pick([host, 'abs.example'])}${path}`;
    const target = path + query;
    if (!(version === '1.0' && r.chance(0.3))) headers.push(['Host', host]);
    if (r.chance(0.01)) headers.push(['Host', 'second.example']);
    headers.push(...this.headers(version));
    let body = '';
    let chunked = false;
    if (method === 'POST' || method === 'PUT' || method === 'PATCH' || r.chance(0.02)) {
      body = 'b'.repeat(r.pick([0, 1, 5, 11, 40]));
      chunked = version === '1.1' && r.chance(0.15);
      if (chunked) headers.push(['Transfer-Encoding', 'chunked']);
      else if (body !== '' || r.chance(0.8)) headers.push(['Content-Length', String(body.length)]);
      if (r.chance(0.3)) headers.push(['Content-Type', r.pick(['application/json', 'text/plain'])]);
    }
    return {
      method,
      target,
      version,
      headers: r.chance(0.2) ? shuffle(headers, r) : headers,
      body,
      chunked,
      answer: this.answer(),
      ...this.door(host),
    };
  }

  private door(host: string): Pick<GeneratedRequest, 'port' | 'sni'> {
    const { r } = this;
    if (!r.chance(0.12)) return { port: r.chance(0.75) ? 0 : 1 };
    if (r.chance(0.1)) return { port: 2 };
    const name = host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
    const usable = /^[a-z][a-z0-9.-]*$/.test(name) && !name.includes('..');
    return { port: 2, sni: usable && r.chance(0.85) ? name : r.chance(0.5) ? 'sni.example' : null };
  }

  private host(server: GeneratedServer): string {
    const { r } = this;
    const plain =
      server.hosts.length && r.chance(0.85)
        ? r.pick(server.hosts)
        : r.pick(['a.example.com', 'unknown.example', 'localhost', '127.0.0.1', 'a0.example.com', 'x.www.example.org']);
    const kind = r.below(20);
    if (kind === 0) return plain.toUpperCase();
    if (kind === 1) return `${plain}:8080`;
    if (kind === 2) return `${plain}.`;
    if (kind === 3) return `${plain}:`;
    if (kind === 4 && r.chance(0.15)) return r.pick(['bad..host', 'a/b', '[::1]', '[::1', 'a b', '.', ':80']);
    return plain;
  }

  private path(server: GeneratedServer): string {
    const { r } = this;
    let path =
      server.paths.length && r.chance(0.85)
        ? r.pick(server.paths)
        : r.pick([
            '/',
            '/a/b.txt',
            '/static/app.js',
            '/old/x',
            '/a',
            '/img/',
            '/empty/',
            '/x/',
            '/none',
            '/a.html',
            '/a/x.php',
            '/static/x y.txt',
            '/index.html',
            '/b.txt',
            '/sub',
            '/logo.png',
          ]);
    path = encode(path) + (r.chance(0.6) ? r.pick(SUFFIXES) : '');
    const changes = r.chance(0.35) ? 1 + r.below(2) : 0;
    for (let i = 0; i < changes; i++) path = this.bend(path);
    return path;
  }

  /** Another way to write a path, or nearly. */
  private bend(path: string): string {
    const { r } = this;
    const at = r.below(path.length);
    switch (r.below(14)) {
      case 0:
        return path.replace('/', '//');
      case 1:
        return path.replace(/\/(?=[^/]*$)/, '/./');
      case 2:
        return path.replace(/\/(?=[^/]*$)/, '/zz/../');
      case 3: {
        const c = path[at]!;
        return c === '/' || c === '%' || path[at - 1] === '%' || path[at - 2] === '%'
          ? path
          : `${path.slice(0, at)}%${c.charCodeAt(0).toString(16)}${path.slice(at + 1)}`;
      }
      case 4:
        return path.replace(/(.)\/(.)/, '$1%2F$2');
      case 5:
        return `${path}+plus`;
      case 6:
        return `${path}%20sp`;
      case 7:
        return `${path}/..`;
      case 8:
        return `${path}/.`;
      case 9:
        return `${path}${r.pick(['%25', '%3F', '%23x', '%3fy', ';p=1', "'", '(', '%5C', '%7B', '"', '<>', 'é', '%E9', '%00', '%zz', '%', '^', '|', '~', '%2b', '%2e%2e', '/%2e%2e/', '\\'])}`;
      case 10:
        return path.toUpperCase().replace(/%[0-9A-F]{2}/g, (m) => m);
      case 11:
        return `${path}/%2e/q`;
      case 12:
        return `${path}#f`;
      default:
        return `${path}${r.pick(['.php', '.txt', '.png', '/'])}`;
    }
  }

  private headers(version: string): [string, string][] {
    const { r } = this;
    const out: [string, string][] = [];
    const maybe = (p: number, name: string, ...values: string[]): void => {
      if (r.chance(p)) out.push([name, r.pick(values)]);
    };
    maybe(0.6, 'User-Agent', 'curl/7.88', 'Mozilla/5.0 Chrome/99', 'Mozilla/4.0 (compatible; MSIE 6.0; Windows)', 'x');
    maybe(0.3, 'X-A', 'Foo', 'bar', 'two words', '', 'é', '10.0.0.9');
    maybe(0.1, 'X-A', 'again');
    maybe(0.1, 'x-b', 'lower');
    maybe(0.15, 'X-Forwarded-For', '1.2.3.4', '1.2.3.4, 10.0.0.1', '192.168.1.5', '[2001:db8::1]:80, 127.0.0.1', 'garbage');
    maybe(0.05, 'X-Forwarded-For', '5.6.7.8');
    maybe(0.1, 'X-Real-IP', '9.8.7.6', 'no');
    maybe(0.1, 'X-IP', '192.168.1.1', '192.168.2.2', 'x');
    maybe(0.2, 'Cookie', 'c=1', 'b=2; c=x%20y', 'C=up; d', 'c');
    maybe(0.05, 'Cookie', 'c=second');
    maybe(0.08, 'X_Under', 'u');
    maybe(0.03, 'Bad!Name', 'b');
    maybe(0.2, 'Accept-Encoding', 'gzip', 'gzip, deflate', 'deflate', 'gzip;q=0', 'identity;q=1, gzip ; q=0.5');
    maybe(0.1, 'Connection', 'close', 'keep-alive', 'Upgrade', 'X-A');
    maybe(0.05, 'Upgrade', 'websocket');
    maybe(0.05, 'TE', 'trailers', 'gzip');
    maybe(0.05, 'Keep-Alive', '300');
    maybe(0.05, 'Proxy-Connection', 'keep-alive');
    maybe(0.05, 'Via', '1.1 proxy');
    maybe(0.15, 'Authorization', 'Basic dTpw', 'Basic dTp3cm9uZw==', 'Basic bm9ib2R5Ong=', 'Bearer x', 'Basic !!');
    maybe(0.05, 'Referer', 'http://r.example/');
    maybe(0.04, 'If-None-Match', '*');
    maybe(0.02, 'If-Match', '*');
    maybe(0.02, 'Accept', '*/*');
    if (version === '1.1') maybe(0.02, 'Expect', 'nothing');
    return out;
  }

  private answer(): EchoAnswer {
    const { r } = this;
    if (r.chance(0.6)) return PLAIN_ANSWER;
    const status = r.pick([200, 200, 201, 204, 301, 302, 304, 400, 401, 403, 404, 500, 502, 503]);
    const headers: [string, string][] = [];
    if (r.chance(0.8)) headers.push(['Content-Type', r.pick(['text/html', 'text/html; charset=utf-8', 'application/json', 'text/x-echo'])]);
    const body = status === 204 || status === 304 ? '' : r.pick(['ok\n', 'a longer body, '.repeat(5)]);
    if (status !== 204 && status !== 304 && r.chance(0.8)) headers.push(['Content-Length', String(body.length)]);
    if (status >= 300 && status < 400 && status !== 304)
      headers.push([
        'Location',
        r.pick([
          '/login',
          'http://backend/next',
          'http://two.example/x',
          'http://127.0.0.1/q',
          'https://other.example/',
          'http://a.example.com/y',
          'relative',
        ]),
      ]);
    if (r.chance(0.2))
      headers.push([
        'Set-Cookie',
        r.pick(['sid=1; Path=/x; HttpOnly', 'sid=2; Domain=.backend.local; path=/', 'plain', 'other=3; SameSite=None; Secure']),
      ]);
    if (r.chance(0.1)) headers.push(['Set-Cookie', 'second=1; Path=/']);
    if (r.chance(0.2)) headers.push(['Cache-Control', r.pick(['no-cache', 'max-age=60', 'private'])]);
    if (r.chance(0.1)) headers.push(['X-Powered-By', 'echo']);
    if (r.chance(0.1)) headers.push(['X-Pad', 'avoid']);
    if (r.chance(0.1)) headers.push(['Server', 'echo/1']);
    if (r.chance(0.1)) headers.push(['Date', 'Thu, 01 Jan 2026 00:00:00 GMT']);
    if (r.chance(0.1)) headers.push(['ETag', '"abc"']);
    if (r.chance(0.1)) headers.push(['Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT']);
    if (r.chance(0.05)) headers.push(['Expires', 'Thu, 01 Jan 2020 00:00:00 GMT']);
    if (r.chance(0.05)) headers.push(['WWW-Authenticate', 'Basic realm="up"']);
    if (r.chance(0.05)) headers.push(['Refresh', '5; url=http://backend/r']);
    if (r.chance(0.05)) headers.push(['Vary', 'Cookie']);
    if (r.chance(0.05)) headers.push(['Accept-Ranges', 'bytes']);
    if (r.chance(0.08))
      headers.push(['X-Accel-Redirect', r.pick(['/a/b.txt', '/static/x%20y.txt', '/app/?from=accel', '/a/../b', '@n1', '/img/'])]);
    return { status, headers, body };
  }
}

const encode = (path: string): string => path.replace(/[ "]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

function shuffle<T>(list: readonly T[], r: Random): T[] {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = r.below(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

/** The text of a request, to be sent as UTF-8. */
export function requestBytes(q: GeneratedRequest): string {
  const head = `${q.method} ${q.target} HTTP/${q.version}\r\n${q.headers.map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n`;
  if (!q.chunked) return head + q.body;
  return `${head}${q.body === '' ? '' : `${q.body.length.toString(16)}\r\n${q.body}\r\n`}0\r\n\r\n`;
}
