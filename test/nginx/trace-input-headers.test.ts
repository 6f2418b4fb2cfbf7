/** What headers-more does to the header lines of a request, against the real nginx: what a backend gets. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { fromBytes } from '../../server/src/base/bytes.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { HeaderPair } from '../../server/src/trace/trace.ts';
import { Random } from '../harness/config-generator.ts';
import { Echo, PLAIN_ANSWER } from '../harness/echo.ts';
import { RawClient } from '../harness/echo-client.ts';
import { available, OWN_PATHS, serve, skipOrFail, withoutNginx } from '../harness/nginx.ts';
import { configAt } from '../trace/config-of.ts';

const REQUESTS = Number(process.env.INPUT_REQUESTS ?? 400);
const SEED = Number(process.env.INPUT_SEED ?? 5);
const hasModule = available()?.modules.some((m) => m.includes('headers_more')) ?? false;
const skip = withoutNginx() || (hasModule ? false : skipOrFail('nginx has no headers-more'));

const NAMES = ['X-A', 'X-B', 'x-c', 'User-Agent', 'Cookie', 'Authorization', 'X-Forwarded-For', 'Accept', 'Host', 'Referer'] as const;
const VALUES = ['one', '$http_x_b', '$uri $args', 'a.test:81', 'B.Test', '$remote_addr', '', 'Basic dTpw', '$http_host'] as const;

function line(random: Random): string {
  if (random.chance(0.3)) {
    const names = random.some([...NAMES, 'X-*', 'X-F*', 'Nothing'], 1 + random.below(2));
    return `more_clear_input_headers ${names.map((n) => `'${n}'`).join(' ')};`;
  }
  const option = random.pick(['', '', '', '-r ', "-t 'text/plain' ", "-t 'text/css text/PLAIN' "]);
  const headers = random.some([...NAMES, 'X-*'], 1 + random.below(2)).map((n) => `'${n}: ${random.pick(VALUES)}'`);
  return `more_set_input_headers ${option}${headers.join(' ')};`;
}

const lines = (random: Random, most: number): string => Array.from({ length: random.below(most + 1) }, () => line(random)).join(' ');

test('lines of the request', { skip, timeout: Math.max(60_000, REQUESTS * 200) }, async () => {
  const random = new Random(SEED);
  const backend = await Echo.start();
  const wrong: string[] = [];
  let seen = 0;
  let changed = 0;
  try {
    while (seen < REQUESTS) {
      let source = '';
      const pass = (): string =>
        `${random.chance(0.3) ? 'proxy_set_header Host $host;' : ''} ${random.chance(0.3) ? 'proxy_set_header X-Seen "$host $http_x_a $remote_user $http_user_agent";' : ''} proxy_pass http://127.0.0.1:${backend.ports.http};`;
      const running = await serve(
        ([port]) =>
          (source = `events {} http { ${OWN_PATHS} ${lines(random, 1)} server { listen 127.0.0.1:${port!}; server_name s.test; ${lines(random, 1)}
          ${Array.from({ length: 12 }, (_, n) => `location = /l${n} { ${random.chance(0.2) ? 'set $v $http_x_a;' : ''} ${lines(random, 3)} ${random.chance(0.2) ? `if ($arg_x) { ${line(random)} }` : ''} ${random.chance(0.2) ? `rewrite ^ /l${(n + 1) % 12}${n === 11 ? '?' : ''} last;` : pass()} }`).join('\n')} } }`),
        { ports: 1 },
      );
      const client = new RawClient(running.ports[0]!);
      client.retryable = false;
      try {
        const config = await configAt(path.join(running.folder, 'nginx.conf'), source, {
          prefix: running.folder,
          nginx: available()!.version,
        });
        for (let n = 0; n < 12; n++, seen++) {
          backend.answer = PLAIN_ANSWER;
          backend.take();
          const target = `/l${n}${random.pick(['', '?x=1'])}`;
          const headers: HeaderPair[] = [
            ['Host', random.pick(['a.test', 'A.test:80'])],
            ...random.some<HeaderPair>(
              [
                ['X-A', 'mine'],
                ['x-a', 'again'],
                ['X-B', 'b'],
                ['User-Agent', 'agent'],
                ['Content-Type', 'text/plain'],
                ['Content-Type', 'text/plain; charset=utf-8'],
                ['X-Forwarded-For', '192.0.2.1'],
                ['Cookie', 'a=b'],
              ],
              random.below(5),
            ),
          ];
          const real = await client.ask([`GET ${target} HTTP/1.1`, ...headers.map(([a, b]) => `${a}: ${b}`), '', ''].join('\r\n'), false);
          const trace = traceRequest(config, {
            target,
            headers,
            clientAddress: '127.0.0.1',
            localAddress: '127.0.0.1',
            localPort: running.ports[0]!,
          });
          if (trace.steps.some((s) => s.handler.includes('headers_more'))) changed++;
          const got =
            backend
              .take()
              .at(-1)
              ?.headers.map(([a, b]) => `${fromBytes(a)}: ${fromBytes(b)}`) ?? [];
          const said = trace.outcome.upstreamRequest?.headers.map(([a, b]) => `${a}: ${b}`) ?? [];
          if (got.join('\n') !== said.join('\n') || (real?.status ?? 444) !== trace.outcome.status)
            wrong.push(
              `${target}\n${headers.join('\n')}\n${source}\n  nginx ${real?.status ?? 444} ${got.join('\n    ')}\n  trace ${trace.outcome.status} ${said.join('\n    ')}`,
            );
        }
      } finally {
        client.close();
        await running.stop();
      }
    }
  } finally {
    await backend.stop();
  }
  assert.deepEqual(wrong.slice(0, 3), [], `${wrong.length} of ${seen}`);
  assert.ok(changed > seen / 4);
});
