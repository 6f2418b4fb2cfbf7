/**
 * Where a completion is asked for: the words of the statement up to the cursor, and the block around it. It reads the tree for what is
 * closed and the text behind that, because what someone is typing is no whole statement yet.
 */
import type { Span } from '../../base/span.ts';
import type { SourceFile, Statement } from '../../syntax/statement.ts';
import { unescaped } from '../../syntax/word.ts';

/** A word as far as the cursor, and where all of it lies. */
export interface Typed {
  /** what nginx would see of the part before the cursor */
  readonly value: string;
  readonly quote: '' | '"' | "'";
  /** offset of the first character behind the opening quote */
  readonly start: number;
  /** end of the whole word, beyond the cursor; the closing quote is not part of it */
  readonly end: number;
}

export interface Site {
  /** the innermost block that the tree knows around the cursor; null on the top level */
  readonly enclosing: Statement | null;
  /** names of blocks that were opened after the last closed statement, outermost first: the tree may have lost them */
  readonly opened: readonly (readonly string[])[];
  /** the whole words of the statement before the cursor, its name first */
  readonly words: readonly string[];
  readonly typed: Typed;
  /** the offset of the statement's first word; that of the typed word when it is the first */
  readonly start: number;
  /** the typed word is the first on its line, although the statement began on an earlier one: a semicolon may be missing */
  readonly startsLine: boolean;
  /** words behind the cursor that belong to the same statement and are on the same line */
  readonly following: readonly string[];
  /** nothing but a comment or a closing brace follows on the line */
  readonly restEmpty: boolean;
}

export type SiteAnswer = { readonly kind: 'site'; readonly site: Site } | { readonly kind: 'comment'; readonly span: Span } | null;

/** The innermost block around the offset and the end of the last closed statement before it. Blocks that never close reach to the end. */
function enclosingBlock(file: SourceFile, offset: number): { block: Statement | null; from: number; raw: boolean } {
  let level: readonly Statement[] = file.body;
  let block: Statement | null = null;
  let from = 0;
  for (;;) {
    let low = 0;
    let high = level.length - 1;
    let last = -1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (level[middle]!.start <= offset) {
        last = middle;
        low = middle + 1;
      } else high = middle - 1;
    }
    if (last < 0) return { block, from, raw: false };
    const s = level[last]!;
    const inside = s.open !== null && offset >= s.open.end && (!s.close || offset <= s.close.start);
    if (inside && s.block) {
      block = s;
      from = s.open!.end;
      level = s.block;
      continue;
    }
    if (s.rawBody && offset > s.rawBody.start && offset <= s.rawBody.end) return { block, from, raw: true };
    // the statement under the cursor is read again from its first character
    const closed = s.closed && s.end <= offset && offset > s.start ? s : level[last - 1];
    if (closed && closed.end <= offset && closed.closed) from = closed.end;
    else if (s.start < offset) from = closed ? Math.max(from, Math.min(s.start, offset)) : from;
    return { block, from, raw: false };
  }
}

const STOP = /[\s;{}]/;

/**
 * Reads what is at the offset. Null inside the code of a foreign language; `comment` inside a comment. `isName` tells names of
 * directives: one that opens a line begins a statement, whether or not the line before has its semicolon.
 */
export function siteAt(file: SourceFile, offset: number, isName: (word: string) => boolean = () => false): SiteAnswer {
  const { text } = file;
  const { block, from, raw } = enclosingBlock(file, offset);
  if (raw) return null;
  const opened: string[][] = [];
  let words: string[] = [];
  let start = offset;
  let at = from;
  let typed: { from: number; quote: Typed['quote'] } | null = null;
  while (at < offset) {
    const c = text.charAt(at);
    if (/\s/.test(c)) at++;
    else if (c === '#') {
      const eol = text.indexOf('\n', at);
      if (eol < 0 || eol >= offset) return { kind: 'comment', span: { start: at, end: eol < 0 ? text.length : eol } };
      at = eol + 1;
    } else if (c === ';') {
      words = [];
      at++;
    } else if (c === '{') {
      opened.push(words);
      words = [];
      at++;
    } else if (c === '}') {
      opened.pop();
      words = [];
      at++;
    } else {
      if (!words.length) start = at;
      const wordStart = at;
      const opensLine = words.length > 0 && /\n[ \t]*$/.test(text.slice(Math.max(from, at - 80), at));
      const quote = c === '"' || c === "'" ? c : '';
      at = wordEnd(text, at, offset);
      if (at >= offset && (quote === '' || !closedQuote(text, wordStart, offset))) {
        typed = { from: quote ? wordStart + 1 : wordStart, quote };
        break;
      }
      const word = unescaped(quote ? text.slice(wordStart + 1, at - 1) : text.slice(wordStart, at));
      if (opensLine && quote === '' && isName(word)) {
        words = [];
        start = wordStart;
      }
      words.push(word);
      // directly after a closing quote no word can begin
      if (quote && at === offset) return null;
    }
  }
  const quote = typed?.quote ?? '';
  const wordFrom = typed?.from ?? offset;
  const behind = quote ? endOfQuoted(text, offset, quote) : offset + /^[^\s;{}"'#]*/.exec(text.slice(offset, offset + 4096))![0].length;
  const eol = /\r?\n|$/.exec(text.slice(behind))!.index + behind;
  const rest = text.slice(behind, eol);
  const lineStart = text.lastIndexOf('\n', wordFrom - 1) + 1;
  return {
    kind: 'site',
    site: {
      enclosing: block,
      opened,
      words,
      typed: { value: unescaped(text.slice(wordFrom, offset)), quote, start: wordFrom, end: behind },
      start: words.length ? start : wordFrom,
      startsLine: words.length > 0 && start < lineStart && /^[ \t]*["']?$/.test(text.slice(lineStart, wordFrom)),
      following: /^[^;{}#]*/.exec(rest.replace(/^["']/, ''))![0].split(/\s+/).filter(Boolean),
      restEmpty: /^\s*(#.*|\}.*)?$/.test(rest),
    },
  };
}

/** Where the word that begins at `at` ends, at most `limit`. */
function wordEnd(text: string, at: number, limit: number): number {
  const quote = text.charAt(at);
  if (quote === '"' || quote === "'") {
    let i = at + 1;
    while (i < limit && text.charAt(i) !== quote) i += text.charAt(i) === '\\' ? 2 : 1;
    return Math.min(i + 1, limit);
  }
  let i = at;
  while (i < limit) {
    const c = text.charAt(i);
    if (c === '\\') i += 2;
    // ${name} is part of the word (ngx_conf_read_token)
    else if (c === '$' && text.charAt(i + 1) === '{') i += 2;
    else if (c === '}' && /\$\{\w*$/.test(text.slice(Math.max(at, i - 64), i))) i++;
    else if (STOP.test(c)) break;
    else i++;
  }
  return Math.min(i, limit);
}

/** True when the quoted word that begins at `from` is closed before `offset`. */
function closedQuote(text: string, from: number, offset: number): boolean {
  const quote = text.charAt(from);
  for (let i = from + 1; i < offset; i++) {
    if (text.charAt(i) === '\\') i++;
    else if (text.charAt(i) === quote) return true;
  }
  return false;
}

/** The end of a quoted word's text: its closing quote on this line, else the end of what hangs together. */
function endOfQuoted(text: string, offset: number, quote: string): number {
  const line = /^[^\r\n]*/.exec(text.slice(offset, offset + 4096))![0];
  const close = line.indexOf(quote);
  return offset + (close >= 0 ? close : /^[^\s;]*/.exec(line)![0].length);
}
