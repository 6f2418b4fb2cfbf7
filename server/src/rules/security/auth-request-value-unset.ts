/** auth_request_set where no subrequest of its own is made: the variable stays empty. Shown by what the application gets. */
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { type Proof, proofOf } from '../../witness/requests.ts';
import { type Spot, spotsOfServer } from '../../witness/spots.ts';
import { headerName } from '../../witness/values.ts';
import { defineRule } from '../rule.ts';
import { askedBy } from '../upstreams/_receiver.ts';

/** Directives that make the request for the application, before that has answered. */
const MAKING = ['proxy_set_header', 'uwsgi_param', 'fastcgi_param', 'scgi_param', 'grpc_set_header', 'proxy_set_body'];

/** A value that the client sends, taken for the authority's. */
const isOfClient = (d: Directive): boolean => /^\$\{?http_/.test(d.value(1));

/** Whether a header or a parameter is the one that a variable of nginx reads. */
const isHeaderNamed = (name: string, header: string): boolean =>
  name
    .toLowerCase()
    .replaceAll('-', '_')
    .replace(/^http_/, '') === header.toLowerCase();

/** Lines of a request that hold what its own answer will say. */
const ownAnswer = (scope: Scope): readonly Directive[] =>
  MAKING.flatMap((name) => scope.named(name)).filter((d) => d.values.some((v) => /\$\{?upstream_http_/.test(v)));

const isInForce = (value: string | undefined): boolean => value !== undefined && value !== 'off';

/**
 * The lines are in the place of the subrequest itself, which makes none of its own although the server's auth_request is in force there
 * (ngx_http_auth_request_handler leaves subrequests alone).
 */
const setsWhereAsked = (scope: Scope): boolean =>
  scope.has('auth_request_set') &&
  !scope.has('auth_request') &&
  scope.has('internal') &&
  askedBy(scope).some((d) => d.name === 'auth_request');

/** A request to a place that asks here and passes the variable on, with what its application does not get. */
function proofOfAsker(spot: Spot, line: Directive): Proof | null {
  const name = line.value(0).replace(/^\$/, '');
  for (const other of spotsOfServer(spot.config, spot.server)) {
    if (other === spot || other.unsure || !isInForce(other.scope.value('auth_request')?.value(0))) continue;
    const header = MAKING.flatMap((making) => other.scope.effective(making).directives).find((d) => d.value(1) === `$${name}`);
    const trace = header && other.path !== undefined ? other.ask({}) : null;
    const sent = trace?.outcome.upstreamRequest;
    if (!header || !trace || !sent || [...sent.headers, ...(sent.params ?? [])].some(([n, v]) => n === header.value(0) && v !== ''))
      continue;
    return proofOf(trace, `${header.value(0)} is not sent to ${sent.upstream}`);
  }
  return null;
}

export default defineRule({
  id: 'auth-request-value-unset',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  missing: ['auth_request'],
  title: 'auth_request value that is empty, or set by the client',
  why: `
\`auth_request_set\` takes a value from the answer to the subrequest of \`auth_request\`, and belongs where \`auth_request\` is in force. In the location of the subrequest itself (\`location = /auth\`) no other subrequest is made, and the variable stays empty wherever it is read.

\`$upstream_http_…\` is the answer of the application in this location, so it is empty while the request for the application is made; and \`$http_…\` is what the client has sent, whatever the authorization server says.

Like all lists, the lines of an outer level are hidden by a single one of the location's own.`,
  about: ['auth_request', 'auth_request_set'],
  references: ['https://nginx.org/en/docs/http/ngx_http_auth_request_module.html'],
  looksAt: {
    outcome: ['auth_request_set', 'location'],
    somewhere: ['auth_request', 'auth_request_set'],
    when: ({ scope, location }) =>
      isInForce(scope.value('auth_request')?.value(0)) && !setsWhereAsked(scope)
        ? scope.effective('auth_request_set').directives.some(isOfClient) ||
          (location !== null && location.kind !== 'named' && !scope.has('internal') && ownAnswer(scope).length > 0)
        : setsWhereAsked(scope) ||
          (scope.has('auth_request_set') && !scope.all.some((d) => d.name === 'auth_request' && d.value(0) !== 'off')),
  },
  needs: 'config',
  messages: {
    early:
      '{name} is empty here: it is what the application answers, which has not been asked yet. Take it from the subrequest with auth_request_set and use that variable.',
    client:
      '{name} is what the client sends: {variable} is a header of the request, not of the answer to the subrequest. Write $upstream_http_{header}.',
    unset:
      '{name} stays empty: no auth_request applies here, so there is no response to take it from. Move the line to where auth_request is.',
  },
  check({ spot, report }) {
    if (isInForce(spot.scope.value('auth_request')?.value(0)) && !setsWhereAsked(spot.scope)) {
      const plain = spot.ask({});
      const proof = plain.outcome.upstreamRequest && proofOf(plain);
      for (const line of ownAnswer(spot.scope)) {
        const variable = /\$\{?(upstream_http_\w+)/.exec(line.values.join(' '))![1]!;
        if (proof) report('early', { at: line.at(), data: { name: `$${variable}` }, witness: proof });
      }
      for (const line of spot.scope.effective('auth_request_set').directives.filter(isOfClient)) {
        const header = /^\$\{?http_(\w+)/.exec(line.value(1))![1]!;
        const isRead = MAKING.flatMap((making) => spot.scope.effective(making).directives).some((d) => d.value(1).includes(line.value(0)));
        const trace = spot.ask({ headers: [[headerName(header), 'forged']] });
        const sent = trace.outcome.upstreamRequest;
        const passed = [...(sent?.headers ?? []), ...(sent?.params ?? [])].find(
          // the client's own line goes through, whatever is made of the variable
          ([n, v]) => v === 'forged' && (isRead || !isHeaderNamed(n, header)),
        );
        if (passed)
          report('client', {
            at: line.at(),
            data: { name: line.value(0), variable: line.value(1), header },
            witness: proofOf(trace, `${passed[0]}: forged arrives at ${trace.outcome.upstreamRequest!.upstream}`),
          });
      }
      return;
    }
    for (const line of spot.scope.named('auth_request_set')) {
      const asking = spot.server.scope.all.find((d) => d.name === 'auth_request' && d.value(0) !== 'off');
      report('unset', {
        at: line.at(),
        data: { name: line.value(0) },
        related: asking ? [{ at: asking.at(), message: 'the subrequest is made here' }] : [],
        witness: proofOfAsker(spot, line) ?? proofOf(spot.ask({})),
      });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    auth_request /auth;
    auth_request_set $user $http_x_user;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ client
    proxy_set_header X-User $user;
    proxy_pass http://127.0.0.1:8000;
}
location = /auth {
    internal;
    proxy_pass http://127.0.0.1:8001;
}`,
      good: `location / {
    auth_request /auth;
    auth_request_set $user $upstream_http_x_user;
    proxy_set_header X-User $user;
    proxy_pass http://127.0.0.1:8000;
}
location = /auth {
    internal;
    proxy_pass http://127.0.0.1:8001;
}`,
      witness: {
        request: 'GET http://www.example.test/users, X-User: forged',
        outcome: 'X-User: forged arrives at 127.0.0.1:8000',
        meant: 'the user that the authorization server names',
      },
    },
    {
      inside: 'http',
      bad: `server {
    location / {
        auth_request /auth;
        proxy_set_header X-User $upstream_http_x_user;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ early
        proxy_pass http://127.0.0.1:8000;
    }
    location = /auth {
        internal;
        proxy_pass http://127.0.0.1:8001;
    }
}`,
    },
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
    {
      inside: 'tree',
      bad: `#- nginx.conf
events {}
http {
    server {
        auth_request /auth;
        location / {
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
        auth_request /auth;
        auth_request_set $user $upstream_http_x_user;
        location / {
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
  ],
});
