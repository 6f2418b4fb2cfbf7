/** Code and configuration that nginx loads from a folder in which every user of the machine may write, or clients by WebDAV. */
import { PerConfig } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf } from '../../config/locations.ts';
import { serversOf } from '../../config/servers.ts';
import { defineRule, type Line } from '../rule.ts';
import { nginxesOf } from '../wsgi/_links.ts';

/** Folders of every Unix in which anyone may make files, and replaces those that are not there yet. */
const FOR_ALL = /^\/(?:tmp|var\/tmp|dev\/shm)\//;

const CODE = [
  'load_module',
  'include',
  'lua_package_path',
  'lua_package_cpath',
  'js_path',
  'js_import',
  'perl_modules',
  'perl_require',
  'ssl_engine',
  ...['init', 'init_worker', 'set', 'rewrite', 'access', 'content', 'header_filter', 'body_filter', 'log', 'balancer', 'preread'].map(
    (phase) => `${phase}_by_lua_file`,
  ),
];

/** The paths that a line loads from. */
const pathsIn = ({ name, values }: Pick<Line, 'name' | 'values'>): readonly string[] =>
  name.startsWith('lua_package_')
    ? (values[0] ?? '').split(';')
    : name === 'js_import' || name === 'set_by_lua_file'
      ? values
      : values.slice(0, 1);

/** Folders into which clients put files, with the line that lets them. */
const byClients = new PerConfig((config): readonly { readonly folder: string; readonly line: Directive }[] =>
  serversOf(config).flatMap(({ scope }) =>
    scope.all
      .filter((d) => d.name === 'dav_methods' && d.values.some((v) => /^put$/i.test(v)))
      .flatMap((line) => {
        const place = locationOf(line.scope);
        const root = line.scope.value('root');
        if (!root?.value(0).startsWith('/') || root.value(0).includes('$') || (place && place.kind !== 'prefix')) return [];
        const folder = root.name === 'alias' ? root.value(0) : `${root.value(0).replace(/\/$/, '')}${place?.name ?? '/'}`;
        return [{ folder: folder.endsWith('/') ? folder : `${folder}/`, line }];
      }),
  ),
);

export default defineRule({
  id: 'code-from-writable-folder',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Code loaded from a folder that anyone writes to',
  why: `
nginx starts as root, and loads modules and configuration before it becomes the user of the workers. In \`/tmp\`, \`/var/tmp\` and \`/dev/shm\` every user and every program of the machine may put a file of the name that nginx looks for; after a restart of the machine the folder is empty, and whoever is first has the name. The same holds for a folder into which clients put files by WebDAV.

In a container nobody else is at home, and the rule is silent.

Keep modules in the folder of the package, and programs and configuration where only root writes: \`/etc/nginx\`, \`/usr/share\`.`,
  about: ['load_module', 'include', 'lua_package_path', 'js_path', 'content_by_lua_file', 'dav_methods'],
  references: ['https://cwe.mitre.org/data/definitions/427.html', 'https://cwe.mitre.org/data/definitions/379.html'],
  looksAt: {
    directive: CODE,
    where: (line) =>
      pathsIn(line).some((path) => FOR_ALL.test(path)) || (line.name === 'include' && (line.values[0] ?? '').startsWith('/')),
  },
  needs: 'config',
  messages: {
    all: 'Every user of the machine may put a file into {folder}, and nginx runs what it loads from there. Keep it where only root writes.',
    clients:
      'Clients put files into {folder} by WebDAV, and nginx takes them for a part of its configuration. Keep it where only root writes.',
  },
  check({ directive, config, deployment, report }) {
    const [word] = directive.args;
    if (!word || directive.args.some((a) => a.templated)) return;
    const path = pathsIn(directive).find((p) => FOR_ALL.test(p));
    if (path !== undefined) {
      // a container has one user, and one whose disk is read-only keeps everything there, its pid among it
      if (FOR_ALL.test(config.main.first('pid')?.value(0) ?? '') || nginxesOf(config, deployment).length > 0) return;
      const at = directive.args.find((a) => a.value.includes(path)) ?? word;
      report('all', { at: directive.at(at), data: { folder: FOR_ALL.exec(path)![0] } });
      return;
    }
    const found = directive.name === 'include' ? byClients.of(config).find(({ folder }) => word.value.startsWith(folder)) : undefined;
    if (found)
      report('clients', {
        at: directive.at(word),
        data: { folder: found.folder },
        related: [{ at: found.line.at(), message: 'lets clients put files there' }],
      });
  },
  examples: [
    {
      inside: 'main',
      bad: ` load_module /var/tmp/ngx_http_extra_module.so;
#            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ all`,
      good: 'load_module modules/ngx_http_extra_module.so;',
      notOn122: 'the module is not on every machine',
    },
    {
      inside: 'http',
      bad: ` lua_package_path "/var/tmp/lua/?.lua;;";
#                 ^^^^^^^^^^^^^^^^^^^^^^ all
server { location / { return 204; } }`,
      good: `lua_package_path "/usr/share/site/?.lua;;";
server { location / { return 204; } }`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
location /uploads/ {
    allow 10.0.0.0/8;
    deny all;
    dav_methods PUT;
}
 include /srv/site/uploads/*.conf;
#        ^^^^^^^^^^^^^^^^^^^^^^^^ clients`,
      good: `root /srv/site;
location /uploads/ {
    allow 10.0.0.0/8;
    deny all;
    dav_methods PUT;
}
include /etc/nginx/site/*.conf;`,
    },
  ],
});
