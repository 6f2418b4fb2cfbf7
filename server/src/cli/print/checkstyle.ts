/** Checkstyle's XML, which many CI servers read. */
import { xml } from '../../base/escape.ts';
import { messageOf } from '../../rules/merged.ts';
import type { Result } from '../commands/check.ts';

const LEVEL = { error: 'error', warning: 'warning', info: 'info', hint: 'info' } as const;

/** The findings as Checkstyle's XML; lines and columns from 1. */
export function checkstyle({ files, text }: Result): string {
  const out = ['<?xml version="1.0" encoding="utf-8"?>', '<checkstyle version="4.3">'];
  for (const file of files) {
    out.push(`  <file name="${xml(file.path)}">`);
    for (const f of file.findings) {
      const at = text(file.id)!.lines.position(f.at.span.start);
      out.push(
        `    <error line="${at.line + 1}" column="${at.character + 1}" severity="${LEVEL[f.severity]}" message="${xml(messageOf(f))}" source="proxylens.${xml(f.rule)}"/>`,
      );
    }
    out.push('  </file>');
  }
  return [...out, '</checkstyle>', ''].join('\n');
}
