/** Which path an upstream is asked for: what a pass directive makes of the request's URI (ngx_http_proxy_create_request). */
import type { Directive } from '../config/directive.ts';
import { locationOf } from '../config/locations.ts';
import { type PassTarget, passTarget } from '../config/upstreams.ts';

export interface Proxied {
  readonly target: PassTarget;
  /** `kept`: sent as it came; `replaced`: `from` is cut off and `to` put in its place; `fixed`: always `to` */
  readonly how: 'kept' | 'replaced';
  readonly from: string;
  readonly to: string;
}

/** Null when the value has variables, or nginx refuses it where it stands. */
export function proxied(directive: Directive): Proxied | null {
  const target = passTarget(directive);
  if (!target) return null;
  if (target.uri === '') return { target, how: 'kept', from: '', to: '' };
  const location = locationOf(directive.scope);
  if (!location || directive.scope.context !== 'location') return null;
  // behind `rewrite … break` the whole URI is sent and the part in proxy_pass is not looked at
  if (directive.scope.named('rewrite').some((d) => d.value(2) === 'break')) return null;
  if (location.kind !== 'prefix' && location.kind !== 'exact') return null;
  return { target, how: 'replaced', from: location.name, to: target.uri };
}

/** An example of a path and what becomes of it: `/api/users → /v2/users`. Null when it stays. */
export function example(p: Proxied, kind: 'prefix' | 'exact' = 'prefix'): { from: string; to: string } | null {
  if (p.how !== 'replaced') return null;
  const rest = kind === 'exact' ? '' : p.from.endsWith('/') ? 'path' : '/path';
  return { from: p.from + rest, to: p.to + rest };
}
