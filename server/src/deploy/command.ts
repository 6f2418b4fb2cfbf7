/** Which application server a command line starts, behind its wrappers, and how its options read. Which programs are servers, and their options, the servers themselves declare. */

import type { Place } from '../base/span.ts';
import { table } from '../base/table.ts';
import { MappedText } from './mapped-text.ts';
import { SERVERS } from './servers/all.ts';
import type { ServerDeclaration } from './servers/server.ts';
import { type Environment, type ShellCommand, type ShellWord, shellCommands, withVariables, wordSetting } from './shell.ts';

export interface ServerCommand {
  readonly server: ServerDeclaration;
  /** The words behind the program's name (and its subcommand). */
  readonly args: readonly ShellWord[];
  /** The whole command, wrappers not counted. */
  readonly place: Place;
  readonly environment: Environment;
}

/** Which server a program starts, with the words behind its name: `null` when it starts none. */
function programOf(name: string, rest: readonly ShellWord[], asModule: boolean): { server: ServerDeclaration; skip: number } | null {
  for (const server of SERVERS)
    for (const program of server.programs) {
      if ((asModule && !program.module) || !program.names.includes(name)) continue;
      if (!program.word) return { server, skip: 0 };
      if (program.anywhere ? rest.some((w) => program.word!.test(w.text)) : program.word.test(rest[0]?.text ?? ''))
        return { server, skip: program.anywhere ? 0 : 1 };
    }
  return null;
}

/** A program that is some server's, whether or not it starts it here. */
const isServerProgram = (name: string): boolean => SERVERS.some((s) => s.programs.some((p) => p.names.includes(name)));

/** Programs that run another one, and how many words of their own come before it: options are skipped, those in `values` with a value. */
const WRAPPERS: Readonly<Record<string, { words?: number; values?: readonly string[]; until?: string }>> = table({
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
});

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
    const found = (server: ServerDeclaration, from: number): ServerCommand[] => {
      const args = words.slice(from);
      const last = args.at(-1) ?? words[from - 1]!;
      const place =
        last.place.file === word.place.file
          ? { file: word.place.file, span: { start: word.place.span.start, end: Math.max(word.place.span.end, last.place.span.end) } }
          : word.place;
      return [{ server, args, place, environment }];
    };
    const known = programOf(name, words.slice(i + 1), false);
    if (known) return found(known.server, i + 1 + known.skip);
    if (isServerProgram(name)) return [];
    if (isPython(name)) {
      let j = i + 1;
      while (words[j] && /^-[A-Za-zOEsuB]+$/.test(words[j]!.text) && words[j]!.text !== '-m' && words[j]!.text !== '-c') j++;
      if (words[j]?.text === '-m') {
        const module = words[j + 1]?.text ?? '';
        const program = programOf(module, words.slice(j + 2), true);
        if (program) return found(program.server, j + 2 + program.skip);
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
      i = j;
      if (!isServerProgram(baseName(script.text))) return [];
      continue;
    }
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
