/** `listen www.example.com:80`: what looks like the choice of a site is the choice of an address, and nginx asks the DNS for it when it starts. */
import { parseAddress } from '../../catalog/value-kind.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Names that only the machine itself, or its network, knows: of these somebody sees to it that they are there. */
const WITHIN = /(?:^|\.)(?:local(?:host|domain)?|internal|intranet|lan|home|corp)$/i;

export default defineRule({
  id: 'listen-on-site-name',
  group: 'correctness',
  severity: 'info',
  since: '0.2',
  title: 'Site’s name in listen',
  why: `
\`listen\` takes an address of this machine. Given the name of the site, nginx asks the DNS for it, once, when it starts, and opens the port on that address only. Without a network at boot it does not start ("host not found in … of the listen directive"), nor where the name leads to a router, a load balancer or a CDN, whose address this machine does not have ("Cannot assign requested address"). When the DNS changes, nginx stays on the old address.

Which site answers is chosen by \`server_name\`: \`listen 80;\` is all that is needed beside it.`,
  about: ['listen', 'server_name'],
  references: ['https://nginx.org/en/docs/http/ngx_http_core_module.html#listen'],
  looksAt: {
    directive: ['listen'],
    where: ({ values }) => /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?$/i.test(values[0] ?? '') && /[a-z]/i.test(values[0]!),
  },
  needs: 'file',
  fixable: 'always',
  messages: {
    named:
      'nginx asks the DNS for {host} when it starts and listens on that address alone: without a network at boot, or where it is the address of a router, nginx does not start. Write listen {port}.',
  },
  check({ directive, scope, file, report }) {
    const word = directive.args[0]!;
    if (!scope.context.endsWith('server') || word.templated) return;
    const read = parseAddress(word.value, { listen: true });
    if (!read.ok || read.value.family !== 'name' || WITHIN.test(read.value.host)) return;
    const { host, port } = read.value;
    if (!scope.named('server_name').some((d) => d.values.some((v) => v.toLowerCase() === host.toLowerCase()))) return;
    const written = String(port ?? 80);
    report('named', {
      at: word,
      data: { host, port: written },
      fix: fixOf(`Listen on port ${written}`, 'suggestion', file, [replace(word, written)]),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen localhost.example.com:8080;
#          ^^^^^^^^^^^^^^^^^^^^^^^^^^ named
    server_name localhost.example.com www.example.com;
}`,
      good: `server {
    listen 8080;
    server_name localhost.example.com www.example.com;
}`,
    },
    // this machine’s own name for an address of its own
    { inside: 'http', good: 'server {\n    listen localhost:8080;\n    server_name localhost;\n}' },
  ],
});
