/** A root or alias that serves the whole disk, or a folder that belongs to the system. */
import { locationOf } from '../../config/locations.ts';
import { isProtected } from '../access.ts';
import { defineRule } from '../rule.ts';

/** Folders with keys, passwords, devices, logs or everybody's files. */
const SYSTEM = new Set(
  '/ /bin /boot /dev /etc /lib /lib64 /proc /root /run /sbin /sys /usr /var /var/lib /var/log /var/run /etc/nginx /etc/ssl /home'.split(
    ' ',
  ),
);

const tidy = (path: string): string => path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');

export default defineRule({
  id: 'filesystem-root-exposed',
  group: 'security',
  severity: 'error',
  since: '0.1',
  equivalents: ['gixy:filesystem_root_exposure'],
  title: 'Files of the system can be fetched',
  why: `
nginx serves whatever its worker may read below the folder. With \`/\`, or with a folder such as \`/etc\`, that is the list of users, keys that are readable by mistake, the configuration itself, logs with other people's addresses and tokens.

Name the folder that holds the site. For X-Accel-Redirect over a large tree, mark the location \`internal\`; then only the application leads there, and the rule is silent.`,
  about: ['root', 'alias', 'internal'],
  looksAt: { directive: ['root', 'alias'] },
  needs: 'file',
  messages: {
    exposed: 'Requests read files below {folder}, which belongs to the system. Name the folder of the site.',
  },
  check({ directive, scope, report }) {
    const word = directive.args[0];
    if (!word || word.templated || word.value.includes('$') || !word.value.startsWith('/')) return;
    const location = locationOf(scope);
    if (location?.kind === 'exact' || location?.kind === 'named') return;
    const isPrefix = location?.kind === 'prefix';
    // with root the name of the location stays in the path
    const folder = tidy(directive.name === 'root' && isPrefix ? `${word.value}/${location.name}` : word.value);
    if (!SYSTEM.has(folder)) return;
    if (folder === '/home' && directive.name === 'alias' && location?.kind === 'regex') return;
    if (location && isProtected(location.scope) && (folder !== '/' || location.scope.has('internal'))) return;
    if (location?.kind === 'regex' && directive.name === 'alias') return;
    report('exposed', { at: word, data: { folder } });
  },
  examples: [
    {
      inside: 'server',
      bad: `root /;
#    ^ exposed`,
      good: 'root /var/www/html;',
    },
    {
      inside: 'server',
      bad: `location /config/ { alias /etc/; }
#                         ^^^^^ exposed`,
      good: 'location /config/ { alias /srv/site/config/; }',
    },
    { inside: 'server', good: 'location /files/ { internal; alias /; }' },
    { inside: 'server', good: 'location /usr/share/doc/ { root /; }' },
  ],
});
