/** The names of headers that applications, browsers and proxies read, and which of them a misspelled one means. */
import { distance } from '../../base/nearest.ts';

const REQUEST: readonly string[] = [
  'X-Forwarded-For',
  'X-Forwarded-Proto',
  'X-Forwarded-Host',
  'X-Forwarded-Port',
  'X-Forwarded-Prefix',
  'X-Forwarded-Server',
  'X-Forwarded-Scheme',
  'X-Real-IP',
  'X-Request-ID',
  'X-Script-Name',
  'Authorization',
  'Accept-Encoding',
  'Connection',
  'Content-Length',
  'Content-Type',
  'Early-Data',
  'Upgrade',
];

const RESPONSE: readonly string[] = [
  'Access-Control-Allow-Credentials',
  'Access-Control-Allow-Headers',
  'Access-Control-Allow-Methods',
  'Access-Control-Allow-Origin',
  'Access-Control-Allow-Private-Network',
  'Access-Control-Expose-Headers',
  'Access-Control-Max-Age',
  'Cache-Control',
  'Content-Disposition',
  'Content-Security-Policy',
  'Content-Security-Policy-Report-Only',
  'Cross-Origin-Embedder-Policy',
  'Cross-Origin-Opener-Policy',
  'Cross-Origin-Resource-Policy',
  'Permissions-Policy',
  'Referrer-Policy',
  'Strict-Transport-Security',
  'X-Content-Type-Options',
  'X-Frame-Options',
  'X-Robots-Tag',
  'X-XSS-Protection',
];

/** Names that are near others and are names of their own all the same. */
const OWN = new Set(
  [
    ...REQUEST,
    ...RESPONSE,
    'Accept-Ranges',
    'Accept-Charset',
    'CDN-Cache-Control',
    'Content-Encoding',
    'Content-Language',
    'Content-Location',
    'Content-Range',
    'Content-Style-Type',
    'Content-Script-Type',
    'Cross-Origin-Embedder-Policy-Report-Only',
    'Cross-Origin-Opener-Policy-Report-Only',
    'Proxy-Authorization',
    'Proxy-Connection',
    'X-Forwarded',
    'X-Forwarded-By',
    'X-Forwarded-Path',
    'X-Forwarded-Protocol',
    'X-Forwarded-Ssl',
    'X-Forwarded-Uri',
    'X-Forwarded-Url',
    'X-Forwarded-User',
    'X-Forwarded-Email',
    'X-Forwarded-Groups',
    'X-Forwarded-Method',
    'X-Forwarded-Client-Cert',
    'X-Real-Port',
    'X-Real-Host',
    'X-Real-Proto',
    'X-Request-IP',
    'X-Request-URI',
    'X-WebKit-CSP',
    'X-Frame-Origins',
  ].map((name) => name.toLowerCase()),
);

/** The name that is meant by one that is none: one slip in a short name, two in a long one. */
function meantAmong(names: readonly string[], name: string): string | null {
  // nginx writes a colon of its own behind the name
  const bare = /^([\w-]+):$/.exec(name)?.[1];
  if (bare !== undefined) return bare;
  const lower = name.toLowerCase();
  if (lower.length < 8 || OWN.has(lower) || !/^[\w-]+$/.test(name)) return null;
  let found: string | null = null;
  let least = lower.length >= 12 ? 3 : 2;
  for (const candidate of names) {
    const far = distance(lower, candidate.toLowerCase(), least);
    if (far < least) [found, least] = [candidate, far];
    else if (far === least) found = null;
  }
  return found;
}

/** Headers by the variables that programs make of them: `HTTP_X_FORWARDED_PROTO`. */
const BY_VARIABLE = new Map(
  [...REQUEST, 'Host', 'User-Agent', 'X-Forwarded-Protocol', 'X-Forwarded-Ssl'].map((name) => [name.toLowerCase(), name]),
);

/** The header whose variable in a program stands where its own name belongs; null where a name is none. */
export const headerOfVariable = (name: string): string | null =>
  (/^http[_-]/i.test(name) && BY_VARIABLE.get(name.slice('http_'.length).toLowerCase().replaceAll('_', '-'))) || null;

/** The request header that a name means which applications do not read; null where it is none of those, or is right. */
export const meantRequestHeader = (name: string): string | null => headerOfVariable(name) ?? meantAmong(REQUEST, name);

/** The same of a header of the answer, for browsers. */
export const meantResponseHeader = (name: string): string | null => meantAmong(RESPONSE, name);
