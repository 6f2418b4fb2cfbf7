/** What the core needs of a disk. Implementations live at the edges (node, browser, memory); none of them throws for a missing file. */
import type { FileId } from './file-id.ts';

/** `problem` is set, and `text` empty, when the file is there and cannot be used; the words are for people. */
export interface FileText {
  readonly text: string;
  readonly problem?: string;
}

export interface Entry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'other';
  /** it is a link; `kind` is that of what it leads to */
  readonly link?: boolean;
}

export interface Stat {
  readonly kind: 'file' | 'folder' | 'other';
  /** bytes */
  readonly size: number;
}

export interface FileSystem {
  /** Null when there is no such file. */
  read(file: FileId): Promise<FileText | null>;
  /** The beginning of a file, at most so many bytes; where it is not offered, `read` is asked. */
  head?(file: FileId, bytes: number): Promise<(FileText & { readonly whole: boolean }) | null>;
  /** The entries of a folder in byte order of their names; empty when there is no such folder. */
  list(folder: FileId): Promise<Entry[]>;
  /** Follows links; null when there is nothing, or a link loop. */
  stat(file: FileId): Promise<Stat | null>;
  /** The file behind links, for the check of include cycles; the same id where there are none. */
  real?(file: FileId): Promise<FileId>;
  /** What a link says, be there something or not; null for what is none. */
  link?(file: FileId): Promise<string | null>;
}

/** Why a file of other bytes than text has none. */
export const BINARY = 'this is a binary file';

const TOO_LARGE = 'too large for a configuration';
/** Why a file is not read that has more bytes than are taken; without a number where nobody counted them. */
export const tooLarge = (bytes: number | null): string => `${bytes === null ? 'it is' : `${Math.round(bytes / 1e6)} MB is`} ${TOO_LARGE}`;
/** Whether a problem is the size of the file. */
export const isTooLarge = (problem: string): boolean => problem.endsWith(TOO_LARGE);

/** Larger files are not read: a configuration of this size is a mistake, and a binary is no configuration. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;
