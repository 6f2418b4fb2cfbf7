// The extension as VS Code's API sees it; the same tests run on node and in a browser's worker.
import * as vscode from 'vscode';
import {
  appended,
  at,
  create,
  diagnostics,
  equal,
  folder,
  includes,
  open,
  remove,
  replaced,
  restored,
  ruleOf,
  until,
  write,
} from './editor-api.ts';

const SHOP = 'nginx/conf.d/shop.conf';
const rules = (found: readonly vscode.Diagnostic[]): string[] => found.map(ruleOf);
const has = (rule: string) => (found: readonly vscode.Diagnostic[]) => rules(found).includes(rule);
const hasNot = (rule: string) => (found: readonly vscode.Diagnostic[]) => !rules(found).includes(rule);

describe('in the editor', () => {
  afterEach(restored);

  it('claims nginx files by name and by place, and nothing else', async () => {
    for (const path of ['nginx/nginx.conf', SHOP, 'nginx/snippets/tls.conf', 'nginx/mime.types'])
      equal((await open(path)).languageId, 'nginx', path);
    for (const path of ['gunicorn.conf.py', 'docker-compose.yml', 'shop/settings.py', 'README.md']) {
      const { languageId } = await open(path);
      if (languageId === 'nginx') throw new Error(`${path} is taken for nginx`);
    }
  });

  it('claims templates', async () => {
    for (const name of ['site.conf.template', 'site.conf.j2', 'proxy.nginx']) {
      const document = await create(`templates/${name}`, 'server_tokens off;\n');
      equal(document.languageId, 'nginx', name);
    }
    await remove('templates');
  });

  it('marks the flaws of the sample, each with its rule and a link to its page', async () => {
    const found = await diagnostics(await open(SHOP), has('alias-traversal'));
    includes(rules(found), 'forwarded-headers-missing');
    includes(rules(found), 'header-inheritance-lost');
    const alias = found.find((one) => ruleOf(one) === 'alias-traversal');
    equal(alias?.source, 'proxylens', 'source');
    equal(alias?.severity, vscode.DiagnosticSeverity.Error, 'severity');
    equal(typeof alias?.code === 'object' && alias.code.target.scheme, 'command', 'link');
  });

  it('marks files that are not open', async () => {
    await open('nginx/nginx.conf');
    const tls = vscode.Uri.joinPath(folder(), 'nginx/snippets/tls.conf');
    await until('marks of tls.conf', () => vscode.languages.getDiagnostics(tls), has('weak-protocol'));
  });

  it('fixes a flaw by a quick fix, and the mark goes', async () => {
    const document = await open(SHOP);
    const ends = ({ title, edit }: vscode.CodeAction): boolean => title.startsWith('End the location') && edit !== undefined;
    const [mark] = (await diagnostics(document, has('alias-traversal'))).filter((one) => ruleOf(one) === 'alias-traversal');
    const actions = await until(
      'code actions',
      () => vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, mark?.range, 'quickfix'),
      (list) => list.some(ends),
    );
    const fix = actions.find(ends);
    await vscode.workspace.applyEdit(fix?.edit ?? new vscode.WorkspaceEdit());
    await diagnostics(document, hasNot('alias-traversal'));
    includes(document.getText(), 'location /static/ {');
  });

  it('fixes all that is safe by one command', async () => {
    const document = await open(SHOP);
    await diagnostics(document, has('forwarded-headers-missing'));
    await vscode.commands.executeCommand('proxylens.fixAllSafe', { scope: 'file' });
    await diagnostics(document, hasNot('forwarded-headers-missing'));
    // it changes an answer, so it is left to a person
    includes(rules(await diagnostics(document, has('alias-traversal'))), 'alias-traversal');
  });

  it('fixes what is safe when the file is saved, if asked to', async () => {
    const settings = vscode.workspace.getConfiguration('editor');
    await settings.update('codeActionsOnSave', { 'source.fixAll.proxylens': 'explicit' }, vscode.ConfigurationTarget.Global);
    try {
      const document = await create('nginx/conf.d/saved.conf', 'server {\n    listen 8080;\n    server_tokens on;\n    return 204;\n}\n');
      await diagnostics(document, has('version-disclosed'));
      await appended(document, '\n');
      await document.save();
      includes(document.getText(), 'server_tokens off;');
    } finally {
      await settings.update('codeActionsOnSave', undefined, vscode.ConfigurationTarget.Global);
      await remove('nginx/conf.d/saved.conf');
    }
  });

  it('marks and unmarks while one types', async () => {
    const document = await open('nginx/nginx.conf');
    await diagnostics(document, has('version-disclosed'));
    await replaced(document, 'server_tokens on;', 'server_tokens off;');
    await diagnostics(document, hasNot('version-disclosed'));
    await replaced(document, 'sendfile on;', 'sendfil on;');
    const found = await diagnostics(document, has('unknown-directive'));
    equal(document.getText(found.find((one) => ruleOf(one) === 'unknown-directive')?.range), 'sendfil', 'range');
  });

  it('sees what is typed into an included file, before it is saved', async () => {
    const shop = await open(SHOP);
    await diagnostics(shop, has('unknown-zone'));
    await appended(await open('nginx/conf.d/redirect.conf'), 'limit_req_zone $binary_remote_addr zone=logins:1m rate=1r/s;\n');
    await diagnostics(shop, hasNot('unknown-zone'));
  });

  it('takes in a file that appears on disk, and lets go of one that goes', async () => {
    await open(SHOP);
    const file = await write(
      'nginx/conf.d/new.conf',
      'server {\n    listen 8081;\n    server_name new.example.com;\n    nonsense on;\n}\n',
    );
    await until('marks of the new file', () => vscode.languages.getDiagnostics(file), has('unknown-directive'));
    await remove('nginx/conf.d/new.conf');
    const none = (found: readonly vscode.Diagnostic[]): boolean => found.length === 0;
    await until('no marks of a file that is gone', () => vscode.languages.getDiagnostics(file), none);
  });

  it('the profile and the severity of a rule are settings', async () => {
    const document = await open('nginx/nginx.conf');
    await diagnostics(document, has('version-disclosed'));
    const settings = vscode.workspace.getConfiguration('proxylens');
    await settings.update('rules', { 'version-disclosed': 'off' }, vscode.ConfigurationTarget.Global);
    try {
      await diagnostics(document, hasNot('version-disclosed'));
    } finally {
      await settings.update('rules', undefined, vscode.ConfigurationTarget.Global);
    }
    await diagnostics(document, has('version-disclosed'));
  });

  it('finds the definition, the uses and the new name of an upstream in all files', async () => {
    const document = await open(SHOP);
    await diagnostics(document, has('alias-traversal'));
    const position = at(document, 'http://django', 'http://dj'.length);
    const definitions = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
      'vscode.executeDefinitionProvider',
      document.uri,
      position,
    );
    const [first] = definitions;
    includes((first && ('targetUri' in first ? first.targetUri : first.uri).path) ?? '', '/nginx/nginx.conf');
    const uses = await vscode.commands.executeCommand<vscode.Location[]>('vscode.executeReferenceProvider', document.uri, position);
    equal(uses.filter(({ uri }) => uri.path.endsWith('shop.conf')).length, 3, 'uses in shop.conf');
    const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
      'vscode.executeDocumentRenameProvider',
      document.uri,
      position,
      'app',
    );
    const files = edit.entries().map(([uri]) => uri.path.split('/').pop());
    includes(files, 'nginx.conf');
    includes(files, 'shop.conf');
  });

  it('an include is a link to its file', async () => {
    const document = await open(SHOP);
    const links = await until(
      'links',
      () => vscode.commands.executeCommand<vscode.DocumentLink[]>('vscode.executeLinkProvider', document.uri, 100),
      (found) => found.some(({ target }) => target?.path.endsWith('/nginx/snippets/tls.conf')),
    );
    equal(links.filter(({ target }) => target?.path.endsWith('/snippets/proxy.conf')).length, 2, 'links to proxy.conf');
  });

  it('the outline names servers and locations', async () => {
    const document = await open(SHOP);
    const [server] = await until(
      'symbols',
      () => vscode.commands.executeCommand<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', document.uri),
      (found) => found?.length > 0,
    );
    includes(server?.name ?? '', 'shop.example.com');
    includes(server?.children.map(({ name }) => name).join(' | ') ?? '', '/accounts/login/');
  });

  it('completion offers what may stand here, and whole files where a file is empty', async () => {
    const labels = async (document: vscode.TextDocument, position: vscode.Position): Promise<string[]> => {
      const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        position,
      );
      return items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    };
    const document = await open(SHOP);
    await diagnostics(document, has('alias-traversal'));
    await replaced(document, 'expires 30d;', 'proxy_re');
    const directives = await until(
      'directives',
      () => labels(document, at(document, 'proxy_re', 8)),
      (found) => found.includes('proxy_read_timeout'),
    );
    if (directives.includes('worker_processes')) throw new Error('worker_processes is offered in a location');
    await replaced(document, 'http://django', 'http://');
    includes(
      await until(
        'upstreams',
        () => labels(document, at(document, 'http://', 7)),
        (found) => found.length > 0,
      ),
      'django',
    );
    const empty = await create('nginx/nginx-empty.conf', '');
    await until(
      'whole files',
      () => labels(empty, new vscode.Position(0, 0)),
      (found) => found.some((label) => label === 'vps' || label.startsWith('nginx.conf')),
    );
    await remove('nginx/nginx-empty.conf');
  });

  it('a configuration in a ConfigMap is marked, explained, completed and fixed, and the rest of the YAML is left alone', async () => {
    const before = `apiVersion: v1
kind: ConfigMap
metadata: {name:   edge}
data:
  nginx.conf: |-
    events {}
    http {
      server {
        listen 8080;
        proxy_read_timout 5s;
        location / { return 204; }
      }
    }
  other: "stays  as it is"
`;
    const document = await create('k8s/nginx-edge.yaml', before);
    equal(document.languageId, 'yaml', 'language');
    const found = await diagnostics(document, has('unknown-directive'));
    const mark = found.find((one) => ruleOf(one) === 'unknown-directive');
    equal(document.getText(mark?.range), 'proxy_read_timout', 'range');
    const corrects = ({ title, edit }: vscode.CodeAction): boolean => title.includes('proxy_read_timeout') && edit !== undefined;
    const actions = await until(
      'code actions',
      () => vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, mark?.range, 'quickfix'),
      (list) => list.some(corrects),
    );
    const hovers = (text: string): Thenable<vscode.Hover[]> =>
      vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, at(document, text, 2));
    const words = (list: readonly vscode.Hover[]): string =>
      list.flatMap(({ contents }) => contents.map((part) => (typeof part === 'string' ? part : part.value))).join();
    await until(
      'the hover',
      () => hovers('listen 8080'),
      (list) => words(list).includes('listen'),
    );
    equal((await hovers('metadata')).length, 0, 'hovers outside');
    const labels = async (text: string, into: number): Promise<string[]> =>
      (
        await vscode.commands.executeCommand<vscode.CompletionList>(
          'vscode.executeCompletionItemProvider',
          document.uri,
          at(document, text, into),
        )
      ).items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    await until(
      'directives',
      () => labels('listen 8080', 3),
      (list) => list.includes('limit_req_status'),
    );
    if ((await labels('kind', 0)).includes('server_name')) throw new Error('nginx is offered outside of its text');
    await vscode.workspace.applyEdit(actions.find(corrects)?.edit ?? new vscode.WorkspaceEdit());
    await diagnostics(document, hasNot('unknown-directive'));
    equal(document.getText(), before.replace('proxy_read_timout', 'proxy_read_timeout'), 'text');
    await remove('k8s');
  });

  it('says nothing about YAML without nginx in it', async () => {
    const document = await create('k8s/nginx-rollout.yaml', 'kind: Deployment\nmetadata: {name: nginx}\nspec:\n  replicas: 2\n');
    const other = await create(
      'k8s/nginx-map.yaml',
      'kind: ConfigMap\ndata:\n  a.conf: |\n    server {\n      listen 80;\n      gzipp on;\n      location / { proxy_pass http://127.0.0.1:8000; }\n    }\n',
    );
    // the second file's mark says that the first was read too
    await diagnostics(other, has('unknown-directive'));
    equal(vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === 'proxylens').length, 0, 'marks');
    equal(
      (await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, at(document, 'replicas', 2)))
        .length,
      0,
      'hovers',
    );
    await remove('k8s');
  });

  it("a rule's page opens in the editor", async () => {
    await open(SHOP);
    await vscode.commands.executeCommand('proxylens.explainRule', 'alias-traversal');
    await until(
      'the tab of the page',
      () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label)),
      (labels) => labels.some((label) => label.includes('alias-traversal')),
    );
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });
});
