/** The upstream group that a scope rule is asked about. */
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { type Upstream, upstreamsOf } from '../../config/upstreams.ts';

/** The group that the block declares; null when an earlier one has its name. */
export function groupOf(directive: Directive | null, scope: Scope): Upstream | null {
  if (!directive) return null;
  const protocol = scope.context === 'stream-upstream' ? 'stream' : 'http';
  const group = upstreamsOf(scope.config, protocol).get(directive.value(0).toLowerCase());
  return group?.directive.statement === directive.statement ? group : null;
}
