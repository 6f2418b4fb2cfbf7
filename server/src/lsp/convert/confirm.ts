/** An edit that a person should look at before it is made. */
import { MessageType, ShowMessageNotification, type WorkspaceEdit } from 'vscode-languageserver';
import type { Session } from '../session.ts';

/** The same edit with a question before it is made; in an editor that cannot ask, the person is told. `label` is a sentence without its stop. */
export function toConfirm(edit: WorkspaceEdit, label: string, session: Session): WorkspaceEdit {
  if (!session.client.confirmsEdits) {
    void session.connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message: `${label}.` });
    return edit;
  }
  return {
    documentChanges: (edit.documentChanges ?? []).map((change) =>
      'edits' in change ? { ...change, edits: change.edits.map((e) => ({ ...e, annotationId: 'asked' })) } : change,
    ),
    changeAnnotations: { asked: { label: `${label}.`, needsConfirmation: true } },
  };
}
