/** Whole files are VS Code's snippets, the others come from completion: nothing is missing and nothing shows twice. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { fromPath } from '../../server/src/base/file-id.ts';
import { completion } from '../../server/src/features/completion.ts';
import type { CodeSnippet } from '../../server/src/generate/snippet-file.ts';
import { SNIPPETS } from '../../server/src/snippets/index.ts';
import { configOf } from '../trace/config-of.ts';

const FILE = 'snippets/nginx.code-snippets';
const file = JSON.parse(fs.readFileSync(FILE, 'utf8')) as Record<string, CodeSnippet>;

test('the file that the manifest names holds every snippet of a whole file and no other, as it is written', () => {
  const manifest = JSON.parse(fs.readFileSync('package.json', 'utf8')) as { contributes: { snippets: unknown }; files: string[] };
  assert.deepEqual(manifest.contributes.snippets, [{ language: 'nginx', path: `./${FILE}` }]);
  assert.ok(manifest.files.includes('snippets'));
  const whole = SNIPPETS.filter((s) => s.inside.includes('main'));
  assert.deepEqual(Object.keys(file).sort(), whole.map((s) => s.title).sort());
  for (const s of whole) {
    assert.deepEqual(s.inside, ['main'], `${s.id} would be offered by both`);
    assert.equal(file[s.title]!.body.join('\n'), s.body);
    assert.deepEqual(file[s.title]!.prefix, s.prefixes);
  }
});

test('the file for editors without the server holds all that needs nothing added elsewhere', () => {
  const alone = JSON.parse(fs.readFileSync('snippets/without-server.code-snippets', 'utf8')) as Record<string, CodeSnippet>;
  assert.deepEqual(
    Object.keys(alone),
    SNIPPETS.filter((s) => !s.outer).map((s) => s.title),
  );
});

test('no comment of ours and no name of the product stands in what is inserted', () => {
  for (const s of SNIPPETS) assert.doesNotMatch(`${s.body}${(s.outer ?? []).map((o) => o.text).join('')}`, /proxylens/i, s.id);
});

for (const wholeFiles of [true, false])
  test(`completion ${wholeFiles ? 'offers whole files to other editors' : 'leaves whole files to VS Code'}`, async () => {
    const config = await configOf('\n');
    const source = config.files.get(fromPath('/etc/nginx/nginx.conf'))!;
    const offered = completion([config], source, 0, { wholeFiles })?.items.filter((i) => i.kind === 'snippet') ?? [];
    const titles = offered.map((i) => i.detail);
    assert.deepEqual(
      Object.keys(file).filter((title) => titles.includes(title)),
      wholeFiles ? Object.keys(file) : [],
    );
  });
