// The facts about nginx's directives and variables, looked up by name and context and seen from a version. It answers what nginx
// has; it reads no files of a configuration and gives no advice. The data are text in data/, parsed once per process.
import { parseArity } from './arity.ts';
import { bodyOf, CONTEXTS, type Context, isContext, type Protocol } from './context.ts';
import { DATA_FILES } from './data/index.ts';
import type { Arity, Deprecation, DirectiveFact, EnumValue, Kind, Repeat, Source, ValueCheck, VariableFact } from './fact.ts';
import { type Flavour, GOES_ITS_OWN_WAY, leftOut } from './flavours.ts';
import { HARMLESS, type HarmlessReason } from './harmless.ts';
import type { ModuleSet } from './modules.ts';
import { overrideOf } from './overrides.ts';
import { holdsFrom, parametersFrom, type RawShape } from './shape.ts';
import { atLeast, inForce, type Version, version } from './version.ts';

/** The nginx for which a configuration is meant. */
export interface Target {
  readonly nginx: Version;
  readonly flavour: Flavour;
  readonly openssl: Version;
  readonly modules: ModuleSet;
}

/** Whether the target has a directive or variable, and if not, why: the first reason in this order counts. */
export type Status =
  | { readonly known: true }
  | {
      readonly known: false;
      /** `plus`: commercial only; `left-out`: the relative does without it; `removed`, `future`: other versions have it; `module`: the build lacks the module. */
      readonly reason: 'plus' | 'angie' | 'left-out' | 'removed' | 'future' | 'module';
      readonly since?: string;
      readonly removed?: string;
      readonly replacedBy?: string | null;
      readonly module?: string;
    };

const KNOWN: Status = { known: true };
const DOCS = 'https://nginx.org/en/docs/';

interface RawDirective extends RawShape {
  name: string;
  in: string;
  args: string;
  kind: Kind;
  variables?: true;
  values?: (string | EnumValue)[];
  bounds?: [number, number];
  check?: ValueCheck;
  since?: string;
  unit?: string;
  plusSince?: string;
  backports?: string[];
  removed?: string;
  replacedBy?: string;
  deprecated?: Deprecation;
  obsolete?: Deprecation & { effect: string };
  argsHistory?: [string, string][];
  kindHistory?: [string, Kind][];
  contextSince?: Record<string, string>;
  contextRemoved?: Record<string, string>;
  defaultHistory?: [string, string][];
  default?: string;
  syntax?: string | string[];
  note?: string;
  undocumented?: true;
  harmless?: HarmlessReason;
  repeat?: 'error' | 'list' | Repeat;
  docs?: string | false;
  build?: string;
}
interface RawVariable {
  name: string;
  prefix?: true;
  /** c changeable, s settable, n not cacheable */
  flags?: string;
  since?: string;
  removed?: string;
  deprecated?: true;
  userDefined?: true;
  note?: string;
  docs?: string | false;
}
interface RawModule {
  module: string;
  source: Source;
  page?: string;
  protocol?: 'http' | 'stream';
  directives?: RawDirective[];
  variables?: RawVariable[];
}

const REPEAT = {
  error: { twice: 'error', message: 'is duplicate' },
  list: { twice: 'ok', effect: 'accumulate' },
} as const satisfies Record<string, Repeat>;

const EMPTY: readonly never[] = [];
const NONE = {};
const EVERYWHERE: readonly Context[] = CONTEXTS.filter((c) => bodyOf(c) === 'directives');
const places = new Map<string, readonly Context[]>([['any', EVERYWHERE]]);

function contextsFrom(text: string): readonly Context[] {
  let found = places.get(text);
  if (!found) places.set(text, (found = text.split(' ').filter(isContext)));
  return found;
}

const address = (page: string | undefined, docs: string | false | undefined, anchor: string): string | null =>
  docs === false || !page ? null : DOCS + (docs === undefined ? `${page}#${anchor}` : docs.startsWith('#') ? page + docs : docs);

const directiveFact = (m: RawModule, r: RawDirective): DirectiveFact => ({
  name: r.name,
  module: m.module,
  source: m.source,
  contexts: contextsFrom(r.in),
  args: parseArity(r.args),
  kind: r.kind,
  holds: holdsFrom(r),
  inheritance: r.inherits ?? null,
  parameters: parametersFrom(r),
  variables: r.variables ?? (m.source === 'oss' ? false : null),
  values: r.values ? r.values.map((v) => (typeof v === 'string' ? { name: v } : v)) : EMPTY,
  bounds: r.bounds ? { min: r.bounds[0], max: r.bounds[1] } : null,
  check: r.check ?? null,
  repeat: r.repeat === undefined ? null : typeof r.repeat === 'string' ? REPEAT[r.repeat] : r.repeat,
  since: r.since,
  unit: r.unit ?? null,
  plusSince: r.plusSince,
  backports: r.backports ?? EMPTY,
  removed: r.removed,
  replacedBy: r.replacedBy ?? null,
  deprecated: r.deprecated ?? null,
  obsolete: r.obsolete ?? null,
  argsHistory: r.argsHistory ? r.argsHistory.map(([from, a]) => [from, parseArity(a)] as const) : EMPTY,
  kindHistory: r.kindHistory ?? EMPTY,
  defaultHistory: r.defaultHistory ?? EMPTY,
  contextSince: r.contextSince ?? NONE,
  contextRemoved: r.contextRemoved ?? NONE,
  default: r.default,
  syntax: r.syntax === undefined ? EMPTY : typeof r.syntax === 'string' ? [r.syntax] : r.syntax,
  undocumented: r.undocumented ?? false,
  harmless: r.harmless === undefined ? null : HARMLESS[r.harmless],
  note: r.note,
  docs: address(m.page, r.docs, r.name),
  build: r.build ?? null,
});

const variableFact = (m: RawModule, r: RawVariable): VariableFact => ({
  name: r.name,
  prefix: r.prefix ?? false,
  protocol: m.protocol ?? 'http',
  module: m.module,
  source: m.source,
  changeable: m.source === 'oss' ? (r.flags?.includes('c') ?? false) : r.flags ? r.flags.includes('c') : null,
  settable: r.flags?.includes('s') ?? false,
  cacheable: !r.flags?.includes('n'),
  since: r.since,
  removed: r.removed,
  deprecated: r.deprecated ?? false,
  userDefined: r.userDefined ?? false,
  note: r.note,
  docs: address(m.page, r.docs, `var_${r.name}`),
});

/** Open source before Plus before third-party modules, what still exists before what is gone. */
const rank = (f: DirectiveFact): number => (f.removed === undefined ? 0 : 4) + (f.source === 'oss' ? 0 : f.source === 'plus' ? 1 : 2);

/** What was asked about one target: its settings decide, and a session has one or two. */
interface Answers {
  readonly target: Target;
  readonly byPlace: Map<Context, Map<string, DirectiveFact | null>>;
}

/** All facts, indexed. Immutable; made once by loadCatalog(). */
export class Catalog {
  /** What the data say of a name, until someone asks: a session looks at a tenth of the names. */
  readonly #raw = new Map<string, [RawModule, RawDirective][]>();
  readonly #byName = new Map<string, readonly DirectiveFact[]>();
  readonly #byContext = new Map<Context, readonly DirectiveFact[]>();
  readonly #variables = { http: new Map<string, VariableFact>(), stream: new Map<string, VariableFact>() };
  readonly #prefixes = { http: [] as VariableFact[], stream: [] as VariableFact[] };
  readonly #answers = new WeakMap<Target, Answers>();
  #latest: Answers | null = null;
  #names: readonly string[] | null = null;

  constructor(files: readonly string[]) {
    for (const text of files)
      for (const m of JSON.parse(text) as RawModule[]) {
        for (const r of m.directives ?? EMPTY) {
          const list = this.#raw.get(r.name);
          if (list) list.push([m, r]);
          else this.#raw.set(r.name, [[m, r]]);
        }
        for (const r of m.variables ?? EMPTY) {
          const fact = variableFact(m, r);
          if (fact.prefix) this.#prefixes[fact.protocol].push(fact);
          else this.#variables[fact.protocol].set(fact.name, fact);
        }
      }
    // $upstream_http_a is upstream_http_, not a shorter family
    for (const list of Object.values(this.#prefixes)) list.sort((a, b) => b.name.length - a.name.length);
  }

  /**
   * The fact of `name` in `context`, whatever the version: null when no known module offers it there. Where several do, the one
   * that `target` has, else open source before Plus before third-party modules. With a target, contexts that only the
   * target's version had count too.
   */
  directive(name: string, context: Context, target?: Target): DirectiveFact | null {
    if (!target || !this.#raw.has(name)) return this.#factIn(name, context, target);
    // each line of a configuration asks, and they have few names
    const { byPlace } = this.#answersFor(target);
    let names = byPlace.get(context);
    if (!names) byPlace.set(context, (names = new Map()));
    let fact = names.get(name);
    if (fact === undefined) names.set(name, (fact = this.#factIn(name, context, target)));
    return fact;
  }

  #answersFor(target: Target): Answers {
    if (this.#latest?.target === target) return this.#latest;
    let answers = this.#answers.get(target);
    if (!answers) this.#answers.set(target, (answers = { target, byPlace: new Map() }));
    this.#latest = answers;
    return answers;
  }

  #factIn(name: string, context: Context, target: Target | undefined): DirectiveFact | null {
    let first: DirectiveFact | null = null;
    for (const fact of this.directives(name)) {
      const here = target ? contextsOf(fact, target.nginx) : fact.contexts;
      if (!here.includes(context) && !fact.contexts.includes(context)) continue;
      if (!target || (here.includes(context) && statusOf(fact, target).known)) return fact;
      first ??= fact;
    }
    return first;
  }

  /** Every fact of that name; empty when nobody knows the name. */
  directives(name: string): readonly DirectiveFact[] {
    let found = this.#byName.get(name);
    if (!found) {
      const raw = this.#raw.get(name);
      if (!raw) return EMPTY;
      found = raw.map(([m, r]) => overrideOf(directiveFact(m, r))).sort((a, b) => rank(a) - rank(b));
      this.#byName.set(name, found);
    }
    return found;
  }

  /** Every fact whose contexts hold `context` today, in the order of names. */
  inContext(context: Context): readonly DirectiveFact[] {
    let found = this.#byContext.get(context);
    if (!found) {
      found = this.names().flatMap((name) => this.directives(name).filter((f) => f.contexts.includes(context)));
      this.#byContext.set(context, found);
    }
    return found;
  }

  /** All directive names, sorted, those of block bodies (`default`, `*`) included. */
  names(): readonly string[] {
    this.#names ??= [...this.#raw.keys()].sort();
    return this.#names;
  }

  /**
   * The built-in variable of that name (without `$`), or the family that it belongs to (`arg_page` gives `arg_`). What `set`,
   * `map` and others define is not here. The mail modules have no variables.
   */
  variable(name: string, protocol: Protocol): VariableFact | null {
    if (protocol === 'mail') return null;
    // ngx_http_get_variable_index and friends compare names in lower case
    const lower = name.toLowerCase();
    return this.#variables[protocol].get(lower) ?? this.#prefixes[protocol].find((f) => lower.startsWith(f.name)) ?? null;
  }

  /** All built-in variables of a protocol, families last. */
  variables(protocol: Protocol): readonly VariableFact[] {
    return protocol === 'mail' ? [] : [...this.#variables[protocol].values(), ...this.#prefixes[protocol]];
  }
}

let loaded: Catalog | null = null;

/** The catalog, parsed at the first call. */
export function loadCatalog(): Catalog {
  loaded ??= new Catalog(DATA_FILES);
  return loaded;
}

/** Directives of NGINX Plus that Angie's open build has under the same name and meaning. */
const IN_ANGIE = new Set(['api', 'status_zone']);

const backported = (fact: DirectiveFact, target: Version): boolean =>
  fact.backports.some((b) => {
    const v = version(b);
    return v.major === target.major && v.minor === target.minor && target.patch >= v.patch;
  });

const statuses = new WeakMap<Target, Map<DirectiveFact, Status>>();
let latest: { readonly target: Target; readonly known: Map<DirectiveFact, Status> } | null = null;

/** Whether the target has the directive. Contexts and arguments are other questions (contextsOf, argsOf). */
export function statusOf(fact: DirectiveFact, target: Target): Status {
  if (latest?.target !== target) {
    let known = statuses.get(target);
    if (!known) statuses.set(target, (known = new Map()));
    latest = { target, known };
  }
  let status = latest.known.get(fact);
  if (!status) latest.known.set(fact, (status = findStatus(fact, target)));
  return status;
}

function findStatus(fact: DirectiveFact, target: Target): Status {
  const angie = target.flavour === 'angie';
  const plus = target.flavour === 'plus' || angie;
  const { since, removed, replacedBy, module } = fact;
  if (fact.source === 'plus' && !(angie ? IN_ANGIE.has(fact.name) : plus))
    return { known: false, reason: 'plus', since, removed, replacedBy, module };
  if (fact.source === 'angie' && !angie) return { known: false, reason: 'angie', module };
  const instead = fact.source === 'oss' ? leftOut(target.flavour, fact.name) : undefined;
  if (instead !== undefined) return { known: false, reason: 'left-out', replacedBy: instead, module };
  if (fact.unit === null) {
    const from = plus ? (fact.plusSince ?? since) : since;
    if (removed !== undefined && atLeast(target.nginx, removed))
      return { known: false, reason: 'removed', since, removed, replacedBy, module };
    if (!atLeast(target.nginx, from) && !backported(fact, target.nginx) && !GOES_ITS_OWN_WAY.has(target.flavour))
      return { known: false, reason: 'future', since: from, module };
  }
  return target.modules.has(module) ? KNOWN : { known: false, reason: 'module', module };
}

/** Whether the target has the variable. */
export function variableStatus(fact: VariableFact, target: Target): Status {
  const { since, removed, module } = fact;
  if (fact.source === 'plus' && target.flavour !== 'plus') return { known: false, reason: 'plus', since, module };
  if (fact.source === 'angie' && target.flavour !== 'angie') return { known: false, reason: 'angie', module };
  if (fact.source === 'oss' || fact.source === 'plus') {
    if (removed !== undefined && atLeast(target.nginx, removed)) return { known: false, reason: 'removed', since, removed, module };
    if (!atLeast(target.nginx, since) && !GOES_ITS_OWN_WAY.has(target.flavour)) return { known: false, reason: 'future', since, module };
  }
  return target.modules.has(module) ? KNOWN : { known: false, reason: 'module', module };
}

/** How many arguments the directive took in that version. */
export const argsOf = (fact: DirectiveFact, at: Version): Arity => inForce(fact.argsHistory, at) ?? fact.args;

/** How the arguments were read in that version. */
export const kindOf = (fact: DirectiveFact, at: Version): Kind => inForce(fact.kindHistory, at) ?? fact.kind;

/** The default in that version; undefined: none or not known. */
export const defaultOf = (fact: DirectiveFact, at: Version): string | undefined => inForce(fact.defaultHistory, at) ?? fact.default;

/** The words of an enum or bitmask that the target accepts. */
export const valuesOf = (fact: DirectiveFact, { nginx, flavour }: Pick<Target, 'nginx' | 'flavour'>): readonly EnumValue[] =>
  fact.values.filter(
    (v) => atLeast(nginx, v.since) && !(v.removed !== undefined && atLeast(nginx, v.removed)) && (!v.plusOnly || flavour === 'plus'),
  );

/** The contexts that the version allows. */
export function contextsOf(fact: DirectiveFact, at: Version): readonly Context[] {
  if (fact.contextSince === NONE && fact.contextRemoved === NONE) return fact.contexts;
  const now = fact.contexts.filter((c) => atLeast(at, fact.contextSince[c]));
  const then = Object.entries(fact.contextRemoved).filter(([c, removed]) => isContext(c) && removed !== undefined && !atLeast(at, removed));
  return then.length ? [...now, ...then.map(([c]) => c as Context)] : now;
}
