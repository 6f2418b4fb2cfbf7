/** The words of a command as shells cut them: a POSIX shell, and cmd.exe with the runtime of C behind it. Nothing is expanded. No IO. */
import { table } from '../base/table.ts';

const ESCAPES: Readonly<Record<string, string>> = table({
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  v: '\v',
});

/** The text of `$'…'` behind a backslash, and how long it was. */
function escaped(text: string): { readonly said: string; readonly length: number } {
  const code = /^(?:x([\da-f]{1,2})|u([\da-f]{1,4})|U([\da-f]{1,8})|([0-7]{1,3}))/i.exec(text);
  if (code) {
    const value = code[4] === undefined ? Number.parseInt((code[1] ?? code[2] ?? code[3])!, 16) : Number.parseInt(code[4], 8);
    return { said: value <= 0x10ffff ? String.fromCodePoint(value) : '', length: code[0].length };
  }
  const next = text[0] ?? '';
  return { said: ESCAPES[next] ?? next, length: 1 };
}

/** The words of a command for a POSIX shell; null where a quote is left open. */
export function shellWords(text: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === "'" || (c === '$' && text[i + 1] === "'")) {
      const ansi = c === '$';
      if (ansi) i++;
      let out = '';
      for (i++; ; i++) {
        if (i >= text.length) return null;
        if (text[i] === "'") break;
        if (ansi && text[i] === '\\') {
          const { said, length } = escaped(text.slice(i + 1, i + 10));
          out += said;
          i += length;
        } else out += text[i]!;
      }
      word = (word ?? '') + out;
    } else if (c === '"') {
      let out = '';
      for (i++; ; i++) {
        if (i >= text.length) return null;
        if (text[i] === '"') break;
        if (text[i] === '\\' && /["\\$`\n]/.test(text[i + 1] ?? '')) {
          i++;
          if (text[i] !== '\n') out += text[i]!;
        } else out += text[i]!;
      }
      word = (word ?? '') + out;
    } else if (c === '\\') {
      i++;
      if (text[i] === '\r' && text[i + 1] === '\n') i++;
      else if (text[i] !== '\n') word = (word ?? '') + (text[i] ?? '');
    } else if (/\s/.test(c)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + c;
  }
  if (word !== null) words.push(word);
  return words;
}

/** Whether a command is one for cmd.exe: it goes on behind a caret, or its quotes have one. */
export const isForCmd = (text: string): boolean => /\^(?:"|\r?\n|$)/.test(text) && !/\\\r?\n/.test(text);

/** The words of a command for cmd.exe; null where a quote is left open. A caret takes the meaning of what follows, outside of quotes. */
export function cmdWords(text: string): string[] | null {
  let line = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '"') quoted = !quoted;
    if (c !== '^' || quoted) {
      line += c;
      continue;
    }
    i++;
    if (text[i] === '\r' && text[i + 1] === '\n') i++;
    // the line end goes, and what follows it loses its meaning instead
    if (text[i] === '\n') i++;
    line += text[i] ?? '';
  }
  return argumentsOf(line);
}

/** CommandLineToArgvW: backslashes count before a quote only, two of them are one. */
function argumentsOf(line: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    if (!quoted && /\s/.test(c)) {
      if (word !== null) words.push(word);
      word = null;
      continue;
    }
    word ??= '';
    const slashes = /^\\+(?=")/.exec(line.slice(i))?.[0].length ?? 0;
    if (slashes) {
      word += '\\'.repeat(Math.floor(slashes / 2));
      i += slashes - 1;
      if (slashes % 2 === 0) continue;
      word += '"';
      i++;
    } else if (c === '"') {
      // two of them within quotes are one
      if (quoted && line[i + 1] === '"') {
        word += '"';
        i++;
      } else quoted = !quoted;
    } else word += c;
  }
  if (quoted) return null;
  if (word !== null) words.push(word);
  return words;
}
