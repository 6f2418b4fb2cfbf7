/**
 * Which of a project's application files belong to one of its configurations. A repository may hold several deployments side by side (examples, services, a
 * sample among tests): what another one has to itself, with an nginx of its own, says nothing about this one.
 */

import { type CancelToken, check } from '../base/cancel.ts';
import {
  ByFolder,
  basename,
  belowAnyOf,
  dirname,
  type FileId,
  hostFileOf,
  isBelow,
  pathOf,
  relativePath,
  resolve,
} from '../base/file-id.ts';
import { namesServices } from '../deploy/compose.ts';
import type { Deployment } from '../deploy/deployment.ts';
import { readServices } from '../deploy/quadlet.ts';
import { MAX_FILES } from '../deploy/wanted.ts';
import { coveringOf, type Part, type Project, placesMain } from './deployed.ts';
import { type Instance, OF_IMAGES } from './mounts.ts';

/** Files in whose folder something is deployed. `package.json` and the like are in every folder of a monorepo. */
const MARK = /^(manage\.py|Procfile|Dockerfile|pyproject\.toml|requirements\.txt|Chart\.yaml|composer\.json)$/;
/** Files that start an application or are one. An image of nginx alone, with its Dockerfile and its files, is a part of what is around it. */
const STARTS = /^(Procfile|.*\.(py|service))$/;

/** Whether a file says that its folder may be deployed by itself. */
export const isMark = (file: FileId): boolean => namesServices(basename(file)) || MARK.test(basename(file));

/** Files that are looked at before others get their turn. */
const AT_ONCE = 4000;

/**
 * The folders below a project's own that are deployed by themselves: they hold a mark, configuration of nginx, and what starts an application. `marked` are
 * folders with a mark; `isOther` says whether the application's side needs a file, by its path within a folder. Throws Cancelled.
 */
export async function partsOf(
  folder: FileId,
  {
    files,
    configs,
    marked,
    units,
    isOther,
    cancel,
    breath,
  }: {
    files: ReadonlySet<FileId>;
    configs: readonly FileId[];
    marked: ReadonlySet<FileId>;
    /** projects of their own, whatever they start */
    units: readonly FileId[];
    isOther: (path: string) => boolean;
    cancel: CancelToken;
    /** gives others their turn */
    breath: () => Promise<unknown>;
  },
): Promise<Part[]> {
  const found = new Map<FileId, { own: FileId[]; starts: boolean }>(units.map((unit) => [unit, { own: [], starts: true }]));
  const looked = new Set<FileId>([folder]);
  for (const config of configs)
    for (let at = dirname(hostFileOf(config)); isBelow(at, folder) && !looked.has(at); at = dirname(at)) {
      looked.add(at);
      if (marked.has(at) && !found.has(at)) found.set(at, { own: [], starts: false });
    }
  if (!found.size) return [];
  const around = new Map<FileId, readonly FileId[]>([[folder, []]]);
  const partsAround = (at: FileId): readonly FileId[] => {
    let known = around.get(at);
    if (!known) {
      const outer = isBelow(dirname(at), folder) ? partsAround(dirname(at)) : [];
      around.set(at, (known = found.has(at) ? [...outer, at] : outer));
    }
    return known;
  };
  let looks = 0;
  for (const file of files) {
    if (++looks % AT_ONCE === 0) {
      await breath();
      check(cancel);
    }
    for (const part of partsAround(dirname(file))) {
      const made = found.get(part)!;
      if (!isOther(relativePath(file, part))) continue;
      made.starts ||= namesServices(basename(file)) || STARTS.test(basename(file));
      if (!isOther(relativePath(file, folder))) made.own.push(file);
    }
  }
  return [...found].flatMap(([at, { own, starts }]) => (starts ? [{ folder: at, own, alone: units.includes(at) }] : []));
}

/** The files of the application's side for a configuration, of which `most` are read at the most. */
interface ApplicationFiles {
  readonly files: readonly FileId[];
  /** where those start no application: the same with what other deployments below have to themselves */
  readonly wider: readonly FileId[] | null;
}

const known = new WeakMap<Project, Map<string, ApplicationFiles>>();

/** Files by the parts of a project that they are in: of hundreds of deployments each has few. */
class FilesByPart {
  private readonly outside: number[] = [];
  private readonly inside = new Map<FileId, number[]>();

  constructor(
    private readonly files: readonly FileId[],
    private readonly parts: readonly Part[],
    by: ByFolder<number>,
  ) {
    for (const [n, file] of files.entries()) {
      let isInside = false;
      for (const nth of by.above(file)) {
        const { folder } = parts[nth]!;
        const list = this.inside.get(folder);
        if (list) list.push(n);
        else this.inside.set(folder, [n]);
        isInside = true;
      }
      if (!isInside) this.outside.push(n);
    }
  }

  /** Those that are in none of these parts, in their order; what is `near` is taken all the same. */
  without(apart: readonly FileId[], near: (file: FileId) => boolean = () => false): FileId[] {
    const isApart = belowAnyOf(apart);
    const away = new Set(apart);
    const found = new Set(this.outside);
    for (const { folder } of this.parts) {
      if (away.has(folder) && !near(folder)) continue;
      for (const n of this.inside.get(folder) ?? []) if (!isApart(this.files[n]!) || near(this.files[n]!)) found.add(n);
    }
    return [...found].sort((a, b) => a - b).map((n) => this.files[n]!);
  }
}

/** What is asked of a project for each of its configurations, made once. */
class Sides {
  /** the places of the parts among all */
  readonly parts: ByFolder<number>;
  readonly others: FilesByPart;
  readonly configs: FilesByPart;

  constructor({ parts, others, configs }: Project) {
    this.parts = new ByFolder(parts.map(({ folder }, nth) => [folder, nth] as const));
    this.others = new FilesByPart(others, parts, this.parts);
    this.configs = new FilesByPart(configs, parts, this.parts);
  }
}

const sides = new WeakMap<Project, Sides>();

function sidesOf(project: Project): Sides {
  let one = sides.get(project);
  if (!one) sides.set(project, (one = new Sides(project)));
  return one;
}

/** The configuration files of a project that are in none of these parts. */
export const configsWithout = (project: Project, apart: readonly FileId[]): readonly FileId[] =>
  apart.length ? sidesOf(project).configs.without(apart) : project.configs;

/**
 * The application files for a main file, a file within a stand-in, or a folder. `reads` are the files of its configuration, which may be sites of
 * several deployments; `more` are files that only an editor knows; `by` is what starts it, where several that differ do.
 */
export function applicationFilesOf(
  project: Project,
  root: FileId,
  { reads = [], more = [], by = null }: { reads?: Iterable<FileId>; more?: readonly FileId[]; by?: Instance | null } = {},
): ApplicationFiles {
  const anchors = anchorsOf(project, root, by);
  const apart = partsApart(project, root, reads, by);
  const around = partsHolding(project, [root, ...anchors]);
  const key = [...anchors, '', ...apart, '', ...around.map((p) => p.folder), '', ...more].join('\n');
  let all = known.get(project);
  if (!all) known.set(project, (all = new Map()));
  let found = all.get(key);
  if (!found) all.set(key, (found = chosen(project, anchors, { apart, around, more })));
  return found;
}

/** The parts of a project that hold one of these files, in its order. */
const partsHolding = (project: Project, files: Iterable<FileId>): Part[] => {
  const { parts } = sidesOf(project);
  const found = new Set<number>();
  for (const file of files) for (const nth of parts.above(file)) found.add(nth);
  return [...found].sort((a, b) => a - b).map((nth) => project.parts[nth]!);
};

/** The folders deployed by themselves that a configuration is in, or is started from. */
export const aroundOf = (project: Project, root: FileId, by: Instance): readonly FileId[] =>
  partsHolding(project, [root, ...anchorsOf(project, root, by)]).map((p) => p.folder);

function chosen(
  project: Project,
  anchors: readonly FileId[],
  { apart, around, more }: { apart: readonly FileId[]; around: readonly Part[]; more: readonly FileId[] },
): ApplicationFiles {
  const own = around.flatMap((p) => p.own);
  const known = more.filter((f) => isBelow(f, project.boundary));
  if (!apart.length) return { files: [...new Set([...own, ...project.others, ...known])].slice(0, MAX_FILES), wider: null };
  const isApart = belowAnyOf(apart);
  const { others } = sidesOf(project);
  const of = (list: readonly FileId[]): FileId[] => list.filter((f) => !isApart(f));
  const files = [...new Set([...of(own), ...others.without(apart), ...of(known)])];
  // what the files beside the deployment say first, so that a budget never costs it
  const isNear = belowAnyOf(anchors);
  const near = (file: FileId): number => (isNear(file) ? 0 : 1);
  const wider = (list: readonly FileId[]): FileId[] => list.filter((f) => !isApart(f) || isNear(f));
  return {
    files: files.sort((a, b) => near(a) - near(b)).slice(0, MAX_FILES),
    wider: [...new Set([...wider(own), ...others.without(apart, isNear), ...wider(known)])].slice(0, MAX_FILES),
  };
}

/** The folders that are deployed by themselves and have nothing to do with a configuration, of which `reads` are the files as far as they are known. */
export function partsApart(project: Project, root: FileId, reads: Iterable<FileId> = [], by: Instance | null = null): readonly FileId[] {
  const anchors = anchorsOf(project, root, by);
  const mine = new Set(partsHolding(project, [root, ...anchors]));
  if (mine.size === project.parts.length) return [];
  for (const part of partsHolding(project, [...usedBy(project, root, by), ...new Set([...reads].map(hostFileOf))])) mine.add(part);
  return project.parts.flatMap((part) => (mine.has(part) ? [] : [part.folder]));
}

/** The application files of a configuration, put together; where another deployment is looked at too, only if there is no application without it. */
export function deploymentFor(sides: ApplicationFiles, read: (files: readonly FileId[]) => Deployment): Deployment {
  const own = read(sides.files);
  return own.applications.length || !sides.wider ? own : read(sides.wider);
}

/** What starts nginx with a file, as far as the project says: two deployments may share one main file. */
function startersOf(project: Project, root: FileId, by: Instance | null): readonly Instance[] {
  if (by) return [by];
  const covering = coveringOf(project, root);
  const starting = covering.filter((i) => placesMain(i, root));
  return starting.length ? starting : covering.slice(0, 1);
}

/** The folders that a configuration is deployed from: those of the compose files, manifests or Dockerfiles that mount or copy it, else its own. */
function anchorsOf(project: Project, root: FileId, by: Instance | null): readonly FileId[] {
  const from = startersOf(project, root, by)
    .filter((i) => OF_IMAGES.includes(i.kind))
    .map((i) => dirname(i.at.file));
  return from.length ? [...new Set(from)] : [dirname(hostFileOf(root))];
}

/** The files and folders that the compose files which start nginx name: what their other services are built from and given. */
function usedBy(project: Project, root: FileId, by: Instance | null): ReadonlySet<FileId> {
  const out = new Set<FileId>();
  const follow = (compose: FileId): void => {
    const text = project.placing.get(compose);
    if (text === undefined || out.has(compose) || !namesServices(pathOf(compose), text)) return;
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
  for (const { at } of startersOf(project, root, by)) follow(at.file);
  return out;
}

/** A compose file; one that cannot be read names nothing. */
function composeOf(file: FileId, text: string): Pick<ReturnType<typeof readServices>, 'services' | 'includes'> {
  try {
    return readServices(file, text);
  } catch {
    return { services: [], includes: [] };
  }
}
