/** The configurations that a workspace holds, also by the files that they read: each keystroke asks for these, and there may be a thousand. */
import type { FileId } from '../base/file-id.ts';
import type { ConfigId } from '../config/config.ts';
import { type Reader, Readers } from '../project/readers.ts';

export class Configurations<T extends Reader> extends Map<ConfigId, T> {
  private readonly readers = new Readers<readonly [ConfigId, T]>([], ([, one]) => one);
  /** in the order in which they came, which one that is read anew keeps */
  private readonly entry = new Map<ConfigId, { readonly nth: number; readonly pair: readonly [ConfigId, T] }>();
  /** by what they are about, which one whose file went away while it was loaded does not read */
  private readonly byFile = new Map<FileId, Map<ConfigId, readonly [ConfigId, T]>>();
  private count = 0;

  override set(id: ConfigId, one: T): this {
    const before = this.entry.get(id);
    if (before) this.leave(before.pair);
    const pair = [id, one] as const;
    this.entry.set(id, { nth: before?.nth ?? this.count++, pair });
    this.readers.add(pair);
    const others = this.byFile.get(one.file);
    if (others) others.set(id, pair);
    else this.byFile.set(one.file, new Map([[id, pair]]));
    return super.set(id, one);
  }

  override delete(id: ConfigId): boolean {
    const before = this.entry.get(id);
    if (before) this.leave(before.pair);
    this.entry.delete(id);
    return super.delete(id);
  }

  private leave(pair: readonly [ConfigId, T]): void {
    const [id, { file }] = pair;
    this.readers.drop(pair);
    const others = this.byFile.get(file);
    others?.delete(id);
    if (others?.size === 0) this.byFile.delete(file);
  }

  /** Those that read a file, in the order in which they came. */
  reading(file: FileId): readonly (readonly [ConfigId, T])[] {
    return this.inTurn(this.readers.of(file));
  }

  private inTurn(list: readonly (readonly [ConfigId, T])[]): readonly (readonly [ConfigId, T])[] {
    const nth = ([id]: readonly [ConfigId, T]): number => this.entry.get(id)!.nth;
    return list.length > 1 ? [...list].sort((a, b) => nth(a) - nth(b)) : list;
  }

  isRead(file: FileId): boolean {
    return this.readers.readAtAll(file);
  }

  /** Those that are about a file, whether they read it or not, in the order in which they came. */
  about(file: FileId): readonly (readonly [ConfigId, T])[] {
    const known = this.byFile.get(file);
    return known ? this.inTurn([...known.values()]) : [];
  }

  /** Those that read a file, which is `real` without links, by another name. */
  asOther(file: FileId, real: FileId): readonly T[] {
    return this.readers.asOther(file, real).map(([, one]) => one);
  }

  /** Those that are a part of another one. */
  parts(): readonly ConfigId[] {
    return [...this.readers.parts()].map(([id]) => id);
  }
}
