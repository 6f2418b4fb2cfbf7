// Asks a real nginx (`nginx -t`): the one on this machine or one in a container. A person calls it and agrees to the exact command line, or has
// set it to run on saving, in the settings of the machine; the workspace must be trusted, for nginx -t may create log and cache folders. The program is named by settings of the machine alone.
import * as vscode from 'vscode';
import {
  Requests,
  type RootsParams,
  type RootsResult,
  type TestPlanParams,
  type TestPlanResult,
} from '../../../server/src/lsp/protocol.ts';
import type { App } from '../app.ts';
import { isNginx } from '../languages.ts';
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

function show({ context }: App, complaints: readonly Complaint[], fileOf: (path: string) => vscode.Uri | null): void {
  marks ??= newMarks(context);
  marks.clear();
  for (const { level, message, file, line } of complaints) {
    const uri = fileOf(file);
    if (!uri) continue;
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

/** What nginx says about the machine it runs on, not about the project's files. */
const OF_MACHINE =
  /\(\d+: [^)]*\)|perl_parse\(\) failed|perl_alloc\(\) failed|host not found|getpwnam|getgrnam|bind\(\)|dlopen|is not binary compatible/;

/** What came of a test, in words for people; `good` is null where it was no test of the project's files. */
interface Verdict {
  readonly good: boolean | null;
  readonly text: string;
}

/** The program that the machine's settings name. */
const program = (): string => vscode.workspace.getConfiguration('proxylens').get<string>('nginx.path', '') || 'nginx';
const container = (): string => vscode.workspace.getConfiguration('proxylens').get<string>('nginx.container', '');

/** Tests the project's files as the project maps them, in a folder of their own. */
async function testProject(app: App, main: vscode.Uri): Promise<Verdict> {
  const { run, withFolder } = app.host;
  if (!run || !withFolder) throw new Error('Programs cannot be run in a browser. Open the folder in a desktop or remote VS Code.');
  return withFolder(async (folder) => {
    const plan = await app.client.sendRequest<TestPlanResult>(Requests.testPlan, { uri: main.toString(), folder } satisfies TestPlanParams);
    if (!plan.ok) return { good: null, text: plan.message };
    const at = (path: string): vscode.Uri => vscode.Uri.joinPath(vscode.Uri.file(folder), path);
    for (const one of plan.folders) await vscode.workspace.fs.createDirectory(at(one));
    for (const { path, text } of plan.files) await vscode.workspace.fs.writeFile(at(path), new TextEncoder().encode(text));
    if (plan.certificate) {
      const made = await run('openssl', [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=proxylens.test'],
        ...['-keyout', at('dummy.key').fsPath, '-out', at('dummy.crt').fsPath],
      ]).catch(() => ({ code: null, output: '' }));
      if (made.code !== 0)
        return { good: null, text: 'The certificates are not on this machine, and openssl is not there to make others for the test.' };
    }
    const args = ['-t', '-c', at(plan.main).fsPath, ...(plan.pid ? [] : ['-g', `pid ${at('run/nginx.pid').fsPath};`])];
    const { code, output } = await run(program(), args);
    const told = output.trim().replaceAll(`${folder}/`, '');
    app.log.info(told);
    const uris = new Map(plan.files.map((f) => [at(f.path).fsPath, f.uri]));
    show(
      app,
      complaintsIn(output).filter((c) => !OF_MACHINE.test(c.message)),
      (path) => {
        const uri = uris.get(path);
        return uri ? vscode.Uri.parse(uri) : null;
      },
    );
    const name = vscode.workspace.asRelativePath(main);
    const stands = plan.replaced.length ? ` Something harmless stood in for ${plan.replaced.join(', ')}.` : '';
    if (code === 0)
      return plan.unseen.length
        ? { good: null, text: `nginx accepts what could be seen of ${name}. Not seen: ${plan.unseen.join(', ')}.${stands}` }
        : { good: true, text: `nginx accepts ${name} with ${plan.files.length - 1} included files, as the project maps them.${stands}` };
    const worst = words(output).find(({ level }) => !/^(warn|notice)$/.test(level))?.text ?? told.split('\n')[0] ?? '';
    const place = / in (\S+):(\d+)$/.exec(worst);
    const uri = place ? uris.get(place[1] ?? '') : undefined;
    const said =
      uri && place ? `${worst.slice(0, place.index)} in ${vscode.workspace.asRelativePath(vscode.Uri.parse(uri))}:${place[2]}` : worst;
    return OF_MACHINE.test(worst)
      ? { good: null, text: `nginx of this machine could not judge ${name}: ${said}. That is about this machine, not about the file.` }
      : { good: false, text: said || `nginx ended with code ${code}.` };
  });
}

/** Asks nginx after each save, where the settings of this machine say so and the workspace is trusted. What it says is marked, nothing pops up. */
export function testOnSave(app: App): vscode.Disposable {
  let running = false;
  return vscode.workspace.onDidSaveTextDocument(async (document) => {
    const wanted = vscode.workspace.getConfiguration('proxylens').get<boolean>('nginx.testOnSave', false);
    if (!wanted || running || !app.host.run || !vscode.workspace.isTrusted || !isNginx(document)) return;
    running = true;
    try {
      const main = await mainFile(app, document.uri, false);
      if (main) app.log.info((await testProject(app, main)).text);
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
    const { run } = app.host;
    if (!run) throw new Error('Programs cannot be run in a browser. Open the folder in a desktop or remote VS Code.');
    if (!vscode.workspace.isTrusted) throw new Error('nginx is not run for a workspace that is not trusted.');
    const inside = container();
    const main = inside ? undefined : await mainFile(app, vscode.window.activeTextEditor?.document.uri, true);
    if (!inside && !main) throw new Error('No main file is known. Open one, or name it in the setting proxylens.root.');
    const line = inside ? `docker exec ${inside} nginx -t` : `${program()} -t`;
    const question = main ? `Run "${line}" on a copy of ${vscode.workspace.asRelativePath(main)}?` : `Run "${line}"?`;
    const answer = await vscode.window.showWarningMessage(
      question,
      {
        modal: true,
        detail: inside
          ? 'nginx reads the files that lie in the container, not those of this workspace.'
          : 'nginx reads a copy of the project’s files in a temporary folder, with each include pointed at the file of the project and with harmless users, logs, certificates, host names and ports.',
      },
      'Run',
    );
    if (answer !== 'Run') return;
    app.log.info(line);
    const verdict = inside ? await testContainer(app, inside) : await testProject(app, main!);
    const say = {
      true: vscode.window.showInformationMessage,
      false: vscode.window.showErrorMessage,
      null: vscode.window.showWarningMessage,
    };
    const more = await say[`${verdict.good}`](verdict.text, 'Show Output');
    if (more) app.log.show(true);
  },
};

/** The verdict of a container about its own files. */
async function testContainer(app: App, name: string): Promise<Verdict> {
  const { code, output } = await app.host.run!('docker', ['exec', name, 'nginx', '-t']);
  app.log.info(output.trim());
  const worst = words(output).find(({ level }) => level !== 'warn')?.text ?? output.trim().split('\n')[0] ?? '';
  return code === 0
    ? { good: null, text: `nginx in ${name} accepts the files that lie in the container. Those of this workspace were not read.` }
    : { good: false, text: `In ${name}: ${worst || `nginx ended with code ${code}`}` };
}
