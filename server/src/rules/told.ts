/** Findings that were told already, looked up without a text for each: a keystroke gathers a thousand of them anew. */
import type { FileId } from '../base/file-id.ts';
import type { Finding } from './rule.ts';

/** Whether two findings say the same of the same words. */
export const saysSame = (a: Finding, b: Finding): boolean =>
  a === b ||
  (a.at.span.start === b.at.span.start &&
    a.at.span.end === b.at.span.end &&
    a.rule === b.rule &&
    a.message === b.message &&
    a.at.file === b.at.file);

/** What is known of findings, one entry for all that say the same. */
export class Told<E extends { readonly finding: Finding }> {
  /** by file and place: in files that were made after one pattern all places are alike */
  private readonly byFile = new Map<FileId, Map<number, E | E[]>>();
  /** in the order in which they came */
  readonly entries: E[] = [];

  /** The entry of a finding that says the same; undefined where none does. */
  of(finding: Finding): E | undefined {
    const known = this.byFile.get(finding.at.file)?.get(finding.at.span.start);
    if (known === undefined) return undefined;
    if (!Array.isArray(known)) return saysSame(known.finding, finding) ? known : undefined;
    return known.find((e) => saysSame(e.finding, finding));
  }

  add(entry: E): void {
    this.entries.push(entry);
    const { file, span } = entry.finding.at;
    let byStart = this.byFile.get(file);
    if (!byStart) this.byFile.set(file, (byStart = new Map()));
    const known = byStart.get(span.start);
    if (known === undefined) byStart.set(span.start, entry);
    else if (Array.isArray(known)) known.push(entry);
    else byStart.set(span.start, [known, entry]);
  }
}
