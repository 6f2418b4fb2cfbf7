/** The Keep-Alive line of an answer. */
import type { Scope } from '../config/scope.ts';
import { type Level, PerLevel } from './level.ts';

/** Its seconds, as written; the second word of keepalive_timeout is inherited by itself (ngx_http_core_keepalive). Null: there is no such line. */
export const keepaliveHeader = (level: Level): string | null => headers.of(level);

const headers = new PerLevel(({ scope }): string | null => {
  for (let at: Scope | null = scope; at; at = at.parent) {
    const own = at.named('keepalive_timeout').at(-1)?.value(1);
    if (own) return own;
  }
  return null;
});
