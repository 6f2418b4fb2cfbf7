/** Options that several commands share, and how a run's configurations are found and loaded. */
import path from 'node:path';
import type { Command } from 'commander';
import { visible } from '../base/escape.ts';
import { basename, dirname, type FileId, fileId, fromPath, hostFileOf, isBelow, isWithin, pathOf } from '../base/file-id.ts';
import type { FileSystem } from '../base/file-system.ts';
import { Lines } from '../base/lines.ts';
import { MemoryFiles } from '../base/memory-files.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { readAsChosen } from '../config/chosen-engine.ts';
import { Config } from '../config/config.ts';
import type { Sources } from '../config/load.ts';
import { DEFAULT_SETTINGS, type Settings } from '../config/settings.ts';
import { basedOn, NGINX_LINT_NAME, type RawSettings, readNginxLint, readSettings, withSettings } from '../config/settings-file.ts';
import { type Deployment, NO_DEPLOYMENT, readDeployment } from '../deploy/deployment.ts';
import { wanted } from '../deploy/wanted.ts';
import { NodeFiles, readInput } from '../host/node-files.ts';
import { loadParts, type Parts } from '../host/parts.ts';
import { fileOfPath, machinePath } from '../host/paths.ts';
import { applicationFilesOf, deploymentFor } from '../project/applications.ts';
import { boundaryOf } from '../project/boundary.ts';
import { holdsMainBlocks, isCalledNginx, isDump, isMainWithin, isPlausible, looksLikeNginx, verdictOn } from '../project/content.ts';
import { loneProject, type Project } from '../project/deployed.ts';
import { mayBeAnything, mayHost } from '../project/embedded.ts';
import { EmbeddedFiles } from '../project/embedded-files.ts';
import { includersOf, inTurn, nameFor } from '../project/loose.ts';
import {
  findProject,
  type LoadWishes,
  loadMain,
  loadOptions,
  loadReading,
  settingsAbove,
  settingsFor,
  started,
  wordsBeside,
} from '../project/project.ts';
import { type Reader, Readers, standsForCircle } from '../project/readers.ts';
import { besideOf, destinationIn, isEnabled, loadFragment } from '../project/standin.ts';
import type { Stock } from '../project/stock.ts';
import { ANY_WAY, startsNothing, type Way, waysMeant } from '../project/ways.ts';
import { ruleNames } from '../rules/rule.ts';
import type { Document } from '../syntax/document.ts';
import type { SourceFile } from '../syntax/statement.ts';
import { EXIT, Failure } from './failure.ts';
import { tell } from './output.ts';
import { notOneOf, settingOptions, settingsOf } from './setting-options.ts';

export interface CommonOptions {
  nginxVersion?: string;
  opensslVersion?: string;
  flavour?: string;
  build?: string;
  root?: string;
  prefix?: string;
  map?: string[];
  template?: string[];
  settings?: string;
  color?: string;
  profile?: string;
  environment?: boolean;
  machine?: boolean;
  service?: string;
}

const COLORS: readonly string[] = ['auto', 'always', 'never'];

/** Adds the options that every command which reads a configuration has. */
export function withCommonOptions(command: Command): Command {
  return settingOptions(command, 'every')
    .option('--machine', 'absolute includes read this machine; they do where it is itself what is checked, below /etc, /usr/local or /opt')
    .option('--service <name>', 'of several services that start nginx with the same files, the one that is meant')
    .option('--settings <file>', 'the settings file (default: .proxylens.yaml, searched upwards)')
    .option('--color <when>', 'auto, always or never', 'auto');
}

/** The settings that the command line gives. Throws a usage failure for what it cannot read. */
function fromOptions(options: CommonOptions): RawSettings {
  if (options.color !== undefined && !COLORS.includes(options.color)) throw notOneOf('color', options.color, COLORS);
  return settingsOf(options as Readonly<Record<string, unknown>>);
}

/** A configuration that was asked for, the project that it belongs to, and what of it was asked for. */
export interface Asked {
  readonly config: Config;
  readonly project: Project;
  /** in which of several ways its files are started */
  readonly way: Way;
  /** the files whose findings are shown; null: all of them */
  readonly shown: ((file: FileId) => boolean) | null;
}

const readerOf = ({ config, way }: Asked): Reader => ({
  file: config.subject,
  loose: config.kind === 'fragment',
  way,
  tree: config.tree,
});

const counted = new WeakMap<SourceFile, Pick<SourceFile, 'text' | 'lines'>>();

/** A text with its lines as nginx counts them, which is by line feeds only: people compare the numbers with its own. */
function asCounted(source: SourceFile): Pick<SourceFile, 'text' | 'lines'> {
  let found = counted.get(source);
  if (!found)
    counted.set(source, (found = /\r(?!\n)/.test(source.text) ? { text: source.text, lines: new Lines(source.text, false) } : source));
  return found;
}

/** Everything a command needs to read configurations. One for each run. */
export class Loader {
  readonly sources = new Map<FileId, SourceFile>();
  readonly unusable = new Map<FileId, string>();
  /** texts of the application's side, by file */
  readonly application = new Map<FileId, string>();
  private readonly settingsFiles = new Map<FileId, RawSettings | null>();
  private readonly projects = new Map<FileId, Project>();

  /** by the files that they are read from */
  private readonly deployments = new Map<string, Deployment>();
  /** files that were named and are nothing of nginx, with their names as given */
  readonly foreign: string[] = [];
  /** the services that start what was asked for, where a person named one */
  private readonly services: string[] = [];
  /** the file whose text came from standard input: whoever hands a text over says that it is nginx's */
  handed: FileId | null = null;
  /** of the named files only those count that a folder's search would find: whoever hands over all changed files does not know which are nginx's */
  byContent = false;

  private constructor(
    readonly parts: Parts,
    readonly files: EmbeddedFiles,
    private readonly options: CommonOptions,
    private readonly cli: RawSettings,
    private readonly progress: (words: string) => void,
    /** where settings files are looked for, and from which folder on; null means beside each main file */
    private readonly settingsFrom: { readonly disk: FileSystem; readonly folder: FileId | null },
  ) {}

  static async create(
    options: CommonOptions,
    files: FileSystem = new NodeFiles({ blocks: true }),
    progress: (words: string) => void = () => {},
    settingsFolder: FileId | null = null,
    parts: Parts | null = null,
  ): Promise<Loader> {
    const settingsFrom = { disk: settingsFolder ? new NodeFiles({ blocks: true }) : files, folder: settingsFolder };
    return new Loader(parts ?? (await loadParts()), new EmbeddedFiles(files), options, fromOptions(options), progress, settingsFrom);
  }

  /** One for a text that somebody hands over as that of a file, be there such a file or not. All else is on the disk. */
  static async ofText(
    options: CommonOptions,
    name: FileId,
    text: string,
    progress?: (words: string) => void,
    parts?: Parts,
  ): Promise<Loader> {
    const loader = await Loader.create(options, overlay(new NodeFiles({ blocks: true }), name, text), progress, null, parts);
    loader.handed = name;
    return loader;
  }

  async source(file: FileId): Promise<SourceFile | string | null> {
    const known = this.sources.get(file) ?? this.unusable.get(file);
    if (known) return known;
    const read = await this.files.read(file);
    if (!read) return null;
    if (read.problem) {
      this.unusable.set(file, read.problem);
      return read.problem;
    }
    const within = this.files.known(file);
    const source = await this.parts.parser.read(file, read.text, within?.embedded.window ?? null);
    this.sources.set(file, source);
    return source;
  }

  /** Reads texts of a file for the template engine that the settings or the command line name for it. Throws failures for settings that are wrong. */
  async engineFor(file: FileId): Promise<(source: SourceFile) => void> {
    const { folder } = await boundaryOf(file, 'file', this.files, [fileOfPath(process.cwd())]);
    const start = this.settingsFrom.folder ?? dirname(file);
    const above =
      this.options.settings !== undefined
        ? await this.settingsFile(fileOfPath(path.resolve(this.options.settings)), true)
        : await settingsAbove(start, isBelow(start, folder) ? folder : null, (id) => this.settingsFile(id, false));
    return readAsChosen(withSettings(withSettings(DEFAULT_SETTINGS, above ?? {}), this.cli).engines);
  }

  private asSources(): Sources {
    const { files } = this;
    return {
      source: (file) => this.source(file),
      list: (folder) => files.list(folder),
      stat: (file) => files.stat(file),
      read: (file) => files.read(file),
      real: (file) => files.real(file),
      named: (file, real) => nameFor(file, real, this.named),
    };
  }

  /** The files and folders that were named, by what is behind their names. */
  private readonly named = {
    byReal: new Map<FileId, FileId>(),
    folders: new Map<FileId, FileId>(),
    has: (file: FileId): boolean => [...this.named.byReal.values()].includes(file),
  };

  /** The project of a file or folder, looked through once. */
  private async projectOf(id: FileId, kind: 'file' | 'folder', named: readonly FileId[] = []): Promise<Project> {
    const boundary = await boundaryOf(id, kind, this.files, [fileOfPath(process.cwd())]);
    let project = this.projects.get(boundary.folder);
    if (!project) {
      // another project that was named too is none of this one's business
      const inside = named.filter((folder) => isBelow(folder, boundary.folder));
      project = await findProject(boundary, this.files, { catalog: this.parts.engine.catalog, isOther: wanted, named: inside });
      this.projects.set(boundary.folder, project);
    }
    return project;
  }

  /** Whether a search of its folder finds a file. */
  async finds(id: FileId): Promise<boolean> {
    return isFound(id, await this.projectOf(id, 'file'));
  }

  /** What the project says of its nginx, over that the settings file, then the command line. Throws failures for a settings file that is wrong. */
  private async settingsFor(file: FileId, project: Project, { by }: Way): Promise<Settings> {
    const settings = settingsFor(file, project, await this.settingsBeside(file, project), this.cli, {
      by,
      machine: this.options.machine ?? false,
    });
    // files are read again as written for these
    if (settings.engines.length) await this.parts.parser.start();
    return settings;
  }

  /** Files whose settings are wrong: whether anyone asks about them is known when it is known what they read. */
  private readonly faults = new Map<FileId, Failure>();

  /** The settings of a file; those that are wrong are a failure only once it belongs to what was asked (`sound`): a neighbour's are not. */
  private async settingsBeside(file: FileId, project: Project): Promise<RawSettings | null> {
    try {
      return await this.settingsAbove(this.settingsFrom.folder ?? dirname(file), project);
    } catch (error) {
      if (!(error instanceof Failure) || this.options.settings !== undefined) throw error;
      this.faults.set(file, error);
      return null;
    }
  }

  /** A configuration that is part of the answer. Throws the failure of its settings. */
  private sound(asked: Asked): Asked {
    const fault = this.faults.get(asked.config.subject);
    if (fault) throw fault;
    return asked;
  }

  private async settingsAbove(start: FileId, project: Project): Promise<RawSettings | null> {
    if (this.options.settings !== undefined) return this.settingsFile(fileOfPath(path.resolve(this.options.settings)), true);
    return settingsAbove(start, isBelow(start, project.boundary) ? project.boundary : null, (file) => this.settingsFile(file, false));
  }

  private async settingsFile(file: FileId, mustExist: boolean): Promise<RawSettings | null> {
    const known = this.settingsFiles.get(file);
    if (known !== undefined) return known;
    const read = await this.settingsFrom.disk.read(file);
    const shown = machinePath(file) ?? file;
    if (!read || read.problem) {
      if (mustExist || read?.problem) throw new Failure(EXIT.unreadable, `${shown}: ${read?.problem ?? 'no such settings file'}`);
      this.settingsFiles.set(file, null);
      return null;
    }
    const names = ruleNames(this.parts.rules);
    const { raw, problems } = basename(file) === NGINX_LINT_NAME ? readNginxLint(read.text, names) : readSettings(read.text, names);
    if (problems.length) {
      const lines = new Lines(read.text);
      const words = problems.map((p) => `${shown}:${lines.lineAt(p.span.start) + 1}: ${p.message}`);
      throw new Failure(EXIT.usage, words.join('\n'));
    }
    const based = basedOn(raw, dirname(file));
    this.settingsFiles.set(file, based);
    return based;
  }

  /** What the look through the projects left out, in words for people. */
  get notSeen(): readonly string[] {
    return [...this.projects.values()].flatMap((p) => p.notSeen);
  }

  /** One configuration of a project from its main file. Throws an unreadable failure. */
  private async main(root: FileId, project: Project, way: Way, load: typeof loadMain = loadMain): Promise<Config> {
    const settings = await this.settingsFor(root, project, way);
    const tree = await load(root, project, settings, this.asSources(), { ...this.wishes, way });
    if ('problem' in tree) throw new Failure(EXIT.unreadable, `${machinePath(root) ?? root}: ${tree.problem}`);
    return new Config(tree, this.parts.engine, settings);
  }

  private get wishes(): LoadWishes & { readonly stock: Stock } {
    return {
      now: Date.now(),
      machine: this.options.machine ?? false,
      stock: this.parts.stock,
      progress: (_, count) => {
        if (count % 200 === 0) this.progress(`${count} files read`);
      },
    };
  }

  /**
   * The configuration of a dump: all of its files are at hand, and nothing else is. Its paths are those of the server, so that maps of the settings do not
   * apply; settings come from the folder of the file that holds it.
   */
  static async ofDump(
    options: CommonOptions,
    { root, files }: Dump,
    holder: string,
    progress?: (words: string) => void,
    parts?: Parts,
  ): Promise<{ readonly loader: Loader; readonly asked: Asked }> {
    const loader = await Loader.create(options, files, progress, fileOfPath(path.dirname(path.resolve(holder))), parts);
    const project = loneProject(dirname(root), true);
    const config = await loader.main(root, project, ANY_WAY);
    return { loader, asked: loader.sound({ config, project, way: ANY_WAY, shown: null }) };
  }

  /** The same configuration after texts have changed. */
  async again({ config, project, way, shown }: Asked): Promise<Asked> {
    const fresh = config.kind === 'root' ? await this.main(config.root, project, way) : await this.fragment(config.subject, project, way);
    return { config: fresh ?? config, project, way, shown };
  }

  /** What the project of a folder says of its applications. */
  async applicationsIn(folder: FileId): Promise<Deployment> {
    return this.deploymentAt(await this.projectOf(folder, 'folder', [folder]), folder);
  }

  /** What a project says of the applications behind one of its configurations. */
  async deployment({ config, project, way }: Pick<Asked, 'config' | 'project' | 'way'>): Promise<Deployment> {
    return this.deploymentAt(project, config.subject, config.files.keys(), way);
  }

  private async deploymentAt(project: Project, root: FileId, reads: Iterable<FileId> = [], { by }: Way = ANY_WAY): Promise<Deployment> {
    const sides = applicationFilesOf(project, root, { reads, by });
    for (const file of new Set([...sides.files, ...(sides.wider ?? [])])) {
      const read = this.application.has(file) ? null : await this.files.read(file);
      if (read && !read.problem) this.application.set(file, read.text);
    }
    const python = sides.files.length || sides.wider?.length ? await this.parts.python() : null;
    return deploymentFor(sides, (files) => {
      const key = files.join('\n');
      let known = this.deployments.get(key);
      if (!known) {
        const texts = new Map(files.flatMap((f) => (this.application.has(f) ? [[f, this.application.get(f)!]] : [])));
        this.deployments.set(key, (known = texts.size ? readDeployment(texts, python) : NO_DEPLOYMENT));
      }
      return known;
    });
  }

  /** Takes a repaired text instead of that on the disk. */
  replace(file: FileId, text: string): void {
    if (this.files.text(file) !== null) {
      for (const id of [...this.sources.keys()]) if (id !== file && hostFileOf(id) === file) this.sources.delete(id);
      this.files.put(file, text);
      return;
    }
    if (this.sources.has(file)) this.sources.set(file, this.opened(file, text));
    else {
      this.application.set(file, text);
      this.deployments.clear();
    }
  }

  /** Another text of a file, read for the template engine that a person chose for it. */
  opened(file: FileId, text: string): Document {
    const part = isWithin(file) ? this.files.reread(file, text) : null;
    const document = part ? this.parts.parser.embedded(file, text, part.window) : this.parts.parser.open(file, text);
    const known = this.sources.get(file);
    if (known) document.writtenFor(known.chosenEngine ?? null);
    return document;
  }

  /** The text of any file that a finding may point at. */
  text(file: FileId): Pick<SourceFile, 'text' | 'lines'> | null {
    const source = this.sources.get(file);
    if (source) return asCounted(source);
    const text =
      this.files.text(file) ?? this.application.get(file) ?? [...this.projects.values()].flatMap((p) => p.placing.get(file) ?? [])[0];
    return text === undefined ? null : { text, lines: new Lines(text) };
  }

  /** A file that no main file reads, within the main file that will include it. Null for one that cannot be read. */
  private async fragment(file: FileId, project: Project, way: Way): Promise<Config | null> {
    const source = await this.source(file);
    if (!source || typeof source === 'string') return null;
    const settings = await this.settingsFor(file, project, way);
    const sources = this.asSources();
    const options = await loadOptions(file, project, settings, sources, { ...this.wishes, way });
    const config = await loadFragment(
      source,
      destinationIn(project, file, way.by),
      sources,
      { ...options, stock: this.parts.stock },
      this.parts.engine,
      settings,
      {
        stated: this.files.known(file)?.embedded.contexts ?? null,
        beside: await besideOf(project, file, { sources, catalog: this.parts.engine.catalog, by: way.by }),
        enabled: await isEnabled(file, sources),
      },
    );
    return config.with({ tree: started(config.tree, way) });
  }

  /**
   * The configurations that files and folders mean, each within its whole project: those that read what was named, and what no main file
   * reads on its own. Throws an unreadable failure for a path that does not exist, and one of usage for a service that starts nothing of it; `named`
   * says where the service was named, if not on the command line.
   */
  async configs(paths: readonly string[], named: string | null = null): Promise<Asked[]> {
    const root = this.options.root === undefined ? null : fileOfPath(path.resolve(this.options.root));
    const wanted: { given: string; id: FileId; kind: 'file' | 'folder' }[] = [];
    for (const given of paths) {
      const id = fileOfPath(path.resolve(given));
      const stat = await this.files.stat(id);
      if (!stat) throw new Failure(EXIT.unreadable, `${given}: no such file or folder`);
      wanted.push({ given, id, kind: stat.kind === 'folder' ? 'folder' : 'file' });
    }
    if (root) wanted.push({ given: this.options.root!, id: root, kind: 'file' });
    const folders = wanted.filter((n) => n.kind === 'folder').map((n) => n.id);
    for (const { id, kind } of wanted) this.named[kind === 'file' ? 'byReal' : 'folders'].set(await this.files.real(id), id);
    const byProject = new Map<Project, typeof wanted>();
    for (const one of wanted) {
      const project = await this.projectOf(one.id, one.kind, folders);
      byProject.set(project, [...(byProject.get(project) ?? []), one]);
    }
    const out: Asked[] = [];
    // a main file that was named may be outside of the project of what it is to include
    const given = root && paths.length ? await this.asked(root, await this.projectOf(root, 'file'), wanted) : [];
    for (const [project, wished] of byProject) out.push(...(await this.ofProject(project, wished, given)));
    const { service } = this.options;
    if (service !== undefined && !out.length)
      throw new Failure(EXIT.usage, `${named ?? '--service'} ${service}: ${startsNothing(this.services)}`);
    return out;
  }

  /** The one configuration that is meant by a path: the first that reads it. That other services have others of it is said. */
  async one(
    path: string,
    { named = null, hint = 'Choose with --service.' }: { readonly named?: string | null; readonly hint?: string } = {},
  ): Promise<Asked | null> {
    const all = await this.configs([path], named);
    const [first = null] = all;
    const label = first?.config.tree.startedBy?.label;
    const others = all.flatMap(({ config }) => (config.subject === first?.config.subject ? (config.tree.startedBy?.label ?? []) : []));
    if (label && others.length > 1)
      tell(
        `proxylens: ${visible(path)}: ${visible(others.join(' and '))} start it with different files around it; this is ${visible(label)}. ${hint}`,
      );
    return first;
  }

  /** The configurations within a file, sorted into main files and others; false when there is none. */
  private async hosted(file: FileId, roots: FileId[], others: FileId[]): Promise<boolean> {
    const host = await this.files.host(file);
    for (const embedded of host?.embedded ?? []) {
      const list = isMainWithin(embedded) ? roots : others;
      if (!list.includes(embedded.id)) list.push(embedded.id);
    }
    return host !== null;
  }

  /** The ways of a file that are asked about: all, or those of the service that a person names. */
  private waysOf(project: Project, file: FileId): readonly Way[] {
    const { ways, services } = waysMeant(project, file, this.options.service ?? null);
    this.services.push(...services);
    return ways;
  }

  private async asked(root: FileId, project: Project, named: readonly Named[]): Promise<Asked[]> {
    const out: Asked[] = [];
    for (const way of this.waysOf(project, root)) out.push(await this.askedSo(root, project, named, way));
    return out;
  }

  private async askedSo(root: FileId, project: Project, named: readonly Named[], way: Way): Promise<Asked> {
    const config = await this.main(root, project, way, loadReading);
    const folders = named.filter((n) => n.kind === 'folder').map((n) => n.id);
    const files = new Set(named.filter((n) => n.kind === 'file').map((n) => n.id));
    const whole = files.has(hostFileOf(root)) || folders.some((f) => isBelow(root, f));
    return { config, project, way, shown: whole ? null : (file) => files.has(hostFileOf(file)) || folders.some((f) => isBelow(file, f)) };
  }

  /** A configuration that was only read so far, with the words of the files beside it. */
  private async withBeside(asked: Asked): Promise<Asked> {
    const { config, project, way } = asked;
    const beside = await wordsBeside(config.tree, project, this.asSources(), way);
    return { ...asked, config: config.with({ tree: { ...config.tree, beside } }) };
  }

  private async ofProject(project: Project, named: readonly Named[], given: readonly Asked[]): Promise<Asked[]> {
    const folders = named.filter((n) => n.kind === 'folder').map((n) => n.id);
    const singles: FileId[] = [];
    const roots: FileId[] = given.map((g) => g.config.root);
    for (const { given: name, id, kind } of named) {
      if (kind === 'folder' || roots.includes(id)) continue;
      if (this.byContent && !isFound(id, project)) continue;
      // of a text that was handed over only its name says that it holds nginx's among other things
      const mayHold = mayHost(pathOf(id)) || (id !== this.handed && mayBeAnything(pathOf(id)));
      if (mayHold && (await this.hosted(id, roots, singles))) continue;
      const source = await this.source(id);
      if (source === null) throw new Failure(EXIT.unreadable, `${name}: no such file`);
      if (typeof source === 'string') throw new Failure(EXIT.unreadable, `${name}: ${source}`);
      if (id !== this.handed && isForeign(source.text, pathOf(id), this.parts.engine.catalog)) {
        this.foreign.push(name);
        continue;
      }
      singles.push(id);
      if (holdsMainBlocks(source.text, pathOf(id)) || (basename(id) === 'nginx.conf' && !looksLikeFragment(source))) roots.push(id);
    }
    for (const host of project.hosts) if (folders.some((f) => isBelow(host, f))) await this.hosted(host, roots, singles);
    const chosen = (await this.settingsAbove(folders[0] ?? project.boundary, project))?.root?.map(fileId);
    for (const id of chosen ?? project.roots) if (!roots.includes(id)) roots.push(id);
    const configs: Asked[] = [...given];
    const before = new Set(given.map(({ config }) => config.root));
    for (const root of roots) {
      if (before.has(root)) continue;
      before.add(root);
      const isNamed = named.some((n) => n.id === hostFileOf(root)) || chosen?.includes(root);
      try {
        configs.push(...(await this.asked(root, project, named)));
      } catch (error) {
        // of the rest of the project only what can be read is known
        if (isNamed || !(error instanceof Failure) || error.exitCode !== EXIT.unreadable) throw error;
      }
    }
    const readers = new Readers(configs, readerOf);
    // a main file that another one includes is a part of that one
    for (const part of readers.parts()) readers.drop(part);
    const own = configs.filter((c) => readers.has(c));
    const out: Asked[] = [];
    for (const one of own)
      if (one.shown === null || [...one.config.files.keys()].some(one.shown)) out.push(await this.withBeside(this.sound(one)));
    const loose = [
      ...singles,
      ...inTurn(project.configs).filter((id) => folders.some((f) => isBelow(id, f)) && !(chosen && project.roots.includes(id))),
    ];
    // a file that was named may be a part of another one that no main file reads
    const around: FileId[] = [];
    for (const id of singles) if (!readers.readAtAll(id)) around.push(...(await includersOf(project, id, this)));
    const mains = new Set(own.map(({ config }) => config.root));
    const fragments: Asked[] = [];
    const asked = new Set(loose);
    const shown = (file: FileId): boolean => asked.has(file) || folders.some((f) => isBelow(file, f));
    const left = new Set([...around, ...loose]);
    /** those that stand for a circle which was entered elsewhere */
    const first = new Set<FileId>();
    for (const id of left) {
      if (mains.has(id)) continue;
      if (readers.asOther(id, isWithin(id) ? id : await this.files.real(id)).length) continue;
      for (const way of this.waysOf(project, id)) {
        if (readers.readFor(id, way) && !first.has(id)) continue;
        const config = await this.fragment(id, project, way);
        if (!config) continue;
        const fragment = { config, project, way, shown };
        fragments.push(fragment);
        readers.add(fragment);
        const other = standsForCircle(id, config.tree, (f) => !project.roots.includes(f));
        if (other === null || first.has(other)) continue;
        first.add(other);
        left.delete(other);
        left.add(other);
      }
    }
    const parts = new Readers(fragments, readerOf).parts();
    const meant = fragments.filter((one) => !parts.has(one) && [...one.config.files.keys()].some((f) => asked.has(f)));
    return [...out, ...meant.map((one) => this.sound(one))];
  }
}

/** The disk with another text in the place of a file, or with one file more. */
const overlay = (disk: NodeFiles, name: FileId, text: string): FileSystem => ({
  read: async (file) => (file === name ? { text } : disk.read(file)),
  head: async (file, bytes) => (file === name ? { text: text.slice(0, bytes), whole: text.length <= bytes } : disk.head(file, bytes)),
  list: (folder) => disk.list(folder),
  stat: async (file) => (file === name ? { kind: 'file', size: text.length } : disk.stat(file)),
  real: (file) => disk.real(file),
  link: async (file) => (file === name ? null : disk.link(file)),
});

const isFound = (id: FileId, { roots, configs, hosts }: Project): boolean => [roots, configs, hosts].some((list) => list.includes(id));

/** Whether a file that someone named is nothing of nginx: its text decides, and where that says little, its name. */
export function isForeign(text: string, path: string, catalog: Catalog): boolean {
  const isHost = mayHost(path, text);
  if (isCalledNginx(path) && !isHost) return false;
  const verdict = verdictOn(text, path, catalog);
  if (looksLikeNginx(path) && !isHost) return verdict === 'foreign';
  return verdict === 'foreign' || (verdict === 'unsure' && (isHost || !isPlausible(path)));
}

interface Named {
  /** as it was written */
  readonly given: string;
  readonly id: FileId;
  readonly kind: 'file' | 'folder';
}

const looksLikeFragment = (source: SourceFile): boolean =>
  source.body.some((s) => ['server', 'location', 'upstream', 'map', 'proxy_pass', 'listen'].includes(s.name.value));

/** Characters of a file that tell whether it is a dump. */
const DUMP_HEAD = 4096;

/** The files that `nginx -T` printed. */
interface Dump {
  readonly root: FileId;
  readonly files: MemoryFiles;
}

/**
 * The files of an `nginx -T` dump (`# configuration file /etc/nginx/nginx.conf:` lines) under their own names; null when the text is
 * no dump. The first file is the main one (ngx_show_version_info and main() of nginx.c print them in reading order).
 */
export function dumpFiles(text: string): Dump | null {
  if (!isDump(text)) return null;
  const parts = [...text.matchAll(/^# configuration file (.+):\r?$/gm)];
  const files = new MemoryFiles();
  parts.forEach((m, i) => {
    const start = m.index + m[0].length + 1;
    const end = parts[i + 1]?.index ?? text.length;
    files.set(fromPath(m[1]!), text.slice(start, end).replace(/\n$/, ''));
  });
  return { root: fromPath(parts[0]![1]!), files };
}

/** The dump of `nginx -T` that a file holds which someone named; null where it holds none, or cannot be read. */
export async function dumpNamed(name: string): Promise<Dump | null> {
  const file = fileOfPath(path.resolve(name));
  const disk = new NodeFiles();
  const head = (await disk.stat(file))?.kind === 'file' ? await disk.head(file, DUMP_HEAD) : null;
  const read = head !== null && isDump(head.text) ? await disk.read(file) : null;
  return read && !read.problem ? dumpFiles(read.text) : null;
}

/** The files of a dump as nginx -T prints them, with the texts that `text` gives. */
export const dumpOf = (files: MemoryFiles, text: (file: FileId) => string): string =>
  files
    .names()
    .map((file) => `# configuration file ${pathOf(file)}:\n${text(file)}\n`)
    .join('');

/** All of standard input as text. Throws an unreadable failure for more than any configuration. */
export async function readStdin(): Promise<string> {
  const text = await readInput();
  if (text === null) throw new Failure(EXIT.unreadable, 'standard input is too much for a configuration');
  return text;
}

/** How a file is named in output for people and programs: its path on this machine, or its URI. */
export const shownPath = (file: FileId): string => machinePath(file) ?? String(file);

/** The same for a printer, which names the files of its findings again and again. */
export function shownPaths(files: readonly { readonly id: FileId; readonly path: string }[]): (file: FileId) => string {
  const known = new Map(files.map(({ id, path: shown }) => [id, shown]));
  return (file) => {
    let shown = known.get(file);
    if (shown === undefined) known.set(file, (shown = shownPath(file)));
    return shown;
  };
}

/** The file that standard input counts as: the given name in the current folder, `stdin.conf` without one. */
export const stdinFile = (name: string | undefined): FileId =>
  name && /^[a-z]+:\/\//.test(name) ? fileId(name) : fileOfPath(path.resolve(name ?? 'stdin.conf'));
