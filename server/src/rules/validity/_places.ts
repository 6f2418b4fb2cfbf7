/** Findings that nginx makes after it has read a block: it names another line than that of the mistake, which a related place says. */
import { noted } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope, ScopeContext } from '../../config/scope.ts';
import type { Related } from '../rule.ts';

/** Whether the blocks of a protocol are closed yet: a line in one of them stays the same when the brace comes. */
const noteClosing = (config: Config, context: ScopeContext): void =>
  noted(config, `${context} closed`, (c) => c.levels(context).map(({ opener }) => !!opener?.statement.close));

/** nginx names the line where the block of this protocol ends. */
export function atClosing(scope: Scope): Related[] {
  const level = scope.enclosing('http', 'stream', 'mail');
  if (!level?.opener) return [];
  noteClosing(level.config, level.context);
  const { close } = level.opener.statement;
  return close ? [{ at: level.opener.at(close), message: 'nginx -t reports this line.' }] : [];
}

/** nginx names the line of another directive. */
export const atDirective = (directive: Directive): Related => ({
  at: directive.at(directive.statement.open ?? directive.statement.name),
  message: 'nginx -t reports this line.',
});
