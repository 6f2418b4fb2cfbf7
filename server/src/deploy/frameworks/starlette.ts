/** Starlette: root_path, the middlewares that judge names and schemes, its WebSocket routes, and what it makes of an ASGI scope. */
import type { FileId } from '../../base/file-id.ts';
import type { Place } from '../../base/span.ts';
import type { Application } from '../application.ts';
import type { Route } from '../django.ts';
import type { PyCall } from '../python.ts';
import { asEntries, asText, asTextOrNull, type Entry, type PyValue, settingOf } from '../python-value.ts';
import { type Environ, type Seen, seen, unseen } from '../seen.ts';
import { byDefault, certain, placeOf, type Setting } from '../setting.ts';
import { isSince, type Package } from '../versions.ts';
import type { FrameworkView } from '../view.ts';
import { type ApplicationReading, declareFramework, type FrameworkDeclaration, type OwnPath, refusedHost } from './framework.ts';

export interface StarletteSettings {
  readonly file: FileId;
  readonly place: Place;
  readonly rootPath: Setting<string>;
  /** Hosts of TrustedHostMiddleware; null without it. */
  readonly allowedHosts: Setting<readonly Entry[] | null>;
  /** where CORSMiddleware is put in */
  readonly cors: Place | null;
  /** HTTPSRedirectMiddleware is in use. */
  readonly httpsRedirect: Place | null;
  /** `trusted_hosts` of ProxyHeadersMiddleware (uvicorn) or the mode of Hypercorn's ProxyFixMiddleware, when the application wraps itself. */
  readonly proxyHeaders: { readonly trusted: Setting<string>; readonly place: Place } | null;
  readonly proxyFix: { readonly mode: Setting<string>; readonly hops: Setting<number>; readonly place: Place } | null;
  readonly webSockets: readonly Route[];
  /** neither `docs_url` nor `openapi_url` is None or something that is not known here */
  readonly hasDocs: boolean;
  /** the addresses of the documentation that are set here, below the root path */
  readonly docs: readonly OwnPath[];
}

/** The routes by which WebSockets are declared: decorators, `add_…` and WebSocketRoute. */
export const webSocketRoutes = (calls: readonly PyCall[]): Route[] =>
  calls.flatMap((c): Route[] => {
    const path = c.args[0]?.value;
    return path?.kind === 'string' &&
      /\.(websocket|websocket_route|websocket_listener|add_api_websocket_route|add_websocket_route|add_websocket)$|(^|\.)WebSocketRoute$/.test(
        c.callee,
      )
      ? [{ path: path.value.replace(/^\//, ''), regex: false, place: path.inner ?? path.at }]
      : [];
  });

/** What the modules that together make the application say of it. */
export function starletteSettings({ made, modules }: ApplicationReading): StarletteSettings {
  const calls = modules.flatMap((m) => m.calls);
  const keyword = (call: PyCall | undefined, name: string): PyValue | undefined => call?.args.find((a) => a.name === name)?.value;
  const middleware = (name: string): PyCall | undefined =>
    calls.find(
      (c) =>
        c.callee.endsWith(`.${name}`) ||
        ((/\.add_middleware$/.test(c.callee) || /(^|\.)Middleware$/.test(c.callee)) &&
          c.args[0]?.value.kind === 'symbol' &&
          c.args[0].value.name.endsWith(name)),
    );
  const trusted = middleware('TrustedHostMiddleware');
  const proxyHeaders = middleware('ProxyHeadersMiddleware');
  const proxyFix = middleware('ProxyFixMiddleware');
  return {
    file: made.at.file,
    place: made.at,
    rootPath: settingOf(keyword(made, 'root_path'), (v) => asTextOrNull(v) ?? (v.kind === 'none' ? '' : undefined), ''),
    allowedHosts: trusted
      ? settingOf(keyword(trusted, 'allowed_hosts') ?? trusted.args[1]?.value, asEntries, [{ value: '*', place: trusted.at }])
      : byDefault(null),
    httpsRedirect: middleware('HTTPSRedirectMiddleware')?.at ?? null,
    cors: middleware('CORSMiddleware')?.at ?? null,
    proxyHeaders: proxyHeaders
      ? {
          place: proxyHeaders.at,
          trusted: settingOf(
            keyword(proxyHeaders, 'trusted_hosts'),
            (v) =>
              asText(v) ??
              asEntries(v)
                ?.map((e) => e.value)
                .join(','),
            '127.0.0.1',
          ),
        }
      : null,
    proxyFix: proxyFix
      ? {
          place: proxyFix.at,
          mode: settingOf(keyword(proxyFix, 'mode'), asText, 'legacy'),
          hops: settingOf(keyword(proxyFix, 'trusted_hops'), (v) => (v.kind === 'number' ? v.value : undefined), 1),
        }
      : null,
    webSockets: webSocketRoutes(calls),
    hasDocs: !made.args.some((a) => a.name === '**' || ((a.name === 'openapi_url' || a.name === 'docs_url') && a.value.kind !== 'string')),
    docs: made.args.flatMap(({ name, value }) =>
      value.kind === 'string' && (name === 'docs_url' || name === 'redoc_url' || name === 'openapi_url')
        ? [{ name, path: value.value, place: value.inner ?? value.at }]
        : [],
    ),
  };
}

const STARLETTE: Package = { name: 'starlette', assumed: '0.46' };

const starletteView =
  (title: string) =>
  (settings: StarletteSettings, application: Application, environ: Environ): FrameworkView => {
    const sentHost = environ.headers.get('HTTP_HOST');
    const host: Seen<string> = sentHost === undefined ? unseen('no Host is sent') : seen(sentHost, 'the Host header');
    const own = settings.rootPath;
    const scriptName: Seen<string> =
      own.from === 'unknown'
        ? unseen(own.why, [own.place])
        : own.value
          ? seen(own.value, `root_path of ${title}`, [placeOf(own)])
          : environ.scriptName;
    const allowed = settings.allowedHosts;
    let hostAllowed: Seen<boolean>;
    if (allowed.from === 'unknown') hostAllowed = unseen(allowed.why, [allowed.place]);
    else if (allowed.value === null) hostAllowed = seen(true, 'no TrustedHostMiddleware');
    else if (!host.known) hostAllowed = unseen(host.why);
    else {
      // compared by case until 0.46, without from 1.0 on
      const sent = host.value.split(':')[0]!;
      const name = isSince(application, STARLETTE, '1.0') ? sent.toLowerCase() : sent;
      const by = allowed.value.find(
        (e) => e.value === '*' || e.value === name || (e.value.startsWith('*') && name.endsWith(e.value.slice(1))),
      );
      hostAllowed = by
        ? seen(true, `TrustedHostMiddleware has ${by.value}`, [by.place])
        : seen(false, `TrustedHostMiddleware does not have ${name}`, [placeOf(allowed)]);
    }
    const scheme = settings.proxyHeaders || settings.proxyFix ? wrapped(settings, environ) : environ.scheme;
    return {
      framework: title,
      refused: refusedHost(hostAllowed),
      scheme,
      host,
      address: environ.remoteAddr,
      path:
        scheme.known && isBroken(scheme.value, host)
          ? unseen(`${scheme.value} is no scheme, so that request.url is broken`, scheme.places)
          : starlettePath(application, scriptName, environ.pathInfo),
      scriptName,
      pathInfo: environ.pathInfo,
      secure: scheme.known
        ? seen(scheme.value === 'https' || scheme.value === 'wss', scheme.why, scheme.places)
        : unseen(scheme.why, scheme.places),
      hostAllowed,
      csrf: seen('not checked', `${title} checks no origin by itself`),
    };
  };

/** Whether `request.url` cannot be made: the scheme is none, or is not one of the web and the host is no name, so that the bound port is compared with the scheme's own. */
const isBroken = (scheme: string, host: Seen<string>): boolean =>
  !/^[a-z][a-z0-9+.-]*$/i.test(scheme) ||
  (!/^(http|ws)s?$/.test(scheme) && host.known && !/^([a-z0-9.-]+|\[[a-f0-9]*:[a-f0-9.:]+\])(:[0-9]+)?$/i.test(host.value));

/** A middleware of the application itself reads the header; whom it trusts is its own business. */
function wrapped(settings: StarletteSettings, environ: Environ): Seen<string> {
  const proto = environ.headers.get('HTTP_X_FORWARDED_PROTO');
  const place = settings.proxyHeaders?.place ?? settings.proxyFix?.place ?? null;
  if (proto === undefined) return environ.scheme;
  if (settings.proxyHeaders && certain(settings.proxyHeaders.trusted) === '*') return seen(proto.trim(), 'ProxyHeadersMiddleware', [place]);
  if (settings.proxyFix && certain(settings.proxyFix.hops) === 1)
    return seen(proto.split(',').at(-1)!.trim(), 'ProxyFixMiddleware', [place]);
  return unseen('depends on the middleware', [place]);
}

/** The path of `request.url`: the scope's path, before Starlette 0.33 with root_path in front of it. */
function starlettePath(application: Application, scriptName: Seen<string>, pathInfo: Seen<string>): Seen<string> {
  if (!scriptName.known || !pathInfo.known || scriptName.value === '') return pathInfo;
  if (isSince(application, STARLETTE, '0.33')) return pathInfo;
  return seen(scriptName.value + pathInfo.value, 'root_path and path', scriptName.places);
}

/** The declaration that Starlette and what is built on it share. */
export const starletteFamily = (
  own: Pick<FrameworkDeclaration<StarletteSettings>, 'name' | 'title' | 'makes'> & Partial<FrameworkDeclaration<StarletteSettings>>,
): FrameworkDeclaration<StarletteSettings> =>
  declareFramework<StarletteSettings>({
    package: STARLETTE,
    interface: 'asgi',
    form: 'fastapi',
    read: starletteSettings,
    files: (settings) => [settings.file],
    view: starletteView(own.title),
    hosts: ({ allowedHosts }) => (certain(allowedHosts) === null ? null : { name: 'allowed_hosts', list: allowedHosts }),
    toHttps: ({ httpsRedirect }) => (httpsRedirect ? { name: 'HTTPSRedirectMiddleware', place: httpsRedirect, status: 307 } : null),
    webSockets: (settings) => settings.webSockets,
    cors: ({ cors }) => (cors ? { name: 'CORSMiddleware', place: cors } : null),
    ...own,
  });

export default starletteFamily({
  name: 'starlette',
  title: 'Starlette',
  makes: { word: 'Starlette', callee: /^starlette\.applications\.Starlette$/ },
});
