/**
 * Where braces do not pair up, the tree blames the end of the file, and every block from the mistake on sits one level off. Authors indent:
 * so the columns of braces and statements say which block lacks its brace, or which brace is one too many. Only files whose braces do not
 * pair are looked at; where the columns give no clear answer everything stays as the tree has it.
 */
import { Columns } from './columns.ts';
import type { MirrorSpan, MirrorStatement, MirrorWord, Raw, Stray, WordFault } from './mirror.ts';
import { endOf, setParents } from './mirror.ts';

export interface Mended {
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
export function mend(text: string, raw: Raw, before: ReadonlyMap<MirrorWord, MirrorStatement> | null): Mended | null {
  const missing = unclosedBlocks(raw.body);
  const surplus = raw.strays.filter((s) => s.fault === 'unexpected-closing-brace').length;
  if (missing + surplus === 0) return null;
  const mended = new Mender(text, raw, missing, surplus, before).run();
  if (!mended) setParents(raw.body, null);
  return mended;
}

class Mender {
  private readonly stack: Frame[] = [{ raw: null, children: [], column: -1, deeper: true }];
  private readonly strays: Stray[];
  private readonly made = new Map<MirrorWord, MirrorStatement>();
  private readonly events: Event[] = [];
  private readonly columns: Columns;

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

  run(): Mended | null {
    for (let i = 0; i < this.events.length; i++) {
      const event = this.events[i]!;
      const { column, first } = this.columns.of(event.at);
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
    for (let i = from; i < this.events.length; i++) {
      const event = this.events[i]!;
      const { column, first } = this.columns.of(event.at);
      if (!first) continue;
      if (column < top.column) return true;
      if (column > top.column) continue;
      if (event.kind === 'open') open++;
      else if (event.kind === 'close' && open-- === 0) return false;
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
