/**
 * Whether a request with given values gets as far as a line: the rewrite module's program of the server and of the location is run with them,
 * and the conditions around the line are asked. Where the text does not tell, the request counts as one that arrives.
 */
import type { Directive } from '../config/directive.ts';
import { type Brought, Visitor } from './visitor.ts';

/** Whether a request with these values reaches the directive; `path` is the decoded path where that matters. */
export function reaches(directive: Directive, given: Brought, path?: string): boolean {
  const { scope } = directive;
  const visitor = new Visitor(scope, { given, ...(path === undefined ? {} : { path }) });
  const end = visitor.rewrites();
  if (end.by && end.by !== directive && end.status >= 400) return false;
  // an answer of the block's own that is not this line: who gets here did not get that one
  const opener = scope.opener;
  if (opener?.name !== 'if') return true;
  return new Visitor(scope, { given, ...(path === undefined ? {} : { path }) }).fits(opener) !== false;
}
