// The parameters that follow in a directive: `key=value`, `key:value` and bare words, each with its value, its version and what it
// excludes. One table serves validity, completion and signature help. Where a parameter may stand is part of the table's head.

import { table } from '../base/table.ts';
import type { Target } from './catalog.ts';
import type { DirectiveFact } from './fact.ts';
import { GOES_ITS_OWN_WAY } from './flavours.ts';
import type { NameSpec } from './names.ts';
import {
  listed,
  type Problem,
  parseFlag,
  parseKeepalive,
  parseNumber,
  parseOffset,
  parseRate,
  parseSize,
  parseTime,
  parseZone,
  type Read,
} from './value-kind.ts';
import { atLeast } from './version.ts';

/** How a parameter's value is read. `zone` is name:size, `zone-ref` a name that may have a size behind, `text` anything. */
export type ParameterValue =
  | 'flag'
  | 'number'
  | 'size'
  | 'offset'
  | 'msec'
  | 'sec'
  | 'rate'
  | 'zone'
  | 'zone-ref'
  | 'word'
  | 'keepalive'
  | 'levels'
  | 'address'
  | 'uri'
  | 'path'
  | 'variable'
  | 'regex'
  | 'text';

export interface ParameterFact {
  readonly name: string;
  /** `word` stands alone, `value` needs its value, `either` may have one (gzip, gzip=5). */
  readonly form: 'word' | 'value' | 'either';
  readonly separator: '=' | ':';
  readonly value?: ParameterValue;
  /** The words that the value may be. */
  readonly words?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly since?: string;
  readonly removed?: string;
  readonly deprecated?: string;
  readonly replacedBy?: string;
  readonly plusOnly?: boolean;
  readonly plusSince?: string;
  /** OpenResty's nginx alone has it. */
  readonly openresty?: true;
  /** Other parameters of the line that nginx refuses beside this one. */
  readonly excludes?: readonly string[];
  readonly required?: boolean;
  /** nginx refuses a second one. */
  readonly once?: boolean;
  readonly named?: NameSpec;
  /** Refused on Linux: the platform lacks it. */
  readonly notOnLinux?: boolean;
  readonly variables?: boolean;
  /** nginx takes any value when it reads the configuration. */
  readonly unchecked?: boolean;
  readonly hint: string;
}

/** The parameters of a directive and where they stand. */
export interface ParameterTable {
  /** Index of the first argument that may be a parameter. */
  readonly from: number;
  /** Index of the last one, when data follow behind the parameters. */
  readonly to?: number;
  /**
   * What nginx does with a word that is none of them: refuse it (`false`), take it for data or ignore it (`true`), or take it for an
   * address, so that only a word with `=` is sure to be wrong.
   */
  readonly open: boolean | 'addresses';
  readonly list: readonly ParameterFact[];
}

type Extra = Partial<Omit<ParameterFact, 'name' | 'form' | 'separator' | 'hint'>>;
const word = (name: string, hint: string, extra: Extra = {}): ParameterFact => ({ name, form: 'word', separator: '=', hint, ...extra });
const key = (name: string, value: ParameterValue, hint: string, extra: Extra = {}): ParameterFact => ({
  name,
  form: 'value',
  separator: '=',
  value,
  hint,
  ...extra,
});
const either = (name: string, value: ParameterValue, hint: string, extra: Extra = {}): ParameterFact => ({
  name,
  form: 'either',
  separator: '=',
  value,
  hint,
  ...extra,
});

const NOT_WITH_QUIC = ['quic'];
const socket = (since: { rest?: string; backlog?: string; buffers?: string; fastopen?: string }): ParameterFact[] => [
  key('setfib', 'number', 'Routing table of the socket (FreeBSD).', { since: since.rest ?? '0.8.44', notOnLinux: true }),
  key('fastopen', 'number', 'Queue of connections that have not finished the handshake (TCP Fast Open).', {
    since: since.fastopen ?? '1.5.8',
    excludes: NOT_WITH_QUIC,
  }),
  key('backlog', 'number', 'Length of the queue of pending connections.', { since: since.backlog, min: 1, excludes: NOT_WITH_QUIC }),
  key('rcvbuf', 'size', 'Receive buffer of the socket.', { since: since.buffers }),
  key('sndbuf', 'size', 'Send buffer of the socket.', { since: since.buffers }),
  key('accept_filter', 'text', 'Accept filter (FreeBSD, NetBSD).', { since: since.rest, excludes: NOT_WITH_QUIC }),
  word('deferred', 'Accept only once data has arrived (TCP_DEFER_ACCEPT).', { since: since.rest, excludes: NOT_WITH_QUIC }),
];
const bound: ParameterFact[] = [
  word('bind', 'A bind() of its own for this address and port.'),
  key('ipv6only', 'word', 'Whether an IPv6 wildcard takes IPv6 connections only.', { words: ['on', 'off'], since: '0.7.42' }),
  word('multipath', 'Multipath TCP.', { since: '1.29.7', excludes: NOT_WITH_QUIC }),
  key('so_keepalive', 'keepalive', 'TCP keepalive: on, off or idle:interval:count.', { since: '1.1.11', excludes: NOT_WITH_QUIC }),
];
const reuseport = word('reuseport', 'A listening socket for each worker process.', { since: '1.9.1' });

const LISTEN_HTTP: ParameterFact[] = [
  word('default_server', 'This server answers requests that match no other name on the socket.', { since: '0.8.21' }),
  word('default', 'Old spelling of default_server.', { replacedBy: 'default_server' }),
  word('ssl', 'Connections on this socket use TLS.', { since: '0.7.14', excludes: NOT_WITH_QUIC }),
  word('http2', 'HTTP/2 on this socket.', { since: '1.9.5', deprecated: '1.25.1', replacedBy: 'http2 on;', excludes: NOT_WITH_QUIC }),
  word('spdy', 'SPDY, replaced by HTTP/2.', { since: '1.3.15', removed: '1.9.5', replacedBy: 'http2' }),
  word('quic', 'QUIC (HTTP/3) on this socket.', { since: '1.25.0', excludes: ['ssl', 'http2', 'proxy_protocol'] }),
  word('proxy_protocol', 'Connections begin with a PROXY protocol header.', { since: '1.5.12', excludes: NOT_WITH_QUIC }),
  ...socket({}),
  ...bound,
  reuseport,
];
const NOT_WITH_UDP = ['udp'];
const withoutUdp = (p: ParameterFact): ParameterFact =>
  ['backlog', 'so_keepalive', 'fastopen', 'deferred', 'accept_filter', 'multipath'].includes(p.name)
    ? { ...p, excludes: NOT_WITH_UDP }
    : { ...p, excludes: undefined };
const LISTEN_STREAM: ParameterFact[] = [
  word('default_server', 'This server answers connections that match no other name on the socket.', { since: '1.25.5' }),
  word('ssl', 'Connections on this socket use TLS.', { since: '1.9.0', excludes: NOT_WITH_UDP }),
  word('udp', 'A socket for datagrams.', { since: '1.9.13', excludes: ['ssl', 'proxy_protocol'] }),
  word('proxy_protocol', 'Connections begin with a PROXY protocol header.', { since: '1.11.4', excludes: NOT_WITH_UDP }),
  ...[...socket({ rest: '1.25.5', backlog: '1.9.2', buffers: '1.13.0', fastopen: '1.21.0' }), ...bound, reuseport].map(withoutUdp),
];
const LISTEN_MAIL: ParameterFact[] = [
  word('ssl', 'Connections on this socket use TLS.', { since: '0.7.14' }),
  word('proxy_protocol', 'Connections begin with a PROXY protocol header.', { since: '1.19.8' }),
  key('backlog', 'number', 'Length of the queue of pending connections.', { since: '1.9.2', min: 1 }),
  key('rcvbuf', 'size', 'Receive buffer of the socket.', { since: '1.13.0' }),
  key('sndbuf', 'size', 'Send buffer of the socket.', { since: '1.13.0' }),
  ...bound.map((p) => ({ ...p, excludes: undefined })),
];

const SERVER_COMMON: ParameterFact[] = [
  key('weight', 'number', 'Share of the requests, 1 by default.', { min: 1 }),
  key('max_conns', 'number', 'Limit of simultaneous connections to this server.', { since: '1.11.5', plusSince: '1.5.9' }),
  key('max_fails', 'number', 'Failures within fail_timeout that take the server out; 0 never does.'),
  key('fail_timeout', 'sec', 'Time in which failures count, and for which the server stays out.'),
  word('backup', 'Used only when the other servers are out.'),
  word('down', 'Never used.'),
  word('resolve', 'Follow changes of the addresses of the name; needs zone and resolver.', { since: '1.27.3', plusSince: '1.5.12' }),
  key('service', 'text', 'Resolve SRV records of this service.', { since: '1.27.3', plusSince: '1.9.13' }),
  key('slow_start', 'sec', 'Time in which a recovered server gets its full weight back.', { plusOnly: true }),
];
const SERVER_HTTP: ParameterFact[] = [
  ...SERVER_COMMON,
  key('route', 'text', 'Name of the server in sticky routes, at most 32 characters.', { since: '1.29.6', plusSince: '1.5.7' }),
  word('drain', 'Only requests of sessions already bound to it.', { since: '1.29.6', plusSince: '1.13.6' }),
];

const cachePath = (owner: 'proxy' | 'fastcgi' | 'uwsgi' | 'scgi'): ParameterFact[] => [
  key('levels', 'levels', 'Digits of 1 or 2 for each level of folders, at most three: 1:2.'),
  key('use_temp_path', 'word', 'Whether files are first written to the temp path.', { words: ['on', 'off'], since: '1.7.10' }),
  key('keys_zone', 'zone', 'Name and size of the zone that holds the keys; 1m holds about 8000.', {
    required: true,
    // two pages of 4k are asked for where the line is read, and a third when the zone is made ("ngx_slab_alloc() failed: no memory")
    min: 12288,
    named: { role: 'defines', kind: `${owner}-cache-zone`, part: 'before-colon' },
  }),
  key('inactive', 'sec', 'Data not asked for that long are removed, 10m by default.'),
  key('max_size', 'offset', 'Limit of the data on disk.'),
  key('min_free', 'offset', 'Least free space on the file system.', { since: '1.19.1' }),
  key('manager_files', 'number', 'Files that the manager removes in one go.', { since: '1.11.5' }),
  key('manager_sleep', 'msec', 'Pause between two goes of the manager.', { since: '1.11.5' }),
  key('manager_threshold', 'msec', 'Length of one go of the manager.', { since: '1.11.5' }),
  key('loader_files', 'number', 'Files that the loader reads in one go.', { since: '1.1.0' }),
  key('loader_sleep', 'msec', 'Pause between two goes of the loader.', { since: '1.1.0' }),
  key('loader_threshold', 'msec', 'Length of one go of the loader.', { since: '1.1.0' }),
  key('purger', 'word', 'Remove purged entries from disk.', { words: ['on', 'off'], plusOnly: true, plusSince: '1.7.12' }),
  key('purger_files', 'number', 'Files that the purger looks at in one go.', { plusOnly: true, plusSince: '1.7.12' }),
  key('purger_threshold', 'msec', 'Length of one go of the purger.', { plusOnly: true, plusSince: '1.7.12' }),
  key('purger_sleep', 'msec', 'Pause between two goes of the purger.', { plusOnly: true, plusSince: '1.7.12' }),
];

const ACCESS_LOG: ParameterFact[] = [
  key('buffer', 'size', 'Collect entries in memory and write them together.', { min: 1 }),
  either('gzip', 'number', 'Compress the buffered entries, level 1 to 9.', { min: 1, max: 9, since: '1.3.10' }),
  key('flush', 'msec', 'Longest time that entries stay in the buffer.', { since: '1.3.10', min: 1 }),
  key('if', 'text', 'Log only when the value is neither empty nor 0.', { since: '1.7.0', variables: true }),
];
const RESOLVER: ParameterFact[] = [
  key('valid', 'sec', 'How long answers are kept, instead of their TTL.', { since: '1.1.9' }),
  key('ipv4', 'word', 'Whether to look up IPv4 addresses.', { words: ['on', 'off'], since: '1.23.1' }),
  key('ipv6', 'word', 'Whether to look up IPv6 addresses.', { words: ['on', 'off'], since: '1.5.8' }),
  key('status_zone', 'text', 'Collect statistics of the lookups.', { plusOnly: true, plusSince: '1.17.1' }),
  key('local', 'text', 'Take the name servers of /etc/resolv.conf (on), or of another file of its form.', { openresty: true }),
];
const OFF = word('off', 'Turned off.');
const fileCache = (extra: readonly ParameterFact[]): ParameterFact[] => [
  OFF,
  key('max', 'number', 'Most entries kept.', { min: 1 }),
  key('inactive', 'sec', 'Entries not used that long are dropped.'),
  ...extra,
];
const CERTIFICATE_CACHE = fileCache([key('valid', 'sec', 'How long an entry counts as current.')]);
const sessionCache = (kind: 'ssl-session-cache' | 'ssl-ocsp-cache'): ParameterFact => ({
  ...key('shared', 'zone', 'A cache that all worker processes share: shared:name:size.', {
    min: 32768,
    named: { role: 'defines', kind, part: 'before-colon' },
  }),
  separator: ':',
});
const SESSION_CACHE: ParameterFact[] = [
  OFF,
  word('none', 'Clients are told that sessions may be reused, yet nothing is kept.'),
  { ...either('builtin', 'number', 'OpenSSL’s own cache, for one worker process: builtin or builtin:sessions.'), separator: ':' },
  sessionCache('ssl-session-cache'),
];
const timesOfHealth: ParameterFact[] = [
  key('interval', 'sec', 'Time between two checks, 5s by default.'),
  key('jitter', 'sec', 'Random delay of each check.'),
  key('fails', 'number', 'Failed checks in a row that take the server out.'),
  key('passes', 'number', 'Passed checks in a row that bring it back.'),
  word('mandatory', 'A new server is used only after its first passed check.'),
  word('persistent', 'With mandatory: the state survives a reload.'),
  key('match', 'text', 'Block with the conditions that a response must meet.', {
    named: { role: 'references', kind: 'match', part: 'whole' },
  }),
  key('port', 'number', 'Another port for the checks.', { min: 1, max: 65535 }),
];
const KEYVAL_ZONE: ParameterFact[] = [
  key('zone', 'zone', 'Name and size of the zone.', {
    required: true,
    named: { role: 'defines', kind: 'keyval-zone', part: 'before-colon' },
  }),
  key('state', 'path', 'File that keeps the entries.'),
  key('timeout', 'sec', 'Age at which entries are removed.'),
  key('type', 'word', 'Index of the keys.', { words: ['string', 'ip', 'prefix'] }),
  word('sync', 'Synchronise the zone in a cluster.'),
];
const ALWAYS = word('always', 'For every status, errors included.', { since: '1.7.5' });

const TABLES: Readonly<Record<string, ParameterTable>> = table({
  'http:listen': { from: 1, open: false, list: LISTEN_HTTP },
  'stream:listen': { from: 1, open: false, list: LISTEN_STREAM },
  'mail:listen': { from: 1, open: false, list: LISTEN_MAIL },
  'upstream/server': { from: 1, open: false, list: SERVER_HTTP },
  'stream-upstream/server': { from: 1, open: false, list: SERVER_COMMON },
  proxy_cache_path: { from: 1, open: false, list: cachePath('proxy') },
  fastcgi_cache_path: { from: 1, open: false, list: cachePath('fastcgi') },
  uwsgi_cache_path: { from: 1, open: false, list: cachePath('uwsgi') },
  scgi_cache_path: { from: 1, open: false, list: cachePath('scgi') },
  limit_req: {
    from: 0,
    open: false,
    list: [
      key('zone', 'zone-ref', 'The zone declared by limit_req_zone.', {
        required: true,
        named: { role: 'references', kind: 'limit-req-zone', part: 'whole' },
      }),
      key('burst', 'number', 'Requests above the rate that may wait.', { min: 1 }),
      word('nodelay', 'Requests of the burst do not wait.'),
      key('delay', 'number', 'Requests of the burst from which on they wait.', { since: '1.15.7', min: 1 }),
    ],
  },
  limit_req_zone: {
    from: 1,
    open: false,
    list: [
      key('zone', 'zone', 'Name and size of the zone.', {
        required: true,
        min: 32768,
        named: { role: 'defines', kind: 'limit-req-zone', part: 'before-colon' },
      }),
      key('rate', 'rate', 'Requests per second (r/s) or minute (r/m).'),
      word('sync', 'Synchronise the zone in a cluster.', { plusOnly: true, plusSince: '1.15.3' }),
    ],
  },
  limit_conn_zone: {
    from: 1,
    open: false,
    list: [
      key('zone', 'zone', 'Name and size of the zone.', {
        required: true,
        min: 32768,
        named: { role: 'defines', kind: 'limit-conn-zone', part: 'before-colon' },
      }),
    ],
  },
  access_log: { from: 2, open: false, list: ACCESS_LOG },
  open_log_file_cache: {
    from: 0,
    open: false,
    list: fileCache([
      key('min_uses', 'number', 'Uses within inactive that keep a file open.'),
      key('valid', 'sec', 'Time after which the name is looked up again.'),
    ]),
  },
  open_file_cache: { from: 0, open: false, list: fileCache([]) },
  ssl_certificate_cache: { from: 0, open: false, list: CERTIFICATE_CACHE },
  proxy_ssl_certificate_cache: { from: 0, open: false, list: CERTIFICATE_CACHE },
  grpc_ssl_certificate_cache: { from: 0, open: false, list: CERTIFICATE_CACHE },
  uwsgi_ssl_certificate_cache: { from: 0, open: false, list: CERTIFICATE_CACHE },
  resolver: { from: 0, open: 'addresses', list: RESOLVER },
  ssl_session_cache: { from: 0, open: false, list: SESSION_CACHE },
  ssl_ocsp_cache: { from: 0, open: false, list: [OFF, sessionCache('ssl-ocsp-cache')] },
  'upstream/keepalive': {
    from: 1,
    open: false,
    list: [
      word('local', 'Connections are kept for each worker process.', { since: '1.29.7' }),
      word('single', 'Ignored by nginx 1.3.2 and later.', { removed: '1.7.5' }),
    ],
  },
  hash: { from: 1, open: false, list: [word('consistent', 'Ketama consistent hashing.', { since: '1.7.2' })] },
  // ngx_thread_pool passes over what it does not know
  thread_pool: {
    from: 1,
    open: true,
    list: [
      key('threads', 'number', 'Number of threads.', { required: true, min: 1 }),
      key('max_queue', 'number', 'Tasks that may wait, 65536 by default.'),
    ],
  },
  // an unknown flag passes the test and is logged at run time
  proxy_cookie_flags: {
    from: 1,
    open: true,
    list: [
      word('secure', 'Add Secure.'),
      word('httponly', 'Add HttpOnly.'),
      key('samesite', 'word', 'Add SameSite with this value.', { words: ['strict', 'lax', 'none'], variables: true, unchecked: true }),
      word('nosecure', 'Take Secure away.'),
      word('nohttponly', 'Take HttpOnly away.'),
      word('nosamesite', 'Take SameSite away.'),
    ],
  },
  disable_symlinks: {
    from: 0,
    open: false,
    list: [
      word('off', 'Symbolic links are followed.'),
      word('on', 'A path with a symbolic link is denied.'),
      word('if_not_owner', 'Denied when link and target have different owners.', { since: '1.1.16' }),
      key('from', 'path', 'Start of the path that is not checked.', { since: '1.1.16', variables: true }),
    ],
  },
  aio: {
    from: 0,
    open: false,
    list: [
      word('on', 'Asynchronous reads of the kernel.'),
      word('off', 'Files are read in the worker.'),
      either('threads', 'text', 'Files are read in a thread pool, "default" when none is named.', {
        since: '1.7.11',
        variables: true,
        named: { role: 'references', kind: 'thread-pool', part: 'whole' },
      }),
      word('sendfile', 'Old spelling of aio on with sendfile.', {
        since: '0.8.11',
        deprecated: '1.7.11',
        replacedBy: 'on',
        notOnLinux: true,
      }),
    ],
  },
  add_header: { from: 2, open: false, list: [ALWAYS] },
  add_trailer: { from: 2, open: false, list: [{ ...ALWAYS, since: '1.13.2' }] },
  fastcgi_param: { from: 2, open: false, list: [word('if_not_empty', 'Not sent when the value is empty.', { since: '1.1.11' })] },
  uwsgi_param: { from: 2, open: false, list: [word('if_not_empty', 'Not sent when the value is empty.', { since: '1.1.11' })] },
  scgi_param: { from: 2, open: false, list: [word('if_not_empty', 'Not sent when the value is empty.', { since: '1.1.11' })] },
  log_format: {
    from: 1,
    to: 1,
    open: true,
    list: [key('escape', 'word', 'How characters in variables are escaped.', { words: ['default', 'json', 'none'], since: '1.11.8' })],
  },
  sticky: {
    from: 1,
    open: true,
    list: [
      key('expires', 'text', 'Lifetime of the cookie, or max.', { since: '1.29.6', plusSince: '1.5.7' }),
      key('domain', 'text', 'Domain of the cookie.', { since: '1.29.6', plusSince: '1.5.7', variables: true }),
      key('path', 'uri', 'Path of the cookie.', { since: '1.29.6', plusSince: '1.5.7' }),
      word('httponly', 'Add HttpOnly.', { since: '1.29.6', plusSince: '1.7.11' }),
      word('secure', 'Add Secure.', { since: '1.29.6', plusSince: '1.7.11' }),
      key('samesite', 'word', 'Add SameSite.', { words: ['strict', 'lax', 'none'], since: '1.29.6', plusSince: '1.19.4', variables: true }),
      key('create', 'variable', 'learn: variable that shows a new session.', { since: '1.29.6', plusSince: '1.7.1', variables: true }),
      key('lookup', 'variable', 'learn: variable that shows a known session.', { since: '1.29.6', plusSince: '1.7.1', variables: true }),
      key('zone', 'zone', 'learn: name and size of the zone.', {
        since: '1.29.6',
        plusSince: '1.7.1',
        min: 32768,
        named: { role: 'defines', kind: 'sticky-zone', part: 'before-colon' },
      }),
      key('timeout', 'sec', 'learn: age at which unused sessions are dropped.', { since: '1.29.6', plusSince: '1.7.1' }),
      word('header', 'learn: a session counts from the response header on.', { since: '1.29.6', plusSince: '1.13.1' }),
      word('sync', 'learn: synchronise the zone in a cluster.', { plusOnly: true, plusSince: '1.13.8' }),
    ],
  },
  'upstream/random': {
    from: 0,
    open: false,
    list: [
      word('two', 'Choose the better of two servers.', { since: '1.15.1' }),
      word('least_conn', 'The better one has fewer connections.', { since: '1.15.1' }),
      key('least_time', 'word', 'The better one answers sooner.', { words: ['header', 'last_byte'], plusOnly: true }),
    ],
  },
  'stream-upstream/random': {
    from: 0,
    open: false,
    list: [
      word('two', 'Choose the better of two servers.', { since: '1.15.1' }),
      word('least_conn', 'The better one has fewer connections.', { since: '1.15.1' }),
      key('least_time', 'word', 'The better one answers sooner.', { words: ['connect', 'first_byte', 'last_byte'], plusOnly: true }),
    ],
  },
  'upstream/least_time': {
    from: 0,
    open: false,
    list: [
      word('header', 'Time to the response header.'),
      word('last_byte', 'Time to the whole response.'),
      word('inflight', 'Count unfinished requests too.', { plusSince: '1.11.6' }),
    ],
  },
  'stream-upstream/least_time': {
    from: 0,
    open: false,
    list: [
      word('connect', 'Time to connect.'),
      word('first_byte', 'Time to the first byte.'),
      word('last_byte', 'Time to the last byte.'),
      word('inflight', 'Count unfinished connections too.', { plusSince: '1.11.6' }),
    ],
  },
  keyval: {
    from: 2,
    open: false,
    list: [
      key('zone', 'zone-ref', 'The zone declared by keyval_zone.', {
        required: true,
        named: { role: 'references', kind: 'keyval-zone', part: 'whole' },
      }),
    ],
  },
  keyval_zone: { from: 0, open: false, list: KEYVAL_ZONE },
  session_log_zone: {
    from: 1,
    open: false,
    list: [
      key('zone', 'zone', 'Name and size of the zone.', {
        required: true,
        named: { role: 'defines', kind: 'session-log-zone', part: 'before-colon' },
      }),
      key('format', 'text', 'Format declared by session_log_format.', {
        named: { role: 'references', kind: 'session-log-format', part: 'whole' },
      }),
      key('timeout', 'sec', 'Time without requests that ends a session.'),
      key('id', 'text', 'What makes a session.', { variables: true }),
      key('md5', 'text', 'What goes into the session’s hash.', { variables: true }),
    ],
  },
  api: { from: 0, open: false, list: [key('write', 'word', 'Whether methods other than GET are accepted.', { words: ['on', 'off'] })] },
  auth_jwt: { from: 1, open: false, list: [key('token', 'variable', 'Variable that holds the token.', { variables: true })] },
  auth_jwt_require: { from: 0, open: true, list: [key('error', 'word', 'Status when a value is empty or 0.', { words: ['401', '403'] })] },
  auth_require: { from: 0, open: true, list: [key('error', 'number', 'Status when a value is empty or 0.', { min: 400, max: 599 })] },
  queue: { from: 1, open: false, list: [key('timeout', 'msec', 'Longest time in the queue.')] },
  'http:health_check': {
    from: 0,
    open: false,
    list: [
      ...timesOfHealth,
      key('uri', 'uri', 'What is asked for, / by default.'),
      key('type', 'text', 'gRPC checks: grpc.'),
      key('grpc_service', 'text', 'Service that a gRPC check asks about.'),
      key('grpc_status', 'number', 'Status that a gRPC check must get.'),
      key('keepalive_time', 'sec', 'Keep connections for the checks that long.'),
    ],
  },
  'stream:health_check': { from: 0, open: false, list: [...timesOfHealth, word('udp', 'Check with datagrams.')] },
  zone_sync_server: { from: 1, open: false, list: [word('resolve', 'Follow changes of the addresses of the name.')] },
  usage_report: {
    from: 0,
    open: false,
    list: [key('endpoint', 'address', 'Where reports go.'), key('interval', 'sec', 'Time between reports.')],
  },
  js_periodic: {
    from: 1,
    open: false,
    list: [
      key('interval', 'msec', 'Time between two calls, 5s by default.'),
      key('jitter', 'msec', 'Random delay of each call.'),
      key('worker_affinity', 'text', 'Workers that call it: all or a mask of 0 and 1.'),
    ],
  },
  js_shared_dict_zone: {
    from: 0,
    open: false,
    list: [
      key('zone', 'zone', 'Name and size of the dictionary.', {
        required: true,
        named: { role: 'defines', kind: 'js-dict', part: 'before-colon' },
      }),
      key('timeout', 'msec', 'Age at which entries are removed.'),
      key('type', 'word', 'Type of the values.', { words: ['string', 'number'] }),
      word('evict', 'Drop the oldest entry when the zone is full.'),
      key('state', 'path', 'File that keeps the entries.'),
    ],
  },
  js_body_filter: {
    from: 1,
    // what is no buffer_type= is passed over
    open: true,
    list: [key('buffer_type', 'word', 'Type of the chunks that the function gets.', { words: ['string', 'buffer'] })],
  },
  js_set: { from: 2, open: false, list: [word('nocache', 'The value is computed at every use.')] },
});

/** A directive of the open-source or commercial nginx or of njs; the names of other modules' directives may mean other things. */
const ours = (fact: DirectiveFact): boolean => fact.source === 'oss' || fact.source === 'plus' || fact.source === 'njs';

const protocolKey = (fact: DirectiveFact): string =>
  fact.module.startsWith('ngx_stream_') ? 'stream' : fact.module.startsWith('ngx_mail_') ? 'mail' : 'http';

const tables = new WeakMap<DirectiveFact, ParameterTable | null>();

/** The parameters of a directive with their place; null when it has none. */
export function parameterTable(fact: DirectiveFact): ParameterTable | null {
  let found = tables.get(fact);
  if (found === undefined) {
    found = ours(fact)
      ? (TABLES[`${fact.contexts[0]}/${fact.name}`] ??
        TABLES[`${protocolKey(fact)}:${fact.name}`] ??
        (Object.hasOwn(TABLES, fact.name) ? TABLES[fact.name] : null) ??
        null)
      : null;
    tables.set(fact, found);
  }
  return found;
}

/** The parameters of a directive, of all versions; empty when it has none. */
export const parametersOf = (fact: DirectiveFact): readonly ParameterFact[] => parameterTable(fact)?.list ?? [];

/** A parameter as it is typed up to its value: `backlog=`, `shared:`, `nodelay`. */
export const parameterLabel = (p: ParameterFact): string => (p.form === 'value' ? p.name + p.separator : p.name);

/** The parameter that a word is, and where its value begins; null when no parameter of the list begins so. */
export function findParameter(
  list: readonly ParameterFact[],
  text: string,
): { parameter: ParameterFact; value: string | null; at: number } | null {
  for (const parameter of list) {
    const { name, form } = parameter;
    if (!text.startsWith(name)) continue;
    if (form !== 'value' && text.length === name.length) return { parameter, value: null, at: text.length };
    const at = name.length + 1;
    if (form !== 'word' && text.charAt(at - 1) === parameter.separator) return { parameter, value: text.slice(at), at };
  }
  return null;
}

/** Whether the target's nginx takes the parameter; the reason when it does not. */
export function parameterStatus(
  p: ParameterFact,
  target: Target,
):
  | { known: true }
  | { known: false; reason: 'plus' | 'openresty' | 'future' | 'removed'; since?: string; removed?: string; replacedBy?: string } {
  // Angie has parameters of Plus too (slow_start, status_zone) and is given the benefit of the doubt
  const plus = target.flavour === 'plus' || target.flavour === 'angie';
  if (p.openresty && target.flavour !== 'openresty') return { known: false, reason: 'openresty' };
  if (p.plusOnly && !plus) return { known: false, reason: 'plus', since: p.plusSince };
  const since = plus ? (p.plusSince ?? p.since) : p.since;
  if (p.removed !== undefined && atLeast(target.nginx, p.removed))
    return { known: false, reason: 'removed', removed: p.removed, replacedBy: p.replacedBy };
  return atLeast(target.nginx, since) || GOES_ITS_OWN_WAY.has(target.flavour) ? { known: true } : { known: false, reason: 'future', since };
}

/** ngx_http_file_cache_set_slot takes an empty list of levels for none. */
const LEVELS = /^(?:[12](?::[12]){0,2})?$/;

/** Reads a parameter's value. Values with variables, where they are allowed, and open texts pass. */
export function readParameterValue(p: ParameterFact, value: string): Read<unknown> {
  if (p.variables && value.includes('$')) return { ok: true, value };
  const refuse = (expected: string, code: Problem['code'] = 'bad-form'): Read<unknown> => ({
    ok: false,
    problem: { code, at: 0, length: value.length, expected },
  });
  const within = (read: Read<number>): Read<unknown> => {
    if (!read.ok) return read;
    if (p.min !== undefined && read.value < p.min)
      return refuse(p.max === undefined ? `at least ${p.min}` : `${p.min} to ${p.max}`, 'too-small');
    if (p.max !== undefined && read.value > p.max) return refuse(`${p.min ?? 0} to ${p.max}`, 'too-big');
    return read;
  };
  switch (p.value) {
    case 'flag':
      return parseFlag(value);
    case 'number':
      return within(parseNumber(value));
    case 'size':
      return within(parseSize(value));
    case 'offset':
      return within(parseOffset(value));
    case 'msec':
    case 'sec':
      return within(parseTime(value, p.value));
    case 'rate':
      return parseRate(value);
    case 'zone':
      return parseZone(value, p.min ?? 0, 'required');
    case 'word':
      return p.words?.includes(value) ? { ok: true, value } : refuse(listed(p.words ?? []), value === '' ? 'empty' : 'not-allowed');
    case 'keepalive':
      return parseKeepalive(value);
    case 'levels':
      return LEVELS.test(value) ? { ok: true, value } : refuse('1 or 2 for each level, such as 1:2');
    default:
      return { ok: true, value };
  }
}
