/**
 * Applications that answer what they are told and record exactly what they get: HTTP, uwsgi, FastCGI, SCGI and HTTP/2 in clear text as gRPC speaks it,
 * on 127.0.0.1, in this process. One request at a time: the record is that of the last one.
 */
import http2 from 'node:http2';
import net from 'node:net';

export type Pair = [name: string, value: string];

export interface EchoRequest {
  readonly protocol: 'http' | 'uwsgi' | 'fastcgi' | 'scgi' | 'grpc';
  /** HTTP and gRPC only */
  readonly method: string | null;
  readonly uri: string | null;
  readonly httpVersion: string | null;
  readonly headers: Pair[];
  /** the others */
  readonly params: Pair[] | null;
  /** bytes of the body that came */
  readonly bodyLength: number;
}

export interface EchoAnswer {
  readonly status: number;
  /** bytes as latin1; Content-Length and Content-Type are among them when they are to be sent */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export const PLAIN_ANSWER: EchoAnswer = {
  status: 200,
  headers: [
    ['Content-Type', 'text/x-echo'],
    ['Content-Length', '3'],
  ],
  body: 'ok\n',
};

export class Echo {
  readonly ports = { http: 0, uwsgi: 0, fastcgi: 0, scgi: 0, grpc: 0 };
  /** what the next request is answered with */
  answer: EchoAnswer = PLAIN_ANSWER;
  /** the last request that was taken */
  last: EchoRequest | null = null;
  /** requests since the last `take` */
  private seen: EchoRequest[] = [];
  private readonly servers: net.Server[] = [];
  private readonly sockets = new Set<net.Socket>();

  static async start(): Promise<Echo> {
    const echo = new Echo();
    echo.ports.http = await echo.listen((s) => echo.http(s));
    echo.ports.uwsgi = await echo.listen((s) => echo.framed(s, readUwsgi));
    echo.ports.fastcgi = await echo.listen((s) => echo.framed(s, readFastcgi));
    echo.ports.scgi = await echo.listen((s) => echo.framed(s, readScgi));
    const second = http2.createServer();
    second.on('sessionError', () => undefined);
    second.on('stream', (stream: http2.ServerHttp2Stream, _headers: object, _flags: number, raw: string[]) => echo.grpc(stream, raw));
    echo.ports.grpc = await echo.listen((s) => second.emit('connection', s));
    return echo;
  }

  /** The requests that came since the last call, in order. */
  take(): EchoRequest[] {
    const seen = this.seen;
    this.seen = [];
    this.last = seen.at(-1) ?? this.last;
    return seen;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(this.servers.map((s) => new Promise((done) => s.close(done))));
  }

  private listen(serve: (socket: net.Socket) => void): Promise<number> {
    const server = net.createServer({ noDelay: true }, (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      serve(socket);
    });
    this.servers.push(server);
    return new Promise((done, fail) =>
      server.once('error', fail).listen(0, '127.0.0.1', () => done((server.address() as net.AddressInfo).port)),
    );
  }

  private head(statusLine: string): string {
    return `${statusLine}\r\n${this.answer.headers.map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n`;
  }

  private http(socket: net.Socket): void {
    let buffer = '';
    socket.on('data', (chunk: Buffer) => {
      buffer += chunk.toString('latin1');
      const end = buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const [line = '', ...rest] = buffer.slice(0, end).split('\r\n');
      const headers = rest.map((l): Pair => {
        const colon = l.indexOf(':');
        return [l.slice(0, colon), l.slice(colon + 1).replace(/^ /, '')];
      });
      const value = (name: string): string | undefined => headers.find(([n]) => n.toLowerCase() === name)?.[1];
      const body = buffer.slice(end + 4);
      const chunked = value('transfer-encoding') === 'chunked';
      const length = Number(value('content-length') ?? 0);
      if (chunked ? !body.endsWith('0\r\n\r\n') : body.length < length) return;
      const m = /^(\S+) (.*) HTTP\/([\d.]+)$/s.exec(line);
      this.seen.push({
        protocol: 'http',
        method: m?.[1] ?? null,
        uri: m?.[2] ?? null,
        httpVersion: m?.[3] ?? null,
        headers,
        params: null,
        bodyLength: chunked ? -1 : length,
      });
      buffer = '';
      const keeps = m?.[3] === '1.1' && value('connection')?.toLowerCase() !== 'close';
      const sized =
        this.answer.status === 204 || this.answer.status === 304 || this.answer.headers.some(([n]) => n.toLowerCase() === 'content-length');
      const text = this.head(`HTTP/1.1 ${this.answer.status} Echoed`) + (m?.[1] === 'HEAD' ? '' : this.answer.body);
      if (keeps && sized) socket.write(text, 'latin1');
      else socket.end(text, 'latin1');
    });
  }

  /** HTTP/2 knows no lines about the connection: those of the answer stay behind. */
  private grpc(stream: http2.ServerHttp2Stream, raw: readonly string[]): void {
    const pairs = Array.from({ length: raw.length / 2 }, (_, i): Pair => [raw[2 * i]!, raw[2 * i + 1]!]);
    const pseudo = (name: string): string | null => pairs.find(([n]) => n === name)?.[1] ?? null;
    let bodyLength = 0;
    stream.on('error', () => stream.destroy());
    stream.on('data', (chunk: Buffer) => (bodyLength += chunk.length));
    stream.on('end', () => {
      this.seen.push({
        protocol: 'grpc',
        method: pseudo(':method'),
        uri: pseudo(':path'),
        httpVersion: '2',
        headers: pairs.filter(([n]) => !/^:(?:method|path|scheme)$/.test(n)),
        params: null,
        bodyLength,
      });
      if (stream.destroyed) return;
      const lines: Record<string, string | string[]> = {};
      for (const [name, value] of this.answer.headers) {
        const key = name.toLowerCase();
        if (/^(?:connection|keep-alive|transfer-encoding|upgrade|proxy-connection)$/.test(key)) continue;
        const before = lines[key];
        lines[key] = before === undefined || key === 'content-length' ? value : [before, value].flat();
      }
      stream.respond({ ':status': this.answer.status, ...lines });
      stream.end(pseudo(':method') === 'HEAD' ? '' : this.answer.body, 'latin1');
    });
  }

  private framed(
    socket: net.Socket,
    read: (buffer: Buffer) => { request: EchoRequest; respond: (head: string, body: string) => Buffer } | null,
  ): void {
    let buffer = Buffer.alloc(0);
    let done = false;
    socket.on('data', (chunk: Buffer) => {
      if (done) return;
      buffer = Buffer.concat([buffer, chunk]);
      const got = read(buffer);
      if (!got) return;
      done = true;
      this.seen.push(got.request);
      const { status, body } = this.answer;
      const isHead = got.request.params?.some(([n, v]) => n === 'REQUEST_METHOD' && v === 'HEAD') ?? false;
      const line = got.request.protocol === 'uwsgi' ? `HTTP/1.1 ${status} Echoed` : `Status: ${status} Echoed`;
      socket.end(got.respond(this.head(line), isHead ? '' : body));
    });
  }
}

const latin = (b: Buffer): string => b.toString('latin1');

const paramRequest = (protocol: EchoRequest['protocol'], params: Pair[], bodyLength: number): EchoRequest => ({
  protocol,
  method: null,
  uri: null,
  httpVersion: null,
  headers: [],
  params,
  bodyLength,
});

const plain = (head: string, body: string): Buffer => Buffer.from(head + body, 'latin1');

const contentLength = (params: readonly Pair[]): number => Number(params.find(([n]) => n === 'CONTENT_LENGTH')?.[1] || 0);

function readUwsgi(b: Buffer): ReturnType<Parameters<Echo['framed']>[1]> {
  if (b.length < 4) return null;
  const size = b.readUInt16LE(1);
  if (b.length < 4 + size) return null;
  const params: Pair[] = [];
  for (let at = 4; at < 4 + size; ) {
    const n = b.readUInt16LE(at);
    const v = b.readUInt16LE(at + 2 + n);
    params.push([latin(b.subarray(at + 2, at + 2 + n)), latin(b.subarray(at + 4 + n, at + 4 + n + v))]);
    at += 4 + n + v;
  }
  return { request: paramRequest('uwsgi', params, b.length - 4 - size), respond: plain };
}

function readScgi(b: Buffer): ReturnType<Parameters<Echo['framed']>[1]> {
  const colon = b.indexOf(0x3a);
  if (colon < 0) return null;
  const size = Number(latin(b.subarray(0, colon)));
  const start = colon + 1;
  if (b.length < start + size + 1) return null;
  const words = latin(b.subarray(start, start + size - 1)).split('\0');
  const params: Pair[] = [];
  for (let i = 0; i + 1 < words.length; i += 2) params.push([words[i]!, words[i + 1]!]);
  const body = b.length - start - size - 1;
  if (body < contentLength(params.slice(0, 1))) return null;
  return { request: paramRequest('scgi', params, body), respond: plain };
}

function readFastcgi(b: Buffer): ReturnType<Parameters<Echo['framed']>[1]> {
  const chunks: Buffer[] = [];
  let body = 0;
  let ended = false;
  for (let at = 0; at + 8 <= b.length; ) {
    const type = b[at + 1]!;
    const length = b.readUInt16BE(at + 4);
    const padding = b[at + 6]!;
    if (at + 8 + length > b.length) return null;
    const content = b.subarray(at + 8, at + 8 + length);
    if (type === 4 && length) chunks.push(content);
    if (type === 5) {
      body += length;
      ended = length === 0;
    }
    at += 8 + length + padding;
  }
  if (!ended) return null;
  const all = Buffer.concat(chunks);
  const params: Pair[] = [];
  for (let at = 0; at < all.length; ) {
    const size = (): number => {
      const short = all[at]!;
      if (short < 128) {
        at++;
        return short;
      }
      const n = all.readUInt32BE(at) & 0x7fffffff;
      at += 4;
      return n;
    };
    const n = size();
    const v = size();
    params.push([latin(all.subarray(at, at + n)), latin(all.subarray(at + n, at + n + v))]);
    at += n + v;
  }
  return { request: paramRequest('fastcgi', params, body), respond: fastcgiAnswer };
}

function fastcgiAnswer(head: string, body: string): Buffer {
  const content = Buffer.from(head + body, 'latin1');
  const record = (type: number, data: Buffer): Buffer => {
    const header = Buffer.from([1, type, 0, 1, data.length >> 8, data.length & 255, 0, 0]);
    return Buffer.concat([header, data]);
  };
  return Buffer.concat([record(6, content), record(6, Buffer.alloc(0)), record(3, Buffer.alloc(8))]);
}
