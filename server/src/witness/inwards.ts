/** Requests that nginx passes to itself: where they come in again, as whom. */
import { passedBy } from '../answers/what-is-passed.ts';
import { listenersOf } from '../config/servers.ts';
import type { PassTarget } from '../config/upstreams.ts';
import type { RequestInput, Trace } from '../trace/trace.ts';
import type { Spot } from './spots.ts';

/** Where a request to a backend goes: host and port of the server that is asked first. */
export function addressOf(trace: Trace): { readonly host: string; readonly port: number } | null {
  const server = trace.exchanges.findLast((e) => e.for === 'answer')?.attempts[0]?.server;
  const m = /^(.+):(\d+)$/.exec(server ?? '');
  return m ? { host: m[1]!.toLowerCase(), port: Number(m[2]) } : null;
}

/** Whether only this machine itself can be asked there. */
export const isLoopback = (host: string): boolean => host === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(host) || host === '[::1]';

/** The request that comes back in at a listener of this configuration; null where it goes elsewhere. `named`: by the server's own name. */
export function arriving(spot: Spot, trace: Trace): { readonly input: RequestInput; readonly named: boolean } | null {
  const to = addressOf(trace);
  const request = trace.outcome.upstreamRequest;
  if (!to || request?.protocol !== 'http') return null;
  const named = spot.server.names.some((n) => n.kind === 'exact' && n.text.toLowerCase() === to.host);
  if (!named && !isLoopback(to.host)) return null;
  const https = spot.directives.some((d) => d.name === 'proxy_pass' && /^https:/i.test(d.value(0)));
  const door = listenersOf(spot.config).find(
    (l) => l.port === to.port && !l.udp && l.kind !== 'unix' && l.ssl === https && (named || isReached(l.text, to.host)),
  );
  if (!door) return null;
  return {
    named,
    input: {
      method: request.method ?? 'GET',
      target: request.uri,
      scheme: https ? 'https' : 'http',
      httpVersion: '1.1',
      headers: request.headers,
      clientAddress: '127.0.0.1',
      localPort: to.port,
      ...(named ? {} : { localAddress: '127.0.0.1' }),
    },
  };
}

/** A listener at every address, or at the loopback address that is asked. */
const isReached = (text: string, host: string): boolean =>
  /^(?:\*|0\.0\.0\.0):/.test(text) || text.startsWith(`${host === 'localhost' ? '127.0.0.1' : host}:`);

/** A look at the text: some server that the pass names is this machine, or has a name of this configuration, at a port that is listened on. */
export function mayReturn(spot: Spot): boolean {
  const pass = spot.directives.find((d) => d.name === 'proxy_pass');
  if (!pass) return false;
  const { targets, whole } = passedBy(pass);
  // the request decides
  if (!whole) return pass.value(0).includes('$');
  const asked = targets.flatMap((target): readonly Pick<PassTarget, 'host' | 'port'>[] => target.upstream?.servers ?? [target]);
  return asked.some(
    ({ host, port }) =>
      (isLoopback(host) || spot.server.names.some((n) => n.text === host)) &&
      listenersOf(spot.config).some((l) => l.kind !== 'unix' && l.port === port),
  );
}
