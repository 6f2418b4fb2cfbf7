/** Listening addresses that exclude one another (ngx_http_add_listen and its relatives in stream and mail), and names of servers that are none. */

import { isNginx } from '../../answers/which-build.ts';
import { OF_A_SOCKET } from '../../answers/which-socket.ts';
import { checkValues } from '../../catalog/value-check.ts';
import type { Directive } from '../../config/directive.ts';
import type { ServerProtocol } from '../../config/servers.ts';
import { type Listen, type ListenAddress, listenAddresses, pairText, serversOf } from '../../config/servers.ts';
import { defineRule } from '../rule.ts';
import { byOrder } from './_order.ts';
import { soundFact } from './_sound.ts';
import { isAftermath } from './_structure.ts';

interface Seen {
  readonly listen: Listen;
  readonly directive: Directive;
  readonly socket: Directive | null;
  readonly first: Directive | null;
}

const key = (a: ListenAddress, udp: boolean): string => `${a.kind} ${a.address} ${a.port} ${udp}`;
const text = (a: ListenAddress): string => (a.wildcard && a.kind === 'inet' ? `0.0.0.0:${a.port}` : pairText(a));

/** A line that nginx refuses for a word of its own: what socket it means is not known (`listen 443 http3`). */
function isRefused(directive: Directive): boolean {
  const fact = soundFact(directive);
  return !fact || checkValues(fact, directive.values, directive.scope.config.settings.target).some((f) => f.severity === 'error');
}

export default defineRule({
  id: 'listen-conflict',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Conflicting listen lines',
  why: `
One server names an address and port once, whatever the spelling: "80", "*:80" and "0.0.0.0:80" are the same. Of all servers on one address
one may be the default server, and the options of the socket (backlog, rcvbuf, reuseport, …) are given on one line only. In mail, and in
stream before 1.25.5, an address and port belongs to one server.`,
  about: ['listen'],
  looksAt: { config: true },
  needs: 'config',
  messages: {
    twice: 'A duplicate listen {address}: this server has it already.',
    pair: 'Duplicate "{address}" address and port pair: another server has it already{shared}.',
    default: 'A duplicate default server for {address}: another one is the default already.',
    options: 'Duplicate listen options for {address}: give the options of the socket on one line only.',
  },
  check({ config, report }) {
    for (const protocol of ['http', 'stream', 'mail'] as const satisfies readonly ServerProtocol[]) {
      const single = protocol === 'mail' || (protocol === 'stream' && !isNginx(config, '1.25.5'));
      const seen = new Map<string, Seen>();
      const lines = serversOf(config, protocol)
        .flatMap((server) => server.listens)
        .filter(
          (l): l is Listen & { directive: Directive } =>
            l.directive !== null && soundFact(l.directive) !== null && !isAftermath(l.directive, 'place'),
        )
        .sort((a, b) => byOrder(a.directive, b.directive));
      const owners = new Map<string, Set<unknown>>();
      for (const listen of lines) {
        const { directive, params } = listen;
        // nginx 1.15.10 and later take ranges; a range is as many addresses
        for (const address of listenAddresses(directive.value(0), protocol) ?? []) {
          if (address.kind === 'name') continue;
          const id = key(address, protocol !== 'mail' && (params.includes('udp') || params.includes('quic')));
          const before = seen.get(id);
          const shared = protocol === 'stream' ? ', which servers of stream may share from nginx 1.25.5 on' : '';
          const data = { address: text(address), shared };
          const at = directive.at(directive.args[0]);
          const related = (d: Directive | null) => (d ? [{ at: d.at(d.args[0]), message: 'The other line is here.' }] : []);
          const servers = owners.get(id) ?? new Set();
          owners.set(id, servers);
          if (before && (single || servers.has(listen.server)) && (isRefused(directive) || isRefused(before.directive))) break;
          if (before && single) {
            report('pair', { at, data, related: related(before.directive) });
            break;
          }
          if (servers.has(listen.server)) {
            report('twice', { at, data, related: related(before?.directive ?? null) });
            break;
          }
          servers.add(listen.server);
          const socket = params.findIndex((p) => OF_A_SOCKET.test(p));
          const first = params.findIndex((p) => p === 'default_server' || p === 'default');
          if (socket >= 0 && before?.socket) {
            report('options', { at: directive.at(directive.args[socket + 1]), data, related: related(before.socket) });
            break;
          }
          if (first >= 0 && before?.first) {
            report('default', { at: directive.at(directive.args[first + 1]), data, related: related(before.first) });
            break;
          }
          seen.set(id, {
            listen,
            directive: before?.directive ?? directive,
            socket: before?.socket ?? (socket >= 0 ? directive : null),
            first: before?.first ?? (first >= 0 ? directive : null),
          });
        }
      }
    }
  },
  examples: [
    {
      inside: 'server',
      bad: '    listen 8080;\n    listen *:8080;\n#          ^^^^^^ twice',
      good: '    listen 8080;\n    listen 127.0.0.1:8080;',
    },
    {
      inside: 'http',
      bad: '    server { listen 8080 default_server; }\n    server { listen 8080 default_server; }\n#                        ^^^^^^^^^^^^^^ default',
      good: '    server { listen 8080 default_server; }\n    server { listen 8080; }',
    },
    {
      inside: 'http',
      bad: '    server { listen 8080 backlog=10; }\n    server { listen 8080 backlog=20; }\n#                        ^^^^^^^^^^ options',
      good: '    server { listen 8080 backlog=10; }\n    server { listen 8080; }',
    },
    {
      inside: 'stream',
      settings: { nginx: '1.22.1' },
      bad: '    server { listen 9001; proxy_pass 10.0.0.1:1; }\n    server { listen 9001; proxy_pass 10.0.0.2:1; }\n#                   ^^^^ pair',
      good: '    server { listen 9001; proxy_pass 10.0.0.1:1; }\n    server { listen 9001 udp; proxy_pass 10.0.0.2:1; }',
    },
  ],
});
