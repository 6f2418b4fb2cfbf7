/**
 * Several answers on one way, against the real nginx: groups with servers that fail, error pages and X-Accel-Redirect to a second backend, and
 * what a cache does while its answers are new, old, and the backend is gone. HOPS_REQUESTS asks for more.
 */
import assert from 'node:assert/strict';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { HeaderPair, Trace, TraceOptions } from '../../server/src/trace/trace.ts';
import { Random } from '../harness/config-generator.ts';
import { Echo } from '../harness/echo.ts';
import { available, OWN_PATHS, serve, withoutNginx } from '../harness/nginx.ts';
import { configAt } from '../trace/config-of.ts';

/** a port on which nobody listens */
const DEAD = '127.0.0.1:1';
const REQUESTS = Number(process.env.HOPS_REQUESTS ?? 600);

interface Reply {
  status: number;
  headers: HeaderPair[];
}

const FAMILIES = ['proxy', 'proxy', 'fastcgi', 'uwsgi', 'scgi'] as const;
type Family = (typeof FAMILIES)[number];

/** An application that is asked in all four protocols. */
class Backend {
  private of!: Echo;

  async start(): Promise<void> {
    this.of = await Echo.start();
  }

  stop(): Promise<void> {
    return this.of.stop();
  }

  set reply({ status, headers }: Reply) {
    const bare = status === 304;
    const length: HeaderPair[] = bare ? [] : [['Content-Length', '1']];
    this.of.answer = { status, headers: [['Content-Type', 'text/html'], ...headers, ...length], body: bare ? '' : 'x' };
  }

  address(family: Family = 'proxy'): string {
    return `127.0.0.1:${this.of.ports[family === 'proxy' ? 'http' : family]}`;
  }
}

const backends = [new Backend(), new Backend()] as const;
before(async () => {
  for (const b of backends) await b.start();
});
after(async () => {
  for (const b of backends) await b.stop();
});

const ask = (port: number, method: string, target: string): Promise<{ status: number; up: string; cache: string }> =>
  new Promise((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port, method, path: target, headers: { Host: 'a.test' }, timeout: 10_000 },
      (response) => {
        response.resume();
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            up: String(response.headers['x-up'] ?? ''),
            cache: String(response.headers['x-c'] ?? ''),
          }),
        );
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', reject);
    request.end();
  });

const header = (trace: Trace, name: string): string => trace.outcome.responseHeaders.find(([n]) => n === name)?.[1] ?? '';
const BOTH = 'add_header X-Up "$upstream_addr/$upstream_status" always; add_header X-C $upstream_cache_status always;';

test('groups, second backends, failures', { skip: withoutNginx(), timeout: Math.max(120_000, REQUESTS * 200) }, async () => {
  const [a, b] = backends;
  const random = new Random(7);
  let seen = 0;
  const wrong: string[] = [];
  while (seen < REQUESTS) {
    const p = random.pick(FAMILIES);
    // where weights differ, whose turn it is at a second request to the group depends on all those before
    const twice = random.chance(0.5);
    const pass = (to: string): string => (p === 'proxy' ? `proxy_pass http://${to};` : `${p}_param A b; ${p}_pass ${to};`);
    const servers = (): string => {
      const list = [a.address(p), b.address(p), DEAD];
      const first = random.pick(list);
      const second = random.pick(list.filter((x) => x !== first));
      const mark = (): string => (random.chance(0.2) ? ' down' : !twice && random.chance(0.4) ? ` weight=${random.pick([2, 5])}` : '');
      return `server ${first} max_fails=0${mark()}; ${random.chance(0.7) ? `server ${second} max_fails=0${random.chance(0.4) ? ' backup' : mark()};` : ''}`;
    };
    const next = (): string =>
      random.pick([
        '',
        `${p}_next_upstream http_503 http_404;`,
        `${p}_next_upstream error http_500 http_503 non_idempotent;`,
        `${p}_next_upstream off;`,
        `${p}_next_upstream error timeout http_500 http_403; ${p}_next_upstream_tries 1;`,
        `${p}_next_upstream error invalid_header http_429 http_503; ${p}_next_upstream_tries 2; ${p}_next_upstream_timeout 5s;`,
      ]);
    const group = servers();
    const text = (port: number): string => `events {} http { ${OWN_PATHS}
      upstream g { ${group} } server { listen 127.0.0.1:${port}; ${BOTH}
      location / { ${pass('g')} ${next()} ${random.chance(0.5) ? `${p}_intercept_errors on; error_page 404 500 502 503 = @second;` : ''} }
      location /stored/ { internal; proxy_pass http://${b.address()}/; }
      location @second { ${pass(random.pick([...(twice ? ['g'] : []), b.address(p), DEAD]))} } } }`;
    let source = '';
    const running = await serve((ports) => (source = text(ports[0]!)), { ports: 1, modules: 'none' });
    try {
      const config = await configAt(path.join(running.folder, 'nginx.conf'), source, {
        prefix: running.folder,
        nginx: available()!.version,
      });
      for (let i = 0; i < 30; i++, seen++) {
        const replies = [a, b].map(
          (backend): Reply => ({
            status: random.pick([200, 200, 404, 500, 502, 503, 429, 403]),
            // one that sends to itself goes round, which is another test's matter
            headers: backend === a && random.chance(0.1) ? [['X-Accel-Redirect', '/stored/f']] : [],
          }),
        );
        for (const [n, backend] of [a, b].entries()) backend.reply = replies[n]!;
        const method = random.pick(['GET', 'GET', 'POST', 'HEAD']);
        const real = await ask(running.ports[0]!, method, '/x');
        const answer = (reply: Reply): NonNullable<TraceOptions['upstreams']>[string] =>
          Array<{ status: number; headers: HeaderPair[] }>(20).fill({
            status: reply.status,
            headers: [['Content-Type', 'text/html'], ...reply.headers],
          });
        const trace = traceRequest(
          config,
          { method, target: '/x', headers: [['Host', 'a.test']], localPort: running.ports[0]!, localAddress: '127.0.0.1' },
          {
            upstreams: {
              ...Object.fromEntries([a, b].flatMap((x, n) => FAMILIES.map((f) => [x.address(f), answer(replies[n]!)]))),
              [DEAD]: { failure: 'refused' },
            },
            // whose turn it is depends on the requests before
            assume: { 'upstream-server:g': real.up.split(/[,/ ]/)[0]! },
          },
        );
        const traced = `${trace.outcome.status} ${header(trace, 'X-Up')}`;
        if (traced !== `${real.status} ${real.up}`) wrong.push(`${method} ${source}\n  nginx ${real.status} ${real.up}\n  trace ${traced}`);
      }
    } finally {
      await running.stop();
    }
  }
  assert.deepEqual(wrong.slice(0, 3), [], `${wrong.length} of ${seen}`);
});

test('a cache that is empty, fresh and old', { skip: withoutNginx(), timeout: 60_000 }, async () => {
  const [a] = backends;
  const rows: Readonly<Record<string, string>> = {
    plain: '',
    stale: 'proxy_cache_use_stale error timeout http_502;',
    other: 'proxy_cache_use_stale error;',
    behind: 'proxy_cache_use_stale updating; proxy_cache_background_update on;',
    again: 'proxy_cache_revalidate on;',
    unbuffered: 'proxy_buffering off;',
    bypass: 'proxy_cache_bypass 1;',
  };
  let source = '';
  const running = await serve(
    (ports) =>
      (source = `events {} http { ${OWN_PATHS}
    proxy_cache_path cache keys_zone=z:1m; server { listen 127.0.0.1:${ports[0]!}; ${BOTH}
    proxy_cache z; proxy_cache_valid 200 1s;
    ${Object.entries(rows)
      .map(([name, lines]) => `location /${name} { ${lines} proxy_pass http://${a.address()}; }`)
      .join('\n')} } }`),
    { ports: 1, modules: 'none' },
  );
  try {
    const config = await configAt(path.join(running.folder, 'nginx.conf'), source, { prefix: running.folder, nginx: available()!.version });
    const stored: HeaderPair[] = [
      ['Content-Type', 'text/html'],
      ['Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT'],
    ];
    /** each try asks for addresses of its own */
    let turn = 0;
    const round = async (state: string, reply: Reply): Promise<void> => {
      a.reply = reply;
      for (const name of Object.keys(rows)) {
        const real = await ask(running.ports[0]!, 'GET', `/${name}${turn}`);
        const held = name === 'unbuffered' ? 'MISS' : state;
        const trace = traceRequest(
          config,
          { target: `/${name}${turn}`, headers: [['Host', 'a.test']], localPort: running.ports[0]!, localAddress: '127.0.0.1' },
          {
            assume: { 'cache:z': held },
            upstream: { status: 200, headers: stored },
            upstreams: { [a.address()]: { status: reply.status, headers: stored } },
          },
        );
        assert.equal(
          `${trace.outcome.status} ${header(trace, 'X-C')} ${header(trace, 'X-Up')}`,
          `${real.status} ${real.cache} ${real.up}`,
          `${name} ${state} ${reply.status}`,
        );
      }
    };
    // what is kept for a second is fresh as long as the machine is quick enough: else once more
    for (const tries of [1, 2, 3, 4, 5]) {
      turn = tries;
      const begun = Date.now();
      await round('MISS', { status: 200, headers: [stored[1]!] });
      try {
        await round('HIT', { status: 502, headers: [] });
        break;
      } catch (error) {
        if (Date.now() - begun < 1000 || tries === 5) throw error;
      }
    }
    await wait(2100);
    await round('EXPIRED', { status: 502, headers: [] });
    await wait(300);
    await round('EXPIRED', { status: 304, headers: [] });
  } finally {
    await running.stop();
  }
});
