/** Code actions as plain data: the fixes of findings, the same fix everywhere, all safe fixes, and silencing with a reason. */
import { type FileEdit, overlapping, type TextEdit } from '../base/edit.ts';
import type { FileId } from '../base/file-id.ts';
import type { Span } from '../base/span.ts';
import { type Fix, indentAt } from '../rules/fix.ts';
import type { Finding } from '../rules/rule.ts';
import type { SourceFile } from '../syntax/statement.ts';

export interface Action {
  readonly title: string;
  readonly kind: 'quickfix' | 'source.fixAll.proxylens';
  readonly edits: readonly FileEdit[];
  /** findings that the action answers to; empty for source actions */
  readonly findings: readonly Finding[];
  readonly preferred: boolean;
}

const meet = (a: Span, b: Span): boolean => a.start <= b.end && b.start <= a.end;

/** The actions for a range: every fix of every finding that it touches, then the wider ones. */
export function actionsAt(file: SourceFile, findings: readonly Finding[], range: Span): Action[] {
  const here = findings.filter((f) => f.at.file === file.id && meet(f.at.span, range));
  const actions: Action[] = [];
  const seen = new Set<string>();
  const add = (title: string, edits: readonly FileEdit[], about: readonly Finding[], preferred = false): void => {
    if (seen.has(title) || edits.length === 0) return;
    seen.add(title);
    actions.push({ title, kind: 'quickfix', edits, findings: about, preferred });
  };
  for (const finding of here)
    finding.fixes.forEach((fix, i) => {
      add(fix.title, fix.edits, [finding], i === 0 && fix.safety === 'safe');
    });
  for (const rule of new Set(here.map((f) => f.rule))) {
    const same = findings.filter((f) => f.rule === rule && f.fixes.length > 0);
    if (same.length > 1) add(`Fix all ${same.length} findings of ${rule} in this file`, combined(same.map((f) => f.fixes[0]!)), same);
  }
  const safe = safeFixes(findings);
  if (here.length && safe.length > 1) add(`Apply all ${safe.length} safe fixes in this file`, combined(safe), []);
  for (const finding of here)
    if (finding.rule !== 'unused-suppression')
      add(`Silence ${finding.rule} here, with a reason`, [{ file: file.id, edits: [suppression(file, finding)] }], [finding]);
  return actions;
}

/** The first safe fix of each finding. */
export const safeFixes = (findings: readonly Finding[]): Fix[] => fixesToApply(findings, false);

/** What `--fix` applies: the first safe fix of each finding; with `suggested` the first fix at all where none is safe. */
export const fixesToApply = (findings: readonly Finding[], suggested: boolean): Fix[] =>
  findings.flatMap((f) => f.fixes.find((x) => x.safety === 'safe') ?? (suggested ? (f.fixes[0] ?? []) : []));

/** Several fixes as one: a fix whose edits touch those of an earlier one waits for the next pass; the same edit twice is one. */
export function combined(fixes: readonly Fix[]): FileEdit[] {
  const taken = new Map<FileId, TextEdit[]>();
  const key = (e: TextEdit): string => `${e.span.start} ${e.span.end} ${e.newText}`;
  const fresh = (file: FileId, edits: readonly TextEdit[]): TextEdit[] => {
    const own = new Set((taken.get(file) ?? []).map(key));
    return edits.filter((e) => !own.has(key(e)));
  };
  for (const fix of fixes) {
    const fits = fix.edits.every(({ file, edits }) => !overlapping([...(taken.get(file) ?? []), ...fresh(file, edits)]));
    if (fits) for (const { file, edits } of fix.edits) taken.set(file, [...(taken.get(file) ?? []), ...fresh(file, edits)]);
  }
  return [...taken].filter(([, edits]) => edits.length).map(([file, edits]) => ({ file, edits }));
}

/** The comment line above the finding's line; the reason is left for the person to write. */
function suppression(file: SourceFile, finding: Finding): TextEdit {
  const line = file.lines.lineAt(finding.at.span.start);
  const start = file.lines.startOf(line);
  const indent = indentAt(file, file.lines.endOf(line));
  const eol = file.text.includes('\r\n') ? '\r\n' : '\n';
  return { span: { start, end: start }, newText: `${indent}# proxylens-ignore ${finding.rule}: reason${eol}` };
}
