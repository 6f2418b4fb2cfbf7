/** Limits run in the preaccess phase; a `return` of the same level answers before, in the rewrite phase (ngx_http_rewrite_handler). */
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'limit-never-runs',
  group: 'limits',
  severity: 'warning',
  since: '0.1',
  title: 'A limit that a return runs ahead of',
  why: `
nginx answers a \`return\` in the rewrite phase, before it counts requests and connections. A \`limit_req\` beside an unconditional \`return\`
therefore limits nothing. Let the limited location hand the request on, for instance with \`try_files /none @answer\`, or drop the limit.`,
  about: ['limit_req', 'limit_conn', 'return'],
  looksAt: { directive: ['limit_req', 'limit_conn'] },
  needs: 'file',
  messages: { dead: 'The return of this block answers before {name} is asked. Remove one of them.' },
  check({ directive, scope, report }) {
    if (scope.context !== 'location' && scope.context !== 'server') return;
    const answer = scope.first('return');
    if (!answer) return;
    report('dead', {
      at: directive.statement.name,
      data: { name: directive.name },
      related: [{ at: answer.at(), message: 'answers first' }],
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `limit_req_zone $binary_remote_addr zone=perip:10m rate=10r/s;
server {
    location /ping {
        limit_req zone=perip;
#       ^^^^^^^^^ dead
        return 200 "pong";
    }
}`,
      good: `limit_req_zone $binary_remote_addr zone=perip:10m rate=10r/s;
server {
    location /ping {
        limit_req zone=perip;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
  ],
});
