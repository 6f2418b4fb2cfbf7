/** Byte strings: one character (0 to 255) a byte, as nginx handles text. URIs may hold any byte, so the request path never works on UTF-16. */

/** A string of one character a byte. */
export type ByteString = string;

const encoder = new TextEncoder();
/** Texts longer than this are looked through by a pattern: for the short ones of a request a loop is quicker. */
const SHORT = 64;
const ASCII = /^[\0-\x7f]*$/;

function isAscii(text: string): boolean {
  if (text.length > SHORT) return ASCII.test(text);
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** The UTF-8 bytes of a text. */
export function toBytes(text: string): ByteString {
  if (isAscii(text)) return text;
  let out = '';
  for (const b of encoder.encode(text)) out += String.fromCharCode(b);
  return out;
}

/** The bytes of a byte string, for engines that want them so. */
export function byteArray(bytes: ByteString): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) out[i] = bytes.charCodeAt(i);
  return out;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text that the bytes spell in UTF-8; where they spell none, the byte string itself. */
export function fromBytes(bytes: ByteString): string {
  if (isAscii(bytes)) return bytes;
  try {
    return decoder.decode(byteArray(bytes));
  } catch {
    return bytes;
  }
}

/** Lower case of the letters A to Z only (ngx_tolower): other bytes have no case. */
export function lower(bytes: ByteString): ByteString {
  for (let i = 0; i < bytes.length; i++) {
    const code = bytes.charCodeAt(i);
    if (code > 0x40 && code < 0x5b) return isAscii(bytes) ? bytes.toLowerCase() : bytes.replace(/[A-Z]+/g, (s) => s.toLowerCase());
  }
  return bytes;
}
