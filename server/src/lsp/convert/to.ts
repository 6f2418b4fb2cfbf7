/** From plain views of the core to LSP's types. */
import {
  type Diagnostic,
  type DiagnosticRelatedInformation,
  DiagnosticSeverity,
  DiagnosticTag,
  type Location,
  type TextEdit as LspEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import type { FileEdit } from '../../base/edit.ts';
import { type FileId, hostFileOf } from '../../base/file-id.ts';
import type { Place } from '../../base/span.ts';
import { messageOf } from '../../rules/merged.ts';
import type { Finding } from '../../rules/rule.ts';
import type { SourceFile } from '../../syntax/statement.ts';
import { type Encoding, toRange } from './encoding.ts';

const SEVERITY = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;

/** Places that a finding points to in an editor, which lists them all below its message: more are counted. */
const MOST_PLACES = 5;

export type FindFile = (id: FileId) => Pick<SourceFile, 'text' | 'lines'> | null;

/** A finding as a diagnostic of the protocol. */
export function toDiagnostic(
  finding: Finding,
  source: Pick<SourceFile, 'text' | 'lines'>,
  find: FindFile,
  encoding: Encoding,
  docs: string | null,
): Diagnostic {
  const related: DiagnosticRelatedInformation[] = [];
  const more = finding.related.length - MOST_PLACES;
  for (const [i, { at, message }] of finding.related.entries()) {
    if (i === MOST_PLACES) break;
    const file = find(at.file);
    const counted = more > 0 && i === MOST_PLACES - 1 ? `${message} (and ${more} more)` : message;
    if (file) related.push({ location: { uri: hostFileOf(at.file) as string, range: toRange(file, at.span, encoding) }, message: counted });
  }
  return {
    range: toRange(source, finding.at.span, encoding),
    severity: SEVERITY[finding.severity],
    source: 'proxylens',
    code: finding.rule,
    ...(docs === null ? {} : { codeDescription: { href: docs + finding.rule } }),
    message: messageOf(finding),
    ...(related.length ? { relatedInformation: related } : {}),
    ...(finding.tag ? { tags: [finding.tag === 'deprecated' ? DiagnosticTag.Deprecated : DiagnosticTag.Unnecessary] } : {}),
  };
}

/** Places as locations; those in files that are not loaded begin at their first character. */
export const toLocations = (places: readonly Place[], find: FindFile, encoding: Encoding): Location[] =>
  places.map(({ file, span }) => {
    const source = find(file);
    const start = { line: 0, character: 0 };
    return { uri: hostFileOf(file) as string, range: source ? toRange(source, span, encoding) : { start, end: start } };
  });

/** Edits as a workspace edit of the protocol, with the versions that they are for. */
export function toWorkspaceEdit(
  edits: readonly FileEdit[],
  find: FindFile,
  encoding: Encoding,
  version: (id: FileId) => number | null,
  versioned: boolean,
): WorkspaceEdit {
  const byFile = new Map<FileId, LspEdit[]>();
  for (const { file, edits: list } of edits) {
    const source = find(file);
    const converted = list.map((e) => ({
      range: source ? toRange(source, e.span, encoding) : { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
      newText: e.newText,
    }));
    const host = hostFileOf(file);
    byFile.set(host, [...(byFile.get(host) ?? []), ...converted]);
  }
  if (!versioned) return { changes: Object.fromEntries(byFile) };
  return {
    documentChanges: [...byFile].map(([uri, list]) => ({ textDocument: { uri: uri as string, version: version(uri) }, edits: list })),
  };
}
