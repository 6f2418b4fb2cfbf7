/** Base64 over byte strings, as nginx reads and browsers write it. */
import type { ByteString } from '../base/bytes.ts';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const FORM = /^[A-Za-z0-9+/]*={0,2}/;

/** Base64 of bytes (RFC 4648), with padding. */
export function encodeBase64(bytes: ByteString): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const n = (bytes.charCodeAt(i) << 16) | ((bytes.charCodeAt(i + 1) || 0) << 8) | (bytes.charCodeAt(i + 2) || 0);
    const left = bytes.length - i;
    out += DIGITS[n >> 18]! + DIGITS[(n >> 12) & 63]! + (left > 1 ? DIGITS[(n >> 6) & 63]! : '=') + (left > 2 ? DIGITS[n & 63]! : '=');
  }
  return out;
}

/** ngx_decode_base64; null when a character does not belong there. */
export function decodeBase64(text: ByteString): ByteString | null {
  const body = text.split('=')[0] ?? '';
  if (body.length % 4 === 1 || !FORM.test(text) || [...body].some((c) => !DIGITS.includes(c))) return null;
  let out = '';
  let bits = 0;
  let count = 0;
  for (const c of body) {
    bits = ((bits << 6) | DIGITS.indexOf(c)) & 0xffffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += String.fromCharCode((bits >> count) & 255);
    }
  }
  return out;
}
