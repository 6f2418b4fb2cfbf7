/** Django's own part of the view: HttpRequest's scheme, host and path, ALLOWED_HOSTS, and the origin check of CsrfViewMiddleware (django/http/request.py, django/middleware/csrf.py of 3.2 to 5.2; the notes of 6.0 and 6.1 have no change to what a proxy sees). */
import type { Place } from '../base/span.ts';
import type { Application } from './application.ts';
import type { DjangoSettings } from './django.ts';
import type { DjangoProject } from './frameworks/django.ts';
import { type Environ, joinedPath, type Refusal, type Seen, seen, unseen } from './seen.ts';
import { certain, likely, placeOf, type Setting } from './setting.ts';
import { isSince, type Package } from './versions.ts';
import type { FrameworkView } from './view.ts';

export const DJANGO_PACKAGE: Package = { name: 'django', assumed: '5.2' };

const hidden = <T>(s: Setting<unknown>): Seen<T> => unseen(s.from === 'unknown' ? s.why : '', [placeOf(s)]);

/** What Django makes of a request: scheme, host, client, path. */
export function djangoView(project: DjangoProject, application: Application, environ: Environ): FrameworkView {
  const { settings } = project;
  const scheme = djangoScheme(settings, application, environ);
  const raw = rawHost(settings, environ, scheme);
  const allowed = raw.known ? hostAllowed(settings, raw.value) : unseen<boolean>(raw.why, raw.places);
  const { scriptName, pathInfo, path } = djangoPaths(settings, application, environ);
  const secure: Seen<boolean> = scheme.known
    ? seen(scheme.value === 'https', scheme.why, scheme.places)
    : unseen(scheme.why, scheme.places, scheme.likely === undefined ? undefined : scheme.likely === 'https');
  const refused: Refusal | null =
    allowed.known && !allowed.value && callsGetHost(settings)
      ? { by: 'framework', status: 400, why: allowed.why, places: allowed.places }
      : pathInfo.known && !pathInfo.value.startsWith('/')
        ? { by: 'framework', status: 404, why: `no route matches ${pathInfo.value}, which has no leading slash`, places: pathInfo.places }
        : null;
  return {
    framework: 'Django',
    refused,
    scheme,
    host: raw,
    address: environ.remoteAddr,
    path: path ?? joinedPath(scriptName, pathInfo),
    scriptName,
    pathInfo,
    secure,
    hostAllowed: allowed,
    csrf: csrf(settings, application, environ, scheme, raw),
  };
}

/** CommonMiddleware asks for the host on each request; without it only what builds links does. */
const callsGetHost = (settings: DjangoSettings): boolean =>
  settings.uses.has('django.middleware.common.CommonMiddleware') || settings.middleware.from === 'default';

function djangoScheme(settings: DjangoSettings, application: Application, environ: Environ): Seen<string> {
  const header = settings.secureProxySslHeader;
  if (header.from === 'unknown') return unseen(header.why, [header.place], environ.scheme.known ? environ.scheme.value : undefined);
  if (header.value === null) return environ.scheme;
  const { name, value } = header.value;
  const place = placeOf(header);
  const sent = environ.headers.get(name);
  if (sent === undefined)
    return environ.scheme.known
      ? seen(environ.scheme.value, `${name} is not sent: ${environ.scheme.why}`, [place, ...environ.scheme.places])
      : environ.scheme;
  const first = isSince(application, DJANGO_PACKAGE, '4.0') ? sent.split(',')[0]!.trim() : sent;
  return seen(first === value ? 'https' : 'http', `SECURE_PROXY_SSL_HEADER: ${name} is ${sent}`, [place]);
}

function rawHost(settings: DjangoSettings, environ: Environ, scheme: Seen<string>): Seen<string> {
  const use = settings.useXForwardedHost;
  const forwarded = environ.headers.get('HTTP_X_FORWARDED_HOST');
  if (forwarded !== undefined) {
    if (use.from === 'unknown') return hidden(use);
    if (use.value) return seen(forwarded, 'X-Forwarded-Host, by USE_X_FORWARDED_HOST', [placeOf(use)]);
  }
  const host = environ.headers.get('HTTP_HOST');
  if (host !== undefined) return seen(host, 'the Host header');
  if (!environ.serverName.known) return unseen('no Host is sent: ' + environ.serverName.why);
  if (!scheme.known || !environ.serverPort.known) return unseen('no Host is sent');
  const standard = scheme.value === 'https' ? '443' : '80';
  const port = environ.serverPort.value;
  return seen(port === standard ? environ.serverName.value : `${environ.serverName.value}:${port}`, 'no Host is sent: SERVER_NAME');
}

const VALID = /^([a-z0-9.-]+|\[[a-f0-9]*:[a-f0-9.:]+\])(:[0-9]+)?$/;

/** The name without port and last dot, lower-cased; '' for what is no host at all (split_domain_port). */
export function djangoDomain(host: string): string {
  const lower = host.toLowerCase();
  if (!VALID.test(lower)) return '';
  if (lower.endsWith(']')) return lower;
  const domain = lower.replace(/:[^:]*$/, '');
  return domain.endsWith('.') ? domain.slice(0, -1) : domain;
}

/** Whether a pattern of ALLOWED_HOSTS lets the domain in (django.utils.http.is_same_domain). */
export function matchesHostPattern(domain: string, pattern: string): boolean {
  const p = pattern.toLowerCase();
  if (p === '*') return true;
  return p.startsWith('.') ? domain === p.slice(1) || domain.endsWith(p) : domain === p;
}

const DEBUG_HOSTS = ['.localhost', '127.0.0.1', '[::1]'];

/** Whether `ALLOWED_HOSTS` lets a host through (django.http.request.validate_host). */
export function hostAllowed(settings: DjangoSettings, host: string): Seen<boolean> {
  const domain = djangoDomain(host);
  const list = settings.allowedHosts;
  const place: Place | null = placeOf(list);
  if (domain === '') return seen(false, `${host || 'an empty Host'} is no host name to Django, whatever ALLOWED_HOSTS says`, [place]);
  if (list.from === 'unknown')
    return unseen(
      list.why,
      [list.place],
      list.fallback?.some((e) => matchesHostPattern(domain, e.value)),
    );
  let patterns = list.value.map((e) => e.value);
  if (!patterns.length) {
    const debug = certain(settings.debug);
    if (debug === undefined)
      return unseen(
        settings.debug.from === 'unknown' ? settings.debug.why : '',
        [placeOf(settings.debug)],
        likely(settings.debug) ? undefined : false,
      );
    if (!debug) return seen(false, 'ALLOWED_HOSTS is empty', [place]);
    patterns = DEBUG_HOSTS;
  }
  const by = patterns.find((p) => matchesHostPattern(domain, p));
  return by !== undefined ? seen(true, `ALLOWED_HOSTS has ${by}`, [place]) : seen(false, `ALLOWED_HOSTS does not have ${domain}`, [place]);
}

function djangoPaths(
  settings: DjangoSettings,
  application: Application,
  environ: Environ,
): { scriptName: Seen<string>; pathInfo: Seen<string>; path?: Seen<string> } {
  const forced = settings.forceScriptName;
  const empty = (s: Seen<string>): Seen<string> => (s.known && s.value === '' ? seen('/', s.why, s.places) : s);
  if (environ.interface === 'asgi') {
    // before 5.0 ASGIRequest does not know FORCE_SCRIPT_NAME and puts the script name in front of the path (django/core/handlers/asgi.py)
    const newer = isSince(application, DJANGO_PACKAGE, '5.0');
    if (newer && forced.from === 'unknown') return { scriptName: hidden(forced), pathInfo: hidden(forced), path: environ.pathInfo };
    const script =
      newer && forced.from !== 'unknown' && forced.value ? seen(forced.value, 'FORCE_SCRIPT_NAME', [placeOf(forced)]) : environ.scriptName;
    if (!script.known || !environ.pathInfo.known) return { scriptName: script, pathInfo: environ.pathInfo, path: environ.pathInfo };
    const path = environ.pathInfo.value;
    const cut = script.value !== '' && path.startsWith(script.value) ? path.slice(script.value.length) : path;
    const pathInfo = seen(cut, environ.pathInfo.why);
    return { scriptName: script, pathInfo, path: newer ? environ.pathInfo : joinedPath(script, pathInfo) };
  }
  if (forced.from === 'unknown') return { scriptName: hidden(forced), pathInfo: empty(environ.pathInfo) };
  if (forced.value !== null)
    return { scriptName: seen(forced.value, 'FORCE_SCRIPT_NAME', [placeOf(forced)]), pathInfo: empty(environ.pathInfo) };
  return { scriptName: environ.scriptName, pathInfo: empty(environ.pathInfo) };
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

type Csrf = Seen<'not checked' | 'passes' | 'refused'>;

function csrf(settings: DjangoSettings, application: Application, environ: Environ, scheme: Seen<string>, host: Seen<string>): Csrf {
  if (SAFE.has(environ.method)) return seen('not checked', `${environ.method} is a safe method`);
  if (![...settings.uses].some((u) => u.endsWith('CsrfViewMiddleware')))
    return settings.middleware.from === 'unknown'
      ? hidden(settings.middleware)
      : seen('not checked', 'CsrfViewMiddleware is not in MIDDLEWARE', [placeOf(settings.middleware)]);
  if (!scheme.known) return unseen(scheme.why, scheme.places);
  if (!host.known) return unseen(host.why, host.places);
  const origin = environ.headers.get('HTTP_ORIGIN');
  const modern = isSince(application, DJANGO_PACKAGE, '4.0');
  if (modern && origin !== undefined) return originCheck(settings, origin, scheme.value, host.value);
  if (scheme.value !== 'https') return seen('passes', 'no Origin is sent, and the request is not secure for Django');
  return refererCheck(settings, environ.headers.get('HTTP_REFERER'), host.value, modern);
}

function originCheck(settings: DjangoSettings, origin: string, scheme: string, host: string): Csrf {
  const own = `${scheme}://${host}`;
  if (origin === own) return seen('passes', `the Origin is ${own}`);
  const trusted = settings.csrfTrustedOrigins;
  if (trusted.from === 'unknown')
    return unseen(trusted.why, [trusted.place], trusted.fallback?.some((e) => originMatches(origin, e.value)) ? 'passes' : 'refused');
  const by = trusted.value.find((e) => originMatches(origin, e.value));
  return by
    ? seen('passes', `CSRF_TRUSTED_ORIGINS has ${by.value}`, [by.place])
    : seen('refused', `the Origin ${origin} is neither ${own} nor in CSRF_TRUSTED_ORIGINS`, [placeOf(trusted)]);
}

/** `scheme://host[:port]` exactly, or `scheme://*.host` for what is below (from 4.0). */
function originMatches(origin: string, entry: string): boolean {
  if (!entry.includes('*')) return origin === entry;
  const [pattern, sent] = [entry, origin].map((s) => /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(s));
  if (!pattern || !sent || pattern[1] !== sent[1]) return false;
  return matchesHostPattern(sent[2]!.toLowerCase(), pattern[2]!.replace(/^\*/, ''));
}

function refererCheck(settings: DjangoSettings, referer: string | undefined, host: string, modern: boolean): Csrf {
  if (referer === undefined) return seen('refused', 'https without Origin and Referer');
  const m = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i.exec(referer);
  if (!m || m[2] === '') return seen('refused', `the Referer ${referer} is no URL`);
  if (m[1] !== 'https') return seen('refused', 'the Referer is not https');
  const sent = m[2]!;
  const trusted = settings.csrfTrustedOrigins;
  const cookieDomain = certain(settings.csrfCookieDomain);
  const good = cookieDomain ? cookieDomain : host;
  if (!cookieDomain && sameDomain(sent, good)) return seen('passes', `the Referer’s host is ${host}`);
  if (cookieDomain && matchesHostPattern(sent.toLowerCase().replace(/:\d+$/, ''), cookieDomain))
    return seen('passes', 'CSRF_COOKIE_DOMAIN', [placeOf(settings.csrfCookieDomain)]);
  if (trusted.from === 'unknown') return unseen(trusted.why, [trusted.place]);
  const hosts = trusted.value.map((e) => ({ ...e, host: modern ? e.value.replace(/^[a-z][a-z0-9+.-]*:\/\/\*?/i, '') : e.value }));
  const by = hosts.find((e) => matchesHostPattern(sent.toLowerCase(), e.host));
  return by
    ? seen('passes', `CSRF_TRUSTED_ORIGINS has ${by.value}`, [by.place])
    : seen('refused', `the Referer’s host ${sent} is not ${host}`, [placeOf(trusted)]);
}

const sameDomain = (sent: string, host: string): boolean =>
  matchesHostPattern(sent.toLowerCase(), host.replace(/:443$/, '')) || matchesHostPattern(sent.toLowerCase(), host);
