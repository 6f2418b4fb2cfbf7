/** Fixes applied one pass after the other until nothing is left to apply, each proved before it is: what `check --fix` and "fix all" do. */
import { applyEdits, EditSet, type FileEdit, type TextEdit } from '../base/edit.ts';
import type { FileId } from '../base/file-id.ts';
import type { Config } from '../config/config.ts';
import { type Deployment, NO_DEPLOYMENT } from '../deploy/deployment.ts';
import type { Fix } from '../rules/fix.ts';
import type { Finding, Rule } from '../rules/rule.ts';
import type { OpenText } from './edited.ts';
import { Proofs, type Proposal } from './prove.ts';

/** A finding with the configuration that it was made in. */
export interface Found {
  readonly config: Config;
  readonly findings: readonly Finding[];
  /** the application's side, where it was read */
  readonly deployment?: Deployment;
}

/** The first fix that its rule proposes as safe. */
const proposed = (finding: Finding): Fix | null => finding.fixes.find((fix) => fix.safety === 'safe') ?? null;

/**
 * Findings with the engine's word on their fixes: one that is not proved safe is a suggestion, and says why. A fix is put to every configuration
 * that reads one of its files, for what repairs one of them may break another.
 */
export function proved(all: readonly Proofs[], findings: readonly Finding[]): readonly Finding[] {
  const nobody = findings.flatMap((f) => f.fixes.filter((fix) => fix.safety === 'safe' && !all.some((proofs) => proofs.reads(fix))));
  return all.reduce(
    provedBy,
    judged(findings, new Map(nobody.map((fix) => [fix, 'nothing here can prove what it does to a file that is no nginx configuration']))),
  );
}

function provedBy(findings: readonly Finding[], proofs: Proofs): readonly Finding[] {
  const proposals = findings.flatMap((finding): Proposal[] =>
    finding.fixes.filter((fix) => fix.safety === 'safe' && proofs.reads(fix)).map((fix) => ({ finding, fix })),
  );
  return proposals.length ? judged(findings, proofs.each(proposals)) : findings;
}

function judged(findings: readonly Finding[], words: ReadonlyMap<Fix, string | null>, more: Pick<Fix, 'byHand'> = {}): readonly Finding[] {
  return findings.map((finding) =>
    finding.fixes.some((fix) => words.get(fix))
      ? {
          ...finding,
          fixes: finding.fixes.map((fix): Fix => {
            const because = words.get(fix);
            return because ? { ...fix, safety: 'suggestion', because, ...more } : fix;
          }),
        }
      : finding,
  );
}

/** What `--fix` applies: the first safe fix of each finding; with `suggested` the first fix that is not left to a person where none is safe. */
export const fixesToApply = (findings: readonly Finding[], suggested: boolean): Fix[] =>
  findings.flatMap((f) => proposed(f) ?? (suggested ? (f.fixes.find((fix) => !fix.byHand) ?? []) : []));

/** Several fixes as one: a fix whose edits touch those of an earlier one waits for the next pass; the same edit twice is one. */
export function combined(fixes: readonly Fix[]): FileEdit[] {
  return combinedFixes(fixes).edits;
}

/** The same, and which of the fixes are in it. */
export function combinedFixes(fixes: readonly Fix[]): { edits: FileEdit[]; applied: Fix[] } {
  const taken = new Map<FileId, EditSet>();
  const applied: Fix[] = [];
  const inFile = (file: FileId): EditSet => {
    let set = taken.get(file);
    if (!set) taken.set(file, (set = new EditSet()));
    return set;
  };
  for (const fix of fixes) {
    if (!fix.edits.every(({ file, edits }) => inFile(file).fits(edits))) continue;
    applied.push(fix);
    for (const { file, edits } of fix.edits) inFile(file).add(edits);
  }
  return { edits: [...taken].filter(([, { edits }]) => edits.length).map(([file, { edits }]) => ({ file, edits })), applied };
}

/** A file's text before the first pass and after the last. */
export interface ChangedText {
  readonly file: FileId;
  readonly before: string;
  readonly after: string;
  /** how many fixes have touched it */
  readonly fixes: number;
}

export interface Applied {
  /** files whose text differs, in groups that fixes with edits in several files hold together */
  readonly groups: readonly (readonly ChangedText[])[];
  /** what is found in the texts after the last pass */
  readonly found: readonly Found[];
}

/** What the passes need of whoever holds the texts. */
export interface Bench {
  readonly open: OpenText;
  readonly rules: readonly Rule[];
  /** the present text of a file that a fix may touch; null: it is nobody's to change */
  text(file: FileId): string | null;
  /** keeps a new text for the next pass; nothing is written */
  put(file: FileId, text: string): void;
  /** the findings in the present texts */
  find(): Promise<readonly Found[]>;
  /** a finding at its place in the file that is written, where the configuration is a part of it */
  placed?(finding: Finding): Finding;
  /** told of each finding whose fix was applied */
  applied?(finding: Finding): void;
}

const MAX_PASSES = 10;

/** The findings with the word on those of their fixes, as they would be applied, with which nginx would refuse the text. */
function withRefusals(all: readonly Proofs[], found: readonly Found[]): readonly Found[] {
  for (let said = found; ; ) {
    const { applied } = combinedFixes(
      fixesToApply(
        said.flatMap((f) => f.findings),
        true,
      ),
    );
    const refused = new Map(all.flatMap((proofs) => [...proofs.refused(applied)]));
    if (!refused.size) return said;
    said = said.map((f) => ({ ...f, findings: judged(f.findings, refused, { byHand: true }) }));
  }
}

/** What a finding says, what its fixes write, and where it is. */
const wordsOf = ({ rule, message, fixes, at }: Finding, start = at.span.start): string =>
  [rule, message, at.file, start, ...fixes.flatMap((fix) => fix.edits.flatMap(({ edits }) => edits.map((e) => e.newText)))].join('\n');

/** Whether a fix puts something into a text. */
const writes = ({ edits }: Fix): boolean => edits.some((file) => file.edits.some((e) => e.newText.trim() !== ''));

/** Where what was at an offset is after the edits of its file. */
function moved(offset: number, edits: readonly TextEdit[]): number {
  let by = 0;
  for (const { span, newText } of edits) if (span.end <= offset) by += newText.length - (span.end - span.start);
  return offset + by;
}

/**
 * Applies safe fixes (`suggested`: the first fix of each finding, but for those with which nginx would refuse the text) until nothing is left to
 * apply, at most ten times. A fix touches only files of which the bench has a text. Texts change on the bench alone.
 */
export async function applyFixes(bench: Bench, first: readonly Found[], suggested: boolean): Promise<Applied> {
  const before = new Map<FileId, string>();
  const counts = new Map<FileId, number>();
  const together: Set<FileId>[] = [];
  let found = first;
  /** findings that a fix has left as they were: another time it would help no more */
  let inVain: ReadonlySet<string> = new Set();
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const all = found.map((f) => new Proofs(f.config, bench.open, bench.rules, () => f.deployment ?? NO_DEPLOYMENT));
    // a person who asks for suggestions takes what is not proved, too, but wants nginx to start
    if (suggested) found = withRefusals(all, found);
    const findings = found.flatMap((f) => (suggested ? f.findings : proved(all, f.findings))).map((f) => bench.placed?.(f) ?? f);
    const left = findings.filter((f) => !inVain.has(wordsOf(f)));
    const fixes = fixesToApply(left, suggested).filter((fix) => fix.edits.every((e) => bench.text(e.file) !== null));
    const { edits, applied } = combinedFixes(fixes);
    if (!edits.length) break;
    if (bench.applied) for (const f of findings) if (f.fixes.some((fix) => applied.includes(fix))) bench.applied(f);
    for (const fix of applied) {
      if (fix.edits.length > 1) together.push(new Set(fix.edits.map((e) => e.file)));
      for (const { file } of fix.edits) counts.set(file, (counts.get(file) ?? 0) + 1);
    }
    for (const { file, edits: list } of edits) {
      const text = bench.text(file)!;
      if (!before.has(file)) before.set(file, text);
      bench.put(file, applyEdits(text, list));
    }
    found = await bench.find();
    const again = new Set(found.flatMap((f) => f.findings).map((f) => wordsOf(bench.placed?.(f) ?? f)));
    // of what is taken away there is an end, and the next one of its kind may come to stand in its place
    const treated = findings.filter((f) => inVain.has(wordsOf(f)) || f.fixes.some((fix) => applied.includes(fix) && writes(fix)));
    const places = treated.map((f) => wordsOf(f, moved(f.at.span.start, edits.find((e) => e.file === f.at.file)?.edits ?? [])));
    inVain = new Set(places.filter((words) => again.has(words)));
  }
  const changed = [...before].flatMap(([file, text]): ChangedText[] => {
    const after = bench.text(file) ?? text;
    return after === text ? [] : [{ file, before: text, after, fixes: counts.get(file) ?? 0 }];
  });
  return { groups: grouped(changed, together), found };
}

/** Files that one fix or another touches together, joined as far as such ties reach. */
function grouped(changed: readonly ChangedText[], ties: readonly ReadonlySet<FileId>[]): ChangedText[][] {
  const groupOf = new Map(changed.map((c) => [c.file, [c]]));
  for (const tie of ties) {
    const groups = new Set([...tie].flatMap((file) => groupOf.get(file) ?? []).map((c) => groupOf.get(c.file)!));
    const joined = [...groups].flat();
    for (const c of joined) groupOf.set(c.file, joined);
  }
  return [...new Set(groupOf.values())];
}
