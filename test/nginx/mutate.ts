/**
 * Breaks configurations as people do: seeded, one fault a time. It reads the text with a few lines of its own, not with the parser that
 * the test is about, and it knows nothing of what nginx makes of the result.
 */

/** Mulberry32: a small generator that gives the same numbers everywhere. */
export class Random {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[this.below(from.length)];
  }
}

interface Piece {
  readonly kind: 'word' | ';' | '{' | '}' | 'raw';
  readonly start: number;
  readonly end: number;
}

interface Line {
  readonly name: Piece;
  readonly args: readonly Piece[];
  readonly start: number;
  /** behind the semicolon or the closing brace */
  readonly end: number;
  readonly opener: Piece | null;
  readonly depth: number;
  /** names of the enclosing blocks, outermost first */
  readonly path: readonly string[];
}

/** Words, semicolons and braces of a text; Lua bodies are one piece. */
function pieces(text: string): Piece[] {
  const out: Piece[] = [];
  let i = 0;
  while (i < text.length) {
    const c = text[i]!;
    if (/\s/.test(c)) i++;
    else if (c === '#') while (i < text.length && text[i] !== '\n') i++;
    else if (c === ';' || c === '{' || c === '}') {
      const last = out.at(-1);
      if (c === '{' && last?.kind === 'word' && /_by_lua_block$/.test(lineWords(text, out))) {
        const end = closingBrace(text, i);
        out.push({ kind: 'raw', start: i, end });
        i = end;
      } else out.push({ kind: c, start: i, end: ++i });
    } else {
      const start = i;
      if (c === '"' || c === "'") {
        i++;
        while (i < text.length && text[i] !== c) i += text[i] === '\\' ? 2 : 1;
        i++;
      } else while (i < text.length && !/[\s;]/.test(text[i]!) && !(text[i] === '{' && text[i - 1] !== '$')) i += text[i] === '\\' ? 2 : 1;
      out.push({ kind: 'word', start, end: Math.min(i, text.length) });
    }
  }
  return out;
}

const lineWords = (text: string, out: readonly Piece[]): string => {
  let from = out.length;
  while (from > 0 && out[from - 1]!.kind === 'word') from--;
  return text.slice(out[from]!.start, out[from]!.end);
};

/** Good enough for the Lua of the corpus: its braces in strings and comments are paired. */
function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const rest = text.slice(i);
    const skip = /^(?:--[^\n]*|\[\[[\s\S]*?\]\]|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')/.exec(rest);
    if (skip) i += skip[0].length - 1;
    else if (text[i] === '{') depth++;
    else if (text[i] === '}' && --depth === 0) return i + 1;
  }
  return text.length;
}

function linesOf(text: string, all: readonly Piece[]): Line[] {
  const out: Line[] = [];
  const open: { at: number; path: string[] }[] = [];
  let words: Piece[] = [];
  const add = (end: Piece, opener: Piece | null): void => {
    const [name, ...args] = words;
    words = [];
    if (!name) return;
    const path = open.map((o) => o.path.at(-1)!);
    out.push({ name, args, start: name.start, end: end.end, opener, depth: open.length, path });
    if (opener && opener.kind === '{') open.push({ at: out.length - 1, path: [...path, text.slice(name.start, name.end)] });
  };
  for (const p of all) {
    if (p.kind === 'word') words.push(p);
    else if (p.kind === ';') add(p, null);
    else if (p.kind === '{' || p.kind === 'raw') add(p, p);
    else {
      words = [];
      const closed = open.pop();
      if (closed) out[closed.at] = { ...out[closed.at]!, end: p.end };
    }
  }
  return out;
}

interface Input {
  readonly text: string;
  readonly pieces: readonly Piece[];
  readonly lines: readonly Line[];
  readonly random: Random;
}

type Mutator = (input: Input) => string | null;

const replaced = (text: string, at: { start: number; end: number }, by: string): string =>
  text.slice(0, at.start) + by + text.slice(at.end);
const without = (text: string, at: { start: number; end: number }): string => replaced(text, at, '');
const wordAt = (text: string, at: Piece): string => text.slice(at.start, at.end);

/** A letter swapped, dropped, doubled, changed, or put into another case. */
function misspelt(word: string, random: Random): string {
  const i = random.below(word.length);
  switch (random.below(5)) {
    case 0:
      return word.slice(0, i) + word.slice(i + 1);
    case 1:
      return word.slice(0, i) + word[i] + word.slice(i);
    case 2:
      return word.slice(0, i) + (word[i + 1] ?? '') + (word[i] ?? '') + word.slice(i + 2);
    case 3:
      return word.slice(0, i) + 'abcdefghijklmnopqrstuvwxyz_-0123456789'[random.below(38)] + word.slice(i + 1);
    default:
      return word.slice(0, i) + (word[i] === word[i]!.toLowerCase() ? word[i]!.toUpperCase() : word[i]!.toLowerCase()) + word.slice(i + 1);
  }
}

const JUNK = ['on', 'off', '1', '0', 'x', '""', '$uri', '/x', '10m', '127.0.0.1', 'max=5', 'always', 'zone=a:1m', '~', '=', '$nope'];
const BAD_VALUES = [
  'yes',
  'no',
  'ON',
  'true',
  '-1',
  '0',
  '1',
  '99999999999999999999',
  '1.5',
  '10x',
  '10q',
  '10g',
  '10G',
  '10M',
  '1k',
  '4K',
  '7m',
  '10ms',
  '5s',
  '1d',
  '1y',
  '1m1h',
  '"1h 30m"',
  '""',
  'off',
  'on',
  'none',
  'any',
  'all',
  'default',
  'auto',
  'abc',
  '$nope',
  '$uri',
  '$',
  '${uri',
  '127.0.0.1',
  '127.0.0.1:80',
  '127.0.0.1:99999',
  '300.1.1.1',
  '10.0.0.0/33',
  '10.1.1.1/8',
  '[::1]:80',
  '2001:db8::/32',
  'unix:',
  'unix:/tmp/x.sock',
  'http://127.0.0.1',
  'http://127.0.0.1/x',
  'https://',
  '127.0.0.1/x',
  '200',
  '404',
  '600',
  '=404',
  '=200',
  '@name',
  '/',
  '~x',
  'a=b',
  'text/html',
  'zone=a',
  'zone=a:1k',
  'weight=0',
  'backup',
];
const BAD_REGEXES = [
  '(',
  ')',
  '[',
  '[z-a]',
  '*',
  '+x',
  '(?<n>x',
  '(?P<1>x)',
  '(?<',
  '\\',
  'x**',
  'x{2,1}',
  '(?',
  '(?z)',
  '[[:nope:]]',
  '\\p{Nope}',
  '(?<a>x)(?<a>y)',
  '(?<=x*)',
  '\\g9',
  '(?<uri>x)',
  '\\1',
];
const BLOCKS = [
  'http',
  'server',
  'location',
  'upstream',
  'stream',
  'mail',
  'events',
  'if',
  'map',
  'geo',
  'types',
  'limit_except',
  'split_clients',
];

const isRegex = (text: string, line: Line, i: number): boolean => {
  const name = wordAt(text, line.name);
  const words = line.args.map((a) => wordAt(text, a));
  if (name === 'rewrite') return i === 0;
  if (name === 'location') return i === 1 && /^~/.test(words[0]!);
  if (name === 'if') return i > 0 && /^!?~/.test(words[i - 1]!);
  return /^["']?~/.test(words[i]!);
};

/** One fault each. A mutator that finds nothing to break gives null. */
export const MUTATORS: Readonly<Record<string, Mutator>> = {
  'dropped token': ({ text, pieces: p, random }) => {
    const piece = random.pick(p);
    return piece ? without(text, piece) : null;
  },
  'doubled token': ({ text, pieces: p, random }) => {
    const piece = random.pick(p);
    return piece ? text.slice(0, piece.end) + ' ' + text.slice(piece.start, piece.end) + text.slice(piece.end) : null;
  },
  'misspelt name': ({ text, lines, random }) => {
    const line = random.pick(lines);
    return line ? replaced(text, line.name, misspelt(wordAt(text, line.name), random)) : null;
  },
  'misspelt value': ({ text, lines, random }) => {
    const arg = random.pick(random.pick(lines)?.args ?? []);
    return arg ? replaced(text, arg, misspelt(wordAt(text, arg), random)) : null;
  },
  'moved directive': ({ text, lines, random }) => {
    const line = random.pick(lines);
    const block = random.pick(lines.filter((l) => l.opener?.kind === '{' && !(line && l.start >= line.start && l.end <= line.end)));
    if (!line || !block?.opener) return null;
    const moved = text.slice(line.start, line.end);
    const at = block.opener.end;
    return at <= line.start
      ? `${text.slice(0, at)}\n${moved}\n${text.slice(at, line.start)}${text.slice(line.end)}`
      : `${text.slice(0, line.start)}${text.slice(line.end, at)}\n${moved}\n${text.slice(at)}`;
  },
  'moved out': ({ text, lines, random }) => {
    const line = random.pick(lines.filter((l) => l.depth > 0));
    if (!line) return null;
    const outer = lines.filter((l) => l.opener?.kind === '{' && l.start < line.start && l.end > line.end).at(-1);
    if (!outer) return null;
    const moved = text.slice(line.start, line.end);
    return `${text.slice(0, outer.start)}${moved}\n${text.slice(outer.start, line.start)}${text.slice(line.end)}`;
  },
  'duplicated directive': ({ text, lines, random }) => {
    const line = random.pick(lines);
    return line ? `${text.slice(0, line.end)}\n${text.slice(line.start, line.end)}${text.slice(line.end)}` : null;
  },
  'deleted directive': ({ text, lines, random }) => {
    const line = random.pick(lines);
    return line ? without(text, line) : null;
  },
  'surplus argument': ({ text, lines, random }) => {
    const line = random.pick(lines);
    const after = line && random.pick([line.name, ...line.args]);
    return after ? `${text.slice(0, after.end)} ${random.pick(JUNK)}${text.slice(after.end)}` : null;
  },
  'missing argument': ({ text, lines, random }) => {
    const arg = random.pick(random.pick(lines.filter((l) => l.args.length))?.args ?? []);
    return arg ? without(text, arg) : null;
  },
  'bad value': ({ text, lines, random }) => {
    const arg = random.pick(random.pick(lines.filter((l) => l.args.length))?.args ?? []);
    return arg ? replaced(text, arg, random.pick(BAD_VALUES)!) : null;
  },
  'bad value of a parameter': ({ text, lines, random }) => {
    const found = lines.flatMap((l) => l.args).filter((a) => /^[a-z_]+=./.test(wordAt(text, a)));
    const arg = random.pick(found);
    if (!arg) return null;
    const word = wordAt(text, arg);
    const equals = word.indexOf('=') + 1;
    const value = random.below(3) ? random.pick(BAD_VALUES)! : misspelt(word.slice(equals), random);
    return random.below(5)
      ? replaced(text, arg, word.slice(0, equals) + value)
      : replaced(text, arg, misspelt(word.slice(0, equals), random) + word.slice(equals));
  },
  'number changed': ({ text, lines, random }) => {
    const found = lines.flatMap((l) => l.args).filter((a) => /\d/.test(wordAt(text, a)));
    const arg = random.pick(found);
    if (!arg) return null;
    const word = wordAt(text, arg);
    const numbers = [...word.matchAll(/\d+/g)];
    const m = random.pick(numbers)!;
    const by = [String(Number(m[0]) + 1), '0', '-' + m[0], m[0] + '0', m[0] + '.5', '65536', '1', ''][random.below(8)]!;
    return replaced(text, arg, word.slice(0, m.index) + by + word.slice(m.index + m[0].length));
  },
  'bad regex': ({ text, lines, random }) => {
    const found = lines.flatMap((l) => l.args.map((a, i) => ({ a, l, i }))).filter(({ l, i }) => isRegex(text, l, i));
    const it = random.pick(found);
    if (!it) return null;
    const word = wordAt(text, it.a);
    const quote = /^["']/.test(word) ? word[0]! : '';
    const bare = quote ? word.slice(1, -1) : word;
    const bad = random.pick(BAD_REGEXES)!;
    const at = /^!?~?\*?/.exec(bare)![0].length + random.below(bare.length + 1 - /^!?~?\*?/.exec(bare)![0].length);
    const made = bare.slice(0, at) + bad + bare.slice(at);
    return replaced(text, it.a, quote + made + quote);
  },
  'broken quote': ({ text, lines, random }) => {
    const args = lines.flatMap((l) => l.args);
    const quoted = args.filter((a) => /^["']/.test(wordAt(text, a)));
    const arg = random.pick(quoted.length && random.below(3) ? quoted : args);
    if (!arg) return null;
    const word = wordAt(text, arg);
    switch (random.below(5)) {
      case 0:
        return replaced(text, arg, word.slice(0, -1));
      case 1:
        return replaced(text, arg, word.slice(1));
      case 2:
        return replaced(text, arg, `"${word}`);
      case 3:
        return replaced(text, arg, word.slice(0, 1 + random.below(word.length)) + `"` + word.slice(1 + random.below(word.length)));
      default:
        return replaced(text, arg, `${word}x`);
    }
  },
  'missing semicolon': ({ text, pieces: p, random }) => {
    const piece = random.pick(p.filter((x) => x.kind === ';'));
    return piece ? without(text, piece) : null;
  },
  'surplus semicolon': ({ text, pieces: p, random }) => {
    const piece = random.pick(p);
    return piece ? `${text.slice(0, piece.end)};${text.slice(piece.end)}` : null;
  },
  'missing brace': ({ text, pieces: p, random }) => {
    const piece = random.pick(p.filter((x) => x.kind === '{' || x.kind === '}'));
    return piece ? without(text, piece) : null;
  },
  'surplus brace': ({ text, pieces: p, random }) => {
    const piece = random.pick(p);
    return piece ? `${text.slice(0, piece.end)} ${random.below(2) ? '{' : '}'} ${text.slice(piece.end)}` : null;
  },
  'other block': ({ text, lines, random }) => {
    const line = random.pick(lines.filter((l) => l.opener));
    return line ? replaced(text, line.name, random.pick(BLOCKS)!) : null;
  },
  'other name': ({ text, lines, random }) => {
    const a = random.pick(lines);
    const b = random.pick(lines);
    return a && b && a !== b ? replaced(text, a.name, wordAt(text, b.name)) : null;
  },
  'swapped arguments': ({ text, lines, random }) => {
    const line = random.pick(lines.filter((l) => l.args.length > 1));
    if (!line) return null;
    const i = random.below(line.args.length - 1);
    const a = line.args[i]!;
    const b = line.args[i + 1]!;
    return text.slice(0, a.start) + wordAt(text, b) + text.slice(a.end, b.start) + wordAt(text, a) + text.slice(b.end);
  },
  'argument of another directive': ({ text, lines, random }) => {
    const a = random.pick(random.pick(lines.filter((l) => l.args.length))?.args ?? []);
    const b = random.pick(random.pick(lines.filter((l) => l.args.length))?.args ?? []);
    return a && b ? replaced(text, a, wordAt(text, b)) : null;
  },
  'renamed reference': ({ text, lines, random }) => {
    const refs = lines.flatMap((l) =>
      l.args.filter(
        (a) =>
          /zone=|^["']?\$|_pass$|^https?:\/\//.test(wordAt(text, a)) ||
          /^(upstream|limit_conn|.*_cache|.*_pass|access_log|log_format|map|set|zone)$/.test(wordAt(text, l.name)),
      ),
    );
    const arg = random.pick(refs);
    if (!arg) return null;
    const names = [...wordAt(text, arg).matchAll(/[a-z_][a-z0-9_]+/gi)];
    const m = random.pick(names);
    if (!m) return null;
    const at = { start: arg.start + m.index, end: arg.start + m.index + m[0].length };
    return replaced(text, at, random.below(2) ? m[0] + '2' : misspelt(m[0], random));
  },
  'variable broken': ({ text, lines, random }) => {
    const found = lines.flatMap((l) => l.args).filter((a) => wordAt(text, a).includes('$'));
    const arg = random.pick(found);
    if (!arg) return null;
    const word = wordAt(text, arg);
    const at = [...word.matchAll(/\$\{?/g)].map((m) => m.index);
    const i = random.pick(at)!;
    const by = ['$$', '$ ', '${', '', '$-', '$no_', '\\$', '$1', '$9x'][random.below(9)]!;
    return replaced(text, arg, word.slice(0, i) + by + word.slice(i + 1));
  },
};

export const KINDS: readonly string[] = Object.keys(MUTATORS);

/** One broken form of the text, or null when this kind finds nothing to break there or changes nothing. */
export function mutate(text: string, kind: string, random: Random): string | null {
  const all = pieces(text);
  const made = MUTATORS[kind]?.({ text, pieces: all, lines: linesOf(text, all), random }) ?? null;
  return made === text ? null : made;
}
