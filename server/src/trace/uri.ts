/**
 * From the request target to `$uri`, `$args` and what nginx remembers of the way (ngx_http_parse_request_line,
 * ngx_http_parse_complex_uri, ngx_http_parse_unsafe_uri). One pass over bytes, quirks included; nothing here knows a configuration.
 */
import type { ByteString } from '../base/bytes.ts';
import { unescapeUri } from './escape.ts';

export interface ParsedUri {
  /** decoded path */
  readonly uri: ByteString;
  /** never decoded */
  readonly args: ByteString;
  /** what follows the last dot of the last segment, for the types table */
  readonly exten: ByteString;
  /** the path had `%XX` */
  readonly quoted: boolean;
  /** the path had `+` */
  readonly plus: boolean;
}

export interface Target extends ParsedUri {
  /** the target as sent, an absolute URL without scheme and host: `$request_uri` */
  readonly unparsed: ByteString;
  /** an absolute URL had no path: the text cannot be sent on as it is */
  readonly emptyPath: boolean;
  /** scheme and host of an absolute URL */
  readonly host: ByteString | null;
}

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;
const CONTROL = /[\x00-\x20\x7f]/;
const HOST = /^(?:\[[0-9A-Za-z:\-._~!$&'()*+,;=]*\]|[A-Za-z0-9.-]*)/;

/** Reads a request target. Null: nginx answers 400. `strict`: as 1.29.4 and later read it, with the port beside the host. */
export function parseTarget(target: ByteString, mergeSlashes: boolean, strict = false): Target | null {
  if (CONTROL.test(target)) return null;
  if (target.startsWith('/')) {
    const parsed = parsePath(target, mergeSlashes);
    return parsed && { ...parsed, unparsed: target, emptyPath: false, host: null };
  }
  const scheme = SCHEME.exec(target)?.[0];
  if (!scheme) return null;
  const rest = target.slice(scheme.length);
  const host = HOST.exec(rest)?.[0] ?? '';
  const port = /^:\d*/.exec(rest.slice(host.length))?.[0] ?? '';
  const path = rest.slice(host.length + port.length);
  if (path === '') {
    // a single slash of "://" stands in for the path, so $request_uri is "/"
    return {
      uri: '/',
      args: '',
      exten: '',
      quoted: false,
      plus: false,
      unparsed: '/',
      emptyPath: false,
      host: host + (strict ? port : ''),
    };
  }
  if (path.startsWith('?')) {
    const parsed = parsePath('/' + path, mergeSlashes);
    return parsed && { ...parsed, unparsed: path, emptyPath: true, host: host + (strict ? port : '') };
  }
  if (!path.startsWith('/')) return null;
  const parsed = parsePath(path, mergeSlashes);
  return parsed && { ...parsed, unparsed: path, emptyPath: false, host: host + (strict ? port : '') };
}

/** The target of CONNECT from 1.29.4 on: a host and a port, and nothing else. Null: nginx answers 400. */
export function parseAuthority(target: ByteString): Target | null {
  const host = HOST.exec(target)?.[0] ?? '';
  if (!/^:\d*$/.test(target.slice(host.length))) return null;
  return { uri: '/', args: '', exten: '', quoted: false, plus: false, unparsed: target, emptyPath: false, host: target };
}

/** The path part of a target, which begins with a slash. Null for what nginx refuses: a bad escape, `%00`, a climb above the root. */
export function parsePath(text: ByteString, mergeSlashes: boolean): ParsedUri | null {
  const mark = text.search(/[?#]/);
  const path = mark < 0 ? text : text.slice(0, mark);
  let args = mark >= 0 && text[mark] === '?' ? text.slice(mark + 1) : '';
  const hash = args.indexOf('#');
  if (hash >= 0) args = args.slice(0, hash);
  const plus = path.includes('+');
  if (!/%|\/[./]/.test(path)) return { uri: path, args, exten: plainExten(path), quoted: false, plus };
  const decoded = normalise(path, mergeSlashes);
  return decoded && { ...decoded, args };
}

const plainExten = (path: ByteString): ByteString => {
  const slash = path.lastIndexOf('/');
  const dot = path.lastIndexOf('.');
  return dot > slash + 1 ? path.slice(dot + 1) : '';
};

const hex = (c: number): number => (c >= 48 && c <= 57 ? c - 48 : (c | 32) >= 97 && (c | 32) <= 102 ? (c | 32) - 87 : -1);

type State = 'usual' | 'slash' | 'dot' | 'dot-dot';

/** ngx_http_parse_complex_uri on the path part. */
function normalise(path: ByteString, mergeSlashes: boolean): Omit<ParsedUri, 'args'> | null {
  const out: string[] = [];
  let state: State = 'usual';
  let extensionAt = -1;
  let quoted = false;
  let plus = false;

  /** `/..` at the end of `out`: removes it and the segment before it; false above the root */
  const climb = (): boolean => {
    let at = out.length - 4;
    while (at >= 0 && out[at] !== '/') at--;
    if (at < 0) return false;
    out.length = at + 1;
    return true;
  };

  for (let i = 0; i < path.length; i++) {
    let c = path[i]!;
    if (c === '%') {
      quoted = true;
      const first = hex(path.charCodeAt(i + 1));
      const second = first < 0 ? -1 : hex(path.charCodeAt(i + 2));
      if (second < 0) return null;
      const byte = first * 16 + second;
      i += 2;
      c = String.fromCharCode(byte);
      if (byte === 0) return null;
      if (c === '%' || c === '#' || c === '?') {
        // taken as it is, whatever stood before
        state = 'usual';
        out.push(c);
        continue;
      }
    }
    if (c === '+') plus = true;
    switch (state) {
      case 'usual':
        if (c === '/') {
          extensionAt = -1;
          state = 'slash';
        } else if (c === '.') extensionAt = out.length + 1;
        out.push(c);
        break;
      case 'slash':
        if (c === '/') {
          if (!mergeSlashes) out.push(c);
        } else {
          state = c === '.' ? 'dot' : 'usual';
          out.push(c);
        }
        break;
      case 'dot':
        if (c === '/') {
          state = 'slash';
          out.pop();
        } else {
          state = c === '.' ? 'dot-dot' : 'usual';
          out.push(c);
        }
        break;
      case 'dot-dot':
        if (c === '/') {
          if (!climb()) return null;
          state = 'slash';
        } else {
          state = 'usual';
          out.push(c);
        }
        break;
    }
  }
  if (state === 'dot') out.pop();
  else if (state === 'dot-dot' && !climb()) return null;
  const uri = out.join('');
  return { uri, exten: extensionAt < 0 || extensionAt > uri.length ? '' : uri.slice(extensionAt), quoted, plus };
}

/** The extension after a rewrite or internal redirect (ngx_http_set_exten). */
export function extenOf(uri: ByteString): ByteString {
  for (let i = uri.length - 1; i > 1; i--) {
    if (uri[i] === '.' && uri[i - 1] !== '/') return uri.slice(i + 1);
    if (uri[i] === '/') return '';
  }
  return '';
}

/** The path and the arguments of an internal redirect's target (ngx_http_split_args). */
export function splitArgs(text: ByteString): { uri: ByteString; args: ByteString } {
  const mark = text.indexOf('?');
  return mark < 0 ? { uri: text, args: '' } : { uri: text.slice(0, mark), args: text.slice(mark + 1) };
}

/**
 * The value of X-Accel-Redirect and of SSI and DAV targets (ngx_http_parse_unsafe_uri): decoded when it has escapes; null for `..` segments,
 * an empty value, a leading `?`, a NUL.
 */
export function parseUnsafe(text: ByteString): { uri: ByteString; args: ByteString } | null {
  if (text === '' || text.startsWith('?')) return null;
  if (/^\.\.(?:\/|$)/.test(text)) return null;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '%') {
      quoted = true;
      continue;
    }
    if (c === '\0') return null;
    if (c === '?') {
      const args = text.slice(i + 1);
      return finish(text.slice(0, i), args, quoted);
    }
    if (c === '/' && /^\/\.\.(?:\/|$)/.test(text.slice(i, i + 4))) return null;
  }
  return finish(text, '', quoted);
}

function finish(path: ByteString, args: ByteString, quoted: boolean): { uri: ByteString; args: ByteString } | null {
  if (!quoted) return { uri: path, args };
  const decoded = unescapeUri(path);
  if (/(?:^|\/)\.\.(?:\/|$)/.test(decoded) || decoded.includes('\0')) return null;
  return { uri: decoded, args };
}
