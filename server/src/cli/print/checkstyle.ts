/** Checkstyle's XML, which many CI servers read. */
import type { Result } from '../commands/check.ts';

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
// characters that XML 1.0 cannot hold at all are dropped
const xml = (s: string): string =>
  s.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').replace(/[&<>"']/g, (c) => ESCAPES[c]!);
const LEVEL = { error: 'error', warning: 'warning', info: 'info', hint: 'info' } as const;

export function checkstyle({ files, text }: Result): string {
  const out = ['<?xml version="1.0" encoding="utf-8"?>', '<checkstyle version="4.3">'];
  for (const file of files) {
    out.push(`  <file name="${xml(file.path)}">`);
    for (const f of file.findings) {
      const at = text(file.id)!.lines.position(f.at.span.start);
      out.push(
        `    <error line="${at.line + 1}" column="${at.character + 1}" severity="${LEVEL[f.severity]}" message="${xml(f.message)}" source="proxylens.${xml(f.rule)}"/>`,
      );
    }
    out.push('  </file>');
  }
  return [...out, '</checkstyle>', ''].join('\n');
}
