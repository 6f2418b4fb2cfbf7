/** A setting is declared once: what the declaration says reaches the reader of the file, its schema, the editor's section, the wire and the options. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import Ajv from 'ajv';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { settingOptions, settingsOf } from '../../server/src/cli/setting-options.ts';
import { declared, PROJECT_KEYS, type Shape } from '../../server/src/config/declared.ts';
import { readSettings } from '../../server/src/config/settings-file.ts';
import { settingsSchema } from '../../server/src/features/settings-schema.ts';
import { editorSettings, projectSettings } from '../../server/src/lsp/wire-settings.ts';
import { RULES } from '../../server/src/rules/all.ts';

/** A value that fits, and one that does not. */
function samples(shape: Shape): [good: unknown, bad: unknown] {
  switch (shape.is) {
    case 'text':
      return ['/srv/nginx', ['/srv/nginx']];
    case 'version':
      return ['1.24.0', 'newest'];
    case 'truth':
      return [true, 'perhaps'];
    case 'count':
      return [1, -1];
    case 'limit':
      return [null, -1];
    case 'one':
      return [Object.keys(shape.of).at(-1), 'nonsense'];
    case 'list':
      return [[samples(shape.item)[0]], 7];
    case 'map':
      return [{ [shape.rules ? 'version-disclosed' : '/etc/nginx']: samples(shape.value)[0] }, 7];
    case 'record':
      return [Object.fromEntries(Object.entries(shape.fields).map(([name, field]) => [name, samples(field)[0]])), 7];
  }
}

/** `{ a: { b: value } }` of `a.b`. */
const nested = (key: string, value: unknown): unknown => key.split('.').reduceRight((inner: unknown, step) => ({ [step]: inner }), value);

for (const key of PROJECT_KEYS) {
  const { shape, editor, option } = declared(key);
  const [good, bad] = samples(shape);
  test(`${key}: the file's reader and its schema agree on what fits`, () => {
    const fits = new Ajv({ strict: false }).compile(settingsSchema(RULES));
    for (const [value, ok] of [
      [good, true],
      [bad, false],
    ] as const) {
      const { raw, problems } = readSettings(stringify({ [key]: value }));
      assert.equal(problems.length === 0, ok, JSON.stringify([value, problems]));
      assert.equal(fits({ [key]: value }), ok, JSON.stringify(value));
      if (ok) assert.deepEqual(raw, { [key]: value });
    }
  });
  if (editor)
    test(`${key}: the editor's setting proxylens.${editor.key} sets it, and its default does not`, () => {
      const manifest = JSON.parse(fs.readFileSync('package.json', 'utf8')) as {
        contributes: { configuration: { properties: Record<string, { default: unknown; enum?: unknown[] }> }[] };
      };
      const property = manifest.contributes.configuration.flatMap(({ properties }) => properties[`proxylens.${editor.key}`] ?? [])[0];
      assert.ok(property);
      assert.deepEqual(projectSettings(nested(editor.key, property.default)), {});
      assert.deepEqual(projectSettings(nested(editor.key, good)), { [key]: good });
      for (const word of property.enum ?? []) assert.notEqual(word, null);
    });
  if (option && key !== 'root')
    test(`${key}: ${option.flags} sets it`, () => {
      const command = settingOptions(new Command(), option.of);
      const name = option.flags.split(' ')[0]!;
      const pair = shape.is === 'map' ? Object.entries(good as Record<string, string>)[0]! : null;
      const words = shape.is === 'truth' ? [name] : [name, pair ? pair.join('=') : String(good)];
      command.parse(words, { from: 'user' });
      assert.deepEqual(settingsOf(command.opts()), { [key]: good });
    });
}

test('a word that an option does not know is refused with the words that it knows', () => {
  assert.throws(() => settingsOf({ profile: 'nonsense' }), /--profile is one of recommended, .*, not "nonsense"/);
  assert.throws(() => settingsOf({ profile: 'constructor' }), /--profile is one of/);
});

test('a setting of the editor that does not fit counts as not set', () => {
  assert.equal(editorSettings({ lint: { run: 'whenever' } })['lint.run'], 'onType');
  assert.equal(editorSettings({ lint: { run: 'onSave' } })['lint.run'], 'onSave');
  assert.equal(editorSettings({ codeLens: { references: 0 } })['codeLens.references'], true);
  assert.equal(editorSettings(null)['format.align'], false);
});

test('a setting, a rule or an entry that is there twice is a problem at the second one', () => {
  const text = 'profile: strict\nrules:\n  version-disclosed: off\n  version-disclosed: error\nprofile: wsgi\n';
  const { raw, problems } = readSettings(text);
  assert.deepEqual(
    problems.map(({ span, message }) => [span.start, message]),
    [
      [text.indexOf('version-disclosed: error'), '"version-disclosed" is here twice. Keep one.'],
      [text.indexOf('profile: wsgi'), '"profile" is here twice. Keep one.'],
    ],
  );
  assert.deepEqual(raw, { profile: 'strict', rules: { 'version-disclosed': 'off' } });
});
