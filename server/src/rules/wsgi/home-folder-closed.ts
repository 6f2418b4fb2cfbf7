/** Files in the home folder of the application's user, which systems close to others, nginx's workers among them. */
import { placesOf, sendsFiles } from '../../answers/where-a-line-counts.ts';
import type { Directive } from '../../config/directive.ts';
import type { Application } from '../../deploy/application.ts';
import { defineRule } from '../rule.ts';
import { site, tree } from './_examples.ts';
import { homeOf, isOwn } from './_homes.ts';
import { distinct, sidesOf } from './_links.ts';

/** The home folder that a unit runs an application in; null where there is none. */
const homeOfUnit = ({ container, unit }: Application) =>
  container || !unit ? null : [unit.workingDirectory, ...unit.starts].map((t) => homeOf(t?.text.trim() ?? '')).find((h) => h !== null);

/** The folder of files that a line names, as far as it is written out. */
const folderOf = ({ name, args: [word] }: Directive): string | null =>
  (name === 'root' || name === 'alias') && word && !word.templated ? word.value.replace(/\$.*/, '') : null;

export default defineRule({
  id: 'home-folder-closed',
  group: 'wsgi',
  severity: 'info',
  since: '0.2',
  title: 'Static files in a home folder',
  why: `
Home folders are closed to others: Ubuntu makes them with mode 750 since 21.04, Debian with 700 since 12. nginx's workers run as www-data or nginx; to read a file they have to enter all folders above it, and in a home folder they cannot: every file below is answered with 403, and the log says "Permission denied", though the rights of the file itself are fine. The application goes on working, as it runs as the owner of the folder.

Let \`collectstatic\` write to a folder below \`/srv\` or \`/var/www\`. Where the files have to stay, make nginx's user a member of the owner's group and see that the group may enter (\`chmod g+x\`); \`namei -l\` with the path of a file shows who may enter what.`,
  about: ['root', 'alias', 'user'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'never',
  messages: {
    closed:
      '{path} is in {folder}, which current systems create with mode 750 or 700: unless somebody opened it, nginx’s user cannot enter it, and the files are answered with 403. Put them below /srv or /var/www.',
  },
  check({ config, deployment, report }) {
    const told = new Set<string>();
    for (const { application, server, from } of distinct(sidesOf(config, deployment))) {
      const home = from === null && server ? homeOfUnit(application) : null;
      if (!server || !home || isOwn(config, home.owner) || told.has(home.folder)) continue;
      const lines = server.scope.all.filter((d) => homeOf(folderOf(d) ?? '')?.folder === home.folder && placesOf(d).some(sendsFiles));
      const [first, ...others] = lines;
      if (!first) continue;
      told.add(home.folder);
      const at = first.at(first.args[0]);
      const { unit } = application;
      report('closed', {
        at,
        data: { path: first.value(0), folder: home.folder },
        related: [
          ...others.map((d) => ({ at: d.at(d.args[0]), message: 'in this folder as well' })),
          { at: (unit!.workingDirectory ?? unit!.starts[0]!).place(), message: `${unit!.name} runs on this machine` },
        ],
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;
        location /static/ {
            alias /home/shop/app/static/;
#                 ^^^^^^^^^^^^^^^^^^^^^^ closed
        }`),
        'shop.service':
          '[Service]\nUser=shop\nWorkingDirectory=/home/shop/app\nExecStart=/home/shop/venv/bin/gunicorn --bind 127.0.0.1:8000 shop.wsgi\n',
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;
        location /static/ {
            alias /srv/shop/static/;
        }`),
        'shop.service':
          '[Service]\nUser=shop\nWorkingDirectory=/home/shop/app\nExecStart=/home/shop/venv/bin/gunicorn --bind 127.0.0.1:8000 shop.wsgi\n',
      }),
    },
    {
      // the workers run as the owner
      good: tree({
        'nginx.conf': `user shop;\n${site(`
        proxy_pass http://127.0.0.1:8000;
        location /static/ {
            alias /home/shop/app/static/;
        }`)}`,
        'shop.service':
          '[Service]\nUser=shop\nWorkingDirectory=/home/shop/app\nExecStart=/home/shop/venv/bin/gunicorn --bind 127.0.0.1:8000 shop.wsgi\n',
      }),
    },
    {
      // a container's home folder is what its image says
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://web:8000;
        location /static/ {
            alias /home/app/web/static/;
        }`),
        'docker-compose.yml': `services:
  nginx:
    image: nginx:1.29
    volumes: ["./nginx.conf:/etc/nginx/nginx.conf"]
  web:
    image: shop
    working_dir: /home/app/web
    command: gunicorn --bind 0.0.0.0:8000 shop.wsgi
`,
      }),
    },
  ],
});
