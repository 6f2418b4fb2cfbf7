/** Code actions as plain data: the fixes of findings, the same fix everywhere, all safe fixes, and silencing with a reason. */
import type { FileEdit, TextEdit } from '../base/edit.ts';
import type { Span } from '../base/span.ts';
import { combined, fixesToApply } from '../fixes/apply.ts';
import { type Fix, indentAt } from '../rules/fix.ts';
import type { Finding } from '../rules/rule.ts';
import type { SourceFile } from '../syntax/statement.ts';

/** What is done in the whole file: all safe fixes, or the first fix of each finding of a rule. */
export type Wide = { readonly all: 'safe' } | { readonly all: 'rule'; readonly rule: string };

/** True for edits that cover a whole configuration. */
export const isWide = (edits: Action['edits']): edits is Wide => 'all' in edits;

export interface Action {
  readonly title: string;
  readonly kind: 'quickfix' | 'source.fixAll.proxylens';
  /** made when someone picks the action, where it is about more than what is there */
  readonly edits: readonly FileEdit[] | Wide;
  /** findings that the action answers to; empty for source actions */
  readonly findings: readonly Finding[];
  readonly preferred: boolean;
  /** one fix, called safe by whoever was asked */
  readonly safe: boolean;
}

const meet = (a: Span, b: Span): boolean => a.start <= b.end && b.start <= a.end;

/** A reason that is longer than a menu is wide ends early. */
const short = (text: string): string => (text.length > 90 ? `${text.slice(0, 89)}…` : text);

/** A fix that its rule proposed as safe and that is not proved so says why. */
const titleOf = (fix: Fix): string => (fix.because ? `${fix.title} (suggestion: ${short(fix.because)})` : fix.title);

/**
 * The actions for a range: every fix of every finding that it touches, then the wider ones.
 * @param prove gives the findings at hand with the engine's word on their fixes
 */
export function actionsAt(
  file: SourceFile,
  findings: readonly Finding[],
  range: Span,
  prove: (findings: readonly Finding[]) => readonly Finding[],
): Action[] {
  const here = prove(findings.filter((f) => f.at.file === file.id && meet(f.at.span, range)));
  const actions: Action[] = [];
  const seen = new Set<string>();
  const add = (title: string, edits: Action['edits'], about: readonly Finding[], preferred = false, safe = false): void => {
    if (seen.has(title) || (!isWide(edits) && edits.length === 0)) return;
    seen.add(title);
    actions.push({ title, kind: 'quickfix', edits, findings: about, preferred, safe });
  };
  for (const finding of here) {
    const preferred = finding.fixes.find((fix) => fix.safety === 'safe');
    for (const fix of finding.fixes) add(titleOf(fix), fix.edits, [finding], fix === preferred, fix.safety === 'safe');
  }
  for (const rule of new Set(here.map((f) => f.rule))) {
    const same = findings.filter((f) => f.rule === rule && f.fixes.length > 0);
    if (same.length > 1)
      add(
        `Fix all ${same.length} findings of ${rule} in this file`,
        { all: 'rule', rule },
        here.filter((f) => f.rule === rule),
      );
  }
  if (here.length && safeFixes(findings).length > 1) add('Apply all safe fixes in this file', { all: 'safe' }, []);
  for (const finding of here)
    if (finding.rule !== 'unused-suppression')
      add(`Suppress ${finding.rule} here, with a reason`, [{ file: file.id, edits: [suppression(file, finding)] }], [finding]);
  return actions;
}

/** The edits of an action about a whole file. @param prove as for `actionsAt` */
export const wideEdits = (
  wide: Wide,
  findings: readonly Finding[],
  prove: (findings: readonly Finding[]) => readonly Finding[],
): readonly FileEdit[] =>
  combined(
    wide.all === 'safe' ? safeFixes(prove(findings)) : findings.filter((f) => f.rule === wide.rule).flatMap((f) => f.fixes[0] ?? []),
  );

/** The first safe fix of each finding, as its rule proposes it. */
export const safeFixes = (findings: readonly Finding[]): Fix[] => fixesToApply(findings, false);

/** The comment line above the finding's line; the reason is left for the person to write. */
function suppression(file: SourceFile, finding: Finding): TextEdit {
  const line = file.lines.lineAt(finding.at.span.start);
  const start = file.lines.startOf(line);
  const indent = indentAt(file, file.lines.endOf(line));
  const eol = file.text.includes('\r\n') ? '\r\n' : '\n';
  return { span: { start, end: start }, newText: `${indent}# proxylens-ignore ${finding.rule}: reason${eol}` };
}
