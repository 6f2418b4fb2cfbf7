/** What each application server makes of a request before the framework sees it: its limits, whom it trusts, and the variables that it sets. */
import type { Place } from '../base/span.ts';
import { type Application, serverTitle } from './application.ts';
import type { UvicornSettings } from './asgi-servers.ts';
import type { GunicornSettings } from './gunicorn.ts';
import { certain, likely, placeOf, type Setting } from './setting.ts';
import type { UwsgiSettings } from './uwsgi.ts';
import { compareVersions, type Package } from './versions.ts';
import { type Environ, peerOf, type Refusal, type Seen, seen, type UpstreamRequest, unseen } from './view.ts';

/** The versions that are assumed where the files name none: those that most machines get today. */
const ASSUMED: Readonly<Record<string, string>> = {
  gunicorn: '23.0.0',
  uwsgi: '2.0.28',
  uvicorn: '0.34.0',
  django: '5.2',
  flask: '3.1',
  starlette: '0.46',
  daphne: '4.1',
};

/** The version to reckon with: the named one, the lower end of a range, or the assumed one. */
export const versionOf = (application: Application, name: Package): string => {
  const setting = application.versions.get(name);
  return (setting && likely(setting)) ?? ASSUMED[name] ?? '0';
};

export const isSince = (application: Application, name: Package, version: string): boolean =>
  compareVersions(versionOf(application, name), version) >= 0;

/** Percent-decoding of a path into what Python shows: UTF-8 where it is. */
export function decodedPath(target: string): string {
  const path = target.replace(/[?#].*$/s, '').replace(/^[a-z]+:\/\/[^/]*/i, '');
  const bytes: number[] = [];
  for (let i = 0; i < path.length; i++) {
    const hex = path[i] === '%' ? /^[0-9a-fA-F]{2}/.exec(path.slice(i + 1, i + 3)) : null;
    if (hex) {
      bytes.push(Number.parseInt(hex[0], 16));
      i += 2;
    } else for (const b of new TextEncoder().encode(path[i]!)) bytes.push(b);
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

const fromSetting = <T>(setting: Setting<T>): Seen<T> | null => (setting.from === 'unknown' ? unseen(setting.why, [setting.place]) : null);

const refusal = (status: number, why: string, ...places: (Place | null)[]): Refusal => ({
  by: 'server',
  status,
  why,
  places: places.filter((p) => p !== null),
});

const keyOf = (name: string): string => {
  const upper = name.toUpperCase().replaceAll('-', '_');
  return upper === 'CONTENT_TYPE' || upper === 'CONTENT_LENGTH' ? upper : `HTTP_${upper}`;
};

/** Headers by key, repeated ones joined by `joiner`; with `last` only the last one counts. */
function keyed(pairs: readonly (readonly [string, string])[], joiner: string | 'last'): Map<string, string> {
  const out = new Map<string, string>();
  for (const [name, value] of pairs) {
    const key = keyOf(name);
    const old = out.get(key);
    out.set(key, old === undefined || joiner === 'last' ? value : old + joiner + value);
  }
  return out;
}

const NOT_RUN = 'not known for this server';

/** The environ that the application's server makes of a request. */
export function environOf(application: Application, request: UpstreamRequest): Environ {
  const { side } = application;
  const mismatch = protocolMismatch(application, request);
  const environ =
    side.server === 'gunicorn'
      ? likely(application.worker) === 'asgi' && isUvicornWorker(side.settings)
        ? uvicornEnviron(application, request, {
            trusted: trustedText(side.settings),
            proxyHeaders: true,
            rootPath: side.settings.rootPath,
          })
        : gunicornEnviron(application, side.settings, request)
      : side.server === 'uwsgi'
        ? uwsgiEnviron(application, side.settings, request)
        : side.server === 'uvicorn' || side.server === 'fastapi-run'
          ? uvicornEnviron(application, request, side.server === 'uvicorn' ? uvicornTrust(side.settings) : DEFAULT_UVICORN)
          : side.server === 'daphne'
            ? daphneEnviron(application, request, side.settings.proxyHeaders, side.settings.rootPath)
            : side.server === 'hypercorn'
              ? hypercornEnviron(application, request, side.settings.rootPath)
              : plainEnviron(application, request);
  return mismatch ? { ...environ, refused: mismatch } : environ;
}

const isUvicornWorker = (settings: GunicornSettings): boolean => /uvicorn/i.test(likely(settings.workerClass) ?? '');

/** nginx speaks another protocol than the socket it reaches. */
function protocolMismatch(application: Application, request: UpstreamRequest): Refusal | null {
  const spoken = request.protocol.replace(/^suwsgi$/, 'uwsgi').replace(/^https$/, 'http');
  const protocols = new Set(application.listeners.map((l) => l.protocol));
  if (!application.listeners.length || protocols.has(spoken as never) || !['http', 'uwsgi', 'fastcgi', 'scgi'].includes(spoken))
    return null;
  const listener = application.listeners[0]!;
  return refusal(
    502,
    `${serverTitle(application)} expects the ${listener.protocol} protocol here, nginx speaks ${spoken}`,
    placeOf(listener.address),
  );
}

/**
 * Whether the server believes the forwarded headers of a connection from `peer` ('' for a unix socket, undefined when the network decides the address);
 * null for servers that have no such list.
 */
export function trusts(application: Application, peer: string | undefined): Seen<boolean> | null {
  const { side } = application;
  if (side.server === 'gunicorn') {
    if (isUvicornWorker(side.settings))
      return uvicornTrusts(
        application,
        { trusted: trustedText(side.settings), proxyHeaders: true, rootPath: side.settings.rootPath },
        peer,
      );
    return gunicornTrusts(application, side.settings, peer);
  }
  return side.server === 'uvicorn' ? uvicornTrusts(application, uvicornTrust(side.settings), peer) : null;
}

// gunicorn

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
  if (setting.from === 'unknown') return unseen(setting.why, [setting.place]);
  const list = setting.value
    .map((e) => e.value)
    .filter((v) => !(setting.from === 'default' && v === '::1' && !isSince(application, 'gunicorn', '23.0.0')));
  const place = placeOf(setting);
  if (list.includes('*')) return seen(true, 'forwarded_allow_ips is *', [place]);
  if (peer === undefined) return unseen('nginx’s address is decided by the network', [place]);
  const networks = isSince(application, 'gunicorn', '24.1.1');
  const trusted = list.some((entry) => entry === peer || (networks && inNetwork(peer, entry)));
  return seen(trusted, trusted ? `forwarded_allow_ips holds ${peer}` : `forwarded_allow_ips does not hold ${peer}`, [place]);
}

function inNetwork(address: string, network: string): boolean {
  const m = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(network);
  const a = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  if (!m || !a) return false;
  const value = (x: RegExpExecArray): number => [1, 2, 3, 4].reduce((n, i) => n * 256 + Number(x[i]), 0);
  const size = 2 ** (32 - Number(m[5]));
  return Math.floor(value(m) / size) === Math.floor(value(a) / size);
}

function gunicornEnviron(application: Application, settings: GunicornSettings, request: UpstreamRequest): Environ {
  const peer = peerOf(request);
  const since = (v: string): boolean => isSince(application, 'gunicorn', v);
  const trusts = gunicornTrusts(application, settings, peer);
  const uwsgi = request.params !== null;
  const headerMap = certain(settings.headerMap) ?? 'drop';
  const forwarders = new Set((certain(settings.forwarderHeaders) ?? []).map((e) => e.value));
  const kept: (readonly [string, string])[] = [];
  let refused: Refusal | null = gunicornLimits(application, settings, request);
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
  const scheme = uwsgi ? paramScheme(request.params!) : gunicornScheme(settings, kept, trusts);
  if (scheme.refused) refused ??= scheme.refused;
  if (since('26.1.0') && kept.filter(([n]) => n === 'HOST').length > 1) refused ??= refusal(400, 'gunicorn refuses a second Host header');
  const path = uwsgi ? bytewise(request.params!.find(([n]) => n === 'PATH_INFO')?.[1] ?? '/') : decodedPath(request.uri);
  const fromHeader = uwsgi ? undefined : kept.findLast(([n]) => n === 'SCRIPT_NAME')?.[1];
  const variable = application.environment.get('SCRIPT_NAME');
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
    server: serverTitle(application),
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

function gunicornLimits(application: Application, settings: GunicornSettings, request: UpstreamRequest): Refusal | null {
  if (request.params) return null;
  const tooMany = isSince(application, 'gunicorn', '23.0.0') ? 431 : 400;
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
      tooMany,
      `${request.headers.length} headers, limit_request_fields allows ${fields}`,
      placeOf(settings.limitRequestFields),
    );
  const size = certain(settings.limitRequestFieldSize);
  const large = request.headers.find(([n, v]) => size && n.length + v.length + 4 > size);
  if (large)
    return refusal(
      tooMany,
      `the header ${large[0]} is longer than limit_request_field_size ${size}`,
      placeOf(settings.limitRequestFieldSize),
    );
  return null;
}

function gunicornScheme(
  settings: GunicornSettings,
  headers: readonly (readonly [string, string])[],
  trusts: Seen<boolean>,
): { seen: Seen<string>; refused: Refusal | null } {
  const table = settings.secureSchemeHeaders;
  if (table.from === 'unknown') return { seen: unseen(table.why, [table.place], 'http'), refused: null };
  const rows = new Map(table.value.map((r) => [r.name, r.value]));
  const found = headers.filter(([n]) => rows.has(n));
  if (!found.length) return { seen: seen('http', 'no header of secure_scheme_headers is sent', [placeOf(table)]), refused: null };
  if (!trusts.known) return { seen: unseen(trusts.why, trusts.places), refused: null };
  if (!trusts.value) return { seen: seen('http', `gunicorn ignores ${found[0]![0]}: ${trusts.why}`, trusts.places), refused: null };
  const schemes = found.map(([n, v]) => (v === rows.get(n) ? 'https' : 'http'));
  const refused = schemes.some((s) => s !== schemes[0])
    ? refusal(400, `${found.map(([n, v]) => `${n}: ${v}`).join(' and ')} contradict each other`, placeOf(table))
    : null;
  return { seen: seen(schemes[0]!, `${found[0]![0]}: ${found[0]![1]}`, trusts.places), refused };
}

/** Headers among params: `HTTP_X_Y` as `X-Y`, and the two content headers. */
const headersOfParams = (params: readonly (readonly [string, string])[]): [string, string][] =>
  params.flatMap(([n, v]): [string, string][] =>
    n.startsWith('HTTP_')
      ? [[n.slice(5).replaceAll('_', '-'), v]]
      : n === 'CONTENT_TYPE' || n === 'CONTENT_LENGTH'
        ? [[n.replace('_', '-'), v]]
        : [],
  );

const paramScheme = (params: readonly (readonly [string, string])[]): { seen: Seen<string>; refused: null } => {
  const https = params.findLast(([n]) => n === 'HTTPS')?.[1];
  const on = https !== undefined && /^(on|1)/i.test(https);
  return { seen: seen(on ? 'https' : 'http', on ? 'the param HTTPS' : 'no param HTTPS'), refused: null };
};

// uWSGI

function uwsgiEnviron(application: Application, settings: UwsgiSettings, request: UpstreamRequest): Environ {
  const params = request.params ? new Map(request.params) : null;
  const since = (v: string): boolean => isSince(application, 'uwsgi', v);
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
    server: serverTitle(application),
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

// uvicorn

interface UvicornTrust {
  readonly trusted: Setting<string>;
  readonly proxyHeaders: boolean | Setting<boolean>;
  readonly rootPath: Setting<string>;
}

const uvicornTrust = (s: UvicornSettings): UvicornTrust => ({
  trusted: s.forwardedAllowIps,
  proxyHeaders: s.proxyHeaders,
  rootPath: s.rootPath,
});
const DEFAULT_UVICORN: UvicornTrust = {
  trusted: { from: 'default', value: '127.0.0.1' },
  proxyHeaders: true,
  rootPath: { from: 'default', value: '' },
};

const SCHEMES = new Set(['http', 'https', 'ws', 'wss']);

const trustedList = (trust: UvicornTrust): readonly string[] | undefined =>
  certain(trust.trusted)
    ?.split(',')
    .map((s) => s.trim());

const isTrusted = (list: readonly string[] | undefined, address: string, networks: boolean): boolean =>
  (list ?? []).some((e) => e === address || (networks && inNetwork(address, e)));

function uvicornTrusts(application: Application, trust: UvicornTrust, peer: string | undefined): Seen<boolean> {
  const place = placeOf(trust.trusted);
  const on = typeof trust.proxyHeaders === 'boolean' ? trust.proxyHeaders : certain(trust.proxyHeaders);
  const list = trustedList(trust);
  if (on === false) return seen(false, 'proxy headers are switched off');
  if (list === undefined || on === undefined)
    return unseen(trust.trusted.from === 'unknown' ? trust.trusted.why : 'proxy headers may be off', [place]);
  if (list.includes('*')) return seen(true, 'forwarded-allow-ips is *', [place]);
  if (peer === '') return seen(false, 'uvicorn does not trust a unix socket by itself', [place]);
  if (peer === undefined) return unseen('nginx’s address is decided by the network', [place]);
  const holds = isTrusted(list, peer, isSince(application, 'uvicorn', '0.31.0'));
  return seen(holds, holds ? `forwarded-allow-ips holds ${peer}` : `forwarded-allow-ips does not hold ${peer}`, [place]);
}

function uvicornEnviron(application: Application, request: UpstreamRequest, trust: UvicornTrust): Environ {
  const peer = peerOf(request);
  const since = (v: string): boolean => isSince(application, 'uvicorn', v);
  const headers = keyed(request.headers, ',');
  const list = trustedList(trust);
  const everyone = list?.includes('*') ?? false;
  const matches = (address: string): boolean => isTrusted(list, address, since('0.31.0'));
  const trusts = uvicornTrusts(application, trust, peer);
  const lastOf = (name: string): string | undefined => request.headers.findLast(([n]) => n.toLowerCase() === name)?.[1];
  const proto = lastOf('x-forwarded-proto')?.trim();
  const usable = proto !== undefined && (!since('0.32.0') || SCHEMES.has(proto));
  const scheme: Seen<string> =
    proto === undefined
      ? seen('http', 'no X-Forwarded-Proto is sent')
      : !trusts.known
        ? unseen(trusts.why, trusts.places)
        : !trusts.value
          ? seen('http', `X-Forwarded-Proto is ignored: ${trusts.why}`, trusts.places)
          : usable
            ? seen(proto, `X-Forwarded-Proto: ${proto}`, trusts.places)
            : seen('http', `X-Forwarded-Proto: ${proto} is none of http, https, ws, wss`, trusts.places);
  const chain = lastOf('x-forwarded-for')
    ?.split(',')
    .map((s) => s.trim());
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
    server: serverTitle(application),
    interface: 'asgi',
    refused: null,
    method: request.method ?? 'GET',
    scheme,
    remoteAddr: address,
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

// Daphne, Hypercorn and the rest

function daphneEnviron(application: Application, request: UpstreamRequest, on: Setting<boolean>, rootPath: Setting<string>): Environ {
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
    server: serverTitle(application),
    interface: 'asgi',
    refused: null,
    method: request.method ?? 'GET',
    scheme:
      enabled === undefined
        ? unseen(hidden, [placeOf(on)])
        : enabled && chain !== undefined && first('x-forwarded-proto') !== undefined
          ? seen(first('x-forwarded-proto')!, 'X-Forwarded-Proto, by --proxy-headers', [placeOf(on)])
          : seen('http', enabled ? 'X-Forwarded-Proto or X-Forwarded-For is missing' : '--proxy-headers is not given', [placeOf(on)]),
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

function hypercornEnviron(application: Application, request: UpstreamRequest, rootPath: Setting<string>): Environ {
  const peer = peerOf(request);
  const root = certain(rootPath);
  return {
    server: serverTitle(application),
    interface: 'asgi',
    refused: null,
    method: request.method ?? 'GET',
    scheme: seen('http', 'Hypercorn ignores forwarded headers'),
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

function plainEnviron(application: Application, request: UpstreamRequest): Environ {
  return {
    server: serverTitle(application),
    interface: 'wsgi',
    refused: null,
    method: request.method ?? 'GET',
    scheme: application.side.server === 'runserver' ? seen('http', 'runserver knows no proxy') : unseen(NOT_RUN),
    remoteAddr: application.side.server === 'unknown' ? unseen(NOT_RUN) : seen(peerOf(request) ?? '', 'the peer is nginx'),
    serverName: unseen(NOT_RUN),
    serverPort: unseen(NOT_RUN),
    scriptName: seen('', 'nothing sets it'),
    pathInfo: seen(decodedPath(request.uri), 'the path of the request'),
    headers: keyed(request.params ? headersOfParams(request.params) : request.headers, ','),
  };
}
