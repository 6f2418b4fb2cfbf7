import * as vscode from 'vscode';
import type { Command } from './command.ts';

export const openSettings: Command = {
  id: 'openSettings',
  run: ({ context }) => vscode.commands.executeCommand('workbench.action.openSettings', `@ext:${context.extension.id}`),
};
