/** Waitress: `waitress-serve` and `waitress.serve(…)`, its one trusted proxy, and the environ that proxy_headers.py makes of what that proxy says (2.1). */
import { type Address, tcpAddress } from '../address.ts';
import type { Application } from '../application.ts';
import { flag, fromOptions, integer, OPEN_OPTIONS, optionTable, parseOptions, target, text } from '../options.ts';
import type { PyCall } from '../python.ts';
import { asFlag, asNumber, asText, type Reader, settingOf } from '../python-value.ts';
import { type Environ, peerOf, type Refusal, type Seen, seen, type UpstreamRequest, unseen } from '../seen.ts';
import { certain, convert, placeOf, type Setting, unknownSetting } from '../setting.ts';
import { isSince, type Package } from '../versions.ts';
import { decodedPath, keyed, refusal, unknownPeer } from './environ.ts';
import { type Built, declareServer, plain } from './server.ts';

export interface WaitressSettings {
  readonly addresses: readonly Setting<Address>[];
  readonly threads: Setting<number>;
  /** an address, `localhost` for a unix socket, `*`, or empty */
  readonly trustedProxy: Setting<string>;
  readonly trustedProxyCount: Setting<number>;
  /** separated by spaces */
  readonly trustedProxyHeaders: Setting<string>;
  readonly clearUntrusted: Setting<boolean>;
  readonly urlScheme: Setting<string>;
  readonly urlPrefix: Setting<string>;
  readonly socketMode: Setting<string>;
  /** bytes of a body */
  readonly maxBody: Setting<number>;
  readonly connectionLimit: Setting<number>;
  /** seconds that an idle connection stays open */
  readonly channelTimeout: Setting<number>;
}

const WAITRESS: Package = { name: 'waitress', assumed: '3.0' };

const OPTIONS = optionTable([
  ['--host', 'host'],
  ['--port', 'port'],
  ['--listen', 'listen', 'many'],
  ['--unix-socket', 'unix_socket'],
  ['--unix-socket-perms', 'unix_socket_perms'],
  ['--threads', 'threads'],
  ['--trusted-proxy', 'trusted_proxy'],
  ['--trusted-proxy-count', 'trusted_proxy_count'],
  ['--trusted-proxy-headers', 'trusted_proxy_headers'],
  ['--clear-untrusted-proxy-headers', 'clear_untrusted_proxy_headers', 'flag'],
  ['--no-clear-untrusted-proxy-headers', 'clear_untrusted_proxy_headers', 'no'],
  ['--url-scheme', 'url_scheme'],
  ['--url-prefix', 'url_prefix'],
  ['--max-request-body-size', 'max_request_body_size'],
  ['--connection-limit', 'connection_limit'],
  ['--channel-timeout', 'channel_timeout'],
  [
    '--ident --outbuf-overflow --outbuf-high-watermark --inbuf-overflow --cleanup-interval --max-request-header-size --backlog --recv-bytes --send-bytes --asyncore-loop-timeout --server-name --app',
    'other',
  ],
  ['--call --log-socket-errors --no-log-socket-errors --expose-tracebacks --no-expose-tracebacks --asyncore-use-poll', 'other', 'flag'],
]);

type Get = <T>(name: string, fromText: (s: string) => T | undefined, standard: T) => Setting<T>;

/** `*:8080` and `0.0.0.0:8080`: a star is every address. */
const listenAddress = (s: string): Address | undefined => tcpAddress(s.replace(/^\*/, '0.0.0.0'), { host: '0.0.0.0', port: 8080 });

function settingsFrom(get: Get, listens: readonly Setting<string>[]): WaitressSettings {
  const uds = get<string | null>('unix_socket', text, null);
  const host = get('host', text, '0.0.0.0');
  const port = get('port', integer, 8080);
  const known = certain(host) !== undefined && certain(port) !== undefined;
  const tcp: Setting<Address> = known
    ? {
        ...((placeOf(port) ?? placeOf(host)) ? { from: 'text', place: (placeOf(port) ?? placeOf(host))! } : { from: 'default' }),
        value: { kind: 'tcp', host: certain(host)!, port: certain(port)! },
      }
    : unknownSetting('depends on the environment', placeOf(port) ?? placeOf(host));
  return {
    addresses:
      uds.from !== 'default'
        ? [convert(uds, (path): Address | undefined => (path === null ? undefined : { kind: 'unix', path }))]
        : listens.length
          ? listens.map((l) => convert(l, listenAddress, 'not an address'))
          : [tcp],
    threads: get('threads', integer, 4),
    trustedProxy: get('trusted_proxy', text, ''),
    trustedProxyCount: get('trusted_proxy_count', integer, 1),
    trustedProxyHeaders: get('trusted_proxy_headers', text, ''),
    clearUntrusted: get('clear_untrusted_proxy_headers', flag, false),
    urlScheme: get('url_scheme', text, 'http'),
    urlPrefix: get('url_prefix', (s) => (s === '' ? s : `/${s.replace(/^\/+|\/+$/g, '')}`), ''),
    socketMode: get('unix_socket_perms', text, '600'),
    maxBody: get('max_request_body_size', integer, 1024 ** 3),
    connectionLimit: get('connection_limit', integer, 100),
    channelTimeout: get('channel_timeout', integer, 120),
  };
}

/** `waitress.serve(app, listen='*:8080', …)` */
function fromCall(call: PyCall): WaitressSettings {
  const readers: Readonly<Record<string, Reader<unknown>>> = {
    port: asNumber,
    threads: asNumber,
    trusted_proxy_count: asNumber,
    max_request_body_size: asNumber,
    connection_limit: asNumber,
    channel_timeout: asNumber,
    clear_untrusted_proxy_headers: asFlag,
    unix_socket_perms: (v) => (v.kind === 'string' ? v.value : undefined),
  };
  const value = (name: string) => call.args.find((a) => a.name === name)?.value;
  const get: Get = (name, _, standard) => {
    const open = call.args.find((a) => a.name === '**');
    const given = value(name);
    if (!given && open) return unknownSetting('more arguments', open.value.at);
    return settingOf(given, (readers[name] ?? asText) as Reader<typeof standard>, standard);
  };
  const listen = value('listen');
  const list = listen ? settingOf<string>(listen, asText, '') : null;
  return settingsFrom(get, list?.from === 'text' ? list.value.split(/\s+/).map((v) => ({ ...list, value: v })) : list ? [list] : []);
}

const built = (settings: WaitressSettings, of: Setting<string>): Built<WaitressSettings> => {
  const plainly = plain(settings, settings.addresses, 'threads', { target: of, threads: settings.threads });
  return {
    ...plainly,
    keepalive: settings.channelTimeout,
    listeners: plainly.listeners.map((l) => ({ ...l, mode: convert(settings.socketMode, (m): string | null => m) })),
  };
};

export default declareServer<WaitressSettings>({
  name: 'waitress',
  title: 'Waitress',
  package: WAITRESS,
  role: 'production',
  python: true,
  programs: [{ names: ['waitress-serve', 'waitress'], module: true }],
  activation: 'fd',
  socketMode: '600',
  timeoutName: 'channel_timeout',
  keepaliveName: 'channel_timeout',
  // its map of sockets holds the listener and the pipe that wakes it as well (server.py, readable)
  connections: (_, { connectionLimit }) => {
    const limit = certain(connectionLimit);
    return { name: 'connection_limit', setting: connectionLimit, count: limit && limit - 2, beyond: 'waits' };
  },
  bodyLimits: ({ maxBody }) => [{ name: 'max_request_body_size', bytes: maxBody, beyond: 'refused' }],
  start({ command }) {
    const options = parseOptions(command.args, OPTIONS);
    const open = options.settings.has(OPEN_OPTIONS);
    const settings = settingsFrom(fromOptions(options, command.environment, {}), open ? [] : (options.settings.get('listen') ?? []));
    return built(settings, target(options));
  },
  calls: {
    test: /\bserve\s*\(/,
    callee: /^waitress\.serve$/,
    read: (call) => built(fromCall(call), unknownSetting('no application is named')),
  },
  environ: waitressEnviron,
  trusts,
  trust: {
    name: '--trusted-proxy',
    list: (settings) => settings.trustedProxy,
    option: (value) => `--trusted-proxy='${value}' --trusted-proxy-headers='x-forwarded-for x-forwarded-proto x-forwarded-host'`,
    address: () => true,
    passes: (application, settings) => !clearsUntrusted(application, settings),
  },
});

/** Whether headers of a proxy that is not trusted are taken away, as they are by default from 3.0 on. */
const clearsUntrusted = (application: Application, { clearUntrusted }: WaitressSettings): boolean =>
  clearUntrusted.from === 'default' ? isSince(application, WAITRESS, '3.0.0') : certain(clearUntrusted) === true;

/** The peer as Waitress names it: a unix socket is `localhost` (server.py fix_addr). */
const named = (peer: string | undefined): string | undefined => (peer === '' ? 'localhost' : peer);

function trusts(application: Application, { trustedProxy }: WaitressSettings, peer: string | undefined): Seen<boolean> {
  const place = placeOf(trustedProxy);
  if (trustedProxy.from === 'unknown') return unseen(trustedProxy.why, [place]);
  if (trustedProxy.value === '') return seen(false, 'no trusted_proxy is set', [place]);
  if (trustedProxy.value === '*') return seen(true, 'trusted_proxy is *', [place]);
  const own = named(peer);
  if (own === undefined) return unknownPeer(application, [trustedProxy.value], place);
  const same = own === trustedProxy.value;
  return seen(same, same ? `trusted_proxy is ${own}` : `trusted_proxy is ${trustedProxy.value}, not ${own}`, [place]);
}

const PROXY_HEADERS = ['FOR', 'HOST', 'PROTO', 'PORT', 'BY'].map((n) => `HTTP_X_FORWARDED_${n}`);

function waitressEnviron(application: Application, settings: WaitressSettings, request: UpstreamRequest): Environ {
  const peer = named(peerOf(request));
  const headers = keyed(
    request.headers.filter(([n]) => !n.includes('_')),
    ', ',
  );
  const trusted = trusts(application, settings, peerOf(request));
  const given = certain(settings.trustedProxyHeaders);
  // without a list, trusting a proxy means its X-Forwarded-Proto (adjustments.py)
  const names = new Set((given || 'x-forwarded-proto').toLowerCase().split(/[\s,]+/));
  const believed = trusted.known && trusted.value;
  const read = (name: string): string | undefined =>
    believed && names.has(name) ? headers.get(`HTTP_${name.toUpperCase().replaceAll('-', '_')}`) : undefined;
  const unknown = !trusted.known ? trusted.why : given === undefined ? 'depends on trusted_proxy_headers' : null;
  const hide = <T>(name: string, value: Seen<T>): Seen<T> =>
    unknown !== null && headers.has(`HTTP_${name.toUpperCase().replaceAll('-', '_')}`) ? unseen(unknown, trusted.places) : value;
  let refused: Refusal | null = null;
  const proto = read('x-forwarded-proto')?.replace(/^"|"$/g, '').toLowerCase();
  if (proto && (proto.includes(',') || !['http', 'https'].includes(proto)))
    refused = refusal(400, `X-Forwarded-Proto: ${proto} is refused`, placeOf(settings.trustedProxy));
  const count = certain(settings.trustedProxyCount) ?? 1;
  const lastOf = (value: string | undefined): string | undefined =>
    value
      ?.split(',')
      .map((s) => s.trim())
      .slice(-count)[0];
  const client = lastOf(read('x-forwarded-for'));
  const host = lastOf(read('x-forwarded-host'));
  if (host !== undefined) headers.set('HTTP_HOST', hostWithPort(host, read('x-forwarded-port'), proto));
  const clears = clearsUntrusted(application, settings);
  const keeps = (header: string): boolean => believed && names.has(header.slice(5).toLowerCase().replaceAll('_', '-'));
  if (clears) for (const header of PROXY_HEADERS) if (!keeps(header)) headers.delete(header);
  const prefix = certain(settings.urlPrefix);
  const path = decodedPath(request.uri).replace(/^\/+/, '/');
  const cut = prefix === undefined ? undefined : path === prefix ? '' : path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
  const standard = certain(settings.urlScheme);
  return {
    server: application.server.title,
    interface: 'wsgi',
    refused,
    method: request.method ?? 'GET',
    scheme: hide(
      'x-forwarded-proto',
      proto
        ? seen(proto, `X-Forwarded-Proto: ${proto}`, trusted.places)
        : standard === undefined
          ? unseen('depends on url_scheme')
          : seen(
              standard,
              trusted.known && !trusted.value ? `forwarded headers are ignored: ${trusted.why}` : 'url_scheme',
              trusted.places,
            ),
    ),
    remoteAddr: hide(
      'x-forwarded-for',
      client !== undefined
        ? seen(client.replace(/^"|"$/g, ''), 'X-Forwarded-For of the trusted proxy', trusted.places)
        : peer === undefined
          ? unseen('nginx’s address is decided by the network')
          : seen(peer, 'the peer is nginx'),
    ),
    serverName: unseen('the server’s own name'),
    serverPort: unseen('the bound port'),
    scriptName:
      prefix === undefined
        ? unseen('depends on url_prefix')
        : seen(prefix, prefix ? 'url_prefix' : 'nothing sets it', [placeOf(settings.urlPrefix)]),
    pathInfo: cut === undefined ? unseen('depends on url_prefix') : seen(cut, 'the path of the request'),
    headers,
  };
}

/** HTTP_HOST gets the forwarded port where it is not the scheme's own (proxy_headers.py). */
function hostWithPort(host: string, forwardedPort: string | undefined, proto: string | undefined): string {
  if (/:\d+$/.test(host)) return host;
  const port = forwardedPort || (proto === 'https' ? '443' : proto === 'http' ? '80' : '');
  return port === '' || port === (proto === 'https' ? '443' : '80') ? host : `${host}:${port}`;
}
