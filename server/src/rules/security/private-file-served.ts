/** Files that nginx itself keeps for nobody else (keys, passwords, logs), below a folder that it serves. */
import { servedTo } from '../../answers/who-serves-this-url.ts';
import { PerPart } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import { readLocation } from '../../config/locations.ts';
import { type Scope, walk } from '../../config/scope.ts';
import { serversOf } from '../../config/servers.ts';
import { defineRule } from '../rule.ts';

const KEYS = /_certificate_key$|_password_file$|_ticket_key$/;

const NAMED = [
  'ssl_certificate_key',
  'ssl_password_file',
  'ssl_session_ticket_key',
  'proxy_ssl_certificate_key',
  'grpc_ssl_certificate_key',
  'uwsgi_ssl_certificate_key',
  'auth_basic_user_file',
  'access_log',
  'error_log',
];

/** A folder that a line maps paths to, and the path that leads to it. */
interface Folder {
  readonly line: Directive;
  readonly folder: string;
  readonly prefix: string;
}

const withSlash = (path: string): string => (path.endsWith('/') ? path : `${path}/`);

function folderOf(line: Directive): Folder[] {
  const value = line.value(0);
  if (!value.startsWith('/') || value.length < 2 || value.includes('$') || line.args[0]?.templated) return [];
  if (line.name === 'root') return [{ line, folder: withSlash(value), prefix: '/' }];
  const read = line.scope.opener ? readLocation(line.scope.opener) : null;
  return read && ['', '^~'].includes(read.modifier) && read.name.endsWith('/') && value.endsWith('/')
    ? [{ line, folder: value, prefix: read.name }]
    : [];
}

const foldersOf = new PerPart((server: Scope): readonly Folder[] => [
  ...[...walk(server)].filter((d) => d.name === 'root' || d.name === 'alias').flatMap(folderOf),
  ...(server.value('root')?.scope === server ? [] : [server.value('root')].flatMap((d) => (d ? folderOf(d) : []))),
]);

/** The path by which a stranger gets the file from a server, and the line that maps it there. */
function pathTo(server: Scope, file: string): { readonly path: string; readonly line: Directive } | null {
  for (const { line, folder, prefix } of foldersOf.of(server)) {
    if (!file.startsWith(folder)) continue;
    const path = prefix + file.slice(folder.length);
    if (servedTo(server, path)?.root === line) return { path, line };
  }
  return null;
}

export default defineRule({
  id: 'private-file-served',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  missing: ['location'],
  title: 'Key, password file or log is served',
  why: `
A file of passwords or a log below the folder that is served is a request away for everyone: nginx does not know that it keeps such a file for itself. The workers must be able to read the one and usually can read the other. Of a private key only its mode keeps the workers away.

Keep these files where no \`root\` and no \`alias\` leads: \`/etc/nginx\`, \`/etc/ssl\`, \`/var/log/nginx\`.`,
  about: ['auth_basic_user_file', 'ssl_certificate_key', 'access_log', 'error_log', 'root'],
  looksAt: {
    directive: NAMED,
    where: ({ values: [file = ''] }) => file.startsWith('/') && !file.includes('$') && !file.startsWith('/dev/'),
  },
  needs: 'config',
  ofShape: true,
  messages: {
    passwords: 'Everybody can fetch this file of passwords as {path}: it is below {root}. Keep it outside of what is served.',
    key: 'This private key is below {root} and would be sent as {path}: only the mode of the file keeps it in. Keep it outside of what is served.',
    log: 'Everybody can fetch this log as {path}: it is below {root}. Write it to a folder that is not served.',
  },
  check({ directive, scope, config, report }) {
    const [word] = directive.args;
    if (!word || word.templated) return;
    const own = scope.enclosing('server');
    for (const server of own ? [own] : serversOf(config).map((s) => s.scope)) {
      const found = pathTo(server, word.value);
      if (!found) continue;
      const kind = KEYS.test(directive.name) ? 'key' : directive.name === 'auth_basic_user_file' ? 'passwords' : 'log';
      report(kind, {
        at: word,
        data: { path: found.path, root: found.line.value(0) },
        related: [{ at: found.line.at(), message: 'the folder that is served' }],
      });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/site;
location / { try_files $uri =404; }
location /private/ {
    auth_basic "private";
    auth_basic_user_file /srv/site/users.txt;
#                        ^^^^^^^^^^^^^^^^^^^ passwords
}`,
      good: `root /srv/site;
location / { try_files $uri =404; }
location /private/ {
    auth_basic "private";
    auth_basic_user_file /srv/users.txt;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
 access_log /srv/site/logs/access.log;
#           ^^^^^^^^^^^^^^^^^^^^^^^^^ log`,
      good: `root /srv/site/public;
access_log /srv/site/logs/access.log;`,
    },
    {
      inside: 'server',
      bad: `listen 443 ssl;
ssl_certificate /srv/site/tls/site.pem;
 ssl_certificate_key /srv/site/tls/site.key;
#                    ^^^^^^^^^^^^^^^^^^^^^^ key
location / { root /srv/site; }`,
      good: `listen 443 ssl;
ssl_certificate /srv/site/tls/site.pem;
ssl_certificate_key /srv/site/tls/site.key;
location / { root /srv/site; }
location /tls/ { deny all; }`,
    },
    {
      inside: 'server',
      good: 'root /srv/site;\nlocation / { proxy_pass http://127.0.0.1:8000; auth_basic "x"; auth_basic_user_file /srv/site/users; }',
    },
  ],
});
