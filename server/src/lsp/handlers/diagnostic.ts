import { type DocumentDiagnosticParams, type DocumentDiagnosticReport, DocumentDiagnosticReportKind } from 'vscode-languageserver';
import { fileId } from '../../base/file-id.ts';
import { reads } from '../handler.ts';

export const diagnostic = reads<DocumentDiagnosticParams, DocumentDiagnosticReport>({
  method: 'textDocument/diagnostic',
  capability: { diagnosticProvider: { identifier: 'proxylens', interFileDependencies: true, workspaceDiagnostics: false } },
  run({ snapshot, session }, { textDocument }) {
    const file = fileId(textDocument.uri);
    const findings = [file, ...snapshot.embedded(file).map((e) => e.id)].flatMap((id) => session.publisher.whole(snapshot, id));
    return { kind: DocumentDiagnosticReportKind.Full, items: session.publisher.diagnostics(snapshot, findings) };
  },
});
