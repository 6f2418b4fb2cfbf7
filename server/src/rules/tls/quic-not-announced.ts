/** HTTP/3 that no client is told of: browsers begin with TCP, and change over only where an answer names the other port. */
import { defineRule } from '../rule.ts';
import { tlsSite } from './_examples.ts';

const ANNOUNCES = ['add_header', 'more_set_headers'];

export default defineRule({
  id: 'quic-not-announced',
  group: 'tls',
  severity: 'info',
  since: '0.2',
  missing: ['add_header', 'proxy_pass'],
  title: 'HTTP/3 that no answer announces',
  why: `
A browser begins with TCP. It uses HTTP/3 only after an answer has named it in \`Alt-Svc\`, or a record of type HTTPS in the DNS has: nginx sends that header in no case by itself. Without it \`listen … quic\` is there and nobody comes.

Add \`add_header Alt-Svc 'h3=":443"; ma=86400' always;\` to the server, and repeat it in locations that have \`add_header\` lines of their own. The port is the one that clients reach by UDP.`,
  about: ['listen', 'http3', 'add_header'],
  references: ['https://nginx.org/en/docs/quic.html#configuration', 'https://www.rfc-editor.org/rfc/rfc9114#section-3.1.1'],
  looksAt: { directive: ['listen'], where: ({ values }) => values.includes('quic') },
  needs: 'config',
  messages: {
    silent:
      'No answer of this server sends Alt-Svc, so browsers never use HTTP/3. Add "add_header Alt-Svc \'h3=":{port}"; ma=86400\' always;", unless the DNS announces it.',
  },
  check({ directive, scope, report }) {
    if (scope.context !== 'server' || scope.named('listen').find((d) => d.values.includes('quic')) !== directive) return;
    // without TCP nobody could be told in an answer
    if (!scope.named('listen').some((d) => d.values.includes('ssl') && !d.values.includes('quic'))) return;
    const lines = [...scope.all, ...(scope.parent?.directives ?? [])].filter((d) => ANNOUNCES.includes(d.name));
    if (lines.some((d) => d.values.some((v) => /^alt-svc\b/i.test(v)))) return;
    if (scope.all.some((d) => /_by_lua|^js_/.test(d.name))) return;
    const port = /(?:^|:)(\d+)$/.exec(directive.value(0))?.[1] ?? '443';
    report('silent', { at: directive.args.find((a) => a.value === 'quic')!, data: { port } });
  },
  examples: [
    {
      inside: 'http',
      settings: { nginx: '1.25.1' },
      notOn122: 'quic came with 1.25.0',
      bad: tlsSite(`    listen 443 quic reuseport;
#              ^^^^ silent
    listen 443 ssl;`),
      good: tlsSite(
        `    listen 443 quic reuseport;
    listen 443 ssl;`,
        `    add_header Alt-Svc 'h3=":443"; ma=86400' always;`,
      ),
    },
  ],
});
