/** Places of the configuration as a trace shows them. */
import { hostFileOf, pathOf } from '../base/file-id.ts';
import type { Lines } from '../base/lines.ts';
import type { Directive } from '../config/directive.ts';
import { Slot } from '../config/slot.ts';
import type { At, Range } from './trace.ts';

const made = new Slot<Directive, { readonly lines: Lines; readonly start: number; readonly at: At }>();

/** The place of a directive: its name and arguments, without the block behind it. */
export function atOf(directive: Directive): At {
  const { statement, file } = directive;
  const kept = made.get(directive);
  if (kept && kept.start === statement.start && kept.lines === file.lines) return kept.at;
  const end = statement.args.at(-1)?.end ?? statement.name.end;
  const range: Range = { start: file.lines.position(statement.start), end: file.lines.position(end) };
  const { standIn } = directive.scope.config.tree;
  const path = standIn?.main === file ? standIn.mainPath : pathOf(hostFileOf(file.id));
  const at: At = { path, uri: hostFileOf(file.id), range };
  made.set(directive, { lines: file.lines, start: statement.start, at });
  return at;
}

/** Whether a place of a trace is that of the directive, which may be in a part of another file. */
export function standsAt(directive: Directive, at: At): boolean {
  const { uri, range } = atOf(directive);
  return uri === at.uri && range.start.line === at.range.start.line && range.start.character === at.range.start.character;
}
