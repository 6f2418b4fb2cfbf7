/**
 * Files that the project does not hold and that are known all the same: those that come with nginx, and the main files that stand in for
 * the one that will include a file (project/). They have names of a scheme of their own, so that nobody takes them for files of a person.
 */
import { type FileId, fileId } from '../base/file-id.ts';
import type { SourceFile } from '../syntax/statement.ts';

const SCHEME = 'stock://';
const INVENTED = `${SCHEME}/invented`;

/** The name of a file that is built in, by the absolute path that it has on a server. */
export const stockId = (path: string): FileId => fileId(SCHEME + path);

/** The name of a main file that nobody has, by its absolute path: blocks around a file of which no more is known than where it may stand. */
export const inventedId = (path: string): FileId => fileId(`${INVENTED}${path}`);

/** True for the name of a main file that nobody has. */
export const isInvented = (uri: string): boolean => uri.startsWith(`${INVENTED}/`);

/** True for a file that is built in: nothing is reported in it, and nobody can be led there. */
export const isStock = (file: FileId): boolean => file.startsWith(SCHEME);

/** Where built-in files come from. */
export interface StockFiles {
  /** the built-in file that an include means by this path as written; null when there is none */
  find(path: string): FileId | null;
  /** null for a name that is not built in */
  source(file: FileId): SourceFile | null;
}
