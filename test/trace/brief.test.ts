/** Judges of outcomes take a shorter trace: what it leaves out is why others were not chosen, and everything else is as in the full one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config } from '../../server/src/config/config.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { briefTrace, traceRequest } from '../../server/src/trace/request.ts';
import type { Outcome, RequestInput, Trace } from '../../server/src/trace/trace.ts';
import { representative } from '../../server/src/witness/representative.ts';
import { deployments } from '../harness/noise.ts';
import { exampleTree, lintTree, parts } from '../harness/rules.ts';
import { requestsOfTables } from './tables.ts';

/** Everything that a trace has, asked for by name: what is looked up when somebody asks is among it. */
const TOLD = [
  'request',
  'steps',
  'outcome',
  'exchanges',
  'limits',
  'cache',
  'buffering',
  'timeouts',
  'tls',
  'compression',
  'keepalive',
  'assumptions',
  'notSimulated',
  'readAs',
  'stock',
  'refusedBy',
  'nginx',
  'version',
] as const satisfies readonly (keyof Trace)[];

const OUTCOME = [
  'kind',
  'status',
  'responseHeaders',
  'headerOrigins',
  'body',
  'file',
  'upstreamRequest',
  'server',
  'location',
] as const satisfies readonly (keyof Outcome)[];

const withoutRejected = (steps: Trace['steps']): Trace['steps'] =>
  steps.map((step) => ({ ...step, rejected: [], ...(step.within ? { within: withoutRejected(step.within) } : {}) }));

const told = (trace: Trace): string =>
  JSON.stringify(
    TOLD.map((name) =>
      name === 'steps' ? withoutRejected(trace.steps) : name === 'outcome' ? OUTCOME.map((of) => trace.outcome[of]) : trace[name],
    ),
  );

/** Whether both say the same of a request. */
const agree = (config: Config, input: RequestInput): boolean => told(briefTrace(config, input)) === told(traceRequest(config, input));

test('the requests of all tables', async () => {
  const wrong: string[] = [];
  for await (const { config, input, row } of requestsOfTables()) if (!agree(config, input)) wrong.push(row);
  assert.deepEqual(wrong, []);
});

test('a full trace has no more than is compared', async () => {
  for await (const { config, input } of requestsOfTables()) {
    const trace = traceRequest(config, input);
    assert.deepEqual(Object.keys(trace).sort(), [...TOLD].sort());
    assert.deepEqual(Object.keys(trace.outcome).sort(), [...OUTCOME].sort());
    return;
  }
});

test('representative requests of the deployments, and of the examples of rules about outcomes', async () => {
  const { rules } = await parts();
  const trees = deployments().map(({ name, tree }) => ({ name, root: 'file:///etc/nginx/nginx.conf', files: tree }));
  const examples = rules
    .filter((r) => r.looksAt.some((at) => 'outcome' in at))
    .flatMap((r) => r.examples.flatMap((e) => [e.bad, e.good].flatMap((text) => (text ? [{ name: r.id, ...exampleTree(e, text) }] : []))));
  const wrong: string[] = [];
  let asked = 0;
  for (const { name, ...tree } of [...trees, ...examples]) {
    const { config } = await lintTree(tree as Parameters<typeof lintTree>[0], [], DEFAULT_SETTINGS);
    for (const input of representative(config, 24)) {
      asked++;
      if (!agree(config, input)) wrong.push(`${name}: ${JSON.stringify(input)}`);
    }
  }
  assert.ok(asked > 5_000, `${asked} requests`);
  assert.deepEqual(wrong, []);
});
