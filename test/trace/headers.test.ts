/** The header lines of the answer: who set each, odd answers of backends by version, HTTP/2. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { Files, HeaderPair, RequestInput, Trace, TraceOptions } from '../../server/src/trace/trace.ts';
import { configOf } from './config-of.ts';

const ask = async (server: string, input: Partial<RequestInput> = {}, options: TraceOptions = {}, nginx?: string): Promise<Trace> =>
  traceRequest(
    await configOf(`events {}\nhttp {\n server { listen 80; server_name a.test; ${server} }\n}\n`, nginx ? { nginx } : {}),
    { target: '/', headers: [['Host', 'a.test']], ...input },
    options,
  );
const values = (t: Trace, name: string): string[] => t.outcome.responseHeaders.filter(([n]) => n.toLowerCase() === name).map(([, v]) => v);
const origin = (t: Trace, name: string): string[] => t.outcome.headerOrigins.filter(([n]) => n.toLowerCase() === name).map(([, o]) => o);
const answers = (headers: readonly HeaderPair[], status = 200): TraceOptions => ({ upstream: { status, headers } });
const PASS = 'location / { proxy_pass http://127.0.0.1:8000; }';

test('each line has an origin, and what is held back is named behind them', async () => {
  const t = await ask(
    'location / { add_header X-Ours 1; proxy_hide_header X-Secret; proxy_cookie_path / /app/; proxy_pass http://127.0.0.1:8000; }',
    {},
    answers(
      [
        ['Content-Type', 'text/plain'],
        ['X-Theirs', '1'],
        ['X-Secret', '1'],
        ['Set-Cookie', 'a=b; Path=/'],
      ],
      302,
    ),
  );
  assert.deepEqual(
    t.outcome.responseHeaders.map(([n]) => n),
    t.outcome.headerOrigins.slice(0, t.outcome.responseHeaders.length).map(([n]) => n),
  );
  assert.deepEqual(
    ['x-ours', 'x-theirs', 'x-secret', 'set-cookie', 'content-type', 'server'].map((n) => origin(t, n).join()),
    ['nginx', 'application', 'hidden', 'rewritten', 'application', 'nginx'],
  );
  assert.deepEqual(values(t, 'x-secret'), []);
});

test('what is held back is told with its value', async () => {
  const t = await ask(PASS, {}, answers([['Server', 'app/1']]));
  assert.deepEqual(t.steps.find((s) => s.said.startsWith('hidden from the client'))?.changed, [
    { what: 'Server', from: 'app/1', to: null },
  ]);
});

test('a Location that proxy_redirect changes is rewritten, one that it leaves is the application’s', async () => {
  const to = async (location: string): Promise<[string[], string[]]> => {
    const t = await ask('location /x/ { proxy_pass http://127.0.0.1:8000/; }', { target: '/x/' }, answers([['Location', location]], 301));
    return [values(t, 'location'), origin(t, 'location')];
  };
  assert.deepEqual(await to('http://127.0.0.1:8000/y'), [['http://a.test/x/y'], ['rewritten']]);
  assert.deepEqual(await to('https://b.test/'), [['https://b.test/'], ['application']]);
});

describe('odd answers of a backend', () => {
  test('framing that cannot be taken is a 502 since 1.23.0, also for the next server', async () => {
    for (const headers of [
      [['Content-Length', 'foo']],
      [
        ['Content-Length', '2'],
        ['Content-Length', '2'],
      ],
      [
        ['Content-Length', '2'],
        ['Transfer-Encoding', 'chunked'],
      ],
      [['Transfer-Encoding', 'gzip']],
      [
        ['Transfer-Encoding', 'chunked'],
        ['Transfer-Encoding', 'chunked'],
      ],
    ] as HeaderPair[][]) {
      assert.equal((await ask(PASS, {}, answers(headers))).outcome.status, 502, JSON.stringify(headers));
      assert.equal((await ask(PASS, {}, answers(headers), '1.22.1')).outcome.status, 200);
    }
    assert.equal((await ask(PASS, {}, answers([['Transfer-Encoding', 'Chunked']]))).outcome.status, 200);
  });

  test('of lines that stand once the first counts since 1.23.0; before, all are sent', async () => {
    const twice = answers([
      ['Expires', 'a'],
      ['Expires', 'b'],
      ['ETag', '"a"'],
      ['ETag', '"b"'],
      ['Content-Type', 'text/a'],
      ['Content-Type', 'text/b'],
      ['X-Any', '1'],
      ['X-Any', '2'],
    ]);
    const now = await ask(PASS, {}, twice);
    assert.deepEqual(
      [values(now, 'expires'), values(now, 'etag'), values(now, 'content-type'), values(now, 'x-any')],
      [['a'], ['"a"'], ['text/a'], ['1', '2']],
    );
    // recorded with a running nginx 1.22.1
    const old = await ask(PASS, {}, twice, '1.22.1');
    assert.deepEqual([values(old, 'expires'), values(old, 'etag'), values(old, 'content-type')], [['a', 'b'], ['"a"', '"b"'], ['text/b']]);
  });

  test('two WWW-Authenticate lines reach the error page since 1.23.0', async () => {
    const server =
      'error_page 401 /e; location = /e { return 401; } location / { proxy_intercept_errors on; proxy_pass http://127.0.0.1:8000; }';
    const two = answers(
      [
        ['WWW-Authenticate', 'Basic'],
        ['WWW-Authenticate', 'Bearer'],
      ],
      401,
    );
    assert.deepEqual(values(await ask(server, {}, two), 'www-authenticate'), ['Basic', 'Bearer']);
    assert.deepEqual(values(await ask(server, {}, two, '1.22.1'), 'www-authenticate'), ['Basic']);
  });

  test('a dot before a domain of proxy_cookie_domain counts for nothing', async () => {
    const cookie = async (rule: string, domain: string): Promise<string[]> =>
      values(
        await ask(
          `location / { proxy_cookie_domain ${rule}; proxy_pass http://127.0.0.1:8000; }`,
          {},
          answers([['Set-Cookie', `s=1; Domain=${domain}`]]),
        ),
        'set-cookie',
      );
    assert.deepEqual(await cookie('int.test .example.com', '.int.test'), ['s=1; Domain=.example.com']);
    assert.deepEqual(await cookie('.int.test .example.com', 'int.test'), ['s=1; Domain=example.com']);
  });

  test('a body of which the text is known is recoded, of others it is named that they are', async () => {
    const config = await configOf(`events {} http { charset_map koi8-r utf-8 { D0 D0BF ; }
      server { listen 80; source_charset utf-8; charset koi8-r; default_type text/plain;
        location /text { return 200 "п✓"; } location /app { proxy_pass http://127.0.0.1:8000; } location /data { default_type a/b; return 200 "п"; } } }`);
    const at = (target: string) => traceRequest(config, { target, headers: [['Host', 'a']] });
    const named = (target: string): string =>
      at(target)
        .notSimulated.map((n) => n.directive)
        .join(' ');
    // a byte that is no UTF-8, shown as the character of that number
    assert.equal(at('/text').outcome.body, '\xd0&#10003;');
    assert.equal(named('/text'), '');
    // UTF-8 by the application's word
    assert.equal(named('/app'), '');
    assert.equal(at('/data').outcome.body, 'п');
    assert.equal(named('/data'), '');
    const typed = traceRequest(
      config,
      { target: '/app', headers: [['Host', 'a']] },
      { upstream: { status: 200, headers: [['Content-Type', 'text/plain']] } },
    );
    assert.equal(typed.notSimulated.map((n) => n.directive).join(' '), 'source_charset charset_map');
    assert.ok(typed.outcome.responseHeaders.some(([n, v]) => n === 'Content-Type' && v === 'text/plain; charset=koi8-r'));
  });

  test('of a file that is recoded a Range gets its part', async () => {
    const config = await configOf(`events {} http { charset_map one two { 61 41; } types { text/html html; }
      server { listen 80; root /www; source_charset one; charset two; } }`);
    const files: Files = { stat: (f) => (f === '/www/a.html' ? 'file' : null), text: () => 'abcabc', size: () => 6 };
    const asked = (range: string) =>
      traceRequest(
        config,
        {
          target: '/a.html',
          headers: [
            ['Host', 'a'],
            ['Range', range],
          ],
        },
        { files },
      ).outcome;
    assert.deepEqual([asked('bytes=2-4').status, asked('bytes=2-4').body], [206, 'cAb']);
    assert.equal(asked('bytes=9-').status, 416);
    assert.match(asked('bytes=0-0,5-5').body ?? '', /\r\n\r\nA\r\n--\d{20}\r\n[\w\s:/;=.-]*\r\n\r\nc\r\n--\d{20}--\r\n$/);
  });

  test('X-Accel-Charset names a charset that the configuration knows, or nothing', async () => {
    const charset = answers([
      ['Content-Type', 'text/plain'],
      ['X-Accel-Charset', 'utf-8'],
    ]);
    assert.deepEqual(values(await ask(PASS, {}, charset), 'content-type'), ['text/plain']);
    assert.deepEqual(values(await ask(`${PASS} location /o { charset UTF-8; }`, {}, charset), 'content-type'), [
      'text/plain; charset=utf-8',
    ]);
  });

  test('expires modified counts from the date that the backend gave', async () => {
    const t = await ask(
      'location / { expires modified 1h; proxy_pass http://127.0.0.1:8000; }',
      {},
      {
        ...answers([['Last-Modified', 'Thu, 01 Jan 1970 06:00:00 GMT']]),
        now: 1_700_000_000,
      },
    );
    assert.deepEqual([values(t, 'expires'), values(t, 'cache-control')], [['Thu, 01 Jan 1970 07:00:00 GMT'], ['no-cache']]);
  });

  test('a connection that becomes a WebSocket is told so', async () => {
    const t = await ask(
      PASS,
      {},
      answers(
        [
          ['Upgrade', 'websocket'],
          ['Connection', 'upgrade'],
        ],
        101,
      ),
    );
    assert.deepEqual(values(t, 'connection'), ['upgrade']);
  });
});

describe('HTTP/3', () => {
  const h3 = (headers: HeaderPair[], more = '', nginx?: string): Promise<Trace> =>
    ask(
      `listen 443 quic; listen 443 ssl; ${more} location / { proxy_set_header Host $http_host; proxy_set_header X-Host $host; proxy_pass http://127.0.0.1:8000; }`,
      { scheme: 'https', httpVersion: '3', headers },
      {},
      nginx,
    );
  const sent = (t: Trace, name: string): string | undefined => t.outcome.upstreamRequest?.headers.find(([n]) => n === name)?.[1];

  test(':authority chooses the server and is $host, and makes no Host line: $http_host is empty', async () => {
    const t = await h3([[':authority', 'a.test']], '', '1.28.0');
    assert.equal(t.outcome.status, 200);
    assert.equal(sent(t, 'Host'), undefined);
    assert.equal(sent(t, 'X-Host'), 'a.test');
    assert.equal(t.outcome.responseHeaders.filter(([n]) => n === 'Connection').length, 0);
  });

  test('a Host beside it is to be the same, with its port only since 1.29.1', async () => {
    const both = (authority: string, host: string): HeaderPair[] => [
      [':authority', authority],
      ['host', host],
    ];
    assert.equal(sent(await h3(both('a.test', 'a.test'), '', '1.28.0'), 'Host'), 'a.test');
    assert.equal((await h3(both('a.test', 'b.test'))).outcome.status, 400);
    assert.equal((await h3(both('a.test:443', 'a.test:443'), '', '1.28.0')).outcome.status, 400);
    assert.equal((await h3(both('a.test:443', 'a.test:443'), '', '1.29.1')).outcome.status, 200);
    assert.equal((await h3([])).outcome.status, 400);
  });

  test('where it is off, or where nothing listens for it, there is no connection', async () => {
    assert.equal((await h3([[':authority', 'a.test']], 'http3 off;')).outcome.kind, 'closed');
    const t = await ask('listen 443 ssl;', { scheme: 'https', httpVersion: '3', headers: [[':authority', 'a.test']] });
    assert.match(t.steps[0]!.said, /connection refused/);
  });
});

describe('HTTP/2', () => {
  const h2 = (headers: HeaderPair[], server = `http2 on; ${PASS}`, more: Partial<RequestInput> = {}, nginx?: string): Promise<Trace> =>
    ask(server, { httpVersion: '2', headers, ...more }, {}, nginx);

  test('a Host that says the same as :authority is fine since 1.29.1', async () => {
    const both: HeaderPair[] = [
      [':authority', 'a.test'],
      ['host', 'a.test'],
    ];
    const t = await h2(both);
    assert.equal(t.outcome.status, 200);
    assert.equal(
      (
        await h2([
          [':authority', 'a.test'],
          ['host', 'b.test'],
        ])
      ).outcome.status,
      400,
    );
    assert.equal((await h2(both, undefined, {}, '1.28.0')).outcome.status, 400);
  });

  test('cookies in many lines are one for the backend, and a body without a length gets one', async () => {
    const t = await h2(
      [
        [':authority', 'a.test'],
        ['cookie', 'a=1'],
        ['cookie', 'b=2'],
      ],
      undefined,
      { method: 'POST', bodyLength: 4 },
    );
    const sent = t.outcome.upstreamRequest!.headers;
    assert.deepEqual(
      sent.filter(([n]) => n === 'cookie'),
      [['cookie', 'a=1; b=2']],
    );
    assert.deepEqual(
      sent.filter(([n]) => n === 'Content-Length'),
      [['Content-Length', '4']],
    );
  });

  test('a server that does not speak it, beside one that does, misdirects', async () => {
    const t = await h2([[':authority', 'b.test']], `http2 on; ${PASS} } server { listen 80; server_name b.test; return 204;`);
    assert.equal(t.outcome.status, 421);
  });
});

test('a comma ends a cookie before 1.29.6 only, a mark of a regular server name counts for valid_referers', async () => {
  const server = 'return 200 "[$cookie_b]";';
  const headers: HeaderPair[] = [
    ['Host', 'a.test'],
    ['Cookie', 'a=1, b=2'],
  ];
  assert.equal((await ask(server, { headers })).outcome.body, '[]');
  assert.equal((await ask(server, { headers }, {}, '1.22.1')).outcome.body, '[2]');
  const referers = 'server_name ~^www\\.(.+)$; valid_referers server_names; return 200 "[$invalid_referer]";';
  const from = async (referer: string): Promise<string | null> =>
    (
      await ask(referers, {
        headers: [
          ['Host', 'a.test'],
          ['Referer', referer],
        ],
      })
    ).outcome.body;
  assert.equal(await from('http://www.x.test/'), '[]');
  assert.equal(await from('http://x.test/'), '[1]');
});

test('a line end in a value begins the next line, as the client reads it, and an empty line ends them all', async () => {
  const lines = async (target: string): Promise<string[]> => {
    const t = await ask('location /r { return 302 /x$uri; } location /b { add_header X-A "v$uri"; add_header X-B 2; return 200 x; }', {
      target,
      httpVersion: '1.0',
    });
    assert.deepEqual(
      t.outcome.headerOrigins.map(([n]) => n),
      t.outcome.responseHeaders.map(([n]) => n),
    );
    return t.outcome.responseHeaders.map(([n, v]) => `${n}: ${v}`).filter((l) => /^(?:Loc|Set|X-|plain)/.test(l));
  };
  assert.deepEqual(await lines('/r%0d%0aSet-Cookie:%20a=1'), ['Location: http://a.test/x/r', 'Set-Cookie: a=1']);
  assert.deepEqual(await lines('/r%0aSet-Cookie:%20a=1'), ['Location: http://a.test/x/r', 'Set-Cookie: a=1']);
  assert.deepEqual(await lines('/b%0d%0aX-C:%203%0d%0aplain'), ['X-A: v/b', 'X-C: 3', 'plain: ', 'X-B: 2']);
  assert.deepEqual(await lines('/b%0d%0a%0d%0abody'), ['X-A: v/b']);
});

test('a Date of one’s own stands beside that of nginx, a passed one takes its place', async () => {
  const now = { now: 1_767_225_600 };
  const both = await ask('add_header Date mine; return 204;', {}, now);
  assert.deepEqual(values(both, 'date').sort(), ['Thu, 01 Jan 2026 00:00:00 GMT', 'mine']);
  const passed = await ask('location / { proxy_pass_header Date; proxy_pass http://127.0.0.1:8000; }', {}, answers([['Date', 'theirs']]));
  assert.deepEqual(values(passed, 'date'), ['theirs']);
});

test('trailers take the length of an answer where it may be chunked, and end no connection of HTTP/1.0', async () => {
  const text = `add_trailer X-T 1; ${PASS}`;
  const given = answers([['Content-Length', '5']]);
  const keep = { httpVersion: '1.0', headers: [['Host', 'a.test'] as const, ['Connection', 'keep-alive'] as const] };
  const old = await ask(text, keep, given);
  assert.deepEqual([values(old, 'connection'), values(old, 'content-length')], [['keep-alive'], ['5']]);
  const now = await ask(text, {}, given);
  assert.deepEqual([values(now, 'transfer-encoding'), values(now, 'content-length')], [['chunked'], []]);
});

test('an answer without a body cannot be unpacked: the connection is closed', async () => {
  const zipped = (status: number): TraceOptions => answers([['Content-Encoding', 'gzip']], status);
  assert.equal((await ask(`gunzip on; ${PASS}`, {}, zipped(304))).outcome.kind, 'closed');
  assert.equal((await ask(`gunzip on; ${PASS}`, {}, zipped(200))).outcome.kind, 'proxy');
  const reads = { headers: [['Host', 'a.test'] as const, ['Accept-Encoding', 'gzip'] as const] };
  assert.equal((await ask(`gunzip on; ${PASS}`, reads, zipped(304))).outcome.kind, 'proxy');
});
