/**
 * Files that a compose file or a Dockerfile puts where the nginx of an image does not read them as what they are: a site at a path that no include takes, a whole
 * main file among the sites, a site in the place of the main file.
 */
import { basename, dirname, type FileId, isWithin, pathOf } from '../base/file-id.ts';
import { isMask, matchesMask } from '../base/glob.ts';
import type { Sources } from '../config/load.ts';
import type { Misplaced } from '../config/tree.ts';
import { isNginxImage } from '../deploy/inside.ts';
import { includesIn } from '../syntax/includes.ts';
import { engineOfName } from '../syntax/template/engines.ts';
import { holdsMainBlocks } from './content.ts';
import { coveringOf, livesAt, mainPathOf, type Project, startsWithStock } from './deployed.ts';
import { MAIN_FILES, type MainFile } from './main-files.ts';
import type { Instance } from './mounts.ts';
import { insidePaths, NGINX_FOLDERS, type Placed } from './places.ts';

/** Files of a project that are looked through for includes. */
const MAX_OTHERS = 300;

/** Commands that neither move a file nor write into one. */
const LEAVES_FILES =
  /^\s*(rm|mkdir|chown|chmod|apk|apt-get|apt|useradd|adduser|addgroup|groupadd|groupmod|usermod|set|nginx\s+-[tTvV]|true|:|$)/;
/** What a command that changes the configuration names. */
const CONCERNS = /nginx|\.conf|\.template|envsubst|\bsites-|\binclude\b/;

/** Whether nginx finds its files as they were put there: no command moves or writes one before it starts. */
export const findsAsPut = ({ commands, placed, unseen = [] }: Instance): boolean =>
  !!commands &&
  !commands.some((run) => run.split(/&&|\|\||;|\n/).some((part) => !LEAVES_FILES.test(part) && CONCERNS.test(part))) &&
  ![...placed.map((p) => p.inside), ...unseen].some((at) => at.startsWith('/docker-entrypoint') || at === '/');

/**
 * Where a file is put to, if every nginx that it is given to does not read it there as a site or as a main file. Null where it is read, where nothing says so,
 * and where a command of the image may do more than is seen.
 */
export const misplacedIn = async (
  project: Project,
  file: FileId,
  sources: Sources,
  by: Instance | null = null,
): Promise<Misplaced | null> => (await putElsewhere(project, file, sources, by)) ?? (await passedOver(project, file, sources, by));

async function putElsewhere(project: Project, file: FileId, sources: Sources, by: Instance | null): Promise<Misplaced | null> {
  const instances = by ? [by] : coveringOf(project, file);
  const found: Misplaced[] = [];
  for (const instance of instances) {
    const one = misplacedAt(project, file, instance);
    if (!one) return null;
    found.push(one);
  }
  const [first] = found;
  if (!first || found.some(({ as }) => as !== first.as)) return null;
  // a program of the image makes nginx's file from the template, wherever it lies
  if (first.as === 'unread' && !first.path.endsWith('.conf') && (await isOfAnEngine(file, sources))) return null;
  return first.as === 'unread' && (await includedByAnother(othersOf(project, file, instances), first.path, sources)) ? null : first;
}

/** A folder whose files are meant to be read, by its name. */
const ENABLED = 'sites-enabled';

/** The last two names of a path or mask: where the folder of nginx lies on another machine is nobody's knowledge here. */
const endOf = (path: string): string => path.split('/').slice(-2).join('/');

/** A site in `sites-enabled` whose name the main file beside that folder does not ask for, as `*.conf` does not ask for `shop`. */
async function passedOver(project: Project, file: FileId, sources: Sources, by: Instance | null): Promise<Misplaced | null> {
  const folder = dirname(file);
  if (isWithin(file) || basename(folder) !== ENABLED || SWITCHED_OFF.test(file)) return null;
  // what copies it may give it another name, and so does who writes it from a template
  const name = endOf(livesAt(project, file, by)?.path ?? pathOf(file));
  if (!name.startsWith(`${ENABLED}/`) || name.includes('{{') || (await isTemplate(file, sources))) return null;
  const others = othersOf(project, file, []);
  if (others.length > MAX_OTHERS) return null;
  let found: Misplaced | null = null;
  for (const id of new Set([...project.roots.filter((root) => root !== file), ...others])) {
    const source = await sources.source(id);
    if (!source || typeof source === 'string') continue;
    const isMain = holdsMainBlocks(source.text, pathOf(id));
    if (source.template !== null && isMain) return null;
    const words = includesIn(source.body).flatMap(({ args }) => args.slice(0, 1));
    if (words.some((word) => word.templated || word.value.includes('$') || matchesMask(name, endOf(word.value)))) return null;
    const mine = words.filter(({ value }) => endOf(value).startsWith(`${ENABLED}/`) && isMask(value.replace(/^.*\//, '')));
    const [first] = mine;
    if (!first || found || dirname(id) !== dirname(folder) || !isMain) continue;
    const masks = mine.map((word) => word.value);
    found = {
      path: name,
      as: 'passed',
      rendered: false,
      of: '',
      main: basename(id),
      masks,
      at: { file: id, span: { start: first.start, end: first.end } },
    };
  }
  return found;
}

/** Whether a file is written for an engine, or called as if one were to write it: then its name is not the last one. */
async function isTemplate(file: FileId, sources: Sources): Promise<boolean> {
  const source = await sources.source(file);
  return engineOfName(basename(file)) !== null || !source || typeof source === 'string' || source.template !== null;
}

/** Whether a file is written for a template engine, other than the names that the official image's script fills in. */
async function isOfAnEngine(file: FileId, sources: Sources): Promise<boolean> {
  const source = await sources.source(file);
  return !!source && typeof source !== 'string' && source.template !== null && source.template !== 'envsubst';
}

/** The main file of nginx's own images is known, and that of a package which the image installs (`nginx of debian:12`). */
function misplacedAt(project: Project, file: FileId, instance: Instance): Misplaced | null {
  const { kind, image } = instance;
  const distribution = image?.distribution;
  if ((kind !== 'compose' && kind !== 'dockerfile') || !image || !distribution || !isNginxImage(image.name) || !findsAsPut(instance))
    return null;
  const paths = insidePaths(instance.placed, file).filter(({ path }) => path.startsWith('/') && !/[{$]/.test(path));
  const [first] = paths;
  if (!first) return null;
  const stock = MAIN_FILES[distribution];
  const main = mainPathOf(instance);
  const masks = stock.takes.filter(({ context }) => context === 'http').map(({ mask }) => mask);
  const made = (as: Misplaced['as'], { path, by }: (typeof paths)[number]): Misplaced => ({
    path,
    as,
    rendered: paths.some((p) => TEMPLATE.test(p.path)),
    of: image.name,
    main,
    masks,
    at: by.at,
  });
  const asMain = paths.find(({ path }) => path === main);
  if (asMain) return made('main', asMain);
  if (!startsWithStock(project, instance)) return null;
  const taken = paths.find(({ path }) => stock.takes.some(({ mask }) => matchesMask(path, mask)));
  // Debian's package links its site that is enabled to this path
  if (distribution === 'debian' && paths.some(({ path }) => path === '/etc/nginx/sites-available/default')) return null;
  if (taken) return masks.some((mask) => matchesMask(taken.path, mask)) ? made('taken', taken) : null;
  return paths.every((p) => isUnread(p, file, stock)) ? made('unread', first) : null;
}

/** Endings by which a file is switched off. */
const SWITCHED_OFF = /\.(dis(abled)?|off|bak|backup|old|orig|save|sample|example|dist)$|~$/i;

const TEMPLATE = /^\/etc\/nginx\/templates\/.+\.template$/;

/** Whether a path that no include takes was meant to be taken: it was put there by name, or its folder into nginx's own. */
function isUnread({ path, by }: { readonly path: string; readonly by: Placed }, file: FileId, { path: main, takes }: MainFile): boolean {
  const folder = (of: string): string => of.replace(/[^/]*$/, '');
  // beside those that are taken lie some that are switched off by their names
  if (SWITCHED_OFF.test(basename(file)) || SWITCHED_OFF.test(path)) return false;
  // the official image writes conf.d from these
  if (TEMPLATE.test(path)) return false;
  if (by.file !== file) return path.startsWith(folder(main)) && !takes.some(({ mask }) => folder(mask) === folder(path));
  return true;
}

/** Other files of the project that may include one: all that are nginx's by what they hold, or by the folder that they are put into. */
const othersOf = (project: Project, file: FileId, instances: readonly Instance[]): FileId[] => {
  const put = instances.flatMap((i) => i.placed.filter((p) => NGINX_FOLDERS.test(p.inside)).map((p) => p.file));
  return [...new Set([...project.configs, ...put])].filter((id) => id !== file);
};

/** Whether one of these files includes what is at a path, or may. */
async function includedByAnother(others: readonly FileId[], path: string, sources: Sources): Promise<boolean> {
  if (others.length > MAX_OTHERS) return true;
  for (const id of others) {
    const source = await sources.source(id);
    if (!source || typeof source === 'string') continue;
    for (const { args } of includesIn(source.body)) {
      const word = args[0]!;
      const mask = word.value.startsWith('/') ? word.value : `/etc/nginx/${word.value}`;
      if (word.templated || word.value.includes('$') || matchesMask(path, mask)) return true;
    }
  }
  return false;
}
