import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { piecesOf, signatureHelp } from '../../server/src/features/signature.ts';
import { inside, world } from './world.ts';

/** The one caller of signatureHelp(): the active form with its active argument between brackets of our own. */
async function checkSignature(text: string, expected: string | null): Promise<void> {
  const w = await world(text);
  const found = signatureHelp(w.configs, w.file, w.offset);
  const signature = found?.signatures[found.active];
  if (!found || !signature) {
    assert.equal(expected, null);
    return;
  }
  const p = found.parameter === null ? undefined : signature.parameters[found.parameter];
  const { label } = signature;
  assert.equal(p ? `${label.slice(0, p.start)}«${label.slice(p.start, p.end)}»${label.slice(p.end)}` : label, expected);
}

describe('signature help', () => {
  test('the first argument', () => checkSignature(inside('location', 'rewrite <|>;'), 'rewrite «regex» replacement [flag];'));
  test('the second, half typed', () => checkSignature(inside('location', 'rewrite ^ /x<|>;'), 'rewrite regex «replacement» [flag];'));
  test('the third', () => checkSignature(inside('location', 'rewrite ^ /x <|>;'), 'rewrite regex replacement «[flag]»;'));
  test('one of two words', () => checkSignature(inside('location', 'gzip <|>;'), 'gzip «on | off»;'));
  test('by its name, wherever it stands', () =>
    checkSignature(
      inside('http', 'proxy_cache_path /c max_size=<|>'),
      'proxy_cache_path path [levels=levels] [use_temp_path=on|off] keys_zone=name:size [inactive=time] «[max_size=size]» [min_free=size] [manager_files=number] [manager_sleep=time] [manager_threshold=time] [loader_files=number] [loader_sleep=time] [loader_threshold=time] [purger=on|off] [purger_files=number] [purger_sleep=time] [purger_threshold=time];',
    ));
  test('the form that the first word chooses', () => checkSignature(inside('server', 'access_log off<|>;'), 'access_log «off»;'));
  test('optional parts within optional parts', () =>
    checkSignature(
      inside('server', 'access_log /a.log main buffer=<|>;'),
      'access_log path [format [«buffer=size»] [gzip[=level]] [flush=time] [if=condition]];'.replace('[«buffer=size»]', '«[buffer=size]»'),
    ));
  test('a word that may be left out is not what else stands there', () =>
    checkSignature(inside('location', 'expires 30d<|>;'), 'expires [modified] «time»;'));
  test('the word itself', () => checkSignature(inside('location', 'expires mod<|>;'), 'expires «[modified]» time;'));
  test('the beginning of a name', () =>
    checkSignature(inside('http', 'limit_conn_zone $uri zo<|>'), 'limit_conn_zone key «zone=name:size»;'));
  test('a list stays at its part', () => checkSignature(inside('server', 'index a b c<|>;'), 'index «file ...»;'));
  test('what ends a list', () => checkSignature(inside('server', 'error_page 500 502 /x<|>;'), 'error_page code ... [=[response]] «uri»;'));
  test('the code of an error page', () =>
    checkSignature(inside('server', 'error_page 500 =2<|>;'), 'error_page code ... «[=[response]]» uri;'));
  test('the same name in another place', () => checkSignature(inside('upstream', 'server a <|>;'), 'server address «[parameters]»;'));
  test('a return with a text', () => checkSignature(inside('location', 'return 200 <|>;'), 'return code «[text]»;'));
  test('none for the name', () => checkSignature(inside('location', 'rewr<|>;'), null));
  test('none behind the semicolon', () => checkSignature(inside('location', 'gzip on; <|>'), null));
  test('none for the unknown', () => checkSignature(inside('location', 'frob <|>;'), null));
});

test('the parts of a form', () => {
  const texts = (form: string): string[] => piecesOf(form).map((p) => p.text);
  assert.deepEqual(texts('a b [c] [d=e|f] g ...;'), ['b', '[c]', '[d=e|f]', 'g ...']);
  assert.deepEqual(texts('a on | off;'), ['on | off']);
  assert.deepEqual(texts('a path [level1 [level2 [level3]]];'), ['path', 'level1', 'level2', '[level3]']);
  assert.deepEqual(texts('a [b | c=d];'), ['[b | c=d]']);
  assert.deepEqual(texts('server { ... }'), []);
});
