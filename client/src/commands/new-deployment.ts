// "New Deployment…": asks what the project does not say, shows what would be written, and proposes the files as a change to be reviewed.
import * as vscode from 'vscode';
import { type DeploymentDefaults, type NewDeploymentParams, type NewDeploymentResult, Requests } from '../../../server/src/lsp/protocol.ts';
import { type Answers, askAll, type Question } from '../questions.ts';
import { TracePanel } from '../trace-panel.ts';
import type { Command } from './command.ts';

const TITLE = 'New Deployment Behind nginx';
const FOUND = 'found in this project';

const path = (text: string): string | null =>
  text.trim() === '' || /^\/[\w./-]*$/.test(text.trim()) ? null : 'An absolute path on the server, without spaces; empty for none';

/** The questions in their order: what the project says is the first proposal of each. */
function questions({ frameworks, servers, modules, runs, tls, systems, found }: DeploymentDefaults, folderName: string): Question[] {
  const guess =
    folderName
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replace(/^[^a-z]+|-+$/g, '') || 'app';
  const same = (a: Answers): boolean => a.framework === found.framework;
  const home = (a: Answers): string => (a.runs === 'compose' ? '/srv/app' : `/srv/${a.name}`);
  return [
    { key: 'framework', words: 'Which framework?', choices: () => frameworks, proposed: () => found.framework, because: FOUND },
    {
      key: 'server',
      words: 'Which application server?',
      choices: (a) => servers[a.framework ?? ''] ?? [],
      proposed: (a) => (same(a) ? found.server : null),
      because: FOUND,
    },
    { key: 'runs', words: 'Where does it run?', choices: () => runs, proposed: () => found.runs, because: FOUND },
    {
      key: 'system',
      words: 'Which system is the server?',
      when: (a) => a.runs === 'systemd',
      choices: () => systems,
      proposed: () => found.system,
      because: FOUND,
    },
    {
      key: 'name',
      words: 'Name of the project: it names the upstream, the unit and the socket',
      proposed: () => guess,
      wrong: (t) => (/^[a-z][a-z0-9-]{0,30}$/.test(t) ? null : 'Lower-case letters, digits and hyphens'),
    },
    {
      key: 'domain',
      words: 'Host name of the site',
      proposed: () => found.domain ?? 'example.com',
      wrong: (t) => (/^[\w.-]+$/.test(t) ? null : 'A host name such as example.com'),
    },
    {
      key: 'tls',
      words: 'HTTPS?',
      // Debian's nginx is older than its ACME module
      choices: (a) => tls.filter(({ value }) => value !== 'acme' || a.system !== 'debian'),
    },
    {
      key: 'proxy',
      words: 'Address or network of the proxy that terminates TLS (empty: plain HTTP)',
      when: (a) => a.tls === 'none',
      proposed: () => '',
      wrong: (t) => (/^[\da-fA-F.:]*(\/\d{1,3})?$/.test(t.trim()) ? null : 'Such as 10.0.0.5 or 10.0.0.0/24'),
    },
    {
      key: 'module',
      words: 'Module and name of the application',
      proposed: (a) =>
        (same(a) && found.module) ||
        (modules[a.framework ?? '']?.[a.server ?? ''] ?? 'app:app').replace('{name}', (a.name ?? '').replaceAll('-', '_')),
      wrong: (t) => (/^[A-Za-z_][\w.]*:[A-Za-z_]\w*$/.test(t) ? null : 'Such as shop.wsgi:application'),
    },
    {
      key: 'port',
      words: 'How does nginx reach the application?',
      when: (a) => a.runs === 'systemd' && a.server !== 'granian',
      choices: () => [
        { label: 'Through a unix socket', value: '' },
        { label: `On port ${found.port ?? 8000} of 127.0.0.1`, value: String(found.port ?? 8000) },
      ],
      proposed: () => '',
    },
    {
      key: 'staticRoot',
      words: 'Folder of the static files on the server (empty: none)',
      proposed: (a) => (same(a) && found.staticRoot) || `${home(a)}/static`,
      wrong: path,
    },
    {
      key: 'mediaRoot',
      words: 'Folder of uploaded files on the server (empty: none)',
      proposed: (a) => (same(a) && found.mediaRoot) || (a.framework === 'django' ? `${home(a)}/media` : ''),
      wrong: path,
    },
    {
      key: 'upload',
      words: 'The largest upload',
      proposed: () => '10m',
      wrong: (t) => (/^\d+[kKmMgG]?$/.test(t) ? null : 'A size such as 10m'),
    },
    {
      key: 'limitLogin',
      words: 'Limit login attempts?',
      choices: () => [
        { label: 'Yes, 10 requests per minute per address', value: 'yes' },
        { label: 'No', value: 'no' },
      ],
    },
  ];
}

function paramsOf(a: Answers, found: DeploymentDefaults['found']): NewDeploymentParams {
  const { port, limitLogin, system, ...texts } = a;
  return {
    answers: {
      ...(texts as unknown as NewDeploymentParams['answers']),
      folder: a.runs === 'compose' ? '/srv/app' : `/srv/${a.name}`,
      limitLogin: limitLogin === 'yes',
      ...(system ? { system } : {}),
      ...(port ? { port: Number(port) } : {}),
      ...(found.settings && a.framework === found.framework ? { settings: found.settings } : {}),
      ...(found.loginPaths && a.framework === found.framework ? { loginPaths: [...found.loginPaths] } : {}),
    },
  };
}

export const newDeployment: Command = {
  id: 'newDeployment',
  async run(app) {
    const folder = vscode.workspace.workspaceFolders?.[0];
    if (!folder) throw new Error('Open the folder of your project first.');
    const defaults = await app.client.sendRequest<DeploymentDefaults>(Requests.deploymentDefaults, null);
    const answers = await askAll(TITLE, questions(defaults, folder.name));
    if (!answers) return;
    const result = await app.client.sendRequest<NewDeploymentResult>(Requests.newDeployment, paramsOf(answers, defaults.found));
    if (result.problems[0]) throw new Error(result.problems[0].message);
    const edit = new vscode.WorkspaceEdit();
    const taken = new Set<string>();
    for (const file of result.files) {
      const uri = vscode.Uri.joinPath(folder.uri, file.path);
      const there = await vscode.workspace.fs.stat(uri).then(
        () => true,
        () => false,
      );
      if (there) taken.add(file.path);
      edit.createFile(
        uri,
        { overwrite: true, contents: new TextEncoder().encode(file.text) },
        { label: file.about, needsConfirmation: there },
      );
    }
    const list = result.files.map((f) => `${f.path}${taken.has(f.path) ? ' (exists already; kept unless you tick it)' : ''}: ${f.about}`);
    const go = await vscode.window.showInformationMessage(
      `${result.files.length} files for ${result.made}`,
      { modal: true, detail: list.join('\n') },
      taken.size ? 'Review the Change' : 'Write the Files',
    );
    if (!go || !(await vscode.workspace.applyEdit(edit, { isRefactoring: true }))) return;
    const site = vscode.Uri.joinPath(folder.uri, result.files[0]!.path);
    await vscode.window.showTextDocument(site, { preview: false });
    // the page that was meant, whose name a template of Compose leaves to the environment
    await TracePanel.show(app, site, { url: `${answers.tls === 'none' ? 'http' : 'https'}://${answers.domain}/` });
    const guide = result.files.find((f) => /(^|\/)DEPLOY\.md$/.test(f.path));
    if (!guide) return;
    const open = 'Open the Guide';
    const picked = await vscode.window.showInformationMessage(
      `The files are written. Next: ${result.next[0] ?? 'follow DEPLOY.md'}. ${guide.path} has every command in order.`,
      open,
    );
    if (picked === open) await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.joinPath(folder.uri, guide.path));
  },
};
