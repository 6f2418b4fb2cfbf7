// The preview of the request path: a webview beside the editor. It carries messages between the drawing and the server, reveals lines,
// and keeps saved requests; what a request does is the server's answer, how it looks is the view's.
import * as vscode from 'vscode';
import {
  type MapResult,
  Requests,
  type RootsParams,
  type RootsResult,
  type SuggestResult,
  type TraceParams,
  type TraceResult,
  type WireRange,
} from '../../server/src/lsp/protocol.ts';
import type { App } from './app.ts';
import { isNginx } from './languages.ts';
import type { Given, RequestForm, Saved, ToExtension, ToPanel } from './view/trace/messages.ts';

const SAVED = 'proxylens.savedRequests';
const FIRST: RequestForm = { method: 'GET', url: '', headers: [], clientAddress: '203.0.113.9', client: 'browser' };
const NOTHING: Given = { assume: {}, answers: {} };
/** Milliseconds of rest after a keystroke before the path is drawn again. */
const TYPING = 30;
/** How often a panel is opened again without a change, where the server gave its request up for a text that had changed. */
const OPENING_TRIES = 5;

const toRange = (r: WireRange): vscode.Range => new vscode.Range(r.start.line, r.start.character, r.end.line, r.end.character);

/** What the panel begins with. */
export interface Shown {
  /** the server or location there comes first */
  position?: vscode.Position | undefined;
  /** this very request */
  url?: string;
  method?: string;
  headers?: [string, string][];
  mode?: 'path' | 'map';
}

/** The first main file of the workspace, for a person who has no file of it open. */
async function firstRoot(app: App): Promise<vscode.Uri | undefined> {
  const { all } = await app.client.sendRequest<RootsResult>(Requests.roots, { uri: '' } satisfies RootsParams);
  return all[0] ? vscode.Uri.parse(all[0].uri) : undefined;
}

/** The preview of a request; there is one at most. */
export class TracePanel {
  private static current: TracePanel | undefined;

  /** Shows the panel for a file; with a position the request line begins with the server or location there. */
  static async show(
    app: App,
    uri: vscode.Uri | undefined,
    { position, url, method, headers, mode = 'path' }: Shown = {},
  ): Promise<TracePanel> {
    const document = uri ?? TracePanel.activeNginx()?.uri ?? TracePanel.current?.uri ?? (await firstRoot(app));
    if (!document) throw new Error('There is no nginx configuration in this workspace. Open one first.');
    TracePanel.current ??= new TracePanel(app);
    const panel = TracePanel.current;
    panel.panel.reveal(panel.panel.viewColumn ?? vscode.ViewColumn.Beside, true);
    await panel.open(document, position, mode, url ? { url, method: method ?? 'GET', headers: headers ?? [] } : null);
    return panel;
  }

  private static activeNginx(): vscode.TextDocument | undefined {
    const editors = [vscode.window.activeTextEditor, ...vscode.window.visibleTextEditors];
    return editors.find((e) => e && isNginx(e.document))?.document;
  }

  private readonly panel: vscode.WebviewPanel;
  private readonly subscriptions: vscode.Disposable[] = [];
  private readonly onLine = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    overviewRulerColor: new vscode.ThemeColor('editorInfo.foreground'),
    overviewRulerLane: vscode.OverviewRulerLane.Center,
    backgroundColor: new vscode.ThemeColor('editor.rangeHighlightBackground'),
    // high contrast has no fill there
    borderStyle: 'dotted',
    borderWidth: '1px 0',
    borderColor: new vscode.ThemeColor('contrastActiveBorder'),
  });
  private uri: vscode.Uri | undefined;
  private asked: RequestForm = FIRST;
  private given: Given = NOTHING;
  private mode: 'path' | 'map' = 'path';
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** opens again what could not be opened because a text changed meanwhile */
  private unopened: (() => Promise<void>) | null = null;
  private ready: () => void = () => {};
  private readonly loaded = new Promise<void>((done) => {
    this.ready = done;
  });
  private lines: { uri: string; range: WireRange }[] = [];
  /** what the drawing shows, for tests */
  lastResult: TraceResult | undefined;

  private constructor(private readonly app: App) {
    const { extensionUri } = app.context;
    const dist = vscode.Uri.joinPath(extensionUri, 'dist', 'view');
    this.panel = vscode.window.createWebviewPanel(
      'proxylens.requestPath',
      'Request path',
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, localResourceRoots: [dist], retainContextWhenHidden: true },
    );
    this.panel.webview.html = this.html(dist);
    this.subscriptions.push(
      this.onLine,
      this.panel.webview.onDidReceiveMessage((m: ToExtension) => this.receive(m)),
      vscode.workspace.onDidChangeTextDocument((e) => {
        if (isNginx(e.document)) this.later();
      }),
      vscode.languages.onDidChangeDiagnostics(() => this.later()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.paint()),
      this.panel.onDidDispose(() => {
        TracePanel.current = undefined;
        clearTimeout(this.timer);
        for (const s of this.subscriptions) s.dispose();
      }),
    );
  }

  private html(dist: vscode.Uri): string {
    const { webview } = this.panel;
    const script = webview.asWebviewUri(vscode.Uri.joinPath(dist, 'trace.js'));
    const style = webview.asWebviewUri(vscode.Uri.joinPath(dist, 'trace.css'));
    const nonce = Array.from({ length: 32 }, () => 'abcdefghijklmnopqrstuvwxyz0123456789'[Math.floor(Math.random() * 36)]).join('');
    const csp = `default-src 'none'; img-src ${webview.cspSource}; font-src ${webview.cspSource}; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
    return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${csp}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${style}">
<title>Request path</title>
</head>
<body>
<main id="root"></main>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
  }

  private async open(
    uri: vscode.Uri,
    position: vscode.Position | undefined,
    mode: 'path' | 'map',
    asked: Pick<RequestForm, 'url' | 'method' | 'headers'> | null,
    triesLeft = OPENING_TRIES,
  ): Promise<void> {
    const other = this.uri?.toString() !== uri.toString() || this.unopened !== null;
    this.uri = uri;
    this.mode = mode;
    this.unopened = null;
    let urls: SuggestResult['urls'];
    try {
      ({ urls } = await this.app.client.sendRequest<SuggestResult>(Requests.suggest, {
        uri: uri.toString(),
        ...(position ? { position } : {}),
      }));
    } catch (error) {
      // a text changed while the server was at it, as where the file has just been written: it is asked again in a moment, then with the next change
      this.app.log.debug(String(error));
      this.unopened = () => this.open(uri, position, mode, asked, Math.max(0, triesLeft - 1));
      if (triesLeft > 0) this.later();
      return;
    }
    if (asked) this.asked = { ...FIRST, ...asked };
    else if (position || other || !this.asked.url) this.asked = { ...this.asked, url: urls[0] ?? 'http://localhost/' };
    await this.loaded;
    this.post({ type: 'state', asked: this.asked, given: this.given, saved: this.saved(), urls, mode });
    await (mode === 'map' ? this.map() : this.trace());
  }

  private post(message: ToPanel): void {
    void this.panel.webview.postMessage(message);
  }

  private saved(): Saved[] {
    return this.app.context.workspaceState.get<Saved[]>(SAVED, []);
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const round = this.unopened?.() ?? (this.mode === 'map' ? this.map() : this.trace());
      round.catch((error: unknown) => this.app.log.error(error instanceof Error ? error : String(error)));
    }, TYPING);
  }

  private request(asked: RequestForm, given: Given, as?: TraceParams['as']): Promise<TraceResult> {
    return this.app.client.sendRequest<TraceResult>(Requests.trace, {
      uri: this.uri?.toString() ?? '',
      request: asked,
      ...given,
      ...(as ? { as } : {}),
    } satisfies TraceParams);
  }

  private async trace(): Promise<void> {
    try {
      const forAsked = this.asked;
      const result = await this.request(forAsked, this.given);
      this.lastResult = result;
      this.post({ type: 'traced', result, forAsked, lane: 'main' });
      this.lines = result.ok ? result.line.down.flatMap((s) => (s.at ? [{ uri: s.at.uri, range: s.at.range }] : [])) : [];
      this.paint();
    } catch (error) {
      // the text changed while the server was at it: the next round is on its way
      this.app.log.debug(String(error));
    }
  }

  private async map(): Promise<void> {
    this.lines = [];
    this.paint();
    try {
      this.post({ type: 'map', map: await this.app.client.sendRequest<MapResult>(Requests.map, { uri: this.uri?.toString() ?? '' }) });
    } catch (error) {
      this.app.log.debug(String(error));
    }
  }

  /** Marks the lines of the path in the editors that show them. */
  private paint(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const own = this.lines.filter((l) => vscode.Uri.parse(l.uri).toString() === editor.document.uri.toString());
      editor.setDecorations(
        this.onLine,
        own.map((l) => new vscode.Range(l.range.start.line, 0, l.range.start.line, 0)),
      );
    }
  }

  private async receive(message: ToExtension): Promise<void> {
    try {
      switch (message.type) {
        case 'ready':
          this.ready();
          break;
        case 'trace':
          this.mode = 'path';
          this.asked = message.asked;
          this.given = message.given;
          await this.trace();
          break;
        case 'follow':
          this.post({ type: 'traced', result: await this.request(message.asked, message.given), forAsked: message.asked, lane: 'next' });
          break;
        case 'map':
          this.mode = 'map';
          await this.map();
          break;
        case 'reveal':
          await this.reveal(message.uri, message.range, message.focus);
          break;
        case 'fix':
          await this.fix(message.uri, message.range, message.rule);
          break;
        case 'insert':
          await this.insert(message.uri, message.range, message.text);
          break;
        case 'reach':
          await this.reach(message.uri, message.range);
          break;
        case 'export':
          await this.export(message.as, message.asked, message.given);
          break;
        case 'save':
          await this.keep([...this.saved().filter((s) => s.name !== message.request.name), message.request]);
          break;
        case 'forget':
          await this.keep(this.saved().filter((s) => s.name !== message.name));
      }
    } catch (error) {
      this.app.log.error(error instanceof Error ? error : String(error));
      void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    }
  }

  private async keep(saved: Saved[]): Promise<void> {
    await this.app.context.workspaceState.update(SAVED, saved);
    this.post({ type: 'saved', saved });
  }

  private async reveal(uri: string, range: WireRange, focus: boolean): Promise<void> {
    const target = vscode.Uri.parse(uri);
    const visible = vscode.window.visibleTextEditors.find((e) => e.document.uri.toString() === target.toString());
    const editor = await vscode.window.showTextDocument(target, {
      viewColumn: visible?.viewColumn ?? vscode.ViewColumn.One,
      preserveFocus: !focus,
      preview: true,
    });
    const at = toRange(range);
    editor.selection = new vscode.Selection(at.start, at.start);
    editor.revealRange(at, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    this.paint();
  }

  private async fix(uri: string, range: WireRange, rule: string): Promise<void> {
    const target = vscode.Uri.parse(uri);
    await vscode.workspace.openTextDocument(target);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      target,
      toRange(range),
      vscode.CodeActionKind.QuickFix.value,
    );
    const mine = actions.filter(
      (a) => a.edit && a.diagnostics?.some((d) => String(typeof d.code === 'object' ? d.code.value : d.code) === rule),
    );
    const action = mine.find((a) => a.isPreferred) ?? mine[0];
    if (!action?.edit) throw new Error(`There is no quick fix for ${rule} here any more.`);
    await vscode.workspace.applyEdit(action.edit);
  }

  private async insert(uri: string, range: WireRange, text: string): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(vscode.Uri.parse(uri), toRange(range).start, text);
    await vscode.workspace.applyEdit(edit);
  }

  /** Asks for the request that leads to the block at a place. */
  private async reach(uri: string, range: WireRange): Promise<void> {
    const { urls } = await this.app.client.sendRequest<SuggestResult>(Requests.suggest, { uri, position: range.start });
    const [url] = urls;
    if (!url) return;
    this.asked = { ...this.asked, url };
    this.post({ type: 'state', asked: this.asked, given: this.given, saved: this.saved(), urls, mode: 'path' });
    await this.trace();
  }

  private async export(as: 'curl' | 'svg' | 'mermaid' | 'test', asked: RequestForm, given: Given): Promise<void> {
    const result = await this.request(asked, given, as);
    if (!result.ok) throw new Error(result.message);
    const text = result.text ?? '';
    if (as === 'curl' || as === 'mermaid') {
      await vscode.env.clipboard.writeText(text);
      void vscode.window.setStatusBarMessage(`Copied as ${as === 'curl' ? 'a curl command' : 'Mermaid'}`, 4000);
      return;
    }
    if (as === 'svg') {
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: text, language: 'xml' }), {
        viewColumn: vscode.ViewColumn.One,
      });
      return;
    }
    const config = vscode.Uri.parse(result.config);
    const folder = vscode.Uri.joinPath(config, '..');
    const name = config.path.split('/').at(-1) ?? 'nginx.conf';
    const file = vscode.Uri.joinPath(folder, name.replace(/\.conf$/, '') + '.proxytest.yaml');
    const edit = new vscode.WorkspaceEdit();
    const there = await vscode.workspace.openTextDocument(file).then(
      (d) => d,
      () => null,
    );
    if (there) edit.insert(file, there.lineAt(there.lineCount - 1).range.end, (there.getText().endsWith('\n') ? '' : '\n') + text);
    else {
      edit.createFile(file);
      edit.insert(
        file,
        new vscode.Position(0, 0),
        `config: ${name}\n${result.service === null ? '' : `service: ${JSON.stringify(result.service)}\n`}requests:\n${text}`,
      );
    }
    await vscode.workspace.applyEdit(edit);
    await vscode.window.showTextDocument(file, { viewColumn: vscode.ViewColumn.One });
  }
}
