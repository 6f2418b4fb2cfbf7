/** A file system behind the client: the browser's server has no disk of its own and asks for each file. */
import type { Connection } from 'vscode-languageserver';
import type { FileId } from '../base/file-id.ts';
import type { Entry, FileSystem, FileText, Stat } from '../base/file-system.ts';
import { FileRequests, type ListResult, type ReadResult, type StatResult } from './protocol.ts';

/** A file system that the client reads for us, for workspaces that are not on a disk. */
export class ClientFiles implements FileSystem {
  constructor(private readonly connection: Connection) {}

  private async ask<R>(method: string, file: FileId): Promise<R | null> {
    try {
      return await this.connection.sendRequest<R | null>(method, { uri: file });
    } catch {
      // a provider that went away, or a scheme without one: there is no such file
      return null;
    }
  }

  async read(file: FileId): Promise<FileText | null> {
    return this.ask<ReadResult>(FileRequests.read, file);
  }

  async list(folder: FileId): Promise<Entry[]> {
    const entries = (await this.ask<ListResult>(FileRequests.list, folder))?.entries ?? [];
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async stat(file: FileId): Promise<Stat | null> {
    return (await this.ask<StatResult>(FileRequests.stat, file))?.stat ?? null;
  }
}
