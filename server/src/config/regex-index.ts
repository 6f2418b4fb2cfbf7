/**
 * Which of many patterns a text can match at all. nginx tries the patterns of a level one by one; so that asking about thousands of paths
 * does not take thousands of times thousands of matches, a pattern whose matches must begin (`^/img/`) or end (`\.php$`) with certain letters
 * is only tried on texts that do. What cannot be read for certain is always tried.
 */
import type { ByteString } from '../base/bytes.ts';

/** Letters that every text begins or ends with that the pattern matches, in lower case; both are empty where nothing is certain. */
export interface Ends {
  readonly start: string;
  readonly end: string;
}

const NOTHING: Ends = { start: '', end: '' };

/** Reads the two ends of a PCRE pattern. */
export function endsOf(pattern: string): Ends {
  // verbs such as (*ACCEPT) and options may change what follows
  if (pattern.includes('(*') || /\(\?(?![:=!<P])|\\[^\W\ddDwWsSbB]|\\\d/.test(pattern)) return NOTHING;
  /** per item at the outermost depth: a letter that stands for itself, or null */
  const items: (string | null)[] = [];
  let depth = 0;
  for (let i = 0; i < pattern.length; i++) {
    let c: string | null = pattern[i]!;
    if (c === '\\') {
      const next = pattern[++i] ?? '';
      c = /[^\w\s]/.test(next) && next < '\x7f' ? next : null;
    } else if (c === '[') {
      // a bracket right behind the opening one is a member; classes like [:alpha:] hold one too
      i++;
      if (pattern[i] === '^') i++;
      if (pattern[i] === ']') i++;
      for (; i < pattern.length && pattern[i] !== ']'; i++) {
        if (pattern[i] === '\\') i++;
        else if (pattern[i] === '[') return NOTHING;
      }
      c = null;
    } else if (c === '(') {
      depth++;
      c = null;
    } else if (c === ')') {
      depth--;
      c = null;
    } else if (c === '|' && depth === 0) return NOTHING;
    else if (/[?*+{]/.test(c)) {
      // what it repeats may be missing
      if (depth === 0) items[items.length - 1] = null;
      c = null;
    } else if (!/[\w/:@~,;%&=\-<>!"' ]/.test(c)) c = c === '^' || c === '$' ? `\0${c}` : null;
    if (depth === 0) items.push(c);
  }
  const letters = (list: readonly (string | null)[]): string[] => {
    const stop = list.findIndex((c) => c === null || c.length !== 1);
    return (stop < 0 ? list : list.slice(0, stop)) as string[];
  };
  const start = items[0] === '\0^' ? letters(items.slice(1)).join('') : '';
  const end = items.at(-1) === '\0$' ? letters(items.slice(0, -1).reverse()).reverse().join('') : '';
  return { start: start.toLowerCase(), end: end.toLowerCase() };
}

/** `\.(?:css|jpe?g)$`, and nothing else to choose from. */
const OF_ENDINGS = /^[^|]*\\\.\((?:\?:)?([\w|?]+)\)\$$/;

/** Whether a pattern may match a text that ends in a dot and that ending, as far as the pattern alone tells it. */
export function mayEndIn(pattern: string, ending: string): boolean {
  if (pattern.includes('(*') || /\(\?(?!:)/.test(pattern)) return true;
  const endings = OF_ENDINGS.exec(pattern)?.[1];
  return endings === undefined || new RegExp(`^(?:${endings})$`, 'i').test(ending);
}

/** Numbers by the letters at one end of a text. */
class Letters {
  private readonly byText = new Map<string, number[]>();
  private readonly lengths = new Set<number>();

  add(text: string, index: number): void {
    this.lengths.add(text.length);
    const list = this.byText.get(text);
    if (list) list.push(index);
    else this.byText.set(text, [index]);
  }

  gather(text: string, part: (text: string, length: number) => string, into: number[]): void {
    for (const length of this.lengths) if (length <= text.length) into.push(...(this.byText.get(part(text, length)) ?? []));
  }
}

const first = (text: string, length: number): string => text.slice(0, length);
const last = (text: string, length: number): string => text.slice(text.length - length);

/** Finds those of many patterns that a text may match by their literal beginnings and ends. */
export class RegexIndex<T> {
  private readonly starts = new Letters();
  private readonly ends = new Letters();
  private readonly always: number[] = [];

  /** `items` in the order in which they are tried, each with its pattern. */
  constructor(
    private readonly items: readonly T[],
    patternOf: (item: T) => string,
  ) {
    items.forEach((item, i) => {
      const { start, end } = endsOf(patternOf(item));
      if (start) this.starts.add(start, i);
      else if (end) this.ends.add(end, i);
      else this.always.push(i);
    });
  }

  /** Those that may match a text, in their order. */
  candidates(text: ByteString): readonly T[] {
    if (this.always.length === this.items.length) return this.items;
    const lower = text.toLowerCase();
    const found = [...this.always];
    this.starts.gather(lower, first, found);
    this.ends.gather(lower, last, found);
    // a dollar matches before a line break at the end too
    if (lower.endsWith('\n')) this.ends.gather(lower.slice(0, -1), last, found);
    return [...new Set(found)].sort((a, b) => a - b).map((i) => this.items[i]!);
  }
}
