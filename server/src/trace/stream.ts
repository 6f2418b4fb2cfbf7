/** stream {}: which server takes a connection, what it reads of it beforehand, and where it goes. */
import { fromBytes, lower, toBytes } from '../base/bytes.ts';
import type { Config } from '../config/config.ts';
import { chooseServer, type Listener, listenerFor, listenersOf } from '../config/servers.ts';
import { hasVariables, readTarget, targetServers } from '../config/upstreams.ts';
import { atOf } from './at.ts';
import { accessHandler } from './handlers/access.ts';
import { limitConnHandler } from './handlers/limits.ts';
import { takeAddress } from './handlers/realip.ts';
import { upstreamName } from './handlers/upstream.ts';
import { Run } from './run.ts';
import type { Facts, RequestInput, Trace, TraceOptions, UpstreamRequest } from './trace.ts';
import { readAs } from './unseen.ts';

/** The trace of a connection; `target` may name the SNI (`/` says nothing). */
export function traceStream(config: Config, input: RequestInput, options: TraceOptions): Trace {
  const run = new Run({ config, input, options, protocol: 'stream' });
  const udp = input.scheme === 'udp';
  run.connection.scheme = input.scheme ?? 'tcp';
  run.connection.clientAddress = input.clientAddress ?? '203.0.113.9';
  run.connection.clientPort = input.clientPort ?? 50_000;
  run.connection.localPort = input.localPort ?? 0;
  const listener = find(config, input, udp);
  run.connection.localAddress = input.localAddress ?? (listener && !listener.wildcard ? listener.address : '127.0.0.1');
  if (listener) follow(run, listener);
  else {
    run.reply.kind = 'unknown';
    run.report.step({
      phase: 'listen',
      handler: 'ngx_stream_core_module',
      said: `connection refused: no server listens on ${run.connection.localAddress}:${run.connection.localPort}`,
    });
  }
  const opener = listener ? run.server.scope.opener : null;
  const time = (name: string, otherwise: string): string => run.directive(name)?.value(0) ?? otherwise;
  const timeouts: Facts = listener
    ? { connect: time('proxy_connect_timeout', '60s'), idle: time('proxy_timeout', '10m'), preread: time('preread_timeout', '30s') }
    : {};
  return {
    ...(input.id === undefined ? {} : { id: input.id }),
    version: 1,
    request: {
      method: '',
      target: input.target,
      scheme: run.connection.scheme,
      httpVersion: '',
      headers: [],
      clientAddress: run.connection.clientAddress,
      localAddress: run.connection.localAddress,
      localPort: run.connection.localPort,
    },
    steps: run.report.steps,
    outcome: {
      kind: run.reply.kind,
      status: run.reply.status,
      responseHeaders: [],
      builtinHeaders: [],
      body: run.reply.body === null ? null : fromBytes(run.reply.body),
      file: null,
      upstreamRequest: run.exchange.request,
      server:
        opener && listener
          ? { at: atOf(opener), name: run.server.names[0]?.text ?? '', listen: listener.text, matched: null, by: 'address' }
          : null,
      location: null,
    },
    exchanges: run.hops.told,
    limits: run.report.limits,
    cache: null,
    buffering: listener ? { buffer_size: time('proxy_buffer_size', '16k') } : {},
    timeouts,
    tls: run.connection.tls ? { sni: run.connection.sni } : {},
    compression: {},
    keepalive: {},
    assumptions: run.report.assumptions,
    notSimulated: [],
    readAs: readAs(config),
    stock: [...run.report.builtIn],
    refusedBy: options.refusedBy ?? [],
    nginx: run.behaviour.text,
  };
}

function find(config: Config, input: RequestInput, udp: boolean): Listener | null {
  const port = input.localPort ?? 0;
  if (input.localAddress?.startsWith('unix:'))
    return listenerFor(config, { address: input.localAddress.slice(5), port: 0, unix: true, udp }, 'stream');
  if (input.localAddress !== undefined) return listenerFor(config, { address: input.localAddress, port, udp }, 'stream');
  const here = listenersOf(config, 'stream').filter((l) => l.port === port && l.udp === udp);
  return here.find((l) => l.wildcard) ?? here[0] ?? null;
}

function follow(run: Run, listener: Listener): void {
  run.connection.listener = listener;
  run.server = listener.defaultServer;
  run.scope = run.server.scope;
  run.report.step({ phase: 'listen', handler: 'ngx_stream_core_module', at: listener.listens[0]?.directive ?? null, said: listener.text });
  const sni = run.input.sni ?? null;
  run.connection.sni = sni;
  run.connection.tls = listener.ssl;
  const preread = run.scope.value('ssl_preread')?.value(0) === 'on';
  if (run.behaviour.streamNames && sni !== null && (listener.ssl || preread)) {
    const choice = chooseServer(listener, lower(toBytes(sni)));
    run.server = choice.server;
    run.scope = choice.server.scope;
    run.report.step({ phase: 'server', handler: 'ngx_stream_core_module', at: run.scope.opener, said: `SNI ${sni}: ${choice.reason}` });
  }
  const trusted = run.lines('set_real_ip_from')[0];
  if (trusted && listener.proxyProtocol && run.input.proxyProtocol)
    takeAddress(run, 'ngx_stream_realip_module', 'proxy_protocol', [run.input.proxyProtocol.clientAddress], trusted);
  for (const handler of [limitConnHandler, accessHandler]) {
    const verdict = handler.run(run);
    if (typeof verdict === 'number') {
      run.reply.kind = 'closed';
      run.reply.closed = true;
      run.reply.status = verdict;
      return;
    }
  }
  if (preread)
    run.report.step({
      phase: 'preread',
      handler: 'ngx_stream_ssl_preread_module',
      at: run.directive('ssl_preread') ?? null,
      said: sni === null ? 'the handshake is read, no SNI is given' : `the handshake is read, SNI ${sni}`,
    });
  const answer = run.scope.first('return');
  if (answer) {
    run.reply.kind = 'return';
    run.reply.status = 200;
    run.reply.body = run.value(answer.value(0));
    run.report.step({
      phase: 'content',
      handler: 'ngx_stream_return_module',
      at: answer,
      said: 'a text is sent, the connection is closed',
    });
    return;
  }
  const pass = run.scope.first('proxy_pass') ?? run.scope.first('pass');
  if (!pass) {
    run.reply.kind = 'closed';
    run.reply.closed = true;
    run.reply.status = 500;
    run.report.step({ phase: 'content', handler: 'ngx_stream_core_module', said: 'no handler, the connection is closed' });
    return;
  }
  const value = hasVariables(pass.value(0)) ? fromBytes(run.value(pass.value(0))) : pass.value(0);
  const target = readTarget(run.config, 'proxy_pass', value, pass, 'stream');
  if (!target) {
    run.reply.kind = 'error';
    run.reply.status = 500;
    run.report.step({ phase: 'content', handler: 'ngx_stream_proxy_module', at: pass, said: `${value} is no address: closed with 500` });
    return;
  }
  run.reply.kind = 'proxy';
  run.reply.status = 200;
  const request: UpstreamRequest = {
    protocol: run.connection.scheme === 'udp' ? 'udp' : 'tcp',
    upstream: upstreamName(target),
    servers: targetServers(target),
    method: null,
    uri: '',
    httpVersion: null,
    headers: [],
    params: null,
    at: atOf(pass),
  };
  run.exchange.request = request;
  const tls = run.flag('proxy_ssl', false);
  run.report.step({
    phase: 'upstream',
    handler: 'ngx_stream_proxy_module',
    at: pass,
    said: `to ${request.upstream}${tls ? ' with TLS' : ''}${run.flag('proxy_protocol', false) ? ', PROXY protocol header first' : ''}`,
  });
}
