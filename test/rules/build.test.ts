/** Which nginx it is, who built it and what that build has: one answer for all rules. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import {
  buildOf,
  canResolveServers,
  type Distribution,
  distributionOf,
  exposureTo,
  isNginx,
  isVersionSaid,
  isWithDebug,
  knowsSystemPolicy,
  mayBePatched,
  packagesWithFix,
} from '../../server/src/answers/which-build.ts';
import { advisory } from '../../server/src/catalog/advisories.ts';
import type { Build } from '../../server/src/catalog/flavours.ts';
import type { Config } from '../../server/src/config/config.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { withSettings } from '../../server/src/config/settings-file.ts';
import { exampleTree, lintTree } from '../harness/rules.ts';

async function configOf(raw: Parameters<typeof withSettings>[1]): Promise<Config> {
  const { config } = await lintTree(exampleTree({}, 'location / { }'), [], withSettings(DEFAULT_SETTINGS, raw));
  return config;
}

describe('who made the package', () => {
  const rows: readonly (readonly [string, Parameters<typeof withSettings>[1], Distribution | null])[] = [
    ['nobody says', {}, null],
    ['a bare number', { nginxVersion: '1.22.1' }, null],
    ['Debian 12', { nginxVersion: '1.22.1-9+deb12u7' }, 'debian'],
    ['Ubuntu 24.04', { nginxVersion: '1.24.0-2ubuntu7.7' }, 'debian'],
    ['RHEL 9', { nginxVersion: '1.20.1-16.el9' }, 'rhel'],
    ['Fedora', { nginxVersion: '1.28.0-4.fc42' }, 'rhel'],
    ['Amazon Linux', { nginxVersion: '1.26.3-1.amzn2023' }, 'rhel'],
    ['Alpine', { nginxVersion: '1.28.0-r3' }, 'alpine'],
    ['the setting', { build: 'alpine' }, 'alpine'],
    ['nginx.org, which runs on all of them', { build: 'official' }, null],
  ];
  for (const [name, raw, by] of rows)
    test(name, async () => {
      const config = await configOf(raw);
      assert.equal(distributionOf(config), by);
      assert.equal(knowsSystemPolicy(config), by === null ? null : by === 'rhel');
    });
});

test('what is not said is the newest known release', async () => {
  const [silent, said] = [await configOf({}), await configOf({ nginxVersion: '1.22.1' })];
  assert.deepEqual([isVersionSaid(silent), isVersionSaid(said)], [false, true]);
  assert.deepEqual([isNginx(silent, '1.31.0'), isNginx(said, '1.22.1'), isNginx(said, '1.22.2')], [true, true, false]);
});

test('logs in memory need a build with debug support', async () => {
  const of = async (build: Build): Promise<boolean | null> => isWithDebug(await configOf({ build }));
  assert.deepEqual(
    [await of('debian'), await of('official'), await of('plain'), await of('alpine'), await of('any')],
    [true, false, false, null, null],
  );
  assert.equal(buildOf(await configOf({})), null);
});

test('a server of an upstream follows its name by release and flavour', async () => {
  const of = async (raw: Parameters<typeof withSettings>[1]): Promise<boolean> => canResolveServers(await configOf(raw));
  assert.equal(await of({ nginxVersion: '1.26.3' }), false);
  assert.equal(await of({ nginxVersion: '1.27.3' }), true);
  assert.equal(await of({ nginxVersion: '1.26.3', flavour: 'plus' }), true);
});

test('what a package carried back counts', async () => {
  const flaw = advisory('CVE-2026-27651')!;
  const of = async (nginxVersion: string) => exposureTo(await configOf({ nginxVersion }), flaw);
  assert.deepEqual(await of('1.24.0-2ubuntu7.6'), { affected: true, open: true });
  assert.deepEqual(await of('1.24.0-2ubuntu7.7'), { affected: false, open: false });
  const rhel = await configOf({ nginxVersion: '1.20.1-16.el9' });
  assert.deepEqual([mayBePatched(rhel), exposureTo(rhel, flaw).open], [true, false]);
  assert.ok(packagesWithFix(await configOf({ nginxVersion: '1.22.1' }), flaw).every((p) => /^1\.22\.1-.*\+deb12u\d+$/.test(p)));
});

test('no rule asks the settings for it', () => {
  const rooms = ['server/src/rules', 'server/src/answers'].flatMap((room) =>
    fs.readdirSync(room, { recursive: true, encoding: 'utf8' }).map((file) => path.posix.join(room, file)),
  );
  const own = /\bversionFrom\b|\bopensslFrom\b|\bmodules\.build\b|\bnginx\.packaged\b|atLeast\((?:\w+\.)*target\.|\bflavour === '/;
  const asking = rooms.filter(
    (file) => file.endsWith('.ts') && !file.endsWith('/which-build.ts') && own.test(fs.readFileSync(file, 'utf8')),
  );
  assert.deepEqual(asking, []);
});
