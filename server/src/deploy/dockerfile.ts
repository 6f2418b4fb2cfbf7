/**
 * Dockerfiles as far as they say how an application starts and where things are in its container: the last stage's CMD and ENTRYPOINT in both forms, ENV and ARG,
 * EXPOSE, WORKDIR, the targets of COPY and ADD. Nothing is built.
 */
import { type FileId, normalPath } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import { type ServerCommand, serverCommands, serversOfWords } from './command.ts';
import { interpolate } from './env-file.ts';
import { MappedText } from './mapped-text.ts';
import { type Setting, written } from './setting.ts';
import { type Environment, plainWord, type ShellWord, shellCommands, withVariables } from './shell.ts';

export interface DockerfileInstruction {
  readonly name: string;
  readonly value: MappedText;
  readonly place: Place;
}

/** A command in exec form (words) or shell form (text). */
export type ImageCommand =
  | { readonly form: 'exec'; readonly words: readonly ShellWord[]; readonly place: Place }
  | { readonly form: 'shell'; readonly text: MappedText; readonly place: Place };

export interface DockerStage {
  readonly name: string | null;
  readonly from: MappedText;
  /** the image at the bottom of it: that of the first stage of a chain of stages */
  readonly base: MappedText;
  readonly environment: ReadonlyMap<string, Setting<string>>;
  readonly expose: readonly { readonly port: string; readonly place: Place }[];
  /** absolute, with variables put in */
  readonly workdir: MappedText | null;
  readonly command: ImageCommand | null;
  readonly entrypoint: ImageCommand | null;
  /** absolute paths that COPY, ADD and VOLUME name as their target, the stages below included; a path with a variable that nobody knows is `/` */
  readonly targets: readonly string[];
  /** the texts of RUN */
  readonly runs: readonly MappedText[];
}

/** Instructions with their continued lines joined; `# escape=` is honoured, heredocs are skipped. */
export function dockerfileInstructions(file: FileId, text: string): DockerfileInstruction[] {
  const escapeSign = /^\s*#\s*escape\s*=\s*(`|\\)/im.exec(text.slice(0, 200))?.[1] ?? '\\';
  const instructions: DockerfileInstruction[] = [];
  let parts: { text: string; offset: number }[] = [];
  let heredoc: string | null = null;
  const finish = (): void => {
    if (!parts.length) return;
    const whole = MappedText.joined(file, parts).trim();
    parts = [];
    const m = /^([A-Za-z]+)\s+/.exec(whole.text);
    if (m) instructions.push({ name: m[1]!.toUpperCase(), value: whole.slice(m[0].length), place: whole.place() });
  };
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    let end = newline < 0 ? text.length : newline;
    const next = end + 1;
    if (text[end - 1] === '\r') end--;
    const line = text.slice(start, end);
    if (heredoc !== null) {
      if (line.trim() === heredoc) heredoc = null;
    } else if (/^\s*#/.test(line) || (parts.length === 0 && line.trim() === '')) {
      // comments and blank lines do not end a continued instruction
    } else {
      const trimmed = line.trimEnd();
      const continued = trimmed.endsWith(escapeSign);
      parts.push({ text: continued ? trimmed.slice(0, -1) + ' ' : line, offset: start });
      const here = /<<-?\s*["']?([A-Za-z_]\w*)["']?/.exec(line);
      if (here && /^\s*(RUN|COPY|ADD)\b/i.test(line)) heredoc = here[1]!;
      if (!continued) finish();
    }
    start = next;
  }
  finish();
  return instructions;
}

const EXEC_WORD = /"((?:[^"\\]|\\.)*)"/g;

/** The exec form is a JSON list of strings; anything else is shell form. */
export function imageCommand(value: MappedText): ImageCommand {
  const place = value.place();
  if (/^\[[\s\S]*\]$/.test(value.text)) {
    try {
      const list: unknown = JSON.parse(value.text);
      if (Array.isArray(list) && list.every((item) => typeof item === 'string')) {
        const words = [...value.text.matchAll(EXEC_WORD)].map((m, i) => {
          const text = list[i] as string;
          const inner = value.place(m.index + 1, m.index + m[0].length - 1);
          return { text, place: inner, unknown: [], fallback: text };
        });
        return { form: 'exec', words, place };
      }
    } catch {
      // not JSON: shell form, as Docker itself decides
    }
  }
  return { form: 'shell', text: value, place };
}

/** The stages of a file. `buildArgs` are the values that the build gives its ARGs (`build.args` of Compose). */
export function readDockerfile(file: FileId, text: string, buildArgs: ReadonlyMap<string, Setting<string>> = new Map()): DockerStage[] {
  const stages: DockerStage[] = [];
  /** ARGs before the first FROM count in FROM lines only, until a stage names them again */
  const outer = new Map<string, Setting<string>>();
  let args = new Map<string, Setting<string>>();
  let stage: { -readonly [K in keyof DockerStage]: DockerStage[K] } | null = null;
  const put = (value: MappedText, environment: Environment): MappedText => {
    if (!value.text.includes('$')) return value;
    const done = interpolate(value.text, environment);
    return done.unknown.length ? value : value.rewritten(done.text);
  };
  const within = (path: string, at: MappedText | null): string =>
    path.includes('$') ? '/' : normalPath(path.startsWith('/') ? path : `${at?.text ?? ''}/${path}`);
  for (const { name, value } of dockerfileInstructions(file, text)) {
    if (name === 'ARG') {
      for (const { words } of shellCommands(value, withVariables(outer, args), 'systemd'))
        for (const word of words) {
          const [, key, own] = /^([A-Za-z_]\w*)(?:=(.*))?$/s.exec(word.text) ?? [];
          const set = key && (buildArgs.get(key) ?? (own === undefined ? outer.get(key) : written(own, word.place)));
          if (key && set) (stage ? args : outer).set(key, set);
        }
      continue;
    }
    if (name === 'FROM') {
      if (stage) stages.push(stage);
      const whole = put(value, outer);
      const m = /^(?:--\S+\s+)*(\S+)(?:\s+as\s+(\S+))?/i.exec(whole.text);
      const below = stages.find((s) => s.name !== null && s.name === m?.[1]);
      args = new Map();
      stage = {
        name: m?.[2] ?? null,
        from: whole,
        base: below?.base ?? whole,
        environment: below?.environment ?? new Map(),
        expose: below?.expose ?? [],
        workdir: below?.workdir ?? null,
        command: below?.command ?? null,
        entrypoint: below?.entrypoint ?? null,
        targets: below?.targets ?? [],
        runs: below?.runs ?? [],
      };
      continue;
    }
    if (!stage) continue;
    const known = withVariables(args, stage.environment);
    if (name === 'ENV') {
      const environment = new Map(stage.environment);
      const words = shellCommands(value, known, 'systemd')[0]?.words ?? [];
      if (words[0] && !words[0].text.includes('=') && words.length > 1) {
        const rest = value.slice(words[0].text.length).trim();
        environment.set(words[0].text, written(rest.text, rest.place()));
      } else {
        for (const word of words) {
          const equals = word.text.indexOf('=');
          if (equals > 0) environment.set(word.text.slice(0, equals), written(word.text.slice(equals + 1), word.place));
        }
      }
      stage.environment = environment;
    } else if (name === 'EXPOSE')
      stage.expose = [
        ...stage.expose,
        ...[...put(value, known).text.matchAll(/\S+/g)].map((m) => ({ port: m[0], place: value.place(m.index, m.index + m[0].length) })),
      ];
    else if (name === 'WORKDIR') {
      const path = put(value, known);
      stage.workdir = path.text.startsWith('/') || path.text.includes('$') ? path : path.rewritten(within(path.text, stage.workdir));
    } else if (name === 'COPY' || name === 'ADD' || name === 'VOLUME') {
      const { workdir } = stage;
      stage.targets = [...stage.targets, ...targetsOf(name, put(value, known).text).map((path) => within(path, workdir))];
    } else if (name === 'RUN') stage.runs = [...stage.runs, value];
    else if (name === 'CMD') stage.command = imageCommand(value);
    else if (name === 'ENTRYPOINT') {
      stage.entrypoint = imageCommand(value);
      stage.command = null;
    }
  }
  if (stage) stages.push(stage);
  return stages;
}

/** The paths that an instruction fills: the last word of COPY and ADD, every word of VOLUME. */
function targetsOf(name: string, text: string): string[] {
  const list = imageCommand(MappedText.verbatim('' as FileId, text, { start: 0, end: text.length }));
  const words = (list.form === 'exec' ? list.words.map((w) => w.text) : text.split(/\s+/)).filter((w) => w !== '' && !/^--[a-z]/.test(w));
  // a file that is written here comes before its target
  const named = words.filter((w) => !w.startsWith('<<'));
  return name === 'VOLUME' ? named : named.slice(-1);
}

/** What runs: the entrypoint followed by the command, or the command alone when the entrypoint is a script that ends in `exec "$@"` (unknown) or missing. */
export function imageServers(entrypoint: ImageCommand | null, command: ImageCommand | null, environment: Environment): ServerCommand[] {
  if (entrypoint) {
    if (entrypoint.form === 'shell') return serverCommands(entrypoint.text, environment);
    if (command?.form === 'exec') return serversOfWords([...entrypoint.words, ...command.words], environment);
    if (command?.form === 'shell') {
      const own = serversOfWords(entrypoint.words, environment);
      return own.length ? own : serverCommands(command.text, environment);
    }
    return serversOfWords(entrypoint.words, environment);
  }
  if (!command) return [];
  return command.form === 'exec' ? serversOfWords(command.words, environment) : serverCommands(command.text, environment);
}

/** Words of a list whose items are words themselves. */
export const execWords = (items: readonly MappedText[]): ShellWord[] => items.map(plainWord);
