/** Mail against the real nginx: what the authentication server is asked, and that a session goes on where it says. */
import assert from 'node:assert/strict';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { HeaderPair, MailScheme } from '../../server/src/trace/trace.ts';
import { available, loadModules, serve, withoutNginx } from '../harness/nginx.ts';
import { configAt } from '../trace/config-of.ts';

const withoutMail = (): false | string =>
  withoutNginx() || (available()!.modules.includes('ngx_mail_module') ? false : 'no mail module on this machine');

let asked: { line: string; headers: HeaderPair[] } | null = null;
let behind = 0;
const auth = http.createServer((request, response) => {
  const headers: HeaderPair[] = [];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) headers.push([request.rawHeaders[i]!, request.rawHeaders[i + 1]!]);
  asked = { line: `${request.method} ${request.url} ${request.httpVersion}`, headers };
  response.writeHead(200, { 'Auth-Status': 'OK', 'Auth-Server': '127.0.0.1', 'Auth-Port': String(behind) });
  response.end();
});
/** the server behind: greets, and says what reached it */
const server = net.createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.write('* OK here\r\n');
});

before(async () => {
  for (const s of [auth, server]) await new Promise<void>((done) => s.listen(0, '127.0.0.1', done));
  behind = (server.address() as AddressInfo).port;
});
after(() => {
  auth.close();
  server.close();
});

/** Says the lines one by one, each after something came, until the authentication server was asked. */
const session = (port: number, lines: readonly string[]): Promise<void> =>
  new Promise((done) => {
    const socket = net.connect(port, '127.0.0.1');
    const rest = [...lines];
    const end = (): void => {
      clearTimeout(late);
      socket.destroy();
      done();
    };
    const late = setTimeout(end, 3000);
    socket.on('error', end).on('close', end);
    socket.on('data', () => {
      const next = rest.shift();
      if (next !== undefined) socket.write(`${next}\r\n`);
      else if (asked) end();
    });
    const watch = setInterval(() => {
      if (!asked) return;
      clearInterval(watch);
      setTimeout(end, 50);
    }, 20);
    watch.unref();
  });

const login = (text: string): string => Buffer.from(text).toString('base64');

const CASES: readonly [name: string, scheme: MailScheme, lines: string, said: readonly string[], headers?: HeaderPair[]][] = [
  ['IMAP', 'imap', 'protocol imap;', ['a LOGIN joe secret']],
  [
    'IMAP, a user with a blank',
    'imap',
    'protocol imap; auth_http_header X-Port 143;',
    ['a LOGIN "joe x%" secret'],
    [['Auth-User', 'joe x%']],
  ],
  ['POP3', 'pop3', 'protocol pop3;', ['USER joe', 'PASS secret']],
  ['SMTP', 'smtp', 'protocol smtp;', ['EHLO c.test', `AUTH PLAIN ${login('\0joe\0secret')}`]],
  ['SMTP without a login', 'smtp', 'protocol smtp; smtp_auth none;', ['EHLO c.test', 'MAIL FROM:<a@b.test>', 'RCPT TO:<c@d.test>'], []],
];

for (const [name, scheme, lines, said, headers] of CASES)
  test(name, { skip: withoutMail(), timeout: 20_000 }, async () => {
    const { port: authPort } = auth.address() as AddressInfo;
    let text = '';
    const running = await serve(
      (ports) =>
        (text = `${loadModules(['ngx_mail_module'])}events {}\nmail { server_name m.test; auth_http 127.0.0.1:${authPort}/auth?x=1; server { listen 127.0.0.1:${ports[0]!}; ${lines} } }\n`),
      { ports: 1, modules: 'none' },
    );
    try {
      asked = null;
      await session(running.ports[0]!, said);
      const config = await configAt(path.join(running.folder, 'nginx.conf'), text, { prefix: running.folder, nginx: available()!.version });
      const trace = traceRequest(
        config,
        {
          target: '/',
          scheme,
          localAddress: '127.0.0.1',
          localPort: running.ports[0]!,
          clientAddress: '127.0.0.1',
          headers:
            headers?.length === 0
              ? []
              : [['Auth-User', 'joe'] as const, ['Auth-Pass', 'secret'] as const].map(
                  ([n, v]) => headers?.find(([m]) => m === n) ?? [n, v],
                ),
        },
        {
          assume: {
            'auth-server': `127.0.0.1:${behind}`,
            'smtp-helo': 'c.test',
            'smtp-from': 'MAIL FROM:<a@b.test>',
            'smtp-to': 'RCPT TO:<c@d.test>',
          },
        },
      );
      const request = trace.exchanges.find((e) => e.for === 'auth_request')!.request;
      assert.deepEqual({ line: `${request.method} ${request.uri} ${request.httpVersion}`, headers: request.headers }, asked);
      assert.equal(trace.outcome.upstreamRequest?.upstream, `127.0.0.1:${behind}`);
    } finally {
      await running.stop();
    }
  });
