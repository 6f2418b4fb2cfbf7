/** Unified diffs of what fixes and the formatter change. */
import { createTwoFilesPatch } from 'diff';

/** A unified diff of one file with three lines of context; empty when nothing changed. */
export const unifiedDiff = (name: string, before: string, after: string): string =>
  before === after ? '' : createTwoFilesPatch(name, name, before, after, undefined, undefined, { context: 3 }).replace(/^=+\n/, '');
