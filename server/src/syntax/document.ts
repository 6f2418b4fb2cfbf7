/**
 * A file that follows its text: after every change the tree is parsed incrementally and the plain statements are brought up to date.
 * tree-sitter's nodes never leave this folder.
 */
import type { Edit, Tree } from 'web-tree-sitter';
import { applyEdits, type TextEdit } from '../base/edit.ts';
import { largest, smallest } from '../base/extremes.ts';
import { basename, type FileId } from '../base/file-id.ts';
import { Lines } from '../base/lines.ts';
import type { Span } from '../base/span.ts';
import { Change } from './change.ts';
import { type LowerInput, lower, lowerChange, lowerPlain } from './lower.ts';
import { type MirrorComment, type MirrorStatement, type Raw, setParents } from './mirror.ts';
import { type Repaired, repair } from './nesting.ts';
import type { NginxParser } from './parser.ts';
import { problemsOf } from './problems.ts';
import type { RenderedFile, SourceFile, SyntaxProblem, TemplateMark } from './statement.ts';
import { escapesOf } from './template/escapes.ts';
import type { Structure } from './template/structure.ts';
import {
  type DefinitionUse,
  type Escapes,
  FILLER,
  type Masked,
  mask,
  maskChanged,
  meets,
  type Rendering,
  type Window,
} from './template.ts';

/** Edits at once from which on the tree is told of one edit that holds them all. */
const MANY = 100;

const NOWHERE = { row: 0, column: 0 };

/** One edit that holds all the given ones, all that differs between what the grammar saw, and the marks that are taken in another way. */
function hull(edits: readonly TextEdit[], text: string, before: Masked, after: Masked): TextEdit {
  const old = before.shown.length;
  let first = smallest(edits, (e) => e.span.start);
  let rest = old - largest(edits, (e) => e.span.end);
  for (const list of ['words', 'between'] as const) {
    const [a, b] = [before[list], after[list]];
    let i = 0;
    while (i < Math.min(a.length, b.length) && a[i]!.start === b[i]!.start && a[i]!.end === b[i]!.end) i++;
    first = Math.min(first, a[i]?.start ?? first, b[i]?.start ?? first);
    let [x, y] = [a.length - 1, b.length - 1];
    while (x >= i && y >= i && old - a[x]!.end === text.length - b[y]!.end && old - a[x]!.start === text.length - b[y]!.start) {
      x--;
      y--;
    }
    rest = Math.min(rest, x >= i ? old - a[x]!.end : rest, y >= i ? text.length - b[y]!.end : rest);
  }
  const { head, tail } = sameEnds(before.shown, after.shown, first, rest);
  return { span: { start: head, end: old - tail }, newText: text.slice(head, text.length - tail) };
}

/** How many characters two texts have in common at their start and, behind that, at their end; no more than the given numbers. */
function sameEnds(a: string, b: string, mostHead = a.length, mostTail = a.length): { head: number; tail: number } {
  const shorter = Math.min(a.length, b.length);
  const headLimit = Math.min(shorter, mostHead);
  let head = 0;
  while (head < headLimit && a.charCodeAt(head) === b.charCodeAt(head)) head++;
  const tailLimit = Math.min(shorter - head, mostTail);
  let tail = 0;
  while (tail < tailLimit && a.charCodeAt(a.length - 1 - tail) === b.charCodeAt(b.length - 1 - tail)) tail++;
  return { head, tail };
}

/** A text with its syntax tree, which follows edits incrementally. */
export class Document implements SourceFile {
  /** null until it is needed: a text in order is read without it, and most are never edited */
  private tree: Tree | null = null;
  private disposed = false;
  private current: string;
  private masked: Masked;
  private readonly name: string;
  private lineTable: Lines | null = null;
  private chosen: string | null = null;
  private raw: Raw;
  private repaired: Repaired | null;
  private problemList: SyntaxProblem[] | null = null;

  /** Made by `NginxParser.open` only. */
  constructor(
    private readonly parser: NginxParser,
    readonly id: FileId,
    text: string,
    /** what of the text is nginx's, for one that is embedded in another */
    private window: Window | null = null,
  ) {
    this.current = text;
    this.name = basename(id);
    this.masked = mask(this.name, text, null, window);
    this.raw = this.read();
    this.repaired = this.repair(null);
  }

  get text(): string {
    return this.current;
  }

  /** Made when first asked for, again after a change. */
  get lines(): Lines {
    this.lineTable ??= new Lines(this.current);
    return this.lineTable;
  }

  get body(): readonly MirrorStatement[] {
    return this.repaired?.body ?? this.raw.body;
  }

  get comments(): readonly MirrorComment[] {
    return this.raw.comments;
  }

  get template(): string | null {
    return this.masked.engine;
  }

  get escapes(): Escapes | null {
    if (this.window?.escapes) return this.window.escapes;
    // of a whole file: what a script quotes around a text, its own window says
    return this.window === null && this.masked.engine === 'shell' ? 'shell' : escapesOf(this.masked.engine);
  }

  get chosenEngine(): string | null {
    return this.chosen;
  }

  get marks(): readonly TemplateMark[] {
    return this.masked.marks;
  }

  get structure(): Structure | null {
    return this.masked.structure;
  }

  get placeholders(): readonly string[] {
    return this.masked.placeholders;
  }

  get uses(): readonly DefinitionUse[] {
    return this.masked.uses;
  }

  get holes(): readonly Span[] {
    return this.masked.holes;
  }

  /** Read again for each rendering, which a change of the text leaves behind. */
  rendered(rendering: Rendering): RenderedFile {
    const masked = mask(this.name, this.current, rendering, this.window, this.chosen);
    const input = inputOf(masked, this.window ? this.current : written(masked, this.current));
    const raw = lowerPlain(input) ?? this.throughTree(masked.shown, input);
    const repaired = masked.uneven ? null : repair(this.window ? masked.read : this.current, raw, null);
    const body = repaired?.body ?? raw.body;
    return {
      id: this.id,
      text: this.current,
      lines: this.lines,
      body,
      comments: raw.comments,
      problems: problemsOf(this.window ? masked.read : this.current, masked, body, raw.comments, repaired?.strays ?? raw.strays),
      template: masked.engine,
      escapes: this.escapes,
      marks: masked.marks,
      structure: masked.structure,
      placeholders: masked.placeholders,
      holes: masked.holes,
      uses: masked.uses,
      excluded: masked.excluded,
    };
  }

  get problems(): readonly SyntaxProblem[] {
    this.problemList ??= problemsOf(
      this.window ? this.masked.read : this.current,
      this.masked,
      this.body,
      this.raw.comments,
      this.repaired?.strays ?? this.raw.strays,
    );
    return this.problemList;
  }

  /**
   * Changes the text. All edits refer to the present text and must not overlap; for changes that build on one another (LSP's
   * `contentChanges`) call this once for each. Throws RangeError when an edit leaves the text, and changes nothing then.
   * @param window for a document that is embedded in another: what of the new text is nginx's
   */
  update(edits: readonly TextEdit[], window: Window | null = null): void {
    if (!edits.length) return;
    const next = applyEdits(this.current, edits);
    const known = window || this.chosen !== null ? null : maskChanged(this.masked, edits, next);
    const masked = known ?? mask(this.name, next, null, window, this.chosen);
    const tree = this.live();
    // in a template one character can change what the grammar sees elsewhere
    const plain = masked.engine === null && this.masked.engine === null && !window;
    const steps = plain
      ? edits
      : masked.engine === this.masked.engine
        ? [hull(edits, next, this.masked, masked)]
        : [{ span: { start: 0, end: this.current.length }, newText: next }];
    // a tree edited in very many places is slower to repair than to parse
    const inTree = steps.length > MANY ? [hull(steps, next, this.masked, masked)] : steps;
    if (tree)
      for (const { span, newText } of [...inTree].sort((a, b) => b.span.start - a.span.start)) {
        tree.edit({
          startIndex: span.start,
          oldEndIndex: span.end,
          newEndIndex: span.start + newText.length,
          startPosition: NOWHERE,
          oldEndPosition: NOWHERE,
          newEndPosition: NOWHERE,
        } as unknown as Edit);
      }
    this.current = next;
    this.window = window;
    this.masked = masked;
    this.lineTable = null;
    this.problemList = null;
    this.tree = this.parse(tree);
    tree?.delete();
    const change = new Change(steps);
    change.moveAll(this.raw);
    this.raw = lowerChange(this.tree.rootNode, this.input(), this.raw, change);
    const repaired = this.repair(this.repaired?.made ?? null);
    if (this.repaired && !repaired) setParents(this.raw.body, null);
    this.repaired = repaired;
  }

  /** Reads the text as one of the engine that the settings name (`ENGINE_NAMES`); null: as its name and its marks say. */
  writtenFor(engine: string | null): void {
    if (engine === this.chosen) return;
    this.chosen = engine;
    const masked = mask(this.name, this.current, null, this.window, engine);
    if (masked.engine === this.masked.engine && masked.shown === this.masked.shown) return;
    this.live()?.delete();
    this.tree = null;
    this.masked = masked;
    this.problemList = null;
    this.raw = this.read();
    this.repaired = this.repair(null);
  }

  /** Replaces the whole text, and edits only what differs between the first and the last difference. */
  replaceAll(text: string, window: Window | null = null): void {
    const { head, tail } = sameEnds(this.current, text);
    if (this.current.length === text.length && head === text.length) return;
    this.update([{ span: { start: head, end: this.current.length - tail }, newText: text.slice(head, text.length - tail) }], window);
  }

  /** Frees the tree; the statements stay readable, the document takes no more changes. */
  dispose(): void {
    this.tree?.delete();
    this.tree = null;
    this.disposed = true;
  }

  private live(): Tree | null {
    if (this.disposed) throw new Error('the document is disposed');
    return this.tree;
  }

  /** The statements of the present text, from scratch. */
  private read(): Raw {
    const input = this.input();
    const plain = lowerPlain(input);
    if (plain) return plain;
    this.tree = this.parse(null);
    return lower(this.tree.rootNode, input);
  }

  /** The statements of another text than the present one. */
  private throughTree(shown: string, input: LowerInput): Raw {
    const tree = this.parser.tree(shown);
    const raw = lower(tree.rootNode, input);
    tree.delete();
    return raw;
  }

  /** Where conditions of a template open and close blocks, braces that do not pair are nobody's mistake. */
  private repair(before: Repaired['made'] | null): Repaired | null {
    return this.masked.uneven ? null : repair(this.window ? this.masked.read : this.current, this.raw, before);
  }

  private parse(old: Tree | null): Tree {
    return this.parser.tree(this.masked.shown, old);
  }

  private input(): LowerInput {
    return inputOf(this.masked, this.window ? this.current : written(this.masked, this.current));
  }
}

/** What words are written with: all but what a rendering leaves out, escapes of the engine included. */
const written = ({ read }: Masked, text: string): string =>
  read.includes(FILLER) ? read.replace(FILLERS, (_, at: number) => text[at]!) : read;

const FILLERS = new RegExp(FILLER, 'g');

function inputOf({ shown, read, words, between, fills }: Masked, text: string): LowerInput {
  return {
    text,
    read,
    ...(fills.length ? { fills } : {}),
    shown,
    own: !words.length && !between.length && !fills.length && read === text,
    templated: words.length ? (start, end) => meets(words, start, end) : none,
    variable: between.length ? (start, end) => meets(between, start, end) : none,
  };
}

const none = (): boolean => false;
