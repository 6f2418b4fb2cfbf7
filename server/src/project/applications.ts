/**
 * Which of a project's application files belong to one of its configurations. A repository may hold several deployments side by side (examples, services, a
 * sample among tests): what another one has to itself, with an nginx of its own, says nothing about this one.
 */
import { basename, dirname, type FileId, hostOf, isBelow, relativePath, resolve } from '../base/file-id.ts';
import { readCompose } from '../deploy/compose.ts';
import type { Deployment } from '../deploy/deployment.ts';
import { MAX_FILES } from '../deploy/wanted.ts';
import { coveringOf, type Part, type Project, placesMain } from './deployed.ts';
import { type Instance, isCompose } from './mounts.ts';

/** Files in whose folder something is deployed. `package.json` and the like stand in every folder of a monorepo. */
const MARK =
  /^((docker-)?compose([.-][\w.-]+)?\.ya?ml|manage\.py|Procfile|Dockerfile|pyproject\.toml|requirements\.txt|Chart\.yaml|composer\.json)$/;
/** Files that start an application or are one. An image of nginx alone, with its Dockerfile and its files, is a part of what is around it. */
const STARTS = /^((docker-)?compose([.-][\w.-]+)?\.ya?ml|Procfile|.*\.(py|service))$/;

/**
 * The folders below a project's own that are deployed by themselves: they hold a mark, configuration of nginx, and what starts an application.
 * `isOther` says whether the application's side needs a file, by its path within a folder.
 */
export function partsOf(
  folder: FileId,
  { files, configs, isOther }: { files: ReadonlySet<FileId>; configs: readonly FileId[]; isOther: (path: string) => boolean },
): Part[] {
  const marked = new Set([...files].filter((f) => MARK.test(basename(f))).map(dirname));
  marked.delete(folder);
  // only folders above a configuration are of interest
  const above = new Set<FileId>();
  for (const config of configs)
    for (let at = dirname(hostOf(config)); isBelow(at, folder) && at !== folder && !above.has(at); at = dirname(at)) above.add(at);
  const parts = [...above].filter((f) => marked.has(f));
  return parts.flatMap((part): Part[] => {
    const mine = [...files].filter((f) => isBelow(f, part) && isOther(relativePath(f, part)));
    if (!mine.some((f) => STARTS.test(basename(f)))) return [];
    return [{ folder: part, own: mine.filter((f) => !isOther(relativePath(f, folder))) }];
  });
}

/** The files of the application's side for a configuration, of which `most` are read at the most. */
export interface ApplicationFiles {
  readonly files: readonly FileId[];
  /** where those start no application: the same with what other deployments below have to themselves */
  readonly wider: readonly FileId[] | null;
}

/** The application files for a main file, a file within a stand-in, or a folder. `more` are files that only an editor knows. */
export function applicationFilesOf(project: Project, root: FileId, more: readonly FileId[] = []): ApplicationFiles {
  const anchor = anchorOf(project, root);
  const apart = partsApart(project, root);
  const within = project.parts.filter(({ folder }) => isBelow(anchor, folder)).flatMap((p) => p.own);
  const all = [...new Set([...within, ...project.others, ...more.filter((f) => isBelow(f, project.boundary))])];
  const mine = (file: FileId): boolean => !apart.some((folder) => isBelow(file, folder));
  if (!apart.length) return { files: all.slice(0, MAX_FILES), wider: null };
  const files = all.filter(mine);
  // what the files beside the deployment say first, so that a budget never costs it
  const near = (file: FileId): number => (isBelow(file, anchor) ? 0 : 1);
  return {
    files: files.sort((a, b) => near(a) - near(b)).slice(0, MAX_FILES),
    wider: all.filter((f) => mine(f) || isBelow(f, anchor)).slice(0, MAX_FILES),
  };
}

/** The folders that are deployed by themselves and have nothing to do with a configuration. */
export function partsApart(project: Project, root: FileId): readonly FileId[] {
  const anchor = anchorOf(project, root);
  const foreign = project.parts.map((p) => p.folder).filter((folder) => !isBelow(anchor, folder) && !isBelow(root, folder));
  if (!foreign.length) return foreign;
  const used = [...usedBy(project, root)];
  return foreign.filter((folder) => !used.some((f) => isBelow(f, folder)));
}

/** The application files of a configuration, put together; where another deployment is looked at too, only if there is no application without it. */
export function deploymentFor(sides: ApplicationFiles, read: (files: readonly FileId[]) => Deployment): Deployment {
  const own = read(sides.files);
  return own.applications.length || !sides.wider ? own : read(sides.wider);
}

/** What starts nginx with a file, as far as the project says. */
function startedBy(project: Project, root: FileId): Instance | undefined {
  const covering = coveringOf(project, root);
  return covering.find((i) => placesMain(i, root)) ?? covering[0];
}

/** The folder that a configuration is deployed from: that of the compose file, manifest or Dockerfile which mounts or copies it, else its own. */
function anchorOf(project: Project, root: FileId): FileId {
  const by = startedBy(project, root);
  return dirname(by && by.kind !== 'ansible' && by.kind !== 'systemd' ? by.at.file : hostOf(root));
}

/** The files and folders that the compose file which starts nginx names: what its other services are built from and given. */
function usedBy(project: Project, root: FileId): ReadonlySet<FileId> {
  const file = startedBy(project, root)?.at.file;
  const out = new Set<FileId>();
  const follow = (compose: FileId): void => {
    const text = project.placing.get(compose);
    if (text === undefined || out.has(compose) || !isCompose(basename(compose))) return;
    out.add(compose);
    const { services, includes } = composeOf(compose, text);
    const named = (path: string | null | undefined): void => {
      if (path && /^\.{0,2}\//.test(path)) out.add(resolve(dirname(compose), path));
    };
    for (const service of services) {
      if (service.dockerfile) out.add(dirname(service.dockerfile));
      for (const { source } of service.mounts) named(source);
      for (const { path } of service.environmentFiles) named(path);
      if (service.extends?.file) follow(resolve(dirname(compose), service.extends.file));
    }
    for (const path of includes) follow(resolve(dirname(compose), path));
  };
  if (file) follow(file);
  return out;
}

/** A compose file; one that cannot be read names nothing. */
function composeOf(file: FileId, text: string): Pick<ReturnType<typeof readCompose>, 'services' | 'includes'> {
  try {
    return readCompose(file, text);
  } catch {
    return { services: [], includes: [] };
  }
}
