// The extension in a host on node (desktop, remote, code-server): the server is a child process.
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import type { Host } from './app.ts';
import * as client from './client.ts';

const host: Host = {
  createClient(context, options) {
    const server = { module: vscode.Uri.joinPath(context.extensionUri, 'dist/server/node.cjs').fsPath, transport: TransportKind.ipc };
    // most of what a keystroke makes is garbage by the next one: with more room for it (MB) it is collected less often
    const run = { ...server, options: { execArgv: ['--max-semi-space-size=32'] } };
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
