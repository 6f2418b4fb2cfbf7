/** Fixes as plain edits, and the few ways in which rules make them: exact ranges of the statement at hand, never a search for its text. */
import type { FileEdit, TextEdit } from '../base/edit.ts';
import { basename, type FileId } from '../base/file-id.ts';
import type { Span } from '../base/span.ts';
import type { Directive } from '../config/directive.ts';
import { isStock } from '../config/stock.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';
import type { Word } from '../syntax/word.ts';

/**
 * `safe` is a rule's proposal: the fix keeps the meaning, or makes it what was plainly meant. Whether it is safe in the configuration at hand
 * is decided by `fixes/prove.ts` when someone asks for it. A `suggestion` is for a person to pick.
 */
export interface Fix {
  readonly title: string;
  readonly safety: 'safe' | 'suggestion';
  /** why a fix that its rule proposed as safe is a suggestion here, in words that follow "because" */
  readonly because?: string;
  /** nobody but a person applies it: nginx would refuse the text with it, or it takes away what may well be meant */
  readonly byHand?: true;
  readonly edits: readonly FileEdit[];
}

/** A fix within one file. */
export const fixOf = (title: string, safety: Fix['safety'], file: SourceFile, edits: readonly TextEdit[]): Fix => ({
  title,
  safety,
  edits: [{ file: file.id, edits }],
});

/** A fix that takes away what may well be meant, which no text shows: `check --fix=suggested` leaves it alone and says why (`because`). */
export const byHand = (fix: Fix, because: string): Fix => ({ ...fix, safety: 'suggestion', because, byHand: true });

/** Replaces a word, its quotes included, or any other span. */
export const replace = (span: Span, newText: string): TextEdit => ({ span: { start: span.start, end: span.end }, newText });

/** The white space in front of the line that holds the offset. */
export function indentAt(file: SourceFile, offset: number): string {
  const start = file.lines.startOf(file.lines.lineAt(offset));
  return /^[ \t]*/.exec(file.text.slice(start, offset))![0];
}

/** One level of indentation as this file has it; four spaces where nothing tells. */
export function indentUnit(file: SourceFile): string {
  const outer = file.body.find((s) => s.block?.length);
  const inner = outer?.block?.[0];
  if (!outer || !inner) return '    ';
  const a = indentAt(file, outer.start);
  const b = indentAt(file, inner.start);
  return b.length > a.length && b.startsWith(a) ? b.slice(a.length) : '    ';
}

const endOfLine = ({ text }: SourceFile): string => {
  const at = text.indexOf('\n');
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n';
};

/** True when nothing but white space comes before the statement on its line. */
const opensLine = (file: SourceFile, statement: Statement): boolean =>
  /^[ \t]*$/.test(file.text.slice(file.lines.startOf(file.lines.lineAt(statement.start)), statement.start));

/** True when nothing but white space comes after the statement on its line. */
const closesLine = (file: SourceFile, statement: Statement): boolean =>
  /^[ \t]*$/.test(file.text.slice(statement.end, file.lines.endOf(file.lines.lineAt(statement.end))));

/** Certbot's note behind each of its lines: it says nothing of its own. */
const OF_CERTBOT = /^[ \t]*# managed by Certbot[ \t]*$/;

/** Removes a statement; its whole line when it stands alone there. A comment behind it stays, unless it is one that Certbot writes behind its lines. */
export function remove(file: SourceFile, statement: Statement): TextEdit {
  const line = file.lines.lineAt(statement.start);
  const last = file.lines.lineAt(statement.end);
  const isWhole = closesLine(file, statement) || OF_CERTBOT.test(file.text.slice(statement.end, file.lines.endOf(last)));
  if (opensLine(file, statement) && isWhole)
    return { span: { start: file.lines.startOf(line), end: file.lines.startOf(last + 1) }, newText: '' };
  const end = statement.end + /^[ \t]*/.exec(file.text.slice(statement.end))![0].length;
  return { span: { start: statement.start, end }, newText: '' };
}

/** Whether a statement is on the line on which the block around it opens. */
const isBesideOpener = ({ lines }: SourceFile, { start, parent }: Statement): boolean =>
  !!parent?.open && lines.lineAt(parent.open.start) === lines.lineAt(start);

/** Lines put behind a statement, at its indentation; in a block of one line one level deeper than that, with its brace on a line of its own. */
export function insertAfter(file: SourceFile, statement: Statement, lines: readonly string[]): TextEdit {
  const indent = indentAt(file, statement.start);
  const eol = endOfLine(file);
  const lineEnd = file.lines.endOf(file.lines.lineAt(statement.end));
  const rest = file.text.slice(statement.end, lineEnd);
  const isLast = /^[ \t]*(#.*)?$/.test(rest);
  if (!isLast && isBesideOpener(file, statement)) {
    const body = lines.map((l) => eol + (l && indent + indentUnit(file) + l)).join('');
    const brace = /^[ \t]*(?=\})/.exec(rest);
    return { span: { start: statement.end, end: statement.end + (brace?.[0].length ?? 0) }, newText: brace ? body + eol + indent : body };
  }
  const at = isLast ? lineEnd : statement.end;
  return { span: { start: at, end: at }, newText: lines.map((l) => eol + (l && indent + l)).join('') };
}

/** Lines put before a statement, at its indentation. */
export function insertBefore(file: SourceFile, statement: Statement, lines: readonly string[]): TextEdit {
  const indent = indentAt(file, statement.start);
  const eol = endOfLine(file);
  return { span: { start: statement.start, end: statement.start }, newText: lines.map((l) => l + eol + indent).join('') };
}

/** Lines put first in the block of a directive (or at the top of a file), at the indentation of what is there, else one level deeper than its opener. */
export function insertFirst(file: SourceFile, opener: Statement | null, lines: readonly string[]): TextEdit {
  const eol = endOfLine(file);
  if (!opener?.open) return { span: { start: 0, end: 0 }, newText: lines.map((l) => l + eol).join('') };
  const [first] = opener.block ?? [];
  const indent = first && opensLine(file, first) ? indentAt(file, first.start) : indentAt(file, opener.start) + indentUnit(file);
  const at = opener.open.end;
  const body = lines.map((l) => eol + (l && indent + l)).join('');
  const tail = /^[ \t]*(\r?\n|#)/.test(file.text.slice(at)) ? '' : eol + (opener.block?.length ? indent : indentAt(file, opener.start));
  const skip = tail ? /^[ \t]*/.exec(file.text.slice(at))![0].length : 0;
  if (!tail) {
    const lineEnd = file.lines.endOf(file.lines.lineAt(at));
    return { span: { start: lineEnd, end: lineEnd }, newText: body };
  }
  return { span: { start: at, end: at + skip }, newText: body + tail };
}

/** Lines put last in the block of a directive. */
export function insertLast(file: SourceFile, opener: Statement, lines: readonly string[]): TextEdit {
  const last = opener.block?.at(-1);
  return last ? insertAfter(file, last, lines) : insertFirst(file, opener, lines);
}

/** Lines put into the scope of a directive's block, after the last statement that `after` accepts, else first in the block. */
export function insertInto(directive: Directive, lines: readonly string[], after: (name: string) => boolean = () => false): TextEdit {
  const found = directive.statement.block?.filter((s) => after(s.name.value)).at(-1);
  return found ? insertAfter(directive.file, found, lines) : insertFirst(directive.file, directive.statement, lines);
}

/** Removes one argument with the white space before it. */
export function removeArgument(file: SourceFile, statement: Statement, word: Word): TextEdit {
  const before = [statement.name, ...statement.args].filter((w) => w.end <= word.start).at(-1);
  return {
    span: { start: before && /^\s*$/.test(file.text.slice(before.end, word.start)) ? before.end : word.start, end: word.end },
    newText: '',
  };
}

/** A directive as it is written, without its comments: `name words;`. */
export const written = (directive: Directive): string => `${directive.name} ${directive.args.map((a) => a.raw).join(' ')};`;

/**
 * Where lines that neither an `if` nor a `limit_except` takes can stand: behind the directive, or behind the outermost block of that kind around it.
 */
export function outside(directive: Directive): Directive {
  let at = directive;
  while (at.scope.opener && (at.scope.context === 'if-in-location' || at.scope.context === 'limit_except')) at = at.scope.opener;
  return at;
}

/**
 * The edit that adds to a list of which the first own line of a level hides all inherited ones (`proxy_set_header`, `uwsgi_param`): behind the
 * last line that is beside the directive, else behind the directive, then with what was inherited written along. `others` are lines of other directives.
 */
export function addToList(beside: Directive, list: string, lines: readonly string[], others: readonly string[] = []): TextEdit {
  const { scope, file, statement } = beside;
  const own = scope.named(list);
  const last = own.findLast((d) => d.file.id === file.id && d.statement.parent === statement.parent);
  const inherited = own.length || !lines.length ? [] : scope.effective(list).directives.map(written);
  return insertAfter(file, (last ?? beside).statement, [...others, ...inherited, ...lines]);
}

/** Files that come with nginx or its package, whether they are in the project or not: what a project adds does not belong there. */
export const isOfThePackage = (file: FileId): boolean =>
  isStock(file) || /^(?:uwsgi_params|scgi_params|fastcgi_params|fastcgi\.conf|proxy_params|mime\.types)$/.test(basename(file));

/** One or more edits in the files of their directives, as a fix. */
export function fixAcross(
  title: string,
  safety: Fix['safety'],
  parts: readonly { readonly file: SourceFile; readonly edit: TextEdit }[],
): Fix {
  const byFile = new Map<SourceFile, TextEdit[]>();
  for (const { file, edit } of parts) byFile.set(file, [...(byFile.get(file) ?? []), edit]);
  return { title, safety, edits: [...byFile].map(([file, edits]) => ({ file: file.id, edits })) };
}

/** Gives a directive that a level may have once its words: changes the line of the level that is there, else adds one behind `beside`. */
export function setLine(beside: Directive, name: string, words: string): { file: SourceFile; edit: TextEdit } {
  const own = beside.scope.first(name);
  const [first, last] = [own?.args[0], own?.args.at(-1)];
  if (own && first && last) return { file: own.file, edit: replace({ start: first.start, end: last.end }, words) };
  return { file: beside.file, edit: insertAfter(beside.file, beside.statement, [`${name} ${words};`]) };
}
