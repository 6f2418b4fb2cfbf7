/**
 * The objects behind `Statement`, `Word` and `Comment`: plain data that the incremental mirror moves along with the text. Outside of
 * syntax/ nobody changes them.
 */
import type { Span } from '../base/span.ts';
import type { WordKind } from './cut.ts';
import type { Comment, Statement, SyntaxFault } from './statement.ts';
import { unescaped, type Word } from './word.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export type MirrorWord = Mutable<Word>;
export type MirrorComment = Mutable<Comment>;
export type MirrorSpan = Mutable<Span>;

export interface WordFault {
  readonly fault: SyntaxFault;
  /** for `after-quote` the word whose closing quote it is */
  readonly word: MirrorWord;
}

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
  /** what nginx would refuse in its words; null nearly always */
  wordFaults: WordFault[] | null;
  /** how far behind its end the text decided what the statement looks like: 0 but for open quotes, which were read to their limit */
  overhang: number;
}

/** A token that belongs to no statement. */
export interface Stray extends MirrorSpan {
  readonly fault: 'unexpected-closing-brace' | 'unexpected-opening-brace' | 'unexpected-semicolon';
}

/** One file as the tree has it, before any repair of its nesting. */
export interface Raw {
  readonly body: MirrorStatement[];
  readonly comments: MirrorComment[];
  readonly strays: Stray[];
  /** how many blocks are within each other, at least and about: what was taken over at its own depth is not measured again */
  readonly height: number;
}

/** Words of an open quote have no closing one; their value is what comes after the quote. */
export function makeWord(start: number, raw: string, kind: WordKind, templated: boolean): MirrorWord {
  const end = start + raw.length;
  if (kind === 'plain') return { start, end, raw, value: raw.includes('\\') ? unescaped(raw) : raw, quote: '', templated };
  const inner = kind === 'string' ? raw.slice(1, -1) : raw.slice(1);
  return { start, end, raw, value: inner.includes('\\') ? unescaped(inner) : inner, quote: raw[0] as '"' | "'", templated };
}

/** The end of a statement by what it holds. */
export function endOf(s: MirrorStatement): number {
  if (s.close) return s.close.end;
  if (s.rawBody) return s.rawBody.end;
  if (s.block?.length) return s.block.at(-1)!.end;
  return (s.open ?? s.args.at(-1) ?? s.name).end;
}

/** Gives every statement of the list, and of its blocks, the parent that the tree has. */
export function setParents(list: readonly MirrorStatement[], parent: MirrorStatement | null): void {
  for (const statement of list) {
    statement.parent = parent;
    if (statement.block) setParents(statement.block, statement);
  }
}
