/**
 * What of a request a Lua program hands on to a call as it came. Read are assignments and calls; a value that anything else looks at (a
 * condition, a pattern, a function of one's own) may be checked there, and counts as checked.
 */
interface Token {
  readonly kind: 'name' | 'string' | 'number' | 'sign';
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

/** A value of the client in a program, as the program names it. */
export interface Handed {
  /** the call, such as `os.execute`; of a method a colon and its name */
  readonly call: string;
  /** where its first argument is, in characters of the program */
  readonly from: number;
  readonly to: number;
  /** what the client writes, as the program spells it */
  readonly source: string;
  /** whether the text begins with the client's */
  readonly first: boolean;
  /** whether nothing but the client's text is handed on */
  readonly whole: boolean;
}

/** Programs longer than this, in UTF-16 units, are not read: they are rather files of their own. */
const MOST_OF_PROGRAM = 50_000;
/** Of what is in more brackets than these nothing is said. */
const MOST_NESTED = 32;
/** Calls of one program that are told. */
const MOST_CALLS = 100;

const TOKEN =
  /--\[(=*)\[[\s\S]*?\]\1\]|--[^\n]*|\[(=*)\[([\s\S]*?)\]\2\]|"((?:[^"\\\n]|\\[\s\S])*)"|'((?:[^'\\\n]|\\[\s\S])*)'|[A-Za-z_]\w*|0[xX][\da-fA-F]+|\d+(?:\.\d+)?|\.\.\.|\.\.|[=~<>]=|[^\s\w]/g;

function tokensOf(text: string): Token[] {
  const out: Token[] = [];
  for (const m of text.matchAll(TOKEN)) {
    if (m[0].startsWith('--')) continue;
    const string = m[3] ?? m[4] ?? m[5];
    const kind = string !== undefined ? 'string' : /^[A-Za-z_]/.test(m[0]) ? 'name' : /^\d/.test(m[0]) ? 'number' : 'sign';
    out.push({ kind, text: string ?? m[0], at: m.index, end: m.index + m[0].length });
  }
  return out;
}

const KEYWORDS = new Set(
  'and break do else elseif end false for function goto if in local nil not or repeat return then true until while'.split(' '),
);

/** What a client writes as it likes, character for character. */
const SOURCE = /^ngx\.var\.(?:arg_\w+|http_(?!host$)\w+|cookie_\w+|args|query_string|request_body)$|^ngx\.req\.get_body_data\(\)$/;
/** Calls that give a table of such values. */
const TABLE = /^ngx\.req\.get_(?:uri_args|post_args|headers)\(\)$/;
/** Functions behind which a text is still the client's. */
const PASSING = /^(?:ngx\.unescape_uri|tostring|string\.lower|string\.upper)$/;

/** A value as it is read: its path (`args.file`), and what of the client is in it. */
interface Read {
  readonly path: string;
  readonly source: string | null;
  readonly table: boolean;
  readonly first: boolean;
  readonly whole: boolean;
  /** the tokens of paths that were only handed on, by their numbers */
  readonly seen: readonly number[];
}

/** What a local name holds of the client. */
interface Held extends Pick<Read, 'table' | 'first' | 'whole'> {
  readonly source: string;
}

const NOTHING: Read = { path: '', source: null, table: false, first: false, whole: false, seen: [] };

class Program {
  readonly tokens: readonly Token[];
  private at = 0;
  private depth = 0;
  /** by the number of a token that opens a bracket, that of the one that closes it */
  private readonly closers = new Map<number, number>();
  /** local names that hold a value of the client, or a table of them, and whether that is where the value begins, and all of it */
  private readonly held = new Map<string, Held>();
  /** the tokens that only hand a value on */
  private readonly harmless = new Set<number>();

  constructor(text: string) {
    this.tokens = tokensOf(text);
    const open: number[] = [];
    for (const [i, token] of this.tokens.entries()) {
      if (token.kind !== 'sign') continue;
      if ('([{'.includes(token.text)) open.push(i);
      else if (')]}'.includes(token.text) && open.length) this.closers.set(open.pop()!, i);
    }
  }

  private is(i: number, text: string): boolean {
    const token = this.tokens[i];
    return token !== undefined && token.kind !== 'string' && token.text === text;
  }

  /** The number of the token that closes the bracket at a number; behind the last one where none does. */
  private closing(open: number): number {
    return this.closers.get(open) ?? this.tokens.length;
  }

  /** A name with its fields and calls, and what of the client it holds. */
  private path(): Read {
    const from = this.at;
    let path = this.tokens[this.at++]!.text;
    let called = '';
    for (;;) {
      if (this.is(this.at, '.') && this.tokens[this.at + 1]?.kind === 'name') {
        path += `.${this.tokens[this.at + 1]!.text}`;
        this.at += 2;
      } else if (this.is(this.at, '[') && this.tokens[this.at + 1]?.kind === 'string' && this.is(this.at + 2, ']')) {
        path += `.${this.tokens[this.at + 1]!.text}`;
        this.at += 3;
      } else if (this.is(this.at, '(')) {
        const end = this.closing(this.at);
        const inner = this.at + 1;
        this.at = end + 1;
        if (PASSING.test(path) && !called) {
          const back = this.at;
          this.at = inner;
          const value = this.expression();
          const whole = this.at >= end;
          this.at = back;
          return whole ? value : NOTHING;
        }
        called = path;
        // numbers say how many values are read
        const asks = end === inner || (end === inner + 1 && this.tokens[inner]?.kind === 'number');
        path += asks ? '()' : '(…)';
      } else if (this.is(this.at, ':') || this.is(this.at, '[') || this.tokens[this.at]?.kind === 'string') {
        // a method, an index that is computed, a call with a string: nobody knows what comes of it
        if (this.is(this.at, '[')) this.at = this.closing(this.at) + 1;
        else if (this.is(this.at, ':')) {
          this.at += 2;
          if (this.is(this.at, '(')) this.at = this.closing(this.at) + 1;
          else this.at++;
        } else this.at++;
        path += ':?';
      } else break;
    }
    const seen = Array.from({ length: this.at - from }, (_, i) => from + i);
    const root = path.split('.')[0]!;
    const held = this.held.get(root);
    const one = { path, first: true, whole: true, seen };
    if (SOURCE.test(path)) return { ...one, source: path, table: false };
    if (TABLE.test(path)) return { ...one, source: path, table: true };
    const inTable = /^(ngx\.req\.get_\w+\(\))\.(\w[\w-]*)$/.exec(path);
    if (inTable && TABLE.test(inTable[1]!)) return { ...one, source: path, table: false };
    if (held && path === root) return { ...held, path, seen };
    if (held?.table && /^\w+\.[\w-]+$/.test(path)) return { ...one, source: path, table: false };
    return { ...NOTHING, path };
  }

  /** Operands with `..` and `or` between them; whatever else stands there makes the value unknown, and so does a bracket too deep. */
  private expression(): Read {
    if (this.depth >= MOST_NESTED) return NOTHING;
    this.depth++;
    const value = this.operands();
    this.depth--;
    return value;
  }

  private operands(): Read {
    let out: Read | null = null;
    let operands = 0;
    for (;;) {
      const token = this.tokens[this.at];
      if (!token) break;
      let value: Read = NOTHING;
      if (token.kind === 'name' && !KEYWORDS.has(token.text)) value = this.path();
      else if (token.kind === 'string' || token.kind === 'number' || /^(?:nil|true|false)$/.test(token.text)) this.at++;
      else if (this.is(this.at, '(')) {
        const end = this.closing(this.at);
        this.at++;
        value = this.expression();
        if (this.at < end) value = NOTHING;
        this.at = end + 1;
        if (this.is(this.at, ':')) return NOTHING;
      } else return NOTHING;
      operands++;
      out = !out
        ? value
        : {
            path: '',
            source: out.source ?? value.source,
            table: false,
            first: out.first,
            whole: out.whole,
            seen: [...out.seen, ...value.seen],
          };
      if (this.is(this.at, '..')) {
        if (out.whole) out = { ...out, whole: false };
        this.at++;
      } else if (this.is(this.at, 'or')) this.at++;
      else break;
    }
    if (!out || !operands) return NOTHING;
    const next = this.tokens[this.at];
    // a comparison, arithmetic, a condition
    if (next && next.kind !== 'string' && /^(?:and|[=~<>]=|[<>+*/%^-])$/.test(next.text)) return NOTHING;
    return out;
  }

  /** The calls that get a text of the client. */
  handed(calls: ReadonlySet<string>): Handed[] {
    const found: (Handed & { readonly seen: readonly number[] })[] = [];
    for (let i = 0; i < this.tokens.length; i++) {
      const token = this.tokens[i]!;
      if (token.kind !== 'name' || KEYWORDS.has(token.text) || this.is(i - 1, '.') || this.is(i - 1, ':')) continue;
      if (this.is(i + 1, '=') && !this.is(i + 2, '=')) {
        this.at = i + 2;
        const value = this.expression();
        if (value.source !== null) {
          // a name that is given two values holds nobody knows which
          if (this.held.has(token.text) && this.held.get(token.text)!.source !== value.source) this.held.delete(token.text);
          else this.held.set(token.text, { source: value.source, table: value.table, first: value.first, whole: value.whole });
          this.harmless.add(i);
          for (const n of value.seen) this.harmless.add(n);
        }
        continue;
      }
      let end = i + 1;
      let call = token.text;
      while (this.is(end, '.') && this.tokens[end + 1]?.kind === 'name') {
        call += `.${this.tokens[end + 1]!.text}`;
        end += 2;
      }
      // of a method its own name is enough: `client:request_uri(…)`
      if (this.is(end, ':') && this.tokens[end + 1]?.kind === 'name' && this.is(end + 2, '(')) {
        call = `:${this.tokens[end + 1]!.text}`;
        end += 2;
      }
      if (!calls.has(call)) continue;
      const by = this.is(end, '(') ? end + 1 : this.is(end, '=') && call.startsWith('ngx.') ? end + 1 : -1;
      if (by < 0 || !this.tokens[by]) continue;
      this.at = by;
      const value = this.expression();
      const last = this.tokens[this.at - 1];
      if (value.source === null || value.table || !last) continue;
      for (const n of value.seen) this.harmless.add(n);
      found.push({
        call,
        from: this.tokens[by]!.at,
        to: last.end,
        source: value.source,
        first: value.first,
        whole: value.whole,
        seen: value.seen,
      });
    }
    return found
      .slice(0, MOST_CALLS)
      .filter(({ seen, source }) => !this.isLookedAt(new Set([source, ...seen.map((n) => this.pathAt(n)).filter((p) => p !== '')])));
  }

  /** The path that begins at a token; the empty string where none does. */
  private pathAt(n: number): string {
    const token = this.tokens[n]!;
    if (token.kind !== 'name' || KEYWORDS.has(token.text) || this.is(n - 1, '.') || this.is(n - 1, ':')) return '';
    let path = token.text;
    for (let i = n + 1; ; ) {
      if (this.is(i, '.') && this.tokens[i + 1]?.kind === 'name') {
        path += `.${this.tokens[i + 1]!.text}`;
        i += 2;
      } else if (this.is(i, '[') && this.tokens[i + 1]?.kind === 'string' && this.is(i + 2, ']')) {
        path += `.${this.tokens[i + 1]!.text}`;
        i += 3;
      } else break;
    }
    return path;
  }

  /** Whether anything else of the program may look at one of the values, or at the whole table of them. */
  private isLookedAt(paths: ReadonlySet<string>): boolean {
    const roots = new Set([...paths].map((p) => p.split('.')[0]!).filter((r) => this.held.has(r)));
    for (const name of roots) for (const [other, value] of this.held) if (value.source.split('.')[0] === name) roots.add(other);
    for (let i = 0; i < this.tokens.length; i++) {
      if (this.harmless.has(i)) continue;
      const path = this.pathAt(i);
      if (path === '' || !(paths.has(path) || roots.has(path))) continue;
      const end = i + 2 * path.split('.').length - 1;
      const isEmpty = (this.is(end, '==') || this.is(end, '~=')) && /^(?:nil|)$/.test(this.tokens[end + 1]?.text ?? 'x');
      const isAsked =
        (this.is(i - 1, 'not') && /^(?:or|and|then|\))$/.test(this.tokens[end]?.text ?? '')) ||
        (this.is(i - 1, 'if') && this.is(end, 'then'));
      const isLogged = this.isWithinLog(i);
      if (!isEmpty && !isAsked && !isLogged && !this.is(i - 1, '#')) return true;
    }
    return false;
  }

  private isWithinLog(n: number): boolean {
    for (let i = n; i > Math.max(0, n - 12); i--) {
      if (this.is(i, 'ngx') && this.is(i + 1, '.') && this.is(i + 2, 'log')) return true;
      if (this.tokens[i]!.kind === 'name' && KEYWORDS.has(this.tokens[i]!.text)) return false;
    }
    return false;
  }
}

/** The calls of a Lua program, of those named, whose first argument holds a text of the client that nothing looks at. */
export function handedOn(program: string, calls: ReadonlySet<string>): readonly Handed[] {
  return program.length > MOST_OF_PROGRAM ? [] : new Program(program).handed(calls);
}
