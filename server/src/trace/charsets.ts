/**
 * Recoding from one charset to another, byte for byte, by the tables of charset_map (ngx_http_charset_filter_module.c). A map serves both ways;
 * charsets that no line of the configuration names are unknown to nginx.
 */
import { type ByteString, lower, toBytes } from '../base/bytes.ts';
import { asked, PerConfig } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';

export interface Recoding {
  /** the length of the body is another: nginx drops Content-Length */
  readonly resizes: boolean;
  /** the body in the other charset; null where nginx's own doing is not followed */
  recode(text: ByteString): ByteString | null;
}

const UTF8 = 'utf-8';

interface Charsets {
  readonly known: ReadonlySet<ByteString>;
  /** by both names, lower case, with a blank between */
  readonly maps: ReadonlyMap<string, Directive>;
}

const charsets = new PerConfig((config): Charsets => {
  const known = new Set<ByteString>();
  const maps = new Map<string, Directive>();
  for (const d of config.main.all) {
    if (d.name !== 'charset' && d.name !== 'source_charset' && d.name !== 'charset_map') continue;
    const names = d.values.map((v) => lower(toBytes(v)));
    for (const name of names) if (!name.startsWith('$') && name !== 'off') known.add(name);
    if (d.name === 'charset_map') maps.set(names.join(' '), d);
  }
  return { known, maps };
});

/** Whether some line of the configuration names the charset (ngx_http_get_charset). */
export const isKnownCharset = (config: Config, name: ByteString): boolean => isNamed(config, lower(name));

const isNamed = (config: Config, name: ByteString): boolean => asked(config, `charset ${name}`, (c) => charsets.of(c).known.has(name));

const mapBetween = (config: Config, from: ByteString, to: ByteString): Directive | undefined =>
  asked(config, `charset_map ${from} ${to}`, (c) => charsets.of(c).maps.get(`${from} ${to}`));

/** How text of one charset becomes text of another; null: there is no charset_map between them. */
export function recodingOf(config: Config, from: ByteString, to: ByteString): Recoding | null {
  const [a, b] = [lower(from), lower(to)];
  const there = mapBetween(config, a, b);
  const map = there ?? mapBetween(config, b, a);
  if (!map) return null;
  const wide = lower(toBytes(map.value(1))) === UTF8;
  const resizes = a === UTF8 || b === UTF8;
  // a table whose first charset is UTF-8 is one of single bytes to nginx
  if (resizes && !wide) return { resizes, recode: () => null };
  const rows = rowsOf(map);
  if (wide) return { resizes, recode: there ? widened(rows) : narrowed(rows) };
  return { resizes, recode: bytewise(there ? rows : rows.map(([x, y]) => [y.charCodeAt(0), String.fromCharCode(x)])) };
}

/** A byte of the first charset and what it is in the second. */
type Row = readonly [byte: number, bytes: ByteString];

function rowsOf(map: Directive): Row[] {
  return (map.body?.directives ?? []).flatMap((d): Row[] => {
    const bytes = (d.value(0).match(/../g) ?? []).map((hex) => String.fromCharCode(Number.parseInt(hex, 16))).join('');
    return /^[\da-f]{1,2}$/i.test(d.name) && bytes !== '' ? [[Number.parseInt(d.name, 16), bytes]] : [];
  });
}

const tableOf = (rows: readonly Row[]): ByteString[] => {
  const table = Array.from({ length: 256 }, (_, i) => (i < 128 ? String.fromCharCode(i) : '?'));
  for (const [byte, bytes] of rows) table[byte] = bytes;
  return table;
};

const bytewise = (rows: readonly Row[]): Recoding['recode'] => {
  const table = tableOf(rows.map(([x, y]) => [x, y[0]!]));
  return (text) => Array.from(text, (c) => table[c.charCodeAt(0)]!).join('');
};

const widened = (rows: readonly Row[]): Recoding['recode'] => {
  const table = tableOf(rows);
  return (text) => Array.from(text, (c) => table[c.charCodeAt(0)]!).join('');
};

const SEQUENCE = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/y;

function codeOf(bytes: ByteString): number {
  const rest = bytes.length - 1;
  let code = bytes.charCodeAt(0) & (rest === 1 ? 0x1f : rest === 2 ? 0x0f : 0x07);
  for (let i = 1; i <= rest; i++) code = (code << 6) | (bytes.charCodeAt(i) & 0x3f);
  return code;
}

/** From UTF-8: what the map does not have becomes a character reference; of what is no UTF-8 nothing is said. */
const narrowed = (rows: readonly Row[]): Recoding['recode'] => {
  const back = new Map(rows.filter(([, bytes]) => bytes.length > 1).map(([byte, bytes]) => [codeOf(bytes), String.fromCharCode(byte)]));
  return (text) => {
    let out = '';
    for (let i = 0; i < text.length; ) {
      if (text.charCodeAt(i) < 0x80) {
        out += text[i++];
        continue;
      }
      SEQUENCE.lastIndex = i;
      const found = SEQUENCE.exec(text)?.[0];
      if (found === undefined) return null;
      const code = codeOf(found);
      out += back.get(code) ?? `&#${code};`;
      i += found.length;
    }
    return out;
  };
};
