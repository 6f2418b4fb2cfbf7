// What only a host on node can do.
import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { diagnostics, open } from './editor-api.ts';

describe('on node', () => {
  it('the server can be started anew and marks the open file again', async () => {
    const document = await open('nginx/conf.d/shop.conf');
    await diagnostics(document, (found) => found.length > 0);
    await vscode.commands.executeCommand('proxylens.restartServer');
    const again = await diagnostics(document, (found) => found.length > 0);
    assert.ok(again.some(({ source }) => source === 'proxylens'));
  });
});
