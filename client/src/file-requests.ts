// Files for a server that has no disk of its own: the editor's file system answers, whatever is behind it. Only the server asks; nothing is written.
import * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import {
  type FileParams,
  FileRequests,
  type FindResult,
  type ListResult,
  type ReadResult,
  type StatResult,
} from '../../server/src/lsp/protocol.ts';

/** Bytes; a configuration of this size is a mistake. The server's own file system has the same limit. */
const MAX_BYTES = 8 * 1024 * 1024;

const kindOf = (type: vscode.FileType): 'file' | 'folder' | 'other' =>
  type & vscode.FileType.File ? 'file' : type & vscode.FileType.Directory ? 'folder' : 'other';

const missing = (error: unknown): boolean => error instanceof vscode.FileSystemError && error.code === 'FileNotFound';

/** Null when there is no such file; `problem` says why a file that is there cannot be used. */
async function read({ uri }: FileParams): Promise<ReadResult | null> {
  const file = vscode.Uri.parse(uri);
  try {
    const { size, type } = await vscode.workspace.fs.stat(file);
    if (type & vscode.FileType.Directory) return { text: '', problem: 'This is a folder.' };
    if (size > MAX_BYTES) return { text: '', problem: `The file is too large (${Math.round(size / 1024 / 1024)} MB).` };
    const bytes = await vscode.workspace.fs.readFile(file);
    if (bytes.includes(0)) return { text: '', problem: 'The file is binary.' };
    return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) };
  } catch (error) {
    return missing(error) ? null : { text: '', problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Entries by name; none when there is no such folder. */
async function list({ uri }: FileParams): Promise<ListResult> {
  try {
    const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.parse(uri));
    return { entries: entries.map(([name, type]) => ({ name, kind: kindOf(type) })) };
  } catch {
    return { entries: [] };
  }
}

/** Null when there is nothing, or nothing that can be reached. */
async function stat({ uri }: FileParams): Promise<StatResult> {
  try {
    const { type, size } = await vscode.workspace.fs.stat(vscode.Uri.parse(uri));
    return { stat: { kind: kindOf(type), size } };
  } catch {
    return { stat: null };
  }
}

/** Files of a folder that are told of. */
const MOST_FILES = 60_000;

/** What the file search of the editor finds, which leaves out what a person's settings leave out; null when it cannot search there. */
async function find({ uri }: FileParams): Promise<FindResult | null> {
  try {
    const everything = new vscode.RelativePattern(vscode.Uri.parse(uri), '**/*');
    const found = await vscode.workspace.findFiles(everything, undefined, MOST_FILES + 1);
    return { uris: found.slice(0, MOST_FILES).map(String), more: found.length > MOST_FILES };
  } catch {
    return null;
  }
}

/** Registers the requests; before the client starts, for the server may ask at once. */
export function answerFileRequests(client: BaseLanguageClient): vscode.Disposable {
  return vscode.Disposable.from(
    client.onRequest(FileRequests.read, read),
    client.onRequest(FileRequests.list, list),
    client.onRequest(FileRequests.stat, stat),
    client.onRequest(FileRequests.find, find),
  );
}
