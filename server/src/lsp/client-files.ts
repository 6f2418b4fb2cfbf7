/** Files behind the client. A file system: the browser's server has no disk of its own and asks for each file. */
import type { Connection } from 'vscode-languageserver';
import { type FileId, fileId } from '../base/file-id.ts';
import type { Entry, FileSystem, FileText, Stat } from '../base/file-system.ts';
import type { Candidates } from '../project/walk.ts';
import { FileRequests, type FindResult, type ListResult, type ReadResult, type StatResult } from './protocol.ts';

/** After this many milliseconds without an answer the server looks for itself. */
const PATIENCE = 20_000;

/** What the search of the editor finds below a folder; null where it gives no answer, or finds nothing at all: then someone else has to look. */
export async function findBelow(connection: Connection, folder: FileId): Promise<Candidates | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), PATIENCE);
    });
    const found = await Promise.race([connection.sendRequest<FindResult | null>(FileRequests.find, { uri: folder }), late]);
    return found && Array.isArray(found.uris) && found.uris.length ? { files: found.uris.map(fileId), more: found.more === true } : null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

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
