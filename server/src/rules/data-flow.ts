/**
 * Which characters a client can put into a variable, and on which way they get there: through set, map, captures, named groups, if and
 * rewrite, across files. It names sources and steps and judges no use of them; what it does not know counts as out of the client's reach.
 */

import { waysInto } from '../answers/what-a-place-is-for.ts';
import { admitsStrangers, hasUnknownInclude } from '../answers/who-may-enter.ts';
import type { CompiledRegex } from '../base/regexes.ts';
import type { Place } from '../base/span.ts';
import { table } from '../base/table.ts';
import { asked, numberOf, PerConfig, PerPart } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { locationOf } from '../config/locations.ts';
import { type NameSite, namesOf, regexesOf } from '../config/names.ts';
import type { Scope } from '../config/scope.ts';
import { listenersOf } from '../config/servers.ts';
import { type VariableUse, variablesIn } from '../syntax/variable.ts';
import type { Word } from '../syntax/word.ts';
import { groupAlwaysHolds, groupHolds, groupTexts, samplesOf } from '../witness/regex-samples.ts';
import type { Related } from './rule.ts';

/** What a client can write into a built-in variable: all bytes but these. */
interface Source {
  readonly without: string;
  /** text that is always in it */
  readonly always?: string;
}

const LINE_ENDS = '\r\n\0';

/** Built-in variables that hold what the client sent. `$uri` is decoded, so `%0a` has become a line end there; the others are raw. */
const SOURCES: Readonly<Record<string, Source>> = table({
  uri: { without: '', always: '/' },
  document_uri: { without: '', always: '/' },
  request_filename: { without: '', always: '/' },
  fastcgi_script_name: { without: '', always: '/' },
  fastcgi_path_info: { without: '' },
  request_uri: { without: `${LINE_ENDS} `, always: '/' },
  request: { without: LINE_ENDS, always: '/' },
  args: { without: `${LINE_ENDS} ` },
  query_string: { without: `${LINE_ENDS} ` },
  request_body: { without: '' },
  content_type: { without: LINE_ENDS },
  proxy_add_x_forwarded_for: { without: LINE_ENDS },
});

const FAMILIES: readonly (readonly [string, Source])[] = [
  ['arg_', { without: `${LINE_ENDS} &` }],
  ['http_', { without: LINE_ENDS }],
  ['cookie_', { without: `${LINE_ENDS};` }],
];

/** Variables of nginx's own that hold no line end, and that no line of a configuration can make (the duplicate "host" variable). */
const ONE_LINE = /^\$(?:host|scheme|remote_addr|remote_port|server_name|server_port|server_addr|proxy_add_x_forwarded_for)$/;

/** Whether a text may have a line end of a variable in it, by the text alone. */
export const mayCarryLineEnd = (text: string): boolean => text.includes('$') && !ONE_LINE.test(text);

/** The way of a character from the client to a use, the use's own step first. */
export interface Flow {
  /** the variable of the client at the end of the way, with its dollar sign; for a capture the URI or what it was taken from */
  readonly source: string;
  readonly chain: readonly Related[];
  /**
   * a group went through `set`, which escapes what groups hold when the request's path was escaped (ngx_http_rewrite_handler sets
   * `e->quote`): a line end arrives as %0A
   */
  readonly escaped?: boolean;
}

/** A variable as it is written, with where its value comes from, for messages. */
export function writtenAs(use: VariableUse, source: string): string {
  const written = use.braced ? `\${${use.name}}` : `$${use.name}`;
  return use.name.toLowerCase() === source.slice(1).toLowerCase() ? written : `${written} (from ${source})`;
}

const sourceOf = (name: string): Source | null => {
  const lower = name.toLowerCase();
  return (Object.hasOwn(SOURCES, lower) ? SOURCES[lower] : FAMILIES.find(([prefix]) => lower.startsWith(prefix))?.[1]) ?? null;
};

/** The regular expressions whose groups `$1` to `$9` may mean at a directive, the likeliest first. */
export function regexesFor(
  directive: Directive,
): { directive: Directive; pattern: string; caseless: boolean; subject: string; at: Place }[] {
  const found: { directive: Directive; pattern: string; caseless: boolean; subject: string; at: Place }[] = [];
  const add = (d: Directive, subject: string): void => {
    for (const r of regexesOf(d)) found.push({ directive: d, pattern: r.pattern, caseless: r.caseless, subject, at: d.at(r.word) });
  };
  if (directive.name === 'rewrite') {
    add(directive, 'uri');
    return found;
  }
  for (let scope: Scope | null = directive.scope; scope; scope = scope.parent) {
    const opener: Directive | null = scope.opener;
    // rewrites and ifs that ran before it in the same block
    for (const d of [...scope.directives].reverse()) {
      if (d.name === 'rewrite' && d.statement.start < directive.statement.start) add(d, 'uri');
    }
    if (opener?.name === 'if') add(opener, opener.value(0).replace(/^\(\s*\$?/, '') || opener.value(1).replace(/^\$/, ''));
    else if (opener?.name === 'location') add(opener, 'uri');
    if (scope.context === 'server') for (const d of scope.named('server_name')) add(d, 'host');
  }
  return found;
}

const openServers = new PerConfig(
  (config): ReadonlySet<number> => new Set(listenersOf(config).map((l) => numberOf(l.defaultServer.scope))),
);

const isOpenServer = (config: Config, scope: number): boolean => asked(config, `any host ${scope}`, (c) => openServers.of(c).has(scope));

/** Whether any client may choose the host: the server answers for names that nobody wrote down. */
export function anyHost(scope: Scope): boolean {
  const own = scope.enclosing('server');
  if (!own?.config.whole) return false;
  return isOpenServer(own.config, numberOf(own));
}

const holding = new WeakMap<CompiledRegex, Map<string, boolean>>();

/** Whether a request whose path holds the character reaches the scope: an exact name or a strict regular expression may rule it out. */
export function uriHolds(scope: Scope, c: string): boolean {
  const location = locationOf(scope);
  if (!location) return true;
  if (location.kind === 'exact') return location.name.includes(c);
  if (location.kind !== 'regex' || !location.regex) return true;
  let answers = holding.get(location.regex);
  if (!answers) holding.set(location.regex, (answers = new Map()));
  const known = answers.get(c);
  if (known !== undefined) return known;
  const answer = samplesOf(scope.config.regexes, location.name, {
    caseless: location.modifier === '~*',
    fill: c,
    forms: (s) => [s, `/${c}${s}`, `/${c}/${s}`, `${s}${c}x`, `/${s}${c}x`],
  }).some((s) => s.includes(c));
  answers.set(c, answer);
  return answer;
}

/**
 * The named locations that everybody's requests surely get to from a location, with the variables that they have by then: its `try_files` ends there,
 * or its `return` has the status for which an error page leads there. Conditions may turn some away: with one of its own a location does not count.
 */
const leadsTo = new PerPart((from: Scope): ReadonlySet<string> => {
  const found = new Set<string>();
  if (from.has('if') || waysInto(from) !== null || hasUnknownInclude(from)) return found;
  const fallback = from.first('try_files')?.values.at(-1);
  if (fallback?.startsWith('@') && admitsStrangers(from)) found.add(fallback);
  // the rewriting comes before anyone is asked who he is
  const status = from.first('return')?.value(0);
  for (const { values } of status === undefined ? [] : from.effective('error_page').directives)
    if (values.slice(0, -1).includes(status!)) found.add(values.at(-1)!);
  return found;
});

/** Whether everybody's requests surely get from one location to the named one of a directive. */
function leadsOver(from: Scope | null, use: Directive): boolean {
  const named = locationOf(use.scope);
  return (
    named?.kind === 'named' &&
    from !== null &&
    from.enclosing('server') === use.scope.enclosing('server') &&
    leadsTo.of(from).has(named.name)
  );
}

/** Whether a `set` or a group may have its value where a directive stands: it is around it, in an `if` around it, or in a location that leads to it. */
export const inSight = (definition: Directive, use: Directive): boolean => {
  let outer: Scope | null = definition.scope;
  while (outer && (outer.context === 'if-in-location' || outer.context === 'if-in-server')) outer = outer.parent;
  for (let scope: Scope | null = use.scope; scope; scope = scope.parent) if (scope === outer) return true;
  return definition.name === 'set' && leadsOver(outer, use);
};

/** For each `set` of a variable where the next one in the same block begins. */
const following = new PerConfig((config, name: string): ReadonlyMap<Directive, number> => {
  const last = new Map<Scope, Directive>();
  const next = new Map<Directive, number>();
  const sets = namesOf(config)
    .definitions('variable', name, 'http')
    .flatMap((s) => (s.directive.name === 'set' ? [s.directive] : []));
  for (const set of sets.sort((a, b) => a.statement.start - b.statement.start)) {
    const before = last.get(set.scope);
    if (before && before.statement.start < set.statement.start) next.set(before, set.statement.start);
    last.set(set.scope, set);
  }
  return next;
});

/** Whether another `set` of its block has replaced the value of one where a directive uses it. */
export function overwritten(set: Directive, name: string, use: Directive): boolean {
  const next = following.of(set.scope.config, name.toLowerCase()).get(set);
  return next !== undefined && (use.name !== 'set' || next < use.statement.start);
}

/**
 * One search for the way of a character. A value may be made of others in very many lines, and of itself: what gives a variable its value is not
 * looked into again, but after fewer steps.
 */
interface Search {
  readonly c: string;
  readonly steps: number;
  readonly seen: Map<NameSite, number>;
}

/** Steps after which a search ends. */
const STEPS = 6;

const further = (search: Search): Search => ({ ...search, steps: search.steps + 1 });

/** Whether a variable may have what a line gives it where a directive uses it. */
const comesFrom = ({ directive: d, capture, name }: NameSite, use: Directive): boolean =>
  capture
    ? d.scope.context === 'map' ||
      d.body === use.scope ||
      inSight(d, use) ||
      (d.body !== null && (isInside(use.scope, d.body) || (d.name === 'location' && leadsOver(d.body, use))))
    : d.name === 'set'
      ? d !== use && inSight(d, use) && !overwritten(d, name, use)
      : d.name === 'map' && d !== use;

/** Whether the client can bring the character into the variable as it is used by the directive; null when not, or when nothing tells. */
export const flowInto = (directive: Directive, use: Pick<VariableUse, 'name' | 'capture'>, c: string): Flow | null =>
  useFlow(directive, use, { c, steps: 0, seen: new Map() });

function useFlow(directive: Directive, use: Pick<VariableUse, 'name' | 'capture'>, search: Search): Flow | null {
  const { c, steps, seen } = search;
  if (steps > STEPS) return null;
  const { config } = directive.scope;
  if (use.capture) return captureFlow(directive, Number(use.name), search);
  const sites = namesOf(config).definitions('variable', use.name, 'http');
  for (const site of sites) {
    const before = seen.get(site);
    if ((before !== undefined && before <= steps) || !comesFrom(site, directive)) continue;
    seen.set(site, steps);
    const d = site.directive;
    const flow = site.capture ? namedFlow(d, use.name, search) : d.name === 'set' ? valueFlow(d, d.args[1], search) : mapFlow(d, search);
    if (flow) return flow;
  }
  if (sites.some((s) => !s.capture || inSight(s.directive, directive) || s.directive.body === directive.scope)) return null;
  const source = sourceOf(use.name);
  if (source?.always === '/' && !source.without.includes(c) && !uriHolds(directive.scope, c)) return null;
  if (source) return source.without.includes(c) ? null : { source: `$${use.name}`, chain: [] };
  if (use.name.toLowerCase() === 'host' && !' /\r\n?#\0'.includes(c) && anyHost(directive.scope)) return { source: '$host', chain: [] };
  return null;
}

/** Whether the client can bring the character into a word of a directive. */
function valueFlow(directive: Directive, word: Word | undefined, search: Search): Flow | null {
  if (!word) return null;
  for (const use of variablesIn(word).uses) {
    const flow = useFlow(directive, use, further(search));
    if (flow)
      return {
        source: flow.source,
        escaped: flow.escaped || (use.capture && directive.name === 'set'),
        chain: [{ at: directive.at(use.span), message: `${use.capture ? 'the group' : 'the variable'} comes in here` }, ...flow.chain],
      };
  }
  return null;
}

function subjectFlow(directive: Directive, subject: string, search: Search): Flow | null {
  const name = subject.replace(/^\$/, '');
  if (/^\w+$/.test(name)) return useFlow(directive, { name, capture: /^[1-9]$/.test(name) }, further(search));
  return null;
}

function captureFlow(directive: Directive, group: number, search: Search): Flow | null {
  const { config } = directive.scope;
  for (const r of regexesFor(directive)) {
    const compiled = config.regexes.compile(r.pattern, { caseless: r.caseless });
    if (!compiled.ok || compiled.regex.groups < group) continue;
    if (!groupHolds(config.regexes, r.pattern, r.caseless, group, search.c)) return null;
    const subject = subjectFlow(r.directive, r.subject, search);
    if (!subject) return null;
    return {
      ...subject,
      chain: [{ at: r.at, message: `group ${group} is taken from ${subject.source} here` }, ...subject.chain],
    };
  }
  return null;
}

function namedFlow(definer: Directive, name: string, search: Search): Flow | null {
  const { config } = definer.scope;
  for (const r of regexesOf(definer)) {
    const compiled = config.regexes.compile(r.pattern, { caseless: r.caseless });
    const group = compiled.ok ? compiled.regex.names.find((n) => n.name.toLowerCase() === name.toLowerCase())?.group : undefined;
    if (group === undefined || !groupHolds(config.regexes, r.pattern, r.caseless, group, search.c)) continue;
    const subject =
      definer.name === 'if'
        ? definer.value(0).replace(/^\(\s*\$?/, '') || definer.value(1).replace(/^\$/, '')
        : definer.name === 'server_name'
          ? 'host'
          : definer.scope.context === 'map'
            ? (definer.scope.opener?.value(0) ?? '').replace(/^\$/, '')
            : 'uri';
    const flow = subjectFlow(definer, subject, search);
    if (flow)
      return {
        source: flow.source,
        escaped: flow.escaped ?? false,
        chain: [{ at: definer.at(r.word), message: `$${name} is taken from ${flow.source} here` }, ...flow.chain],
      };
  }
  return null;
}

const isInside = (scope: Scope, outer: Scope): boolean => {
  for (let at: Scope | null = scope; at; at = at.parent) if (at === outer) return true;
  return false;
};

function mapFlow(map: Directive, search: Search): Flow | null {
  const body = map.body;
  const key = map.args[0];
  if (!body || !key) return null;
  const { config } = body;
  for (const entry of body.directives) {
    const value = entry.args[0];
    if (!value?.value.includes('$')) continue;
    const [regex] = regexesOf(entry);
    for (const use of variablesIn(value).uses) {
      let flow: Flow | null = null;
      if (regex) {
        const compiled = config.regexes.compile(regex.pattern, { caseless: regex.caseless });
        const group = !compiled.ok
          ? undefined
          : use.capture
            ? Number(use.name)
            : compiled.regex.names.find((n) => n.name.toLowerCase() === use.name.toLowerCase())?.group;
        if (group !== undefined) {
          if (groupHolds(config.regexes, regex.pattern, regex.caseless, group, search.c)) flow = valueFlow(map, key, further(search));
        } else flow = useFlow(map, use, further(search));
      } else if (!use.capture) flow = useFlow(map, use, further(search));
      if (flow) return { ...flow, chain: [{ at: entry.at(use.span), message: 'the map hands it on here' }, ...flow.chain] };
    }
  }
  return null;
}

/** Whether a named group begins with a slash in every expression of a line that has it. */
function beginsWithSlash(definer: Directive, name: string): boolean {
  const group = new RegExp(`\\(\\?P?<${name}>\\\\?/(?![*?{])`, 'i');
  const all = regexesOf(definer);
  return all.length > 0 && all.every((r) => group.test(r.pattern));
}

/** The expression whose group a number means at a directive. */
export const regexOfGroup = (directive: Directive, group: number) =>
  regexesFor(directive).find((x) => {
    const compiled = directive.scope.config.regexes.compile(x.pattern, { caseless: x.caseless });
    return compiled.ok && compiled.regex.groups >= group;
  });

/** How many texts a pattern may allow and still be a list that somebody wrote down: the ports of one service's copies. */
const MOST_OF_LIST = 100;

/** Whether a group allows a few texts only, all of which its pattern names. */
export function isListed(directive: Directive, use: Pick<VariableUse, 'name' | 'capture'>): boolean {
  const r = use.capture ? regexOfGroup(directive, Number(use.name)) : undefined;
  return !!r && groupTexts(directive.scope.config.regexes, r.pattern, r.caseless, Number(use.name), MOST_OF_LIST) !== null;
}

/** Steps after which a variable is not sure to hold anything. */
const SURE_STEPS = 4;

/** Whether the variable is sure to hold the character wherever it has a value (a host cannot be told behind a certain slash). */
export const alwaysHolds = (directive: Directive, use: Pick<VariableUse, 'name' | 'capture'>, c: string): boolean =>
  isSureToHold(directive, use, c, 0, new Map());

/** `known`: which variables were found to hold it, or after how many steps one was not; many rows of a table may be made of one. */
function isSureToHold(
  directive: Directive,
  use: Pick<VariableUse, 'name' | 'capture'>,
  c: string,
  steps: number,
  known: Map<string, true | number>,
): boolean {
  if (steps > SURE_STEPS) return false;
  const { config } = directive.scope;
  if (use.capture) {
    const r = regexOfGroup(directive, Number(use.name));
    return !!r && groupAlwaysHolds(config.regexes, r.pattern, r.caseless, Number(use.name), c);
  }
  const before = known.get(use.name);
  if (before === true || (before !== undefined && before <= steps)) return before === true;
  known.set(use.name, steps);
  const holds = (d: Directive, word: Word): boolean =>
    word.value.includes(c) || variablesIn(word).uses.some((u) => isSureToHold(d, u, c, steps + 1, known));
  const sites = namesOf(config).definitions('variable', use.name, 'http');
  const isSure = sites.length
    ? sites.every(({ directive: d, capture }) => {
        if (capture) return c === '/' && beginsWithSlash(d, use.name);
        if (d.name === 'geo' || d.name === 'map') {
          // each row, and one for what fits none
          const rows = d.body?.directives ?? [];
          return (
            rows.some((row) => row.name === 'default') &&
            rows.every((row) => {
              if (row.name === 'include') return false;
              const value = row.args[0];
              return !value || ['proxy', 'delete'].includes(row.name) || holds(row, value);
            })
          );
        }
        const word = d.name === 'set' ? d.args[1] : undefined;
        return word !== undefined && holds(d, word);
      })
    : (sourceOf(use.name)?.always?.includes(c) ?? false);
  if (isSure) known.set(use.name, true);
  return isSure;
}

/** What a text begins with that ends a host: a slash or a question mark, or a variable that has one or is empty together with the next. */
const BEGINS_PATH = /^(?:[/?]|\$\{?(?:request_uri|(?:document_)?uri)\b|\$\{?is_args\}?(?:$|\$\{?(?:args|query_string)\b))/i;

const isSuch = (word: Word | undefined): boolean => word !== undefined && (word.value === '' || BEGINS_PATH.test(word.value));

/** Whether a map gives nothing but that; a row that is missing gives nothing. */
const givesSuch = new PerPart((map: Directive): boolean =>
  (map.body?.directives ?? []).every((row) => row.name !== 'include' && (row.name === 'hostnames' || isSuch(row.args[0]))),
);

/** Whether a variable is nothing at all or begins with what ends a host, whatever line gives it its value: `set $suffix ?$query_string`. */
export function isPathOrNothing(directive: Directive, { name, capture }: Pick<VariableUse, 'name' | 'capture'>): boolean {
  if (capture) return false;
  const sites = namesOf(directive.scope.config).definitions('variable', name, 'http');
  return (
    sites.length > 0 &&
    sites.every(
      ({ directive: d, capture: isGroup }) => !isGroup && (d.name === 'set' ? isSuch(d.args[1]) : d.name === 'map' && givesSuch.of(d)),
    )
  );
}
