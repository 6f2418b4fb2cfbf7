/**
 * Cuts the words of one statement out of the text, by the rules of ngx_conf_read_token. tree-sitter says where a statement starts and
 * what its block holds; asking it for every word as well would double the cost of a mirror. Decides nothing about structure.
 */

import type { Span } from '../base/span.ts';

export type WordKind = 'plain' | 'string' | 'open-string';

/** What is told of a header: its words, the comments among them, and what ended it. */
export interface HeaderSink {
  /** `reach` is the offset after the last character that decided where the word ends. */
  word(start: number, end: number, kind: WordKind, reach: number): void;
  comment(start: number, end: number): void;
}

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const DOUBLE_QUOTE = 34;
const NUMBER_SIGN = 35;
const DOLLAR = 36;
const QUOTE = 39;
const CLOSING_PARENTHESIS = 41;
const SEMICOLON = 59;
const BACKSLASH = 92;
const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;

/** What a character is to who reads words: of each of a text that is asked, and one look costs less than to compare it with all that matter. */
const KINDS = new Uint8Array(65_536);
const WHITE = 1;
const ENDS_WORD = 2;
/** in a word: what is after it may count in another way */
const ESCAPES = 3;
/** where a word could start: what is no plain one */
const STARTS_OTHER = 4;
for (const c of [SPACE, TAB, LF, CR]) KINDS[c] = WHITE;
for (const c of [SEMICOLON, OPENING_BRACE]) KINDS[c] = ENDS_WORD;
for (const c of [BACKSLASH, DOLLAR]) KINDS[c] = ESCAPES;
for (const c of [DOUBLE_QUOTE, QUOTE, NUMBER_SIGN, CLOSING_BRACE]) KINDS[c] = STARTS_OTHER;

/** Space, tab, line feed or carriage return: what ngx_conf_read_token takes for white space. */
export const isSpace = (c: number): boolean => KINDS[c] === WHITE;

/** The offset of the first character from `at` on that is no white space. */
export function spaceEnd(text: string, at: number): number {
  let i = at;
  while (KINDS[text.charCodeAt(i)] === WHITE) i++;
  return i;
}

/** The offset behind an unquoted word that starts at `at`. */
export function plainEnd(text: string, at: number): number {
  let i = at;
  for (; i < text.length; i++) {
    const kind = KINDS[text.charCodeAt(i)];
    if (kind === WHITE || kind === ENDS_WORD) return i;
    if (kind !== ESCAPES) continue;
    if (text.charCodeAt(i) === BACKSLASH) i++;
    else while (text.charCodeAt(i + 1) === OPENING_BRACE) i++;
  }
  return Math.min(i, text.length);
}

/**
 * The same for a word that is what it looks like: -1 where it is a string, a comment or the end of a block, or where the text ends, and where
 * there is a backslash in it or a `${`.
 */
export function simpleEnd(text: string, at: number): number {
  if (KINDS[text.charCodeAt(at)] === STARTS_OTHER) return -1;
  for (let i = at; i < text.length; i++) {
    const kind = KINDS[text.charCodeAt(i)];
    if (kind === WHITE || kind === ENDS_WORD) return i;
    if (kind === ESCAPES && (text.charCodeAt(i) === BACKSLASH || text.charCodeAt(i + 1) === OPENING_BRACE)) return -1;
  }
  return -1;
}

/**
 * The string that starts with the quote at `at`. One that spans lines and has something else behind its closing quote than nginx allows
 * was not closed where its author meant to: it is cut off like a plain word (the scanner of the grammar does the same).
 */
export function stringEnd(text: string, at: number): { end: number; kind: 'string' | 'open-string'; reach: number } {
  const quote = text.charCodeAt(at);
  let firstWordEnd = -1;
  let spansLines = false;
  let afterDollar = false;
  for (let i = at + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (firstWordEnd < 0 && (isSpace(c) || c === SEMICOLON || (c === OPENING_BRACE && !afterDollar))) firstWordEnd = i;
    if (c === quote) {
      const next = text.charCodeAt(i + 1);
      const follows = Number.isNaN(next) || isSpace(next) || next === SEMICOLON || next === OPENING_BRACE || next === CLOSING_PARENTHESIS;
      if (!spansLines || follows) return { end: i + 1, kind: 'string', reach: i + 2 };
      return { end: firstWordEnd < 0 ? i + 1 : firstWordEnd, kind: 'open-string', reach: i + 2 };
    }
    if (c === LF) spansLines = true;
    afterDollar = c === DOLLAR || (c === OPENING_BRACE && afterDollar);
    if (c === BACKSLASH) {
      if (text.charCodeAt(i + 1) === LF) spansLines = true;
      i++;
    }
  }
  return { end: firstWordEnd < 0 ? text.length : firstWordEnd, kind: 'open-string', reach: Number.POSITIVE_INFINITY };
}

/** The offset of the line feed that ends a comment, a carriage return before it not counted in. */
export function commentEnd(text: string, at: number): number {
  const feed = text.indexOf('\n', at);
  const end = feed < 0 ? text.length : feed;
  return text.charCodeAt(end - 1) === CR ? end - 1 : end;
}

/**
 * Tells `sink` the words of the statement that starts at `at`, up to its semicolon, its opening brace, a closing brace where a word could
 * start, or `limit`. Returns the offset of what ended it.
 */
export function cutHeader(text: string, at: number, limit: number, sink: HeaderSink): number {
  let i = at;
  while (i < limit) {
    const c = text.charCodeAt(i);
    if (isSpace(c)) i = Math.min(spaceEnd(text, i), limit);
    else if (c === SEMICOLON || c === OPENING_BRACE || c === CLOSING_BRACE) return i;
    else if (c === NUMBER_SIGN) {
      const end = commentEnd(text, i);
      sink.comment(i, end);
      i = end;
    } else if (c === DOUBLE_QUOTE || c === QUOTE) {
      const { end, kind, reach } = stringEnd(text, i);
      sink.word(i, end, kind, reach);
      i = end;
    } else {
      const end = plainEnd(text, i);
      sink.word(i, end, 'plain', end + 1);
      i = end;
    }
  }
  return limit;
}

/** Comments, long brackets and strings of one line of Lua; a long bracket that nobody closes goes on to the end. */
const LUA_PARTS =
  /--\[(=*)\[(?:[\s\S]*?\]\1\]|[\s\S]*)|--[^\n]*|\[(=*)\[(?:[\s\S]*?\]\2\]|[\s\S]*)|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?|[{}]|[^-["'{}]+|[-[]/y;

/** The offset of the brace that closes the Lua block whose body starts at `at`; the length of the text when none does. */
export function luaEnd(text: string, at: number): number {
  const parts = new RegExp(LUA_PARTS);
  parts.lastIndex = at;
  for (let depth = 0, part = parts.exec(text)?.[0]; part !== undefined; part = parts.exec(text)?.[0]) {
    if (part === '{') depth++;
    else if (part === '}' && depth-- === 0) return parts.lastIndex - 1;
  }
  return text.length;
}

/** The long brackets and strings of a Lua block with more than so many UTF-16 units, each with what opens it. */
export function longLua(text: string, { start, end }: Span, most: number): { readonly span: Span; readonly opening: string }[] {
  const found: { readonly span: Span; readonly opening: string }[] = [];
  const parts = new RegExp(LUA_PARTS);
  parts.lastIndex = start;
  for (let part = parts.exec(text)?.[0]; part !== undefined && parts.lastIndex <= end; part = parts.exec(text)?.[0]) {
    const opening = part.length > most ? /^(?:(?:--)?\[=*\[|["'])/.exec(part)?.[0] : undefined;
    if (opening !== undefined) found.push({ span: { start: parts.lastIndex - part.length, end: parts.lastIndex }, opening });
  }
  return found;
}
