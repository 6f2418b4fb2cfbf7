/**
 * Where the command line speaks: nothing else writes to its streams. Text for people is escaped on its last way out too, a reader that goes away
 * keeps the verdict's exit code, and an output that cannot be written is never a success.
 */
import fs from 'node:fs';
import { jsonText, visibleColoured, visibleLines } from '../base/escape.ts';
import { EXIT } from './failure.ts';

let gone = false;
let failed: string | null = null;

const WORDS: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'there is no space left on the device'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EIO', 'the device reports an error'],
]);

/** Watches the two streams; called once, before anything is written. */
export function watchOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    gone = true;
    // the reader of a pipe went away: it has seen what it wanted
    if (error.code !== 'EPIPE') failed ??= WORDS.get(error.code ?? '') ?? error.code ?? error.message;
  });
  process.stderr.on('error', () => {});
  process.once('exit', () => {
    if (failed === null) return;
    process.exitCode = EXIT.unreadable;
    process.stderr.write(`proxylens: the output could not be written: ${visibleLines(failed)}\n`);
  });
}

/** Whether nobody reads standard output any more. */
export const isGone = (): boolean => gone;

const forPeople = (text: string, color: boolean): string => (color ? visibleColoured(text) : visibleLines(text));

/** Waits until the stream takes more. */
const drained = (fits: boolean): Promise<void> =>
  fits || gone
    ? Promise.resolve()
    : new Promise((done) => {
        process.stdout.once('drain', done);
        process.stdout.once('error', () => done());
      });

/** Text for people, whose lines are ours. `color`: it holds colours of ours, and foreign text in it is escaped already. */
export function say(text: string, color = false): void {
  if (!gone) process.stdout.write(forPeople(text, color));
}

/** A line for people beside the output. */
export function tell(line: string): void {
  process.stderr.write(`${forPeople(line, false)}\n`);
}

/** A line beside the output that the next one replaces; a terminal only. */
export function tellOver(line: string): void {
  process.stderr.write(`\r\x1b[K${forPeople(line, false)}`);
}

/** Data for programs, in JSON. */
export function sayJson(value: unknown, indent?: number): Promise<void> {
  return gone ? Promise.resolve() : drained(process.stdout.write(`${jsonText(value, indent)}\n`));
}

/** Text in a format whose printer has escaped it. */
export function sayFormatted(text: string): void {
  if (!gone) process.stdout.write(text);
}

/** Whether a person or the log of a build looks at standard output; a file takes any byte. */
function watched(): boolean {
  if (process.stdout.isTTY === true) return true;
  if (!process.env.CI && !process.env.GITHUB_ACTIONS) return false;
  try {
    return !fs.fstatSync(1).isFile();
  } catch {
    return false;
  }
}

/** The text of files as it is, or a patch of them: every byte counts, unless it is only looked at. */
export function sayExactly(text: string): void {
  if (!gone) process.stdout.write(watched() ? visibleLines(text) : text);
}

/** Text beside the output that may hold colours of ours. */
export function tellLines(text: string, color = false): void {
  process.stderr.write(forPeople(text, color));
}
