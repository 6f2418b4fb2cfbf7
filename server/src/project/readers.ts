/** Which of many configurations read a file: there may be a thousand of them, and as many files to ask about. */
import type { FileId } from '../base/file-id.ts';
import type { Tree } from '../config/tree.ts';
import { mayBeSame, type Way } from './ways.ts';

/** What there is to know of a configuration. */
export interface Reader {
  /** the file that it is about: its main file, or one that no main file reads */
  readonly file: FileId;
  readonly way: Way;
  readonly tree: Pick<Tree, 'files' | 'reals'>;
}

/** Whether a file is judged as a part of another one. Of two that read each other the one that came first stands for both. */
const isPartOf = (one: Reader, other: Reader): boolean =>
  one.file !== other.file && mayBeSame(one.way, other.way) && other.tree.files.has(one.file) && !one.tree.files.has(other.file);

export class Readers<T> {
  private readonly byFile = new Map<FileId, Set<T>>();
  private readonly byReal = new Map<FileId, Set<T>>();
  private readonly all = new Set<T>();

  /** `look` gives what there is to know of one; it is the same each time. */
  constructor(
    all: Iterable<T>,
    private readonly look: (one: T) => Reader,
  ) {
    for (const one of all) this.add(one);
  }

  add(one: T): void {
    this.all.add(one);
    const { tree } = this.look(one);
    for (const file of tree.files.keys()) note(this.byFile, file, one);
    for (const real of tree.reals?.keys() ?? []) note(this.byReal, real, one);
  }

  drop(one: T): void {
    this.all.delete(one);
    const { tree } = this.look(one);
    for (const file of tree.files.keys()) unnote(this.byFile, file, one);
    for (const real of tree.reals?.keys() ?? []) unnote(this.byReal, real, one);
  }

  has(one: T): boolean {
    return this.all.has(one);
  }

  /** Those that read a file, in the order in which they came. */
  of(file: FileId): readonly T[] {
    return [...(this.byFile.get(file) ?? [])];
  }

  /** Whether one reads a file, be it the file's own. */
  readAtAll(file: FileId): boolean {
    return this.byFile.has(file);
  }

  /** Whether one that is about another file, and may be started with the same files around it, reads a file. */
  readFor(file: FileId, way: Way): boolean {
    return this.of(file).some((one) => {
      const other = this.look(one);
      return other.file !== file && mayBeSame(other.way, way);
    });
  }

  /** Those that read a file, which is `real` without links, by another name. */
  asOther(file: FileId, real: FileId): readonly T[] {
    return [...(this.byReal.get(real) ?? [])].filter((one) => !this.look(one).tree.files.has(file));
  }

  /** Of those that are about files which no main file reads, the ones that are a part of another such one. */
  parts(isLoose: (one: T) => boolean = () => true): ReadonlySet<T> {
    const found = new Set<T>();
    for (const one of this.all) {
      if (!isLoose(one)) continue;
      const own = this.look(one);
      const isOfOther = (other: T): boolean => isLoose(other) && !found.has(other) && isPartOf(own, this.look(other));
      if (this.of(own.file).some(isOfOther)) found.add(one);
    }
    return found;
  }
}

function note<K, T>(lists: Map<K, Set<T>>, key: K, one: T): void {
  const known = lists.get(key);
  if (known) known.add(one);
  else lists.set(key, new Set([one]));
}

function unnote<K, T>(lists: Map<K, Set<T>>, key: K, one: T): void {
  const known = lists.get(key);
  known?.delete(one);
  if (known?.size === 0) lists.delete(key);
}
