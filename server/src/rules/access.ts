/** Who may enter a scope, as far as the text says: address lists, passwords, subrequests, sockets that only this machine reaches. */
import type { Directive } from '../config/directive.ts';
import type { Scope } from '../config/scope.ts';
import { serversOf } from '../config/servers.ts';

const AUTHENTICATION = ['auth_basic', 'auth_request', 'auth_jwt', 'auth_digest', 'auth_ldap', 'auth_pam', 'auth_oidc', 'ssl_verify_client'];

/** Directives of Lua and njs that may decide on access where no rule can see it. */
const SCRIPTED = ['access_by_lua_block', 'access_by_lua_file', 'access_by_lua', 'js_access'];

const PRIVATE =
  /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1$|f[cd][\da-f]{2}:|fe80:|0\.0\.0\.0$)/i;

/** Addresses that do not leave a private network. */
export const isPrivateAddress = (address: string): boolean => PRIVATE.test(address.replace(/^\[|\]$/g, ''));

/** Something asks who is there before the scope's content is given out. */
export function isProtected(scope: Scope): boolean {
  if (scope.effective('deny').directives.some((d) => d.name === 'deny')) return true;
  for (let at: Scope | null = scope.enclosing('location'); at; at = at.parent?.enclosing('location') ?? null)
    if (at.has('internal')) return true;
  if (
    AUTHENTICATION.some((name) => {
      const value = scope.value(name)?.value(0).toLowerCase();
      return value !== undefined && value !== 'off' && !value.startsWith('optional');
    })
  )
    return true;
  if (SCRIPTED.some((name) => scope.effective(name).directives.length > 0)) return true;
  // an "if" that turns people away
  for (let at: Scope | null = scope; at; at = at.parent)
    if (at.named('if').some((d) => d.body?.named('return').some((r) => /^4\d\d$/.test(r.value(0))))) return true;
  return hasUnknownInclude(scope);
}

/** An include whose files are not at hand may bring anything. */
export function hasUnknownInclude(scope: Scope): boolean {
  for (let at: Scope | null = scope; at; at = at.parent) {
    if (at.context === 'http' || at.context === 'main') return false;
    if (at.named('include').some((d) => !(scope.config.tree.includes.get(d.statement)?.files.length ?? 0))) return true;
  }
  return false;
}

/** The server listens where other machines do not get: on unix sockets, loopback or private addresses only. */
export function isLocalOnly(scope: Scope): boolean {
  const own = scope.enclosing('server');
  const server = own && serversOf(own.config).find((s) => s.scope === own);
  if (!server) return false;
  return server.listens.every(
    (l) => l.directive && l.addresses.every((a) => a.kind === 'unix' || (!a.wildcard && isPrivateAddress(a.address))),
  );
}

/** The directive that answers at once whatever the request is; null when there is none in the block itself. */
export const unconditionalReturn = (scope: Scope): Directive | null => scope.first('return') ?? null;
