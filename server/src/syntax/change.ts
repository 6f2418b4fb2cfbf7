/**
 * A set of edits seen from both texts: where an old offset lies now, and what the edits touch. Moves the objects of the mirror in place,
 * so that everything outside of the edits is right again before anything is parsed again.
 */
import type { TextEdit } from '../base/edit.ts';
import type { MirrorSpan, MirrorStatement, Raw } from './mirror.ts';

interface Step {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
  /** how far things behind this edit have moved */
  readonly delta: number;
}

/** One edit of a text, or several at once, and where it moves what comes after. */
export class Change {
  readonly steps: readonly Step[];

  /** `edits` refer to one text and do not overlap. */
  constructor(edits: readonly TextEdit[]) {
    let delta = 0;
    this.steps = [...edits]
      .sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)
      .map(({ span, newText }) => {
        const newStart = span.start + delta;
        delta += newText.length - (span.end - span.start);
        return { oldStart: span.start, oldEnd: span.end, newStart, newEnd: newStart + newText.length, delta };
      });
  }

  /** Index of the first edit whose new text ends at `offset` or behind it. */
  firstEndingAt(offset: number): number {
    let low = 0;
    let high = this.steps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.steps[middle]!.newEnd < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** True when an edit changed a character between two new offsets, or next to them. */
  touches(start: number, end: number): boolean {
    const step = this.steps[this.firstEndingAt(start)];
    return step !== undefined && step.newStart <= end;
  }

  private stepsBefore(oldOffset: number): number {
    let low = 0;
    let high = this.steps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.steps[middle]!.oldEnd <= oldOffset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Where something that started at an old offset starts now; text that is gone counts as the end of what replaced it. */
  private start(old: number): number {
    const i = this.stepsBefore(old);
    const next = this.steps[i];
    if (next && next.oldStart < old) return next.newEnd;
    return old + (this.steps[i - 1]?.delta ?? 0);
  }

  /** Where something that ended at an old offset ends now. */
  private end(old: number): number {
    let i = this.stepsBefore(old);
    // what was put in directly behind it is not a part of it
    while (i > 0 && this.steps[i - 1]!.oldStart === old) i--;
    const next = this.steps[i];
    if (next && next.oldStart < old) return next.newStart;
    return old + (this.steps[i - 1]?.delta ?? 0);
  }

  moveAll({ body, comments, strays }: Raw): void {
    this.moveList(body);
    this.moveSpans(comments);
    this.moveSpans(strays);
  }

  private get first(): number {
    return this.steps[0]!.oldStart;
  }

  private get last(): Step {
    return this.steps.at(-1)!;
  }

  private moveSpans(spans: readonly MirrorSpan[]): void {
    const { oldEnd, delta } = this.last;
    for (let i = spans.length - 1; i >= 0; i--) {
      const span = spans[i]!;
      if (span.end < this.first) return;
      if (span.start >= oldEnd) shift(span, delta);
      else this.move(span);
    }
  }

  private move(span: MirrorSpan): void {
    span.start = this.start(span.start);
    span.end = Math.max(span.start, this.end(span.end));
  }

  private moveList(list: readonly MirrorStatement[]): void {
    const { oldEnd, delta } = this.last;
    for (let i = list.length - 1; i >= 0; i--) {
      const statement = list[i]!;
      if (statement.end < this.first) return;
      if (statement.start >= oldEnd) {
        if (delta !== 0) shiftStatement(statement, delta);
      } else this.moveStatement(statement);
    }
  }

  private moveStatement(s: MirrorStatement): void {
    this.move(s);
    this.move(s.name);
    for (const arg of s.args) this.move(arg);
    if (s.open) this.move(s.open);
    if (s.close) this.move(s.close);
    if (s.rawBody) this.move(s.rawBody);
    if (s.block) this.moveList(s.block);
  }
}

function shift(span: MirrorSpan, delta: number): void {
  span.start += delta;
  span.end += delta;
}

function shiftStatement(s: MirrorStatement, delta: number): void {
  shift(s, delta);
  shift(s.name, delta);
  for (const arg of s.args) shift(arg, delta);
  if (s.open) shift(s.open, delta);
  if (s.close) shift(s.close, delta);
  if (s.rawBody) shift(s.rawBody, delta);
  if (s.block) for (const inner of s.block) shiftStatement(inner, delta);
}
