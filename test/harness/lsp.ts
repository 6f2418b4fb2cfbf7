/** A language client for tests: speaks JSON-RPC over the pipes of a real server process. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createMessageConnection, type MessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import type { Diagnostic, InitializeResult } from 'vscode-languageserver';

export interface Published {
  uri: string;
  version?: number;
  diagnostics: Diagnostic[];
}

/** The arguments that start the server: the built command line. */
export const SERVER = [path.resolve('dist/cli.cjs'), 'lsp', '--stdio'];

const running = new Set<ChildProcess>();

/** Who still waits for a server that has died is told so, and does not wait for ever. */
export function endOfAnswers(connection: MessageConnection, code: number | null): void {
  if (code !== 0) connection.dispose();
}

export class TestClient {
  /** Ends what a failed test left behind. */
  static stopAll(): void {
    for (const child of running) child.kill();
  }

  readonly published: Published[] = [];
  readonly logs: string[] = [];
  /** when the findings of a file were published last */
  readonly arrived = new Map<string, number>();
  private waiting: ((p: Published) => boolean)[] = [];

  private constructor(
    readonly process: ChildProcess,
    readonly connection: MessageConnection,
  ) {}

  /** Starts a server (`server`: its arguments to node) and makes the handshake. `settings` are those of proxylens, `sections` any others by name. `capabilities` are laid over those of an ordinary editor. */
  static async start(
    options: {
      folder?: string;
      capabilities?: object;
      settings?: object;
      sections?: Readonly<Record<string, unknown>>;
      initializationOptions?: object;
      /** what the client answers to requests of the server, by method */
      answers?: Readonly<Record<string, (params: never) => unknown>>;
      server?: readonly string[];
    } = {},
  ): Promise<TestClient & { result: InitializeResult }> {
    const child = spawn(process.execPath, [...(options.server ?? SERVER)], { stdio: ['pipe', 'pipe', 'inherit'] });
    running.add(child);
    const connection = createMessageConnection(new StreamMessageReader(child.stdout!), new StreamMessageWriter(child.stdin!));
    child.once('exit', (code) => {
      running.delete(child);
      endOfAnswers(connection, code);
    });
    const client = new TestClient(child, connection);
    connection.onNotification('textDocument/publishDiagnostics', (p: Published) => {
      client.published.push(p);
      client.arrived.set(p.uri, performance.now());
      client.waiting = client.waiting.filter((done) => !done(p));
    });
    connection.onNotification('window/logMessage', ({ message }: { message: string }) => {
      client.logs.push(message);
    });
    connection.onRequest('client/registerCapability', () => null);
    connection.onRequest('workspace/configuration', ({ items }: { items: { section: string }[] }) =>
      items.map(({ section }) => options.sections?.[section] ?? (section === 'proxylens' ? (options.settings ?? {}) : null)),
    );
    connection.onRequest('window/workDoneProgress/create', () => null);
    for (const [method, answer] of Object.entries(options.answers ?? {})) connection.onRequest(method, answer);
    connection.listen();
    const folders = options.folder ? [{ uri: options.folder, name: 'test' }] : null;
    const result = await connection.sendRequest<InitializeResult>('initialize', {
      processId: process.pid,
      rootUri: options.folder ?? null,
      workspaceFolders: folders,
      capabilities: {
        textDocument: {
          publishDiagnostics: { relatedInformation: true },
          codeAction: {},
          completion: { completionItem: { snippetSupport: true } },
        },
        workspace: {
          configuration: true,
          workspaceFolders: true,
          workspaceEdit: { documentChanges: true },
          didChangeWatchedFiles: { dynamicRegistration: true },
        },
        ...options.capabilities,
      },
      initializationOptions: options.initializationOptions,
    });
    void connection.sendNotification('initialized', {});
    return Object.assign(client, { result });
  }

  open(uri: string, text: string, version = 1, languageId = 'nginx'): void {
    void this.connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId, version, text } });
  }

  change(uri: string, version: number, contentChanges: object[]): void {
    void this.connection.sendNotification('textDocument/didChange', { textDocument: { uri, version }, contentChanges });
  }

  request<R>(method: string, params: object): Promise<R> {
    return this.connection.sendRequest(method, params);
  }

  /** Waits until nothing is scheduled or running in the server. */
  settled(): Promise<void> {
    return this.connection.sendRequest('proxylens/settled', {});
  }

  /** The diagnostics that the file shows now. */
  shown(uri: string): Diagnostic[] {
    return this.published.filter((p) => p.uri === uri).at(-1)?.diagnostics ?? [];
  }

  /** The next published set that fits; rejects after `ms`. */
  next(fits: (p: Published) => boolean, ms = 5000): Promise<Published> {
    return new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error('no such diagnostics')), ms);
      this.waiting.push((p) => {
        if (!fits(p)) return false;
        clearTimeout(timer);
        done(p);
        return true;
      });
    });
  }

  async stop(): Promise<number | null> {
    const ended = new Promise<number | null>((done) => this.process.once('exit', (code) => done(code)));
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    const code = await Promise.race([ended, new Promise<null>((done) => setTimeout(() => done(null), 3000).unref())]);
    if (this.process.exitCode === null) this.process.kill();
    this.connection.dispose();
    return code;
  }
}
