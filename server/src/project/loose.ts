/**
 * The files of a project that no main file reads: which of them are judged by themselves, each within its stand-in, and which are a part of
 * another one. Whoever names a file, names its folder, or has another one open is given the same answer.
 */
import { basename, dirname, type FileId, isBelow, isWithin, relativePath, resolve } from '../base/file-id.ts';
import { isMask, matchesMask } from '../base/glob.ts';
import type { Sources } from '../config/load.ts';
import { includesIn } from '../syntax/includes.ts';
import { configsWithout, partsApart } from './applications.ts';
import type { Project } from './deployed.ts';
import { isOfLinks } from './places.ts';

/** Files of a project that are looked at for what they include. */
const MAX_LOOKED = 300;

/** The files of the project, no main files, that may include one, by the names that they write. */
export async function includersOf(project: Project, file: FileId, sources: Pick<Sources, 'source'>): Promise<readonly FileId[]> {
  if (isWithin(file) || project.system) return [];
  const roots = new Set(project.roots);
  const others = configsWithout(project, partsApart(project, file)).filter((id) => id !== file && !roots.has(id));
  const read = await Promise.all(others.slice(0, MAX_LOOKED).map((id) => sources.source(id)));
  const name = basename(file);
  const mayBring = (path: string): boolean => {
    const last = path.slice(path.lastIndexOf('/') + 1);
    return isMask(last) ? matchesMask(name, last) : last === name;
  };
  return others.filter((_, i) => {
    const source = read[i];
    return source && typeof source !== 'string' && includesIn(source.body).some((s) => mayBring(s.args[0]?.value ?? ''));
  });
}

/** Files that no main file reads, those first by whose name nginx finds a file that has several. */
export const inTurn = (files: readonly FileId[]): readonly FileId[] => [
  ...files.filter((id) => isOfLinks(dirname(id))),
  ...files.filter((id) => !isOfLinks(dirname(id))),
];

/**
 * The name under which a file is shown that is found as `file`, a link to `real`: that under which someone named it or opened it, or as it is
 * found below a folder that was named; else as it is found.
 */
export function nameFor(
  file: FileId,
  real: FileId,
  { has, byReal, folders }: { has: (file: FileId) => boolean; byReal: ReadonlyMap<FileId, FileId>; folders: ReadonlyMap<FileId, FileId> },
): FileId {
  if (has(file)) return file;
  const named = byReal.get(real);
  if (named) return named;
  if (![...folders.values()].some((folder) => isBelow(file, folder)))
    for (const [at, folder] of folders) if (isBelow(real, at)) return resolve(folder, `./${relativePath(real, at)}`);
  return file;
}
