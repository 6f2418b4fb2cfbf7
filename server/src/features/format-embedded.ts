/**
 * The layout of a configuration that is a part of another file: it is laid out as a file of its own, and every line keeps the indentation that
 * the host gives it.
 */
import { applyEdits } from '../base/edit.ts';
import type { Span } from '../base/span.ts';
import type { SourceFile } from '../syntax/statement.ts';
import { type Formatted, format } from './format.ts';
import type { LayoutOptions } from './layout.ts';

/** The part of a text; `indent` is what each of its lines begins with in the host. */
export interface Part {
  readonly span: Span;
  readonly indent: string;
}

/** One edit of the part, or why there is none. `open` reads a text as a file of its own. */
export function formatEmbedded(host: string, part: Part, open: (text: string) => SourceFile, options: LayoutOptions): Formatted {
  const { span, indent } = part;
  const inner = host.slice(span.start, span.end);
  const end = /\s*$/.exec(inner)![0];
  const own = inner
    .slice(0, inner.length - end.length)
    .split('\n')
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    .join('\n');
  const source = open(`${own}\n`);
  const formatted = format(source, options);
  if ('refused' in formatted) return { refused: formatted.refused, at: span };
  const laidOut = applyEdits(source.text, formatted.edits)
    .replace(/\s*$/, '')
    .split('\n')
    .map((line) => (line.trim() ? indent + line : line))
    .join('\n');
  return laidOut + end === inner ? { edits: [] } : { edits: [{ span: { start: span.start, end: span.end }, newText: laidOut + end }] };
}
