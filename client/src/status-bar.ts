// The verdict in the status bar, also while no nginx file is open: how many errors, which nginx, which file in which main file. A click opens the menu.
import * as vscode from 'vscode';
import type { RootsResult } from '../../server/src/lsp/protocol.ts';
import type { App } from './app.ts';
import type { Overview } from './overview.ts';

/** Errors and warnings of ours in the whole workspace. */
function counted(): { errors: number; warnings: number } {
  let errors = 0;
  let warnings = 0;
  for (const [, diagnostics] of vscode.languages.getDiagnostics())
    for (const { source, severity } of diagnostics) {
      if (source !== 'proxylens') continue;
      if (severity === vscode.DiagnosticSeverity.Error) errors++;
      else if (severity === vscode.DiagnosticSeverity.Warning) warnings++;
    }
  return { errors, warnings };
}

const many = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

/** `nginx: 2 errors · 1.27 · shop.conf in nginx/nginx.conf` */
export function barText(
  { errors, warnings }: { errors: number; warnings: number },
  version: string,
  file: string | null,
  roots: readonly { label: string }[],
): string {
  const verdict = errors ? many(errors, 'error') : warnings ? many(warnings, 'warning') : 'no warnings';
  const [first] = roots;
  // behind the file is the service that is meant, where several start it
  const isMain = first?.label.replace(/ \([^()]*\)$/, '').endsWith(`/${file}`);
  const where = !first ? '' : file && !isMain ? `${file} in ${first.label}` : first.label;
  return [`nginx: ${verdict}`, version, where].filter(Boolean).join(' · ');
}

/** The status bar item: the verdict on the file at hand and the menu behind it. */
export class StatusBar {
  private readonly item = vscode.window.createStatusBarItem('proxylens.status', vscode.StatusBarAlignment.Left, 20);
  private roots: RootsResult | null = null;
  private file: string | null = null;

  constructor(private readonly overview: Overview) {
    this.item.name = 'Proxylens: nginx';
    this.item.command = 'proxylens.showMenu';
  }

  /** The nginx file on the screen with its main files; null for another. */
  show(roots: RootsResult | null, file: string | null): void {
    this.roots = roots;
    this.file = file;
    this.paint();
  }

  paint(): void {
    const roots = this.roots?.roots.length ? this.roots.roots : this.overview.result.roots;
    if (!this.roots && !roots.length) {
      this.item.hide();
      return;
    }
    const count = counted();
    this.item.text = barText(count, this.roots?.nginxVersion ?? this.overview.result.roots[0]?.nginxVersion ?? '', this.file, roots);
    this.item.tooltip = `Proxylens: ${many(count.errors, 'error')}, ${many(count.warnings, 'warning')} in this workspace. Click for the main file, the version, the preview and more.`;
    this.item.accessibilityInformation = { label: this.item.text, role: 'button' };
    this.item.show();
  }

  dispose(): void {
    this.item.dispose();
  }
}

/** What a click offers. */
export async function showMenu({ host }: App): Promise<void> {
  const trusted = host.run !== null && vscode.workspace.isTrusted;
  const items: (vscode.QuickPickItem & { command: string; arguments?: unknown[] })[] = [
    { label: '$(warning) Show the findings', command: 'workbench.actions.view.problems' },
    { label: '$(git-commit) Preview the request path', command: 'proxylens.previewRequestPath' },
    { label: '$(map) Show the map', command: 'proxylens.showMap' },
    { label: '$(file) Choose the main file', command: 'proxylens.chooseRoot' },
    {
      label: '$(versions) Choose the version of nginx',
      command: 'workbench.action.openSettings',
      arguments: ['proxylens.nginx.version'],
    },
    { label: '$(question) Explain what was assumed', command: 'proxylens.explainAssumed' },
    ...(trusted ? [{ label: '$(beaker) Test with nginx -t', command: 'proxylens.testConfiguration' }] : []),
    { label: '$(output) Show the output', command: 'proxylens.showOutput' },
  ];
  const picked = await vscode.window.showQuickPick(items, { placeHolder: 'nginx configuration' });
  if (picked) await vscode.commands.executeCommand(picked.command, ...(picked.arguments ?? []));
}
