// All commands. A command that throws becomes a message, never a stack trace in the person's face.
import * as vscode from 'vscode';
import type { App } from '../app.ts';
import { chooseRoot } from './choose-root.ts';
import type { Command } from './command.ts';
import { explainRule } from './explain-rule.ts';
import { fixAll } from './fix-all.ts';
import { newDeployment } from './new-deployment.ts';
import { openSample } from './open-sample.ts';
import { openSettings } from './open-settings.ts';
import { previewRequestPath, showMap } from './preview-request-path.ts';
import { restart } from './restart.ts';
import { showOutput } from './show-output.ts';
import { showReferences } from './show-references.ts';
import { testConfiguration } from './test-configuration.ts';

const COMMANDS: readonly Command[] = [
  restart,
  showOutput,
  chooseRoot,
  explainRule,
  fixAll,
  testConfiguration,
  openSample,
  openSettings,
  previewRequestPath,
  showMap,
  newDeployment,
  showReferences,
];

/** Registers all commands of the extension. A command that throws shows its message to the user. */
export function registerCommands(app: App): vscode.Disposable {
  return vscode.Disposable.from(
    ...COMMANDS.map(({ id, run }) =>
      vscode.commands.registerCommand(`proxylens.${id}`, async (...args: unknown[]) => {
        try {
          return await run(app, ...args);
        } catch (error) {
          app.log.error(error instanceof Error ? error : String(error));
          void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
        }
      }),
    ),
  );
}
