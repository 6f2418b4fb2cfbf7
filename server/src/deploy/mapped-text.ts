/**
 * Text that was written with quotes, escapes or folding inside another file, with the way back: every character knows its offset in that file.
 * Command lines live in YAML, JSON, Dockerfiles and units; findings must point at the words themselves.
 */
import type { FileId } from '../base/file-id.ts';
import type { Place, Span } from '../base/span.ts';

/** A text that was put together from a file, with the offset in the file of each of its characters. */
export class MappedText {
  /** `offsets` has one entry for each character of `text`, and one for its end. */
  private constructor(
    readonly file: FileId,
    readonly text: string,
    private readonly offsets: (index: number) => number,
  ) {}

  /** A piece of a file that means exactly what is written. */
  static verbatim(file: FileId, source: string, span: Span): MappedText {
    return new MappedText(file, source.slice(span.start, span.end), (i) => span.start + i);
  }

  /** A text that is assembled of parts, each of which starts at its own offset of the file. */
  static joined(file: FileId, parts: readonly { text: string; offset: number }[]): MappedText {
    const text = parts.map((p) => p.text).join('');
    return new MappedText(file, text, (index) => {
      let left = index;
      for (const part of parts) {
        if (left < part.text.length || (part === parts.at(-1) && left <= part.text.length)) return part.offset + left;
        left -= part.text.length;
      }
      return parts.at(-1)?.offset ?? 0;
    });
  }

  /**
   * A decoded value and the stretch of source that it came from: characters are found again in order, so escapes, folding and indentation between them do no harm.
   * White space of the value takes the place of its neighbour.
   */
  static aligned(file: FileId, value: string, source: string, span: Span): MappedText {
    const offsets = new Int32Array(value.length + 1);
    let at = span.start;
    for (let i = 0; i < value.length; i++) {
      const c = value[i]!;
      if (!/\s/.test(c)) {
        const found = source.indexOf(c, at);
        if (found >= 0 && found < span.end) at = found;
      }
      offsets[i] = Math.min(at, span.end);
      if (!/\s/.test(c)) at++;
      else if (/\s/.test(source[at] ?? '')) at++;
    }
    offsets[value.length] = value.length ? Math.min(offsets[value.length - 1]! + 1, span.end) : span.start;
    return new MappedText(file, value, (i) => offsets[Math.max(0, Math.min(i, value.length))]!);
  }

  /** The same stretch with some of its text replaced; what is left is found again in order. */
  rewritten(value: string): MappedText {
    const inner = MappedText.aligned(this.file, value, this.text, { start: 0, end: this.text.length });
    return new MappedText(this.file, value, (i) => this.offsets(inner.place(i, i).span.start));
  }

  /** The place of a part, by indexes into `text`. */
  place(start = 0, end = this.text.length): Place {
    const from = this.offsets(start);
    const to = end > start ? this.offsets(end - 1) + 1 : from;
    return { file: this.file, span: { start: from, end: Math.max(from, to) } };
  }

  slice(start: number, end = this.text.length): MappedText {
    return new MappedText(this.file, this.text.slice(start, end), (i) => this.offsets(start + i));
  }

  /** Without white space at both ends. */
  trim(): MappedText {
    const start = this.text.length - this.text.trimStart().length;
    return this.slice(start, Math.max(start, this.text.trimEnd().length));
  }
}
