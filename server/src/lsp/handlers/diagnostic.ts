import { type DocumentDiagnosticParams, type DocumentDiagnosticReport, DocumentDiagnosticReportKind } from 'vscode-languageserver';
import { fileId } from '../../base/file-id.ts';
import { readsFindings } from '../handler.ts';

export const diagnostic = readsFindings<DocumentDiagnosticParams, DocumentDiagnosticReport>({
  method: 'textDocument/diagnostic',
  capability: { diagnosticProvider: { identifier: 'proxylens', interFileDependencies: true, workspaceDiagnostics: false } },
  run({ snapshot, session }, { textDocument }) {
    const file = fileId(textDocument.uri);
    const findings = [file, ...snapshot.embedded(file).map((e) => e.id)].flatMap((id) => session.publisher.findings(id));
    return { kind: DocumentDiagnosticReportKind.Full, items: session.publisher.diagnostics(snapshot, findings) };
  },
});
