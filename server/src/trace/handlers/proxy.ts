/** ngx_http_proxy_module: the URI, the header lines and the rewriting of what comes back, byte for byte. */
import { type ByteString, fromBytes, lower, toBytes } from '../../base/bytes.ts';
import type { CompiledRegex } from '../../base/regexes.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { Slot } from '../../config/slot.ts';
import { type PassTarget, passTarget } from '../../config/upstreams.ts';
import { atOf } from '../at.ts';
import { escapeUri } from '../escape.ts';
import { type Level, PerLevel } from '../level.ts';
import type { Run, Verdict } from '../run.ts';
import { compileValue, type Line, type Value } from '../script.ts';
import type { HeaderPair } from '../trace.ts';
import { behaviourOf } from '../version.ts';
import { openCache } from './cache.ts';
import { FAMILIES, finishUpstream, groupOf, type Pass, pair, passOf, serversText, upstreamName } from './upstream.ts';

/** The name that the URI part stands for: that of the prefix or exact location where proxy_pass is written, else nothing. */
export function replacedName(directive: Directive): ByteString {
  const { scope } = directive;
  if (scope.context !== 'location') return '';
  const location = locationOf(scope);
  return location && (location.kind === 'prefix' || location.kind === 'exact') ? location.bytes : '';
}

/** The URI that goes out (ngx_http_proxy_create_request, ngx_http_proxy_create_key); null: zero length, which is 500. */
export function upstreamUri(run: Run, pass: Pass): ByteString | null {
  const part = toBytes(pass.target.uri);
  if (pass.variable && part !== '') return part;
  if (part === '' && run.validUnparsedUri) return run.unparsedUri === '' ? null : run.unparsedUri;
  const skip = run.validLocation && part !== '' ? replacedName(pass.directive).length : 0;
  const rest = run.uri.slice(skip);
  const escaped = run.quotedUri || run.internal ? escapeUri(rest, 'uri') : rest;
  return (run.validLocation ? part : '') + escaped + (run.args === '' ? '' : `?${run.args}`);
}

/** `$proxy_host` and `$proxy_port` (ngx_http_proxy_set_vars). */
export function hostHeader(target: PassTarget): { readonly host: ByteString; readonly port: ByteString } {
  if (target.kindOfHost === 'unix') return { host: 'localhost', port: '' };
  const host = toBytes(target.host);
  if (target.portText === '' || Number(target.portText) === target.defaultPort) return { host, port: String(target.defaultPort ?? '') };
  return { host: `${host}:${target.portText}`, port: target.portText };
}

/** What comes before the URI in the default cache key. */
const keyStart = (target: PassTarget): ByteString =>
  toBytes(target.scheme) + (target.kindOfHost === 'unix' ? `unix:${toBytes(target.host)}:` : hostHeader(target).host);

interface HeaderSource extends Line {
  readonly name: string;
  readonly bytes: ByteString;
  readonly isHost: boolean;
}

export interface HeaderPlan {
  readonly lines: readonly HeaderSource[];
  /** lower-case names that the client's lines must not have */
  readonly names: ReadonlySet<ByteString>;
}

/** The lines in force and nginx's own for names that they do not have (ngx_http_proxy_init_headers). */
export function headerPlan(level: Level, directive: string, defaults: readonly (readonly [string, string])[]): HeaderPlan {
  const source = (name: string, value: string): HeaderSource => ({
    name,
    bytes: toBytes(name),
    value: compileValue(value),
    more: name.length + ': \r\n'.length,
    isHost: name.toLowerCase() === 'host',
  });
  const own = level.inForce(directive).map((d) => source(d.value(0), d.value(1)));
  const taken = new Set(own.map((h) => h.name.toLowerCase()));
  const lines = [...own, ...defaults.filter(([name]) => !taken.has(name.toLowerCase())).map(([name, value]) => source(name, value))];
  return { lines, names: new Set(lines.map((h) => lower(h.bytes))) };
}

const CACHE_DEFAULTS = [
  ['If-Modified-Since', '$upstream_cache_last_modified'],
  ['If-Unmodified-Since', ''],
  ['If-None-Match', '$upstream_cache_etag'],
  ['If-Match', ''],
  ['Range', ''],
  ['If-Range', ''],
] as const;

const proxyPlan = (level: Level, cached: boolean): HeaderPlan => {
  const behaviour = behaviourOf(level.scope.config.settings.target.nginx);
  return headerPlan(level, 'proxy_set_header', [
    ['Host', '$proxy_host'],
    ['Connection', behaviour.upstreamKeepsAlive ? '' : 'close'],
    ...(behaviour.dropsProxyConnection ? ([['Proxy-Connection', '']] as const) : []),
    ['Content-Length', '$proxy_internal_body_length'],
    ['Transfer-Encoding', '$proxy_internal_chunked'],
    ['TE', ''],
    ['Keep-Alive', ''],
    ['Expect', ''],
    ['Upgrade', ''],
    ...(cached ? CACHE_DEFAULTS : []),
  ]);
};

const plans = new PerLevel((level) => proxyPlan(level, false));
const cachedPlans = new PerLevel((level) => proxyPlan(level, true));

/** Every line that goes to an HTTP backend, in nginx's order. */
export function proxyHeaders(run: Run, httpVersion: string, cached: boolean): HeaderPair[] {
  const { behaviour } = run;
  const plan = (cached ? cachedPlans : plans).of(run.level);
  const out: HeaderPair[] = [];
  if (behaviour.insistsOnHost) {
    const host = plan.lines.findLast((h) => h.isHost);
    const value = host ? run.value(host.value) : '';
    const sent = value !== '' ? value : httpVersion === '1.0' ? '' : (run.variable('proxy_host') ?? '');
    if (sent !== '') out.push(pair(httpVersion === '2' ? ':authority' : toBytes(host?.name ?? 'Host'), sent));
  }
  const values = run.allValues(plan.lines);
  for (let i = 0; i < values.length; i++) {
    const text = values[i]!;
    if (text === '') continue;
    const { bytes, isHost } = plan.lines[i]!;
    if (isHost && behaviour.insistsOnHost) continue;
    out.push(pair(isHost && httpVersion === '2' ? ':authority' : bytes, text));
  }
  if (run.flag('proxy_pass_request_headers', true))
    for (const h of run.headers) if (!plan.names.has(h.lower)) out.push(pair(h.name, h.value));
  return out;
}

/** Read by this handler alone, besides what all families read. */
export const OF_PROXY = [
  'proxy_http_version',
  'proxy_method',
  'proxy_set_header',
  'proxy_bind',
  'proxy_pass_request_body',
  'proxy_set_body',
  'proxy_request_buffering',
  'proxy_redirect',
  'proxy_cookie_domain',
  'proxy_cookie_flags',
  'proxy_cookie_path',
  'proxy_cache_convert_head',
] as const;

/** What proxy_method says, even where that is nothing: the request line begins with a blank then. Null: it says nothing of it. */
function methodSet(run: Run): ByteString | null {
  const method = run.text('proxy_method');
  return method === undefined ? null : run.value(method);
}

/** ngx_http_proxy_handler. */
export function proxyHandler(run: Run): Verdict {
  const pass = passOf(run, 'proxy_pass');
  if (typeof pass === 'number') return pass;
  const { directive, target } = pass;
  const { host, port } = hostHeader(target);
  const httpVersion = run.text('proxy_http_version') ?? (run.behaviour.upstreamKeepsAlive ? '1.1' : '1.0');
  const setBody = run.text('proxy_set_body');
  const streams = setBody === undefined && run.chunked && httpVersion !== '1.0' && !run.flag('proxy_request_buffering', true);
  const refused = run.readBody(streams);
  if (refused !== null) return refused;
  const chunked = streams ? 'chunked' : null;
  run.exchange.passVariables = { host, port, bodyLength: null, chunked };
  const length = setBody === undefined ? run.contentLength : run.value(setBody).length;
  run.exchange.passVariables = { host, port, bodyLength: streams || length < 0 ? null : String(length), chunked };
  const uri = upstreamUri(run, pass);
  if (uri === null || (pass.variable && target.uri === '' && uri === '')) {
    run.report.step({ phase: 'content', handler: FAMILIES.proxy.module, at: directive, said: 'a URI of zero length: 500' });
    return 500;
  }
  const use = openCache(run, 'proxy', () => {
    const key = run.directive('proxy_cache_key');
    return key ? run.value(key.value(0)) : keyStart(target) + uri;
  });
  // a request whose answer is not stored keeps its own conditions and ranges
  const cached = use !== null && use.unstored === '';
  const method = use !== null && run.isHead && run.flag('proxy_cache_convert_head', true) ? 'GET' : (methodSet(run) ?? run.methodName);
  const headers = proxyHeaders(run, httpVersion, cached);
  const rules = redirectsIn(run.scope);
  return finishUpstream(
    run,
    FAMILIES.proxy,
    pass,
    {
      protocol: target.tls ? 'https' : 'http',
      upstream: upstreamName(target),
      servers: serversText(target),
      group: groupOf(target),
      method: fromBytes(method),
      uri: fromBytes(uri),
      httpVersion,
      headers,
      params: null,
      at: atOf(directive),
    },
    {
      ...(typeof rules === 'string' ? {} : { location: (value: ByteString) => applyRules(run, rules, value) }),
      ...(rewritesCookies.of(run.level) ? { cookie: (value: ByteString) => rewriteCookie(run, value) } : {}),
    },
  );
}

// ---- what comes back

type Rule =
  | { readonly kind: 'prefix'; readonly pattern: Value; readonly replacement: Value }
  | { readonly kind: 'regex'; readonly at: Directive; readonly regex: CompiledRegex | null; readonly replacement: Value }
  | { readonly kind: 'domain'; readonly pattern: Value; readonly replacement: Value };

const literal = (bytes: ByteString): Value => ({
  source: '',
  parts: [{ kind: 'text', text: bytes }],
  names: [],
  literal: bytes,
  captures: false,
  variables: false,
  mixed: false,
  several: false,
});

/** `proxy_redirect default`: the URL of proxy_pass becomes the location. */
function defaultRule(directive: Directive, target: PassTarget): Rule {
  return target.uri !== ''
    ? { kind: 'prefix', pattern: literal(toBytes(target.url)), replacement: literal(replacedName(directive)) }
    : { kind: 'prefix', pattern: literal(toBytes(`${target.url}/`)), replacement: literal('/') };
}

function readRule(at: Directive, domain = false): Rule {
  let [pattern = '', replacement = ''] = at.values;
  // a dot before either domain is dropped when the configuration is read (ngx_http_proxy_cookie_domain)
  if (domain && !pattern.startsWith('~')) [pattern, replacement] = [pattern.replace(/^\./, ''), replacement.replace(/^\./, '')];
  const value = compileValue(replacement);
  if (pattern.startsWith('~')) {
    const caseless = domain || pattern.startsWith('~*');
    const compiled = at.scope.config.regexes.compile(pattern.replace(/^~\*?/, ''), { caseless });
    return { kind: 'regex', at, regex: compiled.ok ? compiled.regex : null, replacement: value };
  }
  return { kind: domain ? 'domain' : 'prefix', pattern: compileValue(pattern), replacement: value };
}

type Redirects = readonly Rule[] | 'off' | 'none';

const redirects = new Slot<Scope, Redirects>();

/**
 * The proxy_redirect rules of a level. A level without lines takes over what the outer level has, and that may be the default rule of the
 * outer level's own proxy_pass; only where there is nothing to take over does its own proxy_pass make one (ngx_http_proxy_merge_loc_conf).
 */
function redirectsIn(scope: Scope): Redirects {
  let found = redirects.get(scope);
  if (found === undefined) {
    const lines = scope.named('proxy_redirect');
    const pass = scope.named('proxy_pass').at(-1);
    const target = pass ? passTarget(pass) : null;
    const own = pass && target ? [defaultRule(pass, target)] : null;
    if (lines.some((d) => d.value(0) === 'off' && d.args.length === 1)) found = 'off';
    else if (lines.length) found = lines.flatMap((d) => (d.args.length > 1 ? [readRule(d)] : (own ?? [])));
    else {
      const outer = scope.parent ? redirectsIn(scope.parent) : 'none';
      found = outer === 'none' ? (own ?? 'none') : outer;
    }
    redirects.set(scope, found);
  }
  return found;
}

/** The first rule that fits; null when none does. */
function applyRules(run: Run, rules: readonly Rule[], value: ByteString): ByteString | null {
  for (const rule of rules) {
    if (rule.kind === 'regex') {
      if (run.match(rule.regex, value, rule.at)) return run.value(rule.replacement);
      continue;
    }
    const pattern = run.value(rule.pattern);
    if (rule.kind === 'prefix') {
      if (value.startsWith(pattern)) return run.value(rule.replacement) + value.slice(pattern.length);
      continue;
    }
    const dot = value.startsWith('.') ? 1 : 0;
    if (lower(pattern) === lower(value.slice(dot))) return value.slice(0, dot) + run.value(rule.replacement);
  }
  return null;
}

const on = (level: Level, name: string): readonly Directive[] => {
  const lines = level.inForce(name);
  return lines.some((d) => d.value(0) === 'off' && d.args.length === 1) ? [] : lines;
};

const rewritesCookies = new PerLevel((level): boolean =>
  ['proxy_cookie_domain', 'proxy_cookie_path', 'proxy_cookie_flags'].some((name) => on(level, name).length > 0),
);

interface Attribute {
  key: ByteString;
  value: ByteString | null;
}

function parseCookie(text: ByteString): Attribute[] {
  return text.split(';').map((part) => {
    const trimmed = part.replace(/^ +/, '');
    const equals = trimmed.indexOf('=');
    if (equals < 0) return { key: trimmed.replace(/ +$/, ''), value: null };
    return {
      key: trimmed.slice(0, equals).replace(/ +$/, ''),
      value: trimmed
        .slice(equals + 1)
        .replace(/^ +/, '')
        .replace(/ +$/, ''),
    };
  });
}

/** ngx_http_proxy_rewrite_cookie. */
export function rewriteCookie(run: Run, text: ByteString): ByteString {
  const attributes = parseCookie(text);
  if (attributes[0]!.value === null) return text;
  let changed = false;
  const rewrite = (key: string, directive: string, domain: boolean): void => {
    const rules = on(run.level, directive).map((d) => readRule(d, domain));
    if (!rules.length) return;
    for (const attribute of attributes.slice(1)) {
      if (lower(attribute.key) !== key || attribute.value === null) continue;
      const value = applyRules(run, rules, attribute.value);
      if (value === null) continue;
      attribute.value = value;
      changed = true;
    }
  };
  rewrite('domain', 'proxy_cookie_domain', true);
  rewrite('path', 'proxy_cookie_path', false);
  const flags = cookieFlags(run, attributes[0]!.key);
  if (flags) {
    editFlags(attributes, flags);
    changed = true;
  }
  if (!changed) return text;
  return attributes
    .filter((a) => a.key !== '\0')
    .map((a) => (a.value === null ? a.key : `${a.key}=${a.value}`))
    .join('; ');
}

function cookieFlags(run: Run, name: ByteString): Set<string> | null {
  for (const line of on(run.level, 'proxy_cookie_flags')) {
    const pattern = line.value(0);
    let fits: boolean;
    if (pattern.startsWith('~')) {
      const compiled = line.scope.config.regexes.compile(pattern.slice(1), { caseless: true });
      fits = compiled.ok && run.match(compiled.regex, name, line);
    } else fits = lower(run.value(pattern)) === lower(name);
    if (!fits) continue;
    const known = ['secure', 'nosecure', 'httponly', 'nohttponly', 'samesite=strict', 'samesite=lax', 'samesite=none', 'nosamesite'];
    const flags = new Set(
      line.values
        .slice(1)
        .map((v) => lower(run.value(v)))
        .filter((v) => known.includes(v)),
    );
    return flags.size ? flags : null;
  }
  return null;
}

function editFlags(attributes: Attribute[], flags: Set<string>): void {
  const gone = '\0';
  for (const a of attributes.slice(1)) {
    const key = lower(a.key);
    if (key === 'secure') {
      if (!flags.delete('secure') && flags.has('nosecure')) a.key = gone;
    } else if (key === 'httponly') {
      if (!flags.delete('httponly') && flags.has('nohttponly')) a.key = gone;
    } else if (key === 'samesite') {
      const wanted = ['Strict', 'Lax', 'None'].find((v) => flags.has(`samesite=${v.toLowerCase()}`));
      if (wanted) {
        flags.delete(`samesite=${wanted.toLowerCase()}`);
        if (lower(a.value ?? '') !== wanted.toLowerCase()) {
          a.key = 'SameSite';
          a.value = wanted;
        }
      } else if (flags.has('nosamesite')) a.key = gone;
    }
  }
  if (flags.has('secure')) attributes.push({ key: 'Secure', value: null });
  if (flags.has('httponly')) attributes.push({ key: 'HttpOnly', value: null });
  const same = ['Strict', 'Lax', 'None'].find((v) => flags.has(`samesite=${v.toLowerCase()}`));
  if (same) attributes.push({ key: 'SameSite', value: same });
}
