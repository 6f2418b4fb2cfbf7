/** Paths of the deployed system and the files of the project at them: what mounts, copies, tasks and scripts say is put down in this form. */
import { basename, dirname, type FileId, isBelow, normalPath, relativePath, resolve } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import type { Environment } from '../deploy/shell.ts';

/** A file or folder of the project at a path of the deployed system. */
export interface Placed {
  /** without a slash at its end; may hold placeholders of a template */
  readonly inside: string;
  readonly file: FileId;
  /** what says so */
  readonly at: Place;
}

/** A configuration within another text, and the file that it becomes. */
export interface Written {
  readonly file: FileId;
  /** as it is written; null where the text does not say one */
  readonly target: string | null;
  /** it is a main file by what it holds */
  readonly main: boolean;
  readonly at: Place;
}

/** What is known of the project's files without reading them. */
export interface Known {
  readonly boundary: FileId;
  readonly files: ReadonlySet<FileId>;
  /** the configuration that a part of a text is, such as a key of a ConfigMap; null where it is none */
  readonly inner?: (part: Place) => FileId | null;
  /** the configurations that files hold which are none, each with the path that it is written to: relative to a folder that nobody knows, where a script says so */
  readonly hosts?: ReadonlyMap<FileId, readonly Written[]>;
  /** told of a file that could not be read completely, with the reason in words that follow a colon */
  readonly unread?: (file: FileId, why: string) => void;
  /** the variables of the `.env` file in a folder, which is Compose's own environment */
  readonly environment?: (folder: FileId) => Environment;
}

/** Names of folders, for a path that says nothing of itself. */
export const FOLDER_NAME =
  /(^|\/)(nginx|conf\.d|http\.d|sites-(available|enabled)|templates|snippets|conf|includes?|vhosts?\.d|stream\.d|modules-enabled|app|code|src)$/;

/** Whether a folder holds links to what is used of another one, such as `sites-enabled`. */
export const isOfLinks = (folder: string): boolean => /enabled\/?$/.test(folder);

/** Folders that nginx's configuration is in on some system. */
export const NGINX_FOLDERS =
  /^\/(etc\/(nginx|angie|openresty)|usr\/local\/(etc\/nginx|nginx\/conf|openresty\/nginx(\/conf)?)|opt\/(nginx|bitnami\/nginx)(\/conf)?|opt\/angie)(\/|$)/;

/** What follows a variable only where the variable is nginx's own folder. */
const OF_NGINX = String.raw`(?:(?:sites|streams?)-(?:available|enabled)|(?:conf|http|stream|vhost)s?\.d|snippets)\/|nginx\.conf$`;
const ANY_MARK = String.raw`\{\{[^{}]*\}\}`;
const FOLDER_MARK =
  /^\{\{(?![^{}]*(?:log|cache|html|www|web|ssl|cert|pid|run|tmp))[^{}]*(?:nginx|openresty|angie)[^{}]*(?:dir|path|root|etc|home|folder)[^{}]*\}\}(?=\/)/i;
const BEFORE_TAIL = new RegExp(`^(?:${ANY_MARK})+/?(?=${OF_NGINX})`);
const BEFORE_ROOT = new RegExp(`^(?:${ANY_MARK})+/?(?=/(?:etc|usr/local|opt)/)`);

/**
 * A path of the deployed system in which variables are written `{{…}}`: the literal end decides what is known of it. Null where a folder of it is in a variable;
 * a variable in the last name stays.
 */
export function deployedPath(path: string): string | null {
  const whole = path.replace(/\{\{[^{}]*\}\}/g, (mark) => mark.replaceAll('/', '_'));
  const own = whole.replace(FOLDER_MARK, '/etc/nginx').replace(BEFORE_ROOT, '').replace(BEFORE_TAIL, '/etc/nginx/');
  return own.startsWith('/') && !own.slice(0, own.lastIndexOf('/')).includes('{{') ? own : null;
}

/** Folders with a file in them, by the list of files. */
const foldersOf = new WeakMap<ReadonlySet<FileId>, ReadonlySet<FileId>>();

function isFolder(id: FileId, { files }: Known): boolean {
  let known = foldersOf.get(files);
  if (!known) {
    const all = new Set<FileId>();
    for (const file of files) for (let at = dirname(file); !all.has(at) && dirname(at) !== at; at = dirname(at)) all.add(at);
    foldersOf.set(files, (known = all));
  }
  return known.has(id.replace(/\/$/, '') as FileId);
}

/** Whether the project has a file or folder of that name. */
export const there = (id: FileId, known: Known): boolean => known.files.has(id) || isFolder(id, known);

/** Files by their own names, by the list of files. */
const byName = new WeakMap<ReadonlySet<FileId>, ReadonlyMap<string, readonly FileId[]>>();

/** The files of the project that are called so, in any folder. */
export function filesCalled(name: string, { files }: Known): readonly FileId[] {
  let known = byName.get(files);
  if (!known) {
    const all = new Map<string, FileId[]>();
    for (const file of files) {
      const own = basename(file);
      const list = all.get(own);
      if (list) list.push(file);
      else all.set(own, [file]);
    }
    byName.set(files, (known = all));
  }
  return known.get(name) ?? [];
}

/** An absolute path without dots, and without a slash at its end. */
export const clean = (path: string): string => normalPath(path).replace(/(?<=.)\/+$/, '');

/** Folders whose files the main files of packages read. */
const READ_FOLDERS = /^\/etc\/nginx\/(conf\.d|http\.d|sites-enabled)\//;

/** The file of the project at a path of the deployed system; the last and most exact of what says so counts. */
export function nearestPlace(placed: readonly Placed[], inside: string): FileId | null {
  let best: Placed | null = null;
  for (const p of placed)
    if ((inside === p.inside || p.inside === '/' || inside.startsWith(p.inside + '/')) && (!best || p.inside.length >= best.inside.length))
      best = p;
  return best
    ? inside === best.inside
      ? best.file
      : resolve(best.file, './' + inside.slice(best.inside === '/' ? 1 : best.inside.length + 1))
    : null;
}

/** The paths of the deployed system at which a file of the project is found, the most exact first. */
export function insidePaths(placed: readonly Placed[], file: FileId): { readonly path: string; readonly by: Placed }[] {
  return placed
    .filter((p) => isBelow(file, p.file))
    .sort((a, b) => b.file.length - a.file.length)
    .map((by) => ({ path: file === by.file ? by.inside : clean(`${by.inside}/${relativePath(file, by.file)}`), by }))
    .sort((a, b) => Number(READ_FOLDERS.test(b.path)) - Number(READ_FOLDERS.test(a.path)));
}

/** A folder and those above it, up to the boundary. */
export function upTo(start: FileId, boundary: FileId): FileId[] {
  const out: FileId[] = [];
  for (let folder = start; isBelow(folder, boundary); folder = dirname(folder)) {
    out.push(folder);
    if (dirname(folder) === folder) break;
  }
  return out.length ? out : [start];
}
