/** Text that is put into a template or into a host, as whoever reads it before nginx must have it written. */
import type { Span } from '../../base/span.ts';
import { table } from '../../base/table.ts';
import type { SourceFile } from '../statement.ts';
import type { Escapes } from '../template.ts';

/** Who reads a file of an engine, by its name, and has a way to write what he would fill in; null for engines that look for marks of another form. */
export function escapesOf(engine: string | null): Escapes | null {
  if (engine === 'python-format') return 'format';
  return engine?.startsWith('terraform') ? 'terraform' : null;
}

/** What each would read in a text, and how it is written for him. */
const WRITTEN: Readonly<Record<Exclude<Escapes, 'puppet'>, { readonly read: RegExp; readonly write: (word: string) => string }>> = table({
  shell: { read: /(?<!\\)(?:\$(?:\{[^}\n]*\}|\w+)|`)/g, write: (word) => `\\${word}` },
  'composed-shell': { read: /(?<!\\)(?:\$(?:\{[^}\n]*\}|\w+)|`)/g, write: (word) => `\\${word.replace('$', '$$$$')}` },
  compose: { read: /(?<!\$)\$(?:\{[^}\n]*\}|\w+)?(?!\$)/g, write: (word) => `$${word}` },
  terraform: { read: /(?<!\$)\$\{[^}\n]*\}/g, write: (word) => `$${word}` },
  format: { read: /(?<![{$])\{(?!\{)(?:[A-Za-z_][\w.]*\})?|(?<!\})\}(?!\})/g, write: (word) => word.replace(/[{}]/g, '$&$&') },
});

/**
 * A text that is to stand in a file, in the place of a span (UTF-16 offsets): as it is in a plain file, else with what would be filled in written
 * so that it is not. Placeholders of the file that are put back stay what they are.
 */
export function writtenIn({ escapes, text, marks }: SourceFile, span: Span, newText: string): string {
  if (!escapes || escapes === 'puppet') return newText;
  const { read, write } = WRITTEN[escapes];
  if (!read.test(newText)) return newText;
  read.lastIndex = 0;
  const before = text.slice(span.start, span.end);
  const filled = new Set(marks?.map((m) => text.slice(m.start, m.end)));
  // a name in small letters is nginx's own, unless it was there
  return newText.replace(read, (word) => (filled.has(word) && (before.includes(word) || /[A-Z]/.test(word)) ? word : write(word)));
}
