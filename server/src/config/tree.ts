/** The files of one configuration and how its includes were answered: the result of all IO, before any meaning is read into it. */
import type { FileId } from '../base/file-id.ts';
import type { Stat } from '../base/file-system.ts';
import type { PathBase } from '../catalog/arguments.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';

export type IncludeProblem = 'missing' | 'cycle' | 'unreadable' | 'folder' | 'too-many';

export interface Include {
  /** the file in which the directive stands */
  readonly file: FileId;
  /** the argument as nginx sees it */
  readonly path: string;
  /** a mask may match nothing without being an error */
  readonly mask: boolean;
  /** in the order in which nginx reads them */
  readonly files: readonly FileId[];
  readonly problem: IncludeProblem | null;
  /** more words on the problem, for people */
  readonly detail: string;
}

/** What the disk says of the paths that a configuration names, by the path as written and what a relative one hangs from. */
export interface DiskFacts {
  /** when the disk was asked, in milliseconds since 1970; null when it was not */
  readonly now: number | null;
  /** undefined: nobody asked, or the path is not of this machine; null: nothing there */
  stat(path: string, base?: PathBase): Stat | null | undefined;
  /** the text of a small file that a rule reads (a certificate); undefined when it was not read */
  text(path: string, base?: PathBase): string | undefined;
}

export const NO_DISK: DiskFacts = { now: null, stat: () => undefined, text: () => undefined };

export interface Tree {
  readonly root: FileId;
  readonly files: ReadonlyMap<FileId, SourceFile>;
  readonly includes: ReadonlyMap<Statement, Include>;
  readonly disk: DiskFacts;
}
