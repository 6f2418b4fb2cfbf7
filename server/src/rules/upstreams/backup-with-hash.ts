/** `backup` has no meaning for the balancing by hash, address or chance: their NGX_HTTP_UPSTREAM_* flags lack NGX_HTTP_UPSTREAM_BACKUP. */
import { fixOf, removeArgument } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { groupOf } from './_groups.ts';

const WITHOUT_BACKUP = new Set(['hash', 'ip_hash', 'random']);

export default defineRule({
  id: 'backup-with-hash',
  group: 'upstreams',
  severity: 'warning',
  since: '0.1',
  title: 'backup is not supported by the balancing method',
  why: `
\`ip_hash\`, \`hash\` and \`random\` choose a server without regard to backups. When such a line comes before the servers, nginx refuses the
parameter, which \`upstream-conflict\` reports. When it comes after them, nginx does not look, and takes both. The backup is then asked when the
method has found no server and falls back to taking turns; the documentation excludes the pair, and the next person who sorts the lines has
a configuration that does not load.`,
  about: ['ip_hash', 'hash', 'random', 'server'],
  looksAt: { scope: ['upstream', 'stream-upstream'] },
  needs: 'file',
  fixable: 'always',
  messages: {
    unused:
      '{method} does not support backup servers: nginx takes this one only because {method} stands after it, and refuses it the other way round. Remove one of them, and put {method} before the servers.',
  },
  check({ directive, scope, report }) {
    const group = groupOf(directive, scope);
    if (!group?.balancer || !WITHOUT_BACKUP.has(group.method)) return;
    const order = scope.directives;
    for (const server of group.servers) {
      const word = server.directive.args.find((a) => a.value === 'backup');
      if (!word) continue;
      // the other order is refused by nginx, and reported by upstream-conflict
      if (order.indexOf(group.balancer) < order.indexOf(server.directive)) continue;
      report('unused', {
        at: server.directive.at(word),
        data: { method: group.method },
        related: [{ at: group.balancer.at(), message: 'the balancing' }],
        fix: fixOf('Remove backup', 'suggestion', server.directive.file, [
          removeArgument(server.directive.file, server.directive.statement, word),
        ]),
      });
    }
  },
  examples: [
    {
      inside: 'upstream',
      bad: `server 10.0.0.1:8000;
server 10.0.0.2:8000 backup;
#                    ^^^^^^ unused
hash $request_uri;`,
      good: `server 10.0.0.1:8000;
server 10.0.0.2:8000;
hash $request_uri;`,
    },
    { inside: 'upstream', good: 'least_conn;\nserver 10.0.0.1:8000;\nserver 10.0.0.2:8000 backup;' },
  ],
});
