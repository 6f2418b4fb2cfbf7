// Starts the language server and what stands around it, the same in both hosts. What the editor shows of nginx is the server's work.
import * as vscode from 'vscode';
import { type BaseLanguageClient, type LanguageClientOptions, RevealOutputChannelOn, State } from 'vscode-languageclient';
import type { InitializationOptions } from '../../server/src/lsp/protocol.ts';
import type { App, Host } from './app.ts';
import { repeatChosenRoot } from './commands/choose-root.ts';
import { rulePageLink, SCHEME, serveRulePages } from './commands/explain-rule.ts';
import { registerCommands } from './commands/index.ts';
import { testOnSave } from './commands/test-configuration.ts';
import { answerFileRequests } from './file-requests.ts';
import { isNginx, LANGUAGES } from './languages.ts';
import { offerLookAlikes } from './look-alikes.ts';
import { Overview, showOverview } from './overview.ts';
import { showRequestTests } from './request-tests.ts';
import { welcome } from './sample.ts';
import { showStatus } from './status.ts';
import { StatusBar, showMenu } from './status-bar.ts';

export const ID = 'proxylens';
export const NAME = 'Proxylens';
/** What `activate` gives to other extensions and to tests. */
export interface Api {
  readonly client: BaseLanguageClient;
}

let running: BaseLanguageClient | undefined;

/** The documents that the server is told of: files that can be edited, not the old versions that a comparison shows. */
function selector(): { scheme: string; language: string }[] {
  const schemes = new Set([
    'file',
    'untitled',
    'vscode-vfs',
    ...(vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.scheme),
  ]);
  return [...schemes].flatMap((scheme) => LANGUAGES.map((language) => ({ scheme, language })));
}

/** Starts everything. Resolves when the server answers; when it does not come up, the rest of the extension still works. */
export async function activate(context: vscode.ExtensionContext, host: Host): Promise<Api> {
  const log = vscode.window.createOutputChannel(NAME, { log: true });
  const initializationOptions: InitializationOptions = { previews: true, finds: true };
  const options: LanguageClientOptions = {
    documentSelector: selector(),
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    synchronize: { configurationSection: ID },
    initializationOptions,
    markdown: { isTrusted: false, supportHtml: false },
    middleware: {
      // a rule's page shows nginx that is wrong on purpose: nobody's file
      didOpen: (document, next) => (document.uri.scheme === SCHEME ? Promise.resolve() : next(document)),
      // the YAML extension offers the same from the same schema
      provideCompletionItem: (document, position, context, token, next) =>
        /\/\.proxylens\.ya?ml$/.test(document.uri.path) && vscode.extensions.getExtension('redhat.vscode-yaml')
          ? []
          : next(document, position, context, token),
      // a click on the rule's id opens its page in the editor
      handleDiagnostics: (uri, diagnostics, next) => {
        for (const diagnostic of diagnostics)
          if (typeof diagnostic.code === 'string') diagnostic.code = { value: diagnostic.code, target: rulePageLink(diagnostic.code) };
        next(uri, diagnostics);
      },
    },
  };
  const client = await host.createClient(context, options);
  running = client;
  const app: App = { context, host, client, log };
  const overview = new Overview(app);
  const bar = new StatusBar(overview);
  context.subscriptions.push(
    log,
    bar,
    overview.onDidChangeTreeData(() => bar.paint()),
    vscode.commands.registerCommand('proxylens.showMenu', () => showMenu(app)),
    answerFileRequests(client),
    showStatus(app, overview, bar),
    showOverview(overview),
    offerLookAlikes(app),
    serveRulePages(app),
    registerCommands(app),
    showRequestTests(app),
    testOnSave(app),
  );
  welcome(context, host.welcome).catch((error: unknown) => log.warn(String(error)));
  void vscode.commands.executeCommand('setContext', 'proxylens.canRunPrograms', host.run !== null);
  client.onDidChangeState(({ newState }) => newState === State.Running && repeatChosenRoot(app));
  if (await isNeeded()) await client.start();
  else context.subscriptions.push(startWhenOpened(client, log));
  return { client };
}

/** Names under which nginx configuration usually lies; the server decides by what is in the files. */
const LIKELY =
  '**/{nginx*,*.conf,*.conf.*,*.nginx,*.nginx.*,*.vhost,sites-available/*,sites-enabled/*,*nginx*.yaml,*nginx*.yml,*ingress*.yaml,*ingress*.yml,*.proxytest.yaml,*.proxytest.yml,.proxylens.yaml,.proxylens.yml}';

/** Whether there is something to read: without it nothing runs in workspaces that have nothing to do with nginx. */
async function isNeeded(): Promise<boolean> {
  if (vscode.workspace.textDocuments.some(isNginx)) return true;
  const found = await vscode.workspace.findFiles(LIKELY, '**/{node_modules,.git,.venv,venv,dist}/**', 1);
  return found.length > 0;
}

/** Starts the server when the first nginx file is opened; whatever asks it something starts it too. */
function startWhenOpened(client: BaseLanguageClient, log: vscode.LogOutputChannel): vscode.Disposable {
  return vscode.workspace.onDidOpenTextDocument((document) => {
    if (isNginx(document) && client.state === State.Stopped)
      client.start().catch((error: unknown) => log.error(error instanceof Error ? error : String(error)));
  });
}

/** Stops the language server; VS Code waits for it before it unloads the extension. */
export async function deactivate(): Promise<void> {
  await running?.stop();
  running = undefined;
}
