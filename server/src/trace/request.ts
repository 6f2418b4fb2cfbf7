/**
 * From a request as the caller gives it to the phases: the listener, the handshake, the request line, the header lines and the server, with
 * every refusal that nginx makes on the way (ngx_http_process_request_line, _headers, ngx_http_set_virtual_server).
 */

import { type ByteString, fromBytes, lower, toBytes } from '../base/bytes.ts';
import { table } from '../base/table.ts';
import { parseSize } from '../catalog/value-kind.ts';
import type { Config } from '../config/config.ts';
import { writtenOut } from '../config/renderings.ts';
import type { Scope } from '../config/scope.ts';
import {
  chooseServer,
  type Listener,
  listenerFor,
  listenersAt,
  type Server,
  type ServerChoice,
  serverLosers,
  validHost,
} from '../config/servers.ts';
import { atOf } from './at.ts';
import { BODIES } from './body.ts';
import { clock } from './clock.ts';
import { bufferingOf, FACTS, HANDSHAKE, keepaliveOf, offersHttp2, timeoutsOf, tlsOf } from './facts.ts';
import { FILTERS, liveHeaders } from './filters.ts';
import { CLIENT, hostIn } from './from-url.ts';
import { patternOf } from './handlers/find-config.ts';
import { GROUPS } from './handlers/upstream.ts';
import { httpTime } from './http-time.ts';
import { DEFINITIONS } from './index.ts';
import type { Again } from './itself.ts';
import { keepaliveHeader } from './keepalive.ts';
import { ledgerOf, notSimulatedIn, notSimulatedOf } from './ledger.ts';
import { PerLevel } from './level.ts';
import { isMail, traceMail } from './mail.ts';
import { TYPES } from './mime.ts';
import { afterwards, finalize, go, subrequest } from './moves.ts';
import { PHASE_READERS } from './phases.ts';
import type { Reader } from './reader.ts';
import { type HeaderLine, Run } from './run.ts';
import { PAGES } from './special.ts';
import { SSI } from './ssi.ts';
import { traceStream } from './stream.ts';
import type {
  Assumption,
  ChosenServer,
  HeaderOrigin,
  HeaderPair,
  Outcome,
  Refusal,
  Rejected,
  RequestInput,
  Trace,
  TracedRequest,
  TraceOptions,
} from './trace.ts';
import { askOuter, askUnseen, readAs, restsOn } from './unseen.ts';
import { parseAuthority, parseTarget } from './uri.ts';
import { OF_VARIABLES } from './variables.ts';

/** Read before the phases, and when the answer is told. */
const REQUEST: Reader = {
  module: 'ngx_http_core_module',
  reads: [
    'listen',
    'large_client_header_buffers',
    'client_header_buffer_size',
    'merge_slashes',
    'max_headers',
    'ignore_invalid_headers',
    'underscores_in_headers',
    'ssl',
    'http3',
    'ssl_reject_handshake',
    'post_action',
  ],
};

/** What a trace of a request does with each directive. */
export const LEDGER = ledgerOf([
  REQUEST,
  DEFINITIONS,
  ...PHASE_READERS,
  GROUPS,
  ...FILTERS,
  BODIES,
  SSI,
  TYPES,
  PAGES,
  OF_VARIABLES,
  FACTS,
  HANDSHAKE,
]);

const VERSIONS: Readonly<Record<string, number>> = table({
  '0.9': 9,
  '1.0': 1000,
  '1.1': 1001,
  '2': 2000,
  '2.0': 2000,
  '3': 3000,
  '3.0': 3000,
});

/**
 * What nginx does with one request. Pure and synchronous: the same configuration, request and options give the same trace. Throws nothing
 * for any text of a configuration or request.
 */
export function traceRequest(config: Config, input: RequestInput, options: TraceOptions = {}): Trace {
  return tracedIn(config, input, options, false);
}

/**
 * The same for whoever judges many requests by what comes of them: stations do not tell which servers and locations were not chosen, and the
 * facts beside the outcome are looked up when somebody asks.
 */
export function briefTrace(config: Config, input: RequestInput, options: TraceOptions = {}): Trace {
  return tracedIn(config, input, options, true);
}

function tracedIn(config: Config, input: RequestInput, options: TraceOptions, brief: boolean): Trace {
  const template = writtenOut(config, options.assume ?? {}, options.fills);
  if (!template) return traceOf(config, input, options, brief);
  const trace = traceOf(template.config, input, options, false);
  const asked = template.questions.map(
    ({ id, kind, assumed, choices, given, from }): Assumption => ({
      id,
      what: kind === 'condition' ? `the condition "${id}" of the template` : `what the template fills in for ${id}`,
      assumed,
      why: from === null ? 'a template decides it when it is written out' : `${from} sets it`,
      choices,
      ...(kind === 'value' && choices.length ? { also: 'text' as const } : {}),
      chosen: given,
      at: null,
    }),
  );
  return { ...trace, assumptions: [...asked, ...trace.assumptions.filter((a) => !asked.some((q) => q.id === a.id))] };
}

function traceOf(config: Config, input: RequestInput, options: TraceOptions, brief: boolean): Trace {
  const broken = options.refusedBy?.find((r) => r.rule === 'syntax');
  if (broken) return unread(config, input, options, broken);
  if (input.scheme === 'tcp' || input.scheme === 'udp') return traceStream(config, input, options);
  if (isMail(input.scheme)) return traceMail(config, input, options, input.scheme);
  const run = new Run({ config, input, options, subrequests: subrequest, comingBack, brief });
  start(run);
  if (!run.cycled) return finish(run);
  // nobody means a cycle: what a guess left out is there after all
  const lost = run.report.assumptions.findLast((a) => a.id.startsWith('file:') && !a.chosen && a.assumed === 'missing');
  if (!lost) return finish(run);
  const again = new Run({ config, input, options, subrequests: subrequest, comingBack, brief, instead: { [lost.id]: 'file' } });
  start(again);
  return finish(again.cycled ? run : again);
}

/** A request to a port of this nginx, as it comes in there; null where code that is not followed answers it. */
function comingBack(by: Run, input: RequestInput): Again | null {
  const run = new Run({
    config: by.config,
    input,
    options: by.options,
    subrequests: subrequest,
    comingBack,
    passedBy: by,
    brief: by.brief,
  });
  start(run);
  const trace = finish(run);
  // one that goes round on a guess has the whole followed anew
  by.root.cycled ||= run.cycled;
  if (run.reply.kind === 'unknown') return null;
  by.passedOn.push(run);
  const { reply } = run;
  const isUntold = reply.contentLength >= 0 && !reply.lengthKnown && !reply.chunked;
  return { trace, open: reply.relayed && run.exchange.open, length: isUntold ? reply.contentLength : null };
}

/** The trace of a text that nginx cannot read: it ends where the text breaks, for what comes after may mean anything. */
function unread(config: Config, input: RequestInput, options: TraceOptions, broken: Refusal): Trace {
  const run = new Run({ config, input, options });
  run.reply.kind = 'unknown';
  run.report.step({ phase: 'configuration', handler: 'ngx_core_module', at: broken, said: broken.message });
  return finish(run);
}

/** Version as nginx numbers it; null: not of the form of a version. */
function readVersion(text: string): number | null {
  const known = VERSIONS[text];
  if (known !== undefined) return known;
  const m = /^1\.(\d{1,3})$/.exec(text);
  return m && Number(m[1]) <= 999 ? 1000 + Number(m[1]) : null;
}

function chooseListener(run: Run): Listener | null {
  const { config, input } = run;
  const port = input.localPort ?? (run.connection.tls ? 443 : 80);
  run.connection.localPort = port;
  const given = input.localAddress;
  const udp = run.version === 3000;
  if (given?.startsWith('unix:')) {
    run.connection.localPort = 0;
    run.connection.localAddress = given;
    return listenerFor(config, { address: given.slice(5), port: 0, unix: true });
  }
  if (given !== undefined) {
    run.connection.localAddress = given.replace(/^\[(.*)\]$/, '$1');
    return listenerFor(config, { address: run.connection.localAddress, port, udp });
  }
  const here = listenersAt(config, port).filter((l) => l.udp === udp);
  const wildcard = here.find((l) => l.wildcard && l.kind === 'inet') ?? here.find((l) => l.wildcard);
  const chosen = wildcard ?? here[0] ?? null;
  run.connection.localAddress = !chosen ? '127.0.0.1' : chosen.wildcard ? (chosen.kind === 'inet6' ? '::1' : '127.0.0.1') : chosen.address;
  if (here.length > 1)
    run.report.assume({
      id: 'local-address',
      what: 'address that the connection came to',
      otherwise: chosen?.text ?? '',
      why: `several addresses listen on port ${port}`,
      choices: here.map((l) => l.text),
    });
  const wanted = options(run)['local-address'];
  const other = wanted === undefined ? null : (here.find((l) => l.text === wanted) ?? null);
  if (other && !other.wildcard) run.connection.localAddress = other.address;
  return other ?? chosen;
}

const options = (run: Run): Readonly<Record<string, string>> => run.options.assume ?? {};

function start(run: Run): void {
  const { input } = run;
  run.connection.scheme = input.scheme ?? 'http';
  run.connection.tls = run.connection.scheme === 'https';
  const version = readVersion(input.httpVersion ?? '1.1');
  run.version = version ?? 1000;
  run.connection.clientAddress = (input.clientAddress ?? CLIENT).replace(/^\[(.*)\]$/, '$1');
  run.connection.clientPort = input.clientPort ?? 50_000;
  run.methodName = toBytes(input.method ?? 'GET');
  const target = toBytes(input.target);
  const listener = chooseListener(run);
  if (!listener) {
    run.report.step({
      phase: 'listen',
      handler: 'ngx_http_core_module',
      said: `connection refused: no server listens on ${run.connection.localPort === 0 ? run.connection.localAddress : `${run.connection.localAddress}:${run.connection.localPort}`}`,
      ...restsOn(askOuter(run, run.config.main)),
    });
    run.reply.kind = 'unknown';
    run.finished = true;
    return;
  }
  run.connection.listener = listener;
  run.server = listener.defaultServer;
  run.scope = run.server.scope;
  run.report.step({
    phase: 'listen',
    handler: 'ngx_http_core_module',
    at: listener.firstListen?.directive ?? null,
    said: `${listener.text}${listener.ssl ? ' ssl' : ''}, ${listener.count} server${listener.count > 1 ? 's' : ''}`,
    ...restsOn(run.scope.parent ? askUnseen(run, run.scope.parent) : undefined),
  });
  if (!handshake(run, listener)) return;
  let versionText = input.httpVersion ?? '1.1';
  if (run.version >= 2000 && run.version < 3000 && !offersHttp2(run)) {
    if (!run.connection.tls) {
      refuse(run, 400, 'HTTP/2 is not spoken here');
      go(run);
      return;
    }
    run.report.step({ phase: 'tls', handler: 'ngx_http_v2_module', said: 'HTTP/2 is not offered, HTTP/1.1 is spoken' });
    run.version = 1001;
    versionText = '1.1';
  }
  if (listener.proxyProtocol && !input.proxyProtocol)
    run.report.assume({
      id: 'proxy-protocol',
      what: 'PROXY protocol header',
      otherwise: 'none of its addresses are known',
      why: 'the listener expects one',
    });
  if (input.proxyProtocol?.sent && !listener.proxyProtocol) {
    refuse(run, 400, 'the line of the PROXY protocol is no request line, and the listener expects none');
    go(run);
    return;
  }
  if (!requestLine(run, target, versionText, version) || !headerLines(run)) {
    go(run);
    return;
  }
  if (!afterHeaders(run)) {
    go(run);
    return;
  }
  connectionKind(run);
  run.phase = 0;
  go(run);
}

/** TLS before HTTP: SNI, refusals. False when no request follows. */
function handshake(run: Run, listener: Listener): boolean {
  const { input } = run;
  if (!run.connection.tls) return true;
  if (!listener.ssl && !listener.quic) {
    run.report.step({ phase: 'tls', handler: 'ngx_http_core_module', said: 'the listener does not speak TLS: 400' });
    run.connection.tls = false;
    finalize(run, 400);
    go(run);
    return false;
  }
  const host = input.sni === undefined ? sniOf(run) : input.sni;
  run.connection.sni = host;
  if (host !== null) {
    const name = validHost(toBytes(host), { strict: run.behaviour.strictHost });
    const choice = name === null ? null : chooseServer(listener, name);
    if (choice && choice.reason !== 'default' && choice.reason !== 'only') {
      run.server = choice.server;
      run.scope = choice.server.scope;
    }
  }
  const http3 = run.version === 3000 ? run.serverLevel.value('http3') : undefined;
  if (http3?.value(0).toLowerCase() === 'off') {
    run.report.step({ phase: 'tls', handler: 'ngx_http_v3_module', at: http3, said: 'HTTP/3 is not offered: the handshake fails' });
    run.reply.kind = 'closed';
    run.reply.closed = true;
    run.finished = true;
    return false;
  }
  const reject = run.serverLevel.value('ssl_reject_handshake');
  if (reject?.value(0) === 'on') {
    run.report.step({ phase: 'tls', handler: 'ngx_http_ssl_module', at: reject, said: 'the handshake is rejected: unrecognized name' });
    run.reply.kind = 'closed';
    run.reply.closed = true;
    run.finished = true;
    return false;
  }
  run.report.step({
    phase: 'tls',
    handler: 'ngx_http_ssl_module',
    at: run.serverLevel.inForce('ssl_certificate')[0] ?? null,
    said: host === null ? 'no SNI, the default server answers the handshake' : `SNI ${host}`,
  });
  return true;
}

/** What a client would send: the host of the request, unless it is an address. */
function sniOf(run: Run): string | null {
  const host = hostIn(run.input.headers ?? []) ?? /^[a-z]+:\/\/([^/?#]*)/i.exec(run.input.target)?.[1];
  if (!host || host.startsWith('[')) return null;
  const name = host.replace(/:\d*$/, '').replace(/\.$/, '');
  return name === '' || /^[\d.]+$/.test(name) ? null : name.toLowerCase();
}

const refuse = (run: Run, status: number, said: string): false => {
  run.report.step({ phase: 'request', handler: 'ngx_http_core_module', said: `${said}: ${status}` });
  finalize(run, status);
  return false;
};

const sizeOf = (text: string | undefined, otherwise: number): number => {
  const read = text === undefined ? null : parseSize(text);
  return read?.ok ? read.value : otherwise;
};

/** How many bytes of lines fit, as ngx_http_alloc_large_header_buffer hands out buffers. */
class HeaderSpace {
  private left: number;
  private used = 0;

  constructor(
    first: number,
    private readonly count: number,
    private readonly size: number,
  ) {
    this.left = first;
  }

  /** False when a line of that many bytes, with its line end, does not fit. */
  take(length: number): boolean {
    if (length <= this.left) {
      this.left -= length;
      return true;
    }
    if (this.used >= this.count || length > this.size) return false;
    this.used++;
    this.left = this.size - length;
    return true;
  }
}

/** How a server reads what clients send. */
const readings = new PerLevel((level) => {
  const isOn = (name: string, otherwise: string): boolean => (level.value(name)?.value(0) ?? otherwise).toLowerCase() === 'on';
  const large = level.value('large_client_header_buffers')?.values ?? ['4', '8k'];
  return {
    first: sizeOf(level.value('client_header_buffer_size')?.value(0), 1024),
    count: Number(large[0]),
    size: sizeOf(large[1], 8192),
    mergeSlashes: isOn('merge_slashes', 'on'),
    mostHeaders: Number(level.value('max_headers')?.value(0) ?? 1000),
    /** names of header lines that are taken */
    name: isOn('underscores_in_headers', 'off') ? /^[A-Za-z0-9_-]+$/ : /^[A-Za-z0-9-]+$/,
    ignoresOthers: isOn('ignore_invalid_headers', 'on'),
  };
});

const METHOD = /^[A-Z_-]+$/;

function requestLine(run: Run, target: ByteString, versionText: string, version: number | null): boolean {
  const { behaviour } = run;
  const http1 = run.version < 2000;
  const protocol = run.version === 9 ? '' : http1 ? `HTTP/${versionText}` : `HTTP/${run.version === 2000 ? '2.0' : '3.0'}`;
  run.protocolText = protocol;
  run.requestLine = `${run.methodName} ${target}${protocol === '' ? '' : ` ${protocol}`}`;
  const { first, count, size } = readings.of(run.level);
  run.space = new HeaderSpace(first, count, size);
  if (http1 && !run.space.take(run.requestLine.length + 2)) return refuse(run, 414, 'the request line is too long');
  if (!http1 && !authority(run)) return false;
  // of the server that the authority has chosen
  const { mergeSlashes } = readings.of(run.level);
  if (!METHOD.test(run.methodName)) return refuse(run, 400, 'the method has characters that nginx refuses');
  const connects = run.methodName === 'CONNECT' && (http1 ? behaviour.connectsToAuthority : behaviour.tunnels);
  const parsed = connects ? parseAuthority(target) : parseTarget(target, mergeSlashes, behaviour.strictHost);
  // the version is read after the target, and nothing of either counts when one is refused
  if (parsed === null && (connects || !looksLikeTarget(target))) return invalidTarget(run);
  if (version === null) return refuse(run, /^(?:[2-9]|[1-9]\d)/.test(versionText) ? 505 : 400, `HTTP/${versionText} is not supported`);
  if (run.version === 9 && run.methodName !== 'GET') return refuse(run, 400, 'HTTP/0.9 knows GET only');
  if (parsed === null) return invalidTarget(run);
  run.uri = parsed.uri;
  run.args = parsed.args;
  run.exten = parsed.exten;
  run.quotedUri = parsed.quoted;
  run.plusInUri = parsed.plus;
  run.unparsedUri = parsed.unparsed;
  run.validUnparsedUri = !parsed.emptyPath;
  if (!connects && parsed.uri !== target.split('?')[0])
    run.report.step({
      phase: 'request',
      handler: 'ngx_http_core_module',
      said: `${fromBytes(target)} is read as ${fromBytes(parsed.uri)}`,
      changed: [{ what: '$uri', from: null, to: fromBytes(parsed.uri) }],
    });
  if (parsed.host !== null) {
    const host = validHost(parsed.host, { strict: behaviour.strictHost });
    if (host === null) return refuse(run, 400, 'the host of the request line is invalid');
    if (!toServer(run, host, 'request line')) return false;
    run.host = host;
    run.hostPort = parsed.host;
  }
  return true;
}

/** Clients send :authority before :path, so that the server is known when the path is read. False: the request was answered. */
function authority(run: Run): boolean {
  const value = run.input.headers?.find(([n]) => n === ':authority')?.[1];
  if (value === undefined) return true;
  // HTTP/3 makes no Host line of it: $http_host stays empty (nginx/nginx#455)
  if (run.version === 2000) run.headers.push({ name: 'host', lower: 'host', value: toBytes(value) });
  const host = validHost(toBytes(value), { strict: run.behaviour.strictHost });
  if (host === null) return refuse(run, 400, 'the Host header is invalid');
  if (!toServer(run, host, 'Host')) return false;
  run.host = host;
  run.hostPort = toBytes(value);
  return true;
}

/** Whether the characters of a target can be read at all; what they mean is refused later than the version. */
const looksLikeTarget = (target: ByteString): boolean =>
  !/[\x00-\x20\x7f]/.test(target) && (target.startsWith('/') || /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(target));

function invalidTarget(run: Run): false {
  run.uri = '';
  return refuse(run, 400, 'the request target is invalid');
}

/** Content-Length of a body that is nowhere to be seen. */
function assumedLength({ report }: Run): HeaderPair {
  const length = report.assume({
    id: 'body-length',
    what: 'length of the body, in bytes',
    otherwise: '1000',
    why: 'it comes from a file, which is not read',
  });
  return ['Content-Length', /^\d+$/.test(length) ? length : '0'];
}

/** Headers that may stand only once. */
const UNIQUE = new Set([
  'if-modified-since',
  'if-unmodified-since',
  'if-match',
  'if-none-match',
  'content-length',
  'content-range',
  'if-range',
  'transfer-encoding',
  'expect',
  'authorization',
]);

const CONNECTION_HEADERS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

function headerLines(run: Run): boolean {
  const { input, behaviour } = run;
  const http1 = run.version < 2000;
  if (run.version === 9) return true;
  const seen = new Set<string>();
  let count = 0;
  const bare = new Set(input.withoutColon);
  for (const [i, [rawName, rawValue]] of [...(input.headers ?? []), ...(input.openLength ? [assumedLength(run)] : [])].entries()) {
    if (http1 && bare.has(i) && refusesBare(run)) return refuse(run, 400, `the header line ${fromBytes(toBytes(rawName))} has no colon`);
    let name = toBytes(rawName);
    let value = toBytes(rawValue);
    if (name === ':authority') name = http1 ? 'Host' : 'host';
    if (name.startsWith(':') && !http1) continue;
    // a colon inside the name ends it, as it would on the wire
    const colon = name.indexOf(':');
    if (colon > 0) {
      value = `${name.slice(colon + 1)}: ${value}`.replace(/^ +/, '');
      name = name.slice(0, colon);
    }
    if (http1 && !run.space?.take(name.length + 2 + value.length + 2))
      return refuse(run, 494, 'the header lines are too long, 494 sent as 400');
    const checked = checkName(run, name);
    if (checked === 'bad') return refuse(run, 400, `the header name ${fromBytes(name)} has characters that nginx refuses`);
    if (/[\0\r\n]/.test(value)) return refuse(run, 400, `the value of ${fromBytes(name)} has characters that nginx refuses`);
    if (checked === 'ignored') {
      run.report.step({
        phase: 'request',
        handler: 'ngx_http_core_module',
        said: `header ${fromBytes(name)} is ignored, its name is invalid`,
      });
      continue;
    }
    // of the server that the lines so far have chosen
    const limit = readings.of(run.level).mostHeaders;
    if (behaviour.limitsHeaderCount && ++count > limit) return refuse(run, 494, `more than ${limit} header lines, 494 sent as 400`);
    value = value.replace(/^ +/, '').replace(/ +$/, '');
    if (!http1) name = lower(name);
    const line: HeaderLine = { name, lower: lower(name), value };
    const key = line.lower;
    if (!http1 && behaviour.refusesConnectionHeaders && (CONNECTION_HEADERS.has(key) || (key === 'te' && value !== 'trailers')))
      return refuse(run, 400, `HTTP/${run.version / 1000} has no ${fromBytes(name)}`);
    // it was read before the path
    if (!http1 && rawName === ':authority' && run.hostPort !== '') {
      if (run.version === 2000) seen.add('host');
      continue;
    }
    run.headers.push(line);
    if (key === 'host') {
      const again = !http1 && behaviour.allowsEqualHost && rawName !== ':authority' && lower(value) === lower(run.hostPort);
      if (seen.has('host') && again) {
        run.headers.pop();
        continue;
      }
      if (seen.has('host') && behaviour.refusesTwoHosts) return refuse(run, 400, 'two Host headers');
      seen.add('host');
      const host = validHost(value, { strict: behaviour.strictHost });
      if (host === null) return refuse(run, 400, 'the Host header is invalid');
      if (run.version === 3000 && run.host !== '' && value !== (behaviour.allowsEqualHost ? run.hostPort : run.host))
        return refuse(run, 400, ':authority and Host differ');
      if (run.version === 3000 && run.host === '' && !behaviour.allowsEqualHost && value !== host)
        return refuse(run, 400, 'Host beside no :authority has a port or upper-case letters');
      if (run.host === '') {
        if (!toServer(run, host, 'Host')) return false;
        run.host = host;
        run.hostPort = value;
      }
    } else if (UNIQUE.has(key)) {
      if (seen.has(key)) return refuse(run, 400, `two ${fromBytes(name)} headers`);
      seen.add(key);
    }
  }
  if (http1 && !run.space?.take(2)) return refuse(run, 494, 'the header lines are too long, 494 sent as 400');
  if (!http1) joinCookies(run);
  return true;
}

/** Whether a header line without a colon ends the request. */
function refusesBare({ behaviour, report }: Run): boolean {
  const known = behaviour.refusesLineWithoutColon;
  if (known !== null) return known;
  const told = report.assume({
    id: 'line-without-colon',
    what: 'a header line without a colon',
    otherwise: 'refused',
    why: `it is not known whether nginx ${behaviour.text} has this change of 1.31.9`,
    choices: ['refused', 'empty'],
  });
  return told === 'refused';
}

/** A client may send each cookie in a line of its own; nginx makes one of them, the last (ngx_http_v2_construct_cookie_header). */
function joinCookies(run: Run): void {
  const cookies = run.headers.filter((h) => h.lower === 'cookie');
  if (!cookies.length) return;
  run.headers = run.headers.filter((h) => h.lower !== 'cookie');
  run.headers.push({ name: 'cookie', lower: 'cookie', value: cookies.map((h) => h.value).join('; ') });
}

/** ngx_http_parse_header_line: which names are read, which lines are dropped, which end the request. */
function checkName(run: Run, name: ByteString): 'good' | 'ignored' | 'bad' {
  if (name === '' || /[\x00-\x20\x7f:]/.test(name)) return 'bad';
  const reading = readings.of(run.level);
  return reading.name.test(name) || !reading.ignoresOthers ? 'good' : 'ignored';
}

const REASONS: Readonly<Record<ServerChoice['reason'], string>> = {
  only: 'the only server of the address',
  exact: 'exact name',
  'leading-mask': 'mask with a leading asterisk',
  'trailing-mask': 'mask with a trailing asterisk',
  regex: 'regular expression',
  default: 'default server, no name matches',
  unknown: 'a regular expression gave up',
};

/** ngx_http_set_virtual_server. False when the request was answered. */
function toServer(run: Run, host: ByteString, by: string): boolean {
  const { listener } = run.connection;
  if (!listener) return true;
  const choice = chooseServer(listener, host);
  const sni =
    run.connection.tls && run.connection.sni !== null ? validHost(toBytes(run.connection.sni), { strict: run.behaviour.strictHost }) : null;
  run.choice = choice;
  const found = choice.reason !== 'default' && choice.reason !== 'only';
  if (sni !== null && sni === host) {
    if (choice.captures && choice.name?.regex) run.keepCaptures(choice.name.regex, choice.captures);
    tellServer(run, listener, host, choice, by);
    return true;
  }
  const server: Server = found ? choice.server : sni !== null ? listener.defaultServer : run.server;
  if (sni !== null && (server.scope.value('ssl_verify_client')?.value(0) ?? 'off') !== 'off') {
    run.report.step({
      phase: 'server',
      handler: 'ngx_http_ssl_module',
      at: server.scope.value('ssl_verify_client') ?? null,
      said: 'the name differs from the negotiated one, and the server verifies certificates: 421',
    });
    finalize(run, 421);
    return false;
  }
  if (found || sni !== null) {
    run.server = server;
    run.scope = server.scope;
  }
  if (choice.captures && choice.name?.regex) run.keepCaptures(choice.name.regex, choice.captures);
  tellServer(run, listener, host, choice, by);
  return true;
}

/** Hosts of a listener whose servers are remembered: the requests of a log name few. */
const MANY_HOSTS = 256;

const losing = new WeakMap<Listener, Map<ByteString, readonly Rejected[]>>();

/** Why the other servers of a listener were not chosen for a host, as it is told. */
function rejectedFor(listener: Listener, host: ByteString, choice: ServerChoice): readonly Rejected[] {
  let known = losing.get(listener);
  if (!known) losing.set(listener, (known = new Map()));
  let rejected = known.get(host);
  if (!rejected) {
    rejected = serverLosers(listener, host, choice).flatMap((l) => {
      const opener = l.server.scope.opener;
      return opener ? [{ at: atOf(opener), why: `${l.name.text || '""'}: ${l.why}` }] : [];
    });
    if (known.size >= MANY_HOSTS) known.clear();
    known.set(host, rejected);
  }
  return rejected;
}

function tellServer(run: Run, listener: Listener, host: ByteString, choice: ServerChoice, by: string): void {
  const text = choice.name && choice.reason !== 'exact' ? `${REASONS[choice.reason]} ${choice.name.text}` : REASONS[choice.reason];
  run.report.step({
    phase: 'server',
    handler: 'ngx_http_core_module',
    at: run.server.scope.opener ?? null,
    said: host === '' ? `no host, ${text}` : `${fromBytes(host)} (${by}): ${text}`,
    rejected: run.brief ? [] : rejectedFor(listener, host, choice),
    ...restsOn(askUnseen(run, run.server.scope, run.server.scope.parent)),
  });
}

/** ngx_http_process_request_header and what TLS still refuses. */
function afterHeaders(run: Run): boolean {
  const { behaviour } = run;
  if (run.host === '' && !toServer(run, '', 'no Host')) return false;
  const hasHost = run.headers.some((h) => h.lower === 'host');
  if (run.version > 1000 && run.version < 2000 && !hasHost) return refuse(run, 400, 'HTTP/1.1 without Host');
  if (run.version >= 2000 && run.host === '') return refuse(run, 400, `HTTP/${run.version / 1000} without :authority and Host`);
  if (run.version === 2000 && behaviour.http2PerServer && !offersHttp2(run)) {
    run.report.step({
      phase: 'server',
      handler: 'ngx_http_v2_module',
      at: run.server.scope.opener,
      said: 'this server does not speak HTTP/2, another one of the listener does: 421',
    });
    finalize(run, 421);
    return false;
  }
  const length = run.header('content-length');
  if (length === null && run.version >= 2000 && (run.input.bodyLength ?? 0) > 0) run.chunked = true;
  if (length !== null) {
    if (!/^\d{1,18}$/.test(length)) return refuse(run, 400, 'the Content-Length is invalid');
    run.contentLength = Number(length);
  }
  const encoding = run.header('transfer-encoding');
  if (encoding !== null && run.version < 2000) {
    if (run.version < 1001 && behaviour.refusesOddFraming) return refuse(run, 400, 'Transfer-Encoding in HTTP/1.0');
    if (lower(encoding) === 'chunked') {
      if (length !== null && behaviour.refusesOddFraming) return refuse(run, 400, 'Content-Length and Transfer-Encoding');
      run.contentLength = -1;
      run.chunked = true;
    } else return refuse(run, 501, `Transfer-Encoding ${fromBytes(encoding)} is unknown`);
  }
  if (run.methodName === 'CONNECT' && (behaviour.refusesOddFraming || behaviour.tunnels)) {
    const tunnel = behaviour.tunnels && run.version === 1001 && hasTunnel(run.server.scope);
    if (!tunnel) return refuse(run, 405, 'CONNECT is not allowed');
  }
  if (run.methodName === 'TRACE') return refuse(run, 405, 'TRACE is not allowed');
  if (run.connection.listener?.ssl && !run.connection.tls) {
    run.report.step({
      phase: 'tls',
      handler: 'ngx_http_ssl_module',
      at: run.connection.listener.listens.find((l) => l.params.includes('ssl'))?.directive ?? null,
      said: 'plain HTTP on a TLS listener: 497, sent as 400',
    });
    finalize(run, 497);
    return false;
  }
  if (run.connection.tls) return certificate(run);
  return true;
}

function hasTunnel(scope: Scope): boolean {
  return scope.directives.some((d) => d.name === 'tunnel_pass' || (d.body !== null && d.name === 'location' && hasTunnel(d.body)));
}

function certificate(run: Run): boolean {
  const verify = run.serverLevel.value('ssl_verify_client');
  const mode = verify?.value(0) ?? 'off';
  if (mode === 'off') return true;
  const given = run.input.clientCertificate ?? 'none';
  const fail = (status: number, said: string): false => {
    run.report.step({ phase: 'tls', handler: 'ngx_http_ssl_module', at: verify ?? null, said: `${said}: ${status}, sent as 400` });
    finalize(run, status);
    return false;
  };
  if (given === 'invalid' && mode !== 'optional_no_ca') return fail(495, 'the client certificate is not valid');
  if (given === 'none' && mode === 'on') return fail(496, 'no client certificate');
  run.report.step({ phase: 'tls', handler: 'ngx_http_ssl_module', at: verify ?? null, said: `client certificate: ${given}` });
  return true;
}

function connectionKind(run: Run): void {
  const values = run.headerLines('connection');
  let type: 'close' | 'keep-alive' | null = null;
  // each line may set it, the last that says something counts
  for (const value of values) {
    const text = lower(value);
    if (text.includes('close')) type = 'close';
    else if (text.includes('keep-alive')) type = 'keep-alive';
  }
  run.keepalive = type === 'close' ? false : type === 'keep-alive' ? true : run.version > 1000;
  run.lingering = run.contentLength > 0 || run.chunked;
}

// ---- the trace

/** Lines that nginx writes by itself, behind those of the configuration. */
const BY_ITSELF = new Set([
  'server',
  'date',
  'content-type',
  'content-length',
  'connection',
  'keep-alive',
  'etag',
  'last-modified',
  'accept-ranges',
  'transfer-encoding',
  'content-range',
]);

type OriginatedLine = readonly [line: HeaderPair, origin: HeaderOrigin];

/** Header lines as a client reads them: a line end in a value begins the next line, and an empty line ends them all. */
function asRead(lines: readonly OriginatedLine[]): readonly OriginatedLine[] {
  if (!lines.some(([[, value]]) => value.includes('\n'))) return lines;
  const out: OriginatedLine[] = [];
  for (const [[name, value], origin] of lines) {
    const [first, ...rest] = value.split(/\r?\n/);
    out.push([[name, first!], origin]);
    for (const text of rest) {
      if (text === '') return out;
      const colon = text.indexOf(':');
      out.push([colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1).trim()], origin]);
    }
  }
  return out;
}

function finish(run: Run): Trace {
  const { reply, input } = run;
  run.runPosted();
  if (run.connection.listener && run.location) afterwards(run);
  const scope: Scope | null = run.connection.listener ? run.scope : null;
  /** as on the wire: what nginx writes by itself stands first */
  const own: [HeaderPair, HeaderOrigin][] = [];
  const others: [HeaderPair, HeaderOrigin][] = [];
  const put = (name: string, value: string, origin: HeaderOrigin = 'nginx'): unknown => own.push([[name, value], origin]);
  const answered = !run.reply.closed && run.connection.listener !== null && run.version >= 1000;
  if (answered) {
    for (const h of liveHeaders(run)) {
      const byItself = h.from === null && BY_ITSELF.has(lower(h.name)) && !run.reply.relayed;
      // a value of which only nginx knows that it is there
      if (byItself && h.value === '') continue;
      (byItself ? own : others).push([[fromBytes(h.name), fromBytes(h.value)], h.origin]);
    }
    if (reply.gzipVary && run.flag('gzip_vary', false)) put('Vary', 'Accept-Encoding');
    if (!reply.server?.live && !reply.noServer) put('Server', serverText(run));
    // nginx's own date is in every answer, and told where another line makes two of it
    if (!reply.date && !reply.noDate && others.some(([[n]]) => n.toLowerCase() === 'date')) put('Date', httpTime(clock(run)));
    if (reply.contentType !== '') {
      const type =
        reply.charset !== '' && reply.typeLength === reply.contentType.length
          ? `${reply.contentType}; charset=${reply.charset}`
          : reply.contentType;
      put('Content-Type', fromBytes(type), reply.typeRelayed ? (type === reply.contentType ? 'application' : 'rewritten') : 'nginx');
    }
    if (run.version < 2000) {
      put('Connection', reply.status === 101 ? 'upgrade' : run.keepalive ? 'keep-alive' : 'close');
      const timeout = keepaliveHeader(run.level);
      if (run.keepalive && timeout && reply.status !== 101) put('Keep-Alive', `timeout=${run.secondsIn(timeout)}`);
    }
    if (reply.chunked) put('Transfer-Encoding', 'chunked');
    if (reply.contentLength >= 0 && reply.lengthKnown && !reply.chunked)
      put('Content-Length', String(reply.contentLength), reply.lengthRelayed ? 'application' : 'nginx');
  }
  const lines = asRead([...own, ...others]);
  const status = run.reply.closed ? 444 : run.connection.listener ? reply.status : 0;
  const body = reply.body === null || run.reply.closed ? null : fromBytes(reply.body);
  if (run.brief) return new Brief(run, new BriefOutcome(run, status, lines, body, answered));
  return {
    ...(input.id === undefined ? {} : { id: input.id }),
    version: 1,
    request: requestIn(run),
    steps: run.report.steps,
    outcome: {
      kind: reply.kind,
      status,
      responseHeaders: lines.map(([line]) => line),
      headerOrigins: originsOf(run, lines, answered),
      body,
      file: reply.file,
      upstreamRequest: run.exchange.request,
      server: serverIn(run),
      location: locationIn(run),
    },
    exchanges: run.hops.told,
    limits: run.report.limits,
    cache: run.exchange.cache,
    buffering: scope ? bufferingOf(run) : {},
    timeouts: scope ? timeoutsOf(run) : {},
    tls: scope ? tlsOf(run) : {},
    compression: run.reply.compression ? { gzip: run.reply.compression.gzip, why: run.reply.compression.why } : {},
    keepalive: scope ? keepaliveOf(run) : {},
    assumptions: run.report.assumptions,
    notSimulated: notSimulated(run),
    readAs: readAs(run.config),
    stock: [...run.report.builtIn],
    refusedBy: run.options.refusedBy ?? [],
    nginx: run.behaviour.text,
  };
}

function requestIn({ input, connection }: Run): TracedRequest {
  return {
    method: input.method ?? 'GET',
    target: input.target,
    scheme: input.scheme ?? 'http',
    httpVersion: input.httpVersion ?? '1.1',
    headers: input.headers ?? [],
    clientAddress: input.clientAddress ?? CLIENT,
    localAddress: connection.localAddress,
    localPort: connection.localPort,
  };
}

/** The server that answered, as a trace tells it; null where none did. */
function serverIn({ connection: { listener }, server, choice }: Run): ChosenServer | null {
  const opener = listener && server.scope.opener;
  if (!listener || !opener) return null;
  return {
    at: atOf(opener),
    name: server.names[0]?.text ?? '',
    listen: listenText(server, listener),
    matched: choice?.name?.text ?? null,
    by: choice?.reason ?? 'default',
  };
}

const locationIn = ({ location }: Run): Outcome['location'] =>
  location ? { at: atOf(location.directive), pattern: patternOf(location) } : null;

/** Whose each header line is; behind them the application's lines that the client does not get. */
const originsOf = ({ reply }: Run, lines: readonly OriginatedLine[], answered: boolean): Outcome['headerOrigins'] => [
  ...lines.map(([[name], origin]) => [name, origin] as const),
  ...(answered ? reply.hidden.map((name) => [fromBytes(name), 'hidden'] as const) : []),
];

function notSimulated(run: Run): Trace['notSimulated'] {
  if (!run.connection.listener) return [];
  const group = run.upstreamScope;
  const own = [...notSimulatedIn(LEDGER, run.scope), ...(group ? notSimulatedOf(LEDGER, group) : [])];
  return [...own.filter((n) => !isFollowed(run.followed, n.directive)), ...run.passedOn.flatMap(notSimulated)];
}

/** The server that answered in the end, of a trace that was made for whoever judges many; undefined where none did. */
export const answeringServer = (trace: Trace): Server | undefined => (trace instanceof Brief ? trace.answering : undefined);

/** What comes of a request, for whoever judges many: who answered and whose a line is are looked up when somebody asks. */
class BriefOutcome implements Outcome {
  readonly kind: Outcome['kind'];
  readonly responseHeaders: Outcome['responseHeaders'];
  readonly file: Outcome['file'];
  readonly upstreamRequest: Outcome['upstreamRequest'];
  readonly #run: Run;
  readonly #lines: readonly OriginatedLine[];
  readonly #answered: boolean;

  constructor(
    run: Run,
    readonly status: number,
    lines: readonly OriginatedLine[],
    readonly body: string | null,
    answered: boolean,
  ) {
    this.kind = run.reply.kind;
    this.responseHeaders = lines.map(([line]) => line);
    this.file = run.reply.file;
    this.upstreamRequest = run.exchange.request;
    this.#run = run;
    this.#lines = lines;
    this.#answered = answered;
  }

  get headerOrigins(): Outcome['headerOrigins'] {
    return originsOf(this.#run, this.#lines, this.#answered);
  }

  get server(): Outcome['server'] {
    return serverIn(this.#run);
  }

  get location(): Outcome['location'] {
    return locationIn(this.#run);
  }
}

/** What most judges of an outcome look at; for the rest the request is traced again. It is taken as it is: a copy by its own fields has not all. */
class Brief implements Trace {
  readonly version = 1;
  readonly request: TracedRequest;
  readonly exchanges: Trace['exchanges'];
  readonly limits: Trace['limits'];
  readonly cache: Trace['cache'];
  readonly assumptions: Trace['assumptions'];
  readonly nginx: string;
  readonly #run: Run;
  #steps: Trace['steps'] | null = null;
  #full: Trace | null = null;

  constructor(
    run: Run,
    readonly outcome: Outcome,
  ) {
    this.request = requestIn(run);
    this.exchanges = run.hops.told;
    this.limits = run.report.limits;
    this.cache = run.exchange.cache;
    this.assumptions = run.report.assumptions;
    this.nginx = run.behaviour.text;
    this.#run = run;
  }

  get answering(): Server | undefined {
    const { connection, server } = this.#run;
    return connection.listener && server.scope.opener ? server : undefined;
  }

  get steps(): Trace['steps'] {
    return (this.#steps ??= this.#run.report.steps);
  }

  get stock(): Trace['stock'] {
    return [...this.#run.report.builtIn];
  }

  get #whole(): Trace {
    const { config, input, options } = this.#run;
    return (this.#full ??= traceOf(config, input, options, false));
  }

  get notSimulated(): Trace['notSimulated'] {
    return notSimulated(this.#run);
  }

  get refusedBy(): Trace['refusedBy'] {
    return this.#run.options.refusedBy ?? [];
  }

  get buffering(): Trace['buffering'] {
    return this.#whole.buffering;
  }

  get timeouts(): Trace['timeouts'] {
    return this.#whole.timeouts;
  }

  get tls(): Trace['tls'] {
    return this.#whole.tls;
  }

  get compression(): Trace['compression'] {
    return this.#whole.compression;
  }

  get keepalive(): Trace['keepalive'] {
    return this.#whole.keepalive;
  }

  get readAs(): Trace['readAs'] {
    return this.#whole.readAs;
  }
}

/** Lines that say what becomes of a body that was followed. */
const OF_BODIES: Readonly<Record<string, RegExp>> = table({
  ssi: /^ssi/,
  recode: /^(?:source_charset|charset_map)$/,
  sub_filter: /^sub_filter/,
  addition: /^add(?:_before_body|_after_body|ition_types)$/,
});

const isFollowed = (followed: ReadonlySet<string>, directive: string): boolean =>
  [...followed].some((by) => OF_BODIES[by]?.test(directive) ?? false);

function serverText(run: Run): string {
  const tokens = run.text('server_tokens') ?? 'on';
  if (tokens === 'on') return `nginx/${run.behaviour.text}`;
  return tokens === 'build' ? `nginx/${run.behaviour.text}` : 'nginx';
}

function listenText(server: Server, listener: Listener): string {
  const listen = server.listens.find((l) => l.addresses.some((a) => a.port === listener.port && a.address === listener.address));
  return listen?.directive ? listen.directive.values.join(' ') : String(listener.port);
}
