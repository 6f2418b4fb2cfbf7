/**
 * Where nobody says which nginx runs, it may be any release in use. What is reported then as an error or a warning holds for all of them that take
 * the text, or its message names the release that it is about. Asked of every rule, by its own examples, under releases of the range.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newestRelease, OLDEST } from '../../server/src/catalog/changes.ts';
import { version } from '../../server/src/catalog/version.ts';
import type { Settings } from '../../server/src/config/settings.ts';
import { RULES } from '../../server/src/rules/all.ts';
import type { Finding } from '../../server/src/rules/rule.ts';
import { exampleSettings, exampleTree, lintTree } from '../harness/rules.ts';

/** Releases that people run: the oldest that is looked at, those of Debian 12 and 13, and the last before defaults changed. */
const RANGE = [OLDEST.text, '1.22.1', '1.26.3', '1.29.6'];
const REFUSING = new Set(RULES.filter((r) => r.refuses || r.group === 'validity').map((r) => r.id));

const loud = (f: Finding): boolean => f.severity === 'error' || f.severity === 'warning';
const place = (f: Finding): string => `${f.at.file} ${f.at.span.start}`;

test('a finding about an unknown nginx holds for the whole range, or names the release', async () => {
  const wrong: string[] = [];
  for (const rule of RULES)
    for (const [i, example] of rule.examples.entries()) {
      if (example.bad === undefined) continue;
      const own = exampleSettings(example);
      if (own.target.flavour !== 'oss') continue;
      const rules = { ...own.rules, [rule.id]: rule.severity };
      const under = (text: string, versionFrom: Settings['versionFrom']): Settings => ({
        ...own,
        rules,
        versionFrom,
        target: { ...own.target, nginx: version(text) },
      });
      const tree = exampleTree(example, example.bad);
      const said = (await lintTree(tree, [rule], under(newestRelease().text, 'default'))).findings.filter(
        (f) => loud(f) && !/\b\d+\.\d+\.\d+/.test(f.message),
      );
      if (!said.length) continue;
      for (const text of RANGE) {
        const then = under(text, 'setting');
        const there = new Set((await lintTree(tree, [rule], then)).findings.filter(loud).map(place));
        const gone = said.filter((f) => !there.has(place(f)));
        if (!gone.length) continue;
        // a release that refuses the text for another reason says nothing about this one
        const { findings } = await lintTree(tree, RULES, { ...then, rules: {} });
        const refused = findings.some((f) => f.severity === 'error' && REFUSING.has(f.rule));
        // what it is called there is another matter
        const told = new Set(findings.filter(loud).map(place));
        if (!refused && gone.some((f) => !told.has(place(f))))
          wrong.push(`${rule.id}, example ${i + 1}: not under nginx ${text}: ${gone[0]!.message}`);
        break;
      }
    }
  assert.deepEqual(wrong, []);
});
