import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { Pcre2, Pcre2Regexes } from '../../server/src/base/pcre2.ts';

// the same cases in every run; FC_SEED asks for others
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 1) });

const bytes = (): Uint8Array => new Uint8Array(fs.readFileSync('server/pcre2/pcre2.wasm'));
const loaded = Pcre2Regexes.load(bytes());

test('the committed wasm belongs to the committed shim (server/pcre2/build.sh records them)', () => {
  const rows = fs
    .readFileSync('server/pcre2/FILES.sha256', 'utf8')
    .trim()
    .split('\n')
    .map((row) => row.split(/\s+/));
  const here = rows.filter(([, file]) => !/\.gz$/.test(file!));
  assert.deepEqual(
    here.map(([, file]) => file).filter((f) => !f!.startsWith('shim/')),
    ['pcre2.wasm'],
  );
  for (const file of fs
    .readdirSync('server/pcre2/shim', { recursive: true })
    .map(String)
    .filter((f) => /\.[ch]$/.test(f)))
    assert.ok(
      here.some(([, f]) => f === `shim/${file.replaceAll('\\', '/')}`),
      file,
    );
  for (const [sha256, file] of here)
    assert.equal(
      createHash('sha256')
        .update(fs.readFileSync(`server/pcre2/${file}`))
        .digest('hex'),
      sha256,
      `${file} has changed: run server/pcre2/build.sh`,
    );
});

test('it is PCRE2 10.46', async () => assert.equal((await loaded).version, '10.46'));

/** What PCRE2 says of constructs that a JavaScript RegExp rejects or reads otherwise: captures, or null for no match. */
const MATCHES: readonly (readonly [string, string, readonly (string | undefined)[] | null])[] = [
  ['^/a++b', '/aab', ['/aab']],
  ['^a++a', 'aaa', null],
  ['(?>a+)a', 'aaa', null],
  ['(?i)^ABC$', 'abc', ['abc']],
  ['^(?i:a)B$', 'AB', ['AB']],
  ['^(?i:a)B$', 'Ab', null],
  ['\\Aab\\z', 'ab', ['ab']],
  ['ab\\Z', 'ab\n', ['ab']],
  ['a\\hb', 'a\tb', ['a\tb']],
  ['a\\Rb', 'a\r\nb', ['a\r\nb']],
  ['(?P<x>a)(?P=x)', 'aa', ['aa', 'a']],
  ['(?<x>a)\\k<x>', 'aa', ['aa', 'a']],
  ["(?'x'a)\\k'x'", 'aa', ['aa', 'a']],
  ['^[[:alpha:]]+$', 'abc', ['abc']],
  ['^[[:^digit:]]+$', 'abc', ['abc']],
  ['^(?J)(?:(?<n>a)|(?<n>b))$', 'b', ['b', undefined, 'b']],
  ['^(?|(a)|(b))$', 'b', ['b', 'b']],
  ['^(\\((?:[^()]|(?1))*\\))$', '(a(b)c)', ['(a(b)c)', '(a(b)c)']],
  ['foo\\Kbar', 'foobar', ['bar']],
  ['(?(?=a)ab|cd)', 'cd', ['cd']],
  ['(a)?(?(1)b|c)', 'c', ['c', undefined]],
  ['(?<=ab|c)d', 'cd', ['d']],
  ['(?<!\\d)\\d{3}', '123', ['123']],
  ['\\Qa.b\\E', 'a.b', ['a.b']],
  ['a(?#note)b', 'ab', ['ab']],
  ['(?x) a b # note', 'ab', ['ab']],
  ['^.$', 'é', null],
  ['^..$', 'é', ['é']],
  ['\\x{e9}', 'é', null],
  ['(*UTF)^.$', 'é', ['é']],
  ['^\\w+$', 'é', null],
  ['a{,2}b', 'ab', ['ab']],
  ['\\.(php|py)$', '/x.py', ['.py', 'py']],
  ['^(.*)\\N$', 'ab', ['ab', 'a']],
  ['a$', 'a\n', ['a']],
];

for (const [pattern, subject, expected] of MATCHES)
  test(`${pattern} against ${JSON.stringify(subject)}`, async () => {
    const compiled = (await loaded).compile(pattern);
    assert.ok(compiled.ok, JSON.stringify(compiled));
    const found = compiled.regex.match(subject);
    assert.deepEqual(typeof found === 'string' ? (found === 'no' ? null : found) : found.captures, expected);
  });

/** nginx prints these messages as "pcre2_compile() failed: … in "pattern" at "rest"" (ngx_regex_compile). */
for (const [pattern, message, offset] of [
  ['(a', 'missing closing parenthesis', 2],
  ['a)', 'unmatched closing parenthesis', 1],
  ['[a', 'missing terminating ] for character class', 2],
  ['*a', 'quantifier does not follow a repeatable item', 0],
  ['(?<n>a)(?<n>b)', 'two named subpatterns have the same name (PCRE2_DUPNAMES not set)', 12],
  ['\\1', 'reference to non-existent subpattern', 1],
  ['ü(a', 'missing closing parenthesis', 3],
  ['😀(', 'missing closing parenthesis', 3],
] as const)
  test(`${pattern} is refused at its place, in UTF-16 units`, async () =>
    assert.deepEqual((await loaded).compile(pattern), { ok: false, message, offset }));

test('groups and names', async () => {
  const compiled = (await loaded).compile('^/(?<year>\\d+)/(?P<slug>[^/]+)(/.*)?$');
  assert.ok(compiled.ok);
  assert.equal(compiled.regex.groups, 3);
  assert.deepEqual(compiled.regex.names, [
    { name: 'slug', group: 2 },
    { name: 'year', group: 1 },
  ]);
});

test('case is ignored when asked, and the two do not share a place in the cache', async () => {
  const regexes = await loaded;
  const [lower, either] = [regexes.compile('^abc$'), regexes.compile('^abc$', { caseless: true })];
  assert.ok(lower.ok && either.ok);
  assert.equal(lower.regex.match('ABC'), 'no');
  assert.notEqual(either.regex.match('ABC'), 'no');
});

test('a catastrophic pattern is given up, which is not a mismatch', async () => {
  const compiled = (await loaded).compile('^(a+)+$');
  assert.ok(compiled.ok);
  assert.equal(compiled.regex.match(`${'a'.repeat(40)}b`), 'unknown');
  assert.notEqual(compiled.regex.match('aaa'), 'unknown');
});

test('places are UTF-16 units of the subject', async () => {
  const compiled = (await loaded).compile('b(c)');
  assert.ok(compiled.ok);
  const found = compiled.regex.match('é😀bc');
  assert.ok(typeof found !== 'string');
  assert.deepEqual([found.index, found.end, found.captures], [3, 5, ['bc', 'c']]);
});

test('a pattern that the cache has dropped still works', async () => {
  const regexes = await Pcre2Regexes.load(bytes());
  const first = regexes.compile('^a(b)$');
  assert.ok(first.ok);
  for (let i = 0; i < 5000; i++) regexes.compile(`^${i}$`);
  const found = first.regex.match('ab');
  assert.deepEqual(typeof found !== 'string' && found.captures, ['ab', 'b']);
});

test('what is disposed of is freed, and a reset gives the memory back', async () => {
  const pcre2 = await Pcre2.load(bytes());
  const made = Array.from({ length: 200 }, (_, i) => pcre2.compile(`^(${'a'.repeat(i + 1)})$`));
  const { live } = pcre2.stats;
  for (const m of made) if (m.ok) m.regex.dispose();
  assert.ok(pcre2.stats.live < live);
  const kept = pcre2.compile('^a$');
  pcre2.reset();
  assert.ok(kept.ok && kept.regex.exec('a').status === 'match', 'the old instance serves its patterns');
  const fresh = pcre2.compile('^b$');
  assert.ok(fresh.ok && fresh.regex.exec('b').status === 'match');
});

test('no pattern throws or hangs', async () => {
  const regexes = await loaded;
  const piece = fc.constantFrom(
    'a',
    '(',
    ')',
    '[',
    ']',
    '{1,3}',
    '*',
    '+',
    '?',
    '|',
    '\\',
    '(?',
    '(?<n>',
    '^',
    '$',
    '.',
    '\\d',
    '(?1)',
    '(?R)',
    '[[:alpha:]]',
    'é',
    '(*',
    '\0',
    '\\Q',
  );
  const from = performance.now();
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.string({ maxLength: 30 }), (parts, subject) => {
      const pattern = parts.join('');
      const compiled = regexes.compile(pattern);
      if (compiled.ok) compiled.regex.match(subject);
      else assert.ok(compiled.message.length > 0 && compiled.offset >= 0 && compiled.offset <= pattern.length, JSON.stringify(compiled));
    }),
    { numRuns: 3000 },
  );
  assert.ok(performance.now() - from < 60_000);
});
