/** A site on trial: the real nginx before a real application server, asked over TLS from another address, and what every site that we hand out must stand. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import path from 'node:path';
import { test } from 'node:test';
import tls from 'node:tls';
import { OWN_PATHS, type Running, serve, temporaryFolder, testKeys } from '../harness/nginx.ts';
import { type StartedServer, startServer, UWSGI_PARAMS } from './real.ts';

const LIES = {
  'X-Forwarded-For': '6.6.6.6, 7.7.7.7',
  'X-Real-IP': '6.6.6.6',
  'X-Forwarded-Proto': 'http',
  'X-Forwarded-Host': 'evil.example',
  'X-Forwarded-Port': '81',
  'X-Forwarded-Prefix': '/evil',
  'X-Forwarded-User': 'root',
  'Remote-User': 'root',
  Forwarded: 'for=6.6.6.6;host=evil.example',
  'Daphne-Root-Path': '/evil',
};

interface Answered {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** milliseconds after the request at which each part of the body arrived */
  readonly arrived: readonly number[];
}

/** What a site is made of; `{folder}` in texts and words is the folder of the site. */
export interface SiteParts {
  readonly domain: string;
  /** the application and everything that is beside it, by path */
  readonly files: Readonly<Record<string, string>>;
  /** program and arguments */
  readonly command: readonly string[];
  /** the port of 127.0.0.1 on which it listens; else it is `{folder}/app.sock` */
  readonly port?: number;
  /** lines of http, or a whole main file; ports 80 and 443 become free ones, certificates the tests' own */
  readonly nginx: string;
}

export class Site {
  private constructor(
    readonly domain: string,
    readonly folder: string,
    private readonly nginx: Running,
    private app: StartedServer,
    private readonly starts: () => Promise<StartedServer>,
  ) {}

  static async of(parts: SiteParts, folder = temporaryFolder('site')): Promise<Site> {
    const put = (text: string): string => text.replaceAll('{folder}', folder);
    const { cert, key } = testKeys();
    const files: Record<string, string> = {
      ...parts.files,
      'cert.pem': cert,
      'key.pem': key,
      'static/a.css': 'a',
      'static/a.0123456789ab.css': 'b',
      'media/a.html': '<script>alert(1)</script>',
      secret: 'secret',
    };
    for (const [name, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.writeFileSync(path.join(folder, name), put(text));
    }
    const socket = `${folder}/app.sock`;
    const start = (): Promise<StartedServer> => {
      fs.rmSync(socket, { force: true });
      return startServer(parts.command.map(put), folder, parts.port ? { host: '127.0.0.1', port: parts.port } : { path: socket });
    };
    const app = await start();
    const here = (text: string, [plain, secure]: readonly number[]): string =>
      put(text)
        .replaceAll(/^ *listen \[::\].*\n/gm, '')
        .replaceAll('http://127.0.0.1:80;', `http://127.0.0.1:${plain};`)
        .replaceAll('listen 80', `listen 127.0.0.1:${plain}`)
        .replaceAll('listen 443', `listen 127.0.0.1:${secure}`)
        .replaceAll(/(ssl_certificate )\S+;/g, `$1${folder}/cert.pem;`)
        .replaceAll(/(ssl_certificate_key )\S+;/g, `$1${folder}/key.pem;`);
    const whole = /^http \{$/m.test(parts.nginx);
    const nginx = await serve(
      (ports) =>
        whole
          ? here(parts.nginx, ports)
              .replace(/^user .*\n/m, '')
              .replace(/^error_log .*\n/m, '')
              .replace(/^ *access_log \/var.*\n/m, '')
              .replace(/^http \{$/m, `http {\n${OWN_PATHS}`)
          : `events { worker_connections 256; }\nhttp {\n${OWN_PATHS}\ntypes { text/html html; text/css css; }\n${here(parts.nginx, ports)}\n}\n`,
      { ports: 2, files: UWSGI_PARAMS },
    ).catch(async (error: unknown) => {
      await app.stop();
      throw error;
    });
    return new Site(parts.domain, folder, nginx, app, start);
  }

  get log(): string {
    return `${this.app.log()}\n${this.nginx.errors()}`;
  }

  kill = (): Promise<void> => this.app.stop();

  async restart(): Promise<void> {
    this.app = await this.starts();
  }

  /** Asks over TLS, unless `plain`, from 127.0.0.2. */
  ask(
    target: string,
    options: { method?: string; headers?: http.OutgoingHttpHeaders; host?: string; sni?: string; plain?: boolean; body?: string } = {},
  ): Promise<Answered> {
    const { method = 'GET', headers = {}, host = this.domain, sni = host, plain = false, body } = options;
    return new Promise((done, fail) => {
      const since = Date.now();
      const req = (plain ? http : https).request(
        {
          host: '127.0.0.1',
          port: this.nginx.ports[plain ? 0 : 1],
          localAddress: '127.0.0.2',
          method,
          path: target,
          headers: { ...headers, Host: host },
          agent: false,
          timeout: 10_000,
          ...(plain ? {} : { servername: sni, rejectUnauthorized: false }),
        },
        (res) => {
          let text = '';
          const arrived: number[] = [];
          res.setEncoding('utf8');
          res.on('data', (s: string) => {
            text += s;
            arrived.push(Date.now() - since);
          });
          res.on('end', () => done({ status: res.statusCode ?? 0, headers: res.headers, body: text, arrived }));
        },
      );
      req.on('upgrade', (res, socket) => {
        let text = '';
        // one masked frame of text: "hi"
        socket.write(Buffer.from([0x81, 0x82, 1, 2, 3, 4, 0x68 ^ 1, 0x69 ^ 2]));
        socket.on('data', (b: Buffer) => (text += b.toString('latin1')));
        socket.on('close', () => done({ status: res.statusCode ?? 0, headers: res.headers, body: text, arrived: [] }));
        socket.on('error', fail);
        setTimeout(() => socket.destroy(), 700).unref();
      });
      req.on('error', fail);
      req.on('timeout', () => req.destroy(new Error('no answer within 10 s')));
      req.end(body);
    });
  }

  /** The status that HTTP/2 gets, by the protocol that both sides agree on. */
  http2(): Promise<number> {
    return new Promise((done, fail) => {
      const session = http2.connect(`https://127.0.0.1:${this.nginx.ports[1]}`, { servername: this.domain, rejectUnauthorized: false });
      session.on('error', fail);
      const req = session.request({ ':path': '/info/', ':authority': this.domain });
      req.on('response', (h) => {
        session.destroy();
        done(Number(h[':status']));
      });
      req.on('error', fail);
      req.end();
    });
  }

  /** A client that announces an upload and sends one byte of it; returns what ends it. */
  dribble(): Promise<() => void> {
    return new Promise((done, fail) => {
      const socket = tls.connect(
        { host: '127.0.0.1', port: this.nginx.ports[1], servername: this.domain, rejectUnauthorized: false },
        () => {
          socket.write(`POST /info/ HTTP/1.1\r\nHost: ${this.domain}\r\nContent-Length: 100000\r\n\r\nx`);
          done(() => socket.destroy());
        },
      );
      socket.on('error', fail);
    });
  }

  /** A client that asks for something large and does not read it; returns what ends it. */
  sip(target: string): Promise<() => void> {
    return new Promise((done, fail) => {
      const socket = tls.connect(
        { host: '127.0.0.1', port: this.nginx.ports[1], servername: this.domain, rejectUnauthorized: false },
        () => {
          socket.pause();
          socket.write(`GET ${target} HTTP/1.1\r\nHost: ${this.domain}\r\n\r\n`);
          done(() => socket.destroy());
        },
      );
      socket.on('error', fail);
    });
  }

  async stop(): Promise<void> {
    await this.nginx.stop();
    await this.app.stop();
  }
}

const reported = (answer: Answered): Record<string, unknown> => JSON.parse(answer.body) as Record<string, unknown>;
const statuses = (answers: readonly Answered[]): string => answers.map((a) => a.status).join(' ');

const WEBSOCKET = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

export interface Expected {
  /** the exact path whose POST requests are counted; null: no login is limited */
  readonly login: string | null;
  readonly media: boolean;
  /** the application echoes at /chat */
  readonly streams: boolean;
  /** whether the events of /events arrive one by one */
  readonly events?: boolean;
  /** plain HTTP leads to HTTPS; else the plain port is that of the proxy that terminates TLS */
  readonly redirects?: boolean;
  /** the page, below the folder */
  readonly downPage: string;
}

/** What a security reviewer and a visitor ask of a site, as tests of the suite at hand. */
export function stands(site: () => Site, { login, media, streams, events = streams, redirects = true, downPage }: Expected): void {
  test('the application sees client, scheme and name, whatever the client says of them', async () => {
    const answer = await site().ask('/info/?x=1', { headers: LIES });
    assert.equal(answer.status, 200, answer.body + site().log);
    const { address, scheme, host, path: seen, scriptName, user = '' } = reported(answer);
    assert.deepEqual(
      { address, scheme, host, seen, scriptName, user },
      { address: '127.0.0.2', scheme: 'https', host: site().domain, seen: '/info/', scriptName: '', user: '' },
    );
    assert.equal(answer.headers['strict-transport-security'], 'max-age=63072000');
  });

  test('foreign names get no answer on either port, plain HTTP leads to HTTPS', async () => {
    await assert.rejects(site().ask('/', { host: 'evil.example' }));
    await assert.rejects(site().ask('/', { host: 'evil.example', plain: true }));
    if (!redirects) return;
    const plain = await site().ask('/cart?x=1', { plain: true });
    assert.equal(`${plain.status} ${plain.headers.location}`, `301 https://${site().domain}/cart?x=1`);
  });

  test('a name that is true in the handshake and another one in the request gets nothing', async () => {
    await assert.rejects(site().ask('/info/', { host: 'evil.example', sni: site().domain }));
  });

  test('no other protocol leads past nginx to the application', async () => {
    const answer = await site().ask('/info/', {
      headers: { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABkAAQCAAAAAAIAAAAA' },
    });
    assert.equal(answer.status, 200, answer.body);
  });

  test('HTTP/2 is spoken', async () => {
    assert.equal(await site().http2(), 200);
  });

  test('static files are asked for again, those with a hash are kept, nothing beside them is served', async () => {
    const plain = await site().ask('/static/a.css');
    assert.deepEqual([plain.status, plain.body, plain.headers['cache-control']], [200, 'a', 'no-cache']);
    const hashed = await site().ask('/static/a.0123456789ab.css');
    assert.equal(hashed.body, 'b');
    assert.match(String(hashed.headers['cache-control']), /max-age=31536000/);
    assert.equal(hashed.headers['strict-transport-security'], 'max-age=63072000');
    for (const target of [
      '/static../secret',
      '/static/../secret',
      '/static/%2e%2e/secret',
      '/static/..%2fsecret',
      '/static//../secret',
      '/static/..%5csecret',
      '/media../secret',
      '/static/',
    ])
      assert.ok(!/^secret|a\.css/.test((await site().ask(target)).body), target);
    if (!media) return;
    const uploaded = await site().ask('/media/a.html');
    assert.match(String(uploaded.headers['content-security-policy']), /sandbox/);
    assert.equal(uploaded.headers['x-content-type-options'], 'nosniff');
    assert.equal(uploaded.headers['strict-transport-security'], 'max-age=63072000');
  });

  test('uploads beyond the limit are refused', async () => {
    const large = await site()
      .ask('/info/', { method: 'POST', headers: { 'Content-Length': 11 * 1024 * 1024, Expect: '100-continue' } })
      .catch(() => null);
    assert.equal(large?.status ?? 413, 413);
  });

  test('clients that send their uploads byte by byte keep nobody waiting', async () => {
    const slow = await Promise.all(Array.from({ length: 12 }, () => site().dribble()));
    const since = Date.now();
    const answer = await site().ask('/info/');
    const took = Date.now() - since;
    for (const end of slow) end();
    assert.equal(answer.status, 200);
    assert.ok(took < 2000, `${took} ms`);
  });

  test('clients that do not read what they asked for keep nobody waiting', async () => {
    const slow = await Promise.all(Array.from({ length: 12 }, () => site().sip('/large')));
    await new Promise((done) => setTimeout(done, 300));
    const since = Date.now();
    const answer = await site().ask('/info/');
    const took = Date.now() - since;
    for (const end of slow) end();
    assert.equal(answer.status, 200);
    assert.ok(took < 2000, `${took} ms`);
  });

  if (login)
    test('a burst of attempts to log in is stopped, by other spellings of the path too; the page with the form is not', async () => {
      const spellings = [login, login.replace('/', '//'), `/x/..${login}`, login.replace('l', '%6c')];
      const burst = await Promise.all(
        Array.from({ length: 12 }, (_, i) => site().ask(spellings[i % spellings.length]!, { method: 'POST', body: 'x=1' })),
      );
      assert.equal(burst.filter((a) => a.status === 429).length, 6, statuses(burst));
      const pages = await Promise.all(Array.from({ length: 12 }, () => site().ask(login)));
      assert.ok(!pages.some((a) => a.status === 429), statuses(pages));
    });

  if (streams)
    test('WebSockets work from the own pages and from nowhere else', async () => {
      const socket = (origin: string): Promise<Answered> => site().ask('/chat', { headers: { ...WEBSOCKET, Origin: origin } });
      const own = await socket(`https://${site().domain}`);
      assert.equal(own.status, 101, site().log);
      // uvicorn before 0.19 takes the scheme from the header as it is
      assert.match(own.body, /(wss|https):hi/);
      assert.notEqual((await socket('https://evil.example')).status, 101);
      assert.notEqual((await socket(`https://${site().domain}.evil.example`)).status, 101);
    });

  if (events)
    test('events arrive one by one', async () => {
      const { body, arrived } = await site().ask('/events');
      assert.equal(body, 'data: 0\n\ndata: 1\n\ndata: 2\n\n');
      assert.ok(arrived.length >= 3 && arrived.at(-1)! - arrived[0]! > 500, arrived.join());
    });

  test('while the application is down people see the page with 502, 503 without the page, and the site again when it is back', async () => {
    await site().kill();
    for (const method of ['GET', 'POST']) {
      const down = await site().ask('/info/', { method });
      assert.equal(down.status, 502);
      assert.match(down.body, /Back in a moment/);
      assert.equal(down.headers['strict-transport-security'], 'max-age=63072000');
    }
    const page = path.join(site().folder, downPage);
    const text = fs.readFileSync(page);
    fs.rmSync(page);
    assert.equal((await site().ask('/info/')).status, 503);
    fs.writeFileSync(page, text);
    await site().restart();
    assert.equal((await site().ask('/info/')).status, 200, site().log);
  });
}
