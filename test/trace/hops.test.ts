import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { traceRequest } from '../../server/src/trace/request.ts';
import { lineOf } from '../../server/src/trace/stations.ts';
import type { RequestInput, Trace, TraceOptions, UpstreamAnswer } from '../../server/src/trace/trace.ts';
import { configOf } from './config-of.ts';

const http = (text: string): string => `events {}\nhttp {\n${text}\n}\n`;
const ask = async (text: string, options: TraceOptions = {}, request: Partial<RequestInput> = {}): Promise<Trace> =>
  traceRequest(await configOf(http(text)), { target: '/', headers: [['Host', 'a.test']], ...request }, options);
const header = (trace: Trace, name: string): string | undefined =>
  trace.outcome.responseHeaders.find(([n]) => n.toLowerCase() === name.toLowerCase())?.[1];
const sent = (trace: Trace, name: string): string | undefined =>
  trace.outcome.upstreamRequest?.headers.find(([n]) => n.toLowerCase() === name.toLowerCase())?.[1];

const BACKEND = '127.0.0.1:8000';
const UP = 'add_header X-Up "$upstream_addr/$upstream_status" always;';

describe('answers belong to requests to backends', () => {
  const ACCEL = `server { listen 80;
    location / { proxy_pass http://127.0.0.1:8000; }
    location /store/ { internal; proxy_pass http://127.0.0.1:9000/; } ${UP} }`;

  test('X-Accel-Redirect leads to another backend, which answers for itself', async () => {
    const trace = await ask(ACCEL, { upstream: { status: 200, headers: [['X-Accel-Redirect', '/store/f']] } });
    assert.equal(trace.outcome.status, 200);
    assert.equal(trace.outcome.upstreamRequest?.uri, '/f');
    assert.equal(header(trace, 'X-Up'), '127.0.0.1:8000 : 127.0.0.1:9000/200 : 200');
    assert.ok(trace.assumptions.some((a) => a.id === 'upstream-status:127.0.0.1:9000'));
  });

  test('an error page on a second backend', async () => {
    const text = `server { listen 80; location / { proxy_pass http://127.0.0.1:8000; proxy_intercept_errors on; error_page 502 503 504 = @second; }
      location @second { proxy_pass http://127.0.0.1:9000; } ${UP} }`;
    const trace = await ask(text, { upstream: { status: 502 } });
    assert.equal(trace.outcome.status, 200);
    assert.equal(header(trace, 'X-Up'), '127.0.0.1:8000 : 127.0.0.1:9000/502 : 200');
    assert.equal((await ask(text, { upstream: { status: 502 }, upstreams: { '@second': { status: 404 } } })).outcome.status, 404);
    assert.equal((await ask(text, { upstreams: { '127.0.0.1:8000': { failure: 'refused' } } })).outcome.status, 200);
    assert.equal((await ask(text, { assume: { 'upstream-status:127.0.0.1:9000': '500', 'upstream-status': '503' } })).outcome.status, 500);
  });

  test('of a list each request takes the next answer', async () => {
    const text = 'server { listen 80; location / { proxy_pass http://127.0.0.1:8000; } }';
    const again = { status: 200, headers: [['X-Accel-Redirect', '/b']] } as const;
    const trace = await ask(text, { upstreams: { '127.0.0.1:8000': [again, again, { status: 404 }] } });
    assert.equal(trace.outcome.status, 404);
    assert.deepEqual(
      trace.exchanges.map((e) => e.attempts[0]?.said),
      ['200', '200', '404'],
    );
  });
});

test('behind a gateway a Status line gives the status, and a Location alone is a redirect', async () => {
  const status = async (pass: string, headers: [string, string][]): Promise<number> =>
    (await ask(`server { listen 80; location / { ${pass} 127.0.0.1:8000; } }`, { upstream: { headers } })).outcome.status;
  assert.equal(await status('fastcgi_pass', [['Location', '/x']]), 302);
  assert.equal(await status('uwsgi_pass', [['Location', '/x']]), 302);
  assert.equal(await status('scgi_pass', [['Status', '404 Not Found']]), 404);
});

describe('servers of a group', () => {
  const group = (servers: string, more = ''): string =>
    `upstream bk { ${servers} } server { listen 80; location / { proxy_pass http://bk; ${more} } ${UP} }`;

  test('a backup server is asked when the others fail, and answers for itself', async () => {
    const text = group('server 127.0.0.1:1; server 127.0.0.1:2 backup;');
    for (const options of [
      { assume: { 'upstream-status': 'refused' } },
      { upstreams: { '127.0.0.1:1': { failure: 'refused' } } },
    ] as const) {
      const trace = await ask(text, options);
      assert.equal(trace.outcome.status, 200);
      assert.equal(header(trace, 'X-Up'), '127.0.0.1:1, 127.0.0.1:2/502, 200');
      assert.ok(trace.assumptions.some((a) => a.id.startsWith('upstream-status')));
    }
    const all = await ask(text, { upstreams: { bk: { failure: 'refused' } } });
    assert.equal(all.outcome.status, 502);
    assert.equal(header(all, 'X-Up'), '127.0.0.1:1, 127.0.0.1:2/502, 502');
  });

  test('a status sends to the next server only where proxy_next_upstream names it', async () => {
    const two = 'server 127.0.0.1:1; server 127.0.0.1:2;';
    assert.equal(header(await ask(group(two), { upstream: { status: 502 } }), 'X-Up'), '127.0.0.1:1/502');
    const next = group(two, 'proxy_next_upstream http_502;');
    assert.equal(header(await ask(next, { upstream: { status: 502 } }), 'X-Up'), '127.0.0.1:1, 127.0.0.1:2/502, 502');
    const one = await ask(next, { upstreams: { '127.0.0.1:1': { status: 502 } } });
    assert.equal(header(one, 'X-Up'), '127.0.0.1:1, 127.0.0.1:2/502, 200');
    assert.equal(
      header(await ask(group(two, 'proxy_next_upstream http_502; proxy_next_upstream_tries 1;'), { upstream: { status: 502 } }), 'X-Up'),
      '127.0.0.1:1/502',
    );
  });

  test('POST is repeated where nothing was sent, else only with non_idempotent', async () => {
    const two = 'server 127.0.0.1:1; server 127.0.0.1:2;';
    const post = { method: 'POST' };
    const lost = { upstreams: { '127.0.0.1:1': { failure: 'timeout' } } } as const;
    assert.equal((await ask(group(two), lost, post)).outcome.status, 504);
    assert.equal((await ask(group(two), lost)).outcome.status, 200);
    assert.equal((await ask(group(two, 'proxy_next_upstream timeout non_idempotent;'), lost, post)).outcome.status, 200);
    assert.equal((await ask(group(two), { upstreams: { '127.0.0.1:1': { failure: 'refused' } } }, post)).outcome.status, 200);
    assert.equal((await ask(group(two, 'proxy_next_upstream_timeout 30s;'), lost)).outcome.status, 504);
  });

  test('a server whose connections are taken is passed by, and no attempt', async () => {
    const text = group('server 127.0.0.1:1 max_conns=5; server 127.0.0.1:2;');
    const free = await ask(text, { assume: { 'upstream-server:bk': '127.0.0.1:1' } });
    assert.equal(header(free, 'X-Up'), '127.0.0.1:1/200');
    const full = await ask(text, { assume: { 'max_conns:127.0.0.1:1': 'at max_conns' } });
    assert.equal(header(full, 'X-Up'), '127.0.0.1:2/200');
    assert.ok(!full.assumptions.some((a) => a.id.startsWith('upstream-server')));
    const none = await ask(group('server 127.0.0.1:1 max_conns=5;'), { assume: { 'max_conns:127.0.0.1:1': 'at max_conns' } });
    assert.equal(header(none, 'X-Up'), 'bk/502');
  });

  test('the group is told with what its lines say', async () => {
    const { upstreamRequest } = (
      await ask(group('server 127.0.0.1:1 weight=3 max_fails=2; server 127.0.0.1:2 backup; server 127.0.0.1:3 down;'))
    ).outcome;
    const usual = { weight: 1, maxFails: 1, maxConns: 0, backup: false, down: false };
    assert.deepEqual(upstreamRequest?.group, [
      { ...usual, address: '127.0.0.1:1', weight: 3, maxFails: 2 },
      { ...usual, address: '127.0.0.1:2', backup: true },
      { ...usual, address: '127.0.0.1:3', down: true },
    ]);
    assert.deepEqual((await ask('server { location / { proxy_pass http://127.0.0.1:1; } }')).outcome.upstreamRequest?.group, []);
  });

  test('all down: nobody is asked', async () => {
    const trace = await ask(group('server 127.0.0.1:1 down;'));
    assert.equal(trace.outcome.status, 502);
    assert.equal(header(trace, 'X-Up'), 'bk/502');
  });

  test('servers that are included and not seen: one of them answers, by assumption', async () => {
    const trace = await ask(group('include /srv/hosts.inc;'));
    assert.equal(trace.outcome.status, 200);
    const open = trace.assumptions.find((a) => a.id === 'upstream-servers:bk');
    assert.match(open?.why ?? '', /hosts\.inc.*nginx refuses a group without servers/);
    assert.equal((await ask(group('include /srv/hosts.inc;'), { assume: { 'upstream-servers:bk': 'none' } })).outcome.status, 502);
    const more = await ask(group('server 127.0.0.1:1; include /srv/hosts.inc;'));
    assert.equal(header(more, 'X-Up'), '127.0.0.1:1/200');
    assert.match(more.assumptions.find((a) => a.id === 'include:/srv/hosts.inc')?.why ?? '', /other servers of the group/);
    assert.deepEqual(
      (await ask(group('server 127.0.0.1:1;'))).assumptions.filter((a) => /include|servers/.test(a.id)),
      [],
    );
  });

  test('who is first is an assumption; weights and hashes decide what they decide', async () => {
    const three = 'server 127.0.0.1:1; server 127.0.0.1:2 weight=3; server 127.0.0.1:3;';
    const trace = await ask(group(three));
    assert.equal(header(trace, 'X-Up'), '127.0.0.1:2/200');
    const open = trace.assumptions.find((a) => a.id === 'upstream-server:bk');
    assert.deepEqual(open?.choices, ['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:3']);
    assert.equal(header(await ask(group(three), { assume: { 'upstream-server:bk': '127.0.0.1:3' } }), 'X-Up'), '127.0.0.1:3/200');
    const hashed = await ask(group(`ip_hash; ${three}`), {}, { clientAddress: '192.0.2.7' });
    assert.ok(!hashed.assumptions.some((a) => a.id === 'upstream-server:bk'));
  });
});

describe('whose turn it is', () => {
  // a worker that has just started asks 1 1 2 1 3 1 1
  const servers = 'server 127.0.0.1:1 weight=5; server 127.0.0.1:2; server 127.0.0.1:3;';
  const again = `upstream bk { ${servers} } server { listen 80; ${UP}
    location / { proxy_pass http://bk; proxy_intercept_errors on; error_page 502 = @again; } location @again { proxy_pass http://bk; } }`;
  const first502 = { upstreams: { bk: [{ status: 502 }, { status: 200 }] } };

  test('a second request to the group goes on where the first one left it, and is a question of its own', async () => {
    const trace = await ask(again, first502);
    assert.equal(header(trace, 'X-Up'), '127.0.0.1:1 : 127.0.0.1:1/502 : 200');
    const asked = trace.assumptions.filter((a) => a.id.startsWith('upstream-server'));
    assert.deepEqual(
      asked.map((a) => [a.id, a.what, a.choices.length]),
      [
        ['upstream-server:bk', 'the server of bk that is asked first', 3],
        ['upstream-server:bk#2', 'the server of bk that is asked by request 2 to it', 3],
      ],
    );
    const other = await ask(again, { ...first502, assume: { 'upstream-server:bk#2': '127.0.0.1:3' } });
    assert.equal(header(other, 'X-Up'), '127.0.0.1:1 : 127.0.0.1:3/502 : 200');
  });

  test('who is said to be first tells where in the round it is', async () => {
    const at = async (address: string): Promise<string | undefined> =>
      header(await ask(again, { ...first502, assume: { 'upstream-server:bk': address } }), 'X-Up');
    assert.equal(await at('127.0.0.1:2'), '127.0.0.1:2 : 127.0.0.1:1/502 : 200');
    const equal = again.replace(' weight=5', '');
    const next = await ask(equal, { ...first502, assume: { 'upstream-server:bk': '127.0.0.1:2' } });
    assert.equal(header(next, 'X-Up'), '127.0.0.1:2 : 127.0.0.1:3/502 : 200');
  });

  test('a mirror is asked once the request itself waits for its server', async () => {
    const trace = await ask(`upstream bk { server 127.0.0.1:1; server 127.0.0.1:2; } server { listen 80; ${UP}
      location / { mirror /copy; proxy_pass http://bk; } location = /copy { internal; proxy_pass http://bk; } }`);
    assert.deepEqual(
      trace.exchanges.map((e) => `${e.for} ${e.attempts[0]?.server}`),
      ['answer 127.0.0.1:1', 'mirror 127.0.0.1:2'],
    );
  });

  test('so is who takes over, where several may', async () => {
    const text = `upstream bk { ${servers} } server { listen 80; ${UP} location / { proxy_pass http://bk; } }`;
    const failing = { upstreams: { '127.0.0.1:1': { failure: 'refused' } } } as const;
    const trace = await ask(text, failing);
    assert.equal(header(trace, 'X-Up'), '127.0.0.1:1, 127.0.0.1:2/502, 200');
    const question = trace.assumptions.find((a) => a.id === 'upstream-server:bk#2');
    assert.equal(question?.what, 'the server of bk that is asked after 127.0.0.1:1');
    assert.deepEqual(question.choices, ['127.0.0.1:2', '127.0.0.1:3']);
    const two = await ask(text.replace('server 127.0.0.1:3;', ''), failing);
    assert.ok(!two.assumptions.some((a) => a.id === 'upstream-server:bk#2'));
  });
});

describe('requests inside a request', () => {
  const AUTH = `server { listen 80;
    location / { auth_request /auth; auth_request_set $u $upstream_http_x_user; proxy_set_header X-User $u; proxy_pass http://127.0.0.1:8000; }
    location = /auth { internal; proxy_pass http://127.0.0.1:9000/check; proxy_set_header X-Original-URI $request_uri; } }`;

  test('what auth_request_set takes is asked for, and the question is shown', async () => {
    const trace = await ask(AUTH, {}, { target: '/in?x=1' });
    assert.equal(sent(trace, 'X-User'), '(x-user)');
    assert.ok(trace.assumptions.some((a) => a.id === 'auth_request:x_user'));
    const question = trace.exchanges.find((e) => e.for === 'auth_request');
    assert.equal(question?.request.uri, '/check');
    assert.deepEqual(
      question?.request.headers.find(([n]) => n === 'X-Original-URI'),
      ['X-Original-URI', '/in?x=1'],
    );
    assert.equal(sent(await ask(AUTH, { assume: { 'auth_request:x_user': 'bob' } }), 'X-User'), 'bob');
    const given = await ask(AUTH, { upstreams: { '127.0.0.1:9000': { status: 200, headers: [['X-User', 'eve']] } } });
    assert.equal(sent(given, 'X-User'), 'eve');
    assert.equal((await ask(AUTH, { upstreams: { '127.0.0.1:9000': { status: 403 } } })).outcome.status, 403);
    // what the application answers is not what the service answers
    assert.equal((await ask(AUTH, { upstream: { status: 404 } })).outcome.status, 404);
  });

  test('each stands on the line with the request that it sends', async () => {
    const line = lineOf(await ask(AUTH.replace('location / {', 'location / { mirror /auth;'), {}, { target: '/in', method: 'POST' }));
    const shown = line.down.filter((s) => s.asks).map((s) => [s.title, s.details[0], s.details.some((d) => d === 'X-Original-URI: /in')]);
    assert.deepEqual(shown, [
      ['auth_request', 'GET /check HTTP/1.1', true],
      ['mirror', 'POST /check HTTP/1.1', true],
    ]);
  });

  test('a mirror sends the same method, and its answer is nobody’s', async () => {
    const trace = await ask(
      `server { listen 80; location / { mirror /copy; proxy_pass http://127.0.0.1:8000; }
      location = /copy { internal; proxy_pass http://127.0.0.1:9000$request_uri; } }`,
      { upstream: { status: 201 } },
      { method: 'POST', target: '/a?b=c' },
    );
    const copy = trace.exchanges.find((e) => e.for === 'mirror');
    assert.equal(copy?.request.method, 'POST');
    assert.equal(copy.request.uri, '/a?b=c');
    assert.equal(trace.outcome.status, 201);
  });
});

describe('sticky', () => {
  // md5 of "127.0.0.1:1" and "127.0.0.1:2"
  const ONE = '9b5cdbb1c3e1a06da4bf0789b25fe38a';
  const TWO = 'abf7a7b4e5522108bc46650d856ec400';
  const group = (sticky: string, servers = 'server 127.0.0.1:1; server 127.0.0.1:2;'): string =>
    `upstream bk { ${servers} ${sticky} } server { listen 80; location / { proxy_pass http://bk; } ${UP} }`;
  const cookie = (value: string): Partial<RequestInput> => ({
    headers: [
      ['Host', 'a.test'],
      ['Cookie', value],
    ],
  });
  const first = (trace: Trace): string => `${trace.exchanges[0]?.attempts[0]?.server} ${header(trace, 'Set-Cookie') ?? '-'}`;

  test('a cookie names the server that was chosen, by its address or its route', async () => {
    const open = await ask(group('sticky cookie srv;'));
    assert.equal(first(open), `127.0.0.1:1 srv=${ONE}`);
    assert.ok(open.assumptions.some((a) => a.id === 'upstream-server:bk'));
    const bound = await ask(group('sticky cookie srv;'), {}, cookie(`srv=${TWO}`));
    assert.equal(first(bound), `127.0.0.1:2 srv=${TWO}`);
    assert.ok(!bound.assumptions.some((a) => a.id === 'upstream-server:bk'));
    const named = group('sticky cookie srv;', 'server 127.0.0.1:1 route=a; server 127.0.0.1:2 route=b;');
    assert.equal(first(await ask(named, {}, cookie('srv=b'))), '127.0.0.1:2 srv=b');
    assert.equal(first(await ask(named, {}, cookie('srv=c'))), '127.0.0.1:1 srv=a');
  });

  test('with all that may stand in the cookie', async () => {
    const text = group(
      'sticky cookie srv expires=1h domain=.$host path=/p httponly secure samesite=lax;',
      'server 127.0.0.1:1; server 127.0.0.1:2 down;',
    );
    assert.equal(
      header(await ask(text, { now: 0 }), 'Set-Cookie'),
      `srv=${ONE}; expires=Thu, 01-Jan-70 01:00:00 GMT; max-age=3600; domain=.a.test; httponly; secure; samesite=lax; path=/p`,
    );
  });

  test('a server that fails, rests or is down gives its clients to another, which the cookie names then', async () => {
    const text = group('sticky cookie srv;');
    const failed = await ask(text, { upstreams: { '127.0.0.1:2': { failure: 'refused' } } }, cookie(`srv=${TWO}`));
    assert.equal(header(failed, 'Set-Cookie'), `srv=${ONE}`);
    const down = group('sticky cookie srv;', 'server 127.0.0.1:1; server 127.0.0.1:2 down;');
    assert.equal(first(await ask(down, {}, cookie(`srv=${TWO}`))), `127.0.0.1:1 srv=${ONE}`);
    const drain = group('sticky cookie srv;', 'server 127.0.0.1:1; server 127.0.0.1:2 drain;');
    assert.equal(first(await ask(drain, {}, cookie(`srv=${TWO}`))), `127.0.0.1:2 srv=${TWO}`);
    assert.equal(first(await ask(drain)), `127.0.0.1:1 srv=${ONE}`);
  });

  test('a route is found in variables, a learned session is an assumption', async () => {
    const route = group('sticky route $cookie_r $arg_r;', 'server 127.0.0.1:1 route=a; server 127.0.0.1:2 route=b;');
    assert.equal(first(await ask(route, {}, { target: '/?r=b' })), '127.0.0.1:2 -');
    assert.equal(first(await ask(route, {}, { ...cookie('r=a'), target: '/?r=b' })), '127.0.0.1:1 -');
    const learn = group('sticky learn create=$upstream_cookie_s lookup=$cookie_s zone=z:1m;');
    const trace = await ask(learn, { assume: { 'upstream-server:bk': '127.0.0.1:2' } }, cookie('s=1'));
    assert.equal(first(trace), '127.0.0.1:2 -');
    assert.match(trace.assumptions.find((a) => a.id === 'upstream-server:bk')?.why ?? '', /session/);
  });
});

describe('what a cache holds', () => {
  const cache = (
    more: string,
  ): string => `proxy_cache_path /c keys_zone=z:1m; server { listen 80; add_header X-C $upstream_cache_status always;
    location / { proxy_cache z; proxy_cache_valid 10m; ${more} proxy_pass http://127.0.0.1:8000; } }`;
  const said = async (more: string, state: string, status?: number): Promise<string> => {
    const trace = await ask(cache(more), { assume: { 'cache:z': state }, ...(status ? { upstream: { status } } : {}) });
    return `${trace.outcome.status} ${header(trace, 'X-C')} ${trace.outcome.upstreamRequest ? 'asked' : 'not asked'}`;
  };

  test('answers of one key are kept apart by what Vary names, with the values of this request', async () => {
    const text = `proxy_cache_path /c keys_zone=z:1m; server { location / { proxy_cache z; proxy_cache_valid 1m; proxy_pass http://127.0.0.1:8000; }
      location /i/ { proxy_cache z; proxy_cache_valid 1m; proxy_ignore_headers Vary; proxy_pass http://127.0.0.1:8000; } }`;
    const upstream = { status: 200, headers: [['Vary', 'Accept-Encoding, Cookie']] } as const;
    const headers = [
      ['Host', 'a.test'],
      ['Accept-Encoding', 'gzip'],
    ] as const;
    const expected = [
      ['accept-encoding', 'gzip'],
      ['cookie', ''],
    ];
    const stored = await ask(text, { upstream }, { headers });
    assert.deepEqual(stored.cache?.vary, expected);
    assert.ok(stored.steps.some((s) => s.said === 'cache z: stored, apart for each accept-encoding, cookie'));
    assert.deepEqual((await ask(text, { upstream, assume: { 'cache:z': 'HIT' } }, { headers })).cache?.vary, expected);
    assert.deepEqual((await ask(text, { upstream }, { headers, target: '/i/x' })).cache?.vary, []);
    const never = await ask(text, { upstream: { status: 200, headers: [['Vary', '*']] } }, { headers });
    assert.deepEqual([never.cache?.store, never.cache?.vary], [false, []]);
  });

  test('a fresh answer is sent, whatever the backend would say', async () => {
    assert.equal(await said('', 'HIT', 502), '200 HIT not asked');
  });

  test('errors are kept where a time is given for them, and an intercepted one is intercepted again', async () => {
    assert.equal(await said('proxy_cache_valid 404 1m;', 'HIT', 404), '404 HIT not asked');
    assert.equal(await said('proxy_cache_valid any 1m;', 'HIT', 500), '500 HIT not asked');
    assert.equal(await said('proxy_cache_valid any 1m;', 'EXPIRED', 500), '500 EXPIRED asked');
    assert.equal(
      await said('proxy_cache_valid 404 1m; proxy_intercept_errors on; error_page 404 =303 http://x.test/;', 'HIT', 404),
      '303 HIT not asked',
    );
  });

  test('an answer of which a line says how long is kept whatever its status, and its own words let it be sent when it is old', async () => {
    const stored = (status: number, ...headers: [string, string][]) => ({ upstream: { status, headers }, assume: { 'cache:z': 'HIT' } });
    assert.equal((await ask(cache(''), stored(403, ['Cache-Control', 'max-age=60']))).outcome.status, 403);
    assert.equal((await ask(cache(''), stored(403, ['Cache-Control', 'private']))).outcome.status, 200);
    const dead = { [BACKEND]: { failure: 'refused' as const } };
    const old = async (line: string): Promise<number> =>
      (
        await ask(cache(''), {
          upstream: { status: 200, headers: [['Cache-Control', `max-age=1, ${line}`]] },
          upstreams: dead,
          assume: { 'cache:z': 'EXPIRED' },
        })
      ).outcome.status;
    assert.equal(await old('stale-if-error=60'), 200);
    // the time for which it may be sent meanwhile is also that for errors, unless that is given
    assert.equal(await old('stale-while-revalidate=60'), 200);
    assert.equal(await old('stale-while-revalidate=60, stale-if-error=0'), 502);
    assert.equal(await old('must-revalidate'), 502);
  });

  test('min_uses: the answer to a later request is kept', async () => {
    const more = 'proxy_cache_min_uses 3;';
    const ranged = { headers: [['Host', 'a'] as const, ['Range', 'bytes=0-1'] as const] };
    const first = await ask(cache(more), {}, ranged);
    assert.deepEqual([first.cache?.store, first.cache?.why], [false, 'not stored: proxy_cache_min_uses stores the answer to request 3']);
    assert.ok(first.outcome.upstreamRequest?.headers.some(([n]) => n === 'Range'));
    const third = await ask(cache(more), { assume: { 'cache-uses:z': '2' } }, ranged);
    assert.deepEqual([third.cache?.store, third.cache?.why], [true, 'stored']);
    assert.ok(!third.outcome.upstreamRequest?.headers.some(([n]) => n === 'Range'));
  });

  test('of an error that nginx makes or takes for its own page only the status is kept', async () => {
    const failed = async (more: string, upstream: UpstreamAnswer): Promise<unknown> => {
      const { cache: facts } = await ask(cache(more), { upstream });
      return facts && `${facts.store} ${facts.valid} ${facts.why}`;
    };
    assert.equal(await failed('', { failure: 'refused' }), 'false null not stored: proxy_cache_valid has no lifetime for 502');
    assert.equal(await failed('proxy_cache_valid any 1m;', { failure: 'timeout' }), 'true 60 stored, its status alone');
    const own = 'proxy_cache_valid 404 30s; proxy_intercept_errors on; error_page 404 http://x.test/;';
    assert.equal(await failed(own, { status: 404 }), 'true 30 stored, its status alone');
    assert.equal(await failed(`${own} proxy_no_cache 1; proxy_buffering off;`, { status: 404 }), 'true 30 stored, its status alone');
    assert.match(
      String(await failed(`${own} proxy_cache_bypass 1;`, { status: 404 })),
      /^false null not read.*where the cache was asked before/,
    );
  });

  test('a 304 makes the old answer good for as long as a line says', async () => {
    const renewed = async (...headers: [string, string][]): Promise<number | null | undefined> =>
      (
        await ask(cache('proxy_cache_revalidate on;'), {
          upstream: { status: 200, headers: [['Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT']] },
          upstreams: { [BACKEND]: { status: 304, headers } },
          assume: { 'cache:z': 'EXPIRED' },
        })
      ).cache?.valid;
    assert.equal(await renewed(), 600);
    assert.equal(await renewed(['Cache-Control', 'max-age=20']), 20);
  });

  test('an old answer helps where use_stale allows it', async () => {
    assert.equal(await said('', 'EXPIRED', 502), '502 EXPIRED asked');
    assert.equal(await said('proxy_cache_use_stale error timeout http_502;', 'EXPIRED', 502), '200 STALE asked');
    assert.equal(await said('proxy_cache_use_stale error;', 'EXPIRED', 502), '502 EXPIRED asked');
    assert.equal(await said('proxy_cache_use_stale error;', 'MISS', 502), '502 MISS asked');
    const refused = await ask(cache('proxy_cache_use_stale error;'), { assume: { 'cache:z': 'EXPIRED', 'upstream-status': 'refused' } });
    assert.equal(refused.outcome.status, 200);
  });

  test('updating: the old answer at once, and a request behind it', async () => {
    assert.equal(await said('proxy_cache_use_stale updating;', 'UPDATING'), '200 UPDATING not asked');
    assert.equal(await said('', 'UPDATING'), '200 EXPIRED asked');
    const trace = await ask(cache('proxy_cache_use_stale updating; proxy_cache_background_update on;'), {
      assume: { 'cache:z': 'EXPIRED' },
    });
    assert.equal(header(trace, 'X-C'), 'STALE');
    assert.equal(trace.exchanges[0]?.for, 'cache-update');
  });

  test('what renews it in the background is asked like any request, and what it leaves in the cache is told', async () => {
    const behind = 'proxy_cache_use_stale updating http_503; proxy_cache_background_update on; proxy_cache_revalidate on;';
    const left = async (now: UpstreamAnswer, more = ''): Promise<string> => {
      const trace = await ask(cache(`${behind} ${more}`), { assume: { 'cache:z': 'EXPIRED' }, upstreams: { '127.0.0.1:8000': now } });
      assert.equal(`${trace.outcome.status} ${header(trace, 'X-C')}`, '200 STALE');
      const [renewal] = trace.exchanges;
      return `${renewal?.attempts.map((a) => a.said).join()}: ${renewal?.cache?.status} ${renewal?.cache?.store} ${renewal?.cache?.valid}`;
    };
    assert.equal(await left({ status: 200, headers: [] }), '200: EXPIRED true 600');
    assert.equal(await left({ status: 200, headers: [['Cache-Control', 'max-age=7']] }), '200: EXPIRED true 7');
    assert.equal(await left({ status: 200, headers: [['Set-Cookie', 'a=b']] }), '200: EXPIRED false null');
    assert.equal(await left({ status: 304, headers: [] }), '304: REVALIDATED true 600');
    // the old answer stays for the next request
    assert.equal(await left({ status: 503, headers: [] }), '503: undefined undefined undefined');
    assert.equal(await left({ status: 500, headers: [] }, 'proxy_cache_valid any 5s;'), '500: EXPIRED true 5');
    assert.equal(await left({ failure: 'refused' }, 'proxy_cache_valid any 5s;'), 'refused: EXPIRED true 5');
  });

  test('an answer that sends the request on is not stored', async () => {
    const headers = [['X-Accel-Redirect', '/f']] as const;
    const text = `proxy_cache_path /c keys_zone=z:1m; server { listen 80; location = /f { return 200 f; }
      location / { proxy_cache z; proxy_cache_valid 10m; proxy_pass http://127.0.0.1:8000; } }`;
    const sentOn = await ask(text, { upstream: { status: 200, headers } });
    assert.equal(sentOn.cache?.store, false);
    assert.match(sentOn.cache.why, /X-Accel-Redirect sends the request on/);
    const kept = await ask(text.replace('10m;', '10m; proxy_ignore_headers X-Accel-Redirect;'), { upstream: { status: 200, headers } });
    assert.equal(kept.cache?.store, true);
  });

  test('revalidation asks with the date of the old answer', async () => {
    const trace = await ask(cache('proxy_cache_revalidate on;'), { assume: { 'cache:z': 'EXPIRED' }, upstream: { status: 304 } });
    assert.equal(trace.outcome.status, 200);
    assert.equal(header(trace, 'X-C'), 'REVALIDATED');
    assert.match(sent(trace, 'If-Modified-Since') ?? '', /GMT$/);
  });

  test('a stored answer that allows it helps where no answer comes, and is renewed behind what is sent', async () => {
    const stored = (line: string, said: UpstreamAnswer): TraceOptions => ({
      assume: { 'cache:z': 'EXPIRED' },
      upstream: {
        status: 200,
        headers: [
          ['Cache-Control', line],
          ['ETag', '"e"'],
        ],
      },
      upstreams: { '127.0.0.1:8000': said },
    });
    const mayBeOld = 'max-age=1, stale-if-error=60';
    const late = async (said: UpstreamAnswer): Promise<string> => {
      const { outcome } = await ask(cache(''), stored(mayBeOld, said));
      return `${outcome.status} ${outcome.responseHeaders.find(([n]) => n === 'X-C')?.[1]}`;
    };
    assert.equal(await late({ failure: 'refused' }), '200 STALE');
    // since 1.19.3 a status of the backend is an answer
    assert.equal(await late({ status: 500 }), '500 EXPIRED');
    const renewed = await ask(
      cache('proxy_cache_background_update on; proxy_cache_revalidate on;'),
      stored('max-age=1, stale-while-revalidate=60', { status: 500 }),
    );
    assert.deepEqual([renewed.outcome.status, header(renewed, 'X-C'), renewed.exchanges[0]?.for], [200, 'STALE', 'cache-update']);
    assert.deepEqual(
      renewed.exchanges[0]?.request.headers.filter(([n]) => n === 'If-None-Match'),
      [['If-None-Match', '"e"']],
    );
  });

  test('what is never stored', async () => {
    assert.equal((await ask(cache('proxy_buffering off;'))).cache?.store, false);
    const ranged: Partial<RequestInput> = {
      headers: [
        ['Host', 'a.test'],
        ['Range', 'bytes=100-'],
      ],
    };
    const far = await ask(cache('proxy_cache_max_range_offset 10;'), {}, ranged);
    assert.equal(far.cache?.store, false);
    assert.equal(sent(far, 'Range'), 'bytes=100-');
    assert.equal(sent(await ask(cache(''), {}, ranged), 'Range'), undefined);
  });
});
