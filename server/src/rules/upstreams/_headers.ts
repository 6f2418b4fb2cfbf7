/** The request headers in force: a level's first own line hides all outer ones. */
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';

/** The value of a request header in force, as written; undefined when no line sets it. */
export function requestHeader(scope: Scope, name: string): Directive | undefined {
  return scope.effective('proxy_set_header').directives.findLast((d) => d.value(0).toLowerCase() === name.toLowerCase());
}
