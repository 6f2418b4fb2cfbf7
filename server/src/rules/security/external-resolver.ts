/** A public DNS server as nginx's resolver: whoever answers for it decides where requests go. */

import { publicServersOf } from '../../answers/who-resolves.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'external-resolver',
  group: 'security',
  severity: 'info',
  since: '0.1',
  equivalents: ['gixy:resolver_external'],
  title: 'Public DNS resolver',
  why: `
nginx asks the resolver over plain UDP and believes the first answer that matches. On the way to a server outside your own network, an answer can be forged, and requests with their cookies go where it points. It also costs a round trip and fails when the link does.

Use a resolver on the machine (\`127.0.0.1\`, systemd's \`127.0.0.53\`, Docker's \`127.0.0.11\`) or in the local network.`,
  about: ['resolver'],
  looksAt: { directive: ['resolver'] },
  needs: 'file',
  inForce: true,
  messages: { external: '{addresses} {are} outside the network: answers can be forged on the way. Use your own resolver.' },
  check({ directive, report }) {
    // one choice, however many servers it names
    const found = publicServersOf(directive);
    const [first] = found;
    if (!first) return;
    const data = { addresses: found.map((w) => w.value).join(', '), are: found.length > 1 ? 'are DNS servers' : 'is a DNS server' };
    report('external', { at: first, data });
  },
  examples: [
    {
      inside: 'http',
      bad: `resolver 8.8.8.8 valid=60s;
#        ^^^^^^^ external`,
      good: 'resolver 127.0.0.53 valid=60s;',
    },
    { inside: 'http', bad: 'resolver 10.0.0.2 9.9.9.9 149.112.112.112;\n#                 ^^^^^^^ external', good: 'resolver 10.0.0.2;' },
    { inside: 'http', bad: 'resolver dns.google;\n#        ^^^^^^^^^^ external', good: 'resolver dns.corp.example;' },
    { inside: 'http', good: 'resolver 10.0.0.2 [fd00::53] ipv6=off;' },
    { inside: 'http', good: 'resolver [::1]:5353;' },
  ],
});
