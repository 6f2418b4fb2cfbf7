/**
 * Values with variables, compiled once and evaluated for each request (ngx_http_script_compile). Knows the syntax of `$name`, `${name}`
 * and `$1`; what a name means is asked of the one who evaluates.
 */
import { type ByteString, toBytes } from '../base/bytes.ts';

export type Part =
  | { readonly kind: 'text'; readonly text: ByteString }
  /** lower case, without the dollar sign */
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'capture'; readonly group: number }
  /** the first `?` of a rewrite's replacement: what follows are arguments */
  | { readonly kind: 'args' };

export interface Value {
  readonly source: string;
  readonly parts: readonly Part[];
  /** the bytes, when there is no variable in it */
  readonly literal: ByteString | null;
  /** captures and variables together: a variable's evaluation may replace the captures */
  readonly mixed: boolean;
}

/** Who knows variables and captures. */
export interface Scripting {
  variable(name: string): ByteString | null;
  capture(group: number): ByteString;
}

const compiled = new Map<string, Value>();
const compiledArgs = new Map<string, Value>();
const KEPT = 20_000;

/** Reads a value; a dollar sign that begins no name stands for itself. `args`: the first `?` in literal text divides the value. */
export function compileValue(source: string, args = false): Value {
  const kept = args ? compiledArgs : compiled;
  let value = kept.get(source);
  if (!value) {
    if (kept.size >= KEPT) kept.clear();
    kept.set(source, (value = read(source, args)));
  }
  return value;
}

const NAME = /\$(?:([1-9])|\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/g;

function read(source: string, args: boolean): Value {
  const parts: Part[] = [];
  let divided = !args;
  const text = (from: number, to: number): void => {
    if (from === to) return;
    const piece = toBytes(source.slice(from, to));
    const mark = divided ? -1 : piece.indexOf('?');
    if (mark < 0) {
      parts.push({ kind: 'text', text: piece });
      return;
    }
    divided = true;
    if (mark > 0) parts.push({ kind: 'text', text: piece.slice(0, mark) });
    parts.push({ kind: 'args' });
    if (mark + 1 < piece.length) parts.push({ kind: 'text', text: piece.slice(mark + 1) });
  };
  let at = 0;
  for (const m of source.matchAll(NAME)) {
    text(at, m.index);
    at = m.index + m[0].length;
    if (m[1] !== undefined) parts.push({ kind: 'capture', group: Number(m[1]) });
    else parts.push({ kind: 'variable', name: (m[2] ?? m[3])!.toLowerCase() });
  }
  text(at, source.length);
  const plain = parts.every((p) => p.kind === 'text');
  const mixed = parts.some((p) => p.kind === 'capture') && parts.some((p) => p.kind === 'variable');
  return { source, parts, literal: plain ? parts.map((p) => (p as { text: string }).text).join('') : null, mixed };
}

/**
 * The value for a request (ngx_http_complex_value). nginx reads every variable once for the length and once for the bytes, so a map whose
 * regex replaces the captures does so before a capture that stands left of it is written.
 */
export function evaluate(value: Value, on: Scripting): ByteString {
  if (value.literal !== null) return value.literal;
  const { parts } = value;
  if (parts.length === 1) {
    const only = parts[0]!;
    return only.kind === 'variable' ? (on.variable(only.name) ?? '') : only.kind === 'capture' ? on.capture(only.group) : '';
  }
  if (value.mixed) for (const part of parts) if (part.kind === 'variable') on.variable(part.name);
  let out = '';
  for (const part of parts) {
    if (part.kind === 'text') out += part.text;
    else if (part.kind === 'variable') out += on.variable(part.name) ?? '';
    else if (part.kind === 'capture') out += on.capture(part.group);
    else out += '?';
  }
  return out;
}

/** Names of the variables that a text uses, lower case, without captures. */
export const variablesIn = (source: string): string[] => compileValue(source).parts.flatMap((p) => (p.kind === 'variable' ? [p.name] : []));
