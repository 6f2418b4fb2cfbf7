/**
 * Menus: statements of which a person is to leave one, as a comment in front of them says. In a template or a sample they are not all meant
 * together. What a menu holds is decided by the text around it; nothing is guessed beyond the block that the comment is in.
 */

import { basename } from '../base/file-id.ts';
import type { Span } from '../base/span.ts';
import type { SourceFile, Statement } from './statement.ts';

/** The alternatives of one menu, from the first to the last. */
export interface Menu extends Span {
  readonly alternatives: readonly Span[];
}

const ANNOUNCED =
  /\b(choose|pick|select|use|keep|leave|uncomment|enable|activate)\b[^.;\n]{0,40}\b(one|either|which(ever)?)\b|\bone of (the following|these|them|those|the two|the three)\b|\b(choose|pick|select) (between|from|any)\b|\b(alternatives|variants)\b[^\n;{}]*:?\s*$/i;

/** What begins a further alternative: `# 2. a socket`, `# Option B`, `# or`. */
const NEXT = /^(#|\{#-?|\{\{-?\s*\/\*|<%#)\s*(\d+[.):]|\(?[a-d][.)]|option|alternative|variant|choice|or\b|-+\s*or\b|either\b)/i;

/** Files that someone is to copy and change. */
const SAMPLE = /\.(example|sample|dist|default|in)$|(^|[._-])(example|sample)([._-]|$)/i;

/** The menus of a file, in order; of a file that is used as it stands none. */
export function menusOf(file: SourceFile): readonly Menu[] {
  if (file.template === null && !SAMPLE.test(basename(file.id))) return NONE;
  if (!/one|either|which|from|between|any|alternatives|variants/i.test(file.text)) return NONE;
  return find(file);
}

const NONE: readonly Menu[] = [];

/** Whether two places of a file are of different alternatives of one of its menus. */
export function areAlternatives(menus: readonly Menu[], a: Span, b: Span): boolean {
  const within = (outer: Span, inner: Span): boolean => outer.start <= inner.start && inner.end <= outer.end;
  return menus.some((menu) => {
    if (!within(menu, a) || !within(menu, b)) return false;
    const [first, second] = [a, b].map((p) => menu.alternatives.findIndex((x) => within(x, p)));
    return first !== second && first! >= 0 && second! >= 0;
  });
}

function find(file: SourceFile): Menu[] {
  const notes = [...file.comments, ...(file.marks ?? []).filter((m) => m.role === null)].sort((a, b) => a.start - b.start);
  const out: Menu[] = [];
  for (const note of notes) {
    const text = file.text.slice(note.start, note.end);
    // a menu is announced in a comment of the file or of the engine, never in what is filled in
    if (!/^(#|\{#|\{\{-?\s*\/\*|\{\{!|<%#|\{%-?\s*comment)/.test(text) || !ANNOUNCED.test(text)) continue;
    const list = siblingsBehind(file.body, note.end);
    const menu = menuOf(file, list, notes);
    if (menu) out.push(menu);
  }
  return out;
}

/** The statements of the innermost block around an offset that begin behind it. */
function siblingsBehind(body: readonly Statement[], offset: number): readonly Statement[] {
  for (let list = body; ; ) {
    const around: Statement | undefined = list.find((s) => s.block && s.start < offset && offset < s.end);
    if (!around) return list.filter((s) => s.start >= offset);
    list = around.block!;
  }
}

function menuOf({ text }: SourceFile, list: readonly Statement[], notes: readonly Span[]): Menu | null {
  const [first] = list;
  if (!first) return null;
  /** where alternatives begin that have a heading */
  const headed: number[] = [0];
  let last = 0;
  for (let i = 1; i < list.length; i++) {
    const [before, s] = [list[i - 1]!, list[i]!];
    const gap = text.slice(before.end, s.start);
    const heading = notes.some((n) => n.start >= before.end && n.end <= s.start && NEXT.test(text.slice(n.start, n.end)));
    if (heading) headed.push(i);
    else if (s.name.value !== first.name.value && /\n[ \t\r]*\n/.test(gap)) break;
    last = i;
  }
  if (last === 0) return null;
  // without headings each statement of the first one's name begins an alternative
  const starts = headed.length > 1 ? headed : list.slice(0, last + 1).flatMap((s, i) => (s.name.value === first.name.value ? [i] : []));
  const alternatives = starts.map((from, k) => ({ start: list[from]!.start, end: list[(starts[k + 1] ?? last + 1) - 1]!.end }));
  return alternatives.length > 1 ? { start: first.start, end: list[last]!.end, alternatives } : null;
}
