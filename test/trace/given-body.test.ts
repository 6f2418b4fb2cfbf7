/** What is known of a request's body, and of odd header lines, by version: when $request_body is there, and what a line without a colon does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestFromJson, requestFromRaw } from '../../server/src/trace/read-requests.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { RequestInput } from '../../server/src/trace/trace.ts';
import { configOf } from './config-of.ts';

const given = (read: ReturnType<typeof requestFromJson>): RequestInput => ('problem' in read ? assert.fail(read.problem) : read.input);
const post = (target: string, body: string): RequestInput => given(requestFromJson({ request: `POST http://a.test${target}`, body }));

const JSON_SITE = `events {}
http {
    json_set $user $request_body user.name;
    server {
        listen 80;
        location / { return 200 "[$user]"; }
        location /app/ { proxy_set_header X-User $user; proxy_pass http://127.0.0.1:8000; }
    }
}`;

test('$request_body is there once the body was read, and while it fits the buffer', async () => {
  const body = '{"user":{"name":"joe"}}';
  const late = await configOf(JSON_SITE, { nginx: '1.31.9' });
  const early = await configOf(JSON_SITE.replace('listen 80;', 'listen 80; client_body_early_read on;'), { nginx: '1.31.9' });
  const small = await configOf(JSON_SITE.replace('listen 80;', 'listen 80; client_body_early_read on; client_body_buffer_size 8;'), {
    nginx: '1.31.9',
  });
  const said = (config: typeof late): string | null => traceRequest(config, post('/', body)).outcome.body;
  assert.deepEqual([said(late), said(early), said(small)], ['[]', '[joe]', '[]']);
  const sent = traceRequest(late, post('/app/', body)).outcome.upstreamRequest;
  assert.deepEqual(
    sent?.headers.filter(([n]) => n === 'X-User'),
    [['X-User', 'joe']],
  );
});

test('the limit of the server counts before that of the location, which can only lower it', async () => {
  const config = await configOf(
    `events {} http { server { listen 80; client_max_body_size 100; client_body_early_read on;
location /more { client_max_body_size 500; return 204; } location /less { client_max_body_size 5; proxy_pass http://127.0.0.1:8000; } } }`,
    { nginx: '1.31.9' },
  );
  const status = (target: string, length: number) => traceRequest(config, post(target, 'x'.repeat(length))).outcome.status;
  assert.deepEqual([status('/more', 200), status('/more', 50), status('/less', 8), status('/less', 4)], [413, 204, 413, 200]);
});

test('a header line without a colon: empty before 1.31.9, refused from then on, and not known of 1.30.7', async () => {
  const request = given(requestFromRaw('GET / HTTP/1.1\r\nHost: a.test\r\nFoo\r\n\r\n'));
  const seen: Record<string, unknown> = {};
  for (const nginx of ['1.22.1', '1.30.6', '1.30.7', '1.31.8', '1.31.9']) {
    const config = await configOf('events {} http { server { listen 80; location / { proxy_pass http://127.0.0.1:8000; } } }', { nginx });
    const { outcome, assumptions } = traceRequest(config, request);
    const asked = assumptions.some((a) => a.id === 'line-without-colon') ? ' asked' : '';
    seen[nginx] =
      `${outcome.status}${outcome.upstreamRequest?.headers.some(([n, v]) => n === 'Foo' && v === '') ? ' passed on' : ''}${asked}`;
  }
  assert.deepEqual(seen, {
    '1.22.1': '200 passed on',
    '1.30.6': '200 passed on',
    '1.30.7': '400 asked',
    '1.31.8': '200 passed on',
    '1.31.9': '400',
  });
});
