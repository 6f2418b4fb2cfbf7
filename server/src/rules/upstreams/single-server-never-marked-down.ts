/** A group of one address: failures are not counted (`peers->single` in ngx_http_upstream_init_round_robin), so their limits do nothing. */
import { fixOf, removeArgument } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { groupOf } from './_groups.ts';

const IDLE = /^(max_fails|fail_timeout|slow_start)=/;

export default defineRule({
  id: 'single-server-never-marked-down',
  group: 'upstreams',
  severity: 'info',
  since: '0.1',
  missing: ['server'],
  title: 'Failure limits on a single server',
  why: `
\`max_fails\` and \`fail_timeout\` take a server out of the group while another one can answer. With a single address there is no other, so
nginx ignores both and keeps asking it. \`max_fails=0\` and \`fail_timeout=0\`, which say just that, stay silent here. A name may have
several addresses and is not reported as well.`,
  about: ['server', 'upstream'],
  looksAt: { scope: ['upstream', 'stream-upstream'] },
  needs: 'file',
  fixable: 'always',
  messages: { ignored: '"{parameter}" does nothing: the only server of a group is never marked as down. Remove it, or add a server.' },
  check({ directive, scope, report }) {
    const group = groupOf(directive, scope);
    const only = group?.servers[0];
    if (!only || group.servers.length !== 1 || only.kind === 'name') return;
    for (const word of only.directive.args.slice(1)) {
      if (!IDLE.test(word.value) || only.maxFails === 0 || only.failTimeout === 0) continue;
      report('ignored', {
        at: only.directive.at(word),
        data: { parameter: word.value },
        fix: fixOf(`Remove ${word.value}`, 'suggestion', only.directive.file, [
          removeArgument(only.directive.file, only.directive.statement, word),
        ]),
      });
    }
  },
  examples: [
    {
      inside: 'upstream',
      bad: `server 10.0.0.1:8000 max_fails=3 fail_timeout=30s;
#                    ^^^^^^^^^^^ ignored
#                                ^^^^^^^^^^^^^^^^ ignored`,
      good: 'server 10.0.0.1:8000;',
    },
    { inside: 'upstream', good: 'server unix:/run/app.sock fail_timeout=0;' },
    { inside: 'upstream', good: 'server 10.0.0.1:8000 max_fails=3;\nserver 10.0.0.2:8000;' },
  ],
});
