/**
 * The objects behind `Statement`, `Word` and `Comment`: plain data that the incremental mirror (document.ts) may move along the text.
 * Outside of syntax/ nobody changes them.
 */
import type { Span } from '../base/span.ts';
import type { Comment, Statement } from './statement.ts';
import { unescaped, type Word } from './word.ts';

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export type MirrorWord = Mutable<Word>;
export type MirrorComment = Mutable<Comment>;
export type MirrorSpan = Mutable<Span>;

export interface MirrorStatement extends Statement {
  name: MirrorWord;
  args: MirrorWord[];
  block: MirrorStatement[] | null;
  rawBody: MirrorSpan | null;
  open: MirrorSpan | null;
  close: MirrorSpan | null;
  closed: boolean;
  start: number;
  end: number;
  parent: MirrorStatement | null;
}

/** A word from its raw text; an open quote (never closed) counts as a quote too. */
export function makeWord(start: number, raw: string, kind: 'plain' | 'string' | 'open-string', templated: boolean): MirrorWord {
  const end = start + raw.length;
  if (kind === 'plain') return { start, end, raw, value: raw.includes('\\') ? unescaped(raw) : raw, quote: '', templated };
  const inner = kind === 'string' ? raw.slice(1, -1) : raw.slice(1);
  return { start, end, raw, value: inner.includes('\\') ? unescaped(inner) : inner, quote: raw[0] as '"' | "'", templated };
}

/** Moves a span by `delta` characters. */
export function shiftSpan(span: MirrorSpan, delta: number): void {
  span.start += delta;
  span.end += delta;
}

/** Moves a statement with all its words and all that its block holds. */
export function shiftStatement(statement: MirrorStatement, delta: number): void {
  shiftSpan(statement, delta);
  shiftSpan(statement.name, delta);
  for (const arg of statement.args) shiftSpan(arg, delta);
  if (statement.open) shiftSpan(statement.open, delta);
  if (statement.close) shiftSpan(statement.close, delta);
  if (statement.rawBody) shiftSpan(statement.rawBody, delta);
  if (statement.block) for (const inner of statement.block) shiftStatement(inner, delta);
}
