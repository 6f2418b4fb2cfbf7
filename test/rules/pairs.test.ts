/** Requests that configurations are compared by: any two values that a configuration looks at meet in one of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pairwise } from '../../server/src/witness/pairs.ts';
import { representative } from '../../server/src/witness/representative.ts';
import { lintText } from '../harness/rules.ts';

test('each pair of values of two lists stands in a row, and the rows are few', () => {
  for (const sizes of [
    [2, 2],
    [2, 3, 2],
    [2, 2, 2, 2, 2],
    [3, 3, 3, 3],
    [2, 2, 2, 2, 2, 2, 2, 2, 2, 2],
  ]) {
    const rows = pairwise(sizes, 1000);
    for (let a = 0; a < sizes.length; a++)
      for (let b = a + 1; b < sizes.length; b++)
        for (let x = 0; x < sizes[a]!; x++)
          for (let y = 0; y < sizes[b]!; y++)
            assert.ok(
              rows.some((r) => r[a] === x && r[b] === y),
              `${sizes}: ${a}=${x} with ${b}=${y}`,
            );
    assert.ok(rows.length <= 16, `${rows.length} rows for ${sizes}`);
  }
  assert.deepEqual(pairwise([3], 10), [[0], [1], [2]]);
  assert.deepEqual(pairwise([], 10), []);
  assert.equal(pairwise([5, 5, 5], 7).length, 7);
});

test('a header that is only passed on, and a cookie with a method that only meet in a condition, are asked with', async () => {
  const { config } = await lintText(
    `map "$request_method $cookie_beta" $to { default a; }
server {
  listen 80;
  location / {
    if ($cookie_beta) { set $group b; }
    if ($request_method = DELETE) { set $group c; }
    proxy_set_header X-Tenant $http_x_tenant;
    proxy_pass http://127.0.0.1:8000;
  }
}`,
    [],
    undefined,
    'http',
  );
  const all = representative(config, 1000);
  const has = (r: (typeof all)[number], name: string): boolean => r.headers?.some(([n]) => n === name) ?? false;
  assert.ok(all.some((r) => has(r, 'X-Tenant')));
  assert.ok(all.some((r) => has(r, 'Cookie') && r.method === 'DELETE'));
  assert.ok(all.some((r) => has(r, 'Cookie') && r.method !== 'DELETE'));
  assert.ok(all.some((r) => !has(r, 'Cookie') && r.method === 'DELETE'));
  assert.ok(all.some((r) => has(r, 'Cookie') && has(r, 'X-Tenant')));
});
