/** What applies to a request besides its path: limits, buffers, times, TLS, keep-alive, and what is told as unknown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rateVerdicts, readRate } from '../../server/src/trace/handlers/limits.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { RequestInput, Trace, TraceOptions } from '../../server/src/trace/trace.ts';
import { configOf } from './config-of.ts';

const ask = async (http: string, input: Partial<RequestInput> = {}, options: TraceOptions = {}, nginx?: string): Promise<Trace> =>
  traceRequest(
    await configOf(`http {\n${http}\n}\n`, nginx ? { nginx } : {}),
    { target: '/', headers: [['Host', 'a']], ...input },
    { now: 1_700_000_000, ...options },
  );

const server = (text: string): string => `server { listen 80; ${text} }`;

test('rates are kept in thousandths of a request per second', () => {
  assert.equal(readRate('1r/s'), 1000);
  assert.equal(readRate('30r/m'), 500);
  assert.equal(readRate('100r/m'), 1666);
  assert.equal(readRate('0r/s'), null);
  assert.equal(readRate('1r/h'), null);
});

test('limit_req: excess, burst, delay', () => {
  const at = (...ms: number[]): { at: number; key: string }[] => ms.map((m) => ({ at: m, key: 'k' }));
  const words = (limit: { rate: number; burst: number; delay: number }, ...ms: number[]): string[] =>
    rateVerdicts(limit, at(...ms)).map((v) => (v.verdict === 'delayed' ? `+${v.ms}` : v.verdict));
  // rate=1r/s burst=2 nodelay: five at once, three pass
  assert.deepEqual(words({ rate: 1000, burst: 2, delay: 2 }, 0, 0, 0, 0, 0), ['passed', 'passed', 'passed', 'rejected', 'rejected']);
  // the same without nodelay: they wait one second each
  assert.deepEqual(words({ rate: 1000, burst: 2, delay: 0 }, 0, 0, 0, 0), ['passed', '+1000', '+2000', 'rejected']);
  assert.deepEqual(words({ rate: 1000, burst: 3, delay: 1 }, 0, 0, 0, 0, 0), ['passed', 'passed', '+1000', '+2000', 'rejected']);
  // without burst the next one must wait its turn, a refused one changes nothing
  assert.deepEqual(words({ rate: 2000, burst: 0, delay: 0 }, 0, 400, 500, 999, 1000), [
    'passed',
    'rejected',
    'passed',
    'rejected',
    'passed',
  ]);
  const two = rateVerdicts({ rate: 1000, burst: 0, delay: 0 }, [
    { at: 0, key: 'a' },
    { at: 0, key: 'b' },
    { at: 0, key: '' },
    { at: 0, key: '' },
  ]);
  assert.deepEqual(
    two.map((v) => v.verdict),
    ['passed', 'passed', 'passed', 'passed'],
  );
});

test('limits that count for a request are told with their keys', async () => {
  const t = await ask(
    `limit_req_zone $binary_remote_addr zone=q:1m rate=10r/s; limit_conn_zone $server_name zone=c:1m; ${server('server_name a; limit_req zone=q burst=5 delay=3; limit_conn c 7; limit_req_status 429; location / { proxy_pass http://127.0.0.1:1; }')}`,
    { clientAddress: '10.0.0.9' },
  );
  assert.deepEqual(
    t.limits.map(({ at: _, ...rest }) => rest),
    [
      {
        kind: 'request-rate',
        zone: 'q',
        key: '$binary_remote_addr',
        value: '10.0.0.9',
        rate: '10r/s',
        burst: 5,
        delay: 3,
        nodelay: false,
        status: 429,
      },
      { kind: 'connections', zone: 'c', key: '$server_name', value: 'a', connections: 7, status: 503 },
    ],
  );
  assert.deepEqual(
    t.assumptions.map((a) => [a.id, a.assumed, a.chosen]),
    [
      ['limit_req:q', 'within', false],
      ['limit_conn:c', 'within', false],
      ['upstream-status', '200', false],
      ['content-type', 'text/html; charset=utf-8', false],
    ],
  );
});

test('buffers and times of a pass: as written, else nginx’s defaults', async () => {
  const t = await ask(
    server('location / { proxy_buffering off; proxy_read_timeout 5m; proxy_next_upstream error http_502; proxy_pass http://127.0.0.1:1; }'),
  );
  assert.equal(t.buffering.buffering, false);
  assert.equal(t.buffering.request_buffering, true);
  assert.equal(t.buffering.client_max_body_size, '1m');
  assert.equal(t.timeouts.connect, '60s');
  assert.equal(t.timeouts.read, '5m');
  assert.equal(t.timeouts.next_upstream, 'error http_502');
  assert.equal(t.timeouts.retries, 'none, one server');
  const accel = await ask(
    server('location / { proxy_pass http://127.0.0.1:1; }'),
    {},
    { upstream: { status: 200, headers: [['X-Accel-Buffering', 'no']] } },
  );
  assert.equal(accel.buffering.buffering, false);
  assert.equal(accel.buffering.by, 'X-Accel-Buffering');
});

test('retries: POST is not repeated once it was sent', async () => {
  const text = `upstream u { server 127.0.0.1:1; server 127.0.0.1:2; } ${server('location / { proxy_pass http://u; } location /n { proxy_next_upstream error non_idempotent; proxy_pass http://u; } location /off { proxy_next_upstream off; proxy_pass http://u; }')}`;
  assert.equal((await ask(text)).timeouts.retries, 'up to 2 servers');
  assert.equal((await ask(text, { method: 'POST' })).timeouts.retries, 'none once sent, POST is not repeated');
  assert.equal((await ask(text, { method: 'POST', target: '/n' })).timeouts.retries, 'up to 2 servers');
  assert.equal((await ask(text, { target: '/off' })).timeouts.retries, 'none');
});

test('keep-alive towards the backend by version and by what is sent', async () => {
  const text = `upstream u { server 127.0.0.1:1; keepalive 8; } upstream plain { server 127.0.0.1:1; } ${server('location / { proxy_pass http://u; } location /k { proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://u; } location /p { proxy_pass http://plain; } location /i { proxy_pass http://127.0.0.1:1; }')}`;
  const kept = async (target: string, nginx: string): Promise<unknown> => (await ask(text, { target }, {}, nginx)).keepalive.upstream;
  assert.equal(await kept('/', '1.26.0'), false);
  assert.equal(await kept('/k', '1.26.0'), true);
  assert.equal(await kept('/p', '1.26.0'), false);
  assert.equal(await kept('/', '1.29.7'), true);
  assert.equal(await kept('/p', '1.29.7'), true);
  assert.equal(await kept('/i', '1.29.7'), false);
});

const TLS = 'ssl_certificate c.pem; ssl_certificate_key k.pem;';

test('TLS: protocols by version, suites, certificate', async () => {
  const text = `${TLS} server { listen 443 ssl; server_name a; location / { return 200; } } server { listen 443 ssl; server_name b; ssl_protocols TLSv1.3; ssl_certificate b.pem; return 200; }`;
  const a = await ask(text, { scheme: 'https' });
  assert.deepEqual(a.tls.protocols, ['TLSv1.2', 'TLSv1.3']);
  assert.deepEqual(a.tls.certificate, ['c.pem']);
  assert.equal(a.tls.sni, 'a');
  assert.equal(a.tls.http2, false);
  assert.ok((a.tls.suites as string[]).includes('TLS_AES_128_GCM_SHA256'));
  assert.ok((a.tls.suites as string[]).includes('ECDHE-RSA-AES128-GCM-SHA256'));
  const old = await ask(text, { scheme: 'https' }, {}, '1.22.1');
  assert.deepEqual(old.tls.protocols, ['TLSv1', 'TLSv1.1', 'TLSv1.2']);
  const mid = await ask(text, { scheme: 'https' }, {}, '1.26.0');
  assert.deepEqual(mid.tls.protocols, ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']);
  const b = await ask(text, { scheme: 'https', headers: [['Host', 'b']] });
  assert.deepEqual(b.tls.protocols, ['TLSv1.3']);
  assert.ok((b.tls.suites as string[]).every((s) => s.startsWith('TLS_')));
  assert.deepEqual(b.tls.certificate, ['b.pem']);
});

test('HTTP/2: header names in lower case, spoken only where it is offered', async () => {
  const text = `${TLS} server { listen 443 ssl; server_name a; http2 on; return 200 "$server_protocol $http_x_a"; } server { listen 443 ssl; server_name b; return 200 "$server_protocol"; }`;
  const a = await ask(text, {
    scheme: 'https',
    httpVersion: '2',
    headers: [
      [':authority', 'a'],
      ['X-A', '1'],
    ],
  });
  assert.equal(a.outcome.body, 'HTTP/2.0 1');
  assert.equal(
    a.outcome.responseHeaders.find(([n]) => n === 'Connection'),
    undefined,
  );
  const b = await ask(text, { scheme: 'https', httpVersion: '2', headers: [['Host', 'b']] });
  assert.equal(b.outcome.body, 'HTTP/1.1');
  assert.ok(b.steps.some((s) => s.phase === 'tls' && s.said.includes('not offered')));
});

test('plain HTTP where TLS is spoken, and TLS where it is not', async () => {
  const text = `${TLS} server { listen 443 ssl; return 200; } server { listen 80; return 200; }`;
  const plain = await ask(text, { localPort: 443 });
  assert.equal(plain.outcome.status, 400);
  const tls = await ask(text, { scheme: 'https', localPort: 80 });
  assert.equal(tls.outcome.status, 400);
});

test('gzip is told with its reason', async () => {
  const text = server(
    'gzip on; gzip_types text/css; location / { return 200 "x"; } location /c { default_type text/css; return 200 "xxxxxxxxxxxxxxxxxxxxxxxxxxx"; }',
  );
  const no = await ask(text);
  assert.equal(no.compression.gzip, false);
  const type = await ask(text, { target: '/c' });
  assert.deepEqual(type.compression, { gzip: false, why: 'the client does not accept gzip' });
  const yes = await ask(text, {
    target: '/c',
    headers: [
      ['Host', 'a'],
      ['Accept-Encoding', 'gzip'],
    ],
  });
  assert.equal(yes.compression.gzip, true);
});

test('headers-more adds a line with -a, and replaces one without', async () => {
  const t = await ask(
    server('more_set_headers "X-A: 1"; more_set_headers -a "X-A: 2"; more_set_headers "X-B: 1"; more_set_headers "X-B: 2"; return 204;'),
  );
  const own = t.outcome.responseHeaders.filter(([n]) => n.startsWith('X-'));
  assert.deepEqual(own, [
    ['X-A', '1'],
    ['X-A', '2'],
    ['X-B', '2'],
  ]);
});

test('what nobody here follows is named', async () => {
  const t = await ask(server('sub_filter a b; location / { ssi on; image_filter test; proxy_pass http://127.0.0.1:1; }'));
  assert.deepEqual(t.notSimulated.map((n) => n.directive).sort(), ['image_filter', 'ssi', 'sub_filter']);
});

test('assumptions carry what they are, what was taken and whether it was chosen', async () => {
  const text = server('root /srv; try_files $uri /index.html =404;');
  const t = await ask(text, { target: '/x' });
  // whoever writes a literal fallback has that file
  assert.equal(t.outcome.file, '/srv/index.html');
  assert.deepEqual(
    t.assumptions.map((a) => [a.id, a.assumed, a.chosen]),
    [
      ['file:/srv/x', 'missing', false],
      ['file:/srv/index.html', 'file', false],
    ],
  );
  assert.deepEqual(t.assumptions[0]!.choices, ['file', 'folder', 'missing', 'forbidden']);
  const chosen = await ask(text, { target: '/x' }, { assume: { 'file:/srv/index.html': 'missing' } });
  assert.equal(chosen.outcome.status, 404);
  assert.deepEqual(
    chosen.assumptions.map((a) => [a.id, a.assumed, a.chosen]),
    [
      ['file:/srv/x', 'missing', false],
      ['file:/srv/index.html', 'missing', true],
    ],
  );
});

test('what the application answers can be assumed', async () => {
  const text = server(
    'error_page 502 504 =503 /sorry; location / { proxy_pass http://127.0.0.1:1; } location = /sorry { return 200 sorry; }',
  );
  assert.equal((await ask(text)).outcome.status, 200);
  assert.equal((await ask(text, {}, { assume: { 'upstream-status': '404' } })).outcome.status, 404);
  const gone = await ask(text, {}, { assume: { 'upstream-status': 'refused' } });
  assert.equal(gone.outcome.status, 503);
  assert.equal(gone.outcome.body, 'sorry');
});

test('a trace is plain JSON and the same twice', async () => {
  const config = await configOf('http { server { listen 80; add_header X $request_id; location / { proxy_pass http://127.0.0.1:1; } } }');
  const input: RequestInput = { target: '/x?y', headers: [['Host', 'a']] };
  const first = traceRequest(config, input);
  assert.deepEqual(JSON.parse(JSON.stringify(first)), first);
  assert.deepEqual(traceRequest(config, input), first);
});

test('losers are named with their reasons', async () => {
  const t = await ask(server('location / { return 200 a; } location /app { return 200 b; } location ~ ^/apx { return 200 c; }'), {
    target: '/app/x',
  });
  const found = t.steps.find((s) => s.phase === 'find-config')!;
  assert.equal(t.outcome.location?.pattern, '/app');
  assert.deepEqual(
    found.rejected.map((r) => r.why),
    ['/: shorter prefix', '~ ^/apx: no match'],
  );
});

test('what cannot be unpacked: closed without an answer, or after the header where nothing is buffered (tried on 1.22.1)', async () => {
  const answered = async (line: string, status: number, more: readonly [string, string][] = []): Promise<number> =>
    (
      await ask(
        server(`gunzip on; location / { ${line} }`),
        { headers: [['Host', 'a']] },
        { upstream: { status, headers: [['Content-Encoding', 'gzip'], ...more] } },
      )
    ).outcome.status;
  for (const status of [204, 304]) {
    assert.equal(await answered('proxy_pass http://127.0.0.1:1;', status), 444);
    assert.equal(await answered('scgi_pass 127.0.0.1:1;', status), 444);
    assert.equal(await answered('proxy_buffering off; proxy_pass http://127.0.0.1:1;', status), status);
    assert.equal(await answered('scgi_buffering off; scgi_pass 127.0.0.1:1;', status), status);
    assert.equal(await answered('proxy_pass http://127.0.0.1:1;', status, [['X-Accel-Buffering', 'no']]), status);
  }
});
