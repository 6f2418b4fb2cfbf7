/** The form of a refactoring: a change that keeps what nginx does. One that cannot promise it says so in its title, or is not offered. */
import type { FileEdit } from '../../base/edit.ts';
import type { FileId } from '../../base/file-id.ts';
import type { Span } from '../../base/span.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import type { FixChange } from '../../rules/rule.ts';
import type { SourceFile, Statement } from '../../syntax/statement.ts';

export interface Refactoring {
  readonly title: string;
  /** as LSP calls it */
  readonly kind: 'refactor.extract' | 'refactor.inline' | 'refactor.rewrite';
  readonly edits: readonly FileEdit[];
  /** files that come into being before the edits */
  readonly creates?: readonly { readonly file: FileId; readonly text: string }[];
  /** what it changes on purpose, as its title says; whatever it does not name stays as it was */
  readonly changes?: readonly FixChange[];
}

export interface Spot {
  readonly config: Config;
  readonly file: SourceFile;
  /** the cursor (empty) or the selection */
  readonly range: Span;
  /** the innermost statement at the start of the range */
  readonly statement: Statement | null;
  /** what nginx makes of it, in the first configuration */
  readonly uses: readonly Directive[];
  /** statements that the selection holds whole, on one level; empty for a cursor */
  readonly selected: readonly Statement[];
}

export type Refactor = (spot: Spot) => readonly Refactoring[];

/** The statements of a level that lie wholly within the range; empty when the range cuts one. */
export function selectedIn(level: readonly Statement[], range: Span): readonly Statement[] {
  const meets = level.filter((s) => s.start < range.end && s.end > range.start);
  if (
    meets.length === 1 &&
    meets[0]!.block &&
    meets[0]!.open &&
    range.start >= meets[0]!.open.end &&
    range.end <= (meets[0]!.close?.start ?? Infinity)
  )
    return selectedIn(meets[0]!.block, range);
  return meets.every((s) => s.start >= range.start && s.end <= range.end && s.closed) ? meets : [];
}

/** The line end of a file. */
export const endOfLine = (file: SourceFile): string => (file.text.includes('\r\n') ? '\r\n' : '\n');

/** Whether nothing but white space shares the first and the last line of the statements. */
export function onOwnLines(file: SourceFile, statements: readonly Statement[]): boolean {
  const [first, last] = [statements[0], statements.at(-1)];
  if (!first || !last) return false;
  const before = file.text.slice(file.lines.startOf(file.lines.lineAt(first.start)), first.start);
  const after = file.text.slice(last.end, file.lines.endOf(file.lines.lineAt(last.end)));
  return /^[ \t]*$/.test(before) && /^[ \t]*(#.*)?$/.test(after);
}

/** Offsets of line starts that lie inside a word or a foreign body: their white space has a meaning. */
export function fixedLines(file: SourceFile, statements: readonly Statement[], into = new Set<number>()): Set<number> {
  const note = (span: Span): void => {
    for (let line = file.lines.lineAt(span.start) + 1; line <= file.lines.lineAt(span.end); line++) into.add(file.lines.startOf(line));
  };
  for (const s of statements) {
    for (const word of [s.name, ...s.args]) if (word.raw.includes('\n')) note(word);
    if (s.rawBody) note(s.rawBody);
    if (s.block) fixedLines(file, s.block, into);
  }
  return into;
}

/** The text of a span with its indentation changed from `from` to `to`; lines inside words keep theirs. */
export function indented(file: SourceFile, span: Span, statements: readonly Statement[], from: string, to: string): string {
  const fixed = fixedLines(file, statements);
  let at = span.start;
  return file.text
    .slice(span.start, span.end)
    .split('\n')
    .map((line, i) => {
      const start = at;
      at += line.length + 1;
      if (i === 0 || fixed.has(start) || line.trim() === '') return line;
      return to + (line.startsWith(from) ? line.slice(from.length) : line.replace(/^[ \t]*/, ''));
    })
    .join('\n');
}

/** What the statements say, whatever their layout. */
export const wordsOf = (s: Statement): string => [s.name, ...s.args].map((w) => JSON.stringify(w.value)).join(' ');
