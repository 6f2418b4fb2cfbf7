import * as vscode from 'vscode';
import { type FixAllParams, type FixAllResult, Requests } from '../../../server/src/lsp/protocol.ts';
import type { Command } from './command.ts';

/** How the command is called by a key binding or a test; without it a person is asked. */
interface FixRequest {
  readonly scope?: 'file' | 'configuration';
  /** whether the changes are shown before they are made */
  readonly preview?: boolean;
}

interface Choice extends vscode.QuickPickItem, Required<FixRequest> {}

const CHOICES: readonly Choice[] = [
  { label: 'This File', description: 'show the changes first', scope: 'file', preview: true },
  { label: 'This File', description: 'apply at once', scope: 'file', preview: false },
  { label: 'The Whole Configuration', description: 'show the changes first', scope: 'configuration', preview: true },
];

/** The edit with every change ticked off by a person in VS Code's preview before it is made. */
async function confirmed(edit: vscode.WorkspaceEdit): Promise<vscode.WorkspaceEdit> {
  const shown = new vscode.WorkspaceEdit();
  for (const [uri, edits] of edit.entries())
    for (const { range, newText } of edits)
      shown.replace(uri, range, newText, {
        label: 'Safe fixes',
        description: vscode.workspace.asRelativePath(uri),
        needsConfirmation: true,
      });
  return shown;
}

/** Applies every fix that is proved safe in the open file or its configuration, and says what was done. */
export const fixAll: Command = {
  id: 'fixAllSafe',
  async run({ client }, asked?: unknown) {
    const document = vscode.window.activeTextEditor?.document;
    if (!document) return;
    const given = (asked ?? {}) as FixRequest;
    const choice = given.scope
      ? { scope: given.scope, preview: given.preview ?? false }
      : await vscode.window.showQuickPick(CHOICES, { title: 'Apply All Safe Fixes', placeHolder: 'What shall be fixed?' });
    if (!choice) return;
    const params: FixAllParams = { uri: document.uri.toString(), scope: choice.scope };
    const answer = await client.sendRequest<FixAllResult | null>(Requests.fixAll, params);
    const edit = answer && (await client.protocol2CodeConverter.asWorkspaceEdit(answer.edit));
    if (!answer || !edit?.size) {
      void vscode.window.showInformationMessage(
        choice.scope === 'file' ? 'There is nothing to fix safely in this file.' : 'There is nothing to fix safely in this configuration.',
      );
      return;
    }
    if (!(await vscode.workspace.applyEdit(choice.preview ? await confirmed(edit) : edit, { isRefactoring: true }))) return;
    const titles = [...new Set(answer.fixes.map((f) => f.title))];
    const count = answer.fixes.length;
    const files = edit.size;
    void vscode.window.showInformationMessage(
      `${count} safe ${count === 1 ? 'fix' : 'fixes'} in ${files} ${files === 1 ? 'file' : 'files'}: ${titles.slice(0, 4).join(', ')}${titles.length > 4 ? ', …' : ''}. Undo takes them back.`,
    );
  },
};
