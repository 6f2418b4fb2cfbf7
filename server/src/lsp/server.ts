/** Makes a workspace, registers the list of handlers, and listens. What a method does is in handlers/. */
import {
  CodeActionKind,
  CodeActionRequest,
  CompletionRequest,
  type Connection,
  DefinitionRequest,
  DidChangeConfigurationNotification,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DocumentHighlightRequest,
  ErrorCodes,
  HoverRequest,
  type InitializeParams,
  type InitializeResult,
  ReferencesRequest,
  RenameRequest,
  ResponseError,
  type ServerCapabilities,
  type TextDocumentContentChangeEvent,
  TextDocumentSyncKind,
} from 'vscode-languageserver';
import { type FileId, fileId, pathOf } from '../base/file-id.ts';
import type { FileSystem } from '../base/file-system.ts';
import type { Engine } from '../config/config.ts';
import type { EditorSettings } from '../config/declared.ts';
import { SETTINGS_NAMES } from '../config/settings-file.ts';
import type { Python } from '../deploy/python-tree.ts';
import { WANTED_GLOBS, wanted } from '../deploy/wanted.ts';
import { HOST_GLOBS, mayHost } from '../project/embedded.ts';
import { type Rule, ruleNames } from '../rules/rule.ts';
import type { NginxParser } from '../syntax/parser.ts';
import { Workspace } from '../workspace/workspace.ts';
import { findBelow } from './client-files.ts';
import { type Encoding, toSpan } from './convert/encoding.ts';
import { capabilitiesOf, run } from './handler.ts';
import { HANDLERS } from './handlers/index.ts';
import { LoadProgress } from './load-progress.ts';
import { type ChooseRootParams, type InitializationOptions, Notifications, Requests, type StatusParams } from './protocol.ts';
import { Publisher } from './publish.ts';
import { type Refreshable, refresh } from './refresh.ts';
import type { ClientAbilities, Session } from './session.ts';
import { REST, warmUp } from './warm-up.ts';
import { editorSettings, projectSettings } from './wire-settings.ts';

export interface Host {
  readonly files: FileSystem;
  /** loads the wasm parts; called once, while the client waits for its first answer */
  readonly parts: (options: InitializationOptions) => Promise<{
    parser: NginxParser;
    engine: Engine;
    rules: readonly Rule[];
    /** the Python grammar, for the application's side */
    python: () => Promise<Python>;
  }>;
  readonly now: () => number;
  readonly version: string;
  /** how soon what has run is compiled for speed, where one can say that: as ever, or at once while nobody waits for anything else */
  readonly compileWhen?: (mood: 'session' | 'eager') => void;
}

/** Settings of VS Code that name what its file search leaves out. */
const EXCLUDES = ['files.exclude', 'search.exclude'];

/** The masks of such a setting that are on; those that hold beside another file only (`when`) are not. */
const masksOf = (setting: unknown): string[] =>
  typeof setting === 'object' && setting !== null ? Object.entries(setting).flatMap(([mask, on]) => (on === true ? [mask] : [])) : [];

/** Serves one connection until it closes. */
export function serve(connection: Connection, host: Host): void {
  let session: (Session & { settings: EditorSettings }) | null = null;
  let parts: Awaited<ReturnType<Host['parts']>> | null = null;
  let folders: string[] = [];
  /** initialize and shutdown come once each, and nothing is served before the one or after the other (LSP, lifecycle messages) */
  let asked = false;
  let ended = false;
  /** what other files show may have changed by more than their own text */
  let stale = false;
  let begun: () => void = () => {};
  const started = new Promise<void>((done) => {
    begun = done;
  });

  connection.onInitialize(async (params: InitializeParams): Promise<InitializeResult> => {
    if (asked) throw new ResponseError(ErrorCodes.InvalidRequest, 'the server is initialized already');
    asked = true;
    const options = (params.initializationOptions ?? {}) as InitializationOptions;
    const client = abilitiesOf(params, options);
    parts = await host.parts(options);
    const { parser, engine, rules, python } = parts;
    folders = params.workspaceFolders?.map((f) => f.uri) ?? (params.rootUri ? [params.rootUri] : []);
    const log = (line: string): void => connection.console.log(line);
    const status = (state: StatusParams['state'], message: string): void =>
      void connection.sendNotification(Notifications.status, {
        state,
        message,
        files: workspace.snapshot().configs.reduce((n, c) => n + c.files.size, 0),
      });
    const progress = new LoadProgress(connection, log);
    const workspace: Workspace = new Workspace(parser, engine, host.files, {
      isApplicationFile: wanted,
      ruleNames: ruleNames(rules),
      now: () => Date.now(),
      python,
      log,
      ...(options.finds ? { search: (folder: FileId) => findBelow(connection, folder) } : {}),
      progress: (message) => {
        status('loading', message);
        if (client.progress) progress.report(message);
      },
    });
    const publisher = new Publisher({
      connection,
      workspace,
      rules,
      encoding: () => client.encoding,
      push: () => !client.pull,
      lintRun: () => session?.settings['lint.run'] ?? 'onType',
      lintFiles: () => session?.settings['lint.files'] ?? 'project',
      docs: options.docs ?? null,
      log,
      published: () => {
        status('ready', '');
        progress.done();
        if (stale) refresh(connection, client.refreshes, log);
        stale = false;
      },
    });
    session = {
      connection,
      workspace,
      rules,
      encoding: client.encoding,
      client,
      publisher,
      now: host.now,
      settings: editorSettings(undefined),
      findings: (file) => publisher.findings(file),
      log,
    };
    if (options.settings) applySettings(session, options.settings);
    // what is opened before the settings have come belongs to a folder already
    workspace.apply({ kind: 'folders', folders: folders.map(fileId) });
    const base: ServerCapabilities = {
      positionEncoding: client.encoding,
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: { includeText: false } },
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    };
    const capabilities = capabilitiesOf(base, HANDLERS);
    if (!client.pull) delete capabilities.diagnosticProvider;
    return { capabilities, serverInfo: { name: 'proxylens', version: host.version } };
  });

  connection.onInitialized(async () => {
    if (!session) return;
    const { workspace, client, publisher } = session;
    if (client.watchFiles) void connection.client.register(DidChangeWatchedFilesNotification.type, { watchers: [{ globPattern: '**/*' }] });
    if (client.configuration) {
      void connection.client.register(DidChangeConfigurationNotification.type, { section: ['proxylens', ...EXCLUDES] });
      await Promise.all([fetchSettings(), fetchExcludes()]);
    }
    workspace.apply({ kind: 'folders', folders: folders.map(fileId) });
    if (client.syncs) registerOtherDocuments(connection);
    publisher.changed();
    begun();
    void publisher.settled().then(() => setTimeout(warm, REST));
    if (client.workspaceFolders)
      connection.workspace.onDidChangeWorkspaceFolders((event) => {
        // what comes over the wire may be anything
        const { added = [], removed = [] }: Partial<typeof event> = event ?? {};
        const more = added.map((a) => a.uri).filter((uri) => typeof uri === 'string');
        folders = [...folders.filter((f) => !removed.some((r) => r.uri === f)), ...more];
        workspace.apply({ kind: 'folders', folders: folders.map(fileId) });
        publisher.changed();
      });
  });

  /** What a configuration is judged by is made ready, where none was judged so far and none is to be. */
  function warm(): void {
    if (!session || !parts || ended) return;
    const { workspace, encoding } = session;
    const { revision } = workspace;
    const idle = (): boolean => !ended && workspace.revision === revision && !workspace.unsettled;
    if (!idle() || workspace.snapshot().configs.length || workspace.snapshot().open.length) return;
    const { parser, engine, rules } = parts;
    const log = (line: string): void => session?.log(`warming up: ${line}`);
    void compiledEagerly(() => warmUp({ parser, engine, rules, encoding, now: host.now, idle, log })).catch((error) => log(String(error)));
  }

  async function compiledEagerly(work: () => Promise<void>): Promise<void> {
    host.compileWhen?.('eager');
    try {
      await work();
    } finally {
      host.compileWhen?.('session');
    }
  }

  async function fetchSettings(): Promise<void> {
    if (!session) return;
    try {
      applySettings(session, await connection.workspace.getConfiguration('proxylens'));
    } catch (error) {
      session.log(`settings: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** What a person's editor leaves out of its file search is left out here; editors that have no such setting answer nothing. */
  async function fetchExcludes(): Promise<void> {
    try {
      const found = (await connection.workspace.getConfiguration(EXCLUDES.map((section) => ({ section })))) as unknown[];
      session?.workspace.apply({ kind: 'excludes', masks: found.flatMap(masksOf) });
    } catch (error) {
      session?.log(`excludes: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  connection.onDidChangeConfiguration(async (params) => {
    if (!session) return;
    if (session.client.configuration) await Promise.all([fetchSettings(), fetchExcludes()]);
    else applySettings(session, (params.settings as { proxylens?: unknown } | null)?.proxylens);
    stale = true;
    session.publisher.changed();
  });

  connection.onDidOpenTextDocument(({ textDocument }) => {
    if (!session) return;
    // an editor may send more than it was asked for: no other language is read as nginx's
    const file = fileId(textDocument.uri);
    if (
      OTHER_LANGUAGES.has(textDocument.languageId) &&
      !session.workspace.isApplicationFile(file) &&
      !mayHost(pathOf(file), textDocument.text)
    )
      return;
    session.workspace.apply({ kind: 'open', file: fileId(textDocument.uri), text: textDocument.text, version: textDocument.version });
    session.publisher.changed();
  });

  connection.onDidChangeTextDocument(({ textDocument, contentChanges }) => {
    if (!session) return;
    const file = fileId(textDocument.uri);
    // who has not opened a file has no text of it that could change
    if (!session.workspace.isOpen(file)) return;
    const { version } = textDocument;
    // editors that change many places at once send them from the last to the first: so all refer to the text before
    const changes = contentChanges.length > 1 ? fromLastToFirst(contentChanges) : null;
    if (changes) {
      const source = session.workspace.snapshot().text(file);
      if (!source) return;
      const edits = changes.map((c) => ({ span: toSpan(source, c.range, session!.encoding), newText: c.text }));
      session.workspace.apply({ kind: 'edit', file, edits: [edits], version });
      session.publisher.typed(file);
      return;
    }
    for (const change of contentChanges) {
      const source = session.workspace.snapshot().text(file);
      if (!source) return;
      const span = 'range' in change ? toSpan(source, change.range, session.encoding) : { start: 0, end: source.text.length };
      session.workspace.apply({ kind: 'edit', file, edits: [[{ span, newText: change.text }]], version });
    }
    session.publisher.typed(file);
  });

  connection.onDidSaveTextDocument(() => {
    stale = true;
    session?.publisher.changed();
  });

  connection.onDidCloseTextDocument(({ textDocument }) => {
    if (!session) return;
    session.workspace.apply({ kind: 'close', file: fileId(textDocument.uri) });
    session.publisher.changed();
  });

  connection.onDidChangeWatchedFiles(({ changes }) => {
    if (!session) return;
    const files = changes.map((c) => fileId(c.uri)).filter((f) => !/\/(node_modules|\.git)\//.test(f));
    if (!files.length) return;
    session.workspace.apply({ kind: 'disk', files });
    stale = true;
    session.publisher.changed();
  });

  connection.onNotification(Notifications.chooseRoot, ({ uri, service = null }: ChooseRootParams) => {
    session?.workspace.apply({ kind: 'root', root: uri === null ? null : fileId(uri), startedBy: service });
    session?.publisher.changed();
  });

  connection.onShutdown(() => {
    serving();
    ended = true;
  });

  /** The session, while requests are served. Throws what the protocol wants otherwise. */
  function serving(): Session {
    if (ended) throw new ResponseError(ErrorCodes.InvalidRequest, 'the server is shut down');
    if (!session) throw new ResponseError(ErrorCodes.ServerNotInitialized, 'the server is not initialized');
    return session;
  }

  for (const handler of HANDLERS)
    connection.onRequest(handler.method, (params, token) =>
      // of a list of parameters none comes here: the first thing that comes is the token then
      run(handler, serving(), token && params, {
        get cancelled() {
          return token?.isCancellationRequested ?? false;
        },
      }),
    );

  connection.onRequest(Requests.settled, async () => {
    serving();
    await started;
    await session?.publisher.settled();
    return null;
  });

  connection.listen();
}

/** Languages of the application's side, as editors name them. */
const OTHER_LANGUAGES = new Set([
  'python',
  'ini',
  'properties',
  'yaml',
  'dockercompose',
  'dockerfile',
  'json',
  'systemd',
  'shellscript',
  'procfile',
]);

/**
 * Asks for the application's documents too, so that findings there follow the typing, and for our settings, in which there is something to
 * complete; and for those that may hold configurations, in which all that helps with names and words is offered.
 */
function registerOtherDocuments(connection: Connection): void {
  const settings = SETTINGS_NAMES.map((name) => ({ pattern: `**/${name}` }));
  const hosts = HOST_GLOBS.map((pattern) => ({ pattern }));
  const documentSelector = [...WANTED_GLOBS.map((pattern) => ({ pattern })), ...settings, ...hosts];
  void connection.client.register(CompletionRequest.type, { documentSelector: settings, triggerCharacters: [' ', '['] });
  // no formatter: the other language has its own, and an editor would ask which of them to take
  void connection.client.register(CompletionRequest.type, {
    documentSelector: hosts,
    triggerCharacters: ['$', '@'],
    resolveProvider: true,
  });
  for (const type of [HoverRequest.type, DefinitionRequest.type, ReferencesRequest.type, DocumentHighlightRequest.type])
    void connection.client.register(type, { documentSelector: hosts });
  void connection.client.register(RenameRequest.type, { documentSelector: hosts, prepareProvider: true });
  void connection.client.register(DidOpenTextDocumentNotification.type, { documentSelector });
  void connection.client.register(DidChangeTextDocumentNotification.type, { documentSelector, syncKind: TextDocumentSyncKind.Incremental });
  void connection.client.register(DidCloseTextDocumentNotification.type, { documentSelector });
  void connection.client.register(CodeActionRequest.type, {
    documentSelector,
    codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.RefactorRewrite],
    resolveProvider: true,
  });
}

function refreshesOf({ capabilities: { workspace } }: InitializeParams): Set<Refreshable> {
  const out = new Set<Refreshable>();
  for (const kind of ['diagnostics', 'codeLens', 'inlayHint', 'semanticTokens'] as const)
    if (workspace?.[kind]?.refreshSupport) out.add(kind);
  return out;
}

function abilitiesOf(params: InitializeParams, options: InitializationOptions): ClientAbilities {
  const { general, textDocument, workspace, window } = params.capabilities;
  const offered = general?.positionEncodings ?? [];
  const encoding: Encoding =
    offered.includes('utf-16') || !offered.length
      ? 'utf-16'
      : offered.includes('utf-8')
        ? 'utf-8'
        : offered.includes('utf-32')
          ? 'utf-32'
          : 'utf-16';
  return {
    encoding,
    pull: options.diagnostics === 'pull' || (textDocument?.diagnostic !== undefined && textDocument.publishDiagnostics === undefined),
    syncs: textDocument?.synchronization?.dynamicRegistration ?? false,
    watchFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration ?? false,
    progress: window?.workDoneProgress ?? false,
    versionedEdits: workspace?.workspaceEdit?.documentChanges ?? false,
    confirmsEdits: Boolean(workspace?.workspaceEdit?.documentChanges && workspace.workspaceEdit.changeAnnotationSupport),
    createFiles: (workspace?.workspaceEdit?.documentChanges && workspace.workspaceEdit.resourceOperations?.includes('create')) ?? false,
    resolvesActions: textDocument?.codeAction?.resolveSupport?.properties.includes('edit') ?? false,
    refreshes: refreshesOf(params),
    configuration: workspace?.configuration ?? false,
    snippets: textDocument?.completion?.completionItem?.snippetSupport ?? false,
    completionDefaults: textDocument?.completion?.completionList?.itemDefaults?.includes('editRange') ?? false,
    reopens: /code|codium|cursor/i.test(params.clientInfo?.name ?? ''),
    workspaceFolders: workspace?.workspaceFolders ?? false,
    previews: options.previews ?? false,
  };
}

/** The editor's section `proxylens`: what the project can set goes to the workspace, the rest stays with the session. */
function applySettings(session: Session, section: unknown): void {
  session.settings = editorSettings(section);
  session.workspace.apply({ kind: 'settings', settings: projectSettings(section) });
}

type RangedChange = Extract<TextDocumentContentChangeEvent, { range: unknown }>;

/** The changes, when each lies wholly before the one that came before it; else null. */
function fromLastToFirst(changes: readonly TextDocumentContentChangeEvent[]): RangedChange[] | null {
  const ranged: RangedChange[] = [];
  for (const change of changes) {
    if (!('range' in change)) return null;
    const start = ranged.at(-1)?.range.start;
    const { end } = change.range;
    if (start && (end.line > start.line || (end.line === start.line && end.character >= start.character))) return null;
    ranged.push(change);
  }
  return ranged;
}
