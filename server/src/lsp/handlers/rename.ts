import {
  LSPErrorCodes,
  type Range,
  type RenameParams,
  ResponseError,
  type TextDocumentPositionParams,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { rename, renameRange } from '../../features/rename.ts';
import { toConfirm } from '../convert/confirm.ts';
import { toRange } from '../convert/encoding.ts';
import { toWorkspaceEdit } from '../convert/to.ts';
import { reads, targetAt } from '../handler.ts';
import { against } from '../proved.ts';

export const prepareRename = reads<TextDocumentPositionParams, { range: Range; placeholder: string }>({
  method: 'textDocument/prepareRename',
  run({ snapshot, encoding }, { textDocument, position }) {
    const t = targetAt(snapshot, textDocument.uri, position, encoding);
    if (!t) throw new ResponseError(LSPErrorCodes.RequestFailed, 'This file is not read as nginx configuration.');
    const range = renameRange(t.configs, t.file, t.offset);
    if ('refused' in range) throw new ResponseError(LSPErrorCodes.RequestFailed, range.refused);
    return { range: toRange(t.file, range.span, encoding), placeholder: range.text };
  },
});

export const renameHandler = reads<RenameParams, WorkspaceEdit>({
  method: 'textDocument/rename',
  capability: { renameProvider: { prepareProvider: true } },
  run({ snapshot, session, encoding }, { textDocument, position, newName }) {
    const t = targetAt(snapshot, textDocument.uri, position, encoding);
    if (!t) throw new ResponseError(LSPErrorCodes.RequestFailed, 'This file is not read as nginx configuration.');
    const answer = rename(t.configs, t.file, t.offset, newName, against(session));
    if ('refused' in answer) throw new ResponseError(LSPErrorCodes.RequestFailed, answer.refused);
    const edit = toWorkspaceEdit(
      answer.edits,
      (id) => snapshot.text(id),
      encoding,
      (id) => snapshot.version(id),
      session.client.versionedEdits,
    );
    return answer.confirm === null ? edit : toConfirm(edit, answer.confirm, session);
  },
});
