/**
 * Several answers on one way, against the real nginx: groups with servers that fail, error pages and X-Accel-Redirect to a second backend, and
 * what a cache does while its answers are new, old, and the backend is gone. HOPS_REQUESTS asks for more, HOPS_SEED for others.
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
const SEED = Number(process.env.HOPS_SEED ?? 7);

interface Reply {
  status: number;
  headers: HeaderPair[];
}

const FAMILIES = ['proxy', 'proxy', 'fastcgi', 'uwsgi', 'scgi', 'grpc'] as const;
type Family = (typeof FAMILIES)[number];

/** An application that is asked in all protocols. */
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

const backends = [new Backend(), new Backend(), new Backend()] as const;
before(async () => {
  for (const b of backends) await b.start();
});
after(async () => {
  for (const b of backends) await b.stop();
});

interface Told {
  readonly status: number;
  readonly up: string;
  readonly auth: string;
  readonly cache: string;
}

const ask = (port: number, method: string, target: string): Promise<Told> =>
  new Promise((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port, method, path: target, headers: { Host: 'a.test' }, timeout: 10_000 },
      (response) => {
        const line = (name: string): string => String(response.headers[name] ?? '');
        response.resume();
        response.on('end', () => resolve({ status: response.statusCode ?? 0, up: line('x-up'), auth: line('x-a'), cache: line('x-c') }));
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', reject);
    request.end();
  });

const header = (trace: Trace, name: string): string => trace.outcome.responseHeaders.find(([n]) => n === name)?.[1] ?? '';
const BOTH = 'add_header X-Up "$upstream_addr/$upstream_status" always; add_header X-C $upstream_cache_status always;';

/** The pass directive of a family. */
const pass = (p: Family, to: string): string =>
  p === 'proxy' ? `proxy_pass http://${to};` : p === 'grpc' ? `grpc_pass grpc://${to};` : `${p}_param A b; ${p}_pass ${to};`;

const next = (random: Random, p: Family): string =>
  random.pick([
    '',
    `${p}_next_upstream http_503 http_404;`,
    `${p}_next_upstream error http_500 http_503 non_idempotent;`,
    `${p}_next_upstream off;`,
    `${p}_next_upstream error timeout http_500 http_403; ${p}_next_upstream_tries 1;`,
    `${p}_next_upstream error invalid_header http_429 http_503; ${p}_next_upstream_tries 2; ${p}_next_upstream_timeout 5s;`,
  ]);

interface Group {
  readonly name: string;
  readonly group: string;
  readonly locations: string;
  /** whether a failure of one request changes the next one: servers rest */
  readonly rests: boolean;
}

/** A group, and the locations that ask it; once more for an error page, for a question about the request, after an answer that sends it on. */
function drawGroup(random: Random, p: Family, name: string): Group {
  const live = backends.map((b) => b.address(p));
  const left = [...live, DEAD];
  const kept = random.chance(0.6);
  const servers = Array.from({ length: random.pick([1, 2, 2, 3, 3, 4]) }, (_, n) => {
    const [address] = left.splice(random.below(left.length), 1);
    const weight = random.chance(0.5) ? ` weight=${random.pick([2, 3, 5])}` : '';
    const fails = kept ? ' max_fails=0' : random.pick(['', ' max_fails=2', ' max_fails=3']);
    const apart = n > 0 && random.chance(0.25) ? ' backup' : random.chance(0.15) ? ' down' : '';
    return `server ${address}${weight}${fails}${apart};`;
  });
  const method = random.chance(0.1) && !servers.join().includes('backup') ? random.pick(['least_conn;', 'random;']) : '';
  const again = random.chance(0.7) ? name : random.pick([...live, DEAD]);
  const lines = [
    pass(p, name),
    next(random, p),
    random.chance(0.5) ? `${p}_intercept_errors on; error_page 404 500 502 503 = @${name};` : '',
    random.chance(0.4) ? `auth_request /${name}/auth; auth_request_set $a "$upstream_addr/$upstream_status";` : '',
  ];
  return {
    name,
    rests: !kept,
    group: `upstream ${name} { ${method} ${servers.join(' ')} }`,
    locations: `location /${name}/ { ${lines.join(' ')} }
      location @${name} { ${pass(p, again)} ${next(random, p)} }
      location = /${name}/auth { internal; ${pass(p, again)} ${next(random, p)} }
      location /${name}/stored/ { internal; ${pass(p, random.chance(0.6) ? again : live[1]!)} }`,
  };
}

/** The addresses in the value of `$upstream_addr/$upstream_status`. */
const addressesOf = (value: string): string[] => (value.split('/')[0] ? value.split('/')[0]!.split(/, | : /) : []);

/** The trace in which those servers are asked whose turn it really was, as far as there is a question for that. */
function follow(real: Told, trace: (assume: Readonly<Record<string, string>>) => Trace): Trace {
  const wanted = [...addressesOf(real.auth), ...addressesOf(real.up)];
  const common = (t: Trace): number => {
    const asked = t.exchanges.flatMap((e) => e.attempts.map((x) => x.server));
    const at = wanted.findIndex((w, i) => w !== asked[i]);
    return at < 0 ? wanted.length : at;
  };
  let assume: Readonly<Record<string, string>> = {};
  let best = trace(assume);
  for (let at = common(best); at < wanted.length; ) {
    const tries = best.assumptions
      .filter((a) => a.id.startsWith('upstream-server:') && !a.chosen && a.choices.includes(wanted[at]!))
      .map((a) => ({ ...assume, [a.id]: wanted[at]! }))
      .map((given) => ({ given, found: trace(given) }));
    const better = tries.find(({ found }) => common(found) > at);
    if (!better) break;
    ({ given: assume, found: best } = better);
    at = common(best);
  }
  return best;
}

test('groups, second backends, failures', { skip: withoutNginx(), timeout: Math.max(120_000, REQUESTS * 200) }, async () => {
  const random = new Random(SEED);
  let seen = 0;
  const wrong: string[] = [];
  while (seen < REQUESTS) {
    const p = random.pick(FAMILIES);
    const groups = Array.from({ length: 12 }, (_, n) => drawGroup(random, p, `g${n}`));
    let source = '';
    const running = await serve(
      (ports) =>
        (source = `events {} http { ${OWN_PATHS}
      ${groups.map((g) => g.group).join('\n')}
      server { listen 127.0.0.1:${ports[0]!}; set $a ""; ${BOTH} add_header X-A $a always;
      ${groups.map((g) => g.locations).join('\n')} } }`),
      { ports: 1, modules: 'none' },
    );
    try {
      const config = await configAt(path.join(running.folder, 'nginx.conf'), source, {
        prefix: running.folder,
        nginx: available()!.version,
      });
      // the first request of all finds the group as a worker that has just started does: nothing is assumed then
      for (const group of groups)
        for (let i = 0; i < (group.rests ? 1 : 4); i++, seen++) {
          const replies = backends.map(
            (_, n): Reply => ({
              status: random.pick([200, 200, 404, 500, 502, 503, 429, 403]),
              headers: n === 0 && random.chance(0.2) ? [['X-Accel-Redirect', `/${group.name}/stored/f`]] : [],
            }),
          );
          for (const [n, backend] of backends.entries()) backend.reply = replies[n]!;
          const method = random.pick(['GET', 'GET', 'POST', 'HEAD']);
          const target = `/${group.name}/x`;
          const real = await ask(running.ports[0]!, method, target);
          // an answer that sends the request on takes with it who was asked about the request
          if (i && !real.auth && group.locations.includes('auth_request') && real.up) continue;
          const answers = (reply: Reply): NonNullable<TraceOptions['upstreams']>[string] =>
            Array<{ status: number; headers: HeaderPair[] }>(60).fill({
              status: reply.status,
              headers: [['Content-Type', 'text/html'], ...reply.headers],
            });
          const upstreams: NonNullable<TraceOptions['upstreams']> = {
            ...Object.fromEntries(backends.flatMap((x, n) => FAMILIES.map((f) => [x.address(f), answers(replies[n]!)]))),
            [DEAD]: { failure: 'refused' },
          };
          const input = { method, target, headers: [['Host', 'a.test'] as const], localPort: running.ports[0]!, localAddress: '127.0.0.1' };
          const traced = (assume: Readonly<Record<string, string>>): Trace => traceRequest(config, input, { upstreams, assume });
          const trace = i || group.group.includes('random') ? follow(real, traced) : traced({});
          const says = `${trace.outcome.status} ${header(trace, 'X-Up')} | ${header(trace, 'X-A')}`;
          const is = `${real.status} ${real.up} | ${real.auth}`;
          if (says !== is)
            wrong.push(
              `${method} ${target}, request ${i + 1}: ${replies.map((r) => `${r.status}${r.headers.length ? ' (sent on)' : ''}`).join(', ')}\n${group.group}\n${group.locations}\n  nginx ${is}\n  trace ${says}`,
            );
        }
    } finally {
      await running.stop();
    }
  }
  assert.deepEqual(wrong.slice(0, Number(process.env.SHOWN ?? 3)), [], `${wrong.length} of ${seen}`);
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
