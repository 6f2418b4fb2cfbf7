/** Who comes to nginx where it runs in containers of the project: everybody, its neighbours, or a proxy that is in front. */

import { dirname } from '../base/file-id.ts';
import type { Config } from '../config/config.ts';
import type { Listen, Server } from '../config/servers.ts';
import { isLoopback } from '../deploy/address.ts';
import type { ComposePort, ComposeService } from '../deploy/compose.ts';
import type { Deployment } from '../deploy/deployment.ts';
import { nginxContainers } from '../deploy/reach.ts';

/** Whether a port is published for the machine alone, where another program takes the clients. */
export const isForThisMachine = ({ hostIp }: ComposePort): boolean => hostIp !== null && isLoopback(hostIp);

/** The ports of a service, with those that other files of its folder add: a file for production often does. */
const portsOf = (deployment: Deployment, service: ComposeService): readonly ComposePort[] =>
  deployment.containers.filter((s) => s.name === service.name && dirname(s.file) === dirname(service.file)).flatMap((s) => s.ports);

/** Whether the port gets out of the containers that nginx runs in; true where it runs in none. */
export function isPublished(config: Config, deployment: Deployment, listens: readonly Listen[]): boolean {
  const containers = nginxContainers(deployment, config);
  if (!containers.length) return true;
  const ports = new Set(listens.flatMap((l) => l.addresses.map((a) => a.port)));
  return containers.some(
    (c) => c.networkMode === 'host' || portsOf(deployment, c).some((p) => ports.has(p.target) && !isForThisMachine(p)),
  );
}

/** The containers publish other ports than those of the server: only neighbours of their networks get to it. */
export function isForNeighbours(config: Config, deployment: Deployment, { listens }: Server): boolean {
  const containers = nginxContainers(deployment, config);
  const ports = new Set(listens.flatMap((l) => l.addresses.map((a) => a.port)));
  const keepsBack = (c: ComposeService): boolean =>
    c.pod === undefined &&
    c.networks !== null &&
    c.networkMode !== 'host' &&
    portsOf(deployment, c).some((p) => p.published !== null) &&
    !portsOf(deployment, c).some((p) => ports.has(p.target));
  return containers.length > 0 && ports.size > 0 && containers.every(keepsBack);
}

/** No client comes to nginx by himself: its containers publish nothing, or for this machine alone, where a proxy is that takes the clients. */
export function comesByAnother(config: Config, deployment: Deployment): boolean {
  const containers = nginxContainers(deployment, config);
  const isBehind = (c: ComposeService): boolean =>
    c.networks !== null && c.networkMode !== 'host' && portsOf(deployment, c).every(isForThisMachine);
  return containers.length > 0 && containers.every(isBehind);
}
