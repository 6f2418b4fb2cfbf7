/** Hypercorn: it ignores forwarded headers; ProxyFixMiddleware in the application is the framework's business. */
import { type Address, tcpAddress, unixAddress } from '../address.ts';
import type { Application } from '../application.ts';
import { fromOptions, integer, optionTable, parseOptions, target, text } from '../options.ts';
import { type Environ, peerOf, schemeOf, seen, type UpstreamRequest, unseen } from '../seen.ts';
import { byDefault, certain, convert, placeOf, type Setting, unknownSetting } from '../setting.ts';
import type { Environment, ShellWord } from '../shell.ts';
import { decodedPath, keyed, refusal } from './environ.ts';
import { declareServer, plain } from './server.ts';

export default declareServer<HypercornSettings>({
  name: 'hypercorn',
  title: 'Hypercorn',
  package: { name: 'hypercorn', assumed: '0.17' },
  role: 'production',
  python: true,
  programs: [{ names: ['hypercorn'], module: true }],
  activation: 'fd',
  socketMode: '666',
  timeoutName: 'read-timeout',
  start({ command }) {
    const settings = hypercornSettings(command.args, command.environment);
    const { target, workers, keepAlive, insecure } = settings;
    const built = plain(settings, settings.addresses, 'asgi', { target, workers, certificate: settings.certificate });
    // --insecure-bind speaks plain HTTP beside a --bind with TLS
    const listeners = built.listeners.map((l) => (insecure.includes(l.address) ? { ...l, tls: false } : l));
    return { ...built, listeners, keepalive: keepAlive };
  },
  environ: (application, settings, request) => hypercornEnviron(application, request, settings.rootPath),
  rootPath: (prefix) => `--root-path ${prefix}`,
});

export interface HypercornSettings {
  readonly addresses: readonly Setting<Address>[];
  /** those of them that speak plain HTTP whatever the others do */
  readonly insecure: readonly Setting<Address>[];
  /** where it has its key as well it is used, else it is empty */
  readonly certificate: Setting<string>;
  readonly workers: Setting<number>;
  readonly rootPath: Setting<string>;
  /** seconds */
  readonly keepAlive: Setting<number>;
  readonly target: Setting<string>;
}

const HYPERCORN = optionTable([
  ['-b --bind', 'bind', 'many'],
  ['--insecure-bind', 'insecure_bind', 'many'],
  ['-w --workers', 'workers'],
  ['--root-path', 'root_path'],
  ['-c --config', 'config'],
  ['-k --worker-class', 'worker_class'],
  ['--keep-alive', 'keep_alive'],
  ['--certfile', 'certfile'],
  ['--keyfile', 'keyfile'],
  ...[
    '--access-log --access-logfile --access-logformat --backlog --ca-certs --cert-reqs --ciphers --error-log --error-logfile --log-file',
  ].map((f) => [f, 'other'] as const),
  ...['--graceful-timeout --read-timeout -g --group --keyfile-password --log-config --log-level -p --pid --quic-bind'].map(
    (f) => [f, 'other'] as const,
  ),
  ...['--server-name --statsd-host --statsd-prefix -m --umask -u --user --verify-mode --websocket-ping-interval --max-requests'].map(
    (f) => [f, 'other'] as const,
  ),
  ['--debug --reload', 'other', 'flag'],
]);

function hypercornAddress(s: string): Address | undefined {
  const fd = /^fd:\/\/(\d+)$/.exec(s);
  return fd ? { kind: 'fd', number: Number(fd[1]) } : (unixAddress(s) ?? tcpAddress(s, { port: 8000 }));
}

/** Hypercorn's settings of its command line and environment. */
export function hypercornSettings(args: readonly ShellWord[], environment: Environment): HypercornSettings {
  const options = parseOptions(args, HYPERCORN);
  const get = fromOptions(options, environment, {});
  const config = options.settings.get('config')?.at(-1);
  const bound = (name: string): readonly Setting<Address>[] =>
    (options.settings.get(name) ?? []).map((b) => convert(b, hypercornAddress, 'not an address'));
  const insecure = bound('insecure_bind');
  const addresses = [...bound('bind'), ...insecure];
  const standard: Setting<Address> = config
    ? unknownSetting('set in the configuration file perhaps', placeOf(config))
    : byDefault<Address>({ kind: 'tcp', host: '127.0.0.1', port: 8000 });
  return {
    addresses: addresses.length ? addresses : [standard],
    insecure,
    certificate: options.settings.has('keyfile') ? get('certfile', text, '') : byDefault(''),
    workers: get('workers', integer, 1),
    rootPath: get('root_path', text, ''),
    keepAlive:
      config && !options.settings.has('keep_alive')
        ? unknownSetting('set in the configuration file perhaps', placeOf(config))
        : get('keep_alive', integer, 5),
    target: target(options),
  };
}

function hypercornEnviron({ server }: Application, request: UpstreamRequest, rootPath: Setting<string>): Environ {
  const peer = peerOf(request);
  const root = certain(rootPath);
  const hosts = request.headers.filter(([n]) => n.toLowerCase() === 'host').length;
  return {
    server: server.title,
    interface: 'asgi',
    // h11 reads the request: "Found multiple Host: headers"
    refused: hosts > 1 ? refusal(400, 'Hypercorn refuses a second Host header') : null,
    method: request.method ?? 'GET',
    scheme: seen(schemeOf(request), 'Hypercorn ignores forwarded headers'),
    remoteAddr:
      peer === undefined ? unseen('nginx’s address is decided by the network') : seen(peer, 'Hypercorn ignores forwarded headers'),
    serverName: unseen('the bound address'),
    serverPort: unseen('the bound port'),
    scriptName:
      root === undefined ? unseen('depends on --root-path') : seen(root, root ? '--root-path' : 'nothing sets it', [placeOf(rootPath)]),
    pathInfo: seen(decodedPath(request.uri), 'the path of the request'),
    headers: keyed(request.headers, ','),
  };
}
