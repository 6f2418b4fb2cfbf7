/** Which of a spot's paths, conditions and ways in are worth a request: those that may fare otherwise than the ones before. */
import { toBytes } from '../base/bytes.ts';
import { BLOCKS, numberOf, PerConfig } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import { chooseServer, hostOptions, listenersOf, type Server, validHost } from '../config/servers.ts';
import { definitionOf, indexOf } from '../trace/index.ts';
import { variablesIn } from '../trace/script.ts';
import { mayBeMoved } from './foreseen.ts';
import { fitsOf, foreseenAt, pathIn } from './redirects.ts';
import { type Door, MOST_PATHS, type Spot, spotsOfServer, wantedBy } from './spots.ts';
import type { Probe } from './values.ts';

const MOST_SAMPLES = 12;

/** Of paths that the same expressions fit one is like the next; the second is for what an expression takes of it. */
const OF_ONE_KIND = 2;

/**
 * Paths of a spot that may fare differently, `most` at the most: without a condition, a rewrite or a choice in its pattern one of them is like
 * the next.
 */
export function tellingPaths(spot: Spot, most: number): readonly string[] {
  const { location, server, scope } = spot;
  if (spot.has('if', 'rewrite')) {
    const kinds = new Map<string, number>();
    // samples of a pattern are made after it, so that there are fewer kinds of them than below a prefix
    return spot.somePaths(location?.kind === 'regex' ? Math.min(most, MOST_SAMPLES) : most).filter((path) => {
      const uri = pathIn(path);
      if (uri === null) return true;
      const kind = `${fitsOf(server.scope, uri)} ${location ? fitsOf(scope, uri) : ''} ${path.endsWith('/')} ${path === location?.name}`;
      const count = (kinds.get(kind) ?? 0) + 1;
      kinds.set(kind, count);
      return count <= OF_ONE_KIND;
    });
  }
  // below the place and the place itself, with a slash and without where its name leaves that open
  if (location?.kind !== 'regex') return spot.somePaths(Math.min(most, location && !location.name.endsWith('/') ? 3 : 2));
  return spot.somePaths(Math.min(most, 3 + location.name.split(/[|?*+]/).length));
}

/** Whether some line of the rewrite phase at a spot may move the request or send its client on, by what is known of it. */
export function mayMove({ server, location, scope }: Spot, path: string, query: string, door: Door | null = null): boolean {
  const known = door ? foreseenAt(server, path, query, door) : { uri: pathIn(path), target: toBytes(`${path}?${query}`), way: null };
  return mayBeMoved(server.scope, known) || (location !== null && mayBeMoved(scope, known));
}

/**
 * Requests to a spot that bring a query, to each of its paths and in each of its variations. `moved`: only such as a line of the rewrite phase
 * may move.
 */
export function withQuery(
  spot: Spot,
  query: string,
  moved = false,
): readonly (Probe & { readonly path: string; readonly query: string })[] {
  const all = [
    ...tellingPaths(spot, MOST_PATHS).map((path) => ({ path, query })),
    ...[...spot.variations, ...hostsAsked(spot)].map((v) => ({
      ...v,
      path: v.path ?? spot.path ?? '/',
      query: v.query ? `${v.query}&${query}` : query,
    })),
  ];
  return moved ? all.filter((probe) => mayMove(spot, probe.path, probe.query)) : all;
}

/** Requests with the hosts that conditions of the server ask for, as far as they come to this server. */
function hostsAsked({ config, server, doors, location, scope }: Spot): readonly Probe[] {
  const wanted = [server.scope, ...(location ? [scope] : [])].flatMap((at) => at.named('if')).flatMap((d) => wantedBy(d) ?? []);
  const options = hostOptions(config);
  return wanted.flatMap(({ name, wanted: text }) => {
    if (name !== 'host' && name !== 'http_host') return [];
    // any host but one: the other names of the server
    if (text === 'something') return otherHosts(doors);
    if (!('is' in text)) return [];
    const bytes = validHost(toBytes(text.is), options);
    const comes = bytes !== null && doors[0] && chooseServer(doors[0].listener, bytes).server === server;
    return comes ? [{ headers: [['Host', text.is]] as const }] : [];
  });
}

/** The hosts of further doors, as header lines. */
const otherHosts = (doors: readonly Door[]): readonly Probe[] =>
  [...new Set(doors.map((d) => d.host))].slice(1, 3).map((host) => ({ headers: [['Host', host]] as const }));

const HOST = /^(?:http_)?host$|^server_name$/;

const SENDING = new Set(['if', 'set', 'return', 'rewrite', 'error_page']);

/** Whether a line by which requests are sent on looks at the host, itself or by a map, or names a host of one word. */
function looksAtHost(config: Config, server: Server, hosts: readonly string[]): boolean {
  if (server.names.some((n) => n.regex?.groups)) return true;
  const words = hosts.filter((h) => !h.includes('.'));
  const isOfMap = (name: string): boolean => {
    const defined = definitionOf(indexOf(config), name);
    return defined?.by === 'map' && variablesIn(defined.directive.value(0)).some((source) => HOST.test(source));
  };
  return server.scope.all.some(
    (d) =>
      SENDING.has(d.name) &&
      d.values.some(
        (v) =>
          words.some((h) => v.includes(h)) ||
          variablesIn(v).some((name) => ((d.name === 'if' || d.name === 'set') && HOST.test(name)) || isOfMap(name)),
      ),
  );
}

/**
 * Ways in that tell something new: of two hosts for which the same servers answer wherever they are asked the second does not, unless a line or
 * a map looks at it.
 */
export const tellingDoors = ({ config, server, doors }: Spot): readonly Door[] => (doors.length < 2 ? doors : telling.of(config, server));

const telling = new PerConfig((config, server: Server): readonly Door[] => {
  const doors = spotsOfServer(config, server)[0]?.doors ?? [];
  const options = hostOptions(config);
  let read: boolean | undefined;
  const serversFor = (host: string): string => {
    const bytes = validHost(toBytes(host), options);
    return bytes === null
      ? host
      : listenersOf(config)
          .map((l) => numberOf(chooseServer(l, bytes).server))
          .join();
  };
  const seen = new Set<string>();
  return doors.filter((door) => {
    const { scheme, port, host, listener } = door;
    read ??= looksAtHost(
      config,
      server,
      doors.map((d) => d.host),
    );
    const key = `${scheme} ${port} ${listener.proxyProtocol} ${listener.count} ${listener.defaultIndex} ${read ? host : serversFor(host)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}, BLOCKS);
