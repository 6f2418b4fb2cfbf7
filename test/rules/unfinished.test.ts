/** A statement without its semicolon is being written: what it means is judged when it is ended, and the rest of the file as ever. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lint } from '../../server/src/rules/run.ts';
import { parts } from '../harness/rules.ts';
import { configOf } from '../trace/config-of.ts';

async function told(server: string): Promise<string[]> {
  const { rules } = await parts();
  const config = await configOf(
    `#- nginx.conf\nevents {}\nhttp {\n  server_tokens off;\n  server {\n    listen 80;\n    ${server}\n  }\n}\n`,
  );
  return lint(config, rules).map((f) => f.rule);
}

for (const [what, written, ended, rule] of [
  ['half a path', 'location /static/ { alias /\n }', 'location /static/ { alias /; }', 'filesystem-root-exposed'],
  [
    'an address list of which one line is there',
    'location /a { allow 10.0.0.0/8\n }',
    'location /a { allow 10.0.0.0/8; }',
    'allow-without-deny',
  ],
  [
    'a path without its fallback',
    'location / { try_files $uri $uri/\n }',
    'location / { try_files $uri $uri/; }',
    'try-files-missing-fallback',
  ],
] as const)
  test(`${what} is not judged before its semicolon`, async () => {
    const before = await told(written);
    assert.ok(before.includes('syntax'));
    assert.ok(!before.includes(rule), before.join(', '));
    assert.ok((await told(ended)).includes(rule));
  });

for (const [what, written, ended] of [
  [
    'the line after the pass',
    'location / { proxy_pass http://127.0.0.1:8000\nproxy_set_header Host $host;\n }',
    'location / { proxy_pass http://127.0.0.1:8000;\nproxy_set_header X-Id $request_id;\n }',
  ],
  [
    'the line after another header',
    'location / { proxy_set_header X-Id $request_id\nproxy_set_header Host $host;\nproxy_pass http://127.0.0.1:8000;\n }',
    'location / { proxy_set_header X-Id $request_id;\nproxy_pass http://127.0.0.1:8000;\n }',
  ],
] as const)
  test(`a header is not missing that a line without its semicolon has swallowed: ${what}`, async () => {
    const before = await told(written);
    assert.ok(before.includes('syntax'), before.join(', '));
    assert.deepEqual(
      before.filter((rule) => /^(proxy-host|forwarded-headers)-missing$/.test(rule)),
      [],
    );
    assert.ok((await told(ended)).includes('proxy-host-missing'));
  });

test('what stands beside is judged as ever', async () => {
  const found = await told('autoindex on;\nlocation /a { allow 10.0.0.0/8; proxy_pass http://a\n }');
  for (const rule of ['syntax', 'directory-listing', 'allow-without-deny']) assert.ok(found.includes(rule), found.join(', '));
});

test('a line that is no directive because of a semicolon in the value before it does not vouch for the same line elsewhere', async () => {
  const { rules } = await parts();
  const config = await configOf(`#- nginx.conf
events {}
http {
  server { listen 80; add_header Strict-Transport-Security max-age=63072000; includeSubDomains; }
  server {
    listen 81;
    includeSubDomains;
  }
}
`);
  const found = lint(config, rules).filter((f) => f.rule === 'unknown-directive');
  assert.deepEqual(
    found.map((f) => config.files.get(config.root)!.lines.lineAt(f.at.span.start)),
    [5],
  );
});

test('a line behind a missing brace may stand inside the block: only the brace is reported', async () => {
  const { rules } = await parts();
  const config = await configOf(
    '#- nginx.conf\nevents {}\nhttp {\n    gzip on;\nserver {\n    listen 8080;\n    location / {\n        return 204;\n    }\n}\n',
  );
  const found = lint(config, rules).map((f) => f.rule);
  assert.ok(found.includes('syntax'), found.join(', '));
  assert.ok(!found.includes('misplaced-directive'));
});
