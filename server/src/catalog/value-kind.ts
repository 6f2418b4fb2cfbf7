import { table } from '../base/table.ts';

// nginx's own grammars for single values, as pure functions on strings: each follows the C function that it names, oddities
// included ("1hm" is one hour, "k" alone is refused). Values are the words after unquoting and without variables. Nothing here
// knows directives, resolves names or opens files; value-check.ts joins these to the facts.

/** Why nginx would refuse a value. `at` and `length` are UTF-16 offsets within the value: the narrowest part to mark. */
export interface Problem {
  readonly code:
    | 'empty'
    | 'not-a-number'
    | 'unknown-unit'
    | 'unit-refused'
    | 'unit-order'
    | 'missing-number'
    | 'too-big'
    | 'too-small'
    | 'not-allowed'
    | 'bad-port'
    | 'port-range'
    | 'no-host'
    | 'no-path'
    | 'path-too-long'
    | 'bad-address'
    | 'bad-prefix'
    | 'bad-form';
  readonly at: number;
  readonly length: number;
  /** What may be there instead, for a message or a fix. */
  readonly expected: string;
}

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

const good = <T>(value: T): Read<T> => ({ ok: true, value });
const bad = (code: Problem['code'], at: number, length: number, expected: string): { ok: false; problem: Problem } => ({
  ok: false,
  problem: { code, at, length, expected },
});

/** NGX_MAX_INT_T_VALUE, NGX_MAX_SIZE_T_VALUE and NGX_MAX_OFF_T_VALUE of a 64-bit build. */
const MAX = 9223372036854775807n;
const DIGITS = /^[0-9]+$/;

/** The first character that is not a digit, from `from` on; -1 when all are. */
function nonDigit(text: string, from = 0, to = text.length): number {
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i);
    if (c < 48 || c > 57) return i;
  }
  return -1;
}

/** ngx_atoi, ngx_atosz, ngx_atoof, ngx_atotm: decimal digits only, at most 2^63 - 1. null stands for NGX_ERROR. */
export function atoi(text: string): bigint | null {
  if (!DIGITS.test(text)) return null;
  const n = BigInt(text);
  return n > MAX ? null : n;
}

/** ngx_conf_set_flag_slot: on or off, in any case. */
export function parseFlag(text: string): Read<boolean> {
  const lower = text.toLowerCase();
  if (lower === 'on') return good(true);
  if (lower === 'off') return good(false);
  return bad(text === '' ? 'empty' : 'not-allowed', 0, text.length, '"on" or "off"');
}

/** ngx_conf_set_num_slot: a non-negative integer. */
export function parseNumber(text: string): Read<number> {
  if (text === '') return bad('empty', 0, 0, 'a number');
  const at = nonDigit(text);
  if (at >= 0) return bad('not-a-number', at, text.length - at, 'digits only');
  if (text.length <= 15) return good(Number(text));
  return BigInt(text) > MAX ? bad('too-big', 0, text.length, 'at most 9223372036854775807') : good(Number(text));
}

const SCALE: Readonly<Record<string, bigint>> = table({ k: 1024n, m: 1024n * 1024n, g: 1024n * 1024n * 1024n });

function parseBytes(text: string, units: 'km' | 'kmg'): Read<number> {
  const wanted = units === 'km' ? 'digits and one of k, m' : 'digits and one of k, m, g';
  if (text === '') return bad('empty', 0, 0, wanted);
  const last = text.charAt(text.length - 1).toLowerCase();
  const scale = units.includes(last) ? SCALE[last]! : 1n;
  const digits = scale === 1n ? text : text.slice(0, -1);
  if (digits === '') return bad('missing-number', 0, text.length, wanted);
  const at = nonDigit(digits);
  if (at === 0 && /^-[0-9]/.test(text)) return bad('too-small', 0, text.length, 'no sign');
  if (at >= 0) {
    const tail = text.slice(at);
    if (/^g$/i.test(tail)) return bad('unit-refused', at, 1, 'k or m');
    const code = at > 0 && /^[a-z]+$/i.test(tail) ? 'unknown-unit' : 'not-a-number';
    return bad(code, at, tail.length, code === 'unknown-unit' ? (units === 'km' ? 'k or m' : 'k, m or g') : wanted);
  }
  if (digits.length <= 6) return good(Number(digits) * Number(scale));
  const n = BigInt(digits) * scale;
  return n > MAX ? bad('too-big', 0, text.length, 'less than 2^63 bytes') : good(Number(n));
}

/** ngx_parse_size: bytes, with k, K, m or M behind. In bytes. */
export const parseSize = (text: string): Read<number> => parseBytes(text, 'km');

/** ngx_parse_offset: bytes, with k, m or g behind, in either case. In bytes. */
export const parseOffset = (text: string): Read<number> => parseBytes(text, 'kmg');

const SECOND: Readonly<Record<string, bigint>> = table({ y: 31536000n, M: 2592000n, w: 604800n, d: 86400n, h: 3600n, m: 60n, s: 1n });
const STEP: Readonly<Record<string, number>> = table({ y: 1, M: 2, w: 3, d: 4, h: 5, m: 6, s: 7, ms: 8, ' ': 9 });

/**
 * ngx_parse_time: numbers with units in descending order, spaces allowed behind a unit; a number without a unit counts seconds.
 * `msec` (is_sec = 0) refuses y and M, `sec` refuses ms. The result is in milliseconds for `msec` and in seconds for `sec`.
 */
export function parseTime(text: string, unit: 'msec' | 'sec'): Read<number> {
  const sec = unit === 'sec';
  // what nearly everyone writes: one number with one unit, or none
  const plain = /^(\d{1,6})([smhd]?)$/.exec(text);
  if (plain) return good(Number(plain[1]) * Number(SECOND[plain[2] || 's']) * (sec ? 1 : 1000));
  const units = sec ? 'y, M, w, d, h, m, s' : 'w, d, h, m, s, ms';
  if (text === '') return bad('empty', 0, 0, 'a time such as 30s');
  let valid = false;
  let value = 0n;
  let total = 0n;
  let start = 0;
  let step = sec ? 0 : STEP.M!;
  let i = 0;
  while (i < text.length) {
    const c = text.charAt(i);
    if (c >= '0' && c <= '9') {
      value = value * 10n + BigInt(c);
      if (value > MAX) return bad('too-big', start, i + 1 - start, 'a shorter time');
      valid = true;
      i++;
      continue;
    }
    const name = c === 'm' && text.charAt(i + 1) === 's' ? 'ms' : c;
    const next = STEP[name];
    if (next === undefined) {
      // "10sec": the s was taken for a unit already, the word as a whole is what is wrong
      const from = i - /[A-Za-z]*$/.exec(text.slice(0, i))![0].length;
      const word = /^[^0-9 ]+/.exec(text.slice(from))![0];
      return bad(valid ? 'unknown-unit' : 'not-a-number', from, word.length, valid ? units : 'a time such as 30s');
    }
    if (sec ? name === 'ms' : name === 'y' || name === 'M') return bad('unit-refused', i, name.length, units);
    // a blank behind a bare number makes it seconds, which nothing but a bare number may follow
    if (name === ' ' ? step >= STEP.s! : step >= next) return bad('unit-order', i, name.length, `descending units: ${units}`);
    step = next;
    i += name.length;
    const scale = name === 'ms' ? 1n : (SECOND[name] ?? 1n) * (sec ? 1n : 1000n);
    value *= scale;
    total += value;
    if (total > MAX) return bad('too-big', 0, text.length, 'a shorter time');
    value = 0n;
    while (text.charAt(i) === ' ') i++;
    start = i;
  }
  if (!valid) return bad('missing-number', 0, text.length, 'a time such as 30s');
  total += sec ? value : value * 1000n;
  return total > MAX ? bad('too-big', 0, text.length, 'a shorter time') : good(Number(total));
}

/** A word of an enum or bitmask, compared as ngx_strcasecmp does. `allowed` is in nginx's order; the value is the listed spelling. */
export function parseWord(text: string, allowed: readonly string[], caseSensitive = false): Read<string> {
  const wanted = caseSensitive ? text : text.toLowerCase();
  const found = allowed.find((a) => (caseSensitive ? a : a.toLowerCase()) === wanted);
  return found === undefined ? bad(text === '' ? 'empty' : 'not-allowed', 0, text.length, listed(allowed)) : good(found);
}

/** `a, b or c`, each in quotes. */
export function listed(words: readonly string[]): string {
  const quoted = words.map((w) => `"${w}"`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

/** ngx_http_limit_req_zone's rate: digits and r/s or r/m; without a unit it counts requests per second. In requests per second. */
export function parseRate(text: string): Read<number> {
  const unit = /r\/[sm]$/.exec(text)?.[0] ?? '';
  const digits = text.slice(0, text.length - unit.length);
  const wanted = 'a rate such as 10r/s or 30r/m';
  const n = atoi(digits);
  if (n === null) {
    const at = Math.max(0, nonDigit(digits));
    return bad(text === '' ? 'empty' : at > 0 ? 'unknown-unit' : 'not-a-number', at, text.length - at, wanted);
  }
  if (n === 0n) return bad('too-small', 0, text.length, 'more than 0');
  return good(Number(n) / (unit === 'r/m' ? 60 : 1));
}

/** ngx_atofp: a decimal with at most `digits` places, scaled by 10^digits. null stands for NGX_ERROR. */
export function atofp(text: string, digits: number): bigint | null {
  if (text === '') return null;
  let point = digits;
  let dot = false;
  let value = 0n;
  for (const c of text) {
    if (point === 0) return null;
    if (c === '.') {
      if (dot) return null;
      dot = true;
      continue;
    }
    if (c < '0' || c > '9') return null;
    value = value * 10n + BigInt(c);
    if (value > MAX) return null;
    if (dot) point--;
  }
  value *= 10n ** BigInt(point);
  return value > MAX ? null : value;
}

/** ngx_conf_split_clients: "50%", "0.5%", at most two places and more than zero. In hundredths of a percent. */
export function parsePercent(text: string): Read<number> {
  const wanted = 'a percentage such as 0.5%';
  if (!text.endsWith('%')) return bad(text === '' ? 'empty' : 'unknown-unit', text.length, 0, wanted);
  const n = atofp(text.slice(0, -1), 2);
  if (n === null) return bad('not-a-number', 0, text.length - 1, wanted);
  return n === 0n ? bad('too-small', 0, text.length, 'more than 0%') : good(Number(n));
}

/** ngx_conf_set_access_slot: `user:`, `group:` or `all:` with `r` or `rw`. The value is the bits it adds. */
export function parseAccess(text: string): Read<number> {
  const m = /^(user|group|all):(.*)$/s.exec(text);
  if (!m) return bad(text === '' ? 'empty' : 'bad-form', 0, text.length, 'user:, group: or all: with r or rw');
  const right = m[2] === 'rw' ? 6 : m[2] === 'r' ? 4 : 0;
  const from = m[1]!.length + 1;
  if (!right) return bad('not-allowed', from, text.length - from, '"r" or "rw"');
  return good(right << (m[1] === 'user' ? 6 : m[1] === 'group' ? 3 : 0));
}

/** ngx_conf_set_path_slot: one level of a temp path, more than zero. */
export function parsePathLevel(text: string): Read<number> {
  const n = parseNumber(text);
  return n.ok && n.value === 0 ? bad('too-small', 0, text.length, '1, 2 or 3') : n;
}

/** An HTTP status as ngx_atoi reads it, within limits. */
export function parseStatus(text: string, min: number, max: number): Read<number> {
  const n = parseNumber(text);
  if (!n.ok) return n;
  const wanted = `${min} to ${max}`;
  if (n.value < min) return bad('too-small', 0, text.length, wanted);
  return n.value > max ? bad('too-big', 0, text.length, wanted) : n;
}

/** ngx_inet_addr: four dotted decimals. An empty part counts as 0, as in nginx; 255.255.255.255 cannot be told from failure there. */
export function parseIpv4(text: string): number | null {
  let address = 0;
  let octet = 0;
  let dots = 0;
  for (const c of text) {
    if (c >= '0' && c <= '9') {
      octet = octet * 10 + Number(c);
      if (octet > 255) return null;
    } else if (c === '.') {
      address = (address * 256 + octet) % 4294967296;
      octet = 0;
      dots++;
    } else return null;
  }
  if (dots !== 3) return null;
  address = (address * 256 + octet) % 4294967296;
  return address === 4294967295 ? null : address;
}

/** ngx_inet6_addr: the 16 bytes of an IPv6 address (without brackets), null when it cannot be read. */
export function parseIpv6(text: string): Uint8Array | null {
  const bytes: number[] = [];
  let zero = -1;
  let digit = -1;
  let nibbles = 0;
  let word = 0;
  let groups = 8;
  for (let i = text.startsWith(':') ? 1 : 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === ':') {
      if (nibbles) {
        digit = i + 1;
        bytes.push(word >> 8, word & 255);
        if (--groups === 0) return null;
        nibbles = 0;
        word = 0;
        continue;
      }
      if (zero >= 0) return null;
      digit = i + 1;
      zero = bytes.length;
      continue;
    }
    if (c === '.' && nibbles) {
      if (groups < 2 || digit < 0) return null;
      const v4 = parseIpv4(text.slice(digit));
      if (v4 === null) return null;
      bytes.push(Math.floor(v4 / 16777216), (v4 >>> 16) & 255);
      word = v4 % 65536;
      groups--;
      break;
    }
    if (++nibbles > 4) return null;
    const n = '0123456789abcdef'.indexOf(c.toLowerCase());
    if (n < 0 || c === '') return null;
    word = word * 16 + n;
  }
  if (text === '' || (nibbles === 0 && zero < 0)) return null;
  bytes.push((word >> 8) & 255, word & 255);
  if (--groups > 0) {
    if (zero < 0) return null;
    bytes.splice(zero, 0, ...new Array<number>(groups * 2).fill(0));
  } else if (zero >= 0) return null;
  return Uint8Array.from(bytes);
}

export interface Network {
  readonly family: 'ipv4' | 'ipv6';
  readonly bytes: Uint8Array;
  /** Length of the prefix in bits. */
  readonly prefix: number;
  /** The address has bits set after the prefix: nginx drops them with the warning "low address bits of … are meaningless". */
  readonly lowBits: boolean;
}

/** ngx_ptocidr: an address, or an address and the length of its prefix. The bytes have the low bits cleared. */
export function parseCidr(text: string): Read<Network> {
  const wanted = 'an IP address or a network such as 10.0.0.0/8';
  if (text === '') return bad('empty', 0, 0, wanted);
  const slash = text.indexOf('/');
  const host = slash < 0 ? text : text.slice(0, slash);
  const v4 = parseIpv4(host);
  const address = v4 === null ? parseIpv6(host) : Uint8Array.of(v4 / 16777216, (v4 >>> 16) & 255, (v4 >>> 8) & 255, v4 & 255);
  if (!address) return bad('bad-address', 0, host.length, wanted);
  const family = v4 === null ? 'ipv6' : 'ipv4';
  const width = address.length * 8;
  if (slash < 0) return good({ family, bytes: address, prefix: width, lowBits: false });
  const shift = atoi(text.slice(slash + 1));
  if (shift === null || shift > BigInt(width))
    return bad('bad-prefix', slash + 1, text.length - slash - 1, `a prefix length of 0 to ${width}`);
  const prefix = Number(shift);
  let lowBits = false;
  const bytes = address.map((byte, i) => {
    const keep = byte & (0xff00 >> Math.min(8, Math.max(0, prefix - i * 8))) & 0xff;
    if (keep !== byte) lowBits = true;
    return keep;
  });
  return good({ family, bytes, prefix, lowBits });
}

/** Whether the last four bytes of an IPv6 address are written as those of IPv4: mapped and compatible ones are (ngx_inet6_ntop). */
function endsAsIpv4(bytes: Uint8Array): boolean {
  const zeros = bytes.findIndex((b) => b !== 0);
  if (zeros === 10) return bytes[10] === 255 && bytes[11] === 255;
  return zeros === 12 || zeros === 13 || (zeros === 14 && bytes[15] !== 1);
}

/** The bytes of an address as nginx writes it; IPv6 with its longest run of zeros shortened. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (endsAsIpv4(bytes)) return `${bytes[10] ? '::ffff:' : '::'}${bytes.slice(12).join('.')}`;
  const groups = Array.from({ length: 8 }, (_, i) => (((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0)).toString(16)).join(':');
  const runs = [...groups.matchAll(/(?:^|(?<=:))0(?::0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length);
  const longest = runs[0];
  if (!longest) return groups;
  const before = groups.slice(0, longest.index).replace(/:$/, '');
  const after = groups.slice(longest.index + longest[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}

/** `10.0.0.0/8`, from a network. */
export const networkText = (network: Network): string => `${addressText(network.bytes)}/${network.prefix}`;

export interface Address {
  readonly family: 'ipv4' | 'ipv6' | 'unix' | 'name';
  /** As written: an IPv6 address with its brackets, a socket's path without `unix:`. */
  readonly host: string;
  /** null: none written, the default port counts. */
  readonly port: number | null;
  /** The end of a port range, equal to `port` otherwise. */
  readonly lastPort: number | null;
  /** Any address of the family: `*`, `0.0.0.0`, `[::]`, or a bare port. */
  readonly wildcard: boolean;
  /** What follows the host and port, from `/` or `?` on (behind the second `:` for a socket); '' when nothing does. */
  readonly uri: string;
}

export interface AddressOptions {
  /** `listen`: a bare port, `*` and a range of ports are allowed (ngx_url_t.listen). */
  readonly listen?: boolean;
  /** A path may follow (ngx_url_t.uri_part). */
  readonly uri?: boolean;
  /** No ranges of ports: nginx before 1.15.10. */
  readonly noRange?: boolean;
}

/** The longest path of a socket: sizeof(sun_path) less the terminating zero, on Linux. */
const UNIX_PATH = 107;

/**
 * ngx_parse_url: what `listen`, `server` in an upstream and `*_pass` take for an address. Names are not resolved. Where nginx
 * would demand a port (stream, FastCGI) the caller looks at `port`.
 */
export function parseAddress(text: string, options: AddressOptions = {}): Read<Address> {
  if (/^unix:/i.test(text)) return parseUnix(text, options);
  if (text.startsWith('[')) return parseBracketed(text, options);
  let colon = text.indexOf(':');
  const slash = text.indexOf('/');
  const mark = text.indexOf('?');
  const uriAt = mark >= 0 && (slash < 0 || mark < slash) ? mark : slash;
  let end = text.length;
  if (uriAt >= 0) {
    if (options.listen || !options.uri) return bad('bad-address', uriAt, text.length - uriAt, 'a host and port without a path');
    end = uriAt;
    if (uriAt < colon) colon = -1;
  }
  const uri = text.slice(end);
  if (colon >= 0) {
    const ports = parsePorts(text, colon + 1, end, options);
    if (!ports.ok) return ports;
    return hostPartOf(text.slice(0, colon), uri, ports.value, options);
  }
  if (options.listen && uriAt < 0) {
    const dash = options.noRange ? -1 : text.indexOf('-');
    const first = atoi(dash < 0 ? text : text.slice(0, dash));
    const last = dash < 0 ? first : atoi(text.slice(dash + 1));
    if (first !== null && last !== null) {
      const ports = parsePorts(text, 0, text.length, options);
      return ports.ok ? good({ family: 'ipv4', host: '*', ...ports.value, wildcard: true, uri: '' }) : ports;
    }
  }
  return hostPartOf(text.slice(0, end), uri, { port: null, lastPort: null }, options);
}

function parsePorts(text: string, from: number, to: number, options: AddressOptions): Read<{ port: number; lastPort: number }> {
  const dash = options.listen && !options.noRange ? text.slice(from, to).indexOf('-') : -1;
  const port = (a: number, b: number): Read<number> => {
    const n = atoi(text.slice(a, b));
    return n === null || n < 1n || n > 65535n ? bad('bad-port', a, b - a, 'a port of 1 to 65535') : good(Number(n));
  };
  if (dash < 0) {
    const only = port(from, to);
    return only.ok ? good({ port: only.value, lastPort: only.value }) : only;
  }
  const last = port(from + dash + 1, to);
  if (!last.ok) return last;
  const first = port(from, from + dash);
  if (!first.ok) return first;
  if (first.value > last.value) return bad('port-range', from, to - from, 'the lower port first');
  return good({ port: first.value, lastPort: last.value });
}

function hostPartOf(
  host: string,
  uri: string,
  ports: { port: number | null; lastPort: number | null },
  options: AddressOptions,
): Read<Address> {
  if (host === '') return bad('no-host', 0, 0, 'a host before the port');
  if (options.listen && host === '*') return good({ family: 'ipv4', host, ...ports, wildcard: true, uri });
  const v4 = parseIpv4(host);
  return good({ family: v4 === null ? 'name' : 'ipv4', host, ...ports, wildcard: v4 === 0, uri });
}

function parseUnix(text: string, options: AddressOptions): Read<Address> {
  const colon = options.uri ? text.indexOf(':', 5) : -1;
  const path = text.slice(5, colon < 0 ? undefined : colon);
  if (path === '') return bad('no-path', 5, 0, 'the path of the socket');
  // nginx counts bytes
  const bytes = new TextEncoder().encode(path).length;
  if (bytes > UNIX_PATH) return bad('path-too-long', 5, path.length, `at most ${UNIX_PATH} bytes`);
  return good({ family: 'unix', host: path, port: null, lastPort: null, wildcard: false, uri: colon < 0 ? '' : text.slice(colon + 1) });
}

function parseBracketed(text: string, options: AddressOptions): Read<Address> {
  const close = text.indexOf(']');
  if (close < 0) return bad('bad-address', 0, text.length, 'a closing "]"');
  const rest = text.slice(close + 1);
  const uriAt = rest.search(/[/?]/);
  if (uriAt >= 0 && (options.listen || !options.uri))
    return bad('bad-address', close + 1 + uriAt, rest.length - uriAt, 'a host and port without a path');
  const end = uriAt < 0 ? text.length : close + 1 + uriAt;
  let ports: { port: number | null; lastPort: number | null } = { port: null, lastPort: null };
  if (close + 1 < end) {
    if (text.charAt(close + 1) !== ':') return bad('bad-address', close + 1, end - close - 1, '":" and a port behind "]"');
    const read = parsePorts(text, close + 2, end, options);
    if (!read.ok) return read;
    ports = read.value;
  }
  if (close === 1) return bad('no-host', 1, 0, 'an IPv6 address');
  const address = parseIpv6(text.slice(1, close));
  if (!address) return bad('bad-address', 1, close - 1, 'an IPv6 address');
  const wildcard = address.every((byte) => byte === 0);
  return good({ family: 'ipv6', host: text.slice(0, close + 1), ...ports, wildcard, uri: text.slice(end) });
}

/**
 * ngx_parse_addr_port: an IP address, with a port or without; IPv6 in brackets when a port follows, without them otherwise. `bare`: brackets need
 * no port. Names are refused.
 */
export function parseIpPort(text: string, bare = false): Read<{ readonly family: 'ipv4' | 'ipv6'; readonly port: number | null }> {
  const wanted = 'an IP address, with or without a port';
  if (text === '') return bad('empty', 0, 0, wanted);
  if (parseIpv4(text) !== null) return good({ family: 'ipv4', port: null });
  if (parseIpv6(text) || (bare && text.startsWith('[') && text.endsWith(']') && parseIpv6(text.slice(1, -1))))
    return good({ family: 'ipv6', port: null });
  const close = text.startsWith('[') ? text.indexOf(']') : -1;
  const colon = text.startsWith('[') ? (close > 0 && text.charAt(close + 1) === ':' ? close + 1 : -1) : text.indexOf(':');
  if (colon < 0) return bad('bad-address', 0, text.length, wanted);
  const n = atoi(text.slice(colon + 1));
  if (n === null || n < 1n || n > 65535n) return bad('bad-port', colon + 1, text.length - colon - 1, 'a port of 1 to 65535');
  const host = close > 0 ? text.slice(1, close) : text.slice(0, colon);
  const family = parseIpv4(host) !== null ? 'ipv4' : parseIpv6(host) ? 'ipv6' : null;
  return family ? good({ family, port: Number(n) }) : bad('bad-address', 0, colon, wanted);
}

/** so_keepalive= of listen: on, off, or idle:interval:count with at least one part given. Times in seconds. */
export function parseKeepalive(text: string): Read<null> {
  const wanted = '"on", "off" or idle:interval:count';
  if (text === 'on' || text === 'off') return good(null);
  const parts = text.split(':');
  if (parts.length > 3 || parts.every((p) => /^0*$/.test(p))) return bad('bad-form', 0, text.length, wanted);
  let at = 0;
  for (const [i, part] of parts.entries()) {
    if (part !== '') {
      const read = i < 2 ? parseTime(part, 'sec') : parseNumber(part);
      if (!read.ok) return bad(read.problem.code, at + read.problem.at, read.problem.length, wanted);
    }
    at += part.length + 1;
  }
  return good(null);
}

/** `name:size` of a shared memory zone. `min` in bytes. */
export function parseZone(
  text: string,
  min: number,
  size: 'required' | 'optional',
): Read<{ readonly name: string; readonly bytes: number | null }> {
  const colon = text.indexOf(':');
  if (colon < 0)
    return size === 'optional' && text !== ''
      ? good({ name: text, bytes: null })
      : bad('bad-form', text.length, 0, 'a name and a size such as name:10m');
  if (colon === 0) return bad('empty', 0, 0, 'a name before ":"');
  const read = parseSize(text.slice(colon + 1));
  if (!read.ok) return bad(read.problem.code, colon + 1 + read.problem.at, read.problem.length, read.problem.expected);
  if (read.value < min) return bad('too-small', colon + 1, text.length - colon - 1, `at least ${min / 1024}k`);
  return good({ name: text.slice(0, colon), bytes: read.value });
}

/** The words of a message for a problem, without the name of the directive: `"10x" has no unit that nginx knows; use …`. */
export function problemText(value: string, problem: Problem): string {
  const part = value.slice(problem.at, problem.at + problem.length);
  const { expected } = problem;
  switch (problem.code) {
    case 'empty':
      return `The value is empty. Give ${expected}.`;
    case 'unknown-unit':
      return part === '' ? `"${value}" lacks its unit. Give ${expected}.` : `"${part}" is not a unit here. Use ${expected}.`;
    case 'unit-refused':
      return `The unit "${part}" is not accepted here. Use ${expected}.`;
    case 'unit-order':
      return part === ' '
        ? `A number without a unit must come last in "${value}".`
        : `The unit "${part}" is out of order in "${value}". Use ${expected}.`;
    case 'too-big':
      return `"${value}" is too big. Use ${expected}.`;
    case 'too-small':
      return `"${value}" is too small. Use ${expected}.`;
    case 'bad-port':
      return `"${part}" is not a port. Use ${expected}.`;
    case 'port-range':
      return `The range of ports "${part}" is turned round. Put ${expected}.`;
    case 'no-host':
      return `"${value}" names no host. Put ${expected}.`;
    case 'no-path':
      return `"${value}" names no socket. Add ${expected}.`;
    case 'path-too-long':
      return `The path of the socket is too long: ${expected}.`;
    case 'bad-prefix':
      return `"${part}" is not ${expected}.`;
    default:
      return `"${part || value}" is not accepted. Use ${expected}.`;
  }
}
