/** A limit in dry run counts and logs, and refuses nobody. */
import { fixOf, remove } from '../fix.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'dry-run-left-on',
  group: 'limits',
  severity: 'warning',
  since: '0.1',
  title: 'Dry-run limit left enabled',
  why: `
With \`limit_req_dry_run on\` or \`limit_conn_dry_run on\` nginx counts, logs what it would have refused, and lets everything pass. That is for
the time in which a limit is being measured. Left in place, it looks like protection and is none.`,
  about: ['limit_req_dry_run', 'limit_conn_dry_run'],
  looksAt: { directive: ['limit_req_dry_run', 'limit_conn_dry_run'] },
  needs: 'file',
  fixable: 'always',
  messages: { pretends: '{name} is on: requests over the limit are only logged, not rejected. Remove it to enforce the limit.' },
  check({ directive, scope, report }) {
    if (directive.value(0).toLowerCase() !== 'on') return;
    // where each limit below has an off of its own nothing is left on
    const limits = scope.all.filter((d) => d.name === directive.name.replace('_dry_run', ''));
    if (limits.length && limits.every((d) => d.scope.value(directive.name)?.statement !== directive.statement)) return;
    report('pretends', {
      at: directive.statement.name,
      data: { name: directive.name },
      fix: fixOf('Let the limits count', 'suggestion', directive.file, [remove(directive.file, directive.statement)]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `    limit_req_dry_run on;
#   ^^^^^^^^^^^^^^^^^ pretends
server_name example.com;`,
      good: 'server_name example.com;',
    },
    { inside: 'server', good: 'limit_req_dry_run off;' },
  ],
});
