/** Every good example of every rule, and every text that a fix makes, goes through the real `nginx -t`: advice that nginx refuses is none. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pathOf } from '../../server/src/base/file-id.ts';
import { RULES } from '../../server/src/rules/all.ts';
import type { Example } from '../../server/src/rules/rule.ts';
import { available, judge, withoutNginx } from '../harness/nginx.ts';
import { exampleSettings, exampleTree, fixTree } from '../harness/rules.ts';

const RELATIVE = /^\/etc\/nginx\//;

/** The files of a tree by the names that nginx is given: relative to its prefix. */
const byName = (files: ReadonlyMap<string, string>): Record<string, string> =>
  Object.fromEntries([...files].map(([id, text]) => [pathOf(id as Parameters<typeof pathOf>[0]).replace(RELATIVE, ''), text]));

/** Why nginx refuses the files, or null. A tree whose first file is no main file cannot be asked about. */
async function refusal(files: Record<string, string>): Promise<string | null> {
  const main = Object.values(files)[0] ?? '';
  // what a fix makes of the application's side is not nginx's to judge
  if (!/\.conf$/.test(Object.keys(files)[0] ?? '')) return null;
  const whole = /^\s*events\b/m.test(main) ? files : { ...files, [Object.keys(files)[0]!]: `events {}\n${main}` };
  const verdict = await judge(whole, { provide: true });
  return verdict.ok || verdict.environment ? null : `${verdict.message} (line ${verdict.line})`;
}

describe('examples that rules call good', { skip: withoutNginx(), concurrency: 4 }, () => {
  for (const rule of RULES) {
    const asked = rule.examples.filter((e) => e.notOn122 === undefined);
    if (!asked.length) continue;
    test(rule.id, async () => {
      const refused: string[] = [];
      const ask = async (what: string, files: Record<string, string>): Promise<void> => {
        const why = await refusal(files);
        if (why !== null) refused.push(`${what}: ${why}\n${Object.values(files).join('\n---\n')}`);
      };
      const one = async (example: Example, i: number): Promise<void> => {
        if (example.good !== undefined) await ask(`example ${i + 1}, good`, byName(exampleTree(example, example.good).files));
        if (typeof example.fixed === 'string') await ask(`example ${i + 1}, fixed`, byName(exampleTree(example, example.fixed).files));
        // where nothing else is said the repaired text equals the good one, which the test of the examples holds
        if (example.bad !== undefined && example.fixed === undefined && example.good === undefined && rule.fixable !== 'never') {
          const settings = exampleSettings(example);
          const active = { ...settings, rules: { ...settings.rules, [rule.id]: rule.severity } };
          await ask(`example ${i + 1}, fixed`, byName((await fixTree(exampleTree(example, example.bad), rule, active)).files));
        }
      };
      await Promise.all(rule.examples.map((e, i) => (e.notOn122 === undefined ? one(e, i) : undefined)));
      assert.equal(refused.join('\n\n'), '', `nginx ${available()?.version} refuses what the rule calls good`);
    });
  }
});
