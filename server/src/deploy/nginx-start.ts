/**
 * How the command of a container starts nginx: whether the first process of it, with which the container ends, comes to its end by itself. Said of commands only
 * of which every word is read; a script with branches, loops or programs that nobody knows may do anything.
 */
import type { FileId } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import { commandWords, type DockerStage, type ImageCommand } from './dockerfile.ts';
import { MappedText } from './mapped-text.ts';
import { type ShellCommand, type ShellWord, shellCommands } from './shell.ts';

/** nginx, started by the last command of a container. */
export interface NginxStart {
  /** where it is started */
  readonly place: Place;
  /** the command, for messages */
  readonly command: string;
  /** the directives of `-g`; null for an init script, which gives none */
  readonly given: readonly string[] | null;
  /** the main file that `-c` names; null where nothing does */
  readonly mainFile: string | null;
}

const NGINX = /^(?:.*\/)?(?:nginx|openresty|angie)(?:-debug)?$/;

/** Images whose entrypoint, if they have one, puts the command in its own place (`exec "$@"`). By their Dockerfiles. */
const PLAIN_ENTRYPOINT =
  /^(?:docker\.io\/|public\.ecr\.aws\/(?:docker|nginx)\/|library\/|nginxinc\/|ghcr\.io\/nginxinc\/|openresty\/|docker\.angie\.software\/)*(?:nginx|nginx-unprivileged|openresty|angie|debian|ubuntu|alpine|centos|rockylinux|almalinux|fedora|amazonlinux|python|node|php|ruby|golang)(?=[:@\s]|$)/;

/** Commands that end by themselves, whatever their words; `service` where it starts a program in the background. */
const ENDS =
  /^(?:envsubst|service|cp|mv|ln|rm|mkdir|chmod|chown|chgrp|touch|sed|echo|printf|cat|cd|export|set|unset|test|\[|true|:|openssl|find|grep|awk|install|tr|umask|ulimit|id|env|printenv|date|hostname|sleep|head|tail|sort)$/;

/** Whether a stage of a Dockerfile that no service builds says anything of how nginx runs in it. */
export const saysHowItRuns = ({ base, healthCheck, user, entrypoint, command }: DockerStage): boolean =>
  healthCheck !== null ||
  user !== null ||
  [entrypoint, command].some((c) => c && /nginx|openresty|angie/.test(`${commandWords(c).join(' ')} ${base.text}`));

/** Whether what an image brings along starts what it is given, and has nothing of a project's own. */
export const isPlainImage = (image: string): boolean => PLAIN_ENTRYPOINT.test(image);

/** The words of a command as they are run: a text of Compose is split, one of a Dockerfile is a script of a shell. */
export interface StartCommand {
  readonly command: ImageCommand | null;
  readonly by: 'image' | 'service';
}

/** What `sh -c` runs. */
const scriptOf = (word: ShellWord): MappedText => {
  const { start, end } = word.place.span;
  const within = end - start === word.text.length ? start : start + 1;
  return MappedText.joined(word.place.file, [{ text: word.text, offset: within }]);
};

/** The last command of a text, where all before it come to an end; null where anything else may be. `tail` follows what it shows with `-f` alone. */
function lastOf(text: MappedText): ShellCommand | null {
  // what is done in turn, or again, or in the background is not read
  if (/<<|\(\)|(?<![&>])&(?![&>])|\$\(|`/.test(text.text)) return null;
  const commands = shellCommands(text);
  const ends = ({ words: [first, ...rest] }: ShellCommand): boolean =>
    first !== undefined &&
    first.unknown.length === 0 &&
    ((ENDS.test(first.text) && !rest.some((w) => /^-\w*[fF]|^--follow/.test(w.text) && first.text === 'tail')) ||
      (NGINX.test(first.text) && rest.some((w) => w.text === '-t')));
  return commands.length && commands.slice(0, -1).every(ends) ? commands.at(-1)! : null;
}

/** What nginx's own words give it; null where it is not started by them, or they are not all read. */
function givenBy(args: readonly ShellWord[]): Pick<NginxStart, 'given' | 'mainFile'> | null {
  const given: string[] = [];
  let mainFile: string | null = null;
  for (let i = 0; i < args.length; i++) {
    const { text, unknown } = args[i]!;
    if (unknown.length) return null;
    const m = /^-([gcpe])([\s\S]*)$/.exec(text);
    if (!m) return null;
    const value = m[2] || args[++i];
    if (value === undefined || (typeof value !== 'string' && value.unknown.length)) return null;
    const said = typeof value === 'string' ? value : value.text;
    if (m[1] === 'g') given.push(said);
    else if (m[1] === 'c') mainFile = said;
  }
  return { given, mainFile };
}

/** An init script has its own words. */
const UNGIVEN: Pick<NginxStart, 'given' | 'mainFile'> = { given: null, mainFile: null };

function startIn(words: readonly ShellWord[], depth: number): NginxStart | null {
  let i = 0;
  while (words[i] && (/^(?:exec|env|tini|dumb-init|--|\/usr\/bin\/tini|\/sbin\/tini)$/.test(words[i]!.text) || isOfImage(words[i]!.text)))
    i++;
  const [first, ...rest] = words.slice(i);
  if (!first || first.unknown.length) return null;
  const command = [first, ...rest].map((w) => w.text).join(' ');
  const place: Place =
    rest.length && rest.at(-1)!.place.file === first.place.file
      ? {
          file: first.place.file,
          span: { start: first.place.span.start, end: Math.max(first.place.span.end, rest.at(-1)!.place.span.end) },
        }
      : first.place;
  const [second, third] = rest;
  if (/^\/etc\/init\.d\/nginx$/.test(first.text) && /^(?:re)?start$/.test(second?.text ?? '')) return { place, command, ...UNGIVEN };
  if (NGINX.test(first.text)) {
    const given = givenBy(rest);
    return given && { place, command, ...given };
  }
  if (/^(?:service|\/usr\/sbin\/service)$/.test(first.text) && second?.text === 'nginx' && /^(?:re)?start$/.test(third?.text ?? ''))
    return { place, command, ...UNGIVEN };
  if (
    /^(?:\/bin\/|\/usr\/bin\/)?(?:ba|da|a)?sh$/.test(first.text) &&
    /^-\w*c$/.test(second?.text ?? '') &&
    third &&
    !third.unknown.length &&
    depth === 0
  ) {
    const last = lastOf(scriptOf(third));
    return last && startIn(last.words, depth + 1);
  }
  return null;
}

/** The entrypoint of nginx's images, which runs what it is given. */
const isOfImage = (word: string): boolean => /^(?:\/docker-entrypoint\.sh|docker-(?:php-)?entrypoint(?:\.sh)?)$/.test(word);

const wordsAsRun = ({ command, by }: StartCommand): readonly ShellWord[] | MappedText =>
  !command
    ? []
    : command.form === 'exec'
      ? command.words
      : by === 'service'
        ? (shellCommands(command.text, undefined, 'systemd')[0]?.words ?? [])
        : command.text;

/**
 * nginx as the last program that a container starts. `image` is the one at its bottom: where only the command is written, its entrypoint decides.
 */
export function nginxStart(entrypoint: StartCommand, command: StartCommand, image: string): NginxStart | null {
  if (!entrypoint.command && (!command.command || !isPlainImage(image))) return null;
  const [own, more] = [wordsAsRun(entrypoint), wordsAsRun(command)];
  // the entrypoint of a shell takes no words
  if (own instanceof MappedText) return startIn(lastOf(own)?.words ?? [], 1);
  if (more instanceof MappedText)
    return own.length === 0 || own.every((w) => isOfImage(w.text)) ? startIn(lastOf(more)?.words ?? [], 1) : null;
  return startIn([...own, ...more], 0);
}

/** The command of a file that is run as a script. */
export const scriptStart = (file: FileId, text: string): NginxStart | null =>
  startIn(lastOf(MappedText.verbatim(file, text, { start: 0, end: text.length }))?.words ?? [], 1);
