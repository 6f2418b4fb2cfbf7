// Files that the editor takes for something else and that read like nginx: an offer to read them as nginx, once for a file, remembered either way.
import * as vscode from 'vscode';
import { type LooksLikeParams, type LooksLikeResult, Requests } from '../../server/src/lsp/protocol.ts';
import type { App } from './app.ts';
import { isNginx } from './languages.ts';

/** Languages that VS Code gives to files that it does not know by name. */
const VAGUE =
  /^(plaintext|properties|ini|erb|ruby|jinja.*|django-.*|puppet|conf|configuration|dotenv|handlebars|go-template|xml|shellscript)$/i;
/** The first look, before the server is asked: a block of nginx's at the beginning of a line. */
const BLOCK = /^[ \t]*(server|location\s+\S.*|upstream\s+\S+|http|events|stream|map\s+\S+\s+\S+)[ \t]*\r?\n?[ \t]*\{/m;
const HEAD = 16 * 1024;
const ANSWERED = 'proxylens.lookAlikesAnswered';
const NEVER = 'proxylens.neverAskLookAlikes';

/** Offers to treat an opened file as nginx where only its text says so, and remembers the answer in the workspace. */
export function offerLookAlikes(app: App): vscode.Disposable {
  const { workspaceState } = app.context;
  const asking = new Set<string>();
  const look = async (document: vscode.TextDocument | undefined): Promise<void> => {
    if (!document || isNginx(document) || !VAGUE.test(document.languageId) || document.uri.scheme === 'output') return;
    if (workspaceState.get<boolean>(NEVER)) return;
    const uri = document.uri.toString();
    const answered = workspaceState.get<Record<string, boolean>>(ANSWERED, {});
    if (answered[uri] === true && !vscode.workspace.getWorkspaceFolder(document.uri)) {
      await vscode.languages.setTextDocumentLanguage(document, 'nginx');
      return;
    }
    if (uri in answered || asking.has(uri)) return;
    const text = document.getText().slice(0, HEAD);
    if (!BLOCK.test(text)) return;
    asking.add(uri);
    try {
      const { nginx } = await app.client.sendRequest<LooksLikeResult>(Requests.looksLike, { uri, text } satisfies LooksLikeParams);
      if (!nginx) return;
      const name = document.uri.path.split('/').at(-1) ?? uri;
      const answer = await vscode.window.showInformationMessage(
        `"${name}" looks like nginx configuration. Read it as nginx?`,
        'Read as nginx',
        'Not This File',
        'Never Ask Here',
      );
      if (!answer) return;
      if (answer === 'Never Ask Here') {
        await workspaceState.update(NEVER, true);
        return;
      }
      const yes = answer === 'Read as nginx';
      await workspaceState.update(ANSWERED, { ...workspaceState.get<Record<string, boolean>>(ANSWERED, {}), [uri]: yes });
      if (yes) await readAsNginx(document);
    } catch (error) {
      app.log.debug(String(error));
    } finally {
      asking.delete(uri);
    }
  };
  void look(vscode.window.activeTextEditor?.document);
  return vscode.window.onDidChangeActiveTextEditor((editor) => void look(editor?.document));
}

/** Now, and by an association of the workspace from now on: the setting is what a person can see and take back. */
async function readAsNginx(document: vscode.TextDocument): Promise<void> {
  const folder = vscode.workspace.getWorkspaceFolder(document.uri);
  if (folder) {
    const settings = vscode.workspace.getConfiguration('files', folder);
    const pattern = `**/${vscode.workspace.asRelativePath(document.uri, false)}`;
    const known = settings.inspect<Record<string, string>>('associations')?.workspaceValue ?? {};
    await settings.update('associations', { ...known, [pattern]: 'nginx' }, vscode.ConfigurationTarget.Workspace);
  }
  await vscode.languages.setTextDocumentLanguage(document, 'nginx');
}
