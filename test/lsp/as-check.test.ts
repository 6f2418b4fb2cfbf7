/** The command line and the language server as people start them, on the disk: one project, one list of findings. What is not checked is in both. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Diagnostic } from 'vscode-languageserver';
import { folder, run, SAMPLE } from '../cli/cli.ts';
import { TestClient } from '../harness/lsp.ts';

after(() => TestClient.stopAll());

const SEVERITIES = ['', 'error', 'warning', 'info', 'hint'];

interface Reported extends Pick<Diagnostic, 'range'> {
  readonly rule: string;
  readonly severity: string;
  readonly message: string;
}

/** What `check` says of a path of a folder, by file. */
async function checked(dir: string, name: string): Promise<string[]> {
  const { out } = await run(['check', '--format', 'json', name], { cwd: dir });
  const { files } = JSON.parse(out) as { files: { path: string; diagnostics: Reported[] }[] };
  return files
    .flatMap((f) =>
      f.diagnostics.map(
        (d) => `${path.relative(dir, f.path)}:${d.range.start.line + 1}:${d.range.start.character} ${d.severity} ${d.rule} ${d.message}`,
      ),
    )
    .sort();
}

/** What an editor that has the folder open lists, with these files open. */
async function listed(dir: string, open: readonly string[]): Promise<string[]> {
  const client = await TestClient.start({ folder: pathToFileURL(dir).href });
  const uri = (name: string): string => pathToFileURL(path.join(dir, name)).href;
  for (const name of open) client.open(uri(name), fs.readFileSync(path.join(dir, name), 'utf8'));
  await client.settled();
  const home = pathToFileURL(dir).href.length + 1;
  const all = [...new Set(client.published.map((p) => p.uri))].flatMap((of) =>
    client
      .shown(of)
      .map(
        (d) =>
          `${decodeURIComponent(of.slice(home))}:${d.range.start.line + 1}:${d.range.start.character} ${SEVERITIES[d.severity ?? 0]} ${d.code} ${d.message}`,
      ),
  );
  await client.stop();
  return all.sort();
}

test('the first command of the README and the editor say the same of the sample', async () => {
  const all = await checked(SAMPLE, '.');
  assert.ok(all.length > 10, all.join('\n'));
  const nginx = all.filter((line) => line.startsWith('nginx/'));
  assert.deepEqual(await checked(SAMPLE, 'nginx'), nginx);
  assert.deepEqual(await listed(SAMPLE, []), all);
  assert.deepEqual(await listed(SAMPLE, ['nginx/nginx.conf']), all);
});

test('what is not checked is said in the editor as on the command line, open or not', async () => {
  const levels = 320;
  const dir = folder({
    '.git/HEAD': 'ref: refs/heads/main\n',
    'nginx.conf': 'events {}\nhttp {\n    include conf.d/*.conf;\n}\n',
    'conf.d/deep.conf': `server {\n    listen 81;\n${'location /a {\n'.repeat(levels)}gzipp on;\n${'}\n'.repeat(levels)}}\n`,
    'sites/deep': `server {\n    listen 82;\n${'location /a {\n'.repeat(levels)}gzipp on;\n${'}\n'.repeat(levels)}}\n`,
    [`${'a/'.repeat(45)}x`]: '',
  });
  fs.writeFileSync(Buffer.concat([Buffer.from(`${dir}/conf.d/caf`), Buffer.from([0xe9]), Buffer.from('.conf')]), 'server { listen 83; }\n');
  const all = await checked(dir, '.');
  const notChecked = all.filter((line) => line.includes(' error not-checked '));
  for (const part of [/^conf\.d\/deep\.conf:.* 300 /, /^sites\/deep:.* 300 /, /^nginx\.conf:3:.* UTF-8/, /^nginx\.conf:1:.* 40 levels/])
    assert.ok(
      notChecked.some((line) => part.test(line)),
      `${part}:\n${notChecked.join('\n')}`,
    );
  for (const open of [[], ['nginx.conf'], ['sites/deep', 'conf.d/deep.conf']]) assert.deepEqual(await listed(dir, open), all, open.join());
});
