import {
  LSPErrorCodes,
  type Range,
  type RenameParams,
  ResponseError,
  type TextDocumentPositionParams,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { rename, renameRange } from '../../features/rename.ts';
import { toOffset, toRange } from '../convert/encoding.ts';
import { toWorkspaceEdit } from '../convert/to.ts';
import { reads, targetOf } from '../handler.ts';

export const prepareRename = reads<TextDocumentPositionParams, { range: Range; placeholder: string }>({
  method: 'textDocument/prepareRename',
  run({ snapshot, encoding }, { textDocument, position }) {
    const t = targetOf(snapshot, textDocument.uri);
    if (!t) throw new ResponseError(LSPErrorCodes.RequestFailed, 'This file is not read as nginx configuration.');
    const range = renameRange(t.configs, t.file, toOffset(t.file, position, encoding));
    if ('refused' in range) throw new ResponseError(LSPErrorCodes.RequestFailed, range.refused);
    return { range: toRange(t.file, range.span, encoding), placeholder: range.text };
  },
});

export const renameHandler = reads<RenameParams, WorkspaceEdit>({
  method: 'textDocument/rename',
  capability: { renameProvider: { prepareProvider: true } },
  run({ snapshot, session, encoding }, { textDocument, position, newName }) {
    const t = targetOf(snapshot, textDocument.uri);
    if (!t) throw new ResponseError(LSPErrorCodes.RequestFailed, 'This file is not read as nginx configuration.');
    const answer = rename(t.configs, t.file, toOffset(t.file, position, encoding), newName);
    if ('refused' in answer) throw new ResponseError(LSPErrorCodes.RequestFailed, answer.refused);
    return toWorkspaceEdit(
      answer.edits,
      (id) => snapshot.file(id),
      encoding,
      (id) => snapshot.version(id),
      session.client.versionedEdits,
    );
  },
});
