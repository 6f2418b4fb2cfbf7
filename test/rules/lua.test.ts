/** What a Lua program hands on, of texts that nobody would write: it is read to its end, and says nothing of what is too deep. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handedOn } from '../../server/src/rules/security/_lua.ts';

const CALLS = new Set(['os.execute']);
const sources = (program: string): readonly string[] => handedOn(program, CALLS).map((h) => h.source);

test('brackets in brackets', () => {
  assert.deepEqual(sources('os.execute(((ngx.var.arg_x)))'), ['ngx.var.arg_x']);
  for (const [open, close] of [
    ['(', ')'],
    ['tostring(', ')'],
    ['(', ''],
    ['{', '}'],
    ['ngx.var[', ']'],
  ] as const) {
    const n = Math.floor(20_000 / (open.length + close.length));
    assert.deepEqual(sources(`os.execute(${open.repeat(n)}ngx.var.arg_x${close.repeat(n)})`), [], open);
  }
});

test('more calls than are told, and a program that is too long', () => {
  const one = 'os.execute(ngx.var.arg_x) ';
  assert.equal(sources(one.repeat(50)).length, 50);
  assert.equal(sources(one.repeat(1_500)).length, 100);
  assert.deepEqual(sources(one.repeat(3_000)), []);
});
