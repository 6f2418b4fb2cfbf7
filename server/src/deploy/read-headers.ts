/**
 * Headers of requests that an application reads by a name with an underscore, and tokens that it wants in the Authorization header. Read from the text of its
 * modules, for a view is a function that nobody calls here.
 */
import type { Place } from '../base/span.ts';
import type { Application } from './application.ts';
import type { Deployment } from './deployment.ts';
import { modulesOf } from './modules.ts';

export interface ReadHeader {
  readonly name: string;
  /** only a header of exactly this name is found: with a hyphen instead it is another one */
  readonly exact: boolean;
  readonly place: Place;
}

/** WSGI's names cannot tell a hyphen from an underscore, ASGI's can. */
const BY_HEADERS = /\b(?:request|req)\.headers(?:\.get\(|\[)\s*(["'])([A-Za-z]\w*_\w*)\1/g;
/** FastAPI's parameters, which are compared as they are written; an underscore in the name of the parameter alone becomes a hyphen. */
const BY_PARAMETER =
  /\b(?:APIKeyHeader\([^()]*?\bname|(?<!\w)Header\([^()]*?\balias)\s*=\s*(["'])([\w-]*_[\w-]*)\1|\b(\w+_\w+)\s*:[^=\n]*=\s*Header\([^()]*\bconvert_underscores\s*=\s*False/g;
/** Headers that browsers and proxies send, with hyphens. */
const STANDARD =
  /^(?:x_forwarded|x_real|x_requested|x_csrf|x_request|user_agent|content_|accept_|if_|cache_|last_|sec_|access_control|proxy_|remote_)/i;

/** The headers that an application reads by a name with an underscore, each name once. */
export function underscoredHeaders(deployment: Deployment, application: Application): readonly ReadHeader[] {
  const asgi = application.framework?.declaration.interface === 'asgi';
  const out = new Map<string, ReadHeader>();
  for (const [file, text] of modulesOf(deployment, application)) {
    if (!text.includes('eader')) continue;
    for (const [pattern, exact] of [
      [BY_HEADERS, asgi],
      [BY_PARAMETER, true],
    ] as const)
      for (const m of text.matchAll(pattern)) {
        const name = m[2] ?? m[3]!;
        const start = m.index + m[0].lastIndexOf(name);
        if (!isComment(text, m.index) && !STANDARD.test(name) && !out.has(name.toLowerCase()))
          out.set(name.toLowerCase(), { name, exact, place: { file, span: { start, end: start + name.length } } });
      }
  }
  return [...out.values()];
}

/** What wants a token in the Authorization header: of FastAPI, Flask-HTTPAuth and Flask-JWT-Extended. */
const WANTS_TOKEN =
  /\b(?:(?:OAuth2PasswordBearer|HTTPBearer)\((?![^()]*auto_error\s*=\s*False)|HTTPTokenAuth\((?![^()]*\bheader\s*=)|JWTManager\()/g;
/** The classes of Django REST framework that look for a user; a session, or a password, is in no token. */
const REST_CLASSES = /["']DEFAULT_AUTHENTICATION_CLASSES["']\s*:\s*[[(]([^\])]*)[\])]/g;
const TOKEN_CLASS = /\.(?:\w*JWT\w*Authentication|JSONWebTokenAuthentication|TokenAuthentication|OAuth2Authentication)$/;
/** Tokens in a cookie, or in another header. */
const ELSEWHERE = /\bJWT_(?:TOKEN_LOCATION|HEADER_NAME)\b|\bJWT_AUTH_COOKIE\b|\bAUTH_HEADER_NAME\b|\bset_access_cookies\b|\bAUTH_COOKIE\b/;

/** Where an application says that each of its users comes with a token in the Authorization header; null where one may come without, or nothing says so. */
export function tokenWanted(deployment: Deployment, application: Application): { readonly by: string; readonly place: Place } | null {
  let found: { by: string; place: Place } | null = null;
  for (const [file, text] of modulesOf(deployment, application)) {
    if (ELSEWHERE.test(text)) return null;
    for (const m of text.matchAll(REST_CLASSES)) {
      const classes = [...m[1]!.matchAll(/["']([\w.]+)["']/g)].map((c) => c[1]!);
      if (!classes.length || !classes.every((c) => TOKEN_CLASS.test(c))) return null;
      found ??= { by: classes[0]!.replace(/^.*\./, ''), place: { file, span: { start: m.index, end: m.index + m[0].indexOf(':') } } };
    }
    for (const m of text.matchAll(WANTS_TOKEN)) {
      const by = m[0].slice(0, -1);
      if (!isComment(text, m.index)) found ??= { by, place: { file, span: { start: m.index, end: m.index + by.length } } };
    }
  }
  return found;
}

const isComment = (text: string, at: number): boolean => /^\s*#/.test(text.slice(text.lastIndexOf('\n', at - 1) + 1, at + 1));
