/**
 * Names of upstreams that reach a pass directive by way of a variable (map, split_clients, set, geo), or beside one (`http://app$request_uri`,
 * `$scheme://app`). nginx looks the group up by name for each request (ngx_http_upstream_init_request), so these are uses like any other, though
 * `nginx -t` sees none of them. What the text does not decide is named as such.
 */

import type { Span } from '../base/span.ts';
import type { Protocol } from '../catalog/context.ts';
import { valueSpan, variablesIn } from '../syntax/variable.ts';
import type { Word } from '../syntax/word.ts';
import type { Config } from './config.ts';
import type { Directive } from './directive.ts';
import type { NameSite } from './names.ts';
import { everywhere } from './pieces.ts';

/** A name in a word of a directive. */
export interface CarriedName {
  readonly directive: Directive;
  /** -1 is the directive's own name */
  readonly word: number;
  readonly span: Span;
  readonly name: string;
  /** `mentions`: a text that is compared with addresses of the group, such as that of proxy_redirect */
  readonly role: 'references' | 'mentions';
  readonly protocol: Protocol;
}

/** A place that may name groups which no text spells. */
export interface OpenUse {
  readonly directive: Directive;
  readonly span: Span;
  readonly protocol: Protocol;
  /** the names that it may mean */
  readonly pattern: RegExp;
}

export interface CarriedNames {
  readonly names: readonly CarriedName[];
  readonly open: readonly OpenUse[];
}

type Definitions = (variable: string, protocol: Protocol) => readonly NameSite[];

const PASSES = ['proxy_pass', 'grpc_pass', 'uwsgi_pass', 'fastcgi_pass', 'scgi_pass', 'memcached_pass'];

/** Variables that begin with `/` or `?`, or are empty: behind them stands no more of the host. */
const BEHIND_HOST: ReadonlySet<string> = new Set(['request_uri', 'uri', 'document_uri', 'is_args']);
/** What the client asked for: a forward proxy, which means no group. */
const OF_CLIENT: ReadonlySet<string> = new Set(['host', 'http_host', 'server_name', 'ssl_preread_server_name', 'proxy_host']);
/** Lines of map, geo and split_clients that hold no value. */
const NO_ENTRY: ReadonlySet<string> = new Set(['include', 'hostnames', 'volatile', 'ranges', 'proxy', 'proxy_recursive', 'delete']);
const DEPTH = 6;

/** `url`: a scheme comes first, unless a variable brings it; `address`: a scheme may come; `host`: it has come. */
type Position = 'url' | 'address' | 'host';

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** The names that variables carry to pass directives of a configuration. */
export function carriedNames(config: Config, definitions: Definitions): CarriedNames {
  const names: CarriedName[] = [];
  const open: OpenUse[] = [];
  const seen = new Set<string>();
  const protocolOfPass = (d: Directive): Protocol => (d.scope.context === 'stream-server' ? 'stream' : 'http');

  /** The words that give a variable its value; null among them: something else gives one. */
  const valuesOf = (variable: string, protocol: Protocol): ({ directive: Directive; index: number } | null)[] => {
    const sites = definitions(variable, protocol);
    if (!sites.length) return [null];
    return sites.flatMap((site): ({ directive: Directive; index: number } | null)[] => {
      const d = site.directive;
      if (site.capture) return [null];
      if (d.name === 'set') return [{ directive: d, index: 1 }];
      if (!d.body || !['map', 'geo', 'split_clients'].includes(d.name)) return [null];
      const entries = d.body.directives.filter((e) => !NO_ENTRY.has(e.statement.name.value) && e.args.length === 1);
      return [
        ...entries.map((directive) => ({ directive, index: 0 })),
        ...(d.body.directives.some((e) => e.statement.name.templated) ? [null] : []),
      ];
    });
  };

  const ending = new Map<string, boolean>();

  /** Whether a variable ends the host, whatever its value. */
  const endsHost = (variable: string, protocol: Protocol, depth = 0): boolean => {
    if (BEHIND_HOST.has(variable)) return true;
    const key = `${protocol} ${variable}`;
    const known = ending.get(key);
    if (known !== undefined) return known;
    // who leads back to itself ends nothing
    ending.set(key, false);
    const ends = valuesOf(variable, protocol).every((v) => {
      if (!v || depth > DEPTH) return false;
      const text = v.directive.args[v.index]?.value ?? '';
      if (text === '' || /^[/?]/.test(text)) return true;
      const first = variablesIn(v.directive.args[v.index]!).uses[0];
      return text.startsWith('$') && first !== undefined && !first.capture && endsHost(first.name.toLowerCase(), protocol, depth + 1);
    });
    ending.set(key, ends);
    return ends;
  };

  const read = (directive: Directive, index: number, protocol: Protocol, position: Position, depth: number): void => {
    const word = directive.args[index];
    const key = `${directive.file.id} ${word?.start} ${protocol} ${position}`;
    if (!word || depth > DEPTH || seen.has(key)) return;
    seen.add(key);
    if (word.templated) {
      open.push({ directive, span: { start: word.start, end: word.end }, protocol, pattern: /^/ });
      return;
    }
    const text = word.value;
    let at = 0;
    if (position !== 'host') {
      const scheme = /^(?:[a-z]+|\$\w+|\$\{\w+\}):\/\//i.exec(text);
      if (scheme) at = scheme[0].length;
      else if (position === 'url' && !text.startsWith('$')) return;
    }
    if (/^(unix:|\[)/i.test(text.slice(at))) return;
    const host = /^[^/:?$]*/.exec(text.slice(at))![0];
    const from = at + host.length;
    const rest = text.slice(from);
    if (!rest.startsWith('$')) {
      // what holds no variable is known to the index already, unless it is a value
      if (host !== '' && !rest.startsWith(':') && (depth > 0 || text.slice(0, at).includes('$')))
        names.push({
          directive,
          word: index,
          span: valueSpan(word, at, from),
          name: host.toLowerCase(),
          role: 'references',
          protocol,
        });
      return;
    }
    const variable = /^\$(?:(\w+)|\{(\w+)\})/.exec(rest);
    if (!variable) return;
    const name = (variable[1] ?? variable[2])!.toLowerCase();
    const behind = rest.slice(variable[0].length);
    const capture = /^\d+$/.test(name);
    if (host !== '' && !capture && endsHost(name, protocol)) {
      names.push({ directive, word: index, span: valueSpan(word, at, from), name: host.toLowerCase(), role: 'references', protocol });
      return;
    }
    if (behind.startsWith(':')) {
      // a scheme was distinguished above, so this is a port: nginx takes no group then
      if (host === '' && behind.startsWith('://')) return;
      if (host !== '' || /^:(\d|\$)/.test(behind)) return;
    }
    const next = /^\$\{?(\w+)/.exec(behind)?.[1]?.toLowerCase();
    const ends = behind === '' || /^[/?]/.test(behind) || (next !== undefined && endsHost(next, protocol));
    if (host === '' && ends) {
      if (OF_CLIENT.has(name) && !definitions(name, protocol).length) return;
      for (const value of capture ? [null] : valuesOf(name, protocol))
        if (value) read(value.directive, value.index, protocol, at > 0 ? 'host' : position, depth + 1);
        else open.push({ directive, span: valueSpan(word, from, from + variable[0].length), protocol, pattern: /^/ });
      return;
    }
    // a name of several pieces: which names it may be is told by its literal ones
    const pieces = (host + rest).replace(/[/?].*$/, '').split(/(\$\{\w+\}|\$\w+)/);
    const pattern = new RegExp(`^${pieces.map((p) => (p.startsWith('$') ? '.*' : escaped(p))).join('')}$`, 'i');
    open.push({ directive, span: { start: word.start, end: word.end }, protocol, pattern });
  };

  for (const pass of PASSES)
    for (const directive of everywhere(config, pass)) {
      if (!directive.value(0).includes('$')) continue;
      const protocol = protocolOfPass(directive);
      read(directive, 0, protocol, pass === 'proxy_pass' && protocol === 'http' ? 'url' : 'address', 0);
    }
  for (const { directive, index, pattern } of COMPARED.flatMap((c) =>
    everywhere(config, c.name).map((directive) => ({ ...c, directive })),
  )) {
    const word: Word | undefined = directive.args[index];
    if (!word || word.templated || word.value.startsWith('~')) continue;
    for (const match of word.value.matchAll(pattern)) {
      const from = match.index + match[0].length - match[1]!.length;
      names.push({
        directive,
        word: index,
        span: valueSpan(word, from, from + match[1]!.length),
        name: match[1]!.toLowerCase(),
        role: 'mentions',
        protocol: 'http',
      });
    }
  }
  return { names, open };
}

/** Directives whose texts are compared with what the group's servers answer, where nginx has sent them the group's name as the host. */
const COMPARED: readonly { readonly name: string; readonly index: number; readonly pattern: RegExp }[] = [
  { name: 'proxy_redirect', index: 0, pattern: /^https?:\/\/([\w.-]+)(?=\/|$)/gi },
  { name: 'sub_filter', index: 0, pattern: /https?:\/\/([\w.-]+)(?=\/|$|["'])/gi },
  { name: 'subs_filter', index: 0, pattern: /https?:\/\/([\w.-]+)(?=\/|$|["'])/gi },
  { name: 'proxy_cookie_domain', index: 0, pattern: /^([\w.-]+)$/g },
];
