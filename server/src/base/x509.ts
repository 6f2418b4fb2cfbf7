/**
 * As much of X.509 as a judgement on a server's certificate needs: names, dates, the public key, who signed it. It verifies no signature,
 * trusts nobody and decrypts nothing; what it cannot read is null (RFC 5280, RFC 5958, RFC 5915, RFC 8017; DER of X.690).
 */
import { table } from './table.ts';

export interface PublicKey {
  readonly kind: 'rsa' | 'ec' | 'other';
  /** of the modulus or the curve; 0 when not known */
  readonly bits: number;
  /** modulus or point, in hexadecimal: equal for a certificate and its private key */
  readonly id: string;
}

export interface Certificate {
  /** the names as DER in hexadecimal, to be compared */
  readonly subject: string;
  readonly issuer: string;
  readonly issuerName: string;
  /** milliseconds since 1970 */
  readonly notBefore: number;
  readonly notAfter: number;
  /** DNS names and addresses of subjectAltName, lower case; the common name when there is no such extension */
  readonly names: readonly string[];
  /** whether it has the extension subjectAltName, the only names that clients read */
  readonly hasAltNames: boolean;
  readonly publicKey: PublicKey;
  /** the hash of the signature where it is broken: `SHA-1` or `MD5` */
  readonly weakHash: string | null;
}

export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes of a Base64 text, white space ignored; null for any other character. */
function fromBase64(text: string): Uint8Array | null {
  const clean = text.replace(/\s+/g, '').replace(/=+$/, '');
  const out = new Uint8Array(Math.floor((clean.length * 3) / 4));
  let at = 0;
  let bits = 0;
  let held = 0;
  for (const c of clean) {
    const value = ALPHABET.indexOf(c);
    if (value < 0) return null;
    held = ((held << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = (held >> bits) & 255;
    }
  }
  return out;
}

/** The PEM blocks of a text in order; blocks that are no Base64, encrypted ones included, are left out. */
export function pemBlocks(text: string): PemBlock[] {
  const out: PemBlock[] = [];
  for (const m of text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g)) {
    const der = fromBase64(m[2]!);
    if (der) out.push({ label: m[1]!, der });
  }
  return out;
}

interface Node {
  readonly tag: number;
  /** offsets of the whole element and of its content */
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

class Der {
  constructor(readonly bytes: Uint8Array) {}

  /** The element at an offset; null when it does not fit. */
  at(from: number, limit: number): Node | null {
    const { bytes } = this;
    if (from + 2 > limit) return null;
    let length = bytes[from + 1]!;
    let start = from + 2;
    if (length & 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4 || start + count > limit) return null;
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + bytes[start + i]!;
      start += count;
    }
    return start + length > limit ? null : { tag: bytes[from]!, from, start, end: start + length };
  }

  /** The elements inside of another; stops at what is broken. */
  inside(node: Node, from = node.start): Node[] {
    const out: Node[] = [];
    for (let next = this.at(from, node.end); next && out.length < 10_000; next = this.at(next.end, node.end)) out.push(next);
    return out;
  }

  root(): Node | null {
    return this.at(0, this.bytes.length);
  }

  hex(start: number, end: number): string {
    let out = '';
    for (let i = start; i < end; i++) out += this.bytes[i]!.toString(16).padStart(2, '0');
    return out;
  }

  text(node: Node): string {
    let out = '';
    for (let i = node.start; i < node.end; i++) out += String.fromCharCode(this.bytes[i]!);
    return out;
  }

  oid(node: Node): string {
    const out: number[] = [];
    let value = 0;
    for (let i = node.start; i < node.end; i++) {
      const byte = this.bytes[i]!;
      value = value * 128 + (byte & 0x7f);
      if (byte & 0x80) continue;
      if (out.length) out.push(value);
      else out.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)));
      value = 0;
    }
    return out.join('.');
  }

  /** An INTEGER without its sign byte, in hexadecimal. */
  integer(node: Node): string {
    let { start } = node;
    while (start < node.end - 1 && this.bytes[start] === 0) start++;
    return this.hex(start, node.end);
  }

  /** UTCTime or GeneralizedTime in milliseconds; NaN for anything else. */
  time(node: Node): number {
    const m = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?Z$/.exec(this.text(node));
    if (!m || (node.tag !== 0x17 && node.tag !== 0x18)) return Number.NaN;
    const short = Number(m[1]);
    const year = m[1]!.length === 4 ? short : short < 50 ? 2000 + short : 1900 + short;
    return Date.UTC(year, Number(m[2]) - 1, Number(m[3]), Number(m[4]), Number(m[5]), Number(m[6] ?? 0));
  }
}

const RSA = '1.2.840.113549.1.1.1';
const EC = '1.2.840.10045.2.1';
const CURVES: Readonly<Record<string, number>> = table({
  '1.2.840.10045.3.1.1': 192,
  '1.3.132.0.33': 224,
  '1.2.840.10045.3.1.7': 256,
  '1.3.132.0.34': 384,
  '1.3.132.0.35': 521,
});
const WEAK_HASHES: Readonly<Record<string, string>> = table({
  '1.2.840.113549.1.1.4': 'MD5',
  '1.2.840.113549.1.1.5': 'SHA-1',
  '1.2.840.10045.4.1': 'SHA-1',
});
const ALT_NAME = '2.5.29.17';
const COMMON_NAME = '2.5.4.3';

const bitsOf = (hex: string): number => (hex.length ? (hex.length - 2) * 4 + Number.parseInt(hex.slice(0, 2), 16).toString(2).length : 0);

function rsaKey(der: Der, modulus: Node | undefined): PublicKey | null {
  if (modulus?.tag !== 0x02) return null;
  const id = der.integer(modulus);
  return { kind: 'rsa', bits: bitsOf(id), id };
}

function publicKey(der: Der, info: Node): PublicKey | null {
  const [algorithm, bits] = der.inside(info);
  if (!algorithm || !bits || bits.tag !== 0x03) return null;
  const [oid, curve] = der.inside(algorithm);
  const name = oid ? der.oid(oid) : '';
  if (name === RSA) {
    const inner = der.at(bits.start + 1, bits.end);
    return inner && rsaKey(der, der.inside(inner)[0]);
  }
  const id = der.hex(bits.start + 1, bits.end);
  return name === EC ? { kind: 'ec', bits: curve ? (CURVES[der.oid(curve)] ?? 0) : 0, id } : { kind: 'other', bits: 0, id };
}

/** The value of an attribute of a distinguished name, '' when it has none. */
function attribute(der: Der, name: Node, wanted: string): string {
  for (const set of der.inside(name))
    for (const pair of der.inside(set)) {
      const [oid, value] = der.inside(pair);
      if (oid && value && der.oid(oid) === wanted) return der.text(value);
    }
  return '';
}

function altNames(der: Der, extensions: Node | undefined): string[] | null {
  const list = extensions && der.inside(extensions)[0];
  for (const extension of list ? der.inside(list) : []) {
    const parts = der.inside(extension);
    const value = parts.at(-1);
    if (!parts[0] || !value || der.oid(parts[0]) !== ALT_NAME) continue;
    const names = der.at(value.start, value.end);
    return (names ? der.inside(names) : []).flatMap((n) => {
      if (n.tag === 0x82) return [der.text(n).toLowerCase()];
      if (n.tag === 0x87 && n.end - n.start === 4) return [[...der.bytes.subarray(n.start, n.end)].join('.')];
      return [];
    });
  }
  return null;
}

/** Reads a certificate; null when the bytes are none. */
export function readCertificate(bytes: Uint8Array): Certificate | null {
  const der = new Der(bytes);
  const root = der.root();
  const [body, signature] = root?.tag === 0x30 ? der.inside(root) : [];
  if (!body || !signature) return null;
  const fields = der.inside(body);
  const from = fields[0]?.tag === 0xa0 ? 1 : 0;
  const [, , issuer, validity, subject, info] = fields.slice(from);
  if (!issuer || !validity || !subject || !info) return null;
  const [before, after] = der.inside(validity);
  const key = publicKey(der, info);
  if (!before || !after || !key) return null;
  const oid = der.inside(signature)[0];
  const common = attribute(der, subject, COMMON_NAME).toLowerCase();
  const alternatives = altNames(
    der,
    fields.find((f) => f.tag === 0xa3),
  );
  return {
    subject: der.hex(subject.from, subject.end),
    issuer: der.hex(issuer.from, issuer.end),
    issuerName: attribute(der, issuer, COMMON_NAME),
    notBefore: der.time(before),
    notAfter: der.time(after),
    names: alternatives ?? (common ? [common] : []),
    hasAltNames: alternatives !== null,
    publicKey: key,
    weakHash: (oid && WEAK_HASHES[der.oid(oid)]) ?? null,
  };
}

/** The public half of a private key (PKCS #1, SEC 1, PKCS #8); null for encrypted keys and kinds that do not tell it. */
export function publicHalf({ label, der: bytes }: PemBlock): PublicKey | null {
  const der = new Der(bytes);
  const root = der.root();
  if (!root) return null;
  const ecPoint = (node: Node): PublicKey | null => {
    const part = der.inside(node).find((n) => n.tag === 0xa1);
    const bits = part && der.at(part.start, part.end);
    return bits?.tag === 0x03 ? { kind: 'ec', bits: 0, id: der.hex(bits.start + 1, bits.end) } : null;
  };
  if (label === 'RSA PRIVATE KEY') return rsaKey(der, der.inside(root)[1]);
  if (label === 'EC PRIVATE KEY') return ecPoint(root);
  if (label !== 'PRIVATE KEY') return null;
  const [, algorithm, octets] = der.inside(root);
  const oid = algorithm && der.inside(algorithm)[0];
  const inner = octets && der.at(octets.start, octets.end);
  if (!oid || !inner) return null;
  const name = der.oid(oid);
  return name === RSA ? rsaKey(der, der.inside(inner)[1]) : name === EC ? ecPoint(inner) : null;
}

/** Whether a host (lower case) is one of a certificate's names; `*` stands for one label (RFC 6125). */
export const coversHost = (certificate: Certificate, host: string): boolean =>
  certificate.names.some(
    (n) => n === host || (n.startsWith('*.') && host.includes('.') && host.slice(host.indexOf('.') + 1) === n.slice(2)),
  );
