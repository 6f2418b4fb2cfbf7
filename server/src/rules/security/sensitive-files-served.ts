/** A root that is the folder of the project: code, settings and `.git` are a request away. Said only where the text shows that it is one. */
import { passedBy } from '../../answers/what-is-passed.ts';
import { listVerdict } from '../../answers/who-may-enter.ts';
import { servedTo } from '../../answers/who-serves-this-url.ts';
import { table } from '../../base/table.ts';
import { PerPart } from '../../config/asked.ts';
import type { Scope } from '../../config/scope.ts';
import { walk } from '../../config/scope.ts';
import { serversOf } from '../../config/servers.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** An expression for the folder of a version control alone: what is in it does not end so. */
const FOLDER_ALONE = /^\^?\/?\\?\.(git|svn|hg)\$$/;

/** A file of each that says where the rest is. */
const KEPT: Readonly<Record<string, string>> = table({ git: 'config', svn: 'wc.db', hg: 'hgrc' });

const FILES = ['/.git/config', '/.env', '/settings.py', '/manage.py'];

/** Folders that are made to be served: a volume of collected files, or what a build of the front end leaves. */
const MADE_TO_BE_SERVED = /\/(static|staticfiles|assets|public|public_html|htdocs|html|dist|build|out|frontend|client|media|uploads)$/;

/** A socket of nginx itself, not of an application. */
const OWN_SOCKET = /\/nginx[^/]*\.sock$/;

/** The folders around a path, the nearest first. */
function* foldersAround(path: string): Generator<string> {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) yield path.slice(0, end);
}

/** Why a folder is a project's, by the folder: a socket of the application in it, or its static files in a folder of it. */
const evidence = new PerPart((server: Scope): ReadonlyMap<string, string> => {
  const byFolder = new Map<string, string>();
  const shows = (folder: string, path: string): void => {
    if (!byFolder.has(folder)) byFolder.set(folder, path);
  };
  for (const d of walk(server)) {
    const value = d.value(0);
    if (/_pass$/.test(d.name))
      for (const target of passedBy(d).targets) {
        const sockets = target.upstream?.servers.flatMap((s) => (s.kind === 'unix' ? [s.host] : [])) ?? [target.host];
        for (const socket of sockets.map((s) => s.replace(/^\/+/, '/')))
          if (!OWN_SOCKET.test(socket)) for (const folder of foldersAround(socket)) shows(folder, socket);
      }
    if (d.name === 'alias' && /\/(static|staticfiles|media|uploads)\/?$/.test(value))
      for (const folder of foldersAround(value)) if (!MADE_TO_BE_SERVED.test(folder)) shows(folder, value);
  }
  return byFolder;
});

/** The roots from which a server sends each of the files. */
const served = new PerPart((server: Scope) => FILES.map((file) => servedTo(server, file)?.root ?? null));

export default defineRule({
  id: 'sensitive-files-served',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  controls: { cis: ['2.5.3'] },
  missing: ['location'],
  title: 'Project files are served',
  why: `
A \`root\` that names the folder of the application, beside its socket or its \`static\` folder, lets everyone fetch what else is there: \`.git\` with the whole history, \`.env\` with the passwords, the settings, the database file.

Serve the static files from a folder of their own and pass everything else on. A location that denies paths with a leading dot keeps \`.git\` and \`.env\` in, but not the source.`,
  about: ['root', 'alias', 'try_files'],
  looksAt: [{ directive: ['root'] }, { directive: ['location'], where: ({ values }) => FOLDER_ALONE.test(values.at(-1) ?? '') }],
  needs: 'config',
  ofShape: true,
  fixable: 'sometimes',
  messages: {
    folder: 'Only {folder} itself is refused: {file} is read from {root}. End the pattern in (/|$).',
    project: '{files} can be fetched: {root} is the folder of the application, as {evidence} shows. Name the folder of its static files.',
  },
  check({ directive, scope, config, file, report }) {
    if (directive.name === 'location') {
      const word = directive.args.at(-1);
      const folder = FOLDER_ALONE.exec(word?.value ?? '')?.[1];
      const body = directive.body;
      if (!word || word.templated || !folder || directive.args.length < 2 || !/^~\*?$/.test(directive.value(0)) || !body) return;
      const refuses = listVerdict(body.effective('deny').directives) === 'denied' || /^40[34]$/.test(body.first('return')?.value(0) ?? '');
      const path = `/.${folder}/${KEPT[folder]!}`;
      const server = scope.enclosing('server');
      const from = server && refuses ? servedTo(server, path)?.root : null;
      if (!from) return;
      const end = word.raw.lastIndexOf('$');
      report('folder', {
        at: word,
        data: { folder: `/.${folder}`, file: path, root: from.value(0) },
        related: [{ at: from.at(), message: 'the folder that it is read from' }],
        fix:
          end < 0
            ? null
            : fixOf('Refuse what is in it, too', 'suggestion', file, [
                replace({ start: word.start + end, end: word.start + end + 1 }, '(/|$)'),
              ]),
      });
      return;
    }
    const root = directive.value(0).replace(/\/+$/, '');
    if (root.length < 2 || root.includes('$')) return;
    const own = scope.enclosing('server');
    for (const server of own ? [own] : serversOf(config).map((s) => s.scope)) {
      const because = evidence.of(server).get(root);
      const open = because ? FILES.filter((_, i) => served.of(server)[i] === directive) : [];
      if (!because || !open.length) continue;
      report('project', { at: directive.args[0]!, data: { files: open.join(', '), root, evidence: because } });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/shop;
#    ^^^^^^^^^ project
location / { try_files $uri @app; }
location @app { proxy_pass http://unix:/srv/shop/gunicorn.sock; }`,
      good: `root /srv/shop/public;
location / { try_files $uri @app; }
location @app { proxy_pass http://unix:/srv/shop/gunicorn.sock; }`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
location / { try_files $uri $uri/ =404; }
location ~ \\.git$ { deny all; }
#          ^^^^^^ folder`,
      good: `root /srv/site;
location / { try_files $uri $uri/ =404; }
location ~ \\.git(/|$) { deny all; }`,
    },
    {
      inside: 'server',
      good: 'root /staticfiles;\nlocation /static/ { alias /staticfiles/static/; }\nlocation / { try_files $uri /index.html; }',
    },
    { inside: 'server', good: 'root /srv/shop;\nlocation / { proxy_pass http://unix:/srv/shop/gunicorn.sock; }' },
    { inside: 'server', good: 'root /srv/page;\nlocation /live/ { proxy_pass http://unix:/srv/page/nginx.sock; }' },
  ],
});
