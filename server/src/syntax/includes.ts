/** Finds the include directives of a file; called for every keystroke, so it makes nothing but the list. */
import type { Statement } from './statement.ts';

/** The simple `include` statements at and below a list, in order. */
export function includesIn(statements: readonly Statement[], into: Statement[] = []): Statement[] {
  for (const s of statements) {
    if (s.block) includesIn(s.block, into);
    else if (s.name.value === 'include' && s.args.length > 0) into.push(s);
  }
  return into;
}
