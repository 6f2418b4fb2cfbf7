// What a lens lists, in the editor's own view of references. The server's places are plain data; VS Code wants its own classes.
import * as vscode from 'vscode';
import type { WirePlace, WirePosition } from '../../../server/src/lsp/protocol.ts';
import type { Command } from './command.ts';

const position = ({ line, character }: WirePosition): vscode.Position => new vscode.Position(line, character);

export const showReferences: Command = {
  id: 'showReferences',
  async run(_app, uri, at, places) {
    if (typeof uri !== 'string' || !at || !Array.isArray(places)) return;
    const locations = (places as WirePlace[]).map(
      (p) => new vscode.Location(vscode.Uri.parse(p.uri), new vscode.Range(position(p.range.start), position(p.range.end))),
    );
    await vscode.commands.executeCommand('editor.action.showReferences', vscode.Uri.parse(uri), position(at as WirePosition), locations);
  },
};
