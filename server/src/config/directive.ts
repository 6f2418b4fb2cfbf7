/** What nginx SEES: one statement in one place of the merged configuration. A file that is included twice has one set of statements and two of these. */

import type { Place, Span } from '../base/span.ts';
import type { DirectiveFact } from '../catalog/fact.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';
import type { Word } from '../syntax/word.ts';
import type { Scope } from './scope.ts';
import type { Slotted } from './slot.ts';

/** The include directive through which a file was reached. */
export interface IncludeSite {
  readonly file: SourceFile;
  readonly statement: Statement;
}

const NO_TEXTS: readonly string[] = [];

/** A statement in the place where nginx sees it: a file that is included twice has two of each. */
export class Directive implements Slotted {
  private opened: Scope | null | undefined;
  private texts: readonly string[] | undefined;
  /** what is worked out of it (slot.ts) */
  slots: Slotted['slots'] = null;
  /** of the statement; every rule asks for it, so it is at hand */
  readonly name: string;

  constructor(
    readonly statement: Statement,
    readonly file: SourceFile,
    /** outermost first; empty in the main file */
    readonly via: readonly IncludeSite[],
    /** the level that it is on; kept.ts alone sets it, to the same level at the next revision */
    public scope: Scope,
    readonly fact: DirectiveFact | null,
  ) {
    this.name = statement.name.value;
  }

  get args(): readonly Word[] {
    return this.statement.args;
  }

  /** The i-th argument as nginx sees it; the empty string when there is none. */
  value(i: number): string {
    return this.statement.args[i]?.value ?? '';
  }

  get values(): readonly string[] {
    if (this.texts) return this.texts;
    const { args } = this.statement;
    this.texts = args.length === 0 ? NO_TEXTS : args.length === 1 ? [args[0]!.value] : args.map((a) => a.value);
    return this.texts;
  }

  /** The scope that the block opens; null for simple directives and raw bodies. */
  get body(): Scope | null {
    if (this.opened === undefined) this.opened = this.scope.open(this);
    return this.opened;
  }

  /** The place of the whole statement, or of a part of it. */
  at(span: Span = this.statement): Place {
    return { file: this.file.id, span: { start: span.start, end: span.end } };
  }

  /** The place that stands for the directive in lists and messages: its name. */
  get nameAt(): Place {
    return this.at(this.statement.name);
  }
}
