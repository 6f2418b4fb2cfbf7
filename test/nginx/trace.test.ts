/**
 * The request path against the real nginx: generated configurations and requests, run through both, compared in everything that a client or a
 * backend can see. SEED and COUNT in the environment rerun a part; what disagrees is listed in out/trace-report.md.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Config } from '../../server/src/config/config.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { UpstreamAnswer } from '../../server/src/trace/trace.ts';
import { ConfigGenerator, FILES, Random } from '../harness/config-generator.ts';
import { Echo } from '../harness/echo.ts';
import { RawClient } from '../harness/echo-client.ts';
import { available, type Running, serve, withoutNginx } from '../harness/nginx.ts';
import { type GeneratedRequest, RequestGenerator, requestBytes } from '../harness/request-generator.ts';
import { configAt } from '../trace/config-of.ts';
import { compare, type Difference, disk, everyBackend } from './trace-compare.ts';

const SEED = Number(process.env.SEED ?? 20260101);
const COUNT = Number(process.env.COUNT ?? 20_000);
/** requests for each configuration */
const PER_CONFIG = 400;
const GOAL = 0.999;

interface Case {
  readonly config: number;
  readonly request: number;
  readonly q: GeneratedRequest;
  readonly kind: string;
  readonly status: number;
  readonly differences: readonly Difference[];
  readonly steps: string;
}

async function runConfig(seed: number, count: number, echo: Echo): Promise<{ cases: Case[]; text: string }> {
  const files: Record<string, string> = { users: 'u:{PLAIN}p\n' };
  for (const name of FILES) files[name] = `${name}\n`;
  let text = '';
  let generated: ReturnType<ConfigGenerator['generate']> | undefined;
  let running: Running;
  try {
    running = await serve(
      (ports) => {
        generated = new ConfigGenerator(seed, {
          ports: [ports[0]!, ports[1]!, ports[2]!],
          echo: echo.ports,
          nginx: available()!.version,
        }).generate();
        text = generated.text;
        return text;
      },
      { files, ports: 3, modules: 'none' },
    );
  } catch (error) {
    const lines = text.split('\n');
    const at = /nginx\.conf:(\d+)/.exec(String(error));
    throw new Error(
      `seed ${seed}: ${String(error).slice(0, 600)}\n${at ? lines.slice(Math.max(0, Number(at[1]) - 6), Number(at[1]) + 1).join('\n') : ''}`,
    );
  }
  const cases: Case[] = [];
  const clients = new Map<string, RawClient>();
  const clientFor = (q: GeneratedRequest): RawClient => {
    const key = `${q.port} ${q.sni}`;
    let client = clients.get(key);
    if (!client) clients.set(key, (client = new RawClient(running.ports[q.port]!, q.sni)));
    return client;
  };
  try {
    const config: Config = await configAt(path.join(running.folder, 'nginx.conf'), text, {
      prefix: running.folder,
      nginx: available()!.version,
    });
    const random = new Random(seed ^ 0x5bd1e995);
    const requests = new RequestGenerator(random);
    for (let i = 0; i < count; i++) {
      const q = requests.request(generated!.servers);
      const port = running.ports[q.port]!;
      const client = clientFor(q);
      const now = Math.floor(Date.now() / 1000);
      const always = Array<UpstreamAnswer>(40).fill({ status: q.answer.status, headers: q.answer.headers });
      const trace = traceRequest(
        config,
        {
          method: q.method,
          target: q.target,
          httpVersion: q.version,
          headers: q.headers,
          clientAddress: '127.0.0.1',
          localAddress: '127.0.0.1',
          localPort: port,
          bodyLength: q.body.length,
          ...(q.sni === undefined ? {} : { scheme: 'https' as const, sni: q.sni }),
        },
        {
          files: disk,
          // every backend gives this answer, to every request
          upstreams: everyBackend(always),
          now,
        },
      );
      // nginx sends the client's Content-Length with a subrequest, but no body: the backend would wait for it
      if (q.body !== '' && trace.steps.some((s) => /^subrequest .* asked of/.test(s.said))) continue;
      echo.answer = q.answer;
      echo.take();
      client.retryable = trace.outcome.kind !== 'closed';
      const answer = await client.ask(requestBytes(q), q.method === 'HEAD').catch((error: unknown) => {
        throw new Error(
          `seed ${seed}, request ${i}: ${String(error)}\n${requestBytes(q)}\n${JSON.stringify(q.answer)}\n${trace.steps.map((s) => s.said).join('\n')}`,
        );
      });
      const differences = compare(trace, answer, echo.take(), q);
      cases.push({
        config: seed,
        request: i,
        q,
        kind: trace.outcome.kind,
        status: trace.outcome.status,
        differences,
        steps: differences.length
          ? trace.steps.map((s) => `${s.at ? `${s.at.range.start.line + 1}: ` : ''}${s.phase}: ${s.said}`).join('\n')
          : '',
      });
    }
  } finally {
    for (const c of clients.values()) c.close();
    await running.stop();
  }
  return { cases, text };
}

function report(cases: readonly Case[], texts: ReadonlyMap<number, string>, seconds: number): string {
  const kinds = new Map<string, { total: number; wrong: number }>();
  const whats = new Map<string, number>();
  const statuses = new Map<number, number>();
  for (const c of cases) {
    statuses.set(c.status, (statuses.get(c.status) ?? 0) + 1);
    const k = kinds.get(c.kind) ?? { total: 0, wrong: 0 };
    k.total++;
    if (c.differences.length) k.wrong++;
    kinds.set(c.kind, k);
    for (const d of c.differences) whats.set(d.what, (whats.get(d.what) ?? 0) + 1);
  }
  const wrong = cases.filter((c) => c.differences.length);
  const lines = [
    '# The request path against the real nginx',
    '',
    `nginx ${available()!.version}, seed ${SEED}, ${cases.length} requests in ${texts.size} configurations, ${seconds.toFixed(1)} s.`,
    `${cases.length - wrong.length} agree (${(((cases.length - wrong.length) / cases.length) * 100).toFixed(3)} %).`,
    '',
    '| kind | requests | disagree |',
    '|---|---|---|',
    ...[...kinds].sort().map(([k, v]) => `| ${k} | ${v.total} | ${v.wrong} |`),
    '',
    '| status | requests |',
    '|---|---|',
    ...[...statuses].sort().map(([k, v]) => `| ${k} | ${v} |`),
    '',
    '| what differs | times |',
    '|---|---|',
    ...[...whats].sort((a, b) => b[1] - a[1]).map(([k, v]) => `| ${k} | ${v} |`),
    '',
  ];
  for (const c of wrong.slice(0, 60)) {
    lines.push(
      `## SEED=${c.config} request ${c.request}: ${c.q.method} ${c.q.target}`,
      '',
      '```',
      requestBytes(c.q).replaceAll('\r', ''),
      '```',
    );
    for (const d of c.differences) lines.push(`- ${d.what}`, `  - nginx: \`${d.nginx}\``, `  - trace: \`${d.trace}\``);
    lines.push(`- backend answers ${JSON.stringify(c.q.answer)}`, '', '```', c.steps, '```', '');
  }
  return lines.join('\n');
}

test('the trace says what nginx does', { skip: withoutNginx(), timeout: 600_000 }, async () => {
  const echo = await Echo.start();
  const started = Date.now();
  const cases: Case[] = [];
  const texts = new Map<number, string>();
  const failures: string[] = [];
  try {
    for (let seed = SEED; cases.length < COUNT; seed++) {
      try {
        const done = await runConfig(seed, Math.min(PER_CONFIG, COUNT - cases.length), echo);
        cases.push(...done.cases);
        texts.set(seed, done.text);
      } catch (error) {
        failures.push(String(error));
        if (failures.length > 5) break;
      }
    }
  } finally {
    await echo.stop();
  }
  fs.mkdirSync('out', { recursive: true });
  const text = report(cases, texts, (Date.now() - started) / 1000);
  fs.writeFileSync('out/trace-report.md', text);
  for (const c of cases)
    if (c.differences.length && process.env.KEEP)
      fs.writeFileSync(
        `out/trace-${c.config}.conf`,
        texts
          .get(c.config)!
          .split('\n')
          .map((l, i) => `${String(i + 1).padStart(4)} ${l}`)
          .join('\n'),
      );
  console.log(text.split('\n## ')[0]);
  assert.deepEqual(failures, []);
  const wrong = cases.filter((c) => c.differences.length).length;
  assert.ok(1 - wrong / cases.length >= GOAL, `${wrong} of ${cases.length} disagree, see out/trace-report.md`);
});
