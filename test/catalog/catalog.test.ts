import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argsOf, contextsOf, defaultOf, kindOf, loadCatalog, statusOf, type Target, valuesOf } from '../../server/src/catalog/catalog.ts';
import { CONTEXTS, childContext, openingsOf, parentsOf, protocolOf } from '../../server/src/catalog/context.ts';
import { ANY_MODULE } from '../../server/src/catalog/modules.ts';
import { compareVersions, parseVersion, version } from '../../server/src/catalog/version.ts';

const catalog = loadCatalog();
const all = catalog.names().flatMap((n) => catalog.directives(n));
const at = (nginx: string, flavour: Target['flavour'] = 'oss'): Target => ({
  nginx: version(nginx),
  flavour,
  openssl: version('3.0.0'),
  modules: ANY_MODULE,
});
const must = <T>(value: T | null | undefined): T => {
  assert.ok(value, 'found');
  return value;
};

test('one name means different things in different contexts', () => {
  assert.equal(must(catalog.directive('server', 'http')).args.block, true);
  const inUpstream = must(catalog.directive('server', 'upstream'));
  assert.equal(inUpstream.args.block, false);
  assert.equal(inUpstream.module, 'ngx_http_upstream_module');
  assert.equal(must(catalog.directive('server', 'mail')).module, 'ngx_mail_core_module');
  assert.equal(catalog.directive('server', 'location'), null);
  assert.equal(must(catalog.directive('return', 'if-in-location')).module, 'ngx_http_rewrite_module');
  assert.equal(must(catalog.directive('return', 'stream-server')).module, 'ngx_stream_return_module');
  assert.equal(must(catalog.directive('include', 'limit_except')).name, 'include');
  assert.equal(must(catalog.directive('include', 'map')).kind, 'body-entry');
  assert.equal(catalog.directive('no_such_directive', 'http'), null);
  assert.equal(catalog.directive('constructor', 'http'), null);
});

test('every fact can be read: contexts, versions, counts', () => {
  assert.ok(all.length > 2000, `${all.length} facts`);
  for (const f of all) {
    assert.ok(f.contexts.length > 0, f.name);
    for (const v of [f.since, f.removed, f.plusSince, ...f.backports]) if (v !== undefined) assert.ok(parseVersion(v), `${f.name} ${v}`);
    for (const v of f.values.flatMap((x) => [x.since, x.removed])) if (v !== undefined) version(v);
    for (const h of [f.argsHistory, f.kindHistory, f.defaultHistory])
      for (let i = 1; i < h.length; i++) assert.ok(compareVersions(version(h[i - 1]![0]), version(h[i]![0])) < 0, f.name);
    const lastArgs = f.argsHistory.at(-1);
    if (lastArgs) assert.deepEqual(lastArgs[1], f.args, f.name);
    const lastKind = f.kindHistory.at(-1);
    if (lastKind) assert.equal(lastKind[1], f.kind, f.name);
    const { min, max, counts } = f.args;
    if (max !== null) assert.ok(counts && counts[0] === min && counts.at(-1) === max, f.name);
    if (f.kind === 'enum' || f.kind === 'bitmask') assert.ok(f.values.length > 0 || f.source !== 'oss', `${f.name} ${f.module}`);
  }
});

test('versions decide: future, removed, backported, older Plus', () => {
  const http2 = must(catalog.directive('http2', 'server'));
  assert.deepEqual(statusOf(http2, at('1.22.1')), { known: false, reason: 'future', since: '1.25.1', module: 'ngx_http_v2_module' });
  assert.equal(statusOf(http2, at('1.25.1')).known, true);
  const ssl = must(catalog.directive('ssl', 'server'));
  assert.equal(statusOf(ssl, at('1.22.1')).known, true);
  const gone = statusOf(ssl, at('1.26.0'));
  assert.ok(!gone.known && gone.reason === 'removed' && gone.removed === '1.25.1' && /listen/.test(gone.replacedBy ?? ''));
  const mp4 = must(catalog.directive('mp4', 'location'));
  assert.equal(statusOf(mp4, at('1.0.6')).known, false);
  assert.equal(statusOf(mp4, at('1.0.7')).known, true);
  const sticky = must(catalog.directive('sticky', 'upstream'));
  assert.equal(statusOf(sticky, at('1.27.0')).known, false);
  assert.equal(statusOf(sticky, at('1.27.0', 'plus')).known, true);
  const hc = must(catalog.directive('health_check', 'location'));
  const plus = statusOf(hc, at('1.27.0'));
  assert.ok(!plus.known && plus.reason === 'plus');
  assert.equal(statusOf(hc, at('1.27.0', 'plus')).known, true);
});

test('a build without the module says which module it is', () => {
  const bare: Target = { ...at('1.26.0'), modules: { has: (m) => m !== 'ngx_http_geoip2_module' } };
  assert.deepEqual(statusOf(must(catalog.directive('geoip2', 'http')), bare), {
    known: false,
    reason: 'module',
    module: 'ngx_http_geoip2_module',
  });
});

test('arguments, kinds, defaults, contexts and words as of a version', () => {
  const stub = must(catalog.directive('stub_status', 'location'));
  assert.deepEqual(argsOf(stub, version('1.7.4')).counts, [1]);
  assert.deepEqual(argsOf(stub, version('1.22.1')).counts, [0, 1]);
  const rate = must(catalog.directive('limit_rate', 'location'));
  assert.equal(kindOf(rate, version('1.16.1')), 'size');
  assert.equal(kindOf(rate, version('1.17.0')), 'complex-size');
  const protocols = must(catalog.directive('ssl_protocols', 'server'));
  assert.equal(defaultOf(protocols, version('1.22.1')), 'TLSv1 TLSv1.1 TLSv1.2');
  assert.equal(defaultOf(protocols, version('1.27.3')), 'TLSv1.2 TLSv1.3');
  assert.ok(!valuesOf(protocols, { nginx: version('1.12.2'), flavour: 'oss' }).some((v) => v.name === 'TLSv1.3'));
  assert.ok(valuesOf(protocols, { nginx: version('1.13.0'), flavour: 'oss' }).some((v) => v.name === 'TLSv1.3'));
  // of a denial by proxy_allow_upstream NGINX Plus alone knows
  for (const name of [
    'proxy_next_upstream',
    'fastcgi_next_upstream',
    'grpc_next_upstream',
    'memcached_next_upstream',
    'tunnel_next_upstream',
  ]) {
    const denied = (nginx: string, flavour: 'oss' | 'plus'): boolean =>
      valuesOf(must(catalog.directive(name, 'location')), { nginx: version(nginx), flavour }).some((v) => v.name === 'denied');
    assert.deepEqual([denied('1.31.9', 'plus'), denied('1.29.2', 'plus'), denied('1.31.9', 'oss')], [true, false, false], name);
  }
  const format = must(catalog.directive('log_format', 'http'));
  assert.ok(contextsOf(format, version('1.7.7')).includes('server'));
  assert.ok(!contextsOf(format, version('1.7.8')).includes('server'));
});

test('variables by name and by family, in their protocol', () => {
  assert.equal(must(catalog.variable('host', 'http')).changeable, false);
  assert.equal(must(catalog.variable('HOST', 'http')).name, 'host');
  assert.equal(must(catalog.variable('args', 'http')).settable, true);
  assert.equal(must(catalog.variable('arg_page', 'http')).name, 'arg_');
  assert.equal(must(catalog.variable('upstream_http_x', 'http')).name, 'upstream_http_');
  assert.equal(must(catalog.variable('http_user_agent', 'http')).name, 'http_user_agent');
  assert.equal(catalog.variable('uri', 'stream'), null);
  assert.equal(catalog.variable('nosuch', 'http'), null);
  assert.equal(catalog.variable('remote_addr', 'mail'), null);
});

test('blocks open what nginx opens, and nothing else', () => {
  assert.equal(childContext('http', 'server'), 'server');
  assert.equal(childContext('stream', 'server'), 'stream-server');
  assert.equal(childContext('server', 'if'), 'if-in-server');
  assert.equal(childContext('location', 'if'), 'if-in-location');
  assert.equal(childContext('location', 'location'), 'location');
  assert.equal(childContext('http', 'location'), null);
  assert.equal(childContext('if-in-server', 'if'), null);
  assert.equal(childContext('location', 'content_by_lua_block'), 'raw');
  assert.equal(childContext('http', 'constructor'), null);
  assert.deepEqual(
    openingsOf('if').map((o) => o.child),
    ['if-in-server', 'if-in-location'],
  );
  assert.deepEqual(parentsOf('location'), ['server', 'location']);
  assert.equal(protocolOf('if-in-location'), 'http');
  assert.equal(protocolOf('stream-map'), 'stream');
  assert.equal(protocolOf('main'), null);
});

test('every block of the catalog opens a context, and every opening is a block of the catalog', () => {
  for (const f of all) if (f.args.block) for (const c of f.contexts) assert.ok(childContext(c, f.name), `${f.name} in ${c} opens nothing`);
  for (const c of CONTEXTS)
    if (c !== 'main' && c !== 'raw') {
      const openers = parentsOf(c).flatMap((p) => catalog.inContext(p).filter((f) => f.args.block && childContext(p, f.name) === c));
      assert.ok(openers.length > 0, c);
    }
});

test('versions compare as their makers order them', () => {
  const order = ['0.9.9', '1.0.2', '1.0.2a', '1.0.2z', '1.0.2za', '1.1.0', '1.9.15', '1.10.0', '3.0.0'];
  for (let i = 1; i < order.length; i++) assert.ok(compareVersions(version(order[i - 1]!), version(order[i]!)) < 0, order[i]);
  assert.equal(parseVersion('1.22.1-9+deb12u1')?.text, '1.22.1');
  assert.equal(parseVersion('latest'), null);
});
