/** A baseline: the findings that were there before, so that an old tree can start clean. Keyed by rule, file and the text of the line, not its number. */
import path from 'node:path';
import type { FileId } from '../base/file-id.ts';
import { NodeFiles } from '../host/node-files.ts';
import { fileOfPath } from '../host/paths.ts';
import { writeFiles } from '../host/write-files.ts';
import { type Finding, type Rule, ruleOf } from '../rules/rule.ts';
import type { SourceFile } from '../syntax/statement.ts';
import { shownPath } from './common.ts';
import { EXIT, Failure } from './failure.ts';

interface Entry {
  path: string;
  rule: string;
  line: string;
  count: number;
}

interface BaselineFile {
  version: 1;
  findings: Entry[];
}

const keyOf = (e: Omit<Entry, 'count'>): string => `${e.path}\n${e.rule}\n${e.line}`;

function entryOf(finding: Finding, folder: string, source: Pick<SourceFile, 'text' | 'lines'> | null): Omit<Entry, 'count'> {
  const line = source ? source.lines.lineAt(finding.at.span.start) : 0;
  const text = source ? source.text.slice(source.lines.startOf(line), source.lines.endOf(line)).trim() : '';
  return { path: path.relative(folder, shownPath(finding.at.file)).replaceAll('\\', '/'), rule: finding.rule, line: text };
}

/** Reads a baseline. Throws an unreadable or usage failure that names the file. */
export async function readBaseline(file: string): Promise<BaselineFile> {
  const read = await new NodeFiles().head(fileOfPath(file), MAX_BYTES);
  if (!read) throw new Failure(EXIT.unreadable, `${file}: no such baseline. Make it with --update-baseline.`);
  if (read.problem || !read.whole) throw new Failure(EXIT.unreadable, `${file}: ${read.problem ?? 'it is too large for a baseline'}`);
  const kept = asBaseline(read.text);
  if (!kept) throw new Failure(EXIT.usage, `${file}: not a baseline file. Write a new one with --update-baseline.`);
  return kept;
}

/** Larger ones nobody has written. */
const MAX_BYTES = 8_000_000;

/** A baseline of a text; null where it has another shape. */
function asBaseline(text: string): BaselineFile | null {
  try {
    const read = JSON.parse(text) as Partial<BaselineFile> | null;
    const isEntry = (e: Partial<Entry> | null): boolean =>
      typeof e?.path === 'string' && typeof e.rule === 'string' && typeof e.line === 'string' && typeof e.count === 'number';
    return read?.version === 1 && Array.isArray(read.findings) && read.findings.every(isEntry) ? (read as BaselineFile) : null;
  } catch {
    return null;
  }
}

/** The findings that the baseline does not hold; an entry under an id that a rule had before stands for the rule. */
export function applyBaseline(
  baseline: BaselineFile,
  findings: readonly Finding[],
  file: string,
  rules: readonly Rule[],
  source: (id: FileId) => Pick<SourceFile, 'text' | 'lines'> | null,
): Set<Finding> {
  const left = new Map<string, number>();
  for (const entry of baseline.findings) {
    const key = keyOf({ ...entry, rule: ruleOf(rules, entry.rule)?.id ?? entry.rule });
    left.set(key, (left.get(key) ?? 0) + entry.count);
  }
  const fresh = new Set<Finding>();
  for (const finding of findings) {
    const key = keyOf(entryOf(finding, path.dirname(path.resolve(file)), source(finding.at.file)));
    const count = left.get(key) ?? 0;
    if (count > 0) left.set(key, count - 1);
    else fresh.add(finding);
  }
  return fresh;
}

/** Writes all findings as a baseline, sorted, so that it diffs well. */
export async function writeBaseline(
  file: string,
  findings: readonly Finding[],
  source: (id: FileId) => Pick<SourceFile, 'text' | 'lines'> | null,
): Promise<void> {
  const byKey = new Map<string, Entry>();
  for (const finding of findings) {
    const entry = entryOf(finding, path.dirname(path.resolve(file)), source(finding.at.file));
    const known = byKey.get(keyOf(entry));
    if (known) known.count++;
    else byKey.set(keyOf(entry), { ...entry, count: 1 });
  }
  const list = [...byKey.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const target = path.resolve(file);
  const text = `${JSON.stringify({ version: 1, findings: list }, null, 2)}\n`;
  const { refused } = await writeFiles([[{ path: target, text, from: null }]], [target]);
  if (refused[0]) throw new Failure(EXIT.unreadable, `${file}: cannot be written: ${refused[0].why}`);
}
