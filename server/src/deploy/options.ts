/** Options of command lines: tables of them, and the settings that a command line and the environment give. */
import type { Place } from '../base/span.ts';
import type { Address } from './address.ts';
import { byDefault, convert, placeOf, type Setting, unknownSetting, written } from './setting.ts';
import { type Environment, type ShellWord, wordSetting } from './shell.ts';

/** An option of a command line: the setting that it gives, and whether a value follows. */
export interface OptionSpec {
  readonly setting: string;
  /** 'value' takes one; 'flag' none; 'no' is the negation of a flag; 'many' may repeat and adds up. */
  readonly takes: 'value' | 'flag' | 'no' | 'many';
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** `-w, --workers value` as one row: all names, the setting, what it takes. */
export const optionTable = (rows: readonly (readonly [names: string, setting: string, takes?: OptionSpec['takes']])[]): OptionTable =>
  Object.fromEntries(rows.flatMap(([names, setting, takes = 'value']) => names.split(' ').map((name) => [name, { setting, takes }])));

export interface ParsedOptions {
  /** The values of each setting, in order; flags have the texts 'true' and 'false'. */
  readonly settings: ReadonlyMap<string, readonly Setting<string>[]>;
  readonly positional: readonly ShellWord[];
  /** Where an option stands, with its name: for edits that remove or replace it as a whole. */
  readonly options: readonly { readonly setting: string; readonly name: Place; readonly value: Place | null }[];
}

/** The environment variable that stands alone as a word (`$GUNICORN_ARGS`) and may hold any option; found as a setting of this name. */
export const OPEN_OPTIONS = '(more options)';

/** Reads options as getopt and argparse do: `--name value`, `--name=value`, `-n value`, `-nvalue`; unknown options are skipped with the value that seems theirs. */
export function parseOptions(words: readonly ShellWord[], table: OptionTable): ParsedOptions {
  const settings = new Map<string, Setting<string>[]>();
  const positional: ShellWord[] = [];
  const options: { setting: string; name: Place; value: Place | null }[] = [];
  const put = (setting: string, value: Setting<string>, name: Place, at: Place | null): void => {
    const list = settings.get(setting);
    if (list) list.push(value);
    else settings.set(setting, [value]);
    options.push({ setting, name, value: at });
  };
  const tail = (word: ShellWord, from: number): ShellWord => ({
    ...word,
    text: word.text.slice(from),
    fallback: word.fallback?.slice(from) ?? null,
    place: {
      file: word.place.file,
      span: { start: Math.min(word.place.span.start + from, word.place.span.end), end: word.place.span.end },
    },
  });
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word.text === '' && word.unknown.length) {
      put(OPEN_OPTIONS, wordSetting(word), word.place, word.place);
      continue;
    }
    if (!word.text.startsWith('-') || word.text === '-') {
      positional.push(word);
      continue;
    }
    const equals = word.text.startsWith('--') ? word.text.indexOf('=') : -1;
    const name = equals > 0 ? word.text.slice(0, equals) : word.text;
    let spec = table[name];
    let inline = equals > 0 ? tail(word, equals + 1) : null;
    if (!spec && !word.text.startsWith('--') && word.text.length > 2) {
      spec = table[word.text.slice(0, 2)];
      if (spec) inline = tail(word, word.text[2] === '=' ? 3 : 2);
    }
    if (!spec) {
      const next = words[i + 1];
      if (equals < 0 && next && !next.text.startsWith('-') && i + 2 < words.length && !/[:/=]/.test(next.text)) i++;
      continue;
    }
    if (spec.takes === 'flag' || spec.takes === 'no') {
      put(spec.setting, { from: 'text', value: inline ? inline.text : String(spec.takes === 'flag'), place: word.place }, word.place, null);
      continue;
    }
    const value = inline ?? words[++i];
    if (value) put(spec.setting, wordSetting(value), word.place, value.place);
  }
  return { settings, positional, options };
}

/** The setting `name` of an options table, by the source that holds it. */
export type Source = <T>(name: string, fromText: (s: string) => T | undefined, standard: T) => Setting<T>;

/** Settings by their options, then by the environment variables that `variables` names, then the standard. */
export function fromOptions(options: ParsedOptions, environment: Environment, variables: Readonly<Record<string, string>>): Source {
  const open = options.settings.get(OPEN_OPTIONS)?.[0];
  return (name, fromText, standard) => {
    const given = options.settings.get(name)?.at(-1);
    if (given) return convert(given, fromText, 'not a value of this option');
    if (open) return unknownSetting(open.from === 'unknown' ? open.why : 'more options', placeOf(open));
    const variable = variables[name];
    const set = variable === undefined ? undefined : environment.get(variable);
    return set ? convert(set, fromText, 'not a value of this option') : byDefault(standard);
  };
}

/** Reads an option's value as it is. */
export const text = (s: string): string => s;
/** Reads an option's value as a whole number; undefined for anything else. */
export const integer = (s: string): number | undefined => (/^\d+$/.test(s) ? Number(s) : undefined);
/** Reads an option's value as a truth: true for `true` only. */
export const flag = (s: string): boolean => s === 'true';

/** A host and a port, each from its own words, as one address; it stands where the port is written. */
export function pair(host: Setting<string>, port: Setting<number>): Setting<Address> {
  const hidden = host.from === 'unknown' ? host : port.from === 'unknown' ? port : null;
  const value = (h: string | undefined, p: number | undefined): Address | undefined =>
    h === undefined || p === undefined ? undefined : { kind: 'tcp', host: h.replace(/^\[|\]$/g, ''), port: p };
  const both = value(host.from === 'unknown' ? host.fallback : host.value, port.from === 'unknown' ? port.fallback : port.value);
  if (hidden) return unknownSetting(hidden.why, hidden.place, { env: hidden.env, fallback: both });
  const place = placeOf(port) ?? placeOf(host);
  return place ? written(both!, place) : byDefault(both!);
}

/** The first word that is no option: what the server loads. */
export const target = (options: ParsedOptions): Setting<string> => {
  const word = options.positional[0];
  return word ? written(word.text, word.place) : unknownSetting('no application is named');
};
