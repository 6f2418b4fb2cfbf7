// Request tests (*.proxytest.yaml) in VS Code's test explorer, and beside the configuration in the view of nginx. The server says what holds;
// this file shows it.
import * as vscode from 'vscode';
import { Requests, type TestsResult } from '../../server/src/lsp/protocol.ts';
import type { App } from './app.ts';

/** Milliseconds of rest after which the tests of the view are asked again. */
const REST = 500;

const MASK = '**/*.proxytest.{yaml,yml}';

/** What the server said of a file of tests. */
interface TestFile {
  readonly uri: vscode.Uri;
  readonly result: TestsResult;
}
/** A line of the view: a file, or a test of it. */
interface Line {
  readonly file: TestFile;
  readonly test: TestsResult['tests'][number] | null;
}

/** The tests with what holds of them, as of the last time that they were asked. */
class TestTree implements vscode.TreeDataProvider<Line> {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly find: () => Promise<vscode.Uri[]>,
    private readonly ask: (uri: vscode.Uri) => Promise<TestsResult>,
  ) {}

  /** Asks again soon; only a view that is shown asks. */
  later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.changed.fire(undefined), REST);
  }

  async getChildren(line?: Line): Promise<Line[]> {
    if (line) return line.test ? [] : line.file.result.tests.map((test) => ({ file: line.file, test }));
    const files: Line[] = [];
    for (const uri of await this.find()) files.push({ file: { uri, result: await this.ask(uri) }, test: null });
    return files;
  }

  getTreeItem({ file: { uri, result }, test }: Line): vscode.TreeItem {
    const failed = test ? !test.ok : result.problems.length > 0 || result.tests.some(({ ok }) => !ok);
    const item = new vscode.TreeItem(
      test ? test.name : vscode.workspace.asRelativePath(uri),
      test ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Expanded,
    );
    const passed = result.tests.filter(({ ok }) => ok).length;
    const verdict = test
      ? test.ok
        ? 'passes'
        : (test.message.split('\n')[0] ?? 'fails')
      : (result.problems[0]?.message ?? `${passed} of ${result.tests.length} pass`);
    item.description = verdict;
    item.tooltip = test ? [`${test.request.method} ${test.request.url}`, verdict].join('\n') : verdict;
    item.accessibilityInformation = { label: `${test ? 'request test' : 'file of request tests'}, ${String(item.label)}, ${verdict}` };
    item.contextValue = test && result.root ? 'requestTest' : 'file';
    item.iconPath = new vscode.ThemeIcon(
      failed ? 'error' : 'pass',
      new vscode.ThemeColor(failed ? 'testing.iconFailed' : 'testing.iconPassed'),
    );
    const line = test?.line ?? 0;
    item.command = { command: 'vscode.open', title: 'Go to', arguments: [uri, { selection: new vscode.Range(line, 0, line, 0) }] };
    return item;
  }
}

/** Adds the request tests of the workspace to VS Code's test explorer. */
export function showRequestTests(app: App): vscode.Disposable {
  const controller = vscode.tests.createTestController('proxylens', 'nginx request tests');
  const find = async (): Promise<vscode.Uri[]> =>
    [...(await vscode.workspace.findFiles(MASK, '**/node_modules/**', 500))].sort((a, b) => a.path.localeCompare(b.path));
  const ask = async (uri: vscode.Uri): Promise<TestsResult> => {
    const document = await vscode.workspace.openTextDocument(uri);
    return app.client.sendRequest<TestsResult>(Requests.tests, { uri: uri.toString(), text: document.getText() });
  };
  const fill = async (file: vscode.TestItem): Promise<TestsResult> => {
    const result = await ask(file.uri!);
    file.error = result.problems.length ? result.problems.map((p) => `line ${p.line + 1}: ${p.message}`).join('\n') : undefined;
    file.children.replace(
      result.tests.map((t, i) => {
        const item = controller.createTestItem(`${file.id}#${i}`, t.name, file.uri);
        item.range = new vscode.Range(t.line, 0, t.line, 0);
        return item;
      }),
    );
    return result;
  };
  const add = (uri: vscode.Uri): vscode.TestItem => {
    const known = controller.items.get(uri.toString());
    if (known) return known;
    const item = controller.createTestItem(uri.toString(), vscode.workspace.asRelativePath(uri), uri);
    item.canResolveChildren = true;
    controller.items.add(item);
    return item;
  };
  controller.resolveHandler = async (item) => {
    if (item) await fill(item);
    else for (const uri of await find()) add(uri);
  };
  const tree = new TestTree(find, ask);
  const profile = controller.createRunProfile(
    'Run',
    vscode.TestRunProfileKind.Run,
    async (request, token) => {
      const run = controller.createTestRun(request);
      // all of them are wanted, also those that nobody has looked for yet
      const wanted = request.include ?? (await find()).map(add);
      const files = new Set(wanted.map((i) => i.parent ?? i));
      for (const file of files) {
        if (token.isCancellationRequested) break;
        const result = await fill(file);
        result.tests.forEach((t, i) => {
          const item = file.children.get(`${file.id}#${i}`);
          if (!item || (!wanted.includes(file) && !wanted.some((w) => w.id === item.id))) return;
          run.started(item);
          if (t.ok) run.passed(item);
          else {
            run.appendOutput(`${t.name}\n${t.message}\n\n`.replaceAll('\n', '\r\n'), undefined, item);
            const message = new vscode.TestMessage(t.message);
            if (item.uri && item.range) message.location = new vscode.Location(item.uri, item.range);
            run.failed(item, message);
          }
        });
        for (const { line, message } of result.problems) run.appendOutput(`${file.label}:${line + 1}: ${message}\r\n`);
      }
      run.end();
      tree.later();
    },
    true,
  );
  /** Runs a file, one test of it, or all, as the test explorer does: the verdicts stand in both places. */
  const start = async (line: Line | undefined): Promise<void> => {
    const file = line && add(line.file.uri);
    if (file) await fill(file);
    const item = line?.test ? file?.children.get(`${file.id}#${line.file.result.tests.indexOf(line.test)}`) : file;
    const source = new vscode.CancellationTokenSource();
    await profile.runHandler(new vscode.TestRunRequest(item ? [item] : undefined, undefined, profile), source.token);
    source.dispose();
  };
  const watcher = vscode.workspace.createFileSystemWatcher(MASK);
  return vscode.Disposable.from(
    controller,
    watcher,
    vscode.window.createTreeView('proxylens.requestTests', { treeDataProvider: tree, showCollapseAll: true }),
    vscode.commands.registerCommand('proxylens.previewTest', async ({ file, test }: Line) => {
      if (file.result.root && test)
        await vscode.commands.executeCommand('proxylens.previewRequestPath', file.result.root, undefined, test.request);
    }),
    vscode.commands.registerCommand('proxylens.runTests', start),
    // what holds hangs on the configuration
    vscode.languages.onDidChangeDiagnostics(() => tree.later()),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (/\.proxytest\.ya?ml$/.test(document.uri.path)) tree.later();
    }),
    watcher.onDidCreate((uri) => {
      add(uri);
      tree.later();
    }),
    watcher.onDidChange((uri) => {
      void fill(add(uri));
      tree.later();
    }),
    watcher.onDidDelete((uri) => {
      controller.items.delete(uri.toString());
      tree.later();
    }),
  );
}
