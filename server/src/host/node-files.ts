/** The disk of this machine as the core wants it: nothing here throws for what is on the disk, and no link loop or huge file gets through. */
import blocking, { type Stats } from 'node:fs';
import fs from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type FileId, fileId } from '../base/file-id.ts';
import { type Entry, type FileSystem, type FileText, MAX_FILE_BYTES, type Stat } from '../base/file-system.ts';

/** The machine's path of a file; null for files of another scheme. */
export function machinePath(file: FileId): string | null {
  if (!file.startsWith('file:')) return null;
  try {
    return fileURLToPath(file);
  } catch {
    return null;
  }
}

/** The file of a machine's path, absolute or relative to the working folder. */
export const fileOfPath = (path: string): FileId => fileId(pathToFileURL(path).href);

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** Bytes to text as an editor would read them; what is wrong with them is said, not thrown. */
export function decode(bytes: Uint8Array): FileText {
  if (bytes.includes(0)) return { text: '', problem: 'this is a binary file' };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    // nginx takes any byte; so do we, each byte as one character, rather than losing the file
    return { text: Buffer.from(bytes).toString('latin1') };
  }
}

/** Writes text over a file in the encoding that it was read in, through links. Throws what node throws. */
export async function rewrite(path: string, text: string): Promise<void> {
  const before = await fs.readFile(path).catch(() => null);
  let encoding: 'utf8' | 'latin1' = 'utf8';
  try {
    if (before) new TextDecoder('utf-8', { fatal: true }).decode(before);
  } catch {
    encoding = 'latin1';
  }
  await fs.writeFile(path, text, encoding);
}

const KERNEL = /^\/(?:proc|sys|dev)\//;
interface Disk {
  stat(path: string): Promise<Stats> | Stats;
  read(path: string): Promise<Uint8Array> | Uint8Array;
  real(path: string): Promise<string> | string;
}

/** For a server, which has other things to do meanwhile. */
const WAITED_FOR: Disk = { stat: (p) => fs.stat(p), read: (p) => fs.readFile(p), real: (p) => fs.realpath(p) };
/** For a command, which has not: a thousand small files take a third of the time. */
const AT_ONCE: Disk = {
  stat: (p) => blocking.statSync(p),
  read: (p) => blocking.readFileSync(p),
  real: (p) => blocking.realpathSync.native(p),
};

export class NodeFiles implements FileSystem {
  private readonly disk: Disk;

  /** `blocks`: nothing else happens while the disk is asked. */
  constructor({ blocks = false }: { readonly blocks?: boolean } = {}) {
    this.disk = blocks ? AT_ONCE : WAITED_FOR;
  }

  async read(file: FileId): Promise<FileText | null> {
    const path = machinePath(file);
    if (path === null) return null;
    try {
      const stat = await this.disk.stat(path);
      if (stat.isDirectory()) return { text: '', problem: 'this is a folder' };
      // what the kernel makes up there has no size and may never end
      if (!stat.isFile() || KERNEL.test(path)) return { text: '', problem: 'this is not a regular file' };
      if (stat.size > MAX_FILE_BYTES) return { text: '', problem: `${Math.round(stat.size / 1e6)} MB is too large for a configuration` };
      return decode(await this.disk.read(path));
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return null;
      return {
        text: '',
        problem:
          code === 'EACCES' || code === 'EPERM' ? 'permission denied' : code === 'ELOOP' ? 'too many links' : `cannot be read (${code})`,
      };
    }
  }

  async list(folder: FileId): Promise<Entry[]> {
    const path = machinePath(folder);
    if (path === null) return [];
    try {
      const entries = await fs.readdir(path, { withFileTypes: true });
      const out = await Promise.all(
        entries.map(async (e): Promise<Entry> => {
          if (e.isDirectory()) return { name: e.name, kind: 'folder' };
          if (e.isFile()) return { name: e.name, kind: 'file' };
          if (!e.isSymbolicLink()) return { name: e.name, kind: 'other' };
          const target = await fs.stat(`${path}/${e.name}`).catch(() => null);
          return { name: e.name, kind: target?.isDirectory() ? 'folder' : target?.isFile() ? 'file' : 'other' };
        }),
      );
      return out.sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch {
      return [];
    }
  }

  async stat(file: FileId): Promise<Stat | null> {
    const path = machinePath(file);
    if (path === null) return null;
    try {
      const s = await this.disk.stat(path);
      return { kind: s.isDirectory() ? 'folder' : s.isFile() ? 'file' : 'other', size: s.size };
    } catch (error) {
      return codeOf(error) === 'EACCES' ? { kind: 'other', size: 0 } : null;
    }
  }

  async real(file: FileId): Promise<FileId> {
    const path = machinePath(file);
    if (path === null) return file;
    try {
      return fileOfPath(await this.disk.real(path));
    } catch {
      return file;
    }
  }
}
