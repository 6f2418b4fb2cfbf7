/** json_set: paths that nginx takes and refuses, and what they find. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readJsonPath } from '../../server/src/catalog/json-path.ts';
import { jsonValue } from '../../server/src/trace/json-value.ts';

test('members, elements and quoted names', () => {
  assert.deepEqual(readJsonPath('user.name'), ['user', 'name']);
  assert.deepEqual(readJsonPath('items[0].id'), ['items', 0, 'id']);
  assert.deepEqual(readJsonPath('[1][2]'), [1, 2]);
  assert.deepEqual(readJsonPath('["a.b"].c'), ['a.b', 'c']);
  assert.deepEqual(readJsonPath('a["\\u0062]"]'), ['a', 'b]']);
  assert.deepEqual(readJsonPath('a].b$'), ['a]', 'b$']);
  assert.deepEqual(readJsonPath('["\\ud83d\\ude00"]'), ['\u{1F600}']);
});

test('paths that nginx refuses', () => {
  for (const path of [
    '',
    '.a',
    '$.a',
    'a..b',
    'a.[0]',
    'a.$b',
    'a[x]',
    'a[0',
    'a["b]',
    'a[0]b',
    'a.',
    'a["\\ud83d"]',
    'a[9223372036854775808]',
  ])
    assert.equal(readJsonPath(path), null, path);
});

test('strings without escapes, the rest as written, the last of one name', () => {
  const get = (text: string, path: string, depth = 32): string | null => jsonValue(text, readJsonPath(path)!, depth);
  assert.equal(get('{"a": "x\\ny\\u00e9"}', 'a'), 'x\nyé');
  assert.equal(get('{"a": 1.50e3, "b": null}', 'a'), '1.50e3');
  assert.equal(get('{"a": 1.5, "b": null}', 'b'), 'null');
  assert.equal(get('{"a": {"x": [1, 2]} }', 'a'), '{"x": [1, 2]}');
  assert.equal(get('{"a": 1, "a": 2}', 'a'), '2');
  assert.equal(get('{"a": {"b": 1}, "a": {"c": 2}}', 'a.b'), '1');
  assert.equal(get('{"a": {"0": 1}}', 'a[0]'), null);
  assert.equal(get('[ [ "x" , "}" ] ]', '[0][1]'), '}');
  assert.equal(get('{"a": 1}', 'b'), null);
  assert.equal(get('{"a": 1}', 'a.b'), null);
  assert.equal(get('{"a": [1]}', 'a[1]'), null);
});

test('nothing of a text that is no JSON, has more behind it or is nested too deep', () => {
  for (const text of ['', '{"a": 1', '{"a": 1} x', '{"a": 01}', '{"a": 1, "b": "\\ud83d"}', '{"a": 1, "b": "\\udead\\ud83d"}'])
    assert.equal(jsonValue(text, ['a'], 32), null, text);
  assert.equal(jsonValue('{"a": [[1]]}', ['a'], 2), null);
  assert.equal(jsonValue('{"a": [[1]]}', ['a'], 3), '[[1]]');
});
