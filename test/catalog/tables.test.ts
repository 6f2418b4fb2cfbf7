import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { argumentOf, inheritanceOf, namesIn } from '../../server/src/catalog/arguments.ts';
import { loadCatalog, type Target } from '../../server/src/catalog/catalog.ts';
import {
  ageOf,
  changes,
  changesBetween,
  changesOf,
  isBeyond,
  knownAt,
  knownUpTo,
  newestRelease,
  releaseDate,
  resolveVersion,
  staleDays,
} from '../../server/src/catalog/changes.ts';
import type { Context } from '../../server/src/catalog/context.ts';
import { DATA_FILES } from '../../server/src/catalog/data/index.ts';
import { PROSE_FILES } from '../../server/src/catalog/data/prose/index.ts';
import type { DirectiveFact } from '../../server/src/catalog/fact.ts';
import {
  ANY_MODULE,
  configureOption,
  moduleSet,
  moduleSetOf,
  neededPackage,
  provisionOf,
  THIRD_PARTY,
} from '../../server/src/catalog/modules.ts';
import { NAME_TITLES } from '../../server/src/catalog/names.ts';
import { overrides } from '../../server/src/catalog/overrides.ts';
import { findParameter, parameterStatus, parametersOf } from '../../server/src/catalog/parameters.ts';
import { exampleOf, prose } from '../../server/src/catalog/prose.ts';
import { checkValues } from '../../server/src/catalog/value-check.ts';
import { atLeast, parseVersion, version } from '../../server/src/catalog/version.ts';

const catalog = loadCatalog();
const all = catalog.names().flatMap((n) => catalog.directives(n));
const fact = (name: string, context: Context): DirectiveFact => {
  const found = catalog.directive(name, context);
  assert.ok(found, `${name} in ${context}`);
  return found;
};
const at = (nginx: string, flavour: Target['flavour'] = 'oss'): Target => ({
  nginx: version(nginx),
  flavour,
  openssl: version('3.0.0'),
  modules: ANY_MODULE,
});
/** `defines upstream app`, one per name. */
const names = (name: string, context: Context, ...args: string[]): string[] =>
  namesIn(fact(name, context), args).map((n) => `${n.role} ${n.kind} ${n.name} ${n.argument}:${n.at}`);
const said = (name: string, context: Context, args: string[], target = at('1.31.4')): string[] =>
  checkValues(fact(name, context), args, target).map((f) => f.message);

test('every directive of nginx has a kind for every argument that it may take', () => {
  for (const f of all) {
    if (f.source !== 'oss' || f.args.any) continue;
    for (let i = 0; i < f.args.min; i++) assert.ok(argumentOf(f, i, f.args.min), `${f.name} (${f.module}) argument ${i} of ${f.args.min}`);
    const most = f.args.max ?? f.args.min + 2;
    for (let i = 0; i < most; i++)
      assert.ok(f.removed || f.args.block || argumentOf(f, i, most), `${f.name} (${f.module}) argument ${i} of ${most}`);
  }
});

test('arguments are what they are for', () => {
  const kind = (name: string, context: Context, index: number, count: number): string | undefined =>
    argumentOf(fact(name, context), index, count)?.kind;
  assert.equal(kind('proxy_pass', 'location', 0, 1), 'url');
  assert.equal(kind('include', 'http', 0, 1), 'glob');
  assert.equal(kind('root', 'server', 0, 1), 'folder');
  assert.equal(kind('error_page', 'server', 0, 3), 'status');
  assert.equal(kind('error_page', 'server', 2, 3), 'uri');
  assert.equal(kind('location', 'server', 1, 2), 'location');
  assert.equal(kind('rewrite', 'server', 0, 2), 'regex');
  assert.equal(kind('rewrite', 'server', 2, 3), 'word');
  assert.equal(kind('gzip', 'http', 0, 1), 'flag');
  assert.equal(kind('proxy_read_timeout', 'location', 0, 1), 'msec');
  assert.equal(kind('geo', 'http', 0, 1), 'variable');
  assert.equal(kind('ssl_certificate', 'server', 0, 1), 'file');
  assert.equal(argumentOf(fact('ssl_certificate', 'server'), 0, 1)?.base, 'configuration');
  assert.equal(argumentOf(fact('proxy_ssl_trusted_certificate', 'location'), 0, 1)?.base, 'configuration');
  assert.equal(argumentOf(fact('access_log', 'server'), 0, 1)?.base, 'prefix');
  assert.equal(argumentOf(fact('geoip_country', 'http'), 0, 1)?.base, 'started');
  assert.equal(kind('add_header', 'server', 3, 4), undefined);
});

test('names that directives declare and use', () => {
  assert.deepEqual(names('upstream', 'http', 'app'), ['defines upstream app 0:0']);
  assert.deepEqual(names('proxy_pass', 'location', 'http://App:80/x'), ['references upstream app 0:7']);
  assert.deepEqual(names('proxy_pass', 'location', 'http://$host'), []);
  assert.deepEqual(names('proxy_pass', 'location', 'http://unix:/run/a.sock'), []);
  assert.deepEqual(names('uwsgi_pass', 'location', 'app'), ['references upstream app 0:0']);
  assert.deepEqual(names('proxy_pass', 'stream-server', 'app'), ['references upstream app 0:0']);
  assert.deepEqual(names('limit_req_zone', 'http', '$uri', 'zone=a:10m', 'rate=1r/s'), ['defines limit-req-zone a 1:5']);
  assert.deepEqual(names('limit_req', 'location', 'zone=a', 'burst=5'), ['references limit-req-zone a 0:5']);
  assert.deepEqual(names('limit_conn', 'location', 'b', '1'), ['references limit-conn-zone b 0:0']);
  assert.deepEqual(names('proxy_cache_path', 'http', '/c', 'keys_zone=c:1m'), ['defines proxy-cache-zone c 1:10']);
  assert.deepEqual(names('proxy_cache', 'location', 'c'), ['references proxy-cache-zone c 0:0']);
  assert.deepEqual(names('proxy_cache', 'location', 'off'), []);
  assert.deepEqual(names('uwsgi_cache', 'location', 'u'), ['references uwsgi-cache-zone u 0:0']);
  assert.deepEqual(names('access_log', 'http', '/l', 'main', 'gzip'), ['references log-format main 1:0']);
  assert.deepEqual(names('log_format', 'http', 'main', '$uri'), ['defines log-format main 0:0']);
  assert.deepEqual(names('ssl_session_cache', 'server', 'shared:s:1m'), ['defines ssl-session-cache s 0:7']);
  assert.deepEqual(names('location', 'server', '@app'), ['defines named-location @app 0:0']);
  assert.deepEqual(names('location', 'server', '/app'), []);
  assert.deepEqual(names('try_files', 'location', '$uri', '@app'), ['references named-location @app 1:0']);
  assert.deepEqual(names('error_page', 'location', '404', '@app'), ['references named-location @app 1:0']);
  assert.deepEqual(names('set', 'location', '$A', 'x'), ['defines variable a 0:1']);
  assert.deepEqual(names('map', 'http', '$uri', '$b'), ['defines variable b 1:1']);
  assert.deepEqual(names('geo', 'http', '$c'), ['defines variable c 0:1']);
  assert.deepEqual(names('geo', 'http', '$http_x', '$c'), ['references variable http_x 0:1', 'defines variable c 1:1']);
  assert.deepEqual(names('auth_request_set', 'location', '$u', '$upstream_http_x'), ['defines variable u 0:1']);
  assert.deepEqual(names('js_set', 'http', '$j', 'main.f'), ['defines variable j 0:1', 'references js-module main 1:0']);
  assert.deepEqual(names('aio', 'http', 'threads=pool'), ['references thread-pool pool 0:8']);
  assert.deepEqual(names('aio', 'http', 'threads'), ['references thread-pool default 0:0']);
  assert.deepEqual(names('thread_pool', 'main', 'pool', 'threads=2'), ['defines thread-pool pool 0:0']);
  assert.deepEqual(names('zone', 'upstream', 'z', '64k'), ['defines upstream-zone z 0:0']);
  assert.deepEqual(names('zone', 'upstream', 'z'), ['references upstream-zone z 0:0']);
  assert.deepEqual(names('set_by_lua_block', 'location', '$l'), ['defines variable l 0:1']);
  assert.deepEqual(names('set_escape_uri', 'location', '$m', '$n'), ['defines variable m 0:1']);
  for (const title of Object.values(NAME_TITLES)) assert.ok(title.length > 2);
});

test('inheritance as the merge functions have it', () => {
  const list = [
    'proxy_set_header',
    'uwsgi_param',
    'error_page',
    'access_log',
    'index',
    'limit_req',
    'sub_filter',
    'proxy_hide_header',
    'set_real_ip_from',
  ];
  for (const name of list) assert.equal(inheritanceOf(fact(name, 'location')), 'list', name);
  for (const name of ['proxy_pass', 'rewrite', 'return', 'set', 'try_files', 'if'])
    assert.equal(inheritanceOf(fact(name, 'location')), 'none', name);
  for (const name of ['gzip', 'proxy_read_timeout', 'auth_basic', 'client_max_body_size', 'expires', 'proxy_cache'])
    assert.equal(inheritanceOf(fact(name, 'location')), 'single', name);
  for (const name of ['add_header', 'root', 'allow']) assert.equal(inheritanceOf(fact(name, 'location')), 'special', name);
});

test('parameters: found, dated, and in their protocol', () => {
  const http = parametersOf(fact('listen', 'server'));
  assert.ok(http.some((p) => p.name === 'quic') && !http.some((p) => p.name === 'udp'));
  assert.ok(parametersOf(fact('listen', 'stream-server')).some((p) => p.name === 'udp'));
  assert.ok(!parametersOf(fact('listen', 'mail-server')).some((p) => p.name === 'reuseport'));
  assert.equal(fact('listen', 'rtmp-server').parameters, null);
  assert.equal(findParameter(http, 'backlog=5')?.value, '5');
  assert.equal(findParameter(http, 'backlog'), null);
  const quic = http.find((p) => p.name === 'quic')!;
  assert.equal(parameterStatus(quic, at('1.22.1')).known, false);
  assert.equal(parameterStatus(quic, at('1.25.0')).known, true);
  const server = parametersOf(fact('server', 'upstream'));
  const slow = server.find((p) => p.name === 'slow_start')!;
  assert.deepEqual([parameterStatus(slow, at('1.31.0')).known, parameterStatus(slow, at('1.31.0', 'plus')).known], [false, true]);
  const resolve = server.find((p) => p.name === 'resolve')!;
  assert.deepEqual([parameterStatus(resolve, at('1.25.0')).known, parameterStatus(resolve, at('1.25.0', 'plus')).known], [false, true]);
  for (const f of all)
    for (const p of parametersOf(f)) {
      for (const v of [p.since, p.removed, p.deprecated, p.plusSince]) if (v !== undefined) version(v);
      assert.ok(p.hint.endsWith('.'), `${f.name} ${p.name}`);
      for (const other of p.excludes ?? [])
        assert.ok(
          parametersOf(f).some((q) => q.name === other),
          `${f.name} ${p.name} ${other}`,
        );
    }
});

test('values are judged for the version that will run them', () => {
  assert.deepEqual(said('listen', 'server', ['443', 'quic'], at('1.22.1')), [
    'The parameter "quic" needs nginx 1.25.0 or later; this is 1.22.1.',
  ]);
  assert.deepEqual(said('listen', 'server', ['443', 'quic', 'ssl']), ['"ssl" cannot stand beside "quic". Remove one.']);
  assert.deepEqual(said('proxy_http_version', 'location', ['2'], at('1.22.1')), ['"2" needs nginx 1.29.4 or later; this is 1.22.1.']);
  assert.deepEqual(said('proxy_http_version', 'location', ['2']), []);
  assert.deepEqual(said('server_tokens', 'http', ['build'], at('1.9.0')), ['"build" is not accepted. Use "on" or "off".']);
  assert.deepEqual(said('limit_rate', 'location', ['$rate']), []);
  assert.deepEqual(said('gzip', 'http', ['yes']), ['"yes" is not accepted. Use "on" or "off".']);
  assert.deepEqual(said('sticky', 'upstream', ['cookie', 'a', 'foo']), [
    '"foo" is not a parameter of sticky cookie. Use "expires", "domain", "path", "httponly", "secure" or "samesite".',
  ]);
  assert.deepEqual(said('sticky', 'upstream', ['cookie', 'a', 'samesite=x']), [
    'samesite= "x" is not accepted. Use "strict", "lax" or "none".',
  ]);
  assert.deepEqual(said('sticky', 'upstream', ['route', '$a', 'b']), ['"b" is not a variable. A route is read from variables.']);
  assert.deepEqual(said('sticky', 'upstream', ['learn', 'create=$a', 'lookup=$b', 'zone=z:1m']), []);
  assert.deepEqual(said('sticky', 'upstream', ['learn', 'create=$a', 'lookup=$b']), ['sticky learn needs the parameter "zone=".']);
  assert.deepEqual(said('health_check', 'location', ['interval=x']), []);
});

test('an evident value is offered in the place of a wrong one', () => {
  const instead = (name: string, context: Context, ...args: string[]): (string | undefined)[] =>
    checkValues(fact(name, context), args, at('1.31.4')).map((f) => f.replacement);
  assert.deepEqual(instead('gzip', 'http', 'true'), ['on']);
  assert.deepEqual(instead('client_body_buffer_size', 'http', '1g'), ['1024m']);
  assert.deepEqual(instead('proxy_buffer_size', 'http', '16KB'), ['16k']);
  assert.deepEqual(instead('proxy_read_timeout', 'http', '5min'), ['5m']);
  assert.deepEqual(instead('proxy_read_timeout', 'http', '60sec'), ['60s']);
  assert.deepEqual(instead('allow', 'http', '10.1.2.3/8'), ['10.0.0.0/8']);
  assert.deepEqual(instead('set', 'server', 'a', 'b'), ['$a']);
  assert.deepEqual(instead('server', 'upstream', 'http://app:8000/x'), ['app:8000']);
});

test('builds and their modules', () => {
  const has = (build: Parameters<typeof moduleSet>[0], module: string, ...loaded: string[]): boolean =>
    moduleSet(build, loaded).has(module);
  assert.ok(has('plain', 'ngx_http_proxy_module') && has('plain', 'ngx_http_memcached_module'));
  assert.ok(!has('plain', 'ngx_http_ssl_module') && has('debian', 'ngx_http_ssl_module'));
  assert.ok(!has('debian', 'ngx_stream_proxy_module') && has('official', 'ngx_stream_proxy_module'));
  assert.ok(has('debian', 'ngx_stream_proxy_module', 'modules/ngx_stream_module.so'));
  assert.ok(has('debian', 'ngx_stream_ssl_module', '/usr/lib/nginx/modules/ngx_stream_module.so'));
  assert.ok(!has('debian', 'ngx_stream_geoip2_module', 'modules/ngx_http_geoip2_module.so'));
  assert.ok(has('debian', 'ngx_http_geoip2_module', 'modules/ngx_http_geoip2_module.so'));
  assert.ok(has('debian', 'nchan_module', 'modules/ngx_nchan_module.so'));
  assert.ok(has('debian', 'ngx_rtmp_core_module', 'modules/ngx_rtmp_module.so'));
  assert.ok(has('official', 'ngx_http_js_core_module', 'modules/ngx_http_js_module.so'));
  assert.ok(has('openresty', 'ngx_http_lua_module') && !has('official', 'ngx_http_lua_module'));
  assert.ok(has('plain', 'ngx_kqueue_module') && !has('debian', 'ngx_kqueue_module'));
  assert.ok(has('any', 'ngx_http_whatever_module'));
  const own = moduleSetOf([
    '--with-http_ssl_module',
    '--with-stream=dynamic',
    '--without-http_gzip_module',
    '--add-module=/src/ngx_brotli',
  ]);
  assert.ok(own.has('ngx_http_ssl_module') && !own.has('ngx_stream_core_module') && !own.has('ngx_http_gzip_filter_module'));
  assert.ok(own.has('ngx_http_brotli_filter_module') && own.has('ngx_http_map_module'));
});

test('where a missing module is to be had', () => {
  assert.equal(neededPackage(fact('geoip2', 'http')), 'Debian package libnginx-mod-http-geoip2');
  assert.equal(neededPackage(fact('more_set_headers', 'http')), 'Debian package libnginx-mod-http-headers-more-filter');
  assert.equal(neededPackage(fact('proxy_pass', 'stream-server'), 'debian'), 'Debian package libnginx-mod-stream');
  assert.equal(neededPackage(fact('image_filter', 'location'), 'official'), 'load_module modules/ngx_http_image_filter_module.so;');
  assert.equal(neededPackage(fact('http2', 'server'), 'plain'), 'configure option --with-http_v2_module');
  // no package of Debian's fits an nginx that someone built, or that of another vendor
  assert.equal(neededPackage(fact('image_filter', 'location'), 'plain'), 'configure option --with-http_image_filter_module');
  assert.equal(neededPackage(fact('brotli', 'http'), 'plain'), 'third-party module ngx_brotli');
  assert.equal(neededPackage(fact('brotli', 'http'), 'openresty'), 'third-party module ngx_brotli');
  assert.equal(neededPackage(fact('geoip2', 'http'), 'official'), 'package nginx-module-geoip2 of nginx.org');
  assert.equal(neededPackage(fact('proxy_pass', 'location')), null);
  assert.equal(neededPackage(fact('push_stream_publisher', 'location')), 'third-party module nginx-push-stream-module');
  assert.equal(neededPackage(catalog.variable('geoip_country_code', 'http')!), 'Debian package libnginx-mod-http-geoip');
  assert.deepEqual(provisionOf(fact('set_escape_uri', 'location'))?.after, ['modules/ndk_http_module.so']);
  const foreign = new Set(all.filter((f) => f.source !== 'oss' && f.source !== 'plus').map((f) => `${f.source} ${f.module}`));
  for (const pair of foreign) {
    const [source = '', module = ''] = pair.split(' ');
    assert.ok(THIRD_PARTY[source]?.includes(module), pair);
    assert.equal(configureOption(module), null, pair);
  }
});

test('versions that people write', () => {
  const text = (tag: string): string | undefined => resolveVersion(tag)?.text;
  assert.equal(text('1.27.3'), '1.27.3');
  assert.equal(text('1.27'), '1.27.5');
  assert.equal(text('1.27-alpine'), '1.27.5');
  assert.equal(text('1.26'), '1.26.3');
  assert.equal(text('1.30-alpine'), '1.30.7');
  assert.equal(text('1.33'), '1.33');
  assert.equal(text('1.18-alpine'), '1.18.0');
  assert.equal(text('1.28.0-bookworm'), '1.28.0');
  assert.equal(text('latest'), newestRelease().text);
  assert.equal(text('mainline-alpine'), newestRelease().text);
  assert.equal(text('stable-perl'), '1.30.7');
  assert.equal(text('1'), newestRelease().text);
  assert.equal(text('my-tag'), undefined);
  assert.equal(text('1.2.3.4'), undefined);
});

test('changes and ages', () => {
  assert.ok(changes().length > 100);
  for (const c of changes()) version(c.version);
  assert.ok(changesOf('ssl_protocols').some((c) => c.version === '1.27.3' && c.kind === 'default'));
  assert.ok(changesOf('spdy_chunk_size').length > 0);
  assert.ok(changesBetween(version('1.24.0'), version('1.26.0')).every((c) => atLeast(version(c.version), '1.24.0')));
  assert.equal(releaseDate(version('1.27.0')), '2024-05-29');
  assert.equal(releaseDate(version('1.30.7')), '2026-11-18');
  assert.equal(releaseDate(version('1.31.8')), null);
  assert.deepEqual(ageOf(fact('http2_push', 'server'), at('1.26.0'))?.state, 'obsolete');
  assert.equal(ageOf(fact('http2_push', 'server'), at('1.22.1')), null);
  assert.equal(ageOf(fact('ssl', 'server'), at('1.22.1'))?.state, 'deprecated');
  assert.deepEqual(ageOf(fact('ssl', 'server'), at('1.26.0')), {
    state: 'removed',
    since: '1.25.1',
    replacedBy: 'ssl parameter of the listen directive',
  });
  assert.equal(ageOf(fact('gzip', 'http'), at('1.26.0')), null);
});

test('a release of OpenResty is that of its nginx', () => {
  assert.equal(parseVersion('1.31.9.1')?.text, '1.31.9');
  assert.equal(parseVersion('1.31.9.1.2'), null);
});

test('what is newer than all that is known of its branch is beyond the facts', () => {
  const beyond = (v: string): boolean => isBeyond(version(v));
  assert.deepEqual(['1.31.9', '1.31.10', '1.33.0', '2.0.0', '1.30.7', '1.30.8', '1.28.9', '1.22.1', '1.32.0'].map(beyond), [
    false,
    true,
    true,
    true,
    false,
    true,
    true,
    false,
    true,
  ]);
  assert.equal(knownUpTo(), 'nginx up to 1.31.9 (18 Nov 2026)');
  assert.equal(staleDays(Date.parse('2027-03-01')), null);
  assert.equal(staleDays(Date.parse('2027-06-01')), 185);
  assert.equal(knownAt(Date.parse('2027-03-01')), knownUpTo());
  assert.match(knownAt(Date.parse('2027-06-01')), /^nginx up to 1\.31\.9 .*these facts are 185 days old, update/);
});

test('overrides name existing directives and say why', () => {
  for (const { name, reason } of overrides()) {
    assert.ok(catalog.directives(name).length > 0, name);
    assert.ok(reason.length > 20, name);
  }
});

test('the lists of data files hold every file of their folders', () => {
  const folder = 'server/src/catalog/data';
  const facts = fs
    .readdirSync(folder)
    .filter((f) => f.endsWith('.json') && fs.readFileSync(`${folder}/${f}`, 'utf8').startsWith('[\n  {"module"'));
  assert.equal(DATA_FILES.length, facts.length);
  const texts = fs.readdirSync(`${folder}/prose`).filter((f) => f.endsWith('.json'));
  assert.deepEqual(Object.keys(PROSE_FILES).sort(), texts.map((f) => f.slice(0, -5)).sort());
});

test('texts are found for their directives and variables', () => {
  assert.ok(prose(fact('proxy_pass', 'location'))?.length);
  assert.match(prose(catalog.variable('host', 'http')!) ?? '', /Host/);
  assert.equal(typeof exampleOf(catalog.variable('host', 'http')!), 'string');
  assert.notEqual(prose(fact('proxy_pass', 'location')), prose(fact('proxy_pass', 'stream-server')));
  assert.equal(prose({ ...fact('proxy_pass', 'location'), name: 'constructor' }), null);
  const spoken = all.filter((f) => f.source === 'oss' && f.docs && !f.removed);
  const silent = spoken.filter((f) => prose(f) === null).map((f) => `${f.name} (${f.module})`);
  assert.deepEqual(silent, []);
});

test('a row of the data says nothing that no reader knows', () => {
  const folder = 'server/src/catalog';
  const shape = fs.readFileSync(`${folder}/shape.ts`, 'utf8');
  const union = (name: string) => {
    const text = shape.slice(shape.indexOf(`export type ${name} =`));
    return new Set([...text.slice(0, text.indexOf(';\n')).matchAll(/\| '([\w-]+)'/g)].map((m) => m[1]));
  };
  const kinds = union('ArgumentKind');
  const values = union('ParameterValue');
  const inherits = union('Inheritance');
  assert.ok(kinds.size > 30 && values.size > 15 && inherits.size === 4);
  const lists = JSON.parse(fs.readFileSync(`${folder}/data/parameter-lists.json`, 'utf8'));
  const parameter = (of: string, p: string | Record<string, unknown>): void => {
    if (typeof p === 'string') {
      assert.ok(Object.hasOwn(lists, p.slice(1)), `${of}: no list ${p}`);
      return;
    }
    assert.ok(p.value === undefined || values.has(p.value as string), `${of}: ${p.name} has the value ${p.value}`);
    assert.ok(p.hint, `${of}: ${p.name} has a hint`);
    for (const key of Object.keys(p))
      assert.ok(new RegExp(`\\breadonly ${key}\\??:`).test(shape), `${of}: the parameter ${p.name} says "${key}", which no reader knows`);
  };
  for (const [name, list] of Object.entries(lists)) for (const p of list as []) parameter(name, p);
  let rows = 0;
  for (const file of DATA_FILES)
    for (const { directives = [] } of JSON.parse(file))
      for (const row of directives) {
        for (const argument of [...(row.arguments ?? []), row.rest, row.last]) {
          if (argument === undefined) continue;
          rows++;
          const kind = typeof argument === 'string' ? argument : argument.kind;
          assert.ok(kinds.has(kind), `${row.name}: "${kind}" is no kind of argument`);
        }
        assert.ok(row.inherits === undefined || inherits.has(row.inherits), `${row.name} inherits "${row.inherits}"`);
        for (const p of row.parameters?.list ?? []) parameter(row.name, p);
      }
  assert.ok(rows > 400, `${rows} arguments are data`);
});
