/**
 * Requests that nginx passes to ports of its own, against the real nginx: through one server, several and groups of them, with what each does to
 * the request and to the answer, and in a loop. ITSELF_REQUESTS asks for more, ITSELF_SEED for others.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { fromBytes } from '../../server/src/base/bytes.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { HeaderPair } from '../../server/src/trace/trace.ts';
import { Random } from '../harness/config-generator.ts';
import { RawClient } from '../harness/echo-client.ts';
import { available, OWN_PATHS, serve, withoutNginx } from '../harness/nginx.ts';
import { configAt } from '../trace/config-of.ts';
import { disk } from './trace-compare.ts';

const REQUESTS = Number(process.env.ITSELF_REQUESTS ?? 500);
const SEED = Number(process.env.ITSELF_SEED ?? 3);

const SEEN =
  'add_header X-Seen "$host $http_host $remote_addr $request_method $request_uri $server_port $http_x_a $http_connection" always;';
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'] as const;

/** Where a location of a server may pass a request on to. */
interface Ports {
  readonly own: readonly number[];
  readonly folder: string;
  /** whether some locations check who asks */
  readonly checks: boolean;
}

const answering = (random: Random, ports: Ports): string =>
  random.pick([
    'return 200 "here $uri";',
    'return 204;',
    'return 404;',
    'return 503 busy;',
    'return 444;',
    `return 302 http://127.0.0.1:${random.pick(ports.own)}/a/there;`,
    `return 301 http://$host/b/$arg_x;`,
    'return 307 /c/;',
    'deny all;',
    'allow 127.0.0.1; deny all; return 200;',
    'allow unix:; deny all; return 201 socket;',
    'auth_basic who; auth_basic_user_file none;',
    'internal; return 200;',
    'limit_except GET { deny all; } return 200 got;',
    'error_page 404 =410 /f/gone; return 404;',
    'client_max_body_size 1; return 200;',
    'add_header Set-Cookie "k=v; Path=/in; Domain=x.test"; add_header X-Accel-Buffering no; return 200 cookie;',
    'add_header X-Accel-Redirect /a/other; return 200;',
    'if ($http_x_a) { return 418 "$http_x_a"; } return 200;',
    'add_header Cache-Control no-store; expires 1h; default_type text/css; return 200 "* {}";',
    'empty_gif;',
    'add_header X-Length "$http_content_length" always; return 200;',
    'stub_status;',
    'root nowhere;',
  ]);

function target(random: Random, { own, folder }: Ports, above: number): string {
  const further = own.filter((_, i) => i > above);
  const port = random.pick(further);
  const host = random.pick([`127.0.0.1:${port}`, `127.0.0.1:${port}`, `localhost:${port}`, `unix:${folder}/sock`, `group${above}`]);
  const uri = random.pick(['', '', '/', '/b/', '/c/deep/', '/e?x=1']);
  return `http://${host}${host.startsWith('unix:') && uri ? `:${uri}` : uri}`;
}

/** What may be said of a pass, one of each kind. */
const WITH: readonly (readonly string[])[] = [
  [
    'proxy_set_header Host $host;',
    'proxy_set_header Host $http_host;',
    'proxy_set_header Host s2.test;',
    'proxy_set_header Host $proxy_host;',
  ],
  [
    'proxy_set_header X-A "1 $remote_addr";',
    'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-A $http_x_a+;',
    'proxy_pass_request_headers off;',
  ],
  ['proxy_http_version 1.1;', 'proxy_http_version 1.1; proxy_set_header Connection "";'],
  ['proxy_intercept_errors on; error_page 404 403 503 /f/page;', 'proxy_intercept_errors on; error_page 401 =200 @named;'],
  ['proxy_hide_header X-Seen;', 'proxy_pass_header Server;'],
  ['proxy_redirect off;', 'proxy_redirect http://127.0.0.1 https://out.example;', 'proxy_redirect ~^http://[^/]+/(.*)$ /moved/$1;'],
  ['proxy_cookie_path /in /out; proxy_cookie_domain x.test y.test;'],
  ['proxy_ignore_headers X-Accel-Redirect;'],
  ['proxy_bind 127.0.0.9;', 'proxy_bind $arg_from;'],
  ['proxy_method POST;', 'proxy_set_body "x=$arg_x"; proxy_method PUT;'],
  ['proxy_next_upstream error http_404 http_503;', 'proxy_next_upstream off;'],
  ['gzip on; gzip_types text/plain text/css;'],
  ['expires 5m;'],
  ['proxy_pass_request_body off; proxy_set_header Content-Length "";', 'client_max_body_size 1;', 'proxy_request_buffering off;'],
  ['auth_request /f/page;', 'auth_request /e;', 'auth_request /b/;'],
  ['set_real_ip_from 127.0.0.0/8; real_ip_header X-A;'],
  ['add_header X-Asked "$upstream_status $upstream_addr" always;'],
];

function passing(random: Random, ports: Ports, above: number): string {
  const pass = `proxy_pass ${target(random, ports, above)};`;
  const lines = random.some(WITH, random.below(5)).map((list) => random.pick(list));
  // a socket of a path takes no address
  const fits = (line: string): boolean =>
    !(line.startsWith('proxy_bind 1') && pass.includes('unix:')) && (ports.checks || !line.startsWith('auth_request'));
  return [pass, ...lines.filter(fits)].join(' ');
}

function server(random: Random, ports: Ports, nth: number): string {
  const last = nth === ports.own.length - 1;
  const locations = NAMES.map(
    (name) =>
      `location /${name}/ { ${!last && name !== 'f' && random.chance(0.7) ? passing(random, ports, nth) : answering(random, ports)} }`,
  );
  return `server {
    listen ${random.pick(['', '127.0.0.1:'])}${ports.own[nth]!}; ${last ? `listen unix:${ports.folder}/sock;` : ''}
    server_name s${nth}.test; ${SEEN}
    ${locations.join('\n    ')}
    location @named { return 200 named; }
    location = /e { return 200 "e $args"; }
  }`;
}

/** A group whose first server answers, unless it is down: whose turn it is among several nobody knows. */
function group(random: Random, { own }: Ports, nth: number): string {
  const [first, ...rest] = random.some(own.slice(nth + 1), 3);
  const spare = rest.map((port) => `server 127.0.0.1:${port} max_fails=0${random.chance(0.5) ? ' backup' : ' down'};`);
  return `upstream group${nth} { server 127.0.0.1:${first!} max_fails=0; ${spare.length > 1 ? spare[0]! : spare.join(' ')} }`;
}

/** What is compared of an answer: lines that say the time are not, nor a length that the trace does not tell. */
const linesOf = (headers: readonly HeaderPair[], skip: ReadonlySet<string>): string[] =>
  headers
    .filter(([n]) => !skip.has(n.toLowerCase()))
    .map(([n, v]) => `${n}: ${n === 'Expires' ? v.replace(/:\d\d:\d\d GMT$/, '') : v}`)
    .sort();

test('passed on to itself', { skip: withoutNginx(), timeout: Math.max(120_000, REQUESTS * 200) }, async () => {
  const random = new Random(SEED);
  const wrong: string[] = [];
  let seen = 0;
  let followed = 0;
  while (seen < REQUESTS) {
    let source = '';
    const running = await serve(
      (own, folder) => {
        const ports: Ports = { own, folder, checks: random.chance(0.5) };
        source = `events { worker_connections 256; } http { ${OWN_PATHS}
  ${own
    .slice(0, -1)
    .map((_, n) => group(random, ports, n))
    .join('\n  ')}
  ${own.map((_, n) => server(random, ports, n)).join('\n  ')} }`;
        return source;
      },
      { ports: 4, modules: 'none' },
    );
    const client = new RawClient(running.ports[0]!);
    client.retryable = false;
    try {
      const { folder } = running;
      const config = await configAt(path.join(folder, 'nginx.conf'), source, { prefix: folder, nginx: available()!.version });
      for (let i = 0; i < 40; i++, seen++) {
        const name = random.pick(NAMES);
        const uri = `/${name}/${random.pick(['', 'x', 'x/y.css', '%20z'])}${random.pick(['', '?x=1'])}`;
        // an access check passes on the length of a body and none of it, and whoever waits for it waits a minute
        const method = random.pick(['GET', 'GET', 'GET', 'HEAD', ...(source.includes('auth_request') ? [] : ['POST'])]);
        const headers: HeaderPair[] = [
          ['Host', random.pick(['a.test', `127.0.0.1:${running.ports[0]!}`, 's1.test', 's3.test'])],
          ...(random.chance(0.3) ? [['X-A', 'from the client'] as const] : []),
          ...(random.chance(0.3) ? [['Accept-Encoding', 'gzip'] as const] : []),
          ...(method === 'POST' ? [['Content-Length', '3'] as const] : []),
        ];
        const text = [`${method} ${uri} HTTP/1.1`, ...headers.map(([n, v]) => `${n}: ${v}`), '', method === 'POST' ? 'a=b' : ''].join(
          '\r\n',
        );
        const now = Math.floor(Date.now() / 1000);
        const real = await client.ask(text, method === 'HEAD');
        const input = {
          method,
          target: uri,
          headers,
          clientAddress: '127.0.0.1',
          localAddress: '127.0.0.1',
          localPort: running.ports[0]!,
          ...(method === 'POST' ? { body: 'a=b' } : {}),
        };
        const trace = traceRequest(config, input, { files: disk, now });
        if (trace.exchanges.length && trace.steps.some((s) => s.within)) followed++;
        const { outcome } = trace;
        const told = new Set(outcome.responseHeaders.map(([n]) => n.toLowerCase()));
        const skip = new Set(['date', ...(told.has('content-length') ? [] : ['content-length'])]);
        const says = `${outcome.status}\n    ${outcome.kind === 'closed' ? '' : linesOf(outcome.responseHeaders, skip).join('\n    ')}`;
        const is = `${real?.status ?? 444}\n    ${linesOf(
          (real?.headers ?? []).map(([n, v]) => [fromBytes(n), fromBytes(v)]),
          skip,
        ).join('\n    ')}`;
        if (says !== is) wrong.push(`${text}\n${source}\n  nginx ${is}\n  trace ${says}\n${trace.steps.map((s) => s.said).join('\n')}`);
      }
    } finally {
      client.close();
      await running.stop();
    }
  }
  assert.deepEqual(wrong.slice(0, Number(process.env.SHOWN ?? 3)), [], `${wrong.length} of ${seen}`);
  assert.ok(followed > seen / 4, `${followed} of ${seen} came in again`);
});

test('a loop ends when no connection is left', { skip: withoutNginx(), timeout: 60_000 }, async () => {
  const lines: Readonly<Record<string, (port: number) => string>> = {
    plain: (port) => `proxy_pass http://127.0.0.1:${port};`,
    grows: (port) => `proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_pass http://127.0.0.1:${port};`,
    caught: (port) => `proxy_intercept_errors on; error_page 500 = @caught; proxy_pass http://127.0.0.1:${port};`,
    // the second round is another request
    ends: (port) => `if ($http_x_round) { return 202; } proxy_set_header X-Round 1; proxy_pass http://127.0.0.1:${port};`,
  };
  let source = '';
  const running = await serve(
    ([port]) =>
      (source = `events { worker_connections 128; } http { ${OWN_PATHS} server { listen 127.0.0.1:${port!};
      ${Object.entries(lines)
        .map(([name, made]) => `location /${name} { ${made(port!)} }`)
        .join('\n')}
      location @caught { return 418; } } }`),
    { ports: 1, modules: 'none' },
  );
  const [port] = running.ports;
  try {
    const config = await configAt(path.join(running.folder, 'nginx.conf'), source, { prefix: running.folder, nginx: available()!.version });
    for (const name of Object.keys(lines)) {
      const client = new RawClient(port!);
      const real = await client.ask(`GET /${name} HTTP/1.1\r\nHost: a.test\r\n\r\n`, false);
      client.close();
      const trace = traceRequest(config, {
        target: `/${name}`,
        headers: [['Host', 'a.test']],
        localAddress: '127.0.0.1',
        localPort: port!,
      });
      assert.equal(trace.outcome.status, real?.status, name);
    }
  } finally {
    await running.stop();
  }
});
