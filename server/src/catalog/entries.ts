// The bodies that nginx reads with a parser of their own: map, geo, split_clients, charset_map, types. It says what nginx refuses or
// warns of within one body, entry by entry. Included files are the caller's: their entries are given in place, or the checks that look
// back (duplicates, totals) are blind to them. Regular expressions and variables are not judged here.
import type { Target } from './catalog.ts';
import type { Context } from './context.ts';
import { atofp, networkText, parseCidr, parseIpv4 } from './value-kind.ts';
import { atLeast } from './version.ts';

/** One entry: its words in order, the first included. */
export type Entry = readonly string[];

export interface EntryFinding {
  /** Index in the entries. */
  readonly entry: number;
  /** Index of the word in the entry; -1 for the entry as a whole. */
  readonly word: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly nginx: string;
  readonly replacement?: string;
}

type Say = (entry: number, word: number, message: string, nginx: string, extra?: { warning?: true; replacement?: string }) => void;

/**
 * How ngx_hash_add_key files a name when masks are allowed: `.a` and `*.a` as heads, `a.*` as tails, the rest exactly; null for a name
 * that it refuses (a star elsewhere, two dots).
 */
export function maskOf(name: string): 'exact' | 'head' | 'tail' | null {
  if (name.includes('..') || name.includes('\0')) return null;
  const stars = name.split('*').length - 1;
  if (stars > 1) return null;
  if (name.length > 1 && name.startsWith('.')) return 'head';
  if (name.length > 2 && name.startsWith('*.')) return 'head';
  if (name.length > 2 && name.endsWith('.*')) return 'tail';
  return stars ? null : 'exact';
}

function map(entries: readonly Entry[], target: Target, say: Say): void {
  let hostnames = false;
  let hasDefault = false;
  const seen = new Map<string, number>();
  entries.forEach((words, i) => {
    const [first = '', ...rest] = words;
    if (rest.length === 0 && first === 'hostnames') {
      hostnames = true;
      return;
    }
    if (rest.length === 0 && first === 'volatile' && atLeast(target.nginx, '1.11.7')) return;
    if (rest.length !== 1) {
      say(i, -1, 'An entry of a map is a value and its result. Put texts with blanks in quotes.', 'invalid number of the map parameters');
      return;
    }
    if (first === 'include') return;
    if (first === 'default') {
      if (hasDefault) say(i, 0, 'A second "default". Keep one.', 'duplicate default map parameter');
      hasDefault = true;
      return;
    }
    if (first.startsWith('~')) return;
    // ngx_http_map takes a backslash away from its own words and from "~"
    const key = first.replace(/^\\/, '').toLowerCase();
    if (hostnames && maskOf(key) === null) {
      say(i, 0, `"${first}" is not a host name or a mask such as "*.example.com" or "example.*".`, `invalid hostname or wildcard "${key}"`);
      return;
    }
    if (seen.has(key)) say(i, 0, `"${first}" is listed already (case does not count). Keep one.`, `conflicting parameter "${key}"`);
    else seen.set(key, i);
  });
}

function geo(entries: readonly Entry[], target: Target, say: Say): void {
  let ranges = false;
  let any = false;
  const seen = new Set<string>();
  const network = (i: number, word: number, text: string): string | null => {
    // ngx_http_geo_cidr_value tells this address from a failure, which ngx_ptocidr cannot
    if (text === '255.255.255.255') return `${text}/32`;
    const read = parseCidr(text);
    if (!read.ok) {
      say(i, word, `"${text}" is not an address or network.`, `invalid network "${text}"`);
      return null;
    }
    const clean = networkText(read.value);
    if (read.value.lowBits)
      say(i, word, `"${text}" has bits set behind its prefix; nginx uses ${clean}.`, `low address bits of ${text} are meaningless`, {
        warning: true,
        replacement: clean,
      });
    return clean;
  };
  const range = (i: number, word: number, text: string): void => {
    const dash = text.indexOf('-');
    const from = dash < 0 ? text : text.slice(0, dash);
    const to = dash < 0 ? undefined : text.slice(dash + 1);
    const a = parseIpv4(from);
    const b = to === undefined ? null : to === '255.255.255.255' ? 4294967295 : parseIpv4(to);
    if (a === null || b === null)
      say(i, word, `"${text}" is not a range such as 10.0.0.1-10.0.0.9. With "ranges" there are no networks.`, `invalid range "${text}"`);
    else if (a > b) say(i, word, `The range "${text}" is turned round.`, `invalid range "${text}"`);
  };
  entries.forEach((words, i) => {
    const [first = '', ...rest] = words;
    if (rest.length === 0 && first === 'ranges') {
      if (any) say(i, 0, '"ranges" must be the first entry.', 'the "ranges" directive must be the first directive inside "geo" block');
      ranges = true;
      return;
    }
    if (rest.length === 0 && first === 'proxy_recursive') return;
    if (rest.length === 0 && first === 'volatile' && atLeast(target.nginx, '1.29.3')) return;
    if (rest.length !== 1) {
      say(i, -1, 'An entry of a geo is a network and its value.', 'invalid number of the geo parameters');
      return;
    }
    const [value = ''] = rest;
    if (first === 'include') return;
    if (first === 'proxy') {
      network(i, 1, value);
      return;
    }
    any = true;
    if (first === 'default') return;
    const [at, text] = first === 'delete' ? [1, value] : [0, first];
    if (ranges) {
      range(i, at, text);
      return;
    }
    const clean = network(i, at, text);
    if (clean === null || first === 'delete') return;
    if (seen.has(clean)) say(i, 0, `"${text}" is listed already; the later value wins.`, `duplicate network "${text}"`, { warning: true });
    seen.add(clean);
  });
}

function splitClients(entries: readonly Entry[], _target: Target, say: Say): void {
  let sum = 0n;
  entries.forEach((words, i) => {
    const [first = ''] = words;
    if (first === '*') {
      if (i < entries.length - 1 && entries.slice(i + 1).some(([w]) => w !== '*'))
        say(i, 0, '"*" takes all that is left and must be the last entry.', 'percent total is greater than 100%');
      return;
    }
    const percent = first.endsWith('%') ? atofp(first.slice(0, -1), 2) : null;
    if (percent === null || percent === 0n) {
      const digits = /^\d+(?:\.\d{1,2})?$/.test(first);
      say(
        i,
        0,
        `"${first}" is not a percentage above 0 with at most two places.`,
        `invalid percent value "${first}"`,
        digits ? { replacement: `${first}%` } : {},
      );
      return;
    }
    sum += percent;
    if (sum > 10000n && sum - percent <= 10000n)
      say(i, 0, 'The percentages add up to more than 100%.', 'percent total is greater than 100%');
  });
}

const HEX = /^[0-9A-Fa-f]+$/;

/** ngx_utf8_decode as charset_map uses it: one character of two or three bytes. */
function isUtf8(hex: string): boolean {
  if (!HEX.test(hex) || hex.length % 2) return false;
  const bytes = hex.match(/../g)!.map((h) => Number.parseInt(h, 16));
  const lead = bytes[0] ?? 0;
  const tail = lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xc2 && lead < 0xe0 ? 1 : 0;
  return tail > 0 && bytes.length > tail && bytes.slice(1, tail + 1).every((b) => b >> 6 === 2);
}

function charsetMap(utf8: boolean) {
  return (entries: readonly Entry[], _target: Target, say: Say): void =>
    entries.forEach((words, i) => {
      if (words[0] === 'include' && words.length === 2) return;
      if (words.length !== 2) {
        say(i, -1, 'An entry of a charset_map is two codes in hexadecimal.', 'invalid parameters number');
        return;
      }
      words.forEach((word, at) => {
        if (utf8 && at === 1 && word.length > 2 && word.length % 2) return;
        const fine = utf8 && at === 1 ? isUtf8(word) : HEX.test(word) && Number.parseInt(word, 16) <= 255;
        if (!fine) {
          const wanted = utf8 && at === 1 ? 'the bytes of one character in UTF-8, in hexadecimal' : 'a code of 00 to FF in hexadecimal';
          say(i, at, `"${word}" is not ${wanted}.`, `invalid value "${word}"`);
        }
      });
    });
}

function types(entries: readonly Entry[], _target: Target, say: Say): void {
  const seen = new Map<string, string>();
  entries.forEach((words, i) => {
    const [type = '', ...extensions] = words;
    if (type === 'include') {
      if (extensions.length !== 1) say(i, -1, '"include" takes one argument.', 'invalid number of arguments in "include" directive');
      return;
    }
    extensions.forEach((extension, at) => {
      const lower = extension.toLowerCase();
      const before = seen.get(lower);
      if (before !== undefined)
        say(
          i,
          at + 1,
          `The extension "${extension}" is listed already, for ${before}; the later type wins.`,
          `duplicate extension "${lower}", content type: "${type}", previous content type: "${before}"`,
          { warning: true },
        );
      seen.set(lower, type);
    });
  });
}

/**
 * What nginx says of the entries of a body. `opener` holds the arguments of the block (`charset_map koi8-r utf-8`). Contexts without
 * such a parser give nothing.
 */
export function checkEntries(context: Context, opener: readonly string[], entries: readonly Entry[], target: Target): EntryFinding[] {
  const checks: { readonly [c in Context]?: (entries: readonly Entry[], target: Target, say: Say) => void } = {
    map,
    'stream-map': map,
    geo,
    'stream-geo': geo,
    split_clients: splitClients,
    'stream-split_clients': splitClients,
    charset_map: charsetMap(opener[1]?.toLowerCase() === 'utf-8'),
    types,
  };
  const found: EntryFinding[] = [];
  checks[context]?.(entries, target, (entry, word, message, nginx, extra = {}) =>
    found.push({ entry, word, severity: extra.warning ? 'warning' : 'error', message, nginx, replacement: extra.replacement }),
  );
  return found;
}
