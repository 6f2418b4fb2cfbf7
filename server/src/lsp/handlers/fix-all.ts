import type { WorkspaceEdit } from 'vscode-languageserver';
import { fileId } from '../../base/file-id.ts';
import { safeFixes } from '../../features/actions.ts';
import { combined } from '../../fixes/apply.ts';
import { toWorkspaceEdit } from '../convert/to.ts';
import { reads } from '../handler.ts';
import { type FixAllParams, Requests } from '../protocol.ts';
import { provedFindings } from '../proved.ts';

export const fixAll = reads<FixAllParams, WorkspaceEdit | null>({
  method: Requests.fixAll,
  run({ snapshot, session, encoding }, { uri }) {
    const file = fileId(uri);
    const edits = combined(safeFixes(provedFindings(session, snapshot.configsOf(file), session.publisher.fresh(snapshot, file))));
    return edits.length
      ? toWorkspaceEdit(
          edits,
          (id) => snapshot.text(id),
          encoding,
          (id) => snapshot.version(id),
          session.client.versionedEdits,
        )
      : null;
  },
});
