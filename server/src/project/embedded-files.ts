/**
 * A file system in which the configurations within other files are files, too: those of one ConfigMap are in one folder. Nobody above need know
 * that they are parts of a text, but whoever reads one, and whoever shows a place.
 */
import type { TextEdit } from '../base/edit.ts';
import { basename, dirname, entryOf, type FileId, hostFileOf, isWithin, pathOf, resolve } from '../base/file-id.ts';
import type { Entry, FileSystem, FileText, Stat } from '../base/file-system.ts';
import type { PathMap } from '../config/settings.ts';
import { isMainWithin } from './content.ts';
import { type Embedded, embeddedIn, keepsHost } from './embedded.ts';
import { isOfLinks } from './places.ts';

/** Folders of nginx into which the keys of a ConfigMap are mounted. */
const FOLDERS = ['/etc/nginx/conf.d', '/etc/nginx/http.d', '/etc/nginx/sites-enabled', '/etc/nginx/templates', '/etc/nginx'];

/** The folder that the links of a system lead into; beside a folder of links of the project it is the one around that. */
const SYSTEM_FOLDER =
  /^\/(?:etc\/(?:nginx|angie|openresty)|usr\/local\/(?:etc\/nginx|nginx\/conf|openresty\/nginx\/conf)|opt\/nginx\/conf)\//;

interface Host {
  readonly text: string;
  readonly embedded: readonly Embedded[];
}

/**
 * A file system in which the configurations within other files are files of their own. A link of `sites-enabled` that says `/etc/nginx/sites-available/shop`
 * leads, in a project, to the file of that name beside its folder.
 */
export class EmbeddedFiles implements FileSystem {
  private readonly hosts = new Map<FileId, Host | null>();
  readonly head: FileSystem['head'];

  constructor(private readonly disk: FileSystem) {
    if (disk.head) this.head = async (file, bytes) => (isWithin(file) ? null : disk.head!(await this.behind(file), bytes));
  }

  /** A file with the configurations in it; null for one without any, or that cannot be read. */
  async host(file: FileId): Promise<Host | null> {
    const known = this.hosts.get(file);
    if (known !== undefined) return known;
    const read = await this.disk.read(file);
    return read && !read.problem ? this.put(file, read.text) : null;
  }

  /** Takes a text instead of that on the disk. */
  put(file: FileId, text: string): Host | null {
    const embedded = embeddedIn(file, pathOf(file), text);
    const host = embedded.length ? { text, embedded } : null;
    this.hosts.set(file, host);
    return host;
  }

  /** The configuration of that name in another text of its host; null when it has none. */
  reread(file: FileId, text: string): Embedded | null {
    const host = hostFileOf(file);
    return embeddedIn(host, pathOf(host), text).find((e) => e.id === file) ?? null;
  }

  /** What was read of a file is read again when someone asks. */
  forget(file: FileId): void {
    this.hosts.delete(file);
  }

  /** The text of a host that was read; null for every other file. */
  text(file: FileId): string | null {
    return this.hosts.get(file)?.text ?? null;
  }

  /** The configurations in a file, in order; none for one that was not read. */
  parts(file: FileId): readonly Embedded[] {
    return this.hosts.get(file)?.embedded ?? [];
  }

  /** An embedded configuration by its name, with the text that holds it; of hosts that were read. */
  known(file: FileId): { readonly embedded: Embedded; readonly text: string } | null {
    const host = this.hosts.get(hostFileOf(file));
    const embedded = host?.embedded.find((e) => e.id === file);
    return host && embedded ? { embedded, text: host.text } : null;
  }

  /** Whether edits of an embedded configuration change nothing else of its host; true for every other file. */
  keeps(file: FileId, edits: readonly TextEdit[]): boolean {
    const known = this.known(file);
    return !known || keepsHost(known.embedded, pathOf(known.embedded.host), known.text, edits);
  }

  async find(file: FileId): Promise<{ readonly embedded: Embedded; readonly text: string } | null> {
    await this.host(hostFileOf(file));
    return this.known(file);
  }

  async read(file: FileId): Promise<FileText | null> {
    if (!isWithin(file)) return this.disk.read(await this.behind(file));
    const found = await this.find(file);
    return found && { text: found.text };
  }

  /** Main files are not listed: what a mask brings beside one is never the file that holds the mask. */
  async list(folder: FileId): Promise<Entry[]> {
    if (!isWithin(folder)) return this.listed(folder);
    const host = await this.host(hostFileOf(folder));
    return (host?.embedded ?? [])
      .filter((e) => dirname(e.id) === folder.replace(/\/$/, '') && !isMainWithin(e))
      .map((e): Entry => ({ name: basename(e.id), kind: 'file' }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async stat(file: FileId): Promise<Stat | null> {
    if (!isWithin(file)) return this.disk.stat(await this.behind(file));
    const found = await this.find(file);
    return found && { kind: 'file', size: found.embedded.span.end - found.embedded.span.start };
  }

  async real(file: FileId): Promise<FileId> {
    return isWithin(file) || !this.disk.real ? file : this.disk.real(await this.behind(file));
  }

  /** The file of the project that a link into the system's own folder means; every other file is itself. */
  private async behind(file: FileId): Promise<FileId> {
    const folder = dirname(file);
    if (!this.disk.link || !isOfLinks(folder)) return file;
    const said = await this.disk.link(file);
    const path = said?.match(SYSTEM_FOLDER) ? said.replace(SYSTEM_FOLDER, '') : null;
    if (path === null) return file;
    const own = resolve(dirname(folder), `./${path}`);
    return (await this.disk.stat(own))?.kind === 'file' ? own : file;
  }

  private async listed(folder: FileId): Promise<Entry[]> {
    const entries = await this.disk.list(folder);
    if (!this.disk.link || !isOfLinks(folder)) return entries;
    return Promise.all(
      entries.map(async (entry): Promise<Entry> => {
        const id = entryOf(folder, entry.name);
        return entry.kind === 'other' && entry.link && (await this.behind(id)) !== id ? { ...entry, kind: 'file' } : entry;
      }),
    );
  }
}

/** What nginx's folders are for an embedded configuration: the others of the same ConfigMap. */
export const mapsWithin = (file: FileId): PathMap[] => (isWithin(file) ? FOLDERS.map((from) => ({ from, to: dirname(file) })) : []);
