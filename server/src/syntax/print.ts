/**
 * From values to text: words and statements that nginx reads back as exactly what was meant. Lays out nothing that exists already; that is
 * the formatter's.
 */
import { table } from '../base/table.ts';
import { plainEnd } from './cut.ts';
import { unescaped } from './word.ts';

/** What a backslash before it would change. */
const AFTER_BACKSLASH = /["'\\trn\t\r\n]/;
const CONTROL: Readonly<Record<string, string>> = table({ '\t': '\\t', '\r': '\\r', '\n': '\\n' });

/** True when nginx reads the text as one unquoted word with that very value. */
function readsPlain(value: string): boolean {
  if (value === '' || /^["'#{}]/.test(value) || plainEnd(value, 0) !== value.length || unescaped(value) !== value) return false;
  const backslashes = /\\*$/.exec(value)![0].length;
  return backslashes % 2 === 0;
}

function quoted(value: string): string {
  const quote = value.includes('"') && !value.includes("'") ? "'" : '"';
  const characters = [...value];
  let out = quote;
  for (const [i, c] of characters.entries()) {
    if (c === quote) out += `\\${c}`;
    else if (c === '\\') out += AFTER_BACKSLASH.test(characters[i + 1] ?? '\\') ? '\\\\' : c;
    else out += CONTROL[c] ?? c;
  }
  return out + quote;
}

/** The value as a word of a configuration, in quotes only where nginx needs them. */
export const quoteIfNeeded = (value: string): string => (readsPlain(value) ? value : quoted(value));

/** A simple directive: its name and arguments as values, with the semicolon. */
export const directiveText = (words: readonly string[]): string => `${words.map(quoteIfNeeded).join(' ')};`;

/**
 * A block: its opening words as values, the lines within as they are to stand (each is put one `indent` deeper), and the closing brace.
 * Lines end with a line feed; the last one has none.
 */
export const blockText = (words: readonly string[], lines: readonly string[], indent: string): string =>
  [`${words.map(quoteIfNeeded).join(' ')} {`, ...lines.map((line) => (line === '' ? '' : indent + line)), '}'].join('\n');
