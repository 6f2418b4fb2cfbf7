/** Who opens or edits one of many files has the others neither read nor judged again; a new file is one that any mask may take. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEVER } from '../../server/src/base/cancel.ts';
import { fromPath } from '../../server/src/base/file-id.ts';
import type { Config } from '../../server/src/config/config.ts';
import type { Sources } from '../../server/src/config/load.ts';
import { wanted } from '../../server/src/deploy/wanted.ts';
import { loneProject } from '../../server/src/project/deployed.ts';
import { besideOf } from '../../server/src/project/standin.ts';
import { defineRule, ruleNames } from '../../server/src/rules/rule.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { publisherOf } from '../harness/publisher.ts';
import { HOME, inMemory, parts } from './world.ts';

const id = (path: string) => fromPath(`/checkout/project/${path}`);
const main = (name: string): string =>
  `events {}\nhttp {\n    include ../${name}/conf.d/*.conf;\n    server {\n        listen 80;\n        server_name ${name}.example;\n    }\n}\n`;
const FILES = {
  '.git/HEAD': '',
  'a/nginx.conf': main('a'),
  'b/nginx.conf': main('b'),
  'c/nginx.conf': main('c'),
  'b/conf.d/x.conf': 'gzip on;\n',
};

async function workspaceOf(memory = inMemory(FILES)): Promise<Workspace> {
  const { parser, engine, rules, python } = await parts();
  const workspace = new Workspace(parser, engine, memory, { isApplicationFile: wanted, ruleNames: ruleNames(rules), python });
  workspace.apply({ kind: 'folders', folders: [HOME] });
  await workspace.settle(NEVER);
  return workspace;
}

const byRoot = (workspace: Workspace): Map<string, Config> => new Map(workspace.snapshot().configs.map((c) => [c.root as string, c]));

test('an opened file is read anew by those that read it, a new one by all', async () => {
  const memory = inMemory(FILES);
  const workspace = await workspaceOf(memory);
  const changed = async (file: string, text: string): Promise<string[]> => {
    const before = byRoot(workspace);
    workspace.apply({ kind: 'open', file: id(file), text, version: 1 });
    await workspace.settle(NEVER);
    const now = byRoot(workspace);
    assert.equal(now.size, 3);
    return [...now].flatMap(([root, config]) => (before.get(root) === config ? [] : [root.split('/').at(-2)!])).sort();
  };
  assert.deepEqual(await changed('a/nginx.conf', FILES['a/nginx.conf']), ['a']);
  assert.deepEqual(await changed('b/conf.d/x.conf', 'gzip off;\n'), ['b']);
  const gzip = byRoot(workspace)
    .get(id('b/nginx.conf') as string)
    ?.main.directives.find((d) => d.name === 'http')
    ?.body?.value('gzip');
  assert.equal(gzip?.value(0), 'off');
  // written and opened before anyone was told of it: a mask takes it, and only a look at all of them tells whose
  memory.set(id('c/conf.d/new.conf'), 'gzip on;\n');
  assert.deepEqual(await changed('c/conf.d/new.conf', 'gzip on;\n'), ['a', 'b', 'c']);
  assert.ok(
    byRoot(workspace)
      .get(id('c/nginx.conf') as string)
      ?.files.has(id('c/conf.d/new.conf')),
  );
});

/** A publisher over a workspace: what it has sent, by file, and the configurations whose servers a rule was asked about. */
async function watched(workspace: Workspace) {
  const { rules } = await parts();
  const asked: string[] = [];
  const probe = defineRule({
    ...rules[0]!,
    id: 'probe',
    default: true,
    costly: false,
    needs: 'file',
    looksAt: [{ scope: ['server'] }],
    check: ({ config }) => {
      asked.push(config.root.split('/').at(-2)!);
    },
  });
  const sent = new Map<string, number>();
  const publisher = publisherOf({
    connection: {
      sendDiagnostics: async ({ uri, diagnostics }: { uri: string; diagnostics: readonly unknown[] }) => {
        sent.set(uri.split('/').slice(-2).join('/'), diagnostics.length);
      },
    } as never,
    workspace,
    rules: [...rules, probe],
    lintRun: () => 'onType',
    log: (line) => assert.fail(line),
  });
  return { publisher, sent, asked };
}

test('an edit asks the rules about the configurations that read the file, and takes what was found in the others', async () => {
  const workspace = await workspaceOf();
  const { publisher, sent, asked } = await watched(workspace);
  workspace.apply({ kind: 'open', file: id('c/nginx.conf'), text: FILES['c/nginx.conf'], version: 1 });
  publisher.changed();
  await publisher.settled();
  // what is open comes first
  assert.deepEqual([...new Set(asked)], ['c', 'a', 'b']);
  const before = new Map(sent);
  asked.length = 0;
  sent.clear();
  const at = FILES['c/nginx.conf'].indexOf('listen');
  workspace.apply({
    kind: 'edit',
    file: id('c/nginx.conf'),
    edits: [[{ span: { start: at, end: at }, newText: 'lsten 1; ' }]],
    version: 2,
  });
  publisher.changed();
  await publisher.settled();
  assert.deepEqual([...new Set(asked)], ['c']);
  assert.ok(sent.get('c/nginx.conf')! > (before.get('c/nginx.conf') ?? 0));
  // the others are as they were, so nothing is said of them
  assert.deepEqual([...sent.keys()], ['c/nginx.conf']);
});

test('an edit on the side of the application has the configurations around it judged again', async () => {
  const compose = 'services:\n  app:\n    image: app\n';
  const workspace = await workspaceOf(inMemory({ ...FILES, 'compose.yaml': compose }));
  const { publisher, asked } = await watched(workspace);
  workspace.apply({ kind: 'open', file: id('a/nginx.conf'), text: FILES['a/nginx.conf'], version: 1 });
  workspace.apply({ kind: 'open', file: id('compose.yaml'), text: compose, version: 1 });
  publisher.changed();
  await publisher.settled();
  const before = byRoot(workspace);
  asked.length = 0;
  const at = compose.length;
  workspace.apply({
    kind: 'edit',
    file: id('compose.yaml'),
    edits: [[{ span: { start: at, end: at }, newText: '    ports: ["8000:8000"]\n' }]],
    version: 2,
  });
  publisher.changed();
  await publisher.settled();
  // no text of nginx is another
  for (const [root, config] of byRoot(workspace)) assert.equal(config, before.get(root));
  assert.deepEqual([...new Set(asked)].sort(), ['a', 'b', 'c']);
});

test('what a file brings to those beside it is read of the text that it has now', async () => {
  const { parser, engine } = await parts();
  const [a, b] = [id('sites/a.conf'), id('sites/b.conf')];
  const open = parser.open(b, 'server {\n    listen 80;\n}\n');
  const project = { ...loneProject(HOME, false), configs: [a, b] };
  const sources = { source: async () => open } as unknown as Sources;
  const lists = async (): Promise<string[]> => [...(await besideOf(project, a, { sources, catalog: engine.catalog })).lists];
  assert.deepEqual(await lists(), []);
  open.update([{ span: { start: 0, end: 0 }, newText: 'proxy_set_header Host $host;\n' }]);
  assert.deepEqual(await lists(), ['proxy_set_header']);
  open.dispose();
});

test('a site counts on what is declared beside it as long as it is: an edit and a close have it judged again', async () => {
  const site = (name: string): string =>
    `server {\n    listen 80;\n    server_name ${name}.example;\n    location / { proxy_pass http://127.0.0.1:8000; }\n}\n`;
  const disk = { '.git/HEAD': '', 'sites/a.conf': site('a'), 'sites/b.conf': site('b') };
  const workspace = await workspaceOf(inMemory(disk));
  const a = id('sites/a.conf');
  const b = id('sites/b.conf');
  const header = 'proxy_set_header Host $host;\n';
  const declared = async (): Promise<boolean> => {
    await workspace.settle(NEVER);
    return workspace.snapshot().configsOf(a)[0]!.tree.standIn!.lists.has('proxy_set_header');
  };
  for (const file of [a, b])
    workspace.apply({ kind: 'open', file, text: file === a ? disk['sites/a.conf'] : disk['sites/b.conf'], version: 1 });
  assert.equal(await declared(), false);
  workspace.apply({ kind: 'edit', file: b, edits: [[{ span: { start: 0, end: 0 }, newText: header }]], version: 2 });
  assert.equal(await declared(), true, 'after an edit');
  // nothing of it was saved: the disk counts again
  workspace.apply({ kind: 'close', file: b });
  assert.equal(await declared(), false, 'after the close');
  workspace.apply({ kind: 'open', file: b, text: header + disk['sites/b.conf'], version: 1 });
  assert.equal(await declared(), true, 'opened with what was not saved');
  workspace.apply({ kind: 'close', file: b });
  workspace.apply({ kind: 'open', file: b, text: disk['sites/b.conf'], version: 1 });
  assert.equal(await declared(), false, 'closed and opened at once');
});
