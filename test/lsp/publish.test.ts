/** The rounds of a publisher between all else that a server does: what it has shown is to reach the client before it goes on, and requests are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Diagnostic } from 'vscode-languageserver';
import { fileId } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { defineRule } from '../../server/src/rules/rule.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { publisherOf } from '../harness/publisher.ts';
import { parts } from '../harness/rules.ts';

const file = fileId('file:///publish/nginx.conf');
const site = (n: number): string =>
  `    server {\n        listen 80;\n        server_name s${n}.example.com;\n        location /img { alias /data/s${n}/; }\n    }\n`;
const TEXT = `events {}\nhttp {\n${Array.from({ length: 200 }, (_, n) => site(n)).join('')}}\n`;

const breath = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

/** A publisher over a file of 200 sites; `send` is what the client's side of the pipe does with a set, `asked` is called for each location that is judged. */
async function typedIn(send: () => Promise<void>, asked: () => void = () => {}) {
  const { parser, engine, rules } = await parts();
  const workspace = new Workspace(parser, engine, new MemoryFiles([[file, TEXT]]));
  const probe = defineRule({
    ...rules[0]!,
    id: 'probe',
    default: true,
    costly: false,
    needs: 'file',
    looksAt: [{ directive: ['location'] }],
    check: asked,
  });
  let rounds = 0;
  const publisher = publisherOf({
    connection: { sendDiagnostics: send } as never,
    workspace,
    rules: [...rules, probe],
    lintRun: () => 'onSave',
    log: (line) => assert.fail(line),
    published: () => {
      rounds++;
    },
  });
  workspace.apply({ kind: 'open', file, text: TEXT, version: 1 });
  publisher.changed();
  let version = 1;
  return {
    publisher,
    rounds: () => rounds,
    /** an edit in the middle of the file */
    type(): void {
      const at = TEXT.indexOf('listen', TEXT.length / 2);
      workspace.apply({ kind: 'edit', file, edits: [[{ span: { start: at, end: at }, newText: 'gzip on; ' }]], version: ++version });
      publisher.typed(file);
    },
  };
}

test('the rest of a round begins when what was shown first is written', async () => {
  let written: (() => void) | null = null;
  let held = false;
  const { publisher, rounds, type } = await typedIn(async () => {
    if (!held || written) return;
    await new Promise<void>((done) => {
      written = done;
    });
  });
  await publisher.settled();
  const before = rounds();
  held = true;
  type();
  while (!written) await breath();
  for (let i = 0; i < 15; i++) await breath();
  assert.equal(rounds(), before, 'the round has ended while its first set was still being written');
  (written as () => void)();
  await publisher.settled();
  assert.equal(rounds(), before + 1);
});

test('a client that reads nothing holds up no round', async () => {
  let held = false;
  const { publisher, rounds, type } = await typedIn(() => (held ? new Promise(() => {}) : Promise.resolve()));
  await publisher.settled();
  const before = rounds();
  held = true;
  type();
  await publisher.settled();
  assert.equal(rounds(), before + 1);
});

test('nothing is judged while a request is being answered', async () => {
  let judged = 0;
  const { publisher } = await typedIn(
    async () => {},
    () => {
      judged++;
    },
  );
  while (!judged) await breath();
  const seen = new Set<number>();
  await publisher.first(async () => {
    for (let i = 0; i < 4; i++) {
      seen.add(judged);
      await breath();
    }
  });
  assert.equal(seen.size, 1, `${[...seen]}`);
  const before = judged;
  await publisher.settled();
  assert.ok(judged > before, 'there was nothing left to judge');
});

test('an editor is shown five of the places that a finding points to, and told how many more there are', async () => {
  const { parser, engine, rules } = await parts();
  const many = 'file:///publish/many.conf';
  const workspace = new Workspace(parser, engine, new MemoryFiles([]));
  const pointing = defineRule({
    ...rules[0]!,
    id: 'pointing',
    default: true,
    costly: false,
    needs: 'file',
    looksAt: [{ scope: ['http'] }],
    messages: { here: 'Something.' },
    check: ({ scope, report }) => {
      const servers = scope.all.filter((d) => d.name === 'server');
      for (const few of [servers, servers.slice(0, 5)])
        report('here', { at: few.at(-1)!.at(), related: few.map((d, i) => ({ at: d.at(), message: `place ${i + 1}` })) });
    },
  });
  let shown: Diagnostic[] = [];
  const publisher = publisherOf({
    connection: {
      sendDiagnostics: async ({ diagnostics }: { diagnostics: Diagnostic[] }) => {
        shown = diagnostics;
      },
    } as never,
    workspace,
    rules: [pointing],
    log: (line) => assert.fail(line),
  });
  const text = `events {}\nhttp {\n${'    server { listen 80; }\n'.repeat(12)}}\n`;
  workspace.apply({ kind: 'open', file: fileId(many), text, version: 1 });
  publisher.changed();
  await publisher.settled();
  const told = shown.filter((d) => d.code === 'pointing').map((d) => d.relatedInformation?.map((r) => r.message));
  assert.deepEqual(told, [
    ['place 1', 'place 2', 'place 3', 'place 4', 'place 5'],
    ['place 1', 'place 2', 'place 3', 'place 4', 'place 5 (and 7 more)'],
  ]);
});
