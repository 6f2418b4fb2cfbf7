/** Text edits as plain data; a list of them refers to one and the same text and does not overlap. */
import type { FileId } from './file-id.ts';
import type { Span } from './span.ts';

export interface TextEdit {
  readonly span: Span;
  readonly newText: string;
}

export interface FileEdit {
  readonly file: FileId;
  readonly edits: readonly TextEdit[];
}

const inOrder = (edits: readonly TextEdit[]): TextEdit[] =>
  [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);

/** True when two of the edits share a character, or insert at one and the same offset. */
export function overlapping(edits: readonly TextEdit[]): boolean {
  const sorted = inOrder(edits);
  return sorted.some((edit, i) => {
    const next = sorted[i + 1];
    return next !== undefined && (next.span.start < edit.span.end || next.span.start === edit.span.start);
  });
}

/** The text after all edits. Throws RangeError when edits overlap or leave the text. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let out = '';
  let at = 0;
  for (const { span, newText } of inOrder(edits)) {
    if (span.start < at || span.end > text.length || span.end < span.start) throw new RangeError('edits overlap or leave the text');
    out += text.slice(at, span.start) + newText;
    at = span.end;
  }
  return out + text.slice(at);
}
