/** Options that several commands share, and how a run's configurations are found and loaded. */
import path from 'node:path';
import type { Command } from 'commander';
import { basename, dirname, type FileId, fileId, fromPath, isBelow, pathOf, relativePath, resolve } from '../base/file-id.ts';
import type { FileSystem } from '../base/file-system.ts';
import { Lines } from '../base/lines.ts';
import { MemoryFiles } from '../base/memory-files.ts';
import { parseVersion } from '../catalog/version.ts';
import { Config } from '../config/config.ts';
import { fragmentContext } from '../config/fragment.ts';
import { loadTree, type Sources } from '../config/load.ts';
import { DEFAULT_SETTINGS, type Settings } from '../config/settings.ts';
import {
  basedOn,
  NGINX_LINT_NAME,
  type RawSettings,
  readNginxLint,
  readSettings,
  SETTINGS_NAMES,
  withSettings,
} from '../config/settings-file.ts';
import { NO_DISK } from '../config/tree.ts';
import { type Deployment, NO_DEPLOYMENT, readDeployment } from '../deploy/deployment.ts';
import { MAX_FILES, wanted } from '../deploy/wanted.ts';
import { fileOfPath, machinePath, NodeFiles } from '../host/node-files.ts';
import { loadParts, type Parts } from '../host/parts.ts';
import { ruleNames } from '../rules/rule.ts';
import type { SourceFile } from '../syntax/statement.ts';
import { filesBelow, findRoots, holdsMainBlocks } from '../workspace/roots.ts';
import { EXIT, Failure } from './failure.ts';

export interface CommonOptions {
  nginxVersion?: string;
  opensslVersion?: string;
  flavour?: string;
  build?: string;
  root?: string;
  prefix?: string;
  map?: string[];
  settings?: string;
  color?: string;
  profile?: string;
  environment?: boolean;
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** Adds the options that every command which reads a configuration has. */
export function withCommonOptions(command: Command): Command {
  return command
    .option(
      '--nginx-version <X.Y.Z>',
      'the nginx that will run it (default: that of the image that a checked folder names, else the newest known)',
    )
    .option('--openssl-version <X.Y.Z>', 'the OpenSSL that nginx was built with')
    .option('--flavour <name>', 'oss, plus, openresty or angie')
    .option('--build <name>', 'which modules there are: any, plain, debian, official, openresty, angie, plus')
    .option('--root <config>', 'the main file that a fragment belongs to')
    .option('--prefix <dir>', 'what relative paths hang from')
    .option('--map <from=to>', 'where paths of the configuration lie on this machine', collect)
    .option('--settings <file>', 'the settings file (default: .proxylens.yaml, searched upwards)')
    .option('--color <when>', 'auto, always or never', 'auto');
}

/** The settings that the command line gives. Throws a usage failure for what it cannot read. */
function fromOptions(options: CommonOptions): RawSettings {
  const raw: RawSettings = {};
  for (const [key, value] of [
    ['nginxVersion', options.nginxVersion],
    ['opensslVersion', options.opensslVersion],
  ] as const) {
    if (value === undefined) continue;
    if (!parseVersion(value)) throw new Failure(EXIT.usage, `"${value}" is no version such as 1.27.3`);
    raw[key] = value;
  }
  const oneOf = (name: string, value: string | undefined, allowed: string[]): string | undefined => {
    if (value !== undefined && !allowed.includes(value))
      throw new Failure(EXIT.usage, `--${name} is one of ${allowed.join(', ')}, not "${value}"`);
    return value;
  };
  const put = <K extends keyof RawSettings>(key: K, value: RawSettings[K] | undefined): void => {
    if (value !== undefined) raw[key] = value;
  };
  put('flavour', oneOf('flavour', options.flavour, ['oss', 'plus', 'openresty', 'angie']));
  put('build', oneOf('build', options.build, ['any', 'plain', 'debian', 'official', 'openresty', 'angie', 'plus']));
  put('profile', oneOf('profile', options.profile, ['recommended', 'strict', 'wsgi', 'validity']));
  oneOf('color', options.color, ['auto', 'always', 'never']);
  if (options.prefix !== undefined) raw.prefix = path.resolve(options.prefix);
  if (options.environment) raw.environment = true;
  if (options.map) {
    raw.pathMap = {};
    for (const m of options.map) {
      const at = m.indexOf('=');
      if (at < 1) throw new Failure(EXIT.usage, `--map ${m}: write FROM=TO, such as /etc/nginx=./deploy/nginx`);
      raw.pathMap[m.slice(0, at)] = path.resolve(m.slice(at + 1));
    }
  }
  return raw;
}

/** Everything a command needs to read configurations. One for each run. */
export class Loader {
  readonly sources = new Map<FileId, SourceFile>();
  readonly unusable = new Map<FileId, string>();
  /** texts of the application's side, by file */
  readonly application = new Map<FileId, string>();
  private readonly settingsFiles = new Map<FileId, RawSettings | null>();
  /** what images in the folders that were asked about say */
  private readonly versions: { readonly folder: FileId; readonly version: string }[] = [];

  private constructor(
    readonly parts: Parts,
    readonly files: FileSystem,
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
  ): Promise<Loader> {
    const settingsFrom = { disk: settingsFolder ? new NodeFiles({ blocks: true }) : files, folder: settingsFolder };
    return new Loader(await loadParts(), files, options, fromOptions(options), progress, settingsFrom);
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
    const source = this.parts.parser.open(file, read.text);
    this.sources.set(file, source);
    return source;
  }

  private asSources(): Sources {
    const { files } = this;
    return {
      source: (file) => this.source(file),
      list: (folder) => files.list(folder),
      stat: (file) => files.stat(file),
      read: (file) => files.read(file),
      ...(files.real ? { real: (file: FileId) => files.real!(file) } : {}),
    };
  }

  /**
   * Defaults, what the Dockerfile or compose file of a folder that was asked about says of the version, then the settings file, then the
   * command line. Throws failures for a settings file that cannot be read or is wrong.
   */
  async settingsFor(root: FileId): Promise<Settings> {
    const raw = await this.settingsAbove(this.settingsFrom.folder ?? dirname(root));
    const found = this.versions.find(({ folder }) => isBelow(root, folder));
    const base: Settings = found
      ? { ...withSettings(DEFAULT_SETTINGS, { nginxVersion: found.version }), versionFrom: 'found' }
      : DEFAULT_SETTINGS;
    return withSettings(withSettings(base, raw ?? {}), this.cli);
  }

  /** The settings file of ours that is nearest above a folder; where there is none, the nearest of nginx-lint. */
  private async settingsAbove(start: FileId): Promise<RawSettings | null> {
    if (this.options.settings !== undefined) return this.settingsFile(fileOfPath(path.resolve(this.options.settings)), true);
    let other: RawSettings | null = null;
    for (let folder = start; ; folder = dirname(folder)) {
      for (const name of SETTINGS_NAMES) {
        const raw = await this.settingsFile(resolve(folder, './' + name), false);
        if (raw) return raw;
      }
      other ??= await this.settingsFile(resolve(folder, './' + NGINX_LINT_NAME), false);
      if (dirname(folder) === folder) return other;
    }
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
      const words = problems.map((p) => `${shown}:${read.text.slice(0, p.span.start).split('\n').length}: ${p.message}`);
      throw new Failure(EXIT.usage, words.join('\n'));
    }
    const based = basedOn(raw, dirname(file));
    this.settingsFiles.set(file, based);
    return based;
  }

  /** One configuration from its main file. Throws an unreadable failure. */
  async config(root: FileId, extraMap: Settings['pathMap'] = []): Promise<Config> {
    const base = await this.settingsFor(root);
    const settings: Settings = { ...base, pathMap: [...base.pathMap, ...extraMap] };
    const tree = await loadTree(root, this.asSources(), {
      pathMap: settings.pathMap,
      prefix: settings.prefix,
      environment: settings.environment ? { now: Date.now() } : null,
      progress: (_, count) => {
        if (count % 200 === 0) this.progress(`${count} files read`);
      },
    });
    if ('problem' in tree) throw new Failure(EXIT.unreadable, `${machinePath(root) ?? root}: ${tree.problem}`);
    return new Config(tree, this.parts.engine, settings);
  }

  /** The folder of the project that a file lies in: the nearest one above it with a Python project's or a repository's mark, at most six up. */
  private async projectAround(file: FileId): Promise<FileId | null> {
    let folder = dirname(file);
    for (let up = 0; up < 6 && dirname(folder) !== folder; up++, folder = dirname(folder)) {
      const names = new Set((await this.files.list(folder)).map((e) => e.name));
      if (PROJECT_MARKS.some((m) => names.has(m))) return folder;
      if (names.has('.git')) return null;
    }
    return null;
  }

  private async readApplication(files: readonly FileId[]): Promise<void> {
    const depth = (f: FileId): number => f.split('/').length;
    for (const file of [...files].sort((a, b) => depth(a) - depth(b)).slice(0, MAX_FILES)) {
      const read = this.application.has(file) ? null : await this.files.read(file);
      if (read && !read.problem) this.application.set(file, read.text);
    }
  }

  /** What the folders that were asked about say of the applications; nothing when only files were named. */
  async deployment(): Promise<Deployment> {
    if (!this.application.size) return NO_DEPLOYMENT;
    return readDeployment(this.application, await this.parts.python());
  }

  /** The text of any file that a finding may point at. */
  text(file: FileId): Pick<SourceFile, 'text' | 'lines'> | null {
    const source = this.sources.get(file);
    if (source) return source;
    const text = this.application.get(file);
    return text === undefined ? null : { text, lines: new Lines(text) };
  }

  /** A file that no main file reads, in the context that fits it best. */
  async fragment(file: FileId): Promise<Config | null> {
    const source = await this.source(file);
    if (!source || typeof source === 'string') return null;
    const { contexts } = fragmentContext(source, this.parts.engine.catalog);
    const tree = { root: file, files: new Map([[file, source]]), includes: new Map(), disk: NO_DISK };
    return new Config(tree, this.parts.engine, await this.settingsFor(file), 'fragment', contexts[0], contexts);
  }

  /** False for a file that only lies beside nginx's own, such as ModSecurity's: no directive on its top level is one of nginx. */
  private async speaksNginx(file: FileId): Promise<boolean> {
    const source = await this.source(file);
    if (!source || typeof source === 'string') return false;
    const names = source.body.map((s) => s.name.value).filter((n) => n !== 'include');
    return names.some((n) => this.parts.engine.catalog.directives(n).length > 0);
  }

  /**
   * The configurations that a list of files and folders means: main files stay main files, folders are searched for theirs, and what
   * no main file reads stands for itself. Throws an unreadable failure for a path that does not exist.
   */
  async configs(paths: readonly string[]): Promise<{ configs: Config[]; asked: ReadonlySet<FileId> | null }> {
    const configs = new Map<FileId, Config>();
    const single: FileId[] = [];
    const loose: FileId[] = [];
    const load = async (root: FileId, map: Settings['pathMap'] = []): Promise<void> => {
      if (!configs.has(root)) configs.set(root, await this.config(root, map));
    };
    if (this.options.root !== undefined) await load(fileOfPath(path.resolve(this.options.root)));
    for (const given of paths) {
      const id = fileOfPath(path.resolve(given));
      const stat = await this.files.stat(id);
      if (!stat) throw new Failure(EXIT.unreadable, `${given}: no such file or folder`);
      if (stat.kind === 'folder') {
        const found = await findRoots([id], this.files, wanted);
        await this.readApplication(found.others);
        if (found.version) this.versions.push({ folder: id, version: found.version.text });
        const named = (await this.settingsAbove(id))?.root?.map(fileId);
        for (const root of named ?? found.roots) await load(root, found.pathMap);
        loose.push(...found.files.filter((f) => !named || !found.roots.includes(f)));
      } else single.push(id);
    }
    const project = single[0] && !this.application.size ? await this.projectAround(single[0]) : null;
    if (project) {
      const others: FileId[] = [];
      for await (const id of filesBelow([project], this.files)) if (wanted(relativePath(id, project))) others.push(id);
      await this.readApplication(others);
    }
    for (const id of single) {
      const source = await this.source(id);
      if (source === null) throw new Failure(EXIT.unreadable, `${machinePath(id) ?? id}: no such file`);
      if (typeof source === 'string') throw new Failure(EXIT.unreadable, `${machinePath(id) ?? id}: ${source}`);
      if ([...configs.values()].some((c) => c.files.has(id))) continue;
      if (holdsMainBlocks(source.text) || (basename(id) === 'nginx.conf' && !looksLikeFragment(source))) await load(id);
      else loose.push(id);
    }
    for (const [root] of [...configs]) if ([...configs].some(([other, c]) => other !== root && c.files.has(root))) configs.delete(root);
    for (const id of loose) {
      if ([...configs.values()].some((c) => c.files.has(id))) continue;
      if (!single.includes(id) && !(await this.speaksNginx(id))) continue;
      const fragment = await this.fragment(id);
      if (fragment) configs.set(id, fragment);
    }
    return { configs: [...configs.values()], asked: null };
  }
}

/** Files that stand in the folder of a Python project. */
const PROJECT_MARKS = [
  'manage.py',
  'pyproject.toml',
  'requirements.txt',
  'Pipfile',
  'Procfile',
  'compose.yaml',
  'compose.yml',
  'docker-compose.yml',
  'docker-compose.yaml',
];

const looksLikeFragment = (source: SourceFile): boolean =>
  source.body.some((s) => ['server', 'location', 'upstream', 'map', 'proxy_pass', 'listen'].includes(s.name.value));

/**
 * The files of an `nginx -T` dump (`# configuration file /etc/nginx/nginx.conf:` lines) under their own names; null when the text is
 * no dump. The first file is the main one (ngx_show_version_info and main() of nginx.c print them in reading order).
 */
export function dumpFiles(text: string): { root: FileId; files: MemoryFiles } | null {
  const parts = [...text.matchAll(/^# configuration file (.+):\r?$/gm)];
  const first = parts[0];
  // before the first file stand at most the messages of the test
  if (!first || !/^(\s|(nginx: |\d{4}\/\d\d\/\d\d ).*(\n|$))*$/.test(text.slice(0, first.index))) return null;
  const files = new MemoryFiles();
  parts.forEach((m, i) => {
    const start = m.index + m[0].length + 1;
    const end = parts[i + 1]?.index ?? text.length;
    files.set(fromPath(m[1]!), text.slice(start, end).replace(/\n$/, ''));
  });
  return { root: fromPath(first[1]!), files };
}

/** The files of a dump as nginx -T prints them, with the texts that `text` gives. */
export const dumpOf = (files: MemoryFiles, text: (file: FileId) => string): string =>
  files
    .names()
    .map((file) => `# configuration file ${pathOf(file)}:\n${text(file)}\n`)
    .join('');

/** All of standard input as text. */
export async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Buffer));
  return Buffer.concat(chunks).toString('utf8');
}

/** How a file is named in output for people and programs: its path on this machine, or its URI. */
export const shownPath = (file: FileId): string => machinePath(file) ?? String(file);

export const stdinFile = (name: string | undefined): FileId =>
  name && /^[a-z]+:\/\//.test(name) ? fileId(name) : fileOfPath(path.resolve(name ?? 'stdin.conf'));
