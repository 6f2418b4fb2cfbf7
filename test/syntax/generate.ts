/** Arbitrary configurations and edits for the property tests: valid texts by construction, and texts that break in every way. */
import fc from 'fast-check';
import type { TextEdit } from '../../server/src/base/edit.ts';

const space = fc.constantFrom(' ', '  ', '\n', '\n  ', '\t', '\r\n', ' # note\n', ' #\n\n', '\n# own line ; { } "\n  ');
const gap = fc.constantFrom('', ' ', '\n', '\n    ', '\r\n', ' # end\n', '\n\n# between }\n');
const plain = fc.constantFrom(
  'listen',
  '80',
  'on',
  'server_name',
  '~*',
  '\\.(php|py)$',
  '$host',
  '${host}_x',
  'a"b',
  "it's",
  'a#b',
  '/path/',
  '\\"',
  '\\{',
  '\\ x',
  'a\\;b',
  '${{x}',
  '*.example.com',
  'é',
  '日本',
  '😀',
  ')',
  '!~',
  '-',
  'a}',
  'x$',
  '\\\\',
  'a\\nb',
); // prettier-ignore
const quoted = fc.constantFrom(
  '""',
  "''",
  '"a b"',
  "'a;b'",
  '"{\\"k\\": 1}"',
  '"two\nlines"',
  '\'$a "$b"\'',
  '"# none"',
  '"\\\\"',
  "'é{'",
  '"a\\\nb"',
  '"}"',
  "'line\r\nline'",
); // prettier-ignore
const name = fc.constantFrom(
  'server',
  'location',
  'listen',
  'proxy_pass',
  'map',
  'a',
  'set_by_lua',
  'content_by_lua_blockx',
  'x_by_lua',
  '"quoted"',
);
const lua = fc.constantFrom(
  '',
  ' ',
  'ngx.say("}")',
  ' local t = { a = {1, 2} } ',
  '-- }\n',
  '--[[ } ]] x',
  '[==[ } ]] ]==]',
  "'\\'}'",
  '\n  if a then b[1] = "{" end\n',
  'x = a[b[1]]',
); // prettier-ignore

const word = fc.oneof({ weight: 4, arbitrary: plain }, { weight: 1, arbitrary: quoted });
const args = fc.array(fc.tuple(space, word), { maxLength: 4 }).map((list) => list.map(([s, w]) => s + w).join(''));

/** A text that nginx's tokenizer accepts. */
export const validText: fc.Arbitrary<string> = fc
  .letrec<{ items: string; item: string; block: string }>((tie) => ({
    item: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.tuple(name, args, gap).map(([n, a, g]) => `${n}${a}${g};`),
      fc.tuple(name, args, gap, tie('block')).map(([n, a, g, b]) => `${n}${a}${g}${/\$\{*$/.test(n + a + g) ? ' ' : ''}${b}`),
      fc.tuple(fc.constantFrom('content_by_lua_block', 'init_by_lua_block'), gap, lua).map(([n, g, l]) => `${n}${g}{${l}}`),
    ),
    block: fc.tuple(tie('items'), gap).map(([i, g]) => `{${i}${g}}`),
    items: fc.array(fc.tuple(gap, tie('item')), { maxLength: 5 }).map((list) => list.map(([g, i]) => g + i).join('')),
  }))
  .items.chain((items) => gap.map((g) => items + g));

const piece = fc.oneof(
  plain,
  quoted,
  name,
  space,
  gap,
  lua,
  fc.constantFrom(
    ';',
    '{',
    '}',
    '"',
    "'",
    '\\',
    '$',
    '#',
    '{ }',
    '};',
    ' ',
    '\n',
    'x',
    'content_by_lua_block {',
    '\0',
    '\ud800',
    '\ufeff',
    '${',
    '[[',
    ']]',
    '--',
    '\r',
  ),
); // prettier-ignore

/** Any text at all, most of it broken. */
export const brokenText: fc.Arbitrary<string> = fc.oneof(
  fc.array(piece, { maxLength: 40 }).map((list) => list.join('')),
  fc
    .tuple(validText, fc.nat(), fc.nat({ max: 3 }))
    .map(([t, at, n]) => t.slice(0, at % (t.length + 1)) + t.slice((at % (t.length + 1)) + n)),
);

export const anyText: fc.Arbitrary<string> = fc.oneof(validText, brokenText);

/** A recipe for edits; `editsOf` makes them fit a text. */
export const change = fc.array(
  fc.record({
    at: fc.nat(),
    length: fc.nat({ max: 12 }),
    text: fc.oneof(fc.constant(''), piece, piece, fc.constant('a { b; }'), validText),
  }),
  {
    minLength: 1,
    maxLength: 3,
  },
);

type Recipe = { at: number; length: number; text: string }[];

/** Edits within the text that do not overlap, in order. */
export function editsOf(text: string, recipe: Recipe): TextEdit[] {
  const edits: TextEdit[] = [];
  const sorted = recipe.map((r) => ({ ...r, at: r.at % (text.length + 1) })).sort((a, b) => a.at - b.at);
  let free = -1;
  for (const { at, length, text: newText } of sorted) {
    const start = Math.max(at, free + 1);
    if (start > text.length) break;
    const end = Math.min(text.length, start + length);
    edits.push({ span: { start, end }, newText });
    free = end;
  }
  return edits;
}
