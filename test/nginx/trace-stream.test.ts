/**
 * Streams against the real nginx: generated servers with names read beforehand, maps, access lists, PROXY protocol, groups whose servers fail, and
 * connections that say a name, another protocol's bytes, or nothing of TLS. SEED and STREAMS in the environment rerun a part.
 */
import assert from 'node:assert/strict';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { Trace } from '../../server/src/trace/trace.ts';
import { Random } from '../harness/config-generator.ts';
import { available, loadModules, serve, withoutNginx } from '../harness/nginx.ts';
import { configAt } from '../trace/config-of.ts';

const SEED = Number(process.env.SEED ?? 611);
const CONNECTIONS = Number(process.env.STREAMS ?? 240);
const PER_CONFIG = 60;
const PORTS = 5;

const withoutStream = (): false | string =>
  withoutNginx() || (available()!.modules.includes('ngx_stream_module') ? false : 'no stream module on this machine');

/** Answers with its name and the PROXY line that came, if one came, and ends. */
const backends = ['one', 'two'].map((name) =>
  net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    const end = (line: string): unknown => socket.end(`${name} ${line}`);
    const late = setTimeout(() => end(''), 60);
    socket.once('data', (data) => {
      clearTimeout(late);
      end(/^PROXY [^\r]*/.exec(data.toString('latin1'))?.[0] ?? '');
    });
  }),
);
const port = (i: number): number => (backends[i]!.address() as AddressInfo).port;

before(async () => {
  for (const b of backends) await new Promise<void>((done) => b.listen(0, '127.0.0.1', done));
});
after(() => {
  for (const b of backends) b.close();
});

const u16 = (n: number): number[] => [n >> 8, n & 255];

/** A ClientHello of TLS 1.2 that says nothing but the name. */
function clientHello(name: string): Buffer {
  const host = [...Buffer.from(name)];
  const sni = [0, 0, ...u16(host.length + 5), ...u16(host.length + 3), 0, ...u16(host.length), ...host];
  const hello = [3, 3, ...Array<number>(32).fill(7), 0, ...u16(2), 0xc0, 0x2f, 1, 0, ...u16(sni.length), ...sni];
  const message = [1, 0, ...u16(hello.length), ...hello];
  return Buffer.from([22, 3, 1, ...u16(message.length), ...message]);
}

const VALUES = [
  '$remote_addr',
  '$server_port',
  '$protocol',
  '[$ssl_preread_server_name]',
  '$x',
  '$m',
  '$g',
  '$sc',
  '$proxy_protocol_addr',
  '$realip_remote_addr',
  '$y',
];

function generate(random: Random, ports: readonly number[]): string {
  const one = `127.0.0.1:${port(0)}`;
  const two = `127.0.0.1:${port(1)}`;
  const pick = <T>(list: readonly T[]): T => random.pick(list);
  const servers = ports.map((p, at) => {
    const lines: string[] = [`listen 127.0.0.1:${p}${random.chance(0.3) ? ' proxy_protocol' : ''};`];
    if (random.chance(0.6)) lines.push('ssl_preread on;');
    if (random.chance(0.3)) lines.push(`set_real_ip_from ${pick(['127.0.0.1', '10.0.0.0/8', '0.0.0.0/0'])};`);
    // some server has to define it
    if (at === 0 || random.chance(0.4)) lines.push(`set $x "${pick(['a', '$g', '$remote_addr', '$m'])}";`);
    for (let i = random.below(3); i > 0; i--)
      lines.push(`${pick(['allow', 'deny'])} ${pick(['127.0.0.1', '10.0.0.0/8', 'all', '192.168.0.0/16'])};`);
    if (random.chance(0.3)) lines.push('proxy_next_upstream off;');
    if (random.chance(0.2)) lines.push('proxy_protocol on;');
    if (random.chance(0.2)) lines.push('proxy_next_upstream_tries 1;');
    lines.push(
      pick([
        `return "${pick(VALUES)} ${pick(VALUES)} ${pick(VALUES)}";`,
        `return "${pick(VALUES)}|${pick(VALUES)}";`,
        `proxy_pass ${pick(['single', 'spare', 'gone', 'hashed', 'down', one])};`,
        'proxy_pass $to;',
      ]),
    );
    return `server { ${lines.join(' ')} }`;
  });
  return `map $ssl_preread_server_name $m { hostnames; default none; a.test A; .b.test B; *.c.test C; ~^(?<y>d+)\\.test$ "D$y"; "" nothing; }
    map $ssl_preread_server_name $to { a.test single; b.test spare; c.test ${two}; d.test gone; default ${one}; }
    geo $g { default far; 127.0.0.0/8 near; 10.0.0.0/8 ten; } split_clients "$remote_addr$ssl_preread_server_name" $sc { 30% low; 30% middle; * high; }
    upstream single { server ${two}; } upstream spare { server 127.0.0.1:1 max_fails=0; server ${one} backup; } upstream gone { server 127.0.0.1:1 max_fails=0; }
    upstream hashed { hash $remote_addr$ssl_preread_server_name; server ${one}; server ${two}; } upstream down { server ${one} down; server ${two}; }
    ${servers.join('\n')}`;
}

/** What comes until the end, or for a while. */
const ask = (to: number, bytes: Buffer): Promise<string> =>
  new Promise((done) => {
    let got = '';
    const socket = net.connect(to, '127.0.0.1', () => socket.write(bytes));
    const end = (): void => {
      clearTimeout(late);
      socket.destroy();
      done(got);
    };
    const late = setTimeout(() => {
      got += ' (left open)';
      end();
    }, 4000);
    socket.on('data', (data) => (got += data.toString('latin1')));
    socket.on('error', end).on('close', end);
  });

/** What the client gets by the trace. */
function told(trace: Trace, from: string): string {
  const { outcome } = trace;
  if (outcome.kind === 'return') return outcome.body ?? '';
  const last = trace.exchanges.at(-1)?.attempts.at(-1);
  if (outcome.kind !== 'proxy' || last?.said !== 'connected') return '';
  const i = backends.findIndex((_, n) => last.server === `127.0.0.1:${port(n)}`);
  const first = trace.steps.some((s) => s.said.includes('PROXY protocol header first'));
  return `${['one', 'two'][i]} ${first ? from : ''}`;
}

test('streams do what the trace says', { skip: withoutStream(), timeout: 600_000 }, async () => {
  const wrong: string[] = [];
  let asked = 0;
  for (let seed = SEED; asked < CONNECTIONS; seed++) {
    const random = new Random(seed);
    let text = '';
    const running = await serve(
      (ports) => (text = `${loadModules(['ngx_stream_module'])}events {}\nstream {\n${generate(random, ports)}\n}\n`),
      { ports: PORTS, modules: 'none' },
    );
    try {
      const config = await configAt(path.join(running.folder, 'nginx.conf'), text, { prefix: running.folder, nginx: available()!.version });
      for (let i = 0; i < PER_CONFIG && asked < CONNECTIONS; i++, asked++) {
        const to = random.pick(running.ports);
        const proxied = new RegExp(`listen 127\\.0\\.0\\.1:${to} proxy_protocol`).test(text);
        const client = random.pick(['10.1.2.3', '192.168.7.7', '127.0.0.9']);
        const name = random.pick([null, 'a.test', 'b.test', 'x.b.test', 'x.c.test', 'c.test', 'dd.test', 'd.test', 'zz.test']);
        const bytes = name === null ? Buffer.from('hello, no TLS here\r\n') : clientHello(name);
        const got = await ask(to, Buffer.concat([Buffer.from(proxied ? `PROXY TCP4 ${client} 127.0.0.5 1234 99\r\n` : ''), bytes]));
        const trace = traceRequest(
          config,
          {
            target: '/',
            scheme: 'tcp',
            sni: name,
            localAddress: '127.0.0.1',
            localPort: to,
            clientAddress: '127.0.0.1',
            ...(proxied ? { proxyProtocol: { clientAddress: client, clientPort: 1234, serverAddress: '127.0.0.5', serverPort: 99 } } : {}),
          },
          { upstreams: { '127.0.0.1:1': { failure: 'refused' } } },
        );
        const expected = told(trace, /^(?:one|two) (PROXY .*)$/s.exec(got)?.[1] ?? 'PROXY');
        if (expected !== got)
          wrong.push(
            `seed ${seed}: ${text.split('\n').find((l) => l.includes(`:${to}`))}\n  ${name} ${proxied ? client : ''}\n  nginx ${got}\n  trace ${expected}\n${trace.steps.map((s) => `    ${s.said}`).join('\n')}`,
          );
      }
    } finally {
      await running.stop();
    }
  }
  console.log(`${asked - wrong.length} of ${asked} agree`);
  assert.equal(wrong.length, 0, wrong.slice(0, 6).join('\n\n'));
});
