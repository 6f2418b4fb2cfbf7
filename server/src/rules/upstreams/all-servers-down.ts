/** A group in which every server is taken out: each request is answered with 502 ("no live upstreams"). */
import { defineRule } from '../rule.ts';
import { groupOf } from './_groups.ts';

export default defineRule({
  id: 'all-servers-down',
  group: 'upstreams',
  severity: 'warning',
  since: '0.1',
  missing: ['server'],
  title: 'All servers of an upstream are down',
  why: `
A server with \`down\` gets no requests. When all of a group have it, nginx starts as usual and answers every request to the group with 502:
"no live upstreams while connecting to upstream". For maintenance, answer 503 in the server instead.`,
  about: ['server', 'upstream'],
  looksAt: { scope: ['upstream', 'stream-upstream'] },
  needs: 'file',
  messages: { down: 'All servers of "{group}" are down: every request gets 502.' },
  check({ directive, scope, report }) {
    const group = groupOf(directive, scope);
    if (!directive || !group?.servers.length || group.servers.some((s) => !s.down)) return;
    report('down', {
      at: directive.statement.name,
      data: { group: group.name },
      related: group.servers.map((s) => ({ at: s.directive.at(), message: 'taken out' })),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `    upstream app {
#   ^^^^^^^^ down
        server 10.0.0.1:8000 down;
        server 10.0.0.2:8000 down;
    }`,
      good: `    upstream app {
        server 10.0.0.1:8000 down;
        server 10.0.0.2:8000;
    }`,
    },
  ],
});
