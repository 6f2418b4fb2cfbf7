/** gRPC and memcached: what goes out. Their answers are made as for any backend. */
import { fromBytes, toBytes } from '../../base/bytes.ts';
import { atOf } from '../at.ts';
import { escapeUri } from '../escape.ts';
import { type Level, PerLevel } from '../level.ts';
import type { Run, Verdict } from '../run.ts';
import type { HeaderPair } from '../trace.ts';
import { behaviourOf } from '../version.ts';
import { type HeaderPlan, headerPlan, hostHeader } from './proxy.ts';
import { FAMILIES, finishUpstream, groupOf, pair, passOf, serversText, upstreamName } from './upstream.ts';

const grpcPlan = (level: Level, trailers: boolean): HeaderPlan =>
  headerPlan(level, 'grpc_set_header', [
    ['Content-Length', '$content_length'],
    ['TE', trailers ? 'trailers' : ''],
    ['Host', ''],
    ['Connection', ''],
    ...(behaviourOf(level.scope.config.settings.target.nginx).dropsProxyConnection ? ([['Proxy-Connection', '']] as const) : []),
    ['Transfer-Encoding', ''],
    ['Keep-Alive', ''],
    ['Expect', ''],
    ['Upgrade', ''],
  ]);

const plans = new PerLevel((level) => grpcPlan(level, false));
const plansWithTrailers = new PerLevel((level) => grpcPlan(level, true));

/** ngx_http_grpc_create_request. The URI is never mapped. */
export function grpcHandler(run: Run): Verdict {
  const pass = passOf(run, 'grpc_pass');
  if (typeof pass === 'number') return pass;
  const { directive, target } = pass;
  const refused = run.readBody(false);
  if (refused !== null) return refused;
  const uri = run.validUnparsedUri ? run.unparsedUri : escapeUri(run.uri, 'uri') + (run.args === '' ? '' : `?${run.args}`);
  const te = run.header('te');
  const trailers = te !== null && /(?:^|[ ,;])trailers(?:[ ,;]|$)/i.test(te);
  const plan = (trailers ? plansWithTrailers : plans).of(run.level);
  const headers: HeaderPair[] = [];
  const hostSet = run.lines('grpc_set_header').some((d) => d.value(0).toLowerCase() === 'host');
  if (!hostSet) headers.push(pair(':authority', hostHeader(target).host));
  for (const { name, value, isHost } of plan.lines) {
    const text = run.value(value);
    if (text !== '') headers.push(pair(isHost && run.behaviour.insistsOnHost ? ':authority' : toBytes(name.toLowerCase()), text));
    else if (isHost && hostSet && run.behaviour.insistsOnHost) headers.push(pair(':authority', hostHeader(target).host));
  }
  if (run.flag('grpc_pass_request_headers', true))
    for (const h of run.headers) if (!plan.names.has(h.lower)) headers.push(pair(h.lower, h.value));
  return finishUpstream(run, FAMILIES.grpc, pass, {
    protocol: target.tls ? 'grpcs' : 'grpc',
    upstream: upstreamName(target),
    servers: serversText(target),
    group: groupOf(target),
    method: fromBytes(run.methodName),
    uri: fromBytes(uri),
    httpVersion: '2',
    headers,
    params: null,
    at: atOf(directive),
  });
}

/** ngx_http_memcached_handler: a key is asked for, `$memcached_key`. */
export function memcachedHandler(run: Run): Verdict {
  if (run.methodName !== 'GET' && run.methodName !== 'HEAD') return 405;
  const pass = passOf(run, 'memcached_pass');
  if (typeof pass === 'number') return pass;
  const { directive, target } = pass;
  const key = run.variable('memcached_key');
  if (key === null || key === '') {
    run.report.step({ phase: 'content', handler: FAMILIES.memcached.module, at: directive, said: '$memcached_key is not set: 500' });
    return 500;
  }
  return finishUpstream(run, FAMILIES.memcached, pass, {
    protocol: 'memcached',
    upstream: upstreamName(target),
    servers: serversText(target),
    group: groupOf(target),
    method: 'get',
    uri: fromBytes(escapeUri(key, 'memcached')),
    httpVersion: null,
    headers: [],
    params: null,
    at: atOf(directive),
  });
}
