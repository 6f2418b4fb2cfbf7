// The extension as VS Code's API sees it; the same tests run on node and in a browser's worker.
import * as vscode from 'vscode';
import { at, diagnostics, open, ruleOf, until } from './editor-api.ts';

function ok(value: unknown, message: string): asserts value {
  if (!value) throw new Error(message);
}

describe('in the editor', () => {
  it('claims nginx files by name and by place', async () => {
    for (const path of ['nginx/nginx.conf', 'nginx/conf.d/shop.conf', 'nginx/snippets/tls.conf', 'nginx/mime.types'])
      ok((await open(path)).languageId === 'nginx', `${path} is ${(await open(path)).languageId}`);
  });

  it('marks the flaws of the sample', async () => {
    const document = await open('nginx/conf.d/shop.conf');
    const found = await diagnostics(document, (all) => all.some((one) => ruleOf(one) === 'alias-traversal'));
    ok(
      found.some((one) => ruleOf(one) === 'forwarded-headers-missing'),
      found.map(ruleOf).join(),
    );
  });

  it('mends a flaw by a quick fix, and the mark goes', async () => {
    const document = await open('nginx/conf.d/shop.conf');
    const [mark] = await diagnostics(document, (all) => all.some((one) => ruleOf(one) === 'alias-traversal')).then((all) =>
      all.filter((one) => ruleOf(one) === 'alias-traversal'),
    );
    ok(mark, 'no mark');
    const actions = await until(
      'code actions',
      () => vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, mark.range, 'quickfix'),
      (found) => found.some(({ edit }) => edit),
    );
    const fix = actions.find(({ edit, isPreferred }) => edit && isPreferred) ?? actions.find(({ edit }) => edit);
    ok(fix?.edit, 'no fix');
    await vscode.workspace.applyEdit(fix.edit);
    await diagnostics(document, (all) => !all.some((one) => ruleOf(one) === 'alias-traversal'));
    ok(document.getText().includes('location /static/ {'), document.getText());
    await vscode.commands.executeCommand('undo');
  });

  it('colours words by the grammar', async () => {
    const document = await open('nginx/nginx.conf');
    ok(at(document, 'keepalive_timeout').line > 0, 'not there');
  });
});
