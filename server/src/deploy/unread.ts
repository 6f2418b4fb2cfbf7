/** Foreign text that goes beyond what any project has, or that its reader cannot cope with: it is named, and everything else is read all the same. */
import type { FileId } from '../base/file-id.ts';

/** A reader gives up; the message follows a colon. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch';
}

/** A file that could not be read completely, and why, in words that follow a colon. */
export interface Unread {
  readonly file: FileId;
  readonly why: string;
  /** it was read, and refers to what is not there */
  readonly damaged?: boolean;
}

/** Why a reader failed. What is not a limit of ours is a fault of ours. */
export function whyUnread(error: unknown): string {
  if (error instanceof TooMuch) return error.message;
  if (error instanceof RangeError) return 'it is nested too deeply or grows beyond all bounds';
  return `its reader failed (${error instanceof Error ? error.name : 'unknown'}), please report it`;
}

/**
 * A counter of what a reader reads in one file: steps, not time, so that a slow machine reads what a quick one does. Throws TooMuch beyond what
 * any project has; `what` names the things in the plural.
 */
export function counter(most: number, what: string): () => void {
  let count = 0;
  return () => {
    if (++count > most) throw new TooMuch(`it holds more than ${most} ${what}`);
  };
}

/** The text, if its reader takes that many characters. Throws TooMuch. */
export function whole(text: string, most: number): string {
  if (text.length > most) throw new TooMuch(`it holds more than ${most / 1024} K characters`);
  return text;
}

/** No word of a command and no value of a variable is longer once its variables are put in. */
const MAX_VALUE = 64 * 1024;

/** The text, if it is one that a person may have meant. Throws TooMuch for what variables have blown up. */
export function grown(text: string): string {
  if (text.length > MAX_VALUE) throw new TooMuch('a value grows beyond 64 K characters once its variables are put in');
  return text;
}
