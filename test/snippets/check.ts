/** Holds a configuration to the promises of promises.ts. */
import { compare } from '../../server/src/trace/expect.ts';
import { requestFromUrl } from '../../server/src/trace/from-url.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { Files, Trace } from '../../server/src/trace/trace.ts';
import { UWSGI_PARAMS } from '../deployment/real.ts';
import { configOf } from '../trace/config-of.ts';
import type { PromiseRow } from './promises.ts';

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

/** What of a promise a configuration does not keep, with the request's path where there is something; empty when it is kept. */
export async function broken(whole: string, row: PromiseRow, nginx?: string): Promise<string[]> {
  const text = row.within?.(whole) ?? whole;
  const config = await configOf(`#- nginx.conf\n${text}\n#- uwsgi_params\n${UWSGI_PARAMS.uwsgi_params}`, nginx ? { nginx } : {});
  const [method = '', url = ''] = row.ask.split(' ');
  const request = requestFromUrl({ method, url, headers: row.headers ?? [], ...(row.from ? { clientAddress: row.from } : {}) });
  if ('problem' in request) return [`${row.ask}: ${request.problem}`];
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
  return wrong.length ? [...wrong, ...trace.steps.map((s) => `${s.phase}: ${s.said}`)] : [];
}
