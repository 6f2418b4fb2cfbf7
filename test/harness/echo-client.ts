/** A client on a raw socket: sends bytes, reads one answer, keeps the connection where the server does. */
import net from 'node:net';
import tls from 'node:tls';

export interface Answer {
  readonly status: number;
  readonly headers: [name: string, value: string][];
  /** one character a byte */
  readonly body: string;
  /** the server closed the connection behind the answer */
  readonly closed: boolean;
}

const TIMEOUT = 5000;

export class RawClient {
  private socket: net.Socket | null = null;
  private buffer = '';
  private ended = false;
  private wake: (() => void) | null = null;

  /** `sni`: TLS with that name, null without one; undefined: plain. */
  constructor(
    private readonly port: number,
    private readonly sni?: string | null,
  ) {}

  /** Sends a request and reads the answer; null when the server closes without one. `head`: no body follows. */
  async ask(text: string, head: boolean): Promise<Answer | null> {
    for (let tries = 0; ; tries++) {
      const reused = this.socket !== null && !this.ended;
      const socket = reused ? this.socket! : await this.connect();
      this.buffer = '';
      socket.write(text, 'utf8');
      const answer = await this.read(head);
      // a kept connection may have been closed in the meantime: once more on a new one
      if (answer === null && reused && this.ended && tries === 0 && this.buffer === '') {
        this.close();
        if (this.retryable) continue;
      }
      if (answer === null || answer.closed) this.close();
      return answer;
    }
  }

  /** Whether an empty end on a kept connection is worth a second try; false while 444 is possible. */
  retryable = true;

  close(): void {
    this.socket?.destroy();
    this.socket = null;
    this.ended = true;
  }

  private connect(): Promise<net.Socket> {
    this.close();
    return new Promise((done, fail) => {
      const socket =
        this.sni === undefined
          ? net.connect({ port: this.port, host: '127.0.0.1', noDelay: true })
          : tls.connect({
              port: this.port,
              host: '127.0.0.1',
              rejectUnauthorized: false,
              ...(this.sni === null ? {} : { servername: this.sni }),
            });
      this.ended = false;
      socket.setEncoding('latin1');
      socket.on('data', (s: string) => {
        this.buffer += s;
        this.wake?.();
      });
      const over = (): void => {
        if (this.socket === socket) {
          this.ended = true;
          this.wake?.();
        }
      };
      socket.on('end', over).on('close', over);
      socket.once('error', (e) => {
        over();
        fail(e);
      });
      socket.once(this.sni === undefined ? 'connect' : 'secureConnect', () => {
        this.socket = socket;
        done(socket);
      });
    });
  }

  private async more(): Promise<boolean> {
    if (this.ended) return false;
    const had = this.buffer.length;
    await new Promise<void>((done, fail) => {
      const timer = setTimeout(
        () => fail(new Error(`no answer in ${TIMEOUT} ms, so far ${JSON.stringify(this.buffer.slice(0, 300))}`)),
        TIMEOUT,
      );
      this.wake = (): void => {
        clearTimeout(timer);
        this.wake = null;
        done();
      };
      if (this.buffer.length !== had || this.ended) this.wake();
    });
    return this.buffer.length > had || !this.ended;
  }

  private async read(head: boolean): Promise<Answer | null> {
    let end = this.buffer.indexOf('\r\n\r\n');
    while (end < 0) {
      if (!(await this.more()) && this.ended) {
        end = this.buffer.indexOf('\r\n\r\n');
        if (end < 0) return null;
      }
      end = this.buffer.indexOf('\r\n\r\n');
    }
    const [line = '', ...rest] = this.buffer.slice(0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(line)?.[1] ?? 0);
    const headers = rest.map((l): [string, string] => {
      const colon = l.indexOf(':');
      return [l.slice(0, colon), l.slice(colon + 1).replace(/^ /, '')];
    });
    if (status === 100) {
      this.buffer = this.buffer.slice(end + 4);
      return this.read(head);
    }
    const value = (name: string): string | undefined => headers.find(([n]) => n.toLowerCase() === name)?.[1];
    const start = end + 4;
    const closing = value('connection')?.toLowerCase() === 'close';
    let body = '';
    if (head || status === 204 || status === 304) {
      // no body
    } else if (value('transfer-encoding') === 'chunked') {
      while (!/(?:^|\r\n)0\r\n(?:[^\r\n]+\r\n)*\r\n$/.test(this.buffer.slice(start))) if (!(await this.more()) && this.ended) break;
      body = unchunk(this.buffer.slice(start));
    } else if (value('content-length') !== undefined) {
      const length = Number(value('content-length'));
      while (this.buffer.length - start < length) if (!(await this.more()) && this.ended) break;
      body = this.buffer.slice(start, start + length);
    } else {
      while (!this.ended) await this.more();
      body = this.buffer.slice(start);
    }
    return { status, headers, body, closed: closing || this.ended };
  }
}

function unchunk(text: string): string {
  let out = '';
  let at = 0;
  for (;;) {
    const end = text.indexOf('\r\n', at);
    if (end < 0) return out;
    const size = Number.parseInt(text.slice(at, end), 16);
    if (!size) return out;
    out += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
  }
}
