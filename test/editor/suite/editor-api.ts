// What the suites ask of VS Code's API, with waiting built in: language features answer when the server is ready, not when a test is.
// Assertions of their own, for a browser's worker has no node:assert.
import * as vscode from 'vscode';

/** Milliseconds until a wait is given up. */
const PATIENCE = 30_000;

export const folder = (): vscode.Uri => {
  const first = vscode.workspace.workspaceFolders?.[0];
  if (!first) throw new Error('no folder is open');
  return first.uri;
};

/** Opens a file of the workspace in an editor. */
export async function open(path: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder(), path));
  await vscode.window.showTextDocument(document, { preview: false });
  const key = document.uri.toString();
  if (!originals.has(key)) originals.set(key, { document, text: document.getText() });
  return document;
}

/** Writes a file without opening it. */
export async function write(path: string, text: string): Promise<vscode.Uri> {
  const uri = vscode.Uri.joinPath(folder(), path);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return uri;
}

/** Writes a file and opens it. */
export async function create(path: string, text: string): Promise<vscode.TextDocument> {
  await write(path, text);
  return open(path);
}

/** Removes a file or folder, and the editors that show it. */
export async function remove(path: string): Promise<void> {
  const uri = vscode.Uri.joinPath(folder(), path);
  for (const [key, { document }] of originals) if (document.uri.path.startsWith(uri.path)) originals.delete(key);
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  await vscode.window.tabGroups.close(
    tabs.filter(
      ({ input }) => input instanceof vscode.TabInputText && (input.uri.path === uri.path || input.uri.path.startsWith(`${uri.path}/`)),
    ),
  );
  await vscode.workspace.fs.delete(uri, { recursive: true });
}

async function edited(document: vscode.TextDocument, range: vscode.Range, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, range, text);
  if (!(await vscode.workspace.applyEdit(edit))) throw new Error('the edit was refused');
}

/** Replaces the first place where a text stands. */
export const replaced = (document: vscode.TextDocument, text: string, by: string): Promise<void> =>
  edited(document, new vscode.Range(at(document, text), at(document, text, text.length)), by);

export const appended = (document: vscode.TextDocument, text: string): Promise<void> => {
  const end = document.positionAt(document.getText().length);
  return edited(document, new vscode.Range(end, end), text);
};

/** What the files of the workspace held when the suite first saw them. */
const originals = new Map<string, { document: vscode.TextDocument; text: string }>();

/** Brings every file that a test opened back to what it was, on disk too: VS Code in a browser saves by itself after a second. */
export async function restored(): Promise<void> {
  for (const { document, text } of originals.values()) {
    if (document.isClosed) continue;
    if (document.getText() !== text)
      await edited(document, new vscode.Range(new vscode.Position(0, 0), document.positionAt(document.getText().length)), text);
    if (document.isDirty) await document.save();
  }
}

/** Undefined where VS Code or the server dropped the question, because the files changed meanwhile. */
const unlessCancelled = async <T>(answer: T | Thenable<T>): Promise<T | undefined> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && /cancell?ed/i.test(error.name + error.message)) return undefined;
    throw error;
  }
};

/** Asks until the answer is good enough, and returns it; the last answer is in the error otherwise. */
export async function until<T>(what: string, ask: () => T | Thenable<T>, good: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const answer = await unlessCancelled(ask());
    if (answer !== undefined && good(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`${what}: not in time; the last answer was ${JSON.stringify(answer)?.slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The marks of a document, once they are as asked. */
export const diagnostics = (document: vscode.TextDocument, good: (found: vscode.Diagnostic[]) => boolean): Promise<vscode.Diagnostic[]> =>
  until(`diagnostics of ${document.uri.path}`, () => vscode.languages.getDiagnostics(document.uri), good);

/** The id of the rule behind a mark. */
export const ruleOf = ({ code }: vscode.Diagnostic): string => String(typeof code === 'object' ? code.value : code);

/** Where a text stands for the first time; `offset` characters into it. */
export function at(document: vscode.TextDocument, text: string, offset = 0): vscode.Position {
  const index = document.getText().indexOf(text);
  if (index < 0) throw new Error(`"${text}" does not stand in ${document.uri.path}`);
  return document.positionAt(index + offset);
}

export function equal(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}

export function includes(whole: string | readonly unknown[], part: string): void {
  if (!whole.includes(part)) throw new Error(`${JSON.stringify(whole)} lacks ${JSON.stringify(part)}`);
}
