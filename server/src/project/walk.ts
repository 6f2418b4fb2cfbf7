/** The walk through a project's folders: bounded, never out of the project through a link, and past what a repository itself leaves out. */
import ignoring, { type Ignore } from 'ignore';
import { type CancelToken, check, NEVER } from '../base/cancel.ts';
import { basename, dirname, entryOf, type FileId, isBelow, relativePath, resolve } from '../base/file-id.ts';
import type { Entry, FileSystem } from '../base/file-system.ts';

/** Folders of dependencies, builds and caches. */
const SKIP = new Set([
  'node_modules',
  'bower_components',
  '.git',
  '.hg',
  '.svn',
  '.venv',
  'venv',
  '__pycache__',
  '.tox',
  '.nox',
  '.mypy_cache',
  '.pytest_cache',
  '.ruff_cache',
  '.terraform',
  '.idea',
  'target',
  '.cache',
  '.next',
  '.nuxt',
  'site-packages',
  '.tools',
]);
/** Folders that a build writes in one repository, and that hold what is needed for a deployment in another. */
const BUILT = new Set(['dist', 'build']);
/** What is looked for in them: nginx's files by their name or ending, in folders that are called for such files. */
const OF_DEPLOYMENT = /nginx|\.conf\b|^(?:Dockerfile|(?:docker-)?compose)\b/i;
const FOLDER_OF_DEPLOYMENT = /nginx|^(?:docker|conf|config|deploy|templates?|conf\.d|sites-\w+)$/i;
const MAX_ENTRIES = 60_000;
const MAX_DEPTH = 40;
const MAX_IGNORE_BYTES = 64 * 1024;

export interface WalkOptions {
  readonly cancel?: CancelToken;
  /** what is below is looked at although a rule of the repository leaves it out: someone named it */
  readonly named?: readonly FileId[];
  /** whether a person's editor leaves a file or folder out, with all that is below */
  readonly excluded?: (id: FileId) => boolean;
  /** told when the walk ends before its end, in words for people, and which folders it did not get to */
  readonly cut?: (why: string, left: readonly FileId[]) => void;
  /** links that leave the folders, as they are met */
  readonly leaving?: (link: FileId) => void;
}

/** Files that someone else has looked for. */
export interface Candidates {
  readonly files: readonly FileId[];
  /** there are more than these */
  readonly more: boolean;
}

/** A file system whose folders hold the candidates and nothing else, so that all that is left out of a walk is left out of them. */
export function holding({ files: candidates }: Candidates, files: FileSystem): Pick<FileSystem, 'list' | 'read' | 'real'> {
  const folders = new Map<FileId, Map<string, Entry>>();
  for (const file of candidates)
    for (let id = file, kind: Entry['kind'] = 'file'; dirname(id) !== id; id = dirname(id), kind = 'folder') {
      const folder = dirname(id);
      const entries = folders.get(folder) ?? new Map<string, Entry>();
      folders.set(folder, entries);
      const name = basename(id);
      if (entries.has(name)) break;
      entries.set(name, { name, kind });
    }
  return {
    list: async (folder) => [...(folders.get(folder)?.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1)),
    read: (file) => files.read(file),
    ...(files.real ? { real: (file: FileId) => files.real!(file) } : {}),
  };
}

interface Rules {
  readonly folder: FileId;
  readonly ignore: Ignore;
}

/**
 * The files below the folders, breadth first, each once; the order of entries is the file system's. What was named comes first, with all that is
 * below it: where a limit is met it is the rest that is not looked at. Throws Cancelled.
 */
export async function* filesBelow(
  folders: readonly FileId[],
  files: Pick<FileSystem, 'list' | 'read' | 'real'>,
  { cancel = NEVER, named = [], excluded, cut, leaving }: WalkOptions = {},
): AsyncGenerator<FileId> {
  let budget = MAX_ENTRIES;
  const real = async (id: FileId): Promise<FileId> => (await files.real?.(id)) ?? id;
  const within = await Promise.all(folders.map(real));
  /** `real`: its real path; null where it is to be asked for */
  type Step = { folder: FileId; real: FileId | null; depth: number; rules: readonly Rules[]; built?: boolean };
  const starts = [...named, ...folders];
  const queue: Step[] = [];
  const seen = new Set<FileId>();
  let deep = false;
  for (let at = 0, begun = 0; ; at++) {
    if (at === queue.length) {
      const start = starts[begun++];
      if (start === undefined) return;
      queue.push({ folder: start, real: null, depth: 0, rules: [] });
    }
    const next = queue[at]!;
    const folder = next.real ?? (await real(next.folder));
    if (seen.has(folder)) continue;
    seen.add(folder);
    check(cancel);
    const entries = await files.list(next.folder);
    let { rules } = next;
    if (entries.some((e) => e.name === '.gitignore' && e.kind === 'file')) {
      const read = await files.read(resolve(next.folder, './.gitignore'));
      if (read && !read.problem && read.text.length <= MAX_IGNORE_BYTES)
        rules = [...rules, { folder: next.folder, ignore: ignoring({ allowRelativePaths: true }).add(read.text) }];
    }
    for (const entry of entries) {
      if (budget-- <= 0) {
        const later = queue.slice(at + 1).filter((step) => !seen.has(step.real ?? step.folder));
        const left = [next.folder, ...later.map((step) => step.folder), ...starts.slice(begun)];
        // what holds a folder that was named and is none itself: that one was walked before it
        const isLeft = (id: FileId): boolean => named.some((n) => isBelow(id, n)) || !named.some((n) => isBelow(n, id));
        cut?.(`only the first ${MAX_ENTRIES.toLocaleString('en')} files and folders were looked at`, left.filter(isLeft));
        return;
      }
      if (entry.kind === 'other' || (next.built && !(entry.kind === 'file' ? OF_DEPLOYMENT : FOLDER_OF_DEPLOYMENT).test(entry.name)))
        continue;
      const id = entryOf(next.folder, entry.name);
      if (excluded?.(id)) continue;
      if (rules.length && isIgnored(id, entry.kind === 'folder', rules)) continue;
      const target = entry.link ? await real(id) : null;
      if (target !== null && !within.some((w) => isBelow(target, w))) {
        leaving?.(id);
        continue;
      }
      if (entry.kind === 'file') yield id;
      else if (!SKIP.has(entry.name)) {
        if (next.depth < MAX_DEPTH)
          // what is no link lies where its folder does: thousands of folders are not asked about
          queue.push({
            folder: id,
            real: target ?? entryOf(folder, entry.name),
            depth: next.depth + 1,
            rules,
            built: next.built || BUILT.has(entry.name),
          });
        else if (!deep) {
          deep = true;
          cut?.(`folders more than ${MAX_DEPTH} levels down were left out, such as ${basename(id)}`, folders);
        }
      }
    }
  }
}

function isIgnored(id: FileId, folder: boolean, rules: readonly Rules[]): boolean {
  let ignored = false;
  for (const rule of rules) {
    const path = relativePath(id, rule.folder) + (folder ? '/' : '');
    const { ignored: out, unignored } = rule.ignore.test(path);
    if (out) ignored = true;
    else if (unignored) ignored = false;
  }
  return ignored;
}
