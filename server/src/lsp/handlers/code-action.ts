import { type CodeAction, CodeActionKind, type CodeActionParams } from 'vscode-languageserver';
import { actionsAt, combined, safeFixes } from '../../features/actions.ts';
import { toSpan } from '../convert/encoding.ts';
import { toDiagnostic, toWorkspaceEdit } from '../convert/to.ts';
import { reads, targetOf } from '../handler.ts';

const FIX_ALL = 'source.fixAll.proxylens';

export const codeAction = reads<CodeActionParams, CodeAction[]>({
  method: 'textDocument/codeAction',
  capability: { codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, FIX_ALL] } },
  run({ snapshot, session, encoding }, { textDocument, range, context }) {
    const target = targetOf(snapshot, textDocument.uri);
    if (!target) return [];
    const { file } = target;
    const findings = session.publisher.fresh(snapshot, file.id);
    const edit = (edits: Parameters<typeof toWorkspaceEdit>[0]) =>
      toWorkspaceEdit(
        edits,
        (id) => snapshot.file(id),
        encoding,
        (id) => snapshot.version(id),
        session.client.versionedEdits,
      );
    const wants = (kind: string): boolean => !context.only?.length || context.only.some((k) => kind === k || kind.startsWith(k + '.'));
    const out: CodeAction[] = [];
    if (wants(FIX_ALL)) {
      const edits = combined(safeFixes(findings));
      if (edits.length && context.only?.length) out.push({ title: 'Apply all safe fixes', kind: FIX_ALL, edit: edit(edits) });
    }
    if (wants(CodeActionKind.QuickFix))
      for (const action of actionsAt(file, findings, toSpan(file, range, encoding)))
        out.push({
          title: action.title,
          kind: action.kind,
          edit: edit(action.edits),
          diagnostics: action.findings
            .filter((f) => f.at.file === file.id)
            .map((f) => toDiagnostic(f, file, (id) => snapshot.file(id), encoding, session.publisher.docs)),
          ...(action.preferred ? { isPreferred: true } : {}),
        });
    return out;
  },
});
