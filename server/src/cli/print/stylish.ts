/** For people at a terminal: findings below their file, one line each, the related places indented. */
import path from 'node:path';
import pc from 'picocolors';
import type { Severity } from '../../config/settings.ts';
import type { Result } from '../commands/check.ts';
import { shownPath } from '../common.ts';

const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;

export function stylish({ files, text, durationMs, color }: Result): string {
  const c = pc.createColors(color);
  const paint: Record<Severity, (s: string) => string> = { error: c.red, warning: c.yellow, info: c.blue, hint: c.gray };
  const name = (p: string): string => {
    const relative = path.relative(process.cwd(), p);
    return relative && !relative.startsWith('..') ? relative : p;
  };
  const out: string[] = [];
  const count: Record<Severity, number> = { error: 0, warning: 0, info: 0, hint: 0 };
  let fixable = 0;
  for (const file of files) {
    if (!file.findings.length) continue;
    out.push(c.underline(name(file.path)));
    const rows = file.findings.map((f) => {
      count[f.severity]++;
      if (f.fixes.some((x) => x.safety === 'safe')) fixable++;
      const at = text(file.id)!.lines.position(f.at.span.start);
      return { f, place: `${at.line + 1}:${at.character + 1}` };
    });
    const wide = Math.max(...rows.map((r) => r.place.length));
    for (const { f, place } of rows) {
      out.push(`  ${c.dim(place.padStart(wide))}  ${paint[f.severity](f.severity.padEnd(7))}  ${f.message}  ${c.dim(f.rule)}`);
      if (f.witness) out.push(`  ${' '.repeat(wide)}           ${c.dim(`${f.witness.request} → ${f.witness.outcome}`)}`);
      for (const r of f.related) {
        const source = text(r.at.file);
        const line = source ? source.lines.lineAt(r.at.span.start) + 1 : 1;
        out.push(`  ${' '.repeat(wide)}           ${c.dim(`${name(shownPath(r.at.file))}:${line} ${r.message}`)}`);
      }
    }
    out.push('');
  }
  const total = count.error + count.warning + count.info + count.hint;
  const parts = (Object.entries(count) as [Severity, number][])
    .filter(([, n]) => n > 0)
    .map(([s, n]) => paint[s](s === 'info' ? `${n} info` : plural(n, s)));
  out.push(`${total === 0 ? c.green('No findings') : parts.join(', ')} in ${plural(files.length, 'file')} (${Math.round(durationMs)} ms)`);
  if (fixable) out.push(c.dim(`${plural(fixable, 'finding')} can be mended with --fix`));
  return out.join('\n') + '\n';
}
