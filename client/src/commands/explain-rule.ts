// A rule's page inside the editor, as rendered Markdown: the same text that the command line prints and the documentation holds.
import * as vscode from 'vscode';
import { type ExplainParams, type ExplainResult, Requests } from '../../../server/src/lsp/protocol.ts';
import type { App } from '../app.ts';
import type { Command } from './command.ts';

export const SCHEME = 'proxylens-rule';

/** Serves the pages as read-only documents; the preview asks again when the window is loaded anew. */
export function serveRulePages({ client }: App): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    async provideTextDocumentContent(uri) {
      const rule = uri.path.replace(/^\/|\.md$/g, '');
      const page = await client.sendRequest<ExplainResult | null>(Requests.explain, { rule } satisfies ExplainParams);
      return page?.markdown ?? `There is no rule "${rule}".`;
    },
  });
}

/** What a click on a rule's id opens. */
export const rulePageLink = (rule: string): vscode.Uri =>
  vscode.Uri.parse(`command:proxylens.explainRule?${encodeURIComponent(JSON.stringify([rule]))}`);

/** The rules that have a finding in the open file, worst first. */
function rulesHere(): string[] {
  const document = vscode.window.activeTextEditor?.document;
  const found = document ? vscode.languages.getDiagnostics(document.uri) : [];
  const ids = [...found]
    .sort((a, b) => a.severity - b.severity)
    .flatMap(({ source, code }) => (source === 'proxylens' ? [String(typeof code === 'object' ? code.value : (code ?? ''))] : []));
  return [...new Set(ids)].filter(Boolean);
}

export const explainRule: Command = {
  id: 'explainRule',
  async run(_app, rule) {
    const here = rulesHere();
    const id =
      typeof rule === 'string'
        ? rule
        : here.length
          ? await vscode.window.showQuickPick(here, { placeHolder: 'Rules with findings in this file' })
          : await vscode.window.showInputBox({ prompt: 'The id of a rule, such as alias-traversal' });
    if (!id) return;
    const page = vscode.Uri.from({ scheme: SCHEME, path: `/${id}.md` });
    try {
      await vscode.commands.executeCommand('markdown.showPreview', page);
    } catch {
      // an editor without VS Code's own Markdown extension
      await vscode.window.showTextDocument(page);
    }
  },
};
