/** The template engine that a person chose for a file: the settings name masks, and the last that fits counts. */
import picomatch from 'picomatch';
import { pathOf } from '../base/file-id.ts';
import type { SourceFile } from '../syntax/statement.ts';
import type { ChosenEngine } from './settings.ts';

/** Reads files as the settings say; one that no mask fits is read as its name and its marks say. */
export function readAsChosen(engines: readonly ChosenEngine[]): (source: SourceFile) => void {
  const rows = engines.map(({ mask, engine }) => ({ matches: picomatch(mask, { dot: true, contains: true }), engine }));
  return (source) => source.writtenFor?.(rows.findLast((r) => r.matches(pathOf(source.id).slice(1)))?.engine ?? null);
}
