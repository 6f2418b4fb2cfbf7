/**
 * Real application servers behind the real nginx: a project in a temporary folder, its server started by the very command that the deployment reader
 * reads, and between nginx and the server a wire tap that records the exact upstream request. Everything listens on unix sockets of the folder and on 127.0.0.1.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type FileId, fromPath } from '../../server/src/base/file-id.ts';
import type { UpstreamRequest } from '../../server/src/deploy/seen.ts';
import { freePorts, OWN_PATHS, serve, skipOrFail, withoutNginx } from '../harness/nginx.ts';

/** Debian's Python. PROXYLENS_PYTHONPATH in the environment may name a folder with other versions of the servers and frameworks. */
export const PYTHON = '/usr/bin/python3';
const OTHER_VERSIONS: Record<string, string> = process.env.PROXYLENS_PYTHONPATH ? { PYTHONPATH: process.env.PROXYLENS_PYTHONPATH } : {};
/** Debian has the version in the program's name. */
export const PHP_FPM = fs.existsSync('/usr/sbin')
  ? `/usr/sbin/${fs.readdirSync('/usr/sbin').find((n) => /^php-fpm\d/.test(n)) ?? 'php-fpm'}`
  : 'php-fpm';
let versions: Record<string, string> | null | undefined;

/** Versions of the Python packages that Debian installed, by package; null where there are none. */
export function installed(): Record<string, string> | null {
  if (versions !== undefined) return versions;
  try {
    const script =
      "import importlib.metadata as m, json\nout={}\nfor p in ['django','gunicorn','uvicorn','flask','starlette','daphne','hypercorn','werkzeug','waitress','gevent','quart','pyramid','aiohttp','fastapi']:\n  try: out[p]=m.version(p)\n  except Exception: pass\nprint(json.dumps(out))";
    versions = JSON.parse(execFileSync(PYTHON, ['-c', script], { encoding: 'utf8', env: { ...process.env, ...OTHER_VERSIONS } })) as Record<
      string,
      string
    >;
    const uwsgi = execFileSync('uwsgi', ['--version'], { encoding: 'utf8' }).trim();
    versions.uwsgi = /[\d.]+/.exec(uwsgi)![0];
    if (fs.existsSync(PHP_FPM)) versions['php-fpm'] = /[\d.]+/.exec(path.basename(PHP_FPM))?.[0] ?? '8';
    if (!versions.django || !versions.gunicorn) versions = null;
  } catch {
    versions = null;
  }
  return versions;
}

export const withoutServers = (): false | string =>
  withoutNginx() || (installed() ? false : skipOrFail('no Django, gunicorn or uWSGI on this machine'));

/** The files of the project, by path; `{dir}` becomes the folder, `{port}` a free port. */
export type Project = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** what nginx sent to the application; null when it sent nothing */
  readonly upstream: UpstreamRequest | null;
}

export interface Deployed {
  readonly files: Map<FileId, string>;
  /** `server` blocks' number, as given */
  ask(
    variant: number,
    request: { method?: string; path: string; headers?: Readonly<Record<string, string | readonly string[]>>; body?: string },
  ): Promise<Answer>;
  log(): string;
  stop(): Promise<void>;
}

export interface DeployOptions {
  readonly project: Project;
  /** program and arguments; run in the folder */
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** where the server listens: a path for a unix socket, or `{port}` on 127.0.0.1 */
  readonly listens: 'unix' | 'tcp';
  /** contents of server blocks; `{upstream}` is the address for proxy_pass (`http://…`) or uwsgi_pass */
  readonly variants: readonly string[];
  /** http context lines */
  readonly http?: string;
}

/** What nginx itself ships as fastcgi_params, but for what is the same in each: the harness has an empty file of that name. */
const FASTCGI_PARAMS = [
  'QUERY_STRING $query_string',
  'REQUEST_METHOD $request_method',
  'CONTENT_TYPE $content_type',
  'CONTENT_LENGTH $content_length',
  'SCRIPT_NAME $fastcgi_script_name',
  'REQUEST_URI $request_uri',
  'DOCUMENT_URI $document_uri',
  'DOCUMENT_ROOT $document_root',
  'SERVER_PROTOCOL $server_protocol',
  'REQUEST_SCHEME $scheme',
  'HTTPS $https if_not_empty',
  'GATEWAY_INTERFACE CGI/1.1',
  'SERVER_SOFTWARE nginx/$nginx_version',
  'REMOTE_ADDR $remote_addr',
  'REMOTE_PORT $remote_port',
  'SERVER_ADDR $server_addr',
  'SERVER_PORT $server_port',
  'SERVER_NAME $server_name',
  'REDIRECT_STATUS 200',
];

/** The lists of params as nginx itself ships them. */
export const UWSGI_PARAMS = {
  fastcgi_params: FASTCGI_PARAMS.map((line) => `fastcgi_param ${line};\n`).join(''),
  uwsgi_params: [
    'QUERY_STRING $query_string',
    'REQUEST_METHOD $request_method',
    'CONTENT_TYPE $content_type',
    'CONTENT_LENGTH $content_length',
    'REQUEST_URI $request_uri',
    'PATH_INFO $document_uri',
    'DOCUMENT_ROOT $document_root',
    'SERVER_PROTOCOL $server_protocol',
    'REQUEST_SCHEME $scheme',
    'HTTPS $https if_not_empty',
    'REMOTE_ADDR $remote_addr',
    'REMOTE_PORT $remote_port',
    'SERVER_PORT $server_port',
    'SERVER_NAME $server_name',
  ]
    .map((line) => `uwsgi_param ${line};\n`)
    .join(''),
} as const;

const settled = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export async function deploy(options: DeployOptions): Promise<Deployed> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-deploy-'));
  const [port, tapPort] = options.listens === 'tcp' ? await freePorts(2) : [0, 0];
  const put = (s: string): string => s.replaceAll('{dir}', folder).replaceAll('{port}', String(port));
  const files = new Map<FileId, string>();
  for (const [name, text] of Object.entries(options.project)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, put(text));
    files.set(fromPath(file), put(text));
  }
  const appAddress = options.listens === 'unix' ? { path: path.join(folder, 'app.sock') } : { host: '127.0.0.1', port: port! };
  const tap = new Tap(appAddress, options.listens === 'unix' ? `unix:${folder}/app.sock` : `127.0.0.1:${port}`);
  const tapListens = options.listens === 'unix' ? path.join(folder, 'tap.sock') : tapPort!;
  await tap.listen(tapListens);
  const app = await startServer(options.command.map(put), folder, appAddress, options.environment).catch(async (error: unknown) => {
    await tap.close();
    fs.rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const stopChild = async (): Promise<void> => {
    await app.stop();
    await tap.close();
    fs.rmSync(folder, { recursive: true, force: true });
  };
  const upstream = options.listens === 'unix' ? `unix:${folder}/tap.sock` : `127.0.0.1:${tapPort}`;
  const nginx = await serve(
    (ports) => `worker_processes 1;
events { worker_connections 64; }
http {
${OWN_PATHS}
upstream django_app { server ${upstream}; }
upstream app { server ${upstream}; }
${options.http ?? ''}
${options.variants.map((v, i) => `server { listen 127.0.0.1:${ports[i]};\n${v.replaceAll('{dir}', folder)}\n}`).join('\n')}
}
`,
    { ports: options.variants.length, files: UWSGI_PARAMS },
  ).catch(async (error: unknown) => {
    await stopChild();
    throw error;
  });
  return {
    files,
    log: () => app.log() + nginx.errors(),
    async ask(variant, { method = 'GET', path: target, headers = {}, body }) {
      tap.take();
      const answer = await request(nginx.ports[variant]!, method, target, headers, body);
      await settled(5);
      return { ...answer, upstream: tap.take() };
    },
    async stop() {
      await nginx.stop();
      await stopChild();
    },
  };
}

export interface StartedServer {
  log(): string;
  /** Ends the server and its workers by their process group. */
  stop(): Promise<void>;
}

/** Starts an application server in a folder and waits, up to 15 s, until its address takes connections. Throws with its log when it ends before. */
export async function startServer(
  command: readonly string[],
  folder: string,
  address: net.NetConnectOpts,
  environment: Readonly<Record<string, string>> = {},
): Promise<StartedServer> {
  const [program, ...args] = command;
  const child = spawn(program!, args, {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', HOME: folder, LANG: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1', ...OTHER_VERSIONS, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (s: string) => (log = (log + s).slice(-20_000)));
  const kill = (): void => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // it has ended
    }
  };
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.removeListener('exit', kill);
    await endGroup(child);
  };
  const until = Date.now() + 15_000;
  while (!(await connects(address))) {
    if (child.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error(`the application server did not start: ${log}`);
    }
    await settled(50);
  }
  return { log: () => log, stop };
}

function request(
  port: number,
  method: string,
  target: string,
  headers: Readonly<Record<string, string | readonly string[]>>,
  body?: string,
): Promise<{ status: number; headers: http.IncomingHttpHeaders; body: string }> {
  return new Promise((done, fail) => {
    const req = http.request(
      {
        host: '127.0.0.1',
        port,
        method,
        path: target,
        headers: { ...headers } as http.OutgoingHttpHeaders,
        setHost: !('Host' in headers),
        agent: false,
        timeout: 10_000,
      },
      (res) => {
        let text = '';
        res.setEncoding('utf8');
        res.on('data', (s: string) => (text += s));
        res.on('end', () => done({ status: res.statusCode ?? 0, headers: res.headers, body: text }));
      },
    );
    req.on('error', fail);
    req.on('timeout', () => req.destroy(new Error('no answer within 10 s')));
    req.end(body);
  });
}

const connects = (address: net.NetConnectOpts): Promise<boolean> =>
  new Promise((done) => {
    const socket = net.connect(address);
    const settle = (answer: boolean) => (): void => {
      socket.destroy();
      done(answer);
    };
    socket.on('connect', settle(true)).on('error', settle(false));
  });

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise<void>((done) => child.once('close', () => done()));
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-child.pid!, name);
    } catch {
      // it has ended
    }
  };
  signal('SIGTERM');
  const late = setTimeout(() => signal('SIGKILL'), 500);
  await over;
  clearTimeout(late);
}

/** Passes bytes on and keeps what came from nginx on the last connection. */
class Tap {
  private readonly server: net.Server;
  private last: Buffer[] | null = null;
  private readonly open = new Set<net.Socket>();

  constructor(
    target: net.NetConnectOpts,
    private readonly name: string,
  ) {
    this.server = net.createServer({ allowHalfOpen: true }, (client) => {
      const seen: Buffer[] = [];
      this.last = seen;
      const app = net.connect({ ...target, allowHalfOpen: true } as net.NetConnectOpts);
      for (const s of [client, app]) {
        this.open.add(s);
        s.on('close', () => this.open.delete(s)).on('error', () => {
          client.destroy();
          app.destroy();
        });
      }
      client.on('data', (b: Buffer) => seen.push(b));
      client.pipe(app);
      app.pipe(client);
    });
  }

  listen(on: string | number): Promise<void> {
    return new Promise((done, fail) => {
      this.server.once('error', fail);
      if (typeof on === 'string') this.server.listen(on, done);
      else this.server.listen(on, '127.0.0.1', done);
    });
  }

  take(): UpstreamRequest | null {
    const bytes = this.last;
    this.last = null;
    return bytes?.length ? parsed(Buffer.concat(bytes), this.name) : null;
  }

  async close(): Promise<void> {
    for (const s of this.open) s.destroy();
    await new Promise((done) => this.server.close(done));
  }
}

const METHODS = /^[A-Z]+ /;

/** The bytes of an HTTP request, a uwsgi packet or FastCGI records in the form of the trace. */
function parsed(bytes: Buffer, server: string): UpstreamRequest {
  const text = bytes.toString('latin1');
  const common = { upstream: 'app', servers: [server] };
  if (METHODS.test(text.slice(0, 10))) {
    const [line = '', ...lines] = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n');
    const [method = '', uri = '', version = ''] = line.split(' ');
    const headers = lines.map((l): [string, string] => [l.slice(0, l.indexOf(':')), l.slice(l.indexOf(':') + 1).replace(/^ /, '')]);
    return { ...common, protocol: 'http', method, uri, httpVersion: version.replace('HTTP/', ''), headers, params: null };
  }
  if (bytes[0] === 1)
    return { ...common, protocol: 'fastcgi', method: null, uri: '', httpVersion: null, headers: [], params: fastcgiParams(bytes) };
  const params: [string, string][] = [];
  const end = 4 + bytes.readUInt16LE(1);
  const string = (at: number): string => bytes.toString('utf8', at + 2, at + 2 + bytes.readUInt16LE(at));
  for (let at = 4; at < end; ) {
    const name = string(at);
    at += 2 + bytes.readUInt16LE(at);
    params.push([name, string(at)]);
    at += 2 + bytes.readUInt16LE(at);
  }
  return { ...common, protocol: 'uwsgi', method: null, uri: '', httpVersion: null, headers: [], params };
}

/** The pairs of all FCGI_PARAMS records (type 4): lengths of one byte, or of four with the first bit set. */
function fastcgiParams(bytes: Buffer): [string, string][] {
  const records: Buffer[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt16BE(at + 4);
    if (bytes[at + 1] === 4) records.push(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length + bytes[at + 6]!;
  }
  const stream = Buffer.concat(records);
  const params: [string, string][] = [];
  for (let at = 0; at < stream.length; ) {
    const size = (): number => {
      if (stream[at]! < 128) return stream[at++]!;
      at += 4;
      return stream.readUInt32BE(at - 4) & 0x7fffffff;
    };
    const [name, value] = [size(), size()];
    params.push([stream.toString('utf8', at, at + name), stream.toString('utf8', at + name, at + name + value)]);
    at += name + value;
  }
  return params;
}

/** Runs the body of at most two tests at a time. */
export class Slots {
  private free = 2;
  private readonly waiting: (() => void)[] = [];
  async take(): Promise<void> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((done) => this.waiting.push(done));
  }
  give(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.free++;
  }
}
