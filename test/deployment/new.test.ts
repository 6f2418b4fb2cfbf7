/**
 * What `proxylens new` writes, put to work as it lies: the real nginx with the site, the server for foreign names and the page for bad times, the real application
 * server started by the line of the systemd unit with a socket that is handed over as systemd does. Only ports, folders and the certificate are this machine's.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type DeploymentAnswers, newDeployment } from '../../server/src/snippets/deployment.ts';
import { OWN_PATHS, type Running, serve, temporaryFolder, testKeys } from '../harness/nginx.ts';
import { django, flask } from './projects.ts';
import { PYTHON, Slots, type StartedServer, startServer, UWSGI_PARAMS, withoutServers } from './real.ts';

const DOMAIN = 'shop.example.com';

/** Pages, events half a second apart, and an echo over WebSockets. */
const ASGI = {
  'app.py': `
import asyncio
from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute

async def report(request):
    return JSONResponse({'scheme': request.scope['scheme'], 'host': request.headers.get('host'), 'path': request.url.path,
                         'address': (request.client.host if request.client else '') or '', 'scriptName': request.scope.get('root_path', ''),
                         'user': request.headers.get('x-forwarded-user', '') + request.headers.get('remote-user', '')})

async def events(request):
    async def made():
        for n in range(3):
            yield f'data: {n}\\n\\n'
            await asyncio.sleep(0.4)
    return StreamingResponse(made(), media_type='text/event-stream')

async def echo(socket):
    await socket.accept()
    await socket.send_text(socket.url.scheme + ':' + await socket.receive_text())
    await socket.close()

app = Starlette(routes=[Route('/events', events), WebSocketRoute('/chat', echo), Route('/{p:path}', report, methods=['GET', 'POST'])])
`,
};

const PROJECTS: Readonly<Record<string, Readonly<Record<string, string>>>> = { django: django(''), flask: flask(''), fastapi: ASGI };

type Combination = Pick<DeploymentAnswers, 'framework' | 'server'>;

const ALL: readonly Combination[] = [
  ...(['gunicorn', 'uwsgi', 'uvicorn', 'daphne', 'hypercorn'] as const).map((server) => ({ framework: 'django' as const, server })),
  ...(['gunicorn', 'uwsgi'] as const).map((server) => ({ framework: 'flask' as const, server })),
  ...(['uvicorn', 'hypercorn'] as const).map((server) => ({ framework: 'fastapi' as const, server })),
];
/** Each server once; `DEPLOYMENTS=all` in the environment takes every combination. */
const COMBINATIONS =
  process.env.DEPLOYMENTS === 'all'
    ? ALL
    : ALL.filter(
        ({ framework, server }) =>
          framework === (server === 'uwsgi' ? 'flask' : server === 'gunicorn' || server === 'daphne' ? 'django' : 'fastapi'),
      );

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

class Site {
  private constructor(
    readonly folder: string,
    private readonly nginx: Running,
    private app: StartedServer,
    private readonly starts: () => Promise<StartedServer>,
  ) {}

  static async of({ framework, server }: Combination): Promise<Site> {
    const folder = temporaryFolder('new');
    const answers: DeploymentAnswers = {
      name: 'app',
      framework,
      server,
      domain: DOMAIN,
      tls: 'own',
      module: framework === 'django' ? `shop.${server === 'gunicorn' || server === 'uwsgi' ? 'wsgi' : 'asgi'}:application` : 'app:app',
      folder,
      staticRoot: `${folder}/static`,
      mediaRoot: `${folder}/media`,
      upload: '10m',
      limitLogin: true,
    };
    const made = newDeployment(answers);
    const { cert, key } = testKeys();
    const here = (text: string): string => text.replaceAll(/\/run\/app(\/app)?\.sock/g, `${folder}/app.sock`);
    const files: Record<string, string> = {
      ...PROJECTS[framework],
      ...Object.fromEntries(made.map((f) => [f.path, here(f.text)])),
      'cert.pem': cert,
      'key.pem': key,
      'static/a.css': 'a',
      'static/a.0123456789ab.css': 'b',
      'media/a.html': '<script>alert(1)</script>',
      secret: 'secret',
    };
    for (const [name, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.writeFileSync(path.join(folder, name), text);
    }
    const unit = files['deploy/app.service']!;
    const environment = [...unit.matchAll(/^Environment=(.*)$/gm)].map((m) => m[1]!);
    const line = /^ExecStart=(.*)$/m.exec(unit)![1]!.replace(`${folder}/venv/bin/`, '');
    // this option is younger than Debian's uvicorn
    const [program = '', ...args] = line.replace(' --timeout-graceful-shutdown 30', '').split(' ');
    const command = program === 'uwsgi' ? ['uwsgi', '--plugins', 'python3', ...args] : [PYTHON, '-m', program, ...args];
    const secret = made.find((f) => f.path.endsWith('.env.example'))!.text.match(/^\w+=.*$/gm)!;
    const socket = `${folder}/app.sock`;
    const activated = files['deploy/app.socket'] !== undefined;
    const variables = [...environment, ...secret, `HOME=${folder}`, 'LANG=C.UTF-8'].flatMap((v) => ['-E', v]);
    const whole = activated
      ? ['/usr/bin/systemd-socket-activate', '-l', socket, ...variables, ...command]
      : ['/usr/bin/env', ...variables.filter((v) => v !== '-E'), ...command];
    const start = (): Promise<StartedServer> => {
      fs.rmSync(socket, { force: true });
      return startServer(whole, folder, { path: socket });
    };
    const app = await start();
    const sites = made.filter((f) => /^deploy\/nginx\/.*\.conf$/.test(f.path)).map((f) => files[f.path]!);
    const nginx = await serve(
      ([plain, secure]) => `events { worker_connections 64; }
http {
${OWN_PATHS}
types { text/html html; text/css css; }
${sites
  .join('\n')
  .replaceAll(/^ *listen \[::\].*\n/gm, '')
  .replaceAll('listen 80', `listen 127.0.0.1:${plain}`)
  .replaceAll('listen 443', `listen 127.0.0.1:${secure}`)
  .replaceAll(/\/etc\/nginx\/tls\/\S+\.pem/g, `${folder}/cert.pem`)
  .replaceAll(/\/etc\/nginx\/tls\/\S+\.key/g, `${folder}/key.pem`)}
}
`,
      { ports: 2, files: UWSGI_PARAMS },
    ).catch(async (error: unknown) => {
      await app.stop();
      throw error;
    });
    return new Site(folder, nginx, app, start);
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
    const { method = 'GET', headers = {}, host = DOMAIN, sni = host, plain = false, body } = options;
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
      const session = http2.connect(`https://127.0.0.1:${this.nginx.ports[1]}`, { servername: DOMAIN, rejectUnauthorized: false });
      session.on('error', fail);
      const req = session.request({ ':path': '/info/', ':authority': DOMAIN });
      req.on('response', (h) => {
        session.destroy();
        done(Number(h[':status']));
      });
      req.on('error', fail);
      req.end();
    });
  }

  async stop(): Promise<void> {
    await this.nginx.stop();
    await this.app.stop();
  }
}

const slots = new Slots();

const reported = (answer: Answered): Record<string, unknown> => JSON.parse(answer.body) as Record<string, unknown>;
const statuses = (answers: readonly Answered[]): string => answers.map((a) => a.status).join(' ');

for (const combination of COMBINATIONS)
  describe(`${combination.framework} under ${combination.server}, as new writes it`, { skip: withoutServers(), concurrency: 1 }, () => {
    let site: Site;
    const login = combination.framework === 'django' ? '/admin/login/' : '/login';
    const asgi = combination.server !== 'gunicorn' && combination.server !== 'uwsgi';
    before(async () => {
      await slots.take();
      site = await Site.of(combination);
    });
    after(async () => {
      await site?.stop();
      slots.give();
    });

    test('the application sees client, scheme and name, whatever the client says of them', async () => {
      const answer = await site.ask('/info/?x=1', { headers: LIES });
      assert.equal(answer.status, 200, answer.body + site.log);
      const { address, scheme, host, path: seen, scriptName, user = '' } = reported(answer);
      assert.deepEqual(
        { address, scheme, host, seen, scriptName, user },
        { address: '127.0.0.2', scheme: 'https', host: DOMAIN, seen: '/info/', scriptName: '', user: '' },
      );
      assert.equal(answer.headers['strict-transport-security'], 'max-age=63072000');
    });

    test('foreign names get no answer on either port, plain HTTP leads to HTTPS', async () => {
      await assert.rejects(site.ask('/', { host: 'evil.example' }));
      await assert.rejects(site.ask('/', { host: 'evil.example', plain: true }));
      const plain = await site.ask('/cart?x=1', { plain: true });
      assert.equal(`${plain.status} ${plain.headers.location}`, `301 https://${DOMAIN}/cart?x=1`);
    });

    test('a name that is true in the handshake and another one in the request gets nothing', async () => {
      await assert.rejects(site.ask('/info/', { host: 'evil.example', sni: DOMAIN }));
    });

    test('no other protocol leads past nginx to the application', async () => {
      const answer = await site.ask('/info/', {
        headers: { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABkAAQCAAAAAAIAAAAA' },
      });
      assert.equal(answer.status, 200, answer.body);
    });

    test('HTTP/2 is spoken', async () => {
      assert.equal(await site.http2(), 200);
    });

    test('static files are asked for again, those with a hash are kept, nothing beside them is served', async () => {
      const plain = await site.ask('/static/a.css');
      assert.deepEqual([plain.status, plain.body, plain.headers['cache-control']], [200, 'a', 'no-cache']);
      const hashed = await site.ask('/static/a.0123456789ab.css');
      assert.deepEqual([hashed.body, hashed.headers['cache-control']], ['b', 'public, max-age=31536000, immutable']);
      assert.equal(hashed.headers['strict-transport-security'], 'max-age=63072000');
      for (const target of ['/static../secret', '/static/%2e%2e/secret', '/static/..%2fsecret', '/media../secret'])
        assert.ok(!(await site.ask(target)).body.startsWith('secret'), target);
      const media = await site.ask('/media/a.html');
      assert.match(String(media.headers['content-security-policy']), /sandbox/);
      assert.equal(media.headers['x-content-type-options'], 'nosniff');
    });

    test('uploads beyond the limit are refused', async () => {
      const large = await site
        .ask('/info/', { method: 'POST', headers: { 'Content-Length': 11 * 1024 * 1024, Expect: '100-continue' } })
        .catch(() => null);
      assert.equal(large?.status ?? 413, 413);
    });

    test('a burst of attempts to log in is stopped, the page with the form is not', async () => {
      const burst = await Promise.all(Array.from({ length: 12 }, () => site.ask(login, { method: 'POST', body: 'x=1' })));
      assert.equal(burst.filter((a) => a.status === 429).length, 6, statuses(burst));
      const pages = await Promise.all(Array.from({ length: 12 }, () => site.ask(login)));
      assert.ok(!pages.some((a) => a.status === 429), statuses(pages));
    });

    if (asgi && combination.framework === 'fastapi')
      test('events arrive one by one, WebSockets work from the own pages and from nowhere else', async () => {
        const { body, arrived } = await site.ask('/events');
        assert.equal(body, 'data: 0\n\ndata: 1\n\ndata: 2\n\n');
        assert.ok(arrived.length >= 3 && arrived.at(-1)! - arrived[0]! > 500, arrived.join());
        const socket = (origin: string): Promise<Answered> =>
          site.ask('/chat', {
            headers: {
              Connection: 'Upgrade',
              Upgrade: 'websocket',
              'Sec-WebSocket-Version': '13',
              'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
              Origin: origin,
            },
          });
        const own = await socket(`https://${DOMAIN}`);
        assert.equal(own.status, 101, site.log);
        // uvicorn before 0.19 takes the scheme from the header as it is
        assert.match(own.body, /(wss|https):hi/);
        assert.notEqual((await socket('https://evil.example')).status, 101);
        assert.notEqual((await socket(`https://${DOMAIN}.evil.example`)).status, 101);
      });

    test('while the application is down people see the page with 502, 503 without the page, and the site again when it is back', async () => {
      await site.kill();
      for (const method of ['GET', 'POST']) {
        const down = await site.ask('/info/', { method });
        assert.equal(down.status, 502);
        assert.match(down.body, /Back in a moment/);
        assert.equal(down.headers['strict-transport-security'], 'max-age=63072000');
      }
      const page = path.join(site.folder, 'deploy/errors/down.html');
      const text = fs.readFileSync(page);
      fs.rmSync(page);
      assert.equal((await site.ask('/info/')).status, 503);
      fs.writeFileSync(page, text);
      await site.restart();
      assert.equal((await site.ask('/info/')).status, 200, site.log);
    });
  });

test('the units are what systemd takes, and leave little open', {
  skip: !fs.existsSync('/usr/bin/systemd-analyze') && 'no systemd-analyze on this machine',
}, () => {
  for (const combination of ALL) {
    const folder = temporaryFolder('units');
    const made = newDeployment({
      name: 'app',
      ...combination,
      domain: DOMAIN,
      tls: 'own',
      module: 'app.wsgi:app',
      folder: '/srv/app',
      staticRoot: '',
      mediaRoot: '/srv/app/media',
      upload: '10m',
      limitLogin: true,
    });
    const units = made.filter((f) => /\.(service|socket)$/.test(f.path));
    // the program itself is not on this machine
    for (const unit of units)
      fs.writeFileSync(path.join(folder, path.basename(unit.path)), unit.text.replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true'));
    const paths = units.map((u) => path.join(folder, path.basename(u.path)));
    const run = (...args: string[]): string =>
      execFileSync('/usr/bin/systemd-analyze', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    run('verify', ...paths);
    const exposure = /exposure level for \S+: ([\d.]+)/.exec(run('security', '--offline=true', '--no-pager', paths[0]!))?.[1];
    assert.ok(Number(exposure) < 3, `${combination.server}: ${exposure}`);
  }
});
