// Cipher strings and groups as OpenSSL reads them, on cases thought out by hand; test/nginx/ciphers.test.ts asks the real one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cipherWords,
  evaluateCipherList,
  evaluateCiphersuites,
  obsoleteWeakness,
  redundantTerms,
  suiteNamed,
  usableSuites,
} from '../../server/src/catalog/ciphers.ts';
import { acceptsGroups, groupNamed, knowsGroup } from '../../server/src/catalog/groups.ts';

const OLD = { openssl: '1.1.1w' };
const NOW = { openssl: '3.0.20' };
const NEW = { openssl: '3.5.7' };
const WEAK = { openssl: '1.1.1w', build: 'weak' } as const;

const names = (text: string, target: Parameters<typeof evaluateCipherList>[1] = NOW): string => {
  const list = evaluateCipherList(text, target);
  return list.ok ? list.suites.map((s) => s.name).join(' ') : list.reason;
};

test('a rule adds at the end, and what is there stays where it is', () => {
  assert.equal(names('AES128-SHA:ECDHE-RSA-AES128-SHA:AES128-SHA'), 'AES128-SHA ECDHE-RSA-AES128-SHA');
  assert.equal(names('AES128-SHA:AES256-SHA:+AES128-SHA'), 'AES256-SHA AES128-SHA');
});

test('a killed suite never comes back, a deleted one does, in front', () => {
  assert.equal(names('AES128-SHA:!AES128-SHA:AES256-SHA:AES128-SHA'), 'AES256-SHA');
  assert.equal(names('AES128-SHA:-AES128-SHA:AES256-SHA:AES128-SHA'), 'AES256-SHA AES128-SHA');
});

test('words joined by + are intersected', () => {
  assert.equal(names('EECDH+AESGCM+aRSA'), 'ECDHE-RSA-AES256-GCM-SHA384 ECDHE-RSA-AES128-GCM-SHA256');
  assert.equal(names('aRSA+aECDSA:AES128-SHA'), 'AES128-SHA');
});

test('a suite name in front of another word stands for its properties only', () => {
  const list = names('AES128-SHA+HIGH').split(' ');
  assert.deepEqual(list, ['AES128-SHA']);
  // same key exchange and digest, min left out
  assert.equal(names('ECDHE-RSA-AES128-SHA+SHA1'), 'ECDHE-RSA-AES128-SHA');
});

test('operators need no separator, and a word takes minus, dot and equals', () => {
  assert.equal(names('AES128-SHA:AES256-SHA!AES256-SHA'), 'AES128-SHA');
  const list = evaluateCipherList('AES128-SHA:HIGH-RC4', NOW);
  assert.deepEqual(
    list.unknownWords.map((w) => [w.text, w.start, w.end]),
    [['HIGH-RC4', 11, 19]],
  );
});

test('the two errors of OpenSSL, with the place', () => {
  const list = evaluateCipherList('HIGH:!!aNULL', NOW);
  assert.deepEqual([list.ok, !list.ok && list.reason, !list.ok && list.offset], [false, 'invalid-command', 6]);
  assert.equal(names('TLSv1.3'), 'no-cipher-match');
  assert.equal(names(''), 'no-cipher-match');
  assert.equal(names('HIGH:@SECLEVEL=6'), 'invalid-command');
  assert.equal(names('HIGH:\n!aNULL'), 'invalid-command');
});

test('DEFAULT counts at the start only and takes rules glued to it', () => {
  assert.equal(names('DEFAULT').split(' ').length, 57);
  assert.equal(names('DEFAULT'), names('ALL:!COMPLEMENTOFDEFAULT:!eNULL'));
  assert.equal(names('AES128-SHA:DEFAULT'), 'AES128-SHA');
  assert.ok(!names('DEFAULT!kRSA').includes(' AES128-SHA'));
});

test('the security level is read and does not shorten the list', () => {
  const list = evaluateCipherList('AES128-SHA:@SECLEVEL=0', NOW);
  assert.ok(list.ok);
  assert.equal(list.securityLevel, 0);
  assert.deepEqual(
    [OLD, NOW, { openssl: '3.0.20', build: 'debian' } as const, NEW].map((t) => {
      const l = evaluateCipherList('HIGH', t);
      return l.ok && l.securityLevel;
    }),
    [1, 1, 2, 2],
  );
});

test('each rule says what it did', () => {
  const list = evaluateCipherList('AES128-SHA:!RC4:FOO:AES128-SHA:-AES128-SHA:AES256-SHA', OLD);
  assert.deepEqual(
    list.terms.map((t) => [t.kind, t.known, t.changed, t.added.map((s) => s.name).join(), t.removed.map((s) => s.name).join()]),
    [
      ['add', true, true, 'AES128-SHA', ''],
      ['kill', true, false, '', ''],
      ['add', false, false, '', ''],
      ['add', true, false, '', ''],
      ['delete', true, true, '', 'AES128-SHA'],
      ['add', true, true, 'AES256-SHA', ''],
    ],
  );
  assert.deepEqual([list.terms[1]!.start, list.terms[1]!.end], [11, 15]);
});

test('terms without which nothing changes', () => {
  const text = 'AES128-SHA:!aNULL:AES128-SHA:kRSA+NULL:-kRSA+NULL';
  assert.deepEqual(
    redundantTerms(text, NOW).map((t) => text.slice(t.start, t.end)),
    // what the last rule takes away again need not have been added
    ['AES128-SHA', '!aNULL', 'AES128-SHA', 'kRSA+NULL'],
  );
});

test('what a version or build lacks is an unknown word', () => {
  assert.equal(names('RC4', NOW), 'no-cipher-match');
  assert.equal(names('RC4-SHA', OLD), 'no-cipher-match');
  assert.equal(names('RC4-SHA', WEAK), 'RC4-SHA');
  assert.equal(names('IDEA', OLD), 'IDEA-CBC-SHA');
  assert.equal(names('IDEA', { openssl: '1.1.1w', build: 'debian' }), 'no-cipher-match');
  // an underscore ends the word before 3.2: an unknown one is skipped with it, a known one leaves it to be an error
  assert.equal(names('TLS_RSA_WITH_AES_128_CBC_SHA', NOW), 'no-cipher-match');
  assert.equal(names('AES_x', NOW), 'invalid-command');
  assert.equal(names('TLS_RSA_WITH_AES_128_CBC_SHA', NEW), 'AES128-SHA');
});

test('the weaknesses of a suite', () => {
  const weak = (name: string) => suiteNamed(name)?.weaknesses.join(' ');
  assert.equal(weak('ECDHE-RSA-AES128-GCM-SHA256'), '');
  assert.equal(weak('TLS_AES_128_GCM_SHA256'), '');
  assert.equal(weak('AES128-GCM-SHA256'), 'no-forward-secrecy');
  assert.equal(weak('DES-CBC3-SHA'), '3des no-forward-secrecy cbc');
  assert.equal(weak('ADH-RC4-MD5'), 'rc4 anonymous md5');
  assert.equal(weak('ECDHE-RSA-NULL-SHA'), 'null');
  assert.equal(weak('TLS_RSA_WITH_RC4_128_SHA'), 'rc4 no-forward-secrecy');
  assert.equal(suiteNamed('EDH-RSA-DES-CBC-SHA'), null);
  assert.deepEqual(['EXPORT', 'EXP-RC4-MD5', 'DES-CBC-SHA', 'DES-CBC3', 'SHA512'].map(obsoleteWeakness), [
    'export',
    'export',
    'des',
    '3des',
    null,
  ]);
});

test('a handshake uses fewer than the list', () => {
  const list = evaluateCipherList('HIGH:aNULL:eNULL', NOW);
  assert.ok(list.ok);
  const h = { protocols: ['TLSv1.2'], keys: ['RSA'], dhparam: false, securityLevel: list.securityLevel } as const;
  const kx = new Set(usableSuites(list.suites, h).map((s) => `${s.kx} ${s.au}`));
  assert.deepEqual([...kx].sort(), ['ECDHE RSA', 'RSA RSA']);
  assert.equal(usableSuites(list.suites, { ...h, protocols: ['TLSv1.3'] }).length, 0);
  assert.ok(usableSuites(list.suites, { ...h, securityLevel: 0 }).some((s) => s.enc === 'NULL'));
});

test('the TLS 1.3 list', () => {
  assert.equal(evaluateCiphersuites('TLS_AES_128_GCM_SHA256:NONE', OLD).ok, false);
  assert.deepEqual(evaluateCiphersuites('TLS_AES_128_GCM_SHA256:NONE', NOW).unknownWords, [
    { text: 'NONE', start: 23, end: 27, known: false },
  ]);
  assert.equal(evaluateCiphersuites('', OLD).ok, true);
});

test('words offered are those that are known', () => {
  for (const target of [OLD, NOW, NEW])
    for (const word of cipherWords(target).keywords.filter((w) => w !== 'DEFAULT'))
      assert.deepEqual(evaluateCipherList(word, target).unknownWords, [], word);
});

test('group names by version', () => {
  assert.equal(acceptsGroups('X25519MLKEM768:X25519', NOW).ok, false);
  assert.equal(acceptsGroups('X25519MLKEM768:X25519', NEW).ok, true);
  assert.deepEqual(acceptsGroups('X25519:p-256', NOW).problems[0], {
    fault: 'unknown',
    name: 'p-256',
    start: 7,
    end: 12,
    group: groupNamed('prime256v1'),
  });
  assert.deepEqual(
    acceptsGroups('prime256v1:P-256', NOW).problems.map((p) => p.fault),
    ['duplicate'],
  );
  assert.equal(acceptsGroups('prime256v1:P-256', NEW).ok, true);
  assert.equal(acceptsGroups('auto', OLD).ok, true);
  assert.equal(acceptsGroups('auto:X25519', NOW).ok, false);
  assert.equal(knowsGroup('secp256r1', OLD), false);
  assert.equal(knowsGroup('prime256v1', OLD), true);
  assert.deepEqual(
    acceptsGroups('?nothing:X25519:-X25519:secp384r1', NEW).groups.map((g) => g.name),
    ['secp384r1'],
  );
});

test('groups of OpenSSL 3.6.5 as nginx 1.30.6 takes and refuses them, and what 4.0 adds', () => {
  const takes = (text: string, openssl: string): boolean => acceptsGroups(text, { openssl }).ok;
  for (const text of [
    'X25519MLKEM768:X25519',
    '?nosuch:X25519',
    '*X25519MLKEM768/*X25519:secp256r1',
    'DEFAULT',
    'DEFAULT:-X25519',
    'brainpoolP256r1tls13',
    'ffdhe2048',
  ])
    assert.equal(takes(text, '3.6.5'), true, text);
  for (const text of ['nosuch', 'ML-KEM', 'curveSM2MLKEM768']) assert.equal(takes(text, '3.6.5'), false, text);
  assert.equal(takes('curveSM2MLKEM768:X25519', '4.0.3'), true);
});
