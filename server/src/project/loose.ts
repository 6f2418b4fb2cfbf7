/**
 * The files of a project that no main file reads: which of them are judged by themselves, each within its stand-in, and which are a part of
 * another one. Whoever names a file, names its folder, or has another one open is given the same answer.
 */
import { basename, dirname, type FileId, isBelow, isWithin, relativePath, resolve } from '../base/file-id.ts';
import { isMask, matchesMask } from '../base/glob.ts';
import type { Config } from '../config/config.ts';
import type { Sources } from '../config/load.ts';
import type { Tree } from '../config/tree.ts';
import { includesIn } from '../syntax/includes.ts';
import { partsApart } from './applications.ts';
import type { Project } from './deployed.ts';
import { isOfLinks } from './places.ts';
import { mayBeSame, type Way } from './ways.ts';

/** Files of a project that are looked at for what they include. */
const MAX_LOOKED = 300;

/** The files of the project, no main files, that may include one, by the names that they write. */
export async function includersOf(project: Project, file: FileId, sources: Pick<Sources, 'source'>): Promise<readonly FileId[]> {
  if (isWithin(file) || project.system) return [];
  const apart = partsApart(project, file);
  const others = project.configs.filter((id) => id !== file && !project.roots.includes(id) && !apart.some((folder) => isBelow(id, folder)));
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

/** Whether one of these configurations reads a file by another name: a link leads to it. */
export const isReadAsOther = (configs: Iterable<Pick<Tree, 'files' | 'reals'>>, id: FileId, real: FileId): boolean => {
  for (const { files, reals } of configs) if (reals?.has(real) && !files.has(id)) return true;
  return false;
};

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

/** A configuration that is about a file which no main file reads. */
interface Loose {
  readonly about: FileId;
  readonly way: Way;
  reads(file: FileId): boolean;
}

/** Whether a file is judged as a part of another one. Of two that read each other the one that came first stands for both. */
export const isPartOf = (one: Loose, other: Loose): boolean =>
  one.about !== other.about && mayBeSame(one.way, other.way) && other.reads(one.about) && !one.reads(other.about);

/** Which of many configurations read a file: there may be a thousand of them, and as many files to ask about. */
export class Readers<T extends { readonly config: Pick<Config, 'subject' | 'files' | 'tree'>; readonly way: Way }> {
  private readonly byFile = new Map<FileId, T[]>();
  private readonly byReal = new Map<FileId, T[]>();
  private readonly all = new Set<T>();

  constructor(all: Iterable<T>) {
    for (const one of all) this.add(one);
  }

  add(one: T): void {
    this.all.add(one);
    for (const file of one.config.files.keys()) noteIn(this.byFile, file, one);
    for (const real of one.config.tree.reals?.keys() ?? []) noteIn(this.byReal, real, one);
  }

  drop(one: T): void {
    this.all.delete(one);
  }

  has(one: T): boolean {
    return this.all.has(one);
  }

  /** Whether one reads a file, be it the file's own. */
  readAtAll(file: FileId): boolean {
    return this.byFile.get(file)?.some((one) => this.all.has(one)) ?? false;
  }

  /** Whether one that is about another file, and may be started with the same files around it, reads a file. */
  readFor(file: FileId, way: Way): boolean {
    return this.byFile.get(file)?.some((one) => this.all.has(one) && one.config.subject !== file && mayBeSame(one.way, way)) ?? false;
  }

  /** Whether one reads a file by another name: a link leads to it. */
  readAsOther(file: FileId, real: FileId): boolean {
    const those = this.byReal.get(real)?.filter((one) => this.all.has(one));
    return (
      those !== undefined &&
      isReadAsOther(
        those.map(({ config }) => config.tree),
        file,
        real,
      )
    );
  }

  /** Those that are no part of another: all are about files which no main file reads. */
  withoutParts(): readonly T[] {
    const looseOf = ({ config, way }: T): Loose => ({ about: config.subject, way, reads: (file) => config.files.has(file) });
    for (const one of [...this.all]) {
      const about = looseOf(one);
      if (this.byFile.get(about.about)?.some((other) => this.all.has(other) && isPartOf(about, looseOf(other)))) this.drop(one);
    }
    return [...this.all];
  }
}

function noteIn<K, T>(lists: Map<K, T[]>, key: K, one: T): void {
  const known = lists.get(key);
  if (known) known.push(one);
  else lists.set(key, [one]);
}
