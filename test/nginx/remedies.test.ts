/**
 * The remedy of a page is one that works: on the real nginx the request of each row shows the harm on the page's bad example and not on its
 * good one. The rules that judge outcomes bring such a request themselves (witness.test.ts); who has none here says why.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, test } from 'node:test';
import tls from 'node:tls';
import { RULES } from '../../server/src/rules/all.ts';
import { Echo } from '../harness/echo.ts';
import { RawClient } from '../harness/echo-client.ts';
import { available, OWN_PATHS, type Running, serve, standardFiles, temporaryFolder, withoutNginx } from '../harness/nginx.ts';
import { type Ask, ask, type Got, placed } from '../harness/placed.ts';
import { exampleSettings, exampleTree, lintText } from '../harness/rules.ts';

/** What a row can do with the nginx that serves an example. */
interface Stage {
  readonly port: number;
  readonly tlsPort: number;
  get(target: string, options?: Ask): Promise<Got>;
  /** the same, from an address that is not this machine's */
  from(address: string, target: string, options?: Ask): Promise<Got>;
  readonly echo: Echo;
  /** what stands at the addresses of `backend` */
  readonly backend: Backend;
}

/** An application that is no echo: it counts what comes, and may wait, break off, or speak TLS. */
class Backend {
  /** connections with at least one byte */
  connections = 0;
  /** heads of requests, whether or not their bodies have come */
  readonly heads: string[] = [];
  private readonly sockets = new Set<net.Socket>();
  private constructor(private readonly server: net.Server) {}

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** `breaks`: closes in place of an answer; else answers 200 when the announced body is there, and keeps the connection. */
  static async start(kind: 'answers' | 'breaks' | 'tls'): Promise<Backend> {
    const { 'cert.pem': cert, 'key.pem': key } = standardFiles();
    const take = (socket: net.Socket): void => backend.take(socket, kind === 'breaks');
    const backend: Backend = new Backend(kind === 'tls' ? tls.createServer({ cert: cert!, key: key! }, take) : net.createServer(take));
    await new Promise<void>((done) => backend.server.listen(0, '127.0.0.1', done));
    // a test that fails before it ends must not keep the process
    backend.server.unref();
    return backend;
  }

  private take(socket: net.Socket, breaks: boolean): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
    socket.once('data', () => this.connections++);
    let text = '';
    let isRead = false;
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (!isRead) this.heads.push(text.slice(0, end));
      isRead = true;
      if (breaks) return socket.destroy();
      if (text.length < end + 4 + Number(/\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1] ?? 0)) return;
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      text = '';
      isRead = false;
    });
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

interface Row {
  readonly rule: string;
  /** the number of the example on the page, from 1 */
  readonly example?: number;
  /** what the example leaves out: added below it, in the same block */
  readonly plus?: string;
  /** what else the whole text needs to be asked */
  readonly change?: (text: string, echo: Echo) => string;
  /** the addresses of the text at which a backend stands, and what it does */
  readonly backend?: { readonly at: readonly string[]; readonly kind?: 'answers' | 'breaks' | 'tls' };
  /** files in the prefix, by path */
  readonly files?: Readonly<Record<string, string>>;
  /** Whether the harm shows. */
  readonly harm: (stage: Stage) => Promise<boolean>;
}

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const STRANGER = '203.0.113.9';

/** The hash of a signed link: MD5 as secure_link_md5 has it in a URL. */
const linkOf = (text: string): string => createHash('md5').update(text).digest('base64url');

const page = (text: string, ...more: (readonly [string, string])[]) => ({
  status: 200,
  headers: [['Cache-Control', 'max-age=60'], ['Content-Length', String(text.length)], ...more] as [string, string][],
  body: text,
});

const headerOf = (list: Got['headers'], name: string): string | undefined =>
  list.find(([n]) => n.toLowerCase() === name.toLowerCase())?.[1];
const sends = async (stage: Stage, count: number, target: string, each: (i: number) => Ask = () => ({})): Promise<number[]> => {
  const all: number[] = [];
  for (let i = 0; i < count; i++) all.push((await stage.get(target, each(i))).status);
  return all;
};

/** Whether a request is answered within a second or so. */
const isAnswered = (asked: Promise<unknown>): Promise<boolean> =>
  Promise.race([
    new Promise<boolean>((done) => setTimeout(() => done(false), 1200).unref()),
    asked.then(
      () => true,
      () => true,
    ),
  ]);

/** The status of a request that comes through a balancer which speaks the PROXY protocol. */
async function proxied(stage: Stage, address: string, target: string): Promise<number> {
  stage.echo.take();
  const client = new RawClient(stage.port);
  try {
    const line = `PROXY TCP4 ${address} 192.0.2.1 40000 80\r\n`;
    return (await client.ask(`${line}GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, false))?.status ?? 0;
  } finally {
    client.close();
  }
}

/** The head that the backend gets of a request whose body comes in chunks. */
async function headInChunks({ port, backend }: Stage): Promise<string> {
  const client = new RawClient(port);
  try {
    const chunks = '5\r\nhello\r\n0\r\n\r\n';
    await client.ask(`POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`, false);
    return backend.heads[0] ?? '';
  } finally {
    client.close();
  }
}

/** What arrives is the same over plain HTTP, which is asked here. */
const WITHOUT_TLS = (text: string): string => text.replace(/listen 443 ssl;|ssl_certificate(?:_key)? \S+;/g, '');

/** The status of a request over HTTP/2; null where that is not spoken. */
const http2Status = (url: string, headers: http2.OutgoingHttpHeaders, options: { servername?: string } = {}): Promise<number | null> =>
  new Promise((done) => {
    const session = http2.connect(url, { ...options, rejectUnauthorized: false });
    const settle = (status: number | null): void => {
      session.destroy();
      done(status);
    };
    session.on('error', () => settle(null));
    session.on('close', () => settle(null));
    const request = session.request(headers);
    request.on('error', () => settle(null));
    request.on('response', (got) => settle(got[':status'] ?? null));
    request.end();
  });

/** nginx is asked by this machine, where the text has the network of the balancers. */
const BALANCED = (text: string): string => text.replaceAll('10.0.0.0/8', '127.0.0.0/8');

const ROWS: readonly Row[] = [
  // caching
  {
    rule: 'cache-key-leaks',
    example: 1,
    harm: async ({ get, echo }) => {
      echo.answer = page('packed', ['Vary', 'Accept-Encoding']);
      const first = await get('/', { headers: ['Accept-Encoding: gzip'] });
      const second = await get('/');
      // a copy made for a browser that unpacks reaches one that does not
      return headerOf(first.passed, 'Accept-Encoding') === 'gzip' && second.asked.length === 0 && second.body === 'packed';
    },
  },
  {
    rule: 'cache-key-leaks',
    example: 2,
    files: { users: 'alice:{PLAIN}right\n' },
    harm: async ({ get, echo }) => {
      echo.answer = page('mail of alice');
      const login = (words: string): Ask => ({ headers: [`Authorization: Basic ${Buffer.from(words).toString('base64')}`] });
      await get('/', login('alice:right'));
      return (await get('/', login('alice:wrong'))).body === 'mail of alice';
    },
  },
  {
    rule: 'cache-key-leaks',
    example: 3,
    harm: async ({ get, echo }) => {
      echo.answer = page('page of the session');
      await get('/', { headers: ['Cookie: sessionid=1'] });
      echo.answer = page('page for all');
      return (await get('/')).body === 'page of the session';
    },
  },
  {
    rule: 'cache-key-leaks',
    example: 5,
    harm: async ({ get, echo }) => {
      echo.answer = page('sent by the first');
      await get('/?q=1', { method: 'POST' });
      echo.answer = page('for the second');
      return (await get('/?q=2', { method: 'POST' })).body === 'sent by the first';
    },
  },
  {
    rule: 'cache-key-leaks',
    example: 7,
    harm: async ({ get, echo }) => {
      echo.answer = page('page of the session', ['Set-Cookie', 'sessionid=1']);
      await get('/', { headers: ['Cookie: sessionid=1'] });
      echo.answer = page('page for all');
      return (await get('/')).body === 'page of the session';
    },
  },
  {
    rule: 'cache-key-leaks',
    example: 8,
    harm: async ({ get, echo }) => {
      echo.answer = page('page of a');
      await get('/', { host: 'a.example.com' });
      echo.answer = page('page of b');
      return (await get('/', { host: 'b.example.com' })).body === 'page of a';
    },
  },
  {
    rule: 'cache-key-leaks',
    example: 11,
    // each request is of another user here; the page of the first comes to the second
    change: (text) => text.replace(/auth_request(?:_set)? .*;/g, '').replaceAll('$user', '$request_id'),
    harm: async ({ get, echo }) => {
      echo.answer = page('mail of alice');
      await get('/');
      echo.answer = page('mail of bob');
      return (await get('/')).body === 'mail of alice';
    },
  },
  {
    rule: 'cache-key-leaks',
    example: 12,
    change: (text) => text.replace('127.0.0.1:8001', '127.0.0.1:8000'),
    harm: async ({ get, echo }) => {
      echo.answer = page('page of the shop');
      await get('/', { host: 'shop.example.org' });
      echo.answer = page('page of the blog');
      return (await get('/', { host: 'blog.example.org' })).body === 'page of the shop';
    },
  },
  {
    rule: 'cache-purge-open',
    harm: async ({ from }) => (await from(STRANGER, '/purge/a')).status !== 403,
  },
  // what leaves by a line that was meant otherwise
  {
    rule: 'cache-key-leaks',
    example: 14,
    harm: async ({ get, echo }) => {
      echo.answer = page('ok');
      const first = (await get('/', { headers: ['Cookie: session=good'] })).status;
      echo.answer = { status: 401, headers: [['Content-Length', '0']], body: '' };
      // the verdict about a good session lets a stranger in, and the application is asked instead of the check
      return first === 200 && (await get('/', { headers: ['Cookie: session=bad'] })).asked.every((line) => !line.includes('/session'));
    },
  },
  {
    rule: 'host-spoofing',
    example: 10,
    change: WITHOUT_TLS,
    harm: async ({ get, echo }) => {
      echo.answer = {
        status: 302,
        headers: [
          ['Location', 'http://127.0.0.1:8000/next'],
          ['Content-Length', '0'],
        ],
        body: '',
      };
      return /evil\.test/.test(headerOf((await get('/', { headers: ['X-Forwarded-Host: evil.test'] })).headers, 'Location') ?? '');
    },
  },
  {
    rule: 'method-from-client',
    harm: async ({ get, echo }) => {
      await get('/api/', { headers: ['X-HTTP-Method-Override: DELETE'] });
      return echo.last?.method === 'DELETE';
    },
  },
  {
    rule: 'method-from-client',
    example: 2,
    harm: async ({ get, echo }) => {
      await get('/?_method=DELETE');
      return echo.last?.method === 'DELETE';
    },
  },
  { rule: 'secret-sent-to-client', harm: async ({ get }) => headerOf((await get('/')).headers, 'X-Api-Key') === 'k2J9dLwq82LmZx0PvTtE' },
  {
    rule: 'secret-sent-to-client',
    example: 2,
    files: { 'srv/site/a.txt': 'A' },
    harm: async ({ get }) => headerOf((await get('/a.txt', { headers: ['Cookie: session=1'] })).headers, 'X-Session') === 'session=1',
  },
  {
    rule: 'secret-sent-to-client',
    example: 3,
    harm: async ({ get }) => (await get('/whoami', { headers: ['Authorization: Bearer t0ken'] })).body.includes('t0ken'),
  },
  {
    rule: 'accel-redirect-from-outside',
    files: { 'srv/invoices/a.txt': 'INVOICE' },
    change: (text) => text.replace('widgets.vendor.net:80', '127.0.0.1:8000'),
    harm: async ({ get, echo }) => {
      echo.answer = page('widget', ['X-Accel-Redirect', '/invoices/a.txt']);
      return (await get('/widgets/', { host: 'shop.example.org' })).body === 'INVOICE';
    },
  },
  {
    rule: 'session-sent-outside',
    change: (text) => text.replace('widgets.vendor.net:80', '127.0.0.1:8000'),
    harm: async ({ get }) =>
      headerOf((await get('/widgets/', { host: 'shop.example.org', headers: ['Cookie: session=1'] })).passed, 'Cookie') === 'session=1',
  },
  {
    rule: 'protecting-header-hidden',
    harm: async ({ get, echo }) => {
      echo.answer = page('page', ['Content-Security-Policy', "script-src 'self'"]);
      return headerOf((await get('/')).headers, 'Content-Security-Policy') === undefined;
    },
  },
  {
    rule: 'ssi-in-uploads',
    files: { 'srv/site/uploads/x.html': '<!--# echo var="request_method" -->', 'srv/site/index.html': 'own' },
    harm: async ({ get }) => (await get('/uploads/x.html')).body === 'GET',
  },
  {
    rule: 'status-page-exposed',
    example: 4,
    harm: async ({ from }) => (await from(STRANGER, '/own/status')).body.includes('Active connections'),
  },
  {
    rule: 'allow-without-deny',
    example: 7,
    harm: async ({ from }) => (await from(STRANGER, '/data/', { method: 'DELETE' })).status === 200,
  },
  {
    rule: 'internal-header-passed',
    example: 5,
    change: (text) => text.replace('127.0.0.1:8002', '127.0.0.1:8000'),
    harm: async ({ get }) => headerOf((await get('/', { headers: ['X-User: root'] })).passed, 'X-User') === 'root',
  },
  {
    rule: 'secure-link-forgeable',
    example: 3,
    files: { 'srv/site/files/a.txt': 'A' },
    harm: async ({ get }) => (await get(`/files/a.txt?md5=${linkOf('2147483647/files/a.txt')}&expires=2147483647`)).body === 'A',
  },
  // files and folders
  {
    rule: 'alias-traversal',
    example: 2,
    files: { 'srv/secret': 'S', 'srv/files/a': 'a' },
    harm: async ({ get }) => (await get('/files../secret')).body === 'S',
  },
  {
    rule: 'alias-traversal',
    example: 4,
    files: { 'srv/secret': 'S', 'srv/img/a': 'a' },
    harm: async ({ get }) => (await get('/img../secret')).body === 'S',
  },
  {
    rule: 'alias-traversal',
    example: 5,
    files: { 'srv/site/secret': 'S', 'srv/site/img/a': 'a' },
    harm: async ({ get }) => (await get('/pictures../secret')).body === 'S',
  },
  {
    rule: 'alias-slash-mismatch',
    example: 2,
    files: { 'srv/media/a.txt': 'A' },
    harm: async ({ get }) => (await get('/media/a.txt')).body !== 'A',
  },
  { rule: 'directory-listing', files: { 'html/list/a.txt': 'A' }, harm: async ({ get }) => (await get('/list/')).body.includes('a.txt') },
  { rule: 'filesystem-root-exposed', harm: async ({ get }) => (await get('/etc/passwd')).status === 200 },
  {
    rule: 'rewrite-without-slash',
    example: 2,
    files: { 'srv/www/new.html': 'N' },
    harm: async ({ get }) => (await get('/old/page')).body !== 'N',
  },
  {
    rule: 'scheme-pattern-misspelled',
    harm: async ({ get }) =>
      headerOf((await get('/', { headers: ['Origin: https://app.example.com'] })).headers, 'Access-Control-Allow-Origin') === undefined,
  },
  { rule: 'end-of-path-escaped', files: { 'html/index.php': 'P' }, harm: async ({ get }) => (await get('/index.php')).status === 200 },
  { rule: 'end-of-path-escaped', example: 2, files: { 'html/old': 'O' }, harm: async ({ get }) => (await get('/old')).body === 'O' },
  { rule: 'glob-in-regex', files: { 'html/uploads/x.php': 'P' }, harm: async ({ get }) => (await get('/uploads/x.php')).status === 200 },
  {
    rule: 'glob-in-regex',
    example: 2,
    files: { 'html/old/a.gif': 'A', 'html/pictures/moved.png': 'M' },
    harm: async ({ get }) => (await get('/old/a.gif')).body === 'A',
  },
  { rule: 'internal-missing', files: { 'srv/files/a': 'A' }, harm: async ({ get }) => (await get('/protected/a')).status === 200 },
  {
    rule: 'sensitive-files-served',
    files: { 'srv/shop/settings.py': 'KEY', 'srv/shop/public/a': 'a' },
    harm: async ({ get }) => (await get('/settings.py')).body === 'KEY',
  },
  {
    rule: 'file-path-from-client',
    files: { 'srv/secret': 'S', 'srv/reports/a.pdf': 'a' },
    harm: async ({ get }) => (await get('/report?name=../secret')).body === 'S',
  },
  {
    rule: 'file-path-from-client',
    example: 2,
    files: { 'srv/secret.html': 'S', 'srv/site/index.html': 'a' },
    harm: async ({ get }) => (await get('/page?file=../secret')).body === 'S',
  },
  {
    rule: 'file-path-from-client',
    example: 3,
    files: { 'srv/secret': 'S', 'srv/skins/base/a': 'a' },
    harm: async ({ get }) => (await get('/secret', { headers: ['Cookie: skin=..'] })).body === 'S',
  },
  {
    rule: 'private-file-served',
    example: 2,
    files: { 'srv/site/logs/a': '', 'srv/site/public/a': '' },
    harm: async ({ get }) => (await get('/logs/access.log')).status === 200,
  },
  {
    rule: 'dav-open',
    files: { 'srv/store/a': 'a' },
    harm: async ({ from }) => (await from(STRANGER, '/store/new/', { method: 'MKCOL' })).status === 201,
  },
  {
    rule: 'limit-except-inverted',
    files: { 'api.users': 'a:{PLAIN}b' },
    harm: async ({ get }) => (await get('/api/', { method: 'PUT' })).status === 200,
  },
  {
    rule: 'limit-except-inverted',
    example: 2,
    harm: async ({ from }) => (await from(STRANGER, '/files/', { method: 'DELETE' })).status === 200,
  },
  {
    rule: 'client-text-in-script',
    example: 5,
    harm: async ({ get }) => headerOf((await get('/go?next=https://evil.test/')).headers, 'Location') === 'https://evil.test/',
  },
  {
    rule: 'apache-syntax-left',
    harm: async ({ get }) => headerOf((await get('/shop/x')).headers, 'Location')?.includes('HTTP_HOST') ?? false,
  },
  { rule: 'apache-syntax-left', example: 2, harm: async ({ get }) => (await get('/A')).status === 301 },
  {
    rule: 'pass-without-scheme',
    backend: { at: ['app.example.org:8080'] },
    harm: async ({ get }) => (await get('/')).status === 500,
  },
  {
    rule: 'sub-filter-first-only',
    harm: async ({ get, echo }) => {
      echo.answer = page('<a href="/a"><a href="/b">', ['Content-Type', 'text/html']);
      return (await get('/')).body.includes('href="/b"');
    },
  },
  {
    rule: 'sub-filter-type-missing',
    plus: 'types { application/javascript js; }',
    files: { 'srv/www/a.js': '"http://api.internal"' },
    harm: async ({ get }) => (await get('/a.js')).body.includes('http://api.internal'),
  },
  {
    rule: 'sub-filter-type-missing',
    example: 2,
    harm: async ({ get, echo }) => {
      echo.answer = page('"http://cdn.internal/a.png"', ['Content-Type', 'application/json']);
      return (await get('/manifest.json')).body.includes('http://cdn.internal');
    },
  },
  {
    rule: 'backslash-in-path',
    files: { 'C:/new/site/a.txt': 'A' },
    harm: async ({ get }) => (await get('/a.txt')).status === 404,
  },
  {
    rule: 'cookie-from-client',
    files: { 'html/index.html': 'I' },
    harm: async ({ get }) => headerOf((await get('/?sid=known;Domain=example.com')).headers, 'Set-Cookie')?.includes('Domain=') === true,
  },
  {
    rule: 'tilde-in-path',
    files: { 'srv/site/public/a.txt': 'A' },
    harm: async ({ get }) => (await get('/a.txt')).status === 404,
  },
  {
    rule: 'forwarded-proto-wrong',
    example: 8,
    harm: async ({ get }) => headerOf((await get('/')).passed, 'X-Forwarded-Ssl') === 'on',
  },
  { rule: 'comma-in-list', files: { 'html/index.html': 'I' }, harm: async ({ get }) => (await get('/')).status !== 200 },
  { rule: 'try-files-never-tried', files: { 'srv/page/index.html': 'I' }, harm: async ({ get }) => (await get('/orders')).status === 404 },
  { rule: 'comparison-constant', example: 13, harm: async ({ from }) => (await from(STRANGER, '/panel/')).status !== 403 },
  { rule: 'comparison-constant', example: 14, harm: async ({ from }) => (await from(STRANGER, '/panel/')).status !== 403 },
  { rule: 'upload-executed', files: { 'srv/uploads/x.php': 'P' }, harm: async ({ get }) => (await get('/uploads/x.php')).asked.length > 0 },
  {
    rule: 'unsafe-php-path',
    example: 2,
    files: { 'html/x.jpg': 'P' },
    harm: async ({ get }) => (await get('/x.jpg/y.php')).asked.length > 0,
  },
  // who may enter
  {
    rule: 'burst-defeats-rate',
    harm: async (stage) => (await sends(stage, 20, '/login')).every((s) => s === 200),
  },
  { rule: 'status-page-exposed', harm: async ({ from }) => (await from(STRANGER, '/nginx_status')).status === 200 },
  {
    rule: 'host-spoofing',
    example: 9,
    harm: async ({ get }) =>
      headerOf((await get('/', { headers: ['X-Forwarded-Prefix: //other.test'] })).passed, 'X-Forwarded-Prefix') === '//other.test',
  },
  {
    rule: 'origin-check-too-loose',
    example: 5,
    harm: async ({ get }) =>
      headerOf((await get('/', { headers: ['Origin: https://other.test', 'Upgrade: websocket'] })).passed, 'Origin') !==
      'https://other.test',
  },
  { rule: 'allow-without-deny', harm: async ({ from }) => (await from(STRANGER, '/admin/')).status !== 403 },
  { rule: 'allow-without-deny', example: 3, harm: async ({ from }) => (await from(STRANGER, '/office/')).status !== 403 },
  { rule: 'access-rules-bypassed', harm: async ({ from }) => (await from(STRANGER, '/hello')).body === 'hello' },
  { rule: 'access-rules-bypassed', example: 3, harm: async ({ from }) => (await from(STRANGER, '/key')).status === 200 },
  {
    rule: 'forwarded-for-trusted',
    example: 3,
    harm: async ({ from }) => (await from(STRANGER, '/admin/', { headers: ['X-Forwarded-For: 10.0.0.1'] })).status !== 403,
  },
  {
    rule: 'verdict-unread',
    files: { 'srv/site/images/a.png': 'A' },
    harm: async ({ get }) => (await get('/images/a.png', { headers: ['Referer: https://other.test/'] })).status === 200,
  },
  { rule: 'rewrite-without-slash', example: 5, harm: async ({ get }) => (await get('/old/a')).location === 'new/a' },
  {
    rule: 'limit-except-not-inherited',
    harm: async ({ get }) => (await get('/api/v2/x', { method: 'POST' })).status === 200,
  },
  {
    rule: 'client-pattern-loose',
    harm: async ({ from }) => (await from('110.0.0.1', '/admin/')).status === 200,
  },
  {
    rule: 'client-pattern-loose',
    example: 2,
    harm: async ({ from }) => (await from('192.168.100.7', '/admin/')).status === 200,
  },
  {
    rule: 'secure-link-forgeable',
    files: { 'srv/site/files/b': 'B' },
    // the link of another file: the text of the page has no path in it
    harm: async ({ get }) => (await get(`/files/b?md5=${linkOf('2000000000 secret')}&expires=2000000000`)).status === 200,
  },
  {
    rule: 'secure-link-forgeable',
    example: 2,
    files: { 'srv/site/files/b': 'B' },
    harm: async ({ get }) => (await get(`/files/b?md5=${linkOf('/files/b127.0.0.1 secret')}&expires=2100000000`)).status === 200,
  },
  {
    rule: 'admin-tool-exposed',
    change: (text) => text.replace('127.0.0.1:9090', '127.0.0.1:8000'),
    harm: async ({ from }) => (await from(STRANGER, '/prometheus/')).status === 200,
  },
  {
    rule: 'cache-setting-unused',
    change: (text) => text.replace('page_cache', '/var/cache/nginx'),
    harm: async ({ get, echo }) => {
      echo.answer = page('ok');
      return (await get('/news/', { times: 2 })).asked.length === 2;
    },
  },
  {
    rule: 'verdict-unread',
    example: 5,
    files: { 'srv/site/songs/a': 'A' },
    harm: async ({ get }) => (await get('/songs/a')).status === 200,
  },
  {
    rule: 'verdict-unread',
    example: 2,
    files: { 'srv/site/files/a': 'A' },
    harm: async ({ get }) => (await get('/files/a?md5=x&expires=1')).status === 200,
  },
  {
    rule: 'origin-check-too-loose',
    harm: async ({ get }) =>
      headerOf((await get('/', { headers: ['Origin: https://example.com.other.test'] })).headers, 'Access-Control-Allow-Origin') !==
      undefined,
  },
  {
    rule: 'origin-check-too-loose',
    example: 3,
    harm: async ({ get }) => (await get('/', { headers: ['Referer: https://other.test/?https://www.example.com/'] })).status !== 403,
  },
  {
    rule: 'websocket-origin-unchecked',
    plus: PASS,
    harm: async ({ get }) => (await get('/', { headers: ['Origin: https://other.test', 'Upgrade: websocket'] })).asked.length > 0,
  },
  {
    rule: 'login-unlimited',
    harm: async (stage) => (await sends(stage, 9, '/accounts/login/', () => ({ method: 'POST' }))).every((s) => s === 200),
  },
  // what is passed, and where
  {
    rule: 'server-side-request-forgery',
    example: 4,
    harm: async ({ get }) => {
      let reached = false;
      const inner = http.createServer((_, response) => {
        reached = true;
        response.end('inner');
      });
      await new Promise<void>((done) => inner.listen(0, '127.0.0.1', done));
      await get('/', { headers: [`X-Backend: 127.0.0.1:${(inner.address() as AddressInfo).port}`] });
      inner.close();
      return reached;
    },
  },
  {
    rule: 'host-spoofing',
    example: 3,
    harm: async ({ get }) => (await get('/', { headers: ['X-Forwarded-Host: other.test'] })).hosts[0] === 'other.test',
  },
  {
    rule: 'server-side-request-forgery',
    example: 11,
    harm: async ({ get }) => (await get('/', { headers: ['X-Backend: a.internal.example.org.evil.test'] })).status !== 403,
  },
  {
    rule: 'response-splitting',
    example: 10,
    harm: async ({ get }) => (await get('/old/a%0d%0aX-Made:%20yes')).headers.some(([n]) => n === 'X-Made'),
  },
  {
    rule: 'host-spoofing',
    example: 5,
    change: WITHOUT_TLS,
    harm: async ({ get }) =>
      headerOf((await get('/', { headers: ['X-Forwarded-Host: other.test'] })).passed, 'X-Forwarded-Host') === 'other.test',
  },
  {
    rule: 'internal-header-passed',
    example: 4,
    change: (text) => WITHOUT_TLS(text).replace('    ssl_verify_client on;\n    ssl_client_certificate ca.pem;\n', ''),
    harm: async ({ get }) => headerOf((await get('/', { headers: ['X-SSL-Client-DN: CN=root'] })).passed, 'X-SSL-Client-DN') === 'CN=root',
  },
  {
    rule: 'body-length-overwritten',
    backend: { at: ['127.0.0.1:8000'] },
    harm: async (stage) => {
      const head = await headInChunks(stage);
      return /^transfer-encoding:/im.test(head) && /^content-length:/im.test(head);
    },
  },
  {
    rule: 'body-length-overwritten',
    example: 2,
    backend: { at: ['127.0.0.1:8000'] },
    harm: async (stage) => !/^(?:transfer-encoding|content-length):/im.test(await headInChunks(stage)),
  },
  {
    rule: 'internal-header-passed',
    harm: async ({ get }) => headerOf((await get('/public/', { headers: ['X-Remote-User: root'] })).passed, 'X-Remote-User') === 'root',
  },
  {
    rule: 'internal-header-passed',
    example: 6,
    harm: async ({ get }) =>
      headerOf((await get('/', { headers: [`Authorization: Basic ${btoa('root:x')}`] })).passed, 'X-Remote-User') === 'root',
  },
  { rule: 'proxy-host-missing', harm: async ({ get }) => (await get('/', { host: 'shop.test' })).hosts[0] !== 'shop.test' },
  { rule: 'proxy-host-missing', example: 2, harm: async ({ get }) => (await get('/ws/', { host: 'shop.test' })).hosts[0] !== 'shop.test' },
  {
    rule: 'forwarded-headers-missing',
    harm: async ({ get }) => headerOf((await get('/')).passed, 'X-Forwarded-For') === undefined,
  },
  {
    rule: 'forwarded-proto-wrong',
    harm: async ({ get }) => !/^https?$/.test(headerOf((await get('/')).passed, 'X-Forwarded-Proto') ?? ''),
  },
  {
    rule: 'forwarded-proto-wrong',
    example: 2,
    harm: async ({ get }) => headerOf((await get('/', { headers: ['X-Forwarded-Proto: https'] })).passed, 'X-Forwarded-Proto') !== 'https',
  },
  { rule: 'header-sent-twice', harm: async ({ get }) => (await get('/')).passed.filter(([n]) => n.toLowerCase() === 'host').length > 1 },
  {
    rule: 'http10-refused',
    harm: async ({ get, echo }) => {
      await get('/');
      return echo.last?.httpVersion === '1.0';
    },
  },
  {
    rule: 'websocket-upgrade-incomplete',
    example: 3,
    harm: async ({ get }) =>
      headerOf((await get('/ws/', { headers: ['Upgrade: websocket', 'Connection: upgrade'] })).passed, 'Connection')?.toLowerCase() !==
      'upgrade',
  },
  { rule: 'connection-header-keepalive', harm: async ({ get }) => headerOf((await get('/')).passed, 'Connection') === 'close' },
  {
    rule: 'sub-filter-on-gzip',
    harm: async ({ get }) => headerOf((await get('/', { headers: ['Accept-Encoding: gzip'] })).passed, 'Accept-Encoding') === 'gzip',
  },
  {
    rule: 'body-size-default',
    harm: async ({ get }) => {
      // with a higher limit nginx waits for the body
      const waits = new Promise<boolean>((done) => setTimeout(() => done(false), 700).unref());
      const asked = get('/', { method: 'POST', headers: ['Content-Length: 2000000'] }).then(
        (got) => got.status === 413,
        () => false,
      );
      return Promise.race([waits, asked]);
    },
  },
  // headers of answers
  {
    rule: 'response-splitting',
    harm: async ({ get }) => (await get('/a%0d%0aX-Made:%20yes')).headers.some(([n]) => n === 'X-Made'),
  },
  {
    rule: 'header-inheritance-lost',
    files: { 'html/static/a.css': 'a' },
    harm: async ({ get }) => headerOf((await get('/static/a.css')).headers, 'Strict-Transport-Security') === undefined,
  },
  {
    rule: 'content-type-by-add-header',
    harm: async ({ get }) => (await get('/')).headers.filter(([n]) => n.toLowerCase() === 'content-type').length > 1,
  },
  { rule: 'cookie-without-flags', harm: async ({ get }) => !/HttpOnly/.test(headerOf((await get('/')).headers, 'Set-Cookie') ?? '') },
  {
    rule: 'multiline-header',
    harm: async ({ get }) => /\n/.test(headerOf((await get('/')).headers, 'Content-Security-Policy') ?? ''),
  },
  { rule: 'version-disclosed', harm: async ({ get }) => /\d/.test(headerOf((await get('/')).headers, 'Server') ?? '') },
  {
    rule: 'hsts-weak',
    example: 2,
    harm: async ({ get }) => !/max-age=\d/.test(headerOf((await get('/')).headers, 'Strict-Transport-Security') ?? ''),
  },
  // what was meant
  { rule: 'comparison-constant', harm: async ({ from }) => (await from('10.0.0.7', '/admin/')).status === 403 },
  {
    rule: 'comparison-constant',
    example: 3,
    plus: `location / { ${PASS} }`,
    harm: async ({ get }) => (await get('/', { method: 'POST' })).status !== 405,
  },
  { rule: 'comparison-constant', example: 5, harm: async ({ get }) => (await get('/?debug=1')).status !== 403 },
  {
    rule: 'header-name-misspelled',
    harm: async ({ get }) => headerOf((await get('/')).passed, 'X-Forwarded-For') === undefined,
  },
  {
    rule: 'response-header-in-request',
    harm: async ({ get }) => headerOf((await get('/')).headers, 'X-Frame-Options') === undefined,
  },
  {
    rule: 'request-header-wrong-value',
    harm: async ({ get }) => headerOf((await get('/')).passed, 'X-Forwarded-Proto') === '127.0.0.1',
  },
  { rule: 'variable-without-dollar', harm: async ({ get }) => headerOf((await get('/')).passed, 'Host') === 'host' },
  { rule: 'path-pattern-without-slash', harm: async ({ get }) => (await get('/old/a')).status !== 301 },
  { rule: 'path-pattern-without-slash', example: 2, harm: async ({ get }) => (await get('/private/a')).status !== 403 },
  { rule: 'typographic-quote', harm: async ({ get }) => headerOf((await get('/')).headers, 'X-Note') !== 'curly', plus: 'return 204;' },
  {
    rule: 'backslash-before-variable',
    files: { 'srv/www/a.txt': 'A', 'srv/www/index.html': 'I' },
    harm: async ({ get }) => (await get('/a.txt')).body !== 'A',
  },
  {
    rule: 'backslash-before-variable',
    example: 2,
    plus: 'return 204;',
    harm: async ({ get }) => headerOf((await get('/')).headers, 'X-Served-By')!.startsWith('\\'),
  },
  {
    rule: 'stray-quote',
    files: { 'var/www/site/public/index.html': 'I' },
    harm: async ({ get }) => (await get('/')).status === 404,
  },
  {
    rule: 'error-page-ineffective',
    example: 6,
    files: { 'srv/closed/on': '', 'srv/closed/index.html': 'closed' },
    harm: async ({ get }) => (await get('/')).body !== 'closed',
  },
  { rule: 'dash-in-variable', harm: async ({ get }) => (await get('/', { headers: ['X-Api-Key: k'] })).status === 401 },
  {
    rule: 'dead-directive-after-return',
    example: 2,
    files: { 'var/www/acme/.well-known/acme-challenge/t': 'token' },
    harm: async ({ get }) => (await get('/.well-known/acme-challenge/t')).body !== 'token',
  },
  {
    rule: 'error-page-ineffective',
    files: { 'html/404.html': 'our page' },
    plus: 'location = /404.html { root html; }',
    harm: async ({ get, echo }) => {
      echo.answer = { status: 404, headers: [['Content-Length', '0']], body: '' };
      return (await get('/nothing')).body !== 'our page';
    },
  },
  {
    rule: 'error-page-ineffective',
    example: 2,
    files: { 'var/www/html/404.html': 'our page' },
    harm: async ({ get }) => (await get('/nothing')).status === 200,
  },
  { rule: 'invalid-capture', harm: async ({ get }) => (await get('/old/page')).location === 'http://localhost/new/' },
  { rule: 'invalid-capture', example: 2, harm: async ({ get }) => (await get('/a/page')).location === 'http://localhost/b/' },
  {
    rule: 'map-row-unreachable',
    plus: 'server { return 200 $section; }',
    harm: async ({ get }) => (await get('/admin/x')).body !== 'admin',
  },
  {
    rule: 'auth-basic-not-off',
    files: { users: 'alice:{PLAIN}right\n' },
    harm: async ({ get }) => (await get('/open/')).status === 401,
  },
  {
    rule: 'unlikely-unit',
    example: 3,
    // nginx reads the length first, and waits for a body that it takes
    harm: ({ get }) =>
      Promise.race([
        new Promise<boolean>((done) => setTimeout(() => done(false), 1500).unref()),
        get('/', { method: 'POST', headers: ['Content-Length: 11'] }).then(
          ({ status }) => status === 413,
          () => false,
        ),
      ]),
  },
  {
    rule: 'https-parameter-missing',
    example: 2,
    harm: async ({ get }) => headerOf((await get('/', { headers: ['X-Forwarded-Proto: https'] })).passed, 'HTTPS') !== 'on',
  },
  { rule: 'regex-in-prefix-location', harm: async ({ get }) => (await get('/img/a.png')).status !== 200 },
  { rule: 'regex-in-prefix-location', example: 2, harm: async ({ get }) => (await get('/a')).status !== 200 },
  { rule: 'rewrite-cycle', files: { 'html/app/index.php/x': 'X' }, harm: async ({ get }) => (await get('/app/x')).status === 500 },
  { rule: 'regex-catastrophic', harm: async ({ get }) => (await get(`/${'a'.repeat(60)}!`)).status === 500 },
  { rule: 'unreachable-location', example: 3, harm: async ({ get }) => (await get('/admin/x.php')).status !== 403 },
  { rule: 'unreachable-location', example: 4, harm: async ({ get }) => (await get('/static/x.js')).status !== 403 },
  { rule: 'unreachable-location', example: 6, harm: async ({ get }) => (await get('/shop/keys')).status !== 403 },
  { rule: 'unreachable-location', example: 7, harm: async ({ get }) => (await get('/status')).body !== 'up' },
  { rule: 'unsafe-if', example: 2, harm: async ({ get }) => headerOf((await get('/?a=1&b=1')).headers, 'X-A') === undefined },
  { rule: 'variable-before-set', harm: async ({ get }) => (await get('/page')).status !== 503 },
  { rule: 'variable-before-set', example: 2, harm: async ({ get }) => (await get('/api/v2/page')).status === 500 },
  { rule: 'variable-before-set', example: 4, harm: async ({ get }) => (await get('/')).body === '' },
  { rule: 'try-files-and-pass', harm: async ({ get }) => (await get('/page')).asked[0] !== '/page' },
  {
    rule: 'try-files-file-as-uri',
    files: { 'srv/site/index.html': 'home' },
    harm: async ({ get }) => (await get('/page')).body !== 'home',
  },
  { rule: 'try-files-missing-fallback', harm: async ({ get }) => (await get('/page')).status === 500 },
  {
    rule: 'try-files-query-not-last',
    example: 2,
    files: { 'html/a.txt': 'A' },
    harm: async ({ get }) => (await get('/a.txt?x=1')).body !== 'A',
  },
  {
    rule: 'question-mark-twice',
    example: 2,
    harm: async ({ get }) => (headerOf((await get('/old/?a=1')).headers, 'Location') ?? '').includes('??'),
  },
  {
    rule: 'unknown-named-location',
    example: 2,
    plus: 'location / { proxy_pass http://127.0.0.1:8002; }',
    harm: async ({ get }) => (await get('/')).status !== 503,
  },
  {
    rule: 'location-without-slash-redirect',
    harm: async ({ get }) => /^http:/.test((await get('/app')).location ?? ''),
  },
  // limits
  { rule: 'limit-never-runs', harm: async (stage) => (await sends(stage, 4, '/ping')).every((s) => s === 200) },
  { rule: 'limit-status-503', harm: async (stage) => (await sends(stage, 40, '/')).includes(503) },
  {
    rule: 'limit-key-forgeable',
    example: 2,
    harm: async (stage) => (await sends(stage, 4, '/', (i) => ({ headers: [`X-Forwarded-For: 192.0.2.${i}`] }))).every((s) => s === 200),
  },
  {
    rule: 'limit-key-constant',
    harm: async ({ from }) => {
      const all = await Promise.all(['203.0.113.1', '203.0.113.2', '203.0.113.3'].map((a) => from(a, '/')));
      return all.some((got) => got.status === 503);
    },
  },
  {
    rule: 'limit-without-burst',
    harm: async (stage) => (await sends(stage, 6, '/')).includes(503),
  },
  {
    rule: 'body-limit-asked-elsewhere',
    harm: async ({ get }) => (await get('/', { method: 'POST', headers: ['Content-Length: 2000000'] })).status === 413,
  },
  {
    rule: 'body-limit-asked-elsewhere',
    example: 1,
    harm: async ({ get }) => (await get('/upload/x', { method: 'POST', headers: ['Content-Length: 2000000'] })).status === 413,
  },
  {
    rule: 'burst-without-nodelay',
    harm: async ({ get }) => {
      await get('/');
      const waits = new Promise<boolean>((done) => setTimeout(() => done(true), 1500).unref());
      return Promise.race([
        waits,
        get('/').then(
          () => false,
          () => true,
        ),
      ]);
    },
  },
  {
    rule: 'proxy-host-missing',
    example: 3,
    harm: async ({ get }) => (await get('/', { host: 'shop.example.org' })).hosts[0] !== 'shop.example.org',
  },
  {
    rule: 'setting-lost-on-redirect',
    example: 2,
    harm: async ({ get }) => headerOf((await get('/old/')).passed, 'X-Old') !== '1',
  },
  {
    rule: 'setting-of-another-module',
    change: (text) => text.replaceAll('unix:/run/app.sock', '127.0.0.1:3031'),
    harm: async ({ get }) => headerOf((await get('/')).passed, 'HTTP_X_FORWARDED_PROTO') === undefined,
  },
  {
    rule: 'auth-request-body-announced',
    backend: { at: ['127.0.0.1:4180'] },
    files: { 'srv/site/index.html': 'home' },
    harm: async ({ get }) => !(await isAnswered(get('/', { method: 'POST', headers: ['Content-Length: 5'] }))),
  },
  {
    rule: 'retry-not-idempotent',
    backend: { at: ['127.0.0.1:8000'], kind: 'breaks' },
    plus: 'proxy_pass http://app;',
    change: (text) => text.replace('http {', 'http { upstream app { server 127.0.0.1:8000; server 127.0.0.1:8000; }'),
    harm: async ({ get, backend }) => {
      await get('/', { method: 'POST', headers: ['Content-Length: 2'] });
      return backend.heads.length > 1;
    },
  },
  {
    rule: 'upstream-scheme-port',
    backend: { at: ['10.0.0.5:443', '10.0.0.6:443'], kind: 'tls' },
    harm: async ({ get }) => (await get('/')).status !== 200,
  },
  {
    rule: 'all-servers-down',
    backend: { at: ['10.0.0.2:8000'] },
    plus: 'server { location / { proxy_pass http://app; } }',
    harm: async ({ get }) => (await get('/')).status === 502,
  },
  {
    rule: 'upstream-keepalive-missing',
    backend: { at: ['10.0.0.1:8000'] },
    harm: async ({ get, backend }) => {
      for (let i = 0; i < 3; i++) await get('/');
      return backend.connections > 1;
    },
  },
  {
    rule: 'request-buffering-off',
    example: 2,
    backend: { at: ['127.0.0.1:5000'] },
    harm: async ({ port, backend }) => {
      const slow = net.connect(port, '127.0.0.1');
      slow.on('error', () => slow.destroy());
      slow.write('POST /v2/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nslow');
      await new Promise((done) => setTimeout(done, 500));
      slow.destroy();
      // the application has the request while its body is still to come
      return backend.heads.length > 0;
    },
  },
  {
    rule: 'grpc-without-http2',
    change: (text, echo) => text.replaceAll('127.0.0.1:50051', `127.0.0.1:${echo.ports.grpc}`),
    harm: async ({ port }) => (await http2Status(`http://127.0.0.1:${port}`, { ':method': 'POST', ':path': '/a.B/C' })) === null,
  },
  {
    rule: 'misdirected-request-accepted',
    change: (text) =>
      text.replace(
        'http {',
        'http { server { listen 80; } server { listen 443 ssl http2; server_name a.test; ssl_certificate site.pem; ssl_certificate_key site.key; return 200 a; }',
      ),
    // a connection made for one name, and a request on it for another
    harm: async ({ tlsPort }) =>
      (await http2Status(`https://127.0.0.1:${tlsPort}`, { ':authority': 'b.test' }, { servername: 'a.test' })) !== 421,
  },
  // behind a balancer
  {
    rule: 'real-ip-ineffective',
    example: 2,
    change: BALANCED,
    harm: async (stage) => {
      await proxied(stage, '203.0.113.9', '/');
      return headerOf(stage.echo.take()[0]?.headers ?? [], 'X-Real-IP') !== '203.0.113.9';
    },
  },
  {
    rule: 'real-ip-ineffective',
    example: 3,
    harm: async (stage) => {
      await proxied(stage, '203.0.113.9', '/');
      return headerOf(stage.echo.take()[0]?.headers ?? [], 'X-Forwarded-For') !== '203.0.113.9';
    },
  },
  {
    rule: 'address-of-proxy',
    change: BALANCED,
    harm: async ({ get }) => (await get('/admin/', { headers: ['X-Forwarded-For: 203.0.113.7'] })).status === 403,
  },
  {
    rule: 'limit-behind-proxy',
    change: BALANCED,
    harm: async (stage) => {
      const all: number[] = [];
      for (let i = 1; i < 40; i++) all.push(await proxied(stage, `203.0.113.${i}`, '/'));
      return all.includes(503);
    },
  },
  // limits
  { rule: 'limit-without-zone-use', harm: async (stage) => (await sends(stage, 40, '/')).every((s) => s === 200) },
  {
    rule: 'dry-run-left-on',
    plus: `limit_req zone=z; location / { ${PASS} }`,
    change: (text) => text.replace('http {', 'http { limit_req_zone $binary_remote_addr zone=z:1m rate=1r/m;'),
    harm: async (stage) => (await sends(stage, 4, '/')).every((s) => s === 200),
  },
  // names and questions
  {
    rule: 'server-name-with-port',
    change: (text) => text.replace('server {', 'server { return 200 other; }\nserver { return 200 named;'),
    harm: async ({ get }) => (await get('/', { host: 'example.com:8080' })).body !== 'named',
  },
  {
    rule: 'shadowed-server',
    change: (text) => {
      let n = 0;
      return text.replace(/(server_name \S+;)/g, (line) => `${line} return 200 ${++n};`);
    },
    harm: async ({ get }) => (await get('/', { host: 'b.example' })).body !== '2',
  },
  { rule: 'query-never-matches', harm: async ({ get }) => !/\/items\/five$/.test((await get('/item?id=5')).location ?? '') },
  {
    rule: 'referer-none-allowed',
    plus: `if ($invalid_referer) { return 403; }\n${PASS}`,
    harm: async ({ get }) => (await get('/')).status === 200,
  },
  {
    rule: 'gzip-ineffective',
    example: 3,
    harm: async ({ get, echo }) => {
      echo.answer = page('a {}\n'.repeat(500), ['Content-Type', 'text/css']);
      return headerOf((await get('/', { headers: ['Accept-Encoding: gzip'] })).headers, 'Content-Encoding') !== 'gzip';
    },
  },
];

/** Why a page's request is not asked here. By rule, or by group for all of its rules that have no row. */
const GROUPS: Readonly<Record<string, string>> = {
  validity: 'nginx refuses the bad text and accepts the good one: rule-examples, trial',
  environment: 'about files and hosts of a machine',
  compliance: 'a benchmark asks for it, no request shows a harm',
  performance: 'a matter of speed',
  deprecation: 'works until a later nginx; nginx -t warns',
  wsgi: 'needs the application: test/deployment',
  tls: 'shown by a handshake or by a browser, not by a request',
};

const ALONE: Readonly<Record<string, string>> = {
  'folder-closed-to-workers': 'the folder is that of root on this machine, in which no test puts anything',
  'equals-sign-as-value': 'a name more that nobody asks for: what is lost by it is lost with the other names of the list, if at all',
  'memcached-key-from-client': 'needs a memcached with the keys of others in it',
  'udp-setting-on-tcp': 'a datagram that nobody hears: needs a port of the machine',
  'udp-answer-awaited': 'sessions that wait for ten minutes: shown by counting them, of which no test has the time',
  'mail-login-unencrypted': 'the harm is read on the wire',
  'basic-auth-over-http': 'the harm is read on the wire',
  'default-server-implicit': 'a question of intention',
  'external-resolver': 'about who is told the names',
  'known-vulnerability': 'needs the vulnerable binary',
  'secret-in-config': 'the harm is in the file',
  'code-from-writable-folder': 'needs another user of the machine',
  'workers-run-as-root': 'needs a start as root',
  'envsubst-eats-variable': 'needs the image’s entrypoint: test/nginx/templates-rendered',
  'envsubst-leaves-placeholder': 'needs the image’s entrypoint: test/nginx/templates-rendered',
  'error-log-off': 'writes a file, no request shows it',
  'include-cycle': 'nginx refuses it',
  'line-swallowed': 'the values that it has by mistake are asked for by nobody',
  'listen-ipv6-missing': 'needs IPv6',
  'listen-on-site-name': 'needs a name whose address is that of another machine',
  'location-variable-literal': 'needs 1.31.5 for the page’s good text',
  'map-without-default': 'an empty value, harmful or not by its use',
  'mixed-case-variable': 'a matter of reading',
  'not-checked': 'about this program',
  'proxy-pass-rewrites-path': 'says what happens, no fault',
  'regex-could-be-exact': 'a matter of speed and reading',
  'rewrite-never-runs': 'what never runs shows nothing: rules-drawn',
  'setting-of-default-only': 'needs two kinds of clients',
  'shared-prefix-cookie-path': 'needs a browser',
  'unanchored-regex': 'a question of intention',
  'unix-socket-uri-without-colon': 'the socket of that name does not exist',
  'unused-cache-zone': 'nothing uses it',
  'unused-log-format': 'nothing uses it',
  'unused-named-location': 'nothing uses it',
  'unused-upstream': 'nothing uses it',
  'unused-variable': 'nothing uses it',
  'unused-zone': 'nothing uses it',
  'version-beyond-data': 'about this program',
  'websocket-closed-when-idle': 'takes a minute',
  'buffering-off': 'a matter of slow clients',
  'cache-inactive-below-valid': 'takes ten minutes',
  'dns-resolved-once': 'needs a name whose address changes',
  'event-path-buffered': 'needs an application that sends an answer without an end',
  'body-limit-of-redirect': 'the site of its example speaks TLS; the limit itself: body-size-default',
  'buffers-exhaust-memory': 'needs many slow clients',
  'secret-logged': 'the harm is in the log',
  'log-format-words-joined': 'the harm is in the log',
  'log-values-unescaped': 'the harm is in the log',
  'database-exposed': 'speaks no HTTP: that stream passes on whoever connects shows test/nginx/trace-stream',
  'control-socket-exposed': 'needs the service that is commanded',
  'resolver-unused': 'needs a name whose address changes',
  'socketio-without-affinity': 'needs two processes that keep sessions',
  'single-server-never-marked-down': 'what does nothing shows nothing',
  'timeouts-inverted': 'takes minutes',
  'upstream-zone-missing': 'needs several workers',
  'host-empty-over-http3': 'needs QUIC, which came with 1.25.0',
  'zone-too-small': 'needs thousands of addresses',
};

const REALIP = 'set_real_ip_from 127.0.0.1;\nreal_ip_header X-Test-Address;\n';

async function shown(row: Row, example: string, echo: Echo): Promise<boolean> {
  const backend = await Backend.start(row.backend?.kind ?? 'answers');
  let text = row.change?.(example, echo) ?? example;
  for (const at of row.backend?.at ?? []) text = text.replaceAll(at, backend.address);
  const usesRealip = /set_real_ip_from|real_ip_header/.test(text);
  const running: Running = await serve(
    (ports, folder) =>
      placed(
        text
          .replace(/\blisten 8080\b/g, 'listen 80')
          .replace(/unix:\/run\/[\w./-]+\.sock/g, '127.0.0.1:9000')
          .replace(/\/etc\/nginx\/htpasswd/g, 'htpasswd')
          .replace(/\bhttp\s*\{/, (m) => (usesRealip ? m : `${m}\n${REALIP}`)),
        ports,
        folder,
        echo,
      ),
    { ports: 3, files: { ...standardFiles(), 'var/cache/nginx/here': '', ...row.files } },
  );
  echo.answer = page('ok');
  const port = running.ports[0]!;
  // the workers may not be this user, and store files all the same
  for (const name of ['srv/store'])
    if (fs.existsSync(path.join(running.folder, name))) fs.chmodSync(path.join(running.folder, name), 0o777);
  try {
    return await row.harm({
      port,
      tlsPort: running.ports[2]!,
      backend,
      get: (target, options) => ask(port, target, echo, options),
      from: (address, target, options = {}) =>
        ask(port, target, echo, { ...options, headers: [`X-Test-Address: ${address}`, ...(options.headers ?? [])] }),
      echo,
    });
  } finally {
    await running.stop();
    backend.stop();
  }
}

const mainOf = (tree: ReturnType<typeof exampleTree>): string => [...tree.files.values()][0]!;

describe('remedies on the real nginx', { skip: withoutNginx(), concurrency: 2 }, () => {
  for (const row of ROWS)
    test(`${row.rule} ${row.example ?? 1}`, { timeout: 30_000 }, async () => {
      const rule = RULES.find((r) => r.id === row.rule);
      const example = rule?.examples[(row.example ?? 1) - 1];
      assert.ok(example?.bad !== undefined && example.good !== undefined, 'an example with both texts');
      if (row.rule === 'cache-purge-open' && !available()?.modules.includes('ngx_http_cache_purge_module'))
        return console.log('not shown: cache-purge-open, for want of its module');
      const echo = await Echo.start();
      try {
        const of = (text: string): string => mainOf(exampleTree(example, row.plus ? `${text}\n${row.plus}` : text));
        assert.ok(await shown(row, of(example.bad), echo), `no harm on the bad text:\n${example.bad}`);
        assert.ok(!(await shown(row, of(example.good), echo)), `the harm is there on the good text, too:\n${example.good}`);
      } finally {
        await echo.stop();
      }
    });
});

/** How many of six requests at once the application gets, for a page that nobody has asked for and for one that has just expired. */
async function stampede(text: string): Promise<{ fresh: number; expired: number }> {
  let asked = 0;
  const slow = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      asked++;
      setTimeout(() => socket.end('HTTP/1.1 200 OK\r\nCache-Control: max-age=1\r\nContent-Length: 2\r\n\r\nok'), 400);
    });
  });
  await new Promise<void>((done) => slow.listen(0, '127.0.0.1', done));
  const echo = await Echo.start();
  const running = await serve(
    (ports, folder) =>
      placed(text, ports, folder, echo).replace(
        'uwsgi_cache_key',
        `location / { uwsgi_pass 127.0.0.1:${(slow.address() as AddressInfo).port}; }\nuwsgi_cache_key`,
      ),
    { files: { ...standardFiles(), 'var/cache/here': '' } },
  );
  const six = async (): Promise<number> => {
    asked = 0;
    await Promise.all(Array.from({ length: 6 }, () => ask(running.ports[0]!, '/', echo)));
    return asked;
  };
  try {
    const fresh = await six();
    await new Promise((done) => setTimeout(done, 2100));
    return { fresh, expired: await six() };
  } finally {
    await running.stop();
    await echo.stop();
    slow.close();
  }
}

test('cache-without-lock 1: a page is made once, when it is new and when it has expired', {
  skip: withoutNginx(),
  timeout: 40_000,
}, async () => {
  const example = RULES.find((r) => r.id === 'cache-without-lock')!.examples[0]!;
  const [bad, good] = await Promise.all([example.bad!, example.good!].map((text) => stampede(mainOf(exampleTree(example, text)))));
  assert.ok(bad!.fresh > 1 && bad!.expired > 1, JSON.stringify(bad));
  assert.deepEqual(good, { fresh: 1, expired: 1 });
});

test('backup-with-hash: nginx refuses the method in front of the servers; behind them the backup is asked when the others fail', {
  skip: withoutNginx(),
  timeout: 30_000,
}, async () => {
  const example = RULES.find((r) => r.id === 'backup-with-hash')!.examples[0]!;
  const backend = await Backend.start('answers');
  const lines = exampleTree(example, example.bad!).marks.length && example.bad!.split('\n').filter((line) => !line.startsWith('#'));
  assert.ok(lines);
  const text = (order: readonly string[]) => (ports: readonly number[]) =>
    `events {}\nhttp { ${OWN_PATHS} upstream app { ${order.join('\n')} } server { listen 127.0.0.1:${ports[0]}; location / { proxy_pass http://app; } } }`
      .replace('10.0.0.1:8000', '127.0.0.1:1')
      .replace('10.0.0.2:8000', backend.address);
  try {
    await assert.rejects(serve(text([lines.at(-1)!, ...lines.slice(0, -1)])), /balancing method does not support parameter "backup"/);
    const running = await serve(text(lines), { files: standardFiles() });
    const echo = await Echo.start();
    try {
      assert.equal((await ask(running.ports[0]!, '/', echo)).status, 200);
    } finally {
      await running.stop();
      await echo.stop();
    }
  } finally {
    backend.stop();
  }
});

/** The suite that a client of one protocol gets; null where the handshake fails. */
const suiteFor = (port: number, version: tls.SecureVersion, ciphers: string): Promise<string | null> =>
  new Promise((done) => {
    const options = { port, host: '127.0.0.1', minVersion: version, maxVersion: version, ciphers: `${ciphers}:@SECLEVEL=0` };
    const socket = tls.connect({ ...options, rejectUnauthorized: false, timeout: 5000 }, () => {
      done(socket.getCipher().name);
      socket.destroy();
    });
    socket.on('error', () => done(null));
  });

test('dhe-without-parameters: suites of DHE without parameters are never chosen', { skip: withoutNginx(), timeout: 30_000 }, async () => {
  const rule = RULES.find((r) => r.id === 'dhe-without-parameters')!;
  // the key of the other tests is no RSA key, and DHE wants one
  const folder = temporaryFolder('rsa');
  const words = 'req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=example.com -keyout key.pem -out cert.pem';
  execFileSync('openssl', words.split(' '), { cwd: folder, stdio: 'ignore' });
  const files = Object.fromEntries(['key.pem', 'cert.pem'].map((f) => [f, fs.readFileSync(path.join(folder, f), 'utf8')]));
  const served = async (ciphers: string): Promise<{ running: Running; said: readonly string[] }> => {
    const lines = `ssl_protocols TLSv1.1 TLSv1.2; ssl_prefer_server_ciphers on; ssl_ciphers ${ciphers}:@SECLEVEL=0;`;
    const server = (listen: string): string =>
      `events {}\nhttp { server { listen ${listen} ssl; ssl_certificate cert.pem; ssl_certificate_key key.pem; ${lines} return 204; } }`;
    const said = await lintText(server('443'), [rule], exampleSettings({ settings: { openssl: '3.0.19' } }));
    const running = await serve((ports) => server(`127.0.0.1:${ports[0]}`), { files: { ...standardFiles(), ...files } });
    return { running, said: said.findings.map((f) => f.messageId) };
  };
  const first = await served('DHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA');
  const protocol = await served('ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-SHA');
  try {
    assert.deepEqual([first.said, protocol.said], [['first'], ['protocol']]);
    const port = first.running.ports[0]!;
    assert.equal(await suiteFor(port, 'TLSv1.2', 'ALL'), 'ECDHE-RSA-AES128-GCM-SHA256');
    assert.equal(await suiteFor(port, 'TLSv1.2', 'DHE-RSA-AES256-GCM-SHA384'), null);
    assert.equal(await suiteFor(protocol.running.ports[0]!, 'TLSv1.2', 'ALL'), 'ECDHE-RSA-AES128-GCM-SHA256');
    assert.equal(await suiteFor(protocol.running.ports[0]!, 'TLSv1.1', 'ALL'), null);
  } finally {
    await first.running.stop();
    await protocol.running.stop();
  }
});

describe('listen-address-taken: the bad texts pass nginx -t and do not start, the good ones start', {
  skip: withoutNginx(),
  concurrency: 2,
}, () => {
  const { examples } = RULES.find((r) => r.id === 'listen-address-taken')!;
  examples.forEach((example, i) => {
    // the port that two sockets want, and every other one
    const text = (whole: string) => (ports: readonly number[]) =>
      mainOf(exampleTree(example, whole))
        .replace(/\b(?:8080|8443)\b/g, String(ports[0]))
        .replace(/\b(?:8081|9443)\b/g, String(ports[1]))
        .replaceAll('a.pem', 'cert.pem')
        .replaceAll('a.key', 'key.pem');
    // nginx tries for two and a half seconds before it gives up, and has the first of the sockets meanwhile
    const fails = async (whole: string, within: number): Promise<boolean> => {
      const running = await serve(text(whole), { ports: 2, files: standardFiles() });
      try {
        const until = Date.now() + within;
        while (!running.errors().includes('Address already in use') && Date.now() < until)
          await new Promise((done) => setTimeout(done, 50));
        return running.errors().includes('Address already in use');
      } finally {
        await running.stop();
      }
    };
    for (const [kind, whole] of [
      ['bad', example.bad],
      ['good', example.good],
    ] as const)
      if (whole !== undefined)
        test(`example ${i + 1}: ${kind}`, { timeout: 30_000 }, async () =>
          assert.equal(await fails(whole, kind === 'bad' ? 10_000 : 700), kind === 'bad'),
        );
  });
});

const withStream = withoutNginx() || (available()!.modules.includes('ngx_stream_module') ? false : 'no stream module on this machine');

/** What a client of a port gets for bytes, until the connection ends or half a second has passed. */
const answered = (port: number, bytes: string): Promise<string> =>
  new Promise((done) => {
    let got = '';
    const socket = net.connect({ port, host: '127.0.0.1', timeout: 500 }, () => socket.write(bytes));
    socket.on('data', (data) => (got += data.toString('latin1')));
    for (const event of ['close', 'error', 'timeout']) socket.on(event, () => socket.destroy() && done(got));
  });

describe('proxy-protocol-mismatch: the bad texts answer nobody, the good ones do', { skip: withStream, concurrency: 2 }, () => {
  const { examples } = RULES.find((r) => r.id === 'proxy-protocol-mismatch')!;
  // the outer port, the inner one and one more, all on this machine
  const text = (example: (typeof examples)[number], whole: string) => (ports: readonly number[]) =>
    mainOf(exampleTree(example, whole))
      .replace(/(127\.0\.0\.1:)?\b(443|8080|8443|8081|8082)\b/g, (_, __, p: string) => {
        const at = p === '443' || p === '8080' ? 0 : p === '8082' ? 2 : 1;
        return `127.0.0.1:${ports[at]}`;
      })
      .replace(/\bhttp\s*\{/, `http {\n${OWN_PATHS}`);
  for (const [i, example] of examples.entries())
    for (const [kind, whole] of [
      ['bad', example.bad],
      ['good', example.bad === undefined ? undefined : example.good],
    ] as const)
      if (whole !== undefined)
        test(`example ${i + 1}: ${kind}`, { timeout: 30_000 }, async () => {
          const running = await serve(text(example, whole), { ports: 3 });
          try {
            const got = await answered(running.ports[0]!, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
            assert.equal(/^HTTP\/1\.1 204/.test(got), kind === 'good', got);
          } finally {
            await running.stop();
          }
        });
});

test('preread-off: the name of the TLS hello chooses only where somebody reads it', { skip: withStream }, async () => {
  const { examples } = RULES.find((r) => r.id === 'preread-off')!;
  const [first] = examples;
  const hits = [0, 0];
  const backends = hits.map((_, i) =>
    net.createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => {
        hits[i]!++;
        socket.destroy();
      });
    }),
  );
  for (const b of backends) await new Promise<void>((done) => b.listen(0, '127.0.0.1', done));
  const port = (i: number) => (backends[i]!.address() as AddressInfo).port;
  try {
    for (const [kind, whole] of [
      ['bad', first!.bad!],
      ['good', first!.good!],
    ] as const) {
      hits.fill(0);
      const running = await serve((ports) =>
        mainOf(exampleTree(first!, whole))
          .replace('10.0.0.2:443', `127.0.0.1:${port(0)}`)
          .replace('10.0.0.3:443', `127.0.0.1:${port(1)}`)
          .replace('listen 443', `listen 127.0.0.1:${ports[0]}`),
      );
      try {
        await new Promise<void>((done) => {
          const client = tls.connect({ port: running.ports[0]!, host: '127.0.0.1', servername: 'mail.example.com' });
          client.on('error', () => client.destroy()).on('close', () => done());
        });
        assert.deepEqual(hits, kind === 'good' ? [1, 0] : [0, 1]);
      } finally {
        await running.stop();
      }
    }
  } finally {
    for (const b of backends) b.close();
  }
});

test('every rule is shown by a request, or says why not', () => {
  const rows = new Set([
    ...ROWS.map((r) => r.rule),
    'cache-without-lock',
    'dhe-without-parameters',
    'backup-with-hash',
    'listen-address-taken',
    'preread-off',
    'proxy-protocol-mismatch',
  ]);
  const judged = RULES.filter((r) => r.looksAt.some((l) => 'outcome' in l));
  const without = RULES.filter((r) => !rows.has(r.id) && !judged.includes(r) && !GROUPS[r.group] && !ALONE[r.id]);
  assert.deepEqual(
    without.map((r) => r.id),
    [],
  );
  const idle = Object.keys(ALONE).filter((id) => rows.has(id) || !RULES.some((r) => r.id === id));
  assert.deepEqual(idle, [], 'reasons that nobody needs');
  console.log(`${rows.size} rules shown by requests here, ${judged.length} by their witnesses, of ${RULES.length}`);
});
