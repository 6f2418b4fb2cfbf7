/** A limit whose key never changes counts all clients together. */
import { variablesIn } from '../../syntax/variable.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'limit-key-constant',
  group: 'limits',
  severity: 'info',
  since: '0.1',
  title: 'Limit key is the same for all clients',
  why: `
The key of a zone says what is counted. A key without a variable is the same for every request, so the first client that is too fast uses up
the limit of all others. That may be meant, to protect a slow application; then \`$server_name\` says so more plainly. To limit each client,
use \`$binary_remote_addr\`.`,
  about: ['limit_req_zone', 'limit_conn_zone', '$binary_remote_addr'],
  looksAt: { directive: ['limit_req_zone', 'limit_conn_zone'] },
  needs: 'file',
  fixable: 'always',
  messages: {
    constant: 'The key "{key}" is the same for every request: all clients share one limit. Use $binary_remote_addr to limit each.',
  },
  check({ directive, report }) {
    const key = directive.args[0];
    if (!key || key.templated || key.value.includes('$') || directive.args.length < 2 || key.value.startsWith('zone=')) return;
    if (variablesIn(key).uses.length) return;
    report('constant', {
      at: key,
      data: { key: key.value },
      fix: fixOf('Limit each client', 'suggestion', directive.file, [replace(key, '$binary_remote_addr')]),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `limit_req_zone all zone=api:10m rate=50r/s;
#              ^^^ constant
server { limit_req zone=api; }`,
      good: `limit_req_zone $binary_remote_addr zone=api:10m rate=50r/s;
server { limit_req zone=api; }`,
    },
    { inside: 'http', good: 'limit_req_zone $server_name zone=api:10m rate=500r/s;\nserver { limit_req zone=api; }' },
  ],
});
