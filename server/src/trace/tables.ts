/** map, geo and split_clients: the tables that a configuration defines, read once and looked up as nginx does. */
import { type ByteString, lower, toBytes } from '../base/bytes.ts';
import type { CompiledRegex } from '../base/regexes.ts';
import { atofp, parseIpv4 } from '../catalog/value-kind.ts';
import type { Directive } from '../config/directive.ts';
import { Slot } from '../config/slot.ts';
import { type Ip, type Net, netKey, readNet, readPlainIp, unmapped } from './networks.ts';
import { cut, lastAt, put, type Range } from './ranges.ts';
import { forwardedAddress } from './realip.ts';
import { compileValue, type Value } from './script.ts';
import type { Behaviour } from './version.ts';

/** Who asks a table: a request that runs, or someone who thinks of one (answers/visitor.ts). */
export interface TableAsker {
  readonly connection: { readonly clientAddress: string };
  readonly behaviour: Behaviour;
  value(value: Value): ByteString;
  match(regex: CompiledRegex | null, subject: ByteString, what: Directive): boolean;
  headerLines(name: string): readonly string[];
  /** lines of a table that nobody sees may decide: what its file brings, or a template writes */
  unseen(table: Directive): void;
}

export interface MapTable {
  readonly key: Value;
  readonly hostnames: boolean;
  readonly volatile: boolean;
  readonly fallback: Value;
  readonly exact: ReadonlyMap<ByteString, { readonly value: Value; readonly entry: Directive }>;
  readonly head: ReadonlyMap<ByteString, { readonly value: Value; readonly entry: Directive }>;
  readonly tail: ReadonlyMap<ByteString, { readonly value: Value; readonly entry: Directive }>;
  readonly regexes: readonly { readonly regex: CompiledRegex | null; readonly value: Value; readonly entry: Directive }[];
}

const EMPTY = compileValue('');
const maps = new Slot<Directive, MapTable>();

/** The table of a `map` block, read once. */
export function mapTable(directive: Directive): MapTable {
  let table = maps.get(directive);
  if (!table) maps.set(directive, (table = readMap(directive)));
  return table;
}

function readMap(directive: Directive): MapTable {
  const exact: Map<ByteString, { value: Value; entry: Directive }> = new Map();
  const head: typeof exact = new Map();
  const tail: typeof exact = new Map();
  const regexes: { regex: CompiledRegex | null; value: Value; entry: Directive }[] = [];
  let hostnames = false;
  let volatile = false;
  let fallback: Value = EMPTY;
  const entries = directive.body?.directives ?? [];
  for (const entry of entries) if (entry.args.length === 0 && entry.name === 'hostnames') hostnames = true;
  for (const entry of entries) {
    if (entry.args.length === 0) {
      if (entry.name === 'volatile') volatile = true;
      continue;
    }
    if (entry.name === 'include') continue;
    const value = compileValue(entry.value(0));
    const { name } = entry;
    if (name === 'default') fallback = value;
    else if (name.startsWith('~')) {
      const caseless = name.startsWith('~*');
      const compiled = directive.scope.config.regexes.compile(name.slice(caseless ? 2 : 1), { caseless });
      regexes.push({ regex: compiled.ok ? compiled.regex : null, value, entry });
    } else {
      const key = lower(toBytes(name.startsWith('\\') ? name.slice(1) : name));
      const put = (into: typeof exact, at: ByteString): void => {
        if (!into.has(at)) into.set(at, { value, entry });
      };
      if (hostnames && key.length > 1 && key.startsWith('.')) {
        put(exact, key.slice(1));
        put(head, key.slice(1));
      } else if (hostnames && key.startsWith('*.') && key.length > 2) put(head, key.slice(2));
      else if (hostnames && key.endsWith('.*') && key.length > 2) put(tail, key.slice(0, -2));
      else put(exact, key);
    }
  }
  return { key: compileValue(directive.value(0)), hostnames, volatile, fallback, exact, head, tail, regexes };
}

/** ngx_http_map_variable. A regex that matches replaces the request's captures. */
export function mapValue(run: TableAsker, directive: Directive): ByteString {
  const table = mapTable(directive);
  let key = run.value(table.key);
  if (table.hostnames && key.endsWith('.')) key = key.slice(0, -1);
  const small = lower(key);
  const exact = table.exact.get(small);
  if (exact) return run.value(exact.value);
  // nothing but a line with the same key would come before that one, which nginx refuses
  run.unseen(directive);
  const found = masked(table, small);
  if (found) return run.value(found.value);
  if (key !== '') for (const { regex, value, entry } of table.regexes) if (regex && run.match(regex, key, entry)) return run.value(value);
  return run.value(table.fallback);
}

function masked(table: MapTable, key: ByteString): { readonly value: Value } | undefined {
  if (table.head.size)
    for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) {
      const found = table.head.get(key.slice(dot + 1));
      if (found) return found;
    }
  if (table.tail.size)
    for (let dot = key.lastIndexOf('.'); dot > 0; dot = key.lastIndexOf('.', dot - 1)) {
      const found = table.tail.get(key.slice(0, dot));
      if (found) return found;
    }
  return undefined;
}

interface GeoTable {
  readonly source: Value | null;
  readonly ranges: readonly Piece[] | null;
  /** values by what `netKey` says of a network */
  readonly nets: ReadonlyMap<string, ByteString>;
  /** the lengths of the networks' prefixes, longest first */
  readonly prefixes: readonly number[];
  readonly fallback: ByteString;
  readonly fallback6: ByteString;
  readonly proxies: readonly Net[];
  readonly recursive: boolean;
}

/** A part of the addresses that has one value. */
interface Piece extends Range {
  readonly value: ByteString;
}

/** ngx_http_geo_delete_range: in each block of 65,536 addresses what is there has to be the same. */
function deleteRange(pieces: Piece[], from: number, to: number): void {
  for (let start = from; start <= to; ) {
    const block = start - (start % BLOCK);
    const end = Math.min(to, block + BLOCK - 1);
    const at = lastAt(pieces, start);
    const piece = pieces[at];
    if (piece && piece.to >= start) {
      if (Math.max(piece.from, block) === start && Math.min(piece.to, block + BLOCK - 1) === end) cut(pieces, start, end);
      start = end + 1;
    } else {
      // there is nothing before the next one
      const next = pieces[at + 1];
      if (!next) return;
      start = Math.max(end + 1, next.from - (next.from % BLOCK));
    }
  }
}

const BLOCK = 65_536;

const geos = new Slot<Directive, GeoTable>();

function readGeo(directive: Directive): GeoTable {
  const nets = new Map<string, ByteString>();
  const prefixes = new Set<number>();
  const ranges: Piece[] = [];
  const entries = directive.body?.directives ?? [];
  const proxies: Net[] = [];
  let byRanges = false;
  let recursive = false;
  let fallback: ByteString = '';
  for (const entry of entries) {
    const { name } = entry;
    if (entry.args.length === 0) {
      if (name === 'ranges') byRanges = true;
      if (name === 'proxy_recursive') recursive = true;
      continue;
    }
    const value = toBytes(entry.value(0));
    if (name === 'default') fallback = value;
    else if (name === 'include') continue;
    else if (name === 'proxy') {
      const net = readNet(entry.value(0));
      if (net) proxies.push(net);
    } else if (byRanges) {
      const [first = '', last = ''] = (name === 'delete' ? entry.value(0) : name).split('-');
      const from = parseIpv4(first);
      const to = parseIpv4(last) ?? (last === '255.255.255.255' ? 4294967295 : null);
      if (from === null || to === null) continue;
      if (name === 'delete') deleteRange(ranges, from, to);
      // what nginx takes lies inside an earlier range, or is the same one, and has its place from now on (ngx_http_geo_add_range)
      else put(ranges, { from, to, value });
    } else {
      const text = name === 'delete' ? entry.value(0) : name;
      const net = text === '255.255.255.255' ? { bytes: [255, 255, 255, 255], prefix: 32 } : readNet(text);
      if (!net) continue;
      const key = netKey(net.bytes, net.prefix);
      if (name === 'delete') nets.delete(key);
      else nets.set(key, value);
      prefixes.add(net.prefix);
    }
  }
  return {
    source: directive.args.length > 1 ? compileValue(directive.value(0)) : null,
    ranges: byRanges ? ranges : null,
    nets,
    prefixes: [...prefixes].sort((a, b) => b - a),
    fallback,
    fallback6: fallback,
    proxies,
    recursive,
  };
}

/** ngx_http_geo_cidr_variable, ngx_http_geo_range_variable. */
export function geoValue(run: TableAsker, directive: Directive): ByteString {
  let table = geos.get(directive);
  if (!table) geos.set(directive, (table = readGeo(directive)));
  run.unseen(directive);
  let address: Ip | null = readPlainIp(table.source ? run.value(table.source) : run.connection.clientAddress);
  if (address && table.proxies.length) {
    const lines = run.headerLines('x-forwarded-for');
    if (lines.length)
      address =
        forwardedAddress(address, lines, table.proxies, { recursive: table.recursive, bare: run.behaviour.readsBareBrackets }) ?? address;
  }
  const ip = address ? unmapped(address) : [255, 255, 255, 255];
  if (table.ranges) {
    const n = ip.length === 4 ? ((ip[0]! << 24) | (ip[1]! << 16) | (ip[2]! << 8) | ip[3]!) >>> 0 : 4294967295;
    const piece = table.ranges[lastAt(table.ranges, n)];
    return piece && n <= piece.to ? piece.value : table.fallback;
  }
  for (const prefix of table.prefixes) {
    const value = prefix <= ip.length * 8 ? table.nets.get(netKey(ip, prefix)) : undefined;
    if (value !== undefined) return value;
  }
  return table.fallback;
}

interface Split {
  readonly key: Value;
  /** 0: all the rest */
  readonly parts: readonly { readonly below: number; readonly value: ByteString }[];
}

const splits = new Slot<Directive, Split>();

function readSplit(directive: Directive): Split {
  let last = 0n;
  const parts = (directive.body?.directives ?? []).flatMap((entry) => {
    const value = toBytes(entry.value(0));
    if (entry.name === '*') return [{ below: 0, value }];
    const percent = entry.name.endsWith('%') ? atofp(entry.name.slice(0, -1), 2) : null;
    if (percent === null) return [];
    last += (percent * 0xffffffffn) / 10000n;
    return [{ below: Number(last & 0xffffffffn), value }];
  });
  return { key: compileValue(directive.value(0)), parts };
}

/** ngx_http_split_clients_variable. */
export function splitValue(run: TableAsker, directive: Directive): ByteString {
  let split = splits.get(directive);
  if (!split) splits.set(directive, (split = readSplit(directive)));
  run.unseen(directive);
  const hash = murmurHash2(run.value(split.key));
  for (const { below, value } of split.parts) if (hash < below || below === 0) return value;
  return '';
}

/** ngx_murmur_hash2 with seed 0, of bytes. */
export function murmurHash2(bytes: ByteString): number {
  const M = 0x5bd1e995;
  let h = bytes.length;
  let i = 0;
  for (let left = bytes.length; left >= 4; left -= 4, i += 4) {
    let k = bytes.charCodeAt(i) | (bytes.charCodeAt(i + 1) << 8) | (bytes.charCodeAt(i + 2) << 16) | (bytes.charCodeAt(i + 3) << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    k = Math.imul(k, M);
    h = Math.imul(h, M) ^ k;
  }
  const left = bytes.length - i;
  if (left === 3) h ^= bytes.charCodeAt(i + 2) << 16;
  if (left >= 2) h ^= bytes.charCodeAt(i + 1) << 8;
  if (left >= 1) {
    h ^= bytes.charCodeAt(i);
    h = Math.imul(h, M);
  }
  h ^= h >>> 13;
  h = Math.imul(h, M);
  h ^= h >>> 15;
  return h >>> 0;
}
