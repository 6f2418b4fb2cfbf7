/** Names that no nginx has are told with what nginx has instead: what is advised is there, and what is told is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { insteadOf, WISHED } from '../../server/src/rules/validity/_wishes.ts';
import { lintText, parts } from '../harness/rules.ts';

test('no name that is told has ever been a directive', async () => {
  const { engine } = await parts();
  const names = new Set([...engine.catalog.names()].map((n) => n.toLowerCase()));
  assert.ok(WISHED.length > 100);
  assert.deepEqual(
    WISHED.filter((name) => names.has(name)),
    [],
  );
});

test('every directive that is advised is one', async () => {
  const { engine } = await parts();
  const names = new Set(engine.catalog.names());
  for (const name of WISHED)
    for (const [word] of insteadOf(name)!.matchAll(/(?<![$\w-])[a-z]+(?:_[a-z]+)+\b/g)) assert.ok(names.has(word), `${name}: ${word}`);
});

/** What pastes bring along, each as the beginning of the second line of a server, and a word of what is told. */
const PASTED: readonly (readonly [line: string, told: RegExp])[] = [
  ['<<<<<<< HEAD\nlisten 81;', /merge is unfinished/],
  ['=======\nlisten 81;', /merge is unfinished/],
  ['>>>>>>> other\nlisten 81;', /merge is unfinished/],
  ['```nginx\nlisten 81;', /Markdown/],
  ['12: listen 81;\n13: index a;', /numbers of the lines/],
  ['12 listen 81;\n13 index a;', /numbers of the lines/],
  ['+ index a;', /marks of a diff/],
  ['...\nindex a;', /an example leaves out/],
  ['[...]\nindex a;', /an example leaves out/],
  ['www@host:/etc/nginx$ cat site\nindex a;', /prompt of a shell/],
  ['&amp; x;', /web page/],
];

for (const [line, told] of PASTED)
  test(`what came in by copying is told as that: ${JSON.stringify(line)}`, async () => {
    const { findings } = await lintText(`events {}\nhttp {\n    server {\n        listen 80;\n${line}\n    }\n}\n`);
    const all = findings.filter((f) => f.rule === 'unknown-directive' || f.rule === 'syntax');
    assert.match(all[0]?.message ?? '', told, all.map((f) => f.message).join('\n'));
  });

test('a number that counts nothing is an unknown directive', async () => {
  const { findings } = await lintText('events {}\nhttp {\n    server {\n        12 listen 80;\n        index a;\n    }\n}\n');
  assert.deepEqual(
    findings.filter((f) => f.rule === 'unknown-directive').map((f) => f.message),
    ['Unknown directive "12".'],
  );
});

test('a semicolon is not missing where the line is no directive at all', async () => {
  for (const [text, told] of [
    ['<VirtualHost *:80>\n  ServerName x\n</VirtualHost>\n', /Apache httpd/],
    ['http:\n  server:\n    listen: 80\n', /no colon/],
    ['events {}\nhttp {}\n```\n', /Markdown/],
  ] as const) {
    const { findings } = await lintText(text);
    const [first] = findings.filter((f) => f.rule === 'syntax');
    assert.equal(first?.messageId, 'foreign', text);
    assert.match(first.message, told);
    assert.deepEqual(first.fixes, []);
  }
});

test('a sign that looks like a semicolon is told, and typed', async () => {
  const text = 'events {}\nhttp {\n    server {\n        listen 80\uff1b\n        server_name a.example\u037e\n    }\n}\n';
  const { findings } = await lintText(text);
  assert.deepEqual(
    findings
      .filter((f) => f.rule === 'syntax')
      .map((f) => [
        f.messageId,
        f.fixes.map((x) => x.edits.map((e) => e.edits.map((y) => [text.slice(y.span.start, y.span.end), y.newText]))),
      ]),
    [
      ['wide', [[[['\uff1b', ';']]]]],
      ['wide', [[[['\u037e', ';']]]]],
    ],
  );
});

test('each of them is refused with the advice, in whatever case and whatever block', async () => {
  for (const name of WISHED) {
    const { findings } = await lintText(`events {}\nhttp {\n    server {\n        listen 80;\n        ${name} x;\n    }\n}\n`);
    const [told] = findings.filter((f) => f.rule === 'unknown-directive');
    assert.equal(told?.messageId, 'wished', name);
    assert.equal(told.severity, 'error');
    assert.equal(told.message, `Unknown directive "${name}": ${insteadOf(name)!}.`);
  }
  assert.ok(insteadOf('DocumentRoot')?.includes('root'));
  assert.ok(insteadOf('<VirtualHost'));
  assert.equal(insteadOf('frobnicate'), null);
  assert.equal(insteadOf('constructor'), null);
});
