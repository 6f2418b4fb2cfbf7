/**
 * Comments that silence findings: `# proxylens-ignore rule, rule: reason` for its line or the statement below,
 * `proxylens-ignore-block` for the block below (or the block it opens), `proxylens-ignore-file` for the file.
 * nginx-lint's `# nginx-lint:ignore rule reason` is understood through the rules' equivalents.
 */
import type { Span } from '../base/span.ts';
import { indexFrom } from '../syntax/place.ts';
import type { Comment, SourceFile, Statement } from '../syntax/statement.ts';

export interface Suppression {
  readonly comment: Comment;
  /** rule ids, groups, or `all` */
  readonly rules: readonly string[];
  /** where each id is in the comment */
  readonly ruleSpans: readonly Span[];
  readonly reason: string;
  readonly kind: 'line' | 'block' | 'file';
  /** the lines in which a finding must start, zero-based, both inclusive */
  readonly from: number;
  readonly to: number;
  /** the ids are another tool's */
  readonly foreign: boolean;
}

const OWN = /^#+\s*proxylens-ignore(-block|-file)?\s+([\w-]+(?:\s*,\s*[\w-]+)*)\s*(?::\s*(.*))?$/;
const FOREIGN = /^#+\s*nginx-lint:ignore\s+([\w-]+)\s*(.*)$/;

const cache = new WeakMap<SourceFile, { text: string; list: Suppression[] }>();

/** All suppression comments of a file. */
export function suppressionsOf(file: SourceFile): readonly Suppression[] {
  const known = cache.get(file);
  if (known?.text === file.text) return known.list;
  const list = file.comments.flatMap((c) => parse(file, c) ?? []);
  cache.set(file, { text: file.text, list });
  return list;
}

function parse(file: SourceFile, comment: Comment): Suppression | null {
  if (!comment.text.includes('ignore')) return null;
  const own = OWN.exec(comment.text);
  const foreign = own ? null : FOREIGN.exec(comment.text);
  if (!own && !foreign) return null;
  const ids = own ? own[2]! : foreign![1]!;
  const base = comment.start + comment.text.indexOf(ids, own ? comment.text.indexOf('ignore') + 6 : comment.text.indexOf(':ignore') + 7);
  const ruleSpans = [...ids.matchAll(/[\w-]+/g)].map((m) => ({ start: base + m.index, end: base + m.index + m[0].length }));
  const kind = own?.[1] === '-file' ? 'file' : own?.[1] === '-block' ? 'block' : 'line';
  const reason = (own ? (own[3] ?? '') : foreign![2]!).trim();
  const line = file.lines.lineAt(comment.start);
  const alone = /^[ \t]*$/.test(file.text.slice(file.lines.startOf(line), comment.start));
  let from = line;
  let to = line;
  if (kind === 'file') {
    from = 0;
    to = file.lines.count;
  } else if (kind === 'block') {
    const block = blockFor(file, comment, alone);
    if (block) [from, to] = [file.lines.lineAt(block.start), file.lines.lineAt(block.end)];
  } else if (alone) {
    const next = nextStatement(file.body, comment.end);
    from = next ? file.lines.lineAt(next.start) : line + 1;
    to = next ? file.lines.lineAt((next.open ?? next).end) : line + 1;
  }
  return { comment, rules: ids.split(/\s*,\s*/), ruleSpans, reason, kind, from, to, foreign: !own };
}

/** The block that starts on the comment's line or below it; a comment that is first in a block silences that block. */
function blockFor(file: SourceFile, comment: Comment, alone: boolean): Statement | null {
  const enclosing = innermost(file.body, comment.start);
  if (!alone) {
    const line = file.lines.lineAt(comment.start);
    return enclosing && file.lines.lineAt(enclosing.open!.start) === line ? enclosing : null;
  }
  const next = nextStatement(enclosing?.block ?? file.body, comment.end);
  return next?.block ? next : enclosing;
}

function innermost(statements: readonly Statement[], offset: number): Statement | null {
  const s = statements[indexFrom(statements, offset + 1) - 1];
  return s?.block && s.open && s.open.end <= offset && offset < s.end ? (innermost(s.block, offset) ?? s) : null;
}

function nextStatement(statements: readonly Statement[], offset: number): Statement | null {
  const index = indexFrom(statements, offset);
  const before = statements[index - 1];
  return before?.block && before.end > offset ? nextStatement(before.block, offset) : (statements[index] ?? null);
}
