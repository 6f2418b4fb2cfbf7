import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parser } from '../harness/assets.ts';
import { fixture } from '../harness/fixture.ts';
import { outline } from './show.ts';

/** What is below a mark is the fault; the outline has `?` for a statement without its end. */
async function check(source: string, expected: string): Promise<void> {
  const { main, marks } = fixture(source);
  const doc = (await parser()).open(main.id, main.text);
  const found = doc.problems.map((p) => {
    const { line, character } = doc.lines.position(p.span.start);
    return `${line + 1}:${character + 1} ${p.fault}`;
  });
  const wanted = marks.map((m) => {
    const { line, character } = doc.lines.position(m.span.start);
    return `${line + 1}:${character + 1} ${m.text}`;
  });
  assert.deepEqual(found, wanted);
  assert.equal(outline(doc.body), expected);
  doc.dispose();
}

test('a semicolon is missing at the end of a block', () =>
  check(
    `
server {
    listen 80 # note
#            ^ missing-semicolon
}`,
    'server {listen 80?}',
  ));

test('a closing brace is missing: the block is found by its column, the rest is intact', () =>
  check(
    `
http {
    server {
        location / {
#                  ^ missing-closing-brace
            proxy_pass http://app;
    }
    server {
        listen 80;
    }
}`,
    'http {server {location / {proxy_pass http://app;?} server {listen 80;}}',
  ));

test('a closing brace is missing: the next statement of the same column ends the block', () =>
  check(
    `
server {
    location /a {
#               ^ missing-closing-brace
        return 200;
    location /b {
        return 201;
    }
}`,
    'server {location /a {return 200;? location /b {return 201;}}',
  ));

test('a closing brace is missing in a file without indentation: the outermost block', () =>
  check(
    `
http {
#    ^ missing-closing-brace
server {
listen 80;
}`,
    'http {server {listen 80;}?',
  ));

test('a wrongly indented line does not take the blame', () =>
  check(
    `
http {
    server {
        listen 80;
    root /srv;
    }
    server {
#          ^ missing-closing-brace
        listen 81;
}`,
    'http {server {listen 80; root /srv;} server {listen 81;?}',
  ));

test('a closing brace too many, in the middle: that brace', () =>
  check(
    `
http {
    server {
        location / {
        }
        }
#       ^ unexpected-closing-brace
        location /b {
        }
    }
}`,
    'http {server {location / {} location /b {}}}',
  ));

test('a closing brace too many, at the end', () => check('events { }\n  }\n# ^ unexpected-closing-brace', 'events {}'));

test('an opening brace is missing: the arguments on later lines are statements', () =>
  check(
    `
http {
    server
#   ^^^^^^ missing-opening-brace
        listen 80;
        location / {
            return 200;
        }
    }
    server {
        listen 81;
    }
}`,
    'http {server {listen 80; location / {return 200;}} server {listen 81;}}',
  ));

test('an opening brace is missing before a block', () =>
  check(
    `
  server
# ^^^^^^ missing-opening-brace
    location / {
      return 200;
    }
  }`,
    'server {location / {return 200;}}',
  ));

test('an open quote stays in its line', () =>
  check(
    `
server {
    add_header X "one;
#                ^^^^ unterminated-string
    add_header Y "two";
    location / { return 200 "ok"; }
}`,
    'server {add_header X "one"; add_header Y "two"; location / {return 200 "ok";}}',
  ));

test('an open quote at the end of the file', () => check('  return 200 "ok;\n#            ^^^ unterminated-string', 'return 200 "ok";'));

test('text behind a closing quote', () => check('  add_header X "a"b;\n#                 ^ after-quote', 'add_header X "a" b;'));

test('a comment right behind a closing quote', () =>
  check('  add_header X "a"# note\n#                 ^ after-quote\n;', 'add_header X "a";'));

test('a closing parenthesis may follow a quote', () => check('if ("$a" = "b") { }', 'if ("$a" = "b" ) {}'));

test('semicolons and braces without a directive', () =>
  check(
    `
  ;
# ^ unexpected-semicolon
  { a; }
# ^ unexpected-opening-brace
`,
    'a;',
  ));

test('a Lua body that is not closed is one problem', () =>
  check(
    `
http {
    init_by_lua_block {
#                     ^ missing-closing-brace
        if a then b = { c }`,
    'http {init_by_lua_block {…}?',
  ));

test('a byte order mark', async () => {
  const doc = (await parser()).open(fixture('').main.id, '\ufeffevents { }');
  assert.deepEqual(
    doc.problems.map((p) => [p.fault, p.span]),
    [['byte-order-mark', { start: 0, end: 1 }]],
  );
  assert.equal(outline(doc.body), 'events {}');
});

for (const [what, text, refused] of [
  ['a word of 4095 bytes before a semicolon', `env ${'x'.repeat(4095)};`, false],
  ['a word of 4095 bytes before a space', `env ${'x'.repeat(4095)} ;`, true],
  ['a word of 4096 bytes', `env ${'x'.repeat(4096)};`, true],
  ['a word of 4096 bytes in two-byte characters', `env ${'é'.repeat(2048)};`, true],
  ['a word of 4094 bytes in two-byte characters', `env ${'é'.repeat(2047)};`, false],
  ['a string of 4094 bytes before a semicolon', `env "${'x'.repeat(4094)}";`, false],
  ['a string of 4094 bytes before a space', `env "${'x'.repeat(4094)}" ;`, true],
  ['a string of 4095 bytes', `env "${'x'.repeat(4095)}";`, true],
  ['a comment of 4095 bytes', `#${'x'.repeat(4094)}\n`, false],
  ['a comment of 4096 bytes', `#${'x'.repeat(4095)}\n`, true],
] as const) {
  test(`${what} is ${refused ? 'refused' : 'accepted'}, as nginx 1.22.1 does`, async () => {
    const doc = (await parser()).open(fixture('').main.id, text);
    assert.deepEqual(
      doc.problems.map((p) => p.fault),
      refused ? ['word-too-long'] : [],
    );
  });
}
