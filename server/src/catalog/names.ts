// The kinds of names that directives declare and use, so that declarations and uses find each other: an upstream, a zone, a log
// format. What counts as a name inside an argument is data beside each directive.

/** Kinds of names. Every `…-zone`, `…-cache` and js-dict is a shared memory zone: they share one name space in nginx. */
export type NameKind =
  | 'upstream'
  | 'variable'
  | 'named-location'
  | 'log-format'
  | 'limit-req-zone'
  | 'limit-conn-zone'
  | 'proxy-cache-zone'
  | 'fastcgi-cache-zone'
  | 'uwsgi-cache-zone'
  | 'scgi-cache-zone'
  | 'upstream-zone'
  | 'sticky-zone'
  | 'ssl-session-cache'
  | 'ssl-ocsp-cache'
  | 'keyval-zone'
  | 'session-log-zone'
  | 'session-log-format'
  | 'status-zone'
  | 'js-dict'
  | 'lua-dict'
  | 'upload-zone'
  | 'dav-lock-zone'
  | 'js-module'
  | 'js-function'
  | 'thread-pool'
  | 'match'
  | 'oidc-provider'
  | 'acme-issuer'
  | 'ldap-server';

const SHARED: ReadonlySet<NameKind> = new Set<NameKind>([
  'limit-req-zone',
  'limit-conn-zone',
  'proxy-cache-zone',
  'fastcgi-cache-zone',
  'uwsgi-cache-zone',
  'scgi-cache-zone',
  'upstream-zone',
  'sticky-zone',
  'ssl-session-cache',
  'ssl-ocsp-cache',
  'keyval-zone',
  'session-log-zone',
  'js-dict',
  'lua-dict',
  'upload-zone',
  'dav-lock-zone',
]);

/** Whether names of this kind live in nginx's one list of shared memory zones (ngx_shared_memory_add). */
export const isSharedZone = (kind: NameKind): boolean => SHARED.has(kind);

/** How a message calls a name of this kind. */
export const NAME_TITLES: Readonly<Record<NameKind, string>> = {
  upstream: 'upstream',
  variable: 'variable',
  'named-location': 'named location',
  'log-format': 'log format',
  'limit-req-zone': 'limit_req zone',
  'limit-conn-zone': 'limit_conn zone',
  'proxy-cache-zone': 'proxy cache zone',
  'fastcgi-cache-zone': 'fastcgi cache zone',
  'uwsgi-cache-zone': 'uwsgi cache zone',
  'scgi-cache-zone': 'scgi cache zone',
  'upstream-zone': 'upstream zone',
  'sticky-zone': 'sticky zone',
  'ssl-session-cache': 'TLS session cache',
  'ssl-ocsp-cache': 'OCSP cache',
  'keyval-zone': 'keyval zone',
  'session-log-zone': 'session log',
  'session-log-format': 'session log format',
  'status-zone': 'status zone',
  'js-dict': 'shared dictionary',
  'lua-dict': 'shared dictionary',
  'upload-zone': 'zone of uploads',
  'dav-lock-zone': 'zone of WebDAV locks',
  'js-module': 'JavaScript module',
  'js-function': 'JavaScript function',
  'thread-pool': 'thread pool',
  match: 'match block',
  'oidc-provider': 'OpenID provider',
  'acme-issuer': 'ACME issuer',
  'ldap-server': 'LDAP server',
};

/** Which part of a text is the name. */
export type NamePart =
  /** all of it */
  | 'whole'
  /** all of it but the leading `$` */
  | 'dollar'
  /** up to the first `:`, what follows is a size */
  | 'before-colon'
  /** the host of an address or URL: the name of an upstream when one of that name is declared */
  | 'host'
  /** behind `zone=`, up to the first `:` */
  | 'zone'
  /** all of it when it begins with `@` */
  | 'at'
  /** the name of a JavaScript file without its ending: what a module is called that nobody names */
  | 'js-file'
  /** behind `module.` of a JavaScript function: the module */
  | 'js-module';

export interface NameSpec {
  readonly role: 'defines' | 'references';
  readonly kind: NameKind;
  readonly part: NamePart;
}

/** Where the name is in a text and what it is; null when the text holds none (a value with variables, `off`, no `@`). */
export function nameIn(text: string, part: NamePart): { readonly name: string; readonly at: number } | null {
  switch (part) {
    case 'dollar':
      return /^\$\w+$/.test(text) ? { name: text.slice(1).toLowerCase(), at: 1 } : null;
    case 'zone': {
      const name = /^zone=([^:]+)/.exec(text)?.[1];
      return name === undefined ? null : { name, at: 5 };
    }
    case 'at':
      return text.startsWith('@') && !text.includes('$') ? { name: text, at: 0 } : null;
    case 'host':
      return hostIn(text);
    case 'js-file': {
      const file = /([\w-]+)\.m?js$/.exec(text);
      return file ? { name: file[1]!, at: file.index } : null;
    }
    case 'js-module': {
      const dot = text.indexOf('.');
      return dot > 0 ? { name: text.slice(0, dot), at: 0 } : null;
    }
    default: {
      const colon = part === 'before-colon' ? text.indexOf(':') : -1;
      const name = colon < 0 ? text : text.slice(0, colon);
      return name === '' || name.includes('$') ? null : { name, at: 0 };
    }
  }
}

function hostIn(text: string): { name: string; at: number } | null {
  const scheme = /^[a-z]+:\/\//i.exec(text)?.[0] ?? '';
  const rest = text.slice(scheme.length);
  if (/^unix:/i.test(rest) || rest.startsWith('[')) return null;
  const host = /^[^/:?]*/.exec(rest)![0];
  return host === '' || host.includes('$') ? null : { name: host.toLowerCase(), at: scheme.length };
}
