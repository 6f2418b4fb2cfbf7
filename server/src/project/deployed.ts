/**
 * What a project is once it has been looked through, and which nginx a file of it is deployed with: what mounts or copies it, where it lives there, and what
 * lies around it.
 */
import { ByFolder, dirname, type FileId, isBelow } from '../base/file-id.ts';
import { mayBring } from '../deploy/brought.ts';
import { MAIN_FILES } from './main-files.ts';
import { type Instance, OF_FOLDERS } from './mounts.ts';
import { insidePaths, NGINX_FOLDERS, nearestPlace, type Placed } from './places.ts';

/** A folder within a project that is deployed by itself. */
export interface Part {
  readonly folder: FileId;
  /** its files of the application's side by their paths within it, where they are none by their paths within the project (`test/sample/app.py`) */
  readonly own: readonly FileId[];
  /** a project of its own, of a folder that is none: nothing of what is beside it is meant for it */
  readonly alone: boolean;
}

export interface Project {
  readonly boundary: FileId;
  /** a system's own configuration: absolute includes mean what they say */
  readonly system: boolean;
  /** main files, the likeliest first. One that another includes is no root of its own: the caller drops it after loading */
  readonly roots: readonly FileId[];
  /** all files that hold nginx configuration, roots or not */
  readonly configs: readonly FileId[];
  /** files that are no configuration and hold some: manifests, scripts. Documents hold examples, and are looked at when they are named */
  readonly hosts: readonly FileId[];
  /** main files within these, such as keys of a ConfigMap, in order */
  readonly innerRoots: readonly FileId[];
  /** files of the application's side, for `deploy/`, the nearest to the boundary first; `applications.ts` says which of them are a configuration's */
  readonly others: readonly FileId[];
  /** folders that are deployed by themselves */
  readonly parts: readonly Part[];
  /** what is deployed with nginx in it */
  readonly instances: readonly Instance[];
  /** the texts that say so */
  readonly placing: ReadonlyMap<FileId, string>;
  /** what was not looked at and why, for people */
  readonly notSeen: readonly string[];
  /** of these, what the limits cut off: whoever asked for the whole folder has not got an answer about it */
  readonly cut: readonly Cut[];
}

/** Something that a limit cut off. */
export interface Cut {
  /** in words for people */
  readonly why: string;
  /** the files and folders that were not looked at */
  readonly left: readonly FileId[];
}

/** Why what was asked for is not wholly looked at: what was cut off lies in one of these folders, or holds one. */
export const cutFrom = ({ cut }: Pick<Project, 'cut'>, folders: readonly FileId[]): string[] =>
  cut.filter(({ left }) => left.some((id) => folders.some((f) => isBelow(id, f) || isBelow(f, id)))).map((c) => c.why);

/** A project of which only what is named is known: for what is in no folder, such as a dump. */
export const loneProject = (folder: FileId, system: boolean): Project => ({
  boundary: folder,
  system,
  roots: [],
  configs: [],
  hosts: [],
  innerRoots: [],
  others: [],
  parts: [],
  instances: [],
  placing: new Map(),
  notSeen: [],
  cut: [],
});

/** How many folders lie above a file. */
export const depth = (file: FileId): number => file.split('/').length;

/** The nginx that a file is deployed with: that which mounts or copies it, else the one whose compose file or Dockerfile is nearest above. */
export function instancesFor(project: Project, file: FileId, by: Instance | null = null): readonly Instance[] {
  if (by) return [by];
  const covering = coveringOf(project, file);
  if (covering.length) {
    const main = covering.filter((i) => placesMain(i, file));
    return main.length ? main : covering;
  }
  const places = placesOf(project);
  for (const near of places.started.above(file)) return near;
  const own = firstIn(places.alone.above(file));
  // an example with its own files and its own container says nothing of what lies elsewhere
  return (own ? places.within(own) : places.free).filter((i) => !places.complete.has(i) || isBelow(file, dirname(i.at.file)));
}

/** What mounts or copies a file. */
export function coveringOf(project: Project, file: FileId): readonly Instance[] {
  const { placed, order } = placesOf(project);
  const found = new Set<Instance>();
  for (const list of placed.above(file))
    for (const one of list) if (insidePaths(one.placed, file).some(({ path }) => mayRead(one, path))) found.add(one);
  return found.size > 1 ? [...found].sort((a, b) => order.get(a)! - order.get(b)!) : [...found];
}

/**
 * Whether the nginx of an instance may read its configuration from a path: one that has files put into nginx's own folder reads those, and of the
 * rest of the project, which is mounted for its pages, nothing that no command and no script speaks of.
 */
function mayRead(instance: Instance, path: string): boolean {
  const { placed, main, built, starts } = instance;
  if (instance.kind !== 'compose' || built || NGINX_FOLDERS.test(path) || !placed.some((p) => NGINX_FOLDERS.test(p.inside))) return true;
  return main?.startsWith(`${path.replace(/\/[^/]*$/, '')}/`) === true || !starts || mayBring(starts, path);
}

/** What is asked of a project for each of its files, made once: there may be hundreds of deployments, and as many files of each. */
class Places {
  /** in the order of the project */
  readonly order: ReadonlyMap<Instance, number>;
  /** by what is mounted or copied */
  readonly placed = new ByFolder<Instance[]>();
  /** by the folder of the compose file or Dockerfile */
  readonly started = new ByFolder<Instance[]>();
  /** the parts that are projects of their own, with their places among all */
  readonly alone: ByFolder<readonly [nth: number, part: Part]>;
  /** those that belong to none of these parts */
  readonly free: readonly Instance[];
  /** those that read configuration of their own folder, and none of elsewhere */
  readonly complete: ReadonlySet<Instance>;
  private readonly inside = new Map<Part, Instance[]>();

  constructor({ instances, parts, configs }: Project) {
    const read = new Set(configs);
    const complete = new Set<Instance>();
    this.order = new Map(instances.map((instance, n) => [instance, n]));
    this.alone = new ByFolder(parts.flatMap((part, n) => (part.alone ? [[part.folder, [n, part] as const] as const] : [])));
    const free: Instance[] = [];
    for (const instance of instances) {
      for (const { file } of instance.placed) {
        const list = this.placed.at(file, () => []);
        if (list.at(-1) !== instance) list.push(instance);
      }
      const own = instance.placed.filter((p) => read.has(p.file));
      if (own.length && own.every((p) => isBelow(p.file, dirname(instance.at.file)))) complete.add(instance);
      if (OF_FOLDERS.includes(instance.kind)) this.started.at(dirname(instance.at.file), () => []).push(instance);
      const around = [...this.alone.above(instance.at.file)];
      if (!around.length) free.push(instance);
      for (const [, part] of around) {
        const list = this.inside.get(part);
        if (list) list.push(instance);
        else this.inside.set(part, [instance]);
      }
    }
    this.free = free;
    this.complete = complete;
  }

  within(part: Part): readonly Instance[] {
    return this.inside.get(part) ?? [];
  }
}

const known = new WeakMap<Project, Places>();

function placesOf(project: Project): Places {
  let places = known.get(project);
  if (!places) known.set(project, (places = new Places(project)));
  return places;
}

/** Of several parts that hold a file the one that the project names first. */
function firstIn(around: Iterable<readonly [nth: number, part: Part]>): Part | null {
  let found: readonly [number, Part] | null = null;
  for (const one of around) if (!found || one[0] < found[0]) found = one;
  return found?.[1] ?? null;
}

/** The path of the main file that an instance starts with. */
export const mainPathOf = ({ main, image }: Instance): string =>
  main ?? (image?.distribution ? MAIN_FILES[image.distribution].path : '/etc/nginx/nginx.conf');

/** Whether an instance starts with a file. */
export const placesMain = (instance: Instance, file: FileId): boolean =>
  insidePaths(instance.placed, file).some(({ path }) => path === mainPathOf(instance));

/** The main file that the project gives an instance; null where it starts with that of its image or package. */
export function mainFileOf(project: Project, instance: Instance): FileId | null {
  const at = nearestPlace(instance.placed, mainPathOf(instance));
  return at !== null && project.roots.includes(at) ? at : null;
}

/** Whether an instance starts with the main file of its image or package, as far as one can see. */
export function startsWithStock(project: Project, instance: Instance): boolean {
  const main = mainPathOf(instance);
  const isPut = instance.placed.some((p) => p.inside === main) || bringsUnseen(instance, main);
  return !isPut && !isHidden(instance, main) && mainFileOf(project, instance) === null;
}

/** Whether a folder that is mounted around a path hides what the image has there; a folder that is copied is put beside it. */
const isHidden = ({ kind, placed, at }: Instance, path: string): boolean =>
  kind === 'compose' && placed.some((p) => p.at.file === at.file && path.startsWith(`${p.inside}/`));

/** Whether something that is not seen is put to a path, around it, or into it. */
export const bringsUnseen = ({ unseen = [] }: Instance, path: string): boolean =>
  unseen.some((at) => at === path || at === '/' || path.startsWith(`${at}/`) || at.startsWith(`${path}/`));

/**
 * What is mounted or copied around a file: what its own instance puts into its own file system, and nothing of any other's. `by` is the one
 * that is meant, where several that differ start with the file (`waysOf`).
 */
export function mountsFor(project: Project, file: FileId, by: Instance | null = null): readonly Placed[] {
  if (by) return by.placed;
  const covering = coveringOf(project, file);
  const [started] = covering.filter((i) => placesMain(i, file));
  if (started) return started.placed;
  if (!project.roots.includes(file)) return covering[0]?.placed ?? [];
  // a main file at another path may be what is started by a way that is not seen; where one is known to be, it is a neighbour in a folder
  const free = covering.find((i) => mainFileOf(project, i) === null);
  return free?.placed ?? covering[0]?.placed.filter((p) => isBelow(file, p.file)) ?? [];
}

export interface Lives {
  /** the path on the deployed system */
  readonly path: string;
  readonly by: Placed;
  readonly instance: Instance;
}

/** Where a file of the project lives when it is deployed; null when nothing says so. */
export function livesAt(project: Project, file: FileId, by: Instance | null = null): Lives | null {
  for (const instance of instancesFor(project, file, by)) {
    const first = insidePaths(instance.placed, file)[0];
    if (first && mayRead(instance, first.path)) return { ...first, instance };
  }
  return null;
}

/** An image whose nginx reads a file when the project is deployed. */
export interface RunImage {
  /** as a container engine takes it */
  readonly name: string;
  /** the program within */
  readonly program: string;
  /** what says so: a compose file or a Dockerfile */
  readonly from: FileId;
  /** the project builds an image of its own over it, which may hold more modules */
  readonly built: boolean;
}

/** What a container engine takes for the name of an image, and never for an option. */
const REFERENCE = /^[a-z\d][\w./:-]*$/i;

/** The images that the project runs a file in, each once: those that compose files and Dockerfiles name without a variable. */
export function imagesFor(project: Project, file: FileId, by: Instance | null = null): RunImage[] {
  const out = new Map<string, RunImage>();
  for (const { image, kind, built, at } of instancesFor(project, file, by)) {
    if (!image || (kind !== 'compose' && kind !== 'dockerfile') || !REFERENCE.test(image.name) || out.has(image.name)) continue;
    const program = image.flavour === 'angie' ? 'angie' : image.flavour === 'openresty' ? 'openresty' : 'nginx';
    out.set(image.name, { name: image.name, program, from: at.file, built: built ?? false });
  }
  return [...out.values()];
}
