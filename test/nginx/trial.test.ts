/** The variants of the rules on what nginx refuses or warns of, asked of the real one: the trial takes its verdicts from it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pathOf } from '../../server/src/base/file-id.ts';
import { RULES } from '../../server/src/rules/all.ts';
import { available, judge, withoutNginx } from '../harness/nginx.ts';
import { exampleTree } from '../harness/rules.ts';
import { type Case, casesOf } from '../trial/trial.ts';
import { TRIALS } from '../trial/variants/all.ts';

const RELATIVE = /^\/etc\/nginx\//;

/** The files of a variant by the names that nginx is given: relative to its prefix. */
const filesOf = ({ inside, text, files }: Case): Record<string, string> =>
  Object.fromEntries(
    [...exampleTree({ inside, ...(files ? { files } : {}) }, text).files].map(([id, body]) => [pathOf(id).replace(RELATIVE, ''), body]),
  );

const isOurs = ({ settings }: Case): boolean => settings?.nginx === undefined || settings.nginx === available()?.version;

/** Rules of the group that also warn of what nginx accepts without a word; what they call sane it accepts all the same. */
const BEYOND = new Set(['charset-conflict', 'path-conflict', 'invalid-server-name']);

/** A module that no package here has: where nobody says which nginx it is, its lines are no error. */
const ELSEWHERE = /^unknown directive "check"/;

describe('variants that nginx refuses or warns of', { skip: withoutNginx(), concurrency: 4 }, () => {
  for (const rule of RULES.filter((r) => r.group === 'validity'))
    test(rule.id, async () => {
      const wrong: string[] = [];
      for (const variant of casesOf(TRIALS).filter((c) => c.rule === rule && isOurs(c))) {
        const verdict = await judge(filesOf(variant), { provide: true });
        if (verdict.environment || (!variant.bad && ELSEWHERE.test(verdict.message ?? ''))) continue;
        const blamed = !verdict.ok || verdict.warnings.length > 0;
        if (blamed !== variant.bad && !(variant.bad && BEYOND.has(rule.id)))
          wrong.push(`${variant.bad ? 'accepted' : `refused (${verdict.message ?? verdict.warnings.join()})`}:\n${variant.text}`);
      }
      assert.equal(wrong.join('\n\n'), '');
    });
});
