// What the parts of the client share: the running client, where it logs, what this host can do. Holds no logic of its own.
import type * as vscode from 'vscode';
import type { BaseLanguageClient, LanguageClientOptions } from 'vscode-languageclient';

/** Of a program that ran to its end. */
export interface RunResult {
  /** the exit code; null when a signal ended it */
  readonly code: number | null;
  /** standard output and standard error, in the order in which they came */
  readonly output: string;
}

/** What differs between an extension host on node and one in a browser. */
export interface Host {
  /** Makes the client of a server in its own process or worker; does not start it. */
  createClient(context: vscode.ExtensionContext, options: LanguageClientOptions): BaseLanguageClient | Promise<BaseLanguageClient>;
  /** who started the editor wants the walkthrough on the screen */
  readonly welcome: boolean;
  /** Runs a program without a shell; rejects when there is no such program. Null where programs cannot be run. */
  readonly run: ((program: string, args: readonly string[]) => Promise<RunResult>) | null;
  /** Makes a folder for as long as something uses it. Null where programs cannot be run. */
  readonly withFolder: (<T>(use: (folder: string) => Promise<T>) => Promise<T>) | null;
}

export interface App {
  readonly context: vscode.ExtensionContext;
  readonly host: Host;
  readonly client: BaseLanguageClient;
  readonly log: vscode.LogOutputChannel;
}
