/**
 * All fixes over the deployed configurations, with every rule on: what `--fix` and `--fix=suggested` make of them is a tree that nginx still
 * takes, they come to an end, and nothing that is an error shows up.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type FileId, pathOf } from '../../server/src/base/file-id.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { withSettings } from '../../server/src/config/settings-file.ts';
import { RULES } from '../../server/src/rules/all.ts';
import { available, judge, withoutNginx } from '../harness/nginx.ts';
import { deploymentsHere, forInstalled } from '../harness/noise.ts';
import { fixAll, lintTree } from '../harness/rules.ts';

describe('fixes over deployed configurations', () => {
  for (const safety of ['safe', 'suggestion'] as const)
    for (const { name, tree, version, flavour } of deploymentsHere())
      test(`${name}, ${safety}`, { skip: withoutNginx() }, async () => {
        // for the nginx that judges: a fix must not bring in what only a newer one knows
        const settings = withSettings(DEFAULT_SETTINGS, {
          nginxVersion: version ?? available()!.version,
          profile: 'strict',
          ...(flavour && { flavour }),
        });
        const root = [...tree.keys()].find((f) => f.endsWith('/nginx.conf'))!;
        const files = new Map<FileId, string>(Object.entries(forInstalled(tree)) as [FileId, string][]);
        const before = (await lintTree({ root, files }, RULES, settings)).findings.filter((f) => f.severity === 'error').map((f) => f.rule);
        const fixed = await fixAll({ root, files }, settings, safety === 'suggestion');
        for (const [file, text] of fixed.files) files.set(file, text);
        const { findings } = await lintTree({ root, files }, RULES, settings);
        assert.deepEqual(
          findings.filter((f) => f.severity === 'error' && !before.includes(f.rule)).map((f) => `${f.rule}: ${f.message}`),
          [],
        );
        const verdict = await judge(Object.fromEntries([...files].map(([id, text]) => [pathOf(id).replace(/^\/etc\/nginx\//, ''), text])), {
          provide: true,
        });
        assert.ok(verdict.ok || verdict.environment, `${verdict.message} at ${verdict.file}:${verdict.line}\n${files.get(root)}`);
      });
});
