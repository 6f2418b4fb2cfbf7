/** Paths that begin with the tilde of a shell, which nginx takes for the name of a folder. */
import type { Directive } from '../../config/directive.ts';
import { pathsOf } from '../../config/paths.ts';
import { defineRule } from '../rule.ts';

/** Directives whose words are addresses, among them sockets of this machine. */
const WITH_SOCKETS = /^(?:server|(?:proxy|fastcgi|grpc|uwsgi|scgi)_pass)$/;

/** Folders that nginx makes, and files that it reads in a way of its own. */
const WITH_FOLDERS = /^(?:include|pid|lock_file|ssl_session_ticket_key|\w+_temp_path|\w+_store)$/;

/** A home folder as a shell writes it, one's own or that of a user, also in the address of a socket. */
const HOME = /^(?:(?:https?|grpcs?):\/\/)?(?:unix:)?(~[a-z_][\w-]*|~)(?=\/|$)/;

/** Whether the first word names a file, a folder or a socket. */
const isPath = ({ name, body, statement }: Directive): boolean =>
  !body && (WITH_SOCKETS.test(name) || WITH_FOLDERS.test(name) || pathsOf(statement).some((p) => p.argument === 0));

export default defineRule({
  id: 'tilde-in-path',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Tilde in a path',
  why: `
A shell puts the home folder in the place of \`~\`; nginx does not. \`root ~/site\` is a folder called \`~\` below the one that nginx was installed with, \`/usr/share/nginx/~/site\`, and every page is 404. A list of passwords at such a path refuses everybody, a certificate or an include is not found at all.

Write the whole path, \`/home/deploy/site\`. The workers must be able to enter every folder on the way.`,
  about: ['root', 'alias', 'auth_basic_user_file', 'ssl_certificate', 'access_log'],
  looksAt: { directive: '*', where: ({ values }) => HOME.test(values[0] ?? '') },
  needs: 'file',
  messages: {
    literal: 'nginx knows no home folder: {path} is looked for in a folder called "{tilde}" below its own. Write the whole path.',
  },
  check({ directive, report }) {
    const word = directive.args[0]!;
    if (word.templated || !isPath(directive)) return;
    report('literal', { at: word, data: { path: word.value, tilde: HOME.exec(word.value)![1]! } });
  },
  examples: [
    {
      inside: 'server',
      bad: 'root ~/site/public;\n#    ^^^^^^^^^^^^^ literal',
      good: 'root /srv/site/public;',
    },
    {
      inside: 'location',
      bad: `auth_basic staff;
auth_basic_user_file ~deploy/.htpasswd;
#                    ^^^^^^^^^^^^^^^^^ literal`,
      good: `auth_basic staff;
auth_basic_user_file /home/deploy/.htpasswd;`,
    },
    { inside: 'server', good: 'root /srv/~deploy/public;' },
    {
      inside: 'location',
      bad: `proxy_pass https://10.0.0.5;
proxy_ssl_certificate ~/keys/client.pem;
#                     ^^^^^^^^^^^^^^^^^ literal
proxy_ssl_certificate_key /etc/nginx/client.key;`,
      good: `proxy_pass https://10.0.0.5;
proxy_ssl_certificate /home/deploy/keys/client.pem;
proxy_ssl_certificate_key /etc/nginx/client.key;`,
    },
    { inside: 'location', good: 'proxy_pass http://10.0.0.5/~deploy/;' },
  ],
});
