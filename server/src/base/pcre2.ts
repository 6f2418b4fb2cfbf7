/**
 * PCRE2 itself, as a small wasm, in the way nginx uses it: bytes in, byte offsets out. Needs only the WebAssembly global.
 * `Pcre2Regexes` below is what the rest of the core sees (base/regexes.ts).
 */
import type { Compiled, CompiledRegex, Regexes } from './regexes.ts';

interface Exports {
  memory: WebAssembly.Memory;
  alloc(n: number): number;
  dealloc(p: number): void;
  out(): number;
  text(): number;
  live(): number;
  re_compile(p: number, n: number, options: number): number;
  re_free(h: number): void;
  re_error(code: number): number;
  re_info(h: number): void;
  re_limits(match: number, depth: number, heapKiB: number): number;
  re_match(h: number, s: number, n: number, start: number, options: number): number;
  re_trim(): void;
  version(): number;
  config(what: number): number;
}
export const CASELESS = 0x8;
const NOMATCH = -1,
  SCRATCH = 65536;
/** nginx itself runs with 10000000 / 10000000 / 20000000; an editor wants to give up sooner. */
export interface Limits {
  match: number;
  depth: number;
  heapKiB: number;
}
export const EDITOR_LIMITS: Limits = { match: 100_000, depth: 100_000, heapKiB: 65_536 };
export interface CompileError {
  ok: false;
  code: number;
  offset: number;
  message: string;
}
export type CompileResult = { ok: true; regex: Regex } | CompileError;
/** Capture n spans ovector[2n]..ovector[2n+1]; -1 where the group took no part. */
export type MatchResult =
  | { status: 'match'; rc: number; ovector: Int32Array /** of the subject, in bytes */; length: number }
  | { status: 'nomatch' }
  | { status: 'error'; code: number; message: string }; // -47 match, -53 depth, -63 heap limit; -48 memory; -1..: see pcre2api
type Held = { core: Core; handle: number };

class Core {
  readonly x: Exports;
  readonly dead: { reason?: unknown } = {};
  private readonly scratch: number;
  private readonly outp: number;
  private readonly textp: number;
  private bytes: Uint8Array;
  private words: Uint32Array;
  limits: Limits | undefined;
  constructor(instance: WebAssembly.Instance) {
    this.x = instance.exports as unknown as Exports;
    this.scratch = this.x.alloc(SCRATCH);
    this.outp = this.x.out();
    this.textp = this.x.text();
    this.bytes = new Uint8Array(this.x.memory.buffer);
    this.words = new Uint32Array(this.x.memory.buffer);
  }
  /** The memory as it is now: growth detaches the buffer that was there before. */
  private see(): void {
    const { buffer } = this.x.memory;
    if (this.bytes.buffer === buffer) return;
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
  }
  /** A trap (stack overflow, a bug in the library) leaves the instance in an unknown state: never use it again. */
  call<T>(f: (x: Exports) => T): T {
    if ('reason' in this.dead) throw new Error('pcre2: this instance has trapped', { cause: this.dead.reason });
    try {
      return f(this.x);
    } catch (e) {
      if (!(e instanceof PcreOutOfMemory)) this.dead.reason = e;
      throw e;
    }
  }
  /** Copies in, with a NUL behind as nginx has it: some releases read past an unterminated "(*LIMIT_HEAP=1". */
  with<T>(text: string | Uint8Array, f: (p: number, n: number) => T): T {
    if (typeof text === 'string') {
      const n = this.putAscii(text);
      if (n >= 0) return f(this.scratch, n);
    }
    const bytes = toBytes(text),
      n = bytes.length,
      p = n < SCRATCH ? this.scratch : this.x.alloc(n + 1);
    if (!p) throw new PcreOutOfMemory();
    this.see();
    this.bytes.set(bytes, p);
    this.bytes[p + n] = 0;
    try {
      return f(p, n);
    } finally {
      if (p !== this.scratch) this.x.dealloc(p);
    }
  }
  /** Copies a text of one byte a letter into the scratch memory, as most subjects are; its length, or -1 where it is none. */
  private putAscii(text: string): number {
    const n = text.length;
    if (n >= SCRATCH) return -1;
    this.see();
    const { bytes, scratch } = this;
    for (let i = 0; i < n; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) return -1;
      bytes[scratch + i] = code;
    }
    bytes[scratch + n] = 0;
    return n;
  }
  out(): Uint32Array {
    this.see();
    return this.words.subarray(this.outp >> 2, (this.outp >> 2) + 4);
  }
  /** The ends of the groups of the last match. */
  ovector(): Int32Array {
    this.see();
    const { words } = this,
      [at = 0, pairs = 0] = this.out(),
      found = new Int32Array(pairs * 2);
    // what has no part in it is 0xffffffff, and so -1
    for (let i = 0; i < found.length; i++) found[i] = words[(at >> 2) + i]!;
    return found;
  }
  message(code: number): string {
    this.x.re_error(code);
    const m = new Uint8Array(this.x.memory.buffer, this.textp, 128);
    return latin1(m.subarray(0, m.indexOf(0)));
  }
}
/** Thrown when the memory that PCRE2 may use is spent. */
export class PcreOutOfMemory extends Error {
  constructor() {
    super('pcre2: out of memory');
  }
}
const latin1 = (b: Uint8Array): string => {
  let s = '';
  for (const c of b) s += String.fromCharCode(c);
  return s;
};
const encoder = new TextEncoder();
const toBytes = (s: string | Uint8Array): Uint8Array => (typeof s === 'string' ? encoder.encode(s) : s);
/** Frees the wasm side of a Regex that nobody disposed of. `held` must not reach the Regex itself. */
const registry = new FinalizationRegistry<Held>(({ core, handle }) => {
  if (!('reason' in core.dead))
    core.call((x) => {
      x.re_free(handle);
    });
});

/** A compiled regular expression of PCRE2. Subjects are byte strings; offsets are in bytes. */
export class Regex {
  readonly captureCount: number;
  /** name (as bytes, one char each) and group number, in PCRE2's table order */
  readonly names: ReadonlyArray<{ name: string; group: number }>;
  private handle: number;
  /** @internal */ constructor(
    private readonly core: Core,
    handle: number,
  ) {
    this.handle = handle;
    core.x.re_info(handle);
    const [captures = 0, count = 0, size = 0, table = 0] = core.out(),
      names = [];
    const mem = new Uint8Array(core.x.memory.buffer);
    for (let i = 0, p = table; i < count; i++, p += size) {
      let e = p + 2;
      while (mem[e]) e++;
      names.push({ name: latin1(mem.subarray(p + 2, e)), group: (mem[p]! << 8) | mem[p + 1]! });
    }
    this.captureCount = captures;
    this.names = names;
    registry.register(this, { core, handle }, this);
  }
  exec(subject: string | Uint8Array, start = 0, limits: Limits = EDITOR_LIMITS): MatchResult {
    if (!this.handle) throw new Error('pcre2: regex is disposed');
    const { core } = this;
    return core.call((x) =>
      core.with(subject, (p, n): MatchResult => {
        if (core.limits !== limits) {
          x.re_limits(limits.match, limits.depth, limits.heapKiB);
          core.limits = limits;
        }
        const rc = x.re_match(this.handle, p, n, start, 0);
        if (rc === NOMATCH) return { status: 'nomatch' };
        if (rc < 0) {
          const message = core.message(rc);
          x.re_trim();
          return { status: 'error', code: rc, message };
        }
        return { status: 'match', rc, ovector: core.ovector(), length: n };
      }),
    );
  }
  dispose(): void {
    if (!this.handle) return;
    const h = this.handle;
    this.handle = 0;
    registry.unregister(this);
    if (!('reason' in this.core.dead))
      this.core.call((x) => {
        x.re_free(h);
      });
  }
}

/** PCRE2 as WebAssembly, the engine that nginx compiles its patterns with. */
export class Pcre2 {
  private core: Core;
  private constructor(
    private readonly module: WebAssembly.Module,
    instance: WebAssembly.Instance,
  ) {
    this.core = new Core(instance);
  }
  /** The async way is the one every browser main thread allows. */
  static async load(source: Uint8Array | WebAssembly.Module): Promise<Pcre2> {
    const module = source instanceof WebAssembly.Module ? source : await WebAssembly.compile(source as Uint8Array<ArrayBuffer>);
    return new Pcre2(module, await WebAssembly.instantiate(module, {}));
  }
  static loadSync(source: Uint8Array | WebAssembly.Module): Pcre2 {
    const module = source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source as Uint8Array<ArrayBuffer>);
    return new Pcre2(module, new WebAssembly.Instance(module, {}));
  }
  /** Starts afresh after a trap, or to give memory back (a wasm memory never shrinks). Existing Regex objects keep the old instance. */
  reset(): void {
    this.core = new Core(new WebAssembly.Instance(this.module, {}));
  }
  compile(pattern: string | Uint8Array, options = 0): CompileResult {
    const { core } = this;
    return core.call((x) =>
      core.with(pattern, (p, n): CompileResult => {
        const handle = x.re_compile(p, n, options);
        if (handle) return { ok: true, regex: new Regex(core, handle) };
        const [code = 0, offset = 0] = core.out();
        return { ok: false, code: code | 0, offset, message: core.message(code | 0) };
      }),
    );
  }
  get version(): string {
    return this.core.call((x) => {
      const n = x.version();
      return latin1(new Uint8Array(x.memory.buffer, x.text(), n - 1));
    });
  }
  config(what: number): number {
    return this.core.call((x) => x.config(what));
  }
  get stats(): { live: number; memory: number } {
    return { live: this.core.x.live(), memory: this.core.x.memory.buffer.byteLength };
  }
}

/** More compiled patterns than one configuration has; the oldest go first. */
const KEPT = 24_000;

interface Kept {
  readonly regex: Regex | null;
  readonly answer: Compiled;
}

const isAscii = (s: string): boolean => /^[\0-\x7f]*$/.test(s);
const decoder = new TextDecoder('utf-8');

/** Where a byte offset of the UTF-8 form is in the string, in UTF-16 units. */
function utf16Offset(text: string, byteOffset: number): number {
  if (isAscii(text)) return Math.min(byteOffset, text.length);
  let bytes = 0;
  let at = 0;
  for (const c of text) {
    if (bytes >= byteOffset) break;
    bytes += encoder.encode(c).length;
    at += c.length;
  }
  return at;
}

/** A bounded cache of compiled patterns over one PCRE2 instance; starts a new instance by itself after a trap. */
export class Pcre2Regexes implements Regexes {
  private readonly kept = new Map<string, Kept>();
  private started: Pcre2 | null = null;

  private constructor(private readonly start: () => Pcre2) {}

  /** `bytes` are those of server/pcre2/pcre2.wasm. Rejects when they are not. */
  static async load(bytes: Uint8Array): Promise<Pcre2Regexes> {
    const pcre2 = await Pcre2.load(bytes);
    return new Pcre2Regexes(() => pcre2);
  }

  /** The same for who may never meet an expression; the first one waits for the start, and throws when the bytes are not what they should be. */
  static waiting(bytes: () => Uint8Array): Pcre2Regexes {
    return new Pcre2Regexes(() => Pcre2.loadSync(bytes()));
  }

  private get pcre2(): Pcre2 {
    this.started ??= this.start();
    return this.started;
  }

  get version(): string {
    return this.pcre2.version.split(' ')[0] ?? '';
  }

  compile(pattern: string, options: { readonly caseless?: boolean } = {}): Compiled {
    const key = (options.caseless ? 'i' : 's') + pattern;
    const known = this.kept.get(key);
    if (known) {
      this.kept.delete(key);
      this.kept.set(key, known);
      return known.answer;
    }
    let made: Kept;
    try {
      made = this.make(pattern, options.caseless ? CASELESS : 0);
    } catch {
      this.restart();
      try {
        made = this.make(pattern, options.caseless ? CASELESS : 0);
      } catch {
        this.restart();
        made = { regex: null, answer: { ok: false, message: 'the pattern is too complex', offset: 0 } };
      }
    }
    this.kept.set(key, made);
    if (this.kept.size > KEPT) {
      const [oldest, gone] = this.kept.entries().next().value!;
      this.kept.delete(oldest);
      gone.regex?.dispose();
    }
    return made.answer;
  }

  private restart(): void {
    this.kept.clear();
    this.pcre2.reset();
  }

  private make(pattern: string, options: number): Kept {
    const result = this.pcre2.compile(pattern, options);
    if (!result.ok) return { regex: null, answer: { ok: false, message: result.message, offset: utf16Offset(pattern, result.offset) } };
    let regex: Regex = result.regex;
    const compiled: CompiledRegex = {
      groups: regex.captureCount,
      names: regex.names,
      match: (subject) => {
        let found: MatchResult;
        try {
          found = regex.exec(subject);
        } catch {
          // disposed of by the cache, or the instance has trapped: once more with a fresh one
          const again = this.pcre2.compile(pattern, options);
          if (!again.ok) return 'unknown';
          regex = again.regex;
          try {
            found = regex.exec(subject);
          } catch {
            this.restart();
            return 'unknown';
          }
        }
        if (found.status === 'nomatch') return 'no';
        if (found.status === 'error') return 'unknown';
        const asText = typeof subject === 'string';
        const plain = asText && found.length === subject.length;
        const bytes = plain ? null : toBytes(subject);
        const captures: (string | undefined)[] = [];
        for (let i = 0; i < found.ovector.length; i += 2) {
          const [from = -1, to = -1] = [found.ovector[i], found.ovector[i + 1]];
          if (from < 0) captures.push(undefined);
          else if (!bytes) captures.push((subject as string).slice(from, to));
          else captures.push(asText ? decoder.decode(bytes.subarray(from, to)) : latin1(bytes.subarray(from, to)));
        }
        const place = (n: number): number => (asText && !plain ? utf16Offset(subject as string, n) : n);
        return { captures, index: place(found.ovector[0] ?? 0), end: place(found.ovector[1] ?? 0) };
      },
    };
    return { regex, answer: { ok: true, regex: compiled } };
  }
}
