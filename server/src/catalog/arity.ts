// Counting arguments as ngx_conf_handler does. It says whether a count is accepted and words what would be; whether the block or
// the semicolon is right is distinguished from the count, as nginx does.
import type { Arity } from './fact.ts';

const made = new Map<string, Arity>();

/** Reads the data's short form: `1`, `1-3`, `1|3`, `2+`, `flag`, `any`, with `{` behind for a block and `~` before for an estimate. */
export function parseArity(text: string): Arity {
  let found = made.get(text);
  if (found) return found;
  const m = /^(~?)(?:(flag)|(any)|(\d)(?:(\+)|-(\d)|((?:\|\d)+))?)(\{?)$/.exec(text);
  if (!m) throw new Error(`catalog: bad arity "${text}"`);
  const flag = m[2] !== undefined;
  const any = m[3] !== undefined;
  const min = flag ? 1 : any ? 0 : Number(m[4]);
  const unbounded = any || m[5] !== undefined;
  const last = m[7] === undefined ? (m[6] ?? min) : m[7].slice(m[7].lastIndexOf('|') + 1);
  const max = unbounded ? null : Number(last);
  const counts =
    max === null
      ? null
      : m[7] !== undefined
        ? [min, ...m[7].slice(1).split('|').map(Number)]
        : Array.from({ length: max - min + 1 }, (_, i) => min + i);
  found = { min, max, counts, flag, block: m[8] === '{', any, estimated: m[1] === '~' };
  made.set(text, found);
  return found;
}

/** Whether nginx accepts that many arguments (the directive's name not counted). */
export function acceptsCount(arity: Arity, count: number): boolean {
  if (arity.any) return true;
  return arity.counts ? arity.counts.includes(count) : count >= arity.min;
}

const WORDS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven'];
const word = (n: number): string => WORDS[n] ?? String(n);

/** What a message says of the count: "takes one or two arguments", "takes at least one argument", "takes no arguments". */
export function arityText(arity: Arity): string {
  if (arity.any) return 'takes any number of arguments';
  if (arity.flag) return 'takes one argument, "on" or "off"';
  const plural = (n: number): string => (n === 1 ? 'argument' : 'arguments');
  if (!arity.counts) return `takes at least ${word(arity.min)} ${plural(arity.min)}`;
  const { counts } = arity;
  const last = counts.at(-1) ?? 0;
  if (counts.length === 1) return `takes ${word(last)} ${plural(last)}`;
  if (counts.length > 2 && last - arity.min === counts.length - 1)
    return arity.min === 0 ? `takes at most ${word(last)} ${plural(last)}` : `takes ${word(arity.min)} to ${word(last)} arguments`;
  return `takes ${counts.slice(0, -1).map(word).join(', ')} or ${word(last)} arguments`;
}

/** null when the count is accepted; otherwise whether arguments lack or are too many, and the wording of what is taken. */
export function checkCount(arity: Arity, count: number): { readonly few: boolean; readonly text: string } | null {
  if (acceptsCount(arity, count)) return null;
  return { few: arity.counts?.some((c) => c > count) ?? true, text: arityText(arity) };
}
