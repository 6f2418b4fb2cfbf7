/**
 * What of a configuration a request needs and what does not change from one request to the next: who defines which variable, where the
 * zones are, what was made ready for the levels that requests have met. Kept beside a Config, each part made when a request asks for it:
 * the first trace of a large configuration reads the levels on its way, not all of them.
 */
import { table } from '../base/table.ts';
import { AskedMap, isRecorded, noted, PerConfig, unrecorded } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { readLocation } from '../config/locations.ts';
import type { Scope } from '../config/scope.ts';
import { protocolScopes, type ServerProtocol } from '../config/servers.ts';
import { PASS_DIRECTIVES } from '../config/upstreams.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';
import { family, type Reader } from './reader.ts';

/** How a variable that the configuration defines gets its value; the strongest definition counts. */
export type Definition =
  | { readonly by: 'map' | 'geo' | 'split_clients' | 'json'; readonly directive: Directive }
  /** `set`, which gives the value when it runs; empty before */
  | { readonly by: 'set'; readonly directive: Directive }
  /** a named group of a regular expression */
  | { readonly by: 'capture'; readonly directive: Directive }
  /** another module's doing (Lua, njs, perl, auth_request_set …), which the text does not decide */
  | { readonly by: 'module'; readonly directive: Directive };

export interface Index {
  readonly config: Config;
  readonly protocol: ServerProtocol;
  /** by lower-case name, of the whole configuration: who asks for one name asks `definitionOf` */
  readonly variables: ReadonlyMap<string, Definition>;
  /** limit_req_zone, limit_conn_zone and the *_cache_path lines, by the zone's name */
  readonly zones: ReadonlyMap<string, Directive>;
  /** every *_pass line */
  readonly passes: readonly Directive[];
  /** the definitions that were asked for, by name; `definitionOf` alone looks here */
  readonly defined: Map<string, Definition | undefined>;
}

interface Found {
  readonly variables: ReadonlyMap<string, Definition>;
  readonly passes: readonly Directive[];
}

const rootsOf = (config: Config, protocol: ServerProtocol): readonly Scope[] => {
  const roots = protocolScopes(config, protocol);
  return roots.length ? roots : [config.main];
};

const whole = new PerConfig((config, protocol: ServerProtocol): Found => {
  const search = new Search(config);
  for (const scope of rootsOf(config, protocol)) search.walk(scope);
  return search;
});

/** What stands on the level of the protocol itself, where maps, zones and the like are. */
const outermost = new PerConfig((config, protocol: ServerProtocol): Search => {
  const search = new Search(config);
  for (const scope of rootsOf(config, protocol)) for (const directive of scope.directives) search.visit(directive);
  return search;
});

const zonesOf = (config: Config, protocol: ServerProtocol): ReadonlyMap<string, Directive> =>
  new AskedMap(config, `${protocol} zone`, (c) => outermost.of(c, protocol).zones);

const made = new PerConfig(
  (config, protocol: ServerProtocol): Index => ({
    config,
    protocol,
    get variables() {
      return whole.of(config, protocol).variables;
    },
    zones: zonesOf(config, protocol),
    get passes() {
      return whole.of(config, protocol).passes;
    },
    defined: new Map(),
  }),
);

/** The index of the http or stream part of a configuration. */
export const indexOf = (config: Config, protocol: ServerProtocol = 'http'): Index => made.of(config, protocol);

/** Who defines a variable, by its lower-case name. */
export function definitionOf({ config, protocol, defined }: Index, name: string): Definition | undefined {
  if (isRecorded()) noteDefinition(config, protocol, name);
  const known = defined.get(name);
  if (known || defined.has(name)) return known;
  const found = unrecorded(() => define(config, protocol, name));
  defined.set(name, found);
  return found;
}

/** Apart from their callers: a question keeps all that is around it (asked.ts). */
const noteDefinition = (config: Config, protocol: ServerProtocol, name: string): void =>
  noted(config, `${protocol} defines $${name}`, (c) => {
    const now = define(c, protocol, name);
    return now ? [now.by, now.directive] : null;
  });

function define(config: Config, protocol: ServerProtocol, name: string): Definition | undefined {
  const outer = outermost.of(config, protocol).variables.get(name);
  return isWritten(config, name) ? whole.of(config, protocol).variables.get(name) : outer;
}

const written = new WeakMap<SourceFile, ReadonlySet<string>>();

const ofAllFiles = new PerConfig((config): ReadonlySet<string> => {
  const all = new Set<string>();
  for (const file of config.files.values()) {
    let names = written.get(file);
    if (!names) written.set(file, (names = namesWritten(file.body, file.text.includes('(?'))));
    for (const name of names) all.add(name);
  }
  return all;
});

/** Whether a line of any file may define a variable of that name: read off the statements, before levels are made of them. */
const isWritten = (config: Config, name: string): boolean => ofAllFiles.of(config).has(name);

const GROUP = /\(\?P?[<']([A-Za-z_]\w*)[>']/g;

/** `grouped`: some word of the file may name a group. */
function namesWritten(statements: readonly Statement[], grouped: boolean, into = new Set<string>()): Set<string> {
  const takeGroups = (value: string): void => {
    if (value.includes('(?')) for (const m of value.matchAll(GROUP)) into.add(m[1]!.toLowerCase());
  };
  for (const { name, args, block } of statements) {
    const word = name.value;
    const at = word === 'set' || word === 'json_set' ? 0 : SETTERS[word];
    const target = at === undefined ? word : args.at(at)?.value;
    if (target?.startsWith('$')) into.add(target.slice(1).toLowerCase());
    if (grouped) {
      takeGroups(word);
      for (const { value } of args) takeGroups(value);
    }
    if (block) namesWritten(block, grouped, into);
  }
  return into;
}

/** Directives that give a variable its value by code of their own, with the argument that holds the name (from the end when negative). */
const SETTERS: Readonly<Record<string, number>> = table({
  perl_set: 0,
  js_set: 0,
  js_var: 0,
  set_by_lua: 0,
  set_by_lua_block: 0,
  set_by_lua_file: 0,
  auth_request_set: 0,
  auth_jwt_claim_set: 0,
  auth_jwt_header_set: 0,
  echo_set: 0,
  set_unescape_uri: 0,
  set_escape_uri: 0,
  set_md5: 0,
  set_sha1: 0,
  set_random: 0,
  set_if_empty: 0,
  set_quote_sql_str: 0,
  set_formatted_local_time: 0,
  num_map: 1,
  keyval: 1,
});

/** Read to know who defines which variable, and where zones are. What other modules' code gives a variable is an assumption wherever it is used. */
export const DEFINITIONS: Reader = {
  module: 'ngx_http_core_module',
  reads: [
    'http',
    'server',
    'server_name',
    'map',
    'geo',
    'split_clients',
    'json_set',
    'json_max_depth',
    'limit_req_zone',
    'limit_conn_zone',
    ...family(['proxy', 'fastcgi', 'uwsgi', 'scgi'], ['cache_path']),
    'perl_set',
    'js_set',
    'js_var',
    'set_by_lua',
    'set_by_lua_block',
    'set_by_lua_file',
    // their variables and groups
    'set',
    'if',
    'rewrite',
    'auth_request_set',
  ],
};

/** Blocks whose lines are data, not directives. */
const DATA = new Set(['map', 'geo', 'split_clients', 'types', 'charset_map', 'geoip2', 'num_map']);

/** Of those that give a variable its own way to be read the last line wins, a group of a regular expression among them; a set takes what is left. */
const rankOf = ({ by, directive }: Definition): number => (by === 'set' ? 0 : directive.name === 'auth_request_set' ? 1 : 2);

/** Collects what lines define. */
class Search implements Found {
  readonly variables = new Map<string, Definition>();
  readonly zones = new Map<string, Directive>();
  readonly passes: Directive[] = [];

  constructor(private readonly config: Config) {}

  private define(dollar: string, definition: Definition): void {
    if (!dollar.startsWith('$')) return;
    const name = dollar.slice(1).toLowerCase();
    const known = this.variables.get(name);
    if (!known || rankOf(definition) >= rankOf(known)) this.variables.set(name, definition);
  }

  private capture(directive: Directive, pattern: string): void {
    if (!pattern.includes('(?')) return;
    const compiled = this.config.regexes.compile(pattern);
    if (compiled.ok) for (const { name } of compiled.regex.names) this.define(`$${name}`, { by: 'capture', directive });
  }

  /** One line, without those in its block that are no data of its own. */
  visit(directive: Directive): void {
    const { name } = directive;
    switch (name) {
      case 'map':
      case 'split_clients':
        this.define(directive.value(1), { by: name, directive });
        if (name === 'map')
          for (const entry of directive.body?.directives ?? [])
            if (entry.name.startsWith('~')) this.capture(entry, entry.name.replace(/^~\*?/, ''));
        return;
      case 'geo':
        this.define(directive.values.at(-1) ?? '', { by: 'geo', directive });
        return;
      case 'json_set':
        this.define(directive.value(0), { by: 'json', directive });
        return;
      case 'set':
        this.define(directive.value(0), { by: 'set', directive });
        return;
      case 'server_name':
        for (const value of directive.values) if (value.startsWith('~')) this.capture(directive, value.slice(1));
        return;
      case 'location': {
        const read = readLocation(directive);
        if (read && (read.modifier === '~' || read.modifier === '~*')) this.capture(directive, read.name);
        return;
      }
      case 'rewrite':
        this.capture(directive, directive.value(0));
        return;
      case 'if': {
        const at = directive.values.findIndex((v) => /^!?~\*?$/.test(v));
        if (at >= 0)
          this.capture(
            directive,
            directive.values
              .slice(at + 1)
              .join(' ')
              .replace(/\)$/, ''),
          );
        return;
      }
      case 'proxy_redirect':
      case 'proxy_cookie_domain':
      case 'proxy_cookie_path':
        if (directive.value(0).startsWith('~')) this.capture(directive, directive.value(0).replace(/^~\*?/, ''));
        return;
      case 'limit_req_zone':
      case 'limit_conn_zone': {
        const zone = directive.values.find((v) => v.startsWith('zone='));
        if (zone) this.zones.set(zone.slice(5).split(':')[0]!, directive);
        return;
      }
      case 'geoip2':
        for (const entry of directive.body?.directives ?? []) this.define(entry.name, { by: 'module', directive: entry });
        return;
      default:
        if (PASS_DIRECTIVES.includes(name)) this.passes.push(directive);
        else if (name in SETTERS) this.define(directive.value(SETTERS[name]!), { by: 'module', directive });
        else if (name.endsWith('_cache_path')) {
          const zone = directive.values.find((v) => v.startsWith('keys_zone='));
          if (zone) this.zones.set(zone.slice(10).split(':')[0]!, directive);
        }
    }
  }

  walk(scope: Scope): void {
    for (const directive of scope.directives) {
      this.visit(directive);
      if (directive.body && !DATA.has(directive.name)) this.walk(directive.body);
    }
  }
}
