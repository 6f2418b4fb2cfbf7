/** stream {}: which server takes a connection and where it goes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceRequest } from '../../server/src/trace/request.ts';
import { lineOf } from '../../server/src/trace/stations.ts';
import type { RequestInput, Trace } from '../../server/src/trace/trace.ts';
import { configOf } from './config-of.ts';

const connect = async (text: string, input: Partial<RequestInput>, nginx?: string, assume: Record<string, string> = {}): Promise<Trace> =>
  traceRequest(await configOf(`stream {\n${text}\n}\n`, nginx ? { nginx } : {}), { target: '/', scheme: 'tcp', ...input }, { assume });

test('the address and port choose the server', async () => {
  const text =
    'server { listen 5432; proxy_pass db; } server { listen 10.0.0.1:5432; proxy_pass 10.0.0.2:5433; } upstream db { server 10.0.0.3:5432; server 10.0.0.4:5432 backup; }';
  const any = await connect(text, { localPort: 5432 });
  assert.equal(any.outcome.kind, 'proxy');
  assert.equal(any.outcome.upstreamRequest?.upstream, 'db');
  assert.deepEqual(any.outcome.upstreamRequest?.servers, ['10.0.0.3:5432', '10.0.0.4:5432']);
  const special = await connect(text, { localPort: 5432, localAddress: '10.0.0.1' });
  assert.equal(special.outcome.upstreamRequest?.upstream, '10.0.0.2:5433');
  const none = await connect(text, { localPort: 1 });
  assert.equal(none.outcome.kind, 'unknown');
});

test('UDP listeners are apart from TCP ones', async () => {
  const text = 'server { listen 53 udp; proxy_pass 10.0.0.1:53; } server { listen 53; proxy_pass 10.0.0.2:53; }';
  assert.equal((await connect(text, { localPort: 53, scheme: 'udp' })).outcome.upstreamRequest?.upstream, '10.0.0.1:53');
  assert.equal((await connect(text, { localPort: 53 })).outcome.upstreamRequest?.upstream, '10.0.0.2:53');
  assert.equal((await connect(text, { localPort: 53, scheme: 'udp' })).outcome.upstreamRequest?.protocol, 'udp');
});

test('a map on the name that ssl_preread reads', async () => {
  const text =
    'map $ssl_preread_server_name $to { a.example 10.0.0.1:443; *.b.example 10.0.0.2:443; default 10.0.0.9:443; } server { listen 443; ssl_preread on; proxy_pass $to; }';
  const to = async (sni: string | null): Promise<string | undefined> =>
    (await connect(text, { localPort: 443, sni })).outcome.upstreamRequest?.upstream;
  assert.equal(await to('a.example'), '10.0.0.1:443');
  assert.equal(await to(null), '10.0.0.9:443');
  // masks count only in a map with hostnames
  assert.equal(await to('x.b.example'), '10.0.0.9:443');
});

test('server_name of stream servers since 1.25.5', async () => {
  const text =
    'server { listen 443 ssl; server_name a.example; proxy_pass 10.0.0.1:1; } server { listen 443 ssl; server_name b.example; proxy_pass 10.0.0.2:1; }';
  assert.equal((await connect(text, { localPort: 443, sni: 'b.example' })).outcome.upstreamRequest?.upstream, '10.0.0.2:1');
  assert.equal((await connect(text, { localPort: 443, sni: 'c.example' })).outcome.upstreamRequest?.upstream, '10.0.0.1:1');
  assert.equal((await connect(text, { localPort: 443, sni: 'b.example' }, '1.24.0')).outcome.upstreamRequest?.upstream, '10.0.0.1:1');
});

test('return, access rules, limits, no handler', async () => {
  const text = await connect('server { listen 1; return "from $remote_addr to $server_port"; }', {
    localPort: 1,
    clientAddress: '10.1.1.1',
  });
  assert.equal(text.outcome.kind, 'return');
  assert.equal(text.outcome.body, 'from 10.1.1.1 to 1');
  const denied = await connect('server { listen 1; deny 10.0.0.0/8; proxy_pass 10.0.0.1:2; }', { localPort: 1, clientAddress: '10.1.1.1' });
  assert.equal(denied.outcome.kind, 'closed');
  assert.equal(denied.outcome.upstreamRequest, null);
  const full = await connect(
    'limit_conn_zone $binary_remote_addr zone=z:1m; server { listen 1; limit_conn z 2; proxy_pass 10.0.0.1:2; }',
    { localPort: 1 },
    undefined,
    {
      'limit_conn:z': 'over',
    },
  );
  assert.equal(full.outcome.kind, 'closed');
  assert.deepEqual(
    full.limits.map((l) => [l.kind, l.zone, l.connections]),
    [['connections', 'z', 2]],
  );
  const empty = await connect('server { listen 1; }', { localPort: 1 });
  assert.equal(empty.outcome.kind, 'closed');
});

test('times and buffers have their defaults', async () => {
  const t = await connect('server { listen 1; proxy_timeout 1h; proxy_pass 10.0.0.1:2; }', { localPort: 1 });
  assert.deepEqual(t.timeouts, { connect: '60s', idle: '1h', preread: '30s' });
  assert.deepEqual(t.buffering, { buffer_size: '16k' });
});

test('the address of a trusted PROXY protocol peer is replaced', async () => {
  const text =
    'server { listen 1 proxy_protocol; set_real_ip_from 10.0.0.0/8; allow 192.0.2.0/24; deny all; return "$remote_addr $realip_remote_addr"; }';
  const t = await connect(text, { localPort: 1, clientAddress: '10.0.0.1', proxyProtocol: { clientAddress: '192.0.2.7' } });
  assert.equal(t.outcome.body, '192.0.2.7 10.0.0.1');
  const other = await connect(text, { localPort: 1, clientAddress: '203.0.113.1', proxyProtocol: { clientAddress: '192.0.2.7' } });
  assert.equal(other.outcome.kind, 'closed');
});

test('the access rules, limits and variables are those of the default server, the rest is of the server that the name chose', async () => {
  const text = (first: string, second: string): string =>
    `server { listen 1; server_name d.test; ssl_preread on; ${first} return "D $ssl_preread_server_name"; } server { listen 1; server_name e.test; ${second} return "E $ssl_preread_server_name $x"; }`;
  const body = async (first: string, second: string): Promise<string | null> =>
    (await connect(text(first, second), { localPort: 1, sni: 'e.test' })).outcome.body;
  assert.equal(await body('set $x "of $protocol";', 'deny all;'), 'E e.test of TCP');
  assert.equal(await body('deny all;', 'set $x b;'), null);
  // ssl_preread of the chosen server alone reads nothing
  const late = await connect('server { listen 1; return "D"; } server { listen 1; server_name e.test; ssl_preread on; return "E"; }', {
    localPort: 1,
    sni: 'e.test',
  });
  assert.equal(late.outcome.body, 'D');
});

test('set runs behind realip and before the limits', async () => {
  const t = await connect(
    'limit_conn_zone $x zone=z:1m; server { listen 1 proxy_protocol; set_real_ip_from 10.0.0.1; set $x $remote_addr; limit_conn z 1; return "$x $proxy_protocol_server_addr:$proxy_protocol_server_port"; }',
    {
      localPort: 1,
      clientAddress: '10.0.0.1',
      proxyProtocol: { clientAddress: '9.9.9.9', clientPort: 11, serverAddress: '8.8.8.8', serverPort: 22 },
    },
  );
  assert.equal(t.outcome.body, '9.9.9.9 8.8.8.8:22');
  assert.equal(t.limits[0]?.value, '9.9.9.9');
});

test('the next server takes the connection that one refused', async () => {
  const text = (more: string): string =>
    `upstream u { server 10.0.0.1:1; server 10.0.0.2:2 backup; } server { listen 1; ${more} proxy_pass u; }`;
  const told = async (more: string): Promise<unknown> => {
    const t = traceRequest(
      await configOf(`stream {\n${text(more)}\n}\n`),
      { target: '/', scheme: 'tcp', localPort: 1 },
      { upstreams: { '10.0.0.1:1': { failure: 'refused' } } },
    );
    return [t.outcome.kind, t.outcome.status, ...t.exchanges[0]!.attempts.map((a) => `${a.server} ${a.said}`)];
  };
  assert.deepEqual(await told(''), ['proxy', 200, '10.0.0.1:1 refused', '10.0.0.2:2 connected']);
  assert.deepEqual(await told('proxy_next_upstream off;'), ['closed', 502, '10.0.0.1:1 refused']);
});

test('a connection is told in its own words', async () => {
  const line = lineOf(await connect('server { listen 25; proxy_pass 10.0.0.1:2525; }', { localPort: 25 }));
  assert.equal(line.title, 'tcp://127.0.0.1:25');
  assert.equal(line.ending, 'bytes pass between the client and 10.0.0.1:2525');
  assert.match(line.down[0]!.fact, /, TCP$/);
  const denied = lineOf(await connect('server { listen 25; deny all; proxy_pass 10.0.0.1:2525; }', { localPort: 25 }));
  assert.equal(denied.ending, 'closed, status 403');
});

test('pass hands the connection to another listener of this nginx, and is closed where there is none', async () => {
  const t = await connect(
    'server { listen 443; pass 127.0.0.1:8443; } server { listen 8443 ssl; server_name in; proxy_pass 10.0.0.1:1; }',
    {
      localPort: 443,
    },
  );
  assert.match(t.steps.map((s) => s.said).join('\n'), /handed to the listener \*:8443, where the server in of stream takes it up/);
  assert.equal(t.outcome.kind, 'proxy');
  const none = await connect('server { listen 443; pass 127.0.0.1:9999; }', { localPort: 443 });
  assert.equal(none.outcome.kind, 'closed');
});

test('where TLS ends, ssl_preread reads what came within it', async () => {
  const values = 'return "$ssl_server_name|$ssl_preread_server_name|$ssl_preread_protocol|$ssl_preread_alpn_protocols";';
  const of = async (listen: string): Promise<Trace> =>
    connect(`server { listen ${listen}; ssl_preread on; ${values} }`, { localPort: 443, sni: 'a.test' }, undefined, {
      ssl_preread_alpn_protocols: 'h2',
    });
  assert.equal((await of('443')).outcome.body, '|a.test|TLSv1.3|h2');
  const ended = await of('443 ssl');
  assert.equal(ended.outcome.body, 'a.test|||');
  assert.deepEqual(
    ended.steps.map((s) => s.phase),
    ['listen', 'tls', 'preread', 'content'],
  );
  assert.equal(ended.assumptions.length, 0);
});

test('the line of the PROXY protocol that the server behind gets has the addresses after realip', async () => {
  const line = async (more: string, input: Partial<RequestInput>): Promise<string | undefined> =>
    (
      await connect(`server { listen 99 proxy_protocol; proxy_protocol on; ${more} proxy_pass 10.0.0.1:1; }`, { localPort: 99, ...input })
    ).steps
      .map((s) => /header first: (.*)/.exec(s.said)?.[1])
      .find((l) => l !== undefined);
  const input = {
    clientAddress: '10.9.9.9',
    clientPort: 7,
    localAddress: '10.0.0.5',
    proxyProtocol: { clientAddress: '2001:db8::1', clientPort: 8, serverAddress: '2001:db8::2', serverPort: 9 },
  };
  assert.equal(await line('', input), 'PROXY TCP4 10.9.9.9 10.0.0.5 7 99');
  assert.equal(await line('set_real_ip_from 10.0.0.0/8;', input), 'PROXY TCP6 2001:db8::1 10.0.0.5 8 99');
  assert.equal(await line('', { ...input, clientAddress: 'unix:' }), 'PROXY UNKNOWN');
});

test('the handshake of a stream: protocols, ciphers and ALPN are the directives’, what the client decides is asked', async () => {
  const of = (lines: string, assume: Readonly<Record<string, string>> = {}, more: Partial<RequestInput> = {}): Promise<Trace> =>
    connect(
      `server { listen 443 ssl; ${lines} return "$ssl_protocol $ssl_cipher [$ssl_alpn_protocol]"; }`,
      { localPort: 443, ...more },
      undefined,
      assume,
    );
  const old = await of('ssl_protocols TLSv1.2; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256;');
  assert.equal(old.outcome.body, 'TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 []');
  assert.deepEqual(old.tls.protocols, ['TLSv1.2']);
  const ordered = 'ssl_protocols TLSv1.2; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384;';
  assert.equal((await of(ordered)).outcome.body, 'TLSv1.2 ECDHE-RSA-AES256-GCM-SHA384 []');
  assert.equal((await of(`${ordered} ssl_prefer_server_ciphers on;`)).outcome.body, 'TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 []');
  // without ssl_alpn nothing is agreed on
  assert.ok(!old.assumptions.some((a) => a.id === 'ssl_alpn_protocol'));
  const alpn = await of('ssl_alpn h2 http/1.1;', { ssl_alpn_protocol: 'h2' });
  assert.match(alpn.outcome.body ?? '', / \[h2\]$/);
  const other = await of('ssl_alpn h2 http/1.1;', { ssl_alpn_protocol: 'another' });
  assert.equal(`${other.outcome.kind} ${other.outcome.status}`, 'closed 500');
  const bare = await of('ssl_verify_client on;');
  assert.equal(`${bare.outcome.kind} ${bare.outcome.status}`, 'closed 500');
});
