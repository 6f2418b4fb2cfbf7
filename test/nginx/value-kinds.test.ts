import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCount } from '../../server/src/catalog/arity.ts';
import { argsOf, kindOf, loadCatalog, statusOf, type Target } from '../../server/src/catalog/catalog.ts';
import type { Context } from '../../server/src/catalog/context.ts';
import type { DirectiveFact, Kind } from '../../server/src/catalog/fact.ts';
import { ANY_MODULE } from '../../server/src/catalog/modules.ts';
import { checkValues } from '../../server/src/catalog/value-check.ts';
import { version } from '../../server/src/catalog/version.ts';
import { available, judge, withoutNginx } from '../harness/nginx.ts';
import { lintText, parts } from '../harness/rules.ts';
import { settingsFor } from './ours.ts';

const skip = withoutNginx();
const catalog = loadCatalog();
const target: Target = {
  nginx: version(available()?.version ?? '1.22.1'),
  flavour: 'oss',
  openssl: version('3.0.0'),
  modules: ANY_MODULE,
};

interface Case {
  readonly name: string;
  readonly context: Context;
  readonly args: readonly string[];
}

/** Where a directive may be in the frame below; the first that it allows is taken. */
const PLACES: readonly Context[] = [
  'location',
  'server',
  'http',
  'upstream',
  'stream-upstream',
  'stream-server',
  'stream',
  'mail-server',
  'mail',
  'events',
  'main',
];

/** A configuration with the directive on a line of its own, its number, and what the directive may refer to. */
function frame(context: Context, line: string): { text: string; at: number } {
  const put = (where: Context): string => (where === context ? `\n${line}\n` : '');
  const parts = [
    `pid n.pid; ${put('main')}`,
    `events { ${put('events')} }`,
    `http { access_log off; limit_req_zone $uri zone=lry:1m rate=1r/s; limit_conn_zone $uri zone=lcy:1m;`,
    `${put('http')} upstream u { server 127.0.0.1:1; ${put('upstream')} }`,
    `server { listen 127.0.0.1:19080; ${put('server')} location /q { ${put('location')} } } }`,
    context.startsWith('stream')
      ? `stream { ${put('stream')} upstream u { server 127.0.0.1:1; ${put('stream-upstream')} } server { listen 127.0.0.1:19081; return x; ${put('stream-server')} } }`
      : '',
    context.startsWith('mail')
      ? `mail { auth_http 127.0.0.1/a; ${put('mail')} server { listen 127.0.0.1:19082; protocol imap; ${put('mail-server')} } }`
      : '',
  ];
  const text = parts.join('\n');
  return { text, at: text.slice(0, text.indexOf(`\n${line}\n`) + 1).split('\n').length };
}

const quoted = (word: string): string => `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

function* random(seed: number): Generator<number> {
  for (let x = seed; ; ) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    yield x / 4294967296;
  }
}

const NUMBERS = [
  '0',
  '1',
  '7',
  '10',
  '599',
  '007',
  '-1',
  '+1',
  '',
  ' 1',
  '1 ',
  '1.5',
  '0x10',
  'ten',
  '9223372036854775807',
  '9223372036854775808',
];
const SIZES = ['1k', '1K', '8m', '8M', '1g', '1G', '1t', '1kb', 'k', '1kk', '512', '1 k', '9007199254740992k', '8796093022207m', '4k8k'];
const TIMES = [
  ...[
    '1s',
    '1ms',
    '1m',
    '1h',
    '1d',
    '1w',
    '1M',
    '1y',
    '1S',
    '1hm',
    '1h1h',
    '1 2',
    '1 ',
    ' 1',
    's',
    '1h s',
    '1s1ms',
    '1ms1s',
    '1 1s',
    '5m 3',
    '5m3',
  ],
  ...[
    '1s 1',
    '1ms 1',
    '1d1w',
    '1h 30m',
    '1h30',
    '10x',
    '10sec',
    '10min',
    '1y 1M',
    '1M 1y',
    '1yM',
    '106751991168d',
    '9223372036854776',
    '292471208678y',
  ],
  ...['1m1', '1  2', '1s ', '1d1h1m1s1ms', '1ms ms'],
];
const FLAGS = ['on', 'off', 'ON', 'Off', 'yes', 'true', '1', '', 'o', 'on '];
const ACCESS = [
  'user:rw',
  'user:r',
  'group:rw',
  'all:r',
  'all:rw',
  'user:w',
  'USER:r',
  'user:',
  'user',
  'other:r',
  '',
  'user:rwr',
  'all:x',
];
const ADDRESSES = [
  '127.0.0.1',
  '127.0.0.1:80',
  '::1',
  '[::1]',
  '[::1]:80',
  'localhost',
  '127.0.0.1:0',
  '127.0.0.1:70000',
  '1.2.3',
  '1.2.3.256',
  'off',
  'x',
];
const POOL: { readonly [kind in Kind]?: readonly string[] } = {
  flag: FLAGS,
  number: [...NUMBERS, '1k'],
  size: [...SIZES, ...NUMBERS],
  'complex-size': [...SIZES, ...NUMBERS],
  offset: [...SIZES, ...NUMBERS, '8589934591g', '8589934592g', 'g'],
  msec: [...TIMES, ...NUMBERS],
  sec: [...TIMES, ...NUMBERS],
  access: ACCESS,
  bind: ADDRESSES,
};

/** Directives of this nginx by kind, each with a place. */
function known(): { fact: DirectiveFact; context: Context }[] {
  const configure = available()?.configure.join(' ') ?? '';
  const installed = new Set([...configure.matchAll(/--with-((?:http|stream|mail)_\w+?)_module/g)].map((m) => m[1]));
  const optional =
    /^ngx_(http_(?:degradation|geoip|perl|image_filter|xslt_filter)|stream_geoip|google_perftools|iocp|kqueue|devpoll|eventport|epoll)/;
  return catalog.names().flatMap((name) =>
    catalog.directives(name).flatMap((fact) => {
      if (fact.source !== 'oss' || optional.test(fact.module) || fact.args.block || !statusOf(fact, target).known) return [];
      const optionalName = /^ngx_(http_(?:v3|tunnel))/.test(fact.module);
      if (optionalName && !installed.has(fact.module.slice(4, -7))) return [];
      const context = PLACES.find((p) => fact.contexts.includes(p));
      return context ? [{ fact, context }] : [];
    }),
  );
}

/** What a refusal is about when the line is right, and is not about the words: files, a resolver, other directives. */
const ELSEWHERE =
  /unknown ".*" variable|is duplicate|host not found|no resolver|could not|BIO_new|failed|no "ssl|zero size|not supported|unsupported|unknown thread pool|no port|greater than the maximum of|less than the size of all/;

async function disagreements(cases: readonly Case[]): Promise<{ wrong: string[]; refused: number; accepted: number }> {
  const wrong: string[] = [];
  let refused = 0;
  let accepted = 0;
  const one = async ({ name, context, args }: Case): Promise<void> => {
    const fact = catalog.directive(name, context, target);
    assert.ok(fact, `${name} in ${context}`);
    const line = `${name} ${args.map(quoted).join(' ')}${fact.args.block ? ' { }' : ';'}`;
    const { text, at } = frame(context, line);
    const count = checkCount(argsOf(fact, target.nginx), args.length);
    const findings = checkValues(fact, args, target);
    const ours = count !== null || findings.some((f) => f.severity === 'error');
    const said = await judge(text, { modules: 'needed' });
    const here = said.line === null || (said.line >= at && said.line <= at + 1);
    if (said.ok) accepted++;
    else refused++;
    if (said.ok && ours) wrong.push(`false alarm: ${line}  (${findings.map((f) => f.message).join(' ') || count?.text})`);
    else if (!said.ok && !ours && here && !said.environment && !ELSEWHERE.test(said.message ?? ''))
      wrong.push(`missed: ${line}  (${said.message})`);
    const warned = said.warnings.filter((w) => /duplicate (?:value|MIME)|low address bits/.test(w.text)).length > 0;
    const warns = findings.some((f) => f.severity === 'warning');
    if (said.ok && warned !== warns)
      wrong.push(`warning ${warned ? 'missed' : 'invented'}: ${line}  (${said.warnings[0]?.text ?? findings[0]?.message})`);
  };
  let next = 0;
  await Promise.all(
    [0, 1].map(async () => {
      while (next < cases.length) await one(cases[next++]!);
    }),
  );
  return { wrong, refused, accepted };
}

const report = (r: { wrong: string[]; refused: number; accepted: number }): void => {
  assert.ok(r.refused > 0 && r.accepted > 0, `both verdicts occur: ${r.refused} refused, ${r.accepted} accepted`);
  assert.deepEqual(r.wrong, []);
};

test('every value of the pools, on one directive of each kind', { skip, timeout: 240_000 }, async () => {
  const cases: Case[] = [];
  const all = known();
  for (const [kind, values] of Object.entries(POOL)) {
    // not one whose values other checks limit too
    const simple = all.find(
      ({ fact }) =>
        kindOf(fact, target.nginx) === kind && !fact.bounds && !fact.check && fact.args.max !== 2 && fact.contexts.includes('location'),
    );
    const first = simple ?? all.find(({ fact }) => kindOf(fact, target.nginx) === kind);
    assert.ok(first, kind);
    for (const value of values) cases.push({ name: first.fact.name, context: first.context, args: [value] });
  }
  report(await disagreements(cases));
});

test('every directive of a simple kind, with values drawn from the pools', { skip, timeout: 600_000 }, async () => {
  const dice = random(20240601);
  const pick = <T>(from: readonly T[]): T => from[Math.floor((dice.next().value ?? 0) * from.length)]!;
  const cases: Case[] = [];
  for (const { fact, context } of known()) {
    const kind = kindOf(fact, target.nginx);
    const words = fact.values.map((v) => v.name);
    if (kind === 'enum') cases.push({ name: fact.name, context, args: [pick([...words, 'x', words[0]!.toUpperCase()])] });
    else if (kind === 'bitmask') cases.push({ name: fact.name, context, args: [pick(words), pick([...words, 'none', ''])] });
    else if (kind === 'bufs')
      cases.push({ name: fact.name, context, args: [pick(['4', '0', 'x', '32']), pick(['4k', '8k', '0', '1g', '16k'])] });
    else if (POOL[kind]) cases.push({ name: fact.name, context, args: [pick(POOL[kind]!)] });
  }
  assert.ok(cases.length > 300, `${cases.length} cases`);
  report(await disagreements(cases));
});

/** Lines whose own code reads them: each as `context: name arguments`, the arguments between spaces, `''` for an empty one. */
const LINES = `
server: listen | 127.0.0.1:18998 X | rcvbuf=0 backlog=-1 backlog=0 backlog=5 ipv6only=on ipv6only=ON DEFAULT_SERVER spdy so_keepalive=10 so_keepalive=0:: so_keepalive=::0 so_keepalive=1m: so_keepalive=1:2:3:4 so_keepalive=x fastopen=0 fastopen=x rcvbuf= rcvbuf=1g sndbuf=8k setfib=1 foo reuseport deferred bind default http2 quic multipath proxy_protocol ssl=on
server: listen | X | * *:18998 localhost :18998 18997 18998- 127.0.0.1:18998- 18998-18997 18995-18997 '' [::1 [::1]x [::]:18998/x 127.0.0.1:70000 127.0.0.1:0 127.0.0.1:x unix: unix:n.sock UNIX:m.sock [zz]:80 [] []:80 70000 0 127.0.0.1/x
location: access_log | logs/a.log combined X | gzip gzip=0 gzip=5 gzip=10 buffer=0 buffer=1k buffer=1g if=1 if= foo flush=0 gzip= BUFFER=1k
location: limit_req | zone=lry X | burst=5 burst=0 burst=x delay=5 delay=0 nodelay foo NODELAY burst=
location: limit_conn | lcy X | 0 1 65535 65536 x -1 ''
location: open_file_cache | X | max=5 max=0 max=x off inactive=5 foo max= inactive=1ms
location: open_log_file_cache | max=5 X | min_uses=0 min_uses=x inactive=1y valid=1ms off foo
location: disable_symlinks | X | on off if_not_owner from=/a maybe ON
location: disable_symlinks | on X | off on if_not_owner from=/a from=
location: aio | X | off maybe ON sendfile threadsx
location: add_header | A b X | always ALWAYS sometimes ''
location: fastcgi_param | A b X | if_not_empty IF ''
location: resolver | 127.0.0.1 X | valid=0 valid=x ipv6=off ipv6=no foo=1 valid=1M 127.0.0.2:53 127.0.0.1:x 127.0.0.1:0 [::1] ::1 127.0.0.1/x '' ipv4=on
location: proxy_cache_valid | X 1h | any 200 99 100 599 600 ANY x 700 ''
location: proxy_cache_valid | X | 1h 1ms 5 any x ''
location: expires | X | max MAX -1 -1h @15h30m @24h @24h1s -@1h +1h --1h + '' 1ms off epoch 1M soon 5min
location: expires | modified X | 1h -1h +1h @1h epoch max off
location: return | X | 404 1000 http://x https https://a -1 0999 999 x '' /x
location: return | X text | 404 1000 http://x '' 200
location: error_page | X /x | 404 299 600 499 300 599 x = =200 ''
location: error_page | 404 X /x | = =200 =x =99999 500 x
location: try_files | a X | =404 =1000 = =4x =0 @x /index.html
location: rewrite | ^ /x X | last LAST break redirect permanent temporary ''
location: keepalive_timeout | X | 5ms 5 1M x ''
location: keepalive_timeout | 5s X | 5ms 5 1M x
location: directio | X | off OFF 1g 4k x
location: proxy_redirect | X | off OFF on
location: proxy_cookie_path | X | off on /
location: proxy_cookie_domain | X | off x
location: proxy_cookie_flags | a X | secure nosecure samesite=lax samesite=x foo
location: allow | X | all ALL unix: unix 255.255.255.255 1.2.3.4 1.2.3.4/ 1.2.3 1..3.4 10.1.2.3/8 10.0.0.0/8 0.0.0.0/0 10.0.0.0/33 2001:db8::1/32 2001:db8::/32 [::1] ::1/129 ::1 :: ::: 1::2::3 example.com '' 1.2.3.4/x 1.2.3.4/-1 ::ffff:1.2.3.4 ::ffff:1.2.3.400 1:2:3:4:5:6:7:8 1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 :1 1: 1:: ::1: g::
location: userid_expires | X | max off 1d 1ms x MAX
location: userid_mark | X | = off a 9 ab - ''
location: modern_browser | X 5.0 | msie MSIE gecko lynx
location: modern_browser | msie X | 5.0 x 5 . 4.0b1
location: limit_except | X | GET get POST FOO PATCH TRACE
location: proxy_bind | X | off 127.0.0.1 127.0.0.1:80 ::1 [::1] [::1]:1 localhost 127.0.0.1:0 x ''
location: proxy_bind | 127.0.0.1 X | transparent foo
location: proxy_temp_path | tmp/zzt X | 1 9 10 11 0 x -1 ''
location: proxy_temp_path | tmp/zzt 1 2 X | 3 7 8 9
location: proxy_store_access | user:rw X | group:r group:x all:rw all user:r
location: set | X y | $a a $ $a-b ''
location: auth_request_set | X y | $a a $
location: client_body_temp_path | tmp/zzb 5 X | 5 6
location: gzip_types | text/plain X | text/html text/plain TEXT/PLAIN text/css '' *
location: gzip_window | X | 512 1k 1024 3k 32k 64k 0 x
location: gzip_hash | X | 512 1k 128k 256k 3k
location: real_ip_header | X | X-Real-IP proxy_protocol foo
location: set_real_ip_from | X | 10.0.0.0/8 10.1.0.0/8 unix: 1.2.3 10.0.0.0/33 2001:db8::1/32
server: connection_pool_size | X | 256 112 96 4001 4k 1 x
http: limit_req_zone | $uri zone=zz:X rate=1r/s | 1m 32k 32767 8k '' x 1g
http: limit_req_zone | $uri zone=zz:1m rate=X | 1r/s 30r/m 5 1r/h 0r/s '' r/s 1R/s 1.5r/s -1r/s 100
http: limit_req_zone | $uri zone=zz:1m X | foo rate=1 sync burst=5
http: limit_conn_zone | $uri X | zone=zz:1m zone=zz zone=zz:8k foo=1 zone=:1m
http: proxy_cache_path | tmp/zzc keys_zone=zz:1m X | levels=1:2 levels=1:2:2 levels= levels=1: levels=12 levels=1:2:2:1 levels=3 levels=0 inactive=1ms inactive=1M max_size=1g min_free=1G loader_sleep=50ms loader_sleep=1M loader_files=0 loader_files=x loader_threshold=0 purger=on use_temp_path=ON use_temp_path=off foo max_size=x manager_files=1
http: proxy_cache_path | tmp/zzc keys_zone=X | zz:8191 zz:1m zz: zz :1m zz:x
http: log_format | zz escape=X y | json JSON none default xml
http: server_names_hash_bucket_size | X | 64 0 x 1g
http: ssl_session_cache | X | off none builtin builtin:5 builtin:x builtin:0 builtin: shared:a:1m shared:a: shared:a shared::1m shared:a:32767 shared:a:32k foo OFF
http: ssl_ocsp_cache | X | off shared:a:1m shared:a:8k foo shared:a
upstream: server | 127.0.0.1:2 X | weight=0 weight=5 weight= weight=x max_fails=0 max_fails=x max_conns=0 fail_timeout=10ms fail_timeout=1y backup BACKUP down slow_start=1s resolve foo route=a
upstream: server | X | 127.0.0.1 127.0.0.1:0 127.0.0.1:70000 http://127.0.0.1 127.0.0.1/x unix:n.sock unix: :80 '' [::1] [::1]:80 [::1 [::1]80 127.0.0.1:80-90 *:80
upstream: keepalive | X | 0 1 -1 x 32 ''
upstream: hash | a X | consistent CONSISTENT foo
upstream: random | X | two one least_conn
upstream: random | two X | least_conn x two
upstream: zone | z X | 32k 64k 8k x 1g 0
stream-upstream: server | X | 127.0.0.1:2 127.0.0.1 unix:n.sock http://a
stream-server: allow | X | all 10.0.0.1/8 x
stream-server: limit_conn_log_level | X | info INFO debug
mail-server: starttls | X | off ON on x
mail-server: protocol | X | imap xmpp IMAP
main: thread_pool | p threads=1 X | max_queue=0 max_queue=x foo threads=2
main: thread_pool | p X | threads=1 threads=0 threads=x max_queue=1
main: worker_priority | X | 5 +5 -5 --5 - '' x 1.5
main: worker_processes | X | AUTO auto 0 4 x '' -1
main: worker_cpu_affinity | X | auto 01 0102 1x ''
main: worker_cpu_affinity | auto X | 11 1x auto
main: worker_rlimit_core | X | 1g 1t 1m x
main: error_log | logs/e.log X | warn WARN debug debug_http loud ''
main: error_log | logs/e.log X error | warn debug debug_http error
main: error_log | logs/e.log debug_http X | debug_core warn error
main: debug_points | X | stop ABORT x
main: pcre_jit | X | on 1
events: worker_connections | X | 100 many -1 ''
events: use | X | epoll nope EPOLL
events: debug_connection | X | 10.0.0.1/8 10.0.0.0/8 127.0.0.1 unix: 10.0.0.0/33
`;

test('directives that read their arguments themselves', { skip, timeout: 600_000 }, async () => {
  const cases: Case[] = [];
  for (const row of LINES.trim().split('\n')) {
    const [head = '', form = '', values = ''] = row.split(' | ');
    const [context, name] = head.split(': ') as [Context, string];
    for (const value of values.split(' ')) {
      const filled = value === "''" ? '' : value;
      cases.push({ name, context, args: form.split(' ').map((part) => part.replace('X', () => filled)) });
    }
  }
  assert.ok(cases.length > 500, `${cases.length} cases`);
  report(await disagreements(cases));
});

/** Bodies with a parser of their own: the block, then bodies, one per line behind two spaces. */
const BODIES = `
map $uri $a
  x
  x y z
  default 1
  hostnames
  volatile
  volatile 1
  hostnames 1
  hostnames; *.a.b 1
  hostnames; a*b 1
  hostnames; a.* 1; .b 2
  hostnames; *a 1
  hostnames; a..b 1
  hostnames; *.*.b 1
  hostnames; .*.b 1
  hostnames; . 1
  hostnames; * 1
  hostnames; *. 1
  hostnames; A.b 1; a.B 2
  "" 1
  "" 1; "" 2
  ~x 1; ~x 2
  ~* 1
  include
  include a b
  default
  default 1; default 2
  a 1; A 2
  \\hostnames 1
  \\a 1; a 2
  *.a 1; *.a 2
geo $a
  10.0.0.0/8 1
  10.0.0.0/8
  10.0.0.1/8 1
  300.1.1.1 1
  default 1
  default
  ranges
  1.2.3.4 1; ranges
  default 1; ranges
  ranges; 10.0.0.1-10.0.0.5 a
  ranges; 10.0.0.9-10.0.0.1 1
  ranges; 10.0.0.1 a
  ranges; 10.0.0.0/8 1
  ranges; 10.0.0.1-300.0.0.1 x
  ranges; 1.1.1.1-1.1.1.2-1.1.1.3 x
  ranges; 255.255.255.255-255.255.255.255 x
  proxy 10.0.0.0/8
  proxy 10.0.0.1/8
  proxy x
  proxy_recursive
  proxy_recursive on
  delete x
  volatile
  2001:db8::/32 x
  2001:db8::1/32 x
  ranges; ::1-::2 x
  0.0.0.0/0 x
  255.255.255.255 x
  example.com x
  1.2.3.4 a b
  10.0.0.0/8 a; 10.0.0.0/8 b
  10.0.0.0/8 a; 10.0.0.1/8 b
split_clients $uri $a
  50% a
  0% a; * b
  50 a
  * b
  * b; 50% a
  60% a; 60% b
  60% a; 60% b; 60% c
  100% a
  100.01% a
  0.005% a
  33.3% a
  % a
  .5% a
  5.% a
  . a
  .% a
  x% a
  100% a; * b
charset_map koi8-r windows-1251
  80 E2
  80 E282AC
  ZZ 41
  80
  80 41 42
  180 41
  80 ZZ
  8 4
  80 ""
  "" 41
  0FF 41
charset_map koi8-r utf-8
  80 E282AC
  80 D0A1
  80 E2
  80 41
  80 C0A1
  80 F09F9880
  80 E241AC
types
  text/html
  text/html html
  text/a x; text/b x
  text/a x; text/a X
  include a b
  x y
`;

test('bodies with a parser of their own', { skip, timeout: 300_000 }, async () => {
  const validity = (await parts()).rules.filter((r) => r.group === 'validity');
  const wrong: string[] = [];
  let block = '';
  let count = 0;
  for (const row of BODIES.split('\n')) {
    if (row === '') continue;
    if (!row.startsWith('  ')) {
      block = row;
      continue;
    }
    const text = `events { }\nhttp { server { listen 127.0.0.1:19080; access_log off; }\n${block} { ${row.trim().replaceAll('\\', '\\\\')}; } }`;
    const { findings } = await lintText(text, validity, settingsFor({ 'nginx.conf': text }));
    const said = await judge(text);
    count++;
    const ours = findings.some((f) => f.severity === 'error');
    const line = `${block} { ${row.trim()} }  ours: ${findings.map((f) => f.message).join(', ')}  nginx: ${said.message ?? said.warnings.map((w) => w.text).join(', ')}`;
    if (said.ok === ours) wrong.push(line);
    else if (said.ok && said.warnings.length > 0 !== findings.length > 0) wrong.push(line);
  }
  assert.ok(count > 80, `${count} bodies`);
  assert.deepEqual(wrong, []);
});
