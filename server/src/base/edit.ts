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

/** Edits of one text that do not overlap, as they come; many thousands of them take time in proportion. */
export class EditSet {
  private readonly sorted: TextEdit[] = [];

  get edits(): readonly TextEdit[] {
    return this.sorted;
  }

  /** Whether the edits can be made beside those that are there. One that is there already changes nothing. */
  fits(edits: readonly TextEdit[]): boolean {
    const fresh = edits.filter((e) => !this.has(e));
    return !overlapping(fresh) && fresh.every((e) => this.isFree(e));
  }

  /** Takes edits that fit. */
  add(edits: readonly TextEdit[]): void {
    for (const edit of edits) if (!this.has(edit)) this.sorted.splice(this.indexOf(edit.span.start), 0, edit);
  }

  private has({ span, newText }: TextEdit): boolean {
    const there = this.sorted[this.indexOf(span.start)];
    return there?.span.start === span.start && there.span.end === span.end && there.newText === newText;
  }

  private isFree({ span }: TextEdit): boolean {
    const at = this.indexOf(span.start);
    const [before, next] = [this.sorted[at - 1], this.sorted[at]];
    return (!before || before.span.end <= span.start) && (!next || (next.span.start !== span.start && next.span.start >= span.end));
  }

  /** The first that starts at the offset or behind it. */
  private indexOf(offset: number): number {
    let [low, high] = [0, this.sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle]!.span.start < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
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
