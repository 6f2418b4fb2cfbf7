// Functions of njs files: what is exported, where it is called, and what a new name changes in both.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyEdits } from '../../server/src/base/edit.ts';
import { type FileId, fromPath } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { readScript } from '../../server/src/config/scripts.ts';
import { completion } from '../../server/src/features/completion.ts';
import { definitions, references } from '../../server/src/features/navigation.ts';
import { rename } from '../../server/src/features/rename.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { parts } from '../harness/rules.ts';

const MAIN = fromPath('/etc/nginx/nginx.conf');
const SCRIPT = fromPath('/etc/nginx/njs/auth.js');
const SITE = fromPath('/etc/nginx/site.conf');
const TEXTS: readonly (readonly [FileId, string])[] = [
  [
    MAIN,
    'events {}\nhttp {\n    js_import auth from njs/auth.js;\n    js_set $who auth.user;\n    include site.conf;\n    server {\n        listen 80;\n        location / { js_content auth.check; }\n    }\n}\n',
  ],
  [SITE, 'server { listen 81; location / { js_content auth.check; js_header_filter auth.strip; } }\n'],
  [
    SCRIPT,
    'function check(r) { r.return(204); }\nfunction named(r) { return "user, check }"; }\n\nexport default { check, user: named, strip(r) { return [1, 2]; } };\n',
  ],
];

async function opened(): Promise<Workspace> {
  const { parser, engine } = await parts();
  const workspace = new Workspace(parser, engine, new MemoryFiles(TEXTS));
  workspace.apply({ kind: 'folders', folders: [fromPath('/etc/nginx')] });
  workspace.apply({ kind: 'open', file: MAIN, text: TEXTS[0]![1], version: 1 });
  await workspace.settle();
  return workspace;
}

describe('the default export of a script', () => {
  const names = (text: string): string[] => [...readScript(SCRIPT, text).exported.keys()];
  test('as an object that stands there', () => {
    assert.deepEqual(names('export default {a, b: c, async d(r) { let x = {e: 1, f}; }, "g": h, /* i, */ ...j}'), ['a', 'b', 'd']);
    assert.deepEqual(names('// export default {no}\nexport default {\n  a,\n  b,\n};'), ['a', 'b']);
  });
  test('as an object that has a name', () => assert.deepEqual(names('const all = { a, b };\nexport default all;\n'), ['a', 'b']));
  test('put together at run time, it gives nothing', () => {
    assert.deepEqual(names('export default make();'), []);
    assert.deepEqual(names('exports.a = 1;'), []);
  });
});

test('definition, references and a new name, in the script and in every file that calls it', async () => {
  const workspace = await opened();
  const snapshot = workspace.snapshot();
  const file = snapshot.file(MAIN)!;
  const configs = snapshot.configsOf(MAIN);
  const at = file.text.indexOf('auth.check') + 6;
  const script = snapshot.text(SCRIPT)!;
  const exported = script.text.lastIndexOf('check');
  assert.deepEqual(definitions(configs, file, at), [{ file: SCRIPT, span: { start: exported, end: exported + 5 } }]);
  assert.deepEqual(
    references(configs, file, at, true)
      .map((p) => p.file.split('/').at(-1))
      .sort(),
    ['auth.js', 'nginx.conf', 'site.conf'],
  );
  assert.deepEqual(definitions(configs, file, file.text.indexOf('njs/auth.js') + 2)[0]?.file, SCRIPT);
  const answer = rename(configs, file, at, 'allowed', () => null);
  assert.ok('edits' in answer);
  const after = (id: FileId): string => applyEdits(snapshot.text(id)!.text, answer.edits.find((e) => e.file === id)!.edits);
  assert.match(after(MAIN), /js_content auth\.allowed;/);
  assert.match(after(SITE), /js_content auth\.allowed; js_header_filter auth\.strip;/);
  // the function keeps its name inside of the script
  assert.match(after(SCRIPT), /^function check\(r\)[\s\S]*export default \{ allowed: check, user: named,/);
  assert.deepEqual(
    rename(configs, file, at, 'user', () => null),
    { refused: 'auth.js exports "user" already.' },
  );
});

test('functions are proposed where one is called, those of a script that is imported just now too', async () => {
  const workspace = await opened();
  const proposed = async (typed: string): Promise<string[]> => {
    const text = TEXTS[0]![1].replace('js_content auth.check;', typed.replace('|', ''));
    workspace.apply({ kind: 'open', file: MAIN, text, version: 2 });
    await workspace.settle();
    const snapshot = workspace.snapshot();
    const offset = TEXTS[0]![1].indexOf('js_content auth.check;') + typed.indexOf('|');
    return completion(snapshot.configsOf(MAIN), snapshot.file(MAIN)!, offset)?.items.map((i) => i.label) ?? [];
  };
  assert.deepEqual((await proposed('js_content |;')).slice(0, 3), ['auth.check', 'auth.user', 'auth.strip']);
  assert.deepEqual((await proposed('js_content auth.st|;')).slice(0, 1), ['auth.strip']);
});
