/** Files of nginx itself where others may write, or where the site's visitors may read. */
import type { Directive } from '../../config/directive.ts';
import { defineRule } from '../rule.ts';

const OF_ALL = /^\/(?:tmp|var\/tmp|dev\/shm)(?:\/|$)/;
const RUNTIME = ['pid', 'lock_file', 'working_directory', 'error_log'];

/** The folders that are served. */
const roots = (d: Directive): string[] =>
  d.scope.config.main.all.flatMap((r) =>
    (r.name === 'root' || r.name === 'alias') && r.value(0).length > 1 && !r.value(0).includes('$')
      ? [r.value(0).replace(/\/*$/, '/')]
      : [],
  );

export default defineRule({
  id: 'runtime-file-exposed',
  group: 'compliance',
  severity: 'info',
  default: false,
  since: '0.2',
  controls: { cis: ['2.3.3', '2.3.4'] },
  title: 'Files of nginx where others can reach them',
  why: `
The file with the process id decides whom a signal of root goes to, and a core dump holds what was in memory: keys, passwords, pages. The benchmark wants both where no other user can write and no visitor can read: not below \`/tmp\`, and not below a folder that is served. \`working_directory\` is where core dumps go.`,
  about: ['pid', 'working_directory', 'worker_rlimit_core'],
  looksAt: { directive: RUNTIME },
  needs: 'config',
  messages: {
    all: '{path} is in a folder that every user of the machine may write to. Use /run, /var/log/nginx or /var/lib/nginx.',
    served: '{path} lies below {root}, which is served to visitors. Use a folder outside of it.',
  },
  check({ directive, report }) {
    const word = directive.args[0];
    if (!word || word.templated || !word.value.startsWith('/')) return;
    if (OF_ALL.test(word.value)) return report('all', { at: directive.at(word), data: { path: word.value } });
    const root = roots(directive).find((r) => `${word.value}/`.startsWith(r));
    if (root) report('served', { at: directive.at(word), data: { path: word.value, root } });
  },
  examples: [
    {
      inside: 'main',
      bad: `pid /var/tmp/nginx.pid;
#   ^^^^^^^^^^^^^^^^^^ all
events {}`,
      good: `pid /run/nginx.pid;
events {}`,
    },
  ],
});
