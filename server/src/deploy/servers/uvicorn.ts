/** uvicorn: command line, `UVICORN_` variables and `uvicorn.run(…)`, its list of trusted proxies, and the scope that it makes. */
import type { Address } from '../address.ts';
import type { Application } from '../application.ts';
import { flag, fromOptions, integer, optionTable, pair, parseOptions, type Source, target, text } from '../options.ts';
import type { PyCall } from '../python.ts';
import { asFlag, asNumber, asText, type Reader, settingOf } from '../python-value.ts';
import { type Environ, peerOf, type Seen, schemeOf, seen, surely, type UpstreamRequest, unseen } from '../seen.ts';
import { byDefault, certain, convert, placeOf, type Setting, unknownSetting } from '../setting.ts';
import type { Environment, ShellWord } from '../shell.ts';
import { isSince, type Package } from '../versions.ts';
import { decodedPath, inNetwork, keyed, unknownPeer } from './environ.ts';
import { type Built, declareServer, plain } from './server.ts';

export const UVICORN_PACKAGE: Package = { name: 'uvicorn', assumed: '0.34.0' };

export default declareServer<UvicornSettings>({
  name: 'uvicorn',
  title: 'uvicorn',
  package: UVICORN_PACKAGE,
  role: 'production',
  python: true,
  programs: [{ names: ['uvicorn'], module: true }],
  activation: 'fd',
  socketMode: '666',
  timeoutName: 'timeout',
  keepaliveName: '--timeout-keep-alive',
  // the connection of the request itself is counted (h11_impl.py and httptools_impl.py, handle_events)
  connections: (application, { limitConcurrency }) => {
    const [limit, workers] = [certain(limitConcurrency), certain(application.workers)];
    return { name: '--limit-concurrency', setting: limitConcurrency, count: limit && workers && (limit - 1) * workers, beyond: 'refused' };
  },
  start: ({ command }) => built(uvicornSettings(command.args, command.environment)),
  calls: { test: /uvicorn\.run\s*\(/, callee: /^uvicorn\.run$/, read: (call) => built(uvicornCall(call)) },
  environ: (application, settings, request) => uvicornEnviron(application, request, uvicornTrust(settings)),
  trusts: (application, settings, peer) => uvicornTrusts(application, uvicornTrust(settings), peer),
  trust: {
    name: '--forwarded-allow-ips',
    list: (settings) => settings.forwardedAllowIps,
    option: (value) => `--forwarded-allow-ips='${value}'`,
    address: () => true,
  },
  rootPath: (prefix) => `--root-path ${prefix}`,
});

const built = (settings: UvicornSettings): Built<UvicornSettings> => ({
  ...plain(settings, settings.addresses, 'asgi', { target: settings.target, workers: settings.workers, certificate: settings.certificate }),
  keepalive: settings.timeoutKeepAlive,
});

export interface UvicornSettings {
  readonly addresses: readonly Setting<Address>[];
  readonly workers: Setting<number>;
  readonly proxyHeaders: Setting<boolean>;
  /** comma-separated, as written */
  readonly forwardedAllowIps: Setting<string>;
  readonly rootPath: Setting<string>;
  /** seconds */
  readonly timeoutKeepAlive: Setting<number>;
  /** 0 is any number */
  readonly limitConcurrency: Setting<number>;
  /** with one it speaks TLS and nothing else */
  readonly certificate: Setting<string>;
  readonly target: Setting<string>;
}

const UVICORN = optionTable([
  ['--host', 'host'],
  ['--port', 'port'],
  ['--uds', 'uds'],
  ['--fd', 'fd'],
  ['--workers', 'workers'],
  ['--proxy-headers', 'proxy_headers', 'flag'],
  ['--no-proxy-headers', 'proxy_headers', 'no'],
  ['--forwarded-allow-ips', 'forwarded_allow_ips'],
  ['--root-path', 'root_path'],
  ['--timeout-keep-alive', 'timeout_keep_alive'],
  ['--limit-concurrency', 'limit_concurrency'],
  ['--ssl-certfile', 'ssl_certfile'],
  ...[
    '--loop --http --ws --ws-max-size --ws-max-queue --ws-ping-interval --ws-ping-timeout --lifespan --interface --env-file --log-config',
    '--log-level --reload-dir --reload-include --reload-exclude --reload-delay --backlog --limit-max-requests --header',
    '--ssl-keyfile --ssl-keyfile-password --ssl-version --ssl-cert-reqs --ssl-ca-certs --ssl-ciphers --app-dir',
    '--h11-max-incomplete-event-size --timeout-graceful-shutdown --ws-per-message-deflate',
  ].map((f) => [f, 'other'] as const),
  [
    '--reload --access-log --no-access-log --use-colors --no-use-colors --server-header --no-server-header --date-header --no-date-header --factory',
    'other',
    'flag',
  ],
]);

function uvicornFrom(get: Source, target: Setting<string>): UvicornSettings {
  const uds = get<string | null>('uds', text, null);
  const fd = get<number | null>('fd', integer, null);
  const host = get('host', text, '127.0.0.1');
  const port = get('port', integer, 8000);
  const unset = (s: Setting<unknown>): boolean => s.from === 'default';
  const address = !unset(uds)
    ? convert(uds, (path): Address | undefined => (path === null ? undefined : { kind: 'unix', path }))
    : !unset(fd)
      ? convert(fd, (number): Address | undefined => (number === null ? undefined : { kind: 'fd', number }))
      : pair(host, port);
  return {
    addresses: [address],
    workers: get('workers', integer, 1),
    proxyHeaders: get('proxy_headers', flag, true),
    forwardedAllowIps: get('forwarded_allow_ips', text, '127.0.0.1,::1'),
    rootPath: get('root_path', text, ''),
    timeoutKeepAlive: get('timeout_keep_alive', integer, 5),
    limitConcurrency: get('limit_concurrency', integer, 0),
    certificate: get('ssl_certfile', text, ''),
    target,
  };
}

/** uvicorn's settings of its command line and environment. */
export function uvicornSettings(args: readonly ShellWord[], environment: Environment): UvicornSettings {
  const options = parseOptions(args, UVICORN);
  const variables = { workers: 'WEB_CONCURRENCY', forwarded_allow_ips: 'FORWARDED_ALLOW_IPS' };
  return uvicornFrom(fromOptions(options, environment, { ...variables, ...click('UVICORN') }), target(options));
}

/** uvicorn also takes each option from a variable UVICORN_<OPTION>. */
const click = (prefix: string): Record<string, string> =>
  Object.fromEntries(
    ['host', 'port', 'uds', 'fd', 'root_path', 'proxy_headers', 'timeout_keep_alive', 'limit_concurrency', 'ssl_certfile'].map((n) => [
      n,
      `${prefix}_${n.toUpperCase()}`,
    ]),
  );

/** The settings of a call `uvicorn.run(app, host=…)`. */
export function uvicornCall(call: PyCall): UvicornSettings {
  const readers: Readonly<Record<string, Reader<unknown>>> = {
    port: asNumber,
    fd: asNumber,
    workers: asNumber,
    timeout_keep_alive: asNumber,
    limit_concurrency: asNumber,
    proxy_headers: asFlag,
  };
  const get = <T>(name: string, _: (s: string) => T | undefined, standard: T): Setting<T> => {
    const value = call.args.find((a) => a.name === name)?.value;
    const open = call.args.find((a) => a.name === '**');
    if (!value && open) return unknownSetting('more arguments', open.value.at);
    return settingOf(value, (readers[name] ?? asText) as Reader<T>, standard);
  };
  const first = call.args[0];
  const app = first && first.name === null ? settingOf(first.value, asText, '') : unknownSetting<string>('no application is named');
  return uvicornFrom(get, app);
}

export interface UvicornTrust {
  readonly trusted: Setting<string>;
  readonly proxyHeaders: boolean | Setting<boolean>;
  readonly rootPath: Setting<string>;
}

/** The settings that decide which forwarded headers uvicorn believes. */
export const uvicornTrust = (s: UvicornSettings): UvicornTrust => ({
  trusted: s.forwardedAllowIps,
  proxyHeaders: s.proxyHeaders,
  rootPath: s.rootPath,
});

const SCHEMES = new Set(['http', 'https', 'ws', 'wss']);

/** Whom the setting names; of the default ::1 came with 0.53 only. */
const trustedList = ({ trusted }: UvicornTrust, application: Application): readonly string[] | undefined =>
  certain(trusted)
    ?.split(',')
    .map((s) => s.trim())
    .filter((s) => s !== '::1' || trusted.from !== 'default' || isSince(application, UVICORN_PACKAGE, '0.53.0'));

const isTrusted = (list: readonly string[] | undefined, address: string, networks: boolean): boolean =>
  (list ?? []).some((e) => e === address || (networks && inNetwork(address, e)));

/** Whether uvicorn believes the forwarded headers of a peer: its address, the empty text for a unix socket, undefined where it is not known. */
export function uvicornTrusts(application: Application, trust: UvicornTrust, peer: string | undefined): Seen<boolean> {
  const place = placeOf(trust.trusted);
  const on = typeof trust.proxyHeaders === 'boolean' ? trust.proxyHeaders : certain(trust.proxyHeaders);
  const list = trustedList(trust, application);
  if (on === false) return seen(false, 'proxy headers are switched off');
  if (list === undefined || on === undefined) {
    const { trusted } = trust;
    const otherwise =
      trusted.from === 'unknown' && trusted.fallback !== undefined && on !== undefined
        ? uvicornTrusts(application, { ...trust, trusted: byDefault(trusted.fallback) }, peer)
        : undefined;
    return unseen(trusted.from === 'unknown' ? trusted.why : 'proxy headers may be off', [place], otherwise && surely(otherwise));
  }
  if (list.includes('*')) return seen(true, 'forwarded-allow-ips is *', [place]);
  if (peer === '') return seen(false, 'uvicorn does not trust a unix socket by itself', [place]);
  if (peer === undefined) return unknownPeer(application, list, place);
  const holds = isTrusted(list, peer, isSince(application, UVICORN_PACKAGE, '0.31.0'));
  return seen(holds, holds ? `forwarded-allow-ips holds ${peer}` : `forwarded-allow-ips does not hold ${peer}`, [place]);
}

/** The scope that uvicorn makes of a request. */
export function uvicornEnviron(application: Application, request: UpstreamRequest, trust: UvicornTrust): Environ {
  const peer = peerOf(request);
  const since = (v: string): boolean => isSince(application, UVICORN_PACKAGE, v);
  const headers = keyed(request.headers, ',');
  const list = trustedList(trust, application);
  const everyone = list?.includes('*') ?? false;
  const matches = (address: string): boolean => isTrusted(list, address, since('0.31.0'));
  const trusts = uvicornTrusts(application, trust, peer);
  const lastOf = (name: string): string | undefined => request.headers.findLast(([n]) => n.toLowerCase() === name)?.[1];
  const proto = lastOf('x-forwarded-proto')?.trim();
  const usable = proto !== undefined && (!since('0.32.0') || SCHEMES.has(proto));
  const ofConnection = schemeOf(request);
  const scheme: Seen<string> =
    proto === undefined
      ? seen(ofConnection, 'no X-Forwarded-Proto is sent')
      : !trusts.known
        ? unseen(trusts.why, trusts.places, trusts.likely === false ? ofConnection : undefined)
        : !trusts.value
          ? seen(ofConnection, `X-Forwarded-Proto is ignored: ${trusts.why}`, trusts.places)
          : usable
            ? seen(proto, `X-Forwarded-Proto: ${proto}`, trusts.places)
            : seen(ofConnection, `X-Forwarded-Proto: ${proto} is none of http, https, ws, wss`, trusts.places);
  const sent = request.headers.filter(([n]) => n.toLowerCase() === 'x-forwarded-for').map(([, v]) => v);
  // 0.49 reads all lines of the name as one list
  const chain = sent.length ? (since('0.49.0') ? sent.join(',') : sent.at(-1)!).split(',').map((s) => s.trim()) : undefined;
  const own: Seen<string> =
    peer === undefined
      ? unseen('nginx’s address is decided by the network')
      : seen(peer, peer === '' ? 'a unix socket has no address' : 'the peer is nginx');
  const address: Seen<string> =
    !chain || (trusts.known && !trusts.value)
      ? own
      : !trusts.known
        ? unseen(trusts.why, trusts.places)
        : everyone
          ? seen(chain[0]!, 'the first address of X-Forwarded-For, which the client may have written', trusts.places)
          : clientOf(chain, matches, since('0.31.0'), trusts);
  const root = certain(trust.rootPath);
  const path = decodedPath(request.uri);
  const shown = root && since('0.26.0') ? root + path : path;
  return {
    server: application.server.title,
    interface: 'asgi',
    refused: null,
    method: request.method ?? 'GET',
    scheme,
    remoteAddr: address,
    ...(chain && address.known && address.value === '' && trusts.known && trusts.value ? { namelessClient: true } : {}),
    serverName: unseen('the bound address'),
    serverPort: unseen('the bound port'),
    scriptName:
      root === undefined ? unseen('depends on root-path') : seen(root, root ? '--root-path' : 'nothing sets it', [placeOf(trust.rootPath)]),
    pathInfo: root === undefined ? unseen('depends on root-path') : seen(shown, 'the path of the request'),
    headers,
  };
}

/** The right-most address that is not trusted itself (proxy_headers.py). Where all are trusted: none before 0.31, the first from there on. */
function clientOf(chain: readonly string[], trusted: (address: string) => boolean, newer: boolean, trusts: Seen<boolean>): Seen<string> {
  const client = chain.findLast((a) => !trusted(a));
  if (client !== undefined) return seen(client, 'the last address of X-Forwarded-For that is not trusted', trusts.places);
  return newer
    ? seen(chain[0]!, 'the first address of X-Forwarded-For: all are trusted', trusts.places)
    : seen('', 'all addresses of X-Forwarded-For are trusted, so that none is left', trusts.places);
}
