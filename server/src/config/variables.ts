/**
 * Variables: where a text holds them, and which directives make them. The rules, navigation and completion ask here. What a name is
 * worth is decided by requests and not known here.
 */
import { table } from '../base/table.ts';
import { argumentOf } from '../catalog/arguments.ts';
import { kindOf } from '../catalog/catalog.ts';
import { bodyOf, type Protocol, protocolOf } from '../catalog/context.ts';
import type { DirectiveFact } from '../catalog/fact.ts';
import { atLeast } from '../catalog/version.ts';
import type { Word } from '../syntax/word.ts';
import { AskedMap, PerConfig } from './asked.ts';
import type { Config } from './config.ts';
import type { Directive } from './directive.ts';
import { readLocation } from './locations.ts';
import { compiled, mayHoldPatterns, patternsOf } from './patterns.ts';
import { MemoPerBlock } from './pieces.ts';
import type { Scope } from './scope.ts';

export interface VariableUse {
  /** in lower case, as nginx looks it up */
  readonly name: string;
  /** UTF-16 offset and length in the text, `$` and braces included */
  readonly at: number;
  readonly length: number;
}

export interface TemplateProblem {
  readonly kind: 'no-name' | 'unclosed';
  readonly at: number;
  readonly length: number;
  /** what was read of the name */
  readonly name: string;
}

export interface Template {
  readonly word: Word;
  /** offset of the text in the word's value */
  readonly at: number;
  readonly text: string;
  /**
   * `script`: `$1` to `$9` are captures (ngx_http_script_compile); `log`: they are names like others (ngx_http_log_compile_format);
   * `name`: the text as a whole is `$` and a name (ngx_http_get_variable_index)
   */
  readonly style: 'script' | 'log' | 'name';
}

const isNameCode = (c: number): boolean => (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95;

/** The variables of a text, and the first thing in it that nginx refuses; what follows that is not read. */
export function readTemplate(text: string, style: Template['style'] = 'script'): { uses: VariableUse[]; problem: TemplateProblem | null } {
  const uses: VariableUse[] = [];
  if (style === 'name') {
    if (text.length > 1 && text.startsWith('$')) uses.push({ name: text.slice(1).toLowerCase(), at: 0, length: text.length });
    return { uses, problem: null };
  }
  for (let i = text.indexOf('$'); i >= 0; i = text.indexOf('$', i)) {
    const at = i++;
    const digit = text.charCodeAt(i) - 48;
    if (style === 'script' && digit >= 1 && digit <= 9) {
      i++;
      continue;
    }
    const braced = text[i] === '{';
    if (braced) i++;
    const from = i;
    while (i < text.length && isNameCode(text.charCodeAt(i))) i++;
    const name = text.slice(from, i);
    if (braced) {
      if (i === from && i >= text.length) return { uses, problem: { kind: 'no-name', at, length: i - at, name } };
      if (text[i] !== '}') return { uses, problem: { kind: 'unclosed', at, length: i - at, name } };
      i++;
    }
    if (name === '') return { uses, problem: { kind: 'no-name', at, length: i - at, name } };
    uses.push({ name: name.toLowerCase(), at, length: i - at });
  }
  return { uses, problem: null };
}

type Pick = (index: number, count: number, value: string) => number | null;
const only =
  (...indexes: number[]): Pick =>
  (i) =>
    indexes.includes(i) ? 0 : null;
const all: Pick = () => 0;
const from =
  (first: number): Pick =>
  (i) =>
    i >= first ? 0 : null;
const last: Pick = (i, n) => (i === n - 1 ? 0 : null);
const behind =
  (prefix: string): Pick =>
  (_i, _n, value) =>
    value.startsWith(prefix) ? prefix.length : null;
/** a variable alone; with other text it is none */
const named: Pick = (_i, _n, value) => (/^\$\w+$/.test(value) ? 0 : null);
const unlessRegex =
  (...words: string[]): Pick =>
  (i, n, value) =>
    i > 0 ? 0 : n < 2 || value.startsWith('~') || words.includes(value) ? null : 0;

/** Which arguments of a directive are compiled as texts with variables, and from which offset; all of them where nothing is here. */
const COMPILED: Readonly<Record<string, Pick>> = table({
  add_header: only(1),
  add_trailer: only(1),
  proxy_set_header: only(1),
  grpc_set_header: only(1),
  auth_request_set: only(1),
  set: only(1),
  map: only(0),
  split_clients: only(0),
  geo: () => null,
  perl_set: () => null,
  error_page: last,
  return: (i, n, value) => (n === 1 ? (/^\d+$/.test(value) ? null : 0) : i === 1 ? 0 : null),
  rewrite: only(1),
  limit_req_zone: only(0),
  limit_conn_zone: only(0),
  access_log: (i, n, value) =>
    i === 0 ? (value.startsWith('syslog:') || (value === 'off' && n > 0) ? null : 0) : i > 1 && value.startsWith('if=') ? 3 : null,
  aio: behind('threads='),
  disable_symlinks: behind('from='),
  charset: () => null,
  source_charset: () => null,
  hash: only(0),
  sticky: () => null,
  image_filter: from(1),
  xslt_stylesheet: from(1),
  xslt_param: only(1),
  xslt_string_param: only(1),
  proxy_redirect: unlessRegex('off', 'default'),
  proxy_cookie_domain: unlessRegex(),
  proxy_cookie_path: unlessRegex(),
  proxy_cookie_flags: unlessRegex(),
  proxy_bind: only(0),
  fastcgi_bind: only(0),
  uwsgi_bind: only(0),
  scgi_bind: only(0),
  grpc_bind: only(0),
  memcached_bind: only(0),
  fastcgi_param: only(1),
  uwsgi_param: only(1),
  scgi_param: only(1),
  proxy_store: (_i, _n, value) => (value === 'on' || value === 'off' ? null : 0),
  js_var: only(1),
  // compiled until HTTP/2 push was removed
  http2_push: all,
});

/** Third-party modules whose directives compile their arguments with nginx's own scripts. */
const SCRIPTED: Readonly<Record<string, Pick>> = table({
  'echo-nginx-module': all,
  'set-misc-nginx-module': from(1),
  ngx_http_substitutions_filter_module: only(1),
  'headers-more-nginx-module': (_i, _n, value) => (value.includes(':') ? value.indexOf(':') + 1 : null),
  nchan: all,
  ngx_cache_purge: (i, n) => (n === 2 && i === 1 ? 0 : null),
  'srcache-nginx-module': from(1),
});

/** nchan's texts in which a dollar sign is one, beside all that is said of Redis. */
const NCHAN_PLAIN = [
  'nchan_channel_id_split_delimiter',
  'nchan_eventsource_event',
  'nchan_eventsource_ping_comment',
  'nchan_eventsource_ping_data',
  'nchan_eventsource_ping_event',
  'nchan_store_messages',
  'nchan_subscriber_http_raw_stream_separator',
  'nchan_subscriber_message_id_custom_etag_header',
  'nchan_websocket_client_heartbeat',
];
const isPlain = (name: string): boolean =>
  (name.startsWith('nchan_redis_') && name !== 'nchan_redis_upstream_stats') || NCHAN_PLAIN.includes(name);

/** Directives of theirs that differ from the others of their module. */
const SCRIPTED_ALONE: Readonly<Record<string, Pick>> = table({
  nchan_message_buffer_length: named,
  nchan_message_timeout: named,
  srcache_fetch_skip: all,
  srcache_store_skip: all,
  memc_pass: all,
  subs_filter_bypass: all,
  set_by_lua: from(2),
  set_by_lua_block: () => null,
  set_by_lua_file: from(1),
  content_by_lua_file: all,
  rewrite_by_lua_file: all,
  access_by_lua_file: all,
});

const EMPTY: readonly never[] = [];

/** The texts of a directive, or of an entry of a map, in which nginx looks for variables when it reads the configuration. */
export function templatesOf(directive: Directive): readonly Template[] {
  const { fact, args, scope, name } = directive;
  if (scope.context === 'map' || scope.context === 'stream-map') {
    if (name === 'include' || (args.length === 0 && (name === 'hostnames' || name === 'volatile'))) return [];
    return args.slice(0, 1).map((word) => ({ word, at: 0, text: word.value, style: 'script' }));
  }
  if (!fact) return [];
  if (name === 'if' && fact.source === 'oss') return conditionTemplates(directive);
  if (name === 'location' && fact.source === 'oss')
    return readLocation(directive)?.modifier === '$' ? [{ word: args[0]!, at: 0, text: args[0]!.value, style: 'name' }] : EMPTY;
  if (name === 'log_format' && fact.source === 'oss')
    return args.flatMap((word, i) =>
      i === 0 || (i === 1 && word.value.startsWith('escape=')) ? [] : { word, at: 0, text: word.value, style: 'log' as const },
    );
  if (name === 'json_set' && fact.source === 'oss')
    return args[1]?.value.startsWith('$') ? [{ word: args[1], at: 0, text: args[1].value, style: 'name' }] : EMPTY;
  if ((name === 'charset' || name === 'source_charset') && args[0]?.value.startsWith('$'))
    return [{ word: args[0], at: 0, text: args[0].value, style: 'name' }];
  if (name === 'geo' && fact.source === 'oss')
    return args.length === 2 ? [{ word: args[0]!, at: 0, text: args[0]!.value, style: 'name' }] : [];
  const { nginx } = scope.config.settings.target;
  if (name === 'http2_push' && atLeast(nginx, '1.25.1')) return [];
  const kind = kindOf(fact, nginx);
  const pick =
    fact.source === 'oss' || fact.source === 'njs'
      ? Object.hasOwn(COMPILED, name)
        ? COMPILED[name]!
        : fact.variables === true || kind === 'complex' || kind === 'complex-size' || kind === 'predicates'
          ? all
          : null
      : (SCRIPTED_ALONE[name] ??
        (isPlain(name) ? null : SCRIPTED[fact.source]) ??
        (kind === 'complex' || kind === 'complex-size' || kind === 'predicates' ? all : null));
  if (!pick || (kind === 'size' && fact.kind === 'complex-size')) return EMPTY;
  if (!args.some((w) => w.value.includes('$'))) return EMPTY;
  return args.flatMap((word, i) => {
    const at = pick(i, args.length, word.value);
    return at === null || !word.value.includes('$') ? [] : { word, at, text: word.value.slice(at), style: 'script' as const };
  });
}

/** `if ($name = text)`, `if (-f text)`: ngx_http_rewrite_if_condition. Conditions that it refuses are another rule's. */
function conditionTemplates({ args }: Directive): Template[] {
  const words = [...args];
  if (words[0]?.value === '(') words.shift();
  if (words.at(-1)?.value === ')') words.pop();
  const first = words[0];
  const end = words.at(-1);
  if (!first || !end) return [];
  const inset = first === args[0] && first.value.startsWith('(') ? 1 : 0;
  const trimmed = (word: Word, at: number): Template => ({
    word,
    at,
    text: word.value.slice(at, word === args.at(-1) ? word.value.length - (word.value.endsWith(')') ? 1 : 0) : undefined),
    style: 'script',
  });
  const head = trimmed(first, inset);
  const operator = words[1]?.value;
  if (/^!?-/.test(head.text)) return words.length === 2 ? [trimmed(end, 0)] : [];
  if (!head.text.startsWith('$') || head.text.length < 2) return [];
  const variable: Template = { ...head, style: 'name' };
  return words.length === 3 && (operator === '=' || operator === '!=') ? [variable, trimmed(end, 0)] : [variable];
}

const declaring = new WeakMap<DirectiveFact, boolean>();

/** Whether an argument of the directive can be the name of a new variable. */
function declares(fact: DirectiveFact): boolean {
  let known = declaring.get(fact);
  if (known === undefined) {
    known = [1, 2, 3].some((n) => [0, 1].some((i) => i < n && argumentOf(fact, i, n)?.names?.kind === 'variable'));
    declaring.set(fact, known);
  }
  return known;
}

const defining = new WeakMap<DirectiveFact, boolean>();

/** Whether lines of a directive may define a variable, by an argument or by a named group. */
function mayDefine(fact: DirectiveFact): boolean {
  let known = defining.get(fact);
  if (known === undefined) defining.set(fact, (known = declares(fact) || mayHoldPatterns(fact)));
  return known;
}

/** In such a block each line names a variable. */
const isGeoip = ({ context }: Scope): boolean => context === 'geoip2' || context === 'stream-geoip2';

export interface VariableDefinition {
  readonly name: string;
  readonly directive: Directive;
  readonly word: Word;
  /** UTF-16 offset and length in the word's value */
  readonly at: number;
  readonly length: number;
  /** a named group of a regular expression */
  readonly capture: boolean;
}

const NO_DEFINITIONS: readonly VariableDefinition[] = [];

/** What a directive, or an entry of a geoip2 block, defines. */
export function variablesDefinedBy(directive: Directive): readonly VariableDefinition[] {
  const { scope, fact, args, statement } = directive;
  const isEntry = isGeoip(scope);
  // as nearly every line
  if (fact && !isEntry && !mayDefine(fact)) return NO_DEFINITIONS;
  const patterns = patternsOf(directive);
  const out: VariableDefinition[] = [];
  const declare = (word: Word): void => {
    // without its dollar sign the name is refused, which is said where it stands; what uses it is not wrong for that
    const name = /^\$./s.test(word.value) ? word.value.slice(1) : /^\w+$/.test(word.value) ? word.value : null;
    if (name !== null) out.push({ name: name.toLowerCase(), directive, word, at: 0, length: word.value.length, capture: false });
  };
  if (isEntry) declare(statement.name);
  else if (fact) {
    if (declares(fact))
      args.forEach((word, i) => {
        const what = argumentOf(fact, i, args.length);
        if (what?.names?.role === 'defines' && what.names.kind === 'variable') declare(word);
      });
  } else if (scope.context === 'unknown' || bodyOf(scope.context) === 'directives') {
    // nobody knows the directive: what looks like a variable may be one that it makes
    if (scope.config.catalog.directives(directive.name).length === 0)
      for (const word of args) if (/^\$\w+$/.test(word.value)) declare(word);
  }
  for (const pattern of patterns) {
    if (!pattern.named) continue;
    const read = compiled(directive, pattern);
    if (!read.ok) continue;
    for (const { name } of read.regex.names) {
      const at = pattern.text.search(new RegExp(`\\(\\?(?:P?<|')${name}[>']`));
      const inset = at < 0 ? 0 : at + pattern.text.slice(at).indexOf(name);
      out.push({
        name: name.toLowerCase(),
        directive,
        word: pattern.word,
        at: pattern.at + inset,
        length: at < 0 ? pattern.text.length : name.length,
        capture: true,
      });
    }
  }
  return out;
}

export interface VariableIndex {
  readonly definitions: ReadonlyMap<string, readonly VariableDefinition[]>;
}

const definitions = new MemoPerBlock((directives) => {
  const all: VariableDefinition[] = [];
  for (let i = 0; i < directives.length; i++) for (const one of variablesDefinedBy(directives[i]!)) all.push(one);
  return all;
});

type Definitions = ReadonlyMap<string, readonly VariableDefinition[]>;

const byProtocol = new PerConfig((config): { readonly http: Definitions; readonly stream: Definitions } => {
  const http = new Map<string, VariableDefinition[]>();
  const stream = new Map<string, VariableDefinition[]>();
  for (const found of definitions.of(config))
    for (const definition of found) {
      const { context } = definition.directive.scope;
      const map = context !== 'unknown' && protocolOf(context) === 'stream' ? stream : http;
      const list = map.get(definition.name);
      if (list) list.push(definition);
      else map.set(definition.name, [definition]);
    }
  return { http, stream };
});

/** All variables that the configuration makes, by name in lower case. Mail has none. */
export function variablesOf(config: Config, protocol: Protocol): VariableIndex {
  const of = protocol === 'stream' ? 'stream' : 'http';
  return { definitions: new AskedMap(config, `${of} variable`, (c) => byProtocol.of(c)[of]) };
}
