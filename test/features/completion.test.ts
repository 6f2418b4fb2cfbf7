import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyEdits } from '../../server/src/base/edit.ts';
import type { RawSettings } from '../../server/src/config/settings-file.ts';
import { WantedFolders } from '../../server/src/features/completion/paths.ts';
import { siteAt } from '../../server/src/features/completion/site.ts';
import { type Completion, completion, type Item } from '../../server/src/features/completion.ts';
import { parts } from '../harness/rules.ts';
import { inside, world } from './world.ts';

interface Expected {
  /** what comes first, in this order */
  first?: string[];
  /** all that is proposed, in this order */
  all?: string[];
  has?: string[];
  lacks?: string[];
  /** the text of the cursor's line after the proposal is taken; tab stops as they are written */
  takes?: Record<string, string>;
  none?: true;
  /** of single proposals */
  item?: Record<string, Partial<Item>>;
}

async function complete(text: string, settings: RawSettings = {}) {
  const w = await world(text, settings);
  const folders = new WantedFolders();
  const ask = (): Completion | null => completion(w.configs, w.file, w.offset, { folders, rules: [{ id: 'alias-traversal', title: 'T' }] });
  ask();
  for (const folder of [...folders.wanted]) folders.put(folder, await w.fixture.disk.list(folder));
  return { w, found: ask() };
}

/** The one caller of completion(). */
async function checkCompletion(text: string, expected: Expected, settings: RawSettings = {}): Promise<void> {
  const { w, found } = await complete(text, settings);
  const labels = found?.items.map((i) => i.label) ?? [];
  if (expected.none) assert.deepEqual(labels, []);
  if (expected.first) assert.deepEqual(labels.slice(0, expected.first.length), expected.first);
  if (expected.all) assert.deepEqual(labels, expected.all);
  for (const label of expected.has ?? []) assert.ok(labels.includes(label), `${label} is missing: ${labels.slice(0, 40).join(' ')}`);
  for (const label of expected.lacks ?? []) assert.ok(!labels.includes(label), `${label} should not be there`);
  for (const [label, line] of Object.entries(expected.takes ?? {})) {
    const item = found?.items.find((i) => i.label === label);
    assert.ok(found && item, `${label} is missing: ${labels.slice(0, 40).join(' ')}`);
    const after = applyEdits(w.file.text, [{ span: found.span, newText: item.insert ?? item.label }]);
    const from = w.file.text.lastIndexOf('\n', found.span.start - 1) + 1;
    const end = after.indexOf('\n', found.span.start + (item.insert ?? item.label).length);
    assert.equal(after.slice(from, end < 0 ? undefined : end).trim(), line);
  }
  for (const [label, wanted] of Object.entries(expected.item ?? {})) {
    const item = found?.items.find((i) => i.label === label);
    assert.ok(item, `${label} is missing`);
    for (const [key, value] of Object.entries(wanted)) assert.deepEqual(item[key as keyof Item], value, `${label}.${key}`);
  }
}

const APP = 'events {}\nhttp {\nupstream app { server 127.0.0.1:8000; }\nupstream App2 { server 127.0.0.1:8001; }\n';

describe('directives', () => {
  test('main: its own only', () =>
    checkCompletion(inside('main', '<|>'), { has: ['user', 'events', 'http'], lacks: ['server', 'listen'] }));
  test('http', () => checkCompletion(inside('http', 's<|>'), { first: ['server'], has: ['split_clients'], lacks: ['listen'] }));
  test('server: listen comes first', () =>
    checkCompletion(inside('server', '<|>'), { first: ['listen', 'server_name', 'location'], lacks: ['upstream', 'worker_processes'] }));
  test('location', () => checkCompletion(inside('location', 'pro<|>'), { first: ['proxy_pass', 'proxy_set_header'], lacks: ['listen'] }));
  test('upstream', () => checkCompletion(inside('upstream', '<|>'), { first: ['server', 'keepalive', 'least_conn'], lacks: ['location'] }));
  test('the server of an upstream is no block', () =>
    checkCompletion(inside('upstream', 'ser<|>'), { takes: { server: 'server ${1:127.0.0.1:8000};' } }));
  test('stream', () =>
    checkCompletion(inside('stream-server', '<|>'), { first: ['listen', 'proxy_pass', 'ssl_preread'], lacks: ['location', 'add_header'] }));
  test('if in a location', () =>
    checkCompletion(inside('location', 'if ($uri) {\n  <|>\n}'), { first: ['return', 'rewrite', 'set'], lacks: ['location', 'alias'] }));
  test('if in a server has less', () =>
    checkCompletion(inside('server', 'if ($uri) {\n  <|>\n}'), { has: ['return'], lacks: ['proxy_pass', 'add_header'] }));
  test('limit_except', () =>
    checkCompletion(inside('location', 'limit_except GET { <|> }'), { has: ['allow', 'deny', 'auth_basic'], lacks: ['return'] }));
  test('a block with a body', () =>
    checkCompletion(inside('server', 'loca<|>'), {
      takes: { location: 'location ${1:/} {\n\t$0\n}' },
      item: { location: { kind: 'block' } },
    }));
  test('a flag offers its words', () =>
    checkCompletion(inside('location', 'gzip_v<|>'), { takes: { gzip_vary: 'gzip_vary ${1|on,off|};' } }));
  test('an enum offers its words', () => checkCompletion(inside('location', 'satis<|>'), { takes: { satisfy: 'satisfy ${1|all,any|};' } }));
  test('without arguments the semicolon follows', () => checkCompletion(inside('location', 'ip_h<|>'), { lacks: ['ip_hash'] }));
  test('without arguments, in its place', () => checkCompletion(inside('upstream', 'ip_h<|>'), { takes: { ip_hash: 'ip_hash;' } }));
  test('the default is the tab stop', () =>
    checkCompletion(inside('location', 'proxy_read_t<|>'), { takes: { proxy_read_timeout: 'proxy_read_timeout ${1:60s};' } }));
  test('arguments that are there stay', () =>
    checkCompletion(inside('location', 'proxy_p<|> http://app;'), { takes: { proxy_pass: 'proxy_pass http://app;' } }));
  test('in the middle of a name all of it is replaced', () =>
    checkCompletion(inside('location', 'prox<|>y_buffering off;'), { takes: { proxy_pass: 'proxy_pass off;' } }));
  test('a line that is not ended is no part of the next', () =>
    checkCompletion(inside('server', 'prox<|>\nlisten 80;'), { has: ['proxy_read_timeout'] }));
  test('behind a line without its semicolon directives are proposed too', () =>
    checkCompletion(inside('server', 'listen 80\nserver_n<|>\n'), { has: ['server_name'] }));
  test('in a block that never closes', () => checkCompletion('events {}\nhttp {\n  server {\n    <|>', { first: ['listen'] }));
  test('in a block that opens behind an unfinished line', () =>
    checkCompletion('events {}\nhttp {\n  server {\n    listen 80\n  }\n  upstream a {\n    <|>\n', {
      has: ['least_conn'],
      lacks: ['server_name'],
    }));
  test('behind a closing brace', () => checkCompletion(inside('server', 'location / { }\n<|>'), { has: ['location', 'listen'] }));
  test('between two statements on one line', () =>
    checkCompletion(inside('server', 'listen 80; <|> server_name a;'), {
      has: ['server_name'],
      takes: { root: 'listen 80; root server_name a;' },
    }));
  test('removed directives are not proposed', () =>
    checkCompletion(inside('server', 'ss<|>'), { lacks: ['ssl'], has: ['ssl_certificate'] }));
  test('an older nginx has them', () =>
    checkCompletion(inside('server', 'ss<|>'), { has: ['ssl'], item: { ssl: { deprecated: true } } }, { nginxVersion: '1.18.0' }));
  test('what is younger than the target is not proposed', () =>
    checkCompletion(inside('server', 'htt<|>'), { lacks: ['http2'] }, { nginxVersion: '1.24.0' }));
  test('it is for a newer one', () => checkCompletion(inside('server', 'htt<|>'), { has: ['http2', 'http3'] }, { nginxVersion: '1.26.0' }));
  test('version and module are shown', () =>
    checkCompletion(inside('server', 'http<|>'), { item: { http2: { detail: 'http_v2 · since 1.25.1' } } }));
  test('NGINX Plus only for NGINX Plus', () => checkCompletion(inside('location', 'api<|>'), { lacks: ['api'] }));
  test('for NGINX Plus', () => checkCompletion(inside('location', 'api<|>'), { has: ['api'] }, { flavour: 'plus' }));
  test('modules that the build lacks are not proposed', () =>
    checkCompletion(inside('location', 'bro<|>'), { lacks: ['brotli'] }, { build: 'plain' }));
  test('modules that it has are', () => checkCompletion(inside('location', 'bro<|>'), { has: ['brotli'] }));
  test('a deprecated one is marked', () =>
    checkCompletion(inside('http', 'http2_<|>'), { item: { http2_max_field_size: { deprecated: true } } }));
  test('what may stand once and does comes last', async () => {
    const { found } = await complete(inside('location', 'root /srv;\nroo<|>'));
    assert.notEqual(found?.items[0]?.label, 'root');
  });
  test('a fragment of locations', () =>
    checkCompletion('#- snippets/a.conf\nlocation / {\n  <|>\n}', { has: ['proxy_pass'], lacks: ['listen'] }));
  test('a fragment with a context of its own', () =>
    checkCompletion('#- a.conf\n# proxylens: context upstream\n<|>', { first: ['server'], lacks: ['location'] }));
  test('an empty fragment may be anything', () => checkCompletion('#- a.conf\n<|>', { has: ['server', 'location', 'worker_processes'] }));
  test('an included file stands where its include does', () =>
    checkCompletion('#- nginx.conf\nevents {}\nhttp { server { include a.conf; } }\n#- a.conf\n<|>', {
      has: ['listen'],
      lacks: ['upstream'],
    }));
  test('a file included in two places has both', () =>
    checkCompletion('#- nginx.conf\nevents {}\nhttp { include a.conf; server { include a.conf; } }\n#- a.conf\n<|>', {
      has: ['listen', 'upstream'],
    }));
  test('snippets of the context', () => checkCompletion(inside('server', 'tl<|>'), { item: { tls: { kind: 'snippet' } } }));
  test('snippets of other contexts are not there', async () => {
    const { found } = await complete(inside('upstream', '<|>'));
    assert.ok(found?.items.every((i) => i.kind !== 'snippet' || i.label !== 'tls'));
  });
  test('no proposals inside Lua', () => checkCompletion(inside('location', 'content_by_lua_block {\n  ng<|>\n}'), { none: true }));
  test('no proposals in an ordinary comment', () => checkCompletion(inside('location', '# pro<|> hello'), { none: true }));
  test('rules in the comment that silences them', () =>
    checkCompletion(inside('location', '# proxylens-ignore al<|>'), { all: ['alias-traversal'] }));
  test('contexts in the comment that names one', () =>
    checkCompletion('#- a.conf\n# proxylens: context up<|>', { has: ['upstream', 'stream-upstream'] }));
});

describe('arguments', () => {
  test('flags', () => checkCompletion(inside('location', 'gzip <|>;'), { all: ['on', 'off'], item: { off: { detail: 'the default' } } }));
  test('an enum, half typed', () => checkCompletion(inside('location', 'proxy_http_version 1<|>;'), { has: ['1.1', '1.0'] }));
  test('a bitmask leaves out what is there', () =>
    checkCompletion(inside('server', 'ssl_protocols TLSv1.2 <|>;'), {
      has: ['TLSv1.3'],
      lacks: ['TLSv1.2'],
      item: { TLSv1: { deprecated: true } },
    }));
  test('times get units', () => checkCompletion(inside('location', 'proxy_read_timeout 30<|>;'), { all: ['30s', '30m', '30h', '30d'] }));
  test('the default time first', () =>
    checkCompletion(inside('location', 'proxy_read_timeout <|>;'), { first: ['60s'], item: { '60s': { preselect: true } } }));
  test('sizes get units', () => checkCompletion(inside('location', 'client_body_buffer_size 8<|>;'), { all: ['8k', '8m'] }));
  test('offsets know gigabytes', () => checkCompletion(inside('location', 'client_max_body_size 2<|>;'), { all: ['2k', '2m', '2g'] }));
  test('parameters of listen', () =>
    checkCompletion(inside('server', 'listen 443 <|>;'), {
      has: ['ssl', 'default_server', 'proxy_protocol', 'backlog='],
      lacks: ['udp', 'spdy'],
    }));
  test('parameters that exclude each other', () =>
    checkCompletion(inside('server', 'listen 443 quic <|>;'), { has: ['reuseport'], lacks: ['ssl', 'quic'] }));
  test('listen in stream has others', () =>
    checkCompletion(inside('stream-server', 'listen 53 <|>;'), { has: ['udp'], lacks: ['http2', 'quic'] }));
  test('an old spelling is struck through', () =>
    checkCompletion(inside('server', 'listen 443 ssl h<|>;'), { item: { http2: { deprecated: true } } }));
  test('values of parameters', () => checkCompletion(inside('server', 'listen 80 ipv6only=<|>;'), { all: ['on', 'off'] }));
  test('parameters of a server in an upstream', () =>
    checkCompletion(inside('upstream', 'server a:1 max_fails=3 <|>;'), {
      has: ['weight=', 'fail_timeout=', 'backup'],
      lacks: ['max_fails=', 'slow_start='],
    }));
  test('their times', () => checkCompletion(inside('upstream', 'server a:1 fail_timeout=10<|>;'), { all: ['10s', '10m', '10h', '10d'] }));
  test('proxy_cache_path', () =>
    checkCompletion(inside('http', 'proxy_cache_path /c <|>;'), { has: ['levels=', 'keys_zone=', 'max_size=', 'inactive='] }));
  test('levels', () => checkCompletion(inside('http', 'proxy_cache_path /c levels=<|>;'), { all: ['1', '1:2', '1:2:2'] }));
  test('rates', () => checkCompletion(inside('http', 'limit_req_zone $uri zone=a:10m rate=5<|>;'), { all: ['5r/s', '5r/m'] }));
  test('zones', () =>
    checkCompletion(
      'events {}\nhttp { limit_req_zone $uri zone=one:10m rate=1r/s;\nlimit_conn_zone $uri zone=two:10m;\nserver { limit_req zone=<|>; } }',
      { all: ['one'] },
    ));
  test('zones of connections', () =>
    checkCompletion(
      'events {}\nhttp { limit_req_zone $uri zone=one:10m rate=1r/s;\nlimit_conn_zone $uri zone=two:10m;\nserver { limit_conn <|>; } }',
      { all: ['two'] },
    ));
  test('caches', () =>
    checkCompletion('events {}\nhttp { proxy_cache_path /c keys_zone=static:10m;\nserver { proxy_cache <|>; } }', {
      all: ['static', 'off'],
    }));
  test('log formats', () =>
    checkCompletion("events {}\nhttp { log_format long '$uri';\nserver { access_log /a.log <|>; } }", { first: ['long', 'combined'] }));
  test('upstreams behind the scheme', () =>
    checkCompletion(`${APP}server { location / { proxy_pass http://<|>; } } }`, { first: ['app', 'App2'] }));
  test('upstreams before the scheme', () =>
    checkCompletion(`${APP}server { location / { proxy_pass <|>; } } }`, {
      first: ['http://app', 'http://App2'],
      has: ['https://'],
      takes: { 'http://app': 'server { location / { proxy_pass http://app; } } }' },
    }));
  test('an upstream of the http block is not in reach of stream', () =>
    checkCompletion(`${APP}}\nstream { upstream db { server a:1; } server { listen 1; proxy_pass <|>; } }`, {
      has: ['db'],
      lacks: ['app'],
    }));
  test('upstreams for uWSGI', () => checkCompletion(`${APP}server { location / { uwsgi_pass <|>; } } }`, { has: ['app', 'unix:/run/'] }));
  test('upstreams from another file', () =>
    checkCompletion(
      '#- nginx.conf\nevents {}\nhttp { include up.conf; include site.conf; }\n#- up.conf\nupstream far { server a:1; }\n#- site.conf\nserver { location / { proxy_pass http://f<|>; } }',
      { all: ['far', '127.0.0.1:8000'].slice(0, 1) },
    ));
  test('named locations', () =>
    checkCompletion(inside('server', 'location @app { }\nlocation / { try_files $uri <|>; }'), { has: ['@app', '=404'] }));
  test('named locations behind an error code', () =>
    checkCompletion(inside('server', 'location @app { }\nerror_page 502 <|>;'), { first: ['@app'], has: ['503', '504'] }));
  test('status codes with their meaning', () =>
    checkCompletion(inside('location', 'return 4<|>;'), { has: ['404', '429', '444'], item: { '429': { detail: 'Too many requests' } } }));
  test('the target of a redirect', () => checkCompletion(inside('server', 'return 301 <|>;'), { first: ['https://$host$request_uri'] }));
  test('flags of rewrite', () =>
    checkCompletion(inside('server', 'rewrite ^ /x <|>;'), { all: ['last', 'break', 'redirect', 'permanent'] }));
  test('MIME types', () =>
    checkCompletion(inside('http', 'gzip_types text/css <|>;'), { has: ['application/json', '*'], lacks: ['text/css'] }));
  test('request headers', () =>
    checkCompletion(inside('location', 'proxy_set_header <|>;'), {
      first: ['Host', 'X-Real-IP', 'X-Forwarded-For'],
      lacks: ['X-Frame-Options'],
    }));
  test('response headers', () =>
    checkCompletion(inside('location', 'add_header X<|>;'), { has: ['X-Frame-Options', 'X-Content-Type-Options'], lacks: ['X-Real-IP'] }));
  test('usual values of a header', () =>
    checkCompletion(inside('location', 'proxy_set_header X-Forwarded-For <|>;'), {
      first: ['$proxy_add_x_forwarded_for', '$remote_addr'],
    }));
  test('usual values inside quotes', () =>
    checkCompletion(inside('location', 'add_header Strict-Transport-Security "<|>";'), {
      first: ['max-age=63072000'],
      takes: { 'max-age=63072000': 'add_header Strict-Transport-Security "max-age=63072000";' },
    }));
  test('always', () => checkCompletion(inside('location', 'add_header A b <|>;'), { has: ['always'] }));
  test('ciphers behind a colon', () =>
    checkCompletion(inside('server', 'ssl_ciphers HIGH:ECDHE-RSA-AES128-GCM<|>;'), {
      has: ['ECDHE-RSA-AES128-GCM-SHA256'],
      takes: { 'ECDHE-RSA-AES128-GCM-SHA256': 'ssl_ciphers HIGH:ECDHE-RSA-AES128-GCM-SHA256;' },
    }));
  test('ciphers behind a sign and in quotes', () =>
    checkCompletion(inside('server', "ssl_ciphers 'HIGH:!aNU<|>';"), { has: ['aNULL'], takes: { aNULL: "ssl_ciphers 'HIGH:!aNULL';" } }));
  test('whole lists of ciphers first, as a server or a client of backends wants them', async () => {
    for (const line of ['ssl_ciphers <|>;', 'ssl_ciphers "<|>";'])
      await checkCompletion(inside('server', line), { first: ['ECDHE-… (Mozilla intermediate)', 'HIGH:!aNULL:!MD5'] });
    await checkCompletion(inside('server', 'ssl_ciphers <|>;'), {
      takes: { 'HIGH:!aNULL:!MD5': 'ssl_ciphers HIGH:!aNULL:!MD5;' },
    });
    await checkCompletion(inside('location', 'proxy_ssl_ciphers <|>;'), { first: ['DEFAULT', 'ECDHE-… (Mozilla intermediate)'] });
    await checkCompletion(inside('server', 'ssl_ciphers HIGH:<|>;'), { lacks: ['HIGH:!aNULL:!MD5'] });
  });
  test('a type that always counts is not offered', () =>
    checkCompletion(inside('http', 'gzip_types <|>;'), { has: ['text/css'], lacks: ['text/html'] }));
  test('the variable that a line makes is no value for it', () =>
    checkCompletion(inside('server', 'set $mine <|>;'), { has: ['$host'], lacks: ['$mine'] }));
  test('curves', () =>
    checkCompletion(inside('server', 'ssl_ecdh_curve X25519:sec<|>;'), {
      has: ['secp384r1'],
      takes: { secp384r1: 'ssl_ecdh_curve X25519:secp384r1;' },
    }));
  test('character sets', () => checkCompletion(inside('server', 'charset <|>;'), { has: ['utf-8', 'off'] }));
  test('methods', () => checkCompletion(inside('location', 'limit_except GET <|>'), { has: ['POST', 'PUT'], lacks: ['GET'] }));
  test('networks', () => checkCompletion(inside('location', 'allow <|>;'), { has: ['all', '10.0.0.0/8'] }));
  test('modifiers of a location', () => checkCompletion(inside('server', 'location <|>'), { all: ['/', '=', '~', '~*', '^~', '@'] }));
  test('CGI parameters', () => checkCompletion(inside('location', 'fastcgi_param SCRIPT_F<|>;'), { has: ['SCRIPT_FILENAME'] }));
  test('their usual values', () => checkCompletion(inside('location', 'uwsgi_param REQUEST_METHOD <|>;'), { first: ['$request_method'] }));
  test('operators of if', () => checkCompletion(inside('location', 'if ($uri <|>) { }'), { all: ['=', '!=', '~', '~*', '!~', '!~*'] }));
  test('tests of if', () => checkCompletion(inside('location', 'if (<|>) { }'), { has: ['-f', '!-e', '$host'] }));
  test('methods in if', () => checkCompletion(inside('location', 'if ($request_method = <|>) { }'), { first: ['GET'] }));
});

describe('variables', () => {
  test('after a dollar sign', () =>
    checkCompletion(inside('location', 'return 200 $<|>;'), { first: ['$host', '$remote_addr'], has: ['$request_id', '$http_…'] }));
  test('inside a word', () =>
    checkCompletion(inside('location', 'return 301 https://$ho<|>/x;'), {
      first: ['$host'],
      takes: { $host: 'return 301 https://$host/x;' },
    }));
  test('inside quotes', () =>
    checkCompletion(inside('location', 'add_header X "a $ho<|> b";'), { takes: { $host: 'add_header X "a $host b";' } }));
  test('in quotes that are not closed', () =>
    checkCompletion(inside('location', 'add_header X "a $ho<|>\nreturn 200;'), { first: ['$host'] }));
  test('in braces', () =>
    checkCompletion(inside('location', 'return 200 ${ho<|>;'), { first: ['${host}'], takes: { '${host}': 'return 200 ${host};' } }));
  test('set, map, geo and captures', () =>
    checkCompletion(
      'events {}\nhttp { map $uri $kind { default 1; }\ngeo $land { default 0; }\nserver { set $mine 1; location ~ ^/(?<part>.*)$ { return 200 $<|>; } } }',
      { has: ['$kind', '$land', '$mine', '$part', '$1'], lacks: ['$2'] },
    ));
  test('groups of the expression of a rewrite', () =>
    checkCompletion(inside('server', 'rewrite ^/(a)/(b)$ /$<|>;'), { has: ['$1', '$2'], lacks: ['$3'] }));
  test('not one that the configuration has to make itself', () =>
    checkCompletion(inside('location', 'return 200 $memc<|>;'), { lacks: ['$memcached_key'] }));
  test('stream has its own', () =>
    checkCompletion(inside('stream', 'map $<|> $x { }'), { has: ['$ssl_preread_server_name'], lacks: ['$request_uri'] }));
  test('families', () =>
    checkCompletion(inside('location', 'return 200 $cook<|>;'), {
      item: { '$cookie_…': { insert: '\\$cookie_${1:name}', plain: '$cookie_' } },
    }));
  test('none in a location’s expression', () => checkCompletion(inside('server', 'location ~ \\.php$<|> { }'), { none: true }));
  test('values of a map', () => checkCompletion('events {}\nhttp { map $uri $a { default $ho<|>; } }', { first: ['$host'] }));
  test('own ones for set', () => checkCompletion(inside('server', 'set $mine 1;\nset $m<|>'), { all: ['$mine'] }));
  test('those of a younger nginx are left out', () =>
    checkCompletion(inside('location', 'return 200 $ssl_cu<|>;'), { lacks: ['$ssl_curve'] }, { nginxVersion: '1.20.0' }));
  test('younger ones are there', () => checkCompletion(inside('location', 'return 200 $ssl_cu<|>;'), { has: ['$ssl_curve'] }));
});

describe('bodies of maps and types', () => {
  test('map', () =>
    checkCompletion('events {}\nhttp { map $scheme $a {\n <|>\n} }', { first: ['default'], has: ['https', 'hostnames', '~'] }));
  test('types', () => checkCompletion('events {}\nhttp { types {\n image/s<|>\n} }', { has: ['image/svg+xml'] }));
  test('geo', () => checkCompletion('events {}\nhttp { geo $a {\n <|>\n} }', { has: ['default', '127.0.0.1', 'proxy'] }));
});

describe('paths', () => {
  const tree = (line: string): string =>
    `#- nginx.conf\nevents {}\nhttp { server {\n${line}\n} }\n#- snippets/tls.conf\n\n#- conf.d/a.conf\n\n#- certs/site.pem\nx\n#- certs/site.key\nx\n#- certs/readme.txt\nx\n`;
  test('include', () => checkCompletion(tree('include <|>;'), { first: ['certs/', 'conf.d/', 'snippets/'], lacks: ['nginx.conf'] }));
  test('include, in a folder', () =>
    checkCompletion(tree('include snippets/<|>;'), { all: ['*.conf', 'tls.conf'], takes: { 'tls.conf': 'include snippets/tls.conf;' } }));
  test('absolute paths', () => checkCompletion(tree('include /etc/nginx/conf.d/<|>;'), { has: ['a.conf'] }));
  test('keys come first for keys', () => checkCompletion(tree('ssl_certificate_key certs/<|>;'), { first: ['site.key'] }));
  test('certificates for certificates', () =>
    checkCompletion(tree('ssl_certificate "certs/<|>";'), {
      first: ['site.pem'],
      takes: { 'site.pem': 'ssl_certificate "certs/site.pem";' },
    }));
  test('root takes folders', () => checkCompletion(tree('root c<|>;'), { has: ['certs/', 'conf.d/'], lacks: ['nginx.conf'] }));
  test('through a path map', () =>
    checkCompletion(
      '#- nginx.conf\nevents {}\nhttp { include /app/conf/<|>; }\n#- deploy/x.conf\n\n',
      { has: ['x.conf'] },
      { pathMap: { '/app/conf': './deploy' } },
    ));
});

describe('the words before the cursor', () => {
  const words = async (text: string): Promise<string> => {
    const { parser } = await parts();
    const offset = text.indexOf('<|>');
    const document = parser.open('file:///a.conf' as never, text.replace('<|>', ''));
    const answer = siteAt(document, offset);
    if (answer?.kind !== 'site') return answer?.kind ?? 'none';
    return [...answer.site.words, `[${answer.site.typed.quote}${answer.site.typed.value}]`].join(' ');
  };
  for (const [text, expected] of [
    ['a b <|>', 'a b []'],
    ['a b<|>', 'a [b]'],
    ['a "b c<|>', 'a ["b c]'],
    ['a "b c" <|>', 'a b c []'],
    ['a "b c"<|>', 'none'],
    ['a ${b}<|>', 'a [${b}]'],
    ['a # b\n c<|>', 'a [c]'],
    ['a # b<|>', 'comment'],
    ['a "# b<|>', 'a ["# b]'],
    ['a b; c<|>', '[c]'],
    ['a { b<|>', '[b]'],
    ['a { b; } c<|>', '[c]'],
    ['a "x\\"y" <|>', 'a x"y []'],
    ["a 'x\n y' <|>", 'a x\n y []'],
    ['a\n  b\n  <|>c;', 'a b []'],
    ['a b#c<|>', 'a [b#c]'],
  ] as const)
    test(JSON.stringify(text), async () => assert.equal(await words(text), expected));
});
