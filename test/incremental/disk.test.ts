/** What the disk holds counts, whatever the editor's watcher tells of it: a folder goes and comes as one event. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileId } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { lint } from '../../server/src/rules/run.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { parts } from '../harness/rules.ts';

const at = (name: string) => fileId(`file:///disk/${name}`);
const MAIN = 'events {}\nhttp {\n    include snip/*.conf;\n}\n';

test('a folder that is deleted, and that comes back with another text, takes what was read of it along', async () => {
  const { parser, engine, rules } = await parts();
  const files = new MemoryFiles([
    [at('nginx.conf'), MAIN],
    [at('snip/a.conf'), 'server {\n    listen 80;\n    bogus x;\n}\n'],
  ]);
  const workspace = new Workspace(parser, engine, files);
  const unknown = async (): Promise<number> => {
    await workspace.settle();
    return workspace.snapshot().configs.flatMap((c) => lint(c, rules).filter((f) => f.rule === 'unknown-directive')).length;
  };
  workspace.apply({ kind: 'folders', folders: [fileId('file:///disk')] });
  workspace.apply({ kind: 'open', file: at('nginx.conf'), text: MAIN, version: 1 });
  assert.equal(await unknown(), 1);
  files.delete(at('snip/a.conf'));
  workspace.apply({ kind: 'disk', files: [at('snip')] });
  assert.equal(await unknown(), 0);
  files.set(at('snip/a.conf'), 'server {\n    listen 80;\n    bogus x;\n    bogus y;\n}\n');
  workspace.apply({ kind: 'disk', files: [at('snip')] });
  assert.equal(await unknown(), 2);
  files.set(at('snip/a.conf'), 'server {\n    listen 80;\n}\n');
  workspace.apply({ kind: 'disk', files: [at('snip')] });
  assert.equal(await unknown(), 0);
});

test('a folder that is closed takes its main files along, unless one of their files is open', async () => {
  const { parser, engine } = await parts();
  const files = new MemoryFiles(['a', 'b'].map((name) => [at(`${name}/nginx.conf`), MAIN] as const));
  const workspace = new Workspace(parser, engine, files);
  const roots = async (): Promise<readonly string[]> => {
    await workspace.settle();
    return [...workspace.roots].sort();
  };
  workspace.apply({ kind: 'folders', folders: [at('a'), at('b')] });
  assert.deepEqual(await roots(), [at('a/nginx.conf'), at('b/nginx.conf')]);
  workspace.apply({ kind: 'folders', folders: [at('a')] });
  assert.deepEqual(await roots(), [at('a/nginx.conf')]);
  workspace.apply({ kind: 'open', file: at('a/nginx.conf'), text: MAIN, version: 1 });
  workspace.apply({ kind: 'folders', folders: [] });
  assert.deepEqual(await roots(), [at('a/nginx.conf')]);
});
