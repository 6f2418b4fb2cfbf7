// Opens the preview of the request path: from a lens at a server or location, the palette, or the editor's title.
import * as vscode from 'vscode';
import { type Shown, TracePanel } from '../trace-panel.ts';
import type { Command } from './command.ts';

interface Spot {
  line: number;
  character: number;
}

/** A request that a finding or a tree names; nothing where none is given. */
function requestOf(request: unknown): Pick<Shown, 'url' | 'method' | 'headers'> {
  if (typeof request !== 'object' || request === null) return {};
  const { url, method, headers } = request as Shown;
  return typeof url === 'string' ? { url, ...(method ? { method } : {}), ...(headers ? { headers } : {}) } : {};
}

export const previewRequestPath: Command = {
  id: 'previewRequestPath',
  async run(app, uri, position, request) {
    const target = typeof uri === 'string' ? vscode.Uri.parse(uri) : uri instanceof vscode.Uri ? uri : undefined;
    const active = vscode.window.activeTextEditor;
    const spot = position as Spot | undefined;
    const at =
      spot && typeof spot.line === 'number'
        ? new vscode.Position(spot.line, spot.character)
        : !target || active?.document.uri.toString() === target.toString()
          ? active?.selection.active
          : undefined;
    await TracePanel.show(app, target, { position: at, ...requestOf(request) });
  },
};

export const showMap: Command = {
  id: 'showMap',
  async run(app, uri) {
    await TracePanel.show(app, uri instanceof vscode.Uri ? uri : undefined, { mode: 'map' });
  },
};
