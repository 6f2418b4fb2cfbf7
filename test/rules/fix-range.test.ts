/**
 * A fix answers to its finding and to nothing else that looks the same: of two servers with the same text, the fixes of the one's findings leave
 * the other as it is, byte by byte.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Span } from '../../server/src/base/span.ts';
import { RULES } from '../../server/src/rules/all.ts';
import type { Example, Rule } from '../../server/src/rules/rule.ts';
import { exampleSettings, exampleTree, lintTree, readMarks } from '../harness/rules.ts';

/** Fixes that have to reach further, with the reason. */
const EVERYWHERE: Readonly<Record<string, string>> = {
  'mixed-case-variable': 'a variable has one name in all of http, so it is renamed wherever it stands',
  'listen-http2': 'HTTP/2 belongs to the socket, so every server of it gets the directive',
};

const AROUND: Readonly<Record<string, readonly [string, string]>> = {
  server: ['', ''],
  location: ['location / {\n', '\n}\n'],
};

/** Two servers with the text of the example, and where each of them begins and ends. */
function twice(example: Example): { text: string; first: Span; second: Span } {
  const [before, after] = AROUND[example.inside ?? 'server']!;
  const own = readMarks('nginx.conf', example.bad!).text;
  const server = (n: number): string => `server {\nserver_name s${n}.example.com;\n${before}${own}${after}\n}\n`;
  const head = 'events {\n}\nhttp {\n';
  const [a, b] = [server(1), server(2)];
  return {
    text: `${head}${a}${b}}\n`,
    first: { start: head.length, end: head.length + a.length },
    second: { start: head.length + a.length, end: head.length + a.length + b.length },
  };
}

const wraps = (e: Example): boolean => e.bad !== undefined && (e.inside ?? 'server') in AROUND && !/^#- /m.test(e.bad);
const within = (inner: Span, outer: Span): boolean => outer.start < inner.end && inner.start < outer.end;

describe('fixes of one of two like servers', () => {
  const check = async (rule: Rule, example: Example): Promise<number> => {
    const { text, first, second } = twice(example);
    const settings = exampleSettings(example);
    const tree = exampleTree({ inside: 'main' }, text);
    for (const [path, body] of exampleTree({ ...example, bad: '' }, '').files) if (path !== tree.root) tree.files.set(path, body);
    const { findings } = await lintTree(tree, [rule], { ...settings, rules: { ...settings.rules, [rule.id]: rule.severity } });
    let seen = 0;
    for (const finding of findings)
      for (const fix of finding.fixes)
        for (const { file, edits } of fix.edits) {
          if (file !== tree.root || finding.at.file !== tree.root) continue;
          const [own, other] = within(finding.at.span, first) ? [first, second] : [second, first];
          if (!within(finding.at.span, own)) continue;
          seen++;
          const strays = edits.filter((e) => e.span.start > other.start && e.span.end < other.end);
          assert.deepEqual(
            strays.map((e) => text.slice(e.span.start, e.span.end) + e.newText),
            [],
            `"${fix.title}" reaches into the other server\n${text}`,
          );
        }
    return seen;
  };
  let fixes = 0;
  for (const rule of RULES) {
    if (rule.fixable === 'never' || EVERYWHERE[rule.id] !== undefined) continue;
    const examples = rule.examples.filter(wraps);
    if (examples.length)
      test(rule.id, async () => {
        for (const e of examples) fixes += await check(rule, e);
      });
  }
  test('most rules with fixes were asked', () => {
    assert.ok(fixes > 100, `${fixes} fixes`);
  });
});
