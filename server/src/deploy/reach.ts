/**
 * What an address that nginx connects to reaches: an application's listener, a container without one, or nothing that the files know.
 * Names resolve as compose networks do; sockets travel through volumes. Nothing is guessed where the machine decides.
 */
import { dirname, type FileId, isBelow, pathOf, resolve } from '../base/file-id.ts';
import type { Tree } from '../config/tree.ts';
import { type Address, isEveryAddress, isLoopback, reaches, sameSocketPath } from './address.ts';
import type { Application, Listener } from './application.ts';
import { mayBring, startOf } from './brought.ts';
import { type ComposeMount, type ComposePort, type ComposeProject, type ComposeService, shareNetwork } from './compose.ts';
import type { Deployment } from './deployment.ts';
import { mountedKey } from './kubernetes.ts';
import { certain, likely } from './setting.ts';

/** The other end of a pass directive, before names are resolved. */
export type Target =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

export type Reached =
  | { readonly kind: 'listener'; readonly application: Application; readonly listener: Listener }
  /** a container of the same network that runs applications, none of which listens there; `onLoopback` says why not */
  | {
      readonly kind: 'container';
      readonly service: ComposeService;
      readonly applications: readonly Application[];
      readonly onLoopback: Listener | null;
    }
  /** the files know applications in the same view, and all that they listen on, and none is it */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unknown' };

/** The files, of these, that a container runs nginx with: by a mount, else by a build from a folder that holds them. Empty where it runs another program. */
function runWith(deployment: Deployment, service: ComposeService, files: readonly FileId[]): readonly FileId[] {
  const keyed = service.maps?.length ? files.filter((f) => mountedKey(service, f, (id) => deployment.files.get(id)) !== null) : [];
  if (keyed.length) return keyed;
  const looks = /(^|\/)(nginx|nginx-unprivileged|openresty|angie)(:|@|$)/.test(service.image?.text.split('/').at(-1) ?? '');
  if (looks || service.mounts.some((m) => /nginx/.test(m.target))) {
    const mounted = mountedFor(service, files);
    if (mounted.length) return mounted;
  }
  const folder = service.recipe === undefined ? service.dockerfile && dirname(service.dockerfile) : service.context;
  if (!folder || deployment.applications.some((a) => a.container === service)) return [];
  const recipe = service.recipe ?? deployment.files.get(service.dockerfile!) ?? '';
  const isNginx = /^\s*FROM\s+\S*(nginx|openresty|angie)/im.test(recipe);
  return isNginx ? files.filter((f) => isBelow(f, folder)) : [];
}

/** nginx's own folder, and paths that are called so. */
const OF_NGINX = /(^|\/)(nginx|openresty|angie)(\/|\.conf|$)/;

/**
 * The files that mounts of a container may bring its nginx. Beside those of nginx's own folder a folder of the project is mounted for its pages,
 * unless what is started brings some of it.
 */
function mountedFor(service: ComposeService, files: readonly FileId[]): readonly FileId[] {
  const { mounts, builds, file } = service;
  const sources = mounts.flatMap(({ source, target }) =>
    source?.startsWith('.') ? [{ from: resolve(dirname(file), source), target }] : [],
  );
  if (!sources.length) return [];
  const isApart = !builds && mounts.some((m) => m.target.startsWith('/etc/nginx/'));
  const start = startOf(service);
  const isFor = (target: string, below: string): boolean =>
    !isApart || OF_NGINX.test(target) || mayBring(start, `${target}/${below}`.replace(/\/{2,}/g, '/').replace(/\/$/, ''));
  return files.filter((f) => sources.some(({ from, target }) => isBelow(f, from) && isFor(target, f.slice(from.length))));
}

/**
 * The containers that run nginx with these files, the files of one configuration: several where deployments share them, each with networks and
 * services of its own. Of the variants of one service in a folder (for development and for production) the first counts. A configuration that one of
 * several services has to itself is that one's.
 */
export function nginxContainers(
  deployment: Deployment,
  { files, tree: { startedBy } }: { readonly files: ReadonlyMap<FileId, unknown>; readonly tree: Pick<Tree, 'startedBy'> },
): readonly ComposeService[] {
  const list = [...files.keys()];
  const out: ComposeService[] = [];
  let shared: readonly FileId[] = list;
  const isMeant = ({ place }: ComposeService): boolean =>
    startedBy!.services.some(({ file, span }) => file === place.file && span.start === place.span.start);
  const meant = startedBy?.services.length ? deployment.containers.filter(isMeant) : [];
  for (const service of meant.length ? meant : deployment.containers) {
    if (out.some((s) => s.name === service.name && dirname(s.file) === dirname(service.file))) continue;
    const own = runWith(deployment, service, out.length ? shared : list);
    if (!own.length || (out.length && own.length < shared.length)) continue;
    if (!out.length) shared = own;
    out.push(service);
  }
  return out;
}

/** Under which ports of the machine a TCP port of the container is reached from outside. */
export const publishedAs = (container: ComposeService, port: number): readonly ComposePort[] =>
  container.ports.filter((p) => p.target === port && p.published !== null && p.protocol === 'tcp');

/** Whether clients cannot come to a container by themselves: no port of it is published, so that a proxy of its networks, an Ingress or a Service leads to it. */
export const reachedThroughAnother = (container: ComposeService): boolean => container.networks !== null && container.ports.length === 0;

/** The mapping that a connection to a port of the machine takes into the container; null where the container does not publish it. */
export const arrivingAt = (container: ComposeService, port: number): ComposePort | null =>
  container.ports.find((p) => p.published === port && p.protocol === 'tcp') ?? null;

/** The project of a service. */
export const projectOf = (deployment: Deployment, service: ComposeService): ComposeProject | null =>
  deployment.projects.find((p) => p.services.includes(service)) ?? null;

/** Names that Docker itself gives a container: `project-service-1`. */
const GENERATED = /^[\w.-]+[-_]\d+$/;

/**
 * Whether a name resolves for nginx in `from`: `false` only where all files of the project are here, nobody from outside can be on its networks, and no
 * service, alias, container, link or host entry has it.
 */
export function nameKnown(deployment: Deployment, from: ComposeService, host: string): boolean | undefined {
  const project = projectOf(deployment, from);
  const name = host.toLowerCase();
  const has = (names: Iterable<string>): boolean => [...names].some((n) => n.toLowerCase() === name);
  if (has(from.links.keys()) || has(from.extraHosts)) return true;
  for (const service of deployment.containers) {
    if (has(service.hostNames)) return service === from || shareNetwork(service, from) ? true : undefined;
    if (GENERATED.test(host) && name.includes(service.name.toLowerCase())) return undefined;
  }
  if (!project || project.open !== null || from.networks === null) return undefined;
  if (from.networks.some((n) => project.externalNetworks.has(n))) return undefined;
  return /^[a-z0-9][\w-]*$/i.test(host) && host !== 'localhost' && !/^(gateway|host)$/i.test(host) ? false : undefined;
}

/** The service that has the name where it shares no network with `from`, so that the name does not resolve there; null where anything else may answer to it. */
export function serviceApart(deployment: Deployment, from: ComposeService, host: string): ComposeService | null {
  const project = projectOf(deployment, from);
  const name = host.toLowerCase();
  if (!project || project.open !== null || from.networks === null || from.networks.some((n) => project.externalNetworks.has(n)))
    return null;
  if ([...from.links.keys(), ...from.extraHosts].some((n) => n.toLowerCase() === name)) return null;
  const named = project.services.filter((s) => s.hostNames.some((n) => n.toLowerCase() === name));
  return named.length && named.every((s) => s.networks !== null && !shareNetwork(s, from)) ? named[0]! : null;
}

/** What is reached from nginx, which runs in `from`, or on the machine itself when that is null. */
export function reachedFrom(deployment: Deployment, from: ComposeService | null, target: Target): Reached {
  if (target.kind === 'unix') return socketReached(deployment, from, target.path);
  return from && from.networks !== null ? fromContainer(deployment, from, target) : fromMachine(deployment, target);
}

const listening = (applications: readonly Application[], test: (address: Address, listener: Listener) => boolean): Reached | null => {
  for (const application of applications)
    for (const listener of application.listeners) {
      // an address that the environment may change counts as the one that the text falls back to
      const address = likely(listener.address);
      if (address && test(address, listener)) return { kind: 'listener', application, listener };
    }
  return null;
};

/** True when every listener of every application is known. */
const allKnown = (applications: readonly Application[]): boolean =>
  applications.length > 0 &&
  applications.every(
    (a) => a.listeners.length > 0 && a.listeners.every((l) => l.address.from !== 'unknown' && certain(l.address)?.kind !== 'fd'),
  );

const onMachine = (a: Application): boolean => a.container === null || a.container.networkMode === 'host';

function fromMachine(deployment: Deployment, target: Extract<Target, { kind: 'tcp' }>): Reached {
  const own = deployment.applications.filter(onMachine);
  const direct = listening(own, (address) => reaches(target, address));
  if (direct) return direct;
  if (isLoopback(target.host) || isEveryAddress(target.host)) {
    for (const service of deployment.containers) {
      const port = service.ports.find((p) => p.published === target.port);
      if (!port) continue;
      const inside = deployment.applications.filter((a) => a.container === service);
      return (
        listening(inside, (address) => address.kind === 'tcp' && address.port === port.target && !isLoopback(address.host)) ?? {
          kind: 'unknown',
        }
      );
    }
    return allKnown(own) && own.length === deployment.applications.length ? { kind: 'nothing' } : { kind: 'unknown' };
  }
  // a name of a compose service without a container for nginx: nginx may run in a container that the file does not show
  const service = deployment.containers.find((s) => s.hostNames.includes(target.host));
  return service ? inService(deployment, service, target) : { kind: 'unknown' };
}

function fromContainer(deployment: Deployment, from: ComposeService, target: Extract<Target, { kind: 'tcp' }>): Reached {
  if (isLoopback(target.host) || isEveryAddress(target.host)) {
    const same = deployment.applications.filter((a) => a.container === from || (from.pod !== undefined && a.container?.pod === from.pod));
    const found = listening(same, (address) => reaches(target, address));
    if (found || from.pod === undefined) return found ?? (same.length ? { kind: 'unknown' } : { kind: 'nothing' });
    // a pod of which every container is known: the others listen, and none of them there
    const others = deployment.containers.filter((s) => s !== from && s.pod === from.pod);
    return allKnown(same) && others.every((s) => same.some((a) => a.container === s))
      ? { kind: 'container', service: same[0]!.container!, applications: same, onLoopback: null }
      : { kind: 'unknown' };
  }
  const linked = from.links.get(target.host);
  const isMeant = (s: ComposeService): boolean => (s.name === linked || s.hostNames.includes(target.host)) && shareNetwork(s, from);
  // two projects may have a network of one name each
  const service = projectOf(deployment, from)?.services.find(isMeant) ?? deployment.containers.find(isMeant);
  return service ? inService(deployment, service, target) : { kind: 'unknown' };
}

function inService(deployment: Deployment, service: ComposeService, asked: Extract<Target, { kind: 'tcp' }>): Reached {
  const forward = service.forwards?.find((f) => f.port === asked.port);
  if (service.forwards && !forward) return { kind: 'unknown' };
  const target = forward ? { ...asked, port: forward.target } : asked;
  const inside = deployment.applications.filter((a) => a.container === service);
  const outward = listening(inside, (address) => address.kind === 'tcp' && address.port === target.port && !isLoopback(address.host));
  if (outward) return outward;
  if (!inside.length || !allKnown(inside)) return { kind: 'unknown' };
  const loop = listening(inside, (address) => address.kind === 'tcp' && address.port === target.port && isLoopback(address.host));
  return { kind: 'container', service, applications: inside, onLoopback: loop?.kind === 'listener' ? loop.listener : null };
}

function socketReached(deployment: Deployment, from: ComposeService | null, path: string): Reached {
  const found = listening(deployment.applications, (address, listener) => {
    if (address.kind !== 'unix') return false;
    const application = deployment.applications.find((a) => a.listeners.includes(listener))!;
    if (onMachine(application) && from === null) return sameSocketPath(address.path, path);
    const theirs = outside(application.container, address.path);
    const ours = outside(from, path);
    return theirs !== null && ours !== null && theirs === ours;
  });
  if (found) return found;
  const same = deployment.applications.filter((a) => (from === null ? onMachine(a) : a.container !== null));
  return from === null && allKnown(same) && same.length === deployment.applications.length ? { kind: 'nothing' } : { kind: 'unknown' };
}

/** A path of a container as its volume or folder of the machine names it; null when no mount holds it. */
export function outside(container: ComposeService | null, path: string): string | null {
  if (container === null) return path;
  const mount = mountOf(container, path);
  if (!mount?.source) return null;
  const rest = path.slice(mount.target.replace(/\/+$/, '').length);
  const source = /^[./~]/.test(mount.source) ? pathOf(resolve(dirname(container.file), mount.source)) : `volume:${mount.source}`;
  return source.replace(/\/+$/, '') + rest;
}

/** Whether two containers surely have different things at their paths: all mounts of both are known, and none makes them one. */
export const surelyApart = (a: ComposeService, pathA: string, b: ComposeService, pathB: string): boolean =>
  a !== b && !a.mountsOpen && !b.mountsOpen && samePlaceOutside(a, pathA, b, pathB) !== true;

/** The mount that holds a path: the longest. */
export const mountOf = (container: ComposeService, path: string): ComposeMount | undefined =>
  container.mounts
    .filter((m) => path === m.target || path.startsWith(m.target.replace(/\/*$/, '/')))
    .sort((a, b) => b.target.length - a.target.length)[0];

/** Whether two paths, each of its own container or the machine, are one place; undefined when the files do not say. */
export function samePlaceOutside(a: ComposeService | null, pathA: string, b: ComposeService | null, pathB: string): boolean | undefined {
  const [left, right] = [outside(a, pathA), outside(b, pathB)];
  if (left === null || right === null) return undefined;
  const plain = (s: string): string => s.replace(/\/{2,}/g, '/').replace(/\/+$/, '');
  return plain(left) === plain(right);
}
