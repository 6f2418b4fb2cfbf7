import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromPath } from '../../server/src/base/file-id.ts';
import type { Statement } from '../../server/src/syntax/statement.ts';
import { parser } from '../harness/assets.ts';
import { fixture } from '../harness/fixture.ts';

const outline = (body: readonly Statement[]): string =>
  body.map((s) => [s.name, ...s.args].map((w) => w.value).join(' ') + (s.block ? ` {${outline(s.block)}}` : ';')).join(' ');

const open = async (text: string) => (await parser()).open(fromPath('/etc/nginx/nginx.conf'), text);

test('statements, blocks and words of a whole file', async () => {
  const doc = await open(`http { # web\n  server { listen 80; location ~ \\.php$ { root "/a b"; } } }\n`);
  assert.equal(outline(doc.body), 'http {server {listen 80; location ~ \\.php$ {root /a b;}}}');
  assert.deepEqual(doc.problems, []);
  assert.deepEqual(doc.comments, [{ start: 7, end: 12, text: '# web' }]);
  assert.equal(doc.body[0]!.block![0]!.parent, doc.body[0]);
});

test('a change is seen', async () => {
  const doc = await open('a { b 1; c 2; }');
  doc.update([{ span: { start: 6, end: 7 }, newText: '100' }]);
  assert.equal(outline(doc.body), 'a {b 100; c 2;}');
  assert.equal(doc.text.slice(doc.body[0]!.block![1]!.start, doc.body[0]!.block![1]!.end), 'c 2;');
  doc.replaceAll('a { b 100; c 3; }');
  assert.equal(outline(doc.body), 'a {b 100; c 3;}');
});

test('a fixture has files, a cursor and marks', () => {
  const f = fixture(`
#- nginx.conf
http { include a.conf; }
#              ^^^^^^ here
#- a.conf
gz<|>ip on;
`);
  assert.deepEqual(
    f.files.map((x) => x.path),
    ['nginx.conf', 'a.conf'],
  );
  assert.deepEqual(f.cursor, { file: f.file('a.conf').id, offset: 2 });
  assert.equal(f.file('a.conf').text, 'gzip on;\n');
  assert.deepEqual(
    f.marks.map((m) => [m.text, f.show(m), f.main.text.slice(m.span.start, m.span.end)]),
    [['here', 'nginx.conf:1:16', 'a.conf']],
  );
});
