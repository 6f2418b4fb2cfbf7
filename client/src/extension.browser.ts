// The extension in a browser's host (vscode.dev, github.dev): the server is a worker that asks this side for files. Nothing can be run here.
import * as vscode from 'vscode';
import { BrowserMessageReader, BrowserMessageWriter, LanguageClient, type MessageTransports } from 'vscode-languageclient/browser';
import type { InitializationOptions } from '../../server/src/lsp/protocol.ts';
import type { Host } from './app.ts';
import * as client from './client.ts';

const WASM = { runtime: 'web-tree-sitter', grammar: 'tree-sitter-nginx', pcre2: 'pcre2', python: 'tree-sitter-python' };

/** The worker cannot read the extension's files wherever the editor runs; this side can, through the editor's file system. */
async function wasmOf(context: vscode.ExtensionContext): Promise<InitializationOptions['wasm']> {
  const entries = Object.entries(WASM).map(async ([key, name]) => {
    const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(context.extensionUri, 'dist/wasm', `${name}.wasm`));
    return [key, base64(bytes)] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as InitializationOptions['wasm'];
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

const host: Host = {
  async createClient(context, options) {
    const initializationOptions: InitializationOptions = { ...options.initializationOptions, wasm: await wasmOf(context) };
    const script = vscode.Uri.joinPath(context.extensionUri, 'dist/server/browser.js').toString(true);
    let worker: Worker | undefined;
    const start = async (): Promise<MessageTransports> => {
      worker?.terminate();
      worker = new Worker(script, { name: client.ID });
      // handing over the worker itself does not do: VS Code's own kind of worker is no instance of Worker
      return { reader: new BrowserMessageReader(worker), writer: new BrowserMessageWriter(worker) };
    };
    context.subscriptions.push({ dispose: () => worker?.terminate() });
    return new LanguageClient(client.ID, client.NAME, start, { ...options, initializationOptions });
  },
  welcome: false,
  run: null,
  withFolder: null,
};

/** Called by VS Code in a web host. */
export const activate = (context: vscode.ExtensionContext): Promise<client.Api> => client.activate(context, host);
/** Called by VS Code before a web host unloads the extension. */
export const deactivate = (): Promise<void> => client.deactivate();
