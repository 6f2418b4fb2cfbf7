/** Files and sockets below root's home folder: nginx's workers run as another user, and the folder is closed to all but root. */
import { placesOf, sendsFiles } from '../../answers/where-a-line-counts.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { defineRule } from '../rule.ts';

/** A path in root's home folder, which every system makes with mode 700; null for others. */
function pathIn(directive: Pick<Directive, 'name'>, value: string): string | null {
  if (directive.name === 'root' || directive.name === 'alias') return /^\/+root(?:\/|$)/.test(value) ? value : null;
  return /(?:^|\/\/)unix:(\/+root\/[^:]*)/.exec(value)?.[1] ?? null;
}

/** Who the workers are, for people; null where they are root, or may be. */
function workersOf(config: Config): string | null {
  const word = config.main.effective('user').directives.at(-1)?.args[0];
  if (!word) return 'the user of nginx’s workers';
  const isRoot = word.templated || word.value.includes('$') || word.value === 'root' || word.value === '0';
  return isRoot ? null : `${word.value}, the user of nginx’s workers,`;
}

export default defineRule({
  id: 'folder-closed-to-workers',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  missing: ['user'],
  title: 'Files in a folder that is closed to nginx',
  why: `
nginx starts as root, and its workers, which read the files and connect to sockets, run as the user of the \`user\` directive. The folder \`/root\` has mode 700 on every system: a worker cannot enter it, whatever the rights of the files in it are. A file is answered with 403, or with 404 after \`try_files\`, and the log says "Permission denied"; an application's socket there ends in 502.

Put the files below \`/srv\` or \`/var/www\`, and the socket below \`/run\`. To open \`/root\`, or to run the workers as root, would give away more than these files.`,
  about: ['user', 'root', 'alias', 'proxy_pass'],
  looksAt: {
    directive: ['root', 'alias', 'server', ...PASS_DIRECTIVES],
    where: ({ name, values }) => pathIn({ name }, values[0] ?? '') !== null,
  },
  needs: 'config',
  messages: {
    files:
      '{path} is in /root, which only root may enter, and {who} cannot: its files are answered with 403. Put them below /srv or /var/www.',
    socket:
      '{path} is in /root, which only root may enter, and {who} cannot: every request ends in 502 (Permission denied). Put the socket below /run.',
  },
  check({ directive, config, report }) {
    const word = directive.args[0];
    const path = word && pathIn(directive, word.value);
    const who = workersOf(config);
    if (!word || word.templated || !path || path.includes('$') || who === null) return;
    const files = directive.name === 'root' || directive.name === 'alias';
    // a root above locations that all pass their requests on is read by nobody
    if (directive.name === 'root' && !placesOf(directive).some((at) => sendsFiles(at) || at.has('try_files'))) return;
    report(files ? 'files' : 'socket', {
      at: word,
      // the main file that is not seen may name root
      ...(config.tree.standIn && !config.main.effective('user').directives.length ? { severity: 'info' as const } : {}),
      data: { who, path },
    });
  },
  examples: [
    {
      inside: 'main',
      bad: `user www-data;
events {}
http {
    server {
        location /static/ {
            root /root;
#                ^^^^^ files
        }
        location / {
            proxy_pass http://unix:/root/shop/web.sock;
#                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ socket
        }
    }
}`,
      good: `user www-data;
events {}
http {
    server {
        location /static/ {
            root /srv/shop;
        }
        location / {
            proxy_pass http://unix:/run/shop/web.sock;
        }
    }
}`,
    },
    {
      inside: 'main',
      good: `user root;
events {}
http {
    server {
        root /root;
    }
}`,
    },
  ],
});
