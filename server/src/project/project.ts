/**
 * One project, found once: what is in its boundary, which of it is nginx's, where that lives when it is deployed, and for which nginx it is meant.
 * Everyone who reads a configuration goes through here; pure over a FileSystem.
 */
import { type CancelToken, check, NEVER } from '../base/cancel.ts';
import { ByFolder, basename, belowAnyOf, dirname, type FileId, fileId, isBelow, pathOf, relativePath, resolve } from '../base/file-id.ts';
import { BINARY, type FileSystem, MAX_FILE_BYTES } from '../base/file-system.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { type LoadOptions, loadTree, type Sources } from '../config/load.ts';
import { DEFAULT_SETTINGS, loadedBy, type PathMap, type Settings } from '../config/settings.ts';
import { NGINX_LINT_NAME, type RawSettings, SETTINGS_NAMES, withSettings } from '../config/settings-file.ts';
import type { NamesBeside, Tree } from '../config/tree.ts';
import { isCompose } from '../deploy/compose.ts';
import { readEnvFile, withoutSecrets } from '../deploy/env-file.ts';
import { isManifest } from '../deploy/kubernetes.ts';
import { type Environment, NO_ENVIRONMENT } from '../deploy/shell.ts';
import { MAX_FILES } from '../deploy/wanted.ts';
import { isMark, partsApart, partsOf } from './applications.ts';
import { type Boundary, isProjectMark } from './boundary.ts';
import { HEAD, holdsMainBlocks, isCalledConf, isMainWithin, isPlausible, looksLikeNginx, type Verdict, verdictOn } from './content.ts';
import { type Cut, depth, instancesFor, loneProject, mountsFor, type Project, placesMain } from './deployed.ts';
import { type Embedded, embeddedIn, isCloudConfig, mayBeAnything, mayHost } from './embedded.ts';
import { mapsWithin } from './embedded-files.ts';
import { imageDefaultOf } from './image-default.ts';
import { misplacedIn } from './misplaced.ts';
import { type Instance, instancesOf, OF_IMAGES, saysWhere } from './mounts.ts';
import type { Placed } from './places.ts';
import { unitsOf } from './units.ts';
import { type Candidates, filesBelow, holding } from './walk.ts';
import { ANY_WAY, type Way } from './ways.ts';

export interface SurveyOptions {
  readonly catalog: Catalog;
  /** whether the application's side needs a file, by its path within the boundary */
  readonly isOther?: (path: string) => boolean;
  /** folders that someone named, which no rule of the repository leaves out */
  readonly named?: readonly FileId[];
  /** what a person's editor leaves out of searches */
  readonly excluded?: (id: FileId) => boolean;
  /** the files of the project as an editor's own search finds them; without it the folders are walked through */
  readonly candidates?: Candidates | null;
  readonly cancel?: CancelToken;
}

/** Files whose beginning is read, and files read for what they say of places. */
const MAX_HEADS = 6000;
const MAX_PLACING = 6000;
/** Files looked into for configurations in them. */
const MAX_HOSTS = 6000;
/** Files of the application's side that are known by name; of these a configuration reads as many as `deploy/` takes. */
const MAX_OTHERS = 4 * MAX_FILES;
const AT_ONCE = 32;

/** Looks through a project. Throws Cancelled. */
export async function findProject(boundary: Boundary, files: FileSystem, options: SurveyOptions): Promise<Project> {
  const { catalog, isOther = () => false, named = [], excluded, candidates = null, cancel = NEVER } = options;
  if (boundary.bare && !named.length) return loneProject(boundary.folder, boundary.system);
  const notSeen: string[] = [];
  const cut: Cut[] = [];
  const cutOff = (why: string, left: readonly FileId[]): void => {
    notSeen.push(why);
    cut.push({ why, left });
  };
  /** the first of a list, as many as there may be; that there are more is said */
  const atMost = (list: readonly FileId[], most: number, what: string): readonly FileId[] => {
    if (list.length > most) cutOff(`${list.length - most} of ${list.length} ${what} were not opened`, list.slice(most));
    return list.slice(0, most);
  };
  const seen = new Set<FileId>();
  const marked = new Set<FileId>();
  const projects = new Set<FileId>();
  const others: FileId[] = [];
  const called: FileId[] = [];
  const heads: FileId[] = [];
  const placing: FileId[] = [];
  const hosting: FileId[] = [];
  const links: FileId[] = [];
  const { folder } = boundary;
  const home = basename(folder);
  const start = boundary.bare ? [] : [folder];
  if (candidates?.more)
    cutOff(`only the first ${candidates.files.length.toLocaleString('en')} files that the editor found were looked at`, [folder]);
  const walk = filesBelow(start, candidates ? holding(candidates, files) : files, {
    cancel,
    named,
    ...(excluded ? { excluded } : {}),
    cut: cutOff,
    leaving: (link) => links.push(link),
  });
  for await (const id of walk) {
    seen.add(id);
    if (isMark(id)) marked.add(dirname(id));
    if (isProjectMark(basename(id))) projects.add(dirname(id));
    const path = relativePath(id, folder);
    if (isOther(path)) others.push(id);
    if (saysWhere(path)) placing.push(id);
    if ((mayHost(path) || mayBeAnything(path)) && !/\.(md|markdown|mdx)$/i.test(path)) hosting.push(id);
    // the folder that the project is in says as much about its files as those inside
    const from = isBelow(id, folder) ? `${home}/${path}` : pathOf(id);
    if (looksLikeNginx(from)) called.push(id);
    else if (isPlausible(from)) heads.push(id);
  }
  // a search does not say what it got to through a link
  if (candidates && files.real) {
    const home = await files.real(folder);
    const kept = new Set<FileId>();
    const opened = [...new Set([...called, ...heads, ...placing, ...hosting, ...others])];
    await each(opened, cancel, async (id) => {
      if (isBelow(await files.real!(id), home)) kept.add(id);
      else links.push(id);
    });
    if (links.length)
      for (const list of [called, heads, placing, hosting, others]) list.splice(0, list.length, ...list.filter((id) => kept.has(id)));
  }
  // a system's own configuration is read where its lines point to, through links too
  if (links.length && !boundary.system)
    notSeen.push(
      `${links.length === 1 ? 'a link leads' : `${links.length} links lead`} out of the project and ${links.length === 1 ? 'was' : 'were'} not followed, such as ${relativePath(links[0]!, folder)}`,
    );
  // what its name gives away comes first, so that a budget never costs it
  heads.unshift(...called);
  const roots: { id: FileId; rank: number }[] = [];
  const configs: FileId[] = [];
  const unusable: string[] = [];
  await each(atMost(heads, MAX_HEADS, 'files that might be nginx configuration'), cancel, async (id) => {
    const verdict = await look(id, files, catalog, (why) => {
      const path = pathOf(id);
      if (looksLikeNginx(path) || (isCalledConf(path) && why !== BINARY)) unusable.push(`${relativePath(id, folder)}: ${why}`);
    });
    if (!verdict) return;
    const { text, kind } = verdict;
    const main = holdsMainBlocks(text, pathOf(id)) && (kind === 'nginx' || (kind === 'unsure' && looksLikeNginx(pathOf(id))));
    if (main) roots.push({ id, rank: (basename(id) === 'nginx.conf' ? 0 : 1000) + pathOf(id).split('/').length });
    if (main || kind === 'nginx') configs.push(id);
  });
  if (unusable.length) {
    const first = `${unusable.sort().slice(0, 3).join(', ')}${unusable.length > 3 ? ', …' : ''}`;
    notSeen.push(
      `${unusable.length === 1 ? 'a file' : `${unusable.length} files`} that may be nginx configuration cannot be read: ${first}`,
    );
  }
  const texts = new Map<FileId, string>();
  await each(atMost(placing, MAX_PLACING, 'files that may say how nginx is deployed'), cancel, async (id) => {
    const read = await files.read(id);
    // most YAML of a repository has nothing to do with nginx
    if (read && !read.problem && (/nginx|openresty|angie/i.test(read.text) || /configMapGenerator|\.Files\.(Get|Glob)/.test(read.text)))
      texts.set(id, read.text);
  });
  const environments = new Map<FileId, Environment>();
  await each(
    [...new Set([...texts].filter(([id, text]) => isCompose(pathOf(id), text)).map(([id]) => dirname(id)))],
    cancel,
    async (home) => {
      const env = resolve(home, './.env');
      const read = seen.has(env) ? await whole(env, files) : null;
      if (read && !read.problem) environments.set(home, readEnvFile(env, withoutSecrets(read.text)));
    },
  );
  const hosts: FileId[] = [];
  const unread = (file: FileId, why: string): void => {
    const said = `${relativePath(file, folder)} could not be read completely: ${why}`;
    if (!cut.some((c) => c.why === said)) cutOff(said, [file]);
  };
  const inner = new Map<FileId, readonly Embedded[]>();
  await each(atMost(hosting, MAX_HOSTS, 'scripts and manifests that may hold configurations'), cancel, async (id) => {
    const read = texts.has(id) ? { text: texts.get(id)! } : await whole(id, files);
    if (!read || ('problem' in read && read.problem)) return;
    const parts = embeddedIn(id, pathOf(id), read.text, (why) => unread(id, why));
    // a manifest with nginx in it says how nginx is reached, whatever it is called
    if (!isOther(relativePath(id, folder)) && /\.ya?ml$/.test(id) && /nginx/i.test(read.text) && isManifest(read.text)) others.push(id);
    if (
      !texts.has(id) &&
      (isCloudConfig(read.text) || (/\.ya?ml$/.test(id) && /\b(configMap|ConfigMap|configs)\s*:|kind:\s*ConfigMap/.test(read.text))) &&
      (parts.length || /nginx/i.test(read.text))
    )
      texts.set(id, read.text);
    if (!parts.length) return;
    hosts.push(id);
    inner.set(id, parts);
  });
  const sorted = new Map([...texts].sort(([a], [b]) => depth(a) - depth(b) || (a < b ? -1 : 1)));
  roots.sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
  // what has a configuration within it is none itself, however much of it reads like one
  const isNone = (id: FileId): boolean => !inner.has(id);
  const isConfig = new Set(configs.filter(isNone));
  const allConfigs = [...isConfig, ...hosts];
  const parts = await partsOf(folder, {
    files: seen,
    configs: allConfigs,
    marked,
    units: boundary.loose ? unitsOf(folder, allConfigs, projects) : [],
    isOther,
    cancel,
    breath: () => files.stat(folder),
  });
  return {
    boundary: folder,
    system: boundary.system,
    roots: roots.map((r) => r.id).filter(isNone),
    configs: [...isConfig].sort((a, b) => (a < b ? -1 : 1)),
    hosts: hosts.sort((a, b) => (a < b ? -1 : 1)),
    innerRoots: hosts.flatMap((host) => (inner.get(host) ?? []).flatMap((e) => (isMainWithin(e) ? [e.id] : []))),
    // what its text makes nginx's is nothing else, whatever its name
    others: others
      .filter((id) => !isConfig.has(id))
      .sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1))
      .slice(0, MAX_OTHERS),
    parts,
    instances: instancesOf(sorted, {
      boundary: folder,
      files: seen,
      // a here-document begins on the line after its instruction
      inner: ({ file, span }) => inner.get(file)?.find((e) => span.start <= e.span.start && e.span.start <= span.end + 2)?.id ?? null,
      hosts: new Map(
        [...inner].map(([host, parts]) => [
          host,
          parts.map((e) => ({ file: e.id, target: e.target, main: isMainWithin(e), at: { file: host, span: e.span } })),
        ]),
      ),
      environment: (home) => environments.get(home) ?? NO_ENVIRONMENT,
      unread,
    }),
    placing: sorted,
    notSeen,
    cut,
  };
}

async function each<T>(items: readonly T[], cancel: CancelToken, work: (item: T) => Promise<void>): Promise<void> {
  for (let i = 0; i < items.length; i += AT_ONCE) {
    await Promise.all(items.slice(i, i + AT_ONCE).map(work));
    check(cancel);
  }
}

/** The beginning of a file and what it says; null when it cannot be read, `unusable` says why where it is there. */
export async function look(
  id: FileId,
  files: FileSystem,
  catalog: Catalog,
  unusable: (why: string) => void = () => undefined,
): Promise<{ text: string; kind: Verdict } | null> {
  const begun = files.head ? await files.head(id, HEAD) : await whole(id, files);
  if (begun?.problem) unusable(begun.problem);
  if (!begun || begun.problem) return null;
  const kind = verdictOn(begun.text, pathOf(id), catalog, begun.whole);
  if (begun.whole || kind === 'foreign' || holdsMainBlocks(begun.text, pathOf(id))) return { text: begun.text, kind };
  if (kind === 'unsure' && !looksLikeNginx(pathOf(id))) return { text: begun.text, kind };
  // a main file may begin with pages of comments
  const read = await whole(id, files);
  return read && !read.problem ? { text: read.text, kind } : null;
}

async function whole(id: FileId, files: FileSystem): Promise<{ text: string; problem?: string; whole: true } | null> {
  const stat = await files.stat(id);
  if (stat?.kind !== 'file' || stat.size > MAX_FILE_BYTES) return null;
  const read = await files.read(id);
  return read && { ...read, whole: true };
}

/** Names and folders that Angie's packages give its files, and nginx's none. */
const OF_ANGIE = /(?:^|\/)(?:angie\.conf|angie\/(?:http|stream)\.d\/[^/]+)(?:\.(?:j2|tpl|tmpl|template|erb))?$/i;

/** Angie's by its own name, or as a part of a project that has main files of Angie's and none of nginx's. */
const isForAngie = (file: FileId, project: Project): boolean => OF_ANGIE.test(pathOf(file)) || isAngieAlone(project);

const angieAlone = new WeakMap<Project, boolean>();

function isAngieAlone(project: Project): boolean {
  let known = angieAlone.get(project);
  if (known === undefined) {
    const paths = project.configs.map(pathOf);
    known = paths.some((c) => OF_ANGIE.test(c)) && !paths.some((c) => /(?:^|\/)nginx(?:\/|\.conf)/i.test(c));
    angieAlone.set(project, known);
  }
  return known;
}

/**
 * The settings of a configuration: defaults, over them what the project says of its nginx, then the settings file above it (`above`), then
 * what a person sets for this run or editor (`over`). `by` is whose nginx it is, where several
 * that differ start with the file; `machine`: absolute includes read this machine.
 */
export function settingsFor(
  file: FileId,
  project: Project,
  above: RawSettings | null,
  over: RawSettings,
  { by = null, machine = false }: { readonly by?: Instance | null; readonly machine?: boolean } = {},
): Settings {
  const instances = instancesFor(project, file, by);
  const images = instances.flatMap((i) => i.image ?? []);
  const [image] = images;
  // several that disagree say nothing
  const one = image && images.every((i) => i.version?.text === image.version?.text && i.flavour === image.flavour) ? image : null;
  let settings: Settings = DEFAULT_SETTINGS;
  if (one) {
    settings = withSettings(settings, {
      ...(one.version ? { nginxVersion: one.version.text } : {}),
      flavour: one.flavour,
      ...(one.build === 'any' || images.some((i) => i.build !== one.build) ? {} : { build: one.build }),
    });
    settings = {
      ...settings,
      slim: images.every((i) => i.slim),
      versionFrom: one.version ? 'found' : DEFAULT_SETTINGS.versionFrom,
      flavourFrom: 'found',
    };
  }
  // its package has a main file and a folder of its own
  if (!images.length && isForAngie(file, project)) settings = { ...withSettings(settings, { flavour: 'angie' }), flavourFrom: 'found' };
  // what a system's own configuration includes is there, or nginx refuses it
  if (machine || (project.system && project.configs.length)) settings = withSettings(settings, { rules: { 'missing-include': 'error' } });
  // a library that one of several loads may be there, any other directive only where all of them start with the file and give it
  const given = [...new Set(instances.flatMap((i) => i.given))].filter(
    (statement) => loadedBy([statement]).length || instances.every((i) => i.given.includes(statement) && placesMain(i, file)),
  );
  if (given.length) settings = { ...settings, given };
  const prefixes = new Set(instances.map((i) => i.prefix ?? null));
  // where they name several, or a relative one, nobody says which
  const [startPrefix = null] = prefixes;
  if (prefixes.size > 1 || startPrefix !== null)
    settings = { ...settings, startPrefix: prefixes.size === 1 && startPrefix!.startsWith('/') ? startPrefix : '' };
  return withSettings(
    withSettings({ ...settings, pathMap: [...mapsWithin(file), ...mapsOf(mountsFor(project, file, by))] }, above ?? {}),
    over,
  );
}

/** The most exact path first; of two for one path the later mount lies over the earlier. */
function mapsOf(placed: readonly Placed[]): PathMap[] {
  const all = [...placed].reverse();
  const seen = new Set<string>();
  return all
    .filter(({ inside, file }) => {
      const key = `${inside} ${file}`;
      return !inside.includes('{{') && !seen.has(key) && seen.add(key);
    })
    .sort((a, b) => b.inside.length - a.inside.length)
    .map(({ inside, file }) => ({ from: inside, to: file }));
}

/** The settings file of ours that is nearest above a folder, within the boundary; where there is none, the nearest of nginx-lint. */
export async function settingsAbove(
  start: FileId,
  boundary: FileId | null,
  read: (file: FileId) => Promise<RawSettings | null>,
  nginxLint = true,
): Promise<RawSettings | null> {
  let other: RawSettings | null = null;
  for (let folder = start; ; folder = dirname(folder)) {
    for (const name of SETTINGS_NAMES) {
      const raw = await read(resolve(folder, './' + name));
      if (raw) return raw;
    }
    if (nginxLint) other ??= await read(resolve(folder, './' + NGINX_LINT_NAME));
    if (folder === boundary || dirname(folder) === folder) return other;
  }
}

export interface LoadWishes extends Pick<LoadOptions, 'cancel' | 'progress' | 'stock'> {
  /** milliseconds since 1970, where the machine may be asked about certificates and the like */
  readonly now?: number | null;
  /** absolute includes read this machine */
  readonly machine?: boolean;
  /** in which way the file is started */
  readonly way?: Way;
}

/** Loads a configuration of the project from its main file. Never throws for what is on the disk. Throws Cancelled. */
export async function loadMain(
  root: FileId,
  project: Project,
  settings: Settings,
  sources: Sources,
  wishes: LoadWishes = {},
): Promise<Tree | { problem: string }> {
  const tree = await loadReading(root, project, settings, sources, wishes);
  return 'problem' in tree ? tree : { ...tree, beside: await wordsBeside(tree, project, sources, wishes.way) };
}

/** The same without a look at the files beside it, for whoever only wants to know what it reads. */
export async function loadReading(
  root: FileId,
  project: Project,
  settings: Settings,
  sources: Sources,
  wishes: LoadWishes = {},
): Promise<Tree | { problem: string }> {
  const tree = await loadTree(root, sources, await loadOptions(root, project, settings, sources, wishes));
  return 'problem' in tree ? tree : started(tree, wishes.way);
}

/** The tree with what tells it from others of the same files. */
export const started = (tree: Tree, { startedBy }: Way = ANY_WAY): Tree => (startedBy ? { ...tree, startedBy } : tree);

/** Files, and characters in them, whose words are looked at for the names of one configuration. */
const MAX_BESIDE = 300;
const MAX_BESIDE_LENGTH = 4 * 1024 * 1024;

/** What was read of a project's files for their words, and what came of it for those that were looked at together. */
interface Looked {
  readonly words: Map<FileId, { readonly words: ReadonlySet<string>; readonly length: number }>;
  readonly together: Map<string, Promise<NamesBeside>>;
}

const lookedAt = new WeakMap<Project, Looked>();

/** The words of the project's files that a tree does not read and that are no main files: they may be put beside those that it reads. */
export async function wordsBeside(tree: Tree, project: Project, sources: Sources, { by }: Way = ANY_WAY): Promise<NamesBeside> {
  let looked = lookedAt.get(project);
  if (!looked) lookedAt.set(project, (looked = { words: new Map(), together: new Map() }));
  const { together } = looked;
  const apart = partsApart(project, tree.standIn?.file ?? tree.root, tree.files.keys(), by);
  const isApart = belowAnyOf(apart);
  const roots = new Set(project.roots);
  const read: FileId[] = [];
  const others = project.configs.filter((id) => {
    if (tree.files.has(id)) read.push(id);
    return !tree.files.has(id) && !roots.has(id) && !isApart(id);
  });
  // of a thousand main files most have the same files beside them
  const key = JSON.stringify([apart, read]);
  let words = together.get(key);
  if (!words) {
    together.set(key, (words = wordsIn(others, looked, sources)));
    words.catch(() => together.delete(key));
  }
  return words;
}

async function wordsIn(others: readonly FileId[], { words: known }: Looked, sources: Sources): Promise<NamesBeside> {
  const out = new Set<string>();
  let left = MAX_BESIDE_LENGTH;
  for (const [i, id] of others.entries()) {
    let found = known.get(id);
    const size = found?.length ?? (await sources.stat(id))?.size;
    if (size === undefined) continue;
    if (i >= MAX_BESIDE || size > left)
      return {
        has: () => true,
        notSeen: `of ${others.length} files of nginx that no main file reads ${i} were looked through for the names in them: no name is called unused`,
      };
    if (!found) {
      const read = await sources.read?.(id);
      const text = read && !read.problem ? read.text : '';
      known.set(id, (found = { words: new Set(text.toLowerCase().match(/[\w@][\w.@-]*/g)), length: size }));
    }
    left -= size;
    for (const word of found.words) out.add(word);
  }
  return { has: (word) => out.has(word), notSeen: null };
}

/** How the files of a project are read: nothing outside of it, and nginx's own files where it holds none. */
export async function loadOptions<W extends LoadWishes>(
  root: FileId,
  project: Project,
  settings: Settings,
  sources: Sources,
  wishes: W,
): Promise<LoadOptions & Pick<W, 'stock'>> {
  const { now = null, machine = false, way = ANY_WAY, ...rest } = wishes;
  const own = project.system || machine;
  return {
    ...rest,
    misplaced: await misplacedIn(project, root, sources, way.by),
    imageDefault: imageDefaultOf(project, root, way.by),
    pathMap: settings.pathMap,
    engines: settings.engines,
    prefix: settings.prefix,
    environment: settings.environment && now !== null ? { now } : null,
    ...(own ? { stock: null, complete: true } : { within: await insideOf(project, settings, sources, { root, by: way.by }) }),
  };
}

/** A real path that images put somewhere, and what else each of them puts. */
interface Put {
  readonly at: FileId;
  readonly owners: Set<readonly Placed[]>;
}

const putByImages = new WeakMap<Project, Promise<ByFolder<Put>>>();

/** What the images of a project put into their file systems, by its real paths: looked up once for hundreds of them. */
function putBy(project: Project, realOf: (file: FileId) => Promise<FileId>): Promise<ByFolder<Put>> {
  let known = putByImages.get(project);
  if (!known) {
    known = (async () => {
      const found = new ByFolder<Put>();
      for (const { kind, placed } of project.instances)
        if (OF_IMAGES.includes(kind))
          for (const file of new Set(placed.map((p) => p.file))) {
            const at = await realOf(file);
            found.at(at, () => ({ at, owners: new Set() })).owners.add(placed);
          }
      return found;
    })();
    putByImages.set(project, known);
    known.catch(() => putByImages.delete(project));
  }
  return known;
}

/**
 * Whether a file, by its real path, may be read into a configuration: it is in the project, or where a person's settings point, and no
 * other container has it to itself.
 */
async function insideOf(
  project: Project,
  settings: Settings,
  sources: Sources,
  { root, by }: { readonly root: FileId; readonly by: Instance | null },
): Promise<(real: FileId) => boolean> {
  const confDir = dirname(root);
  const named = settings.pathMap.map(({ to }) => (/^[a-z][a-z0-9+.-]+:/i.test(to) ? fileId(to) : resolve(confDir, to)));
  const realOf = async (f: FileId): Promise<FileId> => (await sources.real?.(f)) ?? f;
  const realsOf = (all: readonly FileId[]): Promise<FileId[]> => Promise.all([...new Set(all)].map(realOf));
  const folders = await realsOf([project.boundary, ...named, ...(settings.prefix === null ? [] : [resolve(confDir, settings.prefix)])]);
  const own = mountsFor(project, root, by);
  // a file system that is made of what is put into it holds nothing of what only others put into theirs
  const closed = project.instances.some((i) => OF_IMAGES.includes(i.kind) && i.placed === own && !!i.placed.length);
  const mine = await realsOf([...own.map((p) => p.file), ...named]);
  const put = closed ? await putBy(project, realOf) : null;
  // a folder that holds what is asked about is the whole of a checkout as often as it is one of nginx's
  const isTheirs = (id: FileId): boolean => {
    if (id === root || !put) return false;
    for (const { at, owners } of put.above(id)) if (!isBelow(root, at) && [...owners].some((placed) => placed !== own)) return true;
    return false;
  };
  return (id) => folders.some((f) => isBelow(id, f)) && (!isTheirs(id) || mine.some((f) => isBelow(id, f)));
}
