/** nginx starts one worker unless told otherwise (ngx_core_module_init_conf). */
import { fixOf, insertBefore } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { mainPlace } from './_main.ts';

export default defineRule({
  id: 'worker-processes-missing',
  group: 'performance',
  severity: 'hint',
  default: false,
  since: '0.1',
  missing: ['worker_processes'],
  equivalents: ['gixy:missing_worker_processes'],
  title: 'Single worker process',
  why: `
\`worker_processes\` is 1 when it is not set: TLS handshakes, compression and everything else run on one processor, whatever the machine has.
\`auto\` starts one worker for each.`,
  about: ['worker_processes'],
  looksAt: { config: true },
  needs: 'config',
  fixable: 'always',
  messages: { missing: 'worker_processes is not set, so one worker does all the work. Add "worker_processes auto;".' },
  check({ config, report }) {
    if (config.main.has('worker_processes') || config.main.context !== 'main') return;
    const place = mainPlace(config, 'events', 'http');
    if (!place) return;
    const first = config.main.directives[0]!;
    report('missing', {
      at: place.at,
      fix: fixOf('Add worker_processes auto', 'suggestion', first.file, [
        insertBefore(first.file, first.statement, ['worker_processes auto;']),
      ]),
    });
  },
  examples: [
    {
      inside: 'main',
      bad: ` events {
#^^^^^^ missing
}
http {}`,
      good: ` worker_processes auto;
 events {
}
http {}`,
    },
    { inside: 'main', good: 'worker_processes 1;\nevents {}\nhttp {}' },
  ],
});
