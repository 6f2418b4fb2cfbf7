/** Where statements are in a file, and whether they still are. */
import type { SourceFile, Statement } from './statement.ts';

/** The innermost statement at an offset, found by binary search on each level. */
export function statementAt(statements: readonly Statement[], offset: number): Statement | null {
  let low = 0;
  let high = statements.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const s = statements[middle]!;
    if (offset < s.start) high = middle - 1;
    else if (offset > s.end) low = middle + 1;
    else {
      // two statements may touch: the one that begins here is meant
      const next = statements[middle + 1];
      const hit = next && next.start === offset ? next : s;
      return (hit.block && statementAt(hit.block, offset)) || hit;
    }
  }
  return null;
}

/** The statement in whose block an offset lies, which is no part of a statement there; null on the file's top level. */
export function blockAt(file: SourceFile, offset: number): Statement | null {
  let at: Statement | null = statementAt(file.body, offset);
  while (at && !(at.open && at.open.end <= offset && offset <= (at.close?.start ?? at.end))) at = at.parent;
  return at;
}

/** The index of the first statement of a level that begins at an offset or behind it: their number where none does. */
export function indexFrom(statements: readonly Statement[], offset: number): number {
  let low = 0;
  let high = statements.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (statements[middle]!.start < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a statement is still one of the file: an edit of its words or in its block puts another one in its place. */
export function isAlive(file: SourceFile, statement: Statement): boolean {
  const siblings = statement.parent ? (statement.parent.block ?? []) : file.body;
  return siblings[indexFrom(siblings, statement.start)] === statement && (statement.parent === null || isAlive(file, statement.parent));
}
