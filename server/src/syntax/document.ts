/**
 * A file that follows its text: after every change the tree is parsed incrementally and the plain statements are brought up to date.
 * tree-sitter's nodes never leave this folder.
 */
import type { Edit, Parser, Tree } from 'web-tree-sitter';
import { applyEdits, type TextEdit } from '../base/edit.ts';
import type { FileId } from '../base/file-id.ts';
import { Lines } from '../base/lines.ts';
import { Change } from './change.ts';
import { type LowerInput, lower, lowerChange } from './lower.ts';
import { type Mended, mend } from './mend.ts';
import { type MirrorComment, type MirrorStatement, type Raw, setParents } from './mirror.ts';
import { problemsOf } from './problems.ts';
import type { SourceFile, SyntaxProblem } from './statement.ts';

const NOWHERE = { row: 0, column: 0 };

/** What the grammar is shown in place of the text: of the same length, without what it cannot read. */
const masked = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', '\x01') : text);

export class Document implements SourceFile {
  private tree: Tree | null;
  private current: string;
  private lineTable: Lines | null = null;
  private raw: Raw;
  private mended: Mended | null;
  private problemList: SyntaxProblem[] | null = null;
  readonly template: string | null = null;

  /** Made by `NginxParser.open` only. */
  constructor(
    private readonly parser: Parser,
    readonly id: FileId,
    text: string,
  ) {
    this.current = text;
    const tree = this.parse(null);
    this.tree = tree;
    this.raw = lower(tree.rootNode, this.input());
    this.mended = mend(text, this.raw, null);
  }

  get text(): string {
    return this.current;
  }

  /** Made when first asked for, anew after a change. */
  get lines(): Lines {
    this.lineTable ??= new Lines(this.current);
    return this.lineTable;
  }

  get body(): readonly MirrorStatement[] {
    return this.mended?.body ?? this.raw.body;
  }

  get comments(): readonly MirrorComment[] {
    return this.raw.comments;
  }

  get problems(): readonly SyntaxProblem[] {
    this.problemList ??= problemsOf(this.current, this.body, this.raw.comments, this.mended?.strays ?? this.raw.strays);
    return this.problemList;
  }

  /**
   * Changes the text. All edits refer to the present text and must not overlap; for changes that build on one another (LSP's
   * `contentChanges`) call this once for each. Throws RangeError when an edit leaves the text, and changes nothing then.
   */
  update(edits: readonly TextEdit[]): void {
    if (!edits.length) return;
    const next = applyEdits(this.current, edits);
    const tree = this.live();
    for (const { span, newText } of [...edits].sort((a, b) => b.span.start - a.span.start)) {
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
    this.lineTable = null;
    this.problemList = null;
    this.tree = this.parse(tree);
    tree.delete();
    const change = new Change(edits);
    change.moveAll(this.raw);
    this.raw = lowerChange(this.tree.rootNode, this.input(), this.raw, change);
    const mended = mend(next, this.raw, this.mended?.made ?? null);
    if (this.mended && !mended) setParents(this.raw.body, null);
    this.mended = mended;
  }

  /** Replaces the whole text, and edits only what differs between the first and the last difference. */
  replaceAll(text: string): void {
    const old = this.current;
    const shorter = Math.min(old.length, text.length);
    let head = 0;
    while (head < shorter && old.charCodeAt(head) === text.charCodeAt(head)) head++;
    let tail = 0;
    while (tail < shorter - head && old.charCodeAt(old.length - 1 - tail) === text.charCodeAt(text.length - 1 - tail)) tail++;
    if (head === old.length && head === text.length) return;
    this.update([{ span: { start: head, end: old.length - tail }, newText: text.slice(head, text.length - tail) }]);
  }

  /** Frees the tree; the statements stay readable, the document takes no more changes. */
  dispose(): void {
    this.tree?.delete();
    this.tree = null;
  }

  private live(): Tree {
    if (!this.tree) throw new Error('the document is disposed');
    return this.tree;
  }

  private parse(old: Tree | null): Tree {
    const tree = this.parser.parse(masked(this.current), old);
    if (!tree) throw new Error('tree-sitter gave no tree');
    return tree;
  }

  private input(): LowerInput {
    return { text: this.current, shown: masked(this.current), templated: () => false };
  }
}
