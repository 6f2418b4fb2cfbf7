/** Which application server a command line starts, behind its wrappers, and how its options read. Tables of options per server live with the servers. */
import type { Place } from '../base/span.ts';
import { MappedText } from './mapped-text.ts';
import type { Setting } from './setting.ts';
import { type Environment, type ShellCommand, type ShellWord, shellCommands, withVariables, wordSetting } from './shell.ts';

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

export type Program =
  | 'gunicorn'
  | 'uwsgi'
  | 'uvicorn'
  | 'daphne'
  | 'hypercorn'
  | 'django-runserver'
  | 'flask-run'
  | 'fastapi-run'
  | 'waitress';

export interface ServerCommand {
  readonly program: Program;
  /** The words behind the program's name (and its subcommand). */
  readonly args: readonly ShellWord[];
  /** The whole command, wrappers not counted. */
  readonly place: Place;
  readonly environment: Environment;
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  gunicorn: 'gunicorn',
  gunicorn3: 'gunicorn',
  uwsgi: 'uwsgi',
  uwsgi_python3: 'uwsgi',
  'uwsgi-core': 'uwsgi',
  pyuwsgi: 'uwsgi',
  uvicorn: 'uvicorn',
  daphne: 'daphne',
  hypercorn: 'hypercorn',
  'waitress-serve': 'waitress',
};

/** Programs that run another one, and how many words of their own stand before it: options are skipped, those in `values` with a value. */
const WRAPPERS: Readonly<Record<string, { words?: number; values?: readonly string[]; until?: string }>> = {
  exec: {},
  env: {},
  nohup: {},
  time: {},
  command: {},
  chroot: { words: 1 },
  nice: { values: ['-n'] },
  ionice: { values: ['-c', '-n'] },
  timeout: { words: 1, values: ['-s', '-k'] },
  sudo: { values: ['-u', '-g', '--user', '--group'] },
  gosu: { words: 1 },
  'su-exec': { words: 1 },
  setpriv: { values: [] },
  chpst: { values: ['-u', '-U', '-e', '-n'] },
  tini: {},
  'dumb-init': {},
  catchsegv: {},
  strace: { values: ['-o', '-e'] },
  run: {},
  xvfb_run: {},
  'newrelic-admin': { words: 1 },
  'ddtrace-run': {},
  'opentelemetry-instrument': {},
  'opentelemetry-bootstrap': {},
  poetry: { words: 1 },
  pipenv: { words: 1 },
  pdm: { words: 1 },
  rye: { words: 1 },
  hatch: { words: 1 },
  uv: { words: 1, values: ['--env-file', '--project', '--directory', '--with', '--python', '-p'] },
  doppler: { words: 1, until: '--' },
  infisical: { words: 1, until: '--' },
  dotenv: { values: ['-f', '-e'] },
  'wait-for-it.sh': { until: '--' },
  'wait-for-it': { until: '--' },
  'wait-for': { until: '--' },
  'wait-for.sh': { until: '--' },
  dockerize: { values: ['-wait', '-timeout', '-template'] },
  'docker-entrypoint.sh': {},
  'entrypoint.sh': {},
  'pgbouncer-runner': {},
  start: {},
  watchmedo: { words: 1, until: '--' },
};

const baseName = (text: string): string => text.slice(text.lastIndexOf('/') + 1);
const isPython = (name: string): boolean => /^(python|pypy)[0-9.]*$/.test(name);

/** All application servers that a command text starts, in order; `sh -c '…'` is looked into. */
export function serverCommands(text: MappedText, environment: Environment, dialect: 'shell' | 'systemd' = 'shell'): ServerCommand[] {
  return shellCommands(text, environment, dialect).flatMap((command) => serversOf(command, environment, 0));
}

/** The same of words that are already split (exec forms, YAML lists). */
export const serversOfWords = (words: readonly ShellWord[], environment: Environment): ServerCommand[] =>
  serversOf({ words, assignments: new Map() }, environment, 0);

function serversOf(command: ShellCommand, outer: Environment, depth: number): ServerCommand[] {
  let environment = withVariables(outer, command.assignments);
  const words = command.words;
  let i = 0;
  for (let steps = 0; i < words.length && steps < 16; steps++) {
    const word = words[i]!;
    const name = baseName(word.text).replace(/^[-@:+!]+/, '');
    const assigned = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(word.text);
    if (assigned && i > 0) {
      environment = withVariables(environment, new Map([[assigned[1]!, wordSetting({ ...word, text: assigned[2]!, fallback: null })]]));
      i++;
      continue;
    }
    const found = (program: Program, from: number): ServerCommand[] => {
      const args = words.slice(from);
      const last = args.at(-1) ?? words[from - 1]!;
      const place =
        last.place.file === word.place.file
          ? { file: word.place.file, span: { start: word.place.span.start, end: Math.max(word.place.span.end, last.place.span.end) } }
          : word.place;
      return [{ program, args, place, environment }];
    };
    const known = PROGRAMS[name];
    if (known) return found(known, i + 1);
    if (isPython(name)) {
      let j = i + 1;
      while (words[j] && /^-[A-Za-zOEsuB]+$/.test(words[j]!.text) && words[j]!.text !== '-m' && words[j]!.text !== '-c') j++;
      if (words[j]?.text === '-m') {
        const module = words[j + 1]?.text ?? '';
        const program = PROGRAMS[module];
        if (program) return found(program, j + 2);
        if (module === 'flask' && words.slice(j + 2).some((w) => w.text === 'run')) return found('flask-run', j + 2);
        if (module === 'waitress') return found('waitress', j + 2);
        if (module === 'debugpy' || module === 'coverage' || module === 'ddtrace') {
          i = j + 2;
          while (words[i] && (words[i]!.text.startsWith('-') || /^[\d.:]+$|^run$/.test(words[i]!.text)) && words[i]!.text !== '-m') i++;
          if (words[i]?.text === '-m') i++;
          continue;
        }
        return [];
      }
      const script = words[j];
      if (!script) return [];
      if (baseName(script.text) === 'manage.py') {
        return /^runserver(_plus)?$/.test(words[j + 1]?.text ?? '') ? found('django-runserver', j + 2) : [];
      }
      i = j;
      if (!PROGRAMS[baseName(script.text)]) return [];
      continue;
    }
    if (name === 'manage.py' || name === 'django-admin') {
      return /^runserver(_plus)?$/.test(words[i + 1]?.text ?? '') ? found('django-runserver', i + 2) : [];
    }
    if (name === 'flask') return words.slice(i + 1).some((w) => w.text === 'run') ? found('flask-run', i + 1) : [];
    if (name === 'fastapi') return /^(run|dev)$/.test(words[i + 1]?.text ?? '') ? found('fastapi-run', i + 2) : [];
    if (/^(ba|da|z|a|k)?sh$/.test(name)) {
      const at = words.findIndex((w, k) => k > i && /^-[a-z]*c$/.test(w.text));
      const script = at < 0 ? undefined : words[at + 1];
      if (!script || script.unknown.length || depth > 3) return [];
      const inner = MappedText.joined(script.place.file, [{ text: script.text, offset: innerStart(script) }]);
      return shellCommands(inner, environment).flatMap((c) => serversOf(c, environment, depth + 1));
    }
    const wrapper = WRAPPERS[name];
    if (!wrapper && i > 0 && !/\.sh$/.test(name)) return [];
    if (!wrapper && !/\.sh$/.test(name)) return [];
    if (wrapper?.until) {
      const end = words.findIndex((w, k) => k > i && w.text === wrapper.until);
      if (end < 0) return [];
      i = end + 1;
      continue;
    }
    i++;
    let own = wrapper?.words ?? 0;
    while (words[i] && (words[i]!.text.startsWith('-') || own > 0)) {
      const text = words[i]!.text;
      if (text === '--') {
        i++;
        break;
      }
      if (text.startsWith('-')) i += wrapper?.values?.includes(text) ? 2 : 1;
      else {
        own--;
        i++;
      }
    }
  }
  return [];
}

/** The offset of the first character inside the quotes of a word; the word's own start when it has none. */
const innerStart = (word: ShellWord): number =>
  word.place.span.end - word.place.span.start === word.text.length ? word.place.span.start : word.place.span.start + 1;
