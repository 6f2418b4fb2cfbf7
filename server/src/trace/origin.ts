/** The origin that a bare path is asked of: the server of the file at hand, else the first of the configuration. */
import type { FileId } from '../base/file-id.ts';
import type { Config } from '../config/config.ts';
import { listenersOf, type Server, serversOf } from '../config/servers.ts';
import type { Destination } from './read-requests.ts';

/** A name that clients may send for a server: its first one without a pattern, one that fits its first mask, else its address. */
function hostFor(server: Server): string {
  for (const name of server.names) {
    if (name.hostname || name.text === '' || name.text === '_') continue;
    if (name.kind === 'exact') return name.text;
    if (name.kind === 'leading-mask') return name.text.startsWith('.') ? name.text.slice(1) : `www${name.text.slice(1)}`;
    if (name.kind === 'trailing-mask') return name.text.replace(/\*$/, 'test');
  }
  const address = server.listens.flatMap((l) => l.addresses).find((a) => a.kind !== 'unix' && !a.wildcard);
  if (!address) return 'localhost';
  return address.kind === 'inet6' ? `[${address.address}]` : address.address;
}

/** Such as `https://example.com:8443`; null where the configuration has no server that a URL can reach. */
export function originOf(config: Config, file: FileId | null = config.tree.standIn?.file ?? null): string | null {
  const servers = serversOf(config).filter((s) => s.listens.some((l) => l.addresses.some((a) => a.kind !== 'unix')));
  const server = servers.find((s) => file !== null && s.scope.opener?.file.id === file) ?? servers[0];
  if (!server) return null;
  const listen = server.listens.find((l) => l.addresses.some((a) => a.kind !== 'unix'))!;
  const tls = listen.params.includes('ssl') || listen.params.includes('quic');
  const port = listen.addresses.find((a) => a.kind !== 'unix')!.port;
  return `${tls ? 'https' : 'http'}://${hostFor(server)}${port === (tls ? 443 : 80) ? '' : `:${port}`}`;
}

/** Where a request goes that says nothing of it, and the ports that it may have come to. */
export const destinationOf = (config: Config): Destination => ({
  origin: originOf(config),
  ports: new Set(listenersOf(config).flatMap((l) => (l.kind === 'unix' ? [] : [l.port]))),
});
