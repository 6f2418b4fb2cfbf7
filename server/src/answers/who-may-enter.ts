/**
 * Who may enter a scope: the one answer of rules, pages and hovers. Address lists are asked with addresses, `satisfy` combines as nginx does
 * (ngx_http_core_access_phase), an `if` counts by what it does to a visitor whom nobody knows (visitor.ts). What nobody sees makes it unknown.
 */
import type { Directive } from '../config/directive.ts';
import type { Scope } from '../config/scope.ts';
import { type Server, serverOf, serversOf } from '../config/servers.ts';
import { lineFor } from '../trace/handlers/access.ts';
import { readPlainIp } from '../trace/networks.ts';
import { type Brought, Visitor } from './visitor.ts';

/** `everyone`: a stranger gets in. `some`: he needs an address, a password or a secret. `nobody`: no client gets in at all. */
export type Entry = 'everybody' | 'some' | 'nobody' | 'unknown';

/** Directives that ask for a password or a token in the access phase. */
const PASSWORDS = ['auth_basic', 'auth_request', 'auth_jwt', 'auth_digest', 'auth_ldap', 'auth_pam', 'auth_oidc'];

/** Directives that ask for a password, a token or a certificate. */
const AUTHENTICATION = [...PASSWORDS, 'ssl_verify_client'];

/** Directives of the access phase that may keep someone out. */
const ACCESS = ['allow', 'deny', ...PASSWORDS];

const isOff = (d: Directive): boolean => d.name.startsWith('auth_') && d.value(0) === 'off';

/** The lines of a level's own that keep someone out: a list with a deny, a password, a subrequest. */
export const restrictionsOf = (scope: Scope): readonly Directive[] =>
  ACCESS.flatMap((name) => scope.named(name)).filter((d) => d.name !== 'allow' && !isOff(d));

/** Whether the level says anything about access, be it that everyone may enter. */
export const speaksOfAccess = (scope: Scope): boolean => ACCESS.some((name) => scope.has(name));

/** Directives of Lua and njs that may decide on access where no rule can see it. */
const SCRIPTED = /^(access|rewrite|content)_by_lua|^js_(access|content)$|^perl$/;

/** Public addresses all over the range: a list that turns most of them away lets in whom it names. */
export const STRANGERS = ['8.77.1.9', '23.9.200.3', '51.77.3.9', '91.4.18.200', '138.7.7.3', '151.101.7.3', '185.44.6.2', '212.51.9.7'];
export const STRANGERS6 = ['2600:1f18:77::9', '2a01:4f8:77::9', '2c0f:f248:7::1'];

const PRIVATE =
  /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1$|f[cd][\da-f]{2}:|fe80:|0\.0\.0\.0$)/i;

/** Addresses that do not leave a private network. */
export const isPrivateAddress = (address: string): boolean => PRIVATE.test(address.replace(/^\[|\]$/g, ''));

/** What an access list says to strangers: it lets them in by a line, turns them away, or names none of them. */
export function listVerdict(lines: readonly Directive[], sixToo = false): 'allowed' | 'denied' | 'declined' {
  if (!lines.length) return 'declined';
  const counts = { allowed: 0, denied: 0, declined: 0 };
  const asked = sixToo ? [...STRANGERS, ...STRANGERS6] : STRANGERS;
  for (const address of asked) {
    const line = lineFor(lines, readPlainIp(address));
    counts[!line ? 'declined' : line.name === 'allow' ? 'allowed' : 'denied']++;
  }
  if (counts.denied * 2 > asked.length) return 'denied';
  return counts.allowed * 2 > asked.length ? 'allowed' : 'declined';
}

/** The server listens where other machines do not get: on unix sockets, loopback or private addresses only. */
export function isLocalOnly(scope: Scope): boolean {
  const own = scope.enclosing('server');
  const ofStream = own ? null : scope.enclosing('stream-server');
  if (ofStream) return serversOf(scope.config, 'stream').some((s) => s.scope === ofStream && isLocalServer(s));
  if (!own) {
    // what is in http counts for the servers below it
    const servers = scope.context === 'http' ? serversOf(scope.config) : [];
    return servers.length > 0 && servers.every((s) => isLocalOnly(s.scope));
  }
  const server = serverOf(own);
  return server !== null && isLocalServer(server);
}

/** The same of a server of any protocol. */
export const isLocalServer = ({ listens }: Server): boolean =>
  listens.every((l) => l.directive && l.addresses.every((a) => a.kind === 'unix' || (!a.wildcard && isPrivateAddress(a.address))));

/** An include whose files are not at hand may bring anything. */
export function hasUnknownInclude(scope: Scope): boolean {
  for (let at: Scope | null = scope; at; at = at.parent) {
    if (at.context === 'http' || at.context === 'main') return false;
    if (at.named('include').some((d) => !(scope.config.tree.includes.get(d.statement)?.files.length ?? 0))) return true;
  }
  return false;
}

/** The lines that ask who someone is, as far as they are in force. */
export const authenticationIn = (scope: Scope): readonly Directive[] =>
  AUTHENTICATION.flatMap((name) => {
    const line = scope.value(name);
    const value = line?.value(0).toLowerCase();
    return line && value !== undefined && value !== 'off' && !value.startsWith('optional') ? [line] : [];
  });

/** What the access phase says to a stranger, whatever the rewrite phase does before it. */
export function accessOf(scope: Scope): Entry {
  const lines = scope.effective('allow').directives;
  const list = listVerdict(lines);
  const auth = authenticationIn(scope);
  if (scope.value('satisfy')?.value(0).toLowerCase() === 'any') {
    if (list === 'allowed') return 'everybody';
    if (auth.length) return 'some';
    return list === 'denied' ? closed(lines) : 'everybody';
  }
  if (list === 'denied') return closed(lines);
  return auth.length ? 'some' : 'everybody';
}

/** Whether a list that turns strangers away lets anyone in. */
const closed = (lines: readonly Directive[]): Entry => (lines[0]?.name === 'deny' && lines[0].value(0) === 'all' ? 'nobody' : 'some');

/** By the level's list: that of http may hold thousands of servers, and each of their locations asks. */
const scripted = new WeakMap<readonly Directive[], boolean>();

/** A line of the level runs a script that may decide on access. */
function isScripted({ level }: Scope): boolean {
  let known = scripted.get(level);
  if (known === undefined) scripted.set(level, (known = level.some((d) => SCRIPTED.test(d.name))));
  return known;
}

/** Who may enter a scope over its servers' sockets; `given` is what the request brings along, by the variable's name. */
export function entryOf(scope: Scope, given: Brought = {}): Entry {
  for (let at: Scope | null = scope.enclosing('location'); at; at = at.parent?.enclosing('location') ?? null)
    if (at.has('internal')) return 'nobody';
  const access = accessOf(scope);
  if (access !== 'everybody') return access;
  for (let at: Scope | null = scope; at && at.context !== 'main'; at = at.parent) if (isScripted(at)) return 'unknown';
  const end = new Visitor(scope, { given }).rewrites();
  if (end.by && end.status >= 400) return isGuard(end.by) ? 'some' : 'nobody';
  // sent to a login
  if (end.by && isGuard(end.by) && [302, 303, 307].includes(end.status) && !end.to.startsWith('http')) return 'some';
  if (end.unsure) return 'unknown';
  return hasUnknownInclude(scope) ? 'unknown' : 'everybody';
}

const isGuard = (d: Directive): boolean => d.scope.opener?.name === 'if';

/** Whether a stranger on the network surely gets in: his packets arrive, nothing asks who he is, and nothing that is not seen may do so. */
export const admitsStrangers = (scope: Scope, given?: Brought): boolean => !isLocalOnly(scope) && entryOf(scope, given) === 'everybody';
