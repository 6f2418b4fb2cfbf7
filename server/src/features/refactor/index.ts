/** All refactorings, and the one question: which of them can be done here. */
import type { Span } from '../../base/span.ts';
import type { Config } from '../../config/config.ts';
import { statementAt } from '../../syntax/place.ts';
import type { SourceFile } from '../../syntax/statement.ts';
import { hostServers } from './host-servers.ts';
import { extractInclude, inlineInclude } from './includes.ts';
import { type Refactor, type Refactoring, type Spot, selectedIn } from './refactoring.ts';
import { http2Directive, quoteRegex, sort, wrapInLocation } from './rewrites.ts';
import { extractUpstream } from './upstream.ts';

const ALL: readonly Refactor[] = [
  extractInclude,
  inlineInclude,
  extractUpstream,
  hostServers,
  wrapInLocation,
  sort,
  quoteRegex,
  http2Directive,
];

/** What can be done at a cursor or with a selection. Files that nginx would not read are left as it is. */
export function refactorings(config: Config, file: SourceFile, range: Span): Refactoring[] {
  if (file.problems.length || file.template) return [];
  const statement = statementAt(file.body, range.start);
  const selected = range.end > range.start ? selectedIn(file.body, trimmed(file, range)) : [];
  const at = selected[0] ?? statement;
  const spot: Spot = { config, file, range, statement: at, uses: at ? config.usesOf(at, file.id) : [], selected };
  return ALL.flatMap((refactor) => refactor(spot));
}

/** The range without the white space at its ends. */
function trimmed(file: SourceFile, { start, end }: Span): Span {
  const text = file.text.slice(start, end);
  return { start: start + (text.length - text.trimStart().length), end: end - (text.length - text.trimEnd().length) };
}

export type { Refactoring } from './refactoring.ts';
