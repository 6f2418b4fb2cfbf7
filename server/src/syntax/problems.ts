/** What nginx would refuse while it reads a file, told once per cause. Words and structure only: no directive names. */
import type { Span } from '../base/span.ts';
import { byteLength } from './lower.ts';
import type { MirrorComment, MirrorStatement, Stray, WordFault } from './mirror.ts';
import type { SyntaxProblem } from './statement.ts';
import type { Masked } from './template.ts';

/** A comment must fit into nginx's buffer as well, its line end not counted (ngx_conf_read_token; tried on 1.22.1). */
const LONGEST_COMMENT = 4095;

function placeOf({ fault, word }: WordFault): Span {
  return fault === 'after-quote' ? { start: word.end, end: word.end + 1 } : { start: word.start, end: word.end };
}

/** True when the block's brace went into a Lua body that is itself not closed: that one is the cause. */
function swallowed(s: MirrorStatement): boolean {
  let last = s.block?.at(-1);
  while (last?.block?.length) last = last.block.at(-1);
  return last?.rawBody != null && !last.closed;
}

/** Blocks without a problem in them: such a one has none as long as no edit touches it. */
const clean = new WeakSet<MirrorStatement>();

function ofStatement(s: MirrorStatement, into: SyntaxProblem[]): void {
  if (clean.has(s)) return;
  const before = into.length;
  const fault = s.wordFaults?.[0];
  if (fault?.fault === 'missing-opening-brace')
    into.push({ fault: fault.fault, span: placeOf(fault), statement: s, insertAt: fault.word.end });
  else if (fault) into.push({ fault: fault.fault, span: placeOf(fault), statement: s });
  if (s.block) {
    for (let i = 0; i < s.block.length; i++) ofStatement(s.block[i]!, into);
    if (!s.closed && !swallowed(s)) into.push({ fault: 'missing-closing-brace', span: { ...s.open! }, statement: s, insertAt: s.end });
    if (into.length === before) clean.add(s);
  } else if (!s.closed) into.push({ fault: 'missing-semicolon', span: { start: s.end, end: s.end }, statement: s, insertAt: s.end });
}

/**
 * Whether a problem may vanish once the template is filled in: its statement has values that nobody knows, or a mark stands next to the
 * place where something is missing or too much.
 */
function byTemplate({ fault, span, statement }: SyntaxProblem, text: string, masked: Masked): boolean {
  if (masked.engine === null) return false;
  if (fault.endsWith('brace'))
    return (
      masked.uneven ||
      (masked.half === 'head' && fault === 'missing-closing-brace' && !statement?.parent) ||
      (masked.half === 'foot' && fault === 'unexpected-closing-brace')
    );
  if (statement && [statement.name, ...statement.args].some((w) => w.templated)) return true;
  if (fault !== 'missing-semicolon' && fault !== 'unexpected-semicolon') return false;
  const filler = (at: number): boolean => /\s/.test(masked.shown[at] ?? '') && !/\s/.test(text[at] ?? ' ');
  const rest = /^\s*/.exec(masked.shown.slice(span.end))![0].length;
  const before = masked.shown.slice(0, span.start).trimEnd().length;
  for (let at = before; at < span.end + rest; at++) if (filler(at)) return true;
  return false;
}

/** All problems of a file in the order of their places. */
export function problemsOf(
  text: string,
  masked: Masked,
  body: readonly MirrorStatement[],
  comments: readonly MirrorComment[],
  strays: readonly Stray[],
): SyntaxProblem[] {
  const found: SyntaxProblem[] = [];
  if (text.startsWith('\ufeff')) found.push({ fault: 'byte-order-mark', span: { start: 0, end: 1 }, statement: null });
  for (const statement of body) ofStatement(statement, found);
  for (const { start, end, fault } of strays) found.push({ fault, span: { start, end }, statement: null });
  for (const { start, end, text } of comments)
    if (text.length * 3 > LONGEST_COMMENT && byteLength(text) > LONGEST_COMMENT)
      found.push({ fault: 'word-too-long', span: { start, end }, statement: null });
  return found.filter((p) => !byTemplate(p, text, masked)).sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}
