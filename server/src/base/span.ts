/** Positions below `lsp/` and `cli/`: UTF-16 offsets into one text, half open. Nothing here knows of lines. */
import type { FileId } from './file-id.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Place {
  readonly file: FileId;
  readonly span: Span;
}

/** True when `offset` is in the span or directly behind its last character, where a cursor still touches it. */
export const touches = (span: Span, offset: number): boolean => span.start <= offset && offset <= span.end;

/** True when `inner` lies wholly within `outer`. */
export const encloses = (outer: Span, inner: Span): boolean => outer.start <= inner.start && inner.end <= outer.end;

/** True for the same span of the same file. */
export const samePlace = (a: Place, b: Place): boolean => a.file === b.file && a.span.start === b.span.start && a.span.end === b.span.end;
