/** A fix of a flaw changes what nginx does, and a package of Debian that has the fix does it under its old number. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceRequest } from '../../server/src/trace/request.ts';
import { configOf } from './config-of.ts';

const SITE = `events {}
http {
    server {
        listen 80;
        location ~ ^(/set/.*)$ { rewrite ^(.*)$ /at?from=$1; set $was "[$1]"; return 200 $was; }
        location /files/ { alias /srv/data/; rewrite ^/files/old/(.*)$ /files/new/$1; return 200 "[$request_filename]"; }
    }
}`;

test('captures behind a rewrite with arguments, and paths below an alias after a rewrite, by package', async () => {
  const said: Record<string, unknown> = {};
  for (const nginx of ['1.22.1', '1.22.1-9+deb12u6', '1.22.1-9+deb12u7', '1.22.1-9+deb12u11', '1.26.3-3+deb13u10', '1.30.6']) {
    const config = await configOf(SITE, { nginx });
    const ask = (target: string) => traceRequest(config, { target, headers: [['Host', 'a.test']] }).outcome;
    said[nginx] = [ask('/set/%20x').body, ask('/files/old/x').body];
  }
  const cut = '[/set/%20';
  const whole = '[/set/ x]';
  const path = '[/srv/data/new/x]';
  assert.deepEqual(said, {
    '1.22.1': [cut, path],
    '1.22.1-9+deb12u6': [cut, path],
    '1.22.1-9+deb12u7': [whole, path],
    '1.22.1-9+deb12u11': [whole, '[]'],
    '1.26.3-3+deb13u10': [whole, '[]'],
    '1.30.6': [whole, '[]'],
  });
});
