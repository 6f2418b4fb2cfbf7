/** One level of the merged configuration. Its directives are found when someone asks: a keystroke in one of 300 sites expands that site only. */

import type { FileId } from '../base/file-id.ts';
import type { Context } from '../catalog/context.ts';
import { bodyOf, childContext, openingsOf } from '../catalog/context.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';
import { isRecorded, noted, ofNoBlock } from './asked.ts';
import type { Config } from './config.ts';
import { Directive, type IncludeSite } from './directive.ts';
import { type Effective, effective, isHandedOn } from './effective.ts';
import { APART, LEVELS } from './kept.ts';
import type { Unseen } from './open.ts';
import type { Slotted } from './slot.ts';

/** `unknown` is the inside of a block that the catalog does not know: nothing is misplaced there. */
export type ScopeContext = Context | 'unknown';

/** Statements that belong to a scope, with the file and the includes that brought them. */
export interface Body {
  readonly file: SourceFile;
  readonly statements: readonly Statement[];
  readonly via: readonly IncludeSite[];
}

const EMPTY: readonly Directive[] = [];

/** Lines of a level that are looked through as fast as they are looked up. */
const FEW = 12;

// Apart from their callers: these are called for every line, and a closure there is made at every call.
const noteNamed = (config: Config, context: ScopeContext, name: string): void =>
  noted(config, `${context} ${name}`, (c) => c.levels(context).flatMap((s) => s.own(name).map(identityOf)));
const noteInForce = (config: Config, context: ScopeContext, name: string): void =>
  noted(config, `${context} in force ${name}`, (c) => c.levels(context).flatMap((s) => s.effective(name).directives.map(identityOf)));

/** What stays the same as long as a directive of an outer level does: of http, whose inside is asked about by itself, its name. */
export const identityOf = (d: Directive): object =>
  d.scope.context !== 'main' ? d : LEVELS.has(d.name) && d.statement.block ? d.statement.name : d.statement;

/** The directives of a block with those of its includes, and what they inherit. */
export class Scope implements Slotted {
  private list: readonly Directive[] | undefined;
  private flat: readonly Directive[] | undefined;
  private byName: Map<string, Directive[]> | undefined;
  private order: Map<Directive, number> | undefined;
  private inForce: Map<string, Effective> | undefined;
  /** why more may be on this level, once somebody has asked; open.ts alone sets it, for each level there is */
  unseen: readonly Unseen[] | undefined;
  /** what is worked out of it (slot.ts) */
  slots: Slotted['slots'] = null;

  constructor(
    /** the configuration, for its outermost scope; null for a scope within another, which belongs to what that one belongs to */
    private readonly owner: Config | null,
    readonly context: ScopeContext,
    readonly opener: Directive | null,
    private readonly source: Body,
  ) {
    this.outer = owner !== null || (LEVELS.has(context) && opener !== null && opener.scope.owner !== null);
  }

  /** Holds blocks that are kept apart from each other: what is asked here, other blocks may answer. */
  readonly outer: boolean;

  /** The scope around this one; null for the outermost. */
  get parent(): Scope | null {
    return this.opener?.scope ?? null;
  }

  /** The configuration at its present revision: a block that no edit touches goes from one revision to the next (kept.ts). */
  get config(): Config {
    let at: Scope = this;
    while (at.opener) at = at.opener.scope;
    return at.owner!;
  }

  /** All directives of this level in nginx's order; an include comes before those that it brings. */
  get directives(): readonly Directive[] {
    if (this.outer) this.askAll();
    return this.level;
  }

  /** For what is inherited: whoever is kept is kept with it. Blocks from which nothing is are not to be taken from here. */
  get level(): readonly Directive[] {
    if (this.outer && ofNoBlock()) this.askAll();
    if (this.list) return this.list;
    const list: Directive[] = [];
    const { config } = this;
    this.expand(config, this.source, list);
    // cut to size: a list that grew has room for a dozen directives more
    this.list = config.kept?.takeOver(this, list) ?? list.slice();
    return this.list;
  }

  private askAll(): void {
    if (!isRecorded()) return;
    const { context } = this;
    noted(this.config, `${context} level`, (c) => c.levels(context).flatMap((s) => s.level.map(identityOf)));
  }

  private expand(config: Config, { file, statements, via }: Body, into: Directive[]): void {
    const { catalog, tree, settings } = config;
    for (let i = 0; i < statements.length; i++) {
      const statement = statements[i]!;
      const name = statement.name.value;
      const fact = this.context === 'unknown' ? null : catalog.directive(name, this.context, settings.target);
      into.push(new Directive(statement, file, via, this, fact));
      if (name !== 'include') continue;
      const include = tree.includes.get(statement);
      if (!include) continue;
      const site: IncludeSite = { file, statement };
      for (const id of include.files) {
        const included = tree.files.get(id);
        if (included && id !== file.id && !via.some((s) => s.file.id === id))
          this.expand(config, { file: included, statements: included.body, via: [...via, site] }, into);
      }
    }
  }

  /** What `walk` gives. */
  get all(): readonly Directive[] {
    if (this.outer) this.askAll();
    if (this.flat) return this.flat;
    const flat: Directive[] = [];
    this.collect(flat, this.config.kept !== null);
    this.flat = flat;
    return flat;
  }

  /** `lasting`: blocks of the outer levels go on to the next revision, and what is in them with them. */
  private collect(into: Directive[], lasting: boolean): void {
    const { directives } = this;
    for (let i = 0; i < directives.length; i++) {
      const directive = directives[i]!;
      into.push(directive);
      const { body } = directive;
      if (!body) continue;
      if (body.flat || (lasting && this.outer)) for (const inner of body.all) into.push(inner);
      else body.collect(into, lasting);
    }
  }

  /** The scope of a directive's block, with the context that the catalog gives it; misplaced blocks keep a sensible one. */
  open(directive: Directive): Scope | null {
    const { block } = directive.statement;
    if (!block) return null;
    let context: ScopeContext = 'unknown';
    if (this.context !== 'unknown' && bodyOf(this.context) === 'directives')
      context = childContext(this.context, directive.name) ?? openingsOf(directive.name)[0]?.child ?? 'unknown';
    return new Scope(null, context, directive, { file: directive.file, statements: block, via: directive.via });
  }

  /** Own directives of that name, in order. */
  named(name: string): readonly Directive[] {
    const { context } = this;
    if (this.outer && isRecorded() && (APART.has(name) || ofNoBlock())) noteNamed(this.config, context, name);
    return this.own(name);
  }

  /** What `named` gives, for questions. */
  own(name: string): readonly Directive[] {
    if (!this.byName) {
      const { level } = this;
      // most levels have a few lines, and none of a name that is asked for
      if (level.length <= FEW) {
        let found: Directive[] | undefined;
        for (let i = 0; i < level.length; i++) if (level[i]!.name === name) (found ??= []).push(level[i]!);
        return found ?? EMPTY;
      }
      this.byName = new Map();
      for (let i = 0; i < level.length; i++) {
        const d = level[i]!;
        const same = this.byName.get(d.name);
        if (same) same.push(d);
        else this.byName.set(d.name, [d]);
      }
    }
    return this.byName.get(name) ?? EMPTY;
  }

  /** Where a directive of this level is in nginx's order; -1 when it is of another one. */
  indexOf(directive: Directive): number {
    if (this.outer) this.askAll();
    if (!this.order) {
      this.order = new Map();
      for (const d of this.level) this.order.set(d, this.order.size);
    }
    return this.order.get(directive) ?? -1;
  }

  first(name: string): Directive | undefined {
    return this.named(name)[0];
  }

  has(name: string): boolean {
    return this.named(name).length > 0;
  }

  /** The directives of that name in force here, own or inherited. */
  effective(name: string): Effective {
    const { context } = this;
    if (this.outer && ofNoBlock()) noteInForce(this.config, context, name);
    const known = this.inForce?.get(name);
    if (known) return known;
    // most levels take most of what they ask for from around them: that is kept there alone
    if (!this.outer && this.opener && !APART.has(name) && isHandedOn(this, name)) return this.opener.scope.effective(name);
    const found = effective(this, name);
    (this.inForce ??= new Map()).set(name, found);
    return found;
  }

  /** The last directive in force of that name; undefined when the default is. */
  value(name: string): Directive | undefined {
    return this.effective(name).directives.at(-1);
  }

  /** The blocks of this level. */
  get scopes(): Scope[] {
    return this.directives.flatMap((d) => d.body ?? []);
  }

  /** The nearest scope outwards, this one included, with one of the contexts. */
  enclosing(...contexts: ScopeContext[]): Scope | null {
    for (let at: Scope | null = this; at; at = at.parent) if (contexts.includes(at.context)) return at;
    return null;
  }

  /** Files whose statements this level holds, for callers that look a file's own part up. */
  holds(file: FileId): boolean {
    return this.source.file.id === file;
  }
}

/** All directives at and below a scope, outer before inner, in nginx's order. Found once for each scope. */
export const walk = (scope: Scope): readonly Directive[] => scope.all;
