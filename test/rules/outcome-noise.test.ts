/**
 * What the rules that judge requests say about sane configurations, each finding argued for: the deployed trees of `noise/` and the layouts of
 * test/project. One that nobody argued for fails, and so does an argument for one that no longer comes. Hints aside, whatever the level.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileId, relativePath } from '../../server/src/base/file-id.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { withSettings } from '../../server/src/config/settings-file.ts';
import { RULES } from '../../server/src/rules/all.ts';
import type { Finding } from '../../server/src/rules/rule.ts';
import { deployments } from '../harness/noise.ts';
import { lintTree } from '../harness/rules.ts';
import { LAYOUTS } from '../project/layouts.ts';
import { checked, HOME, inMemory } from '../project/world.ts';
import { ARGUED } from './outcome-noise-argued.ts';

const JUDGES = RULES.filter((rule) => rule.looksAt.some((at) => 'outcome' in at));
const ids = new Set(JUDGES.map((rule) => rule.id));

const told = (findings: readonly Finding[], folder: string): string[] => [
  ...new Set(
    findings
      .filter((f) => ids.has(f.rule) && f.severity !== 'hint')
      .map((f) => `${relativePath(f.at.file, fileId(folder))}: ${f.severity} ${f.rule}/${f.messageId}`),
  ),
];

function held(where: string, findings: readonly string[]): void {
  const argued = ARGUED[where] ?? {};
  assert.deepEqual([...findings].sort(), Object.keys(argued).sort(), where);
  for (const [finding, why] of Object.entries(argued)) assert.ok(why.length > 20, `${where}: ${finding} is argued for by "${why}"`);
}

describe('each finding about a request is argued for', () => {
  for (const { name, tree, version, flavour } of deployments())
    test(name, async () => {
      const settings = withSettings(DEFAULT_SETTINGS, { ...(version && { nginxVersion: version }), ...(flavour && { flavour }) });
      const { findings } = await lintTree({ root: fileId('file:///etc/nginx/nginx.conf'), files: tree }, JUDGES, settings);
      held(name, told(findings, 'file:///etc/nginx'));
    });

  for (const { name, files } of LAYOUTS)
    test(`layout ${name}`, async () => held(`layout ${name}`, told((await checked(inMemory(files), ['.'])).findings, HOME)));

  test('nothing is argued for that is not there', () => {
    const known = new Set([...deployments().map((d) => d.name), ...LAYOUTS.map((l) => `layout ${l.name}`)]);
    assert.deepEqual(
      Object.keys(ARGUED).filter((where) => !known.has(where)),
      [],
    );
  });
});
