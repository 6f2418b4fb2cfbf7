// Asks a real nginx (`nginx -t`): the one on this machine, one in the image that the project runs nginx in, or one in a running container. A person
// calls it and agrees to the exact command line, or has set it to run on saving, in the settings of the machine; the workspace must be trusted,
// for an image of its choice runs. Programs of this machine are named by settings of the machine alone.
import * as vscode from 'vscode';
import {
  Requests,
  type RootsParams,
  type RootsResult,
  type TestPlanParams,
  type TestPlanResult,
} from '../../../server/src/lsp/protocol.ts';
import type { App, Host, RunResult } from '../app.ts';
import { type ContainerTest, containerArguments, ENGINES, INSIDE, runContainer, shown, withoutVerdict } from '../container-run.ts';
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

type Plan = Extract<TestPlanResult, { ok: true }>;
type Run = NonNullable<Host['run']>;

/** An nginx that can be asked, and how. */
interface Way {
  /** whose nginx it is, for people */
  readonly whose: string;
  /** the name of the image; null for the program of this machine */
  readonly image: string | null;
  /** the project builds an image of its own over it, with more modules perhaps */
  readonly built: boolean;
  readonly button: string;
  /** where nginx finds the folder with the files */
  readonly inside: string;
  readonly program: string;
  args(plan: Plan): string[];
  ask(plan: Plan): Promise<RunResult>;
  /** why nginx itself said nothing; null where it did */
  silent(plan: Plan, result: RunResult): string | null;
}

/** What follows the name of nginx. */
const nginxArguments = (plan: Plan, inside: string): string[] => [
  ...['-t', '-c', `${inside}/${plan.main}`],
  ...(plan.pid ? [] : ['-g', `pid ${inside}/run/nginx.pid;`]),
];

/** The container engine that answers on this machine; null where there is none. */
async function engineOf(run: Run): Promise<string | null> {
  const named = vscode.workspace.getConfiguration('proxylens').get<string>('nginx.engine', '');
  for (const engine of named ? [named] : ENGINES)
    if (
      await run(engine, ['ps', '-q']).then(
        ({ code }) => code === 0,
        () => false,
      )
    )
      return engine;
  return null;
}

/** The images that the project runs nginx in, where an engine is there, then the nginx of this machine. */
async function waysFor(run: Run, folder: string, { images }: Plan): Promise<Way[]> {
  const here: Way = {
    whose: 'nginx of this machine',
    image: null,
    built: false,
    button: 'Run',
    inside: slashed(folder),
    program: program(),
    args: (plan) => nginxArguments(plan, slashed(folder)),
    ask: (plan) => run(program(), nginxArguments(plan, slashed(folder))),
    silent: () => null,
  };
  const engine = images.length ? await engineOf(run) : null;
  if (!engine) return [here];
  const name = folder.split(/[\\/]/).at(-1) ?? 'proxylens';
  const inImage = (image: Plan['images'][number]): Way => {
    const test = (plan: Plan): ContainerTest => ({
      image: image.name,
      program: image.program,
      name,
      folder,
      args: nginxArguments(plan, INSIDE),
    });
    return {
      whose: image.name,
      image: image.name,
      built: image.built,
      button: `Run in ${image.name}`,
      inside: INSIDE,
      program: engine,
      args: (plan) => containerArguments(test(plan)),
      ask: (plan) => runContainer(engine, test(plan), run),
      silent: (plan, result) => withoutVerdict(engine, test(plan), result),
    };
  };
  return [...images.slice(0, 2).map(inImage), { ...here, button: 'Run on This Machine' }];
}

/** nginx reads slashes on every system. */
const slashed = (folder: string): string => folder.replaceAll('\\', '/');

/** Writes the planned files; false where certificates are wanted that cannot be made. */
async function written(plan: Plan, folder: string, run: Run): Promise<boolean> {
  const at = (path: string): vscode.Uri => vscode.Uri.joinPath(vscode.Uri.file(folder), path);
  for (const one of plan.folders) await vscode.workspace.fs.createDirectory(at(one));
  for (const { path, text } of plan.files) await vscode.workspace.fs.writeFile(at(path), new TextEncoder().encode(text));
  if (!plan.certificate) return true;
  const made = await run('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=proxylens.test'],
    ...['-keyout', at('dummy.key').fsPath, '-out', at('dummy.crt').fsPath],
  ]).catch(() => ({ code: null }));
  return made.code === 0;
}

/** Tests the project's files as the project maps them, in a folder of their own; null where nobody wanted it. */
async function testProject(
  app: App,
  main: vscode.Uri,
  choose: (ways: readonly Way[], plan: Plan) => Promise<Way | null>,
): Promise<Verdict | null> {
  const { run, withFolder } = app.host;
  if (!run || !withFolder) throw new Error('Programs cannot be run in a browser. Open the folder in a desktop or remote VS Code.');
  return withFolder(async (folder) => {
    const planned = (inside: string): Promise<TestPlanResult> =>
      app.client.sendRequest<TestPlanResult>(Requests.testPlan, { uri: main.toString(), folder: inside } satisfies TestPlanParams);
    const first = await planned(slashed(folder));
    if (!first.ok) return { good: null, text: first.message };
    const way = await choose(await waysFor(run, folder, first), first);
    if (!way) return null;
    const plan = way.image === null ? first : await planned(way.inside);
    if (!plan.ok) return { good: null, text: plan.message };
    if (!(await written(plan, folder, run)))
      return { good: null, text: 'The certificates are not on this machine, and openssl is not there to make others for the test.' };
    app.log.info(shown(way.program, way.args(plan)));
    const result = await way.ask(plan);
    const told = result.output.trim().replaceAll(`${way.inside}/`, '');
    app.log.info(told);
    const silent = way.silent(plan, result);
    if (silent) return { good: null, text: silent };
    return judged(app, main, plan, way, result, told);
  });
}

/** What nginx said, about the files of the project. */
function judged(app: App, main: vscode.Uri, plan: Plan, way: Way, { code, output }: RunResult, told: string): Verdict {
  const uris = new Map(plan.files.map((f) => [`${way.inside}/${f.path}`, f.uri]));
  // the image that is built over this one may hold the module
  const ofBase = (message: string): boolean => way.built && /^unknown directive |dlopen\(\)/.test(message);
  show(
    app,
    complaintsIn(output).filter((c) => !OF_MACHINE.test(c.message) && !ofBase(c.message)),
    (path) => {
      const uri = uris.get(path);
      return uri ? vscode.Uri.parse(uri) : null;
    },
  );
  const name = vscode.workspace.asRelativePath(main);
  const whose = way.image === null ? 'nginx' : `nginx of ${way.image}`;
  const stands = plan.replaced.length ? ` Something harmless stood in for ${plan.replaced.join(', ')}.` : '';
  if (code === 0)
    return plan.unseen.length
      ? { good: null, text: `${whose} accepts what could be seen of ${name}. Not seen: ${plan.unseen.join(', ')}.${stands}` }
      : { good: true, text: `${whose} accepts ${name} with ${plan.files.length - 1} included files, as the project maps them.${stands}` };
  const worst = words(output).find(({ level }) => !/^(warn|notice)$/.test(level))?.text ?? told.split('\n')[0] ?? '';
  const place = / in (\S+):(\d+)$/.exec(worst);
  const uri = place ? uris.get(place[1] ?? '') : undefined;
  const said =
    uri && place ? `${worst.slice(0, place.index)} in ${vscode.workspace.asRelativePath(vscode.Uri.parse(uri))}:${place[2]}` : worst;
  if (ofBase(worst))
    return {
      good: null,
      text: `${whose}, over which the project builds its own image, says: ${said}. The image that is built may have the module.`,
    };
  return OF_MACHINE.test(worst)
    ? {
        good: null,
        text: `nginx of ${way.image ?? 'this machine'} could not judge ${name}: ${said}. That is about ${way.image ? 'the container' : 'this machine'}, not about the file.`,
      }
    : { good: false, text: said || `nginx ended with code ${code}.` };
}

/** Images in which a person has let nginx run since the window was opened. */
const agreed = new Set<string>();

/** Asks nginx after each save, where the settings of this machine say so and the workspace is trusted. What it says is marked, nothing pops up. */
export function testOnSave(app: App): vscode.Disposable {
  let running = false;
  return vscode.workspace.onDidSaveTextDocument(async (document) => {
    const wanted = vscode.workspace.getConfiguration('proxylens').get<boolean>('nginx.testOnSave', false);
    if (!wanted || running || !app.host.run || !vscode.workspace.isTrusted || !isNginx(document)) return;
    running = true;
    try {
      const main = await mainFile(app, document.uri, false);
      const verdict =
        main && (await testProject(app, main, async (ways) => ways.find((w) => w.image === null || agreed.has(w.image)) ?? null));
      if (verdict) app.log.info(verdict.text);
    } catch (error) {
      app.log.warn(`nginx -t after saving: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      running = false;
    }
  });
}

const READS_COPY =
  'nginx reads a copy of the project’s files in a temporary folder, with each include pointed at the file of the project and with harmless users, logs, certificates, host names and ports.';

/** Shows the exact command lines, and lets a person say which is run. */
async function choice(main: vscode.Uri, ways: readonly Way[], plan: Plan): Promise<Way | null> {
  const [first] = ways;
  const name = vscode.workspace.asRelativePath(main);
  const lines = ways.map((way) => `${way.image === null ? 'On this machine' : `In ${way.whose}`}: ${shown(way.program, way.args(plan))}`);
  const isolated = ways.length > 1 ? ' A container has no network, reads nothing else, and is removed afterwards.' : '';
  const answer = await vscode.window.showWarningMessage(
    ways.length > 1 ? `Test a copy of ${name} with nginx -t?` : `Run "${first?.program} -t" on a copy of ${name}?`,
    { modal: true, detail: `${READS_COPY}${isolated}\n\n${lines.join('\n\n')}` },
    ...ways.map((way) => way.button),
  );
  const way = ways.find(({ button }) => button === answer) ?? null;
  if (way?.image) agreed.add(way.image);
  return way;
}

export const testConfiguration: Command = {
  id: 'testConfiguration',
  async run(app) {
    if (!app.host.run) throw new Error('Programs cannot be run in a browser. Open the folder in a desktop or remote VS Code.');
    if (!vscode.workspace.isTrusted) throw new Error('nginx is not run for a workspace that is not trusted.');
    const inside = container();
    const main = inside ? undefined : await mainFile(app, vscode.window.activeTextEditor?.document.uri, true);
    if (!inside && !main) throw new Error('No main file is known. Open one, or name it in the setting proxylens.root.');
    const verdict = main ? await testProject(app, main, (ways, plan) => choice(main, ways, plan)) : await testContainer(app, inside);
    if (!verdict) return;
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
async function testContainer(app: App, name: string): Promise<Verdict | null> {
  const line = shown('docker', ['exec', name, 'nginx', '-t']);
  const answer = await vscode.window.showWarningMessage(
    `Run "${line}"?`,
    { modal: true, detail: 'nginx reads the files that lie in the container, not those of this workspace.' },
    'Run',
  );
  if (answer !== 'Run') return null;
  app.log.info(line);
  const { code, output } = await app.host.run!('docker', ['exec', name, 'nginx', '-t']);
  app.log.info(output.trim());
  const worst = words(output).find(({ level }) => level !== 'warn')?.text ?? output.trim().split('\n')[0] ?? '';
  return code === 0
    ? { good: null, text: `nginx in ${name} accepts the files that lie in the container. Those of this workspace were not read.` }
    : { good: false, text: `In ${name}: ${worst || `nginx ended with code ${code}`}` };
}
