/**
 * Passwords of a user file, as ngx_crypt checks them: {PLAIN}, {SHA}, {SSHA} and $apr1$, and the $1$ of the system's crypt(), which is made in
 * the same way. What else only crypt() knows (bcrypt, SHA-256, DES) is not decided here. Digests over byte strings, for a few short texts: no speed is sought.
 */
import type { ByteString } from '../base/bytes.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';

const rotate = (n: number, by: number): number => (n << by) | (n >>> (32 - by));

/** The message with its padding: a one bit, zeros, and the length in bits in 8 bytes. */
function padded(text: ByteString, bigEndian: boolean): DataView {
  const length = (((text.length + 8) >> 6) + 1) << 6;
  const view = new DataView(new ArrayBuffer(length));
  for (let i = 0; i < text.length; i++) view.setUint8(i, text.charCodeAt(i));
  view.setUint8(text.length, 0x80);
  view.setUint32(bigEndian ? length - 4 : length - 8, text.length * 8, !bigEndian);
  return view;
}

function bytesOf(words: readonly number[], bigEndian: boolean): ByteString {
  const view = new DataView(new ArrayBuffer(words.length * 4));
  for (const [i, w] of words.entries()) view.setInt32(i * 4, w, !bigEndian);
  return String.fromCharCode(...new Uint8Array(view.buffer));
}

/** SHA-1 (RFC 3174). */
export function sha1(text: ByteString): ByteString {
  const view = padded(text, true);
  const h = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  const w = new Int32Array(80);
  for (let at = 0; at < view.byteLength; at += 64) {
    for (let i = 0; i < 80; i++) w[i] = i < 16 ? view.getInt32(at + i * 4) : rotate(w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!, 1);
    let [a, b, c, d, e] = h as [number, number, number, number, number];
    for (let i = 0; i < 80; i++) {
      const [f, k] =
        i < 20
          ? [(b & c) | (~b & d), 0x5a827999]
          : i < 40
            ? [b ^ c ^ d, 0x6ed9eba1]
            : i < 60
              ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc]
              : [b ^ c ^ d, 0xca62c1d6];
      [a, b, c, d, e] = [(rotate(a, 5) + f + e + k + w[i]!) | 0, a, rotate(b, 30), c, d];
    }
    [a, b, c, d, e].forEach((v, i) => {
      h[i] = (h[i]! + v) | 0;
    });
  }
  return bytesOf(h, true);
}

const SHIFTS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
];
const SINES = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

/** MD5 (RFC 1321). */
export function md5(text: ByteString): ByteString {
  const view = padded(text, false);
  const h = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let at = 0; at < view.byteLength; at += 64) {
    let [a, b, c, d] = h as [number, number, number, number];
    for (let i = 0; i < 64; i++) {
      const round = i >> 4;
      const f = round === 0 ? (b & c) | (~b & d) : round === 1 ? (d & b) | (~d & c) : round === 2 ? b ^ c ^ d : c ^ (b | ~d);
      const g = round === 0 ? i : round === 1 ? (5 * i + 1) % 16 : round === 2 ? (3 * i + 5) % 16 : (7 * i) % 16;
      const sum = (a + f + SINES[i]! + view.getInt32(at + g * 4, true)) | 0;
      [a, b, c, d] = [d, (b + rotate(sum, SHIFTS[round]![i % 4]!)) | 0, b, c];
    }
    [a, b, c, d].forEach((v, i) => {
      h[i] = (h[i]! + v) | 0;
    });
  }
  return bytesOf(h, false);
}

const ITOA64 = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** ngx_crypt_apr1: the text behind the salt. `mark` is `$apr1$` or `$1$`. */
function md5Crypt(password: ByteString, salt: ByteString, mark: string): string {
  const inner = md5(password + salt + password);
  let text = password + mark + salt;
  for (let n = password.length; n > 0; n -= 16) text += inner.slice(0, Math.min(16, n));
  for (let n = password.length; n > 0; n >>= 1) text += n & 1 ? '\0' : password.slice(0, 1);
  let final = md5(text);
  for (let i = 0; i < 1000; i++)
    final = md5((i & 1 ? password : final) + (i % 3 ? salt : '') + (i % 7 ? password : '') + (i & 1 ? final : password));
  const at = (i: number): number => final.charCodeAt(i);
  let out = '';
  const put = (value: number, count: number): void => {
    for (let n = value, i = 0; i < count; i++, n >>= 6) out += ITOA64[n & 63]!;
  };
  for (let i = 0; i < 5; i++) put((at(i) << 16) | (at(i + 6) << 8) | at(i === 4 ? 5 : i + 12), 4);
  put(at(11), 2);
  return out;
}

/** Whether a password fits what a user file holds for the user; null where only the system's crypt() could say. */
export function fitsHash(password: ByteString, hash: ByteString): boolean | null {
  if (hash.startsWith('{PLAIN}')) return hash.slice(7) === password;
  if (hash.startsWith('{SHA}')) return encodeBase64(sha1(password)) === hash.slice(5);
  if (hash.startsWith('{SSHA}')) {
    const decoded = decodeBase64(hash.slice(6));
    return decoded !== null && decoded.length >= 20 && sha1(password + decoded.slice(20)) === decoded.slice(0, 20);
  }
  const mark = /^\$(?:apr)?1\$/.exec(hash)?.[0];
  if (mark === undefined) return null;
  const salt = hash.slice(mark.length).split('$')[0]!.slice(0, 8);
  return `${mark}${salt}$${md5Crypt(password, salt, mark)}` === hash;
}
