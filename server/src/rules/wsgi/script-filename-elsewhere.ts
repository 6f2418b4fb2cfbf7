/** A SCRIPT_FILENAME that the container of php-fpm has at another path. */

import { hasVariables } from '../../config/upstreams.ts';
import { mountOf, samePlaceOutside } from '../../deploy/reach.ts';
import phpFpm from '../../deploy/servers/php-fpm.ts';
import { settingsOf } from '../../deploy/servers/server.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { main, tree } from './_examples.ts';
import { distinct, type Side, sidesOf } from './_links.ts';
import { cleanPath, usualScript } from './_script.ts';

/** Where the container of php-fpm has the folder that nginx calls by this path: the path there; null where it is the same, or not known. */
function elsewhere(
  { from, application }: Side,
  path: string,
): { readonly path: string; readonly mount: ReturnType<typeof mountOf> } | null {
  const { container } = application;
  if (!from || !container || from === container) return null;
  const own = mountOf(from, path);
  // below a mount of its own the path may be there by another way: only where that is surely another folder is it not
  if (!own?.source || (mountOf(container, path) && samePlaceOutside(from, path, container, path) !== false)) return null;
  const mount = container.mounts.find((m) => samePlaceOutside(from, own.target, container, m.target) === true);
  if (!mount) return null;
  const there = cleanPath(mount.target + path.slice(cleanPath(own.target).length));
  return there === cleanPath(path) ? null : { path: there, mount };
}

const SITE = (root: string, script: string, mark = ''): string =>
  main(`server {
    root ${root};
    location ~ \\.php$ {
        try_files $fastcgi_script_name =404;
        fastcgi_param SCRIPT_FILENAME ${script};${mark}
        fastcgi_pass php:9000;
    }
}`);
const COMPOSE = (php: string): string =>
  `services:\n  php:\n    image: php:8.3-fpm\n    volumes: ["./site:${php}"]\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx:/etc/nginx", "./site:/usr/share/nginx/html"]\n`;

export default defineRule({
  id: 'script-filename-elsewhere',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'SCRIPT_FILENAME is the path of another container',
  why: `
php-fpm opens the file that \`SCRIPT_FILENAME\` names, in its own file system, and answers "File not found." where there is none (tried with
php-fpm 8.2; nginx's log says "Primary script unknown").

In containers, nginx and php-fpm may have the same files at different paths. The param needs the path of php-fpm's container.`,
  about: ['fastcgi_param', 'root', '$document_root'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  fixChanges: ['request-headers'],
  messages: {
    elsewhere:
      'php-fpm of the service {name} has no {folder}: the same folder is mounted there as {there}, so that it answers "File not found.". Send the path of its own container.',
  },
  check({ config, deployment, report }) {
    for (const side of distinct(sidesOf(config, deployment))) {
      if (settingsOf(side.application, phpFpm) === null) continue;
      const line = usualScript(side.pass);
      const root = side.pass.scope.effective('alias').directives.at(-1);
      if (!line || root?.name !== 'root' || hasVariables(root.value(0))) continue;
      const found = elsewhere(side, root.value(0));
      if (!found) continue;
      report('elsewhere', {
        at: line.at(line.args[1]),
        data: { name: side.application.container!.name, folder: root.value(0), there: found.path },
        related: [
          { at: root.at(), message: 'the folder in the container of nginx' },
          { at: found.mount!.place, message: 'mounted here for php-fpm' },
        ],
        fix: fixOf(`Send ${found.path}$fastcgi_script_name`, 'suggestion', line.file, [
          replace(line.args[1]!, `${found.path}$fastcgi_script_name`),
        ]),
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx/nginx.conf': SITE(
          '/usr/share/nginx/html',
          '$document_root$fastcgi_script_name',
          '\n#                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ elsewhere',
        ),
        'compose.yaml': COMPOSE('/var/www/html'),
      }),
      fixed: tree({ 'nginx/nginx.conf': SITE('/usr/share/nginx/html', '/var/www/html$fastcgi_script_name') }),
    },
    {
      good: tree({
        'nginx/nginx.conf': SITE('/usr/share/nginx/html', '$document_root$fastcgi_script_name'),
        'compose.yaml': COMPOSE('/usr/share/nginx/html'),
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
  ],
});
