/** Releases of relatives stand for the nginx that they were made from; where that is not known, nothing is said by it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCatalog, statusOf } from '../../server/src/catalog/catalog.ts';
import { coreOf, type Flavour, isRelease } from '../../server/src/catalog/flavours.ts';
import { DEFAULT_SETTINGS, NEWEST_NGINX } from '../../server/src/config/settings.ts';
import { withSettings } from '../../server/src/config/settings-file.ts';

test('a release by a relative’s number, by nginx’s own, and one that is not known', () => {
  const rows: readonly (readonly [Flavour, string, string | null])[] = [
    ['oss', '1.27.3', '1.27.3'],
    ['openresty', '1.25.3.1', '1.25.3'],
    ['plus', 'R34', '1.27.4'],
    ['plus', 'r33-p2', '1.27.2'],
    ['plus', '37.1.0', '1.31.3'],
    ['plus', '37.0.8.1', null],
    ['plus', '1.29.3', '1.29.3'],
    ['angie', '1.11.3', '1.29.3'],
    ['angie', '1.12.1', null],
    ['angie', '1.29.3', '1.29.3'],
    ['tengine', '3.1.0', '1.24.0'],
    ['tengine', '2.4.1', null],
    ['freenginx', '1.29.7', '1.25.4'],
    ['freenginx', '1.24.0', '1.24.0'],
  ];
  for (const [flavour, release, core] of rows) assert.equal(coreOf(flavour, release)?.text ?? null, core, `${flavour} ${release}`);
  assert.deepEqual(['1.27.3', 'R34', 'R34-p1', 'R3', 'newest'].map(isRelease), [true, true, true, false, false]);
});

test('settings say a release of the flavour that they name, in one layer or in two', () => {
  const at = (...layers: readonly Record<string, string>[]) => {
    const { target, versionFrom } = layers.reduce(withSettings, DEFAULT_SETTINGS);
    return `${target.nginx.text} ${versionFrom}`;
  };
  assert.equal(at({ flavour: 'angie', nginxVersion: '1.11.3' }), '1.29.3 setting');
  assert.equal(at({ flavour: 'plus' }, { nginxVersion: 'R36' }), '1.29.3 setting');
  assert.equal(at({ flavour: 'angie', nginxVersion: '1.12.1' }), `${NEWEST_NGINX} default`);
});

test('what is newer in nginx may be in a relative that went its own way', () => {
  const [fact] = loadCatalog().directives('max_headers');
  const known = (flavour: Flavour): boolean =>
    statusOf(fact!, withSettings(DEFAULT_SETTINGS, { flavour, nginxVersion: '1.24.0' }).target).known;
  assert.deepEqual((['oss', 'freenginx', 'tengine'] as const).map(known), [false, true, true]);
});
