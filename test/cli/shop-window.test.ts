/** What the page of the installed extension and a registry show: no picture and no link that leads nowhere. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { shopWindow } from '../tools/shop-window.mjs';

const README = fs.readFileSync('README.md', 'utf8');
const addresses = (text: string): string[] => [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/\]\(([^)]*)\)/g)].map((m) => m[1]!);

test('every picture and link of the README is a file of the repository', () => {
  for (const to of addresses(README)) if (!/^(https:|#)/.test(to)) assert.ok(fs.existsSync(to.replace(/#.*/, '')), to);
});

test('without an address nothing is left that cannot be loaded or followed', () => {
  const shown = shopWindow(README, null);
  for (const to of addresses(shown)) assert.match(to, /^(https:|#)/);
  assert.match(shown, /All rules, each with its reason/, 'the words of a link stay');
});

test('with an address pictures and links lead to the repository', () => {
  const shown = addresses(shopWindow(README, 'https://github.com/o/r'));
  assert.ok(shown.includes('https://github.com/o/r/raw/HEAD/server/docs/images/map.png'));
  assert.ok(shown.includes('https://github.com/o/r/blob/HEAD/server/docs/rules.md'));
  for (const to of shown) assert.match(to, /^(https:|#)/);
});

test('what looks like a link in code stays as it is', () => {
  assert.equal(shopWindow('a [b](c.md)\n\n```sh\n[b](c.md)\n```\n', null), 'a b\n\n```sh\n[b](c.md)\n```\n');
});

test('every picture is shown somewhere, and a test in the editor takes it', () => {
  const texts = [README, ...fs.readdirSync('client/walkthrough').map((f) => fs.readFileSync(`client/walkthrough/${f}`, 'utf8'))].join('');
  const tests = fs.readdirSync('test/editor').filter((f) => f.endsWith('.test.ts'));
  const taken = tests.map((f) => fs.readFileSync(`test/editor/${f}`, 'utf8')).join('');
  for (const name of fs.readdirSync('server/docs/images')) {
    assert.ok(texts.includes(`server/docs/images/${name}`), `${name} is shown nowhere`);
    assert.ok(taken.includes(`screenshot('${name.replace(/\.png$/, '')}')`), `nothing takes ${name}`);
  }
});

interface Setting {
  readonly enum?: readonly string[];
  readonly enumItemLabels?: readonly string[];
  readonly enumDescriptions?: readonly string[];
  readonly default: unknown;
  readonly markdownDescription: string;
}
interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly configuration: readonly { readonly title: string; readonly properties: Readonly<Record<string, Setting>> }[];
  };
}
const { contributes } = JSON.parse(fs.readFileSync('package.json', 'utf8')) as Manifest;

/** Words that a title in title case leaves small, and names that are written as they are. */
const SMALL = /^(a|an|and|as|for|in|is|of|on|or|the|to|with|curl|nginx|-t)$/;

test('commands stand in one category, in title case', () => {
  for (const { command, title, category } of contributes.commands) {
    assert.equal(category, 'Proxylens', command);
    for (const [i, word] of title.split(' ').entries())
      assert.ok((i > 0 && SMALL.test(word)) || /^[A-Z]/.test(word), `${command}: ${title}`);
  }
});

test('a drop-down of the settings reads as words, each choice explained, and none is null', () => {
  for (const { title, properties } of contributes.configuration)
    for (const [name, setting] of Object.entries(properties)) {
      assert.match(setting.markdownDescription, /\.$/, `${title}: ${name}`);
      if (!setting.enum) continue;
      assert.ok(setting.enum.includes(setting.default as string), `${name}: the default is a choice`);
      assert.equal(setting.enumDescriptions?.length, setting.enum.length, name);
      for (const [i, choice] of setting.enum.entries()) {
        assert.equal(typeof choice, 'string', name);
        assert.ok(choice || setting.enumItemLabels?.[i], `${name}: the empty choice has a label`);
      }
    }
});
