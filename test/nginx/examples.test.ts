/** The examples of all rules before the real nginx: what a rule shows as good must load, and what a validity rule shows as bad must not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathOf } from '../../server/src/base/file-id.ts';
import { RULES } from '../../server/src/rules/all.ts';
import type { Example, Rule } from '../../server/src/rules/rule.ts';
import { judge, type Tree, withoutNginx } from '../harness/nginx.ts';
import { exampleTree } from '../harness/rules.ts';

const skip = withoutNginx();

/** Examples that say that they are for another nginx than the one at hand. */
const elsewhere = (e: Example): boolean =>
  e.notOn122 !== undefined ||
  e.settings?.flavour !== undefined ||
  e.settings?.modules !== undefined ||
  (e.settings?.nginx !== undefined && !/^1\.22/.test(e.settings.nginx)) ||
  (e.settings?.openssl !== undefined && !/^3\.0/.test(e.settings.openssl));

function treeOf(example: Example, text: string): Tree {
  const { root, files } = exampleTree(example, text);
  const named = [...files].map(([id, body]) => [pathOf(id).replace('/etc/nginx/', ''), body] as const);
  const main = pathOf(root).replace('/etc/nginx/', '');
  return Object.fromEntries(named.map(([name, body]) => [name === main ? 'nginx.conf' : name, body]));
}

test('nginx accepts every good example', { skip, timeout: 300_000 }, async () => {
  const cases = RULES.flatMap((rule) =>
    rule.examples.flatMap((e, i) =>
      e.good === undefined || elsewhere(e) ? [] : [{ name: `${rule.id} ${i + 1}`, tree: treeOf(e, e.good) }],
    ),
  );
  assert.ok(cases.length > 50);
  const said = await Promise.all(cases.map(async ({ name, tree }) => ({ name, verdict: await judge(tree, { provide: true }) })));
  assert.deepEqual(
    said.filter(({ verdict }) => !verdict.ok).map(({ name, verdict }) => `${name}: ${verdict.message} (${verdict.file}:${verdict.line})`),
    [],
  );
});

/** True when the example of a validity rule is about errors of nginx, not about its warnings, nor about a file that is provided here. */
const isRefusal = (rule: Rule, bad: string): boolean =>
  rule.group === 'validity' &&
  rule.severity === 'error' &&
  !/\^ (?:warned|slash|named|redefined|bits|twice-warned|comma|space|parameter|pattern|variable|alone|included)\b/.test(bad);

test('nginx refuses every bad example of the validity rules', { skip, timeout: 300_000 }, async () => {
  const cases = RULES.flatMap((rule) =>
    rule.examples.flatMap((e, i) =>
      e.bad === undefined || elsewhere(e) || !isRefusal(rule, e.bad) ? [] : [{ name: `${rule.id} ${i + 1}`, tree: treeOf(e, e.bad) }],
    ),
  );
  assert.ok(cases.length > 80);
  const said = await Promise.all(cases.map(async ({ name, tree }) => ({ name, verdict: await judge(tree, { provide: true }) })));
  assert.deepEqual(
    said.filter(({ verdict }) => verdict.ok).map(({ name }) => name),
    [],
  );
});
