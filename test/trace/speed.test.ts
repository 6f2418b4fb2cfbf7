/** How long traces take on a configuration of 10,000 lines. Bounds are those of the goal, in processor time, as the machine has other work. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { RequestInput } from '../../server/src/trace/trace.ts';
import { bigFile } from '../harness/generate-config.ts';
import { configOf } from './config-of.ts';

const BATCH = 10_000;

/** Milliseconds of processor time since the process began. */
const spent = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

test('10,000 requests on 10,000 lines', { timeout: 60_000 }, async () => {
  const text = bigFile(10_000);
  const config = await configOf(text);
  const port = Number(/listen\s+(?:\S*:)?(\d+)/.exec(text)?.[1] ?? 80);
  const tls = /listen\s+[^;]*\bssl\b/.test(text);
  const names = [...text.matchAll(/server_name\s+([^\s;]+)/g)].map((m) => m[1]!);
  const requests = Array.from(
    { length: BATCH },
    (_, i): RequestInput => ({
      target: `/part${i % 9}/x%20y/${i}?q=${i}`,
      scheme: tls ? 'https' : 'http',
      localPort: port,
      headers: [
        ['Host', names[i % names.length]!],
        ['User-Agent', 'test'],
        ['X-Forwarded-For', '198.51.100.7'],
      ],
    }),
  );
  const cold = spent();
  const first = traceRequest(config, requests[0]!);
  const coldTime = spent() - cold;
  assert.equal(first.outcome.kind, 'proxy', JSON.stringify(first.steps.map((s) => s.said)));
  const times: number[] = [];
  for (let run = 0; run < 3; run++) {
    const from = spent();
    let asked = 0;
    for (const r of requests) if (traceRequest(config, r).outcome.upstreamRequest) asked++;
    times.push(spent() - from);
    assert.ok(asked > BATCH / 2, `${asked} went to a backend`);
  }
  const best = Math.min(...times);
  console.log(`first ${coldTime.toFixed(1)} ms, then ${(best / BATCH).toFixed(3)} ms each, ${BATCH} in ${best.toFixed(0)} ms`);
  assert.ok(best < 2000, `${BATCH} requests took ${best.toFixed(0)} ms`);
});
