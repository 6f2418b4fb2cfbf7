// Seeded random cipher strings for the comparison with the real openssl and nginx: every keyword, every operator, names, combinations,
// special commands, separators, and a share of garbage. It knows the language's letters only, never what a string selects.
import { cipherWords } from '../../server/src/catalog/ciphers.ts';

/** A small seeded generator (mulberry32): numbers in [0, 1). */
export function random(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const UNKNOWN = [
  'DES',
  'EXP',
  'EXPORT',
  'kEDH2',
  'SHA512',
  'AEAD',
  'aes',
  'high',
  'TLSv1.3',
  'TLS_AES_128_GCM_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  'kECDHr',
  'CHACHA20-POLY1305',
  'DEFAULT',
  'HIGH-RC4',
  'A=B',
  'PROFILE=SYSTEM',
  'x',
];
const SPECIAL = [
  '@STRENGTH',
  '@SECLEVEL=0',
  '@SECLEVEL=1',
  '@SECLEVEL=2',
  '@SECLEVEL=5',
  '@STRENGTH+x',
  '@SECLEVEL=6',
  '@SECLEVEL=10',
  '@strength',
];
const STRAY = ['_', '!', '/', '[', '*', '\t', 'é', '@', '+', '-', '#', '(', '|', '&', '"', "'", '\\', '{', '$', '\n'];
const START = ['', '', '', '', '', 'DEFAULT', 'DEFAULT:', 'DEFAULT!', 'DEFAULT+', 'ALL:', 'HIGH:', 'SUITEB128', 'SUITEB192:'];

/** `count` cipher strings; the same for the same seed. About one in twenty has a stray character. */
export function cipherStrings(seed: number, count: number): string[] {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const { keywords, suites } = cipherWords({ openssl: '3.5.0', build: 'weak' });
  const names = suites.flatMap((s) => (next() < 0.1 ? [s.name, s.iana] : [s.name]));
  const word = (): string => {
    const r = next();
    return r < 0.6 ? pick(keywords) : r < 0.9 ? pick(names) : pick(UNKNOWN);
  };
  const rule = (): string => {
    if (next() < 0.06) return pick(SPECIAL);
    const operator = next() < 0.5 ? '' : pick(['+', '-', '!', '!', '-']);
    const words = next() < 0.65 ? 1 : next() < 0.8 ? 2 : 3;
    return operator + Array.from({ length: words }, word).join('+');
  };
  return Array.from({ length: count }, () => {
    const rules = Array.from({ length: 1 + Math.floor(next() * 9) }, rule);
    const separator = next() < 0.9 ? ':' : pick([' ', ',', ';', '::', ': ', '']);
    let text = pick(START) + rules.join(separator);
    if (next() < 0.05) {
      const at = Math.floor(next() * (text.length + 1));
      text = text.slice(0, at) + pick(STRAY) + text.slice(at);
    }
    return text;
  });
}
