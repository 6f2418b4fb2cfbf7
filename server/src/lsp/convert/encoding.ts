/** Between UTF-16 offsets and the positions that the client asked for (LSP 3.17 positionEncoding). */
import type { Lines, Position } from '../../base/lines.ts';
import type { Span } from '../../base/span.ts';

export type Encoding = 'utf-16' | 'utf-8' | 'utf-32';

interface Text {
  readonly text: string;
  readonly lines: Lines;
}

const width = (codePoint: number, encoding: Encoding): number =>
  encoding === 'utf-32' ? 1 : codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;

/** A position in the client's encoding. */
export function toPosition(source: Text, offset: number, encoding: Encoding): Position {
  const position = source.lines.position(offset);
  if (encoding === 'utf-16') return position;
  const start = source.lines.startOf(position.line);
  let character = 0;
  for (const c of source.text.slice(start, start + position.character)) character += width(c.codePointAt(0)!, encoding);
  return { line: position.line, character };
}

/** A UTF-16 offset of a position in the client's encoding; positions beyond a line's end are its end. */
export function toOffset(source: Text, position: Position, encoding: Encoding): number {
  if (encoding === 'utf-16') return source.lines.offset(position);
  const start = source.lines.startOf(position.line);
  const end = source.lines.endOf(position.line);
  let left = position.character;
  let offset = start;
  for (const c of source.text.slice(start, end)) {
    const w = width(c.codePointAt(0)!, encoding);
    if (left < w) break;
    left -= w;
    offset += c.length;
  }
  return offset;
}

/** A span as a range of the protocol, in the encoding that was agreed on. */
export const toRange = (source: Text, span: Span, encoding: Encoding): { start: Position; end: Position } => ({
  start: toPosition(source, span.start, encoding),
  end: toPosition(source, span.end, encoding),
});

/** A range of the protocol as a span. */
export const toSpan = (source: Text, range: { start: Position; end: Position }, encoding: Encoding): Span => ({
  start: toOffset(source, range.start, encoding),
  end: toOffset(source, range.end, encoding),
});
