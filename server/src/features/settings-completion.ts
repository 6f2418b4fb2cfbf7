/**
 * Proposals in `.proxylens.yaml`, from the schema that also checks it: keys, ids of rules, levels and other fixed values. A file that is being
 * typed is rarely whole, so the place is told by indentation and by open braces, line by line; anchors and multi-line texts are not followed.
 */
import { RULE_GROUPS, type Rule } from '../rules/rule.ts';
import type { Completion, Item } from './completion/item.ts';
import { type JsonSchema, settingsSchema } from './settings-schema.ts';

/** A key, or `null` for an item of a list. */
type Step = string | null;

interface Place {
  readonly path: readonly Step[];
  /** whether a key is being typed, or what belongs to one */
  readonly wants: 'key' | 'value';
  /** what is typed of it */
  readonly typed: string;
  /** keys that are beside it already */
  readonly taken: ReadonlySet<string>;
}

const KEY = /^([\w./-]+):(?:\s|$)/;

interface Line {
  /** column of its first key or value, behind the dashes */
  readonly column: number;
  /** column of its first dash; null when it begins no item */
  readonly dash: number | null;
  readonly key: string | null;
  /** whether something comes after the key */
  readonly full: boolean;
}

function readLine(text: string): Line | null {
  const lead = /^\s*/.exec(text)![0].length;
  const dashes = /^(?:-(?:\s+|$))*/.exec(text.slice(lead))![0];
  const rest = text.slice(lead + dashes.length);
  if (!dashes && (rest === '' || rest.startsWith('#'))) return null;
  const key = KEY.exec(rest)?.[1] ?? null;
  const after = key === null ? '' : rest.slice(key.length + 1).replace(/(^|\s)#.*$/, '');
  return { column: lead + dashes.length, dash: dashes ? lead : null, key, full: after.trim() !== '' };
}

/** The keys around a column of a line, outermost first. */
function pathTo(lines: readonly string[], at: number, column: number, dash: number | null): Step[] {
  const path: Step[] = [];
  let inner = column;
  let item = dash;
  for (let i = at; i >= 0; i--) {
    if (item !== null) {
      path.unshift(null);
      inner = item + 1;
      item = null;
    }
    if (i === 0) break;
    const line = readLine(lines[i - 1]!);
    if (!line) continue;
    if (line.column < inner && line.key !== null && !line.full) {
      path.unshift(line.key);
      inner = line.column;
      item = line.dash;
    } else if (line.column === inner && line.dash !== null && line.dash < inner) {
      // a key further down in the same item
      item = line.dash;
    }
  }
  return path;
}

/** Keys on the same level as a line's, above and below it. */
function siblings(lines: readonly string[], at: number, column: number): Set<string> {
  const found = new Set<string>();
  for (const step of [-1, 1])
    for (let i = at + step; i >= 0 && i < lines.length; i += step) {
      const line = readLine(lines[i]!);
      if (!line) continue;
      if (line.column < column) break;
      if (line.column === column && line.key !== null) found.add(line.key);
      if (line.column === column && line.dash !== null && step < 0) break;
    }
  return found;
}

/** What is typed at an offset: null in comments, in quotes and where nothing can be told. */
function placeAt(text: string, offset: number): Place | null {
  const lines = text.split(/\r?\n/);
  const at = text.slice(0, offset).split('\n').length - 1;
  const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  if (/(^|\s)#|["']/.test(before)) return null;
  const line = readLine(`${before}x`)!;
  const own = before.slice(line.column);
  const key = KEY.exec(own)?.[1] ?? null;
  const path = pathTo(lines, at, line.column, line.dash);
  if (key === null) {
    if (/[\s{[]/.test(own)) return null;
    return { path, wants: 'key', typed: own, taken: siblings(lines, at, line.column) };
  }
  path.push(key);
  let rest = own.slice(key.length + 1).trimStart();
  let taken = new Set<string>();
  // flow collections on the same line: { a: off, b: … } and [a, b]
  while (/^[{[]/.test(rest)) {
    const list = rest.startsWith('[');
    const parts = rest.slice(1).split(/[,{[]/);
    const opened = Math.max(rest.lastIndexOf('{'), rest.lastIndexOf('['));
    if (/[}\]]/.test(rest.slice(opened))) return null;
    if (opened > 0) {
      const outer = KEY.exec(rest.slice(1, opened).split(',').at(-1)!.trim() + ' ')?.[1];
      path.push(...(list ? [null] : []), ...(outer ? [outer] : []));
      rest = rest.slice(opened);
      continue;
    }
    const last = parts.at(-1)!.trimStart();
    if (list) return { path: [...path, null], wants: 'key', typed: last, taken: new Set(parts.slice(0, -1).map((p) => p.trim())) };
    const inner = KEY.exec(last)?.[1];
    taken = new Set(parts.slice(0, -1).flatMap((p) => KEY.exec(p.trim())?.[1] ?? []));
    if (inner === undefined) return { path, wants: 'key', typed: last, taken };
    path.push(inner);
    rest = last.slice(inner.length + 1).trimStart();
  }
  return /\s/.test(rest) ? null : { path, wants: 'value', typed: rest, taken };
}

function schemaAt(root: JsonSchema, path: readonly Step[]): JsonSchema | null {
  let at: JsonSchema | undefined = root;
  for (const step of path) {
    if (step === null) at = at.items;
    else at = at.properties?.[step] ?? (typeof at.additionalProperties === 'object' ? at.additionalProperties : undefined);
    if (!at) return null;
  }
  return at;
}

function opening(schema: JsonSchema): string {
  if (schema.type === 'object' || schema.type === 'array') return ':';
  return ': ';
}

const valuesOf = (schema: JsonSchema): readonly string[] => schema.enum ?? (schema.type === 'boolean' ? ['true', 'false'] : []);

/** The proposals at an offset (UTF-16) of a settings file, for the rules that there are; null where none fit. */
export function settingsCompletion(text: string, offset: number, rules: readonly Rule[]): Completion | null {
  const place = placeAt(text, offset);
  const schema = place && schemaAt(settingsSchema(rules), place.path);
  if (!place || !schema) return null;
  const span = { start: offset - place.typed.length, end: offset + /^[\w.-]*/.exec(text.slice(offset))![0].length };
  const items: Item[] = [];
  const keys = place.wants === 'key' ? Object.entries(schema.properties ?? {}) : [];
  const followed = text.slice(span.end).startsWith(':');
  for (const [key, of] of keys)
    if (!place.taken.has(key))
      items.push({
        label: key,
        kind: 'parameter',
        ...(of.default === undefined ? {} : { detail: String(of.default) }),
        ...(followed ? {} : { plain: `${key}${opening(of)}` }),
        ...(of.description === undefined ? {} : { subject: { text: of.description } }),
      });
  if (!keys.length) {
    const rulesHere = place.path[0] === 'ignore' && place.path[2] === 'rules' && place.path[3] === null;
    const names = rulesHere ? [...RULE_GROUPS, ...rules.map((r) => r.id)] : valuesOf(schema);
    for (const name of names)
      if (!place.taken.has(name)) items.push({ label: name, kind: 'value', ...(schema.default === name ? { detail: 'default' } : {}) });
  }
  return items.length ? { span, items } : null;
}
