/** The disk as a list of paths: what is found there is what the kernel would find, however nginx or a person wrote it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { listedFiles } from '../../server/src/trace/listed-files.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import { configOf } from './config-of.ts';

describe('files that a list names', () => {
  const files = listedFiles(['/srv/www/a.txt', '/srv//www/./b.txt', '/srv/empty/']);

  test('are files, what is above them is a folder, and nothing else is there', () => {
    assert.deepEqual(
      ['/srv/www/a.txt', '/srv/www/b.txt', '/srv/www', '/srv', '/', '/srv/empty', '/srv/www/c.txt', '/srv/ww', '/srv/www/a.txt/'].map((p) =>
        files.stat(p),
      ),
      ['file', 'file', 'folder', 'folder', 'folder', 'folder', null, null, null],
    );
  });

  test('are found with slashes and dots too many', () => {
    assert.deepEqual(
      ['/srv/www//a.txt', '//srv/./www/a.txt', '/srv/empty/../www/a.txt', '/srv//empty/'].map((p) => files.stat(p)),
      ['file', 'file', 'file', 'folder'],
    );
  });

  test('are sent from an alias that ends in a slash, before a URI that begins with one', async () => {
    const config = await configOf(
      'events {}\nhttp { server { listen 80; location ~ ^/(a|c)[.]txt$ { alias /srv/www/; try_files $uri =404; } } }\n',
    );
    const status = (target: string): number => traceRequest(config, { target, headers: [['Host', 'a.test']] }, { files }).outcome.status;
    assert.deepEqual([status('/a.txt'), status('/c.txt')], [200, 404]);
  });
});
