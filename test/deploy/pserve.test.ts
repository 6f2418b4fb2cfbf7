/** `pserve`: the server that an ini file names, with what its section says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressText } from '../../server/src/deploy/address.ts';
import { readDeployment } from '../../server/src/deploy/deployment.ts';
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
  const limit = (files: Readonly<Record<string, string>>) => {
    const deployment = readDeployment(
      tree(
        Object.entries({ 'php-fpm.d/www.conf': '[www]\nlisten = 9000\n', ...files })
          .map(([path, text]) => `#- ${path}\n${text}\n`)
          .join(''),
      ),
      null,
    );
    const [application] = deployment.applications;
    return certain(phpFpm.bodyLimit!(settingsOf(application!, phpFpm)!, deployment.files)!.bytes);
  };
  assert.equal(
    limit({ 'docker/uploads.ini': 'upload_max_filesize = 64M\npost_max_size = 64M ; with the form around it' }),
    64 * 1024 * 1024,
  );
  assert.equal(limit({}), 0);
  assert.equal(limit({ 'a.ini': 'post_max_size=8M', 'b.ini': 'post_max_size=9M' }), undefined);
  assert.equal(limit({ 'a.ini': ';post_max_size=8M' }), 0);
});
