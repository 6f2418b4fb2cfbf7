/**
 * Labelled cases in the spirit of the tools that our rules answer to: `parity/<tool>/<check>.conf` holds small files behind `#- reported | name`
 * and `#- silent | name`, each read by itself, as a fragment that a person checks. Reported: a rule that names the check among its
 * `equivalents` reports it, all rules on. Silent: none of them does, at any severity.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fromPath } from '../../server/src/base/file-id.ts';
import { Config } from '../../server/src/config/config.ts';
import { fragmentContext } from '../../server/src/config/fragment.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { NO_DISK } from '../../server/src/config/tree.ts';
import { holdsMainBlocks } from '../../server/src/project/content.ts';
import { RULES } from '../../server/src/rules/all.ts';
import { lint } from '../../server/src/rules/run.ts';
import { lintTree, parts } from '../harness/rules.ts';

const FOLDER = path.resolve('test/rules/parity');

/** The rules that report on a text as a file of its own. */
async function reporting(text: string): Promise<string[]> {
  const { parser, engine } = await parts();
  const id = fromPath('/srv/check/file.conf');
  const settings = { ...DEFAULT_SETTINGS, profile: 'strict' as const };
  if (holdsMainBlocks(text, '/srv/check/nginx.conf'))
    return (await lintTree({ root: id, files: new Map([[id, text]]) }, RULES, settings)).findings.map((f) => f.rule);
  const source = parser.open(id, text);
  const { contexts } = fragmentContext(source, engine.catalog);
  const tree = { root: id, files: new Map([[id, source]]), includes: new Map(), disk: NO_DISK };
  return lint(new Config(tree, engine, settings, 'root', contexts[0], contexts), RULES).map((f) => f.rule);
}

const checks = fs
  .readdirSync(FOLDER)
  .sort()
  .flatMap((tool) =>
    fs
      .readdirSync(path.join(FOLDER, tool))
      .map((file) => ({ tool, check: file.replace('.conf', ''), file: path.join(FOLDER, tool, file) })),
  );

for (const { tool, check, file } of checks)
  describe(`${tool}:${check}`, () => {
    const rules = RULES.filter((r) => r.equivalents?.includes(`${tool}:${check}`)).map((r) => r.id);
    test('a rule answers to it', () => assert.ok(rules.length));
    for (const section of fs.readFileSync(file, 'utf8').split(/^#- /m).slice(1)) {
      const [head = '', ...body] = section.split('\n');
      test(head, async () => {
        const found = (await reporting(body.join('\n'))).filter((r) => rules.includes(r));
        assert.equal(found.length > 0, head.startsWith('reported'), found.join(', ') || 'nothing is reported');
      });
    }
  });

/** Checks that files beside the text decide. */
const BY_DISK = new Set(['nginx-lint:include-path-exists']);

test('every check that a rule claims to answer to has cases', () => {
  const known = new Set(checks.map((c) => `${c.tool}:${c.check}`));
  const claimed = new Set(RULES.flatMap((r) => r.equivalents ?? []));
  assert.deepEqual(
    [...claimed].filter((c) => !known.has(c) && !BY_DISK.has(c)),
    [],
  );
});
