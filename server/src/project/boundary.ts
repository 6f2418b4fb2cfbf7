/**
 * What a project is: the folder from which everything that a file's configuration may name is read, and beyond which nothing is. It is decided
 * by the file itself, so that whoever asks about it, by the file, by a folder or in an editor, is told about the same project.
 */
import { dirname, type FileId, isBelow, pathOf, resolve } from '../base/file-id.ts';
import type { FileSystem } from '../base/file-system.ts';

export interface Boundary {
  readonly folder: FileId;
  /** a system's own configuration, outside of any repository: absolute includes mean what they say */
  readonly system: boolean;
  /** nothing marks a project here: only what was named is looked at, not what is beside it */
  readonly bare: boolean;
  /** nothing marks a project here either, but somebody named the folder or has it open: several projects may lie in it */
  readonly loose: boolean;
}

/** Files that are in the folder of a project. */
const MARKS = [
  '.proxylens.yaml',
  '.proxylens.yml',
  'compose.yaml',
  'compose.yml',
  'docker-compose.yml',
  'docker-compose.yaml',
  'Dockerfile',
  'manage.py',
  'pyproject.toml',
  'requirements.txt',
  'setup.py',
  'Pipfile',
  'Procfile',
  'package.json',
  'composer.json',
  'Gemfile',
  'go.mod',
  'Cargo.toml',
  'pom.xml',
  'ansible.cfg',
  'Chart.yaml',
  'Vagrantfile',
  'docker-stack.yml',
  'site.yml',
  'playbook.yml',
  'galaxy.yml',
  'Puppetfile',
  'Berksfile',
  'flake.nix',
  'fabfile.py',
  'Jenkinsfile',
  '.gitlab-ci.yml',
  'metadata.json',
];
/** Whether a file says that its folder is a project. */
export const isProjectMark = (name: string): boolean => MARKED_BY.has(name);
const MARKED_BY = new Set(MARKS);
const REPOSITORY = ['.git', '.hg', '.svn'];
const MAX_UP = 24;
/** Without a repository a project's mark is looked for this far up. */
const MAX_MARK_UP = 6;
/** Main files lie this far above the files that they include. */
const MAX_MAIN_UP = 4;

/** Folders that hold projects and are none: homes, temporary folders, the heads of a system. */
const SHARED =
  /^\/?$|^\/(home|Users|root|tmp|private|private\/tmp|var|var\/tmp|var\/www|var\/lib|etc|usr|usr\/local|usr\/local\/etc|usr\/share|opt|srv|mnt|media|dev|proc|sys|run|work|workspaces?|data)$|^\/(home|Users)\/[^/]+$|^\/[a-z]:(\/Users(\/[^/]+)?|\/Windows|\/Temp)?$/i;
/** A URI with folders; `untitled:Untitled-1` has none. */
const HIERARCHICAL = /^[a-z][a-z0-9+.-]*:\/\//i;
const SYSTEM = /^\/(etc|usr\/local|opt)(\/|$)/;

/** True for folders of the system that many projects share, such as the root or a home folder. */
export const isShared = (folder: FileId): boolean => SHARED.test(pathOf(folder).replace(/\/+$/, ''));

/**
 * The project of a file or folder. `hints` are folders that a person works in (the working folder, the editor's folders): where no
 * repository says how far the project goes, the one that holds the file does.
 */
export async function boundaryOf(
  named: FileId,
  kind: 'file' | 'folder',
  files: FileSystem,
  hints: readonly FileId[] = [],
): Promise<Boundary> {
  const start = kind === 'folder' ? named : dirname(named);
  const system = SYSTEM.test(pathOf(named));
  let marked: FileId | null = null;
  let folder = start;
  if (!HIERARCHICAL.test(named)) return { folder: named, system: false, bare: true, loose: false };
  for (let up = 0; up < MAX_UP; up++, folder = dirname(folder)) {
    // a folder that many share may hold a million entries, and marks nothing
    if (!isShared(folder)) {
      const names = new Set((await files.list(folder)).map((e) => e.name));
      if (REPOSITORY.some((n) => names.has(n))) return { folder, system: false, bare: false, loose: false };
      if (up <= MAX_MARK_UP && MARKS.some((n) => names.has(n))) marked = folder;
    }
    if (dirname(folder) === folder) break;
  }
  const wider = (a: FileId | null, b: FileId | null): FileId | null => (a && b ? (isBelow(a, b) ? b : a) : (a ?? b));
  const hint = hints.filter((h) => isBelow(start, h) && !isShared(h)).sort((a, b) => a.length - b.length)[0] ?? null;
  const known = wider(wider(marked, hint), kind === 'folder' ? named : null);
  const main = await mainAbove(start, files);
  // a file of sites-available belongs to the nginx.conf above it, also where a folder between them has a mark
  const found = main && !(known && isBelow(main, known)) ? (wider(known, main) as FileId) : known;
  if (found) return { folder: found, system, bare: false, loose: !system && found !== marked && found !== main };
  return { folder: start, system, bare: isShared(start), loose: false };
}

/** The folder of the nearest nginx.conf above a folder, that folder included. */
async function mainAbove(start: FileId, files: FileSystem): Promise<FileId | null> {
  let folder = start;
  for (let up = 0; up < MAX_MAIN_UP && !isShared(folder); up++, folder = dirname(folder)) {
    if ((await files.stat(resolve(folder, './nginx.conf')))?.kind === 'file') return folder;
    if (dirname(folder) === folder) break;
  }
  return null;
}
