/**
 * The variables, as a table: how each gets its value from a request. What the configuration defines comes before; a name that nobody
 * here knows is an assumption, never a guess.
 */

import { type ByteString, fromBytes, lower, toBytes } from '../base/bytes.ts';
import { table } from '../base/table.ts';
import { readJsonPath } from '../catalog/json-path.ts';
import { parseSize } from '../catalog/value-kind.ts';
import type { Directive } from '../config/directive.ts';
import { decodeBase64 } from './base64.ts';
import { ancientBrowser, modernBrowser, msie } from './browser.ts';
import { clock } from './clock.ts';
import { cookie } from './cookies.ts';
import { type Attempt, listOf } from './exchange.ts';
import { likelyCipher, likelyProtocol } from './facts.ts';
import { validator } from './handlers/cache.ts';
import { fastcgiSplit } from './handlers/fastcgi-split.ts';
import { secureLink, secureLinkExpires } from './handlers/secure-link.ts';
import { sliceRange } from './handlers/slice.ts';
import { OF_USERS, uidGot, uidSet } from './handlers/userid.ts';
import { definitionOf } from './index.ts';
import { jsonValue } from './json-value.ts';
import { keepaliveHeader } from './keepalive.ts';
import { binaryIp, readPlainIp } from './networks.ts';
import { documentRoot, mapUri } from './paths.ts';
import type { Reader } from './reader.ts';
import { invalidReferer } from './referer.ts';
import type { Run } from './run.ts';
import { serverName } from './server-name.ts';
import { dateInFormat, SSI_DATE } from './strftime.ts';
import { geoValue, mapTable, mapValue, splitValue } from './tables.ts';

type Read = (run: Run) => ByteString | null;

interface Variable {
  readonly read: Read;
  /** read again at every use (NGX_HTTP_VAR_NOCACHEABLE) */
  readonly fresh?: true;
}

const kept = (read: Read): Variable => ({ read });
const fresh = (read: Read): Variable => ({ read, fresh: true });

/** A value that changes with every request or machine: shown as what was taken for it. */
const assumed = (id: string, what: string, otherwise: string, why: string, choices: readonly string[] = []): Variable =>
  fresh((run) => toBytes(run.report.assume({ id, what, otherwise, why, choices })));

const tlsOnly = (id: string, likely: string | ((run: Run) => string), why: string, choices: readonly string[] = []): Variable =>
  fresh((run) => {
    if (!run.connection.tls) return null;
    const otherwise = typeof likely === 'string' ? likely : likely(run);
    return toBytes(run.report.assume({ id, what: `$${id}`, otherwise, why, choices })) || null;
  });

const PER_REQUEST = 'differs from request to request';

/** Header lines that nginx keeps apart, joined for their variable; others are found by name. */
function headerValue(run: Run, name: string): ByteString | null {
  const lines = run.headers.filter((h) => h.lower === name).map((h) => h.value);
  if (!lines.length) return null;
  const joins = run.behaviour.joinsHeaders || name === 'x-forwarded-for' || name === 'cookie';
  if (!joins) return lines[0]!;
  return lines.join(name === 'cookie' ? '; ' : ', ');
}

/** Read for the values of variables. */
export const OF_VARIABLES: Reader = {
  module: 'ngx_http_core_module',
  reads: [
    'valid_referers',
    'secure_link',
    'secure_link_md5',
    'secure_link_secret',
    'modern_browser',
    'modern_browser_value',
    'ancient_browser',
    'ancient_browser_value',
    'ssl_early_data',
    'ssl_verify_client',
    'volatile',
    'slice',
    ...OF_USERS,
  ],
};

const VARIABLES: Readonly<Record<string, Variable>> = table({
  http_host: kept((r) => headerValue(r, 'host')),
  http_user_agent: kept((r) => headerValue(r, 'user-agent')),
  http_referer: kept((r) => headerValue(r, 'referer')),
  http_via: kept((r) => headerValue(r, 'via')),
  http_x_forwarded_for: kept((r) => headerValue(r, 'x-forwarded-for')),
  http_cookie: kept((r) => headerValue(r, 'cookie')),
  content_length: fresh((r) => r.header('content-length') ?? (r.contentLength >= 0 ? String(r.contentLength) : null)),
  content_type: kept((r) => headerValue(r, 'content-type')),
  host: kept((r) => (r.host !== '' ? r.host : serverName(r))),
  is_request_port: kept((r) => (requestPort(r) === '' ? '' : ':')),
  request_port: kept((r) => requestPort(r) || null),
  binary_remote_addr: kept((r) => {
    const ip = readPlainIp(r.connection.clientAddress);
    return ip ? binaryIp(ip) : toBytes(r.connection.clientAddress);
  }),
  remote_addr: kept((r) => toBytes(r.connection.clientAddress)),
  remote_port: kept((r) => (r.connection.clientPort > 0 ? String(r.connection.clientPort) : '')),
  realip_remote_addr: kept((r) => toBytes(r.connection.originalAddress ?? r.connection.clientAddress)),
  realip_remote_port: kept((r) => {
    const port = r.connection.originalPort ?? r.connection.clientPort;
    return port > 0 ? String(port) : '';
  }),
  proxy_protocol_addr: kept((r) => r.input.proxyProtocol?.clientAddress ?? null),
  proxy_protocol_port: kept((r) => (r.input.proxyProtocol ? String(r.input.proxyProtocol.clientPort ?? 50000) : null)),
  proxy_protocol_server_addr: kept((r) =>
    proxyServer(r, 'serverAddress', 'the address that the client connected to', r.connection.localAddress),
  ),
  proxy_protocol_server_port: kept((r) =>
    proxyServer(r, 'serverPort', 'the port that the client connected to', String(r.connection.localPort)),
  ),
  server_addr: kept((r) => toBytes(r.connection.localAddress)),
  server_port: kept((r) => (r.connection.localPort > 0 ? String(r.connection.localPort) : '')),
  server_protocol: kept((r) => r.protocolText || null),
  scheme: kept((r) => (r.connection.tls ? 'https' : 'http')),
  https: kept((r) => (r.connection.tls ? 'on' : '')),
  request_uri: kept((r) => r.unparsedUri || null),
  uri: fresh((r) => r.uri),
  document_uri: fresh((r) => r.uri),
  request: kept((r) => r.requestLine),
  document_root: fresh((r) => documentRoot(r)),
  realpath_root: fresh((r) => {
    const root = documentRoot(r);
    r.report.assume({
      id: 'realpath',
      what: `links in ${fromBytes(root)}`,
      otherwise: 'none',
      why: '$realpath_root follows symbolic links',
      choices: ['none'],
    });
    return normalised(root);
  }),
  query_string: fresh((r) => r.args),
  args: fresh((r) => r.args),
  is_args: fresh((r) => (r.args === '' ? '' : '?')),
  request_filename: fresh((r) => mapUri(r)?.path ?? null),
  server_name: kept((r) => serverName(r)),
  request_method: fresh((r) => (r.parent ?? r).methodName),
  remote_user: kept((r) => basicUser(r)?.user ?? null),
  bytes_sent: kept(() => '0'),
  body_bytes_sent: kept(() => '0'),
  pipe: kept(() => '.'),
  request_completion: kept(() => ''),
  request_body: kept((r) =>
    r.contentLength > 0 || r.chunked
      ? (givenBody(r) ??
          toBytes(
            r.report.assume({
              id: 'request_body',
              what: '$request_body',
              otherwise: '',
              why: 'the body of the request is not part of the trace',
            }),
          )) ||
        null
      : null,
  ),
  request_body_file: kept(() => null),
  request_length: fresh((r) =>
    r.version < 2000
      ? String(requestLength(r))
      : toBytes(
          r.report.assume({
            id: 'request_length',
            what: '$request_length',
            otherwise: '0',
            why: 'HTTP/2 and HTTP/3 compress header lines',
          }),
        ),
  ),
  session_time: assumed('session_time', '$session_time', '0.000', PER_REQUEST),
  bytes_received: assumed('bytes_received', '$bytes_received', '0', 'it depends on what was read so far'),
  request_time: assumed('request_time', '$request_time', '0.000', PER_REQUEST),
  request_id: kept((r) =>
    toBytes(r.report.assume({ id: 'request_id', what: '$request_id', otherwise: '0123456789abcdef0123456789abcdef', why: PER_REQUEST })),
  ),
  status: fresh((r) => String(r.reply.errStatus || r.reply.status || (r.version === 9 ? 9 : 0)).padStart(3, '0')),
  sent_http_content_type: kept((r) => r.reply.contentType || null),
  sent_http_content_length: kept((r) => (r.reply.contentLength >= 0 ? String(r.reply.contentLength) : null)),
  sent_http_location: kept((r) => r.reply.location?.value ?? sentHeader(r, 'location')),
  sent_http_last_modified: kept((r) => {
    if (r.reply.lastModified) return r.reply.lastModified.value;
    return r.reply.hasLastModified
      ? toBytes(
          r.report.assume({
            id: 'file-date',
            what: 'Last-Modified',
            otherwise: 'Thu, 01 Jan 2026 00:00:00 GMT',
            why: "the file's date is not known",
          }),
        )
      : null;
  }),
  sent_http_connection: kept((r) => (r.reply.status === 101 ? 'upgrade' : r.keepalive ? 'keep-alive' : 'close')),
  sent_http_keep_alive: kept((r) => {
    const timeout = keepaliveHeader(r.level);
    return r.keepalive && timeout ? `timeout=${r.secondsIn(timeout)}` : null;
  }),
  sent_http_transfer_encoding: kept((r) => (r.reply.chunked ? 'chunked' : null)),
  sent_http_cache_control: kept((r) => joinLive(r.reply.cacheControl)),
  sent_http_link: kept((r) => joinLive(r.reply.link)),
  limit_rate: fresh((r) => String(r.reply.limitRate ?? 0)),
  connection: kept((r) => r.report.assume({ id: 'connection', what: '$connection', otherwise: '1', why: PER_REQUEST })),
  connection_requests: kept((r) =>
    r.report.assume({
      id: 'connection_requests',
      what: '$connection_requests',
      otherwise: '1',
      why: 'the trace shows the first request of a connection',
    }),
  ),
  connection_time: assumed('connection_time', '$connection_time', '0.000', PER_REQUEST),
  connections_active: assumed('connections_active', '$connections_active', '1', PER_REQUEST),
  connections_reading: assumed('connections_reading', '$connections_reading', '0', PER_REQUEST),
  connections_waiting: assumed('connections_waiting', '$connections_waiting', '0', PER_REQUEST),
  connections_writing: assumed('connections_writing', '$connections_writing', '1', PER_REQUEST),
  nginx_version: kept((r) => r.behaviour.text),
  hostname: kept((r) =>
    toBytes(r.report.assume({ id: 'hostname', what: '$hostname', otherwise: 'localhost', why: 'the name of the machine' })),
  ),
  pid: kept((r) => r.report.assume({ id: 'pid', what: '$pid', otherwise: '1', why: 'the process differs' })),
  msec: fresh((r) =>
    toBytes(r.report.assume({ id: 'msec', what: '$msec', otherwise: `${clock(r)}.000`, why: 'a trace knows no parts of a second' })),
  ),
  time_iso8601: fresh((r) => new Date(clock(r) * 1000).toISOString().replace('.000Z', '+00:00')),
  time_local: fresh((r) => dateInFormat('%d/%b/%Y:%H:%M:%S %z', clock(r), 'UTC')),
  date_gmt: fresh((r) => dateInFormat(SSI_DATE, clock(r), 'GMT')),
  date_local: fresh((r) => dateInFormat(SSI_DATE, clock(r), 'UTC')),
  tcpinfo_rtt: assumed('tcpinfo_rtt', '$tcpinfo_rtt', '0', PER_REQUEST),
  tcpinfo_rttvar: assumed('tcpinfo_rttvar', '$tcpinfo_rttvar', '0', PER_REQUEST),
  tcpinfo_snd_cwnd: assumed('tcpinfo_snd_cwnd', '$tcpinfo_snd_cwnd', '10', PER_REQUEST),
  tcpinfo_rcv_space: assumed('tcpinfo_rcv_space', '$tcpinfo_rcv_space', '0', PER_REQUEST),
  http2: kept((r) => (r.version === 2000 ? (r.connection.tls ? 'h2' : 'h2c') : '')),
  http3: kept((r) => (r.version === 3000 ? 'h3' : '')),
  gzip_ratio: kept(() => null),
  limit_req_status: fresh((r) => (r.limitReqStatus === '' ? null : r.limitReqStatus)),
  limit_conn_status: fresh((r) => (r.limitConnStatus === '' ? null : r.limitConnStatus)),
  proxy_add_x_forwarded_for: kept((r) => {
    const lines = r.headerLines('x-forwarded-for');
    return [...lines, toBytes(r.connection.clientAddress)].join(', ');
  }),
  proxy_host: fresh((r) => r.exchange.passVariables?.host ?? null),
  proxy_port: fresh((r) => r.exchange.passVariables?.port ?? null),
  proxy_internal_body_length: fresh((r) => r.exchange.passVariables?.bodyLength ?? null),
  proxy_internal_chunked: fresh((r) => r.exchange.passVariables?.chunked ?? null),
  fastcgi_script_name: fresh((r) => fastcgiSplit(r).scriptName),
  fastcgi_path_info: fresh((r) => fastcgiSplit(r).pathInfo),
  upstream_addr: fresh((r) => upstreamList(r, (a) => toBytes(a.server === null ? '' : addressOf(r, a.server)))),
  upstream_status: fresh((r) => upstreamList(r, (a) => (a.status === 0 ? '-' : String(a.status)))),
  upstream_cache_status: fresh((r) => r.exchange.cacheStatus),
  // of the server that answers, the time is not known before its answer ends
  upstream_response_time: fresh((r) => upstreamTimes(r, 'upstream_response_time', true)),
  upstream_connect_time: fresh((r) => upstreamTimes(r, 'upstream_connect_time', false)),
  upstream_header_time: fresh((r) => upstreamTimes(r, 'upstream_header_time', false)),
  upstream_response_length: fresh((r) => upstreamList(r, () => '0')),
  upstream_bytes_received: fresh((r) => upstreamList(r, () => '0')),
  upstream_bytes_sent: fresh((r) => upstreamList(r, () => '0')),
  upstream_cache_last_modified: fresh((r) => validator(r, 'last-modified')),
  upstream_cache_etag: fresh((r) => validator(r, 'etag')),
  ssl_protocol: tlsOnly('ssl_protocol', likelyProtocol, 'the client and the server agree on it', [
    'TLSv1.3',
    'TLSv1.2',
    'TLSv1.1',
    'TLSv1',
  ]),
  ssl_cipher: tlsOnly('ssl_cipher', likelyCipher, 'the client and the server agree on it'),
  ssl_ciphers: tlsOnly('ssl_ciphers', '', 'what the client offers is not part of the trace'),
  ssl_curve: tlsOnly('ssl_curve', 'X25519', 'the client and the server agree on it'),
  ssl_curves: tlsOnly('ssl_curves', '', 'what the client offers is not part of the trace'),
  ssl_session_id: tlsOnly('ssl_session_id', '', PER_REQUEST),
  ssl_session_reused: tlsOnly('ssl_session_reused', '.', 'the session may be resumed', ['.', 'r']),
  ssl_early_data: fresh((r) =>
    r.connection.tls && r.flag('ssl_early_data', false)
      ? r.report.assume({ id: 'ssl_early_data', what: '$ssl_early_data', otherwise: '', why: 'the client decides', choices: ['', '1'] }) ||
        null
      : null,
  ),
  ssl_server_name: kept((r) => (r.connection.tls && r.connection.sni ? toBytes(r.connection.sni) : null)),
  protocol: kept((r) => (r.connection.scheme === 'udp' ? 'UDP' : r.connection.scheme === 'tcp' ? 'TCP' : null)),
  ssl_preread_server_name: kept((r) =>
    r.connection.preread === null ? null : r.connection.preread === 'inside' ? '' : toBytes(r.connection.sni ?? ''),
  ),
  ssl_preread_protocol: kept((r) =>
    prereadText(r, 'protocol', r.connection.sni === null ? '' : 'TLSv1.3', ['TLSv1.3', 'TLSv1.2', 'TLSv1.1', 'TLSv1', 'SSLv3', '']),
  ),
  ssl_preread_alpn_protocols: kept((r) => prereadText(r, 'alpn_protocols', '')),
  ssl_alpn_protocol: kept((r) =>
    r.index.protocol === 'stream'
      ? toBytes(r.connection.alpn) || null
      : r.connection.tls
        ? r.version === 2000
          ? 'h2'
          : r.version === 3000
            ? 'h3'
            : 'http/1.1'
        : null,
  ),
  ssl_client_verify: kept((r) =>
    r.connection.tls && (r.text('ssl_verify_client') ?? 'off') !== 'off'
      ? r.input.clientCertificate === 'valid'
        ? 'SUCCESS'
        : r.input.clientCertificate === 'invalid'
          ? 'FAILED:unable to verify the first certificate'
          : 'NONE'
      : r.connection.tls
        ? 'NONE'
        : null,
  ),
  uid_got: kept(uidGot),
  uid_set: kept(uidSet),
  uid_reset: kept(() => null),
  slice_range: fresh(sliceRange),
  modern_browser: kept(modernBrowser),
  ancient_browser: kept(ancientBrowser),
  msie: kept(msie),
  secure_link: kept(secureLink),
  secure_link_expires: kept(secureLinkExpires),
  invalid_referer: kept((r) => invalidReferer(r)),
});

/** Variables of a client's certificate: nothing without one, else unknown. */
const CLIENT_CERTIFICATE =
  /^ssl_client_(?:cert|raw_cert|escaped_cert|fingerprint|i_dn|i_dn_legacy|s_dn|s_dn_legacy|serial|sigalg|v_end|v_remain|v_start)$/;

/** Families, the longest prefix first. */
const FAMILIES: readonly (readonly [prefix: string, read: (run: Run, rest: string) => ByteString | null, fresh: boolean])[] = [
  [
    'proxy_protocol_tlv_',
    (run, rest) =>
      run.input.proxyProtocol
        ? toBytes(
            run.report.assume({
              id: `proxy_protocol_tlv_${rest}`,
              what: `$proxy_protocol_tlv_${rest}`,
              otherwise: '',
              why: 'the proxy decides',
            }),
          ) || null
        : null,
    false,
  ],
  ['upstream_cookie_', (run, rest) => upstreamCookie(run, rest), true],
  ['upstream_http_', (run, rest) => upstreamHeader(run, rest), true],
  ['upstream_trailer_', () => null, true],
  ['sent_trailer_', () => null, false],
  ['sent_http_', (run, rest) => sentHeader(run, rest), false],
  ['cookie_', (run, rest) => cookie(run, rest), false],
  ['http_', (run, rest) => requestHeader(run, rest), false],
  ['arg_', (run, rest) => argument(run.args, rest), true],
];

const familyOf = (name: string): (typeof FAMILIES)[number] | undefined => FAMILIES.find(([prefix]) => name.startsWith(prefix));

/** The value of a variable by lower-case name, and whether it is kept for the rest of the request; or asked again, with captures that others left. */
export function lookup(run: Run, name: string): { readonly value: ByteString | null; readonly keep: boolean; readonly volatile?: boolean } {
  const definition = definitionOf(run.index, name);
  if (definition) {
    const { directive } = definition;
    switch (definition.by) {
      case 'map':
        return { value: mapValue(run, directive), keep: !mapTable(directive).volatile, volatile: mapTable(directive).volatile };
      case 'geo':
        return { value: geoValue(run, directive), keep: !directive.body?.has('volatile') };
      case 'split_clients':
        return { value: splitValue(run, directive), keep: true };
      case 'set':
      case 'capture':
        // `set $args` and its like keep what the built-in variable is, and a set of $http_x or $arg_x that was not reached is no answer for it
        // (NGX_HTTP_VAR_WEAK); a group of that name is
        if (!(name in VARIABLES) && !(definition.by === 'set' && familyOf(name)))
          return { value: definition.by === 'set' ? '' : null, keep: false };
        break;
      case 'json':
        return { value: jsonOf(run, directive), keep: true };
      case 'module':
        // ngx_http_auth_request_variable: nothing before the subrequest has been answered
        if (directive.name === 'auth_request_set') return { value: null, keep: false };
        return {
          value: toBytes(run.report.assume({ id: name, what: `$${name}`, otherwise: '', why: `${directive.name} decides`, at: directive })),
          keep: true,
        };
    }
  }
  const variable = VARIABLES[name];
  if (variable && Object.hasOwn(VARIABLES, name)) return { value: variable.read(run), keep: !variable.fresh };
  const family = familyOf(name);
  if (family) {
    const [prefix, read, isFresh] = family;
    return { value: read(run, name.slice(prefix.length)), keep: !isFresh };
  }
  if (CLIENT_CERTIFICATE.test(name)) {
    if (!run.connection.tls || run.input.clientCertificate === undefined || run.input.clientCertificate === 'none')
      return { value: null, keep: true };
  }
  const value = run.report.assume({ id: name, what: `$${name}`, otherwise: '', why: 'the text does not decide it' });
  return { value: value === '' ? null : toBytes(value), keep: true };
}

/** ngx_http_variable_request_body: nothing before it is read, and nothing where it went into a file. Null where the request has no text. */
function givenBody(run: Run): ByteString | null {
  const { body } = run.input;
  if (body === undefined) return null;
  const text = toBytes(body);
  const size = parseSize(run.text('client_body_buffer_size') ?? '16k');
  return run.bodyRead && (!size.ok || text.length <= size.value) ? text : '';
}

const MAX_JSON_DEPTH = 32;

/** `json_set $variable $source path`: nothing where the source is no valid JSON. */
function jsonOf(run: Run, directive: Directive): ByteString | null {
  const path = readJsonPath(directive.value(2));
  const text = run.variable(lower(toBytes(directive.value(1).slice(1))));
  if (!path || !text) return null;
  const depth = Number(directive.scope.value('json_max_depth')?.value(0) ?? MAX_JSON_DEPTH);
  const value = jsonValue(fromBytes(text), path, depth);
  return value === null ? null : toBytes(value);
}

/** Where the client connected to, as the PROXY protocol header has it. */
function proxyServer(run: Run, field: 'serverAddress' | 'serverPort', what: string, otherwise: string): ByteString | null {
  const header = run.input.proxyProtocol;
  if (!header) return null;
  const given = header[field];
  if (given !== undefined) return toBytes(String(given));
  const id = field === 'serverAddress' ? 'proxy_protocol_server_addr' : 'proxy_protocol_server_port';
  return toBytes(run.report.assume({ id, what, otherwise, why: 'the proxy says it' }));
}

/** What the client says in its handshake besides the name. */
/** What ssl_preread read of the handshake; nothing where it read none. */
function prereadText({ connection, report }: Run, name: string, otherwise: string, choices: readonly string[] = []): ByteString | null {
  if (connection.preread === null) return null;
  if (connection.preread === 'inside') return '';
  return toBytes(report.assume({ id: `ssl_preread_${name}`, what: `$ssl_preread_${name}`, otherwise, why: 'the client decides', choices }));
}

/** Bytes of the request line, the header lines as `Name: value`, and of the body once it is read. */
function requestLength(run: Run): number {
  const lines = (run.input.headers ?? []).reduce((n, [name, value]) => n + toBytes(name).length + toBytes(value).length + 4, 0);
  const head = run.version === 9 ? run.requestLine.length + 2 : run.requestLine.length + 2 + lines + 2;
  return head + (run.bodyRead ? Math.max(0, run.contentLength) : 0);
}

/** A number: zeros before it are not kept, and 0 is none. */
const requestPort = (run: Run): ByteString => /:0*(\d*)$/.exec(run.hostPort)?.[1] ?? '';

const joinLive = (lines: readonly { value: ByteString; live: boolean }[]): ByteString | null => {
  const live = lines.filter((h) => h.live);
  return live.length ? live.map((h) => h.value).join(', ') : null;
};

const keyOf = (name: ByteString): string => lower(name).replaceAll('-', '_');

/** `$http_name`: letters in lower case, dashes as underscores (ngx_http_variable_unknown_header). */
function requestHeader(run: Run, name: string): ByteString | null {
  const lines = run.headers.filter((h) => keyOf(h.lower) === name).map((h) => h.value);
  if (!lines.length) return null;
  return run.behaviour.joinsHeaders ? lines.join(', ') : lines[0]!;
}

function sentHeader(run: Run, name: string): ByteString | null {
  const lines = run.reply.headers.filter((h) => h.live && keyOf(h.name) === name).map((h) => h.value);
  if (!lines.length) return null;
  return run.behaviour.joinsHeaders ? lines.join(', ') : lines[0]!;
}

/** A list over the servers that were asked; null where none was. */
function upstreamList(run: Run, text: (attempt: Attempt) => ByteString): ByteString | null {
  const { attempts } = run.exchange;
  return attempts.length ? listOf(attempts, text) : null;
}

/** The address that a server goes by in `$upstream_addr`: a name was resolved when nginx started. */
function addressOf(run: Run, server: string): string {
  const m = /^([A-Za-z][\w.-]*):(\d+)$/.exec(server);
  if (!m || server.startsWith('unix:')) return server;
  const host = m[1]!;
  const address = run.report.assume({
    id: `address:${host}`,
    what: `address of ${host}`,
    otherwise: host.toLowerCase() === 'localhost' ? '127.0.0.1' : host,
    why: 'a host name is resolved when nginx starts',
  });
  return `${address}:${m[2]!}`;
}

function upstreamTimes(run: Run, name: string, atEnd: boolean): ByteString | null {
  const { attempts } = run.exchange;
  if (!attempts.length) return null;
  const last = attempts.at(-1);
  const open = atEnd && run.reply.relayed;
  const needs = attempts.some((a) => a.server !== null && !(open && a === last));
  const time = needs ? run.report.assume({ id: name, what: `$${name}`, otherwise: '0.000', why: PER_REQUEST }) : '-';
  return listOf(attempts, (a) => (a.server === null || (open && a === last) ? '-' : time));
}

function upstreamHeader(run: Run, name: string): ByteString | null {
  const { answer, open } = run.exchange;
  if (!answer) return null;
  const lines = answer.headers.filter(([n]) => keyOf(n) === name).map(([, v]) => v);
  if (!lines.length) return open && run.kind === 'auth_request' ? authHeader(run, name) : null;
  return run.behaviour.joinsHeaders ? lines.join(', ') : lines[0]!;
}

/** Lines that a service for auth_request sends now and then, not each time. */
const SELDOM = new Set(['set_cookie', 'www_authenticate', 'location', 'x_accel_redirect']);

/** A header of what auth_request's server answers; null when it is taken to send none. */
export function authHeader(run: Run, name: string): ByteString | null {
  const header = name.replaceAll('_', '-');
  const { status } = run.exchange.answer ?? { status: run.reply.status };
  const value = run.report.assume({
    id: `auth_request:${name}`,
    what: `${header} of the answer to auth_request`,
    // whoever passes a header on means that the service sends it to those whom it lets in
    otherwise: status >= 200 && status < 300 && !SELDOM.has(name) ? `(${header})` : '',
    why: 'another server answers it',
  });
  return value === '' ? null : toBytes(value);
}

function upstreamCookie(run: Run, name: string): ByteString | null {
  for (const [n, v] of run.exchange.answer?.headers ?? []) {
    if (lower(n) !== 'set-cookie') continue;
    const m = /^([^=;]*?) *= *([^;]*)/.exec(v);
    if (m && lower(m[1]!) === name) return m[2]!;
  }
  return null;
}

/** `$arg_name` (ngx_http_arg): the name in any case, between `&` and `=`, the value as it stands. */
export function argument(args: ByteString, name: string): ByteString | null {
  if (name === '' || args === '') return null;
  const small = lower(args);
  for (let from = 0; ; ) {
    const at = small.indexOf(name, from);
    if (at < 0 || at + name.length >= args.length) return null;
    if ((at === 0 || args[at - 1] === '&') && args[at + name.length] === '=') {
      const end = args.indexOf('&', at);
      return args.slice(at + name.length + 1, end < 0 ? undefined : end);
    }
    from = at + 1;
  }
}

/** Name and password of an Authorization header (ngx_http_auth_basic_user); null when there are none that can be read. */
export function basicUser(run: Run): { readonly user: ByteString; readonly password: ByteString } | null {
  const header = run.header('authorization');
  if (header === null || header.slice(0, 6).toLowerCase() !== 'basic ') return null;
  const decoded = decodeBase64(header.slice(6).replace(/^ +/, ''));
  if (!decoded) return null;
  const colon = decoded.indexOf(':');
  return colon <= 0 ? null : { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/** Without dot segments and doubled slashes, as realpath() gives it. */
function normalised(path: ByteString): ByteString {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') out.pop();
    else if (part !== '' && part !== '.') out.push(part);
  }
  return `/${out.join('/')}`;
}
