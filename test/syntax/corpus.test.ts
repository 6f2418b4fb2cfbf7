import assert from 'node:assert/strict';
import fs from 'node:fs';
import { before, test } from 'node:test';
import fc from 'fast-check';
import type { Node, Parser } from 'web-tree-sitter';
import { initTreeSitter, loadLanguage, newParser } from '../../server/src/base/tree-sitter.ts';
import { grammarBytes, runtimeBytes } from '../harness/assets.ts';
import { anyText } from './generate.ts';

// the same cases in every run; FC_SEED asks for others
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 1) });

let parser: Parser;
before(async () => {
  await initTreeSitter(runtimeBytes());
  parser = newParser(await loadLanguage(grammarBytes()));
});

function* nodes(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children) if (child) yield* nodes(child);
}

/** The files have the form that tree-sitter's own `test` command reads: title, text, tree. */
for (const file of fs.readdirSync('server/grammar/corpus')) {
  const cases = fs
    .readFileSync(`server/grammar/corpus/${file}`, 'utf8')
    .matchAll(/^=+\n(?<title>.+)\n=+\n(?<text>[\s\S]*?)\n---\n(?<tree>[\s\S]*?)(?=^={3,}$|(?![\s\S]))/gm);
  let seen = 0;
  for (const { groups } of cases) {
    seen++;
    test(`${file}: ${groups!.title}`, () => {
      const tree = parser.parse(groups!.text!)!;
      assert.equal(tree.rootNode.toString(), groups!.tree!.replace(/\s+/g, ' ').replaceAll('( ', '(').replaceAll(' )', ')').trim());
      // the grammar is total: tree-sitter's own recovery never starts
      for (const node of nodes(tree.rootNode)) assert.ok(!node.isError && !node.isMissing, node.type);
      tree.delete();
    });
  }
  test(`${file} has cases`, () => assert.ok(seen > 2));
}

test('the grammar is total: no text leads to an error node', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const tree = parser.parse(text.replaceAll('\0', '\x01'))!;
      assert.equal(tree.rootNode.hasError, false);
      tree.delete();
    }),
    { numRuns: 2000 },
  );
});
