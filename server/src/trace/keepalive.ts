/** The Keep-Alive line of an answer. */
import type { Scope } from '../config/scope.ts';

/** Its seconds, as written; the second word of keepalive_timeout is inherited by itself (ngx_http_core_keepalive). Null: there is no such line. */
export function keepaliveHeader(scope: Scope): string | null {
  for (let at: Scope | null = scope; at; at = at.parent) {
    const own = at.named('keepalive_timeout').at(-1)?.value(1);
    if (own) return own;
  }
  return null;
}
