/** A word of a configuration: what is in the text, and what nginx makes of it. */
import { table } from '../base/table.ts';

export interface Word {
  /** UTF-16 offsets, quotes included */
  readonly start: number;
  readonly end: number;
  /** the text as written, quotes included */
  readonly raw: string;
  /** what nginx sees: quotes stripped, escapes resolved (ngx_conf_read_token) */
  readonly value: string;
  readonly quote: '' | '"' | "'";
  /** true when a template engine fills in a part of it, so that its value is not known */
  readonly templated: boolean;
  /** offsets in `raw` of characters that only the text around an embedded configuration has, in order: `$$` of Compose is one dollar sign */
  readonly foreign?: readonly number[];
}

const ESCAPED: Readonly<Record<string, string>> = table({ '"': '"', "'": "'", '\\': '\\', t: '\t', r: '\r', n: '\n' });

/**
 * What ngx_conf_read_token copies out of a word: a backslash goes before a quote or a backslash, `\t`, `\r` and `\n` become the control
 * character, and before anything else the backslash stays. `inner` is the word without its quotes.
 */
export const unescaped = (inner: string): string => inner.replace(/\\(["'\\trn])/g, (_, c: string) => ESCAPED[c]!);
