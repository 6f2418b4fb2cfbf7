/** Requests that leave no line in a log. */
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'access-log-off',
  group: 'compliance',
  severity: 'info',
  default: false,
  since: '0.2',
  controls: { cis: ['3.2'], stig: ['V-278385'] },
  title: 'Requests are not logged',
  why: `
Without a line in the access log nobody can tell afterwards who asked for what. The benchmarks want requests logged for every server. Images and health checks are left out in many configurations, which may be fine; argue for each in a comment.`,
  about: ['access_log'],
  looksAt: { directive: ['access_log'] },
  needs: 'file',
  inForce: true,
  messages: { off: 'Requests here are not logged. Remove the line, or name a file.' },
  check({ directive, report }) {
    if (directive.value(0) === 'off') report('off', { at: directive.at() });
  },
  examples: [
    {
      inside: 'server',
      bad: `    access_log off;
#   ^^^^^^^^^^^^^^^ off`,
      good: 'access_log /var/log/nginx/shop.log;',
    },
  ],
});
