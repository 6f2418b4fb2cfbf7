/** Percent-encoding as nginx does it (ngx_escape_uri, ngx_unescape_uri in ngx_string.c): which bytes, and nothing more. Works on byte strings. */
import type { ByteString } from '../base/bytes.ts';

/** Bytes besides controls, space, DEL and 0x80 to 0xff that a class of use encodes. Letters, digits and the rest stay. */
const CLASSES = {
  /** NGX_ESCAPE_URI: a path */
  uri: '"#%<>?\\^`{|}',
  /** NGX_ESCAPE_ARGS: a value in a query; `+` and `&` included */
  args: '"#%&+;<>?\\^`{|}',
  /** NGX_ESCAPE_URI_COMPONENT: everything but the unreserved */
  component: '!"#$%&\'()*+,/:;<=>?@[\\]^`{|}',
  /** NGX_ESCAPE_MEMCACHED: what breaks a line of the protocol */
  memcached: '%',
  /** NGX_ESCAPE_HTML: what SSI writes into an address */
  html: '"#%\'<>\\^`{|}',
  /** NGX_ESCAPE_REFRESH: the address in a page that leads on by itself; its table has the tilde where `}` would be */
  refresh: '"\'<>\\^`{|~',
} as const;

export type EscapeClass = keyof typeof CLASSES;

const tables = new Map<EscapeClass, readonly string[]>();

function tableOf(kind: EscapeClass): readonly string[] {
  let table = tables.get(kind);
  if (!table) {
    table = Array.from({ length: 256 }, (_, c) => {
      const char = String.fromCharCode(c);
      const high = c >= 0x7f && kind !== 'memcached';
      return c <= 0x20 || high || CLASSES[kind].includes(char) ? `%${c.toString(16).toUpperCase().padStart(2, '0')}` : char;
    });
    tables.set(kind, table);
  }
  return table;
}

/** The bytes with those that the class names written as `%XX`. */
export function escapeUri(bytes: ByteString, kind: EscapeClass): ByteString {
  const table = tableOf(kind);
  let out = '';
  for (let i = 0; i < bytes.length; i++) out += table[bytes.charCodeAt(i)]!;
  return out;
}

const hex = (c: number): number => (c >= 48 && c <= 57 ? c - 48 : (c | 32) >= 97 && (c | 32) <= 102 ? (c | 32) - 87 : -1);

/**
 * `%XX` decoded; a bad escape loses its percent sign and the digit that was read, as in ngx_unescape_uri with type 0.
 */
export function unescapeUri(bytes: ByteString): ByteString {
  let out = '';
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== '%') {
      out += bytes[i];
      continue;
    }
    if (++i >= bytes.length) break;
    const first = hex(bytes.charCodeAt(i));
    if (first < 0) {
      out += bytes[i];
      continue;
    }
    if (++i >= bytes.length) break;
    const second = hex(bytes.charCodeAt(i));
    if (second >= 0) out += String.fromCharCode(first * 16 + second);
  }
  return out;
}

/**
 * The target of a redirect (NGX_UNESCAPE_REDIRECT): escapes before the first `?` become bytes only where the byte is printable
 * ASCII other than `%`; what follows the `?` stays as it is.
 */
export function unescapeRedirect(bytes: ByteString): ByteString {
  let out = '';
  let i = 0;
  for (; i < bytes.length; i++) {
    const c = bytes[i]!;
    if (c === '?') break;
    if (c !== '%') {
      out += c;
      continue;
    }
    if (++i >= bytes.length) return out;
    const first = hex(bytes.charCodeAt(i));
    if (first < 0) {
      out += bytes[i];
      continue;
    }
    if (++i >= bytes.length) return out;
    const second = hex(bytes.charCodeAt(i));
    if (second < 0) continue;
    const byte = first * 16 + second;
    if (byte === 63) return `${out}?${bytes.slice(i + 1)}`;
    out += byte > 37 && byte < 127 ? String.fromCharCode(byte) : bytes.slice(i - 2, i + 1);
  }
  return out + bytes.slice(i);
}
