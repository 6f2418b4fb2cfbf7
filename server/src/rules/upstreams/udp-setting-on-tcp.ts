/** Settings of stream that count datagrams, in a server that takes TCP connections only: usually the word `udp` is missing in `listen`. */
import { PerConfig } from '../../config/asked.ts';
import type { Scope } from '../../config/scope.ts';
import { listenersAt, type Server, serversOf } from '../../config/servers.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

const streamServers = new PerConfig((config): ReadonlyMap<Scope, Server> => new Map(serversOf(config, 'stream').map((s) => [s.scope, s])));

/** Parameters of `listen` that nginx refuses beside `udp`. */
const OF_TCP = /^(?:ssl|proxy_protocol|backlog=|so_keepalive=|fastopen=)/;

/** Ports that programs ask by datagrams: DNS, NTP, syslog, RADIUS, SNMP, StatsD. */
const OF_DATAGRAMS = new Set([53, 123, 161, 162, 514, 1812, 1813, 8125]);

export default defineRule({
  id: 'udp-setting-on-tcp',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  missing: ['listen'],
  title: 'Setting for datagrams on a TCP listener',
  why: `
\`proxy_requests\` and \`proxy_responses\` say how many datagrams make a session. A server whose \`listen\` has no \`udp\` takes TCP connections, for which they mean nothing, and nobody hears the datagrams: queries for names go to a port that is closed for UDP.

Write \`listen 53 udp;\`. For DNS, which uses both, a second \`listen 53;\` may stay. At a port that no service of datagrams has, or beside a server that hears them, the line is of no use only, and that is information.`,
  about: ['listen', 'proxy_responses', 'proxy_requests'],
  references: ['https://nginx.org/en/docs/stream/ngx_stream_core_module.html#listen'],
  looksAt: { directive: ['proxy_responses', 'proxy_requests'] },
  needs: 'config',
  fixable: 'sometimes',
  fixChanges: ['server'],
  messages: {
    tcp: '{name} counts datagrams, and this server takes TCP connections only: no listen here has "udp". Add it, or remove {name}.',
  },
  check({ directive, scope, report }) {
    if (scope.context !== 'stream-server' || scope.first(directive.name) !== directive) return;
    const server = streamServers.of(scope.config).get(scope);
    if (!server?.listens.length || server.listens.some((l) => !l.directive || l.params.includes('udp'))) return;
    if (server.listens.some((l) => l.directive!.args.some((a) => a.templated))) return;
    if (scope.first('proxy_requests') && scope.first('proxy_responses') && directive.name === 'proxy_responses') return;
    const [listen] = server.listens;
    const word = listen!.directive!.args[0];
    const port = listen!.addresses.find((a) => a.kind !== 'unix')?.port;
    const isMeant = port !== undefined && OF_DATAGRAMS.has(port);
    // elsewhere, and beside a server that hears the datagrams, the line is of no use and does no harm
    const isLost = isMeant && !listenersAt(scope.config, port, 'stream').some((l) => l.udp);
    report('tcp', {
      at: directive.nameAt,
      severity: isLost ? 'warning' : 'info',
      data: { name: directive.name },
      related: [{ at: listen!.directive!.at(), message: 'TCP' }],
      fix:
        word && server.listens.length === 1 && !listen!.params.some((p) => OF_TCP.test(p)) && isMeant
          ? fixOf('Add "udp"', 'suggestion', listen!.directive!.file, [replace(word, `${word.raw} udp`)])
          : null,
    });
  },
  examples: [
    {
      inside: 'stream',
      bad: `server {
    listen 53;
    proxy_pass 192.0.2.53:53;
    proxy_responses 1;
#   ^^^^^^^^^^^^^^^ tcp
}`,
      good: `server {
    listen 53 udp;
    proxy_pass 192.0.2.53:53;
    proxy_responses 1;
}`,
    },
  ],
});
