/**
 * Sane, deployed configurations must stay quiet. Each folder of `noise/` is one, written after a public guide, and each `.conf` file there,
 * in which `#- path` starts another file of the same tree: no error, and every warning argued for in a comment above its line,
 * `# expect: rule: why it is right to warn here`. A warning without one fails, and so does an expectation that nothing meets.
 * `# nginx: 1.22.1` in the main file names the version that the guide is for, `# flavour: openresty` what is no plain nginx (which the
 * installed one is not asked about).
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileId, pathOf } from '../../server/src/base/file-id.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { withSettings } from '../../server/src/config/settings-file.ts';
import { RULES } from '../../server/src/rules/all.ts';
import { judge, withoutNginx } from '../harness/nginx.ts';
import { deployments, deploymentsHere, forInstalled } from '../harness/noise.ts';
import { lintTree } from '../harness/rules.ts';

const EXPECT = /#\s*expect:\s*([a-z0-9-]+):\s*(.*)$/;

/** The expectations that hold for a line: on it, or in the comment lines right above it. */
function expectedAt(lines: readonly string[], line: number): { rule: string; at: number }[] {
  const out: { rule: string; at: number }[] = [];
  const take = (at: number): void => {
    const m = EXPECT.exec(lines[at] ?? '');
    if (m && (m[2] ?? '').length > 10) out.push({ rule: m[1]!, at });
  };
  take(line);
  for (let at = line - 1; at >= 0 && /^\s*#/.test(lines[at]!); at--) take(at);
  return out;
}

describe('sane configurations', () => {
  for (const { name, files, tree, version, flavour } of deployments()) {
    test(`${name} is quiet`, async () => {
      const settings = withSettings(DEFAULT_SETTINGS, {
        ...(version && { nginxVersion: version }),
        ...(flavour && { flavour: flavour as 'plus' }),
      });
      const { findings, sources } = await lintTree({ root: fileId('file:///etc/nginx/nginx.conf'), files: tree }, RULES, settings);
      const met = new Set<string>();
      const unexpected: string[] = [];
      for (const f of findings) {
        if (f.severity !== 'error' && f.severity !== 'warning') continue;
        const source = sources.get(f.at.file)!;
        const file = pathOf(f.at.file).replace('/etc/nginx/', '');
        const { line } = source.lines.position(f.at.span.start);
        const argued = f.severity === 'warning' && expectedAt(source.text.split('\n'), line).find((e) => e.rule === f.rule);
        if (argued) met.add(`${file}:${argued.at}`);
        else unexpected.push(`${f.severity} ${f.rule} at ${file}:${line + 1}: ${f.message}`);
      }
      const unmet = [...files].flatMap(([file, text]) =>
        text.split('\n').flatMap((l, i) => (EXPECT.test(l) && !met.has(`${file}:${i}`) ? [`${file}:${i + 1}: ${l.trim()}`] : [])),
      );
      assert.deepEqual({ unexpected, unmet }, { unexpected: [], unmet: [] });
    });
  }

  for (const { name, files } of deploymentsHere())
    test(`${name} is one that nginx takes`, { skip: withoutNginx() }, async () => {
      const verdict = await judge(forInstalled(files), { provide: true });
      assert.ok(verdict.ok || verdict.environment, `${verdict.message} at ${verdict.file}:${verdict.line}`);
    });
});
