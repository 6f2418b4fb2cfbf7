/** The disk of this machine as the core wants it: nothing here throws for what is on the disk, and no link loop or huge file gets through. */
import blocking, { type Stats } from 'node:fs';
import fs from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import type { FileId } from '../base/file-id.ts';
import { BINARY, type Entry, type FileSystem, type FileText, MAX_FILE_BYTES, type Stat, tooLarge } from '../base/file-system.ts';
import { fileOfPath, machinePath } from './paths.ts';

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** Bytes to text as an editor would read them; what is wrong with them is said, not thrown. */
export function decode(bytes: Uint8Array): FileText {
  if (bytes.includes(0)) return { text: '', problem: BINARY };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    // nginx takes any byte; so do we, each byte as one character, rather than losing the file
    return { text: Buffer.from(bytes).toString('latin1') };
  }
}

/** Without the bytes of a character that is cut at the end. */
function wholeCharacters(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes.length - end < 4 && (bytes[end - 1]! & 0xc0) === 0x80) end--;
  return end > 0 && bytes[end - 1]! >= 0xc0 ? bytes.subarray(0, end - 1) : bytes;
}

const KERNEL = /^\/(?:proc|sys|dev)\//;
/** Whether a regular file is one that the kernel makes up: those have no size and may never end, and a link may lead there. */
const isKernels = (path: string, stat: Stats, real: string): boolean => KERNEL.test(path) || (stat.size === 0 && KERNEL.test(real));

interface Disk {
  stat(path: string): Promise<Stats> | Stats;
  /** at most so many bytes: a file may grow, and what the kernel makes up has no end; `size` is what the file is said to hold */
  read(path: string, limit: number, size: number): Promise<Uint8Array> | Uint8Array;
  real(path: string): Promise<string> | string;
  /** where a link leads to; null for what is no link */
  link(path: string): Promise<string | null> | string | null;
}

async function readSome(path: string, limit: number, size: number): Promise<Uint8Array> {
  const handle = await fs.open(path, blocking.constants.O_RDONLY | (blocking.constants.O_NONBLOCK ?? 0));
  try {
    const buffer = Buffer.allocUnsafe(Math.min(limit, size + 1));
    let length = 0;
    // a file of which nothing is said may still hold something
    while (length < buffer.length && (length < size || size === 0)) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.subarray(0, length);
  } finally {
    await handle.close();
  }
}

function readSomeNow(path: string, limit: number, size: number): Uint8Array {
  const handle = blocking.openSync(path, blocking.constants.O_RDONLY | (blocking.constants.O_NONBLOCK ?? 0));
  try {
    const buffer = Buffer.allocUnsafe(Math.min(limit, size + 1));
    let length = 0;
    while (length < buffer.length && (length < size || size === 0)) {
      const count = blocking.readSync(handle, buffer, length, buffer.length - length, null);
      if (count === 0) break;
      length += count;
    }
    return buffer.subarray(0, length);
  } finally {
    blocking.closeSync(handle);
  }
}

const readLink = (path: string): Promise<string | null> => fs.readlink(path).catch(() => null);

/** Most files are no links: to be told so by an exception costs more than to read the file. */
function readLinkNow(path: string): string | null {
  try {
    return blocking.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? blocking.readlinkSync(path) : null;
  } catch {
    return null;
  }
}

/** For a server, which has other things to do meanwhile. */
const WAITED_FOR: Disk = { stat: (p) => fs.stat(p), read: readSome, real: (p) => fs.realpath(p), link: readLink };
/** For a command, which has not: a thousand small files take a third of the time. */
const AT_ONCE: Disk = {
  stat: (p) => blocking.statSync(p),
  read: readSomeNow,
  real: (p) => blocking.realpathSync.native(p),
  link: readLinkNow,
};

/** The disk, through one gate: real paths, regular files only, bounded reads. */
export class NodeFiles implements FileSystem {
  private readonly disk: Disk;

  /** `blocks`: nothing else happens while the disk is asked. */
  constructor({ blocks = false }: { readonly blocks?: boolean } = {}) {
    this.disk = blocks ? AT_ONCE : WAITED_FOR;
  }

  async read(file: FileId): Promise<FileText | null> {
    return this.beginning(file, null);
  }

  async head(file: FileId, bytes: number): Promise<(FileText & { readonly whole: boolean }) | null> {
    return this.beginning(file, bytes);
  }

  /** The first bytes of a file, or all of it; a whole one has a limit of its own. */
  private async beginning(file: FileId, bytes: number | null): Promise<(FileText & { readonly whole: boolean }) | null> {
    const path = machinePath(file);
    if (path === null) return null;
    const none = (problem: string): FileText & { readonly whole: boolean } => ({ text: '', problem, whole: true });
    try {
      const stat = await this.disk.stat(path);
      if (stat.isDirectory()) return none('this is a folder');
      // what the kernel makes up there has no size and may never end; a link may lead there
      if (!stat.isFile() || isKernels(path, stat, stat.size === 0 ? await this.disk.real(path) : path))
        return none('this is not a regular file');
      if (bytes === null && stat.size > MAX_FILE_BYTES) return none(tooLarge(stat.size));
      const read = await this.disk.read(path, bytes ?? MAX_FILE_BYTES + 1, stat.size);
      if (read.length > MAX_FILE_BYTES) return none(tooLarge(null));
      return { ...decode(bytes !== null && read.length < stat.size ? wholeCharacters(read) : read), whole: read.length >= stat.size };
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return null;
      return none(
        code === 'EACCES' || code === 'EPERM' ? 'permission denied' : code === 'ELOOP' ? 'too many links' : `cannot be read (${code})`,
      );
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
          return { name: e.name, kind: target?.isDirectory() ? 'folder' : target?.isFile() ? 'file' : 'other', link: true };
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

  async link(file: FileId): Promise<string | null> {
    const path = machinePath(file);
    return path === null ? null : this.disk.link(path);
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

/** What is at a path of this machine, asked at once; of a trace, which never waits. Only `text` reads, and only a regular file. */
export const MACHINE = {
  /** null: nothing is there */
  kind(path: string): 'folder' | 'file' | 'executable' | 'forbidden' | 'other' | null {
    try {
      const stat = blocking.statSync(path);
      if (stat.isDirectory()) return 'folder';
      blocking.accessSync(path, blocking.constants.R_OK);
      return !stat.isFile() ? 'other' : (stat.mode & 0o111) !== 0 ? 'executable' : 'file';
    } catch (error) {
      return codeOf(error) === 'EACCES' ? 'forbidden' : null;
    }
  },
  /** bytes; undefined where they cannot be told */
  size(path: string): number | undefined {
    try {
      return blocking.statSync(path).size;
    } catch {
      return undefined;
    }
  },
  /** seconds since 1970; undefined where they cannot be told */
  modified(path: string): number | undefined {
    try {
      return Math.floor(blocking.statSync(path).mtimeMs / 1000);
    } catch {
      return undefined;
    }
  },
  /** what is in a folder, without its folders, at most that many; undefined where it cannot be told */
  names(path: string, limit: number): readonly string[] | undefined {
    try {
      const entries = blocking.readdirSync(path, { withFileTypes: true });
      return entries.length > limit ? undefined : entries.filter((e) => !e.isDirectory()).map((e) => e.name);
    } catch {
      return undefined;
    }
  },
  /** null: nothing is there; undefined: it is too large, or cannot be read */
  text(path: string, limit: number): string | null | undefined {
    try {
      const stat = blocking.statSync(path);
      if (!stat.isFile() || stat.size > limit || isKernels(path, stat, blocking.realpathSync.native(path))) return undefined;
      const bytes = readSomeNow(path, limit + 1, stat.size);
      return bytes.length > limit ? undefined : Buffer.from(bytes).toString('utf8');
    } catch (error) {
      return codeOf(error) === 'ENOENT' ? null : undefined;
    }
  },
} as const;

/** A recording may be one line; a longer one is nobody's. */
const MAX_LINE = 64_000_000;

/**
 * The lines of a file that a person named (which may be a pipe), or of standard input for null, as they come.
 * Throws what node throws, and a RangeError for a line without an end.
 */
export async function* linesOf(path: string | null): AsyncGenerator<string> {
  const input = path === null ? process.stdin : blocking.createReadStream(path);
  const decoder = new StringDecoder('utf8');
  let rest: string[] = [];
  let length = 0;
  for await (const chunk of input) {
    const parts = decoder.write(chunk as Buffer).split('\n');
    for (const [i, part] of parts.entries()) {
      rest.push(part);
      length += part.length;
      if (length > MAX_LINE) throw new RangeError('a line of it has no end');
      if (i === parts.length - 1) break;
      yield rest.join('');
      rest = [];
      length = 0;
    }
  }
  if (length) yield rest.join('');
}

/** More than this comes from standard input by mistake. */
const MAX_INPUT = 64_000_000;

/** All of standard input as text; null where it is too much. */
export async function readInput(): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    length += (chunk as Buffer).length;
    if (length > MAX_INPUT) return null;
    chunks.push(Buffer.from(chunk as Buffer));
  }
  return Buffer.concat(chunks).toString('utf8');
}
