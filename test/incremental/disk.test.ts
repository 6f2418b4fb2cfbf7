/** What the disk holds counts, whatever the editor's watcher tells of it: a folder goes and comes as one event. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FileId, fileId } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { lint } from '../../server/src/rules/run.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { random } from '../abuse/hostile.ts';
import { parts } from '../harness/rules.ts';

const at = (name: string) => fileId(`file:///disk/${name}`);
const SERIES = 300;
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

test('a site that comes to a folder of a service is read by its main file alone, however often the project is looked through', async () => {
  const { parser, engine } = await parts();
  const main = 'events {}\nhttp {\n    upstream app { server web:8000; }\n    include /etc/nginx/conf.d/*.conf;\n}\n';
  const site = 'server {\n    listen 80;\n    location / { proxy_pass http://app; }\n}\n';
  const files = new MemoryFiles([
    [at('compose.yaml'), 'services:\n  web:\n    build: .\n  nginx:\n    image: nginx:1.28\n    volumes:\n      - ./nginx:/etc/nginx:ro\n'],
    [at('Dockerfile'), 'FROM python:3.12\n'],
    [at('nginx/nginx.conf'), main],
    [at('nginx/conf.d/shop.conf'), site],
  ]);
  const workspace = new Workspace(parser, engine, files);
  const subjects = async (): Promise<readonly string[]> => {
    await workspace.settle();
    return workspace.snapshot().configs.map((c) => c.subject);
  };
  workspace.apply({ kind: 'folders', folders: [fileId('file:///disk')] });
  workspace.apply({ kind: 'open', file: at('nginx/conf.d/shop.conf'), text: site, version: 1 });
  assert.deepEqual(await subjects(), [at('nginx/nginx.conf')]);
  const more = site.replace('80', '81');
  // an editor opens a file that it creates before its watcher tells of it
  files.set(at('nginx/conf.d/more.conf'), more);
  workspace.apply({ kind: 'open', file: at('nginx/conf.d/more.conf'), text: more, version: 1 });
  await subjects();
  workspace.apply({ kind: 'disk', files: [at('nginx/conf.d/more.conf')] });
  assert.deepEqual(await subjects(), [at('nginx/nginx.conf')]);
  // an editor shows the text of a deleted file for a while
  files.delete(at('nginx/conf.d/more.conf'));
  workspace.apply({ kind: 'disk', files: [at('nginx/conf.d/more.conf')] });
  assert.deepEqual(await subjects(), [at('nginx/nginx.conf')]);
  assert.equal(workspace.snapshot().configsOf(at('nginx/conf.d/shop.conf')).length, 1);
  files.set(at('nginx/conf.d/more.conf'), more);
  workspace.apply({ kind: 'disk', files: [at('nginx/conf.d/more.conf')] });
  assert.deepEqual(await subjects(), [at('nginx/nginx.conf')]);
  assert.equal(workspace.snapshot().configsOf(at('nginx/conf.d/more.conf')).length, 1);
});

test('whatever comes while files are read, reading them comes to an end', async () => {
  const { parser, engine } = await parts();
  const site = 'server {\n    listen 81;\n}\n';
  const files = () => new MemoryFiles([[at('nginx.conf'), 'events {}\nhttp {}\n']]);
  for (let seed = 1; seed <= SERIES; seed++) {
    const { below, pick } = random(seed);
    const workspace = new Workspace(parser, engine, files());
    workspace.apply({ kind: 'folders', folders: [fileId('file:///disk')] });
    // what never ends would let no timer through
    let asked = 0;
    const patience = {
      get cancelled() {
        return ++asked > 20_000;
      },
    };
    const settled: Promise<void>[] = [];
    const open = new Map<FileId, string>();
    for (let step = 0; step < 12; step++) {
      const file = at(pick(['nginx.conf', 'new.conf', 'other.conf']));
      switch (below(4)) {
        case 0: {
          const before = open.get(file);
          const text = pick([site, '', 'upstream u { server 127.0.0.1:1; }', 'x']);
          open.set(file, text);
          if (before === undefined) workspace.apply({ kind: 'open', file, text, version: 1 });
          else workspace.apply({ kind: 'edit', file, edits: [[{ span: { start: 0, end: before.length }, newText: text }]], version: step });
          break;
        }
        case 1:
          open.delete(file);
          workspace.apply({ kind: 'close', file });
          break;
        case 2:
          workspace.apply({ kind: 'disk', files: [file] });
          break;
        default:
          settled.push(workspace.settle(patience));
      }
      for (let turns = below(40); turns > 0; turns--) await null;
    }
    await assert.doesNotReject(Promise.all([...settled, workspace.settle(patience)]), `seed ${seed}`);
    const fresh = new Workspace(parser, engine, files());
    fresh.apply({ kind: 'folders', folders: [fileId('file:///disk')] });
    for (const [file, text] of open) fresh.apply({ kind: 'open', file, text, version: 1 });
    await fresh.settle();
    const subjects = (one: Workspace): readonly string[] =>
      one
        .snapshot()
        .configs.map((c) => `${c.subject} of ${c.root}`)
        .sort();
    assert.deepEqual(subjects(workspace), subjects(fresh), `seed ${seed}`);
  }
});

test('a main file whose text was a site for a moment is one again when the editor gives it back, whatever the disk told meanwhile', async () => {
  const { parser, engine } = await parts();
  const main = 'events {}\nhttp {}\n';
  const site = 'upstream u { server 127.0.0.1:1; }';
  // the disk may tell of a file at any turn of the search
  for (let turns = 0; turns < 60; turns++) {
    const workspace = new Workspace(parser, engine, new MemoryFiles([[at('nginx.conf'), main]]));
    workspace.apply({ kind: 'folders', folders: [fileId('file:///disk')] });
    await workspace.settle();
    workspace.apply({ kind: 'open', file: at('nginx.conf'), text: site, version: 1 });
    workspace.apply({ kind: 'disk', files: [at('new.conf')] });
    const settled = workspace.settle();
    for (let left = turns; left > 0; left--) await null;
    workspace.apply({ kind: 'disk', files: [at('other.conf')] });
    for (let left = turns; left > 0; left--) await null;
    workspace.apply({ kind: 'close', file: at('nginx.conf') });
    await settled;
    await workspace.settle();
    assert.deepEqual(
      workspace.snapshot().configs.map((c) => `${c.subject} of ${c.root}`),
      [`${at('nginx.conf')} of ${at('nginx.conf')}`],
      `after ${turns} turns`,
    );
  }
});
