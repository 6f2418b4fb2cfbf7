/** Command lines of uvicorn, Daphne and Hypercorn, and the development servers of Django, Flask and FastAPI, with their defaults. */
import { type Address, tcpAddress, unixAddress } from './address.ts';
import { OPEN_OPTIONS, optionTable, type ParsedOptions, parseOptions } from './command.ts';
import type { PyCall } from './python.ts';
import { asFlag, asNumber, asText, type Reader, settingOf } from './python-value.ts';
import { byDefault, convert, placeOf, type Setting, unknownSetting, written } from './setting.ts';
import type { Environment, ShellWord } from './shell.ts';

export interface UvicornSettings {
  readonly addresses: readonly Setting<Address>[];
  readonly workers: Setting<number>;
  readonly proxyHeaders: Setting<boolean>;
  /** comma-separated, as written */
  readonly forwardedAllowIps: Setting<string>;
  readonly rootPath: Setting<string>;
  /** seconds */
  readonly timeoutKeepAlive: Setting<number>;
  readonly target: Setting<string>;
}

/** The setting `name` of an options table, by the source that holds it. */
type Source = <T>(name: string, fromText: (s: string) => T | undefined, standard: T) => Setting<T>;

function fromOptions(options: ParsedOptions, environment: Environment, variables: Readonly<Record<string, string>>): Source {
  const open = options.settings.get(OPEN_OPTIONS)?.[0];
  return (name, fromText, standard) => {
    const given = options.settings.get(name)?.at(-1);
    if (given) return convert(given, fromText, 'not a value of this option');
    if (open) return unknownSetting(open.from === 'unknown' ? open.why : 'more options', placeOf(open));
    const variable = variables[name];
    const set = variable === undefined ? undefined : environment.get(variable);
    return set ? convert(set, fromText, 'not a value of this option') : byDefault(standard);
  };
}

const text = (s: string): string => s;
const integer = (s: string): number | undefined => (/^\d+$/.test(s) ? Number(s) : undefined);
const flag = (s: string): boolean => s === 'true';

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
  ...[
    '--loop --http --ws --ws-max-size --ws-max-queue --ws-ping-interval --ws-ping-timeout --lifespan --interface --env-file --log-config',
    '--log-level --reload-dir --reload-include --reload-exclude --reload-delay --limit-concurrency --backlog --limit-max-requests --header',
    '--ssl-keyfile --ssl-certfile --ssl-keyfile-password --ssl-version --ssl-cert-reqs --ssl-ca-certs --ssl-ciphers --app-dir',
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
    target,
  };
}

/** A host and a port, each from its own words, as one address; it stands where the port is written. */
function pair(host: Setting<string>, port: Setting<number>): Setting<Address> {
  const hidden = host.from === 'unknown' ? host : port.from === 'unknown' ? port : null;
  const value = (h: string | undefined, p: number | undefined): Address | undefined =>
    h === undefined || p === undefined ? undefined : { kind: 'tcp', host: h.replace(/^\[|\]$/g, ''), port: p };
  const both = value(host.from === 'unknown' ? host.fallback : host.value, port.from === 'unknown' ? port.fallback : port.value);
  if (hidden) return unknownSetting(hidden.why, hidden.place, { env: hidden.env, fallback: both });
  const place = placeOf(port) ?? placeOf(host);
  return place ? written(both!, place) : byDefault(both!);
}

const target = (options: ParsedOptions): Setting<string> => {
  const word = options.positional[0];
  return word ? written(word.text, word.place) : unknownSetting('no application is named');
};

export function uvicornSettings(args: readonly ShellWord[], environment: Environment): UvicornSettings {
  const options = parseOptions(args, UVICORN);
  const variables = { workers: 'WEB_CONCURRENCY', forwarded_allow_ips: 'FORWARDED_ALLOW_IPS' };
  return uvicornFrom(fromOptions(options, environment, { ...variables, ...click('UVICORN') }), target(options));
}

/** uvicorn also takes each option from a variable UVICORN_<OPTION>. */
const click = (prefix: string): Record<string, string> =>
  Object.fromEntries(
    ['host', 'port', 'uds', 'fd', 'root_path', 'proxy_headers', 'timeout_keep_alive'].map((n) => [n, `${prefix}_${n.toUpperCase()}`]),
  );

/** The settings of a call `uvicorn.run(app, host=…)`. */
export function uvicornCall(call: PyCall): UvicornSettings {
  const readers: Readonly<Record<string, Reader<unknown>>> = {
    port: asNumber,
    fd: asNumber,
    workers: asNumber,
    timeout_keep_alive: asNumber,
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

export interface HypercornSettings {
  readonly addresses: readonly Setting<Address>[];
  readonly workers: Setting<number>;
  readonly rootPath: Setting<string>;
  readonly target: Setting<string>;
}

const HYPERCORN = optionTable([
  ['-b --bind', 'bind', 'many'],
  ['--insecure-bind', 'insecure_bind', 'many'],
  ['-w --workers', 'workers'],
  ['--root-path', 'root_path'],
  ['-c --config', 'config'],
  ['-k --worker-class', 'worker_class'],
  ...[
    '--access-log --access-logfile --access-logformat --backlog --ca-certs --certfile --cert-reqs --ciphers --error-log --error-logfile --log-file',
  ].map((f) => [f, 'other'] as const),
  ...[
    '--graceful-timeout --read-timeout -g --group --keep-alive --keyfile --keyfile-password --log-config --log-level -p --pid --quic-bind',
  ].map((f) => [f, 'other'] as const),
  ...['--server-name --statsd-host --statsd-prefix -m --umask -u --user --verify-mode --websocket-ping-interval --max-requests'].map(
    (f) => [f, 'other'] as const,
  ),
  ['--debug --reload', 'other', 'flag'],
]);

function hypercornAddress(s: string): Address | undefined {
  const fd = /^fd:\/\/(\d+)$/.exec(s);
  return fd ? { kind: 'fd', number: Number(fd[1]) } : (unixAddress(s) ?? tcpAddress(s, { port: 8000 }));
}

export function hypercornSettings(args: readonly ShellWord[], environment: Environment): HypercornSettings {
  const options = parseOptions(args, HYPERCORN);
  const get = fromOptions(options, environment, {});
  const config = options.settings.get('config')?.at(-1);
  const binds = [...(options.settings.get('bind') ?? []), ...(options.settings.get('insecure_bind') ?? [])];
  const standard: Setting<Address> = config
    ? unknownSetting('set in the configuration file perhaps', placeOf(config))
    : byDefault<Address>({ kind: 'tcp', host: '127.0.0.1', port: 8000 });
  return {
    addresses: binds.length ? binds.map((b) => convert(b, hypercornAddress, 'not an address')) : [standard],
    workers: get('workers', integer, 1),
    rootPath: get('root_path', text, ''),
    target: target(options),
  };
}

/** `manage.py runserver [addr:port]`, `flask run`, `fastapi run`, `waitress-serve`: only where they listen. */
export function developmentAddress(
  program: 'django-runserver' | 'flask-run' | 'fastapi-run' | 'waitress',
  args: readonly ShellWord[],
  environment: Environment,
): Setting<Address> {
  if (program === 'django-runserver') {
    const word = args.find((w) => !w.text.startsWith('-'));
    if (!word) return byDefault<Address>({ kind: 'tcp', host: '127.0.0.1', port: 8000 });
    const address = tcpAddress(word.text.replace(/^0:/, '0.0.0.0:'), { host: '127.0.0.1' });
    return address && !word.unknown.length ? written(address, word.place) : unknownSetting('not an address', word.place);
  }
  const options = parseOptions(
    args,
    optionTable([
      ['-h --host', 'host'],
      ['-p --port', 'port'],
      ['--listen', 'listen'],
      ['--unix-socket', 'uds'],
    ]),
  );
  const listen = options.settings.get('listen')?.at(-1);
  if (listen) return convert(listen, (s) => tcpAddress(s.replace(/^\*/, '0.0.0.0'), { port: 8080 }), 'not an address');
  const uds = options.settings.get('uds')?.at(-1);
  if (uds) return convert(uds, (path): Address => ({ kind: 'unix', path }));
  const variables: Record<string, string> = program === 'flask-run' ? { host: 'FLASK_RUN_HOST', port: 'FLASK_RUN_PORT' } : {};
  const get = fromOptions(options, environment, variables);
  const standards = { 'flask-run': ['127.0.0.1', 5000], 'fastapi-run': ['0.0.0.0', 8000], waitress: ['0.0.0.0', 8080] } as const;
  const [host, port] = standards[program];
  return pair(get<string>('host', text, host), get<number>('port', integer, port));
}
