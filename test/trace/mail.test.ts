import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestFromUrl } from '../../server/src/trace/from-url.ts';
import { traceText } from '../../server/src/trace/print/text.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { Trace } from '../../server/src/trace/trace.ts';
import { configOf } from './config-of.ts';

const CONFIG = `events {}
mail {
  auth_http auth.internal:9000/check;
  auth_http_header X-Secret s;
  server { listen 143; starttls on; ssl_certificate c.pem; ssl_certificate_key c.key; }
  server { listen 993 ssl; protocol imap; ssl_certificate c.pem; ssl_certificate_key c.key; }
  server { listen 110; starttls only; ssl_certificate c.pem; ssl_certificate_key c.key; }
  server { listen 2525; protocol smtp; smtp_auth login plain; auth_http other.internal/; xclient off; }
}
`;

async function ask(url: string, assume: Record<string, string> = {}): Promise<Trace> {
  const request = requestFromUrl({ url });
  if ('problem' in request) throw new Error(request.problem);
  return traceRequest(await configOf(CONFIG), request, { assume });
}
const said = (trace: Trace): string => trace.steps.map((s) => s.said).join('\n');
const lineOf = (trace: Trace, name: string): string | undefined =>
  trace.exchanges.find((e) => e.for === 'auth_request')?.request.headers.find(([n]) => n === name)?.[1];

test('the server, its protocol by port, and what the authentication server is asked', async () => {
  const trace = await ask('imap://joe:s%20x@mail.example.com');
  assert.match(said(trace), /speaks IMAP, by port 143\nSTARTTLS/);
  const { request } = trace.exchanges[0]!;
  assert.equal(`${request.method} ${request.uri} ${request.upstream}`, 'GET /check auth.internal:9000');
  assert.equal(lineOf(trace, 'Host'), 'auth.internal');
  assert.equal(lineOf(trace, 'Auth-User'), 'joe');
  assert.equal(lineOf(trace, 'Auth-Pass'), 's%20x');
  assert.equal(lineOf(trace, 'Auth-SSL'), 'on');
  assert.equal(lineOf(trace, 'X-Secret'), 's');
  assert.equal(trace.outcome.upstreamRequest?.upstream, '127.0.0.1:143');
  assert.match(traceText(trace), /the session goes on with 127\.0\.0\.1:143/);
});

test('TLS from the start, or not at all', async () => {
  assert.equal((await ask('imaps://joe@mail.example.com')).outcome.kind, 'proxy');
  assert.equal((await ask('imap://mail.example.com:993')).outcome.kind, 'closed');
  assert.equal((await ask('imaps://mail.example.com:143')).outcome.kind, 'closed');
});

test('STARTTLS that is demanded and not used ends the session', async () => {
  assert.equal((await ask('pop3://joe@mail.example.com')).outcome.kind, 'proxy');
  const refused = await ask('pop3://joe@mail.example.com', { starttls: 'not used' });
  assert.equal(refused.outcome.kind, 'error');
  assert.equal(refused.exchanges.length, 0);
});

test('who is refused, and where nobody answers', async () => {
  assert.equal((await ask('smtp://joe@mail.example.com:2525', { auth_http: 'denied' })).outcome.kind, 'error');
  assert.equal((await ask('smtp://joe@mail.example.com:2525', { auth_http: 'unavailable' })).outcome.kind, 'closed');
  const trace = await ask('smtp://joe@mail.example.com:2525', { 'auth-server': '10.0.0.9:25', 'auth-method': 'login' });
  assert.equal(trace.outcome.upstreamRequest?.upstream, '10.0.0.9:25');
  assert.equal(lineOf(trace, 'Auth-Method'), 'plain');
  assert.equal(lineOf(trace, 'Client-Host'), '[UNAVAILABLE]');
});

test('a port on which nobody listens, and a client of another protocol', async () => {
  assert.match(said(await ask('smtp://mail.example.com')), /connection refused: no server listens on 127\.0\.0\.1:25/);
  assert.match(said(await ask('smtp://mail.example.com:143')), /the client speaks SMTP/);
});

test('the salt of a digest and the addresses of the PROXY protocol are told, in their places', async () => {
  const names = async (lines: string, method: string, scheme: 'imap' | 'pop3', nginx?: string): Promise<string[]> => {
    const text = `mail { server_name m.test; auth_http 127.0.0.1:9/a; server { listen 99 proxy_protocol; protocol ${scheme}; ${lines} } }\n`;
    const trace = traceRequest(
      await configOf(`events {}\n${text}`, nginx ? { nginx } : {}),
      { target: '/', scheme, localPort: 99, proxyProtocol: { clientAddress: '10.0.0.1', serverAddress: '10.0.0.2' } },
      { assume: { 'auth-method': method } },
    );
    return trace.exchanges[0]!.request.headers.map(([n]) => n).filter((n) => /Salt|Proxy|Client/.test(n));
  };
  const proxy = ['Client-IP', 'Proxy-Protocol-Addr', 'Proxy-Protocol-Port', 'Proxy-Protocol-Server-Addr', 'Proxy-Protocol-Server-Port'];
  assert.deepEqual(await names('imap_auth plain cram-md5;', 'cram-md5', 'imap'), ['Auth-Salt', ...proxy]);
  assert.deepEqual(await names('imap_auth plain cram-md5;', 'plain', 'imap'), proxy);
  // the greeting of POP3 says one before it is known what for, and releases that CVE-2026-27651 concerns told it then
  for (const [nginx, salt] of [
    ['1.22.1', ['Auth-Salt']],
    ['1.28.2', ['Auth-Salt']],
    ['1.28.3', []],
    ['1.29.6', ['Auth-Salt']],
    ['1.30.6', []],
  ] as const)
    assert.deepEqual(await names('pop3_auth apop external;', 'external', 'pop3', nginx), [...salt, ...proxy], nginx);
  assert.deepEqual(await names('pop3_auth apop external;', 'apop', 'pop3', '1.30.6'), ['Auth-Salt', ...proxy]);
  assert.deepEqual(await names('imap_auth cram-md5 external;', 'external', 'imap'), proxy);
});

test('who sends mail without a login is not held to STARTTLS', async () => {
  const of = async (method: string): Promise<string> =>
    traceRequest(
      await configOf(
        'events {}\nmail { auth_http 127.0.0.1:9/a; server { listen 25; protocol smtp; smtp_auth plain none; starttls only; ssl_certificate c; ssl_certificate_key k; } }\n',
      ),
      { target: '/', scheme: 'smtp', localPort: 25 },
      { assume: { starttls: 'not used', 'auth-method': method } },
    ).outcome.kind;
  assert.deepEqual([await of('plain'), await of('none')], ['error', 'proxy']);
});
