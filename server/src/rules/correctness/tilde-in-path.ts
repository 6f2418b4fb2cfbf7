/** Paths that begin with the tilde of a shell, which nginx takes for the name of a folder. */
import { defineRule } from '../rule.ts';

/** Directives whose words are paths of this machine, or sockets on it. */
const WITH_PATHS = [
  'access_log',
  'alias',
  'auth_basic_user_file',
  'client_body_temp_path',
  'error_log',
  'fastcgi_cache_path',
  'fastcgi_pass',
  'grpc_pass',
  'include',
  'load_module',
  'pid',
  'proxy_cache_path',
  'proxy_pass',
  'proxy_ssl_trusted_certificate',
  'root',
  'server',
  'ssl_certificate',
  'ssl_certificate_key',
  'ssl_client_certificate',
  'ssl_dhparam',
  'ssl_password_file',
  'ssl_trusted_certificate',
  'uwsgi_cache_path',
  'uwsgi_pass',
];

/** A home folder as a shell writes it, one's own or that of a user, also in the address of a socket. */
const HOME = /^(?:(?:https?|grpcs?):\/\/)?(?:unix:)?(~[a-z_][\w-]*|~)(?=\/|$)/;

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
  looksAt: { directive: WITH_PATHS, where: ({ values }) => HOME.test(values[0] ?? '') },
  needs: 'file',
  messages: {
    literal: 'nginx knows no home folder: {path} is looked for in a folder called "{tilde}" below its own. Write the whole path.',
  },
  check({ directive, report }) {
    const word = directive.args[0]!;
    if (word.templated || (directive.name === 'server' && directive.body)) return;
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
  ],
});
