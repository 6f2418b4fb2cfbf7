/** How wide a tab is, decided by what stands after opening braces. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Columns } from '../../server/src/syntax/columns.ts';

const columnsOf = (text: string): number[] => {
  const columns = new Columns(text);
  return text.split('\n').map((line, i, all) => {
    const start = all.slice(0, i).join('\n').length + (i ? 1 : 0);
    return columns.of(start + line.length - line.trimStart().length).column;
  });
};

test('blanks to half a tab, and then tabs: a tab is eight wide', () => {
  assert.deepEqual(
    columnsOf('http {\n    server {\n\tlisten 80;\n\tlocation / {\n\t    return 200;\n\t}\n    }\n}'),
    [0, 4, 8, 8, 12, 8, 4, 0],
  );
});

test('lines of two authors, one with tabs and one with four blanks: a tab is four wide', () => {
  assert.deepEqual(columnsOf('http {\n\tserver {\n        listen 80;\n\t\tgzip on;\n    }\n}'), [0, 4, 8, 8, 4, 0]);
});

test('a word after others on its line has the column of the line, and is not the first on it', () => {
  const columns = new Columns('  a b;\n');
  assert.deepEqual(columns.of(4), { column: 2, first: false });
  assert.deepEqual(columns.of(2), { column: 2, first: true });
});

test('statements of one block stand at one column: eight blanks beside two tabs make a tab four wide', () => {
  // the block of the first location lacks its brace: what opens and closes says nothing of the width
  assert.deepEqual(
    columnsOf('http {\n\tserver {\n\t\tlisten 80;\n        location / {\n\t\t\troot /srv;\n\t\tserver_name x;\n\t}\n}'),
    [0, 4, 8, 8, 12, 8, 4, 0],
  );
});
