/** stream {}: which server takes a connection, what it reads of it beforehand, and where it goes. */

import { fromBytes, lower, toBytes } from '../base/bytes.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { chooseServer, type Listener, listenerFor, type ServerChoice, serverLosers } from '../config/servers.ts';
import { hasVariables, type PassTarget, readTarget, targetServers } from '../config/upstreams.ts';
import { atOf } from './at.ts';
import { HANDSHAKE, handshakeOf } from './facts.ts';
import { accessHandler } from './handlers/access.ts';
import { limitConnHandler } from './handlers/limits.ts';
import { realipHandler, takeAddress } from './handlers/realip.ts';
import { GROUPS, groupOf, isStartHost, upstreamName } from './handlers/upstream.ts';
import { DEFINITIONS } from './index.ts';
import { ledgerOf } from './ledger.ts';
import { ipText, readPlainIp } from './networks.ts';
import { Peers } from './peers.ts';
import { family } from './reader.ts';
import type { Run } from './run.ts';
import { NONE, traceSession } from './session.ts';
import type { RequestInput, Trace, TraceOptions, UpstreamRequest } from './trace.ts';
import { askOuter, askUnseen, restsOn } from './unseen.ts';

/** What a trace of a stream does with each directive. */
export const LEDGER = ledgerOf([
  accessHandler,
  limitConnHandler,
  realipHandler,
  GROUPS,
  DEFINITIONS,
  HANDSHAKE,
  {
    module: 'ngx_stream_core_module',
    reads: [
      'stream',
      'listen',
      'set',
      'return',
      'pass',
      'ssl_preread',
      'ssl_reject_handshake',
      'ssl_alpn',
      'preread_timeout',
      ...family(
        ['proxy'],
        [
          'pass',
          'ssl',
          'protocol',
          'next_upstream',
          'next_upstream_tries',
          'next_upstream_timeout',
          'connect_timeout',
          'timeout',
          'buffer_size',
        ],
      ),
    ],
  },
]);

/** The trace of a connection; `target` may name the SNI (`/` says nothing). */
export function traceStream(config: Config, input: RequestInput, options: TraceOptions): Trace {
  const scheme = input.scheme ?? 'tcp';
  return traceSession(config, input, options, {
    protocol: 'stream',
    scheme,
    port: 0,
    udp: scheme === 'udp',
    ledger: LEDGER,
    follow,
    facts(run) {
      const text = (name: string, otherwise: string): string => run.text(name) ?? otherwise;
      const { tls, preread, sni } = run.connection;
      return {
        buffering: { buffer_size: text('proxy_buffer_size', '16k') },
        timeouts: {
          connect: text('proxy_connect_timeout', '60s'),
          idle: text('proxy_timeout', '10m'),
          preread: text('preread_timeout', '30s'),
        },
        tls: tls ? handshakeOf(run) : preread !== null ? { sni } : NONE,
      };
    },
  });
}

/** The phases of a connection, in nginx's order: post-accept, preaccess, access, ssl, preread, content (ngx_stream_core_run_phases). */
function follow(run: Run, listener: Listener): void {
  run.report.step({
    phase: 'listen',
    handler: 'ngx_stream_core_module',
    at: listener.listens[0]?.directive ?? null,
    said: `${listener.text}${listener.udp ? ' udp' : ''}${listener.ssl ? ' ssl' : ''}`,
    ...restsOn(run.scope.parent ? askUnseen(run, run.scope.parent) : undefined),
  });
  askServer(run);
  run.connection.sni = run.input.sni ?? null;
  run.connection.tls = listener.ssl;
  if (listener.proxyProtocol && !run.input.proxyProtocol)
    run.report.assume({
      id: 'proxy-protocol',
      what: 'PROXY protocol header',
      otherwise: 'none of its addresses are known',
      why: 'the listener expects one',
    });
  const trusted = run.lines('set_real_ip_from');
  if (trusted.length && listener.proxyProtocol && run.input.proxyProtocol)
    takeAddress(run, 'ngx_stream_realip_module', 'proxy_protocol', [run.input.proxyProtocol.clientAddress], trusted[0]!);
  for (const line of run.lines('set')) {
    const name = line.value(0).slice(1).toLowerCase();
    const value = run.value(line.value(1));
    run.assign(name, value);
    run.report.step({
      phase: 'preaccess',
      handler: 'ngx_stream_set_module',
      at: line,
      said: `$${name} is set`,
      changed: [{ what: `$${name}`, from: null, to: fromBytes(value) }],
    });
  }
  for (const handler of [limitConnHandler, accessHandler]) {
    const verdict = handler.run(run);
    if (typeof verdict === 'number') {
      closed(run, verdict);
      return;
    }
  }
  if (!handshake(run, listener)) return;
  content(run);
}

function askServer(run: Run): string | undefined {
  return askUnseen(run, run.scope, run.scope.parent);
}

function closed(run: Run, status: number): void {
  run.reply.kind = 'closed';
  run.reply.closed = true;
  run.reply.status = status;
}

/** TLS is spoken, or read beforehand: the name in it may choose another server, for all that follows. False: the handshake is refused. */
function handshake(run: Run, listener: Listener): boolean {
  if (listener.ssl) {
    byName(run, listener);
    if (!terminated(run)) return false;
    preread(run, 'inside');
  } else if (preread(run, 'handshake')) byName(run, listener);
  return true;
}

/** ngx_stream_ssl_preread_handler: it reads what nginx reads, where TLS ends here what came within. False: it is off. */
function preread(run: Run, what: 'handshake' | 'inside'): boolean {
  const line = run.directive('ssl_preread');
  if (line?.value(0).toLowerCase() !== 'on' || run.connection.scheme === 'udp') return false;
  run.connection.preread = what;
  const { sni } = run.connection;
  const read = sni === null ? 'the handshake is read, no SNI is given' : `the handshake is read, SNI ${sni}`;
  run.report.step({
    phase: 'preread',
    handler: 'ngx_stream_ssl_preread_module',
    at: line,
    said: what === 'handshake' ? read : 'what came within TLS is read, and is no handshake',
  });
  return true;
}

/** The server whose name the handshake says. */
function byName(run: Run, listener: Listener): void {
  const { sni } = run.connection;
  if (!run.behaviour.streamNames || sni === null) return;
  const choice = chooseServer(listener, lower(toBytes(sni)));
  run.server = choice.server;
  run.scope = choice.server.scope;
  if (choice.captures && choice.name?.regex) run.keepCaptures(choice.name.regex, choice.captures);
  const rest = askServer(run);
  if (listener.servers.length < 2) return;
  run.report.step({
    phase: 'server',
    handler: 'ngx_stream_core_module',
    at: run.scope.opener,
    said: `SNI ${sni}: ${WHY[choice.reason]}${choice.name && choice.reason !== 'exact' ? ` ${choice.name.text}` : ''}`,
    rejected: serverLosers(listener, lower(toBytes(sni)), choice).flatMap((l) => {
      const opener = l.server.scope.opener;
      return opener ? [{ at: atOf(opener), why: `${l.name.text || '""'}: ${l.why}` }] : [];
    }),
    ...restsOn(rest),
  });
}

/** TLS ends here. False: the handshake is refused. */
function terminated(run: Run): boolean {
  const { sni } = run.connection;
  const reject = run.directive('ssl_reject_handshake');
  if (reject?.value(0) === 'on') {
    run.report.step({ phase: 'tls', handler: 'ngx_stream_ssl_module', at: reject, said: 'the handshake is rejected: unrecognized name' });
    closed(run, 500);
    return false;
  }
  const verify = run.directive('ssl_verify_client');
  const mode = verify?.value(0) ?? 'off';
  const given = run.input.clientCertificate ?? 'none';
  if ((mode === 'on' && given !== 'valid') || (mode === 'optional' && given === 'invalid')) {
    run.report.step({
      phase: 'tls',
      handler: 'ngx_stream_ssl_module',
      at: verify ?? null,
      said: given === 'none' ? 'no client certificate, closed' : 'the client certificate is not valid, closed',
    });
    closed(run, 500);
    return false;
  }
  if (!agreed(run)) return false;
  run.report.step({
    phase: 'tls',
    handler: 'ngx_stream_ssl_module',
    at: run.scope.effective('ssl_certificate').directives[0] ?? null,
    said: sni === null ? 'TLS ends here, no SNI is given' : `TLS ends here, SNI ${sni}`,
  });
  return true;
}

/** The protocol within TLS that ssl_alpn and the client agree on (ngx_stream_ssl_alpn_select). False: the client offers others only. */
function agreed(run: Run): boolean {
  const directive = run.directive('ssl_alpn');
  if (!directive) return true;
  const offered = run.report.assume({
    id: 'ssl_alpn_protocol',
    what: 'protocol that the client offers by ALPN',
    otherwise: '',
    why: 'the client decides',
    choices: ['', ...directive.values, 'another'],
    at: directive,
  });
  if (offered !== '' && !directive.values.includes(offered)) {
    run.report.step({
      phase: 'tls',
      handler: 'ngx_stream_ssl_module',
      at: directive,
      said: 'the client offers no protocol that ssl_alpn names: the handshake is refused',
      assumption: 'ssl_alpn_protocol',
    });
    closed(run, 500);
    return false;
  }
  run.connection.alpn = offered;
  return true;
}

const WHY: Readonly<Record<ServerChoice['reason'], string>> = {
  only: 'the only server of the address',
  exact: 'exact name',
  'leading-mask': 'mask with a leading asterisk',
  'trailing-mask': 'mask with a trailing asterisk',
  regex: 'regular expression',
  default: 'default server, no name matches',
  unknown: 'a regular expression gave up',
};

/** The handler of the server: a text, another listener's servers, or a backend. */
function content(run: Run): void {
  const answer = run.scope.first('return');
  if (answer) {
    run.reply.kind = 'return';
    // $status is not known yet
    run.reply.body = run.value(answer.value(0));
    run.reply.status = 200;
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
    closed(run, 500);
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
  if (hasVariables(pass.value(0)) && !reachable(run, pass, target)) return;
  run.reply.kind = 'proxy';
  run.reply.status = 200;
  const request: UpstreamRequest = {
    protocol: run.connection.scheme === 'udp' ? 'udp' : 'tcp',
    upstream: upstreamName(target),
    servers: targetServers(target),
    group: groupOf(target),
    method: null,
    uri: '',
    httpVersion: null,
    headers: [],
    params: null,
    at: atOf(pass),
  };
  const tls = run.flag('proxy_ssl', false);
  const also = `${tls ? ' with TLS' : ''}${run.flag('proxy_protocol', false) ? `, PROXY protocol header first: ${proxyLine(run)}` : ''}`;
  if (pass.name === 'pass') {
    handOver(run, pass, target, request);
    return;
  }
  connect(run, target, request, also);
}

/** The line that the server behind is told the client by: the addresses of the connection, after realip (ngx_proxy_protocol_write). */
function proxyLine({ connection }: Run): string {
  const client = readPlainIp(connection.clientAddress);
  const local = readPlainIp(connection.localAddress);
  if (!client || !local) return 'PROXY UNKNOWN';
  // the family is that of the client
  const six = client.length === 16;
  return `PROXY TCP${six ? 6 : 4} ${ipText(client)} ${ipText(local)} ${connection.clientPort} ${connection.localPort}`;
}

/** Whether a host that a variable names has an address (ngx_stream_proxy_handler). False: the connection is closed. */
function reachable(run: Run, pass: Directive, target: PassTarget): boolean {
  const { host, port } = target;
  if (target.upstream || target.kindOfHost === 'unix') return true;
  const fail = (said: string): false => {
    run.report.step({ phase: 'content', handler: 'ngx_stream_proxy_module', at: pass, said: `${said}: closed` });
    closed(run, 500);
    return false;
  };
  if (port === null) return fail(`no port in ${host}`);
  if (target.kindOfHost !== 'name' || isStartHost(run, host, port)) return true;
  if (!run.directive('resolver')) return fail(`no resolver is there to find ${host}`);
  const found = run.report.assume({
    id: `resolve:${host}`,
    what: `address of ${host}`,
    otherwise: 'found',
    why: 'a resolver is asked for each connection',
    choices: ['found', 'not found'],
    at: pass,
  });
  return found === 'found' || fail(`${host} cannot be resolved`);
}

/** The connection stays in this nginx, another listener's server takes it up, of whatever protocol (ngx_stream_pass_handler). */
function handOver(run: Run, pass: Directive, target: PassTarget, request: UpstreamRequest): void {
  const { config } = run;
  const local = { address: target.host, port: target.port ?? 0, unix: target.kindOfHost === 'unix' };
  for (const protocol of ['stream', 'http', 'mail'] as const) {
    const listener = listenerFor(config, local, protocol);
    if (!listener) continue;
    const name = listener.defaultServer.names[0]?.text;
    const others = listener.servers.length > 1 ? `one of ${listener.servers.length} servers` : name ? `the server ${name}` : 'the server';
    run.exchange.request = request;
    run.report.step({
      phase: 'upstream',
      handler: 'ngx_stream_pass_module',
      at: pass,
      said: `handed to the listener ${listener.text}, where ${others} of ${protocol} takes it up`,
      ...restsOn(askUnseen(run, listener.defaultServer.scope, run.scope.parent)),
    });
    return;
  }
  run.report.step({
    phase: 'upstream',
    handler: 'ngx_stream_pass_module',
    at: pass,
    said: `no server of this nginx listens on ${request.upstream}: closed`,
    ...restsOn(askOuter(run, config.main)),
  });
  closed(run, 500);
}

/** The servers are tried in turn until one takes the connection (ngx_stream_proxy_connect, ngx_stream_proxy_next_upstream). */
function connect(run: Run, target: PassTarget, request: UpstreamRequest, also: string): void {
  const { exchange } = run;
  exchange.begin(request);
  const hop = run.hops.begin(run, request, 'connection');
  run.report.step({
    phase: 'upstream',
    handler: 'ngx_stream_proxy_module',
    at: request.at,
    said: `to ${request.upstream}${also}`,
    ...(hop.assumption === null ? {} : { assumption: hop.assumption }),
  });
  const attempts: { server: string; said: string }[] = [];
  run.hops.told.push({ for: 'answer', request, attempts });
  const peers = new Peers(run, target, Number(run.text('proxy_next_upstream_tries') ?? 0));
  const goesOn = run.flag('proxy_next_upstream', true);
  const limit = run.seconds('proxy_next_upstream_timeout', 0);
  let elapsed = 0;
  const tell = (said: string): void => run.report.step({ phase: 'response', handler: 'ngx_stream_proxy_module', said });
  for (;;) {
    const peer = peers.next();
    if (!peer) {
      attempts.push({ server: request.upstream, said: 'no live upstreams' });
      exchange.attempts.push({ server: request.upstream, status: 502 });
      tell(`no live server in ${request.upstream}: closed`);
      closed(run, 502);
      return;
    }
    const { answer } = hop.answer(peer);
    exchange.attempts.push({ server: peer.address, status: answer === 'refused' || answer === 'timeout' ? 502 : 200 });
    if (answer !== 'refused' && answer !== 'timeout') {
      attempts.push({ server: peer.address, said: 'connected' });
      if (attempts.length > 1 || request.servers.length > 1) tell(`connected to ${peer.address}`);
      return;
    }
    attempts.push({ server: peer.address, said: answer });
    if (answer === 'timeout') elapsed += run.seconds('proxy_connect_timeout', 60);
    peers.free(true);
    const said = `${peer.address}: ${answer === 'refused' ? 'connection refused' : 'no connection in time'}`;
    if (goesOn && peers.tries > 0 && (limit === 0 || elapsed < limit)) {
      tell(`${said}, on to the next server`);
      continue;
    }
    tell(`${said}: closed`);
    closed(run, 502);
    return;
  }
}
