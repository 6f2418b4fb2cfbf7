/** Findings for clients that ask for them, file by file or all at once: the same that others are sent. */
import {
  type Diagnostic,
  type DocumentDiagnosticParams,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  type WorkspaceDiagnosticParams,
  type WorkspaceDiagnosticReport,
} from 'vscode-languageserver';
import { type FileId, fileId } from '../../base/file-id.ts';
import { type ReadContext, readsFindings } from '../handler.ts';

const itemsOf = ({ snapshot, session }: ReadContext, file: FileId): Diagnostic[] =>
  session.publisher.diagnostics(snapshot, session.publisher.shownIn(snapshot, file));

/** A name for a list of findings: equal lists have the same (FNV-1a, twice with different beginnings). */
function resultId(items: readonly Diagnostic[]): string {
  const text = JSON.stringify(items);
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b);
  }
  return `${(a >>> 0).toString(36)}-${(b >>> 0).toString(36)}-${items.length}`;
}

export const diagnostic = readsFindings<DocumentDiagnosticParams, DocumentDiagnosticReport>({
  method: 'textDocument/diagnostic',
  capability: { diagnosticProvider: { identifier: 'proxylens', interFileDependencies: true, workspaceDiagnostics: true } },
  everything: (workspace, { textDocument }) => !workspace.isOpen(fileId(textDocument.uri)),
  run(context, { textDocument, previousResultId }) {
    const items = itemsOf(context, fileId(textDocument.uri));
    const id = resultId(items);
    return id === previousResultId
      ? { kind: DocumentDiagnosticReportKind.Unchanged, resultId: id }
      : { kind: DocumentDiagnosticReportKind.Full, resultId: id, items };
  },
});

export const workspaceDiagnostic = readsFindings<WorkspaceDiagnosticParams, WorkspaceDiagnosticReport>({
  method: 'workspace/diagnostic',
  everything: () => true,
  run(context, { previousResultIds = [] }) {
    const { snapshot, session } = context;
    const before = new Map(previousResultIds.map(({ uri, value }) => [fileId(uri), value]));
    const items: WorkspaceDiagnosticReport['items'] = [];
    // a file in which nothing is found any more is told, too
    for (const uri of new Set([...session.publisher.found, ...before.keys()])) {
      const found = itemsOf(context, uri);
      const id = resultId(found);
      const version = snapshot.version(uri);
      items.push(
        id === before.get(uri)
          ? { kind: DocumentDiagnosticReportKind.Unchanged, resultId: id, uri, version }
          : { kind: DocumentDiagnosticReportKind.Full, resultId: id, uri, version, items: found },
      );
    }
    return { items };
  },
});
