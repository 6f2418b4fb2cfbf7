/** What the project does not hold: each unseen include is an assumption at its station, and built-in files are named. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assumeProblems } from '../../server/src/trace/assumptions.ts';
import { traceText } from '../../server/src/trace/print/text.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import { lineOf } from '../../server/src/trace/stations.ts';
import { configOf } from './config-of.ts';

const CONFIG = `
events {}
http {
  include conf.d/*.conf;
  server {
    listen 80;
    server_name a.test;
    include tls.conf;
    error_page 404 @gone;
    location / { include extra.conf; proxy_pass http://127.0.0.1:8000; }
    location /closed { return 404; }
    location /other { include never.conf; }
  }
}
`;

describe('includes that nobody sees', () => {
  test('are assumptions of the levels that the request passes, outermost first, and of no other', async () => {
    const config = await configOf(CONFIG);
    const trace = traceRequest(config, { target: '/', headers: [['Host', 'a.test']] });
    const asked = trace.assumptions.filter((a) => a.id.startsWith('include:'));
    assert.deepEqual(
      asked.map((a) => [a.id, a.assumed, a.at?.range.start.line]),
      [
        ['include:conf.d/*.conf', 'nothing', 2],
        ['include:tls.conf', 'nothing', 6],
        ['include:extra.conf', 'nothing', 8],
      ],
    );
    const line = lineOf(trace);
    assert.deepEqual(
      line.down.flatMap((s) => (s.assumption?.id.startsWith('include:') ? [[s.kind, s.assumption.id]] : [])),
      [
        ['listen', 'include:conf.d/*.conf'],
        ['server', 'include:tls.conf'],
        ['location', 'include:extra.conf'],
      ],
    );
    assert.match(traceText(trace), /include:extra\.conf = nothing .*handler of this location/);
  });

  test('may hold the named location that is not there, and the server that nobody sees', async () => {
    const config = await configOf(CONFIG);
    const gone = traceRequest(config, { target: '/closed', headers: [['Host', 'a.test']] });
    assert.equal(gone.outcome.status, 500);
    assert.equal(gone.steps.find((s) => s.said.startsWith('there is no location'))?.assumption, 'include:tls.conf');
    const refused = traceRequest(config, { target: '/', localPort: 81, headers: [['Host', 'a.test']] });
    assert.equal(refused.steps[0]?.assumption, 'include:conf.d/*.conf');
  });

  test('can be confirmed, by the names that stand in the text', async () => {
    const config = await configOf(CONFIG);
    const assume = { 'include:tls.conf': 'nothing' };
    const trace = traceRequest(config, { target: '/', headers: [['Host', 'a.test']] }, { assume });
    assert.equal(trace.assumptions.find((a) => a.id === 'include:tls.conf')?.chosen, true);
    assert.deepEqual(assumeProblems(config, { ...assume, 'include:never.conf': 'nothing' }, [trace]), []);
    assert.equal(assumeProblems(config, { 'include:nowhere.conf': 'nothing' }, [trace]).length, 1);
    assert.equal(assumeProblems(config, { 'include:tls.conf': 'deny' }, [trace]).length, 1);
  });

  test('may hold entries of a table, and lines of a condition that is true: asked where they may decide', async () => {
    const config = await configOf(`
events {}
http {
  map $arg_k $m { default no; known yes; ~^r regex; include map.conf; }
  geo $arg_a $g { default far; 10.0.0.0/8 near; include geo.conf; }
  types { text/html html; include types.conf; }
  server {
    listen 80;
    if ($arg_s) { include server-if.conf; }
    location /map { add_header X-M $m; return 204; }
    location /geo { add_header X-G $g; return 204; }
    location /if { if ($arg_i) { include if.conf; } return 204; }
    location /limit { limit_except GET { include limit.conf; } proxy_pass http://127.0.0.1:8000; }
    location /files { root /srv; }
  }
}
`);
    const asked = (target: string, method = 'GET'): string[] =>
      traceRequest(config, { target, method, headers: [['Host', 'a.test']] })
        .assumptions.map((a) => a.id)
        .filter((id) => id.startsWith('include:'));
    assert.deepEqual(asked('/map?k=known'), [], 'nginx refuses a second line with that key');
    assert.deepEqual(asked('/map?k=other'), ['include:map.conf']);
    assert.deepEqual(asked('/map?k=rx'), ['include:map.conf'], 'an exact key comes before a regular expression');
    assert.deepEqual(asked('/geo?a=10.1.2.3'), ['include:geo.conf'], 'a longer prefix may be there');
    assert.deepEqual(asked('/if'), []);
    assert.deepEqual(asked('/if?i=1'), ['include:if.conf']);
    assert.deepEqual(asked('/if?s=1'), ['include:server-if.conf']);
    assert.deepEqual(asked('/limit'), []);
    assert.deepEqual(asked('/limit', 'POST'), ['include:limit.conf']);
    assert.deepEqual(asked('/files/a.html'), []);
    assert.deepEqual(asked('/files/a.txt'), ['include:types.conf']);
  });

  test('what is seen is not asked for', async () => {
    const trace = traceRequest(await configOf('events {}\nhttp { server { listen 80; return 204; } }\n'), { target: '/' });
    assert.deepEqual(trace.assumptions, []);
    assert.deepEqual([trace.stock, trace.readAs], [[], []]);
  });
});

test('a table that rests on very many files asks about each once, and no longer than they are many', async () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `include /no/${i}.map;`).join('\n');
  const config = await configOf(
    `events {}\nhttp {\n  map $arg_a $m {\n${lines}\n  }\n  server {\n    listen 80;\n    return 200 $m;\n  }\n}\n`,
  );
  const began = process.cpuUsage();
  const { assumptions } = traceRequest(config, { target: '/?a=1', headers: [['Host', 'a.test']] });
  const took = process.cpuUsage(began).user / 1000;
  assert.equal(new Set(assumptions.map((a) => a.id)).size, 20_000);
  assert.equal(assumptions.length, 20_000);
  // looking through all that was asked before would take seconds
  assert.ok(took < 1000, `${Math.round(took)} ms`);
});
