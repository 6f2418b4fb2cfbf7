/**
 * Texts that a regular expression matches, found by reading its shape and checked by PCRE2 itself. Rules need them as witnesses: a path, a
 * host, an input that proves what they say. What PCRE2 does not confirm is never handed out; an empty list means "no witness", not "none exists".
 */
import type { CompiledRegex, Regexes } from '../base/regexes.ts';

type Node =
  | { readonly kind: 'text'; readonly text: string }
  /** one character of a set, told by its own source */
  | { readonly kind: 'set'; readonly source: string }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'either'; readonly items: readonly Node[] }
  | { readonly kind: 'repeat'; readonly item: Node; readonly min: number; readonly max: number }
  | { readonly kind: 'group'; readonly number: number; readonly item: Node }
  | { readonly kind: 'back'; readonly number: number }
  /** looked at and not taken */
  | { readonly kind: 'look'; readonly item: Node }
  | { readonly kind: 'nothing' };

const NOTHING: Node = { kind: 'nothing' };

/** Reads as much of PCRE2's syntax as patterns of configurations use; an assertion becomes nothing, for PCRE2 judges the sample anyway. */
class Reader {
  private at = 0;
  private groups = 0;
  private depth = 0;
  private flags = '';
  readonly names = new Map<string, number>();

  constructor(private readonly text: string) {}

  read(): Node {
    const items = [this.either()];
    // a stray ")" does not compile; the caller finds no witness
    while (this.at < this.text.length) {
      this.at++;
      items.push(this.either());
    }
    return { kind: 'sequence', items };
  }

  private either(): Node {
    const flags = this.flags;
    const items = [this.sequence()];
    while (this.text[this.at] === '|') {
      this.at++;
      items.push(this.sequence());
    }
    this.flags = flags;
    return items.length === 1 ? items[0]! : { kind: 'either', items };
  }

  private sequence(): Node {
    const items: Node[] = [];
    while (this.at < this.text.length && this.text[this.at] !== '|' && this.text[this.at] !== ')') items.push(this.quantified());
    return items.length === 1 ? items[0]! : { kind: 'sequence', items };
  }

  private quantified(): Node {
    let item = this.atom();
    for (;;) {
      const m = /^(?:\*|\+|\?|\{(\d+)(?:(,)(\d*))?\}|\{,(\d+)\})[?+]?/.exec(this.text.slice(this.at));
      if (!m) return item;
      this.at += m[0].length;
      const c = m[0][0];
      const min = c === '+' ? 1 : c === '{' ? Number(m[1] ?? 0) : 0;
      const max = c === '?' ? 1 : c === '{' ? (m[4] ? Number(m[4]) : m[2] ? (m[3] ? Number(m[3]) : Infinity) : min) : Infinity;
      item = { kind: 'repeat', item, min, max };
    }
  }

  private set(source: string): Node {
    return { kind: 'set', source: this.flags ? `(?${this.flags})${source}` : source };
  }

  private atom(): Node {
    const c = this.text[this.at]!;
    if (c === '(') return this.group();
    if (c === '[') return this.set(this.bracket());
    this.at++;
    if (c === '.') return this.set('.');
    if (c === '^' || c === '$') return NOTHING;
    if (c === '\\') return this.escape();
    return { kind: 'text', text: c };
  }

  private bracket(): string {
    const from = this.at++;
    if (this.text[this.at] === '^') this.at++;
    if (this.text[this.at] === ']') this.at++;
    while (this.at < this.text.length && this.text[this.at] !== ']') {
      if (this.text[this.at] === '\\') this.at++;
      else if (this.text.startsWith('[:', this.at)) {
        const end = this.text.indexOf(':]', this.at);
        if (end > 0) this.at = end + 1;
      }
      this.at++;
    }
    return this.text.slice(from, ++this.at);
  }

  private escape(): Node {
    const c = this.text[this.at++] ?? '';
    if (/[dDwWsSvVhHNRXCpP]/.test(c)) {
      let source = `\\${c}`;
      if (/[pP]/.test(c)) {
        const rest = /^(\{[^}]*\}|.)/.exec(this.text.slice(this.at))?.[0] ?? '';
        this.at += rest.length;
        source += rest;
      }
      return this.set(source);
    }
    if (/[bBAZzGKEQ]/.test(c)) return NOTHING;
    if (/[1-9]/.test(c)) return { kind: 'back', number: Number(c) };
    if (c === 'k' || c === 'g') {
      const m = /^[{<']?([\w-]+)[}>']?/.exec(this.text.slice(this.at));
      this.at += m?.[0].length ?? 0;
      const name = m?.[1] ?? '';
      return { kind: 'back', number: /^\d+$/.test(name) ? Number(name) : (this.names.get(name) ?? 0) };
    }
    if (c === 'x') {
      const m = /^(?:\{([\da-f]+)\}|([\da-f]{1,2}))/i.exec(this.text.slice(this.at));
      this.at += m?.[0].length ?? 0;
      return { kind: 'text', text: String.fromCharCode(parseInt(m?.[1] ?? m?.[2] ?? '0', 16) & 0xffff) };
    }
    const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', e: '\x1b', a: '\x07', 0: '\0' };
    return { kind: 'text', text: controls[c] ?? c };
  }

  private group(): Node {
    // PCRE2 compiles no pattern that is nested deeper (PCRE2_CONFIG_PARENSLIMIT)
    if (++this.depth > 250) {
      this.at = this.text.length;
      return NOTHING;
    }
    const node = this.opened();
    this.depth--;
    return node;
  }

  private opened(): Node {
    const rest = this.text.slice(this.at);
    const flags = /^\(\?([imsxnUJ]*)(?:-[imsxnUJ]+)?([:)])/.exec(rest);
    const outer = this.flags;
    if (flags) {
      this.at += flags[0].length;
      this.flags = [...new Set(outer + (flags[1] ?? '').replace(/[^ims]/g, ''))].join('');
      if (flags[2] === ')') return NOTHING;
      return this.closed(this.either(), outer);
    }
    const look = /^\(\?(?:<?[=!])/.exec(rest);
    if (look) {
      this.at += look[0].length;
      return { kind: 'look', item: this.closed(this.either(), outer) };
    }
    const atomic = /^\(\?[>|]/.exec(rest);
    if (atomic) {
      this.at += atomic[0].length;
      return this.closed(this.either(), outer);
    }
    const comment = /^\((?:\?#|\*)[^)]*\)/.exec(rest);
    if (comment) {
      this.at += comment[0].length;
      return NOTHING;
    }
    const named = /^\(\?(?:P?<(\w+)>|'(\w+)')/.exec(rest);
    this.at += named ? named[0].length : 1;
    const number = ++this.groups;
    if (named) this.names.set((named[1] ?? named[2])!, number);
    return this.closed({ kind: 'group', number, item: this.either() }, outer);
  }

  private closed(node: Node, flags: string): Node {
    if (this.text[this.at] === ')') this.at++;
    this.flags = flags;
    return node;
  }
}

const shapes = new Map<string, Node>();

function shapeOf(pattern: string): Node {
  let shape = shapes.get(pattern);
  if (!shape) {
    if (shapes.size > 2000) shapes.clear();
    shapes.set(pattern, (shape = new Reader(pattern).read()));
  }
  return shape;
}

/** A small generator with a fixed seed: the same pattern gives the same samples everywhere. */
function random(seed: number): () => number {
  let state = seed * 2654435761 + 12345;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state >>> 8) & 0xffff) / 0x10000;
  };
}

const ORDINARY = [...'axq07Zm-_./~ %:,=@!\n\r\t\0'];

/** How a sample is made. */
interface Making {
  readonly regexes: Regexes;
  readonly caseless: boolean;
  readonly next: () => number;
  /** how many more than the least a loop may turn */
  readonly turns: number;
  /** characters that are wanted where a set takes them; with `inside`, in that group only */
  readonly fill: string;
  readonly inside: number | null;
  readonly captured: Map<number, string>;
}

const accepts = (making: Making, source: string, c: string): boolean => {
  const compiled = making.regexes.compile(`^(?:${source})\\z`, { caseless: making.caseless });
  return compiled.ok && typeof compiled.regex.match(c) === 'object';
};

function make(node: Node, how: Making, within: boolean): string {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'nothing':
    case 'look':
      return '';
    case 'set': {
      if (within && how.fill) {
        const from = Math.floor(how.next() * how.fill.length);
        for (let i = 0; i < how.fill.length; i++) {
          const c = how.fill[(from + i) % how.fill.length]!;
          if (accepts(how, node.source, c)) return c;
        }
      }
      const from = how.next() < 0.5 ? 0 : Math.floor(how.next() * 12);
      for (let i = 0; i < ORDINARY.length; i++) {
        const c = ORDINARY[(from + i) % ORDINARY.length]!;
        if (accepts(how, node.source, c)) return c;
      }
      // the printable rest
      for (let i = 33; i < 127; i++) if (accepts(how, node.source, String.fromCharCode(i))) return String.fromCharCode(i);
      return '';
    }
    case 'sequence': {
      let out = '';
      for (const item of node.items) {
        out += make(item, how, within);
        if (out.length > 600) break;
      }
      return out;
    }
    case 'either':
      return make(node.items[Math.floor(how.next() * node.items.length)]!, how, within);
    case 'repeat': {
      const most = Math.min(node.max, node.min + how.turns);
      const times = Math.min(64, node.min + Math.floor(how.next() * (most - node.min + 1)));
      let out = '';
      for (let i = 0; i < times && out.length < 600; i++) out += make(node.item, how, within);
      return out;
    }
    case 'group': {
      const out = make(node.item, how, how.inside === null || how.inside === node.number ? true : within);
      how.captured.set(node.number, out);
      return out;
    }
    case 'back':
      return how.captured.get(node.number) ?? '';
  }
}

export interface SampleOptions {
  readonly caseless?: boolean;
  /** characters that are wanted where the pattern leaves a choice */
  readonly fill?: string;
  /** fill only inside the group of that number */
  readonly inside?: number;
  /** how many tries; samples are at most as many */
  readonly tries?: number;
  /** further forms of a raw sample that may match as well, when the pattern is not anchored */
  readonly forms?: (sample: string) => readonly string[];
}

const raws = new WeakMap<CompiledRegex, Map<string, readonly string[]>>();

/** Samples before anyone has looked whether they match. The same pattern is asked about for each server that has it. */
function rawSamples(regexes: Regexes, regex: CompiledRegex, pattern: string, options: SampleOptions): readonly string[] {
  const { caseless = false, tries = 24, fill = '', inside = null } = options;
  let known = raws.get(regex);
  if (!known) raws.set(regex, (known = new Map()));
  const key = `${tries} ${inside} ${fill}`;
  let list = known.get(key);
  if (!list) {
    const shape = shapeOf(pattern);
    list = Array.from({ length: tries }, (_, seed) => {
      const turns = seed < 2 ? 0 : seed % 4;
      return make(shape, { regexes, caseless, next: random(seed), turns, fill, inside, captured: new Map() }, inside === null);
    });
    known.set(key, list);
  }
  return list;
}

/** Different texts that PCRE2 says the pattern matches, the shortest first. None when the pattern does not compile. Each is tried when it is asked for. */
export function* samplesIn(regexes: Regexes, pattern: string, options: SampleOptions = {}): Generator<string> {
  const caseless = options.caseless ?? false;
  const compiled = regexes.compile(pattern, { caseless });
  if (!compiled.ok) return;
  const texts = new Set<string>();
  for (const raw of rawSamples(regexes, compiled.regex, pattern, options))
    for (const text of options.forms?.(raw) ?? [raw]) texts.add(text);
  for (const text of [...texts].sort((a, b) => a.length - b.length)) if (typeof compiled.regex.match(text) === 'object') yield text;
}

/** All of them. */
export const samplesOf = (regexes: Regexes, pattern: string, options: SampleOptions = {}): string[] => [
  ...samplesIn(regexes, pattern, options),
];

const held = new WeakMap<CompiledRegex, Map<string, boolean>>();

/** Paths that fit a pattern as they are, with dots put in place of what the group captures: `x` below the folder around, and that folder. */
export function climbing(regexes: Regexes, pattern: string, caseless: boolean, group: number): string[] {
  const compiled = regexes.compile(pattern, { caseless });
  if (!compiled.ok) return [];
  const fits = samplesOf(regexes, pattern, { caseless, fill: 'a', tries: 12, forms: (s) => [s, `/${s}`] });
  const before = fits.flatMap((path) => {
    const match = compiled.regex.match(path);
    const text = typeof match === 'object' ? match.captures[group] : undefined;
    return text === undefined ? [] : [path.slice(0, text ? path.lastIndexOf(text) : path.length)];
  });
  return [...new Set(before.map((b) => b.replace(/\/+$/, '')))].flatMap((b) => [`${b}../x`, `${b}..`]);
}

/** Whether a group of the pattern can capture a text that holds the character: shown by a match, never by looking at the pattern alone. */
export function groupHolds(regexes: Regexes, pattern: string, caseless: boolean, group: number, c: string): boolean {
  const compiled = regexes.compile(pattern, { caseless });
  if (!compiled.ok || group > compiled.regex.groups) return false;
  let answers = held.get(compiled.regex);
  if (!answers) held.set(compiled.regex, (answers = new Map()));
  const key = `${group} ${c}`;
  let answer = answers.get(key);
  if (answer === undefined) {
    const { regex } = compiled;
    answer = samplesOf(regexes, pattern, { caseless, fill: c, inside: group, tries: 16, forms: (s) => [s, `/${s}`, `${s}x`] }).some((s) => {
      const m = regex.match(s);
      return typeof m === 'object' && (m.captures[group]?.includes(c) ?? false);
    });
    answers.set(key, answer);
  }
  return answer;
}

/** Whether a group of the pattern can capture just this text: shown by a match. */
export function groupTakes(regexes: Regexes, pattern: string, caseless: boolean, group: number, text: string): boolean {
  const compiled = regexes.compile(pattern, { caseless });
  if (!compiled.ok) return false;
  const { regex } = compiled;
  return samplesOf(regexes, pattern, { caseless, fill: 'a', inside: group, tries: 8, forms: (s) => [s, `/${s}`] }).some((s) => {
    const m = regex.match(s);
    const held = typeof m === 'object' ? m.captures[group] : undefined;
    if (!held) return false;
    const at = s.lastIndexOf(held);
    const other = regex.match(s.slice(0, at) + text + s.slice(at + held.length));
    return typeof other === 'object' && other.captures[group] === text;
  });
}

/** Whether every capture of the group that we can make holds the character (the group is sure to hold it). */
export function groupAlwaysHolds(regexes: Regexes, pattern: string, caseless: boolean, group: number, c: string): boolean {
  const compiled = regexes.compile(pattern, { caseless });
  if (!compiled.ok) return false;
  const samples = samplesOf(regexes, pattern, { caseless, fill: 'ab', inside: group, tries: 12 });
  return (
    samples.length > 0 &&
    samples.every((s) => {
      const m = compiled.regex.match(s);
      return typeof m !== 'object' || (m.captures[group]?.includes(c) ?? false);
    })
  );
}

/** The texts that a group can hold where those are few: a list that somebody wrote down. Null where they are more than `most`, or cannot be told. */
export function groupTexts(regexes: Regexes, pattern: string, caseless: boolean, group: number, most: number): readonly string[] | null {
  const how = { regexes, caseless, next: random(0), turns: 0, fill: '', inside: null, captured: new Map() };
  const joined = (left: readonly string[], right: readonly string[] | null): readonly string[] | null =>
    right && left.length * right.length <= most ? left.flatMap((l) => right.map((r) => l + r)) : null;
  const texts = (node: Node): readonly string[] | null => {
    switch (node.kind) {
      case 'text':
        return [node.text];
      case 'nothing':
        return [''];
      case 'set': {
        const taken: string[] = [];
        for (let code = 0; code < 256 && taken.length <= most; code++)
          if (accepts(how, node.source, String.fromCharCode(code))) taken.push(String.fromCharCode(code));
        return taken.length <= most ? taken : null;
      }
      case 'sequence':
        return node.items.reduce<readonly string[] | null>((left, item) => left && joined(left, texts(item)), ['']);
      case 'either': {
        const all = node.items.map(texts);
        const found = all.every((t) => t !== null) ? all.flat() : null;
        return found && found.length <= most ? found : null;
      }
      case 'repeat': {
        if (node.max > 8) return null;
        const one = texts(node.item);
        let out: readonly string[] | null = [''];
        const all: string[] = node.min === 0 ? [''] : [];
        for (let times = 1; times <= node.max && out && one; times++) {
          out = joined(out, one);
          if (out && times >= node.min) all.push(...out);
        }
        return one && out && all.length <= most ? all : null;
      }
      case 'group':
        return texts(node.item);
      default:
        return null;
    }
  };
  const find = (node: Node): Node | null => {
    if (node.kind === 'group' && node.number === group) return node.item;
    const inner =
      node.kind === 'sequence' || node.kind === 'either' ? node.items : node.kind === 'group' || node.kind === 'repeat' ? [node.item] : [];
    for (const item of inner) {
      const found = find(item);
      if (found) return found;
    }
    return null;
  };
  const node = find(shapeOf(pattern));
  return node && texts(node);
}

/** A character that two alternatives of a loop's inside take: with it every turn has two ways. */
function ambiguous(how: Making, node: Node): string | null {
  const either = node.kind === 'group' ? (node.item.kind === 'either' ? node.item : null) : node.kind === 'either' ? node : null;
  if (!either) return null;
  const takes = (item: Node, c: string): boolean =>
    item.kind === 'set'
      ? accepts(how, item.source, c)
      : item.kind === 'text'
        ? item.text === c
        : item.kind === 'group' && takes(item.item, c);
  for (let code = 33; code < 127; code++) {
    const c = String.fromCharCode(code);
    if (either.items.filter((item) => takes(item, c)).length > 1) return c;
  }
  return null;
}

/** The characters written out in a pattern, the last first: PCRE2 does not begin where one that every match needs is missing. */
export function lettersOf(pattern: string): string[] {
  const found: string[] = [];
  const visit = (node: Node): void => {
    if (node.kind === 'text') found.unshift(node.text);
    else if (node.kind === 'sequence' || node.kind === 'either') node.items.forEach(visit);
    else if (node.kind === 'group' || node.kind === 'repeat') visit(node.item);
  };
  visit(shapeOf(pattern));
  return [...new Set(found)];
}

/** Texts that could make a loop of the pattern backtrack: the pieces that its unbounded loops repeat, longest loops first. */
export function pumpsOf(regexes: Regexes, pattern: string, caseless: boolean): { before: string; pump: string }[] {
  const found: { before: string; pump: string }[] = [];
  const base = (seed: number, turns: number): Making => ({
    regexes,
    caseless,
    next: random(seed),
    turns,
    fill: '',
    inside: null,
    captured: new Map(),
  });
  const visit = (node: Node, before: string): string => {
    switch (node.kind) {
      case 'sequence': {
        let at = before;
        for (const item of node.items) at = visit(item, at);
        return at;
      }
      case 'either':
        for (const item of node.items) visit(item, before);
        return before + make(node.items[0]!, base(0, 0), false);
      case 'group':
        return visit(node.item, before);
      case 'look':
        visit(node.item, before);
        return before;
      case 'repeat':
        if (node.max > 8) {
          const twice = ambiguous(base(0, 0), node.item);
          if (twice !== null) found.push({ before, pump: twice });
          for (const seed of [0, 3, 7]) {
            const pump = make(node.item, base(seed, 1), false) || make(node.item, base(seed + 1, 2), false);
            if (pump) found.push({ before, pump });
          }
        }
        visit(node.item, before);
        return before + (node.min > 0 ? make({ ...node, max: node.min }, base(0, 0), false) : '');
      default:
        return before + make(node, base(0, 0), false);
    }
  };
  visit(shapeOf(pattern), '');
  return found.filter((f, i) => found.findIndex((g) => g.before === f.before && g.pump === f.pump) === i).slice(0, 40);
}

/** True when the pattern has a loop without an upper limit inside another, the only shape whose backtracking grows exponentially. */
export function hasNestedLoops(pattern: string): boolean {
  const visit = (node: Node, inLoop: boolean): boolean => {
    switch (node.kind) {
      case 'sequence':
      case 'either':
        return node.items.some((n) => visit(n, inLoop));
      case 'group':
      case 'look':
        return visit(node.item, inLoop);
      case 'repeat': {
        const loop = node.max > 8;
        return (inLoop && (loop || node.max > node.min)) || visit(node.item, inLoop || loop) || (loop && alternates(node.item));
      }
      default:
        return false;
    }
  };
  const alternates = (node: Node): boolean =>
    node.kind === 'either' || (node.kind === 'group' && alternates(node.item)) || (node.kind === 'sequence' && node.items.some(alternates));
  return visit(shapeOf(pattern), false);
}
