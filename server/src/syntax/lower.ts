/**
 * From tree-sitter's nodes to plain statements: from scratch, or into the statements that an earlier text had. Works out no problems.
 * A text in which every brace and semicolon has its place needs no tree to be read: the words' own rules say where each statement ends.
 *
 * Why the old statements can be taken over without a comparison: the grammar accepts every sequence of tokens and is deterministic, so
 * what a closed statement looks like depends on its own text only (and its overhang), and what follows the start of a statement within
 * one block depends on the text from there on only.
 */
import type { Node, TreeCursor } from 'web-tree-sitter';
import type { Span } from '../base/span.ts';
import type { Change } from './change.ts';
import { commentEnd, cutHeader, type HeaderSink, simpleEnd, spaceEnd, type WordKind } from './cut.ts';
import {
  endOf,
  type MirrorComment,
  type MirrorSpan,
  type MirrorStatement,
  type MirrorWord,
  makeWord,
  type Raw,
  type Stray,
  type WordFault,
} from './mirror.ts';
import { FILLER, type Fill } from './template.ts';

const FOREIGN = new RegExp(FILLER, 'g');

/** What to read. `shown` is what the grammar saw: as long as the text, without template marks and NUL. */
export interface LowerInput {
  readonly text: string;
  /** the text as far as words have their values from it: as long, without what the host of an embedded configuration escapes */
  readonly read: string;
  /** placeholders that have a value here, in order */
  readonly fills?: readonly Fill[];
  readonly shown: string;
  /** Nothing but the text itself decides what a word is: neither a template nor a host has a hand in it. */
  readonly own: boolean;
  /** True when a template engine has a hand in a part of the text. */
  templated(start: number, end: number): boolean;
  /** True when a template decides in a part of the text which arguments there are. */
  variable(start: number, end: number): boolean;
}

/** The statements of a text that nobody has seen before. */
export const lower = (root: Node, input: LowerInput): Raw => new Lowerer(input, null, null).file(root);

/** The same without a tree; null where a brace, a semicolon or a quote is in no order, or a block of Lua has rules of its own. */
export const lowerPlain = (input: LowerInput): Raw | null => new Lowerer(input, null, null).plain();

/**
 * The statements after a change. `old` must have been moved by `change.moveAll` and is used up. Where blocks are cut off, or may be, a statement is
 * not what it was at another depth, and all are read anew.
 */
export function lowerChange(root: Node, input: LowerInput, old: Raw, change: Change): Raw {
  const made = old.height < MAX_DEPTH ? new Lowerer(input, old, change).file(root) : null;
  return made && made.height < MAX_DEPTH ? made : lower(root, input);
}

/** Buffer of a file that nginx reads through (NGX_CONF_BUFFER), in bytes. */
export const BUFFER = 4096;

/** Length in UTF-8 bytes. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x80) continue;
    if (c < 0x800) bytes += 1;
    else if (c >= 0xd800 && c < 0xdc00) {
      bytes += 2;
      i++;
    } else bytes += 2;
  }
  return bytes;
}

/**
 * True when nginx cannot hold the word: it and what ends it must fit into one buffer (ngx_conf_read_token; tried on 1.22.1). White space
 * behind a word is read into the same buffer, a semicolon or brace ends the reading.
 */
function tooLong(raw: string, quoted: boolean, next: string | undefined): boolean {
  if (raw.length * 3 < BUFFER - 2) return false;
  const spaced = next === ' ' || next === '\t' || next === '\r' || next === '\n';
  return byteLength(raw) - (quoted ? 1 : 0) >= BUFFER - (spaced ? 1 : 0);
}

/** V8 keeps the whole text alive for a slice of it: words of an edited text are copied, lest every keystroke's text stays. */
const copied = (text: string): string => (text.length < 13 ? text : (JSON.parse(JSON.stringify(text)) as string));

/** Words up to this length are shared: hardly any is longer and occurs again. */
const SHORT = 32;
/** As many words are remembered; then they are forgotten together, and met again. */
const FULL = 8192;
const met = new Map<string, string>();

/** One text for all words that are written alike: a project has few, and what is asked about one by its text is found sooner. */
function shared(text: string): string {
  if (text.length > SHORT) return text;
  let known = met.get(text);
  if (known === undefined) {
    if (met.size >= FULL) met.clear();
    known = copied(text);
    met.set(known, known);
  }
  return known;
}

/** Blocks further in are taken as empty: everything that walks a tree may go down by calling itself. nginx's own stack ends somewhere too. */
const MAX_DEPTH = 300;
/** No configuration that anybody means has more blocks around a line: up to here a statement may be taken over at another depth unmeasured. */
const USUAL_DEPTH = 20;

const byStart = (a: { start: number }, b: { start: number }): number => a.start - b.start;

/** Index of the last element that starts at or before `offset`, -1 if none does. */
function lastStartingBefore(list: readonly { start: number }[], offset: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.start <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A block of that name holds a program (lua_name in the grammar). */
const OF_LUA = /^[a-z_]*_by_lua_block$/;

/** Asked about every statement of a text: hardly any name ends so. */
const isOfLua = (text: string, { start, end }: MirrorSpan): boolean =>
  text.endsWith('_by_lua_block', end) && OF_LUA.test(text.slice(start, end));

/** Longer words may be too long for nginx, which is for others to say. */
const SIMPLE = 1000;

/** A statement of whose block nothing was read yet; `ended` is the character that ended its header, at its end. */
const headed = (
  { start, end }: Span,
  name: MirrorWord,
  args: MirrorWord[],
  ended: string | undefined,
  wordFaults: WordFault[] | null,
  parent: MirrorStatement | null,
): MirrorStatement => ({
  name,
  args,
  block: ended === '{' ? [] : null,
  rawBody: null,
  open: ended === '{' ? { start: end, end: end + 1 } : null,
  close: ended === ';' ? { start: end, end: end + 1 } : null,
  closed: false,
  start,
  end,
  parent,
  wordFaults,
  overhang: 0,
});

class Lowerer implements HeaderSink {
  private readonly comments: MirrorComment[] = [];
  private readonly strays: Stray[] = [];
  /** Pairs of offsets between which everything was read again; comments and strays elsewhere are the old ones. */
  private readonly walked: number[] = [];
  private walkedFrom = -1;
  /** Whether lists of the old statements match lists of nodes: the content of a stray block is in the list around it. */
  private readonly paired: boolean;
  /** Of the header that was cut last: its words, how far its open quotes were read, its faults. */
  private words: MirrorWord[] = [];
  /** The words of a simple header while it is read: V8 gives a list that grows room for many more than most have. */
  private readonly simple: MirrorWord[] = [];
  private reach = 0;
  /** How many blocks are around what is read, and the most that were. */
  private depth = 0;
  private height = 0;
  private faults: WordFault[] | null = null;
  /** The closing brace of the list that was read last. */
  private closing: MirrorSpan | null = null;
  /** Where a text without a tree was read to. */
  private at = 0;

  constructor(
    private readonly input: LowerInput,
    private readonly old: Raw | null,
    private readonly change: Change | null,
  ) {
    this.paired = old !== null && !old.strays.some((s) => s.fault === 'unexpected-opening-brace');
  }

  file(root: Node): Raw {
    let body: MirrorStatement[] = [];
    if (this.old && this.paired) body = this.changedList(this.old.body, null, root, 0, null);
    else {
      this.resume(0);
      const cursor = root.walk();
      this.children(cursor, null, body);
      cursor.delete();
      this.pause(Number.POSITIVE_INFINITY);
    }
    return {
      body,
      comments: this.together(this.old?.comments, this.comments),
      strays: this.together(this.old?.strays, this.strays),
      height: Math.max(this.height, this.old?.height ?? 0),
    };
  }

  // A text in order.

  plain(): Raw | null {
    const body: MirrorStatement[] = [];
    // a byte order mark belongs to no word
    if (this.input.shown.startsWith('\uFEFF')) this.at = 1;
    return this.plainList(null, body) ? { body, comments: this.comments, strays: this.strays, height: this.height } : null;
  }

  /** The statements up to the brace that closes their block, or to the end of the file; false where something is out of order. */
  private plainList(parent: MirrorStatement | null, into: MirrorStatement[]): boolean {
    const { shown } = this.input;
    for (;;) {
      const start = spaceEnd(shown, this.at);
      this.at = start;
      switch (shown[start]) {
        case undefined:
          return parent === null;
        case '#':
          this.at = commentEnd(shown, start);
          this.addComment(start, this.at);
          break;
        case '}':
          this.at++;
          this.closing = { start, end: this.at };
          return parent !== null;
        case ';':
        case '{':
          return false;
        default: {
          const statement = this.plainStatement(start, parent);
          if (!statement) return false;
          into.push(statement);
        }
      }
    }
  }

  private plainStatement(start: number, parent: MirrorStatement | null): MirrorStatement | null {
    const { shown } = this.input;
    this.reach = 0;
    const statement = (this.input.own && this.simpleHeader(start, parent)) || this.header(start, shown.length, parent);
    const { open, name } = statement;
    // a quote that nobody closes
    if (this.reach > 0 || isOfLua(shown, name)) return null;
    if (open) {
      if (this.depth >= MAX_DEPTH) return null;
      this.at = open.end;
      this.enter();
      if (!this.plainList(statement, (statement.block = []))) return null;
      this.depth--;
      statement.close = this.closing;
    } else {
      if (!statement.close) return null;
      this.closing = statement.close;
      this.at = statement.close.end;
    }
    statement.closed = true;
    statement.end = this.closing!.end;
    return statement;
  }

  /** A header of simple words with what ends it, as most are; null where it has others. */
  private simpleHeader(start: number, parent: MirrorStatement | null): MirrorStatement | null {
    const { shown, text } = this.input;
    const { simple } = this;
    let count = 0;
    for (let at = start; ; count++) {
      const end = simpleEnd(shown, at);
      if (end < 0 || end - at > SIMPLE) return null;
      if (end === at) {
        const args = count === 1 ? [] : count === 2 ? [simple[1]!] : simple.slice(1, count);
        return headed({ start, end }, simple[0]!, args, shown[end], null, parent);
      }
      const raw = shared(text.slice(at, end));
      simple[count] = { start: at, end, raw, value: raw, quote: '', templated: false };
      at = spaceEnd(shown, end);
    }
  }

  // What was read again, and what was not.

  private enter(): void {
    this.height = Math.max(this.height, ++this.depth);
  }

  /** An old statement at the place that is read now. */
  private taken(old: MirrorStatement, parent: MirrorStatement | null): MirrorStatement {
    if (old.block && this.depth > USUAL_DEPTH) this.height = Math.max(this.height, this.depth + this.old!.height);
    return adopt(old, parent);
  }

  private resume(at: number): void {
    this.walkedFrom = at;
  }

  private pause(at: number): void {
    if (at > this.walkedFrom) this.walked.push(this.walkedFrom, at);
    this.walkedFrom = -1;
  }

  private together<T extends { start: number }>(old: readonly T[] | undefined, found: T[]): T[] {
    if (!old) return found;
    const kept: T[] = [];
    let w = 0;
    for (const item of old) {
      while (w < this.walked.length && this.walked[w + 1]! <= item.start) w += 2;
      if (w >= this.walked.length || item.start < this.walked[w]!) kept.push(item);
    }
    return found.length ? [...kept, ...found].sort(byStart) : kept;
  }

  // Lists of statements.

  /** The children of the cursor's node, into `into`, without an old list to compare with. */
  private children(cursor: TreeCursor, parent: MirrorStatement | null, into: MirrorStatement[]): void {
    this.closing = null;
    if (!cursor.gotoFirstChild()) return;
    let closing: MirrorSpan | null = null;
    do {
      switch (cursor.nodeType) {
        case 'directive':
        case 'lua_directive':
          into.push(this.directive(cursor, parent));
          break;
        case '}':
          closing = { start: cursor.startIndex, end: cursor.endIndex };
          break;
        case 'stray_block':
          this.strayBlock(cursor, parent, into);
          break;
        default:
          this.loose(cursor.nodeType, cursor.startIndex);
      }
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
    this.closing = closing;
  }

  private loose(type: string, start: number): void {
    if (type === 'comment') this.addComment(start, commentEnd(this.input.shown, start));
    else if (type === 'stray_brace') this.strays.push({ start, end: start + 1, fault: 'unexpected-closing-brace' });
    else if (type === 'stray_semicolon') this.strays.push({ start, end: start + 1, fault: 'unexpected-semicolon' });
  }

  /** A block that belongs to no directive: what it holds counts as standing around it. */
  private strayBlock(cursor: TreeCursor, parent: MirrorStatement | null, into: MirrorStatement[]): void {
    const start = cursor.startIndex;
    this.strays.push({ start, end: start + 1, fault: 'unexpected-opening-brace' });
    if (this.depth >= MAX_DEPTH) return;
    this.enter();
    cursor.gotoFirstChild();
    this.children(cursor, parent, into);
    cursor.gotoParent();
    this.depth--;
  }

  /**
   * The children of a file or block whose opening brace the change has left as it is. Old statements are taken up to the first one that the
   * change touches; from there nodes are read until one starts where an untouched old statement does; and so on for every edit.
   */
  private changedList(
    old: readonly MirrorStatement[],
    oldClose: MirrorSpan | null,
    node: Node,
    from: number,
    parent: MirrorStatement | null,
  ): MirrorStatement[] {
    const { steps } = this.change!;
    const found: MirrorStatement[] = [];
    let step = this.change!.firstEndingAt(from);
    let next = 0;
    let position = from;
    const reusable = (s: MirrorStatement): boolean => {
      const edit = steps[step];
      return edit === undefined || (s.closed && s.end + s.overhang < edit.newStart);
    };
    for (;;) {
      for (; next < old.length && reusable(old[next]!); next++) {
        found.push(this.taken(old[next]!, parent));
        position = old[next]!.end;
      }
      if (step === steps.length) {
        this.closing = oldClose;
        return found;
      }
      this.resume(position);
      // a node does not know its neighbour: to ask each for the next one looks through all of them each time
      const cursor = node.walk();
      let closing: MirrorSpan | null = null;
      let synced = false;
      for (let more = cursor.gotoFirstChild(); more && !synced; more = cursor.gotoNextSibling()) {
        const start = cursor.startIndex;
        if (start < position) continue;
        const type = cursor.nodeType;
        if (type === 'directive' || type === 'lua_directive') {
          while (next < old.length && old[next]!.start < start) next++;
          while (step < steps.length && steps[step]!.newEnd < start) step++;
          const candidate = old[next];
          const edit = steps[step];
          if (candidate?.start === start && (!edit || edit.newStart > start) && reusable(candidate)) {
            this.pause(start);
            synced = true;
          } else found.push(this.directive(cursor, parent));
        } else if (type === 'stray_block') this.strayBlock(cursor, parent, found);
        else if (type === '}') closing = { start, end: cursor.endIndex };
        else this.loose(type, start);
      }
      cursor.delete();
      if (!synced) {
        this.pause(parent ? (closing?.end ?? node.endIndex) : Number.POSITIVE_INFINITY);
        this.closing = closing;
        return found;
      }
    }
  }

  // One statement.

  private directive(cursor: TreeCursor, parent: MirrorStatement | null): MirrorStatement {
    const start = cursor.startIndex;
    const limit = cursor.endIndex;
    const old = this.old && lastAt(this.old.body, start, (s) => s.start);
    if (old?.closed && old.end <= limit && !this.change!.touches(start, old.end + old.overhang)) {
      this.pause(start);
      this.resume(old.end);
      return this.taken(old, parent);
    }
    const keepsHeader = old?.open && !old.wordFaults && old.start === start && !this.change!.touches(start, old.open.start);
    this.reach = 0;
    const statement = keepsHeader ? this.sameHeader(old, parent) : this.header(start, limit, parent);
    const { reach } = this;
    if (statement.open && cursor.gotoLastChild()) {
      while (cursor.nodeType !== 'block' && cursor.nodeType !== 'lua_block' && cursor.gotoPreviousSibling());
      if (cursor.nodeType === 'lua_block') this.luaBlock(cursor, statement);
      else this.block(cursor, statement);
      cursor.gotoParent();
    }
    statement.closed = statement.close !== null;
    statement.end = endOf(statement);
    statement.overhang = overhang(statement, statement.wordFaults ? reach : 0);
    return statement;
  }

  private sameHeader(old: MirrorStatement, parent: MirrorStatement | null): MirrorStatement {
    this.pause(old.start);
    this.resume(old.open!.end);
    return { ...old, block: [], rawBody: null, close: null, parent };
  }

  private header(start: number, limit: number, parent: MirrorStatement | null): MirrorStatement {
    this.words = [];
    this.faults = null;
    const { shown } = this.input;
    const stop = cutHeader(shown, start, limit, this);
    const [name] = this.words;
    // cut to size: a list that grew, or was spread, has room for a dozen words more
    const args = this.words.slice(1);
    if (this.input.variable(start, stop)) for (const arg of args) arg.templated = true;
    return headed({ start, end: stop }, name!, args, stop < limit ? shown[stop] : undefined, this.faults, parent);
  }

  private block(cursor: TreeCursor, statement: MirrorStatement): void {
    if (this.depth >= MAX_DEPTH) {
      statement.block = [];
      cursor.gotoLastChild();
      statement.close = cursor.nodeType === '}' ? { start: cursor.startIndex, end: cursor.endIndex } : null;
      cursor.gotoParent();
      return;
    }
    this.enter();
    this.blockWithin(cursor, statement);
    this.depth--;
  }

  private blockWithin(cursor: TreeCursor, statement: MirrorStatement): void {
    const open = statement.open!;
    const old = this.paired ? lastAt(this.old!.body, open.start, (s) => s.open?.start ?? -1) : null;
    if (old?.block && !old.rawBody && !this.change!.touches(open.start, open.start)) {
      this.pause(open.end);
      statement.block = this.changedList(old.block, old.close, cursor.currentNode, open.end, statement);
      this.resume(this.closing?.end ?? cursor.endIndex);
    } else {
      statement.block = [];
      this.children(cursor, statement, statement.block);
    }
    statement.close = this.closing;
  }

  private luaBlock(cursor: TreeCursor, statement: MirrorStatement): void {
    cursor.gotoLastChild();
    const closed = cursor.nodeType === '}';
    const end = closed ? cursor.startIndex : cursor.endIndex;
    statement.block = [];
    statement.rawBody = { start: statement.open!.end, end };
    statement.close = closed ? { start: end, end: cursor.endIndex } : null;
    cursor.gotoParent();
  }

  word(start: number, end: number, kind: WordKind, reach: number): void {
    const { text, read, shown } = this.input;
    const written = shared(text.slice(start, end));
    const raw = this.old && written.length > SHORT ? copied(written) : written;
    const word = makeWord(start, raw, kind, this.input.templated(start, end));
    const fills = this.input.fills?.filter((f) => f.start >= start && f.end <= end);
    if (fills?.length) this.fillIn(word, fills, kind);
    else if (read !== text) {
      const own = read.slice(start, end);
      if (own.includes(FILLER)) word.foreign = [...own.matchAll(FOREIGN)].map((m) => m.index);
      const meant = own.replaceAll(FILLER, '');
      if (meant !== raw) word.value = makeWord(start, meant, kind, false).value;
    }
    if (kind === 'open-string') {
      this.reach = Math.max(this.reach, reach);
      this.fault('unterminated-string', word);
    }
    if (shown[start] !== ')') this.afterQuote(start);
    if (!word.templated && tooLong(raw, kind === 'string', shown[end])) this.fault('word-too-long', word);
    this.words.push(word);
  }

  /** The word with values in the places of its placeholders; what is left of marks is still not known. */
  private fillIn(word: MirrorWord, fills: readonly Fill[], kind: WordKind): void {
    let meant = '';
    let at = word.start;
    for (const { start, end, value } of fills) {
      meant += this.input.read.slice(at, start) + value;
      at = end;
    }
    meant = (meant + this.input.read.slice(at, word.end)).replaceAll(FILLER, '');
    word.value = makeWord(word.start, meant, kind, false).value;
    let from = word.start;
    word.templated = false;
    for (const { start, end } of [...fills, { start: word.end, end: word.end }]) {
      if (start > from && this.input.templated(from, start)) word.templated = true;
      from = end;
    }
  }

  private fault(fault: WordFault['fault'], word: MirrorWord): void {
    this.faults ??= [];
    this.faults.push({ fault, word });
  }

  /** Something starts at `start` that is no white space, semicolon, brace or `)`. */
  private afterQuote(start: number): void {
    const before = this.words.at(-1);
    if (before && before.quote !== '' && before.end === start && !this.input.templated(start, start + 1)) this.fault('after-quote', before);
  }

  /** A comment between words. */
  comment(start: number, end: number): void {
    this.afterQuote(start);
    this.addComment(start, end);
  }

  private addComment(start: number, end: number): void {
    const text = this.input.text.slice(start, end);
    this.comments.push({ start, end, text: this.old ? copied(text) : text });
  }
}

function adopt(statement: MirrorStatement, parent: MirrorStatement | null): MirrorStatement {
  statement.parent = parent;
  return statement;
}

/** The statement whose `offsetOf` is `offset`, sought downwards through the blocks that hold it. */
function lastAt(body: readonly MirrorStatement[], offset: number, offsetOf: (s: MirrorStatement) => number): MirrorStatement | null {
  for (let list: readonly MirrorStatement[] | null = body; list; ) {
    const candidate: MirrorStatement | undefined = list[lastStartingBefore(list, offset)];
    if (!candidate) return null;
    if (offsetOf(candidate) === offset) return candidate;
    list = candidate.block;
  }
  return null;
}

function overhang(s: MirrorStatement, headerReach: number): number {
  let reach = Math.max(s.end, headerReach);
  if (s.block) for (const inner of s.block) if (inner.overhang > 0) reach = Math.max(reach, inner.end + inner.overhang);
  return reach - s.end;
}
