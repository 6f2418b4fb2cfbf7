/**
 * Which sockets lead to a server, and what is spoken there: parameters and protocols belong to an address and count for every server on it,
 * whichever of their listen lines says so.
 */
import { protocolOf } from '../catalog/context.ts';
import { asked, numberOf, PerConfig } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { unseenOf } from '../config/open.ts';
import type { Scope } from '../config/scope.ts';
import { type Listen, type Listener, listenersOf, type Server, type ServerProtocol, serverOf, serversOf } from '../config/servers.ts';
import { isNginx } from './which-build.ts';

export interface Reach {
  /** over TLS or QUIC */
  readonly tls: boolean;
  /** without */
  readonly plain: boolean;
}

/**
 * Parameters of `listen` that set options of the socket (lsopt.set and lsopt.bind of ngx_http_core_listen): one line of an address has them, and the
 * address gets a socket of its own, though one for all addresses is open.
 */
export const OF_A_SOCKET =
  /^(?:bind|deferred|reuseport|multipath|(?:setfib|fastopen|backlog|rcvbuf|sndbuf|accept_filter|ipv6only|so_keepalive)=.*)$/;

/** Whether a server without a `listen` may have one in what is not seen of it: then it need not be at the port that is the default. */
export const mayListenElsewhere = ({ scope }: Server): boolean => !scope.has('listen') && unseenOf(scope, 'listen').length > 0;

const PROTOCOLS = ['http', 'stream', 'mail'] as const;

/** Clients may, or must, go over to TLS after they have connected. */
const isWithStartTls = (server: Scope): boolean =>
  server.context === 'mail-server' && /^(?:on|only)$/.test(server.value('starttls')?.value(0) ?? '');

/** By the server's number (asked.ts). */
const reaches = new PerConfig((config): ReadonlyMap<number, Reach> => {
  const all = new Map<number, Reach>();
  for (const pair of PROTOCOLS.flatMap((protocol) => listenersOf(config, protocol)))
    for (const s of pair.servers) {
      const secure = pair.ssl || pair.quic || s.scope.value('ssl')?.value(0).toLowerCase() === 'on' || isWithStartTls(s.scope);
      const number = numberOf(s);
      const known = all.get(number) ?? { tls: false, plain: false };
      all.set(number, { tls: known.tls || secure, plain: known.plain || !secure });
    }
  // an address that a template fills in is no socket that is known, but what is spoken there is written behind it
  for (const server of PROTOCOLS.flatMap((protocol) => serversOf(config, protocol)))
    for (const line of server.scope.named('listen')) {
      if (!line.args[0]?.templated || server.listens.some((l) => l.directive === line)) continue;
      const secure = line.values.includes('ssl') || line.values.includes('quic');
      const known = all.get(numberOf(server)) ?? { tls: false, plain: false };
      all.set(numberOf(server), { tls: known.tls || secure, plain: known.plain || !secure });
    }
  return all;
});

/** How clients can reach a server: `ssl` on any listen of a pair counts for every server of the pair. */
export const reachOf = (server: Server): Reach => reachBy(server.scope.config, numberOf(server));

function reachBy(config: Config, server: number): Reach {
  const over = (c: Config): Reach => reaches.of(c).get(server) ?? { tls: false, plain: true };
  return {
    tls: asked(config, `reach of ${server}, tls`, (c) => over(c).tls),
    plain: asked(config, `reach of ${server}, plain`, (c) => over(c).plain),
  };
}

/** The http servers that clients reach over TLS. */
export const tlsServers = (config: Config): Server[] => serversOf(config).filter((s) => reachOf(s).tls);

const namesOverTls = new PerConfig((config): ReadonlySet<string> => new Set(tlsServers(config).flatMap((s) => s.names.map((n) => n.text))));

/** Whether some http server of that name, as nginx compares names, is reached over TLS. */
export const isNameOverTls = (config: Config, name: string): boolean =>
  asked(config, `${name} over TLS`, (c) => namesOverTls.of(c).has(name));

const withTls = new PerConfig((config): boolean => serversOf(config).some((s) => reaches.of(config).get(numberOf(s))?.tls ?? false));

/** Some http server is reached over TLS. */
export const hasTlsServer = (config: Config): boolean => asked(config, 'a server over TLS', (c) => withTls.of(c));

/** Some server of http, stream or mail speaks TLS. */
export const speaksTls = (config: Config): boolean =>
  hasTlsServer(config) ||
  config.main.all.some(
    (d) =>
      ['stream-server', 'mail-server'].includes(d.scope.context) &&
      ((d.name === 'listen' && d.values.includes('ssl')) || (d.name === 'starttls' && d.value(0) !== 'off')),
  );

/** The listen lines of a server that bring TLS connections to it. */
export const tlsListens = (server: Server): Listen[] =>
  server.listens.filter((l) => l.directive && (l.params.includes('ssl') || l.params.includes('quic')));

/** The servers of its protocol in which a directive of the http (stream, mail) or server level may be in force: its own, or all. */
export const serversUnder = ({ scope }: Directive): readonly Server[] => {
  const protocol = scope.context === 'unknown' ? 'http' : (protocolOf(scope.context) ?? 'http');
  if (protocol === 'http') {
    const own = serverOf(scope);
    return own ? [own] : serversOf(scope.config);
  }
  const own = scope.enclosing('stream-server', 'mail-server');
  const all = serversOf(scope.config, protocol);
  return own ? all.filter((s) => s.scope === own) : all;
};

/** The protocols whose servers have names, by which nginx chooses among those of one address: stream since 1.25.5. */
export const namedProtocols = (config: Config): readonly ServerProtocol[] => (isNginx(config, '1.25.5') ? ['http', 'stream'] : ['http']);

/**
 * Whether all that is listened on with a socket's servers is seen: each of them wholly as far as `listen` goes, and the block with all its
 * servers. What is not seen on the main level brings no server.
 */
export const isSeenWhole = ({ servers }: Listener): boolean =>
  servers.every(({ scope }) => !unseenOf(scope, 'listen').length && (!scope.parent || !unseenOf(scope.parent, 'server').length));
