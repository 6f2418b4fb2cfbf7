/** A system's own configuration: absolute includes mean what they say, and what is not there is not there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromPath, pathOf } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { Loader } from '../../server/src/cli/common.ts';
import { lint } from '../../server/src/rules/run.ts';

/** Findings from warnings on as `file rule`, and as which files those that no main file reads are read. */
async function checked(files: Readonly<Record<string, string>>, named: string, options: { machine?: boolean } = {}) {
  const loader = await Loader.create(options, new MemoryFiles(Object.entries(files).map(([path, text]) => [fromPath(path), text])));
  const asked = await loader.configs([named]);
  return {
    findings: asked.flatMap(({ config, shown }) =>
      lint(config, loader.parts.rules).flatMap((f) =>
        (f.severity === 'error' || f.severity === 'warning') && (!shown || shown(f.at.file)) ? [`${pathOf(f.at.file)} ${f.rule}`] : [],
      ),
    ),
    alone: asked.flatMap(({ config }) => config.tree.standIn?.path ?? []),
  };
}

const SITE = 'server {\n    listen 80;\n    location / { limit_req zone=z; root /srv; }\n}\n';
const SYSTEM = {
  '/etc/nginx/nginx.conf':
    'events {}\nhttp {\n    server_tokens off;\n    include /usr/share/zones/*.conf;\n    include /etc/nginx/conf.d/*.conf;\n    include /etc/nginx/sites-enabled/*;\n}\n',
  '/usr/share/zones/a.conf': 'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\n',
  '/etc/nginx/sites-enabled/default': SITE,
  '/etc/nginx/sites-available/other': 'server {\n    listen 81;\n    return 204;\n}\n',
};

test('a sound one has no findings: masks that match nothing bring nothing, what lies elsewhere is read', async () => {
  assert.deepEqual(await checked(SYSTEM, '/etc/nginx'), { findings: [], alone: ['/etc/nginx/sites-available/other'] });
  assert.deepEqual(await checked(SYSTEM, '/etc/nginx/sites-enabled/default'), { findings: [], alone: [] });
});

test('a zone that no file declares is unknown, and a file that is not there keeps nginx from starting', async () => {
  const files = { ...SYSTEM, '/etc/nginx/conf.d/more.conf': 'include /usr/share/zones/gone.conf;\n' };
  assert.deepEqual((await checked(files, '/etc/nginx')).findings, ['/etc/nginx/conf.d/more.conf missing-include']);
  const { '/usr/share/zones/a.conf': _, ...without } = SYSTEM;
  assert.deepEqual((await checked(without, '/etc/nginx')).findings, ['/etc/nginx/sites-enabled/default unknown-zone']);
});

test('of a project the machine is asked where someone wants it', async () => {
  const files = {
    '/checkout/project/nginx.conf': 'events {}\nhttp {\n    include /usr/share/zones/a.conf;\n    include /usr/share/zones/gone.conf;\n}\n',
    '/usr/share/zones/a.conf': 'server_tokns off;\n',
  };
  assert.deepEqual((await checked(files, '/checkout/project/nginx.conf')).findings, []);
  assert.deepEqual((await checked(files, '/checkout/project/nginx.conf', { machine: true })).findings.sort(), [
    '/checkout/project/nginx.conf missing-include',
    '/usr/share/zones/a.conf unknown-directive',
  ]);
});
