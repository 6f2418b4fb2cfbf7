/** Setting request headers in a location without losing those that it inherits: its first own line hides all outer ones. */
import type { TextEdit } from '../../base/edit.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { insertAfter } from '../fix.ts';

/** The value of a request header in force, as written; undefined when no line sets it. */
export function requestHeader(scope: Scope, name: string): Directive | undefined {
  return scope.effective('proxy_set_header').directives.findLast((d) => d.value(0).toLowerCase() === name.toLowerCase());
}

/**
 * The edit that puts further lines behind those of the location of a pass directive, its inherited headers repeated when it has no own
 * ones. `headers` are whole `proxy_set_header` lines, `others` lines of other directives.
 */
export function addHeaders(pass: Directive, headers: readonly string[], others: readonly string[] = []): TextEdit {
  const { scope } = pass;
  const own = scope.named('proxy_set_header').filter((d) => d.file.id === pass.file.id && d.statement.parent === pass.statement.parent);
  const inherited =
    headers.length && !scope.has('proxy_set_header')
      ? scope.effective('proxy_set_header').directives.map((d) => `proxy_set_header ${d.args.map((a) => a.raw).join(' ')};`)
      : [];
  return insertAfter(pass.file, (own.at(-1) ?? pass).statement, [...others, ...inherited, ...headers]);
}
