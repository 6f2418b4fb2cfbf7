/** auth_request_set where no subrequest of its own is made: the variable stays empty. Shown by what the application gets. */
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

const isInForce = (value: string | undefined): boolean => value !== undefined && value !== 'off';

export default defineRule({
  id: 'auth-request-value-unset',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  missing: ['auth_request'],
  title: 'auth_request_set without auth_request',
  why: `
\`auth_request_set\` takes a value from the answer to the subrequest of \`auth_request\`, and belongs where \`auth_request\` is in force. In the location of the subrequest itself (\`location = /auth\`) no other subrequest is made, and the variable stays empty for everybody who reads it.

Like all lists, the lines of an outer level are hidden by a single one of the location's own.`,
  about: ['auth_request', 'auth_request_set'],
  references: ['https://nginx.org/en/docs/http/ngx_http_auth_request_module.html'],
  looksAt: {
    outcome: ['auth_request_set'],
    when: ({ scope }) =>
      !isInForce(scope.value('auth_request')?.value(0)) && !scope.all.some((d) => d.name === 'auth_request' && d.value(0) !== 'off'),
  },
  needs: 'config',
  messages: {
    unset:
      '{name} stays empty: no auth_request applies here, so there is no response to take it from. Move the line to where auth_request is.',
  },
  check({ spot, report }) {
    for (const line of spot.scope.named('auth_request_set')) {
      const asking = spot.server.scope.all.find((d) => d.name === 'auth_request' && d.value(0) !== 'off');
      report('unset', {
        at: line.at(),
        data: { name: line.value(0) },
        related: asking ? [{ at: asking.at(), message: 'the subrequest is made here' }] : [],
        witness: proofOf(spot.ask({})),
      });
    }
  },
  examples: [
    {
      inside: 'tree',
      bad: `#- nginx.conf
events {}
http {
    server {
        location / {
            auth_request /auth;
            proxy_set_header X-User $user;
            proxy_pass http://127.0.0.1:8000;
        }
        location = /auth {
            internal;
            proxy_pass http://127.0.0.1:8001;
            auth_request_set $user $upstream_http_x_user;
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unset
        }
    }
}`,
      good: `#- nginx.conf
events {}
http {
    server {
        location / {
            auth_request /auth;
            auth_request_set $user $upstream_http_x_user;
            proxy_set_header X-User $user;
            proxy_pass http://127.0.0.1:8000;
        }
        location = /auth {
            internal;
            proxy_pass http://127.0.0.1:8001;
        }
    }
}`,
    },
    {
      inside: 'server',
      bad: `location /open/ {
    auth_request_set $role $upstream_http_x_role;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unset
    add_header X-Role "<$role>";
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /open/ {
    return 404;
}`,
    },
  ],
});
