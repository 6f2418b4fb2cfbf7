import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyEdits } from '../../server/src/base/edit.ts';
import { fromPath } from '../../server/src/base/file-id.ts';
import type { Statement } from '../../server/src/syntax/statement.ts';
import { parser } from '../harness/assets.ts';
import { anyText, change, editsOf } from './generate.ts';
import { plainFile, statementsOf } from './show.ts';

// the same cases in every run; FC_SEED asks for others
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 1) });

const id = fromPath('/etc/nginx/nginx.conf');
const numRuns = Number(process.env.SYNTAX_RUNS ?? 5000);

function parentsAreRight(body: readonly Statement[], parent: Statement | null): boolean {
  return body.every((s) => s.parent === parent && (!s.block || parentsAreRight(s.block, s)));
}

test(`${numRuns} texts, each edited up to six times: the incremental mirror equals one from scratch`, async () => {
  const nginx = await parser();
  fc.assert(
    fc.property(anyText, fc.array(change, { minLength: 1, maxLength: 6 }), (start, recipes) => {
      const doc = nginx.open(id, start);
      try {
        for (const recipe of recipes) {
          const edits = editsOf(doc.text, recipe);
          const expected = applyEdits(doc.text, edits);
          doc.update(edits);
          assert.equal(doc.text, expected);
          const fresh = nginx.open(id, expected);
          try {
            assert.deepEqual(plainFile(doc), plainFile(fresh));
          } finally {
            fresh.dispose();
          }
          assert.ok(parentsAreRight(doc.body, null));
        }
      } finally {
        doc.dispose();
      }
    }),
    { numRuns, interruptAfterTimeLimit: Math.max(60_000, numRuns * 20), markInterruptAsFailure: false },
  );
});

test('a text in order is read without a tree as the tree has it', async () => {
  const nginx = await parser();
  fc.assert(
    fc.property(anyText, fc.constantFrom('', '\uFEFF', '# a comment\r\n', '\t\r\n'), (text, head) => {
      const whole = head + text;
      const plain = nginx.open(id, whole);
      // a brace too many is read through the tree, and so is what is left when it goes
      const through = nginx.open(id, `${whole}\n}`);
      try {
        through.update([{ span: { start: whole.length, end: whole.length + 2 }, newText: '' }]);
        assert.deepEqual(plainFile(plain), plainFile(through));
      } finally {
        plain.dispose();
        through.dispose();
      }
    }),
    { numRuns: Math.min(numRuns, 2000), interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false },
  );
});

test('closed statements that an edit does not touch keep their identity', async () => {
  const nginx = await parser();
  fc.assert(
    fc.property(anyText, change, (start, recipe) => {
      const doc = nginx.open(id, start);
      const edits = editsOf(start, recipe);
      const openQuote = (s: Statement): boolean =>
        doc.problems.some((p) => p.fault === 'unterminated-string' && s.start <= p.span.start && p.span.start < s.end);
      // where braces do not pair, statements are made again when the repairing of one edit differs from that of the other
      const paired = (): boolean => !doc.problems.some((p) => p.fault.endsWith('brace'));
      const wasPaired = paired() && doc.template === null;
      const before = [...statementsOf(doc.body)].filter(
        (s) => s.closed && !openQuote(s) && edits.every((e) => s.end < e.span.start || e.span.end < s.start),
      );
      const texts = before.map((s) => start.slice(s.start, s.end));
      doc.update(edits);
      const isPaired = paired();
      const after = new Map([...statementsOf(doc.body)].map((s) => [s.start, s]));
      // a text that turns into a template, or back, is read again
      for (const [i, s] of doc.template === null ? before.entries() : []) {
        if (!(wasPaired && isPaired) && after.get(s.start) !== s) continue;
        assert.equal(doc.text.slice(s.start, s.end), texts[i], 'moved along');
        const there = after.get(s.start);
        if (there && there.end === s.end && wasPaired && isPaired) assert.equal(there, s, texts[i]);
      }
      doc.dispose();
    }),
    { numRuns: Math.min(500, Math.ceil(numRuns / 3)), interruptAfterTimeLimit: 30_000, markInterruptAsFailure: false },
  );
});

test('a hundred and more edits at once', async () => {
  const nginx = await parser();
  const many = fc.array(fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: 3 }), fc.constantFrom('', ' ', 'x', ';', '\n', ' a b;')), {
    minLength: 120,
    maxLength: 200,
  });
  fc.assert(
    fc.property(fc.array(anyText, { minLength: 20, maxLength: 60 }), many, (parts, recipe) => {
      const start = parts.join('\n');
      const edits = [];
      let at = 0;
      for (const [skip, length, newText] of recipe) {
        at += skip + 1;
        if (at + length > start.length) break;
        edits.push({ span: { start: at, end: at + length }, newText });
        at += length;
      }
      const doc = nginx.open(id, start);
      const fresh = nginx.open(id, applyEdits(start, edits));
      try {
        doc.update(edits);
        assert.deepEqual(plainFile(doc), plainFile(fresh));
      } finally {
        doc.dispose();
        fresh.dispose();
      }
    }),
    { numRuns: Math.min(100, Math.ceil(numRuns / 15)), interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
  );
});

test('what comes to stand below more blocks than are read is cut off as in a text from scratch, and is whole again when they go', async () => {
  const nginx = await parser();
  const inner = 'location / {\n    proxy_pass http://app;\n    if ($a) { return 204; }\n}\n';
  for (const block of ['{', 'server {'])
    for (const count of [297, 298, 299, 300, 301]) {
      const start = `http {\n${inner}}\n`;
      const doc = nginx.open(id, start);
      const same = (): void => {
        const fresh = nginx.open(id, doc.text);
        assert.deepEqual(plainFile(doc), plainFile(fresh), `${count} of ${block}`);
        fresh.dispose();
      };
      const added = block.repeat(count);
      const at = 'http {\n'.length;
      doc.update([{ span: { start: at, end: at }, newText: added }]);
      same();
      // an edit elsewhere leaves what is cut off as it is
      doc.update([{ span: { start: 0, end: 0 }, newText: '# a\n' }]);
      same();
      doc.update([{ span: { start: at + 4, end: at + 4 + added.length }, newText: '' }]);
      same();
      doc.dispose();
    }
});
