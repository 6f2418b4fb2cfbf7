// OpenSSL's cipher-list language: what the argument of ssl_ciphers selects in a given libssl, in order, and what each of its rules
// contributes. A finding about weak ciphers is only worth its noise when it asks this instead of looking for words. The algorithm is
// that of ssl_create_cipher_list and ssl_cipher_process_rulestr (ssl/ssl_ciph.c). It gives no advice and knows no LibreSSL or BoringSSL.
import { table } from '../base/table.ts';
import { type Strength, tlsData } from './tls-data.ts';
import { atLeast, type Version, version } from './version.ts';

/**
 * How the library was built: `upstream` as OpenSSL's own configuration has it, `debian` with the distribution's security level and
 * without IDEA, `weak` with enable-weak-ssl-ciphers and the legacy provider, which has every suite that any build can have.
 */
export type OpensslBuild = 'upstream' | 'debian' | 'weak';

export interface OpensslTarget {
  readonly openssl: Version | string;
  /** `upstream` when left out */
  readonly build?: OpensslBuild;
}

/** What is wrong with a suite by today's measure; a suite may have several. */
export type Weakness =
  | 'null'
  | 'anonymous'
  | 'export'
  | 'des'
  | '3des'
  | 'rc4'
  | 'idea'
  | 'seed'
  | 'md5'
  | 'short-tag'
  | 'no-forward-secrecy'
  | 'cbc';

export interface Suite {
  /** as OpenSSL writes it */
  readonly name: string;
  readonly iana: string;
  /** the two bytes of the protocol, `0xC02F` */
  readonly id: string;
  /** lowest protocol version that can use it */
  readonly min: string;
  readonly kx: string;
  /** authentication; NULL: none */
  readonly au: string;
  readonly enc: string;
  /** key bits as `openssl ciphers -v` prints them */
  readonly bits: number;
  /** bits that @STRENGTH and the security level count */
  readonly strength: number;
  /** AEAD, or the digest of the HMAC */
  readonly mac: string;
  /** HIGH, MEDIUM or NONE */
  readonly class: string;
  readonly forwardSecrecy: boolean;
  readonly weaknesses: readonly Weakness[];
}

/** A word of a rule with its place in the string. */
export interface TermWord {
  readonly text: string;
  /** UTF-16 offsets in the string */
  readonly start: number;
  readonly end: number;
  readonly known: boolean;
}

export type TermKind = 'add' | 'delete' | 'move' | 'kill' | 'default' | 'suite-b' | 'strength' | 'security-level';

/** One rule of the string and what it did when its turn came. */
export interface TermEffect {
  readonly kind: TermKind;
  /** UTF-16 offsets in the string, operator included, separators not */
  readonly start: number;
  readonly end: number;
  readonly words: readonly TermWord[];
  /** false: OpenSSL skipped the rule without a message, as a word is unknown or its words exclude each other */
  readonly known: boolean;
  /** suites that became part of the selection by this rule */
  readonly added: readonly Suite[];
  /** suites that left the selection by it */
  readonly removed: readonly Suite[];
  /** true when the selection, its order, the suites that later rules can still add, or the security level changed */
  readonly changed: boolean;
}

export interface CipherList {
  readonly ok: true;
  /** TLS 1.2 and older, in the order of preference */
  readonly suites: readonly Suite[];
  /** the library's TLS 1.3 list, which no cipher string touches; `openssl ciphers` prints it first */
  readonly tls13: readonly Suite[];
  readonly securityLevel: number;
  readonly terms: readonly TermEffect[];
  readonly unknownWords: readonly TermWord[];
}

export interface CipherListError {
  readonly ok: false;
  /** OpenSSL's two errors: a rule that it cannot read, or nothing selected */
  readonly reason: 'invalid-command' | 'no-cipher-match';
  /** UTF-16 offset of the character that could not be read; 0 when nothing was selected */
  readonly offset: number;
  readonly terms: readonly TermEffect[];
  readonly unknownWords: readonly TermWord[];
}

/** A suite or keyword as masks: 0 means "says nothing of it". */
interface Criteria {
  readonly kx: number;
  readonly au: number;
  readonly enc: number;
  readonly mac: number;
  /** classes and the FIPS flag: SSL_STRONG_MASK */
  readonly strong: number;
  /** SSL_DEFAULT_MASK */
  readonly notDefault: boolean;
  readonly min: string;
}

interface Entry extends Criteria {
  readonly suite: Suite;
}

/** The tables of one libssl. */
interface Library {
  /** every suite of the build, in the order of preference before any rule */
  readonly base: readonly Entry[];
  readonly names: ReadonlyMap<string, Entry>;
  readonly keywords: ReadonlyMap<string, Criteria>;
  /** every suite word character, from 3.2 the underscore too */
  readonly wordCharacter: RegExp;
  readonly tls13: readonly Suite[];
  readonly level: number;
}

interface Slot {
  readonly entry: Entry;
  active: boolean;
}

type Move = 'add' | 'delete' | 'move' | 'kill' | 'bump';

const CATEGORIES = ['kx', 'au', 'enc', 'mac', 'strong'] as const;
type Category = (typeof CATEGORIES)[number];

const FIPS = 'FIPS';
const FORWARD = new Set(['ECDHE', 'DHE', 'ECDHEPSK', 'DHEPSK']);
const EPHEMERAL = ['DHE', 'ECDHE'];
const AES_GCM = ['AES128GCM', 'AES256GCM'];

const WEAK_ENC: Readonly<Record<string, Weakness>> = table({ NULL: 'null', '3DES': '3des', RC4: 'rc4', IDEA: 'idea', SEED: 'seed' });
const BLOCK_MODE = new Set(['3DES', 'IDEA', 'SEED', 'AES128', 'AES256', 'CAMELLIA128', 'CAMELLIA256']);

const asVersion = (v: Version | string): Version => (typeof v === 'string' ? version(v) : v);

function weaknesses(kx: string, au: string, enc: string, mac: string): Weakness[] {
  const found: Weakness[] = [];
  const cipher = WEAK_ENC[enc];
  if (cipher) found.push(cipher);
  if (au === 'NULL') found.push('anonymous');
  if (mac === 'MD5') found.push('md5');
  if (enc.endsWith('CCM8')) found.push('short-tag');
  if (!FORWARD.has(kx)) found.push('no-forward-secrecy');
  if (BLOCK_MODE.has(enc)) found.push('cbc');
  return found;
}

/** A numbering of names as bits of one mask per category, for the keywords' sets. */
class Bits {
  readonly #of = new Map<string, number>();
  of(name: string): number {
    let bit = this.#of.get(name);
    if (bit === undefined) this.#of.set(name, (bit = 1 << this.#of.size));
    return bit;
  }
  set(names: readonly string[]): number {
    let mask = 0;
    for (const name of names) mask |= this.of(name);
    return mask;
  }
  all(): number {
    let mask = 0;
    for (const bit of this.#of.values()) mask |= bit;
    return mask;
  }
}

const strengthOf = (s: Strength, openssl: Version): { strength: number; class: string } => {
  const now = s.since && atLeast(openssl, s.since.from) ? s.since : undefined;
  return { strength: now?.strength ?? s.strength ?? s.bits, class: now?.class ?? s.class };
};

/** RC2 has no suite; from 3.0 its keyword goes with the legacy provider like those of the others. */
const LEGACY_ENC = ['RC4', 'RC2', 'IDEA', 'SEED'];

function makeLibrary(openssl: Version, build: OpensslBuild): Library {
  const data = tlsData();
  const three = atLeast(openssl, '3.0');
  const bits: Record<Category, Bits> = { kx: new Bits(), au: new Bits(), enc: new Bits(), mac: new Bits(), strong: new Bits() };
  const lacking: readonly string[] = build === 'weak' ? [] : three ? LEGACY_ENC : build === 'debian' ? ['IDEA'] : [];
  const entries: Entry[] = [];
  for (const [name, iana, id, min, kx, au, enc, mac, flags] of data.suites) {
    if (build !== 'weak' && (flags.includes('weak') || lacking.includes(enc))) continue;
    const { strength, class: cls } = strengthOf(data.encryption[enc]!, openssl);
    // 3.2 and later no longer count 3DES among the FIPS suites
    const fips = flags.includes('fips') && !(enc === '3DES' && atLeast(openssl, '3.2'));
    entries.push({
      suite: {
        name,
        iana,
        id,
        min,
        kx,
        au,
        enc,
        bits: data.encryption[enc]!.bits,
        strength,
        mac,
        class: cls,
        forwardSecrecy: FORWARD.has(kx),
        weaknesses: weaknesses(kx, au, enc, mac),
      },
      kx: bits.kx.of(kx),
      au: bits.au.of(au),
      enc: bits.enc.of(enc),
      mac: bits.mac.of(mac),
      strong: bits.strong.set(fips ? [cls, FIPS] : [cls]),
      notDefault: flags.includes('notDefault'),
      min,
    });
  }
  for (const k of data.keywords) if (Array.isArray(k.enc)) bits.enc.set(k.enc);
  const present = bits.enc.all() & ~bits.enc.set(lacking);
  const mask = (c: Category, set: readonly string[] | { readonly not: readonly string[] } | undefined): number => {
    if (!set) return 0;
    const of = (names: readonly string[]) => bits[c].set(names);
    return 'not' in set ? bits[c].all() & ~of(set.not) : of(set);
  };
  const keywords = new Map<string, Criteria>();
  for (const k of data.keywords) {
    if (!atLeast(openssl, k.since)) continue;
    const enc = mask('enc', k.enc) & present;
    // a keyword all of whose algorithms are disabled does not exist (ssl_cipher_collect_aliases)
    if (k.enc && !enc) continue;
    keywords.set(k.word, {
      kx: mask('kx', k.kx),
      au: mask('au', k.au),
      enc,
      mac: mask('mac', k.mac),
      strong: mask('strong', k.cls),
      notDefault: k.default === false,
      min: k.min ?? '',
    });
  }
  const names = new Map<string, Entry>();
  // from 3.2 a suite is also found by its IANA name
  if (atLeast(openssl, '3.2')) for (const e of entries) names.set(e.suite.iana, e);
  for (const e of entries) names.set(e.suite.name, e);
  return {
    base: baseOrder(entries, bits),
    names,
    keywords,
    wordCharacter: atLeast(openssl, '3.2') ? /[A-Za-z0-9.=_-]/ : /[A-Za-z0-9.=-]/,
    tls13: data.tls13
      .filter(([name]) => data.tls13Default.includes(name))
      .map((row) => tls13Suite(row, openssl))
      .sort((a, b) => data.tls13Default.indexOf(a.name) - data.tls13Default.indexOf(b.name)),
    level: atLeast(openssl, '3.2') || build === 'debian' ? 2 : 1,
  };
}

function tls13Suite([name, id, enc, mac]: readonly [string, string, string, string, string, boolean], openssl: Version): Suite {
  const known = tlsData().encryption[enc]!;
  const { strength, class: cls } = strengthOf(known, openssl);
  const found = weaknesses('ECDHE', 'any', enc, mac);
  return {
    name,
    iana: name,
    id,
    min: 'TLSv1.3',
    kx: 'any',
    au: 'any',
    enc,
    bits: known.bits,
    strength,
    mac,
    class: cls,
    forwardSecrecy: true,
    weaknesses: found,
  };
}

const NOTHING: Criteria = { kx: 0, au: 0, enc: 0, mac: 0, strong: 0, notDefault: false, min: '' };

/** ssl_cipher_apply_rule's test: every given criterion must have something in common with the suite. */
const matches = (e: Entry, c: Criteria, only: Entry | null): boolean =>
  (!only || only === e) &&
  CATEGORIES.every((k) => !c[k] || (c[k] & e[k]) !== 0) &&
  (!c.min || c.min === e.min) &&
  (!c.notDefault || e.notDefault);

/** ssl_cipher_apply_rule: the list after one rule. Slots are changed in place, the array is a new one. */
function apply(list: readonly Slot[], move: Move, test: (e: Entry) => boolean): Slot[] {
  const hit: Slot[] = [];
  const rest: Slot[] = [];
  const wanted = move === 'add' ? (s: Slot) => !s.active : move === 'kill' ? () => true : (s: Slot) => s.active;
  for (const slot of list) (wanted(slot) && test(slot.entry) ? hit : rest).push(slot);
  for (const slot of hit) {
    if (move === 'add') slot.active = true;
    if (move === 'delete' || move === 'kill') slot.active = false;
  }
  if (move === 'kill') return rest;
  return move === 'add' || move === 'move' ? [...rest, ...hit] : [...hit, ...rest];
}

/** ssl_cipher_strength_sort: by strength, descending, stable among the active ones. */
function byStrength(list: readonly Slot[]): Slot[] {
  const values = new Set(list.filter((s) => s.active).map((s) => s.entry.suite.strength));
  let sorted = [...list];
  for (const bits of [...values].sort((a, b) => b - a)) sorted = apply(sorted, 'move', (e) => e.suite.strength === bits);
  return sorted;
}

/** The order of preference before any rule: ssl_create_cipher_list, "arrange all ciphers by preference". */
function baseOrder(byId: readonly Entry[], bits: Record<Category, Bits>): Entry[] {
  const where = (c: Partial<Criteria>) => (e: Entry) => matches(e, { ...NOTHING, ...c }, null);
  const kx = (...n: string[]) => bits.kx.set(n);
  const aes = ['AES128', 'AES256', 'AES128CCM', 'AES256CCM', 'AES128CCM8', 'AES256CCM8'];
  let list: Slot[] = byId.map((entry) => ({ entry, active: false }));
  const run = (move: Move, c: Partial<Criteria>) => (list = apply(list, move, where(c)));
  run('add', { kx: kx('ECDHE'), au: bits.au.of('ECDSA') });
  run('add', { kx: kx('ECDHE') });
  run('delete', { kx: kx('ECDHE') });
  run('add', { enc: bits.enc.set(AES_GCM) });
  run('add', { enc: bits.enc.of('CHACHA20') });
  run('add', { enc: bits.enc.set(aes) });
  run('add', {});
  run('move', { mac: bits.mac.of('MD5') });
  run('move', { au: bits.au.of('NULL') });
  run('move', { kx: kx('RSA') });
  run('move', { kx: kx('PSK') });
  run('move', { enc: bits.enc.of('RC4') });
  list = byStrength(list);
  run('bump', { min: 'TLSv1.2' });
  run('bump', { mac: bits.mac.of('AEAD') });
  run('bump', { kx: kx(...EPHEMERAL) });
  run('bump', { kx: kx(...EPHEMERAL), mac: bits.mac.of('AEAD') });
  return list.map((s) => s.entry);
}

const libraries = new Map<string, Library>();

function libraryOf(target: OpensslTarget): Library {
  const v = asVersion(target.openssl);
  const build = target.build ?? 'upstream';
  const era = ['3.5', '3.2', '3.0'].find((from) => atLeast(v, from)) ?? '1.1.1';
  const key = `${era} ${build}`;
  let found = libraries.get(key);
  if (!found) libraries.set(key, (found = makeLibrary(version(era), build)));
  return found;
}

/** ITEM_SEP of ssl_ciph.c */
const separates = (c: string): boolean => c === ':' || c === ' ' || c === ';' || c === ',';

const OPERATORS: Readonly<Record<string, TermKind>> = table({ '-': 'delete', '+': 'move', '!': 'kill' });

/** check_suiteb_cipher_list tries these in this order, as prefixes of the whole string. */
const SUITE_B: readonly (readonly [string, string])[] = [
  ['SUITEB128ONLY', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  ['SUITEB128C2', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ['SUITEB128', 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384'],
  ['SUITEB192', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
];

/** The state of one evaluation. */
class Run {
  list: Slot[];
  level: number;
  readonly terms: TermEffect[] = [];
  readonly unknown: TermWord[] = [];
  readonly lib: Library;
  fault: number | null = null;

  constructor(lib: Library) {
    this.lib = lib;
    this.list = lib.base.map((entry) => ({ entry, active: false }));
    this.level = lib.level;
  }

  active(): Suite[] {
    return this.list.filter((s) => s.active).map((s) => s.entry.suite);
  }

  /** Runs `change`, and writes down what it did. */
  term(kind: TermKind, start: number, end: number, words: readonly TermWord[], known: boolean, change: () => void): void {
    const was = this.list;
    const before = new Set(was.filter((s) => s.active).map((s) => s.entry.suite));
    const level = this.level;
    change();
    const now = this.active();
    const after = new Set(now);
    const order = [...before].some((s, i) => now[i] !== s);
    const struck = this.list.length !== was.length;
    const changed = order || now.length !== before.size || struck || this.level !== level;
    const added = now.filter((s) => !before.has(s));
    const removed = [...before].filter((s) => !after.has(s));
    this.terms.push({ kind, start, end, words, known, added, removed, changed });
  }

  /** ssl_cipher_process_rulestr over `text` from `from`. */
  rules(text: string, from: number): void {
    let at = from;
    while (at < text.length) {
      const start = at;
      const kind = OPERATORS[text[at]!];
      const special = text[at] === '@';
      if (kind || special) at++;
      else if (separates(text[at]!)) {
        at++;
        continue;
      }
      at = special ? this.#special(text, start) : this.#rule(text, start, at, kind ?? 'add');
      if (at < 0) return;
    }
  }

  #word(text: string, from: number): number {
    let at = from;
    while (at < text.length && this.lib.wordCharacter.test(text[at]!)) at++;
    return at;
  }

  #toSeparator(text: string, from: number): number {
    let at = from;
    while (at < text.length && !separates(text[at]!)) at++;
    return at;
  }

  /** A rule that is no @ command; gives where the next one begins, or -1 when OpenSSL stops reading. */
  #rule(text: string, start: number, from: number, kind: TermKind): number {
    const words: TermWord[] = [];
    let c = NOTHING;
    let only: Entry | null = null;
    let known = true;
    let at = from;
    for (;;) {
      const end = this.#word(text, at);
      if (end === at) {
        this.fault ??= at;
        return -1;
      }
      const word = text.slice(at, end);
      const suite = this.lib.names.get(word);
      const found: Criteria | undefined = suite ?? this.lib.keywords.get(word);
      words.push({ text: word, start: at, end, known: found !== undefined });
      const more = text[end] === '+';
      at = more ? end + 1 : end;
      const both: Criteria | null = found ? intersect(c, found, suite !== undefined) : null;
      if (!both) {
        known = false;
        if (!found) this.unknown.push(words[words.length - 1]!);
        at = this.#toSeparator(text, at);
        break;
      }
      c = both;
      only = suite ?? null;
      if (!more) break;
    }
    this.term(kind, start, at, words, known, () => {
      if (known) this.list = apply(this.list, kind as Move, (e) => matches(e, c, only));
    });
    return at;
  }

  /** `@STRENGTH` and `@SECLEVEL=n`. */
  #special(text: string, start: number): number {
    const end = this.#word(text, start + 1);
    if (end === start + 1) {
      this.fault ??= end;
      return -1;
    }
    const word = text.slice(start + 1, end);
    const next = this.#toSeparator(text, end);
    const words = [{ text: word, start: start + 1, end, known: true }];
    const level = /^SECLEVEL=([0-5])$/.exec(word);
    if (word === 'STRENGTH')
      this.term('strength', start, next, words, true, () => {
        this.list = byStrength(this.list);
      });
    else if (level)
      this.term('security-level', start, next, words, true, () => {
        this.level = Number(level[1]);
      });
    else this.fault ??= start;
    return next;
  }
}

/** The criteria of a rule with one more word, or null when they exclude each other. Quirks of the flag handling included. */
function intersect(c: Criteria, w: Criteria, isSuite: boolean): Criteria | null {
  const out: Record<Category, number> = { kx: 0, au: 0, enc: 0, mac: 0, strong: 0 };
  for (const k of CATEGORIES) {
    out[k] = c[k] && w[k] ? c[k] & w[k] : c[k] || w[k];
    if (c[k] && w[k] && !out[k]) return null;
  }
  // the first word with a class overwrites the flag of COMPLEMENTOFDEFAULT (algo_strength is assigned, not merged)
  const kept = c.notDefault && !(w.strong && !c.strong);
  // a suite's own minimum is no criterion
  const min = isSuite ? '' : w.min;
  if (c.min && min && c.min !== min) return null;
  return { ...out, notDefault: kept || w.notDefault, min: c.min || min };
}

/**
 * Evaluates a cipher string as `SSL_CTX_set_cipher_list` of that OpenSSL does.
 *
 * Gives the selected suites in order, the level and an account of every rule; or, where nginx would stop with
 * `SSL_CTX_set_cipher_list("…") failed`, which of OpenSSL's two errors it is and where. Words it does not know are no error for
 * OpenSSL: they come in `unknownWords`. All offsets are UTF-16 units in `text`. Security level, certificate and protocols do not
 * shorten the list here; `usableSuites` does that.
 */
export function evaluateCipherList(text: string, target: OpensslTarget): CipherList | CipherListError {
  const lib = libraryOf(target);
  let known = results.get(lib);
  if (!known) results.set(lib, (known = new Map()));
  let result = known.get(text);
  if (!result) {
    if (known.size >= KEPT) known.clear();
    known.set(text, (result = evaluate(text, lib)));
  }
  return result;
}

/** Results by library and text: one string is in many servers, and many rules ask about it. Emptied when full. */
const results = new WeakMap<Library, Map<string, CipherList | CipherListError>>();
const KEPT = 256;

function evaluate(text: string, lib: Library): CipherList | CipherListError {
  const run = new Run(lib);
  const suiteB = SUITE_B.find(([prefix]) => text.startsWith(prefix));
  if (suiteB) {
    const [prefix, list] = suiteB;
    run.term('suite-b', 0, prefix.length, [{ text: prefix, start: 0, end: prefix.length, known: true }], true, () => {
      const inner = new Run(lib);
      inner.rules(list, 0);
      run.list = inner.list;
    });
  } else if (text.startsWith('DEFAULT')) {
    run.term('default', 0, 7, [{ text: 'DEFAULT', start: 0, end: 7, known: true }], true, () => {
      const inner = new Run(lib);
      inner.rules('ALL:!COMPLEMENTOFDEFAULT:!eNULL', 0);
      run.list = inner.list;
    });
    run.rules(text, text[7] === ':' ? 8 : 7);
  } else run.rules(text, 0);
  const { terms, unknown: unknownWords } = run;
  if (run.fault !== null) return { ok: false, reason: 'invalid-command', offset: run.fault, terms, unknownWords };
  const suites = run.active();
  if (!suites.length) return { ok: false, reason: 'no-cipher-match', offset: 0, terms, unknownWords };
  return { ok: true, suites, tls13: lib.tls13, securityLevel: run.level, terms, unknownWords };
}

/**
 * The rules of the string without which the result (suites, order, level) would be the same. A term may be listed because another
 * one says the same: dropping one of the two is safe, dropping both is not. Empty for a string that OpenSSL refuses.
 */
export function redundantTerms(text: string, target: OpensslTarget): readonly TermEffect[] {
  const whole = evaluateCipherList(text, target);
  if (!whole.ok) return [];
  const names = whole.suites.map((s) => s.name).join();
  return whole.terms.filter((t) => {
    const rest = evaluateCipherList(`${text.slice(0, t.start)}:${text.slice(t.end)}`, target);
    return rest.ok && rest.securityLevel === whole.securityLevel && rest.suites.map((s) => s.name).join() === names;
  });
}

export interface Handshake {
  /** versions as ssl_protocols spells them */
  readonly protocols: readonly string[];
  /** kinds of the server's keys; null: not known, RSA and ECDSA are both taken for possible */
  readonly keys: readonly ('RSA' | 'ECDSA' | 'DSS')[] | null;
  /** whether ssl_dhparam (or the DHParameters command) gives parameters: nginx has none of its own since 1.11.0 */
  readonly dhparam: boolean;
  readonly securityLevel: number;
}

/**
 * Those of `suites` (TLS 1.2 and older) that a handshake with nginx can end with: the protocol is on, a key fits, parameters are
 * there, the security level admits it (ssl_security_default_callback). PSK and SRP never work: nginx sets no callback for them.
 */
export function usableSuites(suites: readonly Suite[], h: Handshake): readonly Suite[] {
  const old = h.protocols.some((p) => /^(SSLv3|TLSv1|TLSv1\.1|TLSv1\.2)$/.test(p));
  const tls12 = h.protocols.includes('TLSv1.2');
  const level = h.securityLevel;
  const bits = tlsData().securityLevelBits[level] ?? 256;
  return suites.filter(
    (s) =>
      (s.min === 'TLSv1.2' ? tls12 : old) &&
      (s.kx === 'ECDHE' || s.kx === 'RSA' || (s.kx === 'DHE' && h.dhparam)) &&
      (s.au === 'NULL' || (h.keys ?? ['RSA', 'ECDSA']).some((k) => k === s.au)) &&
      (level === 0 ||
        (s.au !== 'NULL' &&
          s.enc !== 'NULL' &&
          s.mac !== 'MD5' &&
          s.strength >= bits &&
          !(level >= 2 && s.enc === 'RC4') &&
          !(level >= 3 && !s.forwardSecrecy) &&
          !(level >= 4 && s.mac === 'SHA1'))),
  );
}

/** The suite of that OpenSSL or IANA name in any build of 1.1.1 or later, TLS 1.3 ones included; null when there is none. */
export function suiteNamed(name: string): Suite | null {
  const newest: OpensslTarget = { openssl: '3.5.0', build: 'weak' };
  const row = tlsData().tls13.find((r) => r[0] === name);
  return row ? tls13Suite(row, version('3.5.0')) : (libraryOf(newest).names.get(name)?.suite ?? null);
}

/** True for the names of TLS 1.3 suites, which a cipher string never selects: they belong in `ssl_conf_command Ciphersuites`. */
export const isTls13Name = (word: string): boolean => tlsData().tls13.some((r) => r[0] === word);

/** Every word with a meaning in the cipher strings of that OpenSSL: keywords first, then suites in the order of preference. */
export function cipherWords(target: OpensslTarget): { readonly keywords: readonly string[]; readonly suites: readonly Suite[] } {
  const lib = libraryOf(target);
  return { keywords: ['DEFAULT', ...lib.keywords.keys()], suites: lib.base.map((e) => e.suite) };
}

const OBSOLETE: readonly (readonly [RegExp, Weakness])[] = [
  [/^EXP(ORT(40|56)?)?$|^EXP(1024)?-/, 'export'],
  [/^(DES|DES-CBC|LOW)$|(^|-)DES-CBC-(SHA|MD5)$/, 'des'],
  [/^(DES-CBC3|DES3)$|(^|-)DES-CBC3-(SHA|MD5)$/, '3des'],
  [/^SSLv2$|(^|-)RC2-CBC-MD5$/, 'export'],
  [/(^|-)RC4(-64)?-MD5$/, 'rc4'],
];

/** What a word that today's OpenSSL no longer knows asked for in 1.0.2 and older, when that was weak; null otherwise. */
export const obsoleteWeakness = (word: string): Weakness | null => OBSOLETE.find(([form]) => form.test(word))?.[1] ?? null;

export interface Ciphersuites {
  readonly ok: boolean;
  /** the TLS 1.3 list that results */
  readonly suites: readonly Suite[];
  readonly unknownWords: readonly TermWord[];
}

/**
 * The TLS 1.3 list of `ssl_conf_command Ciphersuites text` (SSL_CTX_set_ciphersuites). Before 3.0 one unknown or empty element makes
 * it fail; later unknown ones are skipped and it fails when none is left. An empty string leaves no TLS 1.3 suite and is accepted.
 */
export function evaluateCiphersuites(text: string, target: OpensslTarget): Ciphersuites {
  const v = asVersion(target.openssl);
  const suites: Suite[] = [];
  const unknownWords: TermWord[] = [];
  if (text === '') return { ok: true, suites, unknownWords };
  let start = 0;
  for (const part of text.split(':')) {
    const word = part.trim();
    const from = start + part.indexOf(word);
    const row = tlsData().tls13.find((r) => r[0] === word && atLeast(v, r[4]));
    const suite = row ? tls13Suite(row, v) : [...libraryOf(target).names.values()].find((e) => e.suite.iana === word)?.suite;
    if (suite) suites.push(suite);
    else unknownWords.push({ text: word, start: from, end: from + word.length, known: false });
    start += part.length + 1;
  }
  return { ok: atLeast(v, '3.0') ? suites.length > 0 : unknownWords.length === 0, suites, unknownWords };
}
