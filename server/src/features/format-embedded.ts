/**
 * The layout of a configuration that is a part of another file: it is laid out as a file of its own, and the host keeps its indentation, its
 * quotes and its escapes. What a way of quoting cannot say is refused with the reason.
 */
import { applyEdits, type TextEdit } from '../base/edit.ts';
import type { Span } from '../base/span.ts';
import type { SourceFile } from '../syntax/statement.ts';
import { type Formatted, format } from './format.ts';
import type { LayoutOptions } from './layout.ts';

/** The part of a text; `indent` is what each of its lines begins with in the host. */
export interface Part {
  readonly span: Span;
  /** the text of the host with what its escapes stand for, each character at its place */
  readonly window: { readonly visible: string };
  readonly indent: string;
  readonly quoting: 'lines' | 'folded' | 'double' | 'single' | 'plain' | 'words';
}

/** The edits of the part, or why there are none. `open` reads a text as a file of its own. */
export function formatEmbedded(host: string, part: Part, open: (text: string) => SourceFile, options: LayoutOptions): Formatted {
  const { quoting, span } = part;
  if (quoting === 'lines' || quoting === 'folded') return inLines(host, part, open, options);
  if (quoting === 'words') return refusal(span, "a shell writes it word by word. Write it as a here-document (cat <<'EOF' > FILE).");
  const inner = host.slice(span.start, span.end);
  if (/[\r\n]/.test(inner))
    return refusal(span, 'it is a quoted text over several lines, which YAML folds into one. Write it as a block that begins with "|".');
  return inQuotes(inner, part, open, options);
}

const refusal = (at: Span, because: string): Formatted => ({ refused: `The configuration is not formatted: ${because}`, at });

/** Lines of the host: each keeps the indentation that the host gives it. */
function inLines(host: string, part: Part, open: (text: string) => SourceFile, options: LayoutOptions): Formatted {
  const { span, indent, quoting } = part;
  const inner = host.slice(span.start, span.end);
  const end = /\s*$/.exec(inner)![0];
  const outdented = (text: string): string =>
    text
      .slice(0, inner.length - end.length)
      .split('\n')
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
      .join('\n');
  const own = outdented(inner);
  // what a reader sees is laid out: two quotes before a dollar sign are Nix's escape, and no empty word
  const seen = outdented(part.window.visible.slice(span.start, span.end));
  const source = open(`${seen}\n`);
  // there a line end is a blank or none by how far the next line is indented, which only white space between words survives
  if (quoting === 'folded' && (source.comments.length > 0 || holdsLineEnds(source)))
    return refusal(
      span,
      'it is a folded text (">"), in which a comment or a quoted word over several lines changes with its indentation. Write "|" instead.',
    );
  const formatted = format(source, options);
  if ('refused' in formatted) return { refused: formatted.refused, at: span };
  if (formatted.edits.some(({ span: at }) => own.slice(at.start, at.end) !== seen.slice(at.start, at.end)))
    return refusal(span, 'the file around it has an escape of its own where white space would change.');
  const laidOut = applyEdits(`${own}\n`, formatted.edits)
    .replace(/\s*$/, '')
    .split('\n')
    .map((line) => (line.trim() ? indent + line : line))
    .join('\n');
  return laidOut + end === inner ? { edits: [] } : { edits: [{ span: { start: span.start, end: span.end }, newText: laidOut + end }] };
}

/** Whether a word, a Lua body or a mark of the template spans lines. */
function holdsLineEnds({ text, body, marks }: SourceFile): boolean {
  const across = ({ start, end }: Span): boolean => text.slice(start, end).includes('\n');
  const within = (list: SourceFile['body']): boolean =>
    list.some(
      (s) => [s.name, ...s.args].some(across) || (s.rawBody !== null && across(s.rawBody)) || (s.block !== null && within(s.block)),
    );
  return within(body) || (marks ?? []).some(across);
}

/** A scalar on one line: gaps are changed where they stand, with the escapes that its quotes have for white space. */
function inQuotes(inner: string, { span, quoting }: Part, open: (text: string) => SourceFile, options: LayoutOptions): Formatted {
  const { text, places } = decoded(inner, quoting);
  const own = text.replace(/\s*$/, '');
  const formatted = format(open(`${own}\n`), options);
  if ('refused' in formatted) return { refused: formatted.refused, at: span };
  const edits: TextEdit[] = [];
  for (const edit of formatted.edits) {
    if (edit.span.start >= own.length) continue;
    if (quoting !== 'double' && /[\r\n\t]/.test(edit.newText))
      return refusal(
        span,
        `it would take several lines, which a text ${quoting === 'single' ? 'in single quotes' : 'without quotes'} cannot have in YAML. Write it as a block that begins with "|".`,
      );
    const newText = edit.newText.replaceAll('\r\n', '\n').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
    edits.push({ span: { start: span.start + places[edit.span.start]!, end: span.start + places[edit.span.end]! }, newText });
  }
  return { edits };
}

/** What a scalar says, and where each character of it is written; the last place is the end. */
function decoded(inner: string, quoting: Part['quoting']): { text: string; places: number[] } {
  const places: number[] = [];
  let text = '';
  for (let at = 0; at < inner.length; ) {
    const pair = inner.slice(at, at + 2);
    const escaped = quoting === 'double' ? /^\\(.)$/s.exec(pair)?.[1] : quoting === 'single' && pair === "''" ? "'" : undefined;
    places.push(at);
    text += escaped === undefined ? inner[at] : escaped === 'n' && quoting === 'double' ? '\n' : escaped === 't' ? '\t' : escaped;
    at += escaped === undefined ? 1 : 2;
  }
  places.push(inner.length);
  return { text, places };
}
