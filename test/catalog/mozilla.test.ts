// Mozilla's profiles: consistent with what the cipher evaluator says of them, and written as the versions need it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateCipherList } from '../../server/src/catalog/ciphers.ts';
import { acceptsGroups } from '../../server/src/catalog/groups.ts';
import {
  belowProfile,
  mozillaProfile,
  mozillaProfiles,
  PROFILE_NAMES,
  profileCiphers,
  profileCurves,
  profileDirectives,
} from '../../server/src/catalog/mozilla.ts';
import { version } from '../../server/src/catalog/version.ts';

const at = (nginx: string, openssl: string) => ({ nginx: version(nginx), openssl: version(openssl) });
const VERSIONS = [at('1.22.1', '1.1.1w'), at('1.22.1', '3.0.20'), at('1.31.4', '3.5.7')];

test('every profile is accepted whole by every OpenSSL for which it is written', () => {
  for (const p of mozillaProfiles())
    for (const v of VERSIONS) {
      const groups = acceptsGroups(profileCurves(p, v).join(':'), { openssl: v.openssl });
      assert.ok(groups.ok && groups.groups.length >= 3, `${p.guideline} ${p.name}`);
      const text = profileCiphers(p, v);
      if (text === null) continue;
      // a build with everything, as the old profile's 3DES is gone from the others
      const list = evaluateCipherList(text, { openssl: v.openssl, build: 'weak' });
      assert.ok(list.ok);
      assert.deepEqual(list.unknownWords, []);
      assert.deepEqual(
        list.suites.map((s) => s.name),
        p.ciphers,
      );
    }
});

test('modern and intermediate have no weak suite', () => {
  for (const p of mozillaProfiles().filter((q) => q.name === 'intermediate')) {
    const list = evaluateCipherList(p.ciphers.join(':'), { openssl: '3.0.20' });
    assert.ok(list.ok);
    assert.deepEqual(
      list.suites.flatMap((s) => s.weaknesses),
      [],
    );
  }
});

test('the newest guideline is taken, and old comes from the last that had it', () => {
  assert.deepEqual(
    PROFILE_NAMES.map((name) => mozillaProfile(name)?.guideline),
    ['6.0', '6.0', '5.8'],
  );
  assert.equal(mozillaProfile('old', '6.0'), null);
  assert.equal(mozillaProfile('intermediate', '5.7')?.ciphers.length, 9);
});

test('how a profile is written depends on the versions', () => {
  const lines = (name: 'modern' | 'intermediate' | 'old', nginx: string, openssl: string) =>
    profileDirectives(mozillaProfile(name)!, at(nginx, openssl)).map((d) => `${d.name} ${d.value};`);
  assert.deepEqual(lines('modern', '1.31.4', '3.5.7'), [
    'ssl_protocols TLSv1.3;',
    'ssl_ecdh_curve X25519MLKEM768:X25519:prime256v1:secp384r1;',
    'ssl_prefer_server_ciphers off;',
  ]);
  const older = lines('intermediate', '1.22.1', '3.0.20');
  assert.equal(older[0], 'ssl_protocols TLSv1.2 TLSv1.3;');
  assert.equal(older[2], 'ssl_ecdh_curve X25519:prime256v1:secp384r1;');
  assert.equal(older.at(-1), 'ssl_session_tickets off;');
  assert.ok(lines('old', '1.26.3', '3.0.20')[1]!.startsWith('ssl_ciphers @SECLEVEL=0:ECDHE-ECDSA'));
  assert.ok(lines('old', '1.26.3', '1.1.1w')[1]!.startsWith('ssl_ciphers ECDHE-ECDSA'));
  assert.equal(lines('intermediate', '1.12.0', '1.1.1w')[0], 'ssl_protocols TLSv1.2;');
});

test('what lies below a profile', () => {
  const offered = {
    protocols: ['TLSv1.1', 'TLSv1.2'],
    ciphers: ['ECDHE-RSA-AES128-GCM-SHA256', 'DHE-RSA-AES128-GCM-SHA256', 'AES128-SHA'],
  };
  assert.deepEqual(belowProfile(offered, 'intermediate'), { protocols: ['TLSv1.1'], ciphers: ['AES128-SHA'], missing: ['TLSv1.3'] });
  assert.deepEqual(belowProfile(offered, 'old'), { protocols: [], ciphers: [], missing: ['TLSv1', 'TLSv1.3'] });
});
