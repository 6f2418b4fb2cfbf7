/**
 * A request that nginx passes to a port of its own: it comes in again as a client's would, and what becomes of it is the answer. Only where that
 * is certain: plain HTTP to an address of this machine at which the configuration listens.
 */
import { fromBytes, toBytes } from '../base/bytes.ts';
import type { Config } from '../config/config.ts';
import { type Listener, listenerFor } from '../config/servers.ts';
import { readPlainIp } from './networks.ts';
import type { Peer } from './peers.ts';
import type { Run } from './run.ts';
import type { HeaderPair, RequestInput, Trace, UpstreamRequest } from './trace.ts';

/** What became of a request that came in again. */
export interface Again {
  readonly trace: Trace;
  /** what else the header lines of the answer may be is not known */
  readonly open: boolean;
  /** of the body, where a line says it of which only nginx knows the value: what was taken for it */
  readonly length: number | null;
}

/** Requests inside each other that are followed. */
const MAX_ROUNDS = 10;

interface Here {
  readonly local: Pick<RequestInput, 'localAddress' | 'localPort'>;
  readonly client: string;
  readonly listener: Listener;
}

/** The listener behind the address of a backend; null where another program is asked, or nobody knows. */
function listenerBehind(config: Config, address: string): Here | null {
  if (address.startsWith('unix:')) {
    const path = address.slice('unix:'.length);
    const listener = listenerFor(config, { address: path, port: 0, unix: true });
    return listener && { listener, local: { localAddress: address }, client: 'unix:' };
  }
  const m = /^(?:\[([\da-f:.]+)\]|(localhost|[\d.]+)):(\d+)$/i.exec(address);
  if (!m) return null;
  const ip = m[1] ?? (m[2]!.toLowerCase() === 'localhost' ? '127.0.0.1' : m[2]!);
  const localPort = Number(m[3]);
  const listener = listenerFor(config, { address: ip, port: localPort });
  if (!listener) return null;
  const isLoopback = ip === '::1' || ip.startsWith('127.');
  // an address that it binds is one of this machine; of any other a wildcard says nothing
  if (!isLoopback && (listener.wildcard || listener.kind === 'name')) return null;
  return { listener, local: { localAddress: ip, localPort }, client: ip.startsWith('127.') ? '127.0.0.1' : ip };
}

/** The address that the connection comes from; null where nobody knows. */
function startingFrom(run: Run, usual: string): string | null {
  const bind = run.directive('proxy_bind');
  if (!bind) return usual;
  const from = fromBytes(run.value(bind.value(0)));
  if (from === '' || from === 'off') return usual;
  // a socket of a path takes no address: nginx answers 500
  return usual !== 'unix:' && bind.args.length === 1 && readPlainIp(toBytes(from)) ? from : null;
}

const announcesBody = ([name, value]: HeaderPair): boolean =>
  /^transfer-encoding$/i.test(name) || (/^content-length$/i.test(name) && !/^0+$/.test(value));

/** The request as it comes in again; null where that is not certain, or another program is asked. */
export function comingBack(run: Run, request: UpstreamRequest, { address }: Peer): RequestInput | null {
  const { method, uri, httpVersion, headers, protocol } = request;
  if (protocol !== 'http' || !method || (httpVersion !== '1.0' && httpVersion !== '1.1')) return null;
  const here = listenerBehind(run.config, address);
  if (!here || here.listener.proxyProtocol || (here.listener.http2 && !here.listener.ssl)) return null;
  const clientAddress = startingFrom(run, here.client);
  if (clientAddress === null) return null;
  const set = run.text('proxy_set_body');
  // a request for an access check or for a piece of a body has the length that the client sent, and no body
  const hasBody = run.kind !== 'auth_request' && run.kind !== 'body';
  const isPassed = set === undefined && hasBody && run.flag('proxy_pass_request_body', true);
  // it would wait for a body that never comes
  if (set === undefined && !isPassed && headers.some(announcesBody)) return null;
  const { body, bodyLength } = run.input;
  return {
    method,
    target: uri,
    scheme: 'http',
    httpVersion,
    headers,
    clientAddress,
    ...here.local,
    ...(set === undefined
      ? isPassed
        ? { ...(body === undefined ? {} : { body }), ...(bodyLength === undefined ? {} : { bodyLength }) }
        : {}
      : { body: run.value(set) }),
  };
}

/** Whether a request was the same a round before, but for lines to which each round adds, such as X-Forwarded-For. */
function isSame(now: RequestInput, before: RequestInput): boolean {
  if (now.method !== before.method || now.target !== before.target) return false;
  if (now.localAddress !== before.localAddress || now.localPort !== before.localPort) return false;
  const [a, b] = [now.headers ?? [], before.headers ?? []];
  const goesOn = ([name, value]: HeaderPair, i: number): boolean => name === b[i]![0] && value.startsWith(b[i]![1]);
  return a.length === b.length && a.every(goesOn);
}

/** `loop`: nginx passes it to itself until its connections are used up; `far`: it may end, and is followed no further. */
export function roundsOf(run: Run, input: RequestInput): 'loop' | 'far' | null {
  let rounds = 0;
  for (let at: Run | null = run; at; at = at.root.passedBy) {
    if (isSame(input, at.root.input)) return 'loop';
    rounds++;
  }
  return rounds > MAX_ROUNDS ? 'far' : null;
}
