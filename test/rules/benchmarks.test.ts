/** The profiles of benchmarks: they add their own items to what is recommended, and nothing of them is reported without being asked for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BENCHMARKS, PROFILES } from '../../server/src/config/declared.ts';
import { type Benchmark, DEFAULT_SETTINGS, type Profile } from '../../server/src/config/settings.ts';
import { RULES } from '../../server/src/rules/all.ts';
import { levelOf } from '../../server/src/rules/run.ts';
import { lintText } from '../harness/rules.ts';

const under = (profile: Profile): string[] => RULES.filter((r) => levelOf(r, { ...DEFAULT_SETTINGS, profile }) !== 'off').map((r) => r.id);

test('each benchmark is a profile, and turns on what is recommended and its own items', () => {
  const recommended = new Set(under('recommended'));
  for (const benchmark of Object.keys(BENCHMARKS) as Benchmark[]) {
    assert.ok(benchmark in PROFILES);
    const own = RULES.filter((r) => r.controls?.[benchmark]).map((r) => r.id);
    assert.ok(own.length > 1, benchmark);
    assert.deepEqual(new Set(under(benchmark)), new Set([...recommended, ...own]));
  }
});

test('items of benchmarks are for those who ask for them', () => {
  const items = RULES.filter((r) => r.group === 'compliance');
  assert.ok(items.length > 0);
  for (const rule of items) {
    assert.ok(rule.controls && !rule.default, rule.id);
    for (const profile of ['recommended', 'strict', 'wsgi', 'validity'] as const) assert.ok(!under(profile).includes(rule.id), rule.id);
  }
});

test('numbers have the form of their benchmark', () => {
  const forms: Record<Benchmark, RegExp> = { cis: /^[2-5](\.\d+){1,2}$/, stig: /^V-2783[89]\d$|^V-2784[01]\d$/, owasp: /^14\.4\.[1-7]$/ };
  for (const { id, controls } of RULES)
    for (const [benchmark, numbers] of Object.entries(controls ?? {}))
      for (const number of numbers) assert.match(number, forms[benchmark as Benchmark], id);
});

const HARDENED = `user www-data;
error_log syslog:server=192.0.2.7 info;
events {}
http {
    keepalive_timeout 10s; send_timeout 10s; client_header_timeout 10s; client_body_timeout 10s;
    access_log syslog:server=192.0.2.7 combined;
    large_client_header_buffers 2 1k;
    server_tokens off;
    limit_req_zone $binary_remote_addr zone=rate:10m rate=10r/s;
    limit_conn_zone $binary_remote_addr zone=open:10m;
    server { listen 80 default_server; return 444; }
    server {
        listen 80;
        server_name example.org;
        root /srv/site;
        limit_req zone=rate burst=20 nodelay;
        limit_conn open 20;
        error_page 404 /404.html;
        error_page 500 502 503 504 /50x.html;
        location /admin/ { allow 10.0.0.0/8; deny all; }
        location ~ /\\.(?!well-known/) { deny all; }
    }
}`;

test('a hardened configuration has no finding of a benchmark alone, a plain one has, with its numbers', async () => {
  const items = RULES.filter((r) => r.group === 'compliance');
  for (const profile of Object.keys(BENCHMARKS) as Benchmark[]) {
    const settings = { ...DEFAULT_SETTINGS, profile };
    assert.deepEqual(
      (await lintText(HARDENED, items, settings)).findings.map((f) => f.message),
      [],
    );
  }
  const plain = 'events {}\nhttp {\nserver { listen 80; server_name example.org; root /srv/site; }\n}\n';
  const { findings } = await lintText(plain, RULES, { ...DEFAULT_SETTINGS, profile: 'cis' });
  const found = findings.find((f) => f.rule === 'client-timeouts-long');
  assert.deepEqual(found?.controls?.cis, ['2.4.3', '2.4.4', '5.2.1']);
  assert.equal(
    (await lintText(plain, RULES)).findings.some((f) => f.group === 'compliance'),
    false,
  );
});
