/**
 * What a trace of a stream and one of a mail session share: a connection comes to a listener, what happens to it is told, and at its end there
 * is no answer with header lines, but a text, a backend or a closed connection.
 */
import { fromBytes } from '../base/bytes.ts';
import type { Config } from '../config/config.ts';
import { type Listener, listenerFor, listenersOf } from '../config/servers.ts';
import { atOf } from './at.ts';
import { Failed } from './failed.ts';
import { CLIENT } from './from-url.ts';
import { type Ledger, notSimulatedIn } from './ledger.ts';
import { Run } from './run.ts';
import type { Facts, RequestInput, Trace, TraceOptions } from './trace.ts';
import { askOuter, readAs, restsOn } from './unseen.ts';

export interface Session {
  readonly protocol: 'stream' | 'mail';
  readonly scheme: Trace['request']['scheme'];
  /** where the connection comes to, unless the caller says so */
  readonly port: number;
  readonly udp?: boolean;
  readonly ledger: Ledger;
  /** What becomes of the connection. */
  follow(run: Run, listener: Listener): void;
  /** What applies besides, once it has been followed. */
  facts(run: Run): { readonly buffering: Facts; readonly timeouts: Facts; readonly tls: Facts };
}

export const NONE: Facts = {};

/** The listener that takes the connection; one for all addresses where the caller names no address. */
function listenerOf(config: Config, input: RequestInput, port: number, { protocol, udp = false }: Session): Listener | null {
  const { localAddress } = input;
  if (localAddress?.startsWith('unix:'))
    return listenerFor(config, { address: localAddress.slice('unix:'.length), port: 0, unix: true, udp }, protocol);
  if (localAddress !== undefined) return listenerFor(config, { address: localAddress, port, udp }, protocol);
  const here = listenersOf(config, protocol).filter((l) => l.port === port && l.udp === udp);
  return here.find((l) => l.wildcard) ?? here[0] ?? null;
}

/** The trace of one connection. */
export function traceSession(config: Config, input: RequestInput, options: TraceOptions, session: Session): Trace {
  const run = new Run({ config, input, options, protocol: session.protocol });
  const { connection, reply, report } = run;
  connection.scheme = session.scheme;
  connection.clientAddress = input.clientAddress ?? CLIENT;
  connection.clientPort = input.clientPort ?? 50_000;
  connection.localPort = input.localPort ?? session.port;
  const listener = listenerOf(config, input, connection.localPort, session);
  connection.localAddress = input.localAddress ?? (listener && !listener.wildcard ? listener.address : '127.0.0.1');
  if (listener) {
    connection.listener = listener;
    run.server = listener.defaultServer;
    run.scope = run.server.scope;
    try {
      session.follow(run, listener);
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      reply.kind = 'closed';
      reply.closed = true;
      reply.status = error.status;
    }
  } else {
    reply.kind = 'unknown';
    report.step({
      phase: 'listen',
      handler: `ngx_${session.protocol}_core_module`,
      said: `connection refused: no server listens on ${connection.localAddress}:${connection.localPort}`,
      ...restsOn(askOuter(run, config.main)),
    });
  }
  const opener = listener ? run.server.scope.opener : null;
  return {
    ...(input.id === undefined ? {} : { id: input.id }),
    version: 1,
    request: {
      method: '',
      target: input.target,
      scheme: session.scheme,
      httpVersion: '',
      headers: [],
      clientAddress: connection.clientAddress,
      localAddress: connection.localAddress,
      localPort: connection.localPort,
    },
    steps: report.steps,
    outcome: {
      kind: reply.kind,
      status: reply.status,
      responseHeaders: [],
      headerOrigins: [],
      body: reply.body === null ? null : fromBytes(reply.body),
      file: null,
      upstreamRequest: run.exchange.request,
      server:
        opener && listener
          ? { at: atOf(opener), name: run.server.names[0]?.text ?? '', listen: listener.text, matched: null, by: 'address' }
          : null,
      location: null,
    },
    exchanges: run.hops.told,
    limits: report.limits,
    cache: null,
    ...(listener ? session.facts(run) : { buffering: NONE, timeouts: NONE, tls: NONE }),
    compression: NONE,
    keepalive: NONE,
    assumptions: report.assumptions,
    notSimulated: listener ? notSimulatedIn(session.ledger, run.scope) : [],
    readAs: readAs(config),
    stock: [...report.builtIn],
    refusedBy: options.refusedBy ?? [],
    nginx: run.behaviour.text,
  };
}
