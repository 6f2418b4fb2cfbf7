/**
 * Which directives a release knows, asked of every nginx that can be had here: Debian's of other releases, unpacked beside the system's by
 * `node test/tools/other-nginx.mjs`. What is not here is named in the output; of mainline nobody offers a binary, so its facts rest on its text.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { loadCatalog, statusOf } from '../../server/src/catalog/catalog.ts';
import { atLeast, version } from '../../server/src/catalog/version.ts';
import { DEFAULT_SETTINGS, NEWEST_NGINX } from '../../server/src/config/settings.ts';
import { withSettings } from '../../server/src/config/settings-file.ts';
import { temporaryFolder } from '../harness/nginx.ts';

/** By Debian's name of the release. */
const RELEASES = ['bullseye', 'bookworm', 'trixie', 'sid'];

/** Modules that every build of Debian has in the binary itself. */
const BUILT_IN = new Set([
  'ngx_core_module',
  'ngx_http_core_module',
  'ngx_http_headers_module',
  'ngx_http_ssl_module',
  'ngx_http_v2_module',
  'ngx_http_proxy_module',
  'ngx_http_fastcgi_module',
  'ngx_http_uwsgi_module',
  'ngx_http_grpc_module',
  'ngx_http_upstream_module',
  'ngx_http_access_module',
  'ngx_http_log_module',
]);

const asked = [
  ...new Map(
    [...loadCatalog().names()]
      .flatMap((name) => loadCatalog().directives(name))
      .filter((d) => d.source === 'oss' && BUILT_IN.has(d.module) && d.unit === null)
      // of what has always been there and still is, one in ten
      .filter((d, i) => d.removed !== undefined || (d.since !== undefined && atLeast(version(d.since), '1.15.0')) || i % 10 === 0)
      .map((d) => [d.name, d] as const),
  ).values(),
];

for (const release of RELEASES) {
  const script = path.resolve('out', `nginx-${release}`, 'nginx');
  if (!fs.existsSync(script)) {
    console.log(`not asked: nginx of Debian ${release}, which is not unpacked here (node test/tools/other-nginx.mjs ${release})`);
    continue;
  }
  describe(`nginx of Debian ${release}`, () => {
    const said = /nginx\/(\S+)/.exec(spawnSync(script, ['-v'], { encoding: 'utf8' }).stderr)?.[1] ?? '';

    test(`${said} knows the directives that are said of it`, () => {
      const { target } = withSettings(DEFAULT_SETTINGS, { nginxVersion: said });
      const folder = temporaryFolder(`other-${release}`);
      const file = path.join(folder, 'one.conf');
      const wrong: string[] = [];
      for (const fact of asked) {
        fs.writeFileSync(file, `${fact.name};\n`);
        const run = spawnSync(script, ['-t', '-c', file, '-p', folder], { encoding: 'utf8', timeout: 10_000 });
        const theirs = !run.stderr.includes(`unknown directive "${fact.name}"`);
        assert.match(run.stderr, /\[emerg\]/, fact.name);
        const others = loadCatalog().directives(fact.name);
        const ours = others.some((d) => statusOf(d, target).known);
        if (ours !== theirs) wrong.push(`${fact.name}: nginx ${said} ${theirs ? 'knows it' : 'does not know it'}`);
      }
      assert.deepEqual(wrong, []);
    });
  });
}

console.log(`not asked: nginx ${NEWEST_NGINX}, of which no package has a binary; what is said of 1.31 rests on its text`);
