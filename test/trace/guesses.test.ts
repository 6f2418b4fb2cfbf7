import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { requestFromUrl } from '../../server/src/trace/from-url.ts';
import { traceText } from '../../server/src/trace/print/text.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { RequestInput, Trace, TraceOptions } from '../../server/src/trace/trace.ts';
import { configOf } from './config-of.ts';

const ask = async (server: string, target: string, options: TraceOptions = {}): Promise<Trace> =>
  traceRequest(
    await configOf(`events {}\nhttp {\n server { listen 80; root /srv/spa; ${server} }\n}\n`),
    { target, headers: [['Host', 'a.test']] },
    options,
  );
const end = (t: Trace): string => `${t.outcome.status} ${t.outcome.file ?? t.outcome.upstreamRequest?.uri ?? '-'}`;

describe('files that nobody can see', () => {
  test('a single-page application is served', async () => {
    const spa = 'location / { try_files $uri $uri/ /index.html; }';
    for (const target of ['/', '/about', '/index.html']) assert.equal(end(await ask(spa, target)), '200 /srv/spa/index.html', target);
    const trace = await ask(spa, '/about');
    assert.ok(trace.assumptions.some((a) => a.id === 'file:/srv/spa/about' && a.assumed === 'missing'));
    assert.ok(trace.assumptions.some((a) => a.id === 'file:/srv/spa/index.html' && a.assumed === 'file'));
    assert.equal(end(await ask(spa, '/a.css', { assume: { 'file:/srv/spa/a.css': 'file' } })), '200 /srv/spa/a.css');
  });

  test('where only a status follows, the file is there', async () => {
    assert.equal(end(await ask('location / { try_files $uri $uri/ =404; }', '/a.css')), '200 /srv/spa/a.css');
    assert.equal(end(await ask('location / { try_files $uri $uri/ =404; }', '/')), '200 /srv/spa/index.html');
    const php =
      'index index.php; location / { try_files $uri $uri/ /index.php?$args; } location ~ \\.php$ { try_files $uri =404; fastcgi_pass unix:/run/php.sock; }';
    assert.equal((await ask(php, '/')).outcome.kind, 'fastcgi');
    assert.equal((await ask(php, '/some/page?x=1')).outcome.kind, 'fastcgi');
  });

  test('a folder is there, though no file: the station says so', async () => {
    const trace = await ask('location / { try_files $uri $uri/ /index.html; }', '/docs', { assume: { 'file:/srv/spa/docs': 'folder' } });
    const station = trace.steps.find((s) => s.handler === 'ngx_http_try_files_module');
    assert.equal(station?.said, '/srv/spa/docs is there');
    assert.deepEqual(
      station?.rejected.map((r) => r.why),
      ['/srv/spa/docs is a folder, and a file is asked for'],
    );
  });

  test('a page of maintenance that stands first is not there', async () => {
    const text = 'location / { try_files /maintenance.html $uri @app; } location @app { proxy_pass http://127.0.0.1:8000; }';
    assert.equal((await ask(text, '/x')).outcome.kind, 'proxy');
  });

  test('the one page that a place has is there, and so is the page below a folder that it leads to', async () => {
    assert.equal(end(await ask('location = / { try_files /front.html =404; }', '/')), '200 /srv/spa/front.html');
    const manual = await ask('location /manual/ { try_files $uri $uri/start.html; }', '/manual/print');
    assert.equal(end(manual), '200 /srv/spa/manual/print/start.html');
    assert.equal(manual.steps.filter((s) => s.handler === 'ngx_http_try_files_module').length, 2);
  });

  test('the page of an error is there', async () => {
    const text = 'error_page 404 /404.html; location / { try_files $uri =404; }';
    const trace = await ask(text, '/x', { assume: { 'file:/srv/spa/x': 'missing' } });
    assert.equal(end(trace), '404 /srv/spa/404.html');
  });

  test('what root and alias name is a folder, and so is a path that ends in a slash', async () => {
    assert.equal((await ask('location /static { alias /srv/static; }', '/static')).outcome.status, 301);
    assert.equal((await ask('location ~ ^/media/ { alias /srv/media/; }', '/media/a.png')).outcome.status, 301);
  });

  test('no guess ends in a cycle', async () => {
    const text = 'location / { if (!-e $request_filename) { rewrite ^ /front.html last; } }';
    const trace = await ask(text, '/x');
    assert.notEqual(trace.outcome.status, 500);
    assert.ok(trace.assumptions.every((a) => !a.chosen));
    assert.equal((await ask(text, '/x', { files: { stat: () => null } })).outcome.status, 500);
  });

  test('one question has one answer in a trace', async () => {
    const trace = await ask('location / { try_files $uri $uri/ /index.html; }', '/');
    assert.equal(new Set(trace.assumptions.map((a) => a.id)).size, trace.assumptions.length);
  });
});

describe('the application’s answer', () => {
  const APP = 'gzip on; gzip_types application/json; location / { proxy_pass http://127.0.0.1:8000; }';
  test('a page is HTML, an API answers JSON, and what is given is taken as it is', async () => {
    const type = (t: Trace): string | undefined => t.outcome.responseHeaders.find(([n]) => n === 'Content-Type')?.[1];
    assert.equal(type(await ask(APP, '/x')), 'text/html; charset=utf-8');
    assert.equal(type(await ask(APP, '/api/x')), 'application/json');
    assert.equal(type(await ask(APP, '/x', { assume: { 'content-type': 'text/csv' } })), 'text/csv');
    assert.equal(type(await ask(APP, '/x', { upstream: { status: 200, headers: [] } })), undefined);
  });

  test('what a known application answers is likely, not certain', async () => {
    const likely = () => ({ status: 301, headers: [['Location', 'https://a.test/x']] as const, why: 'SECURE_SSL_REDIRECT is on' });
    const trace = await ask(APP, '/x', { likely });
    assert.equal(trace.outcome.status, 301);
    assert.equal(trace.assumptions.find((a) => a.id === 'upstream-status')?.why, 'SECURE_SSL_REDIRECT is on');
    assert.equal((await ask(APP, '/x', { likely, assume: { 'upstream-status': '200' } })).outcome.status, 200);
  });

  test('a handshake of a WebSocket is taken up where it arrives whole', async () => {
    const ws = requestFromUrl({ url: 'http://a.test/ws', client: 'websocket' }) as RequestInput;
    const of = async (lines: string): Promise<number> =>
      traceRequest(
        await configOf(
          `events {} http { server { listen 80; location / { proxy_pass http://127.0.0.1:8000; proxy_http_version 1.1; ${lines} } } }`,
        ),
        ws,
      ).outcome.status;
    assert.equal(await of('proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";'), 101);
    assert.equal(await of(''), 200);
  });
});

describe('clients', () => {
  const lines = (client: 'browser' | 'curl' | 'post', method = 'GET'): Record<string, string> => {
    const r = requestFromUrl({ method, url: 'https://a.test/x', client, headers: [['Accept', 'text/css']] }) as RequestInput;
    return { ':method': r.method ?? '', ...Object.fromEntries(r.headers ?? []) };
  };
  test('a browser says what it takes, and whence it posts; own lines count more', () => {
    assert.match(lines('browser')['Accept-Encoding'] ?? '', /gzip/);
    assert.equal(lines('browser').Accept, 'text/css');
    assert.equal(lines('browser').Origin, undefined);
    assert.equal(lines('browser', 'POST').Origin, 'https://a.test');
    assert.equal(lines('post')[':method'], 'POST');
    assert.match(lines('curl')['User-Agent'] ?? '', /^curl/);
  });
});

describe('words', () => {
  test('a port on which nobody listens refuses the connection', async () => {
    const config = await configOf('events {} http { server { listen 80; } }');
    const text = traceText(traceRequest(config, { target: '/', scheme: 'https', headers: [['Host', 'a.test']] }));
    assert.match(text, /answer {2}connection refused: no server listens on 127\.0\.0\.1:443/);
    assert.doesNotMatch(text, /answer {2}0/);
  });

  test('a cycle is folded behind the second round', async () => {
    const trace = await ask('location / { rewrite ^ /x last; }', '/x');
    assert.equal(trace.outcome.status, 500);
    const text = traceText(trace);
    assert.match(text, /the same 8 times more|the same 7 times more/);
    assert.ok(text.split('\n').length < 45, text);
  });

  test('one parameter is not many', async () => {
    const one = 'location / { uwsgi_pass 127.0.0.1:1; uwsgi_pass_request_headers off; uwsgi_param A b; }';
    const config = await configOf(`events {} http { server { listen 80; ${one} } }`, { nginx: '1.22.1' });
    const text = traceText(traceRequest(config, { target: '/', headers: [['Host', 'a.test']] }));
    assert.match(text, /· 1 parameter over/);
  });

  test('a redirect to itself is a loop', async () => {
    assert.match(traceText(await ask('location / { return 301 http://a.test$request_uri; }', '/x')), /to itself: a loop/);
  });
});
