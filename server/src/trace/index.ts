/**
 * What of a configuration a request needs and what does not change from one request to the next: who defines which variable, where the
 * zones are. Made once per Config and kept beside it.
 */
import { table } from '../base/table.ts';
import { PerConfig } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { readLocation } from '../config/locations.ts';
import type { Scope } from '../config/scope.ts';
import { protocolScopes, type ServerProtocol } from '../config/servers.ts';
import { PASS_DIRECTIVES } from '../config/upstreams.ts';
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
  /** by lower-case name */
  readonly variables: ReadonlyMap<string, Definition>;
  /** limit_req_zone, limit_conn_zone and the *_cache_path lines, by the zone's name */
  readonly zones: ReadonlyMap<string, Directive>;
  /** every *_pass line */
  readonly passes: readonly Directive[];
}

const made = new PerConfig((config, protocol: ServerProtocol): Index => build(config, protocol));

/** The index of the http or stream part of a configuration. */
export const indexOf = (config: Config, protocol: ServerProtocol = 'http'): Index => made.of(config, protocol);

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
  ],
};

/** Blocks whose lines are data, not directives. */
const DATA = new Set(['map', 'geo', 'split_clients', 'types', 'charset_map', 'geoip2', 'num_map']);

const RANK: Record<Definition['by'], number> = { set: 0, capture: 1, module: 2, map: 3, geo: 3, split_clients: 3, json: 3 };

function build(config: Config, protocol: ServerProtocol): Index {
  const variables = new Map<string, Definition>();
  const zones = new Map<string, Directive>();
  const passes: Directive[] = [];
  const define = (dollar: string, definition: Definition): void => {
    if (!dollar.startsWith('$')) return;
    const name = dollar.slice(1).toLowerCase();
    const known = variables.get(name);
    if (!known || RANK[definition.by] >= RANK[known.by]) variables.set(name, definition);
  };
  const capture = (directive: Directive, pattern: string): void => {
    if (!pattern.includes('(?')) return;
    const compiled = config.regexes.compile(pattern);
    if (compiled.ok) for (const { name } of compiled.regex.names) define(`$${name}`, { by: 'capture', directive });
  };
  const visit = (directive: Directive): void => {
    const { name } = directive;
    switch (name) {
      case 'map':
      case 'split_clients':
        define(directive.value(1), { by: name, directive });
        if (name === 'map')
          for (const entry of directive.body?.directives ?? [])
            if (entry.name.startsWith('~')) capture(entry, entry.name.replace(/^~\*?/, ''));
        return;
      case 'geo':
        define(directive.values.at(-1) ?? '', { by: 'geo', directive });
        return;
      case 'json_set':
        define(directive.value(0), { by: 'json', directive });
        return;
      case 'set':
        define(directive.value(0), { by: 'set', directive });
        return;
      case 'server_name':
        for (const value of directive.values) if (value.startsWith('~')) capture(directive, value.slice(1));
        return;
      case 'location': {
        const read = readLocation(directive);
        if (read && (read.modifier === '~' || read.modifier === '~*')) capture(directive, read.name);
        return;
      }
      case 'rewrite':
        capture(directive, directive.value(0));
        return;
      case 'if': {
        const at = directive.values.findIndex((v) => /^!?~\*?$/.test(v));
        if (at >= 0)
          capture(
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
        if (directive.value(0).startsWith('~')) capture(directive, directive.value(0).replace(/^~\*?/, ''));
        return;
      case 'limit_req_zone':
      case 'limit_conn_zone': {
        const zone = directive.values.find((v) => v.startsWith('zone='));
        if (zone) zones.set(zone.slice(5).split(':')[0]!, directive);
        return;
      }
      case 'geoip2':
        for (const entry of directive.body?.directives ?? []) define(entry.name, { by: 'module', directive: entry });
        return;
      default:
        if (PASS_DIRECTIVES.includes(name)) passes.push(directive);
        else if (name in SETTERS) define(directive.value(SETTERS[name]!), { by: 'module', directive });
        else if (name.endsWith('_cache_path')) {
          const zone = directive.values.find((v) => v.startsWith('keys_zone='));
          if (zone) zones.set(zone.slice(10).split(':')[0]!, directive);
        }
    }
  };
  const roots: Scope[] = protocolScopes(config, protocol);
  const walk = (scope: Scope): void => {
    for (const directive of scope.directives) {
      visit(directive);
      if (directive.body && !DATA.has(directive.name)) walk(directive.body);
    }
  };
  for (const scope of roots.length ? roots : [config.main]) walk(scope);
  return { config, protocol, variables, zones, passes };
}
