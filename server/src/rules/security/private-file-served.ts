/** Files that nginx itself keeps for nobody else (keys, passwords, logs), below a folder that it serves. */
import { servedTo } from '../../answers/who-serves-this-url.ts';
import { table } from '../../base/table.ts';
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

/** Folders that nginx writes what is nobody's to read into, with what has to be on for that. */
const WRITTEN: Readonly<
  Record<string, { readonly file: string; readonly message: 'cached' | 'bodies' | 'cores'; readonly with?: string }>
> = table({
  proxy_cache_path: { file: '0123456789abcdef0123456789abcdef', message: 'cached' },
  fastcgi_cache_path: { file: '0123456789abcdef0123456789abcdef', message: 'cached' },
  uwsgi_cache_path: { file: '0123456789abcdef0123456789abcdef', message: 'cached' },
  scgi_cache_path: { file: '0123456789abcdef0123456789abcdef', message: 'cached' },
  client_body_temp_path: { file: '0000000001', message: 'bodies', with: 'client_body_in_file_only' },
  working_directory: { file: 'core', message: 'cores', with: 'worker_rlimit_core' },
});

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
    directive: [...NAMED, ...Object.keys(WRITTEN)],
    where: ({ values: [file = ''] }) => file.startsWith('/') && !file.includes('$') && !file.startsWith('/dev/'),
  },
  needs: 'config',
  ofShape: true,
  messages: {
    cached:
      'Stored responses are below {root}, and everybody can fetch them from {path}, whoever they were for: the name of the file is a sum of the key. Keep them outside of what is served.',
    bodies: 'What visitors send is kept below {root}, and everybody can fetch it as {path} and so on. Keep it outside of what is served.',
    cores:
      'A worker that crashes writes its memory below {root}, keys and passwords in it, and everybody can fetch it as {path}. Name a folder outside of what is served.',
    passwords: 'Everybody can fetch this file of passwords as {path}: it is below {root}. Keep it outside of what is served.',
    key: 'This private key is below {root} and would be sent as {path}: only the mode of the file keeps it in. Keep it outside of what is served.',
    log: 'Everybody can fetch this log as {path}: it is below {root}. Write it to a folder that is not served.',
  },
  check({ directive, scope, config, report }) {
    const [word] = directive.args;
    if (!word || word.templated) return;
    const written = WRITTEN[directive.name];
    if (written?.with && /^(?:off|0)?$/.test(scope.value(written.with)?.value(0) ?? '')) return;
    const levels = /(?:^|=)(\d)/.exec(directive.values.slice(1).find((v) => v.startsWith('levels=')) ?? '')?.[1];
    const file = written ? `${withSlash(word.value)}${levels ? `${'f'.repeat(Number(levels))}/` : ''}${written.file}` : word.value;
    const own = scope.enclosing('server');
    for (const server of own ? [own] : serversOf(config).map((s) => s.scope)) {
      const found = pathTo(server, file);
      if (!found) continue;
      const kind = written
        ? written.message
        : KEYS.test(directive.name)
          ? 'key'
          : directive.name === 'auth_basic_user_file'
            ? 'passwords'
            : 'log';
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
    {
      inside: 'http',
      bad: `proxy_cache_path /srv/site/cache keys_zone=pages:10m;
#                ^^^^^^^^^^^^^^^ cached
server {
    root /srv/site;
    location / { try_files $uri @app; }
    location @app {
        proxy_cache pages;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `proxy_cache_path /srv/cache keys_zone=pages:10m;
server {
    root /srv/site;
    location / { try_files $uri @app; }
    location @app {
        proxy_cache pages;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
client_body_in_file_only on;
 client_body_temp_path /srv/site/bodies;
#                      ^^^^^^^^^^^^^^^^ bodies
location / { try_files $uri @app; }
location @app { proxy_pass http://127.0.0.1:8000; }`,
      good: `root /srv/site;
client_body_in_file_only on;
client_body_temp_path /srv/bodies;
location / { try_files $uri @app; }
location @app { proxy_pass http://127.0.0.1:8000; }`,
    },
  ],
});
