/**
 * Lines that send clients on, and where to, as far as the text alone tells it: by that a rule knows where a request need not be asked. What
 * the text leaves open counts as leading anywhere.
 */
import { type ByteString, toBytes } from '../base/bytes.ts';
import { BLOCKS, PerConfig } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { isOpen, matchLocation, namedLocation } from '../config/locations.ts';
import type { Scope } from '../config/scope.ts';
import { chooseServer, hostOptions, type Listener, listenersAt, listenersOf, type Server, validHost } from '../config/servers.ts';
import { PASS_DIRECTIVES } from '../config/upstreams.ts';
import { parsePath } from '../trace/uri.ts';
import { type Foreseen, linesOf, mayBeMoved, type Way } from './foreseen.ts';
import { authorityAt, type Door, ownOf } from './spots.ts';
import { patternOf } from './values.ts';

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
  const there = listenersAt(config, port).filter((l) => !l.udp && (l.ssl ? 'https' : 'http') === scheme);
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
const sentBy = new PerConfig((config, server: Server): Ends => {
  const lines = [...server.scope.all, ...server.scope.effective('error_page').directives].filter(isRedirect);
  const each = lines.map((d) => endsOf(config, server, d));
  return each.includes(null) ? null : [...new Set(each.flatMap((e) => e ?? []))];
}, BLOCKS);

/**
 * Whether a client whom a line of the server sends on may ever come to that server again, by redirects that are written in this configuration.
 * What nginx adds by itself, the slash of a folder, leaves scheme, host and port as they are.
 */
export function mayComeBack(config: Config, server: Server, line: Directive): boolean {
  const first = endsOf(config, server, line);
  if (!first) return true;
  // where the path is written out, and nobody sends on who asks for it, the way ends
  const [, path] = WRITTEN_PATH.exec(redirectTarget(line)) ?? [];
  const uri = path === undefined ? null : pathIn(path);
  const isFew = first.every((end) => !('servers' in end) && linesOf(end.scope) <= MANY_LINES);
  if (uri !== null && isFew && first.every((end) => !('servers' in end) && !maySendOn(config, end, { uri, target: null, way: null }, true)))
    return false;
  const seen = new Set<Server | Listener>(first);
  for (const at of seen) {
    if (at === server) return true;
    const next = 'servers' in at ? at.servers : sentBy.of(config, at);
    if (!next) return true;
    for (const end of next) seen.add(end);
  }
  return false;
}

/** Of more lines than these each redirect is not followed by the text: each would be held against all. */
const MANY_LINES = 200;

/** A target whose path is written out: a host or none, a path, and what is in the query. */
const WRITTEN_PATH = /^(?:(?:https?|\$scheme):\/\/[^/?#]+)?(\/[^$?#]*)(?:$|\?|\$is_args\$args$)/i;

/** The URI that nginx makes of the path of a request line; null where it refuses it, or where that hangs on merge_slashes. */
export const pathIn = (target: string): ByteString | null => (/\/\//.test(target) ? null : (parsePath(toBytes(target), true)?.uri ?? null));

/** What is known of a plain request to a server. */
export const foreseenAt = (server: Server, path: string, query: string, door: Door): Foreseen & { readonly way: Way } => ({
  uri: pathIn(path),
  target: toBytes(query === '' ? path : `${path}?${query}`),
  way: { scheme: door.scheme, authority: authorityAt(door), server },
});

/** Whether a server sends clients on at all. */
const sends = new PerConfig(
  (_: Config, { scope }: Server): boolean => [...scope.all, ...scope.effective('error_page').directives].some(isRedirect),
  BLOCKS,
);

/** The expressions of a level that take the path: those of its rewrites, and of its conditions on it. */
const patternsOf = new PerConfig(
  (_: Config, scope: Scope): readonly { readonly pattern: string; readonly caseless: boolean }[] =>
    ownOf(scope).flatMap((d) => {
      if (d.name === 'rewrite') return [{ pattern: d.value(0), caseless: false }];
      return (d.name === 'if' && readsPath(d) && patternOf(d)) || [];
    }),
  BLOCKS,
);

/** Which of them fit a URI, as a text: URIs with the same one fare alike but for what the expressions take of them. */
export const fitsOf = (scope: Scope, uri: ByteString): string =>
  patternsOf
    .of(scope.config, scope)
    .map(({ pattern, caseless }) => {
      const compiled = scope.config.regexes.compile(pattern, { caseless });
      return compiled.ok && compiled.regex.match(uri) === 'no' ? '-' : '+';
    })
    .join('');

/** The variable of the path that a condition looks at; undefined where it looks at something else. */
const readsPath = (condition: Directive): string | undefined =>
  /^\(?\s*\$(uri|document_uri|request_uri)$/.exec(condition.value(0) === '(' ? condition.value(1) : condition.value(0))?.[1];

/** Requests go on inside of a server by very many lines: then none of them is looked at. */
const MANY_JUMPS = 16;

const isForeign = ({ name }: Directive): boolean => /_by_lua|^js_|^perl$|^echo|^random_index$|^passenger/.test(name);

/** What of a level counts for whether it sends clients on: a server has thousands of lines, and is asked for each of its locations. */
const decisive = new PerConfig((_: Config, scope: Scope) => {
  const own = ownOf(scope);
  return { foreign: own.some(isForeign), tried: own.find((d) => d.name === 'try_files')?.values ?? [] };
}, BLOCKS);

/** Whether what comes of a place is a file of the disk. */
const servesFiles = (scope: Scope): boolean => !PASS_DIRECTIVES.some((name) => scope.has(name)) && !scope.has('return');

const indexFiles = (scope: Scope): readonly string[] => {
  const lines = scope.effective('index').directives;
  return lines.length ? lines.flatMap((d) => d.values) : ['index.html'];
};

/**
 * Whether a client who asks a server for a path may be sent on, by a line of the place that takes the path or of one to which nginx goes from
 * there by itself. What the text does not decide counts as may. `folders`: there may be a folder of that name, to which nginx adds the slash.
 */
export function maySendOn(config: Config, server: Server, known: Foreseen & { readonly uri: ByteString }, folders: boolean): boolean {
  if (!folders && !sends.of(config, server)) return false;
  const seen = new Set<Scope | ByteString>();
  const at = (scope: Scope, uri: ByteString | null, isIndex: boolean): boolean => {
    const { foreign, tried } = decisive.of(config, scope);
    const pages = scope.effective('error_page').directives;
    if (foreign || pages.some(isRedirect) || mayBeMoved(scope, { ...known, uri })) return true;
    const targets = [...pages.map((d) => d.values.at(-1) ?? ''), ...tried.slice(-1)];
    if (targets.length > MANY_JUMPS || targets.some(goesOn)) return true;
    if (!servesFiles(scope)) return false;
    if (uri === null) return true;
    const isFolder = uri.endsWith('/');
    // the client comes back with the slash
    if (folders && !isFolder && !isIndex && arrives(`${uri}/`)) return true;
    const folder = isFolder ? uri : !isIndex && tried.some((word) => word.endsWith('/')) ? `${uri}/` : null;
    return (
      folder !== null && indexFiles(scope).some((name) => arrives(name.startsWith('/') ? toBytes(name) : folder + toBytes(name), true))
    );
  };
  const goesOn = (target: string): boolean => {
    if (target.startsWith('=')) return false;
    const path = target.replace(/\?.*$/s, '');
    if (path.includes('$') || !/^[/@]/.test(path)) return true;
    if (target.startsWith('@')) {
      const named = namedLocation(server.scope, target);
      if (!named || seen.has(named.scope)) return false;
      seen.add(named.scope);
      return at(named.scope, null, false);
    }
    const uri = pathIn(path);
    return uri === null || arrives(uri);
  };
  const arrives = (uri: ByteString, isIndex = false): boolean => {
    if (seen.has(uri)) return false;
    seen.add(uri);
    // the server's own lines run for a request inside of it as well, but for one to a named location (ngx_http_internal_redirect)
    if (mayBeMoved(server.scope, { ...known, uri })) return true;
    const { location, how } = matchLocation(server.scope, uri);
    if (isOpen(how) || how === 'slash-redirect') return true;
    return at(location?.scope ?? server.scope, uri, isIndex);
  };
  return arrives(known.uri);
}

/**
 * Scheme, host and behind it nothing, a path that is written out, the one that was asked, or one behind the other; or such a path alone. What a
 * query holds changes nothing, unless it ends like a port.
 */
const PLAIN =
  /^(?:(?:https?|\$scheme):\/\/(?:\$\{?(?:host|server_name)\}?|[a-z\d-]+(?:\.[a-z\d-]+)+))?(?:(?:\/[\w.-]+)*(?:\/?|\$\{?request_uri\}?\??|\$\{?(?:uri|document_uri)\}?(?:\$is_args\$args|\?)?)|(?:\/[\w.-]+)*\/?(?:\$is_args\$args|\?(?:(?!.*\$\{?hostname).*\D)?))$/i;

/** Whether a line of a server makes a Location that is well formed whatever is asked. */
export const isWellFormed = (line: Directive, { names }: Server): boolean => {
  const target = redirectTarget(line);
  return (
    PLAIN.test(target) &&
    /^[/h]|^\$scheme/i.test(target) &&
    (!/\$\{?server_name\b/.test(target) || PLAIN_NAME.test(names[0]?.text ?? '')) &&
    line.scope.value('server_name_in_redirect')?.value(0) !== 'on'
  );
};

const PLAIN_NAME = /^[a-z\d-]+(?:\.[a-z\d-]+)+$/;
