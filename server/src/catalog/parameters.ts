// The parameters that follow in a directive: `key=value`, `key:value` and bare words, each with its value, its version and what it
// excludes. They are data beside their directive and serve validity, completion and signature help; here they are found in a text and read.
import type { Target } from './catalog.ts';
import type { DirectiveFact } from './fact.ts';
import { GOES_ITS_OWN_WAY } from './flavours.ts';
import type { ParameterFact } from './shape.ts';
import {
  listed,
  type Problem,
  parseFlag,
  parseKeepalive,
  parseNumber,
  parseOffset,
  parseRate,
  parseSize,
  parseTime,
  parseZone,
  type Read,
} from './value-kind.ts';
import { atLeast } from './version.ts';

/** The parameters of a directive, of all versions; empty when it has none. */
export const parametersOf = (fact: DirectiveFact): readonly ParameterFact[] => fact.parameters?.list ?? [];

/** A parameter as it is typed up to its value: `backlog=`, `shared:`, `nodelay`. */
export const parameterLabel = (p: ParameterFact): string => (p.form === 'value' ? p.name + p.separator : p.name);

/** The parameter that a word is, and where its value begins; null when no parameter of the list begins so. */
export function findParameter(
  list: readonly ParameterFact[],
  text: string,
): { parameter: ParameterFact; value: string | null; at: number } | null {
  for (const parameter of list) {
    const { name, form } = parameter;
    if (!text.startsWith(name)) continue;
    if (form !== 'value' && text.length === name.length) return { parameter, value: null, at: text.length };
    const at = name.length + 1;
    if (form !== 'word' && text.charAt(at - 1) === parameter.separator) return { parameter, value: text.slice(at), at };
  }
  return null;
}

/** Whether the target's nginx takes the parameter; the reason when it does not. */
export function parameterStatus(
  p: ParameterFact,
  target: Target,
):
  | { known: true }
  | { known: false; reason: 'plus' | 'openresty' | 'future' | 'removed'; since?: string; removed?: string; replacedBy?: string } {
  // Angie has parameters of Plus too (slow_start, status_zone) and is given the benefit of the doubt
  const plus = target.flavour === 'plus' || target.flavour === 'angie';
  if (p.openresty && target.flavour !== 'openresty') return { known: false, reason: 'openresty' };
  if (p.plusOnly && !plus) return { known: false, reason: 'plus', since: p.plusSince };
  const since = plus ? (p.plusSince ?? p.since) : p.since;
  if (p.removed !== undefined && atLeast(target.nginx, p.removed))
    return { known: false, reason: 'removed', removed: p.removed, replacedBy: p.replacedBy };
  return atLeast(target.nginx, since) || GOES_ITS_OWN_WAY.has(target.flavour) ? { known: true } : { known: false, reason: 'future', since };
}

/** ngx_http_file_cache_set_slot takes an empty list of levels for none. */
const LEVELS = /^(?:[12](?::[12]){0,2})?$/;

/** Reads a parameter's value. Values with variables, where they are allowed, and open texts pass. */
export function readParameterValue(p: ParameterFact, value: string): Read<unknown> {
  if (p.variables && value.includes('$')) return { ok: true, value };
  const refuse = (expected: string, code: Problem['code'] = 'bad-form'): Read<unknown> => ({
    ok: false,
    problem: { code, at: 0, length: value.length, expected },
  });
  const within = (read: Read<number>): Read<unknown> => {
    if (!read.ok) return read;
    if (p.min !== undefined && read.value < p.min)
      return refuse(p.max === undefined ? `at least ${p.min}` : `${p.min} to ${p.max}`, 'too-small');
    if (p.max !== undefined && read.value > p.max) return refuse(`${p.min ?? 0} to ${p.max}`, 'too-big');
    return read;
  };
  switch (p.value) {
    case 'flag':
      return parseFlag(value);
    case 'number':
      return within(parseNumber(value));
    case 'size':
      return within(parseSize(value));
    case 'offset':
      return within(parseOffset(value));
    case 'msec':
    case 'sec':
      return within(parseTime(value, p.value));
    case 'rate':
      return parseRate(value);
    case 'zone':
      return parseZone(value, p.min ?? 0, 'required');
    case 'word':
      return p.words?.includes(value) ? { ok: true, value } : refuse(listed(p.words ?? []), value === '' ? 'empty' : 'not-allowed');
    case 'keepalive':
      return parseKeepalive(value);
    case 'levels':
      return LEVELS.test(value) ? { ok: true, value } : refuse('1 or 2 for each level, such as 1:2');
    default:
      return { ok: true, value };
  }
}
