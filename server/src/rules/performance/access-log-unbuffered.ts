/** One write() for each request (ngx_http_log_write) where a buffer would gather hundreds. */
import { fixOf } from '../fix.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'access-log-unbuffered',
  group: 'performance',
  severity: 'hint',
  default: false,
  since: '0.1',
  title: 'Unbuffered access log',
  why: `
Without \`buffer\` nginx writes to the access log at the end of every request. Under load, or on slow disks, \`buffer=64k flush=5s\` makes one
write of many. Lines then appear up to five seconds late, and are lost when nginx is killed.`,
  about: ['access_log'],
  looksAt: { directive: ['access_log'] },
  needs: 'file',
  inForce: true,
  fixable: 'sometimes',
  messages: { unbuffered: 'Every request is a write to {file}. Add "buffer=64k flush=5s".' },
  check({ directive, report }) {
    const [file, format] = directive.args;
    if (!file || file.value === 'off' || file.value.includes('$') || /^(syslog:|memory:|\/dev\/|\/proc\/)/.test(file.value)) return;
    if (directive.values.some((v) => v.startsWith('buffer=') || v.startsWith('gzip'))) return;
    const others = directive.scope.config.main.all.filter((d) => d !== directive && d.name === 'access_log' && d.value(0) === file.value);
    const text = format ? ['buffer=64k flush=5s'] : ['combined buffer=64k flush=5s'];
    const last = directive.args.at(-1)!;
    report('unbuffered', {
      at: directive.statement.name,
      data: { file: file.value },
      // nginx refuses two lines of one file with other parameters
      fix: others.length
        ? null
        : fixOf('Gather lines in a buffer', 'suggestion', directive.file, [
            { span: { start: last.end, end: last.end }, newText: ` ${text.join('')}` },
          ]),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `    access_log /var/log/nginx/access.log;
#   ^^^^^^^^^^ unbuffered`,
      good: '    access_log /var/log/nginx/access.log combined buffer=64k flush=5s;',
    },
    { inside: 'http', good: 'access_log off;' },
    { inside: 'http', good: 'access_log /dev/stdout;' },
  ],
});
