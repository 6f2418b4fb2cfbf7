/** What a template writes only where its user asks for it: a line of one alternative says what can be chosen, not what is in force. */
import type { Directive } from '../config/directive.ts';

/** Alternatives that make a list to choose from; two are one thing and its absence. */
const A_LIST = 3;

/** Whether a template's condition stands between a line and what it is written for, at whatever level. */
export const isOptional = ({ file, statement }: Directive): boolean =>
  file.structure?.chain(statement).some((b) => b.kind === 'condition') ?? false;

/** Whether a line is one of several alternatives, each with a condition of its own, such as the policies of TLS that an image offers. */
export function isOneOfAList({ file, statement }: Directive): boolean {
  const branch = file.structure?.around(statement);
  if (branch?.kind !== 'condition' || branch.test === '') return false;
  return file.structure!.branches.filter((b) => b.choice === branch.choice).length >= A_LIST;
}
