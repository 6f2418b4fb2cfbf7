/** What is WRITTEN: statements of one file, without any meaning. What nginx makes of them is a `Directive` (config/directive.ts). */
import type { FileId } from '../base/file-id.ts';
import type { Lines } from '../base/lines.ts';
import type { Span } from '../base/span.ts';
import type { Structure } from './template/structure.ts';
import type { DefinitionUse, Escapes, Rendering } from './template.ts';
import type { Word } from './word.ts';

/**
 * Statements keep their identity over edits that do not touch them; their offsets are moved along by the mirror (syntax/document.ts).
 * So a statement is a key for a WeakMap of what follows from its words and its block; its offsets are valid for the file's present text
 * only, and its `parent` may become another object (an edit within a block replaces the block's statement and those around it).
 */
export interface Statement {
  readonly name: Word;
  readonly args: readonly Word[];
  /** null for a simple directive; the statements between the braces otherwise */
  readonly block: readonly Statement[] | null;
  /** the text between the braces of a `*_by_lua_block`, null elsewhere */
  readonly rawBody: Span | null;
  /** the opening brace, null for a simple directive */
  readonly open: Span | null;
  /** the semicolon or the closing brace; null when it is missing */
  readonly close: Span | null;
  readonly closed: boolean;
  /** from the name to the semicolon or closing brace, half open */
  readonly start: number;
  readonly end: number;
  readonly parent: Statement | null;
}

export interface Comment extends Span {
  /** with the number sign */
  readonly text: string;
}

export type SyntaxFault =
  | 'missing-semicolon'
  | 'missing-closing-brace'
  /** a block without its opening brace: `open` is an empty span there */
  | 'missing-opening-brace'
  | 'unexpected-closing-brace'
  | 'unexpected-opening-brace'
  | 'unexpected-semicolon'
  | 'unterminated-string'
  | 'after-quote'
  /** a word or comment that does not fit into nginx's buffer of 4096 bytes */
  | 'word-too-long'
  /** nginx takes it for a part of the first word */
  | 'byte-order-mark';

export interface SyntaxProblem {
  readonly fault: SyntaxFault;
  readonly span: Span;
  /** the statement that is broken, where there is one */
  readonly statement: Statement | null;
  /** where the missing token belongs, for the `missing-…` faults */
  readonly insertAt?: number;
}

/** A mark of a template engine, wherever it stands. */
export interface TemplateMark extends Span {
  /** whether it begins, divides or ends a condition or loop; null for values, comments and all else */
  readonly role: 'open' | 'middle' | 'close' | null;
  /** false for one that goes to the end of its line because nothing closes it */
  readonly closed: boolean;
  /** what the value is called that it fills in; null where it fills in none */
  readonly name: string | null;
  /** what it writes where nobody fills that in, as the mark says; null where it does not */
  readonly otherwise: string | null;
}

/** Parsing never fails: a broken text has statements and problems. */
export interface SourceFile {
  readonly id: FileId;
  readonly text: string;
  readonly lines: Lines;
  readonly body: readonly Statement[];
  readonly comments: readonly Comment[];
  readonly problems: readonly SyntaxProblem[];
  /** the template engine that the file is written for, by its name or its marks; null for a plain file */
  readonly template: string | null;
  /** whoever reads the text before nginx, where what is put there must be written for him (template/escapes.ts); null or absent for a plain file */
  readonly escapes?: Escapes | null;
  /** the marks of that engine, in order */
  readonly marks?: readonly TemplateMark[];
  /** how its conditions and loops branch; null or absent for a plain file */
  readonly structure?: Structure | null;
  /** reads the text as one of a template engine (template/engines.ts), as the settings say; null: as its name and its marks say */
  writtenFor?(engine: string | null): void;
  /** what was set so */
  readonly chosenEngine?: string | null;
  /** names of the values that the engine fills in, each once */
  readonly placeholders?: readonly string[];
  /** where the engine may write whole lines that nobody sees, in order */
  readonly holes?: readonly Span[];
  /** where bodies of its definitions are written */
  readonly uses?: readonly DefinitionUse[];
  /** The file as it is written in one way, at the same offsets, without the alternatives that are left out then. */
  rendered?(rendering: Rendering): RenderedFile;
}

/** A template written out in one way. */
export interface RenderedFile extends SourceFile {
  /** what is not there, in order */
  readonly excluded: readonly Span[];
}
