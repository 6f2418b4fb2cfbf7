/** A trace against what the real nginx answered and what its backends got. */
import fs from 'node:fs';
import { fromBytes } from '../../server/src/base/bytes.ts';
import type { FileKind, Files, Trace, UpstreamAnswer } from '../../server/src/trace/trace.ts';
import type { EchoAnswer, EchoRequest } from '../harness/echo.ts';
import type { Answer } from '../harness/echo-client.ts';

/** What the comparison needs to know of a request. */
export interface Asked {
  readonly method: string;
  readonly answer: EchoAnswer;
}

export interface Difference {
  readonly what: string;
  readonly nginx: string;
  readonly trace: string;
}

/** The disk as it is. */
export const disk: Files = {
  stat(file): FileKind | null {
    try {
      const s = fs.statSync(file);
      return s.isDirectory() ? 'folder' : s.mode & 0o111 ? 'executable' : 'file';
    } catch {
      return null;
    }
  },
  text(file): string | null {
    try {
      return fs.readFileSync(file, 'utf8');
    } catch {
      return null;
    }
  },
  size: (file): number | undefined => fs.statSync(file, { throwIfNoEntry: false })?.size,
  modified(file): number | undefined {
    const time = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    return time === undefined ? undefined : Math.floor(time / 1000);
  },
  names(folder): string[] | undefined {
    try {
      return fs
        .readdirSync(folder, { withFileTypes: true })
        .filter((e) => !e.isDirectory())
        .map((e) => e.name);
    } catch {
      return undefined;
    }
  },
};

/** Header lines that depend on the clock or on what the trace does not tell. */
const UNCOMPARED = new Set(['date', 'content-length']);

const headerSet = (pairs: readonly (readonly [string, string])[], skip: ReadonlySet<string>): string[] =>
  pairs
    .filter(([n]) => !skip.has(n.toLowerCase()))
    // the mark that userid gives is nobody's to know
    .map(([n, v]) => `${n}: ${n === 'Expires' ? v.replace(/:\d\d GMT$/, ' GMT') : v.replace(/^(uid|n)=[\w+/]{22}==/, '$1=')}`)
    .sort();

/** What a client or a backend can see, of the real answer and of the trace. */
export function compare(trace: Trace, answer: Answer | null, asked: readonly EchoRequest[], q: Asked): Difference[] {
  const out: Difference[] = [];
  const { outcome } = trace;
  const differ = (what: string, nginx: unknown, traced: unknown): void => {
    const a = typeof nginx === 'string' ? nginx : JSON.stringify(nginx);
    const b = typeof traced === 'string' ? traced : JSON.stringify(traced);
    if (a !== b) out.push({ what, nginx: a, trace: b });
  };
  differ('status', answer?.status ?? 444, outcome.status);
  const last = asked.at(-1);
  // the last that a backend got, for the answer or for a request inside of it
  const request = trace.exchanges.findLast((x) => x.attempts.some((a) => /^\d+$/.test(a.said)))?.request ?? null;
  if (request || last) {
    differ('protocol', last?.protocol ?? 'none', request?.protocol ?? 'none');
    if (last && request) {
      if (last.protocol === 'http') {
        differ(
          'upstream line',
          `${last.method} ${fromBytes(last.uri ?? '')} ${last.httpVersion}`,
          `${request.method} ${request.uri} ${request.httpVersion}`,
        );
        differ(
          'upstream headers',
          last.headers.map(([n, v]) => `${fromBytes(n)}: ${fromBytes(v)}`),
          request.headers.map(([n, v]) => `${n}: ${v}`),
        );
      } else
        differ(
          'params',
          last.params?.map(([n, v]) => `${fromBytes(n)}=${fromBytes(v)}`),
          request.params?.map(([n, v]) => `${n}=${v}`),
        );
    }
  }
  if (answer && outcome.kind !== 'closed') {
    const skip = new Set(UNCOMPARED);
    const file = outcome.file;
    if (q.answer.headers.some(([n]) => n === 'Date')) skip.delete('date');
    // a length that the trace does not tell is not a wrong one
    const lengths = outcome.responseHeaders.some(([n]) => n === 'Content-Length');
    if (lengths) skip.delete('content-length');
    const ours = [...outcome.responseHeaders];
    if (!ours.some(([n]) => n.toLowerCase() === 'date')) skip.add('date');
    differ(
      'response headers',
      headerSet(
        answer.headers.map(([n, v]) => [fromBytes(n), fromBytes(v)]),
        skip,
      ),
      headerSet(ours, skip),
    );
    const encoded = answer.headers.some(([n]) => n === 'Content-Encoding');
    const followed = outcome.body !== null && q.method !== 'HEAD';
    if ((followed || outcome.kind === 'return') && outcome.body !== null && !encoded) differ('body', fromBytes(answer.body), outcome.body);
    if (file !== null && !followed && q.method !== 'HEAD' && answer.status !== 304 && answer.status !== 206 && !encoded)
      differ('file', fromBytes(answer.body), fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : 'missing');
  }
  return out;
}

/** The answers of a configuration whose backends all say the same, whatever their names are. */
export const everyBackend = (answers: readonly UpstreamAnswer[]): Readonly<Record<string, readonly UpstreamAnswer[]>> =>
  new Proxy<Record<string, readonly UpstreamAnswer[]>>(
    {},
    { get: () => answers, getOwnPropertyDescriptor: () => ({ value: answers, enumerable: true, configurable: true, writable: true }) },
  );
