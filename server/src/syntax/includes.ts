/** Finds the include directives of a file; called for every keystroke, so a block that no edit touched is not looked at again. */
import type { Statement } from './statement.ts';

const NONE: readonly Statement[] = [];
const within = new WeakMap<Statement, readonly Statement[]>();

/** The simple `include` statements in a statement's block, on all its levels, in order. */
export function includesWithin(statement: Statement): readonly Statement[] {
  if (!statement.block) return NONE;
  let found = within.get(statement);
  if (!found) {
    const list = includesIn(statement.block);
    within.set(statement, (found = list.length ? list : NONE));
  }
  return found;
}

/** The simple `include` statements at and below a list, in order. */
export function includesIn(statements: readonly Statement[]): Statement[] {
  const into: Statement[] = [];
  for (const s of statements) {
    if (s.block) for (const inner of includesWithin(s)) into.push(inner);
    else if (s.name.value === 'include' && s.args.length > 0) into.push(s);
  }
  return into;
}
