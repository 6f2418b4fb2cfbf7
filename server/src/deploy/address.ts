/** Addresses that servers listen on and proxies connect to, in one form, so that the two sides can be compared. */

export type Address =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  /** A descriptor that another program opened. */
  | { readonly kind: 'fd'; readonly number: number };

/** All IPv4 addresses, as `0.0.0.0`, `''` and `*` mean them. */
const EVERY = new Set(['', '*', '0.0.0.0', '::', '[::]']);
const LOOPBACK = /^(localhost|ip6-localhost|127(\.\d+){1,3}|::1|\[::1\])$/i;

/** True for the addresses that mean all interfaces. */
export const isEveryAddress = (host: string): boolean => EVERY.has(host);
/** True for a host that only the machine itself reaches. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** A port as a number from 1 to 65535, else undefined. */
export function port(text: string): number | undefined {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return number >= 1 && number <= 65535 ? number : undefined;
}

/** `host:port`, `[v6]:port`, `:port`, `host`, `port` into a TCP address; a missing host is `''`. Undefined when it is none of these. */
export function tcpAddress(text: string, defaults: { host?: string; port?: number } = {}): Address | undefined {
  const bracket = /^\[([0-9a-fA-F:.%]+)\](?::(\d+))?$/.exec(text);
  if (bracket) {
    const number = bracket[2] === undefined ? defaults.port : port(bracket[2]);
    return number === undefined ? undefined : { kind: 'tcp', host: bracket[1]!, port: number };
  }
  const m = /^([^:\s/]*)(?::(\d+))?$/.exec(text);
  if (!m) return undefined;
  if (m[2] === undefined) {
    if (/^\d+$/.test(m[1]!) && defaults.host !== undefined) {
      const number = port(m[1]!);
      return number === undefined ? undefined : { kind: 'tcp', host: defaults.host, port: number };
    }
    return defaults.port === undefined || m[1] === '' ? undefined : { kind: 'tcp', host: m[1]!, port: defaults.port };
  }
  const number = port(m[2]);
  return number === undefined ? undefined : { kind: 'tcp', host: m[1] || (defaults.host ?? ''), port: number };
}

/** `unix:/path`, `unix:///path` (nginx, gunicorn, hypercorn) or undefined. */
export function unixAddress(text: string): Address | undefined {
  const m = /^(?:http:\/\/)?unix:(?:\/\/(?=\/))?([^:]+):?/i.exec(text);
  return m ? { kind: 'unix', path: m[1]! } : undefined;
}

/** An address as people write it. */
export const addressText = (a: Address): string =>
  a.kind === 'unix'
    ? `unix:${a.path}`
    : a.kind === 'fd'
      ? `fd://${a.number}`
      : `${a.host.includes(':') ? `[${a.host}]` : a.host || '*'}:${a.port}`;

/**
 * Whether a connection to `target` made on the same machine reaches a socket bound to `listener`. A connection to `0.0.0.0` or `::` is one to the
 * machine itself (Linux, ip(7)).
 * `/run` and `/var/run` are one folder on systems with systemd.
 */
export function reaches(target: Address, listener: Address): boolean {
  if (target.kind === 'unix' && listener.kind === 'unix') return sameSocketPath(target.path, listener.path);
  if (target.kind !== 'tcp' || listener.kind !== 'tcp' || target.port !== listener.port) return false;
  if (isEveryAddress(listener.host)) return true;
  if ((isLoopback(target.host) || isEveryAddress(target.host)) && isLoopback(listener.host)) return true;
  return target.host.toLowerCase() === listener.host.toLowerCase();
}

/** True for two spellings of one socket path. */
export const sameSocketPath = (a: string, b: string): boolean => canonicalSocket(a) === canonicalSocket(b);
const canonicalSocket = (path: string): string => path.replace(/^\/var\/run\//, '/run/').replace(/\/{2,}/g, '/');
