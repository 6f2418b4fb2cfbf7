/** Which patterns a text may match: nothing that nginx's own library matches is left out. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { byteArray } from '../../server/src/base/bytes.ts';
import { endsOf, RegexIndex } from '../../server/src/config/regex-index.ts';
import { random } from '../harness/generate-config.ts';
import { parts } from '../harness/rules.ts';

const ENDS: readonly (readonly [pattern: string, start: string, end: string])[] = [
  ['^/img/', '/img/', ''],
  ['\\.php$', '', '.php'],
  ['^/Api/v1$', '/api/v1', '/api/v1'],
  ['^/a|/b$', '', ''],
  ['^/a(b|c)/d$', '/a', '/d'],
  ['^/ab?c$', '/a', 'c'],
  ['^/ab*$', '/a', ''],
  ['^/ab{0,2}', '/a', ''],
  ['^/a\\.b', '/a.b', ''],
  ['^/a\\d', '/a', ''],
  ['\\x41b$', '', ''],
  ['(?i)^/a', '', ''],
  ['(?s)a$', '', ''],
  ['[$]a$', '', 'a'],
  ['[]]a$', '', 'a'],
  ['a\\$', '', ''],
  ['\\Qa|b\\E$', '', ''],
  ['.jpg$', '', 'jpg'],
];

test('what a pattern begins and ends with', () => {
  for (const [pattern, start, end] of ENDS) assert.deepEqual(endsOf(pattern), { start, end }, pattern);
});

test('whatever matches is among those that are tried, in their order', async () => {
  const { engine } = await parts();
  const next = random(4);
  const pick = (list: readonly string[]): string => list[Math.floor(next() * list.length)]!;
  const PIECES = [
    '/',
    'a',
    'B',
    '.',
    '\\.',
    '\\d',
    '[a/]',
    '(a|b)',
    '(?:/b)?',
    'a*',
    'b+',
    'c{1,2}',
    '$',
    '^',
    '|',
    '(?=a)',
    '\\b',
    '\\n',
    '-',
  ];
  const LETTERS = ['/', 'a', 'A', 'b', 'c', '.', '1', '-', '\n'];
  const patterns: string[] = [];
  while (patterns.length < 3000) {
    const middle = Array.from({ length: 1 + Math.floor(next() * 5) }, () => pick(PIECES)).join('');
    patterns.push(`${next() < 0.5 ? '^' : ''}${middle}${next() < 0.5 ? '$' : ''}`);
  }
  const compiled = patterns.flatMap((pattern, i) => {
    const made = engine.regexes.compile(pattern, { caseless: i % 2 === 0 });
    return made.ok ? [{ pattern, regex: made.regex }] : [];
  });
  assert.ok(compiled.length > 2000);
  const index = new RegexIndex(compiled, (c) => c.pattern);
  let spared = 0;
  for (let i = 0; i < 60; i++) {
    const text = Array.from({ length: 1 + Math.floor(next() * 5) }, () => pick(LETTERS)).join('');
    const tried = new Set(index.candidates(text));
    const matching = compiled.filter((c) => typeof c.regex.match(byteArray(text)) === 'object');
    for (const c of matching) assert.ok(tried.has(c), `${c.pattern} matches ${JSON.stringify(text)}`);
    spared += compiled.length - tried.size;
  }
  assert.ok(spared > 0);
});
