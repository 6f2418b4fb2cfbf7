/** Between the names that the core uses and the paths of a machine, of this one or, for tests, of another platform. */
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type FileId, fileId } from '../base/file-id.ts';

const WINDOWS = process.platform === 'win32';

/** The machine's path of a file; null for files of another scheme, and for names that no path of the platform can be. */
export function machinePath(file: FileId, windows = WINDOWS): string | null {
  if (!file.startsWith('file:')) return null;
  try {
    return fileURLToPath(file, { windows });
  } catch {
    return null;
  }
}

/** The file of a machine's path, absolute or relative to the working folder. A share (`\\host\share`) keeps its host. */
export const fileOfPath = (name: string, windows = WINDOWS): FileId => fileId(pathToFileURL(name, { windows }).href);

/** Whether a path is a folder's own or is below it, by their names alone; links are resolved by whoever asks. Windows ignores case. */
export function isPathBelow(file: string, folder: string, paths: path.PlatformPath = path): boolean {
  const relative = paths.relative(folder, file);
  return relative === '' || (relative !== '..' && !relative.startsWith(`..${paths.sep}`) && !paths.isAbsolute(relative));
}
