/** Who reads this machine, who writes to it, and who speaks to people: each does so through a gate, and nobody new goes past it. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

function* sources(folder: string): Generator<string> {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(file);
    else if (/\.tsx?$/.test(entry.name)) yield file;
  }
}

interface Gate {
  readonly what: string;
  readonly sign: RegExp;
  /** the gates themselves, and who may do it beside them, with the reason */
  readonly allowed: Readonly<Record<string, string>>;
}

const GATES: readonly Gate[] = [
  {
    what: 'reads or writes files',
    sign: /from '(node:)?fs(\/promises)?'|require\('(node:)?fs/,
    allowed: {
      'server/src/host/node-files.ts': 'the gate of readers',
      'server/src/host/write-files.ts': 'the gate of writers',
      'server/src/host/parts.ts': 'its own wasm, beside the program',
      'server/src/cli/launch.ts': 'its own program and its compiled code',
      'server/src/cli/output.ts': 'asks what standard output is, opens nothing',
      'client/src/extension.node.ts': 'a temporary folder of its own, for the copy that nginx -t judges',
      'server/src/generate/': 'writes this repository',
    },
  },
  {
    what: 'speaks to standard output or error',
    sign: /process\.(stdout|stderr)\.write|\bconsole\.(log|error|warn|info)\(/,
    allowed: {
      'server/src/cli/output.ts': 'the gate',
      'server/src/lsp/node.ts': 'the log of the editor, by the connection',
      'server/src/lsp/server.ts': 'the log of the editor, by the connection',
      'server/src/generate/': 'speaks to whoever builds this repository',
    },
  },
  {
    what: 'starts a program or opens a connection',
    sign: /from '(node:)?(child_process|net|tls|http|https|http2|dgram|worker_threads|cluster)'|\b(await|return) fetch\(|new (XMLHttpRequest|WebSocket)\(/,
    allowed: {
      'client/src/extension.node.ts': 'the nginx that a person named, in a trusted folder',
      'server/src/generate/': 'asks an nginx of this machine for its catalog, by hand',
    },
  },
  {
    what: 'runs text as code',
    sign: /\beval\(|new Function\(|from '(node:)?vm'/,
    allowed: { 'server/src/cli/launch.ts': 'its own program' },
  },
  {
    what: 'puts mark-up into a page',
    sign: /\.(inner|outer)HTML\b|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write/,
    allowed: {},
  },
  {
    what: 'lets Markdown of a hover do more than show',
    sign: /isTrusted:\s*(true|\{)|supportHtml:\s*true/,
    allowed: {},
  },
  {
    what: 'escapes by a way of its own',
    sign: /replace(All)?\((\/&\/g|'&'), *'&amp;'|replaceAll\('`'/,
    allowed: { 'server/src/generate/': 'texts of our own' },
  },
];

for (const gate of GATES)
  test(`nobody else ${gate.what}`, () => {
    const found: string[] = [];
    const used = new Set<string>();
    for (const file of [...sources('server/src'), ...sources('client/src')]) {
      if (!gate.sign.test(fs.readFileSync(file, 'utf8'))) continue;
      const by = Object.keys(gate.allowed).find((a) => file === a || (a.endsWith('/') && file.startsWith(a)));
      if (by) used.add(by);
      else found.push(file);
    }
    assert.deepEqual(found, [], 'go through the gate that the README names');
  });

test('foreign text is set into Markdown by the escapers only', () => {
  // a value between backticks that are ours: a backtick in it would end them
  const wrong: string[] = [];
  for (const file of [...sources('server/src/features/hover'), 'server/src/features/hover.ts', 'server/src/features/describe.ts'])
    for (const [i, line] of fs.readFileSync(file, 'utf8').split('\n').entries())
      if (/\\`\$\{|```nginx/.test(line)) wrong.push(`${file}:${i + 1}: ${line.trim()}`);
  assert.deepEqual(
    wrong.filter((w) => !/\$\{(g\.number|name)\}/.test(w)),
    [],
  );
});
