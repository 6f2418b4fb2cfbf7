/** An error log that leaves out what the benchmark wants kept. */
import { defineRule } from '../rule.ts';

const ENOUGH = new Set(['info', 'debug']);

export default defineRule({
  id: 'error-log-level-too-high',
  formerly: ['error-log-level'],
  group: 'compliance',
  severity: 'info',
  default: false,
  since: '0.2',
  controls: { cis: ['3.3'], stig: ['V-278385'] },
  title: 'The error log does not keep the level info',
  why: `
\`error_log\` without a level keeps errors and worse. The benchmark wants the level \`info\`, in which clients that disconnect, refused requests and handshakes that fail leave a line. It is much more to read: send it where it can be searched.`,
  about: ['error_log'],
  looksAt: { directive: ['error_log'] },
  needs: 'file',
  inForce: true,
  messages: { low: 'The level is {level}; the benchmark wants info. Write info behind the file.' },
  check({ directive, report }) {
    const [file, level] = directive.args;
    if (!file || (level && ENOUGH.has(level.value))) return;
    report('low', { at: level ?? file, data: { level: level?.value ?? 'error' } });
  },
  examples: [
    {
      inside: 'http',
      bad: `error_log /var/log/nginx/error.log warn;
#                                  ^^^^ low`,
      good: 'error_log /var/log/nginx/error.log info;',
    },
    {
      inside: 'http',
      bad: `error_log /var/log/nginx/error.log;
#         ^^^^^^^^^^^^^^^^^^^^^^^^ low`,
    },
  ],
});
