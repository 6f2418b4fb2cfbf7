/** Settings of the connection or of reading the request, in a server that is not the default one: nginx uses those of the default server. */

import { parseSize } from '../../catalog/value-kind.ts';
import { listenersOf, serversOf } from '../../config/servers.ts';
import { defineRule } from '../rule.ts';

/**
 * Read before the server is known by its name (ngx_http_core_module's documentation: "the value from the default server can be used").
 * Over TLS the name comes with the handshake, so the server is known before.
 */
const EARLY = [
  'underscores_in_headers',
  'ignore_invalid_headers',
  'client_header_buffer_size',
  'large_client_header_buffers',
  'client_header_timeout',
  'connection_pool_size',
];

/** Whether two values say the same of what is read before the server is known: of the large buffers their size, for one of them holds the whole line. */
function isSame(name: string, one: string, other: string): boolean {
  if (one.toLowerCase() === other.toLowerCase()) return true;
  if (!/size$|buffers$/.test(name)) return false;
  const [a, b] = [one, other].map((text) => parseSize(text.split(' ').at(-1)!));
  return a!.ok && b!.ok && a!.value === b!.value;
}

export default defineRule({
  id: 'setting-of-default-only',
  group: 'correctness',
  severity: 'info',
  since: '0.2',
  title: 'Setting ignored in a non-default server',
  why: `
nginx reads a plain request line by line, and knows the server only when the Host line has come. What is needed before, such as whether header names may have underscores, how large the buffers are and how long it waits, is that of the default server of the address. In another server the line is read and does nothing, or only for the lines behind Host: a long URL is a 414, however large the server's \`large_client_header_buffers\` are.

Set it in \`http\`, or in the default server.`,
  about: [...EARLY, 'listen'],
  references: ['https://nginx.org/en/docs/http/ngx_http_core_module.html#underscores_in_headers'],
  looksAt: { directive: EARLY },
  needs: 'config',
  messages: {
    ignored:
      '"{text}" is not certain to count here: nginx reads requests to {address} with {name} of the default server, "{other}". Set it there, or in http.',
  },
  check({ config, directive, scope, report }) {
    if (scope.context !== 'server' || !config.whole || directive.args.some((a) => a.templated)) return;
    const server = serversOf(config).find((s) => s.scope === scope);
    if (!server) return;
    const pair = listenersOf(config).find((l) => l.servers.includes(server) && !l.ssl && !l.udp && l.defaultServer !== server);
    // beside a site that is read in a main file of its kind another may come first
    if (!pair || (config.kind !== 'root' && !pair.defaultBy)) return;
    const first = pair.defaultServer.scope;
    const there = first.value(directive.name);
    const fact = there ?? null;
    const value = fact?.values.join(' ') ?? config.catalog.directive(directive.name, 'server', config.settings.target)?.default ?? '';
    const other = String(value).replace(new RegExp(`^${directive.name} |;$`, 'g'), '');
    const own = directive.values.join(' ');
    if (isSame(directive.name, other, own) || other === '') return;
    report('ignored', {
      at: directive.at(),
      data: { text: `${directive.name} ${own}`, address: pair.text, name: directive.name, other },
      related: first.opener ? [{ at: first.opener.nameAt, message: 'the default server' }] : [],
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 80 default_server;
    return 444;
}
server {
    listen 80;
    server_name api.example.org;
    underscores_in_headers on;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^ ignored
}`,
      good: `underscores_in_headers on;
server {
    listen 80 default_server;
    return 444;
}
server {
    listen 80;
    server_name api.example.org;
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 80 default_server;
    return 444;
}
server {
    listen 80;
    server_name search.example.org;
    large_client_header_buffers 4 64k;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ ignored
}`,
      good: `large_client_header_buffers 4 64k;
server {
    listen 80 default_server;
    return 444;
}
server {
    listen 80;
    server_name search.example.org;
}`,
    },
  ],
});
