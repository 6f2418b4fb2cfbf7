/** Passwords of a user file against the digests of node's crypto and of openssl. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { toBytes } from '../../server/src/base/bytes.ts';
import { fitsHash, md5, sha1 } from '../../server/src/trace/passwords.ts';

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
  ];
  for (const [hash, password] of rows) {
    assert.equal(fitsHash(toBytes(password), hash), true, hash);
    assert.equal(fitsHash(toBytes(`${password}!`), hash), false, hash);
    assert.equal(fitsHash('', hash), false, hash);
  }
  assert.equal(fitsHash('pw', '$2y$05$abcdefghijklmnopqrstuu'), null);
});
