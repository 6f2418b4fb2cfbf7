/** uWSGI: its options (deploy/uwsgi.ts) from command line and files, and the environ that it makes of params or headers. */
import { basename, type FileId } from '../../base/file-id.ts';
import type { Application, WorkerKind } from '../application.ts';
import { type Environ, peerOf, type Refusal, type Seen, seen, type UpstreamRequest, unseen } from '../seen.ts';
import { byDefault, certain, likely, placeOf, written } from '../setting.ts';
import { type Environment, NO_ENVIRONMENT } from '../shell.ts';
import { readUwsgi, type UwsgiOption, type UwsgiOptions, type UwsgiSettings, uwsgiArguments, uwsgiSettings } from '../uwsgi.ts';
import { isSince, type Package } from '../versions.ts';
import { decodedPath, keyed, refusal } from './environ.ts';
import { type Built, declareServer, type Reading } from './server.ts';

const UWSGI: Package = { name: 'uwsgi', assumed: '2.0.28' };

export default declareServer<UwsgiSettings>({
  name: 'uwsgi',
  title: 'uWSGI',
  package: UWSGI,
  role: 'production',
  python: true,
  programs: [{ names: ['uwsgi', 'uwsgi_python3', 'uwsgi-core', 'pyuwsgi'], module: true }],
  activation: 'and',
  socketMode: '755',
  timeoutName: 'harakiri',
  routerTimeout: ({ httpTimeout }) => ({ name: 'http-timeout', seconds: httpTimeout }),
  bodyLimits: (settings) => [{ name: 'limit-post', bytes: settings.limitPost, beyond: 'refused' }],
  headLimits: (_, settings, protocol) =>
    protocol === 'uwsgi' ? [{ name: 'buffer-size', of: 'all params and headers together', bytes: settings.bufferSize, status: 502 }] : [],
  start({ command, files }, reading) {
    const near = files[0] ?? command.place.file;
    const own = uwsgiArguments(command.place.file, command.place, command.args, command.environment);
    const read = spliced(own, command.environment, near, 0, reading);
    return uwsgiBuilt({ ...own, options: read.options }, read.files);
  },
  file(file, text, reading) {
    if (!/\.ini$/.test(basename(file)) && !/uwsgi[\w.-]*\.(ya?ml|json)$/.test(basename(file))) return null;
    const own = readUwsgi(file, text);
    if (!own) return null;
    const read = spliced(own, NO_ENVIRONMENT, file, 0, reading);
    const built = uwsgiBuilt({ ...own, options: read.options }, [file, ...read.files]);
    return built.listeners.length ? { built, place: own.at } : null;
  },
  environ: uwsgiEnviron,
});

/** Options with those of the files that they name put in their place. */
function spliced(
  options: UwsgiOptions,
  environment: Environment,
  near: FileId,
  depth: number,
  reading: Reading,
): { options: UwsgiOption[]; files: FileId[] } {
  const out: UwsgiOption[] = [];
  const files: FileId[] = [];
  for (const option of options.options) {
    const path = /^(ini|yaml|json)$/.test(option.name) ? certain(option.value) : undefined;
    if (path === undefined) {
      out.push(option);
      continue;
    }
    const [name, section] = path.split(/:(?=[\w-]*$)/);
    const file = name ? reading.find(name, near) : options.file;
    const text = file ? reading.text(file) : undefined;
    const read = file && text !== undefined && depth < 5 ? readUwsgi(file, text, environment, section || 'uwsgi') : null;
    if (!file || !read) continue;
    reading.use(file);
    files.push(file);
    const inner = spliced(read, environment, file, depth + 1, reading);
    out.push(...inner.options);
    files.push(...inner.files);
  }
  return { options: out, files };
}

function uwsgiBuilt(options: UwsgiOptions, files: readonly FileId[]): Built<UwsgiSettings> {
  const settings = uwsgiSettings(options);
  const gevent = options.options.find((o) => o.name === 'gevent' || o.name === 'async' || o.name === 'asyncio');
  const threads = likely(settings.threads) ?? 1;
  return {
    settings,
    listeners: settings.sockets.map((s) => ({
      protocol: s.protocol,
      address: s.address,
      tls: s.tls,
      router: s.router,
      by: s.option.writtenName,
      mode: settings.chmodSocket,
    })),
    target: settings.target,
    worker: gevent
      ? written<WorkerKind>('async', gevent.namePlace)
      : threads > 1
        ? written<WorkerKind>('threads', placeOf(settings.threads) ?? options.at)
        : byDefault<WorkerKind>('sync'),
    workers: settings.processes,
    threads: settings.threads,
    requestTimeout: settings.harakiri,
    keepalive: byDefault(0),
    files,
  };
}

function uwsgiEnviron(application: Application, settings: UwsgiSettings, request: UpstreamRequest): Environ {
  const params = request.params ? new Map(request.params) : null;
  const since = (v: string): boolean => isSince(application, UWSGI, v);
  const headers = new Map<string, string>();
  if (params) {
    for (const [n, v] of request.params!) if (n.startsWith('HTTP_') || n === 'CONTENT_TYPE' || n === 'CONTENT_LENGTH') headers.set(n, v);
  } else for (const [k, v] of keyed(request.headers, since('2.1') ? ', ' : 'last')) headers.set(k, v);
  const missing = `uwsgi_param gives none`;
  const param = (name: string): Seen<string> => {
    const value = params?.get(name);
    return value === undefined ? unseen(missing) : seen(value, `the param ${name}`);
  };
  const scheme = uwsgiScheme(params, headers);
  const path = params ? params.get('PATH_INFO') : decodedPath(request.uri);
  const script = params?.get('SCRIPT_NAME') ?? '';
  const { scriptName, pathInfo } = mounted(settings, script, path ?? '');
  const peer = peerOf(request);
  return {
    server: 'uWSGI',
    interface: 'wsgi',
    refused: uwsgiLimits(settings, request),
    method: (params?.get('REQUEST_METHOD') ?? request.method) || 'GET',
    scheme,
    remoteAddr: params
      ? params.has('REMOTE_ADDR')
        ? param('REMOTE_ADDR')
        : seen('', missing)
      : peer === undefined
        ? unseen('nginx’s address is decided by the network')
        : seen(peer, 'the peer is nginx'),
    serverName: params ? param('SERVER_NAME') : unseen('the name of the machine'),
    serverPort: params ? param('SERVER_PORT') : unseen('the port of the socket'),
    scriptName,
    pathInfo,
    headers,
  };
}

/** wsgi.url_scheme of the Python plugin: X-Forwarded-Proto from anyone, then HTTPS and X-Forwarded-SSL, the later of the two. */
function uwsgiScheme(params: ReadonlyMap<string, string> | null, headers: ReadonlyMap<string, string>): Seen<string> {
  const proto = params?.get('UWSGI_SCHEME') || headers.get('HTTP_X_FORWARDED_PROTO');
  if (proto) return seen(proto, 'X-Forwarded-Proto, which uWSGI takes from anyone');
  const secure = params?.get('HTTPS') || headers.get('HTTP_X_FORWARDED_SSL');
  if (secure) {
    const on = /^(on|1)/i.test(secure);
    return seen(on ? 'https' : 'http', params?.get('HTTPS') ? 'the param HTTPS' : 'X-Forwarded-SSL');
  }
  return seen('http', 'neither X-Forwarded-Proto nor HTTPS is sent');
}

/** The application of a mount takes its prefix off the path only with manage-script-name (core/utils.c uwsgi_get_app_id, python plugin). */
function mounted(settings: UwsgiSettings, script: string, path: string): { scriptName: Seen<string>; pathInfo: Seen<string> } {
  const manage = settings.manageScriptName;
  const asSent = {
    scriptName: seen(script, script ? 'the param SCRIPT_NAME' : 'nothing sets it'),
    pathInfo: seen(path, 'the path of the request'),
  };
  if (!settings.mounts.length || certain(manage) === false) return asSent;
  if (manage.from === 'unknown') return { scriptName: unseen(manage.why, [manage.place]), pathInfo: unseen(manage.why, [manage.place]) };
  const mount = settings.mounts
    .filter((m) => m.prefix !== '' && (path === m.prefix || path.startsWith(`${m.prefix}/`)))
    .sort((a, b) => b.prefix.length - a.prefix.length)[0];
  if (!mount) return asSent;
  return {
    scriptName: seen(mount.prefix, 'mount with manage-script-name', [mount.place]),
    pathInfo: seen(path.slice(mount.prefix.length), 'the path behind the mount point', [mount.place]),
  };
}

function uwsgiLimits(settings: UwsgiSettings, request: UpstreamRequest): Refusal | null {
  const buffer = certain(settings.bufferSize);
  if (!request.params) return null;
  const bytes = (s: string): number => new TextEncoder().encode(s).length;
  const size = request.params.reduce((n, [k, v]) => n + 4 + bytes(k) + bytes(v), 0);
  if (buffer !== undefined && size > Math.min(buffer, 65535))
    return refusal(502, `params and headers have ${size} bytes, buffer-size is ${buffer}`, placeOf(settings.bufferSize));
  const vars = certain(settings.maxVars);
  if (vars !== undefined && request.params.length > 2 * vars)
    return refusal(502, `${request.params.length} params and headers, max-vars ${vars} allows ${2 * vars}`, placeOf(settings.maxVars));
  return null;
}
