/** One configuration as nginx would see it, from its main file down. Pure: everything that needed the disk is in the tree. */

import { dirname, type FileId, pathOf, resolve } from '../base/file-id.ts';
import type { Regexes } from '../base/regexes.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { PREFIXES } from '../catalog/flavours.ts';
import { ANY_MODULE, loadedAlso } from '../catalog/modules.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';
import { asked } from './asked.ts';
import type { Directive, IncludeSite } from './directive.ts';
import type { BlockCache } from './kept.ts';
import { Scope, type ScopeContext } from './scope.ts';
import { loadedBy, type Settings } from './settings.ts';
import type { Tree } from './tree.ts';

/** What every configuration of a process shares. */
export interface Engine {
  readonly catalog: Catalog;
  readonly regexes: Regexes;
}

declare const CONFIG_ID: unique symbol;
/** Names one configuration among those of a run. */
export type ConfigId = string & { readonly [CONFIG_ID]: true };

/** The name of the configuration that is about a file, as one of those that start it has it. */
export const configId = (subject: FileId, startedBy: string | null = null): ConfigId =>
  (startedBy === null ? subject : `${subject}\n${startedBy}`) as string as ConfigId;

/** A configuration as nginx sees it: main file, includes, settings, and what is derived from them. */
export class Config {
  readonly main: Scope;
  readonly catalog: Catalog;
  readonly regexes: Regexes;
  readonly settings: Settings;
  private sites: Map<FileId, IncludeSite[]> | undefined;
  /** what is remembered for it, by PerConfig alone (asked.ts) */
  readonly perConfig: unknown[] = [];

  constructor(
    readonly tree: Tree,
    engine: Engine,
    settings: Settings,
    /** `fragment`: no main file was found for it; only what the text itself decides is known */
    readonly kind: 'root' | 'fragment' = 'root',
    context: ScopeContext = 'main',
    /** the contexts that a fragment may be in, the likeliest first; it is read in the first */
    readonly contexts: readonly ScopeContext[] = [context],
    /** what the revision before has left, where there is one */
    readonly kept: BlockCache | null = null,
  ) {
    this.settings = withLoaded(settings, tree);
    this.catalog = engine.catalog;
    this.regexes = engine.regexes;
    kept?.questions.begin(this);
    const file = tree.files.get(tree.root)!;
    this.main = new Scope(this, context, null, { file, statements: file.body, via: [] });
  }

  /** The same configuration with other texts or for other settings. */
  with({ tree = this.tree, settings = this.settings }: { readonly tree?: Tree; readonly settings?: Settings }): Config {
    return new Config(tree, this, settings, this.kind, this.main.context, this.contexts);
  }

  get root(): FileId {
    return this.tree.root;
  }

  /** The file that it is about: its main file, or the one that is judged within a stand-in. */
  get subject(): FileId {
    return this.tree.standIn?.file ?? this.tree.root;
  }

  /** What tells it from all others: several services may start nginx with one main file. */
  get id(): ConfigId {
    return configId(this.subject, this.tree.startedBy?.label ?? null);
  }

  get files(): ReadonlyMap<FileId, SourceFile> {
    return this.tree.files;
  }

  /** The folder that `include` and certificate paths hang from: that of the main file (nginx's conf_prefix). */
  get confDir(): FileId {
    return this.tree.standIn?.folders[0] ?? dirname(this.root);
  }

  /** The folder that root, alias, logs and cache paths hang from: --prefix, else the main file's folder. */
  get prefix(): FileId {
    return this.settings.prefix === null ? this.confDir : resolve(this.confDir, this.settings.prefix);
  }

  /**
   * The same folder as it is called where nginx runs, and whether that is known: settings say it, the command that starts nginx, or which build it
   * is. Where none does, it is that of the package whose main file stands in, or of the main file.
   */
  get prefixThere(): { readonly path: string; readonly known: boolean } {
    const { prefix, startPrefix, target } = this.settings;
    if (prefix !== null) return { path: pathOf(this.prefix), known: true };
    if (startPrefix) return { path: startPrefix, known: true };
    const ofBuild = startPrefix === null ? PREFIXES[target.modules.build ?? 'any'] : null;
    if (ofBuild !== null) return { path: ofBuild, known: true };
    return { path: this.tree.standIn?.prefix ?? pathOf(this.confDir), known: false };
  }

  /** Whether some file has such a text anywhere, be it in a comment. */
  spells(pattern: RegExp): boolean {
    return asked(this, `spells ${pattern}`, (c) => [...c.files.values()].some((file) => pattern.test(file.text)));
  }

  /** For whoever looks at all of it, and at nothing in particular. */
  askAll(): void {
    for (const context of ['main', 'http', 'stream', 'mail'] as const) for (const level of this.levels(context)) void level.directives;
  }

  /** The main file is known, or one stands in for it: what is around a site is judged as nginx will have it. */
  get whole(): boolean {
    return this.kind === 'root' || this.tree.standIn !== undefined;
  }

  /** The levels of a kind from the outermost inwards: `main`, and `http`, `stream` and `mail` right in it. */
  levels(context: ScopeContext): Scope[] {
    if (this.main.context === context) return [this.main];
    return this.main.level.flatMap((d) => (d.name === context ? (d.body ?? []) : []));
  }

  /** The include directives that name the file, in any file of this configuration. */
  includedFrom(file: FileId): readonly IncludeSite[] {
    if (!this.sites) {
      this.sites = new Map();
      for (const [statement, include] of this.tree.includes) {
        const owner = this.files.get(include.file);
        if (!owner) continue;
        for (const id of include.files) {
          const list = this.sites.get(id);
          if (list) list.push({ file: owner, statement });
          else this.sites.set(id, [{ file: owner, statement }]);
        }
      }
      // the tree knows includes in the order in which edits brought them
      for (const list of this.sites.values())
        list.sort((a, b) => (a.file.id < b.file.id ? -1 : a.file.id > b.file.id ? 1 : a.statement.start - b.statement.start));
    }
    return this.sites.get(file) ?? [];
  }

  /** Every directive that nginx makes of a statement: one for each way in which its file is included. */
  usesOf(statement: Statement, file: FileId): Directive[] {
    const scopes = statement.parent ? this.usesOf(statement.parent, file).flatMap((d) => d.body ?? []) : this.scopesOf(file);
    return scopes.flatMap((scope) => byStatement(scope.directives).get(statement) ?? []);
  }

  /** The scopes in which the statements on a file's top level stand. */
  scopesOf(file: FileId): Scope[] {
    const scopes = file === this.root ? [this.main] : [];
    for (const site of this.includedFrom(file)) for (const use of this.usesOf(site.statement, site.file.id)) scopes.push(use.scope);
    return [...new Set(scopes)];
  }
}

const directivesOf = new WeakMap<readonly Directive[], ReadonlyMap<Statement, readonly Directive[]>>();

/** The directives of a level by what is written: the level of http has thousands, and each of their files asks. */
function byStatement(level: readonly Directive[]): ReadonlyMap<Statement, readonly Directive[]> {
  const known = directivesOf.get(level);
  if (known) return known;
  const map = new Map<Statement, Directive[]>();
  for (const d of level) {
    const list = map.get(d.statement);
    if (list) list.push(d);
    else map.set(d.statement, [d]);
  }
  directivesOf.set(level, map);
  return map;
}

const withModules = new WeakMap<Settings, Map<string, Settings>>();

/** The settings with the modules that the configuration itself loads, where it is known which ones the build has. */
function withLoaded(settings: Settings, tree: Tree): Settings {
  const { modules } = settings.target;
  if (modules === ANY_MODULE) return settings;
  const written = [...tree.files.values()].flatMap((f) =>
    f.body.filter((s) => s.name.value === 'load_module').map((s) => s.args[0]?.value ?? ''),
  );
  const loaded = [...loadedBy(settings.given), ...written];
  if (!loaded.length) return settings;
  let known = withModules.get(settings);
  if (!known) withModules.set(settings, (known = new Map()));
  const key = loaded.join('\n');
  let made = known.get(key);
  if (!made) known.set(key, (made = { ...settings, target: { ...settings.target, modules: loadedAlso(modules, loaded) } }));
  return made;
}
