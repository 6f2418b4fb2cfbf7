/** Before 1.29.7 an upstream keeps no connections unless told to: each request opens one. */

import { passesTo } from '../../answers/what-is-passed.ts';
import { isNginx } from '../../answers/which-build.ts';
import { upstreamsOf } from '../../config/upstreams.ts';
import { fixOf, insertLast } from '../fix.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'upstream-keepalive-missing',
  group: 'upstreams',
  severity: 'hint',
  since: '0.1',
  missing: ['keepalive'],
  title: 'No keepalive connections to the upstream',
  why: `
Without \`keepalive\`, nginx before 1.29.7 opens and closes a connection to the application for each request: a round trip, a port and a
TIME_WAIT each. \`keepalive 16\` keeps up to sixteen idle connections for each worker; the proxied location also needs
\`proxy_http_version 1.1\` and an empty \`Connection\` header. gunicorn's sync workers answer with \`Connection: close\`, so nothing is gained
with those.`,
  about: ['keepalive', 'proxy_http_version'],
  looksAt: { scope: ['upstream'] },
  needs: 'config',
  fixable: 'always',
  messages: { missing: 'Every request opens a new connection to "{group}". Add keepalive, HTTP/1.1 and an empty Connection header.' },
  check({ directive, scope, config, report }) {
    if (!directive || isNginx(config, '1.29.7') || scope.has('keepalive')) return;
    const group = upstreamsOf(config).get(directive.value(0).toLowerCase());
    if (!group || group.directive !== directive || !group.servers.some((s) => s.kind !== 'unix')) return;
    if (!passesTo(group).some((d) => d.name === 'proxy_pass' || d.name === 'grpc_pass')) return;
    report('missing', {
      at: directive.statement.name,
      data: { group: group.name },
      fix: fixOf('Keep 16 idle connections', 'suggestion', directive.file, [
        insertLast(directive.file, directive.statement, ['keepalive 16;']),
      ]),
    });
  },
  examples: [
    {
      inside: 'http',
      settings: { nginx: '1.22.1' },
      bad: `    upstream app {
#   ^^^^^^^^ missing
        server 10.0.0.1:8000;
    }
    server { location / { proxy_pass http://app; } }`,
      good: `    upstream app {
        server 10.0.0.1:8000;
        keepalive 16;
    }
    server { location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; } }`,
      fixed: `    upstream app {
        server 10.0.0.1:8000;
        keepalive 16;
    }
    server { location / { proxy_pass http://app; } }`,
    },
    { inside: 'http', good: 'upstream app { server 10.0.0.1:8000; }\nserver { location / { proxy_pass http://app; } }' },
  ],
});
