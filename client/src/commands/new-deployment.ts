// "New deployment…": asks a few questions, prefilled from the workspace, and proposes the files as a change to be reviewed.
import * as vscode from 'vscode';
import { type DeploymentDefaults, type NewDeploymentParams, type NewDeploymentResult, Requests } from '../../../server/src/lsp/protocol.ts';
import { TracePanel } from '../trace-panel.ts';
import type { Command } from './command.ts';

const TITLE = 'New deployment behind nginx';

const SERVER_WORDS: Readonly<Record<string, string>> = {
  gunicorn: 'Gunicorn',
  uwsgi: 'uWSGI, by the uwsgi protocol',
  uvicorn: 'uvicorn (ASGI, WebSockets)',
  daphne: 'Daphne (Channels, WebSockets)',
  hypercorn: 'Hypercorn (ASGI, WebSockets)',
  granian: 'Granian (ASGI, WebSockets)',
};

class Abandoned extends Error {}

async function pick(step: string, items: { label: string; value: string }[], first: string | null): Promise<string> {
  const sorted = [...items].sort((a, b) => Number(b.value === first) - Number(a.value === first));
  const chosen = await vscode.window.showQuickPick(
    sorted.map((i) => ({ ...i, ...(i.value === first ? { description: 'found in this workspace' } : {}) })),
    { title: TITLE, placeHolder: step, ignoreFocusOut: true },
  );
  if (!chosen) throw new Abandoned();
  return chosen.value;
}

async function ask(prompt: string, value: string, wrong: (text: string) => string | null): Promise<string> {
  const text = await vscode.window.showInputBox({ title: TITLE, prompt, value, ignoreFocusOut: true, validateInput: (t) => wrong(t) });
  if (text === undefined) throw new Abandoned();
  return text.trim();
}

const path = (text: string): string | null =>
  text.trim() === '' || /^\/[\w./-]*$/.test(text.trim()) ? null : 'An absolute path on the server, without blanks; empty for none';

export const newDeployment: Command = {
  id: 'newDeployment',
  async run(app) {
    const folder = vscode.workspace.workspaceFolders?.[0];
    if (!folder) throw new Error('Open the folder of your project first.');
    try {
      const { frameworks, servers, found } = await app.client.sendRequest<DeploymentDefaults>(Requests.deploymentDefaults, null);
      const words: Record<string, string> = {
        django: 'Django',
        flask: 'Flask',
        fastapi: 'FastAPI or Starlette',
        wsgi: 'Another WSGI application',
      };
      const framework = await pick(
        'Which framework?',
        frameworks.map((f) => ({ label: words[f] ?? f, value: f })),
        found.framework,
      );
      const server = await pick(
        'Which application server?',
        (servers[framework] ?? []).map((s) => ({ label: SERVER_WORDS[s] ?? s, value: s })),
        found.server,
      );
      const guess =
        folder.name
          .toLowerCase()
          .replaceAll(/[^a-z0-9]+/g, '-')
          .replace(/^[^a-z]+|-+$/g, '') || 'app';
      const name = await ask('Name of the project: it names the upstream, the unit and the socket', guess, (t) =>
        /^[a-z][a-z0-9-]{0,30}$/.test(t) ? null : 'Lower-case letters, digits and hyphens',
      );
      const domain = await ask('Host name of the site', found.domain ?? 'example.com', (t) =>
        /^[\w.-]+$/.test(t) ? null : 'A host name such as example.com',
      );
      const tls = await pick(
        'HTTPS?',
        [
          { label: "HTTPS with a Let's Encrypt certificate (certbot)", value: 'certbot' },
          { label: 'HTTPS with my own certificate', value: 'own' },
          { label: 'No, TLS is terminated by another proxy', value: 'none' },
        ],
        null,
      );
      const home = `/srv/${name}`;
      const staticRoot = await ask('Folder of the static files on the server (empty: none)', found.staticRoot ?? `${home}/static`, path);
      const mediaRoot = await ask(
        'Folder of uploaded files on the server (empty: none)',
        found.mediaRoot ?? (framework === 'django' ? `${home}/media` : ''),
        path,
      );
      const asgi = server !== 'gunicorn' && server !== 'uwsgi';
      const module = await ask(
        'Module and name of the application',
        found.module ??
          (framework === 'django'
            ? `${name.replaceAll('-', '_')}.${asgi ? 'asgi' : 'wsgi'}:application`
            : framework === 'wsgi'
              ? 'wsgi:application'
              : 'app:app'),
        (t) => (/^[A-Za-z_][\w.]*:[A-Za-z_]\w*$/.test(t) ? null : 'Such as shop.wsgi:application'),
      );
      const upload = await ask('The largest upload', '10m', (t) => (/^\d+[kKmMgG]?$/.test(t) ? null : 'A size such as 10m'));
      const limit = await pick(
        'Limit attempts to log in?',
        [
          { label: 'Yes, 10 requests per minute per address', value: 'yes' },
          { label: 'No', value: 'no' },
        ],
        null,
      );
      const result = await app.client.sendRequest<NewDeploymentResult>(Requests.newDeployment, {
        answers: {
          name,
          framework,
          server,
          domain,
          tls,
          module,
          folder: home,
          staticRoot,
          mediaRoot,
          upload,
          limitLogin: limit === 'yes',
          ...(found.settings ? { settings: found.settings } : {}),
          ...(found.loginPaths ? { loginPaths: [...found.loginPaths] } : {}),
        },
      } satisfies NewDeploymentParams);
      if (result.problems[0]) throw new Error(result.problems[0].message);
      const edit = new vscode.WorkspaceEdit();
      const taken: string[] = [];
      for (const file of result.files) {
        const uri = vscode.Uri.joinPath(folder.uri, file.path);
        const there = await vscode.workspace.fs.stat(uri).then(
          () => true,
          () => false,
        );
        if (there) taken.push(file.path);
        edit.createFile(
          uri,
          { overwrite: true, contents: new TextEncoder().encode(file.text) },
          { label: file.about, needsConfirmation: there },
        );
      }
      if (taken.length) {
        const go = await vscode.window.showWarningMessage(
          `${taken.join(', ')} ${taken.length > 1 ? 'exist' : 'exists'} already.`,
          { modal: true },
          'Review the change',
        );
        if (!go) return;
      }
      if (!(await vscode.workspace.applyEdit(edit, { isRefactoring: true }))) return;
      const site = vscode.Uri.joinPath(folder.uri, result.files[0]!.path);
      await vscode.window.showTextDocument(site, { preview: false });
      await TracePanel.show(app, site);
    } catch (error) {
      if (!(error instanceof Abandoned)) throw error;
    }
  },
};
