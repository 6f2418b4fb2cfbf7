/**
 * Blocks that go from one revision of a configuration to the next. An edit in one of 300 sites makes that site again; the others, with
 * everything that was found out about them (scopes, names, servers), are those of the revision before.
 */
import type { FileId } from '../base/file-id.ts';
import { includesIn, includesWithin } from '../syntax/includes.ts';
import type { Statement } from '../syntax/statement.ts';
import { numberOf, Questions } from './asked.ts';
import type { Config } from './config.ts';
import type { Directive } from './directive.ts';
import type { Scope } from './scope.ts';
import type { Settings } from './settings.ts';

interface Unit {
  readonly directive: Directive;
  /** what its includes bring, as `broughtBy` says it */
  readonly brought: string;
}

interface Level {
  readonly settings: Settings;
  /** what a block inherits from: the directives on its level and around it, without those that stand for themselves */
  readonly around: readonly string[];
  readonly units: ReadonlyMap<Statement, readonly Unit[]>;
}

/** What includes bring at one revision: numbers that stay the same as long as a file's statements, and all that they include, do. */
class IncludedStatements {
  private readonly byFile = new Map<FileId, string>();

  constructor(private readonly config: Config) {}

  /** By the includes in a statement's block; empty where there are none. */
  into(statement: Statement): string {
    let text = '';
    for (const include of includesWithin(statement)) text += this.by(include, []);
    return text;
  }

  private by(include: Statement, on: readonly FileId[]): string {
    let text = ';';
    for (const id of this.config.tree.includes.get(include)?.files ?? []) text += `${id}(${this.file(id, on)})`;
    return text;
  }

  private file(id: FileId, on: readonly FileId[]): string {
    const known = this.byFile.get(id);
    if (known !== undefined) return known;
    const file = this.config.files.get(id);
    if (!file || on.includes(id)) return '';
    let text = '';
    for (const s of file.body) {
      text += ` ${numberOf(s)}`;
      for (const include of includesIn([s])) text += this.by(include, [...on, id]);
    }
    if (!on.length) this.byFile.set(id, text);
    return text;
  }
}

/** Levels whose blocks are kept: those that hold servers, upstreams and maps. What these inherit from is kept with them. */
export const LEVELS: ReadonlySet<string> = new Set(['http', 'stream', 'mail']);

/** Blocks from which no other block takes anything over; `types` and blocks that nobody knows are not among them. */
export const APART: ReadonlySet<string> = new Set([...LEVELS, 'server', 'upstream', 'map', 'geo', 'split_clients', 'events']);

const isInherited = (d: Directive): boolean => !d.statement.block || !APART.has(d.name);

/** What one tree of files keeps between two revisions; a tree that is read again begins with nothing. */
export class BlockCache {
  private readonly levels = new Map<string, Level>();
  /** what values that are kept with its blocks have asked about the rest */
  readonly questions = new Questions();

  /**
   * The directives of a level, blocks of the last revision in place of those that are the same: the same statements, brought by the same
   * includes, with the same directives around them to inherit from, under the same settings.
   */
  takeOver(scope: Scope, list: Directive[]): Directive[] {
    if (!scope.outer) return list;
    const { config } = scope;
    const before = this.levels.get(scope.context);
    const brought = new IncludedStatements(config);
    const around: string[] = [];
    for (let at: Scope | null = scope; at; at = at.parent)
      for (const d of at === scope ? list : at.level)
        if (isInherited(d)) around.push(`${numberOf(d.statement)}${brought.into(d.statement)}`);
    const same =
      before !== undefined &&
      before.settings === config.settings &&
      before.around.length === around.length &&
      before.around.every((s, i) => s === around[i]);
    const units = new Map<Statement, Unit[]>();
    const result = list.map((made) => {
      const { statement } = made;
      if (statement.block && scope.context === 'main') return made;
      const text = brought.into(statement);
      const unit = same ? before.units.get(statement)?.find((u) => u.brought === text && sameWay(u.directive, made)) : undefined;
      const directive = unit?.directive ?? made;
      directive.scope = scope;
      const known = units.get(statement);
      const entry = { directive, brought: text };
      if (known) known.push(entry);
      else units.set(statement, [entry]);
      return directive;
    });
    this.levels.set(scope.context, { settings: config.settings, around, units });
    return result;
  }
}

const sameWay = (a: Directive, b: Directive): boolean =>
  a.file === b.file &&
  a.fact === b.fact &&
  a.via.length === b.via.length &&
  a.via.every((site, i) => site.statement === b.via[i]!.statement && site.file === b.via[i]!.file);
