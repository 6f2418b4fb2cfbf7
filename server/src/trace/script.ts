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
  /** of its variables, in order */
  readonly names: readonly string[];
  /** the bytes, when there is no variable in it */
  readonly literal: ByteString | null;
  readonly captures: boolean;
  readonly variables: boolean;
  /** captures and variables together: a variable's evaluation may replace the captures */
  readonly mixed: boolean;
  /** more than one variable */
  readonly several: boolean;
}

/** Who knows variables and captures. */
export interface Scripting {
  variable(name: string): ByteString | null;
  /** The same where nginx keeps the value of a volatile one until it is told to forget it (ngx_http_get_indexed_variable). */
  indexed?(name: string): ByteString | null;
  /** Volatile variables are asked again (ngx_http_script_flush_complex_value). */
  forgetVolatile?(names: Iterable<string>): void;
  capture(group: number): ByteString;
  /** Whether a variable is a group of a regular expression, which another variable's evaluation may set. */
  isGroup?(name: string): boolean;
  /** A value became longer than what was counted for it; does not come back. */
  overflow?(source: string): never;
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
  const captures = parts.some((p) => p.kind === 'capture');
  const names = parts.flatMap((p) => (p.kind === 'variable' ? [p.name] : []));
  const variables = names.length > 0;
  const literal = plain ? parts.map((p) => (p as { text: string }).text).join('') : null;
  return {
    source,
    parts,
    names,
    literal,
    captures,
    variables,
    mixed: captures && variables,
    several: names.length > 1,
  };
}

/** One part as it is at that moment. */
const partOf = (part: Part, on: Scripting): ByteString => {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'variable':
      return (on.indexed ? on.indexed(part.name) : on.variable(part.name)) ?? '';
    case 'capture':
      return on.capture(part.group);
    case 'args':
      return '?';
  }
};

function forgetVolatile(value: Value, on: Scripting): void {
  on.forgetVolatile?.(value.names);
}

/** How many bytes nginx sets aside: each part is asked in turn, and a variable may replace the captures for those behind it. */
const lengthOf = (value: Value, on: Scripting): number => value.parts.reduce((n, part) => n + partOf(part, on).length, 0);

const written = (value: Value, on: Scripting): ByteString => value.parts.map((part) => partOf(part, on)).join('');

const hasGroup = (value: Value, on: Scripting): boolean => on.isGroup !== undefined && value.names.some((name) => on.isGroup!(name));

/** Whether the evaluation of one part may change what another one gives. */
export const mayGrow = (value: Value, on: Scripting): boolean => value.mixed || (value.several && hasGroup(value, on));

/**
 * The value for a request (ngx_http_complex_value). nginx reads every variable once for the length and once for the bytes, so a map whose
 * regex replaces the captures does so before a capture that stands left of it is written. What became longer meanwhile does not fit: releases
 * without the fix of CVE-2026-42533 write behind the end of the buffer, the others give up.
 */
export function evaluate(value: Value, on: Scripting): ByteString {
  if (value.literal !== null) return value.literal;
  const { parts } = value;
  if (parts.length === 1) {
    const only = parts[0]!;
    return only.kind === 'variable' ? (on.variable(only.name) ?? '') : only.kind === 'capture' ? on.capture(only.group) : '';
  }
  forgetVolatile(value, on);
  if (!mayGrow(value, on)) return written(value, on);
  const length = lengthOf(value, on);
  const out = written(value, on);
  if (out.length > length) on.overflow?.(value.source);
  return out;
}

/** The value as whoever asks for variables without forgetting volatile ones first has it (ngx_http_index_handler). */
export const evaluateKept = (value: Value, on: Scripting): ByteString => value.literal ?? written(value, on);

export interface Line {
  readonly value: Value;
  /** bytes that are around the value where it is not empty */
  readonly more: number;
}

/** Whether a capture or group of one line may be replaced while another is counted. */
const isRisky = (lines: readonly Line[], on: Scripting): boolean =>
  lines.some((l) => l.value.captures || hasGroup(l.value, on)) && lines.some((l) => l.value.variables);

/** Values that nginx writes into one buffer, header lines or parameters: all are counted before the first is written. */
export function evaluateAll(lines: readonly Line[], on: Scripting): ByteString[] {
  if (!isRisky(lines, on)) return lines.map((l) => evaluate(l.value, on));
  for (const { value } of lines) forgetVolatile(value, on);
  let left = 0;
  for (const { value, more } of lines) {
    const length = lengthOf(value, on);
    if (length) left += length + more;
  }
  return lines.map(({ value, more }) => {
    const out = written(value, on);
    if (out !== '') left -= out.length + more;
    if (left < 0) on.overflow?.(value.source);
    return out;
  });
}

/** Names of the variables that a text uses, lower case, without captures. */
export const variablesIn = (source: string): readonly string[] => (source.includes('$') ? compileValue(source).names : NO_NAMES);

const NO_NAMES: readonly string[] = [];
