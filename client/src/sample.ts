// The sample: a Django shop behind nginx, flawed on purpose, in a copy that a person can play with; and the walkthrough beside it.
import * as vscode from 'vscode';

/** Where the copy lies whose window has not been welcomed yet. */
const KEY = 'sampleToWelcome';
const FIRST_FILE = 'nginx/conf.d/shop.conf';

const walkthrough = (context: vscode.ExtensionContext): Thenable<unknown> =>
  vscode.commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#proxylens.start`, true);

/** Copies the sample anew and opens it, in a window of its own where this one has a folder. */
export async function openSample(context: vscode.ExtensionContext): Promise<void> {
  const folder = vscode.Uri.joinPath(context.globalStorageUri, 'sample', 'shop');
  await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(folder, '..'));
  await vscode.workspace.fs.copy(vscode.Uri.joinPath(context.extensionUri, 'test/sample'), folder, { overwrite: true });
  await context.globalState.update(KEY, folder.toString());
  await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: vscode.workspace.workspaceFolders !== undefined });
}

/** In the window of a sample that was just opened, its most interesting file and the walkthrough; `asked` has the walkthrough in any window. */
export async function welcome(context: vscode.ExtensionContext, asked: boolean): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (folder && context.globalState.get(KEY) === folder.toString()) {
    await context.globalState.update(KEY, undefined);
    await vscode.window.showTextDocument(vscode.Uri.joinPath(folder, FIRST_FILE), { preview: false });
    await walkthrough(context);
  } else if (asked) await walkthrough(context);
}
