/** How far a project goes: to the edge of its repository, and not out of it through an include or a link. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fromPath, pathOf } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { boundaryOf } from '../../server/src/project/boundary.ts';
import { ends, folder, report } from '../cli/cli.ts';

/** Checks the boundary of a file among others; `hint` is the folder that a person works in. */
async function checkBoundary(
  files: string[],
  file: string,
  expected: { folder: string; system?: boolean; bare?: boolean },
  hint?: string,
): Promise<void> {
  const disk = new MemoryFiles(files.map((f) => [fromPath(f), 'x']));
  const found = await boundaryOf(fromPath(file), 'file', disk, hint ? [fromPath(hint)] : []);
  assert.deepEqual(
    { folder: pathOf(found.folder), system: found.system, bare: found.bare },
    { folder: expected.folder, system: expected.system ?? false, bare: expected.bare ?? false },
  );
}

test('the repository, else the outermost mark, else the folder of the work', async () => {
  await checkBoundary(['/r/x/.git/HEAD', '/r/x/web/package.json', '/r/x/web/nginx/a.conf'], '/r/x/web/nginx/a.conf', { folder: '/r/x' });
  await checkBoundary(['/r/x/manage.py', '/r/x/web/Dockerfile', '/r/x/web/nginx/a.conf'], '/r/x/web/nginx/a.conf', { folder: '/r/x' });
  await checkBoundary(['/r/x/deploy/a.conf'], '/r/x/deploy/a.conf', { folder: '/r/x' }, '/r/x');
  await checkBoundary(['/r/x/deploy/a.conf'], '/r/x/deploy/a.conf', { folder: '/r/x/deploy' });
  await checkBoundary(['/r/x/nginx.conf', '/r/x/conf.d/a.conf'], '/r/x/conf.d/a.conf', { folder: '/r/x' });
  // what is in a home or beside it marks nothing
  await checkBoundary(['/home/a/package.json', '/home/a/x/a.conf'], '/home/a/x/a.conf', { folder: '/home/a/x' });
  await checkBoundary(['/tmp/a.conf', '/tmp/docker-compose.yml'], '/tmp/a.conf', { folder: '/tmp', bare: true });
});

test("a system's own configuration is one, a repository below /opt is not", async () => {
  await checkBoundary(['/etc/nginx/nginx.conf', '/etc/.git/HEAD'], '/etc/nginx/nginx.conf', { folder: '/etc/nginx', system: true });
  await checkBoundary(['/etc/nginx/nginx.conf', '/etc/nginx/sites-enabled/a'], '/etc/nginx/sites-enabled/a', {
    folder: '/etc/nginx',
    system: true,
  });
  await checkBoundary(['/opt/app/.git/HEAD', '/opt/app/nginx.conf'], '/opt/app/nginx.conf', { folder: '/opt/app' });
});

test('nothing of the machine is read: not by an include, not through a link, until --machine says so', async () => {
  const outside = folder({ 'secret.conf': 'bogus_of_the_machine on;\n', 'conf.d/a.conf': 'bogus_of_the_machine on;\n' });
  const cwd = folder({
    '.git/HEAD': 'ref: refs/heads/main\n',
    'nginx.conf': `events {}\nhttp {\n    server_tokens off;\n    include ${outside}/secret.conf;\n    include ${outside}/conf.d/*.conf;\n    include sites/*;\n}\n`,
  });
  fs.mkdirSync(path.join(cwd, 'sites'));
  fs.symlinkSync(path.join(outside, 'secret.conf'), path.join(cwd, 'sites/a'));
  fs.symlinkSync(outside, path.join(cwd, 'linked'));
  const read = async (...more: string[]) =>
    report(await ends(more.length ? 1 : 0, ['check', '--format', 'json', ...more, '.'], { cwd })).files.map((f) =>
      path.relative(cwd, f.path),
    );
  assert.deepEqual(await read(), ['nginx.conf']);
  assert.ok((await read('--machine')).some((f) => f.endsWith('secret.conf')));
});

test('a link to what never ends does no harm', { skip: !fs.existsSync('/proc/self/pagemap') }, async () => {
  const cwd = folder({ 'nginx.conf': 'events {}\nhttp {\n    server_tokens off;\n    include conf.d/*.conf;\n}\n', 'conf.d/a.txt': '' });
  for (const name of ['conf.d/x.conf', 'y.conf', 'Dockerfile']) fs.symlinkSync('/proc/self/pagemap', path.join(cwd, name));
  await ends(0, ['check', '.'], { cwd });
});

test('what is no nginx configuration is left alone when it is named', async () => {
  const cwd = folder({
    'logging.conf': '[loggers]\nkeys = root\n',
    'a.conf': 'server { listen 80; server_name a.example.com; return 204; }\n',
  });
  const ran = await ends(0, ['check', '--format', 'json', 'logging.conf', 'a.conf'], {
    cwd,
    says: /logging\.conf: this is no nginx configuration/,
  });
  assert.deepEqual(
    report(ran).files.map((f) => path.basename(f.path)),
    ['a.conf'],
  );
});
