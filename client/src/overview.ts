// The view in the activity bar: every configuration of the workspace as a tree, with what was found on each part. What stands in it is the
// server's answer; this file shows it and leads to the lines.
import * as vscode from 'vscode';
import { type OverviewItem, type OverviewResult, Requests } from '../../server/src/lsp/protocol.ts';
import type { App } from './app.ts';

/** Milliseconds of rest after which the tree is asked for again. */
const REST = 300;

const ICONS: Readonly<Record<OverviewItem['kind'], string>> = {
  group: '',
  server: 'server',
  location: 'location',
  upstream: 'server-process',
  application: 'circuit-board',
  file: 'file',
  snippet: 'references',
  limit: 'dashboard',
  assumed: 'question',
};
const COLOURS = { error: 'list.errorForeground', warning: 'list.warningForeground' } as const;

/** A line of the tree: a main file, or a part of its configuration. */
export interface Part {
  readonly root: string;
  readonly item: OverviewItem;
}

/** What the server last said of the workspace; told to whoever shows it. */
export class Overview implements vscode.TreeDataProvider<Part> {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  result: OverviewResult = { roots: [] };
  /** The text of `result`, to see whether another answer says anything new. */
  private answer = '';
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly app: App) {}

  /** Asks again soon. */
  later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), REST);
  }

  async refresh(): Promise<void> {
    try {
      const result = await this.app.client.sendRequest<OverviewResult>(Requests.overview, null);
      // a tree that is drawn anew loses the click that is under way and what a screen reader is at: only where there is something new
      const answer = JSON.stringify(result);
      if (answer === this.answer) return;
      this.answer = answer;
      this.result = result;
      await vscode.commands.executeCommand('setContext', 'proxylens.hasConfiguration', this.result.roots.length > 0);
      this.changed.fire(undefined);
    } catch (error) {
      // the texts changed while the server was at it: the next round is on its way
      this.app.log.debug(String(error));
      this.later();
    }
  }

  getChildren(part?: Part): Part[] {
    if (part) return part.item.children.map((item) => ({ root: part.root, item }));
    const { roots } = this.result;
    const [only] = roots;
    if (roots.length === 1 && only) return only.items.map((item) => ({ root: only.uri, item }));
    return roots.map((root) => ({
      root: root.uri,
      item: {
        kind: 'group',
        label: root.label,
        detail: `nginx ${root.nginxVersion}`,
        at: null,
        findings: { count: 0, worst: null },
        url: null,
        children: root.items,
      },
    }));
  }

  getTreeItem({ item }: Part): vscode.TreeItem {
    const { kind, label, detail, at, findings, url, children } = item;
    const line = new vscode.TreeItem(
      label,
      !children.length
        ? vscode.TreeItemCollapsibleState.None
        : kind === 'group' && label === 'Servers'
          ? vscode.TreeItemCollapsibleState.Expanded
          : vscode.TreeItemCollapsibleState.Collapsed,
    );
    const found = findings.count ? `${findings.count} finding${findings.count === 1 ? '' : 's'}` : '';
    line.description = [detail, found].filter(Boolean).join(' · ');
    line.tooltip = [label, detail, url, found].filter(Boolean).join('\n');
    line.accessibilityInformation = { label: [kind === 'group' ? '' : kind, label, detail, found].filter(Boolean).join(', ') };
    line.contextValue = url ? 'requested' : kind;
    const { worst } = findings;
    if (ICONS[kind])
      line.iconPath = new vscode.ThemeIcon(
        worst === 'error' || worst === 'warning' ? worst : ICONS[kind],
        worst === 'error' || worst === 'warning' ? new vscode.ThemeColor(COLOURS[worst]) : undefined,
      );
    if (at)
      line.command = {
        command: 'vscode.open',
        title: 'Go to',
        arguments: [
          vscode.Uri.parse(at.uri),
          { selection: new vscode.Range(at.range.start.line, at.range.start.character, at.range.start.line, at.range.start.character) },
        ],
      };
    return line;
  }
}

/** Shows the tree in the activity bar and keeps it up to date with the findings. */
export function showOverview(overview: Overview): vscode.Disposable {
  const tree = vscode.window.createTreeView('proxylens.overview', { treeDataProvider: overview, showCollapseAll: true });
  return vscode.Disposable.from(
    tree,
    vscode.languages.onDidChangeDiagnostics(() => overview.later()),
    vscode.commands.registerCommand('proxylens.previewPart', async ({ root, item }: Part) => {
      if (item.url)
        await vscode.commands.executeCommand('proxylens.previewRequestPath', item.at?.uri ?? root, undefined, { url: item.url });
    }),
    vscode.commands.registerCommand('proxylens.copyPartAsCurl', async ({ item }: Part) => {
      if (!item.url) return;
      await vscode.env.clipboard.writeText(`curl -i --path-as-is '${item.url.replaceAll("'", "'\\''")}'`);
      void vscode.window.setStatusBarMessage('Copied as a curl command', 4000);
    }),
    vscode.commands.registerCommand('proxylens.explainAssumed', () => explainAssumed(overview)),
  );
}

/** What was taken for granted, as a list that leads to the places. */
async function explainAssumed({ result }: Overview): Promise<void> {
  const items = result.roots.flatMap((root) =>
    root.items
      .filter((group) => group.label === 'Assumed')
      .flatMap((group) =>
        group.children.map((c) => ({
          label: c.label,
          description: c.detail,
          detail: result.roots.length > 1 ? root.label : undefined,
          at: c.at,
        })),
      ),
  );
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: items.length ? 'What was taken for granted; choose one to go to its line' : 'Nothing was taken for granted',
  });
  if (picked?.at) {
    const { start } = picked.at.range;
    await vscode.window.showTextDocument(vscode.Uri.parse(picked.at.uri), {
      selection: new vscode.Range(start.line, start.character, start.line, start.character),
    });
  }
}
