/** Locations where the echo module writes texts, against the real nginx: status and header lines. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { HeaderPair } from '../../server/src/trace/trace.ts';
import { RawClient } from '../harness/echo-client.ts';
import { available, OWN_PATHS, serve, skipOrFail, withoutNginx } from '../harness/nginx.ts';
import { configAt } from '../trace/config-of.ts';

const hasModule = available()?.modules.some((m) => m.includes('http_echo')) ?? false;
const skip = withoutNginx() || (hasModule ? false : skipOrFail('nginx has no echo module'));

const LINES: readonly string[] = [
  'echo hi;',
  'echo_status 404; echo hi;',
  'echo_status 503; echo_duplicate 3 x; error_page 503 /l0;',
  'echo_status 404;',
  'add_header X-A 1; expires 1h; echo a;',
  'add_header X-A 1 always; echo_status 500; echo a;',
  'echo hi; return 403;',
  'default_type text/css; echo "* {}";',
  'echo_status 201; echo -n x;',
  'echo hi; gzip on; gzip_types text/plain; gzip_min_length 1;',
  'echo_status 204; echo x;',
  'echo_status 304; echo x;',
  'if ($arg_x) { echo in; } echo out;',
  'error_page 403 /l0; deny all; echo x;',
  'echo_status 302; echo x;',
  'charset utf-8; echo x;',
  'echo_status 404; if ($arg_x) { echo in; } echo out;',
  'echo_status 404; if ($arg_x) { echo_status 418; } echo out;',
  'if ($arg_x) { set $y 1; } echo_status 409; echo out;',
];

const text = (headers: readonly (readonly [string, string])[]): string =>
  headers
    .filter(([n]) => n !== 'Date')
    .map(([n, v]) => (n === 'Expires' ? n : `${n}: ${v}`))
    .sort()
    .join('\n');

test('the echo module', { skip, timeout: 60_000 }, async () => {
  let source = '';
  const running = await serve(
    ([port]) =>
      (source = `events {} http { ${OWN_PATHS} default_type text/plain; server { listen 127.0.0.1:${port!};
      ${LINES.map((line, i) => `location = /l${i} { ${line} }`).join('\n')} } }`),
    { ports: 1 },
  );
  const [port] = running.ports;
  try {
    const config = await configAt(path.join(running.folder, 'nginx.conf'), source, { prefix: running.folder, nginx: available()!.version });
    for (const [i, line] of LINES.entries())
      for (const method of ['GET', 'HEAD', 'POST'])
        for (const httpVersion of ['1.1', '1.0'])
          for (const query of ['', '?x=1']) {
            const headers: HeaderPair[] = [
              ['Host', 'a.test'],
              ['Accept-Encoding', 'gzip'],
              ...(method === 'POST' ? [['Content-Length', '3'] as const] : []),
            ];
            const target = `/l${i}${query}`;
            const sent = [
              `${method} ${target} HTTP/${httpVersion}`,
              ...headers.map(([n, v]) => `${n}: ${v}`),
              '',
              method === 'POST' ? 'a=b' : '',
            ];
            const client = new RawClient(port!);
            const real = await client.ask(sent.join('\r\n'), method === 'HEAD');
            client.close();
            const files = { stat: () => null };
            const { outcome } = traceRequest(
              config,
              { method, httpVersion, target, headers, localAddress: '127.0.0.1', localPort: port! },
              { files },
            );
            assert.equal(
              `${outcome.status}\n${text(outcome.responseHeaders)}`,
              `${real?.status}\n${text(real?.headers ?? [])}`,
              `${sent[0]} ${line}`,
            );
          }
  } finally {
    await running.stop();
  }
});
