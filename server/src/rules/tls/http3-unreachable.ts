/** HTTP/3 that is turned on or announced where no client can get to it: without a socket for QUIC, without one for TCP, or by the name of a draft. */
import type { Directive } from '../../config/directive.ts';
import { listenersAt, listenersOf, serverOf } from '../../config/servers.ts';
import { defineRule } from '../rule.ts';
import { tlsSite } from './_examples.ts';

const ANNOUNCES = ['add_header', 'more_set_headers'];

/** The protocols and ports that an Alt-Svc value names for the same host: `h3=":443"; ma=86400`. */
const services = (value: string): readonly { readonly protocol: string; readonly port: string }[] =>
  [...value.matchAll(/([\w%-]+)\s*=\s*["']:(\d+|\$\{?server_port\}?)["']/g)].map((m) => ({ protocol: m[1]!, port: m[2]! }));

/** What a line announces; null where it is not about Alt-Svc. */
function announcedBy(line: Directive): ReturnType<typeof services> | null {
  const value = line.name === 'add_header' ? (/^alt-svc$/i.test(line.value(0)) ? line.value(1) : null) : line.values.join(' ');
  return value === null || (line.name !== 'add_header' && !/alt-svc/i.test(value)) ? null : services(value);
}

const isQuic = (params: readonly string[]): boolean => params.some((p) => p === 'quic' || p === 'http3');

export default defineRule({
  id: 'http3-unreachable',
  group: 'tls',
  severity: 'warning',
  since: '0.2',
  missing: ['listen'],
  title: 'HTTP/3 that no client can reach',
  why: `
HTTP/3 runs over QUIC, which is UDP: nginx takes it on a socket of its own, \`listen 443 quic\`, beside the one for TCP. \`http3 on\` opens none, and an \`Alt-Svc\` header sends browsers to a port where nobody answers: they try, wait, and go back to TCP.

The other way round a server with \`listen … quic\` alone is never found: browsers begin with TCP, and change over when an answer has told them to.

\`h3-27\`, \`h3-28\` and \`h3-29\` were drafts. Browsers ask for \`h3\`, as nginx does since 1.25.0.`,
  about: ['listen', 'http3', 'add_header'],
  references: ['https://nginx.org/en/docs/quic.html', 'https://www.rfc-editor.org/rfc/rfc9114#section-3.1.1'],
  looksAt: [
    { directive: ['http3'], where: ({ values }) => values[0] === 'on' },
    { directive: ['listen'], where: ({ values }) => values.includes('quic') },
    { directive: ANNOUNCES, where: ({ values }) => values.some((v) => /\bh3(?:-\d+)?\s*=/.test(v)) },
  ],
  needs: 'config',
  messages: {
    on: 'http3 on opens no socket: no listen of this server has quic, so HTTP/3 is never spoken. Add "listen {port} quic reuseport;".',
    announced:
      'Browsers are told that HTTP/3 is on UDP port {port}, and this server does not listen there. Add "listen {port} quic reuseport;", or drop the header.',
    other:
      'Browsers are told that HTTP/3 is on UDP port {port}, and QUIC is taken on port {quic}: they never get there. Announce {quic}, or listen on {port}.',
    alone: 'Browsers begin with TCP, and nothing here takes it on port {port}: nobody gets as far as QUIC. Add "listen {port} ssl;".',
    draft: '{name} was a draft of HTTP/3 that no browser asks for any more. Announce h3.',
  },
  check({ directive, scope, config, report }) {
    const server = serverOf(scope);
    if (!server?.listens.length || server.listens.some((l) => l.params.some((p) => p.includes('$')))) return;
    const quic = server.listens.filter((l) => isQuic(l.params));
    const overTls = server.listens.filter((l) => !isQuic(l.params) && l.params.includes('ssl'));
    const portOf = (l: (typeof overTls)[number] | undefined): number | undefined => l?.addresses[0]?.port;
    if (directive.name === 'listen') {
      const own = quic.find((l) => l.directive === directive);
      const port = portOf(own);
      if (own !== quic[0] || port === undefined || overTls.length) return;
      // another server on the same port may send the header for both, and takes the names of this one as well
      if (listenersAt(config, port).some((l) => l.listens.some((x) => !isQuic(x.params) && x.params.includes('ssl')))) return;
      return report('alone', { at: directive.at(directive.args.find((a) => a.value === 'quic')), data: { port } });
    }
    // who ends TLS before nginx may end QUIC, too
    if (!overTls.length && !quic.length) return;
    if (directive.name === 'http3') {
      if (scope.context !== 'server' || quic.length) return;
      return report('on', { at: directive.at(), data: { port: portOf(overTls[0]) ?? 443 } });
    }
    const announced = announcedBy(directive);
    if (!announced?.length) return;
    const now = announced.filter(({ protocol }) => protocol === 'h3');
    const old = announced.find(({ protocol }) => /^h3-\d+$/.test(protocol));
    const word = directive.args.find((a) => /\bh3(?:-\d+)?\s*=/.test(a.value))!;
    if (!now.length && old) return report('draft', { at: directive.at(word), severity: 'info', data: { name: old.protocol } });
    // whoever turns it on is told there
    if (!now.length) return;
    if (quic.length) return elsewhere(now.map((n) => n.port));
    if (server.scope.first('http3')?.value(0) === 'on') return;
    // QUIC may be handed on to another program
    const handed = listenersOf(config, 'stream').some((l) => l.udp);
    if (handed) return;
    const named = now[0]!.port;
    const port = /^\d+$/.test(named) ? Number(named) : (portOf(overTls[0]) ?? 443);
    // the same server has a socket of another address family, or one that is published as that port
    if (!overTls.some((l) => l.addresses.some((a) => a.port === port))) return;
    report('announced', { at: directive.at(word), data: { port } });

    /** TLS is on the port that is announced, and QUIC on another: what a machine in front maps, it maps for both. */
    function elsewhere(ports: readonly string[]): void {
      const own = quic.flatMap((l) => l.addresses.map((a) => (a.kind === 'unix' ? null : a.port)));
      const unheard = (text: string): boolean => {
        const wanted = Number(text);
        return (
          /^\d+$/.test(text) &&
          !own.includes(wanted) &&
          overTls.some((l) => l.addresses.some((a) => a.kind !== 'unix' && a.port === wanted)) &&
          !listenersAt(config, wanted).some((l) => l.listens.some((x) => isQuic(x.params)))
        );
      };
      if (!config.whole || !own.length || own.includes(null) || !ports.every(unheard) || listenersOf(config, 'stream').some((l) => l.udp))
        return;
      report('other', {
        at: directive.at(word),
        data: { port: ports[0]!, quic: own[0]! },
        related: [{ at: quic[0]!.directive!.at(), message: 'QUIC' }],
      });
    }
  },
  examples: [
    {
      inside: 'http',
      settings: { nginx: '1.25.1' },
      notOn122: 'http3 came with 1.25.0',
      bad: tlsSite(
        `    listen 443 ssl;
    http3 on;
#   ^^^^^^^^^ on`,
        `    add_header Alt-Svc 'h3=":443"; ma=86400' always;`,
      ),
      good: tlsSite(
        `    listen 443 quic reuseport;
    listen 443 ssl;
    http3 on;`,
        `    add_header Alt-Svc 'h3=":443"; ma=86400' always;`,
      ),
    },
    {
      inside: 'http',
      bad: tlsSite(
        '    listen 443 ssl;',
        `    add_header Alt-Svc 'h3=":443"; ma=86400' always;
#                      ^^^^^^^^^^^^^^^^^^^^^ announced`,
      ),
      good: tlsSite('    listen 443 ssl;'),
    },
    {
      inside: 'http',
      settings: { nginx: '1.25.1' },
      notOn122: 'quic came with 1.25.0',
      bad: tlsSite(
        `    listen 8443 quic reuseport;
    listen 443 ssl;`,
        `    add_header Alt-Svc 'h3=":443"; ma=86400' always;
#                      ^^^^^^^^^^^^^^^^^^^^^ other`,
      ),
      good: tlsSite(
        `    listen 8443 quic reuseport;
    listen 443 ssl;`,
        `    add_header Alt-Svc 'h3=":8443"; ma=86400' always;`,
      ),
    },
    {
      inside: 'http',
      settings: { nginx: '1.25.1' },
      notOn122: 'quic came with 1.25.0',
      bad: tlsSite(`    listen 443 quic reuseport;
#              ^^^^ alone`),
    },
    {
      inside: 'http',
      settings: { nginx: '1.25.1' },
      notOn122: 'quic came with 1.25.0',
      bad: tlsSite(
        `    listen 443 quic reuseport;
    listen 443 ssl;`,
        `    add_header Alt-Svc 'h3-29=":443"; ma=86400' always;
#                      ^^^^^^^^^^^^^^^^^^^^^^^^ draft`,
      ),
    },
  ],
});
