// What each argument of a directive is: a path, a URL, the name of an upstream, a regular expression. Completion, semantic tokens,
// navigation and the value checks ask here; the answers are in data/ beside each directive, and where a directive's kind already says it
// (a flag, a size) they follow from that. It describes; it does not check (value-check.ts does).
import type { DirectiveFact } from './fact.ts';
import { type NameKind, type NameSpec, nameIn } from './names.ts';
import { findParameter } from './parameters.ts';
import type { ArgumentFact, ArgumentKind, Holds, Inheritance } from './shape.ts';

const of = (kind: ArgumentKind, extra: Omit<ArgumentFact, 'kind'> = {}): ArgumentFact => ({ kind, ...extra });
const text = of('text');
const parameter = of('parameter');
const off = (kind: ArgumentKind): ArgumentFact => of(kind, { words: ['off'] });

/** What the kind alone says of the arguments. */
const BY_KIND: Readonly<Record<DirectiveFact['kind'], Holds & { readonly inheritance?: Inheritance }>> = {
  custom: { args: [text], rest: text },
  flag: { args: [of('flag')] },
  string: { args: [text] },
  'string-array': { args: [text], rest: text },
  number: { args: [of('number')] },
  size: { args: [of('size')] },
  offset: { args: [of('offset')] },
  msec: { args: [of('msec')] },
  sec: { args: [of('sec')] },
  bufs: { args: [of('number', { min: 1 }), of('size', { min: 1 })] },
  enum: { args: [of('word')] },
  bitmask: { args: [], rest: of('word') },
  keyval: { args: [text, text] },
  complex: { args: [text] },
  'complex-size': { args: [of('size')] },
  predicates: { args: [], rest: text, inheritance: 'list' },
  'mime-types': { args: [], rest: of('mime', { words: ['*'] }), inheritance: 'list' },
  'path-levels': { args: [of('folder', { base: 'prefix' })], rest: of('number', { min: 1 }) },
  access: { args: [], rest: text },
  bind: { args: [of('address', { words: ['off'] }), of('word', { words: ['transparent'] })] },
  'cache-path': { args: [of('folder', { base: 'prefix' })], rest: parameter },
  'cache-valid': { args: [], rest: of('status', { words: ['any'] }), last: of('sec'), inheritance: 'list' },
  charset: { args: [off('charset')] },
  param: { args: [of('environment'), text, parameter], inheritance: 'list' },
  obsolete: { args: [text] },
  'body-entry': { args: [text], rest: text },
};

const NOTHING: Holds = { args: [] };
const holdsOf = (fact: DirectiveFact): Holds => fact.holds ?? (fact.args.max === 0 ? NOTHING : BY_KIND[fact.kind]);

/** What the argument at `index` (0 is the first after the name) of a directive with `count` arguments is; null beyond the last. */
export function argumentOf(fact: DirectiveFact, index: number, count: number): ArgumentFact | null {
  const { args, rest, last, alone } = holdsOf(fact);
  if (last && index === count - 1 && (count > 1 || !args.length || alone)) return last;
  return args[index] ?? rest ?? null;
}

/** How inner levels treat the directive. Directives of a single level count as `single`. */
export function inheritanceOf(fact: DirectiveFact): Inheritance {
  const known = fact.inheritance ?? (fact.holds ? null : BY_KIND[fact.kind].inheritance);
  if (known) return known;
  return fact.repeat?.twice === 'ok' && fact.repeat.effect === 'accumulate' && fact.contexts.length > 1 && !fact.args.block
    ? 'list'
    : 'single';
}

/** A name that a directive declares or uses. `at` is the UTF-16 offset in the argument's value. */
export interface NameUse {
  readonly role: NameSpec['role'];
  readonly kind: NameKind;
  readonly name: string;
  readonly argument: number;
  readonly at: number;
}

/** Tells of a directive, once, whether any of its arguments or parameters may hold a name in such a role. */
function whetherNamed(isSuch: (role: NameUse['role']) => boolean): (fact: DirectiveFact) => boolean {
  const known = new WeakMap<DirectiveFact, boolean>();
  return (fact) => {
    let told = known.get(fact);
    if (told === undefined) {
      const { args, rest, last } = holdsOf(fact);
      const roles = [...[...args, rest, last].map((what) => what?.names?.role), ...(fact.parameters?.list ?? []).map((p) => p.named?.role)];
      told = fact.name === 'location' || roles.some((role) => role !== undefined && isSuch(role));
      known.set(fact, told);
    }
    return told;
  };
}

/** Whether any argument of such a directive is, or may hold, a name: of most none is. */
export const mayName = whetherNamed(() => true);

/** Whether any argument of such a directive may declare a name. */
export const mayDeclareName = whetherNamed((role) => role === 'defines');

/**
 * The names that a directive with these arguments declares and uses; variables inside texts are not among them, only those that
 * an argument as a whole declares or names. A zone without a size (`limit_req zone=a`, `zone a` in a second upstream) is a use.
 */
export function namesIn(fact: DirectiveFact, args: readonly string[]): NameUse[] {
  const found: NameUse[] = [];
  const table = fact.parameters;
  args.forEach((value, argument) => {
    const what = argumentOf(fact, argument, args.length);
    // a script that is given a name is not called like its file as well
    const named = what?.names?.part !== 'js-file' || args.length === 1;
    if (what?.names && named && !what.words?.includes(value)) {
      const at = nameIn(value, what.names.part);
      if (at) {
        const sizeless = what.names.kind === 'upstream-zone' && args.length === 1;
        found.push({ role: sizeless ? 'references' : what.names.role, kind: what.names.kind, name: at.name, argument, at: at.at });
      }
    }
    if (!table || argument < table.from || argument > (table.to ?? argument)) return;
    const hit = findParameter(table.list, value);
    const spec = hit?.parameter.named;
    if (!hit || !spec) return;
    if (hit.value === null) {
      // `aio threads` is the pool named default
      if (spec.kind === 'thread-pool') found.push({ role: 'references', kind: spec.kind, name: 'default', argument, at: 0 });
      return;
    }
    const at = nameIn(hit.value, spec.part);
    // of a parameter that is given twice the last one declares
    const before = spec.role === 'defines' ? found.findIndex((f) => f.role === 'defines' && f.kind === spec.kind) : -1;
    if (at && before >= 0) found.splice(before, 1);
    if (at) found.push({ role: spec.role, kind: spec.kind, name: at.name, argument, at: hit.at + at.at });
  });
  if (fact.name === 'location' && fact.module === 'ngx_http_core_module' && args.length === 1) {
    const at = nameIn(args[0] ?? '', 'at');
    if (at) found.push({ role: 'defines', kind: 'named-location', name: at.name, argument: 0, at: 0 });
  }
  return found;
}
