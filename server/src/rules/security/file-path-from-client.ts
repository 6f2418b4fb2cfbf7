/** Files of nginx or of a program whose path the client writes: `../` in an argument, a header or a cookie leads out of every folder. */
import { reaches } from '../../answers/what-reaches-this-line.ts';
import type { Directive } from '../../config/directive.ts';
import { variablesIn } from '../../syntax/variable.ts';
import type { Word } from '../../syntax/word.ts';
import { type Flow, flowInto, writtenAs } from '../data-flow.ts';
import { defineRule, type Line } from '../rule.ts';

/** What a client writes and nginx passes on as it came; a path of the request is read by nginx first, which refuses what climbs above its top. */
const AS_WRITTEN = /^\$(?:arg_|cookie_|http_(?!host$)|args$|query_string$|request_body$)/i;

/** Names of files, by which each of them is asked for. */
const CLIMBING = ['../../../etc/passwd', '..%2f..%2fetc/passwd', '../x', '/etc/passwd', 'x/../../y'];

/** The lines that name files. */
const FILES: readonly string[] = [
  ...['alias', 'root', 'try_files', 'access_log', 'auth_basic_user_file'],
  ...['proxy_store', 'fastcgi_store', 'uwsgi_store', 'scgi_store', 'fastcgi_param', 'uwsgi_param', 'scgi_param'],
];

/** Parameters by which a FastCGI program learns which file to run, or is configured. */
const RUN = /^(?:SCRIPT_FILENAME|DOCUMENT_ROOT|UWSGI_(?:FILE|SCRIPT|MODULE|CHDIR|HOME|PYHOME))$/i;
const SETTINGS = /^PHP_(?:ADMIN_)?VALUE$/i;

/** A file with the query behind it: `try-files-query-not-last` says that, and takes the client's text away. */
const GLUED = /^\$\{?(?:document_)?uri\}?\$\{?(?:args|query_string)\}?\/?$/;

/** The words of a line that are paths. */
function pathsIn({ name, args }: Directive): readonly Word[] {
  if (name === 'try_files') return args.slice(0, -1).filter(({ value }) => !GLUED.test(value));
  if (name.endsWith('_param')) return args.slice(1, 2);
  return args.slice(0, 1);
}

const concerns = ({ name, values }: Line): boolean =>
  values.some((v) => v.includes('$')) && (!name.endsWith('_param') || RUN.test(values[0] ?? '') || SETTINGS.test(values[0] ?? ''));

/**
 * Whether the system follows `../` in what is put between the two texts. It does so only from a folder that is there: one with a question mark
 * in its name is not, and the beginning of a file's name, as in `/page-$arg_id.html`, is none of a folder's. A whole word may be one, to which the
 * client adds the slash: `/img$arg_path`, `/srv/app$arg_page.php`.
 */
function climbsFrom({ name }: Directive, before: string, after: string): boolean {
  if (/\?|\$\{?is_args\b/.test(before)) return false;
  const namesFolder = name === 'root' || name === 'alias' || after.includes('/');
  const isWord = (after === '' || name.endsWith('_param')) && /[a-z\d]$/i.test(before);
  return namesFolder || isWord || !/[\w.-]$/.test(before) || /\$\{?\w+\}?$/.test(before);
}

/** How the client's text gets in with what a path needs to climb; null where it does not. */
function climbs(directive: Directive, word: Word): { readonly written: string; readonly flow: Flow; readonly bare: boolean } | null {
  for (const use of variablesIn(word).uses) {
    const flow = flowInto(directive, use, '/');
    if (!flow || !AS_WRITTEN.test(flow.source) || !flowInto(directive, use, '.')) continue;
    const name = flow.source.slice(1).toLowerCase();
    if (CLIMBING.every((value) => !reaches(directive, { [name]: value }))) continue;
    const text = use.braced ? `\${${use.name}}` : `$${use.name}`;
    const at = word.value.indexOf(text);
    const [before, after] = [word.value.slice(0, at), word.value.slice(at + text.length)];
    if (!climbsFrom(directive, before, after)) continue;
    return { written: writtenAs(use, flow.source), flow, bare: word.value.endsWith(text) };
  }
  return null;
}

export default defineRule({
  id: 'file-path-from-client',
  group: 'security',
  severity: 'error',
  since: '0.2',
  title: 'Client chooses the file',
  why: `
nginx resolves \`..\` in the path of a request before anything else sees it, and refuses what climbs above the top. It does so nowhere else: an argument, a header or a cookie in \`alias\`, \`root\` or \`try_files\` is used as it came. With \`alias /srv/reports/$arg_name\`, \`?name=../../etc/passwd\` is answered with that file.

In \`SCRIPT_FILENAME\` the same text chooses the program that PHP runs, in \`UWSGI_FILE\` or \`UWSGI_SCRIPT\` the one that uWSGI loads, in \`PHP_VALUE\` its settings (\`auto_prepend_file\`), and in \`access_log\` the file that is written.

Look the value up in a \`map\` with constant answers, or take it from the path, by a group that holds no dot.`,
  about: ['alias', 'root', 'try_files', 'access_log', 'map'],
  references: ['https://cwe.mitre.org/data/definitions/22.html'],
  looksAt: {
    directive: FILES,
    where: concerns,
  },
  needs: 'file',
  messages: {
    read: 'The client chooses the file with {source}: ../ in it is not resolved, so any file that the workers may read is sent. Look it up in a map of allowed ones.',
    ending:
      'The client chooses the file with {source}: ../ in it is not resolved, so any file with that ending is sent. Look it up in a map of allowed ones.',
    run: 'The client chooses the file that is run with {source}: ../ in it is not resolved. Take the path from $document_root$fastcgi_script_name, or write it out.',
    settings: 'The client writes settings of PHP with {source}, such as the file that is run first. Write a constant.',
    users:
      'The client chooses the file of passwords with {source}: with ../ in it any file that looks like one is asked, and whoever knows its lines gets in. Look it up in a map of allowed ones.',
    written: 'The client chooses the file that is written with {source}: ../ in it is not resolved. Look it up in a map of allowed ones.',
  },
  check({ directive, scope, report }) {
    for (let at = scope.enclosing('location'); at; at = at.parent?.enclosing('location') ?? null) if (at.has('internal')) return;
    for (const word of pathsIn(directive)) {
      const found = climbs(directive, word);
      if (!found) continue;
      const isParam = directive.name.endsWith('_param');
      const message = isParam
        ? SETTINGS.test(directive.value(0))
          ? 'settings'
          : 'run'
        : directive.name === 'access_log' || directive.name.endsWith('_store')
          ? 'written'
          : directive.name === 'auth_basic_user_file'
            ? 'users'
            : found.bare || directive.name === 'root'
              ? 'read'
              : 'ending';
      report(message, {
        at: word,
        data: { source: found.written },
        related: found.flow.chain,
        severity: message === 'read' || message === 'run' || message === 'settings' ? 'error' : 'warning',
      });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location = /report {
    alias /srv/reports/$arg_name;
#         ^^^^^^^^^^^^^^^^^^^^^^ read
}`,
      good: `location ~ ^/report/(?<name>[a-z0-9-]+)$ {
    alias /srv/reports/$name.pdf;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
location /page {
    try_files /$arg_file.html /index.html;
#             ^^^^^^^^^^^^^^^ ending
}`,
      good: `root /srv/site;
location /page {
    try_files $uri.html /index.html;
}`,
    },
    {
      inside: 'http',
      bad: `map $cookie_skin $skin {
    default    base;
    "~^(.+)$"  $1;
}
server {
    listen 80;
    location / {
        root /srv/skins/$skin;
#            ^^^^^^^^^^^^^^^^ read
    }
}`,
      good: `map $cookie_skin $skin {
    default base;
    dark    dark;
}
server {
    listen 80;
    location / {
        root /srv/skins/$skin;
    }
}`,
    },
    {
      inside: 'server',
      bad: `location /run/ {
    fastcgi_param SCRIPT_FILENAME /srv/app/$arg_script;
#                                 ^^^^^^^^^^^^^^^^^^^^ run
    fastcgi_pass 127.0.0.1:9000;
}`,
      good: `location /run/ {
    fastcgi_param SCRIPT_FILENAME /srv/app/index.php;
    fastcgi_param REQUEST_METHOD $request_method;
    fastcgi_param QUERY_STRING $query_string;
    fastcgi_pass 127.0.0.1:9000;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    fastcgi_param SCRIPT_FILENAME /srv/app/index.php;
    fastcgi_param PHP_VALUE "error_log=/var/log/$arg_app.log";
#                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ settings
    fastcgi_pass 127.0.0.1:9000;
}`,
      good: `location / {
    fastcgi_param SCRIPT_FILENAME /srv/app/index.php;
    fastcgi_param PHP_VALUE "error_log=/var/log/app.log";
    fastcgi_pass 127.0.0.1:9000;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
 access_log /var/log/nginx/$http_x_tenant.log;
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ written`,
      good: `root /srv/site;
access_log /var/log/nginx/$server_name.log;`,
    },
    { inside: 'server', good: 'root /srv/cache;\nlocation / { try_files /pages/$host$uri.html @app; }\nlocation @app { return 204; }' },
    {
      inside: 'server',
      bad: `location / {
    include uwsgi_params;
    uwsgi_param UWSGI_FILE /srv/apps/$arg_app.py;
#                          ^^^^^^^^^^^^^^^^^^^^^ run
    uwsgi_pass 127.0.0.1:3031;
}`,
      good: `location / {
    include uwsgi_params;
    uwsgi_param UWSGI_FILE /srv/apps/shop.py;
    uwsgi_pass 127.0.0.1:3031;
}`,
    },
    {
      inside: 'server',
      bad: `location /copy/ {
    proxy_store /srv/copies/$arg_name;
#               ^^^^^^^^^^^^^^^^^^^^^ written
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /copy/ {
    proxy_store /srv/copies$uri;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    auth_basic "Team";
    auth_basic_user_file /etc/nginx/users/$cookie_team;
#                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ users
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location / {
    auth_basic "Team";
    auth_basic_user_file /etc/nginx/users/$server_name;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
  ],
});
