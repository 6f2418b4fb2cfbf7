// The extension in a browser's host (vscode.dev, github.dev): the server is a worker that asks this side for files. Nothing can be run here.
import * as vscode from 'vscode';
import { LanguageClient } from 'vscode-languageclient/browser';
import type { InitializationOptions } from '../../server/src/lsp/protocol.ts';
import type { Host } from './app.ts';
import * as client from './client.ts';

const WASM = { runtime: 'web-tree-sitter', grammar: 'tree-sitter-nginx', pcre2: 'pcre2', python: 'tree-sitter-python' };

const host: Host = {
  createClient(context, options) {
    const inDist = (path: string): string => vscode.Uri.joinPath(context.extensionUri, 'dist', path).toString(true);
    const wasm = Object.fromEntries(Object.entries(WASM).map(([key, name]) => [key, inDist(`wasm/${name}.wasm`)]));
    const given: InitializationOptions = { ...options.initializationOptions, wasm: wasm as InitializationOptions['wasm'] };
    const start = async (): Promise<Worker> => new Worker(inDist('server/browser.js'), { name: 'proxylens' });
    return new LanguageClient(client.ID, client.NAME, start, { ...options, initializationOptions: given });
  },
  run: null,
};

export const activate = (context: vscode.ExtensionContext): Promise<client.Api> => client.activate(context, host);
export const deactivate = (): Promise<void> => client.deactivate();
