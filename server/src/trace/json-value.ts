/** What `json_set` takes out of a text: strings without their escapes, everything else as it is written, the last of several members of one name. */
import { hasHalfOfPair, type JsonStep } from '../catalog/json-path.ts';

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

/** The last value at a path below the one at `start`; where a name is there twice, each may lead on. */
function lastAt(text: string, start: number, path: readonly JsonStep[]): string | null {
  const value = valueAt(text, start);
  const [step, ...rest] = path;
  if (step === undefined) return text.slice(start, value.end);
  for (const inner of value.inner.toReversed()) {
    const found = inner.key === step ? lastAt(text, inner.start, rest) : null;
    if (found !== null) return found;
  }
  return null;
}

/** The value at the path; null when it is not there, or when the text is no JSON or nested deeper than `maxDepth`. */
export function jsonValue(text: string, path: readonly JsonStep[], maxDepth: number): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const start = skip(text, 0);
  if (hasHalfOfPair(text) || valueAt(text, start).depth > maxDepth) return null;
  const raw = lastAt(text, start, path);
  return raw?.startsWith('"') ? (JSON.parse(raw) as string) : raw;
}
