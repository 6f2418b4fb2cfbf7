/** Passwords of a user file against the digests of node's crypto and of openssl. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { toBytes } from '../../server/src/base/bytes.ts';
import { fitsHash, md5, sha1 } from '../../server/src/trace/passwords.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import { configOf } from './config-of.ts';

test('the digests are those of crypto, for every length around a block', () => {
  for (let n = 0; n < 140; n++) {
    const text = 'aé'.repeat(n).slice(0, n);
    const bytes = toBytes(text);
    for (const [name, own] of [
      ['md5', md5],
      ['sha1', sha1],
    ] as const)
      assert.equal(
        Buffer.from(own(bytes), 'latin1').toString('hex'),
        createHash(name).update(bytes, 'latin1').digest('hex'),
        `${name} ${n}`,
      );
  }
});

test('each scheme that nginx checks by itself', () => {
  const sha = (text: string): Buffer => createHash('sha1').update(text, 'utf8').digest();
  const salted = Buffer.concat([createHash('sha1').update('pwsalt').digest(), Buffer.from('salt')]).toString('base64');
  const rows: [hash: string, password: string][] = [
    ['{PLAIN}pw', 'pw'],
    [`{SHA}${sha('pw').toString('base64')}`, 'pw'],
    [`{SSHA}${salted}`, 'pw'],
    // openssl passwd -apr1
    ['$apr1$abcdefgh$iL5H5TbyhWM5JgnMdfRt0.', 'secret wörd'],
    ['$apr1$ab$eIePjsejfBGR8ITtu2z0U1', 'x'],
    // openssl passwd -1
    ['$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1', 'secret'],
    ['$1$xy$UuvdET2Kb6UQLJLqkQ4wF/', 'a longer password than sixteen'],
    // openssl passwd -6 and -5
    ['$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG.', 'secret'],
    [
      '$5$xy$KyxTI7Yf60u0aGffG8Zzu.t11Q.GaKjiI/yH23JmNH3',
      'a longer password than sixteen bytes, and longer than thirty-two, even sixty-four bytes',
    ],
    // crypt() of libxcrypt, with rounds, and bcrypt
    ['$6$rounds=1500$saltsaltsaltsalt$JkSjbq8HkMlPIIWrT3aiynQLq6Ce8YQbxkZuR06AjqCrNeCJAn8Uvydel8Ab8TYvxW0/Gcsuls.qNwSMwZcWH/', 'sécret'],
    ['$5$rounds=1000$s$fNwvCAfnJYXhRNr1ADVjR/h65xl.UQ.nm1DNYsrYLO9', 'sécret'],
    ['$2b$05$abcdefghijklmnopqrstuue73ccPeu6jOIGNYCxh9sGEWx4Cb.zJm', 'sécret'],
    ['$2y$06$abcdefghijklmnopqrstuuYKqv.96pXUpgIkx3Ccog8WEqHmbEWUW', 'sécret'],
  ];
  for (const [hash, password] of rows) {
    assert.equal(fitsHash(toBytes(password), hash), true, hash);
    assert.equal(fitsHash(toBytes(`${password}!`), hash), false, hash);
    assert.equal(fitsHash('', hash), false, hash);
  }
  for (const hash of [
    '$2y$05$abcdefghijklmnopqrstuu',
    '$2y$14$abcdefghijklmnopqrstuuYKqv.96pXUpgIkx3Ccog8WEqHmbEWUW',
    '$6$rounds=900000$x$y',
    'abJnggxhB/yWI',
  ])
    assert.equal(fitsHash('pw', hash), null, hash);
  // nginx 1.22.1 with the crypt() of Debian 12 answers 401 to each of them
  for (const hash of ['', 'pw', '!pw', 'pa:ss', '{SHA256}cHc=', 'a b c d e f g h'])
    for (const password of ['pw', '', hash]) assert.equal(fitsHash(toBytes(password), hash), false, hash);
});

test('a folder in the place of the user file is a 500, a file that is not there a 403', async () => {
  const config = await configOf(
    'events {}\nhttp { server { listen 80; location / { auth_basic x; auth_basic_user_file /srv/users; root /srv; } } }',
  );
  const statusWith = (kind: 'folder' | null): number =>
    traceRequest(
      config,
      {
        target: '/a',
        headers: [
          ['Host', 'a'],
          ['Authorization', 'Basic dTpw'],
        ],
      },
      { files: { stat: () => kind, text: () => null } },
    ).outcome.status;
  assert.equal(statusWith('folder'), 500);
  assert.equal(statusWith(null), 403);
});
