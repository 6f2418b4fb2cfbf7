/** The mirror of plain-on-443: TLS on the port to which every browser and every monitor speaks plain HTTP. */
import { listenersOf } from '../../config/servers.ts';
import { fixOf, removeArgument } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { tlsSite } from './_examples.ts';

export default defineRule({
  id: 'tls-on-80',
  group: 'tls',
  severity: 'warning',
  since: '0.2',
  title: 'TLS on the port of plain HTTP',
  why: `
\`http://example.com/\` is asked in plain HTTP on port 80. With \`ssl\` on that socket nginx answers 400, "The plain HTTP request was sent to HTTPS port", to everybody who does not type the port and the scheme; certificate renewals over HTTP fail as well.

TLS belongs on 443. Port 80 is for the redirect and for the challenges of a certificate authority.`,
  about: ['listen', 'error_page'],
  looksAt: { directive: ['listen'], where: ({ values }) => values.includes('ssl') && /(?:^|:)80$/.test(values[0] ?? '') },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    tls: 'http:// requests to {address} get 400 (a plain HTTP request was sent to an HTTPS port): TLS is expected here. Remove ssl, and listen to 443 with ssl.',
  },
  check({ config, directive, scope, file, report }) {
    if (scope.context !== 'server' || directive.values.includes('proxy_protocol')) return;
    const socket = listenersOf(config).find((l) => l.port === 80 && l.ssl && l.listens.some((x) => x.directive === directive));
    // 497 is what nginx makes of such requests: a page for it knows them
    if (!socket || socket.servers.some((s) => s.scope.effective('error_page').directives.some((d) => d.values.includes('497')))) return;
    const word = directive.args.find((a) => a.value === 'ssl');
    const secure = listenersOf(config).some((l) => l.port !== 80 && l.ssl && l.servers.some((s) => s.scope === scope));
    report('tls', {
      at: directive.args[0]!,
      data: { address: socket.text },
      fix: word && secure ? fixOf('Remove ssl', 'suggestion', file, [removeArgument(file, directive.statement, word)]) : null,
    });
  },
  examples: [
    {
      inside: 'http',
      bad: tlsSite(`    listen 80 ssl;
#          ^^ tls
    listen 443 ssl;`),
      good: tlsSite(`    listen 80;
    listen 443 ssl;`),
    },
    {
      inside: 'http',
      good: tlsSite('    listen 80 ssl;', `    error_page 497 =301 https://$host$request_uri;`),
    },
  ],
});
