/**
 * Whether what is read of a configuration is what was read before: the law of config/asked.ts for whole configurations that nobody has open. Whoever judged
 * the one has judged the other. A text of the project is the same while its document is; one that is built in by its text.
 */
import type { FileId } from '../base/file-id.ts';
import type { Settings } from '../config/settings.ts';
import { isStock } from '../config/stock.ts';
import type { Tree } from '../config/tree.ts';

export interface Reading {
  readonly tree: Tree;
  readonly settings: Settings;
  readonly contexts: readonly string[] | null;
}

/** True where nothing of a reading is another than in the one before. What cannot be compared counts as another. */
export const isSameReading = (before: Reading, now: Reading): boolean =>
  isSame(before.tree, now.tree, 0) && isSame(before.settings, now.settings, 0) && isSame(before.contexts, now.contexts, 0);

/** Levels of objects that are compared. */
const MAX_DEPTH = 12;

function isSame(a: unknown, b: unknown, depth: number): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || depth > MAX_DEPTH) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Map && b instanceof Map)
    // statements are keys, too: of texts that are the same they come in the same order
    return a.size === b.size && isSameList([...a.values()], [...b.values()], depth) && isSameList(names(a), names(b), depth);
  if (a instanceof Set && b instanceof Set) return isSameList([...a], [...b], depth);
  if (Array.isArray(a) && Array.isArray(b)) return isSameList(a, b, depth);
  if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b);
  if (isBuiltIn(a) && isBuiltIn(b)) return a.id === b.id && a.text === b.text;
  if (Object.getPrototypeOf(a) !== Object.prototype && Object.getPrototypeOf(a) !== null) return false;
  const [own, other] = [Object.entries(a), new Map(Object.entries(b))];
  return own.length === other.size && own.every(([key, value]) => other.has(key) && isSame(value, other.get(key), depth + 1));
}

const isSameList = (a: readonly unknown[], b: readonly unknown[], depth: number): boolean =>
  a.length === b.length && a.every((x, i) => isSame(x, b[i], depth + 1));

const names = (map: ReadonlyMap<unknown, unknown>): unknown[] => [...map.keys()].filter((key) => typeof key === 'string');

/** A text that comes with the program, such as a main file that stands in. */
const isBuiltIn = (x: object): x is { id: string; text: string } =>
  'id' in x && 'text' in x && typeof x.text === 'string' && typeof x.id === 'string' && isStock(x.id as FileId);
