import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FLAVOURS } from '../../server/src/catalog/flavours.ts';
import { PROFILES } from '../../server/src/config/declared.ts';
import { settingsCompletion } from '../../server/src/features/settings-completion.ts';
import { RULES } from '../../server/src/rules/all.ts';

/** The one caller of settingsCompletion(). `<|>` is the cursor; the labels offered are compared in full, or as far as `has` and `lacks` say. */
function checkSettings(text: string, expected: readonly string[] | null | { has: readonly string[]; lacks?: readonly string[] }): void {
  const offset = text.indexOf('<|>');
  const found = settingsCompletion(text.replace('<|>', ''), offset, RULES);
  const labels = found?.items.map((i) => i.label) ?? null;
  if (expected === null || Array.isArray(expected)) {
    assert.deepEqual(labels, expected);
    return;
  }
  const { has, lacks = [] } = expected as { has: readonly string[]; lacks?: readonly string[] };
  assert.deepEqual(
    has.filter((l) => !labels?.includes(l)),
    [],
    `offered: ${labels?.slice(0, 20).join(' ')}`,
  );
  assert.deepEqual(
    lacks.filter((l) => labels?.includes(l)),
    [],
  );
}

const LEVELS = ['error', 'warning', 'info', 'hint', 'off'];

describe('completion in .proxylens.yaml', () => {
  test('keys of the file', () =>
    checkSettings('<|>', { has: ['nginxVersion', 'rules', 'ignore', 'environment'], lacks: ['paths', 'security'] }));
  test('keys that are there already are not offered again', () =>
    checkSettings('profile: strict\npr<|>\nmozilla: old\n', { has: ['prefix', 'rules'], lacks: ['profile', 'mozilla'] }));
  test('fixed values', () => checkSettings('flavour: <|>', Object.keys(FLAVOURS)));
  test('fixed values that are begun', () => checkSettings('profile: str<|>', Object.keys(PROFILES)));
  test('true and false', () => checkSettings('environment: <|>\n', ['true', 'false']));
  test('nothing where anything may stand', () => checkSettings('nginxVersion: <|>', null));
  test('rules and groups', () =>
    checkSettings('rules:\n  alias<|>\n', { has: ['alias-traversal', 'security'], lacks: ['profile', 'paths'] }));
  test('levels of a rule', () => checkSettings('rules:\n  alias-traversal: <|>\n  security: off\n', LEVELS));
  test('rules that have a level are not offered again', () =>
    checkSettings('rules:\n  alias-traversal: off\n  # why\n\n  <|>\n', { has: ['security'], lacks: ['alias-traversal'] }));
  test('behind a block the keys of the file again', () =>
    checkSettings('rules:\n  security: off\n<|>', { has: ['ignore'], lacks: ['rules', 'security'] }));
  test('within braces', () => checkSettings('rules: { security: off, al<|> }', { has: ['alias-traversal'], lacks: ['security'] }));
  test('a level within braces', () => checkSettings('rules: { security: off, alias-traversal: <|> }', LEVELS));
  test('keys of an item', () => checkSettings('ignore:\n  - <|>', ['paths', 'rules']));
  test('keys of an item that has one, at both ways to indent', () => {
    checkSettings('ignore:\n  - paths: ["a"]\n    <|>', ['rules']);
    checkSettings('ignore:\n- paths: ["a"]\n  <|>', ['rules']);
  });
  test('rules of an item', () => {
    checkSettings('ignore:\n  - paths: ["a"]\n    rules: [security, al<|>]', {
      has: ['alias-traversal', 'tls'],
      lacks: ['security', 'paths'],
    });
    checkSettings('ignore:\n  - paths: ["a"]\n    rules:\n      - <|>', { has: ['alias-traversal'] });
  });
  test('an item in braces', () => checkSettings('ignore: [{ paths: ["a"], <|> }]', null));
  test('keys of an own directive', () => checkSettings('directives:\n  - name: my_thing\n    <|>\n', ['contexts', 'min', 'max', 'block']));
  test('not in comments, quotes and after a value', () => {
    checkSettings('# rules: <|>', null);
    checkSettings('prefix: "<|>"', null);
    checkSettings('profile: strict <|>', null);
  });
  test('CRLF', () => checkSettings('rules:\r\n  security: off\r\n  <|>\r\n', { has: ['tls'], lacks: ['security', 'profile'] }));
  test('a key is written with its colon, unless it has one', () => {
    const first = (text: string) =>
      settingsCompletion(text.replace('<|>', ''), text.indexOf('<|>'), RULES)!.items.find((i) => i.label === 'profile');
    assert.equal(first('<|>')!.plain, 'profile: ');
    assert.equal(first('pro<|>: strict')!.plain, undefined);
  });
});
