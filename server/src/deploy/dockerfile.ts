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
import { counter } from './unread.ts';

interface DockerfileInstruction {
  readonly name: string;
  readonly value: MappedText;
  readonly place: Place;
}

/** A command in exec form (words) or shell form (text). */
export type ImageCommand =
  | { readonly form: 'exec'; readonly words: readonly ShellWord[]; readonly place: Place }
  | { readonly form: 'shell'; readonly text: MappedText; readonly place: Place };

/** True for the name of a Dockerfile. */
export const isDockerfile = (name: string): boolean => /^(Dockerfile|Containerfile)([._-][\w.-]+)?$|\.dockerfile$/i.test(name);

/** The words of a command, those of a shell split at spaces; none where there is no command. */
export const commandWords = (command: ImageCommand | null | undefined): string[] =>
  !command ? [] : command.form === 'exec' ? command.words.map((w) => w.text) : command.text.text.split(/\s+/);

/** What COPY or ADD puts where. */
export interface DockerCopy {
  /** the stage, by name or number, or the image that it is taken from; null for the context of the build */
  readonly from: string | null;
  /** as written, with variables put in; empty where the instruction itself holds the text of a file */
  readonly sources: readonly string[];
  /** absolute, with variables put in; those that nobody knows stay */
  readonly target: string;
  /** the target is written as a folder */
  readonly intoFolder: boolean;
  readonly place: Place;
}

export interface DockerStage {
  /** in lower case, as stages are compared */
  readonly name: string | null;
  /** its FROM */
  readonly place: Place;
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
  /** COPY and ADD, those of the stages below included */
  readonly copies: readonly DockerCopy[];
  /** the texts of RUN, those of the stages below included */
  readonly runs: readonly MappedText[];
  /** the last USER, as written; null where the user is that of the image at the bottom */
  readonly user: MappedText | null;
  /** the command of HEALTHCHECK; null without one, and with NONE */
  readonly healthCheck: MappedText | null;
}

const MAX_INSTRUCTIONS = 2000;

/** Instructions with their continued lines joined; `# escape=` is honoured, heredocs are skipped. */
function dockerfileInstructions(file: FileId, text: string): DockerfileInstruction[] {
  const escapeSign = /^\s*#\s*escape\s*=\s*(`|\\)/im.exec(text.slice(0, 200))?.[1] ?? '\\';
  const instructions: DockerfileInstruction[] = [];
  let parts: { text: string; offset: number }[] = [];
  let heredoc: string | null = null;
  const count = counter(MAX_INSTRUCTIONS, 'instructions');
  const finish = (): void => {
    if (!parts.length) return;
    count();
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
function imageCommand(value: MappedText): ImageCommand {
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
  for (const { name, value, place } of dockerfileInstructions(file, text)) {
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
      const below = stages.find((s) => s.name !== null && s.name === m?.[1]?.toLowerCase());
      args = new Map();
      stage = {
        name: m?.[2]?.toLowerCase() ?? null,
        place,
        from: whole,
        base: below?.base ?? whole,
        environment: below?.environment ?? new Map(),
        expose: below?.expose ?? [],
        workdir: below?.workdir ?? null,
        command: below?.command ?? null,
        entrypoint: below?.entrypoint ?? null,
        targets: below?.targets ?? [],
        copies: below?.copies ?? [],
        runs: below?.runs ?? [],
        user: below?.user ?? null,
        healthCheck: below?.healthCheck ?? null,
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
      const { flags, words } = wordsOf(put(value, known).text);
      // a file that is written here comes before its target
      const named = words.filter((w) => !w.startsWith('<<'));
      const targets = name === 'VOLUME' ? named : named.slice(-1);
      stage.targets = [...stage.targets, ...targets.map((path) => within(path, workdir))];
      const [target] = targets;
      if (name !== 'VOLUME' && target !== undefined)
        stage.copies = [
          ...stage.copies,
          {
            from: flags.find((f) => f.startsWith('--from='))?.slice('--from='.length) ?? null,
            sources: named.length < words.length ? [] : named.slice(0, -1),
            target: target.includes('$') ? target : within(target, workdir),
            intoFolder: target.endsWith('/') || target === '.',
            place,
          },
        ];
    } else if (name === 'RUN') stage.runs = [...stage.runs, value];
    else if (name === 'USER') stage.user = put(value, known);
    else if (name === 'HEALTHCHECK') {
      const [options] = /^(?:--\S+\s+)*(?:CMD\s+)?/i.exec(value.text)!;
      stage.healthCheck = /^NONE$/i.test(value.text) ? null : put(value.slice(options.length), known);
    } else if (name === 'CMD') stage.command = imageCommand(value);
    else if (name === 'ENTRYPOINT') {
      stage.entrypoint = imageCommand(value);
      stage.command = null;
    }
  }
  if (stage) stages.push(stage);
  return stages;
}

/** The options and the words of an instruction in either form. */
function wordsOf(text: string): { flags: string[]; words: string[] } {
  const options = /^(?:--[a-z]\S*\s+)*/.exec(text)![0];
  const rest = text.slice(options.length);
  const list = imageCommand(MappedText.verbatim('' as FileId, rest, { start: 0, end: rest.length }));
  const words = (list.form === 'exec' ? list.words.map((w) => w.text) : rest.split(/\s+/)).filter((w) => w !== '');
  return { flags: options.split(/\s+/).filter(Boolean), words };
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
