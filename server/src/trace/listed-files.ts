/** The files of a machine as a list of paths names them: for requests that are judged where the machine is not at hand. */
import { normalPath } from '../base/file-id.ts';
import type { Files } from './trace.ts';

/** A path as the kernel finds it: doubled slashes and `./` name nothing of their own. */
const plain = (path: string): string => normalPath(path).replace(/(?<=.)\/$/, '');

/** What the paths name; folders are those above them, and entries that end in a slash. */
export function listedFiles(paths: Iterable<string>): Files {
  const files = new Set<string>();
  const folders = new Set<string>(['/']);
  for (const path of paths) {
    const clean = plain(path);
    (path.endsWith('/') ? folders : files).add(clean);
    for (let end = clean.lastIndexOf('/'); end > 0; end = clean.lastIndexOf('/', end - 1)) folders.add(clean.slice(0, end));
  }
  return {
    stat(path) {
      const clean = plain(path);
      return files.has(clean) && !path.endsWith('/') ? 'file' : folders.has(clean) ? 'folder' : null;
    },
    text: (path) => (files.has(plain(path)) ? undefined : null),
  };
}
