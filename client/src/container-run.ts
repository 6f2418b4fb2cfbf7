// `nginx -t` in the image that the project runs nginx in: the command line of docker or podman, and what its end means. It knows nothing of
// VS Code and starts nothing by itself. The container reads a copy of the project's files and nothing else of this machine, has no network,
// and is gone when nginx has spoken; an image that is not there yet is not fetched.
import type { RunResult } from './app.ts';

/** Where the folder with the files lies within the container. */
export const INSIDE = '/proxylens';
/** Folders below it that nginx writes into when it tests. */
const WRITTEN = ['run', 'temp', 'cache'];
/** Programs that are asked for in turn where no setting names one. */
export const ENGINES = ['docker', 'podman'];
/** What nginx needs as root to read the files and to give its folders to its own user; all else is dropped. */
const CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'];

export interface ContainerTest {
  readonly image: string;
  /** the program within the image */
  readonly program: string;
  /** the container's own name */
  readonly name: string;
  /** the folder with the files, as this machine knows it */
  readonly folder: string;
  /** what follows the program's name */
  readonly args: readonly string[];
}

/** A field of a list that is separated by commas, as encoding/csv of Go reads it. */
const field = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** What follows `docker` or `podman`. */
export const containerArguments = ({ image, program, name, folder, args }: ContainerTest): string[] => [
  ...['run', '--rm', '--name', name],
  ...['--pull', 'never', '--network', 'none'],
  ...['--user', '0:0', '--cap-drop', 'ALL', ...CAPABILITIES.flatMap((c) => ['--cap-add', c])],
  // where SELinux is on, a container may not read a folder of this machine that has no label of its own
  ...['--security-opt', 'no-new-privileges', '--security-opt', 'label=disable'],
  ...['--mount', `type=bind,${field(`source=${folder}`)},target=${INSIDE},readonly`],
  ...WRITTEN.flatMap((one) => ['--tmpfs', `${INSIDE}/${one}:rw,size=16m`]),
  ...['--entrypoint', program, image, ...args],
];

/** A command line as a shell takes it, for people to read and to copy. */
export const shown = (program: string, args: readonly string[]): string =>
  [program, ...args].map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');

/** Runs the test to its end. A container that outlives the time limit of `run` is stopped. */
export async function runContainer(
  engine: string,
  test: ContainerTest,
  run: (program: string, args: readonly string[]) => Promise<RunResult>,
): Promise<RunResult> {
  const result = await run(engine, containerArguments(test));
  // the engine's own program was stopped, which does not stop what it started
  if (result.code === null) await run(engine, ['kill', test.name]).catch(() => undefined);
  return result;
}

/** Why nginx itself said nothing; null where it did. */
export function withoutVerdict(engine: string, { image, program }: ContainerTest, { code, output }: RunResult): string | null {
  const last = output.trim().split('\n').filter(Boolean).at(-1)?.trim() ?? '';
  if (code === null) return `${image} did not answer in time; its container was stopped.`;
  if (/no such image|unable to find image|image not known/i.test(output))
    return `${engine} has no image ${image}, and none was fetched. Run "${shown(engine, ['pull', image])}", then test again.`;
  if (code === 126 || code === 127) return `There is no program "${program}" in ${image}: ${last}`;
  if (code === 125) return `${engine} could not start ${image}: ${last}`;
  return null;
}
