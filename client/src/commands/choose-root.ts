// Which main file the open fragment belongs to, when several read it or none does. The choice is kept for the workspace, in no file.
import * as vscode from 'vscode';
import {
  type ChooseRootParams,
  Notifications,
  Requests,
  type RootsParams,
  type RootsResult,
  type RootView,
} from '../../../server/src/lsp/protocol.ts';
import type { App } from '../app.ts';
import type { Command } from './command.ts';

const KEY = 'chosenRoot';

const tell = ({ client }: App, choice: ChooseRootParams): Promise<void> => client.sendNotification(Notifications.chooseRoot, choice);

/** The choice that is kept; before services were told apart it was an address alone. */
function keptChoice({ context }: App): Required<ChooseRootParams> | null {
  const kept = context.workspaceState.get<string | ChooseRootParams>(KEY);
  if (!kept) return null;
  return typeof kept === 'string' ? { uri: kept, service: null } : { uri: kept.uri, service: kept.service ?? null };
}

/** Tells a server that has just started what was chosen before. */
export async function repeatChosenRoot(app: App): Promise<void> {
  const chosen = keptChoice(app);
  if (chosen) await tell(app, chosen);
}

export const chooseRoot: Command = {
  id: 'chooseRoot',
  async run(app) {
    const uri = vscode.window.activeTextEditor?.document.uri.toString() ?? '';
    const { roots, all, services } = await app.client.sendRequest<RootsResult>(Requests.roots, { uri } satisfies RootsParams);
    const is = (a: Pick<RootView, 'uri' | 'service'>, b: ChooseRootParams | null): boolean =>
      b !== null && a.uri === b.uri && a.service === (b.service ?? null);
    const chosen = keptChoice(app);
    const items: (vscode.QuickPickItem & { choice: Required<ChooseRootParams> | null })[] = [
      { label: 'Automatic', description: chosen ? '' : 'in use', choice: null },
      ...all.map((root) => ({
        label: root.label,
        description: [roots.some((r) => is(r, root)) ? 'reads this file' : '', is(root, chosen) ? 'in use' : ''].filter(Boolean).join(', '),
        choice: { uri: root.uri, service: root.service },
      })),
      // several services start the file with the main file of their image
      ...services
        .filter((service) => !roots.some((root) => root.service === service))
        .map((service) => ({
          label: `As ${service} starts it`,
          description: chosen?.uri === null && chosen.service === service ? 'in use' : '',
          choice: { uri: null, service },
        })),
    ];
    const picked = await vscode.window.showQuickPick(items, { placeHolder: 'The main file that nginx starts from' });
    if (!picked) return;
    await app.context.workspaceState.update(KEY, picked.choice ?? undefined);
    await tell(app, picked.choice ?? { uri: null });
  },
};
