/** What each worker counts for itself because the group is not in shared memory. */

import { fixOf, insertFirst } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { freeZone } from '../zones.ts';
import { groupOf } from './_groups.ts';

export default defineRule({
  id: 'upstream-zone-missing',
  group: 'upstreams',
  severity: 'info',
  since: '0.1',
  missing: ['zone'],
  title: 'max_conns counted per worker',
  why: `
Without \`zone\` the state of a group is kept by each worker process. \`max_conns=10\` then means ten connections for every worker: with eight
workers, eighty. A \`zone\` puts the state into shared memory, where all workers see it.`,
  about: ['zone', 'server', 'worker_processes'],
  looksAt: { scope: ['upstream', 'stream-upstream'] },
  needs: 'config',
  fixable: 'always',
  messages: { each: 'Without a zone max_conns={limit} holds for each worker, not for all of them. Add a zone.' },
  check({ directive, scope, config, report }) {
    const group = groupOf(directive, scope);
    if (!directive || !group || scope.has('zone') || config.main.first('worker_processes')?.value(0) === '1') return;
    if (!config.main.has('worker_processes') && config.main.context === 'main') return;
    const limited = group.servers.find((s) => s.maxConns > 0);
    if (!limited) return;
    report('each', {
      at: limited.directive.at(limited.directive.args.find((a) => a.value.startsWith('max_conns='))!),
      data: { limit: limited.maxConns },
      fix: fixOf('Add a zone', 'suggestion', directive.file, [
        insertFirst(directive.file, directive.statement, [
          `zone ${freeZone(config, [group.name, `${group.name}_servers`, `${group.name}_upstream`], `${group.name}_zone`)} 64k;`,
        ]),
      ]),
    });
  },
  examples: [
    {
      inside: 'main',
      bad: `worker_processes auto;
events {}
http {
    upstream app {
        server 10.0.0.1:8000 max_conns=10;
#                            ^^^^^^^^^^^^ each
    }
}`,
      good: `worker_processes auto;
events {}
http {
    upstream app {
        zone app 64k;
        server 10.0.0.1:8000 max_conns=10;
    }
}`,
    },
    // the name is taken for another use
    {
      inside: 'main',
      bad: `worker_processes auto;
events {}
http {
    limit_req_zone $binary_remote_addr zone=app:1m rate=1r/s;
    upstream app {
        server 10.0.0.1:8000 max_conns=10;
#                            ^^^^^^^^^^^^ each
    }
}`,
      good: `worker_processes auto;
events {}
http {
    limit_req_zone $binary_remote_addr zone=app:1m rate=1r/s;
    upstream app {
        zone app_servers 64k;
        server 10.0.0.1:8000 max_conns=10;
    }
}`,
    },
  ],
});
