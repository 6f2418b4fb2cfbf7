// Asks a real nginx (`nginx -t`): the one on this machine or one in a container. A person calls it and agrees to the exact command line, or has
// set it to run on saving, in the settings of the machine; the workspace must be trusted, for nginx -t may create log and cache folders. The program is named by settings of the machine alone.
import * as vscode from 'vscode';
import { Requests, type RootsParams, type RootsResult } from '../../../server/src/lsp/protocol.ts';
import type { App } from '../app.ts';
import type { Command } from './command.ts';

const SOURCE = 'nginx -t';
let marks: vscode.DiagnosticCollection | undefined;

/** One line of nginx's verdict that names a place. */
export interface Complaint {
  readonly level: string;
  readonly message: string;
  readonly file: string;
  /** one-based */
  readonly line: number;
}

/** The beginning of a line: `nginx: [emerg] ` while no error log is open, the error log's own form afterwards. */
const HEAD = /^(?:nginx: \[(\w+)\] |\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[(\w+)\] \d+#\d+: )(.*)$/gm;

/** Nginx's words, each with its level; places are still part of them. */
const words = (output: string): { level: string; text: string }[] =>
  [...output.matchAll(HEAD)].map((m) => ({ level: m[1] ?? m[2] ?? '', text: m[3] ?? '' }));

/** What ngx_conf_log_error writes: the message, then ` in FILE:LINE`. */
export const complaintsIn = (output: string): Complaint[] =>
  words(output).flatMap(({ level, text }) => {
    const m = /^(.*) in (\S.*):(\d+)$/.exec(text);
    return m ? [{ level, message: m[1] ?? '', file: m[2] ?? '', line: Number(m[3]) }] : [];
  });

/** Where a path of nginx's machine lies in the workspace, by the path maps; the path itself where none fits. */
function fileOf(path: string, pathMap: Readonly<Record<string, string>>): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  for (const [from, to] of Object.entries(pathMap)) {
    const prefix = from.replace(/\/+$/, '');
    if (path !== prefix && !path.startsWith(`${prefix}/`)) continue;
    const rest = path.slice(prefix.length + 1);
    return /^(\/|[a-z]:)/i.test(to) || !folder ? vscode.Uri.joinPath(vscode.Uri.file(to), rest) : vscode.Uri.joinPath(folder, to, rest);
  }
  return vscode.Uri.file(path);
}

/** Marks that go when their file is typed in: nginx judged another text. */
function newMarks({ subscriptions }: vscode.ExtensionContext): vscode.DiagnosticCollection {
  const collection = vscode.languages.createDiagnosticCollection(SOURCE);
  subscriptions.push(
    collection,
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => contentChanges.length && collection.delete(document.uri)),
  );
  return collection;
}

/** The words of a line; the whole line of a file that no editor holds. */
function rangeOf(uri: vscode.Uri, line: number): vscode.Range {
  const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
  if (!document || line > document.lineCount) return new vscode.Range(line - 1, 0, line - 1, Number.MAX_SAFE_INTEGER);
  const { firstNonWhitespaceCharacterIndex, range } = document.lineAt(line - 1);
  return range.with(new vscode.Position(line - 1, firstNonWhitespaceCharacterIndex));
}

function show({ context }: App, complaints: readonly Complaint[], pathMap: Readonly<Record<string, string>>): void {
  marks ??= newMarks(context);
  marks.clear();
  for (const { level, message, file, line } of complaints) {
    const uri = fileOf(file, pathMap);
    const severity = level === 'warn' ? vscode.DiagnosticSeverity.Warning : vscode.DiagnosticSeverity.Error;
    const mark = new vscode.Diagnostic(rangeOf(uri, line), message, severity);
    mark.source = SOURCE;
    marks.set(uri, [...(marks.get(uri) ?? []), mark]);
  }
}

/** The main file that reads a document; where there are several, a person is asked, or the first is taken when nobody is there to ask. */
async function mainFile({ client }: App, document: vscode.Uri | undefined, ask: boolean): Promise<vscode.Uri | undefined> {
  const uri = document?.toString() ?? '';
  const { roots, all } = await client.sendRequest<RootsResult>(Requests.roots, { uri } satisfies RootsParams);
  const candidates = roots.length ? roots : all;
  const picked =
    candidates.length > 1 && ask
      ? await vscode.window.showQuickPick(candidates, { placeHolder: 'The main file that nginx is to test' })
      : candidates[0];
  return picked ? vscode.Uri.parse(picked.uri) : undefined;
}

type Call = readonly [string, ...string[]];

/** The command line that the machine's settings name. Throws words for people where there is none. */
async function callFor(app: App, document: vscode.Uri | undefined, ask: boolean): Promise<Call> {
  const settings = vscode.workspace.getConfiguration('proxylens');
  const container = settings.get<string>('nginx.container', '');
  if (container) return ['docker', 'exec', container, 'nginx', '-t'];
  const file = await mainFile(app, document, ask);
  if (!file) throw new Error('No main file is known. Open one, or name it in the setting proxylens.root.');
  if (file.scheme !== 'file') throw new Error(`nginx cannot read ${file.scheme} files. Open the folder on the machine that holds it.`);
  return [settings.get<string>('nginx.path', '') || 'nginx', '-t', '-c', file.fsPath];
}

/** Asks nginx after each save, where the settings of this machine say so and the workspace is trusted. What it says is marked, nothing pops up. */
export function testOnSave(app: App): vscode.Disposable {
  let running = false;
  return vscode.workspace.onDidSaveTextDocument(async (document) => {
    const wanted = vscode.workspace.getConfiguration('proxylens').get<boolean>('nginx.testOnSave', false);
    if (!wanted || running || !app.host.run || !vscode.workspace.isTrusted || !/^nginx$/i.test(document.languageId)) return;
    running = true;
    try {
      const [program, ...args] = await callFor(app, document.uri, false);
      const { output } = await app.host.run(program, args);
      show(app, complaintsIn(output), vscode.workspace.getConfiguration('proxylens').get<Record<string, string>>('pathMap', {}));
    } catch (error) {
      app.log.warn(`nginx -t after saving: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      running = false;
    }
  });
}

export const testConfiguration: Command = {
  id: 'testConfiguration',
  async run(app) {
    if (!app.host.run) throw new Error('Programs cannot be run in a browser. Open the folder in a desktop or remote VS Code.');
    if (!vscode.workspace.isTrusted) throw new Error('nginx is not run for a workspace that is not trusted.');
    const settings = vscode.workspace.getConfiguration('proxylens');
    const call = await callFor(app, vscode.window.activeTextEditor?.document.uri, true);
    const line = call.join(' ');
    const answer = await vscode.window.showWarningMessage(
      `Run "${line}"?`,
      { modal: true, detail: 'nginx reads the files as it would when it starts, and may create log and cache folders.' },
      'Run',
    );
    if (answer !== 'Run') return;
    app.log.info(line);
    const [program, ...args] = call;
    const { code, output } = await app.host.run(program, args);
    app.log.info(output.trim());
    show(app, complaintsIn(output), settings.get<Record<string, string>>('pathMap', {}));
    if (code === 0) return void vscode.window.showInformationMessage('nginx accepts the configuration.');
    const first = words(output).find(({ level }) => level !== 'warn')?.text ?? output.trim().split('\n')[0];
    const more = await vscode.window.showErrorMessage(first || `"${line}" ended with code ${code}.`, 'Show output');
    if (more) app.log.show(true);
  },
};
