import type { WorkspaceEdit } from 'vscode-languageserver';
import { fileId } from '../../base/file-id.ts';
import { combined, safeFixes } from '../../features/actions.ts';
import { toWorkspaceEdit } from '../convert/to.ts';
import { reads } from '../handler.ts';
import { type FixAllParams, Requests } from '../protocol.ts';

export const fixAll = reads<FixAllParams, WorkspaceEdit | null>({
  method: Requests.fixAll,
  run({ snapshot, session, encoding }, { uri }) {
    const edits = combined(safeFixes(session.publisher.fresh(snapshot, fileId(uri))));
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
