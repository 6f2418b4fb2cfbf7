/** The lines in the bodies of map, geo, types, split_clients and charset_map, which nginx reads with handlers of their own. */
import { isNginx } from '../../answers/which-build.ts';
import { table } from '../../base/table.ts';
import type { Context } from '../../catalog/context.ts';
import { parseCidr, parseIpv4 } from '../../catalog/value-kind.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import type { Word } from '../../syntax/word.ts';
import { lastAt, put, type Range } from '../../trace/ranges.ts';
import type { Report } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { HashKeys } from './_hash-keys.ts';
import { endOf, isTemplated } from './_spans.ts';
import { isAftermath, isBroken } from './_structure.ts';

type Message =
  | 'block'
  | 'count'
  | 'default'
  | 'conflict'
  | 'mask'
  | 'network'
  | 'bits'
  | 'twice'
  | 'absent'
  | 'ranges'
  | 'range'
  | 'overlap'
  | 'percent'
  | 'total'
  | 'hex'
  | 'include'
  | 'included'
  | 'volatile'
  | 'extension';
type Say = (message: Message, report: Report) => void;

const wordsOf = (d: Directive): readonly Word[] => [d.statement.name, ...d.args];

/** ngx_http_map */
function map(entries: readonly Directive[], say: Say): void {
  const keys = new HashKeys();
  let hostnames = false;
  let first: Directive | null = null;
  for (const entry of entries) {
    const { name, args } = entry;
    if (args.length === 0 && name === 'hostnames') hostnames = true;
    if (args.length === 0 && (name === 'hostnames' || name === 'volatile')) continue;
    if (args.length !== 1) {
      say('count', { at: entry.at(args[1] ?? entry.statement.name), data: { kind: 'map', form: 'a value and what it becomes' } });
      continue;
    }
    if (name === 'include' || isTemplated(entry)) continue;
    if (name === 'default') {
      if (first) say('default', { at: entry.nameAt, related: [{ at: first.nameAt, message: 'The first one is here.' }] });
      first ??= entry;
      continue;
    }
    if (name.startsWith('~')) continue;
    const key = name.startsWith('\\') ? name.slice(1) : name;
    const added = keys.add(key, hostnames);
    if (added === 'taken') say('conflict', { at: entry.nameAt, data: { key } });
    if (added === 'invalid') say('mask', { at: entry.nameAt, data: { key } });
  }
}

const number = (text: string): number | null => parseIpv4(text);

/** Ranges as ngx_http_geo_add_range keeps them: a new one may equal, split or shorten an old one, and may not straddle its end. */
class Ranges {
  private readonly list: Range[] = [];

  add(from: number, to: number): 'ok' | 'same' | 'overlap' {
    for (let block = Math.floor(from / 65536); block <= Math.floor(to / 65536); block++) {
      const a = Math.max(from, block * 65536);
      const b = Math.min(to, block * 65536 + 65535);
      const old = this.list[lastAt(this.list, b)];
      if (old && old.to >= a) {
        if (old.from === a && old.to === b) return 'same';
        if (a < old.from || b > old.to) return 'overlap';
      }
      put(this.list, { from: a, to: b });
    }
    return 'ok';
  }
}

/** `volatile` came to geo with nginx 1.29.3. */
const knowsVolatile = (entry: Directive): boolean => isNginx(entry.scope.config, '1.29.3');

/** include in a geo takes masks since nginx 1.29.8; before, the mask is the name of a file. */
const includesMask = (entry: Directive): boolean => /[*?[]/.test(entry.value(0)) && !isNginx(entry.scope.config, '1.29.8');

/** ngx_http_geo */
function geo(entries: readonly Directive[], say: Say): void {
  let ranged = false;
  let begun = false;
  const networks = new Map<string, Directive>();
  const ranges = new Ranges();
  const network = (entry: Directive, word: Word): string | null => {
    const read = parseCidr(word.value);
    if (word.value === '255.255.255.255') return '255.255.255.255/32';
    if (!read.ok) {
      say('network', { at: entry.at(word), data: { value: word.value } });
      return null;
    }
    if (read.value.lowBits) say('bits', { at: entry.at(word), data: { value: word.value }, severity: 'warning' });
    return `${read.value.bytes.join('.')}/${read.value.prefix}`;
  };
  for (const entry of entries) {
    const { name, args } = entry;
    if (args.length === 0 && name === 'ranges') {
      if (begun) say('ranges', { at: entry.nameAt });
      else ranged = true;
      continue;
    }
    // stream's geo looks at the address of the connection only, and has no proxies (ngx_stream_geo)
    const inHttp = entry.scope.context !== 'stream-geo';
    if (args.length === 0 && ((name === 'proxy_recursive' && inHttp) || (name === 'volatile' && knowsVolatile(entry)))) continue;
    if (args.length === 0 && name === 'volatile') {
      say('volatile', { at: entry.nameAt });
      continue;
    }
    if (args.length !== 1) {
      say('count', { at: entry.at(args[1] ?? entry.statement.name), data: { kind: 'geo', form: 'a network and a value' } });
      continue;
    }
    if (isTemplated(entry)) continue;
    const value = args[0]!;
    if (name === 'include') {
      if (includesMask(entry)) say('included', { at: entry.at(value), data: { value: value.value } });
      continue;
    }
    if (name === 'proxy' && inHttp) {
      network(entry, value);
      continue;
    }
    if (ranged) {
      if (name === 'default') continue;
      const word = name === 'delete' ? value : entry.statement.name;
      const [a = '', b] = [word.value.slice(0, word.value.indexOf('-')), word.value.slice(word.value.indexOf('-') + 1)];
      const from = number(a);
      const to = b === undefined ? null : number(b);
      if (!word.value.includes('-') || from === null || to === null || from > to) {
        say('range', { at: entry.at(word), data: { value: word.value } });
        continue;
      }
      if (name === 'delete') continue;
      const added = ranges.add(from, to);
      if (added === 'overlap') say('overlap', { at: entry.at(word), data: { value: word.value } });
      if (added === 'same') say('twice', { at: entry.at(word), data: { value: word.value }, severity: 'warning' });
      continue;
    }
    begun = true;
    if (name === 'default') continue;
    const word = name === 'delete' ? value : entry.statement.name;
    const key = network(entry, word);
    if (key === null) continue;
    if (name === 'delete') {
      if (!networks.delete(key)) say('absent', { at: entry.at(word), data: { value: word.value }, severity: 'warning' });
    } else if (networks.has(key)) say('twice', { at: entry.at(word), data: { value: word.value }, severity: 'warning' });
    else networks.set(key, entry);
  }
}

/** ngx_atofp with two decimals: hundredths of a percent; null when it is refused. */
function hundredths(text: string): number | null {
  const m = /^(\d*)(?:\.(\d{0,2}))?$/.exec(text);
  if (!m || text === '') return null;
  return Number(m[1] || '0') * 100 + Number((m[2] ?? '').padEnd(2, '0') || '0');
}

/** ngx_http_split_clients and the sum in ngx_conf_split_clients_block */
function splitClients(scope: Scope, entries: readonly Directive[], say: Say): void {
  let sum = 0;
  let bad = false;
  for (const entry of entries) {
    const { name } = entry;
    if (isTemplated(entry)) {
      bad = true;
      continue;
    }
    if (name === '*') {
      sum = 10000;
      continue;
    }
    const percent = name.endsWith('%') ? hundredths(name.slice(0, -1)) : null;
    if (percent === null || percent === 0) {
      say('percent', { at: entry.nameAt, data: { value: name } });
      bad = true;
      continue;
    }
    sum += percent;
    if (sum > 10000 && !bad) {
      bad = true;
      const close = scope.opener?.statement.close;
      say('total', {
        at: entry.nameAt,
        related: scope.opener && close ? [{ at: scope.opener.at(close), message: 'nginx -t reports this line.' }] : [],
      });
    }
  }
}

/** Whether bytes in hexadecimal begin with a character of two or three bytes, as ngx_utf8_decode reads it; what follows is not looked at. */
function isCharacter(hex: string): boolean {
  if (!/^(?:[0-9a-f]{2})+$/i.test(hex)) return false;
  const [lead = 0, ...rest] = hex.match(/../g)!.map((h) => Number.parseInt(h, 16));
  const tail = lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : 0;
  if (tail === 0 || rest.length < tail || rest.slice(0, tail).some((b) => b < 0x80)) return false;
  const code = rest.slice(0, tail).reduce((n, b) => (n << 6) | (b & 0x3f), lead & (tail === 1 ? 0x1f : 0x0f));
  return code > (tail === 1 ? 0x7f : 0x7ff);
}

/** ngx_http_charset_map */
function charsetMap(scope: Scope, entries: readonly Directive[], say: Say): void {
  const utf8 = scope.opener?.value(1).toLowerCase() === 'utf-8';
  // before 1.29 nothing limits the length; three bytes are what fits
  const longest = isNginx(scope.config, '1.29.0') ? 6 : Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    if (isTemplated(entry)) continue;
    if (entry.args.length !== 1) {
      say('count', { at: entry.at(entry.args[1] ?? entry.statement.name), data: { kind: 'charset_map', form: 'two codes' } });
      continue;
    }
    const [from, to] = wordsOf(entry) as [Word, Word];
    const byte = (w: Word): boolean => /^[0-9a-f]+$/i.test(w.value) && Number.parseInt(w.value, 16) <= 255;
    if (!byte(from)) say('hex', { at: entry.at(from), data: { value: from.value } });
    else if (utf8 ? !isCharacter(to.value) || to.value.length > longest : !byte(to))
      say('hex', { at: entry.at(to), data: { value: to.value } });
  }
}

/** ngx_http_core_type */
function types(entries: readonly Directive[], say: Say): void {
  const seen = new Map<string, Directive>();
  for (const entry of entries) {
    if (entry.name === 'include') {
      if (entry.args.length !== 1) say('include', { at: entry.nameAt });
      continue;
    }
    for (const word of entry.args) {
      const extension = word.value.toLowerCase();
      if (seen.has(extension))
        say('extension', { at: entry.at(word), data: { value: word.value, type: seen.get(extension)!.name }, severity: 'warning' });
      else seen.set(extension, entry);
    }
  }
}

const BODIES: { readonly [context in Context]?: (scope: Scope, entries: readonly Directive[], say: Say) => void } = table({
  map: (_s, e, say) => map(e, say),
  'stream-map': (_s, e, say) => map(e, say),
  geo: (_s, e, say) => geo(e, say),
  'stream-geo': (_s, e, say) => geo(e, say),
  split_clients: splitClients,
  'stream-split_clients': splitClients,
  charset_map: charsetMap,
  types: (_s, e, say) => types(e, say),
});

export default defineRule({
  id: 'invalid-entry',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Invalid line of map, geo, types or split_clients',
  why: `
The bodies of these blocks are not directives but lists that nginx reads with a grammar of its own: a map pairs a value with its result, a
geo a network, split_clients a share, types a type with its extensions. Each value may be there once.`,
  about: ['map', 'geo', 'types', 'split_clients', 'charset_map'],
  looksAt: { scope: Object.keys(BODIES) as Context[] },
  needs: 'file',
  messages: {
    block: 'Unexpected "{brace}": no block is allowed in this one.',
    count: 'Invalid number of the {kind} parameters: a line is {form}, and ends in ";".',
    default: 'Duplicate default map parameter. Keep one.',
    conflict: 'Conflicting parameter "{key}": the map has this value already (case does not count).',
    mask: 'Invalid hostname or wildcard "{key}". A mask is "*" as the first or the last part, with a dot.',
    network: 'Invalid network "{value}". Use an address or a network such as 10.0.0.0/8.',
    bits: 'Low address bits of "{value}" are meaningless: nginx drops them.',
    twice: '"{value}" is a duplicate; it replaces the earlier value.',
    absent: 'There is no network "{value}" to delete.',
    ranges: 'The "ranges" directive must be the first directive inside "geo" block.',
    range: 'Invalid range "{value}". Use two addresses with a hyphen between, the lower one first.',
    overlap: 'Range "{value}" overlaps an earlier range in part. Ranges may be nested or apart.',
    percent: 'Invalid percent value "{value}". Use a number above 0 with at most two decimals and "%", or "*".',
    total: 'Percent total is greater than 100%. "*" means the rest and must come last.',
    hex: 'Invalid value "{value}". Use hexadecimal codes.',
    include: 'Invalid number of arguments in "include" directive: it takes one.',
    included: 'nginx looks for a file named "{value}": masks in the include of a geo need nginx 1.29.8 or later. Name each file.',
    volatile: 'Invalid number of the geo parameters: "volatile" in a geo needs nginx 1.29.3 or later. Remove it.',
    extension: 'Duplicate extension "{value}": it has the type "{type}" already.',
  },
  check({ config, scope, report }) {
    if (scope.context === 'unknown') return;
    const say: Say = (message, r) => report(message, r);
    const entries: Directive[] = [];
    for (const entry of scope.directives) {
      if (isAftermath(entry, 'name') || isBroken(entry)) continue;
      if (entry.statement.open) report('block', { at: entry.at(endOf(entry)), data: { brace: '{' } });
      // what an include brings comes after it in the list
      else entries.push(entry);
    }
    if (config.kind === 'fragment' && !config.tree.standIn && scope === config.main) return;
    BODIES[scope.context]?.(scope, entries, say);
  },
  examples: [
    {
      inside: 'stream',
      bad: `geo $near {
    proxy 10.0.0.0/8;
#   ^^^^^ network
    default 0;
}
server {
    listen 127.0.0.1:9161;
    return $near;
}`,
      good: `geo $near {
    10.0.0.0/8 1;
    default 0;
}
server {
    listen 127.0.0.1:9161;
    return $near;
}`,
    },
    { inside: 'http', bad: '    map $uri $a { x 1; X 2; }\n#                      ^ conflict', good: '    map $uri $a { x 1; y 2; }' },
    {
      inside: 'http',
      bad: '    map $uri $a { default 1; default 2; }\n#                            ^^^^^^^ default',
      good: '    map $uri $a { default 1; }',
    },
    { inside: 'http', bad: '    map $uri $a { a b c; }\n#                     ^ count', good: '    map $uri $a { a "b c"; }' },
    {
      inside: 'http',
      bad: '    map $host $a { hostnames; a*b 1; }\n#                             ^^^ mask',
      good: '    map $host $a { hostnames; *.b 1; }',
    },
    {
      inside: 'http',
      settings: { nginx: '1.22.1' },
      bad: '    geo $a { include offices-*.geo; }\n#                    ^^^^^^^^^^^^^ included',
      good: '    geo $a { 192.0.2.0/24 office; }',
    },
    {
      inside: 'http',
      settings: { nginx: '1.22.1' },
      bad: '    geo $a { volatile; }\n#            ^^^^^^^^ volatile',
      good: '    geo $a { default 0; }',
    },
    { inside: 'http', bad: '    geo $a { 300.1.1.1 1; }\n#            ^^^^^^^^^ network', good: '    geo $a { 10.1.1.1 1; }' },
    {
      inside: 'http',
      bad: '    geo $a { ranges; 10.0.0.9-10.0.0.1 1; }\n#                    ^^^^^^^^^^^^^^^^^ range',
      good: '    geo $a { ranges; 10.0.0.1-10.0.0.9 1; }',
    },
    {
      inside: 'http',
      bad: '    split_clients $uri $a { 60% x; 60% y; }\n#                                  ^^^ total',
      good: '    split_clients $uri $a { 60% x; * y; }',
    },
    {
      inside: 'http',
      bad: '    split_clients $uri $a { 50 x; * y; }\n#                           ^^ percent',
      good: '    split_clients $uri $a { 50% x; * y; }',
    },
    { inside: 'http', bad: '    charset_map a b { ZZ 41; }\n#                     ^^ hex', good: '    charset_map a b { 80 41; }' },
    { inside: 'http', bad: '    map $uri $a { x { } }\n#                   ^ block', good: '    map $uri $a { x 1; }' },
    {
      inside: 'http',
      bad: '    charset_map a b { include cyrillic.map; }\n#                     ^^^^^^^ hex',
      good: '    charset_map a b { 80 41; }',
    },
  ],
});
