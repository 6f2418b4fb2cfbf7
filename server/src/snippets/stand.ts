/**
 * A snippet at the place where someone inserts it: with the names of the upstreams and zones that the configuration has, under a path that no location has yet,
 * without lines that the level has already, and with the inherited lists that a list of its own would switch off.
 */
import type { Catalog } from '../catalog/catalog.ts';
import { atLeast, type Version } from '../catalog/version.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { type Scope, walk } from '../config/scope.ts';
import { passTarget, upstreamsOf } from '../config/upstreams.ts';
import { bodyFor, expand, missingOuter, type Snippet } from './snippet.ts';

export interface Standing {
  /** VS Code's snippet syntax */
  readonly body: string;
  /** lines for http that the configuration lacks */
  readonly outer: readonly string[];
}

/** Lists of which a level with lines of its own inherits nothing; each line is known by its first argument. */
const LISTS = ['add_header', 'proxy_set_header', 'uwsgi_param', 'fastcgi_param', 'grpc_set_header', 'error_page'];
/** Lists that add up, in which a line twice is a line too many. */
const KEYED = [...LISTS, 'proxy_hide_header'];

const depthOf = (line: string): number => /^\t*/.exec(line)![0].length;
const wordsOf = (line: string): string[] =>
  expand(line.trim())
    .text.replace(/[;{]\s*$/, '')
    .trim()
    .split(/\s+/);
const unquoted = (word: string): string => word.replace(/^(["'])(.*)\1$/, '$2');
const escaped = (text: string): string => text.replaceAll(/[$}\\]/g, '\\$&');
const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Where the application is, in the bodies. */
const APPLICATION = /\$\{(\d+):127\.0\.0\.1:8000\}|127\.0\.0\.1:8000/g;

/** What is asked of a place once, however many snippets are offered there. */
interface Place {
  readonly config: Config;
  readonly scope: Scope;
  readonly nginx: Version;
  readonly http: Scope | null;
  readonly texts: readonly string[];
  declared(): ReadonlySet<string>;
  groups(): readonly string[];
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** How snippets are in a scope of a configuration: null for one that cannot be there, or all of which is there already. */
export function standsIn(
  config: Config,
  scope: Scope | null,
  nginx: Version = config.settings.target.nginx,
): (snippet: Snippet) => Standing | null {
  const texts = [...config.files.values()].map((f) => f.text);
  if (!scope) return (snippet) => ({ body: bodyFor(snippet, nginx), outer: missingOuter(snippet, texts) });
  const http = config.main.directives.find((d) => d.name === 'http')?.body ?? null;
  const place: Place = {
    config,
    scope,
    nginx,
    http,
    texts,
    declared: once(() => declared(http)),
    groups: once(() => groupsOf(config, scope)),
  };
  return (snippet) => stand(snippet, place);
}

function stand(snippet: Snippet, place: Place): Standing | null {
  const { config, scope, nginx, http } = place;
  const whole = bodyFor(snippet, nginx);
  const named = scope.context === 'http' ? withFreeNames(whole, place.declared()) : whole;
  // a server that answers everything itself comes to none of its locations, and asks nobody who he is
  if (scope.context === 'server' && scope.has('return') && /^(location|if|allow|deny) /m.test(whole)) return null;
  const lines = named?.split('\n');
  const free = lines && scope.context === 'server' ? withFreePaths(lines, scope, snippet) : lines;
  const left = free && withoutRepeated(free, scope, config.catalog);
  if (!left) return null;
  const found = scope.context === 'server' || scope.context === 'location' ? withGroups(left, place) : left;
  const zones = withZones(found, snippet, http);
  return {
    body: withoutUsers(withInherited(zones.lines, scope, nginx), scope).join('\n'),
    outer: missingOuter({ outer: zones.outer }, place.texts),
  };
}

/** What http declares, by kind of name. */
function declared(http: Scope | null): ReadonlySet<string> {
  const out = new Set<string>();
  for (const d of http?.directives ?? []) {
    if (['upstream', 'log_format', 'acme_issuer'].includes(d.name)) out.add(`${d.name} ${d.value(0)}`);
    if (['map', 'geo', 'split_clients'].includes(d.name)) out.add(d.values.at(-1) ?? '');
    for (const v of d.values) {
      const zone = /^(?:keys_)?zone=([^:]+)/.exec(v)?.[1];
      if (zone) out.add(`zone ${zone}`);
    }
    if (d.name === 'server')
      for (const line of d.body?.directives ?? []) {
        if (line.name === 'server_name') for (const v of line.values) out.add(`server_name ${v}`);
        if (line.name === 'listen') for (const v of line.values.slice(1)) if (v === 'default_server' || v === 'reuseport') out.add(v);
      }
  }
  return out;
}

/** Names of a body that http has already get others; null where a thing of which there is one is there. */
function withFreeNames(body: string, taken: ReadonlySet<string>): string | null {
  const text = expand(body).text;
  for (const single of ['default_server', 'reuseport'])
    if (taken.has(single) && new RegExp(`^ *listen .*\\b${single}\\b`, 'm').test(text)) return null;
  if (/^acme_issuer (\S+)/m.test(text) && taken.has(`acme_issuer ${/^acme_issuer (\S+)/m.exec(text)![1]}`)) return null;
  const names = new Map<string, string>();
  const fresh = (kind: string, name: string, next: (n: number) => string): void => {
    if (!taken.has(kind ? `${kind} ${name}` : name) || names.has(name)) return;
    let n = 2;
    while (taken.has(kind ? `${kind} ${next(n)}` : next(n))) n++;
    names.set(name, next(n));
  };
  for (const m of text.matchAll(/^upstream (\S+) \{/gm)) fresh('upstream', m[1]!, (n) => `${m[1]}_${n}`);
  for (const m of text.matchAll(/^log_format (\S+)/gm)) fresh('log_format', m[1]!, (n) => `${m[1]}_${n}`);
  for (const m of text.matchAll(/\b(?:keys_)?zone=([^:;\s]+):/g)) fresh('zone', m[1]!, (n) => `${m[1]}_${n}`);
  for (const m of text.matchAll(/^(?:map|geo|split_clients) .*(\$\w+) \{/gm)) fresh('', m[1]!, (n) => `${m[1]}_${n}`);
  for (const m of text.matchAll(/^ *server_name ([\w.-]+);/gm))
    if (m[1] !== '_') fresh('server_name', m[1]!, (n) => `${n === 2 ? 'new' : `new${n}`}.${m[1]}`);
  return body
    .split('\n')
    .map((line) => (line.trimStart().startsWith('#') ? line : renamedIn(line, names)))
    .join('\n');
}

/** Names are words: `app` is no part of `application`, and `example.com` none of `api.example.com`. */
function renamedIn(line: string, names: ReadonlyMap<string, string>): string {
  if (!names.size) return line;
  const all = [...names.keys()].sort((a, b) => b.length - a.length).map(literal);
  return line.replaceAll(new RegExp(`(?<![\\w.-])(${all.join('|')})(?![\\w-]|\\.\\w)`, 'g'), (m) => names.get(m) ?? m);
}

const keyOf = (words: readonly string[]): string => words.map(unquoted).join(' ');

/** Locations whose path the server has already get another where the path is a tab stop; null where it is not. */
function withFreePaths(lines: readonly string[], scope: Scope, snippet: Snippet): string[] | null {
  const taken = new Set(scope.named('location').map((d) => keyOf(d.values)));
  const stops = new Map<string, readonly [path: string, free: string]>();
  for (const line of lines) {
    if (!/^location /.test(line)) continue;
    const [, ...words] = wordsOf(line);
    if (!taken.has(keyOf(words))) continue;
    const stop = /\$\{(\d+)[:|]([^}|,]*)[^}]*\}/.exec(line);
    if (!stop) return null;
    const base = stop[2] === '/' ? `/${snippet.id.split('-')[0]}` : stop[2]!.replace(/\/$/, '');
    const at = (n: number): string => `${base}${n ? `-${n + 1}` : ''}${stop[2]!.endsWith('/') ? '/' : ''}`;
    const key = (path: string): string => keyOf([...words.slice(0, -1), unquoted(words.at(-1)!).replace(stop[2]!, () => path)]);
    let n = stop[2] === '/' ? 0 : 1;
    while (taken.has(key(at(n)))) n++;
    stops.set(stop[1]!, [stop[2]!, at(n)]);
  }
  return lines.map((line) =>
    line.replaceAll(/\$\{(\d+):([^}]*)\}/g, (whole, n: string, value: string) => {
      const other = stops.get(n);
      return other && other[0] === value ? `\${${n}:${other[1]}}` : whole;
    }),
  );
}

/** Without lines of the outermost level that the scope has already; null where nothing is left. */
function withoutRepeated(lines: readonly string[], scope: Scope, catalog: Catalog): string[] | null {
  const out: string[] = [];
  let comments: string[] = [];
  let dropping = false;
  let kept = 0;
  for (const line of lines) {
    if (depthOf(line) > 0) {
      if (!dropping) out.push(line);
      continue;
    }
    dropping = false;
    if (/^\$0$/.test(line)) {
      out.push(line);
      continue;
    }
    if (line.startsWith('#')) {
      comments.push(line);
      continue;
    }
    const [name = '', ...values] = wordsOf(line);
    const there = /^\w+$/.test(name) ? scope.named(name) : [];
    // a second line of protocols adds to the first
    const twice = name === 'ssl_protocols' || catalog.directives(name).some((f) => f.repeat?.twice === 'error');
    const same =
      KEYED.includes(name) && there.some((d) => d.value(0).toLowerCase() === unquoted(values[0] ?? '').toLowerCase())
        ? true
        : there.some(
            (d) => keyOf(d.values) === keyOf(values) && !d.statement.block && ['allow', 'deny', 'set_real_ip_from'].includes(name),
          );
    if (there.length > 0 && (twice || same)) {
      dropping = true;
      comments = [];
      continue;
    }
    if (line !== '' && line !== '}') kept++;
    out.push(...comments, line);
    comments = [];
  }
  return kept ? out : null;
}

/** Names of groups that the application's address is taken from: those that proxy_pass uses, else those that nobody uses yet. */
function groupsOf(config: Config, scope: Scope): string[] {
  const used = new Map<string, number>();
  const server = scope.enclosing('server');
  const passes: Directive[] = [];
  for (const d of walk(config.main)) if (/^(proxy|uwsgi|grpc|fastcgi)_pass$/.test(d.name)) passes.push(d);
  const others = new Set<string>();
  for (const d of passes) {
    const target = passTarget(d);
    if (!target?.upstream) continue;
    if (target.kind !== 'proxy' || target.tls) others.add(target.upstream.name);
    else used.set(target.upstream.name, (used.get(target.upstream.name) ?? 0) + (d.scope.enclosing('server') === server ? 1000 : 1));
  }
  if (used.size) return [...used].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  return [...upstreamsOf(config).values()].map((u) => u.name).filter((name) => !others.has(name));
}

function withGroups(lines: readonly string[], { config, nginx, groups: of }: Place): readonly string[] {
  if (!lines.some((l) => /proxy_pass/.test(l) && l.search(APPLICATION) >= 0)) return lines;
  const groups = of();
  const [first] = groups;
  if (!first) return lines;
  const own = lines.join('\n');
  const kept = !atLeast(nginx, '1.29.7') && (upstreamsOf(config).get(first.toLowerCase())?.scope.has('keepalive') ?? false);
  return lines.flatMap((line) => {
    if (!/proxy_pass/.test(line)) return [line];
    const put = line.replaceAll(APPLICATION, (_, stop: string | undefined) =>
      stop === undefined ? first : groups.length > 1 ? `\${${stop}|${groups.join(',')}|}` : `\${${stop}:${first}}`,
    );
    if (put === line || !kept) return [put];
    const indent = '\t'.repeat(depthOf(line));
    return [
      put,
      // connections to the group are kept
      ...(/proxy_http_version/.test(own) ? [] : [`${indent}proxy_http_version 1.1;`]),
      ...(/proxy_set_header Connection/.test(own) ? [] : [`${indent}proxy_set_header Connection "";`]),
    ];
  });
}

/** A zone that a snippet would bring along is not needed where the configuration has one of the same kind: its name is the default. */
function withZones(
  lines: readonly string[],
  snippet: Snippet,
  http: Scope | null,
): { lines: readonly string[]; outer: Snippet['outer'] & object } {
  let outer = snippet.outer ?? [];
  let out = lines;
  for (const o of outer) {
    const [, kind, own] = /^(limit_req_zone|limit_conn_zone|proxy_cache_path) .*?zone=(\w+):/m.exec(o.text) ?? [];
    if (!kind || !own || /\bmap\b/.test(o.text)) continue;
    const have = (http?.named(kind) ?? [])
      .filter((d) => kind === 'proxy_cache_path' || d.value(0) === '$binary_remote_addr')
      .flatMap((d) => d.values.flatMap((v) => /^(?:keys_)?zone=([^:]+)/.exec(v)?.[1] ?? []));
    const [first] = have;
    if (!first || have.includes(own)) continue;
    out = out.map((l) => renamedIn(l, new Map([[own, first]])));
    outer = outer.filter((one) => one !== o);
  }
  return { lines: out, outer };
}

const source = (d: Directive): string => d.file.text.slice(d.statement.start, d.statement.end).replace(/\s+/g, ' ').trim();

/** A block with a list of its own inherits none: what is in force at the place is repeated there, or merged where nginx can. */
function withInherited(lines: readonly string[], scope: Scope, nginx: Version): readonly string[] {
  let out = [...lines];
  for (const list of LISTS) {
    const inForce = scope.effective(list).directives;
    if (!inForce.length) continue;
    const own = (depth: number, from: number, to: number): number[] => {
      const at: number[] = [];
      for (let i = from; i < to; i++) if (depthOf(out[i]!) === depth && wordsOf(out[i]!)[0] === list) at.push(i);
      return at;
    };
    const additions: [after: number, text: string[]][] = [];
    const complete = (depth: number, from: number, to: number): void => {
      const at = own(depth, from, to);
      const last = at.at(-1);
      if (last === undefined) {
        // blocks below inherit what the place has
        for (let i = from; i < to; i++) {
          if (depthOf(out[i]!) !== depth || !/\{$/.test(out[i]!) || /^\s*(map|geo|split_clients|upstream|types)\b/.test(out[i]!)) continue;
          let end = i + 1;
          while (end < to && !(depthOf(out[end]!) === depth && out[end]!.trim() === '}')) end++;
          complete(depth + 1, i + 1, end);
          i = end;
        }
        return;
      }
      const has = new Set(at.map((i) => unquoted(wordsOf(out[i]!)[1] ?? '').toLowerCase()));
      const missing = inForce.filter((d) => !has.has(d.value(0).toLowerCase()));
      if (!missing.length) return;
      const indent = '\t'.repeat(depth);
      additions.push([
        last,
        list === 'add_header' && missing.length === inForce.length && atLeast(nginx, '1.29.3')
          ? [`${indent}add_header_inherit merge;`]
          : missing.map((d) => `${indent}${escaped(source(d))}`),
      ]);
    };
    // a level that has lines of its own is added to, and loses nothing
    if (scope.named(list).length && own(0, 0, out.length).length) continue;
    complete(0, 0, out.length);
    for (const [after, text] of additions.sort((a, b) => b[0] - a[0])) out = [...out.slice(0, after + 1), ...text, ...out.slice(after + 1)];
  }
  return out;
}

/** Headers in which other locations of the server tell the application who the user is, by a login service or a client's certificate. */
function usersIn(server: Scope): string[] {
  const asked = new Set<string>();
  const set: Directive[] = [];
  for (const d of walk(server)) {
    if (d.name === 'auth_request_set') asked.add(d.value(0));
    if (d.name === 'proxy_set_header') set.push(d);
  }
  return [...new Set(set.filter((d) => asked.has(d.value(1)) || d.value(1).startsWith('$ssl_client_')).map((d) => d.value(0)))];
}

/** The same headers are empty where the snippet passes requests on without asking: nobody says of himself who he is. */
function withoutUsers(lines: readonly string[], scope: Scope): readonly string[] {
  const server = scope.enclosing('server');
  if (!server || !lines.some((l) => /^\s*proxy_set_header /.test(l))) return lines;
  const users = usersIn(server);
  if (!users.length) return lines;
  return lines.flatMap((line, i) => {
    const depth = depthOf(line);
    if (!/^\s*proxy_pass /.test(line)) return [line];
    const block: string[] = [];
    for (const step of [-1, 1])
      for (let j = i; j >= 0 && j < lines.length && (lines[j] === '' || depthOf(lines[j]!) >= depth); j += step) block.push(lines[j]!);
    const has = new Set(block.filter((l) => /^\s*proxy_set_header /.test(l)).map((l) => wordsOf(l)[1]!.toLowerCase()));
    if (scope.context === 'location' && depth === 0) for (const d of scope.named('proxy_set_header')) has.add(d.value(0).toLowerCase());
    return [line, ...users.filter((u) => !has.has(u.toLowerCase())).map((u) => `${'\t'.repeat(depth)}proxy_set_header ${u} "";`)];
  });
}
