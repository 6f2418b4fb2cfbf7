// A server on the HTTPS port that does not speak TLS.
import { isSeenWhole } from '../../answers/which-socket.ts';
import { endsBefore } from '../../answers/who-speaks-tls.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { listenersOf } from '../../config/servers.ts';
import { isLoopback, tcpAddress } from '../../deploy/address.ts';
import { fixOf } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { TLS_SERVER } from '../security/_examples.ts';
import { appendWord, isOn } from '../tls.ts';

/** A file of Debian's folders with one file for each site. */
const OF_SITES = /\/sites-(?:available|enabled)\/[^/]+$/;

/** A server that turns everyone away: who speaks TLS to it is turned away, too. */
const refusesEveryone = (scope: Scope): boolean => scope.directives.some((d) => d.name === 'return' && /^4\d\d$/.test(d.value(0)));

/** Programs of the same machine ask here, and browsers never do. */
const isForThisMachine = (listen: Directive): boolean => {
  const address = tcpAddress(listen.value(0));
  return address?.kind === 'tcp' && isLoopback(address.host);
};

/** The application is told that requests came over TLS, by a line that does not ask nginx whether they did. */
const saysHttps = (scope: Scope): boolean =>
  scope.all.some((d) => /_param$/.test(d.name) && d.value(0) === 'HTTPS' && /^(?:on|1)$/i.test(d.value(1)));

export default defineRule({
  id: 'plain-on-443',
  group: 'tls',
  severity: 'warning',
  since: '0.1',
  missing: ['listen'],
  title: 'Port 443 without TLS',
  why: `Browsers speak TLS to port 443. Without the \`ssl\` parameter on one of the socket's \`listen\` lines nginx expects plain HTTP there and answers their first message with 400 Bad Request. A certificate in the server changes nothing about that. A load balancer that ends TLS and passes plain HTTP on to port 443 is another matter: where there is no certificate and lines show such a proxy (\`set_real_ip_from\`, X-Forwarded-Proto, \`proxy_protocol\`), the rule is silent, as it is about a server that turns everyone away.

\`ssl\` (or \`quic\`) on any listen line of the same address and port counts for all servers there.`,
  about: ['listen', 'ssl_certificate'],
  looksAt: { directive: ['listen'] },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    forgotten: '{address} speaks plain HTTP though the server has a certificate. Add the parameter ssl.',
    plain: '{address} speaks plain HTTP, and clients expect TLS there. Add the parameter ssl and a certificate.',
  },
  check({ config, directive, scope, file, report }) {
    if (scope.context !== 'server' || !directive.value(0).includes('443') || isOn(scope, 'ssl')) return;
    // a proxy in front may have ended TLS; and what the line says itself, its address and port have
    if (['proxy_protocol', 'ssl', 'quic', 'udp'].some((param) => directive.values.includes(param))) return;
    const pair = listenersOf(config).find(
      (p) => p.port === 443 && !p.ssl && !p.quic && !p.udp && p.listens.some((l) => l.directive === directive),
    );
    if (!pair || pair.servers.some((s) => isOn(s.scope, 'ssl'))) return;
    // what is in front ends the clients' TLS and passes plain HTTP on to this port: no certificate, and lines that say who asked and how
    const hasCertificate = scope.value('ssl_certificate') !== undefined;
    if (!hasCertificate && (isForThisMachine(directive) || endsBefore(scope) || saysHttps(scope) || refusesEveryone(scope))) return;
    const certificate = scope.value('ssl_certificate') !== undefined && scope.value('ssl_certificate_key') !== undefined;
    const last = directive.args.at(-1)!;
    // the default server beside sites that are not seen: one of them may say ssl for the socket, which counts here, too
    const { standIn } = config.tree;
    const beside = standIn ? !standIn.certain && OF_SITES.test(file.id) : !isSeenWhole(pair);
    const others = beside && directive.values.includes('default_server');
    const fix = certificate ? fixOf('Add ssl', 'suggestion', file, [appendWord(last, 'ssl')]) : null;
    report(certificate ? 'forgotten' : 'plain', {
      at: directive.args[0]!,
      ...(certificate && others ? { severity: 'info' as const } : {}),
      data: { address: pair.text },
      fix,
      // the lines for both families of addresses lack the same word
      shared: fix && scope.opener ? { at: scope.opener.nameAt, users: 0, said: '', fixes: [fix] } : null,
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `
server {
    listen 443;
#          ^^^ forgotten
    server_name example.com;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
}`,
      good: `
${TLS_SERVER}`,
    },
    {
      inside: 'http',
      bad: `
server {
    listen [::]:443 default_server;
#          ^^^^^^^^ plain
}`,
    },
    {
      inside: 'http',
      good: `
server {
    listen 80 default_server;
    listen 443 default_server;
    return 444;
}`,
    },
    {
      inside: 'http',
      good: `
server {
    listen 443;
    server_name shop.example.com;
    set_real_ip_from 10.0.0.0/8;
    real_ip_header X-Forwarded-For;
    location / { proxy_pass http://127.0.0.1:8000; }
}`,
    },
    {
      inside: 'http',
      good: `
server {
    listen 443 ssl;
    server_name a.example.com;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
}
server {
    listen 443;
    server_name b.example.com;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
}`,
    },
  ],
});
