/**
 * Words of command lines, as sh, systemd and exec forms split them, with the place of each. Nothing is executed: variables that the given environment
 * does not hold stay unknown in their word.
 */

import type { Place } from '../base/span.ts';
import { table } from '../base/table.ts';
import type { MappedText } from './mapped-text.ts';
import { type Setting, unknownSetting, written } from './setting.ts';
import { grown, TooMuch } from './unread.ts';

/** Variables of a process, by name. */
export interface Environment extends ReadonlyMap<string, Setting<string>> {
  /** true where the files say all: a variable that is not here is not set */
  readonly closed?: boolean;
}

export const NO_ENVIRONMENT: Environment = new Map();

/** The same variables, as all that there are. */
export const closed = (environment: Environment): Environment => Object.assign(new Map(environment), { closed: true });

/** The variables of `outer` with those of `inner` laid over them, closed as `outer` is. */
export function withVariables(outer: Environment, inner: ReadonlyMap<string, Setting<string>>): Environment {
  const both = new Map([...outer, ...inner]);
  return outer.closed ? closed(both) : both;
}

export interface ShellWord {
  /** The word with its known variables put in; `unknown` names the others, which are left out of the text. */
  readonly text: string;
  readonly place: Place;
  readonly unknown: readonly string[];
  /** The text with `${NAME:-default}` defaults of unknown variables put in, when all unknown ones have a default. */
  readonly fallback: string | null;
}

export interface ShellCommand {
  readonly words: readonly ShellWord[];
  readonly assignments: ReadonlyMap<string, Setting<string>>;
}

/** A word as a setting: text, or unknown with the variables named. */
export const wordSetting = (word: ShellWord): Setting<string> =>
  word.unknown.length === 0
    ? written(word.text, word.place)
    : unknownSetting(`depends on $${word.unknown.join(', $')}`, word.place, {
        env: word.unknown.length === 1 ? word.unknown[0] : undefined,
        fallback: word.fallback ?? undefined,
      });

/** A word that is exactly this text. */
export const plainWord = (text: MappedText): ShellWord => ({ text: text.text, place: text.place(), unknown: [], fallback: text.text });

const C_ESCAPES: Readonly<Record<string, string>> = table({ n: '\n', t: '\t', r: '\r', s: ' ', a: '\x07', b: '\b', f: '\f', v: '\v' });

/** An escape of systemd.service(5), "C-style escapes", at `at`; null where the backslash only quotes. */
function cEscape(text: string, at: number): { text: string; length: number } | null {
  const hex = /^\\x([0-9a-fA-F]{2})/.exec(text.slice(at, at + 4));
  if (hex) return { text: String.fromCharCode(Number.parseInt(hex[1]!, 16)), length: 4 };
  const simple = C_ESCAPES[text[at + 1] ?? ''];
  return simple === undefined ? null : { text: simple, length: 2 };
}

/** Characters of a text of commands. Longer scripts are read up to here (deployment.ts); a command of that length is none. */
export const MOST_OF_SCRIPT = 256 * 1024;

/** Characters of a `$(…)`: one that does not end is looked for at every `$(`. */
const MOST_OF_SUBSTITUTION = 4096;

interface Building {
  text: string;
  fallback: string | null;
  unknown: string[];
  start: number;
  quoted: boolean;
}

/** A tail of `text` from `at` that is a variable: its name, its default and its length; null when `$` stands for itself. */
function variableAt(text: string, at: number): { name: string; fallback: string | null; length: number } | null {
  const braced = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::?[-=]([^}]*))?[^}]*\}/.exec(text.slice(at, at + 512));
  if (braced) return { name: braced[1]!, fallback: braced[2] ?? null, length: braced[0].length };
  const bare = /^\$([A-Za-z_][A-Za-z0-9_]*)/.exec(text.slice(at, at + 256));
  if (bare) return { name: bare[1]!, fallback: null, length: bare[0].length };
  if (text.startsWith('$(', at)) {
    let depth = 0;
    const end = Math.min(text.length, at + MOST_OF_SUBSTITUTION);
    for (let i = at + 1; i < end; i++) {
      if (text[i] === '(') depth++;
      else if (text[i] === ')' && --depth === 0) return { name: text.slice(at + 1, i + 1), fallback: null, length: i + 1 - at };
    }
  }
  return null;
}

/**
 * Splits a text into simple commands. `dialect` 'shell' knows operators (`&& || ; | &` and line ends), comments, redirections and assignments before a command;
 * 'systemd' knows none of them (systemd.service(5), "Command lines"); there `$$` is a dollar sign.
 */
export function shellCommands(
  source: MappedText,
  environment: Environment = NO_ENVIRONMENT,
  dialect: 'shell' | 'systemd' = 'shell',
): ShellCommand[] {
  const { text } = source;
  if (text.length > MOST_OF_SCRIPT) throw new TooMuch(`a command is longer than ${MOST_OF_SCRIPT / 1024} K characters`);
  const commands: ShellCommand[] = [];
  const shell = dialect === 'shell';
  let words: ShellWord[] = [];
  let assignments = new Map<string, Setting<string>>();
  let word: Building | null = null;
  let dropNext = false;
  const inForce = (name: string): Setting<string> | undefined => assignments.get(name) ?? environment.get(name);
  const begin = (at: number): Building => (word ??= { text: '', fallback: '', unknown: [], start: at, quoted: false });
  const add = (at: number, piece: string): void => {
    const w = begin(at);
    w.text = grown(w.text + piece);
    if (w.fallback !== null) w.fallback = grown(w.fallback + piece);
  };
  const endWord = (at: number): void => {
    if (!word) return;
    const w = word;
    word = null;
    const done: ShellWord = { text: w.text, place: source.place(w.start, at), unknown: w.unknown, fallback: w.fallback };
    if (dropNext) {
      dropNext = false;
      return;
    }
    const assign = shell && words.length === 0 ? /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(w.text) : null;
    if (assign) {
      const value = { ...done, text: assign[2]!, fallback: done.fallback?.slice(assign[1]!.length + 1) ?? null };
      assignments.set(assign[1]!, wordSetting(value));
    } else words.push(done);
  };
  const endCommand = (at: number): void => {
    endWord(at);
    if (words.length) commands.push({ words, assignments });
    words = [];
    assignments = new Map();
  };
  const variable = (at: number): number => {
    if (!shell && text.startsWith('$$', at)) {
      add(at, '$');
      return 2;
    }
    const found = variableAt(text, at);
    if (!found) {
      add(at, '$');
      return 1;
    }
    const value = inForce(found.name);
    if (value && value.from !== 'unknown') add(at, value.value);
    else {
      const w = begin(at);
      w.unknown.push(found.name);
      const instead = value?.from === 'unknown' ? (value.fallback ?? found.fallback) : found.fallback;
      w.fallback = w.fallback === null || instead === null || instead === undefined ? null : grown(w.fallback + instead);
    }
    return found.length;
  };

  for (let i = 0; i < text.length; ) {
    const c = text[i]!;
    if (c === '\\') {
      const next = text[i + 1];
      if (next === '\n' || (next === '\r' && text[i + 2] === '\n')) {
        if (!shell) endWord(i);
        i += next === '\n' ? 2 : 3;
      } else {
        const escaped = shell ? null : cEscape(text, i);
        if (escaped) add(i, escaped.text);
        else if (next !== undefined) add(i, next);
        else begin(i);
        i += escaped?.length ?? 2;
      }
    } else if (c === "'" || c === '"') {
      const w = begin(i);
      w.quoted = true;
      i++;
      while (i < text.length && text[i] !== c) {
        const q = text[i]!;
        if (q === '\\' && (c === '"' || !shell)) {
          const escaped = shell ? null : cEscape(text, i);
          if (escaped) {
            add(i, escaped.text);
            i += escaped.length;
            continue;
          }
          if (text[i + 1] !== '\n') add(i, shell && !/["\\$`]/.test(text[i + 1] ?? '') ? q + (text[i + 1] ?? '') : (text[i + 1] ?? ''));
          i += 2;
        } else if (q === '$' && (c === '"' || !shell)) i += variable(i);
        else {
          add(i, q);
          i++;
        }
      }
      i++;
    } else if (c === '$') i += variable(i);
    else if (c === '`' && shell) {
      const end = text.indexOf('`', i + 1);
      const w = begin(i);
      w.unknown.push(text.slice(i, end < 0 ? text.length : end + 1));
      w.fallback = null;
      i = end < 0 ? text.length : end + 1;
    } else if (c === '\n' || c === '\r') {
      if (shell) endCommand(i);
      else endWord(i);
      i++;
    } else if (c === ' ' || c === '\t') {
      endWord(i);
      i++;
    } else if (shell && c === '#' && !word) {
      const end = text.indexOf('\n', i);
      i = end < 0 ? text.length : end;
    } else if (shell && (c === ';' || c === '&' || c === '|' || c === '(' || c === ')')) {
      endCommand(i);
      i++;
    } else if (shell && (c === '>' || c === '<')) {
      const w = word as Building | null;
      if (w && /^\d+$/.test(w.text)) word = null;
      else endWord(i);
      while (/[<>&]/.test(text[i] ?? '')) i++;
      const target = /^\d+|^-/.exec(text.slice(i, i + 8));
      if (text[i - 1] === '&' && target) i += target[0].length;
      else dropNext = true;
    } else {
      add(i, c);
      i++;
    }
  }
  endCommand(text.length);
  return commands;
}
