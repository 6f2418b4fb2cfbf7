/**
 * Whose brace is missing, or which one is too many, where braces do not pair up: the tree blames the end of the file, and every block from the
 * mistake on is one level off. Authors indent: so the columns of braces and statements say which block it is, and the mirror is repaired by
 * them (`repair`); the outline and everything else reads the mirror. Where the columns give no clear answer everything stays as the tree has it,
 * and what blocks accept decides the place that is reported (`lackingBrace`): an oracle that is handed in, since syntax knows no directive.
 */
import type { Span } from '../base/span.ts';
import { Columns } from './columns.ts';
import type { MirrorSpan, MirrorStatement, MirrorWord, Raw, Stray, WordFault } from './mirror.ts';
import { endOf, setParents } from './mirror.ts';
import type { SourceFile, Statement, SyntaxProblem } from './statement.ts';

export interface Repaired {
  readonly body: MirrorStatement[];
  readonly strays: Stray[];
  /** statements made here, by their name: handed back in, so that a statement keeps its identity from one keystroke to the next */
  readonly made: Map<MirrorWord, MirrorStatement>;
}

interface Frame {
  /** null at the top of the file */
  readonly raw: MirrorStatement | null;
  readonly children: MirrorStatement[];
  /** column of the line on which the statement starts; -1 at the top */
  readonly column: number;
  /** something within stood deeper than the block itself */
  deeper: boolean;
}

type Event =
  | { readonly kind: 'leaf' | 'open'; readonly statement: MirrorStatement; readonly at: number }
  | { readonly kind: 'close'; readonly span: MirrorSpan; readonly at: number };

/** Blocks of this statement's chain that the file's end leaves open. */
function unclosedBlocks(body: readonly MirrorStatement[]): number {
  let count = 0;
  for (let last = body.at(-1); last?.block && !last.closed; last = last.block.at(-1)) {
    // a Lua body that is not closed has swallowed the braces of all that is around it
    if (last.rawBody) return 0;
    count++;
  }
  return count;
}

/** The file with its nesting repaired; null when its braces pair up or the columns do not tell. */
export function repair(text: string, raw: Raw, before: ReadonlyMap<MirrorWord, MirrorStatement> | null): Repaired | null {
  const missing = unclosedBlocks(raw.body);
  const surplus = raw.strays.filter((s) => s.fault === 'unexpected-closing-brace').length;
  if (missing + surplus === 0) return null;
  const repaired = new Repairer(text, raw, missing, surplus, before).run();
  if (!repaired) setParents(raw.body, null);
  return repaired;
}

class Repairer {
  private readonly stack: Frame[] = [{ raw: null, children: [], column: -1, deeper: true }];
  private readonly strays: Stray[];
  private readonly made = new Map<MirrorWord, MirrorStatement>();
  private readonly events: Event[] = [];
  private readonly columns: Columns;
  /** by event: the column of its line where it is the first on it, else that column below zero */
  private columnOf = new Int32Array();
  /** by event that is the first on its line: the next such event that stands no deeper */
  private outward = new Int32Array();

  constructor(
    text: string,
    raw: Raw,
    private missing: number,
    private surplus: number,
    private readonly before: ReadonlyMap<MirrorWord, MirrorStatement> | null,
  ) {
    this.columns = new Columns(text);
    this.strays = raw.strays.filter((s) => s.fault !== 'unexpected-closing-brace');
    const braces = raw.strays.filter((s) => s.fault === 'unexpected-closing-brace');
    let next = 0;
    for (const statement of raw.body) {
      while (next < braces.length && braces[next]!.start < statement.start) this.close(braces[next++]!);
      this.list(statement);
    }
    while (next < braces.length) this.close(braces[next++]!);
  }

  private list(statement: MirrorStatement): void {
    if (!statement.block || statement.rawBody) {
      this.events.push({ kind: 'leaf', statement, at: statement.start });
      return;
    }
    this.events.push({ kind: 'open', statement, at: statement.start });
    for (const inner of statement.block) this.list(inner);
    if (statement.close) this.close(statement.close);
  }

  private close(span: MirrorSpan): void {
    this.events.push({ kind: 'close', span, at: span.start });
  }

  run(): Repaired | null {
    this.measure();
    for (let i = 0; i < this.events.length; i++) {
      const event = this.events[i]!;
      const first = this.columnOf[i]! >= 0;
      const column = first ? this.columnOf[i]! : -1 - this.columnOf[i]!;
      if (event.kind === 'close') {
        this.closing(event.span, column, first);
        continue;
      }
      if (first) {
        while (this.missing > 0 && this.stack.length > 1 && column <= this.top.column && this.leftOpen(i)) this.leave(null);
        if (column > this.top.column) this.top.deeper = true;
      }
      if (event.kind === 'leaf') this.top.children.push(event.statement);
      else this.stack.push({ raw: event.statement, children: [], column, deeper: false });
    }
    while (this.stack.length > 1 && this.missing > 0) this.leave(null);
    if (this.stack.length > 1 || this.missing > 0 || this.surplus > 0) return null;
    const body = this.top.children;
    for (const statement of body) statement.parent = null;
    return { body, strays: this.strays.sort((a, b) => a.start - b.start), made: this.made };
  }

  /** The columns of all events, and which one comes after each on its line's column or further out. */
  private measure(): void {
    const { events, columns } = this;
    const count = events.length;
    this.columnOf = new Int32Array(count);
    this.outward = new Int32Array(count).fill(count);
    const waiting: number[] = [];
    for (let i = 0; i < count; i++) {
      const { column, first } = columns.of(events[i]!.at);
      this.columnOf[i] = first ? column : -1 - column;
      if (!first) continue;
      while (waiting.length && this.columnOf[waiting.at(-1)!]! >= column) this.outward[waiting.pop()!] = i;
      waiting.push(i);
    }
  }

  private get top(): Frame {
    return this.stack.at(-1)!;
  }

  /** True when the statement of event `from`, which stands no deeper than the innermost block, cannot belong to it. */
  private leftOpen(from: number): boolean {
    const { top } = this;
    const around = this.stack.at(-2)!;
    // in a file without indentation columns tell nothing
    if (!top.deeper && !(around.raw && around.column < top.column)) return false;
    let open = 0;
    // what is deeper than the statement is passed over: a file has many blocks, and each of them may come here
    for (let i = from; i < this.events.length && this.columnOf[i]! === top.column; i = this.outward[i]!) {
      const { kind } = this.events[i]!;
      if (kind === 'open') open++;
      else if (kind === 'close' && open-- === 0) return false;
    }
    return true;
  }

  private closing(brace: MirrorSpan, column: number, first: boolean): void {
    if (this.stack.length === 1) {
      if (first && this.lacksOpening(brace, column)) this.surplus--;
      else this.stray(brace);
      return;
    }
    if (first && column > this.top.column && this.surplus > 0) {
      if (this.lacksOpening(brace, column)) this.surplus--;
      else if (this.innerColumn(this.top.raw!) === column) this.leave(brace);
      else this.stray(brace);
      return;
    }
    if (first && column < this.top.column) {
      const owner = this.stack.findLastIndex((frame) => frame.raw !== null && frame.column === column);
      const open = this.stack.length - 1 - owner;
      if (owner > 0 && open <= this.missing) while (this.stack.length - 1 > owner) this.leave(null);
    }
    this.leave(brace);
  }

  /** The column of the first argument that starts a line; -1 when none does. */
  private innerColumn(statement: MirrorStatement): number {
    const inner = statement.args.find((arg) => this.columns.of(arg.start).first);
    return inner ? this.columns.of(inner.start).column : -1;
  }

  /**
   * Whether a closing brace that has no block ends one whose opening brace was forgotten: then what looks like arguments on later lines
   * are statements. If so, the block is made.
   */
  private lacksOpening(brace: MirrorSpan, column: number): boolean {
    const { children } = this.top;
    const index = children.findLastIndex((s) => this.columns.of(s.start).column <= column);
    const statement = children[index];
    if (!statement) return false;
    const at = this.columns.of(statement.start);
    if (!at.first || at.column !== column) return false;
    const split = statement.args.findIndex((arg) => this.columns.of(arg.start).first);
    const inner = statement.args[split];
    if (!inner || this.columns.of(inner.start).column <= column) return false;
    const [args, rest] = [statement.args.slice(0, split), statement.args.slice(split + 1)];
    const head = [statement.name, ...args];
    const last = head.at(-1)!;
    const faults = statement.wordFaults ?? [];
    const first = this.statement(
      { ...statement, name: inner, wordFaults: faults.filter((f) => !head.includes(f.word)) },
      rest,
      statement.open,
      statement.block,
      statement.close,
      false,
    );
    const block = [first, ...children.slice(index + 1)];
    const wordFaults: WordFault[] = [{ fault: 'missing-opening-brace', word: last }];
    children.length = index;
    children.push(
      this.statement({ ...statement, rawBody: null, wordFaults }, args, { start: last.end, end: last.end }, block, brace, false),
    );
    return true;
  }

  private stray(brace: MirrorSpan): void {
    this.strays.push({ start: brace.start, end: brace.end, fault: 'unexpected-closing-brace' });
    this.surplus--;
  }

  /** Ends the innermost block, with its closing brace or without. */
  private leave(close: MirrorSpan | null): void {
    const { raw, children } = this.stack.pop()!;
    if (!close) this.missing--;
    this.top.children.push(this.statement(raw!, raw!.args, raw!.open, children, close));
  }

  /** `raw` itself where it fits; else the statement that was made for its name before, where that fits; else a new one. */
  private statement(
    raw: MirrorStatement,
    args: MirrorWord[],
    open: MirrorSpan | null,
    block: MirrorStatement[] | null,
    close: MirrorSpan | null,
    ofTree = true,
  ): MirrorStatement {
    const same = (s: MirrorStatement | undefined): s is MirrorStatement =>
      s !== undefined &&
      s.args.length === args.length &&
      args.every((arg, i) => arg === s.args[i]) &&
      (s.close === null) === (close === null) &&
      sameFaults(s.wordFaults, raw.wordFaults) &&
      (s.block === null) === (block === null) &&
      (s.block?.length ?? 0) === (block?.length ?? 0) &&
      (block?.every((inner, i) => inner === s.block![i]) ?? true);
    const known = this.before?.get(raw.name);
    let statement: MirrorStatement;
    if (ofTree && same(raw) && raw.close?.start === close?.start) statement = raw;
    else {
      const own = {
        open: open && { ...open },
        close: close && { ...close },
        rawBody: raw.rawBody && { ...raw.rawBody },
        wordFaults: raw.wordFaults,
        start: raw.name.start,
        end: 0,
      };
      statement = same(known) ? Object.assign(known, own) : { ...raw, ...own, args, block, closed: close !== null, parent: null };
      statement.end = endOf(statement);
      this.made.set(raw.name, statement);
    }
    if (block) for (const inner of block) inner.parent = statement;
    return statement;
  }
}

/** What is known of a statement's words without a fault stays with it, so that it must be another one when a fault comes or goes. */
const sameFaults = (a: readonly WordFault[] | null, b: readonly WordFault[] | null): boolean =>
  (a?.length ?? 0) === (b?.length ?? 0) && (a?.every((f, i) => f.fault === b![i]!.fault && f.word === b![i]!.word) ?? true);

/** What blocks may hold, as far as anyone knows. */
export interface BlockOracle {
  /** whether a block of that name may hold a directive of the other name */
  accepts(block: string, name: string): boolean;
  /** whether a statement may be in a block, with its arguments */
  belongs(block: Statement, child: Statement): boolean;
}

/** A block without its closing brace, where the brace goes, and what to mark. */
export interface Lacking {
  readonly block: Statement;
  readonly insert: number;
  readonly mark: Span;
}

function* blocksIn(statements: readonly Statement[]): Generator<Statement> {
  for (const s of statements) {
    if (!s.open) continue;
    if (s.block) yield* blocksIn(s.block);
    yield s;
  }
}

/** A block whose closing brace is missing shows by a statement that is not indented deeper than it, or that belongs further out. */
export function lackingBrace(file: SourceFile, within: Statement, oracle: BlockOracle): Lacking {
  const { accepts, belongs } = oracle;
  const columns = new Columns(file.text);
  let best: Lacking | null = null;
  const offer = (block: Statement, insert: number): void => {
    if (!best || insert < best.insert) best = { block, insert, mark: { start: block.name.start, end: block.name.end } };
  };
  // where nobody indents, columns say nothing: a block at whose own column its first line stands, as in the blocks around it
  const isFlush = (block: Statement): boolean => {
    const child = block.block?.[0];
    if (!child || (block.parent && !isFlush(block.parent))) return false;
    const [own, line] = [columns.of(block.start), columns.of(child.start)];
    const apart = file.lines.lineAt(child.start) > file.lines.lineAt(block.start);
    return own.first && line.first && apart && line.column === own.column && belongs(block, child);
  };
  for (const block of [...blocksIn(within.block ?? []), within]) {
    if (block.rawBody) continue;
    const own = columns.of(block.start);
    if (!own.first) continue;
    const children = block.block ?? [];
    const flush = isFlush(block);
    for (const [i, child] of children.entries()) {
      const line = columns.of(child.start);
      if (!line.first) continue;
      const outward =
        (!flush || !belongs(block, child)) && line.column <= own.column && file.lines.lineAt(child.start) > file.lines.lineAt(block.start);
      const ancestor = block.parent;
      const foreign = !accepts(block.name.value, child.name.value) && ancestor !== null && accepts(ancestor.name.value, child.name.value);
      if (outward || (foreign && line.column <= own.column)) {
        offer(block, (children[i - 1] ?? null)?.end ?? block.open!.end);
        break;
      }
    }
    if (block.close && block.closed) {
      const end = columns.of(block.close.start);
      const apart = file.lines.lineAt(block.close.start) > file.lines.lineAt(block.open!.start);
      if (end.first && apart && end.column < own.column) offer(block, children.at(-1)?.end ?? block.open!.end);
    }
  }
  if (best) return best;
  // by what blocks accept alone: a server in a server
  for (const block of [...blocksIn(within.block ?? []), within]) {
    const children = block.block ?? [];
    const at = children.findIndex((c) => !belongs(block, c) && block.parent !== null && accepts(block.parent.name.value, c.name.value));
    if (at >= 0) offer(block, children[at - 1]?.end ?? block.open!.end);
  }
  return best ?? { block: within, insert: file.text.trimEnd().length, mark: { start: within.name.start, end: within.name.end } };
}

/** The closing brace that is one too many: the first that does not close the block that its indentation names. */
export function surplusBrace(file: SourceFile, stray: Span): Span {
  const columns = new Columns(file.text);
  let best = stray;
  for (const block of blocksIn(file.body)) {
    if (!block.close || !block.closed || block.rawBody) continue;
    const { close, open } = block;
    if (close.start > best.start) continue;
    const openLine = file.lines.lineAt(open!.start);
    if (file.lines.lineAt(close.start) === openLine) continue;
    const end = columns.of(close.start);
    const own = columns.of(block.start);
    if (!own.first) continue;
    if (!end.first || end.column > own.column) best = { start: close.start, end: close.end };
  }
  return best;
}

/** The parser has found the block by its column when something follows that does not belong to it. */
export function repairedAt(file: SourceFile, { statement, insertAt }: SyntaxProblem): Lacking | null {
  let s = statement;
  while (s && !s.closed && s === (s.parent?.block ?? file.body).at(-1)) s = s.parent;
  return s && statement ? { block: statement, insert: insertAt!, mark: { start: statement.name.start, end: statement.name.end } } : null;
}
