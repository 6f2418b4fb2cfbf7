import * as vscode from 'vscode';
import { type FixAllParams, Requests } from '../../../server/src/lsp/protocol.ts';
import type { Command } from './command.ts';

/** Applies every fix of the open file that cannot change what nginx answers. */
export const fixAll: Command = {
  id: 'fixAllSafe',
  async run({ client }) {
    const document = vscode.window.activeTextEditor?.document;
    if (!document) return;
    const answer = await client.sendRequest<Parameters<typeof client.protocol2CodeConverter.asWorkspaceEdit>[0]>(Requests.fixAll, {
      uri: document.uri.toString(),
    } satisfies FixAllParams);
    const edit = await client.protocol2CodeConverter.asWorkspaceEdit(answer);
    if (edit?.size) await vscode.workspace.applyEdit(edit);
    else void vscode.window.showInformationMessage('There is nothing to fix safely in this file.');
  },
};
