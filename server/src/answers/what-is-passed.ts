/**
 * What is passed where: the targets of every pass directive with constants followed through set, map, geo and split_clients, and the headers
 * that the application gets, under one name for all protocols (`proxy_set_header X-User` and `uwsgi_param HTTP_X_USER` are one header).
 */
import { table } from '../base/table.ts';
import { PerConfig, PerPart } from '../config/asked.ts';
import type { Directive } from '../config/directive.ts';
import { namesOf } from '../config/names.ts';
import type { Scope } from '../config/scope.ts';
import { PASS_DIRECTIVES, type PassTarget, readTarget, type Upstream } from '../config/upstreams.ts';

const MOST_TEXTS = 32;
const VARIABLE = /\$(?:\{(\w+)\}|(\w+))/;

/** The texts that a definition chooses from, each once; null where they are not all seen. A table may have thousands of rows and be asked about at as many places. */
const textsIn = new PerPart(({ name, body, values }: Directive): readonly string[] | null => {
  if (name === 'set') return [values[1] ?? ''];
  if (!['map', 'geo', 'split_clients'].includes(name) || body?.has('include')) return null;
  return [...new Set((body?.directives ?? []).filter((e) => e.args.length > 0).map((e) => e.args.at(-1)!.value))];
});

/** What defines a variable: what counts everywhere, and the lines of `set` by the level whose requests they run for. */
const definitionsOf = new PerConfig((config, key: string) => {
  const [protocol, name] = key.split(' ') as ['http' | 'stream', string];
  const everywhere: number[] = [];
  const byLevel = new Map<Scope, number[]>();
  const sites = namesOf(config).definitions('variable', name, protocol);
  for (const [i, { directive }] of sites.entries()) {
    if (directive.name !== 'set') {
      everywhere.push(i);
      continue;
    }
    const level = levelOf(directive);
    const list = byLevel.get(level);
    if (list) list.push(i);
    else byLevel.set(level, [i]);
  }
  return { sites, everywhere, byLevel };
});

/** The level whose requests a `set` may run for: in it, around it or within it. Another server's or location's never runs for one that is here. */
function levelOf({ scope }: Directive): Scope {
  let level = scope;
  while (level.parent && (level.context === 'if-in-location' || level.context === 'if-in-server')) level = level.parent;
  return level;
}

/** What a variable may hold where constants alone make it; null where something else does. */
function textsOfVariable(at: Scope, name: string, depth: number): readonly string[] | null {
  const { sites, everywhere, byLevel } = definitionsOf.of(at.config, `${at.enclosing('stream') ? 'stream' : 'http'} ${name}`);
  const here = [...everywhere];
  for (let scope: Scope | null = at; scope; scope = scope.parent) here.push(...(byLevel.get(scope) ?? []));
  if (!here.length || depth > 4) return null;
  const out = new Set<string>();
  for (const i of here.sort((a, b) => a - b)) {
    const { directive, capture } = sites[i]!;
    const texts = capture ? null : textsIn.of(directive);
    if (!texts) return null;
    for (const text of texts) {
      const known = textsOf(at, text, depth + 1);
      if (!known) return null;
      for (const t of known) out.add(t);
      if (out.size > MOST_TEXTS) return null;
    }
  }
  return [...out];
}

/** The texts that a value may have, when set, map, geo and split_clients with constants make it; null when a request decides. */
export function textsOf(at: Scope, source: string, depth = 0): readonly string[] | null {
  let texts: string[] = [source];
  for (let rounds = 0; rounds < 8; rounds++) {
    const next: string[] = [];
    let open = false;
    for (const text of texts) {
      const m = VARIABLE.exec(text);
      if (!m) {
        next.push(text);
        continue;
      }
      open = true;
      const values = textsOfVariable(at, (m[1] ?? m[2])!, depth);
      if (!values) return null;
      for (const value of values) next.push(text.slice(0, m.index) + value + text.slice(m.index + m[0].length));
    }
    if (next.length > MOST_TEXTS) return null;
    texts = next;
    if (!open) return texts;
  }
  return null;
}

/** The end of scheme, host and port in the value of a pass directive: what follows decides on the path only. */
const ADDRESS = /^((?:\w+:\/\/)?(?:unix:[^:]*:?|[^/?$]*))/;

/** The targets that a pass directive may ask, constants followed; `whole` is false where a request decides on the host. */
export interface Passed {
  readonly directive: Directive;
  readonly targets: readonly PassTarget[];
  readonly whole: boolean;
}

/** The target of an address whose port alone a mark of a template fills in: whom it asks is as good as written. Null for any other. */
function portFilledIn({ file, args: [word] }: Directive, read: (text: string) => PassTarget | null): PassTarget | null {
  const mark = file.marks?.find((m) => m.start > word!.start && m.end <= word!.end && file.text[m.start - 1] === ':');
  if (!mark) return null;
  const written = file.text.slice(mark.start, mark.end);
  const after = file.text.slice(mark.end, word!.end);
  if (!/^[/?]|^$/.test(after) || after.includes('$')) return null;
  const target = read(`${file.text.slice(word!.start, mark.start)}${SOME_PORT}${after}`);
  return target && { ...target, url: word!.value, portText: written, port: null };
}

const SOME_PORT = 8000;

/** Whether a request has a say in whom a pass directive asks, or in the path: variables that are no marks of a template. */
export function asksByVariable(directive: Directive): boolean {
  const { file, args } = directive;
  const value = directive.value(0);
  if (!value.includes('$') || !args[0]?.templated) return value.includes('$');
  const marks = (file.marks ?? []).filter((m) => m.start >= args[0]!.start && m.end <= args[0]!.end);
  return marks.reduce((text, m) => text.replace(file.text.slice(m.start, m.end), ''), value).includes('$');
}

const made = new PerPart((directive: Directive): Passed => {
  const { config } = directive.scope;
  const value = directive.value(0);
  const protocol = directive.scope.context === 'stream-server' ? 'stream' : 'http';
  const read = (text: string): PassTarget | null => readTarget(config, directive.name, text, directive, protocol);
  const filledIn = directive.args[0]?.templated ? portFilledIn(directive, read) : null;
  if (filledIn || !value.includes('$')) {
    const target = filledIn ?? read(value);
    return { directive, targets: target ? [target] : [], whole: target !== null };
  }
  const fixed = ADDRESS.exec(value)![1]!;
  const rest = value.slice(fixed.length);
  // `http://10.0.0.1:8000$request_uri`: the address is a whole one, the variable begins the path
  const inPath = rest.startsWith('/') || rest.startsWith('?') || /^\$\{?(request_uri|uri|document_uri)\b/.test(rest);
  const texts = inPath && /\w$|\]$|:$/.test(fixed) && !/\/\/$/.test(fixed) ? [fixed] : textsOf(directive.scope, withoutPath(value));
  const targets = (texts ?? []).flatMap((t) => read(t.replace(/\?.*$/, '')) ?? []);
  return { directive, targets, whole: texts !== null && targets.length > 0 };
});

/** What a pass directive asks. */
export const passedBy = (directive: Directive): Passed => made.of(directive);

/** The only target of a pass directive, constants followed; null where there are several or a request decides. */
export function passTargetOf(directive: Directive): PassTarget | null {
  const { targets, whole } = passedBy(directive);
  return whole && targets.length === 1 ? targets[0]! : null;
}

/** The pass directives below http, or stream, by the groups that they may ask: there may be many of both. */
const passesByGroup = new PerPart((level: Scope): ReadonlyMap<Directive, readonly Directive[]> => {
  const found = new Map<Directive, Directive[]>();
  for (const pass of passesIn(level))
    for (const group of new Set(passedBy(pass).targets.flatMap((t) => t.upstream?.directive ?? []))) {
      const list = found.get(group);
      if (list) list.push(pass);
      else found.set(group, [pass]);
    }
  return found;
});

/** The pass directives below http that may ask a group, by its name or through constants. */
export const passesTo = ({ directive }: Upstream): readonly Directive[] => passesByGroup.of(directive.scope).get(directive) ?? [];

/** A value without the variables of its path: `http://$up$request_uri`, `http://$up/$1`. */
const withoutPath = (value: string): string => {
  const m = /^(\w+:\/\/)?([^/?]*)/.exec(value)!;
  return (m[1] ?? '') + m[2]!.replace(/\$\{?(request_uri|uri|document_uri|is_args|args|query_string)\}?/g, '');
};

/** The pass directives below a scope, nested blocks included; those of stream for a scope of stream. */
export const passesIn = (scope: Scope): readonly Directive[] =>
  scope.all.filter((d) => PASS_DIRECTIVES.includes(d.name) && d.args.length > 0);

const FAMILY_OF_PASS = /^(proxy|uwsgi|fastcgi|scgi|grpc|memcached)_pass$/;

/**
 * The modules (`proxy`, `uwsgi`, …) that may pass on requests of a level, by a pass directive in it or below; null where nothing is passed
 * or somebody unseen may pass to anyone: a file that is not at hand, a script.
 */
export function familiesIn(scope: Scope): ReadonlySet<string> | null {
  const families = new Set(scope.all.flatMap((d) => (d.fact && FAMILY_OF_PASS.exec(d.name)?.[1]) || []));
  const mayPassUnseen = (): boolean =>
    scope.all.some(
      (d) =>
        (d.name === 'include' && !(scope.config.tree.includes.get(d.statement)?.files.length ?? 0)) || /_by_lua|^js_content$/.test(d.name),
    );
  return !families.size || mayPassUnseen() ? null : families;
}

/** Whether nobody reads a line of one module: all that its level passes goes by way of others. */
export const isOfIdleModule = (line: Directive): boolean => {
  const family = /^[a-z]+(?=_)/.exec(line.name)?.[0];
  const families = family === undefined ? null : familiesIn(line.scope);
  return families !== null && !families.has(family!);
};

/** One request header that an application gets by a line of the configuration. */
export interface SentHeader {
  readonly directive: Directive;
  /** lower case, with hyphens */
  readonly name: string;
  readonly value: string;
}

/** Headers by which a server tells a browser something; no request has them. Names are in lower case. */
export const TOLD_TO_BROWSERS =
  /^(?:strict-transport-security|x-frame-options|x-content-type-options|x-xss-protection|content-security-policy(?:-report-only)?|referrer-policy|permissions-policy|feature-policy|cross-origin-(?:opener|embedder|resource)-policy|access-control-(?:allow-(?:origin|methods|headers|credentials)|expose-headers|max-age)|set-cookie)$/;

/** The directive that sets headers, or parameters of which `HTTP_` ones are headers, by pass directive. */
export const HEADER_LIST: Readonly<Record<string, string>> = table({
  proxy_pass: 'proxy_set_header',
  grpc_pass: 'grpc_set_header',
  uwsgi_pass: 'uwsgi_param',
  fastcgi_pass: 'fastcgi_param',
  scgi_pass: 'scgi_param',
});

/** The line that sends a header in the protocol of a pass directive; an empty value sends nothing in all of them. */
export const headerLine = (pass: string, header: string, value: string): string =>
  pass === 'proxy_pass' || pass === 'grpc_pass'
    ? `${HEADER_LIST[pass]} ${header} ${value};`
    : `${HEADER_LIST[pass]} HTTP_${header.toUpperCase().replaceAll('-', '_')} ${value};`;

/** The header that a line of one of these lists is about; null for a parameter that is none. */
export function headerOf({ name: list, values: [name = ''] }: Pick<Directive, 'name' | 'values'>): string | null {
  if (list.endsWith('_set_header')) return name.toLowerCase();
  return /^HTTP_/i.test(name) ? name.slice(5).toLowerCase().replaceAll('_', '-') : null;
}

/** The headers that the configuration itself sets where a pass directive stands. */
export function headersSent(pass: Directive): readonly SentHeader[] {
  const list = HEADER_LIST[pass.name];
  if (!list) return [];
  return pass.scope.effective(list).directives.flatMap((d) => {
    const name = headerOf(d);
    return name === null ? [] : [{ directive: d, name, value: d.value(1) }];
  });
}

/** The lines in force that set a request header, as nginx sends them: every one that has a value (ngx_http_proxy_init_headers). */
export const requestHeaders = (scope: Scope, name: string): readonly Directive[] => linesOf(scope, name).filter((d) => d.value(1) !== '');

/** The value of a request header in force, as written; undefined when no line sets it. */
export function requestHeader(scope: Scope, name: string): Directive | undefined {
  return requestHeaders(scope, name).at(-1) ?? linesOf(scope, name).at(-1);
}

function linesOf(scope: Scope, name: string): readonly Directive[] {
  const wanted = name.toLowerCase();
  return scope.effective('proxy_set_header').directives.filter((d) => d.value(0).toLowerCase() === wanted);
}

/** Whether the client's own headers are handed on where a pass directive stands (`proxy_pass_request_headers`). */
export const passesHeaders = (pass: Directive): boolean =>
  pass.scope
    .value(`${pass.name.replace(/_pass$/, '')}_pass_request_headers`)
    ?.value(0)
    .toLowerCase() !== 'off';
