/** Dockerfiles as far as they say how an application starts: the last stage's CMD and ENTRYPOINT in both forms, ENV, EXPOSE, WORKDIR. Nothing is built. */
import type { FileId } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import { type ServerCommand, serverCommands, serversOfWords } from './command.ts';
import { MappedText } from './mapped-text.ts';
import { type Setting, written } from './setting.ts';
import { type Environment, plainWord, type ShellWord, shellCommands } from './shell.ts';

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
  readonly environment: ReadonlyMap<string, Setting<string>>;
  readonly expose: readonly { readonly port: string; readonly place: Place }[];
  readonly workdir: MappedText | null;
  readonly command: ImageCommand | null;
  readonly entrypoint: ImageCommand | null;
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

export function readDockerfile(file: FileId, text: string): DockerStage[] {
  const stages: DockerStage[] = [];
  let environment = new Map<string, Setting<string>>();
  let expose: { port: string; place: Place }[] = [];
  let stage: { name: string | null; from: MappedText } | null = null;
  let workdir: MappedText | null = null;
  let command: ImageCommand | null = null;
  let entrypoint: ImageCommand | null = null;
  const finish = (): void => {
    if (stage) stages.push({ ...stage, environment, expose, workdir, command, entrypoint });
  };
  for (const { name, value } of dockerfileInstructions(file, text)) {
    if (name === 'FROM') {
      finish();
      const m = /^(?:--\S+\s+)*(\S+)(?:\s+as\s+(\S+))?/i.exec(value.text);
      const base = stages.find((s) => s.name !== null && s.name === m?.[1]);
      stage = { name: m?.[2] ?? null, from: value };
      environment = new Map(base?.environment ?? []);
      expose = [...(base?.expose ?? [])];
      workdir = base?.workdir ?? null;
      command = base?.command ?? null;
      entrypoint = base?.entrypoint ?? null;
    } else if (name === 'ENV') {
      const words = shellCommands(value, environment, 'systemd')[0]?.words ?? [];
      if (words[0] && !words[0].text.includes('=') && words.length > 1) {
        const rest = value.slice(words[0].text.length).trim();
        environment.set(words[0].text, written(rest.text, rest.place()));
      } else {
        for (const word of words) {
          const equals = word.text.indexOf('=');
          if (equals > 0) environment.set(word.text.slice(0, equals), written(word.text.slice(equals + 1), word.place));
        }
      }
    } else if (name === 'EXPOSE') {
      for (const m of value.text.matchAll(/\S+/g)) expose.push({ port: m[0], place: value.place(m.index, m.index + m[0].length) });
    } else if (name === 'WORKDIR') workdir = value;
    else if (name === 'CMD') command = imageCommand(value);
    else if (name === 'ENTRYPOINT') {
      entrypoint = imageCommand(value);
      command = null;
    }
  }
  finish();
  return stages;
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
