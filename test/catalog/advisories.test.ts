// The advisories: versions as nginx's list means them, and data that hang together.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advisories, advisory, affects, debianFixes, fixedIn, packageState, TRIGGERS } from '../../server/src/catalog/advisories.ts';
import { parseVersion, version } from '../../server/src/catalog/version.ts';

const hit = (id: string, nginx: string): boolean => affects(advisory(id)!, version(nginx));

test('a version in the range is affected until its branch or mainline is fixed', () => {
  assert.deepEqual(
    ['0.9.5', '0.9.6', '1.22.1', '1.29.8', '1.30.3', '1.30.4', '1.31.2', '1.31.3'].map((v) => hit('CVE-2026-42533', v)),
    [false, true, true, true, true, false, true, false],
  );
  assert.deepEqual(
    ['1.0.15', '1.1.2', '1.22.0', '1.22.1', '1.23.1', '1.23.2'].map((v) => hit('CVE-2022-41741', v)),
    [true, false, true, false, true, false],
  );
  assert.deepEqual(
    ['1.26.0', '1.25.5', '1.26.1', '1.24.0'].map((v) => hit('CVE-2024-32760', v)),
    [true, true, false, false],
  );
  assert.equal(hit('CVE-2009-4487', '1.31.4'), true);
});

test('the version to move to is that of the same branch where there is one', () => {
  assert.equal(fixedIn(advisory('cve-2026-42533')!, version('1.30.2')), '1.30.4');
  assert.equal(fixedIn(advisory('CVE-2026-42533')!, version('1.22.1')), '1.31.3');
  assert.equal(fixedIn(advisory('CVE-2009-4487')!, version('1.22.1')), null);
});

test("Debian's packages say more than the number", () => {
  const a = advisory('CVE-2026-42945')!;
  assert.equal(packageState(a, '1.22.1-9+deb12u7'), 'patched');
  assert.equal(packageState(a, '1.22.1-9+deb12u6'), 'open');
  assert.equal(packageState(a, '1.22.1-9'), 'open');
  assert.equal(packageState(a, '1.22.1'), 'unknown');
  assert.equal(packageState(advisory('CVE-2026-56434')!, '1.26.3-3+deb13u7'), 'open');
  assert.deepEqual(debianFixes(a, version('1.26.3')), [{ release: '13', package: '1.26.3-3+deb13u5' }]);
  assert.deepEqual(debianFixes(a, version('1.28.0')), []);
});

test('the data hang together', () => {
  assert.equal(advisories().length, 78);
  assert.equal(new Set(advisories().map((a) => a.id)).size, 78);
  const used = new Set(advisories().map((a) => a.trigger));
  assert.deepEqual(
    [...used].filter((t) => !TRIGGERS.includes(t)),
    [],
  );
  assert.deepEqual(
    TRIGGERS.filter((t) => !used.has(t)),
    [],
  );
  for (const a of advisories()) {
    for (const v of [...a.fixed, ...a.vulnerable.flat()]) assert.ok(v === null || parseVersion(v), `${a.id}: ${v}`);
    // a fixed version is not itself affected, and the last vulnerable one is
    for (const f of a.fixed) assert.equal(affects(a, version(f)), false, `${a.id} ${f}`);
    for (const [, to] of a.vulnerable) if (to) assert.equal(affects(a, version(to)), true, `${a.id} ${to}`);
  }
});
