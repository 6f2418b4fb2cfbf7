/** What a variable is made of: the built-in variables at the end of the ways through set, map, geo and split_clients. */
import { PerConfig, PerPart } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { namesOf } from '../config/names.ts';
import type { Scope } from '../config/scope.ts';
import { variablesIn } from '../trace/script.ts';
import type { Trace } from '../trace/trace.ts';
import { textsOf } from './what-is-passed.ts';

const TABLES = new Set(['map', 'geo', 'split_clients']);

/** The texts of which a definition makes its value. */
function textsIn(d: Directive): readonly string[] {
  if (d.name === 'set') return [d.value(1)];
  if (d.name === 'geo') return [d.values.length > 1 ? d.value(0) : '$remote_addr'];
  if (d.name === 'map' || d.name === 'split_clients')
    return [d.value(0), ...(d.body?.directives.filter((e) => e.args.length > 0).map((e) => e.args.at(-1)!.value) ?? [])];
  return [];
}

/** The variables in those texts, each once; found once for a table, which may have thousands of rows and be asked about at as many places. */
const variablesOf = new PerPart((d: Directive): readonly string[] => [...new Set(textsIn(d).flatMap((text) => variablesIn(text)))]);

/** Steps from a variable to what it is made of, after which another one is taken as it is. */
const STEPS = 5;

/**
 * The variables on the ways from some to what they are made of, as `made` says of a definition, each once and with what defines it: those of a step
 * before those of the next.
 * A variable may be made of itself in many lines, and a table of another one in each of its rows.
 */
export function* onTheWays(
  config: Config,
  names: readonly string[],
  protocol: 'http' | 'stream',
  made: (definition: Directive) => readonly string[],
): Generator<readonly [name: string, definitions: readonly Directive[]]> {
  const seen = new Set<string>();
  for (let step = 0, here = new Set(names); here.size; step++) {
    const next = new Set<string>();
    for (const name of here) {
      seen.add(name);
      const sites = step > STEPS ? [] : namesOf(config).definitions('variable', name, protocol);
      const definitions = sites.filter((s) => !s.capture).map((s) => s.directive);
      yield [name, definitions];
      for (const definition of definitions) for (const inner of made(definition)) if (!seen.has(inner) && !here.has(inner)) next.add(inner);
    }
    here = next;
  }
}

const sourcesIn = new PerConfig((config, key: string): ReadonlySet<string> => {
  const [protocol, name] = key.split(' ') as ['http' | 'stream', string];
  const out = new Set<string>();
  for (const [variable, definitions] of onTheWays(config, [name], protocol, (d) => variablesOf.of(d)))
    if (!definitions.some((d) => d.name === 'set' || TABLES.has(d.name))) out.add(variable);
  return out;
});

/**
 * The built-in variables that a variable's value is made of, lower case; the name itself where nothing of the text defines it. Found once: thousands of
 * lines may set a variable, and as many read it.
 */
export const sourcesOf = (config: Config, name: string, protocol: 'http' | 'stream' = 'http'): ReadonlySet<string> =>
  sourcesIn.of(config, `${protocol} ${name}`);

const settings = new PerConfig((config, name: string): string | null => {
  const values = new Set(
    namesOf(config)
      .definitions('variable', name, 'http')
      .map(({ directive, capture }) => (directive.name === 'set' && !capture ? directive.value(1) : null)),
  );
  const [value] = values;
  return values.size === 1 && value !== undefined ? value : null;
});

/** What `set` gives a variable, where nothing else does and every line of it says the same: `set $asked $http_host`. */
const setAlone = (config: Config, name: string): string | null => settings.of(config, name);

/** A text with what lines of `set` alone put into its variables in their place. */
export const afterSet = (config: Config, text: string): string =>
  text.replace(/\$(?:(\w+)|\{(\w+)\})/g, (use, bare?: string, braced?: string) => setAlone(config, (bare ?? braced)!) ?? use);

/** Whether the value of a text hangs on a variable of which a trace only assumed something: what defines it is not seen, or no text decides it. */
export const isAssumed = ({ assumptions }: Pick<Trace, 'assumptions'>, config: Config, text: string): boolean =>
  variablesIn(text).some((name) => {
    const sources = sourcesOf(config, name);
    return assumptions.some((a) => !a.chosen && sources.has(a.id));
  });

/** The variables that a text reads, and those by which the maps among them choose: what must be known for the text to have a value. */
export function readThroughMaps(config: Config, text: string): readonly string[] {
  const made = (d: Directive): readonly string[] => (d.name === 'map' ? variablesIn(d.value(0)) : []);
  return [...onTheWays(config, variablesIn(text), 'http', made)].map(([name]) => name);
}

/** The directives from which a variable gets its value: `set`, the rows of tables. */
const makersOf = (definition: Directive): readonly Directive[] =>
  definition.name === 'set' ? [definition] : TABLES.has(definition.name) ? (definition.body?.directives ?? []) : [];

/** The directives that give variables their values on the way to a text, the text's own variables first. */
export function definitionsFor(config: Config, source: string): readonly Directive[] {
  const out: Directive[] = [];
  const made = (definition: Directive): string[] => makersOf(definition).flatMap((m) => variablesIn(m.args.at(-1)?.value ?? ''));
  for (const [, definitions] of onTheWays(config, variablesIn(source), 'http', made))
    for (const definition of definitions) for (const maker of makersOf(definition)) out.push(maker);
  return out;
}

/** Variables of nginx's own that bring no question mark of a request for a plain path. */
const NO_QUERY = /^(?:\d|uri|document_uri|document_root|host|scheme|hostname|server_(?:name|port|addr)|remote_addr|request_method)$/;

/** Whether a variable may bring a question mark, with what a client asked behind it: one of the client's, or one that is written into it. */
export function mayHoldQuery(at: Scope, name: string): boolean {
  const texts = textsOf(at, `$${name}`);
  if (texts) return texts.some((t) => t.includes('?'));
  return (
    [...sourcesOf(at.config, name)].some((source) => !NO_QUERY.test(source)) ||
    definitionsFor(at.config, `$${name}`).some((d) => d.values.some((v) => v.includes('?')))
  );
}
