/** Which of many configurations read a file: there may be a thousand of them, and as many files to ask about. */
import { basename, type FileId } from '../base/file-id.ts';
import type { Tree } from '../config/tree.ts';
import { depth } from './deployed.ts';
import { mayBeSame, type Way } from './ways.ts';

/** What there is to know of a configuration. */
export interface Reader {
  /** the file that it is about: its main file, or one that no main file reads */
  readonly file: FileId;
  /** it is about a file that no main file reads */
  readonly loose: boolean;
  readonly way: Way;
  readonly tree: Pick<Tree, 'files' | 'reals'>;
}

/** Which of two files is the main one sooner: by its name, by how far up it is, and else by the alphabet. */
const inRank = (a: FileId, b: FileId): number => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0);

const rank = (file: FileId): number => (basename(file) === 'nginx.conf' ? 0 : 1000) + depth(file);

/**
 * Whether a file is judged as a part of another one. A main file is a part of no other but a main file. Of two that read each other one
 * stands for both, whichever was read first.
 */
const isPartOf = (one: Reader, other: Reader): boolean =>
  one.file !== other.file &&
  mayBeSame(one.way, other.way) &&
  other.tree.files.has(one.file) &&
  (one.loose || !other.loose) &&
  (one.loose !== other.loose || !one.tree.files.has(other.file) || inRank(other.file, one.file) < 0);

/**
 * The file that stands for the circle in which one includes itself by way of others: of those in it that `may`, the first, wherever the circle
 * was entered. Null where there is no circle, or none other.
 */
export function standsForCircle(file: FileId, tree: Pick<Tree, 'includes'>, may: (id: FileId) => boolean): FileId | null {
  const [first] = circleOf(file, tree).filter(may).sort(inRank);
  return first === undefined || first === file ? null : first;
}

function circleOf(file: FileId, { includes }: Pick<Tree, 'includes'>): readonly FileId[] {
  if (![...includes.values()].some(({ back }) => back)) return [];
  const includers = new Map<FileId, Set<FileId>>();
  const included = new Map<FileId, Set<FileId>>();
  for (const include of includes.values())
    for (const id of [...include.files, ...(include.back ?? [])]) {
      note(includers, id, include.file);
      note(included, include.file, id);
    }
  const before = reachedFrom(file, includers);
  return [...reachedFrom(file, included)].filter((id) => before.has(id));
}

function reachedFrom(file: FileId, next: ReadonlyMap<FileId, ReadonlySet<FileId>>): Set<FileId> {
  const found = new Set<FileId>();
  const open = [file];
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const id of next.get(at) ?? [])
      if (!found.has(id)) {
        found.add(id);
        open.push(id);
      }
  return found;
}

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

  /** Those that are a part of another one. */
  parts(): ReadonlySet<T> {
    const known = new Map<T, boolean>();
    const isPart = (one: T): boolean => {
      let found = known.get(one);
      if (found === undefined) {
        known.set(one, false);
        const own = this.look(one);
        found = this.of(own.file).some((other) => isPartOf(own, this.look(other)) && !isPart(other));
        known.set(one, found);
      }
      return found;
    };
    return new Set([...this.all].filter(isPart));
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
