// The status item of nginx files: which main file reads the one on the screen, or as what it is read; a click chooses another.
import * as vscode from 'vscode';
import { State } from 'vscode-languageclient';
import { Notifications, Requests, type RootsParams, type RootsResult, type StatusParams } from '../../server/src/lsp/protocol.ts';
import type { App } from './app.ts';
import { isNginx, LANGUAGES } from './languages.ts';
import type { Overview } from './overview.ts';
import type { StatusBar } from './status-bar.ts';
import { statusOf } from './status-words.ts';

/** Shows the item and keeps it true; ends with the returned disposable. */
export function showStatus({ client }: App, overview: Overview, bar: StatusBar): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem('proxylens.root', LANGUAGES);
  item.name = 'nginx main file';
  item.text = 'Proxylens';
  item.command = { command: 'proxylens.chooseRoot', title: 'Choose' };

  let asked = 0;
  const refresh = async (): Promise<void> => {
    const turn = ++asked;
    const document = vscode.window.activeTextEditor?.document;
    if (client.state !== State.Running) return;
    if (!document || !isNginx(document)) {
      bar.show(null, null);
      return;
    }
    try {
      const roots = await client.sendRequest<RootsResult>(Requests.roots, { uri: document.uri.toString() } satisfies RootsParams);
      if (turn !== asked) return; // another file came to the front meanwhile
      bar.show(roots, document.uri.path.split('/').at(-1) ?? null);
      const { text, detail } = statusOf(roots);
      item.text = text;
      item.detail = detail;
      item.severity = vscode.LanguageStatusSeverity.Information;
    } catch (error) {
      client.warn('The main file could not be asked for.', error, false);
    }
  };

  return vscode.Disposable.from(
    item,
    vscode.languages.onDidChangeDiagnostics(() => bar.paint()),
    vscode.window.onDidChangeActiveTextEditor(refresh),
    client.onNotification(Notifications.status, ({ state, message }: StatusParams) => {
      item.busy = state === 'loading';
      if (state === 'loading') item.detail = message;
      else {
        void refresh();
        overview.later();
      }
    }),
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) return void refresh();
      item.busy = newState === State.Starting;
      item.text = newState === State.Starting ? 'Starting' : 'Stopped';
      item.detail = newState === State.Starting ? '' : 'Language server stopped';
      item.severity = newState === State.Starting ? vscode.LanguageStatusSeverity.Information : vscode.LanguageStatusSeverity.Error;
    }),
  );
}
