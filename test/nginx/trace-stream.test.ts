/**
 * Streams against the real nginx: generated servers with names read beforehand, maps, access lists, PROXY protocol, groups whose servers fail, and
 * connections that say a name, another protocol's bytes, or nothing of TLS. SEED and STREAMS in the environment rerun a part.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { atLeast, parseVersion } from '../../server/src/catalog/version.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { RequestInput, Trace } from '../../server/src/trace/trace.ts';
import { Random } from '../harness/config-generator.ts';
import { available, loadModules, serve, testKeys, withoutNginx } from '../harness/nginx.ts';
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

interface Hello {
  readonly name: string | null;
  /** the highest version that is offered */
  readonly version: 'SSLv3' | 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  readonly alpn: readonly string[];
}

const MINOR = { SSLv3: 0, TLSv1: 1, 'TLSv1.1': 2, 'TLSv1.2': 3, 'TLSv1.3': 4 } as const;

/** A ClientHello that says no more than it must. */
function clientHello({ name, version, alpn }: Hello): Buffer {
  const extension = (type: number, body: readonly number[]): number[] => [...u16(type), ...u16(body.length), ...body];
  const host = name === null ? [] : [...Buffer.from(name)];
  const offers = alpn.flatMap((p) => [p.length, ...Buffer.from(p)]);
  const extensions = [
    ...(alpn.length ? extension(16, [...u16(offers.length), ...offers]) : []),
    ...(name === null ? [] : extension(0, [...u16(host.length + 3), 0, ...u16(host.length), ...host])),
    ...(version === 'TLSv1.3' ? extension(43, [4, 3, 4, 3, 3]) : []),
  ];
  const legacy = Math.min(MINOR[version], 3);
  const hello = [3, legacy, ...Array<number>(32).fill(7), 0, ...u16(2), 0xc0, 0x2f, 1, 0, ...u16(extensions.length), ...extensions];
  const message = [1, 0, ...u16(hello.length), ...hello];
  return Buffer.from([22, 3, 1, ...u16(message.length), ...message]);
}

const VALUES = [
  '$remote_addr',
  '$server_port',
  '$server_addr',
  '$protocol',
  '[$ssl_preread_server_name]',
  '[$ssl_preread_protocol]',
  '[$ssl_preread_alpn_protocols]',
  '$x',
  '$z',
  '$m',
  '$g',
  '$gp',
  '$gr',
  '$v',
  '$a',
  '$sc',
  '$proxy_protocol_addr',
  '$proxy_protocol_port',
  '$proxy_protocol_server_addr',
  '$proxy_protocol_server_port',
  '$realip_remote_addr',
  '$status',
  '$bytes_sent',
  '$y',
];

/** Servers of one socket are told apart by name from 1.25.5 on. */
const NAMES = atLeast(parseVersion(available()?.version ?? '1.0.0')!, '1.25.5');
const NAMED = ['a.test', '.b.test', '*.c.test', 'c.*', '~^(?<named>d+)\\.test$', '~^z', 'A.TEST', '""', 'e.test'];

const NETS = ['127.0.0.1', '10.0.0.0/8', 'all', '192.168.0.0/16', '10.1.2.3', '2001:db8::/32', '127.0.0.0/8', 'unix:'];

function generate(random: Random, ports: readonly number[]): string {
  const one = `127.0.0.1:${port(0)}`;
  const two = `127.0.0.1:${port(1)}`;
  const pick = <T>(list: readonly T[]): T => random.pick(list);
  const rules = (): string[] => Array.from({ length: random.below(3) }, () => `${pick(['allow', 'deny'])} ${pick(NETS)};`);
  const serverOf = (listen: string, at: number): string => {
    const lines: string[] = [listen];
    if (random.chance(0.6)) lines.push(`ssl_preread ${pick(['on', 'on', 'on', 'off'])};`);
    if (random.chance(0.35)) lines.push(`set_real_ip_from ${pick(['127.0.0.1', '10.0.0.0/8', '0.0.0.0/0', 'unix:', '127.0.0.0/8'])};`);
    // some server has to define them
    for (const name of ['x', 'z'])
      if (at === 0 || random.chance(0.4))
        lines.push(`set $${name} "${pick(['a', '$g', '$remote_addr', '$m', '$z-$x', '[$ssl_preread_server_name]'])}";`);
    lines.push(...rules());
    if (random.chance(0.2)) lines.push(`limit_conn ${pick(['many', 'none'])} 1;`);
    if (random.chance(0.3)) lines.push('proxy_next_upstream off;');
    if (random.chance(0.25)) lines.push('proxy_protocol on;');
    if (random.chance(0.2)) lines.push(`proxy_next_upstream_tries ${pick(['1', '2'])};`);
    lines.push(
      pick([
        `return "${pick(VALUES)} ${pick(VALUES)} ${pick(VALUES)}";`,
        `return "${pick(VALUES)}|${pick(VALUES)}";`,
        `proxy_pass ${pick(['single', 'spare', 'gone', 'hashed', 'ring', 'down', 'sent', one, `localhost:${port(1)}`])};`,
        `proxy_pass ${pick(['$to', '$to', '$nowhere', '127.0.0.1:$back'])};`,
      ]),
    );
    return `server { ${lines.join(' ')} }`;
  };
  const servers = ports.map((p, at) => {
    const listen = `listen 127.0.0.1:${p}`;
    const first = serverOf(`${listen}${random.chance(0.15) ? ' ssl' : ''}${random.chance(0.35) ? ' proxy_protocol' : ''};`, at);
    if (!NAMES) return first;
    const others = Array.from({ length: random.below(3) }, () => `${listen}; server_name ${pick(NAMED)} ${pick(NAMED)};`);
    return [first, ...others.map((other) => serverOf(other, at))].join('\n');
  });
  return `ssl_certificate cert.pem; ssl_certificate_key key.pem; ssl_protocols TLSv1.2 TLSv1.3;
    log_format told '$status|$upstream_addr|$remote_addr|$x|$m'; access_log told.log told;
    limit_conn_zone $remote_addr zone=many:1m; limit_conn_zone $nowhere zone=none:1m; ${rules().join(' ')}
    map $ssl_preread_server_name $m { hostnames; default none; a.test A; .b.test B; *.c.test C; ~^(?<y>d+)\\.test$ "D$y"; "" nothing; }
    map $ssl_preread_server_name $to { a.test single; b.test spare; c.test ${two}; d.test gone; e.test ring; default ${one}; }
    map $ssl_preread_protocol $v { volatile; default other; "" plain; TLSv1.3 new; ~^TLSv1(\\.1)?$ old$1; }
    map $ssl_preread_alpn_protocols:$ssl_preread_protocol $a { default none; "~\\bh2\\b.*:TLSv1\\.3" h2; "~*^HTTP/1.1:" http; "~^acme-tls/1(?<rest>.*)" "acme$rest"; : empty; }
    map $ssl_preread_protocol $nowhere { default ""; SSLv3 x; }
    map $ssl_preread_protocol $back { default ${port(0)}; "" ${port(1)}; }
    geo $g { default far; 127.0.0.0/8 near; 10.0.0.0/8 ten; 10.1.0.0/16 eleven; delete 10.1.0.0/16; 2001:db8::/32 six; }
    geo $proxy_protocol_addr $gp { default far; 10.0.0.0/8 ten; 192.168.7.7 exact; }
    geo $gr { ranges; default far; 10.0.0.0-10.1.1.255 low; 10.1.2.0-10.1.2.255 high; 127.0.0.1-127.0.0.1 me; }
    split_clients "$remote_addr$ssl_preread_server_name" $sc { 30% low; 30% middle; * high; }
    upstream single { server ${two}; } upstream spare { server 127.0.0.1:1 max_fails=0; server ${one} backup; } upstream gone { server 127.0.0.1:1 max_fails=0; }
    upstream hashed { hash $remote_addr$ssl_preread_server_name; server ${one} weight=3; server ${two}; } upstream down { server ${one} down; server ${two}; }
    upstream ring { hash $ssl_preread_server_name$m consistent; server ${one}; server ${two} weight=2; server 127.0.0.1:1 down; }
    upstream sent { zone sent 64k; least_conn; server 127.0.0.1:1 max_fails=0 weight=100; server ${two}; }
    ${servers.join('\n')}`;
}

/** What comes until the end, or for a while; `first` goes out alone, before TLS begins. */
function ask(to: number, first: Buffer, then: Buffer | tls.ConnectionOptions): Promise<string> {
  return new Promise((done) => {
    let got = '';
    const raw = net.connect(to, '127.0.0.1', () => {
      if (first.length) raw.write(first);
      if (Buffer.isBuffer(then) && then.length) raw.write(then);
    });
    const socket = Buffer.isBuffer(then)
      ? raw
      : tls.connect({ ...then, socket: raw, rejectUnauthorized: false }, () => socket.write('hello'));
    const end = (): void => {
      clearTimeout(late);
      raw.destroy();
      done(got);
    };
    const late = setTimeout(() => {
      got += ' (left open)';
      end();
    }, 4000);
    socket.on('data', (data) => (got += data.toString('latin1')));
    for (const s of new Set<net.Socket>([raw, socket])) s.on('error', end).on('close', end);
  });
}

/** What the client gets by the trace. */
function told(trace: Trace): string {
  const { outcome } = trace;
  if (outcome.kind === 'return') return outcome.body ?? '';
  const last = trace.exchanges.at(-1)?.attempts.at(-1);
  if (outcome.kind !== 'proxy' || last?.said !== 'connected') return '';
  const i = backends.findIndex((_, n) => last.server.endsWith(`:${port(n)}`));
  const first = trace.steps.flatMap((s) => /PROXY protocol header first: (PROXY .*)/.exec(s.said)?.[1] ?? []);
  return `${['one', 'two'][i]} ${first[0] ?? ''}`;
}

/** How a client begins: plain bytes, or the handshake of TLS. */
function clientOf(random: Random): { readonly hello: Hello | null } {
  if (random.chance(0.12)) return { hello: null };
  const name = random.pick([
    null,
    'a.test',
    'b.test',
    'x.b.test',
    'x.c.test',
    'c.test',
    'dd.test',
    'd.test',
    'e.test',
    'zz.test',
    'A.Test',
  ]);
  return {
    hello: {
      name,
      version: random.pick(['SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.2', 'TLSv1.3', 'TLSv1.3']),
      alpn: random.pick([[], [], ['h2', 'http/1.1'], ['http/1.1'], ['acme-tls/1'], ['x', 'h2']]),
    },
  };
}

/** A line of the PROXY protocol, and what it says of the connection. */
function proxied(random: Random): { readonly line: string; readonly said: RequestInput['proxyProtocol'] } {
  const clientAddress = random.pick(['10.1.2.3', '192.168.7.7', '127.0.0.9', '10.1.1.1', '2001:db8::7', null]);
  if (clientAddress === null) return { line: 'PROXY UNKNOWN\r\n', said: undefined };
  const six = clientAddress.includes(':');
  const serverAddress = six ? '2001:db8::1' : '127.0.0.5';
  return {
    line: `PROXY TCP${six ? 6 : 4} ${clientAddress} ${serverAddress} 1234 99\r\n`,
    said: { clientAddress, clientPort: 1234, serverAddress, serverPort: 99 },
  };
}

test('streams do what the trace says', { skip: withoutStream(), timeout: 600_000 }, async () => {
  const wrong: string[] = [];
  let asked = 0;
  for (let seed = SEED; asked < CONNECTIONS; seed++) {
    const random = new Random(seed);
    let text = '';
    const running = await serve(
      (ports) => (text = `${loadModules(['ngx_stream_module'])}events {}\nstream {\n${generate(random, ports)}\n}\n`),
      { ports: PORTS, modules: 'none', files: { 'cert.pem': testKeys().cert, 'key.pem': testKeys().key } },
    );
    try {
      const config = await configAt(path.join(running.folder, 'nginx.conf'), text, { prefix: running.folder, nginx: available()!.version });
      const log = path.join(running.folder, 'told.log');
      // of the connection by which it was seen to run
      await lineOf(log, 0);
      let read = fs.statSync(log).size;
      for (let i = 0; i < PER_CONFIG && asked < CONNECTIONS; i++, asked++) {
        const to = random.pick(running.ports);
        const line = text.split('\n').find((l) => l.includes(`listen 127.0.0.1:${to}`))!;
        const listen = /listen [^;]*/.exec(line)![0];
        const header = listen.includes('proxy_protocol') ? proxied(random) : null;
        const spoken = listen.includes(' ssl');
        const { hello } = clientOf(random);
        const name = hello?.name ?? null;
        const first = Buffer.from(header?.line ?? '');
        // a real handshake where nginx is to answer it
        // what nginx does not read before it closes would take its answer away
        const unread = line.includes('return ') && !line.includes('ssl_preread on');
        const bytes = unread ? Buffer.alloc(0) : hello ? clientHello(hello) : Buffer.from('hello, no TLS here\r\n');
        const got = await ask(
          to,
          spoken ? first : Buffer.concat([first, bytes]),
          spoken ? (name === null ? {} : { servername: name }) : Buffer.alloc(0),
        );
        const trace = traceRequest(
          config,
          {
            target: '/',
            scheme: 'tcp',
            sni: name,
            localAddress: '127.0.0.1',
            localPort: to,
            clientAddress: '127.0.0.1',
            ...(header?.said ? { proxyProtocol: header.said } : {}),
          },
          {
            upstreams: { '127.0.0.1:1': { failure: 'refused' } },
            assume: {
              ssl_preread_protocol: spoken || !hello ? '' : hello.version,
              ssl_preread_alpn_protocols: spoken || !hello ? '' : hello.alpn.join(','),
              'upstream-server:sent': '127.0.0.1:1',
            },
          },
        );
        // ports of connections that the machine chose
        const same = (t: string): string => t.replace(/^((?:one|two) PROXY TCP4 127\.0\.0\.1 \S+) \d+ /, '$1 * ');
        const status = /^.*$/m.exec(await lineOf(log, read))![0];
        read = fs.statSync(log).size;
        const last = trace.exchanges.at(-1)?.attempts.map((a) => a.server.replace('localhost', '127.0.0.1')) ?? [];
        const says = `${trace.outcome.status || 0}|${last.join(', ') || '-'}`;
        const expected = told(trace);
        if (same(expected) !== same(got) || !status.replaceAll('unix:/', '').startsWith(says))
          wrong.push(
            `seed ${seed}: ${line}\n  ${JSON.stringify(hello)} ${header?.line ?? ''}\n  nginx ${got} ${status}\n  trace ${expected} ${says}\n${trace.steps.map((s) => `    ${s.said}`).join('\n')}`,
          );
      }
    } finally {
      await running.stop();
    }
  }
  console.log(`${asked - wrong.length} of ${asked} agree`);
  assert.equal(wrong.length, 0, wrong.slice(0, 6).join('\n\n'));
});

/** What the log has got since; nginx writes it when the connection ends, which the client may know before. */
async function lineOf(log: string, from: number): Promise<string> {
  for (let i = 0; i < 200; i++) {
    const text = fs.readFileSync(log, 'utf8').slice(from);
    if (text.endsWith('\n')) return text;
    await new Promise((done) => setTimeout(done, 5));
  }
  return '(nothing)\n';
}
