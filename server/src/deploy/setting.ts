/** One value of the application's side: what the text says, what the program does without a word, or the reason why nobody can tell. No value is ever guessed here. */
import type { Place } from '../base/span.ts';

export type Setting<T> =
  /** Written at `place`. */
  | { readonly from: 'text'; readonly value: T; readonly place: Place }
  /** Not written: the program's own default. */
  | { readonly from: 'default'; readonly value: T }
  /** Written, but decided elsewhere (environment, condition, code). `fallback` is what the code itself falls back to, `options` all values it names. */
  | {
      readonly from: 'unknown';
      readonly why: string;
      readonly place: Place | null;
      readonly env?: string;
      readonly fallback?: T;
      readonly options?: readonly T[];
    };

/** A setting that a text gives. */
export const written = <T>(value: T, place: Place): Setting<T> => ({ from: 'text', value, place });
/** A setting that has its default. */
export const byDefault = <T>(value: T): Setting<T> => ({ from: 'default', value });
export const unknownSetting = <T>(
  why: string,
  place: Place | null = null,
  more: { env?: string; fallback?: T; options?: readonly T[] } = {},
): Setting<T> => ({ from: 'unknown', why, place, ...more });

/** The value when it is certain, else undefined. */
export const certain = <T>(setting: Setting<T>): T | undefined => (setting.from === 'unknown' ? undefined : setting.value);

/** The value when it is certain or when the code names one it falls back to. */
export const likely = <T>(setting: Setting<T>): T | undefined => (setting.from === 'unknown' ? setting.fallback : setting.value);

/** Where it is written; null for a default. */
export const placeOf = (setting: Setting<unknown>): Place | null => (setting.from === 'default' ? null : setting.place);

/** The same setting with its values converted; values that do not convert (undefined) become unknown with `why`. */
export function convert<A, B>(setting: Setting<A>, to: (value: A) => B | undefined, why = 'not a value of the right kind'): Setting<B> {
  if (setting.from === 'unknown') {
    const fallback = setting.fallback === undefined ? undefined : to(setting.fallback);
    const options = setting.options?.map(to).filter((v): v is B & {} => v !== undefined);
    return { from: 'unknown', why: setting.why, place: setting.place, env: setting.env, fallback, options };
  }
  const value = to(setting.value);
  if (value === undefined) return unknownSetting(why, placeOf(setting));
  return setting.from === 'text' ? written(value, setting.place) : byDefault(value);
}
