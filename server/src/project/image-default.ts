/** The site that an image of nginx brings, where the project puts its own beside it and nothing takes that one away. */
import type { FileId } from '../base/file-id.ts';
import { table } from '../base/table.ts';
import type { ImageDefault } from '../config/tree.ts';
import { isNginxImage } from '../deploy/inside.ts';
import { bringsUnseen, coveringOf, type Project, startsWithStock } from './deployed.ts';
import { findsAsPut } from './misplaced.ts';
import type { Instance } from './mounts.ts';
import { insidePaths } from './places.ts';

const FOLDER = '/etc/nginx/conf.d/';
const NAME = 'default.conf';

/** Images with such a site, and the port on which it listens (nginx/docker-nginx, nginx/docker-nginx-unprivileged). */
const PORTS: { readonly [distribution: string]: number } = table({ official: 80, unprivileged: 8080 });

/** What the image keeps beside a site of the project, the same in each container that the site is put into; null where it is replaced, or may be. */
export function imageDefaultOf(project: Project, file: FileId, by: Instance | null = null): ImageDefault | null {
  const all = (by ? [by] : coveringOf(project, file)).map((instance) => keptIn(project, file, instance));
  const [first] = all;
  return first && all.every((one) => one?.port === first.port && one.first === first.first) ? first : null;
}

function keptIn(project: Project, file: FileId, instance: Instance): ImageDefault | null {
  const { image, kind, placed, commands } = instance;
  const port: number | undefined = PORTS[image?.distribution ?? ''];
  if ((kind !== 'compose' && kind !== 'dockerfile') || !image || port === undefined || !isNginxImage(image.name)) return null;
  // a command that names the folder may take the file away
  if (!findsAsPut(instance) || commands?.some((run) => /conf\.d|default\.conf/.test(run)) || !startsWithStock(project, instance))
    return null;
  const own = insidePaths(placed, file).find(({ path }) => path.startsWith(FOLDER) && path.endsWith('.conf') && !/[{$]/.test(path));
  if (!own || bringsUnseen(instance, FOLDER.slice(0, -1)) || placed.some((p) => hides(p.inside))) return null;
  // another site of the project may be the default server, or have the name
  const sites = placed.filter((p) => p.inside.startsWith(FOLDER));
  if (sites.some((p) => p.inside !== own.path)) return null;
  return { path: FOLDER + NAME, of: image.name, port, file: own.path, first: own.path > FOLDER + NAME, at: own.by.at };
}

/** Whether what is put to a path takes the place of the image's site: that file, or a folder around it. */
const hides = (inside: string): boolean => inside === FOLDER + NAME || FOLDER.startsWith(`${inside.replace(/\/+$/, '')}/`);
