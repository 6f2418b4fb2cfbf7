/** A file of the application's side that could not be read completely: what it says is missing from every other finding. */
import { basename } from '../../base/file-id.ts';
import { defineRule } from '../rule.ts';
import { site, tree } from './_examples.ts';

export default defineRule({
  id: 'application-unread',
  group: 'wsgi',
  severity: 'error',
  since: '0.2',
  title: 'Application file not read completely',
  why: `
Compose files, Dockerfiles, units, scripts, settings and modules say how the application is started and configured. A file that goes
beyond the limits (variables that double at every line, lists inside thousands of lists) is abandoned, and the rest is judged without it: what
only that file says is not known. Silence about it would pass for a clean configuration, so this is an error. If a person wrote the file, please
report it.

A Compose file in which a service extends one that is not there, or itself in a circle, is one that Compose refuses: what the other service
would have added is not known, and that is a warning.`,
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'never',
  messages: { unread: '{file} could not be read completely: {why}.' },
  check({ deployment, report }) {
    for (const { file, why, damaged } of deployment.unread) {
      const word = /\S+/.exec(deployment.files.get(file) ?? '');
      const start = word?.index ?? 0;
      report('unread', {
        at: { file, span: { start, end: start + (word?.[0].length ?? 0) } },
        data: { file: basename(file), why },
        severity: damaged ? 'warning' : undefined,
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;`),
        'app/Dockerfile': `
 FROM python:3.12
#^^^^ unread
${['ENV A0=0123456789abcdef', ...Array.from({ length: 16 }, (_, i) => `ENV A${i + 1}=\${A${i}}\${A${i}}`)].join('\n')}
CMD gunicorn -b 127.0.0.1:8000 shop.wsgi
`,
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;`),
        'app/Dockerfile': `
FROM python:3.12
ENV A0=0123456789abcdef
CMD gunicorn -b 127.0.0.1:8000 shop.wsgi
`,
      }),
    },
  ],
});
