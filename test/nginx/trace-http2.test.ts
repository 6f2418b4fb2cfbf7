/**
 * HTTP/2 in the clear against the real nginx: generated configurations whose listeners speak it, and a client that does. SEED and HTTP2_REQUESTS in
 * the environment rerun a part.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { fromBytes } from '../../server/src/base/bytes.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { HeaderPair, Trace, UpstreamAnswer } from '../../server/src/trace/trace.ts';
import { ConfigGenerator, FILES, Random } from '../harness/config-generator.ts';
import { Echo, type EchoRequest } from '../harness/echo.ts';
import { askHttp2, type Http2Answer } from '../harness/http2-client.ts';
import { available, serve, withoutNginx } from '../harness/nginx.ts';
import { type GeneratedRequest, RequestGenerator } from '../harness/request-generator.ts';
import { configAt } from '../trace/config-of.ts';
import { disk, everyBackend } from './trace-compare.ts';

const SEED = Number(process.env.SEED ?? 4711);
const REQUESTS = Number(process.env.HTTP2_REQUESTS ?? 800);
const PER_CONFIG = 200;

/** What HTTP/2 has no place for, and what the client makes by itself. */
const NOT_SENT = /^(?:host|connection|upgrade|transfer-encoding|keep-alive|proxy-connection|te|expect|http2-settings)$/i;

const lines = (pairs: readonly HeaderPair[], told: ReadonlySet<string>): string[] =>
  pairs
    .map(([n, v]): HeaderPair => [n.toLowerCase(), n.toLowerCase() === 'expires' ? v.replace(/:\d\d GMT$/, ' GMT') : v])
    .filter(([n]) => n !== 'date' && (n !== 'content-length' || told.has(n)))
    .map(([n, v]) => `${n}: ${v}`)
    .sort();

function differences(trace: Trace, got: Http2Answer | null, seen: readonly EchoRequest[]): string[] {
  const out: string[] = [];
  const differ = (what: string, nginx: unknown, traced: unknown): void => {
    const [a, b] = [JSON.stringify(nginx), JSON.stringify(traced)];
    if (a !== b) out.push(`${what}\n  nginx ${a}\n  trace ${b}`);
  };
  const { outcome } = trace;
  differ('status', got?.status ?? 444, outcome.status);
  const last = seen.at(-1);
  const request = outcome.upstreamRequest;
  const asides = trace.steps.some((s) => /^subrequest .* asked of/.test(s.said));
  if (last && request && !asides) {
    const pairs = (list: readonly (readonly [string, string])[]): string[] => list.map(([n, v]) => `${fromBytes(n)}: ${fromBytes(v)}`);
    differ(
      'to the backend',
      pairs(last.params ?? last.headers),
      (request.params ?? request.headers).map(([n, v]) => `${n}: ${v}`),
    );
  } else if (!asides) differ('asked', last !== undefined, request !== null);
  if (got && outcome.kind !== 'closed') {
    const told = new Set(outcome.responseHeaders.map(([n]) => n.toLowerCase()));
    differ('header lines', lines(got.headers, told), lines(outcome.responseHeaders, told));
  }
  return out;
}

const fieldsOf = (q: GeneratedRequest): HeaderPair[] => {
  const seen = new Set<string>();
  const out: HeaderPair[] = [
    [':method', q.method],
    [':authority', q.headers.find(([n]) => n === 'Host')?.[1] ?? 'none.test'],
    [':scheme', 'http'],
    [':path', q.target],
  ];
  for (const [name, value] of q.headers) {
    const lower = name.toLowerCase();
    // the client sends a name once, in one place
    if (NOT_SENT.test(lower) || seen.has(lower) || !/^[\w-]+$/.test(lower) || /[^\x20-\x7e]/.test(value)) continue;
    seen.add(lower);
    out.push([lower, value]);
  }
  return out;
};

test('the trace says what nginx does over HTTP/2', { skip: withoutNginx(), timeout: 600_000 }, async () => {
  const echo = await Echo.start();
  const files: Record<string, string> = { users: 'u:{PLAIN}p\n' };
  for (const name of FILES) files[name] = `${name}\n`;
  const wrong: string[] = [];
  let asked = 0;
  try {
    for (let seed = SEED; asked < REQUESTS; seed++) {
      let generated: ReturnType<ConfigGenerator['generate']> | undefined;
      let text = '';
      const running = await serve(
        (ports) => {
          generated = new ConfigGenerator(seed, {
            ports: [ports[0]!, ports[1]!, ports[2]!],
            echo: echo.ports,
            nginx: available()!.version,
          }).generate();
          text = generated.text.replace(/(\blisten [^;]*?);/g, (all, listen: string) =>
            listen.includes(' ssl') ? all : `${listen} http2;`,
          );
          return text;
        },
        { files, ports: 3, modules: 'none' },
      );
      try {
        const config = await configAt(path.join(running.folder, 'nginx.conf'), text, {
          prefix: running.folder,
          nginx: available()!.version,
        });
        const requests = new RequestGenerator(new Random(seed ^ 0x2545f491));
        for (let i = 0; i < PER_CONFIG && asked < REQUESTS; i++) {
          const q = requests.request(generated!.servers);
          if (q.sni !== undefined || q.port === 2 || q.chunked || !/^\/[\x21-\x7e]*$/.test(q.target)) continue;
          const fields = fieldsOf(q);
          const port = running.ports[q.port]!;
          const always = Array<UpstreamAnswer>(40).fill({ status: q.answer.status, headers: q.answer.headers });
          const trace = traceRequest(
            config,
            {
              method: q.method,
              target: q.target,
              httpVersion: '2',
              headers: fields.filter(([n]) => n === ':authority' || !n.startsWith(':')),
              clientAddress: '127.0.0.1',
              localAddress: '127.0.0.1',
              localPort: port,
              bodyLength: q.body.length,
            },
            { files: disk, upstreams: everyBackend(always), now: Math.floor(Date.now() / 1000) },
          );
          if (q.body !== '' && trace.steps.some((s) => /^subrequest .* asked of/.test(s.said))) continue;
          asked++;
          echo.answer = q.answer;
          echo.take();
          const got = await askHttp2(port, fields, q.body);
          const found = differences(trace, got, echo.take());
          if (found.length)
            wrong.push(
              `SEED=${seed} ${JSON.stringify(fields)} ${q.body.length} bytes\n${found.join('\n')}\n${trace.steps.map((s) => s.said).join('\n')}`,
            );
        }
      } finally {
        await running.stop();
      }
    }
  } finally {
    await echo.stop();
  }
  console.log(`${asked - wrong.length} of ${asked} agree${wrong.length ? `\n${wrong.slice(0, 5).join('\n\n')}` : ''}`);
  assert.ok(wrong.length <= asked / 1000, `${wrong.length} of ${asked}\n${wrong.slice(0, 5).join('\n\n')}`);
});
