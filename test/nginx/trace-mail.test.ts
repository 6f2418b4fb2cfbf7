/** Mail against the real nginx: what the authentication server is asked, and that a session goes on where it says. */
import assert from 'node:assert/strict';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { HeaderPair, MailScheme } from '../../server/src/trace/trace.ts';
import { Random } from '../harness/config-generator.ts';
import { available, loadModules, serve, testKeys, withoutNginx } from '../harness/nginx.ts';
import { configAt } from '../trace/config-of.ts';

const withoutMail = (): false | string =>
  withoutNginx() || (available()!.modules.includes('ngx_mail_module') ? false : 'no mail module on this machine');

let asked: { line: string; headers: HeaderPair[] } | null = null;
let behind = 0;
const auth = http.createServer((request, response) => {
  const headers: HeaderPair[] = [];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2)
    headers.push([request.rawHeaders[i]!, Buffer.from(request.rawHeaders[i + 1]!, 'latin1').toString('utf8')]);
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

// ---- drawn sessions

const SEED = Number(process.env.SEED ?? 41);
const SESSIONS = Number(process.env.SESSIONS ?? 90);
const PER_CONFIG = 15;

type Protocol = 'imap' | 'pop3' | 'smtp';

/** What a client says to log in, each line after an answer; null as a salt is what the server's greeting says. */
interface Login {
  readonly method: string;
  readonly lines: readonly string[];
  readonly user: string;
  readonly pass: string;
}

const USERS = ['joe', 'joe@a.test', 'j%20x', 'jürgen', 'a+b=c'];
const PASSWORDS = ['secret', 'p%w', 'ä ß', 'x:y', '"q"', 'back\\slash'];

function loginOf(random: Random, protocol: Protocol, method: string): Login {
  const user = random.pick(USERS);
  const pass = random.pick(PASSWORDS);
  const word = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
  const auth = protocol === 'imap' ? 'a AUTHENTICATE' : 'AUTH';
  const plain = login(`\0${user}\0${pass}`);
  const digest = 'f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff';
  switch (method) {
    case 'login':
      return { method, user, pass, lines: [`${auth} LOGIN`, login(user), login(pass)] };
    case 'cram-md5':
      return { method, user, pass: digest, lines: [`${auth} CRAM-MD5`, login(`${user} ${digest}`)] };
    case 'apop':
      return { method, user: 'joe', pass: digest, lines: [`APOP joe ${digest}`] };
    case 'external':
      return { method, user, pass: '', lines: [`${auth} EXTERNAL`, login(user)] };
    case 'none':
      return { method, user: '', pass: '', lines: ['MAIL FROM:<a@b.test> SIZE=5', 'RCPT TO:<c@d.test>'] };
  }
  if (protocol === 'imap' && random.chance(0.4)) return { method, user, pass, lines: [`a LOGIN ${word(user)} ${word(pass)}`] };
  if (protocol === 'pop3' && random.chance(0.4)) return { method, user: 'joe', pass: 'x y', lines: ['USER joe', 'PASS x y'] };
  return { method, user, pass, lines: protocol !== 'imap' && random.chance(0.5) ? [`AUTH PLAIN ${plain}`] : [`${auth} PLAIN`, plain] };
}

const METHODS: Readonly<Record<Protocol, readonly string[]>> = {
  imap: ['plain', 'login', 'cram-md5', 'external'],
  pop3: ['plain', 'apop', 'cram-md5', 'external'],
  smtp: ['plain', 'login', 'cram-md5', 'external', 'none'],
};

interface Drawn {
  readonly protocol: Protocol;
  readonly ssl: boolean;
  readonly proxied: boolean;
  readonly starttls: string;
  readonly methods: readonly string[];
  readonly text: string;
}

function drawServer(random: Random, port: number): Drawn {
  const protocol = random.pick(['imap', 'pop3', 'smtp'] as const);
  const ssl = random.chance(0.25);
  const proxied = random.chance(0.3);
  const starttls = ssl ? 'off' : random.pick(['off', 'off', 'on', 'only']);
  const methods = random.some(METHODS[protocol], 1 + random.below(3));
  const lines = [`listen 127.0.0.1:${port}${ssl ? ' ssl' : ''}${proxied ? ' proxy_protocol' : ''}; protocol ${protocol};`];
  lines.push(`${protocol}_auth ${methods.join(' ')};`);
  if (starttls !== 'off') lines.push(`starttls ${starttls};`);
  if (random.chance(0.4)) lines.push(`auth_http_header X-Own ${random.pick(['"a b"', 'c', '""'])};`);
  if (random.chance(0.2)) lines.push('auth_http_header X-Other d;');
  if (random.chance(0.4)) lines.push(`set_real_ip_from ${random.pick(['127.0.0.1', '10.0.0.0/8', '127.0.0.0/8'])};`);
  if (random.chance(0.3)) lines.push('server_name own.test;');
  if (random.chance(0.3)) lines.push('proxy_protocol on;');
  if (random.chance(0.3)) lines.push('xclient off;');
  return { protocol, ssl, proxied, starttls, methods, text: `server { ${lines.join(' ')} }` };
}

/** What a client learns in a session. */
interface Heard {
  readonly salt: string;
  readonly cipher: string;
}

/** One session up to the question that the authentication server is asked, over TLS where it is asked for. */
function play(port: number, first: string, ssl: boolean, lines: readonly string[]): Promise<Heard> {
  return new Promise((done) => {
    let heard = '';
    let salt = '';
    const raw = net.connect(port, '127.0.0.1', () => {
      if (first) raw.write(first);
      if (ssl) secure();
    });
    let socket: net.Socket = raw;
    let cipher = '';
    const rest = [...lines];
    let over = false;
    const end = (): void => {
      if (over) return;
      over = true;
      clearTimeout(late);
      clearInterval(watch);
      raw.destroy();
      done({ salt, cipher });
    };
    const late = setTimeout(end, 2500);
    const watch = setInterval(() => asked && setTimeout(end, 40), 10);
    const hear = (data: Buffer): void => {
      heard += data.toString('latin1');
      if (!heard.endsWith('\r\n')) return;
      // a multi-line answer of SMTP or POP3 ends with its last line
      if (/^\d{3}-.*\r\n$/.test(heard.split(/(?<=\r\n)/).at(-1)!)) return;
      salt ||= /<[^<>\s@]*@[^<>\s]*>/.exec(heard)?.[0] ?? '';
      const challenge = /^(?:334|\+) ([A-Za-z0-9+/=]+)\r\n$/.exec(heard);
      if (challenge) salt ||= Buffer.from(challenge[1]!, 'base64').toString('latin1');
      heard = '';
      const next = rest.shift();
      if (next === undefined) {
        setTimeout(end, 80);
        return;
      }
      if (next === 'TLS') secure();
      else socket.write(`${next}\r\n`);
    };
    const watchOver = (s: net.Socket): void => void s.on('data', hear).on('error', end).on('close', end);
    function secure(): void {
      raw.removeAllListeners('data');
      const over = tls.connect({ socket: raw, rejectUnauthorized: false }, () => {
        cipher = over.getCipher().name;
        // nothing is said anew behind STARTTLS
        if (!ssl) socket.write(`${rest.shift()}\r\n`);
      });
      socket = over;
      watchOver(over);
    }
    watchOver(raw);
  });
}

test('drawn sessions ask what the trace says', { skip: withoutMail(), timeout: 600_000 }, async () => {
  const { port: authPort } = auth.address() as AddressInfo;
  const wrong: string[] = [];
  let asks = 0;
  for (let seed = SEED; asks < SESSIONS; seed++) {
    const random = new Random(seed);
    let text = '';
    let servers: Drawn[] = [];
    const above = `server_name m.test; auth_http ${random.pick([`127.0.0.1:${authPort}/auth?x=1`, `http://localhost:${authPort}`, `127.0.0.1:${authPort}/`])};
      ${random.chance(0.3) ? 'auth_http_header X-Above e;' : ''} ssl_certificate cert.pem; ssl_certificate_key key.pem; ${random.chance(0.3) ? 'smtp_client_buffer 8k;' : ''}`;
    const running = await serve(
      (ports) => {
        servers = ports.map((p) => drawServer(random, p));
        return (text = `${loadModules(['ngx_mail_module'])}events {}\nmail { ${above}\n${servers.map((s) => s.text).join('\n')}\n}\n`);
      },
      { ports: 4, modules: 'none', files: { 'cert.pem': testKeys().cert, 'key.pem': testKeys().key } },
    );
    try {
      const config = await configAt(path.join(running.folder, 'nginx.conf'), text, { prefix: running.folder, nginx: available()!.version });
      for (let i = 0; i < PER_CONFIG && asks < SESSIONS; i++, asks++) {
        const at = random.below(servers.length);
        const { protocol, ssl, proxied, starttls, methods } = servers[at]!;
        const method = random.pick(methods);
        const said = loginOf(random, protocol, method);
        const secured = starttls !== 'off' && random.chance(0.6);
        const hello = protocol === 'smtp' ? ['EHLO c.test'] : [];
        const begin = protocol === 'imap' ? 'a STARTTLS' : protocol === 'pop3' ? 'STLS' : 'STARTTLS';
        const lines = [...(secured ? [...hello, begin, 'TLS'] : []), ...hello, ...said.lines];
        asked = null;
        const line = proxied ? 'PROXY TCP4 10.1.2.3 127.0.0.5 1234 99\r\n' : '';
        const heard = await play(running.ports[at]!, line, ssl, lines);
        const trace = traceRequest(
          config,
          {
            target: '/',
            scheme: ssl ? `${protocol}s` : protocol,
            localAddress: '127.0.0.1',
            localPort: running.ports[at]!,
            clientAddress: '127.0.0.1',
            headers:
              method === 'none'
                ? []
                : [
                    ['Auth-User', said.user],
                    ['Auth-Pass', said.pass],
                  ],
            ...(proxied
              ? { proxyProtocol: { clientAddress: '10.1.2.3', clientPort: 1234, serverAddress: '127.0.0.5', serverPort: 99 } }
              : {}),
          },
          {
            assume: {
              starttls: secured ? 'used' : 'not used',
              'auth-method': method,
              'auth-salt': heard.salt,
              ssl_cipher: heard.cipher,
              'auth-server': `127.0.0.1:${behind}`,
              'smtp-helo': 'c.test',
              'smtp-from': 'MAIL FROM:<a@b.test> SIZE=5',
              'smtp-to': 'RCPT TO:<c@d.test>',
            },
          },
        );
        const request = trace.exchanges.find((e) => e.for === 'auth_request')?.request;
        const expected = request ? { line: `${request.method} ${request.uri} ${request.httpVersion}`, headers: request.headers } : null;
        if (!isDeepStrictEqual(expected, asked))
          wrong.push(
            `seed ${seed}: ${servers[at]!.text}\n  ${method} ${lines.join(' / ')} ${line}\n  nginx ${JSON.stringify(asked)}\n  trace ${JSON.stringify(expected)}\n${trace.steps.map((s) => `    ${s.said}`).join('\n')}`,
          );
      }
    } finally {
      await running.stop();
    }
  }
  console.log(`${asks - wrong.length} of ${asks} sessions agree`);
  assert.equal(wrong.length, 0, wrong.slice(0, 5).join('\n\n'));
});
