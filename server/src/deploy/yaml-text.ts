/** YAML and JSON as values with their places: the `yaml` package reads, this file keeps where each scalar stands. Aliases are followed, merge keys (`<<`) merged. */

import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, type ParsedNode, parseAllDocuments } from 'yaml';
import type { FileId } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import { MappedText } from './mapped-text.ts';
import { TooMuch } from './unread.ts';

export interface YamlEntry {
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: YamlValue;
}

interface Tagged {
  readonly place: Place;
  /** `!reset`, `!override`: a tag that the file gives; null for YAML's own */
  readonly tag: string | null;
}

export type YamlValue =
  | (Tagged & { readonly kind: 'scalar'; readonly text: MappedText; readonly value: unknown })
  | (Tagged & { readonly kind: 'list'; readonly items: readonly YamlValue[] })
  | (Tagged & { readonly kind: 'map'; readonly entries: readonly YamlEntry[] })
  | (Tagged & { readonly kind: 'none' });

const MAX_LENGTH = 512 * 1024;
const MAX_NODES = 20_000;

/** An alias is looked for in the whole document. */
const MAX_ALIASES = 500;

/**
 * The documents of a text; broken ones are left out. What goes beyond the limits is not read: where the text is wanted whole, TooMuch is thrown,
 * else it is left out.
 */
export function yamlDocuments(file: FileId, text: string, whole = false): YamlValue[] {
  const beyond = (what: string): void => {
    if (whole) throw new TooMuch(`it holds more than ${what}`);
  };
  // what a caller has blanked out costs nothing
  if (text.length > MAX_LENGTH && text.replace(/[ \n]+/g, ' ').length > MAX_LENGTH) {
    beyond(`${MAX_LENGTH / 1024} K characters`);
    return [];
  }
  let aliases = 0;
  let documents: Document.Parsed<ParsedNode>[];
  try {
    const parsed = parseAllDocuments(text, { strict: false, uniqueKeys: false, merge: false, logLevel: 'silent' });
    documents = Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
  return documents.map((document) => {
    let budget = MAX_NODES;
    const placeOf = (node: Node | null | undefined): Place => {
      const range = node?.range;
      return { file, span: { start: range?.[0] ?? 0, end: range?.[1] ?? 0 } };
    };
    const convert = (node: unknown, depth: number): YamlValue => {
      const written = (node as { tag?: unknown } | null | undefined)?.tag;
      const tag = typeof written === 'string' && /^![^!]/.test(written) ? written : null;
      const none = { kind: 'none', tag, place: placeOf(node as Node) } as const;
      if (--budget < 0 || depth > 40) {
        beyond(budget < 0 ? `${MAX_NODES} values` : '40 levels');
        return none;
      }
      if (isAlias(node) && ++aliases > MAX_ALIASES) {
        beyond(`${MAX_ALIASES} aliases`);
        return none;
      }
      if (isAlias(node)) return convert(node.resolve(document), depth + 1);
      if (isScalar(node)) {
        if (node.value === null || node.value === undefined || tag === '!reset') return none;
        const place = placeOf(node);
        const value = typeof node.value === 'string' ? node.value : text.slice(place.span.start, place.span.end);
        return { kind: 'scalar', tag, value: node.value, place, text: MappedText.aligned(file, value, text, place.span) };
      }
      if (tag === '!reset') return none;
      if (isSeq(node)) return { kind: 'list', tag, place: placeOf(node), items: node.items.map((item) => convert(item, depth + 1)) };
      if (isMap(node)) {
        const entries: YamlEntry[] = [];
        for (const pair of node.items) {
          if (!isPair(pair) || !isScalar(pair.key)) continue;
          const key = String(pair.key.value);
          const value = convert(pair.value, depth + 1);
          if (key === '<<') {
            const merged = value.kind === 'list' ? value.items : [value];
            for (const source of merged) if (source.kind === 'map') entries.unshift(...source.entries);
          } else entries.push({ key, keyPlace: placeOf(pair.key), value });
        }
        const last = new Map(entries.map((e) => [e.key, e]));
        return { kind: 'map', tag, place: placeOf(node), entries: [...last.values()] };
      }
      return none;
    };
    return convert(document.contents, 0);
  });
}

/** The value below a key of a map. */
export const child = (value: YamlValue | undefined, key: string): YamlValue | undefined =>
  value?.kind === 'map' ? value.entries.find((e) => e.key === key)?.value : undefined;

/** The text of a scalar; undefined for anything else. */
export const scalarText = (value: YamlValue | undefined): MappedText | undefined => (value?.kind === 'scalar' ? value.text : undefined);
