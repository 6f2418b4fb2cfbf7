/**
 * Files that a shell writes word by word: `echo "…" > /etc/nginx/nginx.conf`, `printf '…\n' >> site.conf`, `echo … | sudo tee site.conf`, several in
 * braces before one `>`. Only what is literal is read: words between quotes, with values of the shell between them. Nothing is run; pure, and linear
 * in the text.
 */
import type { Span } from '../base/span.ts';
import { FILLER } from '../syntax/template.ts';
import { NginxQuotes } from './nginx-quotes.ts';

/** A word between quotes, as long as it is in the script, with what it says. */
export interface ShellWord extends Span {
  readonly shown: string;
  /** between single quotes: the shell fills nothing in */
  readonly literal: boolean;
  /** it goes on where the one before it ends: between them are quotes, and a value that the shell fills in */
  readonly joined: boolean;
  /** what it begins with belongs to a word of nginx's, or to a text between its quotes, that began before */
  readonly within: boolean;
}

export interface WrittenFile {
  /** as it is written */
  readonly target: string;
  readonly words: readonly ShellWord[];
  /** the shell fills values in */
  readonly filled: boolean;
}

/** Words of one file that are read, and of one script. */
const MAX_WORDS = 1000;
const MAX_ALL = 20_000;

/** Commands that write to one file together: `{ echo '…'; echo '…'; } > site.conf`. */
const GROUP = /(?<![\w$"'])[({](?:[ \t]|\\?\r?\n)+$/;
const BETWEEN = /(?:[ \t]|\\\r?\n)*(?:;|&&|\r?\n)(?:[ \t;]|\\?\r?\n)*/y;
const NEXT = /echo|printf/y;
const CLOSED = /[})]/y;

/** What comes before a command that a shell is given between double quotes, and reads as such a text first: `sh -c "echo '…'"`. */
const GIVEN = /\b(?:ba|da|a|z)?sh[ \t]+(?:-\w+[ \t]+)*-\w*c[ \t]+"(?:[^"\\]|\\[\s\S])*$/;
const MOST_BEFORE = 400;

const COMMAND = /(?<![\w./-])(?:echo|printf)(?=[ \t\\$"'-])/g;
const GAP = /(?:[ \t]|\\\r?\n)*/y;
const OPTION = /-[neE]+(?=[ \t\\])|--(?=[ \t])/y;
const WORD = /\$?'[^']*'|"(?:[^"\\]|\\[\s\S])*"/y;
/** A value between two parts of a word: `"listen "$PORT";"`. */
const VALUE = /\$(?:\{\w+\}|\w+)(?=["']|\$')/y;
/** `$'…'` ends at no quote with a backslash before it. */
const ESCAPED_WORD = /\$'(?:[^'\\]|\\[\s\S])*'/y;
const TARGET =
  /(?:(>>?)|\|(?:[ \t]|\\\r?\n)*(?:sudo(?:[ \t]+-\w+)*[ \t]+)?tee(?:[ \t]+(-a|--append))?)(?:[ \t]|\\\r?\n)*(?:"([^"\n`]+)"|'([^'\n]+)'|([^\s"'<>|;&`()]+))/y;

/** The files that a script writes so, in the order of their first words; what is appended belongs to the file before it. */
export function writtenBy(text: string): WrittenFile[] {
  const out: { target: string; words: ShellWord[]; filled: boolean }[] = [];
  const last = new Map<string, (typeof out)[number]>();
  if (!/>|\btee\b/.test(text)) return out;
  const left = { words: MAX_ALL };
  COMMAND.lastIndex = 0;
  for (let m = COMMAND.exec(text); m && left.words > 0; m = COMMAND.exec(text)) {
    const { index } = m;
    const read = commandAt(text, index + m[0].length, m[0], left, GROUP.test(text.slice(Math.max(0, index - 80), index)));
    COMMAND.lastIndex = read?.end ?? index + m[0].length;
    if (!read) continue;
    if (GIVEN.test(text.slice(Math.max(0, index - MOST_BEFORE), index))) {
      read.filled ||= read.words.some(({ shown }) => /[$`]/.test(shown));
      read.words = read.words.map((word) => ({ ...word, literal: false }));
    }
    const before = read.appends ? last.get(read.target) : undefined;
    if (before && before.words.length + read.words.length <= MAX_WORDS) {
      before.words.push(...read.words);
      before.filled ||= read.filled;
      continue;
    }
    const file = { target: read.target, words: read.words, filled: read.filled };
    last.set(read.target, file);
    out.push(file);
  }
  return out;
}

/** The words of one command; null where they are not all literal. */
function wordsAt(
  text: string,
  start: number,
  command: string,
  left: { words: number },
): { words: ShellWord[]; filled: boolean; end: number } | null {
  let at = start;
  const take = (mask: RegExp): RegExpExecArray | null => {
    mask.lastIndex = at;
    const m = mask.exec(text);
    if (m) at = mask.lastIndex;
    return m;
  };
  const found: Source[] = [];
  let hasValue = false;
  for (;;) {
    const gap = take(GAP)![0];
    if (!found.length && take(OPTION)) continue;
    // words without a gap between them are one, and a part of it is often a variable
    const joined = gap === '' && found.length > 0;
    const value = joined ? take(VALUE) : null;
    const from = at;
    const word = take(ESCAPED_WORD) ?? take(WORD);
    if (!word) break;
    left.words--;
    hasValue ||= value !== null;
    if ((gap === '' && !joined) || found.length >= MAX_WORDS) return null;
    found.push({ start: from, source: word[0], joined, value: value?.[0] ?? '' });
  }
  const [format] = found;
  if (!format) return null;
  const isPrintf = command === 'printf';
  // of a format with places to fill in only one that joins its words is literal
  const joins = isPrintf && found.some(({ joined }, i) => i > 0 && !joined);
  if (joins && (found[1]!.joined || !/^["'](?:%[sb](?:\\n)?)+["']$/.test(format.source))) return null;
  if (isPrintf && !joins && found.some(({ source }) => /%[^%]/.test(source))) return null;
  const quotes = new NginxQuotes();
  const words = (joins ? found.slice(1) : found).map((word) => wordOf(word, isPrintf && !joins, quotes));
  if (words.includes(null)) return null;
  const filled = hasValue || found.some(({ source }) => source.startsWith('"') && /(?<!\\)[$`]/.test(source));
  return { words: words as ShellWord[], filled, end: at };
}

/** What a command writes to a file, or all those that are with it in one group (`inGroup`). */
function commandAt(
  text: string,
  start: number,
  command: string,
  left: { words: number },
  inGroup: boolean,
): { target: string; words: ShellWord[]; filled: boolean; appends: boolean; end: number } | null {
  const first = wordsAt(text, start, command, left);
  if (!first) return null;
  const { words } = first;
  let { end, filled } = first;
  const take = (mask: RegExp): RegExpExecArray | null => {
    mask.lastIndex = end;
    const m = mask.exec(text);
    if (m) end = mask.lastIndex;
    return m;
  };
  while (inGroup && take(BETWEEN)) {
    if (take(CLOSED)) {
      take(GAP);
      break;
    }
    const next = take(NEXT);
    const more = next && left.words > 0 ? wordsAt(text, end, next[0], left) : null;
    if (!more || words.length + more.words.length > MAX_WORDS) return null;
    words.push(...more.words);
    filled ||= more.filled;
    end = more.end;
  }
  const target = take(TARGET);
  const path = target && (target[3] ?? target[4] ?? target[5]);
  if (!path || path.startsWith('/dev/')) return null;
  return { target: path, words, filled, appends: target![1] === '>>' || target![2] !== undefined, end };
}

/** A word between quotes as it is found, with the value before it that it is joined to. */
interface Source {
  readonly start: number;
  readonly source: string;
  readonly joined: boolean;
  readonly value: string;
}

/** What is between the quotes; `quotes` has followed the words before. Null where it cannot be said at its place. */
function wordOf({ start, source, joined, value }: Source, isFormat: boolean, quotes: NginxQuotes): ShellWord | null {
  const head = source.startsWith('$') ? 2 : 1;
  const inner = source.slice(head, -1);
  quotes.put(joined ? value : ' ');
  const within = joined && (quotes.isOpen || (!quotes.isApart && /^[^\s;{}]/.test(inner)));
  const shown = unescaped(inner, source.startsWith('"'), quotes);
  if (shown.length !== inner.length) return null;
  return {
    start: start + head,
    end: start + source.length - 1,
    shown: isFormat ? shown.replaceAll('%%', `${FILLER}%`) : shown,
    literal: !source.startsWith('"'),
    joined,
    within,
  };
}

/** The escapes of the shell (`double`) and of `echo` and `printf`, each in as many characters as it is written in. */
function unescaped(inner: string, double: boolean, quotes: NginxQuotes): string {
  let out = '';
  for (let at = 0; at < inner.length; at++) {
    const c = inner[at]!;
    const next = inner[at + 1];
    if (c !== '\\' || next === undefined) {
      out += quotes.put(c);
      continue;
    }
    at++;
    if (next === 'n' || next === '\n') out += quotes.put(' \n');
    else if (next === 't' || next === '\r') out += quotes.put('  ');
    else if (next === '\\' || (double && /["$`]/.test(next))) out += quotes.pair(next);
    else out += quotes.put(c + next);
  }
  return out;
}
