/** Values of Python configuration as far as the text decides them, and the way from them to settings. */
import type { FileId } from '../base/file-id.ts';
import { type Place, samePlace } from '../base/span.ts';
import { byDefault, type Setting, unknownSetting, written } from './setting.ts';

export type PyValue = { readonly at: Place } & (
  | {
      readonly kind: 'string';
      readonly value: string;
      /** a pathlib path, on which `/` joins */
      readonly path?: boolean;
      /** begins with the folder in which the project lies here, which may be another one where it runs */
      readonly anchored?: boolean;
      /** the characters between the quotes, for a plain literal */
      readonly inner?: Place;
    }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'none' }
  /** list, tuple or set; `open` says why there may be more items than these */
  | { readonly kind: 'list'; readonly items: readonly PyValue[]; readonly open: string | null }
  | { readonly kind: 'dict'; readonly entries: readonly { readonly key: PyValue; readonly value: PyValue }[]; readonly open: string | null }
  /** what a call made that is not computed here */
  | { readonly kind: 'object'; readonly callee: string; readonly args: readonly PyArgument[] }
  /** an imported or built-in thing, by its dotted name */
  | {
      readonly kind: 'symbol';
      readonly name: string;
      /** the file of the project that has it, looked into when the name is used */
      readonly source?: { readonly file: FileId; readonly name: string };
    }
  | {
      readonly kind: 'class';
      readonly name: string;
      readonly members: ReadonlyMap<string, PyValue>;
      /** its members are read from the environment when it is called: pydantic's BaseSettings */
      readonly settings?: boolean;
    }
  | PyUnknown
  /** one of several, by a condition that the text does not decide; `absent` ones mean that the name is not set at all */
  | { readonly kind: 'either'; readonly options: readonly PyValue[]; readonly why: string; readonly likely: PyValue | null }
  | { readonly kind: 'absent' }
);

export interface PyUnknownForm {
  readonly kind: 'unknown';
  readonly why: string;
  /** the environment variable that decides */
  readonly env?: string;
  /** the value that the text gives when the environment says nothing */
  readonly fallback?: PyValue;
}
type PyUnknown = PyUnknownForm;

export interface PyArgument {
  readonly name: string | null;
  readonly value: PyValue;
}

/** A value that the text does not decide, with the reason. */
export const unknownValue = (at: Place, why: string, more: { env?: string; fallback?: PyValue } = {}): PyValue => ({
  kind: 'unknown',
  at,
  why,
  ...more,
});

/** Equal as values, whatever their places. */
export function sameValue(a: PyValue, b: PyValue): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  if (
    (a.kind === 'string' && b.kind === 'string') ||
    (a.kind === 'number' && b.kind === 'number') ||
    (a.kind === 'bool' && b.kind === 'bool')
  )
    return a.value === b.value;
  if (a.kind === 'none' || a.kind === 'absent') return true;
  if (a.kind === 'list' && b.kind === 'list')
    return a.open === b.open && a.items.length === b.items.length && a.items.every((item, i) => sameValue(item, b.items[i]!));
  if (a.kind === 'symbol' && b.kind === 'symbol') return a.name === b.name;
  return samePlace(a.at, b.at);
}

/** One of several values; equal ones collapse, more than eight become unknown. */
export function eitherOf(at: Place, why: string, options: readonly PyValue[], likely: PyValue | null = null): PyValue {
  const flat = options.flatMap((o) => (o.kind === 'either' ? o.options : [o]));
  const distinct = flat.filter((o, i) => flat.findIndex((p) => sameValue(o, p)) === i);
  if (distinct.length === 1) return distinct[0]!;
  if (distinct.length > 8) return unknownValue(at, why);
  return { kind: 'either', at, why, options: distinct, likely };
}

/** Whether Python takes it for true; undefined when the text does not say. */
export function truth(value: PyValue): boolean | undefined {
  switch (value.kind) {
    case 'string':
      return value.value !== '';
    case 'number':
      return value.value !== 0;
    case 'bool':
      return value.value;
    case 'none':
      return false;
    case 'list':
      return value.items.length > 0 ? true : value.open ? undefined : false;
    case 'dict':
      return value.entries.length > 0 ? true : value.open ? undefined : false;
    case 'symbol':
    case 'class':
    case 'object':
      return undefined;
    default:
      return undefined;
  }
}

/**
 * Applies `f` to values that may be undecided: unknown ones make the result unknown, with a fallback where each has one; alternatives make alternatives.
 */
export function lift(at: Place, values: readonly PyValue[], f: (values: readonly PyValue[]) => PyValue): PyValue {
  const hidden = values.find((v) => v.kind === 'unknown');
  if (hidden?.kind === 'unknown') {
    const fallbacks = values.map((v) => (v.kind === 'unknown' ? v.fallback : v));
    const fallback = fallbacks.every((v) => v !== undefined) ? lift(at, fallbacks as PyValue[], f) : undefined;
    return unknownValue(at, hidden.why, { env: hidden.env, fallback });
  }
  const index = values.findIndex((v) => v.kind === 'either');
  const split = values[index];
  if (split?.kind === 'either') {
    const results = split.options.map((o) => lift(at, values.with(index, o), f));
    const likely = split.likely ? lift(at, values.with(index, split.likely), f) : null;
    return eitherOf(at, split.why, results, likely);
  }
  return f(values);
}

/** An entry of a list of texts with its place, the quotes not counted. */
export interface Entry {
  readonly value: string;
  readonly place: Place;
}

/** How a value reads as the type of a setting; undefined when it is of another type. */
export type Reader<T> = (value: PyValue) => T | undefined;

/** A string; undefined for anything else. */
export const asText: Reader<string> = (v) => (v.kind === 'string' ? v.value : undefined);
/** A number, or a truth as 0 or 1 as Python counts it; undefined for anything else. */
export const asNumber: Reader<number> = (v) => (v.kind === 'number' ? v.value : v.kind === 'bool' ? Number(v.value) : undefined);
/** The truth of any value as Python decides it. */
export const asFlag: Reader<boolean> = (v) => truth(v);
/** A string, or null for `None`. */
export const asTextOrNull: Reader<string | null> = (v) => (v.kind === 'none' ? null : asText(v));
/** A number, or null for `None`. */
export const asNumberOrNull: Reader<number | null> = (v) => (v.kind === 'none' ? null : asNumber(v));
/** A list of strings with their places; undefined where one of them is not known. */
export const asEntries: Reader<readonly Entry[]> = (v) => {
  if (v.kind !== 'list' || v.open) return undefined;
  const entries = v.items.map((i): Entry | null => (i.kind === 'string' ? { value: i.value, place: i.inner ?? i.at } : null));
  return entries.every((e) => e !== null) ? entries : undefined;
};
/** The texts of a list that are certain, whatever else it holds. */
export const someEntries = (v: PyValue): readonly Entry[] =>
  v.kind === 'list' ? v.items.flatMap((i) => (i.kind === 'string' ? [{ value: i.value, place: i.inner ?? i.at }] : [])) : [];

/** The place to point at: the text within the quotes where there is one. */
export const pointOf = (v: PyValue): Place => (v.kind === 'string' ? (v.inner ?? v.at) : v.at);

/** A value as a setting; `absent` takes the default. */
export function settingOf<T>(value: PyValue | undefined, read: Reader<T>, standard: T): Setting<T> {
  if (!value || value.kind === 'absent') return byDefault(standard);
  if (value.kind === 'unknown') {
    const fallback = value.fallback ? settingOf(value.fallback, read, standard) : undefined;
    return unknownSetting(value.why, value.at, {
      env: value.env,
      fallback: fallback && fallback.from !== 'unknown' ? fallback.value : undefined,
    });
  }
  if (value.kind === 'either') {
    const settings = value.options.map((o) => settingOf(o, read, standard));
    const options = settings.flatMap((s) => (s.from === 'unknown' ? [] : [s.value]));
    const likely = value.likely ? settingOf(value.likely, read, standard) : undefined;
    return unknownSetting(value.why, value.at, {
      options: options.length === settings.length ? options : undefined,
      fallback: likely && likely.from !== 'unknown' ? likely.value : undefined,
    });
  }
  const known = read(value);
  if (known !== undefined) return written(known, pointOf(value));
  return unknownSetting(value.kind === 'list' && value.open ? value.open : 'computed when the application starts', value.at);
}
