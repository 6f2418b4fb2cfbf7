/** A configuration that leaves the place of its error log to how nginx was built. */
import { fixOf, insertBefore } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { mainPlace } from './_main.ts';

export default defineRule({
  id: 'error-log-missing',
  group: 'performance',
  severity: 'hint',
  default: false,
  since: '0.1',
  controls: { cis: ['3.3'] },
  missing: ['error_log'],
  equivalents: ['nginx-lint:missing-error-log'],
  title: 'No error log',
  why: `
Without \`error_log\` errors go to the file that was chosen when nginx was built (\`nginx -V\` shows it as \`--error-log-path\`), at the level
\`error\`: warnings, such as a response that is buffered to disk, are lost. Name the file, and a level of \`warn\`, on the main level so that
it also counts while nginx starts.`,
  about: ['error_log'],
  looksAt: { config: true },
  needs: 'config',
  fixable: 'always',
  messages: { missing: 'No error_log is set on the main level or in http. Name a file and a level.' },
  check({ config, report }) {
    if (config.main.context !== 'main' || config.main.has('error_log')) return;
    const servers = config.main.named('http').flatMap((h) => h.body?.named('server') ?? []);
    if (config.main.named('http').some((h) => h.body?.has('error_log'))) return;
    if (servers.length > 0 && servers.every((s) => s.body?.has('error_log'))) return;
    const place = mainPlace(config, 'http', 'events');
    if (!place) return;
    const first = config.main.directives[0]!;
    report('missing', {
      at: place.at,
      fix: fixOf('Log warnings and errors', 'suggestion', first.file, [
        insertBefore(first.file, first.statement, ['error_log /var/log/nginx/error.log warn;']),
      ]),
    });
  },
  examples: [
    {
      inside: 'main',
      bad: `events {}
 http {
#^^^^ missing
}`,
      good: `error_log /var/log/nginx/error.log warn;
events {}
 http {
}`,
    },
    { inside: 'main', good: 'events {}\nhttp {\nerror_log stderr;\n}' },
  ],
});
