/** `tcp_nopush` works with `sendfile` only (ngx_linux_sendfile_chain sets TCP_CORK), and files sent without it go out in more packets. */
import { fixAcross, setLine } from '../fix.ts';
import { defineRule } from '../rule.ts';

const isOn = (value: string | undefined): boolean => value?.toLowerCase() === 'on';

export default defineRule({
  id: 'sendfile-tcp-nopush-unpaired',
  formerly: ['sendfile-tcp-nopush'],
  group: 'performance',
  severity: 'hint',
  default: false,
  since: '0.1',
  missing: ['sendfile', 'tcp_nopush'],
  title: 'sendfile and tcp_nopush not used together',
  why: `
With \`sendfile on\` the kernel sends a file without copying it through nginx. \`tcp_nopush on\` then holds the response header back until the
first part of the file fills the packet, which saves a packet for each response. Without \`sendfile\` the directive does nothing.`,
  about: ['sendfile', 'tcp_nopush'],
  looksAt: { directive: ['sendfile', 'tcp_nopush'] },
  needs: 'config',
  fixable: 'always',
  messages: {
    alone: 'sendfile is on without tcp_nopush: headers and files go out in separate packets. Add "tcp_nopush on;".',
    idle: 'tcp_nopush does nothing while sendfile is off. Turn sendfile on.',
  },
  check({ directive, scope, report }) {
    if (!isOn(directive.value(0))) return;
    const [other, message] = directive.name === 'sendfile' ? (['tcp_nopush', 'alone'] as const) : (['sendfile', 'idle'] as const);
    if (
      directive.name === 'sendfile'
        ? scope.value(other) !== undefined || scope.all.some((d) => d.name === other && isOn(d.value(0)))
        : isOn(scope.value(other)?.value(0)) || scope.all.some((d) => d.name === other && isOn(d.value(0)))
    )
      return;
    report(message, {
      at: directive.statement.name,
      fix: fixAcross(`Add ${other} on`, 'suggestion', [setLine(directive, other, 'on')]),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `    sendfile on;
#   ^^^^^^^^ alone`,
      good: `    sendfile on;
    tcp_nopush on;`,
    },
    {
      inside: 'http',
      bad: `    tcp_nopush on;
#   ^^^^^^^^^^ idle`,
      good: `    tcp_nopush on;
    sendfile on;`,
    },
  ],
});
