/** What the configuration model asks of a regex engine. Real PCRE2 (base/pcre2.ts) is the only one; a JavaScript RegExp is another language. */

export interface CompiledRegex {
  /** number of capture groups, names included */
  readonly groups: number;
  /** named groups with their numbers; duplicate names appear once for each number */
  readonly names: readonly { readonly name: string; readonly group: number }[];
  /**
   * Matches a subject (a string is taken as UTF-8 bytes, as nginx has it). `unknown`: the match limit was reached.
   * Captures are strings of one character a byte when bytes went in, else of UTF-16; undefined where the group took no part.
   */
  match(
    subject: string | Uint8Array,
  ): { readonly captures: readonly (string | undefined)[]; readonly index: number; readonly end: number } | 'no' | 'unknown';
}

export type Compiled =
  | { readonly ok: true; readonly regex: CompiledRegex }
  /** PCRE2's own message; offset in UTF-16 units of the pattern */
  | { readonly ok: false; readonly message: string; readonly offset: number };

export interface Regexes {
  /** PCRE2's version, for messages: what it accepts differs between releases */
  readonly version: string;
  /** Compiled patterns are kept, so asking twice is cheap. */
  compile(pattern: string, options?: { readonly caseless?: boolean }): Compiled;
}
