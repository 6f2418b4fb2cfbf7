/** A limit whose key never changes counts all clients together. */
import { textsOf } from '../../answers/what-is-passed.ts';
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
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    constant: 'The key "{key}" is the same for every request: all clients share one limit. Use $binary_remote_addr to limit each.',
  },
  check({ directive, scope, report }) {
    const key = directive.args[0];
    if (!key || key.templated || directive.args.length < 2 || key.value.startsWith('zone=')) return;
    const isPlain = !key.value.includes('$');
    // an empty key is not counted (ngx_http_limit_req_handler): of the others there is one
    const keys = isPlain ? [key.value] : (textsOf(scope, key.value) ?? []).filter((text) => text !== '');
    if (keys.length !== 1) return;
    report('constant', {
      at: key,
      data: { key: keys[0]! },
      // what a map leaves out is left out for a reason
      fix: isPlain ? fixOf('Limit each client', 'suggestion', directive.file, [replace(key, '$binary_remote_addr')]) : null,
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
    {
      inside: 'http',
      bad: `map $uri $counted {
    default "";
    ~^/api/ api;
}
limit_req_zone $counted zone=api:10m rate=50r/s;
#              ^^^^^^^^ constant
server { limit_req zone=api; }`,
      good: `map $uri $counted {
    default "";
    ~^/api/ $binary_remote_addr;
}
limit_req_zone $counted zone=api:10m rate=50r/s;
server { limit_req zone=api; }`,
    },
    { inside: 'http', good: 'limit_req_zone $server_name zone=api:10m rate=500r/s;\nserver { limit_req zone=api; }' },
  ],
});
