/** A server without IPv6 among servers that have it: over IPv6 its names are answered by another. */
import { namedProtocols } from '../../answers/which-socket.ts';
import { type Listener, listenersOf, serversOf } from '../../config/servers.ts';
import { fixOf, insertAfter } from '../fix.ts';
import { defineRule } from '../rule.ts';

const portOf = ({ protocol, port }: Pick<Listener, 'protocol' | 'port'>): string => `${protocol} ${port}`;

export default defineRule({
  id: 'listen-ipv6-missing',
  group: 'correctness',
  severity: 'hint',
  since: '0.1',
  missing: ['listen'],
  title: 'Server without an IPv6 listen line',
  why: `
IPv4 and IPv6 wildcards are separate sockets with separate defaults. When another server listens on \`[::]:443\` and this one does not, its names are answered over IPv6 by that other server: the wrong site, or a warning about the certificate, for a part of the visitors.`,
  about: ['listen'],
  looksAt: { config: true },
  needs: 'config',
  fixable: 'always',
  messages: { missing: 'Over IPv6 another server answers for {name} on port {port}. Add "listen [::]:{port}".' },
  check({ config, report }) {
    const wildcards = new Map<string, Listener>();
    for (const listener of namedProtocols(config).flatMap((p) => listenersOf(config, p)))
      if (listener.kind === 'inet6' && listener.wildcard && !listener.udp && !wildcards.has(portOf(listener)))
        wildcards.set(portOf(listener), listener);
    for (const server of namedProtocols(config).flatMap((p) => serversOf(config, p))) {
      const name = server.names.find((n) => n.text && n.text !== '_' && n.text !== 'localhost');
      if (!name) continue;
      for (const listen of server.listens) {
        const [address] = listen.addresses;
        if (!listen.directive || !address || address.kind !== 'inet' || !address.wildcard || listen.addresses.length > 1) continue;
        if (listen.params.includes('quic')) continue;
        const six = wildcards.get(portOf({ protocol: server.protocol, port: address.port }));
        if (!six || six.servers.includes(server)) continue;
        // a site in two blocks, one for each family
        if (six.servers.some((s) => s.names.some((n) => n.text === name.text))) continue;
        const kept = listen.params.filter((p) => ['ssl', 'http2', 'proxy_protocol'].includes(p));
        report('missing', {
          at: listen.directive.at(),
          data: { name: name.text, port: address.port },
          related: [{ at: six.listens[0]!.directive?.at() ?? listen.directive.at(), message: 'takes IPv6' }],
          fix: fixOf('Listen on IPv6 too', 'suggestion', listen.directive.file, [
            insertAfter(listen.directive.file, listen.directive.statement, [
              `listen [::]:${address.port}${kept.map((k) => ` ${k}`).join('')};`,
            ]),
          ]),
        });
      }
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 80;
    listen [::]:80;
    server_name a.example;
}
server {
    listen 80;
#   ^^^^^^^^^^ missing
    server_name b.example;
}`,
      good: `server {
    listen 80;
    listen [::]:80;
    server_name a.example;
}
server {
    listen 80;
    listen [::]:80;
    server_name b.example;
}`,
    },
    { inside: 'http', good: 'server { listen 80; server_name a.example; }\nserver { listen 80; server_name b.example; }' },
  ],
});
