/** Annotations of GitHub Actions' log (workflow commands). */
import path from 'node:path';
import { visible } from '../../base/escape.ts';
import { isPathBelow } from '../../host/paths.ts';
import { messageOf } from '../../rules/merged.ts';
import type { Result } from '../commands/check.ts';

const LEVEL = { error: 'error', warning: 'warning', info: 'notice', hint: 'notice' } as const;
/** Line feeds are kept, as GitHub shows them; everything else that is not seen becomes visible. */
const data = (s: string): string =>
  s
    .split('\n')
    .map((line) => visible(line).replaceAll('%', '%25'))
    .join('%0A');
const property = (s: string): string => data(s).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** The name of a file from the folder that the command runs in; one outside of it keeps its whole path. */
export function nameHere(file: string): string {
  return isPathBelow(file, process.cwd()) ? path.relative(process.cwd(), file) : file;
}

/** The findings as workflow commands of GitHub Actions, which annotate lines. */
export function github({ files, text }: Result): string {
  const out: string[] = [];
  for (const file of files)
    for (const f of file.findings) {
      const { lines } = text(file.id)!;
      const [from, to] = [lines.position(f.at.span.start), lines.position(f.at.span.end)];
      const name = nameHere(file.path);
      const columns = from.line === to.line ? `,col=${from.character + 1},endColumn=${to.character + 1}` : '';
      out.push(
        `::${LEVEL[f.severity]} file=${property(name)},line=${from.line + 1},endLine=${to.line + 1}${columns},title=${property(`proxylens ${f.rule}`)}::${data(messageOf(f))}`,
      );
    }
  return out.length ? out.join('\n') + '\n' : '';
}
