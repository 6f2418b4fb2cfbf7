// The extension in a host on node (desktop, remote, code-server): the server is a child process.
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import type { Host } from './app.ts';
import * as client from './client.ts';

/**
 * The folder in which node keeps what it has compiled of the server, so that the next start takes two thirds of the time: in the extension's own
 * storage, apart for each version, of which the others are removed. Node looks itself whether what is there fits it; before 22.1 it takes no notice.
 */
function compiled(context: vscode.ExtensionContext): string {
  const folder = path.join(context.globalStorageUri.fsPath, 'compiled');
  const own = String(context.extension.packageJSON.version);
  const tidy = async (): Promise<void> => {
    for (const name of await fs.readdir(folder)) if (name !== own) await fs.rm(path.join(folder, name), { recursive: true, force: true });
  };
  // nothing is there before the first start, and what cannot be removed does no harm
  void tidy().catch(() => {});
  return path.join(folder, own);
}

const host: Host = {
  createClient(context, options) {
    const server = { module: vscode.Uri.joinPath(context.extensionUri, 'dist/server/node.cjs').fsPath, transport: TransportKind.ipc };
    // most of what a keystroke makes is garbage by the next one: with more room for it (MB) it is collected less often
    const env = { NODE_COMPILE_CACHE: compiled(context) };
    const run = { ...server, options: { execArgv: ['--max-semi-space-size=32'], env } };
    const debug = { ...server, options: { execArgv: ['--nolazy', '--enable-source-maps', '--inspect=6029'] } };
    return new LanguageClient(client.ID, client.NAME, { run, debug }, options);
  },
  welcome: process.env.PROXYLENS_WALKTHROUGH === '1',
  run: (program, args) =>
    new Promise((resolve, reject) => {
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true, timeout: 60_000 });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, output }));
    }),
  async withFolder(use) {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'proxylens-'));
    try {
      return await use(folder);
    } finally {
      await fs.rm(folder, { recursive: true, force: true });
    }
  },
};

/** Called by VS Code on a desktop or remote host. */
export const activate = (context: vscode.ExtensionContext): Promise<client.Api> => client.activate(context, host);
/** Called by VS Code before a desktop or remote host unloads the extension. */
export const deactivate = (): Promise<void> => client.deactivate();
