// Request tests (*.proxytest.yaml) in VS Code's test explorer. The server says what holds; this file shows it.
import * as vscode from 'vscode';
import { Requests, type TestsResult } from '../../server/src/lsp/protocol.ts';
import type { App } from './app.ts';

const MASK = '**/*.proxytest.{yaml,yml}';

export function showRequestTests(app: App): vscode.Disposable {
  const controller = vscode.tests.createTestController('proxylens', 'nginx request tests');
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
    else for (const uri of await vscode.workspace.findFiles(MASK, '**/node_modules/**', 500)) add(uri);
  };
  controller.createRunProfile(
    'Run',
    vscode.TestRunProfileKind.Run,
    async (request, token) => {
      const run = controller.createTestRun(request);
      const wanted = request.include ?? [...controller.items].map(([, item]) => item);
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
            const message = new vscode.TestMessage(t.message);
            if (item.uri && item.range) message.location = new vscode.Location(item.uri, item.range);
            run.failed(item, message);
          }
        });
      }
      run.end();
    },
    true,
  );
  const watcher = vscode.workspace.createFileSystemWatcher(MASK);
  return vscode.Disposable.from(
    controller,
    watcher,
    watcher.onDidCreate((uri) => void add(uri)),
    watcher.onDidChange((uri) => void fill(add(uri))),
    watcher.onDidDelete((uri) => controller.items.delete(uri.toString())),
  );
}
