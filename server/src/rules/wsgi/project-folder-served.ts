/** A root that is the folder of the application, by its files: what deploys it mounts the project itself where nginx looks for pages. */
import { servedTo } from '../../answers/who-serves-this-url.ts';
import { basename, dirname, pathOf } from '../../base/file-id.ts';
import { PerPart } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { serversOf } from '../../config/servers.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { outside } from '../../deploy/reach.ts';
import { defineRule } from '../rule.ts';
import { main, tree } from './_examples.ts';
import { nginxesOf } from './_links.ts';

/** Files that are nobody's pages. */
const CODE = ['manage.py', 'settings.py', 'wsgi.py', 'asgi.py', 'app.py', 'main.py', 'requirements.txt', 'pyproject.toml'];

/** The servers and the files of code that they send, each with the root that it comes from. */
const sent = new PerPart((server: Scope): ReadonlyMap<string, Directive> => {
  const found = new Map<string, Directive>();
  for (const file of CODE) {
    const root = servedTo(server, `/${file}`)?.root;
    if (root) found.set(file, root);
  }
  return found;
});

/** The files of code that are in a folder of the project. */
function codeIn(deployment: Deployment): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const file of deployment.files.keys()) {
    const name = basename(file);
    if (!CODE.includes(name)) continue;
    const folder = pathOf(dirname(file)).replace(/\/+$/, '');
    const list = found.get(folder);
    if (list) list.push(name);
    else found.set(folder, [name]);
  }
  return found;
}

const literalRoots = (config: Config): Directive[] =>
  config.main.all.filter((d) => d.name === 'root' && d.value(0).startsWith('/') && !d.value(0).includes('$') && !d.args[0]!.templated);

const COMPOSE = (volume: string): string =>
  `services:\n  nginx:\n    image: nginx:1.28\n    ports: ["80:80"]\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro", "${volume}"]\n  web:\n    build: ./app\n    command: gunicorn shop.wsgi -b :8000\n`;

const SITE = (root: string): string => `server {
    root ${root};
    location / {
        try_files $uri @app;
    }
    location @app {
        proxy_pass http://web:8000;
    }
}`;

const APP = {
  'app/manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
  'app/shop/settings.py': "ALLOWED_HOSTS = ['shop.example.com']\n",
};

export default defineRule({
  id: 'project-folder-served',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  missing: ['location'],
  title: 'Folder of the application is the document root',
  why: `
\`root\` with \`try_files $uri\` sends every file below the folder to whoever asks for it. Where that folder is the application's own, because it is mounted into the container of nginx or because the unit of the application runs there, its code, its settings and the database file beside them are a request away.

Mount the collected static files only, and let \`root\` or \`alias\` name their folder.`,
  about: ['root', 'try_files', 'alias'],
  looksAt: { config: true },
  needs: 'deployment',
  messages: {
    mounted:
      '/{file} can be fetched: {root} is the folder of the application, mounted from {folder}. Mount the folder of its static files, and name that.',
    runs: '/{file} can be fetched: {root} is the folder that {unit} runs in. Name the folder of its static files.',
  },
  check({ config, deployment, report }) {
    const roots = literalRoots(config);
    if (!roots.length) return;
    const code = codeIn(deployment);
    if (!code.size) return;
    const containers = nginxesOf(config, deployment);
    const servers = serversOf(config);
    for (const directive of roots) {
      const root = directive.value(0).replace(/(?<=.)\/+$/, '');
      const isSent = (name: string): boolean => servers.some((s) => sent.of(s.scope).get(name) === directive);
      for (const container of containers) {
        const folder = outside(container, root);
        const file = folder === null ? undefined : code.get(folder)?.find(isSent);
        if (file === undefined) continue;
        report('mounted', { at: directive.args[0]!, data: { file, root, folder: folder!.split('/').at(-1) || '.' } });
        break;
      }
      if (containers.length) continue;
      const application = deployment.applications.find(
        (a) => a.container === null && a.unit !== null && a.workingDirectory?.replace(/\/+$/, '') === root,
      );
      const names = new Set([...code.values()].flat());
      const file = application && CODE.find((name) => names.has(name) && isSent(name));
      if (application && file) report('runs', { at: directive.args[0]!, data: { file, root, unit: application.name } });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': main(SITE('/app').replace('root /app;', 'root /app;\n#        ^^^^ mounted')),
        'compose.yaml': COMPOSE('./app:/app:ro'),
        ...APP,
      }),
      good: tree({ 'nginx.conf': main(SITE('/app/public')), 'compose.yaml': COMPOSE('./app:/app:ro'), ...APP }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
  ],
});
