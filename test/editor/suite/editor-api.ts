// What the suites ask of VS Code's API, with waiting built in: language features answer when the server is ready, not when a test is.
import * as vscode from 'vscode';

/** Milliseconds until a wait is given up. */
const PATIENCE = 15_000;

export const folder = (): vscode.Uri => {
  const first = vscode.workspace.workspaceFolders?.[0];
  if (!first) throw new Error('no folder is open');
  return first.uri;
};

/** Opens a file of the workspace in an editor. */
export async function open(path: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder(), path));
  await vscode.window.showTextDocument(document);
  return document;
}

/** Writes a file and opens it. */
export async function create(path: string, text: string): Promise<vscode.TextDocument> {
  await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder(), path), new TextEncoder().encode(text));
  return open(path);
}

/** Asks until the answer is good enough, and returns it; the last answer is in the error otherwise. */
export async function until<T>(what: string, ask: () => T | Thenable<T>, good: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
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
