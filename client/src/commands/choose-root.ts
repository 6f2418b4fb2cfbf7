// Which main file the open fragment belongs to, when several read it or none does. The choice is kept for the workspace, in no file.
import * as vscode from 'vscode';
import { type ChooseRootParams, Notifications, Requests, type RootsParams, type RootsResult } from '../../../server/src/lsp/protocol.ts';
import type { App } from '../app.ts';
import type { Command } from './command.ts';

const KEY = 'chosenRoot';

const tell = ({ client }: App, uri: string | null): Promise<void> =>
  client.sendNotification(Notifications.chooseRoot, { uri } satisfies ChooseRootParams);

/** Tells a server that has just started what was chosen before. */
export async function repeatChosenRoot(app: App): Promise<void> {
  const chosen = app.context.workspaceState.get<string>(KEY);
  if (chosen) await tell(app, chosen);
}

export const chooseRoot: Command = {
  id: 'chooseRoot',
  async run(app) {
    const uri = vscode.window.activeTextEditor?.document.uri.toString() ?? '';
    const { roots, all } = await app.client.sendRequest<RootsResult>(Requests.roots, { uri } satisfies RootsParams);
    const reads = new Set(roots.map((root) => root.uri));
    const chosen = app.context.workspaceState.get<string>(KEY);
    const items = [
      { label: 'Automatic', description: chosen ? '' : 'in use', uri: null },
      ...all.map((root) => ({
        label: root.label,
        description: [reads.has(root.uri) ? 'reads this file' : '', chosen === root.uri ? 'in use' : ''].filter(Boolean).join(', '),
        uri: root.uri,
      })),
    ];
    const picked = await vscode.window.showQuickPick(items, { placeHolder: 'The main file that nginx starts from' });
    if (!picked) return;
    await app.context.workspaceState.update(KEY, picked.uri ?? undefined);
    await tell(app, picked.uri);
  },
};
