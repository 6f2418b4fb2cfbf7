/** GitLab's report of code quality, which shows findings in merge requests. */
import path from 'node:path';
import { jsonText } from '../../base/escape.ts';
import { messageOf } from '../../rules/merged.ts';
import type { Result } from '../commands/check.ts';
import { fingerprints } from './fingerprint.ts';
import { nameHere } from './github.ts';

const LEVEL = { error: 'critical', warning: 'major', info: 'minor', hint: 'info' } as const;

/** The findings as a list of GitLab's issues; paths are those of the repository where the command runs in its folder. */
export function gitlab({ files, text }: Result): string {
  const fingerprint = fingerprints(text);
  const issues = files.flatMap(({ id, path: file, findings }) => {
    // GitLab's paths have slashes, whatever the machine has
    const name = nameHere(file).replaceAll(path.sep, '/');
    return findings.map((f) => ({
      description: messageOf(f),
      check_name: f.rule,
      fingerprint: fingerprint(f, name),
      severity: LEVEL[f.severity],
      location: { path: name, lines: { begin: text(id)!.lines.lineAt(f.at.span.start) + 1 } },
    }));
  });
  return `${jsonText(issues, 2)}\n`;
}
