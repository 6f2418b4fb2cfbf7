/** gunicorn: its settings (deploy/gunicorn.ts), what it believes, and the environ of its workers, uvicorn's among them. */
import { basename, type FileId } from '../../base/file-id.ts';
import type { Address } from '../address.ts';
import type { Application, WorkerKind } from '../application.ts';
import type { ServerCommand } from '../command.ts';
import {
  type GunicornSettings,
  gunicornAddress,
  gunicornArguments,
  gunicornConfigName,
  gunicornSettings,
  gunicornWorker,
} from '../gunicorn.ts';
import type { ModuleValues } from '../python.ts';
import { type Environ, peerOf, type Refusal, type Seen, schemeOf, seen, surely, type UpstreamRequest, unseen } from '../seen.ts';
import { byDefault, certain, convert, likely, placeOf, type Setting, unknownSetting, written } from '../setting.ts';
import { NO_ENVIRONMENT } from '../shell.ts';
import { compareVersions, isSince, type Package, versionOf } from '../versions.ts';
import { decodedPath, fromSetting, headersOfParams, inNetwork, keyed, refusal, unknownPeer } from './environ.ts';
import { type Built, type ConnectionLimit, declareServer, type Lack, plain, type Reading, type Start } from './server.ts';
import { unproxied } from './unproxied.ts';
import { type UvicornTrust, uvicornEnviron, uvicornTrusts } from './uvicorn.ts';

const GUNICORN: Package = { name: 'gunicorn', assumed: '23.0.0' };

export default declareServer<GunicornSettings>({
  name: 'gunicorn',
  title: 'gunicorn',
  package: GUNICORN,
  role: 'production',
  python: true,
  programs: [{ names: ['gunicorn', 'gunicorn3'], module: true }],
  activation: 'only',
  socketMode: '777',
  timeoutName: 'timeout',
  start: fromCommand,
  file(file, text, reading) {
    if (!/gunicorn[\w.-]*\.py$|^gunicorn[\w.-]*\.conf$/.test(basename(file))) return null;
    const values = reading.python(NO_ENVIRONMENT)?.module(file);
    if (!values || (!values.names.has('bind') && !values.names.has('workers'))) return null;
    const start = values.tree.body[0]?.span.start ?? 0;
    const newline = text.indexOf('\n', start);
    return { built: gunicornBuilt(null, null, values, null), place: { file, span: { start, end: newline < 0 ? text.length : newline } } };
  },
  image(image, { environment }) {
    // images that start gunicorn by themselves, each on port 80 of all addresses, with a module of /app
    const kind = /(?:^|\/)tiangolo\/(uvicorn|meinheld)-gunicorn(?:-\w+)?(?::|@|\s|$)/.exec(image.text)?.[1];
    if (!kind) return null;
    const place = image.place();
    const value = (name: string, standard: string): Setting<string> => environment.get(name) ?? byDefault(standard);
    const settings: GunicornSettings = {
      ...gunicornSettings({ command: null, config: null, missingConfig: null, environment }),
      workerClass: byDefault(kind === 'uvicorn' ? 'uvicorn.workers.UvicornWorker' : 'egg:meinheld#gunicorn_worker'),
      timeout: convert(value('TIMEOUT', '120'), Number),
    };
    const bind =
      environment.get('BIND') ?? convert(value('PORT', '80'), (port) => `${likely(value('HOST', '0.0.0.0')) ?? '0.0.0.0'}:${port}`);
    const address = convert(bind.from === 'default' ? written(bind.value, place) : bind, gunicornAddress, 'not an address');
    return plain(settings, [address], kind === 'uvicorn' ? 'asgi' : 'async', {
      target: environment.get('APP_MODULE') ?? unknownSetting('the image looks for app.main or main'),
      keepalive: 5,
    });
  },
  environ: (application, settings, request) =>
    likely(application.worker) === 'asgi' && isUvicornWorker(settings)
      ? uvicornEnviron(application, request, workerTrust(settings))
      : isAiohttpWorker(settings)
        ? unproxied(application, request)
        : gunicornEnviron(application, settings, request),
  trusts: (application, settings, peer) =>
    isUvicornWorker(settings)
      ? uvicornTrusts(application, workerTrust(settings), peer)
      : isAiohttpWorker(settings)
        ? seen(false, 'aiohttp’s worker takes nothing from forwarded headers')
        : gunicornTrusts(application, settings, peer),
  lacks: workerLacking,
  keepaliveName: 'keepalive',
  connections: workerConnections,
  headLimits: (application, settings, protocol) =>
    protocol === 'proxy' && !isUvicornWorker(settings) && !isAiohttpWorker(settings)
      ? [
          { name: 'limit_request_line', of: 'a request line', bytes: settings.limitRequestLine, status: 400 },
          { name: 'limit_request_field_size', of: 'a header', bytes: settings.limitRequestFieldSize, status: tooMany(application) },
        ]
      : [],
  trust: {
    name: 'forwarded_allow_ips',
    list: (settings) => settings.forwardedAllowIps,
    line: (value) => `forwarded_allow_ips = '${value}'`,
    // uvicorn's worker does what uvicorn does
    address: (settings) => isUvicornWorker(settings),
  },
});

/** Worker classes that not every gunicorn has (SUPPORTED_WORKERS of gunicorn/workers/__init__.py): with another it ends with "class uri … invalid or not found". */
const WORKERS = [
  { classes: /^(eventlet|gunicorn\.workers\.geventlet\.\w+)$/, since: '0', removed: '26.0.0', instead: 'Use "gevent" or "gthread"' },
  {
    classes: /^(asgi|gunicorn\.workers\.gasgi\.\w+)$/,
    since: '24.0.0',
    removed: null,
    instead: 'Use "uvicorn_worker.UvicornWorker", or a newer gunicorn',
  },
] as const;

function workerLacking(application: Application, settings: GunicornSettings): Lack | null {
  const name = certain(settings.workerClass);
  const row = name === undefined ? undefined : WORKERS.find((w) => w.classes.test(name));
  if (!row) return null;
  const version = versionOf(application.versions, GUNICORN);
  const of = application.versions.get(GUNICORN.name);
  // only an exact version is too old for certain: the lower end of a range is no more than a hint
  const exact = of && certain(of);
  const removed = row.removed !== null && isSince(application, GUNICORN, row.removed);
  const missing = exact !== undefined && compareVersions(exact, row.since) < 0;
  if (!removed && !missing) return null;
  const why = removed ? `it was removed in ${row.removed}` : `it came in ${row.since}`;
  return { setting: `worker_class "${name}"`, version, why, instead: row.instead, place: placeOf(settings.workerClass) };
}

/** Connections of workers of threads (gthread.py, nr_conns) and of green threads (ggevent.py and geventlet.py, their pools): idle ones are in them. */
function workerConnections(application: Application, settings: GunicornSettings): ConnectionLimit | null {
  const kind = certain(application.worker);
  if (kind !== 'threads' && !(kind === 'async' && /gevent|eventlet/.test(certain(settings.workerClass) ?? ''))) return null;
  const [each, workers] = [certain(settings.workerConnections), certain(application.workers)];
  return { name: 'worker_connections', setting: settings.workerConnections, count: each && workers && each * workers, beyond: 'waits' };
}

const isUvicornWorker = (settings: GunicornSettings): boolean => /uvicorn/i.test(likely(settings.workerClass) ?? '');

/** aiohttp's worker serves by itself: of gunicorn's trust it knows nothing. */
const isAiohttpWorker = (settings: GunicornSettings): boolean => /aiohttp/i.test(likely(settings.workerClass) ?? '');

const workerTrust = (settings: GunicornSettings): UvicornTrust => ({
  trusted: trustedText(settings),
  proxyHeaders: true,
  rootPath: settings.rootPath,
});

function fromCommand({ command, workingDirectory, files }: Start, reading: Reading): Built<GunicornSettings> {
  const options = gunicornArguments(command.args);
  const named = gunicornConfigName(options);
  const near = files[0] ?? command.place.file;
  const python = reading.python(command.environment);
  let config: FileId | null = null;
  if (named) {
    const path = certain(named)?.replace(/^(file|python):/, '');
    config = path
      ? (reading.find(path, near) ?? (/^python:/.test(certain(named) ?? '') ? (python?.moduleFile(path, near) ?? null) : null))
      : null;
  } else config = reading.find(workingDirectory ? `${workingDirectory.split('/').at(-1)}/gunicorn.conf.py` : 'gunicorn.conf.py', near);
  if (config) reading.use(config);
  const values = config && python ? python.module(config) : null;
  return gunicornBuilt(command, options, values, named && !config ? named : null);
}

function gunicornBuilt(
  command: ServerCommand | null,
  options: ReturnType<typeof gunicornArguments> | null,
  config: ModuleValues | null,
  missingConfig: Setting<string> | null,
): Built<GunicornSettings> {
  const settings = gunicornSettings({ command: options, config, missingConfig, environment: command?.environment ?? NO_ENVIRONMENT });
  const word = options?.positional[0];
  const certfile = certain(settings.certfile);
  const protocol = likely(settings.protocol) === 'uwsgi' ? 'uwsgi' : 'http';
  const { bind } = settings;
  const addresses: Setting<Address>[] =
    bind.from === 'unknown'
      ? [
          unknownSetting(bind.why, bind.place, {
            env: bind.env,
            fallback: bind.fallback?.[0] ? gunicornAddress(bind.fallback[0].value) : undefined,
          }),
        ]
      : bind.value.map((e): Setting<Address> => {
          const address = gunicornAddress(e.value);
          if (!address) return unknownSetting('not an address', bind.from === 'text' ? e.place : null);
          return bind.from === 'text' ? written(address, e.place) : byDefault(address);
        });
  const threads = likely(settings.threads) ?? 1;
  const worker: Setting<WorkerKind> =
    settings.threads.from === 'unknown' && certain(settings.workerClass) === 'sync'
      ? unknownSetting(settings.threads.why, settings.threads.place, { fallback: gunicornWorker('sync', threads) })
      : settings.workerClass.from === 'default' && settings.threads.from === 'text'
        ? written(threads > 1 ? 'threads' : 'sync', settings.threads.place)
        : convert(settings.workerClass, (c) => gunicornWorker(c, threads), 'a worker class that is not gunicorn’s own');
  const kind = likely(worker);
  const sync = kind === 'sync';
  return {
    settings,
    listeners: addresses.map((address) => ({
      protocol,
      address,
      tls: certfile !== undefined && certfile !== '',
      router: false,
      by: 'bind',
      mode: convert(settings.umask, (mask): string | null => (0o777 & ~mask).toString(8)),
    })),
    target: word
      ? word.unknown.length
        ? unknownSetting(`depends on $${word.unknown[0]}`, word.place)
        : written(word.text, word.place)
      : settings.wsgiApp.from === 'default'
        ? unknownSetting('no application is named')
        : settings.wsgiApp,
    worker,
    workers: settings.workers,
    threads: settings.threads,
    requestTimeout:
      worker.from === 'unknown' && kind === undefined ? unknownSetting(worker.why, worker.place) : sync ? settings.timeout : byDefault(0),
    keepalive: sync ? byDefault(0) : settings.keepalive,
    files: config ? [config.file] : [],
  };
}

const trustedText = (settings: GunicornSettings): Setting<string> => {
  const s = settings.forwardedAllowIps;
  if (s.from === 'unknown') return { from: 'unknown', why: s.why, place: s.place, fallback: s.fallback?.map((e) => e.value).join(',') };
  const value = s.value.map((e) => e.value).join(',');
  return s.from === 'text' ? { from: 'text', value, place: s.place } : { from: 'default', value };
};

/** Whether gunicorn believes the peer (http/message.py parse_headers): unix sockets always, else by exact address, from 24.1.1 by network. */
function gunicornTrusts(application: Application, settings: GunicornSettings, peer: string | undefined): Seen<boolean> {
  const setting = settings.forwardedAllowIps;
  if (peer === '') return seen(true, 'gunicorn trusts unix sockets');
  if (setting.from === 'unknown') {
    const otherwise =
      setting.fallback && gunicornTrusts(application, { ...settings, forwardedAllowIps: byDefault(setting.fallback) }, peer);
    return unseen(setting.why, [setting.place], otherwise && surely(otherwise));
  }
  const list = setting.value
    .map((e) => e.value)
    .filter((v) => !(setting.from === 'default' && v === '::1' && !isSince(application, GUNICORN, '23.0.0')));
  const place = placeOf(setting);
  if (list.includes('*')) return seen(true, 'forwarded_allow_ips is *', [place]);
  if (peer === undefined) return unknownPeer(application, list, place);
  const networks = isSince(application, GUNICORN, '24.1.1');
  const trusted = list.some((entry) => entry === peer || (networks && inNetwork(peer, entry)));
  return seen(trusted, trusted ? `forwarded_allow_ips holds ${peer}` : `forwarded_allow_ips does not hold ${peer}`, [place]);
}

/** A variable of the workers: `raw_env` is put over those that gunicorn is started with (Arbiter.setup). */
function variableOf({ rawEnv }: GunicornSettings, application: Application, name: string): Setting<string> | undefined {
  if (rawEnv.from === 'unknown') return unknownSetting(rawEnv.why, rawEnv.place);
  const own = rawEnv.value.findLast(({ value }) => value.startsWith(`${name}=`));
  return own ? written(own.value.slice(name.length + 1), own.place) : application.environment.get(name);
}

function gunicornEnviron(application: Application, settings: GunicornSettings, request: UpstreamRequest): Environ {
  const peer = peerOf(request);
  const since = (v: string): boolean => isSince(application, GUNICORN, v);
  const trusts = gunicornTrusts(application, settings, peer);
  const uwsgi = request.params !== null;
  const headerMap = certain(settings.headerMap) ?? 'drop';
  const forwarders = new Set((certain(settings.forwarderHeaders) ?? []).map((e) => e.value));
  const kept: (readonly [string, string])[] = [];
  let refused: Refusal | null = gunicornLimits(application, settings, request);
  // http2/negotiation.py mismatch_is_error: a trusted peer must open with HTTP/2 where that is the only way
  const only2 = certain(settings.http2Cleartext) === 'prior-knowledge' && /\bh2\b/.test(certain(settings.httpProtocols) ?? '');
  if (only2 && since('26.2.0') && !uwsgi && trusts.known && trusts.value && !/^2/.test(request.httpVersion ?? '1.0'))
    refused ??= refusal(400, 'gunicorn takes HTTP/2 only from a trusted proxy, by http2_cleartext', placeOf(settings.http2Cleartext));
  for (const [name, value] of uwsgi ? headersOfParams(request.params!) : request.headers) {
    const upper = name.toUpperCase();
    if (upper.includes('_') && since('22.0.0') && !uwsgi) {
      const forwarded = since('23.0.0') && trusts.known && trusts.value && forwarders.has(upper);
      if (!forwarded && headerMap === 'refuse')
        refused ??= refusal(400, `gunicorn refuses the header ${name}`, placeOf(settings.headerMap));
      if (!forwarded && headerMap !== 'dangerous') continue;
    }
    kept.push([upper, value]);
  }
  const headers = keyed(kept, ',');
  const scheme = uwsgi ? paramScheme(request.params!) : gunicornScheme(settings, kept, trusts, schemeOf(request));
  if (scheme.refused) refused ??= scheme.refused;
  const twice = since('26.1.0') ? ['HOST', 'CONTENT-TYPE'].find((name) => kept.filter(([n]) => n === name).length > 1) : undefined;
  if (twice) refused ??= refusal(400, `gunicorn refuses a second ${twice === 'HOST' ? 'Host' : 'Content-Type'} header`);
  const path = uwsgi ? bytewise(request.params!.find(([n]) => n === 'PATH_INFO')?.[1] ?? '/') : decodedPath(request.uri);
  const fromHeader = uwsgi ? undefined : kept.findLast(([n]) => n === 'SCRIPT_NAME')?.[1];
  const variable = variableOf(settings, application, 'SCRIPT_NAME');
  const script: Seen<string> =
    fromHeader !== undefined
      ? seen(fromHeader, 'the header SCRIPT_NAME')
      : variable
        ? (fromSetting(variable) ?? seen(certain(variable)!, 'the variable SCRIPT_NAME', [placeOf(variable)]))
        : seen('', 'nothing sets it');
  let pathInfo: Seen<string> = seen(path, 'the path of the request');
  if (script.known && script.value) {
    const at = since('22.0.0') ? (path.startsWith(script.value) ? 0 : -1) : path.indexOf(script.value);
    if (at < 0) refused ??= refusal(500, `the path ${path} does not begin with SCRIPT_NAME ${script.value}`, ...script.places);
    else pathInfo = seen(path.slice(at + script.value.length), 'the path behind SCRIPT_NAME', script.places);
  } else if (!script.known) pathInfo = unseen(script.why, script.places);
  const host = headers.get('HTTP_HOST');
  const bound = application.listeners[0] ? certain(application.listeners[0].address) : undefined;
  const own = peer === '' ? serverFromHost(host, scheme.seen) : null;
  return {
    server: 'gunicorn',
    interface: likely(application.worker) === 'asgi' ? 'asgi' : 'wsgi',
    refused,
    method: request.method ?? 'GET',
    scheme: scheme.seen,
    remoteAddr:
      peer === undefined
        ? unseen('nginx’s address is decided by the network')
        : seen(peer, peer === '' ? 'a unix socket has no address' : 'the peer is nginx'),
    serverName: own?.name ?? (bound?.kind === 'tcp' && bound.host ? seen(bound.host, 'the bound address') : unseen('the bound address')),
    serverPort: own?.port ?? (bound?.kind === 'tcp' ? seen(String(bound.port), 'the bound port') : unseen('the bound address')),
    scriptName: script,
    pathInfo,
    headers,
  };
}

/** A param's path as gunicorn 26.2 hands it on over the uwsgi protocol: every byte of UTF-8 counts as one character. */
const bytewise = (path: string): string => String.fromCharCode(...new TextEncoder().encode(path));

/** On a unix socket gunicorn takes SERVER_NAME and SERVER_PORT from Host (http/wsgi.py create). */
function serverFromHost(host: string | undefined, scheme: Seen<string>): { name: Seen<string>; port: Seen<string> } {
  if (host === undefined) return { name: unseen('the socket’s path'), port: seen('', 'no Host is sent') };
  const [name = '', port] = host.split(':');
  return {
    name: seen(name, 'the Host header'),
    port:
      port !== undefined
        ? seen(port, 'the Host header')
        : scheme.known
          ? seen(scheme.value === 'https' ? '443' : '80', 'the scheme')
          : unseen(scheme.why),
  };
}

/** How gunicorn refuses headers that are too many or too long. */
const tooMany = (application: Application): number => (isSince(application, GUNICORN, '23.0.0') ? 431 : 400);

function gunicornLimits(application: Application, settings: GunicornSettings, request: UpstreamRequest): Refusal | null {
  if (request.params) return null;
  const capped = (s: Setting<number>, most: number): number | undefined => {
    const value = certain(s);
    return value === undefined ? undefined : value < 0 || value >= most ? most : value;
  };
  const line = capped(settings.limitRequestLine, 8190);
  const length = `${request.method ?? 'GET'} ${request.uri} HTTP/${request.httpVersion ?? '1.0'}`.length;
  if (line && length > line)
    return refusal(400, `the request line has ${length} characters, limit_request_line allows ${line}`, placeOf(settings.limitRequestLine));
  const fields = certain(settings.limitRequestFields);
  if (fields !== undefined && fields > 0 && request.headers.length > fields)
    return refusal(
      tooMany(application),
      `${request.headers.length} headers, limit_request_fields allows ${fields}`,
      placeOf(settings.limitRequestFields),
    );
  const size = certain(settings.limitRequestFieldSize);
  const large = request.headers.find(([n, v]) => size && n.length + v.length + 4 > size);
  if (large)
    return refusal(
      tooMany(application),
      `the header ${large[0]} is longer than limit_request_field_size ${size}`,
      placeOf(settings.limitRequestFieldSize),
    );
  return null;
}

function gunicornScheme(
  settings: GunicornSettings,
  headers: readonly (readonly [string, string])[],
  trusts: Seen<boolean>,
  own: string,
): { seen: Seen<string>; refused: Refusal | null } {
  const table = settings.secureSchemeHeaders;
  if (table.from === 'unknown') return { seen: unseen(table.why, [table.place], own), refused: null };
  const rows = new Map(table.value.map((r) => [r.name, r.value]));
  const found = headers.filter(([n]) => rows.has(n));
  if (!found.length) return { seen: seen(own, 'no header of secure_scheme_headers is sent', [placeOf(table)]), refused: null };
  if (!trusts.known) {
    const likely = trusts.likely === false ? own : undefined;
    return { seen: unseen(`gunicorn may ignore ${found[0]![0]}: ${trusts.why}`, trusts.places, likely), refused: null };
  }
  if (!trusts.value) return { seen: seen(own, `gunicorn ignores ${found[0]![0]}: ${trusts.why}`, trusts.places), refused: null };
  const schemes = found.map(([n, v]) => (v === rows.get(n) ? 'https' : 'http'));
  const refused = schemes.some((s) => s !== schemes[0])
    ? refusal(400, `${found.map(([n, v]) => `${n}: ${v}`).join(' and ')} contradict each other`, placeOf(table))
    : null;
  return { seen: seen(schemes[0]!, `${found[0]![0]}: ${found[0]![1]}`, trusts.places), refused };
}

const paramScheme = (params: readonly (readonly [string, string])[]): { seen: Seen<string>; refused: null } => {
  const https = params.findLast(([n]) => n === 'HTTPS')?.[1];
  const on = https !== undefined && /^(on|1)/i.test(https);
  return { seen: seen(on ? 'https' : 'http', on ? 'the param HTTPS' : 'no param HTTPS'), refused: null };
};
