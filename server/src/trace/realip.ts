/** The client's address behind proxies (ngx_http_get_forwarded_addr), for realip and geo. */
import { type Ip, inNet, type Net, readIpPort, unmapped } from './networks.ts';

export interface Forwarded {
  readonly ip: Ip;
  /** 0: none was given */
  readonly port: number;
}

const trusted = (ip: Ip, nets: readonly Net[]): boolean => nets.some((net) => inNet(unmapped(ip), net));

type Result = 'ok' | 'declined' | 'done';

/** How lines of addresses are read. */
export interface Reading {
  readonly recursive: boolean;
  /** IPv6 in brackets without a port is an address */
  readonly bare: boolean;
}

function fromLine(
  start: Forwarded,
  line: string,
  nets: readonly Net[],
  { recursive, bare }: Reading,
): { result: Result; address: Forwarded } {
  let address = start;
  let length = line.length;
  let found = false;
  let p: number;
  do {
    if (!trusted(address.ip, nets)) return { result: found ? 'done' : 'declined', address };
    for (p = length - 1; p > 0; p--, length--) if (line[p] !== ' ' && line[p] !== ',') break;
    for (; p > 0; p--)
      if (line[p] === ' ' || line[p] === ',') {
        p++;
        break;
      }
    const next = readIpPort(line.slice(Math.max(p, 0), Math.max(length, 0)), bare);
    if (!next) return { result: found ? 'done' : 'declined', address };
    address = next;
    found = true;
    length = p - 1;
  } while (recursive && p > 0);
  return { result: 'ok', address };
}

/** The address that header lines give when the peer is trusted; null: nothing changes. The last line counts first. */
export function forwarded(peer: Forwarded, lines: readonly string[], nets: readonly Net[], how: Reading): Forwarded | null {
  let address = peer;
  let result: Result = 'declined';
  let found = false;
  for (let i = lines.length - 1; i >= 0; i--) {
    ({ result, address } = fromLine(address, lines[i]!, nets, how));
    if (!how.recursive) break;
    if (result === 'declined' && found) {
      result = 'done';
      break;
    }
    if (result !== 'ok') break;
    found = true;
  }
  return result === 'declined' ? null : address;
}

/** The client's address that the real_ip module takes from forwarded headers; null where it takes none. */
export const forwardedAddress = (peer: Ip, lines: readonly string[], nets: readonly Net[], how: Reading): Ip | null =>
  forwarded({ ip: peer, port: 0 }, lines, nets, how)?.ip ?? null;
