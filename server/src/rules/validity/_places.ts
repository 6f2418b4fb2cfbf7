/** Findings that nginx makes after it has read a block: it names another line than that of the mistake, which a related place says. */
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import type { Related } from '../rule.ts';

/** nginx names the line where the block of this protocol ends. */
export function atClosing(scope: Scope): Related[] {
  const block = scope.enclosing('http', 'stream', 'mail')?.opener;
  const close = block?.statement.close;
  return block && close ? [{ at: block.at(close), message: 'nginx -t reports this line.' }] : [];
}

/** nginx names the line of another directive. */
export const atDirective = (directive: Directive): Related => ({
  at: directive.at(directive.statement.open ?? directive.statement.name),
  message: 'nginx -t reports this line.',
});
