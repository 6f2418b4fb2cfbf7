/** Names and paths of other platforms, as far as they can be shown from this one: drive letters, shares, backslashes, case, line ends. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { basename, dirname, fileId, fromPath, isBelow, pathOf, relativePath, resolve } from '../../server/src/base/file-id.ts';
import { Lines } from '../../server/src/base/lines.ts';
import { fileOfPath, isPathBelow, machinePath } from '../../server/src/host/paths.ts';

describe('Windows', () => {
  test('a drive has one name, however an editor or a shell spells it', () => {
    const id = fileOfPath('C:\\Users\\me\\site\\nginx.conf', true);
    for (const spelling of [
      'file:///c%3A/Users/me/site/nginx.conf',
      'file:///C:/Users/me/site/nginx.conf',
      'FILE:///c:/Users/me/./site//nginx.conf',
    ])
      assert.equal(fileId(spelling), id);
    assert.equal(fromPath('c:\\Users\\me\\site\\nginx.conf'), id);
    assert.equal(pathOf(id), '/c:/Users/me/site/nginx.conf');
    assert.equal(machinePath(id, true)?.toLowerCase(), 'c:\\users\\me\\site\\nginx.conf');
  });

  test('a share keeps its host', () => {
    const id = fileOfPath('\\\\files\\web\\conf d\\nginx.conf', true);
    assert.equal(id, fileId('file://files/web/conf%20d/nginx.conf'));
    assert.equal(fromPath('\\\\files\\web\\conf d\\nginx.conf'), id);
    assert.equal(machinePath(id, true), '\\\\files\\web\\conf d\\nginx.conf');
    assert.ok(isBelow(id, dirname(id)));
  });

  test('includes with backslashes and with a drive are found', () => {
    const folder = fileOfPath('C:\\nginx\\conf', true);
    assert.equal(resolve(folder, 'sites\\shop.conf'), fileOfPath('C:\\nginx\\conf\\sites\\shop.conf', true));
    assert.equal(resolve(folder, 'D:/shared/proxy.conf'), fileOfPath('D:\\shared\\proxy.conf', true));
    assert.equal(resolve(folder, '..\\mime.types'), fileOfPath('C:\\nginx\\mime.types', true));
    assert.equal(relativePath(resolve(folder, 'sites\\shop.conf'), folder), 'sites/shop.conf');
    assert.equal(basename(resolve(folder, 'sites\\shop.conf')), 'shop.conf');
  });

  test('what lies below a folder is told whatever the case, and across drives', () => {
    const { win32 } = path;
    assert.ok(isPathBelow('C:\\Site\\conf\\a.conf', 'c:\\site', win32));
    assert.ok(isPathBelow('C:\\Site', 'C:\\Site\\', win32));
    assert.ok(!isPathBelow('C:\\Site2\\a.conf', 'C:\\Site', win32));
    assert.ok(!isPathBelow('D:\\Site\\a.conf', 'C:\\Site', win32));
    assert.ok(!isPathBelow('\\\\files\\web\\a.conf', 'C:\\Site', win32));
    assert.ok(isPathBelow('C:\\Site\\..old\\a.conf', 'C:\\Site', win32));
  });

  test('a name that is no path there is none', () => assert.equal(machinePath(fileId('file:///etc/nginx/nginx.conf'), true), null));
});

describe('Linux and macOS', () => {
  test('what lies below a folder', () => {
    const { posix } = path;
    assert.ok(isPathBelow('/site/conf/a.conf', '/site', posix));
    assert.ok(isPathBelow('/site/a.conf', '/', posix));
    assert.ok(!isPathBelow('/site2/a.conf', '/site', posix));
    assert.ok(!isPathBelow('/', '/site', posix));
  });
  test('a share of Windows is no path', () => assert.equal(machinePath(fileId('file://files/web/nginx.conf'), false), null));
});

test('CRLF ends one line, and its CR belongs to no word', () => {
  const lines = new Lines('events {}\r\nhttp {\r\n}\r\n');
  assert.equal(lines.count, 4);
  assert.deepEqual(lines.position(11), { line: 1, character: 0 });
});
