/**
 * The ways in which a file of the project is started: two services that mount different folders beside one main file (their own, or that of their image) are
 * two configurations of the same text, each with its own paths, its own nginx and its own application. Services between which nginx would see no
 * difference are one.
 */
import { type FileId, hostFileOf, relativePath } from '../base/file-id.ts';
import type { StartedBy } from '../config/tree.ts';
import { aroundOf, partsApart } from './applications.ts';
import { coveringOf, mainFileOf, type Project, placesMain } from './deployed.ts';
import { type Instance, OF_IMAGES } from './mounts.ts';
import { insidePaths, NGINX_FOLDERS } from './places.ts';

export interface Way {
  /** whose mounts and whose nginx count; null: all that is known of the file counts, for nothing in it differs */
  readonly by: Instance | null;
  /** all that start the file so, `by` among them; empty where the project does not say */
  readonly group: readonly Instance[];
  /** who does; null where the project does not say */
  readonly startedBy: StartedBy | null;
}

/** The way of a file of which nothing is known, or that is started by itself. */
export const ANY_WAY: Way = { by: null, group: [], startedBy: null };

/** Ways of one file that are looked at; who has more services repeats them by a machine. */
const MAX_WAYS = 8;

const known = new WeakMap<Project, Map<FileId, Ways>>();

interface Ways {
  readonly ways: readonly Way[];
  /** how many there are beyond the limit */
  readonly more: number;
}

/** The ways in which a main file, or a file that no main file of the project includes, is started; at least one. */
export const waysOf = (project: Project, file: FileId): readonly Way[] => allWays(project, file).ways;

/** The ways of a file that a person means by the name of a service, and which services there are; without a name all. */
export function waysMeant(
  project: Project,
  file: FileId,
  service: string | null,
): { readonly ways: readonly Way[]; readonly services: readonly string[] } {
  const ways = waysOf(project, file);
  const services = [...new Set(ways.flatMap((way) => way.group.map((i) => i.name)))];
  if (service === null) return { ways, services };
  return { ways: ways.filter((way) => way.startedBy?.label === service || way.group.some((i) => i.name === service)), services };
}

/** That a service starts nothing of what was named, in words that follow its name. */
export const startsNothing = (services: readonly string[]): string =>
  services.length
    ? `nothing that was named is started by it, but by ${[...new Set(services)].join(', ')}`
    : 'the project names no service that starts what was named';

/** What to tell a person of ways beyond the limit; null where there are none. */
export function waysNotSeen(project: Project, file: FileId): string | null {
  const { ways, more } = allWays(project, file);
  return more
    ? `${relativePath(hostFileOf(file), project.boundary)} is started in ${ways.length + more} ways: only the first ${ways.length} were looked at`
    : null;
}

/** Whether two are the same service, also when the project was looked through again in between. */
const isSame = (a: Instance, b: Instance): boolean => a === b || (a.kind === b.kind && a.name === b.name && a.at.file === b.at.file);

/** Whether two ways may be one: of one that nobody tells of, nobody can say that it is another. */
export const mayBeSame = (a: Way, b: Way): boolean =>
  a === b || !a.group.length || !b.group.length || a.group.some((i) => b.group.some((other) => isSame(i, other)));

function allWays(project: Project, file: FileId): Ways {
  let all = known.get(project);
  if (!all) known.set(project, (all = new Map()));
  let found = all.get(file);
  if (!found) all.set(file, (found = apart(project, file)));
  return found;
}

function apart(project: Project, file: FileId): Ways {
  const covering = coveringOf(project, file).filter((i) => OF_IMAGES.includes(i.kind));
  const starting = covering.filter((i) => placesMain(i, file));
  // a file of a folder is read by the main file beside it; without one, by that of the image
  const brought = starting.length || project.roots.includes(file) ? [] : bringing(project, covering, file);
  const taking = starting.length ? starting : brought;
  const groups = new Map<string, Instance[]>();
  for (const instance of taking) {
    const key = mark(project, file, instance);
    const group = groups.get(key);
    if (group) group.push(instance);
    else groups.set(key, [instance]);
  }
  const lists = [...groups.values()];
  if (!lists.length) return { ways: [ANY_WAY], more: 0 };
  const isApart = lists.length > 1 || taking.length < (starting.length || covering.length);
  const ways = lists.slice(0, MAX_WAYS).map((group): Way => {
    const label = titleOf(project, group);
    // where all do the same, all that is known of the file counts
    return { by: isApart ? group[0]! : null, group, startedBy: { label, services: lists.length > 1 ? group.map((i) => i.at) : [] } };
  });
  return { ways, more: lists.length - ways.length };
}

/** How people call a group, unlike any other instance of the project. */
function titleOf(project: Project, group: readonly Instance[]): string {
  const isTwice = ({ name }: Instance): boolean => project.instances.some((i) => i.name === name && !group.includes(i));
  const titles = group.map((i) => {
    const file = relativePath(i.at.file, project.boundary);
    return i.kind === 'dockerfile' ? file : isTwice(i) ? `${i.name} of ${file}` : i.name;
  });
  return [...new Set(titles)].join(', ');
}

/** Those that bring a file to a folder of nginx and start with the main file of their image. */
function bringing(project: Project, covering: readonly Instance[], file: FileId): readonly Instance[] {
  const all = covering.filter(
    (i) => mainFileOf(project, i) === null && insidePaths(i.placed, file).some(({ path }) => NGINX_FOLDERS.test(path)),
  );
  // what only fills the folder, such as certbot, starts no nginx
  const images = all.filter((i) => i.image !== null);
  return images.length ? images : all;
}

/** All of an instance that may make a difference to the file's configuration, as one string. */
function mark(project: Project, file: FileId, instance: Instance): string {
  const { image, built, main, given, placed, unseen = [], variables } = instance;
  const nginx = image && [image.flavour, image.build, image.version?.text, image.distribution, image.slim];
  const sides = [...partsApart(project, file, [], instance), '', ...aroundOf(project, file, instance)];
  return JSON.stringify([
    nginx,
    built ?? false,
    main,
    given,
    [...unseen].sort(),
    [...new Set(placed.map((p) => `${p.inside} ${p.file}`))].sort(),
    placed.some((p) => p.inside.startsWith('/etc/nginx/templates')) ? variables : null,
    sides,
  ]);
}
