/** Files and folders behind a half-typed path. It asks for folders by name and waits for nobody: what is not known yet is noted as wanted. */

import { basename, dirname, type FileId, pathOf, resolve } from '../../base/file-id.ts';
import type { Entry } from '../../base/file-system.ts';
import type { PathBase } from '../../catalog/shape.ts';
import type { Config } from '../../config/config.ts';
import { candidates } from '../../config/load.ts';
import type { Item } from './item.ts';

export interface Folders {
  /** what is in the folder; undefined when nobody has looked */
  entries(folder: FileId): readonly Entry[] | undefined;
}

export const NO_FOLDERS: Folders = { entries: () => undefined };

/** Remembers which folders were asked for and are not known. */
export class WantedFolders implements Folders {
  readonly wanted = new Set<FileId>();
  private readonly known = new Map<FileId, readonly Entry[]>();

  entries(folder: FileId): readonly Entry[] | undefined {
    const found = this.known.get(folder);
    if (!found) this.wanted.add(folder);
    return found;
  }

  /** Notes what is in a folder. */
  put(folder: FileId, entries: readonly Entry[]): void {
    this.known.set(folder, entries);
    this.wanted.delete(folder);
  }
}

export interface PathWish {
  /** a file that is not proposed: the one that is typed in */
  readonly not?: FileId;
  readonly base: PathBase;
  /** only folders make sense */
  readonly foldersOnly?: boolean;
  /** masks are taken: `*.conf` is proposed beside the files */
  readonly masks?: boolean;
  /** whether a file of the configuration has its place there */
  readonly fits?: (file: FileId) => boolean;
  /** names that come first */
  readonly first?: RegExp;
  /** offered at the start of an empty path */
  readonly starts?: readonly string[];
}

/** Proposals for the last segment of the path, and how many characters before it stay. */
export function pathItems(config: Config, typed: string, wish: PathWish, folders: Folders): { items: Item[]; keep: number } {
  const keep = typed.lastIndexOf('/') + 1;
  const head = typed.slice(0, keep);
  if (typed.includes('$')) return { items: [], keep };
  const base = wish.base === 'prefix' ? config.prefix : config.confDir;
  const from = head === '' ? [base] : candidates(head, base, config.root, config.settings);
  const found = new Map<string, 'file' | 'folder'>();
  for (const folder of from)
    for (const { name, kind } of folders.entries(strip(folder)) ?? [])
      if (!found.has(name) && kind !== 'other' && !(name.startsWith('.') && !typed.slice(keep).startsWith('.'))) found.set(name, kind);
  // files of the configuration itself are known without asking the disk; only an include reads them, and what nginx writes must not be one
  for (const id of config.files.keys())
    for (const folder of from)
      if (dirname(id) === strip(folder)) {
        if (wish.masks) found.set(basename(id), 'file');
        else found.delete(basename(id));
      }
  if (wish.not && from.some((folder) => dirname(wish.not!) === strip(folder))) found.delete(basename(wish.not));
  const names = [...found].sort(([a, x], [b, y]) => (x === y ? (a < b ? -1 : 1) : x === 'folder' ? -1 : 1));
  const items: Item[] = [];
  if (wish.masks && names.some(([n, k]) => k === 'file' && n.endsWith('.conf')) && head !== '')
    items.push({ label: '*.conf', kind: 'file', detail: 'every .conf file of the folder, in byte order' });
  const rank = ([name, kind]: [string, string]): number => (wish.first && kind === 'file' && wish.first.test(name) ? 0 : 1);
  for (const [name, kind] of names.sort((a, b) => rank(a) - rank(b))) {
    if (wish.foldersOnly && kind !== 'folder') continue;
    if (/[\s;{}"'$]/.test(name)) continue;
    if (kind === 'file' && wish.fits && !from.some((folder) => wish.fits!(resolve(strip(folder), `./${name}`)))) continue;
    items.push(
      kind === 'folder' ? { label: `${name}/`, kind: 'folder', again: true } : { label: name, kind: 'file', detail: detailOf(from, name) },
    );
  }
  if (typed === '') for (const start of wish.starts ?? []) items.push({ label: start, kind: 'folder', again: start.endsWith('/') });
  return { items, keep };
}

const strip = (id: FileId): FileId => (id.endsWith('/') && pathOf(id) !== '/' ? (id.replace(/\/+$/, '') as FileId) : id);

const detailOf = (from: readonly FileId[], name: string): string => (from[0] ? pathOf(resolve(from[0], `./${name}`)) : '');
