/** The site "Welcome to nginx!" of an image, which stays beside the one that a compose file or a Dockerfile puts into conf.d. */
import type { Statement } from '../../syntax/statement.ts';
import { defineRule } from '../rule.ts';
import { tree } from './_examples.ts';

const COMPOSE = (name: string): string =>
  `services:\n  nginx:\n    image: nginx:1.30\n    ports: ["80:80"]\n    volumes: ["./site.conf:/etc/nginx/conf.d/${name}:ro"]\n`;

const SITE = (names = '', mark = ''): string => `
server {
    listen 80;
${mark}${names}    root /srv/shop;
}`;

/** A server of the file: its listener on the port, if it has one, and its names; null where an include or a template may say otherwise. */
function readServer(server: Statement, port: number): { listen: Statement; isDefault: boolean; names: readonly string[] } | null {
  const lines = server.block ?? [];
  const named = lines.filter((d) => d.name.value === 'listen' || d.name.value === 'server_name');
  if (lines.some((d) => d.name.value === 'include') || named.some((d) => d.args.some((a) => a.templated))) return null;
  const listens = named.filter((d) => d.name.value === 'listen');
  const isPort = (d: Statement): boolean => {
    const m = /^(?:(?:\*|0\.0\.0\.0)(?::(\d+))?|(\d+))$/.exec(d.args[0]?.value ?? '');
    return m !== null && Number(m[1] ?? m[2] ?? 80) === port;
  };
  const listen = listens.length ? listens.find(isPort) : port === 80 ? server : undefined;
  if (!listen) return null;
  return {
    listen,
    isDefault: listen !== server && listen.args.some((a) => a.value === 'default_server' || a.value === 'default'),
    names: named.flatMap((d) => (d.name.value === 'server_name' ? d.args.map((a) => a.value) : [])),
  };
}

export default defineRule({
  id: 'image-default-kept',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'Site of the image kept beside the own one',
  why: `
The images of nginx bring \`/etc/nginx/conf.d/default.conf\`: port 80 (8080 in the unprivileged one), \`server_name localhost\`, the page "Welcome to nginx!". A file that is mounted or copied into the same folder under another name does not replace it. Files of a folder are read in the order of their names, and the first server of a port is its default: a site without a name of its own in \`site.conf\` is never asked, one in \`app.conf\` is, but not for \`localhost\`.

Put the site to \`/etc/nginx/conf.d/default.conf\`, mount the whole folder, or remove the file in the Dockerfile. A site with a domain as its name needs none of this: requests for that name find it.`,
  about: ['listen', 'server_name', 'include'],
  references: ['https://nginx.org/en/docs/http/request_processing.html'],
  looksAt: { config: true },
  needs: 'config',
  messages: {
    never:
      'No request arrives here: {path} of {image} stays beside {file}, is read first, and answers port {port} with "Welcome to nginx!". Put this file to {path}, or remove that one.',
    local:
      'http://localhost is answered with "Welcome to nginx!": {path} of {image} stays beside {file}, and its server has that name. Put this file to {path}, or remove that one.',
  },
  check({ config, report }) {
    const { imageDefault, standIn, root, files } = config.tree;
    const source = files.get(standIn?.file ?? root);
    if (!imageDefault || !source) return;
    const { path, of: image, port, file, first, at } = imageDefault;
    const servers = source.body.filter((s) => s.name.value === 'server' && s.block).map((s) => readServer(s, port));
    const chosen = servers.find((s) => s?.isDefault);
    for (const server of servers) {
      if (!server) continue;
      const { listen, names } = server;
      const isNameless = names.every((n) => n === '' || n === '_');
      const isLocal = !isNameless && names.every((n) => n === '' || n === '_' || n === 'localhost');
      const never = first && (isLocal || (isNameless && !chosen));
      const isChosen = chosen ? chosen === server : !first && servers[0] === server;
      if (!never && !(isNameless && isChosen)) continue;
      const end = listen.block ? listen.name.end : (listen.args.at(-1)?.end ?? listen.name.end);
      report(never ? 'never' : 'local', {
        at: { file: source.id, span: { start: listen.name.start, end } },
        severity: never ? undefined : 'info',
        data: { path, image, file, port },
        related: [{ at, message: 'put there here' }],
      });
      return;
    }
  },
  examples: [
    {
      bad: tree({ 'site.conf': SITE('', '#   ^^^^^^^^^ never\n'), 'compose.yaml': COMPOSE('site.conf') }),
      good: tree({ 'site.conf': SITE(), 'compose.yaml': COMPOSE('default.conf') }),
      notOn122: 'a site is no main file',
    },
    {
      bad: tree({ 'site.conf': SITE('    server_name _;\n', '#   ^^^^^^^^^ local\n'), 'compose.yaml': COMPOSE('app.conf') }),
      good: tree({ 'site.conf': SITE('    server_name shop.example.com;\n'), 'compose.yaml': COMPOSE('site.conf') }),
      notOn122: 'a site is no main file',
    },
    {
      bad: tree({
        'site.conf': SITE('    server_name localhost;\n', '#   ^^^^^^^^^ never\n'),
        Dockerfile: 'FROM nginx:1.30-alpine\nCOPY site.conf /etc/nginx/conf.d/site.conf\n',
      }),
      good: tree({
        'site.conf': SITE('    server_name localhost;\n'),
        Dockerfile: 'FROM nginx:1.30-alpine\nRUN rm /etc/nginx/conf.d/default.conf\nCOPY site.conf /etc/nginx/conf.d/site.conf\n',
      }),
      notOn122: 'a site is no main file',
    },
  ],
});
