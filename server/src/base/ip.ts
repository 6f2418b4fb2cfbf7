/** IP addresses and networks as nginx reads them (ngx_inet_addr, ngx_inet6_addr, ngx_ptocidr). No names are resolved here. */

export interface Ip {
  readonly family: 4 | 6;
  /** 4 or 16 bytes */
  readonly bytes: readonly number[];
}

export interface Network extends Ip {
  /** one for each byte of the address */
  readonly mask: readonly number[];
}

/** Four decimal parts with dots; null for anything else. An empty part counts as 0, as in ngx_inet_addr. */
function parse4(text: string): Ip | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  const bytes: number[] = [];
  for (const part of parts) {
    if (!/^\d{0,20}$/.test(part)) return null;
    const n = Number(part);
    if (n > 255) return null;
    bytes.push(n);
  }
  return { family: 4, bytes };
}

function parse6(text: string): Ip | null {
  let head = text;
  const tail: number[] = [];
  const dotted = /(?:^|:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted) {
    const v4 = parse4(dotted[1]!);
    if (!v4) return null;
    tail.push(...v4.bytes);
    head = text.slice(0, text.length - dotted[1]!.length);
    if (head.endsWith(':') && !head.endsWith('::')) head = head.slice(0, -1);
  }
  const halves = head.split('::');
  if (halves.length > 2) return null;
  const groups = (half: string): number[] | null => {
    if (half === '') return [];
    const out: number[] = [];
    for (const group of half.split(':')) {
      if (!/^[0-9a-f]{1,4}$/i.test(group)) return null;
      const n = Number.parseInt(group, 16);
      out.push(n >> 8, n & 255);
    }
    return out;
  };
  const left = groups(halves[0]!);
  const right = halves.length === 2 ? groups(halves[1]!) : [];
  if (!left || !right) return null;
  const known = left.length + right.length + tail.length;
  if (halves.length === 1 ? known !== 16 : known > 14) return null;
  return { family: 6, bytes: [...left, ...Array<number>(16 - known).fill(0), ...right, ...tail] };
}

/** An address, IPv6 with or without brackets; null when the text is none. */
export function parseIp(text: string): Ip | null {
  if (text.startsWith('[') && text.endsWith(']')) return parse6(text.slice(1, -1));
  return text.includes(':') ? parse6(text) : parse4(text);
}

/** The usual spelling (ngx_inet_ntop: longest run of zero groups folded, lower case). */
export function formatIp(ip: Ip): string {
  if (ip.family === 4) return ip.bytes.join('.');
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((ip.bytes[i]! << 8) | ip.bytes[i + 1]!);
  let best = { at: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && groups[i + n] === 0) n++;
    if (n > best.length) best = { at: i, length: n };
  }
  // ngx_inet6_ntop writes ::ffff:1.2.3.4 and ::1.2.3.4 with dots
  const mapped = best.at === 0 && ((best.length === 5 && groups[5] === 0xffff) || best.length === 6 || (best.length === 7 && ip.bytes[14] !== 0 && ip.bytes[15] !== 1));
  const hex = (part: number[]): string => part.map((g) => g.toString(16)).join(':');
  if (mapped) return `::${best.length === 5 ? 'ffff:' : ''}${ip.bytes.slice(12).join('.')}`;
  return best.at < 0 ? hex(groups) : `${hex(groups.slice(0, best.at))}::${hex(groups.slice(best.at + best.length))}`;
}

/** True for 0.0.0.0 and [::]. */
export const isWildcard = (ip: Ip): boolean => ip.bytes.every((b) => b === 0);

const maskOf = (bits: number, size: number): number[] =>
  Array.from({ length: size }, (_, i) => {
    const n = Math.max(0, Math.min(8, bits - i * 8));
    return (0xff << (8 - n)) & 0xff;
  });

/** `10.0.0.0/8`, `::1`, `10.0.0.0/255.0.0.0`; host bits are dropped, as nginx does with a warning. Null when it is none. */
export function parseNetwork(text: string): Network | null {
  const slash = text.indexOf('/');
  const ip = parseIp(slash < 0 ? text : text.slice(0, slash));
  if (!ip) return null;
  const size = ip.bytes.length;
  let mask = maskOf(size * 8, size);
  if (slash >= 0) {
    const rest = text.slice(slash + 1);
    if (/^\d+$/.test(rest)) {
      const bits = Number(rest);
      if (bits > size * 8) return null;
      mask = maskOf(bits, size);
    } else {
      const dotted = ip.family === 4 ? parse4(rest) : null;
      if (!dotted) return null;
      mask = [...dotted.bytes];
    }
  }
  return { family: ip.family, bytes: ip.bytes.map((b, i) => b & mask[i]!), mask };
}

/** The IPv4 address inside ::ffff:0:0/96, else the address itself: access, geo and realip compare them so. */
export const unmapped = (ip: Ip): Ip =>
  ip.family === 6 && ip.bytes.slice(0, 10).every((b) => b === 0) && ip.bytes[10] === 255 && ip.bytes[11] === 255
    ? { family: 4, bytes: ip.bytes.slice(12) }
    : ip;

export const inNetwork = (ip: Ip, net: Network): boolean => ip.family === net.family && ip.bytes.every((b, i) => (b & net.mask[i]!) === net.bytes[i]);
