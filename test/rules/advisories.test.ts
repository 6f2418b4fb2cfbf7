/** The advisories of autumn 2026: each with a configuration that exposes it, versions with and without the flaw, and one that does not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { withSettings } from '../../server/src/config/settings-file.ts';
import rule from '../../server/src/rules/security/known-vulnerability.ts';
import { lintText } from '../harness/rules.ts';
import { ROWS, type Row } from './advisory-rows.ts';

async function reported(row: Row, text: string, nginx: string, openssl = row.openssl): Promise<boolean> {
  const settings = withSettings(DEFAULT_SETTINGS, { nginxVersion: nginx, ...(openssl ? { opensslVersion: openssl } : {}) });
  const { findings } = await lintText(text, [rule], settings, row.inside);
  return findings.some((f) => f.message.includes(row.id));
}

for (const row of ROWS)
  test(`${row.id}: the exposed configuration on versions with and without the flaw, and one that is not exposed`, async () => {
    assert.equal(await reported(row, row.exposed, row.open), true, `${row.open} is open`);
    assert.equal(await reported(row, row.unexposed, row.open), false, 'not exposed');
    for (const nginx of row.fixed) assert.equal(await reported(row, row.exposed, nginx), false, nginx);
  });

test('with an OpenSSL that has an interface for QUIC a part of the servers may have it', async () => {
  const row = ROWS.find((r) => r.id === 'CVE-2026-90439')!;
  assert.equal(await reported(row, row.exposed, row.open, '3.5.1'), false);
});

test('what stands behind a break does not run, so it exposes nothing; before it, and behind a break that an if may skip, it does', async () => {
  const row: Row = { id: 'CVE-2026-42945', inside: 'server', exposed: '', unexposed: '', open: '', fixed: [] };
  const on = (text: string): Promise<boolean> => reported(row, text, '1.30.0');
  assert.equal(await on('location / { rewrite ^/a/(.*)$ /b?x=$1; break; set $y $1; }'), false);
  assert.equal(await on('location / { break; rewrite ^/a/(.*)$ /b?x=$1; set $y $1; }'), false);
  assert.equal(await on('location / { rewrite ^/a/(.*)$ /b?x=$1; if ($arg_s) { break; } set $y $1; }'), true);
  assert.equal(await on('location / { if ($arg_s) { rewrite ^/a/(.*)$ /b?x=$1; } set $y $1; }'), true);
  assert.equal(await on('location / { if ($arg_s) { rewrite ^/a/(.*)$ /b?x=$1; break; } set $y $1; }'), false);
});
