/** The tables of rules/ asked of the simulator, for each version for which a row holds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atLeast, version } from '../../server/src/catalog/version.ts';
import type { Config } from '../../server/src/config/config.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { FileKind, Files, Trace } from '../../server/src/trace/trace.ts';
import { configAt } from './config-of.ts';
import { type Ask, differences, type Expect, type Got, httpText, ROW_FILES, type Row, readExpect, readSend } from './rows.ts';
import { CHAPTERS } from './rules/all.ts';

const VERSIONS = ['1.18.0', '1.22.1', '1.26.3', '1.28.0', '1.29.8', '1.31.4', '1.31.9'];
const PREFIX = '/srv/nginx';

const paths = new Set(ROW_FILES.map((f) => `${PREFIX}/${f}`));
const folders = new Set([...paths].flatMap((p) => p.split('/').map((_, i, all) => all.slice(0, i + 1).join('/'))));
for (const p of paths) folders.delete(p);

const files: Files = {
  stat: (path): FileKind | null | undefined => {
    if (path.startsWith('/other/')) return undefined;
    const plain = path.replace(/\/+/g, '/');
    return paths.has(plain) ? 'file' : folders.has(plain.replace(/\/$/, '')) ? 'folder' : null;
  },
  text: (path): string | null => (path === `${PREFIX}/users` ? 'u:{PLAIN}p\n' : null),
  size: (path): number | undefined => (paths.has(path) ? path.slice(PREFIX.length + 1).length + 1 : undefined),
};

function ask(config: Config, [send, , given = {}]: Ask): Trace {
  const s = readSend(send);
  const body = given.body;
  return traceRequest(
    config,
    {
      method: s.method,
      target: s.target,
      httpVersion: given.http ?? s.version,
      headers: body === undefined ? s.headers : [...s.headers, ['Content-Length', String(body.length)]],
      clientAddress: given.clientAddress ?? '127.0.0.1',
      localAddress: given.localAddress ?? '127.0.0.1',
      localPort: given.localPort ?? s.port,
      ...(s.sni === undefined ? {} : { scheme: 'https' as const, sni: s.sni }),
      ...(given.clientCertificate ? { clientCertificate: given.clientCertificate } : {}),
      ...(body === undefined ? {} : { bodyLength: body.length }),
    },
    {
      files,
      upstream: {
        status: given.answer?.status ?? 200,
        headers: given.answer?.headers ?? [],
        ...(given.failure ? { failure: given.failure } : {}),
      },
      now: given.now ?? 1_700_000_000,
      assume: given.assume ?? {},
    },
  );
}

export function gotOf(trace: Trace): Got {
  const { outcome } = trace;
  const u = outcome.upstreamRequest;
  return {
    status: outcome.status,
    body: outcome.body,
    headers: [...outcome.responseHeaders],
    file: outcome.file?.startsWith(`${PREFIX}/`) ? outcome.file.slice(PREFIX.length + 1) : outcome.file,
    upstream: u && {
      protocol: u.protocol,
      uri: u.uri,
      line: `${u.method} ${u.httpVersion ?? '-'}`,
      headers: u.headers,
      params: u.params,
    },
  };
}

function told(e: Expect, trace: Trace): string[] {
  const out: string[] = [];
  const { outcome } = trace;
  if (e.kind !== undefined && e.kind !== outcome.kind) out.push(`kind: expected ${e.kind}, got ${outcome.kind}`);
  if (e.loc !== undefined && e.loc !== (outcome.location?.pattern ?? null))
    out.push(`location: expected ${e.loc}, got ${outcome.location?.pattern ?? null}`);
  if (e.server !== undefined && e.server !== outcome.server?.name) out.push(`server: expected ${e.server}, got ${outcome.server?.name}`);
  if (e.by !== undefined && e.by !== outcome.server?.by) out.push(`by: expected ${e.by}, got ${outcome.server?.by}`);
  if (e.stored !== undefined && e.stored !== (trace.cache?.store ?? false))
    out.push(`stored: expected ${e.stored}, got ${trace.cache?.why ?? 'no cache'}`);
  if (e.key !== undefined && e.key !== trace.cache?.key) out.push(`cache key: expected ${e.key}, got ${trace.cache?.key}`);
  if (e.valid !== undefined && e.valid !== (trace.cache?.valid ?? null)) out.push(`valid: expected ${e.valid}, got ${trace.cache?.valid}`);
  return out;
}

async function check(row: Row, nginx: string): Promise<void> {
  const config = await configAt(`${PREFIX}/nginx.conf`, `http {\n${httpText(row)}\n}\n`, { nginx });
  for (const a of row.asks) {
    const trace = ask(config, a);
    const e = readExpect(a[1]);
    const wrong = [...differences(e, gotOf(trace)), ...told(e, trace)];
    if (wrong.length)
      assert.fail(`nginx ${nginx}, ${a[0]}\n${wrong.join('\n')}\n${trace.steps.map((s) => `  ${s.phase}: ${s.said}`).join('\n')}`);
  }
}

for (const { name, rows } of CHAPTERS)
  test(name, async (t) => {
    for (const row of rows) {
      const versions = VERSIONS.filter((v) => atLeast(version(v), row.since) && !(row.until && atLeast(version(v), row.until)));
      await t.test(row.rule, async () => {
        assert.notEqual(versions.length, 0, 'no version fits');
        for (const v of versions) await check(row, v);
      });
    }
  });
