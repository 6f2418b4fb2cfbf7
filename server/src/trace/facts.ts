/** What applies to a request besides its path: buffers, timeouts, TLS and keep-alive. */
import { table } from '../base/table.ts';
import type { Target } from '../catalog/catalog.ts';
import { evaluateCipherList } from '../catalog/ciphers.ts';
import { atLeast } from '../catalog/version.ts';
import type { Directive } from '../config/directive.ts';
import { type Level, PerLevel } from './level.ts';
import { family, type Reader } from './reader.ts';
import type { Run } from './run.ts';
import type { Facts } from './trace.ts';

/** The answers of other families are passed on as they come. */
const BUFFERED = ['proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** What decides the handshake with the client, in every protocol. */
export const HANDSHAKE: Reader = {
  module: 'ngx_http_ssl_module',
  reads: ['ssl_protocols', 'ssl_ciphers', 'ssl_prefer_server_ciphers', 'ssl_certificate', 'ssl_verify_client'],
};

/** Read to be told. */
export const FACTS: Reader = {
  module: 'ngx_http_core_module',
  reads: [
    'client_max_body_size',
    'client_body_buffer_size',
    'client_header_timeout',
    'client_body_timeout',
    'send_timeout',
    'keepalive_timeout',
    'keepalive_requests',
    'keepalive',
    'http2',
    ...family([...BUFFERED, 'grpc', 'memcached'], ['buffer_size', 'connect_timeout', 'send_timeout', 'read_timeout']),
    ...family(BUFFERED, ['request_buffering', 'buffers', 'busy_buffers_size', 'max_temp_file_size']),
  ],
};

type Mutable = Record<string, string | number | boolean | null | readonly string[]>;

const words = (level: Level, name: string, otherwise: string): string => level.value(name)?.values.join(' ') ?? otherwise;

const isOn = (level: Level, name: string): boolean => (level.value(name)?.value(0) ?? 'on').toLowerCase() === 'on';

/** For each family one, `''` for requests that no backend is asked for. */
const perFamily = (make: (level: Level, family: string) => Facts): ((run: Run) => Facts) => {
  const made = new Map<string, PerLevel<Facts>>();
  return ({ level, exchange }) => {
    const family = exchange.passFamily ?? '';
    let facts = made.get(family);
    if (!facts) made.set(family, (facts = new PerLevel((at) => make(at, family))));
    return facts.of(level);
  };
};

const buffers = perFamily((level, p) => ({
  client_max_body_size: words(level, 'client_max_body_size', '1m'),
  client_body_buffer_size: words(level, 'client_body_buffer_size', '16k'),
  ...(p && {
    buffering: BUFFERED.includes(p) && isOn(level, `${p}_buffering`),
    request_buffering: p !== 'grpc' && isOn(level, `${p}_request_buffering`),
    buffer_size: words(level, `${p}_buffer_size`, '4k'),
    buffers: words(level, `${p}_buffers`, '8 4k'),
    busy_buffers_size: words(level, `${p}_busy_buffers_size`, '8k'),
    max_temp_file_size: words(level, `${p}_max_temp_file_size`, '1024m'),
  }),
}));

/** Buffers of the client's side and, where a backend is asked, of its side. Values as written; sizes with their units. */
export function bufferingOf(run: Run): Facts {
  const { buffering, passFamily } = run.exchange;
  const facts = buffers(run);
  return passFamily && buffering !== null ? { ...facts, buffering, by: 'X-Accel-Buffering' } : facts;
}

const times = perFamily((level, p) => ({
  client_header_timeout: words(level, 'client_header_timeout', '60s'),
  client_body_timeout: words(level, 'client_body_timeout', '60s'),
  send_timeout: words(level, 'send_timeout', '60s'),
  keepalive_timeout: words(level, 'keepalive_timeout', '75s'),
  ...(p && {
    connect: words(level, `${p}_connect_timeout`, '60s'),
    send: words(level, `${p}_send_timeout`, '60s'),
    read: words(level, `${p}_read_timeout`, '60s'),
    next_upstream: words(level, `${p}_next_upstream`, 'error timeout'),
    next_upstream_tries: Number(level.value(`${p}_next_upstream_tries`)?.value(0) ?? 0),
    next_upstream_timeout: words(level, `${p}_next_upstream_timeout`, '0'),
  }),
}));

/** Times as written, or nginx's defaults. */
export function timeoutsOf(run: Run): Facts {
  const p = run.exchange.passFamily;
  return p ? withRetries(times(run), retries(run, p)) : times(run);
}

const retried = new WeakMap<Facts, Map<string, Facts>>();

/** The times of a level with one more word; there are few of them. */
function withRetries(of: Facts, words: string): Facts {
  let known = retried.get(of);
  if (!known) retried.set(of, (known = new Map()));
  let facts = known.get(words);
  if (!facts) known.set(words, (facts = { ...of, retries: words }));
  return facts;
}

const NOT_REPEATED = new Set(['POST', 'LOCK', 'PATCH']);

/** In words: whether another server of the group is asked after a failure. */
function retries(run: Run, p: string): string {
  const conditions = run.directive(`${p}_next_upstream`)?.values ?? ['error', 'timeout'];
  if (conditions.includes('off')) return 'none';
  const servers = run.exchange.request?.servers.length ?? 1;
  if (servers < 2) return 'none, one server';
  if (NOT_REPEATED.has(run.methodName) && !conditions.includes('non_idempotent'))
    return `none once sent, ${run.methodName} is not repeated`;
  return `up to ${servers} servers`;
}

/** Whether the client's connection stays open after the answer, and why not. */
export function keepaliveOf(run: Run): Facts {
  const facts: Mutable = {
    client: run.keepalive,
    keepalive_requests: Number(run.text('keepalive_requests') ?? run.behaviour.keepaliveRequests),
  };
  const group = run.upstreamScope;
  if (run.exchange.passFamily) {
    const directive = group?.first('keepalive');
    const connections = directive ? directive.value(0) : group && run.behaviour.upstreamKeepsAlive ? '32' : '0';
    facts.upstream_connections = Number(connections);
    const request = run.exchange.request;
    const closes = request?.headers.some(([n, v]) => n.toLowerCase() === 'connection' && v.toLowerCase() === 'close') ?? false;
    facts.upstream = connections !== '0' && !(request?.protocol.startsWith('http') && (closes || request.httpVersion === '1.0'));
  }
  return facts;
}

/** The protocols that a version offers when the text says nothing. */
export function defaultProtocols({ nginx: v }: Target): string[] {
  if (atLeast(v, '1.27.3')) return ['TLSv1.2', 'TLSv1.3'];
  if (atLeast(v, '1.23.4')) return ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
  return ['TLSv1', 'TLSv1.1', 'TLSv1.2'];
}

/** The newest version of TLS that the server offers, with which clients of today begin; HTTP/3 knows one only. */
export function likelyProtocol(run: Run): string {
  const offered = run.serverLevel.value('ssl_protocols')?.values ?? defaultProtocols(run.config.settings.target);
  return (run.version === 3000 ? undefined : ['TLSv1.3', 'TLSv1.2', 'TLSv1.1', 'TLSv1'].find((p) => offered.includes(p))) ?? 'TLSv1.3';
}

/** Of which clients of today come first with what they offer, by version. */
const USUAL: Readonly<Record<string, string>> = table({
  'TLSv1.3': 'TLS_AES_256_GCM_SHA384',
  'TLSv1.2': 'ECDHE-RSA-AES256-GCM-SHA384',
});

/** What OpenSSL chooses with that version: of what `ssl_ciphers` offers the first by the client's order, or by the server's own. */
export function likelyCipher(run: Run): string {
  const protocol = likelyProtocol(run);
  const usual = USUAL[protocol] ?? 'ECDHE-RSA-AES256-SHA';
  if (protocol === 'TLSv1.3') return usual;
  const { suites, ciphers, prefer_server_ciphers: own } = handshakes.of(run.serverLevel);
  if (!Array.isArray(suites) || ciphers === DEFAULT_CIPHERS) return usual;
  // the usual certificate has an RSA key
  const fitting = (suites as readonly string[]).filter((s) => !s.startsWith('TLS_') && !/ECDSA|PSK|DSS|SRP/.test(s));
  return (own !== true && fitting.includes(usual) ? usual : fitting[0]) ?? usual;
}

/** What the handshake can end with, whatever is spoken within. Empty for plain connections. */
export const handshakeOf = (run: Run): Facts => (run.connection.tls ? { sni: run.connection.sni, ...handshakes.of(run.serverLevel) } : {});

/** The same for HTTP. */
export function tlsOf(run: Run): Facts {
  if (!run.connection.tls) return {};
  return {
    ...handshakeOf(run),
    http2: offersHttp2(run),
    http3: run.config.settings.target.modules.has('ngx_http_v3_module') && run.server.listens.some((l) => l.params.includes('quic')),
  };
}

const DEFAULT_CIPHERS = 'HIGH:!aNULL:!MD5';

const handshakes = new PerLevel((level): Facts => {
  const read = (name: string): Directive | undefined => level.value(name);
  const { target } = level.scope.config.settings;
  const protocols = read('ssl_protocols')?.values ?? defaultProtocols(target);
  const ciphers = read('ssl_ciphers')?.value(0) ?? DEFAULT_CIPHERS;
  const list = evaluateCipherList(ciphers, { openssl: target.openssl });
  const facts: Mutable = { protocols, ciphers };
  if (list.ok) {
    const old = protocols.some((p) => p !== 'TLSv1.3');
    facts.suites = [
      ...(protocols.includes('TLSv1.3') ? list.tls13.map((s) => s.name) : []),
      ...(old ? list.suites.map((s) => s.name) : []),
    ];
  }
  facts.prefer_server_ciphers = (read('ssl_prefer_server_ciphers')?.value(0) ?? 'off') === 'on';
  facts.certificate = level.inForce('ssl_certificate').map((d) => d.value(0));
  facts.verify_client = read('ssl_verify_client')?.value(0) ?? 'off';
  return facts;
});

/** `http2 on` of the server, or the parameter of the listener. */
export const offersHttp2 = (run: Run): boolean =>
  (run.serverLevel.value('http2')?.value(0) ?? 'off').toLowerCase() === 'on' || (run.connection.listener?.http2 ?? false);
