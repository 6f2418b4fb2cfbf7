import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalsOf } from '../../server/src/features/refusals.ts';
import { loadParts } from '../../server/src/host/parts.ts';
import { readTests, runTest } from '../../server/src/trace/expect.ts';
import { traceMermaid } from '../../server/src/trace/print/mermaid.ts';
import { traceSvg } from '../../server/src/trace/print/svg.ts';
import { traceText } from '../../server/src/trace/print/text.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import { lineOf } from '../../server/src/trace/stations.ts';
import type { Trace } from '../../server/src/trace/trace.ts';
import { configOf } from './config-of.ts';

const traced = async (server: string): Promise<Trace> => {
  const config = await configOf(`events {}\nhttp {\n  server {\n    listen 80;\n${server}\n  }\n}\n`);
  const { rules } = await loadParts();
  return traceRequest(config, { target: '/', headers: [['Host', 'a.test']] }, { refusedBy: refusalsOf(config, rules) });
};

test('a directive that does not exist: the path holds once it is fixed, and every form of it says so first', async () => {
  const trace = await traced('    proxi_pass http://b;\n    location / { proxy_pass http://127.0.0.1:8000; }');
  assert.deepEqual(
    trace.refusedBy.map((r) => [r.rule, r.range.start.line]),
    [['unknown-directive', 4]],
  );
  assert.equal(trace.outcome.kind, 'proxy');
  assert.equal(lineOf(trace).warning?.text, 'nginx would not start: 1 error. What follows holds once it is fixed.');
  const text = traceText(trace);
  assert.ok(text.indexOf('nginx would not start') < text.indexOf('client'), text);
  assert.match(text, /nginx\.conf:5: .*proxi_pass/);
  assert.match(traceSvg(trace), /nginx would not start[\s\S]*class="rail"|class="rail"[\s\S]*nginx would not start/);
  assert.match(traceMermaid(trace), /nginx would not start/);
});

test('where the syntax breaks, the line ends', async () => {
  const trace = await traced('    server_name a.test\n    location / { proxy_pass http://127.0.0.1:8000 }');
  assert.ok(trace.refusedBy.length >= 2);
  assert.equal(trace.outcome.kind, 'unknown');
  assert.equal(trace.outcome.upstreamRequest, null);
  const line = lineOf(trace);
  assert.deepEqual(
    line.down.map((s) => [s.title, s.end]),
    [
      ['client', false],
      ['configuration', true],
    ],
  );
  assert.match(traceText(trace), /answer {2}none, nginx does not start/);
});

test('what nginx no longer knows, and what OpenSSL cannot read, is refused, whatever else its rule tells', async () => {
  const { rules } = await loadParts();
  const refused = async (server: string, nginx: string): Promise<string[]> =>
    refusalsOf(await configOf(`events {}\nhttp {\n  server {\n${server}\n  }\n}\n`, { nginx }), rules).map((r) => r.rule);
  const on = 'listen 443; ssl on; ssl_certificate a.pem; ssl_certificate_key a.key;';
  assert.deepEqual(await refused(on, '1.26.3'), ['ssl-directive-deprecated']);
  assert.deepEqual(await refused(on, '1.24.0'), []);
  assert.deepEqual(await refused('listen 80; more_set_headers -a "Set-Cookie: a=b";', '1.28.0'), []);
  // no handshake is answered, and no certificate is needed
  assert.deepEqual(await refused('listen 443; ssl on; ssl_reject_handshake on;', '1.24.0'), []);
  assert.deepEqual(await refused('listen 443; ssl on;', '1.24.0'), ['incomplete-tls']);
  assert.ok((await refused('listen; ssl on;', '1.26.3')).includes('ssl-directive-deprecated'));
  const ciphers = 'listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; ssl_ciphers NOSUCHSUITE;';
  assert.deepEqual(await refused(ciphers, '1.26.3'), ['cipher-string-empty-or-unreadable']);
});

test('a configuration that nginx accepts carries nothing', async () => {
  const trace = await traced('    return 204;');
  assert.deepEqual(trace.refusedBy, []);
  assert.equal(lineOf(trace).warning, null);
});

test('a request test of a refused configuration fails unless it is allowed, and so does one that assumes in vain', async () => {
  const { rules } = await loadParts();
  const config = await configOf('events {} http { server { listen 80; nonsense on; location / { proxy_pass http://127.0.0.1:8000; } } }');
  const refusedBy = refusalsOf(config, rules);
  const differences = (head: string, more = ''): readonly string[] => {
    const suite = readTests(`${head}requests:\n  - request: GET http://a.test/\n${more}    expect: { kind: proxy }\n`);
    assert.deepEqual(suite.problems, []);
    return runTest(config, suite, suite.tests[0]!, refusedBy).differences.map((d) => d.what);
  };
  assert.deepEqual(differences(''), ['configuration']);
  assert.deepEqual(differences('allowRefused: true\n'), []);
  assert.deepEqual(differences('allowRefused: true\n', '    assume: { upstream-statuss: refused }\n'), ['assume.upstream-statuss']);
  assert.deepEqual(differences('allowRefused: true\n', '    upstreams: { nobody: 502 }\n'), ['upstreams.nobody']);
  assert.deepEqual(differences('allowRefused: true\n', '    upstreams: { "127.0.0.1:8000": 502 }\n'), []);
});
