import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromPath } from '../../server/src/base/file-id.ts';
import { blockText, directiveText, quoteIfNeeded } from '../../server/src/syntax/print.ts';
import { FILLER } from '../../server/src/syntax/template.ts';
import { variablesIn } from '../../server/src/syntax/variable.ts';
import type { Word } from '../../server/src/syntax/word.ts';
import { parser } from '../harness/assets.ts';
import { oracle } from './oracle.ts';

// the same cases in every run; FC_SEED asks for others
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 1) });

const word = async (raw: string): Promise<Word> => (await parser()).open(fromPath('/n.conf'), `return ${raw};`).body[0]!.args[0]!;

for (const [value, expected] of [
  ['on', 'on'],
  ['', '""'],
  ['two words', '"two words"'],
  ['a;b', '"a;b"'],
  ['\\d{3}', '"\\d{3}"'],
  ['${host}:80', '${host}:80'],
  ['{', '"{"'],
  ['say "hi"', `'say "hi"'`],
  [`both " and '`, `"both \\" and '"`],
  ['#note', '"#note"'],
  ['a#b', 'a#b'],
  ['~\\.php$', '~\\.php$'],
  ['C:\\new', '"C:\\\\new"'],
  ['ends\\', '"ends\\\\"'],
  ['line\nfeed', '"line\\nfeed"'],
  ['}', '"}"'],
  ['a}', 'a}'],
] as const)
  test(`${JSON.stringify(value)} is written ${expected}`, () => assert.equal(quoteIfNeeded(value), expected));

test('nginx reads every value back as it was', async () => {
  const nginx = await parser();
  const nasty = fc.constantFrom('\\', '"', "'", ';', '{', '}', '$', '#', ' ', '\n', '\t', '\r', 'n', 't', 'r', 'a', 'é', '😀', ')');
  const value = fc
    .oneof(
      fc.string(),
      fc.array(nasty, { maxLength: 8 }).map((l) => l.join('')),
    )
    .filter((v) => !v.includes('\0'));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), (values) => {
      const text = `${directiveText(['name', ...values])} ${blockText(['block', ...values], [directiveText(values)], '  ')}`;
      const doc = nginx.open(fromPath('/n.conf'), text);
      assert.deepEqual(doc.problems, []);
      const [first, second] = doc.body;
      assert.deepEqual(
        first!.args.map((w) => w.value),
        values,
      );
      assert.deepEqual(
        second!.args.map((w) => w.value),
        values,
      );
      assert.deepEqual(oracle(text)[0]!.words.slice(1), values);
      doc.dispose();
    }),
    { numRuns: 3000 },
  );
});

/** What nginx 1.22.1 says of each: `$` with nothing behind it is an invalid variable name, `${a` lacks its bracket, `${1}` is unknown. */
for (const [raw, uses, problems] of [
  ['$host', ['host'], []],
  ['${host}x', ['host'], []],
  ['$1$12', ['1 capture', '1 capture'], []],
  ['${1}', ['1'], []],
  ['$0', ['0'], []],
  ['$host}', ['host'], []],
  ['$', [], ['no-name']],
  ['$-a', [], ['no-name']],
  ['${}', [], ['no-name']],
  ['${', [], ['no-name']],
  ['${a-b}', [], ['unclosed']],
  ['"$a \\"$b\\" $c"', ['a', 'b', 'c'], []],
  ["'\\\\$a\\t${b}'", ['a', 'b'], []],
] as const)
  test(`variables of ${raw}`, async () => {
    const w = await word(raw);
    const found = variablesIn(w);
    assert.deepEqual(
      found.uses.map((u) => u.name + (u.capture ? ' capture' : '')),
      uses,
    );
    assert.deepEqual(
      found.problems.map((p) => p.problem),
      problems,
    );
    for (const use of found.uses) {
      const shown = `return ${raw};`;
      assert.equal(shown.slice(use.nameSpan.start, use.nameSpan.end), use.name);
      assert.equal(shown.slice(use.span.start, use.span.end), use.braced ? `\${${use.name}}` : `$${use.name}`);
    }
  });

test('a variable in a word of which a part belongs to the host', async () => {
  // Compose has two dollar signs where nginx has one
  const text = 'return 200 "a$$host-$$uri";\n';
  const document = (await parser()).embedded(fromPath('/compose.yml'), text, {
    visible: text.replaceAll('$$', `${FILLER}$`),
    engine: { family: 'compose', name: 'compose' },
  });
  const word = document.body[0]!.args[1]!;
  assert.equal(word.value, 'a$host-$uri');
  assert.deepEqual(
    variablesIn(word).uses.map((u) => [text.slice(u.span.start, u.span.end), text.slice(u.nameSpan.start, u.nameSpan.end)]),
    [
      ['$host', 'host'],
      ['$uri', 'uri'],
    ],
  );
});
