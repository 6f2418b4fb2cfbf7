/** Places inside of arguments: values are what nginx sees, spans are where that is in the text. */
import type { Span } from '../../base/span.ts';
import type { Directive } from '../../config/directive.ts';
import type { Word } from '../../syntax/word.ts';

/** The span of a part of a word's value; the whole word where escapes make the two differ. */
export function spanIn(word: Word, at: number, length: number): Span {
  const inset = word.quote === '' ? 0 : 1;
  const plain = word.raw.slice(inset, inset + word.value.length) === word.value;
  if (!plain || length <= 0 || at + length > word.value.length) return { start: word.start, end: word.end };
  return { start: word.start + inset + at, end: word.start + inset + at + length };
}

/** From the first to the last of some words. */
export const spanOfWords = (words: readonly Word[]): Span => ({ start: words[0]!.start, end: words.at(-1)!.end });

/** True when a template engine fills in a part of the directive: its values are not known. */
export function isTemplated({ statement: { name, args } }: Directive): boolean {
  if (name.templated) return true;
  for (let i = 0; i < args.length; i++) if (args[i]!.templated) return true;
  return false;
}

/** Where nginx is when it judges a directive: the character that ends it, which names the line in its message. */
export const endOf = (directive: Directive): Span => {
  const { open, close, name } = directive.statement;
  return open ?? close ?? { start: name.start, end: name.end };
};
