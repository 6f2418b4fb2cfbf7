/**
 * Passwords of a user file, as nginx checks them: {PLAIN}, {SHA}, {SSHA} and $apr1$ by itself (ngx_crypt), the rest by the system's crypt(), of which
 * MD5, SHA-256, SHA-512 and bcrypt are known here. DES and what would take long is not decided.
 */
import { md5 as md5Of, sha1 as sha1Of } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { compareSync } from 'bcryptjs';
import { type ByteString, byteArray, fromBytes, toBytes } from '../base/bytes.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';

type Digest = (text: ByteString) => ByteString;

const over =
  (hash: (bytes: Uint8Array) => Uint8Array): Digest =>
  (text) =>
    String.fromCharCode(...hash(byteArray(text)));

export const md5 = over(md5Of);
export const sha1 = over(sha1Of);

const ITOA64 = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** `count` characters of crypt's base 64, the lowest six bits first. */
function itoa64(value: number, count: number): string {
  let out = '';
  for (let n = value, i = 0; i < count; i++, n >>= 6) out += ITOA64[n & 63]!;
  return out;
}

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
  for (let i = 0; i < 5; i++) out += itoa64((at(i) << 16) | (at(i + 6) << 8) | at(i === 4 ? 5 : i + 12), 4);
  return out + itoa64(at(11), 2);
}

const repeated = (text: ByteString, length: number): ByteString => text.repeat(Math.ceil(length / (text.length || 1))).slice(0, length);

/** crypt's $5$ and $6$ (U. Drepper, "Unix crypt using SHA-256 and SHA-512"): the bytes of the last digest. */
function shaCrypt(digest: Digest, password: ByteString, salt: ByteString, rounds: number): ByteString {
  const inner = digest(password + salt + password);
  let text = password + salt + repeated(inner, password.length);
  for (let n = password.length; n > 0; n >>= 1) text += n & 1 ? inner : password;
  let last = digest(text);
  const p = repeated(digest(password.repeat(password.length)), password.length);
  const s = repeated(digest(salt.repeat(16 + last.charCodeAt(0))), salt.length);
  for (let i = 0; i < rounds; i++) last = digest((i & 1 ? p : last) + (i % 3 ? s : '') + (i % 7 ? p : '') + (i & 1 ? last : p));
  return last;
}

/** Groups of three bytes that go around the thirds of the digest, then what is left. */
function shaText(bytes: ByteString): string {
  const at = (i: number): number => bytes.charCodeAt(i);
  const third = Math.floor(bytes.length / 3);
  let out = '';
  for (let i = 0; i < third; i++) {
    const of = [i, i + third, i + 2 * third];
    // SHA-512 turns the thirds to the left from one group to the next, SHA-256 to the right
    const turn = bytes.length === 64 ? i % 3 : (3 - (i % 3)) % 3;
    const [a, b, c] = [...of.slice(turn), ...of.slice(0, turn)];
    out += itoa64((at(a!) << 16) | (at(b!) << 8) | at(c!), 4);
  }
  return out + (bytes.length === 64 ? itoa64(at(63), 2) : itoa64((at(31) << 8) | at(30), 3));
}

/** Rounds of SHA and the cost of bcrypt that are still computed: a fraction of a second. */
const MOST_ROUNDS = 20_000;
const MOST_COST = 12;
const DEFAULT_ROUNDS = 5000;

function fitsSha(password: ByteString, hash: ByteString): boolean | null {
  const m = /^(\$([56])\$(?:rounds=(\d{1,9})\$)?)([^$]*)\$(.*)$/.exec(hash);
  if (!m) return null;
  const rounds = m[3] === undefined ? DEFAULT_ROUNDS : Math.max(1000, Number(m[3]));
  if (rounds > MOST_ROUNDS || password.length > 256) return null;
  const made = shaCrypt(over(m[2] === '5' ? sha256 : sha512), password, m[4]!.slice(0, 16), rounds);
  return shaText(made) === m[5];
}

function fitsBcrypt(password: ByteString, hash: ByteString): boolean | null {
  const m = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash);
  const text = fromBytes(password);
  // the library takes text, and bytes that are none cannot be given to it
  return !m || Number(m[1]) > MOST_COST || Number(m[1]) < 4 || toBytes(text) !== password ? null : compareSync(text, hash);
}

const kept = new Map<string, boolean | null>();
const MOST_KEPT = 1000;

/** The slow ones, once for each password. */
function fitsSlowly(password: ByteString, hash: ByteString): boolean | null {
  const key = `${hash}\n${password}`;
  let fits = kept.get(key);
  if (fits === undefined) {
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(key, (fits = hash.startsWith('$2') ? fitsBcrypt(password, hash) : fitsSha(password, hash)));
  }
  return fits;
}

/** What any crypt() ever makes; that of another text, such as a password in the clear, is no password's. */
const MADE_BY_CRYPT = /^(?:[$_]|[./0-9A-Za-z]{13,}$)/;

/** Whether a password fits what a user file holds for the user; null where only the system's crypt() could say. */
export function fitsHash(password: ByteString, hash: ByteString): boolean | null {
  if (hash.startsWith('{PLAIN}')) return hash.slice(7) === password;
  if (hash.startsWith('{SHA}')) return encodeBase64(sha1(password)) === hash.slice(5);
  if (hash.startsWith('{SSHA}')) {
    const decoded = decodeBase64(hash.slice(6));
    return decoded !== null && decoded.length >= 20 && sha1(password + decoded.slice(20)) === decoded.slice(0, 20);
  }
  if (!MADE_BY_CRYPT.test(hash)) return false;
  const mark = /^\$(?:apr)?1\$/.exec(hash)?.[0];
  if (mark === undefined) return /^\$[256]/.test(hash) ? fitsSlowly(password, hash) : null;
  const salt = hash.slice(mark.length).split('$')[0]!.slice(0, 8);
  return `${mark}${salt}$${md5Crypt(password, salt, mark)}` === hash;
}
