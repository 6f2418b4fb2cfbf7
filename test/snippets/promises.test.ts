/** Every snippet keeps what it promises: requests of promises.ts are traced at every place where the snippet is offered, with every choice. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SNIPPETS } from '../../server/src/snippets/index.ts';
import { compare } from '../../server/src/trace/expect.ts';
import { requestFromUrl } from '../../server/src/trace/from-url.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { Files, Trace } from '../../server/src/trace/trace.ts';
import { UWSGI_PARAMS } from '../deployment/real.ts';
import { type Placed, placed } from '../harness/snippets.ts';
import { configOf } from '../trace/config-of.ts';
import { PROMISES, type PromiseRow } from './promises.ts';

test('every snippet has a promise, and every promise a snippet', () => {
  assert.deepEqual(Object.keys(PROMISES).sort(), SNIPPETS.map((s) => s.id).sort());
});

function disk(present: readonly string[]): Files {
  return {
    stat: (path) =>
      present.includes(path)
        ? 'file'
        : present.some((p) => p.startsWith(path.replace(/\/*$/, '/'))) || path.endsWith('/')
          ? 'folder'
          : null,
    size: () => 2000,
  };
}

async function check(place: Placed, row: PromiseRow, nginx?: string): Promise<void> {
  const text = row.within?.(place.text) ?? place.text;
  const config = await configOf(`#- nginx.conf\n${text}\n#- uwsgi_params\n${UWSGI_PARAMS.uwsgi_params}`, nginx ? { nginx } : {});
  const [method = '', url = ''] = row.ask.split(' ');
  const request = requestFromUrl({ method, url, headers: row.headers ?? [], ...(row.from ? { clientAddress: row.from } : {}) });
  assert.ok(!('problem' in request), row.ask);
  const ask = (clientAddress?: string): Trace =>
    traceRequest(
      config,
      {
        ...request,
        ...(clientAddress ? { clientAddress } : {}),
        ...(row.clientCertificate ? { clientCertificate: row.clientCertificate } : {}),
        ...(row.proxyProtocol ? { proxyProtocol: { clientAddress: row.proxyProtocol } } : {}),
      },
      { files: disk(row.files ?? []), upstream: row.answer ?? {}, assume: row.assume ?? {}, now: 1_700_000_000 },
    );
  const trace = ask();
  const wrong = compare(trace, row.expect).map((d) => `${d.what}: ${d.got} instead of ${d.expected}`);
  for (const [what, [got, wanted]] of Object.entries(row.holds?.(trace, config) ?? {}))
    if (got !== wanted) wrong.push(`${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`);
  if (row.share) {
    const [upstream, atLeast, atMost] = row.share;
    const clients = Array.from({ length: 1000 }, (_, i) => `198.51.${i % 250}.${Math.floor(i / 250) * 61 + 7}`);
    const share = clients.filter((c) => ask(c).outcome.upstreamRequest?.upstream === upstream).length / clients.length;
    if (share < atLeast || share > atMost) wrong.push(`${upstream} gets ${share} of the clients`);
  }
  const path = trace.steps.map((s) => `${s.phase}: ${s.said}`).join('\n');
  assert.deepEqual(wrong, [], `${row.name}\n${path}\n${place.own}`);
}

for (const snippet of SNIPPETS)
  describe(`${snippet.id} keeps its promise`, () => {
    const promises = PROMISES[snippet.id] ?? [];
    for (const place of placed(snippet))
      for (const row of typeof promises === 'function' ? promises(place) : promises)
        test(`${row.name} (${place.name})`, () => check(place, row, snippet.since === '1.25.1' ? '1.28.0' : undefined));
  });
