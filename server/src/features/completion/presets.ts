/** Defaults as someone would type them: where the manual writes alternatives (`4k|8k`, for the size of a page), they are choices. */
import { defaultOf } from '../../catalog/catalog.ts';
import type { DirectiveFact } from '../../catalog/fact.ts';
import type { Version } from '../../catalog/version.ts';

const PLAIN = /^[\w./:-]+$/;

/** Of two the first holds on amd64, where a page has 4 KiB; of three the middle one, where a cache line has 64 bytes. */
const usualFirst = (words: readonly string[]): string[] => (words.length === 3 ? [words[1]!, words[0]!, words[2]!] : [...words]);

/** For each argument of the default its alternatives, the usual one first; empty where the default is no text to type. */
export function presetsOf(fact: DirectiveFact, nginx: Version): readonly (readonly string[])[] {
  const written: unknown = defaultOf(fact, nginx);
  if (typeof written !== 'string') return [];
  // `32 4k|16 8k` are two defaults of two words, `8 4k|8k` is one whose second word has two forms
  const wholes = written.split('|').map((w) => w.trim().split(/\s+/));
  const several = wholes.length > 1 && wholes.every((w) => w.length === wholes[0]!.length && w.length > 1);
  const words = several ? wholes[0]!.map((_, i) => wholes.map((w) => w[i]!)) : written.split(/\s+/).map((word) => word.split('|'));
  if (!words.length || words.length < fact.args.min || (fact.args.max !== null && words.length > fact.args.max)) return [];
  return words.every((w) => w.every((x) => PLAIN.test(x))) ? words.map(usualFirst) : [];
}
