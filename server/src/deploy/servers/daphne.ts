/** Daphne: the server of Channels. Without `--proxy-headers` it ignores forwarded headers, with it it believes everyone's. */
import type { Address } from '../address.ts';
import type { Application } from '../application.ts';
import { flag, fromOptions, integer, optionTable, pair, parseOptions, target, text } from '../options.ts';
import { type Environ, peerOf, type Seen, schemeOf, seen, type UpstreamRequest, unseen } from '../seen.ts';
import { certain, convert, placeOf, type Setting } from '../setting.ts';
import type { Environment, ShellWord } from '../shell.ts';
import { decodedPath, keyed } from './environ.ts';
import { declareServer, plain } from './server.ts';

export default declareServer<DaphneSettings>({
  name: 'daphne',
  title: 'Daphne',
  package: { name: 'daphne', assumed: '4.1' },
  role: 'production',
  python: true,
  programs: [{ names: ['daphne'], module: true }],
  activation: 'fd',
  socketMode: '666',
  timeoutName: 'http-timeout',
  start({ command }) {
    const settings = daphneSettings(command.args, command.environment);
    return plain(settings, settings.addresses, 'asgi', { target: settings.target });
  },
  environ: (application, settings, request) => daphneEnviron(application, request, settings.proxyHeaders, settings.rootPath),
  rootPath: (prefix) => `--root-path ${prefix}`,
});

export interface DaphneSettings {
  readonly addresses: readonly Setting<Address>[];
  readonly proxyHeaders: Setting<boolean>;
  readonly rootPath: Setting<string>;
  readonly target: Setting<string>;
}

const DAPHNE = optionTable([
  ['-p --port', 'port'],
  ['-b --bind', 'bind'],
  ['-u --unix-socket', 'uds'],
  ['--fd', 'fd'],
  ['-e --endpoint', 'endpoint', 'many'],
  ['--root-path', 'root_path'],
  ['--proxy-headers', 'proxy_headers', 'flag'],
  ...[
    '--websocket_timeout --websocket_connect_timeout -v --verbosity -t --http-timeout --access-log --log-fmt --ping-interval --ping-timeout',
  ].map((f) => [f, 'other'] as const),
  ...['--application-close-timeout --proxy-headers-host --proxy-headers-port -s --server-name'].map((f) => [f, 'other'] as const),
  ['--no-server-name', 'other', 'flag'],
]);

/** An endpoint text of Twisted: `tcp:port=8000:interface=127.0.0.1`, `unix:/run/x.sock`, `fd:fileno=3`. */
function endpoint(s: string): Address | undefined {
  const [kind, ...parts] = s.split(/(?<!\\):/);
  const options = new Map(parts.map((p) => p.split('=') as [string, string]));
  const first = parts[0]?.includes('=') ? undefined : parts[0];
  if (kind === 'unix') return { kind: 'unix', path: options.get('address') ?? first ?? '' };
  if (kind === 'fd') return { kind: 'fd', number: Number(options.get('fileno') ?? first ?? 0) };
  if (kind !== 'tcp' && kind !== 'tcp4') return undefined;
  const port = Number(options.get('port') ?? first);
  return Number.isInteger(port) ? { kind: 'tcp', host: options.get('interface') ?? '', port } : undefined;
}

/** Daphne's settings of its command line and environment. */
export function daphneSettings(args: readonly ShellWord[], environment: Environment): DaphneSettings {
  const options = parseOptions(args, DAPHNE);
  const get = fromOptions(options, environment, {});
  const addresses: Setting<Address>[] = [];
  const uds = get<string | null>('uds', text, null);
  const fd = get<number | null>('fd', integer, null);
  if (uds.from !== 'default')
    addresses.push(convert(uds, (path): Address | undefined => (path === null ? undefined : { kind: 'unix', path })));
  if (fd.from !== 'default')
    addresses.push(convert(fd, (number): Address | undefined => (number === null ? undefined : { kind: 'fd', number })));
  for (const e of options.settings.get('endpoint') ?? []) addresses.push(convert(e, endpoint, 'an endpoint that is not read here'));
  const [host, port] = [get('bind', text, '127.0.0.1'), get('port', integer, 8000)];
  if (!addresses.length || host.from !== 'default' || port.from !== 'default') addresses.push(pair(host, port));
  return {
    addresses,
    proxyHeaders: get('proxy_headers', flag, false),
    rootPath: get('root_path', text, ''),
    target: target(options),
  };
}

function daphneEnviron({ server }: Application, request: UpstreamRequest, on: Setting<boolean>, rootPath: Setting<string>): Environ {
  const peer = peerOf(request);
  const headers = keyed(
    request.headers.filter(([n]) => !n.includes('_')),
    ',',
  );
  const first = (name: string): string | undefined => request.headers.find(([n]) => n.toLowerCase() === name)?.[1];
  const chain = first('x-forwarded-for');
  const enabled = certain(on);
  const own: Seen<string> = peer === undefined ? unseen('nginx’s address is decided by the network') : seen(peer, 'the peer is nginx');
  const hidden = on.from === 'unknown' ? on.why : '';
  const rootHeader = first('daphne-root-path');
  const root = rootHeader ?? certain(rootPath);
  return {
    server: server.title,
    interface: 'asgi',
    refused: null,
    method: request.method ?? 'GET',
    scheme:
      enabled === undefined
        ? unseen(hidden, [placeOf(on)])
        : enabled && chain !== undefined && first('x-forwarded-proto') !== undefined
          ? seen(first('x-forwarded-proto')!, 'X-Forwarded-Proto, by --proxy-headers', [placeOf(on)])
          : seen(schemeOf(request), enabled ? 'X-Forwarded-Proto or X-Forwarded-For is missing' : '--proxy-headers is not given', [
              placeOf(on),
            ]),
    remoteAddr:
      enabled === undefined
        ? unseen(hidden, [placeOf(on)])
        : enabled && chain !== undefined
          ? seen(chain.split(',')[0]!.trim(), 'the first address of X-Forwarded-For, which the client may have written', [placeOf(on)])
          : own,
    serverName: unseen('the bound address'),
    serverPort: unseen('the bound port'),
    scriptName:
      root === undefined
        ? unseen('depends on --root-path')
        : seen(root, rootHeader ? 'the header Daphne-Root-Path' : root ? '--root-path' : 'nothing sets it'),
    pathInfo: seen(decodedPath(request.uri), 'the path of the request'),
    headers,
  };
}
