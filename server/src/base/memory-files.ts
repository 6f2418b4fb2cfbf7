/** A file system in memory, for tests, for `nginx -T` dumps and for texts that come from elsewhere. */
import { basename, dirname, type FileId } from './file-id.ts';
import type { Entry, FileSystem, FileText, Stat } from './file-system.ts';

/** A file system in memory, for dumps, examples and tests. */
export class MemoryFiles implements FileSystem {
  private readonly files = new Map<FileId, string>();

  constructor(files: Iterable<readonly [FileId, string]> = []) {
    for (const [file, text] of files) this.files.set(file, text);
  }

  set(file: FileId, text: string): void {
    this.files.set(file, text);
  }

  delete(file: FileId): void {
    this.files.delete(file);
  }

  names(): FileId[] {
    return [...this.files.keys()];
  }

  text(file: FileId): string | undefined {
    return this.files.get(file);
  }

  async read(file: FileId): Promise<FileText | null> {
    const text = this.files.get(file);
    return text === undefined ? null : { text };
  }

  async list(folder: FileId): Promise<Entry[]> {
    const prefix = folder.replace(/\/+$/, '') + '/';
    const found = new Map<string, Entry>();
    for (const file of this.files.keys()) {
      if (!file.startsWith(prefix)) continue;
      const rest = file.slice(prefix.length);
      const slash = rest.indexOf('/');
      const name = decodeURIComponent(slash < 0 ? rest : rest.slice(0, slash));
      found.set(name, { name, kind: slash < 0 ? 'file' : 'folder' });
    }
    return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async stat(file: FileId): Promise<Stat | null> {
    const text = this.files.get(file);
    if (text !== undefined) return { kind: 'file', size: text.length };
    if (dirname(file) === file) return { kind: 'folder', size: 0 };
    return (await this.list(dirname(file))).some((e) => e.name === basename(file) && e.kind === 'folder')
      ? { kind: 'folder', size: 0 }
      : null;
  }
}
