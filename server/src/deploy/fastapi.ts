/** FastAPI and Starlette applications: root_path, the middlewares that judge names and schemes, and their WebSocket routes. */

import type { FileId } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import { table } from '../base/table.ts';
import type { Route } from './django.ts';
import type { ModuleValues, PyCall } from './python.ts';
import { asEntries, asText, asTextOrNull, type Entry, type PyValue, settingOf } from './python-value.ts';
import { byDefault, type Setting } from './setting.ts';

export interface StarletteSettings {
  readonly kind: 'fastapi' | 'starlette';
  readonly file: FileId;
  readonly place: Place;
  readonly rootPath: Setting<string>;
  /** Hosts of TrustedHostMiddleware; null without it. */
  readonly allowedHosts: Setting<readonly Entry[] | null>;
  /** HTTPSRedirectMiddleware is in use. */
  readonly httpsRedirect: Place | null;
  /** `trusted_hosts` of ProxyHeadersMiddleware (uvicorn) or the mode of Hypercorn's ProxyFixMiddleware, when the application wraps itself. */
  readonly proxyHeaders: { readonly trusted: Setting<string>; readonly place: Place } | null;
  readonly proxyFix: { readonly mode: Setting<string>; readonly hops: Setting<number>; readonly place: Place } | null;
  readonly webSockets: readonly Route[];
  /** FastAPI's pages of documentation are there: neither `docs_url` nor `openapi_url` is None, or what they are is not known */
  readonly hasDocs: boolean;
}

const APPLICATIONS: Readonly<Record<string, 'fastapi' | 'starlette'>> = table({
  'fastapi.FastAPI': 'fastapi',
  'fastapi.applications.FastAPI': 'fastapi',
  'starlette.applications.Starlette': 'starlette',
});

/** Reads the modules that together make the application; null when none of them makes one. */
export function readStarlette(modules: readonly ModuleValues[]): StarletteSettings | null {
  const calls = modules.flatMap((m) => m.calls);
  const made = calls.find((c) => c.callee in APPLICATIONS);
  if (!made) return null;
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
  const webSockets = calls.flatMap((c): Route[] => {
    const path = c.args[0]?.value;
    return path?.kind === 'string' &&
      /\.(websocket|websocket_route|add_api_websocket_route|add_websocket_route)$|(^|\.)WebSocketRoute$/.test(c.callee)
      ? [{ path: path.value.replace(/^\//, ''), regex: false, place: path.inner ?? path.at }]
      : [];
  });
  return {
    kind: APPLICATIONS[made.callee]!,
    file: made.at.file,
    place: made.at,
    rootPath: settingOf(keyword(made, 'root_path'), (v) => asTextOrNull(v) ?? (v.kind === 'none' ? '' : undefined), ''),
    allowedHosts: trusted
      ? settingOf(keyword(trusted, 'allowed_hosts') ?? trusted.args[1]?.value, asEntries, [{ value: '*', place: trusted.at }])
      : byDefault(null),
    httpsRedirect: middleware('HTTPSRedirectMiddleware')?.at ?? null,
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
    webSockets,
    hasDocs:
      APPLICATIONS[made.callee] === 'fastapi' &&
      !made.args.some((a) => a.name === '**' || ((a.name === 'openapi_url' || a.name === 'docs_url') && a.value.kind !== 'string')),
  };
}
