import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromPath } from '../../server/src/base/file-id.ts';
import type { Statement } from '../../server/src/syntax/statement.ts';
import { parser } from '../harness/assets.ts';
import { brokenText, validText } from './generate.ts';
import { type OracleStatement, oracle, Refused } from './oracle.ts';

// the same cases in every run; FC_SEED asks for others
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 1) });

const id = fromPath('/etc/nginx/nginx.conf');
const numRuns = Number(process.env.SYNTAX_RUNS ?? 2000);

const asOracle = (s: Statement): OracleStatement => ({
  words: [s.name, ...s.args].map((w) => w.value),
  block: s.block ? s.block.map(asOracle) : null,
});

test('a text that nginx accepts has the words and blocks that nginx reads, and no problem', async () => {
  const nginx = await parser();
  fc.assert(
    fc.property(validText, (text) => {
      const doc = nginx.open(id, text);
      try {
        assert.deepEqual(doc.problems, []);
        assert.deepEqual(doc.body.map(asOracle), oracle(text));
      } finally {
        doc.dispose();
      }
    }),
    { numRuns },
  );
});

test('a text has a problem exactly when nginx would refuse it', async () => {
  const nginx = await parser();
  let refused = 0;
  let accepted = 0;
  fc.assert(
    fc.property(brokenText, (text) => {
      if (text.startsWith('\ufeff')) return;
      let expected: OracleStatement[] | null = null;
      try {
        expected = oracle(text);
        accepted++;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        refused++;
      }
      const doc = nginx.open(id, text);
      try {
        assert.equal(doc.problems.length === 0, expected !== null);
        if (expected) assert.deepEqual(doc.body.map(asOracle), expected);
      } finally {
        doc.dispose();
      }
    }),
    { numRuns },
  );
  assert.ok(refused > numRuns / 4 && accepted > numRuns / 40, `${refused} refused, ${accepted} accepted`);
});
