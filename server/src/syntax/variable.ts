/** Variables inside words: which are named, and where that is in the text. Whether a directive takes variables at all is the catalog's. */

import type { Span } from '../base/span.ts';
import { table } from '../base/table.ts';
import type { Word } from './word.ts';

export interface VariableUse {
  /** without the dollar sign and braces; digits for a capture */
  readonly name: string;
  readonly capture: boolean;
  readonly braced: boolean;
  /** from the dollar sign to the last character, in the file */
  readonly span: Span;
  /** the name alone, in the file */
  readonly nameSpan: Span;
}

/** A dollar sign that names nothing, or `${name` without its brace: nginx refuses both where it compiles the text (ngx_http_script_compile). */
export interface DollarProblem {
  readonly problem: 'no-name' | 'unclosed';
  readonly span: Span;
}

const ESCAPED: Readonly<Record<string, true>> = table({ '"': true, "'": true, '\\': true, t: true, r: true, n: true });

/** UTF-16 offset in the file of the character at `index` of the word's value; `index` may be the value's length. */
export function fileOffset(word: Word, index: number): number {
  const inner = word.quote === '' ? 0 : 1;
  if (word.value.length === word.raw.length - (word.quote === '' ? 0 : 2)) return word.start + inner + index;
  const { raw, foreign } = word;
  const skip = (at: number): number => {
    let next = at;
    while (foreign?.includes(next)) next++;
    return next;
  };
  let at = skip(inner);
  for (let i = 0; i < index && at < raw.length; i++) {
    const next = skip(at + 1);
    at = raw[at] === '\\' && ESCAPED[raw[next] ?? ''] ? skip(next + 1) : next;
  }
  return word.start + at;
}

/** The place of a part of the word's value in the file. */
export function valueSpan(word: Word, start: number, end: number): Span {
  const from = fileOffset(word, start);
  if (!word.foreign || end <= start) return { start: from, end: fileOffset(word, end) };
  // what the host has of its own behind the part belongs to what follows
  const last = fileOffset(word, end - 1) - word.start;
  let until = fileOffset(word, end) - word.start;
  while (until - 1 > last && word.foreign.includes(until - 1)) until--;
  return { start: from, end: word.start + until };
}

const VARIABLE = /\$(?:\{([A-Za-z0-9_]+)\}|([1-9])|([A-Za-z0-9_]+)|(\{[A-Za-z0-9_]+)|\{?)/g;

/**
 * The variables of a text that nginx compiles as one (ngx_http_script_variables_count and ngx_http_script_compile): `$name`, `${name}`,
 * `$1` to `$9` (one digit; `${1}` is a variable of that name, which nobody has). `problems` are dollar signs that name nothing.
 */
export function variablesIn(word: Word): { uses: VariableUse[]; problems: DollarProblem[] } {
  const uses: VariableUse[] = [];
  const problems: DollarProblem[] = [];
  if (!word.value.includes('$')) return { uses, problems };
  for (const m of word.value.matchAll(VARIABLE)) {
    const span = valueSpan(word, m.index, m.index + m[0].length);
    const name = m[1] ?? m[2] ?? m[3];
    if (name === undefined) {
      problems.push({ problem: m[4] === undefined ? 'no-name' : 'unclosed', span });
      continue;
    }
    const braced = m[1] !== undefined;
    const from = m.index + (braced ? 2 : 1);
    uses.push({ name, capture: m[2] !== undefined, braced, span, nameSpan: valueSpan(word, from, from + name.length) });
  }
  return { uses, problems };
}
