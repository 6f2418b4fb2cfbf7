/** A trace against one answer of the real nginx and all requests that its backends got meanwhile. */
import fs from 'node:fs';
import { fromBytes } from '../../server/src/base/bytes.ts';
import type { HeaderPair, Trace } from '../../server/src/trace/trace.ts';
import type { EchoAnswer, EchoRequest } from '../harness/echo.ts';
import type { Answer } from '../harness/echo-client.ts';
import type { Answered } from './areas/area.ts';

/** What a backend sends, with its length. */
export const echoed = ({ status = 200, headers = [], body = 'ok\n', endless }: Answered): EchoAnswer => {
  const empty = status === 204 || status === 304;
  return { status, headers: empty || endless ? headers : [...headers, ['Content-Length', String(body.length)]], body: empty ? '' : body };
};

/** Lines that a trace does not always tell: the length of what it does not know. */
const lines = (pairs: readonly HeaderPair[], told: ReadonlySet<string>): string[] =>
  pairs
    .filter(([n]) => n !== 'Date' && (n !== 'Content-Length' || told.has(n)))
    .map(([n, v]) => `${n}: ${v}`)
    .sort();

const requestText = (protocol: string, line: string, pairs: readonly HeaderPair[] | null, sign: string): string =>
  `${protocol} ${line}\n${(pairs ?? []).map(([n, v]) => `  ${n}${sign}${v}`).join('\n')}`;

const seenText = (r: EchoRequest): string =>
  r.params
    ? requestText(
        r.protocol,
        '',
        r.params.map(([n, v]): HeaderPair => [fromBytes(n), fromBytes(v)]),
        '=',
      )
    : requestText(
        'http',
        `${r.method} ${fromBytes(r.uri ?? '')} ${r.httpVersion}`,
        r.headers.map(([n, v]): HeaderPair => [fromBytes(n), fromBytes(v)]),
        ': ',
      );

/** Every request that reaches a backend, in the words of `seenText`. */
const tracedRequests = (trace: Trace): string[] =>
  trace.exchanges.flatMap(({ request: u, attempts, for: why }) => {
    const text = u.params
      ? requestText(u.protocol, '', u.params, '=')
      : requestText('http', `${u.method} ${u.uri} ${u.httpVersion}`, u.headers, ': ');
    const times = why === 'answer' || why === 'auth_request' || why === 'body' ? attempts.filter((a) => /^\d+$/.test(a.said)).length : 1;
    return Array<string>(times).fill(text);
  });

/** What differs between an answer of the real nginx, with what its backends got, and a trace. */
export function differences(trace: Trace, answer: Answer | null, seen: readonly EchoRequest[], head: boolean): string[] {
  const out: string[] = [];
  const differ = (what: string, nginx: unknown, traced: unknown): void => {
    const [a, b] = [JSON.stringify(nginx), JSON.stringify(traced)];
    if (a !== b) out.push(`${what}\n  nginx ${a}\n  trace ${b}`);
  };
  const { outcome } = trace;
  differ('status', answer?.status ?? 444, outcome.status);
  differ('requests to backends', seen.map(seenText).sort(), tracedRequests(trace).sort());
  if (!answer || outcome.kind === 'closed') return out;
  const told = new Set(outcome.responseHeaders.map(([n]) => n));
  differ(
    'header lines',
    lines(
      answer.headers.map(([n, v]): HeaderPair => [fromBytes(n), fromBytes(v)]),
      told,
    ),
    lines(outcome.responseHeaders, told),
  );
  const encoded = answer.headers.some(([n]) => n === 'Content-Encoding');
  if (outcome.body !== null) differ('body', fromBytes(answer.body), outcome.body);
  else if (outcome.file !== null && answer.status === 200 && !head && !encoded && !trace.notSimulated.length)
    differ('file', answer.body, fs.readFileSync(outcome.file, 'latin1'));
  return out;
}
