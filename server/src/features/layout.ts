/**
 * Where each token of a file would be in a well laid out one. Only the white space between tokens is ever decided here: words, quotes,
 * comments, Lua bodies and template marks are taken as they are, in their order. Edits come from comparing gaps (format.ts).
 */
import { largest, smallest } from '../base/extremes.ts';
import type { Span } from '../base/span.ts';
import type { Comment, SourceFile, Statement, TemplateMark } from '../syntax/statement.ts';

export interface LayoutOptions {
  /** one level of indentation: spaces or a tab */
  readonly indent: string;
  /** columns of a tab, for measuring; 4 when not given */
  readonly tabSize?: number;
  /**
   * Columns of values in adjacent directives: true lines them up, false leaves one space, 'keep' (when not given) lines up what is lined
   * up already.
   */
  readonly align?: boolean | 'keep';
  /** empty lines in a row that stay; 1 when not given */
  readonly maxBlankLines?: number;
  /** a block on one line stays on it up to this width; 120 when not given */
  readonly maxWidth?: number;
}

type Kind = 'word' | 'semicolon' | 'open' | 'close' | 'comment' | 'body' | 'mark';

export interface Token extends Span {
  readonly kind: Kind;
  /** the statement among whose words it stands; null between statements */
  owner: Header | null;
  /** levels of blocks around it, when it starts a line */
  depth: number;
  readonly begins: boolean;
  /** within a block that stays on one line */
  readonly inline: boolean;
  /** line breaks before it */
  breaks: number;
  /** white space behind these, or all of the gap when there are none */
  pad: string;
  /** column in the new text */
  column: number;
  /** UTF-16 units of its last line; `wide` when that is not its width from any column, or it has several lines */
  readonly length: number;
  readonly wide: boolean;
}

/** A run of statements of one block, for when a part of a file is all that matters. */
export interface Part {
  readonly statements: readonly Statement[];
  readonly depth: number;
  /** the semicolon or brace before the first one; null at the top of the file */
  readonly before: Span | null;
  readonly end: number;
}

/** The words of one statement, up to its semicolon or opening brace. */
interface Header {
  readonly statement: Statement;
  readonly simple: boolean;
  /** among its words stand marks that decide which there are: nothing is moved there */
  exact: boolean;
  /** column that continuation lines are measured from, and the white space that it becomes; null before the first such line */
  shift: { from: number; pad: string } | null;
}

/** Template conditions and loops around the present place, each with whether its author indents what is in it. */
interface Nesting {
  readonly deeper: boolean;
}

/** nginx's white space; a no-break space or byte order mark is a character like any other. */
const SPACE = /[ \t\r\n]/;

/** How often a character or two are in a text. */
function count(text: string, wanted: string): number {
  let n = 0;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) n++;
  return n;
}

/** Lays out a file: indentation, spaces and empty lines, no word. */
export class Layout {
  readonly tokens: Token[] = [];
  readonly eol: string;
  private readonly text: string;
  private readonly tabSize: number;
  private readonly blankLines: number;
  private readonly maxWidth: number;

  constructor(
    private readonly source: SourceFile,
    private readonly options: LayoutOptions,
    part?: Part,
  ) {
    this.text = source.text;
    this.tabSize = options.tabSize ?? 4;
    this.blankLines = options.maxBlankLines ?? 1;
    this.maxWidth = options.maxWidth ?? 120;
    const { statements, depth, before, end } = part ?? { statements: source.body, depth: 0, before: null, end: this.text.length };
    const own: Token[] = [];
    this.collect(statements, depth, false, own);
    if (before) this.tokens.push(this.token(before, this.text[before.start] === '{' ? 'open' : 'semicolon', null, depth));
    const from = before?.end ?? 0;
    const within = part ? source.comments.filter((c) => c.start >= from && c.start < end) : source.comments;
    this.withMarks(this.merged(own, within), from, end, depth);
    this.eol = this.lineEnd();
    this.place();
    if (options.align !== false) this.alignWords();
    this.columns();
    this.alignComments();
  }

  /** What comes before a token in the new text. */
  gap(token: Token): string {
    return this.eol.repeat(token.breaks) + token.pad;
  }

  /** What most lines end with; line ends within strings and Lua bodies count first, because they stay. */
  private lineEnd(): '\n' | '\r\n' {
    const within = this.tokens
      .filter((t) => t.length < t.end - t.start)
      .map((t) => this.text.slice(t.start, t.end))
      .join('');
    const text = within === '' ? this.text : within;
    return count(text, '\r\n') * 2 > count(text, '\n') ? '\r\n' : '\n';
  }

  // Tokens in the order of the text.

  private token(span: Span, kind: Kind, owner: Header | null, depth: number, begins = false, inline = false): Token {
    const { start, end } = span;
    let line = start;
    let wide = false;
    for (let i = start; i < end; i++) {
      const c = this.text.charCodeAt(i);
      if (c === 10) {
        line = i + 1;
        wide = true;
      } else if (c === 9) wide = true;
    }
    return { start, end, kind, owner, depth, begins, inline, breaks: 0, pad: '', column: 0, length: end - line, wide };
  }

  private collect(list: readonly Statement[], depth: number, inline: boolean, into: Token[]): void {
    for (const statement of list) {
      const header: Header = { statement, simple: statement.block === null, exact: false, shift: null };
      into.push(this.token(statement.name, 'word', header, depth, true, inline));
      for (const arg of statement.args) into.push(this.token(arg, 'word', header, depth, false, inline));
      const { open, close, rawBody } = statement;
      if (!statement.block) {
        if (close) into.push(this.token(close, 'semicolon', header, depth, false, inline));
        continue;
      }
      if (open && open.end > open.start) into.push(this.token(open, 'open', header, depth, false, inline));
      const oneLine = !rawBody && this.staysOnOneLine(statement, depth);
      if (rawBody) into.push(this.token(rawBody, 'body', null, depth, false, inline));
      else this.collect(statement.block, depth + 1, oneLine, into);
      if (close) into.push(this.token(close, 'close', null, depth, false, oneLine));
    }
  }

  /** Blocks of simple directives that were written on one line, and fit there. */
  private staysOnOneLine(statement: Statement, depth: number): boolean {
    const { block, close, open } = statement;
    if (!block?.length || !close || !open || block.some((inner) => inner.block)) return false;
    const written = this.text.slice(statement.start, close.end);
    if (written.includes('\n')) return false;
    if (this.source.marks?.some((m) => m.start < close.end && m.end > statement.start)) return true;
    let width = this.width(this.options.indent.repeat(depth)) + 4;
    for (const s of [statement, ...block]) {
      const words = [s.name, ...s.args];
      for (const [i, word] of words.entries()) width += word.raw.length + (i > 0 && words[i - 1]!.end === word.start ? 0 : 1);
    }
    return width <= this.maxWidth;
  }

  /** Puts what is neither a word nor a comment, that is the marks of templates, between the tokens, a line of them at a time. */
  private withMarks(tokens: readonly Token[], from: number, end: number, outer: number): void {
    const { text } = this;
    const marks = this.source.marks ?? [];
    let at = from;
    let depth = outer;
    let owner: Header | null = null;
    for (const token of [...tokens, null]) {
      const limit = token?.start ?? end;
      for (;;) {
        while (at < limit && SPACE.test(text[at]!)) at++;
        if (at >= limit) break;
        const stop = this.markEnd(at, limit, marks);
        if (owner) owner.exact = true;
        this.tokens.push(this.token({ start: at, end: stop }, 'mark', owner, depth, false, token?.inline ?? false));
        at = stop;
      }
      if (!token) break;
      if (token.kind === 'comment') {
        token.owner = owner;
        token.depth = depth;
      } else {
        owner = token.kind === 'word' ? token.owner : null;
        depth = token.kind === 'open' ? token.depth + 1 : token.depth;
      }
      this.tokens.push(token);
      at = token.end;
    }
  }

  /** Words and comments in the order of the text; a comment ends before its trailing white space. */
  private merged(tokens: readonly Token[], comments: readonly Comment[]): Token[] {
    const out: Token[] = [];
    let next = 0;
    const take = (limit: number): void => {
      for (; next < comments.length && comments[next]!.start < limit; next++) {
        const { start } = comments[next]!;
        let { end } = comments[next]!;
        while (SPACE.test(this.text[end - 1]!)) end--;
        out.push(this.token({ start, end }, 'comment', null, 0));
      }
    };
    for (const token of tokens) {
      take(token.start);
      out.push(token);
    }
    take(Number.POSITIVE_INFINITY);
    return out;
  }

  private markEnd(start: number, limit: number, marks: readonly TemplateMark[]): number {
    let end = start;
    for (;;) {
      const feed = this.text.indexOf('\n', end);
      const line = feed < 0 ? limit : Math.min(feed, limit);
      const over = marks.find((m) => m.start < line && m.end > line);
      if (!over) {
        end = line;
        break;
      }
      end = over.end;
    }
    while (SPACE.test(this.text[end - 1]!)) end--;
    return end;
  }

  // Columns.

  private width(text: string, from = 0): number {
    if (!text.includes('\t')) return from + text.length;
    let column = from;
    for (let i = 0; i < text.length; i++) column += text[i] === '\t' ? this.tabSize - (column % this.tabSize) : 1;
    return column;
  }

  /** Column of an offset as its author sees it. */
  private written(offset: number): number {
    const line = this.text.lastIndexOf('\n', offset - 1) + 1;
    return this.width(this.text.slice(line, offset));
  }

  private gapBefore(i: number): string {
    return this.text.slice(this.tokens[i - 1]?.end ?? 0, this.tokens[i]!.start);
  }

  // Line breaks and indentation.

  private place(): void {
    const nesting: Nesting[] = [];
    let column = 0;
    for (const [i, token] of this.tokens.entries()) {
      const gap = this.gapBefore(i);
      this.placeOne(i, token, gap, nesting);
      const at = token.breaks > 0 || i === 0 ? this.width(token.pad) : this.width(token.pad, column);
      token.column = at;
      column = this.endColumn(token);
    }
  }

  private endColumn(token: Token): number {
    if (!token.wide) return token.column + token.length;
    const line = this.text.slice(token.end - token.length, token.end);
    return this.width(line, token.length === token.end - token.start ? token.column : 0);
  }

  private placeOne(i: number, token: Token, gap: string, nesting: Nesting[]): void {
    const before = this.tokens[i - 1];
    const lines = count(gap, '\n');
    const blank = before?.kind === 'open' || token.kind === 'close' ? 0 : Math.min(Math.max(0, lines - 1), this.blankLines);
    const level = (): number => token.depth + nesting.filter((n) => n.deeper).length;
    const newLine = (pad = this.options.indent.repeat(level())): void => {
      token.breaks = 1 + blank;
      token.pad = pad;
    };
    const sameLine = (pad: string): void => {
      token.breaks = 0;
      token.pad = pad;
    };
    const asIs = (): void => {
      token.breaks = 0;
      token.pad = gap;
    };
    if (!before) {
      if (token.kind === 'mark') this.steer(i, token, nesting, level);
      sameLine('');
    } else if (token.kind === 'mark') {
      const pad = this.steer(i, token, nesting, level);
      if (lines === 0 || token.owner || before.kind === 'body') asIs();
      else newLine(pad);
    } else if (token.kind === 'body' || before.kind === 'body') asIs();
    else if (token.owner?.exact && !token.begins) asIs();
    else if (before.kind === 'mark' && lines === 0) asIs();
    else if (token.kind === 'comment' && lines === 0) sameLine(this.beforeComment(before, token));
    else if (token.begins) {
      if (token.inline && lines === 0) sameLine(' ');
      else newLine();
    } else if (token.kind === 'close') {
      if (token.inline) sameLine(' ');
      else if (before.kind === 'open' && lines === 0) sameLine('');
      else newLine();
    } else if (token.owner) this.placeInHeader(i, token, before, gap, lines, newLine, sameLine);
    else newLine();
  }

  private beforeComment(before: Token, comment: Token): string {
    const apart = this.written(comment.start) - this.written(before.end);
    return apart >= 2 ? '  ' : ' ';
  }

  /** Words, semicolons, braces and comments of a statement that has begun. */
  private placeInHeader(
    i: number,
    token: Token,
    before: Token,
    gap: string,
    lines: number,
    newLine: (pad: string) => void,
    sameLine: (pad: string) => void,
  ): void {
    const header = token.owner!;
    const forced = before.kind === 'comment';
    if (token.kind === 'open') {
      if (forced) newLine(this.options.indent.repeat(token.depth));
      else sameLine(' ');
    } else if (token.kind === 'semicolon' && !forced && (lines === 0 || !header.shift)) sameLine('');
    else if (lines === 0 && !forced) sameLine(gap === '' ? '' : ' ');
    else newLine(this.continuation(i, token, header));
  }

  /** The white space before a continuation line: all lines of a statement move together. */
  private continuation(i: number, token: Token, header: Header): string {
    const { indent } = this.options;
    header.shift ??= this.shiftOf(i, header);
    const at = this.written(token.start);
    if (token.kind === 'semicolon' && at < header.shift.from) return indent.repeat(token.depth);
    return header.shift.pad + ' '.repeat(Math.max(0, at - header.shift.from));
  }

  private shiftOf(first: number, header: Header): { from: number; pad: string } {
    const { indent } = this.options;
    const { tokens } = this;
    let from = Number.POSITIVE_INFINITY;
    for (let i = first; tokens[i]?.owner === header; i++) {
      const { kind, start } = tokens[i]!;
      if (kind !== 'semicolon' && kind !== 'open' && (this.gapBefore(i).includes('\n') || i === first))
        from = Math.min(from, this.written(start));
    }
    if (from === Number.POSITIVE_INFINITY) from = this.written(tokens[first]!.start);
    const depthPad = indent.repeat(tokens[first]!.depth);
    const deeper = depthPad + indent;
    // lines that start below a word of the first line go on doing so
    for (let i = first - 1; tokens[i]?.owner === header && !tokens[i]!.begins; i--) {
      const { kind, start, column } = tokens[i]!;
      if (kind === 'word' && this.written(start) === from && column !== this.width(deeper))
        return { from, pad: depthPad + ' '.repeat(column - this.width(depthPad)) };
    }
    return { from, pad: deeper };
  }

  /** Indentation of a line of marks; keeps account of the conditions that it begins and ends. */
  private steer(i: number, token: Token, nesting: Nesting[], level: () => number): string {
    const within = (this.source.marks ?? []).filter((m) => token.start <= m.start && m.end <= token.end && m.role);
    const own = this.written(token.start);
    const first = within[0];
    let leaving = 0;
    if (first?.start === token.start && (first.role === 'middle' || first.role === 'close') && nesting.at(-1)?.deeper) leaving = 1;
    // marks at the margin stay there, unless what is around them is indented by conditions
    const atMargin = own === 0 && level() - leaving === token.depth;
    const pad = atMargin ? '' : this.options.indent.repeat(level() - leaving);
    for (const mark of within) {
      if (mark.role === 'close') nesting.pop();
      else if (mark.role === 'open') nesting.push({ deeper: this.indentsWithin(i, token, own) });
    }
    return pad;
  }

  /** True when the line behind a condition's mark stands deeper than the mark, which says more than that the mark is at the margin. */
  private indentsWithin(i: number, token: Token, own: number): boolean {
    const next = this.tokens[i + 1];
    if (!next || token.owner || !this.gapBefore(i + 1).includes('\n')) return false;
    if (next.kind === 'close' || (own === 0 && token.depth > 0)) return false;
    return this.written(next.start) > own;
  }

  // Values in columns.

  private columns(): void {
    let column = 0;
    for (const [i, token] of this.tokens.entries()) {
      token.column = token.breaks > 0 || i === 0 ? this.width(token.pad) : this.width(token.pad, column);
      column = this.endColumn(token);
    }
  }

  /** Simple directives of one block, one behind the other, each on its line. Where columns are asked for, an empty line ends a group. */
  private *groups(): Generator<Token[][]> {
    const paragraphs = this.options.align === true;
    let group: Token[][] = [];
    const ended = (): Token[][] => {
      const done = group;
      group = [];
      return done;
    };
    for (let i = 0; i < this.tokens.length; i++) {
      const token = this.tokens[i]!;
      const apart = paragraphs && token.breaks > 1;
      // comments and lines of a template are between the lines of a table, and do not end it
      if ((token.kind === 'comment' || (token.kind === 'mark' && token.breaks > 0 && !token.owner)) && !apart) continue;
      const words = token.begins && (token.breaks > 0 || i === 0) ? this.wordsOnOneLine(i) : null;
      if (!words || apart || token.depth !== group[0]?.[0]?.depth) yield ended();
      if (!words) continue;
      group.push(words);
      i += words.length;
    }
    yield ended();
  }

  /** The words of the simple directive whose name is token `i`, when all of it is on one line. */
  private wordsOnOneLine(i: number): Token[] | null {
    const { owner } = this.tokens[i]!;
    if (!owner?.simple || owner.exact) return null;
    const words: Token[] = [];
    for (let k = i; ; k++) {
      const token = this.tokens[k];
      if (!token || token.owner !== owner || (k > i && token.breaks > 0)) return null;
      if (token.kind === 'semicolon') return words;
      if (token.kind !== 'word' || token.length < token.end - token.start) return null;
      words.push(token);
    }
  }

  private alignWords(): void {
    for (const group of this.groups()) {
      if (group.length < 2) continue;
      const most = largest(group, (words) => words.length);
      for (let k = 1; k < most; k++) {
        this.columnsOf(group);
        for (const run of this.options.align === true ? asAsked(group, k, this.text) : this.alreadyAligned(group, k)) {
          const gap = this.options.align === true ? 1 : smallest(run, (words) => this.apart(words, k));
          const ends = run.map((words) => this.endColumn(words[k - 1]!));
          const target = largest(ends, (end) => end) + gap;
          for (const [n, words] of run.entries()) words[k]!.pad = ' '.repeat(target - ends[n]!);
        }
      }
    }
  }

  private columnsOf(group: readonly Token[][]): void {
    for (const words of group) {
      let column = 0;
      for (const [i, token] of words.entries()) {
        token.column = i === 0 ? this.width(token.pad) : this.width(token.pad, column);
        column = this.endColumn(token);
      }
    }
  }

  private apart(words: readonly Token[], k: number): number {
    return this.written(words[k]!.start) - this.written(words[k - 1]!.end);
  }

  /** Adjacent directives whose word `k` is in one column now, with more than one space before it somewhere. */
  private *alreadyAligned(group: readonly Token[][], k: number): Generator<Token[][]> {
    let run: Token[][] = [];
    let column = -1;
    const wide = (): boolean => run.length > 1 && run.some((words) => this.apart(words, k) > 1);
    for (const words of group) {
      const here = words[k] && words[k].pad !== '' && this.startsLine(words[0]!) ? this.written(words[k].start) : -1;
      if (here !== column || here < 0) {
        if (wide()) yield run;
        run = [];
        column = here;
      }
      if (here >= 0) run.push(words);
    }
    if (wide()) yield run;
  }

  private startsLine(token: Token): boolean {
    let before = token.start - 1;
    while (this.text[before] === ' ' || this.text[before] === '\t') before--;
    return before < 0 || this.text[before] === '\n';
  }

  /** Comments behind code that are in one column stay in one column. */
  private alignComments(): void {
    let run: { token: Token; end: number; apart: number }[] = [];
    let line = 0;
    let runLine = -1;
    let runColumn = -1;
    const flush = (): void => {
      if (run.length > 1) {
        const target = largest(run, (r) => r.end) + smallest(run, (r) => r.apart);
        for (const { token, end } of run) token.pad = ' '.repeat(target - end);
      }
      run = [];
    };
    for (const [i, token] of this.tokens.entries()) {
      const before = this.tokens[i - 1];
      line += token.breaks + (token.breaks === 0 ? count(token.pad, '\n') : 0);
      if (token.kind === 'comment' && token.breaks === 0 && before && before.kind !== 'mark' && !token.owner?.exact) {
        const column = this.written(token.start);
        if (line !== runLine + 1 || column !== runColumn) flush();
        const apart = Math.max(1, column - this.written(before.end));
        run.push({ token, end: this.endColumn(before), apart });
        runLine = line;
        runColumn = column;
      }
      if (token.wide) line += count(this.text.slice(token.start, token.end), '\n');
    }
    flush();
  }
}

/** As asked for: the first argument of all, and the second of those that set one thing after another. */
function* asAsked(group: readonly Token[][], k: number, text: string): Generator<Token[][]> {
  const name = (words: readonly Token[]): string => text.slice(words[0]!.start, words[0]!.end);
  let run: Token[][] = [];
  for (const words of group) {
    const fits = k === 1 ? words.length > 1 : k === 2 && words.length === 3;
    if (fits && (k === 1 || !run.length || name(run[0]!) === name(words)) && words[k]!.pad !== '') {
      run.push(words);
      continue;
    }
    if (run.length > 1) yield run;
    run = fits && words[k]!.pad !== '' ? [words] : [];
  }
  if (run.length > 1) yield run;
}
