/** FastCGI, uwsgi and SCGI: the list of names and values that goes out (ngx_http_fastcgi_create_request and its twins). */
import { type ByteString, fromBytes, toBytes } from '../../base/bytes.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { Slot } from '../../config/slot.ts';
import { atOf } from '../at.ts';
import type { HeaderLine, Run, Verdict } from '../run.ts';
import { compileValue, type Line } from '../script.ts';
import type { HeaderPair } from '../trace.ts';
import { openCache } from './cache.ts';
import { splitAgain } from './fastcgi-split.ts';
import { FAMILIES, finishUpstream, groupOf, pair, passOf, serversText, upstreamName } from './upstream.ts';

interface Param extends Line {
  readonly name: string;
  readonly skipEmpty: boolean;
}

interface Plan {
  readonly params: readonly Param[];
  /** header names, lower case with underscores, that params replace; null when there are no such params */
  readonly headers: ReadonlySet<string> | null;
}

const CACHE_PARAMS = [
  ['HTTP_IF_MODIFIED_SINCE', '$upstream_cache_last_modified'],
  ['HTTP_IF_UNMODIFIED_SINCE', ''],
  ['HTTP_IF_NONE_MATCH', '$upstream_cache_etag'],
  ['HTTP_IF_MATCH', ''],
  ['HTTP_RANGE', ''],
  ['HTTP_IF_RANGE', ''],
] as const;

const HOST_PARAM = [['HTTP_HOST', '$host$is_request_port$request_port']] as const;

const plans = new Slot<Scope, Map<string, Plan>>();

function planOf(run: Run, directive: string, cached: boolean): Plan {
  let kept = plans.get(run.scope);
  if (!kept) plans.set(run.scope, (kept = new Map()));
  const key = `${directive} ${cached} ${run.behaviour.paramsHost}`;
  let plan = kept.get(key);
  if (!plan) {
    const own = run.lines(directive).map(
      (d: Directive): Param => ({
        name: d.value(0),
        more: d.value(0).length,
        value: compileValue(d.value(1)),
        skipEmpty: d.value(2) === 'if_not_empty',
      }),
    );
    const taken = new Set(own.map((p) => p.name.toLowerCase()));
    const defaults = [...(run.behaviour.paramsHost ? HOST_PARAM : []), ...(cached ? CACHE_PARAMS : [])].filter(
      ([name]) => !taken.has(name.toLowerCase()),
    );
    const all = [
      ...own,
      ...defaults.map(([name, value]): Param => ({ name, more: name.length, value: compileValue(value), skipEmpty: true })),
    ];
    const headers = new Set<string>();
    const params = all.filter((p) => {
      if (!p.name.startsWith('HTTP_') || p.name.length <= 5) return true;
      headers.add(p.name.slice(5).toLowerCase());
      // an empty text hides the header and sends nothing
      return p.value.source !== '';
    });
    plan = { params, headers: headers.size ? headers : null };
    kept.set(key, plan);
  }
  return plan;
}

const keyOf = (header: HeaderLine): string => header.lower.replaceAll('-', '_');

/** `X-Forwarded-For` as `HTTP_X_FORWARDED_FOR`: only the letters and the dash change. */
const paramName = (name: ByteString): ByteString => `HTTP_${name.replace(/[a-z]+/g, (s) => s.toUpperCase()).replaceAll('-', '_')}`;

/** Every pair in nginx's order. */
export function paramList(run: Run, family: 'fastcgi' | 'uwsgi' | 'scgi', cached: boolean): HeaderPair[] {
  const plan = planOf(run, `${family}_param`, cached);
  const out: HeaderPair[] = [];
  if (family === 'scgi') out.push(['CONTENT_LENGTH', String(Math.max(0, run.contentLength))]);
  const values = run.allValues(plan.params);
  for (const [i, { name, skipEmpty }] of plan.params.entries()) {
    const text = values[i]!;
    if (text === '' && skipEmpty) continue;
    out.push(pair(toBytes(name), text));
  }
  if (!run.flag(`${family}_pass_request_headers`, true)) return out;
  const seen = new Set<ByteString>();
  for (const header of run.headers) {
    if (plan.headers?.has(keyOf(header))) continue;
    if (!run.behaviour.joinsHeaders) {
      out.push(pair(paramName(header.name), header.value));
      continue;
    }
    // lines of one name, in any case, are one value after the first
    if (seen.has(header.lower)) continue;
    seen.add(header.lower);
    const values = run.headers.filter((h) => h.lower === header.lower).map((h) => h.value);
    out.push(pair(paramName(header.name), values.join(header.lower === 'cookie' ? '; ' : ', ')));
  }
  return out;
}

function handler(family: 'fastcgi' | 'uwsgi' | 'scgi') {
  return (run: Run): Verdict => {
    const pass = passOf(run, `${family}_pass`);
    if (typeof pass === 'number') return pass;
    const { directive, target } = pass;
    const refused = run.readBody(false);
    if (refused !== null) return refused;
    if (family === 'fastcgi') splitAgain(run);
    const use = openCache(run, family, () => {
      const key = run.directive(`${family}_cache_key`);
      return key ? run.value(key.value(0)) : '';
    });
    const params = paramList(run, family, use !== null && use.unstored === '');
    const size = params.reduce((n, [name, value]) => n + name.length + value.length + 4, 0);
    if (size > 65_535 && family !== 'scgi') return 500;
    const scheme = target.scheme.replace('://', '');
    return finishUpstream(run, FAMILIES[family], pass, {
      protocol: scheme === 'suwsgi' ? 'suwsgi' : family,
      upstream: upstreamName(target),
      servers: serversText(target),
      group: groupOf(target),
      method: fromBytes(run.methodName),
      uri: params.find(([name]) => name === 'REQUEST_URI')?.[1] ?? fromBytes(run.unparsedUri),
      httpVersion: null,
      headers: [],
      params,
      at: atOf(directive),
    });
  };
}

export const fastcgiHandler = handler('fastcgi');
export const uwsgiHandler = handler('uwsgi');
export const scgiHandler = handler('scgi');
