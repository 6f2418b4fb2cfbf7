/**
 * The formatter: edits of white space, and of nothing else. A file that nginx would not read has no layout to speak of and is refused with
 * the reason. The command line's `format` and the language server's three requests are all this.
 */
import type { TextEdit } from '../base/edit.ts';
import type { Span } from '../base/span.ts';
import type { SourceFile, Statement, SyntaxFault } from '../syntax/statement.ts';
import { Layout, type LayoutOptions, type Part } from './layout.ts';

export interface FormatOptions extends LayoutOptions {
  /** only lines that the span touches; the whole file when not given */
  readonly range?: Span;
}

/** `refused` says why, for people, and `at` where. */
export type Formatted = { readonly edits: readonly TextEdit[] } | { readonly refused: string; readonly at: Span };

/** Faults that leave words and blocks as they are. */
const HARMLESS: ReadonlySet<SyntaxFault> = new Set(['byte-order-mark', 'word-too-long']);

const REASONS: Readonly<Record<SyntaxFault, string>> = {
  'missing-semicolon': 'a ";" is missing',
  'missing-closing-brace': 'a "}" is missing',
  'missing-opening-brace': 'a "{" is missing',
  'unexpected-closing-brace': 'there is a "}" too many',
  'unexpected-opening-brace': 'there is a "{" without a directive',
  'unexpected-semicolon': 'there is a ";" without a directive',
  'unterminated-string': 'a quote is not closed',
  'after-quote': 'there is text after a closing quote',
  'word-too-long': 'a word is too long',
  'byte-order-mark': 'there is a byte order mark',
};

/** Directives before and behind the one that was typed which are looked at for columns. */
const NEIGHBOURS = 50;

const refusal = (source: SourceFile, at: Span, reason: string): string =>
  `The file is not formatted: in line ${source.lines.lineAt(at.start) + 1} ${reason}. Fix that first.`;

const touch = (a: Span, b: Span): boolean => a.start <= b.end && b.start <= a.end;

/**
 * The edits that lay out a file, or the lines of a range in it. Words keep their bytes and their order, comments their text, and formatting
 * the result again changes nothing. Refuses a file (with a range: lines of it, or braces before it) that nginx would not read.
 */
export function format(source: SourceFile, options: FormatOptions): Formatted {
  const range = options.range && wholeLines(source, options.range);
  const bad = source.problems.find(
    (p) => !HARMLESS.has(p.fault) && (!range || touch(p.span, range) || (p.fault.endsWith('brace') && p.span.start < range.end)),
  );
  if (bad) return { refused: refusal(source, bad.span, REASONS[bad.fault]), at: bad.span };
  const mark = source.marks?.find((m) => !m.closed && (!range || touch(m, range)));
  if (mark) return { refused: refusal(source, mark, 'a mark of the template is not closed'), at: mark };
  const unpaired = innermost(source.body, (s) => s.open !== null && (!s.closed || s.open.end === s.open.start));
  if (unpaired && !range)
    return { refused: refusal(source, unpaired.name, 'begins a block whose braces the template does not show'), at: unpaired.name };
  const surplus = range ? null : surplusBrace(source);
  if (surplus)
    return { refused: refusal(source, surplus, 'ends a block that begins in another file or by a mark of the template'), at: surplus };
  return { edits: layoutEdits(source, options, range) };
}

/** The first brace on the top level of a template that closes nothing: the second half of something, whose depth nobody knows. */
function surplusBrace(source: SourceFile): Span | null {
  if (source.template === null) return null;
  const hidden = [...(source.marks ?? []), ...source.comments];
  let from = 0;
  for (const { start, end } of [...source.body, { start: source.text.length, end: source.text.length }]) {
    for (const { index } of source.text.slice(from, start).matchAll(/\}/g)) {
      const at = from + index;
      if (!hidden.some((h) => h.start <= at && at < h.end)) return { start: at, end: at + 1 };
    }
    from = Math.max(from, end);
  }
  return null;
}

/**
 * The edits after a character was typed at the place before `offset`: `;` lays out the directive that it ends, `}` the block, a line feed
 * the indentation of the new line. Empty when there is nothing to say, also in files that are not whole.
 */
export function formatOnType(source: SourceFile, offset: number, typed: string, options: LayoutOptions): readonly TextEdit[] {
  if (typed === '\n') return indentLine(source, offset, options);
  if (typed !== ';' && typed !== '}') return [];
  const statement = innermost(source.body, (s) => s.close?.end === offset);
  if (!statement || source.text[offset - 1] !== typed) return [];
  const start = source.lines.startOf(source.lines.lineAt(statement.start));
  if (source.problems.some((p) => !HARMLESS.has(p.fault) && touch(p.span, { start, end: offset }))) return [];
  return layoutEdits(source, options, { start, end: offset }, source.template === null ? around(source, statement) : undefined);
}

/** The statement with its neighbours, as far as columns of values may reach. */
function around(source: SourceFile, statement: Statement): Part {
  const list = statement.parent?.block ?? source.body;
  const index = list.indexOf(statement);
  const first = Math.max(0, index - NEIGHBOURS);
  const last = Math.min(list.length - 1, index + NEIGHBOURS);
  let depth = 0;
  for (let p = statement.parent; p; p = p.parent) depth++;
  return {
    statements: list.slice(first, last + 1),
    depth,
    before: first > 0 ? list[first - 1]!.close : (statement.parent?.open ?? null),
    end: list[last]!.end,
  };
}

/** Levels of blocks around an offset. */
export function depthAt(source: SourceFile, offset: number): number {
  let depth = 0;
  for (let list: readonly Statement[] | null = source.body; list; ) {
    const around: Statement | undefined = list.find(
      (s) => s.open && s.open.end <= offset && (s.close ? offset <= s.close.start : offset <= s.end || !s.closed),
    );
    if (!around) return depth;
    depth++;
    list = around.block;
  }
  return depth;
}

function layoutEdits(source: SourceFile, options: LayoutOptions, range?: Span, part?: Part): TextEdit[] {
  const { text } = source;
  const layout = new Layout(source, options, part);
  const edits: TextEdit[] = [];
  const all = range ?? { start: 0, end: text.length };
  let at = part?.before?.start ?? 0;
  for (const token of layout.tokens) {
    if (token.start > all.end) break;
    const gap = { start: at, end: token.start };
    at = token.end;
    if (token.start < all.start || token.start === part?.before?.start) continue;
    if (gap.start >= all.start) replaceGap(text, gap.start, gap.end, layout.gap(token), edits);
    // the lines before the range stay as they are, so only the indentation is left
    else if (token.breaks > 0)
      replaceGap(text, Math.max(gap.start, text.lastIndexOf('\n', token.start - 1) + 1), gap.end, token.pad, edits);
  }
  if (!range && at > 0) replaceGap(text, at, text.length, layout.eol, edits);
  return edits;
}

/** The smallest edit that makes a gap the wanted one. Throws when the gap is more than white space: that would be a defect here. */
function replaceGap(text: string, start: number, end: number, wanted: string, edits: TextEdit[]): void {
  const gap = text.slice(start, end);
  if (gap === wanted) return;
  if (/[^ \t\r\n]/.test(gap + wanted)) throw new Error(`the formatter would change more than white space at ${start}`);
  let head = 0;
  while (head < gap.length && head < wanted.length && gap[head] === wanted[head]) head++;
  let tail = 0;
  while (tail < gap.length - head && tail < wanted.length - head && gap.at(-1 - tail) === wanted.at(-1 - tail)) tail++;
  edits.push({ span: { start: start + head, end: end - tail }, newText: wanted.slice(head, wanted.length - tail) });
}

function wholeLines(source: SourceFile, range: Span): Span {
  const { lines } = source;
  return { start: lines.startOf(lines.lineAt(range.start)), end: lines.endOf(lines.lineAt(range.end)) };
}

function innermost(list: readonly Statement[], test: (s: Statement) => boolean): Statement | null {
  for (const s of list) {
    if (test(s)) return s;
    const within = s.block && innermost(s.block, test);
    if (within) return within;
  }
  return null;
}

function indentLine(source: SourceFile, offset: number, { indent }: LayoutOptions): TextEdit[] {
  const { text, lines } = source;
  const start = lines.startOf(lines.lineAt(offset));
  let end = start;
  while (text[end] === ' ' || text[end] === '\t') end++;
  const inString = innermost(source.body, (s) => [s.name, ...s.args].some((w) => w.quote !== '' && w.start < start && start < w.end));
  const inLua = innermost(source.body, (s) => s.rawBody !== null && s.rawBody.start <= start && start <= s.rawBody.end);
  if (inString || inLua) return [];
  const unfinished = innermost(source.body, (s) => !s.block && s.start < start && start <= (s.close?.start ?? -1));
  const wanted = indent.repeat(depthAt(source, start) - (text[end] === '}' && depthAt(source, end) > 0 ? 1 : 0) + (unfinished ? 1 : 0));
  return text.slice(start, end) === wanted ? [] : [{ span: { start, end }, newText: wanted }];
}
