/** Finds main files in a workspace without being told: nginx.conf at its usual places, files with main-level blocks, compose mounts, Dockerfile COPY. */

import { parse as parseYaml } from 'yaml';
import { type CancelToken, check, NEVER } from '../base/cancel.ts';
import { basename, dirname, type FileId, isBelow, pathOf, relativePath, resolve } from '../base/file-id.ts';
import type { FileSystem } from '../base/file-system.ts';
import type { PathMap } from '../config/settings.ts';

export interface Roots {
  /** main files, the likeliest first */
  readonly roots: readonly FileId[];
  /** what compose files and Dockerfiles say of nginx's paths */
  readonly pathMap: readonly PathMap[];
  /** `FROM nginx:1.27` and `image: nginx:1.27`, where one is found */
  readonly version: { readonly text: string; readonly file: FileId } | null;
  /** all files of the workspace that look like nginx configuration, roots or not */
  readonly files: readonly FileId[];
  /** files of the application's side, for `deploy/` */
  readonly others: readonly FileId[];
}

const SKIP = new Set([
  'node_modules',
  '.git',
  '.hg',
  '.svn',
  '.venv',
  'venv',
  '__pycache__',
  '.tox',
  '.mypy_cache',
  'dist',
  'build',
  'target',
  '.cache',
  'site-packages',
  '.tools',
]);
const MAX_ENTRIES = 50_000;
const MAX_DEPTH = 12;

const CONF = /(^|\/)nginx[^/]*\.conf(\.(j2|jinja2|template|tmpl|ctmpl|erb|epp))?$|\.nginx$|\.vhost$/i;
const SITE = /\.conf(\.(j2|jinja2|template|tmpl|ctmpl|erb|epp))?$/i;
const NGINX_FOLDER = /(^|\/)(nginx|sites-(available|enabled)|conf\.d|vhosts?(\.d)?|snippets)(\/|$)/i;

/** True when the path alone says that the file is nginx configuration. */
export const looksLikeNginx = (path: string): boolean =>
  CONF.test(path) ||
  (NGINX_FOLDER.test(path.replace(/\/[^/]*$/, '')) && (SITE.test(path) || /(^|\/)sites-(available|enabled)\/[^/.]+[^/]*$/.test(path)));

/** Main-level blocks make a file a main file, whatever its name: comments and strings aside, that is all that nginx asks for. */
export const holdsMainBlocks = (text: string): boolean => /^[ \t]*events\s*\{/m.test(text) || /^[ \t]*(http|stream|mail)\s*\{/m.test(text);

/** Walks the folders, bounded in depth and number; the order of entries is the file system's. */
export async function* filesBelow(folders: readonly FileId[], files: FileSystem, cancel: CancelToken = NEVER): AsyncGenerator<FileId> {
  let left = MAX_ENTRIES;
  const queue = folders.map((folder) => ({ folder, depth: 0 }));
  const seen = new Set<FileId>();
  for (let next = queue.shift(); next; next = queue.shift()) {
    const real = (await files.real?.(next.folder)) ?? next.folder;
    if (seen.has(real)) continue;
    seen.add(real);
    check(cancel);
    for (const entry of await files.list(next.folder)) {
      if (left-- <= 0) return;
      const id = resolve(next.folder, './' + entry.name);
      if (entry.kind === 'folder') {
        if (next.depth < MAX_DEPTH && !SKIP.has(entry.name)) queue.push({ folder: id, depth: next.depth + 1 });
      } else if (entry.kind === 'file') yield id;
    }
  }
}

/**
 * Looks through the folders. `isOther` says of a path within its folder whether the application's side needs the file.
 * A file that another root includes is no root of its own: the caller drops those after loading.
 */
export async function findRoots(
  folders: readonly FileId[],
  files: FileSystem,
  isOther: (path: string) => boolean,
  cancel: CancelToken = NEVER,
): Promise<Roots> {
  const roots: { id: FileId; rank: number }[] = [];
  const configs: FileId[] = [];
  const others: FileId[] = [];
  const pathMap: PathMap[] = [];
  let version: Roots['version'] = null;
  for await (const id of filesBelow(folders, files, cancel)) {
    const path = pathOf(id);
    const folder = folders.find((f) => isBelow(id, f));
    if (isOther(folder ? relativePath(id, folder) : path)) others.push(id);
    const name = basename(id);
    const container = /^(docker-)?compose[^/]*\.ya?ml$/i.test(name)
      ? 'compose'
      : /^(.*\.)?dockerfile(\..*)?$/i.test(name)
        ? 'dockerfile'
        : null;
    if (!container && !looksLikeNginx(path) && !SITE.test(path)) continue;
    const read = await files.read(id);
    if (!read || read.problem) continue;
    if (container === 'compose') {
      const found = mountsOf(read.text, dirname(id));
      pathMap.push(...found.pathMap);
      if (found.version) version ??= { text: found.version, file: id };
      continue;
    }
    if (container === 'dockerfile') {
      const found = copiesOf(read.text, dirname(id));
      pathMap.push(...found.pathMap);
      if (found.version) version ??= { text: found.version, file: id };
      continue;
    }
    const main = holdsMainBlocks(read.text);
    if (main || looksLikeNginx(path)) configs.push(id);
    if (main) roots.push({ id, rank: (name === 'nginx.conf' ? 0 : 1000) + path.split('/').length });
  }
  roots.sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
  return { roots: roots.map((r) => r.id), pathMap, version, files: configs, others };
}

const VERSION = /(?:^|\/)(?:nginx|nginx-unprivileged|openresty|angie)(?:\/[\w-]+)?:(\d+\.\d+(?:\.\d+)?)/;

/** Volumes of compose services that put files of the project below nginx's folder. A file that is no compose file gives nothing. */
function mountsOf(text: string, folder: FileId): { pathMap: PathMap[]; version: string | null } {
  const pathMap: PathMap[] = [];
  let version: string | null = null;
  try {
    const doc: unknown = parseYaml(text, { merge: true, maxAliasCount: 100, logLevel: 'silent' });
    const services = (doc as { services?: Record<string, unknown> } | null)?.services ?? {};
    for (const service of Object.values(services)) {
      if (!service || typeof service !== 'object') continue;
      const { image, volumes } = service as { image?: unknown; volumes?: unknown };
      if (typeof image === 'string') version ??= VERSION.exec(image)?.[1] ?? null;
      if (!Array.isArray(volumes)) continue;
      for (const volume of volumes) {
        const [from, to] =
          typeof volume === 'string'
            ? volume.split(':')
            : [String((volume as { source?: unknown })?.source ?? ''), String((volume as { target?: unknown })?.target ?? '')];
        if (from?.startsWith('.') && to?.startsWith('/etc/nginx'))
          pathMap.push({ from: to.replace(/\/+$/, ''), to: resolve(folder, from) });
      }
    }
  } catch {
    return { pathMap: [], version: null };
  }
  return { pathMap, version };
}

/** `COPY nginx/ /etc/nginx/` of a Dockerfile, and the version of its base image. */
function copiesOf(text: string, folder: FileId): { pathMap: PathMap[]; version: string | null } {
  const pathMap: PathMap[] = [];
  const from = /^\s*FROM\s+(?:--\S+\s+)*(\S+)/im.exec(text)?.[1] ?? '';
  for (const m of text.matchAll(/^\s*(?:COPY|ADD)\s+(?:--\S+\s+)*(\S+)\s+(\/etc\/nginx\S*)\s*$/gim)) {
    const [, source = '', target = ''] = m;
    const file = /\.[a-z0-9]+$/i.test(source) && target.endsWith('/') ? target + source.split('/').at(-1) : target;
    pathMap.push({ from: file.replace(/\/+$/, ''), to: resolve(folder, './' + source) });
  }
  return { pathMap, version: VERSION.exec(from)?.[1] ?? null };
}
