/**
 * The one way in which a command writes over a person's files: below what was named, all of them or none, never a part of a text. A library
 * for single files (write-file-atomic and its like) cannot take back the first file of a fix when the second has no room, hence our own.
 */

import type { Stats } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { table } from '../base/table.ts';
import { decode } from './node-files.ts';
import { isPathBelow } from './paths.ts';

/** A text for a file. Paths are absolute paths of this machine. */
export interface Writing {
  readonly path: string;
  readonly text: string;
  /** the text that the new one was made from: a file that says something else by now is not written; null: the file may not be there */
  readonly from: string | null;
}

export interface WriteReport {
  /** the paths as they were given, in the order of the call */
  readonly written: readonly string[];
  /** what was left as it is, and why, in words that follow a colon */
  readonly refused: readonly { readonly path: string; readonly why: string }[];
}

/** A file that is ready to be written: its real path, what is there, and the bytes to come. */
interface Target {
  readonly path: string;
  readonly real: string;
  readonly before: Buffer | null;
  readonly stats: Stats | null;
  readonly bytes: Buffer;
  /** the new text in a file beside the target; null for a file that is written in place */
  temporary: string | null;
  /** a copy of the old text beside a file that is written in place */
  copy: string | null;
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

const WORDS: Readonly<Record<string, string>> = table({
  ENOSPC: 'there is no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  EISDIR: 'this is a folder',
});
const wordsOf = (error: unknown): string => WORDS[codeOf(error)] ?? codeOf(error);

/** The real path of a file that is there or is to come: the nearest folder above it that exists is resolved. */
async function realPath(file: string): Promise<string> {
  try {
    return await fs.realpath(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || path.dirname(file) === file) throw error;
    return path.join(await realPath(path.dirname(file)), path.basename(file));
  }
}

/** True where a text was read byte by byte, because it is not UTF-8 (decode in node-files.ts). */
function isLatin1(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return false;
  } catch {
    return true;
  }
}

/** Looks at a target without changing anything; a string says why it cannot be written. */
async function prepare({ path: file, text, from }: Writing, below: readonly string[]): Promise<Target | string> {
  try {
    const real = await realPath(file);
    if (!below.some((folder) => isPathBelow(real, folder))) return `outside of ${below.join(', ')}`;
    const stats = await fs.stat(real).catch((error) => (codeOf(error) === 'ENOENT' ? null : Promise.reject(error)));
    if (stats === null) {
      if (from !== null) return 'the file is gone since it was read';
      return { path: file, real, before: null, stats, bytes: Buffer.from(text), temporary: null, copy: null };
    }
    if (!stats.isFile()) return stats.isDirectory() ? 'this is a folder' : 'this is not a regular file';
    // root may write anything; a file that nobody may write was locked on purpose
    if ((stats.mode & 0o222) === 0) return 'the file is read-only';
    await fs.access(real, fs.constants.W_OK);
    const before = await fs.readFile(real);
    if (from !== null && decode(before).text !== from) return 'the file changed after it was read';
    const bytes = Buffer.from(text, isLatin1(before) ? 'latin1' : 'utf8');
    return { path: file, real, before, stats, bytes, temporary: null, copy: null };
  } catch (error) {
    return wordsOf(error);
  }
}

/** Writes bytes into a new file, flushed to the disk, with mode and owner of another one. */
async function fresh(file: string, bytes: Buffer, like: Stats | null): Promise<void> {
  const handle = await fs.open(file, 'wx', like ? like.mode & 0o777 : 0o644);
  try {
    await handle.writeFile(bytes);
    if (like) {
      await handle.chmod(like.mode & 0o7777);
      const own = await handle.stat();
      if (own.uid !== like.uid || own.gid !== like.gid) await handle.chown(like.uid, like.gid);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes over a file that must keep its inode. */
async function inPlace(file: string, bytes: Buffer): Promise<void> {
  const handle = await fs.open(file, 'r+');
  try {
    await handle.truncate(bytes.length);
    let at = 0;
    while (at < bytes.length) at += (await handle.write(bytes, at, bytes.length - at, at)).bytesWritten;
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A name that nothing has yet; who guesses it wins nothing, for it is only written where there is no such file (`wx`). */
const besideOf = (real: string, kind: string): string =>
  path.join(path.dirname(real), `.${path.basename(real)}.${process.pid}-${Math.random().toString(16).slice(2, 10)}.${kind}`);

/**
 * Puts the new text, or the old one that must come back, beside the target. A file with several names (hard links), and one whose folder or
 * owner does not allow a second file like it, is written in place: for those the copy of the old text lies ready instead.
 */
async function stage(target: Target): Promise<void> {
  const { real, bytes, stats, before } = target;
  if (!stats || stats.nlink === 1) {
    const temporary = besideOf(real, 'new');
    try {
      await fresh(temporary, bytes, stats);
      target.temporary = temporary;
      return;
    } catch (error) {
      await fs.rm(temporary, { force: true });
      if (!stats || !['EACCES', 'EPERM'].includes(codeOf(error))) throw error;
    }
  }
  const copy = besideOf(real, 'old');
  try {
    await fresh(copy, before!, null);
    target.copy = copy;
  } catch (error) {
    await fs.rm(copy, { force: true });
    throw error;
  }
}

async function commit({ real, temporary, bytes }: Target): Promise<void> {
  if (temporary === null) await inPlace(real, bytes);
  else await fs.rename(temporary, real);
}

/** Brings back what a commit has replaced. */
async function takeBack({ real, before, stats }: Target): Promise<void> {
  if (before === null) {
    await fs.rm(real, { force: true });
    return;
  }
  const temporary = besideOf(real, 'old');
  if (stats?.nlink === 1) {
    await fresh(temporary, before, stats);
    await fs.rename(temporary, real);
  } else await inPlace(real, before);
}

/** Makes the renames last: the folder's entry is flushed too, where the system lets a folder be opened. */
async function flushFolders(files: readonly string[]): Promise<void> {
  for (const folder of new Set(files.map((f) => path.dirname(f)))) {
    const handle = await fs.open(folder, 'r').catch(() => null);
    await handle?.sync().catch(() => {});
    await handle?.close();
  }
}

/**
 * Writes texts over files. Each group is written whole or not at all; a group with a file that lies outside of `below` (by real path), changed
 * after it was read, or cannot be written, is refused with the reason at that file. Never throws for what is on the disk.
 * @param groups files that belong together, such as those of one fix
 * @param below the files and folders that were named; absolute paths
 */
export async function writeFiles(groups: readonly (readonly Writing[])[], below: readonly string[]): Promise<WriteReport> {
  const written: string[] = [];
  const refused: { path: string; why: string }[] = [];
  const real: string[] = [];
  for (const folder of below) real.push(await realPath(folder).catch(() => path.resolve(folder)));
  const ready: Target[][] = [];
  for (const group of groups) {
    const targets: Target[] = [];
    const why: { path: string; why: string }[] = [];
    for (const writing of group) {
      const target = await prepare(writing, real);
      if (typeof target === 'string') why.push({ path: writing.path, why: target });
      else targets.push(target);
    }
    if (!why.length) ready.push(targets);
    else {
      refused.push(...why);
      for (const { path: other } of targets) refused.push({ path: other, why: `it belongs together with ${why[0]!.path}` });
    }
  }
  for (const targets of ready) {
    const done: Target[] = [];
    let at = targets[0]!;
    try {
      for (at of targets) await stage(at);
      for (at of targets) {
        done.push(at);
        await commit(at);
      }
      written.push(...targets.map((t) => t.path));
    } catch (error) {
      refused.push({ path: at.path, why: wordsOf(error) });
      for (const target of targets) if (target !== at) refused.push({ path: target.path, why: `it belongs together with ${at.path}` });
      for (const target of done) {
        const kept = target.temporary !== null && target === at; // a rename that failed has replaced nothing
        if (!kept)
          await takeBack(target).catch((again) => {
            const copy = target.copy ? `, its old text is in ${target.copy}` : '';
            if (target.copy) target.copy = null;
            refused.push({ path: target.path, why: `${wordsOf(again)}${copy}` });
          });
      }
    } finally {
      for (const { temporary, copy } of targets)
        for (const file of [temporary, copy]) if (file) await fs.rm(file, { force: true }).catch(() => {});
    }
    await flushFolders(targets.map((t) => t.real));
  }
  return { written, refused };
}

/** Why a folder cannot be made, where that is another thing than of a file. */
const NO_FOLDER: Readonly<Record<string, string>> = table({
  EEXIST: 'this is a file, and no folder',
  ENOTDIR: 'a part of this path is a file, and no folder',
  ENOENT: 'no folder can be made there',
});

/** Makes a folder and those above it, one by one: where the system makes none, as below /proc, node's own `recursive` never comes back. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await fs.mkdir(folder);
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await fs.stat(folder)).isDirectory()) return;
    if (codeOf(error) !== 'ENOENT' || path.dirname(folder) === folder) throw error;
    await makeFolder(path.dirname(folder));
    await fs.mkdir(folder);
  }
}

/** A folder that cannot be made, and why. */
export interface NoFolder {
  readonly folder: string;
  readonly why: string;
  /** it would be elsewhere than where it was named */
  readonly outside: boolean;
}

/**
 * Makes folders for files to come, and the folder itself that holds them all. Returns the first that would be outside of it by real path (a link
 * leads away), before any is made, or that cannot be made. Never throws for what is on the disk.
 * @param folders absolute paths
 */
export async function makeFolders(folders: readonly string[], below: string): Promise<NoFolder | null> {
  let folder = below;
  try {
    const top = await realPath(below);
    for (folder of folders) if (!isPathBelow(await realPath(folder), top)) return { folder, why: `outside of ${below}`, outside: true };
    for (folder of [below, ...folders]) await makeFolder(folder);
    return null;
  } catch (error) {
    return { folder, why: NO_FOLDER[codeOf(error)] ?? wordsOf(error), outside: false };
  }
}
