/** Flask: ProxyFix, the configuration values that concern names, paths and sizes, and what Werkzeug makes of the environ. */
import type { FileId } from '../../base/file-id.ts';
import type { Place } from '../../base/span.ts';
import type { Application } from '../application.ts';
import type { Route } from '../django.ts';
import type { ModuleValues, PyCall, PythonProject } from '../python.ts';
import {
  asEntries,
  asNumberOrNull,
  asTextOrNull,
  type Entry,
  type PyArgument,
  type PyValue,
  type Reader,
  settingOf,
} from '../python-value.ts';
import { type Environ, joinedPath, type Seen, seen, unseen } from '../seen.ts';
import { placeOf, type Setting, unknownSetting } from '../setting.ts';
import { isSince, type Package } from '../versions.ts';
import type { FrameworkView } from '../view.ts';
import {
  type ApplicationReading,
  type CookieScope,
  declareFramework,
  type ForwardedCounts,
  type FrameworkDeclaration,
  refusedHost,
} from './framework.ts';

/** False is Flask's word for a cookie of the host alone. */
const asDomain: Reader<string | null> = (v) => (v.kind === 'bool' && !v.value ? null : asTextOrNull(v));

export interface FlaskSettings {
  readonly file: FileId;
  /** The call that makes the application. */
  readonly place: Place;
  readonly proxyFix: ForwardedCounts | null;
  /** where flask_cors is put in */
  readonly cors: Place | null;
  /** where Flask-Talisman is put in, if it redirects to HTTPS */
  readonly talisman: Place | null;
  readonly serverName: Setting<string | null>;
  readonly applicationRoot: Setting<string | null>;
  readonly maxContentLength: Setting<number | null>;
  readonly sessionCookieDomain: Setting<string | null>;
  readonly sessionCookiePath: Setting<string | null>;
  /** from 3.1 on a request for another host is refused */
  readonly trustedHosts: Setting<readonly Entry[] | null>;
  readonly webSockets: readonly Route[];
}

const COUNTS: readonly (readonly [keyof Omit<ForwardedCounts, 'place'>, string, number])[] = [
  ['xFor', 'x_for', 1],
  ['xProto', 'x_proto', 1],
  ['xHost', 'x_host', 0],
  ['xPort', 'x_port', 0],
  ['xPrefix', 'x_prefix', 0],
];

const asCount: Reader<number> = (v) => (v.kind === 'number' ? v.value : v.kind === 'bool' ? Number(v.value) : undefined);

function proxyFixOf(args: readonly PyArgument[], place: Place): ForwardedCounts {
  const positional = args.filter((a) => a.name === null);
  const open = args.find((a) => a.name === '*' || a.name === '**');
  const counts = COUNTS.map(([field, name, standard], i) => {
    const value = args.find((a) => a.name === name)?.value ?? positional[i + 1]?.value;
    return [field, !value && open ? unknownSetting<number>('more arguments', open.value.at) : settingOf(value, asCount, standard)] as const;
  });
  return { place, ...(Object.fromEntries(counts) as Omit<ForwardedCounts, 'place'>) };
}

/** Flask-SocketIO takes WebSockets on a path of its own, `/socket.io/` where no other is given. */
const socketIo = (calls: readonly PyCall[]): Route[] =>
  calls.flatMap((c): Route[] => {
    if (!/^flask_socketio\.SocketIO$/.test(c.callee)) return [];
    const path = c.args.find((a) => a.name === 'path')?.value;
    if (path && path.kind !== 'string') return [];
    return [{ path: `${(path?.value ?? 'socket.io').replace(/^\/|\/$/g, '')}/`, regex: false, place: c.at }];
  });

/** Flask-Talisman redirects to HTTPS unless it is told not to; null where that is open as well. */
function talismanOf(calls: readonly PyCall[]): Place | null {
  const put = calls.find((c) => /^flask_talisman\.Talisman$/.test(c.callee));
  const told = calls.some(
    (c) => /(?:^|\.)(?:Talisman|init_app)$/.test(c.callee) && c.args.some((a) => a.name === 'force_https' || a.name === '**'),
  );
  return put && !told ? put.at : null;
}

/** The settings of an application whose configuration has Flask's form: Flask itself, and Quart. */
export function flaskSettings({ made, modules, project }: ApplicationReading): FlaskSettings {
  const fix = modules.flatMap((m) => m.calls).find((c) => /(^|\.)ProxyFix$/.test(c.callee));
  const config = configuration(modules, project);
  const get = <T>(name: string, read: Reader<T>, standard: T): Setting<T> => {
    const value = config.values.get(name);
    if (!value && config.open) return unknownSetting(config.open);
    return settingOf(value, read, standard);
  };
  return {
    file: made.at.file,
    place: made.at,
    talisman: talismanOf(modules.flatMap((m) => m.calls)),
    proxyFix: fix ? proxyFixOf(fix.args, fix.at) : null,
    serverName: get('SERVER_NAME', asTextOrNull, null),
    applicationRoot: get('APPLICATION_ROOT', asTextOrNull, '/'),
    maxContentLength: get('MAX_CONTENT_LENGTH', asNumberOrNull, null),
    sessionCookieDomain: get('SESSION_COOKIE_DOMAIN', asDomain, null),
    // where it is not set it is the root of the application
    sessionCookiePath: get('SESSION_COOKIE_PATH', asTextOrNull, null),
    trustedHosts: get('TRUSTED_HOSTS', (v) => (v.kind === 'none' ? null : asEntries(v)), null),
    webSockets: socketIo(modules.flatMap((m) => m.calls)),
    cors: modules.flatMap((m) => m.calls).find((c) => /^flask_cors\.(?:CORS|cross_origin)$/.test(c.callee))?.at ?? null,
  };
}

/** `app.config[…] = …`, `.update(…)`, `.from_mapping(…)`, `.from_object(…)`: what is certain, and whether more may come from elsewhere. */
function configuration(modules: readonly ModuleValues[], project: PythonProject): { values: Map<string, PyValue>; open: string | null } {
  const values = new Map<string, PyValue>();
  let open: string | null = null;
  for (const module of modules) {
    for (const call of module.calls) {
      const method = /\.config\.(from_\w+|update)$/.exec(call.callee)?.[1];
      if (!method) continue;
      const first = call.args[0]?.value;
      if (method === 'update' || method === 'from_mapping') {
        for (const a of call.args) {
          if (a.name && a.name !== '**') values.set(a.name, a.value);
          else if (a.value.kind === 'dict') for (const e of a.value.entries) if (e.key.kind === 'string') values.set(e.key.value, e.value);
        }
      } else if (method === 'from_object' && first?.kind === 'class') {
        for (const [k, v] of first.members) values.set(k, v);
      } else if (method === 'from_object' && first?.kind === 'string') {
        const members = objectNamed(first.value, module, project);
        if (members) for (const [k, v] of members) values.set(k, v);
        else open ??= `set in ${first.value} perhaps`;
      } else open ??= 'set by a configuration that the text does not show';
    }
    for (const store of module.stores) {
      const name = /\.config\[([A-Z_]+)\]$/.exec(store.path)?.[1];
      if (name) values.set(name, store.value);
    }
  }
  return { values, open };
}

function objectNamed(dotted: string, module: ModuleValues, project: PythonProject): ReadonlyMap<string, PyValue> | null {
  const file = project.moduleFile(dotted, module.file);
  if (file) return project.module(file).names;
  const cut = dotted.lastIndexOf('.');
  const holder = cut > 0 ? project.moduleFile(dotted.slice(0, cut), module.file) : null;
  const member = holder ? project.module(holder).names.get(dotted.slice(cut + 1)) : undefined;
  return member?.kind === 'class' ? member.members : null;
}

/** The N-th value from the right of a forwarded header; undefined when there are fewer (werkzeug.middleware.proxy_fix). */
const nth = (count: number, value: string | undefined): string | undefined => {
  if (!count || !value) return undefined;
  const values = value.split(',').map((s) => s.trim());
  return values.length >= count ? values.at(-count) || undefined : undefined;
};

function flaskView(settings: FlaskSettings, application: Application, environ: Environ): FrameworkView {
  const fix = settings.proxyFix;
  const read = (setting: Setting<number> | undefined, header: string, name: string, own: Seen<string>): Seen<string> => {
    if (!fix || !setting) return own;
    if (setting.from === 'unknown') return unseen(setting.why, [setting.place]);
    const value = nth(setting.value, environ.headers.get(header));
    return value === undefined ? own : seen(value, `ProxyFix, ${name}=${setting.value}`, [placeOf(setting) ?? fix.place]);
  };
  const scheme = read(fix?.xProto, 'HTTP_X_FORWARDED_PROTO', 'x_proto', environ.scheme);
  const sentHost = environ.headers.get('HTTP_HOST');
  const ownHost: Seen<string> = sentHost === undefined ? unseen('no Host is sent') : seen(sentHost, 'the Host header');
  const portSetting = fix?.xPort;
  const forwardedPort =
    portSetting && portSetting.from !== 'unknown' ? nth(portSetting.value, environ.headers.get('HTTP_X_FORWARDED_PORT')) : undefined;
  const baseHost = read(fix?.xHost, 'HTTP_X_FORWARDED_HOST', 'x_host', ownHost);
  const host = forwardedPort && baseHost.known ? withPort(baseHost, forwardedPort, scheme) : defaultPortCut(baseHost, scheme);
  const address = read(fix?.xFor, 'HTTP_X_FORWARDED_FOR', 'x_for', environ.remoteAddr);
  const scriptName = read(fix?.xPrefix, 'HTTP_X_FORWARDED_PREFIX', 'x_prefix', environ.scriptName);
  const serverName = settings.serverName;
  const wrongName =
    serverName.from === 'text' &&
    serverName.value &&
    host.known &&
    !isSince(application, FLASK, '3.1') &&
    host.value.toLowerCase() !== serverName.value.toLowerCase();
  const hostAllowed: Seen<boolean> = isSince(application, FLASK, '3.1')
    ? trustedHost(settings.trustedHosts, host)
    : seen(true, 'Flask takes every host');
  return {
    framework: 'Flask',
    refused: wrongName
      ? { by: 'framework', status: 404, why: `SERVER_NAME is ${serverName.value}, the host is ${host.value}`, places: [serverName.place] }
      : refusedHost(hostAllowed),
    scheme,
    host,
    address,
    path: joinedPath(scriptName, environ.pathInfo),
    scriptName,
    pathInfo: environ.pathInfo,
    secure: scheme.known ? seen(scheme.value === 'https', scheme.why, scheme.places) : unseen(scheme.why, scheme.places),
    hostAllowed,
    csrf: seen('not checked', 'Flask checks no origin by itself'),
  };
}

const withPort = (host: Seen<string>, port: string, scheme: Seen<string>): Seen<string> => {
  if (!host.known) return host;
  const name = /^\[/.test(host.value) ? host.value.replace(/\]:\d+$/, ']') : host.value.replace(/:\d+$/, '');
  return defaultPortCut(seen(`${name}:${port}`, `${host.why}, X-Forwarded-Port`, host.places), scheme);
};

/** Werkzeug's host has no port where it is the scheme's own (werkzeug.sansio.utils.get_host). */
export const defaultPortCut = (host: Seen<string>, scheme: Seen<string>): Seen<string> => {
  if (!host.known || !scheme.known) return host;
  const standard = scheme.value === 'https' || scheme.value === 'wss' ? ':443' : ':80';
  return host.value.endsWith(standard) ? seen(host.value.slice(0, -standard.length), host.why, host.places) : host;
};

/** A name of TRUSTED_HOSTS: with a leading dot those below it too; the port does not count (werkzeug.sansio.utils.host_is_trusted). */
export function trustedHost(list: Setting<readonly Entry[] | null>, host: Seen<string>): Seen<boolean> {
  if (list.from === 'unknown') return unseen(list.why, [list.place]);
  if (list.value === null) return seen(true, 'no TRUSTED_HOSTS are set');
  if (!host.known) return unseen(host.why, host.places);
  const name = host.value.replace(/:[^:]*$/, '').toLowerCase();
  const by = list.value.find(({ value }) => {
    const trusted = value.replace(/:[^:]*$/, '').toLowerCase();
    return trusted.startsWith('.') ? name === trusted.slice(1) || name.endsWith(trusted) : name === trusted;
  });
  return by ? seen(true, `TRUSTED_HOSTS has ${by.value}`, [by.place]) : seen(false, `TRUSTED_HOSTS does not have ${name}`, [placeOf(list)]);
}

const FLASK: Package = { name: 'flask', assumed: '3.1' };

/** The list of hosts as rules ask for it: none where nobody wrote one. */
export const trustedHosts = (list: Setting<readonly Entry[] | null>): ReturnType<NonNullable<FrameworkDeclaration['hosts']>> =>
  list.from !== 'unknown' && list.value === null ? null : { name: 'TRUSTED_HOSTS', list };

/** The cookie of Flask's and Quart's sessions. */
export const sessionCookie = (settings: FlaskSettings): readonly CookieScope[] => [
  {
    cookie: 'session',
    domain: { name: 'SESSION_COOKIE_DOMAIN', value: settings.sessionCookieDomain },
    path: { name: 'SESSION_COOKIE_PATH', value: settings.sessionCookiePath },
  },
];

export default declareFramework<FlaskSettings>({
  name: 'flask',
  title: 'Flask',
  package: FLASK,
  interface: 'wsgi',
  form: 'flask',
  makes: { word: 'Flask', callee: /(^|\.)(API)?Flask$/ },
  read: flaskSettings,
  files: (settings) => [settings.file],
  view: flaskView,
  hosts: (settings) => trustedHosts(settings.trustedHosts),
  bodyLimit: (settings) => ({ name: 'MAX_CONTENT_LENGTH', bytes: settings.maxContentLength }),
  webSockets: (settings) => settings.webSockets,
  cors: ({ cors }) => (cors ? { name: 'flask_cors', place: cors } : null),
  toHttps: ({ talisman }) => (talisman ? { name: 'Talisman', place: talisman, status: 302, believes: 'X-Forwarded-Proto' } : null),
  cookies: sessionCookie,
  readsScheme: (settings) => settings.proxyFix !== null,
  linksByScriptName: true,
  counted: (settings) => settings.proxyFix,
});
