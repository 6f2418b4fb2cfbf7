/**
 * Which characters a client can put into a variable, and on which way they get there: through set, map, captures, named groups, if and
 * rewrite, across files. It names sources and steps and judges no use of them; what it does not know counts as out of the client's reach.
 */

import type { CompiledRegex } from '../base/regexes.ts';
import type { Place } from '../base/span.ts';
import { table } from '../base/table.ts';
import { asked, numberOf, PerConfig } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { locationOf } from '../config/locations.ts';
import { namesOf, regexesOf } from '../config/names.ts';
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

/** Whether a `set` or a group may have its value where a directive stands: it is around it, or in an `if` around it. */
export const inSight = (definition: Directive, use: Directive): boolean => {
  let outer: Scope | null = definition.scope;
  while (outer && (outer.context === 'if-in-location' || outer.context === 'if-in-server')) outer = outer.parent;
  for (let scope: Scope | null = use.scope; scope; scope = scope.parent) if (scope === outer) return true;
  return false;
};

const overwritten = (definition: Directive, all: readonly Directive[], use: Directive): boolean =>
  all.some(
    (d) =>
      d !== definition &&
      d.name === 'set' &&
      d.scope === definition.scope &&
      d.statement.start > definition.statement.start &&
      (use.name !== 'set' || d.statement.start < use.statement.start),
  );

/** Whether the client can bring the character into the variable as it is used by the directive; null when not, or when nothing tells. */
export function flowInto(directive: Directive, use: Pick<VariableUse, 'name' | 'capture'>, c: string, depth = 0): Flow | null {
  if (depth > 6) return null;
  const { config } = directive.scope;
  if (use.capture) return captureFlow(directive, Number(use.name), c, depth);
  const sites = namesOf(config).definitions('variable', use.name, 'http');
  const definitions = sites.map((s) => s.directive);
  for (const site of sites) {
    const d = site.directive;
    if (d === directive && !site.capture) continue;
    const flow = site.capture
      ? namedFlow(directive, d, use.name, c, depth)
      : d.name === 'set'
        ? inSight(d, directive) && !overwritten(d, definitions, directive)
          ? valueFlow(d, d.args[1], c, depth)
          : null
        : d.name === 'map'
          ? mapFlow(d, c, depth)
          : null;
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
export function valueFlow(directive: Directive, word: Word | undefined, c: string, depth = 0): Flow | null {
  if (!word) return null;
  for (const use of variablesIn(word).uses) {
    const flow = flowInto(directive, use, c, depth + 1);
    if (flow)
      return {
        source: flow.source,
        escaped: flow.escaped || (use.capture && directive.name === 'set'),
        chain: [{ at: directive.at(use.span), message: `${use.capture ? 'the group' : 'the variable'} comes in here` }, ...flow.chain],
      };
  }
  return null;
}

function subjectFlow(directive: Directive, subject: string, c: string, depth: number): Flow | null {
  const name = subject.replace(/^\$/, '');
  if (/^\w+$/.test(name)) return flowInto(directive, { name, capture: /^[1-9]$/.test(name) }, c, depth + 1);
  return null;
}

function captureFlow(directive: Directive, group: number, c: string, depth: number): Flow | null {
  const { config } = directive.scope;
  for (const r of regexesFor(directive)) {
    const compiled = config.regexes.compile(r.pattern, { caseless: r.caseless });
    if (!compiled.ok || compiled.regex.groups < group) continue;
    if (!groupHolds(config.regexes, r.pattern, r.caseless, group, c)) return null;
    const subject = subjectFlow(r.directive, r.subject, c, depth);
    if (!subject) return null;
    return {
      ...subject,
      chain: [{ at: r.at, message: `group ${group} is taken from ${subject.source} here` }, ...subject.chain],
    };
  }
  return null;
}

function namedFlow(use: Directive, definer: Directive, name: string, c: string, depth: number): Flow | null {
  const { config } = use.scope;
  const own = definer.body === use.scope || inSight(definer, use) || (definer.body !== null && isInside(use.scope, definer.body));
  if (!own && definer.scope.context !== 'map') return null;
  for (const r of regexesOf(definer)) {
    const compiled = config.regexes.compile(r.pattern, { caseless: r.caseless });
    const group = compiled.ok ? compiled.regex.names.find((n) => n.name.toLowerCase() === name.toLowerCase())?.group : undefined;
    if (group === undefined || !groupHolds(config.regexes, r.pattern, r.caseless, group, c)) continue;
    const subject =
      definer.name === 'if'
        ? definer.value(0).replace(/^\(\s*\$?/, '') || definer.value(1).replace(/^\$/, '')
        : definer.name === 'server_name'
          ? 'host'
          : definer.scope.context === 'map'
            ? (definer.scope.opener?.value(0) ?? '').replace(/^\$/, '')
            : 'uri';
    const flow = subjectFlow(definer, subject, c, depth);
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

function mapFlow(map: Directive, c: string, depth: number): Flow | null {
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
          if (groupHolds(config.regexes, regex.pattern, regex.caseless, group, c)) flow = valueFlow(map, key, c, depth + 1);
        } else flow = flowInto(map, use, c, depth + 1);
      } else if (!use.capture) flow = flowInto(map, use, c, depth + 1);
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
const regexOfGroup = (directive: Directive, group: number) =>
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

/** Whether the variable is sure to hold the character wherever it has a value (a host cannot be told behind a certain slash). */
export function alwaysHolds(directive: Directive, use: Pick<VariableUse, 'name' | 'capture'>, c: string, depth = 0): boolean {
  if (depth > 4) return false;
  const { config } = directive.scope;
  if (use.capture) {
    const r = regexOfGroup(directive, Number(use.name));
    return !!r && groupAlwaysHolds(config.regexes, r.pattern, r.caseless, Number(use.name), c);
  }
  const sites = namesOf(config).definitions('variable', use.name, 'http');
  if (sites.length)
    return sites.every((s) => {
      const { name, body } = s.directive;
      if (s.capture) return c === '/' && beginsWithSlash(s.directive, use.name);
      if (name === 'geo' || name === 'map') {
        // each row, and one for what fits none
        const rows = body?.directives ?? [];
        return (
          rows.some((d) => d.name === 'default') &&
          rows.every((d) => {
            if (d.name === 'include') return false;
            const value = d.args[0];
            if (!value || ['proxy', 'delete'].includes(d.name)) return true;
            return value.value.includes(c) || variablesIn(value).uses.some((u) => alwaysHolds(d, u, c, depth + 1));
          })
        );
      }
      const word = s.directive.name === 'set' ? s.directive.args[1] : undefined;
      return !!word && (word.value.includes(c) || variablesIn(word).uses.some((u) => alwaysHolds(s.directive, u, c, depth + 1)));
    });
  return sourceOf(use.name)?.always?.includes(c) ?? false;
}
