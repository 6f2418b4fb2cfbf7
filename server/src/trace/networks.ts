/** Addresses and networks as allow, deny, geo and realip compare them: an IPv4 address inside ::ffff:0:0/96 counts as the IPv4 address. */
import type { ByteString } from '../base/bytes.ts';
import { addressText, parseCidr, parseIpv4, parseIpv6 } from '../catalog/value-kind.ts';

/** 4 or 16 bytes. */
export type Ip = readonly number[];

export interface Net {
  readonly bytes: Ip;
  readonly prefix: number;
}

/** ngx_parse_addr: an address without brackets and port; null when the text is none. */
export function readPlainIp(text: string): Ip | null {
  const n = parseIpv4(text);
  if (n !== null) return [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
  const v6 = text.includes(':') ? parseIpv6(text) : null;
  return v6 && [...v6];
}

/** ngx_parse_addr_port: an address with a port or without. `bare`: IPv6 may be in brackets without a port too. */
export function readIpPort(text: string, bare: boolean): { readonly ip: Ip; readonly port: number } | null {
  const plain = readPlainIp(bare && text.endsWith(']') && text.includes(':') ? text.replace(/^\[(.*)\]$/, '$1') : text);
  if (plain) return { ip: plain, port: 0 };
  const m = /^(?:\[([^\]]*)\]|([^:[]*)):(\d{1,5})$/.exec(text);
  if (!m) return null;
  const port = Number(m[3]);
  const ip = readPlainIp(m[1] ?? m[2] ?? '');
  return ip && port >= 1 && port <= 65535 ? { ip, port } : null;
}

/** The IPv4 address in an IPv4-mapped IPv6 one; any other address as it is. */
export const unmapped = (ip: Ip): Ip =>
  ip.length === 16 && ip[10] === 255 && ip[11] === 255 && ip.slice(0, 10).every((b) => b === 0) ? ip.slice(12) : ip;

/** A network such as `10.0.0.0/8`; null for anything else. */
export function readNet(text: string): Net | null {
  const read = parseCidr(text);
  return read.ok ? { bytes: [...read.value.bytes], prefix: read.value.prefix } : null;
}

/** True for an address of the network; families do not mix. */
export function inNet(ip: Ip, net: Net): boolean {
  if (ip.length !== net.bytes.length) return false;
  for (let bit = 0, i = 0; bit < net.prefix; bit += 8, i++) {
    const rest = net.prefix - bit;
    const mask = rest >= 8 ? 255 : (0xff << (8 - rest)) & 255;
    if ((ip[i]! & mask) !== (net.bytes[i]! & mask)) return false;
  }
  return true;
}

/** The same text for all addresses of the network of `prefix` bits that an address is in, and for those alone. */
export function netKey(ip: Ip, prefix: number): string {
  const whole = prefix >> 3;
  const rest = prefix & 7;
  return `${ip.length}/${prefix}/${ip.slice(0, whole).join('.')}${rest ? `.${ip[whole]! & (0xff << (8 - rest))}` : ''}`;
}

/** `$binary_remote_addr`: the bytes of an address. */
export const binaryIp = (ip: Ip): ByteString => ip.map((b) => String.fromCharCode(b)).join('');

/** The usual spelling. */
export const ipText = (ip: Ip): string => addressText(Uint8Array.from(ip));
