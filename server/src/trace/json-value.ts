/** What `json_set` takes out of a text: strings without their escapes, everything else as it is written, the last of several members of one name. */
import type { JsonStep } from '../catalog/json-path.ts';

const SPACE = /[ \t\n\r]*/y;
const SCALAR = /"(?:[^"\\]|\\.)*"|[^\s,\]}]+/sy;

const match = (pattern: RegExp, text: string, at: number): string => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
};
const skip = (text: string, at: number): number => at + match(SPACE, text, at).length;

interface Found {
  readonly end: number;
  readonly depth: number;
  /** members and elements with their spans, in order */
  readonly inner: readonly { readonly key: JsonStep; readonly start: number; readonly end: number }[];
}

/** The value at an offset of a text that is valid JSON. */
function valueAt(text: string, start: number): Found {
  const open = text[start];
  if (open !== '{' && open !== '[') return { end: start + match(SCALAR, text, start).length, depth: 0, inner: [] };
  const inner: { key: JsonStep; start: number; end: number }[] = [];
  let deepest = 0;
  let at = skip(text, start + 1);
  while (text[at] !== '}' && text[at] !== ']') {
    let key: JsonStep = inner.length;
    if (open === '{') {
      const name = match(SCALAR, text, at);
      key = JSON.parse(name) as string;
      at = skip(text, skip(text, at + name.length) + 1);
    }
    const value = valueAt(text, at);
    inner.push({ key, start: at, end: value.end });
    deepest = Math.max(deepest, value.depth);
    at = skip(text, value.end);
    if (text[at] === ',') at = skip(text, at + 1);
  }
  return { end: at + 1, depth: deepest + 1, inner };
}

/** The value at the path; null when it is not there, or when the text is no JSON or nested deeper than `maxDepth`. */
export function jsonValue(text: string, path: readonly JsonStep[], maxDepth: number): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  let start = skip(text, 0);
  let value = valueAt(text, start);
  if (value.depth > maxDepth) return null;
  for (const step of path) {
    const next = value.inner.findLast((i) => i.key === step);
    if (!next) return null;
    start = next.start;
    value = valueAt(text, start);
  }
  const raw = text.slice(start, value.end);
  return raw.startsWith('"') ? (JSON.parse(raw) as string) : raw;
}
