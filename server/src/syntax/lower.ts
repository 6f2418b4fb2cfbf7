/**
 * From tree-sitter's nodes to plain statements and problems. The grammar accepts every sequence of tokens, so what nginx refuses shows
 * here: as a directive without an end, a block without its brace, a stray brace or semicolon, a quote that nobody closed.
 */
import type { Node, TreeCursor } from 'web-tree-sitter';
import { type MirrorComment, type MirrorStatement, type MirrorWord, makeWord } from './mirror.ts';
import type { SyntaxProblem } from './statement.ts';

export interface Lowered {
  readonly body: MirrorStatement[];
  readonly comments: MirrorComment[];
  readonly problems: SyntaxProblem[];
}

const trimEnd = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text);

export class Lowerer {
  readonly comments: MirrorComment[] = [];
  readonly problems: SyntaxProblem[] = [];

  constructor(private readonly text: string) {}

  file(root: Node): Lowered {
    const body: MirrorStatement[] = [];
    const cursor = root.walk();
    this.children(cursor, null, body);
    cursor.delete();
    return { body, comments: this.comments, problems: this.problems };
  }

  private children(cursor: TreeCursor, parent: MirrorStatement | null, into: MirrorStatement[]): void {
    if (!cursor.gotoFirstChild()) return;
    do this.item(cursor, parent, into);
    while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }

  private item(cursor: TreeCursor, parent: MirrorStatement | null, into: MirrorStatement[]): void {
    const start = cursor.startIndex;
    switch (cursor.nodeType) {
      case 'directive':
      case 'lua_directive':
        into.push(this.directive(cursor, parent));
        break;
      case 'comment':
        this.comment(cursor);
        break;
      case 'stray_block':
        this.problems.push({ fault: 'unexpected-opening-brace', span: { start, end: start + 1 }, statement: parent });
        this.children(cursor, parent, into);
        break;
      case 'block':
        this.children(cursor, parent, into);
        break;
      case 'stray_semicolon':
        this.problems.push({ fault: 'unexpected-semicolon', span: { start, end: start + 1 }, statement: parent });
        break;
      case 'stray_brace':
        this.problems.push({ fault: 'unexpected-closing-brace', span: { start, end: start + 1 }, statement: null });
        break;
    }
  }

  private comment(cursor: TreeCursor): void {
    const text = trimEnd(this.text.slice(cursor.startIndex, cursor.endIndex));
    this.comments.push({ start: cursor.startIndex, end: cursor.startIndex + text.length, text });
  }

  private directive(cursor: TreeCursor, parent: MirrorStatement | null): MirrorStatement {
    const words: MirrorWord[] = [];
    const statement: MirrorStatement = {
      name: undefined as unknown as MirrorWord,
      args: [],
      block: null,
      rawBody: null,
      open: null,
      close: null,
      closed: false,
      start: cursor.startIndex,
      end: cursor.endIndex,
      parent,
    };
    cursor.gotoFirstChild();
    do {
      const start = cursor.startIndex;
      const end = cursor.endIndex;
      switch (cursor.nodeType) {
        case 'word':
        case 'lua_name':
          words.push(this.word(start, end, 'plain', words));
          break;
        case 'string':
          words.push(this.word(start, end, 'string', words));
          break;
        case 'open_string':
          words.push(this.word(start, end, 'open-string', words));
          this.problems.push({ fault: 'unterminated-string', span: { start, end }, statement });
          break;
        case ';':
          statement.close = { start, end };
          statement.closed = true;
          break;
        case 'comment':
          this.comment(cursor);
          break;
        case 'block':
        case 'lua_block':
          this.block(cursor, statement);
          break;
      }
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
    statement.name = words[0]!;
    statement.args = words.slice(1);
    if (!statement.closed) {
      if (statement.open) this.problems.push({ fault: 'missing-closing-brace', span: { ...statement.open }, statement });
      else {
        statement.end = words.at(-1)!.end;
        this.problems.push({ fault: 'missing-semicolon', span: { start: statement.end, end: statement.end }, statement });
      }
    }
    return statement;
  }

  private word(start: number, end: number, kind: 'plain' | 'string' | 'open-string', before: MirrorWord[]): MirrorWord {
    const last = before.at(-1);
    if (last && last.quote !== '' && last.end === start && this.text[start] !== ')')
      this.problems.push({ fault: 'after-quote', span: { start, end }, statement: null });
    return makeWord(start, this.text.slice(start, end), kind, false);
  }

  private block(cursor: TreeCursor, statement: MirrorStatement): void {
    statement.block = [];
    cursor.gotoFirstChild();
    do {
      const start = cursor.startIndex;
      const end = cursor.endIndex;
      switch (cursor.nodeType) {
        case '{':
          statement.open = { start, end };
          break;
        case '}':
          statement.close = { start, end };
          statement.closed = true;
          break;
        case 'lua_body':
          statement.rawBody = { start: statement.open!.end, end };
          break;
        default:
          this.item(cursor, statement, statement.block);
      }
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
}
