/**
 * Files that a template engine turns into configurations. The marks of the engine are hidden from the grammar behind as many characters of
 * filler: what fills in a value becomes a part of a word, what steers (`if`, `for`, `end`) becomes white space. Nothing is evaluated; but a
 * text can be shown as it is written where certain conditions hold, without the alternatives that are left out then.
 */
import type { TextEdit } from '../base/edit.ts';
import { largest, smallest } from '../base/extremes.ts';
import type { Span } from '../base/span.ts';
import { isSpace, luaEnd } from './cut.ts';
import type { TemplateMark } from './statement.ts';
import { type Facts, holds } from './template/condition.ts';
import {
  defaultOf,
  definitionUsed,
  type Engine,
  engineOf,
  engineOfName,
  holdsNoMark,
  type Mark,
  marksOf,
  nested,
  neutralValue,
  placeholderName,
  usesFamily,
} from './template/engines.ts';
import { type Branch, Structure } from './template/structure.ts';

/** What ends a mark that may go on to the end of its line while it is being typed, by its beginning; other marks are whole or none. */
const ENDS: readonly (readonly [RegExp, RegExp])[] = [
  [/^\{\{/, /\}\}$/],
  [/^\{%/, /%\}$/],
  [/^\{#/, /#\}$/],
  [/^<%/, />$/],
  [/^<\?/, /\?>$/],
];

const isWhole = (mark: string): boolean => ENDS.find(([start]) => start.test(mark))?.[1].test(mark) ?? true;

/** One way in which a template may be written out. */
export interface Rendering {
  readonly facts: Facts;
  /** the number of the definition (`define`, `macro`) whose body is shown, alone; null for all that is written in its place */
  readonly definition: number | null;
  /** values of placeholders by their names; the others stand for their names, and expressions stay */
  readonly values?: ReadonlyMap<string, string>;
}

/** A placeholder with the value that is written in its place. */
export interface Fill extends Span {
  readonly value: string;
}

/** A place of a template at which a definition's body is written as lines. */
export interface DefinitionUse {
  readonly name: string;
  readonly at: number;
}

export interface Masked {
  /** as long as the text, line for line the same where white space was filled in */
  readonly shown: string;
  /** the text itself, but for what the rendering leaves out within words, and line ends that a mark takes away */
  readonly read: string;
  /** null for a plain file */
  readonly engine: string | null;
  readonly marks: readonly TemplateMark[];
  /** marks that became a part of a word, in order */
  readonly words: readonly Span[];
  /** steering marks between the arguments of a statement, in order */
  readonly between: readonly Span[];
  /** null for a plain file */
  readonly structure: Structure | null;
  /** names of the values that are filled in, each once */
  readonly placeholders: readonly string[];
  /** where the engine may write whole lines that nobody sees */
  readonly holes: readonly Span[];
  /** where the body of a definition is written as lines, by the definition's name */
  readonly uses: readonly DefinitionUse[];
  /** what the rendering leaves out, in order */
  readonly excluded: readonly Span[];
  /** placeholders that the rendering gives a value, in order */
  readonly fills: readonly Fill[];
  /** a choice opens or closes blocks in a way that nobody can follow without evaluating it */
  readonly uneven: boolean;
  /** by its name the file is the beginning or the end of something: its blocks are closed or opened elsewhere */
  readonly half: 'head' | 'foot' | null;
  /** nothing in the text could be a mark of any engine (`holdsNoMark`), and neither name nor setting says what it is written for */
  readonly markless: boolean;
}

const PLAIN = {
  engine: null,
  marks: [],
  words: [],
  between: [],
  structure: null,
  placeholders: [],
  holes: [],
  uses: [],
  excluded: [],
  fills: [],
  uneven: false,
  half: null,
  markless: false,
} as const;

const HALVES: readonly (readonly [RegExp, 'head' | 'foot'])[] = [
  [/(^|[^a-z])(head(er)?|top|begin(ning)?|start|open(ing)?|prefix|prolog(ue)?|preamble|upper|first|pre)([^a-z]|$)/i, 'head'],
  [/(^|[^a-z])(foot(er)?|bottom|end(ing)?|stop|clos(e|ing)|tail|suffix|epilog(ue)?|lower|last|post)([^a-z]|$)/i, 'foot'],
];

/**
 * Who reads a text before nginx and how he has written what he would fill in: `\$`, `$$`, `\$$` of a shell in a Compose file, `$${`, `{{`. In
 * documents of Puppet that name no escapes nothing can be.
 */
export type Escapes = 'shell' | 'compose' | 'composed-shell' | 'terraform' | 'format' | 'puppet';

/** A configuration within another text: that text with all else blanked, as long as it, line for line the same. */
export interface Window {
  /** what the host's own escapes stand for is written out, and filled up with `FILLER` where it is shorter */
  readonly visible: string;
  /** the host fills in values of its own (a shell's here-document); null where only what is inside tells */
  readonly engine: Engine | null;
  /** where a shell fills in nothing, for it is between single quotes */
  readonly literal?: readonly Span[];
  /** how the host writes what it would read itself, in a text that is put there */
  readonly escapes?: Escapes;
}

/** Stands in words for characters of the host that are not in the value. */
export const FILLER = '\uE000';

/** A filler in front of a value that the host fills in, where another one would be read as the escape of its dollar sign. */
export const JOINT = '\uE001';

/** What the grammar is to see of a text. `name` is the file's, without folders; `chosen` the engine that the settings name for it. */
export function mask(
  name: string,
  text: string,
  rendering: Rendering | null = null,
  window: Window | null = null,
  chosen: string | null = null,
): Masked {
  let own = window?.visible ?? text;
  let readable = withoutNull(own);
  if (!window && chosen === null && !engineOfName(name) && holdsNoMark(readable))
    return { ...PLAIN, shown: readable, read: own, markless: true };
  const inner = engineOf(name, readable, marksOutsideOfQuotes, chosen);
  const engine = nested(window?.engine ?? null, inner);
  if (!engine) return { ...PLAIN, shown: readable, read: own };
  if (own.includes('$${') && usesFamily(engine, 'terraform')) {
    own = own.replaceAll('$${', `${FILLER}\${`);
    readable = readable.replaceAll('$${', `${FILLER}\${`);
  }
  if (usesFamily(engine, 'envsubst') && DOLLAR.test(own)) {
    own = withDollars(own);
    readable = withDollars(readable);
  }
  if (!window && usesFamily(engine, 'shell')) {
    own = withoutBackslashes(own);
    readable = withoutBackslashes(readable);
  }
  if (usesFamily(engine, 'format')) {
    own = singleBraces(own);
    readable = singleBraces(readable);
  }
  const all = marksOf(engine, readable);
  const marks = window?.literal ? withoutLiteral(all, window.literal, inner ? marksOf(inner, readable) : []) : all;
  if (window && own.includes(JOINT)) {
    own = own.replaceAll(JOINT, FILLER);
    readable = readable.replaceAll(JOINT, FILLER);
  }
  const structure = new Structure(engine, marks);
  const unwritten = PART.test(name) && usesFamily(engine, 'go') ? aroundDefinitions(structure, marks, own.length) : [];
  if (unwritten.length) {
    own = blankedIn(own, unwritten, blank);
    readable = blankedIn(readable, unwritten, blank);
  }
  const fills = rendering?.values ? fillsIn(marks, rendering.values) : [];
  const half = HALVES.find(([test]) => test.test(name))?.[1] ?? null;
  return { ...new Masker(readable, own, marks, structure, rendering).run(engine.name), half, fills, markless: false };
}

/** The marks but for a shell's where it fills in nothing; `inner` are those of who reads the text after it. */
function withoutLiteral(marks: readonly Mark[], literal: readonly Span[], inner: readonly Mark[]): readonly Mark[] {
  const kept = new Set(inner.map((m) => m.start));
  return marks.filter((m) => kept.has(m.start) || !/^[$`]/.test(m.text) || !literal.some((s) => s.start <= m.start && m.start < s.end));
}

/** What the grammar is to see of an edited text of which it saw `before`; `edits` are of the text before. Null where the whole text must tell. */
export function maskChanged(before: Masked, edits: readonly TextEdit[], next: string): Masked | null {
  if (!before.markless) return null;
  const start = smallest(edits, (e) => e.span.start);
  const end = next.length - (before.read.length - largest(edits, (e) => e.span.end));
  // with the end of the line in front, which some marks look back to
  const from = next.lastIndexOf('\n', start - 1);
  const to = next.indexOf('\n', end);
  const readable = withoutNull(next);
  const touched = readable.slice(Math.max(0, from), to < 0 ? next.length : to + 1);
  return holdsNoMark(touched) ? { ...PLAIN, shown: readable, read: next, markless: true } : null;
}

const withoutNull = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', '\x01') : text);

/** Parts of a chart: of a file with such a name Helm writes nothing by itself, and others take its definitions. */
const PART = /^_/;

/** What is around the definitions of a part, without the marks there; nothing where there are none, or one is not ended yet. */
function aroundDefinitions({ branches }: Structure, marks: readonly Mark[], length: number): Span[] {
  const definitions = branches.filter((b) => b.kind === 'definition');
  if (!definitions.length || definitions.length < marks.filter((m) => m.sort.begins === 'definition').length) return [];
  const out: Span[] = [];
  let at = 0;
  for (const { start, end } of [...marks, ...definitions].sort((a, b) => a.start - b.start)) {
    if (start > at) out.push({ start: at, end: start });
    at = Math.max(at, end);
  }
  if (length > at) out.push({ start: at, end: length });
  return out;
}

/** A placeholder for the dollar sign of a variable, which envsubst would fill in otherwise: `${DOLLAR}uri`. */
const DOLLAR = /\$\{(?:DOLLAR|dollar)\}(?=[a-z_{])/;

const withDollars = (text: string): string => text.replace(/\$\{(?:DOLLAR|dollar)\}/g, (mark) => `${FILLER.repeat(mark.length - 1)}$`);

/** What a shell takes for itself, unless a backslash is in front of it. */
const withoutBackslashes = (text: string): string => text.replace(/\\([$`\\])/g, `${FILLER}$1`);

/** Doubled braces as the single ones that they stand for: those of blocks with a blank beside them, those of words with a filler. */
const singleBraces = (text: string): string =>
  text.includes('{{') || text.includes('}}')
    ? text
        .replace(/\{\{(?=\s|$)/g, '{ ')
        .replace(/(?<=^|\s)\}\}/g, ' }')
        .replaceAll('{{', `{${FILLER}`)
        .replaceAll('}}', `${FILLER}}`)
    : text;

/** nginx's view of a text, character by character, as far as it takes to know where a mark stands. */
class Reader {
  comment = false;
  quote = '';
  inWord = false;
  statementStart = true;
  depth = 0;
  private escaped = false;
  private dollar = false;
  private nameFrom = -1;
  private nameTo = -1;

  /** Reads one character and returns the offset to go on at: behind it, or behind the body of a Lua block. */
  step(text: string, at: number): number {
    const c = text[at]!;
    if (this.comment) this.comment = c !== '\n';
    else if (this.escaped) this.escaped = false;
    else if (this.quote) {
      if (c === '\\') this.escaped = true;
      else if (c === this.quote) this.quote = '';
    } else if (isSpace(c.charCodeAt(0))) this.endWord(at);
    else if (c === ';') {
      this.endWord(at);
      this.statementStart = true;
    } else if (c === '{' && !(this.inWord && this.dollar)) {
      this.endWord(at);
      this.statementStart = true;
      this.depth++;
      if (this.opensLua(text, at)) return luaEnd(text, at + 1);
    } else if (this.inWord) this.inside(c);
    else if (c === '}') {
      this.statementStart = true;
      this.depth--;
    } else if (c === '#') this.comment = true;
    else {
      this.beginWord(at);
      if (c === '"' || c === "'") {
        this.quote = c;
        this.inWord = false;
      } else this.inside(c);
    }
    return at + 1;
  }

  /** Whether a brace at `at` would open a Lua block. */
  opensLua(text: string, at: number): boolean {
    return /^[a-z_]*_by_lua_block$/.test(text.slice(this.nameFrom, this.nameTo < 0 ? at : this.nameTo));
  }

  private inside(c: string): void {
    if (c === '\\') this.escaped = true;
    this.dollar = c === '$' || (this.dollar && c === '{');
  }

  beginWord(at: number): void {
    if (this.statementStart) {
      this.nameFrom = at;
      this.nameTo = -1;
    }
    this.statementStart = false;
    this.inWord = true;
  }

  endWord(at: number): void {
    if (this.inWord && this.nameTo < 0) this.nameTo = at;
    this.inWord = false;
    this.dollar = false;
  }
}

/** True when a mark stands where no nginx configuration can have such characters. */
function marksOutsideOfQuotes(text: string): boolean {
  const reader = new Reader();
  for (let at = 0; at < text.length; ) {
    const c = text[at];
    const next = text[at + 1];
    if (!reader.comment && !reader.quote) {
      if (
        c === '{' &&
        (next === '{' || next === '%' || next === '#') &&
        text[at - 1] !== '$' &&
        text[at - 1] !== '\\' &&
        !reader.opensLua(text, at)
      ) {
        const end = text.indexOf(next === '{' ? '}}' : `${next}}`, at + 2);
        if (end > 0 && (next !== '#' || !text.slice(at, end).includes('\n') || reader.statementStart)) return true;
      }
      // within a word only a value, as the port of an address: `localhost:<%= port %>`
      const begins = c === '<' && next === '%' && (!reader.inWord || text[at + 2] === '=' || text[at + 2] === '-');
      if (begins && text.indexOf('%>', at + 2) > 0) return true;
    }
    at = reader.step(text, at);
  }
  return false;
}

interface Choice {
  readonly id: number;
  readonly depth: number;
  readonly branches: { start: number; end: number; net: number }[];
}

/** A mark, or a text that the rendering leaves out, which is hidden as one. */
interface Hidden extends Span {
  readonly mark: Mark | null;
  readonly kind: Mark['sort']['kind'];
}

class Masker {
  private readonly reader = new Reader();
  private readonly pieces: string[] = [];
  private readonly words: Span[] = [];
  /** starts of marks within comments of nginx, where braces may be anything: `# {{{` begins what an editor folds */
  private readonly commented = new Set<number>();
  private readonly between: Span[] = [];
  private readonly holes: Span[] = [];
  private readonly uses: DefinitionUse[] = [];
  /** names of definitions, with whether their bodies are lines */
  private readonly definitions = new Map<string, boolean>();
  /** stretches of the text that no word may hold as they are */
  private readonly erased: Span[] = [];
  private readonly open: Choice[] = [];
  private readonly blanks: Span[] = [];
  private choices = 0;
  private uneven = false;

  constructor(
    private readonly text: string,
    private readonly original: string,
    private readonly marks: readonly Mark[],
    private readonly structure: Structure,
    private readonly rendering: Rendering | null,
  ) {
    for (const branch of structure.branches)
      if (branch.kind === 'definition') this.definitions.set(branch.test, /[;}]\s*$/.test(this.withoutMarks(branch)));
  }

  /** The end of a text between marks, which may be in the way of what it ends with. */
  private withoutMarks({ start, end }: Span): string {
    let until = end;
    let text = '';
    for (let i = this.marks.length - 1; i >= 0 && until > start && text.trim() === ''; i--) {
      const mark = this.marks[i]!;
      if (mark.start >= until) continue;
      text = this.text.slice(Math.max(start, mark.end), until);
      until = mark.start;
    }
    return text;
  }

  run(engine: string): Omit<Masked, 'half' | 'fills' | 'markless'> {
    const { text } = this;
    const excluded = this.rendering ? excludedIn(this.structure.branches, this.rendering, text.length) : [];
    const hidden = this.hidden(excluded);
    const behind = (i: number): string => {
      // the first character behind a mark, and marks that follow it on the line
      let at = hidden[i]!.end;
      for (let k = i + 1; ; ) {
        while (text[at] === ' ' || text[at] === '\t') at++;
        if (hidden[k]?.start !== at) return text[at] ?? '\n';
        at = hidden[k++]!.end;
      }
    };
    const adjacent = (i: number): string | undefined => {
      let k = i;
      for (; hidden[k + 1]?.start === hidden[k]!.end; k++) if (hidden[k + 1]!.kind === 'value') return 'x';
      return text[hidden[k]!.end];
    };
    let at = 0;
    for (const [i, { start, end, mark, kind }] of hidden.entries()) {
      if (start < at) {
        // within a Lua body that has been skipped
        if (end > at) at = this.literal(at, end);
        this.words.push({ start, end });
        continue;
      }
      at = this.literal(at, start);
      if (at > start) {
        if (end > at) at = this.literal(at, end);
        this.words.push({ start, end });
        continue;
      }
      if (this.reader.comment) this.commented.add(start);
      if (mark?.sort.role && !this.rendering) this.steer(mark.sort.role, start, end);
      if (
        !this.writesLines(mark) &&
        this.isWord(
          kind,
          start,
          () => adjacent(i),
          () => behind(i),
        )
      ) {
        this.pieces.push('x'.repeat(end - start));
        this.words.push({ start, end });
        if (!mark) this.erased.push({ start, end });
        else if (mark.sort.trims) this.erased.push({ start: end, end: end + /^\s*/.exec(text.slice(end, end + 200))![0].length });
      } else {
        this.pieces.push(blank(text.slice(start, end)));
        if (kind === 'value' || mark?.sort.hole) {
          this.holes.push({ start, end });
          const name = mark && this.definitions.size ? definitionUsed(mark) : null;
          if (name !== null && this.definitions.has(name)) this.uses.push({ name, at: start });
        }
      }
      if (kind === 'control' && mark && this.decidesArguments(mark)) this.between.push({ start, end });
      at = end;
    }
    this.literal(at, text.length);
    if (this.open.some((c) => c.branches.some((b) => b.net !== 0))) this.uneven = true;
    const names = this.marks.map(placeholderName);
    return {
      shown: this.blanked(this.pieces.join('')),
      read: withoutEscapes(
        blankedIn(this.original, this.erased, (t) => ' '.repeat(t.length)),
        this.words,
      ),
      engine,
      marks: this.marks.map(({ start, end, sort, text: own }, i) => ({
        start,
        end,
        role: sort.role ?? null,
        closed: this.commented.has(start) || isWhole(own),
        name: names[i]!,
        otherwise: defaultOf(this.marks[i]!),
      })),
      words: this.words,
      between: this.between,
      structure: this.structure,
      placeholders: [...new Set(names.flatMap((n) => n ?? []))],
      holes: this.holes,
      uses: this.uses,
      excluded,
      uneven: this.uneven,
    };
  }

  /** What the grammar is not to see, in order: marks, and texts that the rendering leaves out with the marks in them. */
  private hidden(excluded: readonly Span[]): Hidden[] {
    const out: Hidden[] = [];
    let e = 0;
    for (const mark of this.marks) {
      while (e < excluded.length && excluded[e]!.end <= mark.start) out.push({ ...excluded[e++]!, mark: null, kind: 'control' });
      if (e < excluded.length && excluded[e]!.start <= mark.start) continue;
      out.push({ start: mark.start, end: mark.end, mark, kind: mark.sort.kind });
    }
    while (e < excluded.length) out.push({ ...excluded[e++]!, mark: null, kind: 'control' });
    return out.filter((h) => h.end > h.start);
  }

  /** A mark between the arguments of a statement; where the rendering decides about conditions, only loops leave them open. */
  private decidesArguments({ sort, end }: Mark): boolean {
    const { reader } = this;
    if (reader.statementStart || reader.quote || reader.comment) return false;
    if (!this.rendering || !sort.role) return true;
    return sort.role === 'open' && (sort.begins === 'loop' || sort.begins === 'plain') && !!this.structure.around({ start: end, end });
  }

  private literal(from: number, to: number): number {
    let at = from;
    while (at < to) at = this.reader.step(this.text, at);
    this.pieces.push(this.text.slice(from, at));
    return at;
  }

  /** A definition of lines is written where a statement may begin, whatever follows on the line. */
  private writesLines(mark: Mark | null): boolean {
    const { reader } = this;
    if (!mark || !this.definitions.size || !reader.statementStart || reader.quote || reader.comment) return false;
    const name = definitionUsed(mark);
    return name !== null && this.definitions.get(name) === true;
  }

  private isWord(kind: Hidden['kind'], start: number, adjacent: () => string | undefined, behind: () => string): boolean {
    const { reader } = this;
    if (reader.comment || reader.quote) return true;
    if (kind !== 'value') {
      if (reader.statementStart) return false;
      // where conditions are decided, a mark at the beginning of a word is not there: `{% if tls %}ssl{% endif %}` writes `ssl`
      if (this.rendering && !reader.inWord) return false;
      const after = adjacent();
      if (after === undefined || /[\s;{}]/.test(after)) {
        reader.endWord(start);
        return false;
      }
    } else if (reader.statementStart && /[\r\n}#]/.test(behind())) return false;
    if (!reader.inWord) reader.beginWord(-1);
    return true;
  }

  /** Keeps account of how each alternative of a choice changes the depth of blocks. */
  private steer(role: 'open' | 'middle' | 'close', start: number, end: number): void {
    const { reader, open } = this;
    if (role === 'open') {
      open.push({ id: this.choices++, depth: reader.depth, branches: [{ start: end, end, net: 0 }] });
      return;
    }
    const choice = open.at(-1);
    if (!choice) return;
    const current = choice.branches.at(-1)!;
    current.end = start;
    current.net = reader.depth - choice.depth;
    if (role === 'middle') {
      choice.branches.push({ start: end, end, net: 0 });
      reader.depth = choice.depth;
      return;
    }
    open.pop();
    const [first, ...others] = choice.branches;
    reader.depth = choice.depth + first!.net;
    if (choice.branches.every((b) => b.net === 0)) return;
    // each alternative opens the block that follows, or ends the one before: one of them is enough for the tree
    if (others.length && others.every((b) => b.net === first!.net)) this.blanks.push(...others);
    else this.uneven = true;
  }

  private blanked(shown: string): string {
    return blankedIn(shown, this.blanks);
  }
}

/** The placeholders that are given a value, or stand for their own names. */
function fillsIn(marks: readonly Mark[], values: ReadonlyMap<string, string>): Fill[] {
  return marks.flatMap((mark): Fill[] => {
    const name = placeholderName(mark);
    const value = name === null ? null : (values.get(name) ?? neutralValue(name));
    return value === null ? [] : [{ start: mark.start, end: mark.end, value }];
  });
}

/** The outermost branches that a rendering leaves out. */
function excludedIn(branches: readonly Branch[], { facts, definition }: Rendering, length: number): Span[] {
  const out: Span[] = [];
  let body: Branch | null = null;
  let reached = 0;
  for (const branch of branches) {
    if (branch.start < reached) continue;
    if (branch.kind === 'definition' && branch.choice === definition) {
      body = branch;
      continue;
    }
    const shown = branch.kind !== 'definition' && branch.kind !== 'dropped' && holds(branch.when, facts);
    if (shown) continue;
    out.push({ start: branch.start, end: branch.end });
    reached = branch.end;
  }
  if (definition === null || !body) return out;
  const { start, end } = body;
  return [{ start: 0, end: start }, ...out.filter((s) => s.start >= start && s.end <= end), { start: end, end: length }];
}

/** The text with some stretches blanked, in one go: there may be thousands. */
function blankedIn(text: string, spans: readonly Span[], as: (text: string) => string = blank): string {
  if (!spans.length) return text;
  const pieces: string[] = [];
  let at = 0;
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    if (end <= at) continue;
    pieces.push(text.slice(at, Math.max(at, start)), as(text.slice(Math.max(at, start), end)));
    at = end;
  }
  pieces.push(text.slice(at));
  return pieces.join('');
}

/** The text without what would be an escape of nginx within a mark: there the engine reads it, as the line end of `replace('\\n', ' ')`. */
const withoutEscapes = (text: string, marks: readonly Span[]): string =>
  blankedIn(text, text.includes('\\') ? marks.filter((m) => text.slice(m.start, m.end).includes('\\')) : [], (t) =>
    t.replace(/\\(?=["'\\trn])/g, FILLER),
  );

const blank = (text: string): string => text.replace(/[^\r\n]/g, ' ');

/** Whether one of the spans, which are in order, shares a character with the given one. */
export function meets(spans: readonly Span[], start: number, end: number): boolean {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.end <= start) low = middle + 1;
    else high = middle;
  }
  const span = spans[low];
  return span !== undefined && span.start < end;
}
