/**
 * A file that no main file of the project includes is judged inside the main file that will include it: that of the image or the package,
 * in the context where its directives are allowed. What was assumed is said (`readAs`), and what may be beside the file is unknown.
 */

import { basename, dirname, entryOf, type FileId, isWithin, pathOf } from '../base/file-id.ts';
import { matchesMask } from '../base/glob.ts';
import { table } from '../base/table.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { bodyOf, type Context } from '../catalog/context.ts';
import { PREFIXES } from '../catalog/flavours.ts';
import { readAsChosen } from '../config/chosen-engine.ts';
import { Config, type Engine } from '../config/config.ts';
import { fragmentContext } from '../config/fragment.ts';
import { type LoadOptions, loadTree, type Sources } from '../config/load.ts';
import { namesDeclaredIn } from '../config/names-beside.ts';
import type { Settings } from '../config/settings.ts';
import { inventedId, stockId } from '../config/stock.ts';
import { NO_DISK, SET_BESIDE_SITES, SET_BY_SITES, type StandIn, type Tree } from '../config/tree.ts';
import type { SourceFile } from '../syntax/statement.ts';
import { TEMPLATE_ENDING } from '../syntax/template/engines.ts';
import { configsWithout, partsApart } from './applications.ts';
import { bringsUnseen, livesAt, type Project, startsWithStock } from './deployed.ts';
import type { Distribution } from './images.ts';
import { MAIN_FILES, type MainFile } from './main-files.ts';
import { type Instance, isProvisioned, OF_IMAGES } from './mounts.ts';
import { insidePaths } from './places.ts';
import type { Stock } from './stock.ts';

/** Where a file will live, as mounts, copies and tasks of the project say it. */
export interface Destination {
  /** the absolute path on the server, or in the container */
  readonly path: string;
  readonly distribution: Distribution;
  /** how people call the image or the package, such as `nginx:1.29`; null: as the main file's own package is called */
  readonly of: string | null;
  /** the files of the project that are put into the same folder there, this one among them, in the order of their names there */
  readonly together: readonly { readonly path: string; readonly file: FileId }[];
  /** it is there already, in a system's own configuration, whose main file does not read it */
  readonly own?: boolean;
  /** all that will be in that folder is in `together` */
  readonly whole: boolean;
}

/** What a block that is around a file is opened with. */
const OPENERS: { readonly [context in Context]?: string } = table({
  http: 'http',
  server: 'server',
  location: 'location /',
  'if-in-server': 'if ($request_method)',
  'if-in-location': 'if ($request_method)',
  limit_except: 'limit_except GET',
  upstream: 'upstream stand-in',
  stream: 'stream',
  'stream-server': 'server',
  'stream-upstream': 'upstream stand-in',
  mail: 'mail',
  'mail-server': 'server',
  events: 'events',
});

/** The blocks around a context, outermost first, the context's own last; main has none. */
const AROUND: { readonly [context in Context]?: readonly Context[] } = table({
  main: [],
  events: ['events'],
  http: ['http'],
  server: ['http', 'server'],
  location: ['http', 'server', 'location'],
  'if-in-server': ['http', 'server', 'if-in-server'],
  'if-in-location': ['http', 'server', 'location', 'if-in-location'],
  limit_except: ['http', 'server', 'location', 'limit_except'],
  upstream: ['http', 'upstream'],
  stream: ['stream'],
  'stream-server': ['stream', 'stream-server'],
  'stream-upstream': ['stream', 'stream-upstream'],
  mail: ['mail'],
  'mail-server': ['mail', 'mail-server'],
});

/** Folders by whose name people of a distribution are known. */
const FOLDERS: readonly (readonly [RegExp, Distribution, string])[] = [
  [/\/sites-(available|enabled)\/[^/]+$/, 'debian', '/etc/nginx/sites-enabled/'],
  [/\/angie\/http\.d\/[^/]+$/, 'angie', '/etc/angie/http.d/'],
  [/\/http\.d\/[^/]+$/, 'alpine', '/etc/nginx/http.d/'],
  [/\/default\.d\/[^/]+$/, 'rhel', '/etc/nginx/default.d/'],
];

/** The endings of template files, which go when the file is written to its place. */

/** The name that a file of a mask such as `conf.d/*.conf` has there. */
function nameThere(file: FileId, mask: string): string {
  const name = basename(file).replace(TEMPLATE_ENDING, '');
  return mask.endsWith('.conf') && !name.endsWith('.conf') ? `${name}.conf` : name;
}

const SURROUNDINGS = '/etc/nginx/surroundings/*.conf';

/** The text of the main file with the place for the file in it, and the include that brings the file. */
function textFor(main: MainFile, context: Context, take: string | null): { text: string; mask: string } | null {
  const around = AROUND[context];
  if (!around) return null;
  if (take !== null) return { text: main.text, mask: take };
  const mask = '/etc/nginx/stand-in.conf*';
  const inner = `include ${mask};\ninclude ${SURROUNDINGS};`;
  const blocks = (contexts: readonly Context[]): string =>
    contexts.reduceRight((text, c) => `${OPENERS[c]} {\n${text}\n${text === inner ? '' : `include ${SURROUNDINGS};\n`}}`, inner);
  // what is not put where the package puts it finds no defaults of the package around itself: they might contradict it
  if (around[0] !== 'http') return { text: around[0] === 'events' ? blocks(around) : `${blocks(around)}\nevents {\n}\n`, mask };
  const http = ['include /etc/nginx/mime.types;', `include ${CONF_D};`, around.length === 1 ? inner : blocks(around.slice(1))];
  return { text: `events {\n}\nhttp {\n${http.join('\n')}\n}\n`, mask };
}

const CONF_D = '/etc/nginx/conf.d/*.conf';

/**
 * The main file that stands in for a file, and how its includes are answered. Null where nothing is known that could hold the file: then
 * it is read by itself. `destination` is null when nobody says where the file goes; then its folder and its directives decide.
 */
export function standInFor(
  file: SourceFile,
  destination: Destination | null,
  catalog: Catalog,
  stock: Stock,
  {
    stated = null,
    beside = NOTHING_BESIDE,
    enabled = false,
  }: {
    /** the contexts that whoever holds the file says it is in; null where its folder and directives decide */
    readonly stated?: readonly Context[] | null;
    readonly beside?: Beside;
    /** a link of the project leads to it */
    readonly enabled?: boolean;
  } = {},
): StandIn | null {
  const guess = stated ? { contexts: stated } : fragmentContext(file, catalog);
  const byFolder = FOLDERS.find(([mask]) => mask.test(pathOf(file.id)));
  const distribution = destination?.distribution ?? byFolder?.[1] ?? 'official';
  const main = MAIN_FILES[distribution];
  const taken = destination && !destination.own ? main.takes.find(({ mask }) => matchesMask(destination.path, mask)) : null;
  const context = taken?.context ?? guess.contexts.find((c) => bodyOf(c) === 'directives') ?? 'http';
  const made = textFor(main, context, taken?.mask ?? null);
  if (!made) return null;
  const usual = main.takes.find((t) => t.context === context)?.mask ?? `/etc/nginx/snippets/`;
  // a site in the place of the main file is read where sites are: that nginx refuses it is a rule's to say
  const told = destination?.path === main.path ? null : destination?.path;
  const path = told ?? usual.replace(/[^/]*$/, '') + nameThere(file.id, usual);
  const home = main.path.replace(/\/[^/]*$/, '');
  const name = `/${distribution}/${context}${pathOf(file.id)}/${main.path.split('/').at(-1)}`;
  const id = taken ? stockId(`/stand-in${name}`) : inventedId(name);
  // what lies in the folder under a name that the mask does not fit is read where a line names it, and nowhere else
  const together =
    taken && destination ? destination.together.filter((o) => matchesMask(o.path, taken.mask)).map((o) => o.file) : [file.id];
  const whole = !!taken && (destination?.whole ?? false);
  const linked = enabled || destination?.path === LINKED_BY_DEBIAN;
  const disabled = !taken && !linked && [path, pathOf(file.id)].some((at) => AVAILABLE.test(at));
  return {
    main: stock.add(id, made.text),
    mainPath: main.path,
    prefix: PREFIXES[main.build],
    file: file.id,
    contexts: taken ? [context] : guess.contexts,
    certain: !!taken,
    takes: { mask: made.mask, files: together.length ? together : [file.id] },
    ...beside,
    beside: whole ? null : 'other files of its folder on the server are not seen',
    folders: foldersOf(file.id),
    inside: destination?.path.startsWith(`${home}/`) ? home : null,
    path,
    of: destination?.of ?? main.title,
    disabled,
    readAs: `${path} of ${destination?.of ?? main.title}${disabled ? `, ${AS_IF_ENABLED}` : ''}`,
  };
}

/** Files of a folder of which those count that a link of the folder beside it leads to. */
const AVAILABLE = /-available\/[^/]+$/;

/** The one site that Debian's package links to itself. */
const LINKED_BY_DEBIAN = '/etc/nginx/sites-available/default';

/** What is said of a file to which nothing links. */
export const AS_IF_ENABLED = 'as if it were enabled, though nothing that is seen links to it';

/** Whether a link of the folder beside it leads to a file of a folder such as `sites-available`. */
export async function isEnabled(file: FileId, { list, real }: Pick<Sources, 'list' | 'real'>): Promise<boolean> {
  if (!AVAILABLE.test(pathOf(file)) || isWithin(file) || !real) return false;
  const folder = dirname(file).replace(/-available$/, '-enabled') as FileId;
  const own = await real(file);
  for (const entry of await list(folder)) if (entry.link && (await real(entryOf(folder, entry.name))) === own) return true;
  return false;
}

/** Files of a project that are looked at for what they hold outside of blocks. */
const MAX_OTHERS = 300;

/** What other files of the project may bring when they come to be beside a file: see `StandIn`. */
export type Beside = Pick<StandIn, 'lists' | 'names'>;

const NOTHING_BESIDE: Beside = { lists: new Set(), names: [] };

/** What the other files of the project hold outside of any block, and declare for all of http or stream. */
export async function besideOf(
  project: Project,
  file: FileId,
  { sources, catalog, by = null }: { readonly sources: Sources; readonly catalog: Catalog; readonly by?: Instance | null },
): Promise<Beside> {
  const others = configsWithout(project, partsApart(project, file, [], by)).filter((id) => id !== file);
  const read = await Promise.all(others.slice(0, MAX_OTHERS).map((id) => sources.source(id)));
  const brought = read.flatMap((source) => (source === null || typeof source === 'string' ? [] : [broughtBy(source, catalog)]));
  return {
    // of more than are looked at nobody says that something is not there
    lists: new Set(others.length > MAX_OTHERS ? SET : brought.flatMap((b) => b.lists)),
    names: brought.flatMap((b) => b.names),
  };
}

const SET: readonly string[] = [...SET_BY_SITES, ...SET_BESIDE_SITES];

interface Brought {
  readonly catalog: Catalog;
  /** of an open file the text changes under its name */
  readonly text: string;
  readonly lists: readonly string[];
  readonly names: Beside['names'];
}

const brought = new WeakMap<SourceFile, Brought>();

/** What one file brings to those beside it: each of a thousand sites asks all others. */
function broughtBy(source: SourceFile, catalog: Catalog): Brought {
  let known = brought.get(source);
  if (known?.catalog !== catalog || known.text !== source.text) {
    const lists = source.body.flatMap(({ name }) => (SET.includes(name.value) ? [name.value] : []));
    brought.set(
      source,
      (known = { catalog, text: source.text, lists, names: namesDeclaredIn(source, contextOf(source, catalog), catalog) }),
    );
  }
  return known;
}

const told = ({ lists, names }: Brought): string => JSON.stringify([lists, names]);

/** What those beside a file were told that it brings, as one string; null where nobody has asked. */
export const lastBrought = (source: SourceFile): string | null => {
  const known = brought.get(source);
  return known ? told(known) : null;
};

/** Whether a file brings something else than what those beside it were told last. */
export const bringsOther = (source: SourceFile, last: string, catalog: Catalog): boolean => told(broughtBy(source, catalog)) !== last;

/** The context that the lines of a file are read in when nobody says more. */
function contextOf(file: SourceFile, catalog: Catalog): Context {
  const { contexts } = fragmentContext(file, catalog);
  return contexts.find((c) => bodyOf(c) === 'directives') ?? 'http';
}

/** The folders of the project that stand for nginx's configuration folder, the likeliest first: what relative paths hang from. */
function foldersOf(file: FileId): FileId[] {
  const own = dirname(file);
  const above = dirname(own);
  const inside =
    /^(conf\.d|.*sites?(-(available|enabled))?|.*vhosts?(\.d)?|http\.d|default\.d|snippets|includes?|streams?(\.d|-enabled)?|templates)$/i;
  return inside.test(basename(own)) ? [above, own] : [own, above];
}

/** Whose package reads a folder of that name. */
const distributionOf = (path: string): Distribution => FOLDERS.find(([mask]) => mask.test(path))?.[1] ?? 'official';

/** The same of what is put onto a machine: beside a folder that only one package reads, the package's main file is the machine's. */
function distributionOn({ placed }: Instance, path: string): Distribution {
  const own = distributionOf(path);
  return own === 'official' ? (placed.map((p) => distributionOf(p.inside)).find((d) => d !== 'official') ?? own) : own;
}

/** Where the project puts a file; null when nothing says so. */
export function destinationIn(project: Project, file: FileId, by: Instance | null = null): Destination | null {
  if (project.system) {
    const path = pathOf(file);
    return { path, distribution: distributionOf(path), of: null, together: [{ path, file }], own: true, whole: false };
  }
  const lives = livesAt(project, file, by);
  const folder = (path: string): string => path.replace(/[^/]*$/, '');
  if (!lives || folder(lives.path).includes('{{')) return null;
  const { instance } = lives;
  // the main file of the project's own says which names it takes
  if (lives.path.includes('{{') && !startsWithStock(project, instance)) return null;
  // a name that a run fills in is as good as the file's own: its folder is what counts
  const there = (path: string): string => (path.includes('{{') ? folder(path) + nameThere(file, path) : path.replace(TEMPLATE_ENDING, ''));
  const path = there(lives.path);
  const byPath = new Map([[path, file]]);
  for (const other of new Set([...project.configs, ...instance.placed.map((p) => p.file).filter(isWithin)])) {
    const at = insidePaths(instance.placed, other)[0];
    // of two for one path the one that was asked about is there
    if (at && folder(at.path) === folder(lives.path) && !byPath.has(there(at.path))) byPath.set(there(at.path), other);
  }
  const { image } = instance;
  return {
    path,
    distribution: image?.distribution ?? distributionOn(instance, path),
    of: image?.name ?? (isProvisioned(instance) ? null : instance.name),
    together: [...byPath].sort(([a], [b]) => (a < b ? -1 : 1)).map(([at, id]) => ({ path: at, file: id })),
    // a main file of the project's own does not read this one: what is around it then is not known
    whole:
      OF_IMAGES.includes(instance.kind) &&
      image?.distribution != null &&
      startsWithStock(project, instance) &&
      !bringsUnseen(instance, folder(lives.path).replace(/\/$/, '')),
  };
}

/** A file by itself, in the context that fits it best: for contexts of which no main file is known. Its surroundings are unknown. */
const alone = (file: SourceFile): Tree => ({ root: file.id, files: new Map([[file.id, file]]), includes: new Map(), disk: NO_DISK });

/**
 * The configuration of a file that no main file includes, within its stand-in; what it includes is followed. Rejects with Cancelled.
 * `settings` are those that hold for the file.
 */
export async function loadFragment(
  file: SourceFile,
  destination: Destination | null,
  sources: Sources,
  options: LoadOptions & { readonly stock: Stock },
  engine: Engine,
  settings: Settings,
  around: Parameters<typeof standInFor>[4] = {},
): Promise<Config> {
  readAsChosen(settings.engines)(file);
  const standIn = standInFor(file, destination, engine.catalog, options.stock, around);
  if (!standIn) {
    const contexts = around.stated ?? fragmentContext(file, engine.catalog).contexts;
    return new Config(alone(file), engine, settings, 'fragment', contexts[0], contexts);
  }
  const tree = await loadTree(standIn.main.id, sources, { ...options, standIn });
  // a stand-in is never unreadable: it is built in
  if ('problem' in tree) throw new Error(tree.problem);
  return new Config(tree, engine, settings, 'fragment', 'main', standIn.contexts);
}
