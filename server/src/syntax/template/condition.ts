/**
 * What a template's conditions say, as far as their words tell: which are the same, which the other's opposite, which compare one value with
 * several, and which ask for a version of nginx. Nothing is evaluated; what cannot be taken apart is a fact of its own, known by its text.
 */
import { table } from '../../base/table.ts';

export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!=';

export type Condition =
  | { readonly kind: 'always' }
  /** holds or not; two of the same text hold together */
  | { readonly kind: 'fact'; readonly text: string }
  | { readonly kind: 'equal'; readonly text: string; readonly value: string }
  | { readonly kind: 'version'; readonly op: Comparison; readonly version: string }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] };

export const ALWAYS: Condition = { kind: 'always' };

/** The opposite of a condition. */
export const negation = (of: Condition): Condition => (of.kind === 'not' ? of.of : { kind: 'not', of });

/** The condition that all of these hold. */
export function all(of: readonly Condition[]): Condition {
  const parts = of.filter((c) => c.kind !== 'always');
  return parts.length === 0 ? ALWAYS : parts.length === 1 ? parts[0]! : { kind: 'all', of: parts };
}

/** How a language writes its conditions: with words between (Python, Ruby, JavaScript) or with the function in front (Go). */
export type Notation = 'infix' | 'prefix';

const MOST = 2000;

/**
 * The condition of a text. `local` names what stands for another value in each turn of a loop around it: facts about that are distinguished
 * from those of other loops by `turn`.
 */
export function conditionOf(text: string, notation: Notation, local: (text: string) => boolean, turn: string): Condition {
  const named = (t: string): string => (local(t) ? `${t} ${turn}` : t);
  const reader = notation === 'prefix' ? new Prefix(named) : new Infix(named);
  // a condition of such a length is generated, and its parts say nothing to anyone
  return text.length > MOST ? { kind: 'fact', text: named(text.slice(0, MOST)) } : reader.read(tidy(text), 0);
}

const tidy = (text: string): string => text.replace(/\s+/g, ' ').trim();

const OPENING = '([{';
const CLOSING = ')]}';

/** Splits at what `separator` matches outside of brackets and quotes; the expression is sticky. */
function split(text: string, separator: RegExp): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text[at]!;
    if (quote) {
      if (c === '\\') at++;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === "'" || c === '`') quote = c;
    else if (OPENING.includes(c)) depth++;
    else if (CLOSING.includes(c)) depth--;
    else if (depth === 0) {
      separator.lastIndex = at;
      const m = separator.exec(text);
      if (m) {
        parts.push(text.slice(from, at));
        at += m[0].length - 1;
        from = at + 1;
      }
    }
  }
  parts.push(text.slice(from));
  return parts.map((p) => p.trim());
}

/** Without brackets that hold the whole text. */
function bare(text: string): string {
  let out = text.trim();
  while (out.startsWith('(') && out.endsWith(')') && split(out.slice(1, -1), /(?!)/y).length === 1 && balanced(out.slice(1, -1)))
    out = out.slice(1, -1).trim();
  return out;
}

function balanced(text: string): boolean {
  let depth = 0;
  for (const c of text) {
    if (OPENING.includes(c)) depth++;
    else if (CLOSING.includes(c) && --depth < 0) return false;
  }
  return depth === 0;
}

const VERSION = /^["']?[~^=v]*(\d+\.\d+(?:\.\d+)?)(?:-0)?["']?$/;
const versionIn = (text: string): string | null => VERSION.exec(text.trim())?.[1] ?? null;
/** What is likely the version of nginx, and not that of a system, of Python or of OpenSSL. */
const isNginxVersion = (text: string): boolean =>
  /nginx/i.test(text) ? /version|ver\b|tag/i.test(text) : /^[@$.\w'"[\]()]*(image\.tag|nginx_ver\w*)$/i.test(text.trim());

const OPS: Readonly<Record<string, Comparison>> = table({
  '<': '<',
  lt: '<',
  '<=': '<=',
  le: '<=',
  lte: '<=',
  '>': '>',
  gt: '>',
  '>=': '>=',
  ge: '>=',
  gte: '>=',
  '==': '==',
  '===': '==',
  '=': '==',
  eq: '==',
  '!=': '!=',
  '!==': '!=',
  ne: '!=',
});
const opOf = (text: string): Comparison | null => (Object.hasOwn(OPS, text) ? OPS[text]! : null);

/** The forms in which template languages compare versions: [expression, groups of name, operator, version]. */
const VERSION_FORMS: readonly (readonly [RegExp, name: number, op: number, version: number])[] = [
  [/^(.+?) is (?:version|version_compare)\( ?(["'][^"']+["']) ?, ?["']([^"']+)["'].*\)$/, 1, 3, 2],
  [/^(.+?) ?\| ?(?:version|version_compare)\( ?(["'][^"']+["']) ?, ?["']([^"']+)["'].*\)$/, 1, 3, 2],
  [
    /^scope\.(?:call_function|function_versioncmp)\(?(?: ?['":]versioncmp['"]?,)? ?\[ ?(.+?), ?(["'][^"']+["']) ?\] ?\) ?(<=?|>=?|[!=]=) ?0$/,
    1,
    3,
    2,
  ],
  [/^versioncmp\( ?(.+?), ?(["'][^"']+["']) ?\) ?(<=?|>=?|[!=]=) ?0$/, 1, 3, 2],
  [/^Gem::Version\.(?:new|create)\( ?(.+?) ?\) ?(<=?|>=?|[!=]=) ?Gem::Version\.(?:new|create)\( ?(["'][^"']+["']) ?\)$/, 1, 2, 3],
  [/^semver\.(gte|gt|lte|lt|eq)\( ?(.+?), ?(["'][^"']+["']) ?\)$/, 2, 1, 3],
  [/^(.+?) ?(<=?|>=?|[!=]==?) ?(["']?\d+\.\d+(?:\.\d+)?["']?)$/, 1, 2, 3],
];

function versionCondition(text: string): Condition | null {
  for (const [form, name, op, version] of VERSION_FORMS) {
    const m = form.exec(text);
    if (!m) continue;
    const [at, how] = [versionIn(m[version]!), opOf(m[op]!)];
    if (at && how && isNginxVersion(m[name]!)) return { kind: 'version', op: how, version: at };
  }
  return null;
}

abstract class Reader {
  constructor(protected readonly named: (text: string) => string) {}

  abstract read(text: string, depth: number): Condition;

  protected fact(text: string): Condition {
    return { kind: 'fact', text: this.named(text) };
  }

  protected equal(text: string, value: string): Condition {
    return { kind: 'equal', text: this.named(text), value: value.replace(/^(["'])(.*)\1$/, '$2') };
  }
}

/** Python, Ruby, JavaScript, Puppet, Liquid. */
class Infix extends Reader {
  read(given: string, depth: number): Condition {
    const text = bare(given);
    if (depth > 20) return this.fact(text);
    const inner = (t: string): Condition => this.read(t, depth + 1);
    const either = split(text, / or |\|\|/y);
    if (either.length > 1) return { kind: 'any', of: either.map(inner) };
    const both = split(text, / and |&&/y);
    if (both.length > 1) return { kind: 'all', of: both.map(inner) };
    const not = /^(?:not\b|!(?!=))\s*(.+)$/.exec(text);
    if (not) return negation(inner(not[1]!));
    const version = versionCondition(text);
    if (version) return version;
    const negative = /^(.+?) is not (.+)$/.exec(text);
    if (negative) return negation(inner(`${negative[1]} is ${negative[2]}`));
    const list = /^(.+?) (not )?in \[(.*)\]$/.exec(text);
    if (list) {
      const among: Condition = { kind: 'any', of: split(list[3]!, /,/y).map((v) => this.equal(list[1]!, v)) };
      return list[2] ? negation(among) : among;
    }
    const compared = /^(.+?) ?(===?|!==?) ?(.+)$/.exec(text);
    if (compared) {
      const value = compared[3]!;
      const plain = compared[1]!.replace(/ ?\| ?bool$/, '');
      if (/^(true|false|none|nil|null)$/i.test(value)) {
        const isTrue = /^true$/i.test(value) === !compared[2]!.startsWith('!');
        return isTrue ? this.fact(plain) : negation(this.fact(plain));
      }
      const same = this.equal(plain, value);
      return compared[2]!.startsWith('!') ? negation(same) : same;
    }
    return this.fact(text.replace(/ ?\| ?(bool|default\( ?(false|''|"") ?\))$/g, '').replace(/^(.+?) ?\| ?bool$/, '$1'));
  }
}

/** Go's pipelines, as far as they are calls of the functions that every engine has. */
class Prefix extends Reader {
  read(given: string, depth: number): Condition {
    const text = bare(given);
    const [name = '', ...args] = split(text, / /y).filter(Boolean);
    if (depth > 20 || split(text, /\|/y).length > 1) return this.fact(text);
    const inner = (t: string): Condition => this.read(t, depth + 1);
    if (name === 'not' && args.length === 1) return negation(inner(args[0]!));
    if (name === 'and' && args.length) return { kind: 'all', of: args.map(inner) };
    if (name === 'or' && args.length) return { kind: 'any', of: args.map(inner) };
    if (name === 'semverCompare' && args.length === 2) {
      const m = /^["'](<=?|>=?|=|!=)?\s*v?(\d+\.\d+(?:\.\d+)?)(?:-0)?["']$/.exec(args[0]!);
      if (m && isNginxVersion(args[1]!)) return { kind: 'version', op: opOf(m[1] ?? '=')!, version: m[2]! };
      return this.fact(text);
    }
    const op = opOf(name);
    if (op && args.length >= 2) {
      const version = args.length === 2 ? versionIn(args[1]!) : null;
      if (version && isNginxVersion(args[0]!)) return { kind: 'version', op, version };
      // eq takes several values to compare with
      if (op === '==') return { kind: 'any', of: args.slice(1).map((v) => this.equal(args[0]!, v)) };
      if (op === '!=' && args.length === 2) return negation(this.equal(args[0]!, args[1]!));
    }
    return this.fact(text);
  }
}

/** One way in which the facts of conditions may stand. What it does not name does not hold. */
export interface Facts {
  readonly holds: ReadonlySet<string>;
  /** by the text on the left: the value on the right that it has */
  readonly values: ReadonlyMap<string, string>;
  /** as numbers, by which versions are compared */
  readonly version: readonly number[] | null;
}

/** The numbers of a version. */
export const numbersOf = (version: string): number[] => version.split('.').map(Number);

/** Compares versions; a missing number counts as 0. */
export function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < 3; i++) {
    const d = (a[i] ?? 0) - (b[i] ?? 0);
    if (d) return d;
  }
  return 0;
}

/** Whether a condition holds under the facts of a rendering. */
export function holds(condition: Condition, facts: Facts): boolean {
  switch (condition.kind) {
    case 'always':
      return true;
    case 'fact':
      return facts.holds.has(condition.text);
    case 'equal':
      return facts.values.get(condition.text) === condition.value;
    case 'not':
      return !holds(condition.of, facts);
    case 'all':
      return condition.of.every((c) => holds(c, facts));
    case 'any':
      return condition.of.some((c) => holds(c, facts));
    default: {
      if (!facts.version) return false;
      const d = compareNumbers(facts.version, numbersOf(condition.version));
      return { '<': d < 0, '<=': d <= 0, '>': d > 0, '>=': d >= 0, '==': d === 0, '!=': d !== 0 }[condition.op];
    }
  }
}

/** Something that conditions depend on, and what it may be. */
export type Variable =
  | { readonly kind: 'fact'; readonly text: string }
  /** `null` stands for every value that no condition names */
  | { readonly kind: 'value'; readonly text: string; readonly values: readonly (string | null)[] }
  | { readonly kind: 'version'; readonly versions: readonly (readonly number[])[] };

/** Just below a version: its predecessor in the same series, or the end of the series before. */
function below([major = 0, minor = 0, patch = 0]: readonly number[]): number[] {
  if (patch > 0) return [major, minor, patch - 1];
  return minor > 0 ? [major, minor - 1, 99] : [Math.max(0, major - 1), 99, 99];
}

/** All that some conditions depend on, in the order in which they name it. */
export function variablesOf(conditions: Iterable<Condition>): Variable[] {
  const facts = new Set<string>();
  const values = new Map<string, Set<string>>();
  const versions = new Map<string, number[]>();
  const visit = (c: Condition): void => {
    if (c.kind === 'fact') facts.add(c.text);
    else if (c.kind === 'equal') {
      const known = values.get(c.text);
      if (known) known.add(c.value);
      else values.set(c.text, new Set([c.value]));
    } else if (c.kind === 'version') versions.set(c.version, numbersOf(c.version));
    else if (c.kind === 'not') visit(c.of);
    else if (c.kind !== 'always') for (const part of c.of) visit(part);
  };
  for (const c of conditions) visit(c);
  const out: Variable[] = [...facts].map((text) => ({ kind: 'fact', text }));
  for (const [text, of] of values) out.push({ kind: 'value', text, values: [...of, null] });
  if (versions.size) {
    const cuts = [...versions.values()].sort(compareNumbers);
    const last = cuts.at(-1)!;
    out.push({ kind: 'version', versions: [...cuts.flatMap((v) => [below(v), v]), [last[0]!, last[1]!, (last[2] ?? 0) + 1]].reverse() });
  }
  return out;
}

/** The facts with one choice for each variable. */
export function factsOf(variables: readonly Variable[], choices: readonly number[]): Facts {
  const held = new Set<string>();
  const values = new Map<string, string>();
  let version: readonly number[] | null = null;
  variables.forEach((v, i) => {
    const choice = choices[i] ?? 0;
    if (v.kind === 'fact') {
      if (choice === 0) held.add(v.text);
    } else if (v.kind === 'value') {
      const value = v.values[choice];
      if (value !== null && value !== undefined) values.set(v.text, value);
    } else version = v.versions[choice]!;
  });
  return { holds: held, values, version };
}

/** How many values a variable of conditions can have. */
export const countOf = (v: Variable): number => (v.kind === 'fact' ? 2 : v.kind === 'value' ? v.values.length : v.versions.length);

/** Every combination of choices; null when there are more than `most`. */
export function combinations(variables: readonly Variable[], most: number): number[][] | null {
  if (variables.reduce((n, v) => n * countOf(v), 1) > most) return null;
  let out: number[][] = [[]];
  for (const v of variables) out = out.flatMap((head) => Array.from({ length: countOf(v) }, (_, i) => [...head, i]));
  return out;
}
