/**
 * Settings of gunicorn from its configuration file, GUNICORN_CMD_ARGS and command line, the later winning (gunicorn/app/base.py), with its defaults
 * (gunicorn/config.py of 20.1 to 26). Hooks and logging are not read.
 */

import type { Place } from '../base/span.ts';
import { table } from '../base/table.ts';
import { type Address, tcpAddress, unixAddress } from './address.ts';
import type { WorkerKind } from './application.ts';
import { MappedText } from './mapped-text.ts';
import { OPEN_OPTIONS, type OptionSpec, optionTable, type ParsedOptions, parseOptions } from './options.ts';
import type { ModuleValues } from './python.ts';
import { asEntries, asFlag, asNumber, asText, type Entry, type PyValue, type Reader, settingOf } from './python-value.ts';
import { certain, placeOf, type Setting, unknownSetting, written } from './setting.ts';
import { type Environment, type ShellWord, shellCommands } from './shell.ts';

export interface GunicornSettings {
  readonly bind: Setting<readonly Entry[]>;
  readonly workers: Setting<number>;
  readonly workerClass: Setting<string>;
  readonly threads: Setting<number>;
  /** connections of a worker of threads or green threads */
  readonly workerConnections: Setting<number>;
  /** seconds, 0 is never */
  readonly timeout: Setting<number>;
  readonly gracefulTimeout: Setting<number>;
  /** seconds */
  readonly keepalive: Setting<number>;
  readonly forwardedAllowIps: Setting<readonly Entry[]>;
  readonly secureSchemeHeaders: Setting<readonly { readonly name: string; readonly value: string }[]>;
  readonly forwarderHeaders: Setting<readonly Entry[]>;
  readonly headerMap: Setting<string>;
  readonly limitRequestLine: Setting<number>;
  readonly limitRequestFields: Setting<number>;
  readonly limitRequestFieldSize: Setting<number>;
  readonly proxyProtocol: Setting<string>;
  readonly protocol: Setting<string>;
  readonly httpProtocols: Setting<string>;
  readonly http2Cleartext: Setting<string>;
  readonly rootPath: Setting<string>;
  readonly umask: Setting<number>;
  readonly wsgiApp: Setting<string>;
  readonly chdir: Setting<string>;
  readonly rawEnv: Setting<readonly Entry[]>;
  readonly certfile: Setting<string>;
}

interface Field<T> {
  /** the name in the configuration file */
  readonly key: string;
  readonly flags: string;
  readonly takes?: OptionSpec['takes'];
  readonly fromText: (texts: readonly Setting<string>[]) => Setting<T>;
  readonly fromValue: Reader<T>;
  readonly standard: T;
}

const number = (key: string, flags: string, standard: number): Field<number> => ({
  key,
  flags,
  standard,
  fromValue: (v) => asNumber(v) ?? (v.kind === 'string' && /^\d+$/.test(v.value) ? Number(v.value) : undefined),
  fromText: (texts) => one(texts, (s) => (/^\d+$/.test(s) ? Number(s) : undefined)),
});

const umask: Field<number> = {
  ...number('umask', '-m --umask', 0),
  fromText: (texts) =>
    one(texts, (s) => {
      const value = /^0[xX]/.test(s) ? Number(s) : /^0[oO]?[0-7]+$/.test(s) ? Number.parseInt(s.replace(/^0[oO]?/, ''), 8) : Number(s);
      return Number.isInteger(value) ? value : undefined;
    }),
};

const words = (key: string, flags: string, standard: string): Field<string> => ({
  key,
  flags,
  standard,
  fromValue: (v) =>
    v.kind === 'none' ? standard : v.kind === 'bool' ? String(v.value) : (asText(v) ?? (v.kind === 'symbol' ? v.name : undefined)),
  fromText: (texts) => one(texts, (s) => s),
});

const flag = (key: string, flags: string): Field<string> => ({
  ...words(key, flags, 'off'),
  takes: 'flag',
  fromValue: (v) => (v.kind === 'string' ? v.value : asFlag(v) === undefined ? undefined : asFlag(v) ? 'on' : 'off'),
  fromText: (texts) => one(texts, (s) => (s === 'true' ? 'on' : s === 'false' ? 'off' : s)),
});

const entries = (key: string, flags: string, standard: readonly string[], takes: 'value' | 'many' = 'value'): Field<readonly Entry[]> => ({
  key,
  flags,
  takes,
  standard: standard.map((value) => ({ value, place: NOWHERE })),
  fromValue: (v) => {
    if (v.kind === 'string') return v.value.split(',').map((s) => ({ value: s.trim(), place: v.inner ?? v.at }));
    return asEntries(v);
  },
  fromText: (texts) => {
    const hidden = texts.find((t) => t.from === 'unknown');
    const all = (takes === 'many' ? texts : texts.slice(-1)).flatMap((t) =>
      t.from === 'text' ? t.value.split(',').map((s) => ({ value: s.trim(), place: t.place })) : [],
    );
    if (hidden?.from === 'unknown') {
      const fallback = hidden.fallback?.split(',').map((s) => ({ value: s.trim(), place: hidden.place ?? NOWHERE }));
      return unknownSetting(hidden.why, hidden.place, { env: hidden.env, fallback: fallback ? [...all, ...fallback] : undefined });
    }
    return written(all, placeOf(texts.at(-1)!)!);
  },
});

/** The place of entries that nobody wrote; defaults are never pointed at. */
const NOWHERE = { file: '' as Place['file'], span: { start: 0, end: 0 } } satisfies Place;

const one = <T>(texts: readonly Setting<string>[], read: (s: string) => T | undefined): Setting<T> => {
  const last = texts.at(-1)!;
  if (last.from === 'unknown')
    return unknownSetting(last.why, last.place, { env: last.env, fallback: last.fallback === undefined ? undefined : read(last.fallback) });
  const value = read(last.value);
  return value === undefined ? unknownSetting('not a value of this setting', placeOf(last)) : written(value, placeOf(last)!);
};

const SECURE_SCHEME_HEADERS = [
  { name: 'X-FORWARDED-PROTOCOL', value: 'ssl' },
  { name: 'X-FORWARDED-PROTO', value: 'https' },
  { name: 'X-FORWARDED-SSL', value: 'on' },
];

const schemeHeaders: Field<readonly { name: string; value: string }[]> = {
  key: 'secure_scheme_headers',
  flags: '',
  standard: SECURE_SCHEME_HEADERS,
  fromText: () => unknownSetting('not an option'),
  fromValue: (v) => {
    if (v.kind !== 'dict' || v.open) return undefined;
    const pairs = v.entries.map((e) =>
      e.key.kind === 'string' && e.value.kind === 'string' ? { name: e.key.value.toUpperCase(), value: e.value.value } : null,
    );
    return pairs.every((p) => p !== null) ? pairs : undefined;
  },
};

type Fields = { readonly [K in keyof GunicornSettings]: GunicornSettings[K] extends Setting<infer T> ? Field<T> : never };

const FIELDS: Fields = {
  bind: entries('bind', '-b --bind', ['127.0.0.1:8000'], 'many'),
  workers: number('workers', '-w --workers', 1),
  workerClass: words('worker_class', '-k --worker-class', 'sync'),
  threads: number('threads', '--threads', 1),
  workerConnections: number('worker_connections', '--worker-connections', 1000),
  timeout: number('timeout', '-t --timeout', 30),
  gracefulTimeout: number('graceful_timeout', '--graceful-timeout', 30),
  keepalive: number('keepalive', '--keep-alive', 2),
  forwardedAllowIps: entries('forwarded_allow_ips', '--forwarded-allow-ips', ['127.0.0.1', '::1']),
  secureSchemeHeaders: schemeHeaders,
  forwarderHeaders: entries('forwarder_headers', '--forwarder-headers', ['SCRIPT_NAME', 'PATH_INFO']),
  headerMap: words('header_map', '--header-map', 'drop'),
  limitRequestLine: number('limit_request_line', '--limit-request-line', 4094),
  limitRequestFields: number('limit_request_fields', '--limit-request-fields', 100),
  limitRequestFieldSize: number('limit_request_field_size', '--limit-request-field_size --limit-request-field-size', 8190),
  proxyProtocol: flag('proxy_protocol', '--proxy-protocol'),
  protocol: words('protocol', '--protocol', 'http'),
  httpProtocols: words('http_protocols', '--http-protocols', 'h1'),
  http2Cleartext: words('http2_cleartext', '--http2-cleartext', 'off'),
  rootPath: words('root_path', '--root-path', ''),
  umask,
  wsgiApp: words('wsgi_app', '', ''),
  chdir: words('chdir', '--chdir', ''),
  rawEnv: entries('raw_env', '-e --env', [], 'many'),
  certfile: words('certfile', '--certfile', ''),
};

const TABLE = optionTable([
  ...Object.values(FIELDS)
    .filter((f) => f.flags !== '')
    .map((f) => [f.flags, f.key, f.takes] as const),
  ['-c --config', 'config'],
  ...['--access-logfile', '--access-logformat', '--error-logfile', '--log-file', '--log-level', '--log-config', '--logger-class'].map(
    (f) => [f, f] as const,
  ),
  ...['-n --name', '-p --pid', '-u --user', '-g --group', '--backlog', '--max-requests', '--max-requests-jitter'].map(
    (f) => [f, f] as const,
  ),
  ...[
    '--worker-tmp-dir',
    '--keyfile',
    '--ca-certs',
    '--ciphers',
    '--ssl-version',
    '--cert-reqs',
    '--pythonpath',
    '--proxy-allow-from',
    '--statsd-host',
  ].map((f) => [f, f] as const),
  ...[
    '--statsd-prefix',
    '--dogstatsd-tags',
    '--log-syslog-to',
    '--log-syslog-prefix',
    '--log-syslog-facility',
    '--reload-engine',
    '--reload-extra-file',
    '--paste',
    '--uwsgi-allow-from',
  ].map((f) => [f, f] as const),
  ...[
    '--reload',
    '--preload',
    '--daemon',
    '-D',
    '--capture-output',
    '--check-config',
    '--print-config',
    '--log-syslog',
    '-R',
    '--reuse-port',
    '--no-sendfile',
    '--spew',
  ].map((f) => [f, f, 'flag'] as const),
]);

/** The options of a gunicorn command line. */
export const gunicornArguments = (args: readonly ShellWord[]): ParsedOptions => parseOptions(args, TABLE);

/** The configuration file that a command line names: null for the default, `./gunicorn.conf.py`. */
export const gunicornConfigName = (options: ParsedOptions): Setting<string> | null => options.settings.get('config')?.at(-1) ?? null;

export interface GunicornSources {
  readonly command: ParsedOptions | null;
  readonly config: ModuleValues | null;
  /** A configuration file is named and not among the files. */
  readonly missingConfig: Setting<string> | null;
  readonly environment: Environment;
}

/** All settings, each from its strongest source. */
export function gunicornSettings({ command, config, missingConfig, environment }: GunicornSources): GunicornSettings {
  const variable = environment.get('GUNICORN_CMD_ARGS');
  const text =
    variable?.from === 'text'
      ? MappedText.joined(variable.place.file, [{ text: variable.value, offset: variable.place.span.start }])
      : null;
  const fromVariable = text ? gunicornArguments(shellCommands(text)[0]?.words ?? []) : null;
  const open = command?.settings.get(OPEN_OPTIONS)?.[0];
  const read = <T>(field: Field<T>): Setting<T> => {
    for (const options of [command, fromVariable]) {
      const given = options?.settings.get(field.key);
      if (given) return field.fromText(given);
    }
    if (open) return unknownSetting(open.from === 'unknown' ? open.why : 'more options', placeOf(open));
    if (variable?.from === 'unknown') return unknownSetting('depends on GUNICORN_CMD_ARGS', variable.place);
    const inFile: PyValue | undefined = config?.names.get(field.key);
    if (inFile) return settingOf(inFile, field.fromValue, field.standard);
    if (config?.open) return unknownSetting(config.open, { file: config.file, span: { start: 0, end: 0 } });
    if (missingConfig)
      return unknownSetting(`set in ${certain(missingConfig) ?? 'a file'} perhaps, which is not among the files`, placeOf(missingConfig));
    const fromEnvironment = ENVIRONMENT_DEFAULTS[field.key];
    const set = fromEnvironment ? environment.get(fromEnvironment.name) : undefined;
    if (set && fromEnvironment) {
      const wrapped = (value: string, place: Place): Setting<T> =>
        field.fromText([written(fromEnvironment.wrap ? fromEnvironment.wrap(value) : value, place)]);
      if (set.from !== 'unknown') return wrapped(set.value, placeOf(set)!);
      const { env, fallback, place } = set;
      return unknownSetting(set.why, place, {
        env,
        fallback: fallback === undefined || !place ? undefined : certain(wrapped(fallback, place)),
      });
    }
    return { from: 'default', value: field.standard };
  };
  const all = Object.entries(FIELDS).map(([name, field]) => [name, read(field as Field<unknown>)]);
  return Object.fromEntries(all) as unknown as GunicornSettings;
}

const ENVIRONMENT_DEFAULTS: Readonly<Record<string, { name: string; wrap?: (value: string) => string }>> = table({
  bind: { name: 'PORT', wrap: (port) => `0.0.0.0:${port}` },
  workers: { name: 'WEB_CONCURRENCY' },
  forwarded_allow_ips: { name: 'FORWARDED_ALLOW_IPS' },
});

/** An address as gunicorn reads it (gunicorn/util.py parse_address): without a port 8000, `:80` is every address. */
export function gunicornAddress(text: string): Address | undefined {
  const fd = /^fd:\/\/(\d+)$/.exec(text);
  if (fd) return { kind: 'fd', number: Number(fd[1]) };
  const unix = unixAddress(text);
  if (unix) return unix;
  return tcpAddress(text.replace(/^tcp:\/\//, ''), { port: 8000 });
}

/** What kind of worker a class is; undefined for one that is not gunicorn's own. */
export function gunicornWorker(workerClass: string, threads: number): WorkerKind | undefined {
  if (workerClass === 'sync') return threads > 1 ? 'threads' : 'sync';
  if (workerClass === 'gthread') return 'threads';
  if (/^(gevent|gevent_wsgi|gevent_pywsgi|eventlet|tornado)$/.test(workerClass) || /^egg:.*gevent/.test(workerClass)) return 'async';
  if (workerClass === 'asgi' || /uvicorn|hypercorn/i.test(workerClass)) return 'asgi';
  if (/gevent|eventlet|aiohttp/i.test(workerClass)) return 'async';
  return undefined;
}
