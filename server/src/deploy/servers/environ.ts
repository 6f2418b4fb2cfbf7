/** What servers have in common when they make an environ: paths, header keys, networks, refusals. */
import type { Place } from '../../base/span.ts';
import { isLoopback } from '../address.ts';
import type { Application } from '../application.ts';
import { type Refusal, type Seen, seen, unseen } from '../seen.ts';
import { certain, type Setting } from '../setting.ts';

/** Percent-decoding of a path into what Python shows: UTF-8 where it is. */
export function decodedPath(target: string): string {
  const path = target.replace(/[?#].*$/s, '').replace(/^[a-z]+:\/\/[^/]*/i, '');
  const bytes: number[] = [];
  for (let i = 0; i < path.length; i++) {
    const hex = path[i] === '%' ? /^[0-9a-fA-F]{2}/.exec(path.slice(i + 1, i + 3)) : null;
    if (hex) {
      bytes.push(Number.parseInt(hex[0], 16));
      i += 2;
    } else for (const b of new TextEncoder().encode(path[i]!)) bytes.push(b);
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

/** The reason why a setting is unknown; null for one that is known. */
export const fromSetting = <T>(setting: Setting<T>): Seen<T> | null =>
  setting.from === 'unknown' ? unseen(setting.why, [setting.place]) : null;

/** The application server answers a request itself, with this status. */
export const refusal = (status: number, why: string, ...places: (Place | null)[]): Refusal => ({
  by: 'server',
  status,
  why,
  places: places.filter((p) => p !== null),
});

/** The WSGI name of a request header (PEP 3333). */
export const keyOf = (name: string): string => {
  const upper = name.toUpperCase().replaceAll('-', '_');
  return upper === 'CONTENT_TYPE' || upper === 'CONTENT_LENGTH' ? upper : `HTTP_${upper}`;
};

/** The one address of a network that an application listens on; null for the loopback, all addresses, names and sockets. */
function boundTo({ listeners }: Application): string | null {
  const addresses = listeners.map((l) => certain(l.address));
  const [first] = addresses;
  if (addresses.length !== 1 || first?.kind !== 'tcp' || isLoopback(first.host)) return null;
  return /^\d+\.\d+\.\d+\.\d+$/.test(first.host) && first.host !== '0.0.0.0' ? first.host : null;
}

/** nginx's address where the request does not tell it: with the list of those that are trusted, what can still be said of it. */
export function unknownPeer(application: Application, list: readonly string[], place: Place | null): Seen<boolean> {
  const { container } = application;
  // another container has an address of its own, never the loopback's
  if (container && container.networks !== null && list.every(isLoopback))
    return seen(false, 'only its own machine is trusted, and nginx has an address of the container network', [place]);
  // who connects to an address of the network has one of the network, from the machine itself, too
  const host = boundTo(application);
  if (host !== null && list.every(isLoopback))
    return seen(false, `only ${list.join(', ') || 'nobody'} is trusted, and nobody connects to ${host} from there`, [place]);
  return unseen('nginx’s address is decided by the network', [place]);
}

/** Headers by key, repeated ones joined by `joiner`; with `last` only the last one counts. */
export function keyed(pairs: readonly (readonly [string, string])[], joiner: string | 'last'): Map<string, string> {
  const out = new Map<string, string>();
  for (const [name, value] of pairs) {
    const key = keyOf(name);
    const old = out.get(key);
    out.set(key, old === undefined || joiner === 'last' ? value : old + joiner + value);
  }
  return out;
}

/** Whether an IPv4 address is in a network, `10.0.0.0/8`. */
export function inNetwork(address: string, network: string): boolean {
  const m = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(network);
  const a = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  if (!m || !a) return false;
  const value = (x: RegExpExecArray): number => [1, 2, 3, 4].reduce((n, i) => n * 256 + Number(x[i]), 0);
  const size = 2 ** (32 - Number(m[5]));
  return Math.floor(value(m) / size) === Math.floor(value(a) / size);
}

/** Headers among params: `HTTP_X_Y` as `X-Y`, and the two content headers. */
export const headersOfParams = (params: readonly (readonly [string, string])[]): [string, string][] =>
  params.flatMap(([n, v]): [string, string][] =>
    n.startsWith('HTTP_')
      ? [[n.slice(5).replaceAll('_', '-'), v]]
      : n === 'CONTENT_TYPE' || n === 'CONTENT_LENGTH'
        ? [[n.replace('_', '-'), v]]
        : [],
  );
