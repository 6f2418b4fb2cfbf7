/** Limits run in the preaccess phase; a `return` of the same level answers before, in the rewrite phase (ngx_http_rewrite_handler). */
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { defineRule } from '../rule.ts';

/** The return that ends every request of a level; null where a break, or an error page at a named location, leads past it. */
function answerOf(scope: Scope): Directive | null {
  let breaks = false;
  for (const d of scope.directives) {
    if (d.name === 'break' || (d.name === 'if' && d.body?.all.some((inner) => inner.name === 'break' || inner.name === 'rewrite')))
      breaks = true;
    if (d.name === 'rewrite') breaks = true;
    if (d.name !== 'return') continue;
    const code = d.value(0);
    const caught = scope.effective('error_page').directives.some((e) => e.values.slice(0, -1).includes(code));
    return breaks || caught ? null : d;
  }
  return null;
}

/** Of a server whose limit every location takes over: the answer of the one for all other paths, when all locations answer by themselves. */
function answerBelow(server: Scope): Directive | null {
  const locations = server.named('location').flatMap((d) => d.body ?? []);
  const root = locations.find((at) => at.opener?.values.length === 1 && at.opener.value(0) === '/');
  return root && locations.every((at) => answerOf(at) !== null && !at.has('location')) ? answerOf(root) : null;
}

export default defineRule({
  id: 'limit-never-runs',
  group: 'limits',
  severity: 'warning',
  since: '0.1',
  title: 'Limit bypassed by return',
  why: `
nginx answers a \`return\` in the rewrite phase, before it counts requests and connections. A \`limit_req\` beside an unconditional \`return\`
therefore limits nothing. Let the limited location hand the request on, for instance with \`try_files /none @answer\`, or drop the limit.`,
  about: ['limit_req', 'limit_conn', 'return'],
  looksAt: { directive: ['limit_req', 'limit_conn'] },
  needs: 'file',
  ofShape: true,
  messages: { dead: 'The return of this block answers before {name} is applied. Remove one of them.' },
  check({ directive, scope, report }) {
    if (scope.context !== 'location' && scope.context !== 'server') return;
    const answer = answerOf(scope) ?? (scope.context === 'server' ? answerBelow(scope) : null);
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
