/** `pserve`: the server that an ini file names, with what its section says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileId } from '../../server/src/base/file-id.ts';
import { addressText } from '../../server/src/deploy/address.ts';
import { readDeployment } from '../../server/src/deploy/deployment.ts';
import type { SentParam } from '../../server/src/deploy/php-sizes.ts';
import phpFpm from '../../server/src/deploy/servers/php-fpm.ts';
import { settingsOf } from '../../server/src/deploy/servers/server.ts';
import waitress from '../../server/src/deploy/servers/waitress.ts';
import { certain, placeOf } from '../../server/src/deploy/setting.ts';
import { tree } from './fixture.ts';

const UNIT = (words: string): string => `#- wiki.service
[Service]
WorkingDirectory=/srv/wiki
ExecStart=/srv/wiki/env/bin/pserve ${words}
`;
const addresses = (text: string): (string | null)[] =>
  readDeployment(tree(text), null).applications.flatMap((a) =>
    a.listeners.map((l) => {
      const address = certain(l.address);
      return address ? addressText(address) : null;
    }),
  );

test('waitress: addresses, who is trusted, limits, and where they stand', () => {
  const text = `${UNIT('production.ini')}#- production.ini
[app:main]
use = egg:wiki
[server:main]
use = egg:waitress#main
listen = 127.0.0.1:6543 [::1]:6543
trusted_proxy = 127.0.0.1
trusted_proxy_headers = x-forwarded-for x-forwarded-proto
clear_untrusted_proxy_headers = yes
max_request_body_size = 52428800
`;
  const files = tree(text);
  const [application] = readDeployment(files, null).applications;
  assert.equal(application!.server.name, 'waitress');
  assert.deepEqual(addresses(text), ['127.0.0.1:6543', '[::1]:6543']);
  const settings = settingsOf(application!, waitress)!;
  assert.equal(certain(settings.trustedProxy), '127.0.0.1');
  assert.equal(certain(settings.clearUntrusted), true);
  assert.equal(certain(settings.maxBody), 52428800);
  const { file, span } = placeOf(application!.listeners[0]!.address)!;
  assert.equal(files.get(file)!.slice(span.start, span.end), '127.0.0.1:6543');
});

test('gunicorn: host and port are what it binds', () => {
  const ini = (lines: string): string => `${UNIT('production.ini')}#- production.ini\n[server:main]\nuse = egg:gunicorn#main\n${lines}\n`;
  assert.deepEqual(addresses(ini('host = 0.0.0.0\nport = 8080\nworkers = 3')), ['0.0.0.0:8080']);
  assert.deepEqual(addresses(ini('bind = unix:/run/wiki.sock')), ['unix:/run/wiki.sock']);
});

test('names in values: of [DEFAULT], of the command line, or not known', () => {
  const ini = (words: string, standard: string): string =>
    `${UNIT(`production.ini ${words}`)}#- production.ini\n[DEFAULT]\n${standard}\n[server:main]\nuse = egg:waitress#main\nport = %(http_port)s\n`;
  assert.deepEqual(addresses(ini('', 'http_port = 6544')), ['0.0.0.0:6544']);
  assert.deepEqual(addresses(ini('http_port=6545', '')), ['0.0.0.0:6545']);
  assert.deepEqual(addresses(ini('', '')), [null]);
});

test('another server, and a file that is not there, are not known', () => {
  for (const text of [
    UNIT('production.ini'),
    `${UNIT('production.ini')}#- production.ini\n[server:main]\nuse = egg:paste#http\nport = 80\n`,
  ]) {
    const [application] = readDeployment(tree(text), null).applications;
    assert.equal(application!.server.name, 'pserve');
    assert.deepEqual(application!.listeners, []);
  }
});

test('php-fpm takes the limit of the one file that sets it', () => {
  const limit = (files: Readonly<Record<string, string>>, of = 0, sent: readonly SentParam[] = []) => {
    const deployment = readDeployment(
      tree(
        Object.entries({ 'php-fpm.d/www.conf': '[www]\nlisten = 9000\n', ...files })
          .map(([path, text]) => `#- ${path}\n${text}\n`)
          .join(''),
      ),
      null,
    );
    const [application] = deployment.applications;
    return certain(phpFpm.bodyLimits!(settingsOf(application!, phpFpm)!, deployment.files, sent)[of]!.bytes);
  };
  assert.equal(
    limit({ 'docker/uploads.ini': 'upload_max_filesize = 64M\npost_max_size = 64M ; with the form around it' }),
    64 * 1024 * 1024,
  );
  assert.equal(limit({}), 0);
  assert.equal(limit({ 'a.ini': 'post_max_size=8M', 'b.ini': 'post_max_size=9M' }), undefined);
  assert.equal(limit({ 'a.ini': ';post_max_size=8M' }), 0);
  const MB = 1024 * 1024;
  assert.equal(limit({ 'docker/uploads.ini': 'upload_max_filesize = 64M' }, 1), 64 * MB);
  const echo = 'FROM php:8.3-fpm\nRUN echo "upload_max_filesize=32M" > $PHP_INI_DIR/conf.d/u.ini\n';
  assert.equal(limit({ Dockerfile: echo }, 1), 32 * MB);
  assert.equal(limit({ Dockerfile: 'FROM php:8.3-fpm\n# RUN echo "upload_max_filesize=32M"\n' }, 1), 0);
  assert.equal(limit({ Dockerfile: "RUN sed -i 's/post_max_size = 8M/post_max_size = 48M/' php.ini\n" }), 48 * MB);
  assert.equal(limit({ Dockerfile: "RUN sed -i -e 's/^post_max_size.*/post_max_size = 48M/' php.ini\n" }), 48 * MB);
  assert.equal(limit({ Dockerfile: echo, 'public/.user.ini': 'upload_max_filesize = 4M' }, 1), 4 * MB);
  const place = { file: 'nginx.conf' as FileId, span: { start: 0, end: 0 } };
  const params = [{ name: 'PHP_VALUE', value: 'upload_max_filesize=20M \n post_max_size=25M', place }];
  assert.equal(limit({ 'a.ini': 'post_max_size=8M' }, 0, params), 25 * MB);
  assert.equal(limit({ 'php-fpm.d/www.conf': '[www]\nlisten = 9000\nphp_admin_value[upload_max_filesize] = 12M\n' }, 1, params), 12 * MB);
  assert.equal(limit({ 'php-fpm.d/www.conf': '[www]\nlisten = 9000\nphp_value[upload_max_filesize] = 12M\n' }, 1, params), 20 * MB);
});
