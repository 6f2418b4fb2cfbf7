/** A client that speaks HTTP/2 in the clear and tells every header line as it came. */
import http2 from 'node:http2';
import { fromBytes } from '../../server/src/base/bytes.ts';
import type { HeaderPair } from '../../server/src/trace/trace.ts';

export interface Http2Answer {
  readonly status: number;
  readonly headers: readonly HeaderPair[];
}

/** Asks on a connection of its own. Null: the stream is reset without an answer. */
export const askHttp2 = (port: number, fields: readonly HeaderPair[], body: string): Promise<Http2Answer | null> =>
  new Promise((done, fail) => {
    const session = http2.connect(`http://127.0.0.1:${port}`);
    const end = (got: Http2Answer | null): void => {
      session.destroy();
      clearTimeout(late);
      done(got);
    };
    const late = setTimeout(() => {
      session.destroy();
      fail(new Error(`no answer in time to ${JSON.stringify(fields)}`));
    }, 5000);
    session.on('error', () => end(null));
    const sent: Record<string, string | string[]> = {};
    for (const [name, value] of fields) {
      const before = sent[name];
      sent[name] = before === undefined ? value : [before, value].flat();
    }
    const stream = session.request(sent, { endStream: body === '' });
    let got: Http2Answer | null = null;
    stream.on('error', () => end(got));
    stream.on('response', (_, __, raw: string[] = []) => {
      const headers: HeaderPair[] = [];
      for (let i = 0; i + 1 < raw.length; i += 2) if (!raw[i]!.startsWith(':')) headers.push([raw[i]!, fromBytes(raw[i + 1]!)]);
      got = { status: Number(raw[raw.indexOf(':status') + 1]), headers };
    });
    stream.resume();
    stream.on('close', () => end(got));
    if (body !== '') stream.end(body);
  });
