/** The name of a file: a normalised URI in a branded string, so that two names of one file compare equal. Only this file makes them. */
declare const brand: unique symbol;
export type FileId = string & { readonly [brand]: 'FileId' };

const SCHEME = /^([a-z][a-z0-9+.-]*):(\/\/[^/?#]*)?/i;

/** A text may hold half a character, a name may not: no URI can say it. */
const HALVES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const encodePath = (path: string): string =>
  path.replace(HALVES, '\ufffd').split('/').map(encodeURIComponent).join('/').replaceAll('%3A', ':').replaceAll('%40', '@');

function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Removes `.` and `..` segments and doubled slashes; a path never climbs above its root. */
export function normalPath(path: string): string {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') out.pop();
    else if (part !== '' && part !== '.') out.push(part);
  }
  return '/' + out.join('/') + (path.length > 1 && path.endsWith('/') && out.length ? '/' : '');
}

/** A FileId of a URI as editors send it (`file:///c%3A/x` and `file:///C:/x` become one). */
export function fileId(uri: string): FileId {
  const m = SCHEME.exec(uri);
  if (!m) return fromPath(uri);
  const scheme = m[1]!.toLowerCase();
  // an opaque URI, such as `untitled:Untitled-1`, has no path to normalise
  if (m[2] === undefined && scheme !== 'file') return `${scheme}:${uri.slice(m[0].length)}` as FileId;
  const authority = m[2] ?? '//';
  const rest = uri.slice(m[0].length).replace(/[?#].*$/, '');
  let path = normalPath(decode(rest));
  if (scheme === 'file') path = path.replace(/^\/([A-Z]):/, (_, drive: string) => `/${drive.toLowerCase()}:`);
  return `${scheme}:${authority}${encodePath(path)}` as FileId;
}

/** A FileId of an absolute path, POSIX or Windows. */
export function fromPath(path: string): FileId {
  const slashed = path.replaceAll('\\', '/');
  // \\host\share: the host is the URI's; two slashes at the start of a path of POSIX are one
  if (path.startsWith('\\\\')) return fileId('file:' + encodePath(slashed));
  return fileId('file://' + encodePath(/^[a-z]:/i.test(slashed) ? '/' + slashed : slashed));
}

const split = (id: FileId): { head: string; path: string } => {
  const m = SCHEME.exec(id)!;
  return { head: m[0], path: decode(id.slice(m[0].length)) };
};

/** The decoded path part, with slashes: `/etc/nginx/nginx.conf`, `/c:/nginx/nginx.conf`. */
export const pathOf = (id: FileId): string => split(id).path;

/** Resolves `path` against the folder `dir`, as nginx does: absolute paths stay, relative ones are appended. */
export function resolve(dir: FileId, path: string): FileId {
  const { head, path: base } = split(dir);
  const slashed = path.replaceAll('\\', '/');
  const full = slashed.startsWith('/') ? slashed : /^[a-z]:\//i.test(slashed) ? '/' + slashed : `${base.replace(/\/$/, '')}/${slashed}`;
  return fileId(head + encodePath(normalPath(full)));
}

/** The entry of a folder by its name, as a listing gives it: `resolve` for one segment, for walks over many. */
export function entryOf(dir: FileId, name: string): FileId {
  if (!/^[\w.-]+$/.test(name) || name === '.' || name === '..') return resolve(dir, './' + name);
  return (dir.endsWith('/') ? dir + name : `${dir}/${name}`) as FileId;
}

/** The folder that holds the file. */
export function dirname(id: FileId): FileId {
  const { head, path } = split(id);
  return fileId(head + encodePath(path.replace(/\/+$/, '').replace(/\/[^/]*$/, '') || '/'));
}

/** The last part of the path; empty for a root. */
export function basename(id: FileId): string {
  return split(id).path.replace(/\/+$/, '').split('/').at(-1) ?? '';
}

/** True when the file is in the folder or below it. */
export function isBelow(id: FileId, dir: FileId): boolean {
  const folder = withoutEnd(dir);
  return id.startsWith(folder) && (id.length === folder.length || id[folder.length] === '/');
}

const withoutEnd = (dir: FileId): string => (dir.endsWith('/') ? dir.replace(/\/+$/, '') : dir);

/** Folders by what belongs to them, to be asked for a file that is in one of them or below it: as long for a thousand folders as for one. */
export class ByFolder<T> {
  private readonly heads = new Map<string, T>();

  constructor(all: Iterable<readonly [folder: FileId, of: T]> = []) {
    for (const [folder, of] of all) this.heads.set(withoutEnd(folder), of);
  }

  /** What belongs to the folder itself, made where there is nothing yet. */
  at(folder: FileId, make: () => T): T {
    const head = withoutEnd(folder);
    let known = this.heads.get(head);
    if (known === undefined) this.heads.set(head, (known = make()));
    return known;
  }

  /** What belongs to the folders that a file is in, the nearest first; the file itself may be one of them. */
  *above(id: FileId): Generator<T> {
    for (let end = this.heads.size ? id.length : 0; end > 0; end = id.lastIndexOf('/', end - 1)) {
      const of = this.heads.get(id.slice(0, end));
      if (of !== undefined) yield of;
    }
  }
}

/** Whether a file is in one of many folders or below it. */
export function belowAnyOf(folders: Iterable<FileId>): (id: FileId) => boolean {
  const all = new ByFolder([...folders].map((folder) => [folder, true] as const));
  return (id) => !all.above(id).next().done;
}

/** `path` as seen from `dir`: relative with forward slashes when it is below, else the whole path. */
export function relativePath(id: FileId, dir: FileId): string {
  const head = dir.endsWith('/') ? dir : `${dir}/`;
  if (id.startsWith(head)) return decode(id.slice(head.length));
  const folder = pathOf(dir).replace(/\/+$/, '');
  const path = pathOf(id);
  return path.startsWith(folder + '/') ? path.slice(folder.length + 1) : path;
}

/** Stands in a path between a file and a text that is a part of it: a file is no folder, so that no file of a disk has such a path. */
const WITHIN = '/%23/';

/** The name of a part of a file; `path` keeps the parts apart, and those of one folder together. */
export const within = (host: FileId, path: string): FileId => resolve(`${host}${WITHIN}` as FileId, normalPath(`/${path}`).slice(1));

/** True for a name that `within` made, and for their folders. */
export const isWithin = (file: FileId): boolean => `${file}/`.includes(WITHIN);

/** The file of the disk that a name stands for: the one that holds a part, every other file itself. */
export function hostFileOf(file: FileId): FileId {
  const at = `${file}/`.indexOf(WITHIN);
  return at < 0 ? file : (file.slice(0, at) as FileId);
}
