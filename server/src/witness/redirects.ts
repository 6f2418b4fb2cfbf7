/**
 * Lines that send clients on, and where to, as far as the text alone tells it: by that a rule knows where a request need not be asked. What
 * the text leaves open counts as leading anywhere.
 */
import { toBytes } from '../base/bytes.ts';
import { PerConfig } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { chooseServer, hostOptions, type Listener, listenersOf, type Server, validHost } from '../config/servers.ts';

/** Whether a line can send a client on: a code or a URL, the flag of a rewrite or what its replacement begins with (ngx_http_rewrite). */
export const isRedirect = (d: Directive): boolean =>
  d.name === 'return'
    ? /^30|^http|^\$/.test(d.value(0))
    : d.name === 'rewrite'
      ? /^(?:redirect|permanent)$/.test(d.value(2)) || /^(?:https?:\/\/|\$scheme)/.test(d.value(1))
      : d.name === 'error_page' && (d.values.at(-1) ?? '').includes('://');

/** What a redirecting line makes its Location of. */
export const redirectTarget = (d: Directive): string => (d.name === 'rewrite' ? d.value(1) : (d.values.at(-1) ?? ''));

/** The listener that a browser comes to for a scheme and a port; of those of one port the one for all addresses. */
export function listenerAt(config: Config, scheme: 'http' | 'https', port: number): Listener | null {
  const there = listenersOf(config).filter((l) => l.port === port && !l.udp && l.kind !== 'unix' && (l.ssl ? 'https' : 'http') === scheme);
  return there.find((l) => l.wildcard) ?? there[0] ?? null;
}

const WRITTEN =
  /^(https?|\$scheme):\/\/(\$\{?(?:host|server_name)\b\}?|[a-z\d](?:[a-z\d.-]*[a-z\d])?)(?::(\d+))?(?:$|[/?]|\$\{?(?:request_uri|uri|document_uri)\b)/i;

/** Where a line may lead: servers, and listeners that stand for all of theirs; null where the text does not tell. */
type Ends = readonly (Server | Listener)[] | null;

/** Any host may be asked of it: one that no other server has, or one that a pattern takes. */
const takesAnyHost = (config: Config, server: Server): boolean =>
  server.names.some((n) => n.kind !== 'exact' || n.hostname) || listenersOf(config).some((l) => l.defaultServer === server);

function endsOf(config: Config, server: Server, line: Directive): Ends {
  const target = redirectTarget(line);
  if (line.scope.value('server_name_in_redirect')?.value(0) === 'on') return null;
  if (/^\/(?!\/)/.test(target)) return [server];
  const [, written, host, port] = WRITTEN.exec(target) ?? [];
  if (written === undefined || host === undefined) return null;
  const schemes = written === '$scheme' ? (['http', 'https'] as const) : [written.toLowerCase() as 'http' | 'https'];
  const ends: (Server | Listener)[] = [];
  for (const scheme of schemes) {
    const listener = listenerAt(config, scheme, port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port));
    if (!listener) continue;
    if (host.startsWith('$') && takesAnyHost(config, server)) ends.push(listener);
    else
      for (const name of host.startsWith('$') ? server.names.map((n) => n.text) : [host]) {
        const bytes = name === '' ? null : validHost(toBytes(name), hostOptions(config));
        if (bytes === null) return null;
        ends.push(chooseServer(listener, bytes).server);
      }
  }
  return ends;
}

/** Where each server may send its clients, by lines of its own and by pages that it inherits. */
const sent = new PerConfig(() => new Map<Server, Ends>());

function sentBy(config: Config, server: Server): Ends {
  const known = sent.of(config);
  let ends = known.get(server);
  if (ends === undefined) {
    const lines = [...server.scope.all, ...server.scope.effective('error_page').directives].filter(isRedirect);
    const each = lines.map((d) => endsOf(config, server, d));
    known.set(server, (ends = each.includes(null) ? null : [...new Set(each.flatMap((e) => e ?? []))]));
  }
  return ends;
}

/**
 * Whether a client whom a line of the server sends on may ever come to that server again, by redirects that are written in this configuration.
 * What nginx adds by itself, the slash of a folder, leaves scheme, host and port as they are.
 */
export function mayComeBack(config: Config, server: Server, line: Directive): boolean {
  const first = endsOf(config, server, line);
  if (!first) return true;
  const seen = new Set<Server | Listener>(first);
  for (const at of seen) {
    if (at === server) return true;
    const next = 'servers' in at ? at.servers : sentBy(config, at);
    if (!next) return true;
    for (const end of next) seen.add(end);
  }
  return false;
}

/** Scheme, host and behind it nothing, a path that is written out, or the one that was asked; or such a path alone. */
const PLAIN =
  /^(?:(?:https?|\$scheme):\/\/(?:\$\{?host\}?|[a-z\d-]+(?:\.[a-z\d-]+)+))?(?:(?:\/[\w.-]+)*\/?|\$\{?request_uri\}?\??|\$\{?(?:uri|document_uri)\}?(?:\$is_args\$args|\?)?)$/i;

/** Whether a line makes a Location that is well formed whatever is asked. */
export const isWellFormed = (line: Directive): boolean =>
  PLAIN.test(redirectTarget(line)) &&
  /^[/h]|^\$scheme/i.test(redirectTarget(line)) &&
  line.scope.value('server_name_in_redirect')?.value(0) !== 'on';
