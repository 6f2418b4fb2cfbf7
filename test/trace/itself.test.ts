/** What nginx passes to a port of its own comes in again: test/nginx/trace-itself asks the real one, here are the words and the limits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceText } from '../../server/src/trace/print/text.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import { lineOf } from '../../server/src/trace/stations.ts';
import type { Trace, TraceOptions } from '../../server/src/trace/trace.ts';
import { configOf } from './config-of.ts';

const INNER = `server { listen 8081; server_name inner.test;
  location /page { return 302 http://127.0.0.1:8081/next; }
  location /closed { return 444; }
  location /app { proxy_pass http://127.0.0.1:9000; }
  location /lua { content_by_lua_block { ngx.exit(500) } }
  location /who { add_header X-Who $remote_addr always; return 404; }
}`;
const ask = async (lines: string, target: string, options: TraceOptions = {}, inner = INNER): Promise<Trace> =>
  traceRequest(
    await configOf(`events {}\nhttp { server { listen 80; ${lines} }\n${inner} }\n`),
    { target, headers: [['Host', 'a.test']] },
    options,
  );
const header = ({ outcome }: Trace, name: string): string | undefined => outcome.responseHeaders.find(([n]) => n === name)?.[1];
const PASS = 'location / { proxy_pass http://127.0.0.1:8081; }';

test('its answer comes back through the first server', async () => {
  const trace = await ask(PASS, '/page');
  assert.equal(trace.outcome.status, 302);
  assert.equal(trace.outcome.kind, 'proxy');
  assert.equal(header(trace, 'Location'), 'http://a.test/next');
  assert.deepEqual(trace.assumptions, []);
  const caught = await ask(
    'location / { proxy_pass http://127.0.0.1:8081; proxy_intercept_errors on; error_page 404 = @none; } location @none { return 410; }',
    '/who',
  );
  assert.equal(caught.outcome.status, 410);
});

test('it comes from this machine', async () => {
  assert.equal(header(await ask(PASS, '/who'), 'X-Who'), '127.0.0.1');
  assert.equal(header(await ask('location / { proxy_bind 127.0.0.7; proxy_pass http://127.0.0.1:8081; }', '/who'), 'X-Who'), '127.0.0.7');
});

test('a body that is not passed on is waited for only where its length is', async () => {
  for (const [lines, followed] of [
    ['proxy_pass_request_body off;', false],
    ['proxy_pass_request_body off; proxy_set_header Content-Length "";', true],
    ['proxy_pass_request_body off; proxy_set_header Content-Length 0;', true],
  ] as const) {
    const config = await configOf(
      `events {}\nhttp { server { listen 80; location / { ${lines} proxy_pass http://127.0.0.1:8081; } }\n${INNER} }\n`,
    );
    const headers = [
      ['Host', 'a.test'],
      ['Content-Length', '3'],
    ] as const;
    const trace = traceRequest(config, { method: 'POST', target: '/page', headers, body: 'a=b' });
    assert.equal(
      trace.steps.some((s) => s.within),
      followed,
      lines,
    );
  }
});

test('an access check has the length of the body and none of it', async () => {
  const check = (more: string): string =>
    `location / { auth_request /auth; proxy_pass http://192.0.2.9; } location = /auth { ${more} proxy_pass http://127.0.0.1:8081/who; }`;
  const asked = async (more: string, body: boolean): Promise<Trace> =>
    traceRequest(await configOf(`events {}\nhttp { server { listen 80; ${check(more)} }\n${INNER} }\n`), {
      target: '/',
      headers: [['Host', 'a.test'], ...(body ? ([['Content-Length', '3']] as const) : [])],
      ...(body ? { method: 'POST', body: 'a=b' } : {}),
    });
  const isGuessed = (trace: Trace): boolean => trace.assumptions.some((a) => a.id === 'auth_request');
  assert.ok(isGuessed(await asked('', true)));
  assert.ok(!isGuessed(await asked('proxy_pass_request_body off; proxy_set_header Content-Length "";', true)));
  const none = await asked('', false);
  assert.ok(!isGuessed(none));
  assert.equal(none.outcome.status, 500);
});

test('an access check that ends the connection ends that of the client', async () => {
  for (const answer of ['return 444;', 'proxy_pass http://127.0.0.1:8081/closed;']) {
    const trace = await ask(`location / { auth_request /auth; proxy_pass http://192.0.2.9; } location = /auth { ${answer} }`, '/');
    assert.equal(trace.outcome.kind === 'closed', answer === 'return 444;', answer);
  }
});

test('a connection that it closes is an error, and another server is asked', async () => {
  assert.equal((await ask(PASS, '/closed')).outcome.status, 502);
  const group = `location / { proxy_pass http://both; }`;
  const inner = `${INNER} server { listen 8082; return 202; } upstream both { server 127.0.0.1:8081; server 127.0.0.1:8082 backup; }`;
  assert.equal((await ask(group, '/closed', {}, inner)).outcome.status, 202);
});

test('the application is the first that is no port of this nginx', async () => {
  const trace = await ask(PASS, '/app');
  assert.deepEqual(
    trace.assumptions.filter((a) => a.id.startsWith('upstream')).map((a) => a.id),
    ['upstream-status'],
  );
  assert.equal((await ask(PASS, '/app', { assume: { 'upstream-status': '503' } })).outcome.status, 503);
  assert.deepEqual(
    trace.exchanges.map((e) => [e.for, e.request.upstream]),
    [
      ['answer', '127.0.0.1:8081'],
      ['itself', '127.0.0.1:9000'],
    ],
  );
});

test('what the caller says of it counts', async () => {
  for (const options of [
    { upstream: { status: 503 } },
    { upstreams: { '127.0.0.1:8081': { status: 503 } } },
    { assume: { 'upstream-status:127.0.0.1:8081': '503' } },
  ])
    assert.equal((await ask(PASS, '/page', options)).outcome.status, 503);
});

for (const [why, lines, target, inner] of [
  ['another port', 'location / { proxy_pass http://127.0.0.1:8082; }', '/page', INNER],
  ['another machine', 'location / { proxy_pass http://192.0.2.7:8081; }', '/page', INNER],
  ['a name', 'location / { proxy_pass http://app:8081; }', '/page', INNER],
  ['another protocol', 'location / { uwsgi_pass 127.0.0.1:8081; }', '/page', INNER],
  ['code that is not followed', PASS, '/lua', INNER],
  ['a listener that expects a header of its own', PASS, '/page', INNER.replace('8081;', '8081 proxy_protocol;')],
] as const)
  test(`not followed: ${why}`, async () => {
    const trace = await ask(lines, target, {}, inner);
    assert.equal(trace.outcome.status, 200);
    assert.ok(trace.assumptions.some((a) => a.id === 'upstream-status'));
    assert.ok(!trace.steps.some((s) => s.within));
  });

test('a round that is another request each time is followed so far', async () => {
  const trace = await ask('location / { proxy_pass http://127.0.0.1/more/; }', '/');
  assert.ok(trace.assumptions.some((a) => a.id === 'upstream-status'));
  assert.match(JSON.stringify(trace.steps), /it is followed no further/);
});

test('what is guessed of files is guessed as for a client: nobody means a cycle', async () => {
  const site = (end: string): string => `server { listen 8081; index index.php; location / { try_files $uri @front; }
    location @front { rewrite ^ /index.php last; } location ~ \\.php$ { try_files $uri ${end}; fastcgi_pass 127.0.0.1:9000; } }`;
  for (const end of ['/index.php', '@front']) {
    const trace = await ask(PASS, '/users', {}, site(end));
    assert.equal(trace.outcome.status, 200, end);
    const own = traceRequest(await configOf(`events {}\nhttp { ${site(end)} }\n`), {
      target: '/users',
      headers: [['Host', 'a.test']],
      localPort: 8081,
    });
    assert.equal(own.outcome.status, 200, end);
  }
  const real = await ask(PASS, '/a', {}, 'server { listen 8081; location / { rewrite ^/a(.*) /a$1x last; } }');
  assert.equal(real.outcome.status, 500);
});

test('each round that makes two of one is followed so far, in a time that nobody waits for', async () => {
  const both = (to: number): string =>
    `auth_request /auth; location / { proxy_pass http://127.0.0.1:${to}/x$request_uri; }
     location = /auth { auth_request off; proxy_pass http://127.0.0.1:${to}/y$request_uri; }`;
  const trace = await ask(both(8081), '/', {}, `server { listen 8081; ${both(80)} }`);
  // each of the 50 that are followed asks two more
  const { length } = trace.exchanges;
  assert.ok(length > 20 && length <= 102, `${length}`);
});

test('an answer of what is not followed is no answer of the next backend', async () => {
  const trace = await ask(
    `${PASS.slice(0, -1)} proxy_intercept_errors on; error_page 503 = @spare; } location @spare { proxy_pass http://192.0.2.9; }`,
    '/lua',
    { assume: { 'upstream-status': '503' } },
  );
  assert.equal(trace.outcome.status, 200);
  assert.deepEqual(
    trace.assumptions.filter((a) => a.id.startsWith('upstream')).map((a) => a.id),
    ['upstream-status', 'upstream-status:192.0.2.9'],
  );
});

test('a loop ends with 500, and is called one', async () => {
  const trace = await ask('location / { proxy_pass http://127.0.0.1:80; }', '/');
  assert.equal(trace.outcome.status, 500);
  assert.match(traceText(trace), /a loop, nginx passes it to itself until no connection is left: 500/);
});

test('the line has one station for it, with its own stations as details', async () => {
  const line = lineOf(await ask(PASS, '/page'));
  const station = line.down.find((s) => s.fact.includes('port of this nginx'))!;
  assert.equal(station.fact, 'that is a port of this nginx: answered by server inner.test, location /page: 302');
  assert.equal(station.at?.range.start.line, 3);
  assert.ok(station.details.includes('rewrite: return 302 http://127.0.0.1:8081/next'));
  assert.equal(line.down.at(-1)!.title, 'nginx');
});
