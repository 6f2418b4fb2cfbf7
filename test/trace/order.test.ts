/** The stations of a request stand in the order in which nginx comes to them: it goes back to the choice of a location, and nowhere else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceRequest } from '../../server/src/trace/request.ts';
import { lineOf } from '../../server/src/trace/stations.ts';
import type { PhaseId, Trace } from '../../server/src/trace/trace.ts';
import { configOf } from './config-of.ts';
import { requestsOfTables } from './tables.ts';

/** ngx_http_phases, what comes before them, and what becomes of the answer */
const PHASES: readonly PhaseId[] = [
  'listen',
  'server',
  'post-read',
  'server-rewrite',
  'find-config',
  'rewrite',
  'post-rewrite',
  'preaccess',
  'access',
  'post-access',
  'precontent',
  'content',
  'upstream',
  'response',
  'filter',
  'log',
];
/** internal redirects, named locations, error pages and refused lines come anywhere; client certificates are judged when the request was read */
const ANYWHERE = new Set<PhaseId>(['request', 'tls', 'error-page', 'post-rewrite', 'find-config', 'server-rewrite']);

/** The first station that comes too late, in words. */
function late({ steps }: Trace): string | null {
  let last = -1;
  for (const { phase, said } of steps) {
    const at = ANYWHERE.has(phase) ? -1 : PHASES.indexOf(phase);
    if (phase === 'listen' || at < 0) last = -1;
    else if (at < last) return `${phase} (${said}) behind ${PHASES[last]}`;
    else last = at;
  }
  return null;
}

test('the requests of all tables', async () => {
  const wrong: string[] = [];
  for await (const { config, input, row } of requestsOfTables()) {
    const found = late(traceRequest(config, input));
    if (found) wrong.push(`${row}: ${found}`);
  }
  assert.deepEqual(wrong, []);
});

test('an address that a location takes is taken behind that location, and told once where nothing comes of it', async () => {
  const config = await configOf(`http { server { listen 80;
    location /a { set_real_ip_from 203.0.113.0/24; return 200 $remote_addr; limit_except GET { deny all; } }
    location /b { set_real_ip_from 203.0.113.0/24; proxy_pass http://10.0.0.1; } }
    server { listen 81; set_real_ip_from 10.0.0.0/8; location / { proxy_pass http://10.0.0.1; } } }\n`);
  const stations = (target: string, localPort: number): string[] => {
    const headers = [
      ['Host', 'a.test'],
      ['X-Real-IP', '198.51.100.7'],
    ] as const;
    return lineOf(traceRequest(config, { target, localPort, headers })).down.map((s) => `${s.kind} ${s.title}`);
  };
  assert.deepEqual(stations('/b', 80).slice(3), ['location location', 'client realip', 'upstream upstream', 'application application']);
  assert.deepEqual(stations('/', 81).slice(3), ['client realip', 'location location', 'upstream upstream', 'application application']);
});
