/** What Flask (with Werkzeug's ProxyFix) and Starlette or FastAPI make of their server's environ. */
import type { Application } from './application.ts';
import type { StarletteSettings } from './fastapi.ts';
import type { FlaskSettings } from './flask.ts';
import { type Environ, joinedPath, type Seen, seen, unseen } from './seen.ts';
import { certain, placeOf, type Setting } from './setting.ts';
import { isSince, type Package } from './versions.ts';
import type { FrameworkView } from './view.ts';

const FLASK: Package = { name: 'flask', assumed: '3.1' };
const STARLETTE: Package = { name: 'starlette', assumed: '0.46' };

/** The N-th value from the right of a forwarded header; undefined when there are fewer (werkzeug.middleware.proxy_fix). */
const nth = (count: number, value: string | undefined): string | undefined => {
  if (!count || !value) return undefined;
  const values = value.split(',').map((s) => s.trim());
  return values.length >= count ? values.at(-count) || undefined : undefined;
};

export function flaskView(settings: FlaskSettings, application: Application, environ: Environ): FrameworkView {
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
  return {
    framework: 'Flask',
    refused: wrongName
      ? { by: 'framework', status: 404, why: `SERVER_NAME is ${serverName.value}, the host is ${host.value}`, places: [serverName.place] }
      : null,
    scheme,
    host,
    address,
    path: joinedPath(scriptName, environ.pathInfo),
    scriptName,
    pathInfo: environ.pathInfo,
    secure: scheme.known ? seen(scheme.value === 'https', scheme.why, scheme.places) : unseen(scheme.why, scheme.places),
    hostAllowed: seen(true, 'Flask takes every host'),
    csrf: seen('not checked', 'Flask checks no origin by itself'),
  };
}

const withPort = (host: Seen<string>, port: string, scheme: Seen<string>): Seen<string> => {
  if (!host.known) return host;
  const name = /^\[/.test(host.value) ? host.value.replace(/\]:\d+$/, ']') : host.value.replace(/:\d+$/, '');
  return defaultPortCut(seen(`${name}:${port}`, `${host.why}, X-Forwarded-Port`, host.places), scheme);
};

/** Werkzeug's host has no port where it is the scheme's own (werkzeug.sansio.utils.get_host). */
const defaultPortCut = (host: Seen<string>, scheme: Seen<string>): Seen<string> => {
  if (!host.known || !scheme.known) return host;
  const standard = scheme.value === 'https' || scheme.value === 'wss' ? ':443' : ':80';
  return host.value.endsWith(standard) ? seen(host.value.slice(0, -standard.length), host.why, host.places) : host;
};

export function starletteView(settings: StarletteSettings, application: Application, environ: Environ): FrameworkView {
  const title = settings.kind === 'fastapi' ? 'FastAPI' : 'Starlette';
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
    refused:
      hostAllowed.known && !hostAllowed.value ? { by: 'framework', status: 400, why: hostAllowed.why, places: hostAllowed.places } : null,
    scheme,
    host,
    address: environ.remoteAddr,
    path:
      scheme.known && !/^[a-z][a-z0-9+.-]*$/i.test(scheme.value)
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
}

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
