/**
 * The only mutable object of the server: the texts, the trees of files, and which configuration a file belongs to. A change bumps the
 * revision; a snapshot is the view at one revision, and is used up synchronously. IO happens in `settle` alone.
 */
import picomatch from 'picomatch';
import { Cancelled, type CancelToken, NEVER } from '../base/cancel.ts';
import { applyEdits, type TextEdit } from '../base/edit.ts';
import { basename, dirname, type FileId, fileId, hostFileOf, isBelow, isWithin, pathOf, relativePath } from '../base/file-id.ts';
import { type Entry, type FileSystem, MAX_FILE_BYTES, tooLarge } from '../base/file-system.ts';
import { Lines } from '../base/lines.ts';
import type { Context } from '../catalog/context.ts';
import { readAsChosen } from '../config/chosen-engine.ts';
import { Config, type ConfigId, configId, type Engine } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { fragmentContext } from '../config/fragment.ts';
import { BlockCache } from '../config/kept.ts';
import { loadTree, type Sources } from '../config/load.ts';
import type { ScopeContext } from '../config/scope.ts';
import { type Script, scriptPathsOf } from '../config/scripts.ts';
import type { Settings } from '../config/settings.ts';
import {
  basedOn,
  NGINX_LINT_NAME,
  type RawSettings,
  type RuleNames,
  readNginxLint,
  readSettings,
  SETTINGS_NAMES,
  type SettingsProblem,
  withSettings,
} from '../config/settings-file.ts';
import { type Include, NO_DISK, type Tree } from '../config/tree.ts';
import { type Deployment, NO_DEPLOYMENT, readDeployment } from '../deploy/deployment.ts';
import type { Python } from '../deploy/python-tree.ts';
import { applicationFilesOf, deploymentFor } from '../project/applications.ts';
import { boundaryOf } from '../project/boundary.ts';
import { holdsMainBlocks, isDump, isMainWithin, looksLikeNginx, verdictOn } from '../project/content.ts';
import { cutFrom, imagesFor, loneProject, type Project, type RunImage } from '../project/deployed.ts';
import { type Embedded, mayHost } from '../project/embedded.ts';
import { EmbeddedFiles } from '../project/embedded-files.ts';
import { includersOf, inTurn, nameFor } from '../project/loose.ts';
import { findProject, type LoadWishes, loadOptions, settingsAbove, settingsFor, started, wordsBeside } from '../project/project.ts';
import { standsForCircle } from '../project/readers.ts';
import { besideOf, bringsOther, destinationIn, isEnabled, lastBrought, standInFor } from '../project/standin.ts';
import { Stock } from '../project/stock.ts';
import type { Candidates } from '../project/walk.ts';
import { ANY_WAY, mayBeSame, startsNothing, type Way, waysMeant, waysOf } from '../project/ways.ts';
import type { Document } from '../syntax/document.ts';
import { includesIn } from '../syntax/includes.ts';
import type { NginxParser } from '../syntax/parser.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';
import { Configurations } from './configurations.ts';
import { isSameReading } from './same-reading.ts';

export type Change =
  | { readonly kind: 'open'; readonly file: FileId; readonly text: string; readonly version: number }
  | { readonly kind: 'edit'; readonly file: FileId; readonly edits: readonly (readonly TextEdit[])[]; readonly version: number }
  | { readonly kind: 'close'; readonly file: FileId }
  /** files that changed, came or went behind our back */
  | { readonly kind: 'disk'; readonly files: readonly FileId[] }
  | { readonly kind: 'folders'; readonly folders: readonly FileId[] }
  | { readonly kind: 'settings'; readonly settings: RawSettings }
  /** masks of what the editor leaves out of its file search, by the path within a folder (VS Code's `files.exclude` and `search.exclude`) */
  | { readonly kind: 'excludes'; readonly masks: readonly string[] }
  /** a person's word on which main file a file belongs to, and which of several services starts it; null takes it back */
  | { readonly kind: 'root'; readonly root: FileId | null; readonly startedBy?: string | null };

interface Buffer {
  readonly document: Document;
  /** the editor's version; null for a file that only the disk holds */
  version: number | null;
}

/** A file of the application's side. */
export interface ApplicationFile {
  readonly text: string;
  readonly lines: Lines;
  /** the editor's version; null for a file that only the disk holds */
  readonly version: number | null;
}

interface Loaded {
  /** the main file, or the one that is judged within a stand-in */
  readonly file: FileId;
  /** in which of several ways it is started */
  readonly way: Way;
  readonly tree: Tree;
  readonly includes: Map<Statement, Include>;
  readonly settings: Settings;
  /** blocks that outlive an edit */
  readonly kept: BlockCache;
  /** another object where anything of what is read is another */
  readonly reading: object;
  /** false for a main file of the project that has nothing to do with what the editor shows: its findings are nobody's question here */
  shown: boolean;
  /** the contexts of a file that no main file includes: the key is that file, the main file is in */
  readonly contexts: readonly ScopeContext[] | null;
  /** it is about a file that no main file includes */
  readonly loose: boolean;
  stale: boolean;
}

/** A configuration about a file that no main file reads, and of which no editor holds anything. */
export interface Unopened {
  readonly id: ConfigId;
  /** another object where anything of what it is read from is another */
  readonly state: object;
  readonly tree: Tree;
  readonly deployment: Deployment;
  /** what the limits cut off its project, in words for people */
  readonly cut: readonly string[];
  /** made for whoever asks, and kept by nobody: there may be hundreds */
  config(): Config;
}

/** The view at one revision. Use it up before the next await. */
export interface Snapshot {
  readonly revision: number;
  file(id: FileId): SourceFile | null;
  /** any file that findings may point at: nginx's and the application's */
  text(id: FileId): Pick<SourceFile, 'text' | 'lines'> | null;
  /** the configurations within a file of another language that was read, in order */
  embedded(host: FileId): readonly Embedded[];
  /** whether edits of a configuration within another file change nothing else there; true for every other file */
  keeps(id: FileId, edits: readonly TextEdit[]): boolean;
  /** what the project says of the applications behind a configuration */
  deploymentOf(config: Config): Deployment;
  /** what the limits cut off the project of a configuration, in words for people */
  cutOf(config: Config): readonly string[];
  /** what the first of the folders that holds an application says, for what is asked of the workspace as a whole */
  readonly folderDeployment: Deployment;
  /** the editor's version of an open file */
  version(id: FileId): number | null;
  readonly open: readonly FileId[];
  /** of main files, and of open files that no main file reads */
  readonly configs: readonly Config[];
  /** the configurations that read the file; a fragment of its own when there is none */
  configsOf(id: FileId): readonly Config[];
  usesOf(statement: Statement, id: FileId): readonly Directive[];
  readonly settingsProblems: ReadonlyMap<FileId, { readonly text: string; readonly problems: readonly SettingsProblem[] }>;
}

export interface WorkspaceOptions {
  /** whether a file belongs to the application's side, by its path within the workspace */
  readonly isApplicationFile?: (path: string) => boolean;
  /** what rules there are, so that settings that name others are told */
  readonly ruleNames?: RuleNames;
  /** the Python grammar; asked for once, when there is a file for it */
  readonly python?: () => Promise<Python>;
  /** the clock, in milliseconds since 1970, for what depends on it where settings ask about the machine; none: the disk is not asked */
  readonly now?: () => number;
  /** the files below a folder as the editor's own search finds them, which knows what a person leaves out; null: look yourself */
  readonly search?: (folder: FileId) => Promise<Candidates | null>;
  /** a line for the log */
  readonly log?: (line: string) => void;
  readonly progress?: (words: string) => void;
}

/** The open buffers and the disk as one project after another: what the language server answers from. */
export class Workspace {
  private revisionNow = 0;
  private readonly buffers = new Map<FileId, Buffer>();
  private readonly unusable = new Map<FileId, string>();
  private readonly application = new Map<FileId, ApplicationFile>();
  /** open files of other languages, some with configurations in them */
  private readonly hosts = new Map<FileId, ApplicationFile & { readonly embedded: readonly Embedded[] }>();
  private readonly files: EmbeddedFiles;
  private python: Python | null = null;
  /** by the files that they are read from */
  private readonly deployments = new Map<string, Deployment>();
  /** by configuration, or folder */
  private readonly deploymentsAt = new Map<ConfigId, Deployment>();
  private readonly loaded = new Configurations<Loaded>();
  /** what was loaded of files that no main file reads before an event on the disk, until it is known which of them it concerns */
  private readonly readBefore = new Map<ConfigId, Loaded>();
  private built = new Map<ConfigId, Config>();
  private readonly stock: Stock;
  private folders: readonly FileId[] = [];
  private chosenRoot: FileId | null = null;
  /** which of several that start the same file */
  private chosenStart: string | null = null;
  private editorSettings: RawSettings = {};
  private excludes: readonly string[] = [];
  /** the projects of the folders, and of open files that are in none of them, by their boundary; null: to be looked for */
  private found: Map<FileId, Project> | null = null;
  /** main files that a person named */
  private named: readonly FileId[] | null = null;
  private readonly settingsFiles = new Map<FileId, { text: string; raw: RawSettings; problems: SettingsProblem[] } | null>();
  /** what the settings files say to the folders of open files that no main file reads */
  private readonly aboveFragments = new Map<FileId, RawSettings | null>();
  private settling: Promise<void> | null = null;

  constructor(
    private readonly parser: NginxParser,
    private readonly engine: Engine,
    files: FileSystem,
    private readonly options: WorkspaceOptions = {},
  ) {
    this.files = new EmbeddedFiles(files);
    this.stock = new Stock(parser);
  }

  get catalog(): Engine['catalog'] {
    return this.engine.catalog;
  }

  get revision(): number {
    return this.revisionNow;
  }

  /** The application's side: files that `deploy/` may want to read for what is loaded. */
  private applicationFiles(): Set<FileId> {
    const sides = [
      ...[...this.loaded.values()].map(({ file, tree, way }) => this.sidesOf(file, { reads: tree.files.keys(), by: way.by })),
      ...this.folders.map((folder) => this.sidesOf(folder)),
    ];
    return new Set(sides.flatMap(({ files, wider }) => [...files, ...(wider ?? [])]));
  }

  private sidesOf(at: FileId, more: Parameters<typeof applicationFilesOf>[2] = {}): ReturnType<typeof applicationFilesOf> {
    return applicationFilesOf(this.projectOf(hostFileOf(at)), at, more);
  }

  /** Main files of the workspace, the likeliest first. */
  get roots(): readonly FileId[] {
    return [...new Set([...this.loaded.values()].filter((l) => l.shown && l.contexts === null).map((l) => l.file))];
  }

  apply(change: Change): void {
    this.revisionNow++;
    switch (change.kind) {
      case 'open':
        this.open(change.file, change.text, change.version);
        break;
      case 'edit': {
        const other = this.hosts.get(change.file) ?? this.application.get(change.file);
        if (other) {
          let { text } = other;
          for (const edits of change.edits) text = applyEdits(text, edits);
          if (this.hosts.has(change.file)) this.hostChanged(change.file, text, change.version);
          if (this.application.has(change.file)) this.applicationChanged(change.file, text, change.version);
          break;
        }
        const buffer = this.buffers.get(change.file);
        if (!buffer) break;
        for (const edits of change.edits) buffer.document.update([...edits]);
        buffer.version = change.version;
        this.touched(change.file);
        break;
      }
      case 'close': {
        this.closeHost(change.file);
        if (this.application.delete(change.file)) {
          this.applicationTouched();
          this.applicationSettled = false;
          break;
        }
        this.givenBack(change.file);
        break;
      }
      case 'disk':
        for (const file of change.files) this.changedOnDisk(file);
        break;
      case 'folders':
        for (const [id, loaded] of [...this.loaded]) if (this.isLeft(loaded, change.folders)) this.drop(id);
        this.folders = change.folders;
        this.applicationSettled = false;
        this.searchAgain();
        this.reloadAll();
        break;
      case 'settings':
        if (String(this.editorSettings.root) !== String(change.settings.root)) this.searchAgain();
        this.editorSettings = change.settings;
        this.reloadAll();
        break;
      case 'excludes':
        if (this.excludes.join('\n') === change.masks.join('\n')) break;
        this.excludes = change.masks;
        this.applicationSettled = false;
        this.searchAgain();
        this.reloadAll();
        break;
      case 'root':
        this.chosenRoot = change.root;
        this.chosenStart = change.startedBy ?? null;
        this.reloadAll();
    }
  }

  /** A text read as that file's would be, kept by nobody: for what would be if. */
  parse(file: FileId, text: string): SourceFile {
    const part = isWithin(file) ? this.files.reread(file, text) : null;
    const document = part ? this.parser.embedded(file, text, part.window) : this.parser.open(file, text);
    document.dispose(); // of the tree alone, the statements stay
    return document;
  }

  /** A configuration within another file, read as a file of its own: what the host writes into it stays a mark. */
  parsePart({ id, window }: Pick<Embedded, 'id' | 'window'>, text: string): SourceFile {
    const document = this.parser.embedded(id, text, { visible: text, engine: window.engine });
    document.dispose();
    return document;
  }

  /** True while an editor holds the text of the file. */
  isOpen(file: FileId): boolean {
    const held = this.buffers.get(file) ?? this.hosts.get(file) ?? this.application.get(file);
    return held !== undefined && held.version !== null;
  }

  /** True for files of the application's side and for our settings, whose texts are kept while an editor holds them; texts of nginx never are. */
  isApplicationFile(file: FileId): boolean {
    if (isSettingsFile(file)) return true;
    const { isApplicationFile } = this.options;
    if (!isApplicationFile || looksLikeNginx(pathOf(file))) return false;
    const parts = [...(this.found?.values() ?? [])].flatMap((p) => p.parts.map(({ folder }) => folder));
    return [...this.folders, ...parts].some((f) => isBelow(file, f) && isApplicationFile(relativePath(file, f)));
  }

  /** What was read of the application's side is read again where a file of it is another; without one all of it. */
  private applicationTouched(file: FileId | null = null): void {
    for (const key of [...this.deployments.keys()]) if (file === null || key.split('\n').includes(file)) this.deployments.delete(key);
    this.deploymentsAt.clear();
  }

  private applicationChanged(file: FileId, text: string, version: number | null): void {
    if (this.application.get(file)?.text !== text) this.applicationTouched(file);
    this.application.set(file, { text, lines: new Lines(text), version });
  }

  /** A text of another language: what of it is nginx's is read like a file of its own, at its places. */
  private hostChanged(file: FileId, text: string, version: number): void {
    const embedded = this.files.put(file, text)?.embedded ?? [];
    const before = this.hosts.get(file)?.embedded ?? [];
    this.hosts.set(file, { text, lines: new Lines(text), version, embedded });
    for (const { id } of before) if (!embedded.some((e) => e.id === id)) this.leave(id);
    for (const { id, window } of embedded) {
      const known = this.buffers.get(id);
      if (known) {
        known.document.replaceAll(text, window);
        known.version = version;
        this.touched(id);
        continue;
      }
      const document = this.parser.embedded(id, text, window);
      this.buffers.set(id, { document, version });
      this.soughtFor.delete(id);
      this.takenUp(id, document);
    }
  }

  /** A configuration that is not within its file any more, or whose file was closed. */
  private leave(id: FileId): void {
    this.givenBack(id);
    this.dropFile(id);
  }

  /** After an editor has given back a file: what the disk has of it counts again. */
  private givenBack(file: FileId): void {
    const buffer = this.buffers.get(file);
    if (buffer) {
      buffer.version = null;
      const last = lastBrought(buffer.document);
      if (last !== null) this.broughtBefore.set(file, last);
    }
    this.forget(file);
  }

  private closeHost(file: FileId): void {
    const host = this.hosts.get(file);
    if (!host) return;
    this.hosts.delete(file);
    for (const { id } of host.embedded) this.leave(id);
    this.files.forget(file);
    // what the disk says of it is the project's again
    this.closed.push(file);
  }

  /** Files of other languages that an editor has closed, and that were not read from the disk since. */
  private readonly closed: FileId[] = [];

  /** What has a configuration within it is no configuration itself, however much of it reads like one. */
  private isHost(file: FileId, text: string): boolean {
    if (verdictOn(text, pathOf(file), this.engine.catalog) !== 'nginx') return true;
    if (this.files.put(file, text)?.embedded.length) return true;
    this.files.forget(file);
    return false;
  }

  private open(file: FileId, text: string, version: number): void {
    if (mayHost(pathOf(file), text) && !isSettingsFile(file) && this.isHost(file, text)) {
      this.hostChanged(file, text, version);
      if (this.isApplicationFile(file)) this.applicationChanged(file, text, version);
      return;
    }
    if (this.isApplicationFile(file) && (isSettingsFile(file) || verdictOn(text, pathOf(file), this.engine.catalog) !== 'nginx')) {
      this.applicationChanged(file, text, version);
      return;
    }
    // of a dump the lines with the names of its files say what is what: as one file it would be refused
    const unread = text.length > MAX_FILE_BYTES ? tooLarge(text.length) : isDump(text) ? 'several files, as nginx -T prints them' : null;
    if (unread !== null) {
      this.options.log?.(`${file}: ${unread}`);
      const before = this.buffers.get(file);
      if (before) before.version = null;
      this.forget(file);
      return;
    }
    const known = this.buffers.get(file);
    this.unusable.delete(file);
    if (known) {
      known.document.replaceAll(text);
      known.version = version;
      this.touched(file);
    } else {
      const document = this.parser.open(file, text);
      this.buffers.set(file, { document, version });
      this.soughtFor.delete(file);
      this.takenUp(file, document);
    }
  }

  /**
   * After an editor has taken up a file: what reads it reads the editor's text from now on. One that nothing reads may be new, and then any
   * mask may take it.
   */
  private takenUp(file: FileId, document: Document): void {
    this.readAgain(file, document);
    const readers = this.loaded.reading(file);
    for (const [id, loaded] of readers.length ? readers : this.loaded) {
      loaded.stale = true;
      this.built.delete(id);
    }
  }

  /** After an edit: the trees stay as they are when the file includes what it included before. */
  private touched(file: FileId): void {
    const document = this.buffers.get(file)?.document;
    if (!document) return;
    for (const [id, loaded] of this.loaded.reading(file)) {
      this.built.delete(id);
      if (loaded.file === file && this.isElsewhere(document, loaded.contexts)) {
        loaded.stale = true;
        this.overtaken++;
        continue;
      }
      if (scriptPathsOf(document).some((path) => !loaded.tree.scripts?.has(path))) {
        loaded.stale = true;
        this.overtaken++;
        continue;
      }
      const present = includesIn(document.body);
      const known = [...loaded.includes].filter(([, i]) => i.file === file);
      if (known.length === present.length && present.every((s) => loaded.includes.has(s))) continue;
      const byPath = new Map(known.map(([, i]) => [i.path, i]));
      const paths = (list: readonly string[]): string => [...list].sort().join('\n');
      if (paths(present.map((s) => s.args[0]?.value ?? '')) !== paths(known.map(([, i]) => i.path))) {
        // another file comes in or goes, and that may open or close a circle elsewhere
        loaded.stale = true;
        this.overtaken++;
        continue;
      }
      for (const [statement] of known) loaded.includes.delete(statement);
      for (const statement of present) loaded.includes.set(statement, byPath.get(statement.args[0]?.value ?? '')!);
    }
    const last = lastBrought(document);
    if (last !== null && bringsOther(document, last, this.engine.catalog)) this.readBesideAnew(file);
    if (this.loaded.isRead(file)) return;
    // what it says now may fit into a main file that is in
    if (this.soughtFor.delete(file)) this.overtaken++;
    if (holdsMainBlocks(document.text, pathOf(document.id))) this.searchAgain();
  }

  /** What those beside a file were told that it brings, of files that an editor gave back and nobody has read since. */
  private readonly broughtBefore = new Map<FileId, string>();

  /** After a file was read that an editor gave back, or that one has taken up: it may bring something else than before. */
  private readAgain(file: FileId, document: Document): void {
    const last = this.broughtBefore.get(file);
    this.broughtBefore.delete(file);
    if (last !== undefined && bringsOther(document, last, this.engine.catalog)) this.readBesideAnew(file);
  }

  /** What is judged without a main file counts on what the files beside it declare. */
  private readBesideAnew(file: FileId): void {
    const project = this.projectOf(hostFileOf(file));
    for (const loaded of this.loaded.values())
      if (loaded.contexts && loaded.file !== file && this.projectOf(hostFileOf(loaded.file)) === project) loaded.stale = true;
    this.overtaken++;
  }

  /** The contexts that the text around a configuration says it is in, such as the key of an annotation; null where it says none. */
  private stated(file: FileId): readonly Context[] | null {
    return this.files.known(file)?.embedded.contexts ?? null;
  }

  /** Whether a file in a stand-in has become one of another context, or a main file. */
  private fitsElsewhere(document: Document, contexts: readonly ScopeContext[]): boolean {
    return (
      holdsMainBlocks(document.text, pathOf(document.id)) ||
      fragmentContext(document, this.engine.catalog).contexts.join() !== contexts.join()
    );
  }

  /** Whether a file that was loaded in those contexts, or as a main file, is something else by now. */
  private isElsewhere(document: Document, contexts: readonly ScopeContext[] | null): boolean {
    if (!contexts) return this.isMainNoMore(document.id, document.text);
    return !this.stated(document.id) && this.fitsElsewhere(document, contexts);
  }

  /** Whether what was loaded as a main file has no main-level blocks any more, where neither a person nor the search of the project says that it is one. */
  private isMainNoMore(file: FileId, text: string): boolean {
    // a search that is to come may say that it is one
    if (!this.found || isWithin(file) || file === this.chosenRoot || holdsMainBlocks(text, pathOf(file))) return false;
    return !(this.named ?? rootsIn(this.projectOf(file))).includes(file);
  }

  private forget(file: FileId): void {
    const buffer = this.buffers.get(file);
    if (buffer && buffer.version === null) {
      this.buffers.delete(file);
      this.onDisk.delete(file);
      for (const [id, loaded] of this.loaded.reading(file)) {
        loaded.stale = true;
        this.built.delete(id);
      }
      this.retired.push(buffer.document);
    }
    this.unusable.delete(file);
  }

  /** Documents out of use; disposed of once no tree holds them any more. */
  private retired: Document[] = [];

  /** Whether a main file goes with the folders that are closed: nothing that is open belongs to it. */
  private isLeft({ file: root, tree }: Loaded, folders: readonly FileId[]): boolean {
    const below = (list: readonly FileId[]): boolean => list.some((f) => isBelow(root, f));
    const open = [...tree.files.keys()].some((id) => (this.buffers.get(id)?.version ?? null) !== null);
    return below(this.folders) && !below(folders) && root !== this.chosenRoot && !open;
  }

  private changedOnDisk(file: FileId): void {
    const name = file.split('/').at(-1) ?? '';
    // an editor tells of a folder alone when that goes or comes with all that is in it
    const within = (id: FileId): boolean => isBelow(id, file);
    const isSettings = SETTINGS_NAMES.includes(name) || name === NGINX_LINT_NAME;
    if (isSettings || [...this.settingsFiles.keys()].some(within)) {
      this.settingsFiles.clear();
      this.searchAgain();
    }
    if (isSettings) {
      this.reloadAll();
      return;
    }
    this.found = null;
    if (!this.hosts.has(file)) this.files.forget(file);
    for (const [id, { version }] of [...this.application])
      if (version === null && within(id)) {
        this.application.delete(id);
        this.applicationTouched(id);
      }
    this.applicationSettled = false;
    for (const [id, { version }] of [...this.buffers]) if (version === null && within(id)) this.forget(id);
    for (const id of [...this.unusable.keys()]) if (within(id)) this.unusable.delete(id);
    for (const id of [...this.soughtFor]) if (within(id)) this.soughtFor.delete(id);
    this.reloadAll();
  }

  /** Counts what makes a search for main files or a load that is under way out of date before it ends. */
  private overtaken = 0;

  private searchAgain(): void {
    this.found = null;
    this.overtaken++;
  }

  private reloadAll(): void {
    for (const loaded of this.loaded.values()) loaded.stale = true;
    this.overtaken++;
  }

  /** True when the disk must be asked before a snapshot is whole. */
  get unsettled(): boolean {
    return this.found === null || !this.applicationSettled || this.isStale() || this.strays().length > 0 || this.closed.length > 0;
  }

  private isStale(): boolean {
    for (const { stale } of this.loaded.values()) if (stale) return true;
    return false;
  }

  /** Open files that some configuration should read and none does, and whose main file was not looked for yet. */
  private readonly soughtFor = new Set<FileId>();
  private strays(): FileId[] {
    const found: FileId[] = [];
    for (const [id, { version }] of this.buffers)
      if (version !== null && !this.soughtFor.has(id) && this.unreadWays(id).length > 0) found.push(id);
    return found;
  }

  /** Open files that were on the disk some time since they were opened. */
  private readonly onDisk = new Set<FileId>();

  /** Whether an open file was deleted: its text, which an editor still shows, is nobody's configuration any more. */
  private async isGone(file: FileId): Promise<boolean> {
    if (!(await this.files.stat(file))) return this.onDisk.has(file);
    this.onDisk.add(file);
    return false;
  }

  /** Open files by what is behind their names, where a link is. */
  private readonly openByReal = new Map<FileId, FileId>();
  private foldersByReal: ReadonlyMap<FileId, FileId> = new Map();

  /** Takes down what is behind the names of open files; what reads one of them by another name reads it anew, by that which is open. */
  private async nameOpen(): Promise<void> {
    for (const [real, file] of [...this.openByReal])
      if (!this.isOpen(file)) {
        this.openByReal.delete(real);
        for (const [, l] of this.loaded.reading(file)) l.stale = true;
      }
    const known = new Set(this.openByReal.values());
    for (const [file, { version }] of this.buffers) {
      if (version === null || known.has(file) || isWithin(file)) continue;
      const real = await this.files.real(file);
      if (this.openByReal.has(real)) continue;
      this.openByReal.set(real, file);
      for (const l of this.loaded.asOther(file, real)) l.stale = true;
    }
  }

  /** The ways in which a file is started that no configuration is about. */
  private unreadWays(file: FileId): readonly Way[] {
    const readers = this.loaded.reading(file);
    const project = this.projectOf(hostFileOf(file));
    // of one service alone there is one way: most projects are not asked
    if (readers.length && project.instances.length < 2) return [];
    return waysOf(project, file).filter((way) => !readers.some(([, l]) => mayBeSame(l.way, way)));
  }

  /** Does all outstanding IO: finds main files, follows includes. Calls while one is running wait for it and, if need be, go on. */
  async settle(cancel: CancelToken = NEVER): Promise<void> {
    while (this.unsettled) {
      this.settling ??= this.settleOnce(cancel).finally(() => {
        this.settling = null;
      });
      await this.settling;
      if (cancel.cancelled) throw new Cancelled();
    }
  }

  private applicationSettled = true;
  /** something of the application's side is wanted for files that nobody has opened */
  private applicationWanted = false;

  /** Reads what the walk found and no editor holds; a file that went away is forgotten. */
  private async readApplication(cancel: CancelToken): Promise<void> {
    this.applicationSettled = true;
    this.deploymentsAt.clear();
    const wanted = this.applicationFiles();
    for (const [file, { version }] of [...this.application])
      if (version === null && !wanted.has(file)) {
        this.application.delete(file);
        this.applicationTouched(file);
      }
    for (const file of wanted) {
      if (this.application.has(file) || this.buffers.has(file)) continue;
      if (cancel.cancelled) return;
      const read = await this.files.read(file);
      if (read && !read.problem && !this.application.has(file)) this.applicationChanged(file, read.text, null);
    }
    if (!this.python && this.options.python && [...this.application.keys()].some((f) => f.endsWith('.py'))) {
      try {
        this.python = await this.options.python();
        this.applicationTouched();
      } catch (error) {
        this.options.log?.(`Python files are not read: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  /** What is said of the applications behind a configuration, or in a folder. */
  private deploymentAt(at: FileId, id: ConfigId = configId(at)): Deployment {
    let known = this.deploymentsAt.get(id);
    if (!known) {
      const more = [...this.application].filter(([, f]) => f.version !== null).map(([file]) => file);
      const loaded = this.loaded.get(id);
      const sides = this.sidesOf(at, { reads: loaded?.tree.files.keys() ?? [], more, by: loaded?.way.by ?? null });
      known = deploymentFor(sides, (files) => this.deploymentFrom(files));
      this.deploymentsAt.set(id, known);
    }
    return known;
  }

  private deploymentFrom(files: readonly FileId[]): Deployment {
    const key = files.join('\n');
    let known = this.deployments.get(key);
    if (!known) {
      const texts = files.flatMap((id): [FileId, string][] => {
        const file = isSettingsFile(id) ? undefined : this.application.get(id);
        return file ? [[id, file.text]] : [];
      });
      known = texts.length ? readDeployment(new Map(texts), this.python) : NO_DEPLOYMENT;
      this.deployments.set(key, known);
    }
    return known;
  }

  /** What is in a folder, for proposals of paths; empty when there is none. */
  list(folder: FileId): Promise<Entry[]> {
    return this.files.list(folder);
  }

  private sources(): Sources {
    const { files } = this;
    return {
      source: (file) => this.source(file),
      list: (folder) => files.list(folder),
      stat: async (file) => (this.buffers.has(file) ? { kind: 'file', size: 0 } : files.stat(file)),
      read: (file) => files.read(file),
      real: (file) => files.real(file),
      named: (file, real) => nameFor(file, real, { has: (id) => this.isOpen(id), byReal: this.openByReal, folders: this.foldersByReal }),
    };
  }

  private async source(file: FileId): Promise<SourceFile | string | null> {
    const known = this.buffers.get(file);
    if (known) return known.document;
    const stat = await this.files.stat(file);
    if (!stat) return null;
    if (stat.kind === 'folder') return 'this is a folder';
    if (stat.size > MAX_FILE_BYTES) return tooLarge(stat.size);
    const read = await this.files.read(file);
    if (!read) return null;
    if (read.problem) return read.problem;
    const again = this.buffers.get(file);
    if (again) return again.document;
    const part = this.files.known(file);
    const document = part ? this.parser.embedded(file, read.text, part.embedded.window) : this.parser.open(file, read.text);
    this.buffers.set(file, { document, version: part ? (this.hosts.get(hostFileOf(file))?.version ?? null) : null });
    this.readAgain(file, document);
    return document;
  }

  private async settleOnce(cancel: CancelToken): Promise<void> {
    if (!this.found) {
      const before = this.overtaken;
      this.foldersByReal = new Map(await Promise.all(this.folders.map(async (f) => [await this.files.real(f), f] as const)));
      await this.nameOpen();
      const found = new Map<FileId, Project>();
      for (const folder of this.folders) await this.seek(folder, 'folder', found, cancel);
      for (const file of this.soughtFor) if (this.buffers.has(file)) await this.seek(hostFileOf(file), 'file', found, cancel);
      if (this.overtaken !== before) return;
      const named = await this.namedRoots(found);
      if (this.overtaken !== before) return;
      this.found = found;
      this.applicationSettled = false;
      this.named = named;
      const known = new Set([...this.loaded.values()].map((l) => l.file));
      const roots = named ?? [...found.values()].flatMap(rootsIn);
      for (const root of roots) if (!known.has(root)) await this.load(root, cancel);
      for (const root of known)
        if (
          !roots.includes(root) &&
          this.folders.some((f) => isBelow(root, f)) &&
          root !== this.chosenRoot &&
          (named || (!(await this.files.stat(root)) && !this.buffers.has(root)))
        )
          this.dropFile(root);
      for (const { file, contexts } of [...this.loaded.values()]) if (!contexts) await this.dropUnlessMain(file);
    }
    await this.nameOpen();
    for (const host of this.closed.splice(0))
      for (const root of this.named ? [] : this.projectOf(host).innerRoots)
        if (hostFileOf(root) === host && !this.isLoaded(root) && (await this.files.stat(root))) await this.load(root, cancel);
    if (this.chosenRoot && !this.isLoaded(this.chosenRoot)) await this.load(this.chosenRoot, cancel);
    for (const file of [...this.broughtBefore.keys()]) {
      const source = await this.source(file);
      // one that is gone brings nothing
      if ((!source || typeof source === 'string') && this.broughtBefore.delete(file)) this.readBesideAnew(file);
    }
    const stale = [...this.loaded.values()].filter((l) => l.stale);
    // a file that was read within a stand-in may belong to a main file by now, be one itself, or be closed
    for (const { file, contexts } of stale)
      if (contexts) {
        for (const [id, loaded] of this.loaded.about(file)) this.readBefore.set(id, loaded);
        this.dropFile(file);
        this.soughtFor.delete(file);
      }
    for (const root of new Set(stale.flatMap((l) => (l.contexts ? [] : [l.file]))))
      if (!(await this.dropUnlessMain(root))) await this.load(root, cancel);
    for (const [file, { version }] of this.buffers) if (version !== null && !this.onDisk.has(file)) await this.isGone(file);
    for (const file of this.strays()) {
      const before = this.overtaken;
      if (await this.isGone(file)) {
        this.soughtFor.add(file);
        continue;
      }
      await this.belongs(file, cancel);
      for (const other of this.unreadWays(file).length ? await includersOf(this.projectOf(hostFileOf(file)), file, this.sources()) : [])
        await this.loadLoose(other, cancel, { unopened: false });
      const source = this.buffers.get(file)?.document;
      if (source && this.unreadWays(file).length) await this.load(file, cancel, source);
      // not before: a search that was cancelled found nothing out
      if (this.overtaken === before) this.soughtFor.add(file);
    }
    await this.loadForCircles(cancel, { unopened: false });
    this.dropParts();
    // one that a configuration reads now is sought for again when it does not any more
    for (const file of this.soughtFor) if (!this.unreadWays(file).length) this.soughtFor.delete(file);
    for (const loaded of this.loaded.values()) loaded.shown = this.isShown(loaded.tree);
    this.aboveFragments.clear();
    for (const [file, { version }] of this.buffers) {
      const folder = dirname(file);
      if (version === null || this.aboveFragments.has(folder) || this.loaded.isRead(file)) continue;
      this.aboveFragments.set(folder, await this.settingsAbove(folder, this.projectOf(file)));
    }
    if (!this.applicationSettled) await this.readApplication(cancel);
    for (const document of this.retired.splice(0)) document.dispose();
    this.revisionNow++;
  }

  /** Looks for the project of a file or folder, when none that is known holds it. */
  private async seek(id: FileId, kind: 'file' | 'folder', found: Map<FileId, Project>, cancel: CancelToken): Promise<Project> {
    const boundary = await boundaryOf(id, kind, this.files, this.folders);
    const known = found.get(boundary.folder);
    if (known) return known;
    const { catalog } = this.engine;
    const isOther = this.options.isApplicationFile ?? (() => false);
    // an editor searches its own folders, and nothing around them
    const searched = !boundary.bare && this.folders.some((f) => isBelow(boundary.folder, f));
    const project = await findProject(boundary, this.files, {
      catalog,
      candidates: searched ? ((await this.options.search?.(boundary.folder)) ?? null) : null,
      isOther,
      named: kind === 'folder' ? [id] : [],
      excluded: this.excluded(),
      cancel,
    });
    found.set(boundary.folder, project);
    return project;
  }

  /** What the editor leaves out, by the innermost of its folders. */
  private excluded(): (id: FileId) => boolean {
    if (!this.excludes.length) return () => false;
    const matches = picomatch([...this.excludes], { dot: true });
    const folders = [...this.folders].sort((a, b) => b.length - a.length);
    return (id) => {
      const folder = folders.find((f) => isBelow(id, f));
      return folder !== undefined && folder !== id && matches(relativePath(id, folder));
    };
  }

  /** The images whose nginx reads a main file when the project is deployed. */
  imagesOf({ root, id }: Config): RunImage[] {
    const file = hostFileOf(root);
    return imagesFor(this.projectOf(file), file, this.loaded.get(id)?.way.by ?? null);
  }

  /** The project that a file is in; of two the inner one. */
  private projectOf(file: FileId): Project {
    const all = [...(this.found?.values() ?? [])].filter((p) => isBelow(file, p.boundary));
    return all.sort((a, b) => b.boundary.length - a.boundary.length)[0] ?? loneProject(dirname(file), false);
  }

  /** Finds the main files that may read an open file: those of its project, and itself. */
  private async belongs(file: FileId, cancel: CancelToken): Promise<void> {
    const own = this.buffers.get(file);
    if (own && holdsMainBlocks(own.document.text, pathOf(file)) && !this.isLoaded(file)) await this.load(file, cancel);
    // an event may begin the search anew meanwhile
    const { found } = this;
    if (!found) return;
    const before = found.size;
    const project = await this.seek(hostFileOf(file), 'file', found, cancel);
    if (found.size > before) this.applicationSettled = false;
    if (this.named && this.folders.some((f) => isBelow(file, f))) return;
    for (const root of rootsIn(project)) if (!this.isLoaded(root)) await this.load(root, cancel);
  }

  /** Drops what is about a file that was a main file and is none any more: then it is sought for as any other. */
  private async dropUnlessMain(file: FileId): Promise<boolean> {
    const source = await this.source(file);
    if (source === null || typeof source === 'string' || !this.isMainNoMore(file, source.text)) return false;
    this.dropFile(file);
    this.soughtFor.delete(file);
    return true;
  }

  private isLoaded(file: FileId): boolean {
    return this.loaded.about(file).length > 0;
  }

  private isShown(tree: Tree): boolean {
    const mine = (file: FileId): boolean =>
      this.folders.some((f) => isBelow(file, f)) || (this.buffers.get(file)?.version ?? null) !== null;
    return tree.root === this.chosenRoot || mine(tree.root) || [...tree.files.keys()].some(mine);
  }

  private drop(id: ConfigId): void {
    this.loaded.delete(id);
    this.built.delete(id);
    this.deploymentsAt.delete(id);
  }

  /** Drops the configurations that are about a file; all of them, or those that are started in none of these ways. */
  private dropFile(file: FileId, but: readonly ConfigId[] = []): void {
    for (const [id] of this.loaded.about(file)) if (!but.includes(id)) this.drop(id);
  }

  /** Which file of a circle the others are a part of does not depend on which of them was read before the circle was closed. */
  private async loadForCircles(cancel: CancelToken, how: { readonly unopened: boolean }): Promise<void> {
    for (const { file, loose, tree } of [...this.loaded.values()]) {
      const first = standsForCircle(file, tree, (id) => this.isMain(id, tree) !== loose);
      if (first === null || this.isLoaded(first)) continue;
      const before = this.loaded.about(file);
      // one that no main file reads is loaded for what nobody reads
      if (loose) this.dropFile(file);
      try {
        await this.load(first, cancel, loose ? tree.files.get(first)! : null, how);
      } finally {
        if (!this.isLoaded(first)) for (const [id, loaded] of before) this.loaded.set(id, loaded);
      }
    }
  }

  private isMain(file: FileId, { files }: Tree): boolean {
    const isNamed = (this.named ?? rootsIn(this.projectOf(hostFileOf(file)))).includes(file);
    return isNamed || ((this.buffers.get(file)?.version ?? null) !== null && holdsMainBlocks(files.get(file)!.text, pathOf(file)));
  }

  /** What another configuration reads is a part of that one, but for what a person chose. */
  private dropParts(): void {
    for (const id of this.loaded.parts()) if (this.loaded.get(id)!.file !== this.chosenRoot) this.drop(id);
  }

  /** Whether no editor holds any file of a configuration that is about no main file. */
  private isUnopened({ contexts, tree }: Loaded): boolean {
    return contexts !== null && ![...tree.files.keys()].some((id) => (this.buffers.get(id)?.version ?? null) !== null);
  }

  /** Loads a file that no main file reads and nobody has opened; one that something reads is left alone. */
  private async loadLoose(file: FileId, cancel: CancelToken, how: { readonly unopened: boolean }): Promise<void> {
    if (!this.unreadWays(file).length) return;
    const source = await this.source(file);
    if (source && typeof source !== 'string' && this.unreadWays(file).length) await this.load(file, cancel, source, how);
  }

  /** The files of a project below the open folders that no main file of it need read, those within other files first. */
  private async looseOf(project: Project): Promise<readonly FileId[]> {
    const mine = (id: FileId): boolean => this.folders.some((f) => isBelow(id, f));
    const parts: FileId[] = [];
    for (const host of project.hosts.filter(mine)) {
      const { embedded = [] } = this.hosts.get(host) ?? (await this.files.host(host)) ?? {};
      parts.push(...embedded.flatMap((e) => (isMainWithin(e) ? [] : [e.id])));
    }
    return [...parts, ...inTurn(project.configs).filter((id) => mine(id) && !project.roots.includes(id))];
  }

  /**
   * Loads the files of the open folders that are nginx's and that nothing which is loaded reads, though no editor shows them: `unopened` gives them.
   * What is open is neither waited for nor changed by it; `pause` lets others work between two files. False where it was overtaken: then it is
   * to be asked again.
   */
  async surround(cancel: CancelToken, pause: () => Promise<void>): Promise<boolean> {
    const { revisionNow, overtaken } = this;
    const token: CancelToken = {
      get cancelled() {
        return cancel.cancelled || isOther();
      },
    };
    const isOther = (): boolean => this.revisionNow !== revisionNow || this.overtaken !== overtaken;
    if (this.unsettled) return false;
    try {
      let left = MAX_UNOPENED;
      for (const project of this.found?.values() ?? []) {
        if (token.cancelled) return false;
        const loose = await this.looseOf(project);
        for (const [i, file] of loose.entries()) {
          if (token.cancelled) return false;
          if (this.loaded.isRead(file) && project.instances.length < 2) continue;
          if (left-- <= 0) {
            const said = `${loose.length - i} of ${loose.length} files that no main file reads were not looked at, for none of them is open`;
            if (!this.notLookedAt.has(project)) this.options.log?.(`${project.boundary}: ${said}`);
            this.notLookedAt.set(project, [said]);
            break;
          }
          if ((this.buffers.get(file)?.version ?? null) !== null) continue;
          const real = isWithin(file) ? file : await this.files.real(file);
          if (this.loaded.asOther(file, real).length) continue;
          await this.loadLoose(file, token, { unopened: true });
          if (this.unsettled) return false;
          await pause();
        }
      }
      if (token.cancelled) return false;
      await this.loadForCircles(token, { unopened: true });
      this.dropParts();
      if (this.applicationWanted) await this.readApplication(token);
      this.applicationWanted = false;
      this.readBefore.clear();
      return !token.cancelled;
    } catch (error) {
      if (error instanceof Cancelled) return false;
      throw error;
    }
  }

  /** What was loaded of files that no main file reads and nobody has opened. */
  unopened(): Unopened[] {
    return [...this.loaded].flatMap(([id, l]) => {
      if (!l.shown || l.stale || !this.isUnopened(l)) return [];
      const { tree, settings, contexts, file } = l;
      return {
        id,
        state: l.reading,
        tree,
        deployment: this.deploymentAt(file, id),
        cut: this.cutOf(file),
        config: () => new Config(tree, this.engine, settings, 'fragment', 'main', contexts ?? ['main']),
      };
    });
  }

  /** What the limits cut off a project of the open folders, in words for people. */
  private cutOf(file: FileId): readonly string[] {
    const project = this.projectOf(hostFileOf(file));
    const { boundary } = project;
    if (!this.folders.some((f) => isBelow(f, boundary) || isBelow(boundary, f))) return [];
    return [...cutFrom(project, this.folders), ...(this.notLookedAt.get(project) ?? [])];
  }

  /** of projects with more files than are looked at while they are not open */
  private readonly notLookedAt = new WeakMap<Project, readonly string[]>();

  /** Whether a file is one of nginx's of the open folders: someone will look at it, open or not. */
  isKnown(file: FileId): boolean {
    const project = this.projectOf(hostFileOf(file));
    return (project.configs.includes(file) || project.hosts.includes(hostFileOf(file))) && this.folders.some((f) => isBelow(file, f));
  }

  /**
   * Loads the configurations that are about a file. `fragment` is the text of one that no main file includes: it is read within the one that is in,
   * for all that no other configuration is about.
   */
  private async load(
    file: FileId,
    cancel: CancelToken,
    fragment: SourceFile | null = null,
    { unopened = false }: { readonly unopened?: boolean } = {},
  ): Promise<void> {
    const before = this.found ? this.overtaken : null; // without what the search finds the settings are not whole
    const project =
      this.found && !unopened ? await this.seek(hostFileOf(file), 'file', this.found, cancel) : this.projectOf(hostFileOf(file));
    const ways = fragment ? this.unreadWays(file) : waysOf(project, file);
    if (!fragment)
      this.dropFile(
        file,
        ways.map((way) => configId(file, way.startedBy?.label ?? null)),
      );
    for (const way of ways) await this.loadSo(file, { project, way, fragment, before, cancel, unopened });
  }

  private async loadSo(
    root: FileId,
    {
      project,
      way,
      fragment,
      before,
      cancel,
      unopened,
    }: { project: Project; way: Way; fragment: SourceFile | null; before: number | null; cancel: CancelToken; unopened: boolean },
  ): Promise<void> {
    const id = configId(root, way.startedBy?.label ?? null);
    const made = await this.made(root, { project, way, fragment, cancel });
    if (!made) {
      this.drop(id);
      return;
    }
    const { tree } = made;
    const readBefore = this.loaded.get(id)?.tree.files;
    const last = this.readBefore.get(id);
    const isSame = readBefore && [...tree.files.keys()].every((id) => readBefore.has(id));
    this.loaded.set(id, {
      ...made,
      file: root,
      way,
      loose: made.contexts !== null,
      kept: new BlockCache(),
      // an event on the disk concerns few of the hundreds that nobody has open
      reading: unopened && last && isSameReading(last, made) ? last.reading : {},
      shown: this.isShown(tree),
      stale: this.overtaken !== before,
    });
    // a site that is new in it may be of another application
    if (!isSame && unopened) this.applicationWanted = true;
    else if (!isSame) this.applicationSettled = false;
    this.built.delete(id);
  }

  /** What is read of a main file, or of a fragment within its stand-in; null where it cannot be. `over` are settings for this reading alone. */
  private async made(
    root: FileId,
    {
      project,
      way,
      fragment,
      cancel,
      over = {},
    }: { project: Project; way: Way; fragment: SourceFile | null; cancel: CancelToken; over?: RawSettings },
  ): Promise<Pick<Loaded, 'tree' | 'includes' | 'settings' | 'contexts'> | null> {
    const settings = withSettings(this.settingsWith(root, project, await this.settingsAbove(dirname(root), project), way), over);
    const { catalog } = this.engine;
    const around = fragment ? await besideOf(project, root, { sources: this.sources(), catalog, by: way.by }) : null;
    const standIn =
      fragment && around
        ? standInFor(fragment, destinationIn(project, root, way.by), catalog, this.stock, {
            stated: this.stated(root),
            beside: around,
            enabled: await isEnabled(root, this.sources()),
          })
        : null;
    if (fragment && !standIn) return null;
    const wishes = {
      way,
      stock: this.stock,
      now: this.options.now ? this.options.now() : null,
      cancel,
      progress: (file: FileId, count: number) => {
        if (count % 50 === 0) this.options.progress?.(`${count} files read, ${file.split('/').at(-1)}`);
      },
    } satisfies LoadWishes;
    const options = await loadOptions(root, project, settings, this.sources(), wishes);
    const tree = await loadTree(root, this.sources(), standIn ? { ...options, stock: this.stock, standIn } : options);
    if ('problem' in tree) {
      this.options.log?.(`${root}: ${tree.problem}`);
      return null;
    }
    const beside = standIn ? undefined : await wordsBeside(tree, project, this.sources(), way);
    const includes = new Map(tree.includes);
    return {
      tree: started({ ...tree, includes, ...(beside ? { beside } : {}) }, way),
      includes,
      settings,
      contexts: standIn?.contexts ?? null,
    };
  }

  /**
   * The configuration that a person means by a file, by the service that starts it and by settings of its own, as the command line finds it for the
   * same words. It is kept by nobody. `problem`: the file cannot be read; `service`: that service starts nothing of it. Throws Cancelled.
   */
  async meant(
    file: FileId,
    { service, over, cancel = NEVER }: { readonly service: string | null; readonly over: RawSettings; readonly cancel?: CancelToken },
  ): Promise<Config | { readonly problem: string } | { readonly service: string }> {
    await this.settle(cancel);
    const source = await this.source(file);
    if (source === null || typeof source === 'string') return { problem: source ?? 'there is no such file' };
    const project = this.found ? await this.seek(hostFileOf(file), 'file', this.found, cancel) : this.projectOf(file);
    const isMain = holdsMainBlocks(source.text, pathOf(file));
    const readers = isMain ? [] : this.loaded.reading(file).flatMap(([, l]) => (l.contexts === null ? [l] : []));
    const roots = readers.length ? [...new Set(readers.map((l) => l.file))] : [file];
    const all = roots.map((root) => ({ root, ...waysMeant(project, root, service) }));
    const found = all.find(({ ways }) => ways.length);
    const [way] = found?.ways ?? [];
    if (!found || !way) return { service: startsNothing(all.flatMap(({ services }) => services)) };
    const id = configId(found.root, way.startedBy?.label ?? null);
    if (!Object.keys(over).length && this.loaded.has(id)) return this.config(id);
    const made = await this.made(found.root, { project, way, fragment: isMain || readers.length ? null : source, cancel, over });
    if (!made) return { problem: 'it cannot be read as a configuration of nginx' };
    return new Config(made.tree, this.engine, made.settings, made.contexts ? 'fragment' : 'root', 'main', made.contexts ?? ['main']);
  }

  private settingsWith(file: FileId, project: Project, above: RawSettings | null, { by }: Way = ANY_WAY): Settings {
    const { folders } = this;
    const over = folders[0] ? basedOn(this.editorSettings, folders.find((f) => isBelow(file, f)) ?? folders[0]) : this.editorSettings;
    return settingsFor(file, project, above, over, { by });
  }

  private settingsAbove(start: FileId, project: Project): Promise<RawSettings | null> {
    const boundary = isBelow(start, project.boundary) ? project.boundary : null;
    return settingsAbove(start, boundary, (file) => this.settingsFile(file), this.options.ruleNames !== undefined);
  }

  private async settingsFile(id: FileId): Promise<RawSettings | null> {
    let known = this.settingsFiles.get(id);
    if (known === undefined) {
      const read = await this.files.read(id);
      known = read && !read.problem ? this.settingsOf(id, read.text) : null;
      this.settingsFiles.set(id, known);
    }
    return known?.raw ?? null;
  }

  private settingsOf(id: FileId, text: string): { text: string; raw: RawSettings; problems: SettingsProblem[] } {
    const { ruleNames } = this.options;
    const { raw, problems } =
      basename(id) === NGINX_LINT_NAME && ruleNames ? readNginxLint(text, ruleNames) : readSettings(text, ruleNames);
    return { text, raw: basedOn(raw, dirname(id)), problems };
  }

  /** The main files that a person named, in a settings file or in the editor; null when nobody did. */
  private async namedRoots(found: ReadonlyMap<FileId, Project>): Promise<FileId[] | null> {
    const named: FileId[] = [];
    for (const folder of this.folders) {
      const own = this.editorSettings.root?.length ? basedOn({ root: this.editorSettings.root }, folder).root : null;
      const project = [...found.values()].find((p) => isBelow(folder, p.boundary)) ?? loneProject(folder, false);
      for (const root of own ?? (await this.settingsAbove(folder, project))?.root ?? [])
        if (await this.files.stat(fileId(root))) named.push(fileId(root));
    }
    return named.length ? named : null;
  }

  snapshot(): Snapshot {
    const inFolders = (): Deployment => {
      const all = this.folders.map((f) => this.deploymentAt(f));
      return all.find((d) => d.applications.length) ?? all[0] ?? NO_DEPLOYMENT;
    };
    return {
      revision: this.revisionNow,
      file: (id) => this.buffers.get(id)?.document ?? null,
      text: (id) =>
        this.buffers.get(id)?.document ?? this.hosts.get(id) ?? this.application.get(id) ?? this.script(id) ?? this.hostText(id),
      embedded: (host) => this.hosts.get(host)?.embedded ?? this.files.parts(host),
      keeps: (id, edits) => this.files.keeps(id, edits),
      deploymentOf: (config) => this.deploymentAt(config.subject, config.id),
      cutOf: (config) => this.cutOf(config.subject),
      get folderDeployment() {
        return inFolders();
      },
      version: (id) => this.buffers.get(id)?.version ?? this.hosts.get(id)?.version ?? this.application.get(id)?.version ?? null,
      open: [...this.buffers].filter(([, b]) => b.version !== null).map(([id]) => id),
      configs: this.chosenFirst([...this.loaded].filter(([, l]) => l.shown && !this.isUnopened(l))).map(([id]) => this.config(id)),
      configsOf: (id) => this.configsOf(id),
      usesOf: (statement, id) => this.configsOf(id).flatMap((c) => c.usesOf(statement, id)),
      settingsProblems: new Map(
        [...this.settingsFiles].flatMap(([id, f]) => (f ? [[id, { text: f.text, problems: f.problems }] as const] : [])),
      ),
    };
  }

  private script(id: FileId): Script | null {
    for (const { tree } of this.loaded.values()) for (const script of tree.scripts?.values() ?? []) if (script?.id === id) return script;
    return null;
  }

  /** The text of a file of another language that no editor holds. */
  private hostText(id: FileId): Pick<SourceFile, 'text' | 'lines'> | null {
    const text = this.files.text(id);
    return text === null ? null : { text, lines: new Lines(text) };
  }

  private config(id: ConfigId): Config {
    let config = this.built.get(id);
    if (!config) {
      const { tree, settings, kept, contexts } = this.loaded.get(id)!;
      const kind = contexts ? 'fragment' : 'root';
      this.built.set(id, (config = new Config(tree, this.engine, settings, kind, 'main', contexts ?? ['main'], kept)));
    }
    return config;
  }

  /** What a person chose is asked first: hover, preview and status are about it. */
  private chosenFirst(list: readonly (readonly [ConfigId, Loaded])[]): readonly (readonly [ConfigId, Loaded])[] {
    const isSo = ({ way }: Loaded): boolean => this.chosenStart !== null && way.startedBy?.label === this.chosenStart;
    const place = (l: Loaded): number => (l.file === this.chosenRoot ? 0 : 2) + (isSo(l) ? 0 : 1);
    return [...list].sort(([, a], [, b]) => place(a) - place(b));
  }

  private configsOf(file: FileId): readonly Config[] {
    const readers = this.loaded.reading(file);
    if (readers.length) return this.chosenFirst(readers).map(([id]) => this.config(id));
    const source = this.buffers.get(file)?.document;
    if (!source) return [];
    // settle() finds its main file, or one that is in: until then it is read by itself
    const settings = this.settingsWith(file, this.projectOf(file), this.aboveFragments.get(dirname(file)) ?? null);
    readAsChosen(settings.engines)(source);
    const { contexts } = fragmentContext(source, this.engine.catalog);
    const tree: Tree = { root: file, files: new Map([[file, source]]), includes: new Map(), disk: NO_DISK };
    return [new Config(tree, this.engine, settings, 'fragment', contexts[0], contexts)];
  }
}

/** Files that no main file reads and nobody has opened, of which an editor is told what is wrong in them. */
const MAX_UNOPENED = 2000;

/** The main files of a project, those within files of another language among them. */
const rootsIn = ({ roots, innerRoots }: Project): readonly FileId[] => [...roots, ...innerRoots];

const isSettingsFile = (file: FileId): boolean => SETTINGS_NAMES.includes(basename(file));
